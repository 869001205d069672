"""What Valhalla is asked and how its answers are read, the same in-process and from a server."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from routeplan.book.models import TravelMode
from routeplan.point import Point
from routeplan.travel.roads import FARTHEST_FROM_ROAD_METRES, Way
from routeplan.travel.shape import decode_shape

__all__ = [
    "COSTINGS",
    "locate_request",
    "matrix_request",
    "read_line",
    "read_matrix",
    "read_placed",
    "route_request",
]

COSTINGS = {
    TravelMode.WALK: "pedestrian",
    TravelMode.BICYCLE: "bicycle",
    TravelMode.EBIKE: "bicycle",
    TravelMode.CAR: "auto",
}

REACHABLE_ROADS = 100
"""A place is put on a road from which so many others can be reached, not into a closed yard."""

Answer = dict[str, Any]


def matrix_request(
    origins: Sequence[Point], destinations: Sequence[Point], mode: TravelMode
) -> dict[str, Any]:
    return {
        "sources": [_location(point) for point in origins],
        "targets": [_location(point) for point in destinations],
        "costing": COSTINGS[mode],
        "units": "kilometers",
        "verbose": False,
    }


def route_request(origin: Point, destination: Point, mode: TravelMode) -> dict[str, Any]:
    return {
        "locations": [_location(origin), _location(destination)],
        "costing": COSTINGS[mode],
        "units": "kilometers",
        "directions_type": "none",
    }


def locate_request(points: Sequence[Point], mode: TravelMode) -> dict[str, Any]:
    return {
        "locations": [_location(point) for point in points],
        "costing": COSTINGS[mode],
        "verbose": False,
    }


def read_matrix(answer: Any) -> list[list[Way | None]]:
    """Rows of ways. Raises ValueError, KeyError or TypeError for what is no such answer."""
    table = answer["sources_to_targets"]
    return [
        [
            None if time is None or length is None else Way(_figure(time), _figure(length) * 1000)
            for time, length in zip(times, lengths, strict=True)
        ]
        for times, lengths in zip(table["durations"], table["distances"], strict=True)
    ]


def read_line(answer: Any) -> tuple[Way, tuple[Point, ...]]:
    """A route and how it is drawn. Raises like `read_matrix`."""
    trip = answer["trip"]
    way = Way(_figure(trip["summary"]["time"]), _figure(trip["summary"]["length"]) * 1000)
    return way, tuple(
        point for leg in trip["legs"] for point in decode_shape(leg["shape"], precision=6)
    )


def read_placed(answer: Any) -> list[bool]:
    """Whether each place asked for lies near a road. Raises like `read_matrix`."""
    return [bool(place["edges"]) for place in answer]


def _location(point: Point) -> dict[str, float]:
    return {
        "lat": point.lat,
        "lon": point.lon,
        "minimum_reachability": REACHABLE_ROADS,
        "search_cutoff": FARTHEST_FROM_ROAD_METRES,
    }


def _figure(value: Any) -> float:
    """A number of seconds or kilometres."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"not a number: {value!r}")
    if value < 0:
        raise ValueError(f"not a length of anything: {value!r}")
    return float(value)
