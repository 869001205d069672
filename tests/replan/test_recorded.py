"""Records as events: each kind once, none against the clock or what is told by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.book.models import Book, Channel, VisitRecord, VisitStatus
from routeplan.errors import UsageError
from routeplan.plan.events import (
    Cancel,
    Done,
    Event,
    HoursOn,
    Late,
    Moved,
    NotMet,
    Overrun,
)
from routeplan.plan.plan import Plan, PlannedVisitStatus
from routeplan.problem.adjust import Agreed
from routeplan.replan.read_events import parse_event
from routeplan.replan.recorded import Recorded, events_of_records
from routeplan.values import TimeWindow
from tests.examples import MONDAY, window
from tests.plan.examples import TUESDAY, visit_of
from tests.replan.examples import at, busy_book, busy_plan, replanned

NOT_MET, CANCELLED, POSTPONED = VisitStatus.NOT_MET, VisitStatus.CANCELLED, VisitStatus.POSTPONED


def record(client_id: str, talk: str = "", date: dt.date = MONDAY, **more: object) -> VisitRecord:
    hours = window(*talk.split("-")) if talk else None
    return VisitRecord.model_validate(
        {
            "client_id": client_id,
            "manager_id": "M1",
            "date": date,
            "start": hours.start if hours else None,
            "end": hours.end if hours else None,
            **more,
        }
    )


def recorded(*records: VisitRecord) -> Book:
    return busy_book().model_copy(update={"visits": records})


def events(now: dt.datetime, *records: VisitRecord, given: tuple[Event, ...] = ()) -> list[Event]:
    found = events_of_records(busy_plan(), recorded(*records), now, given)
    assert not found.notes
    return list(found.events)


def followed(now: dt.datetime, *records: VisitRecord) -> Plan:
    """The busy plan planned again with what the records say, which then say nothing more."""
    book = recorded(*records)
    found = events_of_records(busy_plan(), book, now)
    after = replanned(now, *found.events, book=book)
    assert events_of_records(after, book, now) == Recorded()
    later = now + dt.timedelta(minutes=1)
    assert events_of_records(after, book, later) == Recorded()
    return after


def talk_of(client_id: str) -> tuple[int, int]:
    talk = visit_of(busy_plan(), client_id)[1].talk
    return talk.start, talk.end


def hours_of(client_id: str, later: int = 0) -> str:
    start, end = talk_of(client_id)
    end += later
    return f"{start // 60}:{start % 60:02}-{end // 60}:{end % 60:02}"


def talk(start: int, end: int) -> TimeWindow:
    return TimeWindow(start=start, end=end)


def clock(minute: int, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)


def test_a_visit_made_as_planned_is_no_news() -> None:
    _, end = talk_of("C4")
    assert events(clock(end + 10), record("C4", hours_of("C4"))) == []
    assert events(clock(end + 10), record("C4")) == []


def test_done_before_the_plan_has_it_so_stays() -> None:
    """C8 found no place, C7 stands in the afternoon: both are made in the morning."""
    now = at("8:50")
    made = record("C7", "8:20-8:40")
    assert events(now, made) == [Done(client_id="C7", manager_id="M1", talk=window("8:20", "8:40"))]
    day, visit = visit_of(followed(now, made), "C7")
    assert (day.date, visit.talk) == (MONDAY, window("8:20", "8:40"))
    assert visit.status is PlannedVisitStatus.DONE
    assert events(now, record("C8", "8:20-8:40")) == [
        Done(client_id="C8", manager_id="M1", talk=window("8:20", "8:40"))
    ]
    assert visit_of(followed(now, record("C8", "8:20-8:40")), "C8")[1].talk.start == 8 * 60 + 20


def test_done_on_a_day_before_is_not_planned_again() -> None:
    now = at("8:00", TUESDAY)
    made = record("C0", "17:30-17:50")
    event = Done(client_id="C0", manager_id="M1", date=MONDAY, talk=window("17:30", "17:50"))
    assert events(now, made) == [event]
    assert parse_event(str(event)) == event
    day, visit = visit_of(followed(now, made), "C0")
    assert (day.date, visit.talk) == (MONDAY, window("17:30", "17:50"))
    assert visit.status is PlannedVisitStatus.DONE


def test_a_day_before_without_hours_is_told_and_not_guessed() -> None:
    found = events_of_records(busy_plan(), recorded(record("C0")), at("8:00", TUESDAY))
    assert found.events == ()
    assert [note.key for note in found.notes] == ["replan.no_hours"]


def test_a_day_before_needs_an_open_visit_and_its_hours() -> None:
    with pytest.raises(ValueError, match="hours"):
        Done(client_id="C0", date=MONDAY)
    sunday, wednesday = MONDAY - dt.timedelta(days=1), TUESDAY + dt.timedelta(days=1)
    for client, date in (("C4", sunday), ("C0", wednesday)):
        event = Done(client_id=client, date=date, talk=window("17:30", "17:50"))
        with pytest.raises(UsageError) as caught:
            replanned(at("8:00", TUESDAY), event)
        assert caught.value.code == "RP4022"
    # Two visits cannot both have been then.
    first, second = (
        Done(client_id=client, date=MONDAY, talk=window(*talk.split("-")))
        for client, talk in (("C0", "17:30-17:50"), ("C1", "17:40-18:00"))
    )
    with pytest.raises(UsageError):
        replanned(at("8:00", TUESDAY), first, second)


def test_hours_of_a_day_before_are_corrected_and_no_other_visit_is_taken_for_it() -> None:
    event = Done(client_id="C4", date=MONDAY, talk=window("17:30", "17:50"))
    day, visit = visit_of(replanned(at("8:00", TUESDAY), event), "C4")
    assert (day.date, visit.talk) == (MONDAY, window("17:30", "17:50"))


def test_a_visit_of_a_day_before_makes_room_for_what_is_noted() -> None:
    start, end = talk_of("C4")
    made = record("C0", f"{start // 60}:{start % 60:02}-{end // 60}:{end % 60:02}")
    now = at("8:00", TUESDAY)
    first, second, *_ = events(now, made)
    assert first == Done(client_id="C0", manager_id="M1", date=MONDAY, talk=talk(start, end))
    assert isinstance(second, Done)
    assert (second.client_id, second.date) == ("C4", MONDAY)
    inferred = events_of_records(busy_plan(), recorded(made), now).inferred
    assert {event.client_id for event in inferred if isinstance(event, Done)} >= {"C4"}
    assert first not in inferred
    call = record("C4", channel=Channel.PHONE)
    assert events_of_records(busy_plan(), recorded(made, call), now).inferred == inferred
    after = followed(now, made)
    assert visit_of(after, "C0")[1].talk == talk(start, end)
    assert visit_of(after, "C4")[1].talk.start >= end


def test_not_met_is_gone_to_for_nothing() -> None:
    start, _ = talk_of("C4")
    gone = record("C4", status=NOT_MET)
    assert events(clock(start + 5), gone) == [NotMet(client_id="C4", date=MONDAY)]
    after = followed(clock(start + 5), gone)
    assert [detour.name for detour in after.days[0].detours] == ["客户C4"]


def test_not_met_before_its_hour_is_not_gone_to_again() -> None:
    assert events(at("8:10"), record("C7", status=NOT_MET)) == [Cancel(client_id="C7", date=MONDAY)]


def test_cancelled_by_the_client() -> None:
    off = record("C0", date=TUESDAY, status=CANCELLED)
    assert events(at("8:10"), off) == [Cancel(client_id="C0", date=TUESDAY)]
    assert "C0" in {visit.client_id for visit in followed(at("8:10"), off).left_out}


def test_put_off_to_another_hour_stands_there() -> None:
    put_off = record("C4", status=POSTPONED, postponed_to=TUESDAY, postponed_start=16 * 60)
    now, when = at("7:30"), at("16:00", TUESDAY)
    assert events(now, put_off) == [Cancel(client_id="C4", date=MONDAY, again=when)]
    day, visit = visit_of(followed(now, put_off), "C4")
    assert (day.date, visit.talk.start) == (TUESDAY, 16 * 60)
    # Told on the day itself, of a visit on another.
    early = record("C0", status=POSTPONED, postponed_to=TUESDAY, postponed_start=16 * 60)
    assert events(now, early) == [Moved(client_id="C0", date=TUESDAY, to=when)]


def test_put_off_again_by_hand_stays_where_the_hand_put_it() -> None:
    put_off = record("C0", status=POSTPONED, postponed_to=TUESDAY, postponed_start=16 * 60)
    plan = busy_plan().model_copy(
        update={
            "adjustments": (
                Agreed(visit_id="C0", client_id="C0", date=TUESDAY, start=talk_of("C0")[0]),
            )
        }
    )
    assert events_of_records(plan, recorded(put_off), at("7:30")) == Recorded()


def test_put_off_to_a_day_is_closed_on_the_others() -> None:
    # C4 is there on Mondays only, so that all else is closed anyway.
    put_off = record("C4", status=POSTPONED, postponed_to=TUESDAY)
    closed = HoursOn(client_id="C4", first=MONDAY, last=MONDAY, hours=())
    assert events(at("7:30"), put_off) == [closed]
    followed(at("7:30"), put_off)
    saturday = TUESDAY + dt.timedelta(days=4)
    later = record("C0", date=TUESDAY, status=POSTPONED, postponed_to=saturday)
    friday = saturday - dt.timedelta(days=1)
    closed = HoursOn(client_id="C0", first=MONDAY, last=friday, hours=())
    assert events(at("7:30"), later) == [closed]


def test_put_off_beyond_the_plan_is_off_it() -> None:
    later = MONDAY + dt.timedelta(days=10)
    put_off = record("C4", status=POSTPONED, postponed_to=later, postponed_start=600)
    assert events(at("7:30"), put_off) == [Cancel(client_id="C4", date=MONDAY)]


def test_a_talk_that_lasts_on() -> None:
    start, end = talk_of("C4")
    lasts = record("C4", hours_of("C4", later=20))
    assert events(clock(start + 20), lasts) == [Overrun(client_id="C4", until=end + 20)]
    _, visit = visit_of(followed(clock(start + 20), lasts), "C4")
    assert visit.talk.end == end + 20


def test_what_followed_a_longer_talk_is_put_off() -> None:
    """Noted when it was over, with the next one set off for by the plan's clock."""
    start, end = talk_of("C4")
    over = record("C4", hours_of("C4", later=25))
    now = clock(end + 27)
    made, late = events(now, over)
    assert isinstance(made, Done)
    assert isinstance(late, Late)
    assert 0 < late.minutes <= 27
    assert events_of_records(busy_plan(), recorded(over), now).inferred == (late,)
    after = followed(now, over)
    _, first = visit_of(after, "C4")
    assert (first.talk.start, first.talk.end) == (start, end + 25)
    planned = [(visit.client_id, visit.talk.start) for visit in after.days[0].visits[1:]]
    assert all(begin > end + 25 for _, begin in planned)


