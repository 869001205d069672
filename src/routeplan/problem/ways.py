"""Travel for every working day: by which modes, from which matrix, and what must be said of it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.language import Message, message
from routeplan.point import Point
from routeplan.problem.problem import Visit
from routeplan.problem.shifts import WorkingDay
from routeplan.problem.wishes import Wishes
from routeplan.travel.delay import delayed
from routeplan.travel.matrix import TravelMatrix
from routeplan.travel.modes import group_of, groups, quickest
from routeplan.travel.source import TravelSource
from routeplan.values import TimeWindow

__all__ = ["Travelled", "day_matrices", "travel_notes"]

Travelled = Mapping[tuple[str, dt.date], Collection[TravelMode]]
"""By manager and date: the modes of a day in an earlier plan."""

_MOST_NAMED = 3


def day_matrices(
    days: Sequence[WorkingDay],
    anchors: Sequence[tuple[int | None, int | None]],
    visits: Sequence[Visit],
    points: Sequence[Point],
    travel: TravelSource,
    settings: TravelSettings,
    travelled: Travelled,
    wishes: Wishes,
) -> tuple[tuple[TravelMatrix, ...], list[int]]:
    """One matrix per group of modes, kind of day and delays, and which one each day uses.

    A manager with several vehicles, or with one and public transport, takes for each day what is
    quickest on average among the places of that day; a day `travelled` in an earlier plan stays as
    it was.
    """
    asked: dict[tuple[tuple[TravelMode, ...], str], TravelMatrix] = {}

    def matrix(group: tuple[TravelMode, ...], date: dt.date) -> TravelMatrix:
        key = (group, travel.day_key(date))
        if key not in asked:
            asked[key] = quickest(travel, points, group, date, settings)
        return asked[key]

    of_day: list[TravelMatrix] = []
    for number, day in enumerate(days):
        date, modes = day.shift.date, day.manager.modes
        before = travelled.get((day.manager.id, date), ())
        choices = groups(modes, settings)
        if before or len(choices) == 1:
            of_day.append(matrix(group_of(modes, before, settings), date))
            continue
        places = {place for place in anchors[number] if place is not None}
        places |= {
            visit.place
            for visit in visits
            if any(window.shift == number for window in visit.windows)
        }
        of_day.append(
            min(
                (matrix(group, date) for group in choices),
                key=lambda found: _effort(found, places),
            )
        )
    slow: dict[tuple[int, tuple[tuple[TimeWindow, float], ...]], TravelMatrix] = {}
    for number, day in enumerate(days):
        delays = wishes.delays_of(day.manager.id, day.shift.date)
        key = (id(of_day[number]), delays)
        slow.setdefault(key, delayed(of_day[number], delays))
        of_day[number] = slow[key]
    used = {id(found): found for found in of_day}
    numbers = {key: number for number, key in enumerate(used)}
    return tuple(used.values()), [numbers[id(found)] for found in of_day]


def _effort(matrix: TravelMatrix, places: Collection[int]) -> tuple[int, int]:
    """Ways that are missing among the places, and minutes of the others."""
    minutes = [matrix.minutes[one][two] for one, two in itertools.permutations(sorted(places), 2)]
    return sum(one < 0 for one in minutes), sum(one for one in minutes if one >= 0)


def travel_notes(matrices: Sequence[TravelMatrix], names: Sequence[str]) -> Iterator[Message]:
    """What the reader of a plan must know of its travel: pairs guessed, and pairs without a way."""
    for mode in dict.fromkeys(matrix.mode for matrix in matrices):
        of_mode = [matrix for matrix in matrices if matrix.mode is mode]
        guessed = {pair for matrix in of_mode for pair in matrix.guessed}
        missing = {
            (start, end)
            for matrix in of_mode
            for start, row in enumerate(matrix.minutes)
            if min(row) < 0
            for end, minutes in enumerate(row)
            if minutes < 0 and start != end
        }
        by = message(f"words.mode_{mode.value}")
        for key, pairs in (("problem.guessed", guessed), ("problem.no_way", missing)):
            if pairs:
                shown = [
                    message("problem.way", start=names[one], end=names[two])
                    for one, two in sorted(pairs)[:_MOST_NAMED]
                ]
                size = len(names)
                yield message(key, n=len(pairs), all=size * (size - 1), mode=by, ways=shown)
