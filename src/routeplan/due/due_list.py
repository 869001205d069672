"""Who is due: combines the rules into one visit per client and part of the horizon."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from routeplan.book.availability import shift_pieces
from routeplan.book.models import (
    Appointment,
    Book,
    Channel,
    Client,
    ClientKind,
    Manager,
    Purpose,
    Rigidity,
    VisitStatus,
)
from routeplan.config import Settings
from routeplan.due import rules
from routeplan.due.agenda import (
    last_pursued,
    last_visits,
    site_of,
    suggested_purposes,
    talk_minutes,
)
from routeplan.due.diary import Diary
from routeplan.due.hours import hours_on_day
from routeplan.due.models import DueKind, DueList, DueVisit, Horizon, NotDue
from routeplan.due.persons import meeting_of, most_together
from routeplan.due.policy import Policy
from routeplan.due.rules import Known, Need, Rhythm
from routeplan.due.worth import urgency, worth_terms
from routeplan.language import Message, message
from routeplan.values import TimeWindow, common_windows
from routeplan.workdays import WorkCalendar, week_of

__all__ = ["list_due"]

_STRENGTH = (
    DueKind.APPOINTMENT,
    DueKind.MUST_VISIT,
    DueKind.PROSPECT,
    DueKind.CADENCE,
    DueKind.KEY_DATE,
    DueKind.LEFT_OVER,
)
NOTHING_LEFT: Mapping[str, Sequence[Purpose]] = MappingProxyType({})
MOST_HOURS = 4
"""So many common hours of key persons are named at most."""
_FIXED = (DueKind.APPOINTMENT, DueKind.MUST_VISIT)


def list_due(
    book: Book,
    horizon: Horizon,
    policy: Policy,
    settings: Settings,
    calendar: WorkCalendar,
    *,
    manager_ids: Collection[str] | None = None,
    left_over: Mapping[str, Sequence[Purpose]] = NOTHING_LEFT,
) -> DueList:
    """Every client's due visits in the horizon, or why it has none.

    `manager_ids` keeps the visits of these managers (None: all); `left_over` are the clients for
    whom the last plan had no room, with what the visit was for. The order of the book's rows
    changes nothing.
    """
    frontier = max((record.date for record in book.visits if record.happened), default=None)
    context = _Context(book, horizon, policy, settings, calendar, frontier)
    due: list[DueVisit] = []
    not_due: list[NotDue] = []
    notes: list[Message] = []
    for client in sorted(book.clients, key=lambda client: client.id):
        visits, why_not = _of_client(context, client, left_over.get(client.id))
        if manager_ids is not None:
            mine = [visit for visit in visits if _goer(book, client, visit) in manager_ids]
            if not mine and client.manager_id not in manager_ids:
                continue
            if visits and not mine:
                why_not = _taken(book, client, visits)
            visits = mine
        due += visits
        if not visits:
            not_due.append(why_not)
        notes += _cut_talks(book, visits, settings)
    due.sort(key=lambda visit: (-visit.urgency, -visit.worth, visit.id))
    return DueList(
        horizon=horizon,
        policy=policy.name,
        due=tuple(due),
        not_due=tuple(not_due),
        notes=(
            *_calendar_notes(calendar, horizon),
            *_policy_notes(policy, not_due),
            *_person_notes(due),
            *notes,
        ),
    )


@dataclass(frozen=True)
class _Context:
    book: Book
    horizon: Horizon
    policy: Policy
    settings: Settings
    calendar: WorkCalendar
    frontier: dt.date | None
    """Day of the book's last record: what is booked later has not happened yet."""


