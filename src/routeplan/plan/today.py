"""The three checks of a morning (三查): account changes, key moments, the work plan; each with what
to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum

from routeplan.book.models import Book, Channel, Client, VisitRecord, VisitStatus
from routeplan.config import Settings
from routeplan.due.changes import Changes, findings
from routeplan.due.models import Horizon
from routeplan.due.policy import Policy
from routeplan.due.preparation import Wording
from routeplan.due.rules import moments
from routeplan.due.touches import list_touches
from routeplan.language import Message, message
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit, PlannedVisitStatus
from routeplan.values import Clock, Frozen
from routeplan.workdays import WorkCalendar

__all__ = ["MorningCheck", "Today", "TodayItem", "morning_checks"]

LOOK_BACK = dt.timedelta(days=14)
"""So far back a broken-off visit or a next step is still called left over."""


class MorningCheck(StrEnum):
    CHANGES = "changes"  # 客户异动
    MOMENTS = "moments"  # 关键时刻
    PLAN = "plan"  # 工作计划: what starts today
    LEFT_OVER = "left_over"  # 工作计划: what the days before left


class TodayItem(Frozen):
    """Something to do about one client, or to have ready."""

    check: MorningCheck
    manager_id: str
    client_id: str
    client_name: str
    action: Channel
    """How: a visit, a call, a message."""
    must: bool = False
    """Whether it has to be a visit."""
    why: Message
    date: dt.date | None = None
    """Of what it is for, or by when."""
    start: Clock | None = None
    """When it is planned today."""
    planned: dt.date | None = None
    """Day of the planned visit that sees to it, or that it is for."""
    was_planned: dt.date | None = None
    """Day on which one was planned before, where nothing is recorded since."""
    task: Wording | None = None
    """What to have done today for that visit."""


class Today(Frozen):
    """What a morning asks for."""

    day: dt.date
    planned: bool
    """Whether the plan of that day is known: without it, nobody can say that none is planned."""
    items: tuple[TodayItem, ...]
    """By manager (book order), check, hour, date and client."""
    notes: tuple[Message, ...] = ()


def morning_checks(
    book: Book,
    day: dt.date,
    policy: Policy,
    settings: Settings,
    calendar: WorkCalendar,
    *,
    changes: Changes | None = None,
    plan: Plan | None = None,
    manager_ids: Collection[str] | None = None,
) -> Today:
    """What the morning of `day` asks for. `plan` is the one in force; without one, what is due of
    calls and messages is named by the policy. The order of the book's rows changes nothing."""
    view = _View(book, day, plan)
    items = [
        *_account_changes(view, changes or Changes(), settings),
        *_moments(view, policy),
        *_starts(view),
        *(() if plan else _due_touches(view, policy, settings, calendar)),
        *_left_over(view),
    ]
    if manager_ids is not None:
        items = [item for item in items if item.manager_id in manager_ids]
    managers = {manager.id: number for number, manager in enumerate(book.managers)}
    checks = list(MorningCheck)
    items.sort(
        key=lambda item: (
            managers[item.manager_id],
            checks.index(item.check),
            item.start if item.start is not None else 0,
            item.date or dt.date.max,
            item.client_id,
            item.why.model_dump_json(),
        )
    )
    notes: list[Message] = []
    known = plan is not None and plan.horizon.first <= day <= plan.horizon.last
    if plan is None:
        notes.append(message("today.no_plan"))
    elif not known:
        args = {"first": plan.horizon.first, "last": plan.horizon.last}
        notes.append(message("today.other_week", **args))
    return Today(day=day, planned=known, items=tuple(items), notes=tuple(notes))


