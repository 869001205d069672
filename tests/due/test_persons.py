"""When enough key persons are there together, held against counting minute by minute."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.availability import person_windows
from routeplan.book.models import Client, Contact, Manager, Site
from routeplan.due.models import DueVisit
from routeplan.due.persons import Meeting, preferred_windows, together
from routeplan.language import Texts
from routeplan.values import Closure, TimeWindow, WeeklyHours
from routeplan.workdays import WorkCalendar
from tests.due.example_book import (
    MONDAY,
    OFFICE,
    book,
    booked,
    client,
    contact,
    due_of,
    one_due,
    words,
)

CALENDAR = WorkCalendar()
DAY = 90
"""Minutes of the short days tried here."""


def span(text: str) -> TimeWindow:
    start, end = text.split("-")
    return TimeWindow.model_validate({"start": start, "end": end})


def week(**days: str) -> WeeklyHours:
    """Hours by weekday: week(tue='10:00-11:00')."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return WeeklyHours(days=tuple((span(days[name]),) if name in days else () for name in names))


def every_day(*texts: str) -> WeeklyHours:
    return WeeklyHours(days=(tuple(map(span, texts)),) * 7)


@st.composite
def some_windows(draw: st.DrawFn) -> tuple[TimeWindow, ...]:
    ends = sorted(draw(st.lists(st.integers(0, DAY), max_size=6, unique=True)))
    pairs = list(pairwise(ends))
    touching = draw(st.booleans())  # 9:00-10:00, 10:00-11:00: a talk may run across
    return tuple(TimeWindow(start=a, end=b) for a, b in (pairs if touching else pairs[::2]))


def holds(windows: tuple[TimeWindow, ...], start: int, minutes: int) -> bool:
    return any(window.holds(start, start + minutes) for window in windows)


def there_all_along(windows: tuple[TimeWindow, ...], start: int, minutes: int) -> bool:
    return all(
        any(window.start <= minute < window.end for window in windows)
        for minute in range(start, start + minutes)
    )


@given(st.lists(some_windows(), max_size=5), st.integers(1, 4), st.integers(1, 40))
@settings(deadline=None)
def test_together_is_what_counting_minutes_says(
    there: list[tuple[TimeWindow, ...]], count: int, minutes: int
) -> None:
    found = together(there, count, minutes)
    for start in range(DAY):
        present = sum(there_all_along(windows, start, minutes) for windows in there)
        assert holds(found, start, minutes) == (present >= count)
    # Each window says as much as it can: no two of them could be one.
    starts = [(window.start, window.end - minutes) for window in found]
    assert all(first <= last for first, last in starts)
    assert all(before[1] + 1 < after[0] for before, after in pairwise(starts))


@given(
    some_windows(),
    st.lists(
        st.tuples(st.none() | some_windows(), some_windows(), st.booleans()), min_size=1, max_size=4
    ),
    st.integers(1, 3),
    st.integers(1, 30),
)
@settings(deadline=None)
def test_the_hours_of_a_meeting_are_what_counting_minutes_says(
    site: tuple[TimeWindow, ...],
    people: list[tuple[tuple[TimeWindow, ...] | None, tuple[TimeWindow, ...], bool]],
    count: int,
    minutes: int,
) -> None:
    contacts = tuple(
        contact(
            f"K{number}",
            hours=None if own is None else WeeklyHours(days=(own,) * 7),
            do_not_disturb=WeeklyHours(days=(rest,) * 7),
        )
        for number, (own, rest, _) in enumerate(people)
    )
    named = frozenset(f"K{number}" for number, (*_, named) in enumerate(people) if named)
    meeting = Meeting(contacts=contacts, named=named)
    found = meeting.hours(site, MONDAY, CALENDAR, count=count, minutes=minutes)
    for start in range(DAY - minutes):
        talk = range(start, start + minutes)
        there = {
            f"K{number}"
            for number, (own, rest, _) in enumerate(people)
            if own is None or there_all_along(own, start, minutes)
            if not any(window.start <= minute < window.end for window in rest for minute in talk)
            if there_all_along(site, start, minutes)
        }
        possible = len(there) >= count and named <= there
        assert holds(found, start, minutes) == possible


def test_who_is_there_when() -> None:
    person = contact("K1", hours=week(mon="9:00-12:00"), do_not_disturb=every_day("10:00-10:30"))
    assert person_windows(person, MONDAY, CALENDAR) == (span("9:00-10:00"), span("10:30-12:00"))
    assert person_windows(person, MONDAY + dt.timedelta(days=1), CALENDAR) == ()
    anybody = contact("K2")
    assert person_windows(anybody, MONDAY, CALENDAR) == (span("0:00-24:00"),)


