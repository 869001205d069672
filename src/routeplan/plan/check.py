"""Whether a plan keeps every rule, recomputed from the plan and the book.

Shares no code with the problem, the solver or what builds plans: the rules are written down here a
second time, one function a rule, so that a mistake there cannot hide itself. What a re-plan found
done or under way is history: it is compared with the earlier plan, not with the book of today.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from routeplan.book.availability import hours_on, shift_pieces, site_windows
from routeplan.book.models import Appointment, Book, Contact, Rigidity, TravelMode, VisitStatus
from routeplan.config import Settings
from routeplan.due.models import DueVisit
from routeplan.errors import CheckError
from routeplan.language import message
from routeplan.plan.check_touches import touch_violations
from routeplan.plan.events import (
    Cancel,
    Done,
    Late,
    ManagerBack,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    Urgent,
    client_of,
)
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
    Agreed,
    AllowDayEnd,
    AllowTalk,
    AllowVisits,
    Away,
    Delay,
    Drop,
    EnoughPersons,
    HoursOn,
    Must,
    OpenAt,
    Returned,
    TakesOver,
    TalkFor,
)
from routeplan.problem.progress import Told
from routeplan.solve.result import Status
from routeplan.travel.approximate import off_minutes
from routeplan.travel.matrix import TravelMatrix
from routeplan.travel.source import TravelSource
from routeplan.values import MINUTES_PER_DAY, Closure, TimeWindow, format_clock
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
        *(visit.visit_id for day in plan.days for visit in day.visits if visit.visit_id not in due),
        *(visit.visit_id for visit in plan.left_out if visit.visit_id not in due),
        *(visit.client_id for visit in plan.due if visit.client_id not in book.client_by_id),
        *(touch.client_id for touch in plan.touches if touch.client_id not in book.client_by_id),
    ]
    if unknown:
        return tuple(f"{name} is not in the book or not due" for name in unknown)
    facts = _Facts(plan, book, settings, calendar, travel, due, earlier)
    rules = (
        _days_are_the_working_days,
        _due_visits_are_planned_or_left_out,
        _statuses_follow_the_clock,
        _history_stands,
        _events_are_heeded,
        _locks_hold,
        _nothing_moves_before_the_line,
        _told_is_kept,
        _budget_is_kept,
        _two_are_there_together,
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
        _key_persons_are_met,
        _nobody_is_forgotten,
    )
    wrong = [what for rule in rules for what in rule(facts)]
    for day in plan.days:
        if facts.is_over(day):
            continue
        where = f"{day.manager_id} on {day.date}"
        wrong += [f"{where}: {what}" for rule in day_rules for what in rule(facts, day)]
        for visit in day.visits:
            if visit.status is PlannedVisitStatus.PLANNED and not visit.accompanies:
                wrong += [
                    f"{where}: {visit.visit_id} {what}"
                    for visit_rule in visit_rules
                    for what in visit_rule(facts, day, visit)
                ]
    wrong += touch_violations(plan, book, settings, calendar, facts.pieces, facts.owner, earlier)
    return tuple(wrong)


_Event = TypeVar("_Event")


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
        leave = self._leave(manager_id)
        manager = manager.model_copy(update={"leave": leave})
        return shift_pieces(manager, date, self.settings.shift, self.calendar)

    def _leave(self, manager_id: str) -> tuple[Closure, ...]:
        """The manager's absences by the book, and those that came up or ended since."""
        whole = (0, MINUTES_PER_DAY)
        absences: list[list[tuple[dt.date, int, int]]] = []
        """Each as minutes off by day."""
        told: list[tuple[dt.date, dt.date, int, int, TimeWindow | None]] = [
            (one.first, one.last, *whole, one.hours)
            for one in self.book.manager_by_id[manager_id].leave
        ]
        facts: list[Away | Returned] = [
            item
            for item in self.plan.adjustments
            if isinstance(item, Away | Returned) and item.manager_id == manager_id
        ]
        for first, last, since, until, hours in told:
            absences.append(self._off(first, last, since, until, hours))
        for item in facts:
            if isinstance(item, Away):
                span = (item.first, item.last, item.since, item.until, item.hours)
                absences.append(self._off(*span))
                continue
            back = (item.date, item.start)
            for number, days in enumerate(absences):
                if any(day == back[0] and start <= back[1] < end for day, start, end in days):
                    absences[number] = [
                        (day, start, min(end, back[1]) if day == back[0] else end)
                        for day, start, end in days
                        if (day, start) < back
                    ]
        return tuple(
            Closure(first=day, last=day, hours=TimeWindow(start=start, end=end))
            for days in absences
            for day, start, end in days
        )

    def _off(
        self, first: dt.date, last: dt.date, since: int, until: int, hours: TimeWindow | None
    ) -> list[tuple[dt.date, int, int]]:
        """The days of the plan in an absence, with from when till when."""
        found: list[tuple[dt.date, int, int]] = []
        for day in self.plan.horizon.days:
            start = hours.start if hours else since if day == first else 0
            end = hours.end if hours else until if day == last else MINUTES_PER_DAY
            if first <= day <= last and start < end:
                found.append((day, start, end))
        return found

    def events(self, kind: type[_Event]) -> list[_Event]:
        return [event for event in self.plan.origin.events if isinstance(event, kind)]

    @cached_property
    def clients_named(self) -> set[str]:
        """Clients of whom an event speaks."""
        return {who for event in self.plan.origin.events if (who := client_of(event))}

    @cached_property
    def excused(self) -> set[str]:
        """Visits of the earlier plan that events take away from where they stood."""
        cancelled = {v.visit_id for v in self.plan.left_out if v.cause is Cause.CANCELLED}
        named = [
            event for event in self.plan.origin.events if isinstance(event, Cancel | NotMet | Moved)
        ]
        now = self.plan.origin.now
        stands = {
            visit.visit_id
            for _, visit in self.plan.visits
            if visit.status is not PlannedVisitStatus.PLANNED
        }
        return cancelled | {
            visit.visit_id
            for day, visit in (self.earlier.visits if self.earlier else ())
            for event in named
            if event.client_id == visit.client_id
            and event.date in (None, day.date)
            and visit.visit_id not in stands
            and not (isinstance(event, NotMet) and now and _instant(day.date, _begin(visit)) >= now)
        }

    @cached_property
    def reported(self) -> set[tuple[str, dt.date]]:
        """Managers' days that did not go as planned, by what is reported."""
        if self.plan.origin.now is None:
            return set()
        today = self.plan.origin.now.date()
        done = [(event, event.date or today) for event in self.events(Done)]
        found = {(event.manager_id, today) for event in self.events(Late)}
        found |= {(event.manager_id, date) for event, date in done if event.manager_id}
        told = {(event.client_id, today) for event in self.events(Overrun)}
        told |= {(event.client_id, date) for event, date in done}
        plans = [self.plan, *([self.earlier] if self.earlier else [])]
        return found | {
            (day.manager_id, day.date)
            for plan in plans
            for day, visit in plan.visits
            if (visit.client_id, day.date) in told
        }

    def managers_named(self, date: dt.date) -> set[str]:
        """Managers of whose day an event speaks."""
        found = {event.manager_id for event in self.events(ManagerOff)}
        found |= {event.manager_id for event in self.events(ManagerBack)}
        slow = [event for event in self.events(Delay) if event.date == date]
        if any(event.manager_id is None for event in slow):
            found |= {day.manager_id for day in self.plan.days}
        found |= {manager_id for manager_id, _ in self.reported}
        return found | {event.manager_id for event in slow if event.manager_id}

    def factor(self, day: PlannedDay, leave: int) -> float:
        """How many times as long a way takes on which one sets off then."""
        factor = 1.0
        for item in self.plan.adjustments:
            if isinstance(item, Delay) and item.date == day.date:
                mine = item.manager_id is None or item.manager_id == day.manager_id
                if mine and item.hours.start <= leave < item.hours.end:
                    factor *= item.factor
        return factor

    def owner(self, client_id: str) -> str:
        """Whose client it is."""
        owner = self.book.client_by_id[client_id].manager_id
        for item in self.plan.adjustments:
            if isinstance(item, TakesOver) and item.client_id == client_id:
                owner = item.manager_id
        return owner

    def hours(self, due: DueVisit, date: dt.date) -> list[TimeWindow]:
        """When the client is open: by the book, as told since, or as wished."""
        site = self.book.client_by_id[due.client_id].site(due.site_id)
        hours = [*site_windows(site, date, self.calendar)]
        for item in self.plan.adjustments:
            if isinstance(item, OpenAt | HoursOn) and item.client_id == due.client_id:
                if isinstance(item, HoursOn) and item.first <= date <= item.last:
                    hours = [*item.hours]
                elif isinstance(item, OpenAt) and item.date == date:
                    hours.append(item.hours)
        return hours

    def talk(self, due: DueVisit) -> int:
        minutes = due.talk_minutes
        for item in self.plan.adjustments:
            if isinstance(item, TalkFor) and item.client_id == due.client_id:
                minutes = item.minutes
        return max(1, minutes)

    def enough_persons(self, due: DueVisit) -> int:
        """How many key persons are to be together at the visit's hour: as many as it is to meet,
        unless a wish is content with fewer."""
        wanted = min(due.persons, len(self.may_meet(due)))
        for item in self.plan.adjustments:
            if isinstance(item, EnoughPersons) and item.client_id == due.client_id:
                wanted = min(item.persons, due.persons, len(self.may_meet(due)))
        return max(wanted, len(self.named(due)))

    def before(self, visit: PlannedVisit) -> int:
        finding = 0 if visit.room.strip() else self.settings.visits.find_room
        return self.settings.visits.arrive_early + finding

    def required(self, due: DueVisit) -> bool:
        return due.required or any(
            isinstance(item, Must) and item.client_id == due.client_id
            for item in self.plan.adjustments
        )

    def appointment(self, due: DueVisit) -> Appointment | None:
        booked = self.book.appointment_by_id
        found, taken = booked.get(due.appointment_id or ""), False
        for fact in self.plan.adjustments:
            if isinstance(fact, Agreed) and fact.appointment_id == due.appointment_id:
                found = found or booked.get(fact.replaces)
                found = found or Appointment(id="", client_id=due.client_id, date=fact.date)
                agreed = {"date": fact.date, "start": fact.start, "rigidity": Rigidity.EXACT}
                found = found.model_copy(update=agreed)
            taken = taken or (isinstance(fact, TakesOver) and fact.client_id == due.client_id)
            if found is not None and taken:
                found = found.model_copy(update={"manager_id": None})
        return found

    def may_meet(self, due: DueVisit) -> dict[str, Contact]:
        """The key persons of the visit's site, and those with whom it was agreed, by id."""
        client, named = self.book.client_by_id[due.client_id], self.named(due)
        site = client.site(due.site_id)
        return {
            contact.id: contact
            for contact in self.book.contacts_of.get(client.id, ())
            if contact.id in named or client.site(contact.site_id) == site
        }

    def named(self, due: DueVisit) -> frozenset[str]:
        appointment = self.appointment(due)
        return frozenset(appointment.contact_ids if appointment else ())

    def is_there(self, contact: Contact, date: dt.date, start: int, end: int) -> bool:
        """Whether a person can be met for the whole talk, minute by minute."""
        own: tuple[TimeWindow, ...] = (TimeWindow(start=0, end=MINUTES_PER_DAY),)
        if contact.hours is not None:
            own = hours_on(contact.hours, date, self.calendar)
        rest = contact.do_not_disturb.on(date.weekday()) if contact.do_not_disturb else ()
        return all(
            any(window.start <= minute < window.end for window in own)
            and not any(window.start <= minute < window.end for window in rest)
            for minute in range(start, end)
        )

    def has_an_hour(self, due: DueVisit) -> bool:
        appointment = self.appointment(due)
        timed = (Rigidity.EXACT, Rigidity.LEEWAY)
        return appointment is not None and appointment.rigidity in timed

    def is_unwelcome(self, date: dt.date, visit: PlannedVisit) -> bool:
        """Whether nobody prefers that hour, where somebody prefers any."""
        due, (start, end) = self.due[visit.visit_id], (visit.talk.start, visit.talk.end)
        choosy = [it for it in self.may_meet(due).values() if it.preferred_hours is not None]
        return (
            bool(choosy)
            and not self.has_an_hour(due)
            and not any(
                window.start <= start <= window.end and self.is_there(contact, date, start, end)
                for contact in choosy
                if contact.preferred_hours
                for window in hours_on(contact.preferred_hours, date, self.calendar)
            )
        )

    def opened(self, due: DueVisit, date: dt.date) -> list[TimeWindow]:
        return [
            item.hours
            for item in self.plan.adjustments
            if isinstance(item, OpenAt) and (item.client_id, item.date) == (due.client_id, date)
        ]

    def matrices(self, day: PlannedDay) -> tuple[list[Point], dict[TravelMode, TravelMatrix]]:
        """The day's points and the travel among them by each of the manager's modes, asked for
        once more."""
        points = [place.point for place in day.places]
        points += [point for point in (day.start_point, day.end_point) if point]
        found: dict[TravelMode, TravelMatrix] = {}
        for mode in self.book.manager_by_id[day.manager_id].modes:
            key = (mode, day.date, *points)
            if key not in self._asked:
                self._asked[key] = self.travel.matrix(points, mode, day.date)
            found[mode] = self._asked[key]
        return points, found

    @cached_property
    def _asked(self) -> dict[tuple[object, ...], TravelMatrix]:
        """What travel said: several rules ask for the same."""
        return {}

    @cached_property
    def in_order(self) -> list[tuple[PlannedDay, PlannedVisit]]:
        """All visits as they follow one another, with their days."""
        return sorted(self.plan.visits, key=lambda item: (item[0].date, item[1].talk.start))


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
        begun = {
            day.date for day in plan.days if day.manager_id == manager_id and _begins_as_told(day)
        }
        for date in sorted(dates - over - working - begun):
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
    """What had begun before a re-plan's clock is as it was, but for what events say of it."""
    now, earlier = facts.plan.origin.now, facts.earlier
    if now is None or earlier is None:
        return
    days = {(day.manager_id, day.date): day for day in facts.plan.days}
    for before in earlier.days:
        begun = [
            visit
            for visit in before.visits
            if _instant(before.date, _begin(visit)) < now and visit.visit_id not in facts.excused
        ]
        day = days.get((before.manager_id, before.date))
        if day is None:
            if begun:
                yield f"the day {before.date} of {before.manager_id} has gone"
            continue
        kept = [visit for visit in day.visits if visit.status is not PlannedVisitStatus.PLANNED]
        if day.visits[: len(kept)] != tuple(kept):
            yield f"{before.manager_id} on {before.date}: a new visit comes before one under way"
        if (before.manager_id, before.date) in facts.reported:
            yield from _goes_as_reported(facts, before, begun, kept)
            continue
        if [_plain(visit) for visit in kept] != [_plain(visit) for visit in begun]:
            yield f"what {before.manager_id} had begun on {before.date} is not as it was planned"
        lunch = before.lunch
        if lunch and _instant(before.date, lunch.start) < now and day.lunch != lunch:
            yield f"the break that {before.manager_id} took on {before.date} is not as it was"
        if facts.is_over(before) and (day.legs, day.lunch) != (before.legs, before.lunch):
            yield f"the past day {before.date} of {before.manager_id} is not as it was"


