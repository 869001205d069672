"""A plan as flat tables: the rows of the workbook, and pandas DataFrames for notebooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from routeplan.book.models import Tier
from routeplan.config import VisitSettings
from routeplan.due.coverage import Coverage, CoverageRow
from routeplan.language import Texts
from routeplan.outputs.touches import addressees, place_words
from routeplan.outputs.wording import (
    adjust_option,
    joint_words,
    journey_words,
    person_words,
    purpose_words,
    word,
    worth_words,
)
from routeplan.plan.plan import Plan, PlannedDay, PlannedTouch, Totals
from routeplan.replan.diff import ChangeKind, PlanDiff, PlannedSlot
from routeplan.values import TimeWindow, cut_windows

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Column",
    "Kind",
    "Table",
    "Value",
    "changes_rows",
    "changes_table",
    "coverage_rows",
    "days_rows",
    "days_table",
    "due_rows",
    "due_table",
    "figures",
    "left_out_rows",
    "left_out_table",
    "tasks_rows",
    "touches_rows",
    "visits_rows",
    "visits_table",
]

Value: TypeAlias = str | int | float | bool | dt.date | None


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    SHARE = "share"  # 0 to 1
    DATE = "date"
    CLOCK = "clock"  # minutes after midnight
    FLAG = "flag"


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind = Kind.TEXT
    extra: bool = False
    """A column of the user's own, under the user's own name."""


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    """None is an empty cell."""


_VISITS = (
    Column("date", Kind.DATE),
    Column("weekday"),
    Column("manager"),
    Column("stop", Kind.NUMBER),
    Column("client_id"),
    Column("client"),
    Column("tier"),
    Column("leave", Kind.CLOCK),
    Column("arrive", Kind.CLOCK),
    Column("talk_start", Kind.CLOCK),
    Column("talk_end", Kind.CLOCK),
    Column("travel_minutes", Kind.NUMBER),
    Column("free_minutes", Kind.NUMBER),
    Column("purpose"),
    Column("persons"),
    Column("address"),
    Column("room"),
    Column("appointment"),
    Column("estimated", Kind.FLAG),
    Column("km", Kind.DECIMAL),
    Column("shortfall"),
    Column("district"),
    Column("off_minutes", Kind.NUMBER),
    Column("status"),
    Column("required", Kind.FLAG),
    Column("talk_minutes", Kind.NUMBER),
    Column("mode"),
    Column("journey"),
    Column("manager_id"),
    Column("worth", Kind.NUMBER),
    Column("reason"),
    Column("note"),
)
_TASKS = (
    Column("date", Kind.DATE),
    Column("weekday"),
    Column("manager"),
    Column("task"),
    Column("client_id"),
    Column("client"),
    Column("visit_date", Kind.DATE),
    Column("talk_start", Kind.CLOCK),
    Column("purpose"),
    Column("manager_id"),
)
_DAYS = (
    Column("date", Kind.DATE),
    Column("weekday"),
    Column("manager_id"),
    Column("manager"),
    Column("visits", Kind.NUMBER),
    Column("talk_minutes", Kind.NUMBER),
    Column("travel_minutes", Kind.NUMBER),
    Column("waiting_minutes", Kind.NUMBER),
    Column("free_minutes", Kind.NUMBER),
    Column("km", Kind.DECIMAL),
    Column("estimated", Kind.FLAG),
    Column("leave", Kind.CLOCK),
    Column("back", Kind.CLOCK),
    Column("lunch_start", Kind.CLOCK),
    Column("lunch_end", Kind.CLOCK),
)
_TOUCHES = (
    Column("date", Kind.DATE),
    Column("weekday"),
    Column("manager"),
    Column("start", Kind.CLOCK),
    Column("end", Kind.CLOCK),
    Column("channel"),
    Column("client_id"),
    Column("client"),
    Column("tier"),
    Column("whom"),
    Column("place"),
    Column("before"),
    Column("not_laid"),
    Column("reason"),
    Column("latest", Kind.DATE),
    Column("manager_id"),
)
_COVERAGE = (
    Column("cycle"),
    Column("first", Kind.DATE),
    Column("last", Kind.DATE),
    Column("level"),
    Column("id"),
    Column("name"),
    Column("asked", Kind.NUMBER),
    Column("done", Kind.NUMBER),
    Column("share", Kind.SHARE),
    Column("planned_visits", Kind.NUMBER),
    Column("open", Kind.NUMBER),
    Column("at_risk", Kind.NUMBER),
    Column("missed", Kind.NUMBER),
    Column("few_persons", Kind.NUMBER),
    Column("made", Kind.NUMBER),
    Column("not_met", Kind.NUMBER),
    Column("cancelled", Kind.NUMBER),
    Column("moved", Kind.NUMBER),
    Column("days_left", Kind.NUMBER),
)
_LEFT_OUT = (
    Column("client_id"),
    Column("client"),
    Column("tier"),
    Column("required", Kind.FLAG),
    Column("cause"),
    Column("why"),
    Column("remedies"),
    Column("adjust"),
    Column("reason"),
    Column("worth", Kind.NUMBER),
    Column("address"),
    Column("off_minutes", Kind.NUMBER),
)
_DUE = (
    Column("visit_id"),
    Column("client_id"),
    Column("client"),
    Column("tier"),
    Column("earliest", Kind.DATE),
    Column("due", Kind.DATE),
    Column("latest", Kind.DATE),
    Column("last_visit", Kind.DATE),
    Column("urgency", Kind.DECIMAL),
    Column("worth", Kind.NUMBER),
    Column("worth_sum"),
    Column("required", Kind.FLAG),
    Column("purpose"),
    Column("persons", Kind.NUMBER),
    Column("key_persons", Kind.NUMBER),
    Column("shortfall"),
    Column("talk_minutes", Kind.NUMBER),
    Column("planned", Kind.DATE),
    Column("reason"),
)
_CHANGES = (
    Column("change"),
    Column("client_id"),
    Column("client"),
    Column("old_manager"),
    Column("old_date", Kind.DATE),
    Column("old_start", Kind.CLOCK),
    Column("old_end", Kind.CLOCK),
    Column("new_manager"),
    Column("new_date", Kind.DATE),
    Column("new_start", Kind.CLOCK),
    Column("new_end", Kind.CLOCK),
)


def visits_rows(plan: Plan, texts: Texts) -> Table:
    """One row a planned visit, by manager, date and hour; then the user's own columns.

    `free_minutes` are those with nothing to do before it, since the visit or the day began.
    """
    extras = _names(visit.extra for _, visit in plan.visits)
    rows: list[tuple[Value, ...]] = []
    for day in plan.days:
        free = _free_before(day, plan.origin.settings.visits)
        for stop, visit in enumerate(day.visits, 1):
            leg = visit.leg
            rows.append(
                (
                    day.date,
                    texts.weekday(day.date),
                    day.manager_name,
                    stop,
                    visit.client_id,
                    visit.client_name,
                    visit.tier.value,
                    leg.leave if leg else None,
                    visit.arrive,
                    visit.talk.start,
                    visit.talk.end,
                    leg.minutes if leg else 0,
                    free[stop - 1],
                    purpose_words(visit.purposes, texts),
                    "\n".join(person_words(person, texts) for person in visit.persons),
                    visit.address,
                    visit.room,
                    word(visit.appointment, texts) if visit.appointment else None,
                    leg.estimated if leg else False,
                    _km(leg.metres if leg else 0),
                    "\n".join(map(texts.render, visit.shortfall)),
                    visit.district,
                    visit.off_minutes,
                    word(visit.status, texts),
                    visit.required,
                    visit.talk.minutes,
                    word(leg.mode, texts) if leg else None,
                    journey_words(leg, texts) if leg else "",
                    day.manager_id,
                    visit.worth,
                    "\n".join(texts.render(reason.text) for reason in visit.reasons),
                    "\n".join(filter(None, (joint_words(visit, texts), visit.note))),
                    *(visit.extra.get(name) for name in extras),
                )
            )
    return Table((*_VISITS, *(Column(name, extra=True) for name in extras)), tuple(rows))


def _free_before(day: PlannedDay, rules: VisitSettings) -> list[int]:
    """Free minutes of a day before each visit: what `Totals` counts as waiting and free."""
    taken = [TimeWindow(start=leg.leave, end=leg.arrive) for leg in day.legs if leg.minutes]
    taken += [day.lunch] if day.lunch else []
    found, at = [], day.shift.start
    for visit in day.visits:
        before = rules.arrive_early + (0 if visit.room.strip() else rules.find_room)
        begin = max(visit.arrive, visit.talk.start - before)
        span = (TimeWindow(start=at, end=begin),) if at < begin else ()
        found.append(sum(window.minutes for window in cut_windows(span, taken)))
        at = visit.ready_to_leave
    return found


def tasks_rows(plan: Plan, texts: Texts) -> Table:
    """One row a thing to have done before a visit, by manager and the day by which it must be."""
    visits = {visit.visit_id: (day, visit) for day, visit in plan.visits}
    rows: list[tuple[Value, ...]] = []
    for task in plan.tasks:
        day, visit = visits[task.visit_id]
        rows.append(
            (
                task.date,
                texts.weekday(task.date),
                day.manager_name,
                task.text.of(texts.language),
                visit.client_id,
                visit.client_name,
                day.date,
                visit.talk.start,
                purpose_words(visit.purposes, texts),
                day.manager_id,
            )
        )
    return Table(_TASKS, tuple(rows))


def days_rows(plan: Plan, texts: Texts) -> Table:
    """One row a manager's working day, with or without visits."""
    return Table(
        _DAYS,
        tuple(
            (
                day.date,
                texts.weekday(day.date),
                day.manager_id,
                day.manager_name,
                *figures(day.totals),
                any(leg.estimated for leg in day.legs),
                day.leave,
                day.back,
                day.lunch.start if day.lunch else None,
                day.lunch.end if day.lunch else None,
            )
            for day in plan.days
        ),
    )


