"""A small consistent plan for the tests of whatever shows plans, and the same plan made hostile.

Real districts and roads of Beijing, invented companies: two managers, six working days, twelve
visits (two done, two under way, two booked, one with its room unknown), four clients left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from geopy.distance import great_circle

from routeplan.book.models import Layer, Purpose, Rigidity, Tier, TravelMode
from routeplan.config import Settings
from routeplan.due.models import DueKind, DueReason, DueVisit, Horizon, WorthTerm
from routeplan.language import Message, message
from routeplan.plan.plan import (
    Cause,
    Leg,
    PersonToMeet,
    Plan,
    PlannedDay,
    PlannedVisit,
    PlannedVisitStatus,
    PlanOrigin,
    Proof,
    Remedy,
    Totals,
    UnplannedVisit,
)
from routeplan.point import Point
from routeplan.problem.adjust import AllowDayEnd, Drop, Must
from routeplan.solve.result import Engine, Status
from routeplan.values import TimeWindow, parse_clock

__all__ = ["MONDAY", "example_plan", "hostile"]

MONDAY = dt.date(2026, 11, 23)
TUESDAY = MONDAY + dt.timedelta(days=1)
WEDNESDAY = MONDAY + dt.timedelta(days=2)
LAST_VISIT = MONDAY - dt.timedelta(days=7)
SETTINGS = Settings()


class _Manager(NamedTuple):
    id: str
    name: str
    mode: TravelMode
    office: Point


class _Client(NamedTuple):
    id: str
    name: str
    tier: Tier
    district: str
    address: str
    room: str
    point: Point | None
    persons: tuple[PersonToMeet, ...]


class _Stop(NamedTuple):
    client_id: str
    start: str
    minutes: int
    purpose: Purpose = Purpose.KEEP_WARM
    appointment: Rigidity | None = None
    status: PlannedVisitStatus = PlannedVisitStatus.PLANNED
    note: str = ""


def _point(lat: float, lon: float) -> Point:
    return Point(lat=lat, lon=lon)


def _person(name: str, layer: Layer, role: str, phone: str = "") -> PersonToMeet:
    return PersonToMeet(name=name, layer=layer, role=role, phone=phone)


WANG = _Manager("M1", "王建国", TravelMode.TRANSIT, _point(39.9104, 116.3668))
LI = _Manager("M2", "李晓梅", TravelMode.EBIKE, _point(39.9090, 116.4560))

_CLIENTS = {
    client.id: client
    for client in (
        _Client(
            "C001",
            "北京华盛金融服务有限公司",
            Tier.A,
            "西城区",
            "金融大街27号投资广场",
            "A座1203",
            _point(39.9158, 116.3561),
            (
                _person("赵立新", Layer.DECISION, "副总经理", "13800000001"),
                _person("钱敏", Layer.MANAGEMENT, "信息部经理", "13800000002"),
                _person("孙浩", Layer.OPERATION, "经办人"),
            ),
        ),
        _Client(
            "C002",
            "德胜汇智文化传媒有限公司",
            Tier.B,
            "西城区",
            "德胜门外大街11号",
            "B座508",
            _point(39.9532, 116.3720),
            (_person("周婷", Layer.MANAGEMENT, "行政主管", "13800000003"),),
        ),
        _Client(
            "C003",
            "中科星图数据技术有限公司",
            Tier.A,
            "海淀区",
            "中关村大街18号科贸中心",
            "1906",
            _point(39.9815, 116.3142),
            (
                _person("吴志远", Layer.DECISION, "总经理", "13800000004"),
                _person("郑洁", Layer.OPERATION, "网管"),
            ),
        ),
        _Client(
            "C004",
            "上地云帆软件有限公司",
            Tier.C,
            "海淀区",
            "上地信息路2号国际科技创业园",
            "",
            _point(40.0334, 116.3052),
            (),
        ),
        _Client(
            "C005",
            "丰科智能装备股份有限公司",
            Tier.A,
            "丰台区",
            "南四环西路188号总部基地",
            "6区12号楼3层",
            _point(39.8286, 116.2898),
            (_person("冯刚", Layer.MANAGEMENT, "信息中心主任", "13800000005"),),
        ),
        _Client(
            "C006",
            "石景山远航物流有限公司",
            Tier.B,
            "石景山区",
            "石景山路乙18号万达广场",
            "C座1011",
            _point(39.9062, 116.2226),
            (_person("陈雪", Layer.INFLUENCER, "财务经理"),),
        ),
        _Client(
            "C007",
            "东直门康宁医药有限公司",
            Tier.B,
            "东城区",
            "东直门南大街9号华普花园",
            "D座706",
            _point(39.9378, 116.4337),
            (_person("褚明", Layer.MANAGEMENT, "采购经理", "13800000006"),),
        ),
        _Client(
            "C008",
            "国贸鼎信咨询有限公司",
            Tier.A,
            "朝阳区",
            "建国门外大街1号国贸写字楼",
            "2座2105",
            _point(39.9089, 116.4603),
            (_person("卫东", Layer.DECISION, "合伙人", "13800000007"),),
        ),
        _Client(
            "C009",
            "望京蓝海网络科技有限公司",
            Tier.A,
            "朝阳区",
            "望京街10号望京SOHO",
            "T1-1508",
            _point(39.9968, 116.4801),
            (_person("蒋欣", Layer.MANAGEMENT, "运维总监", "13800000008"),),
        ),
        _Client(
            "C010",
            "望京启明教育科技有限公司",
            Tier.C,
            "朝阳区",
            "阜通东大街6号方恒国际",
            "A座0902",
            _point(39.9962, 116.4808),
            (_person("沈丽", Layer.OPERATION, "教务主任"),),
        ),
        _Client(
            "C011",
            "通州运河印刷有限公司",
            Tier.B,
            "通州区",
            "新华西街60号万达广场",
            "B座1616",
            _point(39.9046, 116.6399),
            (_person("韩磊", Layer.DECISION, "厂长", "13800000009"),),
        ),
        _Client(
            "C012",
            "亦庄恒泰生物制品有限公司",
            Tier.A,
            "大兴区",
            "荣华中路10号亦城国际中心",
            "A座901",
            _point(39.7962, 116.5065),
            (_person("杨帆", Layer.MANAGEMENT, "办公室主任", "13800000010"),),
        ),
        _Client("C013", "朝阳新锐广告有限公司", Tier.B, "朝阳区", "地址待核实", "", None, ()),
        _Client(
            "C014",
            "海淀博远培训学校",
            Tier.B,
            "海淀区",
            "学院路30号",
            "主楼412",
            _point(39.9905, 116.3540),
            (_person("朱红", Layer.DECISION, "校长"),),
        ),
        _Client(
            "C015",
            "房山石化配件有限公司",
            Tier.C,
            "房山区",
            "燕山迎风街2号",
            "301",
            _point(39.7330, 115.9450),
            (_person("秦岭", Layer.OPERATION, "经办人"),),
        ),
        _Client(
            "C016",
            "顺义空港货运代理有限公司",
            Tier.A,
            "顺义区",
            "天竺空港工业区A区",
            "5号楼204",
            _point(40.0790, 116.5510),
            (_person("尤佳", Layer.MANAGEMENT, "客服经理"),),
        ),
    )
}

_DONE, _UNDER_WAY = PlannedVisitStatus.DONE, PlannedVisitStatus.UNDER_WAY

_ROUTES: tuple[tuple[_Manager, dt.date, str | None, tuple[_Stop, ...]], ...] = (
    (
        WANG,
        MONDAY,
        "12:10",
        (
            _Stop("C001", "09:00", 60, Purpose.PITCH, status=_DONE),
            _Stop("C002", "10:40", 40, Purpose.BUSINESS, status=_UNDER_WAY),
            _Stop("C003", "14:00", 55, Purpose.COMPLAINT, Rigidity.EXACT, note="带上处理结果"),
            _Stop("C004", "15:55", 30),
        ),
    ),
    (
        WANG,
        TUESDAY,
        "12:00",
        (_Stop("C005", "10:00", 50, Purpose.OPINIONS), _Stop("C006", "14:20", 40)),
    ),
    (WANG, WEDNESDAY, "12:00", (_Stop("C007", "09:30", 40, Purpose.GIFT),)),
    (
        LI,
        MONDAY,
        "12:00",
        (
            _Stop("C008", "09:00", 50, Purpose.PITCH, status=_DONE),
            _Stop("C009", "10:50", 50, status=_UNDER_WAY),
            _Stop("C010", "13:30", 30, Purpose.OPINIONS),
        ),
    ),
    (
        LI,
        TUESDAY,
        "12:10",
        (
            _Stop("C011", "10:30", 40, Purpose.BUSINESS, Rigidity.LEEWAY),
            _Stop("C012", "15:00", 50, Purpose.PITCH),
        ),
    ),
    (LI, WEDNESDAY, None, ()),
)


def example_plan() -> Plan:
    """A complete plan; every time in it follows from the stops and `Settings()`."""
    days = tuple(_day(manager, date, lunch, stops) for manager, date, lunch, stops in _ROUTES)
    left_out = _left_out()
    due = tuple(
        _due(stop.client_id, stop.minutes, stop.purpose, required=stop.appointment is not None)
        for _, _, _, stops in _ROUTES
        for stop in stops
    ) + tuple(_due(entry.client_id, 40, Purpose.KEEP_WARM) for entry in left_out)
    return Plan(
        origin=PlanOrigin(
            book="book.xlsx",
            book_digest="0" * 64,
            policy="visit-norms",
            settings=SETTINGS,
            version=2,
            now=dt.datetime(2026, 11, 23, 10, 15),  # noqa: DTZ001 - a plan's clock is local
            routeplan="0.1.0",
        ),
        horizon=Horizon(first=MONDAY),
        estimated=True,
        days=days,
        left_out=left_out,
        due=due,
        notes=(message("plan.expected", n=2),),
        proof=Proof(
            engine=Engine.ROUTING,
            seed=0,
            status=Status.FEASIBLE,
            stopped_by="time",
            cost=1200,
            bound=1164,
            gap=0.03,
        ),
        totals=sum((day.totals for day in days), Totals()),
    )


def hostile(plan: Plan, text: str) -> Plan:
    """The plan with every text that comes from the user's files replaced by `text`."""

    reasons = (DueReason(kind=DueKind.CADENCE, text=_said(text)),)

    def days() -> Iterable[PlannedDay]:
        for day in plan.days:
            visits = tuple(
                visit.model_copy(
                    update={
                        "client_name": text,
                        "address": text,
                        "district": text,
                        "room": text,
                        "note": text,
                        "extra": {text: text},
                        "reasons": reasons,
                        "persons": tuple(
                            person.model_copy(update={"name": text, "role": text, "phone": text})
                            for person in visit.persons
                        ),
                    }
                )
                for visit in day.visits
            )
            yield day.model_copy(
                update={"manager_name": text, "visits": visits, "start_name": text}
            )

    left_out = tuple(
        entry.model_copy(
            update={
                "client_name": text,
                "address": text,
                "reasons": reasons,
                "why": _said(text),
                "remedies": tuple(
                    remedy.model_copy(update={"text": _said(text)}) for remedy in entry.remedies
                ),
            }
        )
        for entry in plan.left_out
    )
    return plan.model_copy(
        update={
            "origin": plan.origin.model_copy(update={"book": text, "policy": text}),
            "days": tuple(days()),
            "left_out": left_out,
            "notes": (_said(text),),
        }
    )


