"""What the label searches share: arrivals, and the least that is still to come."""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["INFINITE", "NONE", "arrival", "completion", "grow"]

NONE = -1
INFINITE = np.int64(2**62)


@njit(cache=True, nogil=True)
def arrival(slice_start, travel, origin, destination, ready):
    """First arrival when free to leave at `ready`, waiting for a quicker slice; NONE: no way."""
    best = INFINITE
    last = len(slice_start) - 1
    for k in range(last + 1):
        if k < last and slice_start[k + 1] <= ready:
            continue
        leave = max(ready, slice_start[k])
        if leave >= best:
            break
        minutes = travel[k, origin, destination]
        if minutes >= 0 and leave + minutes < best:
            best = leave + minutes
    return best


@njit(cache=True, nogil=True)
def grow(a):
    b = np.empty(2 * a.shape[0], a.dtype)
    b[: a.shape[0]] = a
    return b


@njit(cache=True, nogil=True)
def completion(
    start,
    end,
    lunch_e,
    lunch_l,
    lunch_m,
    before,
    talk,
    after,
    steps_first,
    steps_low,
    steps_high,
    steps_cost,
    slice_start,
    travel,
    cost,
    scale,
    prices,
    grain,
):
    """Least reduced cost still to come: (n, 2, end // grain + 1) by last visit, lunch, minute left.

    Visits may repeat here, caps and cuts are not looked at, so it is never too high. All times are
    multiples of `grain`.
    """
    n = len(talk)
    table = np.full((n, 2, end // grain + 1), INFINITE, np.int64)
    for minute in range(end - end % grain, start - 1, -grain):
        for i in range(n):
            first, beyond = steps_first[i], steps_first[i + 1]
            if first == beyond:
                continue
            stay = talk[i] + after[i]
            if minute < steps_low[first] + stay or minute > steps_high[beyond - 1] + stay:
                continue  # the visit is never left now
            hungry = lunch_m > 0 and max(minute, lunch_e) + lunch_m <= lunch_l
            full = lunch_m == 0 or minute >= lunch_e + lunch_m
            eaten = max(minute, lunch_e) + lunch_m  # ready, having eaten here
            back = arrival(slice_start, travel, i, n + 1, minute)
            if cost[i, n + 1] >= 0 and back <= end:
                way = scale * cost[i, n + 1]
                if full:
                    table[i, 1, minute // grain] = way
                if hungry and (
                    max(back, lunch_e) + lunch_m <= lunch_l
                    or arrival(slice_start, travel, i, n + 1, eaten) <= end
                ):
                    table[i, 0, minute // grain] = way
            for j in range(n):
                if j == i or cost[i, j] < 0:
                    continue
                reached = arrival(slice_start, travel, i, j, minute)
                if reached > end:
                    continue
                fed = INFINITE
                if hungry:
                    fed = arrival(slice_start, travel, i, j, eaten)
                    if max(reached, lunch_e) + lunch_m <= lunch_l:
                        fed = min(fed, max(reached, lunch_e) + lunch_m)
                base = scale * cost[i, j] - prices[j]
                for step in range(steps_first[j], steps_first[j + 1]):
                    if steps_high[step] < reached + before[j]:
                        continue
                    at = max(reached + before[j], steps_low[step])
                    done = at + talk[j] + after[j]
                    if done > end:
                        break
                    spent = base + scale * steps_cost[step]
                    if full:
                        rest = table[j, 1, done // grain]
                        if rest < INFINITE and spent + rest < table[i, 1, minute // grain]:
                            table[i, 1, minute // grain] = spent + rest
                    if hungry:
                        rest = table[j, 0, done // grain]
                        if rest < INFINITE and spent + rest < table[i, 0, minute // grain]:
                            table[i, 0, minute // grain] = spent + rest
                        if fed < INFINITE and fed + before[j] <= steps_high[step]:
                            at = max(fed + before[j], steps_low[step])
                            done = at + talk[j] + after[j]
                            if done <= end:
                                rest = table[j, 1, done // grain]
                                if rest < INFINITE and spent + rest < table[i, 0, minute // grain]:
                                    table[i, 0, minute // grain] = spent + rest
    return table
