"""A workspace in files that need no routeplan to be read: CSV and JSON."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from routeplan.book.cells import guard
from routeplan.errors import WorkspaceError
from routeplan.language import message
from routeplan.outputs.files import write_atomically
from routeplan.plan.plan import Plan
from routeplan.store.database import opened
from routeplan.store.records import Record, read_records
from routeplan.store.versions import Facts, read_content, read_versions
from routeplan.values import format_clock
from routeplan.workspace.folder import readable

__all__ = ["export"]

VERSIONS = ("number", "parent", "made", "digest", *Facts.model_fields)
VISITS = (
    "version",
    "date",
    "manager_id",
    "manager_name",
    "start",
    "end",
    "visit_id",
    "client_id",
    "client_name",
    "address",
    "status",
)


def export(store: Path, folder: Path) -> tuple[Path, ...]:
    """Writes everything kept into a new or empty folder; what was written.

    `versions.csv` and `versions.json` (without contents), `visits.csv` (every planned visit of
    every version), `records.csv` and `records.json`, `forgotten.csv`, and for each version
    `versions/N/plan.json` and `proof.json` byte for byte. Answers kept of map services are left
    out: they can be asked for again. Raises WorkspaceError or FileError.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError("RP7013", message("error.export_there", folder=str(folder)))
    written: list[Path] = []

    def write(name: str, content: bytes) -> None:
        write_atomically(folder / name, content)
        written.append(folder / name)

    with opened(store) as connection:
        versions = read_versions(connection)
        records = read_records(connection)
        forgotten = connection.execute(
            "SELECT number, at, versions, records FROM forgotten ORDER BY number"
        ).fetchall()
        visits: list[tuple[object, ...]] = []
        for version in versions:
            stored = read_content(connection, version.number)
            write(f"versions/{version.number}/plan.json", stored.content)
            if stored.proof is not None:
                write(f"versions/{version.number}/proof.json", stored.proof)
            visits += _visits(version.number, readable(stored.content))
    listed = [{name: getattr(version, name) for name in VERSIONS} for version in versions]
    write("versions.csv", _csv(VERSIONS, [tuple(one.values()) for one in listed]))
    write("versions.json", _json(listed))
    write("visits.csv", _csv(VISITS, visits))
    noted = [one.model_dump() for one in records]
    write("records.csv", _csv(tuple(Record.model_fields), [tuple(one.values()) for one in noted]))
    write("records.json", _json([{**one, "content": json.loads(one["content"])} for one in noted]))
    write("forgotten.csv", _csv(("number", "at", "versions", "records"), forgotten))
    return tuple(written)


def _visits(number: int, plan: Plan | None) -> Iterable[tuple[object, ...]]:
    for day, visit in plan.visits if plan else ():
        yield (
            number,
            day.date,
            day.manager_id,
            day.manager_name,
            format_clock(visit.talk.start),
            format_clock(visit.talk.end),
            visit.visit_id,
            visit.client_id,
            visit.client_name,
            visit.address,
            visit.status.value,
        )


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a mark, as Excel opens it right; no name becomes a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows(
        [guard(cell, formulas=True) if isinstance(cell, str) else cell for cell in row]
        for row in rows
    )
    return codecs.BOM_UTF8 + stream.getvalue().encode()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
