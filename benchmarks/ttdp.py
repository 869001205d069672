"""Tourist trips over several days: public instances, score only.

    python benchmarks/ttdp.py FOLDER --seconds 60

FOLDER holds the instances as `t101.txt`. How a file is read:

- line 1: `k M SD N ...`: M tours, one a day, the first on weekday SD (0 to 6; 0 follows 6), and N
  points;
- line 2: where every tour begins and ends: `0 x y 0 0 O C`, not before O, not after C, minutes of
  the day;
- then a line for each point: `i x y d S t`, opening and closing minute of weekday 0, ..., of
  weekday 6, `b`. A visit takes d minutes, brings the score S once in all tours, and begins no
  earlier than the opening and no later than the closing, as in the team orienteering instances; the
  format does not say whether it must be over by then. `0 0` is closed.
- A way takes as many minutes as it is long, cut to two decimals, whatever the hour.

Left aside, "not relevant" to the format itself: kinds of points and how many of each (`t`, `E1` to
`E10`), fees and the budget for them (`b`, `B`), `k` and `C`.

A tour is a shift, a point a visit worth its score, a minute of the problem a hundredth of one of
the file. As in `toptw.py` the objective charges no travel: the cost is the score not collected. A
visit of no minutes takes a hundredth, which the ways on from it are shorter by, so arrivals are
those of the file. No scores are published to compare with; there is the proven bound, if any.
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from entrants import run_apart
from report import percent, publish, table

from routeplan.book.models import TravelMode
from routeplan.problem.problem import Problem, Shift, Visit, Window
from routeplan.travel.matrix import TravelMatrix, TravelSlice

__all__ = ["read_ttdp"]

MONDAY = dt.date(2026, 11, 23)
HOURS = slice(6, 20)
"""Fields of a point: opening and closing by weekday."""


def read_ttdp(path: Path) -> Problem:
    """The instance of a file. Raises ValueError: not in this format."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    head, depot, *points = [[float(field) for field in line] for line in lines if line]
    tours, first_day, number = (round(field) for field in head[1:4])
    if len(depot) != 7 or len(points) != number or any(len(point) < 20 for point in points):
        raise ValueError(f"{path.name}: not the start and {number} points with seven days' hours")
    start, end = _hundredths(depot[5:])
    return Problem(
        days=tuple(MONDAY + dt.timedelta(first_day + tour) for tour in range(tours)),
        places=tuple(f"{point[0]:.0f}" for point in (depot, *points)),
        matrices=(_ways([depot, *points]),),
        shifts=tuple(
            Shift(
                manager="T",
                day=tour,
                start=start,
                end=end,
                start_place=0,
                end_place=0,
                matrix=0,
                max_visits=number,
                max_talk=end,
            )
            for tour in range(tours)
        ),
        visits=tuple(
            _visit(place, point, [(first_day + tour) % 7 for tour in range(tours)], end)
            for place, point in enumerate(points, start=1)
        ),
        required_penalty=1 + sum(round(point[4]) for point in points),
    )


def _visit(place: int, point: Sequence[float], weekdays: Sequence[int], end: int) -> Visit:
    hours = _hundredths(point[HOURS])
    talk = max(1, *_hundredths(point[3:4]))
    windows = []
    for tour, weekday in enumerate(weekdays):
        opening, closing = hours[2 * weekday : 2 * weekday + 2]
        if closing > opening:
            windows.append(Window(shift=tour, start=opening, end=min(closing + talk, end)))
    return Visit(
        id=f"{point[0]:.0f}",
        client=f"{point[0]:.0f}",
        place=place,
        talk=talk,
        before=0,
        after=0,
        worth=round(point[4]),
        windows=tuple(windows),
    )


def _ways(rows: Sequence[Sequence[float]]) -> TravelMatrix:
    """Raises ValueError: a visit of no minutes is made where another place is."""
    at = [_hundredths(row[1:3]) for row in rows]
    ways = []
    for number, (origin, row) in enumerate(zip(at, rows, strict=True)):
        # The square root of whole hundredths, cut: exact where that of a fraction need not be.
        way = [math.isqrt((x - origin[0]) ** 2 + (y - origin[1]) ** 2) for x, y in at]
        if number and row[3] == 0:
            way = [0 if other == number else length - 1 for other, length in enumerate(way)]
            if min(way) < 0:
                raise ValueError(f"point {row[0]:.0f} takes no minutes and lies on another")
        ways.append(tuple(way))
    nothing = tuple((0,) * len(rows) for _ in rows)
    return TravelMatrix(
        mode=TravelMode.CAR,
        source="plane",
        estimated=True,
        minutes=nothing,
        metres=nothing,
        slices=(TravelSlice(start=0, minutes=tuple(ways)),),
    )


def _hundredths(values: Sequence[float]) -> list[int]:
    return [round(100 * value) for value in values]


def main() -> None:
    parser = argparse.ArgumentParser(description="Public tourist trip instances, score only.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--instances", help="for example t101,t133 (default: all)")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    names = (
        options.instances.split(",")
        if options.instances
        else sorted(path.stem for path in options.folder.glob("t[0-9]*.txt"))
    )
    if not names:
        parser.error(f"no instances t*.txt in {options.folder}")
    rows: list[list[str]] = []
    gaps: list[float] = []
    lines: list[str] = []
    for name in names:
        problem = read_ttdp(options.folder / f"{name}.txt")
        outcome = run_apart("columns", problem, options.seconds)
        all_scores = sum(visit.worth for visit in problem.visits)
        score = all_scores - outcome.cost
        most = None if outcome.bound is None else all_scores - outcome.bound
        gap = None if most is None or not score else (most - score) / score
        if gap is not None:
            gaps.append(gap)
        rows.append(
            [
                name,
                str(len(problem.shifts)),
                str(len(problem.visits)),
                str(all_scores),
                str(score),
                "not proven" if most is None else str(most),
                percent(gap),
                f"{outcome.seconds:.1f}",
            ]
        )
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
        heads = ["instance", "tours", "points", "all", "score", "at most", "gap", "seconds"]
        found = f"A bound for {len(gaps)} of {len(rows)}"
        if gaps:
            found += f", mean gap {percent(mean(gaps))}"
        lines = [
            "## ttdp",
            "",
            *table(heads, rows),
            "",
            f"{found}; proven optimal: {sum(gap == 0 for gap in gaps)}.",
        ]
        publish(lines, options.out, done=False)
    publish(lines, options.out, done=True)


if __name__ == "__main__":
    main()
