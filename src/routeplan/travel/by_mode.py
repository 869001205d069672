"""Several sources together, each for the ways of travelling that it knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from routeplan.book.models import TravelMode
from routeplan.point import Point
from routeplan.travel.journey import JourneyStep
from routeplan.travel.matrix import TravelMatrix
from routeplan.travel.source import TravelSource

__all__ = ["ByMode"]


class ByMode:
    """A `TravelSource` that asks `others` for their modes and `source` for the rest."""

    def __init__(self, source: TravelSource, others: Mapping[TravelMode, TravelSource]) -> None:
        self.source = source
        self.others = dict(others)

    @property
    def version(self) -> str:
        parts = (f"{mode.value}={other.version}" for mode, other in sorted(self.others.items()))
        return ";".join((self.source.version, *parts))

    def day_key(self, day: dt.date) -> str:
        others = (other.day_key(day) for _, other in sorted(self.others.items()))
        return ";".join((self.source.day_key(day), *others))

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        return self._of(mode).matrix(points, mode, day)

    def expect(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> None:
        self._of(mode).expect(points, mode, day)

    def shape(
        self, origin: Point, destination: Point, mode: TravelMode
    ) -> tuple[Point, ...] | None:
        return self._of(mode).shape(origin, destination, mode)

    def journey(
        self, origin: Point, destination: Point, mode: TravelMode, departure: dt.datetime
    ) -> tuple[JourneyStep, ...]:
        return self._of(mode).journey(origin, destination, mode, departure)

    def _of(self, mode: TravelMode) -> TravelSource:
        return self.others.get(mode, self.source)
