"""A problem unpacked into plain lists, so that routes can be timed many thousand times a second.

Minutes throughout; `NO_WAY` stands for infinity. "Nowhere", one more place at the end of every
matrix, is at no distance from anywhere: a shift without start or end place starts or ends there.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from routeplan.problem.problem import Problem, Shift, Visit, Window
from routeplan.travel.matrix import Matrix, TravelMatrix

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["NEVER", "NO_WAY", "Reach", "ShiftTable", "TravelTable", "tables_of", "travel_table"]

NO_WAY = 1 << 40
"""Longer than any day; sums of a few of them are still harmless."""
NEVER = -1
"""A deadline that nothing can keep."""

Reach = tuple[int, int, int]
"""First useful arrival, last arrival in time, and cost of one window of a visit."""


T = TypeVar("T")


class TravelTable:
    """A travel matrix, by slice: `minutes[slice][origin][destination]`.

    `wait` (same shape) is the arrival when one lets the slice pass and takes the best later one.
    """

    __slots__ = ("ends", "minutes", "starts", "typical", "wait")

    def __init__(self, matrix: TravelMatrix) -> None:
        import numpy as np

        size = len(matrix.minutes)

        def with_nowhere(minutes: Matrix) -> npt.NDArray[np.int64]:
            table = np.zeros((size + 1, size + 1), dtype=np.int64)
            table[:size, :size] = np.reshape(minutes, (size, size))
            table[table < 0] = NO_WAY
            return table

        typical = with_nowhere(matrix.minutes)
        parts = [with_nowhere(part.minutes) for part in matrix.slices] or [typical]
        for part in parts:
            part[typical == NO_WAY] = NO_WAY
        self.typical: list[list[int]] = typical.tolist()
        self.starts = [part.start for part in matrix.slices] or [0]
        self.ends = [*(start - 1 for start in self.starts[1:]), NO_WAY]
        self.minutes: list[list[list[int]]] = [part.tolist() for part in parts]
        later = np.full_like(typical, NO_WAY)
        self.wait: list[list[list[int]]] = [later.tolist()]
        for start, part in zip(reversed(self.starts[1:]), reversed(parts[1:]), strict=True):
            later = np.minimum(start + part, later)
            self.wait.append(later.tolist())
        self.wait.reverse()

    def slots(self, longest: int) -> list[int]:
        """Per minute up to `longest`: the slice in which one sets off."""
        found = [0] * (longest + 1)
        for number, start in enumerate(self.starts):
            found[start:] = [number] * (longest + 1 - start)
        return found

    def latest_leave(self, origin: int, destination: int, deadline: int) -> int:
        """The latest departure that arrives by `deadline`; NEVER if there is none."""
        for number in range(len(self.starts) - 1, -1, -1):
            leave = min(self.ends[number], deadline - self.minutes[number][origin][destination])
            if leave >= self.starts[number]:
                return leave
        return NEVER


class ShiftTable:
    """One shift with the windows of all visits on it."""

    __slots__ = (
        "crowding",
        "end",
        "end_place",
        "flat",
        "lunch",
        "lunch_first",
        "lunch_last",
        "made",
        "max_talk",
        "max_visits",
        "places",
        "reaches",
        "slot",
        "start",
        "start_place",
        "stays",
        "talks",
        "travel",
    )

    def __init__(self, shift: Shift, travel: TravelTable) -> None:
        nowhere = len(travel.typical) - 1
        self.travel = travel
        self.start = shift.start
        self.end = shift.end
        self.start_place = nowhere if shift.start_place is None else shift.start_place
        self.end_place = nowhere if shift.end_place is None else shift.end_place
        self.max_visits = shift.max_visits
        self.max_talk = shift.max_talk
        self.crowding = shift.crowding
        self.made = shift.made
        self.lunch = shift.lunch.minutes if shift.lunch else 0
        self.lunch_first = shift.lunch.earliest if shift.lunch else 0
        self.lunch_last = shift.lunch.latest - shift.lunch.minutes if shift.lunch else NEVER
        if self.lunch_last < self.lunch_first:
            self.lunch_last = NEVER
        """Earliest and latest start of the break."""
        self.places: list[int] = []
        self.talks: list[int] = []
        self.stays: list[int] = []
        self.reaches: list[tuple[Reach, ...]] = []
        """Per visit, by first arrival: its windows; none is inside another that costs no more."""
        self.flat: list[int | None] = []
        """Per visit: what any of its windows costs; None where they differ."""
        longest = max(shift.end, shift.lunch.latest if shift.lunch else 0, shift.start)
        self.slot = travel.slots(longest)

    def add(self, visit: Visit, windows: Iterable[Window]) -> None:
        """One visit more, with those of its windows that lie on this shift."""
        self.places.append(visit.place)
        self.talks.append(visit.talk)
        self.stays.append(visit.before + visit.talk + visit.after)
        reaches: list[Reach] = []
        longest = len(self.slot) - 1
        for window in windows:
            first, last = window.start - visit.before, window.end - visit.talk - visit.before
            if last < first or last < self.start:
                continue  # too short, or over before one can be there
            longest = max(longest, window.end + visit.after)
            reaches.append((first, last, window.cost))
        self.reaches.append(_undominated(reaches))
        costs = {cost for _, _, cost in self.reaches[-1]}
        self.flat.append(costs.pop() if len(costs) == 1 else None)
        if longest >= len(self.slot):
            self.slot = self.travel.slots(longest)

    def with_one(self, visit: Visit, windows: Iterable[Window]) -> ShiftTable:
        """A table of its own with one visit more."""
        more = copy(self)
        more.places, more.talks, more.stays = [*self.places], [*self.talks], [*self.stays]
        more.reaches, more.flat = [*self.reaches], [*self.flat]
        more.add(visit, windows)
        return more

    def arrival(self, origin: int, destination: int, ready: int) -> int:
        """The first arrival when ready to leave at `ready`, which lies on the day."""
        slice_ = self.slot[ready]
        now = ready + self.travel.minutes[slice_][origin][destination]
        later = self.travel.wait[slice_][origin][destination]
        return now if now <= later else later


def tables_of(problem: Problem) -> tuple[ShiftTable, ...]:
    """A table per shift; kept for the problems used last, as preparing them takes a while."""
    return _tables(_Same(problem))


class _Same(Generic[T]):
    """Compares by identity, where comparing by content would cost more than the work saved."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value


@lru_cache(maxsize=8)
def _tables(same: _Same[Problem]) -> tuple[ShiftTable, ...]:
    problem = same.value
    tables = tuple(ShiftTable(shift, travel_table(problem, shift)) for shift in problem.shifts)
    for visit, windows in zip(problem.visits, problem.windows_by_shift, strict=True):
        for number, table in enumerate(tables):
            table.add(visit, windows.get(number, ()))
    return tables


def travel_table(problem: Problem, shift: Shift) -> TravelTable:
    """The ways of a shift; kept like the tables."""
    return _travel(_Same(problem.matrices[shift.matrix]))


@lru_cache(maxsize=16)
def _travel(matrix: _Same[TravelMatrix]) -> TravelTable:
    return TravelTable(matrix.value)


def _undominated(reaches: list[Reach]) -> tuple[Reach, ...]:
    kept: list[Reach] = []
    for reach in sorted(set(reaches), key=lambda item: (item[0], -item[1], item[2])):
        first, last, cost = reach
        if not any(other[0] <= first and last <= other[1] and other[2] <= cost for other in kept):
            kept.append(reach)
    return tuple(kept)
