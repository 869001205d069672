"""Markdown for what was measured: tables, targets, and on what machine."""

from __future__ import annotations

import datetime as dt
import os
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["Target", "machine", "percent", "publish", "table", "target_table"]

PACKAGES = ("routeplan", "numba", "numpy", "ortools", "pyvroom", "pyvrp")


@dataclass(frozen=True)
class Target:
    """Reached when `value` is at least `limit`, or at most where `at_most`."""

    what: str
    value: float | None
    """None: not measured."""
    limit: float
    at_most: bool = False
    as_percent: bool = True

    @property
    def reached(self) -> bool | None:
        if self.value is None:
            return None
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def percent(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{100 * value:.{digits}f} %"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def target_table(targets: Sequence[Target]) -> list[str]:
    words = {True: "reached", False: "**missed**", None: "not measured"}
    rows = []
    for target in targets:
        shown = percent(target.value) if target.as_percent else f"{target.value or 0:g}"
        rows.append([target.what, "" if target.value is None else shown, words[target.reached]])
    return ["", *table(["target", "measured", ""], rows)] if rows else []


def machine() -> str:
    """One line: when, with what command, on what."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    command = shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])
    today = dt.datetime.now(tz=dt.UTC).date()
    return (
        f"{today}, `{command}`, {cores} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, {', '.join(found)}."
    )


def publish(lines: Sequence[str], out: Path | None, *, done: bool) -> None:
    """Write the table so far, and print it at the end."""
    text = "\n".join([*lines, "", machine() + ("" if done else " **Not finished.**"), ""])
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if done:
        print(text)
