"""Plans again after something happened: the same story with what is known now, changing little."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from routeplan.book.digest import digest
from routeplan.book.models import Book
from routeplan.config import ChurnSettings, Settings
from routeplan.due.models import DueList, DueVisit
from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.plan.build import build_plan
from routeplan.plan.check import require_valid
from routeplan.plan.events import Event
from routeplan.plan.explain import Cancelled
from routeplan.plan.insert import with_what_pays
from routeplan.plan.plan import ChangeBudget, Plan, PlannedDay, PlannedVisit, PlanOrigin
from routeplan.plan.touches import with_touches
from routeplan.plan.ways import with_ways
from routeplan.problem.adjust import Adjustment, Agreed, Must
from routeplan.problem.amend import amended
from routeplan.problem.build import BuiltProblem, build_problem
from routeplan.problem.churn import churn_factor
from routeplan.problem.joint import at_hour, companion_id, visit_of
from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Problem, Visit
from routeplan.problem.progress import Slot
from routeplan.problem.shifts import ShiftDay
from routeplan.problem.wishes import collect_wishes
from routeplan.replan.choices import efficient_choices, plan_within
from routeplan.replan.conflict import refusal
from routeplan.replan.holds import Holds, holds_of
from routeplan.replan.news import planned_managers, read_news
from routeplan.replan.offer import alternatives_for
from routeplan.replan.progress import Standing, standing_at
from routeplan.replan.told import with_told_kept
from routeplan.solve.carry import carry
from routeplan.solve.evaluate import cost_of
from routeplan.solve.joint import together
from routeplan.solve.repair import repaired
from routeplan.solve.result import Engine, Result, Route, Solution, Solved, Status, rest_gap
from routeplan.solve.schedule import schedule
from routeplan.solve.solve import solve
from routeplan.solve.stop import ProgressCallback, StopRule
from routeplan.solve.verify import required_left_out
from routeplan.travel.choose import travel_source
from routeplan.travel.source import TravelSource
from routeplan.workdays import WorkCalendar

__all__ = ["Replanning", "prepare_replan", "replan"]

CLOSE = 0.2
"""Of `solver.replan_gap`: where a search ends that has begun. It gets so far at little more cost,
and to the last visit's proof at several times as much."""


