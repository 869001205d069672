"""Collects what is wrong with a book while it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from routeplan.book.cells import CellError
from routeplan.book.codes import FaultCode
from routeplan.book.faults import Fault, Severity
from routeplan.language import Message
from routeplan.language.message import Argument

__all__ = ["Place", "Reporter"]

_MAX_FAULTS = 2_000
_MAX_VALUE = 80


class Place(NamedTuple):
    """Where a fault is; fields as in `Fault`."""

    file: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""


class Reporter:
    """Gathers faults and notes."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.unread: set[str] = set()
        """Sheets whose content is unknown, so that nothing is concluded from what they lack."""
        self.failed = False
        """Whether anything reported is more than a note."""
        self._beyond = 0

    def report(self, code: FaultCode, place: Place, /, *, fix: str = "", **args: Argument) -> None:
        """A fault: the book cannot be used before it is mended. `fix`: key of another remedy."""
        self._add(code, Severity.FAULT, place, fix or f"book.{code.name.lower()}_fix", args)

    def note(self, code: FaultCode, place: Place, /, **args: Argument) -> None:
        """A note: the book can be used, at a cost that the text names."""
        self._add(code, Severity.NOTE, place, f"book.{code.name.lower()}_fix", args)

    def cell(self, error: CellError, place: Place) -> None:
        """The fault of a cell that could not be read."""
        self._add(error.code, Severity.FAULT, place, error.fix, error.args_of_text)

    def _add(
        self,
        code: FaultCode,
        severity: Severity,
        place: Place,
        fix: str,
        args: dict[str, Argument],
    ) -> None:
        self.failed |= severity is Severity.FAULT
        if len(self.faults) == _MAX_FAULTS:
            self._beyond += 1
            return
        value = place.value if len(place.value) <= _MAX_VALUE else place.value[:_MAX_VALUE] + "…"
        self.faults.append(
            Fault(
                code=code.value,
                severity=severity,
                **place._replace(value=value)._asdict(),
                problem=Message(key=f"book.{code.name.lower()}", args=args),
                fix=Message(key=fix, args=args),
            )
        )

    def close(self, place: Place, order: Sequence[tuple[str, str]]) -> tuple[Fault, ...]:
        """All of them, those of whole files first, then by (file, sheet) in `order` and by row.

        More than 2,000 are counted, not listed: then `place` is where the rest is.
        """
        rank = {page: number for number, page in enumerate(order)}
        self.faults.sort(
            key=lambda fault: (rank.get((fault.file, fault.sheet), -1), fault.row or 0)
        )
        if self._beyond:
            more, self._beyond = self._beyond, 0
            self.faults.append(
                Fault(
                    code=FaultCode.TOO_MANY_FAULTS.value,
                    severity=Severity.FAULT if self.failed else Severity.NOTE,
                    file=place.file,
                    problem=Message(key="book.too_many_faults", args={"n": more}),
                    fix=Message(key="book.too_many_faults_fix"),
                )
            )
        return tuple(self.faults)
