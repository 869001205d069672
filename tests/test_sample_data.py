"""The sample book is what data/README.md says, and comes out of its script again."""

from __future__ import annotations

import datetime as dt
import importlib.util
import itertools
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from routeplan.book.availability import shift_pieces, site_windows
from routeplan.book.codes import FaultCode
from routeplan.book.faults import Severity
from routeplan.book.models import (
    Book,
    Channel,
    Client,
    ClientKind,
    Language,
    Layer,
    Rigidity,
    Tier,
    VisitStatus,
)
from routeplan.book.read import check_book, read_book
from routeplan.config import Settings
from routeplan.due.models import Horizon
from routeplan.due.policy import read_policy
from routeplan.language import Texts
from routeplan.pipeline import due_visits
from routeplan.point import Point
from routeplan.workdays import WorkCalendar

DATA = Path(__file__).parents[1] / "data"
CALENDAR = WorkCalendar()
SHIFT = Settings().shift


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample", DATA / "make_sample.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book(DATA / "sample")


def test_the_script_makes_the_same_files_again(script: ModuleType, tmp_path: Path) -> None:
    script.main(tmp_path)
    kept = sorted(path.name for path in (DATA / "sample").iterdir())
    assert sorted(path.name for path in (tmp_path / "sample").iterdir()) == kept
    for name in kept:
        assert (tmp_path / "sample" / name).read_bytes() == (DATA / "sample" / name).read_bytes()
    assert read_book(tmp_path / "sample.xlsx") == read_book(DATA / "sample.xlsx")
    assert check_book(tmp_path / "broken.xlsx") == check_book(DATA / "broken.xlsx")


def test_csv_workbook_and_script_hold_the_same_book(script: ModuleType, book: Book) -> None:
    assert book == read_book(DATA / "sample.xlsx")
    assert book == script.make_book()


@pytest.mark.parametrize("name", ["sample", "sample.xlsx"])
def test_the_sample_has_no_fault(name: str) -> None:
    faults = check_book(DATA / name).faults
    assert [fault for fault in faults if fault.severity is Severity.FAULT] == []
    assert {fault.code for fault in faults} <= {"RP1044"}  # two clients have no coordinates


def test_all_data_together_stays_small() -> None:
    files = [path for path in DATA.rglob("*.*") if path.suffix in (".csv", ".xlsx")]
    assert 100_000 < sum(path.stat().st_size for path in files) < 600_000


# --- places ---------------------------------------------------------------------------------------


def _places(book: Book) -> list[tuple[str, str, Point]]:
    """District, address, point."""
    sites = [site for client in book.clients for site in client.sites]
    found = [(site.district, site.address, site.point) for site in sites if site.point]
    for manager in book.managers:
        assert manager.office
        assert manager.home
        found.append((manager.office_address[3:6], manager.office_address, manager.office))
        found.append((manager.home_address[3:6], manager.home_address, manager.home))
    return found


def test_every_point_lies_in_beijing_by_its_road(script: ModuleType, book: Book) -> None:
    roads = {road.district + road.name: road for road in script.roads()}
    for district, address, point in _places(book):
        assert 39.75 < point.lat < 40.1, address
        assert 116.2 < point.lon < 116.6, address
        assert address.startswith(f"北京市{district}"), address
        street = address.removeprefix("北京市").removesuffix("号").rstrip("0123456789")
        assert script.metres_off(roads[street], point) < 80, address


def test_every_site_names_its_district(script: ModuleType, book: Book) -> None:
    districts = {road.district for road in script.roads()}
    assert districts == {"海淀区", "西城区", "朝阳区", "东城区", "丰台区", "大兴区"}
    for client in book.clients:
        assert {site.district for site in client.sites} <= districts


def test_how_far_a_point_lies_from_a_road(script: ModuleType) -> None:
    road = script.Road("某区", "某路", ((39.9, 116.3), (39.9, 116.4)))
    assert script.metres_off(road, Point(lat=39.901, lon=116.35)) == pytest.approx(111.2, abs=0.1)
    assert script.metres_off(road, Point(lat=39.9, lon=116.401)) == pytest.approx(85.3, abs=0.1)
    assert script.metres_off(road, Point(lat=39.9, lon=116.33)) == pytest.approx(0, abs=0.1)


