"""What the last visit to a client left to do."""

from __future__ import annotations

import datetime as dt

from routeplan.book.models import Book
from routeplan.language import Texts

__all__ = ["next_step"]


def next_step(book: Book | None, client_id: str, date: dt.date, texts: Texts) -> str:
    """'send the offer (Mon 11-16)' of the client's last visit before `date`, or of a call or
    message since; '' where they, or the book, tell none."""
    records = book.records_of.get(client_id, ()) if book else ()
    told = (record for record in reversed(records) if record.is_visit or record.next_step)
    last = next((record for record in told if record.date < date), None)
    if last is None or not last.next_step:
        return ""
    day = f"{texts.weekday(last.date)} {last.date:%m-%d}"
    return texts("sheet.next_step", day=day, text=last.next_step)
