"""What a manager takes along on a day, and what is to be prepared on it for visits to come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from routeplan.due.preparation import Checklists, Preparation, preparation
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit, PlannedVisitStatus
from routeplan.workdays import WorkCalendar

__all__ = ["Item", "Task", "own_checklist", "tasks_of", "things_to_bring"]


class Item(NamedTuple):
    text: str
    numbers: tuple[int, ...]
    """The day's visits that it is for; () is all of them."""


class Task(NamedTuple):
    text: str
    visit: PlannedVisit
    date: dt.date
    """The visit's."""


def own_checklist(visit: PlannedVisit, language: str, checklists: Checklists | None) -> Preparation:
    """What the visit's purposes ask for beyond what every visit does."""
    always = preparation((), language, checklists)
    whole = preparation(visit.purposes, language, checklists)
    return Preparation(
        bring=tuple(item for item in whole.bring if item not in always.bring),
        mind=tuple(item for item in whole.mind if item not in always.mind),
        tasks=whole.tasks,
    )


def things_to_bring(
    day: PlannedDay, language: str, checklists: Checklists | None
) -> tuple[Item, ...]:
    """Everything for the visits that are not over; what is for all of them comes first."""
    numbers: dict[str, list[int]] = {}
    ahead = 0
    for number, visit in enumerate(day.visits, 1):
        if visit.status is PlannedVisitStatus.DONE:
            continue
        ahead += 1
        for text in preparation(visit.purposes, language, checklists).bring:
            numbers.setdefault(text, []).append(number)
    items = [
        Item(text, () if len(found) == ahead else tuple(found)) for text, found in numbers.items()
    ]
    return tuple(sorted(items, key=lambda item: bool(item.numbers)))


def tasks_of(
    plan: Plan, day: PlannedDay, language: str, checklists: Checklists | None
) -> tuple[Task, ...]:
    """What is to be done on this day: on the manager's last day in the plan by which it is due, or
    on the first one where that is over, each task once."""
    own = sorted(other.date for other in plan.days if other.manager_id == day.manager_id)
    tasks = []
    for other in plan.days:
        if other.manager_id != day.manager_id or other.date < day.date:
            continue
        for visit in other.visits:
            for text, days in _lead(visit, language, checklists):
                latest = _workdays_before(other.date, days, plan.origin.calendar)
                chosen = max((date for date in own if date <= latest), default=own[0])
                if chosen == day.date:
                    tasks.append(Task(text, visit, other.date))
    return tuple(tasks)


def _lead(
    visit: PlannedVisit, language: str, checklists: Checklists | None
) -> Iterator[tuple[str, int]]:
    if visit.status is PlannedVisitStatus.PLANNED:
        for task in preparation(visit.purposes, language, checklists).tasks:
            yield task.text, task.days


def _workdays_before(day: dt.date, days: int, calendar: WorkCalendar) -> dt.date:
    """So many working days before `day`."""
    while days:
        day -= dt.timedelta(days=1)
        days -= calendar.is_workday(day)
    return day
