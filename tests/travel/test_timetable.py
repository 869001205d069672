"""Timetables through ferrobus: minutes as a person works them out from the timetable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from routeplan.book.models import TravelMode
from routeplan.config import TransitSettings, TravelSettings
from routeplan.errors import FileError, RouteplanError, SettingsError
from routeplan.language import Texts
from routeplan.point import Point
from routeplan.travel.journey import JourneyStep
from routeplan.travel.timetable import Timetables
from routeplan.travel.transit import Transit
from tests.travel.small_city import (
    POINTS,
    SEGMENTS,
    TIMES,
    TRIPS,
    trips,
    write_feed,
    write_streets,
)

pytest.importorskip("ferrobus")

MONDAY = dt.date(2026, 11, 23)
SATURDAY = dt.date(2026, 11, 28)
HOUR = TransitSettings(parts=(480, 540), departures=60)
"""One part of the day, every minute of which is looked up."""
TRANSIT = (TravelMode.TRANSIT, MONDAY)
P, Q, R = (POINTS[name] for name in "PQR")


def line_1(minutes: range = range(420, 720, 10)) -> tuple[str, str]:
    """From A to B in 12 minutes, every ten."""
    return trips("r1", "AB", minutes, 12)


def line_2() -> tuple[str, str]:
    """From C to D in 8 minutes, every twenty, at 5, 25 and 45 past."""
    return trips("r2", "CD", range(425, 720, 20), 8)


def feed(folder: Path, *lines: tuple[str, str], **tables: str) -> None:
    rows = {
        "trips": TRIPS + "".join(line[0] for line in lines),
        "stop_times": TIMES + "".join(line[1] for line in lines),
    }
    write_feed(folder / "feed.zip", rows | tables)


def city(folder: Path, *lines: tuple[str, str], transit: TransitSettings = HOUR) -> Transit:
    if lines:
        feed(folder, *lines)
    if not list(folder.glob("*.pbf")):
        write_streets(folder / "city.osm.pbf")
    there = transit.model_copy(update={"folder": str(folder)})
    return Transit(TravelSettings(transit=there, round_to=1))


def told(steps: tuple[JourneyStep, ...]) -> list[tuple[str, int]]:
    return [(step.kind, step.minutes) for step in steps]


def at(hour: int, minute: int, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute))


def test_journeys_among_expected_points_need_one_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    build = Timetables._build

    def counted(self: Timetables, day: Any, points: Sequence[Point]) -> Any:
        built.append(len(points))
        return build(self, day, points)

    monkeypatch.setattr(Timetables, "_build", counted)
    source = city(tmp_path, line_1(), line_2())
    source.expect((P, Q, R), *TRANSIT)
    assert not built
    for origin, destination in ((P, Q), (Q, R), (R, P)):
        source.journey(origin, destination, TravelMode.TRANSIT, at(8, 1))
    assert built == [3]


def test_a_journey_is_what_the_timetable_says(tmp_path: Path) -> None:
    """8:01 at P, 8:06 at A, 8:10 line 1, 8:22 at B, 8:25:10 at Q."""
    steps = city(tmp_path, line_1()).journey(P, Q, TravelMode.TRANSIT, at(8, 1))
    assert told(steps) == [("walk", 5), ("wait", 4), ("ride", 12), ("walk", 4)]
    ride = steps[2]
    assert (ride.line, ride.from_name, ride.to_name) == ("1路", "车站A", "车站B")
    assert ride.metres == pytest.approx(5000, abs=5)
    assert [step.metres for step in steps if step.kind == "walk"] == [
        pytest.approx(406, abs=3),
        pytest.approx(266, abs=3),
    ]


def test_a_change_takes_the_walk_between_the_stops_and_the_next_departure(tmp_path: Path) -> None:
    """8:22 at B, 8:23:35 at C, 8:25 line 2, 8:33 at D, 8:36:10 at R."""
    steps = city(tmp_path, line_1(), line_2()).journey(P, R, TravelMode.TRANSIT, at(8, 1))
    expected = [("walk", 5), ("wait", 4), ("ride", 12), ("walk", 2), ("wait", 1), ("ride", 8)]
    assert told(steps) == [*expected, ("walk", 4)]
    assert [step.line for step in steps if step.kind == "ride"] == ["1路", "2路"]


def test_the_minutes_of_a_part_hold_for_nine_departures_in_ten(tmp_path: Path) -> None:
    """5 on foot, 0 to 9 of wait, 12 in the bus, 3:10 on foot: 8 of wait is enough in nine of ten,
    4 in every other."""
    matrix = city(tmp_path, line_1()).matrix((P, Q), TravelMode.TRANSIT, MONDAY)
    assert [(part.start, part.minutes[0][1]) for part in matrix.slices] == [
        (0, -1),
        (480, 29),
        (540, -1),
    ]
    assert matrix.minutes[0][1] == 25
    assert not matrix.estimated
    assert (0, 1) not in matrix.guessed


def test_all_departures_where_all_are_asked_for(tmp_path: Path) -> None:
    sure = HOUR.model_copy(update={"sure": 1.0})
    source = city(tmp_path, line_1(), transit=sure)
    matrix = source.matrix((P, Q), TravelMode.TRANSIT, MONDAY)
    assert matrix.minutes_at(0, 1, 480) == 30
    for minute in range(480, 540):
        steps = source.journey(P, Q, TravelMode.TRANSIT, at(8, minute - 480))
        assert sum(step.minutes for step in steps) <= 30


def test_minutes_come_in_steps_that_hold(tmp_path: Path) -> None:
    """29 in nine of ten, 25 in every other."""
    feed(tmp_path, line_1())
    write_streets(tmp_path / "city.osm.pbf")
    there = HOUR.model_copy(update={"folder": str(tmp_path)})
    for step, sure, usual in ((5, 30, 25), (10, 30, 30), (30, 30, 30)):
        source = Transit(TravelSettings(transit=there, round_to=step))
        matrix = source.matrix((P, Q), TravelMode.TRANSIT, MONDAY)
        assert (matrix.minutes_at(0, 1, 480), matrix.minutes[0][1]) == (sure, usual)


def test_no_ride_back_means_a_taxi_and_says_so(tmp_path: Path) -> None:
    source = city(tmp_path, line_1())
    matrix = source.matrix((P, Q), TravelMode.TRANSIT, MONDAY)
    assert matrix.guessed == ((1, 0),)
    car = source.straight.matrix((P, Q), TravelMode.CAR, MONDAY)
    assert matrix.minutes_at(1, 0, 500) == max(car.minutes_at(1, 0, 480), car.minutes_at(1, 0, 539))
    steps = source.journey(Q, P, TravelMode.TRANSIT, at(8, 20))
    assert told(steps) == [("taxi", car.minutes_at(1, 0, 500))]


def test_without_taxis_there_is_no_way(tmp_path: Path) -> None:
    source = city(tmp_path, line_1(), transit=HOUR.model_copy(update={"taxi": False}))
    matrix = source.matrix((P, Q), TravelMode.TRANSIT, MONDAY)
    assert matrix.minutes_at(1, 0, 500) == matrix.minutes[1][0] == -1
    assert matrix.guessed == ()
    assert source.journey(Q, P, TravelMode.TRANSIT, at(8, 20)) == ()


def test_a_journey_too_long_counts_as_none(tmp_path: Path) -> None:
    source = city(tmp_path, line_1(), transit=HOUR.model_copy(update={"longest": 28}))
    assert (0, 1) in source.matrix((P, Q), TravelMode.TRANSIT, MONDAY).guessed
    assert told(source.journey(P, Q, TravelMode.TRANSIT, at(8, 1)))[0][0] == "taxi"


def test_what_is_near_is_walked_to(tmp_path: Path) -> None:
    """From Q to C: 190 seconds to B, 95 on."""
    source = city(tmp_path, line_1())
    steps = source.journey(Q, POINTS["C"], TravelMode.TRANSIT, at(8, 1))
    assert told(steps) == [("walk", 5)]
    matrix = source.matrix((Q, POINTS["C"]), TravelMode.TRANSIT, MONDAY)
    assert matrix.minutes == ((0, 5), (5, 0))


def test_the_walking_limit_holds_on_a_long_street(tmp_path: Path) -> None:
    """An hour along one street, from B to A, is no walk, and no bus goes there."""
    source = city(tmp_path, line_1())
    matrix = source.matrix((POINTS["A"], POINTS["B"]), TravelMode.TRANSIT, MONDAY)
    assert matrix.guessed == ((1, 0),)
    steps = source.journey(POINTS["B"], POINTS["A"], TravelMode.TRANSIT, at(8, 1))
    assert told(steps)[0][0] == "taxi"
    assert source.rides.journey(POINTS["B"], POINTS["A"], MONDAY, 481) == ()


def test_rides_are_counted(tmp_path: Path) -> None:
    once = HOUR.model_copy(update={"rides": 1})
    source = city(tmp_path, line_1(), line_2(), transit=once)
    assert (0, 2) in source.matrix((P, Q, R), TravelMode.TRANSIT, MONDAY).guessed
    assert (0, 1) not in source.matrix((P, Q, R), TravelMode.TRANSIT, MONDAY).guessed


def test_other_places_asked_for_change_nothing(tmp_path: Path) -> None:
    source = city(tmp_path, line_1(), line_2())
    alone = source.matrix((P, R), TravelMode.TRANSIT, MONDAY)
    among = source.matrix((Q, P, POINTS["B"], R), TravelMode.TRANSIT, MONDAY)
    assert alone.minutes[0][1] == among.minutes[1][3]
    assert [part.minutes[0][1] for part in alone.slices] == [
        part.minutes[1][3] for part in among.slices
    ]


def test_the_nearest_stop_is_not_the_only_one(tmp_path: Path) -> None:
    """A stop right at P whose line goes elsewhere does not hide the stop A."""
    here = f"E,车站E,{P.lat!r},{P.lon!r}\n"
    stops = "stop_id,stop_name,stop_lat,stop_lon\n" + here
    stops += "".join(f"{n},车站{n},{POINTS[n].lat!r},{POINTS[n].lon!r}\n" for n in "ABCD")
    feed(tmp_path, line_1(), trips("r2", "ED", range(420, 720, 60), 60), stops=stops)
    steps = city(tmp_path).journey(P, Q, TravelMode.TRANSIT, at(8, 1))
    assert sum(step.minutes for step in steps) == 25


def test_who_overtakes_is_taken(tmp_path: Path) -> None:
    """The 8:10 is at B at 8:22, the slow 8:08 only at 9:08."""
    slow = (
        "slow,r1,work\n",
        "slow,A,1,08:08:00,08:08:00\nslow,B,2,09:08:00,09:08:00\n",
    )
    steps = city(tmp_path, line_1(), slow).journey(P, Q, TravelMode.TRANSIT, at(8, 1))
    assert sum(step.minutes for step in steps) == 25


def test_a_stop_off_the_streets_cannot_be_walked_to(tmp_path: Path) -> None:
    """A hundred and more metres from every street: who knows how one gets there."""
    away = Point(lat=POINTS["A"].lat + 0.002, lon=POINTS["A"].lon)
    stops = "stop_id,stop_name,stop_lat,stop_lon\n"
    for name, point in {"A": away, **{n: POINTS[n] for n in "BCD"}}.items():
        stops += f"{name},车站{name},{point.lat!r},{point.lon!r}\n"
    feed(tmp_path, line_1(), stops=stops)
    assert (0, 1) in city(tmp_path).matrix((P, Q), TravelMode.TRANSIT, MONDAY).guessed


def test_one_rides_through_a_stop_off_the_streets(tmp_path: Path) -> None:
    away = Point(lat=POINTS["A"].lat + 0.002, lon=(POINTS["A"].lon + POINTS["B"].lon) / 2)
    stops = "stop_id,stop_name,stop_lat,stop_lon\n"
    for name, point in {"X": away, **{n: POINTS[n] for n in "AB"}}.items():
        stops += f"{name},车站{name},{point.lat!r},{point.lon!r}\n"
    feed(tmp_path, trips("r1", "AXB", range(420, 720, 10), 6), stops=stops)
    steps = city(tmp_path).journey(P, Q, TravelMode.TRANSIT, at(8, 1))
    assert told(steps) == [("walk", 5), ("wait", 4), ("ride", 12), ("walk", 4)]
    assert 5000 < steps[2].metres < 5050


def test_a_place_far_from_every_street_has_a_taxi(tmp_path: Path) -> None:
    far = Point(lat=30.3, lon=110.3)
    matrix = city(tmp_path, line_1()).matrix((P, far, Q), TravelMode.TRANSIT, MONDAY)
    assert {(0, 1), (1, 0), (1, 2), (2, 1)} <= set(matrix.guessed)
    assert (0, 2) not in matrix.guessed
    nowhere = city(tmp_path, line_1()).matrix((far, Point(lat=31, lon=111)), *TRANSIT)
    assert nowhere.guessed == ((0, 1), (1, 0))


def test_the_weekday_decides(tmp_path: Path) -> None:
    source = city(tmp_path, line_1())
    assert (0, 1) in source.matrix((P, Q), TravelMode.TRANSIT, SATURDAY).guessed
    assert source.day_key(MONDAY) == source.day_key(MONDAY + dt.timedelta(days=1))
    assert source.day_key(MONDAY) != source.day_key(SATURDAY)


def test_a_day_that_the_feed_does_not_know_is_estimated(tmp_path: Path) -> None:
    source = city(tmp_path, line_1())
    matrix = source.matrix((P, Q), TravelMode.TRANSIT, dt.date(2027, 3, 1))
    assert matrix.estimated
    assert matrix.minutes[0][1] == 25
    assert source.day_key(dt.date(2027, 3, 1)) != source.day_key(MONDAY)


def test_the_version_follows_timetable_streets_and_settings(tmp_path: Path) -> None:
    before = city(tmp_path, line_1()).version
    assert before == city(tmp_path, line_1()).version
    assert before != city(tmp_path, line_1(range(421, 720, 10))).version
    changed = HOUR.model_copy(update={"sure": 0.5})
    assert before != city(tmp_path, line_1(), transit=changed).version
    write_streets(tmp_path / "city.osm.pbf", POINTS, SEGMENTS[:-1])
    assert before != city(tmp_path, line_1()).version


def test_several_feeds_are_one_network(tmp_path: Path) -> None:
    """With the same ids in both, as feeds of two companies may have."""
    write_feed(tmp_path / "one.zip", _tables(line_1()))
    write_feed(tmp_path / "two.zip", _tables(trips("r1", "CD", range(425, 720, 20), 8)))
    steps = city(tmp_path).journey(P, R, TravelMode.TRANSIT, at(8, 1))
    assert sum(step.minutes for step in steps) == 36


def _tables(line: tuple[str, str]) -> dict[str, str]:
    return {"trips": TRIPS + line[0], "stop_times": TIMES + line[1]}


# --- what can be wrong --------------------------------------------------------------------------


def sentence(error: RouteplanError) -> str:
    assert Texts("zh").render(error.message)
    return Texts("en").render(error.message)


def test_a_broken_street_map_is_said(tmp_path: Path) -> None:
    (tmp_path / "city.osm.pbf").write_bytes(b"no pbf at all")
    source = city(tmp_path, line_1())
    with pytest.raises(FileError, match="RP3042") as found:
        source.matrix((P, Q), TravelMode.TRANSIT, MONDAY)
    assert "city.osm.pbf cannot be used as a street map" in sentence(found.value)


def test_a_missing_street_map_is_said(tmp_path: Path) -> None:
    feed(tmp_path, line_1())
    there = HOUR.model_copy(update={"folder": str(tmp_path)})
    with pytest.raises(FileError, match="RP3044"):
        Transit(TravelSettings(transit=there))


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    there = HOUR.model_copy(update={"folder": str(tmp_path)})
    with pytest.raises(FileError, match="RP3043"):
        Transit(TravelSettings(transit=there))
    with pytest.raises(FileError, match="RP3001"):
        Transit(TravelSettings(transit=there.model_copy(update={"folder": str(tmp_path / "x")})))


def test_a_missing_extra_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ferrobus", None)
    with pytest.raises(SettingsError, match="RP2023") as found:
        city(tmp_path, line_1())
    assert 'pip install "routeplan[transit]"' in sentence(found.value)
