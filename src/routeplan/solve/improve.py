"""Large neighbourhood search: take related visits out, put them back better, keep what pays.

Christiaens, Vanden Berghe (2020), "Slack induction by string removals for vehicle routing
problems": strings of neighbouring visits are removed from a few routes and reinserted greedily,
under simulated annealing. Here visits may stay out, so those left out compete at each insertion.
All work is counted in rounds and all chance comes from one seeded source, so a number of rounds
always ends at the same routes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence

from routeplan.problem.problem import Problem
from routeplan.solve.day import Day, Days
from routeplan.solve.tables import NO_WAY, tables_of

__all__ = ["Search"]

MEAN_REMOVED = 20
LONGEST_STRING = 10
SPLIT = 0.5
"""How often a string leaves a substring in place."""
SPLIT_GROWS = 0.99
"""How often that substring is not made longer still."""
BLINK = 0.02
"""How often an insertion overlooks a route."""
CANDIDATES = 30
"""Left-out visits that compete in a round, at most."""
HOT, COLD = 60.0, 1.0
"""Temperatures, in minutes of travel."""
CYCLE = 4_000
"""Rounds from hot to cold; then from hot again, starting at the best."""
ORDER_CHANCES = (4, 3, 2, 2, 1, 2)
"""How often the orders of insertion are used: blurred, then those of `_insertion_ranks`."""
BLUR = 0.4
"""The blurred order goes by worth a minute, times anything from 1 - BLUR to 1 + BLUR."""


class _State:
    """Routes by shift, each visit's shift (-1: left out), and what they cost."""

    __slots__ = ("at", "cost", "days")

    def __init__(self, days: list[Day], at: list[int], cost: int) -> None:
        self.days = days
        self.at = at
        self.cost = cost

    def copy(self) -> _State:
        return _State(list(self.days), list(self.at), self.cost)


