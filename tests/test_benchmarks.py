"""The benchmarks measure what they say: problems that stay the same, one price for all."""

from __future__ import annotations

import importlib
import math
import random
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from routeplan.problem.problem import Problem
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Engine, Result, Solution, Status
from routeplan.solve.schedule import schedule
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import require_valid, violations

FOLDER = Path(__file__).parents[1] / "benchmarks"
MODULES = ("compare", "entrants", "instances", "peers", "replan", "report", "toptw")
NAMES = ("month-120", "month-cadence", "team-5", "team-week", "week-120", "week-50")


@pytest.fixture(scope="module", autouse=True)
def scripts() -> Iterator[None]:
    """The benchmarks are scripts that import one another by name."""
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))
    for name in MODULES:
        sys.modules.pop(name, None)


def script(name: str) -> ModuleType:
    return importlib.import_module(name)


def planned(problem: Problem, rounds: int) -> Result:
    stop = StopRule(seconds=None, iterations=rounds)
    return solve(problem, stop, engine=Engine.ROUTING)


@pytest.fixture(scope="module")
def week() -> Problem:
    problem: Problem = script("instances").problem_of("week-50", 0)
    return problem


@pytest.mark.parametrize("name", NAMES)
def test_a_class_and_a_seed_name_one_problem(name: str) -> None:
    instances = script("instances")
    assert set(instances.CLASSES) == set(NAMES)
    first = instances.problem_of(name, 1)
    assert first == instances.problem_of(name, 1)
    assert first != instances.problem_of(name, 2)
    assert Problem.model_validate_json(first.model_dump_json()) == first


@pytest.mark.parametrize("name", NAMES)
def test_nearly_every_visit_of_a_class_can_be_made_alone(name: str) -> None:
    problem = script("instances").problem_of(name, 0)
    never = [
        visit.id
        for index, visit in enumerate(problem.visits)
        if all(
            script("peers").timed(problem, [(shift, [index])])[1]
            for shift in problem.windows_by_shift[index]
        )
    ]
    # An appointment may end so late, and so far out, that nobody is back by the shift's end.
    assert len(never) <= 0.02 * len(problem.visits)


@pytest.mark.parametrize("name", ["week-50", "month-cadence", "team-week"])
@pytest.mark.parametrize("seed", range(3))
def test_orders_at_random_are_mended_into_a_valid_plan(name: str, seed: int) -> None:
    problem = script("instances").problem_of(name, seed)
    chance = random.Random(seed)
    pool = [*range(len(problem.visits)), *range(0, len(problem.visits), 9)]
    orders = [(shift, chance.sample(pool, 9)) for shift in range(len(problem.shifts))]
    solution, dropped = script("peers").timed(problem, orders)
    assert violations(problem, solution) == ()
    result = Result(
        engine=Engine.ROUTING,
        seed=0,
        status=Status.FEASIBLE,
        stopped_by="time",
        solution=solution,
        cost=cost_of(problem, solution),
    )
    require_valid(problem, result)  # prices the plan by itself
    made = sum(len(route.stops) for route in solution.routes)
    assert made + len(dropped) == sum(len(order) for _, order in orders)


def test_an_order_that_fits_is_taken_as_it_is(week: Problem) -> None:
    solution = planned(week, 50).solution
    orders = [(route.shift, [stop.visit for stop in route.stops]) for route in solution.routes]
    again, dropped = script("peers").timed(week, orders)
    assert dropped == ()
    assert cost_of(week, again) == cost_of(week, solution)


def test_an_order_that_does_not_fit_loses_what_is_worth_least(week: Problem) -> None:
    by_worth = sorted(range(len(week.visits)), key=lambda index: -week.visits[index].worth)
    at_nine = [
        index
        for index in by_worth
        if any((w.start, w.end) == (540, 720) for w in week.windows_by_shift[index].get(0, ()))
        and len(week.windows_by_shift[index][0]) == 1
    ]
    solution, dropped = script("peers").timed(week, [(0, at_nine)])
    assert dropped
    kept = {stop.visit for route in solution.routes for stop in route.stops}
    assert kept
    assert max(week.visits[index].worth for index in dropped) <= max(
        week.visits[index].worth for index in kept
    )


def test_entrants_are_judged_by_the_same_functions(week: Problem) -> None:
    outcome = script("entrants").run("routing", week, 0.2)
    assert outcome.broken == ()
    assert outcome.cost == cost_of(week, outcome.solution)
    assert outcome.bound is None
    assert outcome.gap is None


