"""What a re-plan changed."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit, Totals
from routeplan.values import Clock, Frozen

__all__ = ["Change", "ChangeKind", "PlanDiff", "PlannedSlot", "diff_plans"]


class ChangeKind(StrEnum):
    KEPT = "kept"
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


class PlannedSlot(Frozen):
    """Who goes when."""

    manager_id: str
    manager_name: str
    date: dt.date
    start: Clock
    """Of the talk."""
    end: Clock


class Change(Frozen):
    """What became of one visit."""

    kind: ChangeKind
    visit_id: str
    client_id: str
    client_name: str
    old: PlannedSlot | None
    """None: it was not planned before."""
    new: PlannedSlot | None
    """None: it is not planned any more."""


class PlanDiff(Frozen):
    """Every visit of either plan, by day and hour; a visit is kept only to the minute."""

    before_version: int
    after_version: int
    changes: tuple[Change, ...]
    before: Totals
    after: Totals

    def of(self, kind: ChangeKind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind is kind)


def diff_plans(before: Plan, after: Plan) -> PlanDiff:
    """What `after` does otherwise than `before`."""
    old = {visit.visit_id: _slot(day, visit) for day, visit in before.visits}
    new = {visit.visit_id: _slot(day, visit) for day, visit in after.visits}
    known = {visit.visit_id: visit for _, visit in (*before.visits, *after.visits)}
    slots = old | new
    order = sorted(
        slots, key=lambda key: (slots[key].date, slots[key].manager_id, slots[key].start)
    )
    return PlanDiff(
        before_version=before.origin.version,
        after_version=after.origin.version,
        changes=tuple(_change(known[key], old.get(key), new.get(key)) for key in order),
        before=before.totals,
        after=after.totals,
    )


def _change(visit: PlannedVisit, old: PlannedSlot | None, new: PlannedSlot | None) -> Change:
    if old is None:
        kind = ChangeKind.ADDED
    elif new is None:
        kind = ChangeKind.REMOVED
    else:
        kind = ChangeKind.KEPT if old == new else ChangeKind.MOVED
    return Change(
        kind=kind,
        visit_id=visit.visit_id,
        client_id=visit.client_id,
        client_name=visit.client_name,
        old=old,
        new=new,
    )


def _slot(day: PlannedDay, visit: PlannedVisit) -> PlannedSlot:
    return PlannedSlot(
        manager_id=day.manager_id,
        manager_name=day.manager_name,
        date=day.date,
        start=visit.talk.start,
        end=visit.talk.end,
    )
