"""Travel on a day when it takes longer than usual: rain, an accident, a closed road."""

from __future__ import annotations

import math
from collections.abc import Sequence

from routeplan.travel.matrix import Matrix, TravelMatrix, TravelSlice
from routeplan.values import TimeWindow

__all__ = ["delayed", "slowed"]


def delayed(matrix: TravelMatrix, delays: Sequence[tuple[TimeWindow, float]]) -> TravelMatrix:
    """The matrix where ways begun in these hours take so many times as long; several multiply.

    Typical minutes stay what they are: a delay decides what is in time, not what a plan costs.
    """
    if not delays:
        return matrix
    parts = matrix.slices or (TravelSlice(start=0, minutes=matrix.minutes),)
    edges = {part.start for part in parts}
    edges |= {edge for hours, _ in delays for edge in (hours.start, hours.end)}

    def at(start: int) -> Matrix:
        minutes = next(part.minutes for part in reversed(parts) if part.start <= start)
        factor = math.prod(factor for hours, factor in delays if hours.start <= start < hours.end)
        return tuple(tuple(slowed(one, factor) for one in row) for row in minutes)

    slices = tuple(TravelSlice(start=edge, minutes=at(edge)) for edge in sorted(edges))
    return matrix.model_copy(update={"slices": slices})


def slowed(minutes: int, factor: float) -> int:
    """Whole minutes, rounded half up, at least one between two places; -1 stays no way."""
    return max(1, math.floor(minutes * factor + 0.5)) if minutes > 0 else minutes
