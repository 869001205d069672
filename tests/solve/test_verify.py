"""The verifier recomputes a solution's every rule: each is kept here, then broken."""

from __future__ import annotations

from typing import Any

import pytest

from routeplan.errors import CheckError
from routeplan.problem.problem import Gap, Problem
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Engine, Result, Route, Solution, Status
from routeplan.solve.schedule import schedule
from routeplan.solve.verify import require_valid, violations
from tests.examples import tiny_problem


def number_of(problem: Problem, visit_id: str) -> int:
    return next(n for n, visit in enumerate(problem.visits) if visit.id == visit_id)


def shift_of(problem: Problem, manager: str, day: int) -> int:
    return next(
        number
        for number, shift in enumerate(problem.shifts)
        if (shift.manager, shift.day) == (manager, day)
    )


def solution(given: Problem) -> Solution:
    """M1 sees C3 and C1 on Tuesday, M2 sees C6 on Wednesday; the others are left out."""
    routes = []
    for manager, day, clients in (("M1", 1, ("C3", "C1")), ("M2", 2, ("C6",))):
        visits = [number_of(given, client) for client in clients]
        route = schedule(given, shift_of(given, manager, day), visits)
        assert route
        routes.append(route)
    routes.sort(key=lambda route: route.shift)
    made = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(number for number in range(len(given.visits)) if number not in made)
    return Solution(routes=tuple(routes), left_out=left_out)


def with_route(given: Solution, **changes: Any) -> Solution:
    """Tuesday's route of M1 changed."""
    routes = [
        route.model_copy(update=changes) if len(route.stops) == 2 else route
        for route in given.routes
    ]
    return given.model_copy(update={"routes": tuple(routes)})


def with_stop(given: Solution, **changes: Any) -> Solution:
    """The second stop on Tuesday's route of M1 changed."""
    route = tuesday(given)
    return with_route(given, stops=(route.stops[0], route.stops[1].model_copy(update=changes)))


def tuesday(given: Solution) -> Route:
    return next(route for route in given.routes if len(route.stops) == 2)


def with_shift(given: Problem, **changes: Any) -> Problem:
    """Tuesday's shift of M1 changed."""
    shifts = list(given.shifts)
    number = shift_of(given, "M1", 1)
    shifts[number] = shifts[number].model_copy(update=changes)
    return given.model_copy(update={"shifts": tuple(shifts)})


def test_a_sound_solution_breaks_nothing() -> None:
    given = tiny_problem()
    assert violations(given, solution(given)) == ()
    assert violations(given, Solution(routes=(), left_out=tuple(range(len(given.visits))))) == ()


def test_every_tampering_is_told() -> None:
    given = tiny_problem()
    sound = solution(given)
    route = tuesday(sound)
    first, second = route.stops
    assert route.lunch
    lunch = route.lunch
    tampered = {
        "no such shifts [99]": with_route(sound, shift=99),
        "not one per shift": sound.model_copy(update={"routes": (*sound.routes, sound.routes[0])}),
        "is visited 2 times": with_route(sound, stops=(first, second, second)),
        "left_out is not": sound.model_copy(update={"left_out": sound.left_out[1:]}),
        "the route is empty": with_route(sound, stops=()),
        "sets off for C1": with_stop(sound, leave=first.end - 1),
        "is at C1 at": with_stop(sound, arrive=second.arrive - 1),
        "starts less than": with_stop(sound, start=second.arrive - 1),
        "does not last": with_stop(sound, end=second.end + 1),
        "lies in none of its windows": with_stop(sound, start=7 * 60, end=7 * 60 + 50),
        "leaves the last visit at": with_route(sound, leave_last=second.end - 1),
        "and is back at": with_route(sound, back=route.back - 1),
        "has no break": with_route(sound, lunch=None),
        "the break does not last": with_route(sound, lunch=(lunch[0], lunch[1] - 1)),
        "the break lies outside": with_route(sound, lunch=(600, 660)),
        "the break overlaps": with_stop(sound, leave=lunch[0], arrive=lunch[1]),
    }
    for words, wrong in tampered.items():
        assert any(words in text for text in violations(given, wrong)), words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_visits": 1}, "has 2 visits, more than 1"),
        ({"max_talk": 79}, "has 80 minutes of talk, more than 79"),
        ({"end": 11 * 60}, "after the shift's end"),
        ({"start": 9 * 60}, "free only at"),
        ({"lunch": None}, "a break that nobody asked for"),
    ],
)
def test_a_stricter_shift_is_told(changes: dict[str, Any], words: str) -> None:
    given = tiny_problem()
    wrong = violations(with_shift(given, **changes), solution(given))
    assert any(words in text for text in wrong), wrong


def test_days_between_two_visits_are_told() -> None:
    given = tiny_problem()
    gap = Gap(first=number_of(given, "C3"), second=number_of(given, "C6"), days=1)
    near = given.model_copy(update={"gaps": (gap,)})
    far = given.model_copy(update={"gaps": (gap.model_copy(update={"days": 2}),)})
    sound = solution(given)
    assert violations(near, sound) == ()
    assert violations(far, sound) == ("C6 comes 1 days after C3, not 2",)


def test_a_result_with_a_wrong_cost_is_refused() -> None:
    given = tiny_problem()
    sound = solution(given)
    result = Result(
        engine=Engine.ROUTING,
        seed=0,
        status=Status.FEASIBLE,
        stopped_by="iterations",
        solution=sound,
        cost=cost_of(given, sound),
    )
    require_valid(given, result)
    for changes in ({"cost": result.cost - 1}, {"bound": result.cost + 1}):
        with pytest.raises(CheckError):
            require_valid(given, result.model_copy(update=changes))
