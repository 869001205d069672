"""A book that is written reads back equal: every file format, encoding and language."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from routeplan.book.models import Book
from routeplan.book.read import check_book
from routeplan.book.write import write_book
from tests.book.examples import small_book
from tests.book.strategies import books

_SLOW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # shrinking whole books takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def read_back(path: Path) -> Book:
    check = check_book(path)
    assert check.book is not None, check.faults
    return check.book


@_SLOW
@given(book=books(), language=st.sampled_from(("en", "zh")))
@pytest.mark.parametrize("name", ["book.xlsx", "book"])
def test_write_then_read_is_the_same_book(name: str, book: Book, language: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_book(book, path, language)
        assert read_back(path) == book


@_SLOW
@given(book=books())
def test_csv_reads_the_same_in_gb18030(book: Book) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_book(book, Path(folder), "zh")
        for file in Path(folder).glob("*.csv"):
            file.write_bytes(file.read_bytes().decode("utf-8-sig").encode("gb18030"))
        assert read_back(Path(folder)) == book


@pytest.mark.parametrize("delimiter", [";", "\t"])
@_SLOW
@given(book=books(most=2))
def test_csv_reads_the_same_with_other_delimiters(delimiter: str, book: Book) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_book(book, Path(folder), "en")
        for file in Path(folder).glob("*.csv"):
            with file.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.reader(stream))
            with file.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, delimiter=delimiter).writerows(rows)
        assert read_back(Path(folder)) == book


@pytest.mark.parametrize("name", ["book.xlsx", "book"])
def test_the_same_book_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    book = small_book(tmp_path / "sound")

    def bytes_at(folder: Path) -> list[bytes]:
        write_book(book, folder / name, "zh")
        return [file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()]

    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    assert bytes_at(first) == bytes_at(second)
