"""The report on coverage and effort: figures as they were worked out, and each word explained."""

from __future__ import annotations

import csv
import datetime as dt
import html as entities
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from routeplan.book.models import Book, Channel, Client, Manager, Site, Tier, VisitRecord
from routeplan.book.spans import DEFAULT_HOURS
from routeplan.config import Settings
from routeplan.due.coverage import Coverage, Planned, coverage
from routeplan.due.policy import Cycle, read_policy
from routeplan.language import LANGUAGES, Texts
from routeplan.outputs.report.figures import (
    MINUTES,
    MOST_STEPS,
    Effort,
    Report,
    effort_of,
    gap_of,
    report_of,
    visits_on,
)
from routeplan.outputs.report.page import COVERAGE, TERMS, report_html
from routeplan.outputs.report.tables import report_tables
from routeplan.plan.plan import (
    ChangeBudget,
    Plan,
    PlannedTouch,
    PlannedVisit,
    Proof,
    TouchPlace,
    UnplannedVisit,
)
from routeplan.solve.result import Status
from routeplan.store.versions import Version
from routeplan.values import TimeWindow
from routeplan.workdays import WorkCalendar
from tests.browser import DESKTOP, PHONE, open_browser, opened
from tests.example_plan import MONDAY, example_plan, hostile
from tests.plan.examples import make_plan
from tests.replan.examples import busy_book, busy_due

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EN, ZH = Texts("en"), Texts("zh")
WEDNESDAY = MONDAY + dt.timedelta(days=2)


def book_of(plan: Plan, *visits: VisitRecord, name: str = "") -> Book:
    """A book of the plan's managers and clients, and a record older than the period."""
    goers = {visit.client_id: day.manager_id for day, visit in plan.visits}
    entries: list[PlannedVisit | UnplannedVisit] = [visit for _, visit in plan.visits]
    entries += plan.left_out
    names = {day.manager_id: day.manager_name for day in plan.days} | {"M9": "不在计划"}
    clients = tuple(
        Client(
            id=entry.client_id,
            name=name or entry.client_name,
            tier=entry.tier,
            manager_id=goers.get(entry.client_id, "M1"),
            sites=(Site(hours=DEFAULT_HOURS),),
        )
        for entry in sorted(entries, key=lambda one: one.client_id)
    )
    old = record("C001", MONDAY - dt.timedelta(days=60))
    return Book(
        managers=tuple(Manager(id=key, name=name or named) for key, named in names.items()),
        clients=clients,
        visits=(old, *visits),
    )


def record(client_id: str, date: dt.date, status: str = "done", **more: object) -> VisitRecord:
    fields = {"client_id": client_id, "manager_id": "M1", "date": date, "status": status}
    return VisitRecord.model_validate(fields | more)


def covered(book: Book, plan: Plan, day: dt.date = WEDNESDAY) -> Coverage:
    return coverage(
        book,
        read_policy("visit-norms"),
        Settings(),
        WorkCalendar(),
        cycle=Cycle.HALF_MONTH,
        day=day,
        planned=[Planned(visit.client_id, on.date) for on, visit in plan.visits],
    )


def made(plan: Plan, *visits: VisitRecord, name: str = "") -> Report:
    book = book_of(plan, *visits, name=name)
    return report_of(plan, book, covered(book, plan), at_risk=0.4)


def version(number: int) -> Version:
    return Version(
        number=number, parent=number - 1 or None, digest=str(number), made="2026-11-20T08:00:00"
    )


def with_proof(plan: Plan, **changes: object) -> Plan:
    return plan.model_copy(update={"proof": plan.proof.model_copy(update=changes)})


def rows_of(page: str, caption: str) -> list[list[str]]:
    """The cells of a table: name, then figures."""
    (table,) = re.findall(rf"<caption>{re.escape(caption)}</caption>(.*?)</table>", page, re.DOTALL)
    return [
        [
            entities.unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table.split("<tbody>")[1], re.DOTALL)
    ]


