"""The nouns of the book. All values are frozen; a `Book` is complete and consistent by itself."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, model_validator

from routeplan.datum import Datum
from routeplan.lunar import observed
from routeplan.point import Point
from routeplan.values import Clock, Closure, Frozen, TimeWindow, WeeklyHours

__all__ = [
    "Anchor",
    "Appointment",
    "Book",
    "Channel",
    "Client",
    "ClientKind",
    "Contact",
    "KeyDate",
    "Language",
    "Layer",
    "Located",
    "Locator",
    "Manager",
    "MatchLevel",
    "MustVisit",
    "MustVisitReason",
    "Purpose",
    "Rigidity",
    "Site",
    "Tier",
    "TravelMode",
    "VisitRecord",
    "VisitStatus",
]

Minutes = Annotated[int, Field(ge=0)]
Extra = dict[str, str]
"""Columns that routeplan does not know, carried through to the outputs: header → text."""


class Tier(StrEnum):
    A = "A"
    B = "B"
    C = "C"


class ClientKind(StrEnum):
    ACCOUNT = "account"  # 集团客户
    PROSPECT = "prospect"  # 首谈客户


class TravelMode(StrEnum):
    WALK = "walk"
    BICYCLE = "bicycle"
    EBIKE = "ebike"
    CAR = "car"
    TRANSIT = "transit"


class Anchor(StrEnum):
    """Where a manager's day starts or ends."""

    OFFICE = "office"
    HOME = "home"
    OPEN = "open"  # at the first or last client: no travel before or after


class Layer(StrEnum):
    """A key person's place in the client's decisions (关键人层级)."""

    DECISION = "decision"  # 决策层
    MANAGEMENT = "management"  # 管理层
    OPERATION = "operation"  # 操作层
    INFLUENCER = "influencer"  # 其他影响者


class Language(StrEnum):
    """In which language a person is greeted."""

    ZH = "zh"
    EN = "en"


class Purpose(StrEnum):
    """Why one goes (拜访目的)."""

    PITCH = "pitch"  # 业务推介
    KEEP_WARM = "keep_warm"  # 联络感情
    GIFT = "gift"  # 赠送礼品
    BUSINESS = "business"  # 业务办理
    OPINIONS = "opinions"  # 征求意见
    COMPLAINT = "complaint"  # 解决投诉


class MustVisitReason(StrEnum):
    """What makes a visit, and no call, necessary (必须上门)."""

    CLIENT_ASKED = "client_asked"  # 客户要求
    COMPLAINT = "complaint"  # 投诉
    COMPETITOR = "competitor"  # 竞争对手
    PRESENCE = "presence"  # 业务需要上门
    JUDGED = "judged"  # 客户经理判断


class VisitStatus(StrEnum):
    DONE = "done"  # 已完成
    NOT_MET = "not_met"  # 未遇
    CANCELLED = "cancelled"  # 取消
    POSTPONED = "postponed"  # 改期: put off by the client to another day


class Channel(StrEnum):
    """How one is in touch with a client (001 三定: 定方式)."""

    VISIT = "visit"  # 上门拜访
    PHONE = "phone"  # 电话
    MESSAGE = "message"  # 短信、彩信、微信
    EMAIL = "email"  # 电子邮件
    LETTER = "letter"  # 信函
    RECEPTION = "reception"  # 营业厅接待: the client came
    THIRD_PARTY = "third_party"  # 第三方转达


class Rigidity(StrEnum):
    """How firmly an appointment holds, and what it opens: an agreed hour or day counts even where
    the site is closed, but never outside the manager's working time."""

    EXACT = "exact"  # at its minute, open or not
    LEEWAY = "leeway"  # within `leeway` minutes of it, open or not
    DAY = "day"  # that day in opening hours; at any hour where the site is closed all day
    WEEK = "week"  # some day that week in opening hours


class Locator(StrEnum):
    """Who found a point."""

    HAND = "hand"  # a person, and no search moves it
    DISTRICT = "district_centre"  # the middle of the district, from routeplan's own list
    NOMINATIM = "nominatim"
    PHOTON = "photon"
    BAIDU = "baidu"
    AMAP = "amap"
    ARCGIS = "arcgis"


class MatchLevel(StrEnum):
    """What of an address was matched."""

    ADDRESS = "address"  # the house, building or firm
    STREET = "street"
    DISTRICT = "district"
    CITY = "city"
    UNKNOWN = "unknown"  # the service did not say


