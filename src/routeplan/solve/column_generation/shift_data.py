"""A shift as arrays: what the pricing kernel reads."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routeplan.problem.problem import Problem, Window

__all__ = ["ShiftData", "shift_data", "start_steps"]

Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]

NEVER = 2**40
"""A tick that no shift lives to see."""


class ShiftData(NamedTuple):
    """One shift with its n candidate visits; matrix rows n and n + 1 are start and end.

    All times are ticks after the shift's start: of as many minutes as divide every minute at which
    a visit can be left. `steps_*` hold, for visit i in [steps_first[i],
    steps_first[i + 1]), disjoint intervals [low, high] of the talk's start in order of time, each
    with its window cost.
    """

    shift: int
    visits: Ints  # (n,) indices into Problem.visits
    end: int
    lunch_earliest: int
    lunch_latest: int
    lunch_minutes: int  # 0: no lunch
    max_visits: int
    max_talk: int
    crowding: int  # minutes for each pair of visits
    made: int
    before: Ints  # (n,)
    talk: Ints  # (n,)
    after: Ints  # (n,)
    steps_first: Ints  # (n + 1,)
    steps_low: Ints
    steps_high: Ints
    steps_cost: Ints
    slice_start: Ints  # (s,)
    travel: Ints  # (s, n + 2, n + 2) ticks by slice, NEVER where there is no way
    wait: Ints  # (s, n + 2, n + 2) first arrival of those who wait for a later slice, or NEVER
    cost: Ints  # (n + 2, n + 2) typical minutes: what a leg costs


def start_steps(windows: tuple[Window, ...], talk: int) -> list[tuple[int, int, int]]:
    """Disjoint (low, high, cost) intervals of the talk's start, in order, cheapest window each."""
    spans = [(w.start, w.end - talk, w.cost) for w in windows if w.end - w.start >= talk]
    marks = sorted({low for low, _, _ in spans} | {high + 1 for _, high, _ in spans})
    steps: list[tuple[int, int, int]] = []
    for low, after in pairwise(marks):
        costs = [cost for first, last, cost in spans if first <= low and after - 1 <= last]
        if not costs:
            continue
        cost = min(costs)
        if steps and steps[-1][1] == low - 1 and steps[-1][2] == cost:
            steps[-1] = (steps[-1][0], after - 1, cost)
        else:
            steps.append((low, after - 1, cost))
    return steps


def shift_data(problem: Problem, shift_index: int) -> ShiftData:
    """The arrays of a shift. Visits that cannot be reached alone stay in: the kernel drops them."""
    shift = problem.shifts[shift_index]
    matrix = problem.matrices[shift.matrix]
    visits = [
        number
        for number, by_shift in enumerate(problem.windows_by_shift)
        if shift_index in by_shift
    ]
    places = [problem.visits[number].place for number in visits]
    rows = [*places, shift.start_place, shift.end_place]

    def among(minutes: tuple[tuple[int, ...], ...]) -> Ints:
        size = len(rows)
        table = np.zeros((size, size), dtype=np.int64)
        for i, origin in enumerate(rows):
            for j, destination in enumerate(rows):
                if origin is not None and destination is not None:
                    table[i, j] = minutes[origin][destination]
        return table

    slices = matrix.slices
    cost = among(matrix.minutes)
    travel = np.stack([among(part.minutes) for part in slices] or [cost])
    steps = [
        start_steps(problem.windows_by_shift[number][shift_index], problem.visits[number].talk)
        for number in visits
    ]
    flat = [step for own in steps for step in own]
    lunch = shift.lunch
    stays = [
        (problem.visits[v].before, problem.visits[v].talk, problem.visits[v].after) for v in visits
    ]
    tick = (
        math.gcd(
            shift.start,
            lunch.earliest if lunch else 0,
            lunch.minutes if lunch else 0,
            *(minutes for stay in stays for minutes in stay),
            *(low for low, _, _ in flat),
            *(part.start for part in slices),
            *np.unique(np.maximum(travel, 0)).tolist(),
        )
        or 1
    )

    def ticks(minutes: list[int]) -> Ints:
        return np.array(minutes, dtype=np.int64) // tick

    def time(minute: int) -> int:
        return (minute - shift.start) // tick

    def times(minutes: list[int]) -> Ints:
        return np.array([time(minute) for minute in minutes], dtype=np.int64)

    slice_start = times([part.start for part in slices] or [0])
    legs = np.where((travel < 0) | (cost < 0), NEVER, travel // tick)
    return ShiftData(
        shift=shift_index,
        visits=np.array(visits, dtype=np.int64),
        end=time(shift.end),
        lunch_earliest=time(lunch.earliest) if lunch else 0,
        lunch_latest=time(lunch.latest) if lunch else 0,
        lunch_minutes=lunch.minutes // tick if lunch else 0,
        max_visits=shift.max_visits,
        max_talk=shift.max_talk // tick,
        crowding=shift.crowding,
        made=shift.made,
        before=ticks([before for before, _, _ in stays]),
        talk=ticks([talk for _, talk, _ in stays]),
        after=ticks([after for _, _, after in stays]),
        steps_first=np.cumsum([0, *(len(own) for own in steps)], dtype=np.int64),
        steps_low=times([step[0] for step in flat]),
        steps_high=times([step[1] for step in flat]),
        steps_cost=np.array([step[2] for step in flat], dtype=np.int64),
        slice_start=slice_start,
        travel=legs,
        wait=_wait(slice_start, legs),
        cost=cost,
    )


def _wait(slice_start: Ints, travel: Ints) -> Ints:
    """By slice: the first arrival of those who set off when a later slice begins."""
    wait = np.full_like(travel, NEVER)
    for number in range(len(slice_start) - 1, 0, -1):
        wait[number - 1] = np.minimum(wait[number], slice_start[number] + travel[number])
    return np.minimum(wait, NEVER)
