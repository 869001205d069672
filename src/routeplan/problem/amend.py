"""The book as it is once facts have come up: absences, other hours, agreements, other hands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from routeplan.book.models import Appointment, Book, Client, Manager, Rigidity
from routeplan.problem.adjust import (
    Adjustment,
    Agreed,
    Away,
    HoursOn,
    Returned,
    TakesOver,
)
from routeplan.values import MINUTES_PER_DAY, Closure, TimeWindow

__all__ = ["amended", "without_absence"]


def amended(book: Book, adjustments: Sequence[Adjustment]) -> Book:
    """The book with the facts among `adjustments` in it, later ones over earlier ones.

    A site with other hours on a day is closed then; the hours themselves are wishes (`OpenAt`), for
    a book has no word for them. Facts about what the book does not know change nothing.
    """
    managers = {manager.id: manager for manager in book.managers}
    clients = {client.id: client for client in book.clients}
    appointments = {appointment.id: appointment for appointment in book.appointments}
    for item in adjustments:
        if isinstance(item, Away | Returned) and item.manager_id in managers:
            manager = managers[item.manager_id]
            managers[manager.id] = manager.model_copy(update={"leave": _leave(manager, item)})
        elif isinstance(item, HoursOn) and item.client_id in clients:
            clients[item.client_id] = _closed(clients[item.client_id], item)
        elif isinstance(item, TakesOver) and item.client_id in clients:
            client = clients[item.client_id]
            clients[client.id] = _taken_over(client, item.manager_id)
            for booked in tuple(appointments.values()):
                if booked.client_id == client.id:
                    changed = booked.model_copy(update={"manager_id": None})
                    appointments[booked.id] = changed
        elif isinstance(item, Agreed):
            appointments[item.appointment_id] = _agreed(item, appointments.get(item.replaces))
    return book.model_copy(
        update={
            "managers": tuple(managers.values()),
            "clients": tuple(clients.values()),
            "appointments": tuple(appointments.values()),
        }
    )


def without_absence(leave: Sequence[Closure], date: dt.date, start: int) -> tuple[Closure, ...]:
    """The absences, where one that holds on `date` at `start` ends then."""
    found: list[Closure] = []
    for closure in leave:
        hours = closure.hours or TimeWindow(start=0, end=MINUTES_PER_DAY)
        if not (closure.covers(date) and hours.start <= start < hours.end):
            found.append(closure)
            continue
        if closure.first < date:
            before = date - dt.timedelta(days=1)
            found.append(closure.model_copy(update={"last": before}))
        if hours.start < start:
            until = TimeWindow(start=hours.start, end=start)
            found.append(Closure(first=date, last=date, hours=until))
    return tuple(found)


def _leave(manager: Manager, fact: Away | Returned) -> tuple[Closure, ...]:
    if isinstance(fact, Returned):
        return without_absence(manager.leave, fact.date, fact.start)
    return (*manager.leave, Closure(first=fact.first, last=fact.last, hours=fact.hours))


def _closed(client: Client, fact: HoursOn) -> Client:
    closure = Closure(first=fact.first, last=fact.last)
    sites = tuple(
        site.model_copy(update={"closures": (*site.closures, closure)}) for site in client.sites
    )
    return client.model_copy(update={"sites": sites})


def _taken_over(client: Client, manager_id: str) -> Client:
    backups = tuple(backup for backup in client.backup_ids if backup != manager_id)
    return client.model_copy(update={"manager_id": manager_id, "backup_ids": backups})


def _agreed(fact: Agreed, replaced: Appointment | None) -> Appointment:
    changes = {
        "id": fact.appointment_id,
        "date": fact.date,
        "start": fact.start,
        "rigidity": Rigidity.EXACT,
        "leeway": 0,
    }
    if replaced is not None:
        return replaced.model_copy(update=changes)
    return Appointment.model_validate(
        {**changes, "client_id": fact.client_id, "site_id": fact.site_id}
    )
