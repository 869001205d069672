"""What can be wrong with a book, each fault with its place and its mend."""

from __future__ import annotations

from enum import StrEnum

from routeplan.language import Message
from routeplan.values import Frozen

__all__ = ["Fault", "Severity"]


class Severity(StrEnum):
    FAULT = "fault"  # must be mended before planning
    NOTE = "note"  # planning goes on; the outputs say what it costs


class Fault(Frozen):
    """One thing wrong: where, what value, why, and how to mend it."""

    code: str
    """Stable, RP1001 and up."""
    severity: Severity = Severity.FAULT
    file: str
    sheet: str = ""
    row: int | None = None
    """As a spreadsheet counts: 1 is the header."""
    column: str = ""
    """The header as the user wrote it."""
    value: str = ""
    problem: Message
    fix: Message
