"""What sources of rides by bus and metro share."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from routeplan.point import Point
from routeplan.travel.journey import JourneyStep

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Part", "Rides", "metres_between", "part_of", "whole_steps"]


class Part(NamedTuple):
    """Door-to-door minutes in one part of the day, n x n; infinite where there is no answer."""

    usual: np.ndarray
    """For every other departure no more."""
    sure: np.ndarray
    """For nearly all departures (`travel.transit.sure`) no more."""


class Rides(Protocol):
    """Journeys on foot and by public transport, nothing else."""

    @property
    def version(self) -> str:
        """As of a `TravelSource`."""

    def day_key(self, day: dt.date) -> str:
        """Days with equal keys have equal rides."""

    def estimated(self, day: dt.date) -> bool:
        """Whether the minutes of that day are no better than an estimate."""

    def part(self, points: Sequence[Point], day: dt.date, start: int, end: int) -> Part:
        """Setting off at any time within [start, end), minutes of `day`."""

    def expect(self, points: Sequence[Point], day: dt.date) -> None:
        """As of a `TravelSource`."""

    def journey(
        self, origin: Point, destination: Point, day: dt.date, minute: int
    ) -> tuple[JourneyStep, ...]:
        """The quickest way when setting off at `minute`; () where there is no answer."""


def part_of(parts: Sequence[int], minute: int) -> tuple[int, int] | None:
    """The part of the day, from one edge to the next, that holds a minute; None outside."""
    return next(
        ((start, end) for start, end in itertools.pairwise(parts) if start <= minute < end), None
    )


def metres_between(line: Sequence[Point]) -> int:
    """Along a line of points, straight from one to the next."""
    from geopy.distance import great_circle

    metres = (
        float(great_circle((one.lat, one.lon), (other.lat, other.lon)).meters)
        for one, other in itertools.pairwise(line)
    )
    return round(sum(metres))


def whole_steps(
    timed: Sequence[tuple[JourneyStep, float]], start: float
) -> tuple[JourneyStep, ...]:
    """Steps with whole minutes from the second at which each ends.

    Ends are rounded up one by one, so that the minutes add up to those of the whole journey,
    rounded up. Ways on foot that follow each other are one; what takes no minute is left out, but
    for rides.
    """
    steps: list[JourneyStep] = []
    before = 0
    for step, end in timed:
        # Seconds come from floating point: a billionth too many makes no minute.
        until = -int(-(end - start - 1e-6) // 60)
        step = step.model_copy(update={"minutes": max(0, until - before)})
        before = max(before, until)
        last = steps[-1] if steps else None
        if last is not None and last.kind == step.kind == "walk":
            steps[-1] = last.model_copy(
                update={
                    "minutes": last.minutes + step.minutes,
                    "metres": last.metres + step.metres,
                    "to_name": step.to_name,
                }
            )
        else:
            steps.append(step)
    return tuple(step for step in steps if step.minutes or step.kind == "ride")