# --- what the README promises ---------------------------------------------------------------------


def test_each_manager_has_the_promised_mix(book: Book) -> None:
    assert len(book.managers) == 3
    assert len({client.name for client in book.clients}) == 150
    for manager in book.managers:
        own = [client for client in book.clients if client.manager_id == manager.id]
        kinds = Counter((client.kind, client.tier, client.listed) for client in own)
        account = ClientKind.ACCOUNT
        assert kinds[account, Tier.A, True] == 9
        assert kinds[account, Tier.B, True] == 20
        assert kinds[account, Tier.C, True] == 13
        assert kinds[account, Tier.C, False] == 5
        assert sum(client.kind is ClientKind.PROSPECT for client in own) == 3


def test_every_feature_has_something_to_show(book: Book) -> None:
    def having(what: str) -> int:
        return sum(bool(getattr(client, what)) for client in book.clients)

    sites = [site for client in book.clients for site in client.sites]
    assert sorted(len(client.sites) for client in book.clients)[-4:] == [1, 2, 2, 3]
    assert [client.id for client in book.clients if not client.sites[0].point] == ["C043", "C102"]
    assert 15 <= sum(not site.room for site in sites) <= 35
    assert len({site.hours for site in sites}) == 12
    assert sum(bool(site.closures) for site in sites) == 12
    assert having("must_visit") == 9
    assert having("key_dates") >= 20
    assert having("talk_minutes") == having("interval_days") == having("backup_ids") == 6
    assert 400 <= len(book.contacts) <= 450
    assert {contact.layer for contact in book.contacts} == set(Layer)
    assert sum(contact.hours is not None for contact in book.contacts) > 40
    assert sum(contact.birthday is not None for contact in book.contacts) > 80
    assert all(contact.phone.startswith("1380000") for contact in book.contacts)
    assert {key for client in book.clients for key in client.extra} == {"行业", "备注2"}
    assert sum(contact.preferred_hours is not None for contact in book.contacts) > 30
    assert sum(contact.do_not_disturb is not None for contact in book.contacts) > 20
    lunar = [it.birthday for it in book.contacts if it.birthday and it.birthday.lunar]
    assert len(lunar) > 30
    assert sum(date.leap for date in lunar) == 2
    assert any(date.day == 30 for date in lunar)
    assert {contact.language for contact in book.contacts} == {None, Language.EN}
    assert {visit.goal_reached for visit in book.visits} == {None, True, False}
    steps = [visit for visit in book.visits if visit.next_step]
    assert len(steps) > 80
    assert all(visit.next_date for visit in steps)
    assert all(
        visit.postponed_to and visit.postponed_start
        for visit in book.visits
        if visit.status is VisitStatus.POSTPONED
    )


def test_most_a_and_b_clients_have_three_key_persons(book: Book) -> None:
    important = [client for client in book.clients if client.tier in (Tier.A, Tier.B)]
    few = [client.id for client in important if len(book.contacts_of[client.id]) < 3]
    assert 3 <= len(few) <= 12
    horizon = Horizon(first=dt.date(2026, 11, 23))
    due = due_visits(book, horizon, policy=read_policy("service-standard"))
    met = Counter(
        visit.persons for visit in due.due if book.client_by_id[visit.client_id].tier is not Tier.C
    )
    assert met[3] > 0.8 * met.total()
    short = {visit.client_id: visit.shortfall for visit in due.due if visit.shortfall}
    texts = Texts("en")
    assert texts.render(short["C005"][0]).startswith("only 2 of 3 key persons are there in any")
    gaps = [key for key, said in short.items() if said[0].key == "due.persons_gap"]
    assert set(gaps) & set(few)


# --- visits ---------------------------------------------------------------------------------------


