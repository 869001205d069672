"""The three checks of a morning."""

from __future__ import annotations

import datetime as dt
import io

from rich.console import Console

from routeplan.book.models import (
    Book,
    Channel,
    KeyDate,
    MustVisit,
    MustVisitReason,
    VisitStatus,
)
from routeplan.config import Settings
from routeplan.due.changes import Changes, Figures
from routeplan.due.policy import read_policy
from routeplan.language import Texts
from routeplan.outputs.today import today_report
from routeplan.plan.plan import Plan
from routeplan.plan.today import MorningCheck, Today, TodayItem, morning_checks
from routeplan.workdays import WorkCalendar
from tests.due.example_book import MONDAY, book, booked, client, contact, seen
from tests.examples import tiny_book
from tests.plan.examples import TUESDAY, WEDNESDAY, tiny_plan


def checks(
    of: Book, day: dt.date = MONDAY, *, plan: Plan | None = None, changes: Changes | None = None
) -> Today:
    policy = read_policy("service-standard")
    return morning_checks(of, day, policy, Settings(), WorkCalendar(), plan=plan, changes=changes)


def of_check(found: Today, check: MorningCheck) -> list[TodayItem]:
    return [item for item in found.items if item.check is check]


def said(item: TodayItem, language: str = "en") -> str:
    return Texts(language).render(item.why)


def test_account_changes_come_with_what_to_do() -> None:
    figures = Figures(client_id="C1", month=dt.date(2026, 10, 1), arrears=30, forwarded=2)
    changes = Changes(figures=(figures,))
    found = of_check(checks(book(client()), changes=changes), MorningCheck.CHANGES)
    assert {item.action: item.must for item in found} == {
        Channel.VISIT: True,
        Channel.PHONE: False,
    }


def test_a_visit_after_the_month_settles_its_change() -> None:
    figures = Figures(client_id="C1", month=dt.date(2026, 10, 1), forwarded=2)
    changes = Changes(figures=(figures,))
    before, after = seen("2026-10-31"), seen("2026-11-01")
    assert of_check(checks(book(client(), before), changes=changes), MorningCheck.CHANGES)
    assert not of_check(checks(book(client(), after), changes=changes), MorningCheck.CHANGES)


def report(found: Today, of: Book, language: str = "en") -> str:
    console = Console(record=True, width=200, file=io.StringIO())
    console.print(today_report(found, of, Texts(language)))
    return console.export_text()


def must(of: Book, *clients: str) -> Book:
    flag = MustVisit(reason=MustVisitReason.COMPLAINT, since=MONDAY)
    told = tuple(
        one.model_copy(update={"must_visit": flag}) if one.id in clients else one
        for one in of.clients
    )
    return of.model_copy(update={"clients": told})


def test_a_must_visit_says_when_it_is_planned() -> None:
    of = must(tiny_book(), "C1")
    found = checks(of, TUESDAY, plan=tiny_plan())
    (item,) = of_check(found, MorningCheck.CHANGES)
    assert (item.planned, item.was_planned) == (TUESDAY, None)
    assert "(must be a visit, visit planned for Tue 2026-11-24)" in report(found, of)


def test_a_must_visit_says_when_it_was_planned_and_that_nothing_is_recorded() -> None:
    of = must(tiny_book(), "C1")
    found = checks(of, WEDNESDAY, plan=tiny_plan())
    (item,) = of_check(found, MorningCheck.CHANGES)
    assert (item.planned, item.was_planned) == (None, TUESDAY)
    assert "visit was planned for Tue 2026-11-24, no record yet)" in report(found, of)
    assert "原定 2026-11-24 周二 拜访，尚无记录" in report(found, of, "zh")
    # Recorded as not met: then it is simply not planned.
    tried = seen(str(TUESDAY), "C1", status=VisitStatus.NOT_MET)
    noted = of.model_copy(update={"visits": (tried,)})
    found = checks(noted, WEDNESDAY, plan=tiny_plan())
    (item,) = of_check(found, MorningCheck.CHANGES)
    assert (item.planned, item.was_planned) == (None, None)
    assert "(must be a visit, no visit planned)" in report(found, noted)


def test_whether_a_must_visit_is_planned_is_not_said_without_a_plan() -> None:
    of = must(tiny_book(), "C1")
    found = checks(of, TUESDAY)
    assert not found.planned
    assert "(must be a visit)" in report(found, of)
    later = checks(of, TUESDAY + dt.timedelta(weeks=2), plan=tiny_plan())  # another week's
    assert not later.planned
    assert "visit was planned for Tue 2026-11-24, no record yet" in report(later, of)


