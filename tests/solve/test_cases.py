"""Splitting a problem into cases: the bound ends at the optimum, and the proof holds."""

from __future__ import annotations

import math
import random

from routeplan.problem.problem import Problem
from routeplan.solve.column_generation.branch import Case, best_split
from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.generate import generate_columns
from routeplan.solve.column_generation.master import SCALE, Count
from routeplan.solve.column_generation.neighbourhood import total_cost
from routeplan.solve.column_generation.piece import Piece, Prepared, prepare
from routeplan.solve.column_generation.tree import Tree
from routeplan.solve.components import part_proof, split
from routeplan.solve.proof import CountSplit, PlaceSplit, Proof
from routeplan.solve.recheck import proven_bound
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost


class Best:
    """The best plan that a tree has come upon."""

    def __init__(self, prepared: Prepared, cost: int) -> None:
        self.prepared, self.cost = prepared, cost

    def take(self, columns: object) -> int:
        assert isinstance(columns, list | tuple)
        routes = self.prepared.routes(columns, range(len(self.prepared.shifts)))
        assert len(routes) == len(columns)
        self.cost = min(self.cost, total_cost(self.prepared, routes))
        return self.cost


def grown(problem: Problem, *, listing: bool) -> tuple[Tree, Best, int]:
    """A tree split to its end, the best plan found on the way, and the number of steps."""
    prepared = prepare(problem)
    piece = Piece.of(prepared, range(len(problem.shifts)), range(len(problem.visits)))
    best = Best(prepared, sum(prepared.worth))
    root = generate_columns(piece, ())
    assert root.proof is not None
    tree = Tree(piece, root, root.proof, math.inf, 1, best.take)
    if not listing:
        tree._too_many = 0.0
    steps = 0
    while steps < 200 and tree.step(best.cost):
        steps += 1
    return tree, best, steps


def confirmed(problem: Problem, tree: Tree) -> int:
    """The bound of the tree's proof, priced anew."""
    (part,) = split(problem)
    return proven_bound(problem, Proof(scale=SCALE, parts=(part_proof(part, tree.proof_tree()),)))


def test_cases_end_at_the_optimum() -> None:
    for seed in range(30):
        for part in split(random_problem(seed, max_visits=5, max_shifts=2)):
            tree, best, _ = grown(part.problem, listing=seed % 2 == 0)
            assert tree.bound(best.cost) == best_cost(part.problem), seed
            assert confirmed(part.problem, tree) >= tree.bound(best.cost), seed


def test_larger_problems_keep_their_bound_when_split() -> None:
    splits = 0
    for seed in range(80):
        for part in split(random_problem(seed, max_visits=11, max_shifts=4)):
            tree, best, _ = grown(part.problem, listing=False)
            listed, other, _ = grown(part.problem, listing=True)
            assert tree.bound(best.cost) <= other.cost, seed
            assert listed.bound(other.cost) <= best.cost, seed
            proof = tree.proof_tree()
            if isinstance(proof, CountSplit | PlaceSplit):
                splits += 1
                assert confirmed(part.problem, tree) >= tree.bound(best.cost), seed
    assert splits > 3


def test_both_sides_of_a_split_leave_out_what_the_relaxation_mixed() -> None:
    found = 0
    for seed in range(250):
        problem = random_problem(seed, max_visits=9, max_shifts=4)
        prepared = prepare(problem)
        piece = Piece.of(prepared, range(len(problem.shifts)), range(len(problem.visits)))
        generated = generate_columns(piece, ())
        sides = best_split(prepared, Case(), generated, math.inf, math.inf)
        if sides is None:
            continue
        found += 1
        low, high = sides
        assert (low.visits, low.shifts) == (high.visits, high.shifts)
        assert high.least == low.most + 1
        value = sum(fraction * low.holds(column) for column, fraction in generated.fractions)
        assert low.most < value < high.least
    assert found > 5


def test_a_case_closes_what_a_single_visit_on_a_single_shift_rules_out() -> None:
    windows = [{0, 1, 2}, {0, 1}]
    one = frozenset({0}), frozenset({1})
    without = Case().narrowed(Count(one[0], 0, 0, one[1]), windows)
    assert without == Case(closed=frozenset({(0, 1)}))
    there = Case().narrowed(Count(one[0], 1, 1, one[1]), windows)
    assert there.closed == {(0, 0), (0, 2)}
    assert there.counts == (Count(one[0], 1, 1),)
    assert there.allows(Column(1, (0,), 0))
    assert not there.allows(Column(0, (1, 0), 0))


def test_counts_of_the_same_visits_narrow_each_other() -> None:
    chance = random.Random(1)
    visits = frozenset(range(6))
    for _ in range(50):
        bounds = [(chance.randint(0, 3), chance.randint(3, 6)) for _ in range(3)]
        case = Case()
        for least, most in bounds:
            case = case.narrowed(Count(visits, least, most), ())
        (count,) = case.counts
        assert count.least == max(least for least, _ in bounds)
        assert count.most == min(most for _, most in bounds)
