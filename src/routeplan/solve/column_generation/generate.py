"""Column generation on a piece: the relaxation's value, a bound that holds, and the columns.

For any prices (pi; lambda, kappa <= 0) no plan of the piece costs less than

    sum_v worth_v + sum_v min(0, pi_v - worth_v - sum of mu and chi of the counts and choices with v
                                 -+ tau of the tie with v as its first, second)
    + sum mu x its number + sum chi + sum lambda + sum kappa + sum_s n_s min(0, min_r rc_s(r))

where a count's number is its `least` for mu > 0, else its `most`, n_s shifts are of kind s, and
rc_s(r) is the cost of route r there less pi of its visits, lambda of the gap rows they count in
there, and kappa of the cuts it holds. The minimum runs over a superset of the routes (ng-routes):
the Lagrangian bound, see Desrosiers and Lübbecke (2005), "A primer in column generation". All terms
are whole multiples of 1 / SCALE.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.cuts import MAX_CUTS, Cut, cut_value, separate
from routeplan.solve.column_generation.enumerate import enumerate_shift
from routeplan.solve.column_generation.master import SCALE, Count, Duals, Master
from routeplan.solve.column_generation.piece import Piece, PieceShift
from routeplan.solve.column_generation.pricing import price_shift

__all__ = [
    "Generated",
    "Proof",
    "enumerate_columns",
    "generate_columns",
    "lagrangian_bound",
    "price_piece",
]

COLUMNS_PER_ROUND = 8
"""Columns taken for each shift in a round."""
MAX_LABELS = 2_000_000
"""Of one pricing, some seconds; beyond it the bound is what can be told without them."""
MAX_LISTED = 2_000_000
"""Labels of one enumeration; beyond it there are too many routes."""


@dataclass(frozen=True)
class Proof:
    """Why no plan of a piece costs less than `bound` (scaled)."""

    bound: int
    duals: Duals
    cuts: tuple[Cut, ...]
    """Priced by `duals.cut`."""
    counts: tuple[Count, ...]
    """Priced by `duals.count`."""
    best: dict[int, int]
    """Shift → least reduced cost of its routes, scaled."""


@dataclass(frozen=True)
class Generated:
    piece: Piece
    """With the memory that was found needed."""
    columns: tuple[Column, ...]
    """Everything found, the start columns included."""
    made: dict[int, float]
    """How much of each visit the relaxation makes."""
    proof: Proof | None
    """Of the best bound; None: no exact pricing was finished."""
    fractions: tuple[tuple[Column, float], ...]
    """The columns that the relaxation uses, and how much."""
    master: Master = field(compare=False, repr=False)
    """The relaxation as it ended, to look further."""

    @property
    def is_plan(self) -> bool:
        """Whether the relaxation's best is whole routes."""
        return all(fraction > 1 - 1e-6 and column.elementary for column, fraction in self.fractions)

    @property
    def bound(self) -> int | None:
        """No plan of the piece costs less, in minutes."""
        return None if self.proof is None else -(-self.proof.bound // SCALE)


@dataclass(frozen=True)
class Priced:
    """What pricing found on a shift: least reduced cost, scaled, and columns below a threshold."""

    shift: int
    best: int
    complete: bool
    """Whether no label was left aside; `best` holds all the same."""
    columns: tuple[tuple[int, Column], ...]  # (reduced cost, column)
    late: bool = False
    """The deadline came before: nothing is known."""


def price_piece(
    piece: Piece,
    duals: Duals,
    cuts: Sequence[Cut],
    counts: Sequence[Count] = (),
    *,
    heuristic: bool,
    threads: int,
    deadline: float = math.inf,
) -> list[Priced]:
    """Best routes of every shift for given prices, in the order of the shifts.

    Shifts that the deadline comes before are late.
    """

    def price(shift: int) -> Priced:
        if time.monotonic() >= deadline:
            return Priced(shift, 0, False, (), late=True)
        return _price_shift(piece, duals, cuts, counts, shift, heuristic)

    if threads > 1 and len(piece.shifts) > 1:
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(price, piece.shifts))
    return [price(shift) for shift in piece.shifts]


