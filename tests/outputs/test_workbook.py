"""The workbook says what the plan says, and client text stays text."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from routeplan.book.models import Channel, Layer
from routeplan.config import Settings
from routeplan.due.coverage import PERIODS, Coverage, coverage
from routeplan.due.models import DueTouch
from routeplan.due.policy import read_policy
from routeplan.errors import FileError
from routeplan.language import LANGUAGES, Texts, message
from routeplan.outputs.day_course import day_course
from routeplan.outputs.tables import (
    days_table,
    due_table,
    left_out_table,
    visits_rows,
    visits_table,
)
from routeplan.outputs.wording import WORDED, adjust_option, word
from routeplan.outputs.workbook.board import GRID_TOP, STEP, grid_start
from routeplan.outputs.workbook.look import TIER_COLOURS
from routeplan.outputs.workbook.overview import by_manager
from routeplan.outputs.workbook.write import workbook_bytes, write_workbook
from routeplan.plan.build import day_totals
from routeplan.plan.plan import (
    Leg,
    OpenTouch,
    PersonToMeet,
    Plan,
    PlannedTouch,
    PlannedVisit,
    TouchPlace,
)
from routeplan.problem.adjust import Must, parse_adjustment
from routeplan.replan.diff import diff_plans
from routeplan.values import TimeWindow, format_clock
from routeplan.workdays import WorkCalendar
from tests.example_plan import MONDAY, example_plan, hostile
from tests.examples import tiny_book

EN = Texts("en")

HOSTILE = (
    "=cmd|'/C calc'!A0",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "{=1}",
    "<script>alert(1)</script>",
    "${alert(1)}",
    "`\\\"'",
    "one\ntwo\r\nthree\ttab",
    "\x1b[31mred\x1b[0m\x00\x07",
    "😀👩\u200d👩\u200d👧",
    "\u202egnp.exe \u05d0\u05d1\u05d2",
    "长" * 200,
    "[red]x[/red]",
    "<r><t>x</t></r>",
    "_x0041_",
    "https://example.com",
    "\ud800",
    " ",
    "",
)


def opened(content: bytes) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(io.BytesIO(content), rich_text=False)


def sheet_of(book: Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def table_of(book: Workbook, name: str) -> list[dict[str, object]]:
    header, *rows = sheet_of(book, name).iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def cells_of(book: Workbook) -> list[Cell]:
    return [
        cell
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell, Cell)
    ]


def replanned(plan: Plan) -> Plan:
    """Tuesday's visits of the first manager go to Wednesday, in place of what was there."""
    moved = plan.days[1].model_copy(update={"date": plan.days[2].date})
    days = (plan.days[0], moved, *plan.days[3:])
    return plan.model_copy(
        update={"days": days, "origin": plan.origin.model_copy(update={"version": 3})}
    )


def test_every_planned_visit_is_there_with_its_times() -> None:
    plan = example_plan()
    rows = table_of(opened(workbook_bytes(plan, EN)), "Visits")
    assert len(rows) == plan.totals.visits
    for row, (day, visit) in zip(rows, plan.visits, strict=True):
        assert row["Client no."] == visit.client_id
        assert row["Client"] == visit.client_name
        assert row["Manager"] == day.manager_name
        assert row["Date"] == dt.datetime.combine(day.date, dt.time())
        assert visit.leg
        times = [row[name] for name in ("Leave", "Arrive", "Talk from", "Talk to")]
        expected = (visit.leg.leave, visit.arrive, visit.talk.start, visit.talk.end)
        assert times == [dt.time(*divmod(minute, 60)) for minute in expected]
        assert row["Travel min"] == visit.leg.minutes
        assert row["Estimated"] == "yes"
        for person in visit.persons:
            assert person.name in str(row["Key persons"])


def test_the_users_own_columns_come_along() -> None:
    plan = example_plan()
    rows = table_of(opened(workbook_bytes(plan, EN)), "Visits")
    assert [row["行业"] for row in rows] == [visit.extra.get("行业") for _, visit in plan.visits]


