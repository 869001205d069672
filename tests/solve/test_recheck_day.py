"""The check's own search for routes, against every order of every set of visits."""

from __future__ import annotations

import itertools
import random

from routeplan.problem.problem import Problem, Window
from routeplan.solve.recheck_day import Day, Prices, least_reduced_cost, routes_below
from tests.problem_strategies import random_problem
from tests.solve.test_recheck import routes

SCALE = 1000


def roomy(seed: int) -> Problem:
    """One long day on which most visits fit in most orders, each also late at a price."""
    problem = random_problem(seed, max_visits=7, max_shifts=1)
    (shift,) = problem.shifts
    end = shift.end + 250
    return problem.model_copy(
        update={
            "shifts": (shift.model_copy(update={"end": end, "max_visits": 4, "max_talk": 400}),),
            "visits": tuple(
                visit.model_copy(
                    update={
                        "windows": (
                            *visit.windows,
                            Window(shift=0, start=shift.start, end=end - 50 * (number % 3)),
                            Window(shift=0, start=shift.start, end=end, cost=9),
                        )
                    }
                )
                for number, visit in enumerate(problem.visits)
            ),
        }
    )


def test_the_routes_of_a_shift_are_those_that_can_be_timed() -> None:
    listed = 0
    for seed in range(60):
        problem = roomy(seed) if seed < 25 else random_problem(seed, max_visits=5, max_shifts=2)
        chance = random.Random(seed)
        triples = list(itertools.combinations(range(len(problem.visits)), 3))
        chance.shuffle(triples)
        cuts = [(cut, chance.randint(0, 60_000)) for cut in triples[:8]]
        for shift in range(len(problem.shifts)):
            costs = routes(problem, shift)
            day = Day(problem, shift)
            for most in (40_000, 150_000):
                earned = {v: chance.randint(-9_000, most) for v in range(len(problem.visits))}
                prices = Prices(SCALE, earned, cuts)
                reduced = {
                    visits: cost * SCALE
                    - sum(earned[v] for v in visits)
                    + sum(paid for cut, paid in cuts if len(visits.intersection(cut)) >= 2)
                    for visits, cost in costs.items()
                }
                least = least_reduced_cost(day, prices)
                assert least == min(0, *reduced.values(), 0), (seed, shift)
                below = least + chance.randint(1, 40_000)
                inside = {v: costs[v] for v, value in reduced.items() if value < below}
                assert routes_below(day, prices, below, 100_000) == inside, (seed, shift)
                listed += len(inside)
                assert len(inside) == 0 or routes_below(day, prices, below, 0) is None
    assert listed > 150
