"""How far a plan has got at a re-plan's clock: by the plan itself, and by what is reported."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from routeplan.book.models import Book, Manager
from routeplan.config import Settings
from routeplan.due.models import DueVisit
from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.plan.build import day_totals, planned_visit
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
from routeplan.problem.shifts import usual_pieces
from routeplan.problem.wishes import Wishes
from routeplan.travel.delay import delayed
from routeplan.travel.matrix import TravelMatrix
from routeplan.travel.modes import group_of, quickest
from routeplan.travel.source import TravelSource
from routeplan.values import MINUTES_PER_DAY, TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = ["Behind", "Made", "Reports", "Standing", "is_begun", "is_done", "standing_at"]


class Behind(NamedTuple):
    """A manager's day is as far as it should have been so many minutes ago."""

    minutes: int
    at: Point | None = None
    """Where the manager stands; None: where the plan says."""
    name: str = ""


class Made(NamedTuple):
    """A visit made at hours of its own."""

    due: DueVisit
    manager_id: str
    date: dt.date
    talk: TimeWindow


@dataclass(frozen=True)
class Reports:
    """What is reported of today, and of days before it, against what the plan says."""

    gone: frozenset[str] = frozenset()
    """Ids of visits that do not take place where they stand."""
    behind: Mapping[str, Behind] = field(default_factory=dict)
    """By manager."""
    until: Mapping[str, int] = field(default_factory=dict)
    """Visit under way → when its talk really ends."""
    made: tuple[Made, ...] = ()
    back: frozenset[str] = frozenset()
    """Managers who work again; who had gone back sets off anew from there."""

    @property
    def elsewhere(self) -> frozenset[str]:
        """Visits with hours of their own."""
        return frozenset(made.due.id for made in self.made)

    def concern(self, day: PlannedDay) -> bool:
        """Whether the manager's day did not go as planned, cancelled visits apart."""
        ids = {visit.visit_id for visit in day.visits}
        return (
            day.manager_id in self.behind
            or bool(ids & (self.until.keys() | self.elsewhere))
            or any(made.manager_id == day.manager_id for made in self.made)
        )

    def on(self, date: dt.date) -> Reports:
        """Those of visits made on one day."""
        return replace(self, made=tuple(made for made in self.made if made.date == date))


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
    return _instant(day, _begin(place)) < now


def standing_at(
    plan: Plan,
    now: dt.datetime,
    reports: Reports,
    book: Book,
    settings: Settings,
    calendar: WorkCalendar,
    travel: TravelSource,
    wishes: Wishes,
) -> Standing:
    """Where the plan stands at `now`, a whole minute, with what is reported; `book` with its facts.

    Visits set off for are kept, unless they do not take place: then the manager has made the way
    for nothing and is at that place from `now` or the arrival on, whichever is later. Who has set
    off back has finished the day.

    Raises UsageError RP4022 naming visits made at hours when the plan has the manager elsewhere.
    """
    world = _World(now, reports, book, settings, calendar, travel, wishes)
    kept: list[PlannedDay] = []
    under_way: list[UnderWay] = []
    clashes: list[Message] = []
    for day in plan.days:
        if day.date > now.date():
            continue
        if day.date < now.date():
            day, wrong = _with_more(_past(day, world), world)
            kept.append(day)
            clashes += wrong
            continue
        today = _Today(
            replace(world, reports=reports.on(day.date)),
            day,
            world.book.manager_by_id[day.manager_id],
        )
        clashes += today.clashes()
        if not clashes and (standing := today.standing()) is not None:
            kept.append(standing[0])
            under_way.append(standing[1])
    if clashes:
        raise UsageError("RP4022", message("replan.refused", wrong=clashes))
    return Standing(tuple(kept), tuple(under_way))


@dataclass(frozen=True)
class _World:
    now: dt.datetime
    reports: Reports
    book: Book
    settings: Settings
    calendar: WorkCalendar
    travel: TravelSource
    wishes: Wishes

    @property
    def minute(self) -> int:
        return self.now.hour * 60 + self.now.minute


