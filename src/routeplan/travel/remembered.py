"""A routing server's tables, kept block by block: a stop in the middle loses nothing.

The store holds one row for each origin, server and mode: the ways to the places asked for from
there, as the server gave them. They serve any hours and settings.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from routeplan.book.models import TravelMode
from routeplan.point import Point
from routeplan.store.cache import Cache
from routeplan.travel.kept import Place, key_of, opened, place_of, sealed
from routeplan.travel.roads import RoadNetwork, Way
from routeplan.travel.web import Block

__all__ = ["InBlocks", "Remembered"]

_KIND = "ways"

Ways = dict[Place, Way | None]


class InBlocks(RoadNetwork, Protocol):
    """A network that answers a table in portions."""

    def blocks(
        self, origins: Sequence[Point], destinations: Sequence[Point], mode: TravelMode
    ) -> Iterator[Block[Way | None]]:
        """The table as far as there are ways, each block as soon as it is there."""


class Remembered:
    """A `RoadNetwork` that looks into `cache` before it asks `network`."""

    def __init__(self, network: InBlocks, cache: Cache) -> None:
        self.network = network
        self.cache = cache

    @property
    def name(self) -> str:
        return self.network.name

    @property
    def version(self) -> str:
        return self.network.version

    def carries(self, mode: TravelMode) -> bool:
        return self.network.carries(mode)

    def table(
        self, origins: Sequence[Point], destinations: Sequence[Point], mode: TravelMode
    ) -> list[list[Way | None]]:
        """Ways from each origin to each destination. Raises what the network raises; what it said
        before is kept."""
        keys = {
            place_of(point): key_of(self.name, self.version, mode.value, place_of(point))
            for point in origins
        }
        rows = self._rows(keys)
        point_of = {place_of(point): point for point in (*destinations, *origins)}
        for ends, starts in _lacking(rows, [place_of(point) for point in destinations]).items():
            asked = [[point_of[place] for place in places] for places in (starts, ends)]
            for block in self.network.blocks(asked[0], asked[1], mode):
                found = {
                    starts[row]: dict(zip((ends[at] for at in block.columns), ways, strict=True))
                    for row, ways in zip(block.rows, block.answer, strict=True)
                }
                self._learn(rows, keys, found)
            # What no block held has no way.
            self._learn(rows, keys, {start: dict.fromkeys(ends) | rows[start] for start in starts})
        return [[rows[place_of(one)][place_of(two)] for two in destinations] for one in origins]

    def line(self, origin: Point, destination: Point, mode: TravelMode) -> tuple[Point, ...] | None:
        return self.network.line(origin, destination, mode)

    def _rows(self, keys: Mapping[Place, str]) -> dict[Place, Ways]:
        stored = self.cache.get_many(_KIND, keys.values())
        return {place: _unpacked(stored.get(key, b"")) for place, key in keys.items()}

    def _learn(
        self, rows: dict[Place, Ways], keys: Mapping[Place, str], found: Mapping[Place, Ways]
    ) -> None:
        for place, ways in found.items():
            rows[place] = rows[place] | ways
        self.cache.put_many(_KIND, {keys[place]: _packed(rows[place]) for place in found})


def _lacking(
    rows: Mapping[Place, Ways], destinations: Sequence[Place]
) -> dict[tuple[Place, ...], list[Place]]:
    """What is still to be asked for, as few tables: destinations, and origins that lack those."""
    groups: dict[tuple[Place, ...], list[Place]] = {}
    for origin, ways in rows.items():
        lacking = tuple(place for place in dict.fromkeys(destinations) if place not in ways)
        if lacking:
            groups.setdefault(lacking, []).append(origin)
    return groups


_NO_WAY = math.nan


def _packed(ways: Ways) -> bytes:
    import numpy as np

    table = [(*place, *(way or (_NO_WAY, _NO_WAY))) for place, way in ways.items()]
    return sealed(np.array(table, dtype=np.dtype("<i4,<i4,<f8,<f8")).tobytes())


def _unpacked(value: bytes) -> Ways:
    """The ways of a row; none where it is missing or damaged, so that they are asked for anew."""
    import numpy as np

    table = np.frombuffer(opened(value) or b"", dtype=np.dtype("<i4,<i4,<f8,<f8"))
    return {
        (lat, lon): None if math.isnan(seconds) else Way(seconds, metres)
        for lat, lon, seconds, metres in table.tolist()
    }
