"""Adjustments that cannot be meant are all named; those that can are read and written back."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from routeplan.config import Settings
from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.problem.adjust import (
    Adjustment,
    AllowDayEnd,
    AllowTalk,
    AllowVisits,
    Drop,
    EnoughPersons,
    Must,
    OpenAt,
    TalkFor,
    parse_adjustment,
)
from routeplan.problem.wishes import check_adjustments, collect_wishes
from routeplan.values import TimeWindow
from routeplan.workdays import WorkCalendar
from tests.examples import MONDAY, tiny_book, tiny_due, window

SATURDAY = MONDAY + dt.timedelta(days=5)
NEXT_WEEK = MONDAY + dt.timedelta(days=7)


def check(*adjustments: Adjustment, managers: int = 2, replanning: bool = False) -> None:
    book = tiny_book()
    due = tiny_due()
    due = due.model_copy(update={"due": due.due[:-1]})  # C4 is not due
    check_adjustments(
        adjustments,
        book,
        book.managers[:managers],
        due,
        Settings(),
        WorkCalendar(),
        replanning=replanning,
    )


def test_every_kind_of_adjustment_can_be_meant() -> None:
    check(
        Must(client_id="C1"),
        Drop(client_id="C2"),
        Drop(client_id="C4"),
        AllowDayEnd(manager_id="M1", date=MONDAY, end=1100),
        AllowTalk(manager_id="M2", date=MONDAY, minutes=400),
        AllowVisits(manager_id="M1", date=MONDAY, visits=9),
        OpenAt(client_id="C3", date=MONDAY, hours=window("9:00", "10:00")),
        TalkFor(client_id="C3", minutes=20),
        EnoughPersons(client_id="C3", persons=2),
    )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (AllowDayEnd(manager_id="M9", date=MONDAY, end=1100), "not planned for"),
        (AllowTalk(manager_id="M9", date=MONDAY, minutes=1), "not planned for"),
        (AllowVisits(manager_id="M1", date=SATURDAY, visits=9), "does not work"),
        (AllowVisits(manager_id="M1", date=NEXT_WEEK, visits=9), "outside the weeks"),
        (AllowDayEnd(manager_id="M1", date=MONDAY, end=510), "before it starts"),
        (OpenAt(client_id="C1", date=NEXT_WEEK, hours=window("9:00", "10:00")), "outside"),
        (OpenAt(client_id="C9", date=MONDAY, hours=window("9:00", "10:00")), "not in the book"),
        (TalkFor(client_id="C9", minutes=20), "not in the book"),
        (EnoughPersons(client_id="C9", persons=2), "not in the book"),
        (Must(client_id="C9"), "not in the book"),
        (Drop(client_id="C9"), "not in the book"),
        (Must(client_id="C4"), "not due"),
    ],
)
def test_one_that_could_do_nothing_is_refused(wrong: Adjustment, why: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(wrong)
    assert caught.value.code == "RP4011"
    assert str(wrong) in str(caught.value)
    assert why in str(caught.value)
    assert str(wrong) in Texts("zh").render(caught.value.message)


def test_all_that_are_wrong_are_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        check(
            Must(client_id="C9"),
            TalkFor(client_id="C1", minutes=20),
            AllowTalk(manager_id="M9", date=MONDAY, minutes=1),
            Must(client_id="C1"),
            Drop(client_id="C1"),
        )
    text = str(caught.value)
    for part in ("must:C9", "talk-cap:M9", "C1 is both to be visited and to be left out"):
        assert part in text
    assert "talk:C1" not in text


def test_a_manager_who_is_not_planned_for_cannot_be_adjusted() -> None:
    cap = AllowVisits(manager_id="M2", date=MONDAY, visits=9)
    check(cap)
    with pytest.raises(UsageError, match="not planned for"):
        check(cap, managers=1)


def test_in_a_re_plan_a_client_may_have_been_visited_already() -> None:
    check(Must(client_id="C4"), replanning=True)


def test_hours_asked_for_add_up_and_of_other_wishes_the_later_counts() -> None:
    early, late = window("7:00", "8:00"), window("19:00", "20:00")
    wishes = collect_wishes(
        [
            OpenAt(client_id="C1", date=MONDAY, hours=early),
            OpenAt(client_id="C1", date=MONDAY, hours=late),
            TalkFor(client_id="C1", minutes=20),
            TalkFor(client_id="C1", minutes=25),
            EnoughPersons(client_id="C1", persons=1),
            EnoughPersons(client_id="C1", persons=2),
        ]
    )
    assert wishes.open_at == {"C1": {MONDAY: (early, late)}}
    assert wishes.talk == {"C1": 25}
    assert wishes.persons == {"C1": 2}


ids = st.text("ABCxyz0129客户-_.:", min_size=1, max_size=8)
dates = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))
clocks = st.integers(0, 1440)
spans = (
    st.tuples(clocks, clocks)
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: TimeWindow(start=pair[0], end=pair[1]))
)
adjustments: st.SearchStrategy[Adjustment] = st.one_of(
    st.builds(Must, client_id=ids),
    st.builds(Drop, client_id=ids),
    st.builds(AllowDayEnd, manager_id=ids, date=dates, end=clocks),
    st.builds(AllowTalk, manager_id=ids, date=dates, minutes=clocks),
    st.builds(AllowVisits, manager_id=ids, date=dates, visits=st.integers(0, 50)),
    st.builds(OpenAt, client_id=ids, date=dates, hours=spans),
    st.builds(TalkFor, client_id=ids, minutes=st.integers(1, 600)),
    st.builds(EnoughPersons, client_id=ids, persons=st.integers(1, 20)),
)


@given(adjustments)
def test_the_text_form_and_json_are_read_back(adjustment: Adjustment) -> None:
    assert parse_adjustment(str(adjustment)) == adjustment
    adapter: TypeAdapter[Adjustment] = TypeAdapter(Adjustment)
    assert adapter.validate_json(adapter.dump_json(adjustment)) == adjustment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "must",
        "must:",
        "visit:C1",
        "talk:C1=0",
        "talk:C1=x",
        "persons:C1=0",
        "persons:C1",
        "talk-cap:M1=300",
        "visit-cap:M1@2026-13-01=3",
        "day-end:M1@2026-11-24=25:00",
        "open:C1@2026-11-24=12:00-09:00",
    ],
)
def test_a_text_that_is_no_adjustment_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_adjustment(text)
    assert caught.value.code == "RP4001"
    assert "must:C017" in str(caught.value)
