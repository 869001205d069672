"""The first sheet: figures, charts, and the small tables that the charts are drawn from."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from routeplan.book.models import Tier
from routeplan.due.coverage import Coverage
from routeplan.language import Texts
from routeplan.outputs.tables import Column, Kind, Value, figures
from routeplan.outputs.wording import proof_words, word
from routeplan.outputs.workbook.look import (
    CHART_COLOURS,
    EDGE,
    FAINT,
    FONT,
    FONT_SIZE,
    HEADER,
    INK,
    STATE_COLOURS,
    TIER_BARS,
)
from routeplan.outputs.workbook.pen import Pen, side
from routeplan.plan.plan import Plan, PlannedDay, Proof, Totals

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

__all__ = ["by_manager", "overview"]

COLUMNS = 8
WIDTH = 17
"""Of a column, in characters; eight fill a page across."""
PIXELS = 7 * WIDTH + 5
ROW_PIXELS = 20
CHART_ROWS = 12
FACTS_HEIGHT = 130
"""Points above the figures that leave a page room for four charts."""
FEW = 8
"""More managers than these have a chart over the whole width."""


class _Series(NamedTuple):
    """A column of a small table as a part of each bar."""

    column: int
    colour: str


class _Block(NamedTuple):
    """A small table and how it is drawn."""

    title: str
    kind: Literal["bar", "column"]
    first: int
    """Its heading is above, its total below."""
    last: int
    categories: int
    series: tuple[_Series, ...]


def overview(pen: Pen, plan: Plan, coverage: Coverage | None = None) -> None:
    """Writes the sheet, with the `coverage` of a period where there is one."""
    _Overview(pen, plan, coverage).write()


def by_manager(plan: Plan) -> list[list[PlannedDay]]:
    """Each manager's days."""
    found: dict[str, list[PlannedDay]] = {}
    for day in plan.days:
        found.setdefault(day.manager_id, []).append(day)
    return list(found.values())


