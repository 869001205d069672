"""Forgets a client: nothing of it stays in the store, its old versions or the folders of plans.

The book is the user's own and is only looked at: while the client stands there, nothing is done.
Folders come first and the store last, as the store knows what to look for: after a stop at any
moment the same call goes on.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from routeplan.errors import CheckError, WorkspaceError
from routeplan.language import Texts, message
from routeplan.plan.plan import Plan
from routeplan.solve.result import Solved
from routeplan.store.backup import replaced_stores
from routeplan.store.database import open_database, store_errors, transaction, utc_now
from routeplan.store.folders import read_folders
from routeplan.store.records import read_records
from routeplan.store.versions import (
    Facts,
    Stored,
    Version,
    digest_of,
    find_version,
    read_content,
    read_version,
    read_versions,
    rewrite_version,
)
from routeplan.values import Frozen
from routeplan.workspace.anonymise import Label, Traces, anonymised, is_traced, traces_of
from routeplan.workspace.folder import map_ground, outputs_of, readable, standing_in, write_folder
from routeplan.workspace.history import book_at, store_at
from routeplan.workspace.save import facts_of, replanned

__all__ = ["Forgotten", "forget"]


_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


class Forgotten(Frozen):
    """What came of forgetting a client."""

    versions: int
    """Plan versions that spoke of it."""
    records: int
    folders: tuple[str, ...]
    """Folders of plans that were written anew."""
    left: tuple[str, ...]
    """Files that routeplan did not make, or cannot look into, and that may still tell of it."""


def forget(
    where: Path,
    client_id: str,
    texts: Texts,
    *,
    book: Path | None = None,
    dry_run: bool = False,
) -> Forgotten:
    """Takes a client out of everything kept for a book; only a row with a day and numbers stays.

    `where` is a plan's folder, the book, or a store by itself such as a backup. With `dry_run`
    everything is only counted. Raises WorkspaceError while the client stands in the book, and
    BookError when the book cannot be read, since then nobody knows.
    """
    store = store_at(where, book)
    if store != where:
        place = book_at(where, book)
        _require_gone(place, client_id)
        stores = (store, *replaced_stores(store))
        lists: tuple[Path, ...] = tuple(sorted(store.parent.glob("*-doubtful.csv")))
    else:
        place, stores, lists = None, (store,), ()
    here = where.resolve() if standing_in(where) else None
    found = [_forget_in(one, client_id, texts, place, here, dry_run=dry_run) for one in stores]
    traces = Traces(
        client_id,
        frozenset().union(*(traces.texts for _, traces in found)),
        frozenset().union(*(traces.names for _, traces in found)),
    )
    return Forgotten(
        versions=sum(one.versions for one, _ in found),
        records=sum(one.records for one, _ in found),
        folders=tuple(dict.fromkeys(name for one, _ in found for name in one.folders)),
        left=tuple(
            dict.fromkeys(
                [name for one, _ in found for name in one.left]
                + [str(path) for path in lists if _tells(path, traces)]
            )
        ),
    )


def _require_gone(book: Path, client_id: str) -> None:
    from routeplan.book.read import read_book

    if client_id in read_book(book).client_by_id:
        text = message("error.still_in_book", client=client_id, book=str(book))
        raise WorkspaceError("RP7029", text)


def _forget_in(
    store: Path,
    client_id: str,
    texts: Texts,
    book: Path | None,
    here: Path | None,
    *,
    dry_run: bool,
) -> tuple[Forgotten, Traces]:
    """`here` is a folder of a plan besides those that the store knows: it may have been moved."""
    with closing(open_database(store)) as connection:
        with transaction(connection):
            listed = read_versions(connection)
            records = read_records(connection)
            known = read_folders(connection) if book is not None else ()
            folders = tuple(dict.fromkeys((*known, here) if here else known))
            traces = traces_of(_trees(connection, listed, folders), client_id)
            label = _label(connection, texts)
            changed = [
                one.number for one in listed if _rewrite(connection, one, traces, label, dry_run)
            ]
            own = [one for one in records if one.client_id == client_id]
            renewed = [
                str(folder)
                for folder in folders
                if _folder(connection, folder, traces, label, texts, dry_run)
            ]
            if not dry_run:
                _drop_records(connection, records, traces, label)
                connection.execute("DELETE FROM cache")
                if changed or own:
                    connection.execute(
                        "INSERT INTO forgotten (at, versions, records) VALUES (?, ?, ?)",
                        (utc_now().isoformat(), len(changed), len(own)),
                    )
        if not dry_run:
            with store_errors(store):
                # What pages kept beside their rows goes as well.
                connection.execute("VACUUM")
    found = Forgotten(
        versions=len(changed),
        records=len(own),
        folders=tuple(renewed),
        left=() if dry_run else tuple(name for folder in folders for name in _left(folder, traces)),
    )
    return found, traces


def _trees(
    connection: sqlite3.Connection, listed: Iterable[Version], folders: Iterable[Path]
) -> Iterator[Any]:
    """Every plan that is kept or stands in a folder."""
    for version in listed:
        yield _tree(read_content(connection, version.number).content)
    for folder in folders:
        standing = standing_in(folder)
        if standing is not None:
            yield _tree(standing.content)


def _label(connection: sqlite3.Connection, texts: Texts) -> Label:
    (number,) = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM forgotten").fetchone()
    return Label(
        id=f"forgotten-{number}",
        name=texts("workspace.forgotten_client", number=number),
        message={"key": "workspace.forgotten_reason", "args": {}},
    )


# --- versions and records -------------------------------------------------------------------------


def _rewrite(
    connection: sqlite3.Connection, version: Version, traces: Traces, label: Label, dry_run: bool
) -> bool:
    """Whether a version spoke of the client; it does not any more."""
    stored = read_content(connection, version.number)
    neutral = _neutral(stored, traces, label)
    if neutral == stored:
        return False
    while find_version(connection, digest_of(neutral.content)) not in (None, version.number):
        # Two versions that differed in the client alone stay two.
        neutral = neutral.model_copy(update={"content": neutral.content + b"\n"})
    if not dry_run:
        facts = facts_of(neutral.content)
        if facts == Facts():
            # Of another routeplan's making: what was known of it stays, but not what happened.
            facts = Facts(**version.model_dump(include=set(Facts.model_fields) - {"events"}))
        rewrite_version(connection, version.number, neutral, facts)
    return True


def _neutral(stored: Stored, traces: Traces, label: Label) -> Stored:
    """A version without the client; the same where it did not speak of it."""
    content = _anonymised(stored.content, Plan, traces, label, indent=1)
    proof = stored.proof
    return Stored(
        content=content,
        proof=proof if proof is None else _anonymised(proof, Solved, traces, label, indent=None),
    )


def _anonymised(
    content: bytes,
    model: type[Plan | Solved],
    traces: Traces,
    label: Label,
    *,
    indent: int | None,
) -> bytes:
    tree = _tree(content)
    if tree is None:
        # Not to be taken apart: all of it goes if any of it tells of the client.
        return b"" if is_traced(content.decode(errors="replace"), traces) else content
    changed = anonymised(tree, traces, label)
    if changed == tree:
        return content
    try:
        # As it was written, so that versions look alike.
        return (
            model.model_validate_json(json.dumps(changed)).model_dump_json(indent=indent).encode()
        )
    except ValidationError as error:
        with suppress(ValidationError):
            model.model_validate_json(content)
            raise CheckError("RP6004", message("error.not_neutral")) from error
        # Of another version of routeplan.
        return json.dumps(changed, ensure_ascii=False, indent=indent).encode()


def _tree(content: bytes) -> Any:
    """The JSON in some bytes; None where there is none."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def _drop_records(
    connection: sqlite3.Connection, records: tuple[Any, ...], traces: Traces, label: Label
) -> None:
    connection.execute(
        "UPDATE records SET superseded_by = NULL WHERE client_id = ?", (traces.client_id,)
    )
    connection.execute("DELETE FROM records WHERE client_id = ?", (traces.client_id,))
    for record in records:
        tree = _tree(record.content.encode())
        changed = anonymised(tree, traces, label)
        if record.client_id != traces.client_id and changed != tree:
            connection.execute(
                "UPDATE records SET content = ? WHERE number = ?",
                (json.dumps(changed, ensure_ascii=False), record.number),
            )


