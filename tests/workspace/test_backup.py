"""A workspace taken along, put back and written out: nothing is lost, nothing wrong is taken."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from routeplan.errors import WorkspaceError
from routeplan.store import backup, database
from routeplan.store.backup import back_up, replaced_stores, require_sound, restore
from routeplan.store.cache import Cache
from routeplan.store.database import database_path, open_database, transaction
from routeplan.store.records import append_record, read_records
from routeplan.workspace.export import export
from routeplan.workspace.folder import load_plan
from routeplan.workspace.history import history, plan_of, undo
from routeplan.workspace.save import save_plan
from tests.workspace.plans import EN, book_in, some_plan


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Of a workspace with two versions, a record and an answer."""
    book = book_in(tmp_path)
    for number in (1, 2):
        save_plan(some_plan(number), tmp_path / "week", EN, book=book)
    path = database_path(book)
    with closing(open_database(path)) as connection, transaction(connection):
        append_record(connection, '{"a": "=1+1"}', client_id="C1", date="2026-11-23", noted="now")
    with Cache(path) as cache:
        cache.put_many("travel", {"a": b"1"})
    return path


def test_a_backup_brings_everything_back(store: Path, tmp_path: Path) -> None:
    safe = tmp_path / "safe.sqlite"
    back_up(store, safe)
    require_sound(safe)
    save_plan(some_plan(3), tmp_path / "week", EN, book=store.parent)
    kept = restore(store, safe)
    assert len(history(store)) == 2
    with Cache(store) as cache:
        assert cache.get_all("travel") == {"a": b"1"}
    # What was replaced is there, and can be put back as well.
    assert kept
    assert replaced_stores(store) == (kept,)
    assert plan_of(kept, 3) == some_plan(3)
    second = restore(store, kept)
    assert len(history(store)) == 3
    assert replaced_stores(store) == (kept, second)
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_folder_goes_on_after_its_workspace_was_put_back(store: Path, tmp_path: Path) -> None:
    week = tmp_path / "week"
    back_up(store, tmp_path / "safe.sqlite")
    save_plan(some_plan(3), week, EN, book=store.parent)
    restore(store, tmp_path / "safe.sqlite")
    saved = save_plan(some_plan(4), week, EN, book=store.parent)
    assert (saved.version, saved.before) == (4, 3)  # what stood there is taken in again
    assert undo(week, EN).version == 3
    assert load_plan(week) == some_plan(3)


def test_a_damaged_or_lost_workspace_is_put_back(store: Path, tmp_path: Path) -> None:
    safe = tmp_path / "safe.sqlite"
    back_up(store, safe)
    damaged = store.read_bytes()[:5000]
    store.write_bytes(damaged)
    with pytest.raises(WorkspaceError, match=r"RP7022.*routeplan restore"):
        history(store)
    kept = restore(store, safe)
    assert kept
    assert kept.read_bytes() == damaged
    assert len(history(store)) == 2
    store.unlink()
    assert restore(store, safe) is None
    assert len(history(store)) == 2


def test_what_is_no_backup_is_refused_and_nothing_changes(store: Path, tmp_path: Path) -> None:
    before = store.read_bytes()
    (tmp_path / "text").write_text("no store " * 100, encoding="utf-8")
    (tmp_path / "empty").touch()
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE things (name TEXT)")
    other.commit()
    other.close()
    back_up(store, tmp_path / "flipped")
    with closing(sqlite3.connect(tmp_path / "flipped")) as connection:
        # Sound to SQLite, but not what was kept.
        connection.execute("UPDATE versions SET digest = 'x' WHERE number = 1")
        connection.commit()
    back_up(store, tmp_path / "newer")
    with closing(sqlite3.connect(tmp_path / "newer")) as connection:
        connection.execute(f"PRAGMA user_version = {len(database.MIGRATIONS) + 1}")
    for name in ("text", "empty", "other", "flipped", "newer", "missing"):
        with pytest.raises(WorkspaceError, match="RP7026"):
            restore(store, tmp_path / name)
    with pytest.raises(WorkspaceError, match="RP7028"):
        restore(store, store)
    assert store.read_bytes() == before
    assert replaced_stores(store) == ()


def test_a_backup_replaces_nothing_and_leaves_no_half(store: Path, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="RP7027"):
        back_up(store, store)
    with pytest.raises(WorkspaceError, match=r"RP7021.*: safe\.sqlite"):
        back_up(store, tmp_path / "none" / "safe.sqlite")
    assert not (tmp_path / "none").exists()


def test_a_workspace_in_use_is_not_put_back(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "BUSY_SECONDS", 0.01)
    back_up(store, tmp_path / "safe.sqlite")
    with closing(open_database(store)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkspaceError, match="RP7025"):
            restore(store, tmp_path / "safe.sqlite")
        other.execute("ROLLBACK")
    assert len(history(store)) == 2


def test_a_store_of_the_first_version_is_brought_to_this_one(tmp_path: Path) -> None:
    old = tmp_path / "old"
    with closing(sqlite3.connect(old)) as connection:
        for statement in database.MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("INSERT INTO cache VALUES ('travel', 'a', x'31')")
        connection.execute(f"PRAGMA application_id = {database.APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    store = tmp_path / "routeplan.sqlite"
    before = old.read_bytes()
    restore(store, old)
    assert old.read_bytes() == before
    assert history(store) == ()
    with Cache(store) as cache:
        assert cache.get_all("travel") == {"a": b"1"}


def test_everything_is_written_out_in_plain_files(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    written = export(store, folder)
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(written)
    content = (folder / "versions" / "2" / "plan.json").read_bytes()
    assert content == (tmp_path / "week" / "plan.json").read_bytes()

    def table(name: str) -> list[dict[str, str]]:
        text = (folder / name).read_bytes().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    versions = table("versions.csv")
    assert [(one["number"], one["parent"]) for one in versions] == [("1", ""), ("2", "1")]
    listed = json.loads((folder / "versions.json").read_bytes())
    assert [one["digest"] for one in listed] == [one["digest"] for one in versions]
    visits = table("visits.csv")
    assert [one["client_id"] for one in visits if one["version"] == "2"] == [
        visit.client_id for _, visit in some_plan(2).visits
    ]
    assert json.loads((folder / "records.json").read_bytes())[0]["content"] == {"a": "=1+1"}
    assert table("records.csv")[0]["client_id"] == "C1"
    with pytest.raises(WorkspaceError, match="RP7013"):
        export(store, folder)


def test_a_record_is_superseded_never_changed(store: Path) -> None:
    with closing(open_database(store)) as connection:

        def note(content: str, supersedes: int | None = None) -> int:
            return append_record(
                connection,
                content,
                client_id="C2",
                date="2026-11-20",
                noted="later",
                supersedes=supersedes,
            )

        with transaction(connection):
            first = note("1")
            second = note("2", supersedes=first)
        of_client = read_records(connection, client_id="C2")
        assert [(one.content, one.superseded_by) for one in of_client] == [
            ("1", second),
            ("2", None),
        ]
        standing = read_records(connection, standing=True)
        assert [(one.client_id, one.content) for one in standing] == [
            ("C2", "2"),
            ("C1", '{"a": "=1+1"}'),
        ]
        for wrong in (first, 99):
            with pytest.raises(KeyError), transaction(connection):
                note("3", supersedes=wrong)
        assert len(read_records(connection)) == 3
