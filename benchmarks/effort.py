"""How the effort grows: seconds until a plan is proven near the best, by visits and by days.

    python benchmarks/effort.py --out effort.md --plot docs/images/effort.svg

One manager, weeks drawn as `week-50` (`instances.sized_week`): more and more due visits in five
days, then sixty of them in more and more days. The columns engine stops at a gap of 2 %, or at the
limit: then the row says "not within". How seconds grow with size is fitted as a power, by least
squares of the logarithms.

What the gap is a share of changes with the size: where nearly every visit fits, cost is travel;
where most are left out, it is mostly their worth, and 2 % of that is soon reached.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import correlation, linear_regression
from typing import NamedTuple

from entrants import Outcome, run_apart
from instances import sized_week
from report import percent, publish, table

__all__ = ["Growth", "Point", "growth", "plot", "sentence"]

DAYS, VISITS = 5, 60
"""What stays the same while the other grows."""
LEAST_SECONDS = 0.01
"""Nothing is timed finer, and no time is without a logarithm."""


@dataclass(frozen=True)
class Run:
    """One problem, solved to the gap or to the limit."""

    due: int
    days: int
    seed: int
    outcome: Outcome
    seconds: float
    within: bool
    """Whether the gap was reached before the limit, which `seconds` is where it was not."""


class Point(NamedTuple):
    """A run in the curve."""

    size: int
    seconds: float
    within: bool


@dataclass(frozen=True)
class Growth:
    """Seconds as a power of the size."""

    exponent: float
    seconds_at_one: float
    fit: float
    """r²: the share of the logarithms' variance that the power explains."""


def growth(points: Sequence[Point]) -> Growth | None:
    """The power, by least squares of the logarithms; None: there is one size only, or no run
    ended."""
    if len({point.size for point in points}) < 2 or not any(point.within for point in points):
        return None
    sizes = [math.log(point.size) for point in points]
    times = [math.log(max(point.seconds, LEAST_SECONDS)) for point in points]
    line = linear_regression(sizes, times)
    fit = correlation(sizes, times) ** 2 if len(set(times)) > 1 else 1.0
    return Growth(line.slope, math.exp(line.intercept), fit)


def sentence(grows: str, same: str, points: Sequence[Point]) -> str:
    """The exponent in words."""
    found = growth(points)
    if found is None:
        return f"By {grows}, {same}: no power can be fitted to these runs."
    late = sum(not point.within for point in points)
    counted = f"; {late} of them not within the limit, counted as the limit" if late else ""
    return (
        f"By {grows}, {same}: seconds grow as the number of {grows} to the power "
        f"{found.exponent:.1f} (r² {found.fit:.2f}, {len(points)} runs{counted})."
    )


def plot(path: Path, families: Sequence[tuple[str, str, Sequence[Point]]], gap: float) -> None:
    """A panel for each (what grows, what stays, runs), all axes logarithmic.

    The kind of picture is that of the file's name; the same numbers give the same file. Raises
    ImportError without matplotlib.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter, ScalarFormatter

    kinds = ((True, "full", "o", "a run"), (False, "none", "^", "not within the limit"))
    with mpl.rc_context({"svg.hashsalt": "effort", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(7.5, 3.2), layout="constrained")
        axes = figure.subplots(1, len(families), sharey=True, squeeze=False)[0]
        axes[0].set_ylabel(f"seconds to a gap of {percent(gap, 1)}")
        for axis, (grows, same, points) in zip(axes, families, strict=True):
            axis.set(xscale="log", yscale="log", xlabel=f"{grows} ({same})")
            for within, fill, marker, label in kinds:
                at = [(point.size, point.seconds) for point in points if point.within is within]
                if at:
                    axis.plot(*zip(*at, strict=True), f"C0{marker}", fillstyle=fill, label=label)
            sizes = sorted({point.size for point in points})
            if power := growth(points):
                fitted = [power.seconds_at_one * size**power.exponent for size in sizes]
                axis.plot(sizes, fitted, "C1-", label=f"{grows} to the power {power.exponent:.1f}")
            axis.set_xticks(sizes)
            for ruler in (axis.xaxis, axis.yaxis):
                ruler.set_major_formatter(ScalarFormatter())
                ruler.set_minor_formatter(NullFormatter())
            axis.grid(alpha=0.3)
            if points:
                axis.legend()
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)


def _families(runs: Sequence[Run]) -> list[tuple[str, str, list[Point]]]:
    """What grows, what stays the same, and the runs."""
    return [
        (
            "visits",
            f"{DAYS} days",
            [Point(run.due, run.seconds, run.within) for run in runs if run.days == DAYS],
        ),
        (
            "days",
            f"{VISITS} visits",
            [Point(run.days, run.seconds, run.within) for run in runs if run.due == VISITS],
        ),
    ]


def _lines(runs: Sequence[Run], gap: float) -> list[str]:
    rows = [
        [
            str(run.due),
            str(run.days),
            str(run.seed),
            f"{run.seconds:.1f}" if run.within else f"not within {run.seconds:g}",
            str(run.due - len(run.outcome.solution.left_out)),
            str(run.outcome.cost),
            "" if run.outcome.bound is None else str(run.outcome.bound),
            percent(run.outcome.gap),
        ]
        for run in runs
    ]
    lines = [
        "## effort",
        "",
        f"Seconds to a gap of {percent(gap, 1)}, one manager.",
        "",
        *table(["due", "days", "seed", "seconds", "made", "cost", "bound", "gap"], rows),
    ]
    for family in _families(runs):
        lines += ["", sentence(*family)]
    return lines


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description="Seconds to a gap, by visits and by days.")
    parser.add_argument("--visits", type=_numbers, default=[25, 50, 100, 200], metavar="N,N,...")
    parser.add_argument("--days", type=_numbers, default=[5, 10, 20], metavar="N,N,...")
    parser.add_argument("--seeds", type=int, default=2, help="problems 0, 1, ... (default 2)")
    parser.add_argument("--seconds", type=float, default=120.0, help="at most, for each")
    parser.add_argument("--gap", type=float, default=0.02, help="to reach (default 0.02)")
    parser.add_argument("--plot", type=Path, help="draw the curve: .svg or .png")
    parser.add_argument("--out", type=Path, help="write the table to this file too")
    options = parser.parse_args()
    if any(days < 5 or days % 5 for days in options.days):
        parser.error("days come in weeks of five")
    if options.plot and importlib.util.find_spec("matplotlib") is None:
        parser.error('drawing needs matplotlib: pip install -e ".[bench]"')
    sizes = [(due, DAYS) for due in options.visits] + [(VISITS, days) for days in options.days]
    runs: list[Run] = []
    for due, days in dict.fromkeys(sizes):
        for seed in range(options.seeds):
            problem = sized_week(due, days // 5, seed)
            outcome = run_apart("columns", problem, options.seconds, seed, gap=options.gap)
            near = outcome.gap is not None and outcome.gap <= options.gap
            within = near and outcome.seconds <= options.seconds
            seconds = outcome.seconds if within else options.seconds
            runs.append(Run(due, days, seed, outcome, seconds, within))
            print(
                f"{due} visits, {days} days, seed {seed}: {outcome.seconds:.1f} s, "
                f"gap {percent(outcome.gap) or 'not known'}",
                file=sys.stderr,
                flush=True,
            )
            publish(_lines(runs, options.gap), options.out, done=False)
    publish(_lines(runs, options.gap), options.out, done=True)
    if options.plot:
        plot(options.plot, _families(runs), options.gap)


if __name__ == "__main__":
    main()
