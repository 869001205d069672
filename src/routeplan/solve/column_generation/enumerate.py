"""Every route that a better plan could use.

With a bound L for prices (generate.py) and a plan of cost U, a plan cheaper than U uses only routes
of shift s whose reduced cost is below U - L + min(0, best_s): each route's excess over the best of
its shift adds to the bound. When such routes are few, choosing among them ends the search:
Baldacci, Christofides, Mingozzi (2008), "An exact algorithm for the vehicle routing problem based
on the set partitioning formulation with additional cuts".

Labels here remember every visit; a label gives way only to one with the same visits and last visit.
What `completion` cuts away could not end below the limit.
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

__all__ = ["enumerate_shift"]

LAST, TALK, COUNT, LUNCH, PRED, NEXT, CHAIN = range(7)
"""Facts of a label as in pricing.py, and the next settled one in its hash chain."""
BUCKETS = 1 << 18


@njit(cache=True, nogil=True)
def enumerate_shift(data, scale, prices, words, cut_bits, cut_duals, limit, max_labels):
    """All elementary routes of a shift with a reduced cost below `limit`, one order per visit set.

    Returns (complete, last, pred, closed_label, closed_rc).
    """
    n = len(prices)
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
    cap = 1 << 12
    l_rc = np.empty(cap, np.int64)
    l_facts = np.empty((cap, 7), np.int32)
    l_bits = np.empty((cap, 1 + words), np.uint64)  # parity of the cuts, then the visits
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
    chains = np.full(BUCKETS, NONE, np.int32)
    closed_label = np.empty(1024, np.int32)
    closed_rc = np.empty(1024, np.int64)
    closed = 0
    zero = np.uint64(0)
    one = np.uint64(1)
    found = np.empty((2 * len(steps_low), 3), np.int64)
    complete = True
    now = 0  # slice
    for tick in range(end + 1):
        while now + 1 < len(slice_start) and slice_start[now + 1] <= tick:
            now += 1
        label = heads[tick]
        while label != NONE and complete:
            i = np.int64(l_facts[label, LAST])
            rc = l_rc[label]
            talked = l_facts[label, TALK]
            count = l_facts[label, COUNT]
            lunched = np.int64(l_facts[label, LUNCH])
            parity = l_bits[label, 0]
            mix = np.uint64(i * 2 + lunched) * np.uint64(0x9E3779B97F4A7C15)
            for w in range(1, 1 + words):
                mix = (mix ^ l_bits[label, w]) * np.uint64(0xC2B2AE3D27D4EB4F)
                mix ^= mix >> np.uint64(29)
            slot = np.int64(mix & np.uint64(BUCKETS - 1))
            other = chains[slot]
            while other != NONE:
                if (
                    l_facts[other, LAST] == i
                    and l_facts[other, LUNCH] >= lunched
                    and l_rc[other] <= rc
                ):
                    same = True
                    for w in range(1, 1 + words):
                        if l_bits[other, w] != l_bits[label, w]:
                            same = False
                            break
                    if same:
                        break
                other = l_facts[other, CHAIN]
            if other != NONE:
                label = l_facts[label, NEXT]
                continue
            l_facts[label, CHAIN] = chains[slot]
            chains[slot] = label
            if i < n:
                whole = rc + scale * cost[i, home]
                back = min(tick + travel[now, i, home], wait[now, i, home])
                if back <= end and not lunched and max(back, lunch[0]) + lunch[2] > lunch[1]:
                    back = fed(slice_start, travel, wait, lunch, i, home, tick, back)
                if whole < limit and back <= end:
                    if closed == len(closed_label):
                        closed_label = grow(closed_label)
                        closed_rc = grow(closed_rc)
                    closed_label[closed] = label
                    closed_rc[closed] = whole
                    closed += 1
            for j in range(n if count < max_visits else 0):
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
                if base + ahead >= limit:
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
                    if new_rc + left[now_lunched, j, done] >= limit:
                        continue
                    if total == cap:
                        if total >= max_labels:
                            complete = False
                            break
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
                    l_bits[new] = l_bits[label]
                    l_bits[new, 0] ^= cut_bits[j]
                    l_bits[new, 1 + (j >> 6)] |= one << np.uint64(j & 63)
                    heads[done] = new
            label = l_facts[label, NEXT]
    return (
        complete,
        l_facts[:total, LAST].copy(),
        l_facts[:total, PRED].copy(),
        closed_label[:closed].copy(),
        closed_rc[:closed].copy(),
    )
