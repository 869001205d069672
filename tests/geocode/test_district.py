from __future__ import annotations

import pytest

from routeplan.geocode.district import (
    NOWHERE,
    centre_of,
    city_of,
    districts_of,
    main_city,
    metres_between,
    middle_of,
    name_of,
    read_areas,
)
from routeplan.point import Point


@pytest.mark.parametrize(
    ("address", "code", "named"),
    [
        ("北京市海淀区中关村大街1号", "110108", True),
        ("北京海淀区中关村大街1号", "110108", True),
        ("广东省广州市天河区天河北路183号", "440106", True),
        ("天河区体育西路9号", "440106", False),  # there is only one
        ("上海市浦东新区世纪大道100号", "310115", True),
        ("东莞市南城街道鸿福路", "441900", True),
        ("广州市中山大道西1号", "440100", True),  # 中山 is a city, too
        ("吉林省吉林市船营区", "220204", True),
        ("湖北省仙桃市沔阳大道", "429004", True),
        ("南京西路1038号", "", False),
        ("北京路120号", "", False),
        ("昆山路5号", "", False),  # 昆山 is a city of its own
        ("苏州市昆山路5号", "320500", True),
        ("江苏省昆山市前进路5号", "320583", True),
        ("仙桃大道1号", "", False),
        ("中关村大街1号", "", False),
        ("1 Queen Street", "", False),
        ("", "", False),
    ],
)
def test_what_an_address_names(address: str, code: str, named: bool) -> None:
    (area,) = read_areas([address])
    assert (area.code, area.named) == (code, named)


def test_a_district_of_several_cities_is_that_of_the_books_city() -> None:
    (area,) = read_areas(["朝阳区建国路88号"])
    assert area.code == ""
    assert name_of(area.within("11").code) == "朝阳区"
    assert area.within("11").city == "11"
    assert area.within("2201").code == "220104"
    assert area.within("4401") == area.within("") == area


def test_the_main_city_is_that_of_more_than_half() -> None:
    beijing, guangzhou, none = read_areas(["北京市海淀区", "广州市天河区", "某路1号"])
    assert main_city([beijing, beijing, guangzhou, none, none]) == "11"
    assert main_city([beijing, guangzhou]) == ""
    assert main_city([NOWHERE]) == ""


@pytest.mark.parametrize(
    ("code", "city"), [("110108", "11"), ("440106", "4401"), ("429004", "429004"), ("44", "")]
)
def test_which_city_a_division_belongs_to(code: str, city: str) -> None:
    assert city_of(code) == city


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("440106", Point(lat=23.125, lon=113.36)),  # Tianhe
        ("110108", Point(lat=39.96, lon=116.30)),  # Haidian
        ("310115", Point(lat=31.22, lon=121.54)),  # Pudong
        ("441900", Point(lat=23.02, lon=113.75)),  # Dongguan has no districts
    ],
)
def test_centres_are_where_they_should_be_in_wgs84(code: str, near: Point) -> None:
    centre = centre_of(code)
    assert centre is not None
    assert metres_between(centre.point, near) < 2_000
    assert 1_000 < centre.off_metres < 40_000


def test_a_city_with_districts_has_no_centre_of_its_own() -> None:
    assert centre_of("440100") is None
    assert centre_of("") is None
    assert "440106" in districts_of("4401")
    assert districts_of("4419") == ("441900",)


def test_the_middle_holds_nine_of_ten() -> None:
    points = [Point(lat=23 + number / 1000, lon=113) for number in range(10)]
    middle = middle_of([*points, Point(lat=30, lon=120)])
    assert middle.point.lat == pytest.approx(23.005, abs=0.001)
    inside = [metres_between(middle.point, point) <= middle.off_metres for point in points]
    assert all(inside)
    assert middle.off_metres < 2_000
