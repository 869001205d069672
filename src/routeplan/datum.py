"""GCJ-02, the datum that Chinese map services must use: WGS-84 shifted by 0.1-0.7 km.

The shift is a published curve, the same in every open implementation: a cubic-like trend plus sines
over longitude and latitude, laid onto the Krasovsky ellipsoid. It applies to the mainland of China;
Hong Kong, Macau and Taiwan and other countries are left as they are.

What counts as mainland is an outline of straight pieces, drawn for this project: within about
30 km of the land border, the right side of it for the border towns in the tests, and within some
hundred metres around Hong Kong, Macau and Kinmen. At sea it is generous; the islands off the coast
that Taiwan holds are cut out of it.

BD-09 is what Baidu's services use: a second shift of about 0.8 km on top of GCJ-02, a push
with small waves in it. It holds in Hong Kong, Macau and Taiwan too; abroad Baidu gives WGS-84.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise
from math import atan2, cos, fabs, hypot, pi, radians, sin, sqrt
from typing import TypeAlias

from routeplan.point import Point

__all__ = [
    "Datum",
    "from_bd09",
    "from_gcj02",
    "is_mainland_china",
    "to_bd09",
    "to_gcj02",
    "to_wgs84",
]


class Datum(StrEnum):
    """What a latitude and longitude refer to."""

    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


Ring: TypeAlias = tuple[tuple[float, float], ...]

SEMI_MAJOR_METRES = 6378245.0
ECCENTRICITY_SQUARED = 0.006693421622965943
ROUNDS = 8
"""The shift changes by less than 1 % of a step, so each round gains two digits and more."""

# (latitude, longitude) of corners, clockwise from the mouth of the Yalu.
_MAINLAND: Ring = (
    *((39.6, 124.2), (40.08, 124.38), (40.5, 124.95), (40.9, 125.7), (41.09, 126.18)),
    *((41.78, 126.9), (41.5, 127.2), (41.4, 128.15), (42.0, 128.05), (42.05, 129.0)),
    *((42.42, 129.65), (42.96, 129.88), (42.42, 130.6), (42.75, 130.85), (43.4, 131.25)),
    *((44.4, 131.25), (45.0, 131.0), (45.3, 131.9), (45.1, 133.0), (46.1, 133.85)),
    *((47.3, 134.6), (48.35, 134.75), (48.42, 134.4), (48.15, 133.3), (47.75, 132.5)),
    *((47.72, 131.0), (48.75, 130.6), (48.95, 130.45), (49.3, 129.6), (49.55, 128.5)),
    *((49.8, 127.7), (50.25, 127.52), (50.75, 127.3), (51.35, 126.95), (52.1, 126.4)),
    *((52.8, 125.9), (53.1, 125.1), (53.5, 123.6), (53.5, 122.3), (53.3, 121.0)),
    *((52.75, 120.2), (52.5, 120.7), (51.95, 120.7), (51.3, 119.9), (50.6, 119.3)),
    *((50.15, 119.3), (49.55, 117.85), (49.85, 116.7), (49.2, 116.2), (48.15, 115.5)),
    *((47.75, 115.7), (47.85, 116.3), (47.7, 117.3), (48.05, 118.1), (47.7, 118.9)),
    *((47.05, 119.75), (46.7, 119.7), (46.8, 118.8), (46.6, 117.4), (46.35, 116.6)),
    *((45.7, 115.9), (45.35, 114.5), (44.85, 113.5), (45.0, 112.4), (45.05, 111.9)),
    *((44.45, 111.4), (43.69, 111.93), (43.4, 111.1), (42.85, 110.4), (42.5, 109.3)),
    *((42.45, 107.7), (42.1, 106.1), (41.6, 105.0), (41.9, 104.5), (41.9, 103.3)),
    *((42.5, 101.8), (42.65, 100.8), (42.5, 99.5), (42.75, 97.4), (42.75, 96.3)),
    *((43.3, 95.8), (44.25, 95.3), (44.4, 94.7), (45.0, 93.5), (45.15, 92.1)),
    *((45.3, 90.9), (45.75, 90.6), (46.9, 90.95), (47.7, 90.3), (48.05, 88.85)),
    *((48.6, 88.0), (49.2, 87.75), (49.15, 87.3), (48.5, 86.5), (48.4, 85.75)),
    *((47.4, 85.7), (47.0, 85.2), (47.25, 83.2), (45.55, 82.4), (45.2, 82.5)),
    *((45.3, 81.9), (44.9, 80.1), (44.2, 80.4), (43.15, 80.75), (42.85, 80.2)),
    *((42.2, 80.2), (41.6, 78.6), (41.15, 78.1), (41.0, 76.9), (40.45, 76.4)),
    *((40.55, 75.5), (40.35, 74.8), (39.85, 73.9), (39.4, 73.7), (38.55, 73.9)),
    *((38.35, 74.8), (37.4, 75.0), (36.65, 75.9), (35.9, 76.2), (35.5, 77.8)),
    *((34.35, 78.9), (33.5, 78.85), (33.0, 79.2), (32.5, 79.15), (32.6, 78.5)),
    *((31.5, 78.75), (30.9, 79.7), (30.2, 81.1), (30.4, 81.5), (30.1, 82.3)),
    *((29.4, 83.4), (29.3, 83.9), (28.8, 84.3), (28.6, 85.0), (28.25, 85.35)),
    *((27.97, 85.97), (27.9, 87.0), (27.85, 88.1), (28.05, 88.7), (27.3, 88.85)),
    *((27.35, 89.0), (28.0, 89.5), (28.25, 90.0), (28.05, 91.2), (27.75, 91.65)),
    *((27.85, 92.5), (28.6, 93.4), (29.2, 94.6), (29.0, 95.4), (29.4, 96.1)),
    *((28.8, 96.5), (28.4, 96.3), (28.3, 97.3), (27.75, 98.2), (27.5, 98.65)),
    *((26.7, 98.7), (25.9, 98.65), (25.1, 97.75), (24.75, 97.55), (23.92, 97.62)),
    *((23.95, 97.86), (24.02, 97.9), (24.06, 98.1), (24.1, 98.65), (23.2, 98.9)),
    *((22.95, 99.5), (22.1, 99.25), (21.75, 99.95), (21.55, 100.4), (21.85, 101.1)),
    *((21.2, 101.2), (21.15, 101.75), (22.3, 101.65), (22.45, 102.2), (22.7, 102.7)),
    *((22.65, 103.5), (22.508, 103.96), (22.8, 104.5), (23.3, 105.3), (22.95, 105.9)),
    *((22.8, 106.7), (22.2, 106.6), (21.96, 106.72), (21.65, 107.3), (21.537, 107.97)),
    *((20.6, 108.3), (17.9, 107.9), (17.5, 110.5), (20.5, 112.5), (21.6, 114.6)),
    *((22.2, 116.5), (23.0, 118.0), (23.9, 118.6), (24.9, 119.9), (25.7, 120.3)),
    *((27.5, 121.8), (29.5, 123.2), (31.0, 123.3), (33.0, 122.3), (35.0, 121.2)),
    *((36.5, 123.2), (37.6, 123.3), (38.8, 123.2), (39.2, 124.0)),
)
_HONG_KONG: Ring = (
    *((22.13, 113.82), (22.35, 113.84), (22.42, 113.88), (22.495, 113.985), (22.505, 114.045)),
    *((22.517, 114.075), (22.5305, 114.115), (22.543, 114.14), (22.555, 114.165)),
    *((22.56, 114.18), (22.548, 114.222), (22.55, 114.3), (22.56, 114.43), (22.5, 114.455)),
    (22.13, 114.455),
)
_MACAU: Ring = (
    *((22.216, 113.537), (22.2165, 113.549), (22.21, 113.556), (22.2, 113.6), (22.1, 113.61)),
    *((22.1, 113.553), (22.14, 113.549), (22.17, 113.54), (22.195, 113.532)),
)
# Between Xiamen, whose shore ends at 118.203 E, and Little Kinmen, which begins at 118.21 E.
_KINMEN: Ring = (
    *((24.37, 118.206), (24.44, 118.206), (24.468, 118.215), (24.5, 118.29), (24.52, 118.37)),
    *((24.537, 118.4), (24.537, 118.43), (24.52, 118.47), (24.45, 118.53), (24.37, 118.5)),
)
_TAIWANS_ISLANDS: tuple[Ring, ...] = (
    _KINMEN,
    ((24.365, 118.15), (24.395, 118.15), (24.395, 118.185), (24.365, 118.185)),  # Dadan
    ((24.95, 119.4), (25.03, 119.4), (25.03, 119.5), (24.95, 119.5)),  # Wuqiu
    ((25.92, 119.9), (26.02, 119.9), (26.02, 120.02), (25.92, 120.02)),  # Juguang
    (
        (26.1, 119.88),
        (26.2, 119.88),
        (26.3, 119.95),
        (26.3, 120.1),
        (26.1, 120.1),
    ),  # Nangan, Beigan
    ((26.31, 120.19), (26.37, 120.19), (26.37, 120.26), (26.31, 120.26)),  # Liangdao
    ((26.32, 120.44), (26.41, 120.44), (26.41, 120.54), (26.32, 120.54)),  # Dongyin
)
_TAIWAN: Ring = (
    *((25.5, 121.3), (25.5, 122.2), (24.4, 122.1), (21.8, 121.8), (21.6, 120.6)),
    *((23.0, 119.2), (23.9, 119.3)),
)


def is_mainland_china(point: Point) -> bool:
    """Whether GCJ-02 shifts the point; Taiwan lies outside of the outline."""
    return _inside(point, _MAINLAND) and not any(
        _inside(point, ring) for ring in (_HONG_KONG, _MACAU, *_TAIWANS_ISLANDS)
    )


def to_gcj02(point: Point) -> Point:
    """Where a map in GCJ-02 draws a WGS-84 point."""
    if not is_mainland_china(point):
        return point
    north, east = _shift(point.lat, point.lon)
    return Point(lat=point.lat + north, lon=point.lon + east)


def from_gcj02(point: Point) -> Point:
    """The WGS-84 point that a map in GCJ-02 draws there, to less than a centimetre.

    Found by fixed-point iteration. Just beyond the outline's edge both readings are possible: a
    shifted point of the mainland, or one from outside that is not shifted. It is taken as shifted,
    so that the way back is right for every point of the mainland.
    """
    lat, lon = point.lat, point.lon
    for _ in range(ROUNDS):
        north, east = _shift(lat, lon)
        lat, lon = _on_earth(point.lat - north, point.lon - east)
    before = Point(lat=lat, lon=lon)
    return before if is_mainland_china(before) else point


def to_bd09(point: Point) -> Point:
    """Where Baidu's map draws a WGS-84 point."""
    if not _is_baidus_china(point):
        return point
    middle = to_gcj02(point)
    north, east = _bd09_shift(middle)
    return Point(lat=middle.lat + north, lon=middle.lon + east)


