"""Visit records noted by command: kept, corrected, laid over the book, never counted twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.form import read_visit_form, visit_of_cells
from routeplan.book.models import (
    Book,
    Channel,
    Contact,
    Rigidity,
    VisitRecord,
    VisitStatus,
)
from routeplan.book.noted import NotedState
from routeplan.book.read import read_book
from routeplan.book.write import write_book
from routeplan.due.models import Horizon
from routeplan.errors import BookError, UsageError
from routeplan.pipeline import due_visits
from routeplan.store.database import database_path, open_database
from routeplan.store.records import read_records
from routeplan.workspace.records import (
    book_with_records,
    list_records,
    note_visits,
    recorded_book,
    withdraw_record,
)
from tests.examples import MONDAY, tiny_book

FRIDAY = MONDAY - dt.timedelta(days=3)


def visit(client_id: str = "C1", **changes: object) -> VisitRecord:
    fields: dict[str, object] = {"client_id": client_id, "manager_id": "M1", "date": FRIDAY}
    return VisitRecord.model_validate(fields | changes)


def written(folder: Path, *visits: VisitRecord) -> Path:
    people = (
        Contact(id="P1", client_id="C1", name="赵一"),
        Contact(id="P2", client_id="C1", name="钱二"),
        Contact(id="P5", client_id="C5", name="赵一"),
    )
    book = tiny_book().model_copy(update={"contacts": people, "visits": visits})
    write_book(book, folder / "book")
    return folder / "book"


def note(path: Path, *visits: VisitRecord, once: bool = False) -> list[int | None]:
    return [one.number for one in note_visits(path, read_book(path), visits, once=once)]


def states(path: Path) -> list[str]:
    return [one.state.value for one in list_records(path)]


def of_client(path: Path, client_id: str = "C1") -> Sequence[VisitRecord]:
    return book_with_records(path).records_of.get(client_id, ())


# --- laid over the book ---------------------------------------------------------------------------


def test_a_book_without_records_is_the_book(tmp_path: Path) -> None:
    path = written(tmp_path, visit())
    assert book_with_records(path) == read_book(path)
    assert not database_path(path).exists()


def test_what_is_noted_is_known_everywhere(tmp_path: Path) -> None:
    path = written(tmp_path)
    horizon = Horizon(first=MONDAY)
    before = {one.client_id: one.last_visit for one in due_visits(read_book(path), horizon).due}
    note(path, visit())
    after = {
        one.client_id: one.last_visit for one in due_visits(book_with_records(path), horizon).due
    }
    assert before["C1"] is None
    assert after == before | {"C1": FRIDAY}


def test_a_correction_supersedes_and_both_are_kept(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert note(path, visit(status="not_met")) == [1]
    assert note(path, visit(start="10:00", end="10:40")) == [2]
    assert states(path) == ["superseded", "counts"]
    assert [one.status for one in of_client(path)] == [VisitStatus.DONE]
    assert note(path, visit(start="10:00", end="10:40")) == [None]


def test_a_record_counts_in_the_place_of_the_sheet_s_row_once(tmp_path: Path) -> None:
    path = written(tmp_path, visit(status="not_met"))
    (outcome,) = note_visits(path, read_book(path), [visit()])
    assert outcome.over_sheet
    assert [one.status for one in of_client(path)] == [VisitStatus.DONE]
    (said,) = recorded_book(path).notes
    assert said.key == "records.note_over_sheet"


def test_a_sheet_changed_after_the_record_counts_and_that_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, visit(status="not_met"))
    note(path, visit())
    written(tmp_path, visit(status="cancelled"))
    assert [one.status for one in of_client(path)] == [VisitStatus.CANCELLED]
    assert states(path) == ["sheet_later"]
    assert [one.key for one in recorded_book(path).notes] == ["records.note_sheet_later"]
    # And said once more by command, the record is the later word.
    assert note(path, visit()) == [2]
    assert [one.status for one in of_client(path)] == [VisitStatus.DONE]


def test_a_row_that_came_into_the_sheet_later_is_not_counted_twice(tmp_path: Path) -> None:
    path = written(tmp_path)
    note(path, visit(note="by phone form"))
    written(tmp_path, visit())
    assert len(of_client(path)) == 1
    assert recorded_book(path).notes == ()


def test_a_reworded_note_in_the_sheet_is_no_later_word(tmp_path: Path) -> None:
    path = written(tmp_path, visit(status="not_met", note="one"))
    note(path, visit())
    written(tmp_path, visit(status="not_met", note="two"))
    assert [one.status for one in of_client(path)] == [VisitStatus.DONE]


def test_a_row_that_left_the_sheet_leaves_the_record(tmp_path: Path) -> None:
    path = written(tmp_path, visit(status="not_met"))
    note(path, visit())
    written(tmp_path)
    assert [one.status for one in of_client(path)] == [VisitStatus.DONE]


def test_a_withdrawn_record_gives_the_sheet_its_word_back(tmp_path: Path) -> None:
    path = written(tmp_path, visit(status="not_met"))
    note(path, visit())
    withdraw_record(path, 1)
    assert [one.status for one in of_client(path)] == [VisitStatus.NOT_MET]
    assert states(path) == ["superseded", "withdrawn"]
    for number in (1, 2, 7):
        with pytest.raises(UsageError) as caught:
            withdraw_record(path, number)
        assert caught.value.code == "RP4082"


def test_calls_and_other_sites_are_records_of_their_own(tmp_path: Path) -> None:
    path = written(tmp_path)
    call = {"channel": Channel.PHONE, "start": "9:00"}
    note(path, visit(), visit(**call), visit(channel=Channel.PHONE, start="16:00"))
    assert len(of_client(path)) == 3
    five = visit("C5", manager_id="M2")
    note(path, five, five.model_copy(update={"site_id": "仓库"}))
    assert {one.site_id for one in of_client(path, "C5")} == {"", "仓库"}


def test_a_site_that_is_not_named_is_the_one_known_of_that_day(tmp_path: Path) -> None:
    there = visit("C5", manager_id="M2", site_id="仓库")
    path = written(tmp_path, there.model_copy(update={"status": VisitStatus.NOT_MET}))
    note(path, visit("C5", manager_id="M2"))
    assert of_client(path, "C5") == (there,)


def test_put_off_to_a_day_is_booked_for_it(tmp_path: Path) -> None:
    path = written(tmp_path)
    put_off: dict[str, object] = {"status": "postponed", "postponed_to": MONDAY}
    note(path, visit("C1", **put_off), visit("C2", postponed_start="10:30", **put_off))
    booked = {one.client_id: one for one in book_with_records(path).appointments}
    assert (booked["C1"].date, booked["C1"].rigidity) == (MONDAY, Rigidity.DAY)
    assert (booked["C2"].start, booked["C2"].rigidity) == (630, Rigidity.EXACT)
    due = due_visits(book_with_records(path), Horizon(first=MONDAY)).due
    assert {one.client_id for one in due if one.appointment_id} == {"C1", "C2", "C6"}
    # Written as a book of its own it says the same.
    write_book(book_with_records(path), tmp_path / "other")
    assert read_book(tmp_path / "other") == book_with_records(path)


def test_what_the_book_books_itself_is_not_booked_twice(tmp_path: Path) -> None:
    path = written(tmp_path)
    on = MONDAY + dt.timedelta(days=2)
    note(path, visit("C6", manager_id="M2", status="postponed", postponed_to=on))
    assert len(book_with_records(path).appointments) == 1


def test_records_of_who_left_the_book_are_set_aside(tmp_path: Path) -> None:
    path = written(tmp_path)
    note(path, visit(contact_ids=("P1", "P2")), visit("C2"))
    book = read_book(path)
    gone = book.model_copy(
        update={
            "clients": tuple(one for one in book.clients if one.id != "C2"),
            "contacts": tuple(one for one in book.contacts if one.id != "P2"),
        }
    )
    write_book(gone, path)
    assert states(path) == ["counts", "no_client"]
    assert of_client(path)[0].contact_ids == ("P1",)
    assert "C2" not in book_with_records(path).records_of


def test_a_record_of_another_version_is_said_not_guessed(tmp_path: Path) -> None:
    path = written(tmp_path)
    note(path, visit())
    with closing(open_database(database_path(path))) as connection:
        connection.execute("UPDATE records SET content = '{\"later\": 1}'")
    assert states(path) == [NotedState.UNREADABLE]
    assert recorded_book(path).notes[0].key == "records.note_unreadable"


@settings(max_examples=20, deadline=None)
@given(
    words=st.lists(
        st.tuples(st.sampled_from(("C1", "C2")), st.integers(0, 2), st.sampled_from(VisitStatus)),
        max_size=6,
    )
)
def test_the_last_word_of_a_day_counts_and_nothing_is_lost(
    words: list[tuple[str, int, VisitStatus]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.mktemp("records"))
    said = [
        visit(client, date=FRIDAY - dt.timedelta(days=day), status=status)
        for client, day, status in words
    ]
    numbers = [number for one in said for number in note(path, one)]
    last = {(one.client_id, one.date): one.status for one in said}
    visits = book_with_records(path).visits
    assert {(one.client_id, one.date): one.status for one in visits} == last
    assert len(visits) == len(last)
    assert len(list_records(path)) == len([number for number in numbers if number is not None])


# --- one line, and a form -------------------------------------------------------------------------


def known(folder: Path) -> tuple[Path, Book]:
    path = written(folder)
    return path, read_book(path)


def test_a_line_is_read_like_a_row_in_either_language(tmp_path: Path) -> None:
    _, book = known(tmp_path)
    english = visit_of_cells(
        {
            "client_id": "C1",
            "date": "2026-11-20",
            "status": "done",
            "contact_ids": "P1;钱二",
            "goal_reached": "yes",
        },
        book,
    )
    name = book.client_by_id["C1"].name
    chinese = visit_of_cells(
        {
            "client_id": name,
            "date": "2026年11月20日",
            "status": "已完成",
            "contact_ids": "赵一；P2",
            "goal_reached": "是",
        },
        book,
    )
    assert english == chinese
    assert english.contact_ids == ("P1", "P2")


FORM = """\ufeff提交时间,客户名称,拜访日期,面谈开始,面谈结束,结果,见面人,下一步,下一步日期
2026-11-20 18:00,{name},2026-11-20,10:00,10:45,已完成,赵一,发方案,2026-11-27
2026-11-20 18:05,C2,2026-11-20,,,未遇,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_form_is_noted_once_however_often_it_is_read(tmp_path: Path, encoding: str) -> None:
    path, book = known(tmp_path)
    text = FORM.format(name=book.client_by_id["C1"].name)
    form = tmp_path / "form.csv"
    form.write_bytes((text if encoding == "utf-8" else text[1:]).encode(encoding))
    visits, _ = read_visit_form(form, book)
    assert note(path, *visits, once=True) == [1, 2]
    assert note(path, *visits, once=True) == [None, None]
    # A correction by hand is not undone by the form's old row.
    note(path, visits[0].model_copy(update={"status": VisitStatus.NOT_MET}))
    assert note(path, *visits, once=True) == [None, None]
    assert of_client(path)[0].status is VisitStatus.NOT_MET


