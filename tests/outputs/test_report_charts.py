"""The charts of the report: drawn is what was counted, and nothing else reaches the page."""

from __future__ import annotations

import logging
import re
import sys
import warnings
from xml.etree import ElementTree

import matplotlib as mpl
import pytest

from routeplan.due.coverage import Counts
from routeplan.language import LANGUAGES, Texts
from routeplan.outputs.report.charts import (
    COLOURS,
    MOST_ROWS,
    Column,
    minutes,
    standard,
    trend,
    visits_per_day,
)
from routeplan.outputs.report.figures import MINUTES, Effort, Report, report_of
from routeplan.outputs.report.page import report_html
from tests.example_plan import example_plan
from tests.outputs.test_plan_map import HOSTILE
from tests.outputs.test_report import book_of, covered, made, rows_of, version, with_proof

EN = Texts("en")
COUNTS = Counts(required=40, done=20, planned=10, open=0, at_risk=4, missed=6)
EFFORT = Effort(days=2, visits=9, talk=500, travel=300, waiting=20, around=40, lunch=120, free=100)
COLUMNS = [
    Column(4, "4", "1", "week"),
    Column(None, "–", "2", "week"),
    Column(8, "8", "3", "next"),
]


def elements(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314


def texts_of(svg: str) -> list[str]:
    return [one.text or "" for one in elements(svg).iter("text")]


def boxes(svg: str, colour: str) -> list[tuple[float, float]]:
    """Width and height of what is filled with a colour."""
    found = []
    for path in elements(svg).iter("path"):
        if f"fill: {colour}" in path.attrib["style"]:
            numbers = [float(one) for one in re.findall(r"[\d.]+", path.attrib["d"])]
            across, down = numbers[::2], numbers[1::2]
            found.append((max(across) - min(across), max(down) - min(down)))
    return found


def versions() -> Report:
    """Of two versions, the second with another gap."""
    plans = [with_proof(example_plan(), gap=0.05), example_plan()]
    book = book_of(plans[1])
    return report_of(
        plans[1],
        book,
        covered(book, plans[1]),
        at_risk=0.4,
        versions=[version(2), version(1)],
        plan_of=lambda number: plans[number - 1],
    )


def all_charts() -> list[str]:
    rows = [("张三", COUNTS), ("$x$ and ${y}", COUNTS)]
    return [
        standard("a", rows),
        minutes("b", [("张三", EFFORT), ("B", EFFORT + EFFORT)], whole=600),
        visits_per_day("c", COLUMNS),
        trend("d", COLUMNS),
    ]


class TestWhatIsDrawn:
    def test_pieces_are_as_long_as_the_counts_say(self) -> None:
        svg = standard("", [("A", COUNTS)])
        lengths = {name: boxes(svg, COLOURS[name]) for name in ("done", "planned", "missed")}
        (done, _), (planned, _), (missed, _) = (one for (one,) in lengths.values())
        assert done / planned == pytest.approx(2, rel=1e-3)
        assert done / missed == pytest.approx(20 / 6, rel=1e-3)
        assert boxes(svg, COLOURS["open"]) == []  # none is open
        assert texts_of(svg) == ["A", "20", "10", "4", "6"]

    def test_bars_of_the_standard_end_at_one_line_and_those_of_minutes_where_the_day_does(
        self,
    ) -> None:
        fewer = Counts(required=2, done=2)
        (longer, _), (whole, _) = boxes(standard("", [("A", COUNTS), ("B", fewer)]), "#1f5f9e")
        assert whole / longer == pytest.approx(2, rel=1e-3)
        short = Effort(days=1, talk=200)
        (long_day, _), (short_day, _) = boxes(
            minutes("", [("A", EFFORT), ("B", short)], whole=540), "#1f5f9e"
        )
        assert long_day / short_day == pytest.approx(250 / 200, rel=1e-3)

    def test_a_figure_is_written_where_it_has_room(self) -> None:
        narrow = EFFORT.model_copy(update={"talk": 1000, "waiting": 2})
        assert texts_of(minutes("", [("A", narrow)], whole=791)) == ["A", "500", "150", "60", "50"]

    def test_columns_stand_on_nought_and_what_is_not_known_has_none(self) -> None:
        svg = trend("", COLUMNS)
        ((_, half),) = [box for box in boxes(svg, COLOURS["planned"]) if box[1]]
        ((_, full),) = boxes(svg, COLOURS["done"])
        assert full / half == pytest.approx(2, rel=1e-3)
        assert texts_of(svg) == ["1", "2", "3", "4", "–", "8"]
        assert len(boxes(svg, "#f5f6f8")) == 1  # the ground of the other weeks

    def test_many_columns_keep_the_labels_that_have_room(self) -> None:
        svg = visits_per_day("", [Column(n, str(n), f"11-{n:02}", n // 7) for n in range(1, 31)])
        labels = [text for text in texts_of(svg) if "-" in text]
        assert labels[0] == "11-01"
        assert 8 < len(labels) < 15

    def test_nothing_counted_is_a_chart_too(self) -> None:
        assert texts_of(standard("", [("A", Counts())])) == ["A"]
        assert texts_of(minutes("", [("A", Effort())], whole=0)) == ["A"]
        assert texts_of(visits_per_day("", [Column(0, "0", "11-23", 1)])) == ["11-23", "0"]


class TestAnElementOfThePage:
    def test_it_takes_the_width_of_the_page_and_leaves_all_else_alone(self) -> None:
        for svg in all_charts():
            root = elements(svg)
            assert root.tag == "svg"
            assert root.attrib["width"] == "100%"
            assert "height" not in root.attrib
            assert {one.tag for one in root.iter()} == {"svg", "g", "path", "text"}
            assert {name for one in root.iter() for name in one.attrib}.isdisjoint(
                {"id", "class", "href", "clip-path"}
            )
            assert "url(" not in svg

    def test_text_is_text_in_fonts_that_have_chinese(self) -> None:
        svg = standard("", [("张三", COUNTS)])
        assert "张三" in texts_of(svg)
        assert "PingFang SC" in svg
        assert "DejaVu" not in svg

    def test_it_is_the_same_whatever_the_settings_of_matplotlib_which_stay(self) -> None:
        expected = all_charts()
        with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
            before = dict(mpl.rcParams)
            assert all_charts() == expected
            assert dict(mpl.rcParams) == before

    def test_nothing_is_said_of_fonts(self, caplog: pytest.LogCaptureFixture) -> None:
        with warnings.catch_warnings(), caplog.at_level(logging.INFO):
            warnings.simplefilter("error")
            for text in HOSTILE.values():
                standard(text, [(text, COUNTS)])
        assert caplog.records == []

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_a_hostile_name_is_a_text_of_one_line_and_not_long(self, text: str) -> None:
        for svg in (
            standard(text, [(text, COUNTS)]),
            minutes(text, [(text, EFFORT)], whole=540),
            trend(text, COLUMNS),
        ):
            assert {one.tag for one in elements(svg).iter()} == {"svg", "g", "path", "text"}
        name, *figures = texts_of(standard("", [(text, COUNTS)]))
        assert len(name) <= 18
        assert "\n" not in name
        assert figures == ["20", "10", "4", "6"]

    def test_a_name_of_mathematics_is_not_set_as_such(self) -> None:
        assert texts_of(standard("", [("$\\frac{1}{2}$", COUNTS)]))[0] == "$\\frac{1}{2}$"


@pytest.fixture
def _without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)


class TestOnThePage:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_chart_is_there_under_its_own_name(self, language: str) -> None:
        texts = Texts(language)
        page = report_html(versions(), texts)
        captions = re.findall(r"<figcaption>(.*?)</figcaption><svg", page)
        assert captions == [
            texts("coverage.tiers"),
            texts("coverage.managers"),
            texts("report.minutes_a_day"),
            texts("report.visits_by_day"),
            texts("report.term_visits_planned"),
            texts("report.term_left_out"),
            texts("report.term_travel_per_visit"),
            texts("report.term_gap"),
        ]
        assert "routeplan[report]" not in page

    def test_no_two_elements_of_the_page_share_an_id(self) -> None:
        ids = re.findall(r'\sid="([^"]+)"', report_html(versions(), EN))
        assert len(ids) == len(set(ids))

    def test_one_version_has_no_trend_and_an_unknown_gap_no_chart(self) -> None:
        gap = f"<figcaption>{EN('report.term_gap')}"
        assert gap in report_html(versions(), EN)
        assert gap not in report_html(made(example_plan()), EN)
        report = versions()
        steps = tuple(step.model_copy(update={"gap": None}) for step in report.steps)
        page = report_html(report.model_copy(update={"steps": steps}), EN)
        assert gap not in page
        assert f"<figcaption>{EN('report.term_left_out')}" in page

    def test_many_managers_have_several_charts(self) -> None:
        report = made(example_plan())
        effort = tuple((f"M{n}", f"Manager {n}", EFFORT) for n in range(MOST_ROWS + 4))
        page = report_html(report.model_copy(update={"effort": effort}), EN)
        caption = EN("report.minutes_a_day")
        assert f"<figcaption>{caption} 1–20<" in page
        assert f"<figcaption>{caption} 21–25<" in page  # with the total

    @pytest.mark.usefixtures("_without_matplotlib")
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_without_matplotlib_it_has_all_tables_and_says_how_to_get_the_charts(
        self, language: str
    ) -> None:
        texts = Texts(language)
        report = versions()
        page = report_html(report, texts)
        assert page.count("pip install &#34;routeplan[report]&#34;") == 1
        assert not re.search('<svg|<figure|legend"', page)
        assert rows_of(page, texts("report.minutes_a_day"))[-1][1] == str(report.total.days)
        assert len(re.findall("<table", page)) == 6
        assert all(texts(f"report.term_{kind}") in page for kind in MINUTES)
