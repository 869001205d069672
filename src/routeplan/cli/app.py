"""The Typer application that each module of commands adds to."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from routeplan.version import __version__

__all__ = ["SECTIONS", "app"]

SECTIONS = {
    "Every week": ("init", "check", "geocode", "due", "plan", "map", "sheets"),
    "Every morning": ("today", "replan", "whatif", "offer", "accept", "tell", "notices"),
    "What stays": ("lock", "unlock"),
    "What came of it": ("record", "records", "coverage", "learn", "import-calendar"),
    "Earlier versions": ("history", "show", "diff", "undo", "redo"),
    "Kept beside the book": ("backup", "restore", "export", "forget"),
    "Roads, proofs and files": ("roads", "solve", "verify", "schema"),
}
"""Commands as `routeplan --help` lists them."""


class _Sections(TyperGroup):
    """Lists the commands by section, each with the first clause of its help."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  Click's signature
        width = max(len(name) for name in self.commands)
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (name.ljust(width), re.split("[.;:]", self.commands[name].help or "")[0])
                        for name in names
                    ]
                )


app = typer.Typer(
    name="routeplan",
    cls=_Sections,
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
