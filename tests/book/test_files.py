"""Files that are no books are refused with one sentence, cheaply; odd but honest ones are read."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from routeplan.book.read import check_book
from routeplan.book.xlsx import read_sheets
from tests.book.examples import sound_sheets, write_sheets
from tests.book.hostile import HOSTILE_CSV, HOSTILE_XLSX, cell, sound_xlsx, workbook

_CHECK = """
import json, re, sys
from pathlib import Path
from routeplan.book.read import check_book
from routeplan.book.xlsx import read_sheets
faults = [fault.code for fault in check_book(Path(sys.argv[1])).faults]
# Of this program alone; getrusage would count the tests it was started from.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(json.dumps([faults, int(peak[1]) // 1000]))
"""
_MEGABYTES = 150


def check_apart(path: Path) -> tuple[list[str], int]:
    """Fault codes, and the most memory (MB) that a process of its own took to find them."""
    if not Path("/proc/self/status").exists():
        pytest.skip("memory is measured where Linux tells it")
    done = subprocess.run(
        [sys.executable, "-c", _CHECK, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    codes, megabytes = json.loads(done.stdout)
    return codes, megabytes


@pytest.mark.parametrize("name", HOSTILE_XLSX)
def test_a_hostile_workbook_is_refused(tmp_path: Path, name: str) -> None:
    code, make = HOSTILE_XLSX[name]
    (tmp_path / "book.xlsx").write_bytes(make())
    codes, megabytes = check_apart(tmp_path / "book.xlsx")
    assert codes == [code]
    assert megabytes < _MEGABYTES


@pytest.mark.parametrize("before", ["", '<?xml version="1.0" encoding="UTF-9"?>'])
def test_the_workbooks_above_are_refused_for_what_they_hold(tmp_path: Path, before: str) -> None:
    harmless = workbook([f'<row r="1">{cell("A1")}</row>'], before=before)
    (tmp_path / "book.xlsx").write_bytes(harmless)
    (sheet,) = read_sheets(tmp_path / "book.xlsx")
    assert (sheet.name, sheet.rows) == ("clients", [[1.0]])


@pytest.mark.parametrize("name", HOSTILE_CSV)
def test_a_hostile_csv_is_refused(tmp_path: Path, name: str) -> None:
    code, make = HOSTILE_CSV[name]
    write_sheets(tmp_path, {"managers": sound_sheets()["managers"]})
    (tmp_path / "clients.csv").write_bytes(make())
    codes, megabytes = check_apart(tmp_path)
    assert codes == [code]
    assert megabytes < _MEGABYTES


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_refused(tmp_path: Path, share: float) -> None:
    path = sound_xlsx(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert [fault.code for fault in check_book(path).faults] == ["RP1002"]


@pytest.mark.parametrize("name", ["book.xls", "book.ods", "book.txt"])
def test_another_kind_of_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    assert [fault.code for fault in check_book(tmp_path / name).faults] == ["RP1001"]


def test_a_folder_without_a_book_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    assert [fault.code for fault in check_book(tmp_path).faults] == ["RP1001"]


def test_a_sheet_that_claims_to_be_huge_but_is_not_is_read(tmp_path: Path) -> None:
    sound, huge = sound_xlsx(tmp_path), tmp_path / "huge.xlsx"
    with zipfile.ZipFile(sound) as source, zipfile.ZipFile(huge, "w") as target:
        for name in source.namelist():
            xml = source.read(name)
            if "worksheets/" in name:
                assert b"<dimension " in xml
                xml = re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1:XFD1048576"', xml)
            target.writestr(name, xml)
    assert check_book(huge) == check_book(sound).model_copy(update={"faults": ()})


def test_a_formula_never_calculated_and_an_error_are_faults_not_blanks(tmp_path: Path) -> None:
    path = sound_xlsx(tmp_path)
    book = openpyxl.load_workbook(path)
    header = [one.value for one in book["clients"][1]]
    note = openpyxl.utils.get_column_letter(header.index("note") + 1)
    book["clients"][f"{note}2"] = "=1+1"
    book["clients"][f"{note}4"] = "#DIV/0!"
    book["clients"][f"{note}4"].data_type = "e"
    book["clients"].cell(2, header.index("region") + 1).value = "=1+1"  # carried through
    book["clients"].cell(1, len(header) + 1).value = "=1+1"
    book.save(path)
    faults = check_book(path).faults
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [
        ("RP1032", 1, ""),
        ("RP1032", 2, "note"),
        ("RP1032", 2, "region"),
        ("RP1032", 4, "note"),
    ]


def test_excel_dates_times_and_numbers_are_read(tmp_path: Path) -> None:
    path = sound_xlsx(tmp_path)
    expected = check_book(path).book
    assert expected is not None
    book = openpyxl.load_workbook(path)
    visits = book["visits"]
    header = [one.value for one in visits[1]]

    def put(column: str, value: object) -> None:
        visits.cell(2, header.index(column) + 1).value = value

    put("date", dt.datetime(2026, 11, 12))  # noqa: DTZ001
    put("start", dt.time(9, 30))
    put("end", 10.25 / 24)
    book["managers"].sheet_state = "hidden"
    book.save(path)
    assert check_book(path).book == expected
    put("date", 46338)
    book.save(path)
    assert check_book(path).book == expected


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_title_above_the_header_is_passed_over(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "managers.csv").write_text("manager_id,name\nM01,张三\n", encoding="utf-8")
    rows = ["2026年客户清单", "客户编号（必填）,客户名称,等级,客户经理编号", "C1,x,A,M01"]
    text = "\n".join(rows).replace(",", delimiter)
    (tmp_path / "clients.csv").write_text(text, encoding="utf-8")
    check = check_book(tmp_path)
    assert check.book is not None
    assert check.book.clients[0].id == "C1"
    assert {fault.row for fault in check.faults} == {2, 3}  # notes: no locations


def test_comments_blank_rows_and_columns_of_others_are_passed_over(tmp_path: Path) -> None:
    sheets = sound_sheets()
    expected = check_book(write_sheets(tmp_path / "plain", sheets)).book
    for rows in sheets.values():
        rows.insert(1, ["# example", "of", "a row"])
        rows.insert(0, [])
        rows.insert(0, ["＃ a remark above the header"])
        rows.append(["", "　", ""])
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "说明.csv").write_text("anything", encoding="utf-8")
    check = check_book(write_sheets(tmp_path / "odd", sheets))
    assert check.faults == ()
    assert check.book == expected
    sheets["visits"][-2][3] = "?"
    (fault,) = check_book(write_sheets(tmp_path / "odd", sheets)).faults
    assert fault.row == 7