class Located(Frozen):
    """How a point was found. None in its place: set by hand, taken as exact."""

    by: Locator = Locator.HAND
    match: MatchLevel | None = None
    datum: Datum | None = None
    """What the service answered in; the point itself is WGS-84."""
    on: dt.date | None = None
    off_metres: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """How far off the point may be; 0 is exact, anything else approximate."""
    at: Point | None = None
    """The point that was found, where it is known; a pin that has left it was set by hand."""

    def holds(self, point: Point) -> bool:
        """Whether this is still said of `point`, and nobody has moved the pin since."""
        at = self.at
        # A metre or two: spreadsheets and the cell keep five decimals.
        return at is None or max(abs(at.lat - point.lat), abs(at.lon - point.lon)) < 2e-5


class Site(Frozen):
    """One address of a client. `id` is '' for the only or main site."""

    id: str = ""
    address: str = ""
    district: str = ""
    room: str = ""
    """Office or room to find; '' is unknown and costs time at each visit."""
    point: Point | None = None
    located: Located | None = None
    """How `point` was found."""
    hours: WeeklyHours
    closures: tuple[Closure, ...] = ()


class MustVisit(Frozen):
    reason: MustVisitReason
    since: dt.date | None = None
    """The day it came up; a visit on or after it settles it. None: not settled by any record."""
    by: dt.date | None = None
    companion_ids: tuple[str, ...] = ()
    """Managers of whom one comes along; (): nobody must."""


class KeyDate(Frozen):
    """A day that matters to a client; every year when `year` is None."""

    name: str
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    year: int | None = None
    lunar: bool = False
    """By the lunar calendar (农历), every lunar year."""
    leap: bool = False
    """In the lunar leap month (闰月) of that number."""

    @model_validator(mode="after")
    def _of_its_calendar(self) -> Self:
        if self.leap and not self.lunar:
            raise ValueError("only a lunar date lies in a leap month")
        if self.lunar and (self.year is not None or self.day > 30):
            raise ValueError("a lunar date comes every year, and no month has more than 30 days")
        return self

    def next_on_or_after(self, day: dt.date) -> dt.date | None:
        """The first occurrence from `day` on; 29 February falls on 1 March in a common year, and a
        lunar date is observed as `routeplan.lunar` says."""
        if self.lunar:
            years = (day.year - 1, day.year, day.year + 1)  # a lunar year ends in the next one
            dates = [observed(year, self.month, self.day, leap=self.leap) for year in years]
            return min((date for date in dates if date and date >= day), default=None)
        for year in (self.year,) if self.year else (day.year, day.year + 1):
            try:
                found = dt.date(year, self.month, self.day)
            except ValueError:
                found = dt.date(year, 3, 1)
            if found >= day:
                return found
        return None


class Client(Frozen):
    """An account or prospect (集团客户, 首谈客户) with one or more sites, the main one first."""

    id: str
    name: str
    tier: Tier
    listed: bool = True
    """拍照客户: held to the stricter visit norms."""
    kind: ClientKind = ClientKind.ACCOUNT
    manager_id: str
    backup_ids: tuple[str, ...] = ()
    """Other managers who may take a visit."""
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    talk_minutes: Minutes | None = None
    """Overrides the talk minutes that settings derive."""
    interval_days: Annotated[int, Field(ge=1)] | None = None
    """Overrides the policy's frequency by 'at most this many days between visits'."""
    must_visit: MustVisit | None = None
    key_dates: tuple[KeyDate, ...] = ()
    since: dt.date | None = None
    """First talk (prospect) or signing (account)."""
    note: str = ""
    extra: Extra = {}

    def site(self, site_id: str = "") -> Site:
        """The named site; the main one for ''. Raises KeyError when there is none."""
        if not site_id:
            return self.sites[0]
        for site in self.sites:
            if site.id == site_id:
                return site
        raise KeyError(site_id)


class Contact(Frozen):
    """A key person (关键人)."""

    id: str
    client_id: str
    site_id: str = ""
    name: str
    layer: Layer = Layer.OPERATION
    role: str = ""
    phone: str = ""
    hours: WeeklyHours | None = None
    """When the person can be met; None is any hour of the site."""
    preferred_hours: WeeklyHours | None = None
    """When a talk had best start."""
    do_not_disturb: WeeklyHours | None = None
    """When the person must be left alone, whatever `hours` say."""
    birthday: KeyDate | None = None
    language: Language | None = None
    """In which to greet; None is the manager's own."""
    note: str = ""
    extra: Extra = {}


