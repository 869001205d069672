"""What an earlier plan hands on to the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from routeplan.book.models import Book, Purpose, VisitRecord, VisitStatus
from routeplan.plan.plan import Cause, PersonToMeet, Plan
from routeplan.values import MINUTES_PER_DAY

__all__ = ["expected_records", "left_over_clients"]


def left_over_clients(
    previous: Plan, book: Book, *, before: dt.date
) -> dict[str, tuple[Purpose, ...]]:
    """Clients whose visit of the earlier plan did not happen, each with what that was for.

    They were left out, or planned for a day `before` the new horizon where the record says that no
    visit took place, or the manager's records have gone past it without one; and nobody has visited
    them since the earlier plan began.
    Ids of clients that the book no longer has are passed over.
    """
    visited = {
        record.client_id
        for record in book.visits
        if record.is_visit
        and record.status is VisitStatus.DONE
        and record.date >= previous.horizon.first
    }
    on_purpose = {Cause.CANCELLED, Cause.EXCLUDED}
    missed = {visit.client_id for visit in previous.left_out if visit.cause not in on_purpose}
    recorded = _Recorded(record for record in book.visits if record.is_visit)
    for day, visit in previous.visits:
        if day.date < before and not recorded.is_to_come(
            visit.client_id, day.manager_id, day.date, visit.talk.start
        ):
            missed.add(visit.client_id)
    purposes = {visit.client_id: visit.purposes for visit in reversed(previous.due)}
    return {
        client_id: purposes.get(client_id, ())
        for client_id in sorted((missed - visited) & set(book.client_by_id))
    }


def expected_records(previous: Plan, book: Book, *, before: dt.date) -> tuple[VisitRecord, ...]:
    """Visits, calls and messages of the earlier plan that lie `before` the new horizon, after the
    manager's last record of a visit, or of a call or message: not known yet, taken as made."""
    found = (*_expected_visits(previous, book, before), *_expected_touches(previous, book, before))
    return tuple(record for record in found if record.client_id in book.client_by_id)


def _expected_visits(previous: Plan, book: Book, before: dt.date) -> Iterator[VisitRecord]:
    recorded = _Recorded(record for record in book.visits if record.is_visit)
    for day, visit in previous.visits:
        where = (visit.client_id, day.manager_id, day.date, visit.talk.start)
        if day.date < before and recorded.is_to_come(*where):
            yield VisitRecord(
                client_id=visit.client_id,
                site_id=visit.site_id,
                manager_id=day.manager_id,
                date=day.date,
                start=visit.talk.start,
                end=visit.talk.end,
                purposes=visit.purposes,
                contact_ids=_known(visit.persons, book),
            )


def _expected_touches(previous: Plan, book: Book, before: dt.date) -> Iterator[VisitRecord]:
    recorded = _Recorded(record for record in book.visits if not record.is_visit)
    for day in previous.days:
        for touch in day.touches:
            where = (touch.client_id, day.manager_id, day.date, touch.time.start)
            if day.date < before and recorded.is_to_come(*where):
                yield VisitRecord(
                    client_id=touch.client_id,
                    manager_id=day.manager_id,
                    date=day.date,
                    start=touch.time.start,
                    end=touch.time.end,
                    channel=touch.channel,
                    contact_ids=_known(touch.persons, book),
                )


def _known(persons: Iterable[PersonToMeet], book: Book) -> tuple[str, ...]:
    known = {contact.id for contact in book.contacts}
    return tuple(person.contact_id for person in persons if person.contact_id in known)


class _Recorded:
    """How far records have come."""

    def __init__(self, records: Iterable[VisitRecord]) -> None:
        self._days: set[tuple[str, dt.date]] = set()
        self._to: dict[str, tuple[dt.date, int]] = {}
        """Manager id → day and hour of the last one made or tried; where a record of that day has
        no hour, the day's end. What clients called off may be known days ahead and is not
        counted."""
        for record in records:
            self._days.add((record.client_id, record.date))
            if record.status in (VisitStatus.DONE, VisitStatus.NOT_MET):
                hour = MINUTES_PER_DAY if record.start is None else record.start
                last = self._to.get(record.manager_id, (record.date, hour))
                self._to[record.manager_id] = max((record.date, hour), last)

    def is_to_come(self, client_id: str, manager_id: str, date: dt.date, start: int) -> bool:
        """Whether no record tells of the client's on that day, nor is one later."""
        never = (dt.date.min, 0)
        later = (date, start) > self._to.get(manager_id, never)
        return later and (client_id, date) not in self._days
