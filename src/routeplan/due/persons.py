"""Whom a visit is to meet, and in which hours enough of them are there together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from routeplan.book.availability import hours_on, person_windows
from routeplan.book.models import Appointment, Book, Client, Contact
from routeplan.values import MINUTES_PER_DAY, TimeWindow, common_windows, merged_windows
from routeplan.workdays import WorkCalendar

__all__ = ["NOBODY", "Meeting", "meeting_of", "most_together", "preferred_windows", "together"]

DayHours = tuple[dt.date, tuple[TimeWindow, ...]]
"""A day with the hours in which one person could go there and visit."""


@dataclass(frozen=True)
class Meeting:
    """The key persons whom a visit may meet."""

    contacts: tuple[Contact, ...]
    """Those of the site, and those named wherever they are, in book order."""
    named: frozenset[str]
    """Ids of those with whom the visit was agreed: they are to be there."""

    def hours(
        self,
        windows: Iterable[TimeWindow],
        day: dt.date,
        calendar: WorkCalendar,
        *,
        count: int,
        minutes: int,
    ) -> tuple[TimeWindow, ...]:
        """The part of the visiting hours `windows` in which `count` key persons, all those named
        among them, are there together for a talk of `minutes`.

        A talk has them if and only if it lies whole inside one of the windows.
        """
        hours = tuple(windows)
        own = [merged_windows(person_windows(it, day, calendar)) for it in self.contacts]
        for contact, there in zip(self.contacts, own, strict=True):
            if contact.id in self.named:
                hours = common_windows(hours, there)
        return together([common_windows(hours, there) for there in own], count, minutes)


NOBODY = Meeting(contacts=(), named=frozenset())


def meeting_of(
    book: Book, client: Client, site_id: str, appointment: Appointment | None
) -> Meeting:
    """Whom a visit to a site may meet."""
    named = frozenset(appointment.contact_ids if appointment else ())
    site = client.site(site_id)
    contacts = (
        contact
        for contact in book.contacts_of.get(client.id, ())
        if contact.id in named or client.site(contact.site_id) == site
    )
    return Meeting(contacts=tuple(contacts), named=named)


def together(
    there: Sequence[Sequence[TimeWindow]], count: int, minutes: int
) -> tuple[TimeWindow, ...]:
    """The windows in which a talk of `minutes` has at least `count` of the persons for its whole
    length; `there` are the hours of each. A talk has them iff it lies whole inside one window.

    A sweep over the starts of talks: with one person a talk may start from the beginning of a
    window to `minutes` before its end, so the count changes at those two places only.
    """
    changes: dict[int, int] = {}
    for windows in there:
        for window in merged_windows(windows):
            if window.minutes >= minutes:
                changes[window.start] = changes.get(window.start, 0) + 1
                after = window.end - minutes + 1
                changes[after] = changes.get(after, 0) - 1
    found: list[TimeWindow] = []
    present, first = 0, None
    for start in sorted(changes):
        present += changes[start]
        if present >= count and first is None:
            first = start
        elif present < count and first is not None:
            found.append(TimeWindow(start=first, end=start - 1 + minutes))
            first = None
    return tuple(found)


def most_together(
    meeting: Meeting,
    hours: Callable[[int], Iterable[DayHours]],
    calendar: WorkCalendar,
    *,
    wanted: int,
    minutes: Callable[[int], int],
) -> int:
    """How many key persons, at most `wanted`, can be met together, with all those named.

    `minutes(n)` is how long a talk with n lasts, `hours(minutes)` are those for a talk of that
    length. 0: not even those named, or nobody.
    """
    for count in range(min(wanted, len(meeting.contacts)), max(1, len(meeting.named)) - 1, -1):
        talk = minutes(count)
        for day, windows in hours(talk):
            if meeting.hours(windows, day, calendar, count=count, minutes=talk):
                return count
    return 0


def preferred_windows(
    contacts: Iterable[Contact], day: dt.date, calendar: WorkCalendar, talk: int
) -> tuple[TimeWindow, ...]:
    """Windows for a talk that starts in the preferred hours of one of the contacts, who is there
    for its whole length."""
    found: list[TimeWindow] = []
    for contact in contacts:
        if contact.preferred_hours is None:
            continue
        hours = hours_on(contact.preferred_hours, day, calendar)
        starts = [
            TimeWindow(start=window.start, end=min(MINUTES_PER_DAY, window.end + talk))
            for window in hours
        ]
        found += common_windows(starts, merged_windows(person_windows(contact, day, calendar)))
    return tuple(found)
