"""What it costs to change a visit that was already planned."""

from __future__ import annotations

import datetime as dt

from routeplan.config import ChurnSettings
from routeplan.problem.progress import Slot, Told

__all__ = ["churn_factor"]


def churn_factor(churn: ChurnSettings, slot: Slot, today: dt.date | None, to: dt.date) -> float:
    """How many times the prices of `churn` a change of the visit in `slot` costs.

    More the more the client was told, and more at short notice: what counts is the earlier of the
    visit's old day and `to`, the day it goes to (give the old day where it goes nowhere). Without
    `today` no notice is short.
    """
    told = {Told.NOT_AGREED: 1.0, Told.AGREED: churn.agreed, Told.CONFIRMED: churn.confirmed}
    factor = told[slot.told]
    notice = None if today is None else max(0, (min(slot.date, to) - today).days)
    return factor if notice is None or notice >= len(churn.near) else factor * churn.near[notice]
