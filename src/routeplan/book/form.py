"""Visit records from outside the book: a phone form's CSV, or one line of a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from routeplan.book.assemble import assemble_visits
from routeplan.book.cells import text_of
from routeplan.book.columns import SHEETS, Sheet
from routeplan.book.faults import Fault, Severity
from routeplan.book.models import Book, VisitRecord
from routeplan.book.reporter import Place, Reporter
from routeplan.book.tables import Table, read_csv_table
from routeplan.errors import BookError
from routeplan.language import message

__all__ = ["read_visit_form", "visit_of_cells"]

_NAMES = {
    "client_id": ("客户名称", "客户", "集团名称", "单位名称", "client_name", "client"),
    "manager_id": ("客户经理姓名", "拜访人", "manager", "manager_name"),
    "contact_ids": ("见面人", "会见人", "拜访对象", "met", "persons"),
    "start": ("面谈开始", "拜访开始时间"),
    "end": ("面谈结束", "拜访结束时间"),
}
"""Headers of a form that a book's own sheet would take for something else, or does not have."""


def _form() -> Sheet:
    sheet = next(one for one in SHEETS if one.name == "visits")
    return replace(
        sheet,
        columns=tuple(
            replace(column, aliases=(*column.aliases, *_NAMES.get(column.name, ())))
            for column in sheet.columns
        ),
    )


_FORM = _form()


def read_visit_form(path: Path, book: Book) -> tuple[tuple[VisitRecord, ...], tuple[Fault, ...]]:
    """The records of a CSV file in the order of its rows, and notes on it.

    Columns are those of the book's visits sheet, in either language; names may stand in the place
    of identifiers. Raises FileError, or BookError with every fault.
    """
    reporter = Reporter()
    table = read_csv_table(path, _FORM, reporter)
    visits = assemble_visits(table, book, reporter) if table else []
    return _checked(visits, reporter, path.name)


def visit_of_cells(cells: Mapping[str, str], book: Book) -> VisitRecord:
    """One record of texts by column name, read as the cells of a row would be.

    Raises BookError with every fault.
    """
    given = {name: text for name, cell in cells.items() if (text := text_of(cell))}
    reporter = Reporter()
    table = Table(_FORM, "", "", (1, list(given)), [(1, list(given.values()))])
    (visits, _) = _checked(assemble_visits(table, book, reporter), reporter, "")
    return visits[0]


def _checked(
    visits: list[VisitRecord], reporter: Reporter, file: str
) -> tuple[tuple[VisitRecord, ...], tuple[Fault, ...]]:
    faults = reporter.close(Place(file), [(file, "")])
    if reporter.failed:
        found = [fault for fault in faults if fault.severity is Severity.FAULT]
        first = found[0]
        row = str(first.row) if file and first.row else ""
        where = " ".join(filter(None, (file, row, first.column, first.value)))
        text = message("records.faulty", n=len(found), where=where, first=first.problem)
        raise BookError("RP1101", text, faults)
    return tuple(visits), faults
