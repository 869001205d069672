"""Names that mean harm, all at once, through every file of a plan's folder and the terminal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from icalendar import Calendar
from rich.console import Console

from routeplan.language import Texts
from routeplan.outputs.coverage import coverage_report
from routeplan.outputs.report.figures import report_of
from routeplan.outputs.report.page import report_html
from routeplan.outputs.report.tables import report_tables
from routeplan.outputs.terminal import diff_report, plan_report
from routeplan.plan.plan import Plan
from routeplan.replan.diff import diff_plans
from routeplan.workspace.folder import outputs_of
from tests.browser import PHONE, open_browser, opened
from tests.example_plan import example_plan, hostile
from tests.outputs.test_plan_map import HOSTILE
from tests.outputs.test_report import book_of, covered

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ZH = Texts("zh")
HARM = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "שלום \u202egnp.exe",
    "\x1b]0;title\x07\x9b31m",
    *HOSTILE.values(),
)
FORMULA = ("=", "+", "-", "@")
NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067]")


def mixed(shift: int) -> Plan:
    """The example with another of the texts in each of its visits and clients left out."""
    plans = [hostile(example_plan(), text) for text in (*HARM[shift:], *HARM[:shift])]
    numbers = iter(range(1000))

    def next_plan() -> Plan:
        return plans[next(numbers) % len(plans)]

    days = tuple(
        next_plan()
        .days[number]
        .model_copy(
            update={
                "visits": tuple(
                    next_plan().days[number].visits[at] for at in range(len(day.visits))
                )
            }
        )
        for number, day in enumerate(example_plan().days)
    )
    left_out = tuple(next_plan().left_out[at] for at in range(len(plans[0].left_out)))
    return plans[0].model_copy(update={"days": days, "left_out": left_out})


@cache
def files(shift: int) -> dict[str, bytes]:
    """Everything that a re-plan and a report write of the plan; before it, two visits more."""
    before = mixed(shift)
    days = tuple(day.model_copy(update={"visits": day.visits[:2]}) for day in before.days)
    after = before.model_copy(update={"days": days})
    book = book_of(before)
    report = report_of(after, book, covered(book, after), at_risk=0.4)
    return {
        **outputs_of(after, before, ZH),
        "report/report.html": report_html(report, ZH).encode(),
        **{f"report/{name}": content for name, content in report_tables(report, ZH).items()},
    }


SHIFTS = (0, 12)
"""Each text comes to stand in a visit and among those left out."""


@pytest.mark.parametrize("shift", SHIFTS)
def test_no_cell_is_a_formula(shift: int) -> None:
    tables = {name: content for name, content in files(shift).items() if name.endswith(".csv")}
    assert {"notices.csv", "report/not-reached.csv", "report/effort.csv"} <= set(tables)
    for name, content in tables.items():
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
            assert not [cell for cell in row if cell.startswith(FORMULA)], name
    book = openpyxl.load_workbook(io.BytesIO(files(shift)["plan.xlsx"]))
    assert not [
        cell.coordinate
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


@pytest.mark.parametrize("shift", SHIFTS)
def test_calendars_are_read_and_hold_text_alone(shift: int) -> None:
    calendars = [content for name, content in files(shift).items() if name.endswith(".ics")]
    assert calendars
    for content in calendars:
        assert Calendar.from_ical(content).walk("VEVENT")
        assert not NO_TEXT.search(content.decode().replace("\r\n", "\n"))


@pytest.mark.parametrize("shift", SHIFTS)
def test_the_terminal_shows_no_escape(shift: int) -> None:
    plan = mixed(shift)
    days = tuple(day.model_copy(update={"visits": day.visits[:1]}) for day in plan.days)
    book = book_of(plan)
    stream = io.StringIO()
    console = Console(file=stream, width=100, highlight=False, markup=False, emoji=False)
    console.print(plan_report(plan, ZH))
    console.print(diff_report(diff_plans(plan, plan.model_copy(update={"days": days})), ZH))
    console.print(coverage_report(covered(book, plan), ZH, show_all=True))
    assert not NO_TEXT.search(stream.getvalue())


def test_pages_hold_no_character_that_is_no_text() -> None:
    for name, content in files(0).items():
        if name.endswith((".html", ".md")) and name != "map.html":  # the map has them escaped
            assert not NO_TEXT.search(content.decode()), name


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.mark.browser
def test_no_page_runs_or_asks_for_anything(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, "<!DOCTYPE html><title>x</title>", tmp_path, PHONE) as watched:
        for shift in SHIFTS:
            pages = {name: page for name, page in files(shift).items() if name.endswith(".html")}
            assert {"map.html", "report/report.html", "days/2026-11-23-M1.html"} <= set(pages)
            for name, page in pages.items():
                (tmp_path / "page.html").write_bytes(page)
                watched.page.reload()
                width = watched.page.evaluate("document.documentElement.scrollWidth")
                assert width <= PHONE[0], name
        assert watched.requests == watched.complaints == []
