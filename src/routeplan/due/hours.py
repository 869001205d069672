"""When a client may be visited on a day, by what was agreed and else by opening hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from routeplan.book.availability import site_windows
from routeplan.book.models import Appointment, Rigidity, Site
from routeplan.values import MINUTES_PER_DAY, TimeWindow, merged_windows
from routeplan.workdays import WorkCalendar, week_of

__all__ = ["NO_DAYS", "OpenDays", "around", "has_an_hour", "hours_on_day"]

WHOLE_DAY = TimeWindow(start=0, end=MINUTES_PER_DAY)
OpenDays = Mapping[dt.date, tuple[TimeWindow, ...]]
NO_DAYS: OpenDays = MappingProxyType({})


def hours_on_day(
    earliest: dt.date,
    until: dt.date,
    appointment: Appointment | None,
    site: Site,
    day: dt.date,
    calendar: WorkCalendar,
    *,
    talk: int,
    also: OpenDays = NO_DAYS,
) -> tuple[TimeWindow, ...]:
    """When on `day` the client can be visited, whoever comes; () is not at all.

    Without an appointment from `earliest` to `until`. `also` are dates with hours on top of the
    opening hours.
    """
    if appointment is None:
        if not earliest <= day <= until:
            return ()
    elif appointment.rigidity is Rigidity.WEEK:
        if day not in week_of(appointment.date):
            return ()
    elif day != appointment.date:
        return ()
    elif appointment.start is not None and has_an_hour(appointment):
        leeway = appointment.leeway if appointment.rigidity is Rigidity.LEEWAY else 0
        return around(appointment.start, talk, leeway)
    opening = merged_windows((*site_windows(site, day, calendar), *also.get(day, ())))
    if appointment is not None and appointment.rigidity is not Rigidity.WEEK and not opening:
        return (WHOLE_DAY,)
    return opening


def has_an_hour(appointment: Appointment | None) -> bool:
    """Whether it is booked for an hour, not only for a day or a week."""
    return (
        appointment is not None
        and appointment.start is not None
        and appointment.rigidity in (Rigidity.EXACT, Rigidity.LEEWAY)
    )


def around(start: int, talk: int, leeway: int) -> tuple[TimeWindow, ...]:
    """The hours of a talk that starts within `leeway` minutes of `start`, cut at midnight."""
    first, last = max(0, start - leeway), min(MINUTES_PER_DAY, start + talk + leeway)
    return (TimeWindow(start=first, end=last),) if first < last else ()
