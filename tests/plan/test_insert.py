"""What else fits into finished routes, against timing every place of the whole problem."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from routeplan.plan.insert import Routes, with_what_pays
from routeplan.problem.problem import Problem, Visit
from routeplan.solve.evaluate import cost_of, route_cost
from routeplan.solve.improve import Search
from routeplan.solve.result import Engine, Result, Route, Solution, Status
from routeplan.solve.schedule import schedule
from tests.problem_strategies import random_problem


def half_planned(seed: int) -> tuple[Problem, Solution]:
    """A problem with routes quickly found, without every second stop, where that can be done."""
    problem = random_problem(seed, max_visits=5, max_shifts=3)
    routes = []
    for shift, visits in Search(problem, 0).routes:
        fewer = schedule(problem, shift, visits[::2])
        routes += [fewer] if fewer else []
    made = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(index for index in range(len(problem.visits)) if index not in made)
    return problem, Solution(routes=tuple(routes), left_out=left_out)


def tried(
    problem: Problem,
    solution: Solution,
    index: int,
    shift: int,
    *,
    changed: Mapping[int, Visit],
    without: Collection[int] = (),
    end: int | None = None,
) -> list[tuple[Route, int]]:
    """Every place timed as a route of the whole problem, its caps lifted, and the cost added."""
    visits = list(problem.visits)
    for number, visit in changed.items():
        visits[number] = visit
    shifts = list(problem.shifts)
    caps = {"max_visits": 99, "max_talk": 9999}
    shifts[shift] = shifts[shift].model_copy(
        update=caps if end is None else {**caps, "end": end},
    )
    lifted = problem.model_copy(update={"visits": tuple(visits), "shifts": tuple(shifts)})
    now = next((route for route in solution.routes if route.shift == shift), None)
    order = [stop.visit for stop in now.stops if stop.visit not in without] if now else []
    found = []
    for place in range(len(order) + 1):
        route = schedule(lifted, shift, [*order[:place], index, *order[place:]])
        if route is not None:
            before = route_cost(problem, now) if now else 0
            found.append((route, route_cost(lifted, route) - before))
    return found


def longer_windows(visit: Visit, by: int) -> Visit:
    windows = tuple(
        window.model_copy(update={"end": window.end + by, "cost": window.cost + 1})
        for window in visit.windows
    )
    return visit.model_copy(update={"windows": windows})


def test_a_visit_fits_exactly_where_the_whole_day_can_be_timed_with_it() -> None:
    counted = 0
    for seed in range(150):
        problem, solution = half_planned(seed)
        routes = Routes(problem, solution)
        for index in solution.left_out:
            for shift in range(len(problem.shifts)):
                for _ in range(2):  # what was kept from the first time gives the same
                    fits = routes.fits(index, problem.visits[index], shift)
                    expected = tried(problem, solution, index, shift, changed={})
                    assert [(fit.route, fit.added) for fit in fits] == expected, (seed, index)
                counted += len(expected)
    assert counted > 150


def test_it_fits_as_if_the_day_ended_later_and_others_changed_or_were_gone() -> None:
    counted = 0
    for seed in range(150):
        problem, solution = half_planned(seed)
        routes = Routes(problem, solution)
        for index in solution.left_out:
            for route in solution.routes:
                first = route.stops[0].visit
                changed = {
                    number: longer_windows(problem.visits[number], 60) for number in (first, index)
                }
                end = problem.shifts[route.shift].end + 60
                shift = route.shift
                late = routes.fits(index, changed[index], shift, changed=changed, end=end)
                expected = tried(problem, solution, index, shift, changed=changed, end=end)
                assert [(fit.route, fit.added) for fit in late] == expected, (seed, index)
                gone = frozenset((first,))
                alone = routes.fits(index, problem.visits[index], shift, without=gone)
                least = tried(problem, solution, index, shift, changed={}, without=gone)
                assert [(fit.route, fit.added) for fit in alone] == least, (seed, index)
                # The day as it is has not been mixed up with either.
                plain = routes.fits(index, problem.visits[index], shift)
                usual = tried(problem, solution, index, shift, changed={})
                assert [(fit.route, fit.added) for fit in plain] == usual, (seed, index)
                counted += len(expected) + len(least)
    assert counted > 150


def test_a_visit_goes_alone_where_a_day_of_its_own_can_be_timed() -> None:
    seen = set()
    for seed in range(150):
        problem, solution = half_planned(seed)
        routes = Routes(problem, solution)
        for index, visit in enumerate(problem.visits):
            for shift, about in enumerate(problem.shifts):
                for lunch in (True, False):
                    caps = {"max_visits": 1, "max_talk": 9999}
                    shifts = list(problem.shifts)
                    shifts[shift] = about.model_copy(
                        update=caps if lunch else {**caps, "lunch": None}
                    )
                    lifted = problem.model_copy(update={"shifts": tuple(shifts)})
                    possible = schedule(lifted, shift, [index]) is not None
                    assert routes.fits_alone(visit, shift, lunch=lunch) == possible, (seed, index)
                    seen.add(possible)
    assert seen == {True, False}


def test_what_pays_is_put_in_and_nothing_that_fits_pays_after_it() -> None:
    put_in = 0
    for seed in range(150):
        problem, solution = half_planned(seed)
        half = Result(
            engine=Engine.ROUTING,
            seed=0,
            status=Status.FEASIBLE,
            stopped_by="iterations",
            solution=solution,
            cost=cost_of(problem, solution),
        )
        after = with_what_pays(problem, half).solution
        put_in += len(half.solution.left_out) - len(after.left_out)
        routes = Routes(problem, after)
        for index in after.left_out:
            visit = problem.visits[index]
            worth = problem.required_penalty if visit.required else visit.worth
            for shift in range(len(problem.shifts)):
                for fit in routes.fits(index, visit, shift):
                    assert fit.blocked or fit.added >= worth, (seed, index)
    assert put_in > 20