def _goes_as_reported(
    facts: _Facts, before: PlannedDay, begun: list[PlannedVisit], kept: list[PlannedVisit]
) -> Iterator[str]:
    """Of a day that runs late, overran or had visits made at other hours: what had begun stands in
    its order, none of it earlier than it was, and none of it is lost but from the end."""
    who = f"{before.manager_id} on {before.date}"
    put_off = [e.minutes for e in facts.events(Late) if e.manager_id == before.manager_id]
    late = max(put_off, default=0)
    made = {event.client_id for event in facts.events(Done)}
    until = {event.client_id: event.until for event in facts.events(Overrun)}
    stays = [visit for visit in kept if visit.client_id not in made]
    ordered = [visit for visit in begun if visit.client_id not in made]
    if [visit.visit_id for visit in stays] != [visit.visit_id for visit in ordered[: len(stays)]]:
        yield f"{who}: what had begun is in another order"
        return
    if len(stays) < len(ordered) and not put_off and not until:
        yield f"{who}: what had begun is lost"
    now, last = facts.plan.origin.now, dict[str, str]()
    for day, visit in sorted(facts.earlier.visits if facts.earlier else (), key=_by_talk):
        if now and day.date == now.date() and _instant(day.date, visit.talk.start) <= now:
            last[visit.client_id] = visit.visit_id
    for visit, old in zip(stays, ordered, strict=False):
        if visit.client_id in until and last[visit.client_id] == visit.visit_id:
            if visit.talk.end != until[visit.client_id]:
                yield f"{who}: {visit.visit_id} does not last as long as reported"
        elif not 0 <= visit.talk.start - old.talk.start <= late:
            yield f"{who}: {visit.visit_id} does not begin as reported"
        elif not 0 <= visit.talk.end - old.talk.end <= late:
            yield f"{who}: {visit.visit_id} does not end as reported"


