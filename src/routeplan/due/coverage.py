"""Coverage: what the policy asks for in a period, and what of it is done, planned, at risk, missed.

The unit is a *duty*: one visit that the policy asks of one client by a deadline. Each belongs to
the half-month, month and quarter in which its deadline lies, so figures of parts add up to those of
the whole. docs/coverage.md says what counts as what.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from routeplan.book.availability import shift_pieces
from routeplan.book.models import Book, Client, ClientKind, Tier, VisitRecord, VisitStatus
from routeplan.config import Settings
from routeplan.due.diary import Diary
from routeplan.due.models import Horizon
from routeplan.due.policy import Cycle, Policy
from routeplan.due.rules import Rhythm, rhythm_of
from routeplan.language import Message, message
from routeplan.values import Frozen
from routeplan.workdays import Period, WorkCalendar, quarter_of

__all__ = [
    "PERIODS",
    "Counts",
    "Coverage",
    "CoverageRow",
    "Duty",
    "DutyState",
    "Planned",
    "coverage",
]

PERIODS = (Cycle.HALF_MONTH, Cycle.MONTH, Cycle.QUARTER)
"""What can be reported on."""
PROSPECTS = "prospect"
"""The row of the clients that have no tier's duty but that of a first return visit."""
DAY = dt.timedelta(days=1)


class DutyState(StrEnum):
    DONE = "done"
    PLANNED = "planned"  # a visit that meets it is planned or booked
    OPEN = "open"  # there is time left
    AT_RISK = "at_risk"  # nothing is planned and little time is left
    MISSED = "missed"  # its deadline has passed


class Planned(NamedTuple):
    """A visit that a plan or an appointment holds."""

    client_id: str
    date: dt.date


class Duty(Frozen):
    """One visit that the policy asks for in [`first`, `last`]."""

    client_id: str
    manager_id: str
    """The client's own manager, whoever goes."""
    row: str
    """'A', 'B', 'C' or 'prospect'."""
    first: dt.date
    last: dt.date
    """The deadline."""
    state: DutyState
    day: dt.date | None = None
    """Of the visit that meets it, or is planned to."""
    days_left: int = 0
    """Days on which somebody can still go, the day of the report included; for open duties."""
    few_persons: bool = False
    """Done, but the record names fewer key persons than the policy wants."""


class Counts(Frozen):
    """`required` is the sum of done, planned, open, at_risk and missed."""

    required: int = 0
    done: int = 0
    planned: int = 0
    open: int = 0
    at_risk: int = 0
    missed: int = 0
    few_persons: int = 0
    """Of those done."""
    visits: int = 0
    """Visits made in the period, asked for or not: a client on a day is one."""
    not_met: int = 0
    """Records in the period that say so; these and the next two count for nothing above."""
    cancelled: int = 0
    moved: int = 0
    """Put off by the client to a day after the period."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            **{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields}
        )

    @property
    def share(self) -> float | None:
        """Of what is required, the part done; None where nothing is."""
        return self.done / self.required if self.required else None


class CoverageRow(Frozen):
    """The figures of a tier, a manager or a client."""

    key: str
    """'A', a manager's id, a client's id."""
    name: str = ""
    counts: Counts
    days_left: int
    """Working days left in the period, the day of the report included: of the calendar for a tier,
    of the manager, of those who may go to the client."""


class Coverage(Frozen):
    """The coverage of one period as known on a day."""

    cycle: Cycle
    period: Period
    day: dt.date
    policy: str
    tiers: tuple[CoverageRow, ...]
    managers: tuple[CoverageRow, ...]
    clients: tuple[CoverageRow, ...]
    """Those of whom anything is required or known in the period, in the book's order."""
    total: Counts
    days_left: int
    """Working days of the calendar."""
    duties: tuple[Duty, ...]
    """By client, then deadline."""
    notes: tuple[Message, ...] = ()


def coverage(
    book: Book,
    policy: Policy,
    settings: Settings,
    calendar: WorkCalendar,
    *,
    cycle: Cycle,
    day: dt.date,
    planned: Iterable[Planned] = (),
    manager_ids: Collection[str] | None = None,
) -> Coverage:
    """The coverage of the half-month, month or quarter of `day`, as known on that day: records of
    later days do not count yet. `planned` are the visits of a plan, on any day; the book's
    appointments are added. `manager_ids` keeps the clients of these managers (None: all).

    Raises ValueError for a week, which is no period of reports.
    """
    if cycle not in PERIODS:
        raise ValueError(f"no report is made for a {cycle}")
    period = cycle.period_of(day)
    reckoner = _Reckoner(book, policy, settings, calendar, period, day, tuple(planned))
    clients = [
        client for client in book.clients if manager_ids is None or client.manager_id in manager_ids
    ]
    duties: list[Duty] = []
    rows: list[CoverageRow] = []
    by_tier: dict[str, Counts] = {}
    by_manager: dict[str, Counts] = {}
    for client in clients:
        own = tuple(reckoner.duties(client))
        counts = sum((_counted(duty) for duty in own), reckoner.happened(client))
        duties += own
        row = _row(client)
        by_tier[row] = by_tier.get(row, Counts()) + counts
        by_manager[client.manager_id] = by_manager.get(client.manager_id, Counts()) + counts
        if counts != Counts():
            left = reckoner.days_left(client, period.first, period.last)
            rows.append(CoverageRow(key=client.id, name=client.name, counts=counts, days_left=left))
    workdays = sum(calendar.is_workday(one) for one in _days(max(day, period.first), period.last))
    return Coverage(
        cycle=cycle,
        period=period,
        day=day,
        policy=policy.name,
        tiers=tuple(
            CoverageRow(key=key, counts=by_tier[key], days_left=workdays)
            for key in (*Tier, PROSPECTS)
            if key in by_tier
        ),
        managers=tuple(
            CoverageRow(
                key=one.id,
                name=one.name,
                counts=by_manager[one.id],
                days_left=len(reckoner.free_days(one.id, max(day, period.first), period.last)),
            )
            for one in book.managers
            if one.id in by_manager
        ),
        clients=tuple(rows),
        total=sum(by_manager.values(), Counts()),
        days_left=workdays,
        duties=tuple(duties),
        notes=tuple(reckoner.notes(clients)),
    )


