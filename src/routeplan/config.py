"""The settings: frozen, with defaults that a manager would accept, overridden by a TOML file.

Durations are minutes, clock times 'HH:MM', speeds km/h.
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from routeplan.book.models import Channel, Layer, Purpose, Tier, TravelMode
from routeplan.errors import SettingsError, unreadable
from routeplan.language import Message, message
from routeplan.refused import wrong_entries
from routeplan.values import Clock, Frozen, TimeWindow

__all__ = [
    "AccountChange",
    "CalendarSettings",
    "ChangeSettings",
    "ChurnSettings",
    "CoverageSettings",
    "HourFactor",
    "LunchSettings",
    "MatrixSettings",
    "ModeSettings",
    "RoadsSettings",
    "ServerSettings",
    "Settings",
    "SolverSettings",
    "SourceName",
    "TalkSettings",
    "TouchSettings",
    "TransitSettings",
    "TravelSettings",
    "VisitSettings",
    "WorthSettings",
    "parse_toml",
    "read_settings",
    "read_toml",
    "require_no_secret",
]

Minutes = Annotated[int, Field(ge=0, le=24 * 60)]


class LunchSettings(Frozen):
    """A break of `minutes`, whole inside [earliest, latest]; 0 minutes: none."""

    earliest: Clock = 12 * 60
    latest: Clock = 13 * 60 + 30
    minutes: Minutes = 60

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.earliest + self.minutes > self.latest:
            raise PydanticCustomError("lunch", "the lunch break is longer than its window")
        return self


class TalkSettings(Frozen):
    """How long a talk lasts and how much of it a day may hold."""

    minutes: dict[Tier, Minutes] = {Tier.A: 50, Tier.B: 40, Tier.C: 30}
    """With one key person, for an ordinary purpose."""
    per_extra_person: Minutes = 5
    purpose_extra: dict[Purpose, Annotated[int, Field(ge=-60, le=240)]] = {
        Purpose.COMPLAINT: 15,
        Purpose.GIFT: -10,
    }
    """Minutes more (or fewer) than ordinary for a purpose."""
    shortest: Minutes = 15
    max_per_visit: Minutes = 90
    max_per_day: Minutes = 330
    wrap_up: Minutes = 5
    """So long before a talk's end it is time to come to an end politely; for the day sheet."""
    wrap_up_line: str = ""
    """What to say then; '' is routeplan's own sentence, in the language of the sheet."""


class VisitSettings(Frozen):
    max_per_day: Annotated[int, Field(ge=1)] = 8
    arrive_early: Minutes = 5
    find_room: Minutes = 10
    """Added before the talk when the room is unknown."""
    buffer: Minutes = 5
    """Between the end of a talk and setting off."""
    joint_grid: Annotated[int, Field(ge=1, le=240)] = 15
    """Minutes between the starts that are tried for a visit of two people."""
    balance: Minutes = 0
    """Minutes of travel that one accepts to move a visit to a day that has two fewer."""
    off_preferred: Minutes = 10
    """What a talk outside the hours that the client's key persons prefer costs, in minutes of
    travel."""
    unseen_days: dict[Layer, Annotated[int, Field(ge=1, le=3660)]] = {
        Layer.DECISION: 60,
        Layer.MANAGEMENT: 60,
        Layer.OPERATION: 90,
        Layer.INFLUENCER: 120,
    }
    """So long a key person may go unseen: who is past it, or nearest to it, is met first."""


class TouchSettings(Frozen):
    """Calls and messages between visits: how long they take, and when they may be planned."""

    call: Annotated[int, Field(ge=1, le=240)] = 10
    """Minutes of a call."""
    message: Annotated[int, Field(ge=1, le=240)] = 3
    """Minutes to write a message to one key person..."""
    per_extra_person: Minutes = 1
    """... and more for each further one."""
    calls_on_ride: bool = False
    """Calls need quiet: in waiting gaps and at the desk. True: also in bus and metro."""
    messages_on_ride: bool = True
    max_per_day: Minutes = 90
    """Minutes of calls and messages in a manager's day."""


