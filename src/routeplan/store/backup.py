"""A store copied while others may use it, checked, and put back.

SQLite's own copying does the work: a copy is one moment of the store, also while others write.
"""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from routeplan.errors import WorkspaceError
from routeplan.language import message
from routeplan.store.database import (
    BUSY_SECONDS,
    integrity,
    open_database,
    open_reading,
    store_errors,
)
from routeplan.store.versions import read_content, read_versions

__all__ = ["back_up", "replaced_stores", "require_sound", "restore"]


def back_up(store: Path, target: Path) -> None:
    """Copies the store to `target`, where nothing may stand yet, and checks the copy.

    Raises WorkspaceError when there is no store, the target is there, or it cannot be written.
    """
    if target.exists():
        raise WorkspaceError("RP7027", message("error.backup_there", file=str(target)))
    with closing(open_reading(store)) as source:
        _copy(source, target)


def require_sound(path: Path) -> None:
    """Raises WorkspaceError when the file is no store, or anything in it is damaged."""
    with closing(open_reading(path)) as connection, store_errors(path):
        if not integrity(connection):
            raise WorkspaceError("RP7022", message("error.store_damaged", file=path.name))
        table = "SELECT 1 FROM sqlite_master WHERE name = 'versions'"
        if connection.execute(table).fetchone():  # a store of routeplan's first days has none
            for version in read_versions(connection):
                read_content(connection, version.number)


def restore(store: Path, file: Path) -> Path | None:
    """Makes the store what `file`, a backup, holds. Where the replaced one is kept; None: there was
    none. A store that cannot be opened any more is replaced as well.

    Raises WorkspaceError; the store is then what it was.
    """
    if store.exists() and file.exists() and store.samefile(file):
        raise WorkspaceError("RP7028", message("error.restore_itself", file=file.name))
    try:
        require_sound(file)
    except WorkspaceError as error:
        why = message("error.no_backup", file=str(file), why=error.message)
        raise WorkspaceError("RP7026", why) from error
    kept = _put_by(store) if store.exists() else None
    with closing(open_reading(file)) as source:
        # In one transaction of the store: a stop at any moment leaves what stood there.
        _fill(source, store, told=store)
    open_database(store).close()  # an older one is brought to this version
    return kept


def replaced_stores(store: Path) -> tuple[Path, ...]:
    """What `restore` kept of a store."""
    return tuple(sorted(store.parent.glob(f"{store.stem}.replaced-*.sqlite")))


def _put_by(store: Path) -> Path:
    number = 1
    while (kept := store.with_name(f"{store.stem}.replaced-{number}.sqlite")).exists():
        number += 1
    try:
        with closing(open_reading(store)) as connection:
            _copy(connection, kept)
    except WorkspaceError as error:
        if error.code not in ("RP7022", "RP7023", "RP7024"):
            raise
        store.replace(kept)
        journal = store.with_name(f"{store.name}-journal")
        if journal.exists():  # it belongs to that file, and would be played into the new one
            journal.replace(kept.with_name(f"{kept.name}-journal"))
    return kept


def _copy(source: sqlite3.Connection, target: Path) -> None:
    temporary = target.with_name(f".routeplan-{secrets.token_hex(8)}.tmp")
    try:
        _fill(source, temporary, told=target)
        require_sound(temporary)
        temporary.replace(target)
    finally:
        with suppress(OSError):
            temporary.unlink()


def _fill(source: sqlite3.Connection, path: Path, *, told: Path) -> None:
    def busy(status: int, *_: int) -> None:
        # SQLite has waited already, and Python would try for ever.
        if status == sqlite3.SQLITE_BUSY:
            raise WorkspaceError("RP7025", message("error.store_busy", file=told.name))

    with store_errors(told), closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as target:
        source.backup(target, progress=busy)
