"""Which source is meant, and what is said when it cannot be had."""

from __future__ import annotations

import datetime as dt
import json
import traceback
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routeplan.book.models import TravelMode
from routeplan.book.write import write_book
from routeplan.cli import app
from routeplan.config import ServerSettings, SourceName, TravelSettings, read_settings
from routeplan.errors import SettingsError, UsageError, WorkspaceError
from routeplan.language import LANGUAGES
from routeplan.pipeline import open_travel
from routeplan.point import Point
from routeplan.travel.cached import Cached
from routeplan.travel.choose import parse_travel, travel_source
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.hours_file import read_hours
from routeplan.workspace.folder import load_plan
from tests.example_plan import example_plan
from tests.examples import tiny_book, window

DEFAULT = TravelSettings()
ROOT = Path(__file__).parents[2]
MONDAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12)  # noqa: DTZ001 local time


def test_an_option_names_source_and_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = parse_travel(["matrix:minutes.csv"], DEFAULT, Path("books"))
    assert (found.source, found.matrix.file) == (SourceName.MATRIX, "../minutes.csv")
    found = parse_travel(["osrm:http://localhost:5000"], DEFAULT, Path("books"))
    assert (found.source, found.server.url) == (SourceName.OSRM, "http://localhost:5000")
    assert parse_travel(["roads"], found).server.url == "http://localhost:5000"


def test_transit_goes_beside_another_source() -> None:
    for order in (["roads:r", "transit:t"], ["transit:t", "roads:r"]):
        found = parse_travel(order, DEFAULT)
        assert (found.source, found.sources) == (
            SourceName.ROADS,
            {TravelMode.TRANSIT: SourceName.TRANSIT},
        )
        assert (found.roads.tiles, found.transit.folder) == ("r", "t")
        assert parse_travel(["great-circle"], found).sources == {}
        assert TravelSettings.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    "texts", [["roads:a", "roads:b"], ["roads:a", "matrix:b"], ["transit:a"] * 2, ["roads"] * 3]
)
def test_two_sources_for_the_same_travel_are_refused(texts: list[str]) -> None:
    with pytest.raises(UsageError, match="only transit") as caught:
        parse_travel(texts, DEFAULT)
    assert caught.value.code == "RP4042"


def test_each_mode_is_asked_of_its_source(tmp_path: Path) -> None:
    settings = parse_travel(
        ["great-circle", f"transit:{ROOT / 'data' / 'lines'}"], DEFAULT, tmp_path
    )
    path = tmp_path / "book.xlsx"
    points = [Point(lat=39.976, lon=116.332), Point(lat=39.931, lon=116.354)]
    with open_travel(settings, tiny_book(), path) as source:
        alone = GreatCircle(DEFAULT)
        assert source.matrix(points, TravelMode.CAR, MONDAY) == alone.matrix(
            points, TravelMode.CAR, MONDAY
        )
        rides = source.matrix(points, TravelMode.TRANSIT, MONDAY)
        assert not rides.estimated
        assert source.journey(points[0], points[1], TravelMode.TRANSIT, NOON)
        assert source.journey(points[0], points[1], TravelMode.CAR, NOON) == ()
        assert source.version != alone.version
        assert source.day_key(MONDAY) == source.day_key(MONDAY + dt.timedelta(days=1))
        assert source.day_key(MONDAY) != source.day_key(MONDAY + dt.timedelta(days=5))
    with open_travel(settings, tiny_book(), path) as again:
        assert again.matrix(points, TravelMode.TRANSIT, MONDAY) == rides


@pytest.mark.parametrize("text", ["", "plane", "great-circle:here", "Roads:x"])
def test_what_names_no_source_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(UsageError, match="roads:FOLDER") as caught:
        parse_travel([text], DEFAULT)
    assert caught.value.code == "RP4041"


@pytest.mark.parametrize(
    ("source", "entry"),
    [("roads", "roads.tiles"), ("osrm", "server.url"), ("matrix", "matrix.file")],
)
def test_a_source_without_its_place_says_which_entry_is_missing(source: str, entry: str) -> None:
    with pytest.raises(SettingsError, match=entry) as caught:
        travel_source(parse_travel([source], DEFAULT), tiny_book())
    assert caught.value.code == "RP2021"


def test_a_file_of_hours_goes_before_the_settings_factors(tmp_path: Path) -> None:
    (tmp_path / "hours.csv").write_text("modes,weekdays,hours,factor\ncar,mon,7:00-9:00,3\n")
    source = travel_source(TravelSettings(hours="hours.csv"), tiny_book(), tmp_path)
    assert isinstance(source, GreatCircle)
    assert [one.factor for one in source.settings.hour_factors] == [3]


