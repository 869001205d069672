"""The day by the clock on the map, what can be chosen there, and where clients are left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from routeplan.language import Texts
from routeplan.outputs.map_data import STATES, map_data
from routeplan.outputs.plan_map import map_html
from routeplan.plan.plan import Plan
from tests.browser import DESKTOP, PHONE, open_browser, opened
from tests.example_plan import example_plan, hostile
from tests.replan.examples import busy_plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EN = Texts("en")


def data(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(json.dumps(map_data(plan, EN, lambda point: point)))
    return content


def test_each_way_has_the_times_of_its_leg() -> None:
    for plan in (example_plan(), busy_plan()):
        for day, route in zip(plan.days, data(plan)["routes"], strict=True):
            assert len(route["times"]) == max(0, len(route["path"]) - 1)
            legs = [[leg.leave, leg.arrive] for leg in day.legs]
            assert [pair for pair in route["times"] if pair in legs] == legs
            assert route["clock"] == [day.leave, day.back]
            assert route["times"] == sorted(route["times"])


def test_a_day_that_starts_at_a_client_has_no_way_before_it() -> None:
    plan = busy_plan()
    day = next(day for day in plan.days if len(day.visits) > 1)
    first = day.visits[0].model_copy(update={"leg": None})
    opened_day = day.model_copy(
        update={"visits": (first, *day.visits[1:]), "start_point": None, "end_point": None}
    )
    route = data(plan.model_copy(update={"days": (opened_day,)}))["routes"][0]
    assert len(route["path"]) == len(day.visits)
    assert len(route["times"]) == len(day.visits) - 1


def test_tiers_and_states_that_occur_can_be_chosen() -> None:
    plan = example_plan()
    content = data(plan)
    stops = [s for r in content["routes"] for s in r["steps"] if s["kind"] == "stop"]
    assert {stop["state"] for stop in stops} == {entry["key"] for entry in content["states"]}
    assert {entry["key"] for entry in content["states"]} <= set(STATES)
    tiers = {stop["tier"] for stop in stops} | {one["tier"] for one in content["leftOut"]}
    assert [entry["key"] for entry in content["tiers"]] == sorted(tiers)
    assert all(entry["text"] for entry in content["tiers"] + content["states"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


def place(page: Page) -> tuple[float, float]:
    box = page.locator(".person").first.bounding_box()
    assert box is not None
    return round(box["x"]), round(box["y"])


def runs_on(page: Page, minute: int) -> None:
    """Waits until the slider is past the minute; the page lets nobody evaluate a text."""
    for _ in range(200):
        if int(page.locator(".clock input").input_value()) > minute:
            return
        page.wait_for_timeout(50)
    pytest.fail("the clock stands still")


@pytest.mark.browser
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_slider_moves_managers(
    browser: Browser, tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    texts = Texts(language)
    plan = example_plan()
    with opened(browser, map_html(plan, texts), tmp_path, size) as watched:
        page = watched.page
        if size == PHONE:
            page.locator("#handle").click()
        page.get_by_role("button", name=texts("map.clock")).click()
        day = next(day for day in plan.days if day.places)
        slider = page.locator(".clock input")
        assert slider.evaluate("node => node === document.activeElement")
        begin, end = slider.get_attribute("min"), slider.get_attribute("max")
        assert begin is not None
        assert end is not None
        assert int(begin) <= (day.leave or 0) < (day.back or 0) <= int(end)
        assert page.locator(".person").count() >= 1
        page.keyboard.press("ArrowRight")
        assert int(slider.input_value()) == int(begin) + 1
        page.keyboard.press("Home")
        start = place(page)
        talk = day.visits[0].talk
        slider.fill(str(talk.start + 1))
        assert page.locator(".clock output").inner_text() == str(
            f"{(talk.start + 1) // 60:02d}:{(talk.start + 1) % 60:02d}"
        )
        assert place(page) != start
        assert page.locator(".pin.now").count() >= 1
        slider.fill(end)
        assert page.locator(".pin.past").count() >= len(day.visits)
        # Without motion, play goes by quarters of an hour; space on the slider stops it.
        slider.fill(begin)
        page.keyboard.press(" ")
        runs_on(page, int(begin))
        assert int(slider.input_value()) == int(begin) + 15
        page.keyboard.press(" ")
        assert page.locator(".clock .play").get_attribute("aria-label") == texts("map.clock_play")
        page.keyboard.press("Escape")
        assert page.locator(".person").count() == 0
        assert page.locator(".pin.past, .pin.now").count() == 0
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert watched.requests == []
        assert watched.complaints == []


@pytest.mark.browser
def test_play_runs_by_itself_where_motion_is_welcome(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(map_html(busy_plan(), EN), "utf-8")
    page = browser.new_page(reduced_motion="no-preference")
    page.goto(file.as_uri())
    page.get_by_role("button", name=EN("map.clock")).click()
    begin = page.locator(".clock input").get_attribute("min")
    page.get_by_role("button", name=EN("map.clock_play")).click()
    runs_on(page, int(begin or 0) + 5)
    page.close()


@pytest.mark.browser
def test_tiers_and_heat_can_be_chosen(browser: Browser, tmp_path: Path) -> None:
    plan = example_plan()
    with opened(browser, map_html(plan, EN), tmp_path, DESKTOP) as watched:
        page = watched.page
        tier = plan.visits[0][1].tier
        wanted = sum(visit.tier is tier for _, visit in plan.visits)
        if len({visit.tier for _, visit in plan.visits} | {v.tier for v in plan.left_out}) > 1:
            page.get_by_role(
                "button", name=re.compile(f"^{EN(f'words.tier_{tier.value}')}$")
            ).click()
            assert page.locator(".line.stop:visible").count() == wanted
        if any(visit.point for visit in plan.left_out):
            page.get_by_role("button", name=EN("map.heat")).click()
            assert page.locator(".leaflet-heat-pane path").count() >= 1
        assert watched.complaints == []


@pytest.mark.browser
def test_hostile_names_run_nothing_by_the_clock(browser: Browser, tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>${alert(1)}$&\u202e"
    with opened(browser, map_html(hostile(example_plan(), name), EN), tmp_path, DESKTOP) as watched:
        page = watched.page
        page.get_by_role("button", name=EN("map.clock")).click()
        slider = page.locator(".clock input")
        begin = int(slider.get_attribute("min") or 0)
        slider.fill(str(begin + 10))
        page.locator(".person").first.dispatch_event("mouseover")
        page.locator(".leaflet-tooltip").first.wait_for()
        assert "$&" in page.locator(".leaflet-tooltip").first.inner_text()
        assert watched.requests == []
        assert watched.complaints == []