@dataclass(frozen=True)
class ShiftPrices:
    """Prices as the kernels read them."""

    visit: npt.NDArray[np.int64]  # (n,) what visiting earns on this shift
    cut_bits: npt.NDArray[np.uint64]  # (n,) the cuts a visit is in
    cut_duals: npt.NDArray[np.int64]  # (MAX_CUTS,) what a cut costs, >= 0
    cuts: tuple[tuple[Cut, int], ...]
    """The cuts of these bits with their prices (<= 0)."""

    @classmethod
    def of(
        cls,
        piece: Piece,
        duals: Duals,
        cuts: Sequence[Cut],
        counts: Sequence[Count],
        shift: int,
    ) -> ShiftPrices:
        visits = piece.parts[shift].data.visits
        cut_bits = np.zeros(len(visits), dtype=np.uint64)
        cut_duals = np.zeros(MAX_CUTS, dtype=np.int64)
        on_board = piece.visits_on(shift)
        priced = tuple(
            (cut, dual)
            for cut, dual in zip(cuts, duals.cut, strict=True)
            if dual < 0 and len(on_board.intersection(cut)) > 1
        )
        for number, (cut, dual) in enumerate(priced):
            cut_duals[number] = -dual
            for visit in cut:
                cut_bits[visits == visit] |= np.uint64(1) << np.uint64(number)
        here = [
            (count.visits, price)
            for count, price in zip(counts, duals.count, strict=True)
            if price and count.shifts is not None and shift in count.shifts
        ]
        earned = [
            duals.visit[visit]
            + sum(duals.gap[number] for number in piece.gaps_hit(visit, shift))
            + sum(price for counted, price in here if visit in counted)
            for visit in visits.tolist()
        ]
        return cls(np.array(earned, dtype=np.int64), cut_bits, cut_duals, priced)


def _price_shift(
    piece: Piece,
    duals: Duals,
    cuts: Sequence[Cut],
    counts: Sequence[Count],
    shift: int,
    heuristic: bool,
) -> Priced:
    part: PieceShift = piece.parts[shift]
    data = part.data
    if len(data.visits) == 0:
        return Priced(shift, 0, True, ())
    prices = ShiftPrices.of(piece, duals, cuts, counts, shift)
    threshold = duals.shift[shift] - 1
    best, complete, last, pred, closed, closed_rc, _ = price_shift(
        data, SCALE, prices.visit, part.ng, prices.cut_bits, prices.cut_duals,
        threshold, heuristic, MAX_LABELS,
    )  # fmt: skip
    most = 2 * COLUMNS_PER_ROUND * piece.capacity[shift]
    nearest = np.argsort(closed_rc, kind="stable")[:most]
    found = tuple(
        (
            int(closed_rc[index]),
            _column(piece, prices, shift, _order(last, pred, closed[index]), int(closed_rc[index])),
        )
        for index in nearest.tolist()
    )
    return Priced(shift, int(best), bool(complete), found)


def _order(last: npt.NDArray[np.int32], pred: npt.NDArray[np.int32], label: int) -> list[int]:
    """A label's visits, first to last, as the shift numbers them."""
    order: list[int] = []
    while label >= 0:
        order.append(int(last[label]))
        label = int(pred[label])
    order.reverse()
    return order


def _column(
    piece: Piece, prices: ShiftPrices, shift: int, order: list[int], reduced: int
) -> Column:
    """Reduced cost, prices and cuts give the route's cost back, window costs included."""
    visits = tuple(piece.parts[shift].data.visits[order].tolist())
    route = Column(shift, visits, 0)
    paid = sum(dual * cut_value(cut, route) for cut, dual in prices.cuts)
    cost, rest = divmod(reduced + int(prices.visit[order].sum()) + paid, SCALE)
    if rest:
        raise AssertionError("a label's reduced cost does not match its route")
    return route._replace(cost=cost)


def enumerate_columns(
    piece: Piece, proof: Proof, room: int, limit: int, threads: int, deadline: float = math.inf
) -> list[Column] | None:
    """Every column that a plan within `room` (scaled) of the bound could use.

    None: too many, or too late.
    """

    def of(shift: int) -> list[Column] | None:
        if stop.is_set() or time.monotonic() >= deadline:
            return None
        columns = _enumerate_shift(piece, proof, shift, room + min(0, proof.best[shift]), limit)
        if columns is None:
            stop.set()
        return columns

    found: list[Column] = []
    stop = threading.Event()
    with ThreadPoolExecutor(threads) as pool:
        for columns in pool.map(of, piece.shifts):
            if columns is None or len(found) + len(columns) > limit:
                return None
            found.extend(columns)
    return found


def _enumerate_shift(
    piece: Piece, proof: Proof, shift: int, below: int, limit: int
) -> list[Column] | None:
    part = piece.parts[shift]
    data = part.data
    if len(data.visits) == 0:
        return []
    prices = ShiftPrices.of(piece, proof.duals, proof.cuts, proof.counts, shift)
    complete, last, pred, closed, closed_rc = enumerate_shift(
        data, SCALE, prices.visit, part.words, prices.cut_bits, prices.cut_duals, below, MAX_LISTED
    )
    if not complete:
        return None
    best: dict[frozenset[int], tuple[int, list[int]]] = {}
    for label, reduced in zip(closed.tolist(), closed_rc.tolist(), strict=True):
        order = _order(last, pred, label)
        key = frozenset(order)
        if key not in best or reduced < best[key][0]:
            best[key] = (reduced, order)
            if len(best) > limit:
                return None
    return [_column(piece, prices, shift, order, reduced) for reduced, order in best.values()]


