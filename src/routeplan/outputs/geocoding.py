"""What came of looking addresses up: for the terminal, and the list of doubtful places."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, Group, RenderableType

from routeplan.book.cells import guard
from routeplan.book.models import Located, MatchLevel
from routeplan.book.words import vocabulary
from routeplan.geocode.geocode import Doubtful, Geocoded, Outlook, Progress
from routeplan.geocode.place import Place
from routeplan.language import Texts
from routeplan.outputs.files import write_atomically
from routeplan.outputs.folding import Text
from routeplan.outputs.terminal import visible

__all__ = [
    "doubtful_path",
    "geocode_progress",
    "geocoded_report",
    "outlook_report",
    "write_doubtful",
]

SHOWN = 20
"""Places that the terminal lists of each kind; the file has all."""


def doubtful_path(out: Path) -> Path:
    """Beside the book, so that no folder of CSVs gets a table that is not the book's."""
    stem = out.stem if out.suffix.lower() == ".xlsx" else out.name
    return out.with_name(f"{stem}-doubtful.csv")


def write_doubtful(geocoded: Geocoded, path: Path, texts: Texts) -> None:
    """Writes the list as CSV, or takes an older one away. Raises FileError."""
    if not geocoded.doubtful:
        path.unlink(missing_ok=True)
        return
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(
        texts(f"geocode.list_{name}")
        for name in ("ref", "client", "address", "answer", "lat", "lon", "match", "why", "accept")
    )
    for one in geocoded.doubtful:
        cells = [
            one.place.ref,
            one.place.name,
            one.place.address,
            one.name,
            str(one.pin.point.lat) if one.pin else "",
            str(one.pin.point.lon) if one.pin else "",
            _match(one.pin.located, texts) if one.pin else "",
            _why(one, texts),
            f"geocode --accept {one.place.ref}" if one.pin else texts("geocode.by_hand"),
        ]
        # A number needs no guard: it is ours.
        writer.writerow(
            cell if at in (4, 5) else guard(cell, formulas=True) for at, cell in enumerate(cells)
        )
    write_atomically(path, stream.getvalue().encode("utf-8-sig"))


def outlook_report(outlook: Outlook, per_second: float | None, texts: Texts) -> str:
    """One line on what would be asked; `per_second` None where there is no service."""
    told = texts("geocode.outlook", **outlook.model_dump())
    if per_second is None or not outlook.asked:
        return told
    minutes = -(-outlook.asked // max(1, round(per_second * 60)))
    return told + "\n" + texts("geocode.outlook_minutes", n=minutes)


def geocoded_report(geocoded: Geocoded, texts: Texts) -> RenderableType:
    """Counts first, then what needs a person."""
    parts: list[RenderableType] = [
        Text(
            texts(
                "geocode.summary",
                found=len(geocoded.found),
                accepted=len(geocoded.accepted),
                doubtful=len(geocoded.doubtful),
                approximate=len(geocoded.approximate),
                pinned=geocoded.pinned,
            )
        )
    ]
    lines = [
        f"{one.place.ref} {one.place.name} · {one.place.address} · {_why(one, texts)}"
        for one in geocoded.doubtful
    ]
    parts += _listed("geocode.doubtful", lines, texts)
    for key, places in (
        ("geocode.missing", geocoded.missing),
        ("geocode.unanswered", geocoded.unanswered),
        ("geocode.without_address", geocoded.without_address),
    ):
        parts += _listed(key, [_told(place) for place in places], texts)
    return Group(*parts)


def _listed(key: str, lines: list[str], texts: Texts) -> Iterator[RenderableType]:
    if not lines:
        return
    yield Text("\n" + texts(key, n=len(lines)), style="bold")
    for line in lines[:SHOWN]:
        yield Text(f"  {visible(line)}")
    if len(lines) > SHOWN:
        yield Text("  " + texts("geocode.more", n=len(lines) - SHOWN))


def _told(place: Place) -> str:
    return " · ".join(filter(None, (f"{place.ref} {place.name}", place.address)))


def _why(one: Doubtful, texts: Texts) -> str:
    return texts.join([texts(f"geocode.doubt_{doubt}") for doubt in one.doubts])


def _match(located: Located, texts: Texts) -> str:
    level = located.match or MatchLevel.UNKNOWN
    return str(vocabulary("match").write(level, texts.language))


@contextmanager
def geocode_progress(texts: Texts, console: Console, *, quiet: bool) -> Iterator[Progress]:
    """A bar on `console` (standard error) while addresses are asked; nothing when `quiet`."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn(texts("geocode.asking")),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bar(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bar:
        task = bar.add_task("")
        yield lambda done, total: bar.update(task, completed=done, total=total)
