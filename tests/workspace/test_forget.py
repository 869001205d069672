"""Forgetting a client: looked for byte by byte in all that routeplan keeps or has written."""

from __future__ import annotations

import datetime as dt
import io
import json
import lzma
import re
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from routeplan.book.models import Book, Contact
from routeplan.book.write import write_book
from routeplan.errors import BookError, WorkspaceError
from routeplan.pipeline import plan_visits
from routeplan.plan.events import Cancel
from routeplan.plan.plan import Plan
from routeplan.problem.adjust import Must
from routeplan.replan.replan import replan
from routeplan.solve.recheck import recheck
from routeplan.solve.result import Solved
from routeplan.solve.stop import StopRule
from routeplan.store.backup import back_up, restore
from routeplan.store.cache import Cache
from routeplan.store.database import database_path, open_database, transaction
from routeplan.store.records import append_record, read_records
from routeplan.store.versions import read_content, read_versions, unpacked
from routeplan.workspace.anonymise import Label, anonymised, traces_of
from routeplan.workspace.folder import load_plan, load_proof
from routeplan.workspace.forget import forget
from routeplan.workspace.history import diff_versions, history, plan_of, redo, undo
from routeplan.workspace.save import save_plan
from tests.examples import MONDAY, tiny_book
from tests.test_pipeline import HORIZON
from tests.workspace.plans import EN

CLIENT = "KD-1704"
NAME = "玄鸟远帆船务"
ADDRESS = "东长安街918号"
PERSON = "欧阳疏影"
PHONE = "13900417704"
NOTE = "进门先找老周"
TRACES = (CLIENT, NAME, ADDRESS, PERSON, PHONE, NOTE, "39.9091234", "116.4141234", "9楼904")
STOP = StopRule(seconds=None, iterations=3)


def crowded_book() -> Book:
    """The tiny book, its first client with everything that can be told of one."""
    book = tiny_book()
    first = book.clients[0]
    place = {"lat": 39.9091234, "lon": 116.4141234}
    site = first.sites[0].model_validate(
        first.sites[0].model_dump() | {"point": place, "address": ADDRESS, "room": "9楼904"}
    )
    told = first.model_copy(
        update={"id": CLIENT, "name": NAME, "note": NOTE, "sites": (site,), "extra": {"行业": NOTE}}
    )
    contact = Contact(id="K1", client_id=CLIENT, name=PERSON, phone=PHONE, note=NOTE)
    # Its id is the beginning of another's, which stays.
    other = book.clients[1].model_copy(update={"id": f"{CLIENT}5"})
    return book.model_copy(
        update={"clients": (told, other, *book.clients[2:]), "contacts": (contact,)}
    )


def without(book: Book) -> Book:
    return book.model_copy(
        update={
            "clients": tuple(client for client in book.clients if client.id != CLIENT),
            "contacts": (),
        }
    )


def texts_in(content: bytes) -> Iterator[str]:
    """Every reading of some bytes: as they are, unpacked, and with their escapes undone."""
    yield content.decode(errors="replace")
    yield content.decode("utf-16-le", errors="replace")
    if b"\\u" in content:
        text = content.decode(errors="replace")
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            for name in members.namelist():
                yield from texts_in(members.read(name))
    for unpack in (unpacked, zlib.decompress):
        for start in (0, 4):
            try:
                inside = unpack(content[start:])
            except (zlib.error, lzma.LZMAError, EOFError):
                continue
            yield from texts_in(inside or b"")