def test_preferred_hours_are_for_the_start_of_a_talk() -> None:
    choosy = contact("K1", preferred_hours=week(mon="10:00-11:00"), hours=week(mon="9:00-11:30"))
    found = preferred_windows((choosy, contact("K2")), MONDAY, CALENDAR, 45)
    assert found == (span("10:00-11:30"),)  # would be to 11:45, but the person leaves
    assert preferred_windows((choosy,), MONDAY + dt.timedelta(days=1), CALENDAR, 45) == ()


# the due list -------------------------------------------------------------------------------------


def visit_with(*people: Contact, of: Client | None = None) -> DueVisit:
    return one_due(due_of(book(of or client(), *people), policy="service-standard"))


def test_too_few_in_any_common_hour_are_named_with_their_hours() -> None:
    visit = visit_with(
        contact("K1", hours=week(tue="10:00-11:00", wed="15:00-16:00")),
        contact("K2", hours=week(tue="9:00-11:00", thu="15:00-16:00")),
        contact("K3", hours=week(mon="9:00-12:00", thu="15:00-16:00")),
    )
    assert (visit.key_persons, visit.persons, visit.talk_minutes) == (3, 2, 55)
    (short,) = visit.shortfall
    assert words(short) == (
        "only 2 of 3 key persons are there in any common hour: Tue 10:00-11:00, Thu 15:00-16:00"
    )
    assert words(short, "zh") == (
        "3 位关键人中最多只有 2 位能同时见到：周二 10:00-11:00、周四 15:00-16:00"
    )


def test_an_hour_in_common_must_hold_the_talk() -> None:
    people = [contact(f"K{n}", hours=week(tue="10:00-11:00", fri="9:00-9:58")) for n in range(3)]
    assert visit_with(*people).persons == 3  # 60 minutes with three
    shorter = [contact(f"K{n}", hours=week(tue="10:00-10:59")) for n in range(3)]
    assert visit_with(*shorter).persons == 2  # 55 with two


def test_nobody_there_at_any_hour() -> None:
    visit = visit_with(contact("K1", hours=week(sat="9:00-12:00")))
    assert visit.persons == 1
    assert [words(short) for short in visit.shortfall] == [
        "the book knows only one key person, the policy wants 3 met",
        "the key person whom the book knows is there in no hour for the visit",
    ]


def test_too_few_in_the_book_is_a_gap_in_the_data() -> None:
    due = due_of(book(client(), contact("K1"), contact("K2")), policy="service-standard")
    visit = one_due(due)
    assert visit.persons == 2
    assert words(visit.shortfall[0]) == "the book knows 2 key persons, the policy wants 3 met"
    assert any("fewer key persons of one client" in words(note) for note in due.notes)
    (none,) = one_due(due_of(book(client()), policy="service-standard")).shortfall
    assert words(none, "zh") == "客户资料中没有该客户的关键人"
    # A policy that asks for nobody in particular misses nobody, but the gap is there.
    calm = due_of(book(client()))
    assert [words(short) for short in one_due(calm).shortfall] == [
        "the book knows no key person of this client"
    ]
    assert not any("key persons" in words(note) for note in calm.notes)
    assert one_due(due_of(book(client(), contact("K1")))).shortfall == ()


def test_the_managers_hours_count_and_so_does_the_site() -> None:
    people = [contact(f"K{number}", hours=week(tue="9:00-10:30")) for number in range(3)]
    assert visit_with(*people).persons == 3
    away = Closure(first=MONDAY + dt.timedelta(days=1), last=MONDAY + dt.timedelta(days=1))
    manager = Manager(id="M1", name="王芳", leave=(away,))
    due = due_of(book(client(), *people, managers=(manager,)), policy="service-standard")
    assert words(one_due(due).shortfall[0]) == (
        "none of 3 key persons is there in any hour for the visit"
    )
    elsewhere = [contact(f"K{number}", site_id="B") for number in range(3)]
    two = (Site(hours=OFFICE), Site(id="B", hours=OFFICE))
    visit = visit_with(contact("K9"), *elsewhere, of=client(sites=two))
    assert (visit.site_id, visit.persons) == ("", 1)


def test_an_appointment_keeps_its_hour_and_its_people() -> None:
    people = [contact(f"K{number}", hours=week(tue="9:00-11:00")) for number in range(3)]
    people.append(contact("K9", hours=week(wed="9:00-11:00")))
    agreed = booked("2026-11-24", start=600, minutes=60, contact_ids=("K9",))
    visit = one_due(due_of(book(client(), *people, agreed), policy="service-standard"))
    assert visit.appointment_id == agreed.id
    assert visit.persons == 1  # K9 is booked, though not there by the book
    some_day = booked("2026-11-24", start=None, rigidity="day", contact_ids=("K1",))
    assert (
        one_due(due_of(book(client(), *people, some_day), policy="service-standard")).persons == 3
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_shortfall_renders(language: str) -> None:
    texts = Texts(language)
    visit = visit_with(contact("K1", hours=week(tue="10:00-11:00")), contact("K2", hours=week()))
    assert all(texts.render(short) for short in visit.shortfall)
