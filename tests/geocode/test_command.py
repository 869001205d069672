"""`routeplan geocode` as its users have it, against a server on this machine."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
from pathlib import Path

import pytest

from routeplan.book.models import Book, Client, Located, Locator, Manager, Site, Tier
from routeplan.book.read import read_book
from routeplan.book.spans import DEFAULT_HOURS
from routeplan.book.write import write_book
from routeplan.point import Point
from tests.geocode.services import KEY, by_address, place_in
from tests.loopback import Loopback, loopback, ok, slow
from tests.test_cli import COMMAND, environment, run

TIANHE = Point(lat=23.1353, lon=113.3276)
YUEXIU = Point(lat=23.1290, lon=113.2660)
HAND = Point(lat=23.0, lon=113.3)


def site(address: str, point: Point | None = None) -> Site:
    return Site(address=address, point=point, hours=DEFAULT_HOURS)


def client(number: int, *sites: Site) -> Client:
    name = f"=客户{number}"
    return Client(id=f"C{number}", name=name, tier=Tier.A, manager_id="M1", sites=sites)


BOOK = Book(
    managers=(Manager(id="M1", name="王磊", office_address="广州市越秀区东风路1号"),),
    clients=(
        client(1, site("广州市天河区天河路8号")),
        client(2, site("广州市天河区体育西路5号")),
        client(3, site("广州市天河区某巷1号")),
        client(4, site("广州市天河区天河路8号", HAND)),
    ),
)
PLACES = {
    "东风路": place_in(Locator.AMAP, YUEXIU),
    "天河路": place_in(Locator.AMAP, TIANHE),
    "体育西路": place_in(Locator.AMAP, Point(lat=23.13, lon=113.32), "street"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_book(BOOK, tmp_path / "book.xlsx", "zh")
    return tmp_path


def look_up(
    folder: Path, server: Loopback, *words: str, key: str = KEY
) -> subprocess.CompletedProcess[str]:
    given = ("--provider", "amap", "--server", server.url, "--per-second", "1000", "--lang", "en")
    return run(folder, "geocode", "book.xlsx", *given, *words, ROUTEPLAN_AMAP_KEY=key)


def located(path: Path) -> dict[str, Located | None]:
    return {one.id: one.sites[0].located for one in read_book(path).clients}


def test_addresses_become_points_and_the_doubtful_a_list(folder: Path) -> None:
    with loopback(otherwise=by_address(Locator.AMAP, PLACES)) as server:
        counted = look_up(folder, server, "--dry-run", key="")
        assert counted.returncode == 0, counted.stderr
        assert "requests to make: 4" in counted.stdout
        assert not server.requests
        assert [path.name for path in folder.iterdir()] == ["book.xlsx"]
        done = look_up(folder, server, "--out", "new.xlsx")
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == 4
        again = look_up(folder, server, "--out", "new.xlsx", "--overwrite", "--accept", "C2")
        assert again.returncode == 0, again.stderr
        # The answers went along with the new book.
        moved = run(
            *(folder, "geocode", "new.xlsx", "--out", "third.xlsx", "--provider", "amap"),
            *("--server", server.url),
            ROUTEPLAN_AMAP_KEY=KEY,
        )
        assert moved.returncode == 0, moved.stderr
        assert len(server.requests) == 4
    assert (
        "2 found, 0 accepted, 1 doubtful, 2 approximate by district; 1 had a point" in done.stdout
    )
    assert "only the street was matched" in done.stdout
    assert "unknown to the service (1)" in done.stdout
    after = read_book(folder / "third.xlsx")
    assert after.clients[3].sites[0].point == HAND
    kinds = {name: one and one.by for name, one in located(folder / "third.xlsx").items()}
    assert kinds == {"C1": Locator.AMAP, "C2": Locator.AMAP, "C3": Locator.DISTRICT, "C4": None}
    assert after.managers[0].office is not None
    for path in folder.iterdir():
        assert KEY.encode() not in path.read_bytes(), path
    assert KEY not in done.stdout + done.stderr


def test_the_list_of_doubtful_places(folder: Path) -> None:
    with loopback(otherwise=by_address(Locator.AMAP, PLACES)) as server:
        done = look_up(folder, server, "--out", "new", "--json", "--lang", "zh")
    assert json.loads(done.stdout)["doubtful"][0]["place"]["owner"] == "C2"
    with (folder / "new-doubtful.csv").open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["位置"] == "C2"
    assert row["名称"] == "'=客户2"  # no formula in a spreadsheet
    assert row["存疑原因"] == "只匹配到道路"
    assert row["采用方法"] == "geocode --accept C2"
    assert float(row["纬度"]) == pytest.approx(23.13, abs=1e-6)
    assert (folder / "new" / "routeplan.sqlite").exists()
    assert len(read_book(folder / "new").clients) == 4


def test_a_wrong_key_is_one_sentence_and_what_was_answered_is_kept(folder: Path) -> None:
    refused = ok({"status": "0", "infocode": "10001"})
    with loopback(PLACES["东风路"], otherwise=refused) as server:
        ended = look_up(folder, server, "--out", "new.xlsx", "--quiet")
        counted = look_up(folder, server, "--dry-run")
    assert ended.returncode == 6
    assert ended.stderr == (
        "RP8001: AMap refuses the key in ROUTEPLAN_AMAP_KEY; what it answered so far (1) is kept\n"
    )
    assert "requests to make: 3" in counted.stdout
    assert not (folder / "new.xlsx").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "RP4034"),
        (("--out", "book.xlsx", "--overwrite"), "RP4035"),
        (("--out", "new.xlsx", "--provider", "amap"), "RP4031"),
    ],
)
def test_what_makes_no_sense_is_said(folder: Path, words: tuple[str, ...], code: str) -> None:
    before = (folder / "book.xlsx").read_bytes()
    ended = run(folder, "geocode", "book.xlsx", *words, "--quiet")
    assert (ended.returncode, ended.stderr[:6]) == (2, code)
    assert (folder / "book.xlsx").read_bytes() == before


def test_without_a_service_districts_are_looked_up(folder: Path) -> None:
    done = run(folder, "geocode", "book.xlsx", "--out", "new.xlsx", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    assert "按区域中心近似 3 处" in done.stdout
    site = read_book(folder / "new.xlsx").clients[0].sites[0]
    assert site.located is not None
    assert site.located.off_metres > 0


def test_ctrl_c_loses_nothing(folder: Path) -> None:
    answers = (PLACES["东风路"], PLACES["天河路"])
    with loopback(*answers, otherwise=slow(30)) as server:
        process = subprocess.Popen(
            [
                *COMMAND,
                *("geocode", "book.xlsx", "--out", "new.xlsx", "--provider", "amap"),
                *("--server", server.url, "--per-second", "1000", "--time-out", "30"),
            ],
            cwd=folder,
            env=environment(folder, ROUTEPLAN_AMAP_KEY=KEY),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A shell's background job ignores Ctrl-C and passes that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        while len(server.requests) < 3 and process.poll() is None:
            server.wait(0.02)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130, told
        assert b"Traceback" not in told
        counted = look_up(folder, server, "--dry-run")
        assert "requests to make: 2" in counted.stdout
