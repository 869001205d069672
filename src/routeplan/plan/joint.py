"""Joint visits in a plan: each of the two days says who else is there."""

from __future__ import annotations

from collections.abc import Sequence

from routeplan.plan.plan import JointWith, PlannedDay, PlannedVisit
from routeplan.problem.joint import visit_of

__all__ = ["as_companion", "with_companions"]


def as_companion(visit: PlannedVisit) -> PlannedVisit:
    """The stop of whoever comes along: the same visit, not made a second time."""
    return visit.model_copy(update={"visit_id": visit_of(visit.visit_id), "accompanies": True})


def with_companions(days: Sequence[PlannedDay]) -> list[PlannedDay]:
    """The days where the two stops of a joint visit name each other's manager, and the second's
    says of the visit what the first's says."""
    first, second = (
        {
            visit.visit_id: (day, visit)
            for day in days
            for visit in day.visits
            if visit.accompanies is along
        }
        for along in (False, True)
    )

    def joined(visit: PlannedVisit) -> PlannedVisit:
        other = first if visit.accompanies else second
        if visit.visit_id not in other:
            return visit.model_copy(update={"joint_with": None})
        day, _ = other[visit.visit_id]
        update: dict[str, object] = {
            "joint_with": JointWith(manager_id=day.manager_id, name=day.manager_name)
        }
        if visit.accompanies:
            made = first[visit.visit_id][1]
            said = ("persons", "shortfall", "told", "worth", "required")
            update |= {name: getattr(made, name) for name in said}
        return visit.model_copy(update=update)

    return [
        day
        if all(visit.visit_id not in second for visit in day.visits)
        else day.model_copy(update={"visits": tuple(joined(visit) for visit in day.visits)})
        for day in days
    ]
