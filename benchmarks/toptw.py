"""Team orienteering with time windows: public instances, score only.

    python benchmarks/toptw.py FOLDER --seconds 60

FOLDER holds the instances in the format of Solomon's, extended for orienteering, as `c101.txt`, and
`best_known.csv` with a column `best_m1...` to `best_m4` of the scores to compare with.

A tour is a shift, a point a visit whose worth is its score. The objective charges typical minutes,
all zero here; how long a way takes stands in a travel slice, in tenths, as distances are cut to one
decimal. So the cost is the score not collected, and the bound on it a bound on the score.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import math
import sys
from pathlib import Path
from statistics import mean

from entrants import run_apart
from report import Target, percent, publish, table, target_table

from routeplan.book.models import TravelMode
from routeplan.problem.problem import Problem, Shift, Visit, Window
from routeplan.travel.matrix import TravelMatrix, TravelSlice

__all__ = ["read_known", "read_toptw"]


def read_toptw(path: Path, tours: int) -> Problem:
    """The instance of a file for that many tours."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()[2:]]
    rows = [[float(field) for field in line] for line in lines if line]
    depot, points = rows[0], rows[1:]
    places = [(row[1], row[2]) for row in rows]
    tenths = tuple(tuple(math.floor(10 * math.dist(a, b) + 1e-9) for b in places) for a in places)
    nothing = tuple((0,) * len(places) for _ in places)
    end = round(10 * depot[-1])
    visits = []
    for row in points:
        # The file's window is for the start.
        talk, score, first, last = (round(10 * row[3]), round(row[4]), *_tenths(row[-2:]))
        visits.append(
            Visit(
                id=f"{row[0]:.0f}",
                client=f"{row[0]:.0f}",
                place=round(row[0]),
                talk=talk,
                before=0,
                after=0,
                worth=score,
                windows=tuple(
                    Window(shift=tour, start=first, end=min(last + talk, end))
                    for tour in range(tours)
                ),
            )
        )
    return Problem(
        days=(dt.date(2026, 11, 23),),
        places=tuple(f"{row[0]:.0f}" for row in rows),
        matrices=(
            TravelMatrix(
                mode=TravelMode.CAR,
                source="plane",
                estimated=True,
                minutes=nothing,
                metres=nothing,
                slices=(TravelSlice(start=0, minutes=tenths),),
            ),
        ),
        shifts=tuple(
            Shift(
                manager=f"T{tour + 1}",
                day=0,
                start=round(10 * depot[-2]),
                end=end,
                start_place=0,
                end_place=0,
                matrix=0,
                max_visits=len(points),
                max_talk=end,
            )
            for tour in range(tours)
        ),
        visits=tuple(visits),
        required_penalty=1 + sum(visit.worth for visit in visits),
    )


def read_known(folder: Path) -> dict[tuple[str, int], int]:
    """Instance and tours → listed score; empty without a list."""
    path = folder / "best_known.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["instance"], int(column.removeprefix("best_m")[0])): int(value)
            for row in csv.DictReader(file)
            for column, value in row.items()
            if column.startswith("best_m") and value
        }


def _tenths(minutes: list[float]) -> tuple[int, int]:
    return round(10 * minutes[0]), round(10 * minutes[1])


def main() -> None:
    parser = argparse.ArgumentParser(description="Public team orienteering instances, score only.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--instances", help="for example c101,rc104 (default: all)")
    parser.add_argument("--tours", default="1,2,3,4")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    known = read_known(options.folder)
    names = (
        options.instances.split(",")
        if options.instances
        else sorted(path.stem for path in options.folder.glob("*.txt"))
    )
    rows: list[list[str]] = []
    below: list[str] = []
    gaps: list[float] = []
    above = 0
    lines: list[str] = []
    for name in names:
        for tours in (int(number) for number in options.tours.split(",")):
            problem = read_toptw(options.folder / f"{name}.txt", tours)
            outcome = run_apart("columns", problem, options.seconds)
            all_scores = sum(visit.worth for visit in problem.visits)
            score, most = all_scores - outcome.cost, all_scores - (outcome.bound or 0)
            listed = known.get((name, tours))
            gaps.append((most - score) / score if score else 0.0)
            if listed is not None and score < listed:
                below.append(f"{name} m={tours}")
            above += listed is not None and score > listed
            rows.append(
                [
                    name,
                    str(tours),
                    "" if listed is None else str(listed),
                    f"**{score}**" if listed is not None and score > listed else str(score),
                    str(most),
                    percent(gaps[-1]),
                    f"{outcome.seconds:.1f}",
                ]
            )
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
            lines = [
                "## toptw",
                "",
                f"Above the listed score in bold ({above} of {len(rows)}).",
                *([f"Below it: {', '.join(below)}."] if below else []),
                "",
                *table(["instance", "tours", "listed", "score", "at most", "gap", "seconds"], rows),
                *target_table(
                    [
                        Target("below the listed score: 0", len(below), 0, True, as_percent=False),
                        Target("mean gap ≤ 1.5 %", mean(gaps), 0.015, at_most=True),
                        Target(
                            "proven optimal: 60 of 116",
                            sum(gap == 0 for gap in gaps),
                            60,
                            as_percent=False,
                        ),
                    ]
                ),
            ]
            publish(lines, options.out, done=False)
    publish(lines, options.out, done=True)


if __name__ == "__main__":
    main()
