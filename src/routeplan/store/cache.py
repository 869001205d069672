"""Answers that need not be asked for again, found by kind and key.

The caller makes the keys from all that the answer depends on, so that nothing ever goes stale:
what has changed has another key.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from routeplan.store.database import open_database, store_errors, transaction

__all__ = ["Cache"]

SOON = 1.0
"""Seconds."""


class Cache:
    """Bytes by (kind, key) in the store at `path`, which is made with the first `put_many`.

    Every method raises WorkspaceError when the store cannot be used. Close it, or use it in `with`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._waiting: dict[str, dict[str, bytes]] = {}
        self._since = 0.0

    def get_many(self, kind: str, keys: Iterable[str]) -> dict[str, bytes]:
        """Key → value for those of `keys` that are known."""
        keys = list(keys)
        waiting = self._waiting.get(kind, {})
        known = {key: waiting[key] for key in keys if key in waiting}
        connection = self._connect(make=False)
        if connection is None or len(known) == len(keys):
            return known
        with store_errors(self.path):
            rows = connection.execute(
                "SELECT key, value FROM cache"
                " WHERE kind = ? AND key IN (SELECT value FROM json_each(?))",
                (kind, json.dumps(keys)),
            )
            return dict(rows.fetchall()) | known

    def get_all(self, kind: str) -> dict[str, bytes]:
        """Everything of one kind."""
        self._write()
        connection = self._connect(make=False)
        if connection is None:
            return {}
        with store_errors(self.path):
            rows = connection.execute("SELECT key, value FROM cache WHERE kind = ?", (kind,))
            return dict(rows.fetchall())

    def put_many(self, kind: str, items: Mapping[str, bytes]) -> None:
        """Remembers all of `items`, on disk when this returns; known keys get the new value."""
        connection = self._connect(make=True) if items else None
        if connection is None:
            return
        with transaction(connection):
            connection.executemany(
                "INSERT OR REPLACE INTO cache (kind, key, value) VALUES (?, ?, ?)",
                ((kind, key, value) for key, value in items.items()),
            )

    def put_soon(self, kind: str, items: Mapping[str, bytes]) -> None:
        """As `put_many`, but on disk only with a call a second later, or when closed: for answers
        that come one by one, where each would wait for the disk."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.setdefault(kind, {}).update(items)
        if time.monotonic() - self._since >= SOON:
            self._write()

    def delete_many(self, kind: str, keys: Iterable[str]) -> None:
        """Forgets `keys`; unknown ones are passed over."""
        self._write()
        connection = self._connect(make=False)
        if connection is None:
            return
        with transaction(connection):
            connection.execute(
                "DELETE FROM cache WHERE kind = ? AND key IN (SELECT value FROM json_each(?))",
                (kind, json.dumps(list(keys))),
            )

    def close(self) -> None:
        try:
            self._write()
        finally:
            self._disconnect()

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for kind, items in waiting.items():
            self.put_many(kind, items)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _connect(self, *, make: bool) -> sqlite3.Connection | None:
        if self._connection is None and (make or self.path.exists()):
            self._connection = open_database(self.path)
        return self._connection
