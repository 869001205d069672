"""All adjustments together, looked up by whom and when they concern."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from routeplan.book.availability import shift_pieces
from routeplan.book.models import Book, Manager
from routeplan.config import Settings
from routeplan.due.models import DueList
from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.problem.adjust import (
    Adjustment,
    AllowDayEnd,
    AllowTalk,
    AllowVisits,
    Away,
    Delay,
    Drop,
    EnoughPersons,
    HoursOn,
    Must,
    OpenAt,
    Returned,
    TakesOver,
    TalkFor,
)
from routeplan.values import TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = ["Wishes", "check_adjustments", "collect_wishes"]


@dataclass(frozen=True)
class Wishes:
    """What holds on top of book and settings, by client or by manager and day; what is not here
    changes the book (`amend.py`)."""

    must: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    talk: Mapping[str, int] = field(default_factory=dict)
    persons: Mapping[str, int] = field(default_factory=dict)
    open_at: Mapping[str, Mapping[dt.date, tuple[TimeWindow, ...]]] = field(default_factory=dict)
    day_end: Mapping[tuple[str, dt.date], int] = field(default_factory=dict)
    talk_cap: Mapping[tuple[str, dt.date], int] = field(default_factory=dict)
    visit_cap: Mapping[tuple[str, dt.date], int] = field(default_factory=dict)
    delays: tuple[Delay, ...] = ()

    def delays_of(self, manager_id: str, date: dt.date) -> tuple[tuple[TimeWindow, float], ...]:
        """Hours in which that day's ways take longer, and how many times as long."""
        slow = [delay for delay in self.delays if delay.slows(manager_id, date)]
        return tuple((delay.hours, delay.factor) for delay in slow)


def collect_wishes(adjustments: Sequence[Adjustment]) -> Wishes:
    """Of two adjustments of one thing the later counts; opening hours add up, and so do delays."""
    open_at: dict[str, dict[dt.date, tuple[TimeWindow, ...]]] = {}
    for item in adjustments:
        if isinstance(item, OpenAt):
            hours = open_at.setdefault(item.client_id, {})
            hours[item.date] = (*hours.get(item.date, ()), item.hours)
        elif isinstance(item, HoursOn):
            hours = open_at.setdefault(item.client_id, {})
            for day in range((item.last - item.first).days + 1):
                hours[item.first + dt.timedelta(days=day)] = item.hours
    return Wishes(
        must=frozenset(item.client_id for item in adjustments if isinstance(item, Must)),
        drop=frozenset(item.client_id for item in adjustments if isinstance(item, Drop)),
        talk={item.client_id: item.minutes for item in adjustments if isinstance(item, TalkFor)},
        persons={
            item.client_id: item.persons for item in adjustments if isinstance(item, EnoughPersons)
        },
        open_at=open_at,
        day_end={
            (item.manager_id, item.date): item.end
            for item in adjustments
            if isinstance(item, AllowDayEnd)
        },
        talk_cap={
            (item.manager_id, item.date): item.minutes
            for item in adjustments
            if isinstance(item, AllowTalk)
        },
        visit_cap={
            (item.manager_id, item.date): item.visits
            for item in adjustments
            if isinstance(item, AllowVisits)
        },
        delays=tuple(item for item in adjustments if isinstance(item, Delay)),
    )


def check_adjustments(
    adjustments: Sequence[Adjustment],
    book: Book,
    managers: Sequence[Manager],
    due: DueList,
    settings: Settings,
    calendar: WorkCalendar,
    *,
    replanning: bool,
) -> None:
    """Raise UsageError (RP4011) listing every adjustment that could not do what it asks for.

    In a re-plan, a client that must be visited may be off the due list because it was visited.
    """
    by_id = {manager.id: manager for manager in managers}
    days = due.horizon.days
    due_clients = {visit.client_id for visit in due.due}

    def outside(item: Adjustment) -> bool:
        if isinstance(item, Away | HoursOn):
            return item.last < days[0] or days[-1] < item.first
        if isinstance(item, Must | Drop | TalkFor | EnoughPersons | TakesOver):
            return False
        return item.date not in days

    def fault(item: Adjustment) -> str | None:
        if outside(item):
            return "problem.outside_horizon"
        if isinstance(item, Delay) and item.manager_id is None:
            return None
        if isinstance(item, Away | Returned | Delay):
            return None if item.manager_id in by_id else "problem.no_such_manager"
        if isinstance(item, TakesOver) and item.manager_id not in by_id:
            return "problem.no_such_manager"
        if isinstance(item, AllowDayEnd | AllowTalk | AllowVisits):
            manager = by_id.get(item.manager_id)
            if manager is None:
                return "problem.no_such_manager"
            if not shift_pieces(manager, item.date, settings.shift, calendar):
                return "problem.day_off"
            shift = manager.shift or settings.shift
            if isinstance(item, AllowDayEnd) and item.end <= shift.start:
                return "problem.ends_before_start"
        elif item.client_id not in book.client_by_id:
            return "problem.no_such_client"
        elif isinstance(item, Must) and item.client_id not in due_clients and not replanning:
            return "problem.not_due"
        return None

    wrong: list[Message] = []
    for item in adjustments:
        key = fault(item)
        if key is not None:
            wrong.append(message(key, adjustment=str(item)))
    wishes = collect_wishes(adjustments)
    for client_id in sorted(wishes.must & wishes.drop):
        wrong.append(message("problem.must_and_drop", client=client_id))
    if wrong:
        raise UsageError("RP4011", message("error.adjustments", wrong=wrong))
