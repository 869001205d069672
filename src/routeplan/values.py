"""The base of every value type, and the small values that all stages share."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

__all__ = [
    "MINUTES_PER_DAY",
    "Clock",
    "Closure",
    "Frozen",
    "TimeWindow",
    "WeeklyHours",
    "common_windows",
    "cut_windows",
    "format_clock",
    "merged_windows",
    "open_windows",
    "parse_clock",
]

MINUTES_PER_DAY = 24 * 60


class Frozen(BaseModel):
    """An immutable value: compared by content, unknown fields refused."""

    # What a command does not use is not built.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def __copy__(self) -> Self:
        """Leaves cached properties behind: `model_copy` may change what they were made from."""
        copied = super().__copy__()
        for name in copied.__dict__.keys() - type(self).__pydantic_fields__.keys():
            del copied.__dict__[name]
        return copied


def _no_clock(text: object) -> PydanticCustomError:
    return PydanticCustomError("clock", "not a time of day: {value}", {"value": repr(text)})


def parse_clock(text: object) -> int:
    """Minutes after midnight of '9:00', '09:00', '0900' or an int; 24:00 is the day's end.

    Raises ValueError when it is no time of day.
    """
    if isinstance(text, bool) or text is None:
        raise _no_clock(text)
    if isinstance(text, dt.time):
        return text.hour * 60 + text.minute
    if isinstance(text, int):
        minute = text
    else:
        found = re.fullmatch(r"(\d{1,2}):?(\d{2})(?::00)?", str(text).strip())
        if not found or int(found[2]) > 59:
            raise _no_clock(text)
        minute = int(found[1]) * 60 + int(found[2])
    if not 0 <= minute <= MINUTES_PER_DAY:
        raise _no_clock(text)
    return minute


def format_clock(minute: int) -> str:
    """'HH:MM' of minutes after midnight."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


Clock = Annotated[
    int,
    BeforeValidator(parse_clock),
    PlainSerializer(format_clock, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"}),
]
"""Minutes after midnight inside, 'HH:MM' in files."""


class TimeWindow(Frozen):
    """From `start` to `end` of one day, in minutes after midnight; never empty."""

    start: Clock
    end: Clock

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            edges = {"start": format_clock(self.start), "end": format_clock(self.end)}
            raise PydanticCustomError("window", "{start} is not before {end}", edges)
        return self

    @property
    def minutes(self) -> int:
        return self.end - self.start

    def __str__(self) -> str:
        return f"{format_clock(self.start)}-{format_clock(self.end)}"

    def holds(self, start: int, end: int) -> bool:
        """Whether [start, end] lies whole inside."""
        return self.start <= start and end <= self.end


class WeeklyHours(Frozen):
    """Windows per weekday, Monday first; an empty tuple is a closed day. Shape: 7."""

    days: tuple[tuple[TimeWindow, ...], ...]

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"days": value} if isinstance(value, list | tuple) else value

    @model_validator(mode="after")
    def _seven_ordered_days(self) -> Self:
        if len(self.days) != 7:
            raise ValueError("weekly hours need seven days")
        for windows in self.days:
            for before, after in itertools.pairwise(windows):
                if before.end > after.start:
                    raise ValueError(f"{before} and {after} overlap or are out of order")
        return self

    def on(self, weekday: int) -> tuple[TimeWindow, ...]:
        """Windows of a weekday (0 = Monday)."""
        return self.days[weekday]


class Closure(Frozen):
    """From `first` to `last`, both included, closed or away: all day, or only during `hours`."""

    first: dt.date
    last: dt.date
    hours: TimeWindow | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}")
        return self

    def covers(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def open_windows(
    windows: tuple[TimeWindow, ...], closures: tuple[Closure, ...], day: dt.date
) -> tuple[TimeWindow, ...]:
    """What is left of `windows` on `day` after taking the closures out."""
    covering = [closure.hours for closure in closures if closure.covers(day)]
    if None in covering:
        return ()
    return cut_windows(windows, [hours for hours in covering if hours is not None])


def cut_windows(
    windows: Sequence[TimeWindow], holes: Iterable[TimeWindow]
) -> tuple[TimeWindow, ...]:
    """What is left of `windows` outside the `holes`."""
    left = list(windows)
    for hole in holes:
        cut: list[TimeWindow] = []
        for window in left:
            if hole.end <= window.start or window.end <= hole.start:
                cut.append(window)
                continue
            if window.start < hole.start:
                cut.append(TimeWindow(start=window.start, end=hole.start))
            if hole.end < window.end:
                cut.append(TimeWindow(start=hole.end, end=window.end))
        left = cut
    return tuple(left)


def merged_windows(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """The same minutes in windows that neither overlap nor touch: a talk may run across them."""
    found: list[TimeWindow] = []
    for window in sorted(windows, key=lambda window: window.start):
        if found and window.start <= found[-1].end:
            if window.end > found[-1].end:
                found[-1] = TimeWindow(start=found[-1].start, end=window.end)
        else:
            found.append(window)
    return tuple(found)


def common_windows(
    windows: Iterable[TimeWindow], others: Sequence[TimeWindow]
) -> tuple[TimeWindow, ...]:
    """What lies both in one of `windows` and in one of `others`."""
    shared = (_overlap(one, two) for one in windows for two in others)
    return tuple(window for window in shared if window is not None)


def _overlap(one: TimeWindow, two: TimeWindow) -> TimeWindow | None:
    """What lies in both; None where nothing does."""
    # A window that lies whole in the other is not made again: most do.
    if two.start <= one.start and one.end <= two.end:
        return one
    if one.start <= two.start and two.end <= one.end:
        return two
    start, end = max(one.start, two.start), min(one.end, two.end)
    return TimeWindow(start=start, end=end) if start < end else None