def _day(manager: _Manager, date: dt.date, lunch: str | None, stops: Sequence[_Stop]) -> PlannedDay:
    """Times a day as late as its talks allow."""
    visits: list[PlannedVisit] = []
    place, ready = manager.office, SETTINGS.shift.start
    for stop in stops:
        client = _CLIENTS[stop.client_id]
        assert client.point is not None
        rules = SETTINGS.visits
        before = rules.arrive_early + (0 if client.room else rules.find_room)
        talk = TimeWindow(start=parse_clock(stop.start), end=parse_clock(stop.start) + stop.minutes)
        leg = _leg(manager.mode, place, client.point, arrive=talk.start - before)
        assert leg.leave >= ready, f"{stop.client_id} cannot be reached in time"
        ready = talk.end + rules.buffer
        visits.append(
            PlannedVisit(
                visit_id=client.id,
                client_id=client.id,
                client_name=client.name,
                tier=client.tier,
                site_id="",
                address=client.address,
                district=client.district,
                room=client.room,
                point=client.point,
                leg=leg,
                arrive=leg.arrive,
                talk=talk,
                ready_to_leave=ready,
                status=stop.status,
                appointment=stop.appointment,
                required=stop.appointment is not None,
                purposes=(stop.purpose,),
                reasons=_weekly(client.tier),
                persons=client.persons,
                worth=_WORTH[client.tier],
                note=stop.note,
                extra={"行业": "信息服务"} if client.tier is Tier.A else {},
            )
        )
        place = client.point
    back = _leg(manager.mode, place, manager.office, leave=ready) if visits else None
    break_ = None
    if lunch:
        break_ = TimeWindow(
            start=parse_clock(lunch), end=parse_clock(lunch) + SETTINGS.lunch.minutes
        )
    return PlannedDay(
        date=date,
        manager_id=manager.id,
        manager_name=manager.name,
        shift=SETTINGS.shift,
        start_name="office",
        start_point=manager.office,
        end_name="office",
        end_point=manager.office,
        visits=tuple(visits),
        way_back=back,
        lunch=break_,
        totals=_totals(visits, back, break_),
    )


