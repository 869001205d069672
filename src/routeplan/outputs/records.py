"""Visit records in the terminal: what noting did, and the list of what is noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType

from routeplan.book.models import Book, VisitRecord, VisitStatus
from routeplan.book.noted import Noted, NotedState, Outcome, RecordedBook
from routeplan.book.words import vocabulary
from routeplan.language import Texts
from routeplan.outputs.folding import Text
from routeplan.outputs.terminal import visible
from routeplan.values import format_clock

__all__ = ["outcomes_report", "records_report"]

SHOWN = 10
"""Records of a form that are told one by one; of more only the count."""


def outcomes_report(
    outcomes: Sequence[Outcome], book: Book, texts: Texts, *, today: dt.date
) -> RenderableType:
    """What was noted, and what it takes the place of; then what is odd about it."""
    new = [one for one in outcomes if one.number is not None]
    lines = []
    for one in new[:SHOWN] if len(outcomes) > 1 else new:
        lines.append(Text(texts("records.noted", number=one.number, what=_told(one, book, texts))))
        if one.supersedes is not None:
            lines.append(Text("  " + texts("records.supersedes", number=one.supersedes)))
        if one.over_sheet:
            lines.append(Text("  " + texts("records.over_sheet")))
        if one.visit.status in _HAPPENED and one.visit.date > today:
            lines.append(Text("  " + texts("records.ahead", date=one.visit.date), "yellow"))
    known = len(outcomes) - len(new)
    if len(outcomes) > 1:
        lines.append(Text(texts("records.counted", n=len(new), known=known), "bold"))
    elif known:
        lines.append(Text(texts("records.known_already")))
    return Group(*lines)


_HAPPENED = (VisitStatus.DONE, VisitStatus.NOT_MET)


def _told(outcome: Outcome, book: Book, texts: Texts) -> str:
    visit = outcome.visit
    client = book.client_by_id[visit.client_id]
    parts = [f"{client.id} {client.name}", texts.day(visit.date), _what(visit, texts)]
    return visible(" · ".join(part for part in (*parts, _talk(visit, texts)) if part))


def records_report(found: Sequence[Noted], recorded: RecordedBook, texts: Texts) -> RenderableType:
    """A line a record; then where records and the book's sheet disagree."""
    if not found:
        return Text(texts("records.none"))
    lines: list[RenderableType] = []
    for one in found:
        head, *more = _lines(one, recorded.book, texts)
        lines.append(Text(visible(head), "" if one.state is NotedState.COUNTS else "dim"))
        lines += [Text(f"     {visible(line)}", "dim") for line in more]
    lines += [Text(texts.render(note), "yellow") for note in recorded.notes]
    return Group(*lines)


def _lines(one: Noted, book: Book, texts: Texts) -> Iterator[str]:
    """Who, when and what; then whom was met, what is next, and whether it counts."""
    client = book.client_by_id.get(one.client_id)
    name = f"{one.client_id} {client.name if client else ''}".strip()
    visit = one.visit
    key = "over_sheet" if one.over_sheet else one.state.value
    state = texts(f"records.state_{key}", by=one.superseded_by or 0)
    if visit is None:
        yield f"{one.number:>3}  {name} · {state}"
        return
    parts = (str(visit.date), name, _what(visit, texts), _talk(visit, texts))
    yield f"{one.number:>3}  {' · '.join(part for part in parts if part)}"
    if one.state is not NotedState.COUNTS or one.over_sheet:
        yield state
    people = {contact.id: contact.name for contact in book.contacts_of.get(one.client_id, ())}
    if visit.contact_ids:
        met = texts.join([people.get(key, key) for key in visit.contact_ids])
        yield texts("records.met", persons=met)
    if visit.next_step:
        key = "records.next_by" if visit.next_date else "records.next"
        yield texts(key, step=visit.next_step, date=str(visit.next_date))
    if visit.note:
        yield visit.note


def _what(visit: VisitRecord, texts: Texts) -> str:
    """'done', 'phone: done', 'postponed to Fri 2026-11-27 10:30'."""
    language = texts.language
    said = str(vocabulary("status").write(visit.status, language))
    if visit.postponed_to is not None:
        hour = "" if visit.postponed_start is None else format_clock(visit.postponed_start)
        day = f"{texts.day(visit.postponed_to)} {hour}".strip()
        said = texts("records.put_off", status=said, day=day)
    if not visit.is_visit:
        said = f"{vocabulary('channel').write(visit.channel, language)} {said}"
    if visit.goal_reached is not None:
        said += " · " + texts("records.goal_yes" if visit.goal_reached else "records.goal_no")
    return said


def _talk(visit: VisitRecord, texts: Texts) -> str:
    if visit.start is None:
        return ""
    if visit.end is None:
        return format_clock(visit.start)
    hours = f"{format_clock(visit.start)}-{format_clock(visit.end)}"
    return texts("records.talk", hours=hours, n=visit.end - visit.start)
