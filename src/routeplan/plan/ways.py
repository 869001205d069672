"""How the chosen ways run and what one does on them, asked of the travel source once the routes
stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from routeplan.book.models import TravelMode
from routeplan.errors import ServiceError
from routeplan.plan.plan import Detour, Leg, Plan, PlannedDay, PlannedVisit
from routeplan.point import Point
from routeplan.travel.shape import encode_shape
from routeplan.travel.source import TravelSource

__all__ = ["with_ways"]


def with_ways(plan: Plan, travel: TravelSource) -> Plan:
    """The plan with the line and the journey of every leg that has none yet; hours and minutes
    stay. When a server fails, the legs that are left keep their straight lines."""
    expected: dict[tuple[TravelMode, dt.date], dict[Point, None]] = {}
    for day in plan.days:
        for leg, origin, destination in _open_legs(day):
            points = expected.setdefault((leg.mode, day.date), {})
            points |= {origin: None, destination: None}
    for (mode, date), points in expected.items():
        travel.expect(tuple(points), mode, date)
    days = list(plan.days)
    # By date, for a source prepares itself for one day after the other.
    for number in sorted(range(len(days)), key=lambda number: days[number].date):
        try:
            days[number] = _day(days[number], travel)
        except ServiceError:
            break
    return plan.model_copy(update={"days": tuple(days)})


def _open_legs(day: PlannedDay) -> Iterator[tuple[Leg, Point, Point]]:
    """Those that neither line nor journey is known of, with where they begin and end."""
    at = day.start_point
    for leg, point in (
        *((place.leg, place.point) for place in day.places),
        (day.way_back, day.end_point),
    ):
        if leg and at and point and not (leg.steps or leg.shape):
            yield leg, at, point
        at = point


def _day(day: PlannedDay, travel: TravelSource) -> PlannedDay:
    known = {
        leg: _known(leg, origin, destination, day.date, travel)
        for leg, origin, destination in _open_legs(day)
    }
    visits: list[PlannedVisit] = []
    detours: list[Detour] = []
    for place in day.places:
        way = {"leg": place.leg and known.get(place.leg, place.leg)}
        if isinstance(place, Detour):
            detours.append(place.model_copy(update=way))
        else:
            visits.append(place.model_copy(update=way))
    back = day.way_back and known.get(day.way_back, day.way_back)
    changed = {"visits": tuple(visits), "detours": tuple(detours), "way_back": back}
    return day.model_copy(update=changed)


def _known(leg: Leg, origin: Point, destination: Point, date: dt.date, travel: TravelSource) -> Leg:
    departure = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=leg.leave)
    # A line along roads beside minutes that are a guess would look like knowledge.
    line = None if leg.estimated else travel.shape(origin, destination, leg.mode)
    return leg.model_copy(
        update={
            "shape": encode_shape(line),
            "steps": travel.journey(origin, destination, leg.mode, departure),
        }
    )
