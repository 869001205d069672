"""Plans of small books, made by the real problem, solver and plan builder."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from functools import cache

from routeplan.book.models import (
    Anchor,
    Appointment,
    Book,
    Client,
    Manager,
    Rigidity,
    Site,
    Tier,
    TravelMode,
)
from routeplan.config import LunchSettings, Settings, TalkSettings, VisitSettings
from routeplan.due.models import DueList, DueVisit, Horizon
from routeplan.plan.build import build_plan
from routeplan.plan.check import require_valid
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit, PlanOrigin, UnplannedVisit
from routeplan.point import Point
from routeplan.problem.adjust import Adjustment
from routeplan.problem.build import BuiltProblem, build_problem
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Engine, Result, Solution, Status
from routeplan.solve.schedule import schedule
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import Closure, TimeWindow
from routeplan.workdays import WorkCalendar
from tests.examples import (
    EXACT,
    MONDAY,
    OFFICE,
    due_visit,
    hours,
    tiny_book,
    tiny_built,
    tiny_due,
    window,
)

__all__ = [
    "CALENDAR",
    "STOP",
    "TUESDAY",
    "WEDNESDAY",
    "client",
    "day_of",
    "due_list",
    "left_out",
    "make_plan",
    "manager",
    "random_book",
    "tiny_plan",
    "visit_of",
]

TUESDAY = MONDAY + dt.timedelta(days=1)
WEDNESDAY = MONDAY + dt.timedelta(days=2)
CALENDAR = WorkCalendar()
STOP = StopRule(seconds=None, iterations=60)
"""Enough for a handful of visits, and the same on every machine."""
OFFICE_HOURS = hours(window("9:00", "11:30"), window("13:30", "17:30"))


def make_plan(
    book: Book,
    due: DueList,
    settings: Settings | None = None,
    *,
    adjustments: Sequence[Adjustment] = (),
) -> Plan:
    """The plan of a book and a due list, checked."""
    settings = settings or EXACT
    built = build_problem(
        book, due, settings, CALENDAR, GreatCircle(settings.travel), adjustments=adjustments
    )
    return _checked(built, solve(built.problem, STOP), book, due, settings, adjustments)


@cache
def tiny_plan() -> Plan:
    """A plan of `tiny_book`, its routes given: M1 sees C3, C1 and C2 on Tuesday, M2 sees C5 on
    Monday and C6, which is booked, on Wednesday. C4 has no position and is left out."""
    built = tiny_built()
    shifts = {(shift.manager_id, shift.date): number for number, shift in enumerate(built.shifts)}
    index = {visit.id: number for number, visit in enumerate(built.visits)}
    orders = {
        shifts["M1", TUESDAY]: ("C3", "C1", "C2"),
        shifts["M2", MONDAY]: ("C5",),
        shifts["M2", WEDNESDAY]: ("C6",),
    }
    routes = [
        schedule(built.problem, shift, [index[visit] for visit in visits])
        for shift, visits in orders.items()
    ]
    solution = Solution(routes=tuple(route for route in routes if route), left_out=())
    result = Result(
        engine=Engine.ROUTING,
        seed=0,
        status=Status.FEASIBLE,
        stopped_by="iterations",
        solution=solution,
        cost=cost_of(built.problem, solution),
    )
    return _checked(built, result, tiny_book(), tiny_due(), EXACT, ())


def _checked(
    built: BuiltProblem,
    result: Result,
    book: Book,
    due: DueList,
    settings: Settings,
    adjustments: Sequence[Adjustment],
) -> Plan:
    origin = PlanOrigin(
        book="book",
        book_digest="",
        policy=due.policy,
        settings=settings,
        calendar=CALENDAR,
        routeplan="test",
    )
    plan = build_plan(built, result, book, due, settings, origin, adjustments=adjustments)
    require_valid(plan, book, settings, CALENDAR, GreatCircle(settings.travel))
    return plan


def visit_of(plan: Plan, visit_id: str) -> tuple[PlannedDay, PlannedVisit]:
    return next(item for item in plan.visits if item[1].visit_id == visit_id)


def day_of(plan: Plan, manager_id: str, date: dt.date) -> PlannedDay:
    return next(day for day in plan.days if (day.manager_id, day.date) == (manager_id, date))


def left_out(plan: Plan, visit_id: str) -> UnplannedVisit:
    return next(visit for visit in plan.left_out if visit.visit_id == visit_id)


def manager(manager_id: str = "M1", **changes: object) -> Manager:
    """Works Mondays and Tuesdays from an office at Tian'anmen, by e-bike."""
    fields: dict[str, object] = {
        "id": manager_id,
        "name": f"经理{manager_id}",
        "mode": TravelMode.EBIKE,
        "office": OFFICE,
        "weekdays": (0, 1),
    }
    return Manager.model_validate(fields | changes)


