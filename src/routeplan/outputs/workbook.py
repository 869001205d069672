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
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rich.cells import cell_len

from routeplan.book.models import Tier
from routeplan.language import Texts
from routeplan.outputs.day_course import Episode, day_course, lunch_on_arrival
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
    tasks_rows,
    visits_rows,
)
from routeplan.outputs.wording import (
    joint_words,
    journey_words,
    kilometres,
    off_words,
    place_name,
    proof_words,
    purpose_words,
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
from routeplan.problem.progress import Told
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
FONT_SIZE = 10
LINE_HEIGHT = 15.0
CARD_WIDTH = 40
LONGEST_LINE = 160
"""Characters of one line of a card; the Visits sheet has the text in full."""
WIDEST_COLUMN = 36
INK = "#1F2933"
FAINT = "#52606D"
HEADER = {"bold": True, "bg_color": "#243B53", "font_color": "#FFFFFF"}
TIER_COLOURS = {Tier.A: "#FBD9D3", Tier.B: "#FCEFC7", Tier.C: "#DCEBDD"}
CHART_ROWS = 15
CHART_COLOURS = {
    "talk_minutes": "#2F6F9F",
    "travel_minutes": "#E0913A",
    "waiting_minutes": "#B8C2CC",
}
CARD_BORDER = {"border": 1, "border_color": "#BCCCDC"}

_NUMBERS = (Kind.NUMBER, Kind.DECIMAL)

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
            "default_format_properties": {
                "font_name": FONT,
                "font_size": FONT_SIZE,
                "font_color": INK,
            },
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
    if plan.tasks:
        writer.table("tasks", tasks_rows(plan, texts), frozen=4)
    writer.table("visits", visits_rows(plan, texts), frozen=7, printed=21)
    writer.table("left_out", left_out_rows(plan, texts), frozen=2)
    writer.table("due", due_rows(plan, texts), frozen=3)
    book.close()
    return stream.getvalue()


class _Line(NamedTuple):
    text: str
    bold: bool = False
    faint: bool = False


_Card: TypeAlias = tuple[list[_Line], str | None]
"""Lines and the colour behind them."""


class _Writer:
    """One workbook under way: its formats and the sheet names taken."""

    def __init__(self, book: Workbook, texts: Texts) -> None:
        self.book = book
        self.texts = texts
        self.formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self.names = {"history"}  # Excel keeps this one for itself
        for part in ("overview", "changes", "tasks", "visits", "left_out", "due"):
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
        style = {"valign": "top", **_side(kind), **style}
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
            shape = {Kind.DECIMAL: "#,##0.0#", Kind.NUMBER: "#,##0"}[kind]
            sheet.write_number(row, column, value, self.style(num_format=shape, **style))

    def header(self, sheet: Worksheet, row: int, columns: Sequence[Column], left: int = 0) -> None:
        for number, column in enumerate(columns, left):
            heading, side = self.heading(column), _side(column.kind)
            self.text(sheet, row, number, heading, valign="vcenter", **side, **HEADER)

    def heading(self, column: Column) -> str:
        return column.name if column.extra else self.texts(f"workbook.column_{column.name}")

    def rows(self, sheet: Worksheet, top: int, table: Table, widths: Sequence[int]) -> None:
        line = {"bottom": 1, "bottom_color": "#E4E7EB"}
        for row, values in enumerate(table.rows, top):
            height = 1
            for number, (column, value) in enumerate(zip(table.columns, values, strict=True)):
                fill = {}
                if column.name == "tier" and not column.extra and value in set(Tier):
                    fill = {"bg_color": TIER_COLOURS[Tier(str(value))], "align": "center"}
                self.value(sheet, row, number, column.kind, value, **line, **fill)
                height = max(height, _wrapped(_shown(column.kind, value), widths[number]))
            sheet.set_row(row, _points(height))

    def widths(self, sheet: Worksheet, table: Table, room: int = 0) -> list[int]:
        """Makes columns as wide as their text, counting a Chinese character as two."""
        widths: list[int] = []
        for number, column in enumerate(table.columns):
            cells = [self.heading(column) + " " * room]
            cells += [_shown(column.kind, row[number]) for row in table.rows]
            widest = max(cell_len(line) for cell in cells for line in cell.split("\n"))
            widths.append(min(widest + 3, WIDEST_COLUMN))
            sheet.set_column(number, number, widths[-1])
        return widths

    def table(self, part: str, table: Table, *, frozen: int, printed: int | None = None) -> None:
        """A sheet that is one table: filtered, header and the first `frozen` columns always seen,
        the first `printed` columns on paper (None: all)."""
        sheet = self.sheet(self.texts(f"workbook.sheet_{part}"))
        self.header(sheet, 0, table.columns)
        self.rows(sheet, 1, table, self.widths(sheet, table, room=2))  # the filter's arrow
        sheet.set_row(0, 24)
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        sheet.freeze_panes(1, frozen)
        sheet.repeat_rows(0)
        sheet.print_area(0, 0, len(table.rows), (printed or len(table.columns)) - 1)

    def overview(self, plan: Plan) -> None:
        texts = self.texts
        sheet = self.sheet(texts("workbook.sheet_overview"))
        first, last = plan.horizon.first.isoformat(), plan.horizon.last.isoformat()
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

        days = days_rows(plan, texts)
        widths = self.widths(sheet, days)
        title = texts("workbook.title", first=first, last=last)
        self.paragraph(sheet, 0, title, widths, bold=True, font_size=16)
        for row, line in enumerate(lines, 1):
            self.paragraph(sheet, row, line, widths, font_color=FAINT)
        row = len(lines) + 2

        names = [column.name for column in days.columns]
        left = names.index("manager_id")
        columns = days.columns[left : names.index("km") + 1]
        self.header(sheet, row, columns, left)
        people: list[tuple[Value, ...]] = [
            (own[0].manager_id, own[0].manager_name, *figures(_sum(own)))
            for own in _by_manager(plan)
        ]
        people.append((texts("workbook.total"), None, *figures(plan.totals)))
        for values in people:
            row += 1
            total = {"bold": True, "top": 1} if values is people[-1] else {}
            for number, (column, value) in enumerate(zip(columns, values, strict=True), left):
                self.value(sheet, row, number, column.kind, value, **total)

        if plan.days:
            self.minutes_chart(sheet, row + 2, left, row - len(people) + 1, row - 1, names)
            row += CHART_ROWS
        row += 2
        self.header(sheet, row, days.columns)
        self.rows(sheet, row + 1, days, widths)
        sheet.print_area(0, 0, row + len(days.rows), len(days.columns) - 1)

    def minutes_chart(
        self, sheet: Worksheet, top: int, left: int, first: int, last: int, names: list[str]
    ) -> None:
        """A bar a manager, of the minutes in the rows `first` to `last` of the overview."""
        name = self.texts("workbook.sheet_overview")
        chart = self.book.add_chart({"type": "bar", "subtype": "stacked"})
        person = names.index("manager")
        for part, colour in CHART_COLOURS.items():
            column = names.index(part)
            chart.add_series(
                {
                    "name": self.texts(f"workbook.column_{part}"),
                    "categories": [name, first, person, last, person],
                    "values": [name, first, column, last, column],
                    "fill": {"color": colour},
                    "gap": 60,
                }
            )
        font = {"name": FONT, "size": FONT_SIZE - 1, "color": INK}
        chart.set_x_axis({"num_font": font, "major_gridlines": {"visible": False}})
        chart.set_y_axis({"num_font": font, "reverse": True})
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_size({"width": 760, "height": 20 * (CHART_ROWS - 2)})
        sheet.insert_chart(top, left, chart, {"object_position": 2})

    def paragraph(
        self, sheet: Worksheet, row: int, text: str, widths: Sequence[int], **style: object
    ) -> None:
        """A text over the whole width, as high as it needs."""
        cell = self.style(text_wrap=True, valign="top", **style)
        if len(widths) > 1:
            sheet.merge_range(row, 0, row, len(widths) - 1, "", cell)
        sheet.write_string(row, 0, self.clean(text), cell)
        size = float(str(style.get("font_size", FONT_SIZE))) / FONT_SIZE
        sheet.set_row(row, _points(_wrapped(text, sum(widths) / size), size))

    def board(self, plan: Plan, days: Sequence[PlannedDay]) -> None:
        """One manager's days side by side, a block of rows a week, a card a visit."""
        texts = self.texts
        sheet = self.sheet(self.sheet_name(days[0].manager_name))
        weeks = _by_week(days)
        widths = [CARD_WIDTH] * max(len(Tier), *(len(week) for week in weeks))
        sheet.set_column(0, len(widths) - 1, CARD_WIDTH)

        first, last = plan.horizon.first.isoformat(), plan.horizon.last.isoformat()
        name = _short(days[0].manager_name)
        title = texts("workbook.board", manager=name, first=first, last=last)
        self.paragraph(sheet, 0, title, widths, bold=True, font_size=14)
        self.paragraph(sheet, 1, totals_words(_sum(days), texts), widths, font_color=FAINT)
        if plan.estimated:
            self.paragraph(sheet, 2, texts("words.estimated"), widths, font_color=FAINT)
        for number, tier in enumerate(Tier):
            colour = TIER_COLOURS[tier]
            self.text(sheet, 3, number, word(tier, texts), bg_color=colour, **CARD_BORDER)
        row = 5
        for week in weeks:
            row = self.week(sheet, row, week) + 1
        sheet.fit_to_pages(1, len(weeks))
        sheet.print_area(0, 0, row - 2, len(widths) - 1)

    def week(self, sheet: Worksheet, top: int, days: Sequence[PlannedDay]) -> int:
        """One block of a board: mornings, lunches and afternoons each begin on one row.

        Returns the row after it.
        """
        for column, day in enumerate(days):
            self.text(sheet, top, column, self.texts.day(day.date), align="center", **HEADER)
        row = top + 1
        columns = [[[(self.beginning(day), None)], *self.parts_of(day)] for day in days]
        for parts in zip(*columns, strict=True):  # one part of every day
            for cards in zip_longest(*parts, fillvalue=([], None)):
                for column, (lines, colour) in enumerate(cards):
                    self.card(sheet, row, column, lines, colour)
                sheet.set_row(row, _points(max(_height(lines) for lines, _ in cards)))
                row += 1
        return row

    def parts_of(self, day: PlannedDay) -> list[list[_Card]]:
        """A day's cards before, at and after lunch."""
        parts: list[list[_Card]] = [[], [], []]
        part = 0
        for episode in day_course(day):
            if isinstance(episode, TimeWindow):
                parts[1].append(self.episode(day, episode))
                part = 2
            else:
                parts[part].append(self.episode(day, episode))
        return parts

    def beginning(self, day: PlannedDay) -> list[_Line]:
        if day.leave is None:
            return [_Line(self.texts("workbook.nothing"), faint=True)]
        totals = day.totals
        km = kilometres(totals.metres)
        place = place_name(day.start_name, self.texts)
        return [
            _Line(self.texts("workbook.work", n=totals.visits, talk=totals.talk), faint=True),
            _Line(self.texts("workbook.travel", travel=totals.travel, km=km), faint=True),
            _Line(self.texts("workbook.leave", at=day.leave, place=place)),
        ]

    def episode(self, day: PlannedDay, episode: Episode) -> _Card:
        """What a board says of an episode, and its colour."""
        texts = self.texts
        if isinstance(episode, PlannedVisit):
            return self.visit_lines(episode), TIER_COLOURS[episode.tier]
        if isinstance(episode, TimeWindow):
            lunch = texts("words.lunch_there" if lunch_on_arrival(day) else "words.lunch")
            return [_Line(f"{episode} {lunch}", faint=True)], "#EEF1F4"
        if isinstance(episode, Detour):
            place = place_name(episode.name, texts)
            led = texts("workbook.led_nowhere", at=episode.arrive, place=place)
            return [_Line(led, faint=True)], None
        place = place_name(day.end_name, texts)
        back = texts("workbook.back", at=episode.arrive, place=place)
        return [_Line(back), *self.ways(episode)], None

    def visit_lines(self, visit: PlannedVisit) -> list[_Line]:
        texts = self.texts
        marks = [str(visit.talk), visit.tier.value]
        if visit.appointment:
            marks.append(f"★ {word(visit.appointment, texts)}")
        elif visit.told is not Told.NOT_AGREED:
            marks.append(word(visit.told, texts))
        if visit.status is not PlannedVisitStatus.PLANNED:
            marks.append(word(visit.status, texts))
        people = texts.join([person.name for person in visit.persons])
        purpose = purpose_words(visit.purposes, texts)
        district = "" if visit.district in visit.address else visit.district
        lines = [
            _Line("  ".join(marks), bold=True),
            _Line(f"{visit.client_id} {visit.client_name}", bold=True),
            _Line(" ".join(filter(None, (district, visit.address, visit.room)))),
            *([_Line(off, faint=True)] if (off := off_words(visit.off_minutes, texts)) else []),
            _Line(" · ".join(filter(None, (purpose, people)))),
            *(_Line(texts.render(short), faint=True) for short in visit.shortfall),
        ]
        if visit.leg:
            lines += self.ways(visit.leg)
        if together := joint_words(visit, self.texts):
            lines.append(_Line(together))
        if visit.note:
            lines.append(_Line(visit.note, faint=True))
        return lines

    def ways(self, leg: Leg) -> list[_Line]:
        """How one gets there, and the journey if it is known."""
        travel, km = travel_words(leg, self.texts), kilometres(leg.metres)
        way = self.texts("workbook.way", leave=leg.leave, arrive=leg.arrive, travel=travel, km=km)
        texts = filter(None, (way, journey_words(leg, self.texts)))
        return [_Line(text, faint=True) for text in texts]

    def card(
        self, sheet: Worksheet, row: int, column: int, lines: Sequence[_Line], colour: str | None
    ) -> None:
        """Several lines in one cell, each in its own style."""
        parts: list[Format | str] = []
        for number, line in enumerate(lines):
            text = self.clean(_short(line.text)) + ("\n" if number + 1 < len(lines) else "")
            if text:
                ink = FAINT if line.faint else INK
                style = self.style(
                    bold=line.bold, font_color=ink, font_name=FONT, font_size=FONT_SIZE
                )
                parts += [style, text]
        fill: dict[str, object] = {"bg_color": colour} if colour else {}
        cell = self.style(text_wrap=True, valign="top", **CARD_BORDER, **fill)
        if len(parts) > 2:
            sheet.write_rich_string(row, column, *parts, cell)
        else:  # XlsxWriter refuses rich text of one piece
            sheet.write_string(row, column, "".join(str(part) for part in parts[1:]), cell)

    def sheet_name(self, wanted: str) -> str:
        """A name that Excel takes: short, unique whatever the case, without its own signs."""
        plain = re.sub(r"[\[\]:*?/\\]", " ", _short(_ILLEGAL.sub("", wanted))).strip(" '") or "-"
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


def _side(kind: Kind) -> dict[str, object]:
    """Where a column's cells and its heading stand; numbers keep off the text to their right."""
    if kind is Kind.TEXT:
        return {"align": "left"}
    return {"align": "right", "indent": 1} if kind in _NUMBERS else {"align": "center"}


def _shown(kind: Kind, value: Value) -> str:
    if value is None:
        return ""
    return "00:00" if kind is Kind.CLOCK else str(value)


def _wrapped(text: str, width: float) -> int:
    """Rows that a text takes in a column of `width` characters."""
    usable = max(1.0, width - 2)
    return sum(max(1, math.ceil(cell_len(line) / usable)) for line in text.split("\n"))


def _height(lines: Iterable[_Line]) -> int:
    return sum(_wrapped(_short(line.text), CARD_WIDTH) for line in lines)


def _points(rows: int, size: float = 1.0) -> float:
    """Height of so many rows of text, in points."""
    return min((LINE_HEIGHT * rows + 3) * size, HIGHEST_ROW)


def _short(text: str) -> str:
    """A text on one line, cut to a length that a card can show."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST_LINE else flat[: LONGEST_LINE - 1] + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut(text: str, units: int) -> str:
    """The longest beginning of a text that takes at most `units` UTF-16 units."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")
