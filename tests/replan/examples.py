"""A plan of one busy week to cancel visits of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

from routeplan.book.models import Appointment, Book
from routeplan.due.models import DueList
from routeplan.plan.events import Event
from routeplan.plan.plan import Plan
from routeplan.point import Point
from routeplan.problem.adjust import Adjustment
from routeplan.replan.replan import replan
from routeplan.values import parse_clock
from tests.examples import MONDAY, due_visit, hours, window
from tests.plan.examples import STOP, TUESDAY, client, due_list, make_plan, manager

__all__ = ["at", "busy_book", "busy_due", "busy_plan", "replanned"]


# On Monday C4, C5, C6, C7 in this order, on Tuesday C0, C1, C2 and then C3, which is booked.
SLOTS = (("9:00", "10:00"), ("10:00", "11:00"), ("13:30", "14:30"), ("14:30", "15:30"))


def busy_book() -> Book:
    """One manager, Monday and Tuesday, at most four visits a day. Eight clients have an hour of
    their own, C8 and C9 are open all day."""
    own = [
        hours(window(*SLOTS[number % 4]), weekdays=(1 if number < 4 else 0,)) for number in range(8)
    ]
    return Book(
        managers=(manager(max_visits=4),),
        clients=tuple(
            client(
                f"C{number}",
                site={
                    "point": Point(lat=39.92, lon=116.40 + number / 200),
                    "hours": opening,
                },
            )
            for number, opening in enumerate([*own, *2 * [hours(window("9:00", "17:30"))]])
        ),
        appointments=(Appointment(id="T1", client_id="C3", date=TUESDAY, start=14 * 60 + 40),),
    )


def busy_due() -> DueList:
    """All ten are due; C8 and C9 find no place."""
    return due_list(
        *(
            due_visit(
                f"C{number}",
                worth=600 - 20 * number,
                required=number == 3,
                appointment_id="T1" if number == 3 else None,
            )
            for number in range(10)
        )
    )


@cache
def busy_plan() -> Plan:
    return make_plan(busy_book(), busy_due())


def replanned(
    now: dt.datetime,
    *events: Event,
    plan: Plan | None = None,
    book: Book | None = None,
    adjustments: Sequence[Adjustment] = (),
) -> Plan:
    """The busy plan, or another, planned again; `replan` checks it."""
    return replan(
        plan or busy_plan(), book or busy_book(), events, now, adjustments=adjustments, stop=STOP
    )


def at(clock: str, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=parse_clock(clock))
