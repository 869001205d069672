"""What a left-out visit costs, in the unit of the objective: one minute of travel."""

from __future__ import annotations

from collections.abc import Sequence

from routeplan.problem.problem import Choice, Shift, Visit
from routeplan.travel.matrix import TravelMatrix

__all__ = ["required_penalty"]


def required_penalty(
    visits: Sequence[Visit],
    matrices: Sequence[TravelMatrix],
    shifts: Sequence[Shift],
    choices: Sequence[Choice] = (),
) -> int:
    """More than all else in the objective can add up to, so that required visits come first.

    Else are: the worth of every visit and choice, the dearest window of every visit, one longest
    leg to every visit and back from every shift, and as many visits on every shift as it takes. So
    k required visits left out always cost less than k + 1, whatever the rest of the plan looks
    like.
    """
    worth = sum(visit.worth for visit in visits) + sum(choice.worth for choice in choices)
    windows = sum(max((window.cost for window in visit.windows), default=0) for visit in visits)
    longest = max((max(row) for matrix in matrices for row in matrix.minutes), default=0)
    legs = max(longest, 0) * (len(visits) + len(shifts))
    crowding = sum(shift.crowded(min(shift.max_visits, len(visits))) for shift in shifts)
    return worth + windows + legs + crowding + 1
