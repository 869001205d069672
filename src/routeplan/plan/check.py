"""Whether a plan keeps every rule, recomputed from the plan and the book.

Shares no code with the problem, the solver or what builds plans: the rules are written down here a
second time, one function a rule, so that a mistake there cannot hide itself. What a re-plan found
done or under way is history: it is compared with the earlier plan, not with the book of today.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from routeplan.book.availability import shift_pieces, site_windows
from routeplan.book.models import Appointment, Book, Rigidity, TravelMode, VisitStatus
from routeplan.config import Settings
from routeplan.due.models import DueVisit
from routeplan.errors import CheckError
from routeplan.language import message
from routeplan.plan.plan import (
    Cause,
    Detour,
    Leg,
    Plan,
    PlannedDay,
    PlannedVisit,
    PlannedVisitStatus,
    Totals,
)
from routeplan.point import Point
from routeplan.problem.adjust import (
    AllowDayEnd,
    AllowTalk,
    AllowVisits,
    Drop,
    Must,
    OpenAt,
    TalkFor,
)
from routeplan.problem.progress import Told
from routeplan.solve.result import Status
from routeplan.travel.approximate import off_minutes
from routeplan.travel.matrix import TravelMatrix
from routeplan.travel.source import TravelSource
from routeplan.values import MINUTES_PER_DAY, TimeWindow, format_clock
from routeplan.workdays import WorkCalendar

__all__ = ["require_valid", "violations"]

OUTSIDE_PROBLEM = frozenset({Cause.LOCATION_UNKNOWN, Cause.EXCLUDED, Cause.CANCELLED})
"""Left out before any route was looked for, and so at no cost."""


def require_valid(
    plan: Plan,
    book: Book,
    settings: Settings,
    calendar: WorkCalendar,
    travel: TravelSource,
    *,
    earlier: Plan | None = None,
) -> None:
    """Raise CheckError RP6001 with every rule that the plan breaks."""
    wrong = violations(plan, book, settings, calendar, travel, earlier=earlier)
    if wrong:
        raise CheckError("RP6001", message("check.refused", n=len(wrong), wrong=list(wrong)))


def violations(
    plan: Plan,
    book: Book,
    settings: Settings,
    calendar: WorkCalendar,
    travel: TravelSource,
    *,
    earlier: Plan | None = None,
) -> tuple[str, ...]:
    """A sentence for each rule that is broken; empty: the plan is valid.

    `earlier` is the plan that a re-plan started from: what lies before its clock must be the same.
    """
    due = {visit.id: visit for visit in plan.due}
    unknown = [
        *(day.manager_id for day in plan.days if day.manager_id not in book.manager_by_id),
        *(visit.visit_id for _, visit in plan.visits if visit.visit_id not in due),
        *(visit.visit_id for visit in plan.left_out if visit.visit_id not in due),
        *(visit.client_id for visit in plan.due if visit.client_id not in book.client_by_id),
    ]
    if unknown:
        return tuple(f"{name} is not in the book or not due" for name in unknown)
    facts = _Facts(plan, book, settings, calendar, travel, due, earlier)
    rules = (
        _days_are_the_working_days,
        _due_visits_are_planned_or_left_out,
        _statuses_follow_the_clock,
        _history_stands,
        _told_is_kept,
        _budget_is_kept,
        _visits_keep_their_days,
        _visits_of_a_client_keep_their_distance,
        _totals_add_up,
        _estimates_are_marked,
        _cost_is_what_it_says,
    )
    day_rules = (
        _places_are_the_books,
        _times_follow_one_another,
        _legs_take_what_travel_says,
        _modes_go_together,
        _stays_inside_the_shift,
        _lunch_is_kept,
        _day_keeps_its_caps,
    )
    visit_rules = (
        _talk_is_long_enough,
        _talk_lies_in_hours,
        _appointment_is_kept,
        _manager_may_go,
    )
    wrong = [what for rule in rules for what in rule(facts)]
    for day in plan.days:
        if facts.is_over(day):
            continue
        where = f"{day.manager_id} on {day.date}"
        wrong += [f"{where}: {what}" for rule in day_rules for what in rule(facts, day)]
        for visit in day.visits:
            if visit.status is PlannedVisitStatus.PLANNED:
                wrong += [
                    f"{where}: {visit.visit_id} {what}"
                    for visit_rule in visit_rules
                    for what in visit_rule(facts, day, visit)
                ]
    return tuple(wrong)


@dataclass(frozen=True)
class _Facts:
    """What the rules are checked against."""

    plan: Plan
    book: Book
    settings: Settings
    calendar: WorkCalendar
    travel: TravelSource
    due: dict[str, DueVisit]
    earlier: Plan | None

    def is_over(self, day: PlannedDay) -> bool:
        now = self.plan.origin.now
        return now is not None and day.date < now.date()

    def is_begun(self, day: PlannedDay) -> bool:
        now = self.plan.origin.now
        return now is not None and day.date <= now.date()

    def pieces(self, manager_id: str, date: dt.date) -> tuple[TimeWindow, ...]:
        """The working time of a day, with the day's end as adjusted."""
        manager = self.book.manager_by_id[manager_id]
        for item in self.plan.adjustments:
            if isinstance(item, AllowDayEnd) and (item.manager_id, item.date) == (manager_id, date):
                start = (manager.shift or self.settings.shift).start
                shift = TimeWindow(start=start, end=item.end)
                manager = manager.model_copy(update={"shift": shift})
        return shift_pieces(manager, date, self.settings.shift, self.calendar)

    def talk(self, due: DueVisit) -> int:
        minutes = due.talk_minutes
        for item in self.plan.adjustments:
            if isinstance(item, TalkFor) and item.client_id == due.client_id:
                minutes = item.minutes
        return max(1, minutes)

    def before(self, visit: PlannedVisit) -> int:
        finding = 0 if visit.room.strip() else self.settings.visits.find_room
        return self.settings.visits.arrive_early + finding

    def required(self, due: DueVisit) -> bool:
        return due.required or any(
            isinstance(item, Must) and item.client_id == due.client_id
            for item in self.plan.adjustments
        )

    def appointment(self, due: DueVisit) -> Appointment | None:
        for item in self.book.appointments:
            if item.id == due.appointment_id:
                return item
        return None

    def matrices(self, day: PlannedDay) -> tuple[list[Point], dict[TravelMode, TravelMatrix]]:
        """The day's points and the travel among them by each of the manager's modes, asked for
        once more."""
        points = [place.point for place in day.places]
        points += [point for point in (day.start_point, day.end_point) if point]
        modes = self.book.manager_by_id[day.manager_id].modes
        return points, {mode: self.travel.matrix(points, mode, day.date) for mode in modes}


