"""What the terminal shows: complete, aligned, and never obeying the text that it shows."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from routeplan.book.faults import Fault, Severity
from routeplan.book.models import Appointment, Book, Client, Manager, Site, Tier
from routeplan.due.models import DueList, NotDue
from routeplan.language import LANGUAGES, Texts, message
from routeplan.outputs.replanning import choices_report
from routeplan.outputs.terminal import (
    SearchDisplay,
    confirmed_report,
    diff_report,
    due_report,
    faults_report,
    plan_report,
    visible,
)
from routeplan.plan.plan import Detour, Leg, Plan
from routeplan.problem.adjust import parse_adjustment
from routeplan.replan.choices import Choice, ChoiceTable
from routeplan.replan.diff import diff_plans
from routeplan.solve.recheck import Confirmed
from routeplan.solve.result import Solved
from routeplan.solve.solve import solve
from routeplan.solve.stop import Progress, StopRule
from routeplan.values import WeeklyHours, format_clock
from tests.example_plan import example_plan, hostile
from tests.problem_strategies import random_problem

EN = Texts("en")
HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m",
    "one\ntwo\r\nthree\ttab\x0bfour",
    "\u202egnp.exe\u2066",
    "line\u2028end",
    "[red]x[/red] [link=https://example.com]y[/link] [/]",
    ":smile: {x} ${x} %s",
    "\ud800",
    "长" * 200,
    "😀👩\u200d👧",
    "",
)


def shown(what: RenderableType, *, width: int = 80, colour: bool = False) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(what)
    return stream.getvalue()


def replanned(plan: Plan) -> Plan:
    """Tuesday's visits of the first manager go to Wednesday, in place of what was there."""
    moved = plan.days[1].model_copy(update={"date": plan.days[2].date})
    days = (plan.days[0], moved, *plan.days[3:])
    return plan.model_copy(
        update={"days": days, "origin": plan.origin.model_copy(update={"version": 3})}
    )


def book_of(plan: Plan) -> Book:
    site = Site(hours=WeeklyHours(days=((),) * 7))
    managers = {day.manager_id: day.manager_name for day in plan.days}
    clients = {
        visit.client_id: Client(
            id=visit.client_id,
            name=visit.client_name,
            tier=visit.tier,
            manager_id=day.manager_id,
            sites=(site,),
        )
        for day, visit in plan.visits
    } | {
        visit.client_id: Client(
            id=visit.client_id,
            name=visit.client_name,
            tier=visit.tier,
            manager_id=plan.days[0].manager_id,
            sites=(site,),
        )
        for visit in plan.left_out
    }
    return Book(
        managers=tuple(Manager(id=number, name=name) for number, name in managers.items()),
        clients=tuple(clients.values()),
    )


def due_list_of(plan: Plan) -> DueList:
    entry = NotDue(
        client_id="C016",
        reason=message("error.file_missing", file="need"),
    )
    return DueList(
        horizon=plan.horizon,
        policy="visit-norms",
        due=plan.due,
        not_due=(entry,),
        notes=plan.notes,
    )


def fault(**fields: object) -> Fault:
    given: dict[str, object] = {
        "code": "RP1012",
        "file": "book.xlsx",
        "sheet": "clients",
        "row": 17,
        "column": "纬度",
        "value": "139.9",
        "problem": message("error.file_missing", file="lat"),
        "fix": message("error.file_missing", file="fix"),
    }
    return Fault.model_validate(given | fields)


