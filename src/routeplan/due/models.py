"""What the due list says."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from routeplan.book.models import Channel, Purpose
from routeplan.language import Message
from routeplan.values import Frozen, WeeklyHours

__all__ = [
    "DueKind",
    "DueList",
    "DueReason",
    "DueTouch",
    "DueVisit",
    "Horizon",
    "NotDue",
    "Occasion",
    "WorthTerm",
]


class Horizon(Frozen):
    """The days planned for: whole weeks from a Monday."""

    first: dt.date
    weeks: Annotated[int, Field(ge=1, le=8)] = 1

    @property
    def last(self) -> dt.date:
        return self.first + dt.timedelta(days=7 * self.weeks - 1)

    @property
    def days(self) -> tuple[dt.date, ...]:
        return tuple(self.first + dt.timedelta(days=day) for day in range(7 * self.weeks))


class DueKind(StrEnum):
    APPOINTMENT = "appointment"
    MUST_VISIT = "must_visit"
    CADENCE = "cadence"
    PROSPECT = "prospect"
    KEY_DATE = "key_date"
    LEFT_OVER = "left_over"


class Occasion(StrEnum):
    """What calls for a visit, in as much detail as its purpose depends on."""

    CLIENT_ASKED = "client_asked"
    COMPLAINT = "complaint"
    COMPETITOR = "competitor"
    PRESENCE = "presence"
    JUDGED = "judged"
    PROSPECT = "prospect"
    KEY_DATE = "key_date"  # of the client
    BIRTHDAY = "birthday"  # of a key person
    FESTIVAL = "festival"
    CADENCE = "cadence"
    LEFT_OVER = "left_over"
    APPOINTMENT = "appointment"


class DueReason(Frozen):
    """One rule's word on why a client is due."""

    kind: DueKind
    text: Message


class WorthTerm(Frozen):
    """One summand of a visit's worth."""

    name: Message
    worth: int


class DueVisit(Frozen):
    """A visit that should happen in the horizon.

    A client visited often has several in a horizon, numbered by `sequence` from 1; between two of
    them lie at least `min_gap_days`.
    """

    id: str
    """'C001' for the first visit in the horizon, 'C001#2' for the second."""
    client_id: str
    site_id: str = ""
    sequence: int = 1
    earliest: dt.date
    """First day on which the visit may take place (hard)."""
    due: dt.date
    latest: dt.date
    """Last day on which the standard is still met; it may be planned later, up to `until`."""
    until: dt.date
    """Last day on which this visit may be planned (hard): the end of its part of the horizon."""
    last_visit: dt.date | None
    urgency: float
    """0 just became due, 1 at its latest day, up to 2 long over."""
    worth: int
    worth_terms: tuple[WorthTerm, ...]
    """Sum to `worth`."""
    required: bool = False
    """Comes before any worth: appointments and must-visits."""
    reasons: Annotated[tuple[DueReason, ...], Field(min_length=1)]
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    """The main one first."""
    key_persons: int = 1
    """Key persons whom the policy wants to be met."""
    persons: int = 1
    """Key persons to meet: as many of those as can be met together in the visit's days."""
    shortfall: tuple[Message, ...] = ()
    """Why fewer are to be met than the policy wants."""
    talk_minutes: int
    min_gap_days: int = 0
    """Days from the client's previous visit to this one, at least: 7 is a week."""
    appointment_id: str | None = None
    companions: tuple[str, ...] = ()
    """Managers of whom one comes along, both there for the whole talk; (): nobody must."""


class DueTouch(Frozen):
    """A call or message that should happen in the horizon."""

    id: str
    """'C001:phone' for the client's first call in the horizon, 'C001:phone#2' for the second."""
    client_id: str
    channel: Channel
    """phone or message."""
    earliest: dt.date
    """First day on which it may take place (hard)."""
    due: dt.date
    latest: dt.date
    """Last day on which the standard is still met."""
    until: dt.date
    """Last day on which it may be planned (hard), in the horizon."""
    last: dt.date | None
    """Day of the last contact that counts for it."""
    urgency: float
    """As of a `DueVisit`."""
    reasons: Annotated[tuple[Message, ...], Field(min_length=1)]
    contact_ids: tuple[str, ...]
    """Whom to call (one, who has gone longest without word) or write to (all key persons)."""
    minutes: Annotated[int, Field(ge=1)]
    also: tuple[Channel, ...] = ()
    """Other channels of which a record settles it."""
    named_hours: WeeklyHours | None = None
    """Only at these hours, which the client named; they come before all others, and the days may be
    days off. None: at any."""
    met_by_visit: tuple[dt.date, dt.date] | None = None
    """A visit from the one day to the other takes its place; None: none does."""


class NotDue(Frozen):
    client_id: str
    reason: Message
    next_due: dt.date | None = None
    last_visit: dt.date | None = None


class DueList(Frozen):
    """Who is due in the horizon, most urgent first, and who is not and why."""

    horizon: Horizon
    policy: str
    due: tuple[DueVisit, ...]
    not_due: tuple[NotDue, ...]
    touches: tuple[DueTouch, ...] = ()
    """Calls and messages due, most urgent first, as if no visit took their place."""
    notes: tuple[Message, ...] = ()
    """What the reader must know, such as a working-day calendar that is provisional."""
