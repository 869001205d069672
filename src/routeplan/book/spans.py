"""Cells that hold several things: opening hours, weekdays, closures, key dates."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from routeplan.book import cells
from routeplan.book.cells import DATE, WINDOW, CellError, Kind, match_date, match_window, normal
from routeplan.book.codes import FaultCode
from routeplan.book.models import KeyDate
from routeplan.language.catalogue import WEEKDAYS
from routeplan.values import MINUTES_PER_DAY, Closure, TimeWindow, WeeklyHours

__all__ = [
    "DEFAULT_HOURS",
    "birthday",
    "closures",
    "day_hours",
    "key_dates",
    "rest_hours",
    "weekdays",
    "weekly_hours",
]

_OFFICE = (TimeWindow(start=9 * 60, end=12 * 60), TimeWindow(start=14 * 60, end=17 * 60 + 30))
DEFAULT_HOURS = WeeklyHours(days=((_OFFICE,) * 5 + ((),) * 2))
"""Taken where a client's hours are left blank: Monday to Friday 9:00-12:00 and 14:00-17:30."""

_TOKEN = re.compile(
    rf"""
      (?P<window>{WINDOW})
    | (?P<whole>全天|24\s*小时|24h|all\s+day)
    | (?P<closed>不营业|休息|关门|停业|休|关|closed|off|无|none)
    | (?P<every>每天|每日|天天|daily|every\s+day)
    | (?P<work>工作日|weekdays?)
    | (?P<end>周末|双休日|weekends?)
    | (?P<zh>(?:周|星期|礼拜)?[一二三四五六日天])
    | (?P<en>(?:mon|tue|wed|thu|fri|sat|sun)(?:s|rs|nes|ur)?(?:day)?)(?![a-z])\.?
    | (?P<to>-|~|至|到|to(?![a-z]))
    | (?P<gap>[\s;,/|:()&+]+|和|及|and(?![a-z]))
    """,
    re.VERBOSE | re.IGNORECASE,
)


def _tokens(raw: str) -> Iterator[Sequence[int] | TimeWindow | None]:
    """The weekdays named, the windows, and None for 'closed', as they follow in a cell.

    Raises ValueError at the first piece that is none of these.
    """
    cell, at = normal(raw), 0
    last: int | None = None  # the weekday that a range may start from
    ranging = False
    while at < len(cell):
        found = _TOKEN.match(cell, at)
        if not found:
            raise ValueError(cell[at:])
        at, what = found.end(), found.groupdict()
        if what["gap"]:
            continue
        if what["to"]:
            if last is None or ranging:
                raise ValueError("a dash stands between two weekdays")
            ranging = True
            continue
        if what["zh"] or what["en"]:
            day = _weekday(what["zh"] or what["en"])
            if ranging and last is not None and day <= last:
                raise ValueError("a range of weekdays runs forward")
            yield range(last + 1, day + 1) if ranging and last is not None else (day,)
            last, ranging = day, False
            continue
        if ranging:
            raise ValueError("a range of weekdays has two ends")
        last = None
        if what["window"]:
            yield match_window(what)
        elif what["whole"]:
            yield TimeWindow(start=0, end=MINUTES_PER_DAY)
        elif what["closed"]:
            yield None
        else:
            yield range(7) if what["every"] else range(5) if what["work"] else range(5, 7)
    if ranging:
        raise ValueError("a range of weekdays has two ends")


def _weekday(word: str) -> int:
    if word[-1] in "一二三四五六日天":
        return min("一二三四五六日天".index(word[-1]), 6)
    return [day.casefold() for day in WEEKDAYS["en"]].index(word[:3].casefold())


def _read_week(raw: str, usual: Sequence[int] = range(5)) -> WeeklyHours:
    """`usual`: the weekdays meant where none is named."""
    week: list[list[TimeWindow]] = [[] for _ in range(7)]
    closed: set[int] = set()
    named, settled, said = list(usual), True, False
    try:
        for token in _tokens(raw):
            if isinstance(token, Sequence):
                named = [*token] if settled else [*named, *token]
                settled = False
                continue
            settled = said = True
            if token is None:
                closed.update(named)
            else:
                for day in named:
                    week[day].append(token)
        if not settled or not said:
            raise ValueError("weekdays without hours")
        return WeeklyHours(
            days=tuple(
                () if day in closed else tuple(sorted(windows, key=lambda window: window.start))
                for day, windows in enumerate(week)
            )
        )
    except ValueError:
        raise CellError(FaultCode.BAD_HOURS) from None


