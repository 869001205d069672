"""Valhalla on this machine: the tiles of a roads folder, asked in-process.

Its many-to-many algorithm answers a pair a little differently depending on what is asked with it.
The one-to-many search by Dijkstra does not, and is quicker inside a city, so it is chosen. What it
does not find (one-way streets cut off at an extract's edge) is asked for as a route.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routeplan.book.models import TravelMode
from routeplan.errors import FileError, SettingsError
from routeplan.language import message
from routeplan.point import Point
from routeplan.travel.roads import Way
from routeplan.travel.tiles import RoadsFolder, read_roads
from routeplan.travel.valhalla_api import (
    COSTINGS,
    locate_request,
    matrix_request,
    read_line,
    read_matrix,
    read_placed,
    route_request,
)

if TYPE_CHECKING:
    from valhalla import Actor

__all__ = ["LocalValhalla", "load_valhalla", "valhalla_config"]

ROWS_AT_ONCE = 50
LIMITS = {"max_locations": 100_000, "max_matrix_location_pairs": 10**9}
"""In place of those for a public server."""
MAX_REROUTED = 4000
"""Pairs asked for one by one at most: a few milliseconds each."""


class LocalValhalla:
    """A `RoadNetwork` over a folder that `build_roads` wrote.

    Raises FileError when the folder cannot be used, SettingsError where the extra is missing.
    """

    name = "roads"

    def __init__(self, folder: Path) -> None:
        self.folder: RoadsFolder = read_roads(folder)
        load_valhalla()

    @property
    def version(self) -> str:
        return self.folder.manifest.version

    def carries(self, mode: TravelMode) -> bool:
        return mode in COSTINGS

    def table(
        self, origins: Sequence[Point], destinations: Sequence[Point], mode: TravelMode
    ) -> list[list[Way | None]]:
        """Ways from each origin to each destination; None where a place is off the roads."""
        rows: list[list[Way | None]] = [[None] * len(destinations) for _ in origins]
        placed = self._placed([*origins, *destinations], mode)
        starts = [index for index, point in enumerate(origins) if point in placed]
        ends = [index for index, point in enumerate(destinations) if point in placed]
        for batch in _batches(starts):
            asked = matrix_request(
                [origins[index] for index in batch], [destinations[index] for index in ends], mode
            )
            answer = self._ask("matrix", asked) if ends else None
            if answer is not None:
                for index, row in zip(batch, read_matrix(answer), strict=True):
                    for end, way in zip(ends, row, strict=True):
                        rows[index][end] = way
        left = MAX_REROUTED
        for start in starts:
            for end in ends:
                if rows[start][end] is None and left and origins[start] != destinations[end]:
                    left -= 1
                    rows[start][end] = self._route(origins[start], destinations[end], mode)
        return rows

    def line(self, origin: Point, destination: Point, mode: TravelMode) -> tuple[Point, ...] | None:
        if len(self._placed([origin, destination], mode)) < len({origin, destination}):
            return None
        answer = self._ask("route", route_request(origin, destination, mode))
        return None if answer is None else read_line(answer)[1]

    def _route(self, origin: Point, destination: Point, mode: TravelMode) -> Way | None:
        answer = self._ask("route", route_request(origin, destination, mode))
        return None if answer is None else read_line(answer)[0]

    def _placed(self, points: Sequence[Point], mode: TravelMode) -> set[Point]:
        """Those of the points that lie near enough to a road."""
        inside = [
            point for point in dict.fromkeys(points) if self.folder.manifest.box.contains(point)
        ]
        if not inside:
            return set()
        answer = self._ask("locate", locate_request(inside, mode))
        return {
            point for point, near in zip(inside, read_placed(answer or []), strict=True) if near
        }

    def _ask(self, action: str, request: dict[str, Any]) -> Any:
        """Valhalla's answer; None: no way."""
        try:
            return json.loads(getattr(self._actor, action)(json.dumps(request)))
        except RuntimeError as error:
            if "No path could be found" in str(error):
                return None
            raise FileError(
                "RP3034", message("roads.unusable", folder=str(self.folder.path), why=str(error))
            ) from error

    @cached_property
    def _actor(self) -> Actor:
        from geopy.distance import great_circle

        valhalla = load_valhalla()
        config = valhalla_config(self.folder.tiles)
        box = self.folder.manifest.box
        across = great_circle((box.south, box.west), (box.north, box.east)).meters
        for costing in set(COSTINGS.values()):
            # It gives a search up after a time that it works out from this: far from being reached
            # on any way inside the box.
            config["service_limits"][costing]["max_matrix_distance"] = 200_000 + 4 * across
        with tempfile.TemporaryDirectory() as temporary:
            # It takes its settings from a file and does not look at it again.
            path = Path(temporary) / "valhalla.json"
            path.write_text(json.dumps(config), encoding="utf-8")
            actor: Actor = valhalla.Actor(path)
        return actor


def load_valhalla() -> Any:
    """The library. Raises SettingsError where it is not installed."""
    try:
        import valhalla
    except ImportError as error:
        text = message("error.extra", what="Valhalla", extra="roads")
        raise SettingsError("RP2023", text) from error
    return valhalla


def valhalla_config(tiles: Path) -> dict[str, Any]:
    """Settings for building and asking the tiles in a folder: silent, and no limits."""
    config: dict[str, Any] = copy.deepcopy(load_valhalla().get_config("", tiles))
    for costing in set(COSTINGS.values()):
        config["service_limits"][costing] |= LIMITS
    config["thor"]["source_to_target_algorithm"] = "timedistancematrix"
    # Its defaults look for files of other data outside of the folder.
    for name in ("traffic_extract", "admin", "landmarks", "timezone", "transit_dir"):
        config["mjolnir"].pop(name, None)
    config["mjolnir"].pop("transit_feeds_dir", None)
    config["mjolnir"]["data_processing"]["use_admin_db"] = False
    return config


def _batches(indices: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(indices), ROWS_AT_ONCE):
        yield indices[start : start + ROWS_AT_ONCE]