@dataclass(frozen=True)
class _Draft:
    """A visit in the making: the needs that it meets, in [earliest, until]."""

    needs: tuple[Need, ...]
    earliest: dt.date
    until: dt.date
    appointment: Appointment | None = None

    @property
    def kinds(self) -> tuple[DueKind, ...]:
        """Strongest first, each once."""
        return tuple(dict.fromkeys(need.reason.kind for need in self.needs))

    @property
    def fixed(self) -> bool:
        """Whether it takes place whatever the gap to other visits."""
        return self.kinds[0] in _FIXED

    @property
    def due(self) -> dt.date:
        return self.needs[0].due if self.appointment else min(need.due for need in self.needs)

    def overlaps(self, need: Need) -> bool:
        return self.earliest <= need.until and need.earliest <= self.until

    def meeting(self, need: Need) -> _Draft:
        """The same visit meeting one more need; the strongest need says when.

        Beside a key date the cadence keeps its own last day: a birthday must not cost the visit.
        """
        needs = tuple(
            sorted((*self.needs, need), key=lambda need: _STRENGTH.index(need.reason.kind))
        )
        strongest = needs[0]
        earliest = strongest.earliest
        if strongest.counts_from is not None:
            for other in needs:
                if other.reason.kind is DueKind.KEY_DATE:
                    earliest = min(earliest, max(other.earliest, strongest.counts_from))
        return replace(self, needs=needs, earliest=earliest, until=strongest.until)


def _draft(need: Need, appointment: Appointment | None = None) -> _Draft:
    return _Draft((need,), need.earliest, need.until, appointment)


def _of_client(
    context: _Context, client: Client, left_over: Sequence[Purpose] | None
) -> tuple[list[DueVisit], NotDue]:
    """The client's visits in the horizon; why there are none, for when the list is empty."""
    book, horizon, policy = context.book, context.horizon, context.policy
    managers = [book.manager_by_id[key] for key in (client.manager_id, *client.backup_ids)]
    diary = Diary(managers, context.settings.shift, context.calendar)
    known, appointments = _known(context, client)
    drafts = [_draft(rules.appointment(booked), booked) for booked in appointments]

    must = rules.must_visit(client, known, horizon, diary)
    needs = [must] if must is not None else []
    if client.kind is ClientKind.PROSPECT and policy.prospect is not None:
        settled = _reached(context, client, policy.prospect.settled_by)
        heard = known.model_copy(update={"done": tuple(sorted({*known.done, *settled}))})
        first_return = rules.prospect(client, policy.prospect, heard, horizon, diary)
        needs += [first_return] if first_return is not None else []
    contacts = book.contacts_of.get(client.id, ())
    days_ahead = policy.key_dates.days_ahead
    festivals = policy.festivals
    needs += rules.key_dates(client, contacts, festivals, days_ahead, known, horizon, diary)
    for need in needs:
        if need.earliest <= horizon.last:
            drafts = _with(drafts, need)
    drafts.sort(key=lambda draft: (draft.due, draft.appointment is None))

    rhythm = rules.rhythm_of(client, policy, horizon)
    next_due = min((need.earliest for need in needs), default=None)
    gap = 1
    if isinstance(rhythm, Rhythm):
        gap = rhythm.gap
        planned = tuple(max(draft.due, horizon.first) for draft in drafts)
        ask = rules.by_interval if rhythm.cycle is None else rules.by_period
        asked = ask(rhythm, known.model_copy(update={"planned": planned}), horizon, diary)
        next_due = asked.next_due
        for need in asked.needs:
            if need.served_by is None:
                drafts.append(_draft(need))
            else:
                drafts[need.served_by] = drafts[need.served_by].meeting(need)
    if left_over is not None and (drafts or not isinstance(rhythm, Rhythm)):
        # A client with a cadence that is not due now has been seen since that plan.
        drafts = _with(drafts, rules.left_over(horizon))

    spaced = _spaced(drafts, gap, known, horizon, diary)
    last_visit = max(known.done, default=None)
    visits = _visits(context, client, spaced, gap, last_visit, left_over or (), managers)
    reason = _why_not(context, client, known, rhythm, next_due, diary)
    not_due = NotDue(client_id=client.id, reason=reason, next_due=next_due, last_visit=last_visit)
    return visits, not_due


