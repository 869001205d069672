"""Points for Chinese map services, which shift the mainland's coordinates (GCJ-02).

to be written
"""

from __future__ import annotations

from routeplan.point import Point

__all__ = ["to_gcj02"]


def to_gcj02(point: Point) -> Point:
    return point
