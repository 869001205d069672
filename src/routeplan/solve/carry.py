"""A bound for a changed problem, from the prices of the one before: nothing is searched.

Any prices bound any problem (`proof.py`). For those of the problem before, the least reduced cost
of each shift's routes is known. On a shift where every route is one of before and costs as much at
least, it still holds; other shifts are priced anew. That is how a re-plan says at once how
good it is: most events take visits, hours or minutes away from few shifts and give none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from routeplan.problem.problem import Problem, Visit, Window
from routeplan.solve.components import Part, split
from routeplan.solve.joint import Grid, on_grid
from routeplan.solve.proof import CutPrice, GapPrice, Leaf, PartProof, Proof
from routeplan.solve.result import Solved
from routeplan.travel.matrix import TravelMatrix

__all__ = ["Carried", "carry"]

PRICED = 6
"""Shifts priced anew in any case: those that lost most visits of price may have become dearer."""
MOST_PRICED = 12
"""Shifts priced anew at most: each takes some hundredths of a second."""
MOST_LABELS = 2_000
"""In pricing a shift; what no route can undercut by then bounds it, too."""

Key = tuple[object, ...]
_Rows = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Carried:
    """What no solution of the problem costs less than, in minutes, and why."""

    bound: int
    proof: Proof


def carry(problem: Problem, earlier: Solved) -> Carried | None:
    """The bound of `problem` by the prices of `earlier`; None: it has none, or too much changed."""
    before = earlier.result.proof
    if before is None:
        return None
    old, new = _Planned.of(earlier.problem), _Planned.of(problem)
    prices = _Prices(scale=before.scale)
    for known in before.parts:
        leaf = known.relaxed or known.tree
        if not isinstance(leaf, Leaf) or len(known.least) < len(known.shifts):
            return None
        prices.take(old.problem, known, leaf)
    match = _Match(old, new)
    parts = split(new.problem)
    leaves = [_leaf(part, match, prices) for part in parts]
    changed = {
        shift
        for part, leaf in zip(parts, leaves, strict=True)
        for shift in match.earning_more(part, leaf, prices.visit)
    }
    changed |= {
        shift
        for part in parts
        for shift in part.shifts
        if not match.no_cheaper(shift, prices.least)
    }
    if len(changed) > MOST_PRICED:
        return None
    others = {shift for part in parts for shift in part.shifts} - changed
    by_loss = sorted(others, key=lambda shift: (-match.lost(shift, prices.visit), shift))
    changed |= set(by_loss[: max(0, PRICED - len(changed))])
    bound, proofs = _never_made(new.problem, parts), list[PartProof]()
    for part, leaf in zip(parts, leaves, strict=True):
        try:
            least = tuple(
                _priced(new.problem, part, leaf, shift, prices.scale)
                if shift in changed
                else prices.least[match.shift[shift]]
                for shift in part.shifts
            )
        except OverflowError:
            return None
        proofs.append(PartProof(visits=part.visits, shifts=part.shifts, tree=leaf, least=least))
        value = _value(new.problem, part, leaf, least, prices.scale)
        bound += max(0, -(-value // prices.scale))
    return Carried(bound, Proof(scale=prices.scale, parts=tuple(proofs)))


@dataclass(frozen=True)
class _Planned:
    """A problem as the engine plans it, with names for its visits and shifts that last."""

    problem: Problem
    visits: tuple[Key, ...]
    shifts: tuple[Key, ...]

    @classmethod
    def of(cls, problem: Problem) -> _Planned:
        grid = on_grid(problem)
        planned = problem if grid is None else grid.problem
        shifts = tuple((shift.manager, problem.days[shift.day]) for shift in problem.shifts)
        names: list[Key] = [(visit.id,) for visit in planned.visits]
        if grid is not None:
            _name_pairs(problem, grid, shifts, names)
        return cls(planned, tuple(names), shifts)


def _name_pairs(problem: Problem, grid: Grid, shifts: Sequence[Key], names: list[Key]) -> None:
    for (first, one, two, start), pair in grid.pairs.items():
        for number, visit in enumerate(pair):
            names[visit] = (problem.visits[first].id, shifts[one], shifts[two], start, number)


@dataclass
class _Prices:
    """Of the whole problem before, scaled."""

    scale: int
    visit: dict[int, int] = field(default_factory=dict)
    gaps: list[GapPrice] = field(default_factory=list)
    cuts: list[CutPrice] = field(default_factory=list)
    choice: dict[int, int] = field(default_factory=dict)
    """By each visit of the choice."""
    tie: dict[int, int] = field(default_factory=dict)
    """By the first of the two."""
    least: dict[int, int] = field(default_factory=dict)
    """By shift."""

    def take(self, problem: Problem, part: PartProof, leaf: Leaf) -> None:
        own = set(part.visits)
        self.visit.update(zip(part.visits, leaf.visits, strict=True))
        self.gaps += leaf.gaps
        self.cuts += leaf.cuts
        choices = [choice for choice in problem.choices if not own.isdisjoint(choice.visits)]
        for choice, price in zip(choices, leaf.choices, strict=True):
            self.choice.update(dict.fromkeys(choice.visits, price))
        ties = [tie for tie in problem.ties if tie.first in own]
        self.tie.update({tie.first: p for tie, p in zip(ties, leaf.ties, strict=True)})
        self.least.update(zip(part.shifts, part.least, strict=True))


class _Match:
    """What of a problem is what in the one before."""

    def __init__(self, old: _Planned, new: _Planned) -> None:
        self.old, self.new = old.problem, new.problem
        visit_of = {name: number for number, name in enumerate(old.visits)}
        shift_of = {name: number for number, name in enumerate(old.shifts)}
        self.visit = [visit_of.get(name, -1) for name in new.visits]
        """Visit → the same before; -1: it is new."""
        self.shift = {
            number: shift_of[name] for number, name in enumerate(new.shifts) if name in shift_of
        }
        self.now = {old: number for number, old in enumerate(self.visit) if old >= 0}
        """Visit before → visit."""
        self._on, self._were_on = _on_shifts(self.new), _on_shifts(self.old)
        self._slower = cache(self._as_slow)

    def no_cheaper(self, shift: int, least: Mapping[int, int]) -> bool:
        """Whether every route of a shift is one of before that cost no more."""
        before = self.shift.get(shift)
        if before is None or before not in least:
            return False
        now, then = self.new.shifts[shift], self.old.shifts[before]
        within = (
            now.start >= then.start
            and now.end <= then.end
            and now.max_visits <= then.max_visits
            and now.max_talk <= then.max_talk
            and now.crowding >= then.crowding
            and now.made >= then.made
            and (now.start_place is None) == (then.start_place is None)
            and (now.end_place is None) == (then.end_place is None)
        )
        if then.lunch is not None and within:
            within = (
                now.lunch is not None
                and now.lunch.minutes >= then.lunch.minutes
                and now.lunch.earliest >= then.lunch.earliest
                and now.lunch.latest <= then.lunch.latest
            )
        return (
            within
            and all(self._no_freer(visit, shift, before) for visit in self._on[shift])
            and self._slow_enough(shift, before)
        )

    def earning_more(self, part: Part, leaf: Leaf, prices: Mapping[int, int]) -> set[int]:
        """Shifts of a visit whose price is new or has risen."""
        return {
            shift
            for visit, price in zip(part.visits, leaf.visits, strict=True)
            if price > prices.get(self.visit[visit], price - 1)
            for shift in self.new.windows_by_shift[visit]
        }

    def lost(self, shift: int, prices: Mapping[int, int]) -> int:
        """What the visits were priced at that could be made on a shift before, and not now."""
        here = {self.visit[visit] for visit in self._on[shift]}
        gone = set(self._were_on[self.shift[shift]]) - here
        return sum(max(0, prices.get(visit, 0)) for visit in gone)

    def _no_freer(self, visit: int, shift: int, before: int) -> bool:
        """Whether a visit's windows on a shift lie in those of before, at no lower cost."""
        known = self.visit[visit]
        if known < 0:
            return False
        now, then = self.new.visits[visit], self.old.visits[known]
        old = self.old.windows_by_shift[known].get(before, ())
        return (
            now.talk == then.talk
            and now.before >= then.before
            and now.after >= then.after
            and all(
                any(_holds(one, window) for one in old)
                for window in self.new.windows_by_shift[visit][shift]
            )
        )

    def _slow_enough(self, shift: int, before: int) -> bool:
        """Whether no way of a shift is shorter than before."""
        now, then = self.new.shifts[shift], self.old.shifts[before]
        pairs = {
            (self.new.visits[visit].place, self.old.visits[known].place)
            for visit in self._on[shift]
            if (known := self.visit[visit]) >= 0
        }
        for new, old in ((now.start_place, then.start_place), (now.end_place, then.end_place)):
            if new is not None and old is not None:
                pairs.add((new, old))
        return self._slower(now.matrix, then.matrix, tuple(sorted(pairs)))

    def _as_slow(self, now: int, then: int, pairs: tuple[tuple[int, int], ...]) -> bool:
        here, there = self.new.matrices[now], self.old.matrices[then]
        starts = sorted({0} | {part.start for one in (here, there) for part in one.slices})
        tables: list[tuple[_Rows, _Rows]] = [(here.minutes, there.minutes)]
        tables += [(_minutes_from(here, start), _minutes_from(there, start)) for start in starts]
        for mine, other in tables:
            for new_row, old_row in pairs:
                row, before = mine[new_row], other[old_row]
                for new, old in pairs:
                    if row[new] >= 0 and not 0 <= before[old] <= row[new]:
                        return False
        return True


