"""Branch and bound: the weakest case is split first, and the tree that remains proves the bound."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from routeplan.solve.column_generation.branch import Case, best_split
from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.generate import (
    Generated,
    Proof,
    enumerate_columns,
    generate_columns,
)
from routeplan.solve.column_generation.leaf import CountCase, leaf_of
from routeplan.solve.column_generation.master import SCALE, Count, choose_routes
from routeplan.solve.column_generation.piece import Memory, Piece
from routeplan.solve.proof import MOST_DEEP, CaseTree, CountSplit, PlaceSplit

__all__ = ["Tree"]

MOST_CUTS = 60
LISTED = 3000
"""Routes among which the best choice of a case is made exactly."""
CHOICE_WORK = 3.0
"""CP-SAT's deterministic time for it."""
TRY_AGAIN = 0.6
"""Routes are listed again once the gap is so much of that at which they were too many."""


@dataclass
class Node:
    """A case, the prices that bound it, and how it was settled or split."""

    case: Case
    proof: Proof
    generated: Generated | None
    """None once it is settled, split or cut off: linear programs take much memory."""
    columns: list[Column]
    """To begin the cases below with."""
    memory: Memory
    """Where routes repeated, so far."""
    depth: int = 0
    listed: int | None = None
    split: tuple[Count, Count] | None = None
    children: tuple[Node, Node] | None = None


