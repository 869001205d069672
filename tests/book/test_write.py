"""What is written is safe to open, and what cannot be written is said, not changed."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from routeplan.book.faults import Severity
from routeplan.book.models import Book, KeyDate
from routeplan.book.read import check_book, read_book
from routeplan.book.write import write_book
from routeplan.errors import FileError
from tests.book.examples import SOUND, small_book, sound_sheets, write_sheets

RISKY = ("=1+1", "+1", "-1", "@x", "＝1", "'=1", "''=1")


def renamed(book: Book, name: str) -> Book:
    client = book.clients[0].model_copy(update={"name": name})
    return book.model_copy(update={"clients": (client, *book.clients[1:])})


@pytest.mark.parametrize("name", RISKY)
def test_no_csv_cell_starts_like_a_formula(tmp_path: Path, name: str) -> None:
    book = renamed(small_book(tmp_path / "sound"), name)
    write_book(book, tmp_path / "csv")
    with (tmp_path / "csv" / "clients.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert f"'{name}" in cells
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@＝＋－＠"))]
    assert read_book(tmp_path / "csv") == book


@pytest.mark.parametrize("name", RISKY)
def test_no_workbook_cell_is_a_formula_or_a_link(tmp_path: Path, name: str) -> None:
    book = renamed(small_book(tmp_path / "sound"), name)
    write_book(book, tmp_path / "book.xlsx")
    page = openpyxl.load_workbook(tmp_path / "book.xlsx")["clients"]
    assert all(cell.data_type != "f" and not cell.hyperlink for row in page for cell in row)
    assert read_book(tmp_path / "book.xlsx") == book


def test_negative_degrees_are_numbers_not_text(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["clients"][1][9:11] = ["-30.0346", "-51.2177"]
    book = read_book(write_sheets(tmp_path / "south", sheets))
    write_book(book, tmp_path / "csv")
    assert ",-30.0346,-51.2177," in (tmp_path / "csv" / "clients.csv").read_text("utf-8-sig")
    assert read_book(tmp_path / "csv") == book


@pytest.mark.parametrize("name", ["  blanks around ", "bell\u0007", "x" * 32_768, "\ud800"])
@pytest.mark.parametrize("path", ["csv", "book.xlsx"])
def test_what_would_change_is_refused(tmp_path: Path, name: str, path: str) -> None:
    book = renamed(small_book(tmp_path / "sound"), name)
    with pytest.raises(FileError, match="RP3021"):
        write_book(book, tmp_path / path)
    assert not (tmp_path / path).exists()


def test_structured_cells_that_would_read_differently_are_refused(tmp_path: Path) -> None:
    book = small_book(tmp_path / "sound")
    odd = KeyDate(name="店庆; 05-21 周年", month=5, day=20)
    client = book.clients[0].model_copy(update={"key_dates": (odd,)})
    with pytest.raises(FileError, match="RP3021"):
        write_book(book.model_copy(update={"clients": (client,)}), tmp_path / "csv")


def test_a_column_carried_through_may_not_pass_for_a_known_one(tmp_path: Path) -> None:
    book = small_book(tmp_path / "sound")
    client = book.clients[0].model_copy(update={"extra": {"等级": "x"}})
    with pytest.raises(FileError, match="RP3021"):
        write_book(book.model_copy(update={"clients": (client,)}), tmp_path / "csv")


def test_columns_carried_through_come_back(tmp_path: Path) -> None:
    book = small_book(tmp_path / "sound")
    assert book.clients[0].extra == {"region": "east"}
    assert book.clients[1].extra == {}
    sheets = sound_sheets()
    sheets["clients"][2][-1] = "west"
    book = read_book(write_sheets(tmp_path / "two", sheets))
    assert book.clients[0].extra == {"region": "east; west"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="RP3011"):
        write_book(small_book(tmp_path / "sound"), tmp_path / "file")


_CELLS = [
    (sheet, row, at)
    for sheet, rows in sound_sheets().items()
    for row in range(len(rows))
    for at in range(len(rows[0]))
]


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    where=st.sampled_from(_CELLS),
    text=st.text(max_size=12)
    | st.text(alphabet="0123456789-:;,./~年月日周一五休 ", max_size=16)
    | st.sampled_from([cell for text in SOUND.values() for cell in text.split(",")]),
)
def test_no_cell_makes_the_reader_stumble(
    tmp_path: Path, where: tuple[str, int, int], text: str
) -> None:
    sheets = sound_sheets()
    sheet, row, at = where
    cells = sheets[sheet][row]
    cells += [""] * (at + 1 - len(cells))
    cells[at] = text.replace("\0", "").encode("utf-8", "ignore").decode()
    check = check_book(write_sheets(tmp_path, sheets))
    faulty = any(fault.severity is Severity.FAULT for fault in check.faults)
    assert (check.book is None) == faulty
    if check.book:
        write_book(check.book, tmp_path / "again")
        assert read_book(tmp_path / "again") == check.book
