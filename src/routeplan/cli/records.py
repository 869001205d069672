"""Commands about what happened: record, records."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import print_json, texts_in, to_err, to_out
from routeplan.cli.options import BookArgument, JsonOption, LangOption
from routeplan.errors import UsageError
from routeplan.language import message

__all__ = ["record", "records"]


@app.command()
def record(
    book: BookArgument,
    client: Annotated[str, typer.Argument(help="The client's id or name.")] = "",
    form: Annotated[
        Path | None, typer.Option("--from", help="CSV of a phone form, a row a visit.")
    ] = None,
    withdraw: Annotated[
        int | None, typer.Option("--withdraw", help="Take the record of this number back.")
    ] = None,
    date: Annotated[
        str, typer.Option("--date", help="Day of the visit, as 2026-11-24. [default: today]")
    ] = "",
    status: Annotated[
        str, typer.Option("--status", help="done, not met, postponed or cancelled; 已完成, ...")
    ] = "",
    to: Annotated[
        str,
        typer.Option("--to", help="New day of a postponed visit: 2026-11-27, or 2026-11-27T10:30."),
    ] = "",
    talk: Annotated[str, typer.Option("--talk", help="The talk from-to, as 10:00-10:45.")] = "",
    met: Annotated[
        list[str] | None, typer.Option("--met", help="Key person met, id or name; repeatable.")
    ] = None,
    purpose: Annotated[
        list[str] | None, typer.Option("--purpose", help="What it was for; repeatable.")
    ] = None,
    goal: Annotated[
        str, typer.Option("--goal", help="Whether the goal was reached: yes, no.")
    ] = "",
    step: Annotated[str, typer.Option("--next", help="What is to be done next.")] = "",
    step_date: Annotated[str, typer.Option("--next-date", help="And by when.")] = "",
    channel: Annotated[
        str, typer.Option("--channel", help="visit, phone, message, ...; 上门, 电话, 短信, ...")
    ] = "",
    travel: Annotated[str, typer.Option("--way", help="Minutes of the way there.")] = "",
    manager: Annotated[
        str, typer.Option("--manager", help="Who went. [default: the client's own manager]")
    ] = "",
    site: Annotated[str, typer.Option("--site", help="Which of the client's sites.")] = "",
    note: Annotated[str, typer.Option("--note", help="Anything else.")] = "",
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Note what came of a visit, in one line or from a phone form's CSV."""
    from pydantic import TypeAdapter

    from routeplan.book.cells import normal
    from routeplan.book.form import read_visit_form, visit_of_cells
    from routeplan.book.models import VisitRecord
    from routeplan.book.noted import Outcome
    from routeplan.book.read import read_book
    from routeplan.outputs.records import outcomes_report
    from routeplan.outputs.terminal import faults_report
    from routeplan.workspace.records import note_visits, withdraw_record

    texts = texts_in(lang)
    day, _, hour = to.partition("T")
    began, _, ended = normal(talk).replace("~", "-").partition("-")
    cells = {
        "site": site,
        "manager_id": manager,
        "start": began,
        "end": ended,
        "channel": channel,
        "status": status or ("postponed" if to else ""),
        "purposes": ";".join(purpose or ()),
        "contact_ids": ";".join(met or ()),
        "goal_reached": goal,
        "next_step": step,
        "next_date": step_date,
        "postponed_to": day,
        "postponed_start": hour,
        "travel_minutes": travel,
        "note": note,
    }
    told = any(cells.values()) or bool(date)
    if sum((bool(client), form is not None, withdraw is not None)) != 1 or (told and not client):
        raise UsageError("RP4081", message("error.what_record"))
    known = read_book(book)
    if withdraw is not None:
        withdraw_record(book, withdraw)
        typer.echo(texts("records.withdrawn", number=withdraw))
        return
    visits: tuple[VisitRecord, ...]
    if form is not None:
        visits, faults = read_visit_form(form, known)
        if faults:
            to_err().print(faults_report(faults, texts))
    else:
        today = dt.date.today()  # noqa: DTZ011 the user's own calendar day
        cells |= {"client_id": client, "date": date or str(today)}
        visits = (visit_of_cells(cells, known),)
    outcomes = note_visits(book, known, visits, once=form is not None)
    if json_output:
        print_json(TypeAdapter(tuple[Outcome, ...]).dump_json(outcomes, indent=1).decode())
        return
    to_out().print(outcomes_report(outcomes, known, texts, today=dt.date.today()))  # noqa: DTZ011


@app.command()
def records(
    book: BookArgument,
    client: Annotated[str | None, typer.Option("--client", help="Only this client's id.")] = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Also those superseded or withdrawn.")
    ] = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """List the visit records noted for a book, and which of them count."""
    from pydantic import TypeAdapter

    from routeplan.book.noted import Noted, NotedState
    from routeplan.outputs.records import records_report
    from routeplan.workspace.records import recorded_book

    texts = texts_in(lang)
    recorded = recorded_book(book)
    if client is not None and client not in recorded.book.client_by_id:
        raise UsageError("RP4065", message("error.unknown_client", client=client))
    gone = (NotedState.SUPERSEDED, NotedState.WITHDRAWN)
    found = tuple(
        one
        for one in recorded.noted
        if client in (None, one.client_id) and (show_all or one.state not in gone)
    )
    if json_output:
        print_json(TypeAdapter(tuple[Noted, ...]).dump_json(found, indent=1).decode())
        return
    to_out().print(records_report(found, recorded, texts))
