"""A proof is believed only as far as it goes: against trying everything, and when tampered with."""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import routeplan
from routeplan.errors import CheckError
from routeplan.problem.problem import Problem
from routeplan.solve.column_generation.cuts import cut_value
from routeplan.solve.column_generation.generate import Proof as Priced
from routeplan.solve.column_generation.generate import lagrangian_bound, price_piece
from routeplan.solve.column_generation.leaf import leaf_of
from routeplan.solve.column_generation.master import SCALE
from routeplan.solve.components import split
from routeplan.solve.evaluate import route_cost
from routeplan.solve.proof import (
    CaseTree,
    CountSplit,
    CutPrice,
    GapPrice,
    Leaf,
    PartProof,
    PlaceSplit,
    Proof,
)
from routeplan.solve.recheck import proven_bound, recheck
from routeplan.solve.result import Engine, Result, Status
from routeplan.solve.schedule import schedule
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost
from tests.solve.test_column_generation import any_prices, whole

ENOUGH = StopRule(seconds=None, iterations=30)
PARTS = 10
SOLVE = "routeplan.solve."


def solved(problem: Problem, seed: int = 0) -> Result:
    return solve(problem, ENOUGH, seed=seed)


def routes(problem: Problem, shift: int) -> dict[frozenset[int], int]:
    """The visits of every route of a shift, with the least cost of any order."""
    able = [v for v, windows in enumerate(problem.windows_by_shift) if shift in windows]
    found: dict[frozenset[int], int] = {}
    for size in range(1, min(len(able), problem.shifts[shift].max_visits) + 1):
        for order in itertools.permutations(able, size):
            route = schedule(problem, shift, order)
            if route is not None:
                cost = route_cost(problem, route)
                found[frozenset(order)] = min(cost, found.get(frozenset(order), cost))
    return found


def cheapest(problem: Problem) -> int:
    """As `best_cost`, with `schedule` in place of the walk over all minutes: in a tenth of the
    time. `test_schedule` holds the two equal."""
    worth = [v.worth if not v.required else problem.required_penalty for v in problem.visits]
    options = [
        [
            (0, frozenset[int]()),
            *((cost, visits) for visits, cost in routes(problem, shift).items()),
        ]
        for shift in range(len(problem.shifts))
    ]
    best = sum(worth)
    for choice in itertools.product(*options):
        made = {
            visit: problem.days[problem.shifts[shift].day]
            for shift, (_, visits) in enumerate(choice)
            for visit in visits
        }
        if len(made) < sum(len(visits) for _, visits in choice):
            continue
        if any(
            (made[gap.second] - made[gap.first]).days < gap.days
            for gap in problem.gaps
            if gap.first in made and gap.second in made
        ):
            continue
        left = sum(w for visit, w in enumerate(worth) if visit not in made)
        best = min(best, left + sum(cost for cost, _ in choice))
    return best


def any_tree(problem: Problem, part: PartProof, chance: random.Random, counts: int = 0) -> CaseTree:
    """Random cases with random prices."""
    visits, deeper = part.visits, chance.random() < 0.3
    if deeper and chance.random() < 0.5:
        return PlaceSplit(
            visit=chance.choice(visits),
            shifts=tuple(sorted(chance.sample(part.shifts, chance.randint(1, len(part.shifts))))),
            elsewhere=any_tree(problem, part, chance, counts),
            there=any_tree(problem, part, chance, counts),
        )
    if deeper and counts < 3:
        return any_count(problem, part, chance, counts)
    return any_leaf(problem, part, chance)


def any_count(problem: Problem, part: PartProof, chance: random.Random, counts: int) -> CountSplit:
    chosen = tuple(sorted(chance.sample(part.visits, chance.randint(1, len(part.visits)))))
    fewer, more = (any_tree(problem, part, chance, counts + 1) for _ in range(2))
    return CountSplit(
        visits=chosen,
        most=chance.randint(-1, len(chosen)),
        fewer=with_count(fewer, counts, -1, chance),
        more=with_count(more, counts, 1, chance),
    )


def with_count(tree: CaseTree, at: int, sign: int, chance: random.Random) -> CaseTree:
    """The tree below a count case: every leaf with a price for it, as the count at `at`."""
    price = sign * chance.choice((0, chance.randint(1, 40_000)))

    def priced(leaf: Leaf) -> Leaf:
        counts = [*leaf.counts, *([0] * (at + 1 - len(leaf.counts)))]
        counts[at] = price
        return leaf.model_copy(update={"counts": tuple(counts)})

    return at_leaves(tree, priced)


