"""Journeys over a table of lines: as a person adds them up, and never slower than they need be."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import TravelMode
from routeplan.config import ModeSettings, TransitSettings, TravelSettings
from routeplan.point import Point
from routeplan.travel.headways import Headways
from routeplan.travel.journey import JourneyStep
from routeplan.travel.lines import Headway, Line, LineTable
from routeplan.values import TimeWindow

MONDAY = dt.date(2026, 11, 23)
ALL_DAY = TimeWindow(start=0, end=1440)
METRE = 180 / (math.pi * 6_371_009)
"""Degrees of latitude."""
ON_FOOT = {TravelMode.WALK: ModeSettings(speed_kph=4.8, detour=1.25, access_minutes=1)}
# One walks 4.8 km/h along 1.25 times the straight line: 64 straight metres a minute.
MINUTE = 64 * METRE


def north(minutes: float) -> Point:
    """A place so many minutes' walk north of the first."""
    return Point(lat=30 + minutes * MINUTE, lon=110)


def line(name: str, stops: str, *minutes: int, every: int = 10, **more: object) -> Line:
    given_ = {"first": 0, "last": 1440, "headways": (Headway(hours=ALL_DAY, minutes=every),)}
    return Line.model_validate(
        {"name": name, "stops": tuple(stops), "minutes": minutes} | given_ | more
    )


# A and B are 60 minutes' walk apart, C is two minutes from B, D far from all.
POINTS = {"A": north(0), "B": north(60), "C": north(62), "D": north(150)}
FROM, TO, THERE = north(-4), north(65), north(153)


def rides(*lines: Line, walk_limit: int = 15, **transit: object) -> Headways:
    there = TransitSettings.model_validate({"parts": (420, 540, 1080), **transit})
    table = LineTable(lines=lines, points=POINTS)
    return Headways(table, TravelSettings(transit=there, walk_limit=walk_limit, modes=ON_FOOT))


def minutes(found: Headways, origin: Point, destination: Point) -> tuple[float, float]:
    """Usual and sure, in the morning."""
    part = found.part((origin, destination), MONDAY, 420, 540)
    return float(part.usual[0, 1]), float(part.sure[0, 1])


def told(steps: tuple[JourneyStep, ...]) -> list[tuple[str, int, str]]:
    return [(step.kind, step.minutes, step.line) for step in steps]


def test_walk_wait_ride_walk() -> None:
    """4 to A; of a bus every ten minutes 5 is a usual wait, 9 is enough in nine of ten; 20; 5."""
    found = rides(line("1", "AB", 20))
    assert minutes(found, FROM, TO) == (4 + 5 + 20 + 5, 4 + 9 + 20 + 5)
    steps = found.journey(FROM, TO, MONDAY, 480)
    assert told(steps) == [("walk", 4, ""), ("wait", 9, ""), ("ride", 20, "1"), ("walk", 5, "")]
    assert (steps[2].from_name, steps[2].to_name) == ("A", "B")
    assert steps[0].metres == pytest.approx(320, abs=1)
    assert steps[2].metres == pytest.approx(60 * 64, abs=1)


def test_a_change_costs_its_walk_and_a_wait() -> None:
    """4, 9, 20 to B; 2 to C; 0.9 of 20 minutes; 30 to D; 3."""
    found = rides(line("1", "AB", 20), line("2", "CD", 30, every=20))
    assert minutes(found, FROM, THERE)[1] == 4 + 9 + 20 + 2 + 18 + 30 + 3
    expected = [
        ("walk", 4, ""),
        ("wait", 9, ""),
        ("ride", 20, "1"),
        ("walk", 2, ""),
        ("wait", 18, ""),
        ("ride", 30, "2"),
        ("walk", 3, ""),
    ]
    assert told(found.journey(FROM, THERE, MONDAY, 480)) == expected


def test_a_station_costs_its_entry_at_each_boarding() -> None:
    found = rides(line("1", "AB", 20, entry=3))
    assert minutes(found, FROM, TO)[1] == 4 + 3 + 9 + 20 + 5


def test_a_line_one_way_takes_nobody_back() -> None:
    assert minutes(rides(line("1", "AB", 20)), TO, FROM)[1] == 5 + 9 + 20 + 4
    one_way = rides(line("1", "AB", 20, both_ways=False))
    assert minutes(one_way, TO, FROM)[1] == math.inf
    assert one_way.journey(TO, FROM, MONDAY, 480) == ()


def test_a_ring_is_ridden_past_its_first_stop() -> None:
    ring = line("ring", "ABDA", 20, 30, 40, both_ways=False)
    found = rides(ring, rides=1)
    assert minutes(found, THERE, TO)[1] == 3 + 9 + 40 + 20 + 5
    steps = found.journey(THERE, TO, MONDAY, 480)
    assert told(steps) == [("walk", 3, ""), ("wait", 9, ""), ("ride", 60, "ring"), ("walk", 5, "")]


def test_what_is_near_is_walked() -> None:
    found = rides(line("1", "AB", 20))
    assert minutes(found, FROM, POINTS["A"]) == (4, 4)
    assert told(found.journey(FROM, POINTS["A"], MONDAY, 480)) == [("walk", 4, "")]


