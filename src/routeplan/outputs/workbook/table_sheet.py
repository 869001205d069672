"""A sheet that is one table of Excel: filtered, its header and first columns always in view."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from routeplan.book.models import Tier
from routeplan.outputs.tables import Column, Kind, Table, Value
from routeplan.outputs.workbook.look import FAINT, HEADER, TIER_COLOURS, points, wrapped
from routeplan.outputs.workbook.pen import Pen, side
from routeplan.values import format_clock

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = ["table_sheet"]

WIDEST, WIDEST_OFF_PAPER = 36, 60
PAPER = 220
"""Characters across a page at which its type is still well read; further columns stay off it."""
ARROW = 3
"""Characters that the filter's arrow takes of a heading."""
LINE = {"bottom": 1, "bottom_color": "#E4E7EB"}
ESTIMATED = ("travel_minutes", "km")
"""Columns whose numbers are marked in rows that say so."""
WARNINGS = {"at_risk": "#FCEFC7", "missed": "#FBD9D3"}


def table_sheet(
    pen: Pen,
    part: str,
    table: Table,
    *,
    frozen: int,
    intro: Sequence[str] = (),
    colours: Mapping[str, str] | None = None,
) -> None:
    """Writes a table on a sheet of its own, below the sentences of `intro`; the first `frozen`
    columns stay in view. `colours`: those behind some words of the first column."""
    sheet = pen.sheet(pen.texts(f"workbook.sheet_{part}"))
    names = pen.headings([_heading(pen, column) for column in table.columns])
    widths, on_paper = _widths(names, table)
    for number, width in enumerate(widths):
        sheet.set_column(number, number, width)
    for row, text in enumerate(intro):
        pen.paragraph(sheet, row, text, widths[:on_paper], font_color=FAINT)
    top, last = len(intro), len(intro) + max(1, len(table.rows))
    if table.rows:
        columns = [{"header": name} for name in names]
        options = {"name": f"plan_{part}", "style": None, "columns": columns}
        sheet.add_table(top, 0, last, len(names) - 1, options)
    else:  # Excel has no table without a row
        pen.text(sheet, last, 0, pen.texts("workbook.none"), font_color=FAINT)
    for number, (column, name) in enumerate(zip(table.columns, names, strict=True)):
        look = {"valign": "vcenter", "text_wrap": True, **side(column.kind), **HEADER}
        pen.text(sheet, top, number, name, **look)
    sheet.set_row(top, 32)
    _write_rows(pen, sheet, top + 1, table, widths, colours or {})
    sheet.freeze_panes(top + 1, frozen)
    sheet.repeat_rows(top)
    sheet.print_area(0, 0, last, on_paper - 1)


def _heading(pen: Pen, column: Column) -> str:
    return column.name if column.extra else pen.texts(f"workbook.column_{column.name}")


def _write_rows(
    pen: Pen,
    sheet: Worksheet,
    top: int,
    table: Table,
    widths: Sequence[float],
    colours: Mapping[str, str],
) -> None:
    """The rows of a table from row `top` on, each as high as its longest text."""
    names = [column.name for column in table.columns]
    marks = names.index("estimated") if "estimated" in names else None
    for row, values in enumerate(table.rows, top):
        height = 1
        about = marks is not None and bool(values[marks])
        for number, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            style = {**LINE, **_fill(column, value)}
            if number == 0 and value in colours:
                style["bg_color"] = colours[str(value)]
            known = about and column.name in ESTIMATED
            pen.value(sheet, row, number, column.kind, value, about=known, **style)
            if isinstance(value, str):
                height = max(height, wrapped(value, widths[number]))
        sheet.set_row(row, points(height))


def _fill(column: Column, value: Value) -> dict[str, object]:
    """The colour behind a value that asks for one."""
    if column.extra:
        return {}
    if column.name == "tier" and value in set(Tier):
        return {"bg_color": TIER_COLOURS[Tier(str(value))], "align": "center"}
    return {"bg_color": WARNINGS[column.name]} if column.name in WARNINGS and value else {}


def _widths(names: Sequence[str], table: Table) -> tuple[list[float], int]:
    """Columns as wide as their text, counting a Chinese character as two, and how many of them go
    on paper. A heading may take two lines."""
    widths: list[float] = []
    on_paper = 0
    for number, (column, name) in enumerate(zip(table.columns, names, strict=True)):
        head = cell_len(name)
        widest = max(
            (
                cell_len(line)
                for row in table.rows
                for line in _shown(column.kind, row[number]).split("\n")
            ),
            default=0,
        )
        wanted = max(widest, (head if head < 9 else math.ceil(head / 2) + 1) + ARROW) + 2
        fits = sum(widths) + min(wanted, WIDEST) <= PAPER and on_paper == number
        on_paper += fits
        widths.append(min(wanted, WIDEST if fits else WIDEST_OFF_PAPER))
    return widths, max(1, on_paper)


def _shown(kind: Kind, value: Value) -> str:
    if value is None:
        return ""
    if kind is Kind.CLOCK:
        return format_clock(0)
    return "100%" if kind is Kind.SHARE else str(value)
