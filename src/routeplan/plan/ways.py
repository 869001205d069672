"""How the chosen ways run and what one does on them, asked of the travel source once the routes
stand."""

from __future__ import annotations

import datetime as dt

from routeplan.errors import ServiceError
from routeplan.plan.plan import Detour, Leg, Plan, PlannedDay, PlannedVisit
from routeplan.point import Point
from routeplan.travel.shape import encode_shape
from routeplan.travel.source import TravelSource

__all__ = ["with_ways"]


def with_ways(plan: Plan, travel: TravelSource) -> Plan:
    """The plan with the line and the journey of every leg that has none yet; hours and minutes
    stay. When a server fails, the legs that are left keep their straight lines."""
    days = list(plan.days)
    for number, day in enumerate(days):
        try:
            days[number] = _day(day, travel)
        except ServiceError:
            break
    return plan.model_copy(update={"days": tuple(days)})


def _day(day: PlannedDay, travel: TravelSource) -> PlannedDay:
    at = day.start_point
    visits: list[PlannedVisit] = []
    detours: list[Detour] = []
    for place in day.places:
        way = {"leg": _leg(place.leg, at, place.point, day.date, travel)}
        if isinstance(place, Detour):
            detours.append(place.model_copy(update=way))
        else:
            visits.append(place.model_copy(update=way))
        at = place.point
    back = _leg(day.way_back, at, day.end_point, day.date, travel)
    changed = {"visits": tuple(visits), "detours": tuple(detours), "way_back": back}
    return day.model_copy(update=changed)


def _leg(
    leg: Leg | None,
    origin: Point | None,
    destination: Point | None,
    date: dt.date,
    travel: TravelSource,
) -> Leg | None:
    if leg is None or origin is None or destination is None or leg.steps or leg.shape:
        return leg
    departure = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=leg.leave)
    # A line along roads beside minutes that are a guess would look like knowledge.
    line = None if leg.estimated else travel.shape(origin, destination, leg.mode)
    return leg.model_copy(
        update={
            "shape": encode_shape(line),
            "steps": travel.journey(origin, destination, leg.mode, departure),
        }
    )
