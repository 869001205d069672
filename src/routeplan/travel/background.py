"""The ground of a map without tiles: main roads of the city, clipped to what the map shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from routeplan.errors import FileError
from routeplan.language import message
from routeplan.point import Box, Point
from routeplan.travel.shape import decode_shape, encode_shape
from routeplan.travel.tiles import read_roads
from routeplan.values import Frozen

__all__ = ["MAIN_ROADS", "Line", "MainRoads", "clipped", "read_main_roads"]

MAIN_ROADS = "main-roads.json"

MAX_CHARACTERS = 300_000
"""Of all lines on a page; the least important roads are left away to keep to it."""


class Line(Frozen):
    level: Annotated[int, Field(ge=1, le=5)]
    """1 motorways, 2 primary, 3 secondary, 4 tertiary roads, 5 streets."""
    shape: str
    """Encoded, see `travel.shape`."""


class MainRoads(Frozen):
    """Lines, the most important first; from OpenStreetMap, whose name must be shown with them."""

    format: Literal[1] = 1
    lines: tuple[Line, ...]


def read_main_roads(folder: Path) -> MainRoads:
    """The main roads in a roads folder. Raises FileError when it is none, or damaged."""
    read_roads(folder)
    try:
        return MainRoads.model_validate_json((folder / MAIN_ROADS).read_bytes())
    except (OSError, ValidationError) as error:
        why = message("roads.damaged", file=MAIN_ROADS)
        text = message("roads.unusable", folder=str(folder), why=why)
        raise FileError("RP3034", text) from error


def clipped(roads: MainRoads, area: Box) -> MainRoads:
    """The lines as far as they run inside `area`, as many levels as a page has room for."""
    by_level: dict[int, list[Line]] = defaultdict(list)
    for line in roads.lines:
        by_level[line.level] += (
            Line(level=line.level, shape=encode_shape(run))
            for run in _runs(decode_shape(line.shape), area)
        )
    kept: list[Line] = []
    size = 0
    for level in sorted(by_level):
        size += sum(len(line.shape) for line in by_level[level])
        if size > MAX_CHARACTERS:
            break
        kept += by_level[level]
    return MainRoads(lines=tuple(kept))


def _runs(points: Sequence[Point], area: Box) -> Iterator[list[Point]]:
    """Stretches of a line whose pieces touch the area, or might."""
    run: list[Point] = []
    for before, after in pairwise(points):
        if _may_touch(before, after, area):
            run = run or [before]
            run.append(after)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _may_touch(one: Point, two: Point, area: Box) -> bool:
    return (
        max(one.lat, two.lat) >= area.south
        and min(one.lat, two.lat) <= area.north
        and max(one.lon, two.lon) >= area.west
        and min(one.lon, two.lon) <= area.east
    )