def merged(sheet: Worksheet) -> dict[str, tuple[int, int]]:
    """The first cell of each merge with its first and last row, counted from 0."""
    return {
        cells.start_cell.coordinate: (cells.min_row - 1, cells.max_row - 1)
        for cells in sheet.merged_cells.ranges
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_board_has_each_talk_where_its_hours_are(language: str) -> None:
    plan, texts = example_plan(), Texts(language)
    book = opened(workbook_bytes(plan, texts))
    for days in by_manager(plan):
        sheet = sheet_of(book, days[0].manager_name)
        start, rows = grid_start(days), merged(sheet)
        for day in days:
            column = next(
                cells for cells in sheet.iter_cols() if cells[2].value == texts.day(day.date)
            )
            for visit in day.visits:
                cards = [
                    cell
                    for cell in column
                    if visit.client_name in str(cell.value) and str(visit.talk) in str(cell.value)
                ]
                assert len(cards) == 1, visit.client_name
                spans = rows[cards[0].coordinate]
                assert spans[0] == GRID_TOP + (visit.talk.start - start) // STEP
                assert spans[1] == GRID_TOP + (visit.talk.end - start) // STEP - 1
                assert cards[0].fill.fgColor.rgb[2:] == TIER_COLOURS[visit.tier].strip("#")
                if visit.talk.minutes >= 40:
                    assert visit.address in cards[0].value
            said = [str(cell.value) for cell in column if cell.value]
            lunch = texts("words.lunch")
            assert any(lunch in text for text in said) == (day.lunch is not None)
            for leg in (leg for leg in day.legs if leg.minutes >= 10):
                assert any(text.startswith(format_clock(leg.leave)) for text in said)
            assert any(texts("workbook.nothing") in text for text in said) == (not day.visits)


def test_the_hours_of_a_board_stand_at_their_rows() -> None:
    plan = example_plan()
    sheet = sheet_of(opened(workbook_bytes(plan, EN)), "王建国")
    start = grid_start(by_manager(plan)[0])
    for coordinate, (first, last) in merged(sheet).items():
        if coordinate.startswith("A") and re.fullmatch(r"\d\d:\d\d", str(sheet[coordinate].value)):
            minute = start + (first - GRID_TOP) * STEP
            assert sheet[coordinate].value == format_clock(minute)
            assert (last - first + 1) * STEP == 30


def test_a_board_is_one_page_across() -> None:
    book = opened(workbook_bytes(example_plan(), EN))
    for name in ("王建国", "李晓梅"):
        sheet = sheet_of(book, name)
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        for pages in (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight):
            assert pages in (None, 1)  # 1 where nothing is said
        assert sheet.page_setup.paperSize == 9
        assert sheet.freeze_panes == "B4"


def test_a_day_without_work_says_so() -> None:
    plan = example_plan()
    days = tuple(day for day in plan.days if (day.manager_id, day.date) != ("M2", MONDAY))
    book = opened(workbook_bytes(plan.model_copy(update={"days": days}), EN))
    column = next(
        cells for cells in sheet_of(book, "李晓梅").iter_cols() if cells[2].value == EN.day(MONDAY)
    )
    assert [cell.value for cell in column if cell.value] == [EN.day(MONDAY), "no working day"]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 1380), st.integers(1, 60), st.integers(0, 12))
def test_whatever_the_minutes_every_visit_is_on_the_board(
    start: int, minutes: int, gap: int
) -> None:
    plan = example_plan()
    day = plan.days[0]
    at, visits = start, []
    for visit in day.visits:
        end = min(at + minutes, 1440)
        if at < end:
            talk = TimeWindow(start=at, end=end)
            visits.append(visit.model_copy(update={"talk": talk, "leg": None, "arrive": at}))
        at = end + gap
    day = day.model_copy(update={"visits": tuple(visits), "lunch": None, "way_back": None})
    book = opened(workbook_bytes(plan.model_copy(update={"days": (day,)}), EN))
    said = [str(cell.value) for cell in cells_of(book) if cell.parent.title == day.manager_name]
    for visit in visits:
        assert any(str(visit.talk) in text for text in said)


