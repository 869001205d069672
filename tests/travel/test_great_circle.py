"""Estimated travel: the formula, the hours, and what is the same for all of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import TravelMode
from routeplan.config import HourFactor, ModeSettings, TravelSettings
from routeplan.errors import SettingsError
from routeplan.point import Point
from routeplan.travel.great_circle import GreatCircle
from tests.examples import MONDAY, window

SATURDAY = MONDAY + dt.timedelta(days=5)
HERE = Point(lat=39.9, lon=116.4)
# A degree of latitude is 111.195 km on geopy's sphere.
NORTH_10_KM = Point(lat=39.9 + 10 / 111.195, lon=116.4)
NEXT_DOOR = Point(lat=39.9 + 0.02 / 111.195, lon=116.4)
OVER_THE_ROAD = Point(lat=39.9 + 0.04 / 111.195, lon=116.4)


def one_mode(
    mode: TravelMode = TravelMode.CAR,
    *factors: HourFactor,
    speed: float = 30,
    detour: float = 1.5,
    access: int = 4,
) -> GreatCircle:
    """Settings that know nothing else, not even walking."""
    ride = ModeSettings(speed_kph=speed, detour=detour, access_minutes=access)
    return GreatCircle(TravelSettings(modes={mode: ride}, hour_factors=factors, round_to=1))


def test_minutes_are_access_and_detour_and_speed_and_metres_the_way_travelled() -> None:
    matrix = one_mode().matrix([HERE, NORTH_10_KM], TravelMode.CAR, MONDAY)
    assert matrix.minutes == ((0, 34), (34, 0))  # 4 + 15 km at 30 km/h
    assert matrix.metres == ((0, 15000), (15000, 0))
    assert matrix.estimated
    assert matrix.source == "great-circle"
    assert matrix.mode is TravelMode.CAR
    assert matrix.slices == ()


@pytest.mark.parametrize(("access", "minutes"), [(0, 1), (1, 2)])
def test_halves_are_rounded_up_and_other_places_are_a_minute_away(
    access: int, minutes: int
) -> None:
    # 250 m at 30 km/h are half a minute.
    there = Point(lat=39.9 + 0.25 / 111.195, lon=116.4)
    source = one_mode(detour=1.0001, access=access)
    assert source.matrix([HERE, there], TravelMode.CAR, MONDAY).minutes[0][1] == minutes
    near = one_mode(detour=1, access=0)
    assert near.matrix([HERE, OVER_THE_ROAD], TravelMode.CAR, MONDAY).minutes[0][1] == 1


def test_one_building_needs_no_travel_and_no_access() -> None:
    matrix = one_mode().matrix([HERE, HERE, NEXT_DOOR, OVER_THE_ROAD], TravelMode.CAR, MONDAY)
    assert matrix.minutes[0] == (0, 0, 0, 4)
    assert matrix.metres[0][:2] == (0, 0)


def test_nobody_waits_for_a_bus_to_cross_the_road() -> None:
    source = GreatCircle(TravelSettings(round_to=1))
    points = [HERE, OVER_THE_ROAD, NORTH_10_KM]
    by_bus = source.matrix(points, TravelMode.TRANSIT, SATURDAY)
    on_foot = source.matrix(points, TravelMode.WALK, SATURDAY)
    assert by_bus.minutes[0][1] == on_foot.minutes[0][1] == 2
    assert by_bus.minutes[0][2] == 50 < on_foot.minutes[0][2]


def test_an_hour_factor_makes_slices_on_its_weekdays_and_modes_only() -> None:
    jam = HourFactor(hours=window("7:00", "9:00"), factor=2, modes=(TravelMode.CAR,))
    source = GreatCircle(TravelSettings(hour_factors=(jam,), round_to=1))
    points = [HERE, NORTH_10_KM]
    car = source.matrix(points, TravelMode.CAR, MONDAY)
    assert [part.start for part in car.slices] == [0, 420, 540]
    usual = 8 + 14 * 60 / 26
    slow = 8 + 2 * 14 * 60 / 26
    assert [part.minutes[0][1] for part in car.slices] == [round(usual), round(slow), round(usual)]
    assert car.minutes[0][1] == round(usual)
    assert source.matrix(points, TravelMode.CAR, SATURDAY).slices == ()
    assert source.matrix(points, TravelMode.TRANSIT, MONDAY).slices == ()


def test_factors_at_one_time_multiply_and_equal_neighbours_are_one_slice() -> None:
    source = one_mode(
        TravelMode.CAR,
        HourFactor(hours=window("8:00", "10:00"), factor=2),
        HourFactor(hours=window("9:00", "11:00"), factor=0.5),
        HourFactor(hours=window("11:00", "12:00"), factor=0.5),
        HourFactor(hours=window("22:00", "24:00"), factor=3),
        access=0,
    )
    slices = source.matrix([HERE, NORTH_10_KM], TravelMode.CAR, MONDAY).slices
    assert [(part.start // 60, part.minutes[0][1]) for part in slices] == [
        (0, 30),
        (8, 60),
        (9, 30),
        (10, 15),
        (12, 30),
        (22, 90),
    ]


def test_days_with_one_key_have_one_matrix_and_others_differ() -> None:
    friday = HourFactor(hours=window("16:00", "18:00"), weekdays=(4,), factor=2)
    source = one_mode(TravelMode.CAR, friday)
    days = [MONDAY + dt.timedelta(days=day) for day in range(14)]
    keys = [source.day_key(day) for day in days]
    assert keys == ["0", "0", "0", "0", "4", "0", "0"] * 2
    by_key: dict[str, object] = {}
    for day, key in zip(days, keys, strict=True):
        matrix = source.matrix([HERE, NORTH_10_KM], TravelMode.CAR, day)
        assert by_key.setdefault(key, matrix) == matrix
    assert by_key["0"] != by_key["4"]


def test_a_mode_that_the_settings_leave_out_is_an_error_with_its_name() -> None:
    with pytest.raises(SettingsError, match=r"travel\.modes\.ebike") as caught:
        one_mode().matrix([HERE], TravelMode.EBIKE, MONDAY)
    assert caught.value.code == "RP2011"


def test_no_points_make_an_empty_matrix() -> None:
    assert GreatCircle(TravelSettings()).matrix([], TravelMode.CAR, MONDAY).minutes == ()


points = st.builds(Point, lat=st.floats(39.7, 40.1), lon=st.floats(116.1, 116.7))


@settings(max_examples=50, deadline=None)
@given(
    places=st.lists(points, min_size=1, max_size=5),
    mode=st.sampled_from(TravelMode),
    day=st.sampled_from([MONDAY, SATURDAY]),
)
def test_what_holds_for_all_estimates(places: list[Point], mode: TravelMode, day: dt.date) -> None:
    source = GreatCircle(TravelSettings())
    matrix = source.matrix(places, mode, day)
    walk = source.matrix(places, TravelMode.WALK, day)
    backwards = source.matrix(places[::-1], mode, day)
    for row in range(len(places)):
        assert matrix.minutes[row][row] == matrix.metres[row][row] == 0
        for column in range(len(places)):
            assert matrix.minutes[row][column] == matrix.minutes[column][row]
            assert matrix.minutes[row][column] >= 0
            if mode is not TravelMode.CAR:
                assert matrix.minutes[row][column] <= walk.minutes[row][column]
            assert backwards.minutes[-1 - row][-1 - column] == matrix.minutes[row][column]
            for part in matrix.slices:
                assert part.minutes[row][column] >= matrix.minutes[row][column]


def test_estimates_come_in_steps_so_that_talks_start_at_round_times() -> None:
    points = [HERE, OVER_THE_ROAD, NORTH_10_KM]
    exact = GreatCircle(TravelSettings(round_to=1)).matrix(points, TravelMode.CAR, MONDAY)
    steps = GreatCircle(TravelSettings()).matrix(points, TravelMode.CAR, MONDAY)
    for row, line in enumerate(steps.minutes):
        for column, minutes in enumerate(line):
            assert minutes % 5 == 0
            assert row == column or abs(minutes - exact.minutes[row][column]) <= 4
            assert (minutes == 0) == (row == column)
