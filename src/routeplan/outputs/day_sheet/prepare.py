"""What a manager takes along on a day, and what is to be done on it for visits to come."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from routeplan.due.preparation import Checklists, Preparation, preparation
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit, PlannedVisitStatus

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


def tasks_of(plan: Plan, day: PlannedDay, language: str) -> tuple[Task, ...]:
    """What the manager is to do on this day: what the plan puts there, or, where it has no sheet
    for that day, on the last one before; on the first, what is over too. Each task once."""
    own = sorted(other.date for other in plan.days if other.manager_id == day.manager_id)
    visits = {visit.visit_id: (other.date, visit) for other, visit in plan.visits}
    tasks = []
    for task in plan.tasks:
        chosen = max((date for date in own if date <= task.date), default=own[0])
        if task.manager_id == day.manager_id and chosen == day.date and task.visit_id in visits:
            date, visit = visits[task.visit_id]
            tasks.append(Task(task.text.of(language), visit, date))
    return tuple(tasks)
