"""A Valhalla server: https://valhalla.github.io/valhalla/api/"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from routeplan.book.models import TravelMode
from routeplan.point import Point
from routeplan.travel.hours import digest
from routeplan.travel.roads import Way
from routeplan.travel.valhalla_api import (
    COSTINGS,
    locate_request,
    matrix_request,
    read_line,
    read_matrix,
    read_placed,
    route_request,
)
from routeplan.travel.web import Block, Server, TooMuchError, in_blocks, whole_table

__all__ = ["ValhallaServer"]

BLOCK = 50
"""Origins and destinations at a time: a server's limit is 2,500 pairs unless raised."""

NO_WAY = (170, 171, 442)
"""Codes for: places on islands of the network, no road near a place, no path."""
TOO_MUCH = (150, 151)
TOO_FAR = (154, 157)


class ValhallaServer:
    """A `RoadNetwork` asked over HTTP. Raises SettingsError when the URL is none."""

    name = "valhalla"

    def __init__(self, server: Server) -> None:
        self.server = server

    @property
    def version(self) -> str:
        return digest(self.server.url)

    def carries(self, mode: TravelMode) -> bool:
        return mode in COSTINGS

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
            answer = self._ask(
                "/sources_to_targets",
                matrix_request(
                    [origins[start] for start in starts], [destinations[end] for end in ends], mode
                ),
            )
            return None if answer is None else self._read(read_matrix, answer)

        placed = self._placed([*origins, *destinations], mode)
        starts = [index for index, point in enumerate(origins) if point in placed]
        ends = [index for index, point in enumerate(destinations) if point in placed]
        yield from in_blocks(self.server, starts, ends, BLOCK, ask)

    def line(self, origin: Point, destination: Point, mode: TravelMode) -> tuple[Point, ...] | None:
        try:
            answer = self._ask("/route", route_request(origin, destination, mode))
        except TooMuchError as error:
            raise self.server.nonsense(str(error)) from error
        return None if answer is None else self._read(read_line, answer)[1]

    def _placed(self, points: Sequence[Point], mode: TravelMode) -> set[Point]:
        """Those of the points that lie near enough to a road: one that does not would spoil the
        answer for all others."""
        places = list(dict.fromkeys(points))

        def ask(numbers: Sequence[int], _: Sequence[int]) -> list[list[bool]] | None:
            request = locate_request([places[number] for number in numbers], mode)
            answer = self._ask("/locate", request)
            return answer and [[near] for near in self._read(read_placed, answer)]

        blocks = in_blocks(self.server, range(len(places)), range(1), BLOCK, ask)
        near = whole_table(blocks, len(places), 1)
        return {place for place, (there,) in zip(places, near, strict=True) if there}

    def _ask(self, path: str, request: dict[str, Any]) -> Any:
        """The answer; None: no way. Raises TooMuchError, ServiceError."""
        reply = self.server.ask(path, json=request)
        if reply.status == 200:
            return reply.body
        about = reply.body if isinstance(reply.body, dict) else {}
        code, why = about.get("error_code"), str(about.get("error", ""))
        if code in NO_WAY or code in TOO_FAR:
            return None
        if code in TOO_MUCH:
            raise TooMuchError(why)
        raise self.server.nonsense(why)

    def _read(self, read: Any, answer: Any) -> Any:
        try:
            return read(answer)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise self.server.nonsense() from error