class Manager(Frozen):
    """An account manager (客户经理). None means 'as the settings say'."""

    id: str
    name: str
    phone: str = ""
    mode: TravelMode = TravelMode.TRANSIT
    other_modes: tuple[TravelMode, ...] = ()
    """Ways of travelling that can be had as well, where they are quicker."""
    start: Anchor = Anchor.OFFICE
    end: Anchor = Anchor.OFFICE
    office_address: str = ""
    office: Point | None = None
    office_located: Located | None = None
    home_address: str = ""
    home: Point | None = None
    home_located: Located | None = None
    shift: TimeWindow | None = None
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Weekdays worked (0 = Monday); make-up working days are worked by everyone."""
    max_visits: Annotated[int, Field(ge=1)] | None = None
    max_talk_minutes: Minutes | None = None
    leave: tuple[Closure, ...] = ()
    extra: Extra = {}

    @property
    def modes(self) -> tuple[TravelMode, ...]:
        return (self.mode, *self.other_modes)

    def place(self, anchor: Anchor) -> Point | None:
        """The point of an anchor; None for an open one or an unknown place."""
        return {Anchor.OFFICE: self.office, Anchor.HOME: self.home}.get(anchor)


class VisitRecord(Frozen):
    """What happened at a visit (拜访记录), or at a call or with a message."""

    client_id: str
    site_id: str = ""
    manager_id: str
    date: dt.date
    start: Clock | None = None
    end: Clock | None = None
    channel: Channel = Channel.VISIT
    status: VisitStatus = VisitStatus.DONE
    """Of a call or message: done is that the client was reached."""
    purposes: tuple[Purpose, ...] = ()
    """The main one first."""
    contact_ids: tuple[str, ...] = ()
    goal_reached: bool | None = None
    """None: nobody said."""
    next_step: str = ""
    next_date: dt.date | None = None
    """When the next step is to be done."""
    postponed_to: dt.date | None = None
    """The day that the client named instead, for status postponed."""
    postponed_start: Clock | None = None
    """And the hour."""
    travel_minutes: Minutes | None = None
    """Of the way there, door to door, from the visit before on that day or from where the day
    starts."""
    note: str = ""
    extra: Extra = {}

    @property
    def is_visit(self) -> bool:
        return self.channel is Channel.VISIT

    @property
    def happened(self) -> bool:
        """Whether somebody went: what clients call off or put off may be recorded days ahead."""
        return self.is_visit and self.status in (VisitStatus.DONE, VisitStatus.NOT_MET)


class Appointment(Frozen):
    """A visit agreed with the client."""

    id: str
    client_id: str
    site_id: str = ""
    manager_id: str | None = None
    """Who goes; None is the client's manager."""
    date: dt.date
    start: Clock | None = None
    """Start of the talk; needed for rigidity exact and leeway."""
    minutes: Annotated[int, Field(ge=1)] | None = None
    """Talk minutes; None is what settings derive."""
    rigidity: Rigidity = Rigidity.EXACT
    leeway: Minutes = 0
    """Minutes that the start may be earlier or later, for rigidity leeway."""
    purposes: tuple[Purpose, ...] = ()
    """The main one first."""
    contact_ids: tuple[str, ...] = ()
    companion_ids: tuple[str, ...] = ()
    """Managers of whom one comes along; (): nobody must."""
    note: str = ""
    extra: Extra = {}


class Book(Frozen):
    """Everything known, with identifiers unique and references resolved."""

    managers: tuple[Manager, ...]
    clients: tuple[Client, ...]
    contacts: tuple[Contact, ...] = ()
    visits: tuple[VisitRecord, ...] = ()
    """All records, those of calls and messages too."""
    appointments: tuple[Appointment, ...] = ()

    @cached_property
    def manager_by_id(self) -> dict[str, Manager]:
        return {manager.id: manager for manager in self.managers}

    @cached_property
    def client_by_id(self) -> dict[str, Client]:
        return {client.id: client for client in self.clients}

    @cached_property
    def appointment_by_id(self) -> dict[str, Appointment]:
        return {appointment.id: appointment for appointment in self.appointments}

    @cached_property
    def contacts_of(self) -> dict[str, tuple[Contact, ...]]:
        """Client id → contacts, in book order; clients without contacts are absent."""
        found: dict[str, list[Contact]] = {}
        for contact in self.contacts:
            found.setdefault(contact.client_id, []).append(contact)
        return {client_id: tuple(contacts) for client_id, contacts in found.items()}

    @cached_property
    def visits_of(self) -> dict[str, tuple[VisitRecord, ...]]:
        """Client id → records of visits by date; clients without any are absent."""
        visits = {
            client_id: tuple(record for record in records if record.is_visit)
            for client_id, records in self.records_of.items()
        }
        return {client_id: records for client_id, records in visits.items() if records}

    @cached_property
    def records_of(self) -> dict[str, tuple[VisitRecord, ...]]:
        """Client id → records by date, of visits and of every other channel."""
        found: dict[str, list[VisitRecord]] = {}
        for record in sorted(self.visits, key=lambda record: (record.date, record.start or 0)):
            found.setdefault(record.client_id, []).append(record)
        return {client_id: tuple(records) for client_id, records in found.items()}
