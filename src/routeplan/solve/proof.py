"""Why no solution costs less than a bound: integer prices, and a tree of cases that covers all.

At a leaf, with z_v = 1 where visit v is made, any prices pi (visits), lambda, kappa <= 0 (gap rows,
cuts) and mu (count rows: <= 0 for "at most", >= 0 for "more than") give the bound

    sum_v w_v + sum_v min over allowed z_v of (pi_v - w_v - sum of mu of the counts with v
                                               - chi of its choice -+ tau of its tie) z_v
    + sum mu x its number + sum chi - surplus + sum lambda + sum kappa
    + sum_s min(0, least reduced cost of s)

on all solutions of the case, where a route's reduced cost is its cost less pi of its visits, lambda
of the gap rows they count in, and kappa of the cuts it has two visits of. So a proof is checked by
pricing anew (`recheck.py`) and needs no trust in what found it. A count of the visits made by some
shifts takes its mu from the reduced costs of these shifts' routes, once for each of its visits,
instead of from the z_v. Each visit of a choice has the choice's worth w_v, and `surplus` is what is
then counted more than once; chi <= 0 prices "at most one", tau "as often the first as the second"
(- for the first, + for the second). All prices are whole multiples of 1 / `scale` minutes.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from routeplan.values import Frozen

__all__ = [
    "MOST_DEEP",
    "CaseTree",
    "CountSplit",
    "CutPrice",
    "GapPrice",
    "Leaf",
    "PartProof",
    "PlaceSplit",
    "Proof",
]


MOST_DEEP = 150
"""Splits above a leaf: much deeper trees are more than readers of JSON take."""


class GapPrice(Frozen):
    """Of the row 'at most one of: `first` on day `first_from` or later, `second` before day
    `second_before`' (indices of days)."""

    first: int
    second: int
    first_from: int
    second_before: int
    price: Annotated[int, Field(le=0)]


class CutPrice(Frozen):
    """Of the row 'at most one route has two of these three visits'."""

    visits: tuple[int, int, int]
    price: Annotated[int, Field(le=0)]


class Leaf(Frozen):
    """Prices that bound one case. `counts` are those of the count cases above, root first.

    With `listed` the bound is that cost instead: no choice among the routes whose reduced cost lies
    inside the gap between the prices' bound and it is cheaper.
    """

    kind: Literal["leaf"] = "leaf"
    visits: tuple[int, ...]
    """Price of each visit of the part, in the part's order."""
    gaps: tuple[GapPrice, ...] = ()
    cuts: tuple[CutPrice, ...] = ()
    counts: tuple[int, ...] = ()
    choices: tuple[Annotated[int, Field(le=0)], ...] = ()
    ties: tuple[int, ...] = ()
    """Of the choices and ties of the part, in the problem's order."""
    listed: int | None = None


class CountSplit(Frozen):
    """Either at most `most` of `visits` are made (by `shifts`, if any are named), or more."""

    kind: Literal["count"] = "count"
    visits: tuple[int, ...]
    shifts: tuple[int, ...] | None = None
    most: int
    fewer: CaseTree
    more: CaseTree


class PlaceSplit(Frozen):
    """Either `visit` is made on none of `shifts`, or on one of them (and on no other)."""

    kind: Literal["place"] = "place"
    visit: int
    shifts: tuple[int, ...]
    elsewhere: CaseTree
    there: CaseTree


CaseTree = Annotated[Leaf | CountSplit | PlaceSplit, Field(discriminator="kind")]


class PartProof(Frozen):
    """Of a part of the problem: these visits can be made by these shifts only, and no gap or window
    links them to another part."""

    visits: tuple[int, ...]
    """Ascending indices into `Problem.visits`; so everywhere below."""
    shifts: tuple[int, ...]
    tree: CaseTree | None
    """None: nothing proven but that no cost is negative."""
    relaxed: Leaf | None = None
    """The prices before any case, where `tree` is not a leaf of these: no part of the proof, but
    where that of a changed problem starts (`carry.py`)."""
    least: tuple[Annotated[int, Field(le=0)], ...] = ()
    """For these prices: what no route of a shift costs less than, reduced, in the order of
    `shifts`. Empty: not known."""


class Proof(Frozen):
    scale: int
    parts: tuple[PartProof, ...]
    """Visits in no part have no window that any route could use."""
