"""Joint visits as problems say them: proven by the engine, and refused when tampered with."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from routeplan.errors import CheckError
from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Joint, Problem, Visit, Window
from routeplan.solve.evaluate import cost_of
from routeplan.solve.joint import joint_hours, on_grid
from routeplan.solve.recheck import recheck
from routeplan.solve.recheck_grid import at_its_hours
from routeplan.solve.result import Result, Route, Solution, Status
from routeplan.solve.schedule import schedule
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost
from tests.solve.test_alike import times

STOP = StopRule(seconds=None, iterations=300)


def joint(seed: int, *, grid: int = 60) -> Problem:
    """Two people with a day each, a few visits that either makes, and one that both make."""
    chance = random.Random(seed)
    alone = times(random_problem(seed, max_visits=2, max_shifts=1), 2)
    place, talk = chance.randrange(len(alone.places)), chance.choice([10, 20])
    pair: list[Visit] = []
    for person, shift in enumerate(alone.shifts):
        start = chance.randint(shift.start, shift.end - talk)
        end = chance.randint(start + talk, shift.end)
        windows = [Window(shift=person, start=start, end=end)]
        if chance.random() < 0.6:
            windows.append(Window(shift=person, start=shift.start, end=shift.end, cost=9))
        pair.append(
            Visit(
                id=f"J+{person}",
                client="J",
                place=place,
                talk=talk,
                before=5,
                after=5,
                worth=chance.randint(40, 200) if person == 0 else 0,
                required=person == 0 and chance.random() < 0.2,
                windows=tuple(windows),
            )
        )
    number = len(alone.visits)
    every = (*alone.visits, *pair)
    return Problem.model_validate(
        alone.model_copy(
            update={
                "visits": every,
                "joints": (Joint(first=number, second=number + 1, grid=grid),),
                "required_penalty": required_penalty(every, alone.matrices, alone.shifts),
            }
        ).model_dump()
    )


def cheapest(problem: Problem) -> int:
    """By trying every hour, and without the joint visit."""
    (pair,) = problem.joints
    huge = 10**6
    both = problem.visits[pair.first]
    lost = problem.required_penalty if both.required else both.worth

    def with_windows(first: tuple[Window, ...], second: tuple[Window, ...], worth: int) -> Problem:
        visits = list(problem.visits)
        for number, windows in ((pair.first, first), (pair.second, second)):
            change = {"windows": windows, "worth": worth, "required": False}
            visits[number] = visits[number].model_copy(update=change)
        return problem.model_copy(update={"visits": tuple(visits), "joints": ()})

    found = [lost + best_cost(with_windows((), (), 0))]
    for hour in joint_hours(problem, pair):
        end = hour.start + both.talk
        first, second = (
            Window(shift=shift, start=hour.start, end=end, cost=cost)
            for shift, cost in (
                (hour.first_shift, hour.first_cost),
                (hour.second_shift, hour.second_cost),
            )
        )
        found.append(best_cost(with_windows((first,), (second,), huge)))
    return min(found)


def met(problem: Problem, solution: Solution) -> bool:
    return problem.joints[0].first not in solution.left_out


def test_both_statements_of_the_grid_are_one() -> None:
    """Grids of a minute are made coarser; some visits have no hour at all."""
    hours = set()
    for seed in range(60):
        for grid in (1, 15, 60):
            problem = joint(seed, grid=grid)
            engine = on_grid(problem)
            assert engine is not None
            own = at_its_hours(problem)
            for name in ("gaps", "choices", "ties", "joints", "required_penalty", "shifts"):
                assert getattr(own, name) == getattr(engine.problem, name), (seed, name)
            no_name: dict[str, Any] = {"id": ""}
            assert [visit.model_copy(update=no_name) for visit in own.visits] == [
                visit.model_copy(update=no_name) for visit in engine.problem.visits
            ], seed
            hours.add(len(joint_hours(problem, problem.joints[0])))
    assert 0 in hours
    assert 80 < max(hours) <= 160


def test_the_proof_of_a_problem_with_joint_visits_is_confirmed() -> None:
    found = []
    for seed in range(12):
        problem = joint(seed)
        result = solve(problem, STOP)
        confirmed = recheck(problem, result)
        assert confirmed.bound == result.cost == cheapest(problem), seed
        assert result.status is not Status.FEASIBLE, seed
        found.append(met(problem, result.solution))
    assert {True, False} == set(found)


def proven() -> tuple[Problem, Result]:
    """One with a joint visit that is made, by people who visit somebody else, too."""
    for seed in range(100):
        problem = joint(seed)
        result = solve(problem, STOP)
        if met(problem, result.solution) and min(len(r.stops) for r in result.solution.routes) > 1:
            return problem, result
    raise AssertionError


def moved(problem: Problem, solution: Solution) -> Solution:
    """One of the two starts a minute later: they do not meet."""
    (pair,) = problem.joints
    for by in (1, -1, 15, -15):
        for number, route in enumerate(solution.routes):
            order = [stop.visit for stop in route.stops]
            if pair.second not in order:
                continue
            start = route.stops[order.index(pair.second)].start + by
            second = problem.visits[pair.second]
            window = Window(shift=route.shift, start=start, end=start + second.talk)
            visits = list(problem.visits)
            visits[pair.second] = second.model_copy(update={"windows": (window,)})
            other = schedule(
                problem.model_copy(update={"visits": tuple(visits)}), route.shift, order
            )
            if other is not None:
                routes = [*solution.routes]
                routes[number] = other
                return solution.model_copy(update={"routes": tuple(routes)})
    raise AssertionError


def dropped(problem: Problem, solution: Solution) -> Solution:
    """The second person stays away."""
    (pair,) = problem.joints
    routes: list[Route] = []
    for route in solution.routes:
        order = [stop.visit for stop in route.stops if stop.visit != pair.second]
        shorter = schedule(problem, route.shift, order) if order else None
        routes += [shorter] if shorter else []
    left_out = tuple(sorted((*solution.left_out, pair.second)))
    return Solution(routes=tuple(routes), left_out=left_out)


@pytest.mark.parametrize(
    ("change", "why"), [(moved, "do not start together"), (dropped, "only one is made")]
)
def test_routes_of_two_who_do_not_meet_are_refused(
    change: Callable[[Problem, Solution], Solution], why: str
) -> None:
    problem, result = proven()
    solution = change(problem, result.solution)
    cost = cost_of(problem, solution)
    false = result.model_copy(update={"solution": solution, "cost": cost})
    with pytest.raises(CheckError, match=why) as caught:
        recheck(problem, false)
    assert caught.value.code == "RP6002"


def test_a_bound_one_minute_higher_is_refused() -> None:
    problem, result = proven()
    nobody = Solution(routes=(), left_out=tuple(range(len(problem.visits))))
    missing = any(visit.required for visit in problem.visits)
    update = {
        "solution": nobody,
        "cost": cost_of(problem, nobody),
        "status": Status.INFEASIBLE if missing else Status.FEASIBLE,
    }
    worse = result.model_copy(update=update)
    assert worse.bound is not None
    assert recheck(problem, worse).bound == worse.bound < worse.cost
    with pytest.raises(CheckError) as caught:
        recheck(problem, worse.model_copy(update={"bound": worse.bound + 1}))
    assert caught.value.code == "RP6003"
