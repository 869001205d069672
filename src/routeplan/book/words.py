"""The words of a book's vocabularies, in Chinese and English, as users type them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Mapping
from typing import Any

from routeplan.book.cells import CellError, Kind, normal
from routeplan.book.codes import FaultCode
from routeplan.book.models import (
    Anchor,
    Channel,
    ClientKind,
    Language,
    Layer,
    Locator,
    MatchLevel,
    MustVisitReason,
    Purpose,
    Rigidity,
    Tier,
    TravelMode,
    VisitStatus,
)
from routeplan.datum import Datum

__all__ = ["VOCABULARIES", "nearest", "several", "vocabulary", "word_key"]

VOCABULARIES: Mapping[str, Mapping[Any, tuple[str, ...]]] = {
    "tier": {
        Tier.A: ("A类", "A", "A级", "tier A", "class A"),
        Tier.B: ("B类", "B", "B级", "tier B", "class B"),
        Tier.C: ("C类", "C", "C级", "tier C", "class C"),
    },
    "yes_no": {
        True: ("是", "yes", "y", "true", "1", "√", "✓", "有", "拍照", "listed"),
        False: ("否", "no", "n", "false", "0", "×", "x", "无", "非拍照", "不是", "not listed"),
    },
    "kind": {
        ClientKind.ACCOUNT: ("集团客户", "account", "老客户", "存量客户", "客户"),
        ClientKind.PROSPECT: ("首谈客户", "prospect", "新客户", "潜在客户", "意向客户", "lead"),
    },
    "mode": {
        TravelMode.WALK: ("步行", "walk", "走路", "walking", "on foot"),
        TravelMode.BICYCLE: ("自行车", "bicycle", "单车", "骑行", "共享单车", "bike", "cycling"),
        TravelMode.EBIKE: ("电动车", "e-bike", "电瓶车", "电单车", "电动自行车", "electric bike"),
        TravelMode.CAR: (
            "驾车",
            "car",
            "开车",
            "自驾",
            "汽车",
            "小汽车",
            "打车",
            "出租车",
            "driving",
            "taxi",
        ),
        TravelMode.TRANSIT: (
            *("公交", "transit", "地铁", "公共交通", "公交地铁", "地铁/公交", "公交/地铁"),
            *("bus", "metro", "subway", "public transport"),
        ),
    },
    "anchor": {
        Anchor.OFFICE: ("公司", "office", "办公室", "单位", "营业厅"),
        Anchor.HOME: ("家", "home", "家里", "住址", "住处"),
        Anchor.OPEN: ("不限", "open", "客户处", "任意", "any"),
    },
    "layer": {
        Layer.DECISION: ("决策层", "decision", "决策人", "一把手", "decision maker"),
        Layer.MANAGEMENT: ("管理层", "management", "中层"),
        Layer.OPERATION: ("操作层", "operation", "经办人", "执行层", "operations"),
        Layer.INFLUENCER: ("其他影响者", "influencer", "影响者", "影响人", "其他"),
    },
    "must_visit": {
        MustVisitReason.CLIENT_ASKED: ("客户要求", "client asked", "客户约见", "客户邀请"),
        MustVisitReason.COMPLAINT: ("投诉", "complaint", "客户投诉"),
        MustVisitReason.COMPETITOR: ("竞争对手", "competitor", "竞争", "竞争对手拜访", "对手挖角"),
        MustVisitReason.PRESENCE: ("业务需要上门", "presence", "上门服务", "业务需要", "现场服务"),
        MustVisitReason.JUDGED: ("客户经理判断", "judged", "经理判断", "judged necessary"),
    },
    "purpose": {
        Purpose.PITCH: ("业务推介", "pitch", "推介", "推荐业务", "pitch new service"),
        Purpose.KEEP_WARM: ("联络感情", "keep warm", "联络", "日常拜访", "relation"),
        Purpose.GIFT: ("赠送礼品", "gift", "礼品", "送礼品"),
        Purpose.BUSINESS: ("业务办理", "business", "办理业务", "办业务"),
        Purpose.OPINIONS: ("征求意见", "opinions", "意见征询", "ask for opinions"),
        Purpose.COMPLAINT: ("解决投诉", "complaint", "投诉", "投诉处理", "处理投诉"),
    },
    "status": {
        VisitStatus.DONE: ("已完成", "done", "完成", "已拜访", "completed"),
        VisitStatus.NOT_MET: ("未遇", "not met", "未见到", "客户不在"),
        VisitStatus.CANCELLED: ("取消", "cancelled", "已取消", "canceled"),
        VisitStatus.POSTPONED: ("改期", "postponed", "改约", "延期", "已改期", "rescheduled"),
    },
    "channel": {
        Channel.VISIT: ("上门拜访", "visit", "上门", "拜访", "走访", "面访"),
        Channel.PHONE: ("电话", "phone", "通话", "致电", "电话拜访", "call", "phone call"),
        Channel.MESSAGE: (
            *("短信", "message", "彩信", "微信", "短彩信", "短信彩信", "信息"),
            *("SMS", "MMS", "WeChat", "text message"),
        ),
        Channel.EMAIL: ("电子邮件", "e-mail", "邮件", "电邮", "mail"),
        Channel.LETTER: ("信函", "letter", "信件", "书信"),
        Channel.RECEPTION: ("营业厅接待", "reception", "接待", "来访", "客户来访"),
        Channel.THIRD_PARTY: ("第三方", "third party", "第三方转达", "转达"),
    },
    "reached": {
        True: ("是", "yes", "y", "true", "1", "√", "✓", "达成", "已达成", "reached"),
        False: ("否", "no", "n", "false", "0", "×", "x", "未达成", "没有", "not reached"),
    },
    "language": {
        Language.ZH: ("中文", "Chinese", "汉语", "普通话"),
        Language.EN: ("英文", "English", "英语"),
    },
    "rigidity": {
        Rigidity.EXACT: ("准时", "exact", "固定时间", "精确", "fixed"),
        Rigidity.LEEWAY: ("可浮动", "leeway", "浮动", "前后可调", "flexible"),
        Rigidity.DAY: ("当天", "day", "当日", "定日", "any time that day"),
        Rigidity.WEEK: ("当周", "week", "本周", "该周", "any day that week"),
    },
    "locator": {
        Locator.HAND: ("手工", "hand", "人工", "手动", "by hand", "manual"),
        Locator.DISTRICT: ("区域中心", "district centre", "district center"),
        Locator.NOMINATIM: ("Nominatim", "Nominatim"),
        Locator.PHOTON: ("Photon", "Photon"),
        Locator.BAIDU: ("百度", "Baidu"),
        Locator.AMAP: ("高德", "AMap", "gaode"),
        Locator.ARCGIS: ("ArcGIS", "ArcGIS"),
    },
    "match": {
        MatchLevel.ADDRESS: ("门牌", "address", "地址"),
        MatchLevel.STREET: ("道路", "street"),
        MatchLevel.DISTRICT: ("区县", "district"),
        MatchLevel.CITY: ("城市", "city"),
        MatchLevel.UNKNOWN: ("级别不明", "level unknown"),
    },
    "datum": {
        Datum.WGS84: ("WGS-84", "WGS84", "GPS", "EPSG:4326"),
        Datum.GCJ02: ("GCJ-02", "GCJ02", "火星坐标", "高德", "腾讯", "amap", "gaode"),
        Datum.BD09: ("BD-09", "BD09", "百度", "baidu"),
    },
}
"""Vocabulary → value → its words: the Chinese one written first, the English one second.

