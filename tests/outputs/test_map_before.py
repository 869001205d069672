"""Before and after a re-plan on the map."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from routeplan.language import Texts
from routeplan.outputs.plan_map import map_html
from routeplan.plan.events import Cancel, ManagerOff, Moved
from routeplan.plan.plan import Plan
from routeplan.values import TimeWindow
from tests.browser import DESKTOP, PHONE, open_browser, opened
from tests.examples import MONDAY
from tests.replan.examples import at, busy_plan, replanned

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SUNDAY_NIGHT = at("22:00", MONDAY - dt.timedelta(days=1))
DATA = re.compile(r'<script type="application/json" id="plan">(.*?)</script>', re.DOTALL)
EN = Texts("en")


def after() -> Plan:
    """C4 has another hour, C5 cancelled and C8 came in; Tuesday is as it was."""
    later = dt.datetime.combine(MONDAY, dt.time(9, 5))
    return replanned(SUNDAY_NIGHT, Cancel(client_id="C5"), Moved(client_id="C4", to=later))


def data(plan: Plan, before: Plan | None, *, compare: bool = False) -> dict[str, Any]:
    found = DATA.search(map_html(plan, EN, before=before, compare=compare))
    assert found is not None
    content: dict[str, Any] = json.loads(found[1])
    return content


def test_a_plan_made_anew_has_nothing_before_it() -> None:
    content = data(busy_plan(), None)
    assert content["before"] is None
    assert not [entry for entry in content["legend"] if entry["kind"] == "before"]
    assert not any(route["same"] for route in content["routes"])


def test_the_days_that_changed_lie_below_as_they_were() -> None:
    content = data(after(), busy_plan(), compare=True)
    before = content["before"]
    assert content["compare"] is True
    dates = [content["dates"][route["date"]]["date"] for route in before["routes"]]
    assert dates == [MONDAY.isoformat()]
    assert len(before["routes"][0]["path"]) == 6
    same = [route["same"] for route in content["routes"] if route["path"]]
    assert same == [False, True]
    changes = {change["visit"]: change for change in before["changes"]}
    kinds = {visit: change["badge"]["kind"] for visit, change in changes.items()}
    assert kinds["C5"] == "removed"
    assert kinds["C4"] == "moved"
    assert kinds["C8"] == "added"
    assert len(changes["C4"]["slots"]) == 2
    stops = {s["visit"]: s for r in content["routes"] for s in r["steps"] if s["kind"] == "stop"}
    assert (stops["C4"]["change"], stops["C8"]["change"], stops["C0"]["change"]) == (
        "moved",
        "added",
        "",
    )
    assert [badge["text"] for badge in stops["C4"]["badges"] if badge["kind"] == "moved"] == [
        "was Mon 09:00 · 经理M1"
    ]
    gone = {visit["visit"]: visit["change"] for visit in content["leftOut"]}
    assert gone["C5"] == "removed"
    assert gone["C9"] == ""


def test_a_manager_who_is_off_all_week_is_still_on_the_map() -> None:
    off = ManagerOff(manager_id="M1", first=MONDAY, hours=TimeWindow(start=0, end=24 * 60))
    gone = replanned(SUNDAY_NIGHT, off)
    content = data(gone, busy_plan())
    assert [manager["id"] for manager in content["managers"]] == ["M1"]
    assert MONDAY.isoformat() in [date["date"] for date in content["dates"]]
    assert len(content["before"]["routes"]) >= 1


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_before_can_be_shown_and_hidden(
    browser: Browser, tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    texts = Texts(language)
    html = map_html(after(), texts, before=busy_plan())
    with opened(browser, html, tmp_path, size) as watched:
        page = watched.page
        chip = page.get_by_role("button", name=texts("map.before"), exact=True)
        old = page.locator(".leaflet-before-pane path")
        if size == PHONE:
            page.locator("#handle").click()
        assert chip.get_attribute("aria-pressed") == "false"
        assert old.count() == 0
        chip.click()
        assert chip.get_attribute("aria-pressed") == "true"
        assert old.count() > 3
        assert page.locator(".pin .faint, .pin.faint").count() > 0
        assert page.locator(".changes .change").count() >= 3
        page.locator(".changes .change button").nth(1).click()
        page.locator(".leaflet-popup .card").wait_for()
        if size == PHONE:
            page.locator("#handle").click()
        chip.click()
        assert old.count() == 0
        assert watched.requests == []
        assert watched.complaints == []
