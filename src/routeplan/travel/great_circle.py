"""Travel estimated from the straight line, where no road network is loaded."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from routeplan.book.models import TravelMode
from routeplan.config import ModeSettings, TravelSettings
from routeplan.errors import SettingsError
from routeplan.language import message
from routeplan.point import Point
from routeplan.travel.matrix import TravelMatrix, TravelSlice
from routeplan.values import MINUTES_PER_DAY

__all__ = ["SAME_BUILDING_METRES", "GreatCircle"]

SAME_BUILDING_METRES = 30
"""Points no further apart are one building: no minute of travel, and nobody fetches the car."""

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class GreatCircle:
    """A `TravelSource` of estimates in steps of `settings.round_to` minutes, rounded half up.

    A leg takes access + detour x great circle / speed x hour factor, and never longer than walking
    it. Where several hour factors apply at one time they multiply.
    """

    settings: TravelSettings
    # A week asks for several modes and kinds of day over one list of points.
    _metres: Callable[[tuple[Point, ...]], Rows] = field(
        default_factory=lambda: lru_cache(maxsize=2)(_straight_metres),
        init=False,
        repr=False,
        compare=False,
    )

    def day_key(self, day: dt.date) -> str:
        """The first weekday whose hours are the same as this day's, in all modes."""
        profiles = [self._profiles(weekday) for weekday in range(7)]
        return str(profiles.index(profiles[day.weekday()]))

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        """Estimated travel among `points` (n x n), in slices if hour factors apply that day.

        Raises SettingsError when the settings have no such mode.
        """
        if mode not in self.settings.modes:
            raise SettingsError("RP2011", message("error.travel_mode", mode=mode))
        ride = self.settings.modes[mode]
        walk = self.settings.modes.get(TravelMode.WALK, ride)
        straight = self._metres(tuple(points))
        profile = self._profile(mode, day.weekday())
        by_factor = {
            factor: tuple(
                tuple(
                    _minutes(metres, ride, walk, factor, self.settings.round_to)
                    if row != column
                    else 0
                    for column, metres in enumerate(line)
                )
                for row, line in enumerate(straight)
            )
            for factor in {1.0, *(factor for _, factor in profile)}
        }
        return TravelMatrix(
            mode=mode,
            source="great-circle",
            estimated=True,
            minutes=by_factor[1.0],
            metres=tuple(tuple(_half_up(m * ride.detour) for m in line) for line in straight),
            slices=tuple(
                TravelSlice(start=start, minutes=by_factor[factor]) for start, factor in profile
            ),
        )

    def _profiles(self, weekday: int) -> list[tuple[tuple[int, float], ...]]:
        return [self._profile(mode, weekday) for mode in TravelMode]

    def _profile(self, mode: TravelMode, weekday: int) -> tuple[tuple[int, float], ...]:
        """From which minute on which factor holds; () if it is 1 all day."""
        factors = [
            factor
            for factor in self.settings.hour_factors
            if mode in factor.modes and weekday in factor.weekdays
        ]
        edges = {0, *(factor.hours.start for factor in factors)}
        edges |= {factor.hours.end for factor in factors}
        steps: list[tuple[int, float]] = []
        for start in sorted(edges - {MINUTES_PER_DAY}):
            now = [item.factor for item in factors if item.hours.start <= start < item.hours.end]
            product = math.prod(now, start=1.0)
            if not steps or steps[-1][1] != product:
                steps.append((start, product))
        return () if steps == [(0, 1.0)] else tuple(steps)


def _straight_metres(points: tuple[Point, ...]) -> Rows:
    """Great-circle distances, n x n, each pair measured once."""
    from geopy.distance import great_circle

    ordered = sorted(range(len(points)), key=lambda index: (points[index].lat, points[index].lon))
    places = [(point.lat, point.lon) for point in points]
    rows = [[0.0] * len(points) for _ in points]
    for rank, first in enumerate(ordered):
        for second in ordered[rank + 1 :]:
            if places[first] != places[second]:
                metres = great_circle(places[first], places[second]).meters
                rows[first][second] = rows[second][first] = metres
    return tuple(tuple(row) for row in rows)


def _minutes(
    metres: float, ride: ModeSettings, walk: ModeSettings, factor: float, step: int
) -> int:
    if metres <= SAME_BUILDING_METRES:
        return 0
    riding = ride.access_minutes + _plain_minutes(metres, ride) * factor
    walking = walk.access_minutes + _plain_minutes(metres, walk)
    # Walking is the way out of a jam, not a mode of its own: hour factors slow those who ride.
    minutes = riding if walk is ride else min(riding, walking)
    return step * max(1, _half_up(minutes / step))


def _plain_minutes(metres: float, mode: ModeSettings) -> float:
    return metres * mode.detour / (mode.speed_kph * 1000 / 60)


def _half_up(value: float) -> int:
    return math.floor(value + 0.5)
