// The list beside the map: figures, search, filters, each day's steps, the clients left out.

function rows(entries) {
  return element('dl', null, entries.map(({ label, values }) => [
    element('dt', null, said(label)),
    element('dd', null, values.map((value) => said(value))),
  ]));
}

function stopPopup({ stop, drawn }, words, go) {
  const stops = drawn.stops;
  const at = stop.number - 1;
  const step = (label, sign, target) => element('button', {
    type: 'button', 'aria-label': label, title: label, disabled: target ? undefined : '', onclick: () => go(target),
  }, sign);
  return element('article', { class: 'card' },
    element('header', null,
      disc(stop.number, drawn.manager.colour),
      element('div', null, element('h3', null, said(stop.name)), element('div', { class: 'badges' }, stop.badges.map(badge)))),
    rows(stop.rows),
    element('footer', null,
      step(words.previous, '‹', stops[at - 1]),
      element('span', null, said(drawn.manager.name), ' · ', said(drawn.date.label)),
      step(words.next, '›', stops[at + 1])));
}

function remedies(visit, words) {
  if (!visit.remedies.length) return null;
  return element('section', { class: 'remedies' },
    element('h4', null, words.remedies),
    element('ul', null, visit.remedies.map((remedy) => element('li', null,
      said(remedy.text),
      remedy.adjust.map((text) => element('code', null, said(text)))))));
}

function leftOutPopup(visit, words) {
  return element('article', { class: 'card' },
    element('header', null,
      element('span', { class: 'disc left-out' }, visit.tier),
      element('div', null, element('h3', null, said(visit.name)), element('div', { class: 'badges' }, visit.badges.map(badge)))),
    rows(visit.rows),
    remedies(visit, words));
}

function stopLine(entry, go) {
  const { stop, drawn } = entry;
  entry.line = element('li', { class: `line stop ${stop.status}` },
    element('button', { type: 'button', onclick: () => go(entry) },
      disc(stop.number, drawn.manager.colour, `${stop.status} ${stop.booked ? 'booked' : ''}`),
      element('span', { class: 'what' },
        element('span', { class: 'first' }, element('time', null, stop.time), stop.badges.map(badge)),
        said(stop.name, 'name'),
        stop.way && said(`↳ ${stop.way}`, 'way'))));
  return entry.line;
}

function stepLine(step) {
  return element('li', { class: 'line step' },
    element('time', null, step.time), said(step.text), step.way && said(step.way, 'way'));
}

function routeSection(drawn, words, showRoute, go) {
  const { route, manager, stops } = drawn;
  let next = 0;
  drawn.section = element('section', { class: 'route', style: { '--colour': manager.colour } },
    element('h3', null, element('button', { type: 'button', title: words.show_route, onclick: () => showRoute(drawn) },
      said(route.heading), said(route.summary, 'summary'))),
    element('ol', null, route.steps.map((step) => {
      if (step.kind !== 'stop') return stepLine(step);
      next += 1;
      return stopLine(stops[next - 1], go);
    }),
    route.touches.map((text) => stepLine({ time: '', text }))));
  return drawn.section;
}

function leftOutLine(entry, words, go) {
  const { visit } = entry;
  const details = element('details', null,
    element('summary', null,
      element('span', { class: 'disc left-out' }, visit.tier),
      element('span', { class: 'what' },
        element('span', { class: 'first' }, visit.badges.filter((one) => one.kind !== 'tier').map(badge)),
        said(visit.name, 'name'))),
    rows(visit.rows), remedies(visit, words));
  if (visit.point) details.addEventListener('toggle', () => { if (details.open) go(entry); });
  entry.line = element('li', { class: 'line left-out' }, details);
  return entry.line;
}

// What a re-plan changed, and the figures before and after.
function changesSection({ changes, figures }, words, go) {
  return element('section', { class: 'manager changes' },
    element('h2', null, `${words.changes} ${changes.length}`),
    element('ul', null, changes.map((change) => element('li', { class: 'line change' },
      element('button', { type: 'button', onclick: () => go(change) },
        element('span', { class: 'first' }, badge(change.badge), said(change.name, 'name')),
        said(change.slots.join(' → '), 'way'))))),
    rows(figures.filter(({ values }) => values[0] !== values[1]).map(({ label, values }) => ({ label, values: [values.join(' → ')] }))));
}

function chip(label, colour, onclick) {
  return element('button', {
    type: 'button', class: 'chip', 'aria-pressed': 'false', onclick, style: colour ? { '--colour': colour } : {},
  }, colour && element('span', { class: 'dot' }), said(label));
}

function legend(plan) {
  const sample = {
    stop: () => disc(1, '#57606a'),
    booked: () => disc(1, '#57606a', 'booked'),
    under_way: () => disc(1, '#57606a', 'under_way'),
    done: () => disc(1, '#57606a', 'done'),
    left_out: () => element('span', { class: 'disc left-out' }, 'B'),
    place: () => element('span', { class: 'place' }),
    heat: () => element('span', { class: 'warm' }),
    moved: () => disc(1, '#57606a', 'moved'),
    added: () => disc(1, '#57606a', 'added'),
    removed: () => element('span', { class: 'disc left-out removed' }, 'B'),
    before: () => element('span', { class: 'old-way' }),
  };
  const stroke = (dash) => {
    const name = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(name, 'svg');
    const line = document.createElementNS(name, 'line');
    for (const [key, value] of Object.entries({ width: 44, height: 8, viewBox: '0 0 44 8' })) svg.setAttribute(key, value);
    for (const [key, value] of Object.entries({ x1: 2, y1: 4, x2: 42, y2: 4, 'stroke-dasharray': dash })) line.setAttribute(key, value);
    svg.append(line);
    return svg;
  };
  const item = (mark, text) => element('li', null, element('span', { class: 'mark' }, mark), said(text, 'name'));
  return element('details', { class: 'legend', open: window.innerWidth > 1100 ? '' : undefined },
    element('summary', null, plan.words.legend),
    element('ul', null,
      plan.legend.map(({ kind, text }) => item(sample[kind](), text)),
      // Where colours repeat, they tell nobody apart.
      new Set(plan.managers.map(({ colour }) => colour)).size === plan.managers.length
        && plan.managers.map(({ name, colour }) => item(element('span', { class: 'dot', style: { '--colour': colour } }), name)),
      plan.dates.length > 1 && plan.dates.map(({ label, dash }) => item(stroke(dash), label))));
}
