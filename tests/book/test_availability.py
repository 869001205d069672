from __future__ import annotations

import datetime as dt

from routeplan.book.availability import hours_on, is_duty_day, shift_pieces, site_windows
from routeplan.book.models import Manager, Site
from routeplan.values import Closure, TimeWindow, WeeklyHours
from routeplan.workdays import DayOverride, WorkCalendar

CALENDAR = WorkCalendar()
SHIFT = TimeWindow(start=510, end=1080)
MORNING = TimeWindow(start=540, end=690)
AFTERNOON = TimeWindow(start=840, end=1020)
SATURDAY = TimeWindow(start=600, end=720)

WEDNESDAY = dt.date(2026, 11, 25)
PLAIN_SATURDAY = dt.date(2026, 11, 28)
MAKE_UP_SATURDAY = dt.date(2026, 2, 28)
SPRING_FESTIVAL = dt.date(2026, 2, 17)


def hours(saturday: tuple[TimeWindow, ...] = ()) -> WeeklyHours:
    monday = (MORNING, AFTERNOON)
    return WeeklyHours(days=(monday, (AFTERNOON,), monday, monday, monday, saturday, ()))


def test_a_manager_works_the_weekdays_of_the_shift() -> None:
    manager = Manager(id="M1", name="王芳")
    assert shift_pieces(manager, WEDNESDAY, SHIFT, CALENDAR) == (SHIFT,)
    assert shift_pieces(manager, PLAIN_SATURDAY, SHIFT, CALENDAR) == ()


def test_a_managers_own_shift_and_weekdays_come_first() -> None:
    own = TimeWindow(start=600, end=900)
    manager = Manager(id="M1", name="王芳", shift=own, weekdays=(1, 5))
    assert shift_pieces(manager, WEDNESDAY, SHIFT, CALENDAR) == ()
    assert shift_pieces(manager, PLAIN_SATURDAY, SHIFT, CALENDAR) == (own,)


def test_public_holidays_are_off_and_make_up_days_on_for_everyone() -> None:
    for weekdays in ((0, 1, 2, 3, 4), (0, 1), (1, 5)):
        manager = Manager(id="M1", name="王芳", weekdays=weekdays)
        assert shift_pieces(manager, SPRING_FESTIVAL, SHIFT, CALENDAR) == ()
        assert shift_pieces(manager, MAKE_UP_SATURDAY, SHIFT, CALENDAR) == (SHIFT,)


def test_leave_takes_days_or_hours_out_of_the_shift() -> None:
    noon = TimeWindow(start=660, end=780)
    manager = Manager(
        id="M1",
        name="王芳",
        leave=(
            Closure(first=WEDNESDAY, last=WEDNESDAY, hours=noon),
            Closure(first=dt.date(2026, 11, 26), last=dt.date(2026, 11, 27)),
        ),
    )
    assert shift_pieces(manager, WEDNESDAY, SHIFT, CALENDAR) == (
        TimeWindow(start=510, end=660),
        TimeWindow(start=780, end=1080),
    )
    thursday = dt.date(2026, 11, 26)
    assert shift_pieces(manager, thursday, SHIFT, CALENDAR) == ()
    assert is_duty_day(manager, thursday, CALENDAR)


def test_a_site_is_open_at_the_weekdays_hours() -> None:
    site = Site(hours=hours())
    assert site_windows(site, WEDNESDAY, CALENDAR) == (MORNING, AFTERNOON)
    assert site_windows(site, dt.date(2026, 11, 24), CALENDAR) == (AFTERNOON,)
    assert site_windows(site, PLAIN_SATURDAY, CALENDAR) == ()


def test_a_site_is_shut_on_holidays_even_where_its_hours_say_open() -> None:
    site = Site(hours=WeeklyHours(days=((MORNING,),) * 7))
    assert site_windows(site, SPRING_FESTIVAL, CALENDAR) == ()
    assert site_windows(site, dt.date(2026, 2, 15), CALENDAR) == ()  # its Sunday
    own = WorkCalendar(overrides=(DayOverride(date=SPRING_FESTIVAL, work=True),))
    assert site_windows(site, SPRING_FESTIVAL, own) == (MORNING,)


def test_on_a_make_up_day_a_site_keeps_its_own_hours_or_mondays() -> None:
    assert hours_on(hours(), MAKE_UP_SATURDAY, CALENDAR) == (MORNING, AFTERNOON)
    assert hours_on(hours((SATURDAY,)), MAKE_UP_SATURDAY, CALENDAR) == (SATURDAY,)


def test_closures_shut_a_site_for_days_or_hours() -> None:
    site = Site(
        hours=hours(),
        closures=(
            Closure(first=WEDNESDAY, last=WEDNESDAY, hours=AFTERNOON),
            Closure(first=dt.date(2026, 11, 26), last=dt.date(2026, 11, 26)),
        ),
    )
    assert site_windows(site, WEDNESDAY, CALENDAR) == (MORNING,)
    assert site_windows(site, dt.date(2026, 11, 26), CALENDAR) == ()
