from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routeplan.errors import FileError, SettingsError
from routeplan.language import Texts
from routeplan.workdays import (
    DayOverride,
    Period,
    WorkCalendar,
    half_month_of,
    month_of,
    parse_date,
    quarter_of,
    read_calendar,
    week_of,
)

CALENDAR = WorkCalendar()
FAR = 2041  # a year that no official arrangement reaches


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def test_an_ordinary_week_is_worked_monday_to_friday() -> None:
    week = [day("2026-11-23") + dt.timedelta(days=offset) for offset in range(7)]
    assert [CALENDAR.is_workday(each) for each in week] == [True] * 5 + [False] * 2
    assert not any(CALENDAR.is_make_up(each) for each in week)
    assert all(CALENDAR.holiday(each) is None for each in week)


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("2026-11-23", 0),
        ("2026-11-28", 5),
        ("2026-10-01", 6),  # National Day, a Thursday
        ("2026-10-03", 5),  # within the holidays, but a Saturday anyway
        ("2026-10-10", 4),  # a Saturday made up
        ("2026-09-20", 0),  # a Sunday made up
    ],
)
def test_which_weekday_a_day_is_like(text: str, weekday: int) -> None:
    assert CALENDAR.ordinary_weekday(day(text)) == weekday


def test_spring_festival_2026_is_off_and_made_up_for_on_two_saturdays() -> None:
    off = [day("2026-02-15") + dt.timedelta(days=offset) for offset in range(9)]
    for each in off:
        assert not CALENDAR.is_workday(each)
        name = CALENDAR.holiday(each)
        assert name is not None
        assert Texts("zh").render(name) == "春节"
    for each in (day("2026-02-14"), day("2026-02-28")):
        assert each.weekday() == 5
        assert CALENDAR.is_workday(each)
        assert CALENDAR.is_make_up(each)
        assert CALENDAR.holiday(each) is None
    assert CALENDAR.is_workday(day("2026-02-24"))
    assert not CALENDAR.is_provisional(day("2026-02-24"))


def test_beyond_the_announced_years_statutory_holidays_hold_and_all_is_provisional() -> None:
    assert not CALENDAR.is_workday(dt.date(FAR, 10, 1))
    name = CALENDAR.holiday(dt.date(FAR, 10, 1))
    assert name is not None
    assert Texts("en").render(name) == "National Day"
    spring = CALENDAR.holiday(dt.date(FAR, 2, 1))  # the lunar year 2041 begins that day
    assert spring is not None
    assert spring.key == "workdays.spring_festival"
    year = [dt.date(FAR, 1, 1) + dt.timedelta(days=offset) for offset in range(365)]
    assert all(CALENDAR.is_provisional(each) for each in year)
    assert not any(CALENDAR.is_make_up(each) for each in year)


def test_own_days_come_before_the_official_ones() -> None:
    own = WorkCalendar(
        overrides=(
            DayOverride(date=day("2026-02-17"), work=True),
            DayOverride(date=day("2026-11-25"), work=False, name="厂休"),
            DayOverride(date=day("2026-11-28"), work=True),
            DayOverride(date=dt.date(FAR, 3, 1), work=False),
        )
    )
    assert own.is_workday(day("2026-02-17"))
    assert own.holiday(day("2026-02-17")) is None
    assert not own.is_workday(day("2026-11-25"))
    name = own.holiday(day("2026-11-25"))
    assert name is not None
    assert Texts("zh").render(name) == "厂休"
    assert own.is_make_up(day("2026-11-28"))
    unnamed = own.holiday(dt.date(FAR, 3, 1))
    assert unnamed is not None
    assert Texts("zh").render(unnamed) == "放假"
    assert not own.is_provisional(dt.date(FAR, 3, 1))
    assert own.is_workday(day("2026-11-26"))


@pytest.mark.parametrize(
    ("period_of", "of", "first", "last"),
    [
        (week_of, "2026-11-29", "2026-11-23", "2026-11-29"),
        (week_of, "2027-01-01", "2026-12-28", "2027-01-03"),
        (half_month_of, "2026-11-15", "2026-11-01", "2026-11-15"),
        (half_month_of, "2026-11-16", "2026-11-16", "2026-11-30"),
        (half_month_of, "2028-02-20", "2028-02-16", "2028-02-29"),
        (month_of, "2026-12-31", "2026-12-01", "2026-12-31"),
        (quarter_of, "2026-11-23", "2026-10-01", "2026-12-31"),
        (quarter_of, "2026-02-01", "2026-01-01", "2026-03-31"),
    ],
)
def test_periods(period_of: Callable[[dt.date], Period], of: str, first: str, last: str) -> None:
    assert period_of(day(of)) == Period(first=day(first), last=day(last))


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_periods_hold_their_day_and_tile_the_calendar(date: dt.date) -> None:
    for period_of in (week_of, half_month_of, month_of, quarter_of):
        period = period_of(date)
        assert date in period
        assert period_of(period.first) == period_of(period.last) == period
        assert period_of(period.last + dt.timedelta(days=1)).first == period.last + dt.timedelta(1)


@given(st.dates(dt.date(2004, 1, 1), dt.date(2026, 12, 31)))
def test_a_holiday_is_never_worked(date: dt.date) -> None:
    assert not (CALENDAR.holiday(date) and CALENDAR.is_workday(date))
    assert CALENDAR.is_workday(date) or CALENDAR.holiday(date) or date.weekday() >= 5


@pytest.mark.parametrize("text", ["2026-02-14", "2026/2/14", " 2026.2.14", "2026年2月14日"])
def test_dates_as_people_write_them(text: str) -> None:
    assert parse_date(text) == day("2026-02-14")


@pytest.mark.parametrize("text", ["", "2026-02-30", "14.2.2026", "tomorrow", "2026-13-01"])
def test_no_dates(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    "text",
    [
        "date,day,name\n2026-11-25,off,厂休\n\n2026-11-28,work,\n",
        "日期,安排,名称\r\n2026/11/28,上班,\r\n2026年11月25日,休息,厂休\r\n",
    ],
)
def test_a_calendar_file_is_read(tmp_path: Path, text: str, encoding: str) -> None:
    file = tmp_path / "days.csv"
    file.write_bytes(text.encode(encoding))
    assert read_calendar(file) == WorkCalendar(
        overrides=(
            DayOverride(date=day("2026-11-25"), work=False, name="厂休"),
            DayOverride(date=day("2026-11-28"), work=True),
        )
    )


def test_every_fault_of_a_calendar_file_is_named_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text(
        "date,day,name\n2026-02-30,off,a\n2026-11-25,maybe,b\n2026-11-26,off\n2026-11-26,work\n,off\n",
        encoding="utf-8",
    )
    with pytest.raises(SettingsError) as caught:
        read_calendar(file)
    text = str(caught.value)
    assert caught.value.code == "RP2004"
    for part in ("row 2", "2026-02-30", "row 3", "maybe", "row 5", "twice", "row 6"):
        assert part in text
    assert "row 4" not in text
    assert "第 5 行" in Texts("zh").render(caught.value.message)


def test_a_calendar_file_needs_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    for text in ("", "date,name\n2026-11-25,x\n", "date,date,day\n"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError, match="column"):
            read_calendar(file)


def test_a_calendar_file_that_is_no_text_or_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_calendar(tmp_path / "nowhere.csv")
    file = tmp_path / "days.csv"
    file.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(SettingsError) as caught:
        read_calendar(file)
    assert caught.value.code == "RP2003"
