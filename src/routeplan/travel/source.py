"""One interface for every source of travel times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from routeplan.book.models import TravelMode
from routeplan.point import Point
from routeplan.travel.matrix import TravelMatrix

__all__ = ["TravelSource"]


class TravelSource(Protocol):
    """Gives the travel matrix of a list of points."""

    def day_key(self, day: dt.date) -> str:
        """Days with equal keys have equal matrices."""

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        """Travel among `points` (any order, n x n) by `mode` on `day`."""
