"""Which required visits cannot all be made: a proven set from which none can be spared.

Deletion filtering after Chinneck, Dravnieks (1991), "Locating minimal infeasible constraint sets in
linear programs", by halves first: visits are taken away for good as long as the rest, solved as a
small problem of its own, is still proven to be too much.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from routeplan.problem.problem import Gap, Problem
from routeplan.solve.improve import Search
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule

__all__ = ["conflicting"]

ITERATIONS = 40
"""Of one small problem."""


def conflicting(
    problem: Problem, left_out: Collection[int] = (), *, seconds: float = 10.0
) -> tuple[int, ...]:
    """Required visits (ascending indices) of which no plan makes all, though it would make any
    smaller set of them; empty where that cannot be proven.

    `left_out` are visits known to be left out: the set is searched around them. When the time is up
    the set may hold more than it must, yet it is proven. Among several sets one is named.
    """
    until = time.monotonic() + seconds
    core = sorted(
        (index for index, visit in enumerate(problem.visits) if visit.required),
        key=lambda index: (index in left_out, index),
    )
    if not _too_much(problem, core, until):
        return ()
    size = len(core)
    while size > 1:
        size = (size + 1) // 2
        at = 0
        while at < len(core):
            rest = [*core[:at], *core[at + size :]]
            if _too_much(problem, rest, until):
                core = rest
            else:
                at += size
    return tuple(sorted(core))


def _too_much(problem: Problem, visits: Sequence[int], until: float) -> bool:
    """Whether it is proven that no plan makes all these visits."""
    seconds = until - time.monotonic()
    if not visits or seconds <= 0:
        return False
    alone = _only(problem, visits)
    if Search(alone, 0).cost < problem.required_penalty:
        return False  # they are all made at the first try: nothing need be searched or proven
    bound = solve(alone, StopRule(seconds=seconds, iterations=ITERATIONS)).bound
    return bound is not None and bound >= problem.required_penalty


def _only(problem: Problem, visits: Sequence[int]) -> Problem:
    """The problem of these visits alone."""
    number = {visit: index for index, visit in enumerate(visits)}
    return problem.model_copy(
        update={
            "visits": tuple(problem.visits[visit] for visit in visits),
            "gaps": tuple(
                Gap(first=number[gap.first], second=number[gap.second], days=gap.days)
                for gap in problem.gaps
                if gap.first in number and gap.second in number
            ),
            "choices": (),
            "ties": (),
            "joints": (),
        }
    )
