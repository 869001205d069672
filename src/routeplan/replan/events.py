"""The events that a re-plan takes in; their types stand in `plan/events.py`."""

from __future__ import annotations

import datetime as dt

from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.plan.events import Cancel, Event

__all__ = ["Cancel", "Event", "parse_cancel"]


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
