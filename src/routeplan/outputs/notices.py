"""What to tell whom of a re-plan: a ready message for each client whose visit changes, and one for
the manager. Nothing is sent.

A client's message holds the client's own names and hours alone: nothing of why a visit moved, of
what it is worth, or of anybody else.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
from enum import StrEnum

from babel.dates import format_date

from routeplan.book.cells import guard
from routeplan.language import Texts
from routeplan.outputs.plain import plain
from routeplan.outputs.wording import word
from routeplan.plan.plan import (
    Alternative,
    Cause,
    Plan,
    PlannedDay,
    PlannedVisit,
    PlannedVisitStatus,
)
from routeplan.problem.progress import Told
from routeplan.replan.diff import Change, ChangeKind, diff_plans
from routeplan.values import Frozen, format_clock

__all__ = ["Notice", "Reader", "either", "notice_files", "notices_of", "spoken"]


FILES = "notices"


class Reader(StrEnum):
    CLIENT = "client"
    MANAGER = "manager"


class Notice(Frozen):
    """One message."""

    reader: Reader
    manager_id: str
    """Who sends it to the client, or reads it."""
    manager_name: str
    client_id: str
    client_name: str
    contact: str = ""
    """Of the client, whom to write to."""
    phone: str = ""
    text: str


def notices_of(before: Plan, after: Plan, texts: Texts) -> tuple[Notice, ...]:
    """The messages, by manager and the visit's day; a client's own is in the language of the person
    it goes to, if that is known. Of a visit that is over or under way there is nothing to say."""
    found: list[Notice] = []
    old = {visit.visit_id: (day, visit) for day, visit in before.visits}
    new = {visit.visit_id: (day, visit) for day, visit in after.visits}
    cause = {visit.visit_id: visit.cause for visit in after.left_out}
    others: dict[str, list[Alternative]] = {}
    for other in after.alternatives:
        others.setdefault(other.visit_id, []).append(other)
    for change in diff_plans(before, after).changes:
        was, now = old.get(change.visit_id), new.get(change.visit_id)
        over = now is not None and now[1].status is not PlannedVisitStatus.PLANNED
        if change.kind is ChangeKind.KEPT or over:
            continue
        offered = others.get(change.visit_id, [])
        if about := now or was:
            why = cause.get(change.visit_id)
            found += _about(change, *about, was, now, why, offered, texts)
    return tuple(sorted(found, key=lambda notice: notice.manager_id))


def _about(
    change: Change,
    day: PlannedDay,
    visit: PlannedVisit,
    was: tuple[PlannedDay, PlannedVisit] | None,
    now: tuple[PlannedDay, PlannedVisit] | None,
    cause: Cause | None,
    offered: list[Alternative],
    texts: Texts,
) -> list[Notice]:
    person = visit.persons[0] if visit.persons else None
    own = Texts(person.language.value) if person and person.language else texts
    key = _kind(was, now, cause)
    common = {
        "manager_id": day.manager_id,
        "manager_name": day.manager_name,
        "client_id": visit.client_id,
        "client_name": visit.client_name,
        "contact": person.name if person else "",
        "phone": person.phone if person else "",
    }
    told = was[1].told if was else Told.NOT_AGREED
    about = texts(
        f"notices.manager_{change.kind.value}",
        client=f"{visit.client_id} {visit.client_name}",
        old=_slot(was, texts),
        new=_slot(now, texts),
        told=word(told, texts),
    )
    about = texts("notices.two", said=about, more=texts(f"notices.{'write' if key else 'nothing'}"))
    found = [Notice(reader=Reader.MANAGER, text=about, **common)]
    if key is not None:
        greeting = "notices.dear" if person else "notices.dear_all"
        name = person.name if person else visit.client_name
        said = own(
            f"notices.{key}",
            dear=own(greeting, name=name),
            manager=day.manager_name,
            other=was[0].manager_name if was else "",
            old=_slot(was, own),
            new=_slot(now, own),
        )
        if offered:
            hours = either([spoken(other.date, other.start, own) for other in offered], own)
            more = own("notices.instead" if now else "notices.again", hours=hours)
            said = own("notices.two", said=said, more=more)
        elif key == "removed":
            said = own("notices.two", said=said, more=own("notices.call_you"))
        found.append(Notice(reader=Reader.CLIENT, text=said, **common))
    if was and now and was[0].manager_id != now[0].manager_id:
        handed = texts(
            "notices.manager_handed",
            client=f"{visit.client_id} {visit.client_name}",
            old=_slot(was, texts),
            manager=now[0].manager_name,
        )
        gone = {"manager_id": was[0].manager_id, "manager_name": was[0].manager_name}
        found.append(Notice(reader=Reader.MANAGER, text=handed, **(common | gone)))
    return found


def _kind(
    was: tuple[PlannedDay, PlannedVisit] | None,
    now: tuple[PlannedDay, PlannedVisit] | None,
    cause: Cause | None,
) -> str | None:
    """Which message the client gets; None: there is nothing that it has to know."""
    knew = was is not None and was[1].told is not Told.NOT_AGREED
    if was and now and (was[0].date, was[1].talk.start) == (now[0].date, now[1].talk.start):
        return "colleague" if knew and was[0].manager_id != now[0].manager_id else None
    if now is not None and now[1].told is Told.CONFIRMED:
        return "confirmed" if knew else "confirmed_new"
    if now is not None:
        return "moved" if knew else "proposed"
    if cause is Cause.CANCELLED:
        return "cancelled"
    return "removed" if knew else None


def spoken(date: dt.date, start: int, texts: Texts) -> str:
    """'Tuesday 24 November at 10:00' or '11月24日（周二）10:00'."""
    pattern = "M月d日（EEE）" if texts.language == "zh" else "EEEE d MMMM"
    said = format_date(date, pattern, locale=texts.language)
    return texts("notices.hour", date=said, start=format_clock(start))


def either(hours: list[str], texts: Texts) -> str:
    """'Tuesday at 10:00 or Wednesday at 15:00'."""
    said = hours[0]
    for hour in hours[1:]:
        said = texts("notices.or", one=said, other=hour)
    return said


def _slot(where: tuple[PlannedDay, PlannedVisit] | None, texts: Texts) -> str:
    return spoken(where[0].date, where[1].talk.start, texts) if where else ""


def notice_files(before: Plan, after: Plan, texts: Texts) -> dict[str, bytes]:
    """A Markdown file to read and copy from, a CSV for a spreadsheet; none without a change."""
    notices = notices_of(before, after, texts)
    if not notices:
        return {}
    return {
        f"{FILES}.md": _markdown(notices, texts).encode(),
        f"{FILES}.csv": _csv(notices, texts),
    }


def _markdown(notices: tuple[Notice, ...], texts: Texts) -> str:
    lines = [f"# {texts('notices.title')}", "", texts("notices.not_sent")]
    manager = ""
    for notice in notices:
        if notice.manager_id != manager:
            manager = notice.manager_id
            of = texts("notices.of", name=_unmarked(notice.manager_name), id=_unmarked(manager))
            lines += ["", f"## {of}"]
        if notice.reader is Reader.MANAGER:
            lines += ["", f"### {_unmarked(notice.text)}"]
            continue
        to = texts.join([who for who in (notice.contact, notice.phone) if who])
        lines += ["", _unmarked(texts("notices.to", to=to or notice.client_name)), ""]
        # As code, so that no name is taken for a mark and all of it can be copied.
        lines += ["    " + line for line in notice.text.splitlines()]
    return plain("\n".join([*lines, ""]))


def _unmarked(text: str) -> str:
    """Text in which nothing is a mark of Markdown."""
    line = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>#|~" else char for char in line)


def _csv(notices: tuple[Notice, ...], texts: Texts) -> bytes:
    """UTF-8 with a mark, as Excel opens it right; no name becomes a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    names = ("reader", "manager", "client_id", "client", "contact", "phone", "message")
    writer.writerow([texts(f"notices.column_{name}") for name in names])
    for notice in notices:
        cells = (
            texts(f"notices.reader_{notice.reader.value}"),
            notice.manager_name,
            notice.client_id,
            notice.client_name,
            notice.contact,
            notice.phone,
            notice.text,
        )
        writer.writerow([guard(plain(cell), formulas=True) for cell in cells])
    return codecs.BOM_UTF8 + stream.getvalue().encode()
