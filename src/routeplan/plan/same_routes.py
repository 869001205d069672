"""Whether a plan tells of the routes that its proof is about."""

from __future__ import annotations

import datetime as dt

from routeplan.errors import CheckError
from routeplan.language import message
from routeplan.plan.plan import Plan, PlannedVisitStatus
from routeplan.problem.joint import companion_id
from routeplan.solve.limit import changes_of
from routeplan.solve.result import Solved

__all__ = ["require_same_routes"]

_Slot = tuple[str, dt.date, int, int]


def require_same_routes(plan: Plan, solved: Solved) -> None:
    """Raises CheckError RP6003 unless the plan has the visits, hours, cost and bound of `solved`,
    and the same limit on changes.

    What a re-plan found done or under way is in the plan alone.
    """
    problem, result = solved.problem, solved.result
    proven: dict[str, _Slot] = {}
    for route in result.solution.routes:
        shift = problem.shifts[route.shift]
        for stop in route.stops:
            slot = (shift.manager, problem.days[shift.day], stop.start, stop.end)
            proven[problem.visits[stop.visit].id] = slot
    planned: dict[str, _Slot] = {
        companion_id(visit.visit_id) if visit.accompanies else visit.visit_id: (
            day.manager_id,
            day.date,
            visit.talk.start,
            visit.talk.end,
        )
        for day in plan.days
        for visit in day.visits
        if visit.status is PlannedVisitStatus.PLANNED
    }
    figures = plan.proof.cost, plan.proof.bound, plan.proof.status
    budget, limit, limited = plan.proof.budget, solved.limit, None
    if limit is not None:
        limited = limit.most, changes_of(result.solution, limit), limit.bound
    if (
        planned != proven
        or figures != (result.cost, result.bound, result.status)
        or limited != (budget and (budget.forced + budget.allowed, budget.changes, budget.bound))
    ):
        raise CheckError("RP6003", message("error.proof_refused", why=message("proof.other_plan")))
