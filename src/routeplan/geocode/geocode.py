"""Looks a book's addresses up: what is certain goes into the book, what is doubtful into a list.

The order of precedence: a pin set by hand, a certain answer of the service, the centre of the
district as an approximate point. Each answer is in the store before the next is asked, so a stop at
any moment loses nothing and no address is asked twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress

from pydantic import ValidationError

from routeplan.book.models import Book, Located, Locator, MatchLevel
from routeplan.errors import UsageError
from routeplan.geocode.ask import Answer, Asker
from routeplan.geocode.district import (
    Area,
    centre_of,
    main_city,
    middle_of,
    name_of,
    read_areas,
)
from routeplan.geocode.doubt import Doubt, doubts_of, point_of, shared
from routeplan.geocode.place import Kind, Pin, Place, places_of, with_points
from routeplan.language import message
from routeplan.point import Point
from routeplan.store.cache import Cache
from routeplan.values import Frozen

__all__ = ["Doubtful", "Geocoded", "Outlook", "carry", "geocode", "outlook"]

CACHE_KIND = "geocode"
CACHE_VERSION = 1
"""Of what is kept of an answer; another one asks anew."""
ENOUGH_OWN = 5
"""Clients of the book with exact points in a district from which their middle beats the list's."""
ALL = "all"

Progress = Callable[[int, int], None]
"""Called with how many addresses are done and how many there are."""


class Doubtful(Frozen):
    """An answer that a person should look at."""

    place: Place
    pin: Pin | None
    """What accepting it would put in; None where there is nothing to accept."""
    doubts: tuple[Doubt, ...]
    name: str
    """What the service calls the place."""


class Outlook(Frozen):
    """What looking up would do, before it is done; all are numbers of places but `asked`."""

    places: int
    pinned: int
    without_address: int
    remembered: int
    asked: int
    """Requests that are needed: equal addresses are asked once."""


class Geocoded(Frozen):
    """What came of it. Every place is in one of the lists, or was pinned before."""

    book: Book
    found: tuple[Place, ...]
    accepted: tuple[Place, ...]
    doubtful: tuple[Doubtful, ...]
    missing: tuple[Place, ...]
    """The service knows no such place."""
    unanswered: tuple[Place, ...]
    """There was no answer for it; the next run asks again."""
    without_address: tuple[Place, ...]
    approximate: tuple[str, ...]
    """Refs of places that have their district's centre for now; they stand in another list too."""
    pinned: int


class _Query(Frozen):
    place: Place
    area: Area
    text: str
    """What is asked; '' where there is no address."""


def outlook(book: Book, cache: Cache, asker: Asker | None) -> Outlook:
    """Counts what `geocode` would ask. Nothing is asked."""
    places = places_of(book)
    queries = [query for query in _queries(places) if not query.place.pinned]
    texts = {query.text for query in queries if query.text}
    known = _remembered(cache, asker, texts) if asker else {}
    return Outlook(
        places=len(places),
        pinned=len(places) - len(queries),
        without_address=sum(not query.text for query in queries),
        remembered=sum(query.text in known for query in queries),
        asked=len(texts - set(known)) if asker else 0,
    )


def geocode(
    book: Book,
    cache: Cache,
    asker: Asker | None = None,
    *,
    accept: Collection[str] = (),
    approximate: bool = True,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    progress: Progress | None = None,
) -> Geocoded:
    """The book with points for its addresses. Without `asker` nothing is asked: districts only.

    `accept`: refs (see `Place.ref`) of doubtful answers to use all the same, or 'all'.
    `approximate`: whether clients that stay without a point get their district's centre.
    Raises ServiceError (what was answered is in the cache), WorkspaceError, and UsageError when
    `accept` names what is not doubtful.
    """
    queries = _queries(places_of(book))
    open_ones = [query for query in queries if not query.place.pinned]
    answers = _answers(open_ones, cache, asker, now, progress) if asker else {}
    found, doubtful, missing = _judged(queries, answers, asker)
    chosen = _accepted(doubtful, accept)
    pins = found | {one.place.ref: one.pin for one in chosen if one.pin}
    rest = [query for query in open_ones if query.place.ref not in pins]
    rough = _rough(queries, pins, rest) if approximate else {}
    return Geocoded(
        book=with_points(book, pins | rough),
        found=tuple(query.place for query in open_ones if query.place.ref in found),
        accepted=tuple(one.place for one in chosen),
        doubtful=tuple(one for one in doubtful if one not in chosen),
        missing=tuple(missing),
        unanswered=tuple(
            query.place for query in open_ones if asker and query.text and query.text not in answers
        ),
        without_address=tuple(query.place for query in open_ones if not query.text),
        approximate=tuple(rough),
        pinned=len(queries) - len(open_ones),
    )


def carry(cache: Cache, other: Cache) -> None:
    """Takes the answers along to the store of another book."""
    other.put_many(CACHE_KIND, cache.get_all(CACHE_KIND))


# --- what is asked --------------------------------------------------------------------------------


def _queries(places: Sequence[Place]) -> list[_Query]:
    """Addresses with the city and district that the book knows and the address leaves out."""
    areas = read_areas([place.address for place in places])
    wider = read_areas([place.district + place.address for place in places])
    city = main_city(areas)
    found = []
    for place, own, both in zip(places, areas, wider, strict=True):
        # The column only adds what the address leaves open.
        agrees = not own.city or own.city == both.city
        area = (both if not own.district and agrees else own).within(city)
        text = " ".join(place.address.split())
        if text and not own.named and re.search("[\u4e00-\u9fff]", text):
            where = area.code or city
            before = [name_of(where[:2]), name_of(where[:4])] if where else []
            if area.district and area.district != own.code and not own.candidates:
                before.append(name_of(area.district))
            text = "".join(dict.fromkeys(before)) + text
        found.append(_Query(place=place, area=area, text=text))
    return found


