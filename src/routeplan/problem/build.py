"""Puts book, due list, settings, calendar and travel into the integers of a `Problem`."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence

from routeplan.book.models import Anchor, Appointment, Book, Client, Manager, Site
from routeplan.config import Settings
from routeplan.due.hours import has_an_hour
from routeplan.due.models import DueList, DueVisit
from routeplan.due.persons import meeting_of
from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.point import Point
from routeplan.problem.adjust import Adjustment
from routeplan.problem.amend import amended
from routeplan.problem.joint import at_hour, companion_visit, companions_of, joining_visit
from routeplan.problem.lunch import lunch_takers
from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Gap, Joint, Problem, Shift, Visit
from routeplan.problem.progress import Slot, UnderWay
from routeplan.problem.shifts import ShiftDay, WorkingDay, working_days
from routeplan.problem.ways import Travelled, day_matrices, travel_notes
from routeplan.problem.windows import persons_reached, visit_windows
from routeplan.problem.wishes import Wishes, check_adjustments, collect_wishes
from routeplan.travel.source import TravelSource
from routeplan.values import Frozen, TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = ["BuiltProblem", "build_problem"]


class BuiltProblem(Frozen):
    """A problem and what its indices stand for.

    Every visit of the due list is in exactly one of `visits`, `unlocated` and `dropped`.
    """

    problem: Problem
    visits: tuple[DueVisit, ...]
    """Parallel to `problem.visits`. Those who come along have visits of their own at the end, of no
    worth and by other ids (`problem.joint.companion_id`)."""
    shifts: tuple[ShiftDay, ...]
    """Parallel to `problem.shifts`: by manager in book order, then date."""
    persons: tuple[int, ...] = ()
    """Parallel to `visits`: so many key persons are there together in every window that opening
    hours give, see `windows.persons_reached`."""
    points: tuple[Point, ...]
    """Parallel to `problem.places`."""
    unlocated: tuple[DueVisit, ...] = ()
    """At a site without a point: nobody can be sent there."""
    dropped: tuple[DueVisit, ...] = ()
    """Left out by a `Drop` adjustment."""
    notes: tuple[Message, ...] = ()
    """What the reader of the plan must know."""


def build_problem(
    book: Book,
    due: DueList,
    settings: Settings,
    calendar: WorkCalendar,
    travel: TravelSource,
    *,
    manager_ids: Collection[str] | None = None,
    adjustments: Sequence[Adjustment] = (),
    planned: Mapping[str, Slot] | None = None,
    cancelled: Collection[str] = (),
    under_way: Sequence[UnderWay] = (),
    travelled: Travelled | None = None,
    begun: Mapping[str, TimeWindow] | None = None,
    to_join: Sequence[tuple[DueVisit, Slot]] = (),
    now: dt.datetime | None = None,
) -> BuiltProblem:
    """The problem of planning `due` for the managers named, all of the book by default.

    A visit is for the client's manager or a backup, at no extra cost; an appointment for whom it
    was made with. An appointment that leaves no time for the lunch break takes it. `planned` says
    where visits (by `DueVisit.id`) stood in the plan before, `cancelled` which of them will not be
    made, `under_way` how far days that have begun have got, `travelled` by which modes its days
    went; from `now` on only. Of visits of two people, `begun` are those that the second person has
    set out for, with the hour of the talk, and `to_join` those that the first has, with whom the
    second is and when. With `manager_ids`, list the due visits for the same managers: others
    come without any window.

    Raises UsageError for unknown managers and for adjustments that cannot be meant.
    """
    check_adjustments(
        adjustments,
        book,
        _managers(book, manager_ids),
        due,
        settings,
        calendar,
        replanning=now is not None,
    )
    book = amended(book, adjustments)
    managers = _managers(book, manager_ids)
    wishes = collect_wishes(adjustments)
    days = working_days(
        managers, due.horizon.days, settings, calendar, wishes, under_way=under_way, now=now
    )
    kept, unlocated, dropped = _sorted_out(book, due, wishes)

    places = _Places()
    anchors = [
        (
            None if day.start_point is None else places.number(day.start_point, day.start_name),
            None if day.end_point is None else places.number(day.end_point, day.end_name),
        )
        for day in days
    ]
    shift_days = tuple(day.shift for day in days)
    persons = tuple(_persons(visit, book, shift_days, calendar, wishes) for visit, _ in kept)
    visits = tuple(
        _visit(
            visit,
            point,
            met,
            book,
            shift_days,
            settings,
            calendar,
            wishes,
            planned or {},
            now.date() if now else None,
            places,
        )
        for (visit, point), met in zip(kept, persons, strict=True)
    )
    due_visits = tuple(visit for visit, _ in kept)
    joints: list[Joint] = []
    for number, due_visit in enumerate(due_visits):
        if not due_visit.companions:
            continue
        if due_visit.id in (begun or {}):
            hour = (begun or {})[due_visit.id]
            visits = tuple(
                at_hour(visit, hour) if other == number else visit
                for other, visit in enumerate(visits)
            )
            continue
        own, second = companion_visit(
            due_visit,
            visits[number],
            shift_days,
            settings.churn,
            (planned or {}).get(due_visit.id),
            now.date() if now else None,
        )
        grid = settings.visits.joint_grid
        joints.append(Joint(first=number, second=len(visits), grid=grid))
        visits, due_visits, persons = (*visits, second), (*due_visits, own), (*persons, 0)
    for due_visit, slot in to_join:
        client = book.client_by_id[due_visit.client_id]
        point = client.site(due_visit.site_id).point
        if point is None:
            continue
        alone = _visit(
            due_visit.model_copy(update={"companions": ()}),
            point,
            0,
            book,
            shift_days,
            settings,
            calendar,
            wishes,
            {},
            None,
            places,
        )
        joining = joining_visit(due_visit, alone, shift_days, slot)
        if joining is not None:
            own, second = joining
            visits, due_visits, persons = (*visits, second), (*due_visits, own), (*persons, 0)
    matrices, matrix_of = day_matrices(
        days, anchors, visits, places.points, travel, settings.travel, travelled or {}, wishes
    )
    booked = [
        index
        for index, visit in enumerate(due_visits)
        if has_an_hour(book.appointment_by_id.get(visit.appointment_id or ""))
        and visit.id not in cancelled
        and (index < len(kept) or companions_of(visit, shift_days) == 1)
    ]
    lunchless = {
        number: takers
        for number, day in enumerate(days)
        if day.lunch and (takers := lunch_takers(settings.lunch, number, visits, booked))
    }
    shifts = tuple(
        Shift(
            manager=day.manager.id,
            day=due.horizon.days.index(day.shift.date),
            start=day.shift.pieces[0].start,
            end=day.shift.pieces[-1].end,
            start_place=start_place,
            end_place=end_place,
            matrix=matrix,
            lunch=None if number in lunchless else day.lunch,
            max_visits=day.max_visits,
            max_talk=day.max_talk,
            crowding=settings.visits.balance,
            made=day.visits_made,
        )
        for number, (day, (start_place, end_place), matrix) in enumerate(
            zip(days, anchors, matrix_of, strict=True)
        )
    )
    return BuiltProblem(
        problem=Problem(
            days=due.horizon.days,
            places=tuple(places.names),
            matrices=matrices,
            shifts=shifts,
            visits=visits,
            gaps=_gaps(due_visits[: len(kept)], visits[: len(kept)], shift_days),
            joints=tuple(joints),
            required_penalty=required_penalty(visits, matrices, shifts),
        ),
        visits=due_visits,
        shifts=shift_days,
        persons=persons,
        points=tuple(places.points),
        unlocated=unlocated,
        dropped=dropped,
        notes=(
            *_notes(days),
            *travel_notes(matrices, places.names),
            *(
                message(
                    "problem.no_lunch",
                    date=days[number].shift.date,
                    manager=days[number].manager.name,
                    clients=[book.client_by_id[visits[index].client].name for index in takers],
                )
                for number, takers in lunchless.items()
            ),
        ),
    )


class _Places:
    """Numbers points as they come; equal points share a number and the first one's name."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.names: list[str] = []
        self._numbers: dict[Point, int] = {}

    def number(self, point: Point, name: str) -> int:
        if point not in self._numbers:
            self._numbers[point] = len(self.points)
            self.points.append(point)
            self.names.append(name)
        return self._numbers[point]


