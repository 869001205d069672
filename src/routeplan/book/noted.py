"""Visit records noted outside the book's own sheet, laid over it.

A record speaks of one client's site on one day (of a call or message: also of its hour). Where the
book's sheet speaks of the same, the later word counts. Rows of a sheet have no time, so each record
keeps what the sheet said when it was noted: a sheet that says the same still is older, one that was
changed since is newer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from routeplan.book.models import Appointment, Book, Rigidity, VisitRecord, VisitStatus
from routeplan.language import Message, message
from routeplan.values import Frozen
from routeplan.workdays import week_of

__all__ = [
    "Entry",
    "Noted",
    "NotedState",
    "Outcome",
    "RecordedBook",
    "Saying",
    "lay_over",
    "note_all",
]

_SAID = ("note", "next_step", "extra")
"""What may be reworded in the sheet without saying anything else of the visit."""

Key = tuple[str, str, str, str, int | None]
"""Client, site, date, channel; of a call or message also the hour."""


class Saying(Frozen):
    """What is kept of a record."""

    visit: VisitRecord | None
    """None: the record that this one supersedes is withdrawn."""
    sheet: tuple[VisitRecord, ...] = ()
    """What the book's sheet said of it then, without free text."""


class Entry(Frozen):
    """A record with its place among the others."""

    number: int
    noted: str
    """ISO, UTC."""
    client_id: str
    date: str
    superseded_by: int | None = None
    saying: Saying | None
    """None: of another version of routeplan."""


class NotedState(StrEnum):
    COUNTS = "counts"
    SUPERSEDED = "superseded"  # by a later record
    WITHDRAWN = "withdrawn"  # takes another back, and says nothing itself
    SHEET_LATER = "sheet_later"  # the book's sheet was changed after it
    NO_CLIENT = "no_client"  # the book does not have the client, or the site, any more
    UNREADABLE = "unreadable"  # of another version of routeplan


class Noted(Frozen):
    """A record as it stands among the others and the book's own."""

    number: int
    noted: str
    """ISO, UTC."""
    client_id: str
    visit: VisitRecord | None
    state: NotedState
    superseded_by: int | None = None
    over_sheet: bool = False
    """Whether it counts in the place of a row of the book's sheet."""


class Outcome(Frozen):
    """What noting did with one record."""

    visit: VisitRecord
    number: int | None
    """None: noted before, word for word."""
    supersedes: int | None = None
    over_sheet: bool = False


class RecordedBook(Frozen):
    """A book with everything that is known to have happened."""

    book: Book
    noted: tuple[Noted, ...]

    @property
    def notes(self) -> tuple[Message, ...]:
        """Where records and sheet disagree, or a record speaks of nobody in the book."""
        counted = {
            "records.note_over_sheet": [one for one in self.noted if one.over_sheet],
            "records.note_sheet_later": self._of(NotedState.SHEET_LATER),
            "records.note_no_client": self._of(NotedState.NO_CLIENT),
            "records.note_unreadable": self._of(NotedState.UNREADABLE),
        }
        return tuple(
            message(key, n=len(found), numbers=[str(one.number) for one in found])
            for key, found in counted.items()
            if found
        )

    def _of(self, state: NotedState) -> list[Noted]:
        return [one for one in self.noted if one.state is state]


# --- the book with its records --------------------------------------------------------------------


def lay_over(book: Book, entries: Iterable[Entry]) -> RecordedBook:
    rows = _rows_of(book, book.visits)
    noted: list[Noted] = []
    counted: list[tuple[int, VisitRecord]] = []
    replaced: set[Key] = set()
    for record in entries:
        content = record.saying
        visit = content.visit if content else None
        key = _key_or_none(book, visit)
        state, over_sheet = NotedState.COUNTS, False
        if record.superseded_by is not None:
            state = NotedState.SUPERSEDED
        elif content is None:
            state = NotedState.UNREADABLE
        elif visit is None:
            state = NotedState.WITHDRAWN
        elif key is None:
            state = NotedState.NO_CLIENT
        else:
            seen = rows.get(key, [])
            if not _agrees(seen, content):
                state = NotedState.SHEET_LATER
            else:
                over_sheet = bool(seen) and not _same(seen, [visit])
                replaced.add(key)
                counted.append((record.number, _known_only(book, visit)))
        noted.append(
            Noted(
                number=record.number,
                noted=record.noted,
                client_id=record.client_id,
                visit=visit,
                state=state,
                superseded_by=record.superseded_by,
                over_sheet=over_sheet,
            )
        )
    if not counted:
        return RecordedBook(book=book, noted=tuple(noted))
    visits = [visit for visit in book.visits if _key(book, visit) not in replaced]
    visits += [visit for _, visit in counted]
    whole = book.model_copy(update={"visits": tuple(visits)})
    booked = tuple(_booked(whole, counted))
    if booked:
        whole = whole.model_copy(update={"appointments": (*whole.appointments, *booked)})
    return RecordedBook(book=whole, noted=tuple(noted))


