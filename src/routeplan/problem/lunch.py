"""Booked comes first: which appointments leave no time for a day's lunch break."""

from __future__ import annotations

from collections.abc import Sequence

from routeplan.config import LunchSettings
from routeplan.problem.problem import Visit

__all__ = ["lunch_takers"]


def lunch_takers(
    lunch: LunchSettings, shift: int, visits: Sequence[Visit], booked: Sequence[int]
) -> tuple[int, ...]:
    """Of the visits `booked` for an hour, those that take the break of `shift` from its window.

    () where the break can be had beside all of them, ways not counted.
    """

    def beside(visit: Visit, start: int) -> bool:
        """Whether the visit can end before a break at `start`, or begin after it."""
        return any(
            window.start + visit.talk + visit.after <= start
            or window.end - visit.talk - visit.before >= start + lunch.minutes
            for window in visit.windows
            if window.shift == shift and window.end - window.start >= visit.talk
        )

    here = [
        index
        for index in booked
        if any(
            window.shift == shift and window.end - window.start >= visits[index].talk
            for window in visits[index].windows
        )
    ]
    starts = range(lunch.earliest, lunch.latest - lunch.minutes + 1)
    if any(all(beside(visits[index], start) for index in here) for start in starts):
        return ()
    return tuple(
        index for index in here if not all(beside(visits[index], start) for start in starts)
    )
