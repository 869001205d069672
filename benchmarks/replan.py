"""Planning a week again on Tuesday noon: how little changes, what that costs, how soon.

    python benchmarks/replan.py --seeds 20

Entrants, all of them from the same planned week to the same Tuesday:

routeplan       the columns engine from the plan as it stood, moving priced as in the settings
--max-changes   the same, with at most two changes more than nothing avoids
scratch         the columns engine, not knowing what was planned
ortools         OR-Tools' routing solver, not knowing what was planned
ortools:warm    the same, from the plan as it stood

Of each plan only the orders count, timed so that as little as can be moves. "Beyond" are planned
visits moved by more than the tolerance, or given up, beyond the forced; "lost" is what the plan
costs more than the one from scratch where moving costs nothing: minutes of travel and worth left
out. "Forced" is the fewest planned visits that a plan moves which makes the urgent visit: a search
where moves cost more than all else finds it, and proves it unless it is marked ≤.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from entrants import Outcome, apart, run, run_apart
from instances import CHURN, Replan, moved, nudged, replan_of
from peers import timed
from report import Target, publish, table, target_table

from routeplan.problem.problem import Problem
from routeplan.replan.budget import efficient_plans
from routeplan.solve.column_generation.compile import compile_kernels
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Solution
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import violations

__all__ = ["Entry", "entry_of", "forced_problem"]

DEARER = 1000
"""Times: what moving costs where only moves count."""
MORE = 2
"""Changes that a limited plan may make beyond those that nothing avoids."""
ENTRANTS = ("routeplan", "--max-changes", "scratch", "ortools:warm", "ortools")


@dataclass(frozen=True)
class Entry:
    """What an entrant made of a week."""

    beyond: int
    """Planned visits moved or given up, beyond the forced."""
    nudged: int
    """Planned visits moved by no more than the tolerance."""
    cost: int
    """Where moving costs nothing."""
    seconds: float


def entry_of(replan: Replan, solution: Solution, forced: int, seconds: float) -> Entry:
    """A solution, timed anew so that as few visits move as its orders let. Raises ValueError: it
    breaks a rule."""
    orders = [(route.shift, [stop.visit for stop in route.stops]) for route in solution.routes]
    kept, _ = timed(replan.problem, orders)
    if broken := violations(replan.problem, kept):
        raise ValueError(broken)
    return Entry(
        beyond=moved(replan, kept) - forced,
        nudged=nudged(replan, kept),
        cost=cost_of(replan.unpriced, kept),
        seconds=seconds,
    )


def forced_problem(replan: Replan) -> Problem:
    """The problem in which moving a planned visit, or leaving it out, costs far more than anything
    but leaving out the urgent one; every move costs alike."""
    price = DEARER * CHURN.drop
    visits = []
    for index, visit in enumerate(replan.problem.visits):
        windows = tuple(
            window.model_copy(update={"cost": price if window.cost >= CHURN.hour else 0})
            for window in visit.windows
        )
        changes: dict[str, object] = {}
        if index in replan.planned:
            changes = {"windows": windows, "worth": price}
        elif index != replan.urgent:
            changes = {"worth": 0}
        visits.append(visit.model_copy(update=changes))
    penalty = 2 * price * len(visits)
    return replan.problem.model_copy(update={"visits": tuple(visits), "required_penalty": penalty})


def references(replan: Replan, seconds: float, seed: int) -> tuple[Outcome, Outcome, Outcome]:
    """The plan that moves the fewest, the one from scratch, the one with few changes."""
    compile_kernels()
    forced = run("columns", forced_problem(replan), seconds, seed, replan.start)
    scratch = run("columns", replan.unpriced, seconds, seed)
    began = time.monotonic()
    stop = StopRule(seconds=seconds)
    found = efficient_plans(replan.problem, replan.slots, replan.start, stop=stop, seed=seed)
    within = found.within(MORE)
    limited = Outcome(
        solution=within.solution,
        cost=within.cost,
        bound=found.limit(MORE).bound,
        seconds=time.monotonic() - began,
        dropped=0,
        broken=violations(replan.problem, within.solution),
    )
    return forced, scratch, limited


def summary(entries: dict[str, list[Entry]], lost: dict[str, list[int]]) -> list[str]:
    rows = []
    for name, found in entries.items():
        beyond, seconds = [e.beyond for e in found], [e.seconds for e in found]
        rows.append(
            [
                name,
                f"{mean(beyond):.1f}",
                str(max(beyond)),
                f"{mean(e.nudged for e in found):.1f}",
                f"{mean(lost[name]):.0f}",
                str(max(lost[name])),
                f"{mean(seconds):.2f}",
                f"{max(seconds):.2f}",
            ]
        )
    heads = ["entrant", "beyond", "most", "nudged", "lost", "most", "seconds", "longest"]
    return table(heads, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Planning again after a cancellation.")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=1.0, help="of routeplan's plan")
    parser.add_argument("--peer-seconds", type=float, default=3.0, help="of each of OR-Tools'")
    parser.add_argument("--search", type=float, default=10.0, help="of each of the others, at most")
    parser.add_argument(
        "--long", type=float, default=60.0, help="of the plan that one not proven is compared with"
    )
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows: list[list[str]] = []
    ratios: list[float] = []
    entries: dict[str, list[Entry]] = {name: [] for name in ENTRANTS}
    lost: dict[str, list[int]] = {name: [] for name in ENTRANTS}
    for seed in range(options.seeds):
        replan = replan_of(seed)
        quick = run_apart("columns", replan.problem, options.seconds, seed, replan.start)
        best = quick
        if quick.bound != quick.cost:
            best = run_apart("columns", replan.problem, options.long, seed, replan.start)
        ratios.append(quick.cost / best.cost - 1 if best.cost else 0.0)
        forced, scratch, limited = apart(references, replan, options.search, seed)
        must = moved(replan, forced.solution)
        peer = options.peer_seconds
        outcomes = {
            "routeplan": quick,
            "--max-changes": limited,
            "scratch": scratch,
            "ortools:warm": run_apart("ortools", replan.problem, peer, seed, replan.start),
            "ortools": run_apart("ortools", replan.unpriced, peer, seed),
        }
        cells = []
        for name, outcome in outcomes.items():
            entry = entry_of(replan, outcome.solution, must, outcome.seconds)
            entries[name].append(entry)
            lost[name].append(entry.cost - scratch.cost)
            cells.append(f"{entry.beyond:+d}, {lost[name][-1]} ({entry.seconds:.2f} s)")
        known = f"{'' if forced.gap == 0 else '≤ '}{must}"
        proven = f"{'' if scratch.gap == 0 else '≤ '}{scratch.cost}"
        rows.append([str(seed), str(len(replan.planned)), known, proven, *cells])
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
        most = {name: max(entry.beyond for entry in found) for name, found in entries.items()}
        slowest = max(entry.seconds for entry in entries["routeplan"])
        targets = [
            Target("longest plan ≤ 1 s", slowest, 1.0, True, as_percent=False),
            Target("worst over the 60 s plan ≤ 0.5 %", max(ratios), 0.005, at_most=True),
            Target("most moved beyond forced ≤ 2", most["routeplan"], 2, True, as_percent=False),
            Target("... with --max-changes", most["--max-changes"], 2, True, as_percent=False),
        ]
        lines = [
            "### replan-50",
            "",
            "Each: visits moved beyond the forced, minutes lost, seconds.",
            "",
            *table(["seed", "planned", "forced", "from scratch", *ENTRANTS], rows),
            "",
            *summary(entries, lost),
            *target_table(targets),
        ]
        publish(lines, options.out, done=seed == options.seeds - 1)


if __name__ == "__main__":
    main()
