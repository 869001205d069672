"""Help and usage errors in Chinese.

The English texts stand in the code and in Typer; `help.zh.po` beside this file has each with its
Chinese. What Typer puts together is found by its pattern ("Option {name} requires an argument.").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import typer
from babel.messages.pofile import read_po
from rich.cells import cell_len

from routeplan.cli.app import first_clause
from routeplan.language.folding import folded

__all__ = ["help_texts", "in_chinese", "match", "usage_error"]

UsageError: Any = typer.BadParameter.__bases__[0]
"""Of a call that makes no sense; Typer gives this class no name of its own."""
WIDEST_FIRST = 34
"""Cells of the first column of a list at most."""


@cache
def help_texts() -> dict[str, str]:
    """English → Chinese, of each text and of its first clause."""
    with (resources.files("routeplan.cli") / "help.zh.po").open("rb") as stream:
        entries = read_po(stream, locale="zh")
    texts = {str(entry.id): str(entry.string) for entry in entries if entry.id}
    return {first_clause(one): first_clause(text) for one, text in texts.items()} | texts


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """What Typer fills in is `{name}` in the catalogue; the longest is tried first."""
    return [
        (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(text)), re.DOTALL), text)
        for text in sorted(help_texts(), key=len, reverse=True)
        if "{" in text
    ]


def match(text: str) -> tuple[str, dict[str, str]] | None:
    """The entry that a text of the command line is made from, and what fills it."""
    if text in help_texts():
        return text, {}
    for pattern, entry in _patterns():
        if found := pattern.fullmatch(text):
            return entry, found.groupdict()
    return None


def translated(text: str) -> str:
    """In Chinese; a text that has none stays as it is."""
    if found := match(text):
        entry, filled = found
        if "why" in filled:
            filled["why"] = translated(filled["why"])
        if "others" in filled:  # 'plan', 'replan'
            filled["others"] = "、".join(re.findall(r"[^\s',]+", filled["others"]))
        return help_texts()[entry].format_map(filled) if filled else help_texts()[entry]
    return text


def in_chinese(command: Any) -> Any:
    """The command and those below it, with help in Chinese."""
    command.context_class = _Context
    for below in getattr(command, "commands", {}).values():
        in_chinese(below)
    return command


def usage_error(error: Any) -> str:
    """What is wrong with a call, after its usage and where to look for help."""
    said = error.format_message()
    if error.ctx is None:
        return f"错误：{translated(said)}"
    if said == error.ctx.get_help():  # called without arguments
        return str(said)
    usage, command = error.ctx.get_usage(), error.ctx.command_path
    return f"{usage}\n用 {command} --help 查看帮助。\n\n错误：{translated(said)}"


_HelpFormatter: Any = typer.Context.formatter_class


class _Formatter(_HelpFormatter):  # type: ignore[misc]
    """Lays help out by the cells that Chinese takes on a terminal, translating all it is given."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        words = [translated(word) for word in args.split()]
        super().write_usage(prog, " ".join(words), prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{' ' * self.current_indent}{translated(heading)}：\n")

    def write_text(self, text: str) -> None:
        paragraphs = [translated(" ".join(part.split())) for part in text.split("\n\n")]
        indent = " " * self.current_indent
        for number, paragraph in enumerate(paragraphs):
            if number:
                self.write("\n")
            for line in folded(paragraph, self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = WIDEST_FIRST, col_spacing: int = 2
    ) -> None:
        shown = [(_named(first), second) for first, second in rows]
        wide = min(max(cell_len(first) for first, _ in shown), col_max) + col_spacing
        indent = " " * self.current_indent
        for first, second in shown:
            lines = _explained(second, self.width - wide - self.current_indent)
            if cell_len(first) + col_spacing > wide:
                lines = ["", *lines]
            gap = " " * (wide - cell_len(first))
            text = f"\n{indent}{' ' * wide}".join(lines)
            self.write(f"{indent}{first}{gap}{text}".rstrip() + "\n")


class _Context(typer.Context):
    formatter_class = _Formatter


def _named(first: str) -> str:
    """'--week <str>': the kind of value in Chinese."""
    return re.sub(r"<[^>]+>", lambda kind: translated(kind[0]), first)


def _explained(second: str, width: int) -> list[str]:
    """'How many weeks.  [default: 1; 1<=x<=8]': the text, and what Typer adds, on lines."""
    text, _, extra = second.partition("  [")
    said = translated(text)
    if extra:
        extras = "；".join(translated(part) for part in extra.removesuffix("]").split("; "))
        said += f"[{extras}]"
    text, bracket, rest = said.partition("[")
    if not bracket:
        return folded(said, width)
    # A default is not broken where it can stand on a line of its own.
    lines = folded(text, width)
    if cell_len(lines[-1]) + cell_len(bracket + rest) <= width:
        lines[-1] += bracket + rest
        return lines
    return [*lines, *folded(bracket + rest, width)]
