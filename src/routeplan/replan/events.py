"""What happened since the plan was made: the facts that a re-plan takes in.

One frozen type an event; `Event` is their union.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeAlias

from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.values import Frozen

__all__ = ["Cancel", "Event", "parse_cancel"]


class Cancel(Frozen):
    """A client cancelled a planned visit: the only one still to come, or the one on `date`."""

    kind: Literal["cancel"] = "cancel"
    client_id: str
    date: dt.date | None = None

    def __str__(self) -> str:
        return f"{self.client_id}@{self.date}" if self.date else self.client_id


Event: TypeAlias = Cancel


def parse_cancel(text: str) -> Cancel:
    """The cancellation written as 'C017' or 'C017@2026-11-24'.

    Raises UsageError RP4021 when it is written otherwise.
    """
    client_id, at, day = text.strip().rpartition("@")
    if not at:
        client_id, day = day, ""
    try:
        date = dt.date.fromisoformat(day) if at else None
    except ValueError as error:
        raise UsageError("RP4021", message("replan.not_a_cancel", text=text)) from error
    if not client_id:
        raise UsageError("RP4021", message("replan.not_a_cancel", text=text))
    return Cancel(client_id=client_id, date=date)
