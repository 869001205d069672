"""Closed hours put into a book: a manager's leave, or the closed hours of a client's site."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence

from routeplan.book.busy import merged_closures
from routeplan.book.cells import guard, text_of
from routeplan.book.columns import SHEETS
from routeplan.book.models import Book
from routeplan.book.spans import closures as closures_cell
from routeplan.errors import UsageError
from routeplan.language import message
from routeplan.values import Closure

__all__ = ["close_client", "close_manager", "closures_csv"]

Days = tuple[dt.date, dt.date]
"""First and last, both included."""


def close_manager(
    book: Book, manager_id: str, closures: Sequence[Closure], cleared: Days | None = None
) -> Book:
    """The book with more leave for a manager; what it held for the days `cleared` goes first.

    Raises UsageError for an unknown manager.
    """
    if manager_id not in book.manager_by_id:
        known = sorted(book.manager_by_id)
        raise UsageError("RP4002", message("error.manager", ids=[manager_id], known=known))
    managers = tuple(
        one.model_copy(update={"leave": _with(one.leave, closures, cleared)})
        if one.id == manager_id
        else one
        for one in book.managers
    )
    return book.model_copy(update={"managers": managers})


def close_client(
    book: Book, name: str, closures: Sequence[Closure], cleared: Days | None = None
) -> Book:
    """The book with more closed hours for a client's site: 'C017' is its main one, 'C017@SITE'
    another. Raises UsageError for an unknown client or site."""
    client_id, _, site_id = name.partition("@")
    client = book.client_by_id.get(client_id)
    if client is None or all(site_id not in ("", site.id) for site in client.sites):
        raise UsageError("RP4065", message("error.unknown_client", client=name))
    closed = client.site(site_id)
    sites = tuple(
        site.model_copy(update={"closures": _with(site.closures, closures, cleared)})
        if site is closed
        else site
        for site in client.sites
    )
    changed = client.model_copy(update={"sites": sites})
    clients = tuple(changed if one.id == client_id else one for one in book.clients)
    return book.model_copy(update={"clients": clients})


def closures_csv(
    closures: tuple[Closure, ...], manager_id: str, client: str, language: str
) -> bytes:
    """A row to paste into a book's managers (for a manager's id) or clients: who, and when."""
    cell = closures_cell.write(closures, language) if closures else ""
    client_id, _, site_id = client.partition("@")
    row = (
        {"manager_id": manager_id, "leave": cell}
        if manager_id
        else {"client_id": client_id, "site": site_id, "closures": cell}
    )
    sheet = next(one for one in SHEETS if one.name == ("managers" if manager_id else "clients"))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(sheet.by_name[name].header(language) for name in row)
    writer.writerow(guard(text_of(value), formulas=True) for value in row.values())
    return stream.getvalue().encode("utf-8-sig")


def _with(
    there: Iterable[Closure], more: Iterable[Closure], cleared: Days | None
) -> tuple[Closure, ...]:
    kept = [part for closure in there for part in _outside(closure, cleared)]
    return merged_closures([*kept, *more])


def _outside(closure: Closure, cleared: Days | None) -> Iterator[Closure]:
    """What of a closure lies before and after the days."""
    if cleared is None:
        yield closure
        return
    one = dt.timedelta(days=1)
    before, after = min(closure.last, cleared[0] - one), max(closure.first, cleared[1] + one)
    if closure.first <= before:
        yield closure.model_copy(update={"last": before})
    if after <= closure.last:
        yield closure.model_copy(update={"first": after})
