"""Commands that fix visits where they stand: lock, unlock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import book_of, proof_there, saved_words, texts_in, to_out
from routeplan.cli.options import BookOption, FolderArgument, LangOption, TileChoice, TilesOption

__all__ = ["lock", "unlock"]

if TYPE_CHECKING:
    from routeplan.language import Texts
    from routeplan.plan.plan import Plan


@app.command()
def lock(
    folder: FolderArgument,
    visit: Annotated[str, typer.Argument(help="CLIENT, or CLIENT@DATE.")],
    day: Annotated[bool, typer.Option("--day", help="Lock the day.")] = False,
    hour: Annotated[bool, typer.Option("--hour", help="Lock the hour.")] = False,
    manager: Annotated[bool, typer.Option("--manager", help="Lock the manager.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Lock all three. [default when none is named]")
    ] = False,
    book: BookOption = None,
    tiles: TilesOption = TileChoice.none,
    lang: LangOption = None,
) -> None:
    """Fix a planned visit where it stands, for every re-plan to come."""
    from routeplan.replan.locks import lock as fix
    from routeplan.replan.locks import parse_visit
    from routeplan.workspace.folder import load_plan

    texts = texts_in(lang)
    client_id, date = parse_visit(visit)
    whole = everything or not (day or hour or manager)
    plan = load_plan(folder)
    locked = fix(
        plan, client_id, date, day=day or whole, hour=hour or whole, manager=manager or whole
    )
    _save(locked, folder, book, tiles, texts)


@app.command()
def unlock(
    folder: FolderArgument,
    visit: Annotated[
        str | None, typer.Argument(help="CLIENT, or CLIENT@DATE; without it: every lock.")
    ] = None,
    book: BookOption = None,
    tiles: TilesOption = TileChoice.none,
    lang: LangOption = None,
) -> None:
    """Let a visit move again."""
    from routeplan.replan.locks import parse_visit
    from routeplan.replan.locks import unlock as loosen
    from routeplan.workspace.folder import load_plan

    texts = texts_in(lang)
    client_id, date = parse_visit(visit) if visit else (None, None)
    _save(loosen(load_plan(folder), client_id, date), folder, book, tiles, texts)


def _save(plan: Plan, folder: Path, book: Path | None, tiles: TileChoice, texts: Texts) -> None:
    """As a version of its own, whose routes and proof are those of the plan before."""
    from routeplan.outputs.locks import locks_report
    from routeplan.workspace.folder import map_ground
    from routeplan.workspace.save import save_plan

    place = book or book_of(plan, folder)
    saved = save_plan(
        plan,
        folder,
        texts,
        book=place,
        solved=proof_there(folder, plan),
        tiles=tiles.value,
        ground=map_ground(plan.origin.settings.travel, place),
    )
    to_out().print(locks_report(plan, texts))
    typer.echo(saved_words(saved, folder, texts))
