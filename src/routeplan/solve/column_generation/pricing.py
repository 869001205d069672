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
    completion,
    fed,
    grow,
    toll,
    tolls,
    ways,
)

__all__ = ["price_shift"]

LAST, TALK, COUNT, LUNCH, PRED, NEXT, CHAIN = range(7)
"""Facts of a label: its last visit, ticks of talk, number of visits, lunch (0 hungry, 1 eaten),
the label it extends, the next one that ends at the same tick, and, once settled, the next dearer
one with the same last visit and lunch."""


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
def _as_good(
    other,
    label,
    rc,
    facts,
    bits,
    costs,
    time_left,
    max_talk,
    max_visits,
    least_service,
    crowding,
):
    """Whether cuts, caps and crowding let `other` stand for `label`, being no later and no dearer
    so far."""
    saved = rc[label] - rc[other]
    extra = bits[other, 0] & ~bits[label, 0]
    if extra != np.uint64(0):
        saved -= toll(costs, extra)
        if saved < 0:
            return False
    if facts[other, TALK] > facts[label, TALK] and facts[other, TALK] + time_left > max_talk:
        return False
    more = np.int64(facts[other, COUNT] - facts[label, COUNT])
    if more <= 0:
        return True
    # every visit to come is one beside `more` others that the label does not have
    to_come = time_left // least_service
    return facts[other, COUNT] + to_come <= max_visits and crowding * more * to_come <= saved


@njit(cache=True, nogil=True)
def _floor(data, scale, prices, came, best):
    """What no route costs less than, were it to come back to visits and to keep no cap; `best` at
    most."""
    n = len(prices)
    slice_start, travel, wait = data.slice_start, data.travel, data.wait
    lunch = (data.lunch_earliest, data.lunch_latest, data.lunch_minutes)
    first = 0
    while first + 1 < len(slice_start) and slice_start[first + 1] <= 0:
        first += 1
    for j in range(n):
        arrive = min(travel[first, n, j], wait[first, n, j])
        if arrive > data.end:
            continue
        ahead = came[1 if lunch[2] == 0 else 0, j, arrive]
        if lunch[2] > 0:
            eaten = fed(slice_start, travel, wait, lunch, n, j, lunch[0], arrive)
            if eaten <= data.end:
                ahead = min(ahead, came[1, j, eaten])
        best = min(best, scale * data.cost[n, j] - prices[j] + ahead)
    return best


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
    max_labels cut the search, and `best` then what visits might come to if they could be repeated.
    """
    n, words = ng.shape
    end, home = data.end, n + 1
    slice_start, travel, wait, cost = data.slice_start, data.travel, data.wait, data.cost
    steps_first, steps_low = data.steps_first, data.steps_low
    steps_high, steps_cost = data.steps_high, data.steps_cost
    before, talk, stay = data.before, data.talk, data.talk + data.after
    max_visits, max_talk = data.max_visits, data.max_talk
    crowding, made = scale * data.crowding, data.made
    lunch = (data.lunch_earliest, data.lunch_latest, data.lunch_minutes)
    hungry_until = min(end, data.lunch_latest - data.lunch_minutes)
    left, came = completion(data, scale, prices)
    costs = tolls(cut_duals)
    cap = max(1, min(1 << 12, max_labels))
    l_rc = np.empty(cap, np.int64)
    l_facts = np.empty((cap, 7), np.int32)
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

    cheapest = np.full(2 * n, NONE, np.int32)  # settled label by last visit and lunch

    closed_label = np.empty(1024, np.int32)
    closed_rc = np.empty(1024, np.int64)
    closed = 0
    best = min(np.int64(0), np.int64(threshold))
    least_service = np.min(before + stay)
    floor = _floor(data, scale, prices, came, best)
    zero = np.uint64(0)
    one = np.uint64(1)

    batch = np.empty(1024, np.int32)
    found = np.empty((2 * len(steps_low), 3), np.int64)
    least = np.empty((2, n, end + 1 if heuristic else 0), np.int64)
    for lunched in range(0 if lunch[2] else 1, 2):
        least[lunched] = INFINITE
    now = 0  # slice
    for tick in range(end + 1):
        while now + 1 < len(slice_start) and slice_start[now + 1] <= tick:
            now += 1
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
                for own in range(2 * i + 1, 2 * i + lunched - 1, -1):
                    before_it = NONE
                    other = cheapest[own]
                    while other != NONE and l_rc[other] <= rc:
                        w = 1
                        while w <= words and l_bits[other, w] & ~l_bits[label, w] == zero:
                            w += 1
                        dominated = heuristic or (
                            w > words
                            and _as_good(
                                other, label, l_rc, l_facts, l_bits, costs, end - tick,
                                max_talk, max_visits, least_service, crowding,
                            )
                        )  # fmt: skip
                        if dominated:
                            break
                        before_it = other
                        other = l_facts[other, CHAIN]
                    if dominated:
                        break
                if dominated:
                    continue
                # the last list was its own, and it belongs where the walk ended
                l_facts[label, CHAIN] = other
                if before_it == NONE:
                    cheapest[2 * i + lunched] = label
                else:
                    l_facts[before_it, CHAIN] = label
                whole = rc + scale * cost[i, home]
                back = min(tick + travel[now, i, home], wait[now, i, home])
                if back <= end and not lunched and max(back, lunch[0]) + lunch[2] > lunch[1]:
                    back = fed(slice_start, travel, wait, lunch, i, home, tick, back)
                if whole < threshold and back <= end:
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
                if talked + talk[j] > max_talk:
                    continue
                if (l_bits[label, 1 + (j >> 6)] >> np.uint64(j & 63)) & one:
                    continue
                arrive = min(tick + travel[now, i, j], wait[now, i, j])
                if arrive > end:
                    continue
                base = rc + scale * cost[i, j] - prices[j] + crowding * (made + count)
                ahead = came[lunched, j, arrive]
                eaten = INFINITE
                if not lunched:
                    ready = tick if i < n else lunch[0]
                    eaten = fed(slice_start, travel, wait, lunch, i, j, ready, arrive)
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
                                floor,
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
