"""Why a client is due: one small pure function a rule, each saying its reason in words.

A rule returns `Need`s: the days on which a visit would meet it. `due_list` makes visits of them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from routeplan.book.models import (
    Appointment,
    Client,
    ClientKind,
    Contact,
    KeyDate,
    Rigidity,
)
from routeplan.due.diary import Diary
from routeplan.due.models import DueKind, DueReason, Horizon, Occasion
from routeplan.due.policy import Cadence, Cycle, Festival, Policy, ProspectRule, Reading
from routeplan.language import Message, message
from routeplan.values import Frozen
from routeplan.workdays import Period, week_of

__all__ = [
    "Asked",
    "Known",
    "Need",
    "Rhythm",
    "appointment",
    "by_interval",
    "by_period",
    "key_dates",
    "left_over",
    "moments",
    "must_visit",
    "prospect",
    "rhythm_of",
    "who_is",
]

LOOK_AHEAD = dt.timedelta(days=366)
LONG = 7
"""Days over that count as long for needs without an interval of their own."""


class Need(Frozen):
    """What one rule asks for: a visit in [`earliest`, `until`], at best on `due`.

    `earliest` may lie before the horizon and `until` after it.
    """

    reason: DueReason
    occasion: Occasion
    earliest: dt.date
    due: dt.date
    latest: dt.date
    until: dt.date
    over: int = 0
    """Days by which the rule is already broken."""
    interval: int = LONG
    """Days from visit to visit: so many days over is as urgent as it gets."""
    pressing: bool = False
    """At least as urgent as on its latest day."""
    counts_from: dt.date | None = None
    """A visit before this day would count for an earlier period."""
    before: dt.date | None = None
    """Of a cadence: the last day before it, made, booked or planned."""
    served_by: int | None = None
    """Index of the planned day that already meets it."""


class Known(Frozen):
    """The visits to one client that are certain, each sorted by date."""

    done: tuple[dt.date, ...] = ()
    booked: tuple[dt.date, ...] = ()
    """Agreed for days after the last record and before the horizon."""
    planned: tuple[dt.date, ...] = ()
    """Inside the horizon, for other reasons than the cadence."""

    @property
    def seen(self) -> tuple[dt.date, ...]:
        return tuple(sorted({*self.done, *self.booked}))


class Rhythm(Frozen):
    """The cadence that holds for one client, with its words."""

    who: Message
    norm: Message
    visits: int = 1
    cycle: Cycle | None
    """None: by interval."""
    days: int
    """From visit to visit."""
    earliest_share: float
    gap: int

    def opens(self, last: dt.date, interval: float) -> dt.date:
        """The first day on which the visit after one on `last` may take place."""
        wait = max(self.gap, math.ceil(self.earliest_share * interval - 1e-9))
        return last + dt.timedelta(days=wait)


class Asked(Frozen):
    """What a cadence asks for in the horizon, and the first day of what comes after it."""

    needs: tuple[Need, ...]
    next_due: dt.date | None
    """None: nobody works within a year."""


def rhythm_of(client: Client, policy: Policy, horizon: Horizon) -> Rhythm | Message:
    """How often the client is to be visited, or why no cadence holds.

    The client's own interval comes first; a newly signed account has the more frequent of its
    tier's cadence and the newly signed one; prospects have none.
    """
    if client.interval_days is not None:
        least = policy.own_interval.min_gap_share * client.interval_days
        gap = max(1, math.ceil(least - 1e-9))
        return Rhythm(
            who=message("due.who_own"),
            norm=message("due.norm_days", n=client.interval_days),
            cycle=None,
            days=client.interval_days,
            earliest_share=policy.own_interval.earliest_share,
            gap=gap,
        )
    if client.kind is ClientKind.PROSPECT:
        return message("due.prospect_by_phone")
    rule = policy.rule_of(client)
    found = []
    if rule is not None and rule.visits:
        found.append(_rhythm(rule, policy.reading, who_is(client, rule.listed)))
    signed, newly = client.since, policy.newly_signed
    if (
        newly is not None
        and newly.visits
        and signed is not None
        and signed <= horizon.last
        and (horizon.first - signed).days <= newly.for_days
    ):
        who = message("due.who_newly_signed", date=signed)
        found.append(_rhythm(newly, policy.reading, who))
    if found:
        return min(found, key=lambda rhythm: rhythm.days)
    if rule is None:
        return message("due.no_rule", who=who_is(client, client.listed), policy=policy.name)
    return message("due.none_required", who=who_is(client, rule.listed))


def who_is(client: Client, listed: bool | None) -> Message:
    """The clients that a rule covers, in words: 'A, listed'."""
    tier = message(f"words.tier_{client.tier}")
    if listed is None:
        return tier
    return message("due.who_listed" if listed else "due.who_not_listed", tier=tier)


def _rhythm(rule: Cadence, reading: Reading, who: Message) -> Rhythm:
    cycle = rule.every if reading is Reading.PERIOD else None
    if cycle is None:
        norm = message("due.norm_days", n=rule.interval_days)
    else:
        norm = message(f"due.norm_{cycle.name.lower()}", n=rule.visits)
    return Rhythm(
        who=who,
        norm=norm,
        visits=rule.visits,
        cycle=cycle,
        days=rule.interval_days,
        earliest_share=rule.earliest_share,
        gap=rule.min_gap_days,
    )


def by_period(rhythm: Rhythm, known: Known, horizon: Horizon, diary: Diary) -> Asked:
    """At least `visits` in every calendar period.

    A period without any duty day asks for nothing. Days over are the days of the whole periods
    that passed without a visit before the one in which the horizon begins.
    """
    cycle = rhythm.cycle
    if cycle is None:
        raise ValueError("a rhythm by interval has no period")
    made = list(known.seen)
    needs: list[Need] = []
    period = cycle.period_of(horizon.first)
    while period.first <= horizon.last + LOOK_AHEAD:
        interval = period.days / rhythm.visits
        done = sum(day in period for day in known.seen)
        served = [index for index, day in enumerate(known.planned) if day in period]
        for number in range(max(0, rhythm.visits - done)):
            planned_before = (day for day in known.planned if day < period.first)
            before = max(
                (day for day in (*made, *planned_before) if day <= period.last), default=None
            )
            opened = _opened(rhythm, before, period, diary)
            start = max(opened, horizon.first)
            serves = served[number] if number < len(served) else None
            possible = diary.first_duty(start, period.last)
            if possible is None and serves is None:
                continue
            if possible is not None and possible > horizon.last and serves is None:
                return Asked(needs=tuple(needs), next_due=possible)
            nominal = start if before is None else before + dt.timedelta(days=round(interval))
            nominal = min(max(nominal, opened), period.last)
            due = diary.last_duty(opened, nominal) or diary.first_duty(nominal, period.last)
            over = 0 if needs else _missed(cycle, known.seen, period.first, diary)
            needs.append(
                Need(
                    reason=_reason(rhythm, known, before, over),
                    occasion=Occasion.CADENCE,
                    earliest=opened,
                    due=due or nominal,
                    latest=diary.last_free(start, period.last) or period.last,
                    until=period.last,
                    over=over,
                    interval=round(interval),
                    pressing=before is None,
                    counts_from=period.first,
                    before=before,
                    served_by=serves,
                )
            )
            made.append(max(needs[-1].due, start))
        period = cycle.period_of(period.last + dt.timedelta(days=1))
    return Asked(needs=tuple(needs), next_due=None)


def _opened(rhythm: Rhythm, before: dt.date | None, period: Period, diary: Diary) -> dt.date:
    """The first day of the period's visit; the earliest share yields where only holidays follow."""
    if before is None:
        return period.first
    opened = max(period.first, rhythm.opens(before, period.days / rhythm.visits))
    if diary.first_duty(opened, period.last) is None:
        opened = max(period.first, before + dt.timedelta(days=rhythm.gap))
    return opened


