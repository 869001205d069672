"""The last resort for a visit left out: the routes searched again with it required."""

from __future__ import annotations

from collections.abc import Collection

from routeplan.plan.insert import Routes
from routeplan.problem.problem import Problem
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Engine, Solution
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule

__all__ = ["solution_requiring"]

DAY_ROUNDS = 30
"""Of improvement on one day, and..."""
ROUNDS = 200
"""... on all of them: some tenths of a second; the same routes on every machine."""


def solution_requiring(
    problem: Problem, solution: Solution, index: int, shifts: Collection[int]
) -> tuple[Problem, Solution] | None:
    """`problem` with a visit of no route required, and a solution near `solution` that makes it.

    First each of `shifts` is searched by itself, then all of them from the best of these on, with
    what is on them now: no other visit comes in, and only visits on them give way or move. Those of
    the same client stay, as asking for a client asks for all of them. None: nothing was found.
    """
    client = problem.visits[index].client
    made = solution.made
    asked = {number for number in made if problem.visits[number].client == client} | {index}
    changed = problem.model_copy(
        update={
            "visits": tuple(
                visit.model_copy(update={"required": True}) if number in asked else visit
                for number, visit in enumerate(problem.visits)
            )
        }
    )
    now = Routes(problem, solution)
    days = []
    for shift in shifts:
        date = problem.days[problem.shifts[shift].day]
        open_ = shift in problem.windows_by_shift[index]
        if open_ and not now.near_siblings(index, date):
            found = _searched(changed, solution, solution, index, {shift}, DAY_ROUNDS)
            if index not in found.left_out:
                days.append(found)
    if not days:
        return None
    best = min(days, key=lambda found: cost_of(changed, found))
    return changed, _searched(changed, solution, best, index, shifts, ROUNDS)


def _searched(
    problem: Problem,
    before: Solution,
    start: Solution,
    index: int,
    shifts: Collection[int],
    rounds: int,
) -> Solution:
    """`start` with the routes of `shifts` searched again, for what `before` had on them."""
    here = {stop.visit for route in before.routes if route.shift in shifts for stop in route.stops}
    visits = tuple(
        visit.model_copy(
            update={
                "windows": tuple(window for window in visit.windows if window.shift in shifts)
                if number in here or number == index
                else ()
            }
        )
        for number, visit in enumerate(problem.visits)
    )
    found = solve(
        problem.model_copy(update={"visits": visits}),
        StopRule(seconds=None, iterations=rounds),
        engine=Engine.ROUTING,
        start=start,
    ).solution
    routes = [
        *(route for route in start.routes if route.shift not in shifts),
        *(route for route in found.routes if route.shift in shifts),
    ]
    served = {stop.visit for route in routes for stop in route.stops}
    return Solution(
        routes=tuple(sorted(routes, key=lambda route: route.shift)),
        left_out=tuple(visit for visit in range(len(visits)) if visit not in served),
    )
