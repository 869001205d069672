"""Which hours to offer a client: the cheapest for the week, on different half-days.

Each is found by putting the visit into the routes as they stand, at every round hour, timed
exactly; where that leaves too few, another visit gives way. A visit of two goes into both routes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.plan.insert import Fit, Routes
from routeplan.plan.plan import Alternative, Cause, Plan
from routeplan.problem.build import BuiltProblem
from routeplan.problem.joint import is_companion, visit_of
from routeplan.problem.problem import Joint, Problem, Visit, Window
from routeplan.problem.progress import Told
from routeplan.solve.joint import decided
from routeplan.solve.result import Route, Solution
from routeplan.solve.schedule import schedule
from routeplan.values import Clock, Frozen

if TYPE_CHECKING:
    from routeplan.plan.explain import Cancelled
    from routeplan.replan.replan import Replanning

__all__ = ["Offer", "alternatives_for", "offers_for", "offers_of"]

GRID = 30
"""Minutes: what one says on the telephone."""
NOON = 12 * 60
MOST_OFFERS = 3
MOST_ALTERNATIVES = 2


class Offer(Frozen):
    """A day and hour for a visit, and what it costs the week."""

    visit_id: str
    manager_id: str
    companion_id: str = ""
    """Who comes along; '' is nobody."""
    date: dt.date
    start: Clock
    end: Clock
    travel: int
    """Minutes more on the way."""
    moved: tuple[str, ...] = ()
    """Ids of the visits of that day that begin at another time."""
    displaced: tuple[str, ...] = ()
    """Ids of the visits that give way."""


def alternatives_for(
    before: Plan, after: Plan, built: BuiltProblem, solution: Solution
) -> tuple[Alternative, ...]:
    """Two other hours for each visit that stands elsewhere or nowhere, though its client knew of it
    and has asked for nothing; nobody else's visit gives way. `solution` is that of `after`."""
    index_of = {visit.id: index for index, visit in enumerate(built.visits)}
    now = {visit.visit_id: (day, visit) for day, visit in after.visits}
    out = {visit.visit_id: visit.cause for visit in after.left_out}
    found: list[Alternative] = []
    for day, visit in before.visits:
        index = index_of.get(visit.visit_id)
        if index is None or visit.told is Told.NOT_AGREED:
            continue
        if out.get(visit.visit_id) in (Cause.CANCELLED, Cause.EXCLUDED):
            continue
        new_day, new = now.get(visit.visit_id, (None, None))
        but = None
        if new_day is not None and new is not None:
            if (new_day.manager_id, new_day.date, new.talk.start) == (
                day.manager_id,
                day.date,
                visit.talk.start,
            ):
                continue
            but = new_day.date, range(new.talk.start, new.talk.start + 1)
            if new.told is Told.CONFIRMED:
                continue  # the new hour is agreed already
        offers = offers_for(built, solution, index, most=MOST_ALTERNATIVES, but=but, give_way=False)
        found += [
            Alternative(
                visit_id=visit.visit_id,
                manager_id=offer.manager_id,
                date=offer.date,
                start=offer.start,
            )
            for offer in offers
        ]
    return tuple(found)


@dataclass(frozen=True)
class _Found:
    cost: int
    """Travel, windows, and the worth of who gives way."""
    fit: Fit
    start: int
    without: frozenset[int] = field(default_factory=frozenset)
    other: Fit | None = None
    """On the route of who comes along."""


def offers_of(opened: Replanning, client_id: str) -> tuple[Offer, ...]:
    """What to offer a client for its next visit: one left out, else one not promised yet.

    Raises UsageError RP4074 when the client is not due, or has nothing to be agreed.
    """
    visits, start = opened.built.visits, opened.start
    own = [
        index
        for index, visit in enumerate(visits)
        if visit.client_id == client_id and not is_companion(visit.id)
    ]
    of_two = {joint.first for joint in opened.built.problem.joints}
    locked = opened.holds.visits
    promised = {visit_id for visit_id, slot in opened.slots.items() if slot.told is Told.CONFIRMED}
    open_ = [
        index
        for index in own
        if visits[index].id not in locked | promised
        # One of two has set out: the other comes or does not.
        and (index in of_two or not visits[index].companions)
    ]
    if not open_:
        key = "choices.all_agreed" if own else "choices.not_due"
        raise UsageError("RP4074", message(key, client=client_id))
    index = min(open_, key=lambda index: (index not in start.left_out, index))
    gone = opened.cancelled.get(visits[index].id)
    return offers_for(
        opened.built,
        start,
        index,
        visit=gone.visit if gone else None,
        fixed=promised,
        but=_called_off(gone) if gone else None,
    )