class AccountChange(StrEnum):
    """What a month's figures may show of an account (客户异动)."""

    SPEND_UP = "spend_up"
    SPEND_DOWN = "spend_down"
    SPEND_JUMP = "spend_jump"  # sudden, up or down
    SUSPENDED = "suspended"
    ARREARS = "arrears"
    FORWARDED = "forwarded"  # calls forwarded to a competitor


class ChangeSettings(Frozen):
    """When a client's monthly figures call for something, and for what.

    A month's spend is compared with the mean of the months before it.
    """

    months: Annotated[int, Field(ge=1, le=12)] = 3
    """So many months before it at most."""
    up: Annotated[float, Field(gt=0)] = 0.3
    """Share by which spend has to rise..."""
    down: Annotated[float, Field(gt=0, le=1)] = 0.2
    """... or to fall to be named..."""
    jump: Annotated[float, Field(gt=0)] = 0.6
    """... and from which it is a jump, either way."""
    least_amount: Annotated[float, Field(ge=0)] = 100
    """A smaller difference is never named."""
    action: dict[AccountChange, Channel] = {
        AccountChange.SPEND_UP: Channel.MESSAGE,
        AccountChange.SPEND_DOWN: Channel.PHONE,
        AccountChange.SPEND_JUMP: Channel.PHONE,
        AccountChange.SUSPENDED: Channel.PHONE,
        AccountChange.ARREARS: Channel.PHONE,
        AccountChange.FORWARDED: Channel.VISIT,
    }
    """What is proposed; what asks for a visit makes one due, as a must-visit."""


class ModeSettings(Frozen):
    """A way of travelling: minutes = access + detour x great circle / speed x hour factor, but not
    more than on foot."""

    speed_kph: Annotated[float, Field(gt=0)]
    detour: Annotated[float, Field(ge=1)]
    access_minutes: Minutes
    """To get out, to the vehicle or stop, and in again."""


class HourFactor(Frozen):
    """Travel takes `factor` times as long when setting off within `hours` on `weekdays`."""

    hours: TimeWindow
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    factor: Annotated[float, Field(ge=0.1, le=10)]
    modes: tuple[TravelMode, ...] = (TravelMode.CAR, TravelMode.TRANSIT)


class SourceName(StrEnum):
    """Where minutes from place to place come from."""

    GREAT_CIRCLE = "great-circle"  # estimated from the straight line
    ROADS = "roads"  # a road network built from an OpenStreetMap extract
    OSRM = "osrm"  # a server
    VALHALLA = "valhalla"  # a server
    TRANSIT = "transit"  # timetables or a table of lines
    MATRIX = "matrix"  # the user's own table of minutes


class RoadsSettings(Frozen):
    tiles: str = ""
    """Folder written by `routeplan roads build`."""


def require_no_secret(url: str) -> None:
    """Raises SettingsError, which does not show it, when an address holds a password or key: a plan
    keeps its settings, and plans are handed round."""
    # Cut by hand: what is no URL at all is told of where it is used.
    sent, _, _ = url.partition("#")
    plain, query, _ = sent.partition("?")
    scheme, slashes, rest = plain.partition("//")
    host = (rest if slashes else scheme).partition("/")[0]
    if query or "@" in host:
        shown = host.rpartition("@")[2]
        raise SettingsError("RP2032", message("roads.url_secret", server=shown))


class ServerSettings(Frozen):
    """An OSRM or Valhalla server."""

    url: str = ""
    time_out: Annotated[float, Field(gt=0)] = 30.0
    """Seconds to wait for one answer."""

    @model_validator(mode="after")
    def _without_secret(self) -> Self:
        require_no_secret(self.url)
        return self


