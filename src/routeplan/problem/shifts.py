"""What each manager has of each day: working time, limits, lunch, where it starts and ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from routeplan.book.availability import shift_pieces
from routeplan.book.models import Manager
from routeplan.config import LunchSettings, Settings
from routeplan.point import Point
from routeplan.problem.problem import Lunch
from routeplan.problem.progress import UnderWay
from routeplan.problem.wishes import Wishes
from routeplan.values import MINUTES_PER_DAY, Frozen, TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = ["ShiftDay", "WorkingDay", "usual_pieces", "working_days"]


class ShiftDay(Frozen):
    """One manager's working time on one day; a shift of the problem."""

    manager_id: str
    date: dt.date
    pieces: tuple[TimeWindow, ...]
    """What leave and the clock left of the shift, in order. A talk lies whole inside one piece;
    the ways between may run through a leave of some hours."""


@dataclass(frozen=True)
class WorkingDay:
    """A shift that does not know the numbers of its places yet."""

    shift: ShiftDay
    manager: Manager
    start_point: Point | None
    start_name: str
    end_point: Point | None
    end_name: str
    lunch: Lunch | None
    max_visits: int
    max_talk: int
    visits_made: int


def working_days(
    managers: Sequence[Manager],
    days: Sequence[dt.date],
    settings: Settings,
    calendar: WorkCalendar,
    wishes: Wishes,
    *,
    under_way: Sequence[UnderWay] = (),
    now: dt.datetime | None = None,
) -> tuple[WorkingDay, ...]:
    """By manager, then date: every day with working time left.

    From `now` on only: earlier days are gone, and today begins now, or for a manager under way when
    and where the visit under way leaves off. An anchor without a point counts as open.
    """
    begun = {(progress.manager_id, progress.date): progress for progress in under_way}
    found: list[WorkingDay] = []
    for manager in managers:
        for day in days:
            progress = begun.get((manager.id, day))
            earliest = _first_minute(day, now)
            if progress is not None:
                earliest = max(earliest, progress.ready)
            usual = usual_pieces(manager, day, settings, calendar, wishes)
            pieces = tuple(
                TimeWindow(start=max(piece.start, earliest), end=piece.end)
                for piece in usual
                if earliest < piece.end
            )
            if pieces:
                found.append(_working_day(manager, day, usual, pieces, progress, settings, wishes))
    return tuple(found)


def _working_day(
    manager: Manager,
    day: dt.date,
    usual: tuple[TimeWindow, ...],
    pieces: tuple[TimeWindow, ...],
    progress: UnderWay | None,
    settings: Settings,
    wishes: Wishes,
) -> WorkingDay:
    visits = manager.max_visits or settings.visits.max_per_day
    talk = manager.max_talk_minutes
    if talk is None:
        talk = settings.talk.max_per_day
    visits = wishes.visit_cap.get((manager.id, day), visits)
    talk = wishes.talk_cap.get((manager.id, day), talk)
    if progress is not None:
        visits = max(0, visits - progress.visits_done)
        talk = max(0, talk - progress.talk_done)
    taken = progress is not None and progress.lunch_taken
    return WorkingDay(
        shift=ShiftDay(manager_id=manager.id, date=day, pieces=pieces),
        manager=manager,
        start_point=progress.point if progress else manager.place(manager.start),
        start_name=progress.name if progress else f"{manager.name} {manager.start}",
        end_point=manager.place(manager.end),
        end_name=f"{manager.name} {manager.end}",
        lunch=None if taken else _lunch(settings.lunch, usual, pieces[0].start),
        max_visits=visits,
        max_talk=talk,
        visits_made=progress.visits_done if progress else 0,
    )


def usual_pieces(
    manager: Manager, day: dt.date, settings: Settings, calendar: WorkCalendar, wishes: Wishes
) -> tuple[TimeWindow, ...]:
    """The day's working time, whatever the clock says; leave holds against a later day end too."""
    end = wishes.day_end.get((manager.id, day))
    if end is not None:
        shift = TimeWindow(start=(manager.shift or settings.shift).start, end=end)
        manager = manager.model_copy(update={"shift": shift})
    return shift_pieces(manager, day, settings.shift, calendar)


def _lunch(lunch: LunchSettings, usual: tuple[TimeWindow, ...], start: int) -> Lunch | None:
    """The break, if the day's working time spans its window and the break still fits from `start`.

    Who works the morning or the afternoon alone has lunch outside the shift; who starts planning
    again at its end has had it.
    """
    if not lunch.minutes or lunch.earliest < usual[0].start or usual[-1].end < lunch.latest:
        return None
    earliest = max(lunch.earliest, start)
    if earliest + lunch.minutes > lunch.latest:
        return None
    return Lunch(earliest=earliest, latest=lunch.latest, minutes=lunch.minutes)


def _first_minute(day: dt.date, now: dt.datetime | None) -> int:
    """The first whole minute of `day` that is not over at `now`."""
    if now is None or now.date() < day:
        return 0
    if day < now.date():
        return MINUTES_PER_DAY
    return now.hour * 60 + now.minute + (1 if now.second or now.microsecond else 0)
