"""The command line as its users have it: the installed command, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from routeplan.book.read import check_book, read_book
from routeplan.book.write import write_book
from routeplan.cli import app
from routeplan.cli.app import SECTIONS
from routeplan.due.models import DueList
from routeplan.language import Texts
from routeplan.plan.plan import Cause, Plan
from routeplan.problem.problem import Problem
from routeplan.replan.diff import ChangeKind, PlanDiff
from routeplan.solve.result import Result, Solved
from routeplan.solve.verify import violations
from routeplan.values import TimeWindow
from routeplan.version import __version__
from routeplan.workspace.folder import load_plan
from tests.examples import MONDAY, tiny_book, tiny_problem

ROOT = Path(__file__).parents[1]
SAMPLE = str(ROOT / "data" / "sample.xlsx")
BROKEN = ROOT / "data" / "broken"
PROGRAM = shutil.which("routeplan", path=sysconfig.get_path("scripts"))
COMMAND = [PROGRAM] if PROGRAM else [sys.executable, "-m", "routeplan"]
ANSI = "\x1b["


def environment(home: Path, **changes: str) -> dict[str, str]:
    """Nothing of the user's own but where programs are; no language."""
    kept = {"PATH", "PYTHONPATH", "SYSTEMROOT", "TMPDIR", "NUMBA_CACHE_DIR"} & os.environ.keys()
    return {name: os.environ[name] for name in kept} | {"HOME": str(home), "LANG": "C"} | changes


