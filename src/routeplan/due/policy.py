"""Visit policies: TOML data saying how often whom. Ready-made ones, or a file of one's own."""

from __future__ import annotations

import calendar
import datetime as dt
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from routeplan.book.models import Channel, Client, KeyDate, Purpose, Tier
from routeplan.config import parse_toml, read_toml
from routeplan.due.models import Occasion
from routeplan.errors import SettingsError
from routeplan.language import Message, message
from routeplan.refused import wrong_entries
from routeplan.values import Frozen
from routeplan.workdays import Period, half_month_of, month_of, quarter_of, week_of

__all__ = [
    "FESTIVALS",
    "Cadence",
    "CoreClientRule",
    "Cycle",
    "Festival",
    "Frequency",
    "KeyDateRule",
    "NewlySignedRule",
    "OwnIntervalRule",
    "Policy",
    "ProspectRule",
    "PurposeRule",
    "Reading",
    "RemoteContact",
    "VisitRule",
    "policy_names",
    "read_policy",
]

Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=3660)]
Purposes = Annotated[tuple[Purpose, ...], Field(min_length=1)]

FESTIVALS = frozenset(
    {
        *("new_year", "spring_festival", "tomb_sweeping", "labour_day", "dragon_boat"),
        *("mid_autumn", "national_day"),
    }
)
"""Festivals that have a name in all languages."""


class Cycle(StrEnum):
    """A period of the calendar."""

    WEEK = "week"  # Monday to Sunday
    HALF_MONTH = "half-month"  # the 1st to the 15th, the 16th to the end
    MONTH = "month"
    QUARTER = "quarter"

    def period_of(self, day: dt.date) -> Period:
        return _PERIOD_OF[self](day)

    @property
    def nominal_days(self) -> int:
        """Its length where no calendar is at hand: the interval reading of 'once a ...'."""
        return _NOMINAL_DAYS[self]


_PERIOD_OF = {
    Cycle.WEEK: week_of,
    Cycle.HALF_MONTH: half_month_of,
    Cycle.MONTH: month_of,
    Cycle.QUARTER: quarter_of,
}
_NOMINAL_DAYS = {Cycle.WEEK: 7, Cycle.HALF_MONTH: 15, Cycle.MONTH: 30, Cycle.QUARTER: 91}


class Reading(StrEnum):
    """What 'once a week' means."""

    PERIOD = "period"  # at least once in every calendar week
    INTERVAL = "interval"  # at most seven days since the last visit


class Frequency(Frozen):
    """At least so many calls or messages a period; several to a client on one day count once."""

    at_least: Annotated[int, Field(ge=1, le=31)]
    every: Cycle
    also: tuple[Channel, ...] = ()
    """Other channels that count as well; with `visit`, a visit in the period is one of them."""
    earliest_share: Share = 0.5
    """The next one may take place from this share of the interval since the last one."""


RemoteContact = Frequency | Literal["as-needed"] | None
"""What a policy says of calls or SMS; None is nothing said."""