class _Overview:
    def __init__(self, pen: Pen, plan: Plan, coverage: Coverage | None) -> None:
        self.pen, self.texts, self.plan = pen, pen.texts, plan
        self.coverage = coverage
        self.name = self.texts("workbook.sheet_overview")
        self.sheet: Worksheet = pen.sheet(self.name)
        self.widths = [WIDTH] * COLUMNS

    def write(self) -> None:
        self.sheet.set_column(0, COLUMNS - 1, WIDTH)
        row, height = self.facts()
        charts_at = self.cards(row)
        people = by_manager(self.plan)
        wide = 0 if len(people) <= FEW else len(people) + 4
        halves = 2 + (not wide) + (self.coverage is not None)
        tables_at = charts_at + CHART_ROWS * ((halves + 1) // 2) + wide + 1
        managers = self.managers(tables_at, people)
        row = managers.last + 3
        days, tiers = self.days(row), self.tiers(row)
        row = max(days.last, tiers.last) + 3
        shown = [days, tiers] if wide else [days, managers, tiers]
        if self.coverage is not None:
            shown.append(self.covered(row, self.coverage))
        if self.plan.days:
            for number, block in enumerate(shown):
                below, right = divmod(number, 2)
                self.chart(charts_at + CHART_ROWS * below, COLUMNS // 2 * right, block)
            if wide:
                self.chart(tables_at - wide - 1, 0, managers, columns=COLUMNS, rows=wide)
        crowded = height > FACTS_HEIGHT
        self.sheet.set_h_pagebreaks([charts_at, tables_at] if crowded else [tables_at])
        last = max(block.last for block in (*shown, managers))
        self.sheet.print_area(0, 0, last + 1, COLUMNS - 1)

    # --- figures ----------------------------------------------------------------------------------

    def facts(self) -> tuple[int, float]:
        """Title and sentences; returns the row after them and their height in points."""
        texts, plan = self.texts, self.plan
        first, last = plan.horizon.first.isoformat(), plan.horizon.last.isoformat()
        title = texts("workbook.title", first=first, last=last)
        height = self.pen.paragraph(self.sheet, 0, title, self.widths, bold=True, font_size=16)
        lines = [
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
            height += self.pen.paragraph(self.sheet, row, line, self.widths, font_color=FAINT)
        return len(lines) + 2, height

    def cards(self, row: int) -> int:
        """The plan's figures in large; returns the row of the charts."""
        plan, totals = self.plan, self.plan.totals
        gap, shape = _gap(plan.proof, self.texts)
        cards: list[tuple[str, str | float, str]] = [
            ("visits", totals.visits, "#,##0"),
            ("left_out", len(plan.left_out), "#,##0"),
            ("talk_minutes", totals.talk, "#,##0"),
            ("travel_minutes", totals.travel, '"≈"#,##0' if plan.estimated else "#,##0"),
            ("waiting_minutes", totals.waiting, "#,##0"),
            ("free_minutes", totals.free, "#,##0"),
            ("km", round(totals.metres / 1000, 1), "#,##0.0"),
            ("gap", gap, shape),
        ]
        rim = {"align": "center", "left": 1, "right": 1, "border_color": EDGE}
        for column, (name, value, number) in enumerate(cards):
            label = self.texts(f"workbook.card_{name}")
            look = {"font_color": FAINT, "font_size": 9, "top": 1, "valign": "vcenter", **rim}
            self.pen.text(self.sheet, row, column, label, **look)
            look = {"bold": True, "font_size": 16, "bottom": 1, "valign": "vcenter", **rim}
            if isinstance(value, str):
                self.pen.text(self.sheet, row + 1, column, value, **{**look, "font_size": 12})
            else:
                cell = self.pen.style(num_format=number, **look)
                self.sheet.write_number(row + 1, column, value, cell)
        self.sheet.set_row(row, 18)
        self.sheet.set_row(row + 1, 30)
        return row + 3

    # --- tables -----------------------------------------------------------------------------------

    def managers(self, row: int, people: Sequence[Sequence[PlannedDay]]) -> _Block:
        names = ("manager_id", "manager", "visits", *CHART_COLOURS, "km")
        kinds = [Kind.TEXT, Kind.TEXT, *[Kind.NUMBER] * 5, Kind.DECIMAL]
        columns = [Column(name, kind) for name, kind in zip(names, kinds, strict=True)]
        rows: list[tuple[Value, ...]] = [
            (own[0].manager_id, own[0].manager_name, *figures(_sum(own))) for own in people
        ]
        rows.append((self.texts("workbook.total"), None, *figures(self.plan.totals)))
        last = self.table(row, 0, columns, rows, estimated=self.plan.estimated)
        series = tuple(_Series(names.index(name), colour) for name, colour in CHART_COLOURS.items())
        title = self.texts("workbook.chart_minutes")
        return _Block(title, "bar", row + 1, last - 1, 1, series)

    def days(self, row: int) -> _Block:
        """Visits per day by tier."""
        counts: Counter[tuple[dt.date, Tier]] = Counter()
        for day in self.plan.days:
            for visit in day.visits:
                counts[day.date, visit.tier] += not visit.accompanies
        dates = sorted({day.date for day in self.plan.days})
        columns = [Column("day"), *(Column(f"tier_{tier}", Kind.NUMBER) for tier in Tier)]
        rows: list[tuple[Value, ...]] = [
            (f"{date:%m-%d} {self.texts.weekday(date)}", *(counts[date, tier] for tier in Tier))
            for date in dates
        ]
        rows.append(
            (
                self.texts("workbook.total"),
                *(sum(counts[date, tier] for date in dates) for tier in Tier),
            )
        )
        last = self.table(row, 0, columns, rows)
        series = tuple(_Series(1 + at, TIER_BARS[tier]) for at, tier in enumerate(Tier))
        title = self.texts("workbook.chart_days")
        return _Block(title, "column", row + 1, last - 1, 0, series)

    def tiers(self, row: int) -> _Block:
        """Visits due by tier: planned or left out."""
        planned = Counter(visit.tier for _, visit in self.plan.visits)
        left = Counter(visit.tier for visit in self.plan.left_out)
        names = ("tier", "planned_visits", "left_out_visits")
        columns = [Column(name, Kind.NUMBER if at else Kind.TEXT) for at, name in enumerate(names)]
        rows: list[tuple[Value, ...]] = [
            (word(tier, self.texts), planned[tier], left[tier]) for tier in Tier
        ]
        rows.append((self.texts("workbook.total"), planned.total(), left.total()))
        at = COLUMNS - len(names)
        last = self.table(row, at, columns, rows)
        colours = CHART_COLOURS["talk_minutes"], CHART_COLOURS["travel_minutes"]
        series = tuple(_Series(at + 1 + number, it) for number, it in enumerate(colours))
        title = self.texts("workbook.chart_tiers")
        return _Block(title, "bar", row + 1, last - 1, at, series)

    def covered(self, row: int, coverage: Coverage) -> _Block:
        """The standard of a period by tier."""
        names = ("tier", "asked", "done", "planned_visits", "open", "at_risk", "missed")
        columns = [Column(name, Kind.NUMBER if at else Kind.TEXT) for at, name in enumerate(names)]
        lines = [(line.key, line.counts) for line in coverage.tiers]
        lines.append(("", coverage.total))
        rows: list[tuple[Value, ...]] = [
            (
                _tier_name(key, self.texts),
                counts.required,
                *(getattr(counts, name) for name in STATE_COLOURS),
            )
            for key, counts in lines
        ]
        last = self.table(row, 0, columns, rows)
        series = tuple(_Series(2 + at, it) for at, it in enumerate(STATE_COLOURS.values()))
        cycle = self.texts(f"workbook.cycle_{coverage.cycle}")
        title = self.texts("workbook.chart_coverage", cycle=cycle)
        return _Block(title, "bar", row + 1, last - 1, 0, series)

    def table(
        self,
        top: int,
        left: int,
        columns: Sequence[Column],
        rows: Sequence[tuple[Value, ...]],
        *,
        estimated: bool = False,
    ) -> int:
        """A small table whose last row is the total; returns that row."""
        for number, column in enumerate(columns, left):
            name = self.texts(f"workbook.column_{column.name}")
            self.pen.text(self.sheet, top, number, name, **side(column.kind), **HEADER)
        for row, values in enumerate(rows, top + 1):
            style: dict[str, object] = {"bottom": 1, "bottom_color": "#E4E7EB"}
            if row == top + len(rows):
                style = {"bold": True, "top": 1}
            style["valign"] = "vcenter"
            for number, (column, value) in enumerate(zip(columns, values, strict=True), left):
                about = estimated and column.name in ("travel_minutes", "km")
                self.pen.value(self.sheet, row, number, column.kind, value, about=about, **style)
        return top + len(rows)

    # --- charts -----------------------------------------------------------------------------------

    def chart(
        self,
        row: int,
        column: int,
        block: _Block,
        *,
        columns: int = COLUMNS // 2,
        rows: int = CHART_ROWS,
    ) -> None:
        """Stacked bars of a small table."""
        chart: Chart = self.pen.book.add_chart({"type": block.kind, "subtype": "stacked"})
        at = block.categories
        for series in block.series:
            chart.add_series(
                {
                    "name": [self.name, block.first - 1, series.column],
                    "categories": [self.name, block.first, at, block.last, at],
                    "values": [self.name, block.first, series.column, block.last, series.column],
                    "fill": {"color": series.colour},
                    "gap": 50,
                }
            )
        font = {"name": FONT, "size": FONT_SIZE - 1, "color": INK, "bold": False}
        chart.set_title({"name": block.title, "name_font": {**font, "size": 11, "bold": True}})
        lines = {"visible": True, "line": {"color": "#E4E7EB", "width": 0.75}}
        values = {"num_font": font, "major_gridlines": lines, "line": {"none": True}}
        values["num_format"] = "#,##0"
        names = {"num_font": font, "line": {"color": EDGE}}
        if block.kind == "bar":
            chart.set_x_axis(values)
            chart.set_y_axis({**names, "reverse": True})
        else:
            chart.set_x_axis(names)
            chart.set_y_axis(values)
        chart.set_legend({"position": "bottom", "font": font})
        chart.set_chartarea({"border": {"color": EDGE}})
        size = {"width": columns * PIXELS - 10, "height": rows * ROW_PIXELS - 10}
        chart.set_size(size)
        place = {"x_offset": 5, "y_offset": 5, "object_position": 2, "description": block.title}
        self.sheet.insert_chart(row, column, chart, place)


def _sum(days: Sequence[PlannedDay]) -> Totals:
    return sum((day.totals for day in days), Totals())


def _gap(proof: Proof, texts: Texts) -> tuple[str | float, str]:
    """How far the plan is from the best possible at most, and how it is written."""
    if proof.rest_gap is None:
        return texts("workbook.gap_unknown"), ""
    if proof.rest_gap == 0:
        return texts("workbook.gap_none"), ""
    return math.ceil(1000 * proof.rest_gap) / 1000, '"≤ "0.0%'


def _tier_name(key: str, texts: Texts) -> str:
    if key in set(Tier):
        return word(Tier(key), texts)
    return texts("coverage.prospect" if key else "workbook.total")
