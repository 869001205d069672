"""When managers work and sites are open on a given date."""

from __future__ import annotations

import datetime as dt

from routeplan.book.models import Contact, Manager, Site
from routeplan.values import (
    MINUTES_PER_DAY,
    TimeWindow,
    WeeklyHours,
    cut_windows,
    open_windows,
)
from routeplan.workdays import WorkCalendar

__all__ = [
    "hours_on",
    "is_duty_day",
    "person_windows",
    "shift_pieces",
    "site_windows",
    "usual_windows",
]

_WHOLE_DAY = (TimeWindow(start=0, end=MINUTES_PER_DAY),)


def shift_pieces(
    manager: Manager, day: dt.date, default_shift: TimeWindow, calendar: WorkCalendar
) -> tuple[TimeWindow, ...]:
    """What is left of the manager's shift on `day` after leave, in order; () is a day off.

    Public holidays are off and make-up working days on, whatever weekdays the manager works.
    """
    if not is_duty_day(manager, day, calendar):
        return ()
    return open_windows((manager.shift or default_shift,), manager.leave, day)


def is_duty_day(manager: Manager, day: dt.date, calendar: WorkCalendar) -> bool:
    """Whether the manager works on `day` when not on leave."""
    usual = day.weekday() in manager.weekdays and calendar.holiday(day) is None
    return usual or calendar.is_make_up(day)


def site_windows(site: Site, day: dt.date, calendar: WorkCalendar) -> tuple[TimeWindow, ...]:
    """The site's opening windows on `day` after its closures, in order; () is closed."""
    return open_windows(hours_on(site.hours, day, calendar), site.closures, day)


def hours_on(hours: WeeklyHours, day: dt.date, calendar: WorkCalendar) -> tuple[TimeWindow, ...]:
    """The windows of weekly hours on a date: () on public holidays.

    On a make-up working day the weekday's own hours, or Monday's where it has none.
    """
    if calendar.holiday(day) is not None:
        return ()
    own = hours.on(day.weekday())
    return own or (hours.on(0) if calendar.is_make_up(day) else ())


def person_windows(
    contact: Contact, day: dt.date, calendar: WorkCalendar
) -> tuple[TimeWindow, ...]:
    """When a key person can be met on `day` where the site is open, in order: in the own hours,
    else at any hour, but for the hours of rest."""
    own = _WHOLE_DAY if contact.hours is None else hours_on(contact.hours, day, calendar)
    return _but_rest(contact, own, day.weekday())


def usual_windows(contact: Contact, weekday: int) -> tuple[TimeWindow, ...]:
    """The same on an ordinary weekday (0 = Monday)."""
    own = _WHOLE_DAY if contact.hours is None else contact.hours.on(weekday)
    return _but_rest(contact, own, weekday)


def _but_rest(
    contact: Contact, own: tuple[TimeWindow, ...], weekday: int
) -> tuple[TimeWindow, ...]:
    rest = contact.do_not_disturb
    return own if rest is None else cut_windows(own, rest.on(weekday))
