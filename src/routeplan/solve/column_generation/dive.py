"""A plan from the relaxation by diving: settle the surest routes, generate columns again, go on.

After Sadykov, Vanderbeck, Pessoa, Tahiri, Uchoa (2019), "Primal heuristics for branch and price:
the assets of diving methods", without their limited discrepancy.
"""

from __future__ import annotations

import math
import random
import time

from routeplan.solve.column_generation.columns import Column, Pool
from routeplan.solve.column_generation.generate import Generated, generate_columns
from routeplan.solve.column_generation.piece import Piece, Prepared
from routeplan.solve.evaluate import route_cost
from routeplan.solve.schedule import schedule

__all__ = ["dive"]

SURE = 0.8
"""Routes chosen at least this much by the relaxation are settled together."""
STEPS = 5
"""In each step this part of the shifts that are left is settled at least."""
SHAKEN = 0.5
"""Part of its fraction that chance leaves a route at least."""
KEPT = 2000
"""Columns that each step begins with, at most: those of least reduced cost."""
ROUNDS = 24
"""Of quick pricing after each step."""


def dive(
    whole: Piece,
    root: Generated,
    pool: Pool,
    *,
    threads: int,
    deadline: float,
    chance: random.Random | None = None,
) -> dict[int, Column]:
    """Shift → route, one plan; shifts that the relaxation leaves empty are absent.

    With `chance` what is surest is shaken, so that each dive ends elsewhere.
    """
    prepared = whole.prepared
    settled: dict[int, Column] = {}
    generated = root
    piece = whole
    while time.monotonic() < deadline:
        chosen = _surest(piece, generated, chance)
        if not chosen:
            break
        settled |= prepared.routes(
            chosen, [shift for shift in range(len(prepared.shifts)) if shift not in settled]
        )
        served = {visit for column in settled.values() for visit in column.visits}
        days = {
            visit: prepared.problem.shifts[shift].day
            for shift, column in settled.items()
            for visit in column.visits
        }
        shifts = [s for s in range(len(prepared.shifts)) if s not in settled]
        visits = [v for v in range(len(prepared.worth)) if v not in served]
        if not shifts or not visits:
            break
        piece = Piece.of(prepared, shifts, visits, days, memory=root.piece.memory)
        fitting = [c for c in generated.master.nearest(KEPT) if piece.allows(c)]
        generated = generate_columns(
            piece, fitting, deadline=deadline, max_rounds=ROUNDS, exact=False, threads=threads
        )
        pool.update(generated.columns)
    return _without_superfluous(prepared, settled)


def _without_superfluous(prepared: Prepared, routes: dict[int, Column]) -> dict[int, Column]:
    """The routes without the visits that stand alone though tied to another."""
    gone = prepared.superfluous(routes.values())
    if not gone:
        return routes
    kept: dict[int, Column] = {}
    for shift, column in routes.items():
        visits = tuple(visit for visit in column.visits if visit not in gone)
        # Without the triangle inequality, less may take longer.
        route = schedule(prepared.problem, shift, visits) if visits else None
        if visits == column.visits:
            kept[shift] = column
        elif route is not None:
            kept[shift] = Column(column.shift, visits, route_cost(prepared.problem, route))
    return kept if not prepared.superfluous(kept.values()) else {}


def _surest(piece: Piece, generated: Generated, chance: random.Random | None) -> list[Column]:
    """The routes to settle next, in conflict with none of each other."""
    ranked = sorted(
        (
            (fraction * (chance.uniform(SHAKEN, 1) if chance else 1), column)
            for column, fraction in generated.fractions
            if column.elementary
        ),
        key=lambda item: (-round(item[0], 6), item[1]),
    )
    least = math.ceil(sum(piece.capacity.values()) / STEPS)
    chosen: list[Column] = []
    for fraction, column in ranked:
        if len(chosen) >= least and fraction < SURE:
            break
        taken = {visit for other in chosen for visit in other.visits}
        alike = sum(other.shift == column.shift for other in chosen)
        apart = taken.isdisjoint(column.visits) and alike < piece.capacity[column.shift]
        one_hour = piece.prepared.one_of_each([*chosen, column])
        if apart and one_hour and piece.keeps_gaps([*chosen, column]):
            chosen.append(column)
    return chosen
