"""What a re-plan may not move: what the user locked, and what begins before the freeze line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from routeplan.plan.events import (
    Delay,
    Done,
    Event,
    Late,
    ManagerBack,
    ManagerOff,
    Overrun,
    client_of,
)
from routeplan.plan.plan import Lock, Plan
from routeplan.problem.build import BuiltProblem
from routeplan.problem.joint import is_companion, visit_of
from routeplan.problem.problem import Visit, Window
from routeplan.problem.progress import Slot
from routeplan.values import Frozen

__all__ = ["Holds", "holds_of"]


class Holds(Frozen):
    """Visits that stay, and the line before which no other talk begins."""

    locks: tuple[Lock, ...]
    """The user's."""
    frozen: tuple[Lock, ...] = ()
    """Visits before the line, at their hour."""
    line: dt.datetime | None = None
    loose_clients: frozenset[str] = frozenset()
    """Of whom an event speaks: for them the line does not hold."""
    loose_managers: frozenset[str] = frozenset()
    loose_days: frozenset[tuple[str, dt.date]] = frozenset()
    """Managers' days that are slow."""

    @property
    def visits(self) -> frozenset[str]:
        """Ids of the visits that must be made."""
        return frozenset(lock.visit_id for lock in (*self.locks, *self.frozen))

    def hold(self, built: BuiltProblem) -> BuiltProblem:
        """The problem where what is held has no other window and must be made."""
        if not self.locks and self.line is None:
            return built
        by_visit: dict[str, list[Lock]] = {}
        for lock in (*self.locks, *self.frozen):
            by_visit.setdefault(lock.visit_id, []).append(lock)

        def held(visit: Visit) -> Visit:
            windows = visit.windows
            if is_companion(visit.id) and visit_of(visit.id) in by_visit:
                # The first person's lock says when; what is at no cost is who came along before.
                if visit_of(visit.id) in {lock.visit_id for lock in self.frozen}:
                    same = tuple(window for window in windows if window.cost == 0)
                    return visit.model_copy(update={"windows": same or windows})
                return visit
            locks = by_visit.get(visit.id)
            for lock in locks or ():
                windows = _kept(windows, lock, visit.talk, built)
            if locks:
                return visit.model_copy(update={"windows": windows, "required": True})
            if visit.client not in self.loose_clients:
                windows = tuple(self._after_the_line(windows, built))
            return visit.model_copy(update={"windows": windows})

        visits = tuple(held(visit) for visit in built.problem.visits)
        problem = built.problem.model_copy(update={"visits": visits})
        return built.model_copy(update={"problem": problem})

    def _after_the_line(self, windows: Sequence[Window], built: BuiltProblem) -> list[Window]:
        found: list[Window] = []
        for window in windows:
            shift = built.shifts[window.shift]
            day = (shift.manager_id, shift.date)
            loose = shift.manager_id in self.loose_managers or day in self.loose_days
            if self.line is None or loose:
                found.append(window)
                continue
            midnight = dt.datetime.combine(shift.date, dt.time())
            first = max(0, int((self.line - midnight).total_seconds()) // 60)
            start = max(window.start, first)
            if start < window.end:
                found.append(window.model_copy(update={"start": start}))
        return found


def holds_of(
    plan: Plan,
    slots: Mapping[str, Slot],
    released: Collection[str],
    events: Sequence[Event],
    now: dt.datetime,
    freeze: int,
) -> Holds:
    """What stays of `plan`: `slots` are its visits still to come, `released` those of which an
    event says that they cannot stay.

    The freeze line, `freeze` minutes after `now`, does not hold for clients and managers of whom an
    event speaks, nor on days that it makes slow.
    """
    locks = tuple(lock for lock in plan.locks if lock.visit_id not in released)
    if not freeze:
        return Holds(locks=locks)
    clients = frozenset(who for event in events if (who := client_of(event)))
    managers = _managers_named(plan, events, now.date())
    slow = frozenset(
        (day.manager_id, day.date)
        for day in plan.days
        for event in events
        if isinstance(event, Delay) and event.slows(day.manager_id, day.date)
    )
    clients_by_visit = {visit.id: visit.client_id for visit in plan.due}
    line = now + dt.timedelta(minutes=freeze)
    frozen = tuple(
        Lock(visit_id=visit_id, date=slot.date, start=slot.start, manager_id=slot.manager_id)
        for visit_id, slot in slots.items()
        if _instant(slot) < line
        and clients_by_visit[visit_id] not in clients
        and slot.manager_id not in managers
        and (slot.manager_id, slot.date) not in slow
    )
    return Holds(
        locks=locks,
        frozen=frozen,
        line=line,
        loose_clients=clients,
        loose_managers=managers,
        loose_days=slow,
    )


def _managers_named(plan: Plan, events: Sequence[Event], today: dt.date) -> frozenset[str]:
    """Managers whose day events speak of."""
    found: set[str] = set()
    for event in events:
        if isinstance(event, Late | ManagerOff | ManagerBack):
            found.add(event.manager_id)
        elif isinstance(event, Overrun | Done):
            found |= {
                day.manager_id
                for day, visit in plan.visits
                if visit.client_id == event.client_id and day.date == today
            }
        if isinstance(event, Done) and event.manager_id is not None:
            found.add(event.manager_id)
    return frozenset(found)


def _instant(slot: Slot) -> dt.datetime:
    return dt.datetime.combine(slot.date, dt.time()) + dt.timedelta(minutes=slot.start)


def _kept(
    windows: Sequence[Window], lock: Lock, talk: int, built: BuiltProblem
) -> tuple[Window, ...]:
    """Of the windows, what the lock leaves: the cheapest of each shift where it names an hour."""
    found: list[Window] = []
    cheapest: dict[int, Window] = {}
    for window in windows:
        shift = built.shifts[window.shift]
        if lock.date not in (None, shift.date) or lock.manager_id not in (None, shift.manager_id):
            continue
        if lock.start is None:
            found.append(window)
        elif window.start <= lock.start and lock.start + talk <= window.end:
            narrow = window.model_copy(update={"start": lock.start, "end": lock.start + talk})
            best = cheapest.setdefault(window.shift, narrow)
            if narrow.cost < best.cost:
                cheapest[window.shift] = narrow
    return (*found, *cheapest.values())
