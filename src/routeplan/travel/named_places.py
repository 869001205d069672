"""The names by which a user's table calls the places of a book."""

from __future__ import annotations

import re

from routeplan.book.cells import normal
from routeplan.book.codes import FaultCode
from routeplan.book.models import Anchor, Book
from routeplan.book.records import Record
from routeplan.book.reporter import Reporter
from routeplan.book.words import VOCABULARIES, nearest, word_key
from routeplan.point import Point

__all__ = ["PlaceNames"]

_POINT = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*[,; ]\s*([+-]?\d+(?:\.\d+)?)")


class PlaceNames:
    """Names of a book's places:

    C001             a client's main site, by its number or its name
    C001/east        another site of it
    M1/office        a manager's office, or home: M1/home
    M1               where the manager's days start
    office, home     everyone's, where there is only one in the book
    39.9087,116.3975 latitude and longitude, WGS-84
    """

    def __init__(self, book: Book) -> None:
        self._points: dict[str, set[Point | None]] = {}
        self._shown: dict[str, str] = {}
        for client in book.clients:
            for site in client.sites:
                for name in (client.id, client.name):
                    self._add(f"{name}/{site.id}" if site.id else name, site.point)
            for name in (client.id, client.name):
                self._add(name, client.sites[0].point)
        for manager in book.managers:
            for anchor in (Anchor.OFFICE, Anchor.HOME):
                place = manager.place(anchor)
                for word in (anchor.value, *VOCABULARIES["anchor"][anchor]):
                    for name in (manager.id, manager.name):
                        self._add(f"{name}/{word}", place)
                    if place is not None:
                        self._add(word, place)
            if manager.start is not Anchor.OPEN:
                for name in (manager.id, manager.name):
                    self._add(name, manager.place(manager.start))

    def point(self, record: Record, column: str, reporter: Reporter) -> Point | None:
        """The place that a cell names; None, and reported, where it names none or several."""
        if column in record.bad or column not in record.values:
            return None
        text = record.values[column]
        found = self._points.get(_key(text))
        if found is None and (match := _POINT.fullmatch(normal(text))):
            lat, lon = float(match[1]), float(match[2])
            if abs(lat) <= 90 and abs(lon) <= 180:
                return Point(lat=round(lat, 7), lon=round(lon, 7))
            code = FaultCode.SWAPPED_COORDINATES if abs(lon) <= 90 else FaultCode.BAD_COORDINATE
            reporter.report(code, record.place(column), lat=match[1], lon=match[2])
        elif found is None:
            near = nearest(text, list(self._shown.values()), cutoff=0.7)
            fix = "book.near_place_fix" if near else ""
            reporter.report(FaultCode.UNKNOWN_PLACE, record.place(column), fix=fix, near=near)
        elif found == {None}:
            reporter.report(FaultCode.UNLOCATED_PLACE, record.place(column))
        elif len(found) > 1:
            reporter.report(FaultCode.SEVERAL_PLACES, record.place(column))
        else:
            return next(iter(found))
        record.bad.add(column)
        return None

    def _add(self, name: str, point: Point | None) -> None:
        self._points.setdefault(_key(name), set()).add(point)
        self._shown.setdefault(_key(name), name)


def _key(name: str) -> str:
    return "/".join(word_key(part) for part in normal(name).split("/"))
