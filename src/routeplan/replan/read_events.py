"""Reads events: from their text form, and from a CSV or JSON file.

The text form is `kind:who@when=what`, the same words for all of them:

    cancel:C017                          the client cancelled its visit
    cancel:C017@2026-11-24               ... the one planned on that day
    cancel:C017=2026-11-26T14:00         ... and another hour is agreed
    not-met:C017                         the manager was there, the client was not
    not-met:C017=2026-11-26T14:00        ... and another hour is agreed
    moved:C017=2026-11-26T14:00          another hour is agreed for a visit still to come
    late:M1=30                           the manager's day is half an hour behind
    late:M1@C017=30                      ... and the manager stands at that client now
    late:M1@39.916,116.404=30            ... or at that point
    overrun:C017=11:20                   the talk under way takes until then
    urgent:C017                          must be visited today or on the next working day
    urgent:C017@2026-11-24=competitor    ... by that day, for another reason than a complaint
    done:C017                            is visited: the talk has just ended
    done:C017@M2=10:00-10:40             ... by that manager, at those hours of today
    done:C017=2026-11-24T10:00-10:40     ... or of a day before
    hours:C017@2026-11-24=09:00-11:00    the client's hours on that day; 'closed': none
    off:M1                               the manager is off from now on
    off:M1=2026-11-25T12:00              ... until then
    off:M1@2026-11-24=pm                 off on that day: am, pm, 13:00-15:00, or all day
    off:M1@2026-11-24..2026-11-26        off on these days
    back:M1                              works again
    delay:2026-11-24=07:00-10:00x1.5     ways begun in these hours take half as long again
    delay:M1@2026-11-24=07:00-10:00x1.5  ... of one manager
    takes:C017=M2                        the client is M2's from now on

A CSV file has the columns event, who, when and what (事件, 对象, 时间, 内容) for the same four
parts; a JSON file a list of events, as in plan.json.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from routeplan.book import cells
from routeplan.book.cells import CellError, Kind, normal
from routeplan.book.codes import FaultCode
from routeplan.book.columns import Column, Sheet
from routeplan.book.faults import Fault
from routeplan.book.models import MustVisitReason
from routeplan.book.records import Record, parse_records
from routeplan.book.reporter import Place, Reporter
from routeplan.book.tables import read_csv_table
from routeplan.book.words import nearest, word_key
from routeplan.errors import BookError, FileError, UsageError, unreadable
from routeplan.language import message
from routeplan.plan.events import (
    Cancel,
    Done,
    Event,
    HalfDay,
    HoursOn,
    Late,
    ManagerBack,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    TakesOver,
    Urgent,
)
from routeplan.point import Point
from routeplan.problem.adjust import parse_days, parse_delay, parse_hours, parse_window

__all__ = ["FORMS", "parse_event", "read_events"]

FORMS: Mapping[str, str] = {
    "cancel": "cancel:C017[@2026-11-24][=2026-11-26T14:00]",
    "not-met": "not-met:C017[@2026-11-24][=2026-11-26T14:00]",
    "moved": "moved:C017[@2026-11-24]=2026-11-26T14:00",
    "late": "late:M1[@C017]=30",
    "overrun": "overrun:C017=11:20",
    "urgent": "urgent:C017[@2026-11-24][=complaint]",
    "done": "done:C017[@M1][=10:00-10:40]",
    "hours": "hours:C017@2026-11-24=09:00-11:00,14:00-16:00",
    "off": "off:M1[@2026-11-24][=pm]",
    "back": "back:M1[=2026-11-25T13:00]",
    "delay": "delay:[M1@]2026-11-24=07:00-10:00x1.5",
    "takes": "takes:C017=M2",
}
"""Kind → how it is written; what stands in brackets may be left out."""

_ZH = {
    "cancel": ("取消", "客户取消"),
    "not-met": ("未遇", "客户不在", "未见到"),
    "moved": ("改期", "改约", "预约改期"),
    "late": ("晚点", "迟到", "延误"),
    "overrun": ("超时", "面谈超时"),
    "urgent": ("加急", "紧急", "投诉"),
    "done": ("已完成", "已拜访", "提前完成"),
    "hours": ("营业时间", "时间变更", "开放时间"),
    "off": ("请假", "不在岗", "休假"),
    "back": ("返岗", "销假"),
    "delay": ("路况", "堵车", "天气"),
    "takes": ("接手", "代管", "移交"),
}


def parse_event(text: str) -> Event:
    """The event that a text form names. Raises UsageError RP4021 with the forms that exist."""
    kind, _, rest = normal(text).partition(":")
    target, _, value = rest.partition("=")
    who, _, when = target.rpartition("@") if "@" in target else (target, "", "")
    try:
        if target.endswith("@") or rest.endswith("="):
            raise ValueError(rest)
        return _event(kind, who, when, value)
    except ValueError:
        forms = [FORMS[kind]] if kind in FORMS else list(FORMS.values())
        why = message("replan.not_an_event", text=text, forms=forms)
        raise UsageError("RP4021", why) from None


def read_events(path: Path) -> tuple[Event, ...]:
    """The events of a .json or .csv file.

    Raises FileError, or BookError with every row that cannot be read.
    """
    return _read_json(path) if path.suffix.lower() == ".json" else _read_csv(path)


def _event(kind: str, who: str, when: str, what: str) -> Event:
    """The event of its four parts. Raises ValueError where they are none."""
    if kind == "delay":
        if not when:  # everybody's
            who, when = "", who
        return parse_delay(f"{who}@{when}", what)
    if not who or kind not in _READERS:
        raise ValueError(kind)
    return _READERS[kind](who, when, what)


# --- one event ----------------------------------------------------------------------------------


def _cancel(who: str, when: str, what: str) -> Event:
    return Cancel(client_id=who, date=_date(when), again=_moment(what))


def _not_met(who: str, when: str, what: str) -> Event:
    return NotMet(client_id=who, date=_date(when), again=_moment(what))


def _moved(who: str, when: str, what: str) -> Event:
    return Moved(client_id=who, date=_date(when), to=dt.datetime.fromisoformat(what))


def _late(who: str, when: str, what: str) -> Event:
    at: str | Point | None = when or None
    if found := re.fullmatch(r"(-?\d+(?:\.\d+)?),\s*(-?\d+(?:\.\d+)?)", when):
        at = Point(lat=float(found[1]), lon=float(found[2]))
    return Late(manager_id=who, minutes=int(what), at=at)


def _overrun(who: str, when: str, what: str) -> Event:
    return Overrun(client_id=who, until=_nothing(when) or what)


def _urgent(who: str, when: str, what: str) -> Event:
    reason = MustVisitReason(what) if what else MustVisitReason.COMPLAINT
    return Urgent(client_id=who, by=_date(when), reason=reason)


def _done(who: str, when: str, what: str) -> Event:
    day, _, hours = what.rpartition("T")
    talk = parse_window(hours) if hours else None
    return Done(client_id=who, manager_id=when or None, talk=talk, date=_date(day))


def _hours(who: str, when: str, what: str) -> Event:
    first, last = parse_days(when)
    return HoursOn(client_id=who, first=first, last=last, hours=parse_hours(what))


def _off(who: str, when: str, what: str) -> Event:
    if not when:
        return ManagerOff(manager_id=who, until=_moment(what))
    first, last = parse_days(when)
    halves = {half.value: half for half in HalfDay}
    hours = halves.get(what) or (parse_window(what) if what else None)
    return ManagerOff(
        manager_id=who, first=first, last=None if last == first else last, hours=hours
    )


def _back(who: str, when: str, what: str) -> Event:
    return ManagerBack(manager_id=who, at=_moment(_nothing(when) or what))


def _takes(who: str, when: str, what: str) -> Event:
    if not what:
        raise ValueError("nobody takes it")
    return TakesOver(client_id=who, manager_id=_nothing(when) or what)


_READERS: Mapping[str, Callable[[str, str, str], Event]] = {
    "cancel": _cancel,
    "not-met": _not_met,
    "moved": _moved,
    "late": _late,
    "overrun": _overrun,
    "urgent": _urgent,
    "done": _done,
    "hours": _hours,
    "off": _off,
    "back": _back,
    "takes": _takes,
}


def _nothing(text: str) -> str:
    if text:
        raise ValueError(text)
    return text


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _moment(text: str) -> dt.datetime | None:
    """A day with its hour: a day alone would mean midnight."""
    if not text:
        return None
    if len(text) <= len("2026-11-26"):
        raise ValueError(text)
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)


# --- a file of them -----------------------------------------------------------------------------


def _kind(raw: str) -> str:
    spellings = {word_key(word): kind for kind in FORMS for word in (kind, *_ZH[kind])}
    if (key := word_key(raw)) in spellings:
        return spellings[key]
    known = tuple(f"{_ZH[kind][0]}/{kind}" for kind in FORMS)
    near = nearest(raw, [word for kind in FORMS for word in (kind, *_ZH[kind])])
    if near:
        raise CellError(FaultCode.UNKNOWN_WORD, "book.near_word_fix", near=near, known=known)
    raise CellError(FaultCode.UNKNOWN_WORD, known=known)


_TEXT = Kind(normal, lambda value, _: value)
_KIND = Kind(_kind, lambda value, _: value)
_SHEET = Sheet(
    *("events", "事件"),
    required=True,
    columns=(
        Column(
            "event", "事件", Kind(_kind, lambda value, _: value), ("类型", "kind"), required=True
        ),
        Column("who", "对象", _TEXT, ("客户", "客户编号", "客户经理", "client", "manager")),
        Column("when", "时间", _TEXT, ("日期", "地点", "date", "where", "at")),
        Column("what", "内容", _TEXT, ("说明", "value")),
    ),
)


def _read_csv(path: Path) -> tuple[Event, ...]:
    reporter = Reporter()
    table = read_csv_table(path, _SHEET, reporter)
    records = parse_records(table, reporter) if table else []
    events = [event for record in records if (event := _of_row(record, reporter)) is not None]
    if reporter.failed:
        _refuse(path, reporter.close(Place(path.name), [(path.name, "")]))
    return tuple(events)


def _of_row(record: Record, reporter: Reporter) -> Event | None:
    values: dict[str, Any] = record.values
    if record.bad:
        return None
    kind = values["event"]
    when = _as_iso(values.get("when", ""))
    try:
        return _event(kind, values.get("who", ""), when, values.get("what", ""))
    except ValueError:
        column = next((name for name in ("what", "when", "who") if name in values), "event")
        form = FORMS[kind].replace("[", "").replace("]", "").partition(":")[2]
        target, _, what = form.partition("=")
        who, _, at = target.rpartition("@") if "@" in target else (target, "", "")
        reporter.report(
            FaultCode.BAD_EVENT, record.place(column), event=kind, who=who, when=at, what=what
        )
        return None


def _as_iso(raw: str) -> str:
    """A date as a spreadsheet may write it, 2026/11/24, in the form that events have."""
    try:
        return str(cells.date.read(raw)) if raw else ""
    except CellError:
        return raw


def _read_json(path: Path) -> tuple[Event, ...]:
    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        text = message("replan.not_json", file=str(path), why=str(error))
        raise FileError("RP3023", text) from error
    try:
        return TypeAdapter(tuple[Event, ...]).validate_python(raw)
    except ValidationError as error:
        faults = tuple(
            Fault(
                code=FaultCode.BAD_EVENT.value,
                file=path.name,
                row=item["loc"][0] + 1 if item["loc"] and isinstance(item["loc"][0], int) else None,
                column=".".join(str(part) for part in item["loc"][1:]),
                value="" if isinstance(item["input"], dict | list) else str(item["input"])[:80],
                problem=message("replan.no_part", why=item["msg"]),
                fix=message("replan.no_part_fix"),
            )
            for item in error.errors(include_url=False)
        )
        _refuse(path, faults)
        raise AssertionError from error  # pragma: no cover


def _refuse(path: Path, faults: tuple[Fault, ...]) -> None:
    first = faults[0]
    where = " ".join(filter(None, (path.name, str(first.row or ""), first.column)))
    text = message("replan.bad_events", n=len(faults), where=where, first=first.problem)
    raise BookError("RP1008", text, faults)
