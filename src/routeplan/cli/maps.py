"""Commands about the map of a plan: map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import book_of, texts_in
from routeplan.cli.options import BookOption, FolderArgument, LangOption, TileChoice, TilesOption
from routeplan.errors import RouteplanError, WorkspaceError
from routeplan.language import message

__all__ = ["plan_map"]

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
    from routeplan.workspace.folder import load_plan, map_ground, require_folder
    from routeplan.workspace.history import plan_replanned

    texts = texts_in(lang)
    plan = load_plan(folder)
    home = folder if folder.is_dir() else folder.parent
    require_folder(home)
    browser = browser_path() if png else ""
    if book is not None and not book.exists():
        raise WorkspaceError("RP7005", message("error.book_moved", book=str(book)))
    # What only book and history know is left off where they are gone.
    ground = before = None
    try:
        place = book or book_of(plan, folder)
        ground = map_ground(plan.origin.settings.travel, place)
        before = plan_replanned(home, place)
    except RouteplanError:
        pass
    page = home / "map.html"
    made = map_html(plan, texts, tiles=tiles.value, ground=ground, before=before)
    write_atomically(page, made)
    typer.echo(page)
    if png is not None:
        take_picture(browser, page, png, WINDOW)
        typer.echo(png)
