"""The whole story on one page: book → due → travel → problem → solve → plan → outputs."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from routeplan.book.models import Book
from routeplan.config import Settings, TravelSettings
from routeplan.due.due_list import list_due
from routeplan.due.models import DueList, Horizon
from routeplan.due.policy import Policy, read_policy
from routeplan.errors import FileError, NoPlanError, UsageError, WorkspaceError
from routeplan.language import Texts, message
from routeplan.outputs.files import os_reason, read_model, write_atomically
from routeplan.plan.build import build_plan
from routeplan.plan.check import require_valid
from routeplan.plan.insert import with_what_pays
from routeplan.plan.left_over import expected_records, left_over_clients
from routeplan.plan.plan import Plan, PlanOrigin
from routeplan.plan.same_routes import require_same_routes
from routeplan.plan.ways import with_ways
from routeplan.problem.adjust import Adjustment
from routeplan.problem.build import build_problem
from routeplan.replan.diff import PlanDiff
from routeplan.solve.result import Engine, Solved
from routeplan.solve.solve import solve
from routeplan.solve.stop import ProgressCallback, StopRule
from routeplan.store.cache import Cache
from routeplan.store.database import database_path
from routeplan.travel.background import MainRoads, read_main_roads
from routeplan.travel.choose import travel_source
from routeplan.travel.source import TravelSource
from routeplan.version import __version__
from routeplan.workdays import WorkCalendar

__all__ = [
    "Saved",
    "due_visits",
    "load_plan",
    "load_proof",
    "map_ground",
    "monday_of",
    "next_week",
    "open_travel",
    "plan_visits",
    "require_folder",
    "save_plan",
]


def monday_of(day: dt.date) -> dt.date:
    """The Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def next_week(today: dt.date) -> Horizon:
    """The week after today's, Monday to Sunday."""
    return Horizon(first=monday_of(today) + dt.timedelta(days=7))


def due_visits(
    book: Book,
    horizon: Horizon,
    *,
    settings: Settings | None = None,
    policy: Policy | None = None,
    calendar: WorkCalendar | None = None,
    manager_ids: Collection[str] | None = None,
    previous: Plan | None = None,
) -> DueList:
    """Who is due in the horizon and why, and who is not.

    `previous` is the plan before this one: what it left over is due with that reason, and its
    visits later than the last record are taken as made (a note says how many).
    Raises UsageError for an unknown manager.
    """
    settings = settings or Settings()
    unknown = sorted(set(manager_ids or ()) - set(book.manager_by_id))
    if unknown:
        known = sorted(book.manager_by_id)
        raise UsageError("RP4002", message("error.manager", ids=unknown, known=known))
    left_over: frozenset[str] = frozenset()
    expected = 0
    if previous is not None:
        left_over = left_over_clients(previous, book, before=horizon.first)
        records = expected_records(previous, book, before=horizon.first)
        book = book.model_copy(update={"visits": book.visits + records})
        expected = len(records)
    due = list_due(
        book,
        horizon,
        policy or read_policy(settings.policy),
        settings,
        calendar or WorkCalendar(),
        manager_ids=manager_ids,
        left_over=left_over,
    )
    if expected:
        note = message("plan.expected", n=expected)
        due = due.model_copy(update={"notes": (*due.notes, note)})
    return due


@contextmanager
def open_travel(settings: TravelSettings, book: Book, path: Path) -> Iterator[TravelSource]:
    """The source of travel that the settings name, for the book at `path`, where their paths start.

    What it answers is remembered in the store beside the book. Raises SettingsError or what the
    source raises when its data cannot be used, and WorkspaceError when the store cannot.
    """
    folder = path if path.is_dir() else path.parent
    store = database_path(path)
    with Cache(store) as cache:
        remember = os.access(store.parent, os.W_OK)
        yield travel_source(settings, book, folder, cache if remember else None)


def map_ground(settings: TravelSettings, path: Path) -> MainRoads | None:
    """The roads that lie under the map of the book at `path`, where the settings name a roads
    folder; whatever the source of travel is. Raises FileError when they cannot be read."""
    if not settings.roads.tiles:
        return None
    folder = path if path.is_dir() else path.parent
    return read_main_roads(Path(os.path.normpath(folder / settings.roads.tiles)))


def plan_visits(
    book: Book,
    horizon: Horizon,
    *,
    settings: Settings | None = None,
    policy: Policy | None = None,
    calendar: WorkCalendar | None = None,
    travel: TravelSource | None = None,
    manager_ids: Collection[str] | None = None,
    adjustments: Sequence[Adjustment] = (),
    previous: Plan | None = None,
    stop: StopRule | None = None,
    seed: int | None = None,
    engine: Engine = Engine.COLUMNS,
    progress: ProgressCallback | None = None,
    on_solved: Callable[[Solved], None] | None = None,
    book_path: str = "",
) -> Plan:
    """The visit plan of a horizon, recomputed by the independent checker before it is returned.

    `on_solved` is given the problem with its routes and their proof, for `save_plan`.
    Raises UsageError for adjustments or managers that do not exist, NoPlanError when no manager
    works in the horizon, and CheckError if the plan breaks a rule, which is a bug.
    """
    settings = settings or Settings()
    calendar = calendar or WorkCalendar()
    policy = policy or read_policy(settings.policy)
    travel = travel or travel_source(settings.travel, book)
    due = due_visits(
        book,
        horizon,
        settings=settings,
        policy=policy,
        calendar=calendar,
        manager_ids=manager_ids,
        previous=previous,
    )
    built = build_problem(
        book, due, settings, calendar, travel, manager_ids=manager_ids, adjustments=adjustments
    )
    if not built.shifts:
        text = message("error.nobody_works", first=horizon.first, last=horizon.last)
        raise NoPlanError("RP5001", text)
    seed = settings.solver.seed if seed is None else seed
    result = solve(
        built.problem,
        stop or StopRule(seconds=settings.solver.time_limit),
        seed=seed,
        engine=engine,
        progress=progress,
    )
    result = with_what_pays(built.problem, result)
    if on_solved:
        on_solved(Solved(problem=built.problem, result=result))
    origin = PlanOrigin(
        book=book_path,
        book_digest=digest(book),
        policy=policy.name,
        settings=settings,
        calendar=calendar,
        routeplan=__version__,
    )
    plan = build_plan(built, result, book, due, settings, origin, adjustments=adjustments)
    plan = with_ways(plan, travel)
    require_valid(plan, book, settings, calendar, travel)
    return plan


