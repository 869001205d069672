"""Choices and ties: one of several hours, and two people at the same one."""

from __future__ import annotations

import random

import pytest
from pydantic import ValidationError

from routeplan.errors import CheckError
from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Choice, Gap, Problem, Tie, Visit, Window
from routeplan.solve.components import split
from routeplan.solve.proof import CountSplit, PlaceSplit
from routeplan.solve.recheck import recheck
from routeplan.solve.result import Engine, Result, Solution, Status
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import require_valid, violations
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost
from tests.solve.test_alike import times
from tests.solve.test_cases import confirmed, grown


def joint(seed: int, *, visits: int = 3, hours: int = 2, gaps: bool = False) -> Problem:
    """Two people with a day each (or two), and a visit that they make together at one of some
    hours."""
    chance = random.Random(seed)
    shifts = chance.randint(1, 2) if visits < 4 else 2
    alone = times(random_problem(seed, max_visits=visits, max_shifts=shifts, plain=not gaps), 2)
    number = len(alone.shifts) // 2
    made: list[Visit] = []
    ties: list[Tie] = []
    chosen: list[int] = []
    place, talk = chance.randrange(len(alone.places)), chance.choice([10, 20])
    for hour in range(hours):
        shift = chance.randrange(number)
        day = alone.shifts[shift]
        start = chance.randint(day.start, max(day.start, day.end - talk))
        first = len(alone.visits) + len(made)
        for person in (0, 1):
            made.append(
                Visit(
                    id=f"J{hour}-{person}",
                    client="J",
                    place=place,
                    talk=talk,
                    before=chance.choice([0, 5]),
                    after=5,
                    worth=0,
                    windows=(Window(shift=shift + person * number, start=start, end=start + talk),),
                )
            )
        chosen.append(first)
        ties.append(Tie(first=first, second=first + 1))
    choice = Choice(
        visits=tuple(chosen), worth=chance.randint(20, 200), required=chance.random() < 0.2
    )
    every = (*alone.visits, *made)
    more = (Gap(first=0, second=chosen[0], days=1),) if gaps and alone.visits else ()
    return Problem.model_validate(
        alone.model_copy(
            update={
                "visits": every,
                "choices": (choice,),
                "ties": tuple(ties),
                "gaps": (*alone.gaps, *more),
                "required_penalty": required_penalty(
                    every, alone.matrices, alone.shifts, (choice,)
                ),
            }
        ).model_dump()
    )


def together(problem: Problem, solution: Solution) -> bool:
    made = {stop.visit for route in solution.routes for stop in route.stops}
    return not made.isdisjoint(problem.choices[0].visits)


@pytest.mark.parametrize("gaps", [False, True])
def test_two_people_meet_where_trying_everything_says_they_should(gaps: bool) -> None:
    met = 0
    for seed in range(25):
        problem = joint(seed, gaps=gaps)
        result = solve(problem, StopRule(seconds=None, iterations=300))
        require_valid(problem, result)
        assert result.cost == best_cost(problem), seed
        assert result.status is not Status.FEASIBLE, seed
        assert recheck(problem, result).bound == result.cost, seed
        met += together(problem, result.solution)
    assert 5 < met < 25


def test_cases_with_joint_visits_keep_their_bound() -> None:
    splits = 0
    for seed in range(30):
        for part in split(joint(seed, visits=8, hours=4)):
            tree, best, _ = grown(part.problem, listing=False)
            listed, other, _ = grown(part.problem, listing=True)
            assert tree.bound(best.cost) <= other.cost, seed
            assert listed.bound(other.cost) <= best.cost, seed
            for made, found in ((tree, best), (listed, other)):
                assert confirmed(part.problem, made) >= made.bound(found.cost), seed
            splits += isinstance(tree.proof_tree(), CountSplit | PlaceSplit)
    assert splits


