"""What an earlier plan hands on to the next one."""

from __future__ import annotations

import datetime as dt

from routeplan.book.models import Book, Purpose, VisitRecord, VisitStatus
from routeplan.plan.plan import Cause, Plan

__all__ = ["expected_records", "left_over_clients"]


def left_over_clients(
    previous: Plan, book: Book, *, before: dt.date
) -> dict[str, tuple[Purpose, ...]]:
    """Clients whose visit of the earlier plan did not happen, each with what that was for.

    They were left out, or planned on a day `before` the new horizon for which the manager's records
    have come in without one of theirs, and nobody has visited them since the earlier plan began.
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
    recorded_to = _recorded_to(book)
    for day, visit in previous.visits:
        if day.date < before and day.date <= recorded_to.get(day.manager_id, dt.date.min):
            missed.add(visit.client_id)
    purposes = {visit.client_id: visit.purposes for visit in reversed(previous.due)}
    return {
        client_id: purposes.get(client_id, ())
        for client_id in sorted((missed - visited) & set(book.client_by_id))
    }


def expected_records(previous: Plan, book: Book, *, before: dt.date) -> tuple[VisitRecord, ...]:
    """Visits of the earlier plan that lie `before` the new horizon but after the manager's last
    record: not known yet, taken as made."""
    recorded_to = _recorded_to(book)
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
        if recorded_to.get(day.manager_id, dt.date.min) < day.date < before
        and visit.client_id in book.client_by_id
    )


def _recorded_to(book: Book) -> dict[str, dt.date]:
    """Manager id → day of the last visit recorded."""
    last: dict[str, dt.date] = {}
    for record in book.visits:
        if not record.is_visit:
            continue
        last[record.manager_id] = max(record.date, last.get(record.manager_id, record.date))
    return last
