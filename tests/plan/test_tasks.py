"""What is to be done before visits: on working days, and not too late."""

from __future__ import annotations

import datetime as dt

from routeplan.book.models import Book, Purpose
from routeplan.due.preparation import Checklist, Checklists, TaskAhead, Wording
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisitStatus, PlanOrigin, Task
from routeplan.plan.tasks import tasks_before
from routeplan.values import Closure
from routeplan.workdays import WorkCalendar
from tests.examples import MONDAY, due_visit
from tests.plan.examples import TUESDAY, client, due_list, make_plan, manager

FRIDAY = MONDAY - dt.timedelta(days=3)
ORIGIN = PlanOrigin(
    book="", book_digest="", policy="", calendar=WorkCalendar(), routeplan="", settings={}
)
WEEKDAYS = (0, 1, 2, 3, 4)


def plan_for(*purposes: Purpose, day: dt.date = MONDAY) -> Plan:
    book = Book(managers=(manager(weekdays=WEEKDAYS),), clients=(client("C1"),))
    due = due_visit("C1", purposes=purposes, earliest=day, until=day)
    return make_plan(book, due_list(due))


def tasks(
    days: tuple[PlannedDay, ...], *, leave: tuple[Closure, ...] = (), **origin: object
) -> list[tuple[dt.date, str]]:
    who = manager(weekdays=WEEKDAYS, leave=leave)
    book = Book(managers=(who,), clients=(client("C1"),))
    found: tuple[Task, ...] = tasks_before(days, book, ORIGIN.model_copy(update=origin))
    return [(task.date, task.text.en) for task in found]


def test_a_gift_is_drawn_two_working_days_before() -> None:
    plan = plan_for(Purpose.GIFT)
    (task,) = plan.tasks
    assert (task.date, task.manager_id, task.visit_id) == (
        MONDAY - dt.timedelta(days=4),
        "M1",
        "C1",
    )
    assert task.text == Wording(zh="申请并领取礼品", en="request and draw the gift")
    assert plan_for(Purpose.PITCH).tasks == ()


def test_tasks_stand_in_the_order_of_their_days() -> None:
    plan = plan_for(Purpose.OPINIONS, Purpose.GIFT, day=TUESDAY)
    assert [(task.date, task.text.en) for task in plan.tasks] == [
        (FRIDAY, "request and draw the gift"),
        (MONDAY, "print the opinion form"),
    ]


def test_leave_is_no_working_day() -> None:
    days = plan_for(Purpose.BUSINESS).days
    assert tasks(days) == [(FRIDAY, "print the forms")]
    away = (Closure(first=FRIDAY, last=FRIDAY),)
    assert tasks(days, leave=away) == [(FRIDAY - dt.timedelta(days=1), "print the forms")]


def test_what_is_late_is_for_today_and_what_is_over_for_never() -> None:
    days = plan_for(Purpose.GIFT, day=TUESDAY).days
    now = dt.datetime.combine(MONDAY, dt.time(9))
    assert tasks(days, now=now) == [(MONDAY, "request and draw the gift")]
    over = tuple(
        day.model_copy(
            update={
                "visits": tuple(
                    visit.model_copy(update={"status": PlannedVisitStatus.DONE})
                    for visit in day.visits
                )
            }
        )
        for day in days
    )
    assert tasks(over) == []


def test_checklists_of_ones_own() -> None:
    flowers = TaskAhead(text=Wording(zh="订花", en="order flowers"), days=5)
    own = Checklists(gift=Checklist(tasks=(flowers,)))
    days = plan_for(Purpose.GIFT).days
    assert tasks(days, checklists=own) == [(MONDAY - dt.timedelta(days=7), "order flowers")]
