"""What an approximate point means in minutes."""

from __future__ import annotations

import math

from routeplan.book.models import Site, TravelMode
from routeplan.config import TravelSettings

__all__ = ["off_minutes"]


def off_minutes(site: Site, mode: TravelMode, settings: TravelSettings) -> int:
    """How many minutes more or less a way to the site may take; 0 where its point is exact.

    The distance that the point may be off, estimated as any other without access to the vehicle.
    """
    if site.point is None or site.located is None or mode not in settings.modes:
        return 0
    ride = settings.modes[mode]
    return math.ceil(site.located.off_metres / 1000 * ride.detour / ride.speed_kph * 60)