def _booked(book: Book, counted: Iterable[tuple[int, VisitRecord]]) -> Iterable[Appointment]:
    """What clients put off to another day, as an appointment; one in the book comes first."""
    taken = set(book.appointment_by_id)
    for number, visit in counted:
        day = visit.postponed_to
        if visit.status is not VisitStatus.POSTPONED or day is None or not visit.is_visit:
            continue
        agreed = [one for one in book.appointments if one.client_id == visit.client_id]
        if any(
            day in week_of(one.date) if one.rigidity is Rigidity.WEEK else one.date == day
            for one in agreed
        ):
            continue
        name = f"noted-{number}"
        while name in taken:
            name += "+"
        taken.add(name)
        yield Appointment(
            id=name,
            client_id=visit.client_id,
            site_id=visit.site_id,
            manager_id=visit.manager_id,
            date=day,
            start=visit.postponed_start,
            rigidity=Rigidity.DAY if visit.postponed_start is None else Rigidity.EXACT,
            purposes=visit.purposes,
            contact_ids=visit.contact_ids,
        )


def _known_only(book: Book, visit: VisitRecord) -> VisitRecord:
    """Who has left the book is not referred to: the client's own manager stands in."""
    own = book.client_by_id[visit.client_id].manager_id
    contacts = {contact.id for contact in book.contacts_of.get(visit.client_id, ())}
    return visit.model_copy(
        update={
            "manager_id": visit.manager_id if visit.manager_id in book.manager_by_id else own,
            "contact_ids": tuple(one for one in visit.contact_ids if one in contacts),
        }
    )


# --- noting ---------------------------------------------------------------------------------------


def note_all(
    book: Book,
    entries: Iterable[Entry],
    visits: Iterable[VisitRecord],
    append: Callable[[Saying, VisitRecord, int | None], int],
    *,
    once: bool,
) -> tuple[Outcome, ...]:
    """Notes records after those that are kept; `append` keeps one in the place of another, whose
    number it is given, and gives its own number.

    What was noted word for word already is not noted again; with `once`, for a file that is read
    again and again, neither is what was noted and corrected since.
    """
    outcomes = []
    rows = _rows_of(book, book.visits)
    history: dict[Key, list[Saying]] = defaultdict(list)
    standing: dict[Key, tuple[int, Saying]] = {}
    for entry in entries:
        key = _key_or_none(book, entry.saying.visit) if entry.saying else None
        if entry.saying is None or key is None:
            continue
        history[key].append(entry.saying)
        if entry.superseded_by is None:
            standing[key] = entry.number, entry.saying
    for given in visits:
        visit = _placed(book, given, standing)
        key = _key(book, visit)
        seen = rows.get(key, [])
        number, last = standing.get(key, (None, None))
        noted = once and any(saying.visit == visit for saying in history[key])
        if noted or (last and last.visit == visit and _agrees(seen, last)):
            outcomes.append(Outcome(visit=visit, number=None))
            continue
        saying = Saying(visit=visit, sheet=tuple(map(_facts, seen)))
        new = append(saying, visit, number)
        history[key].append(saying)
        standing[key] = new, saying
        over = bool(seen) and not _same(seen, [visit])
        outcomes.append(Outcome(visit=visit, number=new, supersedes=number, over_sheet=over))
    return tuple(outcomes)


# --- what a record speaks of ----------------------------------------------------------------------


def _placed(book: Book, visit: VisitRecord, standing: Iterable[Key]) -> VisitRecord:
    """A visit whose site is not named is at the one that is known of that day, if it is one."""
    if visit.site_id or len(book.client_by_id[visit.client_id].sites) == 1:
        return visit
    where = (visit.client_id, str(visit.date), visit.channel.value)
    known = {*standing, *(_key(book, one) for one in book.records_of.get(visit.client_id, ()))}
    sites = {site for client_id, site, date, how, _ in known if (client_id, date, how) == where}
    return visit.model_copy(update={"site_id": sites.pop()}) if len(sites) == 1 else visit


def _rows_of(book: Book, visits: Iterable[VisitRecord]) -> dict[Key, list[VisitRecord]]:
    found: dict[Key, list[VisitRecord]] = defaultdict(list)
    for visit in visits:
        found[_key(book, visit)].append(visit)
    return found


def _key(book: Book, visit: VisitRecord) -> Key:
    site = book.client_by_id[visit.client_id].site(visit.site_id)
    start = None if visit.is_visit else visit.start
    return visit.client_id, site.id, str(visit.date), visit.channel.value, start


def _key_or_none(book: Book, visit: VisitRecord | None) -> Key | None:
    """None: the book has no such client, or no such site of it, or nothing is said."""
    if visit is None:
        return None
    try:
        return _key(book, visit)
    except KeyError:
        return None


def _facts(visit: VisitRecord) -> VisitRecord:
    return VisitRecord(**visit.model_dump(exclude=set(_SAID)))


def _same(rows: Sequence[VisitRecord], others: Sequence[VisitRecord]) -> bool:
    def told(visits: Sequence[VisitRecord]) -> list[str]:
        return sorted(_facts(visit).model_dump_json() for visit in visits)

    return told(rows) == told(others)


def _agrees(seen: Sequence[VisitRecord], content: Saying) -> bool:
    """Whether the book's sheet says no later word than a record: nothing, what it said when that
    was noted, or the same."""
    told = (content.sheet, [content.visit] if content.visit else [])
    return not seen or any(_same(seen, one) for one in told)
