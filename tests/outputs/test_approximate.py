"""An approximate point is marked in every output, with the minutes that it may be off."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

from routeplan.language import LANGUAGES, Texts
from routeplan.outputs.plan_map import map_html
from routeplan.outputs.tables import left_out_rows, visits_rows
from routeplan.outputs.terminal import plan_report
from routeplan.outputs.workbook.write import write_workbook
from routeplan.plan.plan import Plan
from tests.example_plan import example_plan

MINUTES = 173


def approximate() -> Plan:
    """The example plan with its first visit and its first client left out approximate."""
    plan = example_plan()
    days = list(plan.days)
    at = next(number for number, day in enumerate(days) if day.visits)
    first = days[at].visits[0].model_copy(update={"off_minutes": MINUTES})
    days[at] = days[at].model_copy(update={"visits": (first, *days[at].visits[1:])})
    missing = plan.left_out[0].model_copy(update={"off_minutes": MINUTES})
    return plan.model_copy(update={"days": tuple(days), "left_out": (missing, *plan.left_out[1:])})


def mark(language: str) -> str:
    return Texts(language)("words.approximate", n=MINUTES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_marks_it(language: str) -> None:
    html = map_html(approximate(), Texts(language))
    assert html.count(json.dumps(mark(language), ensure_ascii=False)[1:-1]) == 2
    assert mark(language) not in map_html(example_plan(), Texts(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_marks_it(language: str) -> None:
    def shown(plan: Plan) -> str:
        stream = io.StringIO()
        Console(file=stream, width=200).print(plan_report(plan, Texts(language)))
        return stream.getvalue()

    assert shown(approximate()).count(mark(language)) == 2
    assert mark(language) not in shown(example_plan())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_marks_it(language: str, tmp_path: Path) -> None:
    write_workbook(approximate(), tmp_path / "plan.xlsx", Texts(language))
    sheets = openpyxl.load_workbook(tmp_path / "plan.xlsx").worksheets
    cells = [str(cell) for sheet in sheets for row in sheet.values for cell in row]
    assert any(mark(language) in cell for cell in cells)
    assert cells.count(str(MINUTES)) == 2


def test_the_tables_and_the_json_tell_the_minutes() -> None:
    plan, texts = approximate(), Texts("en")
    for table in (visits_rows(plan, texts), left_out_rows(plan, texts)):
        column = [one.name for one in table.columns].index("off_minutes")
        assert [row[column] for row in table.rows].count(MINUTES) == 1
    assert plan.model_dump_json().count(f'"off_minutes":{MINUTES}') == 2
