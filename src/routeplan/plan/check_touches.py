"""Whether the calls and messages of a plan keep every rule: counted minute by minute from the plan
and the book, sharing no code with what lays them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from routeplan.book.availability import hours_on, site_windows
from routeplan.book.models import Book, Channel, Contact, TravelMode
from routeplan.config import Settings
from routeplan.due.models import DueTouch
from routeplan.plan.plan import Leg, Plan, PlannedDay, PlannedTouch, TouchPlace
from routeplan.problem.adjust import HoursOn, OpenAt
from routeplan.values import MINUTES_PER_DAY, TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = ["touch_violations"]

SHORT_RIDE = 5
"""Minutes: an estimated ride that is shorter counts as none."""
DRIVING, BUSY, OFF = "-", "x", " "
RIDE, WAITING, DESK = "r", "w", "d"
SIGN = {TouchPlace.RIDE: RIDE, TouchPlace.WAITING: WAITING, TouchPlace.DESK: DESK}

Pieces = Callable[[str, dt.date], Sequence[TimeWindow]]


def touch_violations(
    plan: Plan,
    book: Book,
    settings: Settings,
    calendar: WorkCalendar,
    pieces: Pieces,
    owner: Callable[[str], str],
    earlier: Plan | None,
) -> Iterator[str]:
    """A sentence for each rule that is broken. `pieces` gives a manager's working time on a date,
    `owner` whose a client is; `earlier` is the plan that a re-plan started from."""
    due = {touch.id: touch for touch in plan.touches}
    placed = [(day, touch) for day in plan.days for touch in day.touches]
    count = Counter(touch.touch_id for _, touch in placed)
    count.update(touch.touch_id for touch in plan.touches_open)
    shown = [key for key in sorted(due.keys() | count.keys()) if (key in due, count[key]) != (1, 1)]
    if shown:
        yield f"{', '.join(shown)}: not due, or not exactly once in a day or open"
        return
    signs = [_minutes_of(day, pieces(day.manager_id, day.date), settings) for day in plan.days]
    for day, minutes in zip(plan.days, signs, strict=True):
        yield from _of_day(day, settings)
        for touch in day.touches:
            what = due[touch.touch_id]
            where = f"{touch.touch_id} on {day.date} at {touch.time}"
            if owner(touch.client_id) != day.manager_id:
                yield f"{where} is not {day.manager_id}'s"
            for wrong in _as_due(what, day, touch, book):
                yield f"{where} {wrong}"
            if set(minutes[touch.time.start : touch.time.end]) != {SIGN[touch.place]}:
                yield f"{where} is not in time of the kind {touch.place.value}"
            if not _is_quiet(touch.channel, touch.place, settings):
                yield f"{where} is made on a ride"
            if not _may_disturb(plan, what, day.date, touch.time, book, calendar):
                yield f"{where} is outside the hours of those it goes to"
            if _is_past(plan, day.date, touch.time.start) and not _stood(earlier, day, touch):
                yield f"{where} is new, but lies before the clock"
    yield from _visits_stand_for_them(plan, due)
    yield from _no_room_is_overlooked(plan, signs, book, settings, calendar, owner)


def _of_day(day: PlannedDay, settings: Settings) -> Iterator[str]:
    where = f"{day.manager_id} on {day.date}"
    last = 0
    for touch in day.touches:
        if touch.time.start < last:
            yield f"{where}: {touch.touch_id} begins before the one before it ends"
        last = touch.time.end
    if sum(touch.time.minutes for touch in day.touches) > settings.touches.max_per_day:
        yield f"{where}: more minutes of calls and messages than a day may hold"


def _as_due(what: DueTouch, day: PlannedDay, touch: PlannedTouch, book: Book) -> Iterator[str]:
    if (touch.client_id, touch.channel, touch.reasons, touch.latest) != (
        what.client_id,
        what.channel,
        what.reasons,
        what.latest,
    ):
        yield "is not what was due"
    if not what.earliest <= day.date <= what.until:
        yield "is on another day than it may be"
    if touch.time.minutes != what.minutes:
        yield f"takes {touch.time.minutes} minutes instead of {what.minutes}"
    known = [contact.id for contact in book.contacts if contact.id in what.contact_ids]
    if [person.contact_id for person in touch.persons] != known:
        yield "goes to other persons than it should"


def _minutes_of(day: PlannedDay, working: Sequence[TimeWindow], settings: Settings) -> str:
    """A sign for every minute of a day: what the manager does then."""
    sign = [OFF] * MINUTES_PER_DAY

    def mark(start: int, end: int, what: str) -> None:
        sign[start:end] = what * (end - start)

    for piece in working:
        mark(max(piece.start, day.shift.start), min(piece.end, day.shift.end), DESK)
    at_work = [one != OFF for one in sign]
    if day.leave is not None and day.back is not None:
        mark(day.leave, day.back, WAITING)
    for visit in day.visits:
        finding = 0 if visit.room.strip() else settings.visits.find_room
        come = visit.talk.start - settings.visits.arrive_early - finding
        mark(max(come, visit.arrive), visit.ready_to_leave, BUSY)
    if day.lunch is not None:
        mark(day.lunch.start, day.lunch.end, BUSY)
    for leg in day.legs:
        mark(leg.leave, leg.arrive, DRIVING)
        for minute in range(leg.leave, leg.arrive):
            if _is_riding(leg, minute, settings):
                sign[minute] = RIDE
    return "".join(one if there else OFF for one, there in zip(sign, at_work, strict=True))


def _is_riding(leg: Leg, minute: int, settings: Settings) -> bool:
    """Whether one sits in a vehicle that somebody else drives."""
    if leg.mode is not TravelMode.TRANSIT:
        return False
    if leg.steps:
        gone = minute - leg.leave
        for step in leg.steps:
            if gone < step.minutes:
                return step.kind in ("ride", "taxi")
            gone -= step.minutes
        return False
    on_foot = settings.travel.modes[leg.mode].access_minutes
    if leg.minutes - on_foot < SHORT_RIDE:
        return False
    to_stop = on_foot - on_foot // 2
    return leg.leave + to_stop <= minute < leg.arrive - on_foot // 2


def _is_quiet(channel: Channel, place: TouchPlace, settings: Settings) -> bool:
    rules = settings.touches
    allowed = rules.calls_on_ride if channel is Channel.PHONE else rules.messages_on_ride
    return allowed or place is not TouchPlace.RIDE


def _may_disturb(
    plan: Plan, what: DueTouch, date: dt.date, time: TimeWindow, book: Book, calendar: WorkCalendar
) -> bool:
    """Whether all those whom it concerns may be called, or written to, in each of its minutes."""
    if what.named_hours is not None:
        named = what.named_hours.on(date.weekday())
        return all(_in_one(named, minute) for minute in range(time.start, time.end))
    client = book.client_by_id[what.client_id]
    contacts = [contact for contact in book.contacts if contact.id in what.contact_ids]
    for site_id in {contact.site_id for contact in contacts} or {""}:
        hours = [*site_windows(client.site(site_id), date, calendar)]
        for item in plan.adjustments:
            if isinstance(item, HoursOn) and item.client_id == client.id and item.covers(date):
                hours = [*item.hours]
            elif isinstance(item, OpenAt) and (item.client_id, item.date) == (client.id, date):
                hours.append(item.hours)
        if not all(_in_one(hours, minute) for minute in range(time.start, time.end)):
            return False
    call = what.channel is Channel.PHONE
    return not any(
        _rests(contact, date, minute)
        or (call and contact.hours and not _in_one(hours_on(contact.hours, date, calendar), minute))
        for contact in contacts
        for minute in range(time.start, time.end)
    )


def _rests(contact: Contact, date: dt.date, minute: int) -> bool:
    rest = contact.do_not_disturb
    return rest is not None and _in_one(rest.on(date.weekday()), minute)


def _in_one(windows: Sequence[TimeWindow], minute: int) -> bool:
    return any(window.start <= minute < window.end for window in windows)


def _is_past(plan: Plan, date: dt.date, minute: int) -> bool:
    now = plan.origin.now
    return now is not None and dt.datetime.combine(date, dt.time()) + dt.timedelta(
        minutes=minute
    ) < now.replace(tzinfo=None)


def _stood(earlier: Plan | None, day: PlannedDay, touch: PlannedTouch) -> bool:
    return earlier is not None and any(
        (old.client_id, old.channel, old.time) == (touch.client_id, touch.channel, touch.time)
        for before in earlier.days
        if (before.manager_id, before.date) == (day.manager_id, day.date)
        for old in before.touches
    )


def _visits_stand_for_them(plan: Plan, due: dict[str, DueTouch]) -> Iterator[str]:
    planned = {visit.visit_id: (day.date, visit.client_id) for day, visit in plan.visits}
    used = Counter((touch.channel, touch.visit_id) for touch in plan.touches_open if touch.visit_id)
    for touch in plan.touches_open:
        what = due[touch.touch_id]
        if (touch.client_id, touch.channel) != (what.client_id, what.channel):
            yield f"{touch.touch_id} is not what was due"
        if not touch.visit_id:
            continue
        date, client_id = planned.get(touch.visit_id, (None, ""))
        days = what.met_by_visit
        if date is None or days is None or not days[0] <= date <= days[1]:
            yield f"{touch.touch_id}: no visit stands for it"
        elif client_id != touch.client_id or used[touch.channel, touch.visit_id] > 1:
            yield f"{touch.touch_id}: {touch.visit_id} cannot stand for it"


def _no_room_is_overlooked(
    plan: Plan,
    signs: Sequence[str],
    book: Book,
    settings: Settings,
    calendar: WorkCalendar,
    owner: Callable[[str], str],
) -> Iterator[str]:
    """No open touch would fit into what is left of a day: every start of every day is tried."""
    left: dict[tuple[str, dt.date], str] = {}
    for day, minutes in zip(plan.days, signs, strict=True):
        for taken in day.touches:
            start, end = taken.time.start, taken.time.end
            minutes = minutes[:start] + BUSY * (end - start) + minutes[end:]
        left[day.manager_id, day.date] = minutes
    used = {
        (day.manager_id, day.date): sum(touch.time.minutes for touch in day.touches)
        for day in plan.days
    }
    due = {touch.id: touch for touch in plan.touches}
    for touch in plan.touches_open:
        what = due[touch.touch_id]
        if touch.visit_id:
            continue
        for (manager_id, date), sign in left.items():
            if manager_id != owner(what.client_id) or not what.earliest <= date <= what.until:
                continue
            if used[manager_id, date] + what.minutes > settings.touches.max_per_day:
                continue
            for place in TouchPlace:
                run = SIGN[place] * what.minutes
                at = sign.find(run) if _is_quiet(what.channel, place, settings) else -1
                while at >= 0:
                    time = TimeWindow(start=at, end=at + what.minutes)
                    new = not _is_past(plan, date, at)
                    if new and _may_disturb(plan, what, date, time, book, calendar):
                        yield f"{what.id} is open, though it would fit on {date} at {time}"
                        return
                    at = sign.find(run, at + 1)