def test_visits_keep_to_working_days_opening_hours_and_the_clock(
    script: ModuleType, book: Book
) -> None:
    by_day: dict[tuple[str, dt.date], list[tuple[int, int]]] = {}
    for visit in book.visits:
        if not visit.is_visit:
            continue
        client = book.client_by_id[visit.client_id]
        manager = book.manager_by_id[visit.manager_id]
        assert visit.manager_id == client.manager_id
        assert script.FIRST_DAY <= visit.date < script.TODAY
        assert shift_pieces(manager, visit.date, SHIFT, CALENDAR)
        if visit.status in (VisitStatus.CANCELLED, VisitStatus.POSTPONED):
            assert visit.start is None
            continue
        assert visit.start is not None
        assert visit.end is not None
        windows = site_windows(client.site(visit.site_id), visit.date, CALENDAR)
        assert any(window.holds(visit.start, visit.end) for window in windows)
        by_day.setdefault((manager.id, visit.date), []).append((visit.start, visit.end))
    for talks in by_day.values():
        assert len(talks) <= 8
        for before, after in itertools.pairwise(sorted(talks)):
            assert before[1] + 5 < after[0]


def test_visits_keep_about_to_the_norms(script: ModuleType, book: Book) -> None:
    """A and B listed once a week: mostly, not always; some are over, one each never seen."""
    weeks = [script.FIRST_DAY + dt.timedelta(weeks=week) for week in range(13)]
    ordinary = [week for week in weeks if not dt.date(2026, 9, 21) <= week <= dt.date(2026, 10, 5)]

    def share(tier: Tier) -> float:
        clients = [client for client in book.clients if client.listed and client.tier is tier]
        met = sum(bool(_seen(book, client, week)) for client in clients for week in ordinary)
        return met / len(clients) / len(ordinary)

    assert 0.9 < share(Tier.A) < 1
    assert 0.7 < share(Tier.B) < share(Tier.A)
    never = [client for client in book.clients if client.listed and client.id not in book.visits_of]
    assert len({client.manager_id for client in never}) == len(never) == 3
    assert {visit.status for visit in book.visits} == set(VisitStatus)


def _seen(book: Book, client: Client, week: dt.date) -> list[dt.date]:
    return [
        visit.date
        for visit in book.visits_of.get(client.id, ())
        if visit.status is VisitStatus.DONE and 0 <= (visit.date - week).days < 7
    ]


def test_calls_and_messages_of_three_weeks(script: ModuleType, book: Book) -> None:
    """Calls are made in the client's hours, at work and not during a visit; some reach nobody."""
    touches = [record for record in book.visits if not record.is_visit]
    kinds = Counter((record.channel, record.status) for record in touches)
    assert set(kinds) == {
        *((Channel.MESSAGE, VisitStatus.DONE), (Channel.PHONE, VisitStatus.DONE)),
        (Channel.PHONE, VisitStatus.NOT_MET),
    }
    assert 200 < kinds.total() < 400
    assert min(kinds.values()) > 10
    for record in touches:
        client, manager = book.client_by_id[record.client_id], book.manager_by_id[record.manager_id]
        assert script.TOUCHES_SINCE <= record.date < script.TODAY
        pieces = shift_pieces(manager, record.date, SHIFT, CALENDAR)
        assert pieces
        if record.start is None or record.end is None:
            continue
        windows = site_windows(client.sites[0], record.date, CALENDAR)
        assert any(window.holds(record.start, record.end) for window in windows)
        assert any(piece.holds(record.start, record.end) for piece in pieces)
        for visit in book.visits:
            same_day = (visit.manager_id, visit.date) == (manager.id, record.date)
            if visit.is_visit and same_day and visit.start is not None and visit.end is not None:
                assert record.end <= visit.start or visit.end <= record.start


def test_of_each_managers_prospects_one_was_called_back(book: Book) -> None:
    called = [
        book.client_by_id[record.client_id]
        for record in book.visits
        if record.channel is Channel.PHONE
        and record.status is VisitStatus.DONE
        and book.client_by_id[record.client_id].kind is ClientKind.PROSPECT
    ]
    assert sorted(client.manager_id for client in called) == ["M01", "M02", "M03"]
    due = {visit.client_id for visit in due_visits(book, Horizon(first=dt.date(2026, 11, 23))).due}
    assert not due & {client.id for client in called}


