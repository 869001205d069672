"""`routeplan report` as its user has it: beside a plan, in both languages, after re-plans."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routeplan.book.write import write_book
from routeplan.cli import app
from routeplan.errors import RouteplanError
from routeplan.language import LANGUAGES, Texts
from routeplan.store.database import database_path
from routeplan.workspace.save import save_plan
from tests.replan.examples import busy_book, busy_plan

FILES = ["coverage.csv", "effort.csv", "not-reached.csv", "report.html", "versions.csv"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The busy week, planned in `week`, beside its book, with one visit recorded."""
    write_book(busy_book(), tmp_path / "book")
    plan = busy_plan()
    origin = plan.origin.model_copy(update={"book": "../book", "policy": "visit-norms"})
    plan = plan.model_copy(update={"origin": origin})
    save_plan(plan, tmp_path / "week", Texts("en"), book=tmp_path / "book")
    run("record", tmp_path / "book", "C4", "--date", "2026-11-23")
    return tmp_path / "week"


def run(*words: str | Path) -> str:
    ended = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def refusal(*words: str | Path) -> str:
    with pytest.raises(RouteplanError) as caught:
        run(*words)
    return caught.value.code


def report(folder: Path, *words: str) -> str:
    run("report", folder, "--date", "2026-11-24", *words)
    return (folder / "report" / "report.html").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_and_tables_are_written_and_named(folder: Path, language: str) -> None:
    printed = run("report", folder, "--date", "2026-11-24", "--lang", language)
    assert sorted(Path(line).name for line in printed.splitlines()) == FILES
    assert sorted(path.name for path in (folder / "report").iterdir()) == FILES
    page = (folder / "report" / "report.html").read_text("utf-8")
    assert Texts(language)("report.title") in page
    assert str(folder) not in page


def test_without_matplotlib_all_files_are_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "<figure>" in report(folder)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = report(folder)
    assert "<figure>" not in page
    assert "routeplan[report]" in page
    assert sorted(path.name for path in (folder / "report").iterdir()) == FILES


def test_its_coverage_is_that_of_the_coverage_command(folder: Path) -> None:
    report(folder, "--period", "month")
    options = ("--plan", str(folder), "--date", "2026-11-24", "--period", "month")
    told = run("coverage", folder.parent / "book", *options, "--csv", "--lang", "en")
    assert (folder / "report" / "coverage.csv").read_bytes().decode() == told.replace("\n", "\r\n")
    total = json.loads(run("coverage", folder.parent / "book", *options, "--json"))["total"]
    assert total["done"] == 1


def test_a_replan_is_another_version_and_a_lock_is_none(folder: Path) -> None:
    run("lock", folder, "C5")
    run(*("replan", folder, "--cancel", "C6", "--now", "2026-11-22T22:00", "--time-limit", "20"))
    report(folder, "--lang", "en")
    rows = (folder / "report" / "versions.csv").read_text("utf-8-sig").splitlines()
    assert [row.split(",")[0] for row in rows] == ["version", "2", "3"]
    assert "C6 cancelled" in rows[2]
    assert "the client cancelled" in (folder / "report" / "not-reached.csv").read_text("utf-8")


def test_it_does_without_a_history(folder: Path) -> None:
    database_path(folder.parent / "book").unlink()
    assert "Effort is that of the plan for" in report(folder, "--lang", "en")


def test_forgetting_a_client_takes_away_what_tells_of_it(folder: Path) -> None:
    report(folder)
    written = {path.name for path in (folder / "report").iterdir()}
    book = busy_book()
    kept = tuple(client for client in book.clients if client.id != "C9")
    assert (folder / "report" / "not-reached.csv").read_text("utf-8").count("\nC9,") == 1
    for path in (folder.parent / "book").glob("*.csv"):
        path.unlink()
    write_book(book.model_copy(update={"clients": kept}), folder.parent / "book")
    forgotten = json.loads(run("forget", folder, "C9", "--json"))
    assert not [name for name in forgotten["left"] if Path(name).parent.name == "report"]
    left = {path.name for path in (folder / "report").iterdir()}
    assert left < written
    assert "not-reached.csv" not in left


def test_what_cannot_be_reported_is_said(folder: Path) -> None:
    assert refusal("report", folder.parent) == "RP7001"
    assert refusal("report", folder, "--date", "tomorrow") == "RP4003"
    assert refusal("report", folder, "--manager", "M9") == "RP4002"
    assert refusal("report", folder, "--policy", "no-such-policy") == "RP2005"
    assert refusal("report", folder, "--book", str(folder / "gone.xlsx")) == "RP7005"
    assert not (folder / "report").exists()
