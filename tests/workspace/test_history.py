"""Walking back and forth: always the same bytes, and nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.errors import UsageError, WorkspaceError
from routeplan.replan.diff import ChangeKind
from routeplan.store.database import database_path
from routeplan.workspace.folder import load_plan
from routeplan.workspace.history import (
    book_at,
    content_of,
    diff_versions,
    history,
    redo,
    standing_version,
    store_at,
    undo,
)
from routeplan.workspace.save import save_plan
from tests.workspace.plans import EN, book_in, some_plan

STEPS = st.one_of(
    st.tuples(st.sampled_from(("plan", "replan")), st.integers(1, 4)),
    st.tuples(st.just("undo"), st.sampled_from((0, 0, 0, 1, 2, 3))),
    st.tuples(st.just("redo"), st.just(0)),
)


@given(steps=st.lists(STEPS, min_size=3, max_size=8))
@settings(max_examples=8)
def test_any_walk_through_the_history_gives_equal_bytes(steps: list[tuple[str, int]]) -> None:
    """Played beside a model: a list of contents and what each was made from."""
    with TemporaryDirectory() as name:
        book, week = book_in(Path(name)), Path(name) / "week"
        contents: list[bytes] = []
        parents: list[int | None] = []
        files: dict[int, dict[str, bytes]] = {}
        at: int | None = None
        for what, number in (("plan", 1), *steps):
            goal: int | None
            if what in ("plan", "replan"):
                plan = some_plan(number, again=what == "replan")
                content = plan.model_dump_json(indent=1).encode()
                if content not in contents:
                    contents.append(content)
                    parents.append(at)
                goal = contents.index(content)
                saved = save_plan(plan, week, EN, book=book)
                assert saved.version == goal + 1
            elif what == "undo":
                goal = number - 1 if number else parents[at] if at is not None else None
                if goal is None or goal >= len(contents):
                    with pytest.raises((WorkspaceError, UsageError), match=r"RP7008|RP4051"):
                        undo(week, EN, to=number or None)
                    continue
                assert undo(week, EN, to=number or None).version == goal + 1
            else:
                children = [child for child, parent in enumerate(parents) if parent == at]
                goal = max(children, default=None)
                if goal is None:
                    with pytest.raises(WorkspaceError, match="RP7009"):
                        redo(week, EN)
                    continue
                assert redo(week, EN).version == goal + 1
            at = goal
            now = {
                path.relative_to(week).as_posix(): path.read_bytes()
                for path in week.rglob("*")
                if path.is_file() and path.suffix != ".ics"  # a calendar goes on, by its standard
            }
            assert now["plan.json"] == contents[goal]
            assert files.setdefault(goal, now) == now
        store = database_path(book)
        assert [content_of(store, 1 + n) for n in range(len(contents))] == contents
        assert [version.parent for version in history(store)] == [
            None if parent is None else parent + 1 for parent in parents
        ]


def test_a_version_can_be_written_to_another_folder(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    for number in (1, 2):
        save_plan(some_plan(number), tmp_path / "week", EN, book=book)
    assert undo(tmp_path / "other", EN, to=1, book=book).version == 1
    assert load_plan(tmp_path / "other") == some_plan(1)
    assert load_plan(tmp_path / "week") == some_plan(2)


def test_a_plan_that_is_none_of_the_history_is_kept_when_another_is_brought_back(
    tmp_path: Path,
) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    save_plan(some_plan(1), week, EN, book=book)
    edited = (week / "plan.json").read_bytes() + b" "
    (week / "plan.json").write_bytes(edited)
    for step in (undo, redo):
        with pytest.raises(WorkspaceError, match="RP7010"):
            step(week, EN)
    assert undo(week, EN, to=1).version == 1
    assert content_of(database_path(book), 2) == edited
    # Also one that nobody can read, if the book is named.
    (week / "plan.json").write_bytes(b"{")
    with pytest.raises(WorkspaceError, match="RP7002"):
        undo(week, EN, to=1)
    assert undo(week, EN, to=1, book=book).version == 1
    assert content_of(database_path(book), 3) == b"{"
    with pytest.raises(WorkspaceError, match="RP7012"):
        undo(week, EN, to=3)
    assert load_plan(week) == some_plan(1)


def test_the_store_is_found_from_folder_book_or_itself(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    with pytest.raises(WorkspaceError, match="RP7007"):
        store_at(book)
    with pytest.raises(WorkspaceError, match="RP7001"):
        store_at(week)
    save_plan(some_plan(1), week, EN, book=book)
    store = database_path(book)
    assert {store_at(where).resolve() for where in (book, week, store)} == {store.resolve()}
    assert standing_version(store, week) == 1
    assert standing_version(store, tmp_path) is None
    book.rename(tmp_path / "elsewhere")
    with pytest.raises(WorkspaceError, match="RP7005"):
        store_at(week)
    assert book_at(week, tmp_path / "elsewhere") == tmp_path / "elsewhere"
    assert store_at(week, tmp_path / "elsewhere").exists()


def test_two_versions_are_compared_by_their_numbers(tmp_path: Path) -> None:
    book, week = book_in(tmp_path), tmp_path / "week"
    plan = some_plan(1)
    (day,) = plan.days
    fewer = plan.model_copy(update={"days": (day.model_copy(update={"visits": day.visits[:1]}),)})
    save_plan(plan, week, EN, book=book)
    save_plan(fewer, week, EN, book=book)
    store = database_path(book)
    found = diff_versions(store, 1, 2)
    assert (found.before_version, found.after_version) == (1, 2)
    (gone,) = found.of(ChangeKind.REMOVED)
    assert gone.visit_id == day.visits[1].visit_id
    assert [one.visit_id for one in diff_versions(store, 2, 1).of(ChangeKind.ADDED)] == [
        gone.visit_id
    ]
    with pytest.raises(UsageError, match=r"RP4051.*1-2"):
        diff_versions(store, 1, 3)
