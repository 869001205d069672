"""A bound confirmed from its proof: every price taken as given, nothing else believed.

`proof.py` says why prices bound a case. Here the parts, the cases and the rows are checked against
the problem, joint visits at their hours (`recheck_grid.py`), each leaf is priced anew in whole
numbers (`recheck_day.py`), and the smallest bound of a tree's leaves is what its part is known to
cost. Costs are whole minutes, so each is rounded up.

A `listed` leaf is checked as Baldacci, Christofides, Mingozzi (2008) argue: a solution cheaper than
it uses, on each shift, only routes whose reduced cost exceeds the least by no more than the gap.
These are listed anew, and CP-SAT must find that no choice among them is cheaper: the one step whose
answer is taken from a library.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routeplan.errors import CheckError
from routeplan.language import Message, message
from routeplan.problem.problem import Choice, Problem, Tie, Visit
from routeplan.solve.proof import CaseTree, CountSplit, GapPrice, Leaf, PartProof, PlaceSplit, Proof
from routeplan.solve.recheck_day import Day, Prices, least_reduced_cost, routes_below
from routeplan.solve.recheck_grid import at_its_hours
from routeplan.solve.result import Result, Status, rest_gap
from routeplan.solve.verify import require_valid, required_left_out

__all__ = ["Confirmed", "proven_bound", "recheck"]

MOST_LABELS = 5_000_000
"""Of one shift's routes inside the gap."""
CHOICE_WORK = 600.0
"""CP-SAT's deterministic time for one choice among listed routes."""


@dataclass(frozen=True)
class Confirmed:
    """What was found to hold."""

    cost: int
    required: int
    """Of it, penalties for required visits left out."""
    bound: int | None
    """No solution costs less; None: the result claims no bound."""
    cases: int
    """Leaves priced."""
    listed: int
    """Leaves whose routes were listed, and chosen among by CP-SAT."""

    @property
    def gap(self) -> float | None:
        """By how much of the cost a solution may be from the best, penalties left aside; None: not
        known."""
        return rest_gap(self.cost, self.bound, self.required)


def recheck(problem: Problem, result: Result) -> Confirmed:
    """What a result says, recomputed: its routes, its cost, its bound, its status.

    Raises CheckError: RP6002 for routes or cost, RP6003 for bound, proof or status.
    """
    require_valid(problem, result)
    bound, checked = None, _Checked(problem, 1)
    if result.proof is not None:
        checked = _Checked(at_its_hours(problem), result.proof.scale)
        bound = checked.bound(result.proof)
    if result.bound is not None and (bound is None or bound < result.bound):
        if bound is None:
            raise _refused(message("proof.missing", bound=result.bound))
        raise _refused(message("proof.lower", claimed=result.bound, bound=bound))
    if bound is not None and bound > result.cost:
        # Impossible for routes that keep all rules: the fault would be here.
        raise _refused(message("proof.above_cost", bound=bound, cost=result.cost))
    missing = required_left_out(problem, result.solution.made)
    status = Status.INFEASIBLE if missing else result.status
    if (result.status is Status.INFEASIBLE) != (missing > 0) or (
        status is Status.OPTIMAL and (bound is None or bound < result.cost)
    ):
        raise _refused(message("proof.status", status=result.status))
    return Confirmed(
        result.cost, missing * problem.required_penalty, bound, checked.cases, checked.listed
    )


def proven_bound(problem: Problem, proof: Proof) -> int:
    """What every solution costs at least, in minutes. Raises CheckError RP6003."""
    return _Checked(at_its_hours(problem), proof.scale).bound(proof)


def _refused(why: Message) -> CheckError:
    return CheckError("RP6003", message("error.proof_refused", why=why))


@dataclass(frozen=True)
class _Count:
    """At most `most` of the visits are made (by `shifts`, if any are named), or more."""

    visits: frozenset[int]
    shifts: frozenset[int] | None
    most: int
    more: bool


@dataclass(frozen=True)
class _Case:
    """What is decided on the way to a leaf."""

    counts: tuple[_Count, ...] = ()
    made: frozenset[int] = frozenset()
    barred: frozenset[tuple[int, int]] = frozenset()
    """(visit, shift)"""


