"""Hours to offer: on different half-days, and bookable as they are told."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from rich.console import Console, RenderableType

from routeplan.book.models import Book
from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.outputs.replanning import offer_sentence, offers_report
from routeplan.plan.events import Cancel, Moved
from routeplan.plan.plan import Plan
from routeplan.problem.progress import Told
from routeplan.replan.offer import Offer, offers_of
from routeplan.replan.replan import prepare_replan, replan
from routeplan.replan.told import tell
from routeplan.solve.result import Engine
from tests.examples import MONDAY, window
from tests.plan import test_joint as joint
from tests.plan.examples import visit_of
from tests.replan.examples import at, busy_book, busy_plan, replanned

SUNDAY_NIGHT = at("22:00", MONDAY - dt.timedelta(days=1))


def offered(plan: Plan, client_id: str) -> tuple[Offer, ...]:
    return offers_of(prepare_replan(plan, busy_book(), (), SUNDAY_NIGHT), client_id)


def printed(shown: RenderableType) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(shown)
    return console.export_text()


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


def test_a_cancelled_visit_is_offered_other_hours_than_the_one_cancelled() -> None:
    first = offered(busy_plan(), "C9")[0]
    hour = dt.datetime.combine(first.date, dt.time(first.start // 60, first.start % 60))
    booked = replanned(SUNDAY_NIGHT, Moved(client_id="C9", to=hour))
    cancel = Cancel(client_id="C9")
    opened = prepare_replan(booked, busy_book(), (cancel,), SUNDAY_NIGHT)
    later = replanned(SUNDAY_NIGHT, cancel, plan=booked)
    kept = Plan.model_validate_json(later.model_dump_json())
    for offers in (offers_of(opened, "C9"), offered(kept, "C9")):
        assert offers
        for offer in offers:
            apart = offer.end <= first.start or offer.start >= first.end
            assert offer.date != first.date or apart


def test_who_is_open_only_at_the_hour_cancelled_is_offered_nothing() -> None:
    assert offered(replanned(SUNDAY_NIGHT, Cancel(client_id="C5")), "C5") == ()


def test_there_is_nothing_to_offer_to_who_is_not_due_or_has_promised() -> None:
    for client in ("C99", "C3"):
        with pytest.raises(UsageError) as caught:
            offered(busy_plan(), client)
        assert caught.value.code == "RP4074"
        for language in ("en", "zh"):
            assert client in Texts(language).render(caught.value.message)


def of_two(*, first_until: str = "17:00", second_from: str = "9:00") -> tuple[Book, Plan]:
    """C1 is M1's and takes M2 along, on a Monday; both have another visit then."""
    book = Book(
        managers=(
            joint.manager("M1", shift=window("8:00", first_until)),
            joint.manager("M2", shift=window(second_from, "18:00")),
        ),
        clients=(
            joint.client("C1", 5, "M2"),
            joint.client("C2", -5),
            joint.client("C3", 9, owner="M2"),
        ),
    )
    return book, joint.planned(book)


def test_a_visit_of_two_is_offered_where_both_are_free() -> None:
    book, plan = of_two(first_until="16:00", second_from="10:00")
    opened = prepare_replan(plan, book, (), joint.SUNDAY)
    offers = offers_of(opened, "C1")
    assert len(offers) == 2
    for offer in offers:
        assert (offer.manager_id, offer.companion_id) == ("M1", "M2")
        assert 10 * 60 <= offer.start < offer.end <= 16 * 60
        when = dt.datetime.combine(offer.date, dt.time(offer.start // 60, offer.start % 60))
        moved = Moved(client_id="C1", to=when)
        after = replan(plan, book, [moved], joint.SUNDAY, stop=joint.STOP, engine=Engine.ROUTING)
        (_, own), (_, along) = joint.both(after)
        assert own.talk == along.talk
        assert (own.talk.start, own.talk.end) == (offer.start, offer.end)
        assert {visit.client_id for _, visit in after.visits} == {"C1", "C2", "C3"}
        assert after.totals.travel - plan.totals.travel == offer.travel


def test_a_visit_of_two_who_are_never_both_free_has_no_hour_and_that_is_why() -> None:
    book, plan = of_two(first_until="11:00", second_from="15:00")
    assert [visit.client_id for visit in plan.left_out] == ["C1"]
    offers = offers_of(prepare_replan(plan, book, (), joint.SUNDAY), "C1")
    assert offers == ()
    for language, why in (("en", "both who are to go"), ("zh", "两人都有空")):
        texts = Texts(language)
        assert why in printed(offers_report(offers, "C1", plan, book, texts))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_an_hour_costs_is_said_in_words(language: str) -> None:
    book, plan = of_two()
    offers = offers_of(prepare_replan(plan, book, (), joint.SUNDAY), "C1")
    said = printed(offers_report(offers, "C1", plan, book, Texts(language)))
    assert "Manager M1" in said
    assert "Manager M2" in said
    assert ("travel" if language == "en" else "路") in said
    assert "+" not in said


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