def test_the_walking_limit_holds_on_every_way() -> None:
    lines = (line("1", "AB", 20), line("2", "CD", 30, every=20))
    assert minutes(rides(*lines, walk_limit=4), FROM, THERE)[1] < math.inf
    assert minutes(rides(*lines, walk_limit=3), FROM, THERE)[1] == math.inf  # 4 to A
    assert minutes(rides(lines[0], walk_limit=4), FROM, TO)[1] == math.inf  # 5 from B
    assert minutes(rides(*lines, walk_limit=1), POINTS["A"], POINTS["D"])[1] == math.inf  # B to C


def test_rides_are_counted() -> None:
    lines = (line("1", "AB", 20), line("2", "CD", 30))
    assert minutes(rides(*lines, rides=1), FROM, THERE)[1] == math.inf
    assert minutes(rides(*lines, rides=2), FROM, THERE)[1] < math.inf


def test_each_part_of_the_day_has_its_own_headway() -> None:
    rush = Headway(hours=TimeWindow(start=420, end=540), minutes=4)
    found = rides(line("1", "AB", 20, headways=(rush, Headway(hours=ALL_DAY, minutes=20))))
    early = found.part((FROM, TO), MONDAY, 420, 540)
    later = found.part((FROM, TO), MONDAY, 540, 1080)
    assert early.sure[0, 1] == math.ceil(4 + 3.6 + 20 + 5)
    assert later.sure[0, 1] == 4 + 18 + 20 + 5
    assert sum(step.minutes for step in found.journey(FROM, TO, MONDAY, 539)) == early.sure[0, 1]
    assert sum(step.minutes for step in found.journey(FROM, TO, MONDAY, 540)) == later.sure[0, 1]


def test_days_without_the_line() -> None:
    found = rides(line("1", "AB", 20, weekdays=(0, 1, 2, 3, 4)))
    saturday = dt.date(2026, 11, 28)
    assert found.part((FROM, TO), saturday, 420, 540).sure[0, 1] == math.inf
    assert found.day_key(MONDAY) == found.day_key(MONDAY + dt.timedelta(days=2))
    assert found.day_key(MONDAY) != found.day_key(saturday)


def test_outside_the_parts_of_the_day_there_is_no_journey() -> None:
    assert rides(line("1", "AB", 20)).journey(FROM, TO, MONDAY, 1080) == ()


def test_a_table_without_lines_only_walks() -> None:
    part = rides().part((FROM, POINTS["A"], TO), MONDAY, 420, 540)
    assert part.sure.tolist() == [[0, 4, math.inf], [4, 0, math.inf], [math.inf, math.inf, 0]]


# --- against every way there is -----------------------------------------------------------------

NAMES = "ABCDEF"


@st.composite
def networks(draw: st.DrawFn) -> tuple[Headways, list[Point]]:
    places = st.builds(
        lambda lat, lon: Point(lat=30 + lat * MINUTE, lon=110 + lon * MINUTE),
        st.integers(0, 60),
        st.integers(0, 60),
    )
    points = {name: draw(places) for name in NAMES}
    lines = []
    for number in range(draw(st.integers(1, 4))):
        stops = draw(st.permutations(NAMES))[: draw(st.integers(2, 4))]
        riding = draw(
            st.lists(st.integers(1, 20), min_size=len(stops) - 1, max_size=len(stops) - 1)
        )
        every, both = draw(st.integers(1, 20)), draw(st.booleans())
        lines.append(line(str(number), "".join(stops), *riding, every=every, both_ways=both))
    transit = TransitSettings(parts=(420, 540), rides=draw(st.integers(1, 3)))
    found = Headways(
        LineTable(lines=tuple(lines), points=points),
        TravelSettings(transit=transit, walk_limit=draw(st.integers(5, 25)), modes=ON_FOOT),
    )
    return found, [draw(places) for _ in range(3)]


def every_way(found: Headways, origin: Point, destination: Point) -> float:
    """The least minutes over all sequences of boardings, without any cleverness."""
    walk = {
        (one, two): float(found._walks((one,), (two,))[0, 0])
        for one, two in itertools.product(
            [origin, destination, *found.table.points.values()], repeat=2
        )
    }
    hops = []
    for item in found.table.lines:
        wait = 0.9 * item.headways[0].minutes
        for stops, riding in ((item.stops, item.minutes), (item.stops[::-1], item.minutes[::-1])):
            for on, off in itertools.combinations(range(len(stops)), 2):
                where = found.table.points[stops[on]], found.table.points[stops[off]]
                hops.append((*where, wait + sum(riding[on:off])))
            if not item.both_ways:
                break

    def least(at: Point, left: int) -> float:
        best = walk[at, destination]
        if left:
            for on, off, cost in hops:
                if walk[at, on] < math.inf:
                    best = min(best, walk[at, on] + cost + least(off, left - 1))
        return best

    return least(origin, found.settings.transit.rides)


@settings(max_examples=40, deadline=None)
@given(networks())
def test_minutes_are_the_least_of_all_ways_and_journeys_add_up(
    network: tuple[Headways, list[Point]],
) -> None:
    found, places = network
    sure = found.part(places, MONDAY, 420, 540).sure
    for one, two in itertools.permutations(range(len(places)), 2):
        if found.settings.transit.rides < 3:
            least = every_way(found, places[one], places[two])
            expected = math.ceil(least - 1e-6) if least < math.inf else math.inf
            assert sure[one, two] == expected
        steps = found.journey(places[one], places[two], MONDAY, 480)
        if np.isfinite(sure[one, two]):
            assert sum(step.minutes for step in steps) == sure[one, two]
            assert sum(step.kind == "ride" for step in steps) <= found.settings.transit.rides
        else:
            assert steps == ()