def test_an_appointment_and_a_visit_done_are_marked_on_the_board() -> None:
    cards = [str(cell.value) for cell in cells_of(opened(workbook_bytes(example_plan(), EN)))]
    assert any("★ booked to the minute" in card and "C003" in card for card in cards)
    assert any("C001" in card and "done" in card.split("\n")[0] for card in cards)


def test_who_is_left_out_stands_there_with_what_to_type() -> None:
    plan = example_plan()
    rows = {
        row["Client no."]: row for row in table_of(opened(workbook_bytes(plan, EN)), "Left out")
    }
    assert list(rows) == [visit.client_id for visit in plan.left_out]
    for visit in plan.left_out:
        row = rows[visit.client_id]
        assert row["Cause"] == word(visit.cause, EN)
        assert row["Why"] == EN.render(visit.why)
        typed = re.findall(r"--adjust (\S+)", str(row["Add to the command"] or ""))
        wanted = [wish for remedy in visit.remedies for wish in remedy.adjustments]
        assert [parse_adjustment(text) for text in typed] == wanted


def test_the_due_list_says_what_each_worth_consists_of() -> None:
    plan = example_plan()
    rows = table_of(opened(workbook_bytes(plan, EN)), "Due list")
    assert [row["Visit no."] for row in rows] == [visit.id for visit in plan.due]
    for row, visit in zip(rows, plan.due, strict=True):
        assert row["Latest"] == dt.datetime.combine(visit.latest, dt.time())
        assert str(row["Worth adds up as"]).startswith(f"{visit.worth_terms[0].worth} (")
    planned = {visit.visit_id for _, visit in plan.visits}
    assert {row["Visit no."] for row in rows if row["Planned for"]} == planned


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_has_the_totals_and_says_what_is_estimated(language: str) -> None:
    plan, texts = example_plan(), Texts(language)
    sheet = opened(workbook_bytes(plan, texts)).worksheets[0]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert texts("words.estimated") in cells
    assert plan.totals.talk in cells
    assert plan.totals.travel in cells
    for note in plan.notes:
        assert texts.render(note) in cells
    sure = plan.model_copy(update={"estimated": False})
    sheet = opened(workbook_bytes(sure, texts)).worksheets[0]
    assert all(texts("words.estimated") not in row for row in sheet.iter_rows(values_only=True))


def test_wishes_in_force_stand_on_the_overview() -> None:
    plan = example_plan().model_copy(update={"adjustments": (Must(client_id="C014"),)})
    sheet = opened(workbook_bytes(plan, EN)).worksheets[0]
    assert any("With must:C014" in row for row in sheet.iter_rows(values_only=True))


def test_a_replan_has_a_sheet_of_changes() -> None:
    plan = example_plan()
    diff = diff_plans(plan, replanned(plan))
    assert "Changes" not in opened(workbook_bytes(plan, EN)).sheetnames
    rows = table_of(opened(workbook_bytes(replanned(plan), EN, diff=diff)), "Changes")
    assert len(rows) == len(diff.changes)
    kinds = {row["Client no."]: row["Change"] for row in rows}
    assert kinds["C007"] == "removed"
    assert kinds["C005"] == "moved"
    moved = next(row for row in rows if row["Client no."] == "C005")
    assert moved["Date before"] == dt.datetime(2026, 11, 24)  # noqa: DTZ001 as Excel has it
    assert moved["Date now"] == dt.datetime(2026, 11, 25)  # noqa: DTZ001
    assert moved["From now"] == dt.time(10)


