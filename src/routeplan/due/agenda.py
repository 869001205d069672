"""Where a due visit goes, whom it meets, what for and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from routeplan.book.models import (
    Appointment,
    Client,
    Contact,
    MustVisitReason,
    Purpose,
    VisitRecord,
    VisitStatus,
)
from routeplan.config import TalkSettings
from routeplan.due.models import DueKind

__all__ = ["last_visits", "persons_at", "purposes_of", "site_of", "talk_minutes"]

_MUST_VISIT_PURPOSE = {
    MustVisitReason.CLIENT_ASKED: Purpose.BUSINESS,
    MustVisitReason.COMPLAINT: Purpose.COMPLAINT,
    MustVisitReason.COMPETITOR: Purpose.KEEP_WARM,
    MustVisitReason.PRESENCE: Purpose.BUSINESS,
    MustVisitReason.JUDGED: Purpose.KEEP_WARM,
}
_PURPOSE = {  # the most particular first
    DueKind.PROSPECT: Purpose.PITCH,
    DueKind.KEY_DATE: Purpose.GIFT,
    DueKind.CADENCE: Purpose.KEEP_WARM,
    DueKind.LEFT_OVER: Purpose.KEEP_WARM,
    DueKind.APPOINTMENT: Purpose.BUSINESS,
}


def last_visits(client: Client, records: Sequence[VisitRecord]) -> dict[str, dt.date]:
    """Site id → day of its last visit; sites never visited are absent."""
    found: dict[str, dt.date] = {}
    for record in records:
        if record.status is VisitStatus.DONE:
            site_id = client.site(record.site_id).id
            found[site_id] = max(record.date, found.get(site_id, record.date))
    return found


def site_of(client: Client, last: Mapping[str, dt.date]) -> str:
    """The site visited longest ago, never visited ones first; the main one where they are equal."""
    return min(client.sites, key=lambda site: last.get(site.id, dt.date.min)).id


def persons_at(client: Client, site_id: str, contacts: Sequence[Contact], key_persons: int) -> int:
    """How many key persons to meet: as many as the policy wants and the site has, at least one."""
    known = sum(client.site(contact.site_id).id == site_id for contact in contacts)
    return max(1, min(key_persons, known))


def purposes_of(
    client: Client, kinds: Collection[DueKind], appointment: Appointment | None
) -> tuple[Purpose, ...]:
    """The purposes agreed, or the one that the most particular reason suggests."""
    if appointment is not None and appointment.purposes:
        return appointment.purposes
    if DueKind.MUST_VISIT in kinds and client.must_visit is not None:
        return (_MUST_VISIT_PURPOSE[client.must_visit.reason],)
    return (next(purpose for kind, purpose in _PURPOSE.items() if kind in kinds),)


def talk_minutes(
    client: Client,
    purposes: Collection[Purpose],
    persons: int,
    appointment: Appointment | None,
    settings: TalkSettings,
) -> tuple[int, int]:
    """Minutes to plan for the talk, and those wished for before the limits of the settings.

    Agreed minutes come first, then the client's own, then tier + extra persons + the
    purpose that takes longest.
    """
    if appointment is not None and appointment.minutes is not None:
        wished = appointment.minutes
    elif client.talk_minutes is not None:
        wished = client.talk_minutes
    else:
        wished = (
            settings.minutes[client.tier]
            + settings.per_extra_person * (persons - 1)
            + max(settings.purpose_extra.get(purpose, 0) for purpose in purposes)
        )
    return min(max(wished, settings.shortest), settings.max_per_visit), wished
