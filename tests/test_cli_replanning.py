"""whatif, offer, accept, tell and notices, and `replan --max-changes`, on one small week."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routeplan.book.write import write_book
from routeplan.cli import app
from routeplan.errors import RouteplanError
from routeplan.language import Texts
from routeplan.plan.plan import Plan
from routeplan.problem.progress import Told
from routeplan.replan.diff import ChangeKind, PlanDiff
from routeplan.workspace.folder import load_plan
from routeplan.workspace.save import save_plan
from tests.plan.examples import visit_of
from tests.replan.examples import busy_book, busy_plan

NOW = ("--now", "2026-11-22T22:00", "--time-limit", "20", "--lang", "en")
ASKED = ("--now", "2026-11-22T22:00", "--lang", "en")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The busy week, planned in `week`, beside its book."""
    write_book(busy_book(), tmp_path / "book")
    origin = busy_plan().origin.model_copy(update={"book": "../book"})
    plan = busy_plan().model_copy(update={"origin": origin})
    save_plan(plan, tmp_path / "week", Texts("en"), book=tmp_path / "book")
    return tmp_path / "week"


def run(*words: str | Path) -> str:
    ended = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def refusal(*words: str | Path) -> str:
    with pytest.raises(RouteplanError) as caught:
        run(*words)
    for language in ("en", "zh"):
        assert Texts(language).render(caught.value.message)
    return caught.value.code


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_whatif_shows_the_difference_and_saves_nothing(folder: Path) -> None:
    before = files(folder)
    said = run("whatif", folder, "--cancel", "C5", *NOW, "--quiet")
    assert "removed\nC5" in said
    assert "Nothing was saved" in said
    beside = run("whatif", folder, "--cancel", "C5", *NOW)
    assert "before" in beside
    assert "- 10:00-10:40 B C5" in beside
    assert [line.split(":")[0] for line in beside.splitlines()].count("before") == 1
    diff = PlanDiff.model_validate_json(run("whatif", folder, "--cancel", "C5", *NOW, "--json"))
    assert [change.client_id for change in diff.of(ChangeKind.REMOVED)] == ["C5"]
    assert files(folder) == before


def test_whatif_writes_a_map_of_both_on_request(folder: Path) -> None:
    out = folder.parent / "thought"
    said = run("whatif", folder, "--cancel", "C5", "--out", out, *NOW, "--quiet")
    assert sorted(path.name for path in out.iterdir()) == ["changes.json", "map.html"]
    assert str(out / "map.html") in said
    assert '"compare":true' in (out / "map.html").read_text(encoding="utf-8")


def test_whatif_and_replan_agree(folder: Path) -> None:
    thought = run("whatif", folder, "--cancel", "C5", "--max-changes", "0", *NOW, "--json")
    done = run("replan", folder, "--cancel", "C5", "--max-changes", "0", *NOW, "--json")
    assert json.loads(thought) == json.loads(done)
    budget = load_plan(folder).proof.budget
    assert budget is not None
    assert (budget.changes, budget.forced) == (0, 0)
    assert '"compare":false' in (folder / "map.html").read_text(encoding="utf-8")


def test_choices_are_a_table(folder: Path) -> None:
    said = run("whatif", folder, "--adjust", "must:C8", "--choices", *NOW)
    assert "--max-changes" in said
    assert "Nothing avoids 1 change" in said
    table = json.loads(run("whatif", folder, "--adjust", "must:C8", "--choices", *NOW, "--json"))
    assert table["choices"][0]["changes"] == 1


def test_fit_lists_what_would_bring_a_client_in(folder: Path) -> None:
    said = run("whatif", folder, "--fit", "C8", *NOW)
    assert "C8 客户C8 would fit:" in said
    assert "--adjust must:C8" in said
    found = json.loads(run("whatif", folder, "--cancel", "C5", "--fit", "C5", *NOW, "--json"))
    assert found
    assert refusal("whatif", folder, "--fit", "C4", *NOW) == "RP4073"


