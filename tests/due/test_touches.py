"""Calls and messages between visits: the documents' table line by line, and the periods they
share with visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import Book, Channel, Client, ClientKind, VisitRecord, VisitStatus
from routeplan.config import Settings
from routeplan.due.models import DueTouch, Horizon
from routeplan.due.policy import Policy, Reading, read_policy
from routeplan.due.touches import list_touches, noted, recorded, touch_minutes
from routeplan.language import Texts
from routeplan.values import TimeWindow, WeeklyHours
from routeplan.workdays import Period, WorkCalendar, half_month_of, month_of, week_of
from tests.due.example_book import (
    MANAGER,
    MONDAY,
    book,
    client,
    contact,
    due_of,
    one_due,
    seen,
    words,
)

VISIT_NORMS, SERVICE_STANDARD = "visit-norms", "service-standard"
FIRST = dt.date(2026, 1, 5)
WEEKS = 26
CALENDAR = WorkCalendar()


def touches_of(
    of: Book, *, policy: str | Policy = SERVICE_STANDARD, monday: dt.date = MONDAY, weeks: int = 1
) -> tuple[DueTouch, ...]:
    rules = read_policy(policy) if isinstance(policy, str) else policy
    return list_touches(of, Horizon(first=monday, weeks=weeks), rules, Settings(), CALENDAR)


def called(day: str, **fields: Any) -> VisitRecord:
    return seen(day, **({"channel": Channel.PHONE} | fields))


def calls(touches: tuple[DueTouch, ...]) -> list[DueTouch]:
    return [touch for touch in touches if touch.channel is Channel.PHONE]


def messages(touches: tuple[DueTouch, ...]) -> list[DueTouch]:
    return [touch for touch in touches if touch.channel is Channel.MESSAGE]


def said(touch: DueTouch) -> str:
    return "; ".join(Texts("en").render(reason) for reason in touch.reasons)


@cache
def year(policy: str, tier: str, listed: bool) -> tuple[tuple[Channel, dt.date], ...]:
    """What is done for a client to whom every call and message is made on the day it is due."""
    of = client(tier=tier, listed=listed)
    records: list[VisitRecord] = []
    for week in range(WEEKS):
        monday = FIRST + dt.timedelta(weeks=week)
        for touch in touches_of(book(of, *records), policy=policy, monday=monday):
            records.append(seen(str(touch.due), channel=touch.channel))
    return tuple((record.channel, record.date) for record in records)


def periods(of: Callable[[dt.date], Period]) -> Iterator[Period]:
    """The whole periods of that half-year in which somebody works."""
    last = FIRST + dt.timedelta(weeks=WEEKS, days=-1)
    period = of(of(FIRST).last + dt.timedelta(days=1))
    while period.last <= last:
        days = [period.first + dt.timedelta(days=day) for day in range(period.days)]
        if any(CALENDAR.is_workday(day) for day in days):
            yield period
        period = of(period.last + dt.timedelta(days=1))


def least(
    policy: str, tier: str, channel: Channel, of: Callable[[dt.date], Period], listed: bool = True
) -> int:
    """The fewest in any period."""
    days = [day for how, day in year(policy, tier, listed) if how is channel]
    return min(sum(day in period for day in days) for period in periods(of))


# The table, a test a line


@pytest.mark.parametrize("listed", [True, False])
def test_001_a_at_least_two_calls_or_contacts_a_half_month(listed: bool) -> None:
    assert least(SERVICE_STANDARD, "A", Channel.PHONE, half_month_of, listed) == 2


@pytest.mark.parametrize("tier", ["A", "B"])
@pytest.mark.parametrize("listed", [True, False])
def test_001_a_and_b_at_least_one_message_a_week(tier: str, listed: bool) -> None:
    assert least(SERVICE_STANDARD, tier, Channel.MESSAGE, week_of, listed) == 1


@pytest.mark.parametrize("listed", [True, False])
def test_001_c_at_least_one_message_a_month(listed: bool) -> None:
    assert least(SERVICE_STANDARD, "C", Channel.MESSAGE, month_of, listed) == 1
    assert least(SERVICE_STANDARD, "C", Channel.MESSAGE, week_of, listed) == 0  # and no more


@pytest.mark.parametrize("tier", ["B", "C"])
def test_001_b_and_c_calls_as_needed(tier: str) -> None:
    assert not calls(touches_of(book(client(tier=tier))))


def test_001_messages_go_to_the_key_persons_and_calls_to_the_one_longest_without_word() -> None:
    people = [contact(f"K{number}", phone=f"1380000000{number}") for number in range(3)]
    of = book(
        client(), *people, called("2026-11-20", contact_ids=("K0",)),
        seen("2026-11-18", contact_ids=("K2",)),
    )  # fmt: skip
    touches = touches_of(of)
    assert messages(touches)[0].contact_ids == ("K0", "K1", "K2")
    assert calls(touches)[0].contact_ids == ("K1",)


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.RECEPTION, Channel.LETTER])
def test_001_calls_or_contacts_any_contact_counts_but_the_visit(channel: Channel) -> None:
    assert len(calls(touches_of(book(client())))) == 2
    assert len(calls(touches_of(book(client(), seen("2026-11-18", channel=channel))))) == 1
    assert len(calls(touches_of(book(client(), seen("2026-11-18"))))) == 2


@pytest.mark.parametrize("tier", ["A", "B", "C"])
def test_000_visit_norms_ask_for_no_calls_to_accounts(tier: str) -> None:
    for listed in (True, False):
        of = book(client(tier=tier, listed=listed))
        assert not calls(touches_of(of, policy=VISIT_NORMS))


def test_000_not_listed_c_calls_and_messages_as_needed() -> None:
    of = client(tier="C", listed=False)
    rule = read_policy(VISIT_NORMS).rule_of(of)
    assert rule is not None
    assert (rule.visits, rule.calls, rule.sms) == (0, "as-needed", "as-needed")
    assert touches_of(book(of), policy=VISIT_NORMS) == ()
    (not_due,) = due_of(book(of), policy=VISIT_NORMS).not_due
    assert "combine with calls and SMS" in words(not_due)
    # Of listed ones nothing of the kind is said.
    listed = read_policy(VISIT_NORMS).rule_of(client(tier="C"))
    assert listed is not None
    assert (listed.calls, listed.sms) == (None, None)


@pytest.mark.parametrize("policy", [VISIT_NORMS, SERVICE_STANDARD])
def test_002_a_prospect_is_called_within_two_days_where_no_visit_is_made(policy: str) -> None:
    of = client(kind="prospect", since=dt.date(2026, 11, 23))
    (touch,) = calls(touches_of(book(of), policy=policy))
    assert (touch.earliest, touch.latest) == (dt.date(2026, 11, 24), dt.date(2026, 11, 25))
    assert touch.met_by_visit == (dt.date(2026, 11, 24), dt.date(2026, 11, 25))
    assert "return contact within 2 working days, by 2026-11-25" in said(touch)


NAMED = {
    "weekday": WeeklyHours(days=((), (), (TimeWindow(start=600, end=660),), (), (), (), ())),
    "weekend": WeeklyHours(days=((),) * 5 + ((TimeWindow(start=600, end=660),), ())),
}


@pytest.mark.parametrize("policy", [VISIT_NORMS, SERVICE_STANDARD])
@pytest.mark.parametrize(
    ("named", "day"),
    [("weekday", dt.date(2026, 11, 25)), ("weekend", dt.date(2026, 11, 28))],
)
def test_002_contact_at_the_hour_the_client_named_weekday_or_weekend(
    policy: str, named: str, day: dt.date
) -> None:
    of = client(kind="prospect", since=dt.date(2026, 11, 23))
    who = contact("K2", preferred_hours=NAMED[named])
    (touch,) = calls(touches_of(book(of, contact("K1"), who), policy=policy))
    assert (touch.earliest, touch.until, touch.contact_ids) == (day, day, ("K2",))
    assert touch.named_hours == NAMED[named]
    # An account's preferred hours are a preference.
    account = calls(touches_of(book(client(), who)))
    assert account
    assert {one.named_hours for one in account} == {None}
    # So they are where the policy does not ask for it.
    rules = read_policy(policy)
    assert rules.prospect is not None
    asks_not = rules.prospect.model_copy(update={"named_hours": False})
    (any_hour,) = calls(
        touches_of(book(of, who), policy=rules.model_copy(update={"prospect": asks_not}))
    )
    assert any_hour.earliest == dt.date(2026, 11, 24)


def test_002_two_calls_a_week_at_the_hours_the_client_named() -> None:
    of = client(kind="prospect", since=dt.date(2026, 11, 16))
    days = (NAMED["weekday"].days[2],)
    both = WeeklyHours(days=((), *days, (), (), (), *days, ()))  # Tuesday and Saturday
    touches = calls(touches_of(book(of, contact("K1", preferred_hours=both), called("2026-11-17"))))
    assert sorted(touch.earliest for touch in touches) == [
        dt.date(2026, 11, 24),
        dt.date(2026, 11, 28),
    ]
    # One day a week holds one call: that the other has no day is said.
    once = contact("K1", preferred_hours=NAMED["weekend"])
    (touch,) = calls(touches_of(book(of, once, called("2026-11-17"))))
    assert "no working day is left" in said(touch)


@pytest.mark.parametrize("policy", [VISIT_NORMS, SERVICE_STANDARD])
def test_002_a_call_is_a_return_contact_and_then_two_calls_a_week_follow(policy: str) -> None:
    of = client(kind="prospect", since=dt.date(2026, 11, 16))
    returned = book(of, called("2026-11-17"))
    assert not due_of(returned, policy=policy).due
    both = sorted(calls(touches_of(returned, policy=policy)), key=lambda touch: touch.id)
    assert len(both) == 2
    assert both[0].until < both[1].earliest
    assert all(touch.met_by_visit for touch in both)


def test_002_a_message_is_no_return_contact() -> None:
    of = client(kind="prospect", since=dt.date(2026, 11, 16))
    told = book(of, seen("2026-11-17", channel=Channel.MESSAGE))
    assert one_due(due_of(told)).latest == dt.date(2026, 11, 18)


def test_002_a_late_return_contact_waits_for_no_visit_later_in_the_week() -> None:
    of = client(kind="prospect", since=dt.date(2026, 11, 16))
    (touch,) = calls(touches_of(book(of)))
    assert touch.met_by_visit == (MONDAY, MONDAY)
    assert touch.urgency > 1


def test_002_a_visit_in_a_prospects_week_is_one_of_the_two_contacts() -> None:
    of = client(kind="prospect", since=dt.date(2026, 11, 9))
    returned = book(of, called("2026-11-10"), seen("2026-11-23"))
    assert len(calls(touches_of(returned))) == 1


@pytest.mark.parametrize("policy", [VISIT_NORMS, SERVICE_STANDARD])
def test_002_a_core_client_is_written_to_every_half_month(policy: str) -> None:
    assert least(policy, "A", Channel.MESSAGE, half_month_of) >= 1
    assert not messages(touches_of(book(client(tier="B")), policy=VISIT_NORMS))  # no core client
    told = seen("2026-11-17", channel=Channel.MESSAGE)
    assert not messages(touches_of(book(client(), told), policy=VISIT_NORMS))  # this half-month's


def test_002_care_for_a_core_client_is_no_message_more_where_one_is_written_every_week() -> None:
    (touch,) = messages(touches_of(book(client())))
    assert "one message a week" in said(touch)
    assert "core client: one message every half-month" in said(touch)


# The machinery


def test_what_counts_is_that_the_client_was_reached() -> None:
    missed = called("2026-11-18", status=VisitStatus.NOT_MET)
    assert len(calls(touches_of(book(client(), missed)))) == 2


def test_two_touches_of_one_channel_never_fall_on_one_day() -> None:
    first, second = sorted(calls(touches_of(book(client()))), key=lambda touch: touch.id)
    assert first.until < second.earliest
    assert first.urgency >= second.urgency


def test_calls_for_which_no_working_day_is_left_are_named() -> None:
    # It works on Fridays only: one is left in the half-month.
    fridays = MANAGER.model_copy(update={"weekdays": (4,)})
    of = book(client(), managers=(fridays,))
    (touch,) = calls(touches_of(of, monday=dt.date(2026, 8, 10)))
    assert (touch.earliest, touch.until) == (dt.date(2026, 8, 14), dt.date(2026, 8, 14))
    assert "one more is asked for, but no working day is left" in said(touch)


def test_calls_do_not_settle_visits_nor_visits_calls() -> None:
    of = book(client(), called("2026-11-17"), called("2026-11-20"))
    assert not calls(touches_of(of))
    assert one_due(due_of(of, policy=SERVICE_STANDARD)).last_visit is None


def test_a_policy_file_says_how_often_and_what_counts(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(
        'extends = "service-standard"\n'
        '[[rules]]\ntiers = ["A", "B", "C"]\nevery = "week"\n'
        'calls = { at_least = 1, every = "month", also = ["visit"] }\n',
        encoding="utf-8",
    )
    ours = read_policy(str(file))
    (touch,) = calls(touches_of(book(client("C1", "C")), policy=ours))
    assert touch.met_by_visit is not None
    assert not calls(touches_of(book(client("C1", "C"), seen("2026-11-02")), policy=ours))


def test_minutes_follow_the_channel_and_the_number_of_persons() -> None:
    rules = Settings().touches
    assert touch_minutes(Channel.PHONE, 1, rules) == rules.call
    assert touch_minutes(Channel.MESSAGE, 4, rules) == rules.message + 3 * rules.per_extra_person
    assert touch_minutes(Channel.MESSAGE, 0, rules) == rules.message


# What has been recorded since

LAST = MONDAY + dt.timedelta(days=20)


def test_a_record_settles_the_touch_of_its_week() -> None:
    listed = messages(touches_of(book(client()), weeks=2))
    assert [touch.id for touch in listed] == ["C1:message", "C1:message#2"]
    later = book(client(), seen("2026-12-02", channel=Channel.MESSAGE))
    assert recorded(listed, later, LAST) == {"C1:message#2": dt.date(2026, 12, 2)}
    assert recorded(listed, later, dt.date(2026, 12, 1)) == {}


def test_a_record_settles_the_next_touch_of_its_channel() -> None:
    of = book(client(), called("2026-11-18"), contact("K1"))
    listed = touches_of(of, monday=dt.date(2026, 11, 16), weeks=2)
    assert [touch.id for touch in calls(listed)] == ["C1:phone"]
    after = book(client(), called("2026-11-18"), called("2026-11-24"), contact("K1"))
    assert recorded(listed, after, LAST) == {"C1:phone": dt.date(2026, 11, 24)}
    tried = book(client(), called("2026-11-24", status=VisitStatus.NOT_MET), contact("K1"))
    assert recorded(listed, tried, LAST) == {}
    written = book(client(), seen("2026-11-24", channel=Channel.MESSAGE), contact("K1"))
    assert set(recorded(listed, written, LAST)) == {"C1:message#2"}  # of that week


@pytest.mark.parametrize("channel", [Channel.RECEPTION, Channel.EMAIL])
def test_a_contact_that_counts_settles_a_call(channel: Channel) -> None:
    listed = touches_of(book(client()))
    assert set(recorded(listed, book(client(), seen("2026-11-24", channel=channel)), LAST)) == {
        "C1:phone"
    }
    assert (
        recorded(listed, book(client(), seen("2026-11-24")), LAST) == {}
    )  # visits have their own line


def test_a_record_that_settled_one_touch_settles_no_other() -> None:
    listed = touches_of(book(client()), weeks=2)
    assert len(calls(listed)) >= 2
    after = book(client(), called("2026-11-23"))
    made = recorded(listed, after, LAST)
    left = noted(tuple(touch for touch in listed if touch.id not in made), listed, made)
    assert recorded(left, after, LAST) == {}
    assert {touch.last for touch in calls(left)} == {MONDAY}
    again = book(client(), called("2026-11-23"), called("2026-11-27"))
    assert list(recorded(left, again, LAST).values()) == [dt.date(2026, 11, 27)]


@given(
    st.lists(
        st.tuples(
            st.dates(dt.date(2026, 9, 1), dt.date(2026, 12, 20)),
            st.sampled_from(Channel),
            st.sampled_from(VisitStatus),
        ),
        max_size=12,
    ),
    st.sampled_from("ABC"),
    st.sampled_from(ClientKind),
    st.sampled_from((VISIT_NORMS, SERVICE_STANDARD)),
    st.sampled_from(Reading),
    st.integers(1, 3),
)
@settings(max_examples=150, deadline=None)
def test_what_is_listed_is_not_recorded_yet(
    rows: list[tuple[dt.date, Channel, VisitStatus]],
    tier: str,
    kind: ClientKind,
    policy: str,
    reading: Reading,
    weeks: int,
) -> None:
    records = [seen(str(day), channel=channel, status=status) for day, channel, status in rows]
    of = book(client(tier=tier, kind=kind, since=dt.date(2026, 11, 19)), *records)
    last = MONDAY + dt.timedelta(days=7 * weeks - 1)
    rules = read_policy(policy).model_copy(update={"reading": reading})
    assert recorded(touches_of(of, policy=rules, weeks=weeks), of, last) == {}


def test_a_call_goes_to_somebody_who_can_be_called_on_its_days() -> None:
    weekend = WeeklyHours(days=((),) * 5 + ((TimeWindow(start=600, end=660),),) * 2)
    away = contact("K1", hours=weekend)  # longest without word, but never there on a working day
    there = contact("K2")
    (call,) = calls(
        touches_of(book(client(), away, there, called("2026-11-17", contact_ids=("K2",))))
    )
    assert call.contact_ids == ("K2",)


def test_the_order_of_the_rows_changes_nothing() -> None:
    rows: list[Client | VisitRecord] = [client(f"C{number}") for number in range(4)]
    rows += [called("2026-11-17", client_id="C2")]
    assert touches_of(book(*rows)) == touches_of(book(*reversed(rows)))
