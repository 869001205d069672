"""Lines and journeys of the chosen legs: adornments, which no failing server may cost the plan."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from routeplan.book.models import TravelMode
from routeplan.config import Settings
from routeplan.errors import ServiceError
from routeplan.language import message
from routeplan.plan.ways import with_ways
from routeplan.point import Point
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.journey import JourneyStep
from tests.example_plan import example_plan


@dataclass(frozen=True)
class Stumbling(GreatCircle):
    """Tells of journeys up to a day, then fails."""

    last: dt.date = dt.date.max

    def journey(self, *asked: object) -> tuple[JourneyStep, ...]:
        departure = asked[-1]
        assert isinstance(departure, dt.datetime)
        if departure.date() > self.last:
            raise ServiceError("RP8004", message("roads.server_nonsense", server="localhost"))
        return (JourneyStep(kind="walk", minutes=1),)


@dataclass(frozen=True)
class Listening(GreatCircle):
    """Keeps what it was told to expect."""

    told: dict[tuple[TravelMode, dt.date], set[Point]] = field(default_factory=dict)

    def expect(self, *said: object) -> None:
        points, mode, day = said
        assert isinstance(points, tuple)
        assert isinstance(mode, TravelMode)
        assert isinstance(day, dt.date)
        self.told[mode, day] = set(points)

    def journey(self, *asked: object) -> tuple[JourneyStep, ...]:
        origin, destination, mode, departure = asked
        assert isinstance(departure, dt.datetime)
        assert isinstance(mode, TravelMode)
        assert {origin, destination} <= self.told[mode, departure.date()]
        return (JourneyStep(kind="walk", minutes=1),)


def test_a_source_is_told_of_all_points_of_a_day_before_its_first_leg() -> None:
    source = Listening(Settings().travel)
    plan = with_ways(example_plan(), source)
    assert source.told
    again = Listening(Settings().travel)
    assert with_ways(plan, again) == plan
    assert not again.told


def test_a_server_that_fails_costs_lines_and_nothing_else() -> None:
    plan = example_plan()
    first = min(day.date for day in plan.days)
    told = with_ways(plan, Stumbling(Settings().travel, last=first))
    legs = [(day.date, visit.leg) for day in told.days for visit in day.visits]
    assert any(leg is not None and leg.steps for date, leg in legs if date == first)
    assert not any(leg is not None and leg.steps for date, leg in legs if date > first)
    times = [[(v.visit_id, v.talk, v.arrive) for v in day.visits] for day in plan.days]
    assert [[(v.visit_id, v.talk, v.arrive) for v in day.visits] for day in told.days] == times
