"""The folders that plans were written to, so that what must be forgotten is found there too."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

__all__ = ["add_folder", "read_folders"]


def add_folder(connection: sqlite3.Connection, folder: Path) -> None:
    """Remembers a folder, seen from the store's, so that both can be moved together."""
    connection.execute("INSERT OR IGNORE INTO folders VALUES (?)", (_name(connection, folder),))


def read_folders(connection: sqlite3.Connection) -> tuple[Path, ...]:
    """All that were ever written to, where they are seen from the store now."""
    rows = connection.execute("SELECT path FROM folders ORDER BY path")
    return tuple(Path(os.path.normpath(_home(connection) / name)) for (name,) in rows)


def _home(connection: sqlite3.Connection) -> Path:
    _, _, file = connection.execute("PRAGMA database_list").fetchone()
    return Path(file).resolve().parent


def _name(connection: sqlite3.Connection, folder: Path) -> str:
    try:
        return Path(os.path.relpath(folder.resolve(), _home(connection))).as_posix()
    except ValueError:  # another drive on Windows
        return folder.resolve().as_posix()
