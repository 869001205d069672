"""Where a due visit goes, whom it meets, what for and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from routeplan.book.models import Appointment, Client, Purpose, VisitRecord, VisitStatus
from routeplan.config import TalkSettings
from routeplan.due.models import Occasion
from routeplan.due.policy import PurposeRule

__all__ = [
    "last_pursued",
    "last_visits",
    "site_of",
    "suggested_purposes",
    "talk_minutes",
]

PARTICULAR = (
    *(Occasion.COMPLAINT, Occasion.CLIENT_ASKED, Occasion.PRESENCE, Occasion.COMPETITOR),
    *(Occasion.JUDGED, Occasion.PROSPECT, Occasion.KEY_DATE, Occasion.BIRTHDAY, Occasion.FESTIVAL),
)
"""Occasions that have purposes of their own, the one that matters most first."""


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


def suggested_purposes(
    occasions: Sequence[Occasion],
    rule: PurposeRule,
    appointment: Appointment | None,
    left_over: Sequence[Purpose],
    pursued: Mapping[Purpose, dt.date],
) -> tuple[Purpose, ...]:
    """What the visit is for, the main purpose first: as agreed, else as its occasions suggest.

    The cadence suggests one of its purposes, the one longest ago by `pursued`, and only where
    nothing more particular calls; what was left over keeps its own.
    """
    if appointment is not None and appointment.purposes:
        return appointment.purposes
    found: list[Purpose] = []
    for occasion in PARTICULAR:
        if occasion in occasions:
            found += rule.of(occasion)
    if Occasion.LEFT_OVER in occasions:
        found += left_over
    if found:
        return tuple(dict.fromkeys(found))
    if Occasion.CADENCE in occasions:
        return (min(rule.cadence, key=lambda purpose: pursued.get(purpose, dt.date.min)),)
    return rule.of(Occasion.LEFT_OVER if Occasion.LEFT_OVER in occasions else Occasion.APPOINTMENT)


def last_pursued(records: Sequence[VisitRecord]) -> dict[Purpose, dt.date]:
    """Purpose → day of the last visit made for it."""
    found: dict[Purpose, dt.date] = {}
    for record in records:
        if record.status is VisitStatus.DONE:
            for purpose in record.purposes:
                found[purpose] = max(record.date, found.get(purpose, record.date))
    return found


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
