"""Days come out even where `visits.balance` asks for it, at a price in travel that it names."""

from __future__ import annotations

import datetime as dt

from routeplan.book.models import Book
from routeplan.config import Settings
from routeplan.due.models import DueList
from routeplan.plan.check import violations
from routeplan.plan.plan import Plan
from routeplan.replan.replan import replan
from routeplan.travel.great_circle import GreatCircle
from tests.examples import EXACT, due_visit
from tests.plan.examples import CALENDAR, STOP, client, due_list, make_plan, manager


def a_light_week() -> tuple[Book, DueList]:
    """Four clients in one building, whom one manager could all see on either of two days."""
    names = [f"C{number}" for number in range(4)]
    book = Book(managers=(manager(),), clients=tuple(map(client, names)))
    return book, due_list(*map(due_visit, names))


def balanced(minutes: int) -> Settings:
    visits = EXACT.visits.model_copy(update={"balance": minutes})
    return EXACT.model_copy(update={"visits": visits})


def planned(minutes: int) -> Plan:
    return make_plan(*a_light_week(), balanced(minutes))


def a_day(plan: Plan) -> list[int]:
    return sorted(len(day.visits) for day in plan.days)


def test_days_are_uneven_where_that_saves_a_way() -> None:
    plan = planned(0)
    assert a_day(plan) == [0, 4]
    assert plan.proof.terms.crowding == 0


def test_visits_move_to_the_emptier_day_as_far_as_the_way_is_worth_it() -> None:
    way = planned(0).proof.terms.travel  # to the building and back, once
    # Two visits moved leave 1 + 1 pairs instead of 6.
    dear, cheap = planned(way // 4 + 1), planned(way // 4 - 1)
    assert a_day(dear) == [2, 2]
    assert dear.proof.terms.crowding == 2 * (way // 4 + 1)
    assert dear.proof.terms.travel == 2 * way
    assert a_day(cheap) == [0, 4]
    assert cheap.proof.terms.crowding == 6 * (way // 4 - 1)


def test_visits_already_made_crowd_their_day() -> None:
    book, _ = a_light_week()
    plan = planned(60)
    assert a_day(plan) == [2, 2]
    monday = plan.days[0].visits
    now = dt.datetime.combine(plan.days[0].date, dt.time(13))
    later = replan(plan, book, [], now, stop=STOP)
    assert a_day(later) == [2, 2]
    left = [visit for visit in monday if visit.talk.start >= 13 * 60]
    beside = 1 if left else 0  # the pair of which one is still to come
    assert later.proof.terms.crowding == 60 * (1 + beside)


def test_the_checker_counts_the_pairs() -> None:
    book, _ = a_light_week()
    plan = planned(60)
    proof = plan.proof
    terms = proof.terms.model_copy(update={"crowding": 60, "churn": 60})
    wrong = plan.model_copy(update={"proof": proof.model_copy(update={"terms": terms})})
    found = " ".join(violations(wrong, book, balanced(60), CALENDAR, GreatCircle(EXACT.travel)))
    assert "2 pairs of visits on one day do not cost 60" in found