def test_what_is_noted_itself_makes_no_room() -> None:
    """A talk took longer than planned, and the next visit began all the same as planned."""
    second, (_, end) = hours_of("C5"), talk_of("C5")
    longer = talk_of("C5")[0] - talk_of("C4")[1] - 2
    first = record("C4", hours_of("C4", later=longer))
    now = clock(end + 10)
    found = events(now, first, record("C5", second))
    assert [(e.client_id, e.talk) for e in found if isinstance(e, Done)] == [
        ("C4", window(*hours_of("C4", later=longer).split("-"))),
        ("C5", window(*second.split("-"))),
    ]
    assert len(found) == 2
    assert not events_of_records(busy_plan(), recorded(first, record("C5", second)), now).inferred
    after = followed(now, first, record("C5", second))
    assert visit_of(after, "C5")[1].talk == window(*second.split("-"))


def test_what_is_noted_as_made_stays_made_though_its_manager_runs_late() -> None:
    (start, end), late = talk_of("C4"), Late(manager_id="M1", minutes=60)
    made = record("C4", hours_of("C4"))
    now = clock(end + 10)
    found = events(now, made, given=(late,))
    assert found == [Done(client_id="C4", manager_id="M1", talk=talk(start, end))]
    after = replanned(now, late, *found, book=recorded(made))
    assert visit_of(after, "C4")[1].talk == talk(start, end)
    assert visit_of(after, "C4")[1].status is PlannedVisitStatus.DONE