def told_in(folder: Path) -> list[tuple[str, str]]:
    """Which traces stand in which files, tables and blobs below a folder."""
    found: list[tuple[str, str]] = []

    def look(where: str, content: bytes) -> None:
        for text in texts_in(content):
            # What a folded line of a calendar file breaks is whole again.
            for reading in (text, re.sub(r"\r?\n[ \t]", "", text)):
                cleared = reading.replace(f"{CLIENT}5", "")
                found.extend((where, trace) for trace in TRACES if trace in cleared)

    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        look(path.name, content)
        if content.startswith(b"SQLite format 3"):
            with closing(sqlite3.connect(path)) as connection:
                tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                for (table,) in tables.fetchall():
                    for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608
                        for value in row:
                            look(
                                f"{path.name}:{table}",
                                value if isinstance(value, bytes) else str(value).encode(),
                            )
    return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two folders, a re-plan, records, caches and a replaced store."""
    folder = tmp_path_factory.mktemp("kept")
    book = crowded_book()
    place = folder / "book"
    write_book(book, place)
    solved: list[Solved] = []
    made = [
        plan_visits(book, HORIZON, stop=STOP, on_solved=solved.append, book_path="../book"),
        plan_visits(
            book,
            HORIZON,
            stop=STOP,
            on_solved=solved.append,
            book_path="../book",
            adjustments=(Must(client_id=CLIENT),),
        ),
    ]
    now = dt.datetime.combine(MONDAY, dt.time(7))
    gone = (Cancel(client_id="C5"),)
    made.append(replan(made[1], book, gone, now, stop=STOP, on_solved=solved.append))
    assert CLIENT in {visit.client_id for plan in made for _, visit in plan.visits}
    for plan, proof in zip(made, solved, strict=True):
        save_plan(plan, folder / "week", EN, book=place, solved=proof)
    save_plan(made[0], folder / "copy", EN, book=place, solved=solved[0])
    with Cache(database_path(place)) as cache:
        cache.put_many("geocode", {"a": ADDRESS.encode()})
        cache.put_many("travel", {"b": zlib.crc32(b"").to_bytes(4) + zlib.compress(NAME.encode())})
    with closing(open_database(database_path(place))) as connection, transaction(connection):
        own = {"client_id": CLIENT, "note": NOTE}
        other = {"client_id": "C6", "note": f"与{NAME}同去"}

        def note(content: dict[str, str], supersedes: int | None = None) -> int:
            return append_record(
                connection,
                json.dumps(content, ensure_ascii=False),
                client_id=content["client_id"],
                date="2026-11-23",
                noted="2026-11-23T10:00:00+00:00",
                supersedes=supersedes,
            )

        note(own, supersedes=note(own))
        note(other)
    back_up(database_path(place), folder / "backup")
    restore(database_path(place), folder / "backup")
    (folder / "backup").unlink()
    return folder


@pytest.fixture
def workspace(kept: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    shutil.copytree(kept, folder)
    return folder


def strike_out(workspace: Path) -> None:
    """The user takes the client out of the book."""
    write_book(without(crowded_book()), workspace / "written")
    for path in (workspace / "book").glob("*.csv"):
        path.unlink()
    for path in (workspace / "written").iterdir():
        path.rename(workspace / "book" / path.name)
    (workspace / "written").rmdir()


def test_no_trace_is_left_anywhere(workspace: Path) -> None:
    assert {trace for _, trace in told_in(workspace)} == set(TRACES)
    strike_out(workspace)
    found = forget(workspace / "week", CLIENT, EN)
    assert told_in(workspace) == []
    assert found.left == ()
    assert (found.versions, found.records) == (6, 4)  # in the store and in the one replaced
    assert sorted(Path(name).name for name in found.folders) == ["copy", "week"]
    # What remains is a row without a name.
    with closing(open_database(database_path(workspace / "book"))) as connection:
        rows = connection.execute("SELECT number, versions, records FROM forgotten").fetchall()
        assert rows == [(1, 3, 2)]
        (record,) = read_records(connection)
        assert record.client_id == "C6"
        assert "forgotten client 1" in record.content


def test_old_versions_still_show_compare_and_come_back(workspace: Path) -> None:
    store = database_path(workspace / "book")
    before = {number: plan_of(store, number) for number in (1, 2, 3)}
    strike_out(workspace)
    forget(workspace / "book", CLIENT, EN)
    for number, plan in before.items():
        after = plan_of(store, number)
        require_same_but_for_the_client(plan, after)
        with closing(open_database(store)) as connection:
            kept = read_content(connection, number)
        assert kept.content == after.model_dump_json(indent=1).encode()
        assert kept.proof
        solved = Solved.model_validate_json(kept.proof)
        assert recheck(solved.problem, solved.result).cost == solved.result.cost
    assert {change.client_id for change in diff_versions(store, 1, 2).changes} >= {"forgotten-1"}
    week = workspace / "week"
    assert load_plan(week) == plan_of(store, 3)
    undo(week, EN)
    assert load_plan(week) == plan_of(store, 2)
    assert load_proof(week)
    undo(week, EN)
    redo(week, EN)
    redo(week, EN)
    assert load_plan(week) == plan_of(store, 3)
    assert told_in(workspace) == []
    assert [version.number for version in history(store)] == [1, 2, 3]


def require_same_but_for_the_client(before: Plan, after: Plan) -> None:
    assert after.totals == before.totals
    for (day, visit), (other_day, other) in zip(before.visits, after.visits, strict=True):
        assert (other_day.date, other_day.manager_id) == (day.date, day.manager_id)
        assert (other.talk, other.arrive, other.required) == (
            visit.talk,
            visit.arrive,
            visit.required,
        )
        if visit.client_id == CLIENT:
            assert (other.client_id, other.client_name) == ("forgotten-1", "forgotten client 1")
            assert (other.address, other.room, other.note, other.persons) == ("", "", "", ())
            assert other.visit_id == visit.visit_id.replace(CLIENT, "forgotten-1")
            assert (other.point.lat, other.point.lon) == (39.9, 116.4)
        else:
            assert other.client_id == visit.client_id
            assert other.persons == visit.persons


def test_while_the_client_stands_in_the_book_nothing_is_done(workspace: Path) -> None:
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    with pytest.raises(WorkspaceError, match=r"RP7029.*yours to edit"):
        forget(workspace / "week", CLIENT, EN)
    # Struck out in one sheet only, the others are named.
    texts = {path: path.read_text("utf-8-sig") for path in (workspace / "book").glob("*.csv")}
    clients = next(path for path, text in texts.items() if f"\n{CLIENT},{NAME}," in text)
    lines = clients.read_text("utf-8-sig").splitlines()
    left = [line for line in lines if not line.startswith(f"{CLIENT},")]
    clients.write_text("\n".join(left), encoding="utf-8-sig")
    with pytest.raises(BookError):
        forget(workspace / "week", CLIENT, EN)
    now = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    assert {path for path in now if now[path] != before.get(path)} == {clients}


def test_a_dry_run_changes_nothing(workspace: Path) -> None:
    strike_out(workspace)
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    found = forget(workspace / "week", CLIENT, EN, dry_run=True)
    assert (found.versions, found.records, len(found.folders)) == (6, 4, 2)
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


def test_after_a_stop_the_same_call_goes_on(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the folders were written, before the store was."""
    strike_out(workspace)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("routeplan.workspace.forget._drop_records", stop)
        with pytest.raises(KeyboardInterrupt):
            forget(workspace / "week", CLIENT, EN)
    assert any("sqlite" in where for where, _ in told_in(workspace))
    forget(workspace / "week", CLIENT, EN)
    assert told_in(workspace) == []
    store = database_path(workspace / "book")
    assert load_plan(workspace / "week") == plan_of(store, 3)
    # And once more: there is nothing left to do.
    again = forget(workspace / "week", CLIENT, EN)
    assert (again.versions, again.records, again.folders) == (0, 0, ())


