"""What clients were told: marked, kept while a visit stays put, and paid for when it moves."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.config import ChurnSettings
from routeplan.errors import UsageError
from routeplan.plan.check import violations
from routeplan.plan.events import Cancel, Moved
from routeplan.plan.plan import Plan
from routeplan.problem.churn import churn_factor
from routeplan.problem.progress import Slot, Told
from routeplan.replan.told import tell, with_told_kept
from routeplan.travel.great_circle import GreatCircle
from tests.examples import MONDAY, due_visit
from tests.plan.examples import CALENDAR, TUESDAY, client, due_list, make_plan, manager, visit_of
from tests.replan.examples import at, busy_book, busy_plan, replanned

SUNDAY_NIGHT = at("22:00", MONDAY - dt.timedelta(days=1))


def told_of(plan: Plan) -> dict[str, Told]:
    return {visit.visit_id: visit.told for _, visit in plan.visits}


def broken(after: Plan, before: Plan) -> tuple[str, ...]:
    settings = after.origin.settings
    travel = GreatCircle(settings.travel)
    return violations(after, busy_book(), settings, CALENDAR, travel, earlier=before)


def test_who_has_an_appointment_knows_of_it() -> None:
    told = told_of(busy_plan())
    assert told.pop("C3") is Told.CONFIRMED
    assert set(told.values()) == {Told.NOT_AGREED}


def test_a_mark_stays_as_long_as_the_visit() -> None:
    marked = tell(tell(busy_plan(), "C4", Told.AGREED), "C5", Told.CONFIRMED)
    again = replanned(SUNDAY_NIGHT, Cancel(client_id="C6"), plan=marked)
    assert told_of(again)["C4"] is Told.AGREED
    assert told_of(again)["C5"] is Told.CONFIRMED
    assert told_of(tell(again, "C5", Told.NOT_AGREED))["C5"] is Told.NOT_AGREED


def test_a_mark_falls_with_a_new_hour_and_an_agreed_hour_is_a_promise() -> None:
    marked = tell(busy_plan(), "C4", Told.AGREED)
    later = dt.datetime.combine(MONDAY, dt.time(9, 5))
    after = replanned(SUNDAY_NIGHT, Moved(client_id="C4", to=later), plan=marked)
    assert told_of(after)["C4"] is Told.CONFIRMED
    moved = with_told_kept(busy_plan(), marked.model_copy(update={"days": marked.days[:0]}))
    assert told_of(moved)["C4"] is Told.NOT_AGREED


def test_the_checker_holds_the_marks() -> None:
    marked = tell(busy_plan(), "C4", Told.AGREED)
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C6"), plan=marked)
    assert broken(after, marked) == ()
    for wrong in (tell(after, "C4", Told.NOT_AGREED), tell(after, "C5", Told.CONFIRMED)):
        assert any("says" in what for what in broken(wrong, marked))


def test_what_cannot_be_marked_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        tell(busy_plan(), "C9", Told.AGREED)
    assert caught.value.code == "RP4071"
    with pytest.raises(UsageError) as caught:
        tell(busy_plan(), "C4", Told.AGREED, TUESDAY)
    assert caught.value.code == "RP4071"
    with pytest.raises(UsageError) as caught:
        tell(busy_plan(), "C3", Told.AGREED)
    assert caught.value.code == "RP4072"
    over = replanned(at("20:00"))
    with pytest.raises(UsageError):
        tell(over, "C4", Told.AGREED)


def test_the_more_was_told_and_the_nearer_it_is_the_dearer() -> None:
    churn = ChurnSettings(agreed=3, confirmed=20, near=(2, 1.5))
    days = [MONDAY + dt.timedelta(days=number) for number in range(4)]

    def factor(told: Told, old: dt.date, new: dt.date) -> float:
        slot = Slot(manager_id="M1", date=old, start=600, told=told)
        return churn_factor(churn, slot, MONDAY, new)

    assert [factor(Told.NOT_AGREED, day, day) for day in days] == [2, 1.5, 1, 1]
    assert [factor(Told.AGREED, day, day) for day in days] == [6, 4.5, 3, 3]
    assert [factor(Told.CONFIRMED, day, day) for day in days] == [40, 30, 20, 20]
    # Short notice is also that of the day to which it goes.
    assert factor(Told.NOT_AGREED, days[3], days[0]) == 2
    assert factor(Told.NOT_AGREED, days[0], days[3]) == 2
    slot = Slot(manager_id="M1", date=MONDAY, start=600)
    assert churn_factor(churn, slot, None, MONDAY) == 1


@pytest.mark.parametrize("told", [Told.AGREED, Told.CONFIRMED])
def test_of_two_visits_the_one_that_nobody_knows_of_gives_way(told: Told) -> None:
    """C0 and C1 are alike; C2, which must be visited, takes the place of one of them."""
    book = busy_book().model_copy(
        update={
            "managers": (manager(max_visits=2),),
            "clients": tuple(client(f"C{number}") for number in range(3)),
            "appointments": (),
        }
    )
    due = due_list(*(due_visit(f"C{n}", worth=500, until=MONDAY) for n in range(2)))
    plan = make_plan(book, due)
    late = due_visit("C2", worth=100, required=True, until=MONDAY)
    for spared, goes in (("C0", "C1"), ("C1", "C0")):
        marked = tell(plan, spared, told)
        wanted = marked.model_copy(update={"due": (*marked.due, late)})
        after = replanned(SUNDAY_NIGHT, plan=wanted, book=book)
        visits = {visit.visit_id for _, visit in after.visits}
        assert visits == {spared, "C2"}
        assert {visit.visit_id for visit in after.left_out} == {goes}
        assert visit_of(after, spared)[1].told is told


def test_a_price_that_is_not_what_was_told_is_noticed() -> None:
    marked = tell(busy_plan(), "C5", Told.AGREED)
    after = replanned(SUNDAY_NIGHT, Cancel(client_id="C6"), plan=marked)
    terms = after.proof.terms.model_copy(update={"churn": after.proof.terms.churn + 1})
    proof = after.proof.model_copy(update={"terms": terms, "cost": after.proof.cost + 1})
    assert broken(after.model_copy(update={"proof": proof}), marked)