class Search:
    """The routes of one problem while they are worked on."""

    def __init__(self, problem: Problem, seed: int) -> None:
        visits = range(len(problem.visits))
        self._chance = random.Random(seed)  # noqa: S311
        self._known = [Days(table) for table in tables_of(problem)]
        self._value = [
            problem.required_penalty if visit.required else visit.worth for visit in problem.visits
        ]
        self._optional = [not visit.required for visit in problem.visits]
        self._shifts = [
            [shift for shift, known in enumerate(self._known) if known.table.reaches[visit]]
            for visit in visits
        ]
        self._ties = [(tie.first, tie.second) for tie in problem.ties]
        tied = {visit for tie in self._ties for visit in tie}
        chosen = {visit for choice in problem.choices for visit in choice.visits}
        self._held = tied | chosen
        """Visits that stay where they are put: one means another."""
        self._tied_to = dict(self._ties) | {second: first for first, second in self._ties}
        self._able = {visit: self._shifts[visit] for visit in self._held}
        for visit in self._held:
            self._shifts[visit] = []
        self._choices = [
            (choice.visits, problem.required_penalty if choice.required else choice.worth)
            for choice in problem.choices
        ]
        self._dates = [problem.days[shift.day].toordinal() for shift in problem.shifts]
        self._gaps: list[list[tuple[int, int, int]]] = [[] for _ in visits]
        """Per visit: (other, sign, days), meaning sign x (own date - other's date) >= days."""
        for gap in problem.gaps:
            self._gaps[gap.second].append((gap.first, 1, gap.days))
            self._gaps[gap.first].append((gap.second, -1, gap.days))
        self._near = _neighbours(problem)
        self._worth_a_minute = [
            visit.worth / (visit.before + visit.talk + visit.after) for visit in problem.visits
        ]
        self._ranks = _insertion_ranks(problem, self._known)
        self.seen: dict[tuple[int, tuple[int, ...]], int] = {}
        """Cost of every route that was ever kept: shift and visits in order."""
        self._best = self._nothing()
        self.take(())

    @property
    def cost(self) -> int:
        """Of the best solution so far."""
        return self._best.cost

    @property
    def routes(self) -> list[tuple[int, tuple[int, ...]]]:
        """The best so far: shift and visits in order, of the routes that are not empty."""
        return [(shift, day.visits) for shift, day in enumerate(self._best.days) if day.visits]

    def take(self, routes: Iterable[tuple[int, Sequence[int]]]) -> bool:
        """Try routes (shift, visits in order) as they are, as far as they are possible.

        Where not, what is required or worth more stays; all that is left out is then offered the
        time that is free. Returns whether that is better than the best so far.
        """
        wanted: list[tuple[int, list[int]]] = []
        seen: set[int] = set()
        for shift, visits in routes:
            wanted.append((shift, [visit for visit in dict.fromkeys(visits) if visit not in seen]))
            seen.update(visits)
        state = self._as_they_are(wanted) or self._as_far_as_possible(wanted)
        if not self._keeps_ties(state.at):
            wanted = [
                (shift, [v for v in visits if v not in self._held]) for shift, visits in wanted
            ]
            state = self._as_far_as_possible(wanted)
        better = False
        for choices_first in (False, True) if self._choices else (False,):
            trial = state.copy()
            if choices_first:
                self._insert_choices(trial)
            left_out = [visit for visit, shift in enumerate(trial.at) if shift < 0]
            self._insert(trial, sorted(left_out, key=self._ranks[0].__getitem__), 0.0)
            self._insert_choices(trial)
            better = self._keep_if_better(trial) or better
        return better

    def run(self, rounds: int, go_on: Callable[[bool], bool]) -> int:
        """Search for `rounds` rounds; after each, `go_on(better)` says whether to go on.

        Returns the number of rounds made.
        """
        if not any(self._shifts):
            return rounds
        cycle = math.ceil(rounds / max(1, rounds // CYCLE))
        now = self._best
        for number in range(rounds):
            step = number % cycle
            if step == 0:
                now = self._best
            temperature = HOT * (COLD / HOT) ** (step / cycle)
            trial = now.copy()
            order = self._ruin(trial)
            self._insert(trial, order, BLINK)
            better = self._keep_if_better(trial)
            if trial.cost < now.cost - temperature * math.log(1.0 - self._chance.random()):
                now = trial
                for shift, day in enumerate(now.days):
                    if day.visits:
                        self.seen[shift, day.visits] = day.cost
            if not go_on(better):
                return number + 1
        return rounds

    def _as_they_are(self, routes: list[tuple[int, list[int]]]) -> _State | None:
        state = self._nothing()
        for shift, visits in routes:
            day = self._known[shift].day(tuple(visits))
            if day is None:
                return None
            state.days[shift] = day
            for visit in visits:
                state.at[visit] = shift
        kept = all(
            shift < 0 or self._keeps_gaps(visit, shift, state.at)
            for visit, shift in enumerate(state.at)
        )
        return state if kept else None

    def _as_far_as_possible(self, routes: list[tuple[int, list[int]]]) -> _State:
        state = self._nothing()
        for shift, visits in routes:
            kept: set[int] = set()
            for visit in sorted(visits, key=lambda visit: (-self._value[visit], visit)):
                more = tuple(other for other in visits if other in kept or other == visit)
                day = self._known[shift].day(more)
                if day is not None and self._keeps_gaps(visit, shift, state.at):
                    kept.add(visit)
                    state.days[shift], state.at[visit] = day, shift
        return state

    def _nothing(self) -> _State:
        days = [known.empty for known in self._known]
        none_made = sum(worth for _, worth in self._choices)
        return _State(days, [-1] * len(self._value), sum(self._value) + none_made)

    def _keep_if_better(self, state: _State) -> bool:
        state.cost = sum(day.cost for day in state.days) + sum(
            value for value, shift in zip(self._value, state.at, strict=True) if shift < 0
        )
        for visits, worth in self._choices:
            if all(state.at[visit] < 0 for visit in visits):
                state.cost += worth
        if state.cost < self._best.cost:
            self._best = state
            return True
        return False

    def _ruin(self, state: _State) -> list[int]:
        """Remove strings around some visit; returns what to insert, in order."""
        chance, days, at = self._chance, state.days, state.at
        seed = chance.randrange(len(at))
        while not self._shifts[seed]:
            seed = chance.randrange(len(at))
        used = [len(day.visits) for day in days if day.visits]
        removed: list[int] = []
        if used:
            longest = min(LONGEST_STRING, max(1.0, sum(used) / len(used)))
            most = 4 * MEAN_REMOVED / (1 + longest) - 1
            strings = int(chance.uniform(1, most + 1))
            ruined: set[int] = set()
            # A visit that is out gets room where it could go.
            able = set(self._shifts[seed]) if at[seed] < 0 else None
            for visit in self._near[seed]:
                if len(ruined) == strings:
                    break
                shift = at[visit]
                if shift < 0 or shift in ruined or (able is not None and shift not in able):
                    continue
                if not self._held.isdisjoint(days[shift].visits):
                    continue
                ruined.add(shift)
                order = days[shift].visits
                length = int(chance.uniform(1, min(len(order), longest) + 1))
                gone = self._string(order, order.index(visit), length)
                left = tuple(other for other in order if other not in gone)
                shorter = self._known[shift].day(left)
                if shorter is None:  # without the triangle inequality, less may take longer
                    shorter, gone = self._known[shift].empty, set(order)
                days[shift] = shorter
                for other in order:
                    if other in gone:
                        at[other] = -1
                        removed.append(other)
        fresh = set(removed)
        out = [visit for visit in self._near[seed] if at[visit] < 0 and visit not in fresh]
        if len(out) > CANDIDATES:  # half of them the nearest, half any
            half = CANDIDATES // 2
            out = out[:half] + chance.sample(out[half:], half)
        order_by = chance.choices(range(len(ORDER_CHANCES)), ORDER_CHANCES)[0]
        chosen = removed + out
        if order_by == 0:
            blurred = {
                visit: self._worth_a_minute[visit] * chance.uniform(1 - BLUR, 1 + BLUR)
                for visit in chosen
            }
            return sorted(chosen, key=lambda visit: (self._optional[visit], -blurred[visit]))
        return sorted(chosen, key=self._ranks[order_by - 1].__getitem__)

    def _string(self, order: tuple[int, ...], position: int, length: int) -> set[int]:
        """`length` visits in a row including that at `position`, perhaps with a part left in."""
        chance, size, skip = self._chance, len(order), 0
        if 1 < length < size and chance.random() < SPLIT:
            skip = 1
            while length + skip < size and chance.random() > SPLIT_GROWS:
                skip += 1
        span = length + skip
        first = chance.randint(max(0, position - span + 1), min(position, size - span))
        gone = list(order[first : first + span])
        if skip:
            keep = chance.randint(1, length - 1)
            del gone[keep : keep + skip]
        return set(gone)

    def _insert(self, state: _State, order: Iterable[int], blink: float) -> None:
        """Put each visit where it costs least more, if that is less than leaving it out."""
        days, at, known, chance = state.days, state.at, self._known, self._chance
        for visit in order:
            best, chosen, position = self._value[visit], -1, -1
            tied = self._gaps[visit]
            for shift in self._shifts[visit]:
                day = days[shift]
                offer = day.offers.get(visit) or known[shift].offer(day, visit)
                if (
                    offer[0] < best
                    and not (blink and chance.random() < blink)
                    and (not tied or self._keeps_gaps(visit, shift, at))
                ):
                    best, position = offer
                    chosen = shift
            if chosen >= 0:
                days[chosen] = known[chosen].longer(days[chosen], visit, position)
                at[visit] = chosen

    def _insert_choices(self, state: _State) -> None:
        """Make of each choice that visit, with the one tied to it, which costs least more."""
        for visits, worth in sorted(self._choices, key=lambda choice: (-choice[1], choice[0])):
            if any(state.at[visit] >= 0 for visit in visits):
                continue
            best = worth
            chosen: list[tuple[int, int, int]] = []
            for visit in visits:
                tied = self._tied_to.get(visit)
                pair = (visit,) if tied is None else (visit, tied)
                offers = [self._best_offer(state, one) for one in pair]
                if (cost := sum(cost for cost, _, _ in offers)) < best:
                    best = cost
                    chosen = [
                        (one, at, pos) for one, (_, at, pos) in zip(pair, offers, strict=True)
                    ]
            if len({shift for _, shift, _ in chosen}) < len(chosen):
                continue  # one person cannot be both
            for visit, shift, position in chosen:
                state.days[shift] = self._known[shift].longer(state.days[shift], visit, position)
                state.at[visit] = shift

    def _best_offer(self, state: _State, visit: int) -> tuple[int, int, int]:
        """(cost, shift, position) of a visit that is held, NO_WAY where it fits nowhere."""
        offers = [
            (cost, shift, position)
            for shift in self._able[visit]
            if self._keeps_gaps(visit, shift, state.at)
            for cost, position in [self._known[shift].offer(state.days[shift], visit)]
        ]
        return min(offers, default=(NO_WAY, -1, -1))

    def _keeps_ties(self, at: list[int]) -> bool:
        return all((at[first] < 0) == (at[second] < 0) for first, second in self._ties) and all(
            sum(at[visit] >= 0 for visit in visits) <= 1 for visits, _ in self._choices
        )

    def _keeps_gaps(self, visit: int, shift: int, at: list[int]) -> bool:
        date = self._dates[shift]
        return all(
            at[other] < 0 or sign * (date - self._dates[at[other]]) >= days
            for other, sign, days in self._gaps[visit]
        )


def _neighbours(problem: Problem) -> list[list[int]]:
    """Per visit: all visits, itself first, then by typical minutes there and back."""
    import numpy as np

    if not problem.visits:
        return []
    places = sorted({visit.place for visit in problem.visits})
    row = {place: number for number, place in enumerate(places)}
    apart = np.full((len(places), len(places)), NO_WAY, dtype=np.int64)
    for matrix in problem.matrices:
        there = np.array(matrix.minutes, dtype=np.int64)[np.ix_(places, places)]
        back = there.T
        np.minimum(apart, np.where((there < 0) | (back < 0), NO_WAY, there + back), out=apart)
    at = [row[visit.place] for visit in problem.visits]
    between = apart[np.ix_(at, at)]
    np.fill_diagonal(between, -1)
    nearest: list[list[int]] = between.argsort(axis=1, kind="stable").tolist()
    return nearest


def _insertion_ranks(problem: Problem, known: Sequence[Days]) -> list[list[int]]:
    """Orders of insertion, as a rank per visit: required ones first, then
    worth per minute, worth, far from the start, near the start, short of windows.
    """

    def from_start(visit: int) -> int:
        return min(
            (
                days.table.travel.typical[days.table.start_place][problem.visits[visit].place]
                for days in known
                if days.table.reaches[visit]
            ),
            default=0,
        )

    def freedom(visit: int) -> int:
        return sum(last - first for days in known for first, last, _ in days.table.reaches[visit])

    every = range(len(problem.visits))
    stays = [visit.before + visit.talk + visit.after for visit in problem.visits]
    criteria: list[Callable[[int], float]] = [
        lambda visit: -problem.visits[visit].worth / stays[visit],
        lambda visit: -problem.visits[visit].worth,
        lambda visit: -from_start(visit),
        from_start,
        freedom,
    ]
    ranks: list[list[int]] = []
    for criterion in criteria:
        order = sorted(
            every, key=lambda visit: (not problem.visits[visit].required, criterion(visit), visit)
        )
        rank = [0] * len(order)
        for place, visit in enumerate(order):
            rank[visit] = place
        ranks.append(rank)
    return ranks
