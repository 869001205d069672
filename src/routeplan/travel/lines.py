"""A small table of lines, written by hand, for the many cities that publish no timetable.

A folder holds `lines.csv` (线路.csv) and `stops.csv` (站点.csv). How long one waits follows from
how often a line runs, so no timetable is needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routeplan.book import cells, spans
from routeplan.book.cells import CellError, Kind, normal
from routeplan.book.codes import FaultCode
from routeplan.book.columns import Column, Sheet
from routeplan.book.faults import Fault, Severity
from routeplan.book.places import read_point
from routeplan.book.records import Record, parse_records
from routeplan.book.reporter import Place, Reporter
from routeplan.book.tables import Table, read_csv_table
from routeplan.book.words import nearest, vocabulary, word_key
from routeplan.errors import BookError
from routeplan.language import message
from routeplan.point import Point
from routeplan.values import MINUTES_PER_DAY, Frozen, TimeWindow

__all__ = ["Headway", "Line", "LineTable", "is_line_table", "read_lines"]


class Headway(Frozen):
    """So many minutes between two vehicles, within `hours`."""

    hours: TimeWindow
    minutes: int


class Line(Frozen):
    """A line with its stops, in the order of one direction."""

    name: str
    stops: tuple[str, ...]
    minutes: tuple[int, ...]
    """From each stop to the next."""
    first: int
    """Minute of the day from which it runs."""
    last: int
    headways: tuple[Headway, ...]
    """The first whose hours hold counts."""
    both_ways: bool = True
    entry: int = 0
    """Minutes from the street to the platform, spent at each boarding."""
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    def headway(self, weekday: int, start: int, end: int) -> int | None:
        """The longest gap between vehicles within [start, end); None unless it runs throughout."""
        if weekday not in self.weekdays or start < self.first or self.last < end:
            return None
        longest = 0
        minute = start
        while minute < end:
            now = next((it for it in self.headways if it.hours.holds(minute, minute + 1)), None)
            if now is None:
                return None
            longest = max(longest, now.minutes)
            # What comes earlier in the list may begin before this one ends.
            edges = [it.hours.start for it in self.headways if it.hours.start > minute]
            minute = min([now.hours.end, *edges])
        return longest


class LineTable(Frozen):
    lines: tuple[Line, ...]
    points: dict[str, Point]
    """Of every stop, by name."""


# --- the two sheets -----------------------------------------------------------------------------


_ALL_DAY = TimeWindow(start=0, end=MINUTES_PER_DAY)
_HEADWAY = re.compile(r"(?:(.*\S)\s*[=\s]\s*)?([^=\s]*)")


def _headways(raw: str) -> tuple[Headway, ...]:
    """'5', or '07:00-09:00 3; 17:00-19:30 4; 8': minutes of some hours, then of all others."""
    found = []
    for piece in filter(None, (part.strip() for part in re.split(r"[;\n]", normal(raw)))):
        try:
            match = _HEADWAY.fullmatch(piece)
            hours, minutes = match.groups() if match else ("", "")
            window = cells.window.read(hours) if hours else _ALL_DAY
            found.append(Headway(hours=window, minutes=cells.positive.read(minutes)))
        except ValueError:
            raise CellError(FaultCode.BAD_HEADWAY, piece=piece[:80]) from None
    if not found:
        raise CellError(FaultCode.BAD_HEADWAY, piece=raw[:80])
    return tuple(found)


_HEADWAYS = Kind(
    _headways,
    lambda value, _: "; ".join(f"{it.hours} {it.minutes}" for it in value),
)
_LINE = ("line", "线路", cells.identifier)
_LINES = Sheet(
    *("lines", "线路"),
    aliases=("线路表", "line"),
    required=True,
    columns=(
        Column(*_LINE, ("线路名称", "线路名", "名称", "name"), required=True),
        Column("first", "首班", cells.clock, ("首班车", "首班时间"), required=True),
        Column("last", "末班", cells.clock, ("末班车", "末班时间"), required=True),
        Column(
            *("headway", "间隔分钟", _HEADWAYS),
            ("发车间隔", "间隔", "班次间隔", "every"),
            required=True,
        ),
        Column("both_ways", "往返", vocabulary("yes_no"), ("双向",)),
        Column("entry", "进站分钟", cells.minutes, ("进站", "entry_minutes")),
        Column("days", "运行日", spans.weekdays, ("运营日", "weekdays")),
    ),
)
_STOPS = Sheet(
    *("stops", "站点"),
    aliases=("站点表", "车站", "stop", "stations"),
    required=True,
    columns=(
        Column(*_LINE, ("线路名称", "线路名"), required=True),
        Column("stop", "站名", cells.text, ("车站", "站点", "station"), required=True),
        Column(
            *("minutes", "分钟", cells.minutes),
            ("区间分钟", "行车分钟", "从上一站起分钟", "ride_minutes"),
            required=True,
        ),
        Column("lat", "纬度", cells.coordinate, ("latitude",)),
        Column("lon", "经度", cells.coordinate, ("longitude", "lng")),
        Column("datum", "坐标系", vocabulary("datum"), ("坐标系统", "crs")),
    ),
)


def _files(folder: Path) -> dict[str, Path]:
    """The file of each sheet, by the sheet's name."""
    titles = {
        word_key(spelling): sheet.name
        for sheet in (_LINES, _STOPS)
        for spelling in (sheet.name, sheet.zh, *sheet.aliases)
    }
    return {
        titles[word_key(file.stem)]: file
        for file in sorted(folder.iterdir(), reverse=True)
        if file.suffix.lower() == ".csv" and word_key(file.stem) in titles
    }