# Rules on the whole plan


def _days_are_the_working_days(facts: _Facts) -> Iterator[str]:
    plan = facts.plan
    order = {manager.id: number for number, manager in enumerate(facts.book.managers)}
    found = [(order[day.manager_id], day.date) for day in plan.days]
    if found != sorted(set(found)):
        yield "the days are not one per manager and date, by manager, then date"
    for manager_id in dict.fromkeys(day.manager_id for day in plan.days):
        dates = {day.date for day in plan.days if day.manager_id == manager_id}
        over = {day.date for day in plan.days if facts.is_over(day)}
        working = {date for date in plan.horizon.days if facts.pieces(manager_id, date)}
        since = plan.origin.now.date() if plan.origin.now else plan.horizon.first
        for date in sorted(dates - over - working):
            yield f"{manager_id} does not work on {date}"
        for date in sorted(working - dates):
            if date >= since:
                yield f"the working day {date} of {manager_id} is missing"


def _due_visits_are_planned_or_left_out(facts: _Facts) -> Iterator[str]:
    planned = Counter(visit.visit_id for _, visit in facts.plan.visits)
    left_out = Counter(visit.visit_id for visit in facts.plan.left_out)
    for visit_id in facts.due:
        if planned[visit_id] + left_out[visit_id] != 1:
            yield (
                f"{visit_id} is planned {planned[visit_id]} times"
                f" and left out {left_out[visit_id]} times"
            )
    dropped = {item.client_id for item in facts.plan.adjustments if isinstance(item, Drop)}
    for _, visit in facts.plan.visits:
        if visit.client_id in dropped and visit.status is PlannedVisitStatus.PLANNED:
            yield f"{visit.visit_id} is planned, though it was to be left out"
        due = facts.due[visit.visit_id]
        if (visit.client_id, visit.worth, visit.purposes, visit.reasons) != (
            due.client_id,
            due.worth,
            due.purposes,
            due.reasons,
        ):
            yield f"{visit.visit_id} is not what the due list says"
    for unplanned in facts.plan.left_out:
        due = facts.due[unplanned.visit_id]
        if (unplanned.client_id, unplanned.worth) != (due.client_id, due.worth):
            yield f"{unplanned.visit_id} is not what the due list says"


