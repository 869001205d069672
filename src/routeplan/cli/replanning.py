"""Commands about what would change and who has to know: whatif, offer, accept, tell, notices."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import (
    announce_compiling,
    book_of,
    clock_of,
    known_book,
    print_json,
    proof_there,
    saved_words,
    texts_in,
    to_err,
    to_out,
    travelling,
)
from routeplan.cli.event_options import (
    BackOption,
    CancelOption,
    DelayOption,
    DoneOption,
    EventsOption,
    FreezeOption,
    HoursOption,
    LateOption,
    MovedOption,
    NotMetOption,
    OffOption,
    OverrunOption,
    TakesOption,
    UrgentOption,
    given_events,
    with_recorded,
)
from routeplan.cli.options import (
    AdjustOption,
    BookOption,
    EngineChoice,
    EngineOption,
    FolderArgument,
    JsonOption,
    LangOption,
    MaxChangesOption,
    NowOption,
    QuietOption,
    SeedOption,
    TileChoice,
    TilesOption,
    TimeOption,
    TravelOption,
)
from routeplan.errors import UsageError, WorkspaceError
from routeplan.language import message

__all__ = ["accept", "notices", "offer", "tell", "whatif"]

if TYPE_CHECKING:
    from rich.console import RenderableType

    from routeplan.book.models import Book
    from routeplan.config import Settings
    from routeplan.language import Texts
    from routeplan.plan.plan import Plan
    from routeplan.travel.source import TravelSource

ClientArgument = Annotated[str, typer.Argument(help="The client's id.")]


@dataclass(frozen=True)
class _World:
    """What a re-plan of a folder's plan starts from."""

    plan: Plan
    place: Path
    """Of the book."""
    book: Book
    settings: Settings
    travel: TravelSource
    now: dt.datetime


@contextmanager
def _world(
    folder: Path, book: Path | None, travel: list[str] | None, now: str | None, texts: Texts
) -> Iterator[_World]:
    from routeplan.pipeline import open_travel
    from routeplan.workspace.folder import load_plan

    plan = load_plan(folder)
    clock = clock_of(now)
    place = book or book_of(plan, folder)
    settings = travelling(plan.origin.settings, travel, place)
    known = known_book(place, texts)
    with open_travel(settings.travel, known, place, plan.origin.calendar) as source:
        yield _World(plan, place, known, settings, source, clock)


