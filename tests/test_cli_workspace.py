"""history, show, diff, undo, redo, backup, restore, export, forget as their users have them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from routeplan.book.write import write_book
from routeplan.cli import app
from routeplan.errors import UsageError, WorkspaceError
from routeplan.plan.plan import Plan
from routeplan.replan.diff import PlanDiff
from routeplan.workspace.folder import load_plan
from routeplan.workspace.forget import Forgotten
from routeplan.workspace.save import save_plan
from tests.examples import tiny_book
from tests.test_cli import run
from tests.workspace.plans import EN, some_plan


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: a book in `book`, its plan in `week`, three versions."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    write_book(tiny_book(), tmp_path / "book")
    for number in (1, 2, 3):
        save_plan(some_plan(number, again=number == 3), Path("week"), EN, book=Path("book"))
    return tmp_path


def call(*words: str) -> Result:
    """A command that goes well."""
    result = CliRunner().invoke(app, [*words, "--lang", "en"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def test_the_history_is_a_line_a_version(here: Path) -> None:
    lines = call("history", "week").output.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["1", "2", "*"]
    assert "plan (visit-norms)" in lines[2]
    assert "re-plan 11-23 08:00" in lines[3]
    # From the book it is the same, but nothing stands anywhere.
    assert "*" not in call("history", "book").output
    listed = json.loads(call("history", "week", "--json").stdout)
    assert [(one["number"], one["parent"]) for one in listed] == [(1, None), (2, 1), (3, 2)]
    assert str(here) not in call("history", "week", "--json").stdout


def test_any_version_is_shown_and_compared(here: Path) -> None:
    assert some_plan(2).visits[0][1].client_name in call("show", "week", "2").output
    shown = call("show", "book", "2", "--json").stdout
    assert Plan.model_validate_json(shown) == some_plan(2)
    assert "Version 1 → 3: 0 removed" in call("diff", "week", "1", "3").output
    found = PlanDiff.model_validate_json(call("diff", "week", "1", "3", "--json").stdout)
    assert (found.before_version, found.after_version) == (1, 3)
    with pytest.raises(UsageError, match=r"RP4051.*1-3"):
        CliRunner().invoke(app, ["show", "week", "9"], catch_exceptions=False)
    assert load_plan(here / "week") == some_plan(3, again=True)


def test_back_and_forth(here: Path) -> None:
    assert "week holds version 2 now." in call("undo", "week").output
    assert load_plan(here / "week") == some_plan(2)
    assert "version 1 now" in call("undo", "week").output
    with pytest.raises(WorkspaceError, match="RP7008"):
        CliRunner().invoke(app, ["undo", "week"], catch_exceptions=False)
    assert "version 2 now" in call("redo", "week").output
    assert "version 3 now" in call("redo", "week").output
    with pytest.raises(WorkspaceError, match="RP7009"):
        CliRunner().invoke(app, ["redo", "week"], catch_exceptions=False)
    assert "other holds version 1" in call("undo", "other", "--to", "1", "--book", "book").output
    assert load_plan(here / "other") == some_plan(1)


def test_taken_along_and_put_back(here: Path) -> None:
    assert "safe.sqlite" in call("backup", "week", "safe.sqlite").output
    save_plan(some_plan(4), Path("week"), EN, book=Path("book"))
    assert "replaced-1.sqlite" in call("restore", "book", "safe.sqlite").output
    assert len(json.loads(call("history", "book", "--json").stdout)) == 3
    assert len(json.loads(call("history", "safe.sqlite", "--json").stdout)) == 3
    assert "written to plain" in call("export", "week", "plain").output
    assert (here / "plain" / "versions" / "3" / "plan.json").exists()


def test_forgetting_asks_for_the_book_first_and_says_what_it_did(here: Path) -> None:
    client = some_plan(1).visits[0][1].client_id
    counted = call("forget", "week", client, "--dry-run", "--json").stdout
    assert Forgotten.model_validate_json(counted).versions == 3
    (here / "week" / "mine.txt").write_text(client, encoding="utf-8")
    said = call("forget", "week", client)
    assert "3 plan versions" in said.output
    assert "Plan folder: week" in said.output
    assert "  week/mine.txt" in said.stderr
    assert "the book, its copies, backups" in said.output
    assert client not in call("show", "week", "1", "--json").stdout
    with pytest.raises(WorkspaceError, match="RP7029"):
        CliRunner().invoke(app, ["forget", "week", "C1"], catch_exceptions=False)


def test_what_cannot_be_used_is_one_sentence(here: Path) -> None:
    store = here / "book" / "routeplan.sqlite"
    for content, code in ((b"no store " * 1000, "RP7022"), (store.read_bytes()[:9000], "RP7022")):
        store.write_bytes(content)
        for words in (["history", "week"], ["undo", "week"], ["backup", "week", "b.sqlite"]):
            with pytest.raises(WorkspaceError, match=rf"{code}: routeplan.sqlite is damaged"):
                CliRunner().invoke(app, words, catch_exceptions=False)
        assert store.read_bytes() == content
    ended = run(here, "history", "week")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (5, "", 1)
    assert ended.stderr.startswith("RP7022: ")
    store.unlink()
    other = sqlite3.connect(store)
    other.execute("CREATE TABLE things (name TEXT)")
    other.commit()
    other.close()
    planned = run(here, "plan", "book", "--out", "week", "--week", "2026-11-23", "--quiet")
    assert planned.returncode == 5
    assert planned.stderr.startswith("RP7023: ")
    store.unlink()
    with pytest.raises(WorkspaceError, match="RP7007"):
        CliRunner().invoke(app, ["history", "book"], catch_exceptions=False)
