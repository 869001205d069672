"""Hypothesis strategies for books: any that files can hold, hostile texts included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from routeplan.book.cells import clean, normal
from routeplan.book.columns import SHEETS
from routeplan.book.models import (
    Anchor,
    Appointment,
    Book,
    Channel,
    Client,
    ClientKind,
    Contact,
    KeyDate,
    Language,
    Layer,
    Located,
    Locator,
    Manager,
    MatchLevel,
    MustVisit,
    MustVisitReason,
    Purpose,
    Rigidity,
    Site,
    Tier,
    TravelMode,
    VisitRecord,
    VisitStatus,
)
from routeplan.book.words import word_key
from routeplan.datum import Datum
from routeplan.point import Point
from routeplan.values import MINUTES_PER_DAY, Closure, TimeWindow, WeeklyHours

__all__ = ["books", "closures", "points", "texts", "weekly_hours", "windows"]

several_purposes = st.lists(st.sampled_from(Purpose), unique=True, max_size=3).map(tuple)

_HOSTILE = (
    "=1+1",
    "'=1+1",
    "-暂无",
    "+86 138",
    "@SUM(A1)",
    "＝全角",
    "<script>alert(1)</script>",
    "${alert(1)}",
    "back`tick\\",
    '"双引号", 逗号; 分号',
    "第一行\n第二行",
    "\u202e右到左",
    "_x0041_",
    "#N/A",
    "１２３",
    "007",
    "2026-11-24",
    "TRUE",
    "😀",
)


def texts(*, least: int = 0, most: int = 30) -> SearchStrategy[str]:
    """Text as the reader leaves it: without surrounding blanks and control characters."""
    plain = st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")), max_size=most
    )
    return (plain | st.sampled_from(_HOSTILE)).map(clean).filter(lambda text: len(text) >= least)


def identifiers() -> SearchStrategy[str]:
    usual = st.from_regex(r"[A-Z]{1,2}[0-9]{1,4}", fullmatch=True)
    odd = texts(least=1, most=8).map(lambda text: " ".join(normal(text).split()))
    return usual | odd.filter(
        lambda text: (
            bool(text)
            and text == clean(normal(text))
            and not set(text) & set("@#=;,\n")
            and not text.startswith("'")
        )
    )


def points() -> SearchStrategy[Point]:
    """Anywhere but where a place looks swapped or forgotten; to the centimetre, as in files."""
    degrees = st.builds(
        Point,
        lat=st.integers(-72 * 10**7, 72 * 10**7).map(lambda units: round(units / 10**7, 7)),
        lon=st.integers(-18 * 10**8, 18 * 10**8).map(lambda units: round(units / 10**7, 7)),
    )
    return degrees.filter(lambda point: (point.lat, point.lon) != (0, 0))


@st.composite
def windows(draw: DrawFn, *, most: int = 3) -> tuple[TimeWindow, ...]:
    """Windows of one day, in order and apart."""
    edges = draw(st.sets(st.integers(0, MINUTES_PER_DAY), max_size=2 * most).map(sorted))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(TimeWindow(start=start, end=end) for start, end in pairs)


def weekly_hours() -> SearchStrategy[WeeklyHours]:
    return st.tuples(*[windows()] * 7).map(lambda days: WeeklyHours(days=days))


def dates() -> SearchStrategy[dt.date]:
    return st.dates(dt.date(1970, 1, 1), dt.date(2199, 12, 31))


@st.composite
def closures(draw: DrawFn) -> tuple[Closure, ...]:
    found = []
    for first in draw(st.lists(dates(), max_size=3)):
        last = first + dt.timedelta(days=draw(st.integers(0, 20)))
        hours = draw(st.none() | windows(most=1).map(lambda some: some[0] if some else None))
        found.append(Closure(first=first, last=last, hours=hours))
    return tuple(found)


@st.composite
def key_dates(draw: DrawFn) -> KeyDate:
    name = draw(texts(most=8).filter(lambda text: not set(text) & set(";；\n")))
    name = name.lstrip(":： 0123456789'")
    if clean(name) != name or not name.isprintable():
        name = "店庆"
    if draw(st.booleans()):
        month, day = draw(st.integers(1, 12)), draw(st.integers(1, 30))
        return KeyDate(name=name, month=month, day=day, lunar=True, leap=draw(st.booleans()))
    year = draw(st.none() | st.integers(1970, 2100))
    date = draw(st.dates(dt.date(year or 2000, 1, 1), dt.date(year or 2000, 12, 31)))
    return KeyDate(name=name, month=date.month, day=date.day, year=year)


_KNOWN_HEADERS = {key for sheet in SHEETS for key in sheet.by_key}


def extras() -> SearchStrategy[dict[str, str]]:
    headers = st.sampled_from(("地市", "合同额", "=公式", "Region")) | texts(least=1, most=8)
    free = headers.filter(
        lambda text: (
            bool(word_key(text))
            and word_key(text.split("(")[0].split("（")[0].split("[")[0].split("【")[0])
            not in _KNOWN_HEADERS
        )
    )
    return st.dictionaries(free, texts(least=1), max_size=2)


def locateds() -> SearchStrategy[Located]:
    return st.builds(
        Located,
        by=st.sampled_from(Locator),
        match=st.none() | st.sampled_from(MatchLevel),
        datum=st.none() | st.sampled_from(Datum),
        on=st.none() | dates(),
        off_metres=st.integers(0, 1_000_000),
    )


def managers() -> SearchStrategy[Manager]:
    return st.lists(st.sampled_from(TravelMode), min_size=1, max_size=3, unique=True).flatmap(
        lambda modes: _managers(modes[0], tuple(modes[1:]))
    )


def _managers(mode: TravelMode, others: tuple[TravelMode, ...]) -> SearchStrategy[Manager]:
    return st.builds(
        Manager,
        id=identifiers(),
        name=texts(least=1),
        phone=texts(),
        mode=st.just(mode),
        other_modes=st.just(others),
        start=st.sampled_from(Anchor),
        end=st.sampled_from(Anchor),
        office_address=texts(),
        office=st.none() | points(),
        home_address=texts(),
        home=st.none() | points(),
        office_located=st.none() | locateds(),
        home_located=st.none() | locateds(),
        shift=windows(most=1).map(lambda some: some[0] if some else None),
        weekdays=st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
        max_visits=st.none() | st.integers(1, 20),
        max_talk_minutes=st.none() | st.integers(0, 600),
        leave=closures(),
        extra=extras(),
    ).map(_without_lost_notes)


def _without_lost_notes(manager: Manager) -> Manager:
    """How a point was found is only kept with the point."""
    lost = {
        f"{name}_located": None for name in ("office", "home") if getattr(manager, name) is None
    }
    return manager.model_copy(update=lost)


@st.composite
def must_visits(draw: DrawFn, others: Sequence[str]) -> MustVisit:
    since, by = draw(st.none() | dates()), draw(st.none() | dates())
    if since and by and by < since:
        since, by = by, since
    return MustVisit(
        reason=draw(st.sampled_from(MustVisitReason)),
        since=since,
        by=by,
        companion_ids=draw(companions(others)),
    )


def companions(others: Sequence[str]) -> SearchStrategy[tuple[str, ...]]:
    """Who may come along, of those who do not go anyway."""
    if not others:
        return st.just(())
    return st.lists(st.sampled_from(others), unique=True, max_size=2).map(tuple)


def sites(names: SearchStrategy[str]) -> SearchStrategy[tuple[Site, ...]]:
    site = st.builds(
        Site,
        id=names,
        address=texts(),
        district=texts(),
        room=texts(),
        point=st.none() | points(),
        located=st.none() | locateds(),
        hours=weekly_hours(),
        closures=closures(),
    ).map(lambda one: one if one.point else one.model_copy(update={"located": None}))
    return st.lists(site, min_size=1, max_size=3, unique_by=lambda one: one.id).map(tuple)


@st.composite
def clients(draw: DrawFn, client_id: str, manager_ids: Sequence[str]) -> Client:
    manager_id = draw(st.sampled_from(manager_ids))
    return Client(
        id=client_id,
        name=draw(texts(least=1)),
        tier=draw(st.sampled_from(Tier)),
        listed=draw(st.booleans()),
        kind=draw(st.sampled_from(ClientKind)),
        manager_id=manager_id,
        backup_ids=draw(st.lists(st.sampled_from(manager_ids), unique=True, max_size=2).map(tuple)),
        sites=draw(sites(texts(most=6))),
        talk_minutes=draw(st.none() | st.integers(0, 240)),
        interval_days=draw(st.none() | st.integers(1, 365)),
        must_visit=draw(st.none() | must_visits([one for one in manager_ids if one != manager_id])),
        key_dates=draw(st.lists(key_dates(), max_size=2).map(tuple)),
        since=draw(st.none() | dates()),
        note=draw(texts()),
        extra=draw(extras()),
    )


@st.composite
def books(draw: DrawFn, *, most: int = 3) -> Book:
    """Books of up to `most` managers, clients, contacts, visits and appointments each."""
    unique = {"unique_by": lambda one: one.id, "min_size": 1, "max_size": most}
    some_managers = draw(st.lists(managers(), **unique))  # type: ignore[arg-type]
    manager_ids = [manager.id for manager in some_managers]
    ids = st.lists(identifiers(), unique=True, min_size=1, max_size=most)
    some_clients = [draw(clients(client_id, manager_ids)) for client_id in draw(ids)]

    def site_of(client: Client) -> str:
        return draw(st.sampled_from(["", *(site.id for site in client.sites)]))

    contacts = []
    for contact_id in draw(ids):
        client, name = draw(st.sampled_from(some_clients)), draw(texts(least=1))
        birthday = draw(st.none() | key_dates())
        contact = Contact(
            id=contact_id,
            client_id=client.id,
            site_id=site_of(client),
            name=name,
            layer=draw(st.sampled_from(Layer)),
            role=draw(texts()),
            phone=draw(texts()),
            hours=draw(st.none() | weekly_hours()),
            preferred_hours=draw(st.none() | weekly_hours()),
            do_not_disturb=draw(st.none() | weekly_hours()),
            language=draw(st.none() | st.sampled_from(Language)),
            birthday=birthday and birthday.model_copy(update={"name": name, "year": None}),
            note=draw(texts()),
            extra=draw(extras()),
        )
        contacts.append(contact)

    def persons(client: Client) -> tuple[str, ...]:
        own = [contact.id for contact in contacts if contact.client_id == client.id]
        return tuple(draw(st.lists(st.sampled_from(own), unique=True))) if own else ()

    visits = []
    for date in draw(st.lists(dates(), max_size=most)):
        client = draw(st.sampled_from(some_clients))
        times, ends = draw(windows(most=1)), draw(st.booleans())
        status = draw(st.sampled_from(VisitStatus))
        put_off = status is VisitStatus.POSTPONED and draw(st.booleans())
        visit = VisitRecord(
            client_id=client.id,
            site_id=site_of(client),
            manager_id=draw(st.sampled_from(manager_ids)),
            date=date,
            start=times[0].start if times else None,
            end=times[0].end if times and ends else None,
            channel=draw(st.sampled_from(Channel)),
            status=status,
            purposes=draw(several_purposes),
            contact_ids=persons(client),
            goal_reached=draw(st.none() | st.booleans()),
            next_step=draw(texts()),
            next_date=draw(st.none() | st.dates(date, dt.date(2199, 12, 31))),
            postponed_to=draw(st.dates(date, dt.date(2199, 12, 31))) if put_off else None,
            postponed_start=times[0].start if times and put_off else None,
            travel_minutes=draw(st.none() | st.integers(0, 240)),
            note=draw(texts()),
            extra=draw(extras()),
        )
        visits.append(visit)

    appointments = []
    for appointment_id in draw(ids):
        client, rigidity = draw(st.sampled_from(some_clients)), draw(st.sampled_from(Rigidity))
        start = draw(st.integers(0, MINUTES_PER_DAY))
        timed = rigidity in (Rigidity.EXACT, Rigidity.LEEWAY)
        manager_id = draw(st.none() | st.sampled_from(manager_ids))
        others = [one for one in manager_ids if one != (manager_id or client.manager_id)]
        appointment = Appointment(
            id=appointment_id,
            client_id=client.id,
            site_id=site_of(client),
            manager_id=manager_id,
            date=draw(dates()),
            start=start if timed or draw(st.booleans()) else None,
            minutes=draw(st.none() | st.integers(1, 240)),
            rigidity=rigidity,
            leeway=draw(st.integers(0, 120)),
            purposes=draw(several_purposes),
            contact_ids=persons(client),
            companion_ids=draw(companions(others)),
            note=draw(texts()),
            extra=draw(extras()),
        )
        appointments.append(appointment)

    return Book(
        managers=tuple(some_managers),
        clients=tuple(some_clients),
        contacts=tuple(contacts),
        visits=tuple(visits),
        appointments=tuple(appointments),
    )
