"""The travel source that the settings or `--travel` name."""

# mypy: disable-error-code="import-not-found,no-any-return"

from __future__ import annotations

import os
from pathlib import Path

from routeplan.book.models import Book
from routeplan.config import SourceName, TravelSettings
from routeplan.errors import SettingsError, UsageError
from routeplan.language import message
from routeplan.travel.roads import RoadNetwork, Roads
from routeplan.travel.source import TravelSource

__all__ = ["is_worth_remembering", "parse_travel", "travel_source"]

FORMS = (
    "great-circle",
    "roads:FOLDER",
    "osrm:URL",
    "valhalla:URL",
    "transit:FOLDER",
    "matrix:FILE",
)
_NEEDS = {
    SourceName.ROADS: ("roads", "tiles"),
    SourceName.OSRM: ("server", "url"),
    SourceName.VALHALLA: ("server", "url"),
    SourceName.TRANSIT: ("transit", "folder"),
    SourceName.MATRIX: ("matrix", "file"),
}
"""Which entry of the settings says where a source's data is."""


def parse_travel(text: str, settings: TravelSettings, folder: Path = Path()) -> TravelSettings:
    """The settings with the source of `--travel` (see `FORMS`) in place of their own.

    A path after the colon is the caller's and is kept as `folder`, the book's, sees it, so that
    book and data can be moved together. What comes after the colon may be left out where the
    settings have it. Raises UsageError.
    """
    name, _, where = text.strip().partition(":")
    if name not in tuple(SourceName) or (where and SourceName(name) not in _NEEDS):
        raise UsageError("RP4041", message("error.travel", text=text, forms=list(FORMS)))
    source = SourceName(name)
    chosen = settings.model_copy(update={"source": source})
    if not where:
        return chosen
    table, entry = _NEEDS[source]
    kept = where if table == "server" else _seen_from(folder, where)
    below = getattr(settings, table).model_copy(update={entry: kept})
    return chosen.model_copy(update={table: below})


def _seen_from(folder: Path, path: str) -> str:
    try:
        return Path(os.path.relpath(Path(path).resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path


def is_worth_remembering(settings: TravelSettings) -> bool:
    """Whether asking the source takes longer than looking an answer up."""
    return settings.source not in (SourceName.GREAT_CIRCLE, SourceName.MATRIX)


def travel_source(settings: TravelSettings, book: Book, folder: Path = Path()) -> TravelSource:
    """The source that the settings name; `folder`, the book's, is where their paths start.

    Raises SettingsError when they do not say where its data is, and what the source raises when
    that cannot be used.
    """
    if settings.hours:
        from routeplan.travel.hours_file import read_hours

        settings = settings.model_copy(update={"hour_factors": read_hours(folder / settings.hours)})
    if settings.source is SourceName.GREAT_CIRCLE:
        from routeplan.travel.great_circle import GreatCircle

        return GreatCircle(settings)
    table, entry = _NEEDS[settings.source]
    where = str(getattr(getattr(settings, table), entry)).strip()
    if not where:
        text = message("error.travel_where", source=settings.source.value, entry=f"{table}.{entry}")
        raise SettingsError("RP2021", text)
    if settings.source is SourceName.MATRIX:
        from routeplan.travel.user_matrix import read_user_matrix

        return read_user_matrix(folder / where, book, settings)
    if settings.source is SourceName.TRANSIT:
        from routeplan.travel.transit import Transit

        there = settings.transit.model_copy(update={"folder": str(folder / where)})
        return Transit(settings.model_copy(update={"transit": there}))
    return Roads(_network(settings, where, folder), settings)


def _network(settings: TravelSettings, where: str, folder: Path) -> RoadNetwork:
    if settings.source is SourceName.ROADS:
        from routeplan.travel.valhalla import LocalValhalla

        return LocalValhalla(folder / where)
    from routeplan.travel.web import Server

    server = Server(where, settings.server.time_out)
    if settings.source is SourceName.OSRM:
        from routeplan.travel.osrm import OsrmServer

        return OsrmServer(server)
    from routeplan.travel.valhalla_server import ValhallaServer

    return ValhallaServer(server)
