"""Required visits come first, whatever else a plan may gain."""

from __future__ import annotations

from hypothesis import given, settings

from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Problem
from tests.examples import tiny_problem
from tests.problem_strategies import problems


def dearest_rest(problem: Problem) -> int:
    """The most that anything but required visits left out can add up to: all worth lost, and still
    every visit reached by the longest leg, in its dearest window, every shift's way back, and as
    many visits a day as it takes."""
    longest = max(
        minutes for matrix in problem.matrices for row in matrix.minutes for minutes in row
    )
    windows = [max([0, *(window.cost for window in visit.windows)]) for visit in problem.visits]
    legs = len(problem.visits) + len(problem.shifts)
    pairs = sum(
        shift.crowding * sum(range(shift.made, shift.made + min(shift.max_visits, len(windows))))
        for shift in problem.shifts
    )
    worth = sum(visit.worth for visit in problem.visits)
    return worth + sum(windows) + max(0, longest) * legs + pairs


@settings(max_examples=50, deadline=None)
@given(problems())
def test_one_required_visit_outweighs_all_the_rest(problem: Problem) -> None:
    penalty = required_penalty(problem.visits, problem.matrices, problem.shifts)
    assert penalty == dearest_rest(problem) + 1


def test_the_tiny_problem_has_that_penalty() -> None:
    problem = tiny_problem()
    # Worth 300 + 600 + 600 + 300 + 160; at most 61 minutes to five visits and back from ten shifts.
    assert problem.required_penalty == 1960 + 61 * 15 + 1


def test_no_visits_need_no_penalty() -> None:
    assert required_penalty((), (), ()) == 1