def test_what_was_made_is_not_called_off_besides() -> None:
    """Made on Monday in passing, and called off or put off for the day of the plan."""
    made, now = record("C0", "8:20-8:40"), at("8:50")
    for off in (
        record("C0", date=TUESDAY, status=CANCELLED),
        record("C0", date=TUESDAY, status=POSTPONED, postponed_to=TUESDAY),
    ):
        assert events(now, off, made) == events(now, made)
        assert visit_of(followed(now, off, made), "C0")[0].date == MONDAY


def test_a_day_called_off_is_not_planned_then() -> None:
    """C8 found no place, and could be anywhere."""
    off, now = record("C8", date=TUESDAY, status=CANCELLED), at("7:30")
    (closed,) = events(now, off)
    assert closed == HoursOn(client_id="C8", first=TUESDAY, last=TUESDAY, hours=())
    gone = record("C0", date=TUESDAY, status=CANCELLED)
    after = followed(now, off, gone)
    assert ("C8", TUESDAY) not in {(visit.client_id, day.date) for day, visit in after.visits}


def test_what_is_told_by_hand_is_not_told_twice() -> None:
    start, end = talk_of("C4")
    gone = record("C4", status=NOT_MET)
    by_hand = NotMet(client_id="C4", again=at("16:00", TUESDAY))
    assert events(clock(start + 5), gone, given=(by_hand,)) == []
    over = record("C4", hours_of("C4", later=25))
    told = (Late(manager_id="M1", minutes=30),)
    assert [type(event) for event in events(clock(end + 27), over, given=told)] == [Done]


