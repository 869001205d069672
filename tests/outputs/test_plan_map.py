"""The map as a reader meets it: in a real browser, without a network, with text that means harm."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from routeplan.book.models import Channel, Tier
from routeplan.datum import to_gcj02
from routeplan.due.models import Horizon
from routeplan.errors import UsageError
from routeplan.language import LANGUAGES, Texts, message
from routeplan.outputs.map_data import COLOURS
from routeplan.outputs.plan_map import map_html
from routeplan.plan.plan import Detour, Plan, PlannedDay, PlannedTouch, Totals, TouchPlace
from routeplan.values import TimeWindow
from tests.browser import DESKTOP, PHONE, open_browser, opened
from tests.example_plan import MONDAY, example_plan, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ZH = Texts("zh")
EN = Texts("en")
STOPS = ".pin .disc:not(.left-out)"
LEFT_OUT = ".pin .disc.left-out"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end of script": "</script><script>alert(1)</script>",
    "template literal": "${alert(1)}",
    "backtick": "`;alert(1);`",
    "backslash": "\\",
    "backslashes": "\\\\`\\u003cscript\\u003e",
    "quotes": "\"'><b onmouseover=alert(1)>",
    "newlines": "a\nb\r\nc\u2028d\u2029e",
    "comment": "<!-- <script>",
    "image": "<img src=x onerror=alert(1)>",
    "remote image": "<img src=https://example.org/a.png>",
    "jinja": "{{7*7}} {% for x in y %} {{ cycler.__init__.__globals__ }}",
    "direction": "\u202ePLAN\u202d \u2067abc",
    "long": "长" * 200,
    "long word": "W" * 200,
    "emoji": "👩\u200d💼🏢🇨🇳",
    "controls": "\x00\x01\x07\x1b[31m\x7f\x85\ufeff\ufffe",
    "entities": "&lt;script&gt;&#x27;&amp;",
    "dollar": "$title $$ ${data}",
    "prototype": "__proto__",
}
DATA = re.compile(r'<script type="application/json" id="plan">(.*?)</script>', re.DOTALL)


def data_of(html: str) -> dict[str, Any]:
    found = DATA.search(html)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def stops_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    steps = itertools.chain.from_iterable(route["steps"] for route in data["routes"])
    return [step for step in steps if step["kind"] == "stop"]


def without_travel(plan: Plan) -> Plan:
    """The plan of managers who start and end at a client, with one visit a day."""

    def open_ended(day: PlannedDay) -> PlannedDay:
        visits = tuple(visit.model_copy(update={"leg": None}) for visit in day.visits[:1])
        return day.model_copy(update={"visits": visits, "way_back": None})

    days = tuple(open_ended(day) for day in plan.days)
    return plan.model_copy(update={"estimated": False, "days": days})


def nothing_planned() -> Plan:
    return example_plan().model_copy(update={"days": (), "left_out": (), "totals": Totals()})


class TestPage:
    """What is written, whatever shows it."""

    def test_a_plan_always_gives_the_same_page(self) -> None:
        assert map_html(example_plan(), ZH) == map_html(example_plan(), ZH)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_page_names_its_language(self, language: str) -> None:
        assert f'<html lang="{language}' in map_html(example_plan(), Texts(language))

    @pytest.mark.parametrize("tiles", ["none", "gaode", "osm"])
    def test_assets_are_inside(self, tiles: str) -> None:
        html = map_html(example_plan(), ZH, tiles=tiles)
        assert not re.search(r"<(script|img|iframe)[^>]*\ssrc=|<link|@import", html)

    @pytest.mark.parametrize(
        ("tiles", "allowed"),
        [
            ("none", "data:"),
            ("osm", "data: https://tile.openstreetmap.org"),
            ("gaode", "data: https://*.is.autonavi.com"),
        ],
    )
    def test_only_the_chosen_tiles_may_be_loaded(self, tiles: str, allowed: str) -> None:
        assert f"img-src {allowed};" in map_html(example_plan(), ZH, tiles=tiles)

    def test_unknown_tiles_are_refused(self) -> None:
        with pytest.raises(UsageError, match="RP4005"):
            map_html(example_plan(), ZH, tiles="google")

    def test_gaode_gets_its_own_datum(self) -> None:
        plan = example_plan()
        _, first = plan.visits[0]
        plain = stops_of(data_of(map_html(plan, ZH)))[0]["point"]
        shifted = stops_of(data_of(map_html(plan, ZH, tiles="gaode")))[0]["point"]
        expected = to_gcj02(first.point)
        assert plain == [first.point.lat, first.point.lon]
        assert shifted == pytest.approx([expected.lat, expected.lon], abs=1e-6)

    def test_steps_follow_the_clock(self) -> None:
        for route in data_of(map_html(example_plan(), ZH))["routes"]:
            times = [step["time"] for step in route["steps"]]
            assert times == sorted(times)

    def test_calls_and_messages_are_told_by_where_they_lie(self) -> None:
        plan = example_plan()
        touch = PlannedTouch(
            touch_id="C1:phone",
            client_id="C1",
            client_name="京华贸易",
            tier=Tier.A,
            channel=Channel.PHONE,
            persons=(),
            time=TimeWindow(start=540, end=550),
            place=TouchPlace.DESK,
            reasons=(message("touch.never"),),
            latest=MONDAY,
        )
        first, *rest = plan.days
        days = (first.model_copy(update={"touches": (touch,)}), *rest)
        routes = data_of(map_html(plan.model_copy(update={"days": days}), Texts("en")))["routes"]
        assert routes[0]["touches"] == ["at the desk: one call (京华贸易)"]
        assert not any(route["touches"] for route in routes[1:])

    @pytest.mark.parametrize(
        ("gap", "said"),
        [
            (0.0301, "within 3.1 % of the best possible"),
            (0.03, "within 3 % of the best possible"),
            (0.0, "no plan is better"),
        ],
    )
    def test_a_known_bound_is_told_and_rounded_up(self, gap: float, said: str) -> None:
        assert said in self.notes(gap)

    def test_an_unknown_bound_is_not_told(self) -> None:
        assert "Proven" not in self.notes(None)

    @staticmethod
    def notes(gap: float | None) -> str:
        plan = example_plan()
        proof = plan.proof.model_copy(update={"gap": gap})
        return " ".join(data_of(map_html(plan.model_copy(update={"proof": proof}), EN))["notes"])

    def test_estimates_are_called_so(self) -> None:
        text = json.dumps(data_of(map_html(example_plan(), EN)), ensure_ascii=False)
        for said in ("travel, estimated", "Way there, estimated", "Travel times are estimates"):
            assert said in text

    def test_known_travel_is_not_called_an_estimate(self) -> None:
        assert "estimat" not in json.dumps(data_of(map_html(without_travel(example_plan()), EN)))

    def test_an_open_day_has_no_way_from_or_to_the_office(self) -> None:
        routes = data_of(map_html(without_travel(example_plan()), EN))["routes"]
        assert [len(route["path"]) for route in routes] == [1, 1, 1, 1, 1, 0]

    def test_a_trip_for_nothing_is_on_the_way(self) -> None:
        plan = example_plan()
        day = plan.days[0]
        visit = day.visits[1]
        detour = Detour(
            after=1, name="空跑客户", point=visit.point, leg=visit.leg, arrive=visit.arrive
        )
        changed = day.model_copy(update={"detours": (detour,)})
        plan = plan.model_copy(update={"days": (changed, *plan.days[1:])})
        route = data_of(map_html(plan, ZH))["routes"][0]
        assert len(route["path"]) == len(day.visits) + 3
        assert any("空跑客户" in step.get("text", "") for step in route["steps"])

    def test_a_remedy_says_how_to_apply_it(self) -> None:
        left_out = data_of(map_html(example_plan(), ZH))["leftOut"]
        remedies = [remedy for visit in left_out for remedy in visit["remedies"]]
        assert ["--adjust day-end:M1@2026-11-24=18:20"] in [one["adjust"] for one in remedies]

    def test_days_of_several_weeks_are_told_apart(self) -> None:
        plan = example_plan()
        one = data_of(map_html(plan, ZH))["dates"][0]["tag"]
        several = plan.model_copy(update={"horizon": Horizon(first=MONDAY, weeks=4)})
        assert (one, data_of(map_html(several, ZH))["dates"][0]["tag"]) == ("一", "23")

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_text_of_the_book_stands_in_the_data_alone(self, text: str) -> None:
        html = map_html(hostile(example_plan(), text), ZH)
        assert {stop["name"] for stop in stops_of(data_of(html))} == {text}
        found = DATA.search(html)
        assert found is not None
        assert not set("<>&\u2028\u2029") & set(found[1])
        around = DATA.sub("", map_html(example_plan(), ZH))
        assert DATA.sub("", html) == around

    def test_colours_are_apart_for_colour_blind_eyes(self) -> None:
        nearest = min(
            sum((x - y) ** 2 for x, y in zip(one, other, strict=True)) ** 0.5
            for eye in _EYES.values()
            for one, other in itertools.combinations([_lab(text, eye) for text in COLOURS], 2)
        )
        assert nearest > 20


Rows = tuple[tuple[float, float, float], ...]
# What linear red, green and blue become: Machado, Oliveira, Fernandes (2009), "A physiologically-
# based model for simulation of color vision deficiency", severity 1.
_EYES: dict[str, Rows] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def _lab(colour: str, eye: Rows) -> tuple[float, float, float]:
    """CIE L*a*b* of an sRGB colour as an eye sees it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    red, green, blue = (
        min(1.0, max(0.0, sum(x * y for x, y in zip(row, linear, strict=True)))) for row in eye
    )

    def root(value: float) -> float:
        return float(value ** (1 / 3)) if value > 0.008856 else 7.787 * value + 16 / 116

    x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    y = root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


