"""The figures of the report on coverage and effort.

Coverage is that of `due.coverage`; the rest is counted from plans. Nothing is rounded or put into
words here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence

from routeplan.book.models import Book, Client, Tier, VisitStatus
from routeplan.due.coverage import Coverage, CoverageRow
from routeplan.language import Message, message
from routeplan.plan.plan import Plan, PlannedDay, Totals, TouchPlace
from routeplan.solve.result import Status
from routeplan.store.versions import Version
from routeplan.values import Frozen

__all__ = [
    "MINUTES",
    "Effort",
    "NotReached",
    "Report",
    "Step",
    "effort_of",
    "gap_of",
    "report_of",
    "visits_on",
]

MINUTES = ("talk", "travel", "waiting", "around", "lunch", "desk", "free")
"""Into what the minutes of a working day fall; together they are the whole day."""


MOST_STEPS = 12
"""Versions in the trend, so that each has a column that can be read."""


class Effort(Frozen):
    """Sums over working days; minutes and metres."""

    days: int = 0
    visits: int = 0
    talk: int = 0
    travel: int = 0
    waiting: int = 0
    around: int = 0
    """Before and after talks: coming early, finding the room, getting away."""
    lunch: int = 0
    desk: int = 0
    """Calls and messages before setting off and after coming back."""
    free: int = 0
    metres: int = 0

    def __add__(self, other: Effort) -> Effort:
        return Effort(
            **{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields}
        )

    @property
    def minutes(self) -> int:
        return sum(getattr(self, name) for name in MINUTES)


class Step(Frozen):
    """One version of the plan: what it held and how near the best possible it was."""

    number: int | None
    """In the history; None where there is none."""
    first: dt.date
    last: dt.date
    what: Version | None
    """What made it, as the history has it."""
    left_out: int
    totals: Totals
    status: Status
    gap: float | None
    """None: no bound is known."""


class NotReached(Frozen):
    """A client of whom visits are asked and who had none, and has none ahead, in the period."""

    client: Client
    required: int
    missed: int
    last_visit: dt.date | None
    """On record, before the period; None: never."""
    why: tuple[Message, ...]


class Report(Frozen):
    """Everything on the page."""

    plan: Plan
    days: tuple[PlannedDay, ...]
    """Of the managers reported on."""
    coverage: Coverage
    at_risk: float
    """Share of a duty's working days below which it is at risk, from the settings."""
    effort: tuple[tuple[str, str, Effort], ...]
    """Manager's id, name and sums, in the plan's order."""
    total: Effort
    steps: tuple[Step, ...]
    """Oldest first."""
    skipped: int
    """Versions before these that are not shown: unreadable now, or too many."""
    not_reached: tuple[NotReached, ...]
    """Who was never visited first, then who was visited longest ago."""
    managers: dict[str, str]
    """Of the book: id → name."""


def report_of(
    plan: Plan,
    book: Book,
    coverage: Coverage,
    *,
    at_risk: float,
    manager_ids: Collection[str] | None = None,
    versions: Sequence[Version] = (),
    plan_of: Callable[[int], Plan | None] = lambda _: None,
) -> Report:
    """The report on a plan and on the coverage of a period.

    `versions` are those that the plan went through, newest first; `plan_of` has the plan of one by
    its number, None where it cannot be read. `at_risk` is `[coverage] at_risk` of the settings,
    `manager_ids` tells whose days count (None: all), as for the coverage.
    """
    days = tuple(day for day in plan.days if not manager_ids or day.manager_id in manager_ids)
    by_manager: dict[str, tuple[str, Effort]] = {}
    for day in days:
        _, known = by_manager.get(day.manager_id, ("", Effort()))
        by_manager[day.manager_id] = day.manager_name, known + effort_of(day)
    steps, skipped = _steps(plan, versions, plan_of)
    return Report(
        plan=plan,
        days=days,
        coverage=coverage,
        at_risk=at_risk,
        effort=tuple((key, name, effort) for key, (name, effort) in by_manager.items()),
        total=sum((effort for _, effort in by_manager.values()), Effort()),
        steps=steps,
        skipped=skipped,
        not_reached=tuple(_not_reached(plan, book, coverage)),
        managers={manager.id: manager.name for manager in book.managers},
    )


