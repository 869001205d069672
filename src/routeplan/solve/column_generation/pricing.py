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

from routeplan.solve.column_generation.kernels import INFINITE, NONE, arrival, grow

__all__ = ["price_shift"]


@njit(cache=True, nogil=True)
def _grow_rows(a):
    b = np.empty((a.shape[0], 2 * a.shape[1]), a.dtype)
    b[:, : a.shape[1]] = a
    return b


@njit(cache=True, nogil=True)
def _sort(labels, size, rc, lunch):
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
                if rc[other] < rc[label] or (
                    rc[other] == rc[label]
                    and (
                        lunch[other] > lunch[label]
                        or (lunch[other] == lunch[label] and other < label)
                    )
                ):
                    break
                labels[at] = other
                at -= step
            labels[at] = label
        step //= 3


@njit(cache=True, nogil=True)
def price_shift(
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
    ng,
    words,
    cut_bits,
    cut_duals,
    rest,
    grain,
    threshold,
    heuristic,
    max_labels,
):
    """Labels of a shift that may end below `threshold` (<= 0), and the closings that do.

    prices: (n,) int64, scaled; what visiting earns.
    ng: (n, words) uint64. cut_bits: (n,) uint64; cut_duals: (64,) int64 >= 0: two members' cost.
    rest: what `completion` says. heuristic: compare by minute, lunch and reduced cost only.
    Returns (best, complete, last, pred, closed_label, closed_rc, labels): no route has a reduced
    cost below `best` (the threshold, where none is found below it); `complete` is False when
    max_labels cut the search.
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
    total = 0
    heads = np.full(end + 2, NONE, np.int32)

    # settled labels by last visit, side by side for the comparison
    room = 64
    s_size = np.zeros(n, np.int64)
    s_rc = np.empty((n, room), np.int64)
    s_talk = np.empty((n, room), np.int32)
    s_count = np.empty((n, room), np.int32)
    s_lunch = np.empty((n, room), np.int8)
    s_cut = np.empty((n, room), np.uint64)
    s_mem = np.empty((words, n, room), np.uint64)

    closed_label = np.empty(1024, np.int32)
    closed_rc = np.empty(1024, np.int64)
    closed = 0
    best = min(np.int64(0), np.int64(threshold))
    complete = True
    least_service = np.int64(1 << 30)
    for i in range(n):
        least_service = min(least_service, before[i] + talk[i] + after[i])
    has_cuts = False
    for c in range(64):
        if cut_duals[c] != 0:
            has_cuts = True
    zero = np.uint64(0)
    one = np.uint64(1)
    begin_lunch = np.int8(0 if lunch_m > 0 else 1)

    batch = np.empty(1024, np.int32)
    least = np.full((n, 2, end // grain + 1), INFINITE, np.int64)
    for minute in range(start - 1, end + 1):
        # minute start - 1 stands for the start place
        if minute >= start:
            size = 0
            at = heads[minute]
            while at != NONE:
                if size == len(batch):
                    batch = grow(batch)
                batch[size] = at
                size += 1
                at = l_next[at]
            if size == 0:
                continue
            _sort(batch, size, l_rc, l_lunch)
        else:
            size = 1
        for k in range(size):
            if minute >= start:
                label = batch[k]
                i = np.int64(l_last[label])
                rc = l_rc[label]
                talked = np.int64(l_talk[label])
                count = np.int64(l_count[label])
                lunched = l_lunch[label]
                parity = l_cut[label]
                ready = np.int64(minute)
                dominated = False
                for s in range(s_size[i]):
                    if s_rc[i, s] > rc or s_lunch[i, s] < lunched:
                        continue
                    if not heuristic:
                        if s_talk[i, s] > talked and s_talk[i, s] + (end - minute) > max_talk:
                            continue
                        if (
                            s_count[i, s] > count
                            and s_count[i, s] + (end - minute) // least_service > max_visits
                        ):
                            continue
                        inside = True
                        for w in range(words):
                            if s_mem[w, i, s] & ~l_mem[w, label] != zero:
                                inside = False
                                break
                        if not inside:
                            continue
                        if has_cuts:
                            extra = s_cut[i, s] & ~parity
                            if extra != zero:
                                slack = rc - s_rc[i, s]
                                for c in range(64):
                                    if (extra >> np.uint64(c)) & one:
                                        slack -= cut_duals[c]
                                if slack < 0:
                                    continue
                    dominated = True
                    break
                if dominated:
                    continue
                if s_size[i] == room:
                    s_rc = _grow_rows(s_rc)
                    s_talk = _grow_rows(s_talk)
                    s_count = _grow_rows(s_count)
                    s_lunch = _grow_rows(s_lunch)
                    s_cut = _grow_rows(s_cut)
                    bigger = np.empty((words, n, 2 * room), np.uint64)
                    bigger[:, :, :room] = s_mem
                    s_mem = bigger
                    room *= 2
                s = s_size[i]
                s_size[i] += 1
                s_rc[i, s] = rc
                s_talk[i, s] = talked
                s_count[i, s] = count
                s_lunch[i, s] = lunched
                s_cut[i, s] = parity
                for w in range(words):
                    s_mem[w, i, s] = l_mem[w, label]
                # close the route
                if cost[i, n + 1] >= 0:
                    finish = INFINITE
                    back = arrival(slice_start, travel, i, n + 1, ready)
                    if lunched == 1:
                        finish = back
                    else:
                        if back <= end and max(back, lunch_e) + lunch_m <= lunch_l:
                            finish = back
                        elif max(ready, lunch_e) + lunch_m <= lunch_l:
                            finish = arrival(
                                slice_start, travel, i, n + 1, max(ready, lunch_e) + lunch_m
                            )
                    if finish <= end:
                        whole = rc + scale * cost[i, n + 1]
                        if whole < best:
                            best = whole
                        if whole < threshold:
                            if closed == len(closed_label):
                                closed_label = grow(closed_label)
                                closed_rc = grow(closed_rc)
                            closed_label[closed] = label
                            closed_rc[closed] = whole
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
                    continue
            for j in range(n):
                if cost[i, j] < 0 or talked + talk[j] > max_talk:
                    continue
                if i < n and (l_mem[j >> 6, label] >> np.uint64(j & 63)) & one:
                    continue
                arrive = arrival(slice_start, travel, i, j, ready)
                if arrive > end:
                    continue
                # ready to prepare the talk: without lunch, and with lunch on the way
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
                cheapest = INFINITE  # window cost of the untaken (or only) label so far
                cheapest_fed = INFINITE
                for step in range(steps_first[j], steps_first[j + 1]):
                    if steps_high[step] < arrive + before[j]:
                        continue
                    for way in range(2):
                        if way == 0:
                            at_start = max(arrive + before[j], steps_low[step])
                            now_lunched = lunched
                            if lunched == 0 and at_start + talk[j] + after[j] > lunch_l - lunch_m:
                                continue  # lunch could not be taken any more
                            if lunched == 0 and fed + before[j] <= at_start:
                                continue  # lunch costs no time: only the other way
                            if steps_cost[step] >= cheapest:
                                continue
                        else:
                            if fed == INFINITE or fed + before[j] > steps_high[step]:
                                continue
                            at_start = max(fed + before[j], steps_low[step])
                            now_lunched = np.int8(1)
                            if steps_cost[step] >= cheapest_fed:
                                continue
                        if at_start > steps_high[step]:
                            continue
                        done = at_start + talk[j] + after[j]
                        if done > end:
                            continue
                        new_rc = base + scale * steps_cost[step]
                        to_come = rest[j, now_lunched, done // grain]
                        if to_come >= INFINITE or new_rc + to_come >= threshold:
                            continue
                        if heuristic:
                            if least[j, now_lunched, done // grain] <= new_rc:
                                continue
                            least[j, now_lunched, done // grain] = new_rc
                        if way == 0:
                            cheapest = steps_cost[step]
                        else:
                            cheapest_fed = steps_cost[step]
                        if total == cap:
                            if total >= max_labels:
                                complete = False
                                break
                            l_last = grow(l_last)
                            l_rc = grow(l_rc)
                            l_talk = grow(l_talk)
                            l_count = grow(l_count)
                            l_lunch = grow(l_lunch)
                            l_pred = grow(l_pred)
                            l_next = grow(l_next)
                            l_cut = grow(l_cut)
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
                            kept = l_mem[w, label] & ng[j, w] if i < n else zero
                            if w == j >> 6:
                                kept |= one << np.uint64(j & 63)
                            l_mem[w, new] = kept
                        l_next[new] = heads[done]
                        heads[done] = new
                if not complete:
                    break
            if not complete:
                break
        if not complete:
            break
    return (
        best,
        complete,
        l_last[:total].copy(),
        l_pred[:total].copy(),
        closed_label[:closed].copy(),
        closed_rc[:closed].copy(),
        total,
    )
