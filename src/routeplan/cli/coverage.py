"""Commands about how far the standard is met: coverage."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import (
    calendar_of,
    day_of,
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
    JsonOption,
    LangOption,
    ManagerOption,
    PolicyOption,
    SettingsOption,
)

__all__ = ["coverage"]


class PeriodChoice(StrEnum):
    half_month = "half-month"
    month = "month"
    quarter = "quarter"


@app.command()
def coverage(
    book: BookArgument,
    plan: Annotated[
        list[Path] | None,
        typer.Option("--plan", help="Folder of a plan, for what is planned; repeatable."),
    ] = None,
    period: Annotated[
        PeriodChoice, typer.Option("--period", help="half-month, month or quarter.")
    ] = PeriodChoice.half_month,
    date: Annotated[
        str, typer.Option("--date", help="As known on this day, of its period. [default: today]")
    ] = "",
    manager: ManagerOption = None,
    show_all: Annotated[bool, typer.Option("--all", help="Every client.")] = False,
    policy: PolicyOption = None,
    settings: SettingsOption = None,
    calendar: CalendarOption = None,
    csv_output: Annotated[bool, typer.Option("--csv", help="CSV on standard output.")] = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """How far the standard is met: required, done, planned, at risk and missed."""
    from routeplan.due.coverage import Planned
    from routeplan.due.coverage import coverage as covered
    from routeplan.due.policy import Cycle, read_policy
    from routeplan.outputs.coverage import coverage_csv, coverage_report
    from routeplan.workspace.folder import load_plan

    texts = texts_in(lang)
    chosen = settings_of(settings, book)
    known = known_book(book, texts)
    require_managers(known, manager or ())
    visits = [
        Planned(visit.client_id, on.date)
        for folder in plan or ()
        for on, visit in load_plan(folder).visits
    ]
    found = covered(
        known,
        read_policy(policy or chosen.policy),
        chosen,
        calendar_of(calendar),
        cycle=Cycle(period.value),
        day=day_of(date),
        planned=visits,
        manager_ids=manager or None,
    )
    if csv_output:
        typer.echo(coverage_csv(found, texts), nl=False)
    elif json_output:
        print_json(found.model_dump_json(indent=1))
    else:
        to_out().print(coverage_report(found, texts, show_all=show_all))
