"""Why a due client is not in the plan, and what would bring it in.

Causes are true by construction: they say which insertions into the finished routes are impossible
and for what reason, each timed exactly, the other visits staying in their order. A remedy is shown
only if the changed problem has been solved with it: its solution is at hand and verified.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from routeplan.book.availability import hours_on, is_duty_day, shift_pieces, site_windows
from routeplan.book.models import Appointment, Book, Rigidity
from routeplan.config import Settings
from routeplan.due.models import DueVisit
from routeplan.due.persons import Meeting, meeting_of
from routeplan.language import Message, message
from routeplan.plan.give_way import solution_requiring
from routeplan.plan.insert import Fit, Room, Routes
from routeplan.plan.plan import Cause, Remedy, UnplannedVisit
from routeplan.problem.adjust import (
    Adjustment,
    AllowDayEnd,
    AllowTalk,
    AllowVisits,
    Drop,
    EnoughPersons,
    Must,
    OpenAt,
    TalkFor,
)
from routeplan.problem.build import BuiltProblem
from routeplan.problem.joint import is_companion
from routeplan.problem.problem import Joint, Problem, Shift, Visit, Window
from routeplan.problem.windows import hours_allowed, visit_windows
from routeplan.problem.wishes import Wishes
from routeplan.solve.evaluate import cost_of
from routeplan.solve.joint import JointHour, decided, joint_hours
from routeplan.solve.result import Route, Solution
from routeplan.solve.verify import violations
from routeplan.travel.approximate import off_minutes
from routeplan.values import MINUTES_PER_DAY, TimeWindow
from routeplan.workdays import WorkCalendar

__all__ = ["Cancelled", "Done", "Explainer"]

LONGEST_DAY_MORE = 120
"""Minutes by which a remedy may end a day later..."""
LONGEST_DAY_MORE_BOOKED = 240
"""... and for an appointment, which the client has agreed to."""
SHORTER_BY = 15
"""Minutes by which another talk may end sooner, where one asks what would fit a visit."""
MOST_REMEDIES = 3
MOST_SEARCHES = 5
"""Visits for which the routes are searched again: the most valuable ones without a remedy."""
SEARCHED_CAUSES = frozenset(
    {Cause.NO_TIME, Cause.TALK_CAP, Cause.VISIT_CAP, Cause.GAP, Cause.NOT_WORTH}
)
LONGEST_CLOSURE = 366
"""Days after which nobody looks any further for a day when a client opens again."""


class Cancelled(NamedTuple):
    """A visit that the client cancelled: closed to the solver, but it might be made again."""

    why: Message
    visit: Visit
    """As it would be if it were asked for again."""


class Done(NamedTuple):
    """What of a day had been done or begun when a re-plan was made."""

    visits: int
    talk: int


class _Candidate(NamedTuple):
    """A remedy not verified yet."""

    price: int
    """Minutes that somebody gives: of travel, of a longer day, of worth lost, ..."""
    remedy: Remedy
    route: Route
    visits: Mapping[int, Visit]
    """Visits of the problem that it changes."""
    shift: Mapping[str, int] = {}
    """Fields of the route's shift that it changes."""
    without: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Explainer:
    """Everything that causes and remedies are found from."""

    built: BuiltProblem
    solution: Solution
    book: Book
    settings: Settings
    calendar: WorkCalendar
    wishes: Wishes
    cancelled: Mapping[str, Cancelled]
    """By `DueVisit.id`."""
    done: Mapping[tuple[str, dt.date], Done]
    """By manager and date."""
    today: dt.date | None
    """Of a re-plan."""
    searched: frozenset[str] | None = None
    """Ids of the visits for which, where nothing else helps, the routes are searched again; None:
    whichever are left out."""

    def left_out(self) -> tuple[UnplannedVisit, ...]:
        """Every due visit on no route, most urgent first as on the due list, each explained."""
        joints = {joint.first: joint for joint in self.built.problem.joints}
        asked = self.built.problem
        self = self.with_joints_decided()
        found = [self._unlocated(due) for due in self.built.unlocated]
        found += [self._dropped(due) for due in self.built.dropped]
        left_out = {
            index: self._together(index, joints[index], asked)
            if index in joints
            else self._unplanned(index)
            for index in self.solution.left_out
            if not is_companion(self.built.visits[index].id)
        }
        helpless = [
            index
            for index, visit in left_out.items()
            if visit.cause in SEARCHED_CAUSES
            and index not in joints
            and not visit.remedies
            and not visit.required
            and (self.searched is None or visit.visit_id in self.searched)
        ]
        helpless.sort(key=lambda index: -left_out[index].worth)
        for index in helpless[:MOST_SEARCHES]:
            remedies = tuple(self._last_resort(index))
            left_out[index] = left_out[index].model_copy(update={"remedies": remedies})
        return (*found, *left_out.values())

    def relaxations(self, index: int) -> tuple[Remedy, ...]:
        """All that would bring in one visit of no route, cheapest first, the last resort last."""
        joints = {joint.first: joint for joint in self.built.problem.joints}
        asked, self = self.built.problem, self.with_joints_decided()
        if index in joints:
            return self._together(index, joints[index], asked).remedies
        due, visit = self.built.visits[index], self.built.problem.visits[index]
        gone = self.cancelled.get(due.id)
        case = _Case(self, index, due, gone.visit if gone else visit)
        return (*case.relaxations(), *(() if gone else self._last_resort(index)))

    def with_joints_decided(self) -> Explainer:
        """Visits of two people stay as they are: no single change of a route moves both."""
        problem = decided(self.built.problem, self.solution)
        return replace(self, built=self.built.model_copy(update={"problem": problem}))

    @cached_property
    def routes(self) -> Routes:
        """Those of the solution."""
        return Routes(self.built.problem, self.solution)

    @cached_property
    def made_of(self) -> dict[str, list[int]]:
        """Client id → its visits on the routes."""
        found: dict[str, list[int]] = {}
        for index in sorted(self.routes.dates):
            found.setdefault(self.built.problem.visits[index].client, []).append(index)
        return found

    @cached_property
    def by_worth(self) -> list[tuple[int, str]]:
        """What the plan would lose with each client on the routes, the least first, and its id."""
        visits = self.built.problem.visits
        return sorted(
            (sum(visits[one].worth for one in made), client_id)
            for client_id, made in self.made_of.items()
        )

    def _together(self, index: int, joint: Joint, asked: Problem) -> UnplannedVisit:
        """A visit of two people that is left out; `asked` is the problem where it might be made."""
        due, visit = self.built.visits[index], asked.visits[index]
        gone = self.cancelled.get(due.id)
        names = [manager.name for manager in self.book.managers if manager.id in due.companions]
        if gone:
            return self._told(due, Cause.CANCELLED, gone.why, [])
        if not asked.windows_by_shift[index]:
            cause, why = _Case(self, index, due, visit).cause()
            return self._told(due, cause, why, [])
        hours = joint_hours(asked, joint)
        if not hours:
            planned = {shift.manager_id for shift in self.built.shifts}
            if planned.isdisjoint(due.companions):
                text = message("explain.companion_not_planned", names=names)
                return self._told(due, Cause.NO_WINDOW, text, [])
            text = message("explain.never_together", names=names)
            return self._told(due, Cause.NO_WINDOW, text, self._others(due, visit))
        added = self._joint_detours(asked, joint, hours)
        if added:
            least, hour = min(added)
            text = message(
                "explain.joint_not_worth",
                names=names,
                date=self.built.shifts[hour[0]].date,
                start=hour[1],
                added=least,
                worth=due.worth,
            )
            return self._told(due, Cause.NOT_WORTH, text, [])
        text = message("explain.no_time_together", names=names)
        free = sorted({(self.built.shifts[hour.first_shift].date, hour.start) for hour in hours})
        spans = [message("explain.hour", date=date, start=start) for date, start in free]
        ask = Remedy(text=message("explain.hours_of_both", hours=spans[:4]), adjustments=())
        return self._told(due, Cause.NO_TIME, text, [ask, *self._others(due, visit)])

    def _joint_detours(
        self, asked: Problem, joint: Joint, hours: Sequence[JointHour]
    ) -> list[tuple[int, tuple[int, int]]]:
        """What each hour costs at which both routes take the visit in, with shift and start."""
        found: list[tuple[int, tuple[int, int]]] = []
        for hour in hours:
            fits = []
            for number, shift in (
                (joint.first, hour.first_shift),
                (joint.second, hour.second_shift),
            ):
                visit = asked.visits[number]
                window = Window(shift=shift, start=hour.start, end=hour.start + visit.talk)
                placed = visit.model_copy(update={"windows": (window,)})
                free = [fit for fit in self.routes.fits(number, placed, shift) if not fit.blocked]
                fits.append(min((fit.added for fit in free), default=None))
            if fits[0] is not None and fits[1] is not None:
                added = fits[0] + fits[1] + hour.first_cost + hour.second_cost
                found.append((added, (hour.first_shift, hour.start)))
        return found

    def _others(self, due: DueVisit, visit: Visit) -> list[Remedy]:
        """Who else might come along: whoever works at some hour of the visit's."""
        may = [
            manager.name
            for manager in self.book.managers
            if manager.id not in (*due.companions, *self.may_go(due))
            and any(
                shift.manager_id == manager.id
                and shift.date == self.built.shifts[window.shift].date
                and any(
                    min(piece.end, window.end) - max(piece.start, window.start) >= visit.talk
                    for piece in shift.pieces
                )
                for shift in self.built.shifts
                for window in visit.windows
            )
        ]
        text = message("explain.other_companion", names=may)
        return [Remedy(text=text, adjustments=())] if may else []

    def _last_resort(self, index: int) -> Iterator[Remedy]:
        """What `must` does, where no single change of the routes brings a visit in."""
        problem, due = self.built.problem, self.built.visits[index]
        found = solution_requiring(problem, self.solution, index, self.shifts_of(due))
        if found is None:
            return
        changed, solution = found
        lost = sorted(set(solution.left_out) - set(self.solution.left_out))
        gives_up = any(
            changed.visits[one].required or changed.visits[one].worth > due.worth for one in lost
        )
        if index in solution.left_out or gives_up or violations(changed, solution):
            return
        others = [self.who_gives_way(problem.visits[one].client) for one in lost]
        if others:
            text = message("explain.gives_way", others=others)
        else:
            added = cost_of(problem, solution) - cost_of(problem, self.solution) + due.worth
            text = message("explain.rearranged", added=max(0, added))
        loses = tuple(problem.visits[one].id for one in lost)
        yield Remedy(text=text, adjustments=(Must(client_id=due.client_id),), loses=loses)

    def who_gives_way(self, client_id: str) -> Message:
        client = self.book.client_by_id[client_id]
        tier = message(f"words.tier_{client.tier.value}")
        return message("explain.client", name=client.name, tier=tier)

    def _unlocated(self, due: DueVisit) -> UnplannedVisit:
        site = self.book.client_by_id[due.client_id].site(due.site_id)
        key = "explain.find_position" if site.address else "explain.find_address"
        remedy = Remedy(text=message(key, address=site.address), adjustments=())
        why = message("explain.location_unknown")
        return self._told(due, Cause.LOCATION_UNKNOWN, why, [remedy])

    def _dropped(self, due: DueVisit) -> UnplannedVisit:
        wish = str(Drop(client_id=due.client_id))
        remedy = Remedy(text=message("explain.take_back", wish=wish), adjustments=())
        return self._told(due, Cause.EXCLUDED, message("explain.excluded"), [remedy])

    def _unplanned(self, index: int) -> UnplannedVisit:
        due = self.built.visits[index]
        visit = self.built.problem.visits[index]
        gone = self.cancelled.get(due.id)
        if gone:
            visit = gone.visit
        case = _Case(self, index, due, visit)
        cause, why = (Cause.CANCELLED, gone.why) if gone else case.cause()
        if not gone and self.waits_for_persons(due, visit.talk):
            why = message("explain.with_persons", why=why, n=self.persons[due.id])
        return self._told(due, cause, why, case.remedies(cause))

    def _told(
        self, due: DueVisit, cause: Cause, why: Message, remedies: Sequence[Remedy]
    ) -> UnplannedVisit:
        client = self.book.client_by_id[due.client_id]
        site = client.site(due.site_id)
        return UnplannedVisit(
            visit_id=due.id,
            client_id=client.id,
            client_name=client.name,
            tier=client.tier,
            address=site.address,
            point=site.point,
            off_minutes=off_minutes(
                site, self.book.manager_by_id[client.manager_id].mode, self.settings.travel
            ),
            manager_ids=self.may_go(due),
            required=due.required or client.id in self.wishes.must,
            reasons=due.reasons,
            worth=due.worth,
            cause=cause,
            why=why,
            remedies=tuple(remedies),
        )

    def appointment(self, due: DueVisit) -> Appointment | None:
        return self.book.appointment_by_id.get(due.appointment_id or "")

    @cached_property
    def persons(self) -> dict[str, int]:
        """Key persons who are together in every window, by `DueVisit.id`."""
        ids = (visit.id for visit in self.built.visits)
        return dict(zip(ids, self.built.persons, strict=True))

    def waits_for_persons(self, due: DueVisit, talk: int) -> bool:
        """Whether the hours of key persons take hours from those when the client is open."""

        def starts(shift: int, persons: int | None) -> set[int]:
            windows = self.windows(due, shift, talk=talk, persons=persons)
            return {minute for one in windows for minute in range(one.start, one.end - talk + 1)}

        return self.persons.get(due.id, 0) > 0 and any(
            starts(shift, None) < starts(shift, 0) for shift in self.shifts_of(due)
        )

    def may_go(self, due: DueVisit) -> tuple[str, ...]:
        """Ids of the managers who may make a visit."""
        client = self.book.client_by_id[due.client_id]
        appointment = self.appointment(due)
        if appointment:
            return (appointment.manager_id or client.manager_id,)
        return (client.manager_id, *client.backup_ids)

    def shifts_of(self, due: DueVisit) -> list[int]:
        """The shifts of those managers."""
        may_go = self.may_go(due)
        shifts = enumerate(self.built.shifts)
        return [number for number, shift in shifts if shift.manager_id in may_go]

    def windows(
        self,
        due: DueVisit,
        shift: int,
        *,
        talk: int,
        end: int | None = None,
        also: Sequence[TimeWindow] = (),
        persons: int | None = None,
    ) -> tuple[Window, ...]:
        """A visit's windows on a shift, wherever it stood before, if the shift ended at `end`, the
        talk took `talk` minutes, the client were open in the hours `also`, too, or `persons` key
        persons were to be there."""
        key = (due.id, shift, talk, end, tuple(also), persons)
        if key not in self._windows:
            self._windows[key] = self._windows_if(due, shift, talk, end, also, persons)
        return self._windows[key]

    @cached_property
    def _windows(self) -> dict[tuple[object, ...], tuple[Window, ...]]:
        """What `windows` said before: it is asked the same of each visit left out."""
        return {}

    @cached_property
    def _meetings(self) -> dict[str, Meeting]:
        """Whom each visit may meet, by `DueVisit.id`."""
        return {
            due.id: meeting_of(
                self.book,
                self.book.client_by_id[due.client_id],
                due.site_id,
                self.appointment(due),
            )
            for due in self.built.visits
        }

    def late(self, shift: int, end: int) -> tuple[dict[int, Visit], Room]:
        """A shift that ends at `end`: the visits on its route as they would be then, and what room
        they leave."""
        key = (shift, end)
        if key not in self._late:
            changed = {
                other: self.with_windows(other, self.built.problem.visits[other], shift, end=end)
                for other in self.routes.orders.get(shift, ())
            }
            self._late[key] = changed, self.routes.room(shift, changed=changed, end=end)
        return self._late[key]

    @cached_property
    def _late(self) -> dict[tuple[int, int], tuple[dict[int, Visit], Room]]:
        """What `late` said before: it is asked the same of each visit left out."""
        return {}

    def with_windows(
        self,
        index: int,
        visit: Visit,
        shift: int,
        *,
        end: int | None = None,
        also: Sequence[TimeWindow] = (),
    ) -> Visit:
        due = self.built.visits[index]
        windows = self.windows(due, shift, talk=visit.talk, end=end, also=also)
        return visit.model_copy(update={"windows": windows})

    def _windows_if(
        self,
        due: DueVisit,
        shift: int,
        talk: int,
        end: int | None,
        also: Sequence[TimeWindow],
        persons: int | None,
    ) -> tuple[Window, ...]:
        about = self.built.shifts[shift]
        if end is not None:
            last = about.pieces[-1].model_copy(update={"end": end})
            about = about.model_copy(update={"pieces": (*about.pieces[:-1], last)})
        opened = self.wishes.open_at.get(due.client_id, {}).get(about.date, ())
        found = visit_windows(
            due,
            self.appointment(due),
            self.book.client_by_id[due.client_id].site(due.site_id),
            (about,),
            self.may_go(due),
            self.calendar,
            self.settings.churn,
            talk=talk,
            also={about.date: (*opened, *also)},
            meeting=self._meetings[due.id],
            persons=self.persons.get(due.id, 0) if persons is None else persons,
            off_preferred=self.settings.visits.off_preferred,
        )
        return tuple(
            Window(shift=shift, start=window.start, end=window.end, cost=window.cost)
            for window in found
        )