def at_leaves(tree: CaseTree, change: Callable[[Leaf], CaseTree]) -> CaseTree:
    if isinstance(tree, Leaf):
        return change(tree)
    names = ("fewer", "more") if isinstance(tree, CountSplit) else ("elsewhere", "there")
    return tree.model_copy(update={name: at_leaves(getattr(tree, name), change) for name in names})


def any_leaf(problem: Problem, part: PartProof, chance: random.Random) -> Leaf:
    triples = list(itertools.combinations(part.visits, 3))
    gaps = []
    for gap in problem.gaps:
        if gap.first in part.visits and gap.second in part.visits and chance.random() < 0.7:
            day = chance.randrange(len(problem.days))
            too_close = [
                other
                for other in range(len(problem.days))
                if (problem.days[other] - problem.days[day]).days < gap.days
            ]
            gaps.append(
                GapPrice(
                    first=gap.first,
                    second=gap.second,
                    first_from=day,
                    second_before=max(too_close, default=-1) + 1,
                    price=-chance.randint(0, 30_000),
                )
            )
    return Leaf(
        visits=tuple(chance.randint(-20_000, 150_000) for _ in part.visits),
        gaps=tuple(gaps),
        cuts=tuple(
            CutPrice(visits=cut, price=-chance.randint(0, 30_000))
            for cut in chance.sample(triples, min(2, len(triples)))
        ),
    )


def any_proof(problem: Problem, chance: random.Random) -> Proof:
    bare = [PartProof(visits=p.visits, shifts=p.shifts, tree=None) for p in split(problem)]
    return Proof(
        scale=SCALE,
        parts=tuple(
            part.model_copy(update={"tree": any_tree(problem, part, chance)}) for part in bare
        ),
    )


