"""What one does on the way, as far as the source knows more than the minutes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from routeplan.values import Frozen

__all__ = ["JourneyStep"]

Natural = Annotated[int, Field(ge=0)]


class JourneyStep(Frozen):
    """A part of a journey: on foot, waiting, in a line's vehicle, or in a taxi where there is no
    line. Minutes and metres."""

    kind: Literal["walk", "wait", "ride", "taxi"]
    minutes: Natural
    line: str = ""
    """Of a ride."""
    from_name: str = ""
    """Stop where it begins; '' where the journey does."""
    to_name: str = ""
    metres: Natural = 0
