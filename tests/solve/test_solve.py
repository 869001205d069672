"""`solve` against trying everything, and what it promises."""

from __future__ import annotations

import pytest

from routeplan.solve.evaluate import cost_of
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import violations
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost

ROUNDS = StopRule(seconds=None, iterations=200)


@pytest.mark.parametrize("part", range(20))
def test_tiny_problems_are_solved_to_the_optimum(part: int) -> None:
    for seed in range(part * 6, part * 6 + 6):
        problem = random_problem(seed, max_visits=5 if part < 10 else 4, max_shifts=2)
        result = solve(problem, ROUNDS)
        assert violations(problem, result.solution) == ()
        assert result.cost == cost_of(problem, result.solution)
        assert result.cost == best_cost(problem), seed
