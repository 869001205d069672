"""A solution mended: valid, never worse, the same each time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.problem.problem import Problem
from routeplan.solve.evaluate import cost_of
from routeplan.solve.repair import repaired
from routeplan.solve.result import Engine, Solution
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import violations
from tests.problem_strategies import problems, random_problem


def left_out(problem: Problem) -> Solution:
    return Solution(routes=(), left_out=tuple(range(len(problem.visits))))


@settings(max_examples=20, deadline=None)
@given(problems(max_visits=7, max_shifts=3), st.integers(0, 7))
def test_it_is_valid_and_no_worse_than_the_start(problem: Problem, bits: int) -> None:
    near = {shift for shift in range(len(problem.shifts)) if bits >> shift & 1}
    rule = StopRule(seconds=None, iterations=1)
    for start in (left_out(problem), solve(problem, rule, engine=Engine.ROUTING).solution):
        found = repaired(problem, start, near)
        assert violations(problem, found) == ()
        assert cost_of(problem, found) <= cost_of(problem, start)
        assert repaired(problem, start, near) == found


def test_where_nothing_is_to_be_planned_there_is_nothing_to_mend() -> None:
    empty = random_problem(1).model_copy(
        update={"visits": (), "places": (), "gaps": (), "matrices": (), "shifts": ()}
    )
    assert repaired(empty, Solution(routes=(), left_out=()), ()) == left_out(empty)
    shifts = random_problem(1).model_copy(update={"visits": (), "gaps": ()})
    assert repaired(shifts, Solution(routes=(), left_out=()), {0}) == left_out(shifts)
