"""The user's own minutes: read as forgivingly as a book, all faults at once, gaps marked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from routeplan.book.models import Book, TravelMode
from routeplan.config import TravelSettings
from routeplan.errors import BookError, FileError
from routeplan.point import Point
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.user_matrix import UserMatrix, read_user_matrix
from tests.examples import MONDAY, OFFICE, tiny_book

C1 = Point(lat=39.909, lon=116.414)
C3 = Point(lat=39.93, lon=116.36)
SATURDAY = MONDAY + dt.timedelta(days=5)
SETTINGS = TravelSettings()


def read(
    tmp_path: Path, text: str, encoding: str = "utf-8", book: Book | None = None
) -> UserMatrix:
    path = tmp_path / "minutes.csv"
    path.write_bytes(text.encode(encoding))
    return read_user_matrix(path, book or tiny_book(), SETTINGS)


def minutes(source: UserMatrix, one: Point, two: Point, mode: TravelMode) -> int:
    return source.matrix([one, two], mode, SATURDAY).minutes[0][1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_headers_and_any_encoding(tmp_path: Path, encoding: str) -> None:
    source = read(tmp_path, "起点,终点,分钟\n公司,京华贸易,17\n", encoding)
    assert minutes(source, OFFICE, C1, TravelMode.TRANSIT) == 17


@pytest.mark.parametrize("name", ["C1", "京华贸易", "39.909, 116.414", "c1"])
@pytest.mark.parametrize("office", ["office", "M1", "M1/office", "王磊/公司", "39.905;116.397"])
def test_places_have_many_names(tmp_path: Path, name: str, office: str) -> None:
    source = read(tmp_path, f'from,to,minutes\n"{office}","{name}",17\n')
    assert minutes(source, OFFICE, C1, TravelMode.TRANSIT) == 17


def test_a_site_and_a_home_are_named_with_their_owner(tmp_path: Path) -> None:
    source = read(tmp_path, "from,to,minutes,metres\nM2/home,C5/仓库,33,9000\n")
    home, store = Point(lat=39.95, lon=116.45), Point(lat=40.0, lon=116.48)
    matrix = source.matrix([home, store], TravelMode.CAR, MONDAY)
    assert matrix.minutes == ((0, 33), (33, 0))
    assert matrix.metres[0][1] == 9000
    assert not matrix.estimated
    assert matrix.guessed == ()


def test_a_way_back_of_its_own_goes_before_the_way_there(tmp_path: Path) -> None:
    source = read(tmp_path, "from,to,minutes\nC1,C3,20\nC3,C1,25\n")
    matrix = source.matrix([C1, C3], TravelMode.CAR, MONDAY)
    assert matrix.minutes == ((0, 20), (25, 0))


def test_hours_make_slices_and_other_hours_keep_the_usual_minutes(tmp_path: Path) -> None:
    source = read(tmp_path, "from,to,minutes,hour\nC1,C3,20,\nC1,C3,35,8\nC1,C3,30,17:00\n")
    matrix = source.matrix([C1, C3], TravelMode.CAR, SATURDAY)
    at = {hour: matrix.minutes_at(0, 1, hour * 60) for hour in (0, 7, 8, 9, 16, 17, 18, 23)}
    assert at == {0: 20, 7: 20, 8: 35, 9: 20, 16: 20, 17: 30, 18: 20, 23: 20}
    assert matrix.minutes[0][1] == 20


def test_hours_alone_have_their_mean_as_the_usual_minutes(tmp_path: Path) -> None:
    source = read(tmp_path, "from,to,minutes,hour\nC1,C3,20,8点\nC1,C3,30,23\n")
    matrix = source.matrix([C1, C3], TravelMode.CAR, MONDAY)
    assert matrix.minutes[0][1] == matrix.minutes_at(0, 1, 12 * 60) == 25


def test_what_the_table_leaves_out_is_estimated_and_marked(tmp_path: Path) -> None:
    source = read(tmp_path, "from,to,minutes\nC1,C3,20\n")
    points = [OFFICE, C1, C3]
    matrix = source.matrix(points, TravelMode.TRANSIT, MONDAY)
    guess = GreatCircle(SETTINGS).matrix(points, TravelMode.TRANSIT, MONDAY)
    assert matrix.guessed == ((0, 1), (0, 2), (1, 0), (2, 0))
    assert matrix.minutes[0] == guess.minutes[0]
    for minute in range(0, 1440, 30):
        assert matrix.minutes_at(0, 1, minute) == guess.minutes_at(0, 1, minute)
        assert matrix.minutes_at(1, 2, minute) == 20


def test_a_row_without_a_mode_is_not_for_walking(tmp_path: Path) -> None:
    source = read(tmp_path, "from,to,minutes,mode\nC1,C3,20,\nC1,C3,31,电动车\nC1,C3,70,步行\n")
    found = [minutes(source, C1, C3, mode) for mode in ("car", "transit", "ebike", "walk")]  # type: ignore[arg-type]
    assert found == [20, 20, 31, 70]


def test_every_fault_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    rows = [
        "from,to,minutes,hour",
        "C1,C9,20,",  # no such client
        "C1,C4,20,",  # nobody knows where
        "C1,C3,soon,",
        "C1,C1,5,",
        "C1,C3,20,",
        "C1,C3,21,",  # says something else
        "C1,C3,22,25",  # no hour
        "C1,,22,",
        "116.4;39.9,C1,22,",  # swapped
        "home,C1,9,x",
    ]
    with pytest.raises(BookError) as caught:
        read(tmp_path, "\n".join(rows))
    error = caught.value
    assert error.code == "RP1007"
    assert [(fault.row, fault.code) for fault in error.faults] == [
        (2, "RP1080"),
        (3, "RP1081"),
        (4, "RP1021"),
        (5, "RP1083"),
        (7, "RP1084"),
        (8, "RP1085"),
        (9, "RP1020"),
        (10, "RP1041"),
        (11, "RP1085"),
    ]
    assert all(fault.file == "minutes.csv" and fault.column for fault in error.faults)
    assert error.faults[0].value == "C9"


def test_a_name_that_could_be_two_places_is_a_fault(tmp_path: Path) -> None:
    book = tiny_book()
    second = book.managers[1].model_copy(update={"office": C3})
    book = book.model_copy(update={"managers": (book.managers[0], second)})
    with pytest.raises(BookError) as caught:
        read(tmp_path, "from,to,minutes\noffice,C1,9\n", book=book)
    assert [fault.code for fault in caught.value.faults] == ["RP1082"]


@pytest.mark.parametrize(("text", "code"), [("from,to\nC1,C3\n", "RP1014"), ("", "RP1013")])
def test_a_table_without_its_columns_or_rows_is_a_fault(
    tmp_path: Path, text: str, code: str
) -> None:
    with pytest.raises(BookError) as caught:
        read(tmp_path, text)
    assert [fault.code for fault in caught.value.faults] == [code]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_user_matrix(tmp_path / "none.csv", tiny_book(), SETTINGS)


def test_the_version_changes_with_the_content_only(tmp_path: Path) -> None:
    one = read(tmp_path, "from,to,minutes\nC1,C3,20\nC1,office,9\n").version
    assert read(tmp_path, "to,from,minutes\noffice,C1,9\nC3,C1,20\n").version == one
    assert read(tmp_path, "from,to,minutes\nC1,C3,21\nC1,office,9\n").version != one
