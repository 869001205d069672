"""Coverage by hand-worked examples, and laws that hold for any records."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import (
    Appointment,
    Book,
    Client,
    ClientKind,
    Contact,
    Manager,
    Rigidity,
    Site,
    Tier,
    VisitRecord,
    VisitStatus,
)
from routeplan.config import Settings
from routeplan.due.coverage import PERIODS, Counts, Coverage, DutyState, Planned, coverage
from routeplan.due.policy import Cycle, Policy, read_policy
from routeplan.values import Closure
from routeplan.workdays import WorkCalendar, quarter_of
from tests.examples import hours, window

HALF, MONTH, QUARTER = PERIODS
NORMS, STANDARD = read_policy("visit-norms"), read_policy("service-standard")
INTERVAL = NORMS.model_copy(update={"reading": "interval"})


def day(number: int, month: int = 11) -> dt.date:
    return dt.date(2026, month, number)


def client(**changes: object) -> Client:
    fields: dict[str, object] = {"id": "C1", "name": "甲", "tier": Tier.B, "manager_id": "M1"}
    return Client.model_validate(
        fields | {"sites": (Site(hours=hours(window("9:00", "17:00"))),)} | changes
    )


def record(date: dt.date, status: str = "done", **changes: object) -> VisitRecord:
    fields: dict[str, object] = {"client_id": "C1", "manager_id": "M1", "date": date}
    return VisitRecord.model_validate(fields | {"status": status} | changes)


def book(*visits: VisitRecord, who: Client | None = None, **changes: object) -> Book:
    # An older record, so that records do not begin in the period.
    old = record(dt.date(2026, 3, 2), client_id="C0")
    clients = (client(id="C0", tier=Tier.C, listed=False), who or client())
    made = Book(
        managers=(Manager(id="M1", name="王"), Manager(id="M2", name="李")),
        clients=clients,
        visits=(old, *visits),
    )
    return made.model_copy(update=changes)


def report(
    made: Book,
    on: dt.date,
    cycle: Cycle = HALF,
    policy: Policy = NORMS,
    planned: Sequence[Planned] = (),
) -> Coverage:
    return coverage(made, policy, Settings(), WorkCalendar(), cycle=cycle, day=on, planned=planned)


def states(found: Coverage) -> list[str]:
    return [f"{one.last.day} {one.state.value}" for one in found.duties]


# --- worked by hand -------------------------------------------------------------------------------


def test_the_example_of_the_manual() -> None:
    seen = book(record(day(17)))
    plan = [Planned("C1", day(24))]
    assert states(report(seen, day(20), planned=plan)) == ["22 done", "29 planned"]
    assert states(report(book(), day(20))) == ["22 at_risk", "29 open"]
    assert states(report(book(), day(23))) == ["22 missed", "29 open"]
    assert report(seen, day(20)).total == Counts(required=2, done=1, open=1, visits=1)


def test_a_second_visit_in_a_week_counts_as_a_visit_only() -> None:
    found = report(book(record(day(17)), record(day(19))), day(30))
    assert states(found) == ["22 done", "29 missed"]
    assert found.total.visits == 2


def test_two_records_of_a_day_are_one_visit() -> None:
    found = report(book(record(day(17)), record(day(17), note="again")), day(20))
    assert (found.total.done, found.total.visits) == (1, 1)


@pytest.mark.parametrize("status", ["not_met", "cancelled", "postponed"])
def test_what_was_no_visit_meets_nothing(status: str) -> None:
    found = report(book(record(day(17), status)), day(23))
    assert states(found)[0] == "22 missed"
    assert found.total.visits == 0


def test_a_call_is_no_visit() -> None:
    assert report(book(record(day(17), channel="phone")), day(23)).total.done == 0


def test_moved_to_the_next_period_it_counts_there() -> None:
    put_off = record(day(27), "postponed", postponed_to=day(2, 12))
    made = book(put_off, record(day(2, 12)))
    november = report(made, day(30))
    assert (november.total.moved, states(november)) == (1, ["22 missed", "29 missed"])
    december = report(made, day(14, 12))
    assert states(december) == ["6 done", "13 missed"]


def test_a_visit_made_up_for_late_does_not_heal_the_week_before() -> None:
    assert states(report(book(record(day(23))), day(30))) == ["22 missed", "29 done"]


def test_records_of_later_days_are_not_known_yet() -> None:
    made = book(record(day(18)))
    assert states(report(made, day(17)))[0] == "22 open"
    assert states(report(made, day(18)))[0] == "22 done"


def test_service_standard_by_half_month_month_and_quarter() -> None:
    a, b, c = (client(tier=tier) for tier in (Tier.A, Tier.B, Tier.C))
    for who, cycle, required in (
        (a, HALF, 1),
        (a, MONTH, 2),
        (a, QUARTER, 6),
        (b, HALF, 1),  # the month ends in it
        (b, MONTH, 1),
        (b, QUARTER, 3),
        (c, MONTH, 0),  # the quarter ends in December
        (c, QUARTER, 1),
    ):
        found = report(book(who=who), day(20), cycle, STANDARD)
        of_client = [one for one in found.duties if one.client_id == who.id]
        assert len(of_client) == required, (who.tier, cycle)


def test_few_key_persons_are_said() -> None:
    people = tuple(Contact(id=f"P{n}", client_id="C1", name=str(n)) for n in range(3))
    for met, few in (((), 0), (("P0",), 1), (("P0", "P1", "P2"), 0)):
        made = book(record(day(17), contact_ids=met), who=client(tier=Tier.A), contacts=people)
        assert report(made, day(20), HALF, STANDARD).total.few_persons == few


def test_at_most_so_many_days_apart() -> None:
    who = client(interval_days=10)
    # Seen on the 2nd: by the 12th; seen on the 12th: by the 22nd, then by 2 December.
    found = report(book(record(day(2)), record(day(12)), who=who), day(23), MONTH)
    assert states(found) == ["11 done", "12 done", "22 missed"]
    assert report(book(record(day(2)), record(day(12)), who=who), day(23)).total.missed == 1


def test_a_visit_too_soon_moves_the_deadline_and_meets_nothing() -> None:
    who = client(interval_days=10, since=day(1))
    found = report(book(record(day(9)), record(day(12)), who=who), day(23), MONTH)
    assert states(found) == ["11 done", "22 missed"]


def test_a_prospect_wants_its_first_return() -> None:
    who = client(kind=ClientKind.PROSPECT, since=day(18))
    assert states(report(book(who=who), day(19))) == ["20 open"]
    assert states(report(book(who=who), day(20))) == ["20 at_risk"]
    assert states(report(book(record(day(20)), who=who), day(20))) == ["20 done"]
    assert states(report(book(record(day(23)), who=who), day(23))) == ["20 missed"]
    assert report(book(who=who), day(19)).tiers[-1].key == "prospect"


def test_nothing_is_asked_for_before_the_client_was_signed() -> None:
    found = report(book(who=client(since=day(23))), day(30))
    assert [one.last for one in found.duties] == [day(29)]


def test_a_festival_week_asks_for_nothing() -> None:
    found = report(book(), dt.date(2026, 2, 20))
    assert dt.date(2026, 2, 22) not in [one.last for one in found.duties]


def test_days_left_heed_leave_and_backups() -> None:
    away = Manager(id="M1", name="王", leave=(Closure(first=day(16), last=day(27)),))
    made = book()
    made = made.model_copy(update={"managers": (away, made.managers[1])})
    assert report(made, day(17)).duties[0].days_left == 0
    assert states(report(made, day(17)))[0] == "22 at_risk"
    helped = made.model_copy(update={"clients": (made.clients[0], client(backup_ids=("M2",)))})
    assert report(helped, day(17)).duties[0].days_left == 4
    (row,) = [one for one in report(made, day(17)).managers if one.key == "M1"]
    assert row.days_left == 1


def test_an_appointment_is_planned_until_its_record_comes() -> None:
    booked = Appointment(id="T", client_id="C1", date=day(19), rigidity=Rigidity.DAY)
    made = book(appointments=(booked,))
    assert states(report(made, day(18)))[0] == "22 planned"
    missed = book(record(day(19), "cancelled"), appointments=(booked,))
    assert states(report(missed, day(19)))[0] == "22 at_risk"


def test_what_is_not_known_is_said() -> None:
    plan = [Planned("C1", day(18))]
    found = report(book(), day(20), planned=plan)
    assert [one.key for one in found.notes] == ["coverage.note_unrecorded"]
    assert [one.key for one in report(book(record(day(18))), day(20), planned=plan).notes] == []
    fresh = book().model_copy(update={"visits": (record(day(18)),)})
    assert [one.key for one in report(fresh, day(20)).notes] == ["coverage.note_begin"]
    assert report(book(visits=()), day(20)).notes[0].key == "coverage.note_no_records"


def test_a_week_is_no_period_of_reports() -> None:
    with pytest.raises(ValueError, match="week"):
        report(book(), day(20), Cycle.WEEK)


def test_only_the_managers_asked_for() -> None:
    found = coverage(
        *(book(), NORMS, Settings(), WorkCalendar()),
        cycle=HALF,
        day=day(20),
        manager_ids=("M2",),
    )
    assert found.total == Counts()


# --- laws -----------------------------------------------------------------------------------------

DATES = st.dates(dt.date(2026, 9, 20), dt.date(2027, 1, 10))
RECORDS = st.lists(
    st.builds(
        record,
        DATES,
        st.sampled_from([status.value for status in VisitStatus]),
        client_id=st.sampled_from(("C1", "C2", "C3")),
    ),
    max_size=25,
)
CLIENTS = st.tuples(
    *(
        st.builds(
            client,
            id=st.just(name),
            tier=st.sampled_from(Tier),
            listed=st.booleans(),
            kind=st.sampled_from(ClientKind),
            interval_days=st.sampled_from((None, None, 5, 12, 40)),
            since=st.none() | DATES,
            manager_id=st.sampled_from(("M1", "M2")),
        )
        for name in ("C1", "C2", "C3")
    )
)
BOOKS = st.builds(
    lambda clients, records: book(*records, clients=(*clients, client(id="C0", tier=Tier.C))),
    CLIENTS,
    RECORDS,
)
POLICIES = st.sampled_from((NORMS, STANDARD, INTERVAL))
PLANNED = st.lists(st.builds(Planned, st.sampled_from(("C1", "C2")), DATES), max_size=8)


@settings(max_examples=60, deadline=None)
@given(made=BOOKS, policy=POLICIES, on=DATES, planned=PLANNED, cycle=st.sampled_from(PERIODS))
def test_figures_agree(
    made: Book, policy: Policy, on: dt.date, planned: list[Planned], cycle: Cycle
) -> None:
    found = report(made, on, cycle, policy, planned)
    for rows in (found.tiers, found.managers, found.clients):
        assert sum((row.counts for row in rows), Counts()) == found.total
    for row in (*found.tiers, *found.managers, *found.clients):
        counts = row.counts
        parts = (counts.done, counts.planned, counts.open, counts.at_risk, counts.missed)
        assert counts.required == sum(parts)
    assert found.total.required == len(found.duties)
    said = {
        (one.client_id, one.date)
        for one in made.visits
        if one.status is VisitStatus.DONE and one.date <= on
    }
    met = [(one.client_id, one.day) for one in found.duties if one.state is DutyState.DONE]
    assert set(met) <= said
    ahead = {(one.client_id, one.date) for one in planned}
    for duty in found.duties:
        assert duty.last in found.period
        if duty.day:
            assert duty.first <= duty.day <= duty.last
        if duty.state is DutyState.PLANNED:
            assert (duty.client_id, duty.day) in ahead
        assert (duty.state is DutyState.MISSED) <= (duty.last < on)


@settings(max_examples=40, deadline=None)
@given(made=BOOKS, policy=POLICIES, on=DATES)
def test_half_months_add_up_to_months_and_months_to_quarters(
    made: Book, policy: Policy, on: dt.date
) -> None:
    def required(cycle: Cycle, inside: dt.date) -> set[tuple[str, dt.date, dt.date]]:
        # What is asked for depends on the day known of by records only: compare on its last day.
        until = made.model_copy(
            update={"visits": tuple(one for one in made.visits if one.date <= on)}
        )
        found = report(until, cycle.period_of(inside).last, cycle, policy)
        return {(one.client_id, one.first, one.last) for one in found.duties}

    whole = quarter_of(on)
    days = [whole.first + dt.timedelta(days=number) for number in range(whole.days)]
    for cycle in (HALF, MONTH):
        firsts = [group[0] for _, group in _grouped(days, cycle)]
        parts = [required(cycle, first) for first in firsts]
        assert set().union(*parts) == required(QUARTER, on)
        assert sum(map(len, parts)) == len(required(QUARTER, on))


def _grouped(days: Sequence[dt.date], cycle: Cycle) -> list[tuple[dt.date, list[dt.date]]]:
    groups = itertools.groupby(days, key=lambda one: cycle.period_of(one).first)
    return [(first, list(group)) for first, group in groups]


@settings(max_examples=40, deadline=None)
@given(made=BOOKS, policy=st.sampled_from((NORMS, STANDARD)), on=DATES, extra=DATES)
def test_one_more_visit_never_lowers_what_is_done(
    made: Book, policy: Policy, on: dt.date, extra: dt.date
) -> None:
    more = made.model_copy(update={"visits": (*made.visits, record(extra))})
    plain = [one.interval_days is None and one.kind is ClientKind.ACCOUNT for one in made.clients]
    before, after = report(made, on, MONTH, policy), report(more, on, MONTH, policy)
    assert after.total.visits >= before.total.visits
    if all(plain):
        assert after.total.done >= before.total.done