def _managers(book: Book, manager_ids: Collection[str] | None) -> tuple[Manager, ...]:
    if manager_ids is None:
        return book.managers
    unknown = sorted(set(manager_ids) - set(book.manager_by_id))
    if unknown:
        known = sorted(book.manager_by_id)
        raise UsageError("RP4002", message("error.manager", ids=unknown, known=known))
    return tuple(manager for manager in book.managers if manager.id in manager_ids)


def _sorted_out(
    book: Book, due: DueList, wishes: Wishes
) -> tuple[list[tuple[DueVisit, Point]], tuple[DueVisit, ...], tuple[DueVisit, ...]]:
    """The due visits to plan with where they are, those without a point, and those dropped."""
    kept: list[tuple[DueVisit, Point]] = []
    unlocated: list[DueVisit] = []
    dropped: list[DueVisit] = []
    for visit in due.due:
        point = book.client_by_id[visit.client_id].site(visit.site_id).point
        if visit.client_id in wishes.drop:
            dropped.append(visit)
        elif point is None:
            unlocated.append(visit)
        else:
            kept.append((visit, point))
    return kept, tuple(unlocated), tuple(dropped)


def _persons(
    visit: DueVisit,
    book: Book,
    shifts: Sequence[ShiftDay],
    calendar: WorkCalendar,
    wishes: Wishes,
) -> int:
    client = book.client_by_id[visit.client_id]
    appointment = book.appointment_by_id.get(visit.appointment_id or "")
    return persons_reached(
        visit,
        meeting_of(book, client, visit.site_id, appointment),
        appointment,
        client.site(visit.site_id),
        shifts,
        _who_may_go(client, appointment),
        calendar,
        enough=wishes.persons.get(client.id),
    )


