"""The command line: parse, call, print, exit code. Nothing is worked out here.

Exit codes: 0 done, 1 faults in the input, 2 usage, 3 no plan possible, 4 the checker refused,
5 the plan folder cannot be used, 6 a service on the net cannot be used.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

from routeplan.errors import BookError, CheckError, RouteplanError, UsageError, WorkspaceError
from routeplan.language import Texts, message, user_language
from routeplan.version import __version__

if TYPE_CHECKING:
    from routeplan.config import Settings
    from routeplan.due.models import Horizon
    from routeplan.plan.plan import Plan
    from routeplan.solve.result import Solved
    from routeplan.workdays import WorkCalendar

__all__ = ["app", "main"]

app = typer.Typer(
    name="routeplan",
    help="Who is due, the best daily routes, a map, and re-plans that change little.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Language(StrEnum):
    en = "en"
    zh = "zh"


class TileChoice(StrEnum):
    none = "none"
    osm = "osm"
    gaode = "gaode"


class EngineChoice(StrEnum):
    columns = "columns"
    routing = "routing"


class ProviderChoice(StrEnum):
    nominatim = "nominatim"
    photon = "photon"
    baidu = "baidu"
    amap = "amap"
    arcgis = "arcgis"


class SchemaName(StrEnum):
    problem = "problem"
    result = "result"
    plan = "plan"


BookArgument = Annotated[Path, typer.Argument(help="The book: an .xlsx file or a folder of CSVs.")]
LangOption = Annotated[
    Language | None, typer.Option("--lang", help="Language of what is printed and written.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print results only.")]
WeekOption = Annotated[
    str | None,
    typer.Option("--week", help="Any day of the first week, as 2026-11-23. [default: next week]"),
]
WeeksOption = Annotated[int, typer.Option("--weeks", min=1, max=8, help="How many weeks.")]
ManagerOption = Annotated[
    list[str] | None, typer.Option("--manager", help="Only this manager's id; repeatable.")
]
PolicyOption = Annotated[
    str | None, typer.Option("--policy", help="visit-norms, service-standard, or a TOML file.")
]
SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", help="Settings file. [default: routeplan.toml beside the book]"),
]
CalendarOption = Annotated[
    Path | None, typer.Option("--calendar", help="CSV of working days that overrides the built-in.")
]
PreviousOption = Annotated[
    Path | None,
    typer.Option("--previous", help="Folder of the plan before: what it left over becomes due."),
]
TravelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--travel",
        help="great-circle, roads:FOLDER, ... (see docs); transit beside another.",
    ),
]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0, help="Same seed, same plan.")]
TimeOption = Annotated[
    float | None, typer.Option("--time-limit", min=0.1, help="Seconds to search at most.")
]
AdjustOption = Annotated[
    list[str] | None,
    typer.Option("--adjust", help="A wish such as must:C017 or drop:C043; repeatable."),
]
EngineOption = Annotated[
    EngineChoice,
    typer.Option("--engine", help="columns proves how good it is; routing is OR-Tools."),
]
TilesOption = Annotated[
    TileChoice,
    typer.Option("--tiles", help="Background from the internet; none keeps everything local."),
]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"routeplan {__version__}")
        raise typer.Exit


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")], lang: LangOption = None
) -> None:
    """Write a starter workspace: an empty book, settings and a README."""
    from routeplan.book.template import write_workspace

    texts = _texts(lang)
    for path in write_workspace(folder, texts.language):
        typer.echo(path)


@app.command()
def check(book: BookArgument, json_output: JsonOption = False, lang: LangOption = None) -> None:
    """Report every fault of a book at once, each with its place and its mend."""
    from routeplan.book.faults import Severity
    from routeplan.book.read import check_book
    from routeplan.outputs.terminal import faults_report

    texts = _texts(lang)
    found = check_book(book)
    if json_output:
        faults = [
            fault.model_dump(mode="json")
            | {"problem": texts.render(fault.problem), "fix": texts.render(fault.fix)}
            for fault in found.faults
        ]
        _print_json(json.dumps(faults, ensure_ascii=False, indent=1))
    else:
        _out().print(faults_report(found.faults, texts))
    if any(fault.severity is Severity.FAULT for fault in found.faults):
        raise typer.Exit(1)


@app.command()
def geocode(
    book: BookArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="The book to write; never the one that is read.")
    ] = None,
    provider: Annotated[
        ProviderChoice | None,
        typer.Option("--provider", help="Service to ask. [default: none, districts only]"),
    ] = None,
    server: Annotated[
        str, typer.Option("--server", help="URL of your own server of that service.")
    ] = "",
    per_second: Annotated[
        float | None,
        typer.Option("--per-second", min=0.01, help="Requests at most. [default: as it allows]"),
    ] = None,
    time_out: Annotated[
        float, typer.Option("--time-out", min=0.1, help="Seconds to wait for one answer.")
    ] = 10.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be asked.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", help="A doubtful place to use all the same, or all; repeatable."),
    ] = None,
    approximate: Annotated[
        bool,
        typer.Option(
            "--approximate/--no-approximate",
            help="Give clients without a point their district's centre, marked so.",
        ),
    ] = True,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace OUT.")] = False,
    quiet: QuietOption = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Turn addresses into points; what is doubtful is listed, not used."""
    from routeplan.book.models import Locator
    from routeplan.book.read import read_book
    from routeplan.book.write import write_book
    from routeplan.geocode.ask import Asker
    from routeplan.geocode.geocode import carry, outlook
    from routeplan.geocode.geocode import geocode as look_up
    from routeplan.geocode.provider import PROVIDERS
    from routeplan.outputs.geocoding import (
        doubtful_path,
        geocode_progress,
        geocoded_report,
        outlook_report,
        write_doubtful,
    )
    from routeplan.store.cache import Cache
    from routeplan.store.database import database_path

    texts = _texts(lang)
    if out is None and not dry_run:
        raise UsageError("RP4034", message("error.no_out"))
    if out is not None and out.exists() and (not overwrite or out.samefile(book)):
        raise UsageError("RP4035", message("error.out_there", file=str(out)))
    known = read_book(book)
    chosen = PROVIDERS[Locator(provider.value)] if provider else None
    asker = (
        Asker(chosen, server=server, per_second=per_second, time_out=time_out) if chosen else None
    )
    with Cache(database_path(book)) as cache:
        if out is None or dry_run:
            counted = outlook(known, cache, asker)
            if json_output:
                _print_json(counted.model_dump_json(indent=1))
            else:
                speed = per_second or chosen.per_second if chosen else None
                typer.echo(outlook_report(counted, speed, texts))
            return
        with geocode_progress(texts, _err(), quiet=quiet) as progress:
            made = look_up(
                known,
                cache,
                asker,
                accept=accept or (),
                approximate=approximate,
                progress=progress,
            )
        write_book(made.book, out, texts.language)
        with Cache(database_path(out)) as other:
            carry(cache, other)
    listed = doubtful_path(out)
    write_doubtful(made, listed, texts)
    if json_output:
        _print_json(made.model_dump_json(indent=1, exclude={"book"}))
        return
    if not quiet:
        _out().print(geocoded_report(made, texts))
    typer.echo(texts("geocode.written", file=str(out)))
    if made.doubtful:
        typer.echo(texts("geocode.list_written", file=str(listed)))


