"""A starter workspace explains itself, reads back, and never overwrites."""

from __future__ import annotations

import itertools
from pathlib import Path

import openpyxl
import pytest

from routeplan.book.columns import SHEETS
from routeplan.book.read import check_book
from routeplan.book.template import example_book, settings_toml, write_workspace
from routeplan.book.write import write_book
from routeplan.config import Settings, read_settings
from routeplan.errors import WorkspaceError
from routeplan.language import LANGUAGES, Texts

pytestmark = pytest.mark.parametrize("language", LANGUAGES)


def test_the_settings_file_holds_the_defaults(tmp_path: Path, language: str) -> None:
    write_workspace(tmp_path / "new", language)
    assert read_settings(tmp_path / "new" / "routeplan.toml") == Settings()


def test_every_setting_has_a_line_of_explanation(language: str) -> None:
    lines = settings_toml(Texts(language)).splitlines()
    entries = [(before, line) for before, line in itertools.pairwise(lines) if " = " in line]
    own = [pair for pair in entries if not pair[1].startswith(("speed", "detour", "access"))]
    of_blocks = ("hours", "weekdays", "factor", "modes")
    assert all(before.startswith("# ") for before, line in own if not line.startswith(of_blocks)), (
        own
    )


def test_an_empty_template_asks_only_for_rows(tmp_path: Path, language: str) -> None:
    write_workspace(tmp_path, language)
    check = check_book(tmp_path / "book.xlsx")
    assert [fault.code for fault in check.faults] == ["RP1013", "RP1013"]


def test_the_example_rows_are_a_sound_book(tmp_path: Path, language: str) -> None:
    write_workspace(tmp_path, language)
    workbook = openpyxl.load_workbook(tmp_path / "book.xlsx")
    for page in workbook.worksheets:
        cell = page.cell(2, 1)
        assert str(cell.value).startswith("# ")
        cell.value = str(cell.value)[2:]
    workbook.save(tmp_path / "filled.xlsx")
    check = check_book(tmp_path / "filled.xlsx")
    assert check.book == example_book(Texts(language))
    write_book(check.book, tmp_path / "again", language)


def test_every_header_has_a_comment_in_the_language(tmp_path: Path, language: str) -> None:
    write_workspace(tmp_path, language)
    workbook = openpyxl.load_workbook(tmp_path / "book.xlsx")
    texts = Texts(language)
    assert workbook.sheetnames == [sheet.title(language) for sheet in SHEETS]
    for sheet in SHEETS:
        header = {cell.value: cell.comment for cell in workbook[sheet.title(language)][1]}
        for column in sheet.columns:
            if column.written:
                comment = header[column.header(language)]
                assert comment is not None
                assert texts.render(sheet.about(column)) in comment.text


@pytest.mark.parametrize("name", ["book.xlsx", "routeplan.toml", "README.md"])
def test_nothing_is_overwritten(tmp_path: Path, name: str, language: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="RP7011"):
        write_workspace(tmp_path, language)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
