"""How far a plan meets the standard: the periods that its first day, or its clock, lies in."""

from __future__ import annotations

from routeplan.book.models import Book
from routeplan.due.coverage import PERIODS, Coverage, Planned, coverage
from routeplan.due.policy import Policy, policy_names, read_policy
from routeplan.errors import RouteplanError
from routeplan.plan.plan import Plan

__all__ = ["plan_coverage"]


def plan_coverage(plan: Plan, book: Book) -> tuple[Coverage, ...]:
    """The coverage of half-month, month and quarter with the plan's visits, for its managers.

    As known on the plan's first day, a re-plan's on the day of its clock. () where the policy that
    the plan was made by cannot be read any more.
    """
    policy = _policy_of(plan)
    if policy is None:
        return ()
    clock = plan.origin.now
    return tuple(
        coverage(
            book,
            policy,
            plan.origin.settings,
            plan.origin.calendar,
            cycle=cycle,
            day=clock.date() if clock else plan.horizon.first,
            planned=[Planned(visit.client_id, day.date) for day, visit in plan.visits],
            manager_ids={day.manager_id for day in plan.days},
        )
        for cycle in PERIODS
    )


def _policy_of(plan: Plan) -> Policy | None:
    """A plan names its policy; a file's is found where the settings say."""
    name = plan.origin.policy
    source = name if name in policy_names() else plan.origin.settings.policy
    try:
        policy = read_policy(source)
    except RouteplanError:
        return None
    return policy if policy.name == name else None
