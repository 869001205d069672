"""What more changes would buy: the efficient choices of a re-plan, and the plan of one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routeplan.book.models import Tier
from routeplan.language import Message, message
from routeplan.plan.insert import Routes
from routeplan.plan.plan import ChangeBudget, Plan
from routeplan.problem.problem import Visit
from routeplan.replan.budget import (
    Budgeted,
    Frontier,
    changed_visits,
    efficient_plans,
    held,
    stay_windows,
)
from routeplan.solve.result import Engine, Result, Solution, Solved, Status
from routeplan.solve.stop import ProgressCallback, StopRule
from routeplan.solve.verify import required_left_out
from routeplan.values import Frozen

if TYPE_CHECKING:
    from routeplan.replan.replan import Replanning

__all__ = ["Choice", "ChoiceTable", "choices_of", "efficient_choices", "plan_within"]


class Choice(Frozen):
    """One way to plan again; none of the table has both fewer changes and lower cost."""

    changes: int
    """Planned visits that move or are given up, those that nothing avoids among them."""
    more: int
    """Changes beyond those: what to give to `replan --max-changes`."""
    visits: dict[Tier, int]
    """Still to be made, by the client's tier."""
    travel: int
    """Minutes on ways still to be made."""
    cost: int
    required: int
    """Of it, penalties for required visits left out."""
    bound: int | None
    """No plan with so few changes costs less; None: not known."""
    clients: tuple[str, ...]
    """Ids of the clients whose visit changes."""


class ChoiceTable(Frozen):
    forced: tuple[Message, ...]
    """The changes that nothing avoids, as far as was found, each with its reason."""
    choices: tuple[Choice, ...]
    """Fewest changes first."""
    complete: bool
    """Whether the search ended by itself: with more time it may find more."""


def efficient_choices(
    opened: Replanning,
    *,
    stop: StopRule | None = None,
    seed: int | None = None,
    engine: Engine = Engine.COLUMNS,
    progress: ProgressCallback | None = None,
) -> Frontier:
    """The search behind `choices_of` and `plan_within`. `stop.seconds` are for all of it."""
    solver = opened.settings.solver
    return efficient_plans(
        opened.built.problem,
        opened.slots,
        opened.start,
        stop=stop or StopRule(seconds=solver.time_limit),
        seed=solver.seed if seed is None else seed,
        engine=engine,
        progress=progress,
    )


def choices_of(opened: Replanning, frontier: Frontier) -> ChoiceTable:
    """The table to pick from."""
    problem = opened.built.problem
    clients = {visit.id: visit.client for visit in problem.visits}

    def choice(plan: Budgeted) -> Choice:
        changed = changed_visits(problem, opened.slots, plan.solution)
        more = plan.changes - frontier.forced
        return Choice(
            changes=plan.changes,
            more=more,
            visits=_by_tier(opened, plan.solution),
            travel=_travel(plan.solution),
            cost=plan.cost,
            required=problem.required_penalty * required_left_out(problem, plan.solution.made),
            bound=frontier.limit(more).bound,
            clients=tuple(sorted({clients[visit_id] for visit_id in changed})),
        )

    return ChoiceTable(
        forced=_forced(opened, frontier),
        choices=tuple(choice(plan) for plan in frontier.plans),
        complete=frontier.complete,
    )


def plan_within(opened: Replanning, frontier: Frontier, allowed: int) -> tuple[Plan, Solved]:
    """The plan of the best choice with at most `allowed` changes beyond those forced, checked, and
    what it was made from: the same for the same search."""
    problem, best, free = opened.built.problem, frontier.within(allowed), frontier.free
    missing = any(problem.visits[index].required for index in best.solution.left_out)
    proven = free.bound is not None and best.cost <= free.bound
    status = Status.OPTIMAL if proven else Status.FEASIBLE
    result = Result(
        engine=free.engine,
        seed=free.seed,
        status=Status.INFEASIBLE if missing else status,
        stopped_by="optimal" if proven else free.stopped_by,
        solution=best.solution,
        cost=best.cost,
        bound=free.bound,
        proof=free.proof,
    )
    limit = frontier.limit(allowed)
    # What stays put is not for others to push aside: of clients left out, too, this is the truth.
    changed = changed_visits(problem, opened.slots, best.solution)
    narrowed = held(problem, opened.slots, changed)
    plan = opened.plan_of(
        result,
        built=opened.built.model_copy(update={"problem": narrowed}),
        budget=ChangeBudget(
            allowed=allowed,
            forced=frontier.forced,
            changes=best.changes,
            bound=limit.bound,
        ),
        notes=_forced(opened, frontier),
    )
    return plan, Solved(problem=problem, result=result, limit=limit)


def _by_tier(opened: Replanning, solution: Solution) -> dict[Tier, int]:
    clients = [
        opened.book.client_by_id[opened.built.visits[index].client_id] for index in solution.made
    ]
    return {tier: sum(client.tier is tier for client in clients) for tier in Tier}


def _travel(solution: Solution) -> int:
    """Minutes under way by the clock."""
    ways = [stop.arrive - stop.leave for route in solution.routes for stop in route.stops]
    return sum(ways) + sum(route.back - route.leave_last for route in solution.routes)


def _forced(opened: Replanning, frontier: Frontier) -> tuple[Message, ...]:
    """Why visits change in the plan with the fewest changes."""
    problem, slots = opened.built.problem, opened.slots
    least = frontier.plans[0].solution
    changed = changed_visits(problem, slots, least)
    routes = Routes(problem, least)
    found: list[Message] = []
    for due, visit in zip(opened.built.visits, problem.visits, strict=True):
        if visit.id in changed:
            name = opened.book.client_by_id[due.client_id].name
            found.append(
                message(
                    "choices.forced",
                    client=due.client_id,
                    name=name,
                    date=slots[visit.id].date,
                    start=slots[visit.id].start,
                    why=message(f"choices.{_why(opened, routes, visit)}"),
                )
            )
    return tuple(found)


def _why(opened: Replanning, routes: Routes, visit: Visit) -> str:
    slot = opened.slots[visit.id]
    here = [
        number
        for number, shift in enumerate(opened.built.shifts)
        if (shift.manager_id, shift.date) == (slot.manager_id, slot.date)
    ]
    if not here:
        return "nobody_works"
    stay = stay_windows(opened.built.problem, opened.slots, visit)
    if not stay:
        return "hour_closed"
    alone = visit.model_copy(update={"windows": stay})
    return "crowded" if routes.fits_alone(alone, here[0]) else "out_of_reach"