def is_line_table(folder: Path) -> bool:
    return folder.is_dir() and bool(_files(folder))


def read_lines(folder: Path) -> LineTable:
    """The table in a folder. Raises BookError with every fault."""
    reporter = Reporter()
    files = _files(folder)
    tables: dict[str, Table] = {}
    for sheet in (_LINES, _STOPS):
        if sheet.name not in files:
            reporter.report(FaultCode.MISSING_SHEET, Place(folder.name), sheet=sheet.label)
            reporter.unread.add(sheet.name)
        elif table := read_csv_table(files[sheet.name], sheet, reporter):
            tables[sheet.name] = table
            if not table.rows:
                reporter.report(FaultCode.EMPTY_SHEET, table.place(), sheet=sheet.label)
    needed = {"lines": None, "stops": ("line", "stop")}  # a line's first stop has no minutes
    records = {
        name: parse_records(table, reporter, required=needed[name]) if table.rows else []
        for name, table in tables.items()
    }
    found = _assemble(records.get("lines", []), records.get("stops", []), reporter)
    order = [(table.file, "") for table in tables.values()]
    faults = reporter.close(Place(folder.name), order)
    if reporter.failed:
        wrong = [fault for fault in faults if fault.severity is Severity.FAULT]
        raise BookError("RP1100", _sentence(wrong), faults)
    return found


def _sentence(faults: Sequence[Fault]) -> Any:
    first = faults[0]
    where = " ".join(filter(None, (first.file, str(first.row or ""), first.column)))
    return message("book.lines_faulty", n=len(faults), where=where, first=first.problem)


@dataclass
class _Course:
    """A line's stops as far as they could be read."""

    record: Record
    names: list[str]
    minutes: list[int]
    sound: bool = True


def _assemble(lines: list[Record], stops: list[Record], reporter: Reporter) -> LineTable:
    courses: dict[str, _Course] = {}
    for record in lines:
        name = record.values.get("line")
        if name is None:
            continue
        if name in courses:
            record.bad.add("line")
            row = courses[name].record.row
            reporter.report(
                FaultCode.DUPLICATE_ID, record.place("line"), fix="book.line_twice_fix", row=row
            )
            continue
        courses[name] = _Course(record, [], [])
        first, last = record.values.get("first"), record.values.get("last")
        if first is not None and last is not None and last <= first:
            record.bad.add("last")
            reporter.report(FaultCode.END_BEFORE_START, record.place("last"))
    points = _courses(stops, courses, reporter)
    found = []
    for name, course in courses.items():
        record = course.record
        if len(course.names) < 2 and course.sound and "stops" not in reporter.unread:
            reporter.report(FaultCode.SHORT_LINE, record.place("line"), line=name)
        elif not record.bad and course.sound:
            found.append(_line(course))
    return LineTable(lines=tuple(found), points=points)


def _line(course: _Course) -> Line:
    values: Mapping[str, Any] = course.record.values
    given = {name: values[name] for name in ("both_ways", "entry") if name in values}
    if "days" in values:
        given["weekdays"] = values["days"]
    return Line(
        name=values["line"],
        stops=tuple(course.names),
        minutes=tuple(course.minutes[1:]),
        first=values["first"],
        last=values["last"],
        headways=values["headway"],
        **given,
    )


def _courses(
    stops: list[Record], courses: Mapping[str, _Course], reporter: Reporter
) -> dict[str, Point]:
    """Puts the stops onto their lines; the point of each stop by name."""
    points: dict[str, tuple[Point, int]] = {}
    doubtful: set[str] = set()
    for record in stops:
        point = read_point(record, "lat", "lon", reporter)
        name, line = record.values.get("stop"), record.values.get("line")
        if name is not None and point is not None:
            known = points.setdefault(name, (point, record.row))
            if known[0] != point:
                record.bad.add("lat")
                other = f"{known[0].lat}, {known[0].lon}"
                reporter.report(
                    FaultCode.STOP_MOVED, record.place("lat"), row=known[1], other=other
                )
        if name is not None and {"lat", "lon", "datum"} & record.bad:
            doubtful.add(name)
        if line is not None and line not in courses and "lines" not in reporter.unread:
            record.bad.add("line")
            near = nearest(line, list(courses), cutoff=0.7)
            reporter.report(
                FaultCode.UNKNOWN_REFERENCE,
                record.place("line"),
                fix="book.near_reference_fix" if near else "",
                sheet=_LINES.label,
                near=near,
            )
        course = courses.get(line) if line is not None else None
        if course is None:
            continue
        if course.names:
            record.require("minutes", reporter)
        course.sound &= not record.bad
        if name is not None:
            course.names.append(name)
            course.minutes.append(record.values.get("minutes", 0))
    seen: set[str] = set()
    for record in stops:
        name = record.values.get("stop")
        if name is not None and name not in points and name not in doubtful | seen:
            seen.add(name)
            reporter.report(FaultCode.STOP_WITHOUT_POINT, record.place("stop"), stop=name)
    return {name: point for name, (point, _) in points.items()}
