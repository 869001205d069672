"""The report as one HTML page, complete in itself: no script, no request, charts inside."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from markupsafe import Markup

from routeplan.book.models import Tier
from routeplan.due.coverage import PROSPECTS, Counts, CoverageRow
from routeplan.language import Texts
from routeplan.outputs.history import what_made
from routeplan.outputs.pages import HTML_LANGUAGES, page_asset, page_template
from routeplan.outputs.report import charts
from routeplan.outputs.report.figures import MINUTES, Effort, NotReached, Report, Step, visits_on
from routeplan.outputs.wording import word

__all__ = ["TERMS", "report_html", "row_name"]

COVERAGE = ("required", "done", "share", "planned", "open", "at_risk", "missed", "few_persons")
TREND = ("visits_planned", "left_out", "travel_per_visit", "gap")
TERMS = (
    *("period", *COVERAGE, "days_left", "prospects"),
    *("workdays", "visits_per_day", *MINUTES, "km_per_day"),
    *("version", *TREND),
    *("not_reached", "last_visit", "why"),
)
"""Every word with a footnote, in the order of the page."""

DASH = "–"
T = TypeVar("T")


class Row(NamedTuple):
    name: str
    cells: tuple[str, ...]
    total: bool = False


class VisitRow(NamedTuple):
    name: str
    cells: list[tuple[str, int]]
    """Of each day: what is shown, and how dark."""
    total: bool = False


class Chart(NamedTuple):
    caption: str
    svg: Markup


def report_html(report: Report, texts: Texts) -> str:
    """The page; the same for the same report and language."""
    found = report.coverage
    dates = sorted({day.date for day in report.days})
    drawn = charts.can_draw()
    notes = [texts.render(note) for note in found.notes]
    return page_template("report").render(
        language=HTML_LANGUAGES[texts.language],
        style=Markup(page_asset("report", "page.css")),  # noqa: S704 our own
        t=texts,
        title=texts("report.title"),
        period=texts("report.period", first=found.period.first, last=found.period.last),
        known=texts("report.known", day=found.day, policy=found.policy),
        of_plan=_of_plan(report, texts),
        notes=notes if drawn else [*notes, texts("report.no_charts")],
        facts=_facts(report, texts),
        colours=charts.COLOURS,
        standard_charts=_standard_charts(report, texts) if drawn else (),
        effort_charts=_effort_charts(report, dates, texts) if drawn else (),
        trend_charts=_trend_charts(report, texts) if drawn else (),
        states=charts.STATES,
        coverage=COVERAGE,
        tiers=_covered([*found.tiers, _total(report)], texts),
        managers=_covered(found.managers, texts),
        left=texts("coverage.left", n=found.days_left),
        minutes=MINUTES,
        effort=tuple(_effort_rows(report, texts)),
        dates=[(texts.weekday(date), f"{date:%m-%d}") for date in dates],
        visits=_visit_rows(report, dates, texts),
        steps=[_step_cells(step, texts) for step in report.steps],
        trend=TREND,
        skipped=report.skipped,
        not_reached=[_unreached(one, report, texts) for one in report.not_reached],
        terms=[(term, _term(term, texts), _meaning(term, report, texts)) for term in TERMS],
        term=lambda name: _term(name, texts),
    )


def row_name(row: CoverageRow, texts: Texts) -> str:
    """Of a tier, of the prospects, or the name of a manager."""
    if row.key in set(Tier):
        return word(Tier(row.key), texts)
    return texts("coverage.prospect") if row.key == PROSPECTS else row.name or row.key


def _term(term: str, texts: Texts) -> str:
    if term in Counts.model_fields or term == "days_left":
        return texts(f"coverage.column_{term}")
    return texts(f"report.term_{term}")


def _meaning(term: str, report: Report, texts: Texts) -> str:
    if term == "at_risk":
        return texts("report.means_at_risk", share=f"{report.at_risk:.0%}")
    return texts(f"report.means_{term}")


def _of_plan(report: Report, texts: Texts) -> str:
    plan, number = report.plan, report.steps[-1].number
    horizon = {"first": plan.horizon.first, "last": plan.horizon.last}
    if number is None:
        return texts("report.plan", **horizon)
    return texts("report.plan_version", number=number, **horizon)


def _facts(report: Report, texts: Texts) -> list[tuple[str, str, str]]:
    """(term, its word, figure) of the most important figures."""
    counts, total = report.coverage.total, report.total
    shown = {
        "share": _percent(counts.share),
        "at_risk": str(counts.at_risk),
        "missed": str(counts.missed),
        "not_reached": str(len(report.not_reached)),
        "visits_per_day": _per(total.visits, total.days, 1),
        "gap": _gap(report.steps[-1]),
    }
    return [(term, _term(term, texts), figure) for term, figure in shown.items()]


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{share:.0%}"


def _per(sum_: int, number: int, digits: int = 0) -> str:
    return f"{sum_ / number:.{digits}f}" if number else DASH


def _gap(step: Step) -> str:
    # Upwards, as in all outputs: never nearer the best than proven.
    return DASH if step.gap is None else f"{math.ceil(round(1000 * step.gap, 6)) / 10:g}%"


def _charts(
    caption: str, rows: Sequence[T], draw: Callable[[str, Sequence[T]], Markup]
) -> Iterator[Chart]:
    """As many as keep each of them readable."""
    for first in range(0, len(rows), charts.MOST_ROWS):
        some = rows[first : first + charts.MOST_ROWS]
        part = f"{caption} {first + 1}–{first + len(some)}" if len(some) < len(rows) else caption
        yield Chart(part, draw(part, some))


# --- coverage -------------------------------------------------------------------------------------


def _total(report: Report) -> CoverageRow:
    found = report.coverage
    return CoverageRow(key="", counts=found.total, days_left=found.days_left)


def _covered(rows: Sequence[CoverageRow], texts: Texts) -> list[Row]:
    return [
        Row(
            name=_covered_name(row, texts),
            cells=(*(_covered_cell(row.counts, name) for name in COVERAGE), str(row.days_left)),
            total=not row.key,
        )
        for row in rows
    ]


def _covered_name(row: CoverageRow, texts: Texts) -> str:
    return row_name(row, texts) or texts("coverage.total")


def _covered_cell(counts: Counts, name: str) -> str:
    return _percent(counts.share) if name == "share" else str(getattr(counts, name))


def _standard_charts(report: Report, texts: Texts) -> list[Chart]:
    found = report.coverage
    tables = {"coverage.tiers": [*found.tiers, _total(report)], "coverage.managers": found.managers}
    return [
        chart
        for caption, rows in tables.items()
        for chart in _charts(
            texts(caption),
            [(_covered_name(row, texts), row.counts) for row in rows],
            charts.standard,
        )
    ]


# --- effort ---------------------------------------------------------------------------------------


def _efforts(report: Report, texts: Texts) -> list[tuple[str, Effort]]:
    rows = [(name, effort) for _, name, effort in report.effort]
    return rows if len(rows) == 1 else [*rows, (texts("coverage.total"), report.total)]


def _effort_rows(report: Report, texts: Texts) -> list[Row]:
    return [
        Row(
            name=name,
            cells=(
                str(effort.days),
                _per(effort.visits, effort.days, 1),
                *(_per(getattr(effort, kind), effort.days) for kind in MINUTES),
                _per(effort.metres, 1000 * effort.days, 1),
            ),
            total=effort is report.total,
        )
        for name, effort in _efforts(report, texts)
    ]


def _effort_charts(report: Report, dates: Sequence[dt.date], texts: Texts) -> list[Chart]:
    caption = texts("report.visits_by_day")
    columns = [
        charts.Column(count, str(count), f"{date:%m-%d}", date.isocalendar()[:2])
        for date, count in zip(dates, _visits_of_all(report, dates), strict=True)
    ]
    efforts = _efforts(report, texts)
    longest = max(effort.minutes / (effort.days or 1) for _, effort in efforts)
    return [
        *_charts(texts("report.minutes_a_day"), efforts, partial(charts.minutes, whole=longest)),
        *([Chart(caption, charts.visits_per_day(caption, columns))] if columns else []),
    ]


def _visit_rows(report: Report, dates: Sequence[dt.date], texts: Texts) -> list[VisitRow]:
    rows = [
        VisitRow(report.managers.get(key, key), [_grid_cell(value) for value in values])
        for key, values in visits_on(report.days, dates).items()
    ]
    if len(rows) == 1:
        return rows
    counts = [(str(count), 0) for count in _visits_of_all(report, dates)]
    return [*rows, VisitRow(texts("coverage.total"), counts, total=True)]


def _visits_of_all(report: Report, dates: Sequence[dt.date]) -> list[int]:
    return [sum(day.totals.visits for day in report.days if day.date == date) for date in dates]


def _grid_cell(visits: int | None) -> tuple[str, int]:
    """What the cell shows, and how dark it is."""
    if visits is None:
        return DASH, 0
    return str(visits), min(4, math.ceil(visits / 2))


# --- trend ----------------------------------------------------------------------------------------


def _value(step: Step, term: str) -> float | None:
    return {
        "visits_planned": step.totals.visits,
        "left_out": step.left_out,
        "travel_per_visit": step.totals.travel / step.totals.visits if step.totals.visits else None,
        "gap": None if step.gap is None else 100 * step.gap,
    }[term]


def _shown(step: Step, term: str) -> str:
    if term == "gap":
        return _gap(step)
    value = _value(step, term)
    if value is None:
        return DASH
    return f"{value:.1f}" if term == "travel_per_visit" else f"{value:.0f}"


def _trend_charts(report: Report, texts: Texts) -> list[Chart]:
    """None of a single version, in which nothing has changed, nor of what is known of none."""
    if len(report.steps) == 1:
        return []
    return [
        Chart(label, charts.trend(label, columns))
        for term in TREND
        for label in (_term(term, texts),)
        for columns in ([_column(step, term) for step in report.steps],)
        if any(column.value is not None for column in columns)
    ]


def _column(step: Step, term: str) -> charts.Column:
    number = "" if step.number is None else str(step.number)
    return charts.Column(_value(step, term), _shown(step, term), number, step.first)


def _step_cells(step: Step, texts: Texts) -> tuple[str, ...]:
    return (
        "" if step.number is None else str(step.number),
        texts("report.weeks", first=step.first, last=step.last),
        "" if step.what is None else what_made(step.what, texts),
        *(_shown(step, term) for term in TREND),
    )


# --- who was not reached --------------------------------------------------------------------------


def _unreached(one: NotReached, report: Report, texts: Texts) -> tuple[str, ...]:
    client = one.client
    return (
        client.id,
        client.name,
        client.tier.value,
        report.managers[client.manager_id],
        str(one.missed),
        texts("report.never") if one.last_visit is None else _day(one.last_visit),
        texts("report.whys", why=list(one.why)),
    )


def _day(day: dt.date) -> str:
    return day.isoformat()
