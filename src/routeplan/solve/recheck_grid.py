"""What a proof of a problem with joint visits speaks of, said anew from `docs/engine.md`.

Nothing here comes from `joint.py`, which lays out the same for the engine: were the two to differ,
a proof would be refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from routeplan.problem.problem import Choice, Gap, Joint, Problem, Tie, Visit, Window

__all__ = ["at_its_hours"]

MOST_HOURS = 160
COARSEST = 240


def at_its_hours(problem: Problem) -> Problem:
    """The problem with each joint visit at each of its hours: a choice, each tied to its second.

    Visits keep their order, joint ones come after: by hours, the first person's and then the
    second's. Those without an hour are last, and nobody can make them.
    """
    if not problem.joints:
        return problem
    two = {visit for joint in problem.joints for visit in (joint.first, joint.second)}
    visits: list[Visit] = []
    found: dict[int, list[int]] = {}
    """Visit → the same in `visits`, once or at every hour."""

    def add(number: int, *windows: Window, free: bool) -> None:
        visit, here = problem.visits[number], len(visits)
        own: dict[str, object] = {"windows": windows}
        if free:
            own |= {"id": f"{visit.id}@{here}", "worth": 0, "required": False}
        visits.append(visit.model_copy(update=own))
        found.setdefault(number, []).append(here)

    for number, visit in enumerate(problem.visits):
        if number not in two:
            add(number, *visit.windows, free=False)
    choices: list[Choice] = []
    ties: list[Tie] = []
    for joint in problem.joints:
        for pair in _hours(problem, joint):
            ties.append(Tie(first=len(visits), second=len(visits) + 1))
            for number, window in zip((joint.first, joint.second), pair, strict=True):
                add(number, window, free=True)
        if joint.first in found:
            both, at = problem.visits[joint.first], tuple(found[joint.first])
            choices.append(Choice(visits=at, worth=both.worth, required=both.required))
    for joint in problem.joints:
        if joint.first not in found:
            add(joint.first, free=False)
    gaps = tuple(
        Gap(first=first, second=second, days=gap.days)
        for gap in problem.gaps
        for first, second in itertools.product(found[gap.first], found[gap.second])
    )
    laid = {"visits": tuple(visits), "choices": tuple(choices), "ties": tuple(ties), "gaps": gaps}
    known = {name: getattr(problem, name) for name in Problem.model_fields}
    return Problem.model_construct(**{**known, **laid, "joints": ()})


def _hours(problem: Problem, joint: Joint) -> Iterator[tuple[Window, Window]]:
    """The two persons' windows for every start: a multiple of the grid at which both may be there,
    or the first minute of a span in which they may. The grid doubles while there are too many."""
    first, second = problem.visits[joint.first], problem.visits[joint.second]
    spans: list[tuple[int, int, range]] = []
    for mine, other in itertools.product(first.windows, second.windows):
        a, b = problem.shifts[mine.shift], problem.shifts[other.shift]
        if a.day == b.day and a.manager != b.manager:
            last = min(mine.end, other.end) - first.talk
            spans.append((mine.shift, other.shift, range(max(mine.start, other.start), last + 1)))
    grid = joint.grid
    while True:
        starts = {
            (one, two, start)
            for one, two, span in spans
            for start in span
            if start == span.start or start % grid == 0
        }
        if len(starts) <= MOST_HOURS or grid >= COARSEST:
            break
        grid *= 2
    for one, two, start in sorted(starts):
        yield _at(first, one, start), _at(second, two, start)


def _at(visit: Visit, shift: int, start: int) -> Window:
    end = start + visit.talk
    cost = min(
        window.cost
        for window in visit.windows
        if window.shift == shift and window.start <= start and end <= window.end
    )
    return Window(shift=shift, start=start, end=end, cost=cost)
