"""routeplan and its peers on the same problems, in one run, one after the other.

    python benchmarks/compare.py --class week-50 --seeds 20 --seconds 10

An entrant with a time of its own is written `columns:60`. Progress goes to stderr; the tables and
the targets, in Markdown, to stdout and to `--out`, there after every problem.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from entrants import ENTRANTS, Outcome, run_apart
from instances import CLASSES, problem_of
from peers import PEERS
from report import Target, percent, publish, table, target_table

__all__ = ["Case", "closed", "targets"]

OURS = "columns"
DEFAULT = "columns,routing,vroom,vroom-restarts,ortools,pyvrp"
LONG = "columns:60"


@dataclass(frozen=True)
class Aim:
    """What is wanted of a class: shares, and the seconds they are measured at."""

    seconds: float
    closed: float
    gap: float


AIMS = {
    "week-50": Aim(10, 0.80, 0.01),
    "week-120": Aim(30, 0.70, 0.003),
    "month-120": Aim(120, 0.60, 0.02),
    "month-cadence": Aim(120, 0.60, 0.02),
    "team-5": Aim(60, 0.60, 0.02),
}
NEVER_ABOVE = ("week-50", "week-120", "month-cadence")


def closed(ours: int, peer: int, bound: int) -> float | None:
    """The share of what could still be won over the best peer that is won; None: nothing could."""
    return (peer - ours) / (peer - bound) if peer > bound else None


@dataclass(frozen=True)
class Case:
    """All outcomes on one problem, by entrant."""

    seed: int
    outcomes: dict[str, Outcome]

    @property
    def bound(self) -> int | None:
        """The best that any entrant proved."""
        return max((o.bound for o in self.outcomes.values() if o.bound is not None), default=None)

    @property
    def best_peer(self) -> int | None:
        costs = [o.cost for name, o in self.outcomes.items() if name.split(":")[0] in PEERS]
        return min(costs, default=None)

    def closed(self, entrant: str) -> float | None:
        if self.best_peer is None or self.bound is None:
            return None
        return closed(self.outcomes[entrant].cost, self.best_peer, self.bound)


def targets(name: str, cases: Sequence[Case]) -> list[Target]:
    """What is wanted of a class, and what the columns engine reached."""
    aim = AIMS.get(name)
    if aim is None or any(OURS not in case.outcomes for case in cases):
        return []
    gaps = [gap for case in cases if (gap := case.outcomes[OURS].gap) is not None]
    if len(gaps) < len(cases):
        gaps = []  # a problem without a bound cannot be left out of the mean
    found = [
        Target(
            f"closed ≥ {percent(aim.closed, 0)} on average", _mean_closed(cases, OURS), aim.closed
        )
    ]
    if name == "week-50":
        ratio = _to_best_peer(cases, OURS)
        found.append(Target("mean cost ≤ 96 % of the best peer's", ratio, 0.96, at_most=True))
    if name in NEVER_ABOVE:
        above = sum(
            case.best_peer is not None and case.outcomes[OURS].cost > case.best_peer
            for case in cases
        )
        with_peer = all(case.best_peer is not None for case in cases)
        found.append(
            Target(
                "problems where a peer is better: 0",
                above if with_peer else None,
                0,
                at_most=True,
                as_percent=False,
            )
        )
    found.append(
        Target(
            f"mean gap ≤ {percent(aim.gap, 1)}",
            mean(gaps) if gaps else None,
            aim.gap,
            at_most=True,
        )
    )
    if name == "week-50":
        found.append(Target("worst gap ≤ 3 %", max(gaps, default=None), 0.03, at_most=True))
        tried = all(LONG in case.outcomes for case in cases)
        proven = sum(case.outcomes[LONG].gap == 0 for case in cases) if tried else None
        found.append(
            Target(
                "proven optimal within 60 s, of all: half", proven, len(cases) / 2, as_percent=False
            )
        )
    return found


def tables(name: str, cases: Sequence[Case], entrants: Sequence[str]) -> list[str]:
    """Markdown: a row for each problem, a row for each entrant, the targets."""
    each, sums = [], []
    for case in cases:
        best = min(outcome.cost for outcome in case.outcomes.values())
        row = [str(case.seed), "" if case.bound is None else str(case.bound)]
        for entrant in entrants:
            outcome = case.outcomes[entrant]
            cost = f"**{outcome.cost}**" if outcome.cost == best else str(outcome.cost)
            row.append(f"{cost} ({outcome.seconds:.1f} s)")
        if OURS in entrants:
            row += [percent(case.outcomes[OURS].gap), percent(case.closed(OURS), 1)]
        each.append(row)
    for entrant in entrants:
        outcomes = [case.outcomes[entrant] for case in cases]
        gaps = [outcome.gap for outcome in outcomes if outcome.gap is not None]
        sums.append(
            [
                entrant,
                f"{mean(outcome.cost for outcome in outcomes):.1f}",
                f"{mean(len(outcome.solution.left_out) for outcome in outcomes):.1f}",
                f"{mean(outcome.seconds for outcome in outcomes):.1f}",
                percent(_to_best_peer(cases, entrant)),
                percent(_mean_closed(cases, entrant), 1),
                percent(_closed_of_sums(cases, entrant), 1),
                percent(mean(gaps)) if len(gaps) == len(cases) else "",
                percent(max(gaps)) if len(gaps) == len(cases) else "",
                str(sum(gap == 0 for gap in gaps)) if gaps else "",
                str(sum(outcome.dropped for outcome in outcomes)),
                str(sum(bool(outcome.broken) for outcome in outcomes)),
            ]
        )
    ours = ["gap", "closed"] if OURS in entrants else []
    return [
        f"## {name}",
        "",
        f"Cost and seconds used; best in bold; gap and closed are those of {OURS}.",
        "",
        *table(["seed", "bound", *entrants, *ours], each),
        "",
        "Means; *closed* as the mean of the problems' shares and as the share of the sums.",
        "",
        *table(
            [
                "entrant",
                "cost",
                "left out",
                "seconds",
                "of best peer",
                "closed",
                "closed (sums)",
                "gap",
                "worst gap",
                "proven",
                "dropped",
                "invalid",
            ],
            sums,
        ),
        *target_table(targets(name, cases)),
    ]


def _mean_closed(cases: Sequence[Case], entrant: str) -> float | None:
    shares = [share for case in cases if (share := case.closed(entrant)) is not None]
    return mean(shares) if shares else None


def _closed_of_sums(cases: Sequence[Case], entrant: str) -> float | None:
    ours = peers = bounds = 0
    for case in cases:
        if case.best_peer is None or case.bound is None:
            return None
        ours += case.outcomes[entrant].cost
        peers += case.best_peer
        bounds += case.bound
    return closed(ours, peers, bounds)


def _to_best_peer(cases: Sequence[Case], entrant: str) -> float | None:
    """The sum of an entrant's costs over that of each problem's best peer."""
    best = [case.best_peer for case in cases if case.best_peer is not None]
    if len(best) < len(cases) or not sum(best):
        return None
    return sum(case.outcomes[entrant].cost for case in cases) / sum(best)


def main() -> None:
    parser = argparse.ArgumentParser(description="routeplan and its peers on the same problems.")
    parser.add_argument("--class", dest="name", choices=sorted(CLASSES), default="week-50")
    parser.add_argument("--seeds", type=int, default=20, help="problems 0, 1, ... (default 20)")
    parser.add_argument("--seconds", type=float, help="for each entrant (default: the target's)")
    parser.add_argument("--engines", default=DEFAULT, help=f"default {DEFAULT}")
    parser.add_argument("--out", type=Path, help="write the tables to this file too")
    options = parser.parse_args()
    entrants = [entrant.strip() for entrant in options.engines.split(",")]
    if unknown := [one for one in entrants if one.split(":")[0] not in ENTRANTS]:
        parser.error(f"no such entrants: {', '.join(unknown)}; there are {', '.join(ENTRANTS)}")
    seconds = options.seconds or (AIMS[options.name].seconds if options.name in AIMS else 30.0)
    cases: list[Case] = []
    lines: list[str] = []
    for seed in range(options.seeds):
        problem = problem_of(options.name, seed)
        outcomes: dict[str, Outcome] = {}
        for entrant in entrants:
            engine, _, own = entrant.partition(":")
            outcome = run_apart(engine, problem, float(own or seconds), seed)
            outcomes[entrant] = outcome
            print(
                f"{options.name}/{seed} {entrant}: {outcome.cost}, bound {outcome.bound}, "
                f"{outcome.seconds:.1f} s, {outcome.dropped} dropped",
                file=sys.stderr,
                flush=True,
            )
        cases.append(Case(seed, outcomes))
        lines = tables(options.name, cases, entrants)
        publish(lines, options.out, done=False)
    publish(lines, options.out, done=True)


if __name__ == "__main__":
    main()
