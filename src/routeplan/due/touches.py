"""Which calls and messages are due between visits: what the policy asks for, in its periods.

The periods are counted as those of visits are (`rules.by_period`, `rules.by_interval`); records of
calls, messages and whatever else a norm says count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from routeplan.book.availability import person_windows, site_windows
from routeplan.book.models import Book, Channel, Client, ClientKind, Contact, VisitStatus
from routeplan.config import Settings, TouchSettings
from routeplan.due import rules
from routeplan.due.diary import Diary
from routeplan.due.models import DueTouch, Horizon
from routeplan.due.policy import Frequency, Policy, Reading
from routeplan.due.rules import Known, Need, Rhythm
from routeplan.due.worth import urgency
from routeplan.language import Message, message
from routeplan.values import WeeklyHours, common_windows
from routeplan.workdays import WorkCalendar, week_of

__all__ = ["list_touches", "noted", "recorded", "touch_minutes"]


def list_touches(
    book: Book,
    horizon: Horizon,
    policy: Policy,
    settings: Settings,
    calendar: WorkCalendar,
    *,
    manager_ids: Collection[str] | None = None,
) -> tuple[DueTouch, ...]:
    """The calls and messages due in the horizon, most urgent first, as if it held no visits: those
    that a visit may stand for say so. A client's own manager makes them."""
    found: list[DueTouch] = []
    for client in sorted(book.clients, key=lambda client: client.id):
        if manager_ids is None or client.manager_id in manager_ids:
            found += _of_client(book, client, horizon, policy, settings, calendar)
    found.sort(key=lambda touch: (-touch.urgency, touch.until, touch.id))
    return tuple(found)


def touch_minutes(channel: Channel, persons: int, settings: TouchSettings) -> int:
    """How long a call, or a message to so many persons, takes."""
    if channel is Channel.PHONE:
        return settings.call
    return settings.message + settings.per_extra_person * max(0, persons - 1)


def recorded(touches: Sequence[DueTouch], book: Book, until: dt.date) -> dict[str, dt.date]:
    """Of the touches due those made since they were listed, by records up to `until`, each with its
    day: one on which the client was reached settles one touch of that channel, rather one that may
    be made on that day than another."""
    found: dict[str, dt.date] = {}
    groups: dict[tuple[str, Channel], list[DueTouch]] = {}
    for touch in sorted(touches, key=lambda touch: (touch.earliest, touch.id)):
        groups.setdefault((touch.client_id, touch.channel), []).append(touch)
    for (client_id, _), group in groups.items():
        last = max((touch.last for touch in group if touch.last), default=None)
        days = {
            record.date
            for record in book.records_of.get(client_id, ())
            if record.status is VisitStatus.DONE
            and record.channel in (group[0].channel, *group[0].also)
            and (record.date >= group[0].earliest if last is None else record.date > last)
            and record.date <= until
        }
        for day in sorted(days):
            left = [touch for touch in group if touch.id not in found]
            if left:
                settled = min(
                    left,
                    key=lambda touch: (
                        not touch.earliest <= day <= touch.until,
                        touch.until < day,
                        touch.earliest,
                    ),
                )
                found[settled.id] = day
    return found


def noted(
    touches: Sequence[DueTouch], listed: Sequence[DueTouch], made: Mapping[str, dt.date]
) -> tuple[DueTouch, ...]:
    """The touches with the last contact of their client and channel, as `made` among those `listed`
    says: so that it settles no other later on."""
    last: dict[tuple[str, Channel], dt.date] = {}
    for touch in listed:
        if touch.id in made:
            key = (touch.client_id, touch.channel)
            last[key] = max(made[touch.id], last.get(key, made[touch.id]))
    return tuple(
        touch.model_copy(update={"last": last.get((touch.client_id, touch.channel), touch.last)})
        for touch in touches
    )