def test_estimates_are_not_remembered(tmp_path: Path) -> None:
    with open_travel(DEFAULT, tiny_book(), tmp_path / "book.xlsx") as source:
        assert not isinstance(source, Cached)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_replan_travels_like_the_plan_before_it(tmp_path: Path, language: str) -> None:
    """From the command line, told once, and seen from wherever the book is."""
    write_book(tiny_book(), tmp_path / "book")
    minutes = tmp_path / "minutes.csv"
    minutes.write_text("from,to,minutes\nM1,C1,21\nC1,M1,23\n", encoding="utf-8")
    out = str(tmp_path / "plan")
    run = CliRunner().invoke
    common = ["--lang", language, "--engine", "routing", "--time-limit", "1", "--quiet"]
    options = ["--week", "2026-11-23", "--travel", f"matrix:{minutes}"]
    result = run(app, ["plan", str(tmp_path / "book"), "--out", out, *options, *common])
    assert result.exit_code == 0, result.output
    plan = load_plan(Path(out))
    assert plan.origin.settings.travel.matrix.file == "../minutes.csv"
    assert str(tmp_path) not in (tmp_path / "plan" / "plan.json").read_text(encoding="utf-8")
    assert [note.key for note in plan.notes if note.key == "problem.guessed"]
    legs = {(leg.minutes, leg.estimated) for day in plan.days for leg in day.legs}
    assert (23, False) in legs

    again = ["replan", out, "--cancel", "C2", "--now", "2026-11-23T07:00", *common]
    result = run(app, again)
    assert result.exit_code == 0, result.output
    after = load_plan(Path(out))
    assert after.origin.settings.travel == plan.origin.settings.travel
    assert sum(note.key == "problem.guessed" for note in after.notes) <= 2

    result = run(
        app, [*again[:2], "--now", "2026-11-23T07:30", "--travel", "great-circle", *common]
    )
    assert result.exit_code == 0, result.output
    last = load_plan(Path(out))
    assert last.origin.settings.travel.source is SourceName.GREAT_CIRCLE
    assert all(leg.estimated for day in last.days for leg in day.legs)


def test_faults_of_the_table_are_listed_like_those_of_a_book(tmp_path: Path) -> None:
    write_book(tiny_book(), tmp_path / "book")
    bad = tmp_path / "bad.csv"
    bad.write_text("from,to,minutes\nnobody,C1,x\n", encoding="utf-8")
    options = ["--week", "2026-11-23", "--travel", f"matrix:{bad}", "--quiet"]
    result = CliRunner().invoke(
        app, ["plan", str(tmp_path / "book"), "--out", str(tmp_path / "plan"), *options]
    )
    assert getattr(result.exception, "code", "") == "RP1007"
    assert not (tmp_path / "plan").exists()


def test_hours_are_learned_from_the_command_line(tmp_path: Path) -> None:
    write_book(tiny_book(), tmp_path / "book")
    out = tmp_path / "hours.csv"
    result = CliRunner().invoke(
        app, ["learn", str(tmp_path / "book"), "--apply", str(out), "--lang", "en"]
    )
    assert result.exit_code == 0, result.output
    assert out.read_text(encoding="utf-8-sig").startswith("modes,weekdays,hours,factor,ways")


def test_hours_are_learned_upon_the_file_that_the_settings_name(tmp_path: Path) -> None:
    write_book(tiny_book(), tmp_path / "book")
    before = "modes,weekdays,hours,factor\ncar,mon,05:00-06:00,3\n"
    (tmp_path / "book" / "before.csv").write_text(before, encoding="utf-8")
    settings = '[travel]\nhours = "before.csv"\n'
    (tmp_path / "book" / "routeplan.toml").write_text(settings, encoding="utf-8")
    out = tmp_path / "hours.csv"
    result = CliRunner().invoke(
        app, ["learn", str(tmp_path / "book"), "--apply", str(out), "--lang", "en"]
    )
    assert result.exit_code == 0, result.output
    (learned,) = read_hours(out)
    assert (learned.hours, learned.weekdays, learned.factor) == (window("5:00", "6:00"), (0,), 3)


ADDRESS = "http://me:hunter2@example.org"


@pytest.mark.parametrize(
    "url", [ADDRESS, "https://example.org//route?key=hunter2", "me:hunter2@example.org"]
)
@pytest.mark.parametrize("source", SourceName)
def test_a_secret_in_a_servers_address_is_refused_when_settings_are_read(
    tmp_path: Path, url: str, source: SourceName
) -> None:
    """Whatever the source is: a plan would keep it with the other settings."""
    path = tmp_path / "routeplan.toml"
    path.write_text(f'[travel]\nsource = "{source}"\n[travel.server]\nurl = "{url}"\n')
    with pytest.raises(SettingsError, match=r"RP2032.*example\.org") as caught:
        read_settings(path)
    assert "hunter2" not in "".join(traceback.format_exception_only(caught.value))
    assert caught.value.__suppress_context__
    with pytest.raises(SettingsError, match="RP2032"):
        parse_travel([f"osrm:{url}"], DEFAULT)


def test_a_plan_with_a_secret_is_not_read(tmp_path: Path) -> None:
    travel = TravelSettings(server=ServerSettings(url="http://example.org"))
    plan = example_plan()
    settings = plan.origin.settings.model_copy(update={"travel": travel})
    origin = plan.origin.model_copy(update={"settings": settings})
    text = plan.model_copy(update={"origin": origin}).model_dump_json()
    (tmp_path / "plan.json").write_text(text.replace("http://example.org", ADDRESS), "utf-8")
    with pytest.raises(WorkspaceError, match="RP7002") as caught:
        load_plan(tmp_path)
    assert "hunter2" not in str(caught.value)


def test_the_settings_of_a_plan_are_json_as_before() -> None:
    dumped = json.loads(TravelSettings(vehicles=(TravelMode.CAR,)).model_dump_json())
    assert TravelSettings.model_validate(dumped) == TravelSettings(vehicles=(TravelMode.CAR,))