def _statuses_follow_the_clock(facts: _Facts) -> Iterator[str]:
    now = facts.plan.origin.now
    for day, visit in facts.plan.visits:
        expected = PlannedVisitStatus.PLANNED
        if now is not None and _instant(day.date, visit.ready_to_leave) <= now:
            expected = PlannedVisitStatus.DONE
        elif now is not None and _instant(day.date, _begin(visit)) < now:
            expected = PlannedVisitStatus.UNDER_WAY
        if visit.status is not expected:
            yield f"{visit.visit_id} is {visit.status.value}, but {expected.value} by the clock"


def _history_stands(facts: _Facts) -> Iterator[str]:
    """What had begun before a re-plan's clock is as it was, but for visits cancelled."""
    now, earlier = facts.plan.origin.now, facts.earlier
    if now is None or earlier is None:
        return
    cancelled = {visit.visit_id for visit in facts.plan.left_out if visit.cause is Cause.CANCELLED}
    days = {(day.manager_id, day.date): day for day in facts.plan.days}
    for before in earlier.days:
        begun = [
            visit
            for visit in before.visits
            if _instant(before.date, _begin(visit)) < now and visit.visit_id not in cancelled
        ]
        day = days.get((before.manager_id, before.date))
        if day is None:
            if begun:
                yield f"the day {before.date} of {before.manager_id} has gone"
            continue
        kept = [visit for visit in day.visits if visit.status is not PlannedVisitStatus.PLANNED]
        if [_plain(visit) for visit in kept] != [_plain(visit) for visit in begun]:
            yield f"what {before.manager_id} had begun on {before.date} is not as it was planned"
        if day.visits[: len(kept)] != tuple(kept):
            yield f"{before.manager_id} on {before.date}: a new visit comes before one under way"
        if facts.is_over(before) and (day.legs, day.lunch) != (before.legs, before.lunch):
            yield f"the past day {before.date} of {before.manager_id} is not as it was"


def _told_is_kept(facts: _Facts) -> Iterator[str]:
    """Who was told of a visit knows of it as long as it stays put; an appointment says it, too."""
    if facts.earlier is None:
        return
    slots = {visit.visit_id: (day, visit) for day, visit in facts.earlier.visits}
    for day, visit in facts.plan.visits:
        appointment = facts.appointment(facts.due[visit.visit_id])
        knows = {
            None: {Told.NOT_AGREED},
            Rigidity.WEEK: {Told.NOT_AGREED},
            Rigidity.DAY: {Told.AGREED},
        }.get(appointment.rigidity if appointment else None, {Told.CONFIRMED})
        if visit.visit_id in slots:
            old_day, old = slots[visit.visit_id]
            if (old_day.manager_id, old_day.date, old.talk.start) == (
                day.manager_id,
                day.date,
                visit.talk.start,
            ):
                knows = knows | {old.told}
        strongest = max(knows, key=[Told.NOT_AGREED, Told.AGREED, Told.CONFIRMED].index)
        if visit.told is not strongest and visit.status is PlannedVisitStatus.PLANNED:
            yield f"{visit.visit_id} says {visit.told.value}, not {strongest.value}"


def _budget_is_kept(facts: _Facts) -> Iterator[str]:
    """No more visits change than may; one booked for another hour meanwhile is none of them."""
    budget = facts.plan.proof.budget
    if budget is None or facts.earlier is None:
        return
    now = {visit.visit_id: (day, visit) for day, visit in facts.plan.visits}
    out = {visit.visit_id for visit in facts.plan.left_out if visit.cause in OUTSIDE_PROBLEM}
    changes = 0
    for old_day, old in facts.earlier.visits:
        if old.visit_id in out:
            continue
        if old.visit_id in now:
            day, visit = now[old.visit_id]
            here = (day.manager_id, day.date, visit.talk.start)
            there = (old_day.manager_id, old_day.date, old.talk.start)
            booked = visit.appointment is Rigidity.EXACT
            over = visit.status is not PlannedVisitStatus.PLANNED
            changes += here != there and not booked and not over
        else:
            changes += 1
    if max(changes, budget.changes) > budget.forced + budget.allowed:
        yield f"{changes} visits change, not {budget.allowed} beyond {budget.forced}"


