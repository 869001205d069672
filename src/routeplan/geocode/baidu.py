"""geopy's Baidu geocoder at any server, with the service's codes told apart."""

from __future__ import annotations

from typing import Any

from geopy.exc import (
    GeocoderAuthenticationFailure,
    GeocoderQuotaExceeded,
    GeocoderRateLimited,
)
from geopy.geocoders.baidu import BaiduV3
from geopy.location import Location

__all__ = ["Baidu"]

# https://lbsyun.baidu.com/faq/api?title=webapi/appendix
_TOO_FAST = {401, 402}
_USED_UP = {4, 301, 302}
_WRONG_KEY = {5}
_NOTHING_FOUND = "无相关结果"


class Baidu(BaiduV3):  # type: ignore[misc]
    """Its coordinates are BD-09."""

    def __init__(self, api_key: str, *, domain: str, **options: Any) -> None:
        super().__init__(api_key, **options)
        self.api = f"{self.scheme}://{domain.strip('/')}{self.api_path}"

    def _parse_json(self, page: Any, exactly_one: bool = True) -> Location | list[Location] | None:
        status = page["status"]
        if status in _TOO_FAST:
            raise GeocoderRateLimited(f"Baidu: {status}")
        if status in _USED_UP:
            raise GeocoderQuotaExceeded(f"Baidu: {status}")
        if status in _WRONG_KEY:
            raise GeocoderAuthenticationFailure(f"Baidu: {status}")
        if _NOTHING_FOUND in str(page.get("msg", "")):
            return None
        found: Location | list[Location] | None = super()._parse_json(page, exactly_one)
        return found