def _events_are_heeded(facts: _Facts) -> Iterator[str]:
    """Events show in the plan; lasting facts are held by the rules on hours, ways and people."""
    for event in facts.plan.origin.events:
        if isinstance(event, Overrun | Done):
            begun = [
                visit
                for _, visit in facts.plan.visits
                if visit.client_id == event.client_id
                and visit.status is not PlannedVisitStatus.PLANNED
            ]
            if not begun:
                yield f"{event}: no visit is under way or made"
        if isinstance(event, NotMet):
            name = facts.book.client_by_id[event.client_id].name
            if not any(detour.name == name for day in facts.plan.days for detour in day.detours):
                yield f"{event}: the way there is not in the plan"
        when = event.to if isinstance(event, Moved) else None
        if isinstance(event, Cancel | NotMet):
            when = event.again
        booked = [(due.client_id, facts.appointment(due)) for due in facts.due.values()]
        known = [(who, item.date, item.start) for who, item in booked if item]
        told = when and (client_of(event), when.date(), when.hour * 60 + when.minute)
        if told and told not in known:
            yield f"{event}: nobody knows of the new hour"
        if isinstance(event, Urgent) and not any(
            due.client_id == event.client_id
            and due.required
            and (event.by is None or due.until <= event.by)
            for due in facts.due.values()
        ):
            yield f"{event}: no visit must be made"


