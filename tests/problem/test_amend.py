"""Facts put into the book: absences, hours, hands, agreements; and delays in travel."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routeplan.book.availability import shift_pieces, site_windows
from routeplan.book.models import Appointment, Book, Rigidity
from routeplan.config import Settings
from routeplan.errors import UsageError
from routeplan.problem.adjust import (
    Adjustment,
    Agreed,
    Away,
    Delay,
    HoursOn,
    OpenAt,
    Returned,
    TakesOver,
    parse_adjustment,
)
from routeplan.problem.amend import amended
from routeplan.problem.wishes import collect_wishes
from routeplan.travel.delay import delayed, slowed
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import TimeWindow
from routeplan.workdays import WorkCalendar
from tests.examples import EXACT, MONDAY, OFFICE, tiny_book, window
from tests.problem.test_wishes import NEXT_WEEK, SATURDAY, check

TUESDAY, WEDNESDAY = MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=2)
ILL = Away(manager_id="M1", first=MONDAY, since=600, last=WEDNESDAY, until=720)


def works(date: dt.date, *facts: Adjustment, manager_id: str = "M1") -> list[str]:
    manager = amended(tiny_book(), facts).manager_by_id[manager_id]
    return [str(one) for one in shift_pieces(manager, date, Settings().shift, WorkCalendar())]


def test_an_absence_from_then_till_then() -> None:
    assert works(MONDAY, ILL) == ["08:30-10:00"]
    assert works(TUESDAY, ILL) == []
    assert works(WEDNESDAY, ILL) == ["12:00-18:00"]
    assert works(MONDAY, ILL, manager_id="M2") == ["09:00-17:00"]


def test_hours_off_on_several_days() -> None:
    off = Away(manager_id="M1", first=MONDAY, last=TUESDAY, hours=window("10:00", "11:00"))
    assert works(MONDAY, off) == works(TUESDAY, off) == ["08:30-10:00", "11:00-18:00"]


def test_an_absence_ends_whole_when_the_manager_returns() -> None:
    back = Returned(manager_id="M1", date=MONDAY, start=780)
    assert works(MONDAY, ILL, back) == ["08:30-10:00", "13:00-18:00"]
    assert works(TUESDAY, ILL, back) == works(WEDNESDAY, ILL, back) == ["08:30-18:00"]
    later = Away(manager_id="M1", first=TUESDAY, last=TUESDAY)
    assert works(TUESDAY, ILL, later, back) == []  # another absence
    assert works(TUESDAY, ILL, back, later) == []
    assert works(MONDAY, ILL, Returned(manager_id="M1", date=MONDAY, start=540)) == ["08:30-10:00"]


def test_a_client_in_other_hands_has_no_appointment_with_the_old_ones() -> None:
    book = tiny_book()
    booked = Appointment(id="T2", client_id="C2", date=MONDAY, start=600, manager_id="M1")
    book = book.model_copy(update={"appointments": (booked,)})
    after = amended(book, [TakesOver(client_id="C2", manager_id="M2")])
    assert (after.client_by_id["C2"].manager_id, after.client_by_id["C2"].backup_ids) == ("M2", ())
    assert after.appointments[0].manager_id is None
    assert after.client_by_id["C1"] == book.client_by_id["C1"]


def test_an_agreed_hour_keeps_what_the_appointment_says_besides() -> None:
    book = tiny_book()
    moved = Agreed(visit_id="C6", client_id="C6", date=TUESDAY, start=900, replaces="T1")
    new = Agreed(visit_id="C1", client_id="C1", date=MONDAY, start=600)
    later = new.model_copy(update={"start": 660})
    after = amended(book, [moved, new, later])
    agreed = after.appointment_by_id["agreed:C6"]
    assert (agreed.date, agreed.start, agreed.minutes) == (TUESDAY, 900, 45)
    assert after.appointment_by_id["T1"] == book.appointment_by_id["T1"]
    assert after.appointment_by_id["agreed:C1"].start == 660
    assert after.appointment_by_id["agreed:C1"].rigidity is Rigidity.EXACT


def test_other_hours_replace_those_of_the_book_and_wishes_before_them() -> None:
    wish = OpenAt(client_id="C1", date=MONDAY, hours=window("18:00", "19:00"))
    told = HoursOn(client_id="C1", first=MONDAY, last=TUESDAY, hours=(window("9:00", "10:00"),))
    site = amended(tiny_book(), [told]).client_by_id["C1"].sites[0]
    assert site_windows(site, MONDAY, WorkCalendar()) == ()
    assert site_windows(site, WEDNESDAY, WorkCalendar()) != ()
    hours = (window("9:00", "10:00"),)
    assert collect_wishes([wish, told]).open_at["C1"] == {MONDAY: hours, TUESDAY: hours}
    assert collect_wishes([told, wish]).open_at["C1"][MONDAY] == (*hours, wish.hours)


def test_what_the_book_does_not_know_changes_nothing() -> None:
    facts = (
        Away(manager_id="M9", first=MONDAY, last=MONDAY),
        TakesOver(client_id="C99", manager_id="M1"),
        HoursOn(client_id="C99", first=MONDAY, last=MONDAY, hours=()),
        Returned(manager_id="M1", date=MONDAY, start=600),
        Delay(date=MONDAY, hours=window("7:00", "9:00"), factor=2),
    )
    assert amended(tiny_book(), facts) == tiny_book()
    assert isinstance(amended(tiny_book(), ()), Book)


@pytest.mark.parametrize(
    "fact",
    [
        ILL,
        Away(manager_id="M1", first=MONDAY, last=TUESDAY),
        Away(manager_id="M1", first=MONDAY, last=MONDAY, hours=window("13:00", "18:00")),
        Returned(manager_id="M1", date=MONDAY, start=600),
        HoursOn(client_id="C1", first=MONDAY, last=MONDAY, hours=()),
        HoursOn(
            client_id="C1",
            first=MONDAY,
            last=TUESDAY,
            hours=(window("9:00", "10:00"), window("14:00", "15:00")),
        ),
        Delay(date=MONDAY, hours=window("7:00", "9:00"), factor=1.5),
        Delay(manager_id="M1", date=MONDAY, hours=window("7:00", "9:00"), factor=2),
        TakesOver(client_id="C2", manager_id="M2"),
    ],
    ids=str,
)
def test_facts_have_a_line_and_can_be_meant(fact: Adjustment) -> None:
    assert parse_adjustment(str(fact)) == fact
    check(fact)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Away(manager_id="M9", first=MONDAY, last=MONDAY), "not planned for"),
        (Away(manager_id="M1", first=NEXT_WEEK, last=NEXT_WEEK), "outside the weeks"),
        (Returned(manager_id="M9", date=MONDAY, start=600), "not planned for"),
        (HoursOn(client_id="C99", first=MONDAY, last=MONDAY, hours=()), "not in the book"),
        (HoursOn(client_id="C1", first=NEXT_WEEK, last=NEXT_WEEK, hours=()), "outside the weeks"),
        (Delay(date=NEXT_WEEK, hours=window("7:00", "9:00"), factor=2), "outside the weeks"),
        (
            Delay(manager_id="M9", date=MONDAY, hours=window("7:00", "9:00"), factor=2),
            "not planned for",
        ),
        (TakesOver(client_id="C1", manager_id="M9"), "not planned for"),
        (TakesOver(client_id="C99", manager_id="M1"), "not in the book"),
    ],
    ids=str,
)
def test_a_fact_about_nobody_is_refused(wrong: Adjustment, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        check(wrong)


@pytest.mark.parametrize(
    "text",
    [
        *("away:M1", "away:M1@", "away:@2026-11-24", "away:M1@2026-11-24T10:00", "delay:x"),
        *("away:M1@2026-11-25..2026-11-24", "away:M1@2026-11-24T10:00..2026-11-24T09:00"),
        *("delay:2026-11-24=07:00-09:00", "delay:2026-11-24=07:00-09:00x99", "takes:C1"),
        *("hours:C1=09:00-10:00", "hours:C1@2026-11-24=", "returned:M1@2026-11-24", "takes:=M1"),
        "agreed:C1@2026-11-24=10:00",
    ],
)
def test_other_words_for_facts_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="RP4001"):
        parse_adjustment(text)


# Slow roads


def test_a_delay_holds_in_its_hours_and_costs_nothing() -> None:
    book = tiny_book()
    points = [OFFICE, *(book.client_by_id[name].sites[0].point or OFFICE for name in ("C1", "C3"))]
    usual = GreatCircle(EXACT.travel).matrix(points, book.managers[1].mode, MONDAY)
    rain = TimeWindow(start=9 * 60, end=12 * 60)
    slow = delayed(usual, [(rain, 2.0)])
    assert slow.minutes == usual.minutes
    for leave in (0, 500, 539, 540, 600, 719, 720, 1060):
        before, after = usual.minutes_at(0, 1, leave), slow.minutes_at(0, 1, leave)
        assert after == (2 * before if 540 <= leave < 720 else before)
    assert delayed(usual, []) is usual
    # Setting off later never arrives earlier.
    arrivals = [(slow.leave_and_arrive(0, 2, ready) or (0, 0))[1] for ready in range(480, 780)]
    assert arrivals == sorted(arrivals)


@given(minutes=st.integers(-1, 500), factor=st.floats(0.1, 10))
def test_slowed_minutes_are_whole(minutes: int, factor: float) -> None:
    found = slowed(minutes, factor)
    assert found == minutes if minutes <= 0 else abs(found - minutes * factor) <= 0.95
    assert (found > 0) == (minutes > 0)


def test_saturday_off_is_no_news() -> None:
    assert works(SATURDAY) == works(SATURDAY, Away(manager_id="M1", first=SATURDAY, last=SATURDAY))
