"""Commands about travel: roads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import CommandGroup, app
from routeplan.cli.common import texts_in
from routeplan.cli.options import LangOption

__all__ = ["roads", "roads_build"]


roads = typer.Typer(
    cls=CommandGroup,
    help="Roads of a city for real travel times and a map with streets.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(roads, name="roads")


@roads.command("build")
def roads_build(
    extract: Annotated[Path, typer.Argument(help="An OpenStreetMap extract, CITY.osm.pbf.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the roads. [default: CITY-roads beside it]"),
    ] = None,
    lang: LangOption = None,
) -> None:
    """Build the roads of a city, once, for --travel roads:FOLDER."""
    from routeplan.travel.roads_build import build_roads, default_folder

    texts = texts_in(lang)
    folder = out or default_folder(extract)
    box = build_roads(extract, folder).manifest.box.model_dump()
    edges = {name: f"{degrees:.2f}" for name, degrees in box.items()}
    typer.echo(texts("terminal.roads_built", folder=str(folder), **edges))