def _minutes_from(matrix: TravelMatrix, start: int) -> _Rows:
    """The table in force at a minute."""
    known = [part.minutes for part in matrix.slices if part.start <= start]
    return known[-1] if known else matrix.minutes


def _holds(one: Window, other: Window) -> bool:
    return one.start <= other.start and other.end <= one.end and one.cost <= other.cost


def _on_shifts(problem: Problem) -> list[list[int]]:
    """Per shift: the visits that have a window there."""
    on: list[list[int]] = [[] for _ in problem.shifts]
    for visit, windows in enumerate(problem.windows_by_shift):
        for shift in windows:
            on[shift].append(visit)
    return on


def _leaf(part: Part, match: _Match, prices: _Prices) -> Leaf:
    """The prices of before for a part, with the rows that still mean something there.

    Where a row has lost visits, prices change so that no reduced cost falls: the price of a gap
    goes to the visit that is left; in a cut with two left, any other visit takes the third place.
    """
    own, new = set(part.visits), match.new
    price = _visit_prices(part, match, prices)
    days, days_before = _days_apart(new), _days_apart(match.old)
    gaps: list[GapPrice] = []
    for gap in prices.gaps:
        first, second = match.now.get(gap.first, -1), match.now.get(gap.second, -1)
        still = match.old.days == new.days and {first, second} <= own
        if still and days.get((first, second), -1) >= days_before[gap.first, gap.second]:
            gaps.append(gap.model_copy(update={"first": first, "second": second}))
            continue
        for visit in {first, second} & own:
            price[visit] += gap.price
    cuts: list[CutPrice] = []
    for cut in prices.cuts:
        left = [now for visit in cut.visits if (now := match.now.get(visit, -1)) in own]
        if len(left) == 2:
            left += [visit for visit in part.visits if visit not in left][:1]
        if len(left) == 3:
            cuts.append(CutPrice(visits=(left[0], left[1], left[2]), price=cut.price))
        elif len(left) == 2:
            price[left[0]] += cut.price
    choices, ties = _choices_and_ties(part, match, prices, price)
    return Leaf(
        visits=tuple(price[visit] for visit in part.visits),
        gaps=tuple(gaps),
        cuts=tuple(cuts),
        choices=choices,
        ties=ties,
    )


