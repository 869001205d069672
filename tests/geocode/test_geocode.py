"""A book's addresses: what is used, what is doubtful, what is asked and never asked again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from routeplan.book.models import (
    Book,
    Client,
    Located,
    Locator,
    Manager,
    MatchLevel,
    Site,
    Tier,
)
from routeplan.book.read import read_book
from routeplan.book.spans import DEFAULT_HOURS
from routeplan.book.write import write_book
from routeplan.datum import Datum
from routeplan.errors import ServiceError, UsageError
from routeplan.geocode.district import metres_between
from routeplan.geocode.doubt import Doubt
from routeplan.geocode.geocode import CACHE_KIND, Geocoded, carry, geocode, outlook
from routeplan.geocode.provider import PROVIDERS
from routeplan.point import Point
from routeplan.store.cache import Cache
from tests.geocode.services import VARIABLES, asker, by_address, place_in
from tests.loopback import Loopback, broken, loopback, ok

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)
TIANHE = Point(lat=23.1353, lon=113.3276)
YUEXIU = Point(lat=23.1290, lon=113.2660)
FOSHAN = Point(lat=23.0218, lon=113.1219)
BEIJING = Point(lat=39.9087, lon=116.3975)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "k")


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Cache]:
    with Cache(tmp_path / "routeplan.sqlite") as opened:
        yield opened


def client(
    number: int,
    address: str,
    point: Point | None = None,
    located: Located | None = None,
    district: str = "",
) -> Client:
    site = Site(
        address=address, district=district, point=point, located=located, hours=DEFAULT_HOURS
    )
    return Client(
        id=f"C{number}", name=f"客户{number}", tier=Tier.B, manager_id="M1", sites=(site,)
    )


def book(*clients: Client) -> Book:
    manager = Manager(id="M1", name="王磊", office_address="广州市越秀区东风路1号")
    return Book(managers=(manager,), clients=clients)


def look_up(
    known: Book, cache: Cache, server: Loopback, locator: Locator = Locator.AMAP, **more: object
) -> Geocoded:
    return geocode(known, cache, asker(locator, server), now=lambda: NOW, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("locator", PROVIDERS)
def test_a_good_answer_of_each_service_goes_into_the_book(locator: Locator, cache: Cache) -> None:
    known = book(client(1, "广州市天河区天河路8号"))
    places = {"天河路": place_in(locator, TIANHE), "东风路": place_in(locator, YUEXIU)}
    with loopback(otherwise=by_address(locator, places)) as server:
        made = look_up(known, cache, server, locator)
    (site,) = made.book.clients[0].sites
    assert site.point is not None
    assert metres_between(site.point, TIANHE) < 0.05
    assert site.located == Located(
        by=locator,
        match=MatchLevel.ADDRESS,
        datum=PROVIDERS[locator].datum,
        on=NOW.date(),
    )
    office = made.book.managers[0].office
    assert office is not None
    assert metres_between(office, YUEXIU) < 0.05
    assert [place.ref for place in made.found] == ["M1:office", "C1"]
    assert not made.doubtful


@pytest.mark.parametrize(
    ("address", "point", "level", "doubts"),
    [
        ("广州市天河区天河路8号", TIANHE, "street", {Doubt.STREET_ONLY}),
        ("广州市天河区天河路8号", TIANHE, "district", {Doubt.DISTRICT_ONLY}),
        ("天河路8号", BEIJING, "address", {Doubt.OUTSIDE_CITY}),  # the book's city
        ("广州市天河区天河路8号", BEIJING, "address", {Doubt.OUTSIDE_CITY}),
        ("广州市从化区天河路8号", YUEXIU, "address", {Doubt.FAR_FROM_DISTRICT}),
        ("广州市天河区天河路8号", Point(lat=0, lon=0), "address", {Doubt.ZERO}),
    ],
)
def test_a_doubtful_answer_is_listed_and_not_used(
    cache: Cache, address: str, point: Point, level: str, doubts: set[Doubt]
) -> None:
    known = book(client(1, address), client(2, "广州市天河区体育路1号", FOSHAN))
    places = {"天河路": place_in(Locator.NOMINATIM, point, level)}
    with loopback(otherwise=by_address(Locator.NOMINATIM, places)) as server:
        made = look_up(known, cache, server, Locator.NOMINATIM, approximate=False)
    assert made.book.clients[0].sites[0].point is None
    (doubtful,) = made.doubtful
    assert doubtful.place.ref == "C1"
    assert set(doubtful.doubts) == doubts


def test_an_address_of_another_city_may_lie_there(cache: Cache) -> None:
    known = book(
        client(1, "广东省佛山市禅城区祖庙路1号"),
        client(2, "广州市天河区天河路8号", TIANHE),
        client(3, "广州市天河区天河路9号", YUEXIU),
    )
    places = {"祖庙路": place_in(Locator.AMAP, FOSHAN)}
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        made = look_up(known, cache, server)
    assert [place.ref for place in made.found] == ["C1"]


def test_exchanged_coordinates_are_doubtful_also_where_both_are_possible(cache: Cache) -> None:
    west = Point(lat=39.4704, lon=75.9898)  # Kashgar
    known = book(client(1, "新疆喀什市解放路1号"), client(2, "新疆喀什市人民路1号"))
    exchanged = ok([{"lat": "75.9898", "lon": "39.4704", "display_name": "", "place_rank": 30}])
    places = {"解放路": exchanged, "人民路": place_in(Locator.NOMINATIM, west)}
    with loopback(otherwise=by_address(Locator.NOMINATIM, places)) as server:
        made = look_up(known, cache, server, Locator.NOMINATIM)
    assert [(one.place.ref, one.doubts) for one in made.doubtful] == [("C1", (Doubt.SWAPPED,))]
    assert [place.ref for place in made.found] == ["C2"]


def test_a_latitude_over_90_is_doubtful_with_nothing_to_accept(cache: Cache) -> None:
    exchanged = ok([{"lat": "113.3", "lon": "23.1", "display_name": "", "place_rank": 30}])
    with loopback(otherwise=by_address(Locator.NOMINATIM, {"天河路": exchanged})) as server:
        made = look_up(book(client(1, "广州市天河路8号")), cache, server, Locator.NOMINATIM)
    (doubtful,) = made.doubtful
    assert (doubtful.doubts, doubtful.pin) == ((Doubt.IMPOSSIBLE,), None)


def test_two_addresses_on_one_point_are_both_doubtful(cache: Cache) -> None:
    known = book(
        client(1, "广州市天河区天河路8号"),
        client(2, "广州市天河区体育西路100号"),
        client(3, "广州市越秀区北京路9号", YUEXIU),  # a pin: it stays, its neighbour is looked at
        client(4, "广州市越秀区中山五路3号"),
    )
    places = {
        "天河路8": place_in(Locator.AMAP, TIANHE),
        "体育西路": place_in(Locator.AMAP, TIANHE),
        "中山五路": place_in(Locator.AMAP, YUEXIU),
    }
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        made = look_up(known, cache, server, approximate=False)
    assert {one.place.ref: one.doubts for one in made.doubtful} == dict.fromkeys(
        ("C1", "C2", "C4"), (Doubt.SHARED,)
    )
    assert made.book.clients[2].sites[0].point == YUEXIU


def test_two_rooms_of_one_house_are_not(cache: Cache) -> None:
    known = book(
        client(1, "广州市天河区天河路8号 12楼1203室"), client(2, "广州市天河区天河路8号15楼")
    )
    places = {"天河路8": place_in(Locator.AMAP, TIANHE)}
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        made = look_up(known, cache, server)
    assert [place.ref for place in made.found] == ["C1", "C2"]


def test_accepting_uses_it_without_asking_again(cache: Cache) -> None:
    known = book(client(1, "广州市天河区天河路8号"))
    places = {"天河路": place_in(Locator.AMAP, TIANHE, "street")}
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        look_up(known, cache, server)
        asked = len(server.requests)
        made = look_up(known, cache, server, accept=["C1"])
        assert len(server.requests) == asked
        everything = look_up(known, cache, server, accept=["all"])
        with pytest.raises(UsageError) as caught:
            look_up(known, cache, server, accept=["C9"])
    (site,) = made.book.clients[0].sites
    assert site.located is not None
    assert site.located.match is MatchLevel.STREET
    assert site.located.off_metres == 0
    assert everything.book == made.book
    assert caught.value.code == "RP4033"


def test_a_pin_set_by_hand_wins_forever(cache: Cache) -> None:
    by_hand = [
        client(1, "广州市天河区天河路8号", BEIJING),
        client(2, "广州市天河区天河路9号", BEIJING, Located()),
        client(3, "广州市天河区天河路10号", BEIJING, Located(off_metres=500)),
    ]
    with loopback(otherwise=place_in(Locator.AMAP, TIANHE)) as server:
        made = look_up(book(*by_hand), cache, server)
        assert made.pinned == 3
        assert made.book.clients == tuple(by_hand)
        assert len(server.requests) == 1  # the office


def test_nothing_is_asked_twice(cache: Cache, tmp_path: Path) -> None:
    known = book(
        client(1, "广州市天河区天河路8号"),
        client(2, "广州市天河区天河路8号"),
        client(3, "广州市天河区无此路1号"),
    )
    places = {"天河路": place_in(Locator.AMAP, TIANHE)}
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        assert outlook(known, cache, asker(Locator.AMAP, server)).asked == 3
        assert not server.requests
        first = look_up(known, cache, server)
        assert len(server.requests) == 3  # the office, and equal addresses once
        assert [place.ref for place in first.missing] == ["M1:office", "C3"]
        assert outlook(known, cache, asker(Locator.AMAP, server)).asked == 0
        again = look_up(known, cache, server)
        assert again == first
        with Cache(tmp_path / "other.sqlite") as other:
            carry(cache, other)
            look_up(known, other, server)
        assert len(server.requests) == 3


def test_another_service_or_server_is_asked_anew(cache: Cache) -> None:
    known = book(client(1, "广州市天河区天河路8号"))
    with loopback() as one, loopback() as two:
        for server, locator in ((one, Locator.AMAP), (two, Locator.AMAP), (one, Locator.BAIDU)):
            assert outlook(known, cache, asker(locator, server)).asked == 2


def test_a_stop_in_the_middle_loses_nothing(cache: Cache) -> None:
    known = book(*(client(number, f"广州市天河区天河路{number}号") for number in range(8)))
    answers = [
        place_in(Locator.AMAP, Point(lat=23.13 + number / 1000, lon=113.30)) for number in range(9)
    ]
    with loopback(*answers[:4], otherwise=broken()) as server:
        with pytest.raises(ServiceError) as caught:
            look_up(known, cache, server)
        assert caught.value.message.args["n"] == 4
        asked = {request.query["address"] for request in server.requests[:4]}
        server.then(*answers[4:])
        before = len(server.requests)
        made = look_up(known, cache, server)
        later = {request.query["address"] for request in server.requests[before:]}
    assert not asked & later
    assert len(made.found) == 9


def test_one_failing_address_is_told_and_asked_again_next_time(cache: Cache) -> None:
    known = book(client(1, "广州市天河区坏路1号"), client(2, "广州市天河区天河路8号"))
    places = {"天河路": place_in(Locator.AMAP, TIANHE), "坏路": broken()}
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        made = look_up(known, cache, server)
        assert [place.ref for place in made.unanswered] == ["C1"]
        assert [place.ref for place in made.found] == ["C2"]
        assert outlook(known, cache, asker(Locator.AMAP, server)).asked == 1


def test_what_the_address_leaves_out_is_asked_with_it(cache: Cache) -> None:
    known = book(
        client(1, "体育西路9号", district="天河区"),
        client(2, "北京路1号"),
        client(3, "广州市越秀区中山路1号"),
        client(4, "12 Queen Street"),
        client(5, "广州市荔湾路1号", district="万州区"),  # that is in Chongqing
        client(6, "广州市体育东路1号", district="天河区"),
    )
    with loopback(otherwise=by_address(Locator.AMAP, {})) as server:
        look_up(known, cache, server)
    assert [request.query["address"] for request in server.requests][1:] == [
        "广东省广州市天河区体育西路9号",
        "广东省广州市北京路1号",
        "广州市越秀区中山路1号",
        "12 Queen Street",
        "广州市荔湾路1号",
        "广州市体育东路1号",
    ]


# --- without any network --------------------------------------------------------------------------


def test_the_district_gives_an_approximate_point(cache: Cache) -> None:
    made = geocode(book(client(1, "广州市天河区某巷1号"), client(2, "某巷2号")), cache)
    first, second = (one.sites[0] for one in made.book.clients)
    assert first.point is not None
    assert first.located is not None
    assert (first.located.by, first.located.match) == (Locator.DISTRICT, MatchLevel.DISTRICT)
    assert first.located.off_metres > 1_000
    assert second.point is None  # only the city is known
    assert made.book.managers[0].office is None  # nothing approximate where days begin
    assert made.approximate == ("C1",)
    assert geocode(made.book, cache) == made  # and it stays so


def test_the_books_own_clients_tell_the_middle_better(cache: Cache) -> None:
    near = [
        client(number, "广州市天河区珠江路", Point(lat=23.119 + number / 2000, lon=113.32))
        for number in range(5)
    ]
    made = geocode(book(*near, client(9, "广州市天河区某巷1号")), cache)
    site = made.book.clients[-1].sites[0]
    assert site.point == Point(lat=23.12, lon=113.32)
    assert site.located is not None
    assert site.located.off_metres == 300


def test_areas_of_the_books_own_work_too(cache: Cache) -> None:
    near = [
        client(number, "", Point(lat=1.30, lon=103.8 + number / 1000), district="Orchard")
        for number in range(5)
    ]
    made = geocode(book(*near, client(9, "12 Queen Street", district="Orchard")), cache)
    assert made.book.clients[-1].sites[0].point == Point(lat=1.3, lon=103.802)


def test_a_damaged_answer_in_the_store_is_asked_for_again(cache: Cache) -> None:
    known = book(client(1, "广州市天河区天河路8号"))
    places = {"天河路": place_in(Locator.AMAP, TIANHE), "东风路": place_in(Locator.AMAP, YUEXIU)}
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        first = look_up(known, cache, server)
        for spoilt in (b"", b"{", b"[]", b"\xff"):
            cache.put_many(CACHE_KIND, dict.fromkeys(cache.get_all(CACHE_KIND), spoilt))
            before = len(server.requests)
            assert look_up(known, cache, server) == first
            assert len(server.requests) - before == 2


def test_a_pin_that_has_left_the_districts_centre_was_set_by_hand(
    cache: Cache, tmp_path: Path
) -> None:
    """The way of a user: geocode, correct the point in the book, leave the cell, geocode again."""
    made = geocode(book(client(1, "广州市天河区天河路8号"), client(2, "广州市越秀区2号")), cache)
    rough = [one.sites[0] for one in made.book.clients]
    assert all(site.located and site.located.off_metres for site in rough)
    moved = Point(lat=23.1453, lon=113.3276)
    corrected = rough[0].model_copy(update={"point": moved})
    changed = made.book.clients[0].model_copy(update={"sites": (corrected,)})
    path = tmp_path / "corrected"
    write_book(made.book.model_copy(update={"clients": (changed, made.book.clients[1])}), path)
    known = read_book(path)
    assert [one.sites[0].located for one in known.clients] == [None, rough[1].located]
    places = {"天河路": place_in(Locator.AMAP, TIANHE), "越秀区2": place_in(Locator.AMAP, YUEXIU)}
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        again = look_up(known, cache, server)
    sites = [one.sites[0] for one in again.book.clients]
    assert (sites[0].point, sites[0].located) == (moved, None)
    assert sites[1].located is not None
    assert sites[1].located.by is Locator.AMAP
    assert not any("天河路" in str(request.query) for request in server.requests)


def test_a_service_improves_on_the_district(cache: Cache) -> None:
    rough = geocode(book(client(1, "广州市天河区天河路8号")), cache).book
    places = {"天河路": place_in(Locator.AMAP, TIANHE)}
    with loopback(otherwise=by_address(Locator.AMAP, places)) as server:
        made = look_up(rough, cache, server)
    site = made.book.clients[0].sites[0]
    assert site.located is not None
    assert (site.located.by, site.located.off_metres) == (Locator.AMAP, 0)
    assert site.located.datum is Datum.GCJ02


def test_nothing_approximate_if_not_wanted(cache: Cache) -> None:
    made = geocode(book(client(1, "广州市天河区某巷1号")), cache, approximate=False)
    assert made.book.clients[0].sites[0].point is None
    assert not cache.path.exists()  # nothing to remember, no file


def test_thousands_of_addresses(cache: Cache) -> None:
    known = book(*(client(number, f"广州市天河区天河路{number}号") for number in range(3_000)))
    counted = outlook(known, cache, None)
    assert (counted.places, counted.asked) == (3_001, 0)
    made = geocode(known, cache)
    assert len(made.approximate) == 3_000
