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
MODULES = (
    "compare",
    "effort",
    "entrants",
    "instances",
    "peers",
    "replan",
    "report",
    "toptw",
    "ttdp",
)
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
    assert replan.urgent in start.left_out
    assert cost_of(problem, start) == _travel(problem, start) + problem.required_penalty + sum(
        problem.visits[index].worth for index in start.left_out if index != replan.urgent
    )
    assert cost_of(replan.unpriced, start) == cost_of(problem, start)


def test_moving_is_priced_as_in_a_replan(week: Problem) -> None:
    instances = script("instances")
    replan = instances.replanned(week, planned(week, 50).solution, random.Random(3))
    today, tomorrow = replan.problem.days[1], replan.problem.days[2]
    for index, (shift, start) in replan.planned.items():
        visit, before = replan.problem.visits[index], replan.unpriced.visits[index]
        slot = replan.slots[visit.id]
        factor = {today: 2.0, tomorrow: 1.5}
        own = factor.get(slot.date, 1.0)
        assert visit.worth - before.worth == round(300 * own)
        costs = {
            (window.shift, window.cost)
            for window in visit.windows
            if window.start <= start and start + visit.talk <= window.end
        }
        assert (shift, 0) in costs
        for window in visit.windows:
            date = replan.problem.days[replan.problem.shifts[window.shift].day]
            if date != slot.date:
                assert window.cost == round(150 * max(own, factor.get(date, 1.0)))
            else:
                assert window.cost in (0, round(2 * own), round(60 * own))


def test_what_a_replan_moves_is_counted_beyond_the_forced(week: Problem) -> None:
    instances, bench = script("instances"), script("replan")
    replan = instances.replanned(week, planned(week, 50).solution, random.Random(3))
    entry = bench.entry_of(replan, replan.start, 0, 0.5)
    assert entry == bench.Entry(0, 0, cost_of(replan.unpriced, replan.start), 0.5)
    # Only its orders count: whoever can keep the hour does.
    scratch = planned(replan.unpriced, 50).solution
    entry = bench.entry_of(replan, scratch, 1, 0.5)
    assert entry.beyond <= instances.moved(replan, scratch) - 1
    assert entry.cost == cost_of(replan.unpriced, scratch)


def test_ortools_begins_with_the_earlier_plan(week: Problem) -> None:
    pytest.importorskip("ortools.constraint_solver")
    instances = script("instances")
    replan = instances.replanned(week, planned(week, 50).solution, random.Random(3))
    found = script("entrants").run("ortools", replan.problem, 0.3, 0, replan.start)
    assert found.broken == ()
    assert replan.urgent not in found.solution.left_out
    assert instances.moved(replan, found.solution) < len(replan.planned)


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


TRIP = """20 2 5 3 1 0 10 10 10 10 10 10 10 10 10 10
0 0 0 0 0 510 1210

1 3.01 4.02 60 7 4 0 1439 0 1439 0 1439 0 1439 0 1439 540 600 0 0 12
2 3.01 0 0 5 4 0 1439 0 1439 0 1439 0 1439 0 1439 0 0 480 1439 0
3 0 9 30 11 0 510 990 510 990 510 990 510 990 510 990 0 0 0 0 3
"""


def test_ttdp_is_read_as_scores_hundredths_and_the_hours_of_each_weekday(tmp_path: Path) -> None:
    path = tmp_path / "t1.txt"
    path.write_text(TRIP, encoding="utf-8")
    problem = script("ttdp").read_ttdp(path)
    assert [day.weekday() for day in problem.days] == [5, 6]
    assert [(shift.start, shift.end) for shift in problem.shifts] == [(51000, 121000)] * 2
    assert [visit.worth for visit in problem.visits] == [7, 5, 11]
    hours = [[(w.shift, w.start, w.end) for w in visit.windows] for visit in problem.visits]
    # The first begins until closing time, the second is over when the tour is, the third is shut.
    assert hours == [[(0, 54000, 66000)], [(1, 48000, 121000)], []]
    ways = problem.matrices[0].slices[0].minutes
    assert ways[0][1] == ways[1][0] == math.floor(100 * math.hypot(3.01, 4.02)) == 502
    # Who makes the second arrives as if it had taken no time at all.
    assert (ways[0][2], problem.visits[1].talk, ways[2][0]) == (301, 1, 300)
    assert planned(problem, 50).cost == 11
    route = schedule(problem, 1, [1])
    assert route is not None
    assert route.back == route.stops[0].start + 301


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("2 3.01 0 0", "2 0 9 0"),
        ("20 2 5 3", "20 2 5 4"),
        ("0 0 0 0 0 510 1210", "0 0 0 0 0 510"),
    ],
    ids=["no time between two points", "a point missing", "a short start"],
)
def test_ttdp_of_another_format_is_refused(tmp_path: Path, line: str, instead: str) -> None:
    path = tmp_path / "t1.txt"
    assert line in TRIP
    path.write_text(TRIP.replace(line, instead), encoding="utf-8")
    with pytest.raises(ValueError, match=r"not the start|lies on another"):
        script("ttdp").read_ttdp(path)


def test_effort_begins_with_the_week_that_all_are_compared_on(week: Problem) -> None:
    sized = script("instances").sized_week
    assert sized(50, 1, 0) == week
    month = sized(50, 4, 0)
    assert len(month.shifts) == 20
    assert len(month.visits) == 50
    assert month.matrices == week.matrices


def test_a_power_is_found_again() -> None:
    effort = script("effort")
    points = [effort.Point(size, 0.5 * size**1.7, True) for size in (5, 10, 20, 20)]
    found = effort.growth(points)
    assert found.exponent == pytest.approx(1.7)
    assert found.seconds_at_one == pytest.approx(0.5)
    assert found.fit == pytest.approx(1)
    text = effort.sentence("days", "60 visits", points)
    assert "to the power 1.7 (r² 1.00, 4 runs)" in text
    late = [*points, effort.Point(40, 120, False)]
    assert "1 of them not within the limit" in effort.sentence("days", "60 visits", late)


def test_no_power_is_claimed_where_none_can_be_known() -> None:
    effort = script("effort")
    one_size = [effort.Point(5, 1.0, True), effort.Point(5, 2.0, True)]
    none_ended = [effort.Point(5, 120.0, False), effort.Point(10, 120.0, False)]
    for points in ([], one_size, none_ended):
        assert effort.growth(points) is None
        assert "no power" in effort.sentence("days", "60 visits", points)


def test_the_curve_is_the_same_file_again(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    effort = script("effort")
    points = [effort.Point(25, 1.0, True), effort.Point(50, 4.0, True)]
    late = [effort.Point(5, 3.0, True), effort.Point(20, 120.0, False)]
    families = [("visits", "5 days", points), ("days", "60 visits", late), ("days", "none", [])]
    first, second = tmp_path / "a.svg", tmp_path / "b.svg"
    for path in (first, second):
        effort.plot(path, families, 0.02)
    assert first.read_bytes() == second.read_bytes()
    assert "visits to the power 2.0" in first.read_text(encoding="utf-8")


def test_a_gap_stops_an_entrant(week: Problem) -> None:
    """Minutes are allowed; a second or two is needed for a third of the cost."""
    outcome = script("entrants").run("columns", week, 300.0, gap=0.33)
    assert outcome.gap is not None
    assert outcome.gap <= 0.33
    assert outcome.broken == ()


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
