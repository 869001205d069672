"""Calls and messages laid into time that a plan has anyway: riding, waiting, at the desk.

Never while driving, cycling, walking or changing. The most urgent one chooses first, each the best
of the starts that are left; what finds none may take the place of another that has room elsewhere.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from routeplan.book.availability import hours_on, person_windows, shift_pieces, site_windows
from routeplan.book.models import Book, Channel, Client, Contact, TravelMode, VisitStatus
from routeplan.config import Settings
from routeplan.due.models import DueTouch
from routeplan.due.touches import noted, recorded
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
    WeeklyHours,
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

    `before` is an earlier plan of these days: what it had laid stays where it still can. In a
    re-plan nothing new comes before the clock, and what has been recorded since is due no more.
    """
    laying = _Laying(plan, amended(book, plan.adjustments))
    made: dict[str, dt.date] = {}
    if before is not None:
        made = recorded(plan.touches, book, plan.horizon.last)
        laying.keep_past(before, book)
        touches = tuple(
            touch for touch in plan.touches if touch.id not in made or touch.id in laying.placed
        )
        plan = plan.model_copy(update={"touches": noted(touches, plan.touches, made)})
    left = [touch for touch in plan.touches if touch.id not in laying.placed]
    visits = _met_by_visits(plan, left)
    left = [touch for touch in left if touch.id not in visits]
    if before is not None:
        laying.keep_ahead(before, left)
    laying.lay([touch for touch in left if touch.id not in laying.placed])
    days = tuple(
        day.model_copy(update={"touches": laying.of_day((day.manager_id, day.date))})
        for day in plan.days
    )
    laid = frozenset(laying.placed)
    open_touches = []
    for touch in plan.touches:
        if touch.id in visits:
            visit_id, date = visits[touch.id]
            why = message("touch.met_by_visit", date=date)
            open_touches.append(laying.left_open(touch, why, visit_id))
        elif touch.id not in laid:
            open_touches.append(laying.left_open(touch, laying.why_not(touch)))
    return plan.model_copy(update={"days": days, "touches_open": tuple(open_touches)})


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
    """The days' free times, and what has been laid into them."""

    def __init__(self, plan: Plan, book: Book) -> None:
        self.placed: dict[str, tuple[DayKey, PlannedTouch]] = {}
        """Touch id → where it lies, in the order of laying."""
        self._plan = plan
        self._book = book
        self._settings = plan.origin.settings
        self._calendar = plan.origin.calendar
        self._open_at = collect_wishes(plan.adjustments).open_at
        self._days = {(day.manager_id, day.date): day for day in plan.days}
        pieces = {key: self._pieces(key) for key in self._days}
        self._at_work = {key: tuple(self._since(key[1], own)) for key, own in pieces.items()}
        """What is still to come of the managers' working time."""
        self._whole = {
            key: list(free_times(day, pieces[key], self._settings))
            for key, day in self._days.items()
        }
        self._free = dict(self._whole)
        self._laid: dict[DayKey, list[PlannedTouch]] = {key: [] for key in self._days}
        self._visited = {(visit.client_id, day.date) for day, visit in plan.visits}
        self._hours_of: dict[tuple[str, dt.date], tuple[TimeWindow, ...]] = {}

    def owner(self, touch: DueTouch) -> str:
        return self._book.client_by_id[touch.client_id].manager_id

    def of_day(self, key: DayKey) -> tuple[PlannedTouch, ...]:
        return tuple(sorted(self._laid[key], key=lambda touch: touch.time.start))

    # What an earlier plan had laid

    def keep_past(self, before: Plan, book: Book) -> None:
        """Keeps what would have begun by the clock, but for calls that reached nobody."""
        unanswered = {
            (record.client_id, record.channel, record.date)
            for record in book.visits
            if record.status is not VisitStatus.DONE
        }
        self._keep(
            before,
            self._plan.touches,
            lambda date, old: (
                old.time.start < self._first_minute(date)
                and (old.client_id, old.channel, date) not in unanswered
            ),
        )

    def keep_ahead(self, before: Plan, touches: Sequence[DueTouch]) -> None:
        """Keeps of these touches what is still to come."""
        self._keep(before, touches, lambda date, old: old.time.start >= self._first_minute(date))

    def _keep(
        self,
        before: Plan,
        touches: Sequence[DueTouch],
        holds: Callable[[dt.date, PlannedTouch], bool],
    ) -> None:
        """Each touch at a time at which the client had one of its channel: its own, else any."""
        earlier: dict[tuple[str, Channel], list[tuple[DayKey, PlannedTouch]]] = {}
        for day in before.days:
            for old in day.touches:
                if holds(day.date, old):
                    found = earlier.setdefault((old.client_id, old.channel), [])
                    found.append(((day.manager_id, day.date), old))
        in_order = sorted(touches, key=lambda touch: (touch.earliest, touch.id))
        for touch, own in [(touch, own) for own in (True, False) for touch in in_order]:
            spots = earlier.get((touch.client_id, touch.channel), [])
            for spot in spots:
                key, old = spot
                if touch.id in self.placed or (own and old.touch_id != touch.id):
                    continue
                if self._still_goes(touch, key, old):
                    self._take(touch, key, old.time, old.place)
                    spots.remove(spot)
                    break

    def _still_goes(self, touch: DueTouch, key: DayKey, old: PlannedTouch) -> bool:
        """Whether a touch can lie where an earlier plan laid one."""
        return (
            key in self._days
            and key[0] == self.owner(touch)
            and touch.earliest <= key[1] <= touch.until
            and self._minutes(key) + touch.minutes <= self._settings.touches.max_per_day
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

    # Laying

    def lay(self, touches: Sequence[DueTouch]) -> None:
        """Lays the touches, those before others first. What finds no room then may move one of the
        others, until nothing more fits."""
        due = {touch.id: touch for touch in touches}
        left = list(touches)
        while True:
            still = [touch for touch in left if not self._lay_one(touch)]
            still = [touch for touch in still if not self._make_room(touch, due)]
            if len(still) == len(left):
                return
            left = still

    def _lay_one(self, touch: DueTouch) -> bool:
        slot = min(self._all_slots(touch), default=None)
        if slot is not None:
            self._put(touch, slot)
        return slot is not None

    def _make_room(self, touch: DueTouch, due: dict[str, DueTouch]) -> bool:
        """Lays a touch where another lies that has room elsewhere, no later than its latest day
        allows; the least urgent moves first. An exchange of one, as in an augmenting path."""
        days = self._dates(touch)
        for other_id, (key, old) in reversed(tuple(self.placed.items())):
            if other_id not in due or key[0] != self.owner(touch) or key[1] not in days:
                continue
            other = due[other_id]
            self._give_back(other_id)
            slot = min(self._all_slots(touch, key[1]), default=None)
            if slot is not None:
                self._put(touch, slot)
                late = max(0, (key[1] - other.latest).days)
                elsewhere = min(self._all_slots(other), default=None)
                if elsewhere is not None and elsewhere.days_late <= late:
                    self._put(other, elsewhere)
                    return True
                self._give_back(touch.id)
            self._take(other, key, old.time, old.place)
        return False

    def _put(self, touch: DueTouch, slot: _Slot) -> None:
        time = TimeWindow(start=slot.start, end=slot.start + touch.minutes)
        self._take(touch, (self.owner(touch), slot.date), time, slot.place)

    def _take(self, touch: DueTouch, key: DayKey, time: TimeWindow, place: TouchPlace) -> None:
        """Lays the touch at that time, which is nobody else's from now on."""
        client = self._book.client_by_id[touch.client_id]
        laid = PlannedTouch(
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
        self.placed[touch.id] = (key, laid)
        self._laid[key].append(laid)
        self._free[key] = [
            free._replace(hours=left)
            for free in self._free[key]
            for left in cut_windows([free.hours], [time])
        ]

    def _give_back(self, touch_id: str) -> None:
        key, laid = self.placed.pop(touch_id)
        self._laid[key].remove(laid)
        taken = [touch.time for touch in self.of_day(key)]
        self._free[key] = [
            free._replace(hours=left)
            for free in self._whole[key]
            for left in cut_windows([free.hours], taken)
        ]

    def _minutes(self, key: DayKey) -> int:
        return sum(touch.time.minutes for touch in self._laid[key])

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

    def why_not(self, touch: DueTouch) -> Message:
        """Why there is no room for a touch that is not laid, and what would make some. What one is
        told takes its room, so that the remedies of several go together."""
        why, remedy, slot = self._obstacle(touch)
        if self._may_wait(touch):
            remedy, slot = message("touch.may_wait", latest=touch.latest), None
        if slot is not None:
            self._put(touch, slot)
        return why if remedy is None else message("touch.but", why=why, remedy=remedy)

    def _obstacle(self, touch: DueTouch) -> tuple[Message, Message | None, _Slot | None]:
        """Why there is no room; the remedy; and where it would go then."""
        manager = self._book.manager_by_id[self.owner(touch)]
        dates = self._dates(touch)
        if touch.named_hours is not None and not any(self._windows(touch, day) for day in dates):
            return self._off_duty(touch, touch.named_hours), None, None
        if not dates:
            return message("touch.nobody_works", manager=manager.name), None, None
        common = [
            window
            for date in dates
            for window in common_windows(
                self._windows(touch, date), self._at_work[manager.id, date]
            )
        ]
        if all(window.minutes < touch.minutes for window in common):
            if not any(self._is_open(touch, date) for date in dates):
                return message("touch.closed"), None, None
            return message("touch.no_hours", manager=manager.name), None, None
        if slot := min(self._all_slots(touch, full=True), default=None):
            why = message("touch.day_full", minutes=self._settings.touches.max_per_day)
            needed = self._minutes((manager.id, slot.date)) + touch.minutes
            return why, self._fits("limit", slot, needed=needed), slot
        why = message(f"touch.no_time_{touch.channel}")
        if slot := min(self._all_slots(touch, full=True, riding=True), default=None):
            return why, self._fits("ride", slot), slot
        if slot := min(self._all_slots(touch, full=True, any_hour=True), default=None):
            return why, self._fits("outside", slot), slot
        return why, None, None

    def _off_duty(self, touch: DueTouch, named: WeeklyHours) -> Message:
        """The first hours that the client named: on a day off."""
        date = touch.earliest
        while not named.on(date.weekday()):
            date += dt.timedelta(days=1)
        hours = named.on(date.weekday())[0]
        return message("touch.named_off_duty", date=date, start=hours.start, end=hours.end)

    def _fits(self, where: str, slot: _Slot, **args: int) -> Message:
        return message(f"touch.fits_{where}", date=slot.date, start=slot.start, **args)

    def _may_wait(self, touch: DueTouch) -> bool:
        """Whether a day after the horizon is soon enough and open."""
        manager = self._book.manager_by_id[self.owner(touch)]
        end = self._plan.horizon.last
        for ahead in range(1, min(31, (touch.latest - end).days) + 1):
            date = end + dt.timedelta(days=ahead)
            pieces = shift_pieces(manager, date, self._settings.shift, self._calendar)
            if any(
                window.minutes >= touch.minutes
                for window in common_windows(self._windows(touch, date), pieces)
            ):
                return True
        return False

    def _dates(self, touch: DueTouch) -> list[dt.date]:
        """The days on which it may be made and its manager has working time left."""
        owner = self.owner(touch)
        return [
            date
            for (manager_id, date), pieces in self._at_work.items()
            if manager_id == owner and touch.earliest <= date <= touch.until and pieces
        ]

    def _all_slots(
        self,
        touch: DueTouch,
        only: dt.date | None = None,
        *,
        full: bool = False,
        riding: bool = False,
        any_hour: bool = False,
    ) -> Iterator[_Slot]:
        """Where it may go, on all its days or one. What would be if a day could hold any number of
        minutes (`full`), if calls were made on rides, or if nobody minded the hour."""
        whole_day = (TimeWindow(start=0, end=MINUTES_PER_DAY),)
        for date in self._dates(touch):
            key = (self.owner(touch), date)
            minutes = self._minutes(key) + touch.minutes
            if only in (None, date) and (full or minutes <= self._settings.touches.max_per_day):
                windows = whole_day if any_hour else self._windows(touch, date)
                yield from self._slots(touch, key, windows, riding=riding)

    def _slots(
        self, touch: DueTouch, key: DayKey, windows: Sequence[TimeWindow], *, riding: bool
    ) -> Iterator[_Slot]:
        """The first start of each free time and client's window, and the first preferred one."""
        date, call = key[1], touch.channel is Channel.PHONE
        preferred = self._preferred(touch, date)
        at_desk = sum(
            touch.time.minutes for touch in self._laid[key] if touch.place is TouchPlace.DESK
        )
        for free in self._free[key]:
            if not (riding or self._goes_there(touch.channel, free.place)):
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
                        load=at_desk if free.place is TouchPlace.DESK else 0,
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
        if (touch.id, date) not in self._hours_of:
            self._hours_of[touch.id, date] = self._find_windows(touch, date)
        return self._hours_of[touch.id, date]

    def _find_windows(self, touch: DueTouch, date: dt.date) -> tuple[TimeWindow, ...]:
        client, contacts = self._book.client_by_id[touch.client_id], self._contacts(touch)
        if touch.named_hours is not None:
            return touch.named_hours.on(date.weekday())
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

    def _is_open(self, touch: DueTouch, date: dt.date) -> bool:
        """Whether any site that it goes to is open."""
        client = self._book.client_by_id[touch.client_id]
        sites = {contact.site_id for contact in self._contacts(touch)} or {""}
        return any(self._hours(client, site_id, date) for site_id in sites)

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
