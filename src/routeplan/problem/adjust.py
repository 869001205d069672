"""The user's wishes on top of book and settings: how remedies and re-plans are put into a plan.

Each has a one-line text form for `--adjust`, read by `parse_adjustment` and written by `str`:

    must:C017                              C017 must be visited in the horizon
    drop:C043                              C043 is left out on purpose
    day-end:M1@2026-11-24=18:20            the shift may end at 18:20
    talk-cap:M1@2026-11-24=360             360 talk minutes are allowed that day
    visit-cap:M1@2026-11-24=9              nine visits are allowed that day
    open:C017@2026-11-24=09:00-12:00       the client can also be visited in these hours
    talk:C017=30                           the talk lasts 30 minutes
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.values import Clock, Frozen, TimeWindow, format_clock

__all__ = [
    "Adjustment",
    "AllowDayEnd",
    "AllowTalk",
    "AllowVisits",
    "Drop",
    "Must",
    "OpenAt",
    "TalkFor",
    "parse_adjustment",
]


class Must(Frozen):
    kind: Literal["must"] = "must"
    client_id: str

    def __str__(self) -> str:
        return f"must:{self.client_id}"


class Drop(Frozen):
    kind: Literal["drop"] = "drop"
    client_id: str

    def __str__(self) -> str:
        return f"drop:{self.client_id}"


class AllowDayEnd(Frozen):
    kind: Literal["day-end"] = "day-end"
    manager_id: str
    date: dt.date
    end: Clock

    def __str__(self) -> str:
        return f"day-end:{self.manager_id}@{self.date}={format_clock(self.end)}"


class AllowTalk(Frozen):
    kind: Literal["talk-cap"] = "talk-cap"
    manager_id: str
    date: dt.date
    minutes: Annotated[int, Field(ge=0)]

    def __str__(self) -> str:
        return f"talk-cap:{self.manager_id}@{self.date}={self.minutes}"


class AllowVisits(Frozen):
    kind: Literal["visit-cap"] = "visit-cap"
    manager_id: str
    date: dt.date
    visits: Annotated[int, Field(ge=0)]

    def __str__(self) -> str:
        return f"visit-cap:{self.manager_id}@{self.date}={self.visits}"


class OpenAt(Frozen):
    kind: Literal["open"] = "open"
    client_id: str
    date: dt.date
    hours: TimeWindow

    def __str__(self) -> str:
        return f"open:{self.client_id}@{self.date}={self.hours}"


class TalkFor(Frozen):
    kind: Literal["talk"] = "talk"
    client_id: str
    minutes: Annotated[int, Field(ge=1)]

    def __str__(self) -> str:
        return f"talk:{self.client_id}={self.minutes}"


Adjustment = Annotated[
    Must | Drop | AllowDayEnd | AllowTalk | AllowVisits | OpenAt | TalkFor,
    Field(discriminator="kind"),
]


def parse_adjustment(text: str) -> Adjustment:
    """The adjustment that a text form names. Raises UsageError with the forms that exist."""
    kind, _, rest = text.strip().partition(":")
    target, _, value = rest.rpartition("=") if "=" in rest else (rest, "", "")
    who, _, day = target.rpartition("@") if "@" in target else (target, "", "")
    try:
        if kind == "must" and rest:
            return Must(client_id=rest)
        if kind == "drop" and rest:
            return Drop(client_id=rest)
        if kind == "talk" and who and not day:
            return TalkFor(client_id=target, minutes=int(value))
        if kind == "day-end":
            return AllowDayEnd(manager_id=who, date=dt.date.fromisoformat(day), end=value)
        if kind == "talk-cap":
            return AllowTalk(manager_id=who, date=dt.date.fromisoformat(day), minutes=int(value))
        if kind == "visit-cap":
            return AllowVisits(manager_id=who, date=dt.date.fromisoformat(day), visits=int(value))
        if kind == "open":
            start, _, end = value.partition("-")
            hours = TimeWindow(start=start, end=end)
            return OpenAt(client_id=who, date=dt.date.fromisoformat(day), hours=hours)
    except ValueError:
        pass
    raise UsageError("RP4001", message("error.adjustment", text=text))