def _row(client: Client) -> str:
    own = client.kind is ClientKind.PROSPECT and client.interval_days is None
    return PROSPECTS if own else client.tier.value


def _counted(duty: Duty) -> Counts:
    return Counts(**{"required": 1, duty.state.value: 1, "few_persons": int(duty.few_persons)})


class _Term(NamedTuple):
    """A span of days in which the policy asks for `visits` visits, with those that were made."""

    first: dt.date
    last: dt.date
    visits: int
    met: tuple[dt.date, ...]


class _Reckoner:
    def __init__(
        self,
        book: Book,
        policy: Policy,
        settings: Settings,
        calendar: WorkCalendar,
        period: Period,
        day: dt.date,
        planned: Sequence[Planned],
    ) -> None:
        self.book, self.policy, self.settings, self.calendar = book, policy, settings, calendar
        self.period, self.day = period, day
        self._planned: dict[str, set[dt.date]] = {}
        booked = [Planned(one.client_id, one.date) for one in book.appointments]
        for client_id, date in (*planned, *booked):
            self._planned.setdefault(client_id, set()).add(date)
        self._unrecorded = [one for one in planned if self._is_unrecorded(one)]
        self._free: dict[tuple[str, dt.date], bool] = {}
        self._rhythms: dict[tuple[str, dt.date], Rhythm | Message] = {}

    # --- duties -----------------------------------------------------------------------------------

    def duties(self, client: Client) -> Iterator[Duty]:
        """Those with a deadline in the period, by deadline."""
        managers = [self.book.manager_by_id[key] for key in (client.manager_id, *client.backup_ids)]
        diary = Diary(managers, self.settings.shift, self.calendar)
        done = self._done(client)
        terms = [*self._by_period(client, done, diary), *self._by_interval(client, done)]
        terms += self._first_return(client, done, diary)
        for term in sorted(terms):
            if term.last in self.period:
                yield from self._of_term(client, term, diary)

    def _of_term(self, client: Client, term: _Term, diary: Diary) -> Iterator[Duty]:
        recorded = {record.date for record in self.book.visits_of.get(client.id, ())}
        ahead = sorted(
            date
            for date in self._planned.get(client.id, ())
            if max(self.day, term.first) <= date <= term.last and date not in recorded
        )
        met = term.met[: term.visits]
        for number in range(term.visits):
            days_left, few, on = 0, False, None
            if number < len(met):
                state, on = DutyState.DONE, met[number]
                few = self._met_few(client, on)
            elif term.last < self.day:
                state = DutyState.MISSED
            else:
                days_left = self.days_left(client, term.first, term.last)
                state = DutyState.OPEN
                if number - len(met) < len(ahead):
                    state, on = DutyState.PLANNED, ahead[number - len(met)]
                elif days_left <= self._little(term, diary):
                    state = DutyState.AT_RISK
            yield Duty(
                client_id=client.id,
                manager_id=client.manager_id,
                row=_row(client),
                first=term.first,
                last=term.last,
                state=state,
                day=on,
                days_left=days_left,
                few_persons=few,
            )

    def _little(self, term: _Term, diary: Diary) -> int:
        """So many days left are few: a share of the working days that the span had."""
        had = sum(diary.is_duty(day) for day in _days(term.first, term.last))
        return max(1, math.floor(self.settings.coverage.at_risk * had + 1e-9))

    def _by_period(self, client: Client, done: Sequence[dt.date], diary: Diary) -> Iterator[_Term]:
        """The calendar's weeks, half-months, ... that end in the period, by the cadence of the week
        in which they end."""
        for cycle in Cycle:
            part = cycle.period_of(self.period.first)
            while part.first <= self.period.last:
                rhythm = self._rhythm(client, part.last)
                known = client.since is None or client.since <= part.last
                if (
                    isinstance(rhythm, Rhythm)
                    and rhythm.cycle is cycle
                    and known
                    and diary.first_duty(part.first, part.last) is not None
                ):
                    met = tuple(day for day in done if day in part)
                    yield _Term(part.first, part.last, rhythm.visits, met)
                part = cycle.period_of(part.last + DAY)

    def _by_interval(self, client: Client, done: Sequence[dt.date]) -> Iterator[_Term]:
        """At most so many days from visit to visit. Each visit moves the deadline; one that comes
        sooner than the cadence allows meets no duty of its own."""
        if client.since is not None:
            last = client.since
        else:
            begun = done[0] if done else quarter_of(self.period.first).first
            last = begun - DAY
        counted: dt.date | None = None
        for visit in (*(day for day in done if day > last), None):
            rhythm = self._rhythm(client, last)
            if isinstance(rhythm, Rhythm) and rhythm.cycle is None:
                step = dt.timedelta(days=rhythm.days)
                deadline = last + step
                while deadline < visit if visit else deadline <= self.period.last:
                    yield _Term(deadline - step + DAY, deadline, 1, ())
                    deadline += step
                if visit and (counted is None or visit >= rhythm.opens(counted, rhythm.days)):
                    yield _Term(deadline - step + DAY, deadline, 1, (visit,))
                    counted = visit
            last = visit or last

    def _first_return(
        self, client: Client, done: Sequence[dt.date], diary: Diary
    ) -> Iterator[_Term]:
        rule = self.policy.prospect
        first = client.since or (done[0] if done else None)
        if client.kind is ClientKind.PROSPECT and rule is not None and first is not None:
            last = diary.nth_workday_after(first, rule.within_workdays)
            met = tuple(day for day in done if first < day <= last)
            yield _Term(first + DAY, last, 1, met)

    def _rhythm(self, client: Client, day: dt.date) -> Rhythm | Message:
        known = client.id, day - day.weekday() * DAY
        if known not in self._rhythms:
            self._rhythms[known] = rhythm_of(client, self.policy, Horizon(first=known[1]))
        return self._rhythms[known]

    # --- records ----------------------------------------------------------------------------------

    def _done(self, client: Client) -> list[dt.date]:
        """Days of visits, each once, up to the day of the report."""
        return sorted(
            {
                record.date
                for record in self.book.visits_of.get(client.id, ())
                if record.status is VisitStatus.DONE and record.date <= self.day
            }
        )

    def _met_few(self, client: Client, day: dt.date) -> bool:
        rule = self.policy.rule_of(client)
        met = {
            contact_id
            for record in self.book.visits_of[client.id]
            if record.date == day and record.status is VisitStatus.DONE
            for contact_id in record.contact_ids
        }
        return rule is not None and 0 < len(met) < rule.key_persons

    def happened(self, client: Client) -> Counts:
        """What the records of the period say, whatever was asked for."""
        records = [
            record
            for record in self.book.visits_of.get(client.id, ())
            if record.date in self.period
        ]

        def number(status: VisitStatus) -> int:
            return sum(record.status is status for record in records)

        return Counts(
            visits=sum(day in self.period for day in self._done(client)),
            not_met=number(VisitStatus.NOT_MET),
            cancelled=number(VisitStatus.CANCELLED),
            moved=sum(self._is_moved(record) for record in records),
        )

    def _is_moved(self, record: VisitRecord) -> bool:
        return record.postponed_to is not None and record.postponed_to > self.period.last

    def _is_unrecorded(self, planned: Planned) -> bool:
        records = self.book.visits_of.get(planned.client_id, ())
        return (
            self.period.first <= planned.date < self.day
            and planned.client_id in self.book.client_by_id
            and all(record.date != planned.date for record in records)
        )

    def notes(self, clients: Sequence[Client]) -> Iterator[Message]:
        first = min((record.date for record in self.book.visits if record.is_visit), default=None)
        if first is None:
            yield message("coverage.note_no_records")
        elif first > self.period.first:
            yield message("coverage.note_begin", date=first)
        chosen = {client.id for client in clients}
        missing = sorted({one.client_id for one in self._unrecorded if one.client_id in chosen})
        if missing:
            number = sum(one.client_id in chosen for one in self._unrecorded)
            yield message("coverage.note_unrecorded", n=number, clients=missing)

    # --- days -------------------------------------------------------------------------------------

    def days_left(self, client: Client, first: dt.date, last: dt.date) -> int:
        """Days from the report's on, in [first, last], on which somebody can go to the client."""
        start = max(first, self.day)
        free: set[dt.date] = set()
        for manager_id in (client.manager_id, *client.backup_ids):
            free |= self.free_days(manager_id, start, last)
        return len(free)

    def free_days(self, manager_id: str, first: dt.date, last: dt.date) -> set[dt.date]:
        return {day for day in _days(first, last) if self._is_free(manager_id, day)}

    def _is_free(self, manager_id: str, day: dt.date) -> bool:
        if (manager_id, day) not in self._free:
            manager = self.book.manager_by_id[manager_id]
            pieces = shift_pieces(manager, day, self.settings.shift, self.calendar)
            self._free[manager_id, day] = bool(pieces)
        return self._free[manager_id, day]


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + number * DAY for number in range((last - first).days + 1)]
