"""What clients were told of their visits: marked by the user, kept while a visit stays put."""

from __future__ import annotations

import datetime as dt

from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit, PlannedVisitStatus
from routeplan.problem.progress import Told, told_by

__all__ = ["stronger", "tell", "with_told_kept"]

_STRENGTH = (Told.NOT_AGREED, Told.AGREED, Told.CONFIRMED)


def stronger(one: Told, two: Told) -> Told:
    return max(one, two, key=_STRENGTH.index)


def with_told_kept(after: Plan, before: Plan) -> Plan:
    """`after` with what clients know of the visits that stand as they did in `before`."""
    known = {
        (visit.visit_id, day.manager_id, day.date, visit.talk.start): visit.told
        for day, visit in before.visits
    }

    def kept(day: PlannedDay, visit: PlannedVisit) -> PlannedVisit:
        told = known.get((visit.visit_id, day.manager_id, day.date, visit.talk.start))
        if told is None or stronger(told, visit.told) is visit.told:
            return visit
        return visit.model_copy(update={"told": told})

    days = tuple(
        day.model_copy(update={"visits": tuple(kept(day, visit) for visit in day.visits)})
        for day in after.days
    )
    return after.model_copy(update={"days": days})


def tell(plan: Plan, client_id: str, told: Told, date: dt.date | None = None) -> Plan:
    """The plan with the client's visits still to come, or that on `date`, marked as told.

    Raises UsageError RP4071 when there is no such visit, RP4072 when an appointment says more.
    """
    meant = [
        visit
        for day, visit in plan.visits
        if visit.client_id == client_id
        and date in (None, day.date)
        and visit.status is not PlannedVisitStatus.DONE
    ]
    if not meant:
        text = message("notices.no_visit", client=client_id)
        if date is not None:
            text = message("notices.no_visit_then", client=client_id, date=date)
        raise UsageError("RP4071", text)
    if any(stronger(told, told_by(visit.appointment)) is not told for visit in meant):
        raise UsageError("RP4072", message("notices.booked", client=client_id))
    ids = {visit.visit_id for visit in meant}
    days = tuple(
        day.model_copy(
            update={
                "visits": tuple(
                    visit.model_copy(update={"told": told}) if visit.visit_id in ids else visit
                    for visit in day.visits
                )
            }
        )
        for day in plan.days
    )
    return plan.model_copy(update={"days": days})
