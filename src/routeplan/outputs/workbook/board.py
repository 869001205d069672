"""One manager's week on one page: days side by side, hours from top to bottom.

A row is five minutes, so that a talk is as high as it is long; what does not fit into its height
stands in full on the sheet of visits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routeplan.book.models import Tier
from routeplan.outputs.day_course import Episode, day_course, lunch_on_arrival
from routeplan.outputs.touches import touch_counts
from routeplan.outputs.wording import (
    joint_words,
    journey_words,
    kilometres,
    off_words,
    place_name,
    purpose_words,
    spare_words,
    totals_words,
    travel_words,
    word,
)
from routeplan.outputs.workbook.look import (
    EDGE,
    FAINT,
    HEADER,
    INK,
    QUIET,
    TIER_COLOURS,
    TIER_INKS,
    shortened,
)
from routeplan.outputs.workbook.pen import Line, Pen
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
from routeplan.values import TimeWindow, format_clock

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = ["GRID_TOP", "STEP", "board", "grid_start"]

STEP = 5
"""Minutes of a row."""
HALF_HOUR = 30
ROW_HEIGHT = 5.25
GRID_TOP = 4
"""Rows above the first hour."""
HOURS_WIDTH = 7
DAYS_WIDTH = 165
"""Of all days together, in characters: with nine hours the shape of a page across."""
WIDEST_DAY = 44
UNIT = 6.0
"""Points of one character of a column's width, about: it depends on the font that is there."""
SIZE, SMALL = 8, 7
BOLDER = 1.06
"""Bold type is so much wider."""
LUNCH = "#E3EBF4"
OFF = "#F7F8FA"
HALF_LINE = "#E4E7EB"


@dataclass(frozen=True)
class _Block:
    """What stands in the column of a day from one minute to another."""

    start: int
    end: int
    lines: tuple[Line, ...]
    """The first ones as far as there is room."""
    style: dict[str, object] = field(default_factory=dict)
    least: int = 0
    """So many lines are there, room or not."""


def grid_start(days: Sequence[PlannedDay]) -> int:
    """The minute of a board's first row: a full half hour, at or before anything of these days."""
    starts = [day.shift.start for day in days]
    starts += [day.leave for day in days if day.leave is not None]
    return min(starts) // HALF_HOUR * HALF_HOUR


def board(
    pen: Pen, plan: Plan, days: Sequence[PlannedDay], dates: Sequence[dt.date], name: str
) -> None:
    """Writes the sheet `name`: the `days` of one manager, a column for each of `dates`."""
    _Board(pen, plan, days, dates, name).write()


