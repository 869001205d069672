"""A piece of a problem: some shifts and some visits to plan, everything else held still."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from routeplan.problem.problem import Problem
from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.shift_data import Bits, ShiftData, shift_data

__all__ = ["GapRow", "Memory", "Piece", "PieceShift", "Prepared", "prepare"]

NG_SIZE = 8
"""Visits that a label remembers around each visit, to begin with (Baldacci et al. 2011)."""

Memory = frozenset[tuple[int, int, int]]
"""(kind of shift, visit, another that is remembered there too)"""


@dataclass(frozen=True)
class Prepared:
    """A problem with the arrays of every shift."""

    problem: Problem
    shifts: tuple[ShiftData, ...]
    worth: tuple[int, ...]
    """Per visit: what leaving it out costs. Each visit of a choice has the worth of the choice, of
    which `surplus` is what stands there too often."""
    surplus: int
    kind: tuple[int, ...]
    """Per shift: the first of those that are like it in all that matters. Whoever made a route of
    one could make it on any of them, so a `Column` names its kind."""

    def routes(self, columns: Iterable[Column], shifts: Iterable[int]) -> dict[int, Column]:
        """Shift → route: each column on one of the `shifts` of its kind."""
        free: defaultdict[int, list[int]] = defaultdict(list)
        for shift in sorted(shifts, reverse=True):
            free[self.kind[shift]].append(shift)
        return {free[column.shift].pop(): column for column in columns}

    def one_of_each(self, columns: Iterable[Column]) -> bool:
        """Whether these routes make at most one visit of each choice."""
        made = {visit for column in columns for visit in column.visits}
        return all(len(made.intersection(choice.visits)) <= 1 for choice in self.problem.choices)

    def superfluous(self, columns: Iterable[Column]) -> frozenset[int]:
        """Visits of these routes that may not be made as it is: of a tie without the other, or of
        a choice beside another."""
        made = {visit for column in columns for visit in column.visits}
        found: set[int] = set()
        for choice in self.problem.choices:
            found.update([visit for visit in choice.visits if visit in made][1:])
        for tie in self.problem.ties:
            if (tie.first in made - found) != (tie.second in made - found):
                found |= {tie.first, tie.second} & made
        return frozenset(found)


def prepare(problem: Problem) -> Prepared:
    shifts = tuple(shift_data(problem, number) for number in range(len(problem.shifts)))
    penalty = problem.required_penalty
    worth = [penalty if visit.required else visit.worth for visit in problem.visits]
    surplus = 0
    for choice in problem.choices:
        of_choice = penalty if choice.required else choice.worth
        surplus += of_choice * (len(choice.visits) - 1)
        for visit in choice.visits:
            worth[visit] = of_choice
    return Prepared(
        problem=problem,
        shifts=shifts,
        worth=tuple(worth),
        surplus=surplus,
        kind=_kinds(problem, shifts),
    )


def _kinds(problem: Problem, shifts: Sequence[ShiftData]) -> tuple[int, ...]:
    """A day matters only to visits that must keep days apart."""
    apart = {visit for gap in problem.gaps for visit in (gap.first, gap.second)}
    first: dict[tuple[object, ...], int] = {}
    kinds: list[int] = []
    for number, data in enumerate(shifts):
        day = problem.shifts[number].day if not apart.isdisjoint(data.visits.tolist()) else None
        arrays = (
            (part.shape, part.tobytes()) if isinstance(part, np.ndarray) else part
            for part in data._replace(shift=0)
        )
        kinds.append(first.setdefault((day, *arrays), number))
    return tuple(kinds)


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
    """Kinds of shifts: the first of those that are alike stands for all."""
    capacity: Mapping[int, int]
    """Kind → how many shifts of it there are here."""
    visits: tuple[int, ...]
    parts: Mapping[int, PieceShift]
    gaps: tuple[GapRow, ...]
    memory: Memory = frozenset()
    """What labels remember beyond the visits around each."""
    choices: tuple[tuple[int, ...], ...] = ()
    """At most one visit of each is made."""
    ties: tuple[tuple[int, int], ...] = ()
    """Either both are made or neither."""
    bound_to: frozenset[int] = frozenset()
    """Visits tied to one that is held: they must be made."""

    @classmethod
    def of(
        cls,
        prepared: Prepared,
        shifts: Collection[int],
        visits: Collection[int],
        held_days: Mapping[int, int] | None = None,
        closed: Collection[tuple[int, int]] = (),
        memory: Memory = frozenset(),
    ) -> Piece:
        """The piece of some shifts and visits; `held_days` says on which day each visit that is
        held still takes place, for the gaps to it; `closed` are visits and shifts kept apart."""
        problem = prepared.problem
        held = held_days or {}
        chosen, bound_to = _free(problem, frozenset(visits), held)
        freed = frozenset(shifts)
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
        capacity = Counter(prepared.kind[shift] for shift in shifts)
        for shift in capacity:
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
            parts[shift] = _piece_shift(_restrict(data, keep), memory)
        return cls(
            prepared=prepared,
            shifts=tuple(sorted(capacity)),
            capacity=capacity,
            visits=tuple(sorted(chosen)),
            parts=parts,
            gaps=tuple(rows),
            memory=memory,
            choices=tuple(
                own
                for choice in problem.choices
                if (own := tuple(visit for visit in choice.visits if visit in chosen))
            ),
            ties=tuple(
                (tie.first, tie.second)
                for tie in problem.ties
                if tie.first in chosen and tie.second in chosen
            ),
            bound_to=bound_to,
        )

    @cached_property
    def worth(self) -> dict[int, int]:
        """Visit → what leaving it out costs here; for one that must be made, more than all else."""
        own = {visit: self.prepared.worth[visit] for visit in self.visits}
        dear = 1 + 2 * sum(own.values())
        return own | dict.fromkeys(self.bound_to, dear)

    def remembering(self, columns: Iterable[Column]) -> Piece:
        """The piece whose routes do without the cycles of these, and without some others: the
        ng-sets grow where routes repeat (Roberti, Mingozzi 2014, "Dynamic ng-path relaxation for
        the delivery man problem")."""
        more: set[tuple[int, int, int]] = set()
        for column in columns:
            last: dict[int, int] = {}
            for at, visit in enumerate(column.visits):
                if visit in last:
                    between = column.visits[last[visit] + 1 : at]
                    more |= {(column.shift, other, visit) for other in between}
                last[visit] = at
        memory = self.memory | more
        touched = {shift for shift, _, _ in more}
        grown = {s: _piece_shift(self.parts[s].data, memory) for s in touched}
        return replace(self, memory=memory, parts={**self.parts, **grown})

    def remembers(self, column: Column) -> bool:
        """Whether the column comes back to a visit that its labels would remember."""
        if column.elementary:
            return False
        part = self.parts[column.shift]
        row_of = {visit: row for row, visit in enumerate(part.data.visits.tolist())}
        known = np.zeros(part.words, dtype=np.uint64)
        for row in (row_of[visit] for visit in column.visits):
            word, bit = row >> 6, np.uint64(1) << np.uint64(row & 63)
            if known[word] & bit:
                return True
            known &= part.ng[row]
            known[word] |= bit
        return False

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


def _free(
    problem: Problem, visits: frozenset[int], held: Collection[int]
) -> tuple[frozenset[int], frozenset[int]]:
    """Of some visits those that can still be made beside what is held, and those that must be."""
    if not problem.choices and not problem.ties:
        return visits, frozenset()
    gone: set[int] = set()
    for choice in problem.choices:
        if any(visit in held for visit in choice.visits):
            gone.update(choice.visits)
    must: set[int] = set()
    for tie in problem.ties:
        for one, other in ((tie.first, tie.second), (tie.second, tie.first)):
            if other in held:
                must.add(one)
            elif other not in visits or other in gone:
                gone.add(one)
    return visits - (gone - must), frozenset(must & visits)


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


def _piece_shift(data: ShiftData, memory: Memory) -> PieceShift:
    n = len(data.visits)
    words = max(1, (n + 63) // 64)
    ng = np.zeros((n, words), dtype=np.uint64)
    for i in range(n):
        # What costs nothing may still take time.
        near = np.lexsort((data.travel[0, :n, i], data.cost[:n, i]))[:NG_SIZE]
        for j in (*near.tolist(), i):
            ng[i, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    row_of = {visit: row for row, visit in enumerate(data.visits.tolist())}
    for shift, visit, other in memory:
        if shift == data.shift and visit in row_of and other in row_of:
            j = row_of[other]
            ng[row_of[visit], j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    return PieceShift(data=data, words=words, ng=ng)