def lagrangian_bound(
    piece: Piece, duals: Duals, priced: Iterable[Priced], counts: Sequence[Count] = ()
) -> int:
    """The bound of the module's docstring, scaled. Only for exact pricing, and of every shift."""
    paid = {visit: piece.worth[visit] * SCALE for visit in piece.visits}
    rows = sum(duals.gap) + sum(duals.cut) + sum(duals.choice)
    for choice, price in zip(piece.choices, duals.choice, strict=True):
        for visit in choice:
            paid[visit] += price
    for (first, second), price in zip(piece.ties, duals.tie, strict=True):
        paid[first] += price
        paid[second] -= price
    for count, price in zip(counts, duals.count, strict=True):
        rows += price * (count.least if price > 0 else count.most)
        if count.shifts is None:
            for visit in count.visits:
                paid[visit] += price
    worth = (sum(piece.worth.values()) - piece.prepared.surplus) * SCALE
    visits = worth + sum(min(0, price - paid[visit]) for visit, price in duals.visit.items())
    return visits + rows + sum(piece.capacity[one.shift] * min(0, one.best) for one in priced)


def generate_columns(
    piece: Piece,
    start: Iterable[Column],
    *,
    deadline: float = math.inf,
    max_rounds: int = 10_000,
    tolerance: int = SCALE // 2,
    exact: bool = True,
    counts: Sequence[Count] = (),
    cuts: Sequence[Cut] = (),
    max_cuts: int = 0,
    threads: int = 1,
    enough: float = math.inf,
    on_bound: Callable[[int], None] | None = None,
) -> Generated:
    """Adds columns until none is missing, the bound is within `tolerance` or (scaled) `enough`, or
    time is up.

    Where the relaxation repeats a visit, the piece comes to remember it; then `cuts` are joined by
    others, up to `max_cuts` for each shift. With `exact` False the last, exact rounds are skipped:
    columns without a bound.
    """
    on_board = [piece.visits_on(shift) for shift in piece.shifts]
    master = Master(piece, counts)
    for cut in cuts:
        master.add_cut(cut)
    known: set[tuple[int, tuple[int, ...]]] = set()
    for column in start:
        if (key := (column.shift, column.visits)) not in known:
            known.add(key)
            master.add(column)
    value, duals = master.solve()
    proof: Proof | None = None
    heuristic = True
    rounds = 0
    while rounds < max_rounds and time.monotonic() < deadline:
        rounds += 1
        priced = price_piece(
            piece,
            duals,
            master.cuts,
            counts,
            heuristic=heuristic,
            threads=threads,
            deadline=deadline,
        )
        if not heuristic:
            if any(shift.late for shift in priced):
                break
            bound = lagrangian_bound(piece, duals, priced, counts)
            if proof is None or bound > proof.bound:
                least = {shift.shift: shift.best for shift in priced}
                proof = Proof(bound, duals, tuple(master.cuts), tuple(counts), least)
                if on_bound:
                    on_bound(-(-bound // SCALE))
                if bound >= enough:
                    break
            if not all(shift.complete for shift in priced):
                break
        added = 0
        for shift in priced:
            taken = 0
            for _, column in shift.columns:
                key = (column.shift, column.visits)
                if key in known:
                    continue
                known.add(key)
                master.add(column)
                added += 1
                taken += 1
                if taken == COLUMNS_PER_ROUND * piece.capacity[shift.shift]:
                    break
        if not heuristic and (
            added == 0
            or (value - piece.prepared.surplus) * SCALE - (proof.bound if proof else 0) < tolerance
        ):
            if _repeats(master):
                piece, value, duals = _remembering(piece, master)
                heuristic = True
                continue
            new = separate(master.fractions, master.cuts, on_board, max_cuts)
            if not new:
                break
            for cut in new:
                master.add_cut(cut)
            value, duals = master.solve()
            heuristic = True
            continue
        if added and time.monotonic() < deadline:
            value, duals = master.solve()
        if heuristic and added < len(piece.shifts):
            if exact:
                heuristic = False
            elif _repeats(master):
                piece, value, duals = _remembering(piece, master)
            else:
                break
        elif not heuristic and added > 4 * len(piece.shifts):
            heuristic = True
    return Generated(
        piece=piece,
        columns=tuple(master.columns),
        made=dict(master.made),
        proof=proof,
        fractions=tuple(master.fractions),
        master=master,
    )


def _repeats(master: Master) -> bool:
    """Whether the relaxation uses a route with a cycle."""
    return any(not column.elementary for column, _ in master.fractions)


def _remembering(piece: Piece, master: Master) -> tuple[Piece, float, Duals]:
    """The piece without these cycles, and its master's value and prices."""
    piece = piece.remembering(column for column, _ in master.fractions)
    master.remove(piece.remembers)
    return (piece, *master.solve())
