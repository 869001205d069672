"""From a solver's routes to a plan that people read: dates, hours, persons, reasons, figures."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Mapping, Sequence

from routeplan.book.models import Anchor, Book, Manager
from routeplan.config import Settings, VisitSettings
from routeplan.due.hours import has_an_hour
from routeplan.due.models import DueList, DueVisit
from routeplan.due.persons import meeting_of, preferred_windows
from routeplan.language import Message, message
from routeplan.plan.explain import Cancelled, Done, Explainer
from routeplan.plan.joint import as_companion, with_companions
from routeplan.plan.persons import last_met, persons_to_meet, shortfall_of, with_turns
from routeplan.plan.plan import (
    CostTerms,
    Leg,
    Lock,
    Plan,
    PlannedDay,
    PlannedVisit,
    PlanOrigin,
    Proof,
    Totals,
)
from routeplan.plan.tasks import tasks_before
from routeplan.problem.adjust import Adjustment
from routeplan.problem.amend import amended
from routeplan.problem.build import BuiltProblem
from routeplan.problem.joint import is_companion
from routeplan.problem.problem import Lunch, Problem
from routeplan.problem.progress import told_by
from routeplan.problem.wishes import collect_wishes
from routeplan.solve.conflict import conflicting
from routeplan.solve.joint import decided
from routeplan.solve.result import Result, Route, Status, Stop
from routeplan.travel.approximate import off_minutes
from routeplan.values import MINUTES_PER_DAY, TimeWindow, cut_windows
from routeplan.workdays import WorkCalendar

__all__ = ["build_plan", "day_totals", "planned_visit"]

CONFLICT_SECONDS = 5.0
"""To look for visits that exclude each other, where a required one is left out."""


def build_plan(
    built: BuiltProblem,
    result: Result,
    book: Book,
    due: DueList,
    settings: Settings,
    origin: PlanOrigin,
    *,
    adjustments: Sequence[Adjustment] = (),
    locks: Sequence[Lock] = (),
    kept: Sequence[PlannedDay] = (),
    cancelled: Mapping[str, Cancelled] | None = None,
    notes: Sequence[Message] = (),
    searched: frozenset[str] | None = None,
    at_once: bool = False,
) -> Plan:
    """The plan that a result for `built.problem` means.

    `kept` are days of an earlier plan as far as they have gone (done and under way, with the way
    back that ends them if nothing follows); what the result adds to such a day comes after it.
    `cancelled` are visits, by id, that no route makes because the client said so. `searched`: as
    for `Explainer`. `at_once`: without what takes a search, which are last remedies and visits that
    exclude each other.
    """
    asked = built
    built = built.model_copy(update={"problem": decided(built.problem, result.solution)})
    book = amended(book, adjustments)
    must = collect_wishes(adjustments).must
    routes = {route.shift: route for route in result.solution.routes}
    begun = {(day.manager_id, day.date): day for day in kept}
    days = []
    for number in range(len(built.shifts)):
        day = _day(built, number, routes.get(number), book, settings, origin.calendar, must)
        before = begun.pop((day.manager_id, day.date), None)
        days.append(_joined(before, day, settings.visits) if before else day)
    days += begun.values()
    explainer = Explainer(
        built=asked,
        solution=result.solution,
        book=book,
        settings=settings,
        calendar=origin.calendar,
        wishes=collect_wishes(adjustments),
        cancelled=cancelled or {},
        done={(day.manager_id, day.date): Done(day.totals.visits, day.totals.talk) for day in kept},
        today=origin.now.date() if origin.now else None,
        searched=frozenset() if at_once else searched,
    )
    exclude = () if at_once else _conflict(asked, result, book)
    urgency = {visit.id: number for number, visit in enumerate(due.due)}
    left_out = sorted(explainer.left_out(), key=lambda visit: urgency[visit.visit_id])
    order = {manager.id: number for number, manager in enumerate(book.managers)}
    days.sort(key=lambda day: (order[day.manager_id], day.date))
    by_id = {visit.id: visit for visit in due.due}
    days = with_turns(days, by_id, book, origin.calendar, settings.visits)
    days = with_companions(days)
    return Plan(
        origin=origin,
        horizon=due.horizon,
        estimated=any(leg.estimated for day in days for leg in day.legs),
        days=tuple(days),
        left_out=tuple(left_out),
        due=due.due,
        touches=due.touches,
        tasks=tasks_before(days, book, origin),
        adjustments=tuple(adjustments),
        locks=tuple(locks),
        notes=(*due.notes, *built.notes, *exclude, *notes),
        proof=Proof(
            engine=result.engine,
            seed=result.seed,
            status=result.status,
            stopped_by=result.stopped_by,
            cost=result.cost,
            bound=result.bound,
            gap=result.gap,
            terms=_cost_terms(built, result, cancelled or {}, book, settings, origin.calendar),
        ),
        totals=sum((day.totals for day in days), Totals()),
    )


def _conflict(built: BuiltProblem, result: Result, book: Book) -> tuple[Message, ...]:
    """Required visits of which no plan makes all; one that none makes has its own cause."""
    if result.status is not Status.INFEASIBLE:
        return ()
    found = conflicting(built.problem, result.solution.left_out, seconds=CONFLICT_SECONDS)
    if len(found) < 2:
        return ()
    ids = [built.visits[index].client_id for index in found]
    names = [f"{client} {book.client_by_id[client].name}" for client in ids]
    return (message("plan.conflict", clients=names),)


def day_totals(day: PlannedDay, visits: VisitSettings) -> Totals:
    """The figures of a day, from its legs, talks and break; the `totals` it carries are ignored."""
    travel = sum(leg.minutes for leg in day.legs)
    talk = sum(visit.talk.minutes for visit in day.visits)
    leave, back = day.leave, day.back
    waiting = 0
    if leave is not None and back is not None:
        around = sum(
            min(
                visits.arrive_early + (0 if visit.room.strip() else visits.find_room),
                visit.talk.start - visit.arrive,
            )
            + (visit.ready_to_leave - visit.talk.end)
            for visit in day.visits
        )
        eating = day.lunch.minutes if day.lunch and leave <= day.lunch.start < back else 0
        waiting = back - leave - travel - talk - around - eating
    route = () if leave is None or back is None or leave >= back else ((leave, back),)
    taken = [TimeWindow(start=start, end=end) for start, end in route]
    taken += [day.lunch] if day.lunch else []
    return Totals(
        visits=sum(not visit.accompanies for visit in day.visits),
        talk=talk,
        travel=travel,
        waiting=waiting,
        free=sum(window.minutes for window in cut_windows((day.shift,), taken)),
        metres=sum(leg.metres for leg in day.legs),
    )


def _joined(before: PlannedDay, rest: PlannedDay, visits: VisitSettings) -> PlannedDay:
    """A day that went as `before` until now and goes on as `rest`."""
    shift = before.shift.model_copy(update={"end": rest.shift.end})
    day = before.model_copy(update={"shift": shift})
    if not rest.visits:
        return day
    # A break still to come that the rest has not is one that an appointment takes.
    had = before.lunch if before.lunch and before.lunch.start < rest.shift.start else None
    day = day.model_copy(
        update={
            "visits": before.visits + rest.visits,
            "way_back": rest.way_back,
            "lunch": rest.lunch or had,
        }
    )
    return day.model_copy(update={"totals": day_totals(day, visits)})


def _day(
    built: BuiltProblem,
    number: int,
    route: Route | None,
    book: Book,
    settings: Settings,
    calendar: WorkCalendar,
    must: Collection[str],
) -> PlannedDay:
    about, shift = built.shifts[number], built.problem.shifts[number]
    manager = book.manager_by_id[about.manager_id]
    visits: list[PlannedVisit] = []
    way_back: Leg | None = None
    if route is not None:
        at = shift.start_place
        for stop in route.stops:
            place = built.problem.visits[stop.visit].place
            leg = _leg(built.problem, number, at, place, stop.leave, stop.arrive)
            due = built.visits[stop.visit]
            planned = planned_visit(
                due,
                leg,
                stop.arrive,
                TimeWindow(start=stop.start, end=stop.end),
                manager,
                about.date,
                book,
                settings,
                calendar,
            )
            required = due.required or due.client_id in must
            planned = planned.model_copy(update={"required": required})
            visits.append(as_companion(planned) if is_companion(due.id) else planned)
            at = place
        way_back = _leg(built.problem, number, at, shift.end_place, route.leave_last, route.back)
    day = PlannedDay(
        date=about.date,
        manager_id=manager.id,
        manager_name=manager.name,
        shift=TimeWindow(start=shift.start, end=shift.end),
        start_name=_anchor_name(manager.start, shift.start_place),
        start_point=None if shift.start_place is None else built.points[shift.start_place],
        end_name=_anchor_name(manager.end, shift.end_place),
        end_point=None if shift.end_place is None else built.points[shift.end_place],
        visits=tuple(visits),
        way_back=way_back,
        lunch=_lunch(route, shift.lunch),
        totals=Totals(),
    )
    return day.model_copy(update={"totals": day_totals(day, settings.visits)})


def _lunch(route: Route | None, lunch: Lunch | None) -> TimeWindow | None:
    """The break; as early as it may be on a day without a route."""
    if route is not None and route.lunch is not None:
        return TimeWindow(start=route.lunch[0], end=route.lunch[1])
    if lunch is None:
        return None
    return TimeWindow(start=lunch.earliest, end=lunch.earliest + lunch.minutes)


def _anchor_name(anchor: Anchor, place: int | None) -> str:
    return (Anchor.OPEN if place is None else anchor).value


def _leg(
    problem: Problem, shift: int, origin: int | None, place: int | None, leave: int, arrive: int
) -> Leg | None:
    if origin is None or place is None:
        return None
    matrix = problem.matrices[problem.shifts[shift].matrix]
    return Leg(
        leave=leave,
        arrive=arrive,
        metres=matrix.metres[origin][place],
        mode=matrix.mode_of(origin, place),
        estimated=matrix.is_estimate(origin, place),
    )


def planned_visit(
    due: DueVisit,
    leg: Leg | None,
    arrive: int,
    talk: TimeWindow,
    manager: Manager,
    date: dt.date,
    book: Book,
    settings: Settings,
    calendar: WorkCalendar,
) -> PlannedVisit:
    """The visit at that hour, its site being known; a wish may require it besides."""
    client = book.client_by_id[due.client_id]
    site = client.site(due.site_id)
    assert site.point is not None  # noqa: S101
    appointment = book.appointment_by_id.get(due.appointment_id or "")
    met = last_met(book, client.id)
    persons = persons_to_meet(due, appointment, talk, date, book, calendar, settings.visits, met)
    notes = (client.note, appointment.note if appointment else "")
    return PlannedVisit(
        visit_id=due.id,
        client_id=client.id,
        client_name=client.name,
        tier=client.tier,
        site_id=site.id,
        address=site.address,
        district=site.district,
        room=site.room,
        point=site.point,
        off_minutes=off_minutes(site, manager.mode, settings.travel),
        leg=leg,
        arrive=arrive,
        talk=talk,
        ready_to_leave=min(MINUTES_PER_DAY, talk.end + settings.visits.buffer),
        appointment=appointment.rigidity if appointment else None,
        told=told_by(appointment.rigidity if appointment else None),
        required=due.required,
        purposes=due.purposes,
        reasons=due.reasons,
        persons=persons,
        shortfall=shortfall_of(due, persons),
        worth=due.worth,
        note="\n".join(note for note in notes if note),
        extra=client.extra,
    )


def _cost_terms(
    built: BuiltProblem,
    result: Result,
    cancelled: Mapping[str, Cancelled],
    book: Book,
    settings: Settings,
    calendar: WorkCalendar,
) -> CostTerms:
    problem, solution = built.problem, result.solution
    travel = sum(_typical_minutes(problem, route) for route in solution.routes)
    left_out = [(built.visits[index], problem.visits[index]) for index in solution.left_out]
    missing = sum(visit.required for _, visit in left_out)
    worth = sum(
        due.worth for due, visit in left_out if not visit.required and due.id not in cancelled
    )
    required = problem.required_penalty * missing
    hours = settings.visits.off_preferred * sum(
        _is_unwelcome(built, stop, built.shifts[route.shift].date, book, calendar)
        for route in solution.routes
        for stop in route.stops
        if not is_companion(built.visits[stop.visit].id)
    )
    crowding = sum(
        problem.shifts[route.shift].crowded(len(route.stops)) for route in solution.routes
    )
    return CostTerms(
        travel=travel,
        hours=hours,
        crowding=crowding,
        churn=result.cost - travel - hours - crowding - worth - required,
        left_out=worth,
        required=required,
    )


def _is_unwelcome(
    built: BuiltProblem, stop: Stop, date: dt.date, book: Book, calendar: WorkCalendar
) -> bool:
    """Whether the talk is outside the hours that key persons prefer, where any of them does."""
    due = built.visits[stop.visit]
    appointment = book.appointment_by_id.get(due.appointment_id or "")
    client = book.client_by_id[due.client_id]
    contacts = meeting_of(book, client, due.site_id, appointment).contacts
    if has_an_hour(appointment) or all(contact.preferred_hours is None for contact in contacts):
        return False
    welcome = preferred_windows(contacts, date, calendar, stop.end - stop.start)
    return not any(window.holds(stop.start, stop.end) for window in welcome)


def _typical_minutes(problem: Problem, route: Route) -> int:
    shift = problem.shifts[route.shift]
    minutes = problem.matrices[shift.matrix].minutes
    stops = [problem.visits[stop.visit].place for stop in route.stops]
    places = [shift.start_place, *stops, shift.end_place]
    return sum(
        minutes[origin][place]
        for origin, place in itertools.pairwise(places)
        if origin is not None and place is not None
    )
