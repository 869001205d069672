"""The columns engine against trying everything: its bound, its routes, its repeatability."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import random

import numpy as np
import pytest

from routeplan.problem.problem import Problem, Window
from routeplan.solve.column_generation import engine
from routeplan.solve.column_generation.cuts import Cut
from routeplan.solve.column_generation.engine import ColumnSearch
from routeplan.solve.column_generation.generate import (
    Proof,
    enumerate_columns,
    generate_columns,
    lagrangian_bound,
    price_piece,
)
from routeplan.solve.column_generation.master import SCALE, Duals
from routeplan.solve.column_generation.piece import Piece, prepare
from routeplan.solve.column_generation.shift_data import start_steps
from routeplan.solve.evaluate import route_cost
from routeplan.solve.result import Engine, Status
from routeplan.solve.schedule import schedule
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import require_valid
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost

ENOUGH = StopRule(seconds=None, iterations=300)


def whole(problem: Problem) -> Piece:
    return Piece.of(prepare(problem), range(len(problem.shifts)), range(len(problem.visits)))


def any_prices(piece: Piece, chance: random.Random, cuts: tuple[Cut, ...] = ()) -> Duals:
    return Duals(
        visit={visit: chance.randint(-20_000, 150_000) for visit in piece.visits},
        shift=dict.fromkeys(piece.shifts, 0),
        gap=tuple(chance.choice((0, -chance.randint(1, 30_000))) for _ in piece.gaps),
        cut=tuple(-chance.randint(0, 30_000) for _ in cuts),
    )


@pytest.mark.parametrize("part", range(10))
def test_the_optimum_is_found_and_proven_on_tiny_problems(part: int) -> None:
    for seed in range(2000 + part * 15, 2015 + part * 15):
        problem = random_problem(seed, max_visits=5 if seed % 2 else 4, max_shifts=2)
        result = solve(problem, ENOUGH)
        require_valid(problem, result)
        assert result.cost == best_cost(problem), seed
        assert result.bound is not None
        assert result.bound <= result.cost, seed
        if result.status is Status.OPTIMAL:
            assert result.bound == result.cost, seed


@pytest.mark.parametrize("part", range(10))
def test_the_bound_holds_whatever_the_prices(part: int) -> None:
    for seed in range(part * 20, part * 20 + 20):
        problem = random_problem(seed, max_visits=5 if seed % 2 else 4, max_shifts=2)
        piece = whole(problem)
        chance = random.Random(seed)
        triples = list(itertools.combinations(piece.visits, 3))
        cuts = tuple(chance.sample(triples, min(3, len(triples))))
        duals = any_prices(piece, chance, cuts)
        priced = price_piece(piece, duals, cuts, heuristic=False, threads=1)
        assert lagrangian_bound(piece, duals, priced) <= best_cost(problem) * SCALE, seed


def crowded(seed: int) -> Problem:
    """A day of six visits at most, each dearer beside the others; some clients open late, so that
    fewer visits before theirs are no quicker."""
    problem = random_problem(seed, max_visits=3, max_shifts=1)
    (shift,) = problem.shifts
    end = shift.start + 6 * 35
    changes = {"end": end, "max_visits": 50, "max_talk": 400, "crowding": 5 + seed % 10, "made": 1}
    return problem.model_copy(
        update={
            "shifts": (shift.model_copy(update=changes),),
            "visits": tuple(
                visit.model_copy(
                    update={
                        "talk": 30,
                        "after": 5,
                        "windows": (Window(shift=0, start=end - late, end=end),),
                    }
                )
                for visit, late in zip(problem.visits, (210, 150, 100), strict=False)
            ),
            "gaps": (),
        }
    )


def without_memory(piece: Piece) -> Piece:
    """Labels know of no visit but their last, so routes may come back to the others."""
    own = np.array([[np.uint64(1) << np.uint64(row)] for row in range(64)], dtype=np.uint64)
    return dataclasses.replace(
        piece,
        parts={
            shift: dataclasses.replace(part, ng=own[: len(part.ng)])
            for shift, part in piece.parts.items()
        },
    )


def test_pricing_misses_no_route_where_visits_crowd_a_day() -> None:
    """A label with fewer visits stays though dearer so far, if those to come cost it less."""
    long = 0
    for seed in range(60):
        problem = crowded(seed)
        piece = without_memory(whole(problem))
        chance = random.Random(seed)
        duals = dataclasses.replace(
            any_prices(piece, chance),
            visit={visit: chance.randint(20_000, 90_000) for visit in piece.visits},
        )
        (priced,) = price_piece(piece, duals, (), heuristic=False, threads=1)
        least, length = -1, 0
        for size in range(1, 7):
            for walk in itertools.product(piece.visits, repeat=size):
                if all(one != other for one, other in itertools.pairwise(walk)):
                    route = schedule(problem, 0, walk)
                    if route is not None:
                        earned = sum(duals.visit[visit] for visit in walk)
                        reduced = route_cost(problem, route) * SCALE - earned
                        least, length = min((least, length), (reduced, size))
        assert min(-1, priced.best) == least, seed
        long += length > 2
    assert long > 10


def test_a_route_that_pricing_finds_costs_what_it_costs_when_driven() -> None:
    for seed in range(120):
        problem = random_problem(seed, max_visits=6, max_shifts=3)
        piece = whole(problem)
        duals = any_prices(piece, random.Random(seed))
        for priced in price_piece(piece, duals, (), heuristic=False, threads=1):
            for _, column in priced.columns:
                if not column.elementary:
                    continue
                route = schedule(problem, column.shift, column.visits)
                assert route is not None, (seed, column)
                assert route_cost(problem, route) <= column.cost, (seed, column)


def test_every_route_inside_the_gap_is_listed() -> None:
    listed = 0
    for seed in range(60):
        problem = random_problem(seed, max_visits=5, max_shifts=2)
        piece = whole(problem)
        duals = any_prices(piece, random.Random(seed))
        priced = price_piece(piece, duals, (), heuristic=False, threads=1)
        best = {shift.shift: shift.best for shift in priced}
        proof = Proof(lagrangian_bound(piece, duals, priced), duals, (), (), best)
        room = 60 * SCALE
        found = enumerate_columns(piece, proof, room, 10_000, threads=1)
        assert found is not None
        costs = {(column.shift, frozenset(column.visits)): column.cost for column in found}
        listed += len(costs)
        for shift in piece.shifts:
            cheapest: dict[frozenset[int], int] = {}
            for count in range(1, len(piece.visits) + 1):
                for order in itertools.permutations(piece.visits, count):
                    if route := schedule(problem, shift, order):
                        key = frozenset(order)
                        cost = route_cost(problem, route)
                        cheapest[key] = min(cost, cheapest.get(key, cost))
            for visits, cost in cheapest.items():
                earned = sum(
                    duals.visit[visit]
                    + sum(duals.gap[number] for number in piece.gaps_hit(visit, shift))
                    for visit in visits
                )
                if cost * SCALE - earned < room + min(0, best[shift]):
                    assert costs.get((shift, visits)) == cost, (seed, shift, visits)
    assert listed > 100


def test_overlapping_windows_become_steps_of_the_cheapest() -> None:
    problem = random_problem(27)
    (visit,) = [visit for visit in problem.visits if visit.id == "V1"]
    windows = tuple(window for window in visit.windows if window.shift == 0)
    steps = start_steps(windows, visit.talk)
    for minute in range(24 * 60):
        held = [w.cost for w in windows if w.start <= minute and minute + visit.talk <= w.end]
        stepped = [cost for low, high, cost in steps if low <= minute <= high]
        assert stepped == ([min(held)] if held else [])


def test_threads_change_nothing() -> None:
    problem = random_problem(11, max_visits=12, max_shifts=6)
    piece = whole(problem)
    one, two = (generate_columns(piece, (), max_cuts=20, threads=threads) for threads in (1, 2))
    assert one == two


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = random_problem(11, max_visits=12, max_shifts=6)
    first, second = (solve(problem, ENOUGH, seed=3) for _ in range(2))
    assert first.solution == second.solution
    assert (first.cost, first.bound) == (second.cost, second.bound)


def test_the_engines_agree_where_the_optimum_is_proven() -> None:
    for seed in range(8):
        problem = random_problem(seed, max_visits=9, max_shifts=4)
        columns = solve(problem, ENOUGH)
        routing = solve(problem, ENOUGH, engine=Engine.ROUTING)
        require_valid(problem, routing)
        assert columns.bound is not None
        assert columns.bound <= columns.cost <= routing.cost


def test_another_shift_never_makes_the_optimum_worse() -> None:
    for seed in range(12):
        problem = random_problem(seed, max_visits=5, max_shifts=3)
        fewer = problem.model_copy(
            update={
                "visits": tuple(
                    visit.model_copy(
                        update={"windows": tuple(w for w in visit.windows if w.shift != 0)}
                    )
                    for visit in problem.visits
                )
            }
        )
        assert solve(problem, ENOUGH).cost <= solve(fewer, ENOUGH).cost


def test_visits_in_another_order_cost_the_same() -> None:
    for seed in range(12):
        problem = random_problem(seed, max_visits=5, max_shifts=2)
        size = len(problem.visits)
        turned = problem.model_copy(
            update={
                "visits": problem.visits[::-1],
                "gaps": tuple(
                    gap.model_copy(
                        update={"first": size - 1 - gap.first, "second": size - 1 - gap.second}
                    )
                    for gap in problem.gaps
                ),
            }
        )
        assert solve(problem, ENOUGH).cost == solve(turned, ENOUGH).cost


def test_a_search_can_be_called_off_at_any_time() -> None:
    problem = random_problem(11, max_visits=12, max_shifts=6)
    for calls in range(1, 6):
        left = itertools.count(calls, -1)
        search = ColumnSearch(
            problem,
            seed=0,
            deadline=math.inf,
            moves_left=10,
            gap=0.0,
            threads=1,
            tell=lambda left=left: next(left) > 0,  # type: ignore[misc]
        )
        search.run()
        for shift, visits in search.orders:
            assert schedule(problem, shift, visits) is not None
        assert search.bound is None or search.bound <= search.cost


@pytest.mark.parametrize("seed", [34, 131])
def test_a_search_of_many_shifts_ends_soon_after_it_is_called_off(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At whatever better plan or bound; without an end it would try every neighbourhood."""
    monkeypatch.setattr(engine, "SMALL", 2)
    problem = random_problem(seed, max_visits=20, max_shifts=8)
    for calls in itertools.count(1):
        search = ColumnSearch(
            problem, seed=0, deadline=math.inf, moves_left=300, gap=0.0, threads=1, tell=bool
        )
        at: list[int] = []
        search.tell = functools.partial(_moves_at, search, at, calls)
        search.run()
        if not search.cancelled:
            assert calls > 5
            break
        assert search.moves - at[calls - 1] <= engine.EARLY + 1


def _moves_at(search: ColumnSearch, at: list[int], calls: int) -> bool:
    at.append(search.moves)
    return len(at) < calls
