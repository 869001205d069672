"""Reads a book and reports everything that is wrong with it at once."""

from __future__ import annotations

from pathlib import Path

from routeplan.book.assemble import assemble
from routeplan.book.codes import FaultCode
from routeplan.book.columns import SHEETS
from routeplan.book.faults import Fault, Severity
from routeplan.book.models import Book
from routeplan.book.reporter import Place, Reporter
from routeplan.book.tables import read_tables
from routeplan.errors import BookError
from routeplan.language import message
from routeplan.values import Frozen

__all__ = ["BookCheck", "check_book", "read_book"]


class BookCheck(Frozen):
    """What reading a book found: `book` is None when there is at least one fault."""

    book: Book | None
    faults: tuple[Fault, ...]
    """Faults and notes: of whole files first, then in the order of sheets and rows."""


def check_book(path: Path) -> BookCheck:
    """Reads the book at `path`: a folder of CSV files or an .xlsx workbook.

    Raises FileError when there is nothing there or the system does not allow to read it.
    """
    path = Path(path)
    reporter = Reporter()
    tables = read_tables(path, reporter)
    place = Place(path.name)
    for sheet in SHEETS:
        if sheet.required and sheet.name not in tables and sheet.name not in reporter.unread:
            reporter.report(FaultCode.MISSING_SHEET, place, sheet=sheet.label)
            reporter.unread.add(sheet.name)
    book = assemble(tables, reporter)
    order = [
        (tables[sheet.name].file, tables[sheet.name].sheet)
        for sheet in SHEETS
        if sheet.name in tables
    ]
    return BookCheck(book=book, faults=reporter.close(place, order))


def read_book(path: Path) -> Book:
    """The book at `path`. Raises BookError with every fault, or FileError."""
    check = check_book(path)
    if check.book is None:
        faults = [fault for fault in check.faults if fault.severity is Severity.FAULT]
        first = faults[0]
        where = " ".join(
            filter(None, (first.file, first.sheet, str(first.row or ""), first.column))
        )
        raise BookError(
            "RP1000",
            message("book.faulty", n=len(faults), where=where, first=first.problem),
            check.faults,
        )
    return check.book
