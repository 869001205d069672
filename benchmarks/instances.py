"""Seeded problems to measure the solver on.

    python benchmarks/instances.py week-50 --seeds 20 --out DIR

writes one problem.json per seed. Classes:

week-50         one manager, five days of 8:30-18:00, 50 due visits of 30-60 minutes, open
                9:00-12:00 and 14:00-17:30 on most days, a tenth of them booked; about 35 fit
week-120        the same with 120 due visits
month-120       the same 120 over 20 working days, each client with its own weekdays; all fit
month-cadence   100 clients, seen weekly, fortnightly or once in 20 working days by tier, visits to
                one client a minimum number of days apart
team-5          five managers, each with a start place and 40 due visits around it; a third of the
                visits may also be made by the next nearest manager
team-week       three managers with 40 due visits each, a lunch break, peak hours, caps: what a
                plan of the sample book looks like
replan-50       a planned week-50 on Tuesday noon: one visit still to come is cancelled, an
                urgent one that must be made is added, and moving what was planned costs what it
                costs in a re-plan of visits that no client has been told of
"""

from __future__ import annotations

import argparse
import datetime as dt
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from routeplan.book.models import TravelMode
from routeplan.config import ChurnSettings
from routeplan.problem.churn import churn_factor
from routeplan.problem.problem import Gap, Lunch, Problem, Shift, Visit, Window
from routeplan.problem.progress import Slot
from routeplan.solve.result import Route, Solution
from routeplan.solve.schedule import schedule
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.travel.matrix import TravelMatrix, TravelSlice

__all__ = [
    "CLASSES",
    "REPLAN",
    "Replan",
    "moved",
    "nudged",
    "problem_of",
    "replan_of",
    "replanned",
    "sized_week",
]

WORTH = {"A": 900, "B": 500, "C": 250}
BOOKED = 2000
TALKS = (30, 40, 45, 60)
REPLAN = "replan-50"
PLANNED_MOVES = 60
"""Neighbourhoods tried for the week that a re-plan starts from: counted, so always the same."""
NOON, TUESDAY = 720, 1
CHURN = ChurnSettings()

Point = tuple[float, float]


def problem_of(name: str, seed: int) -> Problem:
    """The problem of a class and a seed; always the same. Raises KeyError: no such class.

    A re-plan's problem rests on a plan made by the solver: the same for one version of it.
    """
    if name == REPLAN:
        return replan_of(seed).problem
    return CLASSES[name](random.Random(f"{name}/{seed}"))


def sized_week(due: int, weeks: int, seed: int) -> Problem:
    """So many due visits in so many weeks of five days, otherwise as `week-50`: which
    `sized_week(50, 1, seed)` is. More weeks leave the places where they are."""
    return _weeks(random.Random(f"week-{due}/{seed}"), due, weeks)


@dataclass(frozen=True)
class Replan:
    """What is left of a planned week once something happened."""

    problem: Problem
    unpriced: Problem
    """The same where moving costs nothing: what planning from scratch solves."""
    start: Solution
    """What was planned, as far as it still holds."""
    planned: dict[int, tuple[int, int]]
    """Visit → shift and talk start, of what was planned and is still to come."""
    urgent: int
    """The visit that was added."""

    @property
    def slots(self) -> dict[str, Slot]:
        """`planned` by the visits' ids, as re-planning wants it."""
        return {
            self.problem.visits[index].id: _slot(self.problem, shift, start)
            for index, (shift, start) in self.planned.items()
        }


def replan_of(seed: int) -> Replan:
    """The re-plan of a seed. Plans its week first, which takes some seconds."""
    week = problem_of("week-50", seed)
    plan = solve(week, StopRule(seconds=None, iterations=PLANNED_MOVES)).solution
    return replanned(week, plan, random.Random(f"{REPLAN}/{seed}"))


