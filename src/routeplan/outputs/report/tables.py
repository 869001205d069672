"""The figures of the report as CSV files: UTF-8 with BOM, headers in the reader's language."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

from routeplan.book.cells import guard
from routeplan.language import Texts
from routeplan.outputs.coverage import coverage_csv
from routeplan.outputs.history import what_made
from routeplan.outputs.report.figures import MINUTES, NotReached, Report, Step, effort_of
from routeplan.outputs.wording import word

__all__ = ["report_tables"]


def report_tables(report: Report, texts: Texts) -> dict[str, bytes]:
    """Name of the file → content."""
    return {
        "coverage.csv": coverage_csv(report.coverage, texts),
        "effort.csv": _effort(report, texts),
        "versions.csv": _versions(report.steps, texts),
        "not-reached.csv": _not_reached(report, texts),
    }


def _effort(report: Report, texts: Texts) -> bytes:
    """A row a manager and working day, in minutes."""
    names = ("date", "manager_id", "manager", "visits", *MINUTES, "km")
    rows = []
    for day in report.days:
        effort = effort_of(day)
        minutes = [getattr(effort, kind) for kind in MINUTES]
        km = round(effort.metres / 1000, 1)
        rows.append((day.date, day.manager_id, day.manager_name, effort.visits, *minutes, km))
    return _csv(names, rows, texts)


def _versions(steps: Sequence[Step], texts: Texts) -> bytes:
    names = ("version", "first", "last", "made_by", "visits", "left_out", "talk", "travel")
    rows = [
        (
            step.number,
            step.first,
            step.last,
            what_made(step.what, texts) if step.what else "",
            step.totals.visits,
            step.left_out,
            step.totals.talk,
            step.totals.travel,
            step.totals.waiting,
            round(step.totals.metres / 1000, 1),
            word(step.status, texts),
            # Upwards: never nearer the best than proven.
            None if step.gap is None else math.ceil(round(1000 * step.gap, 6)) / 10,
        )
        for step in steps
    ]
    return _csv((*names, "waiting", "km", "status", "gap"), rows, texts)


def _not_reached(report: Report, texts: Texts) -> bytes:
    names = ("client_id", "client", "tier", "manager_id", "manager", "required", "missed")

    def row(one: NotReached) -> tuple[object, ...]:
        client = one.client
        why = texts("report.whys", why=list(one.why))
        manager = report.managers[client.manager_id]
        known = (client.id, client.name, client.tier.value, client.manager_id, manager)
        return (*known, one.required, one.missed, one.last_visit, why)

    return _csv((*names, "last_visit", "why"), map(row, report.not_reached), texts)


def _csv(names: Sequence[str], rows: Iterable[Sequence[object]], texts: Texts) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(texts(f"report.csv_{name}") for name in names)
    for row in rows:
        # No text of a client becomes a formula.
        writer.writerow(guard(cell, formulas=True) if type(cell) is str else cell for cell in row)
    return stream.getvalue().encode("utf-8-sig")
