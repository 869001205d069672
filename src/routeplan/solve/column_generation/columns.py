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
        self._best: dict[tuple[int, tuple[int, ...]], Column] = {}
        self._masks: dict[tuple[int, tuple[int, ...]], int] = {}

    def add(self, column: Column) -> bool:
        """Whether the column is new or cheaper than its like."""
        key = (column.shift, tuple(sorted(column.visits)))
        known = self._best.get(key)
        if known is not None and known.cost <= column.cost:
            return False
        self._best[key] = column
        if known is None:
            mask = 0
            for visit in column.visits:
                mask |= 1 << visit
            self._masks[key] = mask
        return True

    def update(self, columns: Iterable[Column]) -> None:
        for column in columns:
            self.add(column)

    def __iter__(self) -> Iterator[Column]:
        return iter(self._best.values())

    def __len__(self) -> int:
        return len(self._best)

    def within(self, shifts: Iterable[int], visits: int) -> list[Column]:
        """The columns of some shifts that use none but the visits of a bit mask."""
        wanted = set(shifts)
        return [
            column
            for key, column in self._best.items()
            if key[0] in wanted and not self._masks[key] & ~visits
        ]