def table(report: Report, name: str, texts: Texts = EN) -> list[dict[str, str]]:
    content = report_tables(report, texts)[name]
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


class TestEffort:
    def test_the_minutes_of_a_day_are_the_whole_day(self) -> None:
        days = make_plan(busy_book(), busy_due()).days
        assert any(day.visits for day in days)
        for day in days:
            assert effort_of(day).minutes == day.shift.minutes

    def test_calls_at_the_desk_take_of_the_free_minutes_and_those_on_a_ride_do_not(self) -> None:
        day = example_plan().days[5]  # without visits
        calls = tuple(
            PlannedTouch(
                touch_id="T",
                client_id="C001",
                client_name="",
                tier=Tier.A,
                channel=Channel.PHONE,
                persons=(),
                time=TimeWindow(start=600, end=615),
                place=place,
                reasons=(),
                latest=day.date,
            )
            for place in (TouchPlace.DESK, TouchPlace.RIDE)
        )
        plain, calling = effort_of(day), effort_of(day.model_copy(update={"touches": calls}))
        assert (calling.desk, calling.free) == (15, plain.free - 15)
        assert calling.minutes == plain.minutes

    def test_managers_add_up_to_the_team(self) -> None:
        report = made(example_plan())
        assert report.total == sum((effort for _, _, effort in report.effort), Effort())
        assert report.total.visits == example_plan().totals.visits
        assert report.total.talk == example_plan().totals.talk

    def test_only_the_managers_asked_for(self) -> None:
        plan = example_plan()
        book = book_of(plan)
        report = report_of(plan, book, covered(book, plan), at_risk=0.4, manager_ids=["M2"])
        assert [key for key, _, _ in report.effort] == ["M2"]
        assert {row["manager id"] for row in table(report, "effort.csv")} == {"M2"}

    def test_a_day_off_is_no_day_without_visits(self) -> None:
        days = [day for day in example_plan().days if (day.manager_id, day.date) != ("M1", MONDAY)]
        dates = sorted({day.date for day in days})
        assert visits_on(days, dates) == {"M1": [None, 2, 1], "M2": [3, 2, 0]}


class TestNotReached:
    def why(self, report: Report, client: str) -> list[str]:
        (one,) = [one for one in report.not_reached if one.client.id == client]
        return [EN.render(why) for why in one.why]

    def test_who_was_visited_or_will_be_is_not_among_them(self) -> None:
        ids = {one.client.id for one in made(example_plan(), record("C001", MONDAY)).not_reached}
        assert "C001" not in ids  # visited
        assert "C007" not in ids  # planned on Wednesday
        assert "C016" in ids  # left out

    def test_why_is_what_is_known(self) -> None:
        report = made(
            example_plan(),
            record("C014", MONDAY, "not_met"),
            record("C016", MONDAY, "postponed", postponed_to=MONDAY + dt.timedelta(days=14)),
        )
        left_out = {entry.client_id: EN.render(entry.why) for entry in example_plan().left_out}
        assert self.why(report, "C014") == ["nobody met on Mon 2026-11-23", left_out["C014"]]
        assert self.why(report, "C016")[0] == "put off on Mon 2026-11-23 to Mon 2026-12-07"
        assert "planned for Mon 2026-11-23, and no record" in self.why(report, "C001")[0]

    def test_whom_the_plan_does_not_speak_of_is_there_with_that_reason(self) -> None:
        plan = example_plan().model_copy(update={"left_out": ()})
        book = book_of(example_plan())
        clients = tuple(
            one.model_copy(update={"manager_id": "M9"}) if one.id == "C014" else one
            for one in book.clients
        )
        book = book.model_copy(update={"clients": clients})
        report = report_of(plan, book, covered(book, plan), at_risk=0.4)
        assert self.why(report, "C014") == ["the plan holds none of the managers who may go"]
        assert "not due in the weeks of the plan" in self.why(report, "C016")[0]

    def test_a_visit_planned_after_the_deadline_is_named(self) -> None:
        plan = example_plan()
        book = book_of(plan)
        found = covered(book, plan, MONDAY + dt.timedelta(days=7))  # all deadlines have passed
        late = plan.model_copy(
            update={
                "days": tuple(
                    day.model_copy(update={"date": day.date + dt.timedelta(days=14)})
                    for day in plan.days
                )
            }
        )
        report = report_of(late, book, found, at_risk=0.4)
        assert self.why(report, "C007") == ["planned for Wed 2026-12-09, after the deadline"]

    def test_never_visited_comes_first_then_longest_ago(self) -> None:
        ago = [
            record(one, MONDAY - dt.timedelta(days=n)) for one, n in (("C014", 30), ("C016", 40))
        ]
        ids = [one.client.id for one in made(example_plan(), *ago).not_reached]
        assert ids.index("C015") < ids.index("C016") < ids.index("C014")