class TransitSettings(Frozen):
    folder: str = ""
    """Folder with GTFS feeds and an OpenStreetMap extract, or with a table of lines."""
    parts: Annotated[tuple[Clock, ...], Field(min_length=2)] = tuple(
        minute * 30 for minute in (12, 14, 18, 23, 27, 33, 38, 44)
    )
    """Edges of the parts of the day: in each, a leg takes the same minutes. Before the first and
    after the last nobody travels by bus and metro."""
    departures: Annotated[int, Field(ge=1, le=60)] = 10
    """So many departures of each part are looked up in a timetable."""
    sure: Annotated[float, Field(ge=0.5, le=1)] = 0.9
    """The share of a part's departures that keep to its minutes."""
    rides: Annotated[int, Field(ge=1, le=6)] = 3
    """On one way at most: one more than changes."""
    longest: Minutes = 120
    """A longer journey counts as none."""
    taxi: bool = True
    """Where there is no journey: by taxi, estimated like a car; else there is no way."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.parts) != sorted(set(self.parts)):
            raise PydanticCustomError("parts", "the parts of the day are out of order")
        return self


class MatrixSettings(Frozen):
    file: str = ""
    """CSV of from, to and minutes."""


class TravelSettings(Frozen):
    """Where travel comes from, how it is estimated, and how it depends on the hour.

    Files and folders are seen from the book's folder.
    """

    source: SourceName = SourceName.GREAT_CIRCLE
    sources: dict[TravelMode, SourceName] = {}
    """Modes whose minutes come from another source than `source`."""
    round_to: Annotated[int, Field(ge=1, le=30)] = 5
    """Estimates come in steps of so many minutes: no more exact than they are, and talks start at
    round times."""
    vehicles: tuple[TravelMode, ...] = (TravelMode.CAR, TravelMode.EBIKE, TravelMode.BICYCLE)
    """One's own, which cannot be left behind: a day with one is all with it. Not among them: what
    is shared or hailed."""
    walk_limit: Minutes = 15
    """Who may walk or ride walks for so long at most."""
    hours: str = ""
    """File of hour factors in place of `hour_factors`."""
    free_flow: dict[TravelMode, Annotated[float, Field(ge=0.1, le=10)]] = {
        TravelMode.WALK: 1.05,
        TravelMode.BICYCLE: 1.3,
        TravelMode.EBIKE: 1.3,
        TravelMode.CAR: 2.5,
    }
    """A road network's minutes are those of an empty city; times this they are those of an ordinary
    hour, to which the hour factors apply."""
    roads: RoadsSettings = RoadsSettings()
    server: ServerSettings = ServerSettings()
    transit: TransitSettings = TransitSettings()
    matrix: MatrixSettings = MatrixSettings()
    modes: dict[TravelMode, ModeSettings] = {
        TravelMode.WALK: ModeSettings(speed_kph=4.8, detour=1.3, access_minutes=1),
        TravelMode.BICYCLE: ModeSettings(speed_kph=13, detour=1.35, access_minutes=3),
        TravelMode.EBIKE: ModeSettings(speed_kph=18, detour=1.35, access_minutes=3),
        TravelMode.CAR: ModeSettings(speed_kph=26, detour=1.4, access_minutes=8),
        TravelMode.TRANSIT: ModeSettings(speed_kph=22, detour=1.4, access_minutes=12),
    }
    hour_factors: tuple[HourFactor, ...] = (
        HourFactor(hours=TimeWindow(start=7 * 60, end=9 * 60), factor=1.4),
        HourFactor(hours=TimeWindow(start=17 * 60, end=19 * 60), factor=1.5),
    )


class WorthSettings(Frozen):
    """What a visit is worth, in the unit of the objective: one minute of travel.

    worth = tier x (1 + urgency x `urgency`) + sum of the extras that apply; `urgency` runs from 0
    (just became due) over 1 (latest day reached) up to 2 (long over).
    """

    tier: dict[Tier, Annotated[int, Field(ge=1)]] = {Tier.A: 600, Tier.B: 330, Tier.C: 160}
    urgency: Annotated[float, Field(ge=0)] = 0.5
    left_over: Annotated[int, Field(ge=0)] = 100
    key_date: Annotated[int, Field(ge=0)] = 120
    prospect: Annotated[int, Field(ge=0)] = 200


class ChurnSettings(Frozen):
    """What changing an already planned visit costs in a re-plan, in minutes of travel.

    The prices hold where the client has not been told of the visit and it is days ahead.
    """

    drop: Annotated[int, Field(ge=0)] = 300
    """To give it up for others, on top of its worth."""
    day: Annotated[int, Field(ge=0)] = 150
    """To another day or manager."""
    hour: Annotated[int, Field(ge=0)] = 60
    """To another hour of its day, by more than `tolerance`."""
    nudge: Annotated[int, Field(ge=0)] = 2
    """By up to `tolerance` minutes."""
    tolerance: Minutes = 10
    agreed: Annotated[float, Field(ge=1)] = 3.0
    """Times as much where day and hour are agreed with the client..."""
    confirmed: Annotated[float, Field(ge=1)] = 20.0
    """... and where they are promised."""
    near: tuple[Annotated[float, Field(ge=1)], ...] = (2.0, 1.5)
    """Times as much for a change that takes effect today, tomorrow, ...; 1 beyond these."""
    freeze: Minutes = 0
    """Minutes from the re-plan's clock on within which no talk is moved and none put in anew."""


