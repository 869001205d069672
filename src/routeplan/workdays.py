"""Which days are worked in China, and the calendar's periods.

`chinesecalendar` knows the official arrangements, make-up working days included, year by year.
Outside its years `holidays` computes the statutory holidays; make-up days are not announced yet, so
those days are marked provisional. A file of one's own (`read_calendar`) overrides both.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from functools import cache, cached_property
from pathlib import Path

from routeplan.errors import SettingsError, unreadable
from routeplan.language import Message, message
from routeplan.values import Frozen

__all__ = [
    "OFFICIAL",
    "DayOverride",
    "Period",
    "WorkCalendar",
    "half_month_of",
    "month_of",
    "parse_date",
    "quarter_of",
    "read_calendar",
    "week_of",
]


class Period(Frozen):
    """From `first` to `last`, both included."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def week_of(day: dt.date) -> Period:
    """Monday to Sunday."""
    monday = day - dt.timedelta(days=day.weekday())
    return Period(first=monday, last=monday + dt.timedelta(days=6))


def half_month_of(day: dt.date) -> Period:
    """The 1st to the 15th, or the 16th to the end."""
    if day.day <= 15:
        return Period(first=day.replace(day=1), last=day.replace(day=15))
    return Period(first=day.replace(day=16), last=month_of(day).last)


def month_of(day: dt.date) -> Period:
    return _months(day.year, day.month, 1)


def quarter_of(day: dt.date) -> Period:
    return _months(day.year, day.month - (day.month - 1) % 3, 3)


def _months(year: int, month: int, count: int) -> Period:
    after = month + count
    end = dt.date(year + (after > 12), after - 12 * (after > 12), 1)
    return Period(first=dt.date(year, month, 1), last=end - dt.timedelta(days=1))


class DayOverride(Frozen):
    """One's own word on a day: worked, or off."""

    date: dt.date
    work: bool
    name: str = ""


class WorkCalendar(Frozen):
    """Answers whether a day is worked; `overrides` come before the official arrangements."""

    overrides: tuple[DayOverride, ...] = ()

    @cached_property
    def _own(self) -> dict[dt.date, DayOverride]:
        return {override.date: override for override in self.overrides}

    def is_workday(self, day: dt.date) -> bool:
        """Whether offices work that day: a weekday that is no holiday, or a make-up day."""
        own = self._own.get(day)
        if own is not None:
            return own.work
        return _official(day).work

    def ordinary_weekday(self, day: dt.date) -> int:
        """The weekday (0 = Monday) whose traffic and timetables a day has: its own, but a holiday
        is like a Sunday, a worked Saturday like a Friday and a worked Sunday like a Monday."""
        if self.is_workday(day) == (day.weekday() < 5):
            return day.weekday()
        return {5: 4, 6: 0}.get(day.weekday(), 6)

    def is_make_up(self, day: dt.date) -> bool:
        """Whether it is a weekend day that is worked (调休上班)."""
        return day.weekday() >= 5 and self.is_workday(day)

    def holiday(self, day: dt.date) -> Message | None:
        """The name of the holiday that `day` falls on; None on other days, plain weekends too."""
        own = self._own.get(day)
        if own is None:
            key = _official(day).holiday
            return message(key) if key else None
        if own.work:
            return None
        return message("workdays.own", name=own.name) if own.name else message("workdays.off")

    def is_provisional(self, day: dt.date) -> bool:
        """Whether the official arrangement is not known yet, so that the answer may change."""
        return day not in self._own and _official(day).provisional


OFFICIAL = WorkCalendar()
"""Without a word of one's own."""


class _Day(Frozen):
    work: bool
    holiday: str | None
    """Catalogue key."""
    provisional: bool = False


@cache
def _official(day: dt.date) -> _Day:
    import chinese_calendar

    try:
        off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # a year that the package does not know
        name = _statutory(day.year).get(day)
        holiday = _holiday_key(name) if name else None
        return _Day(work=day.weekday() < 5 and not holiday, holiday=holiday, provisional=True)
    return _Day(work=not off, holiday=_holiday_key(name) if off and name else None)


@cache
def _statutory(year: int) -> dict[dt.date, str]:
    import holidays

    return dict(holidays.country_holidays("CN", years=year, language="en_US"))


_HOLIDAY_KEYS = {
    # as chinesecalendar, then holidays, call them
    "New Year's Day": "workdays.new_year",
    "Spring Festival": "workdays.spring_festival",
    "Tomb-sweeping Day": "workdays.tomb_sweeping",
    "Labour Day": "workdays.labour_day",
    "Dragon Boat Festival": "workdays.dragon_boat",
    "National Day": "workdays.national_day",
    "Mid-autumn Festival": "workdays.mid_autumn",
    "Chinese New Year's Eve": "workdays.spring_festival",
    "Chinese New Year (Spring Festival)": "workdays.spring_festival",
    "Tomb-Sweeping Day": "workdays.tomb_sweeping",
    "Labor Day": "workdays.labour_day",
    "Mid-Autumn Festival": "workdays.mid_autumn",
}


def _holiday_key(name: str) -> str:
    plain = name.split(";")[0].removesuffix(" (observed)").strip()
    return _HOLIDAY_KEYS.get(plain, "workdays.off")


_HEADERS = {
    "date": "date",
    "日期": "date",
    "day": "day",
    "安排": "day",
    "name": "name",
    "名称": "name",
}
_WORK = {"work": True, "上班": True, "班": True, "off": False, "休息": False, "放假": False}
_WORK |= {"休": False}


def read_calendar(path: Path) -> WorkCalendar:
    """A calendar with the overrides of a CSV file: date, day (work or off), name.

    Headers may be Chinese: 日期, 安排 (上班 or 休息), 名称. UTF-8 with or without BOM, or GB18030.
    Raises FileError, or SettingsError naming every faulty row.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    wrong: list[Message] = []
    overrides: dict[dt.date, DayOverride] = {}
    try:
        rows = list(csv.reader(io.StringIO(_decode(raw), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(
            "RP2003", message("error.calendar_not_csv", file=str(path), why=str(error))
        ) from error
    header = [_HEADERS.get(cell.strip().lower(), "") for cell in rows[0]] if rows else []
    for column in ("date", "day"):
        if header.count(column) != 1:
            wrong.append(message("workdays.column_missing", column=column))
    for number, row in enumerate(rows[1:] if not wrong else (), start=2):
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name}
        if not any(cells.values()):
            continue
        date, work = parse_date(cells.get("date", "")), _WORK.get(cells.get("day", "").lower())
        if date is None:
            wrong.append(message("workdays.not_a_date", row=number, value=cells.get("date", "")))
        if work is None:
            wrong.append(
                message("workdays.not_work_or_off", row=number, value=cells.get("day", ""))
            )
        if date in overrides:
            wrong.append(message("workdays.twice", row=number, date=date))
        if date is not None and work is not None:
            overrides[date] = DayOverride(date=date, work=work, name=cells.get("name", ""))
    if wrong:
        raise SettingsError("RP2004", message("error.calendar", file=str(path), wrong=wrong))
    return WorkCalendar(overrides=tuple(overrides[date] for date in sorted(overrides)))


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def parse_date(text: str) -> dt.date | None:
    """The date of '2026-02-14', '2026/2/14', '2026.2.14' or '2026年2月14日'; None if it is none."""
    found = re.fullmatch(r"(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})日?", text.strip())
    if not found:
        return None
    try:
        return dt.date(int(found[1]), int(found[3]), int(found[5]))
    except ValueError:
        return None
