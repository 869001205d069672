"""Answers by trying everything, minute by minute; for tiny problems only."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from routeplan.problem.problem import Problem

__all__ = ["best_cost", "best_timing"]


def best_timing(problem: Problem, number: int, visits: Sequence[int]) -> tuple[int, int] | None:
    """Least window cost, and the earliest way back at that cost, of visits in this order.

    A walk over every minute and activity: at each minute one waits, sets off, prepares a talk or
    takes the break.
    """
    shift = problem.shifts[number]
    matrix = problem.matrices[shift.matrix]
    lunch = shift.lunch
    if len(visits) > shift.max_visits:
        return None
    if sum(problem.visits[visit].talk for visit in visits) > shift.max_talk:
        return None
    places = [shift.start_place, *(problem.visits[v].place for v in visits), shift.end_place]
    horizon = 20 + max(
        [shift.end, lunch.latest if lunch else 0]
        + [window.end for visit in problem.visits for window in visit.windows]
    )

    since = min(shift.start, lunch.earliest if lunch else shift.start)
    # (window cost, back) from here on: by minute, place `leg` (or after its leg, if `arrived`),
    # and whether the break is still to come. Filled from the last minute backwards.
    known: dict[tuple[int, int, bool, bool], tuple[int, int]] = {}

    def at(minute: int, leg: int, arrived: bool, hungry: bool) -> tuple[int, int] | None:
        if arrived and leg == len(visits):
            if minute > shift.end:
                return None
            if hungry:
                assert lunch is not None
                if max(minute, lunch.earliest) + lunch.minutes > lunch.latest:
                    return None
            return 0, minute
        return known.get((minute, leg, arrived, hungry))

    for minute, leg, arrived, hungry in itertools.product(
        range(horizon + 1, since - 1, -1),
        range(len(visits), -1, -1),
        (True, False),
        (False, True) if lunch else (False,),
    ):
        if arrived and leg == len(visits):
            continue
        options = [(at(minute + 1, leg, arrived, hungry), 0)]
        if (
            lunch is not None
            and hungry
            and lunch.earliest <= minute <= lunch.latest - lunch.minutes
        ):
            options.append((at(minute + lunch.minutes, leg, arrived, False), 0))
        if not arrived and minute >= shift.start:
            origin, destination = places[leg], places[leg + 1]
            way = 0
            if origin is not None and destination is not None:
                way = matrix.minutes_at(origin, destination, minute)
                if matrix.minutes[origin][destination] < 0:
                    way = -1
            if way >= 0:
                options.append((at(minute + way, leg, True, hungry), 0))
        if arrived:
            visit = problem.visits[visits[leg]]
            begin = minute + visit.before
            over = begin + visit.talk
            for window in visit.windows:
                if window.shift == number and window.start <= begin and over <= window.end:
                    options.append((at(over + visit.after, leg + 1, False, hungry), window.cost))
        found = [(rest[0] + cost, rest[1]) for rest, cost in options if rest is not None]
        if found:
            known[minute, leg, arrived, hungry] = min(found)
    return at(since, 0, False, lunch is not None)


def best_cost(problem: Problem) -> int:
    """The least cost of any solution, over all subsets, orders and timings."""
    visits = range(len(problem.visits))
    options: list[list[tuple[int, frozenset[int]]]] = []
    for number, shift in enumerate(problem.shifts):
        here = [(0, frozenset[int]())]
        able = [
            index
            for index in visits
            if any(window.shift == number for window in problem.visits[index].windows)
        ]
        for size in range(1, min(len(able), shift.max_visits) + 1):
            for subset in itertools.combinations(able, size):
                costs = []
                for order in itertools.permutations(subset):
                    timing = best_timing(problem, number, order)
                    if timing is not None:
                        costs.append(timing[0] + _travel(problem, number, order))
                beside = shift.crowding * sum(range(shift.made, shift.made + size))
                if costs:
                    here.append((min(costs) + beside, frozenset(subset)))
        options.append(here)
    worth = [
        problem.required_penalty if visit.required else visit.worth for visit in problem.visits
    ]
    choices = [
        (problem.required_penalty if choice.required else choice.worth, set(choice.visits))
        for choice in problem.choices
    ]
    best = sum(worth) + sum(value for value, _ in choices)
    for choice in itertools.product(*options):
        chosen = [index for _, subset in choice for index in subset]
        if len(chosen) > len(set(chosen)) or not _gaps_kept(problem, [s for _, s in choice]):
            continue
        if any(len(visits.intersection(chosen)) > 1 for _, visits in choices):
            continue
        if any((tie.first in chosen) != (tie.second in chosen) for tie in problem.ties):
            continue
        left = sum(worth) - sum(worth[index] for index in chosen)
        left += sum(value for value, visits in choices if visits.isdisjoint(chosen))
        best = min(best, left + sum(cost for cost, _ in choice))
    return best


def _travel(problem: Problem, number: int, visits: Sequence[int]) -> int:
    shift = problem.shifts[number]
    places = [shift.start_place, *(problem.visits[v].place for v in visits), shift.end_place]
    known = [place for place in places if place is not None]
    minutes = problem.matrices[shift.matrix].minutes
    return sum(minutes[a][b] for a, b in itertools.pairwise(known))


def _gaps_kept(problem: Problem, subsets: Sequence[frozenset[int]]) -> bool:
    date = {
        index: problem.days[problem.shifts[number].day]
        for number, subset in enumerate(subsets)
        for index in subset
    }
    return all(
        (date[gap.second] - date[gap.first]).days >= gap.days
        for gap in problem.gaps
        if gap.first in date and gap.second in date
    )
