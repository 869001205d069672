"""Each manager's visits as an iCalendar file (RFC 5545) that updates what an earlier one brought.

A visit is the same event (UID) in every version of a plan; its SEQUENCE rises when something about
it changes, and only then. An event that is no longer planned stays in the file as cancelled. Which
events there were is read from the file that stands in the folder, so that no version can be missed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from routeplan.book.busy import OWN_EVENTS
from routeplan.book.models import Book
from routeplan.language import Texts
from routeplan.outputs.next_step import next_step
from routeplan.outputs.plain import file_names, isolated, plain
from routeplan.outputs.wording import (
    joint_words,
    journey_words,
    person_words,
    place_name,
    travel_words,
    word,
)
from routeplan.plan.plan import Leg, Plan, PlannedDay, PlannedVisit, PlannedVisitStatus
from routeplan.problem.progress import Told
from routeplan.values import TimeWindow

if TYPE_CHECKING:
    from icalendar import Alarm, Component, Event, Timezone

__all__ = ["calendar_bytes", "calendar_files"]

FOLDER = "calendar"
"""In the folder of the plan."""

_EVENT = re.compile(rb"^BEGIN:VEVENT\r\n.*?^END:VEVENT\r\n", re.DOTALL | re.MULTILINE)
_UID = re.compile(rb"^UID:([0-9a-f]+" + OWN_EVENTS.encode() + rb")\r\n", re.MULTILINE)
_START = re.compile(rb"^DTSTART[^:\r\n]*:(\d{8}T\d{6})\r\n", re.MULTILINE)
_SEQUENCE = re.compile(rb"^SEQUENCE:(\d+)\r\n", re.MULTILINE)
_NUMBERS = re.compile(rb"^(?:DTSTAMP|SEQUENCE):.*\r\n", re.MULTILINE)
_END = b"END:VCALENDAR\r\n"

KEPT = dt.timedelta(weeks=8)
"""Events so long before the plan's first day leave the file; calendars that have them keep them."""


def calendar_files(
    plan: Plan,
    texts: Texts,
    *,
    standing: Callable[[str], bytes | None],
    book: Book | None = None,
) -> dict[str, bytes]:
    """Name of the file in the plan's folder → content, for every manager of the plan.

    `standing` gives the file of that name which stands there, or None. Managers whom the plan does
    not know keep their files.
    """
    names = file_names(day.manager_id for day in plan.days)
    made = {}
    for manager_id, stem in names.items():
        name = f"{FOLDER}/{stem}.ics"
        made[name] = calendar_bytes(plan, manager_id, texts, standing=standing(name), book=book)
    return made


