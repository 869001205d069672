"""Plans with few changes: the efficient choices between the number of changes and the cost.

A change is a planned visit that does not stand as it stood, to the minute. The engine has no row
for their number. Each change is given a price l instead, on top of `settings.churn`, and the
problem is solved at a few prices. For the number of changes n(x) and the cost c(x) of a plan x,
any price l >= 0 and any budget B,

    min { c(x) : n(x) <= B }  >=  min { c(x) + l n(x) } - l B  >=  bound(l) - l B,

where bound(l) is what the engine proves for the problem priced at l (`solve/limit.py`). A price
beyond all else finds the fewest changes, price 0 those that pay. Two known plans with n changes at
cost c and N > n changes at cost C < c are alike at l = (c - C) / (N - n): the next price to solve
at, which either finds a plan below the line through both or shows that there is none. After Handler
and Zang (1980), "A dual algorithm for the constrained shortest path problem".

Plans between two such points are made of both: days that share no visit that differs can be taken
from either, a knapsack with few items.

Required visits come before the budget, as they come before all else: what they force is forced.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from routeplan.plan.insert import with_what_pays
from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Problem, Visit, Window
from routeplan.problem.progress import Slot
from routeplan.solve.evaluate import cost_of
from routeplan.solve.limit import Limit, Stood
from routeplan.solve.proof import Proof
from routeplan.solve.result import Engine, Result, Route, Solution, Status
from routeplan.solve.solve import solve
from routeplan.solve.stop import ProgressCallback, StopRule

__all__ = ["Budgeted", "Frontier", "changed_visits", "efficient_plans", "held", "stay_windows"]

MOVES = 10
"""Neighbourhoods that a search at one price tries: the same number finds the same plan again."""

Slots = Mapping[str, Slot]


class Budgeted(NamedTuple):
    """A plan and its changes."""

    changes: int
    cost: int
    """Of the problem, without any price for the budget."""
    solution: Solution


class _Priced(NamedTuple):
    """What was proven at a price."""

    price: int
    penalty: int
    """What a required visit left out costs there."""
    bound: int
    proof: Proof | None


@dataclass(frozen=True)
class Frontier:
    """Plans of which none has both fewer changes and a lower cost than another."""

    plans: tuple[Budgeted, ...]
    """Fewest changes first."""
    free: Result
    """Without a budget."""
    complete: bool
    """Whether the search ended by itself; with more time it may find more."""
    problem: Problem
    stood: tuple[Stood, ...]
    priced: tuple[_Priced, ...]

    @property
    def forced(self) -> int:
        """The fewest changes: as far as was found, nothing avoids them."""
        return self.plans[0].changes

    def within(self, allowed: int) -> Budgeted:
        """The best with at most `allowed` changes beyond those forced."""
        return [plan for plan in self.plans if plan.changes <= self.forced + max(0, allowed)][-1]

    def limit(self, allowed: int) -> Limit:
        """What bounds plans with so few changes, and why."""
        most = self.forced + max(0, allowed)
        out = self.within(allowed).solution.left_out
        missing = sum(self.problem.visits[visit].required for visit in out)

        def bound(at: _Priced) -> int:
            more = at.penalty - self.problem.required_penalty
            return at.bound - at.price * most - more * missing

        best = max(self.priced, key=bound, default=None)
        if best is None:
            return Limit(stood=self.stood, most=most, bound=None)
        return Limit(
            stood=self.stood,
            most=most,
            bound=bound(best),
            price=best.price,
            penalty=best.penalty,
            proof=best.proof if best.price else None,
        )


def efficient_plans(
    problem: Problem,
    slots: Slots,
    start: Solution,
    *,
    stop: StopRule | None = None,
    seed: int = 0,
    engine: Engine = Engine.COLUMNS,
    progress: ProgressCallback | None = None,
) -> Frontier:
    """From the fewest changes possible to as many as pay at the prices of the problem.

    `slots` says where visits, by id, stood. `start` is a solution from where searches start.
    `stop.seconds` are for all searches together, `stop.iterations` for each (10 by default).
    """
    rule = stop or StopRule()
    search = _Search(problem, slots, start, rule, seed, engine, progress)
    return search.frontier()


def changed_visits(problem: Problem, slots: Slots, solution: Solution) -> frozenset[str]:
    """Ids of the visits that do not stand in their slots."""
    changed = {visit.id for visit in problem.visits if visit.id in slots}
    for route in solution.routes:
        shift = problem.shifts[route.shift]
        for stop in route.stops:
            visit_id = problem.visits[stop.visit].id
            slot = slots.get(visit_id)
            here = shift.manager, problem.days[shift.day], stop.start
            if slot is not None and here == (slot.manager_id, slot.date, slot.start):
                changed.discard(visit_id)
    return frozenset(changed)


def held(problem: Problem, slots: Slots, free: Iterable[str]) -> Problem:
    """The problem where visits that are made stay in their slots, but for those in `free` and those
    that cannot be there."""
    loose = set(free)

    def kept(visit: Visit) -> Visit:
        stay = () if visit.id in loose else stay_windows(problem, slots, visit)
        return visit.model_copy(update={"windows": stay}) if stay else visit

    return problem.model_copy(update={"visits": tuple(kept(visit) for visit in problem.visits)})


def stay_windows(problem: Problem, slots: Slots, visit: Visit) -> tuple[Window, ...]:
    """The windows that leave a visit where it stood."""
    slot = slots.get(visit.id)
    if slot is None:
        return ()
    there = slot.manager_id, slot.date, slot.start, slot.start + visit.talk
    found: list[Window] = []
    for window in visit.windows:
        shift = problem.shifts[window.shift]
        if (shift.manager, problem.days[shift.day], window.start, window.end) == there:
            found.append(window)
    return tuple(found)


@dataclass
class _Search:
    problem: Problem
    slots: Slots
    begin: Solution
    rule: StopRule
    seed: int
    engine: Engine
    progress: ProgressCallback | None
    complete: bool = True
    priced: list[_Priced] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def frontier(self) -> Frontier:
        free = self.solved(self.problem, self.begin, share=0.5)
        self.remember(0, self.problem, free)
        most = self.point(free.solution)
        least = self.fewest(most)
        points = _undominated([least, most])
        if len(points) > 1:
            points = _undominated([least, *self.between(least, most), most])
        mixed = [plan for few, many in itertools.pairwise(points) for plan in self.mixed(few, many)]
        return Frontier(
            plans=_undominated(self.filled(plan) for plan in (*points, *mixed)),
            free=free,
            complete=self.complete,
            problem=self.problem,
            stood=_stood(self.problem, self.slots),
            priced=tuple(self.priced),
        )

    def point(self, solution: Solution) -> Budgeted:
        changes = len(changed_visits(self.problem, self.slots, solution))
        return Budgeted(changes, cost_of(self.problem, solution), solution)

    def filled(self, plan: Budgeted) -> Budgeted:
        """The plan with clients left out put in where that pays and moves nobody else."""
        changed = changed_visits(self.problem, self.slots, plan.solution)
        narrowed = held(self.problem, self.slots, changed)
        routes = Result(
            engine=self.engine,
            seed=self.seed,
            status=Status.FEASIBLE,
            stopped_by="",
            solution=plan.solution,
            cost=plan.cost,
        )
        return self.point(with_what_pays(narrowed, routes).solution)

    def solved(self, problem: Problem, start: Solution, share: float = 1.0) -> Result:
        """Searched for a share of the time left."""
        seconds = self.rule.seconds
        if seconds is not None:
            seconds = max(0.0, seconds - (time.monotonic() - self.began)) * share
        moves = MOVES if self.rule.iterations is None else self.rule.iterations
        result = solve(
            problem,
            StopRule(seconds=seconds, iterations=moves, gap=self.rule.gap),
            seed=self.seed,
            engine=self.engine,
            start=start,
            progress=self.progress,
        )
        if result.stopped_by in ("time", "cancelled"):
            self.complete = False
        return with_what_pays(problem, result)

    def fewest(self, most: Budgeted) -> Budgeted:
        """The plan with the fewest changes: at a price beyond all else."""
        known = self.problem
        beyond = required_penalty(known.visits, known.matrices, known.shifts, known.choices)

        def rank(plan: Budgeted) -> tuple[int, int]:
            out = plan.solution.left_out
            return sum(known.visits[visit].required for visit in out), plan.changes

        return min(self.at_price(beyond, self.begin), most, key=rank)

    def at_price(self, price: int, start: Solution) -> Budgeted:
        """The plan when each change costs `price` more."""

        def priced(visit: Visit) -> Visit:
            if visit.id not in self.slots:
                return visit
            stay = stay_windows(self.problem, self.slots, visit)
            windows = tuple(
                window
                if window in stay
                else window.model_copy(update={"cost": window.cost + price})
                for window in visit.windows
            )
            return visit.model_copy(update={"windows": windows, "worth": visit.worth + price})

        visits = tuple(priced(visit) for visit in self.problem.visits)
        known = self.problem
        penalty = required_penalty(visits, known.matrices, known.shifts, known.choices)
        dearer = known.model_copy(update={"visits": visits, "required_penalty": penalty})
        result = self.solved(dearer, start)
        self.remember(price, dearer, result)
        return self.point(result.solution)

    def remember(self, price: int, problem: Problem, result: Result) -> None:
        if result.bound is not None:
            known = _Priced(price, problem.required_penalty, result.bound, result.proof)
            self.priced.append(known)

    def between(self, few: Budgeted, many: Budgeted) -> Iterator[Budgeted]:
        """Plans below the line through two."""
        price = (few.cost - many.cost) // (many.changes - few.changes)
        if many.changes - few.changes < 2 or price < 1 or not self.complete:
            return
        found = self.at_price(price, few.solution)
        line = min(plan.cost + price * plan.changes for plan in (few, many))
        if found.cost + price * found.changes >= line:
            return
        yield found
        if few.changes < found.changes < many.changes:
            yield from self.between(few, found)
            yield from self.between(found, many)

    def mixed(self, few: Budgeted, many: Budgeted) -> Iterator[Budgeted]:
        """The best for each number of changes between two plans that is made of both."""
        if many.changes - few.changes < 2:
            return
        routes: dict[int, Route | None] = {route.shift: route for route in few.solution.routes}
        others = {route.shift: route for route in many.solution.routes}
        groups = _apart(self.problem, few.solution, many.solution)
        # By number of changes: the cost and the groups taken from `many`.
        best: dict[int, tuple[int, tuple[int, ...]]] = {few.changes: (few.cost, ())}
        alone: list[Budgeted] = []
        for group in groups:
            taken = {**routes, **{shift: others.get(shift) for shift in group}}
            alone.append(self.point(_solution(self.problem, taken)))
        for number, plan in enumerate(alone):
            more, dearer = plan.changes - few.changes, plan.cost - few.cost
            without = dict(best)
            for changes, (cost, chosen) in without.items():
                with_it = cost + dearer, (*chosen, number)
                if changes + more not in best or with_it < best[changes + more]:
                    best[changes + more] = with_it
        for changes, (_, chosen) in sorted(best.items()):
            if few.changes < changes < many.changes:
                shifts = [shift for number in chosen for shift in groups[number]]
                taken = {**routes, **{shift: others.get(shift) for shift in shifts}}
                yield self.point(_solution(self.problem, taken))


def _stood(problem: Problem, slots: Slots) -> tuple[Stood, ...]:
    shift_on = {
        (shift.manager, problem.days[shift.day]): number
        for number, shift in enumerate(problem.shifts)
    }
    return tuple(
        Stood(visit=number, shift=shift_on.get((slot.manager_id, slot.date)), start=slot.start)
        for number, visit in enumerate(problem.visits)
        if (slot := slots.get(visit.id)) is not None
    )


def _undominated(plans: Iterable[Budgeted]) -> tuple[Budgeted, ...]:
    kept: list[Budgeted] = []
    for plan in sorted(plans, key=lambda plan: (plan.changes, plan.cost)):
        if not kept or plan.cost < kept[-1].cost:
            kept.append(plan)
    return tuple(kept)


def _solution(problem: Problem, routes: Mapping[int, Route | None]) -> Solution:
    made = {stop.visit for route in routes.values() if route for stop in route.stops}
    return Solution(
        routes=tuple(route for _, route in sorted(routes.items()) if route),
        left_out=tuple(visit for visit in range(len(problem.visits)) if visit not in made),
    )


def _apart(problem: Problem, one: Solution, two: Solution) -> list[tuple[int, ...]]:
    """Groups of shifts whose routes differ: each can be taken from either solution by itself."""
    leader = list(range(len(problem.shifts)))

    def find(shift: int) -> int:
        while leader[shift] != shift:
            shift = leader[shift]
        return shift

    first_of = {joint.second: joint.first for joint in problem.joints}
    on: dict[int, set[int]] = {}
    """Visit → shifts it is on in either."""
    for route in (*one.routes, *two.routes):
        for stop in route.stops:
            on.setdefault(first_of.get(stop.visit, stop.visit), set()).add(route.shift)
    together = [
        *on.values(),
        *(on.get(g.first, set()) | on.get(g.second, set()) for g in problem.gaps),
    ]
    for shifts in together:
        tops = sorted({find(shift) for shift in shifts})
        for top in tops[1:]:
            leader[top] = tops[0]
    orders = [
        {
            route.shift: tuple((stop.visit, stop.start) for stop in route.stops)
            for route in each.routes
        }
        for each in (one, two)
    ]
    groups: dict[int, list[int]] = {}
    for shift in range(len(problem.shifts)):
        groups.setdefault(find(shift), []).append(shift)
    return [
        tuple(group)
        for group in groups.values()
        if any(orders[0].get(shift) != orders[1].get(shift) for shift in group)
    ]