def client(client_id: str, **changes: object) -> Client:
    """About two kilometres from the office, room known, in office hours; `site` changes those."""
    site: dict[str, object] = {
        "room": "101",
        "point": Point(lat=39.92, lon=116.40),
        "hours": OFFICE_HOURS,
    }
    own = changes.pop("site", {})
    assert isinstance(own, dict)
    fields: dict[str, object] = {
        "id": client_id,
        "name": f"客户{client_id}",
        "tier": Tier.B,
        "manager_id": "M1",
        "sites": (Site.model_validate(site | own),),
    }
    return Client.model_validate(fields | changes)


def due_list(*visits: DueVisit) -> DueList:
    return DueList(horizon=Horizon(first=MONDAY), policy="test", due=visits, not_due=())


def random_book(seed: int) -> tuple[Book, DueList, Settings]:
    """One or two managers for two days, more due than fits: short shifts, tight caps, narrow hours,
    appointments, leave, closures, second visits, places unknown."""
    chance = random.Random(seed)
    managers = tuple(
        manager(
            f"M{number}",
            mode=chance.choice((TravelMode.EBIKE, TravelMode.CAR, TravelMode.TRANSIT)),
            start=chance.choice((Anchor.OFFICE, Anchor.OPEN)),
            end=chance.choice((Anchor.OFFICE, Anchor.OPEN)),
            shift=_span(chance, 8 * 60, 10 * 60, 180, 420),
            max_visits=chance.choice((None, 1, 2, 3)),
            max_talk_minutes=chance.choice((None, 60, 90)),
            leave=()
            if chance.random() < 0.7
            else (Closure(first=MONDAY, last=MONDAY, hours=window("10:00", "11:00")),),
        )
        for number in range(chance.randint(1, 2))
    )
    clients: list[Client] = []
    appointments: list[Appointment] = []
    due: list[DueVisit] = []
    for number in range(chance.randint(2, 7)):
        name = f"C{number}"
        owner = chance.choice(managers).id
        helpers = tuple(one.id for one in managers if one.id != owner and chance.random() < 0.3)
        weekdays = chance.choice(((0, 1, 2, 3, 4), (0, 1), (0,), (1,)))
        point = Point(lat=39.905 + chance.uniform(-0.1, 0.1), lon=116.4 + chance.uniform(-0.1, 0.1))
        clients.append(
            client(
                name,
                manager_id=owner,
                backup_ids=helpers,
                site={
                    "point": None if chance.random() < 0.05 else point,
                    "room": chance.choice(("", "101")),
                    "hours": hours(_span(chance, 8 * 60, 13 * 60, 60, 360), weekdays=weekdays),
                    "closures": ()
                    if chance.random() < 0.8
                    else (Closure(first=TUESDAY, last=TUESDAY),),
                },
            )
        )
        talk = chance.choice((20, 30, 50, 80))
        worth = chance.choice((5, 30, 160, 330, 600))
        if chance.random() < 0.15:
            date = chance.choice((MONDAY, TUESDAY))
            rigidity = chance.choice(tuple(Rigidity))
            appointments.append(
                Appointment(
                    id=f"T{number}",
                    client_id=name,
                    date=date,
                    start=chance.randint(9 * 60, 14 * 60),
                    minutes=talk,
                    rigidity=rigidity,
                    leeway=20,
                )
            )
            booked = {"appointment_id": f"T{number}", "required": True, "talk_minutes": talk}
            due.append(due_visit(name, worth=worth, **booked))
        elif chance.random() < 0.2:
            gap = chance.choice((1, 2))
            first = due_visit(name, worth=worth, talk_minutes=talk, min_gap_days=gap)
            due.append(first)
            due.append(first.model_copy(update={"id": f"{name}#2", "sequence": 2}))
        else:
            due.append(
                due_visit(
                    name,
                    worth=worth,
                    talk_minutes=talk,
                    earliest=chance.choice((MONDAY, MONDAY, TUESDAY)),
                    required=chance.random() < 0.1,
                )
            )
    settings = Settings(
        lunch=LunchSettings(minutes=chance.choice((0, 30, 60))),
        talk=TalkSettings(max_per_day=chance.choice((100, 330))),
        visits=VisitSettings(max_per_day=chance.choice((2, 8))),
    )
    book = Book(
        managers=managers,
        clients=tuple(clients),
        appointments=tuple(appointments),
    )
    return book, due_list(*due), settings


def _span(chance: random.Random, first: int, last: int, shortest: int, longest: int) -> TimeWindow:
    start = chance.randrange(first, last, 10)
    return TimeWindow(start=start, end=start + chance.randrange(shortest, longest, 10))
