"""What a plan says beyond the solver's routes."""

from __future__ import annotations

import datetime as dt
import math

from routeplan.book.models import (
    Appointment,
    Book,
    Contact,
    Layer,
    Located,
    Locator,
    Rigidity,
    TravelMode,
)
from routeplan.language import message
from routeplan.plan.build import day_totals
from routeplan.plan.check import violations as plan_violations
from routeplan.plan.insert import with_what_pays
from routeplan.plan.plan import PersonToMeet, Plan, PlannedVisitStatus, Totals
from routeplan.problem.adjust import Drop
from routeplan.solve.evaluate import cost_of
from routeplan.solve.result import Engine, Result, Solution, Status
from routeplan.solve.verify import violations
from routeplan.travel.great_circle import GreatCircle
from tests.examples import EXACT, MONDAY, OFFICE, due_visit, hours, tiny_problem, window
from tests.plan.examples import (
    CALENDAR,
    TUESDAY,
    WEDNESDAY,
    client,
    day_of,
    due_list,
    left_out,
    make_plan,
    manager,
    tiny_plan,
    visit_of,
)


def test_every_working_day_of_every_manager_is_there_by_manager_then_date() -> None:
    days = [(day.manager_id, day.date) for day in tiny_plan().days]
    week = [MONDAY + dt.timedelta(days=day) for day in range(5)]
    assert days == [(name, date) for name in ("M1", "M2") for date in week]


def test_a_day_with_visits() -> None:
    day = day_of(tiny_plan(), "M1", TUESDAY)
    assert (day.start_name, day.start_point, day.end_name) == ("office", OFFICE, "office")
    assert day.way_back
    assert day.back == day.way_back.arrive
    first = day.visits[0].leg
    assert first
    assert day.leave == first.leave
    assert day.totals == day_totals(day, tiny_plan().origin.settings.visits)
    assert day.totals.talk == 50 + 30 + 40


def test_a_day_that_ends_at_the_last_client_has_no_way_back() -> None:
    day, visit = visit_of(tiny_plan(), "C6")
    assert (day.start_name, day.end_name, day.end_point, day.way_back) == (
        "home",
        "open",
        None,
        None,
    )
    assert day.back == visit.ready_to_leave
    assert visit.appointment is Rigidity.EXACT
    assert visit.required


def test_a_day_without_visits_keeps_its_lunch_and_nothing_else() -> None:
    day = day_of(tiny_plan(), "M1", MONDAY)
    assert (day.visits, day.way_back, day.leave, day.back) == ((), None, None, None)
    assert day.lunch == window("12:00", "13:00")
    # Of the shift 8:30 to 18:00 all is free but lunch.
    assert day.totals == Totals(free=510)


def test_a_plan_says_how_its_cost_comes_about() -> None:
    proof = tiny_plan().proof
    assert proof.cost == proof.terms.travel
    assert proof.terms.left_out == 0  # C4 could not be planned at all
    assert all(visit.status is PlannedVisitStatus.PLANNED for _, visit in tiny_plan().visits)


def plan_with_contacts(**appointment: object) -> Plan:
    contacts = (
        Contact(id="K1", client_id="C1", name="经办", layer=Layer.OPERATION),
        Contact(id="K2", client_id="C1", name="处长", layer=Layer.MANAGEMENT, role="信息处"),
        Contact(
            id="K3",
            client_id="C1",
            name="总经理",
            layer=Layer.DECISION,
            hours=hours(window("8:00", "8:30")),
        ),
        Contact(id="K4", client_id="C1", name="副总", layer=Layer.DECISION, phone="138"),
        Contact(id="K5", client_id="C2", name="别家", layer=Layer.DECISION),
    )
    appointments = (
        (Appointment.model_validate({"id": "T1", "client_id": "C1"} | appointment),)
        if appointment
        else ()
    )
    book = Book(
        managers=(manager(),),
        clients=(client("C1", note="先打电话"), client("C2")),
        contacts=contacts,
        appointments=appointments,
    )
    booked = {"appointment_id": "T1"} if appointment else {}
    return make_plan(book, due_list(due_visit("C1", persons=2, **booked)))


def test_the_highest_persons_who_are_there_are_to_be_met() -> None:
    _, visit = visit_of(plan_with_contacts(), "C1")
    never = message("plan.person_never")
    assert visit.persons == (
        PersonToMeet(contact_id="K4", name="副总", layer=Layer.DECISION, phone="138", why=never),
        PersonToMeet(
            contact_id="K2", name="处长", layer=Layer.MANAGEMENT, role="信息处", why=never
        ),
    )
    assert visit.note == "先打电话"


def test_who_is_booked_comes_first() -> None:
    plan = plan_with_contacts(date=MONDAY, start=600, contact_ids=("K1", "K2", "K3"), note="带资料")
    _, visit = visit_of(plan, "C1")
    assert [person.name for person in visit.persons] == ["处长", "经办", "总经理"]
    assert visit.note == "先打电话\n带资料"


def test_what_a_search_overlooked_is_put_in() -> None:
    problem = tiny_problem()
    nothing = Solution(routes=(), left_out=tuple(range(len(problem.visits))))
    empty = Result(
        engine=Engine.ROUTING,
        seed=0,
        status=Status.INFEASIBLE,
        stopped_by="time",
        solution=nothing,
        cost=cost_of(problem, nothing),
    )
    full = with_what_pays(problem, empty)
    assert full.solution.left_out == ()
    assert full.status is Status.FEASIBLE
    assert full.cost == cost_of(problem, full.solution) < empty.cost
    assert violations(problem, full.solution) == ()
    assert with_what_pays(problem, full) is full


def test_a_plan_reads_back_as_it_was_written() -> None:
    plan = tiny_plan()
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert plan.origin.calendar == CALENDAR
    assert plan.visits[0][0].date in (TUESDAY, WEDNESDAY)


def test_an_approximate_point_tells_the_minutes_it_may_be_off() -> None:
    rough = Located(by=Locator.DISTRICT, off_metres=3_000)
    book = Book(
        managers=(manager(),), clients=(client("C1", site={"located": rough}), client("C2"))
    )
    plan = make_plan(book, due_list(due_visit("C1"), due_visit("C2")))
    ride = EXACT.travel.modes[TravelMode.EBIKE]
    expected = math.ceil(3 * ride.detour / ride.speed_kph * 60)
    assert visit_of(plan, "C1")[1].off_minutes == expected > 0
    assert visit_of(plan, "C2")[1].off_minutes == 0
    exact = book.model_copy(update={"clients": (client("C1"), client("C2"))})
    travel = GreatCircle(EXACT.travel)
    hidden = plan_violations(plan, exact, EXACT, CALENDAR, travel)
    assert any("hides that its point is approximate" in line for line in hidden)


def test_an_approximate_client_left_out_is_marked_too() -> None:
    rough = Located(off_metres=3_000)
    book = Book(managers=(manager(),), clients=(client("C1", site={"located": rough}),))
    due = due_list(due_visit("C1"))
    plan = make_plan(book, due, adjustments=(Drop(client_id="C1"),))
    assert left_out(plan, "C1").off_minutes > 0