def _known(context: _Context, client: Client) -> tuple[Known, list[Appointment]]:
    """The client's certain visits, and its open appointments in the horizon by date.

    An appointment with a record on its day is settled. One after the book's last record and before
    the horizon will have taken place by then.
    """
    horizon, frontier = context.horizon, context.frontier
    records = context.book.visits_of.get(client.id, ())
    recorded = {record.date for record in records}
    done = {
        record.date
        for record in records
        if record.status is VisitStatus.DONE and record.date <= horizon.last
    }
    booked, inside = set(), []
    for agreed in context.book.appointments:
        if agreed.client_id != client.id or _is_settled(agreed, recorded, done):
            continue
        if horizon.first <= agreed.date <= horizon.last:
            inside.append(agreed)
        elif agreed.date < horizon.first and (frontier is None or agreed.date > frontier):
            booked.add(agreed.date)
    inside.sort(key=lambda agreed: (agreed.date, agreed.start or 0, agreed.id))
    return Known(done=tuple(sorted(done)), booked=tuple(sorted(booked))), inside


def _reached(context: _Context, client: Client, channels: Collection[Channel]) -> set[dt.date]:
    """Days on which the client was reached in one of these ways."""
    return {
        record.date
        for record in context.book.records_of.get(client.id, ())
        if record.status is VisitStatus.DONE
        and record.channel in channels
        and record.date <= context.horizon.last
    }


def _is_settled(
    agreed: Appointment, recorded: Collection[dt.date], done: Collection[dt.date]
) -> bool:
    if agreed.rigidity is Rigidity.WEEK and any(day in week_of(agreed.date) for day in done):
        return True
    return agreed.date in recorded


def _with(drafts: Sequence[_Draft], need: Need) -> list[_Draft]:
    """The drafts with one more need: met by the first that can, or by a visit of its own."""
    for index, draft in enumerate(drafts):
        if draft.overlaps(need):
            return [*drafts[:index], draft.meeting(need), *drafts[index + 1 :]]
    return [*drafts, _draft(need)]


def _spaced(
    drafts: Iterable[_Draft], gap: int, known: Known, horizon: Horizon, diary: Diary
) -> list[_Draft]:
    """The drafts in order, cut to the horizon and so that all of them can keep their gaps.

    Appointments and must-visits stand; another visit that no longer has a duty day is dropped.
    """
    wait = dt.timedelta(days=gap)
    ordered = sorted(drafts, key=lambda draft: (draft.due, draft.earliest, not draft.fixed))
    last = max(known.seen, default=None)
    placed: list[_Draft] = []
    for draft in ordered:
        earliest = max(draft.earliest, horizon.first)
        until = min(draft.until, horizon.last)
        if not draft.fixed:
            if placed:
                earliest = max(earliest, placed[-1].earliest + wait)
            if last is not None:
                earliest = max(earliest, last + wait)
        possible = diary.first_duty(earliest, until)
        if possible is None and not draft.fixed:
            continue
        if draft.appointment is None and possible is not None:
            earliest = possible
        placed.append(replace(draft, earliest=earliest, until=until))
    if placed and not placed[-1].fixed:  # nothing comes after it
        placed[-1] = replace(placed[-1], until=_end(placed[-1], horizon))
    kept: list[_Draft] = []
    for draft in reversed(placed):
        if kept and not draft.fixed:
            draft = replace(draft, until=min(draft.until, kept[0].until - wait))
            if diary.first_duty(draft.earliest, draft.until) is None:
                continue
        kept.insert(0, draft)
    return kept


def _end(draft: _Draft, horizon: Horizon) -> dt.date:
    """Late is better than never for what recurs; a key date passes."""
    return draft.until if draft.kinds == (DueKind.KEY_DATE,) else horizon.last


