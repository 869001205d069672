"""Who comes along: the second person's visit of a joint visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from routeplan.config import ChurnSettings
from routeplan.due.models import DueVisit
from routeplan.problem.churn import churn_factor
from routeplan.problem.problem import Visit, Window
from routeplan.problem.progress import Slot
from routeplan.problem.shifts import ShiftDay
from routeplan.values import TimeWindow, common_windows

__all__ = [
    "at_hour",
    "companion_id",
    "companion_visit",
    "companions_of",
    "is_companion",
    "joining_visit",
    "visit_of",
]

MARK = "+1"
"""No id of a due visit ends so: it is a client's, or that with # and a number."""


def companion_id(visit_id: str) -> str:
    """Id, in the problem, of the visit of who comes along."""
    return visit_id + MARK


def is_companion(visit_id: str) -> bool:
    return visit_id.endswith(MARK)


def visit_of(visit_id: str) -> str:
    """The first person's visit, for either id."""
    return visit_id.removesuffix(MARK)


def companions_of(visit: DueVisit, shifts: Sequence[ShiftDay]) -> int:
    """How many of those who may come along are planned for."""
    return len(set(visit.companions) & {shift.manager_id for shift in shifts})


def companion_visit(
    due: DueVisit,
    visit: Visit,
    shifts: Sequence[ShiftDay],
    churn: ChurnSettings,
    slot: Slot | None,
    today: dt.date | None,
) -> tuple[DueVisit, Visit]:
    """What whoever comes along makes of `visit`: no worth, and windows in their own working time on
    the days and in the hours of the first person's.

    In a re-plan, somebody else than before costs as much as another day.
    """
    hours: dict[dt.date, list[TimeWindow]] = {}
    for window in visit.windows:
        span = TimeWindow(start=window.start, end=window.end)
        if span not in hours.setdefault(shifts[window.shift].date, []):
            hours[shifts[window.shift].date].append(span)
    windows: list[Window] = []
    for number, shift in enumerate(shifts):
        if shift.manager_id not in due.companions or shift.date not in hours:
            continue
        cost = 0
        if slot is not None and slot.companion_id not in ("", shift.manager_id):
            cost = round(churn.day * churn_factor(churn, slot, today, shift.date))
        spans = common_windows(tuple(hours[shift.date]), shift.pieces)
        windows += [
            Window(shift=number, start=span.start, end=span.end, cost=cost)
            for span in dict.fromkeys(spans)
        ]
    own = companion_id(due.id)
    nothing = {"id": own, "worth": 0, "worth_terms": (), "required": False}
    second = visit.model_copy(
        update={"id": own, "worth": 0, "required": False, "windows": tuple(windows)}
    )
    return due.model_copy(update=nothing), second


def at_hour(visit: Visit, hour: TimeWindow) -> Visit:
    """The visit at that hour alone, which the other person has set out for: it must be made."""
    windows = tuple(
        window.model_copy(update={"start": hour.start, "end": hour.end})
        for window in visit.windows
        if window.start <= hour.start and hour.end <= window.end
    )
    return visit.model_copy(update={"windows": windows, "required": True})


def joining_visit(
    due: DueVisit, visit: Visit, shifts: Sequence[ShiftDay], slot: Slot
) -> tuple[DueVisit, Visit] | None:
    """What the second person makes where the first has set out; None: they cannot come any more."""
    end = slot.start + visit.talk
    windows = tuple(
        Window(shift=number, start=slot.start, end=end)
        for number, shift in enumerate(shifts)
        if (shift.manager_id, shift.date) == (slot.manager_id, slot.date)
        and any(piece.holds(slot.start, end) for piece in shift.pieces)
    )
    if not windows:
        return None
    own = companion_id(due.id)
    nothing = {"id": own, "worth": 0, "worth_terms": ()}
    changed = {"id": own, "worth": 0, "required": True, "windows": windows}
    return due.model_copy(update=nothing), visit.model_copy(update=changed)
