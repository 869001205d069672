"""A week planned by hand: what is booked at its hour, and between always to the nearest due client.

It is kinder than hands are: it knows every opening hour, and its hours are timed by routeplan's own
exact scheduler, lunch and all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from routeplan import Engine, Problem, Result
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Route, Solution, Status
from routeplan.solve.schedule import schedule

__all__ = ["nearest_first"]


def nearest_first(problem: Problem) -> Result:
    """Each day on its own, in order of distance from where one stands; visits of two people, whose
    hour somebody else has to agree to, are left out."""
    booked: dict[int, list[int]] = {number: [] for number in range(len(problem.shifts))}
    with_two = {one for joint in problem.joints for one in (joint.first, joint.second)}
    for index, visit in enumerate(problem.visits):
        if index in with_two:
            continue
        shifts = {window.shift for window in visit.windows}
        if visit.required and len(shifts) == 1:
            booked[shifts.pop()].append(index)
    free = set(range(len(problem.visits))) - with_two
    free -= {one for found in booked.values() for one in found}
    day = {one: _date(problem, shift) for shift, found in booked.items() for one in found}
    routes: list[Route] = []
    for shift, fixed in booked.items():
        fixed.sort(key=lambda index: min(window.start for window in problem.visits[index].windows))
        order = _day(problem, shift, fixed, free, day)
        free -= set(order)
        route = schedule(problem, shift, order) if order else None
        if route is not None:
            routes.append(route)
    made = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(index for index in range(len(problem.visits)) if index not in made)
    solution = Solution(routes=tuple(routes), left_out=left_out)
    missing = any(problem.visits[index].required for index in left_out)
    return Result(
        engine=Engine.ROUTING,
        seed=0,
        status=Status.INFEASIBLE if missing else Status.FEASIBLE,
        stopped_by="by hand",
        solution=solution,
        cost=cost_of(problem, solution),
    )


def _date(problem: Problem, shift: int) -> dt.date:
    return problem.days[problem.shifts[shift].day]


def _day(
    problem: Problem, shift: int, fixed: Sequence[int], free: set[int], day: dict[int, dt.date]
) -> list[int]:
    """The order of a day; `day` says on which each visit so far is made, and is added to."""
    matrix = problem.matrices[problem.shifts[shift].matrix]
    order: list[int] = []
    ahead = [index for index in fixed if schedule(problem, shift, [index]) is not None]
    while True:
        at = problem.visits[order[-1]].place if order else problem.shifts[shift].start_place
        nearest = sorted(
            free - set(order),
            key=lambda index: (
                0 if at is None else matrix.metres[at][problem.visits[index].place],
                index,
            ),
        )
        for index in nearest:
            # Nobody goes where the wait would be long.
            trial = [*order, index]
            if _too_near(problem, index, {**day, index: _date(problem, shift)}):
                continue
            route = schedule(problem, shift, [*trial, *ahead])
            if route is not None and _waits_little(problem, shift, trial):
                order = trial
                day[index] = _date(problem, shift)
                break
        else:
            if not ahead:
                return order
            following = [*order, ahead.pop(0)]
            if schedule(problem, shift, following) is not None:
                order = following


def _too_near(problem: Problem, index: int, day: dict[int, dt.date]) -> bool:
    """Whether the client's visits do not lie as many days apart as they must."""
    return any(
        index in (gap.first, gap.second)
        and gap.first in day
        and gap.second in day
        and (day[gap.second] - day[gap.first]).days < gap.days
        for gap in problem.gaps
    )


def _waits_little(problem: Problem, shift: int, order: Sequence[int]) -> bool:
    """Whether the last talk begins within two hours of the one before, the way there apart."""
    route = schedule(problem, shift, order)
    if route is None:
        return False
    last, visit = route.stops[-1], problem.visits[route.stops[-1].visit]
    free = route.stops[-2].end if len(route.stops) > 1 else last.leave
    way = last.arrive - last.leave
    return last.start - free - way - visit.before <= 120
