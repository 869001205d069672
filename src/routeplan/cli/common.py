"""What commands need besides their options: where they print, what a day or a path means."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from routeplan.cli.options import EngineChoice, Language
from routeplan.errors import UsageError, WorkspaceError
from routeplan.language import Texts, message, user_language

__all__ = [
    "announce_compiling",
    "book_of",
    "calendar_of",
    "clock_of",
    "day_of",
    "horizon_of",
    "known_book",
    "print_json",
    "proof_there",
    "relative_to",
    "require_managers",
    "saved_words",
    "settings_of",
    "texts_in",
    "to_err",
    "to_out",
    "travelling",
    "written_to",
]

if TYPE_CHECKING:
    from routeplan.book.models import Book
    from routeplan.config import Settings
    from routeplan.due.models import Horizon
    from routeplan.plan.plan import Plan
    from routeplan.solve.result import Solved
    from routeplan.workdays import WorkCalendar
    from routeplan.workspace.save import Saved


def print_json(text: str) -> None:
    """As UTF-8, whatever the encoding of the terminal."""
    typer.echo(text.encode())


def texts_in(lang: Language | None) -> Texts:
    return Texts(lang.value if lang else user_language())


def to_out() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def to_err() -> Console:
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def horizon_of(week: str | None, weeks: int) -> Horizon:
    from routeplan.due.models import Horizon
    from routeplan.pipeline import monday_of, next_week

    if week is None:
        first = next_week(dt.date.today()).first  # noqa: DTZ011 the user's own calendar day
    else:
        try:
            first = monday_of(dt.date.fromisoformat(week))
        except (ValueError, OverflowError) as error:
            raise UsageError("RP4003", message("error.date", text=week)) from error
        if not 2000 <= first.year <= 2100:
            raise UsageError("RP4003", message("error.date", text=week))
    return Horizon(first=first, weeks=weeks)


def day_of(text: str) -> dt.date:
    """The day that is meant; today for ''. Raises UsageError."""
    try:
        day = dt.date.fromisoformat(text) if text else dt.date.today()  # noqa: DTZ011 the user's own
    except ValueError as error:
        raise UsageError("RP4003", message("error.date", text=text)) from error
    if not 2000 <= day.year <= 2100:
        raise UsageError("RP4003", message("error.date", text=text))
    return day


def clock_of(now: str | None) -> dt.datetime:
    if now is None:
        return dt.datetime.now().replace(second=0, microsecond=0)  # noqa: DTZ005 local wall clock
    try:
        clock = dt.datetime.fromisoformat(now)
    except ValueError as error:
        raise UsageError("RP4004", message("error.clock", text=now)) from error
    return clock.replace(tzinfo=None)


def settings_of(given: Path | None, book: Path) -> Settings:
    from routeplan.config import Settings, read_settings

    beside = (book if book.is_dir() else book.parent) / "routeplan.toml"
    path = given or (beside if beside.exists() else None)
    return read_settings(path) if path else Settings()


def travelling(settings: Settings, travel: list[str] | None, book: Path) -> Settings:
    """The settings with the sources of travel that `--travel` names."""
    from routeplan.travel.choose import parse_travel

    if not travel:
        return settings
    folder = book if book.is_dir() else book.parent
    return settings.model_copy(update={"travel": parse_travel(travel, settings.travel, folder)})


def calendar_of(given: Path | None) -> WorkCalendar:
    from routeplan.workdays import WorkCalendar, read_calendar

    return read_calendar(given) if given else WorkCalendar()


def known_book(path: Path, texts: Texts) -> Book:
    """The book with the records noted for it; where the two disagree is said."""
    from routeplan.outputs.folding import Text
    from routeplan.outputs.terminal import visible
    from routeplan.workspace.records import recorded_book

    recorded = recorded_book(path)
    for note in recorded.notes:
        to_err().print(Text(visible(texts.render(note))))
    return recorded.book


def require_managers(book: Book, ids: Sequence[str]) -> None:
    """Raises UsageError for managers that the book does not have."""
    if unknown := sorted(set(ids) - set(book.manager_by_id)):
        known = sorted(book.manager_by_id)
        raise UsageError("RP4002", message("error.manager", ids=unknown, known=known))


def announce_compiling(engine: EngineChoice, texts: Texts, *, quiet: bool) -> None:
    if engine is EngineChoice.columns and not quiet:
        from routeplan.solve.column_generation.compile import is_compiled

        if not is_compiled():
            typer.echo(texts("terminal.compiling"), err=True)


def book_of(plan: Plan, folder: Path) -> Path:
    """Where the plan found its book, seen from its folder."""
    path = Path(os.path.normpath((folder if folder.is_dir() else folder.parent) / plan.origin.book))
    if not path.exists():
        raise WorkspaceError("RP7005", message("error.book_moved", book=str(path)))
    return path


def relative_to(book: Path, out: Path) -> str:
    """The book's path as the plan's folder sees it, so that both can be moved together."""
    try:
        return Path(os.path.relpath(book.resolve(), out.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return str(book)


def proof_there(folder: Path, plan: Plan | None = None) -> Solved | None:
    """The proof of the plan in a folder, where it has one that can be used; `plan` where known."""
    from routeplan.errors import CheckError, FileError
    from routeplan.workspace.folder import load_proof

    try:
        return load_proof(folder, plan)
    except (CheckError, FileError, WorkspaceError):
        return None


def saved_words(saved: Saved, folder: Path, texts: Texts) -> str:
    """Where the plan stands in the history, and how to go back."""
    if saved.version is None:
        return texts("workspace.no_history")
    if saved.before is None:
        return texts("workspace.kept", version=saved.version)
    where = {"folder": str(folder), "before": saved.before}
    return texts("workspace.kept_after", version=saved.version, **where)


def written_to(saved: Saved, texts: Texts) -> str:
    """Where the files are that people look at."""
    folder = saved.plan.parent
    return texts(
        "terminal.written",
        map=str(saved.map),
        workbook=str(saved.workbook),
        days=str(folder / "days"),
        calendars=str(folder / "calendar"),
    )
