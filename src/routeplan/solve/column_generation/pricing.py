"""The best routes of a shift for given prices: forward labels, minute by minute.

A label is a partial route: its last visit, the minute at which that visit is left, its reduced
cost, whether lunch was taken, talk minutes, number of visits, and the visits that may not come
next: the ng-set memory of Baldacci, Mingozzi, Roberti (2011), "New route relaxation and pricing
strategies for the vehicle routing problem". Subset-row cuts follow Jepsen, Petersen, Spoorendonk,
Pisinger (2008): one parity bit a cut and label.

Every extension ends at a later minute, so when the labels of a minute are taken up, all that could
dominate them are settled: each label is compared once, when taken up.

Costs are whole numbers over a common denominator, so the bound made of the results is exact.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from routeplan.solve.column_generation.kernels import (
    INFINITE,
    NONE,
    arrival,
    completion,
    fed,
    grow,
    toll,
    tolls,
    ways,
)

__all__ = ["price_shift"]

LAST, TALK, COUNT, LUNCH, PRED, NEXT = range(6)
"""Facts of a label: its last visit, ticks of talk, number of visits, lunch (0 hungry, 1 eaten),
the label it extends, and the next one that ends at the same tick."""


@njit(cache=True, nogil=True)
def _sort(labels, size, rc, facts):
    """The first `size` labels by reduced cost, lunch taken first, then as they came (Shell 1959).

    NumPy's own sorts take longer to compile than all the rest of this file.
    """
    step = 1
    while step < size // 3:
        step = 3 * step + 1
    while step >= 1:
        for k in range(step, size):
            label = labels[k]
            at = k
            while at >= step:
                other = labels[at - step]
                ahead = facts[other, LUNCH] - facts[label, LUNCH]
                if rc[other] < rc[label] or (
                    rc[other] == rc[label] and (ahead > 0 or (ahead == 0 and other < label))
                ):
                    break
                labels[at] = other
                at -= step
            labels[at] = label
        step //= 3


@njit(cache=True, nogil=True)
def _widen(a):
    b = np.empty((a.shape[0], 2 * a.shape[1], *a.shape[2:]), a.dtype)
    b[:, : a.shape[1]] = a
    return b


@njit(cache=True, nogil=True)
def price_shift(
    data,
    scale,
    prices,
    ng,
    cut_bits,
    cut_duals,
    threshold,
    heuristic,
    max_labels,
):
    """Labels of a shift that may end below `threshold` (<= 0), and the closings that do.

    prices: (n,) int64, scaled; what visiting earns.
    ng: (n, words) uint64. cut_bits: (n,) uint64; cut_duals: (64,) int64 >= 0: two members' cost.
    heuristic: compare by tick, lunch and reduced cost only.
    Returns (best, complete, last, pred, closed_label, closed_rc, labels): no route has a reduced
    cost below `best` (the threshold, where none is found below it); `complete` is False when
    max_labels cut the search.
    """
    n, words = ng.shape
    end, home = data.end, n + 1
    slice_start, travel, cost = data.slice_start, data.travel, data.cost
    steps_first, steps_low = data.steps_first, data.steps_low
    steps_high, steps_cost = data.steps_high, data.steps_cost
    before, talk, stay = data.before, data.talk, data.talk + data.after
    max_visits, max_talk = data.max_visits, data.max_talk
    lunch = (data.lunch_earliest, data.lunch_latest, data.lunch_minutes)
    hungry_until = min(end, data.lunch_latest - data.lunch_minutes)
    left, came = completion(data, scale, prices)
    costs = tolls(cut_duals)
    has_cuts = np.any(cut_duals)
    cap = 1 << 12
    l_rc = np.empty(cap, np.int64)
    l_facts = np.empty((cap, 6), np.int32)
    l_bits = np.empty((cap, 1 + words), np.uint64)  # parity of the cuts, then the memory
    heads = np.full(end + 1, NONE, np.int32)
    l_rc[0] = 0
    l_facts[0] = NONE
    l_facts[0, LAST] = n
    l_facts[0, TALK] = 0
    l_facts[0, COUNT] = 0
    l_facts[0, LUNCH] = 0 if lunch[2] > 0 else 1
    l_bits[0] = 0
    heads[0] = 0
    total = 1

    # settled labels by last visit and lunch, side by side for the comparison
    room = 64
    s_size = np.zeros(2 * n, np.int64)
    s_least = np.full(2 * n, INFINITE, np.int64)
    s_rc = np.empty((2 * n, room), np.int64)
    s_facts = np.empty((2 * n, room, 2), np.int32)
    s_bits = np.empty((2 * n, room, 1 + words), np.uint64)

    closed_label = np.empty(1024, np.int32)
    closed_rc = np.empty(1024, np.int64)
    closed = 0
    best = min(np.int64(0), np.int64(threshold))
    least_service = np.min(before + stay)
    zero = np.uint64(0)
    one = np.uint64(1)

    batch = np.empty(1024, np.int32)
    found = np.empty((2 * len(steps_low), 3), np.int64)
    least = np.empty((2, n, end + 1 if heuristic else 0), np.int64)
    for lunched in range(0 if lunch[2] else 1, 2):
        least[lunched] = INFINITE
    for tick in range(end + 1):
        size = 0
        at = heads[tick]
        while at != NONE:
            if size == len(batch):
                batch = grow(batch)
            batch[size] = at
            size += 1
            at = l_facts[at, NEXT]
        if size > 1:
            _sort(batch, size, l_rc, l_facts)
        for k in range(size):
            label = batch[k]
            i = np.int64(l_facts[label, LAST])
            rc = l_rc[label]
            talked = l_facts[label, TALK]
            count = l_facts[label, COUNT]
            lunched = np.int64(l_facts[label, LUNCH])
            parity = l_bits[label, 0]
            if i < n:
                dominated = False
                for own in range(2 * i + lunched, 2 * i + 2):
                    if s_least[own] > rc:
                        continue
                    if heuristic:
                        dominated = True
                        break
                    for s in range(s_size[own]):
                        if s_rc[own, s] > rc:
                            continue
                        inside = True
                        for w in range(1, 1 + words):
                            if s_bits[own, s, w] & ~l_bits[label, w] != zero:
                                inside = False
                                break
                        if not inside:
                            continue
                        if has_cuts:
                            extra = s_bits[own, s, 0] & ~parity
                            if extra != zero and rc - s_rc[own, s] < toll(costs, extra):
                                continue
                        more_talk, more = s_facts[own, s]
                        if more_talk > talked and more_talk + (end - tick) > max_talk:
                            continue
                        if more > count and more + (end - tick) // least_service > max_visits:
                            continue
                        dominated = True
                        break
                    if dominated:
                        break
                if dominated:
                    continue
                own = 2 * i + lunched
                s_least[own] = min(s_least[own], rc)
                if not heuristic:
                    if s_size[own] == room:
                        s_rc = _widen(s_rc)
                        s_facts = _widen(s_facts)
                        s_bits = _widen(s_bits)
                        room *= 2
                    s = s_size[own]
                    s_size[own] += 1
                    s_rc[own, s] = rc
                    s_facts[own, s, 0] = talked
                    s_facts[own, s, 1] = count
                    s_bits[own, s] = l_bits[label]
                whole = rc + scale * cost[i, home]
                back = arrival(slice_start, travel, i, home, tick)
                if back <= end and not lunched and max(back, lunch[0]) + lunch[2] > lunch[1]:
                    back = fed(slice_start, travel, lunch, i, home, tick, back)
                if cost[i, home] >= 0 and whole < threshold and back <= end:
                    best = min(best, whole)
                    if closed == len(closed_label):
                        closed_label = grow(closed_label)
                        closed_rc = grow(closed_rc)
                    closed_label[closed] = label
                    closed_rc[closed] = whole
                    closed += 1
            if count == max_visits:
                continue
            for j in range(n):
                if cost[i, j] < 0 or talked + talk[j] > max_talk:
                    continue
                if (l_bits[label, 1 + (j >> 6)] >> np.uint64(j & 63)) & one:
                    continue
                arrive = arrival(slice_start, travel, i, j, tick)
                if arrive > end:
                    continue
                base = rc + scale * cost[i, j] - prices[j]
                ahead = came[lunched, j, arrive]
                eaten = INFINITE
                if not lunched:
                    ready = tick if i < n else lunch[0]
                    eaten = fed(slice_start, travel, lunch, i, j, ready, arrive)
                    if eaten <= end:
                        ahead = min(ahead, came[1, j, eaten])
                if base + ahead >= threshold:
                    continue
                crossed = parity & cut_bits[j]
                if crossed != zero:
                    base += toll(costs, crossed)
                size_found = ways(
                    steps_first, steps_low, steps_high, steps_cost, j, before[j], stay[j],
                    arrive, eaten, end if lunched else hungry_until, end, found,
                )  # fmt: skip
                for way in range(size_found):
                    done, now_lunched = found[way, 0], found[way, 1] | lunched
                    new_rc = base + scale * found[way, 2]
                    if new_rc + left[now_lunched, j, done] >= threshold:
                        continue
                    if heuristic:
                        if least[now_lunched, j, done] <= new_rc:
                            continue
                        least[now_lunched, j, done] = new_rc
                    if total == cap:
                        if total >= max_labels:
                            return (
                                best,
                                False,
                                l_facts[:total, LAST].copy(),
                                l_facts[:total, PRED].copy(),
                                closed_label[:closed].copy(),
                                closed_rc[:closed].copy(),
                                total,
                            )
                        l_rc = grow(l_rc)
                        l_facts = grow(l_facts)
                        l_bits = grow(l_bits)
                        cap *= 2
                    new = np.int32(total)
                    total += 1
                    l_rc[new] = new_rc
                    l_facts[new, LAST] = j
                    l_facts[new, TALK] = talked + talk[j]
                    l_facts[new, COUNT] = count + 1
                    l_facts[new, LUNCH] = now_lunched
                    l_facts[new, PRED] = label if i < n else NONE
                    l_facts[new, NEXT] = heads[done]
                    l_bits[new, 0] = parity ^ cut_bits[j]
                    for w in range(words):
                        l_bits[new, 1 + w] = l_bits[label, 1 + w] & ng[j, w]
                    l_bits[new, 1 + (j >> 6)] |= one << np.uint64(j & 63)
                    heads[done] = new
    return (
        best,
        True,
        l_facts[:total, LAST].copy(),
        l_facts[:total, PRED].copy(),
        closed_label[:closed].copy(),
        closed_rc[:closed].copy(),
        total,
    )
