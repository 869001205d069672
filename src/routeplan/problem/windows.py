"""When a visit may be: opening hours, appointments and shifts made into windows with a cost.

Without an appointment, a talk lies inside the site's opening hours on a day from `earliest` to
`until`. What was agreed with the client goes before that:

    exact    [start, start + talk] of its date, open or not
    leeway   the same, `leeway` minutes wider on either side
    day      its date, in opening hours; a site closed all that day opens for it
    week     the week of its date, in opening hours

Without an agreed hour, the visit's key persons are there together for the whole talk, as many as it
is to meet or as can be met together at all; a talk outside the hours that they prefer costs a
little.

Nothing goes before the manager's own working time: every window lies inside a piece of the shift.

In a re-plan, a visit that stood in the plan costs nothing at its minute, `churn.nudge` near it,
`churn.hour` elsewhere on its shift and `churn.day` on any other, times what the client was told of
it and how short the notice is (`churn.py`); an exact appointment costs nothing where it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from routeplan.book.models import Appointment, Rigidity, Site
from routeplan.config import ChurnSettings
from routeplan.due.hours import NO_DAYS, OpenDays, around, has_an_hour, hours_on_day
from routeplan.due.models import DueVisit
from routeplan.due.persons import NOBODY, Meeting, most_together, preferred_windows
from routeplan.problem.churn import churn_factor
from routeplan.problem.problem import Window
from routeplan.problem.progress import Slot
from routeplan.problem.shifts import ShiftDay
from routeplan.values import TimeWindow, common_windows
from routeplan.workdays import WorkCalendar

__all__ = ["hours_allowed", "persons_reached", "visit_windows"]


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
    """When on `day` the client can be visited, whoever comes and is met; () is not at all.

    `also` are dates with hours on top of the opening hours.
    """
    first, last = visit.earliest, visit.until
    return hours_on_day(first, last, appointment, site, day, calendar, talk=talk, also=also)


def persons_reached(
    visit: DueVisit,
    meeting: Meeting,
    appointment: Appointment | None,
    site: Site,
    shifts: Sequence[ShiftDay],
    manager_ids: Collection[str],
    calendar: WorkCalendar,
    *,
    enough: int | None = None,
) -> int:
    """How many key persons every window of the visit has together: as many as it is to meet (of
    whom `enough` may be fewer), or the most that are there in any hour of these shifts. 0: whoever
    is there, and for an appointment at an hour, which was agreed."""
    if has_an_hour(appointment):
        return 0

    def hours(talk: int) -> Iterator[tuple[dt.date, tuple[TimeWindow, ...]]]:
        for shift in shifts:
            if shift.manager_id in manager_ids:
                day = shift.date
                open_then = hours_allowed(visit, appointment, site, day, calendar, talk=talk)
                if spans := common_windows(open_then, shift.pieces):
                    yield day, spans

    wanted, talk = visit.persons, max(1, visit.talk_minutes)
    if enough is not None:
        wanted = min(wanted, max(enough, len(meeting.named)))
    return most_together(meeting, hours, calendar, wanted=wanted, minutes=lambda _: talk)


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
    meeting: Meeting = NOBODY,
    persons: int = 0,
    off_preferred: int = 0,
) -> tuple[Window, ...]:
    """The visit's windows on the shifts of those managers, by shift and start.

    `today` is a re-plan's: from it on notice is counted. `persons` of the `meeting` are there
    together for the whole talk; hours in `also` were opened for the visit and ask for nobody. A
    talk outside the hours that anybody of the meeting prefers costs `off_preferred`.

    Windows shorter than the talk are among them, where nobody in particular is to be met: they say
    that the client is open, but too briefly.
    """
    if appointment is not None and appointment.rigidity is Rigidity.EXACT:
        slot = None
    found: list[Window] = []
    for number, shift in enumerate(shifts):
        if shift.manager_id not in manager_ids:
            continue
        hours = hours_allowed(visit, appointment, site, shift.date, calendar, talk=talk, also=also)
        spans = common_windows(hours, shift.pieces)
        if not spans:
            continue
        if persons:
            company = meeting.hours(spans, shift.date, calendar, count=persons, minutes=talk)
            opened = common_windows(also.get(shift.date, ()), spans)
            spans = tuple(dict.fromkeys((*company, *opened)))
        price = 0 if has_an_hour(appointment) else off_preferred
        costs = _preferring(spans, meeting, shift.date, calendar, talk, price)
        if slot is not None:
            factor = churn_factor(churn, slot, today, shift.date)
            moved = (slot.manager_id, slot.date) != (shift.manager_id, shift.date)
            price = round((churn.day if moved else churn.hour) * factor)
            plain, costs = costs, [(span, cost + price) for span, cost in costs]
            for leeway, nudge in () if moved else ((churn.tolerance, churn.nudge), (0, 0)):
                hour = around(slot.start, talk, leeway)
                costs += [
                    (near, cost + round(nudge * factor))
                    for span, cost in plain
                    for near in common_windows((span,), hour)
                    if near.minutes >= talk
                ]
        found += [
            Window(shift=number, start=span.start, end=span.end, cost=cost)
            for span, cost in sorted(costs, key=lambda priced: (priced[0].start, priced[1]))
        ]
    return tuple(found)


def _preferring(
    spans: Sequence[TimeWindow],
    meeting: Meeting,
    day: dt.date,
    calendar: WorkCalendar,
    talk: int,
    price: int,
) -> list[tuple[TimeWindow, int]]:
    """The spans at a price, and free of it where somebody prefers to be met."""
    if not price or all(contact.preferred_hours is None for contact in meeting.contacts):
        return [(span, 0) for span in spans]
    preferred = preferred_windows(meeting.contacts, day, calendar, talk)
    welcome = [span for span in common_windows(spans, preferred) if span.minutes >= talk]
    return [*((span, price) for span in spans), *((span, 0) for span in dict.fromkeys(welcome))]
