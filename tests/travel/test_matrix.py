"""Setting off and arriving, held against trying every minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from routeplan.book.models import TravelMode
from routeplan.travel.matrix import TravelMatrix, TravelSlice

DAY = 60  # a short day is as good as a long one, and quicker to try out


def matrix_of(typical: int, parts: list[tuple[int, int]]) -> TravelMatrix:
    """One leg, from 0 to 1."""
    return TravelMatrix(
        mode=TravelMode.CAR,
        source="test",
        estimated=True,
        minutes=((0, typical), (typical, 0)),
        metres=((0, 0), (0, 0)),
        slices=tuple(
            TravelSlice(start=start, minutes=((0, minutes), (minutes, 0)))
            for start, minutes in parts
        ),
    )


@st.composite
def matrices(draw: st.DrawFn) -> TravelMatrix:
    minutes = st.integers(-1, 25)
    starts = draw(st.sets(st.integers(1, DAY - 1), max_size=4))
    parts = [(start, draw(minutes)) for start in (0, *sorted(starts))]
    return matrix_of(draw(minutes), parts if draw(st.booleans()) else [])


def departures(matrix: TravelMatrix) -> list[tuple[int, int]]:
    """Every departure of the day that has a way, with its arrival."""
    return [
        (leave, leave + matrix.minutes_at(0, 1, leave))
        for leave in range(3 * DAY)
        if matrix.minutes_at(0, 1, leave) >= 0
    ]


@given(matrices(), st.integers(0, 2 * DAY))
def test_leave_and_arrive_is_the_first_arrival_of_all_departures(
    matrix: TravelMatrix, ready: int
) -> None:
    ways = [(arrive, leave) for leave, arrive in departures(matrix) if leave >= ready]
    found = matrix.leave_and_arrive(0, 1, ready)
    assert found == (None if not ways else (min(ways)[1], min(ways)[0]))


@given(matrices(), st.integers(0, 2 * DAY))
def test_latest_leave_is_the_last_departure_in_time(matrix: TravelMatrix, deadline: int) -> None:
    ways = [leave for leave, arrive in departures(matrix) if arrive <= deadline]
    assert matrix.latest_leave(0, 1, deadline) == max(ways, default=None)


@given(matrices(), st.integers(0, DAY), st.integers(0, DAY))
def test_who_sets_off_later_never_arrives_earlier(
    matrix: TravelMatrix, ready: int, more: int
) -> None:
    first, second = (
        matrix.leave_and_arrive(0, 1, ready),
        matrix.leave_and_arrive(0, 1, ready + more),
    )
    if second is not None:
        assert first is not None
        assert first[1] <= second[1]


@given(matrices(), st.integers(0, DAY), st.integers(0, 2 * DAY))
def test_one_is_in_time_exactly_when_ready_by_the_latest_departure(
    matrix: TravelMatrix, ready: int, deadline: int
) -> None:
    arrival, latest = matrix.leave_and_arrive(0, 1, ready), matrix.latest_leave(0, 1, deadline)
    in_time = arrival is not None and arrival[1] <= deadline
    assert in_time == (latest is not None and ready <= latest)


def test_one_waits_for_the_end_of_a_jam_when_that_is_quicker() -> None:
    jam = matrix_of(10, [(0, 10), (20, 40), (30, 10)])
    assert jam.leave_and_arrive(0, 1, 25) == (30, 40)
    assert jam.leave_and_arrive(0, 1, 19) == (19, 29)
    assert jam.latest_leave(0, 1, 39) == 19
    assert jam.minutes_at(0, 1, 19) == 10
    assert jam.minutes_at(0, 1, 20) == 40
    assert jam.minutes_at(0, 1, 30) == 10


def test_of_departures_that_arrive_together_the_earliest_counts() -> None:
    assert matrix_of(10, [(0, 20), (10, 10)]).leave_and_arrive(0, 1, 0) == (0, 20)


def test_without_slices_the_typical_minutes_hold_all_day() -> None:
    plain = matrix_of(10, [])
    assert plain.leave_and_arrive(0, 1, 50) == (50, 60)
    assert plain.latest_leave(0, 1, 50) == 40
    assert plain.latest_leave(0, 1, 9) is None


def test_a_pair_without_a_way_has_none_at_any_hour() -> None:
    for matrix in (matrix_of(-1, []), matrix_of(-1, [(0, -1), (9, -1)])):
        assert matrix.leave_and_arrive(0, 1, 5) is None
        assert matrix.latest_leave(0, 1, 50) is None
        assert matrix.minutes_at(0, 1, 5) == -1


@pytest.mark.parametrize("starts", [(5,), (0, 9, 5), (0, 5, 5)])
def test_slices_begin_at_midnight_and_follow_one_another(starts: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match="slices must start at 0"):
        matrix_of(1, [(start, 1) for start in starts])


def test_all_matrices_are_square_and_of_one_size() -> None:
    with pytest.raises(ValidationError, match="square and of one size"):
        TravelMatrix(
            mode=TravelMode.CAR, source="test", estimated=True, minutes=((0, 1),), metres=((0,),)
        )
