"""An OSRM server: https://project-osrm.org/docs/v5.24.0/api/

osrm-routed answers with the one profile it was prepared with, whatever the address says. So a plain
URL is taken for cars; a URL with '{mode}' names servers for 'car', 'bike' and 'foot'.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from routeplan.book.models import TravelMode
from routeplan.point import Point
from routeplan.travel.hours import digest
from routeplan.travel.roads import FARTHEST_FROM_ROAD_METRES, Way
from routeplan.travel.shape import decode_shape
from routeplan.travel.web import Block, Reply, Server, TooMuchError, in_blocks, whole_table

__all__ = ["OsrmServer"]

PROFILES = {
    TravelMode.CAR: ("car", "driving"),
    TravelMode.BICYCLE: ("bike", "cycling"),
    TravelMode.EBIKE: ("bike", "cycling"),
    TravelMode.WALK: ("foot", "walking"),
}
"""What stands for '{mode}', and the profile named in the path."""

BLOCK = 50
"""Origins and destinations at a time: a server's limit is 100 places unless raised."""


class OsrmServer:
    """A `RoadNetwork` asked over HTTP. Raises SettingsError when the URL is none."""

    name = "osrm"

    def __init__(self, server: Server) -> None:
        self.server = server

    @property
    def version(self) -> str:
        return digest(self.server.url)

    def carries(self, mode: TravelMode) -> bool:
        return mode is TravelMode.CAR or ("{mode}" in self.server.url and mode in PROFILES)

    def table(
        self, origins: Sequence[Point], destinations: Sequence[Point], mode: TravelMode
    ) -> list[list[Way | None]]:
        """Ways from each origin to each destination. Raises ServiceError."""
        blocks = self.blocks(origins, destinations, mode)
        return whole_table(blocks, len(origins), len(destinations))

    def blocks(
        self, origins: Sequence[Point], destinations: Sequence[Point], mode: TravelMode
    ) -> Iterator[Block[Way | None]]:
        """The table in portions, each as soon as it is there. Raises ServiceError."""

        def ask(starts: Sequence[int], ends: Sequence[int]) -> list[list[Way | None]] | None:
            points = [*(origins[start] for start in starts), *(destinations[end] for end in ends)]
            first = ";".join(map(str, range(len(starts))))
            rest = ";".join(map(str, range(len(starts), len(points))))
            query = f"?sources={first}&destinations={rest}&annotations=duration,distance"
            reply = self._ask("table", points, query, mode)
            try:
                return reply and _read_table(reply.body, len(starts), len(ends))
            except (KeyError, TypeError, ValueError) as error:
                raise self.server.nonsense() from error

        yield from in_blocks(self.server, range(len(origins)), range(len(destinations)), BLOCK, ask)

    def line(self, origin: Point, destination: Point, mode: TravelMode) -> tuple[Point, ...] | None:
        query = "?overview=full&geometries=polyline6"
        try:
            reply = self._ask("route", [origin, destination], query, mode)
        except TooMuchError as error:
            raise self.server.nonsense(str(error)) from error
        if reply is None:
            return None
        try:
            return decode_shape(reply.body["routes"][0]["geometry"], precision=6)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise self.server.nonsense() from error

    def _ask(
        self, service: str, points: Sequence[Point], query: str, mode: TravelMode
    ) -> Reply | None:
        """None: no way, or no road near a place. Raises TooMuchError, ServiceError."""
        server, profile = PROFILES[mode]
        places = ";".join(f"{point.lon:.6f},{point.lat:.6f}" for point in points)
        reply = self.server.ask(f"/{service}/v1/{profile}/{places}{query}", mode=server)
        code = reply.body.get("code") if isinstance(reply.body, dict) else None
        if code == "Ok":
            return reply
        if code in ("NoRoute", "NoSegment"):
            return None
        if code == "TooBig":
            raise TooMuchError(str(reply.body.get("message", code)))
        raise self.server.nonsense(str(reply.body.get("message", code)) if code else "")


def _read_table(body: Any, rows: int, columns: int) -> list[list[Way | None]]:
    starts = [_near(place) for place in body["sources"]]
    ends = [_near(place) for place in body["destinations"]]
    if (len(starts), len(ends)) != (rows, columns):
        raise ValueError("another table than asked for")
    return [
        [
            None
            if seconds is None or metres is None or not (start and end)
            else Way(_figure(seconds), _figure(metres))
            for end, seconds, metres in zip(ends, times, lengths, strict=True)
        ]
        for start, times, lengths in zip(starts, body["durations"], body["distances"], strict=True)
    ]


def _near(place: Any) -> bool:
    """Whether the server moved the place onto a road that is not far from it."""
    return _figure(place["distance"]) <= FARTHEST_FROM_ROAD_METRES


def _figure(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"not a number: {value!r}")
    if value < 0:
        raise ValueError(f"not a length of anything: {value!r}")
    return float(value)
