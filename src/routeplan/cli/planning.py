"""Commands that plan: plan, replan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import (
    announce_compiling,
    book_of,
    calendar_of,
    clock_of,
    horizon_of,
    known_book,
    print_json,
    proof_there,
    relative_to,
    saved_words,
    settings_of,
    texts_in,
    to_err,
    to_out,
    travelling,
    written_to,
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
    BookArgument,
    BookOption,
    CalendarOption,
    ChangesOption,
    EngineChoice,
    EngineOption,
    FolderArgument,
    JsonOption,
    LangOption,
    ManagerOption,
    MaxChangesOption,
    NowOption,
    PolicyOption,
    PreviousOption,
    QuietOption,
    SeedOption,
    SettingsOption,
    TileChoice,
    TilesOption,
    TimeOption,
    TravelOption,
    WeekOption,
    WeeksOption,
)

__all__ = ["plan", "replan"]

if TYPE_CHECKING:
    from routeplan.solve.result import Solved


@app.command()
def plan(
    book: BookArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for plan.json, plan.xlsx, map.html.")],
    week: WeekOption = None,
    weeks: WeeksOption = 1,
    manager: ManagerOption = None,
    policy: PolicyOption = None,
    adjust: AdjustOption = None,
    changes: ChangesOption = None,
    previous: PreviousOption = None,
    travel: TravelOption = None,
    seed: SeedOption = None,
    time_limit: TimeOption = None,
    engine: EngineOption = EngineChoice.columns,
    tiles: TilesOption = TileChoice.none,
    settings: SettingsOption = None,
    calendar: CalendarOption = None,
    quiet: QuietOption = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Plan the week's visits; write the plan, the workbook and the map."""
    from routeplan.due.changes import read_changes, with_changes
    from routeplan.due.policy import read_policy
    from routeplan.outputs.terminal import SearchDisplay, plan_report
    from routeplan.pipeline import open_travel, plan_visits
    from routeplan.problem.adjust import parse_adjustment
    from routeplan.solve.result import Engine
    from routeplan.solve.stop import StopRule
    from routeplan.workspace.folder import load_plan, map_ground, require_folder
    from routeplan.workspace.save import save_plan

    texts = texts_in(lang)
    require_folder(out)
    chosen = travelling(settings_of(settings, book), travel, book)
    ground = map_ground(chosen.travel, book)
    known = known_book(book, texts)
    if changes:
        known = with_changes(known, read_changes(changes, known), chosen.changes)
    days = calendar_of(calendar)
    announce_compiling(engine, texts, quiet=quiet)
    solved: list[Solved] = []
    with (
        open_travel(chosen.travel, known, book, days) as source,
        SearchDisplay(texts, to_err(), quiet=quiet) as display,
    ):
        made = plan_visits(
            known,
            horizon_of(week, weeks),
            settings=chosen,
            policy=read_policy(policy or chosen.policy),
            calendar=days,
            travel=source,
            manager_ids=manager or None,
            adjustments=tuple(parse_adjustment(text) for text in adjust or ()),
            previous=load_plan(previous) if previous else None,
            stop=StopRule(seconds=time_limit or chosen.solver.time_limit),
            seed=seed,
            engine=Engine(engine.value),
            progress=display.update,
            on_solved=solved.append,
            book_path=relative_to(book, out),
        )
    saved = save_plan(
        made, out, texts, book=book, solved=solved[-1], tiles=tiles.value, ground=ground
    )
    if json_output:
        print_json(made.model_dump_json(indent=1))
        return
    if not quiet:
        to_out().print(plan_report(made, texts))
    elif made.left_out:
        must = sum(visit.required for visit in made.left_out)
        typer.echo(texts("terminal.left_out_count", n=len(made.left_out), must=must))
    typer.echo(written_to(saved, texts))
    typer.echo(saved_words(saved, out, texts))


@app.command()
def replan(
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
    """Plan again after something happened, changing little; the earlier plan is kept.

    Each option of an event may be repeated, and several given at once.
    """
    from routeplan.outputs.terminal import SearchDisplay, diff_report, plan_report
    from routeplan.pipeline import open_travel
    from routeplan.problem.adjust import parse_adjustment
    from routeplan.replan.diff import diff_plans
    from routeplan.replan.replan import replan as plan_again
    from routeplan.solve.result import Engine
    from routeplan.solve.stop import StopRule
    from routeplan.workspace.folder import load_plan, map_ground, require_folder
    from routeplan.workspace.save import save_plan

    texts = texts_in(lang)
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
    before = load_plan(folder)
    require_folder(folder)
    clock = clock_of(now)
    place = book or book_of(before, folder)
    chosen = travelling(before.origin.settings, travel, place)
    ground = map_ground(chosen.travel, place)
    known = known_book(place, texts)
    happened = with_recorded(happened, before, known, clock, texts)
    earlier = proof_there(folder, before)
    if time_limit or earlier is None or max_changes is not None:
        announce_compiling(engine, texts, quiet=quiet)
    solved: list[Solved] = []
    with (
        open_travel(chosen.travel, known, place, before.origin.calendar) as source,
        SearchDisplay(texts, to_err(), quiet=quiet) as display,
    ):
        after = plan_again(
            before,
            known,
            happened,
            clock,
            freeze=freeze,
            settings=chosen,
            travel=source,
            adjustments=tuple(parse_adjustment(text) for text in adjust or ()),
            stop=StopRule(seconds=time_limit) if time_limit else None,
            max_changes=max_changes,
            seed=seed,
            engine=Engine(engine.value),
            progress=display.update,
            earlier=earlier,
            on_first=(
                lambda first: display.show(
                    diff_report(diff_plans(before, first), texts, proof=first.proof)
                )
            )
            if display.is_live
            else None,
            on_solved=solved.append,
        )
    diff = diff_plans(before, after)
    if not json_output:
        # The answer does not wait for the files.
        to_out().print(diff_report(diff, texts))
        if not quiet:
            to_out().print(plan_report(after, texts))
    saved = save_plan(
        after,
        folder,
        texts,
        book=place,
        known=known,
        solved=solved[-1] if solved else earlier,
        tiles=tiles.value,
        ground=ground,
    )
    if json_output:
        print_json(diff.model_dump_json(indent=1))
        return
    typer.echo(written_to(saved, texts))
    typer.echo(saved_words(saved, folder, texts))
