// What is drawn on the map: a layer group for each route (one manager's day), one for the clients
// left out, one for the places where days start and end.

const STOP_ROOM = 29; // pixels between the middles of two numbers
const DOT_ROOM = 15; // the same where numbers have shrunk to dots
const ARROW_ROOM = 46; // a shorter leg shows no arrow

const OPENSTREETMAP = '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors';
const LANE = 2; // pixels that a leg along a road keeps to the right of its middle

// The ground: roads by importance, as colour, width at city scale, and the first zoom that shows them.
const ROADS = [
  ['#c3cad2', 4, 0], ['#ced4db', 3, 0], ['#d8dde2', 2.2, 10], ['#dfe3e7', 1.6, 11.5], ['#e6e9ec', 1.2, 13],
];

// Google's encoded polyline, five decimals.
function decode(text) {
  const points = [];
  let [lat, lon, at] = [0, 0, 0];
  const next = () => {
    let [value, shift, piece] = [0, 0, 0];
    do {
      piece = text.charCodeAt(at) - 63;
      at += 1;
      value |= (piece & 31) << shift;
      shift += 5;
    } while (piece >= 32);
    return value & 1 ? ~(value >> 1) : value >> 1;
  };
  while (at < text.length) {
    lat += next();
    lon += next();
    points.push(L.latLng(lat / 1e5, lon / 1e5));
  }
  return points;
}

// One canvas below everything else: thousands of lines that nobody clicks.
function drawGround(levels) {
  const renderer = L.canvas({ pane: 'ground', padding: 0.3 });
  return levels.map((lines, level) => L.polyline(lines.map(decode), {
    renderer, pane: 'ground', color: ROADS[level][0], interactive: false,
  })).reverse();
}

function showGround(layers) {
  const zoom = map.getZoom();
  [...ROADS].slice(0, layers.length).reverse().forEach(([, width, from], number) => {
    layers[number].setStyle({ weight: width * Math.max(0.6, Math.min(2.5, 2 ** ((zoom - 12.5) / 2))) });
    if (zoom >= from) map.addLayer(layers[number]);
    else map.removeLayer(layers[number]);
  });
}

// A leg along roads, on the right-hand side, so that the way there and the way back stand apart.
function along(shape) {
  const crs = map.options.crs;
  const course = decode(shape);
  const plane = course.map((place) => crs.project(place));
  const upTo = [0];
  for (let i = 1; i < plane.length; i += 1) upTo.push(upTo[i - 1] + plane[i].distanceTo(plane[i - 1]));
  const total = upTo[upTo.length - 1];
  const at = (part) => {
    const i = Math.max(1, upTo.findIndex((length) => length >= part * total));
    const share = (part * total - upTo[i - 1]) / (upTo[i] - upTo[i - 1] || 1);
    return plane[i - 1].add(plane[i].subtract(plane[i - 1]).multiplyBy(share));
  };
  const [before, after] = [at(0.46), at(0.54)];
  const line = () => {
    const points = course.map((place) => map.latLngToLayerPoint(place))
      .filter((point, i, all) => i === 0 || i === all.length - 1 || point.distanceTo(all[i - 1]) >= 1.5);
    return points.map((point, i) => {
      const way = points[Math.min(i + 1, points.length - 1)].subtract(points[Math.max(i - 1, 0)]);
      const length = Math.hypot(way.x, way.y) || 1;
      return map.layerPointToLatLng(point.add([(-way.y / length) * LANE, (way.x / length) * LANE]));
    });
  };
  return {
    line,
    at: (part) => crs.unproject(at(part)),
    middle: crs.unproject(at(0.5)),
    angle: (Math.atan2(before.y - after.y, after.x - before.x) * 180) / Math.PI,
  };
}

// A leg of which no road is known bows to its right, so that the way there and the way back stand apart. Points in between
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
    at: (part) => crs.unproject(at(part)),
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
  const drawn = { route, manager, date, group, ways: [], legs: [], stops: [] };
  for (let leg = 0; leg + 1 < route.path.length; leg += 1) {
    const [from, to] = [route.path[leg], route.path[leg + 1]];
    const way = route.lines[leg] ? along(route.lines[leg]) : bow(from, to);
    drawn.ways.push(way.at);
    if (from[0] === to[0] && from[1] === to[1]) continue;
    const { line, middle, angle } = way;
    const halo = L.polyline([from, to], { color: '#ffffff', weight: 6, opacity: 0.75, interactive: false, smoothFactor: 0 });
    const ink = L.polyline([from, to], {
      color: manager.colour, weight: 3, opacity: 0.9, dashArray: date.dash || null, interactive: false, smoothFactor: 0,
    });
    const head = element('span', { class: 'arrow', style: { '--colour': manager.colour, '--turn': `${angle}deg` } });
    const arrow = L.marker(middle, { icon: icon(head, 14), interactive: false, keyboard: false, pane: 'arrows' });
    drawn.legs.push({ from: L.latLng(from), to: L.latLng(to), line, layers: [halo, ink], arrow });
    group.addLayer(halo).addLayer(ink);
  }
  for (const stop of route.steps.filter((step) => step.kind === 'stop')) {
    const classes = [stop.status, stop.booked ? 'booked' : '', stop.change].join(' ');
    const content = element('span', null, disc(stop.number, manager.colour, classes), said(date.tag, 'tag'));
    const label = `${stop.number}. ${stop.name}, ${manager.name}, ${date.label}, ${stop.time}`;
    const marker = pin(stop.point, content, 28, label);
    drawn.stops.push({ stop, marker, drawn });
    group.addLayer(marker);
  }
  return drawn;
}