def _totals(visits: Sequence[PlannedVisit], back: Leg | None, lunch: TimeWindow | None) -> Totals:
    if not visits or back is None:
        return Totals()
    legs = [visit.leg for visit in visits if visit.leg] + [back]
    talk = sum(visit.talk.minutes for visit in visits)
    travel = sum(leg.minutes for leg in legs)
    around = sum(visit.ready_to_leave - visit.arrive for visit in visits) - talk
    out, home = legs[0].leave, back.arrive
    eating = max(0, min(home, lunch.end) - max(out, lunch.start)) if lunch else 0
    return Totals(
        visits=len(visits),
        talk=talk,
        travel=travel,
        waiting=home - out - talk - travel - around - eating,
        metres=sum(leg.metres for leg in legs),
    )


def _leg(
    mode: TravelMode,
    origin: Point,
    destination: Point,
    *,
    leave: int | None = None,
    arrive: int | None = None,
) -> Leg:
    how = SETTINGS.travel.modes[mode]
    km = how.detour * float(
        great_circle((origin.lat, origin.lon), (destination.lat, destination.lon)).km
    )
    minutes = round(how.access_minutes + km / how.speed_kph * 60)
    if leave is None:
        assert arrive is not None
        leave = arrive - minutes
    return Leg(
        leave=leave, arrive=leave + minutes, metres=round(1000 * km), mode=mode, estimated=True
    )