def test_an_offer_is_accepted_and_stands(folder: Path) -> None:
    said = run("offer", folder, "C9", *ASKED)
    assert "I would like to visit you" in said
    offers = json.loads(run("offer", folder, "C9", *ASKED, "--json"))
    first = offers[0]
    assert f"routeplan accept {folder} C9 {first['date']}" in said
    run("accept", folder, "C9", first["date"], first["start"], *NOW, "--quiet")
    day, visit = visit_of(load_plan(folder), "C9")
    assert (day.date.isoformat(), visit.told) == (first["date"], Told.CONFIRMED)
    again = run("replan", folder, "--cancel", "C4", *NOW, "--json")
    moved = PlanDiff.model_validate_json(again).of(ChangeKind.MOVED)
    assert "C9" not in [change.client_id for change in moved]


def test_hours_that_cannot_be_meant_are_refused(folder: Path) -> None:
    for words in (("today", "10:00"), ("2026-11-24", "ten")):
        assert refusal("accept", folder, "C9", *words, *NOW) == "RP4075"
    assert refusal("offer", folder, "C99", *ASKED) == "RP4074"


def test_telling_is_a_version_and_keeps_what_the_re_plan_changed(folder: Path) -> None:
    run("replan", folder, "--cancel", "C5", *NOW, "--quiet")
    messages = (folder / "notices.md").read_bytes()
    assert "agreed" in run("tell", folder, "C4", "--agreed", "--lang", "en")
    plan = load_plan(folder)
    assert visit_of(plan, "C4")[1].told is Told.AGREED
    assert (folder / "notices.md").read_bytes() == messages
    run("undo", folder, "--lang", "en")
    assert "is locked to" in run("lock", folder, "C4", "--lang", "en")
    assert (folder / "notices.md").read_bytes() == messages
    assert "no visit is locked any more" in run("unlock", folder, "--lang", "en")
    assert (folder / "notices.md").read_bytes() == messages
    run("undo", folder, "--to", "2", "--lang", "en")
    assert visit_of(load_plan(folder), "C4")[1].told is Told.NOT_AGREED
    assert refusal("tell", folder, "C4", "--lang", "en") == "RP4077"
    assert refusal("tell", folder, "C4", "--agreed", "--confirmed") == "RP4077"
    assert refusal("tell", folder, "C9", "--agreed") in ("RP4071",)


def test_notices_on_demand(folder: Path) -> None:
    assert refusal("notices", folder, "--lang", "en") == "RP7031"
    assert not (folder / "notices.md").exists()
    run("replan", folder, "--cancel", "C5", *NOW, "--quiet")
    written = (folder / "notices.md").read_text(encoding="utf-8")
    out = folder.parent / "elsewhere"
    said = run("notices", folder, "--out", out, "--lang", "en")
    assert written in said
    assert (out / "notices.csv").read_bytes() == (folder / "notices.csv").read_bytes()
    in_chinese = json.loads(run("notices", folder, "--json", "--lang", "zh"))
    assert any("您好" in notice["text"] for notice in in_chinese)


def test_one_question_at_a_time(folder: Path) -> None:
    words = ("whatif", folder, "--choices", "--fit", "C8")
    assert refusal(*words, *NOW) == "RP4076"


def test_the_plan_that_was_saved_is_one_that_loads(folder: Path) -> None:
    run("replan", folder, "--cancel", "C5", "--max-changes", "1", *NOW, "--quiet")
    plan = load_plan(folder)
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_a_limit_on_changes_is_verified(folder: Path) -> None:
    run("replan", folder, "--cancel", "C5", "--max-changes", "0", *NOW, "--quiet")
    budget = load_plan(folder).proof.budget
    assert budget is not None
    assert f"{budget.changes} of at most {budget.forced} planned visits change" in run(
        "verify", folder, "--lang", "en"
    )
    assert "变更上限：已确认" in run("verify", folder, "--lang", "zh")
    plan, proof = folder / "plan.json", folder / "proof.json"
    told, proven = (json.loads(path.read_bytes()) for path in (plan, proof))
    # What the plan says must be what is proven ...
    told["proof"]["budget"]["bound"] += 1
    plan.write_text(json.dumps(told), encoding="utf-8")
    assert refusal("verify", folder) == "RP6003"
    # ... and what is proven must be true.
    proven["limit"]["bound"] += 1
    proof.write_text(json.dumps(proven), encoding="utf-8")
    assert refusal("verify", folder) == "RP6003"
