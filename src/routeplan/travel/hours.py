"""How travel depends on the hour: factors of weekdays and hours, made into time slices.

A factor of 1 is an ordinary hour. Where several apply at one time they multiply.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from routeplan.book.models import TravelMode
from routeplan.config import HourFactor
from routeplan.travel.matrix import Matrix, TravelSlice
from routeplan.values import MINUTES_PER_DAY

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["NO_WAY", "Profile", "Rows", "digest", "factor_at", "hours_key", "profile", "sliced"]

NO_WAY = -1.0
"""In `Rows`: nobody can travel there."""

Profile = tuple[tuple[int, float], ...]
"""From which minute of the day on which factor holds, from 0 on; () if it is 1 all day."""

Rows: TypeAlias = "Sequence[Sequence[float]] | npt.NDArray[np.float64]"
"""Minutes, n x n: rows are origins; 0 is the same building, `NO_WAY` no way."""


def profile(factors: Sequence[HourFactor], mode: TravelMode, weekday: int) -> Profile:
    """The factors of `mode` on a weekday (0 = Monday), one after the other."""
    factors = [item for item in factors if mode in item.modes and weekday in item.weekdays]
    edges = {0, *(item.hours.start for item in factors), *(item.hours.end for item in factors)}
    steps: list[tuple[int, float]] = []
    for start in sorted(edges - {MINUTES_PER_DAY}):
        now = [item.factor for item in factors if item.hours.start <= start < item.hours.end]
        product = math.prod(now, start=1.0)
        if not steps or steps[-1][1] != product:
            steps.append((start, product))
    return () if steps == [(0, 1.0)] else tuple(steps)


def factor_at(hours: Profile, minute: int) -> float:
    """The factor when setting off at `minute`."""
    return next((factor for start, factor in reversed(hours) if start <= minute), 1.0)


def hours_key(factors: Sequence[HourFactor], weekday: int) -> str:
    """The first weekday whose hours are the same as this one's, in all modes."""
    weeks = [[profile(factors, mode, day) for mode in TravelMode] for day in range(7)]
    return str(weeks.index(weeks[weekday]))


def sliced(
    riding: Rows,
    hours: Profile,
    *,
    access: float = 0,
    walking: Rows | None = None,
    step: int = 1,
) -> tuple[Matrix, tuple[TravelSlice, ...]]:
    """Door-to-door minutes of an ordinary hour, and one slice for each part of the day.

    A leg takes `access` + `riding` x factor, but never longer than `walking` it, which no factor
    slows: walking is the way out of a jam. In steps of `step` minutes, rounded half up, at least
    one step between two buildings; -1 where there is no way.
    """

    import numpy as np

    rides = np.array(riding, dtype=float)
    walks = np.array(NO_WAY if walking is None else walking, dtype=float)
    on_foot = np.where(walks < 0, np.inf, walks)
    here = (rides == 0) | np.eye(len(riding), dtype=bool)

    def at(factor: float) -> Matrix:
        quickest = np.minimum(np.where(rides < 0, np.inf, access + rides * factor), on_foot)
        whole = step * np.maximum(1, np.floor(quickest / step + 0.5))
        cells = np.select([here, np.isinf(quickest)], [0, -1], whole).astype(int)
        return tuple(map(tuple, cells.tolist()))

    by_factor = {factor: at(factor) for factor in {1.0, *(factor for _, factor in hours)}}
    return by_factor[1.0], tuple(
        TravelSlice(start=start, minutes=by_factor[factor]) for start, factor in hours
    )


def digest(*parts: Any) -> str:
    """A short name for content (anything that JSON can hold), for a source's `version`."""
    content = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]
