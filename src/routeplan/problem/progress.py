"""What a re-plan knows of the plan before it: where each visit stood, and how far today has got."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from routeplan.point import Point
from routeplan.values import Clock, Frozen

__all__ = ["Slot", "UnderWay"]

Natural = Annotated[int, Field(ge=0)]


class Slot(Frozen):
    """Where an earlier plan put a visit."""

    manager_id: str
    date: dt.date
    start: Clock
    """Of the talk."""


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