@dataclass(frozen=True)
class Replanning:
    """A re-plan between its events and the search: what to solve, and what the plan needs then."""

    before: Plan
    book: Book
    events: tuple[Event, ...]
    settings: Settings
    calendar: WorkCalendar
    travel: TravelSource
    now: dt.datetime
    asked: tuple[Adjustment, ...]
    """The adjustments given to this re-plan."""
    adjustments: tuple[Adjustment, ...]
    """The earlier plan's, those of this re-plan, and the facts of its events."""
    holds: Holds
    """What may not move."""
    freeze: int
    """Minutes from `now` to the freeze line."""
    calm: bool
    """Whether nothing is new but the clock..."""
    same: bool
    """... and not even that counts: no day has begun since the plan was made."""
    due: tuple[DueVisit, ...]
    standing: Standing
    slots: Mapping[str, Slot]
    """Where visits that are still to come were planned, by visit."""
    cancelled: Mapping[str, Cancelled]
    built: BuiltProblem
    start: Solution
    """The earlier plan as far as it can still be made."""

    def plan_of(
        self,
        result: Result,
        *,
        built: BuiltProblem | None = None,
        budget: ChangeBudget | None = None,
        notes: Sequence[Message] = (),
        at_once: bool = False,
    ) -> Plan:
        """The plan of a result for `built.problem`, checked; raises UsageError RP4029 where what is
        held cannot be kept, and CheckError if the plan breaks a rule, which is a bug.

        Another `built` is the same problem with fewer windows, the result's among them: what was
        left out is explained by it. What is given `at_once` waits for no search: not for the last
        remedies, nor for why what is held cannot be kept.
        """
        before, built = self.before, built or self.built
        known = {visit.visit_id for visit in before.left_out if visit.required}
        left_out = result.solution.left_out
        if not at_once and (
            refused := refusal(
                built, left_out, known, self.holds, self.events, self._without, self.book
            )
        ):
            raise refused
        after = build_plan(
            built,
            result,
            self.book,
            DueList(
                horizon=before.horizon,
                policy=before.origin.policy,
                due=self.due,
                not_due=(),
                touches=before.touches,
            ),
            self.settings,
            self.origin,
            adjustments=self.adjustments,
            locks=self.holds.locks,
            kept=self.standing.kept,
            cancelled=self.cancelled,
            searched=frozenset(self.slots),
            at_once=at_once,
            notes=[
                *notes,
                *(
                    note
                    for note in before.notes
                    if note not in self.built.notes and not _is_decided_anew(note, self.now)
                ),
            ],
        )
        if budget is not None:
            proof = after.proof.model_copy(update={"budget": budget})
            after = after.model_copy(update={"proof": proof})
        others = alternatives_for(before, after, built, result.solution)
        after = after.model_copy(update={"alternatives": others})
        after = with_ways(with_told_kept(after, before), self.travel)
        after = with_touches(after, self.book, before)
        require_valid(after, self.book, self.settings, self.calendar, self.travel, earlier=before)
        return after

    @property
    def origin(self) -> PlanOrigin:
        """Of the new plan."""
        return self.before.origin.model_copy(
            update={
                "version": self.before.origin.version + 1,
                "now": self.now,
                "events": self.events,
                "freeze": self.freeze,
                "book_digest": digest(self.book),
                "settings": self.settings,
                "calendar": self.calendar,
            }
        )

    def without_left_over(self) -> Problem:
        """The problem where required visits that were left out before cannot be made."""
        gone = {visit.visit_id for visit in self.before.left_out if visit.required}
        visits = tuple(
            visit.model_copy(update={"windows": ()}) if visit.id in gone else visit
            for visit in self.built.problem.visits
        )
        return self.built.problem.model_copy(update={"visits": visits})

    def touched(self) -> frozenset[int]:
        """Shifts of which a visit was lost, or which a visit could be on that is lost, new, or left
        out though it has to be made."""
        made = {
            (about.manager_id, about.date): {self.built.visits[stop.visit].id for stop in stops}
            for about, stops in (
                (self.built.shifts[route.shift], route.stops) for route in self.start.routes
            )
        }
        known = {visit.id for visit in self.before.due}
        lost = {
            self.built.visits[number].id
            for number in self.start.left_out
            if self.built.visits[number].id in self.slots
            or self.built.visits[number].id not in known
            or self.built.problem.visits[number].required
        }
        able = {
            window.shift
            for visit in self.built.problem.visits
            if visit.id in lost
            for window in visit.windows
        }
        days = {(day.manager_id, day.date): day for day in self.before.days}
        kept = {visit.visit_id for day in self.standing.kept for visit in day.visits}

        def lost_here(about: ShiftDay) -> bool:
            day = days.get((about.manager_id, about.date))
            planned = (
                {visit.visit_id for visit in day.visits if not visit.accompanies} if day else set()
            )
            return not planned - kept <= made.get((about.manager_id, about.date), set())

        shifts = enumerate(self.built.shifts)
        return frozenset(able | {number for number, about in shifts if lost_here(about)})

    def at_once(self, solution: Solution, earlier: Solved, seed: int) -> Result:
        """The result of a solution, with the bound that the prices of the earlier proof give.

        It ended by "first" where that does not show it to be good enough.
        """
        problem = self.built.problem
        carried = carry(problem, earlier)
        bound = carried.bound if carried else None
        cost, missing = cost_of(problem, solution), required_left_out(problem, solution.made)
        gap = rest_gap(cost, bound, missing * problem.required_penalty)
        proven = bound is not None and cost <= bound
        near = gap is not None and gap <= self.settings.solver.replan_gap
        status = Status.OPTIMAL if proven else Status.FEASIBLE
        ended = "optimal" if proven else "gap"
        return Result(
            engine=earlier.result.engine,
            seed=seed,
            status=Status.INFEASIBLE if missing else status,
            stopped_by=ended if near and not self.loses_held(solution) else "first",
            solution=solution,
            cost=cost,
            bound=bound,
            proof=carried.proof if carried else None,
        )

    def close_to(self, solution: Solution) -> float:
        """The gap at which a search from a solution ends: the engine's is a share of all it costs,
        penalties of required visits included."""
        problem = self.built.problem
        cost, missing = cost_of(problem, solution), required_left_out(problem, solution.made)
        rest = cost - missing * problem.required_penalty
        return CLOSE * self.settings.solver.replan_gap * rest / cost if cost else 0.0

    def loses_held(self, solution: Solution) -> bool:
        """Whether a visit is left out that may not move."""
        held = self.holds.visits
        return any(self.built.visits[index].id in held for index in solution.left_out)

    def stays(self, result: Result) -> Result:
        """The result where nothing is new: the earlier plan's routes, with what is proven now."""
        problem, start = self.built.problem, self.start
        planned = {self.built.visits[index].id for index in start.left_out} & self.slots.keys()
        if not self.calm or planned:
            return result
        cost = cost_of(problem, start)
        proven = result.bound is not None and cost <= result.bound
        missing = any(problem.visits[index].required for index in start.left_out)
        status = Status.OPTIMAL if proven else Status.FEASIBLE
        return result.model_copy(
            update={
                "solution": start,
                "cost": cost,
                "status": Status.INFEASIBLE if missing else status,
                "stopped_by": "optimal" if proven else "unchanged",
            }
        )

    def _without(self, events: Sequence[Event]) -> BuiltProblem | None:
        """The problem that these of the events make; None: they do not go without the others."""
        try:
            other = prepare_replan(
                self.before,
                self.book,
                events,
                self.now,
                freeze=self.freeze,
                settings=self.settings,
                calendar=self.calendar,
                travel=self.travel,
                adjustments=self.asked,
            )
        except UsageError:
            return None
        return other.built