def all_reports(plan: Plan, texts: Texts) -> list[RenderableType]:
    text = plan.days[0].manager_name
    return [
        plan_report(plan, texts),
        due_report(due_list_of(plan), book_of(plan), texts, show_all=True, sums=True),
        diff_report(diff_plans(plan, replanned(plan)), texts),
        faults_report([fault(value=text, column=text, sheet=text, file=text)], texts),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_shows_every_visit_with_its_hours(language: str) -> None:
    plan = example_plan()
    lines = shown(plan_report(plan, Texts(language)), width=120).splitlines()
    for day in plan.days:
        assert any(day.manager_name in line and str(day.date) in line for line in lines)
    for _, visit in plan.visits:
        line = next(line for line in lines if visit.client_id in line)
        assert visit.leg
        for minute in (visit.leg.leave, visit.arrive):
            assert format_clock(minute) in line
        assert str(visit.talk) in line
        assert f"{visit.leg.metres / 1000:.1f}" in line
        assert re.search(rf"(≈|约 ){visit.leg.minutes}\b", line)
        assert visit.client_name in line


def test_travel_that_is_no_estimate_carries_no_mark() -> None:
    plan = example_plan()
    day = plan.days[2]
    assert day.way_back
    sure = {"estimated": False}
    visits = tuple(
        visit.model_copy(update={"leg": visit.leg and visit.leg.model_copy(update=sure)})
        for visit in day.visits
    )
    day = day.model_copy(
        update={"visits": visits, "way_back": day.way_back.model_copy(update=sure)}
    )
    text = shown(plan_report(plan.model_copy(update={"days": (day,), "estimated": False}), EN))
    assert "≈" not in text


def test_lunch_the_way_back_and_free_days_are_shown() -> None:
    plan = example_plan()
    text = shown(plan_report(plan, EN))
    assert text.count("lunch") == sum(day.lunch is not None for day in plan.days)
    assert text.count("back (office)") == sum(day.way_back is not None for day in plan.days)
    assert "no visit" in text


def test_lunch_after_the_way_to_the_next_client_says_so() -> None:
    plan = example_plan()
    day = plan.days[1]  # lunch, then the way to the second client
    assert day.lunch
    assert "at the next client" not in shown(plan_report(plan, EN))
    second = day.visits[1].model_copy(update={"arrive": day.lunch.start})
    day = day.model_copy(update={"visits": (day.visits[0], second)})
    text = shown(plan_report(plan.model_copy(update={"days": (day,)}), EN))
    assert "12:00-13:00" in next(line for line in text.splitlines() if "at the next client" in line)


def test_a_trip_that_led_nowhere_is_shown_in_its_place() -> None:
    plan = example_plan()
    day = plan.days[2]
    first = day.visits[0]
    assert first.leg
    leg = Leg(leave=520, arrive=540, metres=4000, mode=first.leg.mode, estimated=True)
    detour = Detour(after=0, name="白跑公司", point=first.point, leg=leg, arrive=540)
    day = day.model_copy(update={"detours": (detour,)})
    lines = shown(plan_report(plan.model_copy(update={"days": (day,)}), EN)).splitlines()
    at = next(number for number, line in enumerate(lines) if "白跑公司, no visit" in line)
    assert "08:40" in lines[at]
    assert first.client_id in lines[at + 1]


def test_who_is_left_out_is_shown_with_cause_and_what_to_type() -> None:
    plan = example_plan()
    text = shown(plan_report(plan, EN), width=160)
    for visit in plan.left_out:
        assert EN.render(visit.why) in text
        for remedy in visit.remedies[:1]:
            assert EN.render(remedy.text) in text
    typed = [parse_adjustment(wish) for wish in re.findall(r"^ +--adjust (\S+)$", text, re.M)]
    assert typed == [
        wish
        for visit in plan.left_out
        for remedy in visit.remedies[:1]
        for wish in remedy.adjustments
    ]
    assert "more way in plan.xlsx and on the map" in text


def test_a_plan_that_leaves_nobody_out_says_so() -> None:
    plan = example_plan().model_copy(update={"left_out": ()})
    assert "Every due visit is planned." in shown(plan_report(plan, EN))


def test_totals_and_notes_close_the_plan() -> None:
    plan = example_plan()
    text = shown(plan_report(plan, EN), width=120)
    assert "All: 12 visits · talk 535 min · travel 740 min" in text
    for note in plan.notes:
        assert f"Note: {EN.render(note)}" in text
    flat = " ".join(text.split())
    assert "within 3 % of the best possible" in flat
    assert "no plan costs less than 1164;" in flat
    bare = plan.model_copy(
        update={"proof": plan.proof.model_copy(update={"bound": None, "gap": None})}
    )
    assert "no plan costs less" not in shown(plan_report(bare, EN), width=120)


def test_the_due_list_shows_dates_urgency_and_reason() -> None:
    plan = example_plan()
    lines = shown(due_report(due_list_of(plan), book_of(plan), EN)).splitlines()
    for visit in plan.due:
        at = next(number for number, line in enumerate(lines) if f" {visit.client_id} " in line)
        assert f"urgency {visit.urgency:.2f}" in lines[at]
        assert ("must" in lines[at]) == visit.required
        for date in (visit.earliest, visit.due, visit.latest, visit.last_visit):
            assert str(date) in lines[at + 1]
        assert lines[at + 2].strip() == EN.render(visit.reasons[0].text)
    assert "worth" not in "\n".join(lines)
    assert "not due" not in "\n".join(lines)


def test_a_visit_booked_with_a_colleague_stands_under_the_colleague() -> None:
    plan = example_plan()
    booked = plan.due[0].model_copy(update={"appointment_id": "A1"})
    due = due_list_of(plan).model_copy(update={"due": (booked,)})
    day = plan.horizon.first
    appointment = Appointment(id="A1", client_id="C001", manager_id="M2", date=day, start="09:00")
    book = book_of(plan).model_copy(update={"appointments": (appointment,)})
    text = shown(due_report(due, book, EN))
    assert "李晓梅 (M2): 1 visit" in text
    assert "王建国" not in text


def test_a_client_never_visited_is_said() -> None:
    plan = example_plan()
    fresh = plan.due[0].model_copy(update={"last_visit": None})
    due = due_list_of(plan).model_copy(update={"due": (fresh,)})
    assert "last never" in shown(due_report(due, book_of(plan), EN))


def test_the_due_list_shows_sums_and_who_is_not_due_when_asked() -> None:
    plan = example_plan()
    text = shown(due_report(due_list_of(plan), book_of(plan), EN, show_all=True, sums=True))
    for visit in plan.due:
        assert f"worth {visit.worth} = {visit.worth} (" in text
    assert "1 client not due" in text
    assert "need does not exist" in text


def test_faults_are_grouped_by_sheet_and_sorted_by_row() -> None:
    faults = [
        fault(row=17),
        fault(row=5, code="RP1003", value="v" * 500),
        fault(sheet="contacts", row=None, column="", value="", severity=Severity.NOTE),
    ]
    text = shown(faults_report(faults, EN))
    assert text.count("book.xlsx, sheet clients") == 1
    assert text.index("RP1003") < text.index("RP1012") < text.index("sheet contacts")
    assert "lat does not exist" in text
    assert "→ fix does not exist" in text
    assert "v" * 500 not in text.replace("\n", "").replace(" ", "")
    assert text.rstrip().endswith("2 faults, 1 note")
    assert "No fault found." in shown(faults_report([], EN))


def test_the_difference_names_what_changed() -> None:
    plan = example_plan()
    diff = diff_plans(plan, replanned(plan))
    text = shown(diff_report(diff, EN), width=120)
    assert text.startswith("1 removed, 2 moved, 0 added, 9 kept")
    numbered = shown(diff_report(diff, EN, versions=(4, 9)), width=120)
    assert numbered == f"Version 4 → 9: {text}"
    removed, moved = (text.index(f"\n{kind}\n") for kind in ("removed", "moved"))
    assert "C007" in text[removed:moved]
    assert "Tue 2026-11-24 10:00-10:50 王建国 → Wed 2026-11-25 10:00-10:50 王建国" in text[moved:]
    assert "C001" not in text
    assert "\nadded\n" not in text
    back = shown(diff_report(diff_plans(replanned(plan), plan), EN), width=120)
    assert "\nadded\nC007" in back


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(language: str, width: int) -> None:
    for report in all_reports(example_plan(), Texts(language)):
        for line in shown(report, width=width).splitlines():
            assert cell_len(line) <= width


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_line_up_under_chinese_names(language: str) -> None:
    lines = shown(plan_report(example_plan(), Texts(language))).splitlines()
    for _, visit in example_plan().visits:
        line = next(line for line in lines if f" {visit.client_id} " in line)
        header = next(
            before
            for before in reversed(lines[: lines.index(line)])
            if "km" in before.split() or "公里" in before.split()
        )
        heading = Texts(language)("terminal.column_client")
        name = f"{visit.tier.value} {visit.client_id}"
        assert cell_len(header[: header.index(heading)]) == cell_len(line[: line.index(name)])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_is_shown_and_not_obeyed(text: str, language: str) -> None:
    for report in all_reports(hostile(example_plan(), text), Texts(language)):
        plain = shown(report)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e\u2066]", plain)
        plain.encode()  # no lone surrogates
        squeezed = re.sub(r"\s", "", plain)
        assert re.sub(r"\s", "", visible(text))[:20] in squeezed
        # In colour, only our own styles: nothing that the text asks for.
        coloured = re.sub(r"\x1b\[[0-9;]*m", "", shown(report, colour=True))
        assert coloured == plain


