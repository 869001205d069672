"""Calls and messages laid into time that a plan has anyway: riding, waiting, at the desk.

Never while driving, cycling, walking or changing. The most urgent one chooses first, each the best
of the starts that are left: nothing moves again, so that the same plan has the same touches.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from routeplan.book.availability import hours_on, person_windows, shift_pieces, site_windows
from routeplan.book.models import Book, Channel, Client, Contact, TravelMode
from routeplan.config import Settings
from routeplan.due.models import DueTouch
from routeplan.language import Message, message
from routeplan.plan.plan import (
    Leg,
    OpenTouch,
    PersonToMeet,
    Plan,
    PlannedDay,
    PlannedTouch,
    TouchPlace,
)
from routeplan.problem.amend import amended
from routeplan.problem.wishes import collect_wishes
from routeplan.values import (
    MINUTES_PER_DAY,
    TimeWindow,
    common_windows,
    cut_windows,
    merged_windows,
)

__all__ = ["with_touches"]

LEAST_RIDE = 5
"""Minutes: a shorter ride that is only estimated may as well be a walk."""
_RANK = {
    Channel.PHONE: (TouchPlace.WAITING, TouchPlace.DESK, TouchPlace.RIDE),
    Channel.MESSAGE: (TouchPlace.RIDE, TouchPlace.WAITING, TouchPlace.DESK),
}
"""Where calls and messages go first."""

DayKey = tuple[str, dt.date]


class _Free(NamedTuple):
    hours: TimeWindow
    place: TouchPlace


class _Slot(NamedTuple):
    """Where a touch may go; the smallest is the best."""

    days_late: int
    unwelcome: bool
    """Outside the hours that the person called prefers."""
    visited: bool
    """A call on a day on which the client is visited anyway."""
    rank: int
    load: int
    """Minutes of touches at that day's desk already."""
    date: dt.date
    start: int
    place: TouchPlace


def with_touches(plan: Plan, book: Book, before: Plan | None = None) -> Plan:
    """The plan with its due calls and messages laid into its days, or open with the reason.

    `before` is the plan that a re-plan started from: what it had laid stays where it still can, and
    nothing new comes before the clock.
    """
    laying = _Laying(plan, amended(book, plan.adjustments))
    placed: dict[str, tuple[DayKey, PlannedTouch]] = {}
    due = {touch.id: touch for touch in plan.touches}
    earlier = [
        ((day.manager_id, day.date), touch)
        for day in (before.days if before else ())
        for touch in day.touches
        if touch.touch_id in due
    ]
    for key, old in earlier:
        if laying.is_past(key[1], old.time) and laying.still_goes(due[old.touch_id], key, old):
            placed[old.touch_id] = (key, laying.take(due[old.touch_id], key, old.time, old.place))
    visits = _met_by_visits(plan, [touch for touch in plan.touches if touch.id not in placed])
    for key, old in earlier:
        touch = due[old.touch_id]
        if touch.id in placed or touch.id in visits or laying.is_past(key[1], old.time):
            continue
        if laying.still_goes(touch, key, old):
            placed[touch.id] = (key, laying.take(touch, key, old.time, old.place))
    open_touches: list[OpenTouch] = []
    for touch in plan.touches:
        if touch.id in placed:
            continue
        if touch.id in visits:
            visit_id, date = visits[touch.id]
            why = message("touch.met_by_visit", date=date)
            open_touches.append(laying.left_open(touch, why, visit_id))
            continue
        found = laying.best(touch)
        if isinstance(found, Message):
            open_touches.append(laying.left_open(touch, found))
            continue
        key = (laying.owner(touch), found.date)
        time = TimeWindow(start=found.start, end=found.start + touch.minutes)
        placed[touch.id] = (key, laying.take(touch, key, time, found.place))
    days = []
    for day in plan.days:
        own = [touch for key, touch in placed.values() if key == (day.manager_id, day.date)]
        own.sort(key=lambda touch: touch.time.start)
        days.append(day.model_copy(update={"touches": tuple(own)}))
    return plan.model_copy(update={"days": tuple(days), "touches_open": tuple(open_touches)})


