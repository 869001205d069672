"""Why what is held cannot be kept: the smallest set of locks, agreements and events, in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from routeplan.book.models import Book
from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.plan.events import Event
from routeplan.problem.build import BuiltProblem
from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Problem
from routeplan.replan.holds import Holds
from routeplan.replan.locks import locked_to
from routeplan.solve.conflict import conflicting

__all__ = ["refusal"]

SECONDS = 5.0
"""To look for the set, and again for each event."""


def refusal(
    built: BuiltProblem,
    left_out: Collection[int],
    holds: Holds,
    events: Sequence[Event],
    without: Callable[[Sequence[Event]], BuiltProblem | None],
    book: Book,
) -> UsageError:
    """RP4029, naming visits of which no plan keeps all, and the events without which one would:
    none of either can be spared.

    By deletion filtering (see `solve/conflict.py`): first visits, then events. `without` builds the
    problem that fewer events make; None: they make none.
    """
    held = [index for index in left_out if built.visits[index].id in holds.visits]
    found = conflicting(built.problem, left_out, seconds=SECONDS) or tuple(held)
    ids = {built.visits[index].id for index in found}
    needed = list(events)
    for event in events:
        fewer = [other for other in needed if other != event]
        other = without(fewer)
        if other is not None and _still_too_much(other, ids):
            needed = fewer
    parts = [_said(built, index, holds, book) for index in found]
    parts += [message("replan.by_event", event=str(event)) for event in needed]
    return UsageError("RP4029", message("replan.conflict", parts=parts))


def _still_too_much(built: BuiltProblem, ids: set[str]) -> bool:
    """Whether the visits cannot all be made in this problem either."""
    if not ids <= {visit.id for visit in built.visits}:
        return False
    only = tuple(
        visit.model_copy(update={"required": visit.id in ids}) for visit in built.problem.visits
    )
    return bool(conflicting(_repriced(built.problem.model_copy(update={"visits": only}))))


def _repriced(problem: Problem) -> Problem:
    penalty = required_penalty(problem.visits, problem.matrices, len(problem.shifts))
    return problem.model_copy(update={"required_penalty": penalty})


def _said(built: BuiltProblem, index: int, holds: Holds, book: Book) -> Message:
    """What holds a visit, in words."""
    due = built.visits[index]
    names = {manager.id: manager.name for manager in book.managers}
    name = f"{due.client_id} {book.client_by_id[due.client_id].name}"
    for lock in holds.locks:
        if lock.visit_id == due.id:
            return message("replan.is_locked", client=name, to=locked_to(lock, names))
    for lock in holds.frozen:
        if lock.visit_id == due.id:
            return message("replan.is_frozen", client=name, to=locked_to(lock, names))
    return message("replan.is_required", client=name, why=due.reasons[0].text)
