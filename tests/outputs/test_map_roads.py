"""Legs along real roads, and the city's roads under them."""

from __future__ import annotations

import itertools
from pathlib import Path

from routeplan.language import Texts
from routeplan.outputs.map_data import map_data
from routeplan.outputs.plan_map import map_html
from routeplan.plan.plan import Leg, Plan, PlannedDay
from routeplan.point import Point
from routeplan.travel.background import Line, MainRoads
from routeplan.travel.shape import decode_shape, encode_shape
from tests.browser import DESKTOP, open_browser, opened
from tests.example_plan import example_plan
from tests.outputs.test_plan_map import data_of

EN = Texts("en")
GROUND = MainRoads(
    lines=tuple(
        Line(
            level=level,
            shape=encode_shape(
                [Point(lat=39.8 + level / 40, lon=116.2), Point(lat=39.9 + level / 50, lon=116.6)]
            ),
        )
        for level in (1, 2, 5)
    )
)


def on_roads(plan: Plan, *, every: bool = True) -> Plan:
    """Each leg (or the first of each day) known from a network, by way of a corner."""

    def known(leg: Leg | None, one: Point | None, two: Point | None) -> Leg | None:
        if leg is None or one is None or two is None:
            return leg
        shape = encode_shape([one, Point(lat=one.lat, lon=two.lon), two])
        return leg.model_copy(update={"estimated": False, "shape": shape})

    def day_on_roads(day: PlannedDay) -> PlannedDay:
        at, visits = day.start_point, []
        for number, visit in enumerate(day.visits):
            leg = known(visit.leg, at, visit.point) if every or number == 0 else visit.leg
            visits.append(visit.model_copy(update={"leg": leg}))
            at = visit.point
        back = known(day.way_back, at, day.end_point) if every else day.way_back
        return day.model_copy(update={"visits": tuple(visits), "way_back": back})

    days = tuple(day_on_roads(day) for day in plan.days)
    return plan.model_copy(update={"days": days, "estimated": not every})


def test_every_leg_has_a_line_between_its_places() -> None:
    for route in data_of(map_html(on_roads(example_plan()), EN))["routes"]:
        assert len(route["lines"]) == max(0, len(route["path"]) - 1)
        for line, (one, two) in zip(route["lines"], itertools.pairwise(route["path"]), strict=True):
            points = decode_shape(line)
            ends = ((points[0].lat, points[0].lon), (points[-1].lat, points[-1].lon))
            assert all(
                abs(x - y) < 2e-5
                for end, place in zip(ends, (one, two), strict=True)
                for x, y in zip(end, place, strict=True)
            )


def test_without_roads_every_line_is_unknown() -> None:
    for route in data_of(map_html(example_plan(), EN))["routes"]:
        assert route["lines"] == [""] * max(0, len(route["path"]) - 1)


def test_lines_are_shown_in_the_datum_of_the_tiles() -> None:
    plan = on_roads(example_plan())
    north = map_data(plan, EN, lambda point: Point(lat=point.lat + 1, lon=point.lon))
    plain = map_data(plan, EN, lambda point: point)
    one, two = (decode_shape(data["routes"][0]["lines"][0])[1] for data in (plain, north))
    assert round(two.lat - one.lat, 5) == 1


def test_notes_say_which_lines_and_times_to_trust() -> None:
    notes = {
        name: " ".join(data_of(map_html(plan, EN))["notes"])
        for name, plan in {
            "none": example_plan(),
            "some": on_roads(example_plan(), every=False),
            "all": on_roads(example_plan()),
        }.items()
    }
    assert "not the roads taken" in notes["none"]
    assert "Travel times are estimates" in notes["none"]
    assert "Lines that follow no road" in notes["some"]
    assert "Times marked ≈" in notes["some"]
    assert "Lines" not in notes["all"]
    assert "estimates" not in notes["all"]


def test_the_ground_is_for_pages_without_tiles() -> None:
    plain = data_of(map_html(example_plan(), EN, ground=GROUND))["ground"]
    assert [len(lines) for lines in plain] == [1, 1, 0, 0, 1]
    assert data_of(map_html(example_plan(), EN, ground=GROUND, tiles="osm"))["ground"] == []
    assert data_of(map_html(example_plan(), EN))["ground"] == []


def test_a_browser_draws_roads_and_names_their_source(tmp_path: Path) -> None:
    with open_browser() as browser:
        plain = map_html(example_plan(), EN)
        html = map_html(on_roads(example_plan()), EN, ground=GROUND)
        with opened(browser, plain, tmp_path, DESKTOP) as watched:
            assert "OpenStreetMap" not in watched.page.inner_text(".leaflet-control-attribution")
        with opened(browser, html, tmp_path, DESKTOP) as watched:
            page = watched.page
            said = page.inner_text(".leaflet-control-attribution")
            assert said.strip() == "© OpenStreetMap contributors"
            assert page.locator(".leaflet-ground-pane canvas").count() == 1
            painted = page.evaluate(
                "() => { const c = document.querySelector('.leaflet-ground-pane canvas');"
                " return c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
                ".some((value) => value > 0); }"
            )
            assert painted
            # A leg by way of a corner has three points; a bowed one has many more.
            counts = page.eval_on_selector_all(
                ".leaflet-overlay-pane path",
                "paths => paths.map((path) => path.getAttribute('d').split('L').length)",
            )
            assert counts
            assert max(counts) <= 3
        assert watched.requests == watched.complaints == []
