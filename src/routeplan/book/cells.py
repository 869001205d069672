"""One cell to a value and back.

Whatever a file holds (text, an Excel number, date or time) becomes clean text first, so that a CSV
and a workbook are read by the same parsers.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from routeplan.book.codes import FaultCode
from routeplan.language.message import Argument
from routeplan.values import MINUTES_PER_DAY, TimeWindow, format_clock

__all__ = [
    "CLOCK",
    "DATE",
    "ERROR_CELL",
    "ERROR_VALUE",
    "MAX_CELL",
    "WINDOW",
    "Cell",
    "CellError",
    "Kind",
    "clean",
    "clock",
    "coordinate",
    "date",
    "guard",
    "identifier",
    "identifiers",
    "match_clock",
    "match_date",
    "match_window",
    "minutes",
    "normal",
    "positive",
    "text",
    "text_of",
    "unguard",
    "window",
]

Cell: TypeAlias = str | int | float | dt.date | None
"""What is written into a cell; None is blank."""

MAX_CELL = 32_767
"""Characters that a cell may hold: Excel's own limit."""

ERROR_CELL = object()
"""Stands for an Excel cell that holds an error such as #N/A, or a formula without its result."""
ERROR_VALUE = "\0"
"""What `text_of` makes of it: no text of a file, for `clean` takes control characters out."""


class CellError(ValueError):
    """A cell that cannot be read: its fault's code, and what fills the texts of that fault."""

    def __init__(self, code: FaultCode, fix: str = "", **args: Argument) -> None:
        super().__init__(code.value)
        self.code = code
        self.fix = fix or f"book.{code.name.lower()}_fix"
        self.args_of_text = args


@dataclass(frozen=True)
class Kind:
    """How a column's cells are read and written; `read` takes clean text that is not blank."""

    read: Callable[[str], Any]
    """Raises CellError."""
    write: Callable[[Any, str], Cell]
    """Value and language ('en' or 'zh')."""


# --- clean text ---------------------------------------------------------------------------------

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_RISKY = "=+-@＝＋－＠"
_GUARDED = re.compile(f"'+[{_RISKY}]")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | {ord("〜"): "~", ord("、"): ",", ord("。"): "."}


