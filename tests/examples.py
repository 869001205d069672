"""A book, a due list and a problem small enough to work out by hand.

Two managers in Beijing, six clients. M1 takes the bus and leaves from an office at Tian'anmen, M2
drives from home to open end. Monday 2026-11-23 begins the week planned.
"""

from __future__ import annotations

import datetime as dt

from routeplan.book.models import (
    Anchor,
    Appointment,
    Book,
    Client,
    Manager,
    Purpose,
    Rigidity,
    Site,
    Tier,
    TravelMode,
)
from routeplan.config import Settings, TravelSettings
from routeplan.due.models import DueKind, DueList, DueReason, DueVisit, Horizon
from routeplan.language import message
from routeplan.point import Point
from routeplan.problem.build import BuiltProblem, build_problem
from routeplan.problem.problem import Problem
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import TimeWindow, WeeklyHours
from routeplan.workdays import WorkCalendar

__all__ = [
    "EXACT",
    "MONDAY",
    "due_visit",
    "hours",
    "tiny_book",
    "tiny_built",
    "tiny_due",
    "tiny_problem",
    "window",
]

MONDAY = dt.date(2026, 11, 23)
OFFICE = Point(lat=39.905, lon=116.397)


def window(start: str, end: str) -> TimeWindow:
    return TimeWindow.model_validate({"start": start, "end": end})


def hours(*windows: TimeWindow, weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)) -> WeeklyHours:
    """The same windows on all `weekdays`, closed on the others."""
    return WeeklyHours(days=tuple(windows if day in weekdays else () for day in range(7)))


def tiny_book() -> Book:
    """Every client differs from the next in something that the problem must heed."""
    office_hours = hours(window("9:00", "11:30"), window("13:30", "17:30"))
    return Book(
        managers=(
            Manager(id="M1", name="王磊", mode=TravelMode.TRANSIT, office=OFFICE),
            Manager(
                id="M2",
                name="李静",
                mode=TravelMode.CAR,
                start=Anchor.HOME,
                end=Anchor.OPEN,
                home=Point(lat=39.95, lon=116.45),
                shift=window("9:00", "17:00"),
                max_visits=3,
                max_talk_minutes=120,
            ),
        ),
        clients=(
            # A plain client; its room is known.
            Client(
                id="C1",
                name="京华贸易",
                tier=Tier.A,
                manager_id="M1",
                sites=(
                    Site(
                        address="东长安街1号",
                        room="1203",
                        point=Point(lat=39.909, lon=116.414),
                        hours=office_hours,
                    ),
                ),
            ),
            # In the same building, room unknown, M2 may help out.
            Client(
                id="C2",
                name="同楼科技",
                tier=Tier.B,
                manager_id="M1",
                backup_ids=("M2",),
                sites=(Site(point=Point(lat=39.909, lon=116.414), hours=office_hours),),
            ),
            # Open on Tuesday mornings only.
            Client(
                id="C3",
                name="周二商行",
                tier=Tier.C,
                manager_id="M1",
                sites=(
                    Site(
                        room="A1",
                        point=Point(lat=39.93, lon=116.36),
                        hours=hours(window("9:00", "11:00"), weekdays=(1,)),
                    ),
                ),
            ),
            # Nobody knows where.
            Client(
                id="C4",
                name="无址公司",
                tier=Tier.C,
                manager_id="M1",
                sites=(Site(hours=office_hours),),
            ),
            # Two sites; the second is open late.
            Client(
                id="C5",
                name="两地集团",
                tier=Tier.A,
                manager_id="M2",
                sites=(
                    Site(room="301", point=Point(lat=39.96, lon=116.46), hours=office_hours),
                    Site(
                        id="仓库",
                        room="门卫",
                        point=Point(lat=40.0, lon=116.48),
                        hours=hours(window("12:00", "20:00")),
                    ),
                ),
            ),
            # Has an appointment on Wednesday at 10:00.
            Client(
                id="C6",
                name="有约实业",
                tier=Tier.B,
                manager_id="M2",
                sites=(Site(room="8", point=Point(lat=39.92, lon=116.44), hours=office_hours),),
            ),
        ),
        appointments=(
            Appointment(
                id="T1",
                client_id="C6",
                date=dt.date(2026, 11, 25),
                start=10 * 60,
                minutes=45,
                rigidity=Rigidity.EXACT,
            ),
        ),
    )


def due_visit(client_id: str, **changes: object) -> DueVisit:
    """A visit due in the week of `MONDAY`; its fields can be changed."""
    fields: dict[str, object] = {
        "id": client_id,
        "client_id": client_id,
        "earliest": MONDAY,
        "due": MONDAY + dt.timedelta(days=2),
        "latest": MONDAY + dt.timedelta(days=6),
        "until": MONDAY + dt.timedelta(days=6),
        "last_visit": None,
        "urgency": 0.0,
        "worth": 300,
        "worth_terms": (),
        "reasons": (DueReason(kind=DueKind.CADENCE, text=message("words.due_cadence")),),
        "purposes": (Purpose.KEEP_WARM,),
        "talk_minutes": 40,
    }
    return DueVisit.model_validate(fields | changes)


def tiny_due() -> DueList:
    """Everyone of `tiny_book` is due; C5 at its second site, C6 by appointment."""
    return DueList(
        horizon=Horizon(first=MONDAY),
        policy="visit-norms",
        due=(
            due_visit(
                "C6",
                appointment_id="T1",
                required=True,
                talk_minutes=45,
                earliest=dt.date(2026, 11, 25),
                until=dt.date(2026, 11, 25),
            ),
            due_visit("C1", worth=600, talk_minutes=50),
            due_visit("C5", worth=600, talk_minutes=50, site_id="仓库"),
            due_visit("C2"),
            due_visit("C3", worth=160, talk_minutes=30),
            due_visit("C4", worth=160, talk_minutes=30),
        ),
        not_due=(),
    )


EXACT = Settings(travel=TravelSettings(round_to=1))
"""Travel to the minute, where an example was worked out by hand."""


def tiny_built() -> BuiltProblem:
    settings = EXACT
    return build_problem(
        tiny_book(), tiny_due(), settings, WorkCalendar(), GreatCircle(settings.travel)
    )


def tiny_problem() -> Problem:
    return tiny_built().problem
