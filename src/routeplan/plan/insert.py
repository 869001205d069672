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
from routeplan.solve.tables import ShiftTable, travel_table
from routeplan.values import MINUTES_PER_DAY

__all__ = ["Fit", "Room", "Routes", "with_what_pays"]


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
        room = self.room(shift, changed=changed, without=without, end=end)
        return self.fits_in(room, index, visit, without=without)

    def fits_in(
        self, room: Room, index: int, visit: Visit, *, without: Collection[int] = ()
    ) -> list[Fit]:
        """`fits`, for a room made before."""
        shift, talk = room.number, room.talk + visit.talk
        blocked = self._blocked(index, shift, talk, len(room.order) + 1, without)
        return [
            Fit(route=route, added=cost - self._costs.get(shift, 0), talk=talk, blocked=blocked)
            for route, cost in room.routes_with(index, visit)
        ]

    def room(
        self,
        shift: int,
        *,
        changed: Mapping[int, Visit] | None = None,
        without: Collection[int] = (),
        end: int | None = None,
    ) -> Room:
        """A shift of these routes; the arguments are those of `fits`."""
        order = tuple(other for other in self.orders.get(shift, ()) if other not in without)
        if changed or end is not None:
            return Room(self.problem, shift, order, changed=changed, end=end)
        return self._room(shift, order)

    def _room(self, shift: int, order: tuple[int, ...], *, lunch: bool = True) -> Room:
        key = (shift, order, lunch)
        if key not in self._rooms:
            self._rooms[key] = Room(self.problem, shift, order, lunch=lunch)
        return self._rooms[key]

    @cached_property
    def _rooms(self) -> dict[tuple[int, tuple[int, ...], bool], Room]:
        """Those made before: every visit left out is tried on the same days."""
        return {}

    def fits_alone(self, visit: Visit, shift: int, *, lunch: bool = True) -> bool:
        """Whether `visit` goes in time as the shift's only one, with or without the break."""
        return bool(self._room(shift, (), lunch=lunch).routes_with(0, visit))

    def solution_with(self, route: Route, *, without: Collection[int] = ()) -> Solution:
        """The solution with another route for a shift, and some visits taken out of the others."""
        routes = {route.shift: route}
        for other in self.solution.routes:
            if other.shift == route.shift:
                continue
            left = tuple(stop.visit for stop in other.stops if stop.visit not in without)
            shorter = other if len(left) == len(other.stops) else None
            if left and shorter is None:
                shorter = self._room(other.shift, left).route()
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


class Room:
    """A day on which some visits stay in their order, and one more is to go in; caps are lifted."""

    def __init__(
        self,
        problem: Problem,
        number: int,
        order: tuple[int, ...],
        *,
        changed: Mapping[int, Visit] | None = None,
        end: int | None = None,
        lunch: bool = True,
    ) -> None:
        self.number = number
        self.order = order
        self._problem = problem
        self._stays = tuple((changed or {}).get(visit, problem.visits[visit]) for visit in order)
        shift = problem.shifts[number]
        self._shift = shift.model_copy(
            update={
                "end": shift.end if end is None else end,
                "lunch": shift.lunch if lunch else None,
                "max_visits": len(order) + 1,
                "max_talk": MINUTES_PER_DAY,
            }
        )
        self._table = ShiftTable(self._shift, travel_table(problem, shift))
        for visit in self._stays:
            self._table.add(visit, _windows_on(number, visit))
        self._now = Days(self._table).day(tuple(range(len(order))))
        """None: without a way from one to the next, which the one more might be."""

    @property
    def talk(self) -> int:
        """Minutes of those that stay."""
        return sum(self._table.talks)

    def routes_with(self, index: int, visit: Visit) -> list[tuple[Route, int]]:
        """The route and its cost with `visit`, for `index`, at each place where it goes in time."""
        size = len(self.order)
        table = self._table.with_one(visit, _windows_on(self.number, visit))
        if not table.reaches[size]:
            return []
        places = [
            place
            for place in range(size + 1)
            if self._now is None or fits_at(table, self._now, size, place)
        ]
        if not places:
            return []
        visits = (*self._day.visits, self._own(visit))
        day = self._day.model_copy(update={"visits": visits})
        orders = ([*range(place), size, *range(place, size)] for place in places)
        routes = (schedule(day, 0, order, table=table) for order in orders)
        numbers = (*self.order, index)
        return [
            (_renumbered(route, self.number, numbers), route_cost(day, route))
            for route in routes
            if route is not None
        ]

    def route(self) -> Route | None:
        """That of the visits that stay."""
        route = schedule(self._day, 0, range(len(self.order)), table=self._table)
        return route and _renumbered(route, self.number, self.order)

    @cached_property
    def _day(self) -> Problem:
        """The shift as a problem of its own."""
        visits = tuple(self._own(visit) for visit in self._stays)
        return self._problem.model_copy(
            update={"shifts": (self._shift,), "visits": visits, "gaps": (), "joints": ()}
        )

    def _own(self, visit: Visit) -> Visit:
        """A visit of that problem."""
        windows = tuple(
            Window(shift=0, start=window.start, end=window.end, cost=window.cost)
            for window in _windows_on(self.number, visit)
        )
        return visit.model_copy(update={"windows": windows})


def _windows_on(number: int, visit: Visit) -> list[Window]:
    return [window for window in visit.windows if window.shift == number]


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
