"""What each event does to a plan, and when it is refused; the checker runs on every plan made."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

from routeplan.book.models import Book, Rigidity
from routeplan.due.models import DueKind, DueList
from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.plan.events import (
    Cancel,
    Delay,
    Done,
    Event,
    HalfDay,
    HoursOn,
    Late,
    ManagerBack,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    TakesOver,
    Urgent,
)
from routeplan.plan.plan import Cause, Plan, PlannedVisitStatus
from routeplan.point import Point
from routeplan.values import Closure, TimeWindow
from tests.examples import MONDAY, due_visit, window
from tests.plan.examples import (
    TUESDAY,
    client,
    day_of,
    due_list,
    left_out,
    make_plan,
    manager,
    visit_of,
)
from tests.replan.examples import at, busy_book, busy_due, busy_plan, replanned
from tests.replan.test_replan import SUNDAY_NIGHT, hours_of, on_the_way_to

DONE, UNDER_WAY = PlannedVisitStatus.DONE, PlannedVisitStatus.UNDER_WAY


def refused(now: dt.datetime, *events: Event, plan: Plan | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        replanned(now, *events, plan=plan)
    assert caught.value.code == "RP4022"
    assert Texts("zh").render(caught.value.message)
    return Texts("en").render(caught.value.message)


def order(plan: Plan, date: dt.date = MONDAY, manager_id: str = "M1") -> list[str]:
    return [visit.visit_id for visit in day_of(plan, manager_id, date).visits]


@cache
def shared() -> tuple[Book, Plan]:
    """Two managers, each with two clients at the same corner; M2 has time to spare."""
    book = Book(
        managers=(manager("M1"), manager("M2")),
        clients=tuple(client(f"C{n}", manager_id="M1" if n < 2 else "M2") for n in range(5)),
    )
    due = DueList.model_validate(
        due_list(*(due_visit(f"C{number}") for number in range(4))).model_dump()
    )
    return book, make_plan(book, due)


# Cancelled


def test_cancelled_with_a_new_hour_becomes_an_appointment() -> None:
    again = at("15:40", TUESDAY)
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C5", again=again))
    day, visit = visit_of(after, "C5")
    assert (day.date, visit.talk.start, visit.appointment) == (TUESDAY, 940, Rigidity.EXACT)
    assert visit.reasons[0].kind is DueKind.APPOINTMENT
    assert visit.required
    later = replanned(at("7:00", TUESDAY), Cancel(client_id="C0"), plan=after)
    assert visit_of(later, "C5")[1].talk.start == 940


def test_a_new_hour_must_be_ahead_and_in_working_time() -> None:
    for when in (at("7:30"), at("12:00", MONDAY + dt.timedelta(days=7))):
        assert "not ahead" in refused(at("8:00"), Cancel(client_id="C6", again=when))
    evening = Cancel(client_id="C6", again=at("20:00"))
    assert "does not work then" in refused(at("8:00"), evening)
    sunday = Cancel(client_id="C6", again=at("10:00", MONDAY + dt.timedelta(days=6)))
    assert "does not work then" in refused(at("8:00"), sunday)


# Not met


def test_who_was_not_met_is_due_again_from_tomorrow() -> None:
    after = replanned(at("10:50"), NotMet(client_id="C5"))
    assert "C5" not in order(after)
    assert [detour.name for detour in day_of(after, "M1", MONDAY).detours] == ["客户C5"]
    due = next(visit for visit in after.due if visit.id == "C5")
    assert due.earliest == TUESDAY
    assert left_out(after, "C5").cause is not Cause.CANCELLED


def test_not_met_yesterday_is_told_today() -> None:
    after = replanned(at("8:00", TUESDAY), NotMet(client_id="C4", again=at("16:00", TUESDAY)))
    assert "C4" not in order(after)
    assert visit_of(after, "C4")[1].talk.start == 960
    assert day_of(after, "M1", MONDAY).detours[0].after == 0


def test_nobody_is_missed_before_somebody_sets_off() -> None:
    assert "cancel the visit instead" in refused(at("8:00"), NotMet(client_id="C6"))


# Moved


def test_an_appointment_is_moved_and_stays_one() -> None:
    after = replanned(SUNDAY_NIGHT, Moved(client_id="C3", to=at("11:00", TUESDAY)))
    _, visit = visit_of(after, "C3")
    assert (visit.talk.start, visit.appointment) == (660, Rigidity.EXACT)
    again = replanned(SUNDAY_NIGHT, Moved(client_id="C3", to=at("9:30", TUESDAY)), plan=after)
    assert visit_of(again, "C3")[1].talk.start == 570


def test_who_was_left_out_can_agree_on_an_hour() -> None:
    after = replanned(SUNDAY_NIGHT, Moved(client_id="C9", to=at("16:00")))
    assert visit_of(after, "C9")[1].talk.start == 960


def test_what_is_over_or_under_way_is_not_moved() -> None:
    text = refused(at("10:10"), Moved(client_id="C5", to=at("16:00")))
    assert "no visit that is still to come" in text


# Late, and where


def test_late_puts_off_what_is_under_way_and_what_follows() -> None:
    before = visit_of(busy_plan(), "C5")[1]
    talking = visit_of(replanned(at("10:10"), Late(manager_id="M1", minutes=5)), "C5")[1]
    assert talking.status is UNDER_WAY
    assert talking.talk == TimeWindow(start=before.talk.start, end=before.talk.end + 5)
    now = on_the_way_to("C5") + dt.timedelta(minutes=4)
    going = visit_of(replanned(now, Late(manager_id="M1", minutes=3)), "C5")[1]
    assert (going.status, going.arrive) == (UNDER_WAY, before.arrive + 3)
    assert going.talk.start == before.talk.start + 3


def test_who_is_late_has_not_set_off_yet() -> None:
    now = on_the_way_to("C6")
    after = replanned(now, Late(manager_id="M1", minutes=30))
    minute = now.hour * 60 + now.minute
    leg = visit_of(after, "C6")[1].leg
    assert leg
    assert leg.leave >= minute


def test_late_by_so_much_that_a_visit_is_lost() -> None:
    after = replanned(at("10:10"), Late(manager_id="M1", minutes=60))
    lost = {visit.visit_id for visit in after.left_out}
    assert lost & {"C4", "C5", "C6"}


def test_where_the_manager_stands_is_where_the_day_goes_on() -> None:
    there = Point(lat=39.93, lon=116.42)
    now = on_the_way_to("C6")
    after = replanned(now, Late(manager_id="M1", minutes=5, at=there))
    day = day_of(after, "M1", MONDAY)
    assert day.detours[0].point == there
    assert day.detours[0].arrive == now.hour * 60 + now.minute
    at_client = replanned(now, Late(manager_id="M1", minutes=0, at="C8"))
    assert day_of(at_client, "M1", MONDAY).detours[0].name == "客户C8"


def test_late_before_setting_off_is_a_later_start() -> None:
    leave = day_of(busy_plan(), "M1", MONDAY).leave
    assert leave
    after = replanned(at("8:00"), Late(manager_id="M1", minutes=45))
    later = day_of(after, "M1", MONDAY).leave
    assert later
    assert later >= leave + 45


def test_late_is_refused_where_it_cannot_be() -> None:
    assert "no manager M9" in refused(at("10:10"), Late(manager_id="M9", minutes=5))
    assert "no working day" in refused(SUNDAY_NIGHT, Late(manager_id="M1", minutes=5))
    assert "no client" in refused(at("10:10"), Late(manager_id="M1", minutes=5, at="C77"))
    elsewhere = Late(manager_id="M1", minutes=0, at=Point(lat=39.9, lon=116.3))
    assert "say how long it takes" in refused(at("10:20"), elsewhere)


# Overrun


def test_a_talk_that_overruns_takes_the_next_ones_place() -> None:
    after = replanned(at("10:10"), Overrun(client_id="C4", until=10 * 60 + 40))
    _, visit = visit_of(after, "C4")
    assert (visit.talk.end, visit.status) == (640, UNDER_WAY)
    assert order(after)[0] == "C4"
    assert "C5" in {visit.visit_id for visit in after.left_out}


def test_a_talk_may_end_early() -> None:
    after = replanned(at("10:10"), Overrun(client_id="C5", until=10 * 60 + 10))
    assert visit_of(after, "C5")[1].talk.end == 610


def test_an_overrun_is_of_a_talk_begun_and_not_over() -> None:
    assert "begun a talk" in refused(at("10:10"), Overrun(client_id="C6", until=900))
    assert "is over" in refused(at("10:10"), Overrun(client_id="C5", until=605))


# Urgent


def test_a_complaint_is_visited_by_tomorrow_and_first() -> None:
    after = replanned(at("8:00"), Urgent(client_id="C9"))
    day, visit = visit_of(after, "C9")
    assert day.date <= TUESDAY
    assert visit.required
    assert visit.purposes[0].value == "complaint"
    assert visit.reasons[0].kind is DueKind.MUST_VISIT


def test_who_is_not_due_can_be_urgent() -> None:
    plan = make_plan(busy_book(), due_list(*busy_due().due[:8]))
    after = replanned(at("8:00"), Urgent(client_id="C8", by=MONDAY), plan=plan)
    day, visit = visit_of(after, "C8")
    assert (day.date, visit.required) == (MONDAY, True)
    later = replanned(at("8:10"), plan=after)
    assert visit_of(later, "C8")[0].date == MONDAY


def test_a_booked_visit_stays_beside_an_urgent_one() -> None:
    after = replanned(at("8:00"), Urgent(client_id="C3", by=MONDAY))
    assert visit_of(after, "C3")[1].talk.start == 14 * 60 + 40
    assert [due.id for due in after.due if due.client_id == "C3"] == ["C3", "C3#2"]
    assert [due.sequence for due in after.due if due.client_id == "C3"] == [2, 1]


def test_who_cancelled_can_complain() -> None:
    gone = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"))
    after = replanned(SUNDAY_NIGHT, Urgent(client_id="C5", by=MONDAY), plan=gone)
    assert "C5" in order(after)


def test_an_urgent_visit_is_refused_where_it_cannot_be() -> None:
    assert "no client" in refused(SUNDAY_NIGHT, Urgent(client_id="C77"))
    assert "not ahead" in refused(at("8:00", TUESDAY), Urgent(client_id="C9", by=MONDAY))


# Done


def test_a_visit_made_early_leaves_its_place() -> None:
    talk = window("11:00", "11:40")
    after = replanned(at("11:50"), Done(client_id="C0", talk=talk))
    day, visit = visit_of(after, "C0")
    assert (day.date, visit.talk, visit.status) == (MONDAY, talk, DONE)
    assert order(after)[:3] == ["C4", "C5", "C0"]
    assert "C0" not in order(after, TUESDAY)


def test_a_talk_under_way_that_has_just_ended_is_done() -> None:
    after = replanned(at("10:20"), Done(client_id="C5"))
    _, visit = visit_of(after, "C5")
    assert (visit.talk.end, visit.status) == (620, DONE)


def test_who_was_left_out_can_have_been_visited() -> None:
    after = replanned(at("11:50"), Done(client_id="C9"))
    _, visit = visit_of(after, "C9")
    assert (visit.talk, visit.status) == (window("11:10", "11:50"), DONE)


def test_nobody_is_in_two_places() -> None:
    text = refused(at("11:50"), Done(client_id="C0", talk=window("10:00", "10:40")))
    assert "经理M1" in text
    assert "客户C5" in text
    assert "not over" in refused(at("11:50"), Done(client_id="C0", talk=window("11:30", "12:00")))


def test_what_the_clock_counts_as_done_is_done() -> None:
    plain, after = replanned(at("12:00")), replanned(at("12:00"), Done(client_id="C4"))
    assert (plain.days, plain.left_out) == (after.days, after.left_out)


# The client's hours


def test_hours_that_changed_hold_from_then_on() -> None:
    closed = HoursOn(client_id="C5", first=MONDAY, last=MONDAY, hours=())
    after = replanned(SUNDAY_NIGHT, closed)
    assert "C5" not in hours_of(after)
    later = replanned(at("8:00"), plan=after)
    assert "C5" not in hours_of(later)
    other = HoursOn(client_id="C5", first=MONDAY, last=TUESDAY, hours=(window("16:00", "17:00"),))
    moved = replanned(SUNDAY_NIGHT, other)
    assert visit_of(moved, "C5")[1].talk.start >= 16 * 60


def test_hours_that_are_the_same_change_nothing() -> None:
    same = HoursOn(client_id="C5", first=MONDAY, last=MONDAY, hours=(window("10:00", "11:00"),))
    assert replanned(SUNDAY_NIGHT, same).adjustments == ()
    past = HoursOn(client_id="C5", first=MONDAY, last=MONDAY, hours=())
    assert "over" in refused(at("8:00", TUESDAY), past)


# Managers off and back


@pytest.mark.parametrize(
    ("off", "free"),
    [
        (ManagerOff(manager_id="M1", first=TUESDAY), (0, 0)),
        (ManagerOff(manager_id="M1", first=TUESDAY, hours=HalfDay.AFTERNOON), (0, 720)),
        (ManagerOff(manager_id="M1", first=TUESDAY, hours=HalfDay.MORNING), (810, 1440)),
        (ManagerOff(manager_id="M1", first=TUESDAY, hours=window("8:00", "10:30")), (630, 1440)),
        (ManagerOff(manager_id="M1"), (0, 0)),
        (ManagerOff(manager_id="M1", until=at("13:00", TUESDAY)), (780, 1440)),
    ],
    ids=str,
)
def test_who_is_off_has_no_visits(off: ManagerOff, free: tuple[int, int]) -> None:
    after = replanned(at("16:00"), off)
    tuesday = [visit for day, visit in after.visits if day.date == TUESDAY]
    assert all(free[0] <= visit.talk.start and visit.talk.end <= free[1] for visit in tuesday)
    later = replanned(at("7:00", TUESDAY), plan=after)
    assert hours_of(later).keys() == hours_of(after).keys()


def test_ill_from_now_on_what_is_under_way_is_the_last() -> None:
    after = replanned(at("10:10"), ManagerOff(manager_id="M1"))
    assert [day.date for day in after.days if day.visits] == [MONDAY]
    day = day_of(after, "M1", MONDAY)
    assert order(after) == ["C4", "C5"]
    assert (day.shift.end, day.lunch) == (610, None)
    assert day.way_back
    back = replanned(at("13:00"), ManagerBack(manager_id="M1"), plan=after)
    assert order(back)[:2] == ["C4", "C5"]
    assert len(order(back)) > 2
    assert order(back, TUESDAY)


def test_off_before_the_week_and_back_in_it() -> None:
    gone = replanned(SUNDAY_NIGHT, ManagerOff(manager_id="M1", first=MONDAY, last=TUESDAY))
    assert gone.days == ()
    again = ManagerBack(manager_id="M1", at=at("8:00", TUESDAY))
    after = replanned(at("12:00"), again, plan=gone)
    assert order(after, TUESDAY) == ["C0", "C1", "C2", "C3"]


def test_leave_of_the_book_can_end_early() -> None:
    book = busy_book()
    away = manager(max_visits=4, leave=(Closure(first=TUESDAY, last=TUESDAY),))
    book = book.model_copy(update={"managers": (away,)})
    plan = make_plan(book, busy_due())
    back = ManagerBack(manager_id="M1", at=at("12:00", TUESDAY))
    after = replanned(at("8:00"), back, plan=plan, book=book)
    day = day_of(after, "M1", TUESDAY)
    assert (day.shift.start, "C3" in order(after, TUESDAY)) == (720, True)


def test_who_is_there_cannot_come_back() -> None:
    assert "not away" in refused(at("8:00"), ManagerBack(manager_id="M1"))
    over = ManagerOff(manager_id="M1", first=MONDAY)
    assert "is over" in refused(at("8:00", TUESDAY), over)


# Roads


def test_slow_roads_are_in_the_legs() -> None:
    slow = Delay(date=MONDAY, hours=window("6:00", "22:00"), factor=3)
    after = replanned(SUNDAY_NIGHT, slow)
    leg = day_of(after, "M1", MONDAY).legs[0]
    assert leg.minutes % 3 == 0
    later = replanned(at("10:10"), plan=after)
    assert day_of(later, "M1", MONDAY).legs[-1].minutes > 24
    other = slow.model_copy(update={"manager_id": "M2"})
    assert "no manager M2" in refused(SUNDAY_NIGHT, other)
    assert "over" in refused(at("8:00", TUESDAY), slow)


# Another manager


def test_a_colleague_takes_over_a_client_and_its_appointments() -> None:
    book, plan = shared()
    assert visit_of(plan, "C0")[0].manager_id == "M1"
    after = replanned(
        SUNDAY_NIGHT, TakesOver(client_id="C0", manager_id="M2"), plan=plan, book=book
    )
    assert visit_of(after, "C0")[0].manager_id == "M2"
    later = replanned(at("7:00"), plan=after, book=book)
    assert visit_of(later, "C0")[0].manager_id == "M2"
    with pytest.raises(UsageError, match="no manager M9"):
        replanned(SUNDAY_NIGHT, TakesOver(client_id="C0", manager_id="M9"), plan=plan, book=book)


def test_who_may_go_must_be_planned_for() -> None:
    book, plan = shared()
    day = next(day for day in plan.days if day.manager_id == "M2")
    less = plan.model_copy(
        update={"days": tuple(one for one in plan.days if one.manager_id != day.manager_id)}
    )
    with pytest.raises(UsageError, match="not in this plan"):
        replanned(SUNDAY_NIGHT, Urgent(client_id="C4"), plan=less, book=book)


# Several at once


def test_a_bad_monday_in_one_go() -> None:
    events = (
        Cancel(client_id="C6"),
        Late(manager_id="M1", minutes=10),
        Urgent(client_id="C9"),
        Moved(client_id="C3", to=at("16:00", TUESDAY)),
        HoursOn(client_id="C0", first=TUESDAY, last=TUESDAY, hours=(window("13:00", "15:00"),)),
    )
    after = replanned(at("10:10"), *events)
    assert after.origin.events == events
    assert "C9" in hours_of(after)
    assert visit_of(after, "C3")[1].talk.start == 960
    assert Plan.model_validate_json(after.model_dump_json()) == after


def test_all_faults_are_in_one_sentence() -> None:
    text = refused(
        at("10:10"),
        Cancel(client_id="C77"),
        Late(manager_id="M1", minutes=5),
        Overrun(client_id="C5", until=700),
        Cancel(client_id="C6"),
        Moved(client_id="C6", to=at("16:00")),
    )
    for part in ("C77", "contradicts late:M1=5", "contradicts cancel:C6"):
        assert part in text


def test_the_same_twice_is_once() -> None:
    once, twice = (replanned(SUNDAY_NIGHT, *number * [Cancel(client_id="C5")]) for number in (1, 2))
    assert once.days == twice.days


NOTHING = (
    Late(manager_id="M1", minutes=0),
    Delay(date=TUESDAY, hours=TimeWindow(start=480, end=600), factor=1),
    TakesOver(client_id="C5", manager_id="M1"),
    Moved(client_id="C3", to=at("14:40", TUESDAY)),
    ManagerOff(manager_id="M1", first=MONDAY + dt.timedelta(days=5)),
)


@pytest.mark.parametrize("event", NOTHING, ids=str)
def test_an_event_without_effect_changes_nothing(event: Event) -> None:
    plain, after = replanned(at("7:00")), replanned(at("7:00"), event)
    bare = {"origin": plain.origin}
    assert after.model_copy(update=bare) == plain == busy_plan().model_copy(update=bare)


def test_a_late_manager_has_gone_in_vain_only_where_he_had_been() -> None:
    """C5's way began by the plan's clock, but not by that of who is late, or stands elsewhere."""
    now = on_the_way_to("C5") + dt.timedelta(minutes=10)
    vain = NotMet(client_id="C5")
    replanned(now, vain)
    replanned(now, vain, Late(manager_id="M1", minutes=2))
    assert "had not been there" in refused(now, vain, Late(manager_id="M1", minutes=45))
    elsewhere = Late(manager_id="M1", minutes=2, at="C9")
    assert "had not been there" in refused(now, vain, elsewhere)


def test_what_is_done_just_before_midnight_is_over_by_then() -> None:
    plan = replanned(at("23:58"), Done(client_id="C9"))
    _, visit = visit_of(plan, "C9")
    assert visit.talk.end == visit.ready_to_leave == 24 * 60 - 2


def test_not_met_excuses_only_the_visit_gone_to() -> None:
    """A second visit to the client, which a colleague takes over, is a change that costs."""
    book = Book(managers=(manager(), manager("M2")), clients=(client("C1"),))
    due = due_list(
        due_visit("C1", talk_minutes=30, until=MONDAY),
        due_visit("C1", id="C1#2", sequence=2, earliest=TUESDAY, talk_minutes=30),
    )
    plan = make_plan(book, due)
    assert [day.date for day, _ in plan.visits] == [MONDAY, TUESDAY]
    took = TakesOver(client_id="C1", manager_id="M2")
    after = replanned(at("18:30"), took, NotMet(client_id="C1"), plan=plan, book=book)
    assert visit_of(after, "C1#2")[0].manager_id == "M2"
    assert after.proof.terms.churn > 0


@pytest.mark.parametrize("kind", [NotMet, Done])
def test_who_is_still_in_a_talk_has_not_been_to_what_was_to_follow(
    kind: type[NotMet | Done],
) -> None:
    now = at("18:00")
    lasts = Overrun(client_id="C5", until=18 * 60 + 10)
    replanned(now, lasts, kind(client_id="C4"))
    assert "contradicts overrun:C5=18:10" in refused(now, lasts, kind(client_id="C6"))
