"""At most so many changes: the table of choices and the plan of each."""

from __future__ import annotations

import datetime as dt
import random
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.plan.check import violations
from routeplan.plan.events import Cancel, Event, ManagerOff
from routeplan.plan.plan import Plan
from routeplan.problem.adjust import Adjustment, Must
from routeplan.problem.progress import Told
from routeplan.replan.choices import choices_of, efficient_choices, plan_within
from routeplan.replan.diff import ChangeKind, diff_plans
from routeplan.replan.replan import Replanning, prepare_replan, replan
from routeplan.replan.told import tell
from routeplan.solve.recheck import recheck
from routeplan.solve.stop import StopRule
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import TimeWindow
from tests.examples import EXACT, MONDAY, due_visit, hours, window
from tests.plan.examples import CALENDAR, client, due_list, make_plan, manager, random_book
from tests.replan.examples import at, busy_book, busy_plan, replanned

SUNDAY_NIGHT = at("22:00", MONDAY - dt.timedelta(days=1))
STOP = StopRule(seconds=None)


def opened(*events: Event, adjustments: tuple[Adjustment, ...] = ()) -> Replanning:
    return prepare_replan(busy_plan(), busy_book(), events, SUNDAY_NIGHT, adjustments=adjustments)


def within(allowed: int, *events: Event, adjustments: tuple[Adjustment, ...] = ()) -> Plan:
    return replan(
        busy_plan(),
        busy_book(),
        events,
        SUNDAY_NIGHT,
        adjustments=adjustments,
        stop=STOP,
        max_changes=allowed,
    )


def changed(before: Plan, after: Plan) -> set[str]:
    diff = diff_plans(before, after)
    return {
        change.visit_id
        for kind in (ChangeKind.MOVED, ChangeKind.REMOVED)
        for change in diff.of(kind)
    }


def test_with_no_change_allowed_all_but_the_cancelled_visit_stays() -> None:
    after = within(0, Cancel(client_id="C5"))
    assert changed(busy_plan(), after) == {"C5"}
    budget = after.proof.budget
    assert budget is not None
    assert (budget.allowed, budget.forced, budget.changes) == (0, 0, 0)
    assert budget.bound == after.proof.cost
    # The freed hour is filled all the same: that disturbs nobody.
    assert {visit.visit_id for _, visit in after.visits} >= {"C8"}


def test_what_an_event_forces_is_named_with_its_reason() -> None:
    absence = ManagerOff(
        manager_id="M1", first=MONDAY, hours=TimeWindow(start=13 * 60, end=18 * 60)
    )
    after = within(0, absence)
    budget = after.proof.budget
    assert budget is not None
    assert changed(busy_plan(), after) == {"C6", "C7"}
    assert (budget.forced, budget.changes) == (2, 2)
    notes = [note for note in after.notes if note.key == "choices.forced"]
    assert [note.args["client"] for note in notes] == ["C6", "C7"]
    assert "cannot be at that hour" in Texts("en").render(notes[0])
    # The reasons are those of one re-plan: the next one has its own, or none.
    later = replanned(SUNDAY_NIGHT, Cancel(client_id="C0"), plan=after)
    assert not [note for note in later.notes if note in notes]


def test_a_visit_that_must_be_made_forces_another_out() -> None:
    after = within(0, adjustments=(Must(client_id="C8"),))
    budget = after.proof.budget
    assert budget is not None
    assert (budget.forced, budget.changes) == (1, 1)
    assert len(changed(busy_plan(), after)) == 1
    (note,) = [note for note in after.notes if note.key == "choices.forced"]
    assert "no time for it beside" in Texts("en").render(note)
    assert Texts("zh").render(note)