def replan(
    plan: Plan,
    book: Book,
    events: Sequence[Event],
    now: dt.datetime,
    *,
    freeze: int | None = None,
    settings: Settings | None = None,
    calendar: WorkCalendar | None = None,
    travel: TravelSource | None = None,
    adjustments: Sequence[Adjustment] = (),
    stop: StopRule | None = None,
    max_changes: int | None = None,
    seed: int | None = None,
    engine: Engine = Engine.COLUMNS,
    progress: ProgressCallback | None = None,
    earlier: Solved | None = None,
    on_first: Callable[[Plan], None] | None = None,
    on_solved: Callable[[Solved], None] | None = None,
) -> Plan:
    """The plan from `now` (local time) on, once `events` have happened; checked like any plan.

    What is done or under way stays as it is, and so do locked visits and those that begin within
    `freeze` minutes of `now` (None: as the settings say); booked appointments stand, other visits
    keep their day and hour unless moving them gains more than `settings.churn`; freed time goes to
    due clients that had been left out. Settings and calendar are the earlier plan's unless given.
    `adjustments` come on top of the earlier plan's; a `Must` asks again for a cancelled client.
    `on_solved` is given the problem with its routes and their proof, for `save_plan`. With
    `max_changes`, no more planned visits change than so many beyond those that nothing avoids.

    With `earlier`, what `plan` was made from, and no `stop`, the answer comes at once where it is
    proven within `settings.solver.replan_gap` of the best possible: the days that the events touch
    are mended first, then all, and the prices of the earlier proof bound the new plan. Where it is
    not, the search goes on from there until within a fifth of that, and `on_first` is given the
    plan that stands meanwhile, without the remedies that take a search.

    Raises UsageError for an event or a clock that does not go with the plan, and CheckError if the
    new plan breaks a rule, which is a bug.
    """
    opened = prepare_replan(
        plan,
        book,
        events,
        now,
        freeze=freeze,
        settings=settings,
        calendar=calendar,
        travel=travel,
        adjustments=adjustments,
    )
    if opened.same:
        # Nothing is searched, so that the plan stays what it is, its proof included.
        return plan.model_copy(update={"origin": opened.origin})
    solver, problem = opened.settings.solver, opened.built.problem
    if max_changes is not None:
        found = efficient_choices(opened, stop=stop, seed=seed, engine=engine, progress=progress)
        after, solved = plan_within(opened, found, max_changes)
        if on_solved:
            on_solved(solved)
        return after
    seed = solver.seed if seed is None else seed
    start, result = opened.start, None
    limit = stop or StopRule(seconds=solver.time_limit)
    if earlier is not None and stop is None and engine is Engine.COLUMNS:
        start = repaired(problem, start, opened.touched(), seed=seed)
        result = opened.at_once(start, earlier, seed)
        if result.stopped_by == "first":
            if on_first and not opened.loses_held(start):
                stands = opened.stays(with_what_pays(problem, result))
                on_first(opened.plan_of(stands, at_once=True))
            limit = StopRule(seconds=solver.time_limit, gap=opened.close_to(start))
            result = None
    result = result or solve(
        problem,
        limit,
        seed=seed,
        engine=engine,
        start=start,
        progress=progress,
    )
    if opened.loses_held(result.solution):
        # A required visit that was left out before may have taken the place of one that is held.
        closer = opened.without_left_over()
        again = solve(
            closer,
            limit,
            seed=seed,
            engine=engine,
            start=opened.start,
            progress=progress,
        )
        if again.cost < result.cost or not opened.loses_held(again.solution):
            result = again.model_copy(update={"bound": None, "proof": None})
    result = opened.stays(with_what_pays(problem, result))
    if on_solved:
        on_solved(Solved(problem=problem, result=result))
    return opened.plan_of(result)


