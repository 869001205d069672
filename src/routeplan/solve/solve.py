"""The solver's front door."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterable, Sequence

from routeplan.problem.problem import Problem
from routeplan.solve.components import Part, merge, part_proof, split
from routeplan.solve.evaluate import cost_of
from routeplan.solve.improve import Search
from routeplan.solve.joint import on_grid
from routeplan.solve.proof import CaseTree, Leaf, Proof
from routeplan.solve.result import Engine, PhaseStatistics, Result, Route, Solution, Status
from routeplan.solve.routing import routing_orders
from routeplan.solve.schedule import schedule
from routeplan.solve.stop import Progress, ProgressCallback, StopRule
from routeplan.solve.verify import required_left_out

__all__ = ["solve"]

Orders = list[tuple[int, tuple[int, ...]]]
"""Shift and visits in order, per route that is not empty."""

ROUNDS = 8_000
"""Of the routing engine's improvement, where the stop rule names no number: some ten seconds."""
FIRST_ROUNDS = 200
"""Of improvement before the columns engine takes over: some tenths of a second."""
FIRST_ROUNDS_LARGE = 1000
"""The same for many shifts: a second or two."""
FIRST_SHARE = 0.4
"""Of a part's time, where that is limited, for these rounds at most."""
ROUTING_SOLUTIONS = 30
"""Looked at by OR-Tools for each part."""
ROUTING_SHARE = 0.3
"""Of a part's time, where that is limited, for OR-Tools at most."""
UNLIMITED = 10**9


def solve(
    problem: Problem,
    stop: StopRule | None = None,
    *,
    seed: int = 0,
    engine: Engine = Engine.COLUMNS,
    start: Solution | None = None,
    progress: ProgressCallback | None = None,
) -> Result:
    """Routes for a problem: always without violation, never worse than a valid `start`.

    Work is counted: `stop.iterations` are neighbourhoods tried (columns engine) or rounds of
    improvement (routing engine); without them the search ends by itself. The same number ends at
    the same routes on every machine, unless `stop.seconds` or `progress` end the search before
    (`Result.stopped_by`). A `start` that no longer fits is mended.
    """
    grid = on_grid(problem)
    if grid is not None:
        found = solve(
            grid.problem,
            stop,
            seed=seed,
            engine=engine,
            start=None if start is None else grid.widened(start),
            progress=progress,
        )
        return found.model_copy(update={"solution": grid.narrowed(found.solution)})
    stop = stop or StopRule()
    parts = split(problem)
    if engine is Engine.COLUMNS and parts:
        # Loading numba and its kernels takes a second (a minute the first time): not search time.
        from routeplan.solve.column_generation.compile import compile_kernels

        compile_kernels()
    watch = _Watch(stop, progress, problem, parts)
    searches = [Search(part.problem, seed) for part in parts]
    if start is not None:
        for part, search in zip(parts, searches, strict=True):
            search.take(_orders(part, start))
    for number, search in enumerate(searches):
        watch.found(number, search.cost, search.routes)
    watch.note("insertion", len(parts))
    watch.tell()

    visits_left = max(1, sum(len(part.visits) for part in parts))
    for number, (part, search) in enumerate(zip(parts, searches, strict=True)):
        if watch.stopped_by == "cancelled":
            break
        if search.cost == 0:
            watch.bounds[number] = 0
            continue
        share = len(part.visits) / visits_left
        visits_left -= len(part.visits)
        watch.deadline = watch.now + (watch.end - watch.now) * share
        allowed = None
        if stop.iterations is not None:
            within = sum(len(part.visits) for part in parts)
            allowed = round(stop.iterations * len(part.visits) / within)
        if engine is Engine.ROUTING:
            # Only a fresh search makes joint visits that the start does not.
            warm = start is not None and not part.problem.choices
            _by_routing(number, part, search, watch, allowed, warm=warm)
        else:
            _by_columns(number, part, search, watch, allowed, seed, warm=start is not None)

    solution = merge(
        problem,
        [
            (part, _timed(part.problem, orders))
            for part, orders in zip(parts, watch.orders, strict=True)
        ],
    )
    cost, bound = cost_of(problem, solution), watch.bound
    proven = bound is not None and cost <= bound
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    return Result(
        engine=engine,
        seed=seed,
        status=Status.INFEASIBLE if required_left_out(problem, solution.made) else status,
        stopped_by="optimal" if proven else watch.stopped_by,
        solution=solution,
        cost=cost,
        bound=bound,
        proof=None if bound is None else _proof(watch),
        phases=tuple(watch.phases),
    )


def _proof(watch: _Watch) -> Proof:
    from routeplan.solve.column_generation.master import SCALE

    parts = zip(watch.parts, watch.trees, watch.relaxed, strict=True)
    return Proof(
        scale=SCALE, parts=tuple(part_proof(part, tree, *relaxed) for part, tree, relaxed in parts)
    )


def _by_routing(
    number: int, part: Part, search: Search, watch: _Watch, allowed: int | None, *, warm: bool
) -> None:
    """OR-Tools' routes, improved by large neighbourhood search."""

    def go_on(better: bool) -> bool:
        if better:
            watch.found(number, search.cost, search.routes)
            watch.tell()
        return watch.go_on()

    if not warm:
        seconds = (watch.deadline - watch.now) * ROUTING_SHARE
        orders = routing_orders(part.problem, solutions=ROUTING_SOLUTIONS, seconds=seconds)
        go_on(search.take(orders))
        watch.note("routing", ROUTING_SOLUTIONS)
    if allowed is None:
        allowed = round(ROUNDS * len(part.visits) / sum(len(other.visits) for other in watch.parts))
    watch.note("improvement", search.run(allowed, go_on))


