"""What holds for every book."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.models import (
    Book,
    Client,
    ClientKind,
    KeyDate,
    Manager,
    MustVisit,
    MustVisitReason,
    Rigidity,
    Tier,
    VisitStatus,
)
from routeplan.due.models import DueKind, DueList, DueVisit
from routeplan.due.policy import Policy, Reading, policy_names, read_policy
from routeplan.language import Texts
from routeplan.values import Closure
from tests.due.example_book import booked, client, contact, due_of, seen, words

MONDAYS = st.dates(dt.date(2026, 1, 5), dt.date(2027, 12, 20)).map(
    lambda day: day - dt.timedelta(days=day.weekday())
)
POLICIES = st.builds(
    lambda name, reading: read_policy(name).model_copy(update={"reading": reading}),
    st.sampled_from(policy_names()),
    st.sampled_from(Reading),
)


@st.composite
def books(draw: st.DrawFn, monday: dt.date) -> Book:
    near = st.integers(-120, 40).map(lambda days: monday + dt.timedelta(days=days))
    managers = tuple(
        Manager(
            id=key,
            name=key,
            weekdays=draw(st.sampled_from([(0, 1, 2, 3, 4), (0, 1, 2, 3, 4, 5), (2,)])),
            leave=tuple(
                Closure(first=first, last=first + dt.timedelta(days=draw(st.integers(0, 9))))
                for first in draw(st.lists(near, max_size=1))
            ),
        )
        for key in ("M1", "M2")
    )
    clients: list[Client] = []
    visits, appointments, contacts = [], [], []
    for number in range(draw(st.integers(1, 3))):
        key = f"C{number}"
        fields: dict[str, Any] = {
            "listed": draw(st.booleans()),
            "kind": draw(st.sampled_from(ClientKind)),
            "manager_id": draw(st.sampled_from(["M1", "M2"])),
            "interval_days": draw(st.none() | st.integers(1, 60)),
            "since": draw(st.none() | near),
        }
        if draw(st.booleans()):
            fields["must_visit"] = MustVisit(
                reason=draw(st.sampled_from(MustVisitReason)),
                since=draw(st.none() | near),
                by=draw(st.none() | near),
            )
        if draw(st.booleans()):
            date = draw(near)
            fields["key_dates"] = (KeyDate(name="k", month=date.month, day=date.day),)
        clients.append(client(key, draw(st.sampled_from(Tier)).value, **fields))
        for date in draw(st.lists(near, max_size=4, unique=True)):
            status = draw(st.sampled_from(VisitStatus))
            visits.append(seen(date.isoformat(), key, status=status))
        for date in draw(st.lists(near, max_size=2, unique=True)):
            rigidity = draw(st.sampled_from(Rigidity))
            appointments.append(booked(date.isoformat(), key, rigidity=rigidity))
        date = draw(near)
        birthday = KeyDate(name="b", month=date.month, day=date.day)
        contacts.append(contact(f"K{number}", key, birthday=draw(st.none() | st.just(birthday))))
    return Book(
        managers=managers,
        clients=tuple(clients),
        contacts=tuple(contacts),
        visits=tuple(visits),
        appointments=tuple(appointments),
    )


@st.composite
def due_lists(draw: st.DrawFn) -> tuple[Book, DueList]:
    monday = draw(MONDAYS)
    of = draw(books(monday))
    left_over = draw(st.sets(st.sampled_from(["C0", "C1"])))
    options: dict[str, Any] = {
        "policy": draw(POLICIES),
        "monday": monday,
        "weeks": draw(st.integers(1, 5)),
        "left_over": dict.fromkeys(left_over, ()),
    }
    return of, due_of(of, **options)


def by_client(due: DueList) -> dict[str, list[DueVisit]]:
    found: dict[str, list[DueVisit]] = {}
    for visit in sorted(due.due, key=lambda visit: visit.sequence):
        found.setdefault(visit.client_id, []).append(visit)
    return found


@given(due_lists())
@settings(max_examples=60, deadline=None)
def test_every_client_is_due_or_not_and_says_why(made: tuple[Book, DueList]) -> None:
    of, due = made
    assert {visit.client_id for visit in due.due} | {each.client_id for each in due.not_due} == set(
        of.client_by_id
    )
    assert not {visit.client_id for visit in due.due} & {each.client_id for each in due.not_due}
    ids = Counter(visit.id for visit in due.due)
    assert set(ids.values()) <= {1}
    for language in ("en", "zh"):
        for visit in due.due:
            assert words(visit, language)
        for not_due in due.not_due:
            assert words(not_due, language)
            if not_due.next_due is not None:
                assert not_due.next_due >= due.horizon.first
        for note in due.notes:
            assert Texts(language).render(note)


@given(due_lists())
@settings(max_examples=60, deadline=None)
def test_days_worth_and_urgency_are_in_order(made: tuple[Book, DueList]) -> None:
    _, due = made
    horizon = due.horizon
    for visit in due.due:
        assert horizon.first <= visit.earliest <= visit.until <= horizon.last
        assert visit.due <= visit.latest
        assert 0 <= visit.urgency <= 2
        assert visit.worth == sum(term.worth for term in visit.worth_terms) > 0
        assert visit.required == any(
            reason.kind in (DueKind.APPOINTMENT, DueKind.MUST_VISIT) for reason in visit.reasons
        )
    order = [(-visit.urgency, -visit.worth, visit.id) for visit in due.due]
    assert order == sorted(order)


@given(due_lists())
@settings(max_examples=80, deadline=None)
def test_the_visits_of_a_client_can_all_keep_their_gaps(made: tuple[Book, DueList]) -> None:
    of, due = made
    for client_id, visits in by_client(due).items():
        assert [visit.sequence for visit in visits] == list(range(1, len(visits) + 1))
        last = max(
            (
                record.date
                for record in of.visits_of.get(client_id, ())
                if record.status is VisitStatus.DONE and record.date <= due.horizon.last
            ),
            default=None,
        )
        for visit in visits:
            if last is not None and not visit.required:
                assert (visit.earliest - last).days >= visit.min_gap_days
            last = visit.earliest if last is None else max(visit.earliest, last)
        for before, after in itertools.pairwise(visits):
            assert before.earliest + dt.timedelta(days=after.min_gap_days) <= after.until


@given(due_lists())
@settings(max_examples=50, deadline=None)
def test_every_open_appointment_in_the_horizon_is_a_required_visit(
    made: tuple[Book, DueList],
) -> None:
    of, due = made
    kept = Counter(visit.appointment_id for visit in due.due if visit.appointment_id)
    assert set(kept.values()) <= {1}
    for agreed in of.appointments:
        records = of.visits_of.get(agreed.client_id, ())
        inside = due.horizon.first <= agreed.date <= due.horizon.last
        if inside and not records:
            assert kept[agreed.id] == 1
        if not inside:
            assert kept[agreed.id] == 0


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_books_rows_changes_nothing(data: st.DataObject) -> None:
    monday = data.draw(MONDAYS)
    of = data.draw(books(monday))
    policy: Policy = data.draw(POLICIES)
    shuffled = Book(
        managers=tuple(data.draw(st.permutations(of.managers))),
        clients=tuple(data.draw(st.permutations(of.clients))),
        contacts=tuple(data.draw(st.permutations(of.contacts))),
        visits=tuple(data.draw(st.permutations(of.visits))),
        appointments=tuple(data.draw(st.permutations(of.appointments))),
    )
    options: dict[str, Any] = {"policy": policy, "monday": monday, "weeks": 3}
    assert due_of(shuffled, **options) == due_of(of, **options)
