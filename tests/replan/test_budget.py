"""Plans with few changes, against all plans of tiny problems."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.problem.objective import required_penalty
from routeplan.problem.problem import Problem, Visit, Window
from routeplan.problem.progress import Slot
from routeplan.replan.budget import (
    Budgeted,
    Frontier,
    changed_visits,
    efficient_plans,
    held,
    stay_windows,
)
from routeplan.solve.evaluate import cost_of
from routeplan.solve.limit import changes_of
from routeplan.solve.recheck_limit import recheck_limit
from routeplan.solve.result import Result, Solution
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.solve.verify import violations
from tests.problem_strategies import random_problem
from tests.solve.brute import best_cost

STOP = StopRule(seconds=None)
MOVE = 3
"""What a change costs without a budget."""


def after_an_event(seed: int) -> tuple[Problem, dict[str, Slot], Solution]:
    """A week planned, some of its windows gone, some clients new; and where everybody stood."""
    chance = random.Random(seed)
    problem = random_problem(seed, max_visits=5, max_shifts=2)
    known = {n for n in range(len(problem.visits)) if chance.random() < 0.8}
    first = problem.model_copy(
        update={
            "visits": tuple(
                visit if number in known else visit.model_copy(update={"windows": ()})
                for number, visit in enumerate(problem.visits)
            )
        }
    )
    planned = solve(first, STOP).solution
    slots: dict[str, Slot] = {}
    for route in planned.routes:
        shift = problem.shifts[route.shift]
        for stop in route.stops:
            slots[problem.visits[stop.visit].id] = Slot(
                manager_id=shift.manager, date=problem.days[shift.day], start=stop.start
            )

    def priced(visit: Visit) -> Visit:
        if visit.id not in slots:
            return visit
        slot, windows = slots[visit.id], []
        for window in visit.windows:
            if chance.random() < 0.2:
                continue
            windows.append(window.model_copy(update={"cost": window.cost + MOVE}))
            shift = problem.shifts[window.shift]
            there = (shift.manager, problem.days[shift.day]) == (slot.manager_id, slot.date)
            end = slot.start + visit.talk
            if there and window.start <= slot.start and end <= window.end:
                stay = Window(shift=window.shift, start=slot.start, end=end, cost=0)
                windows.append(stay)
        return visit.model_copy(update={"windows": tuple(windows), "worth": visit.worth + 2 * MOVE})

    visits = tuple(priced(visit) for visit in problem.visits)
    penalty = required_penalty(visits, problem.matrices, problem.shifts)
    after = problem.model_copy(update={"visits": visits, "required_penalty": penalty})
    return after, slots, Solution(routes=(), left_out=tuple(range(len(visits))))


def best_costs(problem: Problem, slots: dict[str, Slot]) -> dict[int, int]:
    """Number of changes → the least cost of a plan with so many or fewer, by looking at all."""
    can_stay = [v.id for v in problem.visits if stay_windows(problem, slots, v)]
    known = sum(visit.id in slots for visit in problem.visits)
    found: dict[int, int] = {}
    for count in range(len(can_stay) + 1):
        for stays in itertools.combinations(can_stay, count):
            closed = held(problem, slots, {v.id for v in problem.visits} - set(stays))
            # Whoever has to stay must be made: at three penalties that is seen in the cost.
            strict = closed.model_copy(
                update={
                    "visits": tuple(
                        v.model_copy(
                            update={"worth": 10**7, "required": False} if v.id in stays else {}
                        )
                        for v in closed.visits
                    )
                }
            )
            cost = best_cost(strict)
            if cost < 10**7:
                changes = known - count
                found[changes] = min(cost, found.get(changes, cost))
    best, costs = None, {}
    for changes in range(known + 1):
        if changes in found:
            best = found[changes] if best is None else min(best, found[changes])
        if best is not None:
            costs[changes] = best
    return costs


def claimed(frontier: Frontier, plan: Budgeted) -> Result:
    """The result that tells of a plan."""
    return frontier.free.model_copy(update={"solution": plan.solution, "cost": plan.cost})


@settings(max_examples=6)
@given(st.integers(0, 2**32 - 1))
def test_budgets_against_all_plans_of_tiny_weeks(seed: int) -> None:
    problem, slots, start = after_an_event(seed)
    costs = best_costs(problem, slots)
    frontier = efficient_plans(problem, slots, start, stop=STOP)
    penalty = problem.required_penalty
    fewest_missing = min(cost // penalty for cost in costs.values())
    forced = min(n for n, cost in costs.items() if cost // penalty == fewest_missing)
    assert frontier.complete
    assert frontier.forced == forced
    for allowed in range(len(slots) + 1):
        plan, limit = frontier.within(allowed), frontier.limit(allowed)
        assert violations(problem, plan.solution) == ()
        assert plan.cost == cost_of(problem, plan.solution)
        assert plan.changes == len(changed_visits(problem, slots, plan.solution))
        assert plan.changes <= forced + allowed
        best = costs[min(forced + allowed, max(costs))]
        assert limit.bound is not None
        assert limit.bound <= best <= plan.cost
        assert limit.most == forced + allowed
        assert changes_of(plan.solution, limit) == plan.changes
        # Confirmed apart from the engine, without believing what it said.
        confirmed = recheck_limit(problem, claimed(frontier, plan), limit)
        assert confirmed is not None
        assert limit.bound <= confirmed <= best
    # As many changes as one likes, and none at all: both are exact.
    assert frontier.within(len(slots)).cost == costs[max(costs)]
    assert frontier.within(0).cost == costs[forced]
    changes = [plan.changes for plan in frontier.plans]
    assert changes == sorted(set(changes))
    assert [p.cost for p in frontier.plans] == sorted({p.cost for p in frontier.plans})[::-1]
