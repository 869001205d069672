"""Visits of two managers: both there, at one start, once each."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import (
    Anchor,
    Appointment,
    Book,
    Client,
    Manager,
    MustVisit,
    MustVisitReason,
    Rigidity,
    Site,
    Tier,
    TravelMode,
)
from routeplan.config import Settings
from routeplan.due.models import Horizon
from routeplan.pipeline import plan_visits
from routeplan.plan.check import violations
from routeplan.plan.events import Cancel, ManagerOff
from routeplan.plan.plan import Cause, JointWith, Plan, PlannedDay, PlannedVisit
from routeplan.point import Point
from routeplan.replan.replan import replan
from routeplan.solve.result import Engine, Solved
from routeplan.solve.stop import StopRule
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import Closure, TimeWindow, WeeklyHours
from routeplan.workdays import WorkCalendar

MONDAY = dt.date(2026, 11, 23)
SUNDAY = dt.datetime.combine(MONDAY - dt.timedelta(days=1), dt.time(12))
STOP = StopRule(seconds=None, iterations=5)
ALL_DAY = TimeWindow(start=9 * 60, end=17 * 60)


def manager(manager_id: str, *leave: dt.date, shift: TimeWindow | None = None) -> Manager:
    return Manager(
        id=manager_id,
        name=f"Manager {manager_id}",
        mode=TravelMode.CAR,
        start=Anchor.OFFICE,
        end=Anchor.OFFICE,
        office=Point(lat=39.9, lon=116.4),
        shift=shift,
        leave=tuple(Closure(first=day, last=day) for day in leave),
    )


def client(client_id: str, east: int, *with_: str, owner: str = "M1") -> Client:
    return Client(
        id=client_id,
        name=f"Client {client_id}",
        tier=Tier.A,
        manager_id=owner,
        sites=(
            Site(
                point=Point(lat=39.9, lon=116.4 + east / 100),
                room="1",
                hours=WeeklyHours(days=((ALL_DAY,),) + ((),) * 6),  # Mondays
            ),
        ),
        talk_minutes=30,
        must_visit=MustVisit(reason=MustVisitReason.PRESENCE, companion_ids=with_),
    )


def planned(book: Book, **more: object) -> Plan:
    return plan_visits(
        book,
        Horizon(first=MONDAY),
        settings=Settings(),
        stop=STOP,
        engine=Engine.ROUTING,
        **more,  # type: ignore[arg-type]
    )


def both(plan: Plan) -> tuple[tuple[PlannedDay, PlannedVisit], tuple[PlannedDay, PlannedVisit]]:
    """The first and the second person's stop of the only joint visit."""
    (own,) = [item for item in plan.visits if item[1].joint_with]
    (other,) = plan.accompanied
    return own, other


def test_two_managers_meet_at_one_start() -> None:
    book = Book(
        managers=(manager("M1"), manager("M2")),
        clients=(client("C1", 5, "M2"), client("C2", -5), client("C3", 9, owner="M2")),
    )
    plan = planned(book)
    (day, visit), (other_day, other) = both(plan)
    assert (day.manager_id, other_day.manager_id) == ("M1", "M2")
    assert (day.date, visit.talk) == (other_day.date, other.talk)
    assert visit.joint_with == JointWith(manager_id="M2", name="Manager M2")
    assert other.joint_with == JointWith(manager_id="M1", name="Manager M1")
    assert other.visit_id == visit.visit_id
    assert (visit.accompanies, other.accompanies) == (False, True)
    assert plan.totals.visits == 3  # counted once
    assert not plan.left_out


def test_the_earliest_hour_of_two_short_days() -> None:
    # One is there until 12, the other from 11: the only quarter with room for talk and ways.
    book = Book(
        managers=(
            manager("M1", shift=TimeWindow(start=8 * 60, end=12 * 60)),
            manager("M2", shift=TimeWindow(start=10 * 60 + 30, end=18 * 60)),
        ),
        clients=(client("C1", 1, "M2"),),
    )
    (_, visit), (_, other) = both(planned(book))
    assert visit.talk == other.talk
    assert TimeWindow(start=10 * 60 + 30, end=12 * 60).holds(visit.talk.start, visit.talk.end)