def _visits_keep_their_days(facts: _Facts) -> Iterator[str]:
    for day, visit in facts.plan.visits:
        due = facts.due[visit.visit_id]
        if visit.status is not PlannedVisitStatus.PLANNED or facts.appointment(due):
            continue
        if not due.earliest <= day.date <= due.until:
            yield f"{visit.visit_id} on {day.date} is not from {due.earliest} to {due.until}"


def _visits_of_a_client_keep_their_distance(facts: _Facts) -> Iterator[str]:
    by_client: dict[str, list[tuple[int, dt.date, PlannedVisit]]] = {}
    for day, visit in facts.plan.visits:
        due = facts.due[visit.visit_id]
        by_client.setdefault(visit.client_id, []).append((due.sequence, day.date, visit))
    for client_id, visits in by_client.items():
        visits.sort(key=lambda item: item[0])
        for (_, before, _), (_, after, visit) in itertools.combinations(visits, 2):
            gap = facts.due[visit.visit_id].min_gap_days
            if visit.status is PlannedVisitStatus.PLANNED and (after - before).days < gap:
                days = (after - before).days
                yield f"{visit.visit_id} comes {days} days after another, not {gap}"
        for _, date, visit in visits:
            due = facts.due[visit.visit_id]
            records = [
                record.date
                for record in facts.book.visits_of.get(client_id, ())
                if record.status is VisitStatus.DONE and record.date < facts.plan.horizon.first
            ]
            planned = visit.status is PlannedVisitStatus.PLANNED
            if planned and records and not due.required:
                days = (date - records[-1]).days
                if days < due.min_gap_days:
                    yield f"{due.id} comes {days} days after a visit made, not {due.min_gap_days}"


def _totals_add_up(facts: _Facts) -> Iterator[str]:
    for day in facts.plan.days:
        if day.totals != _figures(facts, day):
            yield f"the totals of {day.manager_id} on {day.date} are not those of its visits"
    if facts.plan.totals != sum((day.totals for day in facts.plan.days), Totals()):
        yield "the plan's totals are not the sum of its days"


def _estimates_are_marked(facts: _Facts) -> Iterator[str]:
    legs = [leg for day in facts.plan.days for leg in day.legs]
    if facts.plan.estimated != any(leg.estimated for leg in legs):
        yield "the plan does not say rightly whether travel is estimated"


def _cost_is_what_it_says(facts: _Facts) -> Iterator[str]:
    proof = facts.plan.proof
    terms = proof.terms
    if proof.cost != terms.travel + terms.churn + terms.left_out + terms.required:
        yield f"the cost {proof.cost} is not the sum of its terms"
    travel = sum(_typical_travel(facts, day) for day in facts.plan.days)
    if terms.travel != travel:
        yield f"travel costs {travel}, not {terms.travel}"
    left_out = [visit for visit in facts.plan.left_out if visit.cause not in OUTSIDE_PROBLEM]
    for visit in facts.plan.left_out:
        if visit.required != facts.required(facts.due[visit.visit_id]):
            yield f"{visit.visit_id} does not say rightly whether it is required"
    worth = sum(visit.worth for visit in left_out if not visit.required)
    if terms.left_out != worth:
        yield f"visits left out cost {worth}, not {terms.left_out}"
    missing = sum(visit.required for visit in left_out)
    if bool(missing) != bool(terms.required) or (missing and terms.required % missing):
        yield f"{missing} required visits left out do not cost {terms.required}"
    if bool(missing) != (proof.status is Status.INFEASIBLE):
        yield f"the status is {proof.status.value} with {missing} required visits left out"
    if proof.bound is not None and proof.bound > proof.cost:
        yield f"the bound {proof.bound} exceeds the cost {proof.cost}"
    if facts.plan.origin.now is None or facts.earlier is not None:
        churn = _churn(facts)
        if terms.churn != churn:
            yield f"changing planned visits costs {churn}, not {terms.churn}"


