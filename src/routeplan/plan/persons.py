"""Whom to meet at a planned visit: those who are there at its hour, and of them whose turn it is.

Those with whom the visit was agreed come first. Then whoever has gone unseen too long
(`VisitSettings.unseen_days`), and after these one of each layer before a second of any, so that the
layers take turns; among equals who has gone unseen longest for the layer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from routeplan.book.availability import person_windows
from routeplan.book.models import Appointment, Book, Contact, Layer, VisitStatus
from routeplan.config import VisitSettings
from routeplan.due.models import DueVisit
from routeplan.due.persons import meeting_of
from routeplan.language import Message, message
from routeplan.plan.plan import PersonToMeet, PlannedDay, PlannedVisit, PlannedVisitStatus
from routeplan.values import TimeWindow, merged_windows
from routeplan.workdays import WorkCalendar

__all__ = ["last_met", "persons_to_meet", "shortfall_of", "with_turns"]

LAYERS = (Layer.DECISION, Layer.MANAGEMENT, Layer.OPERATION, Layer.INFLUENCER)
NEVER = 2.0
"""How many times its limit a person counts as unseen whom no record names."""


def last_met(book: Book, client_id: str) -> dict[str, dt.date]:
    """Id of a key person → day last met, by the visit records; those never met are absent."""
    return {
        contact_id: record.date
        for record in book.visits_of.get(client_id, ())
        if record.status is VisitStatus.DONE
        for contact_id in record.contact_ids
    }


def persons_to_meet(
    due: DueVisit,
    appointment: Appointment | None,
    talk: TimeWindow,
    date: dt.date,
    book: Book,
    calendar: WorkCalendar,
    settings: VisitSettings,
    met: Mapping[str, dt.date],
) -> tuple[PersonToMeet, ...]:
    """Those named in the appointment, then as many as the visit is to meet of those who are there
    for the whole talk, each with why. `met` says when each was met last."""
    client = book.client_by_id[due.client_id]
    meeting = meeting_of(book, client, due.site_id, appointment)

    def unseen(contact: Contact) -> float:
        """Days since the person was met, in the layer's limits."""
        if contact.id not in met:
            return NEVER
        return (date - met[contact.id]).days / settings.unseen_days[contact.layer]

    chosen = [contact for contact in meeting.contacts if contact.id in meeting.named]
    chosen.sort(
        key=lambda contact: (
            not _is_there(contact, talk, date, calendar),
            LAYERS.index(contact.layer),
        )
    )
    there = [
        contact
        for contact in meeting.contacts
        if contact not in chosen and _is_there(contact, talk, date, calendar)
    ]
    while there and len(chosen) < due.persons:
        layers = {contact.layer for contact in chosen}
        following = max(
            there,
            key=lambda contact: (
                unseen(contact) >= 1,
                unseen(contact) if unseen(contact) >= 1 else 0,
                contact.layer not in layers,
                unseen(contact),
                -LAYERS.index(contact.layer),
            ),
        )
        chosen.append(following)
        there.remove(following)
    return tuple(
        PersonToMeet(
            contact_id=contact.id,
            name=contact.name,
            layer=contact.layer,
            role=contact.role,
            phone=contact.phone,
            language=contact.language,
            why=_why(contact, date, met, named=contact.id in meeting.named),
        )
        for contact in chosen
    )


def _is_there(contact: Contact, talk: TimeWindow, date: dt.date, calendar: WorkCalendar) -> bool:
    windows = merged_windows(person_windows(contact, date, calendar))
    return any(window.holds(talk.start, talk.end) for window in windows)


def _why(contact: Contact, date: dt.date, met: Mapping[str, dt.date], *, named: bool) -> Message:
    if named:
        return message("plan.person_named")
    if contact.id not in met:
        return message("plan.person_never")
    return message("plan.person_unseen", n=(date - met[contact.id]).days)


def shortfall_of(due: DueVisit, persons: Sequence[PersonToMeet]) -> tuple[Message, ...]:
    """Why a planned visit meets fewer key persons than the policy wants; () where it does not."""
    said = {reason.key: reason for reason in due.shortfall}
    if "due.persons_unknown" in said:
        return (said["due.persons_unknown"],)
    missing, known, met = [], due.key_persons, len(persons)
    if "due.persons_gap" in said:
        missing.append(said["due.persons_gap"])
        known = min(known, int(str(missing[0].args["n"])))
    if met < known:
        missing.append(message("plan.persons_short", n=met, wanted=due.key_persons))
    return tuple(missing)


def with_turns(
    days: Iterable[PlannedDay],
    due: Mapping[str, DueVisit],
    book: Book,
    calendar: WorkCalendar,
    settings: VisitSettings,
) -> list[PlannedDay]:
    """The days with the persons of a client's later visits chosen anew, who was met at its earlier
    ones being known."""
    days = list(days)
    by_client: dict[str, list[tuple[dt.date, PlannedVisit]]] = {}
    for day in days:
        for visit in day.visits:
            if visit.accompanies:
                continue
            by_client.setdefault(visit.client_id, []).append((day.date, visit))
    changed: dict[str, PlannedVisit] = {}
    for client_id, visits in by_client.items():
        if len(visits) < 2:
            continue
        met = last_met(book, client_id)
        for date, visit in sorted(visits, key=lambda item: (item[0], item[1].talk.start)):
            persons = visit.persons
            if visit.status is PlannedVisitStatus.PLANNED:
                what = due[visit.visit_id]
                appointment = book.appointment_by_id.get(what.appointment_id or "")
                persons = persons_to_meet(
                    what, appointment, visit.talk, date, book, calendar, settings, met
                )
                short = shortfall_of(what, persons)
                update = {"persons": persons, "shortfall": short}
                changed[visit.visit_id] = visit.model_copy(update=update)
            met |= dict.fromkeys((person.contact_id for person in persons), date)
    return [
        day.model_copy(
            update={
                "visits": tuple(
                    visit if visit.accompanies else changed.get(visit.visit_id, visit)
                    for visit in day.visits
                )
            }
        )
        if any(visit.visit_id in changed for visit in day.visits)
        else day
        for day in days
    ]
