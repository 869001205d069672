"""Files that are either whole or not there, and errors in one sentence."""

from __future__ import annotations

import codecs
import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from routeplan.errors import FileError, WorkspaceError
from routeplan.language import Message, message
from routeplan.plan.plan import Plan

__all__ = ["PLAN_FILE", "os_reason", "read_model", "read_plan", "write_atomically", "write_model"]

PLAN_FILE = "plan.json"
"""The name of the plan in its folder."""

FAULTS_SHOWN = 3

_Model = TypeVar("_Model", bound=BaseModel)

_REASONS = {
    errno.ENOENT: "error.os_missing",
    errno.EACCES: "error.os_denied",
    errno.EPERM: "error.os_denied",
    errno.EROFS: "error.os_denied",
    errno.ENOSPC: "error.os_full",
    errno.EDQUOT: "error.os_full",
    errno.EISDIR: "error.os_is_folder",
    errno.ENOTDIR: "error.os_not_folder",
    errno.EEXIST: "error.os_not_folder",
    errno.ENAMETOOLONG: "error.os_name_too_long",
}


def os_reason(error: OSError) -> Message | str:
    """Why the system refused, in the user's words where they are known."""
    key = _REASONS.get(error.errno or 0)
    return message(key) if key else error.strerror or str(error)


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
        raise FileError(
            "RP3011", message("error.unwritable", file=str(path), why=os_reason(error))
        ) from error


def write_model(path: Path, model: BaseModel) -> None:
    """Write a model as indented JSON that people can compare. Raises FileError."""
    write_atomically(path, model.model_dump_json(indent=2) + "\n")


def read_model(path: Path, model: type[_Model]) -> _Model:
    """The model that `write_model` wrote. Raises FileError naming the first faults."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(
            "RP3001", message("error.unreadable", file=str(path), why=os_reason(error))
        ) from error
    try:
        return model.model_validate_json(data.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        wrong = [
            ": ".join(filter(None, (".".join(str(part) for part in item["loc"]), item["msg"])))
            for item in error.errors(include_input=False, include_url=False)[:FAULTS_SHOWN]
        ]
        raise FileError("RP3012", message("error.not_ours", file=str(path), wrong=wrong)) from error


def read_plan(folder: Path) -> Plan:
    """The plan of a folder. Raises WorkspaceError where there is none or it is damaged."""
    path = folder / PLAN_FILE
    if folder.is_dir() and not path.exists():
        raise WorkspaceError("RP7001", message("error.no_plan", folder=str(folder)))
    try:
        return read_model(path, Plan)
    except FileError as error:
        raise WorkspaceError("RP7002", error.message) from error
