"""Hours of a day that the plan leaves free, and which clients left out might be seen in them.

Only what the plan knows is used: travel is estimated from the straight line, opening hours count
where the book is at hand. So a client named here may be asked; it is no plan.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from routeplan.book.availability import site_windows
from routeplan.book.models import Book, Site, TravelMode
from routeplan.due.models import DueVisit
from routeplan.plan.plan import Cause, Leg, Plan, PlannedDay, PlannedVisit, UnplannedVisit
from routeplan.point import Point
from routeplan.values import MINUTES_PER_DAY, TimeWindow

__all__ = ["FreeTime", "Visitor", "free_times", "near_by"]

MOST = 3
"""Clients named for one free time."""
MOST_NEAR = 6
NEAR_METRES = 3_000

_NEVER = {
    Cause.CANCELLED,
    Cause.EXCLUDED,
    Cause.LOCATION_UNKNOWN,
    Cause.NO_MANAGER,
    Cause.OUT_OF_REACH,
}


class Visitor(NamedTuple):
    """A client left out who might be seen, or called."""

    visit: UnplannedVisit
    metres: int
    """In a straight line from where the manager is then."""
    talk: TimeWindow
    """When the talk could be; the whole free time for one who is only near."""
    near: str = ""
    """The client of the day whom it is near to."""


class FreeTime(NamedTuple):
    hours: TimeWindow
    kind: Literal["before", "between", "after"]
    """Before the manager sets off, between two things, or after the way back."""
    visitors: tuple[Visitor, ...]


class _Gap(NamedTuple):
    start: int
    end: int
    kind: Literal["before", "between", "after"]
    here: Point | None
    there: Point | None
    """Where one goes next."""
    leg: Leg | None
    """The way there, which follows at once; None: one stays."""


class _Span(NamedTuple):
    """Something planned."""

    start: int
    end: int
    end_point: Point | None
    """Where one is after it; None: where one was."""
    leg: Leg | None


def free_times(plan: Plan, day: PlannedDay, book: Book | None) -> tuple[FreeTime, ...]:
    """The free times of a day that are long enough for a short visit, in order."""
    rules = plan.origin.settings
    least = rules.talk.shortest + rules.visits.arrive_early + rules.visits.buffer
    finder = _Finder(plan, day, book)
    used: set[str] = set()
    found = []
    for gap in _gaps(plan, day):
        if gap.end - gap.start < least:
            continue
        visitors = [one for one in finder.visitors(gap) if one.visit.visit_id not in used][:MOST]
        used |= {one.visit.visit_id for one in visitors}
        hours = TimeWindow(start=gap.start, end=gap.end)
        found.append(FreeTime(hours, gap.kind, tuple(visitors)))
    return tuple(found)


def near_by(plan: Plan, day: PlannedDay) -> tuple[Visitor, ...]:
    """Clients left out whom the manager passes by, the nearest first."""
    found = []
    for visit in _candidates(plan, day):
        if visit.point is None or not day.visits:
            continue
        metres, name = min(
            (_metres(visit.point, stop.point), stop.client_name) for stop in day.visits
        )
        if metres <= NEAR_METRES:
            found.append(Visitor(visit, metres, day.shift, name))
    found.sort(key=lambda one: (one.metres, one.visit.visit_id))
    return tuple(found[:MOST_NEAR])


def _gaps(plan: Plan, day: PlannedDay) -> Iterator[_Gap]:
    """Between the shift's start and end, where nothing is planned."""
    here = day.start_point
    at = day.shift.start
    kind: Literal["before", "between", "after"] = "before"
    for span in sorted(_spans(plan, day), key=lambda span: span.start):
        yield _Gap(at, span.start, kind, here, span.end_point or here, span.leg)
        here = span.end_point or here
        at = max(at, span.end)
        kind = "between" if span.end_point else kind
    if day.places:
        yield _Gap(at, day.shift.end, "after", here, here, None)


