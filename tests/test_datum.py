from __future__ import annotations

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from routeplan.datum import (
    Datum,
    from_bd09,
    from_gcj02,
    is_mainland_china,
    to_bd09,
    to_gcj02,
    to_wgs84,
)
from routeplan.point import Point

MAINLAND = {
    "Beijing": (39.9087, 116.3975),
    "Shanghai": (31.2304, 121.4737),
    "Guangzhou": (23.1291, 113.2644),
    "Shenzhen, Luohu station": (22.5335, 114.1135),
    "Shenzhen, Futian": (22.5347, 114.0545),
    "Shenzhen, Shekou": (22.4800, 113.9150),
    "Shenzhen, Yantian": (22.5700, 114.2700),
    "Zhuhai, Gongbei": (22.2200, 113.5500),
    "Zhuhai, Hengqin": (22.1300, 113.5350),
    "Xiamen": (24.4798, 118.0894),
    "Xiamen, Wutong pier": (24.5243, 118.1977),
    "Xiamen, exhibition centre": (24.4670, 118.1870),
    "Xiamen, Aotou": (24.5404, 118.2398),
    "Xiamen, Dadeng": (24.5560, 118.3300),
    "Zhangzhou, Wuyu": (24.3330, 118.1400),
    "Fuzhou, Huangqi": (26.3310, 119.8900),
    "Fuzhou, Pingtan": (25.5000, 119.7900),
    "Sanya": (18.2528, 109.5119),
    "Dalian": (38.9140, 121.6147),
    "Dandong": (40.1290, 124.3850),
    "Hunchun": (42.8620, 130.3660),
    "Suifenhe": (44.3960, 131.1500),
    "Fuyuan": (48.3650, 134.2950),
    "Heihe": (50.2450, 127.5000),
    "Mohe": (52.9720, 122.5390),
    "Manzhouli": (49.5980, 117.3790),
    "Erenhot": (43.6530, 111.9770),
    "Alashankou": (45.1710, 82.5740),
    "Khorgos": (44.2130, 80.4200),
    "Kashgar": (39.4700, 75.9900),
    "Lhasa": (29.6525, 91.1721),
    "Ruili": (24.0130, 97.8520),
    "Hekou": (22.5290, 103.9390),
    "Pingxiang": (22.0940, 106.7660),
    "Dongxing": (21.5470, 107.9720),
}
ELSEWHERE = {
    "Hong Kong, Central": (22.2819, 114.1582),
    "Hong Kong, Lo Wu": (22.5270, 114.1130),
    "Hong Kong, Yuen Long": (22.4445, 114.0222),
    "Macau": (22.1930, 113.5440),
    "Macau, Cotai": (22.1450, 113.5600),
    "Taipei": (25.0375, 121.5637),
    "Kaohsiung": (22.6273, 120.3014),
    "Kinmen": (24.4320, 118.3170),
    "Kinmen, Mashan": (24.5300, 118.4100),
    "Kinmen, Guningtou": (24.4860, 118.3050),
    "Kinmen, Lieyu": (24.4300, 118.2150),
    "Kinmen, Dadan": (24.3790, 118.1690),
    "Matsu": (26.1600, 119.9500),
    "Matsu, Beigan": (26.2200, 120.0000),
    "Matsu, Juguang": (25.9600, 119.9400),
    "Matsu, Liangdao": (26.3400, 120.2250),
    "Matsu, Dongyin": (26.3700, 120.4900),
    "Kinmen, Wuqiu": (24.9900, 119.4500),
    "Seoul": (37.5665, 126.9780),
    "Pyongyang": (39.0392, 125.7625),
    "Vladivostok": (43.1155, 131.8855),
    "Khabarovsk": (48.4802, 135.0719),
    "Blagoveshchensk": (50.2720, 127.5400),
    "Ulaanbaatar": (47.9185, 106.9177),
    "Almaty": (43.2220, 76.8512),
    "Delhi": (28.6139, 77.2090),
    "Kathmandu": (27.7172, 85.3240),
    "Thimphu": (27.4728, 89.6390),
    "Hanoi": (21.0278, 105.8342),
    "Lao Cai": (22.4800, 103.9700),
    "Singapore": (1.2903, 103.8520),
    "Islamabad": (33.6938, 73.0652),
    "Yangon": (16.7750, 96.1588),
    "Manila": (14.5995, 120.9842),
    "Tokyo": (35.6762, 139.6503),
    "New York": (40.7128, -74.0060),
}


BOTH_READINGS = "Hong Kong, Lo Wu"
"""Across the river from Shenzhen: a map in GCJ-02 draws a place of Shenzhen right there."""


