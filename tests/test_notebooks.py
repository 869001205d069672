"""The notebooks run, and what they show when opened is what they once gave."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from tests.run_notebooks import executed, paths, stored

MACHINE = re.compile(r"/(?:work|root|tmp|home|Users|var)/|[A-Z]:\\\\|localhost|127\.0\.0\.1")
each = pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)


def test_there_are_notebooks() -> None:
    assert "01-plan-a-week" in [path.stem for path in paths()]


@each
def test_every_notebook_runs(path: Path) -> None:
    for cell in executed(path, small=True).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text


@each
def test_a_stored_notebook_can_be_read_without_running_it(path: Path) -> None:
    notebook = stored(path)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = [output for cell in cells for output in cell.outputs]
    assert shown
    assert {output.output_type for output in shown} <= {"stream", "execute_result", "display_data"}
    assert path.stat().st_size < 1_500_000


@each
def test_a_stored_notebook_tells_nothing_of_its_machine(path: Path) -> None:
    assert not MACHINE.search(path.read_text(encoding="utf-8"))
    notebook = stored(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert all(cell.metadata == {} for cell in notebook.cells)
