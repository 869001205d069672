"""What planned visits ask to have done some working days before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from routeplan.book.availability import shift_pieces
from routeplan.book.models import Book, Manager
from routeplan.config import Settings
from routeplan.due.preparation import STANDARD, read_checklists
from routeplan.plan.plan import PlannedDay, PlannedVisitStatus, PlanOrigin, Task
from routeplan.workdays import WorkCalendar

__all__ = ["tasks_before"]

LONGEST_LEAVE = 60
"""Days before a visit in which a working day is looked for."""


def tasks_before(days: Iterable[PlannedDay], book: Book, origin: PlanOrigin) -> tuple[Task, ...]:
    """The tasks of the visits still to be made, by day and then visit: each on the last day that
    leaves its manager the working days it takes, or, in a re-plan, today if that has passed."""
    checklists = origin.checklists or read_checklists(STANDARD)
    today = origin.now.date() if origin.now else None
    found: list[Task] = []
    for day in days:
        manager = book.manager_by_id[day.manager_id]
        for visit in day.visits:
            if visit.status is not PlannedVisitStatus.PLANNED or visit.accompanies:
                continue
            for task in checklists.of(visit.purposes).tasks:
                by = _workday_before(manager, day.date, task.days, origin.settings, origin.calendar)
                found.append(
                    Task(
                        date=max(by, today) if today else by,
                        manager_id=manager.id,
                        visit_id=visit.visit_id,
                        text=task.text,
                    )
                )
    order = {manager.id: number for number, manager in enumerate(book.managers)}
    return tuple(sorted(found, key=lambda task: (order[task.manager_id], task.date)))


def _workday_before(
    manager: Manager, day: dt.date, count: int, settings: Settings, calendar: WorkCalendar
) -> dt.date:
    """The `count`-th day before `day` on which the manager works; the nearest that is found."""
    found = day
    for back in range(1, LONGEST_LEAVE):
        earlier = day - dt.timedelta(days=back)
        if shift_pieces(manager, earlier, settings.shift, calendar):
            found, count = earlier, count - 1
        if not count:
            break
    return found
