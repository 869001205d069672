"""When a visit may be: opening hours, appointments and shifts made into windows with a cost.

Without an appointment, a talk lies inside the site's opening hours on a day from `earliest` to
`until`. What was agreed with the client goes before that:

    exact    [start, start + talk] of its date, open or not
    leeway   the same, `leeway` minutes wider on either side
    day      its date, in opening hours; a site closed all that day opens for it
    week     the week of its date, in opening hours

Nothing goes before the manager's own working time: every window lies inside a piece of the shift.

In a re-plan, a visit that stood in the plan costs nothing at its minute, `churn.nudge` near it,
`churn.hour` elsewhere on its shift and `churn.day` on any other, times what the client was told of
it and how short the notice is (`churn.py`); an exact appointment costs nothing where it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from routeplan.book.availability import site_windows
from routeplan.book.models import Appointment, Rigidity, Site
from routeplan.config import ChurnSettings
from routeplan.due.models import DueVisit
from routeplan.problem.churn import churn_factor
from routeplan.problem.problem import Window
from routeplan.problem.progress import Slot
from routeplan.problem.shifts import ShiftDay
from routeplan.values import MINUTES_PER_DAY, TimeWindow
from routeplan.workdays import WorkCalendar, week_of

__all__ = ["hours_allowed", "visit_windows"]

WHOLE_DAY = TimeWindow(start=0, end=MINUTES_PER_DAY)
OpenDays = Mapping[dt.date, tuple[TimeWindow, ...]]
NO_DAYS: OpenDays = MappingProxyType({})


def hours_allowed(
    visit: DueVisit,
    appointment: Appointment | None,
    site: Site,
    day: dt.date,
    calendar: WorkCalendar,
    *,
    talk: int,
    also: OpenDays = NO_DAYS,
) -> tuple[TimeWindow, ...]:
    """When on `day` the client can be met, whoever comes; () is not at all.

    `also` are dates with hours on top of the opening hours.
    """
    if appointment is None:
        if not visit.earliest <= day <= visit.until:
            return ()
    elif appointment.rigidity is Rigidity.WEEK:
        if day not in week_of(appointment.date):
            return ()
    elif day != appointment.date:
        return ()
    elif appointment.start is not None and appointment.rigidity is not Rigidity.DAY:
        leeway = appointment.leeway if appointment.rigidity is Rigidity.LEEWAY else 0
        return _around(appointment.start, talk, leeway)
    opening = _merged((*site_windows(site, day, calendar), *also.get(day, ())))
    if appointment is not None and appointment.rigidity is not Rigidity.WEEK and not opening:
        return (WHOLE_DAY,)
    return opening


def visit_windows(
    visit: DueVisit,
    appointment: Appointment | None,
    site: Site,
    shifts: Sequence[ShiftDay],
    manager_ids: Collection[str],
    calendar: WorkCalendar,
    churn: ChurnSettings,
    *,
    talk: int,
    also: OpenDays = NO_DAYS,
    slot: Slot | None = None,
    today: dt.date | None = None,
) -> tuple[Window, ...]:
    """The visit's windows on the shifts of those managers, by shift and start.

    `today` is a re-plan's: from it on notice is counted.

    Those shorter than the talk are among them: they say that the client is open, but too briefly.
    """
    if appointment is not None and appointment.rigidity is Rigidity.EXACT:
        slot = None
    found: list[Window] = []
    for number, shift in enumerate(shifts):
        if shift.manager_id not in manager_ids:
            continue
        hours = hours_allowed(visit, appointment, site, shift.date, calendar, talk=talk, also=also)
        spans = _common(hours, shift.pieces)
        if slot is None:
            costs = [(span, 0) for span in spans]
        else:
            factor = churn_factor(churn, slot, today, shift.date)
            if (slot.manager_id, slot.date) != (shift.manager_id, shift.date):
                costs = [(span, round(churn.day * factor)) for span in spans]
            else:
                costs = [(span, round(churn.hour * factor)) for span in spans]
                for leeway, price in ((churn.tolerance, churn.nudge), (0, 0)):
                    near = _common(spans, _around(slot.start, talk, leeway))
                    cost = round(price * factor)
                    costs += [(span, cost) for span in near if span.minutes >= talk]
        found += [
            Window(shift=number, start=span.start, end=span.end, cost=cost)
            for span, cost in sorted(costs, key=lambda priced: (priced[0].start, priced[1]))
        ]
    return tuple(found)


def _around(start: int, talk: int, leeway: int) -> tuple[TimeWindow, ...]:
    """The hours of a talk that starts within `leeway` minutes of `start`, cut at midnight."""
    first, last = max(0, start - leeway), min(MINUTES_PER_DAY, start + talk + leeway)
    return (TimeWindow(start=first, end=last),) if first < last else ()


def _merged(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """The same minutes in windows that neither overlap nor touch: a talk may run across them."""
    found: list[TimeWindow] = []
    for window in sorted(windows, key=lambda window: window.start):
        if found and window.start <= found[-1].end:
            end = max(found[-1].end, window.end)
            found[-1] = TimeWindow(start=found[-1].start, end=end)
        else:
            found.append(window)
    return tuple(found)


def _common(windows: Iterable[TimeWindow], others: Sequence[TimeWindow]) -> tuple[TimeWindow, ...]:
    """What lies both in one of `windows` and in one of `others`."""
    return tuple(
        TimeWindow(start=max(one.start, two.start), end=min(one.end, two.end))
        for one in windows
        for two in others
        if max(one.start, two.start) < min(one.end, two.end)
    )
