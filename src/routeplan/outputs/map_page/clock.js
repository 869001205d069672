// The day by the clock: a slider moves each manager along the day's way, and play lets it run.

const DAY_SECONDS = 30; // a working day, played
const STEP = 15; // minutes, and one step a second, for who wants no motion
const MINUTES = (text) => `${String(Math.floor(text / 60)).padStart(2, '0')}:${String(text % 60).padStart(2, '0')}`;

// Where a manager is at a minute of the day, and at what: { place, kind, stop }.
function moment({ route, ways, stops }, minute) {
  const [leave, back] = route.clock;
  const coming = stops.find(({ stop }) => minute < stop.talk[2]);
  const at = (point) => L.latLng(point);
  if (minute < leave) return { place: at(route.path[0]), kind: 'clock_not_begun' };
  const leg = route.times.findIndex(([, end]) => minute < end);
  if (minute >= back || (leg < 0 && !coming)) return { place: at(route.path[route.path.length - 1]), kind: 'clock_done' };
  if (leg >= 0 && minute >= route.times[leg][0]) {
    const [from, to] = route.times[leg];
    return { place: ways[leg]((minute - from) / (to - from)), kind: coming ? 'clock_way' : 'clock_back', stop: coming };
  }
  const place = at(route.path[leg < 0 ? route.path.length - 1 : leg]);
  const there = stops.findLast(({ stop }) => L.latLng(stop.point).equals(place) && minute < stop.talk[2])
    || stops.findLast(({ stop }) => stop.talk[1] <= minute);
  const talking = there && minute >= there.stop.talk[0] && minute < there.stop.talk[1];
  return { place, kind: talking ? 'clock_talk' : 'clock_there', stop: there };
}

// The bar with its keys; `turn` goes so many days on, `close` ends it.
function clockBar(words, still, turn, close) {
  let [routes, minute, timer, from] = [[], 0, 0, 0];
  const people = L.layerGroup();
  const button = element('button', { type: 'button', class: 'play', 'aria-label': words.clock_play, onclick: () => (timer ? pause() : play()) }, '▶');
  const slider = element('input', { type: 'range', step: 1, 'aria-label': words.clock_time });
  const time = element('output', { class: 'time' });
  const date = element('span', { class: 'day' });
  const step = (label, sign, by) => element('button', { type: 'button', 'aria-label': label, title: label, onclick: () => turn(by) }, sign);
  const box = element('div', { class: 'clock', role: 'group', 'aria-label': words.clock, hidden: '' },
    button, slider, time,
    element('span', { class: 'turn' }, step(words.clock_day_before, '‹', -1), date, step(words.clock_day_after, '›', 1)),
    element('button', { type: 'button', class: 'close', 'aria-label': words.clock_close, title: words.clock_close, onclick: () => close() }, '×'));

  function show() {
    slider.value = Math.round(minute);
    time.textContent = MINUTES(Math.round(minute));
    slider.setAttribute('aria-valuetext', time.textContent);
    for (const { drawn, marker, label } of routes) {
      const now = moment(drawn, minute);
      marker.setLatLng(now.place);
      label.classList.toggle('resting', !['clock_way', 'clock_back'].includes(now.kind));
      for (const { stop, marker: number } of drawn.stops) {
        number.getElement()?.classList.toggle('past', minute >= stop.talk[1]);
        number.getElement()?.classList.toggle('now', now.kind === 'clock_talk' && now.stop.stop === stop);
      }
    }
  }

  function pause() {
    cancelAnimationFrame(timer);
    clearTimeout(timer);
    timer = 0;
    button.textContent = '▶';
    button.setAttribute('aria-label', words.clock_play);
  }

  function play() {
    if (!routes.length) return;
    if (minute >= Number(slider.max)) minute = Number(slider.min);
    button.textContent = '❚❚';
    button.setAttribute('aria-label', words.clock_pause);
    from = performance.now();
    next();
  }

  function next() {
    timer = still.matches ? setTimeout(() => run(STEP), 1000) : requestAnimationFrame((at) => {
      const passed = Math.min(at - from, 100);
      from = at;
      run((Math.max(0, passed) / 1000 / DAY_SECONDS) * (slider.max - slider.min));
    });
  }

  function run(by) {
    minute = Math.min(Number(slider.max), minute + by);
    show();
    if (minute >= Number(slider.max)) pause();
    else next();
  }

  // The managers of a day; null takes them away.
  function set(label, wanted) {
    box.hidden = !wanted;
    people.clearLayers();
    if (!wanted) {
      for (const { drawn } of routes) for (const { marker } of drawn.stops) marker.getElement()?.classList.remove('past', 'now');
      routes = [];
      pause();
      return;
    }
    routes = wanted.filter(({ route }) => route.path.length).map((drawn) => {
      const head = element('span', { class: 'person', style: { '--colour': drawn.manager.colour, '--ink': inkOn(drawn.manager.colour) } }, said(drawn.manager.name));
      const marker = L.marker(drawn.route.path[0], { icon: L.divIcon({ className: 'pin', html: head, iconSize: [0, 0] }), keyboard: false, pane: 'people' });
      marker.bindTooltip(() => {
        const { kind, stop } = moment(drawn, minute);
        return element('span', null, said(drawn.manager.name), element('br'), said(words[kind].replace('{place}', () => (stop ? stop.stop.name : ''))));
      }, { direction: 'top', offset: [0, -12] });
      people.addLayer(marker);
      return { drawn, marker, label: head };
    });
    const clocks = routes.flatMap(({ drawn }) => drawn.route.clock);
    slider.min = clocks.length ? Math.min(...clocks) : 0;
    slider.max = clocks.length ? Math.max(...clocks) : 0;
    slider.disabled = button.disabled = !routes.length;
    minute = Math.max(Number(slider.min), Math.min(Number(slider.max), minute));
    date.textContent = label;
    show();
  }

  slider.addEventListener('input', () => { pause(); minute = Number(slider.value); show(); });
  box.addEventListener('keydown', (event) => {
    if (event.key === ' ' && event.target === slider) { event.preventDefault(); button.click(); }
    if (event.key === 'Escape') close();
  });
  return { box, people, set, pause, isOpen: () => !box.hidden };
}
