"""The coverage of a period: tables for the terminal, and a CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from routeplan.book.cells import guard
from routeplan.book.models import Tier
from routeplan.due.coverage import Counts, Coverage, CoverageRow
from routeplan.language import Texts
from routeplan.outputs.folding import Text
from routeplan.outputs.terminal import visible
from routeplan.outputs.wording import word

__all__ = ["coverage_csv", "coverage_report"]

SHOWN = ("required", "done", "share", "planned", "open", "at_risk", "missed")
OF_CLIENT = ("required", "done", "planned", "open", "at_risk", "missed", "days_left")
FIGURES = tuple(Counts.model_fields)
STYLES = {"at_risk": "yellow", "missed": "red"}


def coverage_report(found: Coverage, texts: Texts, *, show_all: bool = False) -> RenderableType:
    """Tables by tier, manager and client; of clients those alone of whom something is missed
    or at risk, unless `show_all`."""
    title = texts(
        "coverage.title",
        first=found.period.first,
        last=found.period.last,
        policy=found.policy,
        day=found.day,
    )
    left = texts("coverage.left", n=found.days_left)
    parts: list[RenderableType] = [Text(title, "bold"), Text(left)]
    parts += [Text(texts.render(note), "yellow") for note in found.notes]
    total = CoverageRow(
        key="", name=texts("coverage.total"), counts=found.total, days_left=found.days_left
    )
    parts += ["", Text(texts("coverage.tiers"), "bold underline")]
    parts.append(_table((*found.tiers, total), texts))
    parts += ["", Text(texts("coverage.managers"), "bold underline")]
    parts.append(_table(found.managers, texts, (*SHOWN, "days_left")))
    rows = [row for row in found.clients if show_all or _is_left(row.counts)]
    key = "coverage.clients_all" if show_all else "coverage.clients"
    parts += ["", Text(texts(key), "bold underline")]
    parts.append(_table(rows, texts, OF_CLIENT) if rows else Text(texts("coverage.nothing")))
    return Group(*parts)


def _is_left(counts: Counts) -> bool:
    return bool(counts.at_risk or counts.missed)


def _table(rows: Sequence[CoverageRow], texts: Texts, names: Sequence[str] = SHOWN) -> Table:
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.header_style = "dim"
    table.add_column("", overflow="fold", ratio=1)
    for name in names:
        table.add_column(texts(f"coverage.column_{name}"), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            Text(visible(_name(row, texts))),
            *(_cell(row, name) for name in names),
        )
    return table


def _name(row: CoverageRow, texts: Texts) -> str:
    if row.key in set(Tier):
        return word(Tier(row.key), texts)
    if row.key == "prospect":
        return texts("coverage.prospect")
    return f"{row.key} {row.name}".strip()


def _cell(row: CoverageRow, name: str) -> Text:
    if name == "days_left":
        return Text(str(row.days_left))
    if name == "share":
        return Text("" if row.counts.share is None else f"{row.counts.share:.0%}")
    number: int = getattr(row.counts, name)
    return Text(str(number) if number else "·", STYLES.get(name, "") if number else "dim")


def coverage_csv(found: Coverage, texts: Texts) -> bytes:
    """Every row of every table with all its figures, as UTF-8 with BOM."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    names = ("level", "id", "name", *FIGURES, "days_left")
    writer.writerow(texts(f"coverage.column_{name}") for name in names)
    for level, row in _rows(found):
        name = row.name or ("" if level == "total" else _name(row, texts))
        writer.writerow(
            (
                texts(f"coverage.level_{level}"),
                guard(row.key, formulas=True),
                guard(name, formulas=True),
                *(getattr(row.counts, figure) for figure in FIGURES),
                row.days_left,
            )
        )
    return stream.getvalue().encode("utf-8-sig")


def _rows(found: Coverage) -> Iterator[tuple[str, CoverageRow]]:
    for level, rows in (
        ("tier", found.tiers),
        ("manager", found.managers),
        ("client", found.clients),
    ):
        for row in rows:
            yield level, row
    yield "total", CoverageRow(key="", counts=found.total, days_left=found.days_left)
