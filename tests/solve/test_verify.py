"""`violations` names each broken rule, and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.book.models import TravelMode
from routeplan.problem.problem import Gap, Lunch, Problem, Shift, Visit, Window
from routeplan.solve.evaluate import cost_of, route_cost
from routeplan.solve.result import Route, Solution, Stop
from routeplan.solve.schedule import schedule
from routeplan.solve.verify import violations
from routeplan.travel.matrix import TravelMatrix, TravelSlice

WAYS = ((0, 20, 30, -1), (20, 0, 10, 25), (30, 10, 0, 25), (40, 25, 25, 0))
SLOW = tuple(tuple(2 * cell if cell > 0 else cell for cell in row) for row in WAYS)


def problem() -> Problem:
    """Two days, four clients: V0 and V1 on the first day, V2 on the second; nobody gets to V3."""

    def shift(day: int) -> Shift:
        return Shift(
            manager="M1",
            day=day,
            start=500,
            end=900,
            start_place=0,
            end_place=0,
            matrix=0,
            lunch=Lunch(earliest=700, latest=800, minutes=60),
            max_visits=2,
            max_talk=70,
        )

    def visit(index: int, place: int, *windows: Window, required: bool = False) -> Visit:
        return Visit(
            id=f"V{index}",
            client=f"C{index}",
            place=place,
            talk=30,
            before=5,
            after=5,
            worth=100 + index,
            required=required,
            windows=windows,
        )

    return Problem(
        days=(dt.date(2026, 11, 27), dt.date(2026, 11, 30)),
        places=("office", "a", "b", "c"),
        matrices=(
            TravelMatrix(
                mode=TravelMode.CAR,
                source="test",
                estimated=True,
                minutes=WAYS,
                metres=WAYS,
                slices=(TravelSlice(start=0, minutes=WAYS), TravelSlice(start=850, minutes=SLOW)),
            ),
        ),
        shifts=(shift(0), shift(1)),
        visits=(
            visit(0, 1, Window(shift=0, start=540, end=680), Window(shift=0, start=540, end=600)),
            visit(1, 2, Window(shift=0, start=560, end=690, cost=9)),
            visit(2, 1, Window(shift=1, start=560, end=690), Window(shift=0, start=560, end=690)),
            visit(3, 3, Window(shift=1, start=560, end=690)),
        ),
        gaps=(Gap(first=0, second=2, days=2),),
        required_penalty=10_000,
    )


def solution() -> Solution:
    made = schedule(problem(), 0, (0, 1)), schedule(problem(), 1, (2,))
    return Solution(routes=tuple(route for route in made if route), left_out=(3,))


def with_route(number: int, **changes: object) -> Solution:
    routes = list(solution().routes)
    routes[number] = routes[number].model_copy(update=changes)
    return Solution(routes=tuple(routes), left_out=(3,))


def with_stop(route: int, number: int, **changes: int) -> Solution:
    stops = list(solution().routes[route].stops)
    stops[number] = stops[number].model_copy(update=changes)
    return with_route(route, stops=tuple(stops))


def test_the_example_is_valid_and_priced() -> None:
    assert violations(problem(), solution()) == ()
    first, second = solution().routes
    assert [stop.visit for stop in first.stops] == [0, 1]
    assert route_cost(problem(), first) == 20 + 10 + 30 + 9
    assert route_cost(problem(), second) == 20 + 20
    assert cost_of(problem(), solution()) == 69 + 40 + 103


def test_legs_leave_late_and_the_break_starts_early() -> None:
    first = solution().routes[0]
    assert first.stops == (
        Stop(visit=0, leave=515, arrive=535, start=540, end=570),
        Stop(visit=1, leave=575, arrive=585, start=590, end=620),
    )
    assert (first.leave_last, first.back, first.lunch) == (625, 655, (700, 760))


def late(route: Route, minutes: int) -> Route:
    """Everything of a route `minutes` later, except the break."""
    return route.model_copy(
        update={
            "stops": tuple(
                stop.model_copy(
                    update={
                        name: getattr(stop, name) + minutes
                        for name in ("leave", "arrive", "start", "end")
                    }
                )
                for stop in route.stops
            ),
            "leave_last": route.leave_last + minutes,
            "back": route.back + minutes,
        }
    )


FIRST = solution().routes[0]
BROKEN: dict[str, Solution] = {
    "no such shifts": with_route(1, shift=7),
    "or visits": with_stop(1, 0, visit=9),
    "routes are not one per shift": Solution(
        routes=tuple(reversed(solution().routes)), left_out=(3,)
    ),
    "is visited 2 times": with_stop(0, 1, visit=0),
    "left_out is not what": solution().model_copy(update={"left_out": ()}),
    "the route is empty": with_route(1, stops=()),
    "sets off for V0 at 499": with_stop(0, 0, leave=499),
    "sets off for V1 at 574": with_stop(0, 1, leave=574, arrive=584),
    "and is at V1 at 584, way 10": with_stop(0, 1, arrive=584),
    "V1 starts less than 5 minutes": with_stop(0, 1, leave=576, arrive=586),
    "V0 does not last 30": with_stop(0, 0, end=565),
    "V0 lies in none of its windows": with_route(0, stops=late(FIRST, -1).stops),
    "V2 lies in none of its windows": Solution(
        routes=(FIRST, late(solution().routes[1], 200)), left_out=(3,)
    ),
    "leaves the last visit at 624": with_route(0, leave_last=624),
    "is back at 650, way 30": with_route(0, back=650),
    "after the shift's end": with_route(0, leave_last=890, back=950),
    "does not last 60 minutes": with_route(0, lunch=(700, 759)),
    "outside its window": with_route(0, lunch=(690, 750)),
    "has no break": with_route(0, lunch=None),
    "the break overlaps the way back": with_route(0, leave_last=720, back=750),
}


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_broken_solution_is_named(sentence: str) -> None:
    assert any(sentence in found for found in violations(problem(), BROKEN[sentence]))


def test_the_break_may_touch_nothing() -> None:
    """Not a leg, not a talk, not the minutes around one."""
    stays = Solution(routes=(late(FIRST, 60),), left_out=(2, 3))
    for lunch, what in (
        ((636, 644), "the way to V1"),  # 635-645
        ((596, 601), "V0"),  # talk to 630
        ((631, 634), "V0"),  # its five minutes after
        ((646, 648), "V1"),  # five minutes before
        ((680, 690), "the way back"),  # 685-715
    ):
        route = stays.routes[0].model_copy(update={"lunch": lunch})
        found = violations(problem(), stays.model_copy(update={"routes": (route,)}))
        assert any(text.endswith(f"the break overlaps {what}") for text in found), (lunch, found)


def changed(number: int, **changes: object) -> Problem:
    shifts = list(problem().shifts)
    shifts[number] = shifts[number].model_copy(update=changes)
    return problem().model_copy(update={"shifts": tuple(shifts)})


def test_caps_and_the_shift_itself_are_held() -> None:
    for other, sentence in (
        (changed(0, max_visits=1), "has 2 visits, more than 1"),
        (changed(0, max_talk=59), "has 60 minutes of talk, more than 59"),
        (changed(0, start=516), "sets off for V0 at 515, free only at 516"),
        (changed(0, end=654), "is back at 655, after the shift's end"),
        (changed(0, lunch=None), "has a break that nobody asked for"),
        (changed(0, start_place=2), "leaves at 515 and is at V0 at 535, way 10"),
    ):
        assert violations(other, solution()) == (f"shift 0: {sentence}",)


def test_a_gap_counts_dates_not_shifts() -> None:
    """Friday to Monday is three days."""
    assert violations(with_gap(0, 2, 3), solution()) == ()
    assert violations(with_gap(0, 2, 4), solution()) == ("V2 comes 3 days after V0, not 4",)
    assert violations(with_gap(2, 0, 0), solution()) == ("V0 comes -3 days after V2, not 0",)
    assert violations(with_gap(2, 3, 9), solution()) == ()  # V3 is left out


def with_gap(first: int, second: int, days: int) -> Problem:
    gap = Gap(first=first, second=second, days=days)
    return problem().model_copy(update={"gaps": (gap,)})


def test_a_place_without_a_way_cannot_be_served() -> None:
    assert schedule(problem(), 1, (3,)) is None
    stop = Stop(visit=3, leave=530, arrive=555, start=560, end=590)
    route = solution().routes[1].model_copy(update={"stops": (stop,), "leave_last": 595})
    found = violations(problem(), Solution(routes=(FIRST, route), left_out=(2,)))
    assert "shift 1: leaves at 530 and is at V3 at 555, way None" in found


def test_travel_takes_what_the_hour_says_and_costs_what_is_typical() -> None:
    """Back after 850 takes twice as long and is charged once."""
    slow = with_route(0, leave_last=850, back=910)
    assert violations(changed(0, end=910), slow) == ()
    assert cost_of(changed(0, end=910), slow) == cost_of(problem(), solution())
    quick = with_route(0, leave_last=850, back=880)
    assert violations(problem(), quick) == ("shift 0: leaves at 850 and is back at 880, way 60",)


def test_required_visits_left_out_cost_the_penalty() -> None:
    visits = list(problem().visits)
    visits[3] = visits[3].model_copy(update={"required": True})
    strict = problem().model_copy(update={"visits": tuple(visits)})
    assert cost_of(strict, solution()) == cost_of(problem(), solution()) - 103 + 10_000


def test_what_cannot_be_priced_is_refused() -> None:
    with pytest.raises(ValueError, match=r"."):
        cost_of(problem(), BROKEN["V2 lies in none of its windows"])
