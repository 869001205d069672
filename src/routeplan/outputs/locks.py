"""What is locked in a plan, in words."""

from __future__ import annotations

from routeplan.language import Texts
from routeplan.plan.plan import Plan
from routeplan.replan.locks import locked_to

__all__ = ["locks_report"]


def locks_report(plan: Plan, texts: Texts) -> str:
    """A line for each lock."""
    clients = {visit.visit_id: visit for _, visit in plan.visits}
    managers = {day.manager_id: day.manager_name for day in plan.days}
    if not plan.locks:
        return texts("replan.none_locked")
    lines = []
    for lock in plan.locks:
        visit = clients[lock.visit_id]
        name = f"{visit.client_id} {visit.client_name}"
        lines.append(texts("replan.is_locked", client=name, to=locked_to(lock, managers)))
    return "\n".join(lines)
