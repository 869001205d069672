"""Travel between the places of a problem."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from pydantic import model_validator

from routeplan.book.models import TravelMode
from routeplan.values import Frozen

__all__ = ["Matrix", "TravelMatrix", "TravelSlice"]

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
    guessed: tuple[tuple[int, int], ...] = ()
    """(origin, destination) whose minutes are an estimate, though the rest comes from a network."""
    modes: tuple[tuple[TravelMode, ...], ...] = ()
    """Where modes are mixed: how each pair is travelled, n x n; (): all by `mode`."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        size = len(self.minutes)
        tables: list[tuple[tuple[object, ...], ...]] = [self.minutes, self.metres]
        tables += [part.minutes for part in self.slices]
        for table in (*tables, *([self.modes] if self.modes else [])):
            if len(table) != size or any(len(row) != size for row in table):
                raise ValueError("travel matrices must be square and of one size")
        if any(not 0 <= index < size for pair in self.guessed for index in pair):
            raise ValueError("guessed pairs must be among the places")
        starts = [part.start for part in self.slices]
        if starts and (starts[0] != 0 or starts != sorted(set(starts))):
            raise ValueError("travel slices must start at 0 and follow one another")
        return self

    @cached_property
    def _guesses(self) -> frozenset[tuple[int, int]]:
        return frozenset(self.guessed)

    def is_estimate(self, origin: int, destination: int) -> bool:
        """Whether the minutes of this pair are an estimate, not a route on a network."""
        return self.estimated or (origin, destination) in self._guesses

    def mode_of(self, origin: int, destination: int) -> TravelMode:
        """How this pair is travelled."""
        return self.modes[origin][destination] if self.modes else self.mode

    @cached_property
    def _parts(self) -> tuple[tuple[int, Matrix], ...]:
        """Start and minutes of each part of the day."""
        return tuple((part.start, part.minutes) for part in self.slices) or ((0, self.minutes),)

    def leave_and_arrive(self, origin: int, destination: int, ready: int) -> tuple[int, int] | None:
        """The departure at or after `ready` that arrives first (the earliest of several), and its
        arrival; None: no way."""
        best: tuple[int, int] | None = None
        for number, (start, matrix) in enumerate(self._parts):
            if number + 1 < len(self._parts) and self._parts[number + 1][0] <= ready:
                continue
            leave = max(ready, start)
            minutes = matrix[origin][destination]
            if minutes >= 0 and (best is None or leave + minutes < best[1]):
                best = (leave, leave + minutes)
        return best

    def latest_leave(self, origin: int, destination: int, deadline: int) -> int | None:
        """The latest departure that arrives by `deadline`; None: no way, or none from midnight on.

        It is the other side of `leave_and_arrive`: whoever is ready by then, and nobody later, can
        arrive by the deadline.
        """
        end = deadline
        for start, matrix in reversed(self._parts):
            minutes = matrix[origin][destination]
            leave = min(end, deadline - minutes)
            if minutes >= 0 and leave >= start:
                return leave
            end = start - 1
        return None

    def minutes_at(self, origin: int, destination: int, leave: int) -> int:
        """Minutes when setting off exactly at `leave`; -1: no way."""
        return self.at(leave)[origin][destination]

    def at(self, leave: int) -> Matrix:
        """Minutes of all pairs when setting off exactly at `leave`."""
        chosen = self.minutes
        for start, matrix in self._parts:
            if start <= leave:
                chosen = matrix
        return chosen