def _called_off(gone: Cancelled) -> tuple[dt.date, range]:
    """The day and the beginnings that would touch the talk that the client cancelled."""
    date, start = gone.why.args["date"], gone.why.args["start"]
    talk = gone.visit.talk
    return dt.date.fromisoformat(str(date)), range(
        int(str(start)) - talk + 1, int(str(start)) + talk
    )


def offers_for(
    built: BuiltProblem,
    solution: Solution,
    index: int,
    *,
    visit: Visit | None = None,
    most: int = MOST_OFFERS,
    fixed: Collection[str] = (),
    but: tuple[dt.date, range] | None = None,
    give_way: bool = True,
) -> tuple[Offer, ...]:
    """The best hours for a visit of the problem, made or not, cheapest first: one a half-day, on
    different days where that costs nobody else's visit.

    `visit` stands in for one that the problem has closed. `fixed` are ids of visits that do not
    give way, as required ones never do; without `give_way` none does. `but` is a day with
    the minutes at which no offer of it begins.
    """
    problem = decided(built.problem, solution)
    wanted = visit or built.problem.visits[index]
    joint = next((each for each in built.problem.joints if each.first == index), None)
    own = {index} if joint is None else {index, joint.second}
    now = Routes(problem, _without(problem, solution, own))
    before = {route.shift: route for route in solution.routes}
    both = _Both(built.problem, joint) if joint is not None else None
    found: dict[tuple[int, bool], _Found] = {}

    def take(each: _Found) -> None:
        about = built.shifts[each.fit.route.shift]
        if but is not None and about.date == but[0] and each.start in but[1]:
            return
        half = each.fit.route.shift, each.start < NOON
        if half not in found or _rank(each) < _rank(found[half]):
            found[half] = each

    shifts = sorted({w.shift for w in wanted.windows if w.end - w.start >= wanted.talk})
    for shift in shifts:
        for each in _hours(now, index, wanted, shift, frozenset(), before.get(shift), both):
            take(each)
    if give_way and len(found) < most:
        for shift in shifts:
            day = both.shifts_with(shift) if both else {shift}
            for other in [one for number in sorted(day) for one in now.orders.get(number, ())]:
                rival = problem.visits[other]
                if rival.required or rival.id in fixed or rival.client == wanted.client:
                    continue
                for each in _hours(now, index, wanted, shift, frozenset((other,)), None, both):
                    take(each)
    chosen: list[_Found] = []
    left = list(found.values())
    while left and len(chosen) < most:
        days = [problem.shifts[each.fit.route.shift].day for each in chosen]
        best = min(
            left,
            key=lambda each: (
                bool(each.without),
                problem.shifts[each.fit.route.shift].day in days,
                _rank(each),
            ),
        )
        left.remove(best)
        chosen.append(best)
    return tuple(_offer(built, now, before, wanted, each) for each in chosen)


def _rank(found: _Found) -> tuple[int, int, int]:
    return found.cost, found.fit.route.shift, found.start


