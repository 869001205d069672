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
    known: Collection[str],
    holds: Holds,
    events: Sequence[Event],
    without: Callable[[Sequence[Event]], BuiltProblem | None],
    book: Book,
) -> UsageError | None:
    """RP4029 where a visit that is held is left out, or another that must be made cannot be made
    beside those; None where neither is so.

    It names visits of which no plan keeps all, one that is held among them, and the events without
    which one would: none of either can be spared. By deletion filtering (see `solve/conflict.py`):
    first visits, then events. `known` are ids of required visits that were left out before;
    `without` builds the problem that fewer events make (None: they make none).
    """
    found = _excluding(built, left_out, known, holds)
    if not found:
        return None
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


def _excluding(
    built: BuiltProblem, left_out: Collection[int], known: Collection[str], holds: Holds
) -> tuple[int, ...]:
    """Visits that exclude each other, one of them held; () where no such set matters."""
    held = {number for number, visit in enumerate(built.visits) if visit.id in holds.visits}
    missing = {index for index in left_out if built.problem.visits[index].required}
    old = {index for index in missing if built.visits[index].id in known} - held
    if not held or not missing - old:
        return ()
    problem = _sparing(built.problem, old)
    while found := conflicting(problem, left_out, seconds=SECONDS):
        spared = missing.intersection(found)
        if held.intersection(found) or not spared:
            return found
        problem = _sparing(problem, spared)
    return tuple(sorted(missing & held))


def _sparing(problem: Problem, spared: Collection[int]) -> Problem:
    """The problem where these need not be made."""
    visits = tuple(
        visit.model_copy(update={"required": visit.required and index not in spared})
        for index, visit in enumerate(problem.visits)
    )
    return problem.model_copy(update={"visits": visits})


def _still_too_much(built: BuiltProblem, ids: set[str]) -> bool:
    """Whether the visits cannot all be made in this problem either."""
    if not ids <= {visit.id for visit in built.visits}:
        return False
    only = tuple(
        visit.model_copy(update={"required": visit.id in ids}) for visit in built.problem.visits
    )
    return bool(conflicting(_repriced(built.problem.model_copy(update={"visits": only}))))


def _repriced(problem: Problem) -> Problem:
    penalty = required_penalty(problem.visits, problem.matrices, problem.shifts)
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
