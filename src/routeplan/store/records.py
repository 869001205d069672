"""Visit records: what was noted after a visit. A row is never changed, only superseded by a later
one, so that it can be seen what was known when."""

from __future__ import annotations

import sqlite3

from routeplan.values import Frozen

__all__ = ["Record", "append_record", "read_records"]


class Record(Frozen):
    """One visit record as it was noted."""

    number: int
    client_id: str
    date: str
    """ISO date of the visit."""
    noted: str
    """ISO, UTC: when it was written down."""
    superseded_by: int | None
    """The number of the record that took its place."""
    content: str
    """What was noted, as JSON (`workspace.records`)."""


_COLUMNS = tuple(Record.model_fields)
_LISTED = ", ".join(_COLUMNS)


def append_record(
    connection: sqlite3.Connection,
    content: str,
    *,
    client_id: str,
    date: str,
    noted: str,
    supersedes: int | None = None,
) -> int:
    """The number of the new record. To be called inside a `transaction`.

    Raises KeyError when there is no record `supersedes`, or another one took its place already.
    """
    number = connection.execute(
        "INSERT INTO records (client_id, date, noted, content) VALUES (?, ?, ?, ?)",
        (client_id, date, noted, content),
    ).lastrowid
    if number is None:  # never for a table with numbers
        raise AssertionError
    if supersedes is not None:
        changed = connection.execute(
            "UPDATE records SET superseded_by = ?1"
            " WHERE number = ?2 AND number <> ?1 AND superseded_by IS NULL",
            (number, supersedes),
        )
        if not changed.rowcount:
            raise KeyError(supersedes)
    return number


def read_records(
    connection: sqlite3.Connection, *, client_id: str | None = None, standing: bool = False
) -> tuple[Record, ...]:
    """By date, then in the order noted: all or one client's; `standing`: without the superseded."""
    rows = connection.execute(
        f"SELECT {_LISTED} FROM records"  # noqa: S608
        " WHERE (?1 IS NULL OR client_id = ?1) AND (superseded_by IS NULL OR NOT ?2)"
        " ORDER BY date, number",
        (client_id, standing),
    )
    return tuple(Record.model_validate(dict(zip(_COLUMNS, row, strict=True))) for row in rows)