def _met_by_visits(plan: Plan, touches: Iterable[DueTouch]) -> dict[str, tuple[str, dt.date]]:
    """Touch id → the visit that stands for it. One visit stands for one call and one message."""
    visits: dict[str, list[tuple[dt.date, str]]] = {}
    for day, visit in plan.visits:
        visits.setdefault(visit.client_id, []).append((day.date, visit.visit_id))
    found: dict[str, tuple[str, dt.date]] = {}
    used: set[tuple[Channel, str]] = set()
    for touch in sorted(touches, key=lambda touch: (touch.earliest, touch.id)):
        if touch.met_by_visit is None:
            continue
        first, last = touch.met_by_visit
        for date, visit_id in sorted(visits.get(touch.client_id, ())):
            if first <= date <= last and (touch.channel, visit_id) not in used:
                used.add((touch.channel, visit_id))
                found[touch.id] = (visit_id, date)
                break
    return found


class _Laying:
    """The days' free times, which shrink with each touch that takes one."""

    def __init__(self, plan: Plan, book: Book) -> None:
        self._plan = plan
        self._book = book
        self._settings = plan.origin.settings
        self._calendar = plan.origin.calendar
        self._open_at = collect_wishes(plan.adjustments).open_at
        self._days = {(day.manager_id, day.date): day for day in plan.days}
        self._free = {
            key: list(free_times(day, self._pieces(key), self._settings))
            for key, day in self._days.items()
        }
        self._minutes: dict[DayKey, int] = dict.fromkeys(self._days, 0)
        self._at_desk: dict[DayKey, int] = dict.fromkeys(self._days, 0)
        self._visited = {(visit.client_id, day.date) for day, visit in plan.visits}

    def owner(self, touch: DueTouch) -> str:
        return self._book.client_by_id[touch.client_id].manager_id

    def is_past(self, date: dt.date, time: TimeWindow) -> bool:
        """Whether the touch would have begun by the re-plan's clock."""
        return time.start < self._first_minute(date)

    def still_goes(self, touch: DueTouch, key: DayKey, old: PlannedTouch) -> bool:
        """Whether a touch can stay where an earlier plan laid it."""
        return (
            key in self._days
            and key[0] == self.owner(touch)
            and touch.earliest <= key[1] <= touch.until
            and self._minutes[key] + touch.minutes <= self._settings.touches.max_per_day
            and old.time.minutes == touch.minutes
            and any(
                free.place is old.place and free.hours.holds(old.time.start, old.time.end)
                for free in self._free[key]
            )
            and any(
                window.holds(old.time.start, old.time.end)
                for window in self._windows(touch, key[1])
            )
        )

    def take(
        self, touch: DueTouch, key: DayKey, time: TimeWindow, place: TouchPlace
    ) -> PlannedTouch:
        """The touch at that time, which is nobody else's from now on."""
        self._free[key] = [
            free._replace(hours=left)
            for free in self._free[key]
            for left in cut_windows([free.hours], [time])
        ]
        self._minutes[key] += touch.minutes
        self._at_desk[key] += touch.minutes if place is TouchPlace.DESK else 0
        client = self._book.client_by_id[touch.client_id]
        return PlannedTouch(
            touch_id=touch.id,
            client_id=client.id,
            client_name=client.name,
            tier=client.tier,
            channel=touch.channel,
            persons=tuple(_person(contact) for contact in self._contacts(touch)),
            time=time,
            place=place,
            reasons=touch.reasons,
            latest=touch.latest,
        )

    def left_open(self, touch: DueTouch, why: Message, visit_id: str = "") -> OpenTouch:
        client = self._book.client_by_id[touch.client_id]
        return OpenTouch(
            touch_id=touch.id,
            client_id=client.id,
            client_name=client.name,
            tier=client.tier,
            channel=touch.channel,
            manager_id=client.manager_id,
            visit_id=visit_id,
            why=why,
            reasons=touch.reasons,
            latest=touch.latest,
        )

    def best(self, touch: DueTouch) -> _Slot | Message:
        """The best start that is left, or why there is none."""
        manager = self._book.manager_by_id[self.owner(touch)]
        dates = [
            key[1]
            for key in self._days
            if key[0] == manager.id and touch.earliest <= key[1] <= touch.until
        ]
        dates = [date for date in dates if any(self._since(date, self._pieces((manager.id, date))))]
        if not dates:
            return message("touch.nobody_works", manager=manager.name)
        slots: list[_Slot] = []
        may_be_disturbed = full = False
        for date in dates:
            key = (manager.id, date)
            windows = self._windows(touch, date)
            pieces = tuple(self._since(date, self._pieces(key)))
            may_be_disturbed |= any(
                window.minutes >= touch.minutes for window in common_windows(windows, pieces)
            )
            found = list(self._slots(touch, key, windows))
            if self._minutes[key] + touch.minutes <= self._settings.touches.max_per_day:
                slots += found
            else:
                full |= bool(found)
        if slots:
            return min(slots)
        if not may_be_disturbed:
            return message("touch.no_hours", manager=manager.name)
        if full:
            return message("touch.day_full", minutes=self._settings.touches.max_per_day)
        return message(f"touch.no_time_{touch.channel}")

    def _slots(
        self, touch: DueTouch, key: DayKey, windows: Sequence[TimeWindow]
    ) -> Iterator[_Slot]:
        """The first start of each free time and client's window, and the first preferred one."""
        date, call = key[1], touch.channel is Channel.PHONE
        preferred = self._preferred(touch, date)
        for free in self._free[key]:
            if not self._goes_there(touch.channel, free.place):
                continue
            for hours in self._since(date, common_windows([free.hours], windows)):
                starts = {hours.start}
                starts |= {max(hours.start, wish.start) for wish in preferred}
                for start in starts:
                    if start + touch.minutes > hours.end:
                        continue
                    welcome = any(wish.start <= start <= wish.end for wish in preferred)
                    yield _Slot(
                        days_late=max(0, (date - touch.latest).days),
                        unwelcome=bool(preferred) and not welcome,
                        visited=call and (touch.client_id, date) in self._visited,
                        rank=_RANK[touch.channel].index(free.place),
                        load=self._at_desk[key] if free.place is TouchPlace.DESK else 0,
                        date=date,
                        start=start,
                        place=free.place,
                    )

    def _goes_there(self, channel: Channel, place: TouchPlace) -> bool:
        rules = self._settings.touches
        on_ride = rules.calls_on_ride if channel is Channel.PHONE else rules.messages_on_ride
        return on_ride or place is not TouchPlace.RIDE

    def _contacts(self, touch: DueTouch) -> list[Contact]:
        return [
            contact
            for contact in self._book.contacts_of.get(touch.client_id, ())
            if contact.id in touch.contact_ids
        ]

    def _windows(self, touch: DueTouch, date: dt.date) -> tuple[TimeWindow, ...]:
        """When all whom it concerns may be called, or written to, on a date."""
        client, contacts = self._book.client_by_id[touch.client_id], self._contacts(touch)
        if not contacts:
            return self._hours(client, "", date)
        found: Sequence[TimeWindow] | None = None
        for contact in contacts:
            hours = self._hours(client, contact.site_id, date)
            if touch.channel is Channel.PHONE:
                own = common_windows(hours, person_windows(contact, date, self._calendar))
            else:
                rest = contact.do_not_disturb
                own = cut_windows(hours, rest.on(date.weekday()) if rest else ())
            found = own if found is None else common_windows(found, own)
        return merged_windows(found or ())

    def _hours(self, client: Client, site_id: str, date: dt.date) -> tuple[TimeWindow, ...]:
        own = site_windows(client.site(site_id), date, self._calendar)
        return merged_windows((*own, *self._open_at.get(client.id, {}).get(date, ())))

    def _preferred(self, touch: DueTouch, date: dt.date) -> list[TimeWindow]:
        if touch.channel is not Channel.PHONE:
            return []
        return [
            window
            for contact in self._contacts(touch)
            if contact.preferred_hours is not None
            for window in hours_on(contact.preferred_hours, date, self._calendar)
        ]

    def _pieces(self, key: DayKey) -> tuple[TimeWindow, ...]:
        """The manager's working time, without what leave takes of it."""
        manager, shift = self._book.manager_by_id[key[0]], self._days[key].shift
        manager = manager.model_copy(update={"shift": shift})
        return shift_pieces(manager, key[1], shift, self._calendar)

    def _since(self, date: dt.date, windows: Iterable[TimeWindow]) -> Iterator[TimeWindow]:
        """What of the windows is still to come at the re-plan's clock."""
        first = self._first_minute(date)
        for window in windows:
            if first < window.end:
                yield TimeWindow(start=max(first, window.start), end=window.end)

    def _first_minute(self, date: dt.date) -> int:
        now = self._plan.origin.now
        if now is None or now.date() < date:
            return 0
        whole = now.hour * 60 + now.minute + (now.second > 0 or now.microsecond > 0)
        return whole if date == now.date() else MINUTES_PER_DAY


