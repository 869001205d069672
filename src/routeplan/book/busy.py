"""The busy hours in somebody's calendar (iCalendar, RFC 5545) as closed hours of the book.

Only when somebody is busy is taken over, nothing of what for.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple
from zoneinfo import ZoneInfo

from routeplan.errors import FileError, unreadable
from routeplan.language import message
from routeplan.values import MINUTES_PER_DAY, Closure, TimeWindow

if TYPE_CHECKING:
    from icalendar import Calendar, Component, Event

__all__ = ["OWN_EVENTS", "Busy", "Skipped", "busy_hours", "merged_closures"]

OWN_EVENTS = "@routeplan"
"""How every UID of our own calendar files ends: planned visits do not close the hours they fill."""

MAX_BYTES = 20_000_000
_TOO_OFTEN = ("SECONDLY", "MINUTELY")
_EXPANDED = ("BYSECOND", "BYMINUTE")

Skipped = Literal["broken", "cancelled", "empty", "free", "other_days", "own", "too_often"]


class Busy(NamedTuple):
    """What a calendar says of some days."""

    closures: tuple[Closure, ...]
    """By date and hour, none overlapping another."""
    taken: int
    """Events (each occurrence of a recurring one) that made them."""
    skipped: dict[Skipped, int]
    """Events left out, by why; a recurring one counts once."""


def busy_hours(path: Path, zone: ZoneInfo, first: dt.date, last: dt.date) -> Busy:
    """The busy hours of the days `first` to `last` in the file at `path`, in local time of `zone`.

    Events that are cancelled, marked as free, without length, or our own visits are skipped, as are
    those that recur every minute. Times without a zone are taken as local. Raises FileError when
    the file cannot be read or is no calendar.
    """
    import recurring_ical_events

    skipped: Counter[Skipped] = Counter()
    kept = []
    calendar = _read(path)
    for event in calendar.walk("VEVENT"):
        why = _why_skipped(event)
        if why:
            skipped[why] += 1
        else:
            kept.append(event)
    calendar.subcomponents = [
        part for part in calendar.subcomponents if part.name != "VEVENT"
    ] + kept
    begin = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    found = recurring_ical_events.of(calendar, skip_bad_series=True).between(begin, end)
    spans = []
    for event in found:
        span = _span(event, zone)
        if span is None:
            skipped["empty"] += 1
        else:
            spans.append(span)
    present = {_uid(event) for event in found}
    skipped["other_days"] += len({_uid(event) for event in kept} - present)
    closures = merged_closures(
        closure for start, until in spans for closure in _days(start, until, first, last)
    )
    return Busy(closures, len(spans), {why: n for why, n in sorted(skipped.items()) if n})


def merged_closures(closures: Iterable[Closure]) -> tuple[Closure, ...]:
    """The same closed time in as few closures as days and hours allow, in order."""
    by_day: dict[dt.date, list[tuple[int, int]]] = {}
    for closure in closures:
        hours = closure.hours
        span = (hours.start, hours.end) if hours else (0, MINUTES_PER_DAY)
        for number in range((closure.last - closure.first).days + 1):
            by_day.setdefault(closure.first + dt.timedelta(days=number), []).append(span)
    merged: list[Closure] = []
    for day, spans in sorted(by_day.items()):
        for start, end in _joined(spans):
            whole = (start, end) == (0, MINUTES_PER_DAY)
            before = merged[-1] if merged else None
            if (
                whole
                and before is not None
                and before.hours is None
                and before.last == day - dt.timedelta(days=1)
            ):
                merged[-1] = Closure(first=before.first, last=day)
            else:
                hours = None if whole else TimeWindow(start=start, end=end)
                merged.append(Closure(first=day, last=day, hours=hours))
    return tuple(merged)


def _joined(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if at is None or start > at[1]:
            if at is not None:
                yield at
            at = (start, end)
        else:
            at = (at[0], max(at[1], end))
    if at is not None:
        yield at


def _read(path: Path) -> Calendar:
    from icalendar import Calendar

    try:
        content = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    not_one = FileError("RP3063", message("error.not_calendar", file=str(path)))
    if len(content) > MAX_BYTES:
        raise not_one
    try:
        calendar = Calendar.from_ical(content)
    except (LookupError, ValueError) as error:
        raise not_one from error
    if not isinstance(calendar, Calendar):
        raise not_one
    return calendar


def _why_skipped(event: Component) -> Skipped | None:
    try:
        if _uid(event).endswith(OWN_EVENTS):
            return "own"
        if str(event.get("status", "")).upper() == "CANCELLED":
            return "cancelled"
        busy = str(event.get("x-microsoft-cdo-busystatus", "")).upper()
        if str(event.get("transp", "")).upper() == "TRANSPARENT" or busy == "FREE":
            return "free"
        if "dtstart" not in event:
            return "broken"
        event.decoded("dtstart")
        rules = event.get("rrule", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            names = {str(name).upper(): value for name, value in rule.items()}
            often = {str(one).upper() for one in names.get("FREQ", [])} & set(_TOO_OFTEN)
            if often or set(names) & set(_EXPANDED):
                return "too_often"
    except (AttributeError, LookupError, TypeError, ValueError):
        return "broken"
    return None


def _uid(event: Component) -> str:
    return str(event.get("uid", ""))


def _span(event: Event, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime] | None:
    """From when to when, local time; None for a moment."""
    start, end = event.start, event.end
    if not isinstance(start, dt.datetime):
        start = dt.datetime.combine(start, dt.time())
    if not isinstance(end, dt.datetime):
        end = dt.datetime.combine(end, dt.time())
    start, end = (_local(time, zone) for time in (start, end))
    return (start, end) if start < end else None


def _local(time: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """A clock time in the zone; one without a zone is local already."""
    return time if time.tzinfo is None else time.astimezone(zone).replace(tzinfo=None)


def _days(start: dt.datetime, end: dt.datetime, first: dt.date, last: dt.date) -> Iterator[Closure]:
    """The span's part of each day from `first` to `last`; minutes are rounded outwards."""
    day = max(start.date(), first)
    while day <= min(end.date(), last):
        midnight = dt.datetime.combine(day, dt.time())
        begin = max(0, int((start - midnight).total_seconds() // 60))
        until = min(MINUTES_PER_DAY, -int(-(end - midnight).total_seconds() // 60))
        if begin < until:
            hours = TimeWindow(start=begin, end=until)
            whole = (begin, until) == (0, MINUTES_PER_DAY)
            yield Closure(first=day, last=day, hours=None if whole else hours)
        day += dt.timedelta(days=1)