@app.command()
def whatif(
    folder: FolderArgument,
    cancel: CancelOption = None,
    not_met: NotMetOption = None,
    moved: MovedOption = None,
    late: LateOption = None,
    overrun: OverrunOption = None,
    urgent: UrgentOption = None,
    done: DoneOption = None,
    hours: HoursOption = None,
    off: OffOption = None,
    back: BackOption = None,
    delay: DelayOption = None,
    takes: TakesOption = None,
    events: EventsOption = None,
    freeze: FreezeOption = None,
    adjust: AdjustOption = None,
    max_changes: MaxChangesOption = None,
    choices: Annotated[
        bool, typer.Option("--choices", help="What more changes would buy, as a table.")
    ] = False,
    fit: Annotated[
        str | None, typer.Option("--fit", help="What would bring this client in, with its cost.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for a map of before and after.")
    ] = None,
    now: NowOption = None,
    book: BookOption = None,
    travel: TravelOption = None,
    seed: SeedOption = None,
    time_limit: TimeOption = None,
    engine: EngineOption = EngineChoice.columns,
    tiles: TilesOption = TileChoice.none,
    quiet: QuietOption = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show what events would change, and save nothing.

    Takes the events as replan does. With --choices or --fit: what one could choose.
    """
    from routeplan.outputs.replanning import choices_report, fit_report, side_by_side
    from routeplan.outputs.terminal import SearchDisplay, diff_report
    from routeplan.problem.adjust import parse_adjustment
    from routeplan.replan.choices import choices_of, efficient_choices
    from routeplan.replan.diff import diff_plans
    from routeplan.replan.relax import relaxations
    from routeplan.replan.replan import prepare_replan, replan
    from routeplan.solve.result import Engine
    from routeplan.solve.stop import StopRule
    from routeplan.workspace.folder import map_ground, require_folder

    texts = texts_in(lang)
    if bool(choices) + (fit is not None) + (max_changes is not None) > 1:
        raise UsageError("RP4076", message("choices.no_choice"))
    happened = given_events(
        {
            "cancel": cancel,
            "not-met": not_met,
            "moved": moved,
            "late": late,
            "overrun": overrun,
            "urgent": urgent,
            "done": done,
            "hours": hours,
            "off": off,
            "back": back,
            "delay": delay,
            "takes": takes,
        },
        events,
    )
    wishes = tuple(parse_adjustment(text) for text in adjust or ())
    if out is not None:
        require_folder(out)
    if time_limit or choices or fit is not None or max_changes is not None:
        announce_compiling(engine, texts, quiet=quiet)
    with (
        _world(folder, book, travel, now, texts) as world,
        SearchDisplay(texts, to_err(), quiet=quiet) as display,
    ):
        before = world.plan

        def changes(after: Plan) -> RenderableType:
            return diff_report(diff_plans(before, after), texts, proof=after.proof)

        happened = with_recorded(happened, before, world.book, world.now, texts)
        stop = StopRule(seconds=time_limit or world.settings.solver.time_limit)
        names = {client.id: client.name for client in world.book.clients}
        if fit is not None:
            if happened or wishes:
                before = replan(
                    before,
                    world.book,
                    happened,
                    world.now,
                    freeze=freeze,
                    settings=world.settings,
                    travel=world.travel,
                    adjustments=wishes,
                    stop=stop,
                    seed=seed,
                    engine=Engine(engine.value),
                    progress=display.update,
                )
            found = relaxations(
                before,
                world.book,
                world.now,
                fit,
                settings=world.settings,
                travel=world.travel,
                stop=stop,
                seed=seed,
                engine=Engine(engine.value),
            )
            if json_output:
                print_json(_json([item.model_dump(mode="json") for item in found]))
            else:
                to_out().print(fit_report(found, fit, names, texts))
            return
        if choices:
            opened = prepare_replan(
                before,
                world.book,
                happened,
                world.now,
                freeze=freeze,
                settings=world.settings,
                travel=world.travel,
                adjustments=wishes,
            )
            frontier = efficient_choices(
                opened,
                stop=stop,
                seed=seed,
                engine=Engine(engine.value),
                progress=display.update,
            )
            table = choices_of(opened, frontier)
            if json_output:
                print_json(table.model_dump_json(indent=1))
            else:
                to_out().print(choices_report(table, names, texts))
            return
        after = replan(
            before,
            world.book,
            happened,
            world.now,
            freeze=freeze,
            settings=world.settings,
            travel=world.travel,
            adjustments=wishes,
            stop=StopRule(seconds=time_limit) if time_limit else None,
            max_changes=max_changes,
            seed=seed,
            engine=Engine(engine.value),
            progress=display.update,
            earlier=proof_there(folder, before),
            on_first=(lambda first: display.show(changes(first))) if display.is_live else None,
        )
        ground = None if out is None else map_ground(world.settings.travel, world.place)
    diff = diff_plans(before, after)
    written: list[str] = []
    if out is not None:
        from routeplan.outputs.files import write_atomically
        from routeplan.outputs.plan_map import map_html

        page = map_html(after, texts, tiles=tiles.value, ground=ground, before=before, compare=True)
        for name, content in (
            ("map.html", page),
            ("changes.json", diff.model_dump_json(indent=1)),
        ):
            write_atomically(out / name, content)
            written.append(str(out / name))
    if json_output:
        print_json(diff.model_dump_json(indent=1))
        return
    if not quiet:
        to_out().print(side_by_side(before, after, texts))
    to_out().print(changes(after))
    if written:
        typer.echo(texts("choices.wrote", files=written))
    typer.echo(texts("choices.not_saved"))


@app.command()
def offer(
    folder: FolderArgument,
    client: ClientArgument,
    now: NowOption = None,
    book: BookOption = None,
    travel: TravelOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Two or three hours to offer a client, with what each costs the week."""
    from routeplan.outputs.replanning import offer_sentence, offers_report
    from routeplan.outputs.terminal import visible
    from routeplan.replan.offer import offers_of
    from routeplan.replan.replan import prepare_replan

    texts = texts_in(lang)
    with _world(folder, book, travel, now, texts) as world:
        opened = prepare_replan(
            world.plan,
            world.book,
            with_recorded((), world.plan, world.book, world.now, texts),
            world.now,
            settings=world.settings,
            travel=world.travel,
        )
        offers = offers_of(opened, client)
    if json_output:
        print_json(_json([item.model_dump(mode="json") for item in offers]))
        return
    to_out().print(offers_report(offers, client, world.plan, world.book, texts))
    if offers:
        # Not folded at the terminal's edge: it is there to be copied.
        typer.echo(f"\n{visible(offer_sentence(offers, client, world.book, texts))}\n")
        named = {
            "folder": shlex.quote(str(folder)),
            "client": shlex.quote(client),
            "date": offers[0].date,
            "start": f"{offers[0].start // 60:02}:{offers[0].start % 60:02}",
        }
        typer.echo(texts("choices.accept", **named))


@app.command()
def accept(
    folder: FolderArgument,
    client: ClientArgument,
    day: Annotated[str, typer.Argument(help="The day, as 2026-11-24.")],
    hour: Annotated[str, typer.Argument(help="When the talk begins, as 10:00.")],
    now: NowOption = None,
    book: BookOption = None,
    travel: TravelOption = None,
    seed: SeedOption = None,
    time_limit: TimeOption = None,
    engine: EngineOption = EngineChoice.columns,
    tiles: TilesOption = TileChoice.none,
    quiet: QuietOption = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Book the hour that a client agreed to, and plan again around it."""
    from routeplan.cli.planning import replan

    try:
        when = dt.datetime.combine(dt.date.fromisoformat(day), dt.time.fromisoformat(hour))
    except ValueError as error:
        text = message("choices.wrong_hour", day=day, hour=hour)
        raise UsageError("RP4075", text) from error
    replan(
        folder,
        moved=[f"{client}={when:%Y-%m-%dT%H:%M}"],
        now=now,
        book=book,
        travel=travel,
        seed=seed,
        time_limit=time_limit,
        engine=engine,
        tiles=tiles,
        quiet=quiet,
        json_output=json_output,
        lang=lang,
    )


@app.command()
def tell(
    folder: FolderArgument,
    visit: Annotated[str, typer.Argument(help="CLIENT, or CLIENT@DATE.")],
    agreed: Annotated[
        bool, typer.Option("--agreed", help="The client is content with day and hour.")
    ] = False,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Day and hour are promised.")
    ] = False,
    not_agreed: Annotated[
        bool, typer.Option("--not-agreed", help="The client knows nothing of it.")
    ] = False,
    book: BookOption = None,
    tiles: TilesOption = TileChoice.none,
    lang: LangOption = None,
) -> None:
    """Mark what a client was told of its visits to come: the more, the less they move."""
    from routeplan.problem.progress import Told
    from routeplan.replan.locks import parse_visit
    from routeplan.replan.told import tell as mark
    from routeplan.workspace.folder import load_plan, map_ground
    from routeplan.workspace.save import save_plan

    texts = texts_in(lang)
    marks = {Told.AGREED: agreed, Told.CONFIRMED: confirmed, Told.NOT_AGREED: not_agreed}
    chosen = [told for told, given in marks.items() if given]
    if len(chosen) != 1:
        raise UsageError("RP4077", message("notices.which"))
    client_id, date = parse_visit(visit)
    plan = mark(load_plan(folder), client_id, chosen[0], date)
    place = book or book_of(plan, folder)
    saved = save_plan(
        plan,
        folder,
        texts,
        book=place,
        solved=proof_there(folder, plan),
        tiles=tiles.value,
        ground=map_ground(plan.origin.settings.travel, place),
    )
    typer.echo(texts("notices.told", client=client_id, told=texts(f"words.told_{chosen[0].value}")))
    typer.echo(saved_words(saved, folder, texts))


@app.command()
def notices(
    folder: FolderArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to. [default: the plan's]")
    ] = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Ready messages to clients and managers about what the last re-plan changed."""
    from routeplan.outputs.files import write_atomically
    from routeplan.outputs.notices import notice_files, notices_of
    from routeplan.workspace.folder import load_plan, require_folder
    from routeplan.workspace.history import plan_replanned

    texts = texts_in(lang)
    after = load_plan(folder)
    before = plan_replanned(folder)
    if before is None:
        raise WorkspaceError("RP7031", message("notices.no_earlier", folder=str(folder)))
    if json_output:
        found = notices_of(before, after, texts)
        print_json(_json([item.model_dump(mode="json") for item in found]))
        return
    target = out or folder
    require_folder(target)
    files = notice_files(before, after, texts)
    if not files:
        typer.echo(texts("notices.none"))
        return
    for name, content in files.items():
        write_atomically(target / name, content)
    typer.echo(next(iter(files.values())).decode())
    for name in files:
        typer.echo(texts("notices.written", file=str(target / name)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)
