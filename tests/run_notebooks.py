"""Runs the notebooks as their readers would; `python -m tests.run_notebooks` stores the outputs.

With names (`02-a-bad-tuesday`), of these notebooks alone.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["executed", "paths", "stored"]

FOLDER = Path(__file__).parents[1] / "notebooks"
NOT_COPIED = shutil.ignore_patterns("*.ipynb", "*.sqlite", "__pycache__", ".ipynb_checkpoints")
INLINE = "module://matplotlib_inline.backend_inline"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def paths() -> list[Path]:
    return sorted(FOLDER.glob("*.ipynb"))


def stored(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def executed(path: Path, *, small: bool = False) -> Any:
    """The notebook with its outputs, and nothing that tells when or where it ran.

    It runs beside copies of what it reads, so that what it writes stays out of the tree. `small`
    asks those that look at ROUTEPLAN_NOTEBOOK_WEEKS for one week instead of all. Raises nbclient's
    CellExecutionError when a cell fails.
    """
    notebook = stored(path)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("data", "benchmarks", FOLDER.name):
            shutil.copytree(FOLDER.parent / name, Path(folder) / name, ignore=NOT_COPIED)
        beside = Path(folder) / FOLDER.name
        client = NotebookClient(
            notebook,
            timeout=600 if small else None,
            kernel_name=KERNEL["name"],
            record_timing=False,
            resources={"metadata": {"path": str(beside)}},
        )
        environment = os.environ | {"MPLBACKEND": INLINE}
        if small:
            environment["ROUTEPLAN_NOTEBOOK_WEEKS"] = "1"
        client.execute(env=environment)
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


if __name__ == "__main__":
    for path in paths():
        if sys.argv[1:] and path.stem not in sys.argv[1:]:
            continue
        nbformat.write(executed(path), path)  # type: ignore[no-untyped-call]
