"""The Typer application that each module of commands adds to."""

from __future__ import annotations

from typing import Annotated

import typer

from routeplan.version import __version__

__all__ = ["app"]


app = typer.Typer(
    name="routeplan",
    help="Who is due, the best daily routes, a map, and re-plans that change little.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"routeplan {__version__}")
        raise typer.Exit
