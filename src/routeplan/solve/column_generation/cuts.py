"""Subset-row cuts: of three visits, a plan can hold at most one route with two of them.

    sum_r floor(|r ∩ {a, b, c}| / 2) x_r <= 1

Jepsen, Petersen, Spoorendonk, Pisinger (2008), "Subset-row inequalities applied to the
vehicle-routing problem with time windows".
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Sequence

from routeplan.solve.column_generation.columns import Column

__all__ = ["MAX_CUTS", "Cut", "separate"]

Cut = tuple[int, int, int]
"""Three visits, ascending."""

MAX_CUTS = 64
"""A label has one parity bit a cut."""
LEAST_VIOLATION = 0.02
AT_ONCE = 15
MOST_PER_VISIT = 4
"""Cuts of one round that share a visit: more of them make labels multiply."""


def cut_value(cut: Cut, column: Column) -> int:
    """The column's coefficient in a cut's row."""
    return sum(visit in cut for visit in column.visits) // 2


def separate(fractions: Sequence[tuple[Column, float]], known: Collection[Cut]) -> list[Cut]:
    """The most violated cuts, best first."""
    together: Counter[tuple[int, int]] = Counter()
    served: set[int] = set()
    for column, _ in fractions:
        visits = sorted(set(column.visits))
        served.update(visits)
        together.update(itertools.combinations(visits, 2))
    neighbours: dict[int, set[int]] = {visit: set() for visit in served}
    for a, b in together:
        neighbours[a].add(b)
        neighbours[b].add(a)
    candidates: set[Cut] = set()
    for a, b in together:
        for c in neighbours[a] | neighbours[b]:
            if c not in (a, b):
                low, middle, high = sorted((a, b, c))
                candidates.add((low, middle, high))
    values: dict[Cut, float] = dict.fromkeys(candidates, 0.0)
    for column, fraction in fractions:
        visits = sorted(set(column.visits))
        if len(visits) < len(column.visits):
            continue  # a route with a cycle: its coefficients are rare and not worth counting here
        hit: set[Cut] = set()
        for pair in itertools.combinations(visits, 2):
            for other in served:
                if other not in pair:
                    low, middle, high = sorted((*pair, other))
                    hit.add((low, middle, high))
        for cut in hit & candidates:
            values[cut] += fraction
    violated = sorted(
        (cut for cut, value in values.items() if value > 1 + LEAST_VIOLATION and cut not in known),
        key=lambda cut: (-round(values[cut], 6), cut),
    )
    chosen: list[Cut] = []
    uses: Counter[int] = Counter()
    for cut in violated:
        if all(uses[visit] < MOST_PER_VISIT for visit in cut):
            chosen.append(cut)
            uses.update(cut)
        if len(chosen) == AT_ONCE:
            break
    return chosen
