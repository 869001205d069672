"""Files that are either whole or not there, and errors in one sentence."""

from __future__ import annotations

import codecs
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from routeplan.errors import FileError, unreadable, unwritable
from routeplan.language import message
from routeplan.refused import wrong_entries

__all__ = ["read_model", "write_atomically"]

FAULTS_SHOWN = 3

_Model = TypeVar("_Model", bound=BaseModel)


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write `data` (text as UTF-8) to `path`, making its folder where it is missing.

    The bytes go to a file beside it that takes its name when complete: a full disk or a crash
    leaves what was there before. Raises FileError.
    """
    content = data.encode() if isinstance(data, str) else data
    # Short and random: the full name plus a suffix might be too long for the file system.
    temporary = path.with_name(f".routeplan-{secrets.token_hex(8)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise unwritable(path, error) from error


def read_model(path: Path, model: type[_Model]) -> _Model:
    """The model that a JSON file of ours holds. Raises FileError naming the first faults."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        return model.model_validate_json(data.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        wrong = wrong_entries(error, values=False)[:FAULTS_SHOWN]
        raise FileError("RP3012", message("error.not_ours", file=str(path), wrong=wrong)) from error
