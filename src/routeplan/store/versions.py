"""Every plan that was ever made, as the bytes it was written in; a version is never changed.

A version is found by its number or by the digest of its plan.json: there is no pointer to what
stands where, so none can be wrong. Only `forget` rewrites versions, see `routeplan.workspace`.
"""

from __future__ import annotations

import hashlib
import lzma
import sqlite3
from pathlib import Path

from routeplan.errors import WorkspaceError
from routeplan.language import message
from routeplan.values import Frozen

__all__ = [
    "Facts",
    "Stored",
    "Version",
    "add_version",
    "digest_of",
    "find_version",
    "newest_child",
    "packed",
    "read_content",
    "read_version",
    "read_versions",
    "rewrite_version",
    "unpacked",
]


class Facts(Frozen):
    """What produced a plan. All None: the plan cannot be read by the routeplan that kept it."""

    week: str | None = None
    """ISO date of its first day."""
    weeks: int | None = None
    clock: str | None = None
    """ISO, a re-plan's clock; None for a plan made anew."""
    policy: str | None = None
    book_digest: str | None = None
    seed: int | None = None
    engine: str | None = None
    routeplan: str | None = None
    """Version of routeplan, and so of its engines."""
    visits: int | None = None
    left_out: int | None = None
    events: str | None = None
    """JSON: what happened, for a re-plan."""
    settings: str | None = None
    """JSON."""


class Version(Facts):
    """A version without its content."""

    number: int
    """From 1 on, over all plans of the store."""
    parent: int | None
    """What stood in the folder when it was made; always a smaller number."""
    digest: str
    made: str
    """ISO, UTC."""


class Stored(Frozen):
    """The content of a version, as it was written."""

    content: bytes
    """plan.json."""
    proof: bytes | None
    """proof.json."""


_COLUMNS = tuple(name for name in Version.model_fields)
_LISTED = ", ".join(_COLUMNS)


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def add_version(
    connection: sqlite3.Connection,
    stored: Stored,
    facts: Facts,
    *,
    parent: int | None,
    made: str,
) -> int:
    """The number of this content: its own new one, or the one that it has already.

    A proof that was missing is added. To be called inside a `transaction`.
    """
    digest = digest_of(stored.content)
    known = find_version(connection, digest)
    if known is not None:
        connection.execute(
            "UPDATE versions SET proof = ? WHERE number = ? AND proof IS NULL",
            (packed(stored.proof), known),
        )
        return known
    (last,) = connection.execute("SELECT coalesce(max(number), 0) FROM versions").fetchone()
    version = Version(
        number=last + 1, parent=parent, digest=digest, made=made, **facts.model_dump()
    )
    names = (*_COLUMNS, "content", "proof")
    connection.execute(
        f"INSERT INTO versions ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",  # noqa: S608
        (
            *(getattr(version, name) for name in _COLUMNS),
            packed(stored.content),
            packed(stored.proof),
        ),
    )
    return version.number


def find_version(connection: sqlite3.Connection, digest: str) -> int | None:
    """The number of the version with this digest."""
    row = connection.execute("SELECT number FROM versions WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else int(row[0])


def newest_child(connection: sqlite3.Connection, number: int) -> int | None:
    """The number of the newest version that was made from this one."""
    (child,) = connection.execute(
        "SELECT max(number) FROM versions WHERE parent = ?", (number,)
    ).fetchone()
    return None if child is None else int(child)


def read_version(connection: sqlite3.Connection, number: int) -> Version | None:
    row = connection.execute(
        f"SELECT {_LISTED} FROM versions WHERE number = ?",  # noqa: S608
        (number,),
    ).fetchone()
    return None if row is None else _version(row)


def read_versions(connection: sqlite3.Connection) -> tuple[Version, ...]:
    """All, by number."""
    rows = connection.execute(f"SELECT {_LISTED} FROM versions ORDER BY number")  # noqa: S608
    return tuple(_version(row) for row in rows)


def read_content(connection: sqlite3.Connection, number: int) -> Stored:
    """What a version's files hold.

    Raises KeyError when there is no such version, WorkspaceError when its bytes are not those kept.
    """
    row = connection.execute(
        "SELECT digest, content, proof FROM versions WHERE number = ?", (number,)
    ).fetchone()
    if row is None:
        raise KeyError(number)
    digest, *packed_bytes = row
    try:
        content, proof = (unpacked(value) for value in packed_bytes)
    except (lzma.LZMAError, EOFError):
        content = proof = None
    if content is None or digest_of(content) != digest:
        _, _, file = connection.execute("PRAGMA database_list").fetchone()
        raise WorkspaceError("RP7022", message("error.store_damaged", file=Path(file).name))
    return Stored(content=content, proof=proof)


def rewrite_version(
    connection: sqlite3.Connection, number: int, stored: Stored, facts: Facts
) -> None:
    """Puts another content in the place of a version's, for `forget` alone."""
    digest = digest_of(stored.content)
    if find_version(connection, digest) not in (None, number):
        raise ValueError(f"version {number} would be another one's double")
    values = {
        **facts.model_dump(),
        "digest": digest,
        "content": packed(stored.content),
        "proof": packed(stored.proof),
    }
    connection.execute(
        f"UPDATE versions SET {', '.join(f'{name} = ?' for name in values)} WHERE number = ?",  # noqa: S608
        (*values.values(), number),
    )


def packed(content: bytes | None) -> bytes | None:
    """A plan of 400 kB takes 20 kB, its proof of 1.1 MB takes 170 kB, in 0.2 s."""
    return None if content is None else lzma.compress(content, preset=2)


def unpacked(value: bytes | None) -> bytes | None:
    return None if value is None else lzma.decompress(value)


def _version(row: tuple[object, ...]) -> Version:
    return Version.model_validate(dict(zip(_COLUMNS, row, strict=True)))