@dataclass(frozen=True)
class _Case:
    """One visit left out."""

    world: Explainer
    index: int
    due: DueVisit
    visit: Visit

    @property
    def routes(self) -> Routes:
        return self.world.routes

    # Why

    def cause(self) -> tuple[Cause, Message]:
        shifts = self._open_shifts()
        if not shifts:
            return self._never_open()
        days = self._days(shifts)
        reached = [shift for shift in shifts if self.routes.fits_alone(self.visit, shift)]
        if not reached:
            if any(self.routes.fits_alone(self.visit, shift, lunch=False) for shift in shifts):
                return Cause.NO_WINDOW, message("explain.beside_lunch", days=days)
            return Cause.OUT_OF_REACH, message("explain.out_of_reach", days=days)
        fits = self._fits
        if not fits:
            return Cause.NO_TIME, message("explain.no_time", days=self._days(reached))
        fewest = min((len(fit.blocked), fit.blocked) for fit in fits)[1]
        if not fewest:
            free = min((fit for fit in fits if not fit.blocked), key=_by_cost)
            return Cause.NOT_WORTH, message(
                "explain.not_worth",
                date=self._date(free.route.shift),
                added=free.added,
                worth=self.due.worth,
            )
        days = self._days([fit.route.shift for fit in fits if fit.blocked == fewest])
        limits = [message(f"explain.limit_{cause.value}") for cause in fewest]
        return fewest[0], message("explain.limits", days=days, limits=limits)

    def _never_open(self) -> tuple[Cause, Message]:
        due, world = self.due, self.world
        if world.today is not None and due.until < world.today:
            return Cause.NO_WINDOW, message("explain.days_over", last=due.until)
        may_go, appointment = world.may_go(due), world.appointment(due)
        names = [world.book.manager_by_id[manager_id].name for manager_id in may_go]
        shifts = [shift for shift in world.built.shifts if shift.manager_id in may_go]
        if not appointment:
            shifts = [shift for shift in shifts if due.earliest <= shift.date <= due.until]
        if not shifts:
            return Cause.NO_MANAGER, message("explain.no_manager", managers=names)
        if appointment and appointment.rigidity is not Rigidity.WEEK:
            return Cause.NO_WINDOW, self._booked_off(appointment)
        days = {shift.date for shift in shifts}
        if self.visit.windows:
            return Cause.NO_WINDOW, message(
                "explain.too_short", managers=names, n=self.visit.talk, days=self._named(days)
            )
        if self._opens_again:
            return Cause.NO_WINDOW, message(
                "explain.closed_for_now",
                managers=names,
                days=self._named(days),
                opens=self._opens_again,
            )
        return Cause.NO_WINDOW, message("explain.no_window", managers=names, days=self._named(days))

    def _booked_off(self, appointment: Appointment) -> Message:
        """Why nobody can keep what was agreed."""
        world, date = self.world, appointment.date
        (manager_id,) = world.may_go(self.due)
        manager = world.book.manager_by_id[manager_id]
        shift = manager.shift or world.settings.shift
        about: dict[str, str | dt.date] = {"manager": manager.name, "date": date}
        if not is_duty_day(manager, date, world.calendar):
            return message("explain.booked_day_off", **about)
        pieces = shift_pieces(manager, date, world.settings.shift, world.calendar)
        if not pieces:
            return message("explain.booked_leave", **about)
        site = world.book.client_by_id[self.due.client_id].site(self.due.site_id)
        talk = self.visit.talk
        hours = hours_allowed(self.due, appointment, site, date, world.calendar, talk=talk)

        def fit(windows: Sequence[TimeWindow]) -> bool:
            return any(
                min(one.end, two.end) - max(one.start, two.start) >= talk
                for one in hours
                for two in windows
            )

        if not fit([shift]):
            return message("explain.booked_outside", **about, start=shift.start, end=shift.end)
        return message("explain.booked_over" if fit(pieces) else "explain.booked_leave", **about)

    @property
    def _hour(self) -> bool:
        """Whether it is booked for an hour, not only for a day or a week."""
        appointment = self.world.appointment(self.due)
        return (
            appointment is not None
            and appointment.start is not None
            and appointment.rigidity in (Rigidity.EXACT, Rigidity.LEEWAY)
        )

    @cached_property
    def _opens_again(self) -> dt.date | None:
        """The first day after those on which it is due when it can be visited again; None for what
        is not just closed for a time."""
        world = self.world
        site = world.book.client_by_id[self.due.client_id].site(self.due.site_id)
        may_go = [world.book.manager_by_id[manager_id] for manager_id in world.may_go(self.due)]
        shifts = [
            shift for shift in world.built.shifts if shift.manager_id in world.may_go(self.due)
        ]
        due = [s.date for s in shifts if self.due.earliest <= s.date <= self.due.until]
        usual = [day for day in due if hours_on(site.hours, day, world.calendar)]
        if (
            self.due.appointment_id
            or not usual
            or any(site_windows(site, day, world.calendar) for day in due)
        ):
            return None
        later = (self.due.until + dt.timedelta(days=days) for days in range(1, LONGEST_CLOSURE))
        for day in later:
            works = any(is_duty_day(manager, day, world.calendar) for manager in may_go)
            if works and site_windows(site, day, world.calendar):
                return day
        return None

    def _open_shifts(self) -> list[int]:
        """Shifts with a window that holds the talk."""
        talk = self.visit.talk
        return sorted({w.shift for w in self.visit.windows if w.end - w.start >= talk})

    @cached_property
    def _fits(self) -> list[Fit]:
        return [
            fit
            for shift in self._open_shifts()
            for fit in self.routes.fits(self.index, self.visit, shift)
        ]

    def _date(self, shift: int) -> dt.date:
        return self.world.built.shifts[shift].date

    def _days(self, shifts: Sequence[int]) -> list[Message]:
        return self._named({self._date(shift) for shift in shifts})

    def _named(self, days: Collection[dt.date]) -> list[Message]:
        """Weekdays where the horizon is one week, else dates."""
        one_week = len(self.routes.problem.days) <= 7
        key = "explain.weekday" if one_week else "explain.day"
        return [message(key, date=day) for day in sorted(days)]

    # What to do

    def remedies(self, cause: Cause) -> list[Remedy]:
        """At most three that work, cheapest first."""
        if cause is Cause.NO_MANAGER:
            return [Remedy(text=message("explain.name_backup"), adjustments=())]
        fits = self._fits
        if any(not fit.blocked for fit in fits) or cause is Cause.CANCELLED:
            candidates = list(self._all_the_same(fits))
            if cause is not Cause.CANCELLED:
                candidates += self._fewer_persons()
        else:
            candidates = [
                *self._higher_caps(fits),
                *self._longer_day(),
                *self._shorter_talk(),
                *self._fewer_persons(),
                *self._other_hours(),
                *self._instead_of_another(),
            ]
        found: list[Remedy] = []
        for candidate in sorted(candidates, key=lambda item: item.price):
            if len(found) < MOST_REMEDIES and self._works(candidate):
                found.append(candidate.remedy)
        if cause is Cause.NO_WINDOW and self._opens_again:
            text = message("explain.plan_later", opens=self._opens_again)
            found = [*found[: MOST_REMEDIES - 1], Remedy(text=text, adjustments=())]
        return found

    def relaxations(self) -> list[Remedy]:
        """One of each kind that works, cheapest first; a client may be asked to give something."""
        fits = self._fits
        free = any(not fit.blocked for fit in fits)
        candidates = [
            *(self._all_the_same(fits) if free else self._higher_caps(fits)),
            *self._longer_day(),
            *self._shorter_talk(),
            *self._fewer_persons(),
            *self._other_hours(),
            *self._instead_of_another(dearer=True),
            *self._another_shorter(),
            *self._another_elsewhere(),
        ]
        ranked = sorted(candidates, key=lambda item: item.price)
        return [candidate.remedy for candidate in ranked if self._works(candidate)]

    def _all_the_same(self, fits: Sequence[Fit]) -> Iterator[_Candidate]:
        free = min((fit for fit in fits if not fit.blocked), key=_by_cost, default=None)
        if free:
            text = self._text("explain.must", free, added=max(0, free.added))
            yield self._candidate(free.added, text, (), free)

    def _higher_caps(self, fits: Sequence[Fit]) -> Iterator[_Candidate]:
        def price(fit: Fit) -> tuple[int, int, int]:
            # A visit more costs as much as its talk: the caps guard the same thing.
            more_talk = max(0, fit.talk - self._shift(fit).max_talk)
            more_visits = max(0, len(fit.route.stops) - self._shift(fit).max_visits)
            return more_talk + more_visits * self.visit.talk + fit.added, *_by_cost(fit)

        fit = min((fit for fit in fits if Cause.GAP not in fit.blocked), key=price, default=None)
        if fit is None:
            return
        about = self.world.built.shifts[fit.route.shift]
        done = self.world.done.get((about.manager_id, about.date), Done(0, 0))
        talk, visits = fit.talk + done.talk, len(fit.route.stops) + done.visits
        fields = {"manager_id": about.manager_id, "date": about.date}
        allow: list[Adjustment] = []
        raised: dict[str, int] = {}
        if Cause.TALK_CAP in fit.blocked:
            allow.append(AllowTalk.model_validate(fields | {"minutes": talk}))
            raised["max_talk"] = fit.talk
        if Cause.VISIT_CAP in fit.blocked:
            allow.append(AllowVisits.model_validate(fields | {"visits": visits}))
            raised["max_visits"] = len(fit.route.stops)
        if fit.blocked == (Cause.TALK_CAP,):
            text = self._text("explain.raise_talk", fit, talk=talk)
        elif fit.blocked == (Cause.VISIT_CAP,):
            text = self._text("explain.raise_visits", fit, visits=visits)
        else:
            text = self._text("explain.raise_both", fit, talk=talk, visits=visits)
        yield self._candidate(price(fit)[0], text, allow, fit)._replace(shift=raised)

    def _longer_day(self) -> Iterator[_Candidate]:
        """The least later end of a day, over all days and all places on their routes."""
        best: tuple[tuple[int, int], Fit, dict[int, Visit]] | None = None
        for shift in self.world.shifts_of(self.due):
            latest = self._latest_end(shift)
            if latest is None:
                continue
            about = self.world.built.shifts[shift]
            others, room = self.world.late(shift, latest)
            own = self.world.with_windows(self.index, self.visit, shift, end=latest)
            for fit in self.routes.fits_in(room, self.index, own):
                more = fit.route.back - about.pieces[-1].end
                if more > 0 and not fit.blocked:
                    rank = (more, fit.added)
                    if best is None or rank < best[0]:
                        best = (rank, fit, {**others, self.index: own})
        if best is None:
            return
        (more, _), fit, changed = best
        about = self.world.built.shifts[fit.route.shift]
        allow = AllowDayEnd(manager_id=about.manager_id, date=about.date, end=fit.route.back)
        text = self._text("explain.longer_day", fit, end=fit.route.back)
        yield self._candidate(more + fit.added, text, [allow], fit)._replace(
            visits=changed, shift={"end": fit.route.back}
        )

    def _latest_end(self, shift: int) -> int | None:
        """How late a remedy may end a shift; None where a later end would change nothing else."""
        about, settings = self.world.built.shifts[shift], self.world.settings
        usual = (self.world.book.manager_by_id[about.manager_id].shift or settings.shift).end
        end = self.world.wishes.day_end.get((about.manager_id, about.date), usual)
        if about.pieces[-1].end != end:
            return None  # the rest of the day is leave
        more = LONGEST_DAY_MORE_BOOKED if self._hour else LONGEST_DAY_MORE
        latest = min(end + more, MINUTES_PER_DAY)
        if settings.lunch.minutes and end < settings.lunch.latest <= latest:
            latest = settings.lunch.latest - 1  # a day that long would have a lunch break
        return latest if latest > end else None

    def _shorter_talk(self) -> Iterator[_Candidate]:
        """The longest talk that still fits."""
        shortest = max(1, self.world.settings.talk.shortest)
        # The wish would hold for all visits of the client: it must not lengthen another.
        longest = min(
            visit.talk - (index == self.index)
            for index, visit in enumerate(self.routes.problem.visits)
            if visit.client == self.visit.client
        )
        best: tuple[tuple[int, int], Fit, Visit] | None = None
        for shift in self.world.shifts_of(self.due):
            if self._hour and self.routes.problem.shifts[shift].lunch is None:
                continue  # a shorter talk might bring the break back
            low, high = shortest, longest
            found: tuple[Fit, Visit] | None = None
            while low <= high:
                # The first try is the shortest talk: most days do not even take that.
                talk = (low + high + 1) // 2 if found else shortest
                fit, visit = self._with_talk(shift, talk)
                if fit is None:
                    high = talk - 1
                else:
                    found, low = (fit, visit), talk + 1
            if found:
                rank = (self.visit.talk - found[1].talk, found[0].added)
                if best is None or rank < best[0]:
                    best = (rank, *found)
        if best is None:
            return
        (less, _), fit, visit = best
        allow = TalkFor(client_id=self.due.client_id, minutes=visit.talk)
        text = self._text("explain.shorter_talk", fit, n=visit.talk)
        yield self._candidate(less + fit.added, text, [allow], fit)._replace(
            visits={self.index: visit}
        )

    def _with_talk(self, shift: int, talk: int) -> tuple[Fit | None, Visit]:
        windows = self.world.windows(self.due, shift, talk=talk)
        visit = self.visit.model_copy(update={"talk": talk, "windows": windows})
        if not windows:
            return None, visit
        fits = self.routes.fits(self.index, visit, shift)
        return min((fit for fit in fits if not fit.blocked), key=_by_cost, default=None), visit

    def _fewer_persons(self) -> Iterator[_Candidate]:
        """The hour when most key persons are together, though not as many as it waits for, that
        brings the visit in, or costs less than any when they all are."""
        wanted, talk = self.world.persons.get(self.due.id, 0), self.visit.talk
        if not self.world.waits_for_persons(self.due, talk):
            return
        appointment = self.world.appointment(self.due)
        fewest = max(1, len(appointment.contact_ids) if appointment else 0)
        price = min((fit.added for fit in self._fits if not fit.blocked), default=None)
        for met in range(wanted - 1, fewest - 1, -1):
            best: tuple[Fit, Visit] | None = None
            for shift in self.world.shifts_of(self.due):
                windows = self.world.windows(self.due, shift, talk=talk, persons=met)
                visit = self.visit.model_copy(update={"windows": windows})
                for fit in self.routes.fits(self.index, visit, shift) if windows else ():
                    least = best[0].added if best else price
                    if not fit.blocked and (least is None or fit.added < least):
                        best = (fit, visit)
            if best is None:
                continue
            fit, visit = best
            allow = EnoughPersons(client_id=self.due.client_id, persons=met)
            text = self._text("explain.fewer_persons", fit, n=met, wanted=wanted)
            # Who is not met takes a share of the talk along.
            missed = talk * (wanted - met) // wanted
            yield self._candidate(missed + fit.added, text, [allow], fit)._replace(
                visits={self.index: visit}
            )
            return

    def _other_hours(self) -> Iterator[_Candidate]:
        """An hour of a working day when the visit would fit if the client received one."""
        best: tuple[int, Fit] | None = None
        for shift in self.world.shifts_of(self.due):
            about = self.world.built.shifts[shift]
            whole = TimeWindow(start=about.pieces[0].start, end=about.pieces[-1].end)
            open_ = self.world.with_windows(self.index, self.visit, shift, also=(whole,))
            if not open_.windows:
                continue
            for fit in self.routes.fits(self.index, open_, shift):
                if not fit.blocked and (best is None or fit.added < best[0]):
                    best = (fit.added, fit)
        if best is None:
            return
        added, fit = best
        start = fit.stop_of[self.index]
        hours = TimeWindow(start=start, end=start + self.visit.talk)
        date = self._date(fit.route.shift)
        allow = OpenAt(client_id=self.due.client_id, date=date, hours=hours)
        text = self._text("explain.other_hours", fit, start=hours.start, end=hours.end)
        changed = self.world.with_windows(self.index, self.visit, fit.route.shift, also=(hours,))
        yield self._candidate(self.visit.talk + added, text, [allow], fit)._replace(
            visits={self.index: changed}
        )

    def _instead_of_another(self, *, dearer: bool = False) -> Iterator[_Candidate]:
        """The client of least worth whose visit can give way to this one; `dearer`: even if the
        plan loses more than it gains."""
        visits = self.routes.problem.visits
        for worth, client_id in self.world.by_worth:
            gone = frozenset(self.world.made_of[client_id])
            if client_id == self.visit.client or any(visits[one].required for one in gone):
                continue
            if worth > self.visit.worth and not self.visit.required and not dearer:
                return  # the plan would lose more than it gains
            near = [
                shift
                for shift in self._open_shifts()
                if gone & set(self.routes.orders.get(shift, ()))
            ]
            fits = [
                fit
                for shift in near
                for fit in self.routes.fits(self.index, self.visit, shift, without=gone)
                if not fit.blocked
            ]
            if not fits:
                continue
            fit = min(fits, key=_by_cost)
            other = self.world.who_gives_way(client_id)
            text = self._text("explain.instead", fit, other=other)
            candidate = self._candidate(worth + fit.added, text, [Drop(client_id=client_id)], fit)
            loses = tuple(visits[one].id for one in sorted(gone))
            yield candidate._replace(
                remedy=candidate.remedy.model_copy(update={"loses": loses}), without=gone
            )
            return

    def _others(self, shift: int) -> list[int]:
        """Visits of a day that one may ask for a favour: nothing is booked, it is the client's only
        one, and it need not stay as it is."""
        visits = self.routes.problem.visits
        alone = Counter(visit.client for visit in visits)
        return [
            other
            for other in self.routes.orders.get(shift, ())
            if alone[visits[other].client] == 1
            and visits[other].client != self.visit.client
            and not visits[other].required
            and self.world.appointment(self.world.built.visits[other]) is None
        ]

    def _another_shorter(self) -> Iterator[_Candidate]:
        """Another talk of the day `SHORTER_BY` minutes shorter."""
        best: tuple[int, Fit, int, Visit] | None = None
        for shift in self._open_shifts():
            for other in self._others(shift):
                visit = self.routes.problem.visits[other]
                talk = visit.talk - SHORTER_BY
                if talk < max(1, self.world.settings.talk.shortest):
                    continue
                shorter = visit.model_copy(update={"talk": talk})
                shorter = self.world.with_windows(other, shorter, shift)
                fits = self.routes.fits(self.index, self.visit, shift, changed={other: shorter})
                for fit in fits:
                    if not fit.blocked and (best is None or fit.added < best[0]):
                        best = (fit.added, fit, other, shorter)
        if best is None:
            return
        added, fit, other, shorter = best
        allow = TalkFor(client_id=shorter.client, minutes=shorter.talk)
        whose = self.world.who_gives_way(shorter.client)
        text = self._text("explain.another_shorter", fit, other=whose, n=shorter.talk)
        yield self._candidate(SHORTER_BY + added, text, [allow], fit)._replace(
            visits={self.index: self.visit, other: shorter}
        )

    def _another_elsewhere(self) -> Iterator[_Candidate]:
        """Another client of the day at an hour when it is not open, or was not planned."""
        best: tuple[int, Fit, int] | None = None
        for shift in self._open_shifts():
            about = self.world.built.shifts[shift]
            whole = TimeWindow(start=about.pieces[0].start, end=about.pieces[-1].end)
            for other in self._others(shift):
                gone = frozenset((other,))
                fits = self.routes.fits(self.index, self.visit, shift, without=gone)
                fit = min((fit for fit in fits if not fit.blocked), key=_by_cost, default=None)
                if fit is None:
                    continue
                problem = self.routes.problem
                visits = list(problem.visits)
                visits[self.index] = self.visit
                visits[other] = self.world.with_windows(other, visits[other], shift, also=(whole,))
                changed = problem.model_copy(update={"visits": tuple(visits)})
                then = Routes(changed, self.routes.solution_with(fit.route, without=gone))
                for again in then.fits(other, visits[other], shift):
                    added = fit.added + again.added
                    if not again.blocked and (best is None or added < best[0]):
                        best = (added, again, other)
        if best is None:
            return
        added, fit, other = best
        moved, shift = self.routes.problem.visits[other], fit.route.shift
        start = fit.stop_of[other]
        hours = TimeWindow(start=start, end=start + moved.talk)
        allow = OpenAt(client_id=moved.client, date=self._date(shift), hours=hours)
        text = self._text(
            "explain.another_elsewhere",
            fit,
            other=self.world.who_gives_way(moved.client),
            other_start=hours.start,
            other_end=hours.end,
        )
        changed_visits = {
            self.index: self.visit,
            other: self.world.with_windows(other, moved, shift, also=(hours,)),
        }
        yield self._candidate(moved.talk + added, text, [allow], fit)._replace(
            visits=changed_visits
        )

    def _candidate(
        self, price: int, text: Message, allow: Sequence[Adjustment], fit: Fit
    ) -> _Candidate:
        adjustments = (Must(client_id=self.due.client_id), *allow)
        return _Candidate(
            price=price,
            remedy=Remedy(text=text, adjustments=adjustments),
            route=fit.route,
            visits={self.index: self.visit},
        )

    def _text(self, key: str, fit: Fit, **args: int | str | Message) -> Message:
        about = self.world.built.shifts[fit.route.shift]
        manager = self.world.book.manager_by_id[about.manager_id].name
        where: dict[str, int | str | Message] = {
            "date": about.date.isoformat(),
            "manager": manager,
            "start": fit.stop_of[self.index],
        }
        return message(key, **(where | args))

    def _shift(self, fit: Fit) -> Shift:
        return self.routes.problem.shifts[fit.route.shift]

    def _works(self, candidate: _Candidate) -> bool:
        """Whether the solution that the remedy promises keeps every rule of the problem that it
        makes, and loses nothing but what it says."""
        problem, number = self.routes.problem, candidate.route.shift
        visits, shifts = list(problem.visits), list(problem.shifts)
        for index, visit in candidate.visits.items():
            visits[index] = visit
        visits[self.index] = visits[self.index].model_copy(update={"required": True})
        shifts[number] = shifts[number].model_copy(update=dict(candidate.shift))
        changed = problem.model_copy(update={"visits": tuple(visits), "shifts": tuple(shifts)})
        solution = self.routes.solution_with(candidate.route, without=candidate.without)
        lost = set(solution.left_out) - set(self.routes.solution.left_out)
        if lost != candidate.without or violations(changed, solution):
            return False
        # Another required visit without a place might take this one's: then it promises too much.
        now = Routes(changed, self.routes.solution)
        rivals = {
            other: self.world.with_windows(other, visits[other], number, end=shifts[number].end)
            if "end" in candidate.shift
            else visits[other]
            for other in solution.left_out
            if visits[other].required and other not in candidate.without
        }
        return not any(
            now.fits(other, rival, number, without=candidate.without)
            for other, rival in rivals.items()
        )


def _by_cost(fit: Fit) -> tuple[int, int]:
    return fit.added, fit.route.shift
