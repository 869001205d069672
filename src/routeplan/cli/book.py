"""Commands about the book: init, check, geocode, due."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import (
    calendar_of,
    horizon_of,
    known_book,
    print_json,
    settings_of,
    texts_in,
    to_err,
    to_out,
)
from routeplan.cli.options import (
    BookArgument,
    CalendarOption,
    ChangesOption,
    JsonOption,
    LangOption,
    ManagerOption,
    PolicyOption,
    PreviousOption,
    ProviderChoice,
    QuietOption,
    SettingsOption,
    WeekOption,
    WeeksOption,
)
from routeplan.errors import UsageError
from routeplan.language import message

__all__ = ["check", "due", "geocode", "init"]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")], lang: LangOption = None
) -> None:
    """Write a starter workspace: an empty book, settings and a README."""
    from routeplan.book.template import write_workspace

    texts = texts_in(lang)
    for path in write_workspace(folder, texts.language):
        typer.echo(path)


@app.command()
def check(book: BookArgument, json_output: JsonOption = False, lang: LangOption = None) -> None:
    """Report every fault of a book at once, each with its place and its mend."""
    from routeplan.book.faults import Severity
    from routeplan.book.read import check_book
    from routeplan.outputs.terminal import faults_report

    texts = texts_in(lang)
    found = check_book(book)
    if json_output:
        faults = [
            fault.model_dump(mode="json")
            | {"problem": texts.render(fault.problem), "fix": texts.render(fault.fix)}
            for fault in found.faults
        ]
        print_json(json.dumps(faults, ensure_ascii=False, indent=1))
    else:
        to_out().print(faults_report(found.faults, texts))
    if any(fault.severity is Severity.FAULT for fault in found.faults):
        raise typer.Exit(1)


@app.command()
def geocode(
    book: BookArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="The book to write; never the one that is read.")
    ] = None,
    provider: Annotated[
        ProviderChoice | None,
        typer.Option("--provider", help="Service to ask. [default: none, districts only]"),
    ] = None,
    server: Annotated[
        str, typer.Option("--server", help="URL of your own server of that service.")
    ] = "",
    per_second: Annotated[
        float | None,
        typer.Option("--per-second", min=0.01, help="Requests at most. [default: as it allows]"),
    ] = None,
    time_out: Annotated[
        float, typer.Option("--time-out", min=0.1, help="Seconds to wait for one answer.")
    ] = 10.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be asked.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", help="A doubtful place to use all the same, or all; repeatable."),
    ] = None,
    approximate: Annotated[
        bool,
        typer.Option(
            "--approximate/--no-approximate",
            help="Give clients without a point their district's centre, marked so.",
        ),
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT.")] = False,
    quiet: QuietOption = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Turn addresses into points; what is doubtful is listed, not used."""
    from routeplan.book.models import Locator
    from routeplan.book.write import write_book
    from routeplan.geocode.ask import Asker
    from routeplan.geocode.geocode import carry, outlook
    from routeplan.geocode.geocode import geocode as look_up
    from routeplan.geocode.provider import PROVIDERS
    from routeplan.outputs.geocoding import (
        doubtful_path,
        geocode_progress,
        geocoded_report,
        outlook_report,
        write_doubtful,
    )
    from routeplan.store.cache import Cache
    from routeplan.store.database import database_path

    texts = texts_in(lang)
    if out is None and not dry_run:
        raise UsageError("RP4034", message("error.no_out"))
    if out is not None and out.exists() and (not overwrite or out.samefile(book)):
        raise UsageError("RP4035", message("error.out_there", file=str(out)))
    known = known_book(book, texts)
    chosen = PROVIDERS[Locator(provider.value)] if provider else None
    asker = (
        Asker(chosen, server=server, per_second=per_second, time_out=time_out) if chosen else None
    )
    with Cache(database_path(book)) as cache:
        if out is None or dry_run:
            counted = outlook(known, cache, asker)
            if json_output:
                print_json(counted.model_dump_json(indent=1))
            else:
                speed = per_second or chosen.per_second if chosen else None
                typer.echo(outlook_report(counted, speed, texts))
            return
        with geocode_progress(texts, to_err(), quiet=quiet) as progress:
            made = look_up(
                known,
                cache,
                asker,
                accept=accept or (),
                approximate=approximate,
                progress=progress,
            )
        write_book(made.book, out, texts.language)
        with Cache(database_path(out)) as other:
            carry(cache, other)
    listed = doubtful_path(out)
    write_doubtful(made, listed, texts)
    if json_output:
        print_json(made.model_dump_json(indent=1, exclude={"book"}))
        return
    if not quiet:
        to_out().print(geocoded_report(made, texts))
    typer.echo(texts("geocode.written", file=str(out)))
    if made.doubtful:
        typer.echo(texts("geocode.list_written", file=str(listed)))


@app.command()
def due(
    book: BookArgument,
    week: WeekOption = None,
    weeks: WeeksOption = 1,
    manager: ManagerOption = None,
    policy: PolicyOption = None,
    show_all: Annotated[bool, typer.Option("--all", help="Also who is not due, and why.")] = False,
    sums: Annotated[bool, typer.Option("--sums", help="How each worth adds up.")] = False,
    touches: Annotated[
        bool, typer.Option("--touches", help="List the calls and messages due, too.")
    ] = False,
    changes: ChangesOption = None,
    previous: PreviousOption = None,
    settings: SettingsOption = None,
    calendar: CalendarOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """List who is due in a week, most urgent first, with the reason in words."""
    from routeplan.due.changes import read_changes, with_changes
    from routeplan.due.policy import read_policy
    from routeplan.outputs.terminal import due_report
    from routeplan.pipeline import due_visits
    from routeplan.workspace.folder import load_plan

    texts = texts_in(lang)
    chosen = settings_of(settings, book)
    known = known_book(book, texts)
    if changes:
        known = with_changes(known, read_changes(changes, known), chosen.changes)
    found = due_visits(
        known,
        horizon_of(week, weeks),
        settings=chosen,
        policy=read_policy(policy or chosen.policy),
        calendar=calendar_of(calendar),
        manager_ids=manager or None,
        previous=load_plan(previous) if previous else None,
    )
    if json_output:
        print_json(found.model_dump_json(indent=1))
    else:
        shown = {"show_all": show_all, "sums": sums, "touches": touches}
        to_out().print(due_report(found, known, texts, **shown))
