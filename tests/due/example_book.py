"""A tiny book to list dues of."""

from __future__ import annotations

import datetime as dt
from typing import Any

from routeplan.book.models import (
    Appointment,
    Book,
    Client,
    Contact,
    Manager,
    Site,
    Tier,
    VisitRecord,
    VisitStatus,
)
from routeplan.config import Settings
from routeplan.due.due_list import list_due
from routeplan.due.models import DueList, DueVisit, Horizon, NotDue
from routeplan.due.policy import Policy, read_policy
from routeplan.language import Message, Texts
from routeplan.values import TimeWindow, WeeklyHours
from routeplan.workdays import WorkCalendar

MONDAY = dt.date(2026, 11, 23)
OFFICE = WeeklyHours(days=((TimeWindow(start=540, end=1080),),) * 5 + ((), ()))
MANAGER = Manager(id="M1", name="王芳")


def client(key: str = "C1", tier: str = "A", **fields: Any) -> Client:
    given = {"manager_id": "M1", "sites": (Site(hours=OFFICE),), "name": f"客户{key}"} | fields
    return Client(id=key, tier=Tier(tier), **given)


def seen(day: str, client_id: str = "C1", **fields: Any) -> VisitRecord:
    given = {"manager_id": "M1", "status": VisitStatus.DONE} | fields
    return VisitRecord(client_id=client_id, date=dt.date.fromisoformat(day), **given)


def booked(day: str, client_id: str = "C1", **fields: Any) -> Appointment:
    given = {"id": f"P{client_id}{day}", "start": 600} | fields
    return Appointment(client_id=client_id, date=dt.date.fromisoformat(day), **given)


def contact(key: str, client_id: str = "C1", **fields: Any) -> Contact:
    return Contact(id=key, client_id=client_id, **({"name": f"联系人{key}"} | fields))


def book(
    *rows: Client | VisitRecord | Appointment | Contact,
    managers: tuple[Manager, ...] = (MANAGER,),
) -> Book:
    return Book(
        managers=managers,
        clients=tuple(row for row in rows if isinstance(row, Client)),
        contacts=tuple(row for row in rows if isinstance(row, Contact)),
        visits=tuple(row for row in rows if isinstance(row, VisitRecord)),
        appointments=tuple(row for row in rows if isinstance(row, Appointment)),
    )


def due_of(
    of: Book,
    *,
    policy: str | Policy = "visit-norms",
    monday: dt.date = MONDAY,
    weeks: int = 1,
    settings: Settings | None = None,
    calendar: WorkCalendar | None = None,
    **options: Any,
) -> DueList:
    return list_due(
        of,
        Horizon(first=monday, weeks=weeks),
        read_policy(policy) if isinstance(policy, str) else policy,
        settings or Settings(),
        calendar or WorkCalendar(),
        **options,
    )


def one_due(due: DueList) -> DueVisit:
    (visit,) = due.due
    return visit


def one_not_due(due: DueList) -> NotDue:
    assert not due.due
    (found,) = due.not_due
    return found


def words(what: DueVisit | NotDue | Message, language: str = "en") -> str:
    texts = Texts(language)
    if isinstance(what, DueVisit):
        return "; ".join(texts.render(reason.text) for reason in what.reasons)
    return texts.render(what.reason if isinstance(what, NotDue) else what)
