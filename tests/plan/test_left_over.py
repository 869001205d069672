"""What an earlier plan hands on, by what the records say and how far they have come."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.book.models import Book, Channel, Tier, VisitRecord
from routeplan.language import message
from routeplan.plan.left_over import expected_records, left_over_clients
from routeplan.plan.plan import PlannedTouch, TouchPlace
from routeplan.values import TimeWindow
from tests.examples import MONDAY, tiny_book
from tests.plan.examples import tiny_plan

NEXT = MONDAY + dt.timedelta(days=7)
SLOTS = sorted(
    (day.date, visit.talk.start, visit.client_id)
    for day, visit in tiny_plan().visits
    if day.manager_id == "M1"
)


def book(*records: VisitRecord) -> Book:
    return tiny_book().model_copy(update={"visits": records})


def record(at: int, status: str = "done", *, hour: bool = True, days: int = 0) -> VisitRecord:
    """Of one of the planned visits of M1."""
    date, start, client_id = SLOTS[at]
    return VisitRecord.model_validate(
        {
            "client_id": client_id,
            "manager_id": "M1",
            "date": date + dt.timedelta(days=days),
            "status": status,
            "start": start if hour else None,
        }
    )


def handed_on(made: Book) -> tuple[set[str], set[str]]:
    """Of M1's planned visits: left over, and taken as made."""
    own = {client_id for _, _, client_id in SLOTS}
    left = set(left_over_clients(tiny_plan(), made, before=NEXT)) & own
    made_of = {one.client_id for one in expected_records(tiny_plan(), made, before=NEXT)} & own
    return left, made_of


def test_m1_has_visits_to_tell_apart() -> None:
    assert len(SLOTS) >= 2


def test_without_records_all_are_taken_as_made() -> None:
    assert handed_on(book()) == (set(), {one for _, _, one in SLOTS})


def test_what_is_later_than_the_last_record_is_still_to_be_told() -> None:
    (_, _, first), *rest = SLOTS
    left, expected = handed_on(book(record(0)))
    assert first not in left | expected
    assert expected == {one for _, _, one in rest}


def test_what_the_records_have_gone_past_is_left_over() -> None:
    *before, (_, _, last) = SLOTS
    left, expected = handed_on(book(record(-1)))
    assert left == {one for _, _, one in before}
    assert last not in left | expected


def test_a_record_without_an_hour_tells_of_the_whole_day() -> None:
    day = SLOTS[0][0]
    left, _ = handed_on(book(record(0, hour=False)))
    assert left == {one for date, _, one in SLOTS[1:] if date == day}


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_what_is_called_off_ahead_is_left_over_and_says_nothing_of_the_days_before(
    status: str,
) -> None:
    *before, (_, _, last) = SLOTS
    assert handed_on(book(record(-1, status))) == ({last}, {one for _, _, one in before})


def test_who_was_not_met_is_left_over_until_visited() -> None:
    (_, _, first), *_ = SLOTS
    assert first in handed_on(book(record(0, "not_met")))[0]
    assert first not in handed_on(book(record(0, "not_met"), record(0, days=1)))[0]


def test_calls_and_messages_are_taken_as_made_by_their_own_records() -> None:
    laid = PlannedTouch(
        touch_id="C1:phone",
        client_id="C1",
        client_name="",
        tier=Tier.A,
        channel=Channel.PHONE,
        persons=(),
        time=TimeWindow(start=600, end=610),
        place=TouchPlace.DESK,
        reasons=(message("touch.never"),),
        latest=NEXT,
    )
    other = laid.model_copy(update={"touch_id": "C2:phone", "client_id": "C2"})
    days = tuple(
        day.model_copy(update={"touches": (laid, other)})
        if (day.manager_id, day.date) == ("M1", MONDAY)
        else day
        for day in tiny_plan().days
    )
    plan = tiny_plan().model_copy(update={"days": days})

    def expected(*records: VisitRecord) -> list[str]:
        found = expected_records(plan, book(*records), before=NEXT)
        return [one.client_id for one in found if one.channel is Channel.PHONE]

    assert expected() == ["C1", "C2"]
    assert expected(record(-1)) == ["C1", "C2"]  # a visit's record says nothing of calls
    call = record(0).model_copy(
        update={"client_id": "C1", "channel": Channel.PHONE, "date": MONDAY, "start": 600}
    )
    assert expected(call) == []  # C2's is not later
    assert expected(call.model_copy(update={"start": 590})) == ["C2"]
    assert expected_records(plan, book(), before=MONDAY) == ()
