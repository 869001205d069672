"""The places of a book that may be looked up, and the book with points put in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from routeplan.book.models import Book, Client, Located, Locator, Manager
from routeplan.point import Point
from routeplan.values import Frozen

__all__ = ["Kind", "Pin", "Place", "places_of", "with_points"]


class Kind(StrEnum):
    SITE = "site"
    OFFICE = "office"
    HOME = "home"


class Place(Frozen):
    """A client's site, or a manager's office or home."""

    kind: Kind
    owner: str
    """Client or manager id."""
    site: str = ""
    name: str
    address: str
    district: str = ""
    """As the book has it, not parsed."""
    point: Point | None = None
    located: Located | None = None

    @property
    def ref(self) -> str:
        """How it is called on the command line: 'C017', 'C017@site', 'M01:office'."""
        if self.kind is not Kind.SITE:
            return f"{self.owner}:{self.kind}"
        return f"{self.owner}@{self.site}" if self.site else self.owner

    @property
    def pinned(self) -> bool:
        """Whether no search may move it: all but the centre of a district stays."""
        if self.point is None:
            return False
        return self.located is None or self.located.by is not Locator.DISTRICT

    @property
    def exact(self) -> bool:
        return self.point is not None and not (self.located and self.located.off_metres)


class Pin(Frozen):
    """A point for a place."""

    point: Point
    located: Located


def places_of(book: Book) -> tuple[Place, ...]:
    """Every place of the book: managers' offices and homes, then clients' sites, in book order."""
    found = []
    for manager in book.managers:
        for kind, address, point, located in (
            (Kind.OFFICE, manager.office_address, manager.office, manager.office_located),
            (Kind.HOME, manager.home_address, manager.home, manager.home_located),
        ):
            place = Place(
                kind=kind,
                owner=manager.id,
                name=manager.name,
                address=address,
                point=point,
                located=located,
            )
            if address or point:
                found.append(place)
    for client in book.clients:
        for site in client.sites:
            place = Place(
                kind=Kind.SITE,
                owner=client.id,
                site=site.id,
                name=client.name,
                address=site.address,
                district=site.district,
                point=site.point,
                located=site.located,
            )
            found.append(place)
    return tuple(found)


def with_points(book: Book, pins: Mapping[str, Pin]) -> Book:
    """The book with `pins` (by `Place.ref`) put in."""
    return book.model_copy(
        update={
            "managers": tuple(_manager(manager, pins) for manager in book.managers),
            "clients": tuple(_client(client, pins) for client in book.clients),
        }
    )


def _manager(manager: Manager, pins: Mapping[str, Pin]) -> Manager:
    update: dict[str, object] = {}
    for kind in (Kind.OFFICE, Kind.HOME):
        if pin := pins.get(f"{manager.id}:{kind}"):
            update |= {kind.value: pin.point, f"{kind}_located": pin.located}
    return manager.model_copy(update=update) if update else manager


def _client(client: Client, pins: Mapping[str, Pin]) -> Client:
    sites = []
    for site in client.sites:
        pin = pins.get(f"{client.id}@{site.id}" if site.id else client.id)
        if pin:
            site = site.model_copy(update={"point": pin.point, "located": pin.located})
        sites.append(site)
    return client.model_copy(update={"sites": tuple(sites)})
