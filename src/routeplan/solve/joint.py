"""Joint visits put on a grid of start hours, which the engine plans as choices and ties.

A joint visit becomes, for every hour in which both could be there, a visit of the first person with
one window as long as the talk and one of the second person: a `Choice` among the first ones, each
tied (`Tie`) to its second.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from routeplan.problem.problem import Choice, Gap, Joint, Problem, Tie, Visit, Window
from routeplan.solve.result import Route, Solution
from routeplan.solve.schedule import schedule

__all__ = ["Grid", "JointHour", "decided", "joint_hours", "on_grid", "together"]

MOST_HOURS = 160
"""Of one joint visit, before its grid is made coarser: a week of two people at every quarter."""


@dataclass(frozen=True)
class JointHour:
    """A start at which both persons may be there."""

    first_shift: int
    second_shift: int
    start: int
    first_cost: int
    second_cost: int


@dataclass(frozen=True)
class Grid:
    """A problem whose joint visits are choices and ties."""

    problem: Problem
    visits: tuple[int, ...]
    """Visit of `problem` → visit of the problem with joint visits."""
    pairs: Mapping[tuple[int, int, int, int], tuple[int, int]]
    """(first visit, its shift, the second's shift, start) → the two visits of `problem`."""
    number_of: Mapping[int, int]
    """Visit of the problem with joint visits → visit of `problem`; joint ones are absent."""
    size: int

    def narrowed(self, solution: Solution) -> Solution:
        """A solution of `problem` as one of the problem with joint visits."""
        routes = tuple(
            route.model_copy(
                update={
                    "stops": tuple(
                        stop.model_copy(update={"visit": self.visits[stop.visit]})
                        for stop in route.stops
                    )
                }
            )
            for route in solution.routes
        )
        made = {stop.visit for route in routes for stop in route.stops}
        left_out = tuple(visit for visit in range(self.size) if visit not in made)
        return Solution(routes=routes, left_out=left_out)

    def widened(self, solution: Solution) -> Solution:
        """A solution of the problem with joint visits as one of `problem`, without joint visits
        whose hour is not on the grid."""
        at = _stands(solution)
        number_of = dict(self.number_of)
        for (first, one, two, start), (visit, other) in self.pairs.items():
            second = self.visits[other]
            if (at.get(first), at.get(second)) == ((one, start), (two, start)):
                number_of |= {first: visit, second: other}
        routes: list[Route] = []
        for route in solution.routes:
            stops = tuple(
                stop.model_copy(update={"visit": number_of[stop.visit]})
                for stop in route.stops
                if stop.visit in number_of
            )
            if stops:
                routes.append(route.model_copy(update={"stops": stops}))
        made = {stop.visit for route in routes for stop in route.stops}
        left_out = tuple(visit for visit in range(len(self.visits)) if visit not in made)
        return Solution(routes=tuple(routes), left_out=left_out)


def on_grid(problem: Problem) -> Grid | None:
    """The problem that the engine plans; None: it has no joint visits."""
    if not problem.joints:
        return None
    joint = {visit for each in problem.joints for visit in (each.first, each.second)}
    plain = [number for number in range(len(problem.visits)) if number not in joint]
    visits = [problem.visits[number] for number in plain]
    origin, number_of = list(plain), {number: index for index, number in enumerate(plain)}
    pairs: dict[tuple[int, int, int, int], tuple[int, int]] = {}
    copies: dict[int, list[int]] = {}
    choices: list[Choice] = []
    ties: list[Tie] = []
    lost: list[tuple[int, Visit]] = []
    for each in problem.joints:
        first = problem.visits[each.first]
        hours = joint_hours(problem, each)
        if not hours:
            lost.append((each.first, first.model_copy(update={"windows": ()})))
        for hour in hours:
            here = len(visits)
            shifts = ((hour.first_shift, hour.first_cost), (hour.second_shift, hour.second_cost))
            for number, (shift, cost) in zip((each.first, each.second), shifts, strict=True):
                visits.append(_at(problem.visits[number], shift, cost, hour))
                origin.append(number)
            ties.append(Tie(first=here, second=here + 1))
            copies.setdefault(each.first, []).append(here)
            pairs[each.first, hour.first_shift, hour.second_shift, hour.start] = (here, here + 1)
        if hours:
            choices.append(
                Choice(visits=tuple(copies[each.first]), worth=first.worth, required=first.required)
            )
    for number, visit in lost:  # what cannot be made costs what it is worth
        number_of[number] = len(visits)
        visits.append(visit)
        origin.append(number)
    places = {number: [index] for number, index in number_of.items()} | copies
    gaps = [
        Gap(first=one, second=two, days=gap.days)
        for gap in problem.gaps
        for one, two in itertools.product(places[gap.first], places[gap.second])
    ]
    wide = problem.model_copy(
        update={
            "visits": tuple(visits),
            "gaps": tuple(gaps),
            "choices": tuple(choices),
            "ties": tuple(ties),
            "joints": (),
        }
    )
    wide = Problem.model_construct(**{name: getattr(wide, name) for name in Problem.model_fields})
    return Grid(wide, tuple(origin), pairs, number_of, len(problem.visits))


def _at(visit: Visit, shift: int, cost: int, hour: JointHour) -> Visit:
    window = Window(shift=shift, start=hour.start, end=hour.start + visit.talk, cost=cost)
    return visit.model_copy(
        update={
            "id": f"{visit.id}@{hour.first_shift}-{hour.second_shift}-{hour.start}",
            "worth": 0,
            "required": False,
            "windows": (window,),
        }
    )


def joint_hours(problem: Problem, joint: Joint) -> tuple[JointHour, ...]:
    """Every start on the grid at which both may be there, and the first of each span in which they
    may, wherever it lies. The grid is made coarser while there are more than `MOST_HOURS`."""
    spans = list(_common(problem, joint))
    grid = joint.grid
    while True:
        found = {
            (one, two, start)
            for one, two, first, last in spans
            for start in (first, *range(-(-first // grid) * grid, last + 1, grid))
        }
        if len(found) <= MOST_HOURS or grid >= 240:
            break
        grid *= 2
    talk = problem.visits[joint.first].talk
    return tuple(
        JointHour(
            one,
            two,
            start,
            _cost(problem, joint.first, one, start, talk),
            _cost(problem, joint.second, two, start, talk),
        )
        for one, two, start in sorted(found)
    )


def _common(problem: Problem, joint: Joint) -> set[tuple[int, int, int, int]]:
    """The two shifts, and the first and last start of each span in which both may be there."""
    talk = problem.visits[joint.first].talk
    firsts, seconds = (problem.windows_by_shift[visit] for visit in (joint.first, joint.second))
    found: set[tuple[int, int, int, int]] = set()
    for one, two in itertools.product(firsts, seconds):
        a, b = problem.shifts[one], problem.shifts[two]
        if a.day != b.day or a.manager == b.manager:
            continue
        for mine, other in itertools.product(firsts[one], seconds[two]):
            start, end = max(mine.start, other.start), min(mine.end, other.end)
            if end - start >= talk:
                found.add((one, two, start, end - talk))
    return found


def _cost(problem: Problem, visit: int, shift: int, start: int, talk: int) -> int:
    return min(
        window.cost
        for window in problem.windows_by_shift[visit][shift]
        if window.start <= start and start + talk <= window.end
    )


def decided(problem: Problem, solution: Solution) -> Problem:
    """The problem without joint visits to plan: those that the solution makes stay at their hour
    and must be made, by both; nobody can make the others."""
    if not problem.joints:
        return problem
    at = _stands(solution)
    visits = list(problem.visits)
    for each in problem.joints:
        made = each.first in at and each.second in at
        for number in (each.first, each.second):
            visit = visits[number]
            if not made:
                visits[number] = visit.model_copy(update={"windows": ()})
                continue
            shift, start = at[number]
            cost = _cost(problem, number, shift, start, visit.talk)
            window = Window(shift=shift, start=start, end=start + visit.talk, cost=cost)
            visits[number] = visit.model_copy(update={"windows": (window,), "required": True})
    return problem.model_copy(update={"visits": tuple(visits), "joints": ()})


def together(problem: Problem, solution: Solution) -> Solution:
    """The solution without the joint visits that it does not make together."""
    at = _stands(solution)
    gone: set[int] = set()
    for each in problem.joints:
        first, second = at.get(each.first), at.get(each.second)
        if first and second and first[1] == second[1]:
            one, two = problem.shifts[first[0]], problem.shifts[second[0]]
            if one.day == two.day and one.manager != two.manager:
                continue
        gone |= {each.first, each.second} & at.keys()
    if not gone:
        return solution
    routes: list[Route] = []
    for route in solution.routes:
        order = [stop.visit for stop in route.stops if stop.visit not in gone]
        shorter = route if len(order) == len(route.stops) else None
        if order and shorter is None:
            shorter = schedule(problem, route.shift, order)
        if shorter is not None:
            routes.append(shorter)
    made = {stop.visit for route in routes for stop in route.stops}
    found = Solution(
        routes=tuple(routes),
        left_out=tuple(visit for visit in range(len(problem.visits)) if visit not in made),
    )
    return together(problem, found)  # retimed routes may have moved others apart


def _stands(solution: Solution) -> dict[int, tuple[int, int]]:
    """Visit → its shift and start, for those made."""
    return {
        stop.visit: (route.shift, stop.start) for route in solution.routes for stop in route.stops
    }
