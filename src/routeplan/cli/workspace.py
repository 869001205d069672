"""Commands about what is kept: history, show, diff, undo, redo, backup, restore, export, forget."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import print_json, texts_in, to_out, written_to
from routeplan.cli.options import (
    BookOption,
    FolderArgument,
    JsonOption,
    LangOption,
    TileChoice,
    TilesOption,
)

__all__ = ["backup", "diff", "export", "forget", "history", "redo", "restore", "show", "undo"]

if TYPE_CHECKING:
    from routeplan.language import Texts
    from routeplan.workspace.save import Saved

WhereArgument = Annotated[
    Path, typer.Argument(help="The --out folder of a plan, the book, or a backup.")
]


@app.command()
def history(
    where: WhereArgument,
    book: BookOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """List every version of every plan, with what made it."""
    from routeplan.outputs.history import history_report
    from routeplan.workspace.history import history as listed
    from routeplan.workspace.history import standing_version, store_at

    texts = texts_in(lang)
    store = store_at(where, book)
    versions = listed(store)
    if json_output:
        found = [version.model_dump() for version in versions]
        print_json(json.dumps(found, ensure_ascii=False, indent=1))
        return
    standing = standing_version(store, where) if where.is_dir() else None
    to_out().print(history_report(versions, texts, standing=standing))


@app.command()
def show(
    where: WhereArgument,
    version: Annotated[int, typer.Argument(help="Its number in the history.")],
    book: BookOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Print the plan of any version."""
    from routeplan.outputs.terminal import plan_report
    from routeplan.workspace.history import content_of, plan_of, store_at

    texts = texts_in(lang)
    store = store_at(where, book)
    if json_output:
        typer.echo(content_of(store, version))
    else:
        to_out().print(plan_report(plan_of(store, version), texts))


@app.command()
def diff(
    where: WhereArgument,
    before: Annotated[int, typer.Argument(help="Number of a version.")],
    after: Annotated[int, typer.Argument(help="Number of another.")],
    book: BookOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say what one version does otherwise than another."""
    from routeplan.outputs.terminal import diff_report
    from routeplan.workspace.history import diff_versions, store_at

    texts = texts_in(lang)
    found = diff_versions(store_at(where, book), before, after)
    if json_output:
        print_json(found.model_dump_json(indent=1))
    else:
        to_out().print(diff_report(found, texts, versions=(before, after)))


@app.command()
def undo(
    folder: FolderArgument,
    to: Annotated[
        int | None, typer.Option("--to", help="Bring back this version, whichever it is.")
    ] = None,
    book: BookOption = None,
    tiles: TilesOption = TileChoice.none,
    lang: LangOption = None,
) -> None:
    """Bring back the version before the one in the folder; nothing is lost."""
    from routeplan.workspace.history import undo as go_back

    texts = texts_in(lang)
    _tell(go_back(folder, texts, to=to, book=book, tiles=tiles.value), folder, texts)


@app.command()
def redo(
    folder: FolderArgument,
    book: BookOption = None,
    tiles: TilesOption = TileChoice.none,
    lang: LangOption = None,
) -> None:
    """Bring back the newest version made from the one in the folder."""
    from routeplan.workspace.history import redo as go_on

    texts = texts_in(lang)
    _tell(go_on(folder, texts, book=book, tiles=tiles.value), folder, texts)


@app.command()
def backup(
    where: WhereArgument,
    file: Annotated[Path, typer.Argument(help="The copy to write; it must not be there yet.")],
    book: BookOption = None,
    lang: LangOption = None,
) -> None:
    """Copy the workspace into one file, and check the copy."""
    from routeplan.store.backup import back_up
    from routeplan.workspace.history import store_at

    texts = texts_in(lang)
    back_up(store_at(where, book), file)
    typer.echo(texts("workspace.backed_up", file=str(file)))


@app.command()
def restore(
    where: Annotated[Path, typer.Argument(help="The --out folder of a plan, or the book.")],
    file: Annotated[Path, typer.Argument(help="A backup.")],
    book: BookOption = None,
    lang: LangOption = None,
) -> None:
    """Make the workspace what a backup holds; the replaced one is kept beside it."""
    from routeplan.store.backup import restore as put_back
    from routeplan.store.database import database_path
    from routeplan.workspace.history import book_at

    texts = texts_in(lang)
    kept = put_back(database_path(book_at(where, book)), file)
    typer.echo(texts("workspace.restored", file=str(file)))
    if kept:
        typer.echo(texts("workspace.replaced_kept", file=str(kept)))


@app.command()
def export(
    where: WhereArgument,
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    book: BookOption = None,
    lang: LangOption = None,
) -> None:
    """Write everything that is kept as CSV and JSON."""
    from routeplan.workspace.export import export as write
    from routeplan.workspace.history import store_at

    texts = texts_in(lang)
    written = write(store_at(where, book), folder)
    typer.echo(texts("workspace.exported", n=len(written), folder=str(folder)))


@app.command()
def forget(
    where: WhereArgument,
    client: Annotated[str, typer.Argument(help="The client's id, gone from the book already.")],
    book: BookOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what speaks of the client.")
    ] = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Take a client out of all that is kept; there is no way back."""
    from routeplan.workspace.forget import forget as take_out

    texts = texts_in(lang)
    found = take_out(where, client, texts, book=book, dry_run=dry_run)
    if json_output:
        print_json(found.model_dump_json(indent=1))
        return
    told = "workspace.would_forget" if dry_run else "workspace.forgot"
    typer.echo(texts(told, client=client, versions=found.versions, records=found.records))
    for folder in found.folders:
        typer.echo(texts("workspace.folder_renewed", folder=_near(folder)))
    if found.left:
        typer.echo(texts("workspace.still_told"), err=True)
        for name in found.left:
            typer.echo(f"  {_near(name)}", err=True)
    if not dry_run:
        typer.echo(texts("workspace.yours"))


def _near(name: str) -> str:
    """A path as it is seen from here, where it lies below."""
    path = Path(name)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _tell(saved: Saved, folder: Path, texts: Texts) -> None:
    typer.echo(texts("workspace.stands", folder=str(folder), version=saved.version))
    typer.echo(written_to(saved, texts))
