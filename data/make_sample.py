"""Make the sample book: 3 account managers and 150 invented companies in Beijing.

    python data/make_sample.py [folder]

writes `sample/` (CSV), `sample.xlsx` and the small `broken.xlsx`. The same seed gives the same CSV
bytes on every run and Python version: dice are built on `Random.random()` alone, geometry on
+ - x / and the square root.

The companies, people, numbers and visits are invented; the roads are real (see data/README.md).
Three months of visits are played day by day: each manager goes to whoever is most worth the way,
within opening hours, so that the history keeps to the visit norms about as well as real life does.
"""

from __future__ import annotations

import datetime as dt
import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import xlsxwriter

from routeplan.book.availability import shift_pieces, site_windows
from routeplan.book.models import (
    Anchor,
    Appointment,
    Book,
    Channel,
    Client,
    ClientKind,
    Contact,
    KeyDate,
    Language,
    Layer,
    Manager,
    MustVisit,
    MustVisitReason,
    Purpose,
    Rigidity,
    Site,
    Tier,
    TravelMode,
    VisitRecord,
    VisitStatus,
)
from routeplan.book.write import write_book
from routeplan.point import Point
from routeplan.values import Closure, TimeWindow, WeeklyHours, common_windows, parse_clock
from routeplan.workdays import WorkCalendar, half_month_of, week_of

__all__ = ["FIRST_DAY", "PLAN_WEEK", "TODAY", "main", "make_book", "metres_off", "roads"]

T = TypeVar("T")

SEED = 20261121
FIRST_DAY = dt.date(2026, 8, 24)
TODAY = dt.date(2026, 11, 21)
PLAN_WEEK = dt.date(2026, 11, 23)
CALENDAR = WorkCalendar()
SHIFT = TimeWindow(start=parse_clock("8:30"), end=parse_clock("18:00"))
LUNCH = TimeWindow(start=parse_clock("12:00"), end=parse_clock("13:00"))

# --- places -----------------------------------------------------------------------------------

ROADS = """
海淀区 中关村大街 39.97598,116.31099 39.96582,116.31496
海淀区 知春路 39.97531,116.34735 39.97527,116.32766 39.97482,116.31152
海淀区 学院路 39.99957,116.34649 39.98572,116.34722
海淀区 中关村南大街 39.94046,116.31934 39.96132,116.31654 39.96548,116.31533
海淀区 成府路 39.99153,116.32958 39.99091,116.30968
海淀区 学院南路 39.95678,116.34838 39.95685,116.34001 39.95603,116.32500
海淀区 中关村东路 39.98453,116.32704 39.96641,116.32796
海淀区 信息路 40.03508,116.30467 40.04200,116.30068
海淀区 花园路 39.98563,116.35925 39.97155,116.35948
海淀区 苏州街 39.96884,116.30092 39.98361,116.29960
海淀区 西三环北路 39.94499,116.30364 39.92330,116.30389
海淀区 阜成路 39.92256,116.30478 39.92164,116.32600
西城区 阜成门外大街 39.92246,116.34900 39.92194,116.33100
西城区 车公庄大街 39.93102,116.33000 39.93095,116.34900
西城区 月坛北街 39.91718,116.34900 39.91704,116.33100
西城区 广安门内大街 39.88791,116.34442 39.88766,116.36816
西城区 宣武门外大街 39.88797,116.36838 39.89831,116.36829
西城区 地安门西大街 39.93117,116.36683 39.93198,116.39010
西城区 复兴门外大街 39.90596,116.33360 39.90576,116.35009
西城区 右安门内大街 39.88185,116.35751 39.86877,116.35798
朝阳区 建国路 39.90716,116.47800 39.90730,116.45700
朝阳区 建国门外大街 39.90696,116.43300 39.90672,116.45500
朝阳区 东三环北路 39.94590,116.45528 39.91816,116.45519
朝阳区 朝阳门外大街 39.92296,116.43200 39.92148,116.44400
朝阳区 工人体育场北路 39.93228,116.44000 39.93231,116.45500
朝阳区 亮马桥路 39.94796,116.45589 39.95504,116.47782 39.95647,116.48127
朝阳区 光华路 39.91201,116.44414 39.91230,116.47194
朝阳区 金台路 39.93262,116.47220 39.91436,116.47186
朝阳区 新东路 39.93242,116.44428 39.94450,116.44435
朝阳区 东大桥路 39.92147,116.44413 39.90704,116.44412
朝阳区 广顺南大街 39.98308,116.47679 39.99142,116.46425
朝阳区 惠新西街 39.97571,116.41145 39.98423,116.41105
朝阳区 安定路 39.96801,116.40137 39.98622,116.40157
东城区 朝阳门内大街 39.92325,116.42767 39.92311,116.41128
东城区 东直门内大街 39.93948,116.41061 39.93960,116.42692
东城区 东四十条 39.93236,116.42714 39.93231,116.41097
东城区 建国门内大街 39.90710,116.42075 39.90691,116.41192
东城区 朝阳门南小街 39.92292,116.41991 39.90710,116.42075
东城区 和平里东街 39.96774,116.41860 39.95803,116.41889
东城区 安定门外大街 39.96694,116.40115 39.94904,116.40189
东城区 祈年大街 39.88689,116.40644 39.89947,116.40571
丰台区 丽泽路 39.86574,116.30945 39.86614,116.31058 39.86651,116.31717 39.86654,116.33023
丰台区 西三环南路 39.85500,116.31265 39.85958,116.30864 39.86300,116.30712
丰台区 马家堡东路 39.85170,116.38068 39.84341,116.38016 39.83061,116.38082
丰台区 光彩路 39.83057,116.40926 39.85549,116.40810
丰台区 榴乡路 39.83087,116.41586 39.84448,116.41566 39.85583,116.41593
丰台区 蒲黄榆路 39.86813,116.41524 39.85635,116.41574
丰台区 方庄路 39.86882,116.43298 39.86206,116.43230 39.85777,116.43248
丰台区 万丰路 39.88500,116.28897 39.87730,116.28894 39.86501,116.28809
丰台区 丰管路 39.85675,116.30933 39.85662,116.29423 39.85621,116.28795
丰台区 右安门外大街 39.86064,116.35840 39.85433,116.35865
丰台区 樊羊路 39.84875,116.30742 39.83827,116.30672 39.83053,116.30707
大兴区 博大路 39.81410,116.48577 39.82500,116.47413
大兴区 永昌中路 39.80765,116.50056 39.78890,116.51580
大兴区 荣京东路 39.80165,116.52429 39.79177,116.50403
大兴区 荣华中路 39.80447,116.49342 39.79162,116.50388
大兴区 西环北路 39.79908,116.47450 39.79271,116.47842 39.78957,116.48118
大兴区 文化园西路 39.80074,116.47343 39.80400,116.48210 39.81292,116.50212
大兴区 欣宁街 39.78941,116.32279 39.79666,116.32200
"""
"""District, road, points along one carriageway (WGS-84). © OpenStreetMap contributors, ODbL."""

