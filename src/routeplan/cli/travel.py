"""Commands about travel: hours, roads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import settings_of, texts_in, travelling
from routeplan.cli.options import BookArgument, LangOption, SettingsOption, TravelOption

__all__ = ["hours", "roads", "roads_build"]


@app.command()
def hours(
    book: BookArgument,
    out: Annotated[Path, typer.Option("--out", help="CSV of hour factors to write.")],
    travel: TravelOption = None,
    settings: SettingsOption = None,
    lang: LangOption = None,
) -> None:
    """Learn how slow which hour is from the minutes on the way in the visit records."""
    from routeplan.book.read import read_book
    from routeplan.outputs.files import write_atomically
    from routeplan.pipeline import open_travel
    from routeplan.travel.choose import with_hours
    from routeplan.travel.hours_file import hours_csv
    from routeplan.travel.learn import learn_hours

    texts = texts_in(lang)
    chosen = travelling(settings_of(settings, book), travel, book)
    before = with_hours(chosen.travel, book if book.is_dir() else book.parent)
    chosen = chosen.model_copy(update={"travel": before})
    known = read_book(book)
    with open_travel(before, known, book) as source:
        learned = learn_hours(known, source, chosen)
    write_atomically(out, hours_csv(learned))
    ways = sum(hour.ways for hour in learned)
    typer.echo(texts("terminal.hours_learned", n=ways, path=str(out)))


roads = typer.Typer(
    help="Roads of a city for real travel times and a map with streets.", no_args_is_help=True
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
