"""Travel estimated from the straight line, where no road network is loaded."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from routeplan.book.models import TravelMode
from routeplan.config import ModeSettings, TravelSettings
from routeplan.errors import SettingsError
from routeplan.language import message
from routeplan.point import Point
from routeplan.travel.hours import digest, hours_key, profile, sliced
from routeplan.travel.journey import JourneyStep
from routeplan.travel.matrix import TravelMatrix
from routeplan.travel.modes import may_walk
from routeplan.workdays import OFFICIAL, WorkCalendar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["SAME_BUILDING_METRES", "GreatCircle"]

SAME_BUILDING_METRES = 30
"""Points no further apart are one building: no minute of travel, and nobody fetches the car."""
EARTH_RADIUS_METRES = 6_371_009
"""Mean radius."""

Metres = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class GreatCircle:
    """A `TravelSource` of estimates in steps of `settings.round_to` minutes, rounded half up.

    A leg takes access + detour x great circle / speed x hour factor, and never longer than walking
    it, but for one's own car, to which one would have to walk back.
    """

    settings: TravelSettings
    calendar: WorkCalendar = OFFICIAL
    # A week asks for several modes and kinds of day over one list of points.
    _metres: Callable[[tuple[Point, ...]], Metres] = field(
        default_factory=lambda: lru_cache(maxsize=2)(_straight_metres),
        init=False,
        repr=False,
        compare=False,
    )

    @property
    def version(self) -> str:
        used = {"round_to", "modes", "hour_factors", "vehicles"}
        return f"great-circle:{digest(self.settings.model_dump(mode='json', include=used))}"

    def day_key(self, day: dt.date) -> str:
        return hours_key(self.settings.hour_factors, self.calendar.ordinary_weekday(day))

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        """Estimated travel among `points` (n x n), in slices if hour factors apply that day.

        Raises SettingsError when the settings have no such mode.
        """
        import numpy as np

        if mode not in self.settings.modes:
            raise SettingsError("RP2011", message("error.travel_mode", mode=mode))
        ride = self.settings.modes[mode]
        walk = self.settings.modes.get(TravelMode.WALK)
        straight = np.array(self.straight_metres(points))
        on_foot = None if walk is None else _minutes(straight, walk, walk.access_minutes)
        minutes, slices = sliced(
            _minutes(straight, ride),
            profile(self.settings.hour_factors, mode, self.calendar.ordinary_weekday(day)),
            access=ride.access_minutes,
            walking=on_foot if may_walk(mode, self.settings) else None,
            step=self.settings.round_to,
        )
        metres = np.floor(straight * ride.detour + 0.5).astype(int)
        return TravelMatrix(
            mode=mode,
            source="great-circle",
            estimated=True,
            minutes=minutes,
            metres=tuple(map(tuple, metres.tolist())),
            slices=slices,
        )

    def straight_metres(self, points: Sequence[Point]) -> Metres:
        """Great-circle distances among `points`, n x n."""
        return self._metres(tuple(points))

    def expect(self, *_: object) -> None:
        """Nothing to prepare."""

    def shape(self, *_: object) -> None:
        """Not known."""

    def journey(self, *_: object) -> tuple[JourneyStep, ...]:
        """Nothing beyond the minutes."""
        return ()


def _straight_metres(points: tuple[Point, ...]) -> Metres:
    """Great-circle distances, n x n, each pair measured once.

    Vincenty's formula on a sphere, as in geopy, whose objects take ten times as long for the
    thousands of pairs of a week.
    """
    ordered = sorted(range(len(points)), key=lambda index: (points[index].lat, points[index].lon))
    angles = [
        (math.sin(lat), math.cos(lat), math.radians(point.lon))
        for point in points
        for lat in [math.radians(point.lat)]
    ]
    rows = [[0.0] * len(points) for _ in points]
    for rank, first in enumerate(ordered):
        sin_a, cos_a, lon_a = angles[first]
        for second in ordered[rank + 1 :]:
            sin_b, cos_b, lon_b = angles[second]
            cos_lon, sin_lon = math.cos(lon_b - lon_a), math.sin(lon_b - lon_a)
            angle = math.atan2(
                math.sqrt((cos_b * sin_lon) ** 2 + (cos_a * sin_b - sin_a * cos_b * cos_lon) ** 2),
                sin_a * sin_b + cos_a * cos_b * cos_lon,
            )
            rows[first][second] = rows[second][first] = EARTH_RADIUS_METRES * angle
    return tuple(tuple(row) for row in rows)


def _minutes(
    straight: npt.NDArray[np.float64], mode: ModeSettings, access: int = 0
) -> npt.NDArray[np.float64]:
    """Minutes of straight distances: 0 in the same building, access apart."""
    import numpy as np

    per_metre = mode.detour / (mode.speed_kph * 1000 / 60)
    return np.where(straight <= SAME_BUILDING_METRES, 0.0, access + straight * per_metre)