# Rules on a day


def _places_are_the_books(facts: _Facts, day: PlannedDay) -> Iterator[str]:
    manager = facts.book.manager_by_id[day.manager_id]
    if day.manager_name != manager.name:
        yield f"the manager is called {manager.name}"
    anchors = (manager.place(manager.start), manager.place(manager.end))
    if not facts.is_begun(day) and (day.start_point, day.end_point) != anchors:
        yield "the day does not start or end where the manager's days do"
    for visit in day.visits:
        if visit.status is not PlannedVisitStatus.PLANNED:
            continue
        client = facts.book.client_by_id[visit.client_id]
        site = client.site(facts.due[visit.visit_id].site_id)
        told = (visit.client_name, visit.tier, visit.address, visit.room, visit.point)
        if told != (client.name, client.tier, site.address, site.room, site.point):
            yield f"{visit.visit_id} is not at the client's site"
        if visit.off_minutes != off_minutes(site, manager.mode, facts.settings.travel):
            yield f"{visit.visit_id} hides that its point is approximate"


def _times_follow_one_another(facts: _Facts, day: PlannedDay) -> Iterator[str]:
    free = day.shift.start
    for number, place in enumerate(day.places):
        name = place.visit_id if isinstance(place, PlannedVisit) else place.name
        if place.leg is None:
            if number or day.start_point is not None:
                yield f"there is no way to {name}"
        else:
            if place.leg.leave < free:
                yield f"sets off for {name} before being free"
            if place.leg.arrive != place.arrive:
                yield f"arrives at {name} at two different times"
        if isinstance(place, Detour):
            free = place.arrive
            continue
        new = place.status is PlannedVisitStatus.PLANNED
        if new and place.talk.start < place.arrive + facts.before(place):
            yield f"{name} leaves less than {facts.before(place)} minutes before the talk"
        if new and place.ready_to_leave != place.talk.end + facts.settings.visits.buffer:
            yield f"{name} does not leave {facts.settings.visits.buffer} minutes after the talk"
        free = place.ready_to_leave
    if (day.way_back is None) != (day.end_point is None or not day.places):
        yield "the way back is missing or leads nowhere"
    if day.way_back and day.way_back.leave < free:
        yield "sets off back before being free"
    now = facts.plan.origin.now
    if now is not None and now.date() == day.date:
        for visit in day.visits:
            early = _instant(day.date, _begin(visit)) < now
            if visit.status is PlannedVisitStatus.PLANNED and early:
                yield f"sets off for {visit.visit_id} before the re-plan was made"


def _legs_take_what_travel_says(facts: _Facts, day: PlannedDay) -> Iterator[str]:
    for leg, origin, place, matrix in _new_legs(facts, day):
        minutes = matrix.minutes_at(origin, place, leg.leave)
        if minutes < 0 or leg.arrive != leg.leave + minutes:
            yield f"the leg at {format_clock(leg.leave)} takes {minutes} minutes"
        if leg.metres != matrix.metres[origin][place]:
            yield f"the leg at {format_clock(leg.leave)} is {matrix.metres[origin][place]} m long"
        if (leg.mode, leg.estimated) != (matrix.mode, matrix.is_estimate(origin, place)):
            yield f"the leg at {format_clock(leg.leave)} is not travelled as it says"


def _modes_go_together(facts: _Facts, day: PlannedDay) -> Iterator[str]:
    """An own vehicle goes along all day; without one, each leg is by the quickest mode at hand."""
    settings = facts.settings.travel
    if not _has_news(day):
        return
    used = {leg.mode for leg in day.legs}
    vehicles = used & set(settings.vehicles)
    if vehicles and len(used) > 1:
        yield f"cannot be travelled by {' and '.join(sorted(used))}: the vehicle stays behind"
    if vehicles:
        return
    _, matrices = facts.matrices(day)
    for leg, origin, place, _ in _new_legs(facts, day):
        minutes = {
            mode: matrix.minutes[origin][place]
            for mode, matrix in matrices.items()
            if mode not in settings.vehicles and matrix.minutes[origin][place] >= 0
        }
        walk = minutes.get(TravelMode.WALK, 0)
        if len(set(matrices) - set(settings.vehicles)) > 1 and walk > settings.walk_limit:
            del minutes[TravelMode.WALK]
        if minutes and minutes.get(leg.mode) != min(minutes.values()):
            yield f"the leg at {format_clock(leg.leave)} is not by the quickest way"


