"""The plan as an Excel workbook: overview, a board a manager, and the full tables.

Whatever clients are called, their text stays text: every string is written by `write_string`, so
nothing becomes a formula or a link. The same plan gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len

from routeplan.book.models import Tier
from routeplan.language import Texts
from routeplan.outputs.day_course import Episode, day_course
from routeplan.outputs.files import write_atomically
from routeplan.outputs.tables import (
    Column,
    Kind,
    Table,
    Value,
    changes_rows,
    days_rows,
    due_rows,
    figures,
    left_out_rows,
    visits_rows,
)
from routeplan.outputs.wording import (
    kilometres,
    place_name,
    proof_words,
    totals_words,
    travel_words,
    word,
)
from routeplan.plan.plan import (
    Detour,
    Leg,
    Plan,
    PlannedDay,
    PlannedVisit,
    PlannedVisitStatus,
    Totals,
)
from routeplan.replan.diff import PlanDiff
from routeplan.values import MINUTES_PER_DAY, TimeWindow

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["workbook_bytes", "write_workbook"]

# Excel's own limits; it counts text in UTF-16 units.
LONGEST_TEXT = 32_767
LONGEST_SHEET_NAME = 31
HIGHEST_ROW = 409.0

FONT = "Microsoft YaHei"
"""On every Chinese Windows; Excel and WPS take the system's own font elsewhere."""
LINE_HEIGHT = 15.0
CARD_WIDTH = 32
CARD_LINE = 160
"""Characters of one line of a card; the Visits sheet has the text in full."""
WIDEST_COLUMN = 44
INK = "#1F2933"
FAINT = "#52606D"
HEADER = {"bold": True, "bg_color": "#243B53", "font_color": "#FFFFFF"}
TIER_COLOURS = {Tier.A: "#FBD9D3", Tier.B: "#FCEFC7", Tier.C: "#DCEBDD"}
CARD_BORDER = {"border": 1, "border_color": "#BCCCDC"}

# What XML 1.0 cannot hold, lone surrogates included.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def write_workbook(plan: Plan, path: Path, texts: Texts, *, diff: PlanDiff | None = None) -> None:
    """Write the workbook to `path`, whole or not at all. Raises FileError."""
    write_atomically(path, workbook_bytes(plan, texts, diff=diff))