def line(page: Page, number: int) -> Any:
    return page.locator(".line.stop button").nth(number)


def overflow(page: Page) -> bool:
    """Whether the page or its panel is wider than it may be."""
    return bool(
        page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll('#panel, #days')]
                .some((one) => one.scrollWidth > one.clientWidth)"""
        )
    )


@pytest.mark.browser
class TestInChromium:
    @pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_draws_without_a_request_or_complaint(
        self, browser: Browser, tmp_path: Path, language: str, size: tuple[int, int]
    ) -> None:
        html = map_html(example_plan(), Texts(language))
        with opened(browser, html, tmp_path, size) as watched:
            page = watched.page
            assert page.locator(STOPS).count() == 12
            assert page.locator(LEFT_OUT).count() == 3
            assert page.locator(".pin .place").count() == 2
            assert page.locator(".arrow").count() > 0
            assert page.locator(".line.stop").count() == 12
            assert page.locator(".line.left-out").count() == 4
            assert not overflow(page)
            assert watched.requests == []
            assert watched.complaints == []

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_hostile_text_is_only_text(self, browser: Browser, tmp_path: Path, text: str) -> None:
        html = map_html(hostile(example_plan(), text), ZH)
        with opened(browser, html, tmp_path, DESKTOP) as watched:
            page = watched.page
            assert page.locator(STOPS).count() == 12
            assert page.locator(LEFT_OUT).count() == 3
            line(page, 2).click()
            card = page.locator(".leaflet-popup .card")
            card.wait_for()
            assert card.locator("h3 bdi").evaluate("(one) => one.textContent") == text
            page.locator(".pin .disc").first.hover()
            page.locator(".line.left-out summary").nth(1).click()
            page.locator(".leaflet-popup .left-out").wait_for()
            page.get_by_role("searchbox").fill(text[:20])
            assert page.locator("body :is(img, script:not([id]), iframe, b)").count() == 1
            assert not overflow(page)
            assert watched.requests == []
            assert watched.complaints == []

    def test_no_other_script_may_run(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, map_html(example_plan(), ZH), tmp_path, DESKTOP) as watched:
            watched.page.evaluate(
                """() => {
                    const script = document.createElement('script');
                    script.textContent = 'window.ran = true';
                    document.body.append(script);
                    const image = '<img src=data: onerror="window.ran=1">';
                    document.body.insertAdjacentHTML('beforeend', image);
                }"""
            )
            assert watched.page.evaluate("window.ran") is None
            assert any("Content Security Policy" in text for text in watched.complaints)

    @pytest.mark.parametrize(
        ("tiles", "host"), [("osm", "tile.openstreetmap.org"), ("gaode", ".is.autonavi.com")]
    )
    def test_tiles_when_asked_for(
        self, browser: Browser, tmp_path: Path, tiles: str, host: str
    ) -> None:
        html = map_html(example_plan(), ZH, tiles=tiles)
        with opened(browser, html, tmp_path, DESKTOP) as watched:
            watched.page.locator(".leaflet-control-attribution a").wait_for()
            hosts = {urlsplit(address).hostname or "" for address in watched.requests}
            assert hosts
            assert all(name.endswith(host) for name in hosts)
            assert not any("Security Policy" in text for text in watched.complaints)

    def test_a_plan_without_anything_draws(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, map_html(nothing_planned(), ZH), tmp_path, DESKTOP) as watched:
            assert watched.page.locator("h1").inner_text().startswith("拜访计划")
            assert watched.complaints == []

    def test_a_line_opens_its_stop(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, map_html(example_plan(), ZH), tmp_path, DESKTOP) as watched:
            page = watched.page
            line(page, 2).click()
            card = page.locator(".leaflet-popup .card")
            assert card.locator("h3").inner_text() == "中科星图数据技术有限公司"
            shown = card.inner_text()
            for text in ("14:00–14:55", "路程（估算）", "解决投诉", "吴志远", "1906", "约定准点"):
                assert text in shown
            card.get_by_role("button", name="下一站").click()
            page.get_by_role("heading", name="上地云帆软件有限公司").wait_for()
            assert "尚未登记" in card.last.inner_text()

    def test_a_client_left_out_tells_why_and_what_would_help(
        self, browser: Browser, tmp_path: Path
    ) -> None:
        with opened(browser, map_html(example_plan(), ZH), tmp_path, DESKTOP) as watched:
            page = watched.page
            page.locator(".line.left-out summary").nth(1).click()
            shown = page.locator(".leaflet-popup .card").inner_text()
            assert "海淀博远培训学校" in shown
            assert "18:20" in shown
            # Without a place there is nothing to show on the map, but the list tells all.
            page.locator(".line.left-out summary").first.click()
            assert "补上坐标" in page.locator(".line.left-out").first.inner_text()

    def test_days_and_managers_can_be_chosen(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, map_html(example_plan(), ZH), tmp_path, DESKTOP) as watched:
            page = watched.page
            tuesday = page.get_by_role("button", name="周二 11-24", exact=True)
            tuesday.click()
            assert tuesday.get_attribute("aria-pressed") == "true"
            assert page.locator(STOPS).count() == 4
            page.get_by_role("button", name="李晓梅", exact=True).click()
            assert page.locator(STOPS).count() == 2
            assert page.locator(".route:visible").count() == 1
            page.get_by_role("button", name="未排入 4").click()
            assert page.locator(LEFT_OUT).count() == 0

    def test_search_finds_and_opens(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, map_html(example_plan(), ZH), tmp_path, DESKTOP) as watched:
            page = watched.page
            search = page.get_by_role("searchbox")
            search.fill("沈丽")
            assert page.locator(".line.stop:visible").count() == 1
            assert page.get_by_role("status").inner_text() == "找到 1 个"
            search.press("Enter")
            assert "望京启明" in page.locator(".leaflet-popup .card").inner_text()
            search.fill("没有这家")
            assert page.get_by_role("status").inner_text() == "没有找到"

    def test_the_keyboard_suffices(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, map_html(example_plan(), ZH), tmp_path, DESKTOP) as watched:
            page = watched.page
            page.locator('.leaflet-marker-icon[aria-label*="通州运河印刷"]').focus()
            page.keyboard.press("Enter")
            page.get_by_role("heading", name="通州运河印刷有限公司").wait_for()
            page.keyboard.press("Escape")
            page.locator(".leaflet-popup .card").wait_for(state="detached")
            line(page, 0).focus()
            page.keyboard.press("Enter")
            page.locator(".leaflet-popup .card").wait_for()

    def test_stops_do_not_hide_one_another(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, map_html(example_plan(), ZH), tmp_path, DESKTOP) as watched:
            boxes = [one.bounding_box() for one in watched.page.locator(STOPS).all()]
            middles = [(box["x"], box["y"]) for box in boxes if box]
            assert len(middles) == 12
            for (x, y), (other_x, other_y) in itertools.combinations(middles, 2):
                assert (x - other_x) ** 2 + (y - other_y) ** 2 > 24**2

    def test_on_a_phone_the_panel_is_a_sheet(self, browser: Browser, tmp_path: Path) -> None:
        with opened(browser, map_html(example_plan(), ZH), tmp_path, PHONE) as watched:
            page = watched.page
            handle = page.locator("#handle")

            def top() -> float:
                box = page.locator("#panel").bounding_box()
                assert box is not None
                return float(box["y"])

            assert top() > 600
            assert handle.get_attribute("aria-expanded") == "false"
            handle.click()
            assert top() < 400
            assert handle.get_attribute("aria-expanded") == "true"
            line(page, 0).click()
            card = page.locator(".leaflet-popup")
            card.wait_for()
            page.locator(".leaflet-pan-anim").wait_for(state="detached")
            box = card.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["y"] >= 0
            assert box["x"] + box["width"] <= PHONE[0]
            assert box["y"] + box["height"] <= top()
            assert not overflow(page)