class CoverageSettings(Frozen):
    at_risk: Annotated[float, Field(ge=0, le=1)] = 0.4
    """A visit that is not planned is at risk from when this share of its working days is left."""


class CalendarSettings(Frozen):
    """What the calendar files hold besides the visits, and their hours' time zone."""

    zone: str = "Asia/Shanghai"
    """Name in the IANA time zone database."""
    lunch: bool = False
    travel: bool = False

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, OSError, ValueError) as error:
            raise PydanticCustomError("zone", "no time zone of this name") from error
        return value


class SolverSettings(Frozen):
    time_limit: Annotated[float, Field(gt=0)] = 20.0
    """Seconds."""
    replan_gap: Annotated[float, Field(ge=0, le=1)] = 0.05
    """A re-plan proven within this share of the best possible is not searched further."""
    seed: Annotated[int, Field(ge=0)] = 0


class Settings(Frozen):
    """Everything that a user may set; all of it has a default."""

    shift: TimeWindow = TimeWindow(start=8 * 60 + 30, end=18 * 60)
    lunch: LunchSettings = LunchSettings()
    talk: TalkSettings = TalkSettings()
    visits: VisitSettings = VisitSettings()
    touches: TouchSettings = TouchSettings()
    changes: ChangeSettings = ChangeSettings()
    travel: TravelSettings = TravelSettings()
    worth: WorthSettings = WorthSettings()
    churn: ChurnSettings = ChurnSettings()
    coverage: CoverageSettings = CoverageSettings()
    calendar: CalendarSettings = CalendarSettings()
    solver: SolverSettings = SolverSettings()
    policy: str = "visit-norms"
    """Name of a ready-made policy, or path of a TOML file."""
    preparation: str = "standard"
    """Name of the ready-made checklists, or path of a TOML file."""


def read_settings(path: Path) -> Settings:
    """Settings of a TOML file; what it leaves out keeps its default.

    Raises FileError or SettingsError naming every entry that is wrong.
    """
    raw = _over(Settings().model_dump(mode="json"), read_toml(path))
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        for item in error.errors():
            if isinstance(refused := item.get("ctx", {}).get("error"), SettingsError):
                raise refused from None  # the other error holds what must not be shown
        raise SettingsError(
            "RP2002", message("error.settings", file=str(path), wrong=wrong_entries(error))
        ) from error


def _over(defaults: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The defaults with what is given laid over them, table by table."""
    merged = dict(defaults)
    for key, value in given.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            value = _over(below, value)
        merged[key] = value
    return merged


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises FileError or SettingsError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    return parse_toml(raw, str(path))


def parse_toml(raw: bytes, shown: str) -> dict[str, Any]:
    """The tables of TOML text; `shown` names it in the SettingsError."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = message("entry.not_utf8")
        raise SettingsError("RP2001", message("error.not_toml", file=shown, why=why)) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        why = _toml_fault(text, str(error))
        raise SettingsError("RP2001", message("error.not_toml", file=shown, why=why)) from error


def _toml_fault(text: str, said: str) -> Message:
    """The place that tomllib names in English, with what stands there."""
    lines = text.splitlines() or [""]
    found = re.search(r"at line (\d+), column (\d+)", said)
    line, column = (int(found[1]), int(found[2])) if found else (len(lines), len(lines[-1]))
    there = lines[min(line, len(lines)) - 1].strip()
    return message("entry.toml", line=line, column=column, text=there)