def _days_apart(problem: Problem) -> dict[tuple[int, int], int]:
    """What all gaps of two visits ask for."""
    found: dict[tuple[int, int], int] = {}
    for gap in problem.gaps:
        both = gap.first, gap.second
        found[both] = max(gap.days, found.get(both, 0))
    return found


def _visit_prices(part: Part, match: _Match, prices: _Prices) -> dict[int, int]:
    """Those of before; a visit that is new gets what most earn for as many minutes."""
    stays = {visit: _stay(match.new.visits[visit]) for visit in part.visits}
    known = {
        visit: prices.visit[old]
        for visit in part.visits
        if (old := match.visit[visit]) in prices.visit
    }
    a_minute = sorted(price // stays[visit] for visit, price in known.items())
    usual = a_minute[len(a_minute) // 2] if a_minute else 0
    return {
        visit: known[visit]
        if visit in known
        else min(usual * stays[visit], _worth(match.new, visit) * prices.scale)
        for visit in part.visits
    }


def _choices_and_ties(
    part: Part, match: _Match, prices: _Prices, price: dict[int, int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Prices of the part's choices and ties. Hours that are new share what the choice is worth
    between the two visits, in `price`."""
    new, own = match.new, set(part.visits)
    second_of = {tie.first: tie.second for tie in new.ties}
    tied: dict[int, int] = {}
    chosen: list[int] = []
    for choice in new.choices:
        visits = [visit for visit in choice.visits if visit in own]
        if not visits:
            continue
        worth = _worth(new, visits[0]) * prices.scale
        # What one hour earns stays as it was, whatever the choice is worth now.
        earns = [
            _worth(match.old, old) * prices.scale + prices.choice[old]
            for visit in visits
            if (old := match.visit[visit]) in prices.choice
        ]
        chosen.append(min(0, max(earns, default=0) - worth))
        for visit in visits:
            earned, old = worth + chosen[-1], match.visit[visit]
            if visit not in second_of:
                price[visit] = price[visit] if old in prices.choice else earned
            elif old in prices.tie:
                tied[visit] = prices.tie[old]
            else:
                tied[visit] = -earned // 2
                price[visit], price[second_of[visit]] = earned + tied[visit], -tied[visit]
    return tuple(chosen), tuple(tied[tie.first] for tie in new.ties if tie.first in own)


def _priced(problem: Problem, part: Part, leaf: Leaf, shift: int, scale: int) -> int:
    """What no route of a shift costs less than, reduced. Raises OverflowError."""
    from routeplan.solve.recheck_day import Day, Prices, least_reduced_cost

    day = Day(problem, shift)
    price = dict(zip(part.visits, leaf.visits, strict=True))
    for gap in leaf.gaps:
        if problem.shifts[shift].day >= gap.first_from:
            price[gap.first] += gap.price
        if problem.shifts[shift].day < gap.second_before:
            price[gap.second] += gap.price
    prices = Prices(
        scale=scale,
        earned={visit: price[visit] for visit in day.visits if visit in price},
        cuts=[(cut.visits, -cut.price) for cut in leaf.cuts if cut.price],
    )
    return least_reduced_cost(day, prices, MOST_LABELS)


def _value(problem: Problem, part: Part, leaf: Leaf, least: Sequence[int], scale: int) -> int:
    """The leaf's bound, scaled (`proof.py`)."""
    total = sum(gap.price for gap in leaf.gaps) + sum(cut.price for cut in leaf.cuts)
    total += sum(leaf.choices) + sum(least)
    counted = dict.fromkeys(part.visits, 0)
    choices = [choice for choice in problem.choices if not counted.keys().isdisjoint(choice.visits)]
    for choice, price in zip(choices, leaf.choices, strict=True):
        own = [visit for visit in choice.visits if visit in counted]
        total -= _worth(problem, own[0]) * scale * (len(own) - 1)
        for visit in own:
            counted[visit] += price
    ties = [tie for tie in problem.ties if tie.first in counted]
    for tie, price in zip(ties, leaf.ties, strict=True):
        counted[tie.first] += price
        counted[tie.second] -= price
    for visit, price in zip(part.visits, leaf.visits, strict=True):
        worth = _worth(problem, visit) * scale
        total += worth + min(0, price - worth - counted[visit])
    return total


def _never_made(problem: Problem, parts: Sequence[Part]) -> int:
    """What all that no route can make is worth."""
    within = {visit for part in parts for visit in part.visits}
    chosen = {visit for choice in problem.choices for visit in choice.visits}
    alone = (v for v in range(len(problem.visits)) if v not in within and v not in chosen)
    return sum(_worth(problem, visit) for visit in alone) + sum(
        _worth(problem, choice.visits[0])
        for choice in problem.choices
        if within.isdisjoint(choice.visits)
    )


def _worth(problem: Problem, visit: int) -> int:
    """Of a visit; of its choice where it stands in one."""
    known = next((choice for choice in problem.choices if visit in choice.visits), None)
    it = problem.visits[visit] if known is None else known
    return problem.required_penalty if it.required else it.worth


def _stay(visit: Visit) -> int:
    return visit.before + visit.talk + visit.after