def prepare_replan(
    plan: Plan,
    book: Book,
    events: Sequence[Event],
    now: dt.datetime,
    *,
    freeze: int | None = None,
    settings: Settings | None = None,
    calendar: WorkCalendar | None = None,
    travel: TravelSource | None = None,
    adjustments: Sequence[Adjustment] = (),
) -> Replanning:
    """What `replan` solves. Raises UsageError as `replan` does."""
    settings = settings or plan.origin.settings
    calendar = calendar or plan.origin.calendar
    travel = travel or travel_source(settings.travel, book, calendar=calendar)
    now = _whole_minute(now)
    _require_later(plan, now)
    freeze = settings.churn.freeze if freeze is None else freeze
    _require_known(plan, amended(book, plan.adjustments))
    wishes = (*plan.adjustments, *adjustments)
    asked_again = {item.client_id for item in adjustments if isinstance(item, Must)}
    news = read_news(plan, book, events, now, settings, calendar, wishes, asked_again)
    wishes, due, why = (*wishes, *news.facts), news.due, news.cancelled
    known, looked_up = amended(book, wishes), collect_wishes(wishes)
    standing = standing_at(plan, now, news.reports, known, settings, calendar, travel, looked_up)
    going = [(day, visit) for day in standing.kept for visit in day.visits]
    kept = {visit.visit_id: (day, visit) for day, visit in going if not visit.accompanies}
    along = {visit.visit_id: visit.talk for _, visit in going if visit.accompanies}
    rest = [visit for visit in due if visit.id not in kept]
    slots = _slots(plan, kept.keys() | why.keys() | news.reports.gone)
    agreed = {fact.visit_id for fact in news.facts if isinstance(fact, Agreed)}
    released = kept.keys() | why.keys() | news.reports.gone | agreed
    holds = holds_of(plan, slots, released, events, now, freeze)
    open_built = build_problem(
        book,
        DueList(
            horizon=plan.horizon,
            policy=plan.origin.policy,
            due=_apart_from_kept(rest, due, standing.kept),
            not_due=(),
        ),
        settings,
        calendar,
        travel,
        manager_ids=planned_managers(plan),
        adjustments=wishes,
        planned=slots,
        cancelled=why.keys(),
        under_way=standing.under_way,
        begun={visit_id: talk for visit_id, talk in along.items() if visit_id not in kept},
        to_join=_to_join(plan, due, kept, along, now),
        travelled={(day.manager_id, day.date): {leg.mode for leg in day.legs} for day in plan.days},
        now=now,
    )
    cancelled = {
        visit.id: Cancelled(why=why[visit.id], visit=open_built.problem.visits[index])
        for index, visit in enumerate(open_built.visits)
        if visit.id in why
    }
    built = _priced(holds.hold(open_built), slots, cancelled, settings.churn, now.date())
    origin = plan.origin
    calm = (
        wishes == plan.adjustments
        and not news.changes(plan)
        and (settings, calendar, digest(book))
        == (origin.settings, origin.calendar, origin.book_digest)
    )
    return Replanning(
        before=plan,
        book=book,
        events=tuple(events),
        asked=tuple(adjustments),
        settings=settings,
        calendar=calendar,
        travel=travel,
        now=now,
        adjustments=wishes,
        holds=holds,
        freeze=freeze,
        calm=calm,
        same=calm and (now == origin.now or not _has_begun(plan, now)),
        due=due,
        standing=standing,
        slots=slots,
        cancelled=cancelled,
        built=built,
        start=_as_planned(plan, built),
    )