def test_a_plan_with_a_joint_visit_is_where_the_next_search_begins() -> None:
    for seed in range(8):
        problem = joint(seed)
        first = solve(problem, StopRule(seconds=None, iterations=300))
        again = solve(problem, StopRule(seconds=None, iterations=1), start=first.solution)
        require_valid(problem, again)
        assert again.cost == first.cost, seed


def test_the_other_engine_keeps_to_choices_and_ties() -> None:
    met = 0
    for seed in range(4):
        problem = joint(seed)
        rule = StopRule(seconds=None, iterations=50)
        result = solve(problem, rule, engine=Engine.ROUTING)
        require_valid(problem, result)
        assert result.cost >= best_cost(problem), seed
        met += together(problem, result.solution)
    assert met


def test_half_a_joint_visit_or_two_hours_of_one_are_told() -> None:
    for seed in range(60):
        problem = joint(seed)
        result = solve(problem, StopRule(seconds=None, iterations=300))
        if not together(problem, result.solution):
            continue
        made = {stop.visit for route in result.solution.routes for stop in route.stops}
        second = next(tie.second for tie in problem.ties if tie.first in made)
        routes = tuple(
            route.model_copy(
                update={"stops": tuple(stop for stop in route.stops if stop.visit != second)}
            )
            for route in result.solution.routes
        )
        kept = tuple(route for route in routes if route.stops)
        left_out = tuple(sorted({*result.solution.left_out, second}))
        told = violations(problem, Solution(routes=kept, left_out=left_out))
        assert any("only one is made" in text for text in told)
        return
    raise AssertionError("no joint visit was planned")


def test_a_proof_without_the_prices_of_ties_is_refused() -> None:
    problem = joint(0)
    result = solve(problem, StopRule(seconds=None, iterations=300))
    without = result.model_dump()

    def strip(tree: dict[str, object]) -> None:
        if tree["kind"] == "leaf":
            tree["ties"] = ()
        for value in tree.values():
            if isinstance(value, dict):
                strip(value)

    for part in without["proof"]["parts"]:
        strip(part["tree"])
    with pytest.raises(CheckError):
        recheck(problem, Result.model_validate(without))


def test_an_hour_that_nobody_can_make_is_worth_nothing_by_itself() -> None:
    for seed in range(8):
        problem = joint(seed)
        hour = problem.visits[problem.choices[0].visits[0]]
        closed = hour.model_copy(update={"id": "closed", "windows": ()})
        choice = problem.choices[0]
        more = choice.model_copy(update={"visits": (*choice.visits, len(problem.visits))})
        problem = problem.model_copy(
            update={"visits": (*problem.visits, closed), "choices": (more,)}
        )
        result = solve(problem, StopRule(seconds=None, iterations=300))
        assert recheck(problem, result).bound == best_cost(problem), seed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"ties": [{"first": 0, "second": 99}]}, "missing"),
        ({"choices": [{"visits": [-1], "worth": 5}]}, "missing"),
        ({"choices": [{"visits": [1], "worth": 5}, {"visits": [1], "worth": 5}]}, "two choices"),
        ({"ties": [{"first": 1, "second": 2}, {"first": 2, "second": 1}]}, "two ties"),
        ({"choices": [{"visits": [0], "worth": 5}]}, "worth of its own"),
        ({"ties": [{"first": 1, "second": 2}]}, "does not lead from a choice"),
        (
            {
                "choices": [{"visits": [1], "worth": 5}],
                "ties": [{"first": 1, "second": 2}],
                "gaps": [{"first": 0, "second": 2, "days": 1}],
            },
            "does not lead from a choice",
        ),
    ],
)
def test_choices_and_ties_that_mean_nothing_are_refused(
    changed: dict[str, object], words: str
) -> None:
    problem = joint(1)
    free = [number for number, visit in enumerate(problem.visits) if visit.worth or visit.required]
    assert 0 in free
    shown = problem.model_dump() | {"choices": (), "ties": ()} | changed
    if "two" in words:
        for visit in shown["visits"]:
            visit["worth"], visit["required"] = 0, False
    with pytest.raises(ValidationError, match=words):
        Problem.model_validate(shown)
