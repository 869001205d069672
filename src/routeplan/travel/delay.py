"""Travel on a day when it takes longer than usual: rain, an accident, a closed road."""

from __future__ import annotations

import itertools
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
    edges = {0, *(part.start for part in matrix.slices)}
    edges |= {edge for hours, _ in delays for edge in (hours.start, hours.end)}

    def at(start: int) -> Matrix:
        usual = matrix.at(start)
        factor = math.prod(factor for hours, factor in delays if hours.start <= start < hours.end)
        # Few different minutes fill a whole matrix.
        longer = {minutes: slowed(minutes, factor) for minutes in set(itertools.chain(*usual))}
        return tuple(tuple(longer[minutes] for minutes in row) for row in usual)

    slices = tuple(TravelSlice(start=edge, minutes=at(edge)) for edge in sorted(edges))
    return matrix.model_copy(update={"slices": slices})


def slowed(minutes: int, factor: float) -> int:
    """Whole minutes, rounded half up, at least one between two places; -1 stays no way."""
    return max(1, math.floor(minutes * factor + 0.5)) if minutes > 0 else minutes
