"""A relaxation's prices as a leaf of the proof (`solve/proof.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from routeplan.solve.column_generation.generate import Proof
from routeplan.solve.column_generation.piece import Piece
from routeplan.solve.proof import CutPrice, GapPrice, Leaf

__all__ = ["CountCase", "leaf_of"]


class CountCase(NamedTuple):
    """One side of a `CountSplit` above a leaf."""

    visits: frozenset[int]
    shifts: frozenset[int] | None
    most: int
    more: bool


def leaf_of(
    piece: Piece, proof: Proof, above: Sequence[CountCase] = (), listed: int | None = None
) -> Leaf:
    """The leaf of a case, in the indices of the piece's problem.

    `above` are the count cases on the way to it, root first. A row of the relaxation joins all
    counts of the same visits and shifts; its price goes to the one that binds. Where none is above
    (a visit that is made on one shift, or never) the case itself says as much.
    """
    counts = [0] * len(above)
    for count, price in zip(proof.counts, proof.duals.count, strict=True):
        binding = (
            CountCase(count.visits, count.shifts, count.least - 1, True)
            if price > 0
            else CountCase(count.visits, count.shifts, count.most, False)
        )
        if binding in above:
            counts[above.index(binding)] = price
    return Leaf(
        visits=tuple(proof.duals.visit[visit] for visit in piece.visits),
        gaps=tuple(
            GapPrice(
                first=row.first,
                second=row.second,
                first_from=row.first_from,
                second_before=row.second_before,
                price=price,
            )
            for row, price in zip(piece.gaps, proof.duals.gap, strict=True)
            if price
        ),
        cuts=tuple(
            CutPrice(visits=cut, price=price)
            for cut, price in zip(proof.cuts, proof.duals.cut, strict=True)
            if price
        ),
        counts=tuple(counts),
        choices=proof.duals.choice,
        ties=proof.duals.tie,
        listed=listed,
    )
