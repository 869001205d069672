"""A piece of a problem: some shifts and some visits to plan, everything else held still."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from routeplan.problem.problem import Problem
from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.shift_data import Bits, ShiftData, shift_data

__all__ = ["GapRow", "Piece", "PieceShift", "Prepared", "left_out_worth", "prepare"]

NG_SIZE = 20
"""Visits that a label remembers around each visit (Baldacci et al. 2011)."""


def left_out_worth(problem: Problem, visit: int) -> int:
    """What leaving a visit out costs."""
    known = problem.visits[visit]
    return problem.required_penalty if known.required else known.worth


@dataclass(frozen=True)
class Prepared:
    """A problem with the arrays of every shift."""

    problem: Problem
    shifts: tuple[ShiftData, ...]
    worth: tuple[int, ...]
    """Per visit: what leaving it out costs."""


def prepare(problem: Problem) -> Prepared:
    return Prepared(
        problem=problem,
        shifts=tuple(shift_data(problem, number) for number in range(len(problem.shifts))),
        worth=tuple(left_out_worth(problem, number) for number in range(len(problem.visits))),
    )


@dataclass(frozen=True)
class PieceShift:
    """A shift's arrays, restricted to the visits that may be on it in this piece."""

    data: ShiftData
    words: int
    ng: Bits  # (n, words)


@dataclass(frozen=True)
class GapRow:
    """At most one of: `first` on a day >= `first_from`, `second` on a day < `second_before`.

    All pairs that these let in are closer than the gap (or in the wrong order, for a gap of 0), so
    each gap is the set of such rows over the days: cliques of the conflict graph.
    """

    first: int
    second: int
    first_from: int
    second_before: int

    def counts(self, visit: int, day: int) -> bool:
        return (visit == self.first and day >= self.first_from) or (
            visit == self.second and day < self.second_before
        )