def _visits(
    context: _Context,
    client: Client,
    drafts: Sequence[_Draft],
    gap: int,
    last_visit: dt.date | None,
    left_over: Sequence[Purpose],
    managers: Sequence[Manager],
) -> list[DueVisit]:
    book, settings = context.book, context.settings
    rule = context.policy.rule_of(client)
    key_persons = rule.key_persons if rule else 1
    records = book.visits_of.get(client.id, ())
    site_seen, pursued = last_visits(client, records), last_pursued(records)
    visits = []
    for sequence, draft in enumerate(drafts, start=1):
        booked = draft.appointment
        site_id = client.site(booked.site_id).id if booked else site_of(client, site_seen)
        site_seen[site_id] = draft.earliest
        occasions = [need.occasion for need in draft.needs]
        purposes = suggested_purposes(
            occasions, context.policy.purposes, booked, left_over, pursued
        )
        pursued |= dict.fromkeys(purposes, draft.earliest)
        persons, shortfall = _persons(
            context, client, site_id, draft, purposes, key_persons, managers
        )
        minutes, _ = talk_minutes(client, purposes, persons, booked, settings.talk)
        urgent = max(urgency(need, draft.until) for need in draft.needs)
        terms = worth_terms(client.tier, urgent, draft.kinds, settings.worth)
        strongest = draft.needs[0]
        visits.append(
            DueVisit(
                id=client.id if sequence == 1 else f"{client.id}#{sequence}",
                client_id=client.id,
                site_id=site_id,
                sequence=sequence,
                earliest=draft.earliest,
                due=draft.due,
                latest=strongest.latest,
                until=draft.until,
                last_visit=last_visit,
                urgency=urgent,
                worth=sum(term.worth for term in terms),
                worth_terms=terms,
                required=draft.fixed,
                reasons=tuple(need.reason for need in draft.needs),
                purposes=purposes,
                key_persons=key_persons,
                persons=persons,
                shortfall=shortfall,
                talk_minutes=minutes,
                min_gap_days=0 if draft.fixed else gap,
                appointment_id=booked.id if booked else None,
                companions=_companions(client, draft),
            )
        )
    return visits


def _companions(client: Client, draft: _Draft) -> tuple[str, ...]:
    """Of whom one must come along: the appointment says so before the must-visit that it meets."""
    if draft.appointment is not None and draft.appointment.companion_ids:
        return draft.appointment.companion_ids
    asked = client.must_visit if DueKind.MUST_VISIT in draft.kinds else None
    return asked.companion_ids if asked else ()


def _persons(
    context: _Context,
    client: Client,
    site_id: str,
    draft: _Draft,
    purposes: Sequence[Purpose],
    key_persons: int,
    managers: Sequence[Manager],
) -> tuple[int, tuple[Message, ...]]:
    """How many key persons to meet, and why they are fewer than the policy wants."""
    booked, settings, calendar = draft.appointment, context.settings, context.calendar
    meeting = meeting_of(context.book, client, site_id, booked)
    known = len(meeting.contacts)
    if not known:
        return 1, (message("due.persons_unknown"),)
    gap = (message("due.persons_gap", n=known, wanted=key_persons),) if known < key_persons else ()
    if key_persons == 1:
        gap = ()  # a policy that asks for nobody in particular
    wanted = max(len(meeting.named), min(key_persons, known))
    site = client.site(site_id)
    if booked is not None:
        managers = [context.book.manager_by_id[booked.manager_id or client.manager_id]]

    def minutes(persons: int) -> int:
        return talk_minutes(client, purposes, persons, booked, settings.talk)[0]

    def hours(talk: int) -> Iterator[tuple[dt.date, tuple[TimeWindow, ...]]]:
        first, last = draft.earliest, draft.until
        for day in context.horizon.days:
            if visiting := hours_on_day(first, last, booked, site, day, calendar, talk=talk):
                for manager in managers:
                    pieces = shift_pieces(manager, day, settings.shift, calendar)
                    yield day, common_windows(visiting, pieces)

    met = most_together(meeting, hours, calendar, wanted=wanted, minutes=minutes)
    if met >= wanted:
        return met, gap
    if not met:
        return max(1, len(meeting.named)), (*gap, message("due.persons_none", n=wanted))
    spans = [
        message("due.persons_hours", date=day, start=window.start, end=window.end)
        for day, windows in hours(minutes(met))
        for window in meeting.hours(windows, day, calendar, count=met, minutes=minutes(met))
    ]
    short = message("due.persons_short", n=met, wanted=wanted, hours=spans[:MOST_HOURS])
    return met, (*gap, short)


