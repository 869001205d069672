"""Plans to keep: small, made by hand, each told from the others by its notes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from routeplan.book.write import write_book
from routeplan.language import Texts, message
from routeplan.plan.plan import Plan
from tests.example_plan import example_plan
from tests.examples import tiny_book

__all__ = ["EN", "book_in", "some_plan"]

EN = Texts("en")


def some_plan(number: int, *, again: bool = False) -> Plan:
    """A plan of one day; `again`: as a re-plan."""
    whole = example_plan()
    days = tuple(day.model_copy(update={"visits": day.visits[:2]}) for day in whole.days[:1])
    clock = dt.datetime.fromisoformat("2026-11-23T08:00") if again else None
    told = {"now": clock, "book": "../book", "version": number + 1 if again else 1}
    origin = whole.origin.model_copy(update=told)
    # Not a plan that the checker would pass; here only what it is made of matters.
    notes = (message("plan.expected", n=number),)
    return whole.model_copy(update={"days": days, "origin": origin, "notes": notes, "left_out": ()})


def book_in(folder: Path) -> Path:
    """The tiny book as CSV files."""
    book = folder / "book"
    write_book(tiny_book(), book)
    return book