def _missed(cycle: Cycle, seen: Sequence[dt.date], until: dt.date, diary: Diary) -> int:
    earlier = [day for day in seen if day < until]
    if not earlier:
        return 0
    days = 0
    period = cycle.period_of(cycle.period_of(earlier[-1]).last + dt.timedelta(days=1))
    while period.first < until:
        if diary.first_duty(period.first, period.last) is not None:
            days += period.days
        period = cycle.period_of(period.last + dt.timedelta(days=1))
    return days


def by_interval(rhythm: Rhythm, known: Known, horizon: Horizon, diary: Diary) -> Asked:
    """At most `days` days since the last visit.

    Visits after the first in the horizon are asked for only when they fall due within it.
    """
    step = dt.timedelta(days=rhythm.days)
    last = max(known.seen, default=None)
    planned = list(enumerate(known.planned))
    needs: list[Need] = []
    first = True
    while True:
        due = last + step if last is not None else horizon.first
        earliest = rhythm.opens(last, rhythm.days) if last is not None else horizon.first
        reached = max(due, horizon.first)
        until = reached + step - dt.timedelta(days=max(1, rhythm.gap))
        over = max(0, (horizon.first - due).days)
        latest = diary.last_free(max(earliest, horizon.first), due) or due
        need = Need(
            reason=_reason(rhythm, known, last, over),
            occasion=Occasion.CADENCE,
            earliest=earliest,
            due=latest,
            latest=latest,
            until=until,
            over=over,
            interval=rhythm.days,
            pressing=last is None,
            before=last,
        )
        if planned and planned[0][1] <= until:
            index, day = planned.pop(0)
            if day >= earliest:
                needs.append(need.model_copy(update={"served_by": index}))
            first = False
            last = max(day, last) if last is not None else day
            continue
        if (earliest if first else due) > horizon.last:
            return Asked(needs=tuple(needs), next_due=earliest)
        if diary.first_duty(max(earliest, horizon.first), min(until, horizon.last)) is not None:
            needs.append(need)
        first = False
        last = reached