def _why_not(
    context: _Context,
    client: Client,
    known: Known,
    rhythm: Rhythm | Message,
    next_due: dt.date | None,
    diary: Diary,
) -> Message:
    """Why the client has no visit in the horizon, in words."""
    horizon = context.horizon
    last = max(known.seen, default=None)
    if diary.first_duty(horizon.first, horizon.last) is None:
        if next_due is None:
            return message("due.nobody_works")
        return message("due.no_duty_day", next=next_due)
    if isinstance(rhythm, Message):
        if client.kind is not ClientKind.PROSPECT:
            return rhythm
        if context.policy.prospect is None:
            return message("due.no_prospect_rule", policy=context.policy.name)
        if next_due is not None:
            return message("due.prospect_later", next=next_due)
        return message("due.prospect_returned", date=last) if last else rhythm
    if next_due is None:
        return message("due.nobody_works")
    if last is None:
        return message("due.next_due", next=next_due)
    key = "due.seen_not_due" if last in known.done else "due.booked_not_due"
    return message(key, date=last, next=next_due)


def _goer(book: Book, client: Client, visit: DueVisit) -> str:
    """Id of the manager who owns the visit."""
    booked = _appointment(book, visit)
    return (booked.manager_id if booked else None) or client.manager_id


def _taken(book: Book, client: Client, visits: Sequence[DueVisit]) -> NotDue:
    manager = book.manager_by_id[_goer(book, client, visits[0])]
    return NotDue(
        client_id=client.id,
        reason=message("due.taken", manager=manager.name, date=visits[0].due),
        last_visit=visits[0].last_visit,
    )


def _appointment(book: Book, visit: DueVisit) -> Appointment | None:
    return book.appointment_by_id.get(visit.appointment_id or "")


def _cut_talks(book: Book, visits: Iterable[DueVisit], settings: Settings) -> list[Message]:
    """Says so where agreed or own talk minutes do not fit the limits of the settings."""
    notes = []
    for visit in visits:
        client = book.client_by_id[visit.client_id]
        booked = _appointment(book, visit)
        minutes, wished = talk_minutes(client, visit.purposes, visit.persons, booked, settings.talk)
        if minutes < wished:
            notes.append(
                message("due.note_talk_cut", client=client.name, wished=wished, minutes=minutes)
            )
    return notes


def _calendar_notes(calendar: WorkCalendar, horizon: Horizon) -> list[Message]:
    notes = []
    provisional = [day for day in horizon.days if calendar.is_provisional(day)]
    if provisional:
        notes.append(message("due.note_provisional", first=provisional[0], last=provisional[-1]))
    for name, days in itertools.groupby(horizon.days, key=calendar.holiday):
        if name is not None:
            run = list(days)
            notes.append(message("due.note_holiday", name=name, first=run[0], last=run[-1]))
    for day in horizon.days:
        if calendar.is_make_up(day):
            notes.append(message("due.note_make_up", date=day))
    return notes


def _policy_notes(policy: Policy, not_due: Sequence[NotDue]) -> list[Message]:
    """Says how many clients the policy forgets, so that nobody misses them."""
    keys = ("due.no_rule", "due.no_prospect_rule")
    forgotten = [each.client_id for each in not_due if each.reason.key in keys]
    if not forgotten:
        return []
    return [message("due.note_no_rule", n=len(forgotten), policy=policy.name, clients=forgotten)]


def _person_notes(due: Sequence[DueVisit]) -> list[Message]:
    """Says of how many clients the book knows too few key persons."""
    unknown = [
        visit.client_id
        for visit in due
        if visit.key_persons > 1
        and any(
            reason.key in ("due.persons_gap", "due.persons_unknown") for reason in visit.shortfall
        )
    ]
    clients = sorted(set(unknown))
    return [message("due.note_persons_gap", n=len(clients), clients=clients)] if clients else []
