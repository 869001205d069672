"""Whether a solution keeps every rule of its problem, recomputed from the rules alone.

Shares no code with the solver: what holds here holds whatever the solver believes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import pairwise

from routeplan.errors import CheckError
from routeplan.language import message
from routeplan.problem.problem import Problem
from routeplan.solve.result import Result, Route, Solution

__all__ = ["require_valid", "required_left_out", "violations"]


def require_valid(problem: Problem, result: Result) -> None:
    """Raises CheckError RP6002 when the result breaks a rule or names a wrong cost: a bug."""
    wrong = list(violations(problem, result.solution))
    if not wrong and result.cost != (cost := _cost(problem, result.solution)):
        wrong.append(f"the cost is {cost}, not {result.cost}")
    if result.bound is not None and result.bound > result.cost:
        wrong.append(f"the bound {result.bound} is above the cost {result.cost}")
    if wrong:
        raise CheckError("RP6002", message("error.unverified", wrong=wrong))


def required_left_out(problem: Problem, made: Collection[int]) -> int:
    """How many required visits and choices are left out by who makes these visits."""
    served = frozenset(made)
    visits = (visit.required for number, visit in enumerate(problem.visits) if number not in served)
    choices = (choice.required and served.isdisjoint(choice.visits) for choice in problem.choices)
    return sum(visits) + sum(choices)


def violations(problem: Problem, solution: Solution) -> tuple[str, ...]:
    """A sentence for each rule that is broken; empty: the solution is valid."""
    shifts = [route.shift for route in solution.routes]
    stops = [stop.visit for route in solution.routes for stop in route.stops]
    missing = [index for index in shifts if not 0 <= index < len(problem.shifts)]
    unknown = [
        index for index in (*stops, *solution.left_out) if not 0 <= index < len(problem.visits)
    ]
    if missing or unknown:
        return (f"no such shifts {missing} or visits {unknown}",)
    wrong: list[str] = []
    if shifts != sorted(set(shifts)):
        wrong.append("routes are not one per shift, by shift")
    for index, times in Counter(stops).items():
        if times > 1:
            wrong.append(f"{problem.visits[index].id} is visited {times} times")
    if list(solution.left_out) != sorted(set(range(len(problem.visits))) - set(stops)):
        wrong.append("left_out is not what the routes leave out")
    for route in solution.routes:
        wrong += [f"shift {route.shift}: {what}" for what in _route(problem, route)]
    date = {
        stop.visit: problem.days[problem.shifts[route.shift].day]
        for route in solution.routes
        for stop in route.stops
    }
    for gap in problem.gaps:
        if gap.first in date and gap.second in date:
            days = (date[gap.second] - date[gap.first]).days
            if days < gap.days:
                first, second = problem.visits[gap.first].id, problem.visits[gap.second].id
                wrong.append(f"{second} comes {days} days after {first}, not {gap.days}")
    for choice in problem.choices:
        made = [problem.visits[visit].id for visit in choice.visits if visit in date]
        if len(made) > 1:
            wrong.append(f"{', '.join(made)} are all made, of which one may be")
    for tie in problem.ties:
        if (tie.first in date) != (tie.second in date):
            first, second = problem.visits[tie.first].id, problem.visits[tie.second].id
            wrong.append(f"of {first} and {second} only one is made")
    at = {stop.visit: (route, stop) for route in solution.routes for stop in route.stops}
    for joint in problem.joints:
        first, second = problem.visits[joint.first].id, problem.visits[joint.second].id
        if (joint.first in at) != (joint.second in at):
            wrong.append(f"of {first} and {second} only one is made")
        elif joint.first in at:
            (one, mine), (two, other) = at[joint.first], at[joint.second]
            theirs = problem.shifts[one.shift], problem.shifts[two.shift]
            if theirs[0].day != theirs[1].day or mine.start != other.start:
                wrong.append(f"{first} and {second} do not start together")
            if theirs[0].manager == theirs[1].manager:
                wrong.append(f"one manager makes both {first} and {second}")
    return tuple(wrong)


def _route(problem: Problem, route: Route) -> list[str]:
    shift = problem.shifts[route.shift]
    wrong: list[str] = []
    if not route.stops:
        return ["the route is empty"]
    busy: list[tuple[str, int, int]] = []
    """What one does, from and to; the break must not overlap it."""
    place, free = shift.start_place, shift.start
    for stop in route.stops:
        visit = problem.visits[stop.visit]
        if stop.leave < free:
            wrong.append(f"sets off for {visit.id} at {stop.leave}, free only at {free}")
        minutes = _minutes(problem, route.shift, place, visit.place, stop.leave)
        if minutes is None or stop.arrive != stop.leave + minutes:
            wrong.append(
                f"leaves at {stop.leave} and is at {visit.id} at {stop.arrive}, way {minutes}"
            )
        if stop.start < stop.arrive + visit.before:
            wrong.append(f"{visit.id} starts less than {visit.before} minutes after arriving")
        if stop.end != stop.start + visit.talk:
            wrong.append(f"{visit.id} does not last {visit.talk} minutes")
        if not any(
            window.shift == route.shift and window.start <= stop.start and stop.end <= window.end
            for window in visit.windows
        ):
            wrong.append(f"{visit.id} lies in none of its windows")
        busy.append((f"the way to {visit.id}", stop.leave, stop.arrive))
        free = stop.end + visit.after
        busy.append((visit.id, stop.start - visit.before, free))
        place = visit.place
    if route.leave_last < free:
        wrong.append(f"leaves the last visit at {route.leave_last}, free only at {free}")
    minutes = _minutes(problem, route.shift, place, shift.end_place, route.leave_last)
    if minutes is None or route.back != route.leave_last + minutes:
        wrong.append(f"leaves at {route.leave_last} and is back at {route.back}, way {minutes}")
    if route.back > shift.end:
        wrong.append(f"is back at {route.back}, after the shift's end")
    busy.append(("the way back", route.leave_last, route.back))
    if len(route.stops) > shift.max_visits:
        wrong.append(f"has {len(route.stops)} visits, more than {shift.max_visits}")
    talk = sum(problem.visits[stop.visit].talk for stop in route.stops)
    if talk > shift.max_talk:
        wrong.append(f"has {talk} minutes of talk, more than {shift.max_talk}")
    return wrong + _lunch(problem, route, busy)


def _lunch(problem: Problem, route: Route, busy: list[tuple[str, int, int]]) -> list[str]:
    lunch = problem.shifts[route.shift].lunch
    if lunch is None:
        return [] if route.lunch is None else ["has a break that nobody asked for"]
    if route.lunch is None:
        return ["has no break"]
    start, end = route.lunch
    wrong = []
    if end - start != lunch.minutes:
        wrong.append(f"the break does not last {lunch.minutes} minutes")
    if start < lunch.earliest or end > lunch.latest:
        wrong.append("the break lies outside its window")
    for what, first, last in busy:
        if first < end and start < last:
            wrong.append(f"the break overlaps {what}")
    return wrong


def _minutes(
    problem: Problem, shift: int, origin: int | None, destination: int | None, leave: int
) -> int | None:
    """Minutes of the way when setting off at `leave`; None: no way."""
    if origin is None or destination is None:
        return 0
    matrix = problem.matrices[problem.shifts[shift].matrix]
    if matrix.minutes[origin][destination] < 0:
        return None
    chosen = matrix.minutes
    for part in matrix.slices:
        if part.start <= leave:
            chosen = part.minutes
    found = chosen[origin][destination]
    return None if found < 0 else found


def _cost(problem: Problem, solution: Solution) -> int:
    """The objective of a solution that breaks no rule, from its documentation."""
    total = 0
    for index in solution.left_out:
        visit = problem.visits[index]
        total += problem.required_penalty if visit.required else visit.worth
    for choice in problem.choices:
        if set(choice.visits) <= set(solution.left_out):
            total += problem.required_penalty if choice.required else choice.worth
    for route in solution.routes:
        shift = problem.shifts[route.shift]
        minutes = problem.matrices[shift.matrix].minutes
        stops = [problem.visits[stop.visit] for stop in route.stops]
        places = [shift.start_place, *(visit.place for visit in stops), shift.end_place]
        for origin, destination in pairwise(places):
            if origin is not None and destination is not None:
                total += minutes[origin][destination]
        for number in range(len(stops)):
            total += shift.crowding * (shift.made + number)
        for stop, visit in zip(route.stops, stops, strict=True):
            total += min(
                window.cost
                for window in visit.windows
                if window.shift == route.shift
                and window.start <= stop.start
                and stop.end <= window.end
            )
    return total