def figures(totals: Totals) -> tuple[int, int, int, int, int, float]:
    """Visits, minutes of talk, travel, waiting and free, and km."""
    minutes = totals.talk, totals.travel, totals.waiting, totals.free
    return totals.visits, *minutes, _km(totals.metres)


def touches_rows(plan: Plan, texts: Texts) -> Table:
    """One row a due call or message: those with an hour by manager, date and hour, then those
    without, which say why. `before` is the visit that comes next on the day."""
    names = {day.manager_id: day.manager_name for day in plan.days}
    rows: list[tuple[Value, ...]] = [
        (
            day.date,
            texts.weekday(day.date),
            day.manager_name,
            touch.time.start,
            touch.time.end,
            word(touch.channel, texts),
            touch.client_id,
            touch.client_name,
            touch.tier.value,
            addressees(touch.persons, texts),
            place_words(touch.place, texts),
            _next_client(day, touch),
            None,
            "\n".join(map(texts.render, touch.reasons)),
            touch.latest,
            day.manager_id,
        )
        for day in plan.days
        for touch in day.touches
    ]
    rows += [
        (
            None,
            None,
            names.get(open_.manager_id, ""),
            None,
            None,
            word(open_.channel, texts),
            open_.client_id,
            open_.client_name,
            open_.tier.value,
            None,
            None,
            None,
            texts.render(open_.why),
            "\n".join(map(texts.render, open_.reasons)),
            open_.latest,
            open_.manager_id,
        )
        for open_ in plan.touches_open
    ]
    return Table(_TOUCHES, tuple(rows))


