"""Which modes a day goes by, and what is said of ways that were guessed or do not exist."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.book.models import TravelMode
from routeplan.config import Settings, TravelSettings
from routeplan.language import Texts
from routeplan.plan.build import build_plan
from routeplan.plan.check import violations
from routeplan.plan.plan import Cause, Plan, PlanOrigin
from routeplan.problem.build import BuiltProblem, build_problem
from routeplan.solve.result import Engine
from routeplan.solve.solve import solve
from routeplan.solve.stop import StopRule
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.matrix import Matrix
from routeplan.travel.source import TravelSource
from routeplan.workdays import WorkCalendar
from tests.examples import EXACT, MONDAY, tiny_book, tiny_due

CAR, TRANSIT, WALK, EBIKE = (
    TravelMode.CAR,
    TravelMode.TRANSIT,
    TravelMode.WALK,
    TravelMode.EBIKE,
)
TUESDAY = MONDAY + dt.timedelta(days=1)


def book_with(*modes: TravelMode):  # type: ignore[no-untyped-def]
    book = tiny_book()
    first = book.managers[0].model_copy(update={"mode": modes[0], "other_modes": modes[1:]})
    return book.model_copy(update={"managers": (first, book.managers[1])})


def built_with(
    *modes: TravelMode,
    settings: Settings = EXACT,
    travel: TravelSource | None = None,
    **options: object,
) -> BuiltProblem:
    return build_problem(
        book_with(*modes),
        tiny_due(),
        settings,
        WorkCalendar(),
        travel or GreatCircle(settings.travel),
        **options,  # type: ignore[arg-type]
    )


def planned_with(*modes: TravelMode, travel: TravelSource | None = None) -> Plan:
    built = built_with(*modes, travel=travel)
    result = solve(built.problem, StopRule(iterations=20), seed=0, engine=Engine.ROUTING)
    origin = PlanOrigin(book="", book_digest="", policy="", settings=EXACT, routeplan="")
    return build_plan(built, result, book_with(*modes), tiny_due(), EXACT, origin)


def modes_of(built: BuiltProblem, manager: str) -> set[TravelMode]:
    matrices = built.problem.matrices
    shifts = [shift for shift in built.problem.shifts if shift.manager == manager]
    return {matrices[shift.matrix].mode for shift in shifts}


def test_a_manager_with_several_vehicles_takes_the_quickest_for_the_day() -> None:
    slow = EXACT.travel.modes[CAR].model_copy(update={"access_minutes": 60})
    modes = EXACT.travel.modes | {CAR: slow}
    jammed = EXACT.model_copy(update={"travel": EXACT.travel.model_copy(update={"modes": modes})})
    assert modes_of(built_with(CAR, EBIKE, settings=jammed), "M1") == {EBIKE}
    quick = {CAR: slow.model_copy(update={"access_minutes": 0, "speed_kph": 90.0})}
    fast = EXACT.travel.model_copy(update={"modes": EXACT.travel.modes | quick})
    free = EXACT.model_copy(update={"travel": fast})
    assert modes_of(built_with(EBIKE, CAR, settings=free), "M1") == {CAR}


def test_a_day_of_an_earlier_plan_keeps_its_vehicle() -> None:
    built = built_with(CAR, EBIKE, travelled={("M1", MONDAY): {CAR}, ("M1", TUESDAY): {EBIKE}})
    modes = {
        shift.day: built.problem.matrices[shift.matrix].mode
        for shift in built.problem.shifts
        if shift.manager == "M1"
    }
    assert (modes[0], modes[1]) == (CAR, EBIKE)


def test_problems_hold_only_matrices_that_a_day_uses() -> None:
    built = built_with(CAR, EBIKE, TRANSIT)
    assert {shift.matrix for shift in built.problem.shifts} == set(
        range(len(built.problem.matrices))
    )


def test_a_plan_of_mixed_modes_says_how_each_leg_goes_and_is_valid() -> None:
    plan = planned_with(TRANSIT, WALK)
    used = {leg.mode for day in plan.days if day.manager_id == "M1" for leg in day.legs}
    assert used <= {TRANSIT, WALK}
    found = violations(
        plan, book_with(TRANSIT, WALK), EXACT, WorkCalendar(), GreatCircle(EXACT.travel)
    )
    assert found == ()


def test_the_checker_sees_a_vehicle_that_stays_behind_and_a_slow_way() -> None:
    source = GreatCircle(EXACT.travel)
    plan = planned_with(TRANSIT)
    day = next(day for day in plan.days if day.manager_id == "M1" and len(day.visits) > 1)

    def with_modes(*modes: TravelMode) -> Plan:
        visits = tuple(
            visit.model_copy(
                update={"leg": visit.leg and visit.leg.model_copy(update={"mode": mode})}
            )
            for visit, mode in zip(day.visits, modes, strict=False)
        )
        changed = day.model_copy(update={"visits": (*visits, *day.visits[len(visits) :])})
        days = tuple(changed if one is day else one for one in plan.days)
        return plan.model_copy(update={"days": days})

    def found(made: Plan, *modes: TravelMode) -> str:
        return "\n".join(violations(made, book_with(*modes), EXACT, WorkCalendar(), source))

    assert "vehicle stays behind" in found(with_modes(EBIKE), TRANSIT, EBIKE)
    assert "not by the quickest way" in found(with_modes(WALK), TRANSIT, WALK)
    assert "vehicle" not in found(plan, TRANSIT, EBIKE)


class Island(GreatCircle):
    """Nobody reaches the second point."""

    def matrix(self, points, mode, day):  # type: ignore[no-untyped-def]
        found = super().matrix(points, mode, day)
        far = {i for i, point in enumerate(points) if point.lat == 39.93}

        def cut(table: Matrix) -> Matrix:
            return tuple(
                tuple(-1 if (i in far) != (j in far) else cell for j, cell in enumerate(row))
                for i, row in enumerate(table)
            )

        parts = tuple(
            part.model_copy(update={"minutes": cut(part.minutes)}) for part in found.slices
        )
        return found.model_copy(update={"minutes": cut(found.minutes), "slices": parts})


def test_a_client_without_a_way_is_left_out_in_words_and_the_plan_says_which() -> None:
    source = Island(EXACT.travel)
    plan = planned_with(TRANSIT, travel=source)
    (left,) = (visit for visit in plan.left_out if visit.client_id == "C3")
    assert left.cause is Cause.OUT_OF_REACH
    note = next(note for note in plan.notes if note.key == "problem.no_way")
    told = Texts("en").render(note)
    assert "周二商行" in told
    assert "nobody is sent along them" in told
    assert violations(plan, book_with(TRANSIT), EXACT, WorkCalendar(), source) == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_guessed_ways_are_counted_and_shown(language: str) -> None:
    class Gaps(GreatCircle):
        def matrix(self, points, mode, day):  # type: ignore[no-untyped-def]
            found = super().matrix(points, mode, day)
            return found.model_copy(update={"estimated": False, "guessed": ((0, 1), (1, 0))})

    built = built_with(TRANSIT, travel=Gaps(TravelSettings(round_to=1)))
    notes = [note for note in built.notes if note.key == "problem.guessed"]
    assert {note.args["n"] for note in notes} == {2}
    assert "王磊 office" in Texts(language).render(notes[0])
