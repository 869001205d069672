"""The history of a workspace: looked at, compared, walked back and forth."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from routeplan.errors import FileError, UsageError, WorkspaceError
from routeplan.language import Texts, message
from routeplan.plan.plan import Plan
from routeplan.replan.diff import PlanDiff, diff_plans
from routeplan.store.database import database_path, open_database, opened, transaction
from routeplan.store.folders import add_folder
from routeplan.store.versions import (
    Version,
    digest_of,
    find_version,
    newest_child,
    read_content,
    read_version,
    read_versions,
)
from routeplan.workspace.folder import (
    PLAN,
    map_ground,
    outputs_of,
    readable,
    require_folder,
    standing_in,
    write_folder,
)
from routeplan.workspace.save import Saved, keep, replanned

__all__ = [
    "book_at",
    "content_of",
    "diff_versions",
    "history",
    "lineage",
    "plan_of",
    "plan_replanned",
    "redo",
    "standing_version",
    "store_at",
    "undo",
]


def book_at(where: Path, book: Path | None = None) -> Path:
    """The book of a plan's folder, or `where` itself if that is the book.

    Raises WorkspaceError when there is neither, or the book has moved.
    """
    if book is None:
        book = _book_named_in(where / PLAN) if (where / PLAN).exists() else where
    if book == where and not where.exists():
        raise WorkspaceError("RP7001", message("error.no_plan_there", folder=str(where)))
    if not book.exists():
        raise WorkspaceError("RP7005", message("error.book_moved", book=str(book)))
    return book


def store_at(where: Path, book: Path | None = None) -> Path:
    """The store of a plan's folder or of a book; `where` itself if that is a store.

    Raises WorkspaceError when none is there.
    """
    if book is None and where.suffix == ".sqlite" and where.is_file():
        return where
    place = book_at(where, book)
    store = database_path(place)
    if not store.exists():
        raise WorkspaceError("RP7007", message("error.no_history", book=str(place)))
    return store


def history(store: Path) -> tuple[Version, ...]:
    """Every version, oldest first. Raises WorkspaceError."""
    with opened(store) as connection:
        return read_versions(connection)


def lineage(store: Path, folder: Path) -> tuple[Version, ...]:
    """The version that stands in a folder and those that it came from, newest first; none where it
    is not in the history."""
    number = standing_version(store, folder)
    found: list[Version] = []
    with opened(store) as connection:
        while number is not None and (version := read_version(connection, number)):
            found.append(version)
            number = version.parent
    return tuple(found)


def standing_version(store: Path, folder: Path) -> int | None:
    """The number of the version that stands in a folder; None: no plan, or none of the history."""
    standing = standing_in(folder)
    if standing is None:
        return None
    with opened(store) as connection:
        return find_version(connection, digest_of(standing.content))


def content_of(store: Path, number: int) -> bytes:
    """A version's plan.json. Raises UsageError when there is no such version."""
    with opened(store) as connection:
        return _content(connection, number)


def plan_of(store: Path, number: int) -> Plan:
    """The plan of a version. Raises UsageError when there is none, WorkspaceError when it cannot be
    read by this routeplan."""
    return _plan(content_of(store, number), number)


def plan_replanned(folder: Path, book: Path | None = None) -> Plan | None:
    """The plan that the re-plan standing in a folder changed; None where it is no re-plan, or what
    was before it is not known. Raises WorkspaceError."""
    with opened(store_at(folder, book)) as connection:
        version = read_version(connection, _standing(connection, folder))
        if version is None or version.parent is None:
            return None
        before = read_content(connection, version.parent).content
        plan = _plan(_content(connection, version.number), version.number)
        return replanned(plan, before, connection)


def diff_versions(store: Path, before: int, after: int) -> PlanDiff:
    """What one version does otherwise than another; told by their numbers."""
    found = diff_plans(plan_of(store, before), plan_of(store, after))
    return found.model_copy(update={"before_version": before, "after_version": after})


