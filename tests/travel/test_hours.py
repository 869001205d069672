"""Hours: profiles, slices, files, and what recorded ways teach."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import Book, TravelMode, VisitRecord, VisitStatus
from routeplan.config import HourFactor, Settings, TransitSettings, TravelSettings
from routeplan.errors import BookError, SettingsError
from routeplan.point import Point
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.hours import NO_WAY, factor_at, hours_key, profile, sliced
from routeplan.travel.hours_file import hours_csv, read_hours
from routeplan.travel.learn import LearnedHour, learn_hours
from routeplan.travel.matrix import TravelMatrix
from routeplan.travel.roads import Roads, Way
from routeplan.travel.source import TravelSource
from routeplan.travel.transit import Transit
from routeplan.travel.user_matrix import read_user_matrix
from routeplan.values import TimeWindow
from routeplan.workdays import DayOverride, WorkCalendar
from tests.examples import MONDAY, tiny_book, window

CAR = TravelMode.CAR
JAM = HourFactor(hours=window("7:00", "9:00"), factor=2, modes=(CAR,))


@st.composite
def factors(draw: st.DrawFn) -> HourFactor:
    start, end = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=2)))
    return HourFactor(
        hours=TimeWindow(start=start, end=end),
        weekdays=tuple(sorted(draw(st.sets(st.integers(0, 6))))),
        factor=draw(st.sampled_from([0.5, 0.75, 1.2, 1.5, 2])),
        modes=tuple(draw(st.sets(st.sampled_from(TravelMode), min_size=1))),
    )


@given(st.lists(factors(), max_size=4), st.sampled_from(TravelMode), st.integers(0, 6))
def test_a_profile_holds_the_product_of_the_factors_of_every_minute(
    given_factors: list[HourFactor], mode: TravelMode, weekday: int
) -> None:
    hours = profile(given_factors, mode, weekday)
    assert hours == () or hours[0][0] == 0
    for minute in range(0, 1440, 7):
        expected = 1.0
        for one in given_factors:
            holds = one.hours.start <= minute < one.hours.end
            if mode in one.modes and weekday in one.weekdays and holds:
                expected *= one.factor
        assert factor_at(hours, minute) == pytest.approx(expected)


@given(st.lists(factors(), max_size=3))
def test_weekdays_of_one_key_have_one_profile_in_every_mode(
    given_factors: list[HourFactor],
) -> None:
    for one in range(7):
        for two in range(7):
            same = hours_key(given_factors, one) == hours_key(given_factors, two)
            assert same == all(
                profile(given_factors, mode, one) == profile(given_factors, mode, two)
                for mode in TravelMode
            )


@settings(max_examples=60, deadline=None)
@given(
    ride=st.floats(0.5, 60),
    access=st.integers(0, 15),
    walk=st.none() | st.floats(1, 200),
    hours=st.lists(factors(), max_size=3).map(lambda some: profile(some, CAR, 0)),
    step=st.sampled_from([1, 5]),
)
def test_whatever_the_hours_who_sets_off_later_never_arrives_earlier(
    ride: float,
    access: int,
    walk: float | None,
    hours: tuple[tuple[int, float], ...],
    step: int,
) -> None:
    walking = None if walk is None else ((0.0, walk), (walk, 0.0))
    minutes, slices = sliced(
        ((0.0, ride), (ride, 0.0)), hours, access=access, walking=walking, step=step
    )
    matrix = TravelMatrix(
        mode=CAR,
        source="test",
        estimated=True,
        minutes=minutes,
        metres=minutes,
        slices=slices,
    )
    arrivals = []
    for ready in range(0, 1440, 5):
        found = matrix.leave_and_arrive(0, 1, ready)
        assert found is not None
        arrivals.append(found[1])
        assert matrix.minutes_at(0, 1, ready) % step == 0
        if walk is not None:
            assert matrix.minutes_at(0, 1, ready) <= walk + step
    assert arrivals == sorted(arrivals)


legs = st.sampled_from([NO_WAY, 0.0, 0.4, 7.5]) | st.floats(0.01, 90)


@settings(max_examples=100, deadline=None)
@given(
    tables=st.integers(0, 4).flatmap(
        lambda size: st.lists(
            st.lists(st.lists(legs, min_size=size, max_size=size), min_size=size, max_size=size),
            min_size=2,
            max_size=2,
        )
    ),
    on_foot=st.booleans(),
    access=st.integers(0, 15),
    factor=st.sampled_from([0.75, 1.3, 1.6]),
    step=st.sampled_from([1, 5]),
)
def test_every_leg_is_access_and_ride_or_the_walk_rounded_half_up(
    tables: list[list[list[float]]], on_foot: bool, access: int, factor: float, step: int
) -> None:
    rides, walks = tables
    minutes, slices = sliced(
        rides,
        ((0, 1.0), (480, factor)),
        access=access,
        walking=walks if on_foot else None,
        step=step,
    )
    assert slices[0].minutes == minutes
    for table, slower in ((minutes, 1.0), (slices[1].minutes, factor)):
        assert len(table) == len(rides)
        for row, line in enumerate(rides):
            for column, ride in enumerate(line):
                ways = [access + ride * slower] if ride >= 0 else []
                ways += [walks[row][column]] if on_foot and walks[row][column] >= 0 else []
                if row == column or ride == 0:
                    expected = 0
                else:
                    expected = step * max(1, math.floor(min(ways) / step + 0.5)) if ways else -1
                assert table[row][column] == expected


def test_no_way_may_still_be_walked_and_one_building_needs_no_minute() -> None:
    rides = ((0.0, NO_WAY, 0.0), (NO_WAY, 0.0, 5.0), (0.0, 5.0, 0.0))
    walks = ((0.0, 12.0, 0.0), (NO_WAY, 0.0, 90.0), (0.0, 90.0, 0.0))
    minutes, slices = sliced(rides, ((0, 1.0), (480, 2.0)), access=3, walking=walks)
    assert minutes == ((0, 12, 0), (-1, 0, 8), (0, 8, 0))
    assert slices[1].minutes == ((0, 12, 0), (-1, 0, 13), (0, 13, 0))


# --- days that are like other weekdays --------------------------------------------------------

MADE_UP = dt.date(2026, 10, 10)
"""A Saturday that is worked."""
HOLIDAY = dt.date(2026, 10, 1)
"""A Thursday."""


def everywhere(tmp_path: Path) -> list[TravelSource]:
    """A source of each kind that follows weekdays."""
    table = tmp_path / "minutes.csv"
    table.write_text("from,to,minutes\nC1,C6,20\n")
    lines = tmp_path / "lines"
    lines.mkdir()
    (lines / "lines.csv").write_text(
        "line,first,last,headway,days\n1,0:00,24:00,5,mon-fri\n", encoding="utf-8"
    )
    (lines / "stops.csv").write_text(
        "line,stop,minutes,lat,lon\n1,A,,39.9,116.4\n1,B,9,39.95,116.45\n", encoding="utf-8"
    )
    settings = SETTINGS.travel.model_copy(
        update={"transit": TransitSettings(folder=str(lines)), "round_to": 1}
    )
    return [
        GreatCircle(settings),
        Roads(NoRoads(), settings),
        read_user_matrix(table, tiny_book(), settings),
        Transit(settings),
    ]


class NoRoads:
    """A network without ways."""

    name = version = "none"

    def carries(self, _: TravelMode) -> bool:
        return True

    def table(
        self, origins: Sequence[Point], destinations: Sequence[Point], _: TravelMode
    ) -> list[list[Way | None]]:
        return [[None] * len(destinations) for _ in origins]

    def line(self, *_: object) -> None:
        return None


def test_a_worked_saturday_travels_like_a_friday_and_a_holiday_like_a_sunday(
    tmp_path: Path,
) -> None:
    points = [Point(lat=39.9, lon=116.4), Point(lat=39.95, lon=116.45)]
    for source in everywhere(tmp_path):
        for mode in (CAR, TravelMode.TRANSIT):
            friday, sunday = (
                source.matrix(points, mode, MONDAY + dt.timedelta(days=ahead)) for ahead in (4, 6)
            )
            assert source.matrix(points, mode, MADE_UP) == friday
            assert source.matrix(points, mode, HOLIDAY) == sunday
        assert source.day_key(MADE_UP) == source.day_key(MONDAY)
        assert source.day_key(HOLIDAY) == source.day_key(MONDAY + dt.timedelta(days=6))
        assert source.day_key(MONDAY) != source.day_key(HOLIDAY)


def test_ones_own_calendar_decides() -> None:
    own = WorkCalendar(overrides=(DayOverride(date=MONDAY, work=False),))
    source = GreatCircle(SETTINGS.travel, own)
    assert source.day_key(MONDAY) == source.day_key(MONDAY + dt.timedelta(days=6))


# --- files --------------------------------------------------------------------------------------


def test_a_csv_of_hours_in_either_language(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    path.write_bytes(
        "出行方式,星期,时段,系数\n驾车; 公交,周一-周五,7:00-9:00,1.6\n".encode("gb18030")
    )
    (factor,) = read_hours(path)
    assert factor == HourFactor(
        hours=window("7:00", "9:00"),
        weekdays=(0, 1, 2, 3, 4),
        factor=1.6,
        modes=(CAR, TravelMode.TRANSIT),
    )


def test_a_toml_of_hours_as_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "hours.toml"
    path.write_text(
        '[[hour_factors]]\nhours = { start = "07:00", end = "09:00" }\n'
        'factor = 2\nmodes = ["car"]\n'
    )
    assert read_hours(path) == (JAM,)
    path.write_text("[[hour_factors]]\nfactor = 99\n")
    with pytest.raises(SettingsError, match="factor"):
        read_hours(path)


def test_every_fault_of_a_csv_of_hours_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    path.write_text("modes,weekdays,hours,factor\nplane,mon,7:00-9:00,2\ncar,mon,9:00-7:00,0\n")
    with pytest.raises(BookError) as caught:
        read_hours(path)
    assert [(fault.row, fault.code) for fault in caught.value.faults] == [
        (2, "RP1030"),
        (3, "RP1024"),
        (3, "RP1086"),
    ]


@settings(max_examples=30, deadline=None)
@given(st.lists(factors().filter(lambda one: one.weekdays), max_size=4))
def test_a_written_profile_reads_back(
    tmp_path_factory: pytest.TempPathFactory, known: list[HourFactor]
) -> None:
    path = tmp_path_factory.mktemp("hours") / "hours.csv"
    path.write_bytes(hours_csv([LearnedHour(factor=one, ways=3) for one in known]))
    assert read_hours(path) == tuple(known)


# --- learning -----------------------------------------------------------------------------------


def records(*ways: tuple[str, int | None]) -> Book:
    """M2, who drives from home at 39.95, 116.45: on each day so many minutes to C6 for a talk at
    the time given."""
    found = [
        VisitRecord(
            client_id="C6",
            manager_id="M2",
            date=MONDAY - dt.timedelta(days=7 * (number + 1)),
            start=start,
            travel_minutes=minutes,
        )
        for number, (start, minutes) in enumerate(ways)
    ]
    return tiny_book().model_copy(update={"visits": tuple(found)})


SETTINGS = Settings(travel=TravelSettings(round_to=1, hour_factors=(JAM,)))
SOURCE = GreatCircle(SETTINGS.travel)


def usual() -> int:
    book = tiny_book()
    home, client = book.managers[1].home, book.client_by_id["C6"].sites[0].point
    assert home is not None
    assert client is not None
    return SOURCE.matrix([home, client], CAR, MONDAY).minutes[0][1]


def factor_of(learned: tuple[LearnedHour, ...], hour: int) -> tuple[float, int]:
    ways = {
        one.factor.hours.start // 60: one.ways
        for one in learned
        if CAR in one.factor.modes and 0 in one.factor.weekdays
    }
    hours = profile([one.factor for one in learned], CAR, 0)
    return factor_at(hours, hour * 60), ways.get(hour, 0)


def test_without_records_the_profile_stays_as_it_was() -> None:
    learned = learn_hours(tiny_book(), SOURCE, SETTINGS)
    assert [one.ways for one in learned] == [0]
    assert profile([one.factor for one in learned], CAR, 0) == profile((JAM,), CAR, 0)


def test_many_slow_ways_slow_their_hour_and_no_other() -> None:
    access = SETTINGS.travel.modes[CAR].access_minutes
    slow = access + 3 * (usual() - access)
    learned = learn_hours(records(*[("15:00", slow)] * 20), SOURCE, SETTINGS)
    factor, ways = factor_of(learned, 14)
    assert ways == 19  # one of the Mondays is a holiday
    assert 2.2 < factor < 3
    assert factor_of(learned, 13) == (1.0, 0)
    assert factor_of(learned, 8) == (2.0, 0)


def test_a_way_on_a_holiday_speaks_for_sundays() -> None:
    book = records(("15:00", 200))
    holiday = book.visits[0].model_copy(update={"date": dt.date(2026, 10, 1)})
    learned = learn_hours(book.model_copy(update={"visits": (holiday,)}), SOURCE, SETTINGS)
    (row,) = (one.factor for one in learned if one.ways)
    assert row.weekdays == (5, 6)


def test_one_bad_afternoon_makes_no_rush_hour() -> None:
    learned = learn_hours(records(("15:00", 240)), SOURCE, SETTINGS)
    factor, ways = factor_of(learned, 10)
    assert ways == 1
    assert 1 < factor < 1.4


def test_ways_whose_ends_or_hour_are_unknown_teach_nothing() -> None:
    book = records(("15:00", 90), ("15:00", None))
    unknown = [
        book.visits[0].model_copy(update={"start": None}),
        book.visits[0].model_copy(update={"status": VisitStatus.CANCELLED}),
        book.visits[0].model_copy(update={"client_id": "C4"}),
        book.visits[0].model_copy(update={"start": 30}),
        book.visits[1],
    ]
    book = book.model_copy(update={"visits": tuple(unknown)})
    assert [one.ways for one in learn_hours(book, SOURCE, SETTINGS)] == [0]


def test_the_second_visit_of_a_day_starts_from_the_first() -> None:
    book = records(("10:00", None), ("15:00", 40))
    first, second = book.visits
    second = second.model_copy(update={"date": first.date, "client_id": "C1"})
    learned = learn_hours(book.model_copy(update={"visits": (second, first)}), SOURCE, SETTINGS)
    assert factor_of(learned, 14)[1] == 1
