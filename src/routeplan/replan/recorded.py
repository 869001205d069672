"""The day's records as events: what came of a visit, wherever the plan has it otherwise.

What a re-plan has taken in is in the plan, so that records speak once: a plan made from them and
read with them again gives no event.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from routeplan.book.availability import site_windows
from routeplan.book.models import Book, VisitRecord, VisitStatus
from routeplan.due.models import DueVisit
from routeplan.language import Message, message
from routeplan.plan.events import (
    Cancel,
    Done,
    Event,
    HoursOn,
    Late,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    client_of,
)
from routeplan.plan.plan import Cause, Plan, PlannedDay, PlannedVisit
from routeplan.problem.adjust import Agreed
from routeplan.replan.progress import is_begun, is_done
from routeplan.values import MINUTES_PER_DAY, TimeWindow

__all__ = ["Recorded", "events_of_records"]

Planned = tuple[PlannedDay, PlannedVisit]


class Recorded(NamedTuple):
    """What records say of a plan that it does not say itself."""

    events: tuple[Event, ...] = ()
    inferred: tuple[Event, ...] = ()
    """Of the events: no record says these, but they follow from talks that were recorded."""
    notes: tuple[Message, ...] = ()
    """What they say that no event can."""


def events_of_records(
    plan: Plan, book: Book, now: dt.datetime, given: Sequence[Event] = ()
) -> Recorded:
    """Events for `replan` at `now` (local time), out of the book's records of the plan's days.

    Done, done early and at other hours than planned become `Done`; a talk noted to last on,
    `Overrun`; not met, cancelled and put off, `NotMet`, `Cancel` and `Moved` (to a day without an
    hour: `HoursOn`); what was to follow a talk that took longer, `Late`, or `Done` so much later.
    A client is not planned again for a day that it called off (`HoursOn`). Clients of whom `given`
    events speak, and the lateness of managers of whom they do, are left to these.
    """
    reader = _Reader(plan, book, now.replace(second=0, microsecond=0, tzinfo=None))
    told = {who for event in given if (who := client_of(event))}
    events: list[Event] = []
    notes: list[Message] = []
    made = Counter[str]()
    for record in sorted(book.visits, key=_what_was_made_first):
        client_id, done = record.client_id, record.status is VisitStatus.DONE
        known = plan.horizon.first <= record.date <= plan.horizon.last and record.is_visit
        if not known or client_id in told or (not done and reader.all_made(client_id, made)):
            continue
        for found in reader.read(record):
            if isinstance(found, Message):
                notes.append(found)
            else:
                events.append(found)
                made[client_id] += done and reader.takes_open(record)
    talking = {event.client_id for event in (*given, *events) if isinstance(event, Overrun)}
    left = {
        day.manager_id: 0
        for day, visit in plan.visits
        if visit.client_id in talking and day.date == now.date()
    }
    left |= {event.manager_id: 0 for event in given if isinstance(event, ManagerOff)}
    left |= {event.manager_id: event.minutes for event in given if isinstance(event, Late)}
    put_off = tuple(reader.put_off(events, told, left))
    said = {
        (record.client_id, record.date)
        for record in book.visits
        if record.is_visit and record.status is VisitStatus.DONE and _talk(record)
    }
    return Recorded(
        events=tuple(dict.fromkeys((*events, *put_off))),
        inferred=tuple(
            event
            for event in put_off
            if not isinstance(event, Done)
            or (event.client_id, event.date or now.date()) not in said
        ),
        notes=tuple(notes),
    )


@dataclass(frozen=True)
class _Reader:
    plan: Plan
    book: Book
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return self.now.date()

    @property
    def minute(self) -> int:
        return self.now.hour * 60 + self.now.minute

    def takes_open(self, record: VisitRecord) -> bool:
        """Whether a visit made is one that was still to come."""
        then = self._on(record, record.date)
        return then is None or not is_begun(*then, self.now)

    def all_made(self, client_id: str, made: Mapping[str, int]) -> bool:
        """Whether what was still to come of the client was made: nothing of it is to be called off
        or put off any more."""
        number = made.get(client_id, 0)
        return number > 0 and number >= len(self._open(client_id))

    def read(self, record: VisitRecord) -> Iterator[Event | Message]:
        match record.status:
            case VisitStatus.DONE if record.date == self.today:
                yield from self._done_today(record)
            case VisitStatus.DONE if record.date < self.today:
                yield from self._done_before(record)
            case VisitStatus.NOT_MET if record.date <= self.today:
                yield from self._called_off(record)
            case VisitStatus.CANCELLED:
                yield from self._called_off(record)
            case VisitStatus.POSTPONED:
                yield from self._postponed(record)

    def _done_today(self, record: VisitRecord) -> Iterator[Event]:
        client_id, talk, then = record.client_id, _talk(record), self._on(record, record.date)
        if talk is None:
            if self._is_new(record) if then is None else not is_done(*then, self.now):
                yield Done(client_id=client_id)
        elif then is not None and (then[0].manager_id, then[1].talk) == (record.manager_id, talk):
            return
        elif talk.end <= self.minute:
            if then is not None or self._is_new(record):
                yield Done(client_id=client_id, manager_id=self._who(record), talk=talk)
        elif then is not None and then[1].talk.start <= self.minute and then[1].talk.end < talk.end:
            yield Overrun(client_id=client_id, until=talk.end)

    def _done_before(self, record: VisitRecord) -> Iterator[Event | Message]:
        if self._on(record, record.date) is not None or not self._is_new(record):
            return
        client_id, talk, date = record.client_id, _talk(record), record.date
        if talk is None:
            name = self.book.client_by_id[client_id].name
            yield message("replan.no_hours", client=name, date=date)
        else:
            yield Done(client_id=client_id, manager_id=self._who(record), talk=talk, date=date)

    def _called_off(self, record: VisitRecord, again: dt.datetime | None = None) -> Iterator[Event]:
        """Gone to for nothing, or not to be gone to."""
        then = self._on(record, record.date)
        if again is None and self._could_come(record, then):
            yield from self._closed(record.client_id, record.date, record.date)
        if then is None:
            return
        in_vain = record.status is VisitStatus.NOT_MET and is_begun(*then, self.now)
        kind = NotMet if in_vain or is_done(*then, self.now) else Cancel
        yield kind(client_id=record.client_id, date=record.date, again=again)

    def _postponed(self, record: VisitRecord) -> Iterator[Event]:
        day, start, client_id = record.postponed_to, record.postponed_start, record.client_id
        if day is None or day > self.plan.horizon.last:
            yield from self._called_off(record)
            return
        stands = self._on(record, day)
        if start is None:
            if stands is None and self._on(record, record.date) is not None:
                yield from self._only_on(client_id, day)
            return
        again = dt.datetime.combine(day, dt.time(start // 60, start % 60))
        if again <= self.now or (stands is not None and stands[1].talk.start == start):
            return  # what became of it then is for a record of that day to say
        if self._on(record, record.date) is not None:
            yield from self._called_off(record, again)
            return
        agreed = {fact.visit_id for fact in self.plan.adjustments if isinstance(fact, Agreed)}
        for due in self._open(client_id):
            booked = self.book.appointment_by_id.get(due.appointment_id or "")
            known = booked is not None and (booked.date, booked.start) == (day, start)
            if due.id not in agreed and not known:
                yield Moved(client_id=client_id, date=self._day_of(due), to=again)
                return

    def _only_on(self, client_id: str, day: dt.date) -> Iterator[Event]:
        """Closed on all days to come but one: the hour is not agreed."""
        one, last = dt.timedelta(days=1), self.plan.horizon.last
        for first, until in ((self.today, day - one), (max(self.today, day + one), last)):
            yield from self._closed(client_id, first, until)

    def _closed(self, client_id: str, first: dt.date, until: dt.date) -> Iterator[Event]:
        """No visit on these days, unless there would be none anyway."""
        known = any(
            isinstance(fact, HoursOn)
            and (fact.client_id, fact.hours) == (client_id, ())
            and fact.first <= first
            and until <= fact.last
            for fact in self.plan.adjustments
        )
        days = (first + dt.timedelta(days=number) for number in range((until - first).days + 1))
        if not known and any(self._is_open(client_id, day) for day in days):
            yield HoursOn(client_id=client_id, first=first, last=until, hours=())

    def put_off(
        self, events: Sequence[Event], told: Collection[str], left: Mapping[str, int]
    ) -> Iterator[Event]:
        """What the plan has for hours in which its manager was in a recorded talk came after it,
        unless it has hours of its own in the records. `left` are managers of whose day today events
        speak: the minutes that they run late."""
        spoken = {who for event in events if (who := client_of(event))} | set(told)
        for day in self.plan.days:
            if day.date <= self.today:
                free = [visit for visit in day.visits if visit.client_id not in spoken]
                yield from self._put_off(day, [v for v in free if not v.accompanies], events, left)

    def _put_off(
        self,
        day: PlannedDay,
        visits: Sequence[PlannedVisit],
        events: Sequence[Event],
        left: Mapping[str, int],
    ) -> Iterator[Event]:
        who, today = day.manager_id, day.date == self.today
        date, over = (None, self.minute) if today else (day.date, MINUTES_PER_DAY)
        of_today = left.get(who) if today else None
        noted = {visit.visit_id: self._noted(day, visit) for visit in visits}
        talks = [
            event.talk
            for event in events
            if isinstance(event, Done) and (event.manager_id, event.date) == (who, date)
            if event.talk is not None
        ]
        if not talks and of_today is None:
            return

        def is_taken(visit: PlannedVisit) -> bool:
            begin = visit.leg.leave if visit.leg else visit.arrive
            return any(begin < talk.end and talk.start < visit.talk.end for talk in talks)

        kept = (own if is_taken(v) else v.talk for v in visits if (own := noted[v.visit_id]))
        busy = sorted([*talks, *kept], key=lambda talk: talk.start)
        ready, behind = 0, False
        for visit in visits:
            begin = visit.leg.leave if visit.leg else visit.arrive
            own, length = noted[visit.visit_id], visit.talk.end - begin
            if own is not None:
                put_off = of_today is not None and visit.ready_to_leave > over - of_today
                if put_off or behind or (of_today is None and (is_taken(visit) or begin < ready)):
                    yield Done(client_id=visit.client_id, manager_id=who, talk=own, date=date)
                continue
            if of_today is not None or behind or begin >= over:
                continue
            start = max(begin, ready)
            for talk in busy:
                if start < talk.end and talk.start < start + length:
                    start = talk.end
            if start == begin:
                continue
            ready, by = start + length, start - begin
            if ready <= over:
                talk = TimeWindow(start=visit.talk.start + by, end=visit.talk.end + by)
                yield Done(client_id=visit.client_id, manager_id=who, talk=talk, date=date)
            elif today:
                # Nobody noted that it began: the manager is free where the talk ended.
                behind = True
                yield Late(manager_id=who, minutes=self.minute - begin)

    # Looking things up

    def _on(self, record: VisitRecord, date: dt.date) -> Planned | None:
        """The client's visit that the plan has on a day, be it over or to come."""
        return next(
            (
                (day, visit)
                for day, visit in self.plan.visits
                if visit.client_id == record.client_id and day.date == date
            ),
            None,
        )

    def _could_come(self, record: VisitRecord, then: Planned | None) -> bool:
        """Whether a visit could yet be planned for the day on which none is to be."""
        return record.date >= self.today and any(
            due.earliest <= record.date <= due.until
            and (then is None or due.id != then[1].visit_id)
            for due in self._open(record.client_id)
        )

    def _is_open(self, client_id: str, day: dt.date) -> bool:
        sites = self.book.client_by_id[client_id].sites
        return any(site_windows(site, day, self.plan.origin.calendar) for site in sites)

    def _noted(self, day: PlannedDay, visit: PlannedVisit) -> TimeWindow | None:
        """The hours at which a visit of a day took place by the records, if it is over."""
        for record in self.book.visits_of.get(visit.client_id, ()):
            talk = _talk(record)
            made = record.is_visit and record.status is VisitStatus.DONE
            here = (record.manager_id, record.date) == (day.manager_id, day.date)
            if made and here and talk is not None:
                return talk if day.date < self.today or talk.end <= self.minute else None
        return None

    def _open(self, client_id: str) -> list[DueVisit]:
        """Visits of the client that nobody has set off for, nor called off; planned ones first."""
        begun = {v.visit_id for day, v in self.plan.visits if is_begun(day, v, self.now)}
        off = {v.visit_id for v in self.plan.left_out if v.cause is Cause.CANCELLED}
        own = [due for due in self.plan.due if due.client_id == client_id]
        own = [due for due in own if due.id not in begun | off]
        return sorted(own, key=lambda due: (self._day_of(due) or dt.date.max, due.sequence))

    def _day_of(self, due: DueVisit) -> dt.date | None:
        return next((day.date for day, v in self.plan.visits if v.visit_id == due.id), None)

    def _is_new(self, record: VisitRecord) -> bool:
        """Whether the record is of a visit still open, and was not known when the plan was made."""
        return any(
            due.last_visit is None or due.last_visit < record.date
            for due in self._open(record.client_id)
        )

    def _who(self, record: VisitRecord) -> str | None:
        """Who went, if the plan has a day of theirs."""
        days = {(day.manager_id, day.date) for day in self.plan.days}
        return record.manager_id if (record.manager_id, record.date) in days else None


def _talk(record: VisitRecord) -> TimeWindow | None:
    if record.start is None or record.end is None or record.start >= record.end:
        return None
    return TimeWindow(start=record.start, end=record.end)


def _what_was_made_first(record: VisitRecord) -> tuple[bool, dt.date, int, str]:
    return record.status is not VisitStatus.DONE, record.date, record.start or 0, record.client_id
