"""What events mean for a plan: facts that last, visits that change, and how far today has got.

Events that contradict each other, the plan or the clock are refused, all faults in one sentence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from routeplan.book.availability import shift_pieces, site_windows
from routeplan.book.models import Book, Client, Manager, Rigidity, VisitStatus
from routeplan.config import Settings
from routeplan.due import rules
from routeplan.due.agenda import last_visits, site_of, talk_minutes
from routeplan.due.models import DueKind, DueReason, DueVisit, Occasion
from routeplan.due.policy import PurposeRule
from routeplan.due.worth import worth_terms
from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.language.message import Argument
from routeplan.plan.events import (
    Cancel,
    Done,
    Event,
    HalfDay,
    Late,
    ManagerBack,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    Urgent,
)
from routeplan.plan.plan import Cause, Plan, PlannedDay, PlannedVisit
from routeplan.problem.adjust import (
    Adjustment,
    Agreed,
    Away,
    Delay,
    Fact,
    HoursOn,
    Returned,
    TakesOver,
)
from routeplan.problem.amend import amended
from routeplan.problem.wishes import collect_wishes
from routeplan.replan.progress import Behind, Made, Reports, is_begun, is_done
from routeplan.values import MINUTES_PER_DAY, TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = ["News", "planned_managers", "read_news"]

Planned = tuple[PlannedDay, PlannedVisit]
NOON = 12 * 60


@dataclass(frozen=True)
class News:
    """What a re-plan has to heed."""

    facts: tuple[Fact, ...]
    """New ones, for this re-plan and every later one."""
    due: tuple[DueVisit, ...]
    """The plan's due list as the events leave it."""
    cancelled: dict[str, Message]
    """Visits, by id, that the client cancelled, now or before, and in what words."""
    reports: Reports

    def changes(self, plan: Plan) -> bool:
        """Whether anything is otherwise than `plan` has it."""
        before = {one.visit_id for one in plan.left_out if one.cause is Cause.CANCELLED}
        return bool(
            self.facts
            or self.due != plan.due
            or self.cancelled.keys() != before
            or self.reports != Reports()
        )


def planned_managers(plan: Plan) -> set[str]:
    """Ids of the managers planned for, those who are away all the time among them."""
    away = {item.manager_id for item in plan.adjustments if isinstance(item, Away)}
    return away | {day.manager_id for day in plan.days}


def read_news(
    plan: Plan,
    book: Book,
    events: Sequence[Event],
    now: dt.datetime,
    settings: Settings,
    calendar: WorkCalendar,
    adjustments: Sequence[Adjustment],
    asked_again: Collection[str] = (),
) -> News:
    """What the events mean for `plan` at `now`, a whole minute.

    `adjustments` are those in force, `asked_again` clients who are wanted though they cancelled.
    Raises UsageError RP4022 naming every event that cannot be meant.
    """
    reader = _Reader(plan, amended(book, adjustments), now, settings, calendar, tuple(adjustments))
    for visit in plan.left_out:
        if visit.cause is Cause.CANCELLED and visit.client_id not in asked_again:
            reader.cancelled[visit.visit_id] = visit.why
    # What somebody was told of one visit comes before what asks for any visit of a client.
    order = sorted(dict.fromkeys(events), key=lambda event: isinstance(event, Urgent))
    for event in order:
        reader.take(event)
    reader.check_agreed(book)
    reader.check_counted()
    reader.check_in_vain()
    if reader.faults:
        raise UsageError("RP4022", message("replan.refused", wrong=reader.faults))
    return News(
        facts=tuple(reader.facts),
        due=reader.in_order(),
        cancelled=reader.cancelled,
        reports=Reports(
            gone=frozenset(reader.gone),
            behind=reader.behind,
            until=reader.until,
            made=tuple(reader.made),
            back=frozenset(reader.back),
        ),
    )


