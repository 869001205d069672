"""The Typer application that each module of commands adds to."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from routeplan.cli.options import LangOption
from routeplan.version import __version__

__all__ = ["SECTIONS", "CommandGroup", "app", "first_clause"]

SECTIONS = {
    "Every week": ("init", "check", "geocode", "due", "plan", "map", "sheets"),
    "Every morning": ("today", "replan", "whatif", "offer", "accept", "tell", "notices"),
    "What stays": ("lock", "unlock"),
    "What came of it": ("record", "records", "coverage", "report", "learn", "import-calendar"),
    "Earlier versions": ("history", "show", "diff", "undo", "redo"),
    "Kept beside the book": ("backup", "restore", "export", "forget"),
    "Roads, proofs and files": ("roads", "solve", "verify", "schema"),
}
"""Commands as `routeplan --help` lists them."""


def first_clause(text: str) -> str:
    """What a list of commands says of each."""
    return re.split(r"[.;:](?:\s|$)|[。；：]", text)[0]


class CommandGroup(TyperGroup):
    """Lists its commands, each with the first clause of its help."""

    def sections(self) -> dict[str, tuple[str, ...]]:
        return {"Commands": tuple(self.commands)}

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  Click's signature
        width = max(len(name) for name in self.commands)
        for title, names in self.sections().items():
            with formatter.section(title):
                formatter.write_dl(
                    [
                        (name.ljust(width), first_clause(self.commands[name].help or ""))
                        for name in names
                    ]
                )


class _Sections(CommandGroup):
    def sections(self) -> dict[str, tuple[str, ...]]:
        return SECTIONS


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
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    lang: LangOption = None,
) -> None:
    if version:
        typer.echo(f"routeplan {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
    ctx.default_map = _in_language(ctx.command, lang.value) if lang else None


def _in_language(group: Any, lang: str) -> dict[str, Any]:
    """Defaults of all commands: what is asked for before a command's name holds for it."""
    below = {
        name: _in_language(command, lang)
        for name, command in getattr(group, "commands", {}).items()
    }
    return {"lang": lang, **below}
