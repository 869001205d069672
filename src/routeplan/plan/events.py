"""What happened since a plan was made, one frozen type an event; `Event` is their union.

Each has a one-line text form, `kind:who@when=what`, written by `str`; `replan/read_events.py` reads
it. Dates and hours are local.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from routeplan.book.models import MustVisitReason
from routeplan.point import Point
from routeplan.problem.adjust import Delay, HoursOn, TakesOver
from routeplan.values import Clock, Frozen, TimeWindow, format_clock

__all__ = [
    "Cancel",
    "Delay",
    "Done",
    "Event",
    "HalfDay",
    "HoursOn",
    "Late",
    "ManagerBack",
    "ManagerOff",
    "Moved",
    "NotMet",
    "Overrun",
    "TakesOver",
    "Urgent",
    "client_of",
]


class _OfAVisit(Frozen):
    """About a visit that is planned: the client's only one, or the one on `date`."""

    client_id: str
    date: dt.date | None = None

    @property
    def visit(self) -> str:
        return f"{self.client_id}@{self.date}" if self.date else self.client_id


class Cancel(_OfAVisit):
    """The client cancelled; with `again`, the two have agreed on another hour."""

    kind: Literal["cancel"] = "cancel"
    again: dt.datetime | None = None

    def __str__(self) -> str:
        return f"cancel:{self.visit}{_moment(self.again)}"


class NotMet(_OfAVisit):
    """The manager was there, and the client was not: still due, from the day after on, or with
    `again` at the hour agreed."""

    kind: Literal["not-met"] = "not-met"
    again: dt.datetime | None = None

    def __str__(self) -> str:
        return f"not-met:{self.visit}{_moment(self.again)}"


class Moved(_OfAVisit):
    """Another hour is agreed for a visit still to come, be it booked, planned or left out."""

    kind: Literal["moved"] = "moved"
    to: dt.datetime

    def __str__(self) -> str:
        return f"moved:{self.visit}{_moment(self.to)}"


class Late(Frozen):
    """The manager's day has got only as far as it should have `minutes` ago."""

    kind: Literal["late"] = "late"
    manager_id: str
    minutes: Annotated[int, Field(ge=0, le=12 * 60)]
    at: str | Point | None = None
    """Where the manager stands now: at a client (its id) or at a point; None: where the plan has it
    so many minutes ago."""

    def __str__(self) -> str:
        at = self.at
        where = f"@{at.lat},{at.lon}" if isinstance(at, Point) else f"@{at}" if at else ""
        return f"late:{self.manager_id}{where}={self.minutes}"


class Overrun(Frozen):
    """The talk under way with the client takes until then, instead of until when it was to end."""

    kind: Literal["overrun"] = "overrun"
    client_id: str
    until: Clock

    def __str__(self) -> str:
        return f"overrun:{self.client_id}={format_clock(self.until)}"


class Urgent(Frozen):
    """The client must be visited soon, whether it is due or not."""

    kind: Literal["urgent"] = "urgent"
    client_id: str
    by: dt.date | None = None
    """Last day; None: the next one on which somebody can go."""
    reason: MustVisitReason = MustVisitReason.COMPLAINT

    def __str__(self) -> str:
        by = f"@{self.by}" if self.by else ""
        why = "" if self.reason is MustVisitReason.COMPLAINT else f"={self.reason.value}"
        return f"urgent:{self.client_id}{by}{why}"


class Done(Frozen):
    """The visit is made: today or on `date`, whether it was planned for then or not."""

    kind: Literal["done"] = "done"
    client_id: str
    manager_id: str | None = None
    """None: the one for whom it was planned, else the client's."""
    talk: TimeWindow | None = None
    """None: it ends now and took what was planned; one under way began when it was to."""
    date: dt.date | None = None
    """A day before today, with the hours of the talk; None: today."""

    @model_validator(mode="after")
    def _hours_of_the_day(self) -> Self:
        if self.date is not None and self.talk is None:
            raise ValueError("a visit made on another day needs its hours")
        return self

    def __str__(self) -> str:
        who = f"@{self.manager_id}" if self.manager_id else ""
        day = f"{self.date}T" if self.date else ""
        return f"done:{self.client_id}{who}" + (f"={day}{self.talk}" if self.talk else "")


class HalfDay(StrEnum):
    MORNING = "am"  # up to the end of the lunch hours
    AFTERNOON = "pm"  # from their beginning


class ManagerOff(Frozen):
    """The manager does not work: on these days, in these hours of them, or from now on."""

    kind: Literal["off"] = "off"
    manager_id: str
    first: dt.date | None = None
    """None: from now on."""
    last: dt.date | None = None
    """None: `first` alone."""
    hours: TimeWindow | HalfDay | None = None
    """None: all day."""
    until: dt.datetime | None = None
    """From now on: till then; None: as far as the plan goes."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.first is None and (self.last is not None or self.hours is not None):
            raise ValueError("days or hours off need a first day")
        if self.first is not None and self.until is not None:
            raise ValueError("give days, or the end of what begins now")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}")
        return self

    def __str__(self) -> str:
        days = f"@{self.first}" if self.first else ""
        if self.last is not None and self.last != self.first:
            days += f"..{self.last}"
        hours = f"={self.hours}" if self.hours else ""
        return f"off:{self.manager_id}{days}{hours}{_moment(self.until)}"


class ManagerBack(Frozen):
    """The manager works again, before an absence was to end."""

    kind: Literal["back"] = "back"
    manager_id: str
    at: dt.datetime | None = None
    """None: now."""

    def __str__(self) -> str:
        return f"back:{self.manager_id}{_moment(self.at)}"


Event = Annotated[
    Cancel
    | NotMet
    | Moved
    | Late
    | Overrun
    | Urgent
    | Done
    | HoursOn
    | ManagerOff
    | ManagerBack
    | Delay
    | TakesOver,
    Field(discriminator="kind"),
]


def client_of(event: Event) -> str | None:
    """Id of the client of whom the event speaks."""
    if isinstance(event, Late | ManagerOff | ManagerBack | Delay):
        return None
    return event.client_id


def _moment(when: dt.datetime | None) -> str:
    return f"={when:%Y-%m-%dT%H:%M}" if when else ""
