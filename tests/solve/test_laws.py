"""What a proven optimum cannot depend on: the order of clients, the week, one manager more."""

from __future__ import annotations

import datetime as dt
import random

from routeplan.problem.problem import Problem
from routeplan.solve.recheck import recheck
from routeplan.solve.result import Result, Status
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from tests.problem_strategies import random_problem

ENOUGH = StopRule(seconds=None, iterations=60)
SEEDS = range(3000, 3025)


def weeks() -> list[tuple[Problem, Result]]:
    found = []
    for seed in SEEDS:
        problem = random_problem(seed, max_visits=7, max_shifts=3)
        found.append((problem, solve(problem, ENOUGH)))
    return found


def is_proven(result: Result) -> bool:
    return result.cost == result.bound


def permuted(problem: Problem, order: list[int]) -> Problem:
    """The visits in another order."""
    place = {old: new for new, old in enumerate(order)}
    return problem.model_copy(
        update={
            "visits": tuple(problem.visits[old] for old in order),
            "gaps": tuple(
                gap.model_copy(update={"first": place[gap.first], "second": place[gap.second]})
                for gap in problem.gaps
            ),
        }
    )


def with_another_manager(problem: Problem) -> Problem:
    """One more, who works as the first one does and may visit the same clients."""
    first = problem.shifts[0].manager
    copies = {
        number: len(problem.shifts) + position
        for position, number in enumerate(
            n for n, shift in enumerate(problem.shifts) if shift.manager == first
        )
    }
    return problem.model_copy(
        update={
            "shifts": (
                *problem.shifts,
                *(problem.shifts[n].model_copy(update={"manager": "new"}) for n in copies),
            ),
            "visits": tuple(
                visit.model_copy(
                    update={
                        "windows": (
                            *visit.windows,
                            *(
                                window.model_copy(update={"shift": copies[window.shift]})
                                for window in visit.windows
                                if window.shift in copies
                            ),
                        )
                    }
                )
                for visit in problem.visits
            ),
        }
    )


def test_a_proven_optimum_stands_whatever_the_order_week_or_team() -> None:
    proven = 0
    for number, (problem, result) in enumerate(weeks()):
        order = list(range(len(problem.visits)))
        random.Random(number).shuffle(order)
        turned = solve(permuted(problem, order), ENOUGH)
        later = problem.model_copy(
            update={"days": tuple(day + dt.timedelta(weeks=7) for day in problem.days)}
        )
        moved = solve(later, ENOUGH)
        larger = with_another_manager(problem)
        helped = solve(larger, ENOUGH)
        recheck(larger, helped)
        assert (moved.solution, moved.cost, moved.bound, moved.proof) == (
            result.solution,
            result.cost,
            result.bound,
            result.proof,
        )
        if is_proven(result):
            assert turned.bound is not None
            assert turned.bound <= result.cost <= turned.cost, number
            assert helped.bound is not None
            assert helped.bound <= result.cost, number
            if is_proven(turned):
                proven += 1
                assert turned.cost == result.cost, number
            if is_proven(helped):
                assert helped.cost <= result.cost, number
        assert result.status is not Status.OPTIMAL or is_proven(result)
    assert proven > 18