def _to_join(
    plan: Plan,
    due: Sequence[DueVisit],
    kept: Mapping[str, tuple[PlannedDay, PlannedVisit]],
    along: Collection[str],
    now: dt.datetime,
) -> list[tuple[DueVisit, Slot]]:
    """Visits of two for which the first has set out and the second has not."""
    by_id = {visit.id: visit for visit in due}
    return [
        (
            by_id[visit.visit_id],
            Slot(
                manager_id=day.manager_id, date=day.date, start=kept[visit.visit_id][1].talk.start
            ),
        )
        for day, visit in plan.accompanied
        if visit.visit_id in kept and visit.visit_id not in along and day.date == now.date()
    ]


def _has_begun(plan: Plan, now: dt.datetime) -> bool:
    """Whether some day of the plan has begun."""
    midnight = dt.time()
    return any(
        dt.datetime.combine(day.date, midnight) + dt.timedelta(minutes=day.shift.start) < now
        for day in plan.days
    )


def _is_decided_anew(note: Message, now: dt.datetime) -> bool:
    """Whether an earlier plan's note is on travel, on visits that exclude each other, or on a break
    still to come: this plan has its own."""
    if note.key in ("plan.conflict", "problem.guessed", "problem.no_way", "choices.forced"):
        return True
    return note.key == "problem.no_lunch" and str(note.args["date"]) >= now.date().isoformat()


def _whole_minute(now: dt.datetime) -> dt.datetime:
    """The first whole minute not before `now`, without a zone."""
    start = now.replace(second=0, microsecond=0, tzinfo=None)
    return start + dt.timedelta(minutes=1) if now.second or now.microsecond else start


def _require_later(plan: Plan, now: dt.datetime) -> None:
    if now.date() > plan.horizon.last:
        text = f"{now:%Y-%m-%d %H:%M}"
        raise UsageError("RP4027", message("replan.too_late", now=text, last=plan.horizon.last))
    before = plan.origin.now
    if before is not None and now < before:
        texts = {"now": f"{now:%Y-%m-%d %H:%M}", "before": f"{before:%Y-%m-%d %H:%M}"}
        raise UsageError("RP4028", message("replan.too_early", **texts))


def _require_known(plan: Plan, book: Book) -> None:
    """The book may have changed, but what the plan was made from must still be in it."""
    appointments = {appointment.id for appointment in book.appointments}
    lost = {day.manager_id for day in plan.days if day.manager_id not in book.manager_by_id}
    for visit in plan.due:
        client = book.client_by_id.get(visit.client_id)
        if client is None or visit.site_id not in {"", *(site.id for site in client.sites)}:
            lost.add(visit.client_id)
        if visit.appointment_id is not None and visit.appointment_id not in appointments:
            lost.add(visit.appointment_id)
    if lost:
        raise UsageError("RP4026", message("replan.book_lost", lost=sorted(lost)))