def test_escapes_are_readable() -> None:
    assert visible("a\x1b[31m\n\u202eb长😀") == r"a\x1b[31m\n\u202eb长😀"


@given(st.text())
def test_only_what_a_terminal_could_obey_is_changed(text: str) -> None:
    shown_text = visible(text)
    assert shown_text.isprintable() or not text.isprintable()
    assert visible(shown_text) == shown_text


def test_no_colour_when_the_user_does_not_want_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = io.StringIO()
    Console(file=stream, force_terminal=True, width=80).print(plan_report(example_plan(), EN))
    for codes in re.findall(r"\x1b\[([0-9;]*)m", stream.getvalue()):
        assert not set(codes.split(";")) & {str(colour) for colour in range(30, 50)}


def progress(
    seconds: float, cost: int = 100, bound: int | None = None, required: int = 0
) -> Progress:
    return Progress(seconds=seconds, cost=cost, required=required, bound=bound, visits=12)


def display(*, quiet: bool = False, terminal: bool = False) -> tuple[SearchDisplay, io.StringIO]:
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=terminal)
    return SearchDisplay(EN, console, quiet=quiet), stream


def test_a_search_prints_plain_lines_now_and_then_where_there_is_no_terminal() -> None:
    search, stream = display()
    with search:
        for seconds in (0.1, 0.2, 1.0, 3.5, 4.0, 5.0):
            search.update(progress(seconds))
    assert [line.split(" s:")[0] for line in stream.getvalue().splitlines()] == ["0", "4", "5"]
    assert "12 visits planned, cost 100" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_a_search_shows_how_near_the_bound_is() -> None:
    search, stream = display()
    with search:
        search.update(progress(1, cost=200, bound=150))
    assert "none below 150 (gap 25.0 %)" in stream.getvalue()


