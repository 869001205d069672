"""Each rule of a book, kept and broken: the code, the place, and texts in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from routeplan.book.codes import FaultCode
from routeplan.book.faults import Fault, Severity
from routeplan.book.read import check_book, read_book
from routeplan.errors import BookError, FileError
from routeplan.language import LANGUAGES, Texts
from tests.book.examples import Sheets, sound_sheets, write_sheets


class Spoil(NamedTuple):
    """A change to one cell of the sound book, and the fault expected."""

    code: FaultCode
    sheet: str
    row: int
    column: str
    value: str
    at: str = ""
    """Column reported, when it is another."""
    severity: Severity = Severity.FAULT


F, NOTE = FaultCode, Severity.NOTE
SPOILS = [
    Spoil(F.BLANK, "managers", 2, "manager_id", ""),
    Spoil(F.BLANK, "managers", 2, "name", "　"),
    Spoil(F.BLANK, "clients", 2, "tier", ""),
    Spoil(F.BLANK, "visits", 3, "date", ""),
    Spoil(F.BAD_NUMBER, "managers", 2, "max_visits", "0"),
    Spoil(F.BAD_NUMBER, "managers", 2, "max_visits", "six"),
    Spoil(F.BAD_NUMBER, "clients", 2, "talk_minutes", "-5"),
    Spoil(F.BAD_NUMBER, "clients", 2, "talk_minutes", "30.5"),
    Spoil(F.BAD_DATE, "visits", 2, "date", "2026-02-30"),
    Spoil(F.BAD_DATE, "visits", 2, "date", "11/12/26"),
    Spoil(F.BAD_DATE, "visits", 2, "date", "24"),
    Spoil(F.BAD_TIME, "visits", 2, "start", "25:00"),
    Spoil(F.BAD_TIME, "visits", 2, "start", "morning"),
    Spoil(F.BAD_WINDOW, "managers", 2, "shift", "18:00-8:30"),
    Spoil(F.BAD_WINDOW, "managers", 2, "shift", "8:30"),
    Spoil(F.BAD_HOURS, "clients", 2, "hours", "9:00-11:30;11:00-12:00"),
    Spoil(F.BAD_HOURS, "clients", 2, "hours", "周一-周五"),
    Spoil(F.BAD_HOURS, "clients", 2, "hours", "上班时间都可以"),
    Spoil(F.BAD_HOURS, "clients", 3, "sat", "周六 9:00-12:00"),
    Spoil(F.BAD_CLOSURE, "clients", 2, "closures", "2026-11-25~2026-11-20"),
    Spoil(F.BAD_CLOSURE, "managers", 2, "leave", "next week"),
    Spoil(F.BAD_KEY_DATE, "clients", 2, "key_dates", "02-30 店庆"),
    Spoil(F.BAD_KEY_DATE, "contacts", 2, "birthday", "八月十五"),
    Spoil(F.BAD_KEY_DATE, "contacts", 2, "birthday", "农历十三月初一"),
    Spoil(F.BAD_KEY_DATE, "contacts", 2, "birthday", "lunar 8-31"),
    Spoil(F.BAD_HOURS, "contacts", 2, "do_not_disturb", "午休"),
    Spoil(F.UNKNOWN_WORD, "contacts", 2, "language", "法语"),
    Spoil(F.UNKNOWN_WORD, "visits", 2, "purposes", "联络感情; 打牌"),
    Spoil(F.UNKNOWN_WORD, "visits", 2, "goal_reached", "也许"),
    Spoil(F.BAD_WEEKDAYS, "managers", 2, "weekdays", "9:00-12:00"),
    Spoil(F.BAD_WEEKDAYS, "managers", 2, "weekdays", "周五-周一"),
    Spoil(F.BAD_ID, "contacts", 4, "contact_id", "K@3"),
    Spoil(F.BAD_ID, "contacts", 4, "contact_id", "K" * 65),
    Spoil(F.UNKNOWN_WORD, "clients", 2, "tier", "D类"),
    Spoil(F.UNKNOWN_WORD, "managers", 2, "mode", "飞机"),
    Spoil(F.TOO_LONG, "clients", 2, "address", "长" * 32_768),
    Spoil(F.UNKNOWN_WORD, "clients", 2, "datum", "西安80"),
    Spoil(F.BAD_LOCATED, "clients", 2, "located", "somebody"),
    Spoil(F.BAD_LOCATED, "clients", 2, "located", "高德; 百度"),
    Spoil(F.BAD_COORDINATE, "clients", 2, "lat", "23°7′N"),
    Spoil(F.BAD_COORDINATE, "clients", 2, "lat", "nan"),
    Spoil(F.BAD_COORDINATE, "clients", 2, "lat", "-223.1"),
    Spoil(F.BAD_COORDINATE, "clients", 2, "lon", "1132.15"),
    Spoil(F.SWAPPED_COORDINATES, "clients", 2, "lat", "113.3215", at="lat"),
    Spoil(F.HALF_POINT, "clients", 2, "lon", ""),
    Spoil(F.HALF_POINT, "managers", 2, "home_lat", "23.1", at="home_lon"),
    Spoil(F.NO_POINT, "clients", 4, "lat", "", severity=NOTE),
    Spoil(F.NO_ANCHOR_POINT, "managers", 3, "start", "家", severity=NOTE),
    Spoil(F.DUPLICATE_ID, "managers", 3, "manager_id", "Ｍ０１"),
    Spoil(F.DUPLICATE_ID, "contacts", 3, "contact_id", "K1"),
    Spoil(F.DUPLICATE_ID, "appointments", 3, "appointment_id", "A1"),
    Spoil(F.DUPLICATE_ID, "clients", 3, "site", "", at="client_id"),
    Spoil(F.CONFLICT, "clients", 3, "name", "别的名字"),
    Spoil(F.UNKNOWN_REFERENCE, "clients", 2, "manager_id", "M09"),
    Spoil(F.UNKNOWN_REFERENCE, "clients", 2, "backup_ids", "M02;M09"),
    Spoil(F.UNKNOWN_REFERENCE, "contacts", 2, "client_id", "C999"),
    Spoil(F.UNKNOWN_REFERENCE, "visits", 3, "manager_id", "X"),
    Spoil(F.UNKNOWN_REFERENCE, "visits", 3, "contact_ids", "K9"),
    Spoil(F.UNKNOWN_REFERENCE, "clients", 2, "must_visit_with", "M02;M09"),
    Spoil(F.UNKNOWN_REFERENCE, "appointments", 2, "with", "M09"),
    Spoil(F.ALONG_WITH_SELF, "clients", 2, "must_visit_with", "M01"),
    Spoil(F.ALONG_WITH_SELF, "appointments", 3, "with", "M02"),
    Spoil(F.UNKNOWN_SITE, "contacts", 3, "site", "三部"),
    Spoil(F.CONTACT_OF_OTHER, "visits", 3, "contact_ids", "K1"),
    Spoil(F.END_BEFORE_START, "visits", 2, "end", "9:30"),
    Spoil(F.NO_START, "appointments", 2, "start", ""),
    Spoil(F.MUST_WITHOUT_REASON, "clients", 4, "must_visit_by", "2026-11-27"),
    Spoil(F.MUST_WITHOUT_REASON, "clients", 4, "must_visit_with", "M01"),
    Spoil(F.BY_BEFORE_SINCE, "clients", 2, "must_visit_by", "2026-11-01"),
    Spoil(F.BEFORE_VISIT, "visits", 2, "next_date", "2026-11-11"),
    Spoil(F.BEFORE_VISIT, "visits", 4, "postponed_to", "2026-11-01"),
    Spoil(F.NOT_POSTPONED, "visits", 4, "status", "未遇", at="postponed_to"),
    Spoil(F.HOUR_WITHOUT_DAY, "visits", 4, "postponed_to", "", at="postponed_start"),
    Spoil(F.NEVER_THERE, "contacts", 2, "do_not_disturb", "9:00-11:00", at="hours", severity=NOTE),
    Spoil(F.NOT_BOOKED, "visits", 4, "postponed_to", "2026-11-25", severity=NOTE),
    Spoil(F.CLIENT_CLOSED, "appointments", 2, "start", "18:00", at="date", severity=NOTE),
    Spoil(F.MANAGER_AWAY, "appointments", 2, "date", "2026-11-27", severity=NOTE),
    Spoil(F.LISTED_BLANK, "clients", 4, "listed", "", severity=NOTE),
]
"""Coordinates of C002 need both cells blank, two sites of one name two cells: see below."""


def spoiled(sheets: Sheets, sheet: str, row: int, column: str, value: str) -> Sheets:
    sheets[sheet][row - 1][sheets[sheet][0].index(column)] = value
    return sheets


def check_texts(fault: Fault) -> None:
    for language in LANGUAGES:
        texts = Texts(language)
        assert texts.render(fault.problem)
        assert texts.render(fault.fix)


def faults_of(folder: Path, sheets: Sheets) -> tuple[Fault, ...]:
    faults = check_book(write_sheets(folder, sheets)).faults
    for fault in faults:
        check_texts(fault)
    return faults


def codes(faults: tuple[Fault, ...]) -> list[str]:
    return [fault.code for fault in faults]


def test_a_sound_book_has_no_fault_and_no_note(tmp_path: Path) -> None:
    assert faults_of(tmp_path, sound_sheets()) == ()


@pytest.mark.parametrize("spoil", SPOILS, ids=lambda spoil: f"{spoil.code.name}-{spoil.column}")
def test_a_spoiled_cell_is_reported_at_its_place(tmp_path: Path, spoil: Spoil) -> None:
    sheets = spoiled(sound_sheets(), spoil.sheet, spoil.row, spoil.column, spoil.value)
    if spoil.code is F.NO_POINT:
        spoiled(sheets, spoil.sheet, spoil.row, "lon", "")
    if spoil.code is F.SWAPPED_COORDINATES:
        spoiled(sheets, spoil.sheet, spoil.row, "lon", "23.1321")
    faults = faults_of(tmp_path, sheets)
    (fault,) = (fault for fault in faults if fault.code == spoil.code.value)
    # An identifier that is gone is missed where it is referred to; nothing else is reported.
    others = {fault.code for fault in faults} - {spoil.code.value}
    assert not others or spoil.column in {"manager_id", "contact_id", "site"}
    assert others <= {F.UNKNOWN_REFERENCE.value, F.UNKNOWN_SITE.value}
    assert fault.severity is spoil.severity
    assert (fault.file, fault.sheet, fault.row) == (f"{spoil.sheet}.csv", "", spoil.row)
    assert fault.column == (spoil.at or spoil.column)
    assert (check_book(tmp_path).book is None) == (spoil.severity is Severity.FAULT)


def drop_column(sheets: Sheets) -> None:
    for row in sheets["clients"]:
        del row[2]


def far_west_swapped(sheets: Sheets) -> None:
    spoiled(spoiled(sheets, "clients", 2, "lat", "87.6168"), "clients", 2, "lon", "43.8256")


def zero(sheets: Sheets) -> None:
    spoiled(spoiled(sheets, "clients", 2, "lat", "0"), "clients", 2, "lon", "0.0")


def both_beyond(sheets: Sheets) -> None:
    spoiled(spoiled(sheets, "clients", 2, "lat", "223.1"), "clients", 2, "lon", "1132.6")


def one_unread_one_beyond(sheets: Sheets) -> None:
    spoiled(spoiled(sheets, "clients", 2, "lat", "north"), "clients", 2, "lon", "1132.6")


def overlap(sheets: Sheets) -> None:
    sheets["appointments"].append(["A4", "C001", "", "", "2026-11-24", "10:30", "45", "exact"])


def touch(sheets: Sheets) -> None:
    sheets["appointments"].append(["A4", "C001", "", "", "2026-11-24", "10:45", "30", "exact"])


def second_site_again(sheets: Sheets) -> None:
    sheets["clients"].append([*sheets["clients"][2]])


def drop_identifiers(sheets: Sheets) -> None:
    """References to clients are not reported on top."""
    sheets["clients"][0][0] = "x"


def without_header(sheets: Sheets) -> None:
    sheets["contacts"][0].append("")
    sheets["contacts"][1].append("?")


STRUCTURE: list[tuple[Callable[[Sheets], object], list[FaultCode]]] = [
    (lambda sheets: sheets.pop("clients"), [F.MISSING_SHEET]),
    (lambda sheets: sheets.pop("contacts"), [F.UNKNOWN_REFERENCE] * 3),
    (lambda sheets: sheets.update(客户=sheets["clients"]), [F.SHEET_TWICE]),
    (lambda sheets: sheets.update(说明=[["x"]]), []),
    (lambda sheets: sheets.update(contcts=[["x"]]), [F.NEAR_SHEET]),
    (lambda sheets: sheets.update(managers=sheets["managers"][:1]), [F.EMPTY_SHEET]),
    (lambda sheets: sheets.update(managers=[["# M01"]]), [F.EMPTY_SHEET]),
    (lambda sheets: sheets.update(visits=sheets["visits"][:1]), []),
    (drop_column, [F.MISSING_COLUMN]),
    (drop_identifiers, [F.MISSING_COLUMN]),
    (lambda sheets: sheets["clients"][0].__setitem__(-1, "等级"), [F.COLUMN_TWICE]),
    (lambda sheets: sheets["clients"][0].__setitem__(-1, "adress2"), []),
    (lambda sheets: sheets["visits"][0].__setitem__(7, "pupose"), [F.NEAR_COLUMN]),
    (without_header, [F.NO_HEADER]),
    (lambda sheets: sheets["visits"][2].append("comma"), [F.EXTRA_CELL]),
    (far_west_swapped, [F.SWAPPED_COORDINATES]),
    (zero, [F.ZERO_COORDINATES]),
    (both_beyond, [F.BAD_COORDINATE] * 2),
    (one_unread_one_beyond, [F.BAD_COORDINATE] * 2),
    (second_site_again, [F.DUPLICATE_SITE]),
    (overlap, [F.OVERLAP]),
    (touch, []),
    (lambda sheets: sheets["visits"].append(sheets["visits"][1]), [F.DUPLICATE_VISIT]),
]


@pytest.mark.parametrize(("change", "expected"), STRUCTURE)
def test_what_is_wrong_between_rows_and_sheets(
    tmp_path: Path, change: Callable[[Sheets], object], expected: list[FaultCode]
) -> None:
    sheets = sound_sheets()
    change(sheets)
    assert codes(faults_of(tmp_path, sheets)) == [code.value for code in expected]


def test_every_code_is_tried_somewhere() -> None:
    tried = {spoil.code for spoil in SPOILS} | {code for _, found in STRUCTURE for code in found}
    of_files = {
        F.NOT_A_BOOK,
        F.NOT_A_WORKBOOK,
        F.ENCRYPTED,
        F.TOO_LARGE,
        F.NOT_TEXT,
        F.BAD_CSV,
        F.ERROR_VALUE,
    }
    of_travel = {code for code in FaultCode if code.value[:5] in ("RP106", "RP108", "RP109")}
    # Those of files: test_files.py; of lines, minutes and hours: tests/travel; of events:
    # tests/replan; of account changes: tests/due.
    assert tried | of_files | of_travel | {F.TOO_MANY_FAULTS} == set(FaultCode)


def test_every_code_has_its_texts() -> None:
    from routeplan.language.catalogue import catalogue

    keys = {f"book.{code.name.lower()}" for code in FaultCode}
    for language in LANGUAGES:
        assert keys | {f"{key}_fix" for key in keys} <= set(catalogue(language))
    assert len({code.value for code in FaultCode}) == len(FaultCode)


def test_all_faults_come_at_once_in_the_order_of_the_book(tmp_path: Path) -> None:
    sheets = sound_sheets()
    for sheet, row, column, value in (
        ("appointments", 2, "client_id", "C9"),
        ("visits", 3, "date", "?"),
        ("clients", 4, "manager_id", "M9"),
        ("clients", 2, "lat", "?"),
        ("managers", 3, "name", ""),
    ):
        spoiled(sheets, sheet, row, column, value)
    sheets["contcts"] = [["x"]]
    assert [(fault.file, fault.row) for fault in faults_of(tmp_path, sheets)] == [
        ("contcts.csv", None),
        ("managers.csv", 3),
        ("clients.csv", 2),
        ("clients.csv", 4),
        ("visits.csv", 3),
        ("appointments.csv", 2),
    ]


def test_a_faulty_row_does_not_make_those_that_refer_to_it_faulty(tmp_path: Path) -> None:
    sheets = spoiled(sound_sheets(), "clients", 2, "tier", "Z")
    assert codes(faults_of(tmp_path, sheets)) == [F.UNKNOWN_WORD.value]


def test_more_than_2000_faults_are_counted(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["visits"] += [["C001", "", "", "yesterday"]] * 2_005
    faults = faults_of(tmp_path, sheets)
    assert len(faults) == 2_001
    assert faults[-1].code == F.TOO_MANY_FAULTS.value
    assert faults[-1].problem.args == {"n": 5}


def test_more_than_2000_notes_are_no_fault(tmp_path: Path) -> None:
    sheets = sound_sheets()
    sheets["visits"] += [sheets["visits"][1]] * 2_005
    check = check_book(write_sheets(tmp_path, sheets))
    assert check.book is not None
    assert {fault.severity for fault in check.faults} == {Severity.NOTE}
    assert len(check.faults) == 2_001


def test_suggestions_name_what_was_probably_meant(tmp_path: Path) -> None:
    sheets = spoiled(sound_sheets(), "clients", 2, "manager_id", "张三")
    spoiled(sheets, "managers", 2, "mode", "电动单车")
    word, reference = faults_of(tmp_path, sheets)
    assert "电单车" in Texts("zh").render(word.fix)
    assert "M01 张三" in Texts("en").render(reference.fix)


def test_read_book_raises_with_all_faults(tmp_path: Path) -> None:
    write_sheets(tmp_path, spoiled(sound_sheets(), "clients", 2, "tier", "Z"))
    with pytest.raises(BookError, match=r"RP1000: .*one fault \(clients.csv 2 tier") as caught:
        read_book(tmp_path)
    assert [fault.code for fault in caught.value.faults] == [F.UNKNOWN_WORD.value]
    with pytest.raises(FileError, match="does not exist"):
        read_book(tmp_path / "none.xlsx")
