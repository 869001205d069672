"""The book as it is once facts have come up: absences, other hours, agreements, other hands."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

from routeplan.book.models import Appointment, Book, Client, Rigidity
from routeplan.problem.adjust import (
    Adjustment,
    Agreed,
    Away,
    HoursOn,
    Returned,
    TakesOver,
)
from routeplan.values import MINUTES_PER_DAY, Closure, TimeWindow

__all__ = ["amended"]


def amended(book: Book, adjustments: Sequence[Adjustment]) -> Book:
    """The book with the facts among `adjustments` in it, later ones over earlier ones.

    A site with other hours on a day is closed then; the hours themselves are wishes (`OpenAt`), for
    a book has no word for them. Facts about what the book does not know change nothing.
    """
    absences: dict[str, list[tuple[Closure, ...]]] = {
        manager.id: [(closure,) for closure in manager.leave] for manager in book.managers
    }
    clients = {client.id: client for client in book.clients}
    appointments = {appointment.id: appointment for appointment in book.appointments}
    for item in adjustments:
        if isinstance(item, Away) and item.manager_id in absences:
            absences[item.manager_id].append(_closures(item))
        elif isinstance(item, Returned) and item.manager_id in absences:
            absences[item.manager_id] = [
                _ended(absence, item.date, item.start) for absence in absences[item.manager_id]
            ]
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
            "managers": tuple(
                manager.model_copy(update={"leave": tuple(itertools.chain(*absences[manager.id]))})
                for manager in book.managers
            ),
            "clients": tuple(clients.values()),
            "appointments": tuple(appointments.values()),
        }
    )


def _closures(fact: Away) -> tuple[Closure, ...]:
    """An absence in the book's words."""
    if fact.hours is not None or (fact.since, fact.until) == (0, MINUTES_PER_DAY):
        return (Closure(first=fact.first, last=fact.last, hours=fact.hours),)
    if fact.first == fact.last:
        return (_on(fact.first, fact.since, fact.until),)
    day = dt.timedelta(days=1)
    between = (fact.first + day, fact.last - day)
    middle = (Closure(first=between[0], last=between[1]),) if between[0] <= between[1] else ()
    end = (_on(fact.last, 0, fact.until),) if fact.until else ()
    return (_on(fact.first, fact.since, MINUTES_PER_DAY), *middle, *end)


def _on(date: dt.date, start: int, end: int) -> Closure:
    return Closure(first=date, last=date, hours=TimeWindow(start=start, end=end))


def _ended(absence: tuple[Closure, ...], date: dt.date, start: int) -> tuple[Closure, ...]:
    """The absence, ending then if it holds then."""
    if not any(
        closure.covers(date)
        and (closure.hours is None or closure.hours.start <= start < closure.hours.end)
        for closure in absence
    ):
        return absence
    found: list[Closure] = []
    for closure in absence:
        if closure.last < date:
            found.append(closure)
            continue
        if closure.first < date:
            before = date - dt.timedelta(days=1)
            found.append(closure.model_copy(update={"last": before}))
        begin = closure.hours.start if closure.hours else 0
        end = min(start, closure.hours.end if closure.hours else MINUTES_PER_DAY)
        if closure.covers(date) and begin < end:
            found.append(_on(date, begin, end))
    return tuple(found)


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