def clean(raw: str) -> str:
    """Text without surrounding blanks and characters that no cell can carry."""
    if raw.isprintable():
        return raw.strip()  # most cells: a million of them take a second less
    return _UNFIT.sub("", raw.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()


def normal(raw: str) -> str:
    """Text for comparing and parsing: half-width characters and one kind of dash."""
    if raw.isascii():
        return raw.strip()
    return unicodedata.normalize("NFKC", raw).translate(_DASHES).strip()


def guard(raw: str, *, formulas: bool) -> str:
    """Text as it is written: with an apostrophe before what would otherwise be read differently.

    A spreadsheet takes CSV text that starts with = + - @ for a formula, which a hostile client name
    could use, so there (`formulas`) it gets an apostrophe in front; `unguard` takes it off again.
    """
    risky = _GUARDED.match(raw) or (formulas and raw.startswith(tuple(_RISKY)))
    return f"'{raw}" if risky else raw


def unguard(raw: str) -> str:
    return raw[1:] if raw.startswith("'") and _GUARDED.match(raw) else raw


def text_of(raw: object) -> str:
    """Clean text of a cell's content as csv or calamine returns it."""
    if isinstance(raw, str):
        return unguard(clean(raw)) if raw else ""
    if raw is None:
        return ""
    if raw is ERROR_CELL:
        return ERROR_VALUE
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() else repr(raw)
    if isinstance(raw, dt.datetime):
        return str(raw.date()) if raw.time() == dt.time.min else raw.isoformat(" ", "minutes")
    if isinstance(raw, dt.time):
        return raw.isoformat("minutes")
    return str(raw)


# --- numbers ------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_UNIT = re.compile(r"\s*(分钟|分|个|次|天|日|minutes?|mins?|days?|visits?)$", re.IGNORECASE)


def _number(raw: str) -> float:
    found = normal(raw)
    if not _NUMBER.fullmatch(found) or not math.isfinite(number := float(found)):
        raise CellError(FaultCode.BAD_NUMBER, least=0)
    return number


def _whole(least: int) -> Callable[[str], int]:
    def read(raw: str) -> int:
        try:
            number = _number(_UNIT.sub("", normal(raw)))
        except CellError:
            number = -1.0
        if number < least or not number.is_integer() or number > 100_000:
            raise CellError(FaultCode.BAD_NUMBER, least=least)
        return int(number)

    return read


def _as_is(value: Any, _: str) -> Cell:
    return value  # type: ignore[no-any-return]


def _degrees(raw: str) -> float:
    try:
        return round(_number(raw), 7)
    except CellError:
        raise CellError(FaultCode.BAD_COORDINATE) from None


minutes = Kind(_whole(0), _as_is)
positive = Kind(_whole(1), _as_is)
coordinate = Kind(_degrees, lambda value, _: round(value, 7))
"""Degrees, kept to seven decimals: one centimetre."""

# --- text and identifiers -----------------------------------------------------------------------

text = Kind(lambda raw: raw, _as_is)

_NOT_IN_ID = re.compile(r"[@#=;,\n]")


def _identifier(raw: str) -> str:
    found = " ".join(normal(raw).split(" "))
    if _NOT_IN_ID.search(found) or len(found) > 64:
        raise CellError(FaultCode.BAD_ID)
    return found


def _identifiers(raw: str) -> tuple[str, ...]:
    parts = [part.strip() for part in re.split(r"[;,\n]", normal(raw))]
    return tuple(dict.fromkeys(_identifier(part) for part in parts if part))


identifier = Kind(_identifier, _as_is)
identifiers = Kind(_identifiers, lambda value, _: "; ".join(value) or None)
"""Several in one cell, each once."""

# --- dates and times ----------------------------------------------------------------------------

DATE = r"(?:(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})日?)"
CLOCK = (
    r"(?:(?P<half>上午|下午|晚上)?\s*(?P<h>\d{1,2})"
    r"(?::(?P<min>\d{2})(?::\d{2}(?:\.\d+)?)?|[点时](?P<past>半|\d{1,2}分?)?)"
    r"\s*(?P<ampm>[ap]\.?m\.?)?)"
)
WINDOW = (
    rf"(?:{CLOCK}\s*(?:-|~|至|到|to)\s*{CLOCK.replace('?P<', '?P<to_')}"
    r"|(?P<h1>\d{2})(?P<m1>\d{2})\s*[-~至到]\s*(?P<h2>\d{2})(?P<m2>\d{2})(?!\d))"
)
_DATE = re.compile(DATE + r"(?:[T\s]+0{1,2}:00(?::00(?:\.0+)?)?)?")
_CLOCK = re.compile(r"(?:(?:1899-12-3|1900-01-0)\d[T\s]+)?" + CLOCK, re.IGNORECASE)
_WINDOW = re.compile(WINDOW, re.IGNORECASE)
_FOUR_DIGITS = re.compile(r"(?P<h>\d{2})(?P<min>\d{2})")
_SERIAL_DAYS = range(25_569, 109_575)
"""1970 to 2199 as Excel counts days: numbers outside are no dates that a book could mean."""


def match_date(groups: Mapping[str, str | None]) -> dt.date:
    """The date of DATE's groups. Raises ValueError for 30 February."""
    return dt.date(int(groups["y"] or 0), int(groups["m"] or 0), int(groups["d"] or 0))


def match_clock(groups: Mapping[str, str | None]) -> int:
    """Minutes after midnight of CLOCK's groups. Raises ValueError for 25:00."""
    hour = int(groups["h"] or 0)
    past = groups.get("past") or ""
    minute = 30 if past == "半" else int(groups.get("min") or past.rstrip("分") or 0)
    half = _half(groups)
    if half in ("下", "晚", "p") and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    if minute > 59 or hour * 60 + minute > MINUTES_PER_DAY:
        raise ValueError(f"{hour}:{minute}")
    return hour * 60 + minute


def match_window(groups: Mapping[str, str | None]) -> TimeWindow:
    """The window of WINDOW's groups. Raises ValueError when it is none, or could be two."""
    if groups["h1"]:
        first = {"h": groups["h1"], "min": groups["m1"]}
        last = {"h": groups["h2"], "min": groups["m2"]}
        return TimeWindow(start=match_clock(first), end=match_clock(last))
    end = {name[3:]: part for name, part in groups.items() if name.startswith("to_")}
    if _half(end) and not _half(groups):
        raise ValueError("2:00-5:00 pm: from two in the morning, or in the afternoon?")
    if not _half(end) and _half(groups) in ("下", "晚", "p"):
        end["half"] = "下午"  # 下午2点至5点
    return TimeWindow(start=match_clock(groups), end=match_clock(end))


def _half(groups: Mapping[str, str | None]) -> str:
    """First letter of the word that says which half of the day."""
    return (groups.get("half") or groups.get("ampm") or "")[:1].lower()


def _date(raw: str) -> dt.date:
    found = normal(raw)
    try:
        if match := _DATE.fullmatch(found):
            return match_date(match.groupdict())
        if re.fullmatch(r"\d{8}", found):
            return dt.date(int(found[:4]), int(found[4:6]), int(found[6:]))
        if re.fullmatch(r"\d{5,6}(\.0+)?", found) and int(float(found)) in _SERIAL_DAYS:
            return dt.date(1899, 12, 30) + dt.timedelta(days=int(float(found)))
    except ValueError:
        pass
    raise CellError(FaultCode.BAD_DATE)


def _clock(raw: str) -> int:
    found = normal(raw)
    try:
        if match := _CLOCK.fullmatch(found) or _FOUR_DIGITS.fullmatch(found):
            return match_clock(match.groupdict())
        if re.fullmatch(r"0?\.\d+(e-\d+)?", found, re.IGNORECASE):
            return round(float(found) * MINUTES_PER_DAY)  # Excel keeps a time as a share of the day
    except ValueError:
        pass
    raise CellError(FaultCode.BAD_TIME)


def _window(raw: str) -> TimeWindow:
    try:
        if match := _WINDOW.fullmatch(normal(raw)):
            return match_window(match.groupdict())
    except ValueError:
        pass
    raise CellError(FaultCode.BAD_WINDOW)


date = Kind(_date, _as_is)
clock = Kind(_clock, lambda value, _: format_clock(value))
window = Kind(_window, lambda value, _: str(value))