def test_tables_are_filtered_with_their_header_in_view() -> None:
    book = opened(workbook_bytes(example_plan(), EN))
    for name in ("Visits", "Days", "Left out", "Due list"):
        sheet = sheet_of(book, name)
        (table,) = sheet.tables.values()
        assert table.ref == sheet.dimensions
        assert table.autoFilter is not None
        assert [column.name for column in table.tableColumns] == [cell.value for cell in sheet[1]]
        assert str(sheet.freeze_panes).endswith("2")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0


def test_columns_are_wide_enough_for_chinese_names() -> None:
    sheet = sheet_of(opened(workbook_bytes(example_plan(), EN)), "Visits")
    header = [cell.value for cell in sheet[1]]
    letter = openpyxl.utils.get_column_letter(header.index("Client") + 1)
    longest = max(len(visit.client_name) for _, visit in example_plan().visits)
    assert sheet.column_dimensions[letter].width >= 2 * longest


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    plan = hostile(example_plan(), text)
    content = workbook_bytes(plan, EN, diff=diff_plans(plan, replanned(plan)))
    book = opened(content)
    for cell in cells_of(book):
        assert cell.data_type != "f"
        assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower()]
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(parts.read(name))  # noqa: S314 our own file
    names = [name.casefold() for name in book.sheetnames]
    assert len(set(names)) == len(names)
    assert len(table_of(book, "Visits")) == plan.totals.visits


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "<b>", "${x}", "[red]x[/red]", "😀", "a\nb", "长" * 200]
)
def test_harmless_characters_are_kept_as_they_are(text: str) -> None:
    rows = table_of(opened(workbook_bytes(hostile(example_plan(), text), EN)), "Visits")
    assert {row["Client"] for row in rows} == {text}


def test_what_xml_cannot_hold_is_taken_out() -> None:
    plan = hostile(example_plan(), "a\x1b[31m\x00b\ufffe\ud800c")
    rows = table_of(opened(workbook_bytes(plan, EN)), "Visits")
    assert {row["Client"] for row in rows} == {"a[31mbc"}


def test_text_like_the_writers_own_xml_is_still_text() -> None:
    text = "<r><t>x</t></r>"
    rows = table_of(opened(workbook_bytes(hostile(example_plan(), text), EN)), "Visits")
    assert {str(row["Client"]).rstrip() for row in rows} == {text}


@pytest.mark.parametrize("char", ["x", "长", "😀"])
def test_text_longer_than_a_cell_is_cut_with_a_mark(char: str) -> None:
    rows = table_of(opened(workbook_bytes(hostile(example_plan(), char * 40_000), EN)), "Visits")
    for row in rows:
        client = str(row["Client"])
        assert len(client.encode("utf-16-le")) // 2 <= 32_767
        assert client.startswith(char * 1000)
        assert client.endswith("longer than a cell holds)")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_any_text_gives_a_workbook_that_opens(text: str) -> None:
    book = opened(workbook_bytes(hostile(example_plan(), text), Texts("zh")))
    assert all(cell.data_type != "f" for cell in cells_of(book))


@pytest.mark.parametrize(
    "name", ["", "'", "a/b\\c?*[d]:e", "History", "visits", "OVERVIEW", "😀" * 40, "名" * 40]
)
def test_any_manager_name_gives_sheets_that_excel_takes(name: str) -> None:
    plan = example_plan()
    days = tuple(day.model_copy(update={"manager_name": name}) for day in plan.days)
    book = opened(workbook_bytes(plan.model_copy(update={"days": days}), EN))
    assert len(book.sheetnames) == 7  # five of the plan, a board each manager
    for title in book.sheetnames:
        assert 0 < len(title.encode("utf-16-le")) // 2 <= 31
        assert not set(title) & set("[]:*?/\\")
        assert not title.startswith("'")
        assert not title.endswith("'")
        assert title.casefold() != "history"
    assert len({title.casefold() for title in book.sheetnames}) == 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_plan_gives_the_same_bytes(language: str) -> None:
    first = workbook_bytes(example_plan(), Texts(language))
    assert first == workbook_bytes(example_plan(), Texts(language))