def _apart_from_kept(
    rest: Sequence[DueVisit], due: Sequence[DueVisit], kept: Sequence[PlannedDay]
) -> tuple[DueVisit, ...]:
    """Visits still to plan, on the days that are far enough from the client's visits made."""
    by_id = {visit.id: visit for visit in due}
    made = [(by_id[visit.visit_id], day.date) for day in kept for visit in day.visits]
    found: list[DueVisit] = []
    for visit in rest:
        earliest, until = visit.earliest, visit.until
        for other, date in made:
            if other.client_id != visit.client_id:
                continue
            if other.sequence < visit.sequence:
                earliest = max(earliest, date + dt.timedelta(days=visit.min_gap_days))
            else:
                until = min(until, date - dt.timedelta(days=other.min_gap_days))
        found.append(visit.model_copy(update={"earliest": earliest, "until": until}))
    return tuple(found)


def _slots(plan: Plan, gone: Collection[str]) -> dict[str, Slot]:
    """Where visits that are still to come were planned."""
    return {
        visit.visit_id: Slot(
            manager_id=day.manager_id,
            date=day.date,
            start=visit.talk.start,
            told=visit.told,
            companion_id=visit.joint_with.manager_id if visit.joint_with else "",
        )
        for day, visit in plan.visits
        if visit.visit_id not in gone
    }


def _priced(
    built: BuiltProblem,
    slots: Mapping[str, Slot],
    cancelled: Collection[str],
    churn: ChurnSettings,
    today: dt.date,
) -> BuiltProblem:
    """The problem where giving up a planned visit costs more than its worth, and cancelled visits
    cost nothing and no route can make them."""

    def priced(visit: Visit) -> Visit:
        if visit_of(visit.id) in cancelled:
            return visit.model_copy(update={"windows": (), "worth": 0, "required": False})
        if visit.id in slots:
            slot = slots[visit.id]
            price = round(churn.drop * churn_factor(churn, slot, today, slot.date))
            return visit.model_copy(update={"worth": visit.worth + price})
        return visit

    visits = tuple(priced(visit) for visit in built.problem.visits)
    penalty = required_penalty(visits, built.problem.matrices, built.problem.shifts)
    problem = built.problem.model_copy(update={"visits": visits, "required_penalty": penalty})
    return built.model_copy(update={"problem": problem})


def _as_planned(plan: Plan, built: BuiltProblem) -> Solution:
    """The earlier plan's routes as far as they can still be made: where the search starts."""
    index_of = {visit.id: index for index, visit in enumerate(built.visits)}
    days = {(day.manager_id, day.date): day for day in plan.days}
    problem = _as_they_met(plan, built, index_of)
    routes: list[Route] = []
    made: set[int] = set()
    for shift, about in enumerate(built.shifts):
        day = days.get((about.manager_id, about.date))
        planned = (
            companion_id(visit.visit_id) if visit.accompanies else visit.visit_id
            for visit in (day.visits if day else ())
        )
        order = [index_of[visit_id] for visit_id in planned if visit_id in index_of]
        route = _as_far_as_possible(problem, shift, order)
        if route is not None:
            routes.append(route)
            made |= {stop.visit for stop in route.stops}
    left_out = tuple(index for index in range(len(built.visits)) if index not in made)
    return together(built.problem, Solution(routes=tuple(routes), left_out=left_out))


def _as_far_as_possible(problem: Problem, shift: int, order: Sequence[int]) -> Route | None:
    """The route of these visits in this order, or of each that can follow those before it."""
    route = schedule(problem, shift, order)
    made: list[int] = []
    for visit in order if route is None else ():
        longer = schedule(problem, shift, [*made, visit])
        if longer is not None:
            route, made = longer, [*made, visit]
    return route


def _as_they_met(plan: Plan, built: BuiltProblem, index_of: Mapping[str, int]) -> Problem:
    """The problem where two who visited together can do so at their hour alone."""
    talks = {visit.visit_id: visit.talk for _, visit in plan.accompanied}
    if not talks:
        return built.problem
    visits = list(built.problem.visits)
    for visit_id, talk in talks.items():
        for number in (index_of.get(visit_id), index_of.get(companion_id(visit_id))):
            if number is not None:
                required = visits[number].required
                narrow = at_hour(visits[number], talk)
                visits[number] = narrow.model_copy(update={"required": required})
    return built.problem.model_copy(update={"visits": tuple(visits)})
