"""Every error that routeplan raises on purpose.

    RouteplanError                 the root; `code` is stable, `exit_code` is the process's
    ├── BookError (ValueError)     the book has faults; carries all of them           RP1xxx  exit 1
    ├── SettingsError (ValueError) settings, policy or calendar file cannot be used   RP2xxx  exit 1
    ├── FileError (OSError)        a file cannot be read or written                   RP3xxx  exit 1
    ├── UsageError (ValueError)    the call makes no sense as given                   RP4xxx  exit 2
    ├── NoPlanError                nothing can be planned at all                      RP5xxx  exit 3
    ├── CheckError (AssertionError) the checker refused a plan: a bug of ours         RP6xxx  exit 4
    ├── WorkspaceError (OSError)   a plan folder cannot be used                       RP7xxx  exit 5
    └── ServiceError (ConnectionError) a service on the net cannot be used            RP8xxx  exit 6

Members also inherit the builtin that they resemble, so that `except ValueError` works as expected.
Texts are `Message`s: the command line shows them in the user's language, `str(error)` in English.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, ClassVar

from routeplan.language import Message, Texts, message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from routeplan.book.faults import Fault

__all__ = [
    "BookError",
    "CheckError",
    "FileError",
    "NoPlanError",
    "RouteplanError",
    "ServiceError",
    "SettingsError",
    "UsageError",
    "WorkspaceError",
    "os_reason",
    "unreadable",
    "unwritable",
]


class RouteplanError(Exception):
    """Root of the tree. `code` is stable across versions, `message` renders in any language."""

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, message: Message) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {Texts('en').render(message)}")


class SettingsError(RouteplanError, ValueError):
    """A settings, policy or calendar file says something that cannot be meant."""


class FileError(RouteplanError, OSError):
    """A file cannot be read or written."""


class UsageError(RouteplanError, ValueError):
    """The call asks for something that does not exist or contradicts itself."""

    exit_code = 2


class NoPlanError(RouteplanError):
    """There is nothing that could be planned."""

    exit_code = 3


class CheckError(RouteplanError, AssertionError):
    """The independent checker refused a plan. Never the user's fault: please report it."""

    exit_code = 4


class WorkspaceError(RouteplanError, OSError):
    """A plan folder is missing, damaged or cannot be written."""

    exit_code = 5


class ServiceError(RouteplanError, ConnectionError):
    """A service that the user named refuses, is out of reach or answers nonsense."""

    exit_code = 6


class BookError(RouteplanError, ValueError):
    """The book has faults; `faults` holds every one of them."""

    def __init__(self, code: str, message: Message, faults: Sequence[Fault] = ()) -> None:
        super().__init__(code, message)
        self.faults = tuple(faults)


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


def unreadable(path: Path, error: OSError) -> FileError:
    """The error of a file that the system does not let us read."""
    return FileError("RP3001", message("error.unreadable", file=str(path), why=os_reason(error)))


def unwritable(path: Path, error: OSError) -> FileError:
    """The error of a file or folder that the system does not let us write."""
    return FileError("RP3011", message("error.unwritable", file=str(path), why=os_reason(error)))