def point(place: tuple[float, float]) -> Point:
    return Point(lat=place[0], lon=place[1])


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ],
)
def test_known_values(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    shifted = to_gcj02(point(wgs84))
    assert (shifted.lat, shifted.lon) == pytest.approx(gcj02, abs=1e-9)


@pytest.mark.parametrize("name", MAINLAND)
def test_the_mainland_is_shifted_by_some_hundred_metres(name: str) -> None:
    before = point(MAINLAND[name])
    after = to_gcj02(before)
    metres = geodesic((before.lat, before.lon), (after.lat, after.lon)).m
    assert 50 < metres < 1000


@pytest.mark.parametrize("name", ELSEWHERE)
def test_elsewhere_nothing_is_shifted(name: str) -> None:
    place = point(ELSEWHERE[name])
    assert not is_mainland_china(place)
    assert to_gcj02(place) == place
    if name != BOTH_READINGS:
        assert from_gcj02(place) == place


@given(st.floats(24, 41), st.floats(101, 117))
def test_the_way_back_ends_within_a_centimetre(lat: float, lon: float) -> None:
    before = Point(lat=lat, lon=lon)
    after = from_gcj02(to_gcj02(before))
    assert geodesic((before.lat, before.lon), (after.lat, after.lon)).m < 0.01


# Half a degree apart over the whole country; no point right on the outline.
GRID = [
    place
    for lat in range(36, 108)
    for lon in range(146, 270)
    if is_mainland_china(place := Point(lat=lat / 2 + 0.01, lon=lon / 2))
]


def metres_between(one: Point, other: Point) -> float:
    return float(geodesic((one.lat, one.lon), (other.lat, other.lon)).m)


def test_the_way_back_ends_within_a_centimetre_on_a_grid_over_the_country() -> None:
    assert len(GRID) > 3_500
    for place in GRID:
        assert metres_between(from_gcj02(to_gcj02(place)), place) < 0.01, place
        assert metres_between(from_bd09(to_bd09(place)), place) < 0.01, place


@pytest.mark.parametrize(
    ("south", "west"),
    [(22.48, 114.0), (22.1, 113.5), (24.42, 118.14), (26.25, 119.85)],
    ids=["Shenzhen", "Zhuhai", "Xiamen", "Lianjiang"],
)
def test_the_way_back_is_right_up_to_the_edge_of_the_mainland(south: float, west: float) -> None:
    places = [Point(lat=south + i / 200, lon=west + j / 200) for i in range(25) for j in range(25)]
    mainland = [place for place in places if is_mainland_china(place)]
    assert 100 < len(mainland) < len(places)
    for place in mainland:
        assert metres_between(from_gcj02(to_gcj02(place)), place) < 0.01, place
        assert metres_between(from_bd09(to_bd09(place)), place) < 0.01, place


@given(st.floats(-90, 90), st.floats(-180, 60))
def test_far_from_china_every_datum_is_one(lat: float, lon: float) -> None:
    place = Point(lat=lat, lon=lon)
    assert all(to_wgs84(place, datum) == place for datum in Datum)


@pytest.mark.parametrize(
    ("gcj02", "bd09"),
    [
        ((39.915, 116.404), (39.92133699351021, 116.41036949371029)),
        ((31.2246325, 121.1965709), (31.2310, 121.2030)),
    ],
)
def test_known_values_of_bd09(gcj02: tuple[float, float], bd09: tuple[float, float]) -> None:
    shifted = to_bd09(from_gcj02(point(gcj02)))
    assert (shifted.lat, shifted.lon) == pytest.approx(bd09, abs=2e-4)


@pytest.mark.parametrize("name", MAINLAND)
def test_baidu_shifts_the_mainland_by_about_a_kilometre(name: str) -> None:
    place = point(MAINLAND[name])
    assert 400 < metres_between(place, to_bd09(place)) < 2_000
    assert metres_between(from_bd09(to_bd09(place)), place) < 0.01


BAIDUS_OWN = ("Hong Kong", "Macau", "Taipei", "Kaohsiung", "Kinmen", "Matsu")


@pytest.mark.parametrize("name", ELSEWHERE)
def test_baidu_shifts_its_own_map_of_china_and_nothing_abroad(name: str) -> None:
    place = point(ELSEWHERE[name])
    if name.startswith(BAIDUS_OWN):
        assert 600 < metres_between(place, to_bd09(place)) < 1_200
        if name != BOTH_READINGS:
            assert metres_between(from_bd09(to_bd09(place)), place) < 0.01
    else:
        assert to_bd09(place) == place == from_bd09(place)


def test_each_datum_comes_to_wgs84() -> None:
    place = point(MAINLAND["Guangzhou"])
    assert to_wgs84(place, Datum.WGS84) == place
    assert metres_between(to_wgs84(to_gcj02(place), Datum.GCJ02), place) < 0.01
    assert metres_between(to_wgs84(to_bd09(place), Datum.BD09), place) < 0.01