def _hours(
    now: Routes,
    index: int,
    wanted: Visit,
    shift: int,
    without: frozenset[int],
    stands: Route | None,
    both: _Both | None,
) -> Iterator[_Found]:
    """The visit at each round hour of a shift, and at the hour when it stands there; one of two
    people where the other's route takes it in, too."""
    windows = [window for window in wanted.windows if window.shift == shift]

    def at(spans: Collection[Window]) -> list[Fit]:
        placed = wanted.model_copy(update={"windows": tuple(spans)})
        return [fit for fit in now.fits(index, placed, shift, without=without) if not fit.blocked]

    if not at([window.model_copy(update={"cost": 0}) for window in windows]):
        return
    starts = {
        start
        for window in windows
        for start in range(-(-window.start // GRID) * GRID, window.end - wanted.talk + 1, GRID)
    }
    starts |= {stop.start for stop in (stands.stops if stands else ()) if stop.visit == index}
    lost = sum(now.problem.visits[other].worth for other in without)
    for start in sorted(starts):
        fits = at([Window(shift=shift, start=start, end=start + wanted.talk)])
        if fits:
            fit = min(fits, key=lambda fit: fit.added)
            if both is None:
                yield _Found(fit.added + lost, fit, start, without)
            elif (other := both.fit(now, shift, start, without)) is not None:
                yield _Found(fit.added + other.added + lost, fit, start, without, other)


@dataclass(frozen=True)
class _Both:
    """Who comes along to a visit of two people."""

    problem: Problem
    joint: Joint

    @property
    def visit(self) -> Visit:
        return self.problem.visits[self.joint.second]

    def shifts_with(self, shift: int) -> set[int]:
        """A shift of the first person, and those of others who may come along that day."""
        return {shift} | {
            window.shift
            for window in self.visit.windows
            if self.problem.shifts[window.shift].day == self.problem.shifts[shift].day
        }

    def fit(self, now: Routes, shift: int, start: int, without: frozenset[int]) -> Fit | None:
        """The cheapest place at that hour on the route of somebody who may come along."""
        found: list[Fit] = []
        for number in self.shifts_with(shift) - {shift}:
            end = start + self.visit.talk
            if any(
                window.shift == number and window.start <= start and end <= window.end
                for window in self.visit.windows
            ):
                span = Window(shift=number, start=start, end=end)
                placed = self.visit.model_copy(update={"windows": (span,)})
                fits = now.fits(self.joint.second, placed, number, without=without)
                found += [fit for fit in fits if not fit.blocked]
        return min(found, key=lambda fit: (fit.added, fit.route.shift), default=None)


def _without(problem: Problem, solution: Solution, own: Collection[int]) -> Solution:
    """The solution without some visits, the others at their hours where they can be."""
    routes: list[Route] = []
    for route in solution.routes:
        order = [stop.visit for stop in route.stops if stop.visit not in own]
        if len(order) == len(route.stops):
            routes.append(route)
        elif order:
            shorter = schedule(problem, route.shift, order)
            # Without a way from the place before to the one after, it stays as it is.
            routes.append(shorter or route)
    made = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(visit for visit in range(len(problem.visits)) if visit not in made)
    return Solution(routes=tuple(routes), left_out=left_out)


def _offer(
    built: BuiltProblem,
    now: Routes,
    before: dict[int, Route],
    wanted: Visit,
    found: _Found,
) -> Offer:
    route, about = found.fit.route, built.shifts[found.fit.route.shift]
    stood = {stop.visit: stop.start for each in before.values() for stop in each.stops}
    after = now.solution_with(route, without=found.without)
    companion = None
    if found.other is not None:
        companion = built.shifts[found.other.route.shift].manager_id
        after = Routes(now.problem, after).solution_with(found.other.route, without=found.without)
    old, new = Solution(routes=tuple(before.values()), left_out=()), after
    return Offer(
        visit_id=wanted.id,
        manager_id=about.manager_id,
        companion_id=companion or "",
        date=about.date,
        start=found.start,
        end=found.start + wanted.talk,
        travel=_travel(new) - _travel(old),
        moved=tuple(
            built.problem.visits[stop.visit].id
            for each in after.routes
            for stop in each.stops
            if visit_of(built.problem.visits[stop.visit].id) != wanted.id
            and stood.get(stop.visit, stop.start) != stop.start
        ),
        displaced=tuple(built.problem.visits[other].id for other in sorted(found.without)),
    )


def _travel(solution: Solution) -> int:
    ways = [stop.arrive - stop.leave for route in solution.routes for stop in route.stops]
    return sum(ways) + sum(route.back - route.leave_last for route in solution.routes)
