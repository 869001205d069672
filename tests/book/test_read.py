"""What a row means: defaults, several sites, weekday columns, datums, spellings of headers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from routeplan.book.models import (
    Appointment,
    Book,
    Client,
    KeyDate,
    Located,
    Locator,
    MatchLevel,
    Purpose,
    Rigidity,
)
from routeplan.book.read import check_book, read_book
from routeplan.book.spans import DEFAULT_HOURS, day_hours, weekly_hours
from routeplan.datum import Datum, to_bd09, to_gcj02
from routeplan.errors import BookError
from routeplan.point import Point
from routeplan.values import WeeklyHours
from tests.book.examples import Sheets, small_book, sound_sheets, write_sheets

FOUND = Located(
    by=Locator.AMAP,
    match=MatchLevel.ADDRESS,
    datum=Datum.GCJ02,
    on=dt.date(2026, 11, 21),
)


def read(folder: Path, sheets: Sheets) -> Book:
    return read_book(write_sheets(folder, sheets))


def with_clients(*rows: str, header: str = "client_id,name,tier,manager_id") -> Sheets:
    table = [line.split(",") for line in (header, *rows)]
    return {"managers": [["manager_id", "name"], ["M01", "张三"]], "clients": table}


def one_client(folder: Path, cells: str, header: str) -> Client:
    sheets = with_clients(f"C1,x,A,M01,{cells}", header=f"client_id,name,tier,manager_id,{header}")
    return read(folder, sheets).clients[0]


def test_the_sound_book_says_what_its_cells_say(tmp_path: Path) -> None:
    book = small_book(tmp_path)
    manager, other = book.managers
    assert (manager.mode.value, other.mode.value) == ("transit", "car")
    assert manager.shift is not None
    assert (str(manager.shift), manager.weekdays, manager.max_visits) == (
        "08:30-18:00",
        (0, 1, 2, 3, 4),
        6,
    )
    first, second = book.clients
    assert [site.id for site in first.sites] == ["", "二部"]
    assert (first.listed, second.listed, second.sites[0].hours) == (True, False, DEFAULT_HOURS)
    assert first.sites[1].hours == weekly_hours.read("9:00-11:30 / 周六 9:00-12:00")
    assert first.must_visit is not None
    assert (first.must_visit.reason.value, str(first.must_visit.by)) == ("complaint", "2026-11-27")
    assert book.contacts[0].birthday is not None
    assert book.contacts[0].birthday.name == "王女士"
    assert book.contacts[0].preferred_hours == weekly_hours.read("周二 10:00-10:30")
    assert book.contacts[0].do_not_disturb == WeeklyHours(days=(day_hours.read("12:00-14:00"),) * 7)
    assert book.contacts[1].birthday == KeyDate(
        name="赵先生", month=6, day=30, lunar=True, leap=True
    )
    assert [contact.language for contact in book.contacts] == ["zh", None, "en"]
    assert book.visits[0].purposes == (Purpose.KEEP_WARM, Purpose.GIFT)
    assert (book.visits[0].goal_reached, book.visits[0].next_step) == (True, "发报价")
    assert (str(book.visits[0].next_date), book.visits[1].goal_reached) == ("2026-11-20", None)
    assert (str(book.visits[2].postponed_to), book.visits[2].postponed_start) == (
        "2026-11-24",
        14 * 60 + 30,
    )
    assert book.visits[0].contact_ids == ("K1", "K2")
    assert book.visits[1].manager_id == "M02"  # left blank: the client's own


def test_a_minimal_book_is_enough(tmp_path: Path) -> None:
    check = check_book(write_sheets(tmp_path, with_clients("C1,x,A,M01")))
    assert check.book is not None
    assert check.book.clients[0].sites[0].hours == DEFAULT_HOURS
    assert [fault.code for fault in check.faults] == ["RP1045", "RP1044"]  # notes: no location


@pytest.mark.parametrize(
    ("hours", "wed", "sat", "expected"),
    [
        ("", "", "", "9:00-12:00;14:00-17:30"),
        ("", "休息", "", "休息"),
        ("", "9:00-12:00", "", "周三 9:00-12:00"),
        ("8:00-9:00", "", "10:00-11:00", "8:00-9:00 / 周六 10:00-11:00"),
        ("8:00-9:00", "10:00-11:00", "", "周一二四五 8:00-9:00 / 周三 10:00-11:00"),
        ("8:00-9:00", "closed", "", "周一二四五 8:00-9:00"),
    ],
)
def test_weekday_columns_overrule_the_hours(
    tmp_path: Path, hours: str, wed: str, sat: str, expected: str
) -> None:
    client = one_client(tmp_path, f"{hours},{wed},{sat}", "hours,周三,saturday")
    assert client.sites[0].hours == weekly_hours.read(expected)


def test_rows_of_one_client_need_not_stand_together(tmp_path: Path) -> None:
    header = "client_id,name,tier,manager_id,site,备注"
    rows = ("C1,x,A,M01,,first", "C2,y,B,M01,,", "C1,,,,南区,", "C1,x,A,,北区,first")
    book = read(tmp_path, with_clients(*rows, header=header))
    assert [client.id for client in book.clients] == ["C1", "C2"]
    assert [site.id for site in book.clients[0].sites] == ["", "南区", "北区"]
    assert book.clients[0].note == "first"


@pytest.mark.parametrize("name", ["GCJ-02", "高德", "火星坐标"])
def test_gcj02_is_converted(tmp_path: Path, name: str) -> None:
    true = Point(lat=39.908321, lon=116.447712)
    shown = to_gcj02(true)
    client = one_client(tmp_path, f"{shown.lat},{shown.lon},{name}", "lat,lon,坐标系")
    point = client.sites[0].point
    assert point is not None
    assert point.lat == pytest.approx(true.lat, abs=2e-7)
    assert point.lon == pytest.approx(true.lon, abs=2e-7)
    assert round(point.lat, 7) == point.lat


@pytest.mark.parametrize("name", ["BD-09", "bd09", "百度", "Baidu"])
def test_bd09_is_converted(tmp_path: Path, name: str) -> None:
    true = Point(lat=39.908321, lon=116.447712)
    shown = to_bd09(true)
    client = one_client(tmp_path, f"{shown.lat},{shown.lon},{name}", "lat,lon,坐标系")
    point = client.sites[0].point
    assert point is not None
    assert point.lat == pytest.approx(true.lat, abs=2e-7)
    assert point.lon == pytest.approx(true.lon, abs=2e-7)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("手工", Located()),
        ("±1.5", None),
        ("±500 m", Located(off_metres=500)),
        ("+-2km", Located(off_metres=2000)),
        ("高德；门牌；GCJ-02；2026-11-21", FOUND),
        ("2026-11-21; gcj02; address; AMap", FOUND),
        (
            "district centre; district; ±4200 m",
            Located(by=Locator.DISTRICT, match=MatchLevel.DISTRICT, off_metres=4200),
        ),
        (
            "区域中心; ±4200 m; 39.90001，116.4",
            Located(by=Locator.DISTRICT, off_metres=4200, at=Point(lat=39.90001, lon=116.4)),
        ),
        ("district centre; 99.9，116.4", None),
    ],
)
def test_how_a_point_was_found(tmp_path: Path, cell: str, expected: Located | None) -> None:
    if expected is None:
        with pytest.raises(BookError):
            one_client(tmp_path, f"39.9,116.4,{cell}", "lat,lon,located")
    else:
        client = one_client(tmp_path, f"39.9,116.4,{cell}", "lat,lon,located")
        assert client.sites[0].located == expected


def test_how_it_was_found_goes_with_the_point(tmp_path: Path) -> None:
    client = one_client(tmp_path, "高德; 门牌", "定位")
    assert client.sites[0].located is None


def test_wgs84_is_left_as_it_is(tmp_path: Path) -> None:
    client = one_client(tmp_path, "39.908321,116.447712,wgs84", "lat,lon,datum")
    assert client.sites[0].point == Point(lat=39.908321, lon=116.447712)


@pytest.mark.parametrize(
    ("rigidity", "start", "leeway", "expected"),
    [
        ("", "9:30", "", Rigidity.EXACT),
        ("", "9:30", "15", Rigidity.LEEWAY),
        ("", "", "", Rigidity.DAY),
        ("当周", "", "", Rigidity.WEEK),
        ("准时", "9:30", "15", Rigidity.EXACT),
    ],
)
def test_how_firmly_an_appointment_holds(
    tmp_path: Path, rigidity: str, start: str, leeway: str, expected: Rigidity
) -> None:
    sheets = sound_sheets()
    row = ["A9", "C002", "", "", "2026-11-26", start, "", rigidity, leeway]
    sheets["appointments"] = [sheets["appointments"][0], row]
    (appointment,) = read(tmp_path, sheets).appointments
    assert isinstance(appointment, Appointment)
    assert appointment.rigidity is expected


@pytest.mark.parametrize(
    "header",
    [
        "客户编号,客户名称,等级,客户经理编号,纬度,经度",
        "CLIENT ID,Name*,Tier,manager-id,Latitude,LNG",
        "客户编号*,名称（全称）,客户等级,客户经理,纬度（WGS-84）,经度(度)",
        " client_id ,Ｎａｍｅ,tier:,Manager_ID,lat [deg],lon【度】",
    ],
)
def test_headers_in_many_spellings(tmp_path: Path, header: str) -> None:
    sheets = with_clients("C1,x,A,M01,39.9,116.4", header=header)
    client = read(tmp_path, sheets).clients[0]
    assert (client.id, client.name, client.extra) == ("C1", "x", {})
    assert client.sites[0].point == Point(lat=39.9, lon=116.4)


def test_identifiers_in_full_width_refer_to_the_same(tmp_path: Path) -> None:
    sheets = with_clients("Ｃ００１,x,Ａ类,ｍ01")
    sheets["managers"][1][0] = "m０１"
    book = read(tmp_path, sheets)
    assert (book.clients[0].id, book.clients[0].manager_id, book.managers[0].id) == (
        "C001",
        "m01",
        "m01",
    )
