"""Reads problem.json."""

from __future__ import annotations

import codecs
from pathlib import Path

from pydantic import ValidationError

from routeplan.errors import FileError, unreadable
from routeplan.language import message
from routeplan.problem.problem import Problem
from routeplan.refused import wrong_entries

__all__ = ["read_problem"]

FAULTS_SHOWN = 3


def read_problem(path: Path) -> Problem:
    """The problem of a file. Raises FileError naming the first faults."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        return Problem.model_validate_json(data.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        wrong = wrong_entries(error, values=False)[:FAULTS_SHOWN]
        raise FileError(
            "RP3022", message("error.not_problem", file=str(path), wrong=wrong)
        ) from error