_WORTH = {Tier.A: 600, Tier.B: 330, Tier.C: 160}


def _due(client_id: str, minutes: int, purpose: Purpose, *, required: bool = False) -> DueVisit:
    client = _CLIENTS[client_id]
    return DueVisit(
        id=client_id,
        client_id=client_id,
        earliest=MONDAY,
        due=MONDAY,
        latest=MONDAY + dt.timedelta(days=4),
        until=MONDAY + dt.timedelta(days=6),
        last_visit=LAST_VISIT,
        urgency=0.0,
        worth=_WORTH[client.tier],
        worth_terms=(
            WorthTerm(
                name=message("due.worth_tier", tier=message(f"words.tier_{client.tier}")),
                worth=_WORTH[client.tier],
            ),
        ),
        required=required,
        reasons=_weekly(client.tier),
        purposes=(purpose,),
        persons=max(1, len(client.persons)),
        talk_minutes=minutes,
    )


def _left_out() -> tuple[UnplannedVisit, ...]:
    def entry(
        client_id: str, cause: Cause, why: Message, *remedies: Remedy, required: bool = False
    ) -> UnplannedVisit:
        client = _CLIENTS[client_id]
        return UnplannedVisit(
            visit_id=client.id,
            client_id=client.id,
            client_name=client.name,
            tier=client.tier,
            address=client.address,
            point=client.point,
            required=required,
            reasons=_weekly(client.tier),
            worth=_WORTH[client.tier],
            cause=cause,
            why=why,
            remedies=remedies,
        )

    def fits(key: str, **args: int | str) -> Message:
        return message(key, date=TUESDAY, start=17 * 60 + 10, manager=WANG.name, **args)

    end = 18 * 60 + 20
    return (
        entry(
            "C013",
            Cause.LOCATION_UNKNOWN,
            message("explain.location_unknown"),
            Remedy(
                text=message("explain.find_position", address=_CLIENTS["C013"].address),
                adjustments=(),
            ),
        ),
        entry(
            "C014",
            Cause.NO_TIME,
            message("explain.no_time", days=[TUESDAY.isoformat(), WEDNESDAY.isoformat()]),
            Remedy(
                text=fits("explain.longer_day", end=end),
                adjustments=(AllowDayEnd(manager_id=WANG.id, date=TUESDAY, end=end),),
            ),
            Remedy(
                text=fits("explain.instead", other=_CLIENTS["C006"].name),
                adjustments=(Drop(client_id="C006"),),
                loses=("C006",),
            ),
        ),
        entry(
            "C015",
            Cause.NOT_WORTH,
            message("explain.not_worth", date=TUESDAY, added=190, worth=_WORTH[Tier.C]),
            Remedy(
                text=fits("explain.must", added=190),
                adjustments=(Must(client_id="C015"),),
            ),
        ),
        entry(
            "C016",
            Cause.CANCELLED,
            message("replan.cancelled", date=MONDAY, start=15 * 60),
        ),
    )


def _weekly(tier: Tier) -> tuple[DueReason, ...]:
    who = message("due.who_listed", tier=message(f"words.tier_{tier}"))
    seen = message("due.seen", date=LAST_VISIT)
    text = message("due.cadence", who=who, norm=message("due.norm_week", n=1), seen=seen)
    return (DueReason(kind=DueKind.CADENCE, text=text),)


def _said(text: str) -> Message:
    """A message that says just this, in any language."""
    return message("due.key_date_name", name=text)
