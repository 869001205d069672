"""The plan as an Excel workbook: overview, a board a manager and week, and the full tables.

The same plan gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from routeplan.due.coverage import Coverage
from routeplan.language import Texts
from routeplan.outputs.files import write_atomically
from routeplan.outputs.tables import (
    changes_rows,
    coverage_rows,
    days_rows,
    due_rows,
    left_out_rows,
    tasks_rows,
    touches_rows,
    visits_rows,
)
from routeplan.outputs.wording import word
from routeplan.outputs.workbook.board import board
from routeplan.outputs.workbook.look import CHANGE_COLOURS, FONT, FONT_SIZE, INK
from routeplan.outputs.workbook.overview import by_manager, overview
from routeplan.outputs.workbook.pen import Pen
from routeplan.outputs.workbook.table_sheet import table_sheet
from routeplan.plan.plan import Plan
from routeplan.replan.diff import PlanDiff

__all__ = ["workbook_bytes", "write_workbook"]

PARTS = (
    "overview",
    "changes",
    "visits",
    "days",
    "touches",
    "tasks",
    "left_out",
    "coverage",
    "due",
)
"""Sheets that are not one manager's."""


def write_workbook(
    plan: Plan,
    path: Path,
    texts: Texts,
    *,
    diff: PlanDiff | None = None,
    coverage: Sequence[Coverage] = (),
) -> None:
    """Write the workbook to `path`, whole or not at all. Raises FileError."""
    write_atomically(path, workbook_bytes(plan, texts, diff=diff, coverage=coverage))


def workbook_bytes(
    plan: Plan,
    texts: Texts,
    *,
    diff: PlanDiff | None = None,
    coverage: Sequence[Coverage] = (),
) -> bytes:
    """The workbook of a plan; with the sheet of changes when it is a re-plan's `diff`, and that of
    the `coverage` of some periods (see `plan.coverage`)."""
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
    pen = Pen(book, texts, [texts(f"workbook.sheet_{part}") for part in PARTS])
    main = next((one for one in coverage if plan.horizon.last in one.period), None)
    main = main or (coverage[-1] if coverage else None)
    overview(pen, plan, main)
    if diff is not None:
        colours = {word(kind, texts): colour for kind, colour in CHANGE_COLOURS.items()}
        table_sheet(pen, "changes", changes_rows(diff, texts), frozen=3, colours=colours)
    _boards(pen, plan)
    table_sheet(pen, "visits", visits_rows(plan, texts), frozen=7)
    table_sheet(pen, "days", days_rows(plan, texts), frozen=4)
    if plan.touches:
        table_sheet(pen, "touches", touches_rows(plan, texts), frozen=3)
    if plan.tasks:
        table_sheet(pen, "tasks", tasks_rows(plan, texts), frozen=4)
    table_sheet(pen, "left_out", left_out_rows(plan, texts), frozen=2)
    if main is not None:
        rows = coverage_rows(coverage, main, texts)
        table_sheet(pen, "coverage", rows, frozen=6, intro=_known(coverage, main, texts))
    table_sheet(pen, "due", due_rows(plan, texts), frozen=3)
    book.close()
    return stream.getvalue()


def _boards(pen: Pen, plan: Plan) -> None:
    weeks = _by_week(day.date for day in plan.days)
    for own in by_manager(plan):
        for week in weeks:
            days = [day for day in own if day.date in week]
            if days:
                ending = f" {week[0]:%m-%d}" if len(weeks) > 1 else ""
                name = pen.sheet_name(own[0].manager_name, ending)
                board(pen, plan, days, week, name)


def _by_week(dates: Iterable[dt.date]) -> list[list[dt.date]]:
    """The days on which anybody works, by week."""
    found: dict[tuple[int, int], list[dt.date]] = {}
    for date in sorted(set(dates)):
        year, week, _ = date.isocalendar()
        found.setdefault((year, week), []).append(date)
    return list(found.values())


def _known(coverage: Sequence[Coverage], main: Coverage, texts: Texts) -> list[str]:
    """What the figures hold for."""
    cycle = texts(f"workbook.cycle_{main.cycle}")
    known = texts("workbook.coverage_known", day=main.day, policy=main.policy, cycle=cycle)
    return [known, *dict.fromkeys(texts.render(note) for one in coverage for note in one.notes)]
