"""How slow which hour is, learned from the minutes on the way that visit records hold."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from routeplan.book.models import Anchor, Book, TravelMode, VisitRecord, VisitStatus
from routeplan.config import HourFactor, Settings
from routeplan.point import Point
from routeplan.travel.hours import Profile, factor_at, profile
from routeplan.travel.source import TravelSource
from routeplan.values import Frozen, TimeWindow
from routeplan.workdays import OFFICIAL, WorkCalendar

__all__ = ["LearnedHour", "learn_hours"]

PRIOR_WAYS = 5
"""So many ways weigh as much as what the profile said before."""
LEAST_FACTOR, MOST_FACTOR = 0.3, 5.0
"""Beyond, a record tells of something else than the traffic."""


class LearnedHour(Frozen):
    """A factor, and how many recorded ways speak for it; 0: as it was before."""

    factor: HourFactor
    ways: int


class _Way(NamedTuple):
    origin: Point
    destination: Point
    mode: TravelMode
    date: dt.date
    leave: int
    minutes: int


def learn_hours(
    book: Book,
    source: TravelSource,
    settings: Settings | None = None,
    calendar: WorkCalendar = OFFICIAL,
) -> tuple[LearnedHour, ...]:
    """An hour profile in place of the settings' own, by mode, weekdays and hour.

    Each recorded way is compared with the source's minutes of an ordinary hour, both without the
    minutes to the vehicle and from it, which no traffic slows. An hour's factor is the geometric
    mean of the median of its ways (long ones count more) and the factor before, weighted by the
    number of ways and `PRIOR_WAYS`: one bad morning does not make a rush hour. Weekdays that had
    one profile keep one.
    """
    settings = settings or Settings()
    ratios = _ratios(list(_ways(book, settings)), source, settings)
    found: list[LearnedHour] = []
    for mode in TravelMode:
        for weekdays, before in _weekdays_by_profile(settings, mode):
            hours: list[tuple[float, int]] = []
            for hour in range(24):
                seen = [
                    (ratio, usual)
                    for way, ratio, usual in ratios
                    if way.mode is mode
                    and calendar.ordinary_weekday(way.date) in weekdays
                    and way.leave // 60 == hour
                ]
                hours.append((_blend(seen, factor_at(before, hour * 60 + 30)), len(seen)))
            found += _runs(hours, mode, weekdays)
    return tuple(found)


def _ways(book: Book, settings: Settings) -> Iterator[_Way]:
    """The recorded ways whose both ends and hour are known."""
    days: dict[tuple[str, dt.date], list[VisitRecord]] = {}
    for record in book.visits:
        went = record.is_visit and record.status is not VisitStatus.CANCELLED
        if went and record.start is not None:
            days.setdefault((record.manager_id, record.date), []).append(record)
    for (manager_id, date), records in days.items():
        manager = book.manager_by_id[manager_id]
        at = None if manager.start is Anchor.OPEN else manager.place(manager.start)
        for record in sorted(records, key=lambda record: record.start or 0):
            there = book.client_by_id[record.client_id].site(record.site_id).point
            if at and there and record.travel_minutes and record.start is not None:
                leave = record.start - settings.visits.arrive_early - record.travel_minutes
                if leave >= 0:
                    yield _Way(at, there, manager.mode, date, leave, record.travel_minutes)
            at = there


def _ratios(
    ways: Sequence[_Way], source: TravelSource, settings: Settings
) -> list[tuple[_Way, float, int]]:
    """Each way with how many times as long it took as at an ordinary hour, and those minutes."""
    found: list[tuple[_Way, float, int]] = []
    for mode in dict.fromkeys(way.mode for way in ways):
        of_mode = [way for way in ways if way.mode is mode]
        points = list(dict.fromkeys(point for way in of_mode for point in way[:2]))
        number = {point: index for index, point in enumerate(points)}
        matrix = source.matrix(points, mode, of_mode[0].date)
        known = settings.travel.modes.get(mode)
        access = known.access_minutes if known else 0
        for way in of_mode:
            usual = matrix.minutes[number[way.origin]][number[way.destination]] - access
            if usual > 0:
                ratio = (way.minutes - access) / usual
                found.append((way, min(MOST_FACTOR, max(LEAST_FACTOR, ratio)), usual))
    return found


def _weekdays_by_profile(
    settings: Settings, mode: TravelMode
) -> list[tuple[tuple[int, ...], Profile]]:
    groups: dict[Profile, list[int]] = {}
    for weekday in range(7):
        before = profile(settings.travel.hour_factors, mode, weekday)
        groups.setdefault(before, []).append(weekday)
    return [(tuple(weekdays), before) for before, weekdays in groups.items()]


def _blend(seen: Sequence[tuple[float, int]], before: float) -> float:
    if not seen:
        return before
    weight = len(seen) / (len(seen) + PRIOR_WAYS)
    return round(math.exp(weight * math.log(_median(seen)) + (1 - weight) * math.log(before)), 2)


def _median(seen: Sequence[tuple[float, int]]) -> float:
    """The value that half of all weight is up to."""
    ordered = sorted(seen)
    upto = [*itertools.accumulate(weight for _, weight in ordered)]
    return ordered[bisect.bisect_left(upto, upto[-1] / 2)][0]


def _runs(
    hours: Sequence[tuple[float, int]], mode: TravelMode, weekdays: tuple[int, ...]
) -> Iterator[LearnedHour]:
    """Hours as rows of a profile; neighbours without a way of their own and of one factor are
    one, and an ordinary hour that nobody has travelled in needs no row."""
    start = 0
    while start < len(hours):
        end = start + 1
        factor, ways = hours[start]
        while not ways and end < len(hours) and hours[end] == (factor, 0):
            end += 1
        if ways or factor != 1:
            window = TimeWindow(start=start * 60, end=end * 60)
            yield LearnedHour(
                factor=HourFactor(hours=window, weekdays=weekdays, factor=factor, modes=(mode,)),
                ways=ways,
            )
        start = end