def _reason(rhythm: Rhythm, known: Known, last: dt.date | None, over: int) -> DueReason:
    if last is None:
        seen = message("due.never_seen")
    elif last in known.done:
        seen = message("due.over", date=last, n=over) if over else message("due.seen", date=last)
    elif last in known.booked:
        seen = message("due.booked_before", date=last)
    else:
        seen = message("due.after_planned")
    text = message("due.cadence", who=rhythm.who, norm=rhythm.norm, seen=seen)
    return DueReason(kind=DueKind.CADENCE, text=text)


def prospect(
    client: Client, rule: ProspectRule, known: Known, horizon: Horizon, diary: Diary
) -> Need | None:
    """A visit within some working days of the first talk; any later visit settles it."""
    first = client.since or min(known.done, default=None)
    if first is None:
        return Need(
            reason=DueReason(kind=DueKind.PROSPECT, text=message("due.prospect_unknown")),
            occasion=Occasion.PROSPECT,
            earliest=horizon.first,
            due=horizon.first,
            latest=horizon.first,
            until=_soon(horizon, horizon.first, diary),
            pressing=True,
        )
    if any(day > first for day in known.seen):
        return None
    latest = diary.nth_workday_after(first, rule.within_workdays)
    over = max(0, (horizon.first - latest).days)
    text = message("due.prospect", date=first, days=rule.within_workdays, latest=latest)
    if over:
        text = message("due.prospect_over", date=first, days=rule.within_workdays, n=over)
    earliest = first + dt.timedelta(days=1)
    return Need(
        reason=DueReason(kind=DueKind.PROSPECT, text=text),
        occasion=Occasion.PROSPECT,
        earliest=earliest,
        due=latest,
        latest=latest,
        until=max(latest, _soon(horizon, max(earliest, horizon.first), diary)),
        over=over,
    )


def must_visit(client: Client, known: Known, horizon: Horizon, diary: Diary) -> Need | None:
    """A flag that asks for a visit, and no call, within the week; a visit since then settles it.

    `by` is a hard limit while it can still be met.
    """
    flag = client.must_visit
    if flag is None or (flag.since is not None and any(day >= flag.since for day in known.done)):
        return None
    earliest = max(horizon.first, flag.since or horizon.first)
    facts = [message(f"words.must_visit_{flag.reason}")]
    if flag.since is not None:
        facts.append(message("due.must_since", date=flag.since))
    if flag.by is not None:
        facts.append(message("due.must_by", date=flag.by))
    until = _soon(horizon, earliest, diary)
    if flag.by is not None and diary.last_free(earliest, flag.by) is not None:
        until = flag.by
    latest = flag.by or until
    waiting_since = flag.by or flag.since or horizon.first
    return Need(
        reason=DueReason(kind=DueKind.MUST_VISIT, text=message("due.must_visit", facts=facts)),
        occasion=Occasion(flag.reason.value),
        earliest=earliest,
        due=min(diary.first_duty(earliest, until) or earliest, latest),
        latest=latest,
        until=until,
        over=max(0, (horizon.first - waiting_since).days),
        pressing=True,
    )