class _Board:
    def __init__(
        self,
        pen: Pen,
        plan: Plan,
        days: Sequence[PlannedDay],
        dates: Sequence[dt.date],
        name: str,
    ) -> None:
        self.pen, self.texts, self.plan = pen, pen.texts, plan
        self.days, self.dates = days, dates
        self.sheet: Worksheet = pen.sheet(name)
        self.width = min(WIDEST_DAY, DAYS_WIDTH // len(dates))
        self.room = self.width * UNIT - 8
        """Points that a line of text has."""
        self.start = grid_start(days)
        ends = [day.shift.end for day in days] + [day.back for day in days if day.back is not None]
        self.rows = -((self.start - max(ends)) // HALF_HOUR) * (HALF_HOUR // STEP)
        self.last = GRID_TOP + self.rows - 1

    def write(self) -> None:
        sheet = self.sheet
        sheet.set_column(0, 0, HOURS_WIDTH)
        sheet.set_column(1, len(self.dates), self.width)
        self.head()
        self.hours()
        by_date = {day.date: day for day in self.days}
        for column, date in enumerate(self.dates, 1):
            self.pen.text(sheet, 2, column, self.texts.day(date), align="center", **HEADER)
            if date in by_date:
                self.day(column, by_date[date])
            else:
                lines = [Line(self.texts("workbook.off"), colour=FAINT)]
                edge = {"left": 1, "left_color": EDGE, "align": "center", "bg_color": OFF}
                self.pen.block(sheet, (3, self.last), (column, column), lines, edge)
        foot = self.foot(by_date)
        sheet.freeze_panes(GRID_TOP - 1, 1)
        sheet.print_area(0, 0, foot, len(self.dates))
        sheet.fit_to_pages(1, 1)
        sheet.center_horizontally()

    # --- around the hours -------------------------------------------------------------------------

    def head(self) -> None:
        texts, sheet = self.texts, self.sheet
        widths = [HOURS_WIDTH, *[self.width] * len(self.dates)]
        first, last = self.dates[0].isoformat(), self.dates[-1].isoformat()
        name = shortened(self.days[0].manager_name, sum(widths) * UNIT / 2, 14)
        title = texts("workbook.board", manager=name, first=first, last=last)
        self.pen.paragraph(sheet, 0, title, widths, bold=True, font_size=14)
        totals = sum((day.totals for day in self.days), Totals())
        facts = f"{totals_words(totals, texts)} · {spare_words(totals, texts)}"
        if self.plan.estimated:
            facts = f"{facts}\n{texts('words.estimated')}"
        self.pen.paragraph(sheet, 1, facts, widths, font_color=FAINT, font_size=9)
        self.pen.text(sheet, 2, 0, "", **HEADER)
        sheet.set_row(2, 16)
        sheet.set_row(3, 3 * 11.5)

    def hours(self) -> None:
        for row in range(GRID_TOP, self.last + 1):
            self.sheet.set_row(row, ROW_HEIGHT)
        for top in range(GRID_TOP, self.last + 1, HALF_HOUR // STEP):
            minute = self.start + (top - GRID_TOP) * STEP
            full = minute % 60 == 0
            line = Line(format_clock(minute), full, INK if full else FAINT, SIZE)
            edge = {
                "top": 1,
                "top_color": EDGE if full else HALF_LINE,
                "align": "right",
                "indent": 1,
            }
            rows = top, top + HALF_HOUR // STEP - 1
            self.pen.block(self.sheet, rows, (0, 0), [line], edge)

    def foot(self, by_date: dict[dt.date, PlannedDay]) -> int:
        """The rows below the hours; returns the last one."""
        texts, row = self.texts, self.last + 1
        made = [
            touch_counts(by_date[it].touches, texts) if it in by_date else "" for it in self.dates
        ]
        if any(made):
            for column, words in enumerate(["", *made]):
                edge = {"top": 1, "top_color": EDGE}
                line = Line(words, colour=FAINT, size=SIZE)
                self.pen.block(self.sheet, (row, row), (column, column), [line], edge)
            rows = max(1 + int(len(words) * SIZE // self.room) for words in made)
            self.sheet.set_row(row, 11.5 * rows + 4)
            row += 1
        legend = [Line(f"■ {word(tier, texts)}", colour=TIER_INKS[tier]) for tier in Tier]
        legend.append(Line(texts("workbook.legend"), colour=FAINT))
        self.pen.block(self.sheet, (row, row), (0, len(self.dates)), legend, {}, between="    ")
        return row

    # --- a day ------------------------------------------------------------------------------------

    def day(self, column: int, day: PlannedDay) -> None:
        edge: dict[str, object] = {"left": 1, "left_color": EDGE}
        self.pen.block(self.sheet, (3, 3), (column, column), self.summary(day), edge)
        at = GRID_TOP
        for block in sorted(self.blocks(day), key=lambda block: (block.start, block.end)):
            # One after the other, whatever is rounded: what is there is shown.
            top = max(at, self.row(block.start))
            after = max(top + 1, self.row(block.end))
            self.blank(column, at, top, day.shift)
            lines = block.lines[: max(block.least, _lines_in(after - top, block.lines))]
            self.pen.block(self.sheet, (top, after - 1), (column, column), lines, block.style)
            at = after
        self.blank(column, at, self.last + 1, day.shift)

    def row(self, minute: int) -> int:
        return GRID_TOP + (minute - self.start + STEP // 2) // STEP

    def blank(self, column: int, first: int, after: int, shift: TimeWindow) -> None:
        """Rows in which nothing is planned, with the lines of the hours."""
        for row in range(first, after):
            minute = self.start + (row - GRID_TOP) * STEP
            style: dict[str, object] = {"left": 1, "left_color": EDGE}
            if minute % HALF_HOUR == 0:
                style |= {"top": 1, "top_color": EDGE if minute % 60 == 0 else HALF_LINE}
            if not shift.start <= minute < shift.end:
                style["bg_color"] = OFF
            self.sheet.write_blank(row, column, None, self.pen.style(**style))

    def summary(self, day: PlannedDay) -> list[Line]:
        texts, totals = self.texts, day.totals
        if day.leave is None or day.back is None:
            return [Line(texts("workbook.nothing"), colour=FAINT, size=SIZE)]
        start, end = place_name(day.start_name, texts), place_name(day.end_name, texts)
        km = kilometres(totals.metres)
        lines = [
            texts("workbook.work", n=totals.visits, talk=totals.talk),
            texts("workbook.travel", travel=totals.travel, km=km, free=totals.free),
            texts("workbook.from_to", leave=day.leave, start=start, back=day.back, end=end),
        ]
        return [Line(shortened(line, self.room, SIZE), colour=FAINT, size=SIZE) for line in lines]

    def blocks(self, day: PlannedDay) -> Iterator[_Block]:
        for episode in day_course(day):
            if isinstance(episode, PlannedVisit | Detour) and episode.leg:
                yield self.travel(episode.leg, episode)
            if isinstance(episode, PlannedVisit):
                yield self.visit(episode)
            elif isinstance(episode, TimeWindow):
                key = "words.lunch_there" if lunch_on_arrival(day) else "words.lunch"
                lunch = Line(f"{episode} {self.texts(key)}", colour=FAINT, size=SIZE)
                style = {"bg_color": LUNCH, "left": 1, "left_color": EDGE, "valign": "vcenter"}
                yield _Block(episode.start, episode.end, (lunch,), style)
            elif isinstance(episode, Leg):
                yield self.travel(episode, episode)
        if day.lunch and not day.places:
            lunch = Line(f"{day.lunch} {self.texts('words.lunch')}", colour=FAINT, size=SIZE)
            yield _Block(day.lunch.start, day.lunch.end, (lunch,), {"bg_color": LUNCH})

    def travel(self, leg: Leg, to: Episode) -> _Block:
        texts = self.texts
        key = "workbook.led_nowhere" if isinstance(to, Detour) else "workbook.way"
        name = to.name if isinstance(to, Detour) else ""
        way = texts(
            key,
            leave=leg.leave,
            arrive=leg.arrive,
            travel=travel_words(leg, texts),
            mode=word(leg.mode, texts),
            place=name,
        )
        lines = [text for text in (way, journey_words(leg, texts)) if text]
        style = {"bg_color": QUIET, "left": 1, "left_color": EDGE, "valign": "vcenter"}
        shown = [Line(shortened(it, self.room, SMALL), colour=FAINT, size=SMALL) for it in lines]
        return _Block(leg.leave, leg.arrive, tuple(shown), style)

    def visit(self, visit: PlannedVisit) -> _Block:
        texts, colour = self.texts, TIER_INKS[visit.tier]
        marks = list(self.marks(visit))
        name = f"{visit.client_id} {visit.client_name}"
        district = "" if visit.district in visit.address else visit.district
        place = [off_words(visit.off_minutes, texts), district, visit.address, visit.room]
        people = texts.join([person.name for person in visit.persons])
        purpose = purpose_words(visit.purposes, texts)
        head = " ".join([str(visit.talk), visit.tier.value, *marks])
        if visit.talk.minutes / STEP * ROW_HEIGHT < 3 * _line_height(SIZE):
            star = "★ " if visit.appointment else ""
            titles = [f"{star}{visit.talk} {visit.client_name}"]
        else:
            titles = [head, name]
        rest = [
            " ".join(filter(None, place)),
            " · ".join(filter(None, (people, purpose))),
            *(texts.render(short) for short in visit.shortfall),
            visit.note,
        ]
        lines = [
            Line(shortened(text, self.room / BOLDER, SIZE), True, size=SIZE) for text in titles
        ]
        lines += [Line(shortened(it, self.room, SIZE), size=SIZE) for it in rest if it.strip()]
        style: dict[str, object] = {
            "bg_color": TIER_COLOURS[visit.tier],
            "left": 5,
            "left_color": colour,
            "top": 1,
            "top_color": "#FFFFFF",
        }
        return _Block(visit.talk.start, visit.talk.end, tuple(lines), style, least=1)

    def marks(self, visit: PlannedVisit) -> Iterator[str]:
        texts = self.texts
        if visit.status is not PlannedVisitStatus.PLANNED:
            yield f"✓ {word(visit.status, texts)}"
        if visit.appointment:
            yield f"★ {word(visit.appointment, texts)}"
        elif visit.told is not Told.NOT_AGREED:
            yield word(visit.told, texts)
        if together := joint_words(visit, texts):
            yield f"⚑ {together}"


def _line_height(size: float) -> float:
    return 1.36 * size


def _lines_in(rows: int, lines: Sequence[Line]) -> int:
    """How many of the lines a block of so many rows holds."""
    left, number = rows * ROW_HEIGHT, 0
    for line in lines:
        left -= _line_height(line.size)
        if left < 0:
            break
        number += 1
    return number