def workbook_bytes(plan: Plan, texts: Texts, *, diff: PlanDiff | None = None) -> bytes:
    """The workbook of a plan; with the sheet of changes when it is a re-plan's `diff`."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_format_properties": {"font_name": FONT, "font_size": 10, "font_color": INK},
        },
    )
    book.set_size(2400, 1500)
    # Excel would show the hour of writing; the plan's own day keeps the bytes the same.
    book.set_properties({"created": dt.datetime.combine(plan.horizon.first, dt.time())})
    writer = _Writer(book, texts)
    writer.overview(plan)
    if diff is not None:
        writer.table("changes", changes_rows(diff, texts), frozen=3)
    for days in _by_manager(plan):
        writer.board(plan, days)
    writer.table("visits", visits_rows(plan, texts), frozen=7)
    writer.table("left_out", left_out_rows(plan, texts), frozen=2)
    writer.table("due", due_rows(plan, texts), frozen=3)
    book.close()
    return stream.getvalue()


class _Line(NamedTuple):
    text: str
    bold: bool = False
    faint: bool = False


class _Writer:
    """One workbook under way: its formats and the sheet names taken."""

    def __init__(self, book: Workbook, texts: Texts) -> None:
        self.book = book
        self.texts = texts
        self.formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self.names = {"history"}  # Excel keeps this one for itself
        for part in ("overview", "changes", "visits", "left_out", "due"):
            self.names.add(texts(f"workbook.sheet_{part}").casefold())

    def style(self, **properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties)
        return self.formats[key]

    def text(self, sheet: Worksheet, row: int, column: int, text: str, **style: object) -> None:
        sheet.write_string(row, column, self.clean(text), self.style(**style))

    def clean(self, text: str) -> str:
        """What a cell can hold of a text."""
        text = _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        if _units(text) > LONGEST_TEXT:
            mark = self.texts("workbook.cut")
            text = _cut(text, LONGEST_TEXT - _units(mark)) + mark
        # XlsxWriter would take such a text for XML that it had made itself.
        return text + " " if text.startswith("<r>") and text.endswith("</r>") else text

    def sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&C{self.texts('workbook.page')}")
        return sheet

    def value(
        self, sheet: Worksheet, row: int, column: int, kind: Kind, value: Value, **style: object
    ) -> None:
        """One cell as the type that Excel has for it."""
        style = {"valign": "top", **style}
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.style(**style))
        elif isinstance(value, bool):
            self.text(sheet, row, column, self.texts("workbook.yes") if value else "", **style)
        elif isinstance(value, dt.date):
            date = dt.datetime.combine(value, dt.time())
            style = {"align": "left", **style}
            sheet.write_datetime(row, column, date, self.style(num_format="yyyy-mm-dd", **style))
        elif isinstance(value, str):
            self.text(sheet, row, column, value, text_wrap=True, **style)
        elif kind is Kind.CLOCK:
            # A plain hh:mm shows the day's end as 00:00.
            shape = "hh:mm" if value < MINUTES_PER_DAY else "[hh]:mm"
            style = {"align": "left", **style}
            share = value / MINUTES_PER_DAY
            sheet.write_number(row, column, share, self.style(num_format=shape, **style))
        else:
            shape = {Kind.DECIMAL: "#,##0.0#", Kind.NUMBER: "#,##0"}[kind]
            sheet.write_number(row, column, value, self.style(num_format=shape, **style))

    def header(self, sheet: Worksheet, row: int, columns: Sequence[Column]) -> None:
        for number, column in enumerate(columns):
            self.text(
                sheet, row, number, self.heading(column), text_wrap=True, valign="vcenter", **HEADER
            )

    def heading(self, column: Column) -> str:
        return column.name if column.extra else self.texts(f"workbook.column_{column.name}")

    def rows(self, sheet: Worksheet, top: int, table: Table) -> None:
        tiers = [number for number, column in enumerate(table.columns) if column.name == "tier"]
        line = {"bottom": 1, "bottom_color": "#E4E7EB"}
        for row, values in enumerate(table.rows, top):
            for number, (column, value) in enumerate(zip(table.columns, values, strict=True)):
                fill = {}
                if number in tiers and not column.extra and value in set(Tier):
                    fill = {"bg_color": TIER_COLOURS[Tier(str(value))], "align": "center"}
                self.value(sheet, row, number, column.kind, value, **line, **fill)

    def widths(self, sheet: Worksheet, table: Table, room: int = 0) -> None:
        """Columns as wide as their text, counting a Chinese character as two."""
        for number, column in enumerate(table.columns):
            cells = [self.heading(column) + " " * room]
            cells += [_shown(column.kind, row[number]) for row in table.rows]
            widest = max(cell_len(line) for cell in cells for line in cell.split("\n"))
            sheet.set_column(number, number, min(widest + 2, WIDEST_COLUMN))

    def table(self, part: str, table: Table, *, frozen: int) -> None:
        """A sheet that is one table: filtered, its header and first columns always in view."""
        sheet = self.sheet(self.texts(f"workbook.sheet_{part}"))
        self.header(sheet, 0, table.columns)
        self.rows(sheet, 1, table)
        self.widths(sheet, table, room=2)  # the filter's arrow
        sheet.set_row(0, 24)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        sheet.freeze_panes(1, frozen)
        sheet.repeat_rows(0)

    def overview(self, plan: Plan) -> None:
        texts = self.texts
        sheet = self.sheet(texts("workbook.sheet_overview"))
        first, last = plan.horizon.first.isoformat(), plan.horizon.last.isoformat()
        self.text(
            sheet, 0, 0, texts("workbook.title", first=first, last=last), bold=True, font_size=16
        )
        sheet.set_row(0, 28)
        lines = [
            totals_words(plan.totals, texts),
            texts("workbook.made_by", policy=plan.origin.policy, version=plan.origin.version),
            proof_words(plan.proof, texts),
        ]
        if plan.estimated:
            lines.append(texts("words.estimated"))
        if plan.adjustments:
            wishes = [str(adjustment) for adjustment in plan.adjustments]
            lines.append(texts("workbook.adjusted", wishes=wishes))
        lines += [texts.render(note) for note in plan.notes]
        for row, line in enumerate(lines, 1):
            self.text(sheet, row, 0, line, font_color=FAINT)
        row = len(lines) + 2

        days = days_rows(plan, texts)
        names = [column.name for column in days.columns]
        people = slice(names.index("manager_id"), names.index("km") + 1)
        columns = days.columns[people]
        for number, column in enumerate(columns, people.start):
            self.text(sheet, row, number, self.heading(column), **HEADER)
        for own in _by_manager(plan):
            row += 1
            values: tuple[Value, ...] = (
                own[0].manager_id,
                own[0].manager_name,
                *figures(_sum(own)),
            )
            for number, (column, value) in enumerate(zip(columns, values, strict=True)):
                self.value(sheet, row, people.start + number, column.kind, value)
        row += 1
        total_row = (texts("workbook.total"), None, *figures(plan.totals))
        for number, (column, value) in enumerate(zip(columns, total_row, strict=True)):
            self.value(sheet, row, people.start + number, column.kind, value, bold=True, top=1)

        row += 2
        self.header(sheet, row, days.columns)
        self.rows(sheet, row + 1, days)
        self.widths(sheet, days)

    def board(self, plan: Plan, days: Sequence[PlannedDay]) -> None:
        """One manager's days side by side, a block of rows a week, a card a visit."""
        texts = self.texts
        sheet = self.sheet(self.sheet_name(days[0].manager_name))
        first, last = plan.horizon.first.isoformat(), plan.horizon.last.isoformat()
        title = texts("workbook.board", manager=days[0].manager_name, first=first, last=last)
        self.text(sheet, 0, 0, title, bold=True, font_size=14)
        sheet.set_row(0, 24)
        self.text(sheet, 1, 0, totals_words(_sum(days), texts), font_color=FAINT)
        if plan.estimated:
            self.text(sheet, 2, 0, texts("words.estimated"), font_color=FAINT)
        for number, tier in enumerate(Tier):
            self.text(
                sheet, 3, number, word(tier, texts), bg_color=TIER_COLOURS[tier], **CARD_BORDER
            )
        row = 5
        widest = 1
        for week in _by_week(days):
            widest = max(widest, len(week))
            row = self.week(sheet, row, week) + 1
        sheet.set_column(0, max(widest, len(Tier)) - 1, CARD_WIDTH)

    def week(self, sheet: Worksheet, top: int, days: Sequence[PlannedDay]) -> int:
        """One block of a board; returns the row after it."""
        columns = [[self.card(day, episode) for episode in day_course(day)] for day in days]
        heights = [0] * max((len(cards) for cards in columns), default=0)
        for column, (day, cards) in enumerate(zip(days, columns, strict=True)):
            self.text(sheet, top, column, self.texts.day(day.date), align="center", **HEADER)
            about = self.beginning(day)
            self.lines(sheet, top + 1, column, about, None)
            for number, (lines, colour) in enumerate(cards):
                self.lines(sheet, top + 2 + number, column, lines, colour)
                heights[number] = max(heights[number], _height(lines))
        sheet.set_row(top + 1, LINE_HEIGHT * max(_height(self.beginning(day)) for day in days))
        for number, height in enumerate(heights):
            sheet.set_row(top + 2 + number, min(LINE_HEIGHT * height + 4, HIGHEST_ROW))
        return top + 2 + len(heights)

    def beginning(self, day: PlannedDay) -> list[_Line]:
        if day.leave is None:
            return [_Line(self.texts("workbook.nothing"), faint=True)]
        place = place_name(day.start_name, self.texts)
        return [
            _Line(totals_words(day.totals, self.texts), faint=True),
            _Line(self.texts("workbook.leave", at=day.leave, place=place)),
        ]

    def card(self, day: PlannedDay, episode: Episode) -> tuple[list[_Line], str | None]:
        """What a board says of an episode, and its colour."""
        texts = self.texts
        if isinstance(episode, PlannedVisit):
            return self.visit_lines(episode), TIER_COLOURS[episode.tier]
        if isinstance(episode, TimeWindow):
            lunch = texts("words.lunch", start=episode.start, end=episode.end)
            return [_Line(lunch, faint=True)], "#EEF1F4"
        if isinstance(episode, Detour):
            place = place_name(episode.name, texts)
            led = texts("workbook.led_nowhere", at=episode.arrive, place=place)
            return [_Line(led, faint=True)], None
        back = texts(
            "workbook.back",
            at=episode.arrive,
            place=place_name(day.end_name, texts),
            travel=travel_words(episode, texts),
            km=kilometres(episode.metres),
        )
        return [_Line(back)], None

    def visit_lines(self, visit: PlannedVisit) -> list[_Line]:
        texts = self.texts
        marks = [visit.tier.value]
        if visit.appointment:
            marks.append(f"★ {word(visit.appointment, texts)}")
        if visit.status is not PlannedVisitStatus.PLANNED:
            marks.append(word(visit.status, texts))
        people = [person.name for person in visit.persons]
        lines = [
            _Line("  ".join((str(visit.talk), *marks)), bold=True),
            _Line(f"{visit.client_id} {visit.client_name}", bold=True),
            _Line(" ".join(filter(None, (visit.district, visit.address, visit.room)))),
            _Line(": ".join(filter(None, (word(visit.purpose, texts), texts.join(people))))),
        ]
        if visit.leg:
            lines.append(_Line(self.way(visit.leg), faint=True))
        if visit.note:
            lines.append(_Line(visit.note, faint=True))
        return lines

    def way(self, leg: Leg) -> str:
        return self.texts(
            "workbook.way",
            travel=travel_words(leg, self.texts),
            km=kilometres(leg.metres),
            leave=leg.leave,
            arrive=leg.arrive,
        )

    def lines(
        self, sheet: Worksheet, row: int, column: int, lines: Sequence[_Line], colour: str | None
    ) -> None:
        """Several lines in one cell, each in its own style."""
        parts: list[Format | str] = []
        for number, line in enumerate(lines):
            end = "\n" if number + 1 < len(lines) else ""
            text = self.clean(_one_line(line.text)) + end
            if not text:
                continue
            ink = FAINT if line.faint else INK
            parts += [
                self.style(bold=line.bold, font_color=ink, font_name=FONT, font_size=10),
                text,
            ]
        fill: dict[str, object] = {"bg_color": colour} if colour else {}
        cell = self.style(text_wrap=True, valign="top", **CARD_BORDER, **fill)
        if len(parts) > 2:
            sheet.write_rich_string(row, column, *parts, cell)
        else:  # XlsxWriter refuses rich text of one piece
            sheet.write_string(row, column, "".join(parts[1::2]), cell)

    def sheet_name(self, wanted: str) -> str:
        """A name that Excel takes: short, unique whatever the case, without its own signs."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", _one_line(_ILLEGAL.sub("", wanted))).strip(" '") or "-"
        name, number = _cut(plain, LONGEST_SHEET_NAME), 1
        while name.casefold() in self.names:
            number += 1
            name = _cut(plain, LONGEST_SHEET_NAME - len(f" {number}")) + f" {number}"
        self.names.add(name.casefold())
        return name


def _sum(days: Iterable[PlannedDay]) -> Totals:
    return sum((day.totals for day in days), Totals())


def _by_manager(plan: Plan) -> list[list[PlannedDay]]:
    found: dict[str, list[PlannedDay]] = {}
    for day in plan.days:
        found.setdefault(day.manager_id, []).append(day)
    return list(found.values())


def _by_week(days: Iterable[PlannedDay]) -> list[list[PlannedDay]]:
    found: dict[tuple[int, int], list[PlannedDay]] = {}
    for day in days:
        year, week, _ = day.date.isocalendar()
        found.setdefault((year, week), []).append(day)
    return list(found.values())


def _shown(kind: Kind, value: Value) -> str:
    if value is None:
        return ""
    return "00:00" if kind is Kind.CLOCK else str(value)


def _height(lines: Iterable[_Line]) -> int:
    """Rows of text that the lines take in a card, wrapped."""
    usable = CARD_WIDTH - 2
    return sum(max(1, math.ceil(cell_len(_one_line(line.text)) / usable)) for line in lines)


def _one_line(text: str) -> str:
    """A text without line ends, cut to a length that a card can show."""
    flat = " ".join(text.split())
    return flat if len(flat) <= CARD_LINE else flat[: CARD_LINE - 1] + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, units: int) -> str:
    """The longest beginning of a text that takes at most `units` UTF-16 units."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")