def _locks_hold(facts: _Facts) -> Iterator[str]:
    """What is locked stays where the lock says, until it is made or an event speaks of it."""
    planned = {visit.visit_id: (day, visit) for day, visit in facts.plan.visits}
    for lock in facts.plan.locks:
        if lock.visit_id not in planned:
            yield f"{lock.visit_id} is locked, but not planned"
            continue
        day, visit = planned[lock.visit_id]
        if visit.status is not PlannedVisitStatus.PLANNED:
            continue
        if lock.date not in (None, day.date) or lock.manager_id not in (None, day.manager_id):
            yield f"{lock.visit_id} is not on the day or with the manager that it is locked to"
        if lock.start not in (None, visit.talk.start):
            yield f"{lock.visit_id} is not at the hour that it is locked to"
    for lock in facts.earlier.locks if facts.earlier else ():
        stands = planned.get(lock.visit_id)
        over = stands is not None and stands[1].status is not PlannedVisitStatus.PLANNED
        if lock not in facts.plan.locks and not over and lock.visit_id not in facts.excused:
            yield f"the lock of {lock.visit_id} is lost"


def _nothing_moves_before_the_line(facts: _Facts) -> Iterator[str]:
    """Talks before the freeze line are those of the earlier plan, but for whom events speak of."""
    origin, earlier = facts.plan.origin, facts.earlier
    if origin.now is None or earlier is None or not origin.freeze:
        return
    line = origin.now + dt.timedelta(minutes=origin.freeze)

    def before_line(plan: Plan) -> set[tuple[str, str, dt.date, int]]:
        return {
            (visit.visit_id, day.manager_id, day.date, visit.talk.start)
            for day, visit in plan.visits
            if _instant(day.date, visit.talk.start) < line
            and visit.client_id not in facts.clients_named
            and day.manager_id not in facts.managers_named(day.date)
        }

    for visit_id, manager_id, date, _ in sorted(before_line(earlier) ^ before_line(facts.plan)):
        yield f"{visit_id} of {manager_id} on {date} changes before the freeze line"


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
        if old.visit_id in out or old.visit_id in facts.excused:
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