// A day as it was before a re-plan: grey and wide, below everything of today.
function drawBefore(route) {
  const group = L.layerGroup();
  const drawn = { route, group, legs: [] };
  for (let leg = 0; leg + 1 < route.path.length; leg += 1) {
    const [from, to] = [route.path[leg], route.path[leg + 1]];
    if (from[0] === to[0] && from[1] === to[1]) continue;
    const { line } = route.lines[leg] ? along(route.lines[leg]) : bow(from, to);
    const ink = L.polyline([from, to], {
      pane: 'before', color: '#57606a', weight: 6, opacity: 0.35, interactive: false, smoothFactor: 0,
    });
    drawn.legs.push({ from: L.latLng(from), to: L.latLng(to), line, layers: [ink] });
    group.addLayer(ink);
  }
  return drawn;
}

// As many pieces as the eye needs at this zoom; no arrow where there is no room for one.
function drawLegs(drawn) {
  for (const { from, to, line, layers, arrow } of drawn.legs) {
    const long = map.latLngToLayerPoint(from).distanceTo(map.latLngToLayerPoint(to));
    const points = line(Math.max(4, Math.min(150, Math.round(long / 32))));
    for (const layer of layers) layer.setLatLngs(points);
    if (!arrow) continue;
    if (long >= ARROW_ROOM) drawn.group.addLayer(arrow);
    else drawn.group.removeLayer(arrow);
  }
}

function drawLeftOut(visit) {
  const marker = pin(visit.point, element('span', { class: `disc left-out ${visit.change}` }, visit.tier), 24, visit.name);
  return { visit, marker };
}

// Where clients are left out, the more so the more they are worth: discs that a blur melts together.
function drawHeat(visits) {
  const most = Math.max(1, ...visits.map(({ worth }) => worth));
  return L.layerGroup(visits.map(({ point, worth }) => L.circleMarker(point, {
    pane: 'heat', radius: 34, stroke: false, fillColor: '#cf222e', fillOpacity: 0.16 + (0.3 * worth) / most, interactive: false,
  })));
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
  // All are measured before any moves: the browser lays the page out once, not for each name.
  const halves = districts.map(({ label }) => L.point(label.offsetWidth / 2 + 3, label.offsetHeight / 2));
  for (const [number, { label, marker }] of districts.entries()) {
    const half = halves[number];
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

// Whom each can come near: those of its own square of `room` pixels and of the eight around it.
function neighbours(all, room) {
  const squares = new Map();
  const square = (x, y) => x * 1e6 + y;
  const place = ({ x, y }) => [Math.floor(x / room), Math.floor(y / room)];
  all.forEach((one, i) => {
    const key = square(...place(one));
    if (!squares.has(key)) squares.set(key, []);
    squares.get(key).push(i);
  });
  return (i) => {
    const [x, y] = place(all[i]);
    const found = [];
    for (let dx = -1; dx <= 1; dx += 1) {
      for (let dy = -1; dy <= 1; dy += 1) {
        for (const j of squares.get(square(x + dx, y + dy)) || []) if (j > i) found.push(j);
      }
    }
    return found;
  };
}

// Numbers that would hide one another step aside, each tied to its true place by a thin line.
// Relaxation by pairs; what is `fixed` stays. Far out, where everything is one heap, they stay put.
function spread(markers, fixed, ties, room, fromZoom) {
  ties.clearLayers();
  const near = map.getZoom() >= fromZoom;
  const node = (marker, stays) => {
    const { x, y } = map.latLngToLayerPoint(marker.home);
    return { marker, x, y, fixed: stays };
  };
  const nodes = markers.map((marker) => node(marker, false));
  const all = [...nodes, ...fixed.map((marker) => node(marker, true))];
  for (let round = 0, moved = near; moved && round < 60; round += 1) {
    moved = false;
    const beside = neighbours(all, room);
    for (let i = 0; i < nodes.length; i += 1) {
      for (const j of beside(i)) {
        const [a, b] = [all[i], all[j]];
        let [x, y] = [b.x - a.x, b.y - a.y];
        let distance = Math.hypot(x, y);
        if (distance >= room - 0.5) continue;
        let push = room - distance;
        if (distance < 0.01) {
          [x, y, distance, push] = [Math.cos(i + j), Math.sin(i + j), 1, room];
        }
        push /= distance * (b.fixed ? 1 : 2);
        a.x -= x * push;
        a.y -= y * push;
        if (!b.fixed) {
          b.x += x * push;
          b.y += y * push;
        }
        moved = true;
      }
    }
  }
  for (const { marker, x, y } of nodes) {
    const at = L.point(x, y);
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
