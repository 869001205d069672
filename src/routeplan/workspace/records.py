"""Visit records noted by command, kept in the store beside the book; `book.noted` judges them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from routeplan.book.models import Book, VisitRecord
from routeplan.book.noted import Entry, Noted, Outcome, RecordedBook, Saying, lay_over, note_all
from routeplan.book.read import read_book
from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.store.database import (
    database_path,
    open_database,
    opened,
    store_errors,
    transaction,
    utc_now,
)
from routeplan.store.records import append_record, read_records

__all__ = [
    "book_with_records",
    "list_records",
    "note_visits",
    "recorded_book",
    "withdraw_record",
]


def book_with_records(path: Path) -> Book:
    """The book at `path` with the records noted for it. What everything else starts from.

    Raises BookError, FileError or WorkspaceError.
    """
    return recorded_book(path).book


def recorded_book(path: Path) -> RecordedBook:
    """The same, with what became of each record."""
    path = Path(path)
    book = read_book(path)
    store = database_path(path)
    if not store.exists():
        return RecordedBook(book=book, noted=())
    with opened(store) as connection, store_errors(store):
        return lay_over(book, _entries(connection))


def list_records(path: Path) -> tuple[Noted, ...]:
    """Every record noted for the book at `path`, by date and then in the order noted."""
    return recorded_book(path).noted


def note_visits(
    path: Path, book: Book, visits: Sequence[VisitRecord], *, once: bool = False
) -> tuple[Outcome, ...]:
    """Keeps records for the book at `path`, all or none. One of the same visit supersedes what was
    noted of it before; what was noted word for word already is not noted again.

    `book` is what `read_book` gives; `once` is for a file that is read again and again: what was
    noted and corrected since is passed over. Raises WorkspaceError when the store cannot be
    written.
    """
    with closing(open_database(database_path(path))) as connection, transaction(connection):

        def append(saying: Saying, visit: VisitRecord, supersedes: int | None) -> int:
            return _append(connection, saying, visit.client_id, str(visit.date), supersedes)

        return note_all(book, _entries(connection), visits, append, once=once)


def withdraw_record(path: Path, number: int) -> int:
    """Takes a record back, which stays in the list; the number of the entry that says so.

    Raises UsageError when no such record stands.
    """
    with closing(open_database(database_path(path))) as connection, transaction(connection):
        entries = {entry.number: entry for entry in _entries(connection)}
        entry = entries.get(number)
        stands = entry is not None and entry.superseded_by is None
        if entry is None or not stands or (entry.saying and entry.saying.visit is None):
            raise UsageError("RP4082", message("error.no_record", number=number))
        return _append(connection, Saying(visit=None), entry.client_id, entry.date, number)


def _append(
    connection: sqlite3.Connection,
    saying: Saying,
    client_id: str,
    date: str,
    supersedes: int | None,
) -> int:
    return append_record(
        connection,
        saying.model_dump_json(exclude_defaults=True),
        client_id=client_id,
        date=date,
        noted=utc_now().isoformat(),
        supersedes=supersedes,
    )


def _entries(connection: sqlite3.Connection) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            number=record.number,
            noted=record.noted,
            client_id=record.client_id,
            date=record.date,
            superseded_by=record.superseded_by,
            saying=_saying(record.content),
        )
        for record in read_records(connection)
    )


def _saying(content: str) -> Saying | None:
    """None: of another version of routeplan."""
    try:
        return Saying.model_validate_json(content)
    except ValidationError:
        return None
