"""Travel that was asked for once is not asked for again.

The store holds one row for each place of departure, source version, mode and kind of day: the
places reached from there, with minutes, metres and slices. What a source would answer otherwise
after a change has another version, and so another row.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from routeplan.book.models import TravelMode
from routeplan.point import Point
from routeplan.store.cache import Cache
from routeplan.travel.journey import JourneyStep
from routeplan.travel.kept import Place, key_of, opened, place_of, sealed
from routeplan.travel.matrix import TravelMatrix, TravelSlice
from routeplan.travel.source import TravelSource

__all__ = ["Cached"]

_SMALLEST_BATCH = 12
"""Known places that are asked for together with a new one: the source answers squares only."""


class _Row(NamedTuple):
    """What is known of the ways from one place."""

    source: str
    estimated: bool
    starts: tuple[int, ...]
    ways: dict[Place, tuple[int, ...]]
    """To each place: metres, 1 if guessed, minutes, and minutes of each slice."""


class Cached:
    """A `TravelSource` that looks into `cache` before it asks `source`."""

    def __init__(self, source: TravelSource, cache: Cache) -> None:
        self.source = source
        self.cache = cache

    @property
    def version(self) -> str:
        return self.source.version

    def day_key(self, day: dt.date) -> str:
        return self.source.day_key(day)

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        places = [place_of(point) for point in points]
        about = ("matrix", self.version, mode.value, self.day_key(day))
        keys = {place: key_of(*about, place) for place in places}
        rows = self._rows(keys)
        missing = {
            (one, two)
            for one in keys
            for two in keys
            if one != two and (one not in rows or two not in rows[one].ways)
        }
        if len(keys) < 2:
            return self.source.matrix(points, mode, day)
        if missing:
            point_of = dict(zip(places, points, strict=True))
            for batch in _batches(missing, list(keys)):
                asked = self.source.matrix([point_of[place] for place in batch], mode, day)
                _learn(rows, batch, asked)
                changed = {keys[place]: _packed(rows[place]) for place in batch}
                self.cache.put_many("travel", changed)
        return _assembled(places, rows, mode)

    def expect(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> None:
        self.source.expect(points, mode, day)

    def shape(
        self, origin: Point, destination: Point, mode: TravelMode
    ) -> tuple[Point, ...] | None:
        key = key_of("shape", self.version, mode.value, place_of(origin), place_of(destination))
        found = self._known(key)
        if isinstance(found, list):
            return tuple(Point(lat=lat / 1e6, lon=lon / 1e6) for lat, lon in found) or None
        line = self.source.shape(origin, destination, mode)
        self._keep(key, [place_of(point) for point in line or ()])
        return line

    def journey(
        self, origin: Point, destination: Point, mode: TravelMode, departure: dt.datetime
    ) -> tuple[JourneyStep, ...]:
        about = ("journey", self.version, mode.value, departure.isoformat())
        key = key_of(*about, place_of(origin), place_of(destination))
        found = self._known(key)
        if isinstance(found, list):
            return tuple(JourneyStep.model_validate(step) for step in found)
        steps = self.source.journey(origin, destination, mode, departure)
        self._keep(key, [step.model_dump(mode="json", exclude_defaults=True) for step in steps])
        return steps

    def _rows(self, keys: dict[Place, str]) -> dict[Place, _Row]:
        stored = self.cache.get_many("travel", keys.values())
        found = {place: _unpacked(stored[key]) for place, key in keys.items() if key in stored}
        return {place: row for place, row in found.items() if row is not None}

    def _known(self, key: str) -> object:
        content = opened(self.cache.get_many("travel", [key]).get(key, b""))
        return None if content is None else json.loads(content)

    def _keep(self, key: str, content: object) -> None:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        self.cache.put_soon("travel", {key: sealed(text.encode())})


def _batches(missing: set[tuple[Place, Place]], places: list[Place]) -> Iterator[list[Place]]:
    """Lists of places that hold every missing pair: few new places are asked for with some of the
    others at a time, which is far less than all with all."""
    lacking: dict[Place, set[Place]] = {place: set() for place in places}
    for one, two in missing:
        lacking[one].add(two)
        lacking[two].add(one)
    places = [place for place in places if lacking[place]]
    new: dict[Place, None] = {}
    for place in sorted(places, key=lambda place: -len(lacking[place])):
        if lacking[place]:
            new[place] = None
            for other in lacking[place]:
                lacking[other].discard(place)
    known = [place for place in places if place not in new]
    step = max(_SMALLEST_BATCH, len(new))
    if len(known) <= step or len(new) * 4 > len(places):
        yield places
        return
    for start in range(0, len(known), step):
        yield [*new, *known[start : start + step]]


def _learn(rows: dict[Place, _Row], places: Sequence[Place], asked: TravelMatrix) -> None:
    """Puts an answer into the rows; what a row held with other slices is dropped."""
    starts = tuple(part.start for part in asked.slices)
    for row, place in enumerate(places):
        ways = {
            other: (
                asked.metres[row][column],
                int(asked.is_estimate(row, column)),
                asked.minutes[row][column],
                *(part.minutes[row][column] for part in asked.slices),
            )
            for column, other in enumerate(places)
            if other != place
        }
        before = rows.get(place)
        if before and (before.source, before.starts) == (asked.source, starts):
            ways = before.ways | ways
            estimated = before.estimated and asked.estimated
        else:
            estimated = asked.estimated
        rows[place] = _Row(asked.source, estimated, starts, ways)


def _assembled(places: Sequence[Place], rows: dict[Place, _Row], mode: TravelMode) -> TravelMatrix:
    starts = sorted({start for row in rows.values() for start in row.starts})
    same = all(row.starts == tuple(starts) for row in rows.values())
    here = (0, 0, 0, *(0 for _ in starts))

    def cells(one: Place) -> list[tuple[int, ...]]:
        row = rows[one]
        ways = [here if two == one else row.ways[two] for two in places]
        if same:
            return ways
        # The part of the day that each start lies in, or the minutes of an ordinary hour.
        parts = [sum(part <= start for part in row.starts) for start in starts]
        return [(*way[:3], *(way[2 + part] for part in parts)) for way in ways]

    table = {one: cells(one) for one in dict.fromkeys(places)}
    lines = [[*zip(*table[one], strict=True)] for one in places]
    estimated = all(row.estimated for row in rows.values())
    return TravelMatrix(
        mode=mode,
        source=next(iter(rows.values())).source,
        estimated=estimated,
        metres=tuple(line[0] for line in lines),
        minutes=tuple(line[2] for line in lines),
        slices=tuple(
            TravelSlice(start=start, minutes=tuple(line[3 + number] for line in lines))
            for number, start in enumerate(starts)
        ),
        guessed=()
        if estimated
        else tuple(
            (row, column)
            for row, line in enumerate(lines)
            for column, guessed in enumerate(line[1])
            if guessed
        ),
    )


# --- bytes --------------------------------------------------------------------------------------


def _packed(row: _Row) -> bytes:
    """A line of JSON on the row, then for each way its place and figures as 32-bit integers."""
    import numpy as np

    head = json.dumps([row.source, row.estimated, row.starts])
    table = np.array([(*place, *way) for place, way in row.ways.items()], dtype="<i4")
    return sealed(head.encode() + b"\n" + table.tobytes())


def _unpacked(value: bytes) -> _Row | None:
    """The row; None: damaged, so that it is asked for anew."""
    import numpy as np

    content = opened(value)
    if content is None:
        return None
    head, _, table = content.partition(b"\n")
    source, estimated, starts = json.loads(head)
    figures = np.frombuffer(table, dtype="<i4").reshape(-1, 5 + len(starts)).tolist()
    ways = {(line[0], line[1]): tuple(line[2:]) for line in figures}
    return _Row(source, estimated, tuple(starts), ways)
