"""Commands about the map of a plan: map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import book_of, texts_in, to_err
from routeplan.cli.options import BookOption, FolderArgument, LangOption, TileChoice, TilesOption
from routeplan.errors import RouteplanError, WorkspaceError
from routeplan.language import Message, message

__all__ = ["plan_map"]

if TYPE_CHECKING:
    from routeplan.plan.plan import Plan
    from routeplan.travel.background import MainRoads

WINDOW = (1600, 1000)
"""Pixels of the picture."""


@app.command("map")
def plan_map(
    folder: FolderArgument,
    png: Annotated[
        Path | None, typer.Option("--png", help="Also a picture of it, by Chromium.")
    ] = None,
    book: BookOption = None,
    tiles: TilesOption = TileChoice.none,
    lang: LangOption = None,
) -> None:
    """Write the map of a plan anew, and a picture of it."""
    from routeplan.outputs.files import write_atomically
    from routeplan.outputs.pdf import browser_path, take_picture
    from routeplan.outputs.plan_map import map_html
    from routeplan.workspace.folder import load_plan, require_folder

    texts = texts_in(lang)
    plan = load_plan(folder)
    home = folder if folder.is_dir() else folder.parent
    require_folder(home)
    browser = browser_path() if png else ""
    if book is not None and not book.exists():
        raise WorkspaceError("RP7005", message("error.book_moved", book=str(book)))
    ground, before, missing = _known_besides(plan, home, book)
    for note in missing:
        to_err().print(texts.render(note))
    page = home / "map.html"
    made = map_html(plan, texts, tiles=tiles.value, ground=ground, before=before)
    write_atomically(page, made)
    typer.echo(page)
    if png is not None:
        take_picture(browser, page, png, WINDOW)
        typer.echo(png)


def _known_besides(
    plan: Plan, home: Path, book: Path | None
) -> tuple[MainRoads | None, Plan | None, list[Message]]:
    """What only the book and the history know, the roads below and the plan before; and notes of
    what is left off because they are gone."""
    from routeplan.workspace.folder import map_ground
    from routeplan.workspace.history import plan_replanned

    ground = before = None
    missing = []
    try:
        ground = map_ground(plan.origin.settings.travel, book or book_of(plan, home))
    except RouteplanError as error:
        if plan.origin.settings.travel.roads.tiles:
            missing.append(message("map.without_ground", why=error.message))
    try:
        before = plan_replanned(home, book or book_of(plan, home))
    except RouteplanError as error:
        if plan.origin.now is not None:
            missing.append(message("map.without_before", why=error.message))
    return ground, before, missing
