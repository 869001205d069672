"""Commands about what came of the plans: report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import book_of, day_of, known_book, require_managers, texts_in
from routeplan.cli.coverage import PeriodChoice
from routeplan.cli.options import (
    BookOption,
    FolderArgument,
    LangOption,
    ManagerOption,
    PolicyOption,
)
from routeplan.errors import WorkspaceError
from routeplan.language import message

__all__ = ["report"]

if TYPE_CHECKING:
    from routeplan.plan.plan import Plan

FOLDER = "report"
"""In the folder of the plan."""


@app.command()
def report(
    folder: FolderArgument,
    period: Annotated[
        PeriodChoice, typer.Option("--period", help="half-month, month or quarter.")
    ] = PeriodChoice.half_month,
    date: Annotated[
        str, typer.Option("--date", help="As known on this day, of its period. [default: today]")
    ] = "",
    manager: ManagerOption = None,
    policy: PolicyOption = None,
    book: BookOption = None,
    lang: LangOption = None,
) -> None:
    """Write coverage and effort as a page and as tables; who was not reached and why."""
    from routeplan.due.coverage import Planned, coverage
    from routeplan.due.policy import Cycle, read_policy
    from routeplan.outputs.files import write_atomically
    from routeplan.outputs.report.figures import report_of
    from routeplan.outputs.report.page import report_html
    from routeplan.outputs.report.tables import report_tables
    from routeplan.workspace.folder import load_plan, require_folder
    from routeplan.workspace.history import lineage, plan_of

    texts = texts_in(lang)
    plan = load_plan(folder)
    home = folder if folder.is_dir() else folder.parent
    require_folder(home)
    if book is not None and not book.exists():
        raise WorkspaceError("RP7005", message("error.book_moved", book=str(book)))
    place = book or book_of(plan, folder)
    known = known_book(place, texts)
    require_managers(known, manager or ())
    store = _store_at(home, place)

    def read(number: int) -> Plan | None:
        try:
            return plan_of(store, number) if store else None
        except WorkspaceError:
            return None

    found = coverage(
        known,
        read_policy(policy or plan.origin.policy),
        plan.origin.settings,
        plan.origin.calendar,
        cycle=Cycle(period.value),
        day=day_of(date),
        planned=[Planned(visit.client_id, on.date) for on, visit in plan.visits],
        manager_ids=manager or None,
    )
    made = report_of(
        plan,
        known,
        found,
        at_risk=plan.origin.settings.coverage.at_risk,
        manager_ids=manager or None,
        versions=lineage(store, home) if store else (),
        plan_of=read,
    )
    files = {"report.html": report_html(made, texts).encode(), **report_tables(made, texts)}
    for name, content in files.items():
        write_atomically(home / FOLDER / name, content)
        typer.echo(home / FOLDER / name)


def _store_at(folder: Path, book: Path) -> Path | None:
    """The store beside the book; None: no history is kept."""
    from routeplan.workspace.history import store_at

    try:
        return store_at(folder, book)
    except WorkspaceError:
        return None