def _stays_inside_the_shift(facts: _Facts, day: PlannedDay) -> Iterator[str]:
    pieces = facts.pieces(day.manager_id, day.date)
    if not pieces:
        return
    if (day.shift.start, day.shift.end) != (pieces[0].start, pieces[-1].end):
        yield f"the shift is {format_clock(pieces[0].start)}-{format_clock(pieces[-1].end)}"
    if day.leave is not None and day.leave < pieces[0].start:
        yield "sets off before the shift"
    if day.back is not None and day.back > pieces[-1].end and _has_news(day):
        yield "is back after the shift"
    for visit in day.visits:
        new = visit.status is PlannedVisitStatus.PLANNED
        if new and not any(piece.holds(visit.talk.start, visit.talk.end) for piece in pieces):
            yield f"the talk of {visit.visit_id} is not in working time"


def _lunch_is_kept(facts: _Facts, day: PlannedDay) -> Iterator[str]:
    lunch, pieces = facts.settings.lunch, facts.pieces(day.manager_id, day.date)
    if not pieces:
        return
    wanted = (
        lunch.minutes > 0 and pieces[0].start <= lunch.earliest and lunch.latest <= pieces[-1].end
    )
    if day.lunch is None:
        if wanted and day.visits and not _appointments_take_lunch(facts, day):
            yield "has no lunch break"
        return
    if not wanted:
        yield "has a lunch break that nobody asked for"
    if day.lunch.minutes != lunch.minutes:
        yield f"the lunch break does not last {lunch.minutes} minutes"
    if day.lunch.start < lunch.earliest or day.lunch.end > lunch.latest:
        yield "the lunch break is outside its hours"
    busy = [(leg.leave, leg.arrive) for leg in day.legs]
    for visit in day.visits:
        busy.append((visit.talk.start - facts.before(visit), visit.ready_to_leave))
    if any(start < day.lunch.end and day.lunch.start < end for start, end in busy):
        yield "the lunch break overlaps a way or a visit"


def _appointments_take_lunch(facts: _Facts, day: PlannedDay) -> bool:
    """Whether no minute of the lunch window starts a break beside all that is booked for an hour,
    whenever within their leeway those talks are."""
    settings, pieces = facts.settings, facts.pieces(day.manager_id, day.date)
    out = {visit.visit_id for visit in facts.plan.left_out if visit.cause in OUTSIDE_PROBLEM}
    made = {visit.visit_id: visit.talk.start for visit in day.visits}
    booked: list[list[tuple[int, int]]] = []
    for due in facts.plan.due:
        appointment = facts.appointment(due)
        if appointment is None or appointment.start is None or due.id in out:
            continue
        client = facts.book.client_by_id[due.client_id]
        who = appointment.manager_id or client.manager_id
        if (who, appointment.date) != (day.manager_id, day.date):
            continue
        if appointment.rigidity not in (Rigidity.EXACT, Rigidity.LEEWAY):
            continue
        leeway = appointment.leeway if appointment.rigidity is Rigidity.LEEWAY else 0
        starts = list(range(appointment.start - leeway, appointment.start + leeway + 1))
        if facts.is_begun(day) and due.id in made:
            starts = [made[due.id]]
        before = settings.visits.arrive_early
        if not client.site(due.site_id).room.strip():
            before += settings.visits.find_room
        talk = facts.talk(due)
        busy = [
            (start - before, start + talk + settings.visits.buffer)
            for start in starts
            if any(piece.holds(start, start + talk) for piece in pieces)
        ]
        if busy:
            booked.append(busy)
    lunch = settings.lunch
    breaks = [
        (start, start + lunch.minutes)
        for start in range(lunch.earliest, lunch.latest - lunch.minutes + 1)
    ]
    return bool(booked) and not any(
        all(any(end <= first or last <= start for first, last in busy) for busy in booked)
        for start, end in breaks
    )


