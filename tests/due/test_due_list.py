"""How the rules combine into visits."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from routeplan.book.models import KeyDate, Manager, Purpose, Site, Tier
from routeplan.config import Settings, TalkSettings, WorthSettings
from routeplan.due.models import DueKind
from routeplan.due.policy import Cycle, Policy, Reading, VisitRule, read_policy
from tests.due.example_book import (
    MANAGER,
    MONDAY,
    OFFICE,
    book,
    booked,
    client,
    contact,
    due_of,
    one_due,
    one_not_due,
    seen,
    words,
)

INTERVAL = read_policy("visit-norms").model_copy(update={"reading": Reading.INTERVAL})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize("policy", [read_policy("visit-norms"), INTERVAL])
def test_a_weekly_client_has_a_visit_in_each_of_four_weeks(policy: Policy) -> None:
    due = due_of(book(client(), seen("2026-11-18")), policy=policy, weeks=4)
    visits = sorted(due.due, key=lambda visit: visit.sequence)
    assert [visit.id for visit in visits] == ["C1", "C1#2", "C1#3", "C1#4"]
    for week, visit in enumerate(visits):
        monday = MONDAY + dt.timedelta(days=7 * week)
        assert monday <= visit.due < monday + dt.timedelta(days=7)
        assert visit.min_gap_days == 3
    for before, after in itertools.pairwise(visits):
        assert before.until < after.until
        assert before.due + dt.timedelta(days=3) <= after.due


def test_two_visits_a_week_keep_their_gap() -> None:
    rule = VisitRule(tiers=("A",), visits=2, every="week", earliest_share=0.5, min_gap_days=2)
    due = due_of(book(client(), seen("2026-11-19")), policy=Policy(name="p", rules=(rule,)))
    first, second = sorted(due.due, key=lambda visit: visit.sequence)
    assert first.earliest == MONDAY
    assert first.until + dt.timedelta(days=2) <= second.until
    assert second.earliest >= first.earliest + dt.timedelta(days=2)
    half = due_of(book(client(), seen("2026-11-24")), policy=Policy(name="p", rules=(rule,)))
    assert one_due(half).earliest == day("2026-11-26")


def test_no_second_visit_beside_an_appointment() -> None:
    of = book(client(), seen("2026-11-18"), booked("2026-11-26"))
    for policy in ("visit-norms", "service-standard", INTERVAL):
        one_due(due_of(of, policy=policy))


def test_the_next_visit_keeps_its_gap_to_an_appointment() -> None:
    of = book(client(), booked("2026-11-27"), booked("2026-12-07"))
    visits = sorted(due_of(of, weeks=3).due, key=lambda visit: visit.sequence)
    assert [visit.appointment_id is None for visit in visits] == [False, True, False]
    between = visits[1]
    assert between.earliest >= day("2026-11-30")
    assert between.until <= day("2026-12-04")


def test_an_appointment_that_comes_early_starts_the_interval_anew() -> None:
    of = book(client(tier="C"), seen("2026-11-20"), booked("2026-11-24"))
    visit = one_due(due_of(of, policy=INTERVAL, weeks=2))
    assert visit.appointment_id
    assert [reason.kind for reason in visit.reasons] == [DueKind.APPOINTMENT]


def test_two_appointments_are_two_visits_with_their_own_sites() -> None:
    sites = (Site(hours=OFFICE), Site(id="S2", hours=OFFICE))
    of = book(
        client(sites=sites), booked("2026-11-24", site_id="S2"), booked("2026-11-26", id="P2")
    )
    due = due_of(of)
    assert sorted((visit.site_id, visit.sequence) for visit in due.due) == [("", 2), ("S2", 1)]
    assert all(visit.required for visit in due.due)


def test_key_dates_before_the_cadences_window_widen_it() -> None:
    of = client(tier="C", key_dates=(KeyDate(name="厂庆", month=11, day=24),))
    visit = one_due(due_of(book(of, seen("2026-11-14"))))
    assert visit.earliest == MONDAY
    assert visit.due == day("2026-11-24")


def test_the_site_visited_longest_ago_comes_next() -> None:
    sites = (Site(hours=OFFICE), Site(id="S2", hours=OFFICE), Site(id="S3", hours=OFFICE))
    of = client(sites=sites)
    assert one_due(due_of(book(of))).site_id == ""
    assert one_due(due_of(book(of, seen("2026-11-18")))).site_id == "S2"
    every = (seen("2026-11-18"), seen("2026-11-04", site_id="S2"), seen("2026-11-11", site_id="S3"))
    due = due_of(book(of, *every), weeks=3)
    visits = sorted(due.due, key=lambda visit: visit.sequence)
    assert [visit.site_id for visit in visits] == ["S2", "S3", ""]


def test_persons_are_those_at_the_site() -> None:
    sites = (Site(hours=OFFICE), Site(id="S2", hours=OFFICE))
    people = [contact("K1"), contact("K2"), contact("K3", site_id="S2")]
    visit = one_due(due_of(book(client(sites=sites), *people), policy="service-standard"))
    assert visit.persons == 2


# purpose and talk ---------------------------------------------------------------------------------


def test_the_purpose_follows_the_reason() -> None:
    cases = [
        (book(client()), Purpose.KEEP_WARM),
        (book(client(must_visit={"reason": "complaint"})), Purpose.COMPLAINT),
        (book(client(must_visit={"reason": "presence"})), Purpose.BUSINESS),
        (book(client(kind="prospect")), Purpose.PITCH),
        (book(client(key_dates=(KeyDate(name="厂庆", month=11, day=26),))), Purpose.GIFT),
        (book(client(), booked("2026-11-25", purposes=("opinions",))), Purpose.OPINIONS),
        (book(client(), booked("2026-11-25")), Purpose.KEEP_WARM),
        (book(client(tier="C", listed=False), booked("2026-11-25")), Purpose.BUSINESS),
    ]
    for of, purpose in cases:
        assert one_due(due_of(of)).purposes == (purpose,)


def test_talk_minutes_by_tier_persons_and_purpose() -> None:
    people = [contact(f"K{number}") for number in range(3)]
    for tier, minutes in ((Tier.A, 60), (Tier.B, 50), (Tier.C, 30)):
        of = book(client(tier=tier.value), *people)
        assert one_due(due_of(of, policy="service-standard")).talk_minutes == minutes
    complaint = book(client(must_visit={"reason": "complaint"}))
    assert one_due(due_of(complaint)).talk_minutes == 65


def test_the_clients_own_minutes_and_agreed_ones_come_first() -> None:
    assert one_due(due_of(book(client(talk_minutes=20)))).talk_minutes == 20
    agreed = book(client(talk_minutes=20), booked("2026-11-25", minutes=75))
    assert one_due(due_of(agreed)).talk_minutes == 75


def test_talk_minutes_stay_within_the_limits_and_a_cut_is_said() -> None:
    due = due_of(book(client(talk_minutes=200)))
    assert one_due(due).talk_minutes == 90
    assert any("200 minutes of talk wished for, 90 planned" in words(note) for note in due.notes)
    assert one_due(due_of(book(client(talk_minutes=5)))).talk_minutes == 15
    short = Settings(talk=TalkSettings(max_per_visit=30))
    assert one_due(due_of(book(client()), settings=short)).talk_minutes == 30


# worth and order ----------------------------------------------------------------------------------


def test_worth_is_the_sum_of_its_printed_terms() -> None:
    of = client(key_dates=(KeyDate(name="厂庆", month=11, day=26),))
    visit = one_due(due_of(book(of, seen("2026-11-12")), left_over={"C1": ()}))
    terms = {words(term.name): term.worth for term in visit.worth_terms}
    assert terms == {"A tier": 600, "urgency 2.00": 600, "left over": 100, "key date": 120}
    assert visit.worth == 1420


def test_worth_follows_the_settings() -> None:
    worth = WorthSettings(urgency=0, tier={"A": 7, "B": 5, "C": 3})
    visit = one_due(due_of(book(client()), settings=Settings(worth=worth)))
    assert visit.worth == 7
    assert [term.worth for term in visit.worth_terms] == [7]


@pytest.mark.parametrize(
    ("last", "urgency"),
    [
        ("2026-11-12", 2.0),  # a whole week missed
        ("2026-11-19", 1.0),  # the last chance of its week
        (None, 1.0),  # never seen
    ],
)
def test_urgency_of_a_weekly_client(last: str | None, urgency: float) -> None:
    of = book(client(), seen(last)) if last else book(client())
    assert one_due(due_of(of)).urgency == urgency


def test_urgency_grows_week_by_week_until_the_period_ends() -> None:
    of = book(client(tier="C"), seen("2026-09-08"))
    grown = [
        one_due(due_of(of, policy="service-standard", monday=MONDAY + dt.timedelta(weeks=week)))
        for week in range(7)
    ]
    urgencies = [visit.urgency for visit in grown]
    assert urgencies == sorted(urgencies)
    assert 0 <= urgencies[0] < 0.5
    assert urgencies[-2] == 1
    assert urgencies[-1] > 1


def test_the_most_urgent_come_first() -> None:
    of = book(
        client("C1", "B"),
        client("C2", "A"),
        client("C3", "B"),
        client("C4", "C"),
        seen("2026-11-19", "C1"),
        seen("2026-11-19", "C2"),
        seen("2026-11-19", "C3"),
        seen("2026-10-28", "C4"),
    )
    assert [visit.id for visit in due_of(of).due] == ["C4", "C2", "C1", "C3"]


# managers -----------------------------------------------------------------------------------------


def test_only_the_managers_asked_for() -> None:
    other = Manager(id="M2", name="李强")
    of = book(
        client("C1"),
        client("C2", manager_id="M2"),
        client("C3", tier="C", listed=False, manager_id="M2"),
        managers=(MANAGER, other),
    )
    due = due_of(of, manager_ids={"M1"})
    assert [visit.id for visit in due.due] == ["C1"]
    assert due.not_due == ()
    both = due_of(of, manager_ids=["M1", "M2"])
    assert both == due_of(of)


def test_an_appointment_that_a_colleague_keeps_is_on_the_colleagues_list() -> None:
    other = Manager(id="M2", name="李强")
    of = book(client(), booked("2026-11-25", manager_id="M2"), managers=(MANAGER, other))
    assert one_due(due_of(of, manager_ids={"M2"})).appointment_id
    assert words(one_not_due(due_of(of, manager_ids={"M1"}))) == "李强 goes on 2026-11-25"


def test_a_backups_working_days_count() -> None:
    idle = Manager(id="M1", name="王芳", weekdays=())
    other = Manager(id="M2", name="李强")
    of = book(client(backup_ids=("M2",)), managers=(idle, other))
    one_due(due_of(of))


def test_every_text_exists_in_both_languages() -> None:
    of = book(
        client("C1", key_dates=(KeyDate(name="厂庆", month=11, day=26),)),
        client("C2", "C", listed=False),
        client("C3", kind="prospect", since=day("2026-11-18")),
        client("C4", must_visit={"reason": "complaint", "since": "2026-11-19", "by": "2026-11-25"}),
        client("C5", interval_days=3),
        client("C6", "A", listed=False),
        seen("2026-11-01", "C1"),
        booked("2026-11-26", "C5"),
    )
    due = due_of(of, weeks=4)
    for language in ("en", "zh"):
        for visit in due.due:
            assert words(visit, language)
            assert all(words(term.name, language) for term in visit.worth_terms)
        assert all(words(not_due, language) for not_due in due.not_due)
        assert all(words(note, language) for note in due.notes)
    assert Cycle.WEEK.nominal_days == 7