def replanned(week: Problem, plan: Solution, chance: random.Random) -> Replan:
    """Tuesday noon of a planned week of one manager: a cancelled visit, an urgent one.

    Who has begun a talk before noon, or is on the way to one, first finishes that.
    """
    routes = {route.shift: route for route in plan.routes}
    tuesday = routes.get(TUESDAY)
    gone = [stop for stop in tuesday.stops if stop.leave < NOON] if tuesday else []
    made = {stop.visit for stop in gone}
    if monday := routes.get(TUESDAY - 1):
        made |= {stop.visit for stop in monday.stops}
    ready, place = NOON, week.shifts[TUESDAY].start_place
    if gone:
        last = week.visits[gone[-1].visit]
        ready, place = max(NOON, gone[-1].end + last.after), last.place
    shifts = [shift for shift in week.shifts if shift.day >= TUESDAY]
    shifts[0] = shifts[0].model_copy(update={"start": ready, "start_place": place})
    planned_before = {
        stop.visit: (route.shift - TUESDAY, stop.start)
        for route in plan.routes
        if route.shift >= TUESDAY
        for stop in route.stops
        if stop.visit not in made
    }
    cancelled = chance.choice(sorted(planned_before))
    rest = [index for index in range(len(week.visits)) if index not in made and index != cancelled]
    number_of = {index: number for number, index in enumerate(rest)}
    ahead = [_ahead(week.visits[index]) for index in rest]
    at = chance.choice([visit.place for visit in week.visits])
    urgent = _visit(
        len(week.visits),
        at,
        chance.choice(TALKS),
        BOOKED,
        [Window(shift=0, start=840, end=1050), Window(shift=1, start=540, end=720)],
        before=0,
        after=0,
    ).model_copy(update={"required": True})
    changed = {"shifts": tuple(shifts), "visits": (*ahead, urgent)}
    unpriced = week.model_copy(update=changed)
    planned = {
        number_of[index]: slot for index, slot in planned_before.items() if index != cancelled
    }
    visits = [
        _priced(unpriced, visit, planned[number]) if number in planned else visit
        for number, visit in enumerate(unpriced.visits)
    ]
    problem = unpriced.model_copy(update={"visits": tuple(visits)})
    orders = [
        (route.shift - TUESDAY, [number_of[s.visit] for s in route.stops if s.visit in number_of])
        for route in plan.routes
        if route.shift >= TUESDAY
    ]
    kept: list[Route] = []
    for shift, order in orders:
        if order:
            route = schedule(problem, shift, order)
            assert route is not None  # noqa: S101  leaving out a visit, the others keep their times
            kept.append(route)
    held = {stop.visit for route in kept for stop in route.stops}
    return Replan(
        problem=problem,
        unpriced=unpriced,
        start=Solution(
            routes=tuple(kept),
            left_out=tuple(index for index in range(len(visits)) if index not in held),
        ),
        planned=planned,
        urgent=len(visits) - 1,
    )


def moved(replan: Replan, solution: Solution) -> int:
    """How many planned visits got another day or, beyond the tolerance, another hour, or none."""
    late = _minutes_off(replan, solution)
    return sum(minutes is None or minutes > CHURN.tolerance for minutes in late)


def nudged(replan: Replan, solution: Solution) -> int:
    """How many planned visits begin up to the tolerance earlier or later on their day."""
    late = _minutes_off(replan, solution)
    return sum(minutes is not None and 0 < minutes <= CHURN.tolerance for minutes in late)


def _minutes_off(replan: Replan, solution: Solution) -> list[int | None]:
    """Of each planned visit, how far from its hour it begins; None: not on its day."""
    now = {
        stop.visit: (route.shift, stop.start) for route in solution.routes for stop in route.stops
    }
    return [
        abs(now[index][1] - start) if index in now and now[index][0] == shift else None
        for index, (shift, start) in replan.planned.items()
    ]


def _ahead(visit: Visit) -> Visit:
    """A visit from Tuesday noon on."""
    windows = (window for window in visit.windows if window.shift >= TUESDAY)
    earlier = (window.model_copy(update={"shift": window.shift - TUESDAY}) for window in windows)
    return visit.model_copy(update={"windows": tuple(earlier)})


def _slot(problem: Problem, shift: int, start: int) -> Slot:
    about = problem.shifts[shift]
    return Slot(manager_id=about.manager, date=problem.days[about.day], start=start)


def _priced(problem: Problem, visit: Visit, planned: tuple[int, int]) -> Visit:
    """A visit with what moving it costs on Tuesday, as in `routeplan.problem.windows`."""
    shift, start = planned
    slot, today = _slot(problem, shift, start), problem.days[TUESDAY]

    def price(minutes: int, to: int) -> int:
        date = problem.days[problem.shifts[to].day]
        return round(minutes * churn_factor(CHURN, slot, today, date))

    priced: list[Window] = []
    for window in visit.windows:
        if window.shift != shift:
            cost = price(CHURN.day, window.shift)
            priced.append(window.model_copy(update={"cost": cost}))
            continue
        priced.append(window.model_copy(update={"cost": price(CHURN.hour, shift)}))
        for slack, minutes in ((CHURN.tolerance, CHURN.nudge), (0, 0)):
            near = (
                max(window.start, start - slack),
                min(window.end, start + visit.talk + slack),
            )
            if near[1] - near[0] >= visit.talk:
                cost = price(minutes, shift)
                priced.append(Window(shift=shift, start=near[0], end=near[1], cost=cost))
    worth = visit.worth + price(CHURN.drop, shift)
    return visit.model_copy(update={"windows": tuple(priced), "worth": worth})


def _weeks(chance: random.Random, due: int, weeks: int = 1) -> Problem:
    """One manager who starts in the middle of 20 by 20 km."""
    points = [_somewhere(chance) for _ in range(due)]
    shifts = [_shift("M1", day, 510, 1080) for day in range(5 * weeks)]
    own = [[day] for day in range(5 * weeks)]
    visits = [_due_visit(chance, index, index + 1, own) for index in range(due)]
    return _problem([(10.0, 10.0), *points], shifts, visits)


