"""A limit on changes is believed as far as its proof goes. `tests/replan/test_budget.py` holds it
against all plans of tiny weeks."""

from __future__ import annotations

from functools import cache

import pytest

from routeplan.errors import CheckError
from routeplan.language import Message
from routeplan.replan.budget import efficient_plans
from routeplan.solve.limit import Limit, Stood, changes_of
from routeplan.solve.recheck_limit import recheck_limit
from routeplan.solve.result import Solved
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from tests.problem_strategies import random_problem
from tests.replan.test_budget import STOP, after_an_event


@cache
def limited() -> Solved:
    """A plan that may change fewer visits than would pay, with a bound from a price."""
    for seed in range(200):
        problem, slots, start = after_an_event(seed)
        frontier = efficient_plans(problem, slots, start, stop=STOP)
        within, limit = frontier.within(0), frontier.limit(0)
        if len(frontier.plans) > 1 and frontier.forced and limit.price:
            found = {"solution": within.solution, "cost": within.cost}
            result = frontier.free.model_copy(update=found)
            return Solved(problem=problem, result=result, limit=limit)
    raise AssertionError


def checked(**changes: object) -> int | None:
    solved = limited()
    assert solved.limit is not None
    limit = Limit.model_validate(solved.limit.model_dump() | changes)
    return recheck_limit(solved.problem, solved.result, limit)


def refused(why: str, **changes: object) -> None:
    with pytest.raises(CheckError) as caught:
        checked(**changes)
    assert caught.value.code == "RP6003"
    reason = caught.value.message.args["why"]
    assert isinstance(reason, Message)
    assert reason.key == why


def known() -> Limit:
    limit = limited().limit
    assert limit is not None
    return limit


def test_what_the_search_says_of_a_limit_is_confirmed() -> None:
    solved, limit = limited(), known()
    assert limit.bound is not None
    free = solved.result.bound
    assert free is not None
    assert free < limit.bound <= solved.result.cost
    bound = checked()
    assert bound is not None
    assert limit.bound <= bound <= solved.result.cost
    assert Solved.model_validate_json(solved.model_dump_json()) == solved
    # No bound, no proof: that few visits change is all that is claimed then.
    assert checked(bound=None, proof=None) is None


def test_a_limit_that_is_not_kept_is_refused() -> None:
    changes = changes_of(limited().result.solution, known())
    refused("proof.changes", most=changes - 1)


def test_a_bound_beyond_its_proof_is_refused() -> None:
    limit, bound = known(), checked()
    assert bound is not None
    refused("proof.lower", bound=bound + 1)
    # The same proof says less of more changes, and less without its price.
    refused("proof.lower", most=limit.most + 1, bound=bound)
    refused("proof.lower", price=0, bound=bound)


def test_leaving_out_what_is_required_never_costs_less_there() -> None:
    refused("proof.sign", penalty=limited().problem.required_penalty - 1)


def test_a_limit_without_its_proof_is_refused() -> None:
    refused("proof.missing", proof=None)


@pytest.mark.parametrize("what", ["twice", "visit", "shift"])
def test_visits_that_cannot_have_stood_are_refused(what: str) -> None:
    solved, limit = limited(), known()
    first = limit.stood[0]
    wrong = {
        "twice": (first, *limit.stood),
        "visit": (*limit.stood, Stood(visit=len(solved.problem.visits), shift=0, start=600)),
        "shift": (first.model_copy(update={"shift": 99}), *limit.stood[1:]),
    }
    refused("proof.stood", stood=[one.model_dump() for one in wrong[what]])


def test_changed_prices_of_a_proof_prove_less_or_are_refused() -> None:
    """Whatever stands in a proof, it never confirms more than holds."""
    best, limit = limited().result.cost, known()
    assert limit.proof is not None
    tried = 0
    for number, part in enumerate(limit.proof.parts):
        leaf = part.tree
        if leaf is None or leaf.kind != "leaf":
            continue
        for index in range(len(leaf.visits)):
            for more in (-limit.proof.scale * 7, limit.proof.scale * 7):
                prices = list(leaf.visits)
                prices[index] += more
                moved = part.model_copy(
                    update={"tree": leaf.model_copy(update={"visits": tuple(prices)})}
                )
                parts = list(limit.proof.parts)
                parts[number] = moved
                proof = limit.proof.model_copy(update={"parts": tuple(parts)})
                changed = limit.model_copy(update={"proof": proof})
                tried += 1
                try:
                    bound = recheck_limit(limited().problem, limited().result, changed)
                except CheckError as error:
                    assert error.code == "RP6003"  # noqa: PT017
                else:
                    assert bound is not None
                    assert bound <= best
    assert tried > 0


def test_a_visit_that_stands_in_a_longer_window_changes_nothing() -> None:
    """A proof that has each visit pay, though it stands where it stood, proves nothing."""
    problem = random_problem(3, max_visits=4, max_shifts=2)
    planned = solve(problem, StopRule(seconds=None))
    stops = [(route.shift, stop) for route in planned.solution.routes for stop in route.stops]
    assert stops
    stood = sorted((stop.visit, shift, stop.start) for shift, stop in stops)
    limit = Limit(
        stood=tuple(Stood(visit=visit, shift=shift, start=start) for visit, shift, start in stood),
        most=0,
        bound=planned.cost,
    )
    assert recheck_limit(problem, planned, limit) == planned.cost
    made = {visit for visit, _, _ in stood}
    dearer = problem.model_copy(
        update={
            "visits": tuple(
                visit.model_copy(
                    update={
                        "worth": visit.worth + 50,
                        "windows": tuple(
                            window.model_copy(update={"cost": window.cost + 50})
                            for window in visit.windows
                        ),
                    }
                )
                if number in made
                else visit
                for number, visit in enumerate(problem.visits)
            )
        }
    )
    wrong = solve(dearer, StopRule(seconds=None))
    assert wrong.bound is not None
    assert wrong.bound > planned.cost
    claim = {
        "price": 50,
        "penalty": problem.required_penalty,
        "bound": wrong.bound,
        "proof": wrong.proof,
    }
    with pytest.raises(CheckError) as caught:
        recheck_limit(problem, planned, limit.model_copy(update=claim))
    assert caught.value.code == "RP6003"
