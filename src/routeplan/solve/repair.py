"""A solution mended after a change: the days that it touches first, then all of them.

No engine, no bound: rounds of `improve.py`, counted, so that every machine ends at the same routes
in some tenths of a second. `carry.py` says how good they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from routeplan.problem.problem import Problem, Visit
from routeplan.solve.improve import Search
from routeplan.solve.joint import on_grid
from routeplan.solve.result import Route, Solution
from routeplan.solve.schedule import schedule

__all__ = ["repaired"]

NEAR_ROUNDS = 250
"""Of improvement on the days touched, and..."""
ROUNDS = 30
"""... on all of them."""

Orders = Mapping[int, Sequence[int]]


def repaired(
    problem: Problem, start: Solution, near: Collection[int], *, seed: int = 0
) -> Solution:
    """A solution no worse than `start`, which keeps all rules; `near` are the shifts touched."""
    grid = on_grid(problem)
    if grid is not None:
        return grid.narrowed(_repaired(grid.problem, grid.widened(start), near, seed))
    return _repaired(problem, start, near, seed)


def _repaired(problem: Problem, start: Solution, near: Collection[int], seed: int) -> Solution:
    orders = {route.shift: [stop.visit for stop in route.stops] for route in start.routes}
    search = Search(problem, seed)
    search.take(orders.items())
    if near:
        first = Search(_only(problem, orders, near), seed)
        first.take((shift, visits) for shift, visits in orders.items() if shift in near)
        first.run(NEAR_ROUNDS, lambda _: True)
        others = {shift: visits for shift, visits in orders.items() if shift not in near}
        search.take((others | dict(first.routes)).items())
    search.run(ROUNDS, lambda _: True)
    routes = tuple(_timed(problem, shift, visits) for shift, visits in search.routes)
    made = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(visit for visit in range(len(problem.visits)) if visit not in made)
    return Solution(routes=routes, left_out=left_out)


def _only(problem: Problem, orders: Orders, near: Collection[int]) -> Problem:
    """The problem where nothing moves but on `near`: visits of other routes are not to be made, and
    visits of choices and ties stay as they are."""
    at = {visit: shift for shift, visits in orders.items() for visit in visits}
    held = {visit for choice in problem.choices for visit in choice.visits}
    held |= {visit for tie in problem.ties for visit in (tie.first, tie.second)}

    def own(number: int, visit: Visit) -> Visit:
        here = at.get(number) in near
        if not here and (number in at or number in held):
            return visit.model_copy(update={"windows": (), "worth": 0, "required": False})
        windows = tuple(
            window
            for window in visit.windows
            if window.shift in near and _far_enough(problem, number, window.shift, at, near)
        )
        return visit.model_copy(
            update={"windows": windows, "required": visit.required or number in held}
        )

    visits = tuple(own(number, visit) for number, visit in enumerate(problem.visits))
    return Problem.model_construct(
        **{name: getattr(problem, name) for name in Problem.model_fields}
        | {"visits": visits, "choices": (), "ties": ()}
    )


def _far_enough(
    problem: Problem, visit: int, shift: int, at: Mapping[int, int], near: Collection[int]
) -> bool:
    """Whether a visit may be on a shift, as far as the visits that do not move say."""

    def date(number: int) -> int:
        return problem.days[problem.shifts[number].day].toordinal()

    others = (
        (gap.second, -1, gap.days) if gap.first == visit else (gap.first, 1, gap.days)
        for gap in problem.gaps
        if visit in (gap.first, gap.second)
    )
    return all(
        other not in at or at[other] in near or sign * (date(shift) - date(at[other])) >= days
        for other, sign, days in others
    )


def _timed(problem: Problem, shift: int, visits: Sequence[int]) -> Route:
    route = schedule(problem, shift, visits)
    if route is None:
        raise AssertionError(f"the search made a route that cannot be timed: {list(visits)}")
    return route
