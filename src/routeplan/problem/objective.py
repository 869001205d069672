"""What a left-out visit costs, in the unit of the objective: one minute of travel."""

from __future__ import annotations

from collections.abc import Sequence

from routeplan.problem.problem import Choice, Visit
from routeplan.travel.matrix import TravelMatrix

__all__ = ["required_penalty"]


def required_penalty(
    visits: Sequence[Visit],
    matrices: Sequence[TravelMatrix],
    shifts: int,
    choices: Sequence[Choice] = (),
) -> int:
    """More than all else in the objective can add up to, so that required visits come first.

    Else are: the worth of every visit and choice, the dearest window of every visit, and one
    longest leg to every visit and back from every shift. So k required visits left out always cost
    less than k + 1, whatever the rest of the plan looks like.
    """
    worth = sum(visit.worth for visit in visits) + sum(choice.worth for choice in choices)
    windows = sum(max((window.cost for window in visit.windows), default=0) for visit in visits)
    longest = max((max(row) for matrix in matrices for row in matrix.minutes), default=0)
    return worth + windows + max(longest, 0) * (len(visits) + shifts) + 1
