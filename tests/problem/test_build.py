"""Book and due list become a problem that loses nothing and promises nothing false."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.availability import shift_pieces, site_windows
from routeplan.book.models import (
    Anchor,
    Appointment,
    Book,
    Client,
    Manager,
    Rigidity,
    Site,
    Tier,
    TravelMode,
)
from routeplan.config import HourFactor, Settings, TravelSettings
from routeplan.due.models import DueList, DueVisit, Horizon
from routeplan.errors import UsageError
from routeplan.language import Texts
from routeplan.point import Point
from routeplan.problem.adjust import Drop, Must, OpenAt, TalkFor
from routeplan.problem.build import BuiltProblem, build_problem
from routeplan.problem.problem import Gap, Problem, Visit
from routeplan.problem.progress import Slot, UnderWay
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import Closure, TimeWindow, WeeklyHours
from routeplan.workdays import DayOverride, WorkCalendar
from tests.examples import MONDAY, OFFICE, due_visit, tiny_book, tiny_built, tiny_due, window

WEDNESDAY = MONDAY + dt.timedelta(days=2)


def build(
    book: Book | None = None,
    due: DueList | None = None,
    options: Settings | None = None,
    **more: object,
) -> BuiltProblem:
    options = options or Settings()
    return build_problem(
        book or tiny_book(),
        due or tiny_due(),
        options,
        WorkCalendar(),
        GreatCircle(options.travel),
        **more,  # type: ignore[arg-type]
    )


def visit_of(built: BuiltProblem, visit_id: str) -> Visit:
    return next(visit for visit in built.problem.visits if visit.id == visit_id)


def due_of(*visits: DueVisit, weeks: int = 1) -> DueList:
    return DueList(
        horizon=Horizon(first=MONDAY, weeks=weeks), policy="test", due=visits, not_due=()
    )


def with_manager(number: int, **changes: object) -> Book:
    """The tiny book with one manager changed."""
    book = tiny_book()
    managers = list(book.managers)
    managers[number] = managers[number].model_copy(update=changes)
    return Book(managers=tuple(managers), clients=book.clients, appointments=book.appointments)


def test_the_tiny_book_as_worked_out_by_hand() -> None:
    built = tiny_built()
    problem = built.problem
    assert problem.days == tuple(MONDAY + dt.timedelta(days=day) for day in range(7))
    assert [(shift.manager, shift.day) for shift in problem.shifts] == [
        (manager, day) for manager in ("M1", "M2") for day in range(5)
    ]
    assert [visit.id for visit in problem.visits] == ["C6", "C1", "C5", "C2", "C3"]
    assert [visit.talk for visit in problem.visits] == [45, 50, 50, 40, 30]
    assert [visit.before for visit in problem.visits] == [5, 5, 5, 15, 5]
    assert {visit.after for visit in problem.visits} == {5}
    assert [visit.worth for visit in problem.visits] == [300, 600, 600, 300, 160]
    assert [visit.required for visit in problem.visits] == [True, False, False, False, False]
    assert [visit.id for visit in built.unlocated] == ["C4"]
    assert (built.dropped, built.notes, problem.gaps) == ((), (), ())
    # C6 by appointment on Wednesday, C3 on Tuesday morning, C5 at the site that opens at noon.
    spans = [[(one.shift, one.start, one.end) for one in visit.windows] for visit in problem.visits]
    assert spans[0] == [(7, 600, 645)]
    assert spans[4] == [(1, 540, 660)]
    assert spans[2] == [(shift, 720, 1020) for shift in range(5, 10)]
    # M2 may help C2 out, but not C1.
    assert {shift for shift, _, _ in spans[1]} == set(range(5))
    assert {shift for shift, _, _ in spans[3]} == set(range(10))


def test_indices_mean_what_stands_beside_them() -> None:
    book, built = tiny_book(), tiny_built()
    problem = built.problem
    for visit, due in zip(problem.visits, built.visits, strict=True):
        assert (visit.id, visit.client) == (due.id, due.client_id)
        assert built.points[visit.place] == book.client_by_id[due.client_id].site(due.site_id).point
    for shift, day in zip(problem.shifts, built.shifts, strict=True):
        assert (shift.manager, problem.days[shift.day]) == (day.manager_id, day.date)
        assert (shift.start, shift.end) == (day.pieces[0].start, day.pieces[-1].end)
        manager = book.manager_by_id[shift.manager]
        assert problem.matrices[shift.matrix].mode is manager.mode
        start = None if shift.start_place is None else built.points[shift.start_place]
        end = None if shift.end_place is None else built.points[shift.end_place]
        assert (start, end) == (manager.place(manager.start), manager.place(manager.end))
    assert len(set(built.points)) == len(built.points) == len(problem.places) == 6


def test_clients_in_one_building_share_a_place() -> None:
    built = tiny_built()
    assert visit_of(built, "C1").place == visit_of(built, "C2").place


def test_one_matrix_for_each_mode_and_kind_of_day_that_is_used() -> None:
    friday = HourFactor(
        hours=window("17:00", "19:00"), weekdays=(4,), factor=2, modes=(TravelMode.TRANSIT,)
    )
    built = build(options=Settings(travel=TravelSettings(hour_factors=(friday,))))
    used = [shift.matrix for shift in built.problem.shifts]
    assert used == [0, 0, 0, 0, 1, 2, 2, 2, 2, 3]
    modes = [matrix.mode.value for matrix in built.problem.matrices]
    assert modes == ["transit", "transit", "car", "car"]
    assert len(build().problem.matrices) == 2


def test_the_managers_named_are_planned_for_and_others_are_not() -> None:
    due = due_of(due_visit("C2"), due_visit("C5"))
    built = build(due=due, manager_ids=["M2"])
    assert {shift.manager for shift in built.problem.shifts} == {"M2"}
    assert visit_of(built, "C2").windows  # M2 is a backup
    # Nothing of the due list gets lost, though nobody is there to go.
    assert visit_of(build(due=due, manager_ids=["M1"]), "C5").windows == ()


def test_unknown_managers_are_named() -> None:
    with pytest.raises(UsageError, match="M8, M9") as caught:
        build(manager_ids=["M9", "M1", "M8"])
    assert caught.value.code == "RP4002"


def test_an_appointment_is_for_whom_it_was_made_with() -> None:
    book = tiny_book()
    theirs = book.appointments[0].model_copy(update={"manager_id": "M1"})
    book = Book(managers=book.managers, clients=book.clients, appointments=(theirs,))
    shifts = build(book).problem.shifts
    windows = visit_of(build(book), "C6").windows
    assert [shifts[one.shift].manager for one in windows] == ["M1"]
    # A backup does not keep an appointment.
    with_c2 = Appointment(id="T2", client_id="C2", date=WEDNESDAY, rigidity=Rigidity.DAY)
    book = Book(managers=book.managers, clients=book.clients, appointments=(with_c2,))
    built = build(book, due_of(due_visit("C2", appointment_id="T2")))
    found = {built.problem.shifts[one.shift].manager for one in visit_of(built, "C2").windows}
    assert found == {"M1"}


def test_a_place_nobody_knows_counts_as_open_and_is_told() -> None:
    built = build(with_manager(0, office=None, end=Anchor.HOME))
    for shift in built.problem.shifts[:5]:
        assert (shift.start_place, shift.end_place) == (None, None)
    assert len(built.notes) == 1
    assert "王磊" in Texts("en").render(built.notes[0])
    assert "office, home" in Texts("en").render(built.notes[0])
    assert "王磊" in Texts("zh").render(built.notes[0])
    # Open on purpose is no news; nor is the anchor of a manager who does not work.
    assert build(with_manager(0, office=None, start=Anchor.OPEN, end=Anchor.OPEN)).notes == ()
    assert build(with_manager(0, office=None, weekdays=())).notes == ()


# Adjustments


def test_a_visit_dropped_is_out_of_the_problem_and_told() -> None:
    built = build(adjustments=[Drop(client_id="C1"), Drop(client_id="C4")])
    assert "C1" not in {visit.id for visit in built.problem.visits}
    assert [visit.id for visit in built.dropped] == ["C1", "C4"]
    assert built.unlocated == ()


def test_a_client_that_must_be_visited_is_required_at_each_of_its_visits() -> None:
    due = due_of(due_visit("C1"), due_visit("C1", id="C1#2", sequence=2), due_visit("C2"))
    built = build(due=due, adjustments=[Must(client_id="C1")])
    assert [visit.required for visit in built.problem.visits] == [True, True, False]


def test_a_talk_can_be_shortened_and_an_appointments_window_with_it() -> None:
    built = build(adjustments=[TalkFor(client_id="C6", minutes=20)])
    visit = visit_of(built, "C6")
    assert (visit.talk, visit.windows[0].start, visit.windows[0].end) == (20, 600, 620)


def test_a_talk_of_no_minutes_takes_one() -> None:
    assert visit_of(build(due=due_of(due_visit("C1", talk_minutes=0))), "C1").talk == 1


def test_a_client_can_be_open_on_another_day() -> None:
    monday = OpenAt(client_id="C3", date=MONDAY, hours=window("15:00", "16:00"))
    windows = visit_of(build(adjustments=[monday]), "C3").windows
    assert [(one.shift, one.start, one.end) for one in windows] == [(0, 900, 960), (1, 540, 660)]


# Gaps


def spread(*days: tuple[int, int], gap: int) -> DueList:
    """Visits to C1 on days from-to of a four-week horizon."""
    return due_of(
        *(
            due_visit(
                "C1",
                id=f"C1#{number}",
                sequence=number,
                earliest=MONDAY + dt.timedelta(days=first),
                until=MONDAY + dt.timedelta(days=last),
                min_gap_days=gap,
            )
            for number, (first, last) in enumerate(days, start=1)
        ),
        weeks=4,
    )


def test_visits_of_a_client_keep_their_distance_even_where_one_is_left_out() -> None:
    gaps = build(due=spread((0, 27), (0, 27), (0, 27), gap=5)).problem.gaps
    expected = [Gap(first=first, second=second, days=5) for first, second in [(0, 1), (0, 2)]]
    assert gaps == (*expected, Gap(first=1, second=2, days=5))


def test_visits_kept_apart_by_their_windows_need_no_gap() -> None:
    # Friday of week 1 to Monday of week 2 are three days, to Tuesday of week 3 eleven.
    due = spread((0, 6), (7, 13), (15, 18), gap=5)
    assert build(due=due).problem.gaps == (
        Gap(first=0, second=1, days=5),
        Gap(first=1, second=2, days=5),
    )
    assert build(due=spread((0, 6), (7, 13), gap=3)).problem.gaps == ()
    assert build(due=spread((0, 6), (7, 13), gap=0)).problem.gaps == ()


def test_gaps_go_by_the_order_of_visits_not_of_the_due_list() -> None:
    due = spread((0, 6), (0, 6), gap=2)
    turned = due.model_copy(update={"due": due.due[::-1]})
    assert build(due=turned).problem.gaps == (Gap(first=1, second=0, days=2),)


# Re-plans


def test_planned_visits_cost_where_they_move_and_the_penalty_exceeds_that() -> None:
    slot = Slot(manager_id="M1", date=MONDAY, start=600)
    built, plain = build(planned={"C1": slot}), build()
    costs = {one.cost for one in visit_of(built, "C1").windows}
    churn = Settings().churn
    assert costs == {0, churn.nudge, churn.hour, churn.day}
    assert {one.cost for one in visit_of(built, "C2").windows} == {0}
    assert built.problem.required_penalty == plain.problem.required_penalty + churn.day


def test_a_day_under_way_starts_at_its_own_place() -> None:
    there = Point(lat=39.99, lon=116.3)
    under_way = UnderWay(
        manager_id="M1", date=WEDNESDAY, ready=700, point=there, name="C9", visits_done=1
    )
    now = dt.datetime.combine(WEDNESDAY, dt.time(11))
    built = build(under_way=[under_way], now=now)
    first = built.problem.shifts[0]
    assert (first.day, first.start, first.max_visits) == (2, 700, 7)
    assert first.start_place is not None
    assert built.points[first.start_place] == there
    assert built.problem.places[first.start_place] == "C9"
    assert first.end_place is not None
    assert built.points[first.end_place] == OFFICE
    assert len(built.problem.shifts) == 6
    # Its appointment at ten has passed.
    assert visit_of(built, "C6").windows == ()


def test_nothing_due_is_an_empty_problem() -> None:
    book = tiny_book()
    open_ended = tuple(
        manager.model_copy(update={"start": Anchor.OPEN, "end": Anchor.OPEN})
        for manager in book.managers
    )
    built = build(Book(managers=open_ended, clients=book.clients), due_of())
    assert (built.problem.visits, built.problem.places) == ((), ())
    assert len(built.problem.shifts) == 10


# Whatever the book

minutes = st.integers(0, 24 * 12).map(lambda count: 5 * count)
any_window = (
    st.tuples(minutes, minutes)
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: TimeWindow(start=pair[0], end=pair[1]))
)
any_day = st.integers(0, 13).map(lambda day: MONDAY + dt.timedelta(days=day))
any_point = st.builds(
    Point, lat=st.sampled_from([39.9, 39.93, 40.0]), lon=st.sampled_from([116.3, 116.4])
)


@st.composite
def closures(draw: st.DrawFn) -> Closure:
    first, last = sorted((draw(any_day), draw(any_day)))
    return Closure(first=first, last=last, hours=draw(st.none() | any_window))


@st.composite
def weekly(draw: st.DrawFn) -> WeeklyHours:
    days = []
    for _ in range(7):
        edges = sorted(draw(st.sets(minutes, max_size=4)))
        pairs = zip(edges[::2], edges[1::2], strict=False)
        days.append(tuple(TimeWindow(start=start, end=end) for start, end in pairs))
    return WeeklyHours(days=tuple(days))


@st.composite
def books(draw: st.DrawFn) -> tuple[Book, DueList]:
    managers = tuple(
        Manager(
            id=f"M{number}",
            name=f"M{number}",
            mode=draw(st.sampled_from(TravelMode)),
            start=draw(st.sampled_from(Anchor)),
            end=draw(st.sampled_from(Anchor)),
            office=draw(st.none() | any_point),
            home=draw(st.none() | any_point),
            shift=draw(st.none() | any_window),
            weekdays=tuple(sorted(draw(st.sets(st.integers(0, 6))))),
            leave=tuple(draw(st.lists(closures(), max_size=2))),
        )
        for number in range(2)
    )
    clients, appointments, due = [], [], []
    for number in range(draw(st.integers(0, 4))):
        name = f"C{number}"
        clients.append(
            Client(
                id=name,
                name=name,
                tier=Tier.B,
                manager_id=draw(st.sampled_from(["M0", "M1"])),
                backup_ids=draw(st.sampled_from([(), ("M0",), ("M0", "M1")])),
                sites=(
                    Site(
                        point=draw(st.none() | any_point),
                        hours=draw(weekly()),
                        closures=tuple(draw(st.lists(closures(), max_size=1))),
                    ),
                ),
            )
        )
        if draw(st.booleans()):
            appointments.append(
                Appointment(
                    id=f"T{number}",
                    client_id=name,
                    manager_id=draw(st.sampled_from([None, "M0", "M1"])),
                    date=draw(any_day),
                    start=draw(minutes),
                    rigidity=draw(st.sampled_from(Rigidity)),
                    leeway=draw(st.sampled_from([0, 10, 60])),
                )
            )
        for sequence in range(1, draw(st.integers(1, 3))):
            earliest, until = sorted((draw(any_day), draw(any_day)))
            booked = sequence == 1 and bool(appointments) and appointments[-1].client_id == name
            due.append(
                due_visit(
                    name,
                    id=f"{name}#{sequence}",
                    sequence=sequence,
                    earliest=earliest,
                    until=until,
                    talk_minutes=draw(st.integers(15, 90)),
                    min_gap_days=draw(st.integers(0, 7)),
                    required=draw(st.booleans()),
                    appointment_id=f"T{number}" if booked else None,
                )
            )
    book = Book(managers=managers, clients=tuple(clients), appointments=tuple(appointments))
    return book, due_of(*due, weeks=2)


any_slot = st.builds(
    Slot, manager_id=st.sampled_from(["M0", "M1"]), date=any_day, start=st.integers(0, 1440)
)
calendar = WorkCalendar(
    overrides=(
        DayOverride(date=WEDNESDAY, work=False, name="停电"),
        DayOverride(date=MONDAY + dt.timedelta(days=5), work=True),
    )
)


@settings(max_examples=200, deadline=None)
@given(
    books(),
    st.none() | st.builds(dt.datetime.combine, any_day, st.times()),
    st.dictionaries(st.sampled_from(["C0#1", "C1#1", "C1#2"]), any_slot),
)
def test_what_holds_for_every_book(
    case: tuple[Book, DueList], now: dt.datetime | None, planned: dict[str, Slot]
) -> None:
    book, due = case
    options = Settings()
    built = build_problem(
        book, due, options, calendar, GreatCircle(options.travel), planned=planned, now=now
    )
    problem = built.problem
    parts = (*built.visits, *built.unlocated, *built.dropped)
    assert sorted(visit.id for visit in parts) == sorted(visit.id for visit in due.due)
    for day in built.shifts:
        pieces = shift_pieces(book.manager_by_id[day.manager_id], day.date, options.shift, calendar)
        for piece in day.pieces:
            assert any(whole.holds(piece.start, piece.end) for whole in pieces)
            if now is not None:
                midnight = dt.datetime.combine(day.date, dt.time())
                assert midnight + dt.timedelta(minutes=piece.start) >= now
    for visit, about in zip(problem.visits, built.visits, strict=True):
        client = book.client_by_id[about.client_id]
        for one in visit.windows:
            day = built.shifts[one.shift]
            assert any(piece.holds(one.start, one.end) for piece in day.pieces)
            if about.appointment_id is None:
                assert day.manager_id in (client.manager_id, *client.backup_ids)
                assert about.earliest <= day.date <= about.until
                opening = minutes_of(site_windows(client.sites[0], day.date, calendar))
                assert minutes_of([TimeWindow(start=one.start, end=one.end)]) <= opening
        if about.appointment_id is None and about.id not in planned:
            assert open_and_at_work(built, visit) == allowed(book, built, about)
    assert Problem.model_validate_json(problem.model_dump_json()) == problem
    assert BuiltProblem.model_validate_json(built.model_dump_json()) == built


def minutes_of(windows: tuple[TimeWindow, ...] | list[TimeWindow]) -> set[int]:
    return {minute for window in windows for minute in range(window.start, window.end)}


def open_and_at_work(built: BuiltProblem, visit: Visit) -> set[tuple[int, int]]:
    """Shift and minute of all that the windows cover."""
    return {(one.shift, minute) for one in visit.windows for minute in range(one.start, one.end)}


def allowed(book: Book, built: BuiltProblem, due: DueVisit) -> set[tuple[int, int]]:
    """Shift and minute at which somebody who may go is at work while the client is open."""
    client = book.client_by_id[due.client_id]
    return {
        (number, minute)
        for number, day in enumerate(built.shifts)
        if day.manager_id in (client.manager_id, *client.backup_ids)
        and due.earliest <= day.date <= due.until
        for minute in minutes_of(day.pieces)
        & minutes_of(site_windows(client.sites[0], day.date, calendar))
    }