def _next_client(day: PlannedDay, touch: PlannedTouch) -> str:
    ahead = (visit for visit in day.visits if touch.time.end <= visit.talk.start)
    return next((visit.client_name for visit in ahead), "")


def coverage_rows(found: Iterable[Coverage], main: Coverage, texts: Texts) -> Table:
    """One row for the whole, each tier and manager of each period; then, of the period `main`, one
    a client."""
    rows: list[tuple[Value, ...]] = []
    for one in found:
        total = CoverageRow(key="", counts=one.total, days_left=one.days_left)
        rows.append(_covered(one, "total", total, texts))
        rows += [_covered(one, "tier", row, texts) for row in one.tiers]
        rows += [_covered(one, "manager", row, texts) for row in one.managers]
    rows += [_covered(main, "client", row, texts) for row in main.clients]
    return Table(_COVERAGE, tuple(rows))


def _covered(found: Coverage, level: str, row: CoverageRow, texts: Texts) -> tuple[Value, ...]:
    counts = row.counts
    return (
        texts(f"workbook.cycle_{found.cycle}"),
        found.period.first,
        found.period.last,
        texts(f"coverage.level_{level}"),
        row.key if level in ("manager", "client") else None,
        row.name or _covered_name(row.key, texts),
        counts.required,
        counts.done,
        counts.share,
        counts.planned,
        counts.open,
        counts.at_risk,
        counts.missed,
        counts.few_persons,
        counts.visits,
        counts.not_met,
        counts.cancelled,
        counts.moved,
        row.days_left,
    )


def _covered_name(key: str, texts: Texts) -> str:
    if key in set(Tier):
        return word(Tier(key), texts)
    return texts("coverage.prospect" if key else "coverage.total")


def left_out_rows(plan: Plan, texts: Texts) -> Table:
    """One row a due visit without a place in the plan.

    `remedies` and `adjust` have a line each remedy, numbered where there are several; `adjust` is
    what to add to the command line, '-' where nothing can be added.
    """
    return Table(
        _LEFT_OUT,
        tuple(
            (
                visit.client_id,
                visit.client_name,
                visit.tier.value,
                visit.required,
                word(visit.cause, texts),
                texts.render(visit.why),
                _numbered([texts.render(remedy.text) for remedy in visit.remedies]),
                _numbered(
                    [" ".join(map(adjust_option, it.adjustments)) or "-" for it in visit.remedies]
                ),
                "\n".join(texts.render(reason.text) for reason in visit.reasons),
                visit.worth,
                visit.address,
                visit.off_minutes,
            )
            for visit in plan.left_out
        ),
    )


