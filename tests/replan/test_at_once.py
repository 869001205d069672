"""The answer that does not wait for a search, and when it has to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache

import pytest

from routeplan.plan.events import Cancel, Event, HalfDay, ManagerOff, Moved, Urgent
from routeplan.plan.plan import Plan
from routeplan.problem.build import build_problem
from routeplan.replan.replan import prepare_replan, replan
from routeplan.solve.evaluate import cost_of
from routeplan.solve.recheck import recheck
from routeplan.solve.result import Result, Solved
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.travel.great_circle import GreatCircle
from tests.examples import EXACT, MONDAY
from tests.plan.examples import CALENDAR, STOP, TUESDAY
from tests.replan.examples import at, busy_book, busy_due, busy_plan

NOW = at("7:00")
EVENTS: tuple[Event, ...] = (
    Cancel(client_id="C1"),
    Moved(client_id="C2", to=at("16:00", TUESDAY)),
    ManagerOff(manager_id="M1", first=TUESDAY, hours=HalfDay.AFTERNOON),
)


@cache
def made_from() -> Solved:
    """What the busy plan was made from."""
    built = build_problem(busy_book(), busy_due(), EXACT, CALENDAR, GreatCircle(EXACT.travel))
    return Solved(problem=built.problem, result=solve(built.problem, STOP))


def again(
    *events: Event,
    earlier: Solved | None = None,
    gap: float = 1.0,
    on_first: Callable[[Plan], None] | None = None,
) -> tuple[Plan, Solved]:
    settings = busy_plan().origin.settings
    solver = settings.solver.model_copy(update={"replan_gap": gap})
    solved: list[Solved] = []
    plan = replan(
        busy_plan(),
        busy_book(),
        events,
        NOW,
        settings=settings.model_copy(update={"solver": solver}),
        earlier=earlier or made_from(),
        on_first=on_first,
        on_solved=solved.append,
    )
    return plan, solved[-1]


@pytest.fixture(name="searches")
def _searches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each search of the engine."""
    found: list[str] = []
    engine: Callable[..., Result] = solve

    def counted(*args: object, **kwargs: object) -> Result:
        found.append("search")
        return engine(*args, **kwargs)

    monkeypatch.setattr(sys.modules[replan.__module__], "solve", counted)
    return found


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_is_answered_without_a_search_and_with_a_bound_that_holds(
    event: Event, searches: list[str]
) -> None:
    plan, solved = again(event)
    assert searches == []
    result = solved.result
    assert result.bound is not None
    assert recheck(solved.problem, result).bound is not None
    assert plan.proof.bound == result.bound
    assert result.bound <= solve(solved.problem, STOP).cost <= result.cost
    opened = prepare_replan(busy_plan(), busy_book(), [event], NOW)
    assert result.cost <= cost_of(opened.built.problem, opened.start)


def test_the_same_answer_comes_each_time() -> None:
    assert again(EVENTS[0]) == again(EVENTS[0])


def test_what_is_not_proven_well_enough_is_searched_further(searches: list[str]) -> None:
    at_once = again(EVENTS[1])[1].result
    assert at_once.bound is not None
    assert at_once.cost > at_once.bound
    assert searches == []
    searched = again(EVENTS[1], gap=0.0)[1].result
    assert searches == ["search"]
    assert searched.cost <= at_once.cost


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_a_first_answer_is_given_where_the_search_goes_on(event: Event) -> None:
    first: list[Plan] = []
    plan, solved = again(event, gap=0.0, on_first=first.append)
    assert [one.proof.stopped_by for one in first] in (["first"], [])
    for one in first:
        assert one.origin.events == plan.origin.events == (event,)
        assert one.proof.cost >= plan.proof.cost
        assert one.proof.bound is None or one.proof.bound <= solved.result.cost
    assert first or plan.proof.stopped_by == "optimal"


def test_the_only_answer_is_not_given_twice() -> None:
    first: list[Plan] = []
    again(EVENTS[1], on_first=first.append)
    assert first == []


def test_a_required_visit_that_nobody_can_make_hides_no_gap(searches: list[str]) -> None:
    """Its penalty is in the cost and in the bound, and far above all else."""
    plan, _ = again(EVENTS[2], gap=0.05)
    assert searches == []
    assert "C3" in {visit.client_id for visit in plan.left_out}
    _, solved = again(EVENTS[2], Urgent(client_id="C8", by=MONDAY), gap=0.05)
    assert searches == ["search"]
    assert solved.result.bound is not None


def test_without_an_earlier_proof_it_is_searched(searches: list[str]) -> None:
    unproven = made_from().result.model_copy(update={"proof": None, "bound": None})
    again(EVENTS[0], earlier=made_from().model_copy(update={"result": unproven}))
    assert searches == ["search"]


def test_a_re_plan_goes_on_from_one_given_at_once(searches: list[str]) -> None:
    first, solved = again(EVENTS[0])
    second = replan(first, busy_book(), [Cancel(client_id="C5")], NOW, earlier=solved)
    assert searches == []
    assert second.proof.bound is not None


def test_a_search_that_goes_on_ends_near_the_best_not_at_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stops: list[StopRule | None] = []

    def stopped(*args: object, **kwargs: object) -> Result:
        stops.append(args[1])  # type: ignore[arg-type]
        return solve(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(sys.modules[replan.__module__], "solve", stopped)
    plan, solved = again(EVENTS[2], Urgent(client_id="C8", by=MONDAY), gap=0.05)
    assert plan.left_out
    assert solved.result.bound is not None
    [stop] = stops
    assert stop is not None
    # The penalty of a required visit that is left out is a part of the cost, not of the gap.
    assert 0 < stop.gap < 0.01
    again(EVENTS[1], gap=0.0)
    assert stops[-1] is not None
    assert stops[-1].gap == 0
