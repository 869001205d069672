"""How far a plan has got at a re-plan's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from routeplan.book.models import Book
from routeplan.config import Settings
from routeplan.plan.build import day_totals
from routeplan.plan.plan import (
    Detour,
    Leg,
    Plan,
    PlannedDay,
    PlannedVisit,
    PlannedVisitStatus,
)
from routeplan.point import Point
from routeplan.problem.progress import UnderWay
from routeplan.travel.modes import group_of, quickest
from routeplan.travel.source import TravelSource
from routeplan.values import MINUTES_PER_DAY, TimeWindow

__all__ = ["Standing", "is_begun", "is_done", "standing_at"]


class Standing(NamedTuple):
    """What of a plan is history, and where everybody is."""

    kept: tuple[PlannedDay, ...]
    """Days past, and today as far as it has gone, ended by the way back."""
    under_way: tuple[UnderWay, ...]
    """What is left of today, for every manager who works."""


def is_done(day: PlannedDay, visit: PlannedVisit, now: dt.datetime) -> bool:
    """Whether the visit is over at `now`."""
    return _instant(day, visit.ready_to_leave) <= now


def is_begun(day: PlannedDay, place: PlannedVisit | Detour, now: dt.datetime) -> bool:
    """Whether one has set off for the place before `now`."""
    return _instant(day, place.leg.leave if place.leg else place.arrive) < now


def standing_at(
    plan: Plan,
    now: dt.datetime,
    cancelled: Collection[str],
    book: Book,
    settings: Settings,
    travel: TravelSource,
) -> Standing:
    """Where the plan stands at `now`, a whole minute, when the visits `cancelled` fall away.

    Visits set off for are kept, unless cancelled: then the manager has made the way for nothing and
    is at that place from `now` or the arrival on, whichever is later. Who has set off back has
    finished the day.
    """
    kept: list[PlannedDay] = []
    under_way: list[UnderWay] = []
    for day in plan.days:
        if day.date > now.date():
            continue
        if day.date < now.date():
            kept.append(_with_statuses(day, now))
            continue
        begun, progress = _today(day, now, cancelled, book, settings, travel)
        kept.append(begun)
        under_way.append(progress)
    return Standing(tuple(kept), tuple(under_way))


def _today(
    day: PlannedDay,
    now: dt.datetime,
    cancelled: Collection[str],
    book: Book,
    settings: Settings,
    travel: TravelSource,
) -> tuple[PlannedDay, UnderWay]:
    visits: list[PlannedVisit] = []
    detours: list[Detour] = []
    minute = now.hour * 60 + now.minute
    manager = book.manager_by_id[day.manager_id]
    ready, point, name = minute, day.start_point, f"{manager.name} {manager.start}"
    for place in day.places:
        if not is_begun(day, place, now):
            break
        point = place.point
        if isinstance(place, PlannedVisit) and place.visit_id not in cancelled:
            visits.append(place)
            ready, name = max(minute, place.ready_to_leave), place.client_name
            continue
        name = place.client_name if isinstance(place, PlannedVisit) else place.name
        ready = max(minute, place.arrive)
        detours.append(
            Detour(after=len(visits), name=name, point=point, leg=place.leg, arrive=place.arrive)
        )
    lunch = day.lunch
    lunch_taken = lunch is not None and lunch.start < ready
    if lunch is not None and lunch_taken:
        ready = max(ready, lunch.end)
    begun = day.model_copy(update={"visits": tuple(visits), "detours": tuple(detours)})
    if day.places and begun.places == day.places:
        if day.way_back and _instant(day, day.way_back.leave) < now:
            ready = MINUTES_PER_DAY
    elif begun.places and day.end_point and point:
        back, lunch = _way_back(day, ready, lunch, lunch_taken, point, book, settings, travel)
        begun = begun.model_copy(update={"way_back": back, "lunch": lunch})
    else:
        begun = begun.model_copy(update={"way_back": None})
    progress = UnderWay(
        manager_id=day.manager_id,
        date=day.date,
        ready=ready,
        point=point,
        name=name,
        visits_done=len(visits),
        talk_done=sum(visit.talk.minutes for visit in visits),
        lunch_taken=lunch_taken,
    )
    begun = begun.model_copy(update={"totals": day_totals(begun, settings.visits)})
    return _with_statuses(begun, now), progress


def _way_back(
    day: PlannedDay,
    ready: int,
    lunch: TimeWindow | None,
    lunch_taken: bool,
    point: Point,
    book: Book,
    settings: Settings,
    travel: TravelSource,
) -> tuple[Leg | None, TimeWindow | None]:
    """The way back if nothing else is planned that day, and the break: before it where it was to
    be, if it cannot be had after."""
    assert day.end_point is not None  # noqa: S101
    manager = book.manager_by_id[day.manager_id]
    group = group_of(manager.modes, {leg.mode for leg in day.legs}, settings.travel)
    matrix = quickest(travel, (point, day.end_point), group, day.date, settings.travel)
    times = matrix.leave_and_arrive(0, 1, ready)
    if times and lunch is not None and not lunch_taken:
        start = max(times[1], settings.lunch.earliest)
        if start + lunch.minutes <= settings.lunch.latest:
            lunch = TimeWindow(start=start, end=start + lunch.minutes)
        else:
            times = matrix.leave_and_arrive(0, 1, lunch.end)
    if times is None:
        return None, lunch
    leg = Leg(
        leave=times[0],
        arrive=times[1],
        metres=matrix.metres[0][1],
        mode=matrix.mode_of(0, 1),
        estimated=matrix.is_estimate(0, 1),
    )
    return leg, lunch


def _with_statuses(day: PlannedDay, now: dt.datetime) -> PlannedDay:
    done, under_way = PlannedVisitStatus.DONE, PlannedVisitStatus.UNDER_WAY
    return day.model_copy(
        update={
            "visits": tuple(
                visit.model_copy(update={"status": done if is_done(day, visit, now) else under_way})
                for visit in day.visits
            )
        }
    )


def _instant(day: PlannedDay, minute: int) -> dt.datetime:
    return dt.datetime.combine(day.date, dt.time()) + dt.timedelta(minutes=minute)
