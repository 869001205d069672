"""The history of a workspace as a table in the terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError
from rich.console import RenderableType
from rich.table import Table

from routeplan.language import Texts
from routeplan.outputs.events import event_words
from routeplan.outputs.folding import Text
from routeplan.outputs.terminal import visible
from routeplan.plan.events import Event
from routeplan.store.versions import Version

__all__ = ["history_report", "what_made"]

COLUMNS = ("version", "from", "made", "week", "what", "visits", "left_out")
RIGHT = frozenset(("version", "from", "visits", "left_out"))

_EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])


def history_report(
    versions: Sequence[Version], texts: Texts, *, standing: int | None = None
) -> RenderableType:
    """A line a version, oldest first; `standing`, the one in the folder, has a mark."""
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.header_style = "dim"
    table.add_column("")
    for name in COLUMNS:
        table.add_column(
            texts(f"workspace.column_{name}"),
            justify="right" if name in RIGHT else "left",
            no_wrap=name != "what",
            overflow="fold",
            ratio=1 if name == "what" else None,
        )
    for version in versions:
        here = version.number == standing
        table.add_row(
            *(Text(cell, "bold" if here else "") for cell in _cells(version, texts, here=here))
        )
    return table


def _cells(version: Version, texts: Texts, *, here: bool) -> tuple[str, ...]:
    return (
        "*" if here else "",
        str(version.number),
        _number(version.parent),
        f"{dt.datetime.fromisoformat(version.made).astimezone():%Y-%m-%d %H:%M}",
        version.week or "",
        what_made(version, texts),
        _number(version.visits),
        _number(version.left_out),
    )


def what_made(version: Version, texts: Texts) -> str:
    """What made it: a plan by a policy, or a re-plan with its clock and events."""
    if version.week is None:
        return texts("workspace.unreadable")
    if version.clock is None:
        return texts("workspace.planned", policy=visible(version.policy or ""))
    clock = f"{dt.datetime.fromisoformat(version.clock):%m-%d %H:%M}"
    if events := _events(version, texts):
        return texts("workspace.replanned_for", clock=clock, events=events)
    return texts("workspace.replanned", clock=clock)


def _events(version: Version, texts: Texts) -> list[str]:
    try:
        events = _EVENTS.validate_json(version.events or "[]")
        return [visible(event_words(event, texts)) for event in events]
    except ValidationError:  # of another version of routeplan
        return ["…"]


def _number(number: int | None) -> str:
    return "" if number is None else str(number)
