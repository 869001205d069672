"""Place a book in another city, to try its roads.

    python data/move_sample.py data/sample.xlsx SOUTH,WEST,NORTH,EAST OUT.xlsx

All places move into the middle of the box (degrees, as `routeplan roads build` prints it) and keep
how they lie to one another. Addresses stay what they were.
"""

from __future__ import annotations

import sys
from pathlib import Path

from routeplan.book.models import Book
from routeplan.book.read import read_book
from routeplan.book.write import write_book
from routeplan.point import Box, Point


def moved(book: Book, box: Box) -> Book:
    """The book with all its places inside `box`."""
    sites = [site for client in book.clients for site in client.sites]
    old = Box.around([site.point for site in sites if site.point])

    def place(point: Point | None) -> Point | None:
        if point is None:
            return None
        north = (point.lat - old.south) / (old.north - old.south)
        east = (point.lon - old.west) / (old.east - old.west)
        north, east = (0.2 + 0.6 * min(1.0, max(0.0, part)) for part in (north, east))
        lat = box.south + north * (box.north - box.south)
        lon = box.west + east * (box.east - box.west)
        return Point(lat=round(lat, 6), lon=round(lon, 6))

    clients = tuple(
        client.model_copy(
            update={
                "sites": tuple(
                    site.model_copy(update={"point": place(site.point)}) for site in client.sites
                )
            }
        )
        for client in book.clients
    )
    managers = tuple(
        manager.model_copy(update={"office": place(manager.office), "home": place(manager.home)})
        for manager in book.managers
    )
    return book.model_copy(update={"clients": clients, "managers": managers})


def main(book: Path, box: str, out: Path) -> None:
    south, west, north, east = map(float, box.split(","))
    there = moved(read_book(book), Box(south=south, west=west, north=north, east=east))
    write_book(there, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
