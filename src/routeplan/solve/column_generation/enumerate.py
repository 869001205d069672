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

from routeplan.solve.column_generation.kernels import INFINITE, NONE, arrival, grow

__all__ = ["enumerate_shift"]


@njit(cache=True, nogil=True)
def enumerate_shift(
    start,
    end,
    lunch_e,
    lunch_l,
    lunch_m,
    max_visits,
    max_talk,
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
    words,
    cut_bits,
    cut_duals,
    rest,
    grain,
    limit,
    max_labels,
):
    """All elementary routes of a shift with a reduced cost below `limit`, one order per visit set.

    Returns (complete, last, pred, closed_label, closed_rc).
    """
    n = len(talk)
    cap = 1 << 14
    l_last = np.empty(cap, np.int32)
    l_rc = np.empty(cap, np.int64)
    l_talk = np.empty(cap, np.int32)
    l_count = np.empty(cap, np.int32)
    l_lunch = np.empty(cap, np.int8)
    l_pred = np.empty(cap, np.int32)
    l_next = np.empty(cap, np.int32)
    l_cut = np.empty(cap, np.uint64)
    l_mem = np.empty((words, cap), np.uint64)
    l_chain = np.empty(cap, np.int32)
    total = 0
    heads = np.full(end + 2, NONE, np.int32)
    buckets = 1 << 18
    chains = np.full(buckets, NONE, np.int32)
    closed_label = np.empty(1024, np.int32)
    closed_rc = np.empty(1024, np.int64)
    closed = 0
    zero = np.uint64(0)
    one = np.uint64(1)
    begin_lunch = np.int8(0 if lunch_m > 0 else 1)
    for minute in range(start - 1, end + 1):
        at = np.int32(NONE) if minute < start else heads[minute]
        while True:
            if minute >= start:
                if at == NONE:
                    break
                label = at
                at = l_next[at]
                i = np.int64(l_last[label])
                rc = l_rc[label]
                talked = np.int64(l_talk[label])
                count = np.int64(l_count[label])
                lunched = l_lunch[label]
                parity = l_cut[label]
                ready = np.int64(minute)
                mix = np.uint64(i * 2 + lunched) * np.uint64(0x9E3779B97F4A7C15)
                for w in range(words):
                    mix = (mix ^ l_mem[w, label]) * np.uint64(0xC2B2AE3D27D4EB4F)
                    mix ^= mix >> np.uint64(29)
                slot = np.int64(mix & np.uint64(buckets - 1))
                other = chains[slot]
                dominated = False
                while other != NONE:
                    if l_last[other] == i and l_lunch[other] >= lunched and l_rc[other] <= rc:
                        same = True
                        for w in range(words):
                            if l_mem[w, other] != l_mem[w, label]:
                                same = False
                                break
                        if same:
                            dominated = True
                            break
                    other = l_chain[other]
                if dominated:
                    continue
                l_chain[label] = chains[slot]
                chains[slot] = label
                if cost[i, n + 1] >= 0:
                    back = arrival(slice_start, travel, i, n + 1, ready)
                    finish = INFINITE
                    if lunched == 1 or (back <= end and max(back, lunch_e) + lunch_m <= lunch_l):
                        finish = back
                    elif max(ready, lunch_e) + lunch_m <= lunch_l:
                        finish = arrival(
                            slice_start, travel, i, n + 1, max(ready, lunch_e) + lunch_m
                        )
                    if finish <= end and rc + scale * cost[i, n + 1] < limit:
                        if closed == len(closed_label):
                            closed_label = grow(closed_label)
                            closed_rc = grow(closed_rc)
                        closed_label[closed] = label
                        closed_rc[closed] = rc + scale * cost[i, n + 1]
                        closed += 1
                if count == max_visits:
                    continue
            else:
                label = np.int32(NONE)
                i = np.int64(n)
                rc = np.int64(0)
                talked = np.int64(0)
                count = np.int64(0)
                lunched = begin_lunch
                parity = zero
                ready = np.int64(start)
                if max_visits == 0:
                    break
            for j in range(n):
                if cost[i, j] < 0 or talked + talk[j] > max_talk:
                    continue
                if i < n and (l_mem[j >> 6, label] >> np.uint64(j & 63)) & one:
                    continue
                arrive = arrival(slice_start, travel, i, j, ready)
                if arrive > end:
                    continue
                fed = INFINITE
                if lunched == 0:
                    if max(arrive, lunch_e) + lunch_m <= lunch_l:
                        fed = max(arrive, lunch_e) + lunch_m
                    leave = max(ready, lunch_e) + lunch_m
                    eaten = leave
                    if i == n:  # before the whole route, be it before the shift
                        eaten = lunch_e + lunch_m
                        leave = max(ready, eaten)
                    if eaten <= lunch_l:
                        fed = min(fed, arrival(slice_start, travel, i, j, leave))
                penalty = np.int64(0)
                crossed = parity & cut_bits[j]
                if crossed != zero:
                    for c in range(64):
                        if (crossed >> np.uint64(c)) & one:
                            penalty += cut_duals[c]
                base = rc + scale * cost[i, j] - prices[j] + penalty
                for step in range(steps_first[j], steps_first[j + 1]):
                    if steps_high[step] < arrive + before[j]:
                        continue
                    for way in range(2):
                        if way == 0:
                            at_start = max(arrive + before[j], steps_low[step])
                            now_lunched = lunched
                            if lunched == 0 and fed + before[j] <= at_start:
                                continue
                        else:
                            if fed == INFINITE:
                                continue
                            at_start = max(fed + before[j], steps_low[step])
                            now_lunched = np.int8(1)
                        if at_start > steps_high[step]:
                            continue
                        done = at_start + talk[j] + after[j]
                        if done > end:
                            continue
                        new_rc = base + scale * steps_cost[step]
                        to_come = rest[j, now_lunched, done // grain]
                        if to_come >= INFINITE or new_rc + to_come >= limit:
                            continue
                        if total == cap:
                            if total >= max_labels:
                                return (
                                    False,
                                    l_last[:0].copy(),
                                    l_pred[:0].copy(),
                                    closed_label[:0].copy(),
                                    closed_rc[:0].copy(),
                                )
                            l_last = grow(l_last)
                            l_rc = grow(l_rc)
                            l_talk = grow(l_talk)
                            l_count = grow(l_count)
                            l_lunch = grow(l_lunch)
                            l_pred = grow(l_pred)
                            l_next = grow(l_next)
                            l_cut = grow(l_cut)
                            l_chain = grow(l_chain)
                            wide = np.empty((words, 2 * cap), np.uint64)
                            wide[:, :cap] = l_mem
                            l_mem = wide
                            cap *= 2
                        new = np.int32(total)
                        total += 1
                        l_last[new] = j
                        l_rc[new] = new_rc
                        l_talk[new] = talked + talk[j]
                        l_count[new] = count + 1
                        l_lunch[new] = now_lunched
                        l_pred[new] = label
                        l_cut[new] = parity ^ cut_bits[j]
                        for w in range(words):
                            l_mem[w, new] = l_mem[w, label] if i < n else zero
                        l_mem[j >> 6, new] |= one << np.uint64(j & 63)
                        l_next[new] = heads[done]
                        heads[done] = new
            if minute < start:
                break
    return (
        True,
        l_last[:total].copy(),
        l_pred[:total].copy(),
        closed_label[:closed].copy(),
        closed_rc[:closed].copy(),
    )