def shaken(proof: Proof, chance: random.Random) -> Proof:
    """The proof with every price a little different; what is listed cannot be kept."""

    def moved(leaf: Leaf) -> Leaf:
        return leaf.model_copy(
            update={
                "visits": tuple(p + chance.randint(-9000, 9000) for p in leaf.visits),
                "gaps": tuple(
                    gap.model_copy(update={"price": min(0, gap.price + chance.randint(-999, 999))})
                    for gap in leaf.gaps
                ),
                "listed": None,
            }
        )

    parts = [
        part.model_copy(update={"tree": part.tree and at_leaves(part.tree, moved)})
        for part in proof.parts
    ]
    return proof.model_copy(update={"parts": tuple(parts)})


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_cheaper_than_a_bound_that_was_checked(part: int) -> None:
    for seed in range(part * 2000 // PARTS, (part + 1) * 2000 // PARTS):
        problem = random_problem(
            seed, max_visits=5 if seed % 7 == 0 else 3, max_shifts=1 + (seed % 3 == 0)
        )
        chance = random.Random(seed)
        best = cheapest(problem)
        if seed % 50 == 0:
            assert best == best_cost(problem), seed
        if seed % 5:
            assert proven_bound(problem, any_proof(problem, chance)) <= best, seed
        else:
            result = solved(problem)
            confirmed = recheck(problem, result)
            assert result.bound is not None
            assert result.proof is not None
            assert confirmed.bound is not None
            assert result.bound <= confirmed.bound <= best <= result.cost, seed
            if result.status is Status.OPTIMAL:
                assert result.cost == best, seed
            assert proven_bound(problem, shaken(result.proof, chance)) <= best, seed


def test_every_priced_column_is_a_route_of_that_reduced_cost() -> None:
    """The engine's labels and its bound, rebuilt step by step from the problem alone."""
    columns = 0
    for seed in range(300):
        problem = random_problem(seed, max_visits=6, max_shifts=3)
        piece = whole(problem)
        chance = random.Random(seed)
        triples = list(itertools.combinations(piece.visits, 3))
        cuts = tuple(chance.sample(triples, min(3, len(triples))))
        duals = any_prices(piece, chance, cuts)
        priced = price_piece(piece, duals, cuts, heuristic=False, threads=1)
        for shift in priced:
            day = problem.shifts[shift.shift].day
            cheapest_of: dict[tuple[int, ...], int] = {}
            for reduced, column in shift.columns:
                again = column.cost * SCALE
                for visit in column.visits:
                    again -= duals.visit[visit]
                    again -= sum(
                        price
                        for row, price in zip(piece.gaps, duals.gap, strict=True)
                        if row.counts(visit, day)
                    )
                for cut, price in zip(cuts, duals.cut, strict=True):
                    again -= price * cut_value(cut, column)
                assert again == reduced, (seed, column)
                columns += 1
                if column.elementary:
                    known = cheapest_of.get(column.visits, column.cost)
                    cheapest_of[column.visits] = min(known, column.cost)
            for visits, cost in cheapest_of.items():
                route = schedule(problem, shift.shift, visits)
                assert route is not None
                assert route_cost(problem, route) == cost, (seed, visits)
        bound = lagrangian_bound(piece, duals, priced)
        leaf = leaf_of(piece, Priced(bound, duals, cuts, (), {}))
        part = PartProof(visits=piece.visits, shifts=piece.shifts, tree=leaf)
        proof = Proof(scale=SCALE, parts=(part,))
        assert proven_bound(problem, proof) >= -(-bound // SCALE), seed
    assert columns > 1200


def proven() -> tuple[Problem, Result]:
    """A problem of two parts whose proof has gap prices and a listed leaf."""
    for seed in range(400, 900):
        problem = random_problem(seed, max_visits=7, max_shifts=4)
        result = solved(problem)
        if result.proof and len(result.proof.parts) == 2 and result.status is Status.OPTIMAL:
            trees = [part.tree for part in result.proof.parts]
            if all(isinstance(tree, Leaf) for tree in trees):
                return problem, result
    raise AssertionError("no example found")


def changed(result: Result, **update: Any) -> Result:
    return result.model_copy(update=update)


def with_part(proof: Proof, number: int, **update: Any) -> Proof:
    parts = list(proof.parts)
    parts[number] = parts[number].model_copy(update=update)
    return proof.model_copy(update={"parts": tuple(parts)})


def tampered(problem: Problem, result: Result) -> Iterator[tuple[str, Result]]:
    """Proofs and results that say more than is so, with a word of the refusal."""
    proof = result.proof
    assert proof is not None
    first, second = proof.parts
    leaf = next(tree for tree in (first.tree, second.tree) if isinstance(tree, Leaf))
    at = 0 if leaf is first.tree else 1
    part = proof.parts[at]
    yield "without a proof", changed(result, proof=None)
    yield "is claimed", changed(result, proof=with_part(proof, at, tree=None))
    yield "part 1", changed(result, proof=proof.model_copy(update={"parts": (first, first)}))
    yield "parts do not hold", changed(result, proof=proof.model_copy(update={"parts": (first,)}))
    yield (
        "part 0",
        changed(result, proof=with_part(proof, 0, visits=(*first.visits, len(problem.visits)))),
    )
    yield (
        "prices where",
        changed(
            result,
            proof=with_part(proof, at, tree=leaf.model_copy(update={"visits": leaf.visits[:-1]})),
        ),
    )
    cheap = leaf.model_copy(update={"visits": tuple(-(10**6) for _ in leaf.visits), "listed": None})
    yield "is claimed", changed(result, proof=with_part(proof, at, tree=cheap))
    huge = leaf.model_copy(update={"visits": tuple(10**17 for _ in leaf.visits)})
    yield "too large", changed(result, proof=with_part(proof, at, tree=huge))
    shift, visit = part.shifts[0], part.visits[0]
    gap = GapPrice.model_construct(
        first=visit, second=visit, first_from=0, second_before=9, price=-5
    )
    yield (
        "keeps two visits apart",
        changed(result, proof=with_part(proof, at, tree=leaf.model_copy(update={"gaps": (gap,)}))),
    )
    wrong_sign = gap.model_copy(update={"price": 5})
    yield (
        "wrong sign",
        changed(
            result,
            proof=with_part(proof, at, tree=leaf.model_copy(update={"gaps": (wrong_sign,)})),
        ),
    )
    cut = CutPrice(visits=(visit, visit, visit), price=-1)
    yield (
        "three visits",
        changed(result, proof=with_part(proof, at, tree=leaf.model_copy(update={"cuts": (cut,)}))),
    )
    both = CountSplit(
        visits=(visit,),
        most=0,
        fewer=leaf.model_copy(update={"counts": (-5,)}),
        more=leaf.model_copy(update={"counts": (5,)}),
    )
    swapped = both.model_copy(update={"fewer": both.more, "more": both.fewer})
    yield "wrong sign", changed(result, proof=with_part(proof, at, tree=swapped))
    # One side of a split passed off as the whole.
    yield "prices where", changed(result, proof=with_part(proof, at, tree=both.fewer))
    strange = PlaceSplit(visit=visit, shifts=(len(problem.shifts),), elsewhere=leaf, there=leaf)
    yield "split names", changed(result, proof=with_part(proof, at, tree=strange))
    lost = PlaceSplit(visit=visit, shifts=(shift,), elsewhere=leaf, there=cheap)
    yield "is claimed", changed(result, proof=with_part(proof, at, tree=lost))
    yield "1/0", changed(result, proof=proof.model_copy(update={"scale": 0}))
    yield "infeasible", changed(result, status=Status.INFEASIBLE)


def test_a_proof_that_was_tampered_with_is_refused() -> None:
    problem, result = proven()
    recheck(problem, result)
    for said, false in tampered(problem, result):
        with pytest.raises(CheckError) as caught:
            recheck(problem, false)
        assert caught.value.code == "RP6003", said
        assert said in str(caught.value)


def test_a_row_holds_only_pairs_that_are_too_close() -> None:
    seen = {True: 0, False: 0}
    for seed in range(12):
        problem = random_problem(seed, max_visits=6, max_shifts=3)
        for part in split(problem):
            days = {problem.shifts[shift].day for shift in part.shifts}
            leaf = Leaf(visits=tuple(0 for _ in part.visits))
            bare = [PartProof(visits=p.visits, shifts=p.shifts, tree=None) for p in split(problem)]
            for gap in part.problem.gaps[:1]:
                for first_from, second_before in itertools.product(range(5), range(6)):
                    row = GapPrice(
                        first=part.visits[gap.first],
                        second=part.visits[gap.second],
                        first_from=first_from,
                        second_before=second_before,
                        price=-1,
                    )
                    valid = all(
                        (problem.days[b] - problem.days[a]).days < gap.days
                        for a in days
                        for b in days
                        if a >= first_from and b < second_before
                    )
                    tree = leaf.model_copy(update={"gaps": (row,)})
                    mine = PartProof(visits=part.visits, shifts=part.shifts, tree=tree)
                    others = (other for other in bare if other.shifts != part.shifts)
                    proof = Proof(scale=SCALE, parts=(mine, *others))
                    seen[valid] += 1
                    if valid:
                        proven_bound(problem, proof)
                    else:
                        with pytest.raises(CheckError, match="keeps two visits apart"):
                            proven_bound(problem, proof)
    assert min(seen.values()) > 10


def test_a_claim_beyond_the_proof_is_refused() -> None:
    """A bound one higher, 'optimal' without that bound, a list that would rule out the best."""
    seen = 0
    for seed in range(40):
        problem = random_problem(seed, max_visits=6, max_shifts=3)
        result = solved(problem)
        assert result.proof is not None
        bound = proven_bound(problem, result.proof)
        dearer = result.model_copy(update={"bound": bound + 1})
        with pytest.raises(CheckError):
            recheck(problem, dearer)

        if result.status is not Status.OPTIMAL or len(result.proof.parts) != 1:
            continue
        (only,) = result.proof.parts
        elsewhere = sum(
            problem.required_penalty if visit.required else visit.worth
            for index, visit in enumerate(problem.visits)
            if index not in only.visits
        )

        def ruled_out(below: int, tree: CaseTree | None = only.tree) -> CaseTree:
            assert tree is not None
            return at_leaves(tree, lambda leaf: leaf.model_copy(update={"listed": below}))

        if only.tree is not None:
            best = result.cost - elsewhere
            right = with_part(result.proof, 0, tree=ruled_out(best))
            assert proven_bound(problem, right) == result.cost
            wrong = with_part(result.proof, 0, tree=ruled_out(best + 1))
            with pytest.raises(CheckError, match="could not be ruled out"):
                proven_bound(problem, wrong)
            seen += 1
    assert seen > 15


def test_the_check_shares_no_code_with_the_engine() -> None:
    """Nor with what improves and times routes: values, errors, texts and the verifier alone."""
    allowed = {"proof", "recheck_day", "recheck_grid", "result", "verify"}
    for name in ("recheck", "recheck_day", "recheck_grid", "verify"):
        path = Path(routeplan.__file__).parent / "solve" / f"{name}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(SOLVE):
                assert (node.module or "").removeprefix(SOLVE) in allowed, node.module


def test_a_result_without_a_bound_is_checked_for_its_routes_alone() -> None:
    problem = random_problem(11, max_visits=8, max_shifts=3)
    result = solve(problem, ENOUGH, engine=Engine.ROUTING)
    confirmed = recheck(problem, result)
    assert (confirmed.bound, confirmed.gap, confirmed.cases) == (None, None, 0)
    with pytest.raises(CheckError, match="RP6003"):
        recheck(problem, result.model_copy(update={"status": Status.OPTIMAL}))
    with pytest.raises(CheckError, match="RP6002"):
        recheck(problem, result.model_copy(update={"cost": result.cost - 1}))
