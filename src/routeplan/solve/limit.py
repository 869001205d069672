"""Why no solution that changes few visits costs less than a bound.

A change is a visit that does not stand as it stood, to the minute. With n(x) changes, cost c(x) and
m(x) required visits left out, let a problem be the same but that each change costs `price` more and
each required visit left out `penalty` instead of P. Then for any solution x with n(x) <= B and
m(x) <= M

    c(x) >= c(x) + price (n(x) - B) + (penalty - P) (m(x) - M)
         >= (bound of that problem) - price B - (penalty - P) M,

the Lagrangian bound, whatever the price. M is what the solution at hand leaves out: who leaves out
more pays more than all else can come to. So a limit is checked by checking the proof of the priced
problem (`recheck_limit.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from routeplan.solve.proof import Proof
from routeplan.values import Frozen

if TYPE_CHECKING:
    from routeplan.solve.result import Solution

__all__ = ["Limit", "Stood", "changes_of"]

Natural = Annotated[int, Field(ge=0)]


class Stood(Frozen):
    """Where a visit was planned before."""

    visit: Natural
    shift: Natural | None
    """None: nobody works there any more, so the visit changes."""
    start: int
    """Of the talk."""


class Limit(Frozen):
    """A limit on changes, and what every solution within it costs at least."""

    stood: tuple[Stood, ...]
    """By visit."""
    most: Natural
    """Changes allowed, those that nothing avoids among them."""
    bound: int | None
    """None: not known."""
    price: Natural = 0
    penalty: Natural = 0
    """What a required visit left out costs in the priced problem."""
    proof: Proof | None = None
    """Of the priced problem; None: at price 0 it is that of the result."""


def changes_of(solution: Solution, limit: Limit) -> int:
    """How many visits do not stand where they stood."""
    now = {
        stop.visit: (route.shift, stop.start) for route in solution.routes for stop in route.stops
    }
    return sum(now.get(one.visit) != (one.shift, one.start) for one in limit.stood)
