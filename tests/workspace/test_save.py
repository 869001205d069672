"""Saving a plan: every version is kept, and a failure leaves what was there."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from routeplan.errors import FileError, UsageError, WorkspaceError
from routeplan.pipeline import plan_visits
from routeplan.solve.result import Solved
from routeplan.solve.stop import StopRule
from routeplan.store import database
from routeplan.store.database import database_path, open_database
from routeplan.store.folders import read_folders
from routeplan.store.versions import read_content
from routeplan.workspace.folder import load_plan, load_proof, require_folder
from routeplan.workspace.history import content_of, history, plan_of, standing_version
from routeplan.workspace.save import save_plan
from tests.examples import tiny_book
from tests.test_pipeline import HORIZON
from tests.workspace.plans import EN, book_in, some_plan


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_version_is_kept_once_with_what_made_it(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    plans = [some_plan(1), some_plan(2), some_plan(3, again=True)]
    saved = [save_plan(plan, week, EN, book=book) for plan in (plans[0], *plans)]
    assert [(one.version, one.before) for one in saved] == [(1, None), (1, None), (2, 1), (3, 2)]
    assert load_plan(week) == plans[2]
    store = database_path(book)
    assert [plan_of(store, number) for number in (1, 2, 3)] == plans
    assert content_of(store, 3) == (week / "plan.json").read_bytes()
    version = history(store)[2]
    origin = plans[2].origin
    assert (version.book_digest, version.policy) == (origin.book_digest, origin.policy)
    assert (version.seed, version.engine) == (plans[2].proof.seed, plans[2].proof.engine.value)
    assert (version.routeplan, version.clock) == (origin.routeplan, "2026-11-23T08:00:00")
    assert version.settings
    assert origin.settings.model_validate_json(version.settings) == origin.settings
    assert version.events == "[]"
    assert history(store)[1].clock is None
    # The same plan again has its number again; what stood there is not lost.
    assert save_plan(plans[0], week, EN, book=book).version == 1
    assert len(history(store)) == 3


def test_a_proof_is_kept_with_its_plan(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    solved: list[Solved] = []
    stop = StopRule(seconds=None, iterations=3)
    plan = plan_visits(tiny_book(), HORIZON, stop=stop, on_solved=solved.append)
    save_plan(plan, week, EN, book=book, solved=solved[-1])
    proof = (week / "proof.json").read_bytes()
    assert load_proof(week).result.cost == plan.proof.cost
    save_plan(some_plan(2), week, EN, book=book)
    assert not (week / "proof.json").exists()
    with closing(open_database(database_path(book))) as connection:
        assert read_content(connection, 1).proof == proof


def test_what_stands_in_a_folder_is_kept_even_if_it_cannot_be_read(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    week.mkdir()
    for number, damaged in enumerate((b"", b"{", b'{"format": 2}', b"\x00\xff"), 1):
        (week / "plan.json").write_bytes(damaged)
        with pytest.raises(WorkspaceError, match=r"RP7002.*plan\.json"):
            load_plan(week)
        saved = save_plan(some_plan(number), week, EN, book=book)
        assert saved.version == 2 * number
        assert content_of(database_path(book), 2 * number - 1) == damaged
    with pytest.raises(WorkspaceError, match="RP7012"):
        plan_of(database_path(book), 1)
    assert history(database_path(book))[0].week is None


def test_a_plan_by_hand_in_between_is_kept_also_when_a_known_one_follows(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    save_plan(some_plan(1), week, EN, book=book)
    edited = (week / "plan.json").read_bytes() + b"\n"
    (week / "plan.json").write_bytes(edited)
    assert save_plan(some_plan(1), week, EN, book=book).version == 1
    assert content_of(database_path(book), 2) == edited


def test_without_a_book_a_plan_is_only_written(tmp_path: Path) -> None:
    saved = save_plan(some_plan(1), tmp_path / "week", EN)
    assert (saved.version, saved.before) == (None, None)
    assert load_plan(tmp_path / "week") == some_plan(1)
    assert not list(tmp_path.rglob("*.sqlite"))


def test_only_a_replan_is_shown_against_the_plan_before(tmp_path: Path) -> None:
    save_plan(some_plan(1), tmp_path, EN)
    save_plan(some_plan(2, again=True), tmp_path, EN)
    assert (tmp_path / "changes.json").exists()
    save_plan(some_plan(3), tmp_path, EN)
    assert not (tmp_path / "changes.json").exists()


def test_a_failure_leaves_folder_and_history_as_they_were(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    save_plan(some_plan(1), week, EN, book=book)
    before = files_in(tmp_path)
    with pytest.raises(UsageError):
        save_plan(some_plan(2), week, EN, book=book, tiles="nobody's")
    assert files_in(tmp_path) == before
    # A file that cannot be replaced, because a folder has its name: plan.json is still the old one,
    # and the version that was to stand there can be brought back.
    (week / "map.html").unlink()
    (week / "map.html").mkdir()
    with pytest.raises(FileError, match=r"map\.html"):
        save_plan(some_plan(2), week, EN, book=book)
    assert (week / "plan.json").read_bytes() == before[week / "plan.json"]
    assert plan_of(database_path(book), 2) == some_plan(2)
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_store_that_cannot_be_used_stops_before_anything_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    book, week = book_in(tmp_path), tmp_path / "week"
    save_plan(some_plan(1), week, EN, book=book)
    before = files_in(week)
    store = database_path(book)
    with closing(open_database(store)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkspaceError, match="RP7025"):
            save_plan(some_plan(2), week, EN, book=book)
    store.write_bytes(b"no store " * 1000)
    with pytest.raises(WorkspaceError, match="RP7022"):
        save_plan(some_plan(2), week, EN, book=book)
    assert files_in(week) == before


def test_a_folder_is_asked_for_before_it_is_needed(tmp_path: Path) -> None:
    require_folder(tmp_path)
    require_folder(tmp_path / "new" / "deep")
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(WorkspaceError, match="RP7004"):
            require_folder(path)
    with pytest.raises(WorkspaceError, match="RP7001"):
        load_plan(tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_book_in_a_folder_that_is_read_only_has_no_history(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    book.chmod(0o555)
    code = (
        "import sys; from pathlib import Path;"
        "from tests.workspace.plans import EN, some_plan;"
        "from routeplan.workspace.save import save_plan;"
        "saved = save_plan(some_plan(1), Path(sys.argv[2]), EN, book=Path(sys.argv[1]));"
        "print(saved.version)"
    )
    plain = [sys.executable, "-c", code, str(book), str(week)]
    if os.geteuid() == 0:  # who may do everything, unless that is taken away
        setpriv = shutil.which("setpriv")
        if not setpriv:
            pytest.skip("root can write everywhere")
        plain = [setpriv, "--inh-caps=-all", "--bounding-set=-all", *plain]
    path = os.pathsep.join(filter(None, sys.path))
    ended = subprocess.run(
        plain,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"PYTHONPATH": path},
        cwd=Path(__file__).parents[2],
    )
    book.chmod(0o755)
    assert (ended.returncode, ended.stdout) == (0, "None\n"), ended.stderr
    assert load_plan(week) == some_plan(1)
    assert not database_path(book).exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes as POSIX has them")
def test_a_kill_while_saving_leaves_a_whole_plan_that_is_in_the_history(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    save_plan(some_plan(0), week, EN, book=book)
    chance = random.Random(6)
    for number in range(1, 16):
        child = os.fork()
        if child == 0:
            try:
                for step in range(9):
                    save_plan(some_plan(10 * number + step), week, EN, book=book)
            finally:
                os._exit(0)
        time.sleep(chance.random() * 0.2)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        load_plan(week)
        assert standing_version(database_path(book), week) is not None
    save_plan(some_plan(0), week, EN, book=book)
    assert not list(week.rglob("*.tmp"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes as POSIX has them")
def test_two_processes_that_save_to_one_folder_do_not_mix_their_files(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    children = []
    for process in (1, 2):
        child = os.fork()
        if child == 0:
            try:
                for step in range(4):
                    save_plan(some_plan(10 * process + step), week, EN, book=book)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert len(history(database_path(book))) == 8
    standing = load_plan(week)
    assert standing_version(database_path(book), week) is not None
    save_plan(standing, tmp_path / "alone", EN, book=book)
    for name in ("map.html", "plan.xlsx"):
        assert (week / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()


def test_the_folders_written_to_are_known_from_the_store_on(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    for name in ("week", "week", "deep/other"):
        save_plan(some_plan(1), tmp_path / name, EN, book=book)
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("book", "week", "deep"):
        (tmp_path / name).rename(moved / name)
    with closing(open_database(database_path(moved / "book"))) as connection:
        assert read_folders(connection) == (moved / "deep" / "other", moved / "week")
