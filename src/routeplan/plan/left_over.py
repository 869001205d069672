"""What an earlier plan hands on to the next one."""

from __future__ import annotations

import datetime as dt

from routeplan.book.models import Book, Purpose, VisitRecord, VisitStatus
from routeplan.plan.plan import Cause, Plan, PlannedDay, PlannedVisit
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
    recorded = _Recorded(book)
    for day, visit in previous.visits:
        if day.date < before and (recorded.tells_of(day, visit) or recorded.is_past(day, visit)):
            missed.add(visit.client_id)
    purposes = {visit.client_id: visit.purposes for visit in reversed(previous.due)}
    return {
        client_id: purposes.get(client_id, ())
        for client_id in sorted((missed - visited) & set(book.client_by_id))
    }


def expected_records(previous: Plan, book: Book, *, before: dt.date) -> tuple[VisitRecord, ...]:
    """Visits of the earlier plan that lie `before` the new horizon but after the manager's last
    record: not known yet, taken as made."""
    recorded = _Recorded(book)
    known = {contact.id for contact in book.contacts}
    return tuple(
        VisitRecord(
            client_id=visit.client_id,
            site_id=visit.site_id,
            manager_id=day.manager_id,
            date=day.date,
            start=visit.talk.start,
            end=visit.talk.end,
            purposes=visit.purposes,
            contact_ids=tuple(
                person.contact_id for person in visit.persons if person.contact_id in known
            ),
        )
        for day, visit in previous.visits
        if day.date < before
        and not recorded.tells_of(day, visit)
        and not recorded.is_past(day, visit)
        and visit.client_id in book.client_by_id
    )


class _Recorded:
    """How far the records have come."""

    def __init__(self, book: Book) -> None:
        visits = [record for record in book.visits if record.is_visit]
        self._days = {(record.client_id, record.date) for record in visits}
        self._to: dict[str, tuple[dt.date, int]] = {}
        """Manager id → day and hour of the last visit recorded; where a record of that day has no
        hour, the day's end. What clients called off may be known days ahead and is not counted."""
        for record in visits:
            if record.happened:
                hour = MINUTES_PER_DAY if record.start is None else record.start
                last = self._to.get(record.manager_id, (record.date, hour))
                self._to[record.manager_id] = max((record.date, hour), last)

    def tells_of(self, day: PlannedDay, visit: PlannedVisit) -> bool:
        return (visit.client_id, day.date) in self._days

    def is_past(self, day: PlannedDay, visit: PlannedVisit) -> bool:
        never = (dt.date.min, 0)
        return (day.date, visit.talk.start) <= self._to.get(day.manager_id, never)
