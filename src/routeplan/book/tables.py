"""The sheets of a book as tables of raw cells, from a folder of CSV files or an .xlsx workbook."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from routeplan.book.cells import text_of
from routeplan.book.codes import FaultCode
from routeplan.book.columns import SHEETS, Sheet
from routeplan.book.reporter import Place, Reporter
from routeplan.book.words import nearest, word_key
from routeplan.book.xlsx import MAX_COLUMNS, MAX_ROWS, RefusedError, read_sheets
from routeplan.errors import FileError, unreadable
from routeplan.language import message

__all__ = ["Table", "read_csv_table", "read_tables"]

_MAX_CSV = 24_000_000
_MAX_CSV_CELLS = 1_000_000
_COMMENT = ("#", "＃")
_MAX_TITLES = 4
"""Rows above the header, at most."""

Row = tuple[int, list[str]]
"""Row number as a spreadsheet counts, and the clean text of its cells."""


@dataclass(frozen=True)
class Table:
    """One sheet of a book: comment rows and blank rows are gone, the header is apart."""

    spec: Sheet
    file: str
    sheet: str
    """As the workbook calls it; '' in a CSV file."""
    header: Row
    rows: list[Row]

    def place(self, row: int | None = None, column: str = "", value: str = "") -> Place:
        return Place(self.file, self.sheet, row, column, value)


def read_tables(path: Path, reporter: Reporter) -> dict[str, Table]:
    """The tables found, by sheet name ('clients'); what cannot be read is reported.

    Raises FileError when there is nothing at `path` or it may not be read.
    """
    try:
        if path.is_dir():
            return _from_folder(path, reporter)
        if not path.exists():
            raise FileError("RP3001", message("error.file_missing", file=str(path)))
        if not path.is_file() or path.suffix.lower() != ".xlsx":
            reporter.report(FaultCode.NOT_A_BOOK, Place(path.name))
            reporter.unread.update(sheet.name for sheet in SHEETS)
            return {}
        return _from_workbook(path, reporter)
    except OSError as error:
        if isinstance(error, FileError):
            raise
        raise unreadable(path, error) from error


def read_csv_table(file: Path, spec: Sheet, reporter: Reporter) -> Table | None:
    """One CSV file as the table of a sheet, in any encoding and with any delimiter that a book may
    have; None: it cannot be read, or is empty, and that is reported.

    Raises FileError when there is no such file or it may not be read.
    """
    try:
        return _csv_table(file, spec, reporter)
    except OSError as error:
        raise unreadable(file, error) from error


def _csv_table(file: Path, spec: Sheet, reporter: Reporter) -> Table | None:
    try:
        rows = _csv_rows(file, spec)
    except RefusedError as error:
        reporter.report(error.code, Place(file.name), **error.args_of_text)
        reporter.unread.add(spec.name)
        return None
    return _table(spec, file.name, "", rows, reporter)


def _from_folder(folder: Path, reporter: Reporter) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() == ".csv")
    for file in files:
        spec = _spec(file.stem, Place(file.name), tables, reporter)
        if spec is None or not file.is_file():
            continue
        if table := _csv_table(file, spec, reporter):
            tables[spec.name] = table
    if not tables and not reporter.faults:
        reporter.report(FaultCode.NOT_A_BOOK, Place(folder.resolve().name))
        reporter.unread.update(sheet.name for sheet in SHEETS)
    return tables


def _from_workbook(path: Path, reporter: Reporter) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    try:
        sheets = read_sheets(path)
    except RefusedError as error:
        reporter.report(error.code, Place(path.name), **error.args_of_text)
        reporter.unread.update(sheet.name for sheet in SHEETS)
        return {}
    for sheet in sheets:
        spec = _spec(sheet.name, Place(path.name, sheet.name), tables, reporter)
        if spec is None:
            continue
        rows = [(number, [*map(text_of, row)]) for number, row in enumerate(sheet.rows, 1)]
        if table := _table(spec, path.name, sheet.name, rows, reporter):
            tables[spec.name] = table
    return tables


def _spec(title: str, place: Place, found: dict[str, Table], reporter: Reporter) -> Sheet | None:
    """The sheet of a book that a file or worksheet of this name holds."""
    titles = {
        word_key(spelling): sheet
        for sheet in SHEETS
        for spelling in (sheet.name, sheet.zh, *sheet.aliases)
    }
    spec = titles.get(word_key(title))
    if spec is None:
        if near := nearest(title, list(titles), cutoff=0.75):
            reporter.note(FaultCode.NEAR_SHEET, place, name=title, near=titles[near].label)
        return None
    if spec.name in found:
        other = found[spec.name]
        reporter.report(
            FaultCode.SHEET_TWICE, place, sheet=spec.label, other=other.sheet or other.file
        )
        return None
    return spec


def _table(spec: Sheet, file: str, sheet: str, rows: list[Row], reporter: Reporter) -> Table | None:
    kept = [
        (number, cells)
        for number, cells in rows
        if any(cells) and not cells[0].startswith(_COMMENT)
    ]
    if not kept:
        if spec.required:
            reporter.report(FaultCode.EMPTY_SHEET, Place(file, sheet), sheet=spec.label)
            reporter.unread.add(spec.name)
        return None
    # Above the header there may be a title: '2026年客户清单'.
    top = max(range(min(len(kept), _MAX_TITLES + 1)), key=lambda at: _known(spec, kept[at][1]))
    return Table(spec, file, sheet, kept[top], kept[top + 1 :])


def _known(spec: Sheet, cells: list[str]) -> int:
    """How many cells are headers of this sheet."""
    return sum(spec.column_of(text) is not None for text in cells)


# --- CSV ----------------------------------------------------------------------------------------


def _csv_rows(file: Path, spec: Sheet) -> list[Row]:
    """Rows of a CSV file: UTF-8 with or without BOM, else GB18030; comma, semicolon or tab."""
    if file.stat().st_size > _MAX_CSV:
        raise RefusedError(FaultCode.TOO_LARGE, limit=f"{_MAX_CSV // 1_000_000} MB")
    encoding = _encoding(file)
    try:
        delimiter = _delimiter(file, encoding, spec)
        rows: list[Row] = []
        total = 0
        for number, cells in enumerate(_records(file, encoding, delimiter), 1):
            total += len(cells)
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS or total > _MAX_CSV_CELLS:
                limit = f"{MAX_ROWS} rows, {MAX_COLUMNS} columns, {_MAX_CSV_CELLS} cells"
                raise RefusedError(FaultCode.TOO_LARGE, limit=limit)
            if any(cells):
                rows.append((number, [*map(text_of, cells)]))
    except csv.Error as error:
        raise RefusedError(FaultCode.BAD_CSV, why=str(error)) from error
    return rows


def _encoding(file: Path) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with file.open("rb") as stream:
                while chunk := stream.read(1 << 16):
                    if b"\0" in chunk:
                        raise RefusedError(FaultCode.NOT_TEXT)
                    decoder.decode(chunk)
                decoder.decode(b"", True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise RefusedError(FaultCode.NOT_TEXT)


def _records(file: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    with file.open(encoding=encoding, newline="") as stream:
        yield from csv.reader(stream, delimiter=delimiter, strict=True)


def _delimiter(file: Path, encoding: str, spec: Sheet) -> str:
    """The delimiter under which the header holds most columns that are known; ',' in doubt."""

    def known(delimiter: str) -> int:
        most = seen = 0
        try:
            for cells in _records(file, encoding, delimiter):
                texts = [text_of(cell) for cell in cells[:MAX_COLUMNS]]
                if any(texts) and not texts[0].startswith(_COMMENT):
                    most = max(most, _known(spec, texts))
                    seen += 1
                    if seen > _MAX_TITLES:
                        break
        except csv.Error:
            pass
        return most

    return max(",;\t", key=known)
