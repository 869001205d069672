"""Routing servers that work, dawdle, fail and talk nonsense: real HTTP on this machine."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import pytest

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.errors import ServiceError, SettingsError
from routeplan.point import Point
from routeplan.store.cache import Cache
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.osrm import OsrmServer
from routeplan.travel.remembered import InBlocks, Remembered
from routeplan.travel.roads import RoadNetwork, Roads, Way
from routeplan.travel.shape import decode_shape
from routeplan.travel.valhalla import LocalValhalla
from routeplan.travel.valhalla_server import ValhallaServer
from routeplan.travel.web import TRIES, Server
from tests.loopback import (
    Answer,
    Loopback,
    Request,
    broken,
    dripping,
    empty,
    garbage,
    hung_up,
    loopback,
    ok,
    slow,
    too_many,
)
from tests.travel.city import corner, roads_folder

MONDAY = dt.date(2026, 11, 23)
CAR, WALK = TravelMode.CAR, TravelMode.WALK
PLAIN = TravelSettings(round_to=1, hour_factors=())
POINTS = [corner(1, 1), corner(4, 5), corner(7, 2)]
ISLAND = Point(lat=31.0, lon=110.0)
OSRM_PATH = re.compile(r"/(table|route)/v1/(\w+)/([\d.,;-]+)")


def refused(code: str, text: str = "no") -> Answer:
    return Answer(json.dumps({"code": code, "message": text}).encode(), 400)


def osrm(most: int = 100) -> Callable[[Request], Answer]:
    """Ten metres a second along the axes; 31 degrees north is far from any road."""

    def answer(request: Request) -> Answer:
        found = OSRM_PATH.fullmatch(request.path)
        assert found is not None, request.path
        points = [Point(lat=float(y), lon=float(x)) for x, y in map(_split, found[3].split(";"))]
        if found[1] == "route":
            shape = "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"  # three points of the format's own example
            return ok({"code": "Ok", "routes": [{"geometry": shape}]})
        if len(points) > most:
            return refused("TooBig", "Too many table coordinates")
        rows, columns = (
            [points[int(number)] for number in request.query[name].split(";")]
            for name in ("sources", "destinations")
        )
        ways = [[_way(one, two) for two in columns] for one in rows]
        return ok(
            {
                "code": "Ok",
                "durations": [[way and way.seconds for way in row] for row in ways],
                "distances": [[way and way.metres for way in row] for row in ways],
                "sources": [_near(point) for point in rows],
                "destinations": [_near(point) for point in columns],
            }
        )

    return answer


def _split(text: str) -> list[str]:
    return text.split(",")


def _near(point: Point) -> dict[str, Any]:
    return {"distance": 90_000.0 if point.lat > 30.5 else 7.5, "location": [point.lon, point.lat]}


def _way(one: Point, two: Point) -> Way | None:
    metres = abs(one.lat - two.lat) * 110_852 + abs(one.lon - two.lon) * 96_486
    # Nobody may drive to the place in the far east.
    return None if two.lon > 110.4 and one != two else Way(round(metres / 10, 1), round(metres, 1))


@lru_cache(maxsize=1)
def local_valhalla() -> LocalValhalla:
    return LocalValhalla(roads_folder().path)


def valhalla(request: Request) -> Answer:
    """Answers as a real server would: by Valhalla itself, on the made-up city."""
    actor = local_valhalla()._actor
    actions = {"/sources_to_targets": "matrix", "/route": "route", "/locate": "locate"}
    try:
        return ok(json.loads(getattr(actor, actions[request.path])(request.body.decode())))
    except RuntimeError as error:
        return Answer(json.dumps({"error_code": 442, "error": str(error)}).encode(), 400)


def patient(server: Loopback, waits: list[float] | None = None, suffix: str = "") -> Server:
    """No test waits; `waits` keeps how long it would have been."""
    kept: list[float] = [] if waits is None else waits
    return Server(server.url + suffix, 1.0, sleep=kept.append)


KINDS: dict[str, tuple[Callable[[Server], RoadNetwork], Any]] = {
    "osrm": (OsrmServer, osrm()),
    "valhalla": (ValhallaServer, valhalla),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[Callable[[Server], RoadNetwork], Any]:
    if request.param == "valhalla":
        local_valhalla().table(POINTS, POINTS, CAR)  # built before a request waits for it
    return KINDS[request.param]


class TestBoth:
    @pytest.mark.parametrize(
        "trouble",
        [too_many(), too_many(2), broken(500), broken(503), garbage(), empty(), hung_up(), slow(9)],
        ids=["429", "429 with a time", "500", "503", "garbage", "nothing", "hung up", "slow"],
    )
    def test_what_passes_is_survived(
        self, kind: tuple[Callable[[Server], RoadNetwork], Any], trouble: Answer
    ) -> None:
        make, otherwise = kind
        with loopback(otherwise=otherwise) as server:
            expected = Roads(make(patient(server)), PLAIN).matrix(POINTS, CAR, MONDAY)
            asked = len(server.requests)
            server.then(trouble)
            again = Roads(make(patient(server)), PLAIN).matrix(POINTS, CAR, MONDAY)
            assert len(server.requests) == 2 * asked + 1
        assert again == expected
        assert again.guessed == ()

    @pytest.mark.parametrize(
        ("trouble", "code", "tries"),
        [
            (too_many(), "RP8003", TRIES),
            (too_many(3600), "RP8003", 1),
            (broken(500), "RP8003", TRIES),
            (hung_up(), "RP8003", TRIES),
            (garbage(), "RP8004", TRIES),
            (empty(), "RP8004", TRIES),
            (ok({"hello": 1}), "RP8004", 1),
            (ok([]), "RP8004", 1),
            (Answer(b"<html>Welcome</html>", 404), "RP8004", 1),
            (Answer(status=302, headers={"Location": "/login"}), "RP8004", 1),
            (Answer(status=403), "RP8001", 1),
        ],
        ids=lambda value: getattr(value, "status", None),
    )
    def test_what_does_not_pass_is_one_sentence(
        self,
        kind: tuple[Callable[[Server], RoadNetwork], Any],
        trouble: Answer,
        code: str,
        tries: int,
    ) -> None:
        make, _ = kind
        with loopback(otherwise=trouble) as server:
            with pytest.raises(ServiceError, match=code) as caught:
                Roads(make(patient(server)), PLAIN).matrix(POINTS, CAR, MONDAY)
            assert len(server.requests) == tries
            assert server.domain in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_a_server_that_answers_byte_by_byte_is_given_up(
        self, kind: tuple[Callable[[Server], RoadNetwork], Any]
    ) -> None:
        make, otherwise = kind
        with loopback(otherwise=otherwise) as server:
            url = Server(server.url, 0.5, sleep=lambda _: None)
            expected = make(url).table(POINTS, POINTS, CAR)
            server.then(dripping(0.1, ok({"a": "x" * 100})))
            before = time.monotonic()
            assert make(url).table(POINTS, POINTS, CAR) == expected
            assert time.monotonic() - before < 8  # of the ten seconds that it would take

    def test_every_block_that_came_is_kept(
        self, kind: tuple[Callable[[Server], InBlocks], Any], tmp_path: Path
    ) -> None:
        """120 places are nine blocks; the server goes away in the middle."""
        make, otherwise = kind
        points = [corner(number % 12, number / 11) for number in range(120)]
        tables: list[int] = []

        def answer(request: Request) -> Answer:
            found = otherwise(request)
            if "table" in request.path or "sources" in request.path:
                tables.append(found.status)
                if len(tables) == 5:
                    return Answer(status=403)
            return cast("Answer", found)

        with loopback(otherwise=answer) as server, Cache(tmp_path / "store.sqlite") as cache:
            with pytest.raises(ServiceError, match="RP8001"):
                Remembered(make(patient(server)), cache).table(points, points, CAR)
            again = Remembered(make(patient(server)), cache).table(points, points, CAR)
            assert len(tables) == 9 + 1
            asked = len(server.requests)
            settings = PLAIN.model_copy(update={"round_to": 5})
            roads = Roads(Remembered(make(patient(server)), cache), settings)
            roads.matrix(points, CAR, MONDAY)
            assert len(server.requests) == asked
            assert again == make(patient(server)).table(points, points, CAR)

    def test_pairs_without_a_way_are_kept_too(
        self, kind: tuple[Callable[[Server], InBlocks], Any], tmp_path: Path
    ) -> None:
        make, otherwise = kind
        points = [POINTS[0], ISLAND]
        with loopback(otherwise=otherwise) as server, Cache(tmp_path / "store.sqlite") as cache:
            network = Remembered(make(patient(server)), cache)
            assert network.table(points, points, CAR)[0][1] is None
            asked = len(server.requests)
            assert network.table(points, points, CAR)[0][1] is None
            assert len(server.requests) == asked

    def test_waits_grow_and_follow_the_server(
        self, kind: tuple[Callable[[Server], RoadNetwork], Any]
    ) -> None:
        make, otherwise = kind
        waits: list[float] = []
        with loopback(broken(), broken(), too_many(7), otherwise=otherwise) as server:
            Roads(make(patient(server, waits)), PLAIN).matrix(POINTS, CAR, MONDAY)
        assert waits == [0.5, 1.0, 7.0]

    def test_a_server_that_is_not_there(
        self, kind: tuple[Callable[[Server], RoadNetwork], Any]
    ) -> None:
        make, _ = kind
        with loopback() as server:
            gone = patient(server)
        with pytest.raises(ServiceError, match="RP8003"):
            make(gone).line(POINTS[0], POINTS[1], CAR)

    def test_places_off_the_roads_are_guessed(
        self, kind: tuple[Callable[[Server], RoadNetwork], Any]
    ) -> None:
        make, otherwise = kind
        points = [POINTS[0], ISLAND, POINTS[1]]
        with loopback(otherwise=otherwise) as server:
            matrix = Roads(make(patient(server)), PLAIN).matrix(points, CAR, MONDAY)
        assert matrix.guessed == ((0, 1), (1, 0), (1, 2), (2, 1))
        assert (
            matrix.minutes[0][1] == (GreatCircle(PLAIN).matrix(points, CAR, MONDAY).minutes[0][1])
        )

    def test_the_mark_of_the_data_is_not_sent(
        self, kind: tuple[Callable[[Server], RoadNetwork], Any]
    ) -> None:
        make, otherwise = kind
        with loopback(otherwise=otherwise) as server:
            old, new = (make(patient(server, suffix=f"/#{mark}")) for mark in (1, 2))
            assert old.version != new.version
            assert old.table(POINTS, POINTS, CAR) == new.table(POINTS, POINTS, CAR)
            assert not any("#" in request.path for request in server.requests)


class TestOsrm:
    def test_seconds_and_metres_are_the_servers(self) -> None:
        with loopback(otherwise=osrm()) as server:
            (way,) = OsrmServer(patient(server)).table(POINTS[:1], POINTS[1:2], CAR)[0]
        assert way == _way(*POINTS[:2])

    def test_a_pair_without_a_way_is_guessed(self) -> None:
        east = Point(lat=30.0, lon=110.41)
        with loopback(otherwise=osrm()) as server:
            matrix = Roads(OsrmServer(patient(server)), PLAIN).matrix(
                [POINTS[0], east], CAR, MONDAY
            )
        assert matrix.guessed == ((0, 1),)

    @pytest.mark.parametrize("most", [100, 30, 7, 2])
    def test_a_table_is_cut_to_what_the_server_takes(self, most: int) -> None:
        points = [corner(number % 12, number // 12) for number in range(60)]
        with loopback(otherwise=osrm(most)) as server:
            rows = OsrmServer(patient(server)).table(points[:9], points, CAR)
        assert rows == [[_way(one, two) for two in points] for one in points[:9]]

    def test_a_server_that_takes_nothing_gives_its_reason(self) -> None:
        with (
            loopback(otherwise=osrm(1)) as server,
            pytest.raises(ServiceError, match="Too many table coordinates"),
        ):
            OsrmServer(patient(server)).table(POINTS, POINTS, CAR)

    def test_a_plain_address_is_for_cars_alone(self) -> None:
        with loopback(otherwise=osrm()) as server:
            roads = Roads(OsrmServer(patient(server)), PLAIN)
            assert roads.matrix(POINTS, WALK, MONDAY).estimated
            assert not server.requests

    def test_an_address_with_a_mode_is_for_all(self) -> None:
        def answer(request: Request) -> Answer:
            assert request.path.startswith("/routed-foot/table")
            path = request.path.removeprefix("/routed-foot")
            return osrm()(Request("GET", path, request.query, request.headers, b""))

        with loopback(otherwise=answer) as server:
            roads = Roads(OsrmServer(patient(server, suffix="/routed-{mode}")), PLAIN)
            assert not roads.matrix(POINTS, WALK, MONDAY).estimated

    def test_a_line_is_the_servers_between_the_doors(self) -> None:
        with loopback(otherwise=osrm()) as server:
            line = Roads(OsrmServer(patient(server)), PLAIN).shape(POINTS[0], POINTS[1], CAR)
        assert line is not None
        assert (line[0], line[-1], len(line)) == (POINTS[0], POINTS[1], 5)
        assert line[1] == decode_shape("_izlhA~rlgdF", precision=6)[0]

    @pytest.mark.parametrize("code", ["NoRoute", "NoSegment"])
    def test_no_way_is_no_line(self, code: str) -> None:
        with loopback(otherwise=refused(code)) as server:
            assert OsrmServer(patient(server)).line(POINTS[0], POINTS[1], CAR) is None


class TestValhalla:
    def test_the_server_says_what_the_library_says(self) -> None:
        local = local_valhalla()
        with loopback(otherwise=valhalla) as server:
            remote = ValhallaServer(patient(server))
            assert remote.table(POINTS, POINTS, CAR) == local.table(POINTS, POINTS, CAR)
            assert remote.line(POINTS[0], POINTS[1], WALK) == local.line(POINTS[0], POINTS[1], WALK)

    def test_a_table_is_cut_to_what_the_server_takes(self) -> None:
        points = [corner(number % 12, number // 12) for number in range(60)]

        def answer(request: Request) -> Answer:
            asked = request.json
            if len(asked.get("sources", ())) * len(asked.get("targets", ())) > 40:
                text = "Exceeded max locations"
                return Answer(json.dumps({"error_code": 150, "error": text}).encode(), 400)
            return valhalla(request)

        local = local_valhalla()
        with loopback(otherwise=answer) as server:
            rows = ValhallaServer(patient(server)).table(points[:5], points, CAR)
        assert rows == local.table(points[:5], points, CAR)

    def test_other_refusals_are_told_in_the_servers_words(self) -> None:
        words = Answer(json.dumps({"error_code": 125, "error": "No costing method"}).encode(), 400)
        with (
            loopback(otherwise=words) as server,
            pytest.raises(ServiceError, match=r"RP8004.*No costing method"),
        ):
            ValhallaServer(patient(server)).table(POINTS, POINTS, CAR)


@pytest.mark.parametrize("url", ["localhost:5000", "ftp://a", "", "http://", "roads"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="RP2031"):
        Server(url, 1.0)


@pytest.mark.parametrize("url", ["http://me:secret@example.org", "http://example.org?key=secret"])
def test_an_address_with_a_password_or_key_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingsError, match=r"RP2032.*example\.org") as caught:
        Server(url, 1.0)
    assert "secret" not in str(caught.value)