class _Checked:
    """The state of one check: the shifts' tables, and what was counted."""

    def __init__(self, problem: Problem, scale: int) -> None:
        if scale < 1:
            raise _refused(message("proof.scale", scale=scale))
        self._problem, self._scale = problem, scale
        self._days: dict[int, Day] = {}
        self._choice_of = {visit: choice for choice in problem.choices for visit in choice.visits}
        self.cases = self.listed = 0

    def bound(self, proof: Proof) -> int:
        self._check_parts(proof.parts)
        within = {visit for part in proof.parts for visit in part.visits}
        alone = set(range(len(self._problem.visits))) - within - self._choice_of.keys()
        left_out = sum(self._worth(visit) for visit in alone)
        left_out += sum(
            self._worth(choice.visits[0])
            for choice in self._problem.choices
            if within.isdisjoint(choice.visits)
        )
        return left_out + sum(self._part(part) for part in proof.parts)

    def _worth(self, visit: int) -> int:
        """Of a visit; of its choice where it stands in one."""
        known: Visit | Choice = self._choice_of.get(visit, self._problem.visits[visit])
        return self._problem.required_penalty if known.required else known.worth

    def _choices(self, part: PartProof) -> list[tuple[int, ...]]:
        """The choices of a part, as far as its visits can be made at all."""
        own = [
            tuple(visit for visit in choice.visits if visit in part.visits)
            for choice in self._problem.choices
        ]
        return [choice for choice in own if choice]

    def _ties(self, part: PartProof) -> list[Tie]:
        return [tie for tie in self._problem.ties if tie.first in part.visits]

    def _surplus(self, part: PartProof) -> int:
        """What the worths of the part's visits count more than once."""
        return sum(self._worth(choice[0]) * (len(choice) - 1) for choice in self._choices(part))

    def _check_parts(self, parts: Sequence[PartProof]) -> None:
        """Each visit with a window is in one part, with all its shifts and gaps."""
        problem = self._problem
        part_of: dict[int, int] = {}
        shift_in: dict[int, int] = {}
        for number, part in enumerate(parts):
            known = (part.visits, problem.visits), (part.shifts, problem.shifts)
            for indices, all_ in known:
                if list(indices) != sorted({i for i in indices if 0 <= i < len(all_)}):
                    raise _refused(message("proof.part", part=number))
            for index, owner in (
                *((v, part_of) for v in part.visits),
                *((s, shift_in) for s in part.shifts),
            ):
                if owner.setdefault(index, number) != number:
                    raise _refused(message("proof.part", part=number))
        for index, visit in enumerate(problem.visits):
            for window in visit.windows:
                if window.end - window.start >= visit.talk and (
                    index not in part_of or shift_in.get(window.shift) != part_of[index]
                ):
                    raise _refused(message("proof.parts_touch", visit=visit.id))
        for linked in (
            *((gap.first, gap.second) for gap in problem.gaps),
            *((tie.first, tie.second) for tie in problem.ties),
            *(choice.visits for choice in problem.choices),
        ):
            if len({part_of[visit] for visit in linked if visit in part_of}) > 1:
                first = problem.visits[linked[0]].id
                raise _refused(message("proof.parts_touch", visit=first))

    def _part(self, part: PartProof) -> int:
        """Without a tree nothing is known but that no cost is negative."""
        if part.tree is None:
            return 0
        bounds: list[int] = []
        cases: list[tuple[CaseTree, _Case]] = [(part.tree, _Case())]
        while cases:
            tree, case = cases.pop()
            if isinstance(tree, Leaf):
                bound = self._leaf(part, tree, case)
                if bound is not None:
                    bounds.append(bound)
            elif isinstance(tree, CountSplit):
                visits = frozenset(tree.visits)
                shifts = None if tree.shifts is None else frozenset(tree.shifts)
                known = visits.issubset(part.visits) and (shifts or set()) <= set(part.shifts)
                if len(visits) < len(tree.visits) or not known:
                    raise _refused(message("proof.split"))
                for more, child in ((False, tree.fewer), (True, tree.more)):
                    count = _Count(visits, shifts, tree.most, more)
                    cases.append((child, dataclasses.replace(case, counts=(*case.counts, count))))
            else:
                cases += self._places(part, tree, case)
        # Never empty: whoever stays at home is in a case that asks for no visit.
        return max(0, min(bounds))

    def _places(
        self, part: PartProof, tree: PlaceSplit, case: _Case
    ) -> list[tuple[CaseTree, _Case]]:
        if tree.visit not in part.visits or not set(tree.shifts) <= set(part.shifts):
            raise _refused(message("proof.split"))
        these = {(tree.visit, shift) for shift in tree.shifts}
        others = {(tree.visit, shift) for shift in part.shifts} - these
        elsewhere = dataclasses.replace(case, barred=case.barred | these)
        there = dataclasses.replace(
            case, barred=case.barred | others, made=case.made | {tree.visit}
        )
        return [(tree.elsewhere, elsewhere), (tree.there, there)]

    def _leaf(self, part: PartProof, leaf: Leaf, case: _Case) -> int | None:
        """Minutes; None: the case is empty."""
        self.cases += 1
        self._check_rows(part, leaf, case)
        can = self._possible(part, case)
        if any(not can[visit] for visit in case.made):
            return None
        scale = self._scale
        total = sum(gap.price for gap in leaf.gaps) + sum(cut.price for cut in leaf.cuts)
        total += sum(leaf.choices) - self._surplus(part) * scale
        counted = dict.fromkeys(part.visits, 0)
        for choice, price in zip(self._choices(part), leaf.choices, strict=True):
            for visit in choice:
                counted[visit] += price
        for tie, price in zip(self._ties(part), leaf.ties, strict=True):
            counted[tie.first] += price
            counted[tie.second] -= price
        for count, price in zip(case.counts, leaf.counts, strict=True):
            total += price * (count.most + 1 if count.more else count.most)
            if count.shifts is None:
                for visit in count.visits:
                    counted[visit] += price
        for visit, price in zip(part.visits, leaf.visits, strict=True):
            worth = self._worth(visit) * scale
            made = price - worth - counted[visit]
            may_be_left = visit not in case.made
            total += worth + (made if not may_be_left else min(0, made) if can[visit] else 0)
        priced = [(shift, self._prices(part, leaf, case, shift)) for shift in part.shifts]
        try:
            least = {shift: least_reduced_cost(self._day(shift), own) for shift, own in priced}
        except OverflowError:
            raise _refused(message("proof.too_large")) from None
        total += sum(least.values())
        if leaf.listed is None:
            return -(-total // scale)
        self._check_listed(part, leaf.listed, case, dict(priced), least, total)
        return leaf.listed

    def _check_rows(self, part: PartProof, leaf: Leaf, case: _Case) -> None:
        if len(leaf.visits) != len(part.visits):
            raise _refused(message("proof.prices", have=len(leaf.visits), need=len(part.visits)))
        for given, needed in (
            (leaf.counts, case.counts),
            (leaf.choices, self._choices(part)),
            (leaf.ties, self._ties(part)),
        ):
            if len(given) != len(needed):
                raise _refused(message("proof.prices", have=len(given), need=len(needed)))
        prices = [*(gap.price for gap in leaf.gaps), *(cut.price for cut in leaf.cuts)]
        prices += [
            -price if count.more else price
            for count, price in zip(case.counts, leaf.counts, strict=True)
        ]
        if any(price > 0 for price in prices):
            raise _refused(message("proof.sign"))
        for cut in leaf.cuts:
            if len(set(cut.visits)) < 3 or not set(cut.visits).issubset(part.visits):
                raise _refused(message("proof.cut"))
        for gap in leaf.gaps:
            self._check_gap(part, gap)

    def _check_gap(self, part: PartProof, row: GapPrice) -> None:
        """All pairs that the row lets in are truly too close."""
        days = [
            gap.days
            for gap in self._problem.gaps
            if (gap.first, gap.second) == (row.first, row.second)
        ]
        on = sorted({self._problem.shifts[shift].day for shift in part.shifts})
        pairs = itertools.product(
            (day for day in on if day >= row.first_from),
            (day for day in on if day < row.second_before),
        )
        if not days or not all(self._days_between(a, b) < max(days) for a, b in pairs):
            raise _refused(message("proof.gap"))

    def _days_between(self, first: int, second: int) -> int:
        return (self._problem.days[second] - self._problem.days[first]).days

    def _possible(self, part: PartProof, case: _Case) -> dict[int, bool]:
        """Per visit: whether any shift of the part is left for it."""
        return {
            visit: any(
                window.shift in part.shifts and (visit, window.shift) not in case.barred
                for window in self._problem.visits[visit].windows
            )
            for visit in part.visits
        }

    def _day(self, shift: int) -> Day:
        if shift not in self._days:
            self._days[shift] = Day(self._problem, shift)
        return self._days[shift]

    def _prices(self, part: PartProof, leaf: Leaf, case: _Case, shift: int) -> Prices:
        day = self._problem.shifts[shift].day
        price = dict(zip(part.visits, leaf.visits, strict=True))
        for gap in leaf.gaps:
            if day >= gap.first_from:
                price[gap.first] += gap.price
            if day < gap.second_before:
                price[gap.second] += gap.price
        for count, extra in zip(case.counts, leaf.counts, strict=True):
            if count.shifts is not None and shift in count.shifts:
                for visit in count.visits:
                    price[visit] += extra
        return Prices(
            scale=self._scale,
            earned={
                visit: price[visit]
                for visit in self._day(shift).visits
                if visit in price and (visit, shift) not in case.barred
            },
            cuts=[(cut.visits, -cut.price) for cut in leaf.cuts if cut.price],
        )

    def _check_listed(
        self,
        part: PartProof,
        listed: int,
        case: _Case,
        prices: Mapping[int, Prices],
        least: Mapping[int, int],
        bound: int,
    ) -> None:
        """No choice among the routes inside the gap costs less than `listed`."""
        room = (listed - 1) * self._scale - bound
        if room < 0:
            return
        self.listed += 1
        routes: list[tuple[int, frozenset[int], int]] = []
        for shift, own in prices.items():
            below = least[shift] + room + 1
            found = routes_below(self._day(shift), own, below, MOST_LABELS)
            if found is None:
                raise _refused(message("proof.too_many_routes"))
            routes += [(shift, visits, cost) for visits, cost in found.items()]
        if not self._none_below(part, routes, case, listed):
            raise _refused(message("proof.cheaper", listed=listed))

    def _none_below(
        self,
        part: PartProof,
        routes: Sequence[tuple[int, frozenset[int], int]],
        case: _Case,
        listed: int,
    ) -> bool:
        """Whether CP-SAT finds that no choice among the routes costs less than `listed`."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        driven = [model.new_bool_var("") for _ in routes]
        on: dict[tuple[int, int], list[cp_model.IntVar]] = {}
        of: dict[int, list[cp_model.IntVar]] = {shift: [] for shift in part.shifts}
        for (shift, visits, _), variable in zip(routes, driven, strict=True):
            of[shift].append(variable)
            for visit in visits:
                on.setdefault((visit, self._problem.shifts[shift].day), []).append(variable)
        by_visit: dict[int, list[cp_model.IntVar]] = {visit: [] for visit in part.visits}
        for (visit, _), variables in on.items():
            by_visit[visit] += variables
        for variables in (*of.values(), *by_visit.values()):
            model.add_at_most_one(variables)
        days = {day for _, day in on}
        for gap in self._problem.gaps:
            for first in days:
                too_close = [
                    variable
                    for second in days
                    if self._days_between(first, second) < gap.days
                    for variable in on.get((gap.second, second), ())
                ]
                # A route with both stands here twice, and so can never be chosen.
                model.add(sum(on.get((gap.first, first), ())) + sum(too_close) <= 1)
        for count in case.counts:
            made = sum(
                len(visits & count.visits) * variable
                for (shift, visits, _), variable in zip(routes, driven, strict=True)
                if count.shifts is None or shift in count.shifts
            )
            model.add(made >= count.most + 1 if count.more else made <= count.most)
        for visit in case.made:
            model.add(sum(by_visit[visit]) == 1)
        for choice in self._choices(part):
            model.add_at_most_one(variable for visit in choice for variable in by_visit[visit])
        for tie in self._ties(part):
            model.add(sum(by_visit[tie.first]) == sum(by_visit[tie.second]))
        worth = sum(self._worth(visit) for visit in part.visits) - self._surplus(part)
        gains = [cost - sum(map(self._worth, visits)) for _, visits, cost in routes]
        spent = sum(gain * variable for gain, variable in zip(gains, driven, strict=True))
        model.add(worth + spent < listed)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = CHOICE_WORK
        return solver.solve(model) == cp_model.INFEASIBLE