@dataclass
class _Reader:
    """Takes in one event after the other; gathers what follows, and what is wrong."""

    plan: Plan
    book: Book
    now: dt.datetime
    settings: Settings
    calendar: WorkCalendar
    adjustments: tuple[Adjustment, ...]
    facts: list[Fact] = field(default_factory=list)
    cancelled: dict[str, Message] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    behind: dict[str, Behind] = field(default_factory=dict)
    until: dict[str, int] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    back: set[str] = field(default_factory=set)
    counted: list[Planned] = field(default_factory=list)
    """Reported as made, and over by the plan."""
    in_vain: list[tuple[NotMet, Planned]] = field(default_factory=list)
    faults: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.due = {visit.id: visit for visit in self.plan.due}
        self.planned = {visit.visit_id: (day, visit) for day, visit in self.plan.visits}
        self.managers = planned_managers(self.plan)
        self.told: dict[str, Event] = {}
        """Visit, or manager, → the event that says what became of it."""
        self.agreed: list[tuple[Event, Agreed]] = []

    @property
    def today(self) -> dt.date:
        return self.now.date()

    @property
    def minute(self) -> int:
        return self.now.hour * 60 + self.now.minute

    def take(self, event: Event) -> None:
        match event:
            case Cancel():
                self._cancel(event)
            case NotMet():
                self._not_met(event)
            case Moved():
                self._moved(event)
            case Late():
                self._late(event)
            case Overrun():
                self._overrun(event)
            case Urgent():
                self._urgent(event)
            case Done():
                self._done(event)
            case ManagerOff():
                self._off(event)
            case ManagerBack():
                self._back(event)
            case HoursOn():
                self._hours(event)
            case Delay():
                self._delay(event)
            case TakesOver():
                self._takes(event)

    def in_order(self) -> tuple[DueVisit, ...]:
        """The due list; visits of a client that events speak of numbered anew by their days."""
        fixed = {fact.visit_id: fact.date for _, fact in self.agreed}
        fixed |= {made.due.id: made.date for made in self.made}
        changed = {
            visit.client_id for visit in self.due.values() if visit != self._before(visit.id)
        } | {made.due.client_id for made in self.made}

        def day(visit: DueVisit) -> tuple[dt.date, bool, int]:
            """When it takes place or may; visits made before others of that day."""
            begun = False
            date = fixed.get(visit.id)
            if date is None and visit.id in self.planned and visit.id not in self.gone:
                planned, about = self.planned[visit.id]
                date, begun = planned.date, is_begun(planned, about, self.now)
            return date or visit.earliest, not (begun or visit.id in fixed), visit.sequence

        numbers: dict[str, int] = {}
        for client_id in changed:
            own = [visit for visit in self.due.values() if visit.client_id == client_id]
            sequences = sorted(visit.sequence for visit in own)
            for sequence, visit in zip(sequences, sorted(own, key=day), strict=True):
                numbers[visit.id] = sequence
        return tuple(
            visit.model_copy(update={"sequence": numbers.get(visit.id, visit.sequence)})
            for visit in self.due.values()
        )

    def check_agreed(self, book: Book) -> None:
        """Nobody agrees on an hour at which the manager does not work."""
        known = amended(book, (*self.adjustments, *self.facts))
        for event, fact in self.agreed:
            booked = known.appointment_by_id[fact.appointment_id]
            client = known.client_by_id[fact.client_id]
            manager = known.manager_by_id[booked.manager_id or client.manager_id]
            end = fact.start + self.due[fact.visit_id].talk_minutes
            pieces = shift_pieces(manager, fact.date, self.settings.shift, self.calendar)
            if not any(piece.holds(fact.start, end) for piece in pieces):
                self._fault(event, "replan.not_working", manager=manager.name)

    def check_counted(self) -> None:
        """What is reported as made was made, even by a manager who runs late."""
        for day, visit in self.counted:
            self._require_no_talk_before(self.told[visit.visit_id], day, visit)
            if day.date == self.today and day.manager_id in self.behind:
                due = self.due[visit.visit_id]
                self.made.append(Made(due, day.manager_id, self.today, visit.talk))

    def check_in_vain(self) -> None:
        """Who was not met had been gone to, by a manager who runs late, too."""
        for event, (day, visit) in self.in_vain:
            self._require_no_talk_before(event, day, visit)
            behind = self.behind.get(day.manager_id) if day.date == self.today else None
            if behind is None:
                continue
            then = self.minute - behind.minutes
            leave = visit.leg.leave if visit.leg else visit.arrive
            elsewhere = behind.at not in (None, visit.point) and visit.talk.start >= then
            if leave >= then or elsewhere:
                self._fault(event, "replan.not_gone_to", minutes=behind.minutes)

    def _require_no_talk_before(self, event: Event, day: PlannedDay, visit: PlannedVisit) -> None:
        """Who is still in a talk has not been to what was to follow it."""
        for other in day.visits:
            if other.visit_id in self.until and other.talk.start < visit.talk.start:
                self._fault(event, "replan.contradicts", other=str(self.told[other.visit_id]))

    # Events about one visit

    def _cancel(self, event: Cancel) -> None:
        found = self._planned(event, lambda item: not is_done(*item, self.now))
        if found is None or not self._alone(found[1].visit_id, event):
            return
        day, visit = found
        due = self.due[visit.visit_id]
        self.gone.add(due.id)
        if event.again is not None:
            self._agree(event, due, event.again)
            return
        self.cancelled[due.id] = message("replan.cancelled", date=day.date, start=visit.talk.start)
        self.due[due.id] = _unbooked(due)

    def _not_met(self, event: NotMet) -> None:
        found = self._planned(event, lambda item: is_begun(*item, self.now), last=True)
        if found is None or not self._alone(found[1].visit_id, event):
            return
        due = self.due[found[1].visit_id]
        self.gone.add(due.id)
        self.in_vain.append((event, found))
        if event.again is not None:
            self._agree(event, due, event.again)
            return
        tomorrow = self.today + dt.timedelta(days=1)
        until = self.plan.horizon.last if due.appointment_id else due.until
        self.due[due.id] = _unbooked(due).model_copy(
            update={"earliest": max(due.earliest, tomorrow), "until": max(until, due.earliest)}
        )

    def _moved(self, event: Moved) -> None:
        if self._client(event) is None:
            return
        own = self._still_open(event.client_id)
        if event.date is not None:
            own = [
                due
                for due in own
                if due.id in self.planned and self.planned[due.id][0].date == event.date
            ]
        if not own:
            self._fault(event, "replan.nothing_open", client=event.client_id)
        elif len(own) > 1:
            self._fault(event, "replan.which_visit", **self._which(event.client_id, own))
        elif self._alone(own[0].id, event):
            self._agree(event, own[0], event.to)

    def _overrun(self, event: Overrun) -> None:
        begun = [
            (day, visit)
            for day, visit in self._of(event.client_id)
            if day.date == self.today and visit.talk.start <= self.minute
        ]
        if self._client(event) is None:
            return
        if not begun:
            self._fault(event, "replan.not_talking", client=event.client_id)
            return
        day, visit = max(begun, key=lambda item: item[1].talk.start)
        if event.until < self.minute or event.until <= visit.talk.start:
            self._fault(event, "replan.until_over", until=event.until, now=self.minute)
        elif self._alone(visit.visit_id, event) and self._alone(day.manager_id, event):
            self.until[visit.visit_id] = event.until

    def _done(self, event: Done) -> None:
        client = self._client(event)
        if client is None:
            return
        if event.date is not None and event.date != self.today:
            self._done_before(event, client, event.date)
            return
        own = [
            due
            for due in self._own(client.id)
            if due.id not in self.planned
            or self.planned[due.id][0].date > self.today
            or (
                self.planned[due.id][0].date == self.today
                and (event.talk or not is_done(*self.planned[due.id], self.now))
            )
        ]
        over = [item for item in self._of(client.id) if is_done(*item, self.now)]
        if not own and over and event.talk is None:
            # The clock says so, too, unless the manager is late.
            if self._alone(over[-1][1].visit_id, event):
                self.counted.append(over[-1])
            return
        if not own:
            self._fault(event, "replan.nothing_open", client=client.id)
            return
        due = min(own, key=self._soonest)
        was = self.planned.get(due.id)
        manager_id = self._who_made(due, event, client, self.today)
        if manager_id is None:
            return
        talk = event.talk
        if talk is None:
            length = was[1].talk.minutes if was else due.talk_minutes
            start = max(0, self.minute - length)
            if was and (was[0].manager_id, was[0].date) == (manager_id, self.today):
                begun = was[1].talk.start
                start = begun if begun < self.minute else start
            talk = TimeWindow(start=start, end=max(start + 1, self.minute))
        if talk.end > self.minute:
            self._fault(event, "replan.not_over", end=talk.end, now=self.minute)
        elif self._alone(due.id, event):
            self.cancelled.pop(due.id, None)
            self.made.append(Made(due, manager_id, self.today, talk))

    def _done_before(self, event: Done, client: Client, date: dt.date) -> None:
        """A visit that was made on a day before today: the one planned then, or one to come."""
        if date > self.today:
            self._fault(event, "replan.not_yet", date=date)
            return
        then = [visit.visit_id for day, visit in self._of(client.id) if day.date == date]
        own = [self.due[visit_id] for visit_id in then] or self._still_open(client.id)
        if not own:
            self._fault(event, "replan.nothing_open", client=client.id)
            return
        due = min(own, key=self._soonest)
        manager_id = self._who_made(due, event, client, date)
        if manager_id is not None and self._alone(due.id, event):
            assert event.talk is not None  # noqa: S101
            self.cancelled.pop(due.id, None)
            self.made.append(Made(due, manager_id, date, event.talk))

    def _who_made(self, due: DueVisit, event: Done, client: Client, date: dt.date) -> str | None:
        """The manager who made this visit; None: it cannot be, and is reported."""
        was = self.planned.get(due.id)
        manager_id = event.manager_id or (was[0].manager_id if was else client.manager_id)
        if not self._works_on(manager_id, date, event):
            return None
        if client.site(due.site_id).point is None:
            self._fault(event, "replan.nowhere", client=client.id)
            return None
        return manager_id

    def _urgent(self, event: Urgent) -> None:
        client = self._client(event)
        if client is None:
            return
        may_go = [who for who in (client.manager_id, *client.backup_ids) if who in self.managers]
        if not may_go:
            self._fault(event, "replan.not_ours", client=client.id)
            return
        if client.id in collect_wishes(self.adjustments).drop:
            self._fault(event, "replan.dropped", client=client.id)
            return
        by = event.by or self._next_day(may_go)
        if not self.today <= by <= self.plan.horizon.last:
            self._fault(event, "replan.not_ahead", date=by)
            return
        own = [
            due
            for due in self._still_open(client.id)
            if not due.appointment_id and due.id not in self.told
        ]
        due = self._urgent_visit(event, client, by, min(own, key=self._soonest, default=None))
        if client.site(due.site_id).point is None:
            self._fault(event, "replan.nowhere", client=client.id)
            return
        self.cancelled.pop(due.id, None)
        self.told[due.id] = event
        self.due[due.id] = due

    def _urgent_visit(
        self, event: Urgent, client: Client, by: dt.date, due: DueVisit | None
    ) -> DueVisit:
        """A visit of its own, or the one that is due anyway made urgent."""
        facts = [message(f"words.must_visit_{event.reason}"), message("due.must_by", date=by)]
        reason = DueReason(kind=DueKind.MUST_VISIT, text=message("due.must_visit", facts=facts))
        purposes = PurposeRule().of(Occasion(event.reason.value))
        if due is None:
            records = self.book.visits_of.get(client.id, ())
            terms = worth_terms(client.tier, 1.0, (DueKind.MUST_VISIT,), self.settings.worth)
            talk, _ = talk_minutes(client, purposes, 1, None, self.settings.talk)
            own = self._own(client.id)
            number = max((visit.sequence for visit in own), default=0) + 1
            taken = {visit.id for visit in own}
            names = (client.id, *(f"{client.id}#{n}" for n in range(2, len(own) + 3)))
            done = [record.date for record in records if record.status is VisitStatus.DONE]
            return DueVisit(
                id=next(name for name in names if name not in taken),
                client_id=client.id,
                site_id=site_of(client, last_visits(client, records)),
                sequence=number,
                earliest=self.today,
                due=self.today,
                latest=by,
                until=by,
                last_visit=max(done, default=None),
                urgency=1.0,
                worth=sum(term.worth for term in terms),
                worth_terms=terms,
                required=True,
                reasons=(reason,),
                purposes=purposes,
                talk_minutes=talk,
            )
        every = tuple(dict.fromkeys((*purposes, *due.purposes)))
        talk, _ = talk_minutes(client, every, due.persons, None, self.settings.talk)
        others = tuple(one for one in due.reasons if one.kind is not DueKind.MUST_VISIT)
        return due.model_copy(
            update={
                "earliest": self.today,
                "due": min(max(due.due, self.today), by),
                "latest": by,
                "until": by,
                "required": True,
                "reasons": (reason, *others),
                "purposes": every,
                "talk_minutes": max(talk, due.talk_minutes),
                "min_gap_days": 0,
            }
        )

    def _agree(self, event: Cancel | NotMet | Moved, due: DueVisit, when: dt.datetime) -> None:
        """The visit at an hour agreed with the client."""
        date, start = when.date(), when.hour * 60 + when.minute
        if when <= self.now or not date <= self.plan.horizon.last:
            self._fault(event, "replan.not_ahead", date=f"{when:%Y-%m-%d %H:%M}")
            return
        booked = self.book.appointment_by_id.get(due.appointment_id or "")
        exact = booked is not None and booked.rigidity is Rigidity.EXACT
        if (
            booked
            and exact
            and due.id not in self.gone
            and (booked.date, booked.start) == (date, start)
        ):
            return
        fact = Agreed(
            visit_id=due.id,
            client_id=due.client_id,
            site_id=due.site_id,
            date=date,
            start=start,
            replaces=booked.id if booked else "",
        )
        known = amended(self.book, (fact,)).appointment_by_id[fact.appointment_id]
        reason = rules.appointment(known).reason
        others = tuple(one for one in due.reasons if one.kind is not DueKind.APPOINTMENT)
        self.cancelled.pop(due.id, None)
        self.facts.append(fact)
        self.agreed.append((event, fact))
        self.due[due.id] = due.model_copy(
            update={
                "earliest": date,
                "due": date,
                "latest": date,
                "until": date,
                "required": True,
                "reasons": (reason, *others),
                "min_gap_days": 0,
                "appointment_id": fact.appointment_id,
            }
        )

    # Events about a manager, a client, a day

    def _late(self, event: Late) -> None:
        if not self._works_on(event.manager_id, self.today, event):
            return
        at, name = event.at, ""
        if isinstance(at, str):
            client = self.book.client_by_id.get(at)
            if client is None:
                self._fault(event, "replan.unknown_client", client=at)
                return
            at, name = client.sites[0].point, client.name
            if at is None:
                self._fault(event, "replan.nowhere", client=client.id)
                return
        elif at is not None:
            name = f"{at.lat:.5f}, {at.lon:.5f}"
        if self._alone(event.manager_id, event) and (event.minutes or at):
            self.behind[event.manager_id] = Behind(event.minutes, at, name)

    def _off(self, event: ManagerOff) -> None:
        if not self._manager(event.manager_id, event):
            return
        if not self._alone(f"off {event.manager_id}", event):
            return
        facts = self._from_now(event) if event.first is None else self._days_off(event)
        if not facts:
            self._fault(event, "replan.over")
        elif self._working(event.manager_id) != self._working(event.manager_id, facts):
            self.facts += facts

    def _working(self, manager_id: str, facts: Sequence[Fact] = ()) -> list[tuple[TimeWindow, ...]]:
        """When the manager works on the days still to come."""
        manager = amended(self.book, facts).manager_by_id[manager_id]
        shift, days = self.settings.shift, self.plan.horizon.days
        return [
            shift_pieces(manager, day, shift, self.calendar) for day in days if day >= self.today
        ]

    def _from_now(self, event: ManagerOff) -> list[Away]:
        last, until = self.plan.horizon.last, MINUTES_PER_DAY
        if event.until is not None:
            if event.until <= self.now:
                return []
            last, until = event.until.date(), event.until.hour * 60 + event.until.minute
        about = {"manager_id": event.manager_id, "first": self.today, "since": self.minute}
        return [Away.model_validate({**about, "last": last, "until": until})]

    def _days_off(self, event: ManagerOff) -> list[Away]:
        """The days and hours still to come; what of today is over is history."""
        assert event.first is not None  # noqa: S101
        who, horizon, hours = event.manager_id, self.plan.horizon, event.hours
        first, last = max(event.first, self.today), event.last or event.first
        if last < first or horizon.last < first or last < horizon.first:
            return []
        if isinstance(hours, HalfDay):
            lunch = self.settings.lunch
            early, late = (lunch.earliest, lunch.latest) if lunch.minutes else (NOON, NOON)
            morning, afternoon = (0, late), (early, MINUTES_PER_DAY)
            start, end = morning if hours is HalfDay.MORNING else afternoon
            hours = TimeWindow(start=start, end=end)
        if hours is None:
            since = self.minute if first == self.today else 0
            return [Away(manager_id=who, first=first, since=since, last=last)]
        facts: list[Away] = []
        if first == self.today:
            start = max(self.minute, hours.start)
            if start < hours.end:
                rest = TimeWindow(start=start, end=hours.end)
                facts.append(Away(manager_id=who, first=first, last=first, hours=rest))
            first += dt.timedelta(days=1)
        if first <= last:
            facts.append(Away(manager_id=who, first=first, last=last, hours=hours))
        return facts

    def _back(self, event: ManagerBack) -> None:
        if not self._manager(event.manager_id, event):
            return
        at = max(event.at or self.now, self.now)
        start = at.hour * 60 + at.minute
        fact = Returned(manager_id=event.manager_id, date=at.date(), start=start)
        if amended(self.book, (fact,)) == self.book:
            self._fault(event, "replan.not_away", now=f"{at:%Y-%m-%d %H:%M}")
        elif not self.plan.horizon.first <= at.date() <= self.plan.horizon.last:
            self._fault(event, "replan.not_ahead", date=at.date())
        elif self._alone(f"off {event.manager_id}", event):
            self.facts.append(fact)
            if at.date() == self.today:
                self.back.add(event.manager_id)

    def _hours(self, event: HoursOn) -> None:
        client = self._client(event)
        if client is None:
            return
        first = max(event.first, self.today, self.plan.horizon.first)
        last = min(event.last, self.plan.horizon.last)
        if last < first:
            self._fault(event, "replan.over")
            return
        days = [first + dt.timedelta(days=day) for day in range((last - first).days + 1)]
        for day in days:
            if not self._alone(f"hours {client.id} {day}", event):
                return
        also = collect_wishes(self.adjustments).open_at.get(client.id, {})
        news = any(
            sorted(event.hours, key=str)
            != sorted((*site_windows(site, day, self.calendar), *also.get(day, ())), key=str)
            for site in client.sites
            for day in days
        )
        if news:
            self.facts.append(event.model_copy(update={"first": first, "last": last}))

    def _delay(self, event: Delay) -> None:
        if event.manager_id and not self._manager(event.manager_id, event):
            return
        today = event.date == self.today
        horizon = self.plan.horizon
        if event.date < self.today or (today and event.hours.end <= self.minute):
            self._fault(event, "replan.over")
        elif not horizon.first <= event.date <= horizon.last:
            self._fault(event, "replan.not_ahead", date=event.date)
        elif event.factor != 1:
            self.facts.append(event)

    def _takes(self, event: TakesOver) -> None:
        client = self._client(event)
        if client is None or not self._manager(event.manager_id, event):
            return
        if self._alone(f"takes {client.id}", event) and client.manager_id != event.manager_id:
            self.facts.append(event)

    # Looking things up

    def _fault(self, event: Event, key: str, /, **args: Argument | dt.date) -> None:
        self.faults.append(message("replan.fault", event=str(event), why=message(key, **args)))

    def _alone(self, what: str, event: Event) -> bool:
        """Whether no other event has said already what became of a visit, manager or client."""
        other = self.told.setdefault(what, event)
        if other is event:
            return True
        self._fault(event, "replan.contradicts", other=str(other))
        return False

    def _client(
        self, event: Cancel | NotMet | Moved | Overrun | Done | Urgent | HoursOn | TakesOver
    ) -> Client | None:
        client = self.book.client_by_id.get(event.client_id)
        if client is None:
            self._fault(event, "replan.unknown_client", client=event.client_id)
        return client

    def _manager(self, manager_id: str, event: Event) -> Manager | None:
        if manager_id in self.managers:
            return self.book.manager_by_id[manager_id]
        known = sorted(self.managers)
        self._fault(event, "replan.unknown_manager", manager=manager_id, known=tuple(known))
        return None

    def _works_on(self, manager_id: str, date: dt.date, event: Event) -> bool:
        if self._manager(manager_id, event) is None:
            return False
        if any((day.manager_id, day.date) == (manager_id, date) for day in self.plan.days):
            return True
        self._fault(event, "replan.no_day", manager=manager_id, date=date)
        return False

    def _before(self, visit_id: str) -> DueVisit | None:
        return next((visit for visit in self.plan.due if visit.id == visit_id), None)

    def _own(self, client_id: str) -> list[DueVisit]:
        return [due for due in self.due.values() if due.client_id == client_id]

    def _of(self, client_id: str) -> list[Planned]:
        return [item for item in self.plan.visits if item[1].client_id == client_id]

    def _still_open(self, client_id: str) -> list[DueVisit]:
        """Visits of the client that nobody has set off for."""
        return [
            due
            for due in self._own(client_id)
            if due.id not in self.planned or not is_begun(*self.planned[due.id], self.now)
        ]

    def _soonest(self, due: DueVisit) -> tuple[bool, dt.date, int]:
        """Orders visits of a client: planned ones first, then as numbered."""
        day = self.planned.get(due.id)
        return day is None, day[0].date if day else due.earliest, due.sequence

    def _next_day(self, manager_ids: Sequence[str]) -> dt.date:
        """The next day on which one of them works; today if none is left."""
        for date in self.plan.horizon.days:
            if date > self.today and any(
                shift_pieces(self.book.manager_by_id[who], date, self.settings.shift, self.calendar)
                for who in manager_ids
            ):
                return date
        return max(self.today, self.plan.horizon.first)

    def _which(self, client_id: str, own: Sequence[DueVisit]) -> dict[str, Argument]:
        dates = [self.planned[due.id][0].date for due in own if due.id in self.planned]
        forms = tuple(Cancel(client_id=client_id, date=date).visit for date in dates)
        return {"client": client_id, "forms": forms}

    def _planned(
        self, event: Cancel | NotMet, fits: Callable[[Planned], bool], *, last: bool = False
    ) -> Planned | None:
        """The one planned visit that is meant."""
        if self._client(event) is None:
            return None
        client_id = event.client_id
        planned = self._of(client_id)
        if not planned:
            self._fault(event, "replan.not_planned", client=client_id)
            return None
        meant = [item for item in planned if event.date in (None, item[0].date)]
        if not meant:
            days = tuple(day.date.isoformat() for day, _ in planned)
            assert event.date is not None  # noqa: S101
            self._fault(
                event, "replan.not_planned_then", client=client_id, date=event.date, days=days
            )
            return None
        fitting = [item for item in meant if fits(item)]
        if not fitting:
            key = "replan.not_begun" if isinstance(event, NotMet) else "replan.already_done"
            self._fault(event, key, client=client_id, date=meant[-1][0].date)
            return None
        if len(fitting) > 1 and not last:
            own = [self.due[visit.visit_id] for _, visit in fitting]
            self._fault(event, "replan.which_visit", **self._which(client_id, own))
            return None
        return fitting[-1]


def _unbooked(due: DueVisit) -> DueVisit:
    """A visit that is not booked any more."""
    must = any(reason.kind is DueKind.MUST_VISIT for reason in due.reasons)
    return due.model_copy(update={"appointment_id": None, "required": due.required and must})
