"""Routes as columns of the master problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

__all__ = ["Column", "Pool"]


class Column(NamedTuple):
    """A route of a shift: the visits in driving order, and what it costs."""

    shift: int
    visits: tuple[int, ...]
    cost: int

    @property
    def elementary(self) -> bool:
        """No visit twice; only such columns can be in a plan."""
        return len(set(self.visits)) == len(self.visits)


class Pool:
    """Every column found, the cheapest order only for each shift and multiset of visits."""

    def __init__(self) -> None:
        self._columns: list[Column] = []
        self._masks: list[int] = []
        self._number: dict[tuple[int, tuple[int, ...]], int] = {}
        self._of_shift: dict[int, list[int]] = {}

    def add(self, column: Column) -> bool:
        """Whether the column is new or cheaper than its like."""
        key = (column.shift, tuple(sorted(column.visits)))
        known = self._number.get(key)
        if known is not None:
            if self._columns[known].cost <= column.cost:
                return False
            self._columns[known] = column
            return True
        self._number[key] = len(self._columns)
        self._of_shift.setdefault(column.shift, []).append(len(self._columns))
        self._columns.append(column)
        mask = 0
        for visit in column.visits:
            mask |= 1 << visit
        self._masks.append(mask)
        return True

    def update(self, columns: Iterable[Column]) -> None:
        for column in columns:
            self.add(column)

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def since(self, number: int) -> list[Column]:
        """The columns that came when there were so many."""
        return self._columns[number:]

    def within(self, shifts: Iterable[int], visits: int) -> list[Column]:
        """The columns of some shifts that use none but the visits of a bit mask, as they came."""
        barred = ~visits
        numbers = [
            number
            for shift in set(shifts)
            for number in self._of_shift.get(shift, ())
            if not self._masks[number] & barred
        ]
        return [self._columns[number] for number in sorted(numbers)]
