"""The bound of a changed problem by the prices of before: never too high, and confirmed anew."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.problem.problem import Choice, Problem, Shift, Visit, Window
from routeplan.solve.carry import Carried, carry
from routeplan.solve.recheck import proven_bound
from routeplan.solve.result import Engine, Solved
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from tests.problem_strategies import problems, random_problem
from tests.solve.brute import best_cost
from tests.solve.test_joint_grid import cheapest as cheapest_joint
from tests.solve.test_joint_grid import joint
from tests.solve.test_recheck import cheapest

ENOUGH = StopRule(seconds=None, iterations=5)


def before(problem: Problem) -> Solved:
    return Solved(problem=problem, result=solve(problem, ENOUGH))


def changed(problem: Problem, seed: int) -> Problem:
    """What events do to a problem: visits gone, hours cut or added, later starts, dearer moves,
    other places in the list, a visit that is new."""
    chance = random.Random(seed)
    visits = [_changed(visit, chance) for visit in problem.visits]
    if chance.random() < 0.3:
        visits.append(visits[0].model_copy(update={"id": "new"}))
    shifts = [
        shift.model_copy(update={"start": min(shift.end, shift.start + chance.choice((0, 0, 60)))})
        for shift in problem.shifts
    ]
    if chance.random() < 0.2:
        shifts[0] = shifts[0].model_copy(update={"lunch": None, "end": shifts[0].end + 30})
    return problem.model_copy(update={"visits": tuple(visits), "shifts": tuple(shifts)})


def _changed(visit: Visit, chance: random.Random) -> Visit:
    what = chance.randrange(8)
    if what == 0:
        return visit.model_copy(update={"windows": (), "worth": 0, "required": False})
    if what == 1:
        windows = tuple(w.model_copy(update={"cost": w.cost + 20}) for w in visit.windows)
        return visit.model_copy(update={"windows": windows, "worth": visit.worth + 50})
    if what == 2:
        windows = tuple(w.model_copy(update={"start": w.start + 15}) for w in visit.windows)
        windows = tuple(w for w in windows if w.start <= w.end)
        return visit.model_copy(update={"windows": windows})
    if what == 3 and visit.windows:
        more = Window(shift=visit.windows[0].shift, start=480, end=800)
        return visit.model_copy(update={"windows": (*visit.windows, more)})
    return visit


@settings(max_examples=25, deadline=None)
@given(problems(max_visits=5, max_shifts=2), st.integers(0, 2**32 - 1))
def test_no_solution_costs_less_than_the_bound_carried_over(problem: Problem, seed: int) -> None:
    now = changed(problem, seed)
    carried = carry(now, before(problem))
    if carried is not None:
        assert carried.bound <= cheapest(now)
        assert proven_bound(now, carried.proof) >= carried.bound


def test_joint_visits_keep_the_prices_of_their_hours() -> None:
    for seed in range(3):
        problem = joint(seed)
        solved = before(problem)
        gone = problem.visits[0].model_copy(update={"windows": (), "worth": 0, "required": False})
        now = problem.model_copy(update={"visits": (gone, *problem.visits[1:])})
        if any(0 in (pair.first, pair.second) for pair in problem.joints):
            continue
        for other in (problem, now):
            carried = carried_over(other, solved)
            assert carried.bound <= cheapest_joint(other)
            assert proven_bound(other, carried.proof) >= carried.bound
        assert carried_over(problem, solved).bound > 0


def test_the_bound_of_an_unchanged_problem_is_that_of_its_relaxation() -> None:
    problem = random_problem(7, max_visits=8, max_shifts=3)
    solved = before(problem)
    carried = carried_over(problem, solved)
    assert solved.result.bound is not None
    assert 0 < carried.bound <= solved.result.bound


@pytest.mark.parametrize("seed", [9, 13, 30])
def test_a_visit_that_becomes_an_hour_of_a_choice_is_priced_anew(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It earns what the choice does, which may be more than it did alone.
    monkeypatch.setattr(sys.modules[carry.__module__], "PRICED", 0)
    problem = random_problem(seed, max_visits=5, max_shifts=2, plain=True)
    one, two = with_choice(problem, 1), with_choice(problem, 2)
    carried = carried_over(two, before(one))
    assert carried.bound <= best_cost(two)
    assert proven_bound(two, carried.proof) >= carried.bound


def with_choice(problem: Problem, hours: int) -> Problem:
    """The problem where one of the first visits is to be made."""
    free = {"worth": 0, "required": False}
    chosen = tuple(visit.model_copy(update=free) for visit in problem.visits[:hours])
    choice = Choice(visits=tuple(range(hours)), worth=150)
    return problem.model_copy(
        update={"visits": (*chosen, *problem.visits[hours:]), "choices": (choice,)}
    )


def test_a_bound_can_be_carried_on_and_on() -> None:
    problem = random_problem(7, max_visits=8, max_shifts=3)
    first = carried_over(problem, before(problem))
    known = before(problem)
    proved = known.result.model_copy(update={"bound": first.bound, "proof": first.proof})
    again = carried_over(problem, known.model_copy(update={"result": proved}))
    assert again.bound >= first.bound


def test_without_a_proof_nothing_is_carried_over() -> None:
    problem = random_problem(7, max_visits=8, max_shifts=3)
    unproven = solve(problem, ENOUGH, engine=Engine.ROUTING)
    assert carry(problem, Solved(problem=problem, result=unproven)) is None


@pytest.mark.parametrize(
    ("change", "freer"),
    [
        ({"start": 500}, {"start": 400}),
        ({"end": 700}, {"end": 1000}),
        ({"max_visits": 2}, {"max_visits": 9}),
        ({"max_talk": 100}, {"max_talk": 900}),
        ({"crowding": 9}, {"crowding": 0}),
    ],
)
def test_a_shift_that_allows_more_is_priced_anew(
    change: dict[str, int], freer: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # With none priced in any case, only what must be is.
    module = sys.modules[carry.__module__]
    monkeypatch.setattr(module, "PRICED", 0)
    priced: list[int] = []

    def pricing(problem: Problem, part: object, leaf: object, shift: int, scale: int) -> int:
        priced.append(shift)
        return -(10**12)

    monkeypatch.setattr(module, "_priced", pricing)
    problem = one_shift({"start": 480, "end": 800, "max_visits": 5, "max_talk": 400, "crowding": 4})
    solved = before(problem)
    assert carry(one_shift(change, problem), solved) is not None
    assert priced == []
    assert carry(one_shift(freer, problem), solved) is not None
    assert priced == [0]


def one_shift(fields: dict[str, int], problem: Problem | None = None) -> Problem:
    """A problem of one shift with some of its fields."""
    if problem is None:
        problem = random_problem(3, max_visits=4, max_shifts=1, plain=True)
        lunchless = problem.shifts[0].model_copy(update={"lunch": None})
        problem = problem.model_copy(update={"shifts": (lunchless,)})
    shift: Shift = problem.shifts[0].model_copy(update=fields)
    return problem.model_copy(update={"shifts": (shift,)})


def carried_over(problem: Problem, solved: Solved) -> Carried:
    found = carry(problem, solved)
    assert found is not None
    return found
