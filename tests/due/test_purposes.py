"""What a visit is for: suggested by why it is due, as the policy says."""

from __future__ import annotations

from typing import Any

from routeplan.book.models import Book, KeyDate, Purpose
from routeplan.due.models import DueVisit
from routeplan.due.policy import Policy, PurposeRule, VisitRule
from tests.due.example_book import book, booked, client, contact, due_of, one_due, seen

WARM, OPINIONS, GIFT = (Purpose.KEEP_WARM,), (Purpose.OPINIONS,), (Purpose.GIFT,)


def purposes(of: Book, **options: Any) -> tuple[Purpose, ...]:
    return one_due(due_of(of, **options)).purposes


def test_the_cadence_takes_its_purposes_in_turn() -> None:
    assert purposes(book(client())) == WARM
    warm = seen("2026-11-16", purposes=WARM)
    assert purposes(book(client(), seen("2026-11-09", purposes=OPINIONS), warm)) == OPINIONS
    assert purposes(book(client(), seen("2026-11-19", purposes=OPINIONS), warm)) == WARM
    # What was cancelled pursued nothing.
    off = seen("2026-11-19", purposes=OPINIONS, status="cancelled")
    assert purposes(book(client(), warm, off)) == OPINIONS


def test_visits_of_one_plan_take_turns_too() -> None:
    due = due_of(book(client()), weeks=4)
    in_order = sorted(due.due, key=lambda visit: visit.sequence)
    assert [visit.purposes for visit in in_order] == [WARM, OPINIONS, WARM, OPINIONS]


def test_a_moment_gives_the_visit_its_purpose() -> None:
    date = KeyDate(name="厂庆", month=11, day=26)
    assert purposes(book(client(key_dates=(date,)))) == GIFT
    born = contact("K1", birthday=date)
    assert purposes(book(client(), born)) == GIFT
    complaint = client(must_visit={"reason": "complaint"}, key_dates=(date,))
    assert purposes(book(complaint)) == (Purpose.COMPLAINT, Purpose.GIFT)


def test_what_was_left_over_keeps_its_purposes() -> None:
    own = (Purpose.PITCH, Purpose.BUSINESS)
    assert purposes(book(client()), left_over={"C1": own}) == own
    assert purposes(book(client(tier="C", listed=False)), left_over={"C1": ()}) == WARM
    complaint = client(must_visit={"reason": "complaint"})
    assert purposes(book(complaint), left_over={"C1": own}) == (Purpose.COMPLAINT, *own)


def test_what_was_agreed_stands() -> None:
    agreed = booked("2026-11-25", purposes=("pitch", "gift"))
    assert purposes(book(client(must_visit={"reason": "complaint"}), agreed)) == (
        Purpose.PITCH,
        Purpose.GIFT,
    )


def test_a_policy_of_ones_own_says_what_for() -> None:
    policy = Policy(
        name="own",
        rules=(VisitRule(tiers=("A",), visits=1, every="week"),),
        purposes=PurposeRule(cadence=("pitch",), key_date=("opinions", "gift")),
    )
    assert purposes(book(client()), policy=policy) == (Purpose.PITCH,)
    date = KeyDate(name="厂庆", month=11, day=26)
    assert purposes(book(client(key_dates=(date,))), policy=policy) == (
        Purpose.OPINIONS,
        Purpose.GIFT,
    )


def test_the_talk_is_as_long_as_its_longest_purpose_asks() -> None:
    def talk(*of: str) -> int:
        visit: DueVisit = one_due(due_of(book(client(), booked("2026-11-25", purposes=of))))
        return visit.talk_minutes

    assert (talk("keep_warm"), talk("gift"), talk("gift", "keep_warm")) == (50, 40, 50)
    assert talk("gift", "complaint") == 65
