"""The five sheets of a book and their columns: one declaration for reader, writer and template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from routeplan.book import cells, spans
from routeplan.book.cells import Kind
from routeplan.book.located import located
from routeplan.book.words import several, vocabulary, word_key
from routeplan.language import Message, message

__all__ = ["SHEETS", "WEEKDAY_COLUMNS", "Column", "Sheet"]


@dataclass(frozen=True)
class Column:
    name: str
    """The English header, and the name used in code."""
    zh: str
    kind: Kind
    aliases: tuple[str, ...] = ()
    required: bool = False
    """A row without it is a fault, and so is a sheet without the column."""
    written: bool = True
    """Whether the writer and the template use it; the others are only understood."""
    words: str = ""
    """The vocabulary of its cells, if it has one."""

    @property
    def label(self) -> str:
        """Both headers, for texts that must be found in a book of either language."""
        return f"{self.zh} / {self.name}"

    def header(self, language: str) -> str:
        return self.zh if language == "zh" else self.name


@dataclass(frozen=True)
class Sheet:
    name: str
    zh: str
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    required: bool = False

    @property
    def label(self) -> str:
        return f"{self.zh} / {self.name}"

    def title(self, language: str) -> str:
        return self.zh if language == "zh" else self.name

    def about(self, column: Column) -> Message:
        """One line on what stands in a column of this sheet."""
        return message(f"book.about_{self.name}_{column.name}")

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """Every spelling of a header (see `word_key`) → its column."""
        return {
            word_key(spelling): column
            for column in self.columns
            for spelling in (column.name, column.zh, *column.aliases)
        }

    def column_of(self, header: str) -> Column | None:
        """The column of a header; a remark in brackets behind it does not count: '纬度(WGS-84)'."""
        bare = re.sub(r"[(（\[【][^()（）]*[)）\]】]$", "", header)
        return self.by_key.get(word_key(header)) or self.by_key.get(word_key(bare))

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}


def _words(
    name: str, zh: str, vocabulary_name: str, *aliases: str, required: bool = False
) -> Column:
    return Column(
        name, zh, vocabulary(vocabulary_name), aliases, required=required, words=vocabulary_name
    )


_CLIENT_ID = Column(
    "client_id", "客户编号", cells.identifier, ("客户ID", "集团编号", "客户代码"), required=True
)
_MANAGER_ID = ("客户经理", "经理编号", "客户经理工号", "客户经理ID")
_SITE = Column("site", "网点", cells.text, ("site_id", "网点编号", "分部", "办公点"))
_PHONE = Column("phone", "电话", cells.text, ("手机", "手机号", "联系电话", "mobile", "tel"))
_NOTE = Column("note", "备注", cells.text, ("notes", "remark", "说明"))
_DATUM = Column(
    *("datum", "坐标系", vocabulary("datum")), ("坐标系统", "crs"), written=False, words="datum"
)
_PURPOSES = Column("purposes", "拜访目的", several("purpose"), ("purpose", "目的"), words="purpose")
_CONTACT_IDS = Column(
    "contact_ids",
    "关键人编号",
    cells.identifiers,
    ("关键人", "联系人编号", "contact_id", "contacts"),
)
_COMPANION_IDS = Column(
    "with",
    "陪同人编号",
    cells.identifiers,
    ("陪同人", "陪同经理", "companions", "companion_ids"),
)

WEEKDAY_COLUMNS = tuple(
    Column(en, zh, spans.day_hours, aliases, written=False)
    for en, zh, *aliases_list in (
        ("mon", "周一", "星期一", "monday"),
        ("tue", "周二", "星期二", "tuesday"),
        ("wed", "周三", "星期三", "wednesday"),
        ("thu", "周四", "星期四", "thursday"),
        ("fri", "周五", "星期五", "friday"),
        ("sat", "周六", "星期六", "saturday"),
        ("sun", "周日", "星期日", "星期天", "sunday"),
    )
    for aliases in [tuple(aliases_list)]
)
"""Optional columns of the clients sheet, Monday first: each overrules `hours` on its weekday."""

_MANAGERS = Sheet(
    *("managers", "客户经理"),
    aliases=("manager", "经理", "客户经理表"),
    required=True,
    columns=(
        Column(
            *("manager_id", "客户经理编号", cells.identifier),
            ("编号", "工号", "id", "经理编号"),
            required=True,
        ),
        Column("name", "姓名", cells.text, ("客户经理", "客户经理姓名", "manager"), required=True),
        _PHONE,
        Column("mode", "出行方式", several("mode"), ("交通方式", "travel_mode"), words="mode"),
        _words("start", "出发地", "anchor", "起点"),
        _words("end", "返回地", "anchor", "终点"),
        Column("office_address", "办公地址", cells.text, ("公司地址", "office")),
        Column("office_lat", "办公纬度", cells.coordinate, ("公司纬度",)),
        Column("office_lon", "办公经度", cells.coordinate, ("公司经度", "office_lng")),
        Column("office_located", "办公定位", located),
        Column("home_address", "家庭住址", cells.text, ("住址", "home")),
        Column("home_lat", "住址纬度", cells.coordinate, ("家庭纬度",)),
        Column("home_lon", "住址经度", cells.coordinate, ("家庭经度", "home_lng")),
        Column("home_located", "住址定位", located),
        _DATUM,
        Column("shift", "工作时间", cells.window, ("上班时间", "working_hours")),
        Column("weekdays", "工作日", spans.weekdays, ("上班日", "working_days")),
        Column("max_visits", "每日拜访上限", cells.positive, ("每日最多拜访",)),
        Column("max_talk_minutes", "每日面谈上限", cells.minutes, ("每日面谈分钟上限",)),
        Column("leave", "休假", spans.closures, ("请假", "holidays")),
    ),
)

_CLIENTS = Sheet(
    *("clients", "客户"),
    aliases=("client", "客户表", "集团客户", "accounts"),
    required=True,
    columns=(
        Column(
            *("client_id", "客户编号", cells.identifier),
            ("客户ID", "集团编号", "客户代码", "编号", "id"),
            required=True,
        ),
        Column(
            *("name", "客户名称", cells.text),
            ("名称", "集团名称", "客户", "单位名称", "client_name", "client"),
            required=True,
        ),
        _words("tier", "等级", "tier", "客户等级", "集团等级", "类别", required=True),
        _words("listed", "拍照", "yes_no", "是否拍照", "拍照客户"),
        _words("kind", "客户类型", "kind", "类型", "type"),
        Column("manager_id", "客户经理编号", cells.identifier, _MANAGER_ID, required=True),
        Column(
            *("backup_ids", "备选客户经理", cells.identifiers),
            ("备选客户经理编号", "后备经理", "backup", "backups"),
        ),
        _SITE,
        Column("address", "地址", cells.text, ("客户地址", "详细地址")),
        Column("district", "区域", cells.text, ("区", "区县", "行政区", "area")),
        Column("room", "房间", cells.text, ("房间号", "门牌", "楼层房间", "office")),
        Column("lat", "纬度", cells.coordinate, ("latitude",)),
        Column("lon", "经度", cells.coordinate, ("longitude", "lng")),
        Column("located", "定位", located, ("定位方式", "定位来源", "location")),
        _DATUM,
        Column(
            *("hours", "营业时间", spans.weekly_hours),
            ("可拜访时间", "上班时间", "办公时间", "opening_hours"),
        ),
        *WEEKDAY_COLUMNS,
        Column("closures", "临时停业", spans.closures, ("停业", "休业", "不可拜访日期", "closed")),
        Column(
            *("talk_minutes", "面谈分钟", cells.minutes),
            ("面谈时长", "拜访时长", "talk", "duration"),
        ),
        Column(
            "interval_days", "拜访间隔天数", cells.positive, ("拜访间隔", "间隔天数", "interval")
        ),
        _words("must_visit", "必访原因", "must_visit", "必访", "必须上门", "must_visit_reason"),
        Column("must_visit_since", "必访提出日期", cells.date, ("必访提出日",)),
        Column("must_visit_by", "必访截止日期", cells.date, ("必访截止日", "最晚拜访日")),
        Column(
            *("must_visit_with", "必访陪同人编号", cells.identifiers),
            ("必访陪同人", "must_with"),
        ),
        Column("key_dates", "关键日期", spans.key_dates, ("关键时刻", "重要日期", "key_date")),
        Column("since", "建档日期", cells.date, ("首谈日期", "签约日期", "首谈或签约日期")),
        _NOTE,
    ),
)

_CONTACTS = Sheet(
    *("contacts", "关键人"),
    aliases=("contact", "联系人", "关键人表"),
    columns=(
        Column(
            *("contact_id", "关键人编号", cells.identifier),
            ("联系人编号", "编号", "id"),
            required=True,
        ),
        _CLIENT_ID,
        _SITE,
        Column("name", "姓名", cells.text, ("关键人", "联系人", "contact"), required=True),
        _words("layer", "层级", "layer", "关键人层级"),
        Column("role", "职务", cells.text, ("职位", "岗位", "title")),
        _PHONE,
        Column("hours", "可约时间", spans.weekly_hours, ("方便时间", "可见时间", "available")),
        Column(
            *("preferred_hours", "最佳时间", spans.weekly_hours),
            ("首选时间", "偏好时间", "preferred_hour", "preferred"),
        ),
        Column(
            *("do_not_disturb", "免打扰时间", spans.rest_hours),
            ("免打扰", "勿扰时间", "勿扰", "dnd"),
        ),
        Column("birthday", "生日", spans.birthday, ("出生日期",)),
        _words("language", "问候语言", "language", "语言", "greeting"),
        _NOTE,
    ),
)

_VISITS = Sheet(
    *("visits", "拜访记录"),
    aliases=("visit", "history", "拜访历史", "历史拜访"),
    columns=(
        _CLIENT_ID,
        _SITE,
        Column("manager_id", "客户经理编号", cells.identifier, _MANAGER_ID),
        Column("date", "拜访日期", cells.date, ("日期", "拜访时间"), required=True),
        Column("start", "开始时间", cells.clock, ("开始", "到达时间")),
        Column("end", "结束时间", cells.clock, ("结束", "离开时间")),
        _words("channel", "渠道", "channel", "联系渠道", "拜访方式", "接触方式"),
        _words("status", "状态", "status", "拜访结果", "结果"),
        _PURPOSES,
        _CONTACT_IDS,
        _words("goal_reached", "目标达成", "reached", "是否达成目标", "达成目标", "goal"),
        Column("next_step", "下一步", cells.text, ("下步计划", "后续工作")),
        Column("next_date", "下一步日期", cells.date, ("后续日期",)),
        Column("postponed_to", "改期日期", cells.date, ("改约日期", "new_date")),
        Column("postponed_start", "改期时间", cells.clock, ("改约时间", "new_time")),
        Column(
            "travel_minutes", "路上分钟", cells.minutes, ("路程分钟", "路上时间", "travel_time")
        ),
        _NOTE,
    ),
)

_APPOINTMENTS = Sheet(
    *("appointments", "预约"),
    aliases=("appointment", "预约表", "bookings"),
    columns=(
        Column("appointment_id", "预约编号", cells.identifier, ("编号", "id"), required=True),
        _CLIENT_ID,
        _SITE,
        Column("manager_id", "客户经理编号", cells.identifier, _MANAGER_ID),
        Column("date", "预约日期", cells.date, ("日期",), required=True),
        Column("start", "开始时间", cells.clock, ("开始", "预约时间", "时间", "time")),
        Column("minutes", "面谈分钟", cells.positive, ("面谈时长", "时长", "duration")),
        _words("rigidity", "约定方式", "rigidity", "刚性", "约定程度"),
        Column("leeway", "浮动分钟", cells.minutes, ("前后浮动", "浮动")),
        _PURPOSES,
        _CONTACT_IDS,
        _COMPANION_IDS,
        _NOTE,
    ),
)

SHEETS = (_MANAGERS, _CLIENTS, _CONTACTS, _VISITS, _APPOINTMENTS)
"""In the order in which they refer to each other."""