def _day_keeps_its_caps(facts: _Facts, day: PlannedDay) -> Iterator[str]:
    manager = facts.book.manager_by_id[day.manager_id]
    visits = manager.max_visits or facts.settings.visits.max_per_day
    talk = manager.max_talk_minutes
    if talk is None:
        talk = facts.settings.talk.max_per_day
    for item in facts.plan.adjustments:
        if isinstance(item, AllowVisits) and (item.manager_id, item.date) == (manager.id, day.date):
            visits = item.visits
        if isinstance(item, AllowTalk) and (item.manager_id, item.date) == (manager.id, day.date):
            talk = item.minutes
    if not _has_news(day):
        return
    if len(day.visits) > visits:
        yield f"{len(day.visits)} visits are more than {visits}"
    talked = sum(visit.talk.minutes for visit in day.visits)
    if talked > talk:
        yield f"{talked} minutes of talk are more than {talk}"


# Rules on a visit still to be made


def _talk_is_long_enough(facts: _Facts, _: PlannedDay, visit: PlannedVisit) -> Iterator[str]:
    due = facts.due[visit.visit_id]
    talk = facts.talk(due)
    if visit.talk.minutes != talk:
        yield f"lasts {visit.talk.minutes} minutes, not {talk}"
    client, appointment = facts.book.client_by_id[visit.client_id], facts.appointment(due)
    agreed = client.talk_minutes is not None or (appointment and appointment.minutes is not None)
    adjusted = talk != max(1, due.talk_minutes)
    if talk > facts.settings.talk.max_per_visit and not agreed and not adjusted:
        yield f"lasts longer than {facts.settings.talk.max_per_visit} minutes"


def _talk_lies_in_hours(facts: _Facts, day: PlannedDay, visit: PlannedVisit) -> Iterator[str]:
    due = facts.due[visit.visit_id]
    appointment = facts.appointment(due)
    if appointment and appointment.rigidity in (Rigidity.EXACT, Rigidity.LEEWAY):
        return
    site = facts.book.client_by_id[visit.client_id].site(due.site_id)
    # Minute by minute, so that hours which meet or overlap need no merging.
    hours = [*site_windows(site, day.date, facts.calendar)]
    hours += [
        item.hours
        for item in facts.plan.adjustments
        if isinstance(item, OpenAt) and (item.client_id, item.date) == (visit.client_id, day.date)
    ]
    if appointment and appointment.rigidity is Rigidity.DAY and not hours:
        return
    for minute in range(visit.talk.start, visit.talk.end):
        if not any(window.start <= minute < window.end for window in hours):
            yield f"talks at {format_clock(minute)}, when the client is closed"
            return


def _appointment_is_kept(facts: _Facts, day: PlannedDay, visit: PlannedVisit) -> Iterator[str]:
    due = facts.due[visit.visit_id]
    appointment = facts.appointment(due)
    if visit.appointment != (appointment.rigidity if appointment else None):
        yield "does not say rightly how firmly it is booked"
    if appointment is None:
        return
    monday = appointment.date - dt.timedelta(days=appointment.date.weekday())
    if appointment.rigidity is Rigidity.WEEK:
        if not monday <= day.date <= monday + dt.timedelta(days=6):
            yield f"is booked for the week of {monday}"
        return
    if day.date != appointment.date:
        yield f"is booked for {appointment.date}"
    if appointment.rigidity is Rigidity.DAY or appointment.start is None:
        return
    leeway = appointment.leeway if appointment.rigidity is Rigidity.LEEWAY else 0
    if abs(visit.talk.start - appointment.start) > leeway:
        yield f"is booked for {format_clock(appointment.start)}"


def _manager_may_go(facts: _Facts, day: PlannedDay, visit: PlannedVisit) -> Iterator[str]:
    client = facts.book.client_by_id[visit.client_id]
    appointment = facts.appointment(facts.due[visit.visit_id])
    may = {client.manager_id, *client.backup_ids}
    if appointment is not None:
        may = {appointment.manager_id or client.manager_id}
    if day.manager_id not in may:
        yield f"is for {', '.join(sorted(may))}"


# Small computations


def _begin(visit: PlannedVisit) -> int:
    """When one sets off for a visit."""
    return visit.leg.leave if visit.leg else visit.arrive


def _instant(date: dt.date, minute: int) -> dt.datetime:
    return dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minute)