class Cadence(Frozen):
    """How often: `visits` in every calendar period, or one visit every `days` days."""

    visits: Annotated[int, Field(ge=0, le=31)] = 1
    """0: none required."""
    every: Cycle | None = None
    days: Days | None = None
    """An interval instead of a period, whatever the policy's reading."""
    earliest_share: Share = 0.7
    """The next visit may take place from this share of the interval since the last one."""
    min_gap_days: Annotated[int, Field(ge=0, le=3660)] = 1
    """Days between two visits, at least (hard)."""

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        if self.visits == 0:
            return self
        if (self.every is None) == (self.days is None):
            raise PydanticCustomError("cadence", "needs either 'every' or 'days'")
        if self.days is not None and self.visits != 1:
            raise PydanticCustomError("days_once", "'days' goes with one visit")
        if self.min_gap_days > self.interval_days:
            days = {"gap": self.min_gap_days, "interval": self.interval_days}
            raise PydanticCustomError("gap", "{gap} days is longer than {interval} days", days)
        return self

    @property
    def interval_days(self) -> int:
        """Days from visit to visit, as an interval reads it."""
        if self.days is not None:
            return self.days
        if self.every is None:
            raise ValueError("no visit is required, so there is no interval")
        return max(1, self.every.nominal_days // self.visits)


class VisitRule(Cadence):
    """The cadence of some tiers, listed (拍照) or not."""

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    listed: bool | None = None
    """None: both."""
    key_persons: Annotated[int, Field(ge=1, le=20)] = 1
    """Key persons to meet together at each visit, at least."""
    calls: RemoteContact = None
    sms: RemoteContact = None

    def covers(self, client: Client) -> bool:
        return client.tier in self.tiers and self.listed in (None, client.listed)


class NewlySignedRule(Cadence):
    """The cadence of accounts in the first `for_days` days after signing."""

    for_days: Days


class ProspectRule(Frozen):
    """The return contact after the first talk (首谈): a visit where one fits; then calls."""

    within_workdays: Annotated[int, Field(ge=1, le=60)]
    settled_by: tuple[Channel, ...] = (Channel.PHONE, Channel.RECEPTION)
    """Channels that are a return contact as well as a visit is."""
    calls: RemoteContact = None
    """In the weeks after the return contact."""
    named_hours: bool = False
    """Whether calls are made at the hours that the client named (a key person's preferred ones) and
    no others, be they in the week or at the weekend."""


class OwnIntervalRule(Frozen):
    """How a client's own `interval_days` is read: shares of it."""

    earliest_share: Share = 0.7
    min_gap_share: Share = 0.4


class KeyDateRule(Frozen):
    """A key date makes a visit due in the `days_ahead` days before it, the day included."""

    days_ahead: Annotated[int, Field(ge=0, le=60)] = 7
    greet_by: dict[Tier, Channel] = {
        Tier.A: Channel.VISIT,
        Tier.B: Channel.PHONE,
        Tier.C: Channel.MESSAGE,
    }
    """What the morning's checks propose where no visit is planned for it."""


class Festival(Frozen):
    """A festival that is a key date of every client of some tiers."""

    name: Annotated[str, Field(min_length=1)]
    """One of `FESTIVALS`, which have names in all languages, or a name of one's own."""
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    lunar: bool = False
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_a_date(self) -> Self:
        if not self.lunar:
            if self.day > calendar.monthrange(2000, self.month)[1]:  # a leap year
                raise PydanticCustomError("no_day", "the month has no such day")
        elif self.day > 30:
            raise PydanticCustomError("lunar_day", "no lunar month has more than 30 days")
        return self

    @property
    def date(self) -> KeyDate:
        return KeyDate(name=self.name, month=self.month, day=self.day, lunar=self.lunar)

    @property
    def title(self) -> Message:
        if self.name in FESTIVALS:
            return message(f"workdays.{self.name}")
        return message("due.key_date_name", name=self.name)


class PurposeRule(Frozen):
    """What a visit is for, by the `Occasion` that makes it due; the main purpose first."""

    client_asked: Purposes = (Purpose.BUSINESS,)
    complaint: Purposes = (Purpose.COMPLAINT,)
    competitor: Purposes = (Purpose.KEEP_WARM,)
    presence: Purposes = (Purpose.BUSINESS,)
    judged: Purposes = (Purpose.KEEP_WARM,)
    prospect: Purposes = (Purpose.PITCH,)
    key_date: Purposes = (Purpose.GIFT,)
    birthday: Purposes = (Purpose.GIFT,)
    festival: Purposes = (Purpose.KEEP_WARM,)
    cadence: Purposes = (Purpose.KEEP_WARM, Purpose.OPINIONS)
    """One of them, in rotation: that which is longest ago."""
    left_over: Purposes = (Purpose.KEEP_WARM,)
    """Where the plan that left it over does not say."""
    appointment: Purposes = (Purpose.BUSINESS,)
    """Where it was agreed for no purpose."""

    def of(self, occasion: Occasion) -> tuple[Purpose, ...]:
        found: tuple[Purpose, ...] = getattr(self, occasion)
        return found


class CoreClientRule(Frozen):
    """Messages that show care, to the accounts that count as core clients."""

    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)] = (Tier.A,)
    listed: bool | None = None
    """None: both."""
    sms: RemoteContact = None

    def covers(self, client: Client) -> bool:
        return client.tier in self.tiers and self.listed in (None, client.listed)


