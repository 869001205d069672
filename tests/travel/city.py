"""A made-up city as an OpenStreetMap extract: twelve avenues and twelve streets, 400 m apart.

The avenues run north, the streets east; the outermost ones are primary roads, the others
residential. Beside them lies a lane that nothing leads to. Skips where the extra is missing.
"""

from __future__ import annotations

import atexit
import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from routeplan.point import Point
from routeplan.travel.tiles import RoadsFolder

__all__ = ["LANE", "SIDE", "STEP_METRES", "corner", "roads_folder", "write_extract"]

SIDE = 12
STEP_METRES = 400
SOUTH_WEST = Point(lat=30.0, lon=110.0)
METRES_PER_DEGREE = (110_852.4, 96_486.3)
"""Of latitude and of longitude at 30 degrees north, on the ellipsoid."""


def corner(east: float, north: float) -> Point:
    """The crossing of avenue `east` and street `north`, 0 to 11; parts lie between."""
    return Point(
        lat=round(SOUTH_WEST.lat + north * STEP_METRES / METRES_PER_DEGREE[0], 6),
        lon=round(SOUTH_WEST.lon + east * STEP_METRES / METRES_PER_DEGREE[1], 6),
    )


LANE = (corner(SIDE + 0.5, 4), corner(SIDE + 1, 4))


def write_extract(path: Path, *, roads: bool = True) -> Path:
    """Writes the city, or the crossings alone."""
    osmium = pytest.importorskip("osmium")
    nodes = {
        (east, north): 1 + east + SIDE * north for north in range(SIDE) for east in range(SIDE)
    }
    writer = osmium.SimpleWriter(str(path), overwrite=True)
    mutable = osmium.osm.mutable
    for (east, north), number in nodes.items():
        place = corner(east, north)
        writer.add_node(mutable.Node(id=number, location=(place.lon, place.lat)))
    for number, place in enumerate(LANE, start=900):
        writer.add_node(mutable.Node(id=number, location=(place.lon, place.lat)))
    if roads:
        ways = [[nodes[line, step] for step in range(SIDE)] for line in range(SIDE)]
        ways += [[nodes[step, line] for step in range(SIDE)] for line in range(SIDE)]
        for number, way in enumerate(ways):
            kind = "primary" if number % SIDE in (0, SIDE - 1) else "residential"
            tags = {"highway": kind, "name": f"Road {number}", "maxspeed": "36"}
            writer.add_way(mutable.Way(id=1 + number, nodes=way, tags=tags))
        tags = {"highway": "residential"}
        writer.add_way(mutable.Way(id=100, nodes=[900, 901], tags=tags))
    writer.close()
    return path


@lru_cache(maxsize=1)
def roads_folder() -> RoadsFolder:
    """The city's roads, built once for all tests."""
    pytest.importorskip("valhalla")
    pytest.importorskip("shapely")
    from routeplan.travel.roads_build import build_roads

    folder = Path(mkdtemp(prefix="routeplan-city-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return build_roads(write_extract(folder / "city.osm.pbf"), folder / "city-roads")
