"""A place on earth."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from routeplan.values import Frozen

__all__ = ["Point"]


class Point(Frozen):
    """Latitude and longitude in degrees, WGS-84. Other datums are converted where they come in."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
