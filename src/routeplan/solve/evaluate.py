"""What a solution costs."""

from __future__ import annotations

from routeplan.problem.problem import Problem
from routeplan.solve.result import Route, Solution

__all__ = ["cost_of", "route_cost"]


def cost_of(problem: Problem, solution: Solution) -> int:
    """The objective of `Problem` for a solution without violations.

    Raises ValueError when a talk lies in no window or a leg has no way.
    """
    served = solution.made
    left_out = sum(
        problem.required_penalty if visit.required else visit.worth
        for index, visit in enumerate(problem.visits)
        if index not in served
    )
    left_out += sum(
        problem.required_penalty if choice.required else choice.worth
        for choice in problem.choices
        if served.isdisjoint(choice.visits)
    )
    return left_out + sum(route_cost(problem, route) for route in solution.routes)


def route_cost(problem: Problem, route: Route) -> int:
    """Typical travel minutes of a route's legs plus the cost of its windows and of its length.

    Raises ValueError as `cost_of`.
    """
    shift = problem.shifts[route.shift]
    minutes = problem.matrices[shift.matrix].minutes
    cost, at = shift.crowded(len(route.stops)), shift.start_place
    for stop in route.stops:
        visit = problem.visits[stop.visit]
        if at is not None:
            cost += _way(minutes[at][visit.place])
        windows = problem.windows_by_shift[stop.visit].get(route.shift, ())
        cost += min(
            window.cost
            for window in windows
            if window.start <= stop.start and stop.end <= window.end
        )
        at = visit.place
    if at is not None and shift.end_place is not None and route.stops:
        cost += _way(minutes[at][shift.end_place])
    return cost


def _way(minutes: int) -> int:
    if minutes < 0:
        raise ValueError("a leg has no way")
    return minutes