def due_rows(plan: Plan, texts: Texts) -> Table:
    """One row a due visit, most urgent first, with the date it was planned for."""
    names = {visit.client_id: (visit.client_name, visit.tier.value) for visit in plan.left_out}
    names |= {visit.client_id: (visit.client_name, visit.tier.value) for _, visit in plan.visits}
    planned = {visit.visit_id: day.date for day, visit in plan.visits}
    return Table(
        _DUE,
        tuple(
            (
                visit.id,
                visit.client_id,
                *names.get(visit.client_id, (None, None)),
                visit.earliest,
                visit.due,
                visit.latest,
                visit.last_visit,
                round(visit.urgency, 2),
                visit.worth,
                worth_words(visit.worth_terms, texts),
                visit.required,
                purpose_words(visit.purposes, texts),
                visit.persons,
                visit.key_persons,
                "\n".join(map(texts.render, visit.shortfall)),
                visit.talk_minutes,
                planned.get(visit.id),
                "\n".join(texts.render(reason.text) for reason in visit.reasons),
            )
            for visit in plan.due
        ),
    )


def changes_rows(diff: PlanDiff, texts: Texts) -> Table:
    """One row a visit of either plan: what changed first, what is kept last."""
    order = (ChangeKind.REMOVED, ChangeKind.MOVED, ChangeKind.ADDED, ChangeKind.KEPT)
    return Table(
        _CHANGES,
        tuple(
            (
                word(kind, texts),
                change.client_id,
                change.client_name,
                *_slot(change.old),
                *_slot(change.new),
            )
            for kind in order
            for change in diff.of(kind)
        ),
    )


def visits_table(plan: Plan, texts: Texts | None = None) -> pd.DataFrame:
    """The planned visits, one a row, by manager, date and hour.

    Column names are English whatever the language; clock times are timestamps of the row's date.
    The user's own columns come last, under their own names, or 'extra_' before it where taken.
    """
    return _frame(visits_rows(plan, texts or Texts("en")))


def days_table(plan: Plan, texts: Texts | None = None) -> pd.DataFrame:
    """The working days, one a row, with their figures in minutes and km."""
    return _frame(days_rows(plan, texts or Texts("en")))


def left_out_table(plan: Plan, texts: Texts | None = None) -> pd.DataFrame:
    """The due visits left out, with cause and remedies."""
    return _frame(left_out_rows(plan, texts or Texts("en")))


def due_table(plan: Plan, texts: Texts | None = None) -> pd.DataFrame:
    """The due list that the plan was made from, most urgent first."""
    return _frame(due_rows(plan, texts or Texts("en")))


def changes_table(diff: PlanDiff, texts: Texts | None = None) -> pd.DataFrame:
    """What became of each visit in a re-plan: removed, moved, added, kept, in this order."""
    return _frame(changes_rows(diff, texts or Texts("en")))


def _frame(table: Table) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame()
    date = ""
    cells = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    for column, values in zip(table.columns, cells, strict=True):
        name = column.name
        while name in frame.columns:
            name = f"extra_{name}"
        if column.kind is Kind.DATE:
            date = name
            frame[name] = pd.Series(pd.to_datetime(list(values)), dtype="datetime64[s]")
        elif column.kind is Kind.CLOCK:
            minutes = pd.Series(values, dtype="float64")
            frame[name] = frame[date] + pd.to_timedelta(minutes, unit="m")
        elif column.kind is Kind.FLAG:
            frame[name] = pd.Series(values, dtype="bool")
        elif column.kind is Kind.NUMBER:
            frame[name] = pd.Series(values, dtype="int64")
        elif column.kind in (Kind.DECIMAL, Kind.SHARE):
            frame[name] = pd.Series(values, dtype="float64")
        else:
            frame[name] = pd.Series([value or "" for value in values], dtype="object")
    return frame


def _slot(slot: PlannedSlot | None) -> tuple[Value, ...]:
    return (slot.manager_name, slot.date, slot.start, slot.end) if slot else (None,) * 4


def _numbered(lines: Sequence[str]) -> str:
    """One line each; numbered where there are several, so that two columns can be matched."""
    if len(lines) < 2:
        return "".join(lines)
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _names(extras: Iterable[dict[str, str]]) -> list[str]:
    """Every name that occurs, in order of first sight."""
    return list(dict.fromkeys(name for extra in extras for name in extra))


def _km(metres: int) -> float:
    return round(metres / 1000, 1)
