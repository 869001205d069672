"""Hours to offer: on different half-days, and bookable as they are told."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.outputs.replanning import offer_sentence
from routeplan.plan.events import Cancel, Moved
from routeplan.plan.plan import Plan
from routeplan.problem.progress import Told
from routeplan.replan.offer import Offer, offers_of
from routeplan.replan.replan import prepare_replan
from routeplan.replan.told import tell
from tests.examples import MONDAY
from tests.plan.examples import TUESDAY, visit_of
from tests.replan.examples import at, busy_book, busy_plan, replanned

SUNDAY_NIGHT = at("22:00", MONDAY - dt.timedelta(days=1))


def offered(plan: Plan, client_id: str) -> tuple[Offer, ...]:
    return offers_of(prepare_replan(plan, busy_book(), (), SUNDAY_NIGHT), client_id)


def half_days(offers: tuple[Offer, ...]) -> list[tuple[dt.date, bool]]:
    return [(offer.date, offer.start < 12 * 60) for offer in offers]


def test_offers_lie_on_different_half_days_and_can_be_booked() -> None:
    plan, client = busy_plan(), "C9"
    offers = offered(plan, client)
    assert 2 <= len(offers) <= 3
    assert len(set(half_days(offers))) == len(offers)
    assert offers[0].date != offers[1].date
    for offer in offers:
        when = dt.datetime.combine(offer.date, dt.time(offer.start // 60, offer.start % 60))
        after = replanned(SUNDAY_NIGHT, Moved(client_id=client, to=when), plan=plan)
        day, visit = visit_of(after, client)
        assert (day.date, visit.talk.start, visit.talk.end) == (
            offer.date,
            offer.start,
            offer.end,
        )
        assert visit.told is Told.CONFIRMED
        before = {visit.visit_id for _, visit in plan.visits}
        lost = before - {visit.visit_id for _, visit in after.visits}
        assert len(lost) <= len(offer.displaced)


def test_the_hour_at_which_a_visit_stands_is_the_cheapest_to_offer() -> None:
    offers = offered(busy_plan(), "C4")
    assert (offers[0].date, offers[0].start) == (MONDAY, visit_of(busy_plan(), "C4")[1].talk.start)
    assert (offers[0].travel, offers[0].moved, offers[0].displaced) == (0, (), ())


def test_a_promised_visit_gives_way_to_nobody() -> None:
    plan = busy_plan()
    for client in ("C0", "C1", "C2", "C4", "C5", "C6"):
        plan = tell(plan, client, Told.CONFIRMED)
    displaced = {lost for offer in offered(plan, "C8") for lost in offer.displaced}
    assert displaced == {"C7"}


def test_a_cancelled_visit_can_be_offered_an_hour_again() -> None:
    plan = replanned(SUNDAY_NIGHT, Cancel(client_id="C5"))
    offers = offered(plan, "C5")
    assert offers
    assert {offer.date for offer in offers} <= {MONDAY, TUESDAY}


def test_there_is_nothing_to_offer_to_who_is_not_due_or_has_promised() -> None:
    for client in ("C99", "C3"):
        with pytest.raises(UsageError) as caught:
            offered(busy_plan(), client)
        assert caught.value.code == "RP4074"
        for language in ("en", "zh"):
            assert client in Texts(language).render(caught.value.message)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sentence_names_two_hours_and_nothing_else(language: str) -> None:
    offers = offered(busy_plan(), "C8")
    said = offer_sentence(offers, "C8", busy_book(), Texts(language))
    book = busy_book()
    others = [client for client in book.clients if client.id != "C8"]
    assert not [client.name for client in others if client.name in said]
    assert "客户C8" in said
    for offer in offers[:2]:
        assert f"{offer.start // 60:02}:{offer.start % 60:02}" in said
    assert not [word for word in ("travel", "worth", "路上", "分钟") if word in said]
