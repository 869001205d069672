"""Events and locks on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from routeplan.book.write import write_book
from routeplan.cli import app
from routeplan.due.models import Horizon
from routeplan.errors import BookError, RouteplanError
from routeplan.language import Texts
from routeplan.pipeline import plan_visits
from routeplan.plan.events import Cancel, Late
from routeplan.solve.result import Engine, Solved
from routeplan.solve.stop import StopRule
from routeplan.workspace.folder import load_plan, load_proof
from routeplan.workspace.save import save_plan
from tests.examples import MONDAY, tiny_book
from tests.plan.examples import visit_of


@pytest.fixture(name="planned", scope="module")
def _planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny book in `book` and its plan in `week`."""
    folder = tmp_path_factory.mktemp("planned")
    write_book(tiny_book(), folder / "book")
    solved: list[Solved] = []
    plan = plan_visits(
        tiny_book(),
        Horizon(first=MONDAY),
        stop=StopRule(seconds=None, iterations=20),
        engine=Engine.ROUTING,
        on_solved=solved.append,
        book_path="../book",
    )
    save_plan(plan, folder / "week", Texts("en"), book=folder / "book", solved=solved[0])
    return folder


@pytest.fixture(name="here")
def _here(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = Path(shutil.copytree(planned, tmp_path / "here"))
    monkeypatch.chdir(here)
    return here


def run(*words: str) -> Result:
    ended = CliRunner().invoke(app, [*words, "--lang", "en"])
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        assert isinstance(ended.exception, RouteplanError), ended.exception
    return ended


def replan(*words: str) -> Result:
    clock = ("--now", "2026-11-23T07:00", "--engine", "routing", "--time-limit", "1", "--quiet")
    return run("replan", "week", *clock, *words)


def said(ended: Result) -> str:
    assert isinstance(ended.exception, RouteplanError)
    return str(ended.exception)


def test_events_by_options_and_from_a_file(here: Path) -> None:
    _, first = next(iter(load_plan(here / "week").visits))
    rows = f"event,who,when,what\ncancel,{first.client_id},,\n"
    (here / "events.csv").write_text(rows, encoding="utf-8")
    done = replan("--events", "events.csv", "--off", "M1@2026-11-24=pm", "--freeze", "5")
    assert done.exit_code == 0, done.exception
    origin = load_plan(here / "week").origin
    assert [str(event) for event in origin.events] == [
        "off:M1@2026-11-24=pm",
        str(Cancel(client_id=first.client_id)),
    ]
    assert origin.freeze == 5
    assert run("undo", "week").exit_code == 0
    assert load_plan(here / "week").origin.events == ()


def test_what_cannot_be_read_is_said_whole(here: Path) -> None:
    (here / "events.csv").write_text("event,who,when,what\nlate,M1,,\nabsent,M1,,\n")
    refused = replan("--events", "events.csv")
    assert isinstance(refused.exception, BookError)
    assert [fault.value for fault in refused.exception.faults] == ["M1", "absent"]
    assert "late:M1[@C017]=30" in said(replan("--late", "M1"))
    several = said(replan("--cancel", "C99", "--late", "M9=5"))
    assert "cancel:C99" in several
    assert "late:M9=5" in several


def test_a_lock_is_a_version_and_keeps_its_proof(here: Path) -> None:
    plan = load_plan(here / "week")
    day, visit = next(iter(plan.visits))
    done = run("lock", "week", visit.client_id, "--day")
    assert f"{visit.client_id} {visit.client_name} is locked to" in done.stdout
    locked = load_plan(here / "week")
    assert [(one.date, one.start) for one in locked.locks] == [(day.date, None)]
    assert locked.days == plan.days
    load_proof(here / "week")
    assert run("unlock", "week").stdout.startswith("no visit is locked any more")
    assert load_plan(here / "week").locks == ()
    assert "RP4045" in said(run("unlock", "week"))
    assert "RP4044" in said(run("lock", "week", "@"))


def test_a_lock_and_an_event_that_exclude_each_other_change_nothing(here: Path) -> None:
    _, visit = next(iter(load_plan(here / "week").visits))
    run("lock", "week", visit.client_id)
    before = (here / "week" / "plan.json").read_bytes()
    day, _ = visit_of(load_plan(here / "week"), visit.visit_id)
    refused = said(replan("--off", f"{day.manager_id}@{day.date}"))
    assert "RP4029" in refused
    assert f"the event off:{day.manager_id}@{day.date}" in refused
    assert (here / "week" / "plan.json").read_bytes() == before


def test_without_news_the_plan_stays_and_so_does_its_proof(here: Path) -> None:
    before = json.loads((here / "week" / "plan.json").read_bytes())
    assert replan("--late", "M1=0").exit_code == 0
    after = json.loads((here / "week" / "plan.json").read_bytes())
    assert after["origin"].pop("events") == [Late(manager_id="M1", minutes=0).model_dump()]
    changed = {key for key in after["origin"] if after["origin"][key] != before["origin"].get(key)}
    assert changed <= {"version", "now"}
    del before["origin"], after["origin"]
    assert after == before
    load_proof(here / "week")
