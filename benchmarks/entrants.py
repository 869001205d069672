"""routeplan's engines and their peers, run alone and judged alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

from peers import PACKAGES, PEERS, WARM_PEERS, timed

from routeplan.problem.problem import Problem
from routeplan.solve.column_generation.compile import compile_kernels
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Engine, Solution
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import require_valid, violations

__all__ = ["ENTRANTS", "Outcome", "apart", "run", "run_apart"]

P = ParamSpec("P")
T = TypeVar("T")

ENTRANTS = (*Engine, *PEERS)


@dataclass(frozen=True)
class Outcome:
    """What one entrant reached on one problem."""

    solution: Solution
    cost: int
    bound: int | None
    seconds: float
    """Really used, without loading libraries and compiled kernels."""
    dropped: int
    """Visits that the entrant had planned, though they do not fit."""
    broken: tuple[str, ...]
    """Rules that the solution breaks: empty unless there is a bug."""

    @property
    def gap(self) -> float | None:
        """Of its own bound."""
        if self.bound is None:
            return None
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


def run(
    name: str,
    problem: Problem,
    seconds: float,
    seed: int = 0,
    start: Solution | None = None,
    gap: float = 0.0,
) -> Outcome:
    """One entrant, in this process; `start` is for routeplan's engines and `WARM_PEERS`, the `gap`
    to stop at for routeplan's engines alone.

    Raises ValueError: no such entrant.
    """
    bound: int | None = None
    dropped: tuple[int, ...] = ()
    if name in PEERS:
        import_module(PACKAGES[name])
        began = time.monotonic()
        if start is not None:
            given = [(route.shift, [stop.visit for stop in route.stops]) for route in start.routes]
            orders = WARM_PEERS[name](problem, seconds, seed, given)
        else:
            orders = PEERS[name](problem, seconds, seed)
        used = time.monotonic() - began
        solution, dropped = timed(problem, orders)
    else:
        engine = Engine(name)
        if engine is Engine.COLUMNS:
            compile_kernels()
        began = time.monotonic()
        stop = StopRule(seconds=seconds, gap=gap)
        result = solve(problem, stop, seed=seed, engine=engine, start=start)
        used = time.monotonic() - began
        require_valid(problem, result)
        solution, bound = result.solution, result.bound
    return Outcome(
        solution=solution,
        cost=cost_of(problem, solution),
        bound=bound,
        seconds=used,
        dropped=len(dropped),
        broken=violations(problem, solution),
    )


def run_apart(
    name: str,
    problem: Problem,
    seconds: float,
    seed: int = 0,
    start: Solution | None = None,
    gap: float = 0.0,
) -> Outcome:
    """`run` in a fresh process."""
    return apart(run, name, problem, seconds, seed, start, gap)


def apart(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """What a function gives in a fresh process: nothing is warm but the kernels on disk, nothing
    stays behind."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *given, **named).result()