def _two_are_there_together(facts: _Facts) -> Iterator[str]:
    """A visit of two people is both's: once each, at one start, and the second is one who may."""
    along = [(day, visit) for day in facts.plan.days for visit in day.visits if visit.accompanies]
    of: dict[str, list[tuple[PlannedDay, PlannedVisit]]] = {}
    for day, visit in along:
        of.setdefault(visit.visit_id, []).append((day, visit))
    own = {visit.visit_id: (day, visit) for day, visit in facts.plan.visits}
    for visit_id, stops in of.items():
        if visit_id not in own or len(stops) != 1:
            yield f"{len(stops)} managers come along to {visit_id}, which is not one visit of two"
    for visit_id, (day, visit) in own.items():
        companions = facts.due[visit_id].companions
        new = visit.status is PlannedVisitStatus.PLANNED
        if visit_id not in of:
            if visit.joint_with is not None and new:
                yield f"{visit_id} names {visit.joint_with.name}, who does not come along"
            if companions and new:
                yield f"nobody comes along to {visit_id}"
            continue
        other_day, other = of[visit_id][0]
        if not new and other.status is not PlannedVisitStatus.PLANNED:
            continue
        names = [(it.joint_with.manager_id if it.joint_with else "") for it in (visit, other)]
        if names != [other_day.manager_id, day.manager_id]:
            yield f"the two who make {visit_id} do not name each other"
        if other_day.manager_id not in companions or other_day.manager_id == day.manager_id:
            yield f"{other_day.manager_id} is not one who comes along to {visit_id}"
        if (day.date, visit.talk) != (other_day.date, other.talk):
            yield f"the two who make {visit_id} are not there at the same time"


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
    if proof.cost != sum(terms.model_dump().values()):
        yield f"the cost {proof.cost} is not the sum of its terms"
    travel = sum(_typical_travel(facts, day) for day in facts.plan.days)
    if terms.travel != travel:
        yield f"travel costs {travel}, not {terms.travel}"
    unwelcome = [
        visit.visit_id
        for day, visit in facts.plan.visits
        if visit.status is PlannedVisitStatus.PLANNED and facts.is_unwelcome(day.date, visit)
    ]
    if terms.hours != facts.settings.visits.off_preferred * len(unwelcome):
        yield f"{len(unwelcome)} talks outside preferred hours do not cost {terms.hours}"
    pairs = sum(_pairs_still_planned(facts, day) for day in facts.plan.days)
    if terms.crowding != facts.settings.visits.balance * pairs:
        yield f"{pairs} pairs of visits on one day do not cost {terms.crowding}"
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
    free = 0 if _begins_as_told(day) else day.shift.start
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
        factor = facts.factor(day, leg.leave)
        if factor != 1 and minutes > 0:
            minutes = max(1, int(minutes * factor + 0.5))
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
    if day.leave is not None and day.leave < pieces[0].start and not _begins_as_told(day):
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
        taken = _appointments_take_lunch(facts, day) or _no_room_for_lunch(facts, day)
        if wanted and day.visits and not taken:
            yield "has no lunch break"
        return
    now = facts.plan.origin.now
    begun = now is not None and _instant(day.date, day.lunch.start) < now
    begun = begun or any(
        # Who is under way eats before the talk, though the shift be over by then.
        visit.status is not PlannedVisitStatus.PLANNED and day.lunch.start < visit.talk.end
        for visit in day.visits
    )
    if not wanted and not begun:
        yield "has a lunch break that nobody asked for"
    if day.lunch.minutes != lunch.minutes:
        yield f"the lunch break does not last {lunch.minutes} minutes"
    if day.lunch.start < lunch.earliest or day.lunch.end > lunch.latest:
        yield "the lunch break is outside its hours"
    busy = [(leg.leave, leg.arrive) for leg in day.legs]
    for visit in day.visits:
        before = max(visit.arrive, visit.talk.start - facts.before(visit))
        busy.append((before, visit.ready_to_leave))
    if any(start < day.lunch.end and day.lunch.start < end for start, end in busy):
        yield "the lunch break overlaps a way or a visit"


