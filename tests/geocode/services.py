"""What each service answers, in its own form, for a loopback server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from routeplan.book.models import Locator
from routeplan.datum import Datum, to_bd09, to_gcj02
from routeplan.geocode.ask import Asker
from routeplan.geocode.provider import PROVIDERS
from routeplan.point import Point
from tests.loopback import Answer, Loopback, Request, ok

__all__ = ["FOUND", "KEY", "NOTHING", "QUERY", "asker", "by_address", "place_in"]

KEY = "key-that-must-not-show"
VARIABLES = ("ROUTEPLAN_AMAP_KEY", "ROUTEPLAN_BAIDU_KEY")

QUERY = {
    Locator.NOMINATIM: "q",
    Locator.PHOTON: "q",
    Locator.BAIDU: "address",
    Locator.AMAP: "address",
    Locator.ARCGIS: "singleLine",
}
"""The parameter that holds the address."""


def _nominatim(lat: float, lon: float, level: str) -> Any:
    rank = {"address": 30, "street": 26, "district": 18}[level]
    return [{"lat": str(lat), "lon": str(lon), "display_name": "某处", "place_rank": rank}]


def _photon(lat: float, lon: float, level: str) -> Any:
    kind = {"address": "house", "street": "street", "district": "district"}[level]
    place = {
        "geometry": {"coordinates": [lon, lat]},
        "properties": {"type": kind, "name": "某处"},
    }
    return {"features": [place]}


def _baidu(lat: float, lon: float, level: str) -> Any:
    word = {"address": "门址", "street": "道路", "district": "区县"}[level]
    result = {"location": {"lat": lat, "lng": lon}, "precise": 1, "confidence": 80, "level": word}
    return {"status": 0, "result": result}


def _amap(lat: float, lon: float, level: str) -> Any:
    word = {"address": "门牌号", "street": "道路", "district": "区县"}[level]
    place = {"formatted_address": "某处", "location": f"{lon},{lat}", "level": word}
    return {"status": "1", "infocode": "10000", "geocodes": [place]}


def _arcgis(lat: float, lon: float, level: str) -> Any:
    word = {"address": "PointAddress", "street": "StreetName", "district": "Locality"}[level]
    place = {
        "address": "某处",
        "location": {"x": lon, "y": lat},
        "attributes": {"Addr_type": word},
    }
    return {"candidates": [place]}


FOUND: Mapping[Locator, Callable[[float, float, str], Any]] = {
    Locator.NOMINATIM: _nominatim,
    Locator.PHOTON: _photon,
    Locator.BAIDU: _baidu,
    Locator.AMAP: _amap,
    Locator.ARCGIS: _arcgis,
}
"""Latitude, longitude (in the service's datum) and level → what the service writes."""

NOTHING: Mapping[Locator, Any] = {
    Locator.NOMINATIM: [],
    Locator.PHOTON: {"features": []},
    Locator.BAIDU: {"status": 1, "msg": "Internal Service Error:无相关结果", "results": []},
    Locator.AMAP: {"status": "0", "info": "ENGINE_RESPONSE_DATA_ERROR", "infocode": "30001"},
    Locator.ARCGIS: {"candidates": []},
}


def place_in(locator: Locator, point: Point, level: str = "address") -> Answer:
    """The service's answer for a WGS-84 point."""
    datum = PROVIDERS[locator].datum
    shown = {Datum.WGS84: point, Datum.GCJ02: to_gcj02(point), Datum.BD09: to_bd09(point)}[datum]
    return ok(FOUND[locator](shown.lat, shown.lon, level))


def by_address(locator: Locator, places: Mapping[str, Answer]) -> Callable[[Request], Answer]:
    """Answers by what the address contains; nothing found for all others."""

    def answer(request: Request) -> Answer:
        text = request.query[QUERY[locator]]
        return next((place for part, place in places.items() if part in text), ok(NOTHING[locator]))

    return answer


def asker(locator: Locator, server: Loopback, waited: list[float] | None = None) -> Asker:
    """Asks the loopback server, and notes how long it would wait instead of waiting."""
    slept: list[float] = [] if waited is None else waited
    return Asker(
        PROVIDERS[locator],
        server=server.url,
        per_second=1000,
        time_out=0.3,
        sleep=slept.append,
    )
