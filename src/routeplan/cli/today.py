"""Command of the morning: today."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import (
    calendar_of,
    known_book,
    print_json,
    require_managers,
    settings_of,
    texts_in,
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
    SettingsOption,
)
from routeplan.errors import UsageError
from routeplan.language import message

__all__ = ["today"]


@app.command()
def today(
    book: BookArgument,
    date: Annotated[
        str | None, typer.Option("--date", help="The day, as 2026-11-24. [default: today]")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", help="The --out folder of the week's plan.")
    ] = None,
    changes: ChangesOption = None,
    manager: ManagerOption = None,
    policy: PolicyOption = None,
    settings: SettingsOption = None,
    calendar: CalendarOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """The three checks of a morning: account changes, key moments, the work plan."""
    from routeplan.due.changes import read_changes
    from routeplan.due.policy import read_policy
    from routeplan.outputs.today import today_report
    from routeplan.plan.today import morning_checks
    from routeplan.workspace.folder import load_plan

    texts = texts_in(lang)
    chosen = settings_of(settings, book)
    known = known_book(book, texts)
    require_managers(known, manager or ())
    found = morning_checks(
        known,
        _day(date),
        read_policy(policy or chosen.policy),
        chosen,
        calendar_of(calendar),
        changes=read_changes(changes, known) if changes else None,
        plan=load_plan(plan) if plan else None,
        manager_ids=manager or None,
    )
    if json_output:
        print_json(found.model_dump_json(indent=1))
    else:
        to_out().print(today_report(found, known, texts))


def _day(text: str | None) -> dt.date:
    if text is None:
        return dt.date.today()  # noqa: DTZ011 the user's own calendar day
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("RP4003", message("error.date", text=text)) from error
    if not 2000 <= day.year <= 2100:
        raise UsageError("RP4003", message("error.date", text=text))
    return day
