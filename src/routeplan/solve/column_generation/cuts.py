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
"""On a shift: a label has one parity bit a cut."""
LEAST_VIOLATION = 0.02
AT_ONCE, AT_ONCE_A_SHIFT = 15, 2
MOST_PER_VISIT = 4
"""Cuts of one round that share a visit: more of them make labels multiply."""


def cut_value(cut: Cut, column: Column) -> int:
    """The column's coefficient in a cut's row."""
    a, b, c = cut
    count = column.visits.count
    return (count(a) + count(b) + count(c)) // 2


def separate(
    fractions: Sequence[tuple[Column, float]],
    known: Collection[Cut],
    on_board: Sequence[frozenset[int]],
    most: int,
) -> list[Cut]:
    """The most violated cuts, best first; `on_board`, the visits of each shift, holds two visits
    of at most `most` cuts, known ones included."""
    used = [sum(len(visits.intersection(cut)) > 1 for cut in known) for visits in on_board]
    if min(used, default=most) >= most:
        return []
    # a route with a cycle is left aside: its coefficients are rare and not worth counting here
    routes = [(column.visits, fraction) for column, fraction in fractions if column.elementary]
    together: dict[tuple[int, int], float] = {}
    neighbours: dict[int, set[int]] = {}
    masks: list[tuple[int, float]] = []
    for visits, fraction in routes:
        masks.append((sum(1 << visit for visit in visits), fraction))
        for visit in visits:
            neighbours.setdefault(visit, set()).update(visits)
        for pair in itertools.combinations(sorted(visits), 2):
            together[pair] = together.get(pair, 0.0) + fraction

    def pairs(cut: Cut) -> float:
        """Never below the cut's value: a route with all three counts three times."""
        a, b, c = cut
        return together.get((a, b), 0) + together.get((a, c), 0) + together.get((b, c), 0)

    candidates: set[Cut] = set()
    for a, b in together:
        for c in neighbours[a] | neighbours[b]:
            if c not in (a, b):
                low, middle, high = sorted((a, b, c))
                candidates.add((low, middle, high))
    values: dict[Cut, float] = {}
    for cut in candidates:
        if pairs(cut) > 1:
            mask = sum(1 << visit for visit in cut)
            values[cut] = sum(
                fraction for route, fraction in masks if (route & mask).bit_count() >= 2
            )
    violated = sorted(
        (cut for cut, value in values.items() if value > 1 + LEAST_VIOLATION and cut not in known),
        key=lambda cut: (-round(values[cut], 6), cut),
    )
    chosen: list[Cut] = []
    uses: Counter[int] = Counter()
    at_once = max(AT_ONCE, AT_ONCE_A_SHIFT * len(on_board))
    for cut in violated:
        shifts = [n for n, visits in enumerate(on_board) if len(visits.intersection(cut)) > 1]
        if all(uses[visit] < MOST_PER_VISIT for visit in cut) and all(
            used[shift] < most for shift in shifts
        ):
            chosen.append(cut)
            uses.update(cut)
            for shift in shifts:
                used[shift] += 1
        if len(chosen) == at_once:
            break
    return chosen
