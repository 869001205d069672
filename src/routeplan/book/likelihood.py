"""Notes on a sound book whose appointments or records will hardly work out as they stand."""

from __future__ import annotations

from collections.abc import Mapping

from routeplan.book.availability import shift_pieces, site_windows, usual_windows
from routeplan.book.codes import FaultCode
from routeplan.book.models import Appointment, Book, Rigidity
from routeplan.book.records import Record
from routeplan.book.reporter import Reporter
from routeplan.values import MINUTES_PER_DAY, TimeWindow, common_windows
from routeplan.workdays import WorkCalendar, week_of

__all__ = ["note_unlikely"]

_WHOLE_DAY = TimeWindow(start=0, end=MINUTES_PER_DAY)


def note_unlikely(book: Book, records: Mapping[str, list[Record]], reporter: Reporter) -> None:
    """Reports notes on records that stand twice, visits put off but not booked, key persons who are
    never there, and appointments that collide or find nobody.

    `records` are the rows behind the book's, by sheet and in the same order.
    """
    _note_never_there(book, records["contacts"], reporter)
    _note_not_booked(book, records["visits"], reporter)
    seen: dict[tuple[object, ...], int] = {}
    for record, visit in zip(records["visits"], book.visits, strict=True):
        key = (
            *(visit.client_id, visit.site_id, visit.manager_id),
            *(visit.date, visit.start, visit.channel),
        )
        if key in seen:
            reporter.note(FaultCode.DUPLICATE_VISIT, record.place("date"), row=seen[key])
        else:
            seen[key] = record.row
    if not book.appointments:
        return
    calendar = WorkCalendar()
    pairs = list(zip(records["appointments"], book.appointments, strict=True))
    for record, appointment in pairs:
        if appointment.rigidity is Rigidity.WEEK:
            continue
        manager = book.manager_by_id[_manager_id(book, appointment)]
        site = book.client_by_id[appointment.client_id].site(appointment.site_id)
        windows = site_windows(site, appointment.date, calendar)
        if not any(_fits(appointment, window) for window in windows):
            reporter.note(
                FaultCode.CLIENT_CLOSED, record.place("date"), client=appointment.client_id
            )
        if not shift_pieces(manager, appointment.date, _WHOLE_DAY, calendar):
            reporter.note(
                FaultCode.MANAGER_AWAY, record.place("date"), manager=f"{manager.id} {manager.name}"
            )
    _note_overlaps(book, pairs, reporter)


def _note_never_there(book: Book, rows: list[Record], reporter: Reporter) -> None:
    """Key persons whose own hours, outside those of rest, never meet their site's."""
    for record, contact in zip(rows, book.contacts, strict=True):
        if contact.hours is None and contact.do_not_disturb is None:
            continue
        site = book.client_by_id[contact.client_id].site(contact.site_id)
        if not any(
            common_windows(site.hours.on(weekday), usual_windows(contact, weekday))
            for weekday in range(7)
        ):
            reporter.note(FaultCode.NEVER_THERE, record.place("hours"), name=contact.name)


def _note_not_booked(book: Book, rows: list[Record], reporter: Reporter) -> None:
    """Visits put off to a day for which there is neither an appointment nor a later record."""
    for record, visit in zip(rows, book.visits, strict=True):
        day = visit.postponed_to
        if day is None:
            continue
        booked = any(
            week_of(agreed.date) == week_of(day)
            if agreed.rigidity is Rigidity.WEEK
            else agreed.date == day
            for agreed in book.appointments
            if agreed.client_id == visit.client_id
        )
        visited = any(
            later.date > visit.date or (later.date == visit.date and later != visit)
            for later in book.records_of[visit.client_id]
        )
        if not booked and not visited:
            reporter.note(FaultCode.NOT_BOOKED, record.place("postponed_to"), date=str(day))


def _manager_id(book: Book, appointment: Appointment) -> str:
    return appointment.manager_id or book.client_by_id[appointment.client_id].manager_id


def _fits(appointment: Appointment, window: TimeWindow) -> bool:
    """Whether a talk of the known length (else a minute) can lie in the window as booked."""
    minutes = appointment.minutes or 1
    earliest = latest = appointment.start
    if earliest is None or latest is None or appointment.rigidity is Rigidity.DAY:
        return window.minutes >= minutes
    if appointment.rigidity is Rigidity.LEEWAY:
        earliest, latest = earliest - appointment.leeway, latest + appointment.leeway
    start = max(earliest, window.start)
    return start <= latest and start + minutes <= window.end


def _note_overlaps(book: Book, pairs: list[tuple[Record, Appointment]], reporter: Reporter) -> None:
    """Two exact appointments of one manager at the same time."""
    exact = sorted(
        (
            (
                _manager_id(book, one),
                one.date,
                one.start,
                one.start + (one.minutes or 1),
                record,
                one,
            )
            for record, one in pairs
            if one.rigidity is Rigidity.EXACT and one.start is not None
        ),
        key=lambda item: item[:3],
    )
    running: tuple[str, object, int, Appointment] | None = None
    for manager_id, day, start, end, record, one in exact:
        if running and running[:2] == (manager_id, day) and start < running[2]:
            reporter.note(FaultCode.OVERLAP, record.place("start"), other=running[3].id)
            end = max(end, running[2])
        running = (manager_id, day, end, one)