def _key(asker: Asker, text: str) -> str:
    asked = [CACHE_VERSION, asker.provider.locator.value, asker.server, text]
    return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()


class _Remembered(Frozen):
    answer: Answer
    at: dt.datetime


def _remembered(cache: Cache, asker: Asker, texts: Iterable[str]) -> dict[str, _Remembered]:
    keys = {_key(asker, text): text for text in texts}
    known = {}
    for key, value in cache.get_many(CACHE_KIND, keys).items():
        with suppress(ValidationError):  # damaged: asked anew
            known[keys[key]] = _Remembered.model_validate_json(value)
    return known


def _answers(
    queries: Sequence[_Query],
    cache: Cache,
    asker: Asker,
    now: Callable[[], dt.datetime],
    progress: Progress | None,
) -> dict[str, _Remembered]:
    """Text → answer, from the store or the service; texts without any answer are left out."""
    texts = list(dict.fromkeys(query.text for query in queries if query.text))
    known = _remembered(cache, asker, texts)
    for done, text in enumerate(texts):
        if progress:
            progress(done, len(texts))
        if text in known:
            continue
        answer = asker.ask(text)
        if answer is not None:
            known[text] = _Remembered(answer=answer, at=now())
            kept = {_key(asker, text): known[text].model_dump_json().encode()}
            cache.put_many(CACHE_KIND, kept)
    if progress:
        progress(len(texts), len(texts))
    return known


# --- what is made of the answers ------------------------------------------------------------------


def _judged(
    queries: Sequence[_Query], answers: Mapping[str, _Remembered], asker: Asker | None
) -> tuple[dict[str, Pin], list[Doubtful], list[Place]]:
    """Certain pins by ref, doubtful answers, and places that the service does not know."""
    if asker is None:
        return {}, [], []
    city = main_city([query.area for query in queries])
    pins: dict[str, Pin] = {}
    judged: dict[str, tuple[_Query, Answer, list[Doubt]]] = {}
    missing = []
    for query in queries:
        kept = None if query.place.pinned else answers.get(query.text)
        if kept is None:
            continue
        if not kept.answer.found:
            missing.append(query.place)
            continue
        point = point_of(kept.answer, asker.provider.datum)
        area = query.area
        doubts = doubts_of(kept.answer, point, city=area.city or city, district=area.district)
        ref = query.place.ref
        judged[ref] = (query, kept.answer, list(doubts))
        if point:
            pins[ref] = Pin(
                point=point,
                located=Located(
                    by=asker.provider.locator,
                    match=kept.answer.match,
                    datum=asker.provider.datum,
                    on=kept.at.date(),
                ),
            )
    at_one_point = shared(
        (query.place.ref, query.text, point)
        for query in queries
        for point in [pins[query.place.ref].point if query.place.ref in pins else query.place.point]
        if point and (query.place.ref in pins or query.place.exact)
    )
    doubtful = []
    for ref, (query, answer, reasons) in judged.items():
        if ref in at_one_point and Doubt.DISTRICT_ONLY not in reasons:
            reasons.append(Doubt.SHARED)
        if reasons:
            pin = pins.pop(ref, None)
            doubtful.append(
                Doubtful(place=query.place, pin=pin, doubts=tuple(reasons), name=answer.name)
            )
    return pins, doubtful, missing


def _accepted(doubtful: Sequence[Doubtful], accept: Collection[str]) -> list[Doubtful]:
    usable = {one.place.ref: one for one in doubtful if one.pin}
    if ALL in accept:
        return list(usable.values())
    for name in accept:
        if name not in usable:
            known = tuple(usable)[:10] or ("-",)
            raise UsageError("RP4033", message("error.nothing_to_accept", name=name, known=known))
    return [usable[name] for name in dict.fromkeys(accept)]


def _rough(
    queries: Sequence[_Query], pins: Mapping[str, Pin], rest: Sequence[_Query]
) -> dict[str, Pin]:
    """District centres for the sites among `rest` whose district is known, by ref."""
    own: dict[str, list[Point]] = {}
    for query in queries:
        place = query.place
        if place.ref in pins:
            own.setdefault(_group(query), []).append(pins[place.ref].point)
        elif place.point and place.exact:
            own.setdefault(_group(query), []).append(place.point)
    found = {}
    for query in rest:
        group = _group(query)
        if query.place.kind is not Kind.SITE or not group:
            continue  # a day's start a district away would spoil every route of it
        near = own.get(group, [])
        centre = middle_of(near) if len(near) >= ENOUGH_OWN else centre_of(query.area.district)
        if centre:
            located = Located(
                by=Locator.DISTRICT,
                match=MatchLevel.DISTRICT,
                off_metres=centre.off_metres,
                at=Point(lat=round(centre.point.lat, 5), lon=round(centre.point.lon, 5)),
            )
            found[query.place.ref] = Pin(point=centre.point, located=located)
    return found


def _group(query: _Query) -> str:
    """District by code, or as the book writes it where it is none of the official ones."""
    return query.area.district or query.place.district
