"""Seeded problems to measure the solver on.

    python benchmarks/instances.py week-50 --seeds 20 --out DIR

writes one problem.json per seed. Classes:

week-50     one manager, five days of 8:30-18:00, 50 due visits of 30-60 minutes, open 9:00-12:00
            and 14:00-17:30 on most days, a tenth of them booked appointments; about 35 fit
week-120    the same with 120 due visits
team-week   three managers with 40 due visits each, a lunch break, peak hours, caps: what a plan
            of the sample book looks like
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
from pathlib import Path

from routeplan.book.models import TravelMode
from routeplan.problem.problem import Lunch, Problem, Shift, Visit, Window
from routeplan.travel.matrix import TravelMatrix, TravelSlice

__all__ = ["CLASSES", "problem_of"]

WORTH = {"A": 900, "B": 500, "C": 250}
BOOKED = 2000


def problem_of(name: str, seed: int) -> Problem:
    """The problem of a class and a seed; always the same. Raises KeyError: no such class."""
    return CLASSES[name](random.Random(f"{name}/{seed}"))


def _week(chance: random.Random, due: int) -> Problem:
    points = [(chance.uniform(0, 20), chance.uniform(0, 20)) for _ in range(due)]
    shifts = [_shift("M1", day, 510, 1080) for day in range(5)]
    visits = []
    for index in range(due):
        talk = chance.choice([30, 40, 45, 60])
        open_days = sorted(chance.sample(range(5), chance.choice([3, 4, 5, 5])))
        windows: list[Window] = []
        worth = WORTH[chance.choices("ABC", (2, 3, 5))[0]]
        if chance.random() < 0.1:
            day = chance.choice(open_days)
            start = chance.choice([*range(540, 720 - talk, 30), *range(840, 1050 - talk, 30)])
            windows.append(Window(shift=day, start=start, end=start + talk))
            worth = BOOKED
        else:
            for day in open_days:
                half = chance.choice(["both", "both", "morning", "afternoon"])
                if half != "afternoon":
                    windows.append(Window(shift=day, start=540, end=720))
                if half != "morning":
                    windows.append(Window(shift=day, start=840, end=1050))
        visits.append(_visit(index, index + 1, talk, worth, windows, before=0, after=0))
    return _problem([(10.0, 10.0), *points], shifts, visits, slices=False)


def _team(chance: random.Random) -> Problem:
    points: list[tuple[float, float]] = [(10.0, 10.0)]
    shifts: list[Shift] = []
    visits: list[Visit] = []
    for manager in range(3):
        first = len(shifts)
        shifts += [_shift(f"M{manager + 1}", day, 510, 1080, lunch=True) for day in range(5)]
        for _ in range(40):
            points.append((chance.uniform(0, 20), chance.uniform(0, 20)))
            tier = chance.choices("ABC", (2, 3, 5))[0]
            talk = {"A": 50, "B": 40, "C": 30}[tier] + chance.choice([0, 5, 10])
            windows = []
            for day in range(5):
                if chance.random() < 0.85:
                    windows.append(Window(shift=first + day, start=540, end=690))
                    windows.append(Window(shift=first + day, start=840, end=1020))
            worth = {"A": 600, "B": 330, "C": 160}[tier]
            visits.append(
                _visit(len(visits), len(points) - 1, talk, worth, windows, before=5, after=5)
            )
    return _problem(points, shifts, visits, slices=True)


CLASSES = {
    "week-50": lambda chance: _week(chance, 50),
    "week-120": lambda chance: _week(chance, 120),
    "team-week": _team,
}


def _shift(manager: str, day: int, start: int, end: int, *, lunch: bool = False) -> Shift:
    return Shift(
        manager=manager,
        day=day,
        start=start,
        end=end,
        start_place=0,
        end_place=0,
        matrix=0,
        lunch=Lunch(earliest=720, latest=810, minutes=60) if lunch else None,
        max_visits=8 if lunch else 50,
        max_talk=330 if lunch else 1440,
    )


def _visit(
    index: int,
    place: int,
    talk: int,
    worth: int,
    windows: list[Window],
    *,
    before: int,
    after: int,
) -> Visit:
    return Visit(
        id=f"V{index + 1:03d}",
        client=f"C{index + 1:03d}",
        place=place,
        talk=talk,
        before=before,
        after=after,
        worth=worth,
        windows=tuple(windows),
    )


def _problem(
    points: list[tuple[float, float]], shifts: list[Shift], visits: list[Visit], *, slices: bool
) -> Problem:
    """Kilometres on a plane; 26 km/h on ways 1.3 times as long, 5 minutes to get out and in."""
    km = [[1.3 * math.dist(a, b) for b in points] for a in points]

    def minutes(factor: float) -> tuple[tuple[int, ...], ...]:
        return tuple(
            tuple(0 if a == b else round(5 + factor * way * 60 / 26) for b, way in enumerate(row))
            for a, row in enumerate(km)
        )

    hours = ((0, 1.0), (420, 1.4), (540, 1.0), (1020, 1.5), (1140, 1.0))
    matrix = TravelMatrix(
        mode=TravelMode.CAR,
        source="plane",
        estimated=True,
        minutes=minutes(1.0),
        metres=tuple(tuple(round(1000 * way) for way in row) for row in km),
        slices=tuple(TravelSlice(start=start, minutes=minutes(factor)) for start, factor in hours)
        if slices
        else (),
    )
    monday = dt.date(2026, 11, 23)
    return Problem(
        days=tuple(monday + dt.timedelta(day) for day in range(5)),
        places=("office", *(f"client {number}" for number in range(1, len(points)))),
        matrices=(matrix,),
        shifts=tuple(shifts),
        visits=tuple(visits),
        required_penalty=1_000_000,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Write seeded problems as problem.json files.")
    parser.add_argument("name", choices=sorted(CLASSES))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path())
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for seed in range(options.seeds):
        path = options.out / f"{options.name}-{seed:02d}.json"
        path.write_text(problem_of(options.name, seed).model_dump_json(), encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()
