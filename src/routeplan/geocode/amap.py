"""AMap (高德) as a geocoder of geopy."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderInsufficientPrivileges,
    GeocoderQueryError,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
    GeocoderServiceError,
)
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

__all__ = ["AMap"]

# By the service's table of codes: https://lbs.amap.com/api/webservice/guide/tools/info
_WRONG_KEY = {"10001", "10002", "10006", "10007", "10008", "10009", "10026"}
_NOT_ALLOWED = {"10005", "10011", "10012", "10013", "10041"}
_USED_UP = {"10003", "10010", "10044", "10045", "40000", "40002", "40003"}
_TOO_FAST = {"10004", "10014", "10015", "10019", "10020", "10021", "10022", "10023", "10029"}
_BAD_QUERY = {"20000", "20001", "20002", "20012"}
_NOTHING_FOUND = "30001"


class AMap(Geocoder):  # type: ignore[misc]
    """Geocoder using AMap's web service, version 3. Its coordinates are GCJ-02."""

    geocode_path = "/v3/geocode/geo"

    def __init__(
        self,
        api_key: str,
        *,
        domain: str = "restapi.amap.com",
        scheme: str | None = None,
        timeout: Any = DEFAULT_SENTINEL,
        proxies: Any = DEFAULT_SENTINEL,
        user_agent: str | None = None,
        ssl_context: Any = DEFAULT_SENTINEL,
        adapter_factory: Any = None,
    ) -> None:
        super().__init__(
            scheme=scheme,
            timeout=timeout,
            proxies=proxies,
            user_agent=user_agent,
            ssl_context=ssl_context,
            adapter_factory=adapter_factory,
        )
        self.api_key = api_key
        self.api = f"{self.scheme}://{domain.strip('/')}{self.geocode_path}"

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        city: str = "",
    ) -> Location | list[Location] | None:
        """The place of an address, or None. `city`: name or code that narrows the search."""
        asked = {"address": query, "output": "JSON", "key": self.api_key}
        if city:
            asked["city"] = city
        url = f"{self.api}?{urlencode(asked)}"

        def read(page: Any) -> Location | list[Location] | None:
            found = _places(page)
            return (found[0] if exactly_one else found) if found else None

        return self._call_geocoder(url, read, timeout=timeout)


def _places(page: Any) -> list[Location]:
    if str(page["status"]) != "1":
        _refuse(str(page.get("infocode", "")))
        return []
    found = []
    for place in page["geocodes"]:
        lon, lat = (float(part) for part in place["location"].split(","))
        found.append(Location(place["formatted_address"], (lat, lon), place))
    return found


def _refuse(code: str) -> None:
    """Raises what geopy's other geocoders would; nothing where there is merely no such place."""
    if code == _NOTHING_FOUND:
        return
    for codes, error in (
        (_WRONG_KEY, GeocoderAuthenticationFailure),
        (_NOT_ALLOWED, GeocoderInsufficientPrivileges),
        (_TOO_FAST, GeocoderRateLimited),
        (_USED_UP, GeocoderQuotaExceeded),
        (_BAD_QUERY, GeocoderQueryError),
    ):
        if code in codes:
            raise error(f"AMap: {code}")
    raise GeocoderServiceError(f"AMap: {code}")
