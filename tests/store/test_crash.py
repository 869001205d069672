"""Whatever ends a writer: what was confirmed is there, and the file opens."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from routeplan.errors import WorkspaceError
from routeplan.language import Texts
from routeplan.store.database import integrity, open_database, transaction
from routeplan.store.records import append_record, read_records
from routeplan.store.versions import (
    Facts,
    Stored,
    add_version,
    read_content,
    read_versions,
)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes as POSIX has them")

KILLS = 300


def content(number: int) -> Stored:
    chance = random.Random(number)
    return Stored(
        content=b"%d " % number + chance.randbytes(chance.choice((50, 1_000, 5_000))),
        proof=chance.randbytes(8_000) if number % 3 == 0 else None,
    )


def write(connection: sqlite3.Connection, number: int) -> None:
    """One confirmed step: a version made from the one before, and a record beside it."""
    with transaction(connection):
        add_version(
            connection, content(number), Facts(), parent=number - 1 or None, made=f"{number}"
        )
        append_record(connection, "{}", client_id="C1", date="2026-11-23", noted=f"{number}")


def in_child(work: Callable[[], None]) -> int:
    """The process id of a fork that does some work; nothing of pytest's runs in it."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return child


def require_sound(path: Path, confirmed: int) -> int:
    """The number of versions, all of them whole, none of the `confirmed` missing."""
    with closing(open_database(path)) as connection:
        assert integrity(connection)
        versions = read_versions(connection)
        assert [version.number for version in versions] == list(range(1, len(versions) + 1))
        assert len(versions) >= confirmed
        assert len(read_records(connection)) == len(versions)
        for version in versions[-4:]:
            assert read_content(connection, version.number) == content(version.number)
    return len(versions)


def test_a_kill_at_any_moment_loses_nothing_confirmed(tmp_path: Path) -> None:
    chance = random.Random(6)
    path = tmp_path / "routeplan.sqlite"
    known = cut_off = 0
    for trial in range(KILLS):
        if trial % 30 == 0:  # a kill while the file is made, too
            path = tmp_path / f"{trial}.sqlite"
            known = 0
        reading, writing = os.pipe()
        steps = chance.randrange(1, 900) if trial % 2 else 0

        def work(
            path: Path = path, known: int = known, writing: int = writing, steps: int = steps
        ) -> None:
            with closing(open_database(path)) as connection:
                if steps:  # at an instruction of SQLite's own, else by the clock
                    left = iter(range(steps))

                    def tick() -> int:
                        if next(left, None) is None:
                            os.kill(os.getpid(), signal.SIGKILL)
                        return 0

                    connection.set_progress_handler(tick, 1)
                for number in range(known + 1, known + 20):
                    write(connection, number)
                    os.write(writing, number.to_bytes(4, "big"))

        child = in_child(work)
        os.close(writing)
        if not steps:
            time.sleep(chance.random() * 0.02)
            os.kill(child, signal.SIGKILL)
        with os.fdopen(reading, "rb") as stream:
            told = stream.read()
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or not steps
        confirmed = int.from_bytes(told[-4:], "big") or known
        cut_off += path.with_name(f"{path.name}-journal").exists()
        known = require_sound(path, confirmed)
    assert cut_off > KILLS / 20  # many came in the middle of a transaction


@pytest.mark.parametrize("room", range(5_000, 200_000, 13_000))
def test_a_write_that_fails_is_one_sentence_and_loses_nothing(tmp_path: Path, room: int) -> None:
    """A limit on the size of files fails writes like a broken or full disk does."""
    import resource

    path = tmp_path / "routeplan.sqlite"
    reading, writing = os.pipe()

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        done = 0
        try:
            with closing(open_database(path)) as connection:
                for number in range(1, 100):
                    write(connection, number)
                    done = number
        except WorkspaceError as error:
            text = Texts("en").render(error.message)
            os.write(writing, f"{done} {error.code} {text}".encode())

    child = in_child(work)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        done, code, text = stream.read().decode().split(" ", 2)
    assert os.waitpid(child, 0)[1] == 0
    assert code == "RP7021"
    assert text.startswith("routeplan.sqlite cannot be used: ")
    known = require_sound(path, int(done))
    with closing(open_database(path)) as connection:
        write(connection, known + 1)  # with room again it goes on
    require_sound(path, known + 1)


@pytest.mark.parametrize("spare", range(0, 40, 3))
def test_a_full_disk_is_said_and_leaves_the_store_as_it_was(tmp_path: Path, spare: int) -> None:
    path = tmp_path / "routeplan.sqlite"
    with closing(open_database(path)) as connection:
        write(connection, 1)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + spare}")
        done = [1]

        def fill() -> None:
            for number in range(2, 100):
                write(connection, number)
                done.append(number)

        with pytest.raises(WorkspaceError, match=r"RP7021.*the disk is full"):
            fill()
        assert len(read_versions(connection)) == len(done)
    assert require_sound(path, len(done)) == len(done)


def test_processes_that_make_the_file_at_the_same_moment_agree(tmp_path: Path) -> None:
    for trial in range(25):
        path = tmp_path / f"{trial}.sqlite"
        gate_in, gate_out = os.pipe()

        def work(path: Path = path, gate_in: int = gate_in, gate_out: int = gate_out) -> None:
            os.close(gate_out)
            os.read(gate_in, 1)  # all wait until the gate is closed
            with closing(open_database(path)) as connection, transaction(connection):
                append_record(connection, "{}", client_id="C1", date="2026-11-23", noted="now")

        children = [in_child(work) for _ in range(4)]
        os.close(gate_in)
        os.close(gate_out)
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
        with closing(open_database(path)) as connection:
            assert len(read_records(connection)) == 4


def test_writers_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "routeplan.sqlite"

    def work() -> None:
        with closing(open_database(path)) as connection:
            for _ in range(25):
                with transaction(connection):
                    append_record(connection, "{}", client_id="C1", date="2026-11-23", noted="")

    children = [in_child(work) for _ in range(3)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 3
    with closing(open_database(path)) as connection:
        assert len(read_records(connection)) == 75
