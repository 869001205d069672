"""Cases of the relaxation: which rows to split a problem by, and the tree of what was split.

Worth comes in lumps, so the relaxation mixes halves of visits and of days: saying how many visits
are made, in all, of those worth most, or on one shift, raises the bound fastest. Then whether a
visit is made, and on which shift. Of several candidates the one counts whose two sides the
relaxation dislikes most (strong branching: Applegate, Bixby, Chvatal, Cook 1995, "Finding cuts in
the TSP").
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.generate import Generated
from routeplan.solve.column_generation.master import Count
from routeplan.solve.column_generation.piece import Prepared

__all__ = ["Case", "best_split"]

WHOLE = 1e-4
"""A number so near a whole one is whole."""
CLASSES = 4
"""Groups of worth whose numbers are branched on, at most."""
CANDIDATES, WIDE = 12, 6
"""Looked at by both sides' relaxations; of these, numbers of many visits."""
LEAST_GAIN = 0.01


@dataclass(frozen=True)
class Case:
    """What is decided: how many of some visits are made (by some shifts), and what is closed."""

    counts: tuple[Count, ...] = ()
    closed: frozenset[tuple[int, int]] = frozenset()
    """(visit, kind of shift)"""

    def narrowed(self, to: Count, kinds: Sequence[Collection[int]]) -> Case:
        """The case with one count more; of one visit on one kind of shift it closes shifts.
        `kinds` are those on which each visit can be."""
        if to.shifts is not None and len(to.visits) == len(to.shifts) == 1:
            (visit,), (shift,) = to.visits, to.shifts
            if to.most == 0:
                return Case(self.counts, self.closed | {(visit, shift)})
            made = self.narrowed(Count(to.visits, 1, 1), kinds)
            elsewhere = {(visit, other) for other in kinds[visit] if other != shift}
            return Case(made.counts, made.closed | elsewhere)
        least, most = to.least, to.most
        others: list[Count] = []
        for count in self.counts:
            if (count.visits, count.shifts) == (to.visits, to.shifts):
                least, most = max(least, count.least), min(most, count.most)
            else:
                others.append(count)
        return Case((*others, Count(to.visits, least, most, to.shifts)), self.closed)

    def allows(self, column: Column) -> bool:
        return all((visit, column.shift) not in self.closed for visit in column.visits)


def best_split(
    prepared: Prepared, case: Case, generated: Generated, ceiling: float, deadline: float
) -> tuple[Count, Count] | None:
    """Two counts that together are the whole case, as promising as can be; None: nothing is split.

    Bounds above `ceiling` (minutes) are all the same. After the deadline no more are compared.
    """
    known = {(count.visits, count.shifts): count for count in case.counts}
    candidates = []
    for low, high in _candidates(prepared, generated):
        held = known.get((low.visits, low.shifts))
        # Where the relaxation buys what a count lacks, its number lies outside the count.
        if held is None or held.least <= low.most < held.most:
            candidates.append((low, high))
    best: tuple[float, tuple[Count, Count]] | None = None
    value = generated.master.value()
    for low, high in candidates:
        if best is not None and time.monotonic() >= deadline:
            break
        gains = [
            max(LEAST_GAIN, min(ceiling, generated.master.value_with(count)) - value)
            for count in (low, high)
        ]
        score = gains[0] * gains[1]
        if best is None or score > best[0] * 1.0001:
            best = score, (low, high)
    return None if best is None else best[1]


def _candidates(prepared: Prepared, generated: Generated) -> list[tuple[Count, Count]]:
    """The most doubtful counts of the relaxation, the wider ones first."""
    wide = sorted(_halves(_numbers(prepared, generated)), key=lambda item: -item[0])[:WIDE]
    visits = sorted(
        _halves({(frozenset({v}), None): made for v, made in generated.made.items()}),
        key=lambda item: -item[0] * math.sqrt(prepared.worth[min(item[1].visits)]),
    )
    on: dict[tuple[frozenset[int], frozenset[int] | None], float] = defaultdict(float)
    for column, fraction in generated.fractions:
        for visit in column.visits:
            on[frozenset({visit}), frozenset({column.shift})] += fraction
    places = sorted(_halves(on), key=lambda item: -item[0])
    chosen = [*wide, *visits[: CANDIDATES - len(wide) - 3]]
    chosen += places[: CANDIDATES - len(chosen)]
    return [(low, high) for _, low, high in chosen]


def _numbers(
    prepared: Prepared, generated: Generated
) -> dict[tuple[frozenset[int], frozenset[int] | None], float]:
    """How many visits the relaxation makes: in all, of the most worth, on each shift."""
    made = generated.made
    numbers: dict[tuple[frozenset[int], frozenset[int] | None], float] = {
        (visits, None): sum(made[visit] for visit in visits) for visits in _groups(prepared)
    }
    everyone = frozenset(range(len(prepared.worth)))
    for column, fraction in generated.fractions:
        key = everyone, frozenset({column.shift})
        numbers[key] = numbers.get(key, 0.0) + fraction * len(column.visits)
    return numbers


def _halves(
    numbers: dict[tuple[frozenset[int], frozenset[int] | None], float],
) -> Iterator[tuple[float, Count, Count]]:
    """Doubt and both sides of each number that is not whole."""
    for (visits, shifts), number in numbers.items():
        if abs(number - round(number)) < WHOLE:
            continue
        low = math.floor(number)
        doubt = min(number - low, low + 1 - number)
        most = len(visits)
        yield doubt, Count(visits, 0, low, shifts), Count(visits, low + 1, most, shifts)


def _groups(prepared: Prepared) -> list[frozenset[int]]:
    """All visits, then those of the highest worths, smaller and smaller."""
    worths = sorted(set(prepared.worth), reverse=True)
    jumps = sorted(range(1, len(worths)), key=lambda k: worths[k] / worths[k - 1])
    groups = [frozenset(range(len(prepared.worth)))]
    for start in sorted(jumps[: CLASSES - 1], reverse=True):
        least = worths[start - 1]
        groups.append(frozenset(v for v, worth in enumerate(prepared.worth) if worth >= least))
    return groups