def from_bd09(point: Point) -> Point:
    """The WGS-84 point that Baidu's map draws there, to less than a centimetre."""
    middle = point
    for _ in range(ROUNDS):
        north, east = _bd09_shift(middle)
        lat, lon = _on_earth(point.lat - north, point.lon - east)
        middle = Point(lat=lat, lon=lon)
    before = from_gcj02(middle)
    return before if _is_baidus_china(before) else point


def to_wgs84(point: Point, datum: Datum) -> Point:
    """The WGS-84 point of a point in `datum`."""
    if datum is Datum.GCJ02:
        return from_gcj02(point)
    return from_bd09(point) if datum is Datum.BD09 else point


def _is_baidus_china(point: Point) -> bool:
    return any(
        _inside(point, ring) for ring in (_MAINLAND, _HONG_KONG, _MACAU, *_TAIWANS_ISLANDS, _TAIWAN)
    )


def _on_earth(lat: float, lon: float) -> tuple[float, float]:
    """Far from China the shifts mean nothing; what they make is still a point."""
    return max(-90.0, min(90.0, lat)), max(-180.0, min(180.0, lon))


def _bd09_shift(point: Point) -> tuple[float, float]:
    """Degrees north and east that BD-09 adds to a GCJ-02 point."""
    wave = pi * 3000 / 180
    radius = hypot(point.lon, point.lat) + 0.00002 * sin(point.lat * wave)
    angle = atan2(point.lat, point.lon) + 0.000003 * cos(point.lon * wave)
    return (
        radius * sin(angle) + 0.006 - point.lat,
        radius * cos(angle) + 0.0065 - point.lon,
    )


