"""What is left of a manager's day: leave, clock, wishes, lunch and limits."""

from __future__ import annotations

import datetime as dt

import pytest

from routeplan.book.models import Anchor, Manager
from routeplan.config import LunchSettings, Settings
from routeplan.problem.adjust import Adjustment, AllowDayEnd, AllowTalk, AllowVisits
from routeplan.problem.problem import Lunch
from routeplan.problem.progress import UnderWay
from routeplan.problem.shifts import WorkingDay, working_days
from routeplan.problem.wishes import collect_wishes
from routeplan.values import Closure
from routeplan.workdays import WorkCalendar
from tests.examples import MONDAY, OFFICE, tiny_book, window

DAYS = [MONDAY + dt.timedelta(days=day) for day in range(7)]
M1, M2 = tiny_book().managers
CLIENT = OFFICE.model_copy(update={"lat": 39.95})


def at(text: str, day: dt.date = MONDAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(text))


def days_of(
    manager: Manager = M1,
    *adjustments: Adjustment,
    now: dt.datetime | None = None,
    under_way: UnderWay | None = None,
    settings: Settings | None = None,
) -> tuple[WorkingDay, ...]:
    return working_days(
        [manager],
        DAYS,
        settings or Settings(),
        WorkCalendar(),
        collect_wishes(adjustments),
        under_way=[under_way] if under_way else [],
        now=now,
    )


def monday_of(manager: Manager = M1, **changes: object) -> WorkingDay:
    return days_of(manager.model_copy(update=changes))[0]


def hours_of(day: WorkingDay) -> list[str]:
    return [str(piece) for piece in day.shift.pieces]


def progress(ready: int, **more: object) -> UnderWay:
    fields = {"manager_id": "M1", "date": MONDAY, "point": CLIENT, "name": "C1", "ready": ready}
    return UnderWay.model_validate(fields | more)


def test_there_is_a_shift_for_each_working_day() -> None:
    assert [day.shift.date for day in days_of()] == DAYS[:5]
    assert {str(day.shift.pieces[0]) for day in days_of()} == {"08:30-18:00"}
    days_off = M1.model_copy(update={"leave": (Closure(first=DAYS[0], last=DAYS[2]),)})
    assert [day.shift.date for day in days_of(days_off)] == DAYS[3:5]


def test_a_managers_own_shift_and_limits_go_before_the_settings() -> None:
    theirs, usual = days_of(M2)[0], days_of(M1)[0]
    assert (hours_of(theirs), theirs.max_visits, theirs.max_talk) == (["09:00-17:00"], 3, 120)
    assert (hours_of(usual), usual.max_visits, usual.max_talk) == (["08:30-18:00"], 8, 330)
    assert monday_of(max_talk_minutes=0).max_talk == 0


def test_a_day_starts_and_ends_at_the_managers_anchors() -> None:
    assert (days_of(M1)[0].start_point, days_of(M1)[0].end_point) == (OFFICE, OFFICE)
    assert (days_of(M2)[0].start_point, days_of(M2)[0].end_point) == (M2.home, None)
    assert monday_of(start=Anchor.HOME).start_point is None


# Lunch


def test_lunch_is_in_a_shift_that_spans_its_window() -> None:
    assert monday_of().lunch == Lunch(earliest=720, latest=810, minutes=60)
    assert monday_of(shift=window("12:00", "13:30")).lunch is not None


@pytest.mark.parametrize("shift", [("8:30", "13:29"), ("12:01", "18:00"), ("14:00", "18:00")])
def test_who_works_half_a_day_has_lunch_outside_of_it(shift: tuple[str, str]) -> None:
    assert monday_of(shift=window(*shift)).lunch is None


def test_leave_over_a_morning_leaves_an_afternoon_without_lunch() -> None:
    morning = Closure(first=MONDAY, last=MONDAY, hours=window("8:00", "13:00"))
    day = monday_of(leave=(morning,))
    assert (hours_of(day), day.lunch) == (["13:00-18:00"], None)


def test_no_minutes_are_no_lunch() -> None:
    assert days_of(settings=Settings(lunch=LunchSettings(minutes=0)))[0].lunch is None


# Wishes