@dataclass(frozen=True)
class Piece:
    prepared: Prepared
    shifts: tuple[int, ...]
    visits: tuple[int, ...]
    parts: Mapping[int, PieceShift]
    gaps: tuple[GapRow, ...]

    @classmethod
    def of(
        cls,
        prepared: Prepared,
        shifts: Collection[int],
        visits: Collection[int],
        held_days: Mapping[int, int] | None = None,
        closed: Collection[tuple[int, int]] = (),
    ) -> Piece:
        """The piece of some shifts and visits; `held_days` says on which day each visit that is
        held still takes place, for the gaps to it; `closed` are visits and shifts kept apart."""
        problem = prepared.problem
        chosen, freed = frozenset(visits), frozenset(shifts)
        held = held_days or {}
        barred: dict[
            int, list[tuple[int, int]]
        ] = {}  # visit → [(first day, last day)] it may not be on
        rows: list[GapRow] = []
        last_day = len(problem.days)
        for gap in problem.gaps:
            if gap.first in chosen and gap.second in chosen:
                # A day on which the first cannot be adds nothing to the next on which it can.
                days = {
                    problem.shifts[shift].day
                    for shift in problem.windows_by_shift[gap.first]
                    if shift in freed
                }
                rows.extend(
                    GapRow(gap.first, gap.second, day, _day_after(problem, day, gap.days))
                    for day in sorted(days)
                )
            elif gap.first in chosen and gap.second in held:
                day = held[gap.second]
                first_bad = _day_after(problem, day, 1 - gap.days)
                barred.setdefault(gap.first, []).append((first_bad, last_day))
            elif gap.second in chosen and gap.first in held:
                day = held[gap.first]
                barred.setdefault(gap.second, []).append(
                    (-1, _day_after(problem, day, gap.days) - 1)
                )
        parts: dict[int, PieceShift] = {}
        for shift in shifts:
            day = problem.shifts[shift].day
            data = prepared.shifts[shift]
            keep = np.array(
                [
                    int(visit) in chosen
                    and (int(visit), shift) not in closed
                    and not any(low <= day <= high for low, high in barred.get(int(visit), ()))
                    for visit in data.visits
                ],
                dtype=np.bool_,
            )
            parts[shift] = _piece_shift(_restrict(data, keep))
        return cls(
            prepared=prepared,
            shifts=tuple(sorted(shifts)),
            visits=tuple(sorted(chosen)),
            parts=parts,
            gaps=tuple(rows),
        )

    @cached_property
    def _gaps_of(self) -> dict[int, list[tuple[int, GapRow]]]:
        found: dict[int, list[tuple[int, GapRow]]] = {}
        for number, row in enumerate(self.gaps):
            found.setdefault(row.first, []).append((number, row))
            found.setdefault(row.second, []).append((number, row))
        return found

    @cached_property
    def _hits(self) -> dict[tuple[int, int], tuple[int, ...]]:
        return {}

    def gaps_hit(self, visit: int, shift: int) -> tuple[int, ...]:
        """The gap rows in which a visit on a shift counts."""
        if visit not in self._gaps_of:
            return ()
        day = self.day_of(shift)
        known = self._hits.get((visit, day))
        if known is None:
            rows = self._gaps_of[visit]
            known = tuple(number for number, row in rows if row.counts(visit, day))
            self._hits[visit, day] = known
        return known

    def keeps_gaps(self, columns: Iterable[Column]) -> bool:
        """Whether no two visits of these routes, be they on one of them, are too close in days."""
        hits = Counter(
            number
            for column in columns
            for visit in column.visits
            for number in self.gaps_hit(visit, column.shift)
        )
        return all(times == 1 for times in hits.values())

    @cached_property
    def _visits_on(self) -> dict[int, frozenset[int]]:
        return {s: frozenset(part.data.visits.tolist()) for s, part in self.parts.items()}

    def visits_on(self, shift: int) -> frozenset[int]:
        """The visits that a shift may make."""
        return self._visits_on[shift]

    def allows(self, column: Column) -> bool:
        """Whether the column is of this piece."""
        return column.shift in self.parts and self._visits_on[column.shift].issuperset(
            column.visits
        )

    def day_of(self, shift: int) -> int:
        return self.prepared.problem.shifts[shift].day


def _day_after(problem: Problem, day: int, distance: int) -> int:
    """The index of the first day whose date is at least `distance` days after day's date."""
    target = problem.days[day].toordinal() + distance
    for number, date in enumerate(problem.days):
        if date.toordinal() >= target:
            return number
    return len(problem.days)


def _restrict(data: ShiftData, keep: npt.NDArray[np.bool_]) -> ShiftData:
    if keep.all():
        return data
    kept = np.flatnonzero(keep)
    n = len(data.visits)
    rows = np.append(kept, [n, n + 1])
    square = np.ix_(rows, rows)
    spans = [np.arange(data.steps_first[i], data.steps_first[i + 1]) for i in kept]
    steps = np.concatenate(spans) if spans else np.zeros(0, dtype=np.int64)
    return data._replace(
        visits=data.visits[kept],
        before=data.before[kept],
        talk=data.talk[kept],
        after=data.after[kept],
        steps_first=np.cumsum([0, *(len(span) for span in spans)], dtype=np.int64),
        steps_low=data.steps_low[steps],
        steps_high=data.steps_high[steps],
        steps_cost=data.steps_cost[steps],
        travel=np.ascontiguousarray(data.travel[:, square[0], square[1]]),
        wait=np.ascontiguousarray(data.wait[:, square[0], square[1]]),
        cost=np.ascontiguousarray(data.cost[square]),
    )


def _piece_shift(data: ShiftData) -> PieceShift:
    n = len(data.visits)
    words = max(1, (n + 63) // 64)
    ng = np.zeros((n, words), dtype=np.uint64)
    for i in range(n):
        near = np.argsort(data.cost[:n, i], kind="stable")[:NG_SIZE]
        for j in (*near.tolist(), i):
            ng[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    return PieceShift(data=data, words=words, ng=ng)
