"""The solver's front door."""

from __future__ import annotations

import math
import time

from routeplan.problem.problem import Problem
from routeplan.solve.components import Part, merge, split
from routeplan.solve.evaluate import cost_of
from routeplan.solve.improve import Search
from routeplan.solve.result import Engine, PhaseStatistics, Result, Route, Solution, Status
from routeplan.solve.routing import routing_orders
from routeplan.solve.schedule import schedule
from routeplan.solve.stop import Progress, ProgressCallback, StopRule

__all__ = ["solve"]

ROUNDS = 12_000
"""Of improvement, where the stop rule names no number: some ten seconds."""
ROUTING_SOLUTIONS = 30
"""Looked at by OR-Tools for each part."""
ROUTING_SHARE = 0.3
"""Of a part's time, where that is limited, for OR-Tools at most."""


def solve(
    problem: Problem,
    stop: StopRule | None = None,
    *,
    seed: int = 0,
    engine: Engine = Engine.ROUTING,
    start: Solution | None = None,
    progress: ProgressCallback | None = None,
) -> Result:
    """Routes for a problem: always without violation, never worse than a valid `start`.

    Work is counted: `stop.iterations` are rounds of improvement, without them a fixed number that
    takes some ten seconds. The same number of rounds ends at the same routes on every machine,
    unless `stop.seconds` or `progress` end the search before (`Result.stopped_by`). A `start` that
    no longer fits is mended.
    """
    stop = stop or StopRule()
    watch = _Watch(stop, progress)
    parts = split(problem)
    searches = [Search(part.problem, seed) for part in parts]
    if start is not None:
        for part, search in zip(parts, searches, strict=True):
            search.take(_orders(part, start))
    watch.searches = searches
    within = {visit for part in parts for visit in part.visits}
    watch.fixed_cost = sum(
        problem.required_penalty if visit.required else visit.worth
        for index, visit in enumerate(problem.visits)
        if index not in within
    )
    watch.note("insertion", len(parts))
    watch.tell()

    rounds = ROUNDS if stop.iterations is None else stop.iterations
    visits_left = len(within)
    for part, search in zip(parts, searches, strict=True):
        if watch.stopped_by == "cancelled":
            break
        if search.cost == 0:
            continue
        share = len(part.visits) / visits_left
        visits_left -= len(part.visits)
        watch.deadline = watch.now + (watch.end - watch.now) * share
        if start is None:
            seconds = (watch.deadline - watch.now) * ROUTING_SHARE
            orders = routing_orders(part.problem, solutions=ROUTING_SOLUTIONS, seconds=seconds)
            watch.go_on(search.take(orders))
            watch.note("routing", ROUTING_SOLUTIONS)
        watch.note(
            "improvement", search.run(round(rounds * len(part.visits) / len(within)), watch.go_on)
        )

    solution = merge(
        problem,
        [
            (part, _routes(part.problem, search))
            for part, search in zip(parts, searches, strict=True)
        ],
    )
    cost = cost_of(problem, solution)
    left_required = any(problem.visits[visit].required for visit in solution.left_out)
    proven = cost == watch.fixed_cost  # nothing is travelled, nothing that could be made left out
    return Result(
        engine=engine,
        seed=seed,
        status=Status.INFEASIBLE
        if left_required
        else Status.OPTIMAL
        if proven
        else Status.FEASIBLE,
        stopped_by="optimal" if proven else watch.stopped_by,
        solution=solution,
        cost=cost,
        bound=cost if proven else None,
        phases=tuple(watch.phases),
    )


class _Watch:
    """The clock, what ended the search, and what is told meanwhile."""

    def __init__(self, stop: StopRule, progress: ProgressCallback | None) -> None:
        self._began = self._noted = time.monotonic()
        self._progress = progress
        self.end = self._began + (math.inf if stop.seconds is None else stop.seconds)
        self.deadline = self.end
        self.stopped_by = "iterations"
        self.searches: list[Search] = []
        self.fixed_cost = 0
        self.phases: list[PhaseStatistics] = []

    @property
    def now(self) -> float:
        return time.monotonic()

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

    def go_on(self, better: bool) -> bool:
        """Asked after each round."""
        if better:
            self.tell()
        if self.stopped_by != "cancelled" and self.now >= self.deadline:
            self.stopped_by = "time"
        return self.stopped_by == "iterations" or (
            self.stopped_by == "time" and self.now < self.deadline
        )

    def tell(self) -> None:
        if self._progress is None:
            return
        told = self._progress(
            Progress(
                seconds=self.now - self._began,
                cost=self.fixed_cost + sum(search.cost for search in self.searches),
                bound=None,
                visits=sum(len(visits) for search in self.searches for _, visits in search.routes),
            )
        )
        if told is False:
            self.stopped_by = "cancelled"


def _orders(part: Part, start: Solution) -> list[tuple[int, list[int]]]:
    """The routes of a solution of the whole, as far as they lie in a part."""
    shifts = {shift: number for number, shift in enumerate(part.shifts)}
    visits = {visit: number for number, visit in enumerate(part.visits)}
    return [
        (shifts[route.shift], [visits[stop.visit] for stop in route.stops if stop.visit in visits])
        for route in start.routes
        if route.shift in shifts
    ]


def _routes(problem: Problem, search: Search) -> list[Route]:
    routes = []
    for shift, visits in search.routes:
        route = schedule(problem, shift, visits)
        if route is None:
            raise AssertionError(f"the search made a route that cannot be timed: {visits}")
        routes.append(route)
    return routes
