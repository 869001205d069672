"""Runs the notebooks as their readers would; `python -m tests.run_notebooks` stores the outputs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["executed", "paths", "stored"]

FOLDER = Path(__file__).parents[1] / "notebooks"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def paths() -> list[Path]:
    return sorted(FOLDER.glob("*.ipynb"))


def stored(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def executed(path: Path) -> Any:
    """The notebook with its outputs, and nothing that tells when or where it ran.

    It runs beside a copy of `data`, so that what it writes stays out of the tree. Raises nbclient's
    CellExecutionError when a cell fails.
    """
    notebook = stored(path)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(FOLDER.parent / "data", Path(folder) / "data")
        beside = Path(folder) / FOLDER.name
        beside.mkdir()
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name=KERNEL["name"],
            record_timing=False,
            resources={"metadata": {"path": str(beside)}},
        )
        client.execute()
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


if __name__ == "__main__":
    for path in paths():
        nbformat.write(executed(path), path)  # type: ignore[no-untyped-call]
