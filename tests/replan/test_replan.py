"""What a re-plan keeps, moves, adds and removes."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import Book
from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.plan.check import violations
from routeplan.plan.events import Cancel
from routeplan.plan.plan import Cause, Plan, PlannedVisitStatus
from routeplan.problem.adjust import Must
from routeplan.replan.diff import ChangeKind, diff_plans
from routeplan.replan.progress import is_done
from routeplan.replan.replan import prepare_replan
from routeplan.travel.great_circle import GreatCircle
from tests.examples import MONDAY, due_visit
from tests.plan.examples import (
    CALENDAR,
    TUESDAY,
    client,
    day_of,
    due_list,
    left_out,
    make_plan,
    random_book,
    visit_of,
)
from tests.replan.examples import at, busy_book, busy_due, busy_plan, replanned

SUNDAY_NIGHT = at("22:00", MONDAY - dt.timedelta(days=1))


def hours_of(plan: Plan) -> dict[str, tuple[dt.date, str, int]]:
    return {
        visit.visit_id: (day.date, day.manager_id, visit.talk.start) for day, visit in plan.visits
    }


def statuses(plan: Plan) -> dict[str, str]:
    return {visit.visit_id: visit.status.value for _, visit in plan.visits}


def refusal(code: str, now: dt.datetime, *events: Cancel, plan: Plan | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        replanned(now, *events, plan=plan)
    assert caught.value.code == code
    assert Texts("zh").render(caught.value.message)
    return Texts("en").render(caught.value.message)


def test_the_busy_plan_as_worked_out_by_hand() -> None:
    days = {day.date: [visit.visit_id for visit in day.visits] for day in busy_plan().days}
    assert days == {MONDAY: ["C4", "C5", "C6", "C7"], TUESDAY: ["C0", "C1", "C2", "C3"]}
    assert {visit.visit_id for visit in busy_plan().left_out} == {"C8", "C9"}


def test_without_news_nothing_changes() -> None:
    after = replanned(SUNDAY_NIGHT)
    assert hours_of(after) == hours_of(busy_plan())
    assert after.days == busy_plan().days
    assert (after.origin.version, after.origin.now) == (2, SUNDAY_NIGHT)
    assert busy_plan().origin.now is None


def test_a_day_starts_whole_though_there_is_no_way_back_from_its_first_visit() -> None:
    home, first = busy_book().managers[0].office, busy_book().client_by_id["C4"].sites[0].point

    class NoWayBack(GreatCircle):
        def matrix(self, points, mode, day):  # type: ignore[no-untyped-def]
            found = super().matrix(points, mode, day)
            minutes = [list(row) for row in found.minutes]
            if first in points and home in points:
                minutes[points.index(first)][points.index(home)] = -1
            return found.model_copy(update={"minutes": minutes, "slices": ()})

    travel = NoWayBack(busy_plan().origin.settings.travel)
    opened = prepare_replan(busy_plan(), busy_book(), (), SUNDAY_NIGHT, travel=travel)
    planned = {opened.built.visits[stop.visit].id for r in opened.start.routes for stop in r.stops}
    assert planned == hours_of(busy_plan()).keys()


def test_freed_time_goes_to_a_due_client_that_had_been_left_out() -> None:
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"))
    assert {visit.visit_id for visit in after.left_out} == {"C5", "C9"}
    gone = left_out(after, "C5")
    assert gone.cause is Cause.CANCELLED
    text = Texts("en").render(gone.why)
    assert text == "the client cancelled the visit of Mon 2026-11-23 at 10:00"
    assert "C8" in hours_of(after)


def test_other_visits_stay_at_their_day_and_hour() -> None:
    before, after = hours_of(busy_plan()), hours_of(replanned(SUNDAY_NIGHT, Cancel(client_id="C5")))
    assert {visit_id: after[visit_id] for visit_id in before.keys() - {"C5"}} == {
        visit_id: hour for visit_id, hour in before.items() if visit_id != "C5"
    }


def test_what_is_done_and_under_way_is_kept() -> None:
    after = replanned(at("10:10"), Cancel(client_id="C6"))
    day, before = day_of(after, "M1", MONDAY), day_of(busy_plan(), "M1", MONDAY)
    told = statuses(after)
    assert (told["C4"], told["C5"], told["C7"]) == ("done", "under_way", "planned")
    plain = [
        visit.model_copy(update={"status": PlannedVisitStatus.PLANNED}) for visit in day.visits
    ]
    assert plain[:2] == list(before.visits[:2])
    assert "C8" in [visit.visit_id for visit in day.visits[2:]]


def on_the_way_to(visit_id: str) -> dt.datetime:
    day, visit = visit_of(busy_plan(), visit_id)
    assert visit.leg
    return at("0:00", day.date) + dt.timedelta(minutes=visit.leg.leave + 1)


def test_cancelled_on_the_way_the_manager_goes_on_from_there() -> None:
    _, visit = visit_of(busy_plan(), "C6")
    after = replanned(on_the_way_to("C6"), Cancel(client_id="C6"))
    day = day_of(after, "M1", MONDAY)
    (detour,) = day.detours
    assert (detour.after, detour.name, detour.leg) == (2, visit.client_name, visit.leg)
    following = day.visits[2]
    assert following.leg
    assert {visit.visit_id for visit in day.visits[2:]} == {"C7", "C8"}
    assert following.leg.leave >= detour.arrive == visit.arrive
    assert day.places[2] == detour


def test_cancelled_during_the_talk_the_manager_is_free_at_once() -> None:
    after = replanned(at("13:50"), Cancel(client_id="C6"))
    day = day_of(after, "M1", MONDAY)
    assert day.detours[0].name == "客户C6"
    assert day.visits[2].leg
    assert day.visits[2].leg.leave >= 13 * 60 + 50


def test_with_nothing_left_to_do_the_manager_goes_back() -> None:
    plan = make_plan(busy_book(), due_list(*busy_due().due[4:8]))
    last = day_of(plan, "M1", MONDAY).visits[-1]
    after = replanned(on_the_way_to("C7"), Cancel(client_id="C7"), plan=plan)
    day = day_of(after, "M1", MONDAY)
    assert [visit.visit_id for visit in day.visits] == ["C4", "C5", "C6"]
    assert day.way_back
    assert day.way_back.leave == last.arrive
    assert day.back == day.way_back.arrive
    assert day.lunch == day_of(plan, "M1", MONDAY).lunch


def test_a_visit_cancelled_over_lunch_leaves_lunch_as_it_is() -> None:
    after = replanned(at("12:30"), Cancel(client_id="C6"))
    day = day_of(after, "M1", MONDAY)
    assert day.lunch == day_of(busy_plan(), "M1", MONDAY).lunch
    assert day.visits[2].leg
    assert day.visits[2].leg.leave >= 13 * 60


def test_a_booked_appointment_stands() -> None:
    for client_id in ("C0", "C1", "C2"):
        after = replanned(at("8:00", TUESDAY), Cancel(client_id=client_id))
        assert hours_of(after)["C3"] == (TUESDAY, "M1", 14 * 60 + 40)


def test_a_booked_appointment_can_be_cancelled() -> None:
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C3", date=TUESDAY))
    gone = left_out(after, "C3")
    assert gone.cause is Cause.CANCELLED
    assert not gone.required
    due = next(visit for visit in after.due if visit.id == "C3")
    assert due.appointment_id is None


def test_past_days_are_untouched() -> None:
    after = replanned(at("7:00", TUESDAY), Cancel(client_id="C1"))
    before = day_of(busy_plan(), "M1", MONDAY)
    day = day_of(after, "M1", MONDAY)
    assert {visit.status for visit in day.visits} == {PlannedVisitStatus.DONE}
    assert (day.legs, day.totals, day.lunch) == (before.legs, before.totals, before.lunch)


def test_a_cancelled_client_can_be_asked_for_again() -> None:
    events = [Cancel(client_id=client_id) for client_id in ("C0", "C1", "C2")]
    after = replanned(at("7:00", TUESDAY), *events)
    assert {"C3", "C8", "C9"} <= hours_of(after).keys()
    (remedy,) = left_out(after, "C2").remedies
    assert remedy.adjustments == (Must(client_id="C2"),)
    again = replanned(at("7:00", TUESDAY), plan=after, adjustments=remedy.adjustments)
    assert "C2" in hours_of(again)
    assert left_out(again, "C1").cause is Cause.CANCELLED


def test_a_cancellation_outlasts_the_next_replan() -> None:
    first = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"))
    second = replanned(at("10:10"), Cancel(client_id="C7"), plan=first)
    assert left_out(second, "C5").cause is Cause.CANCELLED
    assert left_out(second, "C5").why == left_out(first, "C5").why
    assert second.origin.version == 3


def test_a_second_replan_keeps_the_detour_of_the_first() -> None:
    now = on_the_way_to("C6")
    first = replanned(now, Cancel(client_id="C6"))
    second = replanned(now + dt.timedelta(minutes=20), plan=first)
    detours = day_of(first, "M1", MONDAY).detours
    assert detours
    assert day_of(second, "M1", MONDAY).detours == detours


def test_days_between_visits_count_from_those_made() -> None:
    book = busy_book()
    first = due_visit("C8", worth=600, min_gap_days=2, until=MONDAY)
    second = due_visit("C8", worth=500, min_gap_days=2, earliest=TUESDAY).model_copy(
        update={"id": "C8#2", "sequence": 2}
    )
    plan = make_plan(book, due_list(first, second))
    assert left_out(plan, "C8#2").cause is Cause.GAP
    after = replanned(at("18:00"), plan=plan)
    assert "C8#2" in {visit.visit_id for visit in after.left_out}


def test_a_planned_visit_is_not_given_up_for_a_little_more_worth() -> None:
    due = due_list(*(visit for visit in busy_due().due if visit.id != "C0"))
    plan = make_plan(busy_book(), due)
    assert {visit.visit_id for visit in plan.left_out} == {"C9"}
    urgent = plan.model_copy(
        update={
            "due": tuple(
                visit.model_copy(update={"worth": 700}) if visit.id == "C9" else visit
                for visit in plan.due
            )
        }
    )
    assert hours_of(replanned(SUNDAY_NIGHT, plan=urgent)) == hours_of(plan)


def test_the_clock_may_have_seconds() -> None:
    after = replanned(at("9:59") + dt.timedelta(seconds=30))
    assert after.origin.now == at("10:00")


def test_what_makes_no_sense_is_refused() -> None:
    assert "no client C77" in refusal("RP4022", SUNDAY_NIGHT, Cancel(client_id="C77"))
    assert "not planned" in refusal("RP4022", SUNDAY_NIGHT, Cancel(client_id="C9"))
    wrong_day = refusal("RP4022", SUNDAY_NIGHT, Cancel(client_id="C5", date=TUESDAY))
    assert "it is on Mon 2026-11-23" in wrong_day
    assert "was over" in refusal("RP4022", at("12:00"), Cancel(client_id="C5"))
    assert "was over" in refusal("RP4022", at("7:00", TUESDAY), Cancel(client_id="C7"))
    after_all = at("0:00", MONDAY + dt.timedelta(days=7))
    assert "are over" in refusal("RP4027", after_all)
    later = replanned(at("12:00"))
    assert "cannot be planned again" in refusal("RP4028", at("11:00"), plan=later)


def test_which_of_two_visits_is_cancelled_must_be_said() -> None:
    second = due_visit("C8", min_gap_days=1).model_copy(update={"id": "C8#2", "sequence": 2})
    plan = make_plan(busy_book(), due_list(due_visit("C8", min_gap_days=1), second))
    text = refusal("RP4022", SUNDAY_NIGHT, Cancel(client_id="C8"), plan=plan)
    assert "C8@2026-11-23, C8@2026-11-24" in text
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C8", date=TUESDAY), plan=plan)
    assert left_out(after, "C8#2").cause is Cause.CANCELLED


def test_a_book_that_lost_what_was_planned_is_refused() -> None:
    book = busy_book()
    smaller = book.model_copy(update={"clients": book.clients[:-1], "appointments": ()})
    with pytest.raises(UsageError, match="C9, T1") as caught:
        replanned(SUNDAY_NIGHT, book=smaller)
    assert caught.value.code == "RP4026"


def test_a_book_that_learned_more_is_used() -> None:
    book = busy_book()
    clients = tuple(client("C0", site={"room": "909"}) if c.id == "C0" else c for c in book.clients)
    after = replanned(at("18:00"), book=book.model_copy(update={"clients": clients}))
    assert visit_of(after, "C0")[1].room == "909"


def test_the_difference_names_every_visit_once() -> None:
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"))
    diff = diff_plans(busy_plan(), after)
    assert (diff.before_version, diff.after_version) == (1, 2)
    assert [change.client_id for change in diff.of(ChangeKind.REMOVED)] == ["C5"]
    assert [change.client_id for change in diff.of(ChangeKind.ADDED)] == ["C8"]
    assert len(diff.changes) == 9
    assert (diff.before, diff.after) == (busy_plan().totals, after.totals)
    for change in diff.changes:
        assert (change.kind is ChangeKind.KEPT) == (change.old == change.new)
        assert (change.old is None) == (change.kind is ChangeKind.ADDED)
        assert (change.new is None) == (change.kind is ChangeKind.REMOVED)


def test_tampered_history_is_caught() -> None:
    before, after = busy_plan(), replanned(at("10:10"))
    settings_ = after.origin.settings
    travel = GreatCircle(settings_.travel)

    def broken(plan: Plan) -> str:
        found = violations(plan, busy_book(), settings_, CALENDAR, travel, earlier=before)
        return "\n".join(found)

    assert broken(after) == ""
    day = day_of(after, "M1", MONDAY)
    others = tuple(other for other in after.days if other is not day)
    swapped = day.model_copy(update={"visits": (day.visits[1], day.visits[0], *day.visits[2:])})
    assert "is not as it was planned" in broken(
        after.model_copy(update={"days": (swapped, *others)})
    )
    gone = day.model_copy(update={"visits": day.visits[1:]})
    assert "is not as it was planned" in broken(after.model_copy(update={"days": (gone, *others)}))
    undone = tuple(
        visit.model_copy(update={"status": PlannedVisitStatus.PLANNED}) for visit in day.visits
    )
    fresh = day.model_copy(update={"visits": undone})
    text = broken(after.model_copy(update={"days": (fresh, *others)}))
    assert "C4 is planned, but done by the clock" in text
    assert "sets off for C5 before the re-plan was made" in text
    earlier_clock = after.origin.model_copy(update={"now": at("9:00", TUESDAY)})
    assert "done by the clock" in broken(after.model_copy(update={"origin": earlier_clock}))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_whatever_is_cancelled_whenever_the_rest_of_history_stands(seed: int) -> None:
    chance = random.Random(seed)
    book, due, wishes = random_book(seed)
    plan = make_plan(book, due, wishes)
    now = at("7:00") + dt.timedelta(minutes=chance.randrange(0, 36 * 60))
    for _ in range(2):
        open_visits = [item for item in plan.visits if not is_done(*item, now)]
        gone = chance.sample(open_visits, min(len(open_visits), chance.randint(0, 2)))
        events = [Cancel(client_id=visit.client_id, date=day.date) for day, visit in gone]
        after = replanned(now, *events, plan=plan, book=book)  # checked within
        hours = hours_of(after)
        for day, visit in plan.visits:
            if visit.visit_id in {v.visit_id for _, v in gone}:
                assert left_out(after, visit.visit_id).cause is Cause.CANCELLED
            elif visit.appointment or is_done(day, visit, now):
                assert visit.visit_id in hours
        assert Plan.model_validate_json(after.model_dump_json()) == after
        for unplanned in after.left_out:
            for remedy in unplanned.remedies:
                if remedy.adjustments:
                    again = replanned(now, plan=after, book=book, adjustments=remedy.adjustments)
                    planned = [v.client_id for _, v in after.visits]
                    served = [v.client_id for _, v in again.visits]
                    client_id = unplanned.client_id
                    assert served.count(client_id) > planned.count(client_id), (unplanned, remedy)
        plan, now = after, now + dt.timedelta(minutes=chance.randrange(0, 300))


# Lunch given up for what is booked


def over_lunch() -> tuple[Book, Plan]:
    """C3 is booked for Tuesday 12:15, which leaves no hour for lunch."""
    book = busy_book()
    (appointment,) = book.appointments
    noon = appointment.model_copy(update={"start": 12 * 60 + 15})
    book = book.model_copy(update={"appointments": (noon,)})
    return book, make_plan(book, busy_due())


def test_a_break_given_up_comes_back_when_the_appointment_is_cancelled() -> None:
    book, plan = over_lunch()
    assert day_of(plan, "M1", TUESDAY).lunch is None
    assert [note.key for note in plan.notes] == ["problem.no_lunch"]
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C3"), plan=plan, book=book)
    assert day_of(after, "M1", TUESDAY).lunch is not None
    assert after.notes == ()


@pytest.mark.parametrize("clock", ["9:10", "10:30", "11:55", "12:05", "12:20", "12:50", "13:40"])
def test_a_break_given_up_stays_so_whatever_the_hour(clock: str) -> None:
    book, plan = over_lunch()
    after = replanned(at(clock, TUESDAY), Cancel(client_id="C2"), plan=plan, book=book)
    day, _ = visit_of(after, "C3")
    assert day.lunch is None
