"""How answers about ways lie in the store: under keys made of all that they depend on, sealed so
that damage is noticed."""

from __future__ import annotations

import hashlib
import json
import zlib

from routeplan.point import Point

__all__ = ["Place", "key_of", "opened", "place_of", "sealed"]

_FORMAT = 1

Place = tuple[int, int]
"""Latitude and longitude in millionths of a degree: a tenth of a metre."""


def place_of(point: Point) -> Place:
    return round(point.lat * 1e6), round(point.lon * 1e6)


def key_of(*parts: object) -> str:
    return hashlib.sha256(json.dumps([_FORMAT, *parts]).encode()).hexdigest()


def sealed(content: bytes) -> bytes:
    """Compressed, with a checksum."""
    return zlib.crc32(content).to_bytes(4, "little") + zlib.compress(content, 1)


def opened(value: bytes) -> bytes | None:
    """What was sealed; None: damaged, or nothing at all."""
    try:
        content = zlib.decompress(value[4:])
    except zlib.error:
        return None
    whole = content and zlib.crc32(content).to_bytes(4, "little") == value[:4]
    return content if whole else None
