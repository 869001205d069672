"""The routing engine against trying everything, and what `solve` promises."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from routeplan.book.models import TravelMode
from routeplan.problem.problem import Gap, Problem, Shift, Visit, Window
from routeplan.solve.evaluate import cost_of
from routeplan.solve.improve import Search
from routeplan.solve.result import Engine, Result, Solution, Status
from routeplan.solve.solve import solve
from routeplan.solve.stop import Progress, StopRule
from routeplan.solve.verify import violations
from routeplan.travel.matrix import TravelMatrix
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost

FEW = StopRule(seconds=None, iterations=200)


def routed(problem: Problem, stop: StopRule = FEW, *, seed: int = 0) -> Result:
    return solve(problem, stop, seed=seed, engine=Engine.ROUTING)


def week(*, due: int = 40, seed: int = 0, required: int = 0) -> Problem:
    """One manager, five days, `due` clients open on some mornings and afternoons."""
    chance = random.Random(seed)
    points = [(10, 10), *((chance.randint(0, 20), chance.randint(0, 20)) for _ in range(due))]
    minutes = tuple(
        tuple(0 if a == b else 5 + 3 * (abs(a[0] - b[0]) + abs(a[1] - b[1])) for b in points)
        for a in points
    )
    matrix = TravelMatrix(
        mode=TravelMode.CAR,
        source="test",
        estimated=True,
        minutes=minutes,
        metres=tuple(tuple(500 * cell for cell in row) for row in minutes),
    )
    visits = tuple(
        Visit(
            id=f"V{index:02d}",
            client=f"C{index:02d}",
            place=index + 1,
            talk=chance.choice((30, 45, 60)),
            before=5,
            after=5,
            worth=chance.choice((900, 500, 250)),
            required=index < required,
            windows=tuple(
                Window(shift=day, start=start, end=start + 180)
                for day in sorted(chance.sample(range(5), 4))
                for start in (540, 840)
            ),
        )
        for index in range(due)
    )
    return Problem(
        days=tuple(dt.date(2026, 11, 23) + dt.timedelta(day) for day in range(5)),
        places=tuple(f"P{place}" for place in range(due + 1)),
        matrices=(matrix,),
        shifts=tuple(
            Shift(
                manager="M1",
                day=day,
                start=510,
                end=1080,
                start_place=0,
                end_place=0,
                matrix=0,
                max_visits=8,
                max_talk=330,
            )
            for day in range(5)
        ),
        visits=visits,
        required_penalty=1_000_000,
    )


@pytest.mark.parametrize("part", range(20))
def test_tiny_problems_are_solved_to_the_optimum(part: int) -> None:
    for seed in range(part * 6, part * 6 + 6):
        problem = random_problem(seed, max_visits=5 if part < 10 else 4, max_shifts=2)
        result = routed(problem)
        assert violations(problem, result.solution) == ()
        assert result.cost == cost_of(problem, result.solution)
        assert result.cost == best_cost(problem), seed


def test_bigger_random_problems_keep_every_rule() -> None:
    for seed in range(40):
        problem = random_problem(seed, max_visits=14, max_shifts=6)
        result = routed(problem, StopRule(seconds=None, iterations=60))
        assert violations(problem, result.solution) == (), seed
        assert result.cost == cost_of(problem, result.solution), seed


def test_the_same_seed_gives_the_same_solution() -> None:
    first, second = (routed(week(), StopRule(seconds=None, iterations=300), seed=4) for _ in "ab")
    assert first.solution == second.solution
    assert first.stopped_by == "iterations"


def test_visits_in_another_order_cost_the_same() -> None:
    for seed in range(300, 320):
        problem = random_problem(seed)
        order = list(range(len(problem.visits)))
        random.Random(seed).shuffle(order)
        number = {old: new for new, old in enumerate(order)}
        turned = problem.model_copy(
            update={
                "visits": tuple(problem.visits[index] for index in order),
                "gaps": tuple(
                    Gap(first=number[gap.first], second=number[gap.second], days=gap.days)
                    for gap in problem.gaps
                ),
            }
        )
        assert routed(problem).cost == routed(turned).cost, seed


def test_improvement_pays() -> None:
    """Insertion alone costs 9932; a search that accepts every round ends near 8500."""
    costs = []
    for seed in (0, 1):
        search = Search(week(due=50), seed)
        search.run(1500, lambda better: True)
        costs.append(search.cost)
    assert sum(costs) < 16_500


def test_required_visits_come_before_worth() -> None:
    """Twelve required visits worth nothing displace dearer ones."""
    problem = week(due=60, required=12)
    problem = problem.model_copy(
        update={
            "visits": tuple(
                visit.model_copy(update={"worth": 0}) if visit.required else visit
                for visit in problem.visits
            )
        }
    )
    result = routed(problem)
    assert set(range(12)).isdisjoint(result.solution.left_out)
    assert result.solution.left_out
    assert result.status is Status.FEASIBLE


def test_a_required_visit_that_nobody_can_make_is_reported() -> None:
    problem = week(due=6)
    stuck = problem.visits[2].model_copy(update={"required": True, "windows": ()})
    problem = problem.model_copy(
        update={"visits": (*problem.visits[:2], stuck, *problem.visits[3:])}
    )
    result = routed(problem)
    assert result.status is Status.INFEASIBLE
    assert result.solution.left_out == (2,)
    assert result.cost > problem.required_penalty


def test_nothing_to_do_is_optimal() -> None:
    problem = week(due=0)
    result = routed(problem)
    assert (result.status, result.cost, result.bound) == (Status.OPTIMAL, 0, 0)
    assert result.solution == Solution(routes=(), left_out=())


def test_a_client_without_a_way_is_left_out() -> None:
    problem = week(due=5)
    cut = tuple(
        tuple(-1 if 3 in (row, column) and row != column else cell for column, cell in enumerate(r))
        for row, r in enumerate(problem.matrices[0].minutes)
    )
    matrix = problem.matrices[0].model_copy(update={"minutes": cut})
    problem = problem.model_copy(update={"matrices": (matrix,)})
    result = routed(problem)
    assert result.solution.left_out == (2,)
    assert violations(problem, result.solution) == ()


@pytest.mark.parametrize("engine", list(Engine))
def test_a_warm_start_is_never_made_worse(engine: Engine) -> None:
    for seed in range(60):
        problem = random_problem(seed, max_visits=8, max_shifts=4)
        start = routed(problem, StopRule(seconds=None, iterations=20)).solution
        for iterations in (0, 5):
            rule = StopRule(seconds=None, iterations=iterations)
            result = solve(problem, rule, start=start, engine=engine)
            assert result.cost <= cost_of(problem, start), seed
            assert violations(problem, result.solution) == ()


def test_a_start_that_no_longer_fits_is_mended() -> None:
    before = week(due=30)
    start = routed(before).solution
    shorter = tuple(
        shift.model_copy(update={"end": 800, "max_visits": 3}) if shift.day == 1 else shift
        for shift in before.shifts
    )
    after = before.model_copy(update={"shifts": shorter})
    assert violations(after, start)
    rule = StopRule(seconds=None, iterations=0)
    result = solve(after, rule, start=start, engine=Engine.ROUTING)
    assert violations(after, result.solution) == ()
    kept = {route.shift: route for route in result.solution.routes}
    for route in start.routes:
        if route.shift != 1:  # untouched days stay as they were, or gain visits
            visits = [stop.visit for stop in kept[route.shift].stops]
            assert [v for v in visits if v in {s.visit for s in route.stops}] == [
                stop.visit for stop in route.stops
            ]


def test_progress_tells_ever_better_solutions_and_can_cancel() -> None:
    told: list[Progress] = []
    result = solve(
        week(), StopRule(seconds=None, iterations=300), engine=Engine.ROUTING, progress=told.append
    )
    costs = [progress.cost for progress in told]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) > 2
    assert costs[-1] == result.cost

    cancelled = solve(
        week(),
        StopRule(seconds=None, iterations=300),
        engine=Engine.ROUTING,
        progress=lambda progress: False,
    )
    assert cancelled.stopped_by == "cancelled"
    assert cancelled.cost == costs[0]
    assert violations(week(), cancelled.solution) == ()


def test_no_time_at_all_still_gives_a_plan() -> None:
    result = solve(week(), StopRule(seconds=0.0), engine=Engine.ROUTING)
    assert result.stopped_by == "time"
    assert result.solution.routes
    assert violations(week(), result.solution) == ()


def test_managers_who_share_nobody_do_not_disturb_each_other() -> None:
    """Two copies side by side cost twice as much as one, and merge into one valid solution."""
    one = week(due=12)
    two = one.model_copy(
        update={
            "shifts": (
                *one.shifts,
                *(shift.model_copy(update={"manager": "M2"}) for shift in one.shifts),
            ),
            "visits": (
                *one.visits,
                *(
                    visit.model_copy(
                        update={
                            "id": f"{visit.id}b",
                            "windows": tuple(
                                window.model_copy(update={"shift": window.shift + 5})
                                for window in visit.windows
                            ),
                        }
                    )
                    for visit in one.visits
                ),
            ),
        }
    )
    half = routed(one, StopRule(seconds=None, iterations=200))
    whole = routed(two, StopRule(seconds=None, iterations=400))
    assert whole.cost == 2 * half.cost
    assert violations(two, whole.solution) == ()
