"""What holds on top of book and settings: the user's wishes, and facts that came up since.

Remedies and re-plans put them into a plan, and they stay in force in every later one. Each has a
one-line text form, written by `str`; `parse_adjustment` reads it for `--adjust`.

Wishes change what may be planned:

    must:C017                              C017 must be visited in the horizon
    drop:C043                              C043 is left out on purpose
    day-end:M1@2026-11-24=18:20            the shift may end at 18:20
    talk-cap:M1@2026-11-24=360             360 talk minutes are allowed that day
    visit-cap:M1@2026-11-24=9              nine visits are allowed that day
    open:C017@2026-11-24=09:00-12:00       the client can also be visited in these hours
    talk:C017=30                           the talk lasts 30 minutes
    persons:C017=2                         two key persons together are enough

Facts change what the book says (see `amend.py`):

    away:M1@2026-11-24=13:00-18:00         the manager is off in these hours; without them: all day
    away:M1@2026-11-24..2026-11-26         the same on several days
    away:M1@2026-11-24T10:10..2026-11-26T12:00   without a break from then till then
    returned:M1@2026-11-25=10:00           the absence that holds then ends
    hours:C017@2026-11-24=09:00-11:00      the client's hours on that day; 'closed': none
    delay:2026-11-24=07:00-10:00x1.5       ways begun in these hours take half as long again
    delay:M1@2026-11-24=07:00-10:00x1.5    the same for one manager
    takes:C017=M2                          the client is M2's from now on
    agreed:C017@2026-11-26=14:00           an hour agreed with the client; by events only
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.values import MINUTES_PER_DAY, Clock, Frozen, TimeWindow, format_clock

__all__ = [
    "Adjustment",
    "Agreed",
    "AllowDayEnd",
    "AllowTalk",
    "AllowVisits",
    "Away",
    "Delay",
    "Drop",
    "EnoughPersons",
    "Fact",
    "HoursOn",
    "Must",
    "OpenAt",
    "Returned",
    "TakesOver",
    "TalkFor",
    "parse_adjustment",
    "parse_days",
    "parse_delay",
    "parse_hours",
    "parse_window",
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


class EnoughPersons(Frozen):
    """So many key persons together are enough for the hour of a visit, though more are to be met;
    whoever is there all the same is met, and the talk is no shorter."""

    kind: Literal["persons"] = "persons"
    client_id: str
    persons: Annotated[int, Field(ge=1)]

    def __str__(self) -> str:
        return f"persons:{self.client_id}={self.persons}"


class _OnDays(Frozen):
    """From `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}")
        return self

    @property
    def days(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    def covers(self, date: dt.date) -> bool:
        return self.first <= date <= self.last


class Away(_OnDays):
    """The manager is off: without a break from `since` on the first day till `until` on the last,
    or in the same `hours` of each."""

    kind: Literal["away"] = "away"
    manager_id: str
    since: Clock = 0
    until: Clock = MINUTES_PER_DAY
    hours: TimeWindow | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.hours is not None and (self.since, self.until) != (0, MINUTES_PER_DAY):
            raise ValueError("give the hours of each day, or when the absence begins and ends")
        if self.first == self.last and self.since >= self.until:
            raise ValueError(f"{format_clock(self.since)} is not before {format_clock(self.until)}")
        return self

    def __str__(self) -> str:
        if self.hours is not None:
            return f"away:{self.manager_id}@{self.days}={self.hours}"
        if (self.since, self.until) == (0, MINUTES_PER_DAY):
            return f"away:{self.manager_id}@{self.days}"
        since, until = format_clock(self.since), format_clock(self.until)
        return f"away:{self.manager_id}@{self.first}T{since}..{self.last}T{until}"


class Returned(Frozen):
    """The manager's absence, by the book or an `Away`, ends at this hour of it."""

    kind: Literal["returned"] = "returned"
    manager_id: str
    date: dt.date
    start: Clock

    def __str__(self) -> str:
        return f"returned:{self.manager_id}@{self.date}={format_clock(self.start)}"


class HoursOn(_OnDays):
    """When the client's sites are open on these days; (): closed."""

    kind: Literal["hours"] = "hours"
    client_id: str
    hours: tuple[TimeWindow, ...]

    def __str__(self) -> str:
        hours = ",".join(str(window) for window in self.hours) or "closed"
        return f"hours:{self.client_id}@{self.days}={hours}"


class Delay(Frozen):
    """Ways on which one sets off within `hours` take `factor` times as long."""

    kind: Literal["delay"] = "delay"
    date: dt.date
    hours: TimeWindow
    factor: Annotated[float, Field(ge=0.1, le=10)]
    manager_id: str | None = None
    """None: everybody's."""

    def __str__(self) -> str:
        who = f"{self.manager_id}@" if self.manager_id else ""
        return f"delay:{who}{self.date}={self.hours}x{self.factor:g}"

    def slows(self, manager_id: str, date: dt.date) -> bool:
        return self.date == date and self.manager_id in (None, manager_id)


class TakesOver(Frozen):
    """The client is this manager's from now on."""

    kind: Literal["takes"] = "takes"
    client_id: str
    manager_id: str

    def __str__(self) -> str:
        return f"takes:{self.client_id}={self.manager_id}"


class Agreed(Frozen):
    """A visit for which the client and the manager have agreed on an hour."""

    kind: Literal["agreed"] = "agreed"
    visit_id: str
    """`DueVisit.id`."""
    client_id: str
    site_id: str = ""
    date: dt.date
    start: Clock
    replaces: str = ""
    """Id of the appointment of the book that was moved; what else it says stays."""

    @property
    def appointment_id(self) -> str:
        return f"agreed:{self.visit_id}"

    def __str__(self) -> str:
        return f"agreed:{self.visit_id}@{self.date}={format_clock(self.start)}"


Fact = Away | Returned | HoursOn | Delay | TakesOver | Agreed
Adjustment = Annotated[
    Must | Drop | AllowDayEnd | AllowTalk | AllowVisits | OpenAt | TalkFor | EnoughPersons | Fact,
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
        if kind == "persons" and who and not day:
            return EnoughPersons(client_id=target, persons=int(value))
        if kind == "takes" and who and value and not day:
            return TakesOver(client_id=target, manager_id=value)
        if kind == "delay" and value:
            return parse_delay(target, value)
        if who and day:
            found = _about_a_day(kind, who, day, value)
            if found is not None:
                return found
    except ValueError:
        pass
    raise UsageError("RP4001", message("error.adjustment", text=text))


def _about_a_day(kind: str, who: str, day: str, value: str) -> Adjustment | None:
    if kind == "away":
        if "T" in day and not value:
            begin, end = (part.split("T") for part in day.split(".."))
            days = dt.date.fromisoformat(begin[0]), dt.date.fromisoformat(end[0])
            return Away(manager_id=who, first=days[0], since=begin[1], last=days[1], until=end[1])
        hours = parse_window(value) if value else None
        days = parse_days(day)
        return Away(manager_id=who, first=days[0], last=days[1], hours=hours)
    if kind == "hours":
        first, last = parse_days(day)
        return HoursOn(client_id=who, first=first, last=last, hours=parse_hours(value))
    date = dt.date.fromisoformat(day)
    if kind == "day-end":
        return AllowDayEnd(manager_id=who, date=date, end=value)
    if kind == "talk-cap":
        return AllowTalk(manager_id=who, date=date, minutes=int(value))
    if kind == "visit-cap":
        return AllowVisits(manager_id=who, date=date, visits=int(value))
    if kind == "open":
        return OpenAt(client_id=who, date=date, hours=parse_window(value))
    if kind == "returned":
        return Returned(manager_id=who, date=date, start=value)
    return None


def parse_window(text: str) -> TimeWindow:
    """'09:00-12:00'. Raises ValueError."""
    start, _, end = text.partition("-")
    return TimeWindow(start=start, end=end)


def parse_hours(text: str) -> tuple[TimeWindow, ...]:
    """'09:00-11:00,14:00-16:00' or 'closed'. Raises ValueError."""
    if text == "closed":
        return ()
    return tuple(parse_window(part) for part in text.split(","))


def parse_days(text: str) -> tuple[dt.date, dt.date]:
    """'2026-11-24' or '2026-11-24..2026-11-26'. Raises ValueError."""
    first, _, last = text.partition("..")
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last or first)


def parse_delay(target: str, value: str) -> Delay:
    """'2026-11-24' or 'M1@2026-11-24', and '07:00-10:00x1.5'. Raises ValueError."""
    who, _, day = target.rpartition("@")
    hours, _, factor = value.partition("x")
    return Delay(
        manager_id=who or None,
        date=dt.date.fromisoformat(day),
        hours=parse_window(hours),
        factor=float(factor),
    )