def run(
    folder: Path, *words: str, command: list[str] = COMMAND, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`routeplan words` with `folder` as the current one. No run may end in a traceback."""
    ended = subprocess.run(
        [*command, *words],
        cwd=folder,
        env=environment(folder, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    assert ANSI not in ended.stdout + ended.stderr
    return ended


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny book in `book` and its plan in `week`."""
    folder = tmp_path_factory.mktemp("workspace")
    write_book(tiny_book(), folder / "book")
    words = ("plan", "book", "--week", "2026-11-25", "--out", "week", "--time-limit", "20")
    planned = run(folder, *words, "--lang", "zh", PYTHONIOENCODING="ascii")
    assert planned.returncode == 0, planned.stderr
    (folder / "printed.txt").write_text(planned.stdout, encoding="utf-8")
    (folder / "progress.txt").write_text(planned.stderr, encoding="utf-8")
    return folder


@pytest.fixture
def copy(workspace: Path, tmp_path: Path) -> Path:
    """One's own copy of the workspace, at another place."""
    folder = tmp_path / "moved"
    shutil.copytree(workspace, folder)
    return folder


# --- init, check, due -----------------------------------------------------------------------------


def test_a_module_run_is_the_same_command(tmp_path: Path) -> None:
    module = [sys.executable, "-m", "routeplan"]
    assert run(tmp_path, "--version", command=module).stdout == f"routeplan {__version__}\n"


def test_init_writes_a_workspace_once(tmp_path: Path) -> None:
    begun = run(tmp_path, "init", "start", "--lang", "zh")
    assert begun.returncode == 0
    written = [tmp_path / line for line in begun.stdout.split()]
    assert sorted(written) == sorted((tmp_path / "start").iterdir())
    assert "客户" in (tmp_path / "start" / "README.md").read_text(encoding="utf-8")
    before = {path: path.read_bytes() for path in written}
    again = run(tmp_path, "init", "start")
    assert again.returncode == 5
    assert "RP7011" in again.stderr
    assert {path: path.read_bytes() for path in written} == before


def test_check_passes_the_sample(tmp_path: Path) -> None:
    checked = run(tmp_path, "check", SAMPLE)
    assert checked.returncode == 0
    assert "RP1044" in checked.stdout  # a note: two clients have no coordinates
    assert checked.stderr == ""


def test_check_reports_every_fault_of_the_broken_book(tmp_path: Path) -> None:
    faults = check_book(BROKEN).faults
    checked = run(tmp_path, "check", str(BROKEN))
    assert checked.returncode == 1
    for fault in faults:
        assert checked.stdout.count(f"[{fault.code}]") == len(
            [other for other in faults if other.code == fault.code]
        ), fault
    listed = run(tmp_path, "check", str(BROKEN), "--json", "--lang", "zh")
    assert listed.returncode == 1
    found = json.loads(listed.stdout)
    assert [entry["code"] for entry in found] == [fault.code for fault in faults]
    assert all(entry["problem"] and entry["fix"] for entry in found)


def test_due_gives_reasons_sums_and_who_is_not_due(tmp_path: Path) -> None:
    book = read_book(Path(SAMPLE))
    words = ("due", SAMPLE, "--week", "2026-11-25", "--manager", "M01")
    data = run(tmp_path, *words, "--json").stdout
    due = DueList.model_validate_json(data)
    assert due.horizon.first == MONDAY
    assert due.not_due
    is_due = {visit.client_id for visit in due.due}
    ids = is_due | {entry.client_id for entry in due.not_due}
    assert ids == {client.id for client in book.clients if client.manager_id == "M01"}
    short = run(tmp_path, *words).stdout
    full = run(tmp_path, *words, "--all", "--sums", "--lang", "zh", PYTHONIOENCODING="ascii").stdout
    for client_id in ids:
        name = f"{client_id} {book.client_by_id[client_id].name}"
        assert name in full  # though the pipe was said to take ASCII only
        assert (name in short) == (client_id in is_due)
    for visit in due.due:
        assert f"{visit.worth} = " in full
        assert f"{visit.worth} = " not in short
        assert Texts("zh").render(visit.reasons[0].text)[:10] in full


# --- plan -----------------------------------------------------------------------------------------


def test_a_plan_is_printed_and_written_whole(workspace: Path) -> None:
    folder = workspace / "week"
    plan = load_plan(folder)
    assert plan.horizon.first == MONDAY
    names = ["calendar", "days", "map.html", "plan.json", "plan.xlsx", "proof.json"]
    assert sorted(path.name for path in folder.iterdir()) == names
    printed = (workspace / "printed.txt").read_text(encoding="utf-8")
    page = (folder / "map.html").read_text(encoding="utf-8")
    sheets = openpyxl.load_workbook(folder / "plan.xlsx")
    cells = {str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row}
    for _, visit in plan.visits:
        assert visit.client_name in printed
        assert str(visit.talk) in printed
        assert visit.client_name in page
        assert any(visit.client_name in cell for cell in cells)
    assert "无址公司" in printed  # left out
    assert printed.splitlines()[-5:] == [
        "地图：week/map.html",
        "表格：week/plan.xlsx",
        "日程单：week/days",
        "日历：week/calendar",
        "已存入历史，为第 1 版。",
    ]
    assert "???" not in printed
    assert (workspace / "progress.txt").read_text(encoding="utf-8").strip()


def test_no_output_tells_where_it_was_made(workspace: Path) -> None:
    written = [path for path in (workspace / "week").rglob("*") if path.is_file()]
    assert len(written) > 4
    for path in [*written, workspace / "printed.txt"]:
        data = path.read_bytes()
        assert str(workspace).encode() not in data, path
        assert str(ROOT).encode() not in data, path


def test_json_and_adjustments(copy: Path) -> None:
    words = ("plan", "book", "--week", "2026-11-23", "--out", "week", "--time-limit", "20")
    wishes = ("--adjust", "drop:C1", "--adjust", "must:C3", "--manager", "M1")
    printed = run(copy, *words, *wishes, "--json", "--quiet")
    assert printed.returncode == 0
    assert printed.stderr == ""
    plan = Plan.model_validate_json(printed.stdout)
    assert plan == load_plan(copy / "week")
    assert {visit.client_id for visit in plan.left_out if visit.cause is Cause.EXCLUDED} == {"C1"}
    assert next(visit for _, visit in plan.visits if visit.client_id == "C3").required
    assert {day.manager_id for day in plan.days} == {"M1"}
    # The plan that stood there is kept.
    kept = Plan.model_validate_json(run(copy, "show", "week", "1", "--json").stdout)
    assert {day.manager_id for day in kept.days} == {"M1", "M2"}


def test_quiet_prints_what_is_missing_and_where_the_files_are(copy: Path) -> None:
    (copy / "week" / "plan.json").write_text("{", encoding="utf-8")
    words = ("plan", "book", "--week", "2026-11-23", "--out", "week", "--time-limit", "20")
    printed = run(copy, *words, "--quiet", "--lang", "en")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout.splitlines() == [
        "Left out: 1 visit, must-visits among them: 0",
        "Map: week/map.html",
        "Workbook: week/plan.xlsx",
        "A page a day: week/days",
        "Calendars: week/calendar",
        "Kept as version 1 of the history.",
    ]
    # What stood there was no plan any more; it is kept all the same.
    assert load_plan(copy / "week").visits
    assert "cannot be read" in run(copy, "history", "week", "--lang", "en").stdout


# --- replan ---------------------------------------------------------------------------------------


def test_a_cancellation_changes_little_and_says_what(copy: Path) -> None:
    before = load_plan(copy / "week")
    words = ("replan", "week", "--cancel", "C2", "--now", "2026-11-23T07:00", "--time-limit", "20")
    again = run(copy, *words, "--lang", "en")
    assert again.returncode == 0, again.stderr
    after = load_plan(copy / "week")
    diff = PlanDiff.model_validate_json((copy / "week" / "changes.json").read_bytes())
    assert [change.client_id for change in diff.of(ChangeKind.REMOVED)] == ["C2"]
    assert "removed\nC2 同楼科技\n" in again.stdout
    booked = [item for item in before.visits if item[1].appointment]
    assert booked
    for day, visit in booked:
        assert any(
            (other_day.date, other.visit_id, other.talk) == (day.date, visit.visit_id, visit.talk)
            for other_day, other in after.visits
        )
    assert after.origin.version == before.origin.version + 1
    assert again.stdout.splitlines()[-1] == (
        "Kept as version 2 of the history; `routeplan undo week` brings version 1 back."
    )

    # A second one follows on, this time for a program to read.
    words = ("replan", "week", "--cancel", "C5", "--now", "2026-11-23T07:10", "--time-limit", "20")
    third = run(copy, *words, "--json", "--quiet")
    diff = PlanDiff.model_validate_json(third.stdout)
    assert [change.client_id for change in diff.of(ChangeKind.REMOVED)] == ["C5"]
    assert third.stderr == ""
    cancelled = {visit.client_id for visit in load_plan(copy / "week").left_out if visit.why.args}
    assert {"C2", "C5"} <= cancelled
    assert run(copy, "undo", "week").returncode == 0
    assert run(copy, "undo", "week").returncode == 0
    assert load_plan(copy / "week") == before


def test_a_plan_that_cannot_be_used_is_left_alone(copy: Path) -> None:
    page = (copy / "week" / "map.html").read_bytes()
    (copy / "week" / "plan.json").write_text('{"format": 1}', encoding="utf-8")
    damaged = run(copy, "replan", "week", "--cancel", "C1")
    assert damaged.returncode == 5
    assert "RP7002" in damaged.stderr
    assert (copy / "week" / "plan.json").read_text("utf-8") == '{"format": 1}'
    assert (copy / "week" / "map.html").read_bytes() == page


# --- solve and schema -----------------------------------------------------------------------------


def test_the_solver_runs_alone_and_every_file_keeps_its_schema(workspace: Path) -> None:
    problem = tiny_problem()
    (workspace / "problem.json").write_text(problem.model_dump_json(), encoding="utf-8")
    words = ("solve", "problem.json", "--out", "result.json", "--iterations", "5", "--seed", "7")
    solved = run(workspace, *words, "--lang", "zh")
    assert solved.returncode == 0, solved.stderr
    assert "result.json" in solved.stdout
    result = Result.model_validate_json((workspace / "result.json").read_bytes())
    assert violations(problem, result.solution) == ()
    assert result.seed == 7
    confirmed = run(workspace, "verify", "problem.json", "result.json")
    assert confirmed.returncode == 0, confirmed.stderr
    assert f"cost {result.cost}" in confirmed.stdout
    for name, file in (
        ("problem", "problem.json"),
        ("result", "result.json"),
        ("plan", "week/plan.json"),
    ):
        schema = json.loads(run(workspace, "schema", name).stdout)
        Draft202012Validator.check_schema(schema)
        valid = Draft202012Validator(schema)
        assert valid.is_valid(json.loads((workspace / file).read_bytes())), name
        assert not valid.is_valid({}), name
    stored = Problem.model_validate_json((workspace / "problem.json").read_bytes())
    assert stored == problem


# --- verify ---------------------------------------------------------------------------------------


def test_a_plan_and_its_bound_are_confirmed(copy: Path) -> None:
    confirmed = run(copy, "verify", "week", "--lang", "en")
    assert confirmed.returncode == 0, confirmed.stderr
    cost = load_plan(copy / "week").proof.cost
    assert f"cost {cost}." in confirmed.stdout
    assert "Bound: confirmed" in confirmed.stdout
    assert "下界：已确认" in run(copy, "verify", "week/proof.json", "--lang", "zh").stdout
    words = ("replan", "week", "--cancel", "C2", "--now", "2026-11-23T07:00", "--time-limit", "20")
    assert run(copy, *words).returncode == 0
    assert run(copy, "verify", "week").returncode == 0


def test_a_plan_that_says_too_much_is_refused(copy: Path) -> None:
    proof = copy / "week" / "proof.json"
    solved = Solved.model_validate_json(proof.read_bytes())
    plan = load_plan(copy / "week")

    def verify(result: Result, code: str, *said: str) -> None:
        changed = solved.model_copy(update={"result": result})
        proof.write_text(changed.model_dump_json(), encoding="utf-8")
        ended = run(copy, "verify", "week/proof.json", "--lang", "en")
        assert ended.returncode == 4
        assert ended.stderr.startswith(f"{code}: ")
        assert all(words in ended.stderr for words in said), ended.stderr
        assert ended.stdout == ""

    cheaper = solved.result.model_copy(update={"cost": solved.result.cost - 1, "bound": None})
    verify(cheaper, "RP6002", f"the cost is {solved.result.cost}")
    unproven = solved.result.model_copy(update={"proof": None})
    verify(unproven, "RP6003", "without a proof")

    # A plan.json that tells of other routes than its proof.
    day, visit = plan.visits[0]
    later = visit.model_copy(
        update={"talk": TimeWindow(start=visit.talk.start + 1, end=visit.talk.end + 1)}
    )
    visits = tuple(later if other is visit else other for other in day.visits)
    days = tuple(
        other.model_copy(update={"visits": visits}) if other is day else other
        for other in plan.days
    )
    proof.write_text(solved.model_dump_json(), encoding="utf-8")
    other = plan.model_copy(update={"days": days})
    (copy / "week" / "plan.json").write_text(other.model_dump_json(), encoding="utf-8")
    ended = run(copy, "verify", "week")
    assert ended.returncode == 4
    assert "other routes" in ended.stderr
    proof.unlink()
    assert "RP7006" in run(copy, "verify", "week").stderr


# --- what goes wrong ------------------------------------------------------------------------------

WEEK = ("--week", "2026-11-23", "--time-limit", "5")


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        pytest.param(("check", "nothing"), 1, "RP3001", id="no such book"),
        pytest.param(("check", "plans"), 1, "RP1001", id="a folder that is no book"),
        pytest.param(("check", "text.xlsx"), 1, "RP1002", id="text named .xlsx"),
        pytest.param(("plan", "text.xlsx", "--out", "out"), 1, "RP1002", id="plan of text"),
        pytest.param(("due", str(BROKEN)), 1, "RP1000", id="due in a broken book"),
        pytest.param(("due", "book", "--settings", "text.xlsx"), 1, "RP2001", id="no settings"),
        pytest.param(("due", "book", "--policy", "often"), 1, "RP2005", id="no such policy"),
        pytest.param(("due", "book", "--calendar", "nothing"), 1, "RP3001", id="no calendar"),
        pytest.param(("solve", "nothing", "--out", "r.json"), 1, "RP3001", id="no problem"),
        pytest.param(("solve", "text.xlsx", "--out", "r.json"), 1, "RP3022", id="not a problem"),
        pytest.param(("due", "book", "--manager", "M9"), 2, "RP4002", id="unknown manager"),
        pytest.param(("due", "book", "--week", "soon"), 2, "RP4003", id="no date"),
        pytest.param(("plan", "book", "--out", "out", "--adjust", "?"), 2, "RP4001", id="no wish"),
        pytest.param(
            ("plan", "book", "--out", "out", *WEEK, "--adjust", "must:C9"), 2, "RP4011", id="whose"
        ),
        pytest.param(("replan", "week", "--cancel", "@"), 2, "RP4021", id="no cancellation"),
        pytest.param(("replan", "week", "--cancel", "C9"), 2, "RP4022", id="unknown client"),
        pytest.param(("replan", "week", "--cancel", "C4"), 2, "RP4022", id="was not planned"),
        pytest.param(("replan", "week", "--now", "later"), 2, "RP4004", id="no clock"),
        pytest.param(("replan", "week", "--now", "2026-12-01"), 2, "RP4027", id="too late"),
        pytest.param(("plan", "book"), 2, "--out", id="no --out"),
        pytest.param(("plan", "book", "--out", "out", "--weeks", "9"), 2, "--weeks", id="weeks"),
        pytest.param(("fly",), 2, "fly", id="unknown command"),
        pytest.param(
            ("plan", "book", "--out", "out", "--week", "2026-02-16"), 3, "RP5001", id="nobody works"
        ),
        pytest.param(("replan", "nothing"), 5, "RP7001", id="no plan folder"),
        pytest.param(("replan", "plans"), 5, "RP7001", id="a folder without a plan"),
        pytest.param(("plan", "book", "--out", "text.xlsx/a"), 5, "RP7004", id="out is a file"),
    ],
)
def test_every_error_has_its_code_and_one_sentence(
    workspace: Path, words: tuple[str, ...], exit_code: int, code: str
) -> None:
    (workspace / "plans").mkdir(exist_ok=True)
    (workspace / "text.xlsx").write_text("not a workbook", encoding="utf-8")
    before = sorted(workspace.rglob("*"))
    ended = run(workspace, *words, "--lang", "zh") if words != ("fly",) else run(workspace, *words)
    assert ended.returncode == exit_code, ended.stderr
    assert code in (ended.stdout if words[0] == "check" and exit_code == 1 else "") + ended.stderr
    assert sorted(workspace.rglob("*")) == before


