"""Opens the SQLite file beside a book: safe settings, its version, and errors in one sentence.

Journal and syncing are SQLite's most careful ones on purpose. The write-ahead log of versions
before 3.51.3 can lose data with two writers, and a store of some megabytes gains nothing from it.
The file is checked whole each time it is opened (20 ms for 100 MB).
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from routeplan.errors import WorkspaceError
from routeplan.language import message

__all__ = [
    "can_keep",
    "database_path",
    "integrity",
    "open_database",
    "open_reading",
    "opened",
    "store_errors",
    "transaction",
    "utc_now",
]

APPLICATION_ID = 0x52504C4E  # 'RPLN'
BUSY_SECONDS = 5.0

_REASONS = {
    sqlite3.SQLITE_FULL: "error.os_full",
    sqlite3.SQLITE_READONLY: "error.os_denied",
    sqlite3.SQLITE_PERM: "error.os_denied",
    sqlite3.SQLITE_IOERR: "error.os_failed",
    sqlite3.SQLITE_TOOBIG: "error.os_full",
    sqlite3.SQLITE_CANTOPEN: "error.os_not_opened",
}

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE cache (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (kind, key)
        ) WITHOUT ROWID
        """,
    ),
    (
        # What is large comes last: SQLite reads a row from its beginning.
        """
        CREATE TABLE versions (
            number INTEGER PRIMARY KEY,
            parent INTEGER REFERENCES versions (number),
            digest TEXT NOT NULL UNIQUE,
            made TEXT NOT NULL,
            week TEXT,
            weeks INTEGER,
            clock TEXT,
            policy TEXT,
            book_digest TEXT,
            seed INTEGER,
            engine TEXT,
            routeplan TEXT,
            visits INTEGER,
            left_out INTEGER,
            events TEXT,
            settings TEXT,
            content BLOB NOT NULL,
            proof BLOB
        )
        """,
        "CREATE INDEX versions_of_parent ON versions (parent)",
        "CREATE TABLE folders (path TEXT PRIMARY KEY) WITHOUT ROWID",
        """
        CREATE TABLE records (
            number INTEGER PRIMARY KEY,
            client_id TEXT NOT NULL,
            date TEXT NOT NULL,
            noted TEXT NOT NULL,
            superseded_by INTEGER REFERENCES records (number),
            content TEXT NOT NULL
        )
        """,
        "CREATE INDEX records_of_client ON records (client_id, date)",
        "CREATE INDEX records_superseding ON records (superseded_by)",
        """
        CREATE TABLE forgotten (
            number INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            versions INTEGER NOT NULL,
            records INTEGER NOT NULL
        )
        """,
    ),
)
"""Statements that lead from version n to n + 1; `PRAGMA user_version` counts. Only ever append."""


def database_path(book: Path) -> Path:
    """Where the store of a book lies: inside a folder of CSV files, beside a workbook."""
    if book.is_dir():
        return book / "routeplan.sqlite"
    return book.with_name(f"{book.stem}.routeplan.sqlite")


def can_keep(path: Path) -> bool:
    """Whether a store at `path` can be written; a journal beside it needs the folder too."""
    return os.access(path.parent, os.W_OK | os.X_OK) and (
        not path.exists() or os.access(path, os.W_OK)
    )


def open_database(path: Path) -> sqlite3.Connection:
    """The store at `path`, made or brought to this version where needed.

    Statements commit by themselves unless they stand inside `transaction`. Raises WorkspaceError
    when the file cannot be opened, is damaged, is another program's, or is from a newer routeplan.
    """
    with store_errors(path):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reading(path: Path) -> sqlite3.Connection:
    """The store at `path` to look at only: nothing is made, changed or brought to this version.

    Raises WorkspaceError as `open_database` does, and when there is none.
    """
    with store_errors(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS
        )
        connection.isolation_level = None
        try:
            if not _version(connection, path):
                raise WorkspaceError("RP7023", message("error.store_foreign", file=path.name))
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A store to read; brought to this version where it can be written."""
    with closing(open_database(path) if can_keep(path) else open_reading(path)) as connection:
        yield connection


def utc_now() -> dt.datetime:
    """When something is kept: to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def integrity(connection: sqlite3.Connection) -> bool:
    """Whether every page, index and reference between tables is sound."""
    (state,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return state == "ok" and connection.execute("PRAGMA foreign_key_check").fetchone() is None


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All statements inside or none. Raises WorkspaceError when the file refuses."""
    _, _, file = connection.execute("PRAGMA database_list").fetchone()
    with store_errors(Path(file)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # A full disk has rolled back by itself already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is deleted shall be gone from the file too, and leave no copy in a temporary one.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    if _version(connection, path) < len(MIGRATIONS):
        with transaction(connection):
            # Looked at again: another process may have been first.
            for statements in MIGRATIONS[_version(connection, path) :]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The store's version, 0 for a new file. Raises WorkspaceError when it is damaged or not ours.

    One view of the file: while two statements ran, another process could make the store.
    """
    nested = connection.in_transaction
    if not nested:
        connection.execute("BEGIN")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if owner != APPLICATION_ID and (owner or version or tables):
            raise WorkspaceError("RP7023", message("error.store_foreign", file=path.name))
        if version > len(MIGRATIONS):
            raise WorkspaceError("RP7024", message("error.store_newer", file=path.name))
        (state,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise WorkspaceError("RP7022", message("error.store_damaged", file=path.name))
    finally:
        if not nested:
            connection.execute("COMMIT")
    return int(version)


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """SQLite's errors as WorkspaceErrors; every use of the store passes here."""
    try:
        yield
    except sqlite3.Error as error:
        code = error.sqlite_errorcode & 0xFF if hasattr(error, "sqlite_errorcode") else 0
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            found = WorkspaceError("RP7022", message("error.store_damaged", file=path.name))
        elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            found = WorkspaceError("RP7025", message("error.store_busy", file=path.name))
        else:
            key = _REASONS.get(code)
            why = message(key) if key else str(error)
            found = WorkspaceError(
                "RP7021", message("error.store_unusable", file=path.name, why=why)
            )
        raise found from error
