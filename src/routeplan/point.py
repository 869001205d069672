"""A place on earth, and a part of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from routeplan.values import Frozen

__all__ = ["Box", "Point"]


class Point(Frozen):
    """Latitude and longitude in degrees, WGS-84. Other datums are converted where they come in."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Box(Frozen):
    """From south-west to north-east, in degrees."""

    south: Annotated[float, Field(ge=-90, le=90)]
    west: Annotated[float, Field(ge=-180, le=180)]
    north: Annotated[float, Field(ge=-90, le=90)]
    east: Annotated[float, Field(ge=-180, le=180)]

    @classmethod
    def around(cls, points: Iterable[Point]) -> Box:
        """The smallest that holds all of `points`. Raises ValueError without any."""
        lats, lons = zip(*((point.lat, point.lon) for point in points), strict=True)
        return cls(south=min(lats), west=min(lons), north=max(lats), east=max(lons))

    def contains(self, point: Point) -> bool:
        return self.south <= point.lat <= self.north and self.west <= point.lon <= self.east
