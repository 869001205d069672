"""What routeplan itself takes from an OpenStreetMap extract: where it lies and its main roads.

Osmium reads the file (it is what Valhalla reads it with, too), Shapely joins and simplifies lines.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from routeplan.errors import FileError, SettingsError
from routeplan.language import message
from routeplan.point import Box, Point
from routeplan.travel.background import Line, MainRoads
from routeplan.travel.shape import encode_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Extract", "read_extract"]

LEVELS = {
    "motorway": 1,
    "trunk": 1,
    "primary": 2,
    "secondary": 3,
    "tertiary": 4,
    "unclassified": 5,
    "residential": 5,
}
"""Values of `highway` that the map's ground shows, the most important first."""

TOLERANCE_DEGREES = 1e-4
"""A simplified line leaves the true one by 11 m at most."""

SHORTEST_DEGREES = 1e-3
"""Loose pieces of small streets shorter than this (100 m) are not worth their bytes."""

Places = list[tuple[float, float]]
"""(longitude, latitude) of each point, as Shapely wants them."""


class Extract(NamedTuple):
    box: Box
    main_roads: MainRoads


def read_extract(pbf: Path) -> Extract:
    """Reads the whole file once.

    Raises FileError when it is no sound extract or has no roads, SettingsError without the extra.
    """
    try:
        import osmium
        import shapely  # noqa: F401
    except ImportError as error:
        text = message("error.extra", what="Osmium, Shapely", extra="roads")
        raise SettingsError("RP2023", text) from error

    ways: dict[int, list[Places]] = defaultdict(list)
    box = _Bounds()
    try:
        with osmium.io.Reader(str(pbf)) as reader:
            header = reader.header().box()
        for way in (
            osmium.FileProcessor(str(pbf))
            .with_locations()
            .with_filter(osmium.filter.KeyFilter("highway"))
        ):
            if not isinstance(way, osmium.osm.Way):
                continue
            places = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
            box.take(places)
            level = LEVELS.get(way.tags["highway"])
            if level is not None and len(places) > 1:
                ways[level].append(places)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        text = message("roads.bad_extract", file=pbf.name, why=str(error))
        raise FileError("RP3031", text) from error
    if box.empty:
        raise FileError("RP3032", message("roads.no_roads", file=pbf.name))
    if header.valid():
        low, high = header.bottom_left, header.top_right
        box = _Bounds()
        box.take([(low.lon, low.lat), (high.lon, high.lat)])
    lines = tuple(line for level in sorted(ways) for line in _lines(level, ways[level]))
    return Extract(box=box.box(), main_roads=MainRoads(lines=lines))


class _Bounds:
    """The smallest box around what was taken so far."""

    def __init__(self) -> None:
        self._edges = [181.0, 91.0, -181.0, -91.0]

    def take(self, places: Iterable[tuple[float, float]]) -> None:
        west, south, east, north = self._edges
        for lon, lat in places:
            west, south = min(west, lon), min(south, lat)
            east, north = max(east, lon), max(north, lat)
        self._edges = [west, south, east, north]

    @property
    def empty(self) -> bool:
        return self._edges[0] > self._edges[2]

    def box(self) -> Box:
        west, south, east, north = self._edges
        return Box(south=south, west=west, north=north, east=east)


def _lines(level: int, ways: list[Places]) -> Iterator[Line]:
    """Ways that meet end to end as one line each, without needless points, in a fixed order."""
    import shapely

    joined: Any = shapely.line_merge(shapely.MultiLineString(ways))
    # Each line by itself (Douglas and Peucker, 1973): crossings need no point of their own.
    plain = shapely.simplify(joined, TOLERANCE_DEGREES, preserve_topology=False)
    shapes = sorted(
        encode_shape([Point(lat=lat, lon=lon) for lon, lat in shapely.get_coordinates(part)])
        for part in shapely.get_parts(plain)
        if level < max(LEVELS.values()) or shapely.length(part) >= SHORTEST_DEGREES
    )
    for shape in filter(None, shapes):
        yield Line(level=level, shape=shape)
