"""What the terminal shows of re-plans that are only thought of: choices, and two plans beside each
other."""

from __future__ import annotations

import datetime as dt
import math

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from routeplan.book.models import Tier
from routeplan.language import Texts
from routeplan.outputs.terminal import TIER_STYLES, visible
from routeplan.outputs.wording import totals_words
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit
from routeplan.replan.choices import Choice, ChoiceTable
from routeplan.replan.diff import ChangeKind, diff_plans

__all__ = ["choices_report", "side_by_side"]

_MARKS = {
    ChangeKind.REMOVED: ("-", "red"),
    ChangeKind.MOVED: ("~", "yellow"),
    ChangeKind.ADDED: ("+", "green"),
    ChangeKind.KEPT: (" ", ""),
}


def choices_report(table: ChoiceTable, names: dict[str, str], texts: Texts) -> RenderableType:
    """The efficient choices, against the one with the fewest changes. `names`: client id → name."""
    parts: list[RenderableType] = []
    first = table.choices[0]
    if table.forced:
        parts.append(_text(texts("choices.forced_title", n=len(table.forced)), "bold"))
        parts += [Padding.indent(_text(texts.render(why)), 2) for why in table.forced]
        parts.append("")
    shown = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    shown.header_style = "dim"
    shown.add_column("--max-changes", no_wrap=True, justify="right")
    for column in ("changes", "visits", "travel", "gain"):
        shown.add_column(texts(f"choices.column_{column}"), no_wrap=True, justify="right")
    shown.add_column(texts("choices.column_clients"), overflow="fold")
    for choice in table.choices:
        against = None if choice is first else first
        clients = [f"{visible(client)} {visible(names[client])}" for client in choice.clients]
        shown.add_row(
            str(choice.more),
            str(choice.changes),
            _visits(choice, against),
            f"{choice.travel - (against.travel if against else 0):{'+' if against else ''}d}",
            f"{first.cost - choice.cost:+d}" if against else "",
            _text(texts.join(clients)),
        )
    parts.append(shown)
    if len(table.choices) == 1:
        parts.append(_text(texts("choices.only"), "dim"))
    last = table.choices[-1]
    if last.bound is not None and last.cost:
        gap = math.ceil(1000 * max(_gap(choice) for choice in table.choices)) / 10
        key = "choices.gap" if gap else "choices.proven"
        parts.append(_text(texts(key, gap=f"{gap:g}"), "dim"))
    if not table.complete:
        parts.append(_text(texts("choices.cut_short"), "yellow"))
    return Group(*parts)


def _gap(choice: Choice) -> float:
    return (choice.cost - choice.bound) / choice.cost if choice.bound is not None else 0.0


def _visits(choice: Choice, against: Choice | None) -> str:
    """'73' or '+1 (A+1 C-1)'."""
    if against is None:
        return str(sum(choice.visits.values()))
    more = {tier: choice.visits[tier] - against.visits[tier] for tier in Tier}
    tiers = " ".join(f"{tier.value}{count:+d}" for tier, count in more.items() if count)
    total = f"{sum(more.values()):+d}"
    return f"{total} ({tiers})" if tiers else total


def side_by_side(before: Plan, after: Plan, texts: Texts) -> RenderableType:
    """The days that change, before and after beside each other, and the figures of both."""
    diff = diff_plans(before, after)
    kinds = {change.visit_id: change.kind for change in diff.changes}
    old = {(day.manager_id, day.date): day for day in before.days}
    new = {(day.manager_id, day.date): day for day in after.days}
    parts: list[RenderableType] = []
    for key in sorted(old.keys() | new.keys(), key=lambda key: (key[1], key[0])):
        days = old.get(key), new.get(key)
        if _course(days[0]) != _course(days[1]):
            name = next(day.manager_name for day in days if day)
            parts += [_day(key, name, days, kinds, texts), ""]
    if not parts:
        parts += [_text(texts("choices.no_change"), "green"), ""]
    for said, plan in (("terminal.before", before), ("terminal.after", after)):
        parts.append(_text(texts(said, totals=totals_words(plan.totals, texts))))
    return Group(*parts)


def _day(
    key: tuple[str, dt.date],
    name: str,
    days: tuple[PlannedDay | None, PlannedDay | None],
    kinds: dict[str, ChangeKind],
    texts: Texts,
) -> RenderableType:
    heading = texts("terminal.day", name=name, id=key[0], date=key[1])
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    table.header_style = "dim"
    for column in ("before", "after"):
        table.add_column(texts(f"choices.column_{column}"), overflow="fold", ratio=1)
    columns = [[_line(visit, kinds) for visit in day.visits] if day else [] for day in days]
    for number in range(max(len(column) for column in columns)):
        cells = [column[number] if number < len(column) else Text() for column in columns]
        table.add_row(*cells)
    figures = [totals_words(day.totals, texts) if day else "" for day in days]
    table.add_row(*(_text(figure, "dim") for figure in figures))
    return Group(_text(heading, "bold"), Padding.indent(table, 2))


def _line(visit: PlannedVisit, kinds: dict[str, ChangeKind]) -> Text:
    mark, style = _MARKS[kinds[visit.visit_id]]
    text = _text(f"{mark} {visit.talk} ", style)
    text.append(visit.tier.value, TIER_STYLES[visit.tier])
    return text.append(f" {visible(visit.client_id)} {visible(visit.client_name)}", style)


def _course(day: PlannedDay | None) -> tuple[tuple[str, int], ...]:
    visits = day.visits if day else ()
    return tuple((visit.visit_id, visit.talk.start) for visit in visits)


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style, overflow="fold")
