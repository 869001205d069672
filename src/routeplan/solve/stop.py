"""When to stop, and what is told meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Progress", "ProgressCallback", "StopRule"]


@dataclass(frozen=True)
class StopRule:
    """The search ends at whichever comes first. With `iterations` alone it is repeatable."""

    seconds: float | None = 20.0
    iterations: int | None = None
    gap: float = 0.0


@dataclass(frozen=True)
class Progress:
    seconds: float
    cost: int
    required: int
    """Of it, penalties for required visits left out."""
    bound: int | None
    visits: int
    """Visits on the best routes so far."""


ProgressCallback = Callable[[Progress], bool | None]
"""Called with each better solution; returning False cancels the search."""