class TestVersions:
    def steps(self, *plans: Plan | None) -> Report:
        """Of versions 1, 2, ...; None cannot be read."""
        plan = example_plan()
        book = book_of(plan)
        numbers = range(len(plans), 0, -1)
        return report_of(
            plan,
            book,
            covered(book, plan),
            at_risk=0.4,
            versions=[version(number) for number in numbers],
            plan_of=lambda number: plans[number - 1],
        )

    def test_versions_that_only_mark_stand_for_the_one_they_mark(self) -> None:
        plan = example_plan()
        report = self.steps(with_proof(plan, cost=1500), plan, plan, None)
        assert [step.number for step in report.steps] == [1, 3]
        assert report.skipped == 1

    def test_older_ones_are_counted_and_not_read(self) -> None:
        plans = [with_proof(example_plan(), cost=1200 + number) for number in range(20)]
        report = self.steps(*plans)
        assert [step.number for step in report.steps] == list(range(21 - MOST_STEPS, 21))
        assert report.skipped == 20 - MOST_STEPS
        assert "8 versions are not shown" in report_html(report, EN)

    def test_without_a_history_the_plan_stands_alone(self) -> None:
        (step,) = made(example_plan()).steps
        assert (step.number, step.gap) == (None, 0.03)

    @pytest.mark.parametrize(
        ("changes", "gap"),
        [
            ({}, 0.03),
            ({"gap": None, "bound": None}, None),
            ({"status": Status.OPTIMAL, "gap": None}, 0.0),
            ({"budget": ChangeBudget(allowed=1, forced=0, changes=1, bound=1140)}, 0.05),
            ({"budget": ChangeBudget(allowed=1, forced=0, changes=1, bound=None)}, None),
            ({"cost": 0, "budget": ChangeBudget(allowed=0, forced=0, changes=0, bound=0)}, 0.0),
        ],
    )
    def test_the_gap_is_that_of_the_plans_that_were_asked_for(
        self, changes: dict[str, object], gap: float | None
    ) -> None:
        plan = with_proof(example_plan(), **changes)
        assert gap_of(plan) == gap
        assert isinstance(plan.proof, Proof)

    def test_a_gap_is_never_shown_nearer_than_proven(self) -> None:
        report = self.steps(with_proof(example_plan(), gap=0.0301))
        assert "3.1%" in report_html(report, EN)
        assert table(report, "versions.csv")[0]["gap to the best (%)"] == "3.1"
        assert "3.1%" not in report_html(self.steps(with_proof(example_plan(), gap=0.03)), EN)


