"""Writes cells: whatever clients are called, their text stays text.

Every string is written by `write_string` or `write_rich_string`, so nothing becomes a formula or a
link, and without what XML cannot hold.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from routeplan.language import Texts
from routeplan.outputs.tables import Kind, Value
from routeplan.outputs.workbook.look import FONT, FONT_SIZE, INK, points, wrapped
from routeplan.values import MINUTES_PER_DAY

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["Line", "Pen", "side"]

# Excel's own limits; it counts text in UTF-16 units.
LONGEST_TEXT = 32_767
LONGEST_HEADING = 255
LONGEST_SHEET_NAME = 31

GAP = "_)_)"
"""Keeps a number off the text to its right, as wide as two brackets."""

# What XML 1.0 cannot hold, lone surrogates included.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# How XML of a workbook writes such characters: a heading that looks so would be read as one.
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class Line(NamedTuple):
    """One line of a cell that has several."""

    text: str
    bold: bool = False
    colour: str = INK
    size: float = FONT_SIZE


class Pen:
    """One workbook under way: its formats and the sheet names taken."""

    def __init__(self, book: Workbook, texts: Texts, taken: Sequence[str]) -> None:
        """`taken`: names that sheets named after people must not have."""
        self.book = book
        self.texts = texts
        self._formats: dict[frozenset[tuple[str, object]], Format] = {}
        self._names = {"history"}  # Excel keeps this one for itself
        self._names |= {name.casefold() for name in taken}

    # --- sheets -----------------------------------------------------------------------------------

    def sheet(self, name: str) -> Worksheet:
        """A sheet for A4 across, as wide as the page and as long as it needs."""
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&A&R{self.texts('workbook.page')}")
        return sheet

    def sheet_name(self, wanted: str, ending: str = "") -> str:
        """A name that Excel takes: short, unique whatever the case, without its own signs."""
        text = " ".join(_ILLEGAL.sub("", wanted).split())
        plain = re.sub(r"[\[\]:*?/\\]", " ", text).strip(" '") or "-"
        name, number = _cut(plain, LONGEST_SHEET_NAME - _units(ending)) + ending, 1
        while name.casefold() in self._names:
            number += 1
            last = f"{ending} {number}"
            name = _cut(plain, LONGEST_SHEET_NAME - _units(last)) + last
        self._names.add(name.casefold())
        return name

    # --- cells ------------------------------------------------------------------------------------

    def style(self, **properties: object) -> Format:
        key = frozenset(properties.items())
        if key not in self._formats:
            self._formats[key] = self.book.add_format(properties)
        return self._formats[key]

    def clean(self, text: str) -> str:
        """What a cell can hold of a text."""
        text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        if _units(text) > LONGEST_TEXT:
            mark = self.texts("workbook.cut")
            text = _cut(text, LONGEST_TEXT - _units(mark)) + mark
        # XlsxWriter would take such a text for XML that it had made itself.
        return text + " " if text.startswith("<r>") and text.endswith("</r>") else text

    def headings(self, wanted: Sequence[str]) -> list[str]:
        """Names that a table of Excel takes for its columns: one line each, none twice."""
        found: list[str] = []
        taken: set[str] = set()
        for text in wanted:
            plain = _ESCAPED.sub("_ ", " ".join(self.clean(text).split())) or "-"
            name, number = _cut(plain, LONGEST_HEADING), 1
            while name.casefold() in taken:
                number += 1
                name = _cut(plain, LONGEST_HEADING - len(f" {number}")) + f" {number}"
            taken.add(name.casefold())
            found.append(name)
        return found

    def text(self, sheet: Worksheet, row: int, column: int, text: str, **style: object) -> None:
        sheet.write_string(row, column, self.clean(text), self.style(**style))

    def value(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        kind: Kind,
        value: Value,
        *,
        about: bool = False,
        **style: object,
    ) -> None:
        """One cell as the type that Excel has for it; `about` puts ≈ before a number."""
        style = {"valign": "top", **side(kind), **style}
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.style(**style))
        elif isinstance(value, bool):
            self.text(sheet, row, column, self.texts("workbook.yes") if value else "", **style)
        elif isinstance(value, dt.date):
            date = dt.datetime.combine(value, dt.time())
            sheet.write_datetime(row, column, date, self.style(num_format="yyyy-mm-dd", **style))
        elif isinstance(value, str):
            self.text(sheet, row, column, value, text_wrap=True, **style)
        elif kind is Kind.CLOCK:
            # A plain hh:mm shows the day's end as 00:00.
            shape = "hh:mm" if value < MINUTES_PER_DAY else "[hh]:mm"
            share = value / MINUTES_PER_DAY
            sheet.write_number(row, column, share, self.style(num_format=shape, **style))
        else:
            shape = {Kind.DECIMAL: "#,##0.0#", Kind.SHARE: "0%"}.get(kind, "#,##0") + GAP
            shape = f'"≈"{shape}' if about and value else shape
            sheet.write_number(row, column, value, self.style(num_format=shape, **style))

    def paragraph(
        self, sheet: Worksheet, row: int, text: str, widths: Sequence[float], **style: object
    ) -> float:
        """A text over the whole width, as high as it needs. Returns its height in points."""
        cell = self.style(text_wrap=True, valign="top", **style)
        self._merge(sheet, (row, row), (0, len(widths) - 1), cell)
        sheet.write_string(row, 0, self.clean(text), cell)
        size = float(str(style.get("font_size", FONT_SIZE))) / FONT_SIZE
        height = points(wrapped(text, sum(widths) / size), size)
        sheet.set_row(row, height)
        return height

    def block(
        self,
        sheet: Worksheet,
        rows: tuple[int, int],
        columns: tuple[int, int],
        lines: Sequence[Line],
        style: Mapping[str, object],
        *,
        between: str = "\n",
    ) -> None:
        """Lines, each in its own style, in the cells from the first to the last of `rows` and
        `columns`, merged."""
        style = {"valign": "top", "text_wrap": True, **style}
        said = [(line, text) for line in lines if (text := self.clean(line.text).strip())]
        parts: list[Format | str] = []
        for number, (line, text) in enumerate(said, 1):
            parts += [
                self.style(font_name=FONT, **_of(line)),
                text + (between if number < len(said) else ""),
            ]
        if len(said) == 1:  # XlsxWriter refuses rich text of one piece
            style = {**style, **_of(said[0][0])}
        cell = self.style(**style)
        self._merge(sheet, rows, columns, cell)
        if len(said) > 1:
            sheet.write_rich_string(rows[0], columns[0], *parts, cell)
        elif said:
            sheet.write_string(rows[0], columns[0], said[0][1], cell)

    def _merge(
        self, sheet: Worksheet, rows: tuple[int, int], columns: tuple[int, int], cell: Format
    ) -> None:
        if rows[0] == rows[1] and columns[0] == columns[1]:  # no merge of one
            sheet.write_blank(rows[0], columns[0], None, cell)
        else:
            sheet.merge_range(rows[0], columns[0], rows[1], columns[1], "", cell)


def _of(line: Line) -> dict[str, object]:
    return {"bold": line.bold, "font_color": line.colour, "font_size": line.size}


def side(kind: Kind) -> dict[str, object]:
    """Where a column's cells and its heading stand."""
    if kind is Kind.TEXT:
        return {"align": "left"}
    numbers = (Kind.NUMBER, Kind.DECIMAL, Kind.SHARE)
    return {"align": "right" if kind in numbers else "center"}


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, units: int) -> str:
    """The longest beginning of a text that takes at most `units` UTF-16 units."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")