class Policy(Frozen):
    """Who is to be visited how often: at most one rule for each tier, listed or not."""

    name: str
    reading: Reading = Reading.PERIOD
    rules: tuple[VisitRule, ...] = ()
    prospect: ProspectRule | None = None
    newly_signed: NewlySignedRule | None = None
    own_interval: OwnIntervalRule = OwnIntervalRule()
    key_dates: KeyDateRule = KeyDateRule()
    festivals: tuple[Festival, ...] = ()
    purposes: PurposeRule = PurposeRule()
    core_client: CoreClientRule | None = None

    @model_validator(mode="after")
    def _one_rule_each(self) -> Self:
        covered = [
            (tier, listed)
            for rule in self.rules
            for tier in rule.tiers
            for listed in ((True, False) if rule.listed is None else (rule.listed,))
        ]
        twice = sorted({tier for tier, listed in covered if covered.count((tier, listed)) > 1})
        if twice:
            tiers = {"tiers": ", ".join(twice)}
            raise PydanticCustomError("two_rules", "two rules for tier {tiers}", tiers)
        return self

    def rule_of(self, client: Client) -> VisitRule | None:
        """The rule that covers the client; None where the policy says nothing."""
        return next((rule for rule in self.rules if rule.covers(client)), None)


def policy_names() -> tuple[str, ...]:
    """Names of the ready-made policies."""
    return tuple(sorted(name.removesuffix(".toml") for name in _ready_made()))


def read_policy(name_or_path: str) -> Policy:
    """A ready-made policy by its name, or the policy of a TOML file.

    A file may start from a ready-made policy with `extends = "visit-norms"`; what it says itself
    replaces that policy's entry of the same name. Raises FileError, or SettingsError naming every
    entry that is wrong.
    """
    if name_or_path in policy_names():
        raw, name, shown = _raw_ready_made(name_or_path), name_or_path, name_or_path
    else:
        path = Path(name_or_path)
        if path.suffix.lower() != ".toml":
            known = list(policy_names())
            raise SettingsError(
                "RP2005", message("error.unknown_policy", name=name_or_path, known=known)
            )
        raw, name, shown = _extended(read_toml(path), str(path)), path.stem, str(path)
    try:
        return Policy.model_validate({"name": name} | raw)
    except ValidationError as error:
        raise SettingsError(
            "RP2006", message("error.policy", file=shown, wrong=wrong_entries(error))
        ) from error


def _extended(raw: dict[str, Any], shown: str) -> dict[str, Any]:
    base = raw.pop("extends", None)
    if base is None:
        return raw
    if base not in policy_names():
        known = list(policy_names())
        raise SettingsError(
            "RP2007", message("error.policy_extends", file=shown, name=str(base), known=known)
        )
    inherited = _raw_ready_made(base)
    inherited.pop("name")
    return inherited | raw


def _raw_ready_made(name: str) -> dict[str, Any]:
    return _extended(parse_toml(_ready_made()[f"{name}.toml"].read_bytes(), name), name)


def _ready_made() -> dict[str, Any]:
    folder = resources.files("routeplan.due") / "policies"
    return {file.name: file for file in folder.iterdir() if file.name.endswith(".toml")}
