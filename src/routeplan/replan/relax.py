"""What would bring one visit in, and what that costs: each way planned with before it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from routeplan.book.models import Book
from routeplan.config import Settings
from routeplan.errors import UsageError
from routeplan.language import Message, message
from routeplan.plan.explain import Done, Explainer
from routeplan.plan.plan import Plan
from routeplan.problem.adjust import Adjustment
from routeplan.problem.amend import amended
from routeplan.problem.joint import is_companion
from routeplan.problem.wishes import collect_wishes
from routeplan.replan.budget import changed_visits
from routeplan.replan.replan import Replanning, prepare_replan
from routeplan.solve.result import Engine, Solution
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.travel.source import TravelSource
from routeplan.values import Frozen
from routeplan.workdays import WorkCalendar

__all__ = ["Relaxation", "left_out_visit", "relaxations"]

MOVES = 3
"""Neighbourhoods tried with each way: the routes are nearly there."""


class Relaxation(Frozen):
    """A way to fit a visit in, and what it changes in the plan without it."""

    text: Message
    adjustments: tuple[Adjustment, ...]
    """For `replan --adjust`."""
    visits: int
    """More visits made, or fewer."""
    travel: int
    """More minutes on the way, or fewer."""
    moved: tuple[str, ...] = ()
    """Ids of the clients whose visit moves."""
    gives_way: tuple[str, ...] = ()
    """Ids of the clients whose visit is given up."""


def relaxations(
    plan: Plan,
    book: Book,
    now: dt.datetime,
    client_id: str,
    *,
    settings: Settings | None = None,
    calendar: WorkCalendar | None = None,
    travel: TravelSource | None = None,
    stop: StopRule | None = None,
    seed: int | None = None,
    engine: Engine = Engine.COLUMNS,
) -> tuple[Relaxation, ...]:
    """The cheapest ways to visit a client that `plan` leaves out, from `now` on.

    The plan's own remedies and, beyond these, favours asked of other clients: an hour, a shorter
    talk. `stop.seconds` are for all of it. Raises UsageError RP4073 when no visit of the client is
    left out.
    """
    rule = stop or StopRule(seconds=(settings or plan.origin.settings).solver.time_limit)

    def prepared(more: Sequence[Adjustment]) -> Replanning:
        return prepare_replan(
            plan,
            book,
            (),
            now,
            settings=settings,
            calendar=calendar,
            travel=travel,
            adjustments=more,
        )

    def solved(opened: Replanning, share: float) -> Solution:
        seconds = None if rule.seconds is None else rule.seconds * share
        result = solve(
            opened.built.problem,
            StopRule(
                seconds=seconds, iterations=MOVES if rule.iterations is None else rule.iterations
            ),
            seed=opened.settings.solver.seed if seed is None else seed,
            engine=engine,
            start=opened.start,
        )
        return result.solution

    opened = prepared(())
    # Against what planning again would do anyway: each way answers for its own changes alone.
    now_made = solved(opened, 0.3)
    if client_id in _made(opened, now_made) and client_id not in _made(opened, opened.start):
        now_made = opened.start
    index = left_out_visit(opened, now_made, client_id)
    anyway = changed_visits(opened.built.problem, opened.slots, now_made)
    remedies = [
        remedy for remedy in _explainer(opened, now_made).relaxations(index) if remedy.adjustments
    ]
    found: list[Relaxation] = []
    for remedy in remedies:
        asked = prepared(remedy.adjustments)
        after = solved(asked, 0.7 / len(remedies))
        if client_id in _made(asked, after):
            before_made, after_made = _made(opened, now_made), _made(asked, after)
            lost = set(before_made) - set(after_made)
            changed = changed_visits(asked.built.problem, asked.slots, after) - anyway
            clients = {visit.id: visit.client_id for visit in asked.built.visits}
            moved = {clients[visit_id] for visit_id in changed} - lost - {client_id}
            found.append(
                Relaxation(
                    text=remedy.text,
                    adjustments=remedy.adjustments,
                    visits=len(after_made) - len(before_made),
                    travel=_travel(after) - _travel(now_made),
                    moved=tuple(sorted(moved)),
                    gives_way=tuple(sorted(lost)),
                )
            )
    return tuple(found)


def left_out_visit(opened: Replanning, solution: Solution, client_id: str) -> int:
    """The client's first visit of the problem that no route makes.

    Raises UsageError RP4073 when there is none.
    """
    for index in solution.left_out:
        due = opened.built.visits[index]
        if due.client_id == client_id and not is_companion(due.id):
            return index
    raise UsageError("RP4073", message("choices.not_left_out", client=client_id))


def _explainer(opened: Replanning, solution: Solution) -> Explainer:
    return Explainer(
        built=opened.built,
        solution=solution,
        book=amended(opened.book, opened.adjustments),
        settings=opened.settings,
        calendar=opened.calendar,
        wishes=collect_wishes(opened.adjustments),
        cancelled=opened.cancelled,
        done={
            (day.manager_id, day.date): Done(day.totals.visits, day.totals.talk)
            for day in opened.standing.kept
        },
        today=opened.now.date(),
    )


def _made(opened: Replanning, solution: Solution) -> list[str]:
    """Client ids, one a visit."""
    return [
        opened.built.visits[stop.visit].client_id
        for route in solution.routes
        for stop in route.stops
    ]


def _travel(solution: Solution) -> int:
    ways = [stop.arrive - stop.leave for route in solution.routes for stop in route.stops]
    return sum(ways) + sum(route.back - route.leave_last for route in solution.routes)
