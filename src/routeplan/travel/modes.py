"""Several ways of travelling for one manager: which of them go together, and the quickest of them.

A vehicle of one's own cannot be left behind and taken from elsewhere. So a day is travelled either
with one such vehicle from first to last, or without any: then each leg takes the quickest of what
is left (bus and metro, a shared bicycle, a taxi, one's feet).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

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
    import numpy as np

    by_mode = [travel.matrix(points, mode, day) for mode in sorted(modes, key=_walking_first)]
    if len(by_mode) == 1:
        return by_mode[0]
    minutes = np.array([matrix.minutes for matrix in by_mode], dtype=int)
    barred = minutes < 0
    for number, matrix in enumerate(by_mode):
        if matrix.mode is TravelMode.WALK:
            barred[number] |= minutes[number] > settings.walk_limit
    nobody = len(by_mode)
    fastest = np.where(barred, np.iinfo(minutes.dtype).max, minutes).argmin(axis=0)
    chosen = np.where(barred.all(axis=0), nobody, fastest)

    def table(of_modes: Iterable[Matrix], missing: int) -> Matrix:
        """Of each pair what its mode says."""
        return tuple(map(tuple, np.choose(chosen, [*of_modes, missing]).tolist()))

    starts = sorted({part.start for matrix in by_mode for part in matrix.slices})
    estimated = all(matrix.estimated for matrix in by_mode)
    lines, named = chosen.tolist(), [*(matrix.mode for matrix in by_mode), modes[0]]
    return TravelMatrix(
        mode=modes[0],
        source=by_mode[0].source,
        estimated=estimated,
        minutes=table((matrix.minutes for matrix in by_mode), -1),
        metres=table((matrix.metres for matrix in by_mode), 0),
        slices=tuple(
            TravelSlice(start=start, minutes=table((matrix.at(start) for matrix in by_mode), -1))
            for start in starts
        ),
        guessed=()
        if estimated
        else tuple(
            (row, column)
            for row, line in enumerate(lines)
            for column, number in enumerate(line)
            if number != nobody and by_mode[number].is_estimate(row, column)
        ),
        modes=tuple(tuple(named[number] for number in line) for line in lines),
    )


def _walking_first(mode: TravelMode) -> bool:
    return mode is not TravelMode.WALK
