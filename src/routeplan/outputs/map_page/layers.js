// What is drawn on the map: a layer group for each route (one manager's day), one for the clients
// left out, one for the places where days start and end.

const STOP_ROOM = 29; // pixels between the middles of two numbers
const DOT_ROOM = 15; // the same where numbers have shrunk to dots
const ARROW_ROOM = 46; // a shorter leg shows no arrow

// A leg bows to its right, so that the way there and the way back stand apart. Points in between
// are found on the projected plane, where the arrow's angle stays true at every zoom.
function bow(from, to) {
  const crs = map.options.crs;
  const a = crs.project(L.latLng(from));
  const b = crs.project(L.latLng(to));
  const bend = L.point((a.x + b.x) / 2 + (b.y - a.y) * 0.11, (a.y + b.y) / 2 - (b.x - a.x) * 0.11);
  const at = (t) => {
    const s = 1 - t;
    return L.point(
      s * s * a.x + 2 * s * t * bend.x + t * t * b.x,
      s * s * a.y + 2 * s * t * bend.y + t * t * b.y,
    );
  };
  return {
    line: (pieces) => Array.from({ length: pieces + 1 }, (_, piece) => crs.unproject(at(piece / pieces))),
    middle: crs.unproject(at(0.5)),
    angle: (Math.atan2(a.y - b.y, b.x - a.x) * 180) / Math.PI,
  };
}

function icon(content, size) {
  return L.divIcon({ className: 'pin', html: content, iconSize: [size, size], popupAnchor: [0, -size / 2] });
}

function pin(point, content, size, label) {
  const marker = L.marker(point, { icon: icon(content, size), riseOnHover: true });
  marker.home = L.latLng(point);
  marker.on('add', () => marker.getElement().setAttribute('aria-label', label));
  return marker;
}

function drawRoute(route, manager, date) {
  const group = L.layerGroup();
  const drawn = { route, manager, date, group, legs: [], stops: [] };
  for (let leg = 0; leg + 1 < route.path.length; leg += 1) {
    const [from, to] = [route.path[leg], route.path[leg + 1]];
    if (from[0] === to[0] && from[1] === to[1]) continue;
    const { line, middle, angle } = bow(from, to);
    const halo = L.polyline([from, to], { color: '#ffffff', weight: 6, opacity: 0.75, interactive: false, smoothFactor: 0 });
    const ink = L.polyline([from, to], {
      color: manager.colour, weight: 3, opacity: 0.9, dashArray: date.dash || null, interactive: false, smoothFactor: 0,
    });
    const head = element('span', { class: 'arrow', style: { '--colour': manager.colour, '--turn': `${angle}deg` } });
    const arrow = L.marker(middle, { icon: icon(head, 14), interactive: false, keyboard: false, pane: 'arrows' });
    drawn.legs.push({ from: L.latLng(from), to: L.latLng(to), line, halo, ink, arrow });
    group.addLayer(halo).addLayer(ink);
  }
  for (const stop of route.steps.filter((step) => step.kind === 'stop')) {
    const classes = [stop.status, stop.booked ? 'booked' : ''].join(' ');
    const content = element('span', null, disc(stop.number, manager.colour, classes), said(date.tag, 'tag'));
    const label = `${stop.number}. ${stop.name}, ${manager.name}, ${date.label}, ${stop.time}`;
    const marker = pin(stop.point, content, 28, label);
    drawn.stops.push({ stop, marker, drawn });
    group.addLayer(marker);
  }
  return drawn;
}

// As many pieces as the eye needs at this zoom; no arrow where there is no room for one.
function drawLegs(drawn) {
  for (const { from, to, line, halo, ink, arrow } of drawn.legs) {
    const long = map.latLngToLayerPoint(from).distanceTo(map.latLngToLayerPoint(to));
    const points = line(Math.max(4, Math.min(150, Math.round(long / 32))));
    halo.setLatLngs(points);
    ink.setLatLngs(points);
    if (long >= ARROW_ROOM) drawn.group.addLayer(arrow);
    else drawn.group.removeLayer(arrow);
  }
}

function drawLeftOut(visit) {
  const marker = pin(visit.point, element('span', { class: 'disc left-out' }, visit.tier), 24, visit.name);
  return { visit, marker };
}

