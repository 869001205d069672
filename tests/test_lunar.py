"""Lunar dates fall on the known days of the solar calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routeplan.book.models import KeyDate
from routeplan.lunar import observed


@pytest.mark.parametrize(
    ("year", "month", "day", "leap", "expected"),
    [
        (2026, 1, 1, False, "2026-02-17"),  # Spring Festival
        (2026, 5, 5, False, "2026-06-19"),  # Dragon Boat Festival
        (2026, 8, 15, False, "2026-09-25"),  # Mid-Autumn
        (2027, 1, 1, False, "2027-02-06"),
        (2026, 12, 29, False, "2027-02-05"),  # New Year's Eve
        (2025, 6, 1, False, "2025-06-25"),
        (2025, 6, 1, True, "2025-07-25"),  # 2025 has a leap sixth month
        (2023, 2, 1, True, "2023-03-22"),  # 2023 a leap second one
        (2020, 4, 1, True, "2020-05-23"),
        # No leap sixth month in 2026: in the ordinary one.
        (2026, 6, 1, True, "2026-07-14"),
        # The leap month of 2023 is the second, not the sixth.
        (2023, 6, 1, True, "2023-07-18"),
        # The twelfth month of 2024 and of 2025 have 29 days: the 30th is observed on the 29th.
        (2024, 12, 30, False, "2025-01-28"),
        (2025, 12, 30, False, "2026-02-16"),
        # So has the leap sixth month of 2025; the ordinary one has 30.
        (2025, 6, 30, True, "2025-08-22"),
        (1900, 1, 1, False, "1900-01-31"),
    ],
)
def test_known_days(year: int, month: int, day: int, leap: bool, expected: str) -> None:
    assert str(observed(year, month, day, leap=leap)) == expected


def test_years_beyond_the_calendar() -> None:
    assert observed(1899, 1, 1) is None
    assert observed(2101, 1, 1) is None
    far = KeyDate(name="", month=1, day=1, lunar=True)
    assert far.next_on_or_after(dt.date(2105, 1, 1)) is None


def test_the_next_lunar_birthday() -> None:
    late = KeyDate(name="", month=12, day=29, lunar=True)
    # Of the lunar year 2026, which ends in February 2027.
    assert str(late.next_on_or_after(dt.date(2027, 1, 1))) == "2027-02-05"
    assert str(late.next_on_or_after(dt.date(2027, 2, 6))) == "2028-01-25"
    mid_autumn = KeyDate(name="", month=8, day=15, lunar=True)
    assert str(mid_autumn.next_on_or_after(dt.date(2026, 9, 25))) == "2026-09-25"
    assert str(mid_autumn.next_on_or_after(dt.date(2026, 9, 26))) == "2027-09-15"


def test_a_lunar_date_is_sound() -> None:
    with pytest.raises(ValueError, match="every year"):
        KeyDate(name="", month=1, day=31, lunar=True)
    with pytest.raises(ValueError, match="every year"):
        KeyDate(name="", month=1, day=1, lunar=True, year=2026)
    with pytest.raises(ValueError, match="leap"):
        KeyDate(name="", month=1, day=1, leap=True)


@given(
    st.integers(1, 12),
    st.integers(1, 30),
    st.booleans(),
    st.dates(dt.date(1950, 1, 1), dt.date(2098, 12, 31)),
)
def test_every_lunar_date_comes_once_a_lunar_year(
    month: int, day: int, leap: bool, today: dt.date
) -> None:
    date = KeyDate(name="", month=month, day=day, lunar=True, leap=leap)
    found = date.next_on_or_after(today)
    assert found is not None
    assert 0 <= (found - today).days <= 414  # 13 months, and a leap month's birthday moves by one
    after = date.next_on_or_after(found + dt.timedelta(days=1))
    assert after is not None
    assert 324 <= (after - found).days <= 414