class _View:
    """The book and the plan as seen from one morning."""

    def __init__(self, book: Book, day: dt.date, plan: Plan | None) -> None:
        self.book = book
        self.day = day
        self.plan = plan
        self._next: dict[str, dt.date] = {}
        for planned_day, visit in reversed(plan.visits if plan else ()):
            ahead = visit.status is not PlannedVisitStatus.DONE and planned_day.date >= day
            known = self._next.get(visit.client_id, dt.date.max)
            if ahead and planned_day.date < known:
                self._next[visit.client_id] = planned_day.date

    def next_visit(self, client_id: str) -> dt.date | None:
        """Day of the client's next planned visit, or of its next appointment."""
        booked = [
            agreed.date
            for agreed in self.book.appointments
            if agreed.client_id == client_id and agreed.date >= self.day
        ]
        planned = self._next.get(client_id)
        return min([*booked, *([planned] if planned else [])], default=None)

    def visited_since(self, client_id: str, day: dt.date) -> bool:
        return any(
            record.status is VisitStatus.DONE and record.date >= day
            for record in self.book.visits_of.get(client_id, ())
        )

    def not_recorded(self) -> Iterator[tuple[PlannedDay, PlannedVisit]]:
        """The visits planned for the days before of whose client nothing is recorded since."""
        for day, visit in self.plan.visits if self.plan else ():
            records = self.records(visit.client_id)
            if day.date < self.day and all(record.date < day.date for record in records):
                yield day, visit

    def missed_visit(self, client_id: str) -> dt.date | None:
        """Day of the client's last planned visit, where nothing is recorded since."""
        missed = [day.date for day, visit in self.not_recorded() if visit.client_id == client_id]
        return max(missed, default=None)

    def records(self, client_id: str) -> tuple[VisitRecord, ...]:
        """Those of the days before, by date."""
        records = self.book.records_of.get(client_id, ())
        return tuple(record for record in records if record.date < self.day)

    def item(
        self,
        check: MorningCheck,
        client: Client,
        action: Channel,
        why: Message,
        *,
        manager_id: str = "",
        must: bool = False,
        date: dt.date | None = None,
        start: int | None = None,
        planned: dt.date | None = None,
        was_planned: dt.date | None = None,
    ) -> TodayItem:
        return TodayItem(
            check=check,
            manager_id=manager_id or client.manager_id,
            client_id=client.id,
            client_name=client.name,
            action=action,
            must=must,
            why=why,
            date=date,
            start=start,
            planned=planned,
            was_planned=was_planned,
        )


def _account_changes(view: _View, changes: Changes, settings: Settings) -> Iterator[TodayItem]:
    for found in findings(changes, settings.changes):
        client = view.book.client_by_id[found.client_id]
        visit = found.action is Channel.VISIT
        if visit and view.visited_since(client.id, found.settled_from):
            continue
        yield view.item(
            *(MorningCheck.CHANGES, client, found.action, found.text),
            must=visit,
            planned=view.next_visit(client.id) if visit else None,
            was_planned=view.missed_visit(client.id) if visit else None,
        )
    told = [*changes.must_visits]
    told += [(client.id, client.must_visit) for client in view.book.clients if client.must_visit]
    named: set[str] = set()
    for client_id, flag in told:
        since = flag.since
        if client_id in named or (since is not None and view.visited_since(client_id, since)):
            continue
        named.add(client_id)
        facts = [message(f"words.must_visit_{flag.reason}")]
        if since is not None:
            facts.append(message("due.must_since", date=since))
        if flag.by is not None:
            facts.append(message("due.must_by", date=flag.by))
        yield view.item(
            MorningCheck.CHANGES,
            view.book.client_by_id[client_id],
            Channel.VISIT,
            message("due.must_visit", facts=facts),
            must=True,
            date=flag.by,
            planned=view.next_visit(client_id),
            was_planned=view.missed_visit(client_id),
        )


def _moments(view: _View, policy: Policy) -> Iterator[TodayItem]:
    ahead = dt.timedelta(days=policy.key_dates.days_ahead)
    for client in view.book.clients:
        contacts = view.book.contacts_of.get(client.id, ())
        for _, key_date, name in moments(client, contacts, policy.festivals):
            date = key_date.next_on_or_after(view.day)
            if date is None or date > view.day + ahead:
                continue
            if any(
                record.status is VisitStatus.DONE
                and record.is_visit
                and record.date >= date - ahead
                for record in view.records(client.id)
            ):
                continue
            visit = view.next_visit(client.id)
            planned = visit if visit is not None and visit <= date else None
            action = Channel.VISIT if planned else policy.key_dates.greet_by[client.tier]
            why = message("today.moment", name=name, date=date)
            yield view.item(
                *(MorningCheck.MOMENTS, client, action, why), date=date, planned=planned
            )