def _no_room_for_lunch(facts: _Facts, day: PlannedDay) -> bool:
    """Whether what had begun of a day leaves no time for the break; `_history_stands` holds those
    that were taken."""
    now, lunch = facts.plan.origin.now, facts.settings.lunch
    if now is None or day.date != now.date():
        return False
    free = minute = now.hour * 60 + now.minute
    for event in facts.events(Late):
        late = event.minutes if event.manager_id == day.manager_id else 0
        for before in facts.earlier.days if facts.earlier and late else ():
            # Who is late already when the day begins sets off so much later.
            here = (before.manager_id, before.date) == (day.manager_id, day.date)
            if here and before.leave is not None and before.leave >= minute - late:
                free = max(free, before.leave + late)
    for place in day.places:
        if isinstance(place, Detour):
            free = max(free, place.arrive)
        elif place.status is not PlannedVisitStatus.PLANNED:
            free = max(free, place.ready_to_leave)
    return free + lunch.minutes > lunch.latest


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
        planned_for = {other.manager_id for other in facts.plan.days}
        companions = set(due.companions) & planned_for
        may = {appointment.manager_id or facts.owner(client.id)}
        may |= companions if len(companions) == 1 else set()
        if day.manager_id not in may or appointment.date != day.date:
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
    # Minute by minute, so that hours which meet or overlap need no merging.
    hours = facts.hours(due, day.date)
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
    client, owner = facts.book.client_by_id[visit.client_id], facts.owner(visit.client_id)
    appointment = facts.appointment(facts.due[visit.visit_id])
    may = {owner, *client.backup_ids}
    if appointment is not None:
        may = {appointment.manager_id or owner}
    if day.manager_id not in may:
        yield f"is for {', '.join(sorted(may))}"


