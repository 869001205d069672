"""The folder of a plan: what it holds, read and written."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from routeplan.book.models import Book
from routeplan.config import TravelSettings
from routeplan.errors import FileError, RouteplanError, WorkspaceError, unreadable, unwritable
from routeplan.language import Texts, message
from routeplan.outputs.files import read_model, write_atomically
from routeplan.plan.coverage import plan_coverage
from routeplan.plan.plan import Plan
from routeplan.plan.same_routes import require_same_routes
from routeplan.replan.diff import diff_plans
from routeplan.solve.result import Solved
from routeplan.store.versions import Stored
from routeplan.travel.background import MainRoads, read_main_roads
from routeplan.workspace.records import book_with_records

__all__ = [
    "book_or_none",
    "load_plan",
    "load_proof",
    "map_ground",
    "outputs_of",
    "readable",
    "require_folder",
    "standing_in",
    "write_folder",
]

PLAN, PROOF = "plan.json", "proof.json"
MADE = ("changes.json", "notices.*", "days/*.html", "days/*.pdf")
"""What some plans have and others not: taken away where the plan that is written has it not."""
CUT_OFF = (".routeplan-*.tmp", "*/.routeplan-*.tmp")
"""What a kill left of files that were being written."""


def require_folder(folder: Path) -> None:
    """Raises WorkspaceError when no plan could be saved there: better known before a search."""
    try:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        usable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if not usable:
        raise WorkspaceError("RP7004", message("error.no_folder", folder=str(folder)))


def load_plan(folder: Path) -> Plan:
    """The plan of a folder written by `save_plan`, or of a plan.json itself.

    Raises WorkspaceError when there is none or it cannot be read.
    """
    path = folder / PLAN if folder.is_dir() else folder
    if not path.exists():
        raise WorkspaceError("RP7001", message("error.no_plan_there", folder=str(folder)))
    try:
        return read_model(path, Plan)
    except FileError as error:
        why = message("error.plan_damaged", why=error.message)
        raise WorkspaceError("RP7002", why) from error


def load_proof(folder: Path, plan: Plan | None = None) -> Solved:
    """What the plan of a folder was made from, or that of a proof.json itself.

    `plan` is the folder's, where it was read already. Raises WorkspaceError when there is none,
    FileError when it cannot be read, CheckError RP6003 when the plan tells of other routes.
    """
    path = folder / PROOF if folder.is_dir() else folder
    if not path.exists():
        raise WorkspaceError("RP7006", message("error.no_proof_there", folder=str(folder)))
    solved = read_model(path, Solved)
    if folder.is_dir():
        require_same_routes(plan or load_plan(folder), solved)
    return solved


def readable(content: bytes | None) -> Plan | None:
    """The plan in a plan.json; None where this routeplan cannot read it, or there is none."""
    try:
        return None if content is None else Plan.model_validate_json(content)
    except ValidationError:
        return None


def standing_in(folder: Path) -> Stored | None:
    """The plan that stands in a folder, whether or not it can be read. Raises FileError."""
    content = _bytes(folder / PLAN)
    return None if content is None else Stored(content=content, proof=_bytes(folder / PROOF))


def map_ground(settings: TravelSettings, path: Path) -> MainRoads | None:
    """The roads that lie under the map of the book at `path`, where the settings name a roads
    folder; whatever the source of travel is. Raises FileError when they cannot be read."""
    if not settings.roads.tiles:
        return None
    folder = path if path.is_dir() else path.parent
    return read_main_roads(Path(os.path.normpath(folder / settings.roads.tiles)))


def outputs_of(
    plan: Plan,
    before: Plan | None,
    texts: Texts,
    *,
    tiles: str = "none",
    ground: MainRoads | None = None,
    folder: Path | None = None,
    book: Path | None = None,
    known: Book | None = None,
) -> dict[str, bytes]:
    """What people look at: name in the folder → content.

    The same plan gives the same bytes, but for calendar files, which go on from those that stand in
    `folder`, and for what only the `book` knows, where it can be read (`known`, where it was).
    `before` is what a re-plan changed, else None.
    """
    from routeplan.outputs.calendar import calendar_files
    from routeplan.outputs.day_sheet.page import day_sheet_files
    from routeplan.outputs.notices import notice_files
    from routeplan.outputs.plan_map import map_html
    from routeplan.outputs.workbook.write import workbook_bytes

    diff = None if before is None else diff_plans(before, plan)
    known = known or book_or_none(book)
    made = {
        "map.html": map_html(plan, texts, tiles=tiles, ground=ground, before=before).encode(),
        "plan.xlsx": workbook_bytes(
            plan, texts, diff=diff, coverage=plan_coverage(plan, known) if known else ()
        ),
        **day_sheet_files(plan, texts, book=known, roads=ground),
        **calendar_files(
            plan,
            texts,
            standing=lambda name: _bytes(folder / name) if folder else None,
            book=known,
        ),
    }
    if before is not None and diff is not None:
        made["changes.json"] = diff.model_dump_json(indent=1).encode()
        made |= notice_files(before, plan, texts)
    return made


def book_or_none(path: Path | None) -> Book | None:
    """The book, for what a plan does not tell; None where it cannot be read: outputs do without."""
    try:
        return None if path is None else book_with_records(path)
    except RouteplanError:
        return None


def write_folder(folder: Path, outputs: dict[str, bytes], stored: Stored) -> None:
    """Makes the folder a checkout of a version. plan.json is replaced last: a failure before leaves
    the folder's plan as it was. Raises FileError."""
    for name, content in outputs.items():
        write_atomically(folder / name, content)
    kept = {folder / name for name in outputs}
    for path in [path for pattern in (*MADE, *CUT_OFF) for path in folder.glob(pattern)]:
        if path not in kept:
            _take_away(path)
    if stored.proof is None:
        _take_away(folder / PROOF)
    else:
        write_atomically(folder / PROOF, stored.proof)
    write_atomically(folder / PLAN, stored.content)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as error:
        raise unreadable(path, error) from error


def _take_away(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
