"""Both ready-made policies against the documents' table, a test a line.

A year is lived in which every visit is made on the day it falls due, and nothing else; then the
calendar is asked whether each of its periods had its visits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from routeplan.book.models import Client, KeyDate, VisitRecord
from routeplan.due.models import DueKind
from routeplan.due.policy import read_policy
from routeplan.workdays import (
    Period,
    WorkCalendar,
    half_month_of,
    month_of,
    quarter_of,
    week_of,
)
from tests.due.example_book import MONDAY, book, client, contact, due_of, one_due, seen, words

VISIT_NORMS, SERVICE_STANDARD = "visit-norms", "service-standard"
FIRST = dt.date(2026, 1, 5)
WEEKS = 44
CALENDAR = WorkCalendar()


@cache
def visits_in_a_year(policy: str, tier: str, listed: bool) -> tuple[dt.date, ...]:
    """The days on which a client is visited who is planned for week by week."""
    of = client(tier=tier, listed=listed)
    rules = read_policy(policy)
    records: list[VisitRecord] = []
    for week in range(WEEKS):
        monday = FIRST + dt.timedelta(weeks=week)
        for visit in due_of(book(of, *records), policy=rules, monday=monday).due:
            day = min(max(visit.due, monday), visit.until)
            while not CALENDAR.is_workday(day):  # a key date may lie on a weekend
                day -= dt.timedelta(days=1)
            records.append(seen(str(day)))
    return tuple(record.date for record in records)


def periods(of: Callable[[dt.date], Period]) -> Iterator[Period]:
    """The whole periods of that year in which somebody works."""
    last = FIRST + dt.timedelta(weeks=WEEKS, days=-1)
    period = of(of(FIRST).last + dt.timedelta(days=1))
    while period.last <= last:
        days = [period.first + dt.timedelta(days=day) for day in range(period.days)]
        if any(CALENDAR.is_workday(day) for day in days):
            yield period
        period = of(period.last + dt.timedelta(days=1))


def holds_everywhere(
    policy: str, tier: str, of: Callable[[dt.date], Period], listed: bool = True
) -> bool:
    visits = visits_in_a_year(policy, tier, listed)
    return all(any(day in period for day in visits) for period in periods(of))


# 000: how often, of listed accounts


@pytest.mark.parametrize("tier", ["A", "B"])
def test_000_listed_a_and_b_at_least_once_a_week(tier: str) -> None:
    assert holds_everywhere(VISIT_NORMS, tier, week_of)


def test_000_listed_c_at_least_once_a_half_month() -> None:
    assert holds_everywhere(VISIT_NORMS, "C", half_month_of)
    assert not holds_everywhere(VISIT_NORMS, "C", week_of)  # and no more than that


def test_000_not_listed_c_none_required() -> None:
    assert visits_in_a_year(VISIT_NORMS, "C", listed=False) == ()
    (not_due,) = due_of(book(client(tier="C", listed=False))).not_due
    assert words(not_due) == ("C tier, not listed: no visit required; combine with calls and SMS")


# 001: how often, and whom


@pytest.mark.parametrize("listed", [True, False])
def test_001_a_at_least_once_a_half_month_with_three_key_persons(listed: bool) -> None:
    assert holds_everywhere(SERVICE_STANDARD, "A", half_month_of, listed)
    assert not holds_everywhere(SERVICE_STANDARD, "A", week_of, listed)
    assert _met(client(tier="A", listed=listed)) == 3


@pytest.mark.parametrize("listed", [True, False])
def test_001_b_at_least_once_a_month_with_three_key_persons(listed: bool) -> None:
    assert holds_everywhere(SERVICE_STANDARD, "B", month_of, listed)
    assert not holds_everywhere(SERVICE_STANDARD, "B", half_month_of, listed)
    assert _met(client(tier="B", listed=listed)) == 3


@pytest.mark.parametrize("listed", [True, False])
def test_001_c_at_least_once_a_quarter(listed: bool) -> None:
    assert holds_everywhere(SERVICE_STANDARD, "C", quarter_of, listed)
    assert not holds_everywhere(SERVICE_STANDARD, "C", month_of, listed)
    assert _met(client(tier="C", listed=listed)) == 1


def _met(of: Client) -> int:
    people = [contact(f"K{number}") for number in range(5)]
    return one_due(due_of(book(of, *people), policy=SERVICE_STANDARD)).persons


# 002: prospects and the newly signed


@pytest.mark.parametrize("policy", [VISIT_NORMS, SERVICE_STANDARD])
def test_002_a_prospect_is_contacted_again_within_two_days(policy: str) -> None:
    of = client(kind="prospect", since=dt.date(2026, 11, 23))
    visit = one_due(due_of(book(of), policy=policy))
    assert visit.latest == dt.date(2026, 11, 25)
    # Working days: a first talk on Friday is followed up by Tuesday.
    friday = client(kind="prospect", since=dt.date(2026, 11, 20))
    assert one_due(due_of(book(friday), policy=policy)).latest == dt.date(2026, 11, 24)


@pytest.mark.parametrize("policy", [VISIT_NORMS, SERVICE_STANDARD])
def test_002_the_newly_signed_are_visited_once_a_month(policy: str) -> None:
    of = client(tier="C", listed=False, since=dt.date(2026, 10, 20))
    visit = one_due(due_of(book(of, seen("2026-10-22")), policy=policy))
    assert "newly signed on 2026-10-20: one visit a month" in words(visit)


# The calendar


def test_a_half_month_is_the_calendars() -> None:
    assert half_month_of(dt.date(2026, 2, 15)).last == dt.date(2026, 2, 15)
    second = half_month_of(dt.date(2026, 2, 16))
    assert (second.first, second.last) == (dt.date(2026, 2, 16), dt.date(2026, 2, 28))


def test_a_week_is_monday_to_sunday() -> None:
    week = week_of(dt.date(2026, 11, 29))
    assert (week.first, week.last) == (dt.date(2026, 11, 23), dt.date(2026, 11, 29))


# 001: what makes a visit due besides


def test_001_key_moments_of_key_persons_by_either_calendar() -> None:
    of = client(tier="C", listed=False)
    solar = contact("K1", birthday=KeyDate(name="", month=11, day=26))
    assert "birthday" in words(one_due(due_of(book(of, solar))))
    # The 20th of the tenth lunar month is 28 November 2026.
    lunar = contact("K1", birthday=KeyDate(name="", month=10, day=20, lunar=True))
    visit = one_due(due_of(book(of, lunar)))
    assert words(visit) == "key date coming: birthday of 联系人K1 on 2026-11-28"
    assert visit.due == dt.date(2026, 11, 27)  # the 28th is a Saturday


@pytest.mark.parametrize(
    ("monday", "name", "date"),
    [
        ("2026-12-28", "New Year's Day", "2027-01-01"),
        ("2026-02-09", "Spring Festival", "2026-02-17"),
        ("2026-04-27", "Labour Day", "2026-05-01"),
        ("2026-09-21", "Mid-Autumn Festival", "2026-09-25"),
        ("2026-09-28", "National Day", "2026-10-01"),
    ],
)
@pytest.mark.parametrize("policy", [VISIT_NORMS, SERVICE_STANDARD])
def test_001_festivals_are_key_moments_of_a_clients(
    policy: str, monday: str, name: str, date: str
) -> None:
    on = dt.date.fromisoformat(monday)
    before = seen(str(on - dt.timedelta(days=12)))
    weeks = 2 if name == "Spring Festival" else 1
    visits = due_of(book(client(), before), policy=policy, monday=on, weeks=weeks).due
    said = "; ".join(words(visit) for visit in visits)
    assert f"key date coming: {name} on {date}" in said
    for tier in "BC":
        due = due_of(book(client(tier=tier), before), policy=policy, monday=on, weeks=weeks).due
        kinds = {reason.kind for visit in due for reason in visit.reasons}
        assert DueKind.KEY_DATE not in kinds


@pytest.mark.parametrize(
    "reason", ["client_asked", "presence", "judged", "competitor", "complaint"]
)
@pytest.mark.parametrize("policy", [VISIT_NORMS, SERVICE_STANDARD])
def test_001_must_be_a_visit(policy: str, reason: str) -> None:
    of = client(tier="C", listed=False, must_visit={"reason": reason, "since": MONDAY})
    visit = one_due(due_of(book(of, seen("2026-11-20")), policy=policy))
    assert visit.required
    assert visit.reasons[0].kind is DueKind.MUST_VISIT


def test_001_a_complaint_is_visited_promptly() -> None:
    of = client(tier="C", listed=False, must_visit={"reason": "complaint", "since": MONDAY})
    assert one_due(due_of(book(of))).due == MONDAY