def _starts(view: _View) -> Iterator[TodayItem]:
    """What is planned, agreed or to have ready today."""
    book, day = view.book, view.day
    visited: set[str] = set()
    for planned_day in view.plan.days if view.plan else ():
        if planned_day.date != day:
            continue
        whose = planned_day.manager_id
        for visit in planned_day.visits:
            visited.add(visit.client_id)
            why = message("today.visit", reasons=[reason.text for reason in visit.reasons])
            if client := book.client_by_id.get(visit.client_id):
                yield view.item(
                    *(MorningCheck.PLAN, client, Channel.VISIT, why),
                    manager_id=whose,
                    start=visit.talk.start,
                    must=visit.required,
                    planned=day,
                )
        for touch in planned_day.touches:
            why = message(f"today.touch_{touch.place}", reasons=list(touch.reasons))
            if client := book.client_by_id.get(touch.client_id):
                yield view.item(
                    *(MorningCheck.PLAN, client, touch.channel, why),
                    manager_id=whose,
                    start=touch.time.start,
                )
    if view.plan is not None:
        yield from _tasks(view, view.plan)
    for agreed in book.appointments:
        if agreed.date == day and agreed.client_id not in visited:
            client = book.client_by_id[agreed.client_id]
            yield view.item(
                *(MorningCheck.PLAN, client, Channel.VISIT, message("today.appointment")),
                manager_id=agreed.manager_id or client.manager_id,
                must=True,
                start=agreed.start,
                planned=day,
            )


def _tasks(view: _View, plan: Plan) -> Iterator[TodayItem]:
    clients = {visit.visit_id: visit.client_id for _, visit in plan.visits}
    for task in plan.tasks:
        client = view.book.client_by_id.get(clients[task.visit_id])
        if task.date == view.day and client is not None:
            item = view.item(
                *(MorningCheck.PLAN, client, Channel.VISIT, message("today.task")),
                manager_id=task.manager_id,
                planned=view.next_visit(client.id),
            )
            yield item.model_copy(update={"task": task.text})


def _due_touches(
    view: _View, policy: Policy, settings: Settings, calendar: WorkCalendar
) -> Iterator[TodayItem]:
    """Calls and messages that are due by today."""
    week = Horizon(first=view.day - dt.timedelta(days=view.day.weekday()))
    for touch in list_touches(view.book, week, policy, settings, calendar):
        if touch.earliest <= view.day and (touch.due <= view.day or touch.latest <= view.day):
            why = message("today.touch", reasons=list(touch.reasons))
            client = view.book.client_by_id[touch.client_id]
            yield view.item(MorningCheck.PLAN, client, touch.channel, why, date=touch.latest)


def _left_over(view: _View) -> Iterator[TodayItem]:
    """Planned visits without a record, visits that came to nothing, next steps not taken."""
    for planned_day, visit in view.not_recorded():
        client = view.book.client_by_id.get(visit.client_id)
        if client is None:
            continue
        yield view.item(
            *(MorningCheck.LEFT_OVER, client, Channel.VISIT),
            message("today.no_record", date=planned_day.date),
            manager_id=planned_day.manager_id,
            date=planned_day.date,
            planned=view.next_visit(client.id),
        )
    for client in view.book.clients:
        yield from _broken_off(view, client, view.records(client.id))


def _broken_off(view: _View, client: Client, records: Sequence[VisitRecord]) -> Iterator[TodayItem]:
    if not records:
        return
    last = records[-1]
    planned = view.next_visit(client.id)
    failed = last.is_visit and last.status is not VisitStatus.DONE
    if failed and last.date >= view.day - LOOK_BACK and planned is None:
        why = message(f"today.{last.status}", date=last.date)
        yield view.item(
            *(MorningCheck.LEFT_OVER, client, Channel.PHONE, why), manager_id=last.manager_id
        )
    steps = [record for record in records if record.next_date is not None]
    for record in _open_steps(steps, records):
        by = record.next_date
        if by is not None and view.day - LOOK_BACK <= by <= view.day:
            check = MorningCheck.PLAN if by == view.day else MorningCheck.LEFT_OVER
            step = record.next_step or "…"
            why = message("today.next_step", step=step, date=record.date, by=by)
            yield view.item(
                *(check, client, Channel.PHONE, why),
                manager_id=record.manager_id,
                date=by,
                planned=planned,
            )


def _open_steps(
    steps: Iterable[VisitRecord], records: Sequence[VisitRecord]
) -> Iterator[VisitRecord]:
    """Next steps with nothing recorded of the client since the day by which they were due."""
    for record in steps:
        by = record.next_date
        if by is not None and not any(
            other.date >= by and other is not record for other in records
        ):
            yield record
