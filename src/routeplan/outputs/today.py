"""The morning's three checks for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from routeplan.book.models import Book
from routeplan.language import Texts
from routeplan.outputs.folding import Text
from routeplan.outputs.terminal import visible
from routeplan.outputs.wording import word
from routeplan.plan.today import MorningCheck, Today, TodayItem
from routeplan.values import format_clock

__all__ = ["today_report"]


def today_report(found: Today, book: Book, texts: Texts) -> RenderableType:
    """By manager and check, each item with what to do and why."""
    parts: list[RenderableType] = [Text(texts("today.title", day=found.day), "bold")]
    parts += [_line(texts.render(note), "yellow") for note in found.notes]
    for manager in book.managers:
        own = [item for item in found.items if item.manager_id == manager.id]
        if not own:
            continue
        name = texts("today.of", name=manager.name, id=manager.id)
        parts += ["", _line(name, "bold underline")]
        for check in MorningCheck:
            parts.append(_line(texts(f"today.check_{check}"), "bold"))
            items = [item for item in own if item.check is check]
            parts.append(
                _items(items, texts, found.planned)
                if items
                else _line(f"  {texts('today.nothing')}", "dim")
            )
    return Group(*parts)


def _items(items: Sequence[TodayItem], texts: Texts, planned: bool) -> Padding:
    table = Table.grid(padding=(0, 0, 0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for item in items:
        hour = f"{format_clock(item.start)} " if item.start is not None else ""
        what = Text(visible(f"{hour}{word(item.action, texts)}"), "bold red" if item.must else "")
        client = f"{item.client_id} {item.client_name}"
        line = _line(texts("today.says", what=client, why=_why(item, texts)))
        about = list(_about(item, texts, planned))
        if about:
            line.append(texts("today.about", about=texts.join(about)), "dim")
        table.add_row(what, line)
    return Padding.indent(table, 2)


def _why(item: TodayItem, texts: Texts) -> str:
    why = texts.render(item.why)
    if item.task is None:
        return why
    task = item.task.zh if texts.language == "zh" else item.task.en
    return texts("today.says", what=why, why=task)


def _about(item: TodayItem, texts: Texts, planned: bool) -> Iterable[str]:
    if item.check in (MorningCheck.PLAN, MorningCheck.LEFT_OVER) and item.start is not None:
        return
    if item.must:
        yield texts("today.must")
    if item.planned is not None:
        yield texts("today.planned", date=item.planned)
    elif item.was_planned is not None:
        yield texts("today.was_planned", date=item.was_planned)
    elif item.must and planned:
        yield texts("today.not_planned")


def _line(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style, overflow="fold")