# --- folders --------------------------------------------------------------------------------------


def _folder(
    connection: sqlite3.Connection,
    folder: Path,
    traces: Traces,
    label: Label,
    texts: Texts,
    dry_run: bool,
) -> bool:
    """Whether the plan in a folder spoke of the client; its files are made anew without it."""
    standing = standing_in(folder)
    if standing is None:
        return False
    neutral = _neutral(standing, traces, label)
    number = find_version(connection, digest_of(neutral.content))
    if neutral == standing and number is None:
        return False
    if number is not None:
        neutral = read_content(connection, number)
    plan = readable(neutral.content)
    if dry_run or (
        neutral == standing and not any(_tells(path, traces) for path in _files(folder))
    ):
        return neutral != standing
    outputs: dict[str, bytes] = {}
    if plan is not None:
        version = None if number is None else read_version(connection, number)
        parent = version.parent if version else None
        before = None if parent is None else read_content(connection, parent).content
        place = book_at(folder)
        # Without the folder: its calendars would go on to tell of what they told before.
        outputs = outputs_of(
            plan,
            replanned(plan, before, connection),
            texts,
            ground=map_ground(plan.origin.settings.travel, place),
            book=place,
        )
    write_folder(folder, outputs, neutral)
    for path in folder.glob("report/*"):
        if _tells(path, traces):
            path.unlink()
    return True


def _left(folder: Path, traces: Traces) -> list[str]:
    """Files of a folder that tell of the client, or cannot be looked into."""
    return [
        str(path)
        for path in _files(folder)
        if path.suffix.lower() == ".pdf" or _tells(path, traces)
    ]


def _files(folder: Path) -> Iterator[Path]:
    """What lies in a plan's folder and in the folders inside; stores are looked after elsewhere."""
    for path in sorted((*folder.glob("*"), *folder.glob("*/*"))):
        if path.is_file() and ".sqlite" not in path.name:
            yield path


def _tells(path: Path, traces: Traces) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return True
    parts = [content]
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as members:
        parts = [members.read(name) for name in members.namelist()]
    return any(_told_in(part, traces) for part in parts)


def _told_in(content: bytes, traces: Traces) -> bool:
    text = content.decode(errors="replace")
    # Also in the escapes that JSON and scripts may write.
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return is_traced(text, traces) or is_traced(plain, traces)
