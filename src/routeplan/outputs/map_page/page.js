// Puts the page together. `map` is the Leaflet map that folium made.

const plan = JSON.parse(document.getElementById('plan').textContent);
const { words } = plan;
const panel = document.getElementById('panel');
const narrow = window.matchMedia('(max-width: 720px)');
const MOST_AT_ONCE = 400; // visits shown when the page opens
const PEEK = 132; // pixels of the sheet that always stand out, as in page.css
const still = window.matchMedia('(prefers-reduced-motion: reduce)');

map.createPane('ground').style.zIndex = 210;
map.createPane('districts').style.zIndex = 250;
map.createPane('heat').style.zIndex = 380;
map.createPane('arrows').style.zIndex = 450;
map.createPane('people').style.zIndex = 640;
map.createPane('before').style.zIndex = 390;
const ground = drawGround(plan.ground);
if (!plan.tiles && !ground.length) new Grid().addTo(map);
L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
L.control.zoom({ position: narrow.matches ? 'bottomright' : 'topright', zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
map.attributionControl.setPrefix(false);
if (ground.length || plan.routes.some(({ lines }) => lines.some(Boolean))) map.attributionControl.addAttribution(OPENSTREETMAP);

const ties = L.layerGroup().addTo(map);
const routes = plan.routes.map((route) => drawRoute(route, plan.managers[route.manager], plan.dates[route.date]));
const places = plan.places.map((place) => ({ place, marker: drawPlace(place) }));
const before = plan.before || { routes: [], changes: [], figures: [] };
const old = before.routes.map(drawBefore);
const leftOut = plan.leftOut.map((visit) => (visit.point ? drawLeftOut(visit) : { visit }));
const heat = drawHeat(plan.leftOut.filter(({ point }) => point));
const districts = plan.tiles ? [] : plan.districts.map(drawDistrict);
districts.forEach(({ marker }) => marker.addTo(map));

// Nothing chosen shows everything.
const chosen = {
  managers: new Set(), dates: new Set(), tiers: new Set(), states: new Set(), leftOut: true, heat: false, before: plan.compare,
};
// A large team's week would be a heap: it begins with the visits of its first day.
const going = routes.filter(({ stops }) => stops.length);
if (going.reduce((sum, { stops }) => sum + stops.length, 0) > MOST_AT_ONCE) {
  chosen.dates.add(Math.min(...going.map(({ route }) => route.date)));
  chosen.leftOut = false;
}
let sought = '';

const matches = (thing) => !sought || thing.find.toLowerCase().includes(sought);
const shown = (drawn) => (!chosen.managers.size || chosen.managers.has(drawn.route.manager))
  && (!chosen.dates.size || chosen.dates.has(drawn.route.date));
const kept = ({ tier, state }) => (!chosen.tiers.size || chosen.tiers.has(tier))
  && (!chosen.states.size || !state || chosen.states.has(state));
const put = (layer, wanted) => (wanted ? map.addLayer(layer) : map.removeLayer(layer));

let home = 0;

function refresh() {
  const visible = routes.filter(shown);
  const picked = chosen.tiers.size + chosen.states.size > 0;
  let found = 0;
  for (const drawn of routes) {
    put(drawn.group, visible.includes(drawn));
    for (const entry of drawn.stops) {
      const wanted = kept(entry.stop);
      const hit = wanted && matches(entry.stop);
      entry.line.hidden = !hit;
      entry.marker.setOpacity(hit ? 1 : 0.25);
      if (wanted) drawn.group.addLayer(entry.marker);
      else drawn.group.removeLayer(entry.marker);
      found += hit && visible.includes(drawn) ? 1 : 0;
    }
    drawn.section.hidden = !visible.includes(drawn) || ((sought || picked) && !drawn.stops.some(({ stop }) => kept(stop) && matches(stop)));
    drawn.section.classList.toggle('searching', Boolean(sought || picked));
  }
  for (const entry of leftOut) {
    const hit = matches(entry.visit) && kept(entry.visit);
    entry.line.hidden = !hit;
    found += hit ? 1 : 0;
    if (entry.marker) put(entry.marker, chosen.leftOut && hit);
  }
  leftOutSection.hidden = !leftOut.some(({ line }) => !line.hidden);
  for (const { place, marker } of places) put(marker, place.routes.some((number) => visible.includes(routes[number])));
  put(heat, chosen.heat);
  for (const drawn of old) put(drawn.group, chosen.before && shown(drawn));
  for (const section of managerSections) section.hidden = [...section.querySelectorAll('.route')].every((one) => one.hidden);
  map.getContainer().classList.toggle('comparing', Boolean(plan.before && chosen.before));
  map.getContainer().classList.toggle('one-day', new Set(visible.map(({ route }) => route.date)).size < 2);
  status.textContent = !sought ? '' : found ? words.found.replace('{n}', found) : words.none_found;
  layOut();
  if (clock.isOpen()) setClock();
}

function layOut() {
  showGround(ground);
  const visible = routes.filter(shown);
  const stops = visible.flatMap((drawn) => drawn.stops.filter(({ stop }) => kept(stop)).map(({ marker }) => marker));
  const others = leftOut.filter(({ marker }) => marker && map.hasLayer(marker)).map(({ marker }) => marker);
  const fixed = places.filter(({ marker }) => map.hasLayer(marker)).map(({ marker }) => marker);
  const dots = crowded(stops);
  map.getContainer().classList.toggle('dots', dots);
  spread([...stops, ...others], fixed, ties, dots ? DOT_ROOM : STOP_ROOM, home - 1);
  placeDistricts(districts, [...stops, ...others, ...fixed]);
  visible.forEach(drawLegs);
  old.filter(({ group }) => map.hasLayer(group)).forEach(drawLegs);
  showFocus();
}

function fit(points) {
  if (!points.length) return;
  // A sheet on its way down is measured where it will be.
  const peek = panel.dataset.sheet === 'peek' ? PEEK : panel.getBoundingClientRect().height;
  const sheet = narrow.matches ? peek : 0;
  const bar = clock.isOpen() ? clock.box.getBoundingClientRect().height : 0;
  const fitBeside = (left) => map.fitBounds(L.latLngBounds(points), {
    paddingTopLeft: [left, 50 + bar], paddingBottomRight: [50, 40 + sheet], maxZoom: 15, animate: false,
  });
  fitBeside(40);
  const { offsetWidth, offsetHeight } = key.getContainer();
  const floor = map.getSize().y - sheet - offsetHeight - 30;
  const covered = [...points, ...located].map((point) => map.latLngToContainerPoint(point)).some(({ x, y }) =>
    x > 0 && x < offsetWidth + 30 && y > floor && y < map.getSize().y);
  if (covered && !narrow.matches) fitBeside(offsetWidth + 40);  // Nothing lies under the legend.
}

// One route stands out, or beside those of before the ones that changed.
let focused = null;

function focus(drawn) {
  focused = drawn;
  showFocus();
}

function showFocus() {
  for (const other of routes) {
    const faint = focused ? other !== focused : chosen.before && other.route.same;
    const layers = [...other.legs.flatMap(({ layers, arrow }) => [...layers, arrow]), ...other.stops.map(({ marker }) => marker)];
    for (const layer of layers) layer.getElement()?.classList.toggle('faint', Boolean(faint));
  }
}

function open(entry) {
  if (entry.drawn ? !shown(entry.drawn) || !kept(entry.stop) : !kept(entry.visit)) clearFilters();
  if (entry.visit && !chosen.leftOut) showLeftOut(true);
  if (narrow.matches) setSheet('peek');
  map.closePopup();
  map.once('moveend', () => entry.marker.openPopup());
  map.flyTo(entry.marker.home, Math.max(map.getZoom(), Math.min(home + 2, 14)), { animate: !still.matches, duration: 0.6 });
}

function showRoute(drawn) {
  map.closePopup();
  if (narrow.matches) setSheet('peek');
  fit(drawn.route.path);
  focus(drawn);
}

function choose(set, value) {
  if (!set.delete(value)) set.add(value);
  // The clock is of one day.
  if (set === chosen.dates && clock.isOpen()) {
    if (set.has(value)) chosen.dates = new Set([value]);
    else clock.set('', null);
  }
  showChips();
  refresh();
  if (set === chosen.managers || set === chosen.dates) fit(routes.filter(shown).flatMap(({ route }) => route.path));
}

function clearFilters() {
  for (const set of [chosen.managers, chosen.dates, chosen.tiers, chosen.states]) set.clear();
  clock.set('', null);
  showChips();
  refresh();
}

function showLeftOut(wanted) {
  chosen.leftOut = wanted;
  showChips();
  refresh();
}

function showHeat(wanted) {
  chosen.heat = wanted;
  showChips();
  refresh();
}

// The day by the clock: of the first day that goes anywhere, unless one is chosen.
const ways = (date) => routes.filter((drawn) => drawn.route.date === date && drawn.route.path.length);

function openClock() {
  if (clock.isOpen()) {
    closeClock();
    return;
  }
  const first = plan.dates.findIndex((_, date) => (!chosen.dates.size || chosen.dates.has(date)) && ways(date).length);
  chosen.dates = new Set([Math.max(0, first)]);
  clock.box.hidden = false;
  if (narrow.matches) setSheet('peek');
  showChips();
  refresh();
  fit(routes.filter(shown).flatMap(({ route }) => route.path));
  clock.box.querySelector('input').focus();
}

function setClock() {
  const [date] = chosen.dates;
  clock.set(plan.dates[date].label, ways(date).filter(shown));
}

function turnClock(by) {
  const [date] = chosen.dates;
  chosen.dates = new Set([(date + by + plan.dates.length) % plan.dates.length]);
  showChips();
  refresh();
}

function closeClock() {
  clock.set('', null);
  chosen.dates = new Set();
  showChips();
  refresh();
  clockChip.focus();
}

function showBefore(wanted) {
  chosen.before = wanted;
  showChips();
  refresh();
}

// A change: the visit where it is now, or among those left out.
function openChange(change) {
  const entry = [...routes.flatMap(({ stops }) => stops), ...leftOut]
    .find((one) => (one.stop || one.visit).visit === change.visit);
  if (entry && entry.marker) open(entry);
}

function showChips() {
  managerChips.forEach((one, number) => one.setAttribute('aria-pressed', chosen.managers.has(number)));
  dateChips.forEach((one, number) => one.setAttribute('aria-pressed', chosen.dates.has(number)));
  tierChips.forEach((one, number) => one.setAttribute('aria-pressed', chosen.tiers.has(plan.tiers[number].key)));
  stateChips.forEach((one, number) => one.setAttribute('aria-pressed', chosen.states.has(plan.states[number].key)));
  heatChip.setAttribute('aria-pressed', chosen.heat);
  clockChip.setAttribute('aria-pressed', clock.isOpen());
  leftOutChip.setAttribute('aria-pressed', chosen.leftOut);
  beforeChip.setAttribute('aria-pressed', chosen.before);
}

function setSheet(state) {
  panel.dataset.sheet = state;
  handle.setAttribute('aria-expanded', state !== 'peek');
}

const handle = element('button', {
  type: 'button', id: 'handle', 'aria-label': words.panel, 'aria-expanded': 'false',
  onclick: () => setSheet({ peek: 'half', half: 'full', full: 'peek' }[panel.dataset.sheet]),
});
const status = element('p', { id: 'found', role: 'status' });
const search = element('input', { type: 'search', placeholder: words.search, 'aria-label': words.search, autocomplete: 'off' });
const managerChips = plan.managers.map(({ name, colour }, number) => chip(name, colour, () => choose(chosen.managers, number)));
const tierChips = plan.tiers.map(({ key, text }) => chip(text, null, () => choose(chosen.tiers, key)));
const stateChips = plan.states.map(({ key, text }) => chip(text, null, () => choose(chosen.states, key)));
const heatChip = chip(words.heat, '#cf222e', () => showHeat(!chosen.heat));
const clockChip = chip(`▶ ${words.clock}`, null, openClock);
const clock = clockBar(words, still, turnClock, closeClock);
const dateChips = plan.dates.map(({ label }, number) => chip(label, null, () => choose(chosen.dates, number)));
const leftOutChip = chip(`${words.left_out} ${plan.leftOut.length}`, '#8b949e', () => showLeftOut(!chosen.leftOut));
const beforeChip = chip(words.before, null, () => showBefore(!chosen.before));
const managerSections = plan.managers.map(({ name, colour, summary }, number) => element('section', { class: 'manager' },
  element('h2', { style: { '--colour': colour } }, element('span', { class: 'dot' }), said(name, 'name'), said(summary, 'summary')),
  routes.filter(({ route }) => route.manager === number).map((drawn) => routeSection(drawn, words, showRoute, open))));
const leftOutSection = element('section', { class: 'manager' },
  element('h2', { style: { '--colour': '#8b949e' } }, element('span', { class: 'dot' }), `${words.left_out} ${plan.leftOut.length}`),
  element('ul', null, leftOut.map((entry) => leftOutLine(entry, words, open))));

panel.setAttribute('aria-label', words.panel);
panel.append(
  handle,
  element('header', { id: 'top' },
    element('h1', null, plan.title),
    element('ul', { class: 'figures' }, plan.totals.map(({ label, value }) => element('li', null,
      element('strong', null, value), element('span', null, label))))),
  element('div', { id: 'tools' },
    search, status,
    element('div', { class: 'chips', role: 'group', 'aria-label': words.managers }, managerChips),
    element('div', { class: 'chips', role: 'group', 'aria-label': words.days }, 
      routes.some(({ route }) => route.path.length) && clockChip, dateChips),
    element('div', { class: 'chips', role: 'group', 'aria-label': words.filters },
      plan.tiers.length > 1 && tierChips, plan.states.length > 1 && stateChips, plan.leftOut.length > 0 && leftOutChip,
      heat.getLayers().length > 0 && heatChip, plan.before && beforeChip)),
  element('div', { id: 'days' }, plan.before && changesSection(before, words, openChange), managerSections, leftOutSection,
    element('footer', null, plan.notes.map((note) => element('p', null, said(note))))),
);
setSheet('peek');

const sheet = narrow.matches ? 150 : 16;
const width = Math.min(340, map.getSize().x - 70);
const popup = {
  maxWidth: width, minWidth: Math.min(300, width), maxHeight: Math.max(220, Math.min(560, map.getSize().y - sheet - 110)),
  autoPanPaddingTopLeft: [16, 16], autoPanPaddingBottomRight: [16, sheet],
};
for (const drawn of routes) {
  for (const entry of drawn.stops) {
    entry.marker.bindPopup(() => stopPopup(entry, words, open), popup);
    entry.marker.bindTooltip(() => element('span', null, said(entry.stop.name), element('br'), entry.stop.time), { direction: 'top', offset: [0, -14] });
    entry.marker.on('popupopen', () => { focus(drawn); entry.line.classList.add('open'); entry.line.scrollIntoView({ block: 'nearest' }); });
    entry.marker.on('popupclose', () => { focus(null); entry.line.classList.remove('open'); });
  }
}
for (const { visit, marker } of leftOut) {
  if (!marker) continue;
  marker.bindPopup(() => leftOutPopup(visit, words), popup);
  marker.bindTooltip(() => said(visit.name), { direction: 'top', offset: [0, -12] });
}

clock.people.addTo(map);
document.getElementById('stage').append(clock.box);

const key = L.control({ position: 'bottomleft' });
key.onAdd = () => {
  const box = legend(plan);
  L.DomEvent.disableClickPropagation(box).disableScrollPropagation(box);
  return box;
};
key.addTo(map);

search.addEventListener('input', () => { sought = search.value.trim().toLowerCase(); refresh(); });
search.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !sought) return;
  const first = [...routes.flatMap(({ stops }) => stops), ...leftOut].find((entry) => entry.marker && matches(entry.stop || entry.visit));
  if (first) open(first);
});
// Leaflet hears Escape only while the map itself has the focus, not a number on it.
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') map.closePopup(); });
map.on('zoomend', layOut);
map.on('click', () => focus(null));
narrow.addEventListener('change', () => map.invalidateSize());

const located = leftOut.filter(({ marker }) => marker).map(({ visit }) => visit.point);
const paths = routes.filter(shown).flatMap(({ route }) => route.path);
fit(paths.length ? paths : located);
home = map.getZoom();
showChips();
refresh();