def test_a_day_may_end_later_for_once_and_leave_still_counts() -> None:
    later = AllowDayEnd(manager_id="M1", date=MONDAY, end=18 * 60 + 20)
    found = days_of(M1, later)
    assert hours_of(found[0]) == ["08:30-18:20"]
    assert hours_of(found[1]) == ["08:30-18:00"]
    hour_off = Closure(first=MONDAY, last=MONDAY, hours=window("16:00", "18:10"))
    away = M1.model_copy(update={"leave": (hour_off,)})
    assert hours_of(days_of(away, later)[0]) == ["08:30-16:00", "18:10-18:20"]


def test_a_day_may_end_earlier_and_lunch_goes_with_it() -> None:
    day = days_of(M1, AllowDayEnd(manager_id="M1", date=MONDAY, end=13 * 60))[0]
    assert (hours_of(day), day.lunch) == (["08:30-13:00"], None)


def test_limits_can_be_raised_for_one_day() -> None:
    found = days_of(
        M2,
        AllowTalk(manager_id="M2", date=MONDAY, minutes=200),
        AllowVisits(manager_id="M2", date=DAYS[1], visits=9),
    )
    assert [(day.max_visits, day.max_talk) for day in found[:3]] == [(3, 200), (9, 120), (3, 120)]


def test_of_two_wishes_for_one_thing_the_later_counts() -> None:
    two = [AllowVisits(manager_id="M1", date=MONDAY, visits=visits) for visits in (9, 5)]
    assert days_of(M1, *two)[0].max_visits == 5


# The clock


def test_days_before_now_are_gone_and_today_begins_now() -> None:
    found = days_of(now=at("11:30", DAYS[1]))
    assert [day.shift.date for day in found] == DAYS[1:5]
    assert hours_of(found[0]) == ["11:30-18:00"]
    assert hours_of(found[1]) == ["08:30-18:00"]


def test_a_minute_that_has_begun_is_over() -> None:
    assert hours_of(days_of(now=at("11:30:01"))[0]) == ["11:31-18:00"]


def test_before_the_shift_nothing_changes_and_after_it_the_day_is_gone() -> None:
    assert days_of(now=at("7:00".zfill(5))) == days_of()
    assert days_of(now=at("18:00"))[0].shift.date == DAYS[1]
    assert hours_of(days_of(now=at("17:59"))[0]) == ["17:59-18:00"]


def test_the_clock_takes_pieces_away() -> None:
    hour_off = Closure(first=MONDAY, last=MONDAY, hours=window("10:00", "11:00"))
    away = M1.model_copy(update={"leave": (hour_off,)})
    assert hours_of(days_of(away, now=at("10:30"))[0]) == ["11:00-18:00"]
    assert hours_of(days_of(away, now=at("09:30"))[0]) == ["09:30-10:00", "11:00-18:00"]


@pytest.mark.parametrize(
    ("now", "lunch"),
    [
        ("11:59", Lunch(earliest=720, latest=810, minutes=60)),
        ("12:20", Lunch(earliest=740, latest=810, minutes=60)),
        ("12:30", Lunch(earliest=750, latest=810, minutes=60)),
        ("12:31", None),
        ("15:00", None),
    ],
)
def test_lunch_is_never_in_the_past(now: str, lunch: Lunch | None) -> None:
    assert days_of(now=at(now))[0].lunch == lunch


def test_a_day_under_way_starts_where_and_when_the_visit_leaves_off() -> None:
    under_way = progress(11 * 60 + 50, visits_done=2, talk_done=90)
    first, second, *_ = days_of(now=at("11:30"), under_way=under_way)
    assert hours_of(first) == ["11:50-18:00"]
    assert (first.start_point, first.start_name, first.end_point) == (CLIENT, "C1", OFFICE)
    assert (first.max_visits, first.max_talk) == (6, 240)
    assert first.lunch is not None
    assert (second.start_point, second.max_visits) == (OFFICE, 8)


def test_lunch_is_taken_once() -> None:
    assert days_of(under_way=progress(700, lunch_taken=True))[0].lunch is None


def test_limits_that_are_used_up_are_zero() -> None:
    day = days_of(under_way=progress(600, visits_done=9, talk_done=400))[0]
    assert (day.max_visits, day.max_talk) == (0, 0)


def test_what_is_raised_for_a_day_counts_what_is_done() -> None:
    more = AllowVisits(manager_id="M1", date=MONDAY, visits=10)
    assert days_of(M1, more, under_way=progress(600, visits_done=9))[0].max_visits == 1


def test_a_day_whose_last_visit_ends_after_it_is_gone() -> None:
    assert days_of(under_way=progress(18 * 60))[0].shift.date == DAYS[1]
