"""What a solver returns: the routes, apart from how they were found and how good they are."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from routeplan.problem.problem import Problem
from routeplan.solve.limit import Limit
from routeplan.solve.proof import Proof
from routeplan.values import Frozen

__all__ = [
    "Engine",
    "PhaseStatistics",
    "Result",
    "Route",
    "Solution",
    "Solved",
    "Status",
    "Stop",
]


class Engine(StrEnum):
    """How routes are found."""

    COLUMNS = "columns"  # column generation: near the optimum, with a proven bound
    ROUTING = "routing"  # OR-Tools' routing solver and large neighbourhood search: no bound


class Status(StrEnum):
    OPTIMAL = "optimal"  # proven: nothing is cheaper
    FEASIBLE = "feasible"  # all required visits are in; better may exist
    INFEASIBLE = "infeasible"  # some required visit is left out


class Stop(Frozen):
    """A visit on a route, in minutes after midnight."""

    visit: int
    """Index into `Problem.visits`."""
    leave: int
    """Setting off from the place before; equal to `arrive` where the route starts here."""
    arrive: int
    start: int
    """Of the talk."""
    end: int


class Route(Frozen):
    """A shift's visits in order. Empty routes are not listed."""

    shift: int
    stops: tuple[Stop, ...]
    leave_last: int
    """Setting off from the last visit (its `after` is over)."""
    back: int
    """Arrival at the end place; equal to `leave_last` where the shift has none."""
    lunch: tuple[int, int] | None
    """Start and end of the break; None where the shift has none."""


class Solution(Frozen):
    routes: tuple[Route, ...]
    """By shift."""
    left_out: tuple[int, ...]
    """Visits on no route, by index."""

    @property
    def made(self) -> frozenset[int]:
        """Visits on the routes, by index."""
        return frozenset(stop.visit for route in self.routes for stop in route.stops)


class PhaseStatistics(Frozen):
    name: str
    seconds: float
    iterations: int


class Result(Frozen):
    """The best routes found, what they cost, and how good they are known to be."""

    version: Literal[1] = 1
    engine: Engine
    seed: int
    status: Status
    stopped_by: str
    """What ended the search: 'time', 'iterations', 'gap', 'optimal' or 'cancelled'."""
    solution: Solution
    cost: int
    bound: int | None = None
    """No solution costs less; None: not known."""
    proof: Proof | None = None
    """Of the bound, to be checked anew (`recheck.py`)."""
    phases: tuple[PhaseStatistics, ...] = ()

    @property
    def gap(self) -> float | None:
        """(cost - bound) / cost, 0 when both are 0; None without a bound."""
        if self.bound is None:
            return None
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


class Solved(Frozen):
    """A problem with a result for it: all that checking anew needs."""

    version: Literal[1] = 1
    problem: Problem
    result: Result
    limit: Limit | None = None
    """Where few visits were to change."""


def rest_gap(cost: int, bound: int | None, required: int) -> float | None:
    """By how much of a cost the best possible may be below it, penalties left aside: beside these
    all else is small.

    None: not known; with a bound below the penalties, fewer required visits might be left out.
    """
    if bound is None or bound < required:
        return None
    rest = cost - required
    return (cost - bound) / rest if rest else 0.0