def test_a_plan_that_the_checker_refuses_is_never_an_output(workspace: Path) -> None:
    late = (
        "import routeplan.cli, routeplan.pipeline as pipeline\n"
        "build = pipeline.build_plan\n"
        "def wrong(*args, **kwargs):\n"
        "    plan = build(*args, **kwargs)\n"
        "    totals = plan.totals.model_copy(update={'travel': plan.totals.travel - 1})\n"
        "    return plan.model_copy(update={'totals': totals})\n"
        "pipeline.build_plan = wrong\n"
        "routeplan.cli.main()\n"
    )
    command = [sys.executable, "-c", late]
    ended = run(workspace, "plan", "book", "--out", "refused", *WEEK, "--quiet", command=command)
    assert ended.returncode == 4
    assert ended.stdout == ""
    assert "RP6" in ended.stderr
    assert "report" in ended.stderr
    assert not (workspace / "refused").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c_ends_a_search_and_leaves_nothing_behind(tmp_path: Path) -> None:
    words = ("plan", SAMPLE, "--week", "2026-11-23", "--out", "out", "--time-limit", "600")
    with subprocess.Popen(
        [*COMMAND, *words],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # A shell's background job ignores Ctrl-C and passes that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr
        first = process.stderr.readline()  # of progress: the search has begun
        process.send_signal(signal.SIGINT)
        printed, rest = process.communicate(timeout=120)
    assert process.returncode == 130, rest
    assert "Traceback" not in first + rest
    assert printed == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "due", SAMPLE, "--week", "2026-11-23", "--json"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        process.wait(timeout=120)
    assert process.returncode == -signal.SIGPIPE


# --- the manual -----------------------------------------------------------------------------------

MANUAL = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def commands() -> dict[str, set[str]]:
    """Command, as 'plan' or 'roads build' → its long and short options."""
    from typer.main import get_command

    def below(command: Any, name: str) -> dict[str, set[str]]:
        if hasattr(command, "commands"):
            parts = (below(part, f"{name} {key}") for key, part in command.commands.items())
            return {name: options for part in parts for name, options in part.items()}
        texts = [text for param in command.params for text in (*param.opts, *param.secondary_opts)]
        return {name.strip(): {text for text in texts if text.startswith("-")}}

    return below(get_command(app), "")


def test_help_lists_every_command_once() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    top = {name.split()[0] for name in commands()}
    assert sorted(listed) == sorted(top)


def test_the_manual_has_a_section_for_every_command_and_no_other() -> None:
    assert sorted(re.findall(r"^## routeplan (.+)$", MANUAL, re.MULTILINE)) == sorted(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_manual_shows_every_option_of_a_command(name: str) -> None:
    found = re.search(rf"```\n(routeplan {name} .*?)```", MANUAL, re.DOTALL)
    assert found
    shown = set(re.findall(r"--[a-z-]+", found[1]))
    assert shown == {option for option in commands()[name] if option.startswith("--")}


def test_the_manual_knows_every_exit_code() -> None:
    table = MANUAL.split("## Exit codes")[1]
    assert re.findall(r"^\| (\d+) \|", table, re.MULTILINE) == [
        "0",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "130",
    ]
