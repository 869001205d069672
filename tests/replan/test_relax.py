"""What would bring a client in: each way holds what it says."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.book.models import Book
from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.plan.events import Cancel
from routeplan.plan.plan import Plan
from routeplan.problem.adjust import AllowDayEnd, Drop, Must, OpenAt, TalkFor
from routeplan.replan.relax import Relaxation, relaxations
from routeplan.solve.stop import StopRule
from tests.examples import MONDAY, due_visit, hours, window
from tests.plan.examples import client, due_list, make_plan, manager
from tests.replan.examples import at, busy_book, busy_plan, replanned

SUNDAY_NIGHT = at("22:00", MONDAY - dt.timedelta(days=1))
STOP = StopRule(seconds=None)


def ways(plan: Plan, book: Book, client_id: str) -> tuple[Relaxation, ...]:
    return relaxations(plan, book, SUNDAY_NIGHT, client_id, stop=STOP)


def kinds(found: tuple[Relaxation, ...]) -> set[type]:
    return {type(wish) for item in found for wish in item.adjustments} - {Must}


def full_morning(**changes: object) -> tuple[Book, Plan]:
    """C0 from 9 to 10 and C1 from 10 to 11 fill the morning; C2 has 10 to 11 alone."""
    opening = {"C0": ("8:40", "11:00"), "C1": ("10:00", "11:00"), "C2": ("10:00", "11:00")}
    book = busy_book().model_copy(
        update={
            "managers": (manager(shift=window("8:00", "13:00")),),
            "clients": tuple(
                client(number, site={"hours": hours(window(*span))}, **changes)
                for number, span in opening.items()
            ),
            "appointments": (),
        }
    )
    due = due_list(
        due_visit("C0", worth=900, until=MONDAY, talk_minutes=50),
        due_visit("C1", worth=800, until=MONDAY, talk_minutes=50),
        due_visit("C2", worth=300, until=MONDAY, talk_minutes=40),
    )
    return book, make_plan(book, due)


def test_another_client_may_be_asked_for_an_hour() -> None:
    book, plan = full_morning()
    assert [visit.client_id for visit in plan.left_out] == ["C2"]
    found = ways(plan, book, "C2")
    elsewhere = [
        item
        for item in found
        for wish in item.adjustments
        if isinstance(wish, OpenAt) and wish.client_id == "C1"
    ]
    (item,) = elsewhere
    assert item.moved == ("C1",)
    assert (item.visits, item.gives_way) == (1, ())
    for language in ("en", "zh"):
        said = Texts(language).render(item.text)
        assert "客户C1" in said


def test_every_way_brings_the_client_in_at_the_cost_that_it_names() -> None:
    book, plan = full_morning()
    found = ways(plan, book, "C2")
    assert {OpenAt, Drop} <= kinds(found)
    for item in found:
        after = replanned(SUNDAY_NIGHT, plan=plan, book=book, adjustments=item.adjustments)
        made = {visit.client_id for _, visit in after.visits}
        assert "C2" in made
        assert {visit.client_id for _, visit in plan.visits} - made == set(item.gives_way)
        assert len(after.visits) - len(plan.visits) == item.visits
        assert after.totals.travel - plan.totals.travel == item.travel


def test_another_talk_may_be_shorter() -> None:
    book = busy_book().model_copy(
        update={
            "managers": (manager(shift=window("8:30", "11:10")),),
            "clients": tuple(
                client(f"C{number}", site={"hours": hours(window("9:00", "11:00"))})
                for number in range(2)
            ),
            "appointments": (),
        }
    )
    due = due_list(
        due_visit("C0", worth=900, until=MONDAY, talk_minutes=70),
        due_visit("C1", worth=300, until=MONDAY, talk_minutes=45),
    )
    plan = make_plan(book, due)
    assert [visit.client_id for visit in plan.left_out] == ["C1"]
    found = ways(plan, book, "C1")
    shorter = [wish for item in found for wish in item.adjustments if isinstance(wish, TalkFor)]
    assert TalkFor(client_id="C0", minutes=55) in shorter


def test_a_cancelled_visit_is_asked_for_again() -> None:
    without = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"))
    found = ways(without, busy_book(), "C5")
    assert found
    assert all(Must(client_id="C5") in item.adjustments for item in found)


def test_a_longer_day_is_among_the_ways() -> None:
    book = busy_book().model_copy(
        update={
            "managers": (manager(shift=window("8:30", "11:00")),),
            "clients": tuple(client(f"C{number}") for number in range(2)),
            "appointments": (),
        }
    )
    due = due_list(
        due_visit("C0", worth=900, until=MONDAY, talk_minutes=60),
        due_visit("C1", worth=300, until=MONDAY, talk_minutes=60),
    )
    plan = make_plan(book, due)
    assert AllowDayEnd in kinds(ways(plan, book, "C1"))


def test_who_is_planned_or_not_due_needs_no_way() -> None:
    for number in ("C4", "C99"):
        with pytest.raises(UsageError) as caught:
            ways(busy_plan(), busy_book(), number)
        assert caught.value.code == "RP4073"
