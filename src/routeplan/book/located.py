"""How a point was found, as one cell.

'AMap; address; GCJ-02; 2026-11-21' or
'district centre; district; ±4200 m; 39.92190,116.44300'.
"""

from __future__ import annotations

import re
from typing import Any

from routeplan.book.cells import Cell, CellError, Kind, date, normal
from routeplan.book.codes import FaultCode
from routeplan.book.models import Located
from routeplan.book.words import vocabulary
from routeplan.point import Point

__all__ = ["located"]

_AT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)")
_OFF = re.compile(r"(?:±|\+-|\+/-)\s*(\d{1,7})\s*(m|米|km|公里)?")


def _read(raw: str) -> Located:
    found: dict[str, Any] = {}
    for part in filter(None, (one.strip() for one in normal(raw).split(";"))):
        name, value = _part(part)
        if name in found:
            raise CellError(FaultCode.BAD_LOCATED)
        found[name] = value
    if found.get("off_metres", 0) > 1_000_000:
        raise CellError(FaultCode.BAD_LOCATED)
    return Located(**found)


def _part(part: str) -> tuple[str, Any]:
    if off := _OFF.fullmatch(part):
        return "off_metres", int(off[1]) * (1000 if off[2] in ("km", "公里") else 1)
    if at := _AT.fullmatch(part):
        lat, lon = float(at[1]), float(at[2])
        if abs(lat) > 90 or abs(lon) > 180:
            raise CellError(FaultCode.BAD_LOCATED)
        return "at", Point(lat=lat, lon=lon)
    for name, kind in (("by", _LOCATOR), ("match", _MATCH), ("datum", _DATUM), ("on", date)):
        try:
            return name, kind.read(part)
        except CellError:
            continue
    raise CellError(FaultCode.BAD_LOCATED)


def _write(value: Located, language: str) -> Cell:
    parts = [_LOCATOR.write(value.by, language)]
    for kind, one in ((_MATCH, value.match), (_DATUM, value.datum)):
        if one is not None:
            parts.append(kind.write(one, language))
    if value.on is not None:
        parts.append(value.on.isoformat())
    if value.off_metres:
        parts.append(f"±{value.off_metres} m")
    if value.at is not None:
        parts.append(f"{value.at.lat:.5f},{value.at.lon:.5f}")
    return "; ".join(str(part) for part in parts)


_LOCATOR, _MATCH, _DATUM = vocabulary("locator"), vocabulary("match"), vocabulary("datum")

located = Kind(_read, _write)
"""Its parts in any order, each at most once; what is left out is unknown, and by hand."""
