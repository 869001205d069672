"""Locks: what the user fixes of a planned visit, in every re-plan to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.plan.plan import Lock, Plan, PlannedDay, PlannedVisit, PlannedVisitStatus

__all__ = ["lock", "locked_to", "parse_visit", "unlock"]


def parse_visit(text: str) -> tuple[str, dt.date | None]:
    """Client and date of 'C017' or 'C017@2026-11-24'. Raises UsageError RP4044."""
    client_id, at, day = text.strip().partition("@")
    try:
        date = dt.date.fromisoformat(day) if at else None
    except ValueError:
        client_id = ""
    if not client_id:
        raise UsageError("RP4044", message("replan.not_a_visit", text=text))
    return client_id, date


def lock(
    plan: Plan,
    client_id: str,
    date: dt.date | None = None,
    *,
    day: bool = True,
    hour: bool = True,
    manager: bool = True,
) -> Plan:
    """The plan with a visit locked where it stands: the client's only one still to come, or that on
    `date`. A lock that it has already is replaced.

    Raises UsageError RP4045 when there is no such visit, or which is meant is not clear.
    """
    new = [
        Lock(
            visit_id=visit.visit_id,
            date=about.date if day else None,
            start=visit.talk.start if hour else None,
            manager_id=about.manager_id if manager else None,
        )
        for about, visit in _visits(plan, client_id, date)
    ]
    ids = {one.visit_id for one in new}
    return _with(plan, [*(one for one in plan.locks if one.visit_id not in ids), *new])


def unlock(plan: Plan, client_id: str | None = None, date: dt.date | None = None) -> Plan:
    """The plan without the locks of a client's visits, or of that on `date`; None: without any.

    Raises UsageError RP4045 when nothing of the kind is locked.
    """
    days = {visit.visit_id: day.date for day, visit in plan.visits}
    clients = {due.id: due.client_id for due in plan.due}
    gone = [
        one
        for one in plan.locks
        if client_id in (None, clients[one.visit_id]) and date in (None, days.get(one.visit_id))
    ]
    if not gone:
        locked = sorted({clients[one.visit_id] for one in plan.locks})
        key = "replan.nothing_locked" if not locked or client_id is None else "replan.not_locked"
        raise UsageError("RP4045", message(key, client=client_id or "", locked=locked))
    return _with(plan, [one for one in plan.locks if one not in gone])


def locked_to(lock: Lock, managers: Mapping[str, str]) -> list[Message]:
    """Day, hour and manager (by id, with names) that a lock holds, in words."""
    parts: list[Message] = []
    if lock.date is not None:
        parts.append(message("replan.lock_day", date=lock.date))
    if lock.start is not None:
        parts.append(message("replan.lock_hour", start=lock.start))
    if lock.manager_id is not None:
        name = managers.get(lock.manager_id, lock.manager_id)
        parts.append(message("replan.lock_manager", manager=name))
    return parts


def _visits(
    plan: Plan, client_id: str, date: dt.date | None
) -> list[tuple[PlannedDay, PlannedVisit]]:
    """The client's visits still to come on one day."""
    own = [
        (day, visit)
        for day, visit in plan.visits
        if visit.client_id == client_id and visit.status is PlannedVisitStatus.PLANNED
    ]
    meant = [item for item in own if date in (None, item[0].date)]
    if len({day.date for day, _ in meant}) == 1:
        return meant
    forms = [f"{client_id}@{day.date}" for day, _ in own]
    key = "replan.lock_which" if own else "replan.lock_none"
    raise UsageError("RP4045", message(key, client=client_id, forms=forms))


def _with(plan: Plan, locks: Sequence[Lock]) -> Plan:
    """A new version of the plan with these locks."""
    origin = plan.origin
    return plan.model_copy(
        update={
            "locks": tuple(sorted(locks, key=lambda one: one.visit_id)),
            "origin": origin.model_copy(update={"version": origin.version + 1, "events": ()}),
        }
    )
