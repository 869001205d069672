"""The whole story on one page: book → due → travel → problem → solve → plan.

`workspace` saves what comes of it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from routeplan.book.digest import digest
from routeplan.book.models import Book, Purpose
from routeplan.config import Settings, TravelSettings
from routeplan.due.due_list import list_due
from routeplan.due.models import DueList, Horizon
from routeplan.due.policy import Policy, read_policy
from routeplan.due.preparation import own_checklists
from routeplan.due.touches import list_touches
from routeplan.errors import NoPlanError, UsageError
from routeplan.language import message
from routeplan.plan.build import build_plan
from routeplan.plan.check import require_valid
from routeplan.plan.insert import with_what_pays
from routeplan.plan.left_over import expected_records, left_over_clients
from routeplan.plan.plan import Plan, PlanOrigin
from routeplan.plan.touches import with_touches
from routeplan.plan.ways import with_ways
from routeplan.problem.adjust import Adjustment
from routeplan.problem.build import build_problem
from routeplan.solve.result import Engine, Solved
from routeplan.solve.solve import solve
from routeplan.solve.stop import ProgressCallback, StopRule
from routeplan.store.cache import Cache
from routeplan.store.database import can_keep, database_path, open_database
from routeplan.travel.choose import travel_source
from routeplan.travel.source import TravelSource
from routeplan.version import __version__
from routeplan.workdays import OFFICIAL, WorkCalendar

__all__ = [
    "due_visits",
    "monday_of",
    "next_week",
    "open_travel",
    "plan_visits",
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
    visits, calls and messages later than the last record are taken as made (a note says how many).
    Raises UsageError for an unknown manager.
    """
    settings = settings or Settings()
    unknown = sorted(set(manager_ids or ()) - set(book.manager_by_id))
    if unknown:
        known = sorted(book.manager_by_id)
        raise UsageError("RP4002", message("error.manager", ids=unknown, known=known))
    left_over: dict[str, tuple[Purpose, ...]] = {}
    expected: Counter[str] = Counter()
    if previous is not None:
        left_over = left_over_clients(previous, book, before=horizon.first)
        records = expected_records(previous, book, before=horizon.first)
        book = book.model_copy(update={"visits": book.visits + records})
        expected.update("visits" if record.is_visit else "touches" for record in records)
    policy = policy or read_policy(settings.policy)
    calendar = calendar or WorkCalendar()
    due = list_due(
        book,
        horizon,
        policy,
        settings,
        calendar,
        manager_ids=manager_ids,
        left_over=left_over,
    )
    touches = list_touches(book, horizon, policy, settings, calendar, manager_ids=manager_ids)
    due = due.model_copy(update={"touches": touches})
    notes = []
    if n := expected["visits"]:
        notes.append(message("plan.expected", n=n))
    if n := expected["touches"]:
        notes.append(message("plan.expected_touches", n=n))
    return due.model_copy(update={"notes": (*due.notes, *notes)})


@contextmanager
def open_travel(
    settings: TravelSettings, book: Book, path: Path, calendar: WorkCalendar = OFFICIAL
) -> Iterator[TravelSource]:
    """The source of travel that the settings name, for the book at `path`, where their paths start.

    What it answers is remembered in the store beside the book. Raises SettingsError or what the
    source raises when its data cannot be used, and WorkspaceError when the store cannot.
    """
    folder = path if path.is_dir() else path.parent
    store = database_path(path)
    remember = can_keep(store)
    if remember and store.exists():
        # Better known before a search than after it: the plan will be kept there.
        open_database(store).close()
    with Cache(store) as cache:
        yield travel_source(settings, book, folder, cache if remember else None, calendar)


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
    travel = travel or travel_source(settings.travel, book, calendar=calendar)
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
        checklists=own_checklists(settings.preparation),
        routeplan=__version__,
    )
    plan = build_plan(built, result, book, due, settings, origin, adjustments=adjustments)
    plan = with_touches(with_ways(plan, travel), book, previous)
    require_valid(plan, book, settings, calendar, travel)
    return plan
