"""Asked once, never again: held against a source that counts what it is asked."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.point import Point
from routeplan.store.cache import Cache
from routeplan.travel import cached as cached_module
from routeplan.travel.cached import Cached
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.journey import JourneyStep
from routeplan.travel.matrix import TravelMatrix
from tests.examples import MONDAY

SATURDAY = MONDAY + dt.timedelta(days=5)
CAR = TravelMode.CAR


class Counting:
    """The great circle as if it were a network: some pairs guessed, some without a way."""

    def __init__(self, version: str = "counting:1") -> None:
        self.version = version
        self.pairs = 0
        self.lines = 0
        self._source = GreatCircle(TravelSettings())

    def day_key(self, day: dt.date) -> str:
        return self._source.day_key(day)

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        self.pairs += len(points) * len(points)
        known = self._source.matrix(points, mode, day)
        size = range(len(points))
        lost = {
            (i, j)
            for i in size
            for j in size
            if int(points[i].lat * 1e4) % 7 == 3 and points[i] != points[j]
        }

        def cut(table: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
            return tuple(tuple(-1 if (i, j) in lost else table[i][j] for j in size) for i in size)

        return known.model_copy(
            update={
                "source": "counting",
                "estimated": False,
                "minutes": cut(known.minutes),
                "slices": tuple(
                    part.model_copy(update={"minutes": cut(part.minutes)}) for part in known.slices
                ),
                "guessed": tuple(
                    (i, j)
                    for i in size
                    for j in size
                    if int(points[j].lon * 1e4) % 5 == 2 and points[i] != points[j]
                ),
            }
        )

    def expect(self, *_: object) -> None:
        pass

    def shape(
        self, origin: Point, destination: Point, mode: TravelMode
    ) -> tuple[Point, ...] | None:
        self.lines += 1
        if mode is TravelMode.WALK:
            return None
        return (origin, Point(lat=39.9, lon=116.4), destination)

    def journey(
        self, origin: Point, destination: Point, mode: TravelMode, departure: dt.datetime
    ) -> tuple[JourneyStep, ...]:
        self.lines += 1
        return (JourneyStep(kind="ride", minutes=departure.hour, line="地铁1号线"),)


def grid(count: int, offset: int = 0) -> list[Point]:
    return [
        Point(lat=39.8 + (number * 37 % 101) / 300, lon=116.2 + (number * 53 % 97) / 250)
        for number in range(offset, offset + count)
    ]


points = st.builds(Point, lat=st.floats(39.7, 40.1), lon=st.floats(116.1, 116.7))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    requests=st.lists(
        st.tuples(
            st.lists(st.integers(0, 29), max_size=30),
            st.sampled_from([CAR, TravelMode.WALK]),
            st.sampled_from([MONDAY, SATURDAY]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_answers_are_the_sources_in_whatever_portions(
    tmp_path_factory: pytest.TempPathFactory,
    requests: list[tuple[list[int], TravelMode, dt.date]],
) -> None:
    places = grid(30)
    source = Counting()
    with Cache(tmp_path_factory.mktemp("store") / "store.sqlite") as cache:
        cached = Cached(source, cache)
        for numbers, mode, day in [*requests, *requests]:
            wanted = [places[number] for number in numbers]
            assert cached.matrix(wanted, mode, day) == source.matrix(wanted, mode, day)


def test_nothing_is_asked_again_by_another_run(tmp_path: Path) -> None:
    places = grid(150)
    source = Counting()
    with Cache(tmp_path / "store.sqlite") as cache:
        first = Cached(source, cache).matrix(places, CAR, MONDAY)
    asked = source.pairs
    with Cache(tmp_path / "store.sqlite") as cache:
        cached = Cached(source, cache)
        assert cached.matrix(places, CAR, MONDAY + dt.timedelta(days=7)) == first
        assert cached.matrix(places[10:40][::-1], CAR, MONDAY).minutes[0][1] >= -1
    assert source.pairs == asked
    assert source.pairs == 150 * 150


def test_each_row_is_packed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed: list[object] = []
    pack = cached_module._packed

    def counted(row: Any) -> bytes:
        packed.append(row)
        return pack(row)

    monkeypatch.setattr(cached_module, "_packed", counted)
    with Cache(tmp_path / "store.sqlite") as cache:
        Cached(Counting(), cache).matrix(grid(40), CAR, MONDAY)
    assert len(packed) == 40


def test_what_came_before_a_stop_is_not_asked_again(tmp_path: Path) -> None:
    """Two new places among many are asked for in portions; the third portion fails."""

    class Failing(Counting):
        portions = 0

        def matrix(self, *asked: Any) -> TravelMatrix:
            self.portions += 1
            if self.portions == 3:
                raise KeyboardInterrupt
            return super().matrix(*asked)

    places = grid(62)
    with Cache(tmp_path / "store.sqlite") as cache:
        Cached(Counting(), cache).matrix(places[:60], CAR, MONDAY)
        with pytest.raises(KeyboardInterrupt):
            Cached(Failing(), cache).matrix(places, CAR, MONDAY)
        source = Counting()
        assert Cached(source, cache).matrix(places, CAR, MONDAY).minutes
    assert source.pairs == 3 * 14 * 14


def test_a_new_place_costs_far_less_than_all_again(tmp_path: Path) -> None:
    places = grid(81)
    source = Counting()
    with Cache(tmp_path / "store.sqlite") as cache:
        cached = Cached(source, cache)
        cached.matrix(places[:80], CAR, MONDAY)
        before = source.pairs
        assert cached.matrix(places, CAR, MONDAY) == source.matrix(places, CAR, MONDAY)
        assert source.pairs - before - 81 * 81 < 81 * 81 / 4


@pytest.mark.parametrize("change", ["version", "mode", "day", "place"])
def test_what_the_answer_depends_on_is_asked_anew(tmp_path: Path, change: str) -> None:
    places = grid(4)
    with Cache(tmp_path / "store.sqlite") as cache:
        Cached(Counting(), cache).matrix(places, CAR, MONDAY)
        source = Counting("counting:2" if change == "version" else "counting:1")
        if change == "place":
            places[0] = Point(lat=places[0].lat + 2e-6, lon=places[0].lon)
        mode = TravelMode.WALK if change == "mode" else CAR
        Cached(source, cache).matrix(places, mode, SATURDAY if change == "day" else MONDAY)
    assert source.pairs == 16


@pytest.mark.parametrize("value", [b"", b"rubbish", b"\0\0\0\0x\x9c\x03\x00\x00\x00\x00\x01"])
def test_damaged_rows_are_asked_anew(tmp_path: Path, value: bytes) -> None:
    path, places = tmp_path / "store.sqlite", grid(5)
    source = Counting()
    with Cache(path) as cache:
        first = Cached(source, cache).matrix(places, CAR, MONDAY)
        line = Cached(source, cache).shape(places[0], places[1], CAR)
    with sqlite3.connect(path) as store:
        store.execute("UPDATE cache SET value = ?", (value,))
    with Cache(path) as cache:
        cached = Cached(source, cache)
        assert cached.matrix(places, CAR, MONDAY) == first
        assert cached.shape(places[0], places[1], CAR) == line
        asked = source.pairs
        assert cached.matrix(places, CAR, MONDAY) == first
    assert source.pairs == asked == 50


def test_shapes_and_journeys_are_remembered_too_even_when_there_is_none(tmp_path: Path) -> None:
    here, there = grid(2)
    here, there = (
        Point(lat=round(point.lat, 6), lon=round(point.lon, 6)) for point in (here, there)
    )
    source = Counting()
    noon = dt.datetime.combine(MONDAY, dt.time(12))
    with Cache(tmp_path / "store.sqlite") as cache:
        cached = Cached(source, cache)
        for _ in range(2):
            line = cached.shape(here, there, CAR)
            assert line == (here, Point(lat=39.9, lon=116.4), there)
            assert cached.shape(here, there, TravelMode.WALK) is None
            (step,) = cached.journey(here, there, TravelMode.TRANSIT, noon)
            assert (step.kind, step.minutes, step.line) == ("ride", 12, "地铁1号线")
    assert source.lines == 3


def test_two_processes_write_one_store(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from routeplan.store.cache import Cache
from routeplan.travel.cached import Cached
from tests.travel.test_cached import CAR, MONDAY, Counting, grid
with Cache(Path(sys.argv[1])) as cache:
    cached = Cached(Counting(), cache)
    for offset in range(0, 60, 6):
        places = grid(20, offset + int(sys.argv[2]))
        assert cached.matrix(places, CAR, MONDAY) == Counting().matrix(places, CAR, MONDAY)
"""
    path = tmp_path / "store.sqlite"
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(offset)]) for offset in (0, 3)
    ]
    assert [run.wait(60) for run in runs] == [0, 0]
    with Cache(path) as cache:
        places = grid(20, 54)
        assert Cached(Counting(), cache).matrix(places, CAR, MONDAY) == Counting().matrix(
            places, CAR, MONDAY
        )