def calendar_bytes(
    plan: Plan,
    manager_id: str,
    texts: Texts,
    *,
    standing: bytes | None = None,
    book: Book | None = None,
) -> bytes:
    """The file of one manager's visits.

    `standing` is the file that stands in its place: its events that the plan no longer has become
    cancelled, within the plan's weeks; those before and after stay as they are. `book` tells what
    the last visit left to do.
    """
    from icalendar import Calendar

    maker = _Maker(plan, texts, book)
    before = _standing_events(standing)
    now = {str(event["uid"]): event for event in maker.events(manager_id)}
    events = [maker.renewed(event, before.get(uid)) for uid, event in now.items()]
    events += [maker.gone(event) for uid, event in before.items() if uid not in now]
    first = f"{plan.horizon.first - KEPT:%Y%m%d}"
    events = sorted(event for event in events if event.start >= first)
    calendar = Calendar()
    calendar.add("prodid", "-//routeplan//routeplan//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    name = next((day.manager_name for day in plan.days if day.manager_id == manager_id), manager_id)
    calendar.add("x-wr-calname", texts("calendar.name", manager=isolated(name)))
    calendar.add("x-wr-timezone", maker.zone.key)
    for rules in _zone_of(maker.zone, events):
        calendar.add_component(rules)
    head = calendar.to_ical().removesuffix(_END)
    return b"".join((head, *(event.text for event in events), _END))


class _Written(NamedTuple):
    """An event as it stands in a file."""

    start: str
    """'20261123T090000', as the file's zone has it."""
    uid: str
    text: bytes
    """From BEGIN:VEVENT to END:VEVENT."""

    @property
    def content(self) -> bytes:
        """All that a reader sees of it."""
        return _NUMBERS.sub(b"", self.text)

    @property
    def sequence(self) -> int:
        found = _SEQUENCE.search(self.text)
        return int(found[1]) if found else 0


class _Maker:
    def __init__(self, plan: Plan, texts: Texts, book: Book | None) -> None:
        self.plan = plan
        self.texts = texts
        self.book = book
        self.zone = ZoneInfo(plan.origin.settings.calendar.zone)
        midnight = dt.datetime.combine(plan.horizon.first, dt.time())
        made = (plan.origin.now or midnight).replace(tzinfo=self.zone)
        self.stamp = made.astimezone(dt.UTC).replace(microsecond=0)
        """Of what changed with this plan. From the plan's facts: the same plan, the same file."""

    def events(self, manager_id: str) -> Iterator[Event]:
        chosen = self.plan.origin.settings.calendar
        for day in self.plan.days:
            if day.manager_id != manager_id:
                continue
            for visit in day.visits:
                yield self.visit(day, visit)
                if chosen.travel and visit.leg is not None:
                    key = f"travel {visit.visit_id}"
                    yield self.way(day, key, visit.leg, isolated(visit.client_name))
            if chosen.travel and day.way_back is not None:
                end = isolated(place_name(day.end_name, self.texts))
                yield self.way(day, f"back {day.date}", day.way_back, end)
            if chosen.lunch and day.lunch is not None:
                summary = self.texts("calendar.lunch")
                yield self.event(day, f"lunch {day.date}", day.lunch, summary, busy=False)

    def visit(self, day: PlannedDay, visit: PlannedVisit) -> Event:
        texts = self.texts
        summary = texts(
            "calendar.summary",
            tier=word(visit.tier, texts),
            client=isolated(visit.client_name),
            purpose=texts.join([word(purpose, texts) for purpose in visit.purposes]),
        )
        key = f"{'along' if visit.accompanies else 'visit'} {visit.visit_id}"
        event = self.event(day, key, visit.talk, summary, busy=True)
        place = (isolated(text) for text in (visit.address, visit.room))
        if location := ", ".join(filter(None, place)):
            event.add("location", location)
        event.add("geo", (round(visit.point.lat, 6), round(visit.point.lon, 6)))
        event.add("description", plain("\n".join(filter(None, self.lines(day.date, visit)))))
        firm = visit.appointment is not None or visit.told is Told.CONFIRMED
        event.add("status", "CONFIRMED" if firm else "TENTATIVE")
        if visit.status is PlannedVisitStatus.PLANNED:
            event.add_component(self.alarm(visit))
        return event

    def lines(self, date: dt.date, visit: PlannedVisit) -> Iterator[str]:
        """The description's."""
        texts = self.texts
        wrap_up = self.plan.origin.settings.talk.wrap_up
        if visit.leg is not None:
            way = texts.join([travel_words(visit.leg, texts), word(visit.leg.mode, texts)])
            yield texts(
                "calendar.way", leave=visit.leg.leave, arrive=visit.arrive, way=isolated(way)
            )
            yield journey_words(visit.leg, texts)
        else:
            yield texts("calendar.there", arrive=visit.arrive)
        if 0 < wrap_up < visit.talk.minutes:
            yield texts("calendar.wrap_up", time=visit.talk.end - wrap_up, end=visit.talk.end)
        yield texts("calendar.room", room=isolated(visit.room) or texts("calendar.room_unknown"))
        for person in visit.persons:
            yield texts("calendar.person", person=isolated(person_words(person, texts)))
        yield isolated(joint_words(visit, texts))
        for reason in visit.reasons:
            yield texts("calendar.reason", reason=isolated(texts.render(reason.text)))
        if step := next_step(self.book, visit.client_id, date, texts):
            yield texts("calendar.last_time", step=isolated(step))
        if visit.note:
            yield texts("calendar.note", note=isolated(visit.note))

    def alarm(self, visit: PlannedVisit) -> Alarm:
        """At the time to set off; where the way is not known, at that of being there."""
        from icalendar import Alarm

        leave = visit.leg.leave if visit.leg else visit.arrive
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", dt.timedelta(minutes=leave - visit.talk.start))
        client = isolated(visit.client_name)
        alarm.add("description", self.texts("calendar.alarm", time=leave, client=client))
        return alarm

    def way(self, day: PlannedDay, key: str, leg: Leg, end: str) -> Event:
        """A leg; one without a length in time is a moment, and no event."""
        summary = self.texts("calendar.travel", place=end)
        hours = TimeWindow(start=leg.leave, end=max(leg.arrive, leg.leave + 1))
        event = self.event(day, key, hours, summary, busy=False)
        way = self.texts.join([travel_words(leg, self.texts), word(leg.mode, self.texts)])
        lines = (way, journey_words(leg, self.texts))
        event.add("description", plain("\n".join(filter(None, lines))))
        return event

    def event(
        self, day: PlannedDay, key: str, hours: TimeWindow, summary: str, *, busy: bool
    ) -> Event:
        from icalendar import Event

        event = Event()
        parts = (str(self.plan.horizon.first), day.manager_id, day.manager_name, key)
        name = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
        event.add("uid", name + OWN_EVENTS)
        event.add("dtstart", self.at(day.date, hours.start))
        event.add("dtend", self.at(day.date, hours.end))
        event.add("summary", summary)
        event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
        return event

    def at(self, date: dt.date, minute: int) -> dt.datetime:
        midnight = dt.datetime.combine(date, dt.time(), tzinfo=self.zone)
        return midnight + dt.timedelta(minutes=minute)

    def renewed(self, event: Component, before: _Written | None) -> _Written:
        """The event with its number: that of the one before, unless something changed."""
        if before is None:
            # Not 0: a calendar may know the event from a file that is no longer there.
            return self.numbered(event, self.plan.origin.version - 1)
        if event.to_ical() == before.content:
            return before
        return self.numbered(event, before.sequence + 1)

    def gone(self, before: _Written) -> _Written:
        """What the plan no longer has: cancelled, where the plan has a say and it is not yet."""
        from icalendar import Event

        horizon = self.plan.horizon
        own = f"{horizon.first:%Y%m%d}" <= before.start[:8] <= f"{horizon.last:%Y%m%d}"
        if not own or b"\r\nSTATUS:CANCELLED\r\n" in before.text:
            return before
        try:
            event = Event.from_ical(before.text)
        except (LookupError, ValueError):
            # Somebody else's hand was in it: no event that any calendar could have read.
            return before
        summary = str(event.get("summary", ""))
        for name in ("dtstamp", "sequence", "status", "summary", "transp"):
            event.pop(name, None)
        event.subcomponents.clear()
        event.add("summary", self.texts("calendar.cancelled", summary=summary))
        event.add("status", "CANCELLED")
        event.add("transp", "TRANSPARENT")
        return self.numbered(event, before.sequence + 1)

    def numbered(self, event: Component, sequence: int) -> _Written:
        event.add("sequence", sequence)
        event.add("dtstamp", self.stamp)
        start: dt.datetime = event.decoded("dtstart")
        return _Written(f"{start:%Y%m%dT%H%M%S}", str(event["uid"]), event.to_ical())


def _standing_events(standing: bytes | None) -> dict[str, _Written]:
    """UID → event of a file of ours, cut out as it stands: most are the same in the next file.

    A line that goes on starts with a blank, so that no text can pass for the end of an event.
    """
    found = {}
    for cut in _EVENT.finditer(re.sub(rb"\r?\n", b"\r\n", standing or b"")):
        uid, start = _UID.search(cut[0]), _START.search(cut[0])
        if uid and start:
            name = uid[1].decode()
            found[name] = _Written(start[1].decode(), name, cut[0])
    return found


def _zone_of(zone: ZoneInfo, events: Sequence[_Written]) -> Iterator[Timezone]:
    """The rules of the zone for the years of the events."""
    years = [int(event.start[:4]) for event in events]
    if years:
        yield _rules(zone.key, min(years), max(years))


@cache
def _rules(zone: str, first: int, last: int) -> Timezone:
    from icalendar import Timezone

    begin, end = dt.date(first, 1, 1), dt.date(last + 1, 1, 1)
    return Timezone.from_tzid(zone, first_date=begin, last_date=end)