def _write_week(hours: WeeklyHours, language: str, usual: Sequence[int] = range(5)) -> str:
    groups: dict[tuple[TimeWindow, ...], list[int]] = {}
    for day, windows in enumerate(hours.days):
        if windows:
            groups.setdefault(windows, []).append(day)
    if not groups:
        return "休息" if language == "zh" else "closed"
    if list(groups.values()) == [list(usual)]:
        return _write_windows(hours.days[0])
    return " / ".join(
        f"{_write_days(days, language)} {_write_windows(windows)}"
        for windows, days in groups.items()
    )


def _write_windows(windows: tuple[TimeWindow, ...]) -> str:
    return ";".join(str(window) for window in windows)


def _write_days(days: Sequence[int], language: str) -> str:
    """'Mon-Wed,Sat' of weekdays in order."""
    names = WEEKDAYS[language]
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [
        f"{names[run[0]]}-{names[run[-1]]}" if len(run) > 2 else ",".join(names[day] for day in run)
        for run in runs
    ]
    return ",".join(parts)


weekly_hours = Kind(_read_week, _write_week)
"""'9:00-11:30;14:00-17:00', or 'Mon-Fri 9:00-11:30 / Sat 9:00-12:00', or 'closed'.

Without weekdays, Monday to Friday is meant; weekdays not named are closed; 'closed' after a weekday
overrules what was said of it before.
"""

rest_hours = Kind(
    lambda raw: _read_week(raw, range(7)),
    lambda value, language: _write_week(value, language, range(7)),
)
"""The same for hours of rest: without weekdays, every day is meant."""


def _read_day(raw: str) -> tuple[TimeWindow, ...]:
    try:
        tokens = [*_tokens(raw)]
        windows = [token for token in tokens if isinstance(token, TimeWindow)]
        if not tokens or (len(windows) != len(tokens) and (windows or tokens != [None])):
            raise ValueError("windows only, or closed")
        windows.sort(key=lambda window: window.start)
        if any(before.end > after.start for before, after in itertools.pairwise(windows)):
            raise ValueError("windows overlap")
    except ValueError:
        raise CellError(FaultCode.BAD_HOURS) from None
    return tuple(windows)


day_hours = Kind(_read_day, lambda value, _: _write_windows(value))
"""The windows of one weekday, or 'closed'."""


def _read_weekdays(raw: str) -> tuple[int, ...]:
    try:
        tokens = [*_tokens(raw)]
    except ValueError:
        raise CellError(FaultCode.BAD_WEEKDAYS) from None
    days = [token for token in tokens if isinstance(token, Sequence)]
    if not tokens or (len(days) != len(tokens) and tokens != [None]):
        raise CellError(FaultCode.BAD_WEEKDAYS)
    return tuple(sorted({day for some in days for day in some}))


def _write_weekdays(days: tuple[int, ...], language: str) -> str:
    return _write_days(days, language) or ("无" if language == "zh" else "none")


weekdays = Kind(_read_weekdays, _write_weekdays)
"""'Mon-Fri,Sun', 'weekdays' or 'none'."""

_CLOSURE = re.compile(
    rf"{DATE}(?:\s*(?:~|至|到|to|-)\s*{DATE.replace('?P<', '?P<to_')})?(?:\s+(?P<hours>\S.*))?"
)


def _read_closures(raw: str) -> tuple[Closure, ...]:
    found: list[Closure] = []
    for piece in filter(None, map(str.strip, re.split(r"[;,\n]", normal(raw)))):
        try:
            match = _CLOSURE.fullmatch(piece)
            if not match:
                first = last = cells.date.read(piece)
                hours = None
            else:
                what = match.groupdict()
                first = last = match_date(what)
                if what["to_y"]:
                    last = match_date({key: what[f"to_{key}"] for key in "ymd"})
                hours = cells.window.read(what["hours"]) if what["hours"] else None
            found.append(Closure(first=first, last=last, hours=hours))
        except ValueError:
            raise CellError(FaultCode.BAD_CLOSURE, piece=piece[:80]) from None
    return tuple(found)


def _write_closures(value: tuple[Closure, ...], _: str) -> str | None:
    parts = []
    for closure in value:
        days = str(closure.first)
        if closure.last != closure.first:
            days += f"~{closure.last}"
        parts.append(days if closure.hours is None else f"{days} {closure.hours}")
    return "; ".join(parts) or None


closures = Kind(_read_closures, _write_closures)
"""'2026-11-25; 2026-12-01~2026-12-03; 2026-11-26 14:00-17:00'."""