def _key_persons_are_met(facts: _Facts, day: PlannedDay, visit: PlannedVisit) -> Iterator[str]:
    """As many as it is to meet, those named among them; fewer only where no hour has more."""
    due = facts.due[visit.visit_id]
    may_meet, named = facts.may_meet(due), facts.named(due)
    met = [person.contact_id for person in visit.persons]
    if len(set(met)) < len(met) or not set(met) <= may_meet.keys():
        yield "meets somebody twice or who is not there"
        return
    for contact_id in sorted(named - set(met)):
        yield f"does not meet {contact_id}, with whom it is booked"
    talk = (visit.talk.start, visit.talk.end)
    there = {key for key, who in may_meet.items() if facts.is_there(who, day.date, *talk)}
    for contact_id in met:
        if contact_id not in there | named:
            yield f"meets {contact_id}, who is not there for the whole talk"
    wanted = max(len(named), min(due.persons, len(may_meet)))
    if len(met) != min(wanted, len(there | named)):
        yield f"meets {len(met)} of {len(there | named)} key persons who are there"
    if len(met) < due.key_persons and due.key_persons > 1 and not visit.shortfall:
        yield f"does not say why it meets {len(met)} of {due.key_persons} key persons"
    opened = any(hours.holds(*talk) for hours in facts.opened(due, day.date))
    enough = facts.enough_persons(due)
    if facts.has_an_hour(due) or opened or (len(there) >= enough and named <= there):
        return
    better = _hour_with_more(facts, due, len(there) if named <= there else 0)
    if better:
        yield f"meets {len(there)} of {enough} key persons, though more are together {better}"


def _hour_with_more(facts: _Facts, due: DueVisit, count: int) -> str:
    """The first hour in which more than `count` key persons, all those named among them, are there
    for a talk: every minute of every day from tomorrow on is tried. '' where there is none."""
    client, appointment = facts.book.client_by_id[due.client_id], facts.appointment(due)
    may_go = {client.manager_id, *client.backup_ids}
    if appointment is not None:
        may_go = {appointment.manager_id or client.manager_id}
    people, named = facts.may_meet(due), facts.named(due)
    talk = max(1, due.talk_minutes)
    for day in facts.plan.days:
        if day.manager_id not in may_go or facts.is_begun(day) or facts.is_over(day):
            continue
        if appointment is None:
            possible = due.earliest <= day.date <= due.until
        elif appointment.rigidity is Rigidity.WEEK:
            possible = day.date.isocalendar()[:2] == appointment.date.isocalendar()[:2]
        else:
            possible = day.date == appointment.date
        pieces = facts.pieces(day.manager_id, day.date)
        hours = facts.hours(due, day.date)
        for start in range(MINUTES_PER_DAY - talk) if possible else ():
            if not any(piece.holds(start, start + talk) for piece in pieces):
                continue
            if not any(window.holds(start, start + talk) for window in hours):
                continue
            there = {
                key
                for key, who in people.items()
                if facts.is_there(who, day.date, start, start + talk)
            }
            if named <= there and min(len(there), facts.enough_persons(due)) > count:
                return f"on {day.date} at {format_clock(start)}"
    return ""


