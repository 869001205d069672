"""The shape of the code holds: one direction of imports, no work at import, a sorted public API."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import routeplan

SOURCE = Path(routeplan.__file__).parent
# Each part may import from those above it and from itself.
ORDER = (
    ("version", "values"),
    ("point",),
    ("datum",),
    ("lunar",),
    ("language",),
    ("errors", "refused"),
    ("store",),
    ("workdays",),
    ("book",),
    ("config",),
    ("geocode",),
    ("due",),
    ("travel",),
    ("problem",),
    ("solve",),
    ("plan",),
    ("replan",),
    ("outputs",),
    ("workspace",),
    ("pipeline",),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
# Named in annotations only: an error carries faults, a template is made from the settings.
ALLOWED = {("errors", "book"), ("book", "config")}


def part_of(module: str) -> str:
    return module.removeprefix("routeplan.").split(".")[0]


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name for name in found if name.startswith("routeplan.")}


@pytest.mark.parametrize(
    "path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE))
)
def test_imports_point_one_way(path: Path) -> None:
    relative = path.relative_to(SOURCE)
    own = relative.parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for module in imports_of(path):
        other = part_of(module)
        if other != own and (own, other) not in ALLOWED:
            assert RANK[other] < RANK[own], f"{relative} imports {module}"


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_the_public_names_are_sorted_exist_and_are_documented() -> None:
    names = [name for name in routeplan.__all__ if name != "__version__"]
    assert names == sorted(names)
    for name in names:
        assert getattr(routeplan, name).__doc__, name


def test_importing_routeplan_loads_no_heavy_library() -> None:
    code = (
        "import sys, routeplan, routeplan.cli;"
        "print(sorted({'ortools', 'pandas', 'folium', 'xlsxwriter', 'holidays', 'numpy'}"
        " & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
