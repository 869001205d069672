"""Required visits that exclude each other are named, and no others."""

from __future__ import annotations

import itertools

import pytest

from routeplan.problem.problem import Problem
from routeplan.solve.conflict import conflicting
from tests.problem_strategies import random_problem
from tests.solve.test_recheck import cheapest


def all_required(problem: Problem) -> Problem:
    visits = tuple(visit.model_copy(update={"required": True}) for visit in problem.visits)
    return problem.model_copy(update={"visits": visits})


def can_all_be_made(problem: Problem, chosen: tuple[int, ...]) -> bool:
    """By trying everything."""
    number = {visit: index for index, visit in enumerate(chosen)}
    alone = problem.model_copy(
        update={
            "visits": tuple(problem.visits[visit] for visit in chosen),
            "gaps": tuple(
                gap.model_copy(update={"first": number[gap.first], "second": number[gap.second]})
                for gap in problem.gaps
                if gap.first in number and gap.second in number
            ),
        }
    )
    return cheapest(alone) < problem.required_penalty


@pytest.mark.parametrize("part", range(4))
def test_no_plan_makes_all_of_a_conflict_and_some_plan_all_but_any_one(part: int) -> None:
    for seed in range(part * 12, part * 12 + 12):
        problem = all_required(random_problem(seed, max_visits=5, max_shifts=2))
        everything = tuple(range(len(problem.visits)))
        found = conflicting(problem, seconds=60)
        assert bool(found) != can_all_be_made(problem, everything), seed
        if found:
            assert not can_all_be_made(problem, found), seed
            for fewer in itertools.combinations(found, len(found) - 1):
                assert can_all_be_made(problem, fewer), (seed, found)


def test_visits_that_are_not_required_are_never_named() -> None:
    for seed in range(40):
        problem = random_problem(seed, max_visits=6, max_shifts=2)
        assert all(problem.visits[index].required for index in conflicting(problem, seconds=60))


def test_a_conflict_holds_a_visit_that_was_left_out_where_it_can() -> None:
    """Two visits that nobody can make: the one that is asked about is named."""
    problem = all_required(random_problem(3, max_visits=5, max_shifts=2))
    nowhere = tuple(visit.model_copy(update={"windows": ()}) for visit in problem.visits)
    closed = problem.model_copy(update={"visits": nowhere})
    for index in range(len(nowhere)):
        assert conflicting(closed, [index]) == (index,)


def test_without_time_nothing_is_claimed() -> None:
    problem = all_required(random_problem(3, max_visits=5, max_shifts=2))
    assert conflicting(problem, seconds=0) == ()