@app.command()
def due(
    book: BookArgument,
    week: WeekOption = None,
    weeks: WeeksOption = 1,
    manager: ManagerOption = None,
    policy: PolicyOption = None,
    show_all: Annotated[bool, typer.Option("--all", help="Also who is not due, and why.")] = False,
    sums: Annotated[bool, typer.Option("--sums", help="How each worth adds up.")] = False,
    previous: PreviousOption = None,
    settings: SettingsOption = None,
    calendar: CalendarOption = None,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """List who is due in a week, most urgent first, with the reason in words."""
    from routeplan.book.read import read_book
    from routeplan.due.policy import read_policy
    from routeplan.outputs.terminal import due_report
    from routeplan.pipeline import due_visits, load_plan

    texts = _texts(lang)
    chosen = _settings(settings, book)
    known = read_book(book)
    found = due_visits(
        known,
        _horizon(week, weeks),
        settings=chosen,
        policy=read_policy(policy or chosen.policy),
        calendar=_calendar(calendar),
        manager_ids=manager or None,
        previous=load_plan(previous) if previous else None,
    )
    if json_output:
        _print_json(found.model_dump_json(indent=1))
    else:
        _out().print(due_report(found, known, texts, show_all=show_all, sums=sums))


@app.command()
def plan(
    book: BookArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for plan.json, plan.xlsx, map.html.")],
    week: WeekOption = None,
    weeks: WeeksOption = 1,
    manager: ManagerOption = None,
    policy: PolicyOption = None,
    adjust: AdjustOption = None,
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
    from routeplan.book.read import read_book
    from routeplan.due.policy import read_policy
    from routeplan.outputs.terminal import SearchDisplay, plan_report
    from routeplan.pipeline import (
        load_plan,
        map_ground,
        open_travel,
        plan_visits,
        require_folder,
        save_plan,
    )
    from routeplan.problem.adjust import parse_adjustment
    from routeplan.solve.result import Engine
    from routeplan.solve.stop import StopRule

    texts = _texts(lang)
    require_folder(out)
    chosen = _travelling(_settings(settings, book), travel, book)
    ground = map_ground(chosen.travel, book)
    known = read_book(book)
    _announce_compiling(engine, texts, quiet=quiet)
    solved: list[Solved] = []
    with (
        open_travel(chosen.travel, known, book) as source,
        SearchDisplay(texts, _err(), quiet=quiet) as display,
    ):
        made = plan_visits(
            known,
            _horizon(week, weeks),
            settings=chosen,
            policy=read_policy(policy or chosen.policy),
            calendar=_calendar(calendar),
            travel=source,
            manager_ids=manager or None,
            adjustments=tuple(parse_adjustment(text) for text in adjust or ()),
            previous=load_plan(previous) if previous else None,
            stop=StopRule(seconds=time_limit or chosen.solver.time_limit),
            seed=seed,
            engine=Engine(engine.value),
            progress=display.update,
            on_solved=solved.append,
            book_path=_relative(book, out),
        )
    saved = save_plan(made, out, texts, solved=solved[-1], tiles=tiles.value, ground=ground)
    if json_output:
        _print_json(made.model_dump_json(indent=1))
        return
    if not quiet:
        _out().print(plan_report(made, texts))
    elif made.left_out:
        must = sum(visit.required for visit in made.left_out)
        typer.echo(texts("terminal.left_out_count", n=len(made.left_out), must=must))
    typer.echo(texts("terminal.written", map=str(saved.map), workbook=str(saved.workbook)))


@app.command()
def replan(
    folder: Annotated[Path, typer.Argument(help="The --out folder of a plan.")],
    cancel: Annotated[
        list[str] | None,
        typer.Option("--cancel", help="CLIENT or CLIENT@DATE that cancelled; repeatable."),
    ] = None,
    adjust: AdjustOption = None,
    now: Annotated[
        str | None,
        typer.Option("--now", help="Clock of the re-plan, as 2026-11-24T11:30. [default: now]"),
    ] = None,
    book: Annotated[
        Path | None, typer.Option("--book", help="The book. [default: where the plan found it]")
    ] = None,
    travel: TravelOption = None,
    seed: SeedOption = None,
    time_limit: TimeOption = None,
    engine: EngineOption = EngineChoice.columns,
    tiles: TilesOption = TileChoice.none,
    quiet: QuietOption = False,
    json_output: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Plan again after a cancellation, changing little; the earlier plan is kept."""
    from routeplan.book.read import read_book
    from routeplan.outputs.terminal import SearchDisplay, diff_report, plan_report
    from routeplan.pipeline import (
        load_plan,
        map_ground,
        open_travel,
        require_folder,
        save_plan,
    )
    from routeplan.problem.adjust import parse_adjustment
    from routeplan.replan.diff import diff_plans
    from routeplan.replan.events import parse_cancel
    from routeplan.replan.replan import replan as plan_again
    from routeplan.solve.result import Engine
    from routeplan.solve.stop import StopRule

    texts = _texts(lang)
    before = load_plan(folder)
    require_folder(folder)
    clock = _clock(now)
    place = book or _book_of(before, folder)
    chosen = _travelling(before.origin.settings, travel, place)
    ground = map_ground(chosen.travel, place)
    known = read_book(place)
    limit = time_limit or chosen.solver.time_limit
    _announce_compiling(engine, texts, quiet=quiet)
    solved: list[Solved] = []
    with (
        open_travel(chosen.travel, known, place) as source,
        SearchDisplay(texts, _err(), quiet=quiet) as display,
    ):
        after = plan_again(
            before,
            known,
            tuple(parse_cancel(text) for text in cancel or ()),
            clock,
            settings=chosen,
            travel=source,
            adjustments=tuple(parse_adjustment(text) for text in adjust or ()),
            stop=StopRule(seconds=limit),
            seed=seed,
            engine=Engine(engine.value),
            progress=display.update,
            on_solved=solved.append,
        )
    diff = diff_plans(before, after)
    saved = save_plan(
        after, folder, texts, diff=diff, solved=solved[-1], tiles=tiles.value, ground=ground
    )
    if json_output:
        _print_json(diff.model_dump_json(indent=1))
        return
    _out().print(diff_report(diff, texts))
    if not quiet:
        _out().print(plan_report(after, texts))
    typer.echo(texts("terminal.written", map=str(saved.map), workbook=str(saved.workbook)))
    if saved.earlier:
        typer.echo(texts("terminal.kept_earlier", path=str(saved.earlier)))


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
    from routeplan.travel.hours_file import hours_csv
    from routeplan.travel.learn import learn_hours

    texts = _texts(lang)
    chosen = _travelling(_settings(settings, book), travel, book)
    known = read_book(book)
    with open_travel(chosen.travel, known, book) as source:
        learned = learn_hours(known, source, chosen)
    write_atomically(out, hours_csv(learned))
    ways = sum(hour.ways for hour in learned)
    typer.echo(texts("terminal.hours_learned", n=ways, path=str(out)))


@app.command()
def solve(
    problem: Annotated[Path, typer.Argument(help="A problem.json (see `routeplan schema`).")],
    out: Annotated[Path, typer.Option("--out", help="Where to write result.json.")],
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    time_limit: Annotated[float, typer.Option("--time-limit", min=0.1, help="Seconds.")] = 20.0,
    iterations: Annotated[
        int | None, typer.Option("--iterations", min=1, help="Stop by work: repeatable.")
    ] = None,
    engine: EngineOption = EngineChoice.columns,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Run the solver alone on a problem file."""
    from routeplan.outputs.files import write_atomically
    from routeplan.outputs.terminal import SearchDisplay
    from routeplan.problem.read import read_problem
    from routeplan.solve.result import Engine
    from routeplan.solve.solve import solve as run
    from routeplan.solve.stop import StopRule
    from routeplan.solve.verify import require_valid

    texts = _texts(lang)
    given = read_problem(problem)
    _announce_compiling(engine, texts, quiet=quiet)
    with SearchDisplay(texts, _err(), quiet=quiet) as display:
        rule = StopRule(seconds=time_limit, iterations=iterations)
        result = run(given, rule, seed=seed, engine=Engine(engine.value), progress=display.update)
    require_valid(given, result)
    write_atomically(out, result.model_dump_json(indent=1).encode())
    typer.echo(texts("terminal.solved", cost=result.cost, path=str(out)))


@app.command()
def verify(
    given: Annotated[
        Path, typer.Argument(help="The --out folder of a plan, its proof.json, or a problem.json.")
    ],
    result: Annotated[
        Path | None, typer.Argument(help="With a problem.json: the result.json to check.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Check routes, cost and bound anew, apart from the engine."""
    import time

    from routeplan.outputs.files import read_model
    from routeplan.outputs.terminal import confirmed_report
    from routeplan.pipeline import load_proof
    from routeplan.problem.read import read_problem
    from routeplan.solve.recheck import recheck
    from routeplan.solve.result import Result, Solved

    if result is None:
        solved = load_proof(given)
    else:
        solved = Solved(problem=read_problem(given), result=read_model(result, Result))
    began = time.monotonic()
    found = recheck(solved.problem, solved.result)
    seconds = time.monotonic() - began
    _out().print(confirmed_report(found, solved, seconds, _texts(lang)))


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

    texts = _texts(lang)
    folder = out or default_folder(extract)
    box = build_roads(extract, folder).manifest.box.model_dump()
    edges = {name: f"{degrees:.2f}" for name, degrees in box.items()}
    typer.echo(texts("terminal.roads_built", folder=str(folder), **edges))


@app.command()
def schema(name: SchemaName) -> None:
    """Print the JSON schema of a file that routeplan reads or writes."""
    from routeplan.plan.plan import Plan
    from routeplan.problem.problem import Problem
    from routeplan.solve.result import Result
    from routeplan.values import Frozen

    models: dict[str, type[Frozen]] = {"problem": Problem, "result": Result, "plan": Plan}
    _print_json(json.dumps(models[name.value].model_json_schema(), ensure_ascii=False, indent=1))


def main() -> NoReturn:
    """Entry point of the `routeplan` command."""
    for stream in (sys.stdout, sys.stderr):
        # Where the encoding lacks Chinese, names must neither end a run nor turn into ???.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=_with_chinese(stream.encoding), errors="replace")
    if hasattr(signal, "SIGPIPE"):
        # `| head` ends a run as it ends other programs, not as an error of ours.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        app()
    except RouteplanError as error:
        sys.exit(_report(error))
    sys.exit()


def _with_chinese(encoding: str) -> str:
    try:
        "客户".encode(encoding)
    except UnicodeEncodeError:
        return "utf-8"
    return encoding


def _print_json(text: str) -> None:
    """As UTF-8, whatever the encoding of the terminal."""
    typer.echo(text.encode())


def _report(error: RouteplanError) -> int:
    from routeplan.outputs.terminal import faults_report, visible

    texts = _texts(_language_asked())
    if isinstance(error, BookError) and error.faults:
        _err().print(faults_report(error.faults, texts))
    typer.echo(f"{error.code}: {visible(texts.render(error.message))}", err=True)
    if isinstance(error, CheckError):
        typer.echo(texts("error.please_report"), err=True)
    return error.exit_code


def _language_asked() -> Language | None:
    """The --lang of the command line, for errors raised before or outside a command."""
    words = sys.argv[1:]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        value = following if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and value in Language.__members__:
            return Language(value)
    return None


def _texts(lang: Language | None) -> Texts:
    return Texts(lang.value if lang else user_language())


def _out() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def _err() -> Console:
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def _horizon(week: str | None, weeks: int) -> Horizon:
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


def _clock(now: str | None) -> dt.datetime:
    if now is None:
        return dt.datetime.now().replace(second=0, microsecond=0)  # noqa: DTZ005 local wall clock
    try:
        clock = dt.datetime.fromisoformat(now)
    except ValueError as error:
        raise UsageError("RP4004", message("error.clock", text=now)) from error
    return clock.replace(tzinfo=None)


def _settings(given: Path | None, book: Path) -> Settings:
    from routeplan.config import Settings, read_settings

    beside = (book if book.is_dir() else book.parent) / "routeplan.toml"
    path = given or (beside if beside.exists() else None)
    return read_settings(path) if path else Settings()


def _travelling(settings: Settings, travel: list[str] | None, book: Path) -> Settings:
    """The settings with the sources of travel that `--travel` names."""
    from routeplan.travel.choose import parse_travel

    if not travel:
        return settings
    folder = book if book.is_dir() else book.parent
    return settings.model_copy(update={"travel": parse_travel(travel, settings.travel, folder)})


def _calendar(given: Path | None) -> WorkCalendar:
    from routeplan.workdays import WorkCalendar, read_calendar

    return read_calendar(given) if given else WorkCalendar()


def _announce_compiling(engine: EngineChoice, texts: Texts, *, quiet: bool) -> None:
    if engine is EngineChoice.columns and not quiet:
        from routeplan.solve.column_generation.compile import is_compiled

        if not is_compiled():
            typer.echo(texts("terminal.compiling"), err=True)


def _book_of(plan: Plan, folder: Path) -> Path:
    """Where the plan found its book, seen from its folder."""
    path = Path(os.path.normpath((folder if folder.is_dir() else folder.parent) / plan.origin.book))
    if not path.exists():
        raise WorkspaceError("RP7005", message("error.book_moved", book=str(path)))
    return path


def _relative(book: Path, out: Path) -> str:
    """The book's path as the plan's folder sees it, so that both can be moved together."""
    try:
        return Path(os.path.relpath(book.resolve(), out.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return str(book)
