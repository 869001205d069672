"""The checker accepts a plan as it is and names each rule that a changed one breaks."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

import routeplan.plan.check
from routeplan.book.models import Book, Rigidity, TravelMode, VisitRecord
from routeplan.config import LunchSettings, Settings, TalkSettings, VisitSettings
from routeplan.errors import CheckError
from routeplan.language import Texts
from routeplan.plan.check import require_valid, violations
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit, PlannedVisitStatus, Totals
from routeplan.point import Point
from routeplan.problem.adjust import (
    AllowDayEnd,
    AllowTalk,
    AllowVisits,
    Drop,
    Must,
    OpenAt,
    TalkFor,
)
from routeplan.solve.result import Status
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import Closure, TimeWindow
from tests.examples import EXACT, MONDAY, tiny_book, window
from tests.plan.examples import CALENDAR, TUESDAY, WEDNESDAY, tiny_plan, visit_of

SETTINGS = EXACT


def broken(plan: Plan, book: Book | None = None, settings: Settings = SETTINGS) -> str:
    found = violations(plan, book or tiny_book(), settings, CALENDAR, GreatCircle(SETTINGS.travel))
    return "\n".join(found)


def with_day(plan: Plan, manager_id: str, date: dt.date, /, **changes: object) -> Plan:
    days = tuple(
        day.model_copy(update=changes) if (day.manager_id, day.date) == (manager_id, date) else day
        for day in plan.days
    )
    return plan.model_copy(update={"days": days})


def with_visit(plan: Plan, visit_id: str, /, **changes: object) -> Plan:
    day, _ = visit_of(plan, visit_id)
    visits = tuple(
        visit.model_copy(update=changes) if visit.visit_id == visit_id else visit
        for visit in day.visits
    )
    return with_day(plan, day.manager_id, day.date, visits=visits)


def with_leg(plan: Plan, visit_id: str, /, **changes: object) -> Plan:
    _, visit = visit_of(plan, visit_id)
    assert visit.leg
    return with_visit(plan, visit_id, leg=visit.leg.model_copy(update=changes))


def with_due(plan: Plan, visit_id: str, /, **changes: object) -> Plan:
    due = tuple(
        visit.model_copy(update=changes) if visit.id == visit_id else visit for visit in plan.due
    )
    return plan.model_copy(update={"due": due})


def with_proof(plan: Plan, **changes: object) -> Plan:
    return plan.model_copy(update={"proof": plan.proof.model_copy(update=changes)})


def with_terms(plan: Plan, **changes: int) -> Plan:
    return with_proof(plan, terms=plan.proof.terms.model_copy(update=changes))


def with_client(book: Book, client_id: str, **changes: object) -> Book:
    clients = tuple(
        client.model_copy(update=changes) if client.id == client_id else client
        for client in book.clients
    )
    return book.model_copy(update={"clients": clients})


def with_manager(book: Book, **changes: object) -> Book:
    first, *others = book.managers
    return book.model_copy(update={"managers": (first.model_copy(update=changes), *others)})


def with_appointment(book: Book, **changes: object) -> Book:
    (appointment,) = book.appointments
    return book.model_copy(update={"appointments": (appointment.model_copy(update=changes),)})


def later(visit: PlannedVisit, minutes: int) -> dict[str, object]:
    """The talk moved, with nothing around it."""
    talk = TimeWindow(start=visit.talk.start + minutes, end=visit.talk.end + minutes)
    return {"talk": talk, "ready_to_leave": visit.ready_to_leave + minutes}


def shifted(day: PlannedDay, minutes: int) -> dict[str, object]:
    """The whole day moved, whatever opening hours say."""
    visits = []
    for visit in day.visits:
        assert visit.leg
        leg = visit.leg.model_copy(
            update={"leave": visit.leg.leave + minutes, "arrive": visit.leg.arrive + minutes}
        )
        changes = later(visit, minutes) | {"leg": leg, "arrive": visit.arrive + minutes}
        visits.append(visit.model_copy(update=changes))
    assert day.way_back
    back = day.way_back.model_copy(
        update={"leave": day.way_back.leave + minutes, "arrive": day.way_back.arrive + minutes}
    )
    return {"visits": tuple(visits), "way_back": back}


PLAN = tiny_plan()
TUESDAY_OF_M1, C1 = visit_of(PLAN, "C1")
_, C3 = visit_of(PLAN, "C3")
_, C5 = visit_of(PLAN, "C5")
_, C6 = visit_of(PLAN, "C6")
LUNCH = TUESDAY_OF_M1.lunch or window("0:00", "0:01")


def test_the_plan_as_made_breaks_no_rule() -> None:
    assert broken(PLAN) == ""
    assert [visit.visit_id for visit in TUESDAY_OF_M1.visits] == ["C3", "C1", "C2"]


CHANGED_PLANS: dict[str, tuple[Callable[[], Plan], str]] = {
    "a talk before its room is found": (
        lambda: with_visit(PLAN, "C3", **later(C3, -1)),
        "C3 leaves less than 5 minutes before the talk",
    ),
    "a talk outside opening hours": (
        lambda: with_visit(PLAN, "C3", **later(C3, 120)),
        "C3 talks at 11:09, when the client is closed",
    ),
    "a talk cut short": (
        lambda: with_visit(PLAN, "C1", talk=TimeWindow(start=C1.talk.start, end=C1.talk.end - 5)),
        "C1 lasts 45 minutes, not 50",
    ),
    "two arrivals": (
        lambda: with_visit(PLAN, "C1", arrive=C1.arrive + 1),
        "arrives at C1 at two different times",
    ),
    "a leg too quick": (lambda: with_leg(PLAN, "C1", leave=C1.arrive - 3), "takes"),
    "a leg too short": (lambda: with_leg(PLAN, "C1", metres=1), "m long"),
    "a leg by other means": (
        lambda: with_leg(PLAN, "C1", mode=TravelMode.CAR),
        "is not travelled as it says",
    ),
    "an estimate not marked": (
        lambda: with_leg(PLAN, "C1", estimated=False),
        "is not travelled as it says",
    ),
    "no way to a client": (lambda: with_visit(PLAN, "C1", leg=None), "there is no way to C1"),
    "no way back": (lambda: with_day(PLAN, "M1", TUESDAY, way_back=None), "way back is missing"),
    "leaving without the buffer": (
        lambda: with_visit(PLAN, "C3", ready_to_leave=C3.talk.end),
        "C3 does not leave 5 minutes after the talk",
    ),
    "leaving while still talking": (
        lambda: with_visit(PLAN, "C3", **later(C3, 60)),
        "sets off for C1 before being free",
    ),
    "no lunch": (lambda: with_day(PLAN, "M1", TUESDAY, lunch=None), "has no lunch break"),
    "a short lunch": (
        lambda: with_day(
            PLAN, "M1", TUESDAY, lunch=TimeWindow(start=LUNCH.start, end=LUNCH.end - 1)
        ),
        "the lunch break does not last 60 minutes",
    ),
    "an early lunch": (
        lambda: with_day(
            PLAN, "M1", TUESDAY, lunch=TimeWindow(start=LUNCH.start - 1, end=LUNCH.end - 1)
        ),
        "the lunch break is outside its hours",
    ),
    "lunch during a visit": (
        lambda: with_day(
            PLAN, "M1", TUESDAY, lunch=TimeWindow(start=LUNCH.start + 20, end=LUNCH.end + 20)
        ),
        "the lunch break overlaps a way or a visit",
    ),
    "an early start": (
        lambda: with_day(PLAN, "M1", TUESDAY, **shifted(TUESDAY_OF_M1, -60)),
        "sets off before the shift",
    ),
    "a late end": (
        lambda: with_day(PLAN, "M1", TUESDAY, **shifted(TUESDAY_OF_M1, 240)),
        "is back after the shift",
    ),
    "another shift": (
        lambda: with_day(PLAN, "M1", TUESDAY, shift=window("8:30", "18:01")),
        "the shift is 08:30-18:00",
    ),
    "another name": (
        lambda: with_day(PLAN, "M1", TUESDAY, manager_name="王五"),
        "the manager is called 王磊",
    ),
    "another start": (
        lambda: with_day(PLAN, "M1", TUESDAY, start_point=C1.point),
        "does not start or end where",
    ),
    "another place": (
        lambda: with_visit(PLAN, "C1", point=Point(lat=39.9, lon=116.4)),
        "C1 is not at the client's site",
    ),
    "a room made up": (
        lambda: with_visit(PLAN, "C2", room="8"),
        "C2 is not at the client's site",
    ),
    "too early in the week": (
        lambda: with_due(PLAN, "C1", earliest=WEDNESDAY),
        "C1 on 2026-11-24 is not from 2026-11-25",
    ),
    "too late in the week": (
        lambda: with_due(PLAN, "C1", until=MONDAY),
        "to 2026-11-23",
    ),
    "a booked hour missed": (
        lambda: with_visit(PLAN, "C6", **later(C6, 1)),
        "C6 is booked for 10:00",
    ),
    "a booking not shown": (
        lambda: with_visit(PLAN, "C6", appointment=None),
        "C6 does not say rightly how firmly it is booked",
    ),
    "a visit made twice": (
        lambda: with_day(PLAN, "M1", MONDAY, visits=(C1,)),
        "C1 is planned 2 times",
    ),
    "planned and left out": (
        lambda: PLAN.model_copy(
            update={
                "left_out": (
                    PLAN.left_out[0],
                    PLAN.left_out[0].model_copy(update={"visit_id": "C1", "client_id": "C1"}),
                )
            }
        ),
        "C1 is planned 1 times and left out 1 times",
    ),
    "a visit forgotten": (
        lambda: PLAN.model_copy(update={"left_out": ()}),
        "C4 is planned 0 times and left out 0 times",
    ),
    "a visit nobody asked for": (
        lambda: with_visit(PLAN, "C1", visit_id="C9"),
        "C9 is not in the book or not due",
    ),
    "worth made up": (
        lambda: with_visit(PLAN, "C1", worth=1),
        "C1 is not what the due list says",
    ),
    "planned, though dropped": (
        lambda: PLAN.model_copy(update={"adjustments": (Drop(client_id="C1"),)}),
        "C1 is planned, though it was to be left out",
    ),
    "a shorter talk ignored": (
        lambda: PLAN.model_copy(update={"adjustments": (TalkFor(client_id="C1", minutes=30),)}),
        "C1 lasts 50 minutes, not 30",
    ),
    "a lower talk cap ignored": (
        lambda: PLAN.model_copy(
            update={"adjustments": (AllowTalk(manager_id="M1", date=TUESDAY, minutes=119),)}
        ),
        "120 minutes of talk are more than 119",
    ),
    "a lower visit cap ignored": (
        lambda: PLAN.model_copy(
            update={"adjustments": (AllowVisits(manager_id="M1", date=TUESDAY, visits=2),)}
        ),
        "3 visits are more than 2",
    ),
    "an earlier end ignored": (
        lambda: PLAN.model_copy(
            update={"adjustments": (AllowDayEnd(manager_id="M1", date=TUESDAY, end=14 * 60),)}
        ),
        "is back after the shift",
    ),
    "a required visit not marked": (
        lambda: PLAN.model_copy(update={"adjustments": (Must(client_id="C4"),)}),
        "C4 does not say rightly whether it is required",
    ),
    "wrong figures of a day": (
        lambda: with_day(PLAN, "M1", TUESDAY, totals=Totals()),
        "the totals of M1 on 2026-11-24 are not those of its visits",
    ),
    "wrong figures of the plan": (
        lambda: PLAN.model_copy(update={"totals": Totals()}),
        "the plan's totals are not the sum of its days",
    ),
    "estimates denied": (
        lambda: PLAN.model_copy(update={"estimated": False}),
        "does not say rightly whether travel is estimated",
    ),
    "a cost made up": (
        lambda: with_proof(PLAN, cost=PLAN.proof.cost - 1),
        "is not the sum of its terms",
    ),
    "cheaper travel": (
        lambda: with_terms(PLAN, travel=PLAN.proof.terms.travel - 1),
        "travel costs",
    ),
    "visits left out for nothing": (
        lambda: with_terms(PLAN, left_out=1),
        "visits left out cost 0, not 1",
    ),
    "a penalty for nothing": (
        lambda: with_terms(PLAN, required=1),
        "0 required visits left out do not cost 1",
    ),
    "changes that were none": (
        lambda: with_terms(PLAN, churn=1),
        "changing planned visits costs 0, not 1",
    ),
    "a wrong status": (lambda: with_proof(PLAN, status=Status.INFEASIBLE), "the status is"),
    "a bound above the cost": (
        lambda: with_proof(PLAN, bound=PLAN.proof.cost + 1),
        "exceeds the cost",
    ),
    "a day lost": (
        lambda: PLAN.model_copy(update={"days": PLAN.days[1:]}),
        "the working day 2026-11-23 of M1 is missing",
    ),
    "days in disorder": (
        lambda: PLAN.model_copy(update={"days": PLAN.days[::-1]}),
        "the days are not one per manager and date",
    ),
    "a Sunday worked": (
        lambda: with_day(PLAN, "M1", TUESDAY, date=MONDAY + dt.timedelta(days=6)),
        "M1 does not work on 2026-11-29",
    ),
    "done before it began": (
        lambda: with_visit(PLAN, "C1", status=PlannedVisitStatus.DONE),
        "C1 is done, but planned by the clock",
    ),
}


@pytest.mark.parametrize("name", CHANGED_PLANS)
def test_a_changed_plan_is_caught(name: str) -> None:
    change, sentence = CHANGED_PLANS[name]
    assert sentence in broken(change())


CHANGED_BOOKS: dict[str, tuple[Callable[[Book], Book], str]] = {
    "someone else's client": (
        lambda book: with_client(book, "C1", manager_id="M2"),
        "C1 is for M2",
    ),
    "leave that day": (
        lambda book: with_manager(book, leave=(Closure(first=TUESDAY, last=TUESDAY),)),
        "M1 does not work on 2026-11-24",
    ),
    "leave during a talk": (
        lambda book: with_manager(
            book, leave=(Closure(first=TUESDAY, last=TUESDAY, hours=window("11:00", "11:05")),)
        ),
        "the talk of C1 is not in working time",
    ),
    "closed that day": (
        lambda book: with_client(
            book,
            "C1",
            sites=(
                book.client_by_id["C1"]
                .sites[0]
                .model_copy(update={"closures": (Closure(first=TUESDAY, last=TUESDAY),)}),
            ),
        ),
        "C1 talks at",
    ),
    "fewer visits a day": (lambda book: with_manager(book, max_visits=2), "are more than 2"),
    "less talk a day": (lambda book: with_manager(book, max_talk_minutes=119), "more than 119"),
    "booked for another day": (
        lambda book: with_appointment(book, date=TUESDAY),
        "C6 is booked for 2026-11-24",
    ),
    "booked for another week": (
        lambda book: with_appointment(
            book, date=MONDAY - dt.timedelta(days=1), rigidity=Rigidity.WEEK
        ),
        "C6 is booked for the week of 2026-11-16",
    ),
    "booked a little later": (
        lambda book: with_appointment(
            book, start=10 * 60 + 21, leeway=20, rigidity=Rigidity.LEEWAY
        ),
        "C6 is booked for 10:21",
    ),
    "booked with someone else": (
        lambda book: with_appointment(book, manager_id="M1"),
        "C6 is for M1",
    ),
}


@pytest.mark.parametrize("name", CHANGED_BOOKS)
def test_a_plan_that_does_not_go_with_the_book_is_caught(name: str) -> None:
    change, sentence = CHANGED_BOOKS[name]
    assert sentence in broken(PLAN, change(tiny_book()))


CHANGED_SETTINGS: dict[str, tuple[dict[str, object], str]] = {
    "talk cap": ({"talk": TalkSettings(max_per_day=119)}, "120 minutes of talk"),
    "visit cap": ({"visits": VisitSettings(max_per_day=2)}, "3 visits are more than 2"),
    "longest visit": ({"talk": TalkSettings(max_per_visit=45)}, "C1 lasts longer than 45 minutes"),
    "early arrival": ({"visits": VisitSettings(arrive_early=6)}, "less than 6 minutes"),
    "room to find": ({"visits": VisitSettings(find_room=11)}, "C2 leaves less than 16 minutes"),
    "buffer": ({"visits": VisitSettings(buffer=6)}, "does not leave 6 minutes after"),
    "lunch": ({"lunch": LunchSettings(minutes=61)}, "does not last 61 minutes"),
    "no lunch": ({"lunch": LunchSettings(minutes=0)}, "a lunch break that nobody asked for"),
}


@pytest.mark.parametrize("name", CHANGED_SETTINGS)
def test_a_plan_that_does_not_go_with_the_settings_is_caught(name: str) -> None:
    changes, sentence = CHANGED_SETTINGS[name]
    assert sentence in broken(PLAN, settings=SETTINGS.model_copy(update=changes))


def test_days_to_the_last_visit_made_are_counted() -> None:
    made = VisitRecord(client_id="C1", manager_id="M1", date=MONDAY - dt.timedelta(days=3))
    book = tiny_book().model_copy(update={"visits": (made,)})
    assert broken(with_due(PLAN, "C1", min_gap_days=4), book) == ""
    text = broken(with_due(PLAN, "C1", min_gap_days=5), book)
    assert "C1 comes 4 days after a visit made, not 5" in text


def test_days_between_two_visits_of_a_client_are_counted() -> None:
    second = {"client_id": "C1", "sequence": 2, "min_gap_days": 3, "worth": 300}
    client = {"client_id": "C1", "client_name": C1.client_name, "tier": C1.tier, "worth": 300}
    plan = with_visit(with_due(PLAN, "C2", **second), "C2", **client)
    assert "C2 comes 0 days after another, not 3" in broken(plan)


def test_hours_opened_on_request_count() -> None:
    book = with_client(
        tiny_book(),
        "C3",
        sites=(
            tiny_book()
            .client_by_id["C3"]
            .sites[0]
            .model_copy(update={"closures": (Closure(first=TUESDAY, last=TUESDAY),)}),
        ),
    )
    opened = OpenAt(client_id="C3", date=TUESDAY, hours=C3.talk)
    assert "C3 talks at" in broken(PLAN, book)
    assert broken(PLAN.model_copy(update={"adjustments": (opened,)}), book) == ""


def test_a_plan_that_is_refused_says_so_in_both_languages() -> None:
    plan = PLAN.model_copy(update={"totals": Totals()})
    with pytest.raises(CheckError) as caught:
        require_valid(plan, tiny_book(), SETTINGS, CALENDAR, GreatCircle(SETTINGS.travel))
    assert caught.value.code == "RP6001"
    assert caught.value.exit_code == 4
    assert "the plan's totals" in Texts("en").render(caught.value.message)
    assert "the plan's totals" in Texts("zh").render(caught.value.message)


def test_the_checker_shares_no_code_with_what_makes_plans() -> None:
    tree = ast.parse(Path(routeplan.plan.check.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    for maker in (
        "problem.build",
        "problem.windows",
        "problem.shifts",
        "problem.wishes",
        "plan.build",
        "plan.insert",
        "plan.explain",
        "solve.solve",
        "solve.schedule",
        "solve.evaluate",
        "solve.verify",
    ):
        assert f"routeplan.{maker}" not in modules


def test_only_what_is_booked_over_lunch_excuses_from_the_break() -> None:
    lunchless = with_day(PLAN, "M2", WEDNESDAY, lunch=None)
    (appointment,) = tiny_book().appointments
    talk = C6.talk.minutes
    assert "has no lunch break" in broken(lunchless)
    noon = with_appointment(tiny_book(), start=12 * 60 + 15)
    assert "has no lunch break" not in broken(lunchless, noon)
    # As late as that, the hour from noon on is free (the five minutes before the talk apart).
    late = with_appointment(tiny_book(), start=13 * 60 + 5)
    assert "has no lunch break" in broken(lunchless, late)
    wide = with_appointment(
        tiny_book(), start=12 * 60 + 15, rigidity=Rigidity.LEEWAY, leeway=60 + talk
    )
    assert "has no lunch break" in broken(lunchless, wide)
    day = with_appointment(tiny_book(), start=12 * 60 + 15, rigidity=Rigidity.DAY)
    assert "has no lunch break" in broken(lunchless, day)
    other = with_appointment(tiny_book(), start=12 * 60 + 15, manager_id="M1")
    assert appointment.manager_id != "M1"
    assert "has no lunch break" in broken(lunchless, other)
