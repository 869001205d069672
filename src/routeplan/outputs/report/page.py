"""The report as one HTML page, complete in itself: no script, no request, charts drawn inside.

The charts are bars. Drawn by the template as SVG they take the page's own width and fonts, so that
they read on a phone, on paper and in Chinese; a plotting library would draw pictures of one size
with the letters of its own font, which has no Chinese ones.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from routeplan.book.models import Tier
from routeplan.due.coverage import PROSPECTS, Counts, CoverageRow, DutyState
from routeplan.language import Texts
from routeplan.outputs.history import what_made
from routeplan.outputs.pages import HTML_LANGUAGES, page_asset, page_template
from routeplan.outputs.report.figures import MINUTES, Effort, NotReached, Report, Step, visits_on
from routeplan.outputs.wording import word

__all__ = ["TERMS", "report_html", "row_name"]

COVERAGE = ("required", "done", "share", "planned", "open", "at_risk", "missed", "few_persons")
STATES = tuple(state.value for state in DutyState)
TREND = ("visits_planned", "left_out", "travel_per_visit", "gap")
TERMS = (
    *("period", *COVERAGE, "days_left", "prospects"),
    *("workdays", "visits_per_day", *MINUTES, "km_per_day"),
    *("version", *TREND),
    *("not_reached", "last_visit", "why"),
)
"""Every word with a footnote, in the order of the page."""

WIDTH, HEIGHT = 320, 116
"""Of a trend's drawing, in its own units."""
TOP, BOTTOM = 22, 94
"""Where its columns may begin, and stand."""
DASH = "–"


class Part(NamedTuple):
    """A piece of a bar, in hundredths of its length."""

    kind: str
    start: float
    width: float


class Row(NamedTuple):
    name: str
    bar: tuple[Part, ...]
    said: str
    """The bar in words."""
    cells: tuple[str, ...]
    total: bool = False


class Column(NamedTuple):
    """Of a trend: one version."""

    x: float
    y: float
    width: float
    height: float
    value: str
    label: str
    other_week: bool
    """Drawn on a ground of its own: this version's weeks are not those of the one before."""


class Trend(NamedTuple):
    term: str
    columns: tuple[Column, ...]


def report_html(report: Report, texts: Texts) -> str:
    """The page; the same for the same report and language."""
    found = report.coverage
    dates = sorted({day.date for day in report.days})
    return page_template("report").render(
        language=HTML_LANGUAGES[texts.language],
        style=Markup(page_asset("report", "page.css")),  # noqa: S704 our own
        t=texts,
        title=texts("report.title"),
        period=texts("report.period", first=found.period.first, last=found.period.last),
        known=texts("report.known", day=found.day, policy=found.policy),
        of_plan=_of_plan(report, texts),
        notes=[texts.render(note) for note in found.notes],
        facts=_facts(report, texts),
        states=STATES,
        coverage=COVERAGE,
        tiers=_covered([*found.tiers, _total(report)], texts),
        managers=_covered(found.managers, texts),
        left=texts("coverage.left", n=found.days_left),
        minutes=MINUTES,
        effort=tuple(_effort_rows(report, texts)),
        dates=[(texts.weekday(date), f"{date:%m-%d}") for date in dates],
        visits=[
            (report.managers.get(key, key), [_grid_cell(value) for value in values])
            for key, values in visits_on(report.days, dates).items()
        ],
        trends=[_trend(term, report.steps) for term in TREND],
        steps=[_step_cells(step, texts) for step in report.steps],
        trend=TREND,
        skipped=report.skipped,
        not_reached=[_unreached(one, report, texts) for one in report.not_reached],
        terms=[(term, _term(term, texts), _meaning(term, report, texts)) for term in TERMS],
        term=lambda name: _term(name, texts),
        width=WIDTH,
        height=HEIGHT,
        bottom=BOTTOM,
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


def _parts(values: Iterable[tuple[str, int]]) -> tuple[Part, ...]:
    known = [(kind, value) for kind, value in values if value > 0]
    total = sum(value for _, value in known)
    parts, at = [], 0
    for kind, value in known:
        parts.append(Part(kind, round(100 * at / total, 2), round(100 * value / total, 2)))
        at += value
    return tuple(parts)


# --- coverage -------------------------------------------------------------------------------------


def _total(report: Report) -> CoverageRow:
    found = report.coverage
    return CoverageRow(key="", counts=found.total, days_left=found.days_left)


def _covered(rows: Sequence[CoverageRow], texts: Texts) -> list[Row]:
    return [
        Row(
            name=row_name(row, texts) or texts("coverage.total"),
            bar=_parts((state, getattr(row.counts, state)) for state in STATES),
            said=texts.join(
                [f"{_term(state, texts)} {getattr(row.counts, state)}" for state in STATES]
            ),
            cells=(*(_covered_cell(row.counts, name) for name in COVERAGE), str(row.days_left)),
            total=not row.key,
        )
        for row in rows
    ]


def _covered_cell(counts: Counts, name: str) -> str:
    return _percent(counts.share) if name == "share" else str(getattr(counts, name))


# --- effort ---------------------------------------------------------------------------------------


def _effort_rows(report: Report, texts: Texts) -> Iterator[Row]:
    for _, name, effort in report.effort:
        yield _effort_row(name, effort, texts)
    if len(report.effort) != 1:
        yield _effort_row(texts("coverage.total"), report.total, texts)._replace(total=True)


def _effort_row(name: str, effort: Effort, texts: Texts) -> Row:
    minutes = [(kind, getattr(effort, kind)) for kind in MINUTES]
    return Row(
        name=name,
        bar=_parts(minutes),
        said=texts.join(
            [f"{_term(kind, texts)} {_per(value, effort.days)}" for kind, value in minutes]
        ),
        cells=(
            str(effort.days),
            _per(effort.visits, effort.days, 1),
            *(_per(value, effort.days) for _, value in minutes),
            _per(effort.metres, 1000 * effort.days, 1),
        ),
    )


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


def _trend(term: str, steps: Sequence[Step]) -> Trend:
    """Columns on a ground of nought, so that twice as high is twice as much."""
    values = [_value(step, term) for step in steps]
    most = max((value for value in values if value is not None), default=0.0) or 1.0
    slot = WIDTH / len(steps)
    width = min(0.7 * slot, 40.0)
    columns, other = [], False
    for number, (step, value) in enumerate(zip(steps, values, strict=True)):
        if number and step.first != steps[number - 1].first:
            other = not other
        height = 0.0 if value is None else (BOTTOM - TOP) * value / most
        columns.append(
            Column(
                x=round(slot * (number + 0.5), 1),
                y=round(BOTTOM - height, 1),
                width=round(width, 1),
                height=round(height, 1),
                value=_shown(step, term).rstrip("%"),
                label="" if step.number is None else str(step.number),
                other_week=other,
            )
        )
    return Trend(term, tuple(columns))


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