def _nobody_is_forgotten(facts: _Facts, day: PlannedDay, visit: PlannedVisit) -> Iterator[str]:
    """Who has gone unseen too long and is there is met before whoever was seen later."""
    due = facts.due[visit.visit_id]
    seen: dict[str, dt.date] = {}
    for record in facts.book.visits_of.get(visit.client_id, ()):
        if record.status is VisitStatus.DONE:
            seen |= dict.fromkeys(record.contact_ids, record.date)
    for other_day, other in facts.in_order:
        if other.client_id == visit.client_id and (other_day.date, other.talk.start) < (
            day.date,
            visit.talk.start,
        ):
            seen |= dict.fromkeys((it.contact_id for it in other.persons), other_day.date)

    def limits(contact: Contact) -> float:
        """How many times the days that a person may go unseen have passed; 2 where never met."""
        if contact.id not in seen:
            return 2.0
        return (day.date - seen[contact.id]).days / facts.settings.visits.unseen_days[contact.layer]

    people, named = facts.may_meet(due), facts.named(due)
    met = {person.contact_id for person in visit.persons}
    chosen = [limits(people[key]) for key in met - named if key in people]
    for key, contact in people.items():
        if key in met or not chosen or limits(contact) < 1 or limits(contact) <= min(chosen):
            continue
        if facts.is_there(contact, day.date, visit.talk.start, visit.talk.end):
            yield f"passes over {key}, who has gone unseen too long"


# Small computations


def _by_talk(item: tuple[PlannedDay, PlannedVisit]) -> int:
    return item[1].talk.start


def _begin(visit: PlannedVisit) -> int:
    """When one sets off for a visit."""
    return visit.leg.leave if visit.leg else visit.arrive


def _instant(date: dt.date, minute: int) -> dt.datetime:
    return dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minute)


def _plain(visit: PlannedVisit) -> PlannedVisit:
    return visit.model_copy(update={"status": PlannedVisitStatus.PLANNED})


def _begins_as_told(day: PlannedDay) -> bool:
    """Whether the first way of the day is history, which may have begun before the shift."""
    first = next(iter(day.places), None)
    if isinstance(first, PlannedVisit):
        return first.status is not PlannedVisitStatus.PLANNED
    return first is not None


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


def _pairs_still_planned(facts: _Facts, day: PlannedDay) -> int:
    """Pairs of visits on the day of which at least one is still to be made."""
    if facts.is_over(day):
        return 0
    made = sum(visit.status is not PlannedVisitStatus.PLANNED for visit in day.visits)
    return math.comb(len(day.visits), 2) - math.comb(made, 2)


def _churn(facts: _Facts) -> int:
    """What a re-plan pays for planned visits that it moved or gave up."""
    if facts.earlier is None:
        return 0
    churn, now, cost = facts.settings.churn, facts.plan.origin.now, 0

    def priced(price: int, old: PlannedVisit, *dates: dt.date) -> int:
        factor = {Told.AGREED: churn.agreed, Told.CONFIRMED: churn.confirmed}.get(old.told, 1.0)
        days = max(0, (min(dates) - now.date()).days) if now else len(churn.near)
        return round(price * factor * (1.0 if days >= len(churn.near) else churn.near[days]))

    slots = {
        visit.visit_id: (day, visit)
        for day, visit in facts.earlier.visits
        if visit.visit_id not in facts.excused
    }
    for day, visit in facts.plan.visits:
        appointment = facts.appointment(facts.due[visit.visit_id])
        booked = appointment is not None and appointment.rigidity is Rigidity.EXACT
        done = visit.status is not PlannedVisitStatus.PLANNED
        if visit.visit_id not in slots or done:
            continue
        old_day, old = slots[visit.visit_id]
        if visit.joint_with and old.joint_with and visit.joint_with != old.joint_with:
            cost += priced(churn.day, old, old_day.date, day.date)
        if booked:
            continue
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
        before = max(visit.arrive, visit.talk.start - facts.before(visit))
        mark(before, visit.ready_to_leave, "v")
        mark(visit.talk.start, visit.talk.end, "t")
    for leg in day.legs:
        mark(leg.leave, leg.arrive, "d")
    return Totals(
        visits=sum(not visit.accompanies for visit in day.visits),
        talk=busy.count("t"),
        travel=busy.count("d"),
        waiting=busy.count("w"),
        free=sum(
            busy[minute] == " " and not (day.lunch and day.lunch.holds(minute, minute + 1))
            for minute in range(day.shift.start, day.shift.end)
        ),
        metres=sum(leg.metres for leg in day.legs),
    )