def test_a_plan_of_several_weeks_has_a_board_a_week() -> None:
    plan = example_plan()
    later = tuple(
        day.model_copy(update={"date": day.date + dt.timedelta(days=7)}) for day in plan.days[:3]
    )
    book = opened(workbook_bytes(plan.model_copy(update={"days": plan.days[:3] + later}), EN))
    for name, days in (("王建国 11-23", plan.days[:3]), ("王建国 11-30", later)):
        header = [cell.value for cell in sheet_of(book, name)[3]]
        assert header[1:] == [EN.day(day.date) for day in days]


def test_a_plan_without_any_visit_is_written_too() -> None:
    plan = example_plan().model_copy(update={"days": (), "left_out": (), "due": (), "notes": ()})
    book = opened(workbook_bytes(plan, EN))
    assert book.sheetnames == ["Overview", "Visits", "Days", "Left out", "Due list"]
    assert sheet_of(book, "Visits")["A2"].value == "none"


def test_the_days_end_is_written_as_24_00() -> None:
    plan = example_plan()
    day = plan.days[0]
    late = day.visits[-1].model_copy(update={"talk": TimeWindow(start=1400, end=1440)})
    day = day.model_copy(update={"visits": (*day.visits[:-1], late)})
    content = workbook_bytes(plan.model_copy(update={"days": (day, *plan.days[1:])}), EN)
    sheet = sheet_of(opened(content), "Visits")
    header = [cell.value for cell in sheet[1]]
    cell = sheet.cell(len(day.visits) + 1, header.index("Talk to") + 1)
    assert cell.number_format == "[hh]:mm"


def test_a_workbook_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "plan.xlsx").mkdir()
    with pytest.raises(FileError, match="cannot be written"):
        write_workbook(example_plan(), tmp_path / "plan.xlsx", EN)


def test_write_workbook_writes_the_same_bytes(tmp_path: Path) -> None:
    write_workbook(example_plan(), tmp_path / "plan.xlsx", EN)
    assert (tmp_path / "plan.xlsx").read_bytes() == workbook_bytes(example_plan(), EN)


def test_data_frames_say_what_the_plan_says() -> None:
    plan = example_plan()
    visits = visits_table(plan)
    assert list(visits["client_id"]) == [visit.client_id for _, visit in plan.visits]
    minutes = (visits["talk_end"] - visits["talk_start"]).dt.total_seconds() / 60
    assert list(minutes) == list(visits["talk_minutes"])
    assert (
        visits["travel_minutes"].sum()
        + sum(day.way_back.minutes for day in plan.days if day.way_back)
        == days_table(plan)["travel_minutes"].sum()
    )
    assert len(left_out_table(plan)) == len(plan.left_out)
    assert due_table(plan)["worth"].sum() == sum(visit.worth for visit in plan.due)


@pytest.mark.parametrize("language", LANGUAGES)
def test_column_names_do_not_follow_the_language(language: str) -> None:
    plan = example_plan()
    for table in (visits_table, days_table, left_out_table, due_table):
        assert list(table(plan, Texts(language)).columns) == list(table(plan).columns)


def test_a_users_column_never_hides_one_of_ours() -> None:
    plan = hostile(example_plan(), "date")
    assert list(visits_table(plan).columns)[-1] == "extra_date"
    assert visits_rows(plan, EN).columns[-1].extra


def test_data_frames_of_an_empty_plan_have_all_columns() -> None:
    plan = example_plan()
    empty = plan.model_copy(update={"days": (), "left_out": (), "due": ()})
    for table in (days_table, left_out_table, due_table):
        assert list(table(empty).columns) == list(table(plan).columns)
        assert table(empty).empty


