"""What else fits into finished routes: one more visit, at each place of a day, timed exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from routeplan.plan.plan import Cause
from routeplan.problem.problem import Problem, Visit, Window
from routeplan.solve.day import Days, fits_at
from routeplan.solve.evaluate import cost_of, route_cost
from routeplan.solve.joint import decided
from routeplan.solve.result import Result, Route, Solution, Status
from routeplan.solve.schedule import schedule
from routeplan.solve.tables import tables_of
from routeplan.values import MINUTES_PER_DAY

__all__ = ["Fit", "Routes", "with_what_pays"]


@dataclass(frozen=True)
class Fit:
    """One more visit on a day, in time; `blocked` are the limits that forbid it all the same."""

    route: Route
    added: int
    """What the route costs more than now: typical travel, and windows."""
    talk: int
    """Minutes of talk on the route."""
    blocked: tuple[Cause, ...]
    """Of TALK_CAP, VISIT_CAP and GAP, in this order."""

    @property
    def stop_of(self) -> dict[int, int]:
        """Visit → start of its talk."""
        return {stop.visit: stop.start for stop in self.route.stops}


@dataclass(frozen=True)
class Routes:
    """The routes of a solution, and what happens to them if..."""

    problem: Problem
    solution: Solution

    @cached_property
    def orders(self) -> dict[int, tuple[int, ...]]:
        """Shift → its visits in order; shifts without a route are absent."""
        return {
            route.shift: tuple(stop.visit for stop in route.stops) for route in self.solution.routes
        }

    @cached_property
    def dates(self) -> dict[int, dt.date]:
        """Visit → its date, for those made."""
        return {
            visit: self.problem.days[self.problem.shifts[shift].day]
            for shift, visits in self.orders.items()
            for visit in visits
        }

    @cached_property
    def _costs(self) -> dict[int, int]:
        return {route.shift: route_cost(self.problem, route) for route in self.solution.routes}

    def fits(
        self,
        index: int,
        visit: Visit,
        shift: int,
        *,
        changed: Mapping[int, Visit] | None = None,
        without: Collection[int] = (),
        end: int | None = None,
    ) -> list[Fit]:
        """Each place of the shift's route into which `visit`, for `index`, goes in time.

        `changed` replaces visits of the route, `without` takes some out of all routes, `end` is
        another end of the shift.
        """
        order = [other for other in self.orders.get(shift, ()) if other not in without]
        stays = [(changed or {}).get(other, self.problem.visits[other]) for other in order]
        day = one_day(self.problem, shift, [*stays, visit], end=end)
        (table,) = tables_of(day)
        now = Days(table).day(tuple(range(len(order))))
        found: list[Fit] = []
        for place in range(len(order) + 1):
            if now is not None and not fits_at(table, now, len(order), place):
                continue
            local = [*range(place), len(order), *range(place, len(order))]
            route = schedule(day, 0, local)
            if route is None:
                continue
            talk = sum(stay.talk for stay in (*stays, visit))
            found.append(
                Fit(
                    route=_renumbered(route, shift, [*order, index]),
                    added=route_cost(day, route) - self._costs.get(shift, 0),
                    talk=talk,
                    blocked=self._blocked(index, shift, talk, len(local), without),
                )
            )
        return found

    def fits_alone(self, visit: Visit, shift: int, *, lunch: bool = True) -> bool:
        """Whether `visit` goes in time as the shift's only one, with or without the break."""
        return schedule(one_day(self.problem, shift, [visit], lunch=lunch), 0, [0]) is not None

    def solution_with(self, route: Route, *, without: Collection[int] = ()) -> Solution:
        """The solution with another route for a shift, and some visits taken out of the others."""
        routes = {route.shift: route}
        for other in self.solution.routes:
            if other.shift == route.shift:
                continue
            left = [stop.visit for stop in other.stops if stop.visit not in without]
            shorter = other if len(left) == len(other.stops) else None
            if left and shorter is None:
                stays = [self.problem.visits[visit] for visit in left]
                timed = schedule(one_day(self.problem, other.shift, stays), 0, range(len(left)))
                shorter = timed and _renumbered(timed, other.shift, left)
            if shorter is not None:
                routes[other.shift] = shorter
        made = {stop.visit for route in routes.values() for stop in route.stops}
        return Solution(
            routes=tuple(routes[shift] for shift in sorted(routes)),
            left_out=tuple(v for v in range(len(self.problem.visits)) if v not in made),
        )

    def near_siblings(
        self, index: int, date: dt.date, without: Collection[int] = ()
    ) -> tuple[dt.date, ...]:
        """Dates of the client's other visits that are too near to `date`."""
        found: list[dt.date] = []
        for gap in self.problem.gaps:
            other = {gap.first: gap.second, gap.second: gap.first}.get(index)
            if other is None or other in without or other not in self.dates:
                continue
            sign = 1 if index == gap.second else -1
            if sign * (date - self.dates[other]).days < gap.days:
                found.append(self.dates[other])
        return tuple(sorted(found))

    def _blocked(
        self, index: int, number: int, talk: int, visits: int, without: Collection[int]
    ) -> tuple[Cause, ...]:
        shift = self.problem.shifts[number]
        date = self.problem.days[shift.day]
        limits = (
            (Cause.TALK_CAP, talk > shift.max_talk),
            (Cause.VISIT_CAP, visits > shift.max_visits),
            (Cause.GAP, bool(self.near_siblings(index, date, without))),
        )
        return tuple(cause for cause, broken in limits if broken)


