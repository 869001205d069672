"""`routeplan map`: the page written anew, and its picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from routeplan.cli import app
from routeplan.errors import FileError
from routeplan.language import Texts
from routeplan.outputs import pdf
from routeplan.outputs.plan_map import map_html
from tests.browser import chromium_path
from tests.example_plan import example_plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.json").write_text(example_plan().model_dump_json(), "utf-8")
    return tmp_path


def test_the_map_is_written_in_the_language_asked_for(folder: Path) -> None:
    result = CliRunner().invoke(app, ["map", str(folder), "--lang", "zh"])
    assert result.exit_code == 0, result.output
    page = (folder / "map.html").read_text("utf-8")
    assert page == map_html(example_plan(), Texts("zh"))


def test_without_a_browser_nothing_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",))
    monkeypatch.setattr(pdf, "_INSTALLED", ())
    result = CliRunner().invoke(app, ["map", str(folder), "--png", str(folder / "map.png")])
    assert isinstance(result.exception, FileError)
    assert result.exception.code == "RP3061"
    assert not (folder / "map.html").exists()


@pytest.mark.browser
def test_a_picture_is_taken(folder: Path) -> None:
    if chromium_path() is None:
        pytest.skip("no Chromium on this machine")
    result = CliRunner().invoke(app, ["map", str(folder), "--png", str(folder / "map.png")])
    assert result.exit_code == 0, result.output
    assert (folder / "map.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_left_off_is_said(folder: Path) -> None:
    """The example is a re-plan whose book is gone."""
    result = CliRunner().invoke(app, ["map", str(folder), "--lang", "en"])
    assert "What the re-plan changed is not on the map: " in result.stderr
    assert "book.xlsx" in result.stderr.replace("\n", "")  # however long the folder is
    assert "roads" not in result.stderr  # none are named in its settings
    anew = example_plan().origin.model_copy(update={"now": None})
    plan = example_plan().model_copy(update={"origin": anew})
    (folder / "plan.json").write_text(plan.model_dump_json(), "utf-8")
    assert CliRunner().invoke(app, ["map", str(folder), "--lang", "en"]).stderr == ""
