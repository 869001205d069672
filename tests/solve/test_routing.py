"""OR-Tools' part: orders that are worth starting from."""

from __future__ import annotations

from routeplan.problem.problem import Problem
from routeplan.solve.components import split
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Solution
from routeplan.solve.routing import routing_orders
from routeplan.solve.schedule import schedule
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost
from tests.solve.test_solve import week


def test_an_empty_route_needs_no_way_from_start_to_end() -> None:
    problem = week(due=4)
    cut = tuple(
        tuple(-1 if (row, column) == (0, 1) else cell for column, cell in enumerate(cells))
        for row, cells in enumerate(problem.matrices[0].minutes)
    )
    problem = problem.model_copy(
        update={
            "matrices": (problem.matrices[0].model_copy(update={"minutes": cut}),),
            "shifts": tuple(shift.model_copy(update={"end_place": 1}) for shift in problem.shifts),
        }
    )
    served = [visit for _, visits in _orders(problem) for visit in visits]
    assert sorted(served) == [0, 1, 2, 3]  # the first by way of another


def test_plain_problems_are_solved_to_the_optimum_or_nearly() -> None:
    """Without slices and hourly costs the model is exact, and so are its routes."""
    best = found = 0
    for seed in range(60):
        problem = random_problem(seed, plain=True)
        orders = []
        for part in split(problem):
            orders += [
                (part.shifts[shift], [part.visits[visit] for visit in visits])
                for shift, visits in _orders(part.problem)
            ]
        routes = [schedule(problem, shift, visits) for shift, visits in sorted(orders)]
        assert None not in routes, seed
        served = {visit for _, visits in orders for visit in visits}
        solution = Solution(
            routes=tuple(route for route in routes if route),
            left_out=tuple(v for v in range(len(problem.visits)) if v not in served),
        )
        best += best_cost(problem)
        found += cost_of(problem, solution)
    assert best <= found <= 1.02 * best


def _orders(problem: Problem) -> list[tuple[int, tuple[int, ...]]]:
    return routing_orders(problem, solutions=50, seconds=20.0)