def test_must_visits_are_still_open(book: Book) -> None:
    for client in book.clients:
        if client.must_visit and client.must_visit.since:
            done = [
                visit.date
                for visit in book.visits_of.get(client.id, ())
                if visit.status is VisitStatus.DONE
            ]
            assert max(done, default=dt.date.min) < client.must_visit.since


# --- appointments ---------------------------------------------------------------------------------


def test_appointments_of_the_plan_week(script: ModuleType, book: Book) -> None:
    in_week = [
        appointment
        for appointment in book.appointments
        if 0 <= (appointment.date - script.PLAN_WEEK).days < 7
    ]
    assert Counter(appointment.rigidity for appointment in in_week) == dict.fromkeys(Rigidity, 3)
    assert len(book.appointments) - len(in_week) == 9
    booked = [appointment.client_id for appointment in book.appointments]
    assert len(booked) == len(set(booked))


def test_every_appointment_can_be_kept(book: Book) -> None:
    """The client is open, the manager at work around it, the person there, no two in one day."""
    taken: set[tuple[str, dt.date]] = set()
    people = {contact.id: contact for contact in book.contacts}
    for appointment in book.appointments:
        client = book.client_by_id[appointment.client_id]
        assert client.sites[0].point
        manager = book.manager_by_id[appointment.manager_id or client.manager_id]
        windows = site_windows(client.site(appointment.site_id), appointment.date, CALENDAR)
        pieces = shift_pieces(manager, appointment.date, SHIFT, CALENDAR)
        if appointment.start is None:
            at_work = [piece for piece in pieces if piece.minutes >= 180]
            assert any(
                min(piece.end - 60, window.end) - max(piece.start + 60, window.start) >= 60
                for piece in at_work
                for window in windows
            )
        else:
            first = appointment.start - appointment.leeway
            last = appointment.start + 60 + appointment.leeway
            assert any(window.holds(first, last) for window in windows)
            assert any(piece.holds(first - 60, last + 60) for piece in pieces)
            for contact_id in appointment.contact_ids:
                hours = people[contact_id].hours
                spans = hours.on(appointment.date.weekday()) if hours else windows
                assert any(span.holds(first, last) for span in spans)
        assert (manager.id, appointment.date) not in taken
        taken.add((manager.id, appointment.date))


# --- broken books ---------------------------------------------------------------------------------

HOSTILE = {
    FaultCode.NOT_A_BOOK,
    FaultCode.NOT_A_WORKBOOK,
    FaultCode.ENCRYPTED,
    FaultCode.TOO_LARGE,
    FaultCode.TOO_LONG,
    FaultCode.TOO_MANY_FAULTS,
}
"""Faults of files that no program for tables writes: their tests make them, none is kept here."""

OF_OTHER_FILES = {
    code
    for code in FaultCode
    if "RP1061" <= code.value <= "RP1064" or code.value[:5] in ("RP108", "RP109")
}
"""Of tables of lines, minutes and hours, which are no part of a book."""


def _codes(name: str) -> set[str]:
    return {fault.code for fault in check_book(DATA / name).faults}


def test_the_broken_books_show_every_kind_of_fault() -> None:
    shown = _codes("broken") | _codes("broken.xlsx") | _codes("doubtful")
    assert shown == {code.value for code in FaultCode if code not in HOSTILE | OF_OTHER_FILES}


def test_what_is_doubtful_is_no_fault() -> None:
    check = check_book(DATA / "doubtful")
    assert check.book
    assert {fault.severity for fault in check.faults} == {Severity.NOTE}


def test_the_broken_book_has_the_size_promised() -> None:
    assert check_book(DATA / "broken").book is None
    rows = (DATA / "broken" / "客户.csv").read_text("utf-8-sig").splitlines()[1:]
    assert {row.split(",")[0] for row in rows} == {f"C{number:03d}" for number in range(1, 13)}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["broken", "broken.xlsx", "doubtful"])
def test_every_fault_says_where_and_how_to_mend_it(name: str, language: str) -> None:
    texts = Texts(language)
    for fault in check_book(DATA / name).faults:
        assert fault.file
        assert texts.render(fault.problem)
        assert texts.render(fault.fix)
