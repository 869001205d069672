"""Weeks as life has them: clients who are not there, talks that overrun, a new plan at morning."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from by_hand import nearest_first

from routeplan import (
    Book,
    Horizon,
    NotMet,
    Plan,
    PlannedDay,
    Problem,
    Result,
    Settings,
    StopRule,
    WorkCalendar,
    due_visits,
    read_policy,
    solve,
)
from routeplan.book.models import VisitRecord, VisitStatus
from routeplan.due.coverage import coverage
from routeplan.due.policy import Cycle
from routeplan.plan.build import build_plan
from routeplan.plan.insert import with_what_pays
from routeplan.plan.plan import PlanOrigin, Totals
from routeplan.plan.touches import with_touches
from routeplan.problem.build import build_problem
from routeplan.replan.replan import prepare_replan
from routeplan.solve.result import Solution
from routeplan.travel.choose import travel_source

__all__ = ["WAYS", "Run", "live"]

Routes = Callable[[Problem, Solution | None], Result]
"""Routes for a problem, and the earlier plan's where one is made anew."""

ABSENT = 1 / 12
PATIENCE = 40
"""Minutes after which a client who is kept waiting has gone."""
settings, calendar = Settings(), WorkCalendar()
policy = read_policy(settings.policy)


def _by_routeplan(problem: Problem, start: Solution | None) -> Result:
    """As much work on every machine."""
    stop = StopRule(seconds=None, iterations=0)
    return with_what_pays(problem, solve(problem, stop, start=start))


WAYS: dict[str, Routes] = {
    "routeplan": _by_routeplan,
    "by hand": lambda problem, _: nearest_first(problem),
}


@dataclass(frozen=True)
class Run:
    """What became of some weeks of one manager."""

    first: dt.date
    weeks: int
    manager_id: str
    book: Book
    """With the records of these weeks."""
    plans: Sequence[Plan]
    """Each week's last."""

    @property
    def last(self) -> dt.date:
        return self.first + dt.timedelta(weeks=self.weeks, days=-1)

    @property
    def made(self) -> list[VisitRecord]:
        """The visits that took place."""
        return [
            one
            for one in self.book.visits
            if one.manager_id == self.manager_id
            and self.first <= one.date <= self.last
            and one.is_visit
            and one.status is VisitStatus.DONE
        ]

    @property
    def totals(self) -> Totals:
        return sum((plan.totals for plan in self.plans), Totals())

    def persons_by(self, day: dt.date) -> int:
        """Different key persons met up to a day."""
        return len({one for visit in self.made if visit.date <= day for one in visit.contact_ids})

    @cached_property
    def duties(self) -> dict[str, tuple[int, int]]:
        """Tier → visits that the policy asked for by a day of these weeks, and those made by then
        with as many key persons as it wants."""
        found = coverage(
            self.book,
            policy,
            settings,
            calendar,
            cycle=Cycle.QUARTER,
            day=self.last,
            manager_ids=[self.manager_id],
        )
        counts: dict[str, tuple[int, int]] = {}
        for duty in found.duties:
            if self.first <= duty.last <= self.last:
                asked, met = counts.get(duty.row, (0, 0))
                counts[duty.row] = asked + 1, met + (duty.state.value == "done")
        return counts


def live(book: Book, manager_id: str, seed: int, way: str, first: dt.date, weeks: int) -> Run:
    """`weeks` from a Monday on, each planned from what the records of those before it say."""
    plans: list[Plan] = []
    for number in range(weeks):
        horizon = Horizon(first=first + dt.timedelta(weeks=number))
        plan, records = _week(book, manager_id, seed, WAYS[way], horizon)
        plans.append(plan)
        book = book.model_copy(update={"visits": (*book.visits, *records)})
    return Run(first, weeks, manager_id, book, plans)


def _week(
    book: Book, manager_id: str, seed: int, routes: Routes, horizon: Horizon
) -> tuple[Plan, list[VisitRecord]]:
    """Planned on Monday, and anew on each morning after a day on which somebody was not met."""
    travel = travel_source(settings.travel, book, calendar=calendar)
    due = due_visits(book, horizon, manager_ids=[manager_id])
    built = build_problem(book, due, settings, calendar, travel, manager_ids=[manager_id])
    origin = PlanOrigin(book="", book_digest="", policy=policy.name, routeplan="")
    result = routes(built.problem, None)
    plan = build_plan(built, result, book, due, settings, origin, searched=frozenset())
    plan = with_touches(plan, book)
    records: list[VisitRecord] = []
    for date in horizon.days:
        lived = [record for day in plan.days if day.date == date for record in _lived(day, seed)]
        missed = [
            NotMet(client_id=record.client_id, date=date)
            for record in lived
            if record.status is VisitStatus.NOT_MET
        ]
        records += lived
        if missed and date < horizon.last:
            morning = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(7))
            opened = prepare_replan(plan, book, missed, morning, travel=travel)
            plan = opened.plan_of(routes(opened.built.problem, opened.start))
    return plan, records


def luck(client_id: str, day: dt.date, seed: int) -> tuple[bool, float]:
    """Whether a client is not there on a day, and how long a talk takes of what was planned: the
    same however it was planned."""
    chance = random.Random(f"{seed} {client_id} {day}")
    return chance.random() < ABSENT, max(0.8, min(1.6, chance.gauss(1.05, 0.15)))


def _lived(day: PlannedDay, seed: int) -> list[VisitRecord]:
    """What the records of a planned day say. What runs over is carried into the day, and waiting
    makes up for it."""
    records: list[VisitRecord] = []
    late = 0
    for number, visit in enumerate(day.visits):
        absent, factor = luck(visit.client_id, day.date, seed)
        if number and visit.leg:
            spare = visit.leg.leave - day.visits[number - 1].ready_to_leave
            early = visit.talk.start - visit.arrive - settings.visits.arrive_early
            late = max(0, late - spare - max(0, early))
        met = not absent and late <= PATIENCE
        talk = round(visit.talk.minutes * factor) if met else 0
        begin = visit.talk.start + late
        late = max(0, late + talk - visit.talk.minutes) if met else 0
        records.append(
            VisitRecord(
                client_id=visit.client_id,
                site_id=visit.site_id,
                manager_id=day.manager_id,
                date=day.date,
                start=begin if met else None,
                end=begin + talk if met else None,
                status=VisitStatus.DONE if met else VisitStatus.NOT_MET,
                purposes=visit.purposes,
                contact_ids=tuple(one.contact_id for one in visit.persons) if met else (),
            )
        )
    records += [
        VisitRecord(
            client_id=touch.client_id,
            manager_id=day.manager_id,
            date=day.date,
            channel=touch.channel,
            contact_ids=tuple(one.contact_id for one in touch.persons),
        )
        for touch in day.touches
    ]
    return records
