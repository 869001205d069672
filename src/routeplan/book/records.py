"""Rows of a table to values by column; what cannot be read is reported with its cell."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from routeplan.book.cells import ERROR_VALUE, MAX_CELL, CellError
from routeplan.book.codes import FaultCode
from routeplan.book.columns import Column
from routeplan.book.reporter import Place, Reporter
from routeplan.book.tables import Table
from routeplan.book.words import nearest

__all__ = ["Record", "parse_records"]


@dataclass
class Record:
    """One row: values by column name, blanks absent."""

    table: Table
    row: int
    headers: dict[str, str]
    """Column name → its header as the user wrote it."""
    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)
    """Columns whose cell could not be read, or is needed and blank."""
    extra: dict[str, str] = field(default_factory=dict)

    def place(self, column: str = "") -> Place:
        header = self.headers.get(column, column)
        return self.table.place(self.row, header, self.texts.get(column, ""))

    def require(self, column: str, reporter: Reporter) -> None:
        """Reports the column when it is blank here; a sheet without it was reported once."""
        if column not in self.values and column not in self.bad:
            self.bad.add(column)
            if column in self.headers:
                label = self.table.spec.by_name[column].label
                reporter.report(FaultCode.BLANK, self.place(column), column=label)


def parse_records(
    table: Table, reporter: Reporter, *, required: Collection[str] | None = None
) -> list[Record]:
    """A record for every row. `required`: columns that no row may leave blank, else as declared."""
    if required is None:
        required = [column.name for column in table.spec.columns if column.required]
    columns, extra = _match_header(table, reporter)
    headers = {column.name: table.header[1][at] for at, column in columns.items()}
    lost: set[int] = set()
    read: dict[int, dict[str, Any]] = {at: {} for at in columns}
    """What the texts of a column mean: most of them come again and again."""
    records = []
    for row, cells in table.rows:
        record = Record(table, row, headers)
        for at, text in enumerate(cells):
            if not text:
                continue
            if at in columns and text in read[at]:
                name = columns[at].name
                record.texts[name], record.values[name] = text, read[at][text]
                continue
            shown = "" if text == ERROR_VALUE else text
            if at >= len(table.header[1]):
                reporter.report(FaultCode.EXTRA_CELL, table.place(row, value=shown))
                record.bad.add("")
                break
            if at in columns:
                column = columns[at]
                if _parse_cell(record, column, text, reporter):
                    read[at][text] = record.values[column.name]
            elif at in extra and text == ERROR_VALUE:
                record.bad.add("")
                reporter.report(FaultCode.ERROR_VALUE, table.place(row, extra[at]))
            elif at in extra:
                record.extra[extra[at]] = text
            elif not table.header[1][at] and at not in lost:
                lost.add(at)
                reporter.note(FaultCode.NO_HEADER, table.place(row, value=shown))
        for name in required:
            record.require(name, reporter)
        records.append(record)
    return records


def _parse_cell(record: Record, column: Column, text: str, reporter: Reporter) -> bool:
    """Whether the cell could be read."""
    name = column.name
    record.texts[name] = "" if text == ERROR_VALUE else text
    try:
        if text == ERROR_VALUE:
            raise CellError(FaultCode.ERROR_VALUE)
        if len(text) > MAX_CELL:
            raise CellError(FaultCode.TOO_LONG, limit=MAX_CELL)
        value = column.kind.read(text)
    except CellError as error:
        record.bad.add(name)
        reporter.cell(error, record.place(name))
        return False
    record.values[name] = value
    return True


def _match_header(table: Table, reporter: Reporter) -> tuple[dict[int, Column], dict[int, str]]:
    """Cell index → column of the book, and cell index → header of a column carried through."""
    row, cells = table.header
    columns: dict[int, Column] = {}
    extra: dict[int, str] = {}
    for at, text in enumerate(cells):
        if not text:
            continue
        if text == ERROR_VALUE:
            reporter.report(FaultCode.ERROR_VALUE, table.place(row))
            continue
        column = table.spec.column_of(text)
        taken = column in columns.values() if column else text in extra.values()
        if taken:
            reporter.report(FaultCode.COLUMN_TWICE, table.place(row, text))
        elif column:
            columns[at] = column
        else:
            extra[at] = text
    present = {column.name for column in columns.values()}
    free = {key: one for key, one in table.spec.by_key.items() if one.name not in present}
    for text in extra.values():
        if near := nearest(text, list(free), cutoff=0.75):
            reporter.note(FaultCode.NEAR_COLUMN, table.place(row, text), near=free[near].label)
    for one in table.spec.columns:
        if one.required and one.name not in present:
            reporter.report(FaultCode.MISSING_COLUMN, table.place(row), column=one.label)
            if one is table.spec.columns[0]:
                # Nobody can be looked up there: every reference to it would be a fault again.
                reporter.unread.add(table.spec.name)
    return columns, extra