def _cadence(chance: random.Random) -> Problem:
    """By tier: how many visits in 20 working days, each in its part of them, and how far apart."""
    often = {"A": (4, 4), "B": (2, 8), "C": (1, 0)}
    points: list[Point] = [(10.0, 10.0)]
    visits: list[Visit] = []
    gaps: list[Gap] = []
    for client in range(100):
        points.append(_somewhere(chance))
        tier = chance.choices("ABC", (2, 3, 5))[0]
        talk = chance.choice(TALKS)
        halves = _halves(chance, _open_days(chance))
        times, apart = often[tier]
        length = 20 // times
        for part in range(times):
            days = range(part * length, (part + 1) * length)
            windows = [
                window
                for day in days
                if day % 5 in halves
                for window in _open(halves[day % 5], day)
            ]
            if part:
                gaps.append(Gap(first=len(visits) - 1, second=len(visits), days=apart))
            visit = _visit(
                len(visits), len(points) - 1, talk, WORTH[tier], windows, before=0, after=0
            )
            visits.append(visit.model_copy(update={"client": f"C{client + 1:03d}"}))
    shifts = [_shift("M1", day, 510, 1080) for day in range(20)]
    return _problem(points, shifts, visits, gaps=gaps)


def _shared(chance: random.Random) -> Problem:
    managers, due = 5, 40
    homes = [(chance.uniform(5, 25), chance.uniform(5, 25)) for _ in range(managers)]
    points: list[Point] = list(homes)
    shifts: list[Shift] = []
    visits: list[Visit] = []
    for manager, home in enumerate(homes):
        for day in range(5):
            shift = _shift(f"M{manager + 1}", day, 510, 1080)
            shifts.append(shift.model_copy(update={"start_place": manager, "end_place": manager}))
        for _ in range(due):
            points.append((chance.gauss(home[0], 5), chance.gauss(home[1], 5)))
            who = [manager]
            if chance.random() < 1 / 3:
                others = (other for other in range(managers) if other != manager)
                who.append(min(others, key=lambda other: math.dist(homes[other], points[-1])))
            theirs = [[one * 5 + day for one in who] for day in range(5)]
            visits.append(_due_visit(chance, len(visits), len(points) - 1, theirs))
    return _problem(points, shifts, visits)


def _team(chance: random.Random) -> Problem:
    points: list[Point] = [(10.0, 10.0)]
    shifts: list[Shift] = []
    visits: list[Visit] = []
    for manager in range(3):
        first = len(shifts)
        shifts += [_shift(f"M{manager + 1}", day, 510, 1080, lunch=True) for day in range(5)]
        for _ in range(40):
            points.append(_somewhere(chance))
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
    "week-50": lambda chance: _weeks(chance, 50),
    "week-120": lambda chance: _weeks(chance, 120),
    "month-120": lambda chance: _weeks(chance, 120, weeks=4),
    "month-cadence": _cadence,
    "team-5": _shared,
    "team-week": _team,
}
"""All but re-plans, which begin with a plan."""


def _somewhere(chance: random.Random) -> Point:
    return (chance.uniform(0, 20), chance.uniform(0, 20))


def _open_days(chance: random.Random) -> list[int]:
    return sorted(chance.sample(range(5), chance.choice([3, 4, 5, 5])))


def _halves(chance: random.Random, open_days: list[int]) -> dict[int, str]:
    """Weekday → when a client is open."""
    return {day: chance.choice(["both", "both", "morning", "afternoon"]) for day in open_days}


def _open(half: str, shift: int) -> list[Window]:
    windows = []
    if half != "afternoon":
        windows.append(Window(shift=shift, start=540, end=720))
    if half != "morning":
        windows.append(Window(shift=shift, start=840, end=1050))
    return windows


def _due_visit(
    chance: random.Random, index: int, place: int, shifts: Sequence[Sequence[int]]
) -> Visit:
    """A visit that one of `shifts[day]` can make; an appointment is with the first of them."""
    talk = chance.choice(TALKS)
    open_days = _open_days(chance)
    worth = WORTH[chance.choices("ABC", (2, 3, 5))[0]]
    windows: list[Window] = []
    if chance.random() < 0.1:
        day = chance.choice([day for day in range(len(shifts)) if day % 5 in open_days])
        start = chance.choice([*range(540, 720 - talk, 30), *range(840, 1050 - talk, 30)])
        windows.append(Window(shift=shifts[day][0], start=start, end=start + talk))
        worth = BOOKED
    else:
        halves = _halves(chance, open_days)
        for day, who in enumerate(shifts):
            for shift in who if day % 5 in halves else ():
                windows += _open(halves[day % 5], shift)
    return _visit(index, place, talk, worth, windows, before=0, after=0)


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
    points: list[Point],
    shifts: list[Shift],
    visits: list[Visit],
    *,
    gaps: Sequence[Gap] = (),
    slices: bool = False,
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
        days=tuple(
            monday + dt.timedelta(day // 5 * 7 + day % 5)
            for day in range(1 + max(shift.day for shift in shifts))
        ),
        places=("office", *(f"client {number}" for number in range(1, len(points)))),
        matrices=(matrix,),
        shifts=tuple(shifts),
        visits=tuple(visits),
        gaps=tuple(gaps),
        required_penalty=1_000_000,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Write seeded problems as problem.json files.")
    parser.add_argument("name", choices=sorted([*CLASSES, REPLAN]))
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
