"""A way drawn on the map, as one short text: Google's encoded polyline, five decimals (1 m)."""

from __future__ import annotations

from collections.abc import Sequence

import polyline

from routeplan.point import Point

__all__ = ["decode_shape", "encode_shape"]


def encode_shape(points: Sequence[Point] | None) -> str:
    """The text of a line; '' for none, or one without length."""
    if points is None or len(points) < 2:
        return ""
    return str(polyline.encode([(point.lat, point.lon) for point in points]))


def decode_shape(text: str, *, precision: int = 5) -> tuple[Point, ...]:
    """The line that a text says, to `precision` decimals. Raises ValueError when it says none."""
    try:
        places = polyline.decode(text, precision)
    except IndexError as error:
        raise ValueError(f"not an encoded line: {text[:40]!r}") from error
    return tuple(Point(lat=lat, lon=lon) for lat, lon in places)