def free_times(
    day: PlannedDay, pieces: Sequence[TimeWindow], settings: Settings
) -> Iterator[_Free]:
    """When calls and messages may be made on a day, with where: riding; waiting between leaving and
    coming back; at the desk before and after, or all day without visits. `pieces` is the working
    time."""
    rules = settings.visits
    busy = [TimeWindow(start=leg.leave, end=leg.arrive) for leg in day.legs if leg.minutes]
    for visit in day.visits:
        before = rules.arrive_early + (0 if visit.room.strip() else rules.find_room)
        begin = max(visit.arrive, visit.talk.start - before)
        busy.append(TimeWindow(start=begin, end=visit.ready_to_leave))
    if day.lunch is not None:
        busy.append(day.lunch)
    for left in cut_windows(pieces, busy):
        yield from _placed(left, day)
    for leg in day.legs:
        for ride in common_windows(_rides(leg, settings), pieces):
            yield _Free(ride, TouchPlace.RIDE)


def _placed(left: TimeWindow, day: PlannedDay) -> Iterator[_Free]:
    """A free time by where one is then."""
    leave, back = day.leave, day.back
    if leave is None or back is None:
        yield _Free(left, TouchPlace.DESK)
        return
    for first, last, place in (
        (left.start, min(left.end, leave), TouchPlace.DESK),
        (max(left.start, leave), min(left.end, back), TouchPlace.WAITING),
        (max(left.start, back), left.end, TouchPlace.DESK),
    ):
        if first < last:
            yield _Free(TimeWindow(start=first, end=last), place)


def _rides(leg: Leg, settings: Settings) -> list[TimeWindow]:
    """The parts of a way on which one sits in a bus, metro or taxi; where only its minutes are
    known, what is left between the ways to and from the stops."""
    if leg.mode is not TravelMode.TRANSIT:
        return []
    if not leg.steps:
        access = settings.travel.modes[leg.mode].access_minutes
        start, end = leg.leave + math.ceil(access / 2), leg.arrive - access // 2
        return [TimeWindow(start=start, end=end)] if end - start >= LEAST_RIDE else []
    found, at = [], leg.leave
    for step in leg.steps:
        end = min(at + step.minutes, leg.arrive)
        if step.kind in ("ride", "taxi") and at < end:
            found.append(TimeWindow(start=at, end=end))
        at += step.minutes
    return found


def _person(contact: Contact) -> PersonToMeet:
    return PersonToMeet(
        contact_id=contact.id,
        name=contact.name,
        layer=contact.layer,
        role=contact.role,
        phone=contact.phone,
        language=contact.language,
    )