def test_whoever_of_several_is_there_comes_along() -> None:
    book = Book(
        managers=(manager("M1"), manager("M2", MONDAY), manager("M3")),
        clients=(client("C1", 5, "M2", "M3"),),
    )
    _, (day, _) = both(planned(book))
    assert day.manager_id == "M3"


def test_a_companion_on_leave_leaves_it_out_once_with_reason_and_remedy() -> None:
    book = Book(
        managers=(manager("M1"), manager("M2", MONDAY), manager("M3")),
        clients=(client("C1", 5, "M2"),),
    )
    plan = planned(book)
    (out,) = plan.left_out
    assert out.cause is Cause.NO_WINDOW
    assert out.why.key == "explain.never_together"
    assert [remedy.text.key for remedy in out.remedies] == ["explain.other_companion"]
    assert "Manager M3" in str(out.remedies[0].text.args)
    assert plan.visits == plan.accompanied == ()


def test_an_exact_appointment_has_one_hour_for_both() -> None:
    book = Book(
        managers=(manager("M1"), manager("M2")),
        clients=(
            client("C1", 5).model_copy(update={"must_visit": None}),
            client("C2", 1, owner="M2"),
        ),
        appointments=(
            Appointment(
                id="A1",
                client_id="C1",
                date=MONDAY,
                start=10 * 60 + 7,
                rigidity=Rigidity.EXACT,
                companion_ids=("M2",),
            ),
        ),
    )
    (_, visit), (_, other) = both(planned(book))
    assert visit.talk.start == other.talk.start == 10 * 60 + 7


def test_both_are_booked_elsewhere_at_all_hours_of_both() -> None:
    # M2's two appointments leave no half hour while M1 works.
    book = Book(
        managers=(
            manager("M1", shift=TimeWindow(start=9 * 60, end=11 * 60)),
            manager("M2"),
        ),
        clients=(
            client("C1", 1, "M2"),
            client("C2", 1, owner="M2").model_copy(update={"must_visit": None}),
        ),
        appointments=(
            Appointment(id="A1", client_id="C2", date=MONDAY, start=9 * 60 + 30, minutes=90),
        ),
    )
    plan = planned(book)
    (out,) = plan.left_out
    assert out.client_id == "C1"
    assert out.why.key == "explain.no_time_together"
    assert out.remedies[0].text.key == "explain.hours_of_both"


def test_a_plan_that_is_not_made_for_the_companion_says_so() -> None:
    book = Book(managers=(manager("M1"), manager("M2")), clients=(client("C1", 5, "M2"),))
    (out,) = planned(book, manager_ids=["M1"]).left_out
    assert out.why.key == "explain.companion_not_planned"
    assert not out.remedies
    assert planned(book, manager_ids=["M1", "M2"]).left_out == ()


@pytest.fixture(scope="module")
def week() -> tuple[Book, Plan]:
    book = Book(
        managers=(manager("M1"), manager("M2"), manager("M3")),
        clients=(client("C1", 5, "M2", "M3"), client("C2", -5), client("C3", 9, owner="M2")),
    )
    return book, planned(book)


def again(book: Book, plan: Plan, now: dt.datetime, *events: object) -> Plan:
    return replan(plan, book, events, now, stop=STOP, engine=Engine.ROUTING)  # type: ignore[arg-type]


def test_a_re_plan_without_news_keeps_both(week: tuple[Book, Plan]) -> None:
    book, plan = week
    after = again(book, plan, SUNDAY, Cancel(client_id="C2"))
    assert both(after)[0][1].talk == both(plan)[0][1].talk
    assert both(after)[1][0].manager_id == both(plan)[1][0].manager_id