@pytest.mark.parametrize(
    ("peer", "package"),
    [
        ("vroom", "vroom"),
        ("vroom-restarts", "vroom"),
        ("ortools", "ortools"),
        ("pyvrp", "pyvrp"),
    ],
)
def test_a_peer_returns_a_plan_that_fits(week: Problem, peer: str, package: str) -> None:
    pytest.importorskip(package)
    outcome = script("entrants").run(peer, week, 0.5)
    assert outcome.broken == ()
    assert outcome.dropped == 0
    assert len(outcome.solution.left_out) < len(week.visits)


def test_closed_is_the_share_of_what_can_be_won() -> None:
    closed = script("compare").closed
    assert closed(ours=80, peer=100, bound=75) == pytest.approx(0.8)
    assert closed(ours=110, peer=100, bound=80) == pytest.approx(-0.5)
    assert closed(ours=100, peer=100, bound=100) is None


def test_a_target_is_reached_missed_or_not_measured() -> None:
    target = script("report").Target
    assert target("", 0.8, 0.8).reached is True
    assert target("", 0.79, 0.8).reached is False
    assert target("", 0.8, 0.8, at_most=True).reached is True
    assert target("", 0.81, 0.8, at_most=True).reached is False
    assert target("", None, 0.8).reached is None


def test_a_replan_keeps_what_was_planned_but_the_cancelled_visit(week: Problem) -> None:
    instances = script("instances")
    plan = planned(week, 50).solution
    replan = instances.replanned(week, plan, random.Random(3))
    assert replan == instances.replanned(week, plan, random.Random(3))
    problem, start = replan.problem, replan.start
    assert violations(problem, start) == ()
    assert instances.moved(replan, start) == 0
    assert replan.urgent in start.left_out
    assert len(replan.planned) == sum(len(route.stops) for route in start.routes)
    later = [stop for route in plan.routes if route.shift > 1 for stop in route.stops]
    assert len(replan.planned) in range(len(later) - 1, len(later) + 9)
    assert all(
        route.stops[0].leave >= 720
        for route in start.routes
        if problem.shifts[route.shift].day == 1
    )
    # What stays as it was costs its travel and what is left out, nothing for moving.
    assert cost_of(problem, start) == _travel(problem, start) + sum(
        problem.visits[index].worth for index in start.left_out
    )


def test_moves_alone_cost_where_the_forced_ones_are_sought(week: Problem) -> None:
    instances, forced = script("instances"), script("replan")
    replan = instances.replanned(week, planned(week, 50).solution, random.Random(3))
    problem = forced.forced_problem(replan)
    best = solve(problem, StopRule(seconds=None, iterations=200), engine=Engine.ROUTING)
    assert violations(replan.problem, best.solution) == ()
    assert replan.urgent not in best.solution.left_out
    price = forced.DEARER * instances.CHURN.drop
    assert best.cost // price == instances.moved(replan, best.solution)


def test_toptw_is_read_as_scores_and_tenths(tmp_path: Path) -> None:
    toptw = script("toptw")
    text = """4 2 2 1
0 200
 0 0.00 0.00 0.00 0.00 0 0 0 100
 1 1.00 1.00 5.00 20.00 1 1 1 10 20
 2 9.00 0.00 5.00 30.00 1 1 1 0 99
"""
    path = tmp_path / "tiny.txt"
    path.write_text(text, encoding="utf-8")
    problem = toptw.read_toptw(path, 2)
    assert len(problem.shifts) == 2
    assert [visit.worth for visit in problem.visits] == [20, 30]
    assert [(w.start, w.end) for w in problem.visits[0].windows] == [(100, 250)] * 2
    assert problem.visits[1].windows[0].end == 1000  # back by then, so over by then
    ways = problem.matrices[0].slices[0].minutes
    assert ways[0][1] == math.floor(10 * math.sqrt(2)) == 14
    assert planned(problem, 50).cost == 0
    # Both on one tour: 14 there, 50 of stay from 100 on, 80 on, 50 of stay, 90 back.
    route = schedule(problem, 0, [0, 1])
    assert route is not None
    assert [stop.start for stop in route.stops] == [100, 230]
    assert route.back == 370


def _travel(problem: Problem, solution: Solution) -> int:
    total = 0
    for route in solution.routes:
        shift = problem.shifts[route.shift]
        places = [
            shift.start_place,
            *(problem.visits[stop.visit].place for stop in route.stops),
            shift.end_place,
        ]
        minutes = problem.matrices[shift.matrix].minutes
        total += sum(minutes[a][b] for a, b in pairwise(places) if a is not None and b is not None)
    return total
