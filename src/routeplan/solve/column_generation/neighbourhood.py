"""Improvement by freeing a few shifts at a time and planning them anew.

The visits of the freed shifts and all that are left out form a piece small enough for column
generation and an exact choice among its columns. Shifts are freed together when visits of one could
move to the other.
"""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from routeplan.solve.column_generation.columns import Column, Pool
from routeplan.solve.column_generation.generate import generate_columns
from routeplan.solve.column_generation.master import choose_routes
from routeplan.solve.column_generation.piece import Piece, Prepared

__all__ = ["Routes", "improve", "total_cost"]

DRAWS = 6
"""Neighbourhoods around each shift before a size is given up, where not all are tried."""

NEAR = 5
"""Minutes that make two visits half as related as two at one place."""
NO_RELATION = 0.01
"""Between shifts that can exchange nothing."""

Routes = Mapping[int, Column]
"""Shift → its route; shifts without visits are absent."""


def total_cost(prepared: Prepared, routes: Routes) -> int:
    """Cost of a plan: its routes, and the worth of what they leave out."""
    served = {visit for column in routes.values() for visit in column.visits}
    left_out = sum(worth for visit, worth in enumerate(prepared.worth) if visit not in served)
    return left_out - prepared.surplus + sum(column.cost for column in routes.values())


@dataclass(frozen=True)
class Effort:
    """How hard a neighbourhood is worked on."""

    shifts: int
    work: float
    """CP-SAT's deterministic time."""


EFFORTS = (Effort(2, 0.1), Effort(3, 0.3), Effort(4, 0.5), Effort(6, 1.0))


def improve(
    prepared: Prepared,
    routes: Routes,
    pool: Pool,
    *,
    seed: int,
    sizes: Collection[int] = (2, 3),
    deadline: float = math.inf,
    max_moves: int = 10_000,
    on_better: Callable[[Routes], bool] | None = None,
    floor: int | None = None,
) -> tuple[Routes, int]:
    """A plan at least as good, and the number of neighbourhoods tried.

    Ends at the deadline, after `max_moves`, when `floor` (a proven bound) is reached, or when no
    neighbourhood of one of the `sizes` improves. `on_better` returning False ends it too.
    """
    rng = random.Random(seed)  # noqa: S311 a search, not a secret
    current = dict(routes)
    cost = total_cost(prepared, current)
    moves = 0
    for effort in EFFORTS:
        if effort.shifts not in sizes or effort.shifts > len(prepared.shifts):
            continue
        queue = _neighbourhoods(prepared, current, effort.shifts, rng)
        while (chosen := next(queue, None)) is not None:
            if moves >= max_moves or time.monotonic() >= deadline or cost == floor:
                return current, moves
            moves += 1
            better = replan_shifts(prepared, current, chosen, pool, effort, deadline)
            new_cost = total_cost(prepared, better)
            if new_cost < cost and not prepared.superfluous(better.values()):
                current, cost = dict(better), new_cost
                if on_better and on_better(current) is False:
                    return current, moves
                queue = _neighbourhoods(prepared, current, effort.shifts, rng)
    return current, moves


def replan_shifts(
    prepared: Prepared,
    routes: Routes,
    shifts: tuple[int, ...],
    pool: Pool,
    effort: Effort,
    deadline: float,
) -> Routes:
    """The routes with some shifts planned anew from their visits and those left out."""
    held = {shift: column for shift, column in routes.items() if shift not in shifts}
    held_days = {
        visit: prepared.problem.shifts[shift].day
        for shift, column in held.items()
        for visit in column.visits
    }
    free = [visit for visit in range(len(prepared.worth)) if visit not in held_days]
    if not free:
        return routes
    piece = Piece.of(prepared, shifts, free, held_days)
    before = [routes[shift] for shift in shifts if shift in routes]
    mask = sum(1 << visit for visit in free)
    start = before + [column for column in pool.within(piece.shifts, mask) if piece.allows(column)]
    generated = generate_columns(piece, start, deadline=deadline, exact=False)
    pool.update(generated.columns)
    left = deadline - time.monotonic()
    chosen, _ = choose_routes(piece, generated.columns, effort.work, before, seconds=left)
    return held | prepared.routes(chosen, shifts)


def _neighbourhoods(
    prepared: Prepared, routes: Routes, size: int, rng: random.Random
) -> Iterator[tuple[int, ...]]:
    """Sets of shifts to free together, each once, those most related first within a draw."""
    shifts = range(len(prepared.shifts))
    if math.comb(len(shifts), size) <= 40:
        every = list(itertools.combinations(shifts, size))
        rng.shuffle(every)
        yield from every
        return
    relation = _relations(prepared, routes)
    seen: set[tuple[int, ...]] = set()
    starts = list(shifts) * DRAWS
    rng.shuffle(starts)
    for first in starts:
        chosen = [first]
        while len(chosen) < size:
            others = [b for b in shifts if b not in chosen]
            others.sort(key=lambda b: -sum(relation[a, b] for a in chosen) * rng.uniform(0.5, 1.0))
            chosen.append(others[0])
        key = tuple(sorted(chosen))
        if key not in seen:
            seen.add(key)
            yield key


def _relations(prepared: Prepared, routes: Routes) -> dict[tuple[int, int], float]:
    """How well the visits of each two shifts could change places: those that may be on the other,
    the nearer to its visits the more."""
    problem = prepared.problem
    could_take = [frozenset(data.visits.tolist()) for data in prepared.shifts]
    found: dict[tuple[int, int], float] = {}
    for a, b in itertools.permutations(range(len(prepared.shifts)), 2):
        minutes = problem.matrices[problem.shifts[b].matrix].minutes
        there = [problem.visits[visit].place for visit in routes[b].visits] if b in routes else []
        value = NO_RELATION
        for visit in routes[a].visits if a in routes else ():
            if visit in could_take[b]:
                row = minutes[problem.visits[visit].place]
                value += 1 / (NEAR + min((row[place] for place in there), default=0))
        found[a, b] = found.get((a, b), 0.0) + value
        found[b, a] = found.get((b, a), 0.0) + value
    return found