def _shift(lat: float, lon: float) -> tuple[float, float]:
    """Degrees north and east that GCJ-02 adds."""
    x, y = lon - 105, lat - 35
    wave = 20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x))
    north += (wave + 20 * sin(pi * y) + 40 * sin(pi * y / 3)) * 2 / 3
    north += (160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x))
    east += (wave + 20 * sin(pi * x) + 40 * sin(pi * x / 3)) * 2 / 3
    east += (150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    # From metres to degrees by the ellipsoid's radii of curvature at this latitude.
    bulge = 1 - ECCENTRICITY_SQUARED * sin(radians(lat)) ** 2
    meridian = SEMI_MAJOR_METRES * (1 - ECCENTRICITY_SQUARED) / bulge**1.5
    parallel = SEMI_MAJOR_METRES / sqrt(bulge) * cos(radians(lat))
    return north / radians(meridian), east / radians(parallel)


def _inside(point: Point, ring: Ring) -> bool:
    """Whether a line to the east of the point crosses the ring an odd number of times."""
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in pairwise((*ring, ring[0])):
        if (lat_a > point.lat) != (lat_b > point.lat):
            crossing = lon_a + (point.lat - lat_a) / (lat_b - lat_a) * (lon_b - lon_a)
            inside ^= point.lon < crossing
    return inside
