"""A city of one street, with timetables: written by the tests, small enough to work out by hand.

Along the street from west to east, with seconds on foot between neighbours (ferrobus walks 1.4 m a
second):

    P -290- A ---- 5 km, too far to walk ---- B -95- C ---- 5 km ---- D -190- R
                                              B -190- Q (northwards)

ferrobus may count a second to the street at either end.
"""

from __future__ import annotations

import math
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from routeplan.point import Point

__all__ = [
    "POINTS",
    "SEGMENTS",
    "TIMES",
    "TRIPS",
    "clock",
    "trips",
    "write_feed",
    "write_streets",
]

_RADIUS = 6_371_008.8
_WEST = Point(lat=30.0, lon=110.0)


def _east(metres: float) -> float:
    """Degrees of longitude."""
    return math.degrees(metres / (_RADIUS * math.cos(math.radians(_WEST.lat))))


def _north(metres: float) -> float:
    return math.degrees(metres / _RADIUS)


def _metres(seconds: int) -> float:
    return (seconds + 0.5) * 1.4  # walks are cut to whole seconds


_ALONG = {"P": 0.0, "A": _metres(290)}
_ALONG["B"] = _ALONG["A"] + 5000
_ALONG["C"] = _ALONG["B"] + _metres(95)
_ALONG["D"] = _ALONG["C"] + 5000
_ALONG["R"] = _ALONG["D"] + _metres(190)
POINTS: dict[str, Point] = {
    name: Point(lat=_WEST.lat, lon=_WEST.lon + _east(metres)) for name, metres in _ALONG.items()
}
POINTS["Q"] = Point(lat=_WEST.lat + _north(_metres(190)), lon=POINTS["B"].lon)
SEGMENTS = (("P", "A"), ("A", "B"), ("B", "C"), ("C", "D"), ("D", "R"), ("B", "Q"))


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}:00"


def write_feed(path: Path, tables: Mapping[str, str], *, encoding: str = "utf-8") -> Path:
    """A GTFS feed as a zip file; the stops A to D and one agency-free calendar unless given."""
    stops = [
        "stop_id,stop_name,stop_lat,stop_lon",
        *(f"{name},车站{name},{POINTS[name].lat!r},{POINTS[name].lon!r}" for name in "ABCD"),
    ]
    usual = {
        "stops": "\n".join(stops),
        "routes": "route_id,route_short_name,route_long_name\nr1,1路,\nr2,2路,\n",
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
        "start_date,end_date\nwork,1,1,1,1,1,0,0,20260101,20261231\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (usual | dict(tables)).items():
            if text:
                archive.writestr(f"{name}.txt", text.encode(encoding))
    return path


# --- an OpenStreetMap extract (PBF), as the format's description has it ---------------------------


def write_streets(
    path: Path,
    points: Mapping[str, Point] = POINTS,
    segments: Sequence[tuple[str, str]] = SEGMENTS,
) -> Path:
    """Residential streets, straight between two points each."""
    ids = {name: number for number, name in enumerate(points, 1)}
    nodes = b"".join(
        _field(
            1,
            _number(1, _zigzag(ids[name]))
            + _number(8, _zigzag(round(point.lat * 1e7)))
            + _number(9, _zigzag(round(point.lon * 1e7))),
        )
        for name, point in points.items()
    )
    ways = b"".join(
        _field(
            3,
            _number(1, number)
            + _field(2, _varint(1))
            + _field(3, _varint(2))
            + _field(8, _varint(_zigzag(ids[one])) + _varint(_zigzag(ids[two] - ids[one]))),
        )
        for number, (one, two) in enumerate(segments, 1)
    )
    strings = _field(1, b"") + _field(1, b"highway") + _field(1, b"residential")
    block = _field(1, strings) + _field(2, nodes) + _field(2, ways)
    path.write_bytes(_blob(b"OSMHeader", _field(4, b"OsmSchema-V0.6")) + _blob(b"OSMData", block))
    return path


def _blob(kind: bytes, content: bytes) -> bytes:
    blob = _field(1, content) + _number(2, len(content))
    header = _field(1, kind) + _number(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def trips(
    route: str, stops: str, minutes: Iterable[int], ride: int, *, service: str = "work"
) -> tuple[str, str]:
    """Rows of trips.txt and stop_times.txt: from each of `minutes`, `ride` minutes a stop."""
    rows, times = [], []
    for start in minutes:
        trip = f"{route}-{start}"
        rows.append(f"{trip},{route},{service}\n")
        for number, stop in enumerate(stops):
            at = clock(start + number * ride)
            times.append(f"{trip},{stop},{number + 1},{at},{at}\n")
    return "".join(rows), "".join(times)


TRIPS = "trip_id,route_id,service_id\n"
TIMES = "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