def test_files_of_the_users_own_are_named(workspace: Path) -> None:
    strike_out(workspace)
    (workspace / "week" / "mine.txt").write_text(f"call {PERSON}", encoding="utf-8")
    (workspace / "week" / "sheet.pdf").write_bytes(b"%PDF")
    (workspace / "book" / "x-doubtful.csv").write_text(ADDRESS, encoding="utf-8")
    found = forget(workspace / "week", CLIENT, EN)
    assert sorted(Path(name).name for name in found.left) == [
        "mine.txt",
        "sheet.pdf",
        "x-doubtful.csv",
    ]


def test_a_backup_can_be_made_to_forget_too(workspace: Path) -> None:
    back_up(database_path(workspace / "book"), workspace / "safe.sqlite")
    strike_out(workspace)
    forget(workspace / "book", CLIENT, EN)
    assert {where.split(":")[0] for where, _ in told_in(workspace)} == {"safe.sqlite"}
    forget(workspace / "safe.sqlite", CLIENT, EN)
    assert told_in(workspace) == []


def test_versions_that_cannot_be_read_are_emptied_if_they_tell(workspace: Path) -> None:
    place, week = workspace / "book", workspace / "week"
    plan = load_plan(week)
    for content in (b"{ " + NAME.encode(), b"{ harmless", b'{"client_id": "KD-1704", "new": "x"}'):
        (week / "plan.json").write_bytes(content)
        save_plan(plan, week, EN, book=place)
    strike_out(workspace)
    forget(week, CLIENT, EN)
    with closing(open_database(database_path(place))) as connection:
        contents = [
            read_content(connection, version.number).content
            for version in read_versions(connection)[3:]
        ]
    assert contents[:2] == [b"", b"{ harmless"]
    assert json.loads(contents[2]) == {"client_id": "forgotten-1", "new": "x"}
    assert told_in(workspace) == []


def test_two_clients_are_told_apart_and_what_they_share_stays() -> None:
    tree = {
        "days": [
            {
                "visits": [
                    {"client_id": "7", "client_name": "甲", "address": "同一大厦", "persons": []},
                    {"client_id": "71", "client_name": "甲乙", "address": "同一大厦", "room": "7"},
                ],
                "date": "2026-11-07",
                "manager_id": "7",
                "way_back": {"shape": "abc", "steps": [1]},
            }
        ],
        "left_out": [
            {"client_id": "8", "why": {"key": "k", "args": {"other": "甲", "at": "07:30"}}}
        ],
        "locks": [{"visit_id": "7#2"}],
        "notes": ["7 甲乙", "甲"],
    }
    label = Label(id="forgotten-1", name="—", message={"key": "gone", "args": {}})
    made = anonymised(tree, traces_of([tree], "7"), label)
    one, two = made["days"][0]["visits"]
    assert one == {"client_id": "forgotten-1", "client_name": "—", "address": "", "persons": []}
    assert two["client_name"] == "甲乙"
    assert two["address"] == "同一大厦"
    assert made["days"][0]["manager_id"] == "7"
    assert made["days"][0]["date"] == "2026-11-07"
    assert made["days"][0]["way_back"] == {"shape": "", "steps": []}
    assert made["left_out"][0]["why"]["args"] == {"other": "—", "at": "07:30"}
    assert made["locks"] == [{"visit_id": "forgotten-1#2"}]
    assert made["notes"] == ["forgotten-1 甲乙", "—"]
