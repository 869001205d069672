"""What never moves: locks, the freeze line, and what is said where they cannot be kept."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.plan.check import violations
from routeplan.plan.events import (
    Cancel,
    Delay,
    Done,
    Event,
    Late,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    TakesOver,
    Urgent,
)
from routeplan.plan.plan import Lock, Plan
from routeplan.problem.adjust import parse_adjustment
from routeplan.replan.locks import lock, parse_visit, unlock
from routeplan.replan.replan import prepare_replan, replan
from routeplan.travel.great_circle import GreatCircle
from tests.examples import MONDAY, due_visit, window
from tests.plan.examples import (
    CALENDAR,
    STOP,
    TUESDAY,
    due_list,
    make_plan,
    visit_of,
)
from tests.replan.examples import at, busy_book, busy_due, busy_plan, replanned
from tests.replan.test_news import order, shared
from tests.replan.test_replan import SUNDAY_NIGHT, hours_of


def conflict(plan: Plan, now: dt.datetime, *events: Event) -> str:
    with pytest.raises(UsageError) as caught:
        replanned(now, *events, plan=plan)
    assert caught.value.code == "RP4029"
    assert Texts("zh").render(caught.value.message)
    return Texts("en").render(caught.value.message)


# Locks


def test_a_lock_holds_what_it_names() -> None:
    whole = lock(busy_plan(), "C5")
    assert whole.locks == (Lock(visit_id="C5", date=MONDAY, start=600, manager_id="M1"),)
    assert lock(whole, "C5", hour=False, manager=False).locks == (Lock(visit_id="C5", date=MONDAY),)
    assert whole.origin.version == 2
    assert unlock(whole, "C5").locks == ()


def test_a_locked_visit_stays_where_another_would_have_moved() -> None:
    book, plan = shared()
    client_id = next(visit.client_id for day, visit in plan.visits if day.manager_id == "M1")
    taken = TakesOver(client_id=client_id, manager_id="M2")
    with pytest.raises(UsageError) as caught:
        replanned(SUNDAY_NIGHT, taken, plan=lock(plan, client_id), book=book)
    text = Texts("en").render(caught.value.message)
    assert f"the event {taken}" in text
    assert "is locked to" in text
    hour = lock(plan, client_id, day=False, manager=False)
    after = replanned(SUNDAY_NIGHT, taken, plan=hour, book=book)
    day, visit = visit_of(after, client_id)
    assert (day.manager_id, visit.talk.start) == ("M2", visit_of(plan, client_id)[1].talk.start)


def test_a_lock_keeps_the_worthless_against_the_worthy() -> None:
    plan = lock(busy_plan(), "C7")
    after = replanned(at("8:00"), Urgent(client_id="C9", by=MONDAY), plan=plan)
    assert visit_of(after, "C7")[1].talk.start == visit_of(plan, "C7")[1].talk.start
    assert after.locks == plan.locks
    later = replanned(at("10:10"), plan=after)
    assert later.locks == plan.locks


@pytest.mark.parametrize(
    "event",
    [
        Cancel(client_id="C6"),
        Cancel(client_id="C6", again=at("16:00", TUESDAY)),
        Moved(client_id="C6", to=at("16:00", TUESDAY)),
        Done(client_id="C6", talk=None),
    ],
    ids=str,
)
def test_the_clients_word_goes_before_a_lock(event: Event) -> None:
    after = replanned(at("12:30"), event, plan=lock(busy_plan(), "C6"))
    assert after.locks == ()


def test_a_lock_and_an_absence_exclude_each_other_in_words() -> None:
    off = ManagerOff(manager_id="M1", first=TUESDAY, hours=None)
    cancel = Cancel(client_id="C5")
    plan = lock(lock(busy_plan(), "C1"), "C6")
    text = conflict(plan, SUNDAY_NIGHT, cancel, off)
    assert "C1 客户C1 is locked to Tue 2026-11-24, 10:00, 经理M1" in text
    assert f"the event {off}" in text
    assert "C6" not in text
    assert "cancel" not in text


def test_of_many_locks_the_smallest_set_is_named() -> None:
    plan = busy_plan()
    for client_id in ("C4", "C5", "C6", "C7"):
        plan = lock(plan, client_id)
    urgent = Urgent(client_id="C8", by=MONDAY)  # four visits are all that Monday holds
    text = conflict(plan, at("8:00"), urgent)
    assert [name in text for name in ("C4", "C5", "C6", "C7", "C8")] == 5 * [True]
    assert "C3" not in text
    moved = Moved(client_id="C8", to=at("10:00"))
    text = conflict(plan, at("8:00"), moved)
    assert "C5" in text
    assert "C8" in text
    assert "C4" not in text
    assert "C7" not in text


def test_a_lock_outranks_what_was_left_out_before() -> None:
    due = busy_due()
    must = [
        visit.model_copy(update={"required": True}) if visit.id in ("C5", "C8", "C9") else visit
        for visit in due.due
    ]
    plan = make_plan(busy_book(), due_list(*must))
    planned = lock(plan, "C5" if "C5" in hours_of(plan) else "C8")
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C4"), plan=planned)
    assert after.locks == planned.locks


def test_only_what_is_planned_can_be_locked() -> None:
    with pytest.raises(UsageError, match="RP4045"):
        lock(busy_plan(), "C9")
    with pytest.raises(UsageError, match="RP4045: nothing is locked"):
        unlock(busy_plan())
    second = due_visit("C8", min_gap_days=1).model_copy(update={"id": "C8#2", "sequence": 2})
    plan = make_plan(busy_book(), due_list(due_visit("C8", min_gap_days=1), second))
    with pytest.raises(UsageError, match="C8@2026-11-23, C8@2026-11-24"):
        lock(plan, "C8")
    locked = lock(plan, "C8", TUESDAY)
    assert [one.visit_id for one in locked.locks] == ["C8#2"]
    with pytest.raises(UsageError, match="locked are C8"):
        unlock(locked, "C5")
    assert unlock(locked).locks == ()


def test_visits_as_people_write_them() -> None:
    assert parse_visit(" C017 ") == ("C017", None)
    assert parse_visit("C017@2026-11-24") == ("C017", TUESDAY)
    for text in ("", "@2026-11-24", "C017@", "C017@Tuesday"):
        with pytest.raises(UsageError, match="RP4044"):
            parse_visit(text)


# The freeze line


def frozen(now: dt.datetime, freeze: int, *events: Event, plan: Plan | None = None) -> Plan:
    return replan(plan or busy_plan(), busy_book(), events, now, freeze=freeze, stop=STOP)


def test_nothing_moves_before_the_line() -> None:
    before = hours_of(busy_plan())
    after = frozen(at("8:00"), 240, Cancel(client_id="C4"))
    assert after.origin.freeze == 240
    assert {name: hours_of(after)[name] for name in ("C5", "C6")} == {
        name: before[name] for name in ("C5", "C6")
    }
    new = {name: hour for name, hour in hours_of(after).items() if name not in before}
    assert all(start >= 12 * 60 for date, _, start in new.values() if date == MONDAY)


@pytest.mark.parametrize(("freeze", "first"), [(0, 9 * 60), (240, 12 * 60)])
def test_nothing_is_put_in_before_the_line(freeze: int, first: int) -> None:
    opened = prepare_replan(
        busy_plan(), busy_book(), [Cancel(client_id="C4")], at("8:00"), freeze=freeze
    )
    built = opened.built
    visit = next(visit for visit in built.problem.visits if visit.id == "C8")
    today = [window for window in visit.windows if built.shifts[window.shift].date == MONDAY]
    assert min(window.start for window in today) == first


def test_the_line_does_not_hold_for_whom_events_speak_of() -> None:
    late = frozen(at("10:10"), 600, Late(manager_id="M1", minutes=60))
    assert hours_of(late) != hours_of(busy_plan())
    urgent = frozen(at("8:00"), 90, Urgent(client_id="C9", by=MONDAY))
    assert "C9" in order(urgent)


def test_what_is_frozen_and_what_must_be_exclude_each_other_in_words() -> None:
    with pytest.raises(UsageError) as caught:
        frozen(at("8:00"), 600, Urgent(client_id="C9", by=MONDAY))
    text = Texts("en").render(caught.value.message)
    assert "is before the freeze line" in text
    assert "C9 客户C9 must be visited" in text


def test_the_line_may_be_a_setting() -> None:
    settings = busy_plan().origin.settings
    churn = settings.churn.model_copy(update={"freeze": 600})
    settings = settings.model_copy(update={"churn": churn})
    after = replan(
        busy_plan(),
        busy_book(),
        [Cancel(client_id="C5")],
        at("8:00"),
        settings=settings,
        stop=STOP,
    )
    assert after.origin.freeze == 600
    assert order(after) == ["C4", "C6", "C7"]


# The checker


def broken(plan: Plan, earlier: Plan) -> str:
    settings = plan.origin.settings
    found = violations(
        plan, busy_book(), settings, CALENDAR, GreatCircle(settings.travel), earlier=earlier
    )
    return "\n".join(found)


def test_the_checker_holds_locks_and_the_line() -> None:
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"))
    assert broken(after, busy_plan()) == ""
    moved = after.model_copy(update={"locks": (Lock(visit_id="C6", date=TUESDAY, start=600),)})
    text = broken(moved, busy_plan())
    assert "C6 is not on the day" in text
    assert "C6 is not at the hour" in text
    gone = after.model_copy(update={"locks": (Lock(visit_id="C5", date=TUESDAY),)})
    assert "C5 is locked, but not planned" in broken(gone, busy_plan())
    assert "the lock of C6 is lost" in broken(after, lock(busy_plan(), "C6"))
    lined = after.origin.model_copy(update={"freeze": 48 * 60, "events": ()})
    assert "C8 of M1 on 2026-11-23 changes before the freeze line" in broken(
        after.model_copy(update={"origin": lined}), busy_plan()
    )


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Overrun(client_id="C5", until=620), "does not last as long as reported"),
        (Done(client_id="C9"), "no visit is under way or made"),
        (NotMet(client_id="C5"), "the way there is not in the plan"),
        (Moved(client_id="C6", to=at("16:00")), "nobody knows of the new hour"),
        (Urgent(client_id="C9"), "no visit must be made"),
    ],
    ids=str,
)
def test_the_checker_wants_to_see_every_event(event: Event, text: str) -> None:
    after = replanned(at("10:10"))
    told = after.origin.model_copy(update={"events": (event,)})
    assert text in broken(after.model_copy(update={"origin": told}), busy_plan())


def test_the_checker_holds_facts() -> None:
    """A plan that does not heed what its adjustments say breaks a rule."""
    after = replanned(at("10:10"), Late(manager_id="M1", minutes=0))
    facts = {
        "the working day": "away:M1@2026-11-24",
        "when the client is closed": "hours:C6@2026-11-23=closed",
        "takes": "delay:2026-11-23=06:00-22:00x2",
    }
    for text, fact in facts.items():
        told = after.model_copy(update={"adjustments": (parse_adjustment(fact),)})
        found = broken(told, busy_plan())
        assert text in found or "does not work on" in found, fact


def test_slow_roads_of_one_day_leave_the_freeze_line_of_another() -> None:
    def frozen(day: dt.date) -> set[str]:
        slow = Delay(date=day, hours=window("7:00", "20:00"), factor=1.5)
        opened = prepare_replan(busy_plan(), busy_book(), [slow], at("7:00"), freeze=180)
        return {lock.visit_id for lock in opened.holds.frozen}

    assert frozen(TUESDAY) == {"C4"}
    assert frozen(MONDAY) == set()
