"""What makes an answer doubtful: then a person looks at it before it is used."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from routeplan.book.models import MatchLevel
from routeplan.book.places import as_kept, swapped
from routeplan.datum import Datum, to_wgs84
from routeplan.geocode.ask import Answer
from routeplan.geocode.district import centre_of, city_of, metres_between, nearest_districts
from routeplan.point import Point

__all__ = ["Doubt", "doubts_of", "point_of", "shared"]

NEAR_METRES = 10_000
"""No place this near to the centre of a district is far from it, unless the district is smaller."""


class Doubt(StrEnum):
    IMPOSSIBLE = "impossible"  # no place on earth
    ZERO = "zero"  # on 0, 0
    SWAPPED = "swapped"  # latitude and longitude
    STREET_ONLY = "street_only"
    DISTRICT_ONLY = "district_only"
    LEVEL_UNKNOWN = "level_unknown"
    OUTSIDE_CITY = "outside_city"
    FAR_FROM_DISTRICT = "far_from_district"
    SHARED = "shared"  # on one point with another address


_BY_LEVEL = {
    MatchLevel.STREET: Doubt.STREET_ONLY,
    MatchLevel.DISTRICT: Doubt.DISTRICT_ONLY,
    MatchLevel.CITY: Doubt.DISTRICT_ONLY,
    MatchLevel.UNKNOWN: Doubt.LEVEL_UNKNOWN,
}


def point_of(answer: Answer, datum: Datum) -> Point | None:
    """Where an answer lies, in WGS-84; None where that is no place."""
    if not answer.found or not answer.possible or (answer.lat == answer.lon == 0):
        return None
    return as_kept(to_wgs84(Point(lat=answer.lat, lon=answer.lon), datum))


def doubts_of(
    answer: Answer, point: Point | None, *, city: str, district: str
) -> tuple[Doubt, ...]:
    """Why an answer is doubtful by itself; nothing if it is not.

    `city` and `district` are the codes of where the address says to be, '' where it does not.
    """
    if not answer.possible:
        return (Doubt.IMPOSSIBLE,)
    if point is None:
        return (Doubt.ZERO,)
    found = []
    if answer.match in _BY_LEVEL:
        found.append(_BY_LEVEL[answer.match])
    if swapped(answer.lat, answer.lon) or (city and _crossed(point, city)):
        found.append(Doubt.SWAPPED)
    elif city and not _in_city(point, city):
        found.append(Doubt.OUTSIDE_CITY)
    elif district and not _near(point, district):
        found.append(Doubt.FAR_FROM_DISTRICT)
    return tuple(found)


def _crossed(point: Point, city: str) -> bool:
    """Whether it would lie in the city if latitude and longitude were exchanged, and only then."""
    if _in_city(point, city) or abs(point.lon) > 90:
        return False
    return _in_city(Point(lat=point.lon, lon=point.lat), city)


def _in_city(point: Point, city: str) -> bool:
    """Whether one of the two nearest districts is the city's: borders run between two centres."""
    return any(city_of(code) == city for code in nearest_districts(point)[:2])


def _near(point: Point, district: str) -> bool:
    """Whether a point may belong to a district: a matter of range in town, of rank in the country.

    Where the district's centre is unknown, it may.
    """
    centre = centre_of(district)
    return (
        centre is None
        or metres_between(point, centre.point) <= min(centre.off_metres, NEAR_METRES)
        or district in nearest_districts(point)[:3]
    )


def shared(places: Iterable[tuple[str, str, Point]]) -> set[str]:
    """Names of the places that share a point with a different address.

    `places`: name, address and point each. Floors and rooms of one house are one address.
    """
    by_point: dict[tuple[float, float], list[tuple[str, str]]] = {}
    for name, address, point in places:
        spot = (round(point.lat, 5), round(point.lon, 5))  # a metre
        by_point.setdefault(spot, []).append((name, _house(address)))
    return {
        name
        for group in by_point.values()
        if len({house for _, house in group}) > 1
        for name, _ in group
    }


def _house(address: str) -> str:
    """The address down to the house number."""
    bare = re.sub(r"[\s,，.。;；、()（）-]", "", address).casefold()
    numbered = re.match(r".*?[路街道巷弄里村]\D{0,4}?[0-9一二三四五六七八九十百]+号", bare)
    return numbered[0] if numbered else bare
