"""Every service through a real server that misbehaves in every way it can."""

from __future__ import annotations

import socket

import pytest

from routeplan.book.models import Locator, MatchLevel
from routeplan.errors import ServiceError, UsageError
from routeplan.geocode.ask import TRIES, Answer, Asker
from routeplan.geocode.provider import PROVIDERS, make_geocoder
from routeplan.language import Texts
from routeplan.point import Point
from tests.geocode.services import FOUND, KEY, NOTHING, QUERY, VARIABLES, asker, place_in
from tests.loopback import (
    Answer as Reply,
)
from tests.loopback import (
    broken,
    empty,
    garbage,
    hung_up,
    loopback,
    ok,
    slow,
    too_many,
)

HERE = Point(lat=23.1291, lon=113.2644)
EVERY = pytest.mark.parametrize("locator", PROVIDERS)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, KEY)


@EVERY
def test_a_place_is_read_with_its_level(locator: Locator) -> None:
    with loopback(ok(FOUND[locator](23.5, 113.5, "address"))) as server:
        answer = asker(locator, server).ask("广州市天河路1号")
    assert answer is not None
    assert (answer.found, answer.lat, answer.lon) == (True, 23.5, 113.5)
    assert answer.match is MatchLevel.ADDRESS
    (request,) = server.requests
    assert request.query[QUERY[locator]] == "广州市天河路1号"
    assert request.headers["User-Agent"].startswith("routeplan/")


@EVERY
@pytest.mark.parametrize("level", ["street", "district"])
def test_coarse_answers_say_so(locator: Locator, level: str) -> None:
    with loopback(ok(FOUND[locator](23.5, 113.5, level))) as server:
        answer = asker(locator, server).ask("天河路")
    assert answer is not None
    assert answer.match is MatchLevel(level)


@EVERY
def test_no_such_place_is_an_answer(locator: Locator) -> None:
    with loopback(ok(NOTHING[locator])) as server:
        assert asker(locator, server).ask("无此路9号") == Answer(found=False)
    assert len(server.requests) == 1


@EVERY
@pytest.mark.parametrize(
    "trouble",
    [
        too_many(),
        too_many(7),
        broken(),
        broken(502),
        broken(503),
        garbage(),
        Reply(b"<html>log in first</html>"),
        ok("neither list nor place"),
        empty(),
        hung_up(),
        slow(5),
    ],
    ids=lambda reply: f"{reply.status} {reply.body[:8]!r}{' slow' * bool(reply.seconds)}",
)
def test_what_passes_is_tried_again(locator: Locator, trouble: Reply) -> None:
    waited: list[float] = []
    with loopback(trouble, place_in(locator, HERE)) as server:
        answer = asker(locator, server, waited).ask("天河路1号")
    assert answer is not None
    assert answer.found
    assert len(server.requests) == 2
    assert max(waited) == (7 if trouble.headers.get("Retry-After") else 1)


@EVERY
@pytest.mark.parametrize(
    ("trouble", "code"),
    [(too_many(), "RP8002"), (broken(), "RP8003"), (garbage(), "RP8004"), (hung_up(), "RP8003")],
    ids=["429", "500", "garbage", "hung up"],
)
def test_one_address_that_fails_is_passed_over_and_three_in_a_row_end_it(
    locator: Locator, trouble: Reply, code: str
) -> None:
    waited: list[float] = []
    with loopback(otherwise=trouble) as server:
        asking = asker(locator, server, waited)
        assert asking.ask("一号") is None
        assert len(server.requests) == TRIES
        assert [wait for wait in waited if wait >= 1] == [1, 2, 4, 8]
        assert asking.ask("二号") is None
        with pytest.raises(ServiceError) as caught:
            asking.ask("三号")
    assert caught.value.code == code
    assert_no_key(caught.value)


@EVERY
def test_an_answer_between_failures_gives_the_service_new_credit(locator: Locator) -> None:
    fails = (broken(),) * TRIES
    answered = ok(NOTHING[locator])
    with loopback(*fails, *fails, answered, *fails, answered) as server:
        asking = asker(locator, server)
        given = [asking.ask(text) for text in "一二三四五"]
    assert [one is None for one in given] == [True, True, False, True, False]


@EVERY
def test_a_long_wait_is_a_quota(locator: Locator) -> None:
    with loopback(too_many(86_400)) as server, pytest.raises(ServiceError) as caught:
        asker(locator, server).ask("天河路1号")
    assert caught.value.code == "RP8002"
    assert len(server.requests) == 1