def _spans(plan: Plan, day: PlannedDay) -> Iterator[_Span]:
    """Travel, visits and lunch."""
    rules = plan.origin.settings.visits
    for place in day.places:
        if place.leg is not None:
            yield _Span(place.leg.leave, place.leg.arrive, place.point, place.leg)
        if isinstance(place, PlannedVisit):
            before = rules.arrive_early + (0 if place.room else rules.find_room)
            start = max(place.arrive, place.talk.start - before)
            yield _Span(start, place.ready_to_leave, place.point, None)
    if day.way_back is not None:
        yield _Span(day.way_back.leave, day.way_back.arrive, day.end_point, day.way_back)
    if day.lunch is not None and day.places:
        yield _Span(day.lunch.start, day.lunch.end, None, None)


def _candidates(plan: Plan, day: PlannedDay) -> list[UnplannedVisit]:
    """Left out, of this manager, due on this day, at a known place; the worthiest first."""
    dates = {due.id: (due.earliest, due.until) for due in plan.due}
    return sorted(
        (
            visit
            for visit in plan.left_out
            if visit.point is not None
            and visit.cause not in _NEVER
            and day.manager_id in (visit.manager_ids or (day.manager_id,))
            and _within(day.date, dates.get(visit.visit_id))
        ),
        key=lambda visit: (not visit.required, -visit.worth, visit.visit_id),
    )


def _within(date: dt.date, dates: tuple[dt.date, dt.date] | None) -> bool:
    return dates is None or dates[0] <= date <= dates[1]


class _Finder:
    def __init__(self, plan: Plan, day: PlannedDay, book: Book | None) -> None:
        self.day = day
        self.book = book
        self.settings = plan.origin.settings
        self.calendar = plan.origin.calendar
        self.due = {due.id: due for due in plan.due}
        self.candidates = _candidates(plan, day)
        legs = day.legs
        self.mode = legs[0].mode if legs else TravelMode.TRANSIT

    def visitors(self, gap: _Gap) -> Iterator[Visitor]:
        """Who fits in, as far as is known, the worthiest first."""
        if gap.here is None:
            return
        there = gap.there or gap.here
        end = gap.end + (gap.leg.minutes if gap.leg else 0)
        rules = self.settings.visits
        for visit in self.candidates:
            due = self.due.get(visit.visit_id)
            if due is None or visit.point is None:
                continue
            before = rules.arrive_early + (0 if self.room(due) else rules.find_room)
            first = gap.start + self.minutes(gap.here, visit.point) + before
            last = end - self.minutes(visit.point, there) - rules.buffer
            for window in self.windows(due):
                start = max(first, window.start)
                if start + due.talk_minutes <= min(last, window.end):
                    talk = TimeWindow(start=start, end=start + due.talk_minutes)
                    yield Visitor(visit, _metres(gap.here, visit.point), talk)
                    break

    def windows(self, due: DueVisit) -> Sequence[TimeWindow]:
        """The client's opening hours; the whole day where they are not at hand."""
        site = self.site(due)
        if site is None:
            return (TimeWindow(start=0, end=MINUTES_PER_DAY),)
        return site_windows(site, self.day.date, self.calendar)

    def room(self, due: DueVisit) -> str:
        site = self.site(due)
        return site.room if site else ""

    def site(self, due: DueVisit) -> Site | None:
        """Where the visit would be; None where the book does not (or no longer) know it."""
        client = self.book.client_by_id.get(due.client_id) if self.book else None
        sites = client.sites if client else ()
        return next((site for site in sites if due.site_id in ("", site.id)), None)

    def minutes(self, one: Point, other: Point) -> int:
        """Of a way, estimated as `travel.great_circle` does on an ordinary hour, rounded up."""
        travel = self.settings.travel
        metres = _metres(one, other)
        estimate = min(
            how.access_minutes + how.detour * metres / 1000 / how.speed_kph * 60
            for how in (travel.modes[self.mode], travel.modes[TravelMode.WALK])
        )
        return math.ceil(estimate / travel.round_to) * travel.round_to


def _metres(one: Point, other: Point) -> int:
    from geopy.distance import great_circle

    metres = float(great_circle((one.lat, one.lon), (other.lat, other.lon)).meters)
    return round(metres)