def _visit(
    visit: DueVisit,
    point: Point,
    persons: int,
    book: Book,
    shifts: Sequence[ShiftDay],
    settings: Settings,
    calendar: WorkCalendar,
    wishes: Wishes,
    planned: Mapping[str, Slot],
    today: dt.date | None,
    places: _Places,
) -> Visit:
    client = book.client_by_id[visit.client_id]
    site = client.site(visit.site_id)
    appointment = book.appointment_by_id[visit.appointment_id] if visit.appointment_id else None
    talk = max(1, wishes.talk.get(client.id, visit.talk_minutes))
    find_room = 0 if site.room.strip() else settings.visits.find_room
    return Visit(
        id=visit.id,
        client=client.id,
        place=places.number(point, _site_name(client, site)),
        talk=talk,
        before=settings.visits.arrive_early + find_room,
        after=settings.visits.buffer,
        worth=visit.worth,
        required=visit.required or client.id in wishes.must,
        windows=visit_windows(
            visit,
            appointment,
            site,
            shifts,
            _who_may_go(client, appointment),
            calendar,
            settings.churn,
            talk=talk,
            also=wishes.open_at.get(client.id, {}),
            slot=planned.get(visit.id),
            today=today,
            meeting=meeting_of(book, client, visit.site_id, appointment),
            persons=persons,
            off_preferred=settings.visits.off_preferred,
        ),
    )


def _site_name(client: Client, site: Site) -> str:
    return f"{client.name} ({site.id})" if site.id else client.name


def _who_may_go(client: Client, appointment: Appointment | None) -> tuple[str, ...]:
    if appointment is not None:
        return (appointment.manager_id or client.manager_id,)
    return (client.manager_id, *client.backup_ids)


def _gaps(
    due: Sequence[DueVisit], visits: Sequence[Visit], shifts: Sequence[ShiftDay]
) -> tuple[Gap, ...]:
    """Between any two visits of a client, as the one between them may be left out; not where their
    windows keep them apart anyway."""
    dates = [[shifts[window.shift].date for window in visit.windows] for visit in visits]
    by_client: dict[str, list[int]] = {}
    for number in sorted(range(len(due)), key=lambda number: due[number].sequence):
        by_client.setdefault(due[number].client_id, []).append(number)
    return tuple(
        Gap(first=first, second=second, days=due[second].min_gap_days)
        for numbers in by_client.values()
        for first, second in itertools.combinations(numbers, 2)
        if dates[first]
        and dates[second]
        and (min(dates[second]) - max(dates[first])).days < due[second].min_gap_days
    )


def _notes(days: Sequence[WorkingDay]) -> tuple[Message, ...]:
    """One for each manager whose start or end is not open, but nobody knows where it is."""
    notes: dict[str, Message] = {}
    for manager in (day.manager for day in days):
        unknown = [
            message(f"words.anchor_{anchor}")
            for anchor in dict.fromkeys((manager.start, manager.end))
            if anchor is not Anchor.OPEN and manager.place(anchor) is None
        ]
        if unknown:
            notes[manager.id] = message(
                "problem.anchor_unknown", manager=manager.name, places=unknown
            )
    return tuple(notes.values())
