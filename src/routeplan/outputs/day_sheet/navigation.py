"""Addresses that open a map service's way to a place, each in the datum that the service draws in.

By their published pages: AMap's URI API (lbs.amap.com/api/uri-api/guide/travel/route), Baidu's URI
API for the web (lbsyun.baidu.com, "uri/api/web"), Apple's map links (developer.apple.com, "Map
Links"), Google's Maps URLs (developers.google.com/maps/documentation/urls). No key is needed. They
name the client's place to the service, and only when someone follows them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlencode

from routeplan.book.models import TravelMode
from routeplan.datum import to_bd09, to_gcj02
from routeplan.outputs.plain import plain
from routeplan.point import Point

__all__ = ["NavigationLink", "Place", "navigation_links"]

_AMAP = {
    TravelMode.WALK: "walk",
    TravelMode.BICYCLE: "ride",
    TravelMode.EBIKE: "ride",
    TravelMode.CAR: "car",
    TravelMode.TRANSIT: "bus",
}
_BAIDU = {
    TravelMode.WALK: "walking",
    TravelMode.BICYCLE: "riding",
    TravelMode.EBIKE: "riding",
    TravelMode.CAR: "driving",
    TravelMode.TRANSIT: "transit",
}
# Apple documents no flag for a bicycle: its app then asks.
_APPLE = {TravelMode.WALK: "w", TravelMode.CAR: "d", TravelMode.TRANSIT: "r"}
_GOOGLE = {
    TravelMode.WALK: "walking",
    TravelMode.BICYCLE: "bicycling",
    TravelMode.EBIKE: "bicycling",
    TravelMode.CAR: "driving",
    TravelMode.TRANSIT: "transit",
}

_NAME_LIMIT = 40


class Place(NamedTuple):
    name: str
    point: Point
    """WGS-84."""


class NavigationLink(NamedTuple):
    service: str
    """'amap', 'baidu', 'apple' or 'google'."""
    url: str


def navigation_links(
    to: Place, mode: TravelMode, *, start: Place | None = None
) -> tuple[NavigationLink, ...]:
    """The ways to a place, one link a service.

    AMap, Apple and Google start where the phone is. Baidu's pages need a start, so that its way
    begins at `start`, the place before; without one its link shows the place alone.
    """
    return (
        NavigationLink("amap", _amap(to, mode)),
        NavigationLink("baidu", _baidu(to, mode, start)),
        NavigationLink("apple", _apple(to, mode)),
        NavigationLink("google", _google(to, mode)),
    )


def _amap(to: Place, mode: TravelMode) -> str:
    shown = _in_gcj02(to.point)
    query = {
        "to": f"{shown.lon:.6f},{shown.lat:.6f},{_name(to)}",
        "mode": _AMAP[mode],
        "policy": "0",
        "coordinate": "gaode",
        "src": "routeplan",
        "callnative": "1",
    }
    return _url("https://uri.amap.com/navigation", query)


def _baidu(to: Place, mode: TravelMode, start: Place | None) -> str:
    common = {"coord_type": "bd09ll", "output": "html", "src": "webapp.routeplan.routeplan"}
    if start is None:
        shown = _in_bd09(to.point)
        place = {
            "location": f"{shown.lat:.6f},{shown.lon:.6f}",
            "title": _name(to),
            "content": _name(to),
        }
        return _url("https://api.map.baidu.com/marker", place | common)
    ends = {"origin": _at_baidu(start), "destination": _at_baidu(to), "mode": _BAIDU[mode]}
    return _url("https://api.map.baidu.com/direction", ends | common)


def _at_baidu(place: Place) -> str:
    shown = _in_bd09(place.point)
    return f"latlng:{shown.lat:.6f},{shown.lon:.6f}|name:{_name(place)}"


def _apple(to: Place, mode: TravelMode) -> str:
    shown = _in_gcj02(to.point)
    query = {"daddr": f"{shown.lat:.6f},{shown.lon:.6f}"}
    if mode in _APPLE:
        query["dirflg"] = _APPLE[mode]
    return _url("https://maps.apple.com/", query)


def _google(to: Place, mode: TravelMode) -> str:
    shown = _in_gcj02(to.point)
    query = {
        "api": "1",
        "destination": f"{shown.lat:.6f},{shown.lon:.6f}",
        "travelmode": _GOOGLE[mode],
    }
    return _url("https://www.google.com/maps/dir/", query)


# A day's places are drawn again and again.
_in_gcj02 = lru_cache(maxsize=1024)(to_gcj02)
_in_bd09 = lru_cache(maxsize=1024)(to_bd09)


def _name(place: Place) -> str:
    """Short, without the signs that part the pieces of a value."""
    words = plain(place.name).translate({ord(sign): " " for sign in ",|:"}).split()
    return " ".join(words)[:_NAME_LIMIT]


def _url(base: str, query: dict[str, str]) -> str:
    return f"{base}?{urlencode(query, quote_via=quote, safe=',')}"
