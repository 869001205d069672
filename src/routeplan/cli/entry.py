"""The entry point: runs a command, reports an error in one sentence, gives the exit code."""

from __future__ import annotations

import copy
import gc
import io
import itertools
import signal
import sys
from typing import Any, NoReturn

import typer

from routeplan.cli.app import app
from routeplan.cli.common import texts_in, to_err
from routeplan.cli.options import Language
from routeplan.errors import BookError, CheckError, RouteplanError

__all__ = ["main"]


def main() -> NoReturn:
    """Entry point of the `routeplan` command, which has the process to itself: streams, signals and
    garbage collection are set for it alone."""
    # Nearly all that a command makes lives to its end, and hardly any of it in cycles: searching
    # it for them again and again took a tenth of the time, and once more at the very end.
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    for stream in (sys.stdout, sys.stderr):
        # Where the encoding lacks Chinese, names must neither end a run nor turn into ???.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=_with_chinese(stream.encoding), errors="replace")
    if hasattr(signal, "SIGPIPE"):
        # `| head` ends a run as it ends other programs, not as an error of ours.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        sys.exit(_run())
    except RouteplanError as error:
        sys.exit(_report(error))
    finally:
        gc.freeze()


def _run() -> Any:
    """Runs the command that is asked for; its exit code, where it is not 0."""
    command = _commands()
    if texts_in(_language_asked()).language == "en":
        return command()
    from routeplan.cli.chinese import UsageError, in_chinese, usage_error

    try:
        return in_chinese(command)(standalone_mode=False)
    except UsageError as error:
        typer.echo(usage_error(error), err=True)
        return error.exit_code
    except typer.Abort:
        return 1


def _commands() -> Any:
    """Click's table of commands. Where the first word is the name of one, only that one stands in
    it: making all of them takes longer than reading a plan."""
    table = copy.copy(app)
    asked = [info for info in app.registered_commands if _name(info) in sys.argv[1:2]]
    if asked:
        table.registered_commands, table.registered_groups = asked, []
    return typer.main.get_command(table)


def _name(info: Any) -> str:
    """Of a command; Typer's own rule where none was given."""
    return info.name or typer.main.get_command_name(info.callback.__name__)


def _with_chinese(encoding: str) -> str:
    try:
        "客户".encode(encoding)
    except UnicodeEncodeError:
        return "utf-8"
    return encoding


def _report(error: RouteplanError) -> int:
    from routeplan.outputs.terminal import faults_report, visible

    texts = texts_in(_language_asked())
    if isinstance(error, BookError) and error.faults:
        to_err().print(faults_report(error.faults, texts))
    typer.echo(f"{error.code}: {visible(texts.render(error.message))}", err=True)
    if isinstance(error, CheckError):
        typer.echo(texts("error.please_report"), err=True)
    return error.exit_code


def _language_asked() -> Language | None:
    """The last --lang of the command line, for what is said before or outside a command."""
    words = sys.argv[1:]
    asked = None
    for word, following in itertools.zip_longest(words, words[1:], fillvalue=""):
        value = following if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and value in Language.__members__:
            asked = Language(value)
    return asked
