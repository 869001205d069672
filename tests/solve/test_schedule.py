"""`schedule` against a walk over every minute, and what a route looks like."""

from __future__ import annotations

import itertools
import random

import pytest

from routeplan.problem.problem import Problem
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Route, Solution
from routeplan.solve.schedule import schedule
from routeplan.solve.verify import violations
from tests.problem_strategies import random_problem
from tests.solve.brute import best_timing


def alone(problem: Problem, route: Route) -> Solution:
    served = {stop.visit for stop in route.stops}
    rest = tuple(index for index in range(len(problem.visits)) if index not in served)
    return Solution(routes=(route,), left_out=rest)


@pytest.mark.parametrize("part", range(20))
def test_as_good_as_trying_every_minute(part: int) -> None:
    possible = 0
    for seed in range(part * 40, part * 40 + 40):
        problem = random_problem(seed, max_visits=4, max_shifts=2)
        chance = random.Random(seed)
        for _ in range(4):
            number = chance.randrange(len(problem.shifts))
            order = chance.sample(
                range(len(problem.visits)), chance.randint(1, min(3, len(problem.visits)))
            )
            route = schedule(problem, number, order)
            expected = best_timing(problem, number, order)
            if route is None:
                assert expected is None, seed
                continue
            possible += 1
            solution = alone(problem, route)
            broken = [text for text in violations(problem, solution) if " days after " not in text]
            assert broken == [], seed
            left = sum(
                problem.required_penalty if problem.visits[v].required else problem.visits[v].worth
                for v in solution.left_out
            )
            shift = problem.shifts[number]
            known = [
                place
                for place in (
                    shift.start_place,
                    *(problem.visits[v].place for v in order),
                    shift.end_place,
                )
                if place is not None
            ]
            minutes = problem.matrices[shift.matrix].minutes
            travel = sum(minutes[a][b] for a, b in itertools.pairwise(known))
            beside = shift.crowding * sum(shift.made + k for k in range(len(order)))
            windows = cost_of(problem, solution) - left - travel - beside
            assert (windows, route.back) == expected, seed
    assert possible > 15
