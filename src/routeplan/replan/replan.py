"""Plans again after something happened: the same story with what is known now, changing little."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from routeplan.book.models import Book
from routeplan.config import ChurnSettings, Settings
from routeplan.due.models import DueKind, DueList, DueVisit
from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.plan.build import build_plan
from routeplan.plan.check import require_valid
from routeplan.plan.explain import Cancelled
from routeplan.plan.insert import with_what_pays
from routeplan.plan.plan import Cause, ChangeBudget, Plan, PlannedDay
from routeplan.plan.ways import with_ways
from routeplan.problem.adjust import Adjustment, Must
from routeplan.problem.build import BuiltProblem, build_problem
from routeplan.problem.churn import churn_factor
from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Visit
from routeplan.problem.progress import Slot
from routeplan.replan.events import Cancel, Event
from routeplan.replan.progress import Standing, is_done, standing_at
from routeplan.replan.told import with_told_kept
from routeplan.solve.result import Engine, Result, Route, Solution, Solved
from routeplan.solve.schedule import schedule
from routeplan.solve.solve import solve
from routeplan.solve.stop import ProgressCallback, StopRule
from routeplan.travel.choose import travel_source
from routeplan.travel.source import TravelSource
from routeplan.workdays import WorkCalendar

__all__ = ["Replanning", "prepare_replan", "replan"]


@dataclass(frozen=True)
class Replanning:
    """A re-plan between its events and the search: what to solve, and what the plan needs then."""

    before: Plan
    book: Book
    settings: Settings
    calendar: WorkCalendar
    travel: TravelSource
    now: dt.datetime
    adjustments: tuple[Adjustment, ...]
    """The earlier plan's and those of this re-plan."""
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
    ) -> Plan:
        """The plan of a result for `built.problem`, checked; raises CheckError if it breaks a rule,
        which is a bug.

        Another `built` is the same problem with fewer windows, the result's among them: what was
        left out is explained by it.
        """
        before, built = self.before, built or self.built
        after = build_plan(
            built,
            result,
            self.book,
            DueList(horizon=before.horizon, policy=before.origin.policy, due=self.due, not_due=()),
            self.settings,
            before.origin.model_copy(
                update={
                    "version": before.origin.version + 1,
                    "now": self.now,
                    "settings": self.settings,
                    "calendar": self.calendar,
                }
            ),
            adjustments=self.adjustments,
            kept=self.standing.kept,
            cancelled=self.cancelled,
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
        after = with_ways(with_told_kept(after, before), self.travel)
        require_valid(after, self.book, self.settings, self.calendar, self.travel, earlier=before)
        return after


def replan(
    plan: Plan,
    book: Book,
    events: Sequence[Event],
    now: dt.datetime,
    *,
    settings: Settings | None = None,
    calendar: WorkCalendar | None = None,
    travel: TravelSource | None = None,
    adjustments: Sequence[Adjustment] = (),
    stop: StopRule | None = None,
    seed: int | None = None,
    engine: Engine = Engine.COLUMNS,
    progress: ProgressCallback | None = None,
    on_solved: Callable[[Solved], None] | None = None,
) -> Plan:
    """The plan from `now` (local time) on, once `events` have happened; checked like any plan.

    What is done or under way stays as it is, booked appointments stand, other visits keep their day
    and hour unless moving them gains more than `settings.churn`; freed time goes to due clients
    that had been left out. Settings and calendar are the earlier plan's unless given. `adjustments`
    come on top of the earlier plan's; a `Must` asks again for a cancelled client. `on_solved` is
    given the problem with its routes and their proof, for `save_plan`.

    Raises UsageError for an event or a clock that does not go with the plan, and CheckError if the
    new plan breaks a rule, which is a bug.
    """
    opened = prepare_replan(
        plan,
        book,
        events,
        now,
        settings=settings,
        calendar=calendar,
        travel=travel,
        adjustments=adjustments,
    )
    solver, problem = opened.settings.solver, opened.built.problem
    result = solve(
        problem,
        stop or StopRule(seconds=solver.time_limit),
        seed=solver.seed if seed is None else seed,
        engine=engine,
        start=opened.start,
        progress=progress,
    )
    result = with_what_pays(problem, result)
    if on_solved:
        on_solved(Solved(problem=problem, result=result))
    return opened.plan_of(result)


def prepare_replan(
    plan: Plan,
    book: Book,
    events: Sequence[Event],
    now: dt.datetime,
    *,
    settings: Settings | None = None,
    calendar: WorkCalendar | None = None,
    travel: TravelSource | None = None,
    adjustments: Sequence[Adjustment] = (),
) -> Replanning:
    """What `replan` solves. Raises UsageError as `replan` does."""
    settings = settings or plan.origin.settings
    calendar = calendar or plan.origin.calendar
    travel = travel or travel_source(settings.travel, book)
    now = _whole_minute(now)
    _require_later(plan, now)
    _require_known(plan, book)
    fallen = _cancelled_now(plan, book, events, now)
    standing = standing_at(plan, now, fallen, book, settings, travel)
    kept = {visit.visit_id: (day, visit) for day in standing.kept for visit in day.visits}
    why = _reasons(plan, fallen, adjustments)
    due = _opened(plan.due, fallen)
    rest = [visit for visit in due if visit.id not in kept]
    wishes = (*plan.adjustments, *adjustments)
    slots = _slots(plan, kept.keys() | why.keys())
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
        manager_ids={day.manager_id for day in plan.days},
        adjustments=wishes,
        planned=slots,
        cancelled=why.keys(),
        under_way=standing.under_way,
        travelled={(day.manager_id, day.date): {leg.mode for leg in day.legs} for day in plan.days},
        now=now,
    )
    cancelled = {
        visit.id: Cancelled(why=why[visit.id], visit=open_built.problem.visits[index])
        for index, visit in enumerate(open_built.visits)
        if visit.id in why
    }
    built = _priced(open_built, slots, cancelled, settings.churn, now.date())
    return Replanning(
        before=plan,
        book=book,
        settings=settings,
        calendar=calendar,
        travel=travel,
        now=now,
        adjustments=wishes,
        due=due,
        standing=standing,
        slots=slots,
        cancelled=cancelled,
        built=built,
        start=_as_planned(plan, built),
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


def _cancelled_now(
    plan: Plan, book: Book, events: Sequence[Event], now: dt.datetime
) -> frozenset[str]:
    """Ids of the planned visits that the events cancel."""
    return frozenset(_cancelled_visit(plan, book, event, now) for event in events)


def _cancelled_visit(plan: Plan, book: Book, event: Cancel, now: dt.datetime) -> str:
    client_id = event.client_id
    if client_id not in book.client_by_id:
        raise UsageError("RP4022", message("replan.unknown_client", client=client_id))
    planned = [(day, visit) for day, visit in plan.visits if visit.client_id == client_id]
    if not planned:
        raise UsageError("RP4023", message("replan.not_planned", client=client_id))
    meant = [item for item in planned if event.date in (None, item[0].date)]
    if event.date is not None and not meant:
        days = [day.date.isoformat() for day, _ in planned]
        text = message("replan.not_planned_then", client=client_id, date=event.date, days=days)
        raise UsageError("RP4023", text)
    to_come = [(day, visit) for day, visit in meant if not is_done(day, visit, now)]
    if not to_come:
        text = message("replan.already_done", client=client_id, date=meant[-1][0].date)
        raise UsageError("RP4024", text)
    if len(to_come) > 1:
        forms = [Cancel(client_id=client_id, date=day.date).visit for day, _ in to_come]
        text = message("replan.which_visit", client=client_id, forms=forms)
        raise UsageError("RP4025", text)
    return to_come[0][1].visit_id


def _reasons(
    plan: Plan, fallen: Collection[str], adjustments: Sequence[Adjustment]
) -> dict[str, Message]:
    """Visits off by the client's word, now or in an earlier re-plan, and in what words."""
    wanted = {item.client_id for item in adjustments if isinstance(item, Must)}
    why = {
        visit.visit_id: visit.why
        for visit in plan.left_out
        if visit.cause is Cause.CANCELLED and visit.client_id not in wanted
    }
    for day, visit in plan.visits:
        if visit.visit_id in fallen:
            why[visit.visit_id] = message("replan.cancelled", date=day.date, start=visit.talk.start)
    return why


def _opened(due: Sequence[DueVisit], fallen: Collection[str]) -> tuple[DueVisit, ...]:
    """The due list; a visit that was cancelled is not booked any more."""
    return tuple(
        visit.model_copy(
            update={
                "appointment_id": None,
                "required": visit.required
                and any(reason.kind is DueKind.MUST_VISIT for reason in visit.reasons),
            }
        )
        if visit.id in fallen
        else visit
        for visit in due
    )


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
            manager_id=day.manager_id, date=day.date, start=visit.talk.start, told=visit.told
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
        if visit.id in cancelled:
            return visit.model_copy(update={"windows": (), "worth": 0, "required": False})
        if visit.id in slots:
            slot = slots[visit.id]
            price = round(churn.drop * churn_factor(churn, slot, today, slot.date))
            return visit.model_copy(update={"worth": visit.worth + price})
        return visit

    visits = tuple(priced(visit) for visit in built.problem.visits)
    penalty = required_penalty(visits, built.problem.matrices, len(built.problem.shifts))
    problem = built.problem.model_copy(update={"visits": visits, "required_penalty": penalty})
    return built.model_copy(update={"problem": problem})


def _as_planned(plan: Plan, built: BuiltProblem) -> Solution:
    """The earlier plan's routes as far as they can still be made: where the search starts."""
    index_of = {visit.id: index for index, visit in enumerate(built.visits)}
    days = {(day.manager_id, day.date): day for day in plan.days}
    routes: list[Route] = []
    made: set[int] = set()
    for shift, about in enumerate(built.shifts):
        day = days.get((about.manager_id, about.date))
        route: Route | None = None
        order: list[int] = []
        for visit in day.visits if day else ():
            index = index_of.get(visit.visit_id)
            longer = None if index is None else schedule(built.problem, shift, [*order, index])
            if index is not None and longer is not None:
                route, order = longer, [*order, index]
        if route is not None:
            routes.append(route)
            made |= set(order)
    left_out = tuple(index for index in range(len(built.visits)) if index not in made)
    return Solution(routes=tuple(routes), left_out=left_out)
