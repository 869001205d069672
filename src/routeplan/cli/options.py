"""The options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "AdjustOption",
    "BookArgument",
    "BookOption",
    "CalendarOption",
    "ChangesOption",
    "EngineChoice",
    "EngineOption",
    "FolderArgument",
    "JsonOption",
    "LangOption",
    "Language",
    "ManagerOption",
    "MaxChangesOption",
    "NowOption",
    "PolicyOption",
    "PreviousOption",
    "ProviderChoice",
    "QuietOption",
    "SchemaName",
    "SeedOption",
    "SettingsOption",
    "TileChoice",
    "TilesOption",
    "TimeOption",
    "TravelOption",
    "WeekOption",
    "WeeksOption",
]


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
FolderArgument = Annotated[Path, typer.Argument(help="The --out folder of a plan.")]
BookOption = Annotated[
    Path | None, typer.Option("--book", help="The book. [default: where the plan found it]")
]
NowOption = Annotated[
    str | None,
    typer.Option("--now", help="Clock of the re-plan, as 2026-11-24T11:30. [default: now]"),
]
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
ChangesOption = Annotated[
    Path | None,
    typer.Option("--changes", help="CSV of account changes: monthly figures, must-visits."),
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
MaxChangesOption = Annotated[
    int | None,
    typer.Option("--max-changes", min=0, help="At most so many visits may change without need."),
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
