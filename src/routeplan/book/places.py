"""Latitude and longitude of a row to a point, with the mistakes that people make there."""

from __future__ import annotations

from routeplan.book.codes import FaultCode
from routeplan.book.records import Record
from routeplan.book.reporter import Reporter
from routeplan.datum import Datum, to_wgs84
from routeplan.point import Point

__all__ = ["as_kept", "read_point", "swapped"]


def read_point(
    record: Record, lat_column: str, lon_column: str, reporter: Reporter
) -> Point | None:
    """The point, or None when both are blank or one cannot be meant."""
    lat, lon = record.values.get(lat_column), record.values.get(lon_column)

    def report(code: FaultCode, *columns: str) -> None:
        record.bad.update(columns)
        for column in columns:
            reporter.report(code, record.place(column), lat=str(lat), lon=str(lon))

    unread = {lat_column, lon_column} & record.bad
    beyond = [
        column
        for column, value, most in ((lat_column, lat, 90), (lon_column, lon, 180))
        if value is not None and abs(value) > most
    ]
    if lat is not None and lon is not None and swapped(lat, lon):
        report(FaultCode.SWAPPED_COORDINATES, lat_column)
    elif beyond:
        report(FaultCode.BAD_COORDINATE, *beyond)
    elif unread or "datum" in record.bad or (lat is None and lon is None):
        pass
    elif lat is None or lon is None:
        blank = lat_column if lat is None else lon_column
        record.bad.add(blank)
        label = record.table.spec.by_name[blank].label
        reporter.report(FaultCode.HALF_POINT, record.place(blank), column=label)
    elif lat == lon == 0:
        report(FaultCode.ZERO_COORDINATES, lat_column)
    else:
        point = Point(lat=lat, lon=lon)
        datum = record.values.get("datum", Datum.WGS84)
        return point if datum is Datum.WGS84 else as_kept(to_wgs84(point, datum))
    return None


def as_kept(point: Point) -> Point:
    """To the seven decimals (1 cm) that files keep, so that a book reads back equal."""
    return Point(lat=round(point.lat, 7), lon=round(point.lon, 7))


def swapped(lat: float, lon: float) -> bool:
    """Whether the two make sense only the other way round.

    A latitude over 90 always does. Western China (73-90° E, 18-54° N) swapped lies in the Arctic
    Ocean between Novaya Zemlya and Svalbard, where nobody has clients.
    """
    return (90 < abs(lat) <= 180 and abs(lon) <= 90) or (73 <= lat <= 90 and 18 <= lon <= 54)
