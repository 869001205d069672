"""What the label searches share: how a visit follows, and the least that is still to come.

`data` is a ShiftData; all its times are ticks. Places are its matrix rows: visits 0 to n - 1, the
start place n, the end place n + 1. Functions called in inner loops take arrays by themselves:
taking them out of `data` counts references.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["INFINITE", "NONE", "arrival", "completion", "fed", "grow", "toll", "tolls", "ways"]

NONE = -1
INFINITE = np.int64(2**61)


@njit(cache=True, nogil=True)
def arrival(slice_start, travel, wait, origin, destination, ready):
    """First arrival when free to leave at `ready`, waiting for a quicker slice if need be."""
    k = 0
    while k + 1 < len(slice_start) and slice_start[k + 1] <= ready:
        k += 1
    return min(ready + travel[k, origin, destination], wait[k, origin, destination])


@njit(cache=True, nogil=True)
def fed(slice_start, travel, wait, lunch, i, j, ready, arrive):
    """When one is first at `j` having eaten, on arrival or before setting off.

    lunch: (earliest, latest, length). `arrive` is the arrival without lunch; `ready` may be
    before the shift, where one starts hungry from the start place.
    """
    earliest, latest, length = lunch
    best = max(arrive, earliest) + length
    if best > latest:
        best = INFINITE
    eaten = max(ready, earliest) + length
    if eaten <= latest:
        best = min(best, arrival(slice_start, travel, wait, i, j, max(eaten, 0)))
    return best


@njit(cache=True, nogil=True)
def ways(
    steps_first,
    steps_low,
    steps_high,
    steps_cost,
    j,
    before,
    stay,
    arrive,
    eaten,
    until,
    end,
    found,
):
    """How visit j can be made when reached at `arrive`, or having eaten at `eaten`.

    Fills `found` with rows (tick when it is left, 1 if lunch was taken on the way, window cost) and
    returns their number. A talk without lunch before it must be left by `until`, and counts only
    where eating takes time. A later window counts only where it costs less than the earlier ones.
    """
    size = 0
    cheapest = INFINITE
    cheapest_fed = INFINITE
    for step in range(steps_first[j], steps_first[j + 1]):
        at = max(arrive + before, steps_low[step])
        if at > steps_high[step]:
            continue
        at_fed = max(eaten + before, steps_low[step])
        cost = steps_cost[step]
        if cost < cheapest and at < at_fed and at + stay <= until:
            cheapest = cost
            found[size, 0] = at + stay
            found[size, 1] = 0
            found[size, 2] = cost
            size += 1
        if cost < cheapest_fed and at_fed <= steps_high[step] and at_fed + stay <= end:
            cheapest_fed = cost
            found[size, 0] = at_fed + stay
            found[size, 1] = 1
            found[size, 2] = cost
            size += 1
    return size


@njit(cache=True, nogil=True)
def grow(a):
    b = np.empty((2 * a.shape[0], *a.shape[1:]), a.dtype)
    b[: a.shape[0]] = a
    return b


@njit(cache=True, nogil=True)
def tolls(cut_duals):
    """(8, 256): what the cuts of each byte of a set of cuts cost together."""
    table = np.zeros((8, 256), np.int64)
    for byte in range(8):
        for c in range(8):
            bit = 1 << c
            for bits in range(bit):
                table[byte, bit + bits] = table[byte, bits] + cut_duals[8 * byte + c]
    return table


@njit(cache=True, nogil=True)
def toll(table, bits):
    """What a set of cuts costs."""
    total = np.int64(0)
    byte = 0
    while bits != np.uint64(0):
        total += table[byte, np.int64(bits & np.uint64(255))]
        bits >>= np.uint64(8)
        byte += 1
    return total


@njit(cache=True, nogil=True)
def _pull(slice_start, travel, wait, cost, scale, prices, i, begin, beyond, came, left):
    """left[t] for t in [begin, beyond): the best of all that can follow i, given what comes then.

    Both tables rise with the tick: what is not better at the first than the best so far at the
    last is nowhere better.
    """
    n = len(prices)
    slices = len(slice_start)
    end = came.shape[1] - 1
    for k in range(slices):
        first = max(begin, slice_start[k]) if k > 0 else begin
        last = min(beyond, slice_start[k + 1]) if k + 1 < slices else beyond
        if first >= last:
            continue
        for j in range(n + 2):
            if j in (i, n):
                continue
            # in this slice: set off at once while that arrives sooner, else wait
            minutes, at_best = travel[k, i, j], wait[k, i, j]
            base = scale * cost[i, j] - (prices[j] if j < n else 0)
            change = max(first, min(last, min(at_best, end + 1) - minutes))
            if first < change and base + came[j, first + minutes] < left[change - 1]:
                target = left[first:change]
                source = came[j, first + minutes : change + minutes]
                for t in range(len(target)):
                    target[t] = min(target[t], base + source[t])
            if at_best <= end:
                for t in range(change, last):
                    left[t] = min(left[t], base + came[j, at_best])


@njit(cache=True, nogil=True)
def completion(data, scale, prices):
    """Least reduced cost still to come, by lunch (0 hungry, 1 eaten), visit and tick.

    Two tables: (2, n, end + 1) when the visit is left at that tick, (2, n + 2, end + 1) when a
    place is arrived at. Visits may repeat here, caps and cuts are not looked at, so it is never
    too high.
    Both rise with the tick. Without a lunch the hungry halves are not filled.

    Whoever leaves a visit arrives at the next and leaves that some time later. So a block of ticks
    no longer than the shortest leg and stay together depends on later blocks only, and is worked
    out in loops over consecutive ticks.
    """
    n = len(prices)
    end = data.end
    slice_start, travel, wait, cost = data.slice_start, data.travel, data.wait, data.cost
    steps_first, steps_low = data.steps_first, data.steps_low
    steps_high, steps_cost = data.steps_high, data.steps_cost
    before, stay = data.before, data.talk + data.after
    earliest, latest, length = data.lunch_earliest, data.lunch_latest, data.lunch_minutes
    lunch = length > 0
    full_from = max(0, earliest + length) if lunch else 0
    hungry_until = latest - length if lunch and earliest + length <= latest else -1

    left = np.empty((2, n, end + 1), np.int64)
    came = np.empty((2, n + 2, end + 1), np.int64)
    for lunched in range(0 if lunch else 1, 2):
        left[lunched] = INFINITE
        came[lunched] = INFINITE
    came[1, n + 1] = 0
    for t in range(min(hungry_until, end) + 1):
        came[0, n + 1, t] = 0

    block = end + 1
    for k in range(len(slice_start)):
        for i in range(n):
            for j in range(n):
                if i != j:
                    block = min(block, travel[k, i, j] + before[j] + stay[j])
    high = end + 1
    while high > 0:
        low = max(0, high - block)
        for i in range(n):
            step, beyond = steps_first[i], steps_first[i + 1]
            if step == beyond:
                continue
            first = max(low, steps_low[step] + stay[i])
            last = steps_high[beyond - 1] + stay[i]
            last_fed = max(last, latest) if lunch else last  # having eaten here after the talk
            _pull(
                slice_start, travel, wait, cost, scale, prices, i,
                max(first, full_from), min(high, last_fed + 1), came[1], left[1, i],
            )  # fmt: skip
            until = min(high, last + 1, hungry_until + 1)
            if first < until:
                _pull(
                    slice_start,
                    travel,
                    wait,
                    cost,
                    scale,
                    prices,
                    i,
                    first,
                    until,
                    came[0],
                    left[0, i],
                )
                for t in range(first, until):
                    eaten = max(t, earliest) + length
                    if eaten <= end:
                        left[0, i, t] = min(left[0, i, t], left[1, i, eaten])
        for j in range(n):
            whole = before[j] + stay[j]
            for t in range(high - 1 - whole, max(low - whole, 0) - 1, -1):
                for lunched in range(0 if lunch else 1, 2):
                    best = INFINITE
                    for step in range(steps_first[j], steps_first[j + 1]):
                        at = max(t + before[j], steps_low[step])
                        if at <= steps_high[step] and at + stay[j] <= end:
                            best = min(
                                best, scale * steps_cost[step] + left[lunched, j, at + stay[j]]
                            )
                    came[lunched, j, t] = best
                if t <= hungry_until:
                    eaten = max(t, earliest) + length
                    if eaten <= end:
                        came[0, j, t] = min(came[0, j, t], came[1, j, eaten])
        high = low
    return left, came
