"""Parts of a problem that do not touch each other, to be solved one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routeplan.problem.problem import Choice, Gap, Problem, Tie, Visit
from routeplan.solve.proof import CaseTree, CountSplit, Leaf, PartProof
from routeplan.solve.result import Route, Solution

__all__ = ["Part", "merge", "part_proof", "split"]


@dataclass(frozen=True)
class Part:
    """A problem on its own, and what its shifts and visits are called in the whole."""

    problem: Problem
    shifts: tuple[int, ...]
    visits: tuple[int, ...]


def split(problem: Problem) -> tuple[Part, ...]:
    """The parts that share no shift, gap, choice or tie, by first shift.

    Visits that no shift can make, and shifts that can make no visit, are in none.
    """
    leader = list(range(len(problem.shifts) + len(problem.visits)))
    first_visit = len(problem.shifts)

    def find(item: int) -> int:
        while leader[item] != item:
            leader[item] = leader[leader[item]]
            item = leader[item]
        return item

    def join(a: int, b: int) -> None:
        a, b = find(a), find(b)
        leader[max(a, b)] = min(a, b)

    for visit, windows in enumerate(problem.windows_by_shift):
        for shift in windows:
            join(shift, first_visit + visit)
    for gap in problem.gaps:
        join(first_visit + gap.first, first_visit + gap.second)
    for choice in problem.choices:
        for visit in choice.visits[1:]:
            join(first_visit + choice.visits[0], first_visit + visit)
    for tie in problem.ties:
        join(first_visit + tie.first, first_visit + tie.second)
    parts: list[Part] = []
    for top in sorted({find(shift) for shift in range(first_visit)}):
        shifts = tuple(shift for shift in range(first_visit) if find(shift) == top)
        visits = tuple(
            visit
            for visit, windows in enumerate(problem.windows_by_shift)
            if windows and find(first_visit + visit) == top
        )
        if visits:
            parts.append(Part(_part(problem, shifts, visits), shifts, visits))
    return tuple(parts)


def merge(problem: Problem, solved: Sequence[tuple[Part, Sequence[Route]]]) -> Solution:
    """The solution of the whole from the routes of its parts."""
    routes = [
        route.model_copy(
            update={
                "shift": part.shifts[route.shift],
                "stops": tuple(
                    stop.model_copy(update={"visit": part.visits[stop.visit]})
                    for stop in route.stops
                ),
            }
        )
        for part, found in solved
        for route in found
    ]
    served = {stop.visit for route in routes for stop in route.stops}
    return Solution(
        routes=tuple(sorted(routes, key=lambda route: route.shift)),
        left_out=tuple(visit for visit in range(len(problem.visits)) if visit not in served),
    )


def part_proof(
    part: Part,
    tree: CaseTree | None,
    relaxed: Leaf | None = None,
    least: tuple[int, ...] = (),
) -> PartProof:
    """A part's proof in the indices of the whole."""
    plain = isinstance(tree, Leaf) and tree.model_copy(update={"listed": None}) == relaxed
    return PartProof(
        visits=part.visits,
        shifts=part.shifts,
        tree=None if tree is None else _in_whole(part, tree),
        relaxed=None if relaxed is None or plain else _leaf_in_whole(part, relaxed),
        least=least,
    )


def _in_whole(part: Part, tree: CaseTree) -> CaseTree:
    def whole(visits: Sequence[int]) -> tuple[int, ...]:
        return tuple(part.visits[visit] for visit in visits)

    if isinstance(tree, CountSplit):
        return tree.model_copy(
            update={
                "visits": whole(tree.visits),
                "shifts": None
                if tree.shifts is None
                else tuple(part.shifts[shift] for shift in tree.shifts),
                "fewer": _in_whole(part, tree.fewer),
                "more": _in_whole(part, tree.more),
            }
        )
    if isinstance(tree, Leaf):
        return _leaf_in_whole(part, tree)
    return tree.model_copy(
        update={
            "visit": part.visits[tree.visit],
            "shifts": tuple(part.shifts[shift] for shift in tree.shifts),
            "elsewhere": _in_whole(part, tree.elsewhere),
            "there": _in_whole(part, tree.there),
        }
    )


def _leaf_in_whole(part: Part, leaf: Leaf) -> Leaf:
    return leaf.model_copy(
        update={
            "gaps": tuple(
                gap.model_copy(
                    update={"first": part.visits[gap.first], "second": part.visits[gap.second]}
                )
                for gap in leaf.gaps
            ),
            "cuts": tuple(
                cut.model_copy(update={"visits": tuple(part.visits[v] for v in cut.visits)})
                for cut in leaf.cuts
            ),
        }
    )


def _part(problem: Problem, shifts: tuple[int, ...], visits: tuple[int, ...]) -> Problem:
    shift_number = {shift: number for number, shift in enumerate(shifts)}
    visit_number = {visit: number for number, visit in enumerate(visits)}

    def own(visit: Visit) -> Visit:
        return visit.model_copy(
            update={
                "windows": tuple(
                    window.model_copy(update={"shift": shift_number[window.shift]})
                    for window in visit.windows
                    if window.shift in shift_number
                )
            }
        )

    return Problem(
        days=problem.days,
        places=problem.places,
        matrices=problem.matrices,
        shifts=tuple(problem.shifts[shift] for shift in shifts),
        visits=tuple(own(problem.visits[visit]) for visit in visits),
        gaps=tuple(
            Gap(first=visit_number[gap.first], second=visit_number[gap.second], days=gap.days)
            for gap in problem.gaps
            if gap.first in visit_number and gap.second in visit_number
        ),
        choices=tuple(
            Choice(
                visits=tuple(visit_number[v] for v in choice.visits if v in visit_number),
                worth=choice.worth,
                required=choice.required,
            )
            for choice in problem.choices
            if any(visit in visit_number for visit in choice.visits)
        ),
        ties=tuple(
            Tie(first=visit_number[tie.first], second=visit_number[tie.second])
            for tie in problem.ties
            if tie.first in visit_number
        ),
        required_penalty=problem.required_penalty,
    )
