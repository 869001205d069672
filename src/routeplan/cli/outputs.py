"""Commands about what people take along: sheets, import-calendar."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from routeplan.cli.app import app
from routeplan.cli.common import (
    book_of,
    horizon_of,
    known_book,
    print_json,
    settings_of,
    texts_in,
    to_err,
)
from routeplan.cli.options import (
    BookOption,
    FolderArgument,
    JsonOption,
    LangOption,
    ManagerOption,
    QuietOption,
    SettingsOption,
    WeekOption,
)
from routeplan.errors import RouteplanError, UsageError
from routeplan.language import message

__all__ = ["import_calendar", "sheets"]

if TYPE_CHECKING:
    from routeplan.book.busy import Busy
    from routeplan.language import Texts
    from routeplan.plan.plan import Plan


@app.command()
def sheets(
    folder: FolderArgument,
    manager: ManagerOption = None,
    date: Annotated[
        list[str] | None,
        typer.Option("--date", help="Only this day, as 2026-11-24; repeatable."),
    ] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also print each page as PDF, by Chromium.")
    ] = False,
    book: BookOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Write a manager's day on one page, for the phone and for paper."""
    from routeplan.outputs.day_sheet.page import day_sheet_files
    from routeplan.outputs.files import write_atomically
    from routeplan.outputs.pdf import browser_path, print_pdf
    from routeplan.workspace.folder import book_or_none, load_plan, map_ground, require_folder

    texts = texts_in(lang)
    plan = load_plan(folder)
    home = folder if folder.is_dir() else folder.parent
    require_folder(home)
    chosen = _chosen_days(plan, manager or (), date or ())
    browser = browser_path() if pdf else ""
    place = book or _book_there(plan, folder)
    known = known_book(book, texts) if book else book_or_none(place)
    ground = map_ground(plan.origin.settings.travel, place) if place else None
    made = day_sheet_files(plan, texts, book=known, roads=ground, only=chosen)
    if known is None and not quiet:
        to_err().print(texts("sheet.no_book"))
    for name, content in made.items():
        write_atomically(home / name, content)
        if browser:
            print_pdf(browser, home / name, (home / name).with_suffix(".pdf"))
            typer.echo((home / name).with_suffix(".pdf"))
        else:
            # A page on paper that is older than the one on the screen misleads.
            (home / name).with_suffix(".pdf").unlink(missing_ok=True)
            typer.echo(home / name)


def _book_there(plan: Plan, folder: Path) -> Path | None:
    try:
        return book_of(plan, folder)
    except RouteplanError:
        return None


def _chosen_days(
    plan: Plan, managers: list[str] | tuple[str, ...], dates: list[str] | tuple[str, ...]
) -> frozenset[tuple[str, str]] | None:
    """(manager id, ISO date) of the days asked for; None: all."""
    known = {day.manager_id for day in plan.days}
    unknown = sorted(set(managers) - known)
    if unknown:
        raise UsageError("RP4002", message("error.manager", ids=unknown, known=sorted(known)))
    for text in dates:
        try:
            dt.date.fromisoformat(text)
        except ValueError as error:
            raise UsageError("RP4003", message("error.date", text=text)) from error
    if not managers and not dates:
        return None
    wanted = {dt.date.fromisoformat(text) for text in dates}
    found = frozenset(
        (day.manager_id, str(day.date))
        for day in plan.days
        if (not managers or day.manager_id in managers) and (not wanted or day.date in wanted)
    )
    if not found:
        days = sorted({str(day.date) for day in plan.days})
        raise UsageError("RP4061", message("error.no_such_day", first=days[0], last=days[-1]))
    return found


@app.command("import-calendar")
def import_calendar(
    calendar: Annotated[Path, typer.Argument(help="Somebody's calendar, FILE.ics.")],
    out: Annotated[
        Path, typer.Option("--out", help="The book to write, never the one read; or a .csv.")
    ],
    manager: Annotated[
        str, typer.Option("--manager", help="Whose calendar it is: the manager's id.")
    ] = "",
    client: Annotated[
        str, typer.Option("--client", help="Or the client's, as C017 or C017@SITE.")
    ] = "",
    book: Annotated[
        Path | None, typer.Option("--book", help="The book to start from; not for a .csv.")
    ] = None,
    week: WeekOption = None,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=8, help="How many weeks.")] = 8,
    zone: Annotated[
        str, typer.Option("--zone", help="Time zone. [default: as the settings say]")
    ] = "",
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Drop what the book says of these weeks so far."),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT.")] = False,
    settings: SettingsOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Turn the busy hours of a calendar into leave, or into a client's closed hours."""
    from routeplan.book.busy import busy_hours
    from routeplan.book.closing import close_client, close_manager, closures_csv
    from routeplan.book.write import write_book
    from routeplan.outputs.files import write_atomically

    texts = texts_in(lang)
    as_csv = out.suffix.lower() == ".csv"
    if bool(manager) == bool(client):
        raise UsageError("RP4062", message("error.whose_calendar"))
    if book is None and not as_csv:
        raise UsageError("RP4063", message("error.book_or_csv"))
    if out.exists() and (not overwrite or (book is not None and out.samefile(book))):
        raise UsageError("RP4035", message("error.out_there", file=str(out)))
    horizon = horizon_of(week, weeks)
    local = _zone_of(zone, settings, book)
    busy = busy_hours(calendar, local, horizon.first, horizon.last)
    cleared = (horizon.first, horizon.last) if replace else None
    if as_csv:
        write_atomically(out, closures_csv(busy.closures, manager, client, texts.language))
    else:
        known = known_book(book or out, texts)
        if manager:
            changed = close_manager(known, manager, busy.closures, cleared)
        else:
            changed = close_client(known, client, busy.closures, cleared)
        write_book(changed, out, texts.language)
    if json_output:
        told = {
            "closures": [one.model_dump(mode="json") for one in busy.closures],
            "events": busy.taken,
            "skipped": busy.skipped,
        }
        print_json(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for line in _report(busy, texts):
        typer.echo(line)
    typer.echo(texts("calendar.import_written", file=str(out)))


def _zone_of(given: str, settings: Path | None, book: Path | None) -> ZoneInfo:
    if not given:
        return ZoneInfo(settings_of(settings, book or Path()).calendar.zone)
    try:
        return ZoneInfo(given)
    except (KeyError, OSError, ValueError) as error:
        raise UsageError("RP4064", message("error.unknown_zone", zone=given)) from error


def _report(busy: Busy, texts: Texts) -> Iterator[str]:
    """What was made of the calendar, and what was left out and why."""
    yield texts("calendar.imported", n=busy.taken, closures=len(busy.closures))
    for why, number in busy.skipped.items():
        yield texts(f"calendar.skipped_{why}", n=number)