def _soon(horizon: Horizon, earliest: dt.date, diary: Diary) -> dt.date:
    """The end of the week of `earliest`, or of the horizon where nobody is there that week."""
    end = week_of(earliest).last
    return end if diary.last_free(earliest, end) is not None else max(end, horizon.last)


def key_dates(
    client: Client,
    contacts: Sequence[Contact],
    festivals: Sequence[Festival],
    days_ahead: int,
    known: Known,
    horizon: Horizon,
    diary: Diary,
) -> tuple[Need, ...]:
    """A client's key dates, its contacts' birthdays and its tier's festivals, by date; a visit
    shortly before settles each."""
    needs = [
        need
        for occasion, date, name in moments(client, contacts, festivals)
        if (need := _key_date(occasion, date, name, days_ahead, known, horizon, diary)) is not None
    ]
    return tuple(sorted(needs, key=lambda need: (need.latest, need.reason.text.model_dump_json())))


def moments(
    client: Client, contacts: Sequence[Contact], festivals: Sequence[Festival]
) -> tuple[tuple[Occasion, KeyDate, Message], ...]:
    """The days that matter to a client, each with its name: its own, birthdays, festivals."""
    own = [
        (Occasion.KEY_DATE, date, message("due.key_date_name", name=date.name))
        for date in client.key_dates
    ]
    birthdays = [
        (Occasion.BIRTHDAY, contact.birthday, message("due.birthday", name=contact.name))
        for contact in contacts
        if contact.birthday is not None
    ]
    general = [
        (Occasion.FESTIVAL, festival.date, festival.title)
        for festival in festivals
        if client.tier in festival.tiers
    ]
    return (*own, *birthdays, *general)


def _key_date(
    occasion: Occasion,
    date: KeyDate,
    name: Message,
    days_ahead: int,
    known: Known,
    horizon: Horizon,
    diary: Diary,
) -> Need | None:
    day = date.next_on_or_after(horizon.first)
    if day is None:
        return None
    first = day - dt.timedelta(days=days_ahead)
    if any(first <= seen <= day for seen in known.seen):
        return None
    until = min(day, horizon.last)
    due = diary.last_duty(max(first, horizon.first), until)
    if due is None:
        return None
    return Need(
        reason=DueReason(kind=DueKind.KEY_DATE, text=message("due.key_date", name=name, date=day)),
        occasion=occasion,
        earliest=first,
        due=due,
        latest=day,
        until=until,
        interval=max(1, days_ahead),
    )


def left_over(horizon: Horizon) -> Need:
    """The last plan had no room for it."""
    return Need(
        reason=DueReason(kind=DueKind.LEFT_OVER, text=message("due.left_over")),
        occasion=Occasion.LEFT_OVER,
        earliest=horizon.first,
        due=horizon.first,
        latest=horizon.last,
        until=horizon.last,
        pressing=True,
    )


def appointment(booked: Appointment) -> Need:
    """A visit agreed with the client: on its day, or in its week."""
    days = week_of(booked.date)
    whole_week = booked.rigidity is Rigidity.WEEK
    if booked.start is None:
        text = message(f"due.appointment_{booked.rigidity}", date=booked.date)
    else:
        text = message("due.appointment_at", date=booked.date, start=booked.start)
    return Need(
        reason=DueReason(kind=DueKind.APPOINTMENT, text=text),
        occasion=Occasion.APPOINTMENT,
        earliest=days.first if whole_week else booked.date,
        due=booked.date,
        latest=days.last if whole_week else booked.date,
        until=days.last if whole_week else booked.date,
        pressing=True,
    )
