"""What a re-plan knows of the plan before it: where each visit stood, what its client knew of that,
and how far today has got."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from routeplan.book.models import Rigidity
from routeplan.point import Point
from routeplan.values import Clock, Frozen

__all__ = ["Slot", "Told", "UnderWay", "told_by"]

Natural = Annotated[int, Field(ge=0)]


class Told(StrEnum):
    """What the client knows of a visit's day and hour."""

    NOT_AGREED = "not_agreed"  # nothing: it stands in the plan alone
    AGREED = "agreed"  # the client was asked and is content
    CONFIRMED = "confirmed"  # a firm promise


def told_by(appointment: Rigidity | None) -> Told:
    """What a client with such an appointment, or none, knows of day and hour."""
    if appointment in (Rigidity.EXACT, Rigidity.LEEWAY):
        return Told.CONFIRMED
    return Told.AGREED if appointment is Rigidity.DAY else Told.NOT_AGREED


class Slot(Frozen):
    """Where an earlier plan put a visit."""

    manager_id: str
    date: dt.date
    start: Clock
    """Of the talk."""
    told: Told = Told.NOT_AGREED
    companion_id: str = ""
    """Who was to come along."""


class UnderWay(Frozen):
    """A manager's day that has begun: what is left of it is a shorter shift.

    It starts at `point` at minute `ready` (the visit under way is over by then), and what is done
    counts towards the day's limits.
    """

    manager_id: str
    date: dt.date
    ready: Clock
    point: Point | None
    """None: nowhere yet, the first visit is the start."""
    name: str
    visits_done: Natural = 0
    talk_done: Natural = 0
    lunch_taken: bool = False
