"""Writes a book as a folder of CSV files or as an .xlsx workbook, so that it reads back equal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from routeplan.book.cells import MAX_CELL, Cell, CellError, guard, text_of
from routeplan.book.columns import SHEETS, Column, Sheet
from routeplan.book.models import Appointment, Book, Client, Contact, Manager, VisitRecord
from routeplan.book.words import word_key
from routeplan.book.workbook import new_workbook
from routeplan.errors import FileError, unwritable
from routeplan.language import message

__all__ = ["tables_of", "write_book"]

Row = dict[str, Any]
"""Column name → value; blanks absent. The columns carried through stand under their own headers."""


def write_book(book: Book, path: Path, language: str = "en") -> None:
    """Writes `book` to the workbook `path` (.xlsx), or else to CSV files in the folder `path`.

    CSV is UTF-8 with BOM, which Excel opens right. Places are written to seven decimals of a
    degree (1 cm). `language` ('en' or 'zh') is that of headers and words.
    Raises FileError when a value has no form that would read back equal, or when writing fails.
    """
    path = Path(path)
    tables = tables_of(book, language)
    try:
        if path.suffix.lower() == ".xlsx":
            _replace(path, _xlsx(tables, language))
        else:
            path.mkdir(parents=True, exist_ok=True)
            for sheet in SHEETS:
                _replace(path / f"{sheet.title(language)}.csv", _csv(tables[sheet.name]))
    except OSError as error:
        raise unwritable(path, error) from error


def tables_of(book: Book, language: str) -> dict[str, list[list[Cell]]]:
    """Sheet name → header and rows of cells. Raises FileError as `write_book` does."""
    return {sheet.name: _table(sheet, _rows(sheet, book), language) for sheet in SHEETS}


def _table(sheet: Sheet, rows: Iterable[Row], language: str) -> list[list[Cell]]:
    """Header and cells."""
    kept = list(rows)
    columns = [column for column in sheet.columns if column.written]
    extra = list(dict.fromkeys(header for row in kept for header in row.get("extra", {})))
    for header in extra:
        if word_key(header) in sheet.by_key or text_of(guard(header, formulas=True)) != header:
            raise _unwritable(sheet, header, header)
    table: list[list[Cell]] = [[column.header(language) for column in columns] + extra]
    for row in kept:
        cells = [_cell(sheet, column, row.get(column.name), language) for column in columns]
        texts = row.get("extra", {})
        for header in extra:
            text = texts.get(header, "")
            if text_of(guard(text, formulas=True)) != text or len(text) > MAX_CELL:
                raise _unwritable(sheet, header, text)
            cells.append(text or None)
        table.append(cells)
    return table


def _cell(sheet: Sheet, column: Column, value: Any, language: str) -> Cell:
    if value is None or value == "":
        return None
    cell = column.kind.write(value, language)
    # Read back at once: a value that a cell cannot express must not change on its way to disk.
    written = guard(cell, formulas=True) if isinstance(cell, str) else cell
    text = text_of(written)
    try:
        if len(text) > MAX_CELL or (cell is not None and column.kind.read(text) != value):
            raise _unwritable(sheet, column.header(language), str(value))
    except CellError as error:
        raise _unwritable(sheet, column.header(language), str(value)) from error
    return cell


def _unwritable(sheet: Sheet, column: str, value: str) -> FileError:
    args = {"sheet": sheet.label, "column": column, "value": value[:80]}
    return FileError("RP3021", message("error.cell_unwritable", **args))


# --- values by column ---------------------------------------------------------------------------


def _rows(sheet: Sheet, book: Book) -> Iterator[Row]:
    if sheet.name == "managers":
        yield from map(_manager, book.managers)
    elif sheet.name == "clients":
        for client in book.clients:
            yield from _client(client)
    elif sheet.name == "contacts":
        yield from map(_contact, book.contacts)
    elif sheet.name == "visits":
        yield from map(_reference, book.visits)
    else:
        yield from map(_reference, book.appointments)


def _fields(value: Manager | Client | Contact | VisitRecord | Appointment) -> Row:
    return {name: getattr(value, name) for name in type(value).model_fields}


def _manager(manager: Manager) -> Row:
    return _fields(manager) | {
        "manager_id": manager.id,
        "mode": manager.modes,
        "office_lat": manager.office and round(manager.office.lat, 7),
        "office_lon": manager.office and round(manager.office.lon, 7),
        "home_lat": manager.home and round(manager.home.lat, 7),
        "home_lon": manager.home and round(manager.home.lon, 7),
        "leave": manager.leave or None,
    }


def _client(client: Client) -> Iterator[Row]:
    """One row a site; what belongs to the client stands in the first."""
    own: Row = _fields(client) | {
        "backup_ids": client.backup_ids or None,
        "key_dates": client.key_dates or None,
        "must_visit": client.must_visit and client.must_visit.reason,
        "must_visit_since": client.must_visit and client.must_visit.since,
        "must_visit_by": client.must_visit and client.must_visit.by,
        "must_visit_with": (client.must_visit and client.must_visit.companion_ids) or None,
    }
    for site in client.sites:
        yield own | {
            "client_id": client.id,
            "site": site.id,
            "address": site.address,
            "district": site.district,
            "room": site.room,
            "lat": site.point and round(site.point.lat, 7),
            "lon": site.point and round(site.point.lon, 7),
            "located": site.located,
            "hours": site.hours,
            "closures": site.closures or None,
        }
        own = {}


def _contact(contact: Contact) -> Row:
    return _reference(contact) | {
        "contact_id": contact.id,
        # The reader names a birthday after the person.
        "birthday": contact.birthday and contact.birthday.model_copy(update={"name": ""}),
    }


def _reference(value: Contact | VisitRecord | Appointment) -> Row:
    fields = _fields(value)
    return fields | {
        "site": value.site_id,
        "appointment_id": fields.get("id"),
        "contact_ids": fields.get("contact_ids") or None,
        "with": fields.get("companion_ids") or None,
        "purposes": fields.get("purposes") or None,
    }


# --- files --------------------------------------------------------------------------------------


def _csv(table: list[list[Cell]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    for cells in table:
        writer.writerow(
            guard(cell, formulas=True) if isinstance(cell, str) else text_of(cell) for cell in cells
        )
    return stream.getvalue().encode("utf-8-sig")


def _xlsx(tables: Mapping[str, list[list[Cell]]], language: str) -> bytes:
    stream = io.BytesIO()
    with new_workbook(stream) as writer:
        for sheet in SHEETS:
            writer.add(sheet, language, tables[sheet.name])
    return stream.getvalue()


def _replace(path: Path, data: bytes) -> None:
    """Whole or not at all: a book is not lost to a full disk."""
    draft = path.with_name(f".{path.name}.tmp")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
