"""The travel source that the settings or `--travel` name."""

# mypy: disable-error-code="import-not-found,no-any-return"

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from routeplan.book.models import Book, TravelMode
from routeplan.config import SourceName, TravelSettings, require_no_secret
from routeplan.errors import SettingsError, UsageError
from routeplan.language import message
from routeplan.store.cache import Cache
from routeplan.travel.by_mode import ByMode
from routeplan.travel.cached import Cached
from routeplan.travel.roads import RoadNetwork, Roads
from routeplan.travel.source import TravelSource
from routeplan.workdays import OFFICIAL, WorkCalendar

__all__ = ["parse_travel", "travel_source", "with_hours"]

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


def parse_travel(
    texts: Sequence[str], settings: TravelSettings, folder: Path = Path()
) -> TravelSettings:
    """The settings with what `--travel` names (see `FORMS`) in place of their own sources: one for
    all modes, or transit for its own mode and another for the rest.

    A path after the colon is the caller's and is kept as `folder`, the book's, sees it, so that
    book and data can be moved together. What comes after the colon may be left out where the
    settings have it. Raises UsageError.
    """
    named: list[SourceName] = []
    for text in texts:
        name, _, where = text.strip().partition(":")
        if name not in tuple(SourceName) or (where and SourceName(name) not in _NEEDS):
            raise UsageError("RP4041", message("error.travel", text=text, forms=list(FORMS)))
        source = SourceName(name)
        named.append(source)
        if where:
            table, entry = _NEEDS[source]
            if table == "server":
                require_no_secret(where)
            kept = where if table == "server" else _seen_from(folder, where)
            below = getattr(settings, table).model_copy(update={entry: kept})
            settings = settings.model_copy(update={table: below})
    sources: dict[TravelMode, SourceName] = {}
    if len(named) > 1 and SourceName.TRANSIT in named:
        named.remove(SourceName.TRANSIT)
        sources = {TravelMode.TRANSIT: SourceName.TRANSIT}
    if len(named) != 1 or named[0] in sources.values():
        raise UsageError("RP4042", message("error.travel_twice", texts=list(texts)))
    return settings.model_copy(update={"source": named[0], "sources": sources})


def _seen_from(folder: Path, path: str) -> str:
    try:
        return Path(os.path.relpath(Path(path).resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path


def travel_source(
    settings: TravelSettings,
    book: Book,
    folder: Path = Path(),
    cache: Cache | None = None,
    calendar: WorkCalendar = OFFICIAL,
) -> TravelSource:
    """The source that the settings name; `folder`, the book's, is where their paths start. `cache`
    remembers answers where asking takes longer than looking up. `calendar` says which days travel
    like other weekdays.

    Raises SettingsError when they do not say where its data is, and what the source raises when
    that cannot be used.
    """
    settings = with_hours(settings, folder)

    def one(name: SourceName) -> TravelSource:
        source = _source(
            settings.model_copy(update={"source": name}), book, folder, cache, calendar
        )
        quick = name in (SourceName.GREAT_CIRCLE, SourceName.MATRIX)
        return source if quick or cache is None else Cached(source, cache)

    source = one(settings.source)
    if not settings.sources:
        return source
    return ByMode(source, {mode: one(name) for mode, name in settings.sources.items()})


def with_hours(settings: TravelSettings, folder: Path = Path()) -> TravelSettings:
    """The settings with the hour factors of the file that they name, if they name one. Raises what
    `read_hours` raises."""
    if not settings.hours:
        return settings
    from routeplan.travel.hours_file import read_hours

    factors = read_hours(_path(folder, settings.hours))
    return settings.model_copy(update={"hour_factors": factors, "hours": ""})


def _source(
    settings: TravelSettings,
    book: Book,
    folder: Path,
    cache: Cache | None,
    calendar: WorkCalendar,
) -> TravelSource:
    if settings.source is SourceName.GREAT_CIRCLE:
        from routeplan.travel.great_circle import GreatCircle

        return GreatCircle(settings, calendar)
    table, entry = _NEEDS[settings.source]
    where = str(getattr(getattr(settings, table), entry)).strip()
    if not where:
        text = message("error.travel_where", source=settings.source.value, entry=f"{table}.{entry}")
        raise SettingsError("RP2021", text)
    if settings.source is SourceName.MATRIX:
        from routeplan.travel.user_matrix import read_user_matrix

        return read_user_matrix(_path(folder, where), book, settings, calendar)
    if settings.source is SourceName.TRANSIT:
        from routeplan.travel.transit import Transit

        there = settings.transit.model_copy(update={"folder": str(_path(folder, where))})
        return Transit(settings.model_copy(update={"transit": there}), calendar)
    return Roads(_network(settings, where, folder, cache), settings, calendar)


def _path(folder: Path, where: str) -> Path:
    """Without '..' on the way, as far as may be, for people who are told of it."""
    return Path(os.path.normpath(folder / where))


def _network(
    settings: TravelSettings, where: str, folder: Path, cache: Cache | None
) -> RoadNetwork:
    if settings.source is SourceName.ROADS:
        from routeplan.travel.valhalla import LocalValhalla

        return LocalValhalla(_path(folder, where))
    from routeplan.travel.osrm import OsrmServer
    from routeplan.travel.remembered import Remembered
    from routeplan.travel.valhalla_server import ValhallaServer
    from routeplan.travel.web import Server

    kind = OsrmServer if settings.source is SourceName.OSRM else ValhallaServer
    network = kind(Server(where, settings.server.time_out))
    return network if cache is None else Remembered(network, cache)
