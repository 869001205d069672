"""One interface for every source of travel times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from routeplan.book.models import TravelMode
from routeplan.point import Point
from routeplan.travel.journey import JourneyStep
from routeplan.travel.matrix import TravelMatrix

__all__ = ["TravelSource"]


class TravelSource(Protocol):
    """Gives the travel matrix of a list of points, and what a single way looks like."""

    @property
    def version(self) -> str:
        """Names the source and its data, as 'great-circle:3f2a…'; another one whenever an answer
        may be another."""

    def day_key(self, day: dt.date) -> str:
        """Days with equal keys have equal matrices."""

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        """Travel among `points` (any order, n x n) by `mode` on `day`.

        The minutes of a pair do not depend on which other points are asked for with it.
        """

    def expect(self, points: Sequence[Point], mode: TravelMode, day: dt.date, /) -> None:
        """Says among which points `shape` and `journey` will be asked for, so that a source that
        prepares itself for its points does so once. Nothing is done before it is asked."""

    def shape(
        self, origin: Point, destination: Point, mode: TravelMode, /
    ) -> tuple[Point, ...] | None:
        """The way as a line from `origin` to `destination`; None: not known."""

    def journey(
        self, origin: Point, destination: Point, mode: TravelMode, departure: dt.datetime, /
    ) -> tuple[JourneyStep, ...]:
        """What one does on the way when setting off at `departure` (local time); (): nothing
        beyond what the matrix says."""
