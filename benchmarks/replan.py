"""Planning a week again on Tuesday noon: how soon, how good, how little changes.

    python benchmarks/replan.py --seeds 20

Each problem is solved by the columns engine, from the plan as it stood, for one second and for
sixty. "Forced" is the fewest planned visits that a plan moves which makes the urgent visit: a
search where moves cost more than all else finds it, and proves it unless it is marked ≤.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import mean

from entrants import run_apart
from instances import CHURN, Replan, moved, replan_of
from report import Target, percent, publish, table, target_table

from routeplan.problem.problem import Problem

__all__ = ["forced_problem"]

DEARER = 1000
"""Times: what moving costs where only moves count."""


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
        elif index == replan.urgent:
            changes = {"required": True}
        else:
            changes = {"worth": 0}
        visits.append(visit.model_copy(update=changes))
    penalty = 2 * price * len(visits)
    return replan.problem.model_copy(update={"visits": tuple(visits), "required_penalty": penalty})


def main() -> None:
    parser = argparse.ArgumentParser(description="Planning again after a cancellation.")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--long", type=float, default=60.0, help="seconds of the other plan")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows: list[list[str]] = []
    ratios: list[float] = []
    beyond: list[int] = []
    used: list[float] = []
    lines: list[str] = []
    for seed in range(options.seeds):
        replan = replan_of(seed)
        quick = run_apart("columns", replan.problem, options.seconds, seed, replan.start)
        long = run_apart("columns", replan.problem, options.long, seed, replan.start)
        forced = run_apart("columns", forced_problem(replan), 10.0, seed, replan.start)
        must, does = moved(replan, forced.solution), moved(replan, quick.solution)
        ratios.append(quick.cost / long.cost - 1 if long.cost else 0.0)
        beyond.append(does - must)
        used.append(quick.seconds)
        rows.append(
            [
                str(seed),
                str(len(replan.planned)),
                f"{quick.cost} ({quick.seconds:.2f} s)",
                f"{long.cost} ({long.seconds:.1f} s)",
                "" if long.bound is None else str(long.bound),
                percent(ratios[-1]),
                str(does),
                f"{'' if forced.gap == 0 else '≤ '}{must}",
            ]
        )
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
        heads = ["seed", "planned", "quick", "long", "bound", "quick over long", "moved", "forced"]
        lines = [
            "## replan-50",
            "",
            *table(heads, rows),
            *target_table(
                [
                    Target("longest quick plan ≤ 1 s", max(used), 1.0, True, as_percent=False),
                    Target("worst of quick over long ≤ 0.5 %", max(ratios), 0.005, at_most=True),
                    Target("mean of quick over long ≤ 0.5 %", mean(ratios), 0.005, at_most=True),
                    Target("most moves beyond forced ≤ 2", max(beyond), 2, True, as_percent=False),
                ]
            ),
        ]
        publish(lines, options.out, done=False)
    publish(lines, options.out, done=True)


if __name__ == "__main__":
    main()