def test_all_faults_of_a_form_are_told_and_nothing_is_noted(tmp_path: Path) -> None:
    path, book = known(tmp_path)
    form = tmp_path / "form.csv"
    form.write_text(
        "client,date,start,end,status,contacts\n"
        "C9,2026-11-20,,,done,\n"
        "C1,2026-13-20,,,done,P5\n"
        "C1,2026-11-20,10:00,9:00,perhaps,\n"
    )
    with pytest.raises(BookError) as caught:
        read_visit_form(form, book)
    assert caught.value.code == "RP1101"
    found = {(fault.row, fault.code) for fault in caught.value.faults}
    assert found == {
        *((2, "RP1053"), (3, "RP1022"), (3, "RP1055"), (4, "RP1056"), (4, "RP1030")),
    }
    assert not database_path(path).exists()


def test_a_name_that_two_share_is_not_guessed(tmp_path: Path) -> None:
    _, book = known(tmp_path)
    twice = tuple(
        one.model_copy(update={"name": "同名"}) if one.id in ("C1", "C2") else one
        for one in book.clients
    )
    with pytest.raises(BookError):
        visit_of_cells(
            {"client_id": "同名", "date": "2026-11-20"}, book.model_copy(update={"clients": twice})
        )


def test_the_store_keeps_when_and_what(tmp_path: Path) -> None:
    path = written(tmp_path)
    note(path, visit(note="=1+1"))
    with closing(open_database(database_path(path))) as connection:
        (kept,) = read_records(connection)
    assert (kept.client_id, kept.date) == ("C1", "2026-11-20")
    assert kept.noted.endswith("+00:00")