_KEY_DATE = re.compile(
    r"(?:(?P<y>\d{4})\s*[-/.年－／．]\s*)?(?P<m>\d{1,2})\s*[-/.月－／．]\s*(?P<d>\d{1,2})日?(?!\d)"
    r"(?:\s+0{1,2}:00(?::00)?(?!\S))?[\s:：]*(?P<name>.*)",
    re.DOTALL,
)


_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_ONES = "一二三四五六七八九"
_DAYS = (
    *(f"初{one}" for one in _ONES),
    "初十",
    *(f"十{one}" for one in _ONES),
    "二十",
    *(f"廿{one}" for one in _ONES),
    "三十",
)
_SAME_DAY = {"廿": 20, "十": 10} | {f"二十{one}": 21 + at for at, one in enumerate(_ONES)}
_LUNAR_MONTH = {word: at for at, word in enumerate(_MONTHS, start=1)}
_LUNAR_MONTH |= {"一": 1, "十一": 11, "十二": 12}
_LUNAR_DAY = {word: at for at, word in enumerate(_DAYS, start=1)} | _SAME_DAY


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_LUNAR = re.compile(
    r"(?:农历|阴历|旧历|lunar)\s*(?P<leap>闰|leap\s*)?"
    rf"(?P<m>\d{{1,2}}|{_any_of(_LUNAR_MONTH)})\s*[-/.月－／．]\s*"
    rf"(?P<d>\d{{1,2}}(?!\d)|{_any_of(_LUNAR_DAY)})日?[\s:：]*(?P<name>.*)",
    re.DOTALL | re.IGNORECASE,
)


def _read_lunar(raw: str) -> KeyDate | None:
    """The date of '农历闰六月十五 name' or 'lunar leap 6-15 name'; None where it is none."""
    found = _LUNAR.fullmatch(raw)
    if not found:
        return None
    month, day = found["m"], found["d"]
    try:
        return KeyDate(
            name=found["name"],
            month=_LUNAR_MONTH.get(month) or int(month),
            day=_LUNAR_DAY.get(day) or int(day),
            lunar=True,
            leap=found["leap"] is not None,
        )
    except ValueError:
        raise CellError(FaultCode.BAD_KEY_DATE, piece=raw[:80]) from None


def _read_key_date(raw: str) -> KeyDate:
    lunar = _read_lunar(raw)
    if lunar:
        return lunar
    found = _KEY_DATE.fullmatch(raw)
    if not found:
        raise CellError(FaultCode.BAD_KEY_DATE, piece=raw[:80])
    year, month, day = found["y"], int(found["m"]), int(found["d"])
    try:
        dt.date(int(year or 2000), month, day)  # 2000: a leap year, so that 29 February may recur
    except ValueError:
        raise CellError(FaultCode.BAD_KEY_DATE, piece=raw[:80]) from None
    return KeyDate(name=found["name"], month=month, day=day, year=int(year) if year else None)


def _write_key_date(value: KeyDate, language: str) -> str:
    return f"{_write_day(value, language)} {value.name}".strip()


def _write_day(value: KeyDate, language: str) -> str:
    if value.lunar and language == "zh":
        leap = "闰" if value.leap else ""
        return f"农历{leap}{_MONTHS[value.month - 1]}月{_DAYS[value.day - 1]}"
    if value.lunar:
        return f"lunar {'leap ' if value.leap else ''}{value.month}-{value.day}"
    year = f"{value.year:04d}-" if value.year else ""
    return f"{year}{value.month:02d}-{value.day:02d}"


def _read_key_dates(raw: str) -> tuple[KeyDate, ...]:
    return tuple(
        _read_key_date(piece.strip()) for piece in re.split("[;；\n]", raw) if piece.strip()
    )


key_dates = Kind(
    _read_key_dates,
    lambda value, language: "; ".join(_write_key_date(one, language) for one in value) or None,
)
"""'2026-11-26 opening; 05-20 foundation day; lunar 8-15 fair': without a year, every year."""


def _read_birthday(raw: str) -> KeyDate:
    # An Excel date carries the year of birth; the birthday comes round every year all the same.
    try:
        found = _read_key_date(str(cells.date.read(raw)))
    except CellError:
        found = _read_key_date(raw)
    if found.name:
        raise CellError(FaultCode.BAD_KEY_DATE, piece=raw[:80])
    return found.model_copy(update={"year": None})


birthday = Kind(_read_birthday, _write_day)
"""'05-20', a date whose year is not kept, or 'lunar 8-15'. Its name is left to the row."""