def test_penalties_of_must_visits_hide_no_gap_of_a_search() -> None:
    search, stream = display()
    with search:
        search.update(progress(1, cost=1_200, bound=1_150, required=1_000))
    assert "none below 1150 (gap 25.0 %)" in stream.getvalue()
    search, stream = display()
    with search:
        search.update(progress(1, cost=1_200, bound=900, required=1_000))
    assert "gap" not in stream.getvalue()


@pytest.mark.parametrize(
    ("cost", "required", "bound", "said"),
    [
        (1_200, 1_000, 1_200, "so this one is the best possible"),
        (1_200, 1_000, 1_150, "makes more of the required visits, and all else costs never"),
        (1_200, 1_000, 1_150, "within 25 %"),
        (1_200, 1_000, 900, "Whether one makes more of the required visits is not known"),
        (1_200, 0, 1_150, "so this one is within 4.2 % of the best possible"),
    ],
)
def test_what_is_confirmed_leaves_penalties_of_must_visits_aside(
    cost: int, required: int, bound: int, said: str
) -> None:
    problem = random_problem(3)
    solved = Solved(problem=problem, result=solve(problem, StopRule(iterations=1)))
    found = Confirmed(cost=cost, required=required, bound=bound, cases=1, listed=0)
    assert said in shown(confirmed_report(found, solved, 0.1, EN), width=300)


@pytest.mark.parametrize(
    ("required", "bounds", "said"),
    [
        (0, (1_200, 1_150), "nothing is more than 4.2 % cheaper"),
        (1_000, (1_200, 1_150), "nothing is more than 25 % cheaper"),
        (1_000, (1_200, 1_200), "Proven: with so few changes"),
        (1_000, (1_200, 900), "makes more of the required visits is not known"),
        (0, (1_200, None), None),
    ],
)
def test_choices_leave_penalties_of_must_visits_aside(
    required: int, bounds: tuple[int | None, ...], said: str | None
) -> None:
    choices = tuple(
        Choice(
            changes=number,
            more=number,
            visits=dict.fromkeys(Tier, 0),
            travel=0,
            cost=1_200,
            required=required,
            bound=bound,
            clients=(),
        )
        for number, bound in enumerate(bounds)
    )
    table = ChoiceTable(forced=(), choices=choices, complete=True)
    text = shown(choices_report(table, {}, EN), width=200)
    assert "so few changes" not in text if said is None else said in text


def test_a_search_that_costs_nothing_has_no_gap() -> None:
    search, stream = display()
    with search:
        search.update(progress(1, cost=0, bound=0))
    assert "gap 0.0 %" in stream.getvalue()


@pytest.mark.parametrize("terminal", [False, True])
def test_a_quiet_search_shows_nothing(terminal: bool) -> None:
    search, stream = display(quiet=True, terminal=terminal)
    with search:
        search.update(progress(1))
    assert not stream.getvalue()


def test_a_search_on_a_terminal_keeps_one_line_and_takes_it_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    search, stream = display(terminal=True)
    with search:
        search.update(progress(1))
        search.update(progress(2, cost=90))
    assert "searching" in stream.getvalue()
    assert "cost 90" in stream.getvalue()
    assert stream.getvalue().endswith("\x1b[2K")


@pytest.mark.parametrize("terminal", [False, True])
def test_what_is_known_so_far_stands_on_a_terminal_until_the_search_ends(
    terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    search, stream = display(terminal=terminal)
    with search:
        search.show("removed")
        search.update(progress(2, cost=90))
        assert ("removed" in stream.getvalue()) == terminal
    assert not terminal or stream.getvalue().endswith("\x1b[2K")


def test_a_search_that_fails_lets_the_error_through() -> None:
    search, stream = display()

    def searching() -> None:
        with search:
            search.update(progress(0))
            search.update(progress(1))
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        searching()
    assert len(stream.getvalue().splitlines()) == 1