@cache
def trade() -> tuple[Plan, Replanning]:
    """C9 is far more valuable than what stands, and needs two of its visits' hours."""
    own = [
        client("C0", site={"hours": hours(window("9:00", "17:00"))}),
        client("C1", site={"hours": hours(window("9:00", "17:00"))}),
        client("C9", site={"hours": hours(window("9:00", "12:00"))}),
    ]
    book = busy_book().model_copy(
        update={
            "managers": (manager(),),
            "clients": tuple(own),
            "appointments": (),
        }
    )
    due = due_list(
        *(due_visit(f"C{n}", worth=900, until=MONDAY, talk_minutes=70) for n in range(2))
    )
    plan = make_plan(book, due, EXACT)
    late = due_visit("C9", worth=400, until=MONDAY, talk_minutes=60)
    wanted = plan.model_copy(update={"due": (*plan.due, late)})
    return wanted, prepare_replan(wanted, book, (), SUNDAY_NIGHT)


def test_each_choice_of_the_table_is_the_plan_that_one_gets() -> None:
    plan, start = trade()
    frontier = efficient_choices(start, stop=STOP)
    table = choices_of(start, frontier)
    assert table.complete
    assert [choice.changes for choice in table.choices] == [0, 1]
    assert table.choices[0].more == 0
    few, many = table.choices
    assert sum(many.visits.values()) == sum(few.visits.values()) + 1
    assert many.cost < few.cost
    for choice in table.choices:
        after, solved = plan_within(start, frontier, choice.more)
        again, _ = plan_within(start, efficient_choices(start, stop=STOP), choice.more)
        assert again == after
        assert len(changed(plan, after)) == choice.changes
        assert {visit.client_id for visit in plan.due if visit.id in changed(plan, after)} == set(
            choice.clients
        )
        assert after.totals.visits == sum(choice.visits.values())
        assert after.totals.travel == choice.travel
        assert after.proof.cost == choice.cost
        recheck(solved.problem, solved.result)


def test_the_checker_counts_the_changes() -> None:
    plan, start = trade()
    frontier = efficient_choices(start, stop=STOP)
    after, _ = plan_within(start, frontier, 1)
    budget = after.proof.budget
    assert budget is not None
    assert budget.changes == 1

    def broken(allowed: int, changes: int) -> tuple[str, ...]:
        changed_budget = budget.model_copy(update={"allowed": allowed, "changes": changes})
        proof = after.proof.model_copy(update={"budget": changed_budget})
        return violations(
            after.model_copy(update={"proof": proof}),
            start.book,
            start.settings,
            CALENDAR,
            GreatCircle(start.settings.travel),
            earlier=plan,
        )

    assert broken(1, 1) == ()
    assert any("visits change" in what for what in broken(0, 1))
    assert any("visits change" in what for what in broken(0, 0))


@settings(max_examples=4)
@given(st.integers(0, 2**16))
def test_limits_are_kept_in_random_weeks(seed: int) -> None:
    book, due, own = random_book(seed)
    plan = make_plan(book, due, own)
    if not plan.visits:
        return
    chance = random.Random(seed)
    for visit in {visit.client_id for _, visit in plan.visits if chance.random() < 0.4}:
        with suppress(UsageError):
            plan = tell(plan, visit, chance.choice(list(Told)))
    _, gone = chance.choice(plan.visits)
    wanted = [Must(client_id=visit.client_id) for visit in plan.left_out[:1]]
    day = next(day.date for day, visit in plan.visits if visit is gone)
    start = prepare_replan(
        plan,
        book,
        [Cancel(client_id=gone.client_id, date=day)],
        SUNDAY_NIGHT,
        adjustments=wanted,
    )
    frontier = efficient_choices(start, stop=StopRule(seconds=None, iterations=2))
    costs = []
    for allowed in range(3):
        # The checker counts the changes, and prices each by what the client was told.
        after, solved = plan_within(start, frontier, allowed)
        recheck(solved.problem, solved.result)
        assert after.proof.budget is not None
        assert after.proof.budget.bound is None or after.proof.budget.bound <= after.proof.cost
        costs.append(after.proof.cost)
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize("allowed", [0, 1, 7])
def test_without_news_a_budget_changes_nothing(allowed: int) -> None:
    assert changed(busy_plan(), within(allowed)) == set()