def _plain(visit: PlannedVisit) -> PlannedVisit:
    return visit.model_copy(update={"status": PlannedVisitStatus.PLANNED})


def _has_news(day: PlannedDay) -> bool:
    return any(visit.status is PlannedVisitStatus.PLANNED for visit in day.visits)


def _new_legs(facts: _Facts, day: PlannedDay) -> Iterator[tuple[Leg, int, int, TravelMatrix]]:
    """Legs to visits still to be made and back, with their ends in the matrix of their mode."""
    if not _has_news(day):
        return
    points, matrices = facts.matrices(day)
    usual = facts.book.manager_by_id[day.manager_id].mode

    def of(leg: Leg) -> TravelMatrix:
        return matrices.get(leg.mode, matrices[usual])

    at = None if day.start_point is None else points.index(day.start_point)
    for number, place in enumerate(day.places):
        new = isinstance(place, PlannedVisit) and place.status is PlannedVisitStatus.PLANNED
        if new and place.leg and at is not None:
            yield place.leg, at, number, of(place.leg)
        at = number
    if day.way_back and day.end_point and at is not None:
        yield day.way_back, at, points.index(day.end_point), of(day.way_back)


def _typical_travel(facts: _Facts, day: PlannedDay) -> int:
    if facts.is_over(day):
        return 0
    return sum(matrix.minutes[origin][place] for _, origin, place, matrix in _new_legs(facts, day))


def _churn(facts: _Facts) -> int:
    """What a re-plan pays for planned visits that it moved or gave up."""
    if facts.earlier is None:
        return 0
    churn, now, cost = facts.settings.churn, facts.plan.origin.now, 0

    def priced(price: int, old: PlannedVisit, *dates: dt.date) -> int:
        factor = {Told.AGREED: churn.agreed, Told.CONFIRMED: churn.confirmed}.get(old.told, 1.0)
        days = max(0, (min(dates) - now.date()).days) if now else len(churn.near)
        return round(price * factor * (1.0 if days >= len(churn.near) else churn.near[days]))

    slots = {visit.visit_id: (day, visit) for day, visit in facts.earlier.visits}
    for day, visit in facts.plan.visits:
        appointment = facts.appointment(facts.due[visit.visit_id])
        booked = appointment is not None and appointment.rigidity is Rigidity.EXACT
        done = visit.status is not PlannedVisitStatus.PLANNED
        if visit.visit_id not in slots or booked or done:
            continue
        old_day, old = slots[visit.visit_id]
        if (old_day.manager_id, old_day.date) != (day.manager_id, day.date):
            cost += priced(churn.day, old, old_day.date, day.date)
        elif abs(visit.talk.start - old.talk.start) > churn.tolerance:
            cost += priced(churn.hour, old, day.date)
        elif visit.talk.start != old.talk.start:
            cost += priced(min(churn.nudge, churn.hour), old, day.date)
    for unplanned in facts.plan.left_out:
        given_up = unplanned.cause not in OUTSIDE_PROBLEM and not unplanned.required
        if given_up and unplanned.visit_id in slots:
            old_day, old = slots[unplanned.visit_id]
            cost += priced(churn.drop, old, old_day.date)
    return cost


def _figures(facts: _Facts, day: PlannedDay) -> Totals:
    """The totals of a day, by counting its minutes: each is travel, talk, lunch, ... or waiting."""
    busy = [" "] * (2 * MINUTES_PER_DAY)

    def mark(start: int, end: int, what: str) -> None:
        busy[start:end] = what * (end - start)

    if day.leave is not None and day.back is not None:
        mark(day.leave, day.back, "w")
        if day.lunch:
            for minute in range(day.lunch.start, day.lunch.end):
                if busy[minute] == "w":
                    busy[minute] = "l"
    for visit in day.visits:
        mark(visit.talk.start - facts.before(visit), visit.ready_to_leave, "v")
        mark(visit.talk.start, visit.talk.end, "t")
    for leg in day.legs:
        mark(leg.leave, leg.arrive, "d")
    return Totals(
        visits=len(day.visits),
        talk=busy.count("t"),
        travel=busy.count("d"),
        waiting=busy.count("w"),
        metres=sum(leg.metres for leg in day.legs),
    )