@pytest.mark.parametrize(
    "other",
    [
        record("C4", "10:00-10:20", channel=Channel.PHONE),
        record("C4", date=MONDAY - dt.timedelta(days=7)),
        record("C0", "9:00-9:30", date=TUESDAY),
        record("C4", "15:00-15:30"),
        record("C1", status=NOT_MET, date=TUESDAY),
        record("C4", status=CANCELLED, date=TUESDAY),
    ],
)
def test_calls_other_weeks_and_what_is_still_to_come_say_nothing(other: VisitRecord) -> None:
    assert events(at("8:30"), other) == []


def test_a_re_plan_with_no_new_record_changes_nothing() -> None:
    now = at("8:50")
    book = recorded(record("C7", "8:20-8:40"), record("C0", date=TUESDAY, status=CANCELLED))
    first = replanned(now, *events_of_records(busy_plan(), book, now).events, book=book)
    again = replanned(now, *events_of_records(first, book, now).events, plan=first, book=book)
    assert again.model_copy(update={"origin": first.origin}) == first


def test_what_the_plan_was_made_from_is_no_news() -> None:
    """A visit of the same week that the due list knew of."""
    plan = busy_plan()
    known = tuple(due.model_copy(update={"last_visit": MONDAY}) for due in plan.due)
    plan = plan.model_copy(update={"due": known})
    book = recorded(record("C0", "17:30-17:50"))
    assert events_of_records(plan, book, at("8:00", TUESDAY)) == Recorded()