class TestPage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_figures_of_coverage_are_those_worked_out(self, language: str) -> None:
        texts = Texts(language)
        report = made(example_plan(), record("C001", MONDAY), record("C008", MONDAY, "not_met"))
        page = report_html(report, texts)
        for caption, rows in (
            (texts("coverage.tiers"), report.coverage.tiers),
            (texts("coverage.managers"), report.coverage.managers),
        ):
            shown = rows_of(page, caption)
            for row, cells in zip(rows, shown, strict=False):
                expected = [
                    f"{row.counts.share:.0%}" if name == "share" else str(getattr(row.counts, name))
                    for name in COVERAGE
                ]
                assert cells[1:] == [*expected, str(row.days_left)]
        total = rows_of(page, texts("coverage.tiers"))[-1]
        assert total[0] == texts("coverage.total")
        assert total[1:3] == [str(report.coverage.total.required), str(report.coverage.total.done)]

    def test_figures_of_effort_are_those_of_the_plan(self) -> None:
        report = made(example_plan())
        shown = rows_of(report_html(report, EN), EN("report.minutes_a_day"))
        efforts = [effort for _, _, effort in report.effort] + [report.total]
        for effort, cells in zip(efforts, shown, strict=True):
            minutes = [f"{getattr(effort, kind) / effort.days:.0f}" for kind in MINUTES]
            assert cells[1] == str(effort.days)
            assert cells[2] == f"{effort.visits / effort.days:.1f}"
            assert cells[3:-1] == minutes

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_word_leads_to_its_definition(self, language: str) -> None:
        page = report_html(made(example_plan()), Texts(language))
        defined = dict(re.findall(r'<div id="(\w+)"><dt>.+?</dt><dd>(.+?)</dd>', page))
        assert set(defined) == set(TERMS)
        assert set(re.findall(r'href="#(\w+)"', page)) <= set(defined)
        assert all(len(meaning) > 4 for meaning in defined.values())
        assert "40%" in defined["at_risk"]

    def test_the_same_report_gives_the_same_page(self) -> None:
        assert report_html(made(example_plan()), ZH) == report_html(made(example_plan()), ZH)

    def test_it_asks_for_nothing_and_runs_nothing(self) -> None:
        page = report_html(made(example_plan()), ZH)
        assert "default-src 'none'" in page
        assert not re.search(r"<script|<link|<img|\ssrc=|https?:", page)

    def test_nothing_to_report_is_a_page_too(self) -> None:
        plan = example_plan().model_copy(update={"days": (), "left_out": ()})
        book = Book(managers=(), clients=())
        report = report_of(plan, book, covered(book, plan), at_risk=0.4)
        assert EN("report.all_reached") in report_html(report, EN)
        assert all(table(report, name) == [] for name in ("effort.csv", "not-reached.csv"))


class TestTables:
    def test_effort_has_a_row_a_day_in_minutes(self) -> None:
        plan = example_plan()
        rows = table(made(plan), "effort.csv")
        assert [row["date"] for row in rows] == [str(day.date) for day in plan.days]
        assert sum(int(row["travel (minutes)"]) for row in rows) == plan.totals.travel
        assert sum(int(row["visits"]) for row in rows) == plan.totals.visits

    def test_headers_are_in_the_language(self) -> None:
        assert "客户" in table(made(example_plan()), "not-reached.csv", ZH)[0]
        assert "原因" in table(made(example_plan()), "not-reached.csv", ZH)[0]

    @pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "-2+3"])
    def test_no_cell_is_a_formula(self, text: str) -> None:
        report = made(hostile(example_plan(), text), name=text)
        for content in report_tables(report, EN).values():
            for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
                assert not any(cell.startswith(("=", "+", "@", "-")) for cell in row)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.mark.browser
class TestInTheBrowser:
    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("size", [DESKTOP, PHONE])
    def test_it_fits_the_screen(
        self, browser: Browser, tmp_path: Path, language: str, size: tuple[int, int]
    ) -> None:
        page = report_html(made(example_plan()), Texts(language))
        with opened(browser, page, tmp_path, size) as watched:
            assert watched.page.evaluate("document.documentElement.scrollWidth") <= size[0]
            assert watched.page.locator("figure svg path").first.bounding_box()
            assert watched.requests == watched.complaints == []
