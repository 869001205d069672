"""A planned day as it is lived: places, lunch and the way back in one order."""

from __future__ import annotations

from typing import TypeAlias

from routeplan.plan.plan import Detour, Leg, PlannedDay, PlannedVisit
from routeplan.values import TimeWindow

__all__ = ["Episode", "day_course", "lunch_on_arrival"]

Episode: TypeAlias = PlannedVisit | Detour | TimeWindow | Leg
"""A visit, a trip that led to no visit, the lunch break, or the way back."""


def day_course(day: PlannedDay) -> tuple[Episode, ...]:
    """The episodes of a day by time; empty for who goes nowhere."""
    course: list[Episode] = list(day.places)
    if not course:
        return ()
    if day.way_back:
        course.append(day.way_back)
    if day.lunch:
        # A place or way back comes after lunch when all that it is for does: the talk, the return.
        before = sum(_point_of(episode) <= day.lunch.start for episode in course)
        course.insert(before, day.lunch)
    return tuple(course)


def lunch_on_arrival(day: PlannedDay) -> bool:
    """Whether lunch is taken at the place of the visit that comes after it, before its talk."""
    return day.lunch is not None and any(
        visit.arrive <= day.lunch.start < visit.talk.start for visit in day.visits
    )


def _point_of(episode: Episode) -> int:
    if isinstance(episode, PlannedVisit):
        return episode.talk.start
    if isinstance(episode, TimeWindow):
        return episode.start
    return episode.arrive
