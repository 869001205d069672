"""The services that can be asked: where they are, how often, and how their answers are read.

All of them are asked through geopy. Its URLs hold the key, so none of its own texts is shown.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from routeplan.book.models import Locator, MatchLevel
from routeplan.datum import Datum
from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.version import __version__

if TYPE_CHECKING:
    from geopy.geocoders.base import Geocoder

__all__ = ["PROVIDERS", "Provider", "make_geocoder"]

Raw = Mapping[str, Any]
"""One place as the service wrote it."""

Make = Callable[..., "Geocoder"]
"""Takes the key where there is one, then geopy's options by name."""


@dataclass(frozen=True)
class Provider:
    """A service. Its public server allows `per_second` requests."""

    locator: Locator
    title: str
    datum: Datum
    per_second: float
    make: Make
    match: Callable[[Raw], MatchLevel]
    variable: str = ""
    """Environment variable of the key; '' where none is needed."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of each request."""


def make_geocoder(provider: Provider, *, server: str, time_out: float) -> Geocoder:
    """The geopy geocoder, at its public server or at the URL `server` ('' is the public one).

    Raises UsageError when the key is missing or `server` is no URL.
    """
    from geopy.adapters import URLLibAdapter

    options: dict[str, Any] = {
        "timeout": time_out,
        "user_agent": f"routeplan/{__version__}",
        # Always the standard library's client: others write the URL with the key into their errors.
        "adapter_factory": URLLibAdapter,
    }
    if server:
        options["scheme"], options["domain"] = _parts(server)
    if not provider.variable:
        return provider.make(**options)
    key = os.environ.get(provider.variable, "").strip()
    if not key:
        text = message(
            "error.service_key_missing", service=provider.title, variable=provider.variable
        )
        raise UsageError("RP4031", text)
    return provider.make(key, **options)


def _parts(server: str) -> tuple[str, str]:
    """Scheme, and host with path."""
    try:
        split = urlsplit(server)
        usable = split.scheme in ("http", "https") and bool(split.hostname) and not split.username
    except ValueError:
        usable = False
    if not usable or split.query or split.fragment:
        raise UsageError("RP4032", message("error.service_url", url=server))
    return split.scheme, f"{split.netloc}{split.path}".rstrip("/")


# --- geopy's geocoders, imported when one is used ------------------------------------------------


def _nominatim(**options: Any) -> Geocoder:
    from geopy.geocoders import Nominatim

    return Nominatim(**options)


def _photon(**options: Any) -> Geocoder:
    from geopy.geocoders import Photon

    return Photon(**options)


def _arcgis(**options: Any) -> Geocoder:
    from geopy.geocoders import ArcGIS

    return ArcGIS(**options)


def _amap(key: str, **options: Any) -> Geocoder:
    from routeplan.geocode.amap import AMap

    return AMap(key, **options)


def _baidu(key: str, *, domain: str = "", **options: Any) -> Geocoder:
    from routeplan.geocode.baidu import Baidu

    return Baidu(key, domain=domain or "api.map.baidu.com", **options)


# --- what of the address was matched -------------------------------------------------------------


def _nominatim_match(raw: Raw) -> MatchLevel:
    # https://nominatim.org/release-docs/latest/customize/Ranking/
    rank = raw.get("place_rank")
    if not isinstance(rank, int):
        return MatchLevel.UNKNOWN
    if rank >= 28:
        return MatchLevel.ADDRESS
    if rank >= 26:
        return MatchLevel.STREET
    return MatchLevel.DISTRICT if rank >= 13 else MatchLevel.CITY


def _by_word(words: Mapping[MatchLevel, tuple[str, ...]], word: object) -> MatchLevel:
    return next((level for level, known in words.items() if word in known), MatchLevel.UNKNOWN)


_PHOTON = {
    MatchLevel.ADDRESS: ("house",),
    MatchLevel.STREET: ("street",),
    MatchLevel.DISTRICT: ("locality", "district"),
    MatchLevel.CITY: ("city", "county", "state", "country"),
}
_ARCGIS = {
    MatchLevel.ADDRESS: (
        *("PointAddress", "Subaddress", "StreetAddress", "StreetAddressExt", "StreetName+POI"),
        *("POI", "BuildingName"),
    ),
    MatchLevel.STREET: ("StreetName", "StreetInt", "StreetMidBlock", "StreetBetween"),
    MatchLevel.DISTRICT: ("Locality", "Postal", "PostalExt", "PostalLoc"),
}
_AMAP = {
    MatchLevel.ADDRESS: ("门牌号", "单元号", "楼号", "门址", "兴趣点", "地铁站", "公交站台"),
    MatchLevel.STREET: ("道路", "道路交叉路口", "公交线路"),
    MatchLevel.DISTRICT: ("村庄", "热点商圈", "乡镇", "开发区", "区县"),
    MatchLevel.CITY: ("市", "省", "国家"),
}
_BAIDU_COARSE = {
    MatchLevel.STREET: ("道路", "路口", "交叉路口"),
    MatchLevel.DISTRICT: ("区县", "乡镇", "村庄", "商圈", "行政区划", "开发区"),
    MatchLevel.CITY: ("城市", "省", "国家"),
    MatchLevel.UNKNOWN: ("", "UNKNOWN", "未知", None),
}
_BAIDU_SURE = 70
"""Confidence from which Baidu's place is less than about 250 m off."""


def _photon_match(raw: Raw) -> MatchLevel:
    return _by_word(_PHOTON, raw.get("properties", {}).get("type"))


def _arcgis_match(raw: Raw) -> MatchLevel:
    return _by_word(_ARCGIS, raw.get("attributes", {}).get("Addr_type"))


def _amap_match(raw: Raw) -> MatchLevel:
    return _by_word(_AMAP, raw.get("level"))


def _baidu_match(raw: Raw) -> MatchLevel:
    word = raw.get("level")
    for level, known in _BAIDU_COARSE.items():
        if word in known:
            return level
    # Every other word is a kind of firm or building; how sure it is stands beside it.
    sure = raw.get("precise") == 1 or raw.get("confidence", 0) >= _BAIDU_SURE
    return MatchLevel.ADDRESS if sure else MatchLevel.STREET


PROVIDERS: Mapping[Locator, Provider] = {
    one.locator: one
    for one in (
        Provider(
            *(Locator.NOMINATIM, "Nominatim", Datum.WGS84, 1.0, _nominatim, _nominatim_match),
            options={"language": "zh"},
        ),
        Provider(Locator.PHOTON, "Photon", Datum.WGS84, 1.0, _photon, _photon_match),
        Provider(
            *(Locator.BAIDU, "Baidu", Datum.BD09, 3.0, _baidu, _baidu_match),
            variable="ROUTEPLAN_BAIDU_KEY",
        ),
        Provider(
            *(Locator.AMAP, "AMap", Datum.GCJ02, 3.0, _amap, _amap_match),
            variable="ROUTEPLAN_AMAP_KEY",
        ),
        Provider(
            *(Locator.ARCGIS, "ArcGIS", Datum.WGS84, 2.0, _arcgis, _arcgis_match),
            options={"out_fields": "Addr_type"},
        ),
    )
}