def _past(day: PlannedDay, world: _World) -> PlannedDay:
    """A day that is over; who was not met was gone to for nothing."""
    if not any(visit.visit_id in world.reports.gone for visit in day.visits):
        return _with_statuses(day, world.now)
    course = [
        _in_vain(place)
        if isinstance(place, PlannedVisit) and place.visit_id in world.reports.gone
        else place
        for place in day.places
    ]
    day = _on_course(day, course)
    day = day.model_copy(update={"totals": day_totals(day, world.settings.visits)})
    return _with_statuses(day, world.now)


def _with_more(day: PlannedDay, world: _World) -> tuple[PlannedDay, list[Message]]:
    """A day that is over with what was made on it besides, and what of that cannot have been."""
    reports = Reports(made=world.reports.on(day.date).made)
    if all(made.manager_id != day.manager_id for made in reports.made):
        return day, []
    evening = dt.datetime.combine(day.date, dt.time(23, 59))
    then = _Today(
        replace(world, now=evening, reports=reports),
        day,
        world.book.manager_by_id[day.manager_id],
    )
    wrong = then.clashes()
    standing = None if wrong else then.standing()
    return (standing[0] if standing else day), wrong


@dataclass(frozen=True)
class _Today:
    """One manager's day, part of it gone."""

    world: _World
    day: PlannedDay
    manager: Manager

    @property
    def behind(self) -> Behind:
        return self.world.reports.behind.get(self.day.manager_id, Behind(0))

    @property
    def then(self) -> int:
        """The minute up to which the plan has been followed."""
        return max(0, self.world.minute - self.behind.minutes)

    def standing(self) -> tuple[PlannedDay, UnderWay] | None:
        """What has gone of the day, and what is left; None: nothing of either."""
        world, day = self.world, self.day
        course = self._with_made(self._followed())
        resumes = self._resumes(course)
        course = self._linked([*course, *resumes])
        ready, point, name = self._free(course)
        pieces = usual_pieces(self.manager, day.date, world.settings, world.calendar, world.wishes)
        if pieces:
            day = day.model_copy(
                update={"shift": TimeWindow(start=pieces[0].start, end=pieces[-1].end)}
            )
        elif not course:
            return None
        lunch, taken = self._lunch(course, ready, pieces)
        if lunch is not None and taken:
            late = self.behind.minutes if lunch.end > self.then else 0
            ready = max(ready, min(MINUTES_PER_DAY, lunch.end + late))
        begun = _on_course(day, course)
        back = day.way_back
        if day.places and begun.places == day.places:
            if back and back.leave < self.then:
                ready = MINUTES_PER_DAY
        elif begun.places and day.end_point and point:
            back, lunch = self._way_back(ready, lunch, point, taken=taken)
        else:
            back = None
        begun = begun.model_copy(update={"way_back": back, "lunch": lunch})
        progress = UnderWay(
            manager_id=day.manager_id,
            date=day.date,
            ready=ready,
            point=point,
            name=name,
            visits_done=len(begun.visits),
            talk_done=sum(visit.talk.minutes for visit in begun.visits),
            lunch_taken=taken,
        )
        begun = begun.model_copy(update={"totals": day_totals(begun, world.settings.visits)})
        return _with_statuses(begun, world.now), progress

    def _linked(self, course: list[PlannedVisit | Detour]) -> list[PlannedVisit | Detour]:
        """The course with a way to every place but the first: where a day starts at its first
        place, another may have come before it."""
        for number, (before, place) in enumerate(itertools.pairwise(course), start=1):
            if place.leg is None:
                leg = self._leg(before.point, place.point, _end(before), place.arrive)
                course[number] = place.model_copy(update={"leg": leg})
        return course

    def _resumes(self, course: list[PlannedVisit | Detour]) -> list[Detour]:
        """The way back of who had finished the day, and goes on."""
        day, back = self.day, self.day.way_back
        followed = _on_course(day, course).places == day.places
        gone = back is not None and day.places and followed and back.leave < self.then
        if not gone or day.end_point is None or day.manager_id not in self.world.reports.back:
            return []
        assert back is not None  # noqa: S101
        return [
            Detour(
                after=len(day.visits),
                name=day.manager_name,
                point=day.end_point,
                leg=back,
                arrive=back.arrive,
            )
        ]

    def clashes(self) -> list[Message]:
        """Visits made at hours when the manager was elsewhere, or stood elsewhere in a talk."""
        at = self.behind.at
        for visit in self.day.visits if at is not None else ():
            talking = visit.talk.start < self.then < visit.talk.end
            known = self.world.reports.gone | self.world.reports.elsewhere
            if talking and visit.point != at and visit.visit_id not in known:
                name = visit.client_name
                return [message("replan.in_a_talk", manager=self.manager.name, client=name)]
        found: list[Message] = []
        followed = self._followed()
        made = [made for made in self.world.reports.made if made.manager_id == self.manager.id]
        spans = [(_begin(place), _over(place), _name(place)) for place in followed]
        spans += [(one.talk.start, one.talk.end, self._client(one.due)) for one in made]
        for first, second in itertools.pairwise(sorted(spans)):
            if second[0] < first[1]:
                found.append(
                    message(
                        "replan.clash",
                        manager=self.manager.name,
                        first=first[2],
                        second=second[2],
                        start=second[0],
                    )
                )
        return found

    def _followed(self) -> list[PlannedVisit | Detour]:
        """The places of the plan that the manager has set off for, as it really went."""
        reports, course = self.world.reports, list[PlannedVisit | Detour]()
        for place in self.day.places:
            if isinstance(place, PlannedVisit) and place.visit_id in reports.elsewhere:
                continue
            ends = reports.until.get(place.visit_id) if isinstance(place, PlannedVisit) else None
            if ends is None and _begin(place) >= self.then:
                break
            if isinstance(place, PlannedVisit) and ends is not None:
                course.append(_ending(place, ends))
                break
            at = self.behind.at
            on_the_way = (
                _end(place) > self.then
                if isinstance(place, Detour)
                else place.talk.start >= self.then
            )
            if at is not None and on_the_way and place.point != at:
                break
            if isinstance(place, PlannedVisit) and place.visit_id in reports.gone:
                place = _in_vain(place)
            course.append(self._shifted(place))
        if self.behind.at is not None and (not course or course[-1].point != self.behind.at):
            course.append(self._standing_there(course, self.behind.at))
        return course

    def _shifted(self, place: PlannedVisit | Detour) -> PlannedVisit | Detour:
        """The place with the part of it that is still to come put off."""
        late, now = self.behind.minutes, self.world.minute
        if not late or _end(place) <= self.then:
            return place
        arrive, leg = place.arrive, place.leg
        if arrive >= self.then:
            arrive = now if self.behind.at == place.point else _capped(arrive + late)
            leg = leg and leg.model_copy(update={"arrive": arrive})
        if isinstance(place, Detour):
            return place.model_copy(update={"arrive": arrive, "leg": leg})
        start, end = place.talk.start, place.talk.end
        if start >= self.then:
            before = min(start - place.arrive, self._before(place))
            start = max(start, arrive + before) if place.arrive >= self.then else start + late
            end = start + place.talk.minutes
        else:
            end += late
        put_off = _ending(place.model_copy(update={"arrive": arrive, "leg": leg}), end)
        return put_off.model_copy(
            update={"talk": TimeWindow(start=_capped(start), end=put_off.talk.end)}
        )

    def _standing_there(self, course: list[PlannedVisit | Detour], at: Point) -> Detour:
        """The way from the last place to where the manager stands now."""
        origin = course[-1].point if course else self.day.start_point
        free = _end(course[-1]) if course else self.day.shift.start
        leg = self._leg(origin, at, min(free, self.world.minute), self.world.minute)
        visits = sum(isinstance(place, PlannedVisit) for place in course)
        return Detour(
            after=visits, name=self.behind.name, point=at, leg=leg, arrive=self.world.minute
        )

    def _with_made(self, course: list[PlannedVisit | Detour]) -> list[PlannedVisit | Detour]:
        """The course with the visits made at hours of their own."""
        world = self.world
        mine = [made for made in world.reports.made if made.manager_id == self.manager.id]
        planned = {visit.visit_id: visit for visit in self.day.visits}
        for made in sorted(mine, key=lambda made: made.talk.start):
            number = sum(_begin(place) < made.talk.start for place in course)
            at = course[number - 1] if number else None
            if isinstance(at, PlannedVisit) and at.ready_to_leave > made.talk.start:
                at = course[number - 1] = at.model_copy(
                    update={"ready_to_leave": max(at.talk.end, made.talk.start)}
                )
            origin = at.point if at else self.day.start_point
            free = _end(at) if at else self.day.shift.start
            free = min(free, made.talk.start)
            point = world.book.client_by_id[made.due.client_id].site(made.due.site_id).point
            assert point is not None  # noqa: S101
            old = planned.get(made.due.id)
            leg: Leg | None
            if (
                old is not None
                and old.leg
                and free <= old.leg.leave
                and old.arrive <= made.talk.start
            ):
                leg, arrive = old.leg, old.arrive
            else:
                before = world.settings.visits.arrive_early
                leg = self._leg(origin, point, free, max(free, made.talk.start - before))
                arrive = leg.arrive if leg else made.talk.start
            visit = planned_visit(
                made.due,
                leg,
                arrive,
                made.talk,
                self.manager,
                self.day.date,
                world.book,
                world.settings,
                world.calendar,
            )
            ready = max(made.talk.end, min(visit.ready_to_leave, world.minute))
            if number < len(course):
                ready = max(made.talk.end, min(ready, _begin(course[number])))
            course.insert(number, visit.model_copy(update={"ready_to_leave": ready}))
        return course

    def _free(self, course: list[PlannedVisit | Detour]) -> tuple[int, Point | None, str]:
        """When and where the manager can go on, and what that place is called."""
        minute, late = self.world.minute, self.behind.minutes
        if not course:
            leave = self.day.leave
            put_off = leave + late if late and leave is not None and leave >= self.then else 0
            ready = max(minute, min(MINUTES_PER_DAY, put_off))
            return ready, self.day.start_point, f"{self.manager.name} {self.manager.start}"
        last = course[-1]
        return max(minute, _end(last)), last.point, _name(last)

    def _lunch(
        self,
        course: list[PlannedVisit | Detour],
        ready: int,
        pieces: tuple[TimeWindow, ...],
    ) -> tuple[TimeWindow | None, bool]:
        """The break of the day as far as it has gone, and whether it is taken."""
        lunch, rules = self.day.lunch, self.world.settings.lunch
        if lunch is None:
            return None, False
        free = all(_end(place) <= lunch.start or lunch.end <= _begin(place) for place in course)
        if not self.world.reports.concern(self.day):
            taken = lunch.start < ready
        else:
            waits = not course and lunch.end <= ready  # setting off later leaves it where it is
            taken = free and (lunch.start < self.then or waits)
        if taken:
            return lunch, True
        if not pieces or rules.earliest < pieces[0].start or pieces[-1].end < rules.latest:
            return None, False
        if free and lunch.start >= ready:
            return lunch, False
        start = max(ready, rules.earliest)
        if start + rules.minutes > rules.latest:
            return None, False
        return TimeWindow(start=start, end=start + rules.minutes), False

    def _way_back(
        self, ready: int, lunch: TimeWindow | None, point: Point, *, taken: bool
    ) -> tuple[Leg | None, TimeWindow | None]:
        """The way back if nothing else is planned that day, and the break: before it where it was
        to be, if it cannot be had after."""
        assert self.day.end_point is not None  # noqa: S101
        matrix = self._travel(point, self.day.end_point)
        times = matrix.leave_and_arrive(0, 1, ready)
        if times and lunch is not None and not taken:
            rules = self.world.settings.lunch
            start = max(times[1], rules.earliest)
            if start + lunch.minutes <= rules.latest:
                lunch = TimeWindow(start=start, end=start + lunch.minutes)
            else:
                times = matrix.leave_and_arrive(0, 1, lunch.end)
        if times is None:
            return None, lunch
        leg = Leg(
            leave=_capped(times[0]),
            arrive=_capped(times[1]),
            metres=matrix.metres[0][1],
            mode=matrix.mode_of(0, 1),
            estimated=matrix.is_estimate(0, 1),
        )
        return leg, lunch

    def _leg(self, origin: Point | None, end: Point, free: int, arrive: int) -> Leg | None:
        """The way as it must have been, between being free and arriving."""
        if origin is None:
            return None
        matrix = self._travel(origin, end)
        minutes = max(0, matrix.minutes_at(0, 1, free))
        return Leg(
            leave=max(free, arrive - minutes),
            arrive=arrive,
            metres=matrix.metres[0][1],
            mode=matrix.mode_of(0, 1),
            estimated=matrix.is_estimate(0, 1),
        )

    def _travel(self, origin: Point, end: Point) -> TravelMatrix:
        world, day = self.world, self.day
        modes = {leg.mode for leg in day.legs}
        group = group_of(self.manager.modes, modes, world.settings.travel)
        found = quickest(world.travel, (origin, end), group, day.date, world.settings.travel)
        return delayed(found, world.wishes.delays_of(day.manager_id, day.date))

    def _before(self, visit: PlannedVisit) -> int:
        visits = self.world.settings.visits
        return visits.arrive_early + (0 if visit.room.strip() else visits.find_room)

    def _client(self, due: DueVisit) -> str:
        return self.world.book.client_by_id[due.client_id].name