def undo(
    folder: Path,
    texts: Texts,
    *,
    to: int | None = None,
    book: Path | None = None,
    tiles: str = "none",
) -> Saved:
    """Writes into the folder the version that the one standing there was made from, or version
    `to`. plan.json and proof.json are byte for byte what they were.

    Raises WorkspaceError when there is nothing before it, or the folder cannot be written.
    """
    store = store_at(folder, book)
    if to is None:
        with opened(store) as connection:
            number = _standing(connection, folder)
            version = read_version(connection, number)
        to = version.parent if version else None
        if to is None:
            raise WorkspaceError("RP7008", message("error.nothing_before", version=number))
    return _bring_back(store, folder, to, texts, book=book, tiles=tiles)


def redo(folder: Path, texts: Texts, *, book: Path | None = None, tiles: str = "none") -> Saved:
    """Writes into the folder the newest version that was made from the one standing there.

    Raises WorkspaceError when there is none, or the folder cannot be written.
    """
    store = store_at(folder, book)
    with opened(store) as connection:
        number = _standing(connection, folder)
        to = newest_child(connection, number)
    if to is None:
        raise WorkspaceError("RP7009", message("error.nothing_after", version=number))
    return _bring_back(store, folder, to, texts, book=book, tiles=tiles)


def _bring_back(
    store: Path, folder: Path, number: int, texts: Texts, *, book: Path | None, tiles: str
) -> Saved:
    require_folder(folder)
    with closing(open_database(store)) as connection:
        plan = _plan(_content(connection, number), number)
        stored = read_content(connection, number)
        version = read_version(connection, number)
        parent = version.parent if version else None
        before = None if parent is None else read_content(connection, parent).content
        place = book_at(folder, book)
        place = book_at(folder, book)
        outputs = outputs_of(
            plan,
            replanned(plan, before, connection),
            texts,
            tiles=tiles,
            ground=map_ground(plan.origin.settings.travel, place),
            folder=folder,
            book=place,
        )
        standing = standing_in(folder)
        if standing is not None:
            with transaction(connection):
                keep(connection, standing, after=None)
        with transaction(connection):
            add_folder(connection, folder)
            write_folder(folder, outputs, stored)
    return Saved(
        plan=folder / PLAN,
        workbook=folder / "plan.xlsx",
        map=folder / "map.html",
        version=number,
        before=parent,
    )


def _standing(connection: sqlite3.Connection, folder: Path) -> int:
    standing = standing_in(folder)
    if standing is None:
        raise WorkspaceError("RP7001", message("error.no_plan_there", folder=str(folder)))
    number = find_version(connection, digest_of(standing.content))
    if number is None:
        raise WorkspaceError("RP7010", message("error.not_in_history", folder=str(folder)))
    return number


def _content(connection: sqlite3.Connection, number: int) -> bytes:
    try:
        return read_content(connection, number).content
    except KeyError as error:
        known = [str(version.number) for version in read_versions(connection)]
        text = message("error.no_version", version=number, known=_spans(known))
        raise UsageError("RP4051", text) from error


def _spans(known: list[str]) -> str:
    return f"{known[0]}-{known[-1]}" if len(known) > 1 else "".join(known) or "-"


def _plan(content: bytes, number: int) -> Plan:
    plan = readable(content)
    if plan is None:
        raise WorkspaceError("RP7012", message("error.version_unreadable", version=number))
    return plan


def _book_named_in(path: Path) -> Path:
    """As plan.json says it, also where it is of another version of routeplan."""
    try:
        named = json.loads(path.read_bytes())["origin"]["book"]
        return Path(os.path.normpath(path.parent / named))
    except (OSError, ValueError, LookupError, TypeError) as error:
        why = message("error.not_ours", file=str(path), wrong=[type(error).__name__])
        damaged = message("error.plan_damaged", why=why)
        raise WorkspaceError("RP7002", damaged) from FileError("RP3012", why)
