"""Shifts that are alike count as one kind; labels remember what routes repeated."""

from __future__ import annotations

import pytest

from routeplan.problem.problem import Gap, Problem, Window
from routeplan.solve.column_generation import generate
from routeplan.solve.column_generation import piece as pieces
from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.generate import generate_columns
from routeplan.solve.column_generation.piece import Piece, prepare
from routeplan.solve.components import split
from routeplan.solve.proof import CountSplit, PlaceSplit
from routeplan.solve.recheck import recheck
from routeplan.solve.result import Status
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import require_valid
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost
from tests.solve.test_cases import confirmed, grown


def times(problem: Problem, copies: int, *, apart: bool = False) -> Problem:
    """The problem with each shift several times over, for other managers; `apart`: a day on."""
    number = len(problem.shifts)
    shifts = tuple(
        shift.model_copy(
            update={
                "manager": f"{shift.manager}-{copy}",
                "day": (shift.day + copy) % len(problem.days) if apart else shift.day,
            }
        )
        for copy in range(copies)
        for shift in problem.shifts
    )
    visits = tuple(
        visit.model_copy(
            update={
                "windows": tuple(
                    window.model_copy(update={"shift": window.shift + copy * number})
                    for copy in range(copies)
                    for window in visit.windows
                )
            }
        )
        for visit in problem.visits
    )
    return problem.model_copy(update={"shifts": shifts, "visits": visits})


@pytest.mark.parametrize("copies", [2, 3])
def test_alike_shifts_are_planned_to_the_optimum_and_the_proof_holds(copies: int) -> None:
    for seed in range(25):
        problem = times(random_problem(seed, max_visits=4, max_shifts=1), copies)
        result = solve(problem, StopRule(seconds=None, iterations=200))
        require_valid(problem, result)
        assert result.cost == best_cost(problem), seed
        assert result.status is not Status.FEASIBLE, seed
        assert recheck(problem, result).bound == result.cost, seed


def test_cases_of_alike_shifts_are_confirmed() -> None:
    splits = 0
    for seed in range(150):
        for part in split(times(random_problem(seed, max_visits=11, max_shifts=2), 2)):
            tree, best, _ = grown(part.problem, listing=False)
            if isinstance(tree.proof_tree(), CountSplit | PlaceSplit):
                splits += 1
                listed, other, _ = grown(part.problem, listing=True)
                assert tree.bound(best.cost) <= other.cost, seed
                assert confirmed(part.problem, tree) >= tree.bound(best.cost), seed
                assert confirmed(part.problem, listed) >= listed.bound(other.cost), seed
    assert splits > 1


def test_what_differs_is_of_another_kind() -> None:
    problem = times(random_problem(3, max_visits=4, max_shifts=1, plain=True), 3)
    assert prepare(problem).kind == (0, 0, 0)
    longer = problem.shifts[1].model_copy(update={"end": problem.shifts[1].end + 1})
    changed = problem.model_copy(update={"shifts": (problem.shifts[0], longer, problem.shifts[2])})
    assert prepare(changed).kind == (0, 1, 0)
    first = problem.visits[0]
    (*others, last) = [window for window in first.windows if window.shift == 2]
    dearer = Window(shift=2, start=last.start, end=last.end, cost=last.cost + 1)
    kept = tuple(window for window in first.windows if window.shift != 2)
    dear = first.model_copy(update={"windows": (*kept, *others, dearer)})
    priced = problem.model_copy(update={"visits": (dear, *problem.visits[1:])})
    assert prepare(priced).kind == (0, 0, 2)


def test_days_tell_shifts_apart_only_where_visits_keep_days_apart() -> None:
    problem = times(random_problem(3, max_visits=4, max_shifts=1, plain=True), 2, apart=True)
    assert len(problem.visits) > 1
    assert prepare(problem).kind == (0, 0)
    gap = Gap(first=0, second=1, days=1)
    assert prepare(problem.model_copy(update={"gaps": (gap,)})).kind == (0, 1)


def test_a_cycle_is_remembered_all_the_way_round_and_nowhere_else() -> None:
    problem = random_problem(5, max_visits=11, max_shifts=1, plain=True)
    prepared = prepare(problem)
    visits = prepared.shifts[0].visits.tolist()
    piece = Piece.of(prepared, (0,), range(len(problem.visits)))
    for size in (2, 3):
        a, *others = visits[: size + 1]
        cycle = Column(0, (a, *others, a), 0)
        grown = piece.remembering([cycle])
        assert grown.memory - piece.memory == {(0, other, a) for other in others}
        assert grown.remembers(cycle)
        assert not grown.remembers(Column(0, (a, *others), 0))


def test_memory_never_lifts_the_bound_above_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "NG_SIZE", 0)
    repeated = 0
    for seed in range(60):
        problem = random_problem(seed, max_visits=5, max_shifts=1, plain=True)
        prepared = prepare(problem)
        piece = Piece.of(prepared, range(len(problem.shifts)), range(len(problem.visits)))
        generated = generate_columns(piece, ())
        repeated += bool(generated.piece.memory)
        assert generated.bound is not None
        assert generated.bound <= best_cost(problem), seed
        assert all(column.elementary for column, _ in generated.fractions), seed
    assert repeated


def test_too_many_labels_leave_a_looser_bound_that_still_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looser = 0
    for seed in range(40):
        problem = random_problem(seed, max_visits=5, max_shifts=2)
        piece = Piece.of(prepare(problem), range(len(problem.shifts)), range(len(problem.visits)))
        whole = generate_columns(piece, ())
        with monkeypatch.context() as few:
            few.setattr(generate, "MAX_LABELS", 0)
            cut_short = generate_columns(piece, ())
        assert whole.bound is not None
        assert cut_short.bound is not None
        assert cut_short.bound <= whole.bound <= best_cost(problem), seed
        looser += cut_short.bound < whole.bound
    assert looser
