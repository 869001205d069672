"""The user's own table of minutes from place to place, for who knows the ways better than any map.

A CSV file with the columns from, to, minutes and, where known, mode, hour and metres (起点, 终点,
分钟, 出行方式, 时段, 米). A row without a mode holds for all modes but walking, one without an hour
at any hour that has no row of its own, and one way also for the way back unless that has a row.
What the table leaves out is estimated from the straight line, and marked so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from routeplan.book import cells
from routeplan.book.cells import CellError, Kind, normal
from routeplan.book.codes import FaultCode
from routeplan.book.columns import Column, Sheet
from routeplan.book.faults import Severity
from routeplan.book.models import Book, TravelMode
from routeplan.book.records import Record, parse_records
from routeplan.book.reporter import Place, Reporter
from routeplan.book.tables import read_csv_table
from routeplan.book.words import vocabulary
from routeplan.config import TravelSettings
from routeplan.errors import BookError
from routeplan.language import message
from routeplan.point import Point
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.hours import digest
from routeplan.travel.journey import JourneyStep
from routeplan.travel.matrix import Matrix, TravelMatrix, TravelSlice
from routeplan.travel.named_places import PlaceNames
from routeplan.workdays import OFFICIAL, WorkCalendar

__all__ = ["UserMatrix", "read_user_matrix"]

_HOURS = 24


def _hour(raw: str) -> int:
    """0 to 23 of '8', '8:00' or '8点'."""
    found = normal(raw)
    try:
        minute = int(found) * 60 if found.isdigit() else cells.clock.read(found)
    except CellError:
        minute = -1
    if minute % 60 or not 0 <= minute < _HOURS * 60:
        raise CellError(FaultCode.BAD_HOUR)
    return int(minute // 60)


_SHEET = Sheet(
    *("matrix", "路程时间"),
    required=True,
    columns=(
        Column("from", "起点", cells.text, ("origin", "出发地", "从"), required=True),
        Column("to", "终点", cells.text, ("destination", "目的地", "到"), required=True),
        Column("minutes", "分钟", cells.minutes, ("分钟数", "时间", "duration"), required=True),
        Column("mode", "出行方式", vocabulary("mode"), ("交通方式", "travel_mode"), words="mode"),
        Column(
            "hour", "时段", Kind(_hour, lambda value, _: value), ("小时", "时刻", "钟点", "time")
        ),
        Column("metres", "米", cells.minutes, ("米数", "距离", "meters", "distance")),
    ),
)


class _Way(NamedTuple):
    """One direction of a pair, by one mode; None: any but walking."""

    origin: Point
    destination: Point
    mode: TravelMode | None


@dataclass(frozen=True)
class _Minutes:
    usual: int
    by_hour: Mapping[int, int]
    metres: int | None

    def at(self, hour: int) -> int:
        return self.by_hour.get(hour, self.usual)


class UserMatrix:
    """A `TravelSource` that answers from a table, and estimates what that leaves out."""

    def __init__(
        self,
        ways: Mapping[_Way, _Minutes],
        settings: TravelSettings,
        calendar: WorkCalendar = OFFICIAL,
    ) -> None:
        self._ways = ways
        self._rest = GreatCircle(settings, calendar)
        self._hours = sorted({hour for minutes in ways.values() for hour in minutes.by_hour})

    @property
    def version(self) -> str:
        content = sorted(
            (
                *(round(degrees, 6) for point in way[:2] for degrees in (point.lat, point.lon)),
                way.mode or "",
                minutes.usual,
                sorted(minutes.by_hour.items()),
                minutes.metres or 0,
            )
            for way, minutes in self._ways.items()
        )
        return f"matrix:{digest(content, self._rest.version)}"

    def day_key(self, day: dt.date) -> str:
        return self._rest.day_key(day)

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        """Travel among `points`; a pair outside the table is estimated and `guessed`."""
        rest = self._rest.matrix(points, mode, day)
        size = range(len(points))
        known = {
            (row, column): minutes
            for row in size
            for column in size
            if points[row] != points[column]
            and (minutes := self._minutes(points[row], points[column], mode))
        }
        starts = {part.start for part in rest.slices}
        if self._hours:
            starts |= {0, *(60 * hour for hour in self._hours)}
            starts |= {60 * (hour + 1) for hour in self._hours if hour + 1 < _HOURS}

        return TravelMatrix(
            mode=mode,
            source="matrix",
            estimated=False,
            minutes=_filled(rest.minutes, {pair: way.usual for pair, way in known.items()}),
            metres=_filled(
                rest.metres,
                {pair: way.metres for pair, way in known.items() if way.metres is not None},
            ),
            slices=tuple(
                TravelSlice(
                    start=start,
                    minutes=_filled(
                        rest.at(start), {pair: way.at(start // 60) for pair, way in known.items()}
                    ),
                )
                for start in sorted(starts)
            ),
            guessed=tuple(
                (row, column)
                for row in size
                for column in size
                if (row, column) not in known and rest.minutes[row][column]
            ),
        )

    def expect(self, *_: object) -> None:
        """Nothing to prepare."""

    def shape(self, *_: object) -> None:
        """Not known."""

    def journey(self, *_: object) -> tuple[JourneyStep, ...]:
        """Nothing beyond the minutes."""
        return ()

    def _minutes(self, origin: Point, destination: Point, mode: TravelMode) -> _Minutes | None:
        modes = (mode,) if mode is TravelMode.WALK else (mode, None)
        there = (_Way(origin, destination, one) for one in modes)
        back = (_Way(destination, origin, one) for one in modes)
        return next((self._ways[way] for way in (*there, *back) if way in self._ways), None)


def _filled(estimates: Matrix, told: Mapping[tuple[int, int], int]) -> Matrix:
    """The estimates, and what the table tells of a pair in place of them."""
    rows = [list(row) for row in estimates]
    for (row, column), cell in told.items():
        rows[row][column] = cell
    return tuple(map(tuple, rows))


def read_user_matrix(
    path: Path, book: Book, settings: TravelSettings, calendar: WorkCalendar = OFFICIAL
) -> UserMatrix:
    """The table at `path`, for the places of a book. Raises BookError with every fault."""
    reporter = Reporter()
    table = read_csv_table(path, _SHEET, reporter)
    records = parse_records(table, reporter) if table else []
    if table and not table.rows:
        reporter.report(FaultCode.EMPTY_SHEET, table.place(), sheet=_SHEET.label)
    ways = _ways(records, PlaceNames(book), reporter)
    faults = reporter.close(Place(path.name), [(path.name, "")])
    if reporter.failed:
        wrong = [fault for fault in faults if fault.severity is Severity.FAULT]
        where = " ".join(filter(None, (path.name, str(wrong[0].row or ""), wrong[0].column)))
        text = message("error.user_matrix", n=len(wrong), where=where, first=wrong[0].problem)
        raise BookError("RP1007", text, faults)
    return UserMatrix(ways, settings, calendar)


def _ways(records: Sequence[Record], names: PlaceNames, reporter: Reporter) -> dict[_Way, _Minutes]:
    rows: dict[_Way, dict[int | None, Record]] = {}
    for record in records:
        origin = names.point(record, "from", reporter)
        destination = names.point(record, "to", reporter)
        if record.bad or origin is None or destination is None:
            continue
        if origin == destination:
            reporter.report(FaultCode.SAME_PLACE, record.place("to"))
            continue
        way = _Way(origin, destination, record.values.get("mode"))
        hour = record.values.get("hour")
        before = rows.setdefault(way, {}).setdefault(hour, record)
        if before.values["minutes"] != record.values["minutes"]:
            other = before.texts["minutes"]
            reporter.report(
                FaultCode.MINUTES_TWICE, record.place("minutes"), row=before.row, other=other
            )
    return {way: _minutes(by_hour) for way, by_hour in rows.items()}


def _minutes(rows: Mapping[int | None, Record]) -> _Minutes:
    """Minutes of one way; without a row that holds at any hour, the mean of those that have one."""
    by_hour = {hour: row.values["minutes"] for hour, row in rows.items() if hour is not None}
    usual = (
        rows[None].values["minutes"]
        if None in rows
        else round(sum(by_hour.values()) / len(by_hour))
    )
    metres = [row.values["metres"] for row in rows.values() if "metres" in row.values]
    return _Minutes(usual=usual, by_hour=by_hour, metres=metres[0] if metres else None)