def digest(book: Book) -> str:
    """SHA-256 of the book's content, whatever file it came from."""
    content = json.dumps(book.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True)
class Saved:
    """Where a plan's files are."""

    plan: Path
    workbook: Path
    map: Path
    earlier: Path | None
    """Where the plan that stood there before was kept."""


def save_plan(
    plan: Plan,
    folder: Path,
    texts: Texts,
    *,
    diff: PlanDiff | None = None,
    solved: Solved | None = None,
    tiles: str = "none",
    ground: MainRoads | None = None,
) -> Saved:
    """Writes plan.json, plan.xlsx and map.html; a different plan already there moves to earlier/.

    `solved`, what the plan was made from, becomes proof.json; that of another plan does not stay.

    Everything is made before anything is written, and plan.json is replaced last, so a failure
    leaves the folder's plan as it was. Raises WorkspaceError or FileError when the folder cannot be
    written.
    """
    from routeplan.outputs.plan_map import map_html
    from routeplan.outputs.workbook import workbook_bytes

    require_folder(folder)
    target = Saved(
        plan=folder / "plan.json",
        workbook=folder / "plan.xlsx",
        map=folder / "map.html",
        earlier=None,
    )
    content = plan.model_dump_json(indent=1).encode()
    page = map_html(plan, texts, tiles=tiles, ground=ground).encode()
    sheets = workbook_bytes(plan, texts, diff=diff)
    earlier = _keep_earlier(target.plan, content)
    write_atomically(target.map, page)
    write_atomically(target.workbook, sheets)
    if diff is not None:
        write_atomically(folder / "changes.json", diff.model_dump_json(indent=1).encode())
    proof = folder / "proof.json"
    if solved is not None:
        # Without how long it took: the same plan has the same files.
        lasting = solved.result.model_copy(update={"phases": ()})
        timeless = solved.model_copy(update={"result": lasting}).model_dump_json()
        write_atomically(proof, timeless)
    elif earlier is not None:
        proof.unlink(missing_ok=True)
    write_atomically(target.plan, content)
    return Saved(target.plan, target.workbook, target.map, earlier)


def require_folder(folder: Path) -> None:
    """Raises WorkspaceError when no plan could be saved there: better known before a search."""
    try:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        usable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if not usable:
        raise WorkspaceError("RP7004", message("error.no_folder", folder=str(folder)))


def _keep_earlier(path: Path, content: bytes) -> Path | None:
    if not path.exists():
        return None
    try:
        old = path.read_bytes()
    except OSError as error:
        why = os_reason(error)
        raise FileError("RP3001", message("error.unreadable", file=str(path), why=why)) from error
    if old == content:
        return None
    try:
        kept = load_plan(path)
        stem = f"plan-{kept.horizon.first}-v{kept.origin.version}"
    except WorkspaceError:
        stem = "plan-unreadable"
    for number in range(1, 10_000):
        earlier = path.parent / "earlier" / f"{stem}{f'-{number}' if number > 1 else ''}.json"
        if earlier.exists() and earlier.read_bytes() != old:
            continue
        write_atomically(earlier, old)
        return earlier
    raise WorkspaceError("RP7003", message("error.workspace_full", folder=str(path.parent)))


def load_plan(folder: Path) -> Plan:
    """The plan of a folder written by `save_plan`, or of a plan.json itself.

    Raises WorkspaceError when there is none or it cannot be read.
    """
    path = folder / "plan.json" if folder.is_dir() else folder
    if not path.exists():
        raise WorkspaceError("RP7001", message("error.no_plan_there", folder=str(folder)))
    try:
        return read_model(path, Plan)
    except FileError as error:
        why = message("error.plan_damaged", why=error.message)
        raise WorkspaceError("RP7002", why) from error


def load_proof(folder: Path) -> Solved:
    """What the plan of a folder was made from, or that of a proof.json itself.

    Raises WorkspaceError when there is none, FileError when it cannot be read, CheckError RP6003
    when the folder's plan.json tells of other routes.
    """
    path = folder / "proof.json" if folder.is_dir() else folder
    if not path.exists():
        raise WorkspaceError("RP7006", message("error.no_proof_there", folder=str(folder)))
    solved = read_model(path, Solved)
    if folder.is_dir():
        require_same_routes(load_plan(folder), solved)
    return solved
