"""The engine: routes near the proven optimum, and the bound that proves it.

First the relaxation with its bound and a dive; then the relaxation with subset-row cuts; then, in
rounds, cases of the problem, dives from the weakest of these, and neighbourhoods of a few shifts
planned anew. Problems of many shifts split few cases, as each takes long.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from routeplan.problem.problem import Problem
from routeplan.solve.column_generation.columns import Column, Pool
from routeplan.solve.column_generation.dive import dive
from routeplan.solve.column_generation.generate import (
    Generated,
    Proof,
    generate_columns,
)
from routeplan.solve.column_generation.leaf import leaf_of
from routeplan.solve.column_generation.master import UnsolvedError, choose_routes
from routeplan.solve.column_generation.neighbourhood import Routes, improve, total_cost
from routeplan.solve.column_generation.piece import Piece, Prepared, prepare
from routeplan.solve.column_generation.tree import Tree
from routeplan.solve.evaluate import route_cost
from routeplan.solve.proof import CaseTree, Leaf
from routeplan.solve.schedule import schedule

__all__ = ["SMALL", "ColumnSearch"]

SMALL = 10
"""Shifts; with more the first search is longer, neighbourhoods are wider, and fewer cases are
split."""
EARLY = 40
"""Neighbourhoods of four shifts before the first relaxation of more than `SMALL`: it takes long."""
WIDE = ((4, 24), (6, 8))
"""Shifts of the neighbourhoods of more than `SMALL`, and how many are tried in a round."""
CUTS = 45
POOR = 0.01
"""Gap above which a plan is improved before cases are split."""
ROUNDS = 24
"""Of what follows the relaxation with cuts, unless the limits end it before."""
DIVES, WEAKEST = 2, 3
"""Dives in a round; open cases from which they begin."""
CASES, LARGE_CASES = 12, 3
"""Cases split in a round; of more shifts than `SMALL` each takes long."""
CHOICE = 2000
"""Columns of a case among which a plan is chosen."""
CHOICE_WORK = 0.5
"""CP-SAT's deterministic time for a choice among the relaxation's columns."""


@dataclass
class ColumnSearch:
    """A search on one problem: `run` it; `orders`, `cost` and `bound` are the best so far."""

    problem: Problem
    seed: int
    deadline: float
    moves_left: int
    gap: float
    threads: int
    tell: Callable[[], bool]
    """Called at every better plan or bound; False ends the search."""
    cost: int = 0
    bound: int | None = None
    moves: int = 0
    cancelled: bool = False
    _prepared: Prepared = field(init=False)
    _whole: Piece = field(init=False)
    _routes: Routes = field(init=False, default_factory=dict)
    _pool: Pool = field(init=False, default_factory=Pool)
    _tried: set[tuple[int, int]] = field(init=False, default_factory=set)
    """Sizes of neighbourhoods and costs of the plans around which they hold nothing better."""
    _tree: Tree | None = field(init=False, default=None)
    _proof: Proof | None = field(init=False, default=None)
    """The best of the whole, before it was split."""

    def __post_init__(self) -> None:
        self._prepared = prepare(self.problem)
        self._whole = Piece.of(
            self._prepared, range(len(self.problem.shifts)), range(len(self.problem.visits))
        )
        self.cost = total_cost(self._prepared, self._routes)

    @property
    def orders(self) -> list[tuple[int, tuple[int, ...]]]:
        return [(shift, column.visits) for shift, column in sorted(self._routes.items())]

    def proof_tree(self) -> CaseTree | None:
        """Why the bound holds, in the indices of the problem; None: it is not known."""
        if self._tree is not None:
            return self._tree.proof_tree()
        return self.relaxed()[0]

    def relaxed(self) -> tuple[Leaf | None, tuple[int, ...]]:
        """The prices that bound the whole best before it was split, and what no route of a shift
        costs less than at these, reduced and scaled; None and (): not known."""
        if self._proof is None:
            return None, ()
        best = self._proof.best
        least = tuple(min(0, best[kind]) for kind in self._prepared.kind)
        return leaf_of(self._whole, self._proof), least

    @property
    def ended_by(self) -> str:
        """'cancelled', 'time', 'gap', or 'iterations': it ended by itself or used them up."""
        if self.cancelled:
            return "cancelled"
        if self.bound is not None and self.cost - self.bound <= self.gap * self.cost:
            return "gap" if self.cost > self.bound else "iterations"
        return "time" if time.monotonic() >= self.deadline else "iterations"

    def start(
        self,
        orders: Iterable[tuple[int, Sequence[int]]],
        seen: Mapping[tuple[int, tuple[int, ...]], int],
    ) -> None:
        """Begin with routes that keep all rules, and with what others are `seen` to cost."""
        self._routes = self._columns_of(orders)
        self._pool.update(self._routes.values())
        kind = self._prepared.kind
        self._pool.update(
            Column(kind[shift], visits, cost) for (shift, visits), cost in seen.items()
        )
        self.cost = total_cost(self._prepared, self._routes)

    def _columns_of(self, orders: Iterable[tuple[int, Sequence[int]]]) -> dict[int, Column]:
        return {
            shift: Column(
                self._prepared.kind[shift], tuple(visits), _cost(self.problem, shift, visits)
            )
            for shift, visits in orders
            if visits
        }

    def run(self) -> None:
        """Search until the gap is closed, nothing more is found, or the limits are reached."""
        try:
            self._run()
        except UnsolvedError:
            return  # the linear program is beyond the solver; what is known so far stands

    def _run(self) -> None:
        large = len(self.problem.shifts) > SMALL
        if large:
            self._neighbours(self._routes, (4,), self.seed, self._take, EARLY)
        root = self._generate(self._pool, max_cuts=0)
        known = len(self._pool)
        self._take(
            dive(self._whole, root, self._pool, threads=self.threads, deadline=self.deadline)
        )
        self._choose([*root.columns, *self._pool.since(known)])
        if self._over():
            return
        root = self._generate([*root.columns, *self._routes.values()], max_cuts=CUTS)
        self._choose(root.columns)
        if not large and self.bound is not None and self.cost - self.bound > POOR * self.cost:
            self._improve((2,))
        for number in range(ROUNDS):
            if not large:
                self._branch(root, CASES)
            for again in range(DIVES):
                self._dive_again(root, self.seed + DIVES * number + again)
            if large:
                for size, most in WIDE:
                    self._neighbours(self._routes, (size,), self.seed + number, self._take, most)
                self._branch(root, LARGE_CASES)
            else:
                self._improve((2, 3))

    def _branch(self, root: Generated, steps: int) -> None:
        """Split cases, the weakest first."""
        if self._tree is None:
            if self._proof is None or self._over():
                return
            self._tree = Tree(
                self._whole,
                root,
                self._proof,
                self.deadline,
                self.threads,
                self._take_columns,
            )
        for _ in range(steps):
            if self._over() or not self._tree.step(self.cost):
                break
            self.moves += 1
            self.moves_left -= 1
            self._raise_bound(self._tree.bound(self.cost))

    def _take_columns(self, columns: Sequence[Column]) -> int:
        """The cost of the best plan, now that these routes are known to make one."""
        self._take(self._prepared.routes(columns, range(len(self.problem.shifts))))
        return self.cost

    def _over(self) -> bool:
        if self.cancelled or self.moves_left <= 0 or time.monotonic() >= self.deadline:
            return True
        if self.bound is None:
            return False
        return self.cost - self.bound <= self.gap * self.cost

    def _generate(self, start: Iterable[Column], *, max_cuts: int) -> Generated:
        columns = generate_columns(
            self._whole,
            start,
            deadline=self.deadline,
            max_cuts=max_cuts,
            threads=self.threads,
            on_bound=self._raise_bound,
        )
        self._pool.update(columns.columns)
        proof = columns.proof
        if proof is not None and (self._proof is None or proof.bound > self._proof.bound):
            self._proof = proof
        return columns

    def _raise_bound(self, bound: int) -> None:
        bound = max(0, bound)  # no cost is negative
        if self.bound is None or bound > self.bound:
            self.bound = bound
            self._tell()

    def _tell(self) -> None:
        self.cancelled = self.tell() is False or self.cancelled

    def _choose(self, columns: Sequence[Column]) -> None:
        """The best plan among some columns and the routes so far."""
        if self._over():
            return
        hint = tuple(self._routes.values())
        known = {(column.shift, column.visits) for column in columns}
        choice = [*columns, *(c for c in hint if (c.shift, c.visits) not in known)]
        left = self.deadline - time.monotonic()
        chosen, _ = choose_routes(self._whole, choice, CHOICE_WORK, hint, seconds=left)
        self._take_columns(chosen)

    def _take(self, routes: Routes) -> bool:
        cost = total_cost(self._prepared, routes)
        if cost < self.cost:
            self._routes, self.cost = routes, cost
            self._tell()
        return not self.cancelled

    def _improve(self, sizes: Collection[int]) -> None:
        """Neighbourhoods around the best plan, unless that has been done."""
        new = [size for size in sizes if (size, self.cost) not in self._tried]
        if self._over() or not new:
            return
        self._neighbours(self._routes, new, self.seed, self._take)
        self._tried |= {(size, self.cost) for size in sizes}

    def _dive_again(self, root: Generated, seed: int) -> None:
        """A plan from another dive and its neighbourhoods."""
        if self._over():
            return
        chance = random.Random(seed)  # noqa: S311 a search, not a secret
        cases = self._tree.weakest(WEAKEST) if self._tree else []
        case = chance.choice(cases or [root])
        self._choose(case.master.nearest(CHOICE))
        routes = dive(
            self._whole,
            case,
            self._pool,
            threads=self.threads,
            deadline=self.deadline,
            chance=chance,
        )
        self._take(routes)
        self._neighbours(routes, (2,), seed, None)

    def _neighbours(
        self,
        routes: Routes,
        sizes: Collection[int],
        seed: int,
        on_better: Callable[[Routes], bool] | None,
        most: int = 10_000,
    ) -> None:
        if self._over():
            return
        better, moves = improve(
            self._prepared,
            routes,
            self._pool,
            seed=seed,
            sizes=sizes,
            deadline=self.deadline,
            max_moves=min(most, self.moves_left),
            on_better=on_better,
            floor=self.bound,
        )
        self._take(better)
        self.moves += moves + 1
        self.moves_left -= moves + 1


def _cost(problem: Problem, shift: int, visits: Sequence[int]) -> int:
    route = schedule(problem, shift, visits)
    if route is None:
        raise ValueError(f"shift {shift} cannot make {list(visits)} in this order")
    return route_cost(problem, route)
