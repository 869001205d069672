"""Travel between the places of a problem."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from routeplan.book.models import TravelMode
from routeplan.values import Frozen

__all__ = ["TravelMatrix", "TravelSlice"]

Matrix = tuple[tuple[int, ...], ...]


class TravelSlice(Frozen):
    """Minutes when setting off at `start` (minutes after midnight) or later, to the next slice."""

    start: int
    minutes: Matrix


class TravelMatrix(Frozen):
    """Travel by one mode on one kind of day; rows are origins, columns destinations.

    `minutes` is the typical duration: what the objective charges, whatever the hour. `slices` says
    how long a leg takes by the hour of setting off; without any, always `minutes`. -1 anywhere
    marks a pair without a way.

    Setting off later never means arriving earlier: where a later slice is quicker, one waits for it
    (`leave_and_arrive`), so the first-in-first-out property holds whatever the slices are.
    """

    mode: TravelMode
    source: str
    """Where the minutes come from, for example 'great-circle'."""
    estimated: bool
    minutes: Matrix
    metres: Matrix
    slices: tuple[TravelSlice, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        size = len(self.minutes)
        for matrix in (self.minutes, self.metres, *(part.minutes for part in self.slices)):
            if len(matrix) != size or any(len(row) != size for row in matrix):
                raise ValueError("travel matrices must be square and of one size")
        starts = [part.start for part in self.slices]
        if starts and (starts[0] != 0 or starts != sorted(set(starts))):
            raise ValueError("travel slices must start at 0 and follow one another")
        return self

    def leave_and_arrive(self, origin: int, destination: int, ready: int) -> tuple[int, int] | None:
        """The departure at or after `ready` that arrives first, and its arrival; None: no way."""
        if not self.slices:
            minutes = self.minutes[origin][destination]
            return None if minutes < 0 else (ready, ready + minutes)
        best: tuple[int, int] | None = None
        for number, part in enumerate(self.slices):
            if number + 1 < len(self.slices) and self.slices[number + 1].start <= ready:
                continue
            leave = max(ready, part.start)
            if best and leave >= best[1]:
                break
            minutes = part.minutes[origin][destination]
            if minutes >= 0 and (best is None or leave + minutes < best[1]):
                best = (leave, leave + minutes)
        return best

    def latest_leave(self, origin: int, destination: int, deadline: int) -> int | None:
        """The latest departure that arrives by `deadline`; None: no way."""
        if not self.slices:
            minutes = self.minutes[origin][destination]
            return None if minutes < 0 else deadline - minutes
        ends = [part.start - 1 for part in self.slices[1:]] + [deadline]
        for part, end in zip(reversed(self.slices), reversed(ends), strict=True):
            minutes = part.minutes[origin][destination]
            leave = min(end, deadline - minutes)
            if minutes >= 0 and leave >= part.start:
                return leave
        return None

    def minutes_at(self, origin: int, destination: int, leave: int) -> int:
        """Minutes when setting off exactly at `leave`; -1: no way."""
        chosen = self.minutes
        for part in self.slices:
            if part.start <= leave:
                chosen = part.minutes
        return chosen[origin][destination]