def test_a_days_course_is_in_order_and_complete() -> None:
    for day in example_plan().days:
        course = day_course(day)
        assert [item for item in course if isinstance(item, PlannedVisit)] == list(day.visits)
        assert ([item for item in course if isinstance(item, TimeWindow)] == [day.lunch]) == bool(
            day.visits
        )
        assert sum(isinstance(item, Leg) for item in course) == (day.way_back is not None)
        starts = [
            item.talk.start
            if isinstance(item, PlannedVisit)
            else item.start
            if isinstance(item, TimeWindow)
            else item.arrive
            for item in course
        ]
        assert starts == sorted(starts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_has_a_word(language: str) -> None:
    for choice in WORDED:
        words = [word(member, Texts(language)) for member in choice]
        assert all(words)
        assert len(set(words)) == len(words)


def test_an_option_is_quoted_where_a_shell_would_take_it_apart() -> None:
    assert adjust_option(Must(client_id="C014")) == "--adjust must:C014"
    assert adjust_option(Must(client_id="C 1;x")) == "--adjust 'must:C 1;x'"


def touched(plan: Plan, text: str = "Zhao Lixin") -> Plan:
    """One call and one message on the first day, one call without an hour."""
    day = plan.days[0]
    visit = day.visits[1]

    def due(number: int) -> DueTouch:
        return DueTouch(
            id=f"{visit.client_id}#{number}",
            client_id=visit.client_id,
            channel=Channel.PHONE,
            earliest=day.date,
            due=day.date,
            latest=day.date,
            until=day.date,
            last=None,
            urgency=1.0,
            contact_ids=(),
            reasons=(message("touch.never"),),
            minutes=5,
        )

    shared = {
        "client_id": visit.client_id,
        "client_name": text,
        "tier": visit.tier,
        "reasons": (message("touch.never"),),
        "latest": day.date,
    }
    laid = tuple(
        PlannedTouch(
            touch_id=f"{visit.client_id}#{number}",
            channel=channel,
            persons=(PersonToMeet(name=text, layer=Layer.DECISION, phone="138"),),
            time=TimeWindow(start=540 + number, end=545 + number),
            place=place,
            **shared,
        )
        for number, (channel, place) in enumerate(
            ((Channel.PHONE, TouchPlace.DESK), (Channel.MESSAGE, TouchPlace.RIDE))
        )
    )
    why = message("touch.no_time_phone")
    left = OpenTouch(
        touch_id=f"{visit.client_id}#2",
        channel=Channel.PHONE,
        manager_id=day.manager_id,
        why=why,
        **shared,
    )
    return plan.model_copy(
        update={
            "days": (day.model_copy(update={"touches": laid}), *plan.days[1:]),
            "touches": tuple(due(number) for number in range(3)),
            "touches_open": (left,),
        }
    )


@pytest.mark.parametrize("text", ["Zhao Lixin", "=cmd|'/C calc'!A0", "@SUM(A1)", "a\x1b[31mb"])
def test_calls_and_messages_are_all_there_with_their_gap_or_why_not(text: str) -> None:
    plan = touched(example_plan(), text)
    book = opened(workbook_bytes(plan, EN))
    laid, message_, left = table_of(book, "Calls and messages")
    assert (laid["From"], laid["To"]) == (dt.time(9), dt.time(9, 5))
    assert laid["Date"] == dt.datetime.combine(plan.days[0].date, dt.time())
    assert (laid["Kind"], message_["Kind"], left["Kind"]) == ("call", "message", "call")
    assert (laid["When"], message_["When"]) == ("at the desk", "on the way")
    assert laid["To whom"] == f"{text} 138".replace("\x1b", "")
    assert laid["Before the visit to"] == next(
        visit.client_name for visit in plan.days[0].visits if visit.talk.start >= 545
    )
    assert left["Date"] is None
    assert left["Without an hour because"] == EN("touch.no_time_phone")
    assert all(cell.data_type != "f" for cell in cells_of(book))
    board = [str(cell.value) for cell in cells_of(book) if cell.parent.title == "王建国"]
    assert "on the way: one message; at the desk: one call" in board


def test_a_plan_without_calls_has_no_such_sheet() -> None:
    assert "Calls and messages" not in opened(workbook_bytes(example_plan(), EN)).sheetnames


@pytest.fixture(scope="module")
def covered() -> tuple[Coverage, ...]:
    """Of a small book of the tests, as known on the plan's Monday."""
    book = tiny_book()
    day = book.visits[-1].date if book.visits else MONDAY
    policy = read_policy("visit-norms")
    return tuple(
        coverage(book, policy, Settings(), WorkCalendar(), cycle=cycle, day=day)
        for cycle in PERIODS
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_coverage_sheet_has_the_computed_figures(
    covered: tuple[Coverage, ...], language: str
) -> None:
    texts = Texts(language)
    book = opened(workbook_bytes(example_plan(), texts, coverage=covered))
    sheet = sheet_of(book, texts("workbook.sheet_coverage"))
    (table,) = sheet.tables.values()
    header, *rows = sheet[table.ref]
    names = [cell.value for cell in header]
    assert len(rows) == sum(1 + len(one.tiers) + len(one.managers) for one in covered) + len(
        covered[-1].clients
    )
    found = [dict(zip(names, (cell.value for cell in row), strict=True)) for row in rows]
    level, cycle = texts("workbook.column_level"), texts("workbook.column_cycle")
    for one in covered:
        (total,) = (
            row
            for row in found
            if row[level] == texts("coverage.level_total")
            and row[cycle] == texts(f"workbook.cycle_{one.cycle}")
        )
        for name, number in (
            ("asked", one.total.required),
            ("done", one.total.done),
            ("planned_visits", one.total.planned),
            ("open", one.total.open),
            ("at_risk", one.total.at_risk),
            ("missed", one.total.missed),
            ("made", one.total.visits),
            ("days_left", one.days_left),
        ):
            assert total[texts(f"workbook.column_{name}")] == number
    clients = [row for row in found if row[level] == texts("coverage.level_client")]
    assert [row[texts("workbook.column_id")] for row in clients] == [
        row.key for row in covered[-1].clients
    ]


def test_the_overview_has_its_charts(covered: tuple[Coverage, ...]) -> None:
    for coverage_, number in (((), 3), (covered, 4)):
        content = workbook_bytes(example_plan(), EN, coverage=coverage_)
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            charts = [name for name in parts.namelist() if re.match(r"xl/charts/chart\d", name)]
            assert len(charts) == number
            for name in charts:
                assert b"'Overview'" in parts.read(name) or b"Overview!" in parts.read(name)


def test_free_minutes_before_visits_and_after_them_are_those_of_the_day() -> None:
    plan = example_plan()
    free = iter(row["Free min"] for row in table_of(opened(workbook_bytes(plan, EN)), "Visits"))
    for day in plan.days:
        before = [next(free) for _ in day.visits]
        assert all(isinstance(minutes, int) and minutes >= 0 for minutes in before)
        totals = day_totals(day, plan.origin.settings.visits)
        assert sum(int(str(minutes)) for minutes in before) <= totals.waiting + totals.free


def test_headings_of_a_users_own_columns_fit_a_table_of_excel() -> None:
    plan = example_plan()
    names = ["date", "DATE", "a\nb", "_x0041_", "=1+1", "长" * 300, " ", "客户"]
    day = plan.days[0]
    extra = dict.fromkeys(names, "x")
    visits = (day.visits[0].model_copy(update={"extra": extra}), *day.visits[1:])
    days = (day.model_copy(update={"visits": visits}), *plan.days[1:])
    book = opened(workbook_bytes(plan.model_copy(update={"days": days}), EN))
    sheet = sheet_of(book, "Visits")
    (table,) = sheet.tables.values()
    headings = [column.name for column in table.tableColumns]
    assert headings == [cell.value for cell in sheet[1]]
    assert len({heading.casefold() for heading in headings}) == len(headings)
    assert all(0 < len(heading) <= 255 and "\n" not in heading for heading in headings)