A tier is written alike in both languages but for the suffix; a datum has one name.
"""


def word_key(raw: str) -> str:
    """What makes two spellings the same word or header."""
    return re.sub(r"[\s_\-*:]", "", normal(raw).casefold())


def nearest(raw: str, known: list[str], cutoff: float = 0.6) -> str:
    """The known spelling that is most like `raw`; '' when none is near."""
    keys = {word_key(one): one for one in known}
    found = difflib.get_close_matches(word_key(raw), list(keys), n=1, cutoff=cutoff)
    return keys[found[0]] if found else ""


def vocabulary(name: str) -> Kind:
    """How cells with the words of a vocabulary are read and written."""
    words = VOCABULARIES[name]
    by_key: dict[str, Hashable] = {}
    for value, spellings in words.items():
        for one in (*spellings, str(value)):
            by_key.setdefault(word_key(one), value)

    def read(raw: str) -> Hashable:
        key = word_key(raw)
        if key in by_key:
            return by_key[key]
        known = tuple("/".join(dict.fromkeys(spellings[:2])) for spellings in words.values())
        near = nearest(raw, [one for spellings in words.values() for one in spellings])
        if near:
            raise CellError(FaultCode.UNKNOWN_WORD, "book.near_word_fix", near=near, known=known)
        raise CellError(FaultCode.UNKNOWN_WORD, known=known)

    return Kind(read, lambda value, language: words[value][0 if language == "zh" else 1])


def several(name: str) -> Kind:
    """Like `vocabulary`, for cells with one or more of its words: '公交地铁; 步行'."""
    one = vocabulary(name)

    def read(raw: str) -> tuple[Any, ...]:
        try:
            return (one.read(raw),)  # a word may hold what separates words: 地铁/公交
        except CellError:
            parts = [part.strip() for part in re.split(r"[;,+/\n]", normal(raw))]
            if sum(map(bool, parts)) < 2:
                raise
            return tuple(dict.fromkeys(one.read(part) for part in parts if part))

    def write(values: Any, language: str) -> str:
        return "; ".join(str(one.write(value, language)) for value in values)

    return Kind(read, write)
