"""What people type into cells, and what it is read as."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routeplan.book import cells, spans
from routeplan.book.cells import CellError, clean, guard, text_of, unguard
from routeplan.book.columns import SHEETS
from routeplan.book.models import KeyDate
from routeplan.book.words import VOCABULARIES, vocabulary
from routeplan.values import WeeklyHours
from tests.book.strategies import closures, texts, weekly_hours

MORNING, AFTERNOON = "09:00-11:30", "14:00-17:00"


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-24", "2026/11/24", "2026.11.24", "2026年11月24日", "20261124", "46350"),
        *("２０２６－１１－２４", "2026-11-24 00:00:00", "2026/11/24 0:00", " 2026 - 11 - 24 "),
    ],
)
def test_dates(text: str) -> None:
    assert cells.date.read(text) == dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    "text", ["24/11/2026", "2026-13-01", "2026-11-24 09:30", "11-24", "99", "2026", "明天", "0"]
)
def test_no_dates(text: str) -> None:
    with pytest.raises(CellError):
        cells.date.read(text)


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        *(("9:30", 570), ("09:30", 570), ("０９：３０", 570), ("9:30:00", 570), ("0930", 570)),
        *(("9点半", 570), ("9点30分", 570), ("9点", 540), ("上午9:30", 570), ("9:30 AM", 570)),
        *(("下午2:00", 840), ("2:00 PM", 840), ("2:00 p.m.", 840), ("12:15 am", 15)),
        *(("12:15 pm", 735), ("24:00", 1440), ("0:00", 0), ("0.375", 540), (".5", 720)),
        *(("1899-12-31 09:30", 570), ("1900-01-01 00:00", 0)),
    ],
)
def test_times(text: str, minute: int) -> None:
    assert cells.clock.read(text) == minute


@pytest.mark.parametrize(
    ("text", "month", "day", "leap"),
    [
        ("农历八月十五", 8, 15, False),
        ("农历8月15日", 8, 15, False),
        ("阴历 8-15", 8, 15, False),
        ("lunar 8-15", 8, 15, False),
        ("Lunar leap 6-30", 6, 30, True),
        ("农历闰六月三十", 6, 30, True),
        ("农历正月初一", 1, 1, False),
        ("农历冬月初十", 11, 10, False),
        ("农历十一月二十", 11, 20, False),
        ("农历腊月廿三", 12, 23, False),
        ("农历十二月二十三", 12, 23, False),
    ],
)
def test_lunar_dates(text: str, month: int, day: int, leap: bool) -> None:
    date = KeyDate(name="", month=month, day=day, lunar=True, leap=leap)
    assert spans.birthday.read(text) == date
    assert spans.key_dates.read(f"{text} 庆典; 05-20 店庆")[0].name == "庆典"
    for language in ("en", "zh"):
        assert spans.birthday.read(str(spans.birthday.write(date, language))) == date


@pytest.mark.parametrize(
    "text", ["农历八月三十一", "lunar 13-1", "农历二月", "八月十五", "lunar 0-1"]
)
def test_no_lunar_dates(text: str) -> None:
    with pytest.raises(CellError):
        spans.birthday.read(text)


def test_hours_of_rest_are_of_every_day() -> None:
    noon = spans.rest_hours.read("12:00-14:00")
    assert all(noon.on(weekday) == noon.on(0) for weekday in range(7))
    assert spans.rest_hours.write(noon, "zh") == "12:00-14:00"
    assert spans.rest_hours.read("周一 9:00-10:00").on(1) == ()


@pytest.mark.parametrize("text", ["24:01", "9:60", "9", "-9:00", "9:3", "2026-11-24 09:30", "1.5"])
def test_no_times(text: str) -> None:
    with pytest.raises(CellError):
        cells.clock.read(text)


def week(text: str, *days: int, sat: str = "") -> WeeklyHours:
    windows = [cells.window.read(part) for part in text.split(";")]
    found: list[tuple[Any, ...]] = [tuple(windows) if day in days else () for day in range(7)]
    if sat:
        found[5] = (cells.window.read(sat),)
    return WeeklyHours(days=tuple(found))


BOTH = f"{MORNING};{AFTERNOON}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:00-11:30;14:00-17:00", week(BOTH, 0, 1, 2, 3, 4)),
        ("９：００－１１：３０；１４：００～１７：００", week(BOTH, 0, 1, 2, 3, 4)),
        ("14:00-17:00、9:00-11:30", week(BOTH, 0, 1, 2, 3, 4)),
        ("0900-1130 1400-1700", week(BOTH, 0, 1, 2, 3, 4)),
        ("上午9点-11点半，下午2点至5点", week(BOTH, 0, 1, 2, 3, 4)),
        ("9:00 AM-11:30 AM, 2:00 PM-5:00 PM", week(BOTH, 0, 1, 2, 3, 4)),
        ("9:00—11:30;14:00到17:00", week(BOTH, 0, 1, 2, 3, 4)),
        (
            "周一-周五 9:00-11:30;14:00-17:00 / 周六 9:00-12:00",
            week(BOTH, 0, 1, 2, 3, 4, sat="9:00-12:00"),
        ),
        (
            "星期一至星期五：9:00-11:30；14:00-17:00；星期六9:00-12:00",
            week(BOTH, 0, 1, 2, 3, 4, sat="9:00-12:00"),
        ),
        (
            "Mon-Fri 9:00-11:30, 14:00-17:00\nSat 9:00-12:00",
            week(BOTH, 0, 1, 2, 3, 4, sat="9:00-12:00"),
        ),
        ("9:00-11:30;14:00-17:00 / 周六 9:00-12:00", week(BOTH, 0, 1, 2, 3, 4, sat="9:00-12:00")),
        ("周一、三、五 9:00-11:30", week(MORNING, 0, 2, 4)),
        ("Tuesday, Thursday to Saturday 9:00-11:30", week(MORNING, 1, 3, 4, 5)),
        ("每天 9:00-11:30", week(MORNING, *range(7))),
        ("工作日 9:00-11:30 / 周三 休息", week(MORNING, 0, 1, 3, 4)),
        ("周三 休息 / 工作日 9:00-11:30", week(MORNING, 0, 1, 3, 4)),
        ("weekends 9:00-11:30", week(MORNING, 5, 6)),
        ("周日 全天", week("0:00-24:00", 6)),
        ("休息", week(MORNING)),
        ("closed", week(MORNING)),
    ],
)
def test_weekly_hours(text: str, expected: WeeklyHours) -> None:
    assert spans.weekly_hours.read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("9:00-11:30;11:00-12:00", "11:30-9:00", "9:00", "周一", "周五-周一 9:00-10:00", ";"),
        *("2:00-5:00 PM", "下午2点-上午9点"),
        *("周一- 9:00-10:00", "-周一 9:00-10:00", "bank hours", "9:00-10:00 maybe", "周一--周二"),
        "周一-",
    ],
)
def test_no_weekly_hours(text: str) -> None:
    with pytest.raises(CellError):
        spans.weekly_hours.read(text)


@given(weekly_hours(), st.sampled_from(("en", "zh")))
def test_weekly_hours_read_as_written(hours: WeeklyHours, language: str) -> None:
    assert spans.weekly_hours.read(str(spans.weekly_hours.write(hours, language))) == hours


@given(closures().filter(bool))
def test_closures_read_as_written(value: Any) -> None:
    assert spans.closures.read(str(spans.closures.write(value, "en"))) == value


def test_closures() -> None:
    text = "2026-11-25；2026年12月1日至2026年12月3日, 2026-11-26 14:00-17:00"
    day, days, hours = spans.closures.read(text)
    assert (day.first, day.last, day.hours) == (dt.date(2026, 11, 25), dt.date(2026, 11, 25), None)
    assert (days.first, days.last) == (dt.date(2026, 12, 1), dt.date(2026, 12, 3))
    assert str(hours.hours) == AFTERNOON


def test_key_dates() -> None:
    found = spans.key_dates.read("2026-11-26 周年庆；05-20 店庆; 9月1日：5周年, 庆典")
    assert found == (
        KeyDate(name="周年庆", month=11, day=26, year=2026),
        KeyDate(name="店庆", month=5, day=20),
        KeyDate(name="5周年, 庆典", month=9, day=1),
    )
    assert spans.key_dates.read("02-29 闰日")[0].day == 29
    with pytest.raises(CellError):
        spans.key_dates.read("2026-02-29 闰日")


@pytest.mark.parametrize("text", ["1980-05-20", "05-20", "5月20日", "29361", "1980年5月20日"])
def test_birthdays_come_every_year(text: str) -> None:
    assert spans.birthday.read(text) == KeyDate(name="", month=5, day=20)


@pytest.mark.parametrize(
    ("text", "days"),
    [("周一-周五", (0, 1, 2, 3, 4)), ("Sat,Mon", (0, 5)), ("每天", tuple(range(7))), ("无", ())],
)
def test_weekdays(text: str, days: tuple[int, ...]) -> None:
    assert spans.weekdays.read(text) == days


@pytest.mark.parametrize(
    ("text", "number"), [("30", 30), ("３０分钟", 30), ("30.0", 30), ("5 min", 5)]
)
def test_whole_numbers(text: str, number: int) -> None:
    assert cells.minutes.read(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", "inf", "nan", "1e9", "三十", "30 or so"])
def test_no_whole_numbers(text: str) -> None:
    with pytest.raises(CellError):
        cells.minutes.read(text)


@pytest.mark.parametrize("name", VOCABULARIES)
def test_every_word_is_read_and_written_in_both_languages(name: str) -> None:
    kind = vocabulary(name)
    for value, spellings in VOCABULARIES[name].items():
        for spelling in (*spellings, str(spellings[1]).upper(), f" {spellings[0]} "):
            assert kind.read(spelling) == value
        for language in ("en", "zh"):
            assert kind.read(str(kind.write(value, language))) == value


@pytest.mark.parametrize("name", VOCABULARIES)
def test_no_word_means_two_things(name: str) -> None:
    from routeplan.book.words import word_key

    keys = [
        {word_key(spelling) for spelling in spellings} for spellings in VOCABULARIES[name].values()
    ]
    assert len(set().union(*keys)) == sum(map(len, keys))


def test_no_header_means_two_columns() -> None:
    from routeplan.book.words import word_key

    for sheet in SHEETS:
        spellings = [
            word_key(spelling)
            for column in sheet.columns
            for spelling in {column.name, column.zh, *column.aliases}
        ]
        assert len(spellings) == len(set(spellings)), sheet.name


@given(texts(), st.booleans())
def test_what_is_guarded_comes_back(text: str, formulas: bool) -> None:
    guarded = guard(text, formulas=formulas)
    assert text_of(guarded) == unguard(guarded) == text
    if formulas:
        assert not guarded.startswith(tuple("=+-@＝＋－＠"))


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert "\0" not in clean(text)


def test_cell_contents_of_a_workbook() -> None:
    assert text_of(13_800_000_000.0) == "13800000000"
    assert text_of(0.5) == "0.5"
    assert text_of(True) == "1"
    assert text_of(dt.date(2026, 11, 24)) == "2026-11-24"
    assert text_of(dt.datetime(2026, 11, 24)) == "2026-11-24"  # noqa: DTZ001
    assert text_of(dt.datetime(2026, 11, 24, 9, 30)) == "2026-11-24 09:30"  # noqa: DTZ001
    assert text_of(dt.time(9, 30)) == "09:30"
    assert text_of(" a\r\nb\u0007 ") == "a\nb"