function drawPlace(place) {
  const marker = pin(place.point, element('span', { class: 'place' }), 22, place.name);
  marker.bindTooltip(() => said(place.name), { direction: 'top', offset: [0, -10] });
  return marker;
}

function drawDistrict({ name, point }) {
  const label = said(name, 'district');
  const marker = L.marker(point, {
    icon: L.divIcon({ className: 'pin', html: label, iconSize: [0, 0] }), pane: 'districts', interactive: false, keyboard: false,
  });
  return { label, marker };
}

// Each name above, below or beside the middle of its district, wherever it hides behind nothing;
// a name without such a place is not shown.
function placeDistricts(districts, pins) {
  const taken = pins.map((marker) => {
    const at = map.latLngToLayerPoint(marker.getLatLng());
    return L.bounds(at.subtract([17, 19]), at.add([17, 17]));
  });
  for (const { label, marker } of districts) {
    const half = L.point(label.offsetWidth / 2 + 3, label.offsetHeight / 2);
    const middle = map.latLngToLayerPoint(marker.getLatLng());
    const offset = [[0, 0], [0, -32], [0, 32], [-half.x - 22, 0], [half.x + 22, 0], [0, -56], [0, 56]].find((by) => {
      const at = middle.add(by);
      return !taken.some((box) => box.intersects(L.bounds(at.subtract(half), at.add(half))));
    });
    label.style.visibility = offset ? '' : 'hidden';
    if (!offset) continue;
    label.style.setProperty('--dx', `${offset[0]}px`);
    label.style.setProperty('--dy', `${offset[1]}px`);
    const at = middle.add(offset);
    taken.push(L.bounds(at.subtract(half), at.add(half)));
  }
}

// Faint squares that move with the map: without tiles they show that it does.
const Grid = L.GridLayer.extend({
  createTile: () => element('div', { class: 'grid' }),
});

// Whether numbers would cover so much of the plan's area that nothing else could be seen.
function crowded(markers) {
  if (markers.length < 15) return false;
  const size = L.bounds(markers.map((marker) => map.latLngToLayerPoint(marker.home))).getSize();
  return markers.length * STOP_ROOM * STOP_ROOM > 0.35 * size.x * size.y;
}

// Numbers that would hide one another step aside, each tied to its true place by a thin line.
// Relaxation by pairs; what is `fixed` stays. Far out, where everything is one heap, they stay put.
function spread(markers, fixed, ties, room, fromZoom) {
  ties.clearLayers();
  const near = map.getZoom() >= fromZoom;
  const nodes = markers.map((marker) => ({ marker, at: map.latLngToLayerPoint(marker.home) }));
  const posts = fixed.map((marker) => ({ at: map.latLngToLayerPoint(marker.home), fixed: true }));
  const all = [...nodes, ...posts];
  for (let round = 0, moved = near; moved && round < 60; round += 1) {
    moved = false;
    for (let i = 0; i < nodes.length; i += 1) {
      for (let j = i + 1; j < all.length; j += 1) {
        const [a, b] = [all[i], all[j]];
        let apart = b.at.subtract(a.at);
        let distance = Math.hypot(apart.x, apart.y);
        if (distance >= room - 0.5) continue;
        if (distance < 0.01) {
          apart = L.point(Math.cos(i + j), Math.sin(i + j));
          distance = 1;
        }
        const missing = room - Math.min(distance, room);
        const push = apart.multiplyBy((distance === 1 ? room : missing) / distance / (b.fixed ? 1 : 2));
        a.at = a.at.subtract(push);
        if (!b.fixed) b.at = b.at.add(push);
        moved = true;
      }
    }
  }
  for (const { marker, at } of nodes) {
    const home = map.latLngToLayerPoint(marker.home);
    const away = near && home.distanceTo(at) > 2;
    marker.setLatLng(away ? map.layerPointToLatLng(at) : marker.home);
    if (!away) continue;
    ties.addLayer(L.polyline([marker.home, marker.getLatLng()], { color: '#57606a', weight: 1.5, interactive: false }));
    ties.addLayer(L.circleMarker(marker.home, {
      radius: 3, color: '#ffffff', weight: 1, fillColor: '#57606a', fillOpacity: 1, interactive: false,
    }));
  }
}
