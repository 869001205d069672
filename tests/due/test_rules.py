"""Every rule of the documents, satisfied and violated."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.book.models import ClientKind, KeyDate, Manager, MustVisit, MustVisitReason
from routeplan.due.models import DueKind, DueVisit
from routeplan.due.policy import Policy, Reading, VisitRule, read_policy
from routeplan.values import Closure
from tests.due.example_book import (
    MONDAY,
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


def dates(visit: DueVisit) -> tuple[str, str, str, str]:
    return (
        visit.earliest.isoformat(),
        visit.due.isoformat(),
        visit.latest.isoformat(),
        visit.until.isoformat(),
    )


# visit norms: A and B listed, at least one a week -------------------------------------------------


@pytest.mark.parametrize("tier", ["A", "B"])
def test_a_and_b_listed_once_a_week(tier: str) -> None:
    of = book(client(tier=tier), seen("2026-11-19"))
    visit = one_due(due_of(of))
    assert dates(visit) == ("2026-11-23", "2026-11-26", "2026-11-27", "2026-11-29")
    assert words(visit) == f"{tier} tier, listed: one visit a week; last seen 2026-11-19"


@pytest.mark.parametrize("tier", ["A", "B"])
def test_a_and_b_seen_this_week_are_not_due(tier: str) -> None:
    not_due = one_not_due(due_of(book(client(tier=tier), seen("2026-11-24"))))
    assert words(not_due) == "seen 2026-11-24, next due from 2026-11-30"
    assert not_due.next_due == day("2026-11-30")


def test_a_week_without_a_visit_counts_as_seven_days_over() -> None:
    visit = one_due(due_of(book(client(), seen("2026-11-12"))))
    assert words(visit) == ("A tier, listed: one visit a week; last seen 2026-11-12, 7 days over")
    assert words(visit, "zh") == "A类拍照客户：每周拜访 1 次；上次拜访 2026-11-12，已超期 7 天"
    assert visit.urgency == 2


@pytest.mark.parametrize("last", ["2026-11-16", "2026-11-19", "2026-11-20"])
def test_a_weekly_client_may_be_seen_on_any_day_of_the_next_week(last: str) -> None:
    visit = one_due(due_of(book(client(), seen(last))))
    assert visit.earliest == MONDAY
    assert visit.until == day("2026-11-29")


def test_a_visit_where_nobody_was_met_does_not_count() -> None:
    one_due(due_of(book(client(), seen("2026-11-24", status="not_met"))))
    one_due(due_of(book(client(), seen("2026-11-24", status="cancelled"))))


# visit norms: C -----------------------------------------------------------------------------------


def test_c_listed_once_a_half_month() -> None:
    visit = one_due(due_of(book(client(tier="C"), seen("2026-11-10"))))
    assert words(visit) == "C tier, listed: one visit every half-month; last seen 2026-11-10"
    assert visit.latest == day("2026-11-30")
    not_due = one_not_due(due_of(book(client(tier="C"), seen("2026-11-16"))))
    assert not_due.next_due == day("2026-12-01")


def test_c_not_listed_needs_no_visit() -> None:
    not_due = one_not_due(due_of(book(client(tier="C", listed=False), seen("2026-01-05"))))
    assert words(not_due) == ("C tier, not listed: no visit required; combine with calls and SMS")
    assert not_due.next_due is None


@pytest.mark.parametrize("tier", ["A", "B"])
def test_clients_that_the_policy_forgets_are_named(tier: str) -> None:
    due = due_of(book(client(tier=tier, listed=False)))
    assert words(one_not_due(due)) == (
        f"{tier} tier, not listed: the policy visit-norms says nothing about it"
    )
    assert any("C1" in words(note) for note in due.notes)


# service standard ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tier", "norm", "fresh", "stale", "next_due"),
    [
        ("A", "every half-month", "2026-11-18", "2026-11-10", "2026-12-01"),
        ("B", "a month", "2026-11-03", "2026-10-20", "2026-12-01"),
        ("C", "a quarter", "2026-10-08", "2026-09-01", "2027-01-04"),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_service_standard(
    tier: str, norm: str, fresh: str, stale: str, next_due: str, listed: bool
) -> None:
    account = client(tier=tier, listed=listed)
    visit = one_due(due_of(book(account, seen(stale)), policy="service-standard"))
    assert words(visit) == f"{tier} tier: one visit {norm}; last seen {stale}"
    not_due = one_not_due(due_of(book(account, seen(fresh)), policy="service-standard"))
    assert not_due.next_due == day(next_due)


@pytest.mark.parametrize(("tier", "persons"), [("A", 3), ("B", 3), ("C", 1)])
def test_three_key_persons_at_a_and_b(tier: str, persons: int) -> None:
    people = [contact(f"K{number}") for number in range(5)]
    visit = one_due(due_of(book(client(tier=tier), *people), policy="service-standard"))
    assert visit.persons == persons
    visit = one_due(due_of(book(client(tier=tier), contact("K1")), policy="service-standard"))
    assert visit.persons == 1
    visit = one_due(due_of(book(client(tier=tier)), policy="service-standard"))
    assert visit.persons == 1


def test_a_month_opens_only_after_its_share_of_the_interval() -> None:
    late_in_october = book(client(tier="B"), seen("2026-10-30"))
    not_due = one_not_due(
        due_of(late_in_october, policy="service-standard", monday=day("2026-11-02"))
    )
    assert not_due.next_due == day("2026-11-17")
    visit = one_due(due_of(late_in_october, policy="service-standard"))
    assert visit.earliest == MONDAY


# the interval reading -----------------------------------------------------------------------------


def test_at_most_seven_days_between_visits() -> None:
    visit = one_due(due_of(book(client(), seen("2026-11-18")), policy=INTERVAL))
    assert visit.latest == day("2026-11-25")
    assert words(visit) == "A tier, listed: a visit every 7 days; last seen 2026-11-18"
    over = one_due(due_of(book(client(), seen("2026-11-12")), policy=INTERVAL))
    assert words(over).endswith("last seen 2026-11-12, 4 days over")
    assert over.latest == day("2026-11-19")
    assert 1 < over.urgency < 2


def test_an_interval_that_has_only_begun_is_not_due() -> None:
    not_due = one_not_due(due_of(book(client(tier="C"), seen("2026-11-22")), policy=INTERVAL))
    assert not_due.next_due == day("2026-11-30")


def test_a_rule_in_days_is_an_interval_in_either_reading() -> None:
    policy = Policy(name="p", rules=(VisitRule(tiers=("A",), days=10, min_gap_days=4),))
    visit = one_due(due_of(book(client(), seen("2026-11-16")), policy=policy))
    assert dates(visit)[:3] == ("2026-11-23", "2026-11-26", "2026-11-26")


def test_a_clients_own_interval_comes_before_the_policy() -> None:
    own = client(tier="C", listed=False, interval_days=10)
    visit = one_due(due_of(book(own, seen("2026-11-17"))))
    assert words(visit) == (
        "this client's own interval: a visit every 10 days; last seen 2026-11-17"
    )
    assert dates(visit)[:3] == ("2026-11-24", "2026-11-27", "2026-11-27")
    one_not_due(due_of(book(own, seen("2026-11-23"))))


def test_visits_by_a_clients_own_interval_do_not_crowd() -> None:
    first, second = due_of(book(client(interval_days=4), seen("2026-11-20"))).due
    assert (first.due, second.due) == (day("2026-11-24"), day("2026-11-27"))
    assert second.min_gap_days == 2


# prospects and the newly signed -------------------------------------------------------------------


def test_a_prospect_is_visited_within_two_working_days_of_the_first_talk() -> None:
    of = client(kind=ClientKind.PROSPECT, since=day("2026-11-20"))  # a Friday
    visit = one_due(due_of(book(of)))
    assert visit.reasons[0].kind is DueKind.PROSPECT
    assert visit.latest == day("2026-11-24")
    over = one_due(due_of(book(of), monday=day("2026-11-30")))
    assert words(over).endswith("6 days over")
    assert over.urgency > 1


def test_a_prospects_return_visit_settles_it() -> None:
    of = client(kind=ClientKind.PROSPECT, since=day("2026-11-20"))
    one_due(due_of(book(of, seen("2026-11-20"))))  # the first talk itself
    not_due = one_not_due(due_of(book(of, seen("2026-11-23"))))
    assert words(not_due) == "prospect: return visit on 2026-11-23; keep in touch by phone"


def test_a_prospect_first_talked_to_after_the_horizon_waits() -> None:
    of = client(kind=ClientKind.PROSPECT, since=day("2026-12-07"))
    assert one_not_due(due_of(book(of))).next_due == day("2026-12-08")


def test_a_prospect_whose_first_talk_is_unknown_is_due_at_once() -> None:
    visit = one_due(due_of(book(client(kind=ClientKind.PROSPECT))))
    assert "unknown" in words(visit)
    visit = one_due(due_of(book(client(kind=ClientKind.PROSPECT), seen("2026-11-20"))))
    assert "first talk 2026-11-20" in words(visit)


def test_a_newly_signed_account_has_one_return_visit_a_month() -> None:
    signed = client(tier="C", listed=False, since=day("2026-10-20"))
    visit = one_due(due_of(book(signed, seen("2026-10-20"))))
    assert "newly signed on 2026-10-20: one visit a month" in words(visit)
    one_not_due(due_of(book(signed, seen("2026-11-16"))))
    long_ago = client(tier="C", listed=False, since=day("2026-05-20"))
    one_not_due(due_of(book(long_ago)))


def test_of_two_cadences_the_more_frequent_holds() -> None:
    signed = client(tier="A", since=day("2026-10-20"))
    assert "one visit a week" in words(one_due(due_of(book(signed))))
    signed = client(tier="C", since=day("2026-10-20"))
    assert "a month" in words(one_due(due_of(book(signed), policy="service-standard")))


# must visits --------------------------------------------------------------------------------------


def test_a_must_visit_is_required_within_the_week() -> None:
    flag = MustVisit(reason=MustVisitReason.COMPLAINT, since=day("2026-11-20"))
    of = book(client(tier="C", listed=False, must_visit=flag), seen("2026-11-19"))
    visit = one_due(due_of(of, weeks=3))
    assert visit.required
    assert (visit.earliest, visit.until) == (MONDAY, day("2026-11-29"))
    assert words(visit) == "must visit: a complaint, since 2026-11-20"


def test_a_must_visit_keeps_its_last_day_while_it_can() -> None:
    flag = MustVisit(reason=MustVisitReason.CLIENT_ASKED, by=day("2026-11-25"))
    visit = one_due(due_of(book(client(must_visit=flag), seen("2026-11-20"))))
    assert visit.until == day("2026-11-25")
    assert [reason.kind for reason in visit.reasons] == [DueKind.MUST_VISIT, DueKind.CADENCE]
    late = one_due(due_of(book(client(must_visit=flag)), monday=day("2026-11-30")))
    assert late.until == day("2026-12-06")
    assert late.urgency > 1


def test_a_visit_since_then_settles_a_must_visit() -> None:
    flag = MustVisit(reason=MustVisitReason.COMPETITOR, since=day("2026-11-18"))
    of = client(tier="C", listed=False, must_visit=flag)
    one_due(due_of(book(of, seen("2026-11-17"))))
    one_not_due(due_of(book(of, seen("2026-11-18"))))
    one_due(due_of(book(of, seen("2026-11-18", status="not_met"))))


def test_a_must_visit_without_a_day_is_settled_by_no_record() -> None:
    flag = MustVisit(reason=MustVisitReason.JUDGED)
    of = client(tier="C", listed=False, must_visit=flag)
    assert one_due(due_of(book(of, seen("2026-11-20")))).required


# key dates ----------------------------------------------------------------------------------------


def test_a_key_date_makes_a_visit_due_in_the_days_before_it() -> None:
    of = client(tier="C", listed=False, key_dates=(KeyDate(name="厂庆", month=11, day=26),))
    visit = one_due(due_of(book(of)))
    assert dates(visit) == ("2026-11-23", "2026-11-26", "2026-11-26", "2026-11-26")
    assert words(visit) == "key date coming: 厂庆 on 2026-11-26"
    assert one_due(due_of(book(of), monday=day("2026-11-16"))).until == day("2026-11-22")
    one_not_due(due_of(book(of), monday=day("2026-11-09")))
    one_not_due(due_of(book(of), monday=day("2026-11-30")))
    one_not_due(due_of(book(of, seen("2026-11-20"))))
    one_due(due_of(book(of, seen("2026-11-18"))))


def test_a_contacts_birthday_is_a_key_date() -> None:
    birthday = KeyDate(name="birthday", month=11, day=27)
    of = book(client(tier="C", listed=False), contact("K1", name="李明", birthday=birthday))
    assert words(one_due(due_of(of))) == "key date coming: birthday of 李明 on 2026-11-27"


def test_a_key_date_does_not_cost_the_cadences_visit_its_last_days() -> None:
    of = client(key_dates=(KeyDate(name="厂庆", month=11, day=24),))
    visit = one_due(due_of(book(of, seen("2026-11-16"))))
    assert [reason.kind for reason in visit.reasons] == [DueKind.CADENCE, DueKind.KEY_DATE]
    assert visit.due <= day("2026-11-24")
    assert visit.until == day("2026-11-29")


# left over and booked -----------------------------------------------------------------------------


def test_what_the_last_plan_left_over_is_due() -> None:
    of = book(client(tier="C", listed=False))
    assert words(one_due(due_of(of, left_over={"C1": ()}))) == "left over from the last plan"
    one_not_due(due_of(of, left_over={"C9": ()}))


def test_left_over_adds_to_a_cadence_and_ends_with_the_visit() -> None:
    visit = one_due(due_of(book(client(), seen("2026-11-12")), left_over={"C1": ()}))
    assert [reason.kind for reason in visit.reasons] == [DueKind.CADENCE, DueKind.LEFT_OVER]
    one_not_due(due_of(book(client(), seen("2026-11-24")), left_over={"C1": ()}))


def test_an_appointment_is_required_and_is_the_periods_visit() -> None:
    visit = one_due(due_of(book(client(), seen("2026-11-12"), booked("2026-11-25"))))
    assert visit.required
    assert visit.appointment_id == "PC12026-11-25"
    assert dates(visit) == ("2026-11-25",) * 4
    assert [reason.kind for reason in visit.reasons] == [DueKind.APPOINTMENT, DueKind.CADENCE]
    assert "7 days over" in words(visit)
    assert visit.urgency == 2


def test_an_appointment_for_the_week_may_be_any_day_of_it() -> None:
    visit = one_due(due_of(book(client(), booked("2026-11-25", rigidity="week", start=None))))
    assert (visit.earliest, visit.until) == (MONDAY, day("2026-11-29"))
    assert visit.due == day("2026-11-25")


@pytest.mark.parametrize("status", ["done", "not_met", "cancelled"])
def test_an_appointment_with_a_record_is_settled(status: str) -> None:
    due = due_of(book(client(), booked("2026-11-24"), seen("2026-11-24", status=status)))
    assert all(visit.appointment_id is None for visit in due.due)
    assert len(due.due) == (0 if status == "done" else 1)


def test_an_appointment_still_to_come_before_the_horizon_counts_as_seen() -> None:
    of = book(client(tier="C"), booked("2026-11-20"), seen("2026-11-02"))
    not_due = one_not_due(due_of(of))
    assert words(not_due) == "booked for 2026-11-20, next due from 2026-12-01"
    # Records go on after it and say nothing of it, so it did not take place.
    later = book(
        client(tier="C"), booked("2026-11-17"), seen("2026-11-02"), seen("2026-11-20", "C2")
    )
    one_due(due_of(later))


def test_a_must_visit_is_settled_in_an_appointment_in_time() -> None:
    flag = MustVisit(reason=MustVisitReason.COMPLAINT, by=day("2026-11-26"))
    due = due_of(book(client(must_visit=flag), booked("2026-11-25")))
    visit = one_due(due)
    assert [reason.kind for reason in visit.reasons] == [
        DueKind.APPOINTMENT,
        DueKind.MUST_VISIT,
        DueKind.CADENCE,
    ]
    assert dates(visit) == ("2026-11-25",) * 4


# working days -------------------------------------------------------------------------------------


def test_a_week_of_holidays_asks_for_no_visit() -> None:
    of = book(client(), seen("2026-02-12"))
    due = due_of(of, monday=day("2026-02-16"))
    not_due = one_not_due(due)
    assert words(not_due) == "no working day in these weeks; next due from 2026-02-24"
    assert any("Spring Festival" in words(note) for note in due.notes)
    after = one_due(due_of(of, monday=day("2026-02-23")))
    assert "over" not in words(after)
    assert after.earliest == day("2026-02-24")


def test_a_make_up_saturday_is_a_day_to_visit() -> None:
    due = due_of(book(client(), seen("2026-02-12")), monday=day("2026-02-23"))
    assert one_due(due).latest == day("2026-02-28")
    assert "Sat 2026-02-28 is a make-up working day." in [words(note) for note in due.notes]


def test_beyond_the_announced_years_the_list_says_so() -> None:
    due = due_of(book(client()), monday=dt.date(2041, 3, 4))
    assert any("not announced yet" in words(note) for note in due.notes)
    assert not any("not announced" in words(note) for note in due_of(book(client())).notes)


def test_leave_ahead_makes_a_visit_more_urgent() -> None:
    of = (client(tier="B"), seen("2026-10-20"))
    monday = day("2026-11-16")
    there = one_due(due_of(book(*of), policy="service-standard", monday=monday))
    leave = (Closure(first=day("2026-11-23"), last=day("2026-12-04")),)
    away = Manager(id="M1", name="王芳", leave=leave)
    visit = one_due(due_of(book(*of, managers=(away,)), policy="service-standard", monday=monday))
    assert visit.latest == day("2026-11-20")
    assert there.urgency < visit.urgency == 1


def test_leave_the_whole_week_leaves_the_client_due() -> None:
    away = Manager(id="M1", name="王芳", leave=(Closure(first=MONDAY, last=day("2026-11-29")),))
    one_due(due_of(book(client(), managers=(away,))))


def test_a_manager_without_working_days_is_said() -> None:
    idle = Manager(id="M1", name="王芳", weekdays=())
    for policy in (read_policy("visit-norms"), INTERVAL):
        not_due = one_not_due(due_of(book(client(), managers=(idle,)), policy=policy, weeks=8))
        assert "no working day" in words(not_due)
