"""When a visit may be: each rule kept and broken, on one client and two managers' weeks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from routeplan.book.models import Appointment, Rigidity, Site
from routeplan.config import ChurnSettings
from routeplan.problem.problem import Window
from routeplan.problem.progress import Slot
from routeplan.problem.shifts import ShiftDay
from routeplan.problem.windows import visit_windows
from routeplan.values import Closure, TimeWindow
from routeplan.workdays import DayOverride, WorkCalendar
from tests.examples import MONDAY, due_visit, hours, window

MORNING, AFTERNOON = window("9:00", "11:30"), window("14:00", "17:00")
SITE = Site(hours=hours(MORNING, AFTERNOON))
SHIFT = window("8:30", "18:00")
DAYS = [MONDAY + dt.timedelta(days=day) for day in range(5)]
WEEK = [ShiftDay(manager_id="M1", date=day, pieces=(SHIFT,)) for day in DAYS]
TUESDAY = DAYS[1]
CHURN = ChurnSettings(day=60, hour=20, nudge=2, tolerance=10)


def spans(windows: tuple[Window, ...]) -> list[tuple[int, str]]:
    """Shift and hours of each window."""
    return [(one.shift, str(TimeWindow(start=one.start, end=one.end))) for one in windows]


def windows_of(
    *,
    site: Site = SITE,
    shifts: list[ShiftDay] = WEEK,
    appointment: Appointment | None = None,
    talk: int = 40,
    slot: Slot | None = None,
    managers: tuple[str, ...] = ("M1",),
    calendar: WorkCalendar | None = None,
    also: Mapping[dt.date, tuple[TimeWindow, ...]] | None = None,
    **visit: object,
) -> tuple[Window, ...]:
    return visit_windows(
        due_visit("C1", **visit),
        appointment,
        site,
        shifts,
        managers,
        calendar or WorkCalendar(),
        CHURN,
        talk=talk,
        also=also or {},
        slot=slot,
    )


def booked(rigidity: Rigidity, start: str | None = "10:00", **more: object) -> Appointment:
    fields: dict[str, object] = {"id": "T", "client_id": "C1", "date": TUESDAY, "start": start}
    return Appointment.model_validate(fields | {"rigidity": rigidity} | more)


def test_a_visit_is_in_opening_hours_on_every_shift() -> None:
    expected = [(day, text) for day in range(5) for text in ("09:00-11:30", "14:00-17:00")]
    assert spans(windows_of()) == expected
    assert {one.cost for one in windows_of()} == {0}


def test_a_visit_is_from_its_earliest_to_its_last_day() -> None:
    found = windows_of(earliest=DAYS[1], until=DAYS[2])
    assert {one.shift for one in found} == {1, 2}


def test_a_window_ends_with_the_shift_and_leaves_the_managers_leave_out() -> None:
    pieces = (window("9:30", "10:30"), window("15:00", "16:00"))
    one_day = [ShiftDay(manager_id="M1", date=MONDAY, pieces=pieces)]
    assert spans(windows_of(shifts=one_day)) == [(0, "09:30-10:30"), (0, "15:00-16:00")]


def test_closures_and_holidays_close_the_site() -> None:
    away = Closure(first=DAYS[0], last=DAYS[1], hours=window("9:00", "12:00"))
    closed = Closure(first=DAYS[2], last=DAYS[2])
    site = SITE.model_copy(update={"closures": (away, closed)})
    holiday = WorkCalendar(overrides=(DayOverride(date=DAYS[3], work=False),))
    assert spans(windows_of(site=site, calendar=holiday)) == [
        (0, "14:00-17:00"),
        (1, "14:00-17:00"),
        (4, "09:00-11:30"),
        (4, "14:00-17:00"),
    ]


def test_only_those_who_may_go_have_windows() -> None:
    both = [*WEEK[:1], ShiftDay(manager_id="M2", date=MONDAY, pieces=(SHIFT,))]
    assert {one.shift for one in windows_of(shifts=both)} == {0}
    assert {one.shift for one in windows_of(shifts=both, managers=("M1", "M2"))} == {0, 1}
    assert windows_of(shifts=both, managers=()) == ()


def test_hours_that_meet_are_one_window_for_a_talk_across_them() -> None:
    site = Site(hours=hours(window("9:00", "10:00"), window("10:00", "11:00")))
    assert spans(windows_of(site=site, shifts=WEEK[:1])) == [(0, "09:00-11:00")]


def test_hours_too_short_for_the_talk_are_still_told() -> None:
    site = Site(hours=hours(window("9:00", "9:20")))
    assert spans(windows_of(site=site, shifts=WEEK[:1])) == [(0, "09:00-09:20")]


def test_hours_asked_for_add_to_the_opening_hours_of_their_day() -> None:
    also = {TUESDAY: (window("11:00", "12:00"), window("17:30", "19:00"))}
    found = windows_of(also=also, earliest=DAYS[0], until=DAYS[1])
    assert spans(found)[2:] == [(1, "09:00-12:00"), (1, "14:00-17:00"), (1, "17:30-18:00")]
    assert windows_of(also=also, earliest=DAYS[2], until=DAYS[2]) == windows_of(
        earliest=DAYS[2], until=DAYS[2]
    )


# Appointments


def test_an_exact_appointment_is_one_window_as_long_as_its_talk() -> None:
    assert spans(windows_of(appointment=booked(Rigidity.EXACT))) == [(1, "10:00-10:40")]


@pytest.mark.parametrize("rigidity", [Rigidity.EXACT, Rigidity.LEEWAY])
def test_an_agreed_hour_holds_where_the_site_is_closed(rigidity: Rigidity) -> None:
    closed = Site(hours=hours())
    noon = booked(rigidity, "12:00")
    assert spans(windows_of(site=closed, appointment=noon)) == [(1, "12:00-12:40")]


def test_an_agreed_hour_never_leaves_the_shift() -> None:
    for start in ("7:00", "18:00"):
        assert windows_of(appointment=booked(Rigidity.EXACT, start)) == ()
    # Half outside is told, but holds no talk.
    late = windows_of(appointment=booked(Rigidity.EXACT, "17:40"))
    assert spans(late) == [(1, "17:40-18:00")]


def test_leeway_is_on_both_sides_of_the_start() -> None:
    appointment = booked(Rigidity.LEEWAY, leeway=15)
    assert spans(windows_of(appointment=appointment)) == [(1, "09:45-10:55")]
    # It means nothing for an exact appointment.
    exact = booked(Rigidity.EXACT, leeway=15)
    assert spans(windows_of(appointment=exact)) == [(1, "10:00-10:40")]


def test_leeway_stops_at_midnight() -> None:
    night = [ShiftDay(manager_id="M1", date=TUESDAY, pieces=(window("0:00", "24:00"),))]
    early = booked(Rigidity.LEEWAY, "0:10", leeway=30)
    assert spans(windows_of(appointment=early, shifts=night)) == [(0, "00:00-01:20")]
    late = booked(Rigidity.LEEWAY, "23:10", leeway=30)
    assert spans(windows_of(appointment=late, shifts=night)) == [(0, "22:40-24:00")]
    # A talk at the day's very end has no minute of that day.
    assert windows_of(appointment=booked(Rigidity.EXACT, "24:00"), shifts=night) == ()


def test_an_agreed_day_is_in_opening_hours_if_there_are_any() -> None:
    appointment = booked(Rigidity.DAY, "10:00")
    assert spans(windows_of(appointment=appointment)) == [(1, "09:00-11:30"), (1, "14:00-17:00")]
    closed = SITE.model_copy(update={"closures": (Closure(first=TUESDAY, last=TUESDAY),)})
    assert spans(windows_of(site=closed, appointment=appointment)) == [(1, "08:30-18:00")]


def test_an_agreed_week_is_in_opening_hours_of_that_week() -> None:
    next_monday = MONDAY + dt.timedelta(days=7)
    shifts = [*WEEK, ShiftDay(manager_id="M1", date=next_monday, pieces=(SHIFT,))]
    appointment = booked(Rigidity.WEEK, None)
    found = windows_of(appointment=appointment, shifts=shifts)
    assert {one.shift for one in found} == {0, 1, 2, 3, 4}
    assert windows_of(appointment=appointment, site=Site(hours=hours())) == ()


def test_an_appointment_goes_before_the_due_dates() -> None:
    appointment = booked(Rigidity.EXACT)
    found = windows_of(appointment=appointment, earliest=DAYS[3], until=DAYS[4])
    assert spans(found) == [(1, "10:00-10:40")]


# Keeping to a plan


def costs(windows: tuple[Window, ...], shift: int) -> list[tuple[str, int]]:
    return [
        (text, one.cost)
        for (number, text), one in zip(spans(windows), windows, strict=True)
        if number == shift
    ]


def test_a_planned_visit_is_free_at_its_hour_and_dearer_the_further_away() -> None:
    slot = Slot(manager_id="M1", date=TUESDAY, start=600)
    found = windows_of(slot=slot)
    assert costs(found, 1) == [
        ("09:00-11:30", 20),
        ("09:50-10:50", 2),
        ("10:00-10:40", 0),
        ("14:00-17:00", 20),
    ]
    for other in (0, 2, 3, 4):
        assert costs(found, other) == [("09:00-11:30", 60), ("14:00-17:00", 60)]


def test_another_managers_shift_is_another_shift() -> None:
    slot = Slot(manager_id="M2", date=TUESDAY, start=600)
    assert {one.cost for one in windows_of(slot=slot)} == {60}


def test_the_free_window_keeps_to_the_opening_hours() -> None:
    at_opening = Slot(manager_id="M1", date=TUESDAY, start=9 * 60)
    assert costs(windows_of(slot=at_opening), 1)[:2] == [("09:00-09:40", 0), ("09:00-09:50", 2)]
    # Open no longer at its hour: nothing is free, and no stump of a window remains.
    at_noon = Slot(manager_id="M1", date=TUESDAY, start=11 * 60 + 20)
    assert costs(windows_of(slot=at_noon), 1) == [("09:00-11:30", 20), ("14:00-17:00", 20)]


def test_a_visit_planned_for_the_days_very_end_is_free_nowhere() -> None:
    slot = Slot(manager_id="M1", date=TUESDAY, start=24 * 60)
    assert {cost for _, cost in costs(windows_of(slot=slot), 1)} == {20}


def test_an_exact_appointment_pays_nothing_for_being_where_it_is() -> None:
    slot = Slot(manager_id="M1", date=DAYS[4], start=900)
    found = windows_of(appointment=booked(Rigidity.EXACT), slot=slot)
    assert [one.cost for one in found] == [0]
    loose = windows_of(appointment=booked(Rigidity.DAY), slot=slot)
    assert {one.cost for one in loose} == {60}
