"""When managers work and sites are open on a given date."""

from __future__ import annotations

import datetime as dt

from routeplan.book.models import Manager, Site
from routeplan.values import TimeWindow, WeeklyHours, open_windows
from routeplan.workdays import WorkCalendar

__all__ = ["hours_on", "is_duty_day", "shift_pieces", "site_windows"]


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