def _in_vain(visit: PlannedVisit) -> Detour:
    """The way to a visit that did not take place."""
    return Detour(
        after=0, name=visit.client_name, point=visit.point, leg=visit.leg, arrive=visit.arrive
    )


def _ending(visit: PlannedVisit, end: int) -> PlannedVisit:
    """The visit with another end of its talk."""
    after = visit.ready_to_leave - visit.talk.end
    end = _capped(end)
    return visit.model_copy(
        update={
            "talk": TimeWindow(start=min(visit.talk.start, end - 1), end=end),
            "ready_to_leave": _capped(end + after),
        }
    )


def _capped(minute: int) -> int:
    return min(MINUTES_PER_DAY, minute)


def _on_course(day: PlannedDay, course: list[PlannedVisit | Detour]) -> PlannedDay:
    """The day with these places."""
    visits: list[PlannedVisit] = []
    detours: list[Detour] = []
    for place in course:
        if isinstance(place, PlannedVisit):
            visits.append(place)
        else:
            detours.append(place.model_copy(update={"after": len(visits)}))
    return day.model_copy(update={"visits": tuple(visits), "detours": tuple(detours)})


def _begin(place: PlannedVisit | Detour) -> int:
    """When one sets off for it."""
    return place.leg.leave if place.leg else place.arrive


def _end(place: PlannedVisit | Detour) -> int:
    """When one can go on from it."""
    return place.ready_to_leave if isinstance(place, PlannedVisit) else place.arrive


def _over(place: PlannedVisit | Detour) -> int:
    """When one could have been elsewhere."""
    return place.talk.end if isinstance(place, PlannedVisit) else place.arrive


def _name(place: PlannedVisit | Detour) -> str:
    return place.client_name if isinstance(place, PlannedVisit) else place.name


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