def _by_columns(
    number: int,
    part: Part,
    search: Search,
    watch: _Watch,
    allowed: int | None,
    seed: int,
    *,
    warm: bool,
) -> None:
    """A short large neighbourhood search, then column generation with its bound."""
    from routeplan.solve.column_generation.engine import SMALL, ColumnSearch

    if not warm:
        rounds = FIRST_ROUNDS_LARGE if len(part.problem.shifts) > SMALL else FIRST_ROUNDS
        until = watch.now + (watch.deadline - watch.now) * FIRST_SHARE
        made = search.run(rounds, lambda _: watch.go_on() and watch.now < until)
        watch.note("improvement", made)
        watch.found(number, search.cost, search.routes)
        watch.tell()

    def tell() -> bool:
        watch.found(number, columns.cost, columns.orders)
        watch.bounds[number] = columns.bound
        watch.tell()
        return watch.stopped_by != "cancelled"

    columns = ColumnSearch(
        part.problem,
        seed=seed,
        deadline=watch.deadline,
        moves_left=UNLIMITED if allowed is None else allowed,
        gap=watch.gap,
        threads=min(2, os.cpu_count() or 1),
        tell=tell,
    )
    columns.start(search.routes, search.seen)
    columns.run()
    tell()
    watch.trees[number] = columns.proof_tree()
    watch.relaxed[number] = columns.relaxed()
    watch.ended(columns.ended_by)
    watch.note("columns", columns.moves)


class _Watch:
    """The clock, the best so far of every part, and what ended the search."""

    def __init__(
        self,
        stop: StopRule,
        progress: ProgressCallback | None,
        problem: Problem,
        parts: Sequence[Part],
    ) -> None:
        self._began = self._noted = time.monotonic()
        self._progress = progress
        self._problem = problem
        self.end = self._began + (math.inf if stop.seconds is None else stop.seconds)
        self.deadline = self.end
        self.gap = stop.gap
        self.stopped_by = "iterations"
        self.parts = parts
        self.costs = [0] * len(parts)
        self.bounds: list[int | None] = [None] * len(parts)
        self.trees: list[CaseTree | None] = [None] * len(parts)
        """Why the bounds hold."""
        self.relaxed: list[tuple[Leaf | None, tuple[int, ...]]] = [(None, ())] * len(parts)
        """Prices before any case, and what they leave of each shift."""
        self.orders: list[Orders] = [[] for _ in parts]
        self.phases: list[PhaseStatistics] = []
        within = {visit for part in parts for visit in part.visits}
        self._unplannable = sum(
            problem.required_penalty if visit.required else visit.worth
            for index, visit in enumerate(problem.visits)
            if index not in within
        ) + sum(
            problem.required_penalty if choice.required else choice.worth
            for choice in problem.choices
            if within.isdisjoint(choice.visits)
        )

    @property
    def now(self) -> float:
        return time.monotonic()

    @property
    def bound(self) -> int | None:
        """Of the whole; None while that of a part is not known."""
        known = [bound for bound in self.bounds if bound is not None]
        return None if len(known) < len(self.bounds) else self._unplannable + sum(known)

    def found(self, part: int, cost: int, orders: Iterable[tuple[int, Sequence[int]]]) -> None:
        """The best of a part."""
        self.costs[part] = cost
        self.orders[part] = [(shift, tuple(visits)) for shift, visits in orders]

    def note(self, phase: str, iterations: int) -> None:
        """Add what happened since the last note to the statistics of `phase`."""
        now = self.now
        seconds, self._noted = now - self._noted, now
        for index, old in enumerate(self.phases):
            if old.name == phase:
                self.phases[index] = PhaseStatistics(
                    name=phase,
                    seconds=old.seconds + seconds,
                    iterations=old.iterations + iterations,
                )
                return
        self.phases.append(PhaseStatistics(name=phase, seconds=seconds, iterations=iterations))

    def go_on(self) -> bool:
        """Whether the part may be searched further."""
        if self.stopped_by == "cancelled":
            return False
        if self.now >= self.deadline:
            self.ended("time")
            return False
        return True

    def ended(self, reason: str) -> None:
        """A part's end; the whole names the strongest: cancelled, then time, then the rest."""
        strength = ("iterations", "gap", "time", "cancelled")
        self.stopped_by = max(self.stopped_by, reason, key=strength.index)

    def tell(self) -> None:
        if self._progress is None:
            return
        made = [
            part.visits[visit]
            for part, orders in zip(self.parts, self.orders, strict=True)
            for _, visits in orders
            for visit in visits
        ]
        told = self._progress(
            Progress(
                seconds=self.now - self._began,
                cost=self._unplannable + sum(self.costs),
                required=self._problem.required_penalty * required_left_out(self._problem, made),
                bound=self.bound,
                visits=len(made),
            )
        )
        if told is False:
            self.ended("cancelled")


def _orders(part: Part, start: Solution) -> list[tuple[int, list[int]]]:
    """The routes of a solution of the whole, as far as they lie in a part."""
    shifts = {shift: number for number, shift in enumerate(part.shifts)}
    visits = {visit: number for number, visit in enumerate(part.visits)}
    return [
        (shifts[route.shift], [visits[stop.visit] for stop in route.stops if stop.visit in visits])
        for route in start.routes
        if route.shift in shifts
    ]


def _timed(problem: Problem, orders: Orders) -> list[Route]:
    routes = []
    for shift, visits in orders:
        route = schedule(problem, shift, visits)
        if route is None:
            raise AssertionError(f"the search made a route that cannot be timed: {visits}")
        routes.append(route)
    return routes
