"""Bus and metro in a whole plan: slices of the day, journeys of the legs, what the outputs say."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest
from pydantic import ValidationError

from routeplan.book.models import Book, TravelMode
from routeplan.book.read import read_book
from routeplan.config import Settings, SourceName, TransitSettings, TravelSettings
from routeplan.due.models import Horizon
from routeplan.language import Texts
from routeplan.outputs.map_data import map_data
from routeplan.outputs.tables import visits_rows
from routeplan.outputs.wording import journey_words
from routeplan.pipeline import plan_visits
from routeplan.plan.check import violations
from routeplan.plan.plan import Leg, Plan
from routeplan.plan.ways import with_ways
from routeplan.point import Point
from routeplan.solve.stop import StopRule
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.journey import JourneyStep
from routeplan.travel.transit import Transit
from routeplan.workdays import WorkCalendar

ROOT = Path(__file__).parents[2]
MONDAY = dt.date(2026, 11, 23)
NINE = dt.datetime.combine(MONDAY, dt.time(9))
SETTINGS = Settings(
    travel=TravelSettings(
        source=SourceName.TRANSIT, transit=TransitSettings(folder=str(ROOT / "data" / "lines"))
    )
)


@cache
def sample() -> Book:
    return read_book(ROOT / "data" / "sample.xlsx")


@cache
def some_clients() -> Book:
    """The first fourteen clients of the manager who goes by transit."""
    whole = sample()
    kept = [client for client in whole.clients if client.manager_id == "M01"][:14]
    ids = {client.id for client in kept}
    return Book(
        managers=tuple(manager for manager in whole.managers if manager.id == "M01"),
        clients=tuple(client.model_copy(update={"backup_ids": ()}) for client in kept),
        contacts=tuple(item for item in whole.contacts if item.client_id in ids),
        visits=tuple(item for item in whole.visits if item.client_id in ids),
    )


@cache
def source() -> Transit:
    return Transit(SETTINGS.travel)


@cache
def plan() -> Plan:
    return plan_visits(
        some_clients(),
        Horizon(first=MONDAY),
        settings=SETTINGS,
        travel=source(),
        stop=StopRule(seconds=None, iterations=1),
    )


def places() -> list[Point]:
    points = [client.sites[0].point for client in sample().clients if client.manager_id == "M01"]
    return [point for point in points if point is not None]


def test_the_sample_week_is_planned_by_the_sample_lines() -> None:
    legs = [leg for day in plan().days for leg in day.legs]
    rides = [leg for leg in legs if any(step.kind == "ride" for step in leg.steps)]
    assert len(plan().visits) > 5
    assert len(rides) > len(legs) / 2
    for leg in legs:
        if not leg.estimated:
            # A table of lines says what it counts with: minutes are its steps, rounded up.
            spare = leg.minutes - sum(step.minutes for step in leg.steps)
            assert 0 <= spare < SETTINGS.travel.round_to
    calendar = WorkCalendar()
    assert violations(plan(), some_clients(), SETTINGS, calendar, source()) == ()
    assert Plan.model_validate_json(plan().model_dump_json()) == plan()


def test_asking_again_changes_nothing() -> None:
    assert with_ways(plan(), GreatCircle(SETTINGS.travel)) == plan()


def test_map_and_workbook_tell_the_journey() -> None:
    texts = Texts("zh")
    page = map_data(plan(), texts, lambda point: point)
    ways = [step["way"] for route in page["routes"] for step in route["steps"] if step.get("way")]
    assert any("→ 地铁甲线 " in way for way in ways)
    table = visits_rows(plan(), texts)
    column = [column.name for column in table.columns].index("journey")
    assert any("→ 地铁甲线 " in str(row[column]) for row in table.rows)


def leg(minutes: int, *steps: JourneyStep) -> Leg:
    return Leg(
        leave=500,
        arrive=500 + minutes,
        metres=5000,
        mode=TravelMode.TRANSIT,
        estimated=False,
        steps=steps,
    )


STEPS = (
    JourneyStep(kind="walk", minutes=6, to_name="建国门"),
    JourneyStep(kind="wait", minutes=3, from_name="建国门"),
    JourneyStep(kind="ride", minutes=18, line="地铁 2 号线", from_name="建国门", to_name="西直门"),
    JourneyStep(kind="walk", minutes=4, from_name="西直门"),
)


@pytest.mark.parametrize(
    ("minutes", "end"), [(31, ""), (35, "（余 4 分）"), (29, "（按此班次比计划晚 2 分）")]
)
def test_a_journey_in_words(minutes: int, end: str) -> None:
    told = journey_words(leg(minutes, *STEPS), Texts("zh"))
    expected = "步行 6 分 → 等车 3 分 → 地铁 2 号线 建国门→西直门 18 分 → 步行 4 分"
    assert told == expected + end
    assert journey_words(leg(minutes), Texts("zh")) == ""
    taxi = JourneyStep(kind="taxi", minutes=20)
    assert journey_words(leg(20, taxi), Texts("en")) == "taxi ≈20 min"


# --- the matrix ---------------------------------------------------------------------------------


def test_the_parts_of_the_day_are_the_slices() -> None:
    matrix = source().matrix(places(), TravelMode.TRANSIT, MONDAY)
    parts = SETTINGS.travel.transit.parts
    assert [part.start for part in matrix.slices] == [0, *parts]
    size = len(places())
    for nobody in (matrix.slices[0], matrix.slices[-1]):
        assert all(
            nobody.minutes[row][column] == (0 if row == column else -1)
            for row in range(size)
            for column in range(size)
        )
    fastest = [min(part.minutes[0][1] for part in matrix.slices[1:-1])]
    assert all(value > 0 for value in fastest)


def test_who_is_ready_before_the_first_part_waits_for_it() -> None:
    matrix = source().matrix(places()[:2], TravelMode.TRANSIT, MONDAY)
    first = SETTINGS.travel.transit.parts[0]
    assert matrix.leave_and_arrive(0, 1, 0) == (first, first + matrix.minutes_at(0, 1, first))
    assert matrix.leave_and_arrive(0, 1, SETTINGS.travel.transit.parts[-1]) is None


def test_typical_minutes_lie_among_those_of_the_day() -> None:
    matrix = source().matrix(places(), TravelMode.TRANSIT, MONDAY)
    size = len(places())
    for row in range(size):
        for column in range(size):
            held = [part.minutes[row][column] for part in matrix.slices[1:-1]]
            assert matrix.minutes[row][column] <= max(held)


def test_a_pair_with_a_taxi_in_any_part_is_a_guess() -> None:
    matrix = source().matrix(places(), TravelMode.TRANSIT, MONDAY)
    assert 0 < len(matrix.guessed) < len(places()) ** 2 / 2
    row, column = matrix.guessed[0]
    steps = [
        source().journey(
            places()[row],
            places()[column],
            TravelMode.TRANSIT,
            dt.datetime.combine(MONDAY, dt.time(minute // 60, minute % 60)),
        )
        for minute in SETTINGS.travel.transit.parts[:-1]
    ]
    assert any(found[0].kind == "taxi" for found in steps)


def test_other_modes_are_estimated_as_without_transit() -> None:
    straight = GreatCircle(SETTINGS.travel)
    points = places()[:5]
    for mode in (TravelMode.WALK, TravelMode.CAR, TravelMode.EBIKE):
        assert source().matrix(points, mode, MONDAY) == straight.matrix(points, mode, MONDAY)
        assert source().journey(points[0], points[1], mode, NINE) == ()


def test_a_journey_to_where_one_is() -> None:
    here = places()[0]
    assert source().journey(here, here, TravelMode.TRANSIT, NINE) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": ("09:00", "07:00")},
        {"parts": ("09:00",)},
        {"parts": ("09:00", "09:00")},
        {"sure": 0.4},
        {"rides": 0},
        {"departures": 0},
    ],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TransitSettings.model_validate(wrong)