@dataclass(frozen=True)
class _Norm:
    """What a policy asks for of one channel."""

    channel: Channel
    frequency: Frequency
    who: Message

    @property
    def counts(self) -> frozenset[Channel]:
        return frozenset({self.channel, *self.frequency.also})

    @property
    def days(self) -> int:
        return max(1, self.frequency.every.nominal_days // self.frequency.at_least)

    def rhythm(self, reading: Reading) -> Rhythm:
        by_period = reading is Reading.PERIOD
        every, times = self.frequency.every, self.frequency.at_least
        return Rhythm(
            who=self.who,
            norm=message(f"touch.{self.channel}_{every.name.lower()}", n=times),
            visits=times,
            cycle=every if by_period else None,
            days=self.days,
            earliest_share=self.frequency.earliest_share,
            gap=1,
        )


@dataclass(frozen=True)
class _Draft:
    """A touch in the making."""

    channel: Channel
    need: Need
    earliest: dt.date
    until: dt.date
    reasons: tuple[Message, ...]
    last: dt.date | None
    """Of the contact before it, where that has been."""
    by_visit: tuple[dt.date, dt.date] | None
    """Days on which a visit stands for it."""
    counts: frozenset[Channel]
    """What a record must be of to settle it."""

    @property
    def day(self) -> dt.date:
        return max(self.need.due, self.earliest)


def _of_client(
    book: Book,
    client: Client,
    horizon: Horizon,
    policy: Policy,
    settings: Settings,
    calendar: WorkCalendar,
) -> Iterator[DueTouch]:
    diary = Diary([book.manager_by_id[client.manager_id]], settings.shift, calendar)
    back = _return_contact(book, client, horizon, policy, diary)
    norms = sorted(_norms(client, policy), key=lambda norm: norm.days)
    for channel in (Channel.PHONE, Channel.MESSAGE):
        drafts: list[_Draft] = []
        for norm in norms:
            if norm.channel is channel:
                drafts = _with(drafts, norm, book, client, horizon, policy, diary)
        if back is not None and channel is Channel.PHONE:
            after = week_of(back.until).last
            drafts = [back, *(draft for draft in drafts if draft.earliest > after)]
        named = _who_named_hours(book, client, policy) if channel is Channel.PHONE else None
        apart = _apart(drafts, _NamedDays(named.preferred_hours)) if named else []
        if not apart:
            apart, named = _apart(drafts, diary), None
        yield from _touches(book, client, apart, horizon, settings, calendar, named)


def _norms(client: Client, policy: Policy) -> Iterator[_Norm]:
    """What the policy asks for of calls and messages to a client."""
    if client.kind is ClientKind.PROSPECT:
        if policy.prospect is not None and isinstance(policy.prospect.calls, Frequency):
            yield _Norm(Channel.PHONE, policy.prospect.calls, message("words.kind_prospect"))
        return
    rule = policy.rule_of(client)
    if rule is not None:
        who = rules.who_is(client, rule.listed)
        if isinstance(rule.calls, Frequency):
            yield _Norm(Channel.PHONE, rule.calls, who)
        if isinstance(rule.sms, Frequency):
            yield _Norm(Channel.MESSAGE, rule.sms, who)
    core = policy.core_client
    if core is not None and core.covers(client) and isinstance(core.sms, Frequency):
        yield _Norm(Channel.MESSAGE, core.sms, message("touch.core_client"))


def _known(book: Book, client: Client, channels: Collection[Channel], horizon: Horizon) -> Known:
    """Days on which the client was reached in one of these ways."""
    days = {
        record.date
        for record in book.records_of.get(client.id, ())
        if record.status is VisitStatus.DONE
        and record.channel in channels
        and record.date <= horizon.last
    }
    return Known(done=tuple(sorted(days)))


def _return_contact(
    book: Book, client: Client, horizon: Horizon, policy: Policy, diary: Diary
) -> _Draft | None:
    """The call with which a prospect is returned to where no visit does it in time."""
    rule = policy.prospect
    if rule is None or client.kind is not ClientKind.PROSPECT:
        return None
    known = _known(book, client, {Channel.VISIT, *rule.settled_by}, horizon)
    need = rules.prospect(client, rule, known, horizon, diary)
    if need is None or need.earliest > horizon.last or Channel.PHONE not in rule.settled_by:
        return None
    first = client.since or min(known.done, default=None)
    if first is None:
        reason = message("touch.return_unknown")
    else:
        reason = message("touch.return", date=first, days=rule.within_workdays, latest=need.latest)
    earliest, until = max(need.earliest, horizon.first), min(need.until, horizon.last)
    # Once the days are over, a call today is better than a visit later in the week.
    soonest = diary.first_duty(earliest, until) or earliest
    by_visit = (earliest, max(need.latest, soonest))
    counts = frozenset(rule.settled_by)
    return _Draft(Channel.PHONE, need, earliest, until, (reason,), None, by_visit, counts)


def _with(
    drafts: Sequence[_Draft],
    norm: _Norm,
    book: Book,
    client: Client,
    horizon: Horizon,
    policy: Policy,
    diary: Diary,
) -> list[_Draft]:
    """The drafts with what one more norm asks for: met by one of them, or by a touch of its own."""
    planned = tuple(draft.day for draft in drafts)
    known = _known(book, client, norm.counts, horizon).model_copy(update={"planned": planned})
    rhythm = norm.rhythm(policy.reading)
    ask = rules.by_interval if rhythm.cycle is None else rules.by_period
    found = list(drafts)
    needs = ask(rhythm, known, horizon, diary).needs
    last_one, missing = _short(rhythm, needs, known, horizon)
    for asked in needs:
        # A client whom nobody has called yet is no more urgent than its days make it.
        need = asked.model_copy(update={"pressing": False})
        reason = _reason(rhythm, need, known)
        more: tuple[Message, ...] = ()
        if asked is last_one and missing > 0:
            more = (message("touch.no_day_left", n=missing),)
        if need.served_by is None:
            earliest, until = max(need.earliest, horizon.first), min(need.until, horizon.last)
            last = need.before if need.before in known.done else None
            by_visit = None
            if Channel.VISIT in norm.counts:
                by_visit = (max(need.counts_from or earliest, horizon.first), until)
            reasons = (reason, *more)
            found.append(
                _Draft(norm.channel, need, earliest, until, reasons, last, by_visit, norm.counts)
            )
        else:
            serving = found[need.served_by]
            found[need.served_by] = replace(
                serving,
                reasons=(*serving.reasons, reason, *more),
                until=max(serving.earliest, min(serving.until, need.until)),
                by_visit=serving.by_visit if Channel.VISIT in norm.counts else None,
                counts=serving.counts & norm.counts,
            )
    return found


def _short(
    rhythm: Rhythm, needs: Sequence[Need], known: Known, horizon: Horizon
) -> tuple[Need | None, int]:
    """The last of a period that ends in the horizon, and how many more of it have no day left."""
    if rhythm.cycle is None:
        return None, 0
    period = rhythm.cycle.period_of(horizon.first)
    mine = [need for need in needs if need.counts_from == period.first]
    if period.last > horizon.last or not mine:
        return None, 0
    done = sum(day in period for day in known.seen)
    return mine[-1], rhythm.visits - done - len(mine)


def _reason(rhythm: Rhythm, need: Need, known: Known) -> Message:
    """'A, listed: 2 calls every half-month; last 2026-11-12'."""
    if need.before is None:
        last = message("touch.never")
    elif need.before not in known.done:
        last = message("touch.follows")
    elif need.over:
        last = message("touch.over", date=need.before, n=need.over)
    else:
        last = message("touch.last", date=need.before)
    return message("touch.norm", who=rhythm.who, norm=rhythm.norm, last=last)


def _who_named_hours(book: Book, client: Client, policy: Policy) -> Contact | None:
    """The key person of a prospect to be called at the hours named; None: any, at any hour."""
    rule = policy.prospect
    if rule is None or not rule.named_hours or client.kind is not ClientKind.PROSPECT:
        return None
    heard = _heard(book, client)
    named = [one for one in book.contacts_of.get(client.id, ()) if one.preferred_hours]
    named.sort(key=lambda one: (not one.phone, heard.get(one.id, dt.date.min)))
    return next(iter(named), None)


class _Days(Protocol):
    """Days on which a touch may be made."""

    def first_duty(self, first: dt.date, last: dt.date) -> dt.date | None: ...

    def last_duty(self, first: dt.date, last: dt.date) -> dt.date | None: ...


@dataclass(frozen=True)
class _NamedDays:
    """Those at which a client named hours, days off among them."""

    hours: WeeklyHours | None

    def _of(self, first: dt.date, last: dt.date) -> list[dt.date]:
        days = [first + dt.timedelta(days=day) for day in range((last - first).days + 1)]
        return [day for day in days if self.hours and self.hours.on(day.weekday())]

    def first_duty(self, first: dt.date, last: dt.date) -> dt.date | None:
        return next(iter(self._of(first, last)), None)

    def last_duty(self, first: dt.date, last: dt.date) -> dt.date | None:
        return next(reversed(self._of(first, last)), None)


def _apart(drafts: Sequence[_Draft], diary: _Days) -> list[_Draft]:
    """The drafts in order, each with days of its own on which they may be made: two of one channel
    never fall on one day. Those for which no day is left are named with the last one."""
    found: list[_Draft] = []
    lost = 0
    for draft in sorted(drafts, key=lambda draft: (draft.earliest, draft.day)):
        earliest = draft.earliest
        if found:
            earliest = max(earliest, found[-1].earliest + dt.timedelta(days=1))
        first = diary.first_duty(earliest, draft.until)
        if first is None:
            lost += 1
        else:
            found.append(replace(draft, earliest=first))
    if lost and found:
        reasons = (*found[-1].reasons, message("touch.no_day_left", n=lost))
        found[-1] = replace(found[-1], reasons=reasons)
    for number, draft in enumerate(found):
        until = draft.until
        if number + 1 < len(found):
            until = min(until, found[number + 1].earliest - dt.timedelta(days=1))
        last = diary.last_duty(draft.earliest, until)
        found[number] = replace(draft, until=last or until)
    return found


def _touches(
    book: Book,
    client: Client,
    drafts: Sequence[_Draft],
    horizon: Horizon,
    settings: Settings,
    calendar: WorkCalendar,
    named: Contact | None,
) -> Iterator[DueTouch]:
    contacts = book.contacts_of.get(client.id, ())
    heard = _heard(book, client)
    for number, draft in enumerate(drafts, start=1):
        channel = draft.channel
        contact_ids = tuple(contact.id for contact in contacts)
        if named is not None:
            contact_ids = (named.id,)
        elif channel is Channel.PHONE and contacts:
            length = (draft.until - draft.earliest).days + 1
            days = [draft.earliest + dt.timedelta(days=day) for day in range(length)]
            called = min(contacts, key=lambda one: _turn(one, heard, client, days, calendar))
            heard[called.id] = draft.day
            contact_ids = (called.id,)
        need = draft.need
        yield DueTouch(
            id=f"{client.id}:{channel}" + ("" if number == 1 else f"#{number}"),
            client_id=client.id,
            channel=channel,
            earliest=draft.earliest,
            due=min(max(need.due, draft.earliest), draft.until),
            latest=need.latest,
            until=draft.until,
            last=draft.last,
            urgency=urgency(need, min(need.until, horizon.last)),
            reasons=draft.reasons,
            contact_ids=contact_ids,
            minutes=touch_minutes(channel, len(contact_ids), settings.touches),
            named_hours=named.preferred_hours if named else None,
            met_by_visit=draft.by_visit,
            also=tuple(
                other for other in Channel if other in draft.counts - {channel, Channel.VISIT}
            ),
        )


def _heard(book: Book, client: Client) -> dict[str, dt.date]:
    """Contact id → day on which the person was last met or reached; of the others nothing."""
    heard: dict[str, dt.date] = {}
    for record in book.records_of.get(client.id, ()):
        if record.status is VisitStatus.DONE:
            heard |= dict.fromkeys(record.contact_ids, record.date)
    return heard


def _turn(
    contact: Contact,
    heard: Mapping[str, dt.date],
    client: Client,
    days: Sequence[dt.date],
    calendar: WorkCalendar,
) -> tuple[bool, bool, dt.date]:
    """Whoever can be called on these days and has gone longest without word comes first, else in
    book order."""
    site = client.site(contact.site_id)
    reached = any(
        common_windows(site_windows(site, day, calendar), person_windows(contact, day, calendar))
        for day in days
    )
    return not contact.phone, not reached, heard.get(contact.id, dt.date.min)