def effort_of(day: PlannedDay) -> Effort:
    """The minutes of one working day, from its figures, its break and its calls."""
    totals = day.totals
    lunch = day.lunch.minutes if day.lunch else 0
    around = 0
    if day.leave is not None and day.back is not None:
        under_way = day.leave <= day.lunch.start < day.back if day.lunch else False
        known = totals.travel + totals.talk + totals.waiting + (lunch if under_way else 0)
        around = day.back - day.leave - known
    desk = sum(touch.time.minutes for touch in day.touches if touch.place is TouchPlace.DESK)
    return Effort(
        days=1,
        visits=totals.visits,
        talk=totals.talk,
        travel=totals.travel,
        waiting=totals.waiting,
        around=around,
        lunch=lunch,
        desk=desk,
        free=totals.free - desk,
        metres=totals.metres,
    )


def gap_of(plan: Plan) -> float | None:
    """By how much of its cost, must-visits left out aside, a plan may be from the best possible; of
    a re-plan with few changes, from the best one with as few."""
    if plan.proof.budget is None and plan.proof.status is Status.OPTIMAL:
        return 0.0
    return plan.proof.rest_gap


def _steps(
    plan: Plan, versions: Sequence[Version], plan_of: Callable[[int], Plan | None]
) -> tuple[tuple[Step, ...], int]:
    """The versions as steps, oldest first, and how many are not among them.

    A version that only marks visits (a lock, what a client was told) takes the place of the one
    that it marks.
    """
    steps: list[Step] = []
    newer: Plan | None = None
    skipped = 0
    for number, version in enumerate(versions):
        if len(steps) == MOST_STEPS:
            skipped += len(versions) - number
            break
        found = plan_of(version.number)
        if found is None:
            skipped += 1
        elif newer is None or (newer.proof, newer.totals) != (found.proof, found.totals):
            steps.append(_step(found, version))
            newer = found
    return tuple(reversed(steps)) or (_step(plan, None),), skipped


def _step(plan: Plan, version: Version | None) -> Step:
    return Step(
        number=version.number if version else None,
        first=plan.horizon.first,
        last=plan.horizon.last,
        what=version,
        left_out=len(plan.left_out),
        totals=plan.totals,
        status=plan.proof.status,
        gap=gap_of(plan),
    )


# --- who was not reached --------------------------------------------------------------------------


def _not_reached(plan: Plan, book: Book, coverage: Coverage) -> list[NotReached]:
    found = [
        NotReached(
            client=client,
            required=row.counts.required,
            missed=row.counts.missed,
            last_visit=max(
                (
                    record.date
                    for record in book.visits_of.get(client.id, ())
                    if record.status is VisitStatus.DONE and record.date < coverage.period.first
                ),
                default=None,
            ),
            why=tuple(_why(client, plan, book, coverage)),
        )
        for row in coverage.clients
        if _is_unreached(row)
        for client in (book.client_by_id[row.key],)
    ]
    tiers = list(Tier)
    return sorted(
        found, key=lambda one: (one.last_visit or dt.date.min, tiers.index(one.client.tier))
    )


def _is_unreached(row: CoverageRow) -> bool:
    counts = row.counts
    return counts.required > 0 and not counts.visits and not counts.planned


def _why(client: Client, plan: Plan, book: Book, coverage: Coverage) -> list[Message]:
    """What is known of it: attempts that failed, then what the plan says, and at least one."""
    period, why = coverage.period, []
    for record in book.visits_of.get(client.id, ()):
        if record.date not in period or record.status is VisitStatus.DONE:
            continue
        key = f"report.why_{record.status.value}"
        why.append(message(key, date=record.date, to=record.postponed_to or ""))
    planned = [day.date for day, visit in plan.visits if visit.client_id == client.id]
    recorded = {record.date for record in book.visits_of.get(client.id, ())}
    why += [
        message("report.why_unrecorded" if date < coverage.day else "report.why_later", date=date)
        for date in planned
        if date not in recorded
    ]
    why += [visit.why for visit in plan.left_out if visit.client_id == client.id]
    if not why:
        known = {day.manager_id for day in plan.days}
        goes = {client.manager_id, *client.backup_ids}
        key = "report.why_not_due" if known & goes else "report.why_other_manager"
        why.append(message(key, first=plan.horizon.first, last=plan.horizon.last))
    return why


def visits_on(days: Sequence[PlannedDay], dates: Sequence[dt.date]) -> dict[str, list[int | None]]:
    """Manager's id → visits on each of the dates; None where the manager is off."""
    found = {(day.manager_id, day.date): day.totals.visits for day in days}
    managers = dict.fromkeys(day.manager_id for day in days)
    return {key: [found.get((key, date)) for date in dates] for key in managers}
