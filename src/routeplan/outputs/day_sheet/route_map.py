"""The day's route as a small drawing (SVG) that stands in the page itself: north is up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Self, TypeAlias

from routeplan.plan.plan import Leg, PlannedDay, PlannedVisit
from routeplan.point import Point
from routeplan.travel.background import MainRoads
from routeplan.travel.shape import decode_shape

__all__ = ["Ground", "RouteMap", "prepared_ground", "route_map"]

WIDTH, HEIGHT = 360, 216
MARGIN = 24
DISC = 11
LEAST_SPAN_DEGREES = 0.01
"""About a kilometre: a day in one building is not drawn as if it were a city."""
STEP = 0.7
"""Lines are drawn with no more detail than so many pixels."""
ROADS_SHOWN = 60_000
"""Characters of roads at most; the least important are left away."""

_SCALES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)

Pixel: TypeAlias = tuple[float, float]


class _Area(NamedTuple):
    """A box without the checks of one: there are thousands."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def around(cls, points: Sequence[Point]) -> Self:
        lats = [point.lat for point in points]
        lons = [point.lon for point in points]
        return cls(min(lats), min(lons), max(lats), max(lons))

    def touches(self, other: _Area) -> bool:
        return (
            self.south <= other.north
            and other.south <= self.north
            and self.west <= other.east
            and other.west <= self.east
        )


class _Road(NamedTuple):
    level: int
    points: tuple[Point, ...]
    area: _Area


Ground: TypeAlias = tuple[_Road, ...]
"""Roads to lie under the maps of many days, decoded once; the most important first."""


class Mark(NamedTuple):
    """A visit's number on the map."""

    x: float
    y: float
    number: int
    tier: str
    done: bool


class RouteMap(NamedTuple):
    """What the page draws, in pixels of a WIDTH by HEIGHT picture."""

    roads: tuple[tuple[int, str], ...]
    """Level and path data, the least important first."""
    legs: tuple[tuple[str, bool], ...]
    """Path data, and whether it follows roads."""
    ends: tuple[Pixel, ...]
    """Where the day starts and ends, if not at a client."""
    marks: tuple[Mark, ...]
    scale_width: float
    scale_text: str
    """Kilometres."""


def prepared_ground(roads: MainRoads | None) -> Ground:
    """The roads as `route_map` wants them."""
    lines = roads.lines if roads else ()
    decoded = ((line, decode_shape(line.shape)) for line in lines)
    found = [_Road(line.level, points, _Area.around(points)) for line, points in decoded if points]
    return tuple(sorted(found, key=lambda road: road.level))


def route_map(day: PlannedDay, ground: Ground = ()) -> RouteMap | None:
    """The picture of a day; None for who goes nowhere."""
    if not day.places:
        return None
    stops = [place.point for place in day.places]
    ends: list[Point] = []
    legs = list(_legs(day))
    if day.start_point is not None and day.places[0].leg is not None:
        ends.append(day.start_point)
    if day.end_point is not None and day.way_back is not None and day.end_point not in ends:
        ends.append(day.end_point)
    view = _View([*stops, *ends, *(point for _, line in legs for point in line)])
    metres = next(
        (scale for scale in reversed(_SCALES) if scale * view.per_metre <= WIDTH / 3), _SCALES[0]
    )
    return RouteMap(
        roads=tuple(_roads(ground, view)),
        legs=tuple((view.path(line), bool(leg.shape)) for leg, line in legs),
        ends=tuple(view.at(point) for point in ends),
        marks=tuple(_marks(day, view)),
        scale_width=round(metres * view.per_metre, 1),
        scale_text=f"{metres / 1000:g}",
    )


def _legs(day: PlannedDay) -> Iterator[tuple[Leg, tuple[Point, ...]]]:
    at = day.start_point
    for place in day.places:
        if place.leg is not None and at is not None:
            yield place.leg, _line(place.leg, at, place.point)
        at = place.point
    if day.way_back is not None and day.end_point is not None and at is not None:
        yield day.way_back, _line(day.way_back, at, day.end_point)


def _line(leg: Leg, start: Point, end: Point) -> tuple[Point, ...]:
    return decode_shape(leg.shape) if leg.shape else (start, end)


class _View:
    """Degrees to pixels: as wide as tall on the ground, everything inside the margins."""

    def __init__(self, points: Sequence[Point]) -> None:
        area = _Area.around(points)
        self.middle = ((area.south + area.north) / 2, (area.west + area.east) / 2)
        self.shrink = max(0.01, math.cos(math.radians(self.middle[0])))
        tall = max(area.north - area.south, LEAST_SPAN_DEGREES)
        wide = max((area.east - area.west) * self.shrink, LEAST_SPAN_DEGREES)
        self.zoom = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / tall)
        self.per_metre = self.zoom / 111_195
        up, across = HEIGHT / 2 / self.zoom, WIDTH / 2 / self.zoom / self.shrink
        south, west = self.middle[0] - up, self.middle[1] - across
        self.area = _Area(south, west, south + 2 * up, west + 2 * across)

    def at(self, point: Point) -> Pixel:
        x = WIDTH / 2 + (point.lon - self.middle[1]) * self.shrink * self.zoom
        y = HEIGHT / 2 - (point.lat - self.middle[0]) * self.zoom
        return round(x, 1), round(y, 1)

    def path(self, points: Sequence[Point]) -> str:
        """Path data, without the points that nobody could tell apart."""
        pixels = [self.at(point) for point in points]
        kept = pixels[:1]
        for pixel in pixels[1:-1]:
            if math.dist(pixel, kept[-1]) >= STEP:
                kept.append(pixel)
        kept += pixels[-1:] if len(pixels) > 1 else []
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept)


def _roads(ground: Ground, view: _View) -> Iterator[tuple[int, str]]:
    levels: dict[int, list[str]] = {}
    size = 0
    for road in ground:
        if not road.area.touches(view.area):
            continue
        path = "".join(view.path(run) for run in _runs(road.points, view.area))
        size += len(path)
        if size > ROADS_SHOWN:
            levels.pop(road.level, None)
            break
        if path:
            levels.setdefault(road.level, []).append(path)
    for level in sorted(levels, reverse=True):
        yield level, "".join(levels[level])


def _runs(points: Sequence[Point], area: _Area) -> Iterator[list[Point]]:
    """Stretches of a line whose pieces are in the area, or might be."""
    run: list[Point] = []
    for pair in pairwise(points):
        if _Area.around(pair).touches(area):
            run = run or [pair[0]]
            run.append(pair[1])
        elif run:
            yield run
            run = []
    if run:
        yield run


def _marks(day: PlannedDay, view: _View) -> Iterator[Mark]:
    """Numbers at their places; where two would cover each other, the later gives way sideways."""
    taken: list[Pixel] = []
    for number, visit in enumerate(day.visits, 1):
        x, y = view.at(visit.point)
        for turn in range(1, 12):
            if all(math.dist((x, y), other) >= 1.7 * DISC for other in taken):
                break
            angle = math.pi * turn / 3
            home = view.at(visit.point)
            x = round(home[0] + 1.8 * DISC * math.cos(angle) * (1 + turn // 6), 1)
            y = round(home[1] + 1.8 * DISC * math.sin(angle) * (1 + turn // 6), 1)
        x = min(max(x, DISC), WIDTH - DISC)
        y = min(max(y, DISC), HEIGHT - DISC)
        taken.append((x, y))
        yield Mark(x, y, number, visit.tier.value, _done(visit))


def _done(visit: PlannedVisit) -> bool:
    return visit.status.value == "done"