def test_cancelled_it_is_cancelled_for_both(week: tuple[Book, Plan]) -> None:
    book, plan = week
    after = again(book, plan, SUNDAY, Cancel(client_id="C1"))
    assert [visit.cause for visit in after.left_out] == [Cause.CANCELLED]
    assert not after.accompanied


def test_with_the_companion_off_another_comes(week: tuple[Book, Plan]) -> None:
    book, plan = week
    gone = both(plan)[1][0].manager_id
    off = ManagerOff(manager_id=gone, first=MONDAY, last=MONDAY)
    after = again(book, plan, SUNDAY, off)
    assert both(after)[1][0].manager_id in {"M2", "M3"} - {gone}


def test_what_one_has_set_out_for_binds_the_other(week: tuple[Book, Plan]) -> None:
    book, plan = week
    (_, visit), (_, other) = both(plan)
    assert visit.leg
    assert other.leg
    for minute in sorted({visit.leg.leave + 1, other.leg.leave + 1, visit.talk.start + 1}):
        now = dt.datetime.combine(MONDAY, dt.time(minute // 60, minute % 60))
        after = again(book, plan, now)
        assert both(after)[0][1].talk == both(after)[1][1].talk == visit.talk


def test_the_checker_notices_when_they_do_not_meet(week: tuple[Book, Plan]) -> None:
    book, plan = week
    _, (day, other) = both(plan)

    def wrong(*visits: PlannedVisit) -> str:
        days = tuple(
            each.model_copy(update={"visits": visits}) if each is day else each
            for each in plan.days
        )
        changed = plan.model_copy(update={"days": days})
        found = violations(
            changed, book, Settings(), WorkCalendar(), GreatCircle(Settings().travel)
        )
        return "; ".join(found)

    rest = [visit for visit in day.visits if visit is not other]
    assert "nobody comes along" in wrong(*rest)
    later = TimeWindow(start=other.talk.start + 15, end=other.talk.end + 15)
    assert "not there at the same time" in wrong(*rest, other.model_copy(update={"talk": later}))
    assert "do not name each other" in wrong(*rest, other.model_copy(update={"joint_with": None}))


@settings(max_examples=6, deadline=None)
@given(
    starts=st.tuples(st.integers(8, 12), st.integers(8, 12)),
    lengths=st.tuples(st.integers(2, 8), st.integers(2, 8)),
    east=st.integers(-9, 9),
)
def test_it_is_made_exactly_when_the_two_have_an_hour(
    starts: tuple[int, int], lengths: tuple[int, int], east: int
) -> None:
    """Every minute of the day is tried by hand; there is nothing else to do."""
    shifts = [
        TimeWindow(start=60 * start, end=60 * (start + length))
        for start, length in zip(starts, lengths, strict=True)
    ]
    rules = Settings.model_validate({"lunch": {"minutes": 0}})
    book = Book(
        managers=(manager("M1", shift=shifts[0]), manager("M2", shift=shifts[1])),
        clients=(client("C1", east, "M2"),),
    )
    solved: list[Solved] = []
    plan = plan_visits(
        book,
        Horizon(first=MONDAY),
        settings=rules,
        stop=STOP,
        engine=Engine.ROUTING,
        on_solved=solved.append,
    )
    problem = solved[0].problem
    minutes = problem.matrices[0].minutes
    place = problem.visits[0].place
    way = minutes[problem.shifts[0].start_place or 0][place]
    back = minutes[place][problem.shifts[0].end_place or 0]
    possible = any(
        all(
            shift.start + way + 5 <= start and start + 30 + 5 + back <= shift.end
            for shift in shifts
        )
        for start in range(9 * 60, 16 * 60 + 31)
        if start % 15 == 0 or start in (shifts[0].start, shifts[1].start)
    )
    assert bool(plan.visits) == possible == bool(plan.accompanied)
