from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from routeplan.errors import WorkspaceError
from routeplan.store import database
from routeplan.store.cache import Cache
from routeplan.store.database import database_path, open_database, transaction


def code_of(path: Path) -> str:
    with pytest.raises(WorkspaceError) as caught:
        open_database(path)
    return caught.value.code


def test_the_store_lies_with_the_book(tmp_path: Path) -> None:
    assert database_path(tmp_path) == tmp_path / "routeplan.sqlite"
    assert database_path(tmp_path / "客户.xlsx") == tmp_path / "客户.routeplan.sqlite"


def test_the_file_is_made_when_there_is_something_to_remember(tmp_path: Path) -> None:
    path = tmp_path / "routeplan.sqlite"
    with Cache(path) as cache:
        assert cache.get_many("travel", ["a"]) == {}
        cache.delete_many("travel", ["a"])
        assert not path.exists()
        cache.put_many("travel", {"a": b"1", "b": b"2"})
    with Cache(path) as cache:
        assert cache.get_many("travel", ["a", "c"]) == {"a": b"1"}


def test_kinds_do_not_mix_and_new_values_replace(tmp_path: Path) -> None:
    with Cache(tmp_path / "routeplan.sqlite") as cache:
        cache.put_many("travel", {"a": b"1"})
        cache.put_many("geocode", {"a": b"2"})
        cache.put_many("travel", {"a": b"3"})
        assert cache.get_many("travel", ["a"]) == {"a": b"3"}
        cache.delete_many("travel", ["a"])
        assert cache.get_many("travel", ["a"]) == {}
        assert cache.get_many("geocode", ["a"]) == {"a": b"2"}


def test_many_thousands_of_keys_at_once(tmp_path: Path) -> None:
    items = {f"{number}": number.to_bytes(4, "big") for number in range(40_000)}
    with Cache(tmp_path / "routeplan.sqlite") as cache:
        cache.put_many("travel", items)
        assert cache.get_many("travel", items) == items


def test_what_is_put_soon_is_known_at_once_and_kept_when_closed(tmp_path: Path) -> None:
    path = tmp_path / "routeplan.sqlite"
    with Cache(path) as cache:
        cache.put_soon("travel", {"a": b"1"})
        cache.put_soon("travel", {"b": b"2"})
        assert not path.exists()
        assert cache.get_many("travel", ["a", "b", "c"]) == {"a": b"1", "b": b"2"}
        assert cache.get_many("geocode", ["a"]) == {}
        cache.delete_many("travel", ["a"])
        cache.put_soon("travel", {"b": b"3"})
    with Cache(path) as cache:
        assert cache.get_all("travel") == {"b": b"3"}


def test_what_is_put_soon_reaches_the_disk_with_a_later_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 0.5, 1.5])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    path = tmp_path / "routeplan.sqlite"
    with Cache(path) as cache:
        for key in "ab":
            cache.put_soon("travel", {key: b"1"})
        with Cache(path) as other:
            assert set(other.get_all("travel")) == {"a", "b"}


def test_what_was_put_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "routeplan.sqlite"
    code = (
        "import os, sys; from pathlib import Path; from routeplan.store.cache import Cache;"
        "cache = Cache(Path(sys.argv[1])); cache.put_many('k', {'a': b'1'}); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    with Cache(path) as cache:
        assert cache.get_many("k", ["a"]) == {"a": b"1"}


def test_the_careful_settings_hold(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "routeplan.sqlite")
    for pragma, value in (
        ("journal_mode", "delete"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("user_version", len(database.MIGRATIONS)),
    ):
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,), pragma
    connection.close()


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    connection = open_database(tmp_path / "routeplan.sqlite")

    def half() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO cache VALUES ('k', 'a', x'00')")
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert connection.execute("SELECT count(*) FROM cache").fetchone() == (0,)
    connection.close()


def test_a_damaged_store_is_said(tmp_path: Path) -> None:
    path = tmp_path / "routeplan.sqlite"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 40)
    assert code_of(path) == "RP7022"
    path.unlink()
    with Cache(path) as cache:
        cache.put_many("k", {f"{number}": b"x" * 500 for number in range(200)})
    data = bytearray(path.read_bytes())
    data[8192 : 8192 + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    assert code_of(path) == "RP7022"


def test_a_store_of_another_program_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "routeplan.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE things (name TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    assert code_of(path) == "RP7023"
    assert path.read_bytes() == before


def test_a_store_of_a_newer_version_is_said(tmp_path: Path) -> None:
    path = tmp_path / "routeplan.sqlite"
    connection = open_database(path)
    connection.execute(f"PRAGMA user_version = {len(database.MIGRATIONS) + 1}")
    connection.close()
    assert code_of(path) == "RP7024"


def test_a_busy_store_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.01)
    path = tmp_path / "routeplan.sqlite"
    first = open_database(path)
    first.execute("BEGIN EXCLUSIVE")
    assert code_of(path) == "RP7025"
    first.close()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none" / "routeplan.sqlite") == "RP7021"
    (tmp_path / "folder").mkdir()
    assert code_of(tmp_path / "folder") == "RP7021"


def test_deleted_content_is_gone_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "routeplan.sqlite"
    with Cache(path) as cache:
        cache.put_many("geocode", {"a": "某某路88号".encode(), "b": b"kept"})
        cache.delete_many("geocode", ["a"])
    assert "某某路88号".encode() not in path.read_bytes()
