"""routeplan: who is due, the best daily routes, a map, and re-plans that change little.

A plan in five calls:

    import datetime as dt
    from pathlib import Path

    import routeplan as rp

    book = rp.read_book(Path("data/sample.xlsx"))
    plan = rp.plan_visits(book, rp.Horizon(first=dt.date(2026, 11, 23)))
    rp.save_plan(plan, Path("out/week"), rp.Texts("en"))
    later = rp.replan(plan, book, [rp.Cancel(client_id="C002")], dt.datetime(2026, 11, 24, 8, 0))
    print(rp.diff_plans(plan, later).changes)
"""

from routeplan.book.models import Book
from routeplan.book.read import check_book, read_book
from routeplan.config import Settings, read_settings
from routeplan.due.changes import Changes, read_changes
from routeplan.due.coverage import Coverage, Planned, coverage
from routeplan.due.models import DueList, DueTouch, DueVisit, Horizon
from routeplan.due.policy import Cycle, Policy, read_policy
from routeplan.due.talk_time import learn_talks
from routeplan.errors import (
    BookError,
    CheckError,
    FileError,
    NoPlanError,
    RouteplanError,
    ServiceError,
    SettingsError,
    UsageError,
    WorkspaceError,
)
from routeplan.geocode.geocode import geocode
from routeplan.language import Message, Texts
from routeplan.pipeline import (
    due_visits,
    next_week,
    open_travel,
    plan_visits,
)
from routeplan.plan.events import (
    Cancel,
    Delay,
    Done,
    HoursOn,
    Late,
    ManagerBack,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    TakesOver,
    Urgent,
)
from routeplan.plan.plan import (
    Lock,
    OpenTouch,
    Plan,
    PlannedDay,
    PlannedTouch,
    PlannedVisit,
    UnplannedVisit,
)
from routeplan.plan.today import Today, morning_checks
from routeplan.problem.adjust import parse_adjustment
from routeplan.problem.problem import Problem
from routeplan.problem.progress import Told
from routeplan.replan.choices import choices_of, efficient_choices, plan_within
from routeplan.replan.diff import PlanDiff, diff_plans
from routeplan.replan.offer import offers_of
from routeplan.replan.read_events import parse_event, read_events
from routeplan.replan.relax import relaxations
from routeplan.replan.replan import prepare_replan, replan
from routeplan.replan.told import tell
from routeplan.solve.result import Engine, Result
from routeplan.solve.solve import solve
from routeplan.solve.stop import Progress, StopRule
from routeplan.travel.roads_build import build_roads
from routeplan.version import __version__
from routeplan.workdays import WorkCalendar, read_calendar
from routeplan.workspace.folder import load_plan
from routeplan.workspace.history import redo, undo
from routeplan.workspace.records import book_with_records, note_visits
from routeplan.workspace.save import save_plan

__all__ = [
    "Book",
    "BookError",
    "Cancel",
    "Changes",
    "CheckError",
    "Coverage",
    "Cycle",
    "Delay",
    "Done",
    "DueList",
    "DueTouch",
    "DueVisit",
    "Engine",
    "FileError",
    "Horizon",
    "HoursOn",
    "Late",
    "Lock",
    "ManagerBack",
    "ManagerOff",
    "Message",
    "Moved",
    "NoPlanError",
    "NotMet",
    "OpenTouch",
    "Overrun",
    "Plan",
    "PlanDiff",
    "Planned",
    "PlannedDay",
    "PlannedTouch",
    "PlannedVisit",
    "Policy",
    "Problem",
    "Progress",
    "Result",
    "RouteplanError",
    "ServiceError",
    "Settings",
    "SettingsError",
    "StopRule",
    "TakesOver",
    "Texts",
    "Today",
    "Told",
    "UnplannedVisit",
    "Urgent",
    "UsageError",
    "WorkCalendar",
    "WorkspaceError",
    "__version__",
    "book_with_records",
    "build_roads",
    "check_book",
    "choices_of",
    "coverage",
    "diff_plans",
    "due_visits",
    "efficient_choices",
    "geocode",
    "learn_talks",
    "load_plan",
    "morning_checks",
    "next_week",
    "note_visits",
    "offers_of",
    "open_travel",
    "parse_adjustment",
    "parse_event",
    "plan_visits",
    "plan_within",
    "prepare_replan",
    "read_book",
    "read_calendar",
    "read_changes",
    "read_events",
    "read_policy",
    "read_settings",
    "redo",
    "relaxations",
    "replan",
    "save_plan",
    "solve",
    "tell",
    "undo",
]
