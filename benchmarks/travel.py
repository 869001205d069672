"""What travel costs and what it is worth: the straight line against a road network.

    python benchmarks/travel.py ../shared/osm/beijing-2013-roads.osm.pbf --out travel.md

The places are those of the sample book. A road network knows an empty city only, so the factor from
there to an ordinary hour is calibrated to the settings' speeds; what is compared beyond that is how
far and how unevenly the ways are. Nothing here knows the real traffic.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import random
import shutil
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from report import publish, table

from routeplan.book.availability import site_windows
from routeplan.book.models import Book, Rigidity, TravelMode
from routeplan.book.read import read_book
from routeplan.config import Settings, TransitSettings, TravelSettings, VisitSettings
from routeplan.due.models import Horizon
from routeplan.errors import SettingsError
from routeplan.language import Texts
from routeplan.outputs.plan_map import map_html
from routeplan.pipeline import plan_visits
from routeplan.plan.plan import Leg, Plan, PlannedDay, PlannedVisit
from routeplan.point import Point
from routeplan.solve.stop import StopRule
from routeplan.store.cache import Cache
from routeplan.travel.background import read_main_roads
from routeplan.travel.cached import Cached
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.lines import read_lines
from routeplan.travel.roads import Roads
from routeplan.travel.roads_build import build_roads
from routeplan.travel.shape import decode_shape
from routeplan.travel.source import TravelSource
from routeplan.travel.timetable import departures
from routeplan.travel.transit import Transit
from routeplan.travel.valhalla import LocalValhalla
from routeplan.workdays import WorkCalendar

DATA = Path(__file__).parents[1] / "data"
SAMPLE, LINES = DATA / "sample.xlsx", DATA / "lines"
METRES_PER_DEGREE = 111_195
"""Of latitude, on a sphere."""
WEEK = Horizon.model_validate({"first": "2026-11-23"})
MODES = (TravelMode.CAR, TravelMode.BICYCLE, TravelMode.WALK)
LONGEST_LEG = {TravelMode.CAR: 12_000, TravelMode.BICYCLE: 8_000, TravelMode.WALK: 2_000}
"""Metres of the straight line up to which a leg of a day is likely by each mode."""
LATE = 5
"""Minutes up to which nobody minds."""


class Pair(NamedTuple):
    straight: float
    metres: float
    seconds: float


def timed(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def places_of(book: Book) -> list[Point]:
    points = (site.point for client in book.clients for site in client.sites)
    return list(dict.fromkeys(point for point in points if point))


def first_clients(book: Book, number: int | None) -> Book:
    clients = book.clients[:number]
    ids = {client.id for client in clients}
    return book.model_copy(
        update={
            "clients": clients,
            "contacts": tuple(one for one in book.contacts if one.client_id in ids),
            "appointments": tuple(one for one in book.appointments if one.client_id in ids),
            "visits": tuple(one for one in book.visits if one.client_id in ids),
        }
    )


# --- how long it takes --------------------------------------------------------------------------


def speeds(pbf: Path, folder: Path, book: Book) -> list[str]:
    places = places_of(book)[:150]
    rows: list[list[str]] = []

    def row(what: str, seconds: float) -> None:
        rows.append([what, f"{seconds:.2f} s"])

    row(f"building the roads of {pbf.name}", timed(lambda: build_roads(pbf, folder)))
    settings = TravelSettings()
    monday = WEEK.first
    for mode in MODES:
        roads = Roads(LocalValhalla(folder), settings)
        roads.matrix(places[:2], mode, monday)  # opens the tiles
        row(
            f"{len(places)} x {len(places)} by {mode.value}",
            timed(lambda roads=roads, mode=mode: roads.matrix(places, mode, monday)),  # type: ignore[misc]
        )
    source = Roads(LocalValhalla(folder), settings)
    with tempfile.TemporaryDirectory() as store:
        path = Path(store) / "routeplan.sqlite"
        with Cache(path) as cache:
            Cached(source, cache).matrix(places, TravelMode.CAR, monday)
        fresh = Roads(LocalValhalla(folder), settings)
        with Cache(path) as cache:
            cached = Cached(fresh, cache)
            row(
                "the same by car from the store, opening it included",
                timed(lambda: cached.matrix(places, TravelMode.CAR, monday)),
            )
    pairs = list(itertools.pairwise(places[:61]))
    row(
        "60 shapes by car",
        timed(lambda: [source.shape(*pair, TravelMode.CAR) for pair in pairs]),
    )
    estimates = GreatCircle(settings)
    row(
        f"{len(places)} x {len(places)} from the straight line",
        timed(lambda: estimates.matrix(places, TravelMode.CAR, monday)),
    )
    return table(["", ""], rows)


# --- the straight line against roads ------------------------------------------------------------


def pairs_of(network: LocalValhalla, places: Sequence[Point], mode: TravelMode) -> list[Pair]:
    """500 ways drawn from those that are likely by this mode."""
    from geopy.distance import great_circle

    def straight(one: Point, two: Point) -> float:
        return float(great_circle((one.lat, one.lon), (two.lat, two.lon)).meters)

    known = {
        (row, column): straight(places[row], places[column])
        for row, column in itertools.permutations(range(len(places)), 2)
    }
    likely = [pair for pair, metres in known.items() if 30 < metres <= LONGEST_LEG[mode]]
    chosen = random.Random(0).sample(likely, min(500, len(likely)))
    ways = network.table(places, places, mode)
    found = ((known[pair], ways[pair[0]][pair[1]]) for pair in chosen)
    return [Pair(metres, way.metres, way.seconds) for metres, way in found if way]


def fitted_detour(pairs: Sequence[Pair]) -> float:
    """The factor with the least sum of absolute errors in metres: the weighted median ratio."""
    ordered = sorted(pairs, key=lambda pair: pair.metres / pair.straight)
    half, seen = sum(pair.straight for pair in pairs) / 2, 0.0
    for pair in ordered:
        seen += pair.straight
        if seen >= half:
            return pair.metres / pair.straight
    raise ValueError("no pairs")


def errors(pairs: Sequence[Pair], detour: float, mode: TravelMode, free_flow: float) -> list[str]:
    """Estimate minus network, both in minutes of an ordinary hour without access."""
    per_metre = 60 / (TravelSettings().modes[mode].speed_kph * 1000)
    found = [pair.straight * detour * per_metre - pair.seconds / 60 * free_flow for pair in pairs]
    size = sorted(map(abs, found))
    return [
        f"{statistics.fmean(found):+.1f}",
        f"{statistics.fmean(size):.1f}",
        f"{size[int(len(size) * 0.9)]:.1f}",
    ]


def comparison(network: LocalValhalla, book: Book) -> list[str]:
    settings = TravelSettings()
    rows: list[list[str]] = []
    for mode in MODES:
        pairs = pairs_of(network, places_of(book), mode)
        free_speed = 3.6 * sum(pair.metres for pair in pairs) / sum(pair.seconds for pair in pairs)
        shipped, fitted = settings.modes[mode].detour, fitted_detour(pairs)
        factor = free_speed / settings.modes[mode].speed_kph
        for what, detour, free_flow in (
            ("no detour, empty city", 1.0, 1.0),
            ("no detour, ordinary hour", 1.0, factor),
            ("fitted", fitted, factor),
            ("shipped", shipped, settings.free_flow[mode]),
        ):
            figures = errors(pairs, detour, mode, free_flow)
            rows.append([mode.value, what, f"{detour:.2f}", f"{free_flow:.2f}", *figures])
        usual = statistics.fmean(pair.seconds for pair in pairs) / 60 * factor
        rows[-1].append(f"{usual:.0f}")
    heads = ["mode", "", "detour", "free_flow", "mean error", "mean size", "9 in 10 below", "a way"]
    return table(heads, [[*row, *[""] * (len(heads) - len(row))] for row in rows])


# --- bus and metro, held against journeys worked out by hand --------------------------------------


def hand_checked(pbf: Path, roads: Path) -> list[str]:
    """Journeys short enough to be added up by hand, over data/lines and over an invented timetable.

    The lines (10:00, where nine departures in ten wait nine tenths of the headway at most):

    - 信息路 to 中关村: down to the platform 3, wait 0.9 x 5 = 4.5, ride 8 + 4: 19.5, told as 20.
    - from 380 m north of it: walk 380 x 1.3 / 80 = 6.2 more: 25.7, told as 26.
    - 信息路 to 地安门: 3 + 4.5 + 19 to 南大街口, then 3 + 0.9 x 6 + 14: 48.9, told as 49.

    The timetable: a bus at every tenth minute from one crossing to another, 25 minutes away. Who
    sets off at 9:03 waits 7 minutes, at 9:04 6 minutes; the seconds to the stop are told as a
    minute, and a bus of this very minute is gone.
    """
    rows = [
        ["lines", what, str(by_hand), str(_by_lines(*ends))]
        for what, by_hand, ends in (
            ("one ride", 20, ("信息路", "中关村", 0)),
            ("a walk and a ride", 26, ("信息路", "中关村", 380)),
            ("two rides", 49, ("信息路", "地安门", 0)),
        )
    ]
    with suppress(SettingsError):  # without ferrobus
        rows += _by_timetable(pbf, roads)
    return table(["source", "journey", "by hand", "found"], rows)


def _by_lines(start: str, end: str, metres_north: int) -> int:
    lines = read_lines(LINES)
    travel = TravelSettings(round_to=1, transit=TransitSettings(folder=str(LINES)))
    origin = lines.points[start]
    origin = Point(lat=origin.lat + metres_north / METRES_PER_DEGREE, lon=origin.lon)
    points = (origin, lines.points[end])
    matrix = Transit(travel).matrix(points, TravelMode.TRANSIT, WEEK.first)
    return matrix.minutes_at(0, 1, 10 * 60)


def _by_timetable(pbf: Path, roads: Path) -> list[list[str]]:
    # Where secondary roads begin: crossings, so that no way to the street comes to it.
    ends = [decode_shape(line.shape)[0] for line in read_main_roads(roads).lines if line.level == 3]
    one, two = ends[0], max(ends, key=lambda place: abs(place.lat - ends[0].lat))
    ride, every, day = 25, 10, WEEK.first
    clock = "{:02d}:{:02d}:00".format
    times = ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"]
    for start in range(6 * 60, 22 * 60, every):
        for at, stop, number in ((start, "A", 1), (start + ride, "B", 2)):
            moment = clock(*divmod(at, 60))
            times.append(f"{start},{moment},{moment},{stop},{number}")
    tables = {
        "stops": [
            "stop_id,stop_name,stop_lat,stop_lon",
            f"A,A,{one.lat},{one.lon}",
            f"B,B,{two.lat},{two.lon}",
        ],
        "routes": ["route_id,route_short_name", "r,1"],
        "trips": ["trip_id,route_id,service_id", *(f"{m},r,s" for m in range(360, 1320, every))],
        "stop_times": times,
        "calendar_dates": ["service_id,date,exception_type", f"s,{day:%Y%m%d},1"],
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(pbf, folder / "streets.osm.pbf")
        with zipfile.ZipFile(folder / "feed.zip", "w") as feed:
            for file, lines in tables.items():
                feed.writestr(f"{file}.txt", "\n".join(lines))
        travel = TravelSettings(round_to=1, transit=TransitSettings(folder=name))
        source = Transit(travel)
        matrix = source.matrix((one, two), TravelMode.TRANSIT, day)
        waits = sorted(every - minute % every for minute in departures(9 * 60, 11 * 60 + 30, 10))
        sure = str(waits[8] + ride + 1), str(matrix.minutes_at(0, 1, 10 * 60))
        rows = [["timetable", "setting off from 9:00 to 11:30, nine in ten", *sure]]
        for minute in (3, 4):
            leave = dt.datetime.combine(day, dt.time(9, minute))
            steps = source.journey(one, two, TravelMode.TRANSIT, leave)
            found = sum(step.minutes for step in steps)
            rows.append(
                ["timetable", f"at 9:{minute:02d}", str(every - minute + ride + 1), str(found)]
            )
    return rows


# --- what a plan loses --------------------------------------------------------------------------


class Driven(NamedTuple):
    visits: int
    late: int
    """Visits more than `LATE` minutes after their hour."""
    minutes: int
    """Of lateness, all visits together."""
    missed: int
    """Talks that no longer fit into the hours of the client, or are late for a booked minute."""
    overtime: int
    """Minutes after the end of the shift."""

    def __add__(self, other: tuple[object, ...]) -> Driven:  # type: ignore[override]
        return Driven(*(one + two for one, two in zip(self, other, strict=True)))  # type: ignore[operator]


def drive(plan: Plan, book: Book, travel: TravelSource, visits: VisitSettings) -> Driven:
    """The plan's days with another source's minutes, in the order planned.

    Nobody sets off before the hour planned. Who is late begins as soon as the room is found and
    leaves as soon as the talk is over: arriving early and the buffer are there to be used up.
    """
    total = Driven(0, 0, 0, 0, 0)
    for day in plan.days:
        total += _drive_day(day, book, travel, visits)
    return total


def _drive_day(day: PlannedDay, book: Book, travel: TravelSource, visits: VisitSettings) -> Driven:
    calendar = WorkCalendar()
    points = [
        point for point in (day.start_point, *(v.point for v in day.visits), day.end_point) if point
    ]
    if not day.visits:
        return Driven(0, 0, 0, 0, 0)
    mode = book.manager_by_id[day.manager_id].mode
    matrix = travel.matrix(points, mode, day.date)
    at = 0 if day.start_point else None
    first = 1 if day.start_point else 0
    now, lunch = day.shift.start, day.lunch
    late = minutes = missed = 0

    def eat(before: int) -> None:
        nonlocal now, lunch
        if lunch and lunch.start < before:
            now = max(now, lunch.start) + lunch.minutes
            lunch = None

    def go(leg: Leg | None, to: int) -> None:
        nonlocal now
        if leg and at is not None:
            eat(leg.leave)
            now = max(now, leg.leave)
            now += matrix.minutes_at(at, to, now)

    for number, visit in enumerate(day.visits, first):
        go(visit.leg, number)
        eat(visit.talk.start)
        room = 0 if visit.room.strip() else visits.find_room
        start = max(visit.talk.start, now + room)
        delay = start - visit.talk.start
        late += delay > LATE
        minutes += delay
        missed += delay > 0 and not _still_fits(visit, start, day, book, calendar)
        now, at = start + visit.talk.minutes, number
    go(day.way_back, len(points) - 1)
    overtime = max(0, now - day.shift.end) if day.way_back else 0
    return Driven(len(day.visits), late, minutes, missed, overtime)


def _still_fits(
    visit: PlannedVisit, start: int, day: PlannedDay, book: Book, calendar: WorkCalendar
) -> bool:
    if visit.appointment is Rigidity.EXACT:
        return start - visit.talk.start <= LATE
    site = book.client_by_id[visit.client_id].site(visit.site_id)
    end = start + visit.talk.minutes
    return any(window.holds(start, end) for window in site_windows(site, day.date, calendar))


def week_lost(network: LocalValhalla, book: Book, seconds: float) -> list[str]:
    rows: list[list[str]] = []
    for mode in (TravelMode.CAR, TravelMode.EBIKE):
        driving = book.model_copy(
            update={
                "managers": tuple(
                    manager.model_copy(update={"mode": mode}) for manager in book.managers
                )
            }
        )
        for what, visits in (
            ("shipped buffers", VisitSettings()),
            ("no buffers", VisitSettings(arrive_early=0, buffer=0)),
        ):
            settings = Settings(visits=visits)
            exact = settings.travel.model_copy(update={"round_to": 1})
            real = Roads(network, exact)
            for source in (GreatCircle(settings.travel), Roads(network, settings.travel)):
                plan = plan_visits(
                    driving,
                    WEEK,
                    settings=settings,
                    travel=source,
                    stop=StopRule(seconds=seconds),
                )
                driven = drive(plan, driving, real, visits)
                rows.append(
                    [
                        mode.value,
                        source.version.split(":")[0],
                        what,
                        *(str(figure) for figure in driven),
                    ]
                )
    heads = ["mode", "planned with", "", "visits", f"over {LATE} min late", "minutes late"]
    return table([*heads, "windows missed", "overtime"], rows)


def page_size(folder: Path, book: Book, seconds: float) -> list[str]:
    driving = book.model_copy(
        update={
            "managers": tuple(
                manager.model_copy(update={"mode": TravelMode.CAR}) for manager in book.managers
            )
        }
    )
    rows: list[list[str]] = []
    for name, source in (
        ("straight lines", GreatCircle(TravelSettings())),
        ("road shapes", Roads(LocalValhalla(folder), TravelSettings())),
    ):
        plan = plan_visits(driving, WEEK, travel=source, stop=StopRule(seconds=seconds))
        page = map_html(plan, Texts("en"))
        rows.append([f"map page, {name}", f"{len(page.encode()) / 1e6:.2f} MB"])
    page = map_html(plan, Texts("en"), ground=read_main_roads(folder))
    rows.append(["the last with main roads below", f"{len(page.encode()) / 1e6:.2f} MB"])
    return table(["", ""], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pbf", type=Path)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, help="only so many, to try the benchmark itself")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    book = first_clients(read_book(SAMPLE), given.clients)
    lines = ["# Travel"]
    with tempfile.TemporaryDirectory() as folder:
        roads = Path(folder) / "roads"
        steps: tuple[tuple[str, Callable[[], list[str]]], ...] = (
            ("How long it takes", lambda: speeds(given.pbf, roads, book)),
            ("Straight line against roads", lambda: comparison(LocalValhalla(roads), book)),
            ("Bus and metro by hand", lambda: hand_checked(given.pbf, roads)),
            ("A week driven", lambda: week_lost(LocalValhalla(roads), book, given.seconds)),
            ("The page", lambda: page_size(roads, book, given.seconds)),
        )
        for title, step in steps:
            lines += ["", f"## {title}", "", *step()]
            publish(lines, given.out, done=title == steps[-1][0])


if __name__ == "__main__":
    main()
