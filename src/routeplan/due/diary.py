"""On which days somebody can go to a client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from routeplan.book.availability import is_duty_day, shift_pieces
from routeplan.book.models import Manager
from routeplan.values import TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = ["Diary"]


class Diary:
    """The days of the managers who may visit a client.

    A *duty day* is worked by one of them when nobody is on leave, a *free day* in spite of leave.
    What the policy asks for counts duty days; leave only makes a visit more urgent before it.
    """

    def __init__(
        self, managers: Sequence[Manager], shift: TimeWindow, calendar: WorkCalendar
    ) -> None:
        self._managers = tuple(managers)
        self._shift = shift
        self._calendar = calendar
        self._duty: dict[dt.date, bool] = {}

    def is_duty(self, day: dt.date) -> bool:
        if day not in self._duty:
            self._duty[day] = any(
                is_duty_day(manager, day, self._calendar) for manager in self._managers
            )
        return self._duty[day]

    def first_duty(self, first: dt.date, last: dt.date) -> dt.date | None:
        """The first duty day in [first, last]."""
        return next((day for day in _days(first, last) if self.is_duty(day)), None)

    def last_duty(self, first: dt.date, last: dt.date) -> dt.date | None:
        """The last duty day in [first, last]."""
        return next((day for day in reversed(_days(first, last)) if self.is_duty(day)), None)

    def last_free(self, first: dt.date, last: dt.date) -> dt.date | None:
        """The last day in [first, last] on which somebody is there."""
        return next((day for day in reversed(_days(first, last)) if self._is_free(day)), None)

    def nth_workday_after(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th working day of the calendar after `day`."""
        while count:
            day += dt.timedelta(days=1)
            count -= self._calendar.is_workday(day)
        return day

    def _is_free(self, day: dt.date) -> bool:
        return any(
            shift_pieces(manager, day, self._shift, self._calendar) for manager in self._managers
        )


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=offset) for offset in range((last - first).days + 1)]
