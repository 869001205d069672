"""The routes of one shift, searched apart from the engine: what `recheck.py` prices with.

It knows `Problem` alone and shares no code with `column_generation/`. Routes here make no visit
twice (the engine prices a superset, ng-routes), so what is confirmed is never below what the engine
found. Prices are whole numbers. Labels are Python's integers; the table of what is still to come is
64-bit, and `Day.rest` refuses prices that could overflow it.

The search is best-first (Hart, Nilsson, Raphael 1968, "A formal basis for the heuristic
determination of minimum cost paths"): the first closed route that no open label can undercut is the
cheapest. One label makes another at the same visit needless when it is no later, has eaten if the
other has, is no dearer even after paying for the cuts of which it alone has exactly one visit, has
made no visit that the other still could, and has used up no more of talk and number of visits.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from routeplan.problem.problem import Problem

__all__ = ["Day", "Prices", "least_reduced_cost", "routes_below"]

Ints = npt.NDArray[np.int64]

NEVER = 1 << 40
"""Later than any day."""
SAFE = 1 << 58
"""No sum of prices and costs along a route comes near this, on either side of 0."""
INFINITE = 1 << 60
"""With any such sum added, still above SAFE; two of them still fit."""
SPAN = 30
"""Minutes that are worked out at once, at most: with more the tables outgrow the cache."""


@dataclass(frozen=True)
class Prices:
    """What a route earns and pays on one shift, besides its cost; all over `scale`."""

    scale: int
    earned: Mapping[int, int]
    """Visit → what making it on this shift earns; visits that are missing may not be on it."""
    cuts: Sequence[tuple[tuple[int, int, int], int]]
    """Three visits, and what a route with two of them pays (>= 0)."""


class _Label(NamedTuple):
    at_least: int
    """Of any route that begins like this; what labels are taken up by."""
    number: int
    """In order of making, so that labels compare without looking further."""
    reduced: int
    last: int
    minute: int
    """When the last visit is left."""
    fed: int
    visited: int  # bits
    one: int  # bits: the cuts with exactly one visit on board
    some: int  # bits: the cuts with any visit on board
    talk: int
    stops: int


class Day:
    """A shift as tables over minutes, whatever the prices are.

    Visits that have a window here are numbered 0 .. n - 1; n is the start place in rows, the end
    place in columns.
    """

    def __init__(self, problem: Problem, number: int) -> None:
        shift = problem.shifts[number]
        self.number, self.start, self.end = number, shift.start, shift.end
        self.max_visits, self.max_talk = shift.max_visits, shift.max_talk
        self.crowding, self.made = shift.crowding, shift.made
        self.has_break = shift.lunch is not None
        self.late = shift.end + 1
        """Stands for every minute after the shift."""
        self.visits = [
            index
            for index, visit in enumerate(problem.visits)
            if any(window.shift == number for window in visit.windows)
        ]
        own = [problem.visits[index] for index in self.visits]
        self.talk = [visit.talk for visit in own]
        matrix = problem.matrices[shift.matrix]
        rows = [*(visit.place for visit in own), shift.start_place]
        columns = [*(visit.place for visit in own), shift.end_place]

        def table(minutes: Sequence[Sequence[int]]) -> Ints:
            """(n + 1, n + 1) minutes; -1: no way; from or to nowhere it takes no time."""
            return np.array(
                [
                    [
                        0 if origin is None or place is None else minutes[origin][place]
                        for place in columns
                    ]
                    for origin in rows
                ],
                dtype=np.int64,
            )

        self.cost = table(matrix.minutes)
        np.fill_diagonal(self.cost[: len(own), : len(own)], -1)
        self._slices = [
            (begin, np.where((minutes < 0) | (self.cost < 0), NEVER, minutes))
            for begin, minutes in (
                [(part.start, table(part.minutes)) for part in matrix.slices]
                or [(0, table(matrix.minutes))]
            )
        ]
        self.done, self.paid = self._options(problem)
        self.shortest = min((visit.before + visit.talk + visit.after for visit in own), default=1)
        """Minutes that any visit takes at least."""
        self._arrivals: dict[int, list[list[int]]] = {}
        self.over = self._over()
        self.eaten, self.can_eat = self._breaks(problem)

    def _options(self, problem: Problem) -> tuple[Ints, Ints]:
        """(k, n, late + 1) each: when a visit is left and what its window costs, by the minute at
        which one is free to prepare it and by window; `late` where that cannot be."""
        number, size = self.number, len(self.visits)
        windows = [
            [window for window in problem.visits[index].windows if window.shift == number]
            for index in self.visits
        ]
        most = max(map(len, windows), default=0)
        done = np.full((most, size, self.late + 1), self.late, dtype=np.int64)
        paid = np.zeros((most, size, self.late + 1), dtype=np.int64)
        free = np.arange(self.late + 1)
        for j, (index, mine) in enumerate(zip(self.visits, windows, strict=True)):
            visit = problem.visits[index]
            for k, window in enumerate(mine):
                begin = np.maximum(free + visit.before, window.start)
                leave = begin + visit.talk + visit.after
                fits = (begin + visit.talk <= window.end) & (leave <= self.end)
                done[k, j] = np.where(fits, leave, self.late)
                paid[k, j] = window.cost
            for k in range(len(mine)):
                # A window that another one beats at this minute is not looked at.
                for other in range(len(mine)):
                    no_worse = (done[other, j] <= done[k, j]) & (paid[other, j] <= paid[k, j])
                    better = (done[other, j] < done[k, j]) | (paid[other, j] < paid[k, j])
                    beaten = no_worse & (better | (other < k))
                    if other != k:
                        done[k, j][beaten & (done[other, j] < self.late)] = self.late
        return done, paid

    def _over(self) -> list[int]:
        """By minute: bits of the visits that cannot be made any more by who is free then."""
        size = len(self.visits)
        nearest = np.min([minutes[:, :size] for _, minutes in self._slices], axis=(0, 1))
        over = [0] * (self.late + 1)
        for j in range(size):
            useful = np.flatnonzero((self.done[:, j] < self.late).any(axis=0))
            last = int(useful[-1]) - int(nearest[j]) if useful.size else -1
            for minute in range(max(0, last + 1), self.late + 1):
                over[minute] |= 1 << j
        return over

    def arrivals(self, minutes: Ints) -> Ints:
        """(k, n + 1, n + 1) first arrival of who is free at each of k minutes, be it after waiting
        for a quicker slice."""
        free = minutes[:, None, None]
        begin, last = self._slices[-1]
        best: Ints = np.minimum(np.maximum(free, begin) + last, self.late)
        for (begin, table), (over, _) in itertools.pairwise(self._slices):
            now = np.where(free < over, np.maximum(free, begin) + table, NEVER)
            np.minimum(best, now, out=best)
        return best

    def arrivals_from(self, row: int, minute: int) -> list[int]:
        known = self._arrivals.get(minute)
        if known is None:
            known = self._arrivals[minute] = self.arrivals(np.array([minute]))[0].tolist()
        return known[row]

    def _breaks(self, problem: Problem) -> tuple[list[int], list[bool]]:
        """By the minute at which one is free: when the break is over (`late`: after the shift, or
        not in time), and whether it can be taken at all, be it after the shift."""
        lunch = problem.shifts[self.number].lunch
        if lunch is None:
            return [self.late] * (self.late + 1), [False] * (self.late + 1)
        over = [max(free, lunch.earliest) + lunch.minutes for free in range(self.late + 1)]
        possible = [*(minute <= lunch.latest for minute in over[: self.late]), False]
        return [
            min(minute, self.late) if can else self.late
            for minute, can in zip(over, possible, strict=True)
        ], possible

    def rest(self, prices: Prices) -> tuple[Ints, Ints]:
        """The least that is still to come, visits may repeat and caps and cuts are forgotten:
        (2, n, late + 1) from leaving a visit at a minute, and from being free to prepare it; the
        first index says whether the break was taken. Above SAFE: no way home.

        Raises OverflowError when prices are so large that 64 bits might not hold a sum.
        """
        size, late = len(self.visits), self.late
        earned = np.array([prices.earned.get(v, 0) for v in self.visits], dtype=object)
        barred = np.array([v not in prices.earned for v in self.visits], dtype=np.bool_)
        widest = prices.scale * (
            int(self.cost.max(initial=0)) + int(self.paid.max(initial=0))
        ) + max((abs(price) for price in earned), default=0)
        if widest * (late + 1) >= SAFE:
            raise OverflowError
        # Exact from here on: no sum of numbers below comes near 64 bits.
        legs = np.where(self.cost < 0, INFINITE, prices.scale * np.maximum(self.cost, 0))
        spent = prices.scale * self.paid - earned.astype(np.int64)[:, None]
        left = np.full((2, size, late + 1), INFINITE, dtype=np.int64)
        free = np.full((2, size, late + 1), INFINITE, dtype=np.int64)
        column = np.arange(size)
        eaten, can_eat = np.array(self.eaten), np.array(self.can_eat)
        home_legs = legs[:size, size]

        def on(fed: int, there: Ints) -> Ints:
            """The least from being free at the next visit, by minute and visit."""
            rest = legs[:size, :size] + free[fed][column, there]
            least: Ints = rest.min(axis=2, initial=INFINITE)
            return least

        beyond = late
        while beyond > self.start:
            # A visit takes `shortest` minutes: who is free for it here leaves it after this span.
            first = max(self.start, beyond - min(self.shortest, SPAN))
            span, minutes = slice(first, beyond), np.arange(first, beyond)
            value = left[:, column[:, None], self.done[:, :, span]] + spent[:, :, span]
            lowest = value.min(axis=1, initial=INFINITE)
            free[:, :, span] = np.where(barred[:, None], INFINITE, lowest)
            beyond = first
            reached = self.arrivals(minutes)
            there, home = reached[:, :size, :size], reached[:, :size, size]
            end = np.where(home <= self.end, home_legs, INFINITE)
            left[1, :, span] = np.minimum(on(1, there), end).T
            able = can_eat[minutes]
            if able.any():
                there, home, over = there[able], home[able], eaten[minutes[able]]
                after = self.arrivals(over)
                fed_there = np.minimum(eaten[there], after[:, :size, :size])
                in_time = can_eat[home] | (after[:, :size, size] <= self.end)
                end = np.where(in_time, home_legs, INFINITE)
                least = np.minimum(np.minimum(on(0, there), on(1, fed_there)), end)
                left[0][:, minutes[able]] = least.T
        return left, free


class _Search:
    """Labels of one shift for given prices."""

    def __init__(self, day: Day, prices: Prices) -> None:
        self.day, self.scale = day, prices.scale
        # Views, as lists of all these numbers would take longer than the search itself.
        left, free = day.rest(prices)
        self.left, self.free, self.done = left.data, free.data, day.done.data
        self.cost: list[list[int]] = day.cost.tolist()
        self.paid: list[list[int]] = day.paid[:, :, 0].T.tolist()
        self.earned = [prices.earned.get(visit, 0) for visit in day.visits]
        self.open = [j for j, visit in enumerate(day.visits) if visit in prices.earned]
        self.pays = [paid for _, paid in prices.cuts]
        self.cuts_of = [
            sum(1 << c for c, (cut, _) in enumerate(prices.cuts) if visit in cut)
            for visit in day.visits
        ]
        self.made = 0

    def paid_for(self, cuts: int) -> int:
        total = 0
        while cuts:
            lowest = cuts & -cuts
            total += self.pays[lowest.bit_length() - 1]
            cuts ^= lowest
        return total

    def root(self) -> _Label:
        """Nothing made yet, at the start place."""
        day = self.day
        fed = int(not day.has_break)
        return _Label(-INFINITE, 0, 0, len(day.visits), day.start, fed, 0, 0, 0, 0, 0)

    def extended(self, label: _Label, below: int) -> list[_Label]:
        """The labels one visit longer from which a route below a reduced cost could come."""
        day = self.day
        made: list[_Label] = []
        if label.stops == day.max_visits:
            return made
        row, minute = label.last, label.minute
        there = day.arrivals_from(row, minute)
        fed_first = None
        if not label.fed:
            first = day.eaten[minute]
            if row == len(day.visits):  # before the whole route: be it before the shift
                first = max(minute, day.eaten[0])
            fed_first = day.arrivals_from(row, first) if first < day.late else None
        costs = self.cost[row]
        for j in self.open:
            if label.visited >> j & 1 or costs[j] < 0 or label.talk + day.talk[j] > day.max_talk:
                continue
            beside = day.crowding * (day.made + label.stops)
            reduced = label.reduced + self.scale * (costs[j] + beside)
            cuts = self.cuts_of[j]
            crossed = cuts & label.one
            if crossed:
                reduced += self.paid_for(crossed)
            at = there[j]
            ways = [(label.fed, at)]
            if not label.fed:
                fed_at = day.eaten[at]
                if fed_first is not None:
                    fed_at = min(fed_at, fed_first[j])
                ways.append((1, fed_at))
            for fed, ready in ways:
                if reduced + self.free[fed, j, ready] >= below:
                    continue
                for window, paid in enumerate(self.paid[j]):
                    leave = self.done[window, j, ready]
                    whole = reduced + self.scale * paid - self.earned[j]
                    at_least = whole + self.left[fed, j, leave]
                    if at_least < below:
                        self.made += 1
                        made.append(
                            _Label(
                                at_least,
                                self.made,
                                whole,
                                j,
                                leave,
                                fed,
                                label.visited | 1 << j,
                                label.one & ~crossed | cuts & ~label.some,
                                label.some | cuts,
                                label.talk + day.talk[j],
                                label.stops + 1,
                            )
                        )
        return made

    def closed(self, label: _Label) -> int | None:
        """The reduced cost of the route that ends here; None: not home in time, or not fed."""
        day, home = self.day, len(self.day.visits)
        if self.cost[label.last][home] < 0:
            return None
        back = day.arrivals_from(label.last, label.minute)[home]
        if not label.fed and not (day.can_eat[back]):
            first = day.eaten[label.minute]
            back = day.arrivals_from(label.last, first)[home] if first < day.late else day.late
        if back > day.end:
            return None
        return label.reduced + self.scale * self.cost[label.last][home]


def least_reduced_cost(day: Day, prices: Prices, most: int | None = None) -> int:
    """Of all routes of the shift, and of staying at home (0). Raises OverflowError as `rest`.

    After taking up `most` labels: what no route can undercut, which may be less.
    """
    search = _Search(day, prices)
    best = 0
    heap = search.extended(search.root(), best)
    heapq.heapify(heap)
    settled: list[list[_Label]] = [[] for _ in day.visits]
    for taken in itertools.count():
        if not heap:
            break
        label = heapq.heappop(heap)
        if label.at_least >= best:
            break
        if taken == most:
            return label.at_least
        if any(_needless(search, other, label) for other in settled[label.last]):
            continue
        settled[label.last].append(label)
        closed = search.closed(label)
        if closed is not None:
            best = min(best, closed)
        for longer in search.extended(label, best):
            heapq.heappush(heap, longer)
    return best


def _needless(search: _Search, other: _Label, label: _Label) -> bool:
    """Whether `other`, at the same last visit, makes `label` needless."""
    if (
        other.reduced > label.reduced
        or other.minute > label.minute
        or other.fed < label.fed
        or other.stops > label.stops
        or other.talk > label.talk
        or other.visited & ~label.visited & ~search.day.over[label.minute]
    ):
        return False
    alone = other.one & ~label.one
    return not alone or other.reduced + search.paid_for(alone) <= label.reduced


def routes_below(
    day: Day, prices: Prices, below: int, most: int
) -> dict[frozenset[int], int] | None:
    """The visits (of the problem) of every route with a reduced cost below a limit, each with the
    least cost in minutes of any order; None: more than `most` labels.

    Only labels with the same visits and last visit are compared, so no set of visits is lost.
    """
    search, below = _Search(day, prices), min(below, SAFE)
    layer = search.extended(search.root(), below)
    found: dict[int, int] = {}
    seen = 0
    while layer:
        seen += len(layer)
        if seen > most:
            return None
        kept: dict[tuple[int, int], list[_Label]] = {}
        for label in sorted(layer, key=lambda label: (label.minute, label.reduced, -label.fed)):
            alike = kept.setdefault((label.last, label.visited), [])
            if any(other.reduced <= label.reduced and other.fed >= label.fed for other in alike):
                continue
            alike.append(label)
        layer = []
        for labels in kept.values():
            for label in labels:
                closed = search.closed(label)
                if closed is not None and closed < below:
                    found[label.visited] = min(closed, found.get(label.visited, closed))
                layer.extend(search.extended(label, below))
    return {
        frozenset(_members(day.visits, visited)): _cost(search, visited, reduced)
        for visited, reduced in found.items()
    }


def _members(visits: Collection[int], bits: int) -> list[int]:
    return [visit for j, visit in enumerate(visits) if bits >> j & 1]


def _cost(search: _Search, visited: int, reduced: int) -> int:
    """Minutes: a route's reduced cost without prices and cuts."""
    own = [j for j in range(len(search.earned)) if visited >> j & 1]
    hit = sum(
        paid
        for c, paid in enumerate(search.pays)
        if sum(search.cuts_of[j] >> c & 1 for j in own) >= 2
    )
    cost, rest = divmod(reduced + sum(search.earned[j] for j in own) - hit, search.scale)
    if rest:
        raise AssertionError("a route's cost is no whole number of minutes")
    return cost
