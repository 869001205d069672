"""Hour factors as a file of their own: CSV as a spreadsheet writes it, or TOML as in the settings.

The CSV's columns are modes, weekdays, hours and factor (出行方式, 星期, 时段, 系数).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from routeplan.book import cells, spans
from routeplan.book.cells import CellError, Kind
from routeplan.book.codes import FaultCode
from routeplan.book.columns import Column, Sheet
from routeplan.book.faults import Severity
from routeplan.book.records import parse_records
from routeplan.book.reporter import Place, Reporter
from routeplan.book.tables import read_csv_table
from routeplan.book.words import several
from routeplan.config import HourFactor, TravelSettings, read_toml
from routeplan.errors import BookError, SettingsError
from routeplan.language import message
from routeplan.refused import wrong_entries
from routeplan.travel.learn import LearnedHour

__all__ = ["hours_csv", "read_hours"]


def _factor(raw: str) -> float:
    try:
        factor = float(cells.normal(raw))
    except ValueError:
        factor = 0.0
    if not 0.1 <= factor <= 10:
        raise CellError(FaultCode.BAD_FACTOR)
    return factor


_SHEET = Sheet(
    *("hours", "时段系数"),
    required=True,
    columns=(
        Column("modes", "出行方式", several("mode"), ("mode",), required=True, words="mode"),
        Column("weekdays", "星期", spans.weekdays, ("weekday", "days", "工作日"), required=True),
        Column("hours", "时段", cells.window, ("hour", "时间"), required=True),
        Column("factor", "系数", Kind(_factor, lambda value, _: value), required=True),
    ),
)


def read_hours(path: Path) -> tuple[HourFactor, ...]:
    """The factors of a .toml file (`[[hour_factors]]`) or of a CSV file.

    Raises FileError, SettingsError, or BookError with every fault.
    """
    if path.suffix.lower() == ".toml":
        given = read_toml(path).get("hour_factors", [])
        try:
            return TravelSettings.model_validate({"hour_factors": given}).hour_factors
        except ValidationError as error:
            wrong = wrong_entries(error)
            text = message("error.settings", file=str(path), wrong=wrong)
            raise SettingsError("RP2002", text) from error
    reporter = Reporter()
    table = read_csv_table(path, _SHEET, reporter)
    records = parse_records(table, reporter) if table else []
    if reporter.failed:
        faults = reporter.close(Place(path.name), [(path.name, "")])
        found = [fault for fault in faults if fault.severity is Severity.FAULT]
        where = " ".join(filter(None, (path.name, str(found[0].row or ""), found[0].column)))
        text = message("error.user_matrix", n=len(found), where=where, first=found[0].problem)
        raise BookError("RP1007", text, faults)
    return tuple(HourFactor(**record.values) for record in records)


def hours_csv(learned: Sequence[LearnedHour]) -> bytes:
    """A profile as CSV that `read_hours` reads, with the number of ways that speak for each row."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["modes", "weekdays", "hours", "factor", "ways"])
    for hour in learned:
        known = hour.factor
        row = {column.name: getattr(known, column.name) for column in _SHEET.columns}
        written = [column.kind.write(row[column.name], "en") for column in _SHEET.columns]
        writer.writerow([*written, hour.ways])
    return stream.getvalue().encode("utf-8-sig")
