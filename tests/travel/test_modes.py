"""Modes that go together, and the quickest of them for each pair."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.point import Point
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.modes import group_of, groups, may_walk, quickest
from tests.examples import MONDAY

WALK, BICYCLE, EBIKE, CAR, TRANSIT = TravelMode
SETTINGS = TravelSettings(round_to=1)


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        ((TRANSIT,), ((TRANSIT,),)),
        ((TRANSIT, WALK), ((TRANSIT, WALK),)),
        ((TRANSIT, CAR, WALK), ((TRANSIT, WALK), (CAR,))),
        ((EBIKE, CAR), ((EBIKE,), (CAR,))),
    ],
)
def test_an_own_vehicle_is_never_mixed(
    modes: tuple[TravelMode, ...], expected: tuple[tuple[TravelMode, ...], ...]
) -> None:
    assert groups(modes, SETTINGS) == expected


def test_what_is_shared_or_hailed_is_mixed_freely() -> None:
    shared = TravelSettings(vehicles=(CAR,))
    assert groups((TRANSIT, BICYCLE, CAR), shared) == ((TRANSIT, BICYCLE), (CAR,))


def test_a_day_keeps_the_group_of_the_modes_it_used() -> None:
    modes = (TRANSIT, WALK, CAR)
    assert group_of(modes, {CAR}, SETTINGS) == (CAR,)
    assert group_of(modes, {WALK}, SETTINGS) == (TRANSIT, WALK)
    assert group_of(modes, (), SETTINGS) == (TRANSIT, WALK)
    assert group_of(modes, {EBIKE}, SETTINGS) == (TRANSIT, WALK)  # the book has changed


def test_nobody_walks_away_from_a_parked_car() -> None:
    assert [mode for mode in TravelMode if may_walk(mode, SETTINGS)] == [BICYCLE, EBIKE, TRANSIT]
    assert may_walk(CAR, TravelSettings(vehicles=()))
    near = [Point(lat=39.9, lon=116.4), Point(lat=39.902, lon=116.4)]
    by_car = GreatCircle(SETTINGS).matrix(near, CAR, MONDAY).minutes[0][1]
    by_taxi = GreatCircle(TravelSettings(round_to=1, vehicles=())).matrix(near, CAR, MONDAY)
    assert by_car == 9 > by_taxi.minutes[0][1] == 5


places = st.lists(
    st.builds(Point, lat=st.floats(39.88, 39.95), lon=st.floats(116.35, 116.45)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(
    points=places,
    modes=st.lists(st.sampled_from([WALK, BICYCLE, TRANSIT]), min_size=2, max_size=3, unique=True),
    limit=st.integers(0, 40),
)
def test_each_pair_goes_by_the_quickest_mode_all_day(
    points: list[Point], modes: list[TravelMode], limit: int
) -> None:
    settings_ = TravelSettings(round_to=1, vehicles=(), walk_limit=limit)
    source = GreatCircle(settings_)
    mixed = quickest(source, points, modes, MONDAY, settings_)
    single = {mode: source.matrix(points, mode, MONDAY) for mode in modes}
    for row, column in itertools.product(range(len(points)), repeat=2):
        mode = mixed.mode_of(row, column)
        usable = [
            matrix.minutes[row][column]
            for matrix in single.values()
            if matrix.mode is not WALK or matrix.minutes[row][column] <= limit
        ]
        assert mixed.minutes[row][column] == min(usable)
        assert mode is not WALK or mixed.minutes[row][column] <= limit
        assert mixed.metres[row][column] == single[mode].metres[row][column]
        for minute in range(0, 1440, 60):
            assert mixed.minutes_at(row, column, minute) == single[mode].minutes_at(
                row, column, minute
            )


def test_walking_counts_before_a_ride_that_is_no_quicker() -> None:
    near = [Point(lat=39.9, lon=116.4), Point(lat=39.903, lon=116.4)]
    mixed = quickest(GreatCircle(SETTINGS), near, (TRANSIT, WALK), MONDAY, SETTINGS)
    assert mixed.mode_of(0, 1) is WALK
    assert mixed.mode is TRANSIT


def test_who_only_walks_walks_any_way() -> None:
    far = [Point(lat=39.9, lon=116.4), Point(lat=39.95, lon=116.4)]
    walk = quickest(GreatCircle(SETTINGS), far, (WALK,), MONDAY, SETTINGS)
    assert walk.minutes[0][1] > SETTINGS.walk_limit


def test_a_pair_that_no_mode_reaches_has_no_way() -> None:
    class Islands(GreatCircle):
        def matrix(self, points, mode, day):  # type: ignore[no-untyped-def]
            found = super().matrix(points, mode, day)
            cut = ((0, -1), (-1, 0)) if mode is TRANSIT else found.minutes
            return found.model_copy(update={"minutes": cut, "slices": ()})

    far = [Point(lat=39.9, lon=116.4), Point(lat=39.95, lon=116.4)]
    near = [far[0], Point(lat=39.905, lon=116.4)]
    source = Islands(SETTINGS)
    assert quickest(source, far, (TRANSIT, WALK), MONDAY, SETTINGS).minutes[0][1] == -1
    mixed = quickest(source, near, (TRANSIT, WALK), MONDAY, SETTINGS)
    assert (mixed.minutes[0][1], mixed.mode_of(0, 1)) == (10, WALK)
