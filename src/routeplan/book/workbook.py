"""Worksheets of a book in an .xlsx file: headers, widths, dates, drop-down lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from routeplan.book.cells import Cell, guard
from routeplan.book.columns import Sheet
from routeplan.book.words import VOCABULARIES

__all__ = ["BookWriter", "new_workbook"]

_FIRST_EXCEL_DAY = dt.date(1900, 3, 1)
"""Excel takes 1900 for a leap year: days before are written as text."""
_LIST_ROWS = 2_000


class BookWriter:
    """Adds the sheets of a book to an open workbook."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._header = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
        self._required = workbook.add_format({"bold": True, "bg_color": "#FCE4D6", "bottom": 1})
        self._example = workbook.add_format({"italic": True, "font_color": "#7F7F7F"})
        self._date = workbook.add_format({"num_format": "yyyy-mm-dd"})

    def add(
        self,
        sheet: Sheet,
        language: str,
        table: Sequence[Sequence[Cell]],
        notes: Mapping[str, str] | None = None,
    ) -> None:
        """`table`: header and rows; `notes`: column name → what a comment on its header says.

        Rows that start with # are examples, which the reader skips: all text, in grey.
        """
        page = self._workbook.add_worksheet(sheet.title(language))
        page.freeze_panes(1, 1)
        by_header = {column.header(language): column for column in sheet.columns}
        for at, header in enumerate(table[0]):
            column = by_header.get(str(header))
            required = column is not None and column.required
            page.write_string(
                0,
                at,
                guard(str(header), formulas=False),
                self._required if required else self._header,
            )
            page.set_column(at, at, _width(cells[at] for cells in table))
            if column is None:
                continue
            if notes and column.name in notes:
                page.write_comment(0, at, notes[column.name], {"x_scale": 2})
            if column.words:
                spellings = VOCABULARIES[column.words].values()
                words = [spelling[0 if language == "zh" else 1] for spelling in spellings]
                # A warning only: the reader understands more words than the list offers.
                page.data_validation(
                    *(1, at, max(_LIST_ROWS, len(table)), at),
                    {"validate": "list", "source": words, "error_type": "information"},
                )
        for row, cells in enumerate(table[1:], 1):
            example = str(cells[0]).startswith("#")
            for at, cell in enumerate(cells):
                if example:
                    page.write_string(row, at, "" if cell is None else str(cell), self._example)
                else:
                    self._write(page, row, at, cell)

    def _write(self, page: Any, row: int, at: int, cell: Cell) -> None:
        if cell is None:
            return
        if isinstance(cell, dt.date) and cell >= _FIRST_EXCEL_DAY:
            page.write_datetime(row, at, cell, self._date)
        elif isinstance(cell, int | float):
            page.write_number(row, at, cell)
        else:
            page.write_string(row, at, guard(str(cell), formulas=False))


@contextmanager
def new_workbook(stream: IO[bytes]) -> Iterator[BookWriter]:
    """A workbook written to `stream` when the block ends; the same content gives the same bytes."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        workbook.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        yield BookWriter(workbook)


def _width(cells: Iterator[Cell]) -> float:
    """Of a column, in characters: a Chinese one counts twice."""
    widest = max(sum(2 if ord(one) > 0x2E7F else 1 for one in str(cell or "")) for cell in cells)
    return min(max(widest + 2, 8), 40)
