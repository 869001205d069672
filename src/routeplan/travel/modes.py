"""Several ways of travelling for one manager: which of them go together, and the quickest of them.

A vehicle of one's own cannot be left behind and taken from elsewhere. So a day is travelled either
with one such vehicle from first to last, or without any: then each leg takes the quickest of what
is left (bus and metro, a shared bicycle, a taxi, one's feet).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.point import Point
from routeplan.travel.matrix import Matrix, TravelMatrix, TravelSlice
from routeplan.travel.source import TravelSource

__all__ = ["group_of", "groups", "may_walk", "quickest"]


def groups(
    modes: Sequence[TravelMode], settings: TravelSettings
) -> tuple[tuple[TravelMode, ...], ...]:
    """The modes that can be mixed on one day: each own vehicle alone, all others together; in the
    order of `modes`."""
    found: dict[TravelMode | None, list[TravelMode]] = {}
    for mode in dict.fromkeys(modes):
        found.setdefault(mode if mode in settings.vehicles else None, []).append(mode)
    return tuple(tuple(group) for group in found.values())


def group_of(
    modes: Sequence[TravelMode], used: Collection[TravelMode], settings: TravelSettings
) -> tuple[TravelMode, ...]:
    """The group that a day belongs to on which `used` were travelled; the first if none was, or
    the book has changed since."""
    found = groups(modes, settings)
    return next((group for group in found if used and set(used) <= set(group)), found[0])


def may_walk(mode: TravelMode, settings: TravelSettings) -> bool:
    """Whether a leg by `mode` may be walked where that is quicker.

    A bicycle can be pushed, but walking away from one's car means walking back to it.
    """
    return mode is not TravelMode.WALK and not (
        mode is TravelMode.CAR and mode in settings.vehicles
    )


def quickest(
    travel: TravelSource,
    points: Sequence[Point],
    modes: Sequence[TravelMode],
    day: dt.date,
    settings: TravelSettings,
) -> TravelMatrix:
    """Travel among `points` by one group of modes: for each pair the one that is quickest at an
    ordinary hour; among equals walking, then the one named first.

    Walking up to `settings.walk_limit` minutes only, unless there is no other mode.
    """
    by_mode = [travel.matrix(points, mode, day) for mode in sorted(modes, key=_walking_first)]
    if len(by_mode) == 1:
        return by_mode[0]
    size = range(len(points))

    def usable(matrix: TravelMatrix, row: int, column: int) -> bool:
        minutes = matrix.minutes[row][column]
        return minutes >= 0 and (
            matrix.mode is not TravelMode.WALK or minutes <= settings.walk_limit
        )

    def choice(row: int, column: int) -> TravelMatrix | None:
        found = [matrix for matrix in by_mode if usable(matrix, row, column)]
        return min(found, key=lambda matrix: matrix.minutes[row][column], default=None)

    chosen = [[choice(row, column) for column in size] for row in size]
    starts = sorted({part.start for matrix in by_mode for part in matrix.slices})
    estimated = all(matrix.estimated for matrix in by_mode)

    def minutes_at(start: int | None) -> Matrix:
        return tuple(
            tuple(
                -1
                if matrix is None
                else matrix.minutes[row][column]
                if start is None
                else matrix.minutes_at(row, column, start)
                for column, matrix in enumerate(line)
            )
            for row, line in enumerate(chosen)
        )

    return TravelMatrix(
        mode=modes[0],
        source=by_mode[0].source,
        estimated=estimated,
        minutes=minutes_at(None),
        metres=tuple(
            tuple(
                0 if matrix is None else matrix.metres[row][column]
                for column, matrix in enumerate(line)
            )
            for row, line in enumerate(chosen)
        ),
        slices=tuple(TravelSlice(start=start, minutes=minutes_at(start)) for start in starts),
        guessed=()
        if estimated
        else tuple(
            (row, column)
            for row in size
            for column in size
            if (matrix := chosen[row][column]) and matrix.is_estimate(row, column)
        ),
        modes=tuple(
            tuple(modes[0] if matrix is None else matrix.mode for matrix in line) for line in chosen
        ),
    )


def _walking_first(mode: TravelMode) -> bool:
    return mode is not TravelMode.WALK