def one_day(
    problem: Problem,
    number: int,
    visits: Sequence[Visit],
    *,
    end: int | None = None,
    lunch: bool = True,
) -> Problem:
    """One shift with `visits` alone and its caps lifted, as a problem of its own."""
    shift = problem.shifts[number]
    alone = shift.model_copy(
        update={
            "end": shift.end if end is None else end,
            "lunch": shift.lunch if lunch else None,
            "max_visits": len(visits),
            "max_talk": MINUTES_PER_DAY,
        }
    )
    own = tuple(
        visit.model_copy(
            update={
                "windows": tuple(
                    Window.model_construct(
                        shift=0, start=window.start, end=window.end, cost=window.cost
                    )
                    for window in visit.windows
                    if window.shift == number
                )
            }
        )
        for visit in visits
    )
    return problem.model_copy(update={"shifts": (alone,), "visits": own, "gaps": (), "joints": ()})


def with_what_pays(problem: Problem, result: Result) -> Result:
    """The result with every left-out visit put in that plainly fits and costs less than its worth.

    A search that was cut short may have overlooked one; no plan says 'not worth it' of that.
    """
    solution = result.solution
    problem = decided(problem, solution)  # joint visits are for the search alone
    while True:
        routes = Routes(problem, solution)
        offers = [
            (fit.added - _value(problem, index), index, fit)
            for index in solution.left_out
            for shift in problem.windows_by_shift[index]
            for fit in routes.fits(index, problem.visits[index], shift)
            if not fit.blocked
        ]
        best = min(offers, key=lambda offer: offer[:2], default=None)
        if best is None or best[0] >= 0:
            break
        solution = routes.solution_with(best[2].route)
    if solution == result.solution:
        return result
    missing = any(problem.visits[index].required for index in solution.left_out)
    return result.model_copy(
        update={
            "solution": solution,
            "cost": cost_of(problem, solution),
            "status": Status.INFEASIBLE if missing else Status.FEASIBLE,
        }
    )


def _value(problem: Problem, index: int) -> int:
    visit = problem.visits[index]
    return problem.required_penalty if visit.required else visit.worth


def _renumbered(route: Route, shift: int, visits: Sequence[int]) -> Route:
    stops = tuple(stop.model_copy(update={"visit": visits[stop.visit]}) for stop in route.stops)
    return route.model_copy(update={"shift": shift, "stops": stops})
