"""Random small problems that use everything a `Problem` can say."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from hypothesis import strategies as st

from routeplan.book.models import TravelMode
from routeplan.problem.problem import Gap, Lunch, Problem, Shift, Visit, Window
from routeplan.travel.matrix import TravelMatrix, TravelSlice

__all__ = ["problems", "random_problem"]


def problems(
    *, max_visits: int = 5, max_shifts: int = 2, plain: bool = False
) -> st.SearchStrategy[Problem]:
    """Hypothesis' strategy over `random_problem`."""
    return st.integers(0, 2**32 - 1).map(
        lambda seed: random_problem(seed, max_visits=max_visits, max_shifts=max_shifts, plain=plain)
    )


def random_problem(
    seed: int, *, max_visits: int = 5, max_shifts: int = 2, plain: bool = False
) -> Problem:
    """A problem of a few visits on short, crowded shifts.

    `plain` leaves out slices, window costs, gaps, required visits, unreachable pairs and crowding.
    """
    chance = random.Random(seed)
    balance = random.Random(seed + 1)
    visits = chance.randint(1, max_visits)
    shifts = chance.randint(1, max_shifts)
    days = tuple(dt.date(2026, 11, 20) + dt.timedelta(days) for days in (0, 3, 4, 5, 6))
    places = chance.randint(2, visits + 2)
    matrices = tuple(_matrix(chance, places, plain) for _ in range(chance.randint(1, 2)))
    places_and_days = [(f"M{manager}", day) for manager in range(2) for day in range(len(days))]
    made: list[Shift] = []
    for manager, day in sorted(chance.sample(places_and_days, shifts)):
        start = chance.randint(480, 560)
        end = start + chance.randint(100, 340)
        lunch = None
        if chance.random() < 0.6:
            earliest = chance.randint(start - 40, end)
            minutes = chance.randint(10, 60)
            lunch = Lunch(
                earliest=earliest,
                latest=earliest + minutes + chance.randint(-5 if seed % 9 == 0 else 0, 60),
                minutes=minutes,
            )
        made.append(
            Shift(
                manager=manager,
                day=day,
                start=start,
                end=end,
                start_place=chance.choice([None, *range(places)]),
                end_place=chance.choice([None, *range(places)]),
                matrix=chance.randrange(len(matrices)),
                lunch=lunch,
                max_visits=chance.choice([2, 3, 8]),
                max_talk=chance.choice([60, 120, 400]),
                crowding=0 if plain else balance.choice([0, 0, 3, 20, 60]),
                made=0 if plain else balance.choice([0, 0, 2]),
            )
        )
    return Problem(
        days=days,
        places=tuple(f"P{place}" for place in range(places)),
        matrices=matrices,
        shifts=tuple(made),
        visits=tuple(_visit(chance, index, places, made, plain) for index in range(visits)),
        gaps=()
        if plain
        else tuple(
            Gap(first=first, second=second, days=chance.randint(0, 3))
            for first in range(visits)
            for second in range(visits)
            if first != second and chance.random() < 0.1
        ),
        required_penalty=100_000,
    )


def _matrix(chance: random.Random, places: int, plain: bool) -> TravelMatrix:
    points = [(chance.randint(0, 25), chance.randint(0, 25)) for _ in range(places)]

    def minutes(factor: float) -> tuple[tuple[int, ...], ...]:
        return tuple(
            tuple(
                0
                if a == b
                else -1
                if (a * 7 + b) in closed
                else round(factor * (abs(x - u) + abs(y - v) + 2))
                for b, (u, v) in enumerate(points)
            )
            for a, (x, y) in enumerate(points)
        )

    closed: set[int] = set()
    if not plain:
        closed = {a * 7 + b for a in range(places) for b in range(places) if chance.random() < 0.06}
    typical = minutes(1)
    slices: tuple[TravelSlice, ...] = ()
    if not plain and chance.random() < 0.6:
        starts: Sequence[int] = sorted({0, *(chance.randint(490, 800) for _ in range(3))})
        slices = tuple(
            TravelSlice(start=start, minutes=minutes(chance.choice([0.5, 1, 1.6, 2.5])))
            for start in starts
        )
    return TravelMatrix(
        mode=TravelMode.CAR,
        source="test",
        estimated=True,
        minutes=typical,
        metres=tuple(tuple(max(0, cell) * 500 for cell in row) for row in typical),
        slices=slices,
    )


def _visit(
    chance: random.Random, index: int, places: int, shifts: list[Shift], plain: bool
) -> Visit:
    talk = chance.randint(10, 50)
    windows: list[Window] = []
    for number, shift in enumerate(shifts):
        for _ in range(chance.choice([0, 1, 1, 2, 3])):
            start = chance.randint(shift.start - 30, shift.end)
            windows.append(
                Window(
                    shift=number,
                    start=start,
                    end=start + talk + chance.randint(-5, 120),
                    cost=0 if plain else chance.choice([0, 0, 0, 7, 20, 60]),
                )
            )
    return Visit(
        id=f"V{index}",
        client=f"C{index}",
        place=chance.randrange(places),
        talk=talk,
        before=chance.choice([0, 5, 15]),
        after=chance.choice([0, 5]),
        worth=chance.randint(5, 200),
        required=not plain and chance.random() < 0.15,
        windows=tuple(windows),
    )
