"""The options that say what happened, one an event; see `replan/read_events.py` for their forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import datetime as dt

    from routeplan.book.models import Book
    from routeplan.language import Texts as Catalogue
    from routeplan.plan.events import Event
    from routeplan.plan.plan import Plan

__all__ = [
    "BackOption",
    "CancelOption",
    "DelayOption",
    "DoneOption",
    "EventsOption",
    "FreezeOption",
    "HoursOption",
    "LateOption",
    "MovedOption",
    "NotMetOption",
    "OffOption",
    "OverrunOption",
    "TakesOption",
    "UrgentOption",
    "given_events",
    "with_recorded",
]

Texts = list[str] | None

CancelOption = Annotated[
    Texts, typer.Option("--cancel", help="C017, C017@DATE or C017=2026-11-26T14:00 (a new hour).")
]
NotMetOption = Annotated[
    Texts, typer.Option("--not-met", help="C017: the client was not there; =TIME: a new hour.")
]
MovedOption = Annotated[
    Texts, typer.Option("--moved", help="C017=2026-11-26T14:00: that hour is agreed.")
]
LateOption = Annotated[
    Texts, typer.Option("--late", help="M1=30: half an hour behind; M1@C017=30: and is there.")
]
OverrunOption = Annotated[
    Texts, typer.Option("--overrun", help="C017=11:20: the talk under way takes until then.")
]
UrgentOption = Annotated[
    Texts, typer.Option("--urgent", help="C017, C017@DATE: must be visited by then; =competitor.")
]
DoneOption = Annotated[
    Texts, typer.Option("--done", help="C017 or C017@M1=10:00-10:40: is visited today.")
]
HoursOption = Annotated[
    Texts, typer.Option("--hours", help="C017@DATE=09:00-11:00 or =closed: the client's hours.")
]
OffOption = Annotated[
    Texts, typer.Option("--off", help="M1: off from now on; M1=TIME: till then; M1@DATE=pm.")
]
BackOption = Annotated[
    Texts, typer.Option("--back", help="M1 or M1=TIME: works again before the absence ends.")
]
DelayOption = Annotated[
    Texts, typer.Option("--delay", help="DATE=07:00-10:00x1.5: slow roads; M1@DATE=... for one.")
]
TakesOption = Annotated[
    Texts, typer.Option("--takes", help="C017=M2: the client is M2's from now on.")
]
EventsOption = Annotated[
    Path | None, typer.Option("--events", help="CSV or JSON file of what happened.")
]
FreezeOption = Annotated[
    int | None,
    typer.Option("--freeze", min=0, help="Minutes from now within which nothing moves."),
]


def with_recorded(
    given: Sequence[Event], plan: Plan, book: Book, now: dt.datetime, texts: Catalogue
) -> tuple[Event, ...]:
    """The events given, and those that the book's records make, each of which is said."""
    from routeplan.outputs.events import event_words
    from routeplan.outputs.terminal import visible
    from routeplan.replan.recorded import events_of_records

    found = events_of_records(plan, book, now, given)
    for event in found.events:
        key = "replan.inferred" if event in found.inferred else "replan.from_records"
        typer.echo(texts(key, event=visible(event_words(event, texts))), err=True)
    for note in found.notes:
        typer.echo(visible(texts.render(note)), err=True)
    return (*given, *found.events)


def given_events(
    options: Mapping[str, Sequence[str] | None], file: Path | None
) -> tuple[Event, ...]:
    """The events that options name, by kind, and those of a file.

    Raises UsageError, FileError or BookError for what cannot be read.
    """
    from routeplan.replan.read_events import parse_event, read_events

    named = [
        parse_event(f"{kind}:{text}") for kind, texts in options.items() for text in texts or ()
    ]
    return (*named, *(read_events(file) if file else ()))
