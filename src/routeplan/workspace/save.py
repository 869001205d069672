"""Saves a plan: kept as a version in the store first, then written to its folder."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from routeplan.book.models import Book
from routeplan.language import Texts
from routeplan.plan.plan import Plan
from routeplan.replan.diff import ChangeKind, diff_plans
from routeplan.solve.result import Solved
from routeplan.store.database import (
    can_keep,
    database_path,
    open_database,
    transaction,
    utc_now,
)
from routeplan.store.folders import add_folder
from routeplan.store.versions import (
    Facts,
    Stored,
    add_version,
    digest_of,
    find_version,
    read_content,
    read_version,
)
from routeplan.travel.background import MainRoads
from routeplan.workspace.folder import (
    outputs_of,
    readable,
    require_folder,
    standing_in,
    write_folder,
)

__all__ = ["Saved", "content_before", "facts_of", "keep", "replanned", "save_plan"]


@dataclass(frozen=True)
class Saved:
    """Where a plan's files are, and its place in the history."""

    plan: Path
    workbook: Path
    map: Path
    version: int | None
    """Its number in the store; None: no history is kept, as there is no book or its folder cannot
    be written."""
    before: int | None
    """The number of what this version was made from or replaced."""


def save_plan(
    plan: Plan,
    folder: Path,
    texts: Texts,
    *,
    book: Path | None = None,
    known: Book | None = None,
    solved: Solved | None = None,
    tiles: str = "none",
    ground: MainRoads | None = None,
) -> Saved:
    """Writes plan.json, plan.xlsx, map.html and more; the store beside `book` keeps them for good.

    What stood in the folder is kept as well, and is what the new version was made from. `known` is
    what `book_with_records` reads there, so that it need not be read again. `solved`,
    what the plan was made from, becomes proof.json; that of another plan does not stay.

    Everything is made before anything is written, the version is on disk before files are replaced,
    and plan.json is replaced last. Raises WorkspaceError or FileError when the store or the folder
    cannot be written; where the whole folder of the book is read-only, there is no history.
    """
    require_folder(folder)
    content = plan.model_dump_json(indent=1).encode()
    standing = standing_in(folder)
    proof = None
    if solved is not None:
        proof = _timeless(solved)
    elif standing is not None and standing.content == content:
        proof = standing.proof
    stored = Stored(content=content, proof=proof)
    store = None if book is None else database_path(book)
    version = parent = None
    if store is None or not can_keep(store):
        before = content_before(None, stored, standing)
        outputs = outputs_of(
            plan,
            replanned(plan, before, None),
            texts,
            tiles=tiles,
            ground=ground,
            folder=folder,
            book=book,
            known=known,
        )
        write_folder(folder, outputs, stored)
    else:
        with closing(open_database(store)) as connection:
            before = content_before(connection, stored, standing)
            outputs = outputs_of(
                plan,
                replanned(plan, before, connection),
                texts,
                tiles=tiles,
                ground=ground,
                folder=folder,
                book=book,
                known=known,
            )
            with transaction(connection):
                version = keep(connection, stored, after=standing)
            # One at a time, so that no two processes mix their files.
            with transaction(connection):
                add_folder(connection, folder)
                write_folder(folder, outputs, stored)
            kept = read_version(connection, version)
            parent = kept.parent if kept else None
    return Saved(
        plan=folder / "plan.json",
        workbook=folder / "plan.xlsx",
        map=folder / "map.html",
        version=version,
        before=parent,
    )


def keep(connection: sqlite3.Connection, stored: Stored, *, after: Stored | None) -> int:
    """The number of the version with this content, made from what stood there before: `after`,
    which becomes a version of its own where it is none yet. Inside a `transaction`."""
    other = after is not None and after.content != stored.content
    parent = keep(connection, after, after=None) if after is not None and other else None
    return add_version(
        connection, stored, facts_of(stored.content), parent=parent, made=utc_now().isoformat()
    )


def content_before(
    connection: sqlite3.Connection | None, stored: Stored, standing: Stored | None
) -> bytes | None:
    """The plan.json that this one was made from: of its parent if it is known, else what stands."""
    digest = digest_of(stored.content)
    known = None if connection is None else find_version(connection, digest)
    if connection is not None and known is not None:
        version = read_version(connection, known)
        parent = version.parent if version else None
        return None if parent is None else read_content(connection, parent).content
    return None if standing is None or standing.content == stored.content else standing.content


def replanned(
    plan: Plan, before: bytes | None, connection: sqlite3.Connection | None
) -> Plan | None:
    """The plan that a re-plan changed; None for a plan made anew.

    A version that only marks a plan (locks, what clients were told) has the same one before it as
    the plan that it marks: `before` is what came directly before.
    """
    earlier = None if plan.origin.now is None else readable(before)
    while before is not None and earlier and _only_marked(earlier, plan):
        number = None if connection is None else find_version(connection, digest_of(before))
        version = None if connection is None or number is None else read_version(connection, number)
        if connection is None or version is None or version.parent is None:
            return None
        before = read_content(connection, version.parent).content
        earlier = readable(before)
    return earlier


def _only_marked(before: Plan, after: Plan) -> bool:
    """Whether locks and what clients were told are all that is new."""
    if before.origin.now != after.origin.now:
        return False
    if after.origin.events not in ((), before.origin.events):
        return False
    changes = diff_plans(before, after).changes
    return all(change.kind is ChangeKind.KEPT for change in changes)


def _timeless(solved: Solved) -> bytes:
    """Without how long it took: the same plan has the same files."""
    lasting = solved.result.model_copy(update={"phases": ()})
    return solved.model_copy(update={"result": lasting}).model_dump_json().encode()


def facts_of(content: bytes) -> Facts:
    plan = readable(content)
    if plan is None:
        return Facts()
    origin = plan.origin.model_dump(mode="json")
    return Facts(
        week=plan.horizon.first.isoformat(),
        weeks=plan.horizon.weeks,
        clock=origin["now"],
        policy=plan.origin.policy,
        book_digest=plan.origin.book_digest,
        seed=plan.proof.seed,
        engine=plan.proof.engine.value,
        routeplan=plan.origin.routeplan,
        visits=len(plan.visits),
        left_out=len(plan.left_out),
        events=_json(origin.get("events", [])),
        settings=_json(origin["settings"]),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