@dataclass
class Tree:
    """Cases of a problem. `step` splits one; `bound` holds for all."""

    whole: Piece
    root: Generated
    proof: Proof
    """The best there is of the whole."""
    deadline: float
    threads: int
    take: Callable[[Sequence[Column]], int]
    """Called with plans found on the way; returns the cost of the best plan known."""
    _open: list[tuple[int, int, Node]] = field(default_factory=list)
    _made: int = 0
    _stuck: list[int] = field(default_factory=list)
    """Bounds (scaled) of cases that are neither settled nor to be split: routes with cycles, or
    too deep down."""
    _top: Node = field(init=False)
    _too_many: float = float("inf")
    """Least gap (scaled) at which routes were too many to list."""

    _kinds: tuple[frozenset[int], ...] = field(init=False)
    """Per visit: the kinds of shifts that can make it."""

    def __post_init__(self) -> None:
        prepared = self.whole.prepared
        self._kinds = tuple(
            frozenset(prepared.kind[shift] for shift in by_shift)
            for by_shift in prepared.problem.windows_by_shift
        )
        self._top = Node(
            Case(), self.proof, self.root, list(self.root.columns), self.root.piece.memory
        )
        self._push(self._top)

    def _push(self, node: Node) -> None:
        heapq.heappush(self._open, (node.proof.bound, self._made, node))
        self._made += 1

    def bound(self, cost: int) -> int:
        """No plan costs less, in minutes; `cost` is that of the best known."""
        while self._open and _minutes(self._open[0][0]) >= cost:
            _forget(heapq.heappop(self._open)[2])
        known = [*self._stuck, *(bound for bound, _, _ in self._open[:1])]
        return min(cost, _minutes(min(known))) if known else cost

    def weakest(self, number: int) -> list[Generated]:
        """The relaxations of the open cases, those of the least bounds."""
        weakest = heapq.nsmallest(number, self._open)
        return [node.generated for _, _, node in weakest if node.generated is not None]

    def step(self, cost: int) -> bool:
        """Settle or split the weakest case; False: none is left, or time is up."""
        if self.bound(cost) == cost or not self._open:
            return False
        node = heapq.heappop(self._open)[2]
        generated = node.generated
        if generated is None or self._settled(node, cost):
            _forget(node)
            return True
        node.split = best_split(
            self.whole.prepared,
            node.case,
            generated,
            float(cost + self.whole.prepared.surplus),
            self.deadline,
        )
        if node.split is None or node.depth == MOST_DEEP:
            node.split = None
            self._stuck.append(node.proof.bound)
            _forget(node)
            return True
        children: list[Node] = []
        for side in node.split:
            case = node.case.narrowed(side, self._kinds)
            child = self._node(case, node, cost)
            if child is None:
                node.split = None
                if time.monotonic() < self.deadline:  # too many labels: what is known stands
                    self._stuck.append(node.proof.bound)
                    _forget(node)
                    return True
                self._push(node)
                return False
            if child.generated and child.generated.is_plan:
                cost = self.take([column for column, _ in child.generated.fractions])
            children.append(child)
        node.children = (children[0], children[1])
        _forget(node)
        for child in children:
            self._push(child)
        return True

    def _piece(self, case: Case, memory: Memory = frozenset()) -> Piece:
        whole = self.whole
        shifts = range(len(whole.prepared.shifts))
        return Piece.of(whole.prepared, shifts, whole.visits, None, case.closed, memory)

    def _node(self, case: Case, parent: Node, cost: int) -> Node | None:
        """A case's relaxation; None: the deadline came before its bound."""
        room = cost * SCALE - parent.proof.bound
        cuts = [
            cut
            for cut, price in zip(parent.proof.cuts, parent.proof.duals.cut, strict=True)
            if price < 0
        ]
        generated = generate_columns(
            self._piece(case, parent.memory),
            [column for column in parent.columns if case.allows(column)],
            deadline=self.deadline,
            counts=case.counts,
            cuts=cuts,
            max_cuts=MOST_CUTS,
            threads=self.threads,
            enough=(cost - 1) * SCALE + 1,
        )
        if generated.proof is None:
            return None
        # What bounds the parent bounds the child, should its own search have ended early.
        proof = max(parent.proof, generated.proof, key=lambda known: known.bound)
        return Node(
            case,
            proof,
            generated,
            generated.master.within(room / SCALE),
            generated.piece.memory,
            parent.depth + 1,
        )

    def _settled(self, node: Node, cost: int) -> bool:
        """Whether the best plan of the case is known, from all routes it could use."""
        room = cost * SCALE - node.proof.bound
        if room >= self._too_many * TRY_AGAIN:
            return False
        piece = self._piece(node.case)
        columns = enumerate_columns(piece, node.proof, room, LISTED, self.threads, self.deadline)
        if columns is None:
            self._too_many = min(self._too_many, room)
            return False
        chosen, proven = choose_routes(
            piece,
            columns,
            CHOICE_WORK,
            (),
            counts=node.case.counts,
            seconds=self.deadline - time.monotonic(),
        )
        cost = self.take(chosen)
        if not proven:
            self._too_many = min(self._too_many, room)
            return False
        node.listed = cost
        return True

    def proof_tree(self) -> CaseTree:
        """Why `bound` holds."""
        return self._tree_of(self._top, ())

    def _tree_of(self, node: Node, above: tuple[CountCase, ...]) -> CaseTree:
        if node.children is None or node.split is None:
            return leaf_of(self.whole, node.proof, above, node.listed)
        low, _ = node.split
        if low.shifts is not None and len(low.visits) == len(low.shifts) == 1:
            (visit,), (shift,) = low.visits, low.shifts
            return PlaceSplit(
                visit=visit,
                shifts=self._alike({shift}),
                elsewhere=self._tree_of(node.children[0], above),
                there=self._tree_of(node.children[1], above),
            )
        fewer, more = (
            self._tree_of(child, (*above, CountCase(low.visits, low.shifts, low.most, more=side)))
            for child, side in zip(node.children, (False, True), strict=True)
        )
        return CountSplit(
            visits=tuple(sorted(low.visits)),
            shifts=None if low.shifts is None else self._alike(low.shifts),
            most=low.most,
            fewer=fewer,
            more=more,
        )

    def _alike(self, kinds: Collection[int]) -> tuple[int, ...]:
        """All shifts of these kinds."""
        return tuple(n for n, kind in enumerate(self.whole.prepared.kind) if kind in kinds)


def _forget(node: Node) -> None:
    """The proof is all that is still needed of it."""
    node.generated = None
    node.columns = []


def _minutes(scaled: int) -> int:
    return -(-scaled // SCALE)