def test_moments_ahead_solar_and_lunar() -> None:
    solar = contact("K1", birthday=KeyDate(name="", month=11, day=25))
    # 2026-11-24 is the 16th of the tenth lunar month.
    lunar = contact("K2", birthday=KeyDate(name="", month=10, day=16, lunar=True))
    far = contact("K3", birthday=KeyDate(name="", month=12, day=25))
    found = of_check(checks(book(client(), solar, lunar, far)), MorningCheck.MOMENTS)
    assert [item.date for item in found] == [dt.date(2026, 11, 24), dt.date(2026, 11, 25)]
    assert {item.action for item in found} == {Channel.VISIT}  # an A client


def test_a_moment_is_greeted_as_the_policy_says_by_tier() -> None:
    birthday = contact("K1", birthday=KeyDate(name="", month=11, day=25))
    for tier, action in (("A", Channel.VISIT), ("B", Channel.PHONE), ("C", Channel.MESSAGE)):
        (item,) = of_check(checks(book(client(tier=tier), birthday)), MorningCheck.MOMENTS)
        assert item.action is action
    agreed = book(client(tier="C"), birthday, booked("2026-11-24"))
    (item,) = of_check(checks(agreed), MorningCheck.MOMENTS)
    assert (item.action, item.planned) == (Channel.VISIT, dt.date(2026, 11, 24))
    visited = book(client(), birthday, seen("2026-11-20"))
    assert not of_check(checks(visited), MorningCheck.MOMENTS)


def test_what_the_plan_starts_today_in_the_order_of_the_clock() -> None:
    found = of_check(checks(tiny_book(), TUESDAY, plan=tiny_plan()), MorningCheck.PLAN)
    assert [item.client_id for item in found] == ["C3", "C1", "C2"]
    assert [item.start for item in found] == sorted(item.start or 0 for item in found)


def test_what_yesterday_left_over() -> None:
    plan = tiny_plan()
    found = of_check(checks(tiny_book(), WEDNESDAY, plan=plan), MorningCheck.LEFT_OVER)
    assert {item.client_id for item in found} == {"C1", "C2", "C3", "C5"}
    assert "no record yet" in said(found[0])
    made = seen(str(TUESDAY), "C1")
    noted = tiny_book().model_copy(update={"visits": (made,)})
    left = of_check(checks(noted, WEDNESDAY, plan=plan), MorningCheck.LEFT_OVER)
    # That one visit is noted says nothing of the others.
    assert {item.client_id for item in left} == {"C2", "C3", "C5"}
    assert all("planned on" in said(item) and "no record yet" in said(item) for item in left)


def test_visits_that_came_to_nothing_are_to_be_agreed_again() -> None:
    failed = seen("2026-11-20", status=VisitStatus.NOT_MET)
    (item,) = of_check(checks(book(client(), failed)), MorningCheck.LEFT_OVER)
    assert item.action is Channel.PHONE
    agreed = book(client(), failed, booked("2026-11-25"))
    assert not of_check(checks(agreed), MorningCheck.LEFT_OVER)


def test_next_steps_of_today_and_those_not_taken() -> None:
    step = {"next_step": "send the offer"}
    today = seen("2026-11-18", next_date=MONDAY, **step)
    past = seen("2026-11-10", "C2", next_date=dt.date(2026, 11, 20), **step)
    taken = seen("2026-11-10", "C3", next_date=dt.date(2026, 11, 12), **step)
    rows = book(
        client(), client("C2"), client("C3"), today, past, taken,
        seen("2026-11-13", "C3", channel=Channel.PHONE),
    )  # fmt: skip
    found = checks(rows)
    steps = [item for item in found.items if "send the offer" in said(item)]
    assert [(item.client_id, item.check) for item in steps] == [
        ("C1", MorningCheck.PLAN),
        ("C2", MorningCheck.LEFT_OVER),
    ]


def test_without_a_plan_the_calls_due_by_today_are_named() -> None:
    found = checks(book(client(kind="prospect", since=dt.date(2026, 11, 18))))
    assert any(item.action is Channel.PHONE for item in of_check(found, MorningCheck.PLAN))
    assert [note.key for note in found.notes] == ["today.no_plan"]


def test_the_report_reads_in_both_languages() -> None:
    for language in ("en", "zh"):
        found = checks(tiny_book(), TUESDAY, plan=tiny_plan())
        text = report(found, tiny_book(), language)
        assert "today." not in text
        assert "C3" in text
