"""Windows in which enough key persons are there, and what their preferred hours cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import Appointment, Contact, Site
from routeplan.config import ChurnSettings
from routeplan.due.persons import Meeting
from routeplan.problem.problem import Window
from routeplan.problem.progress import Slot
from routeplan.problem.shifts import ShiftDay
from routeplan.problem.windows import persons_reached, visit_windows
from routeplan.values import TimeWindow, WeeklyHours
from routeplan.workdays import WorkCalendar
from tests.examples import MONDAY, due_visit, hours, window

SITE = Site(hours=hours(window("9:00", "11:30"), window("14:00", "17:00")))
DAYS = [MONDAY + dt.timedelta(days=day) for day in range(5)]
WEEK = [ShiftDay(manager_id="M1", date=day, pieces=(window("8:30", "18:00"),)) for day in DAYS]
CHURN = ChurnSettings(day=60, hour=20, nudge=2, tolerance=10)
CALENDAR = WorkCalendar()
TALK = 40


def person(key: str, own: WeeklyHours | None = None, **more: object) -> Contact:
    fields: dict[str, object] = {"id": key, "client_id": "C1", "name": key, "hours": own}
    return Contact.model_validate(fields | more)


def meeting(*contacts: Contact, named: tuple[str, ...] = ()) -> Meeting:
    return Meeting(contacts=contacts, named=frozenset(named))


def windows_of(
    of: Meeting,
    persons: int,
    *,
    appointment: Appointment | None = None,
    price: int = 0,
    slot: Slot | None = None,
    also: Mapping[dt.date, tuple[TimeWindow, ...]] | None = None,
) -> tuple[Window, ...]:
    return visit_windows(
        due_visit("C1", persons=persons),
        appointment,
        SITE,
        WEEK,
        ("M1",),
        CALENDAR,
        CHURN,
        talk=TALK,
        also=also or {},
        slot=slot,
        meeting=of,
        persons=persons,
        off_preferred=price,
    )


def reached(of: Meeting, wanted: int, appointment: Appointment | None = None) -> int:
    visit = due_visit("C1", persons=wanted, talk_minutes=TALK)
    return persons_reached(visit, of, appointment, SITE, WEEK, ("M1",), CALENDAR)


def said(windows: tuple[Window, ...]) -> list[tuple[int, str, int]]:
    return [(it.shift, str(TimeWindow(start=it.start, end=it.end)), it.cost) for it in windows]


TUESDAY = hours(window("9:00", "10:00"), weekdays=(1,))
THURSDAY = hours(window("9:30", "11:00"), weekdays=(1, 3))


def test_the_hours_in_which_enough_are_there() -> None:
    both = meeting(person("K1", TUESDAY), person("K2", THURSDAY), person("K3"))
    assert said(windows_of(both, 1))[0] == (0, "09:00-11:30", 0)  # K3 is there at any hour
    # On Tuesday a talk may start until 9:20 with K1, and from 9:30 on with K2.
    assert said(windows_of(both, 2)) == [
        (1, "09:00-10:00", 0),
        (1, "09:30-11:00", 0),
        (3, "09:30-11:00", 0),
    ]
    assert said(windows_of(both, 3)) == []
    assert [reached(both, wanted) for wanted in (1, 2, 3)] == [1, 2, 2]


def test_nobody_ever_there_leaves_the_opening_hours() -> None:
    never = meeting(person("K1", hours()))
    assert reached(never, 1) == 0
    assert len(windows_of(never, 0)) == 10


def test_an_agreed_hour_stands_whoever_is_there() -> None:
    agreed = Appointment.model_validate(
        {"id": "T", "client_id": "C1", "date": DAYS[0], "start": "10:00", "contact_ids": ("K1",)}
    )
    of = meeting(person("K1", TUESDAY, preferred_hours=TUESDAY), named=("K1",))
    assert reached(of, 1, agreed) == 0
    assert said(windows_of(of, 0, appointment=agreed, price=10)) == [(0, "10:00-10:40", 0)]


def test_on_an_agreed_day_those_named_are_there() -> None:
    agreed = Appointment.model_validate(
        {"id": "T", "client_id": "C1", "date": DAYS[1], "rigidity": "day", "contact_ids": ("K1",)}
    )
    of = meeting(person("K1", TUESDAY), person("K2"), named=("K1",))
    assert reached(of, 2, agreed) == 2
    assert said(windows_of(of, 2, appointment=agreed)) == [(1, "09:00-10:00", 0)]


def test_hours_opened_for_the_visit_ask_for_nobody() -> None:
    of = meeting(person("K1", TUESDAY))
    opened = {DAYS[4]: (window("11:00", "12:00"),)}
    assert said(windows_of(of, 1, also=opened)) == [(1, "09:00-10:00", 0), (4, "11:00-12:00", 0)]


def test_preferred_hours_are_free_and_others_cost() -> None:
    of = meeting(person("K1", preferred_hours=TUESDAY), person("K2"))
    found = windows_of(of, 1, price=10)
    # A talk may start until 10:00.
    assert [one for one in said(found) if one[2] == 0] == [(1, "09:00-10:40", 0)]
    assert len([one for one in found if one.cost == 10]) == 10
    slot = Slot(manager_id="M1", date=DAYS[0], start=10 * 60)
    moved = windows_of(of, 1, price=10, slot=slot)
    assert {(one.shift, one.cost) for one in moved} >= {(0, 10), (0, 12), (0, 30), (1, 60), (1, 70)}


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    def some_hours() -> WeeklyHours:
        days = []
        for _ in range(7):
            ends = sorted(draw(st.sets(st.integers(108, 210), max_size=4)))
            ends = ends[: len(ends) // 2 * 2]
            pairs = zip(ends[::2], ends[1::2], strict=True)
            days.append(tuple(TimeWindow(start=5 * a, end=5 * b) for a, b in pairs))
        return WeeklyHours(days=tuple(days))

    people = [
        person(
            f"K{number}",
            some_hours() if draw(st.booleans()) else None,
            do_not_disturb=some_hours() if draw(st.booleans()) else None,
            preferred_hours=some_hours() if draw(st.booleans()) else None,
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    return meeting(*people)


@given(meetings(), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_every_start_is_allowed_and_priced_as_counting_says(of: Meeting, wanted: int) -> None:
    persons = reached(of, wanted)
    found = windows_of(of, persons, price=7)

    def there(who: Contact, day: int, start: int) -> bool:
        own = None if who.hours is None else who.hours.on(day)
        rest = who.do_not_disturb.on(day) if who.do_not_disturb else ()
        return all(
            (own is None or any(one.start <= minute < one.end for one in own))
            and not any(one.start <= minute < one.end for one in rest)
            for minute in range(start, start + TALK)
        )

    for day in range(5):
        for start in range(8 * 60, 18 * 60, 5):
            here = [who for who in of.contacts if there(who, day, start)]
            opening = any(one.holds(start, start + TALK) for one in SITE.hours.on(day))
            prices = [
                one.cost
                for one in found
                if one.shift == day and one.start <= start and start + TALK <= one.end
            ]
            assert bool(prices) == (opening and len(here) >= persons)
            if not prices:
                continue
            choosy = [who for who in of.contacts if who.preferred_hours is not None]
            welcome = not choosy or any(
                one.start <= start <= one.end
                for who in here
                if who.preferred_hours
                for one in who.preferred_hours.on(day)
            )
            assert min(prices) == (0 if welcome else 7)
            assert persons <= len(here)