KM_PER_DEGREE = (111.2, 85.3)
"""Of latitude and of longitude, at Beijing's latitude."""


@dataclass(frozen=True)
class Road:
    district: str
    name: str
    line: tuple[tuple[float, float], ...]


def roads() -> tuple[Road, ...]:
    """The table above."""
    found = []
    for row in ROADS.split("\n"):
        if row:
            district, name, *points = row.split(" ")
            pairs = [point.split(",") for point in points]
            found.append(
                Road(district, name, tuple((float(lat), float(lon)) for lat, lon in pairs))
            )
    return tuple(found)


def _km(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """From one place to another, north and east."""
    north, east = KM_PER_DEGREE
    return (other[0] - one[0]) * north, (other[1] - one[1]) * east


def _distance(one: Point, other: Point) -> float:
    north, east = _km((one.lat, one.lon), (other.lat, other.lon))
    return math.sqrt(north * north + east * east)


def metres_off(road: Road, point: Point) -> float:
    """How far a point lies from a road of the table."""
    nearest = math.inf
    for start, end in zip(road.line, road.line[1:], strict=False):
        north, east = _km(start, end)
        to_north, to_east = _km(start, (point.lat, point.lon))
        along = (to_north * north + to_east * east) / (north * north + east * east)
        along = min(1.0, max(0.0, along))
        off_north, off_east = to_north - along * north, to_east - along * east
        nearest = min(nearest, math.sqrt(off_north * off_north + off_east * off_east))
    return 1000 * nearest


def _beside(road: Road, share: float, metres: float) -> Point:
    """The point at `share` of the road's length, `metres` to its left (negative: right)."""
    ends = list(zip(road.line, road.line[1:], strict=False))
    lengths = [
        math.sqrt(north * north + east * east) for north, east in (_km(*leg) for leg in ends)
    ]
    leg, left = 0, share * sum(lengths)
    while left > lengths[leg]:
        left -= lengths[leg]
        leg += 1
    start = ends[leg][0]
    north, east = (part / lengths[leg] for part in _km(*ends[leg]))
    north_km = north * left + east * metres / 1000
    east_km = east * left - north * metres / 1000
    lat = start[0] + north_km / KM_PER_DEGREE[0]
    lon = start[1] + east_km / KM_PER_DEGREE[1]
    return Point(lat=round(lat, 6), lon=round(lon, 6))


# --- chance -----------------------------------------------------------------------------------


class Dice:
    """Choices built on `Random.random()`, the one method whose sequence Python promises to keep."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, count: int) -> int:
        return int(self._random.random() * count)

    def between(self, first: int, last: int) -> int:
        return first + self.below(last - first + 1)

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        left, taken = list(items), []
        while left:
            taken.append(left.pop(self.below(len(left))))
        return taken


# --- companies --------------------------------------------------------------------------------


def _windows(text: str) -> tuple[TimeWindow, ...]:
    pairs = [span.split("-") for span in text.split()]
    return tuple(TimeWindow(start=parse_clock(a), end=parse_clock(b)) for a, b in pairs)


def _week(usual: str, **other: str) -> WeeklyHours:
    """`usual` from Monday to Friday, other days by name; '' is closed."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    texts = [other.get(name, usual if day < 5 else "") for day, name in enumerate(names)]
    return WeeklyHours(days=tuple(_windows(text) for text in texts))


OFFICE = _week("9:00-12:00 13:30-18:00")
THROUGH = _week("9:00-18:00")
INSTITUTION = _week("9:00-11:30 14:00-17:00")
WEDNESDAY_CLOSED = _week("9:00-12:00 13:30-17:30", wed="")
PARTNERS = _week("9:30-12:00 14:00-18:00")
HOSPITAL = _week("8:30-11:30 13:30-16:30", thu="8:30-11:30", sat="8:30-11:30")
SCHOOL = _week("9:30-11:30 14:00-16:30", fri="9:30-11:30")
HOTEL = _week("10:00-11:30 14:00-17:00", sat="10:00-11:30", sun="10:00-11:30")
RESTAURANT = _week("9:30-11:00 14:00-17:00", mon="", sat="14:00-17:00", sun="14:00-17:00")
SHOP = _week("10:00-12:00 14:00-18:00", mon="", sat="10:00-18:00", sun="10:00-18:00")
DEPOT = _week("8:30-11:30 13:00-17:30", sat="8:30-11:30")
FACTORY = _week("8:30-11:30 13:00-16:30")


@dataclass(frozen=True)
class Trade:
    """A kind of company: what its names look like, when it is open, who heads it."""

    industry: str
    names: tuple[str, ...]
    hours: tuple[WeeklyHours, ...]
    head: str = "总经理"


TRADES = {
    "tech": Trade(
        "信息技术",
        ("北京{}科技有限公司", "北京{}软件有限公司", "北京{}数据服务有限公司"),
        (OFFICE, THROUGH, PARTNERS),
    ),
    "trade": Trade("商贸", ("北京{}商贸有限公司", "北京{}贸易有限公司"), (OFFICE, THROUGH)),
    "hospital": Trade("医疗", ("北京{}医院", "北京{}康复医院"), (HOSPITAL,), "院长"),
    "school": Trade("教育", ("北京{}实验学校", "北京{}职业学校"), (SCHOOL,), "校长"),
    "institute": Trade(
        "科研设计", ("北京{}设计研究院", "北京{}检测技术研究所"), (INSTITUTION,), "院长"
    ),
    "law": Trade("专业服务", ("北京{}律师事务所", "北京{}会计师事务所"), (PARTNERS,), "主任合伙人"),
    "media": Trade(
        "文化传媒", ("北京{}文化传媒有限公司", "北京{}广告有限公司"), (PARTNERS, OFFICE)
    ),
    "hotel": Trade("住宿", ("北京{}酒店", "北京{}宾馆"), (HOTEL,)),
    "food": Trade("餐饮", ("北京{}餐饮管理有限公司",), (RESTAURANT,)),
    "shop": Trade("零售", ("北京{}家居商场", "北京{}图书有限公司"), (SHOP,)),
    "insurance": Trade("金融服务", ("北京{}保险经纪有限公司",), (OFFICE, WEDNESDAY_CLOSED)),
    "property": Trade("物业", ("北京{}物业管理有限公司",), (OFFICE, WEDNESDAY_CLOSED)),
    "logistics": Trade("物流", ("北京{}物流有限公司", "北京{}供应链有限公司"), (DEPOT,)),
    "factory": Trade("制造", ("北京{}精密机械有限公司", "北京{}仪器制造有限公司"), (FACTORY,)),
    "pharma": Trade("生物医药", ("北京{}生物医药有限公司",), (OFFICE, FACTORY)),
    "cars": Trade("汽车服务", ("北京{}汽车服务有限公司",), (DEPOT, THROUGH)),
}

FIRST_WORDS = """
青梧 远岫 澄怀 砚山 星垂 朗溪 云栖 鹤汀 松月 兰渚 霁川 晴岚 望舒 扶光 闻笛 听澜 知微
疏影 暮野 晓舟 映雪 拾穗 南乔 折桂 浮玉 凌波 采薇 沐阳 景行 怀瑾 握瑜 修远 鸣谦 守拙
见山 观澜 长庚 初禾 木棠 白鹭 青鸢 玄圃 瑶光 漱石 枕流 牧云 衔枝 墨池 栖竹 踏歌
"""
SECOND_WORDS = """
智联 汇通 万合 启元 同创 博远 新程 众诚 鼎和 宏图
瑞丰 嘉业 天成 卓立 恒信 聚力 永泰 维德 华章 益民
"""
BUILDINGS = ("A座{}室", "B座{}室", "写字楼{}室", "1号楼{}室", "2号楼{}室", "主楼{}室")
KEY_EVENTS = ("公司周年庆", "新项目启动", "新址启用", "年会", "系统上线")

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = """
建国 丽华 志强 秀英 海涛 晓燕 文博 雪梅 国栋 静怡 立新 桂芳 宇航 佳琪 振华 玉兰 明远 思雨
德胜 春梅 浩然 雅婷 长江 淑敏 子涵 俊杰 慧敏 永强 红霞 一鸣 婉清 大伟 少华 欣怡 卫东 若彤
"""

ROLES = {
    Layer.MANAGEMENT: ("信息部经理", "行政部经理", "财务部经理", "业务部经理", "后勤主任"),
    Layer.OPERATION: ("行政专员", "网络管理员", "采购专员", "通信联络员", "办公室文员"),
    Layer.INFLUENCER: ("技术顾问", "工会主席", "总经理助理"),
}
LIKES = ("喜欢喝茶", "关心成本", "重视售后", "爱好羽毛球", "偏好微信联系", "只看书面方案")

MORNINGS = _week("9:30-11:30")
AFTERNOONS = _week("14:00-16:30")
TUESDAY_THURSDAY = _week("9:00-11:30 14:00-17:00", mon="", wed="", fri="")
NOT_MONDAY = _week("9:00-11:30 14:00-17:00", mon="")


@dataclass(frozen=True)
class Territory:
    """A manager, where the manager's clients are, and what they do."""

    manager: Manager
    districts: tuple[str, ...]
    trades: tuple[str, ...]
    first_client: int


def _away(first: str, last: str = "", hours: str = "") -> Closure:
    return Closure(
        first=dt.date.fromisoformat(first),
        last=dt.date.fromisoformat(last or first),
        hours=_windows(hours)[0] if hours else None,
    )


def _place(name: str, number: int, share: float) -> tuple[str, Point]:
    """Address and point of a fixed place on a road."""
    road = next(road for road in roads() if road.name == name)
    return f"北京市{road.district}{name}{number}号", _beside(road, share, 35)


def _territories() -> tuple[Territory, ...]:
    offices = (
        _place("学院南路", 62, 0.4),
        _place("朝阳门外大街", 20, 0.5),
        _place("方庄路", 9, 0.5),
    )
    homes = (
        _place("阜成路", 58, 0.6),
        _place("和平里东街", 11, 0.5),
        _place("光彩路", 65, 0.7),
    )
    tech = ("tech",) * 8 + ("school", "hospital", "institute", "media") * 2
    trade = ("law", "media", "hotel", "insurance", "trade") * 2 + ("tech", "food", "shop")
    goods = ("logistics", "factory", "pharma") * 3 + ("trade", "cars", "property", "tech")
    wan = Manager(
        id="M01",
        name="万舒宁",
        phone="13800000101",
        mode=TravelMode.TRANSIT,
        office_address=offices[0][0],
        office=offices[0][1],
        home_address=homes[0][0],
        home=homes[0][1],
        leave=(
            _away("2026-09-14", "2026-09-15"),
            _away("2026-11-26", hours="16:00-18:00"),
        ),
        extra={"班组": "海西组"},
    )
    qi = Manager(
        id="M02",
        name="祁向阳",
        phone="13800000102",
        mode=TravelMode.EBIKE,
        start=Anchor.HOME,
        end=Anchor.HOME,
        office_address=offices[1][0],
        office=offices[1][1],
        home_address=homes[1][0],
        home=homes[1][1],
        max_visits=8,
        leave=(_away("2026-10-19", "2026-10-20"), _away("2026-12-03", "2026-12-04")),
        extra={"班组": "朝东组"},
    )
    fang = Manager(
        id="M03",
        name="房若兰",
        phone="13800000103",
        mode=TravelMode.CAR,
        end=Anchor.HOME,
        office_address=offices[2][0],
        office=offices[2][1],
        home_address=homes[2][0],
        home=homes[2][1],
        shift=TimeWindow(start=parse_clock("8:00"), end=parse_clock("17:30")),
        max_talk_minutes=320,
        leave=(_away("2026-11-23", hours="8:00-9:30"), _away("2026-12-11")),
        extra={"班组": "丰亦组"},
    )
    return (
        Territory(wan, ("海淀区", "西城区"), (*tech, "law", "property", "hotel", "food"), 1),
        Territory(qi, ("朝阳区", "东城区"), (*trade, "hospital", "school", "property"), 51),
        Territory(fang, ("丰台区", "大兴区"), (*goods, "hotel", "school", "hospital", "shop"), 101),
    )


KINDS = (
    (9, Tier.A, True, ClientKind.ACCOUNT),
    (20, Tier.B, True, ClientKind.ACCOUNT),
    (13, Tier.C, True, ClientKind.ACCOUNT),
    (5, Tier.C, False, ClientKind.ACCOUNT),
    (2, Tier.B, False, ClientKind.PROSPECT),
    (1, Tier.C, False, ClientKind.PROSPECT),
)
"""How many of a manager's 50 clients: tier, listed, kind."""


def _clients(territory: Territory, dice: Dice) -> list[Client]:
    kinds = dice.shuffled([kind for count, *kind in KINDS for _ in range(count)])
    firsts = dice.shuffled(FIRST_WORDS.split())
    seconds = SECOND_WORDS.split()[territory.first_client // 50 :: 3]  # so that no name comes twice
    trades = [territory.trades[place % len(territory.trades)] for place in range(len(kinds))]
    streets = [road for road in roads() if road.district in territory.districts]
    around = dice.shuffled([streets[place % len(streets)] for place in range(len(kinds) + 4)])
    clients: list[Client] = []
    for place, (tier, listed, kind) in enumerate(kinds):
        trade = TRADES[trades[place]]
        brand = firsts[place] + dice.pick(seconds)
        hours = dice.pick(trade.hours)
        sites = [_site("", around[place], hours, dice)]
        if place == 7:  # one client of each manager has branches, the first manager's has two
            for branch in range(2 if territory.first_client == 1 else 1):
                sites.append(_site(f"S{branch + 2}", around[-1 - branch], hours, dice))
        prospect = kind is ClientKind.PROSPECT
        fresh = dt.date(2026, 11, 16 + dice.below(5))
        signed = dt.date(dice.between(2017, 2025), dice.between(1, 12), dice.between(1, 28))
        industry = {"行业": trade.industry}
        extra_note = {"备注2": dice.pick(REMARKS)} if dice.chance(15) else {}
        clients.append(
            Client(
                id=f"C{territory.first_client + place:03d}",
                name=dice.pick(trade.names).format(brand),
                tier=tier,
                listed=listed,
                kind=kind,
                manager_id=territory.manager.id,
                sites=tuple(sites),
                key_dates=_key_dates(dice),
                since=fresh if prospect else signed,
                note=dice.pick(NOTES) if dice.chance(20) else "",
                extra=industry | extra_note,
            )
        )
    return clients


NOTES = (
    "停车不便",
    "进门需登记身份证",
    "前台在一层",
    "电话预约后再去",
    "合同年底到期",
    "正在比较专线价格",
    "门口有共享单车",
)
REMARKS = ("重点行业", "曾获优秀客户", "转介绍客户", "总部在外地")


def _site(site_id: str, road: Road, hours: WeeklyHours, dice: Dice) -> Site:
    share, metres = dice.between(4, 96) / 100, dice.between(25, 65)
    left = dice.chance(50)
    point = _beside(road, share, metres if left else -metres)
    building = dice.pick(BUILDINGS).format(100 * dice.between(1, 18) + dice.between(1, 24))
    number = 2 * int(share * 75) + (1 if left else 2)
    return Site(
        id=site_id,
        address=f"北京市{road.district}{road.name}{number}号",
        district=road.district,
        room="" if dice.chance(16) else building,
        point=point,
        hours=hours,
    )


def _key_dates(dice: Dice) -> tuple[KeyDate, ...]:
    if not dice.chance(15):
        return ()
    return (KeyDate(name=KEY_EVENTS[0], month=dice.between(1, 12), day=dice.between(1, 28)),)


def _contacts(clients: Sequence[Client], dice: Dice) -> list[Contact]:
    """A has three, B two, C one or two; the first decides."""
    contacts: list[Contact] = []
    heads = {trade.industry: trade.head for trade in TRADES.values()}
    for client in clients:
        count = {Tier.A: 3, Tier.B: 2, Tier.C: dice.between(1, 2)}[client.tier]
        layers = [Layer.DECISION, Layer.MANAGEMENT, Layer.OPERATION]
        if dice.chance(10):
            layers[1] = Layer.INFLUENCER
        for layer in layers[:count]:
            head = heads[client.extra["行业"]]
            main = layer is Layer.DECISION
            hours = dice.pick((MORNINGS, AFTERNOONS, TUESDAY_THURSDAY, NOT_MONDAY))
            name = dice.pick(SURNAMES) + dice.pick(GIVEN.split())
            birthday = KeyDate(name=name, month=dice.between(1, 12), day=dice.between(1, 28))
            year = dice.between(1966, 1998)
            likes = {"偏好": dice.pick(LIKES)} if dice.chance(20) else {}
            site = dice.pick(client.sites)
            contacts.append(
                Contact(
                    id=f"K{len(contacts) + 1:03d}",
                    client_id=client.id,
                    site_id="" if main else site.id,
                    name=name,
                    layer=layer,
                    role=head if main else dice.pick(ROLES[layer]),
                    phone=f"1380000{1000 + len(contacts):04d}",
                    hours=hours if dice.chance(25) and _often(hours, client.sites[0]) else None,
                    birthday=birthday if dice.chance(40) else None,
                    note=f"{year}年生" if dice.chance(8) else "",
                    extra=likes,
                )
            )
    return contacts


def _company(book: Book, dice: Dice) -> tuple[Contact, ...]:
    """The key persons with more of them for A and B clients, and what is known of when and how they
    like to be met; who is booked is free."""
    people = list(book.contacts)
    for client in book.clients:
        few = client.tier is Tier.B and dice.chance(10)
        count = 0 if few or client.tier is Tier.C else dice.between(1, 2)
        for _ in range(count):
            layer = dice.pick(
                (Layer.MANAGEMENT, Layer.OPERATION, Layer.OPERATION, Layer.INFLUENCER)
            )
            hours = dice.pick((MORNINGS, AFTERNOONS, TUESDAY_THURSDAY, NOT_MONDAY))
            people.append(
                Contact(
                    id=f"K{len(people) + 1:03d}",
                    client_id=client.id,
                    name=dice.pick(SURNAMES) + dice.pick(GIVEN.split()),
                    layer=layer,
                    role=dice.pick(ROLES[layer]),
                    phone=f"1380000{1000 + len(people):04d}",
                    hours=hours if dice.chance(30) and _often(hours, client.sites[0]) else None,
                )
            )
    booked = {key for appointment in book.appointments for key in appointment.contact_ids}
    known: list[Contact] = []
    leaps = 0
    for person in people:
        client = book.client_by_id[person.client_id]
        update: dict[str, object] = {}
        wish, rest = dice.pick(PREFERRED), dice.pick(RESTS)
        high = person.layer in (Layer.DECISION, Layer.MANAGEMENT) and client.tier is not Tier.C
        if high and dice.chance(20) and _meet(wish, person.hours or client.sites[0].hours):
            update["preferred_hours"] = wish
        if dice.chance(10) and person.id not in booked and person.hours is None:
            update["do_not_disturb"] = rest
        if dice.chance(3):
            update["language"] = Language.EN
        if person.birthday and dice.chance(30):
            month, day = dice.between(1, 12), dice.between(1, 30)
            leap = day > 28 and leaps < 2
            leaps += leap
            update["birthday"] = KeyDate(
                name=person.name, month=month, day=day, lunar=True, leap=leap
            )
        known.append(person.model_copy(update=update))
    # One soon: the 20th of the tenth month is 28 November 2026.
    soon = next(at for at, person in enumerate(known) if person.client_id == "C051")
    birthday = KeyDate(name=known[soon].name, month=10, day=20, lunar=True)
    known[soon] = known[soon].model_copy(update={"birthday": birthday})
    # And one client of whose three people at most two are ever there together.
    apart = [at for at, person in enumerate(known) if person.client_id == UNMET]
    for at, hours in zip(apart, (MORNINGS, AFTERNOONS, TUESDAY_THURSDAY), strict=False):
        known[at] = known[at].model_copy(update={"hours": hours, "do_not_disturb": None})
    return tuple(sorted(known, key=lambda person: (person.client_id, person.id)))


UNMET = "C005"
OTHER_LAYERS = (Layer.MANAGEMENT, Layer.OPERATION, Layer.OPERATION, Layer.INFLUENCER)
PREFERRED = (
    _week("", tue="10:00-11:00", thu="10:00-11:00"),
    _week("9:30-10:30"),
    _week("14:30-16:00"),
    _week("", wed="14:00-16:00", fri="14:00-16:00"),
)
RESTS = (
    WeeklyHours(days=(_windows("12:00-14:00"),) * 7),
    _week("", mon="8:30-10:30"),
    _week("", fri="15:00-18:00"),
)


def _meet(hours: WeeklyHours, others: WeeklyHours) -> bool:
    return any(common_windows(hours.on(day), others.on(day)) for day in range(5))


def _told(book: Book, dice: Dice) -> Iterator[VisitRecord]:
    """The visit records with what came of each: more people met, the goal, the next step's day, and
    visits put off to the client's next one."""
    for visit in book.visits:
        later = [
            other
            for other in book.visits_of[visit.client_id]
            if 0 < (other.date - visit.date).days <= 8 and other.start is not None
        ]
        site = book.client_by_id[visit.client_id].site(visit.site_id)
        more = [
            person.id
            for person in book.contacts_of[visit.client_id]
            if person.id not in visit.contact_ids
            and book.client_by_id[visit.client_id].site(person.site_id) == site
        ]
        update: dict[str, object] = {}
        if visit.status is VisitStatus.DONE:
            met = [key for key in more if dice.chance(45)][: 3 - len(visit.contact_ids)]
            update["contact_ids"] = tuple(sorted((*visit.contact_ids, *met)))
            if dice.chance(60):
                update["goal_reached"] = dice.chance(80)
            if visit.next_step:
                update["next_date"] = visit.date + dt.timedelta(days=dice.between(2, 14))
        elif visit.status is VisitStatus.CANCELLED and later and dice.chance(60):
            update = {"status": VisitStatus.POSTPONED, "postponed_to": later[0].date}
            update |= {"postponed_start": later[0].start, "note": "客户临时有会，改期"}
        yield visit.model_copy(update=update)


def _often(hours: WeeklyHours, site: Site) -> bool:
    """Whether a person can be met for an hour on at least two weekdays."""
    days = 0
    for day in range(5):
        pairs = [(a, b) for a in hours.on(day) for b in site.hours.on(day)]
        days += any(min(a.end, b.end) - max(a.start, b.start) >= 60 for a, b in pairs)
    return days >= 2


# --- what happened ----------------------------------------------------------------------------

TRAVEL = {TravelMode.TRANSIT: (12, 4.0), TravelMode.EBIKE: (4, 4.5), TravelMode.CAR: (9, 3.3)}
"""Minutes to set off and arrive, minutes per km as the crow flies."""
RUSH = 1.2
"""So many times as long takes a way that begins before nine or after five."""
TALK = {Tier.A: 50, Tier.B: 40, Tier.C: 30}
EAGER = {Tier.A: 60, Tier.B: 44, Tier.C: 16}
"""How many minutes of way and wait a visit is worth when it is due."""

PURPOSES = (
    *(Purpose.KEEP_WARM,) * 4,
    *(Purpose.PITCH,) * 3,
    *(Purpose.BUSINESS,) * 3,
    *(Purpose.OPINIONS,) * 2,
    Purpose.GIFT,
)
OUTCOMES = {
    Purpose.KEEP_WARM: ("了解近期用网情况，关系良好", "介绍新任经办人"),
    Purpose.PITCH: ("介绍云专线，客户有兴趣", "介绍短信平台，需内部讨论", "已留宣传资料"),
    Purpose.BUSINESS: ("办理增值税发票变更", "提交宽带提速申请", "补签合同附件"),
    Purpose.OPINIONS: ("反映室内信号弱，已转网络部", "对服务满意"),
    Purpose.GIFT: ("送上节日礼品，已签收",),
}
NEXT_STEPS = ("下周提交方案", "安排工程师勘测", "月底前回复报价", "约技术交流")


@dataclass
class Diary:
    """A manager's records so far, and when each client was last seen."""

    manager: Manager
    clients: Sequence[Client]
    contacts: Mapping[str, Sequence[Contact]]
    dice: Dice
    paused: Mapping[str, dt.date]
    """Clients let slip: not seen from this day on."""
    seen: dict[str, dt.date] = field(default_factory=dict)
    records: list[VisitRecord] = field(default_factory=list)

    def live(self, day: dt.date) -> None:
        """One working day: again and again to whoever is most worth the way."""
        manager, dice = self.manager, self.dice
        pieces = shift_pieces(manager, day, SHIFT, CALENDAR)
        here = manager.place(manager.start)
        if not pieces:
            return
        now, end = pieces[0].start, pieces[-1].end - 30
        left = [client for client in self.clients if self._wanted(client, day)]
        for _ in range(dice.between(6, 8)):
            offers = []
            for client in left:
                site = dice.pick(client.sites)
                talk = TALK[client.tier] + 5 * dice.between(-1, 1)
                arrive = now + self._travel(here, site.point)
                start = self._start(site, day, arrive + 5, talk)
                if start is not None and start + talk <= end:
                    gain = start - now - self._eager(client, day)
                    offers.append((gain, client.id, client, site, start, talk))
            if not offers:
                break
            *_, client, site, start, talk = min(offers, key=lambda offer: offer[:2])
            left.remove(client)
            way = self._travel(here, site.point)
            minutes = round(way * (RUSH if now < 9 * 60 or now >= 17 * 60 else 1))
            status = self._record(client, site, day, start, talk, minutes)
            if status is not VisitStatus.CANCELLED:
                here, now = site.point, start + (talk if status is VisitStatus.DONE else 10) + 5

    def _wanted(self, client: Client, day: dt.date) -> bool:
        if client.kind is ClientKind.PROSPECT or day >= self.paused.get(client.id, dt.date.max):
            return False
        last = self.seen.get(client.id)
        if last is None:
            return client.listed or self.dice.chance(4)
        gap = (day - last).days
        if client.interval_days:
            return gap >= client.interval_days - 1
        if not client.listed:
            return gap >= 35 and self.dice.chance(4)
        period = half_month_of(day) if client.tier is Tier.C else week_of(day)
        return last < period.first and gap >= 3

    def _eager(self, client: Client, day: dt.date) -> float:
        last = self.seen.get(client.id, FIRST_DAY - dt.timedelta(days=8))
        interval = client.interval_days or (15 if client.tier is Tier.C else 7)
        return EAGER[client.tier] * min(5.0, (day - last).days / interval)

    def _travel(self, start: Point | None, end: Point | None) -> int:
        if start is None or end is None:
            raise ValueError("clients lose their places only after the visits are played")
        fixed, per_km = TRAVEL[self.manager.mode]
        return fixed + math.ceil(per_km * _distance(start, end))

    def _start(self, site: Site, day: dt.date, ready: int, talk: int) -> int | None:
        for window in site_windows(site, day, CALENDAR):
            start = -(-max(ready, window.start) // 5) * 5
            if start < LUNCH.end and LUNCH.start < start + talk:
                start = LUNCH.end
            if start + talk <= window.end:
                return start
        return None

    def _record(
        self, client: Client, site: Site, day: dt.date, start: int, talk: int, minutes: int
    ) -> VisitStatus:
        dice, people = self.dice, self.contacts[client.id]
        fate, purpose = dice.below(100), dice.pick(PURPOSES)
        who = dice.shuffled(people)[: dice.between(1, 2)]
        ids = tuple(sorted(person.id for person in who))
        record = VisitRecord(
            client_id=client.id,
            site_id=site.id,
            manager_id=self.manager.id,
            date=day,
            start=start,
            end=start + talk,
            purposes=(purpose,),
            contact_ids=ids,
            travel_minutes=minutes,
        )
        update: dict[str, object]
        if fate < 4:
            update = {"status": VisitStatus.NOT_MET, "end": start + 10, "contact_ids": ids[:1]}
            update["note"] = "负责人外出，已改约"
        elif fate < 7:
            update = {"status": VisitStatus.CANCELLED, "start": None, "end": None}
            update |= {"contact_ids": (), "travel_minutes": None, "note": "客户临时有会"}
        else:
            self.seen[client.id] = day
            update = {"note": dice.pick(OUTCOMES[purpose]) if dice.chance(30) else ""}
            update["next_step"] = dice.pick(NEXT_STEPS) if dice.chance(10) else ""
        record = record.model_copy(update=update)
        self.records.append(record)
        return record.status


# --- calls and messages ---------------------------------------------------------------------------

TOUCHES_SINCE = dt.date(2026, 11, 2)
"""The managers keep calls and messages since then."""
MESSAGES = {Tier.A: 88, Tier.B: 72, Tier.C: 18}
"""Of a hundred weeks so many with a message."""
CALLS = {Tier.A: 70, Tier.B: 12, Tier.C: 5}
"""Of a hundred weeks so many with a call."""
CALL_MINUTES = 10
ANSWERS = ("确认下次拜访时间", "回复上次提出的问题", "告知套餐变更进度")


def _touches(book: Book, dice: Dice) -> Iterator[VisitRecord]:
    """Calls and messages of the last three weeks, calls between the visits of their day; of each
    manager's prospects one was reached in time, and another did not answer."""
    talks: dict[tuple[str, dt.date], list[TimeWindow]] = {}
    for visit in book.visits:
        if visit.start is not None and visit.end is not None:
            away = TimeWindow(start=visit.start - (visit.travel_minutes or 0), end=visit.end + 5)
            talks.setdefault((visit.manager_id, visit.date), []).append(away)
    returned: dict[str, int] = {}
    for client in book.clients:
        manager = book.manager_by_id[client.manager_id]
        days = [
            day
            for ahead in range((TODAY - TOUCHES_SINCE).days)
            if shift_pieces(manager, day := TOUCHES_SINCE + dt.timedelta(ahead), SHIFT, CALENDAR)
        ]
        if client.kind is ClientKind.PROSPECT:
            turn = returned.get(manager.id, 0)
            after = [day for day in days if client.since and day > client.since]
            if turn < 2 and after:
                returned[manager.id] = turn + 1
                busy = talks.setdefault((manager.id, after[0]), [])
                yield _call(book, client, after[0], busy, dice, reached=turn == 0)
            continue
        for monday in sorted({week_of(day).first for day in days}):
            week = [day for day in days if week_of(day).first == monday]
            if client.listed and dice.chance(MESSAGES[client.tier]):
                yield _message(book, client, dice.pick(week))
            if client.listed and dice.chance(CALLS[client.tier]):
                day = dice.pick(week)
                busy = talks.setdefault((manager.id, day), [])
                yield _call(book, client, day, busy, dice, reached=dice.chance(85))


def _message(book: Book, client: Client, day: dt.date) -> VisitRecord:
    """To all key persons."""
    return VisitRecord(
        client_id=client.id,
        manager_id=client.manager_id,
        date=day,
        channel=Channel.MESSAGE,
        contact_ids=tuple(person.id for person in book.contacts_of[client.id]),
    )


def _call(
    book: Book, client: Client, day: dt.date, busy: list[TimeWindow], dice: Dice, *, reached: bool
) -> VisitRecord:
    """To one key person, at an hour that is open there and free here, where there is one."""
    shift = shift_pieces(book.manager_by_id[client.manager_id], day, SHIFT, CALENDAR)
    starts = [
        start
        for hours in common_windows(site_windows(client.sites[0], day, CALENDAR), shift)
        for start in range(hours.start, hours.end - CALL_MINUTES, CALL_MINUTES)
        if all(start + CALL_MINUTES <= one.start or one.end <= start for one in busy)
    ]
    start = dice.pick(starts) if starts else None
    if start is not None:
        busy.append(TimeWindow(start=start, end=start + CALL_MINUTES))
    return VisitRecord(
        client_id=client.id,
        manager_id=client.manager_id,
        date=day,
        start=start,
        end=None if start is None else start + CALL_MINUTES,
        channel=Channel.PHONE,
        status=VisitStatus.DONE if reached else VisitStatus.NOT_MET,
        contact_ids=(dice.pick(book.contacts_of[client.id]).id,) if reached else (),
        note=(dice.pick(ANSWERS) if dice.chance(25) else "") if reached else "无人接听",
    )


# --- the book ---------------------------------------------------------------------------------


@dataclass
class Pool:
    """Clients by id, out of which special cases are drawn, each client once."""

    clients: dict[str, Client]
    dice: Dice
    drawn: set[str] = field(default_factory=set)

    def draw(
        self,
        manager: Manager,
        tier: Tier,
        *,
        listed: bool = True,
        fits: Callable[[Client], bool] = lambda _: True,
    ) -> Client:
        """An account of this kind that fits and is no special case yet."""
        fitting = [
            client
            for client in self.clients.values()
            if (client.manager_id, client.tier, client.listed) == (manager.id, tier, listed)
            and client.kind is ClientKind.ACCOUNT
            and client.id not in self.drawn
            and len(client.sites) == 1
            and fits(client)
        ]
        found = self.dice.pick(fitting)
        self.drawn.add(found.id)
        return found

    def change(self, client: Client, **update: object) -> None:
        self.clients[client.id] = client.model_copy(update=update)

    def close(self, client: Client, *closures: Closure) -> None:
        self.change(client, sites=(client.sites[0].model_copy(update={"closures": closures}),))


def _special_cases(pool: Pool, manager: Manager, others: Sequence[Manager]) -> dict[str, dt.date]:
    """Closures, overrides, days that matter; returns the clients let slip, and since when."""
    a, b, c = Tier.A, Tier.B, Tier.C
    pool.close(pool.draw(manager, a), _away("2026-10-12", "2026-10-14"))
    pool.close(pool.draw(manager, b), _away("2026-11-23", "2026-11-25"))
    pool.close(pool.draw(manager, c), _away("2026-11-19", "2026-11-30"))
    pool.close(pool.draw(manager, b), _away("2026-11-26", hours="9:00-12:00"))
    pool.change(pool.draw(manager, a), talk_minutes=75)
    pool.change(pool.draw(manager, b), talk_minutes=25)
    pool.change(pool.draw(manager, a), interval_days=4)
    pool.change(pool.draw(manager, c, listed=False), interval_days=14)
    for tier, other in ((a, 0), (b, 1)):
        pool.change(pool.draw(manager, tier), backup_ids=(others[other].id,))
    for tier, listed, day in ((b, True, 25), (c, True, 27), (c, False, 26)):
        event = KeyDate(name=pool.dice.pick(KEY_EVENTS[1:]), month=11, day=day, year=2026)
        pool.change(pool.draw(manager, tier, listed=listed), key_dates=(event,))
    fresh = pool.draw(manager, c)
    pool.change(fresh, since=dt.date(2026, 11, 12))
    slips = ((a, dt.date(2026, 11, 16)), (b, dt.date(2026, 11, 9)), (b, dt.date(2026, 11, 2)))
    paused = {pool.draw(manager, tier).id: day for tier, day in slips}
    return {fresh.id: FIRST_DAY, **paused}


MUST_VISITS = (
    (Tier.B, True, MustVisitReason.COMPLAINT, dt.date(2026, 11, 20), dt.date(2026, 11, 24)),
    (Tier.A, True, MustVisitReason.COMPETITOR, dt.date(2026, 11, 19), dt.date(2026, 11, 27)),
    (Tier.C, False, MustVisitReason.CLIENT_ASKED, dt.date(2026, 11, 18), None),
)
"""Tier, listed, reason, since, by: one of each for every manager."""


def _must_visits(pool: Pool, manager: Manager, seen: Mapping[str, dt.date]) -> None:
    for tier, listed, reason, since, by in MUST_VISITS:
        fits = partial(_unseen, seen, since)
        client = pool.draw(manager, tier, listed=listed, fits=fits)
        pool.change(client, must_visit=MustVisit(reason=reason, since=since, by=by))


def _unseen(seen: Mapping[str, dt.date], since: dt.date, client: Client) -> bool:
    return seen.get(client.id, FIRST_DAY) < since


@dataclass(frozen=True)
class Booking:
    """What is booked for every manager; `day` counts from the plan week's Monday."""

    day: int
    hour: str
    rigidity: Rigidity
    tier: Tier = Tier.B
    leeway: int = 0


BOOKINGS = (
    Booking(1, "10:00", Rigidity.EXACT, Tier.A),
    Booking(2, "14:30", Rigidity.LEEWAY, Tier.A, leeway=30),
    Booking(3, "", Rigidity.DAY),
    Booking(4, "", Rigidity.WEEK),
)
"""In the plan week, each manager's shifted by a day from the one before."""
LATER_BOOKINGS = (
    Booking(8, "10:00", Rigidity.EXACT),
    Booking(9, "15:00", Rigidity.EXACT),
    Booking(15, "", Rigidity.DAY),
)


def _appointments(
    pool: Pool, managers: Sequence[Manager], contacts: Mapping[str, Sequence[Contact]]
) -> tuple[Appointment, ...]:
    found: list[Appointment] = []
    for turn, manager in enumerate(managers):
        days = [((booking.day + turn) % 5, booking) for booking in BOOKINGS]
        days += [(booking.day, booking) for booking in LATER_BOOKINGS]
        for day, booking in days:
            date, number = PLAN_WEEK + dt.timedelta(days=day), f"Y{len(found) + 1:03d}"
            found.append(_book_visit(pool, manager, contacts, booking, date, number))
    return tuple(_with_a_colleague(found, managers))


def _with_a_colleague(
    appointments: Sequence[Appointment], managers: Sequence[Manager]
) -> Iterator[Appointment]:
    """The first that leaves the hour open is made by two."""
    left = True
    for one in appointments:
        if left and one.rigidity is Rigidity.DAY:
            left = False
            yield one.model_copy(update={"companion_ids": (managers[1].id,)})
        else:
            yield one


def _book_visit(
    pool: Pool,
    manager: Manager,
    contacts: Mapping[str, Sequence[Contact]],
    booking: Booking,
    date: dt.date,
    number: str,
) -> Appointment:
    """With a client, and a person there, who can give an hour then, leeway included."""
    start = parse_clock(booking.hour or "10:00")
    span = TimeWindow(start=start - booking.leeway, end=start + 60 + booking.leeway)

    def fits(client: Client) -> bool:
        windows = site_windows(client.sites[0], date, CALENDAR)
        return any(window.holds(span.start, span.end) for window in windows)

    def free(person: Contact) -> bool:
        windows = person.hours.on(date.weekday()) if person.hours else (span,)
        return any(window.holds(span.start, span.end) for window in windows)

    client = pool.draw(manager, booking.tier, fits=fits)
    free_people = [person.id for person in contacts[client.id] if free(person)]
    return Appointment(
        id=number,
        client_id=client.id,
        date=date,
        start=start if booking.hour else None,
        minutes=60 if booking.rigidity is Rigidity.EXACT else None,
        rigidity=booking.rigidity,
        leeway=booking.leeway,
        purposes=(pool.dice.pick((Purpose.PITCH, Purpose.BUSINESS, Purpose.OPINIONS)),),
        contact_ids=tuple(free_people[:1]),
        note="二选一已确认" if booking.hour else "",
    )


def make_book(seed: int = SEED) -> Book:
    """The sample book; the same for the same seed."""
    dice = Dice(seed)
    territories = _territories()
    managers = [territory.manager for territory in territories]
    clients = [client for territory in territories for client in _clients(territory, dice)]
    pool = Pool({client.id: client for client in clients}, dice)
    contacts = _contacts(clients, dice)
    people: dict[str, list[Contact]] = {client.id: [] for client in clients}
    for contact in contacts:
        people[contact.client_id].append(contact)
    visits: list[VisitRecord] = []
    for number, territory in enumerate(territories):
        manager = territory.manager
        paused = _special_cases(pool, manager, managers[number + 1 :] + managers[:number])
        own = [client for client in pool.clients.values() if client.manager_id == manager.id]
        diary = Diary(manager, own, people, dice, paused)
        for ahead in range((TODAY - FIRST_DAY).days):
            diary.live(FIRST_DAY + dt.timedelta(days=ahead))
        visits.extend(diary.records)
        _must_visits(pool, manager, diary.seen)
    appointments = _appointments(pool, managers, people)
    for manager, tier in ((managers[0], Tier.B), (managers[2], Tier.B)):
        client = pool.draw(manager, tier)
        pool.change(client, sites=(client.sites[0].model_copy(update={"point": None}),))
    book = Book(
        managers=tuple(managers),
        clients=tuple(pool.clients.values()),
        contacts=tuple(contacts),
        visits=tuple(sorted(visits, key=lambda visit: (visit.date, visit.manager_id))),
        appointments=appointments,
    )
    # Drawn apart, so that clients and visits do not depend on what is known of people.
    dice = Dice(seed + 1)
    book = book.model_copy(update={"contacts": _company(book, dice)})
    book = book.model_copy(update={"visits": tuple(_told(book, dice))})
    told = [*book.visits, *_touches(book, Dice(seed + 2))]
    told.sort(key=lambda record: (record.date, record.manager_id))
    return book.model_copy(update={"visits": tuple(told)})


def _write_broken_workbook(path: Path) -> None:
    """A workbook with the faults that CSV cannot show: a sheet missing, one empty, #N/A in a cell.

    The faults of rows and cells stand in `broken/`, written by hand.
    """
    with xlsxwriter.Workbook(path) as workbook:
        workbook.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        clients = workbook.add_worksheet("客户")
        clients.write_row(0, 0, ("客户编号", "客户名称", "等级", "客户经理编号"))
        contacts = workbook.add_worksheet("关键人")
        contacts.write_row(0, 0, ("关键人编号", "客户编号", "姓名"))
        contacts.write_row(1, 0, ("K001", "C001"))
        contacts.write_formula(1, 2, '=VLOOKUP("K001",客户!A:B,2,FALSE)', value="#N/A")


def main(folder: Path) -> None:
    """Write the sample book into a folder, as CSV and as .xlsx, and the broken workbook."""
    book = make_book()
    write_book(book, folder / "sample", "zh")
    write_book(book, folder / "sample.xlsx", "zh")
    _write_broken_workbook(folder / "broken.xlsx")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