@EVERY
@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_ends_it_at_once(locator: Locator, status: int) -> None:
    with loopback(broken(status)) as server, pytest.raises(ServiceError) as caught:
        asker(locator, server).ask("天河路1号")
    assert caught.value.code == "RP8001"
    assert len(server.requests) == 1
    assert_no_key(caught.value)


@pytest.mark.parametrize(
    ("locator", "page", "code"),
    [
        (Locator.AMAP, {"status": "0", "infocode": "10001"}, "RP8001"),
        (Locator.AMAP, {"status": "0", "infocode": "10009"}, "RP8001"),
        (Locator.AMAP, {"status": "0", "infocode": "10012"}, "RP8001"),
        (Locator.AMAP, {"status": "0", "infocode": "10003"}, "RP8002"),
        (Locator.AMAP, {"status": "0", "infocode": "10044"}, "RP8002"),
        (Locator.BAIDU, {"status": 5}, "RP8001"),
        (Locator.BAIDU, {"status": 200}, "RP8001"),
        (Locator.BAIDU, {"status": 240}, "RP8001"),
        (Locator.BAIDU, {"status": 4}, "RP8002"),
        (Locator.BAIDU, {"status": 302}, "RP8002"),
    ],
)
def test_a_wrong_key_and_a_used_up_quota_each_say_so(
    locator: Locator, page: object, code: str
) -> None:
    with loopback(ok(page)) as server, pytest.raises(ServiceError) as caught:
        asker(locator, server).ask("天河路1号")
    assert caught.value.code == code
    assert_no_key(caught.value)
    if code == "RP8001":
        assert PROVIDERS[locator].variable in str(caught.value)


@pytest.mark.parametrize(
    ("locator", "page"),
    [
        (Locator.AMAP, {"status": "0", "infocode": "10021"}),
        (Locator.AMAP, {"status": "0", "infocode": "10016"}),
        (Locator.BAIDU, {"status": 401}),
        (Locator.BAIDU, {"status": 1}),
        (Locator.ARCGIS, {"error": {"code": 500}}),
    ],
)
def test_a_service_that_is_only_busy_is_asked_again(locator: Locator, page: object) -> None:
    with loopback(ok(page), place_in(locator, HERE)) as server:
        answer = asker(locator, server).ask("天河路1号")
    assert answer is not None
    assert answer.found


@pytest.mark.parametrize(
    "locator", [Locator.NOMINATIM, Locator.PHOTON, Locator.AMAP, Locator.BAIDU]
)
def test_coordinates_that_are_no_place_are_told(locator: Locator) -> None:
    with loopback(ok(FOUND[locator](113.2644, 23.1291, "address"))) as server:
        answer = asker(locator, server).ask("天河路1号")
    assert answer == Answer(found=True, possible=False)


@EVERY
def test_no_server_there_is_one_sentence(locator: Locator) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    asking = Asker(PROVIDERS[locator], server=url, per_second=1000, sleep=lambda _: None)
    assert (asking.ask("一"), asking.ask("二")) == (None, None)
    with pytest.raises(ServiceError) as caught:
        asking.ask("三")
    assert caught.value.code == "RP8003"
    assert_no_key(caught.value)


@pytest.mark.parametrize("locator", [Locator.AMAP, Locator.BAIDU])
def test_a_missing_key_names_its_variable(
    locator: Locator, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = PROVIDERS[locator].variable
    monkeypatch.delenv(variable)
    with pytest.raises(UsageError, match=variable) as caught:
        Asker(PROVIDERS[locator]).ask("天河路1号")
    assert caught.value.code == "RP4031"


@pytest.mark.parametrize(
    "url", ["localhost:8080", "ftp://x", "http://", "http://a:b@c", "http://["]
)
def test_a_server_that_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_geocoder(PROVIDERS[Locator.PHOTON], server=url, time_out=1)
    assert caught.value.code == "RP4032"


def test_requests_keep_their_distance() -> None:
    waited: list[float] = []
    with loopback(otherwise=ok([])) as server:
        asking = Asker(
            PROVIDERS[Locator.NOMINATIM],
            server=server.url,
            per_second=4,
            sleep=waited.append,
            clock=lambda: 100.0,
        )
        for text in "一二三":
            asking.ask(text)
    assert waited == [0.0, 0.25, 0.25]


def assert_no_key(error: ServiceError) -> None:
    seen: BaseException | None = error
    while seen is not None:
        assert KEY not in str(seen)
        seen = seen.__cause__ or seen.__context__
    for language in ("en", "zh"):
        assert KEY not in Texts(language).render(error.message)
