"""A day sheet as one HTML page, complete in itself: no script, no font, no picture from elsewhere.

Jinja fills the template and escapes every text. A content security policy lets the page load and
run nothing at all, so that a text that slipped through could do no harm either.
"""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup

from routeplan.book.models import Book
from routeplan.language import Texts
from routeplan.outputs.day_sheet.route_map import HEIGHT, WIDTH, Ground, prepared_ground, route_map
from routeplan.outputs.day_sheet.sheet import day_sheet
from routeplan.outputs.pages import HTML_LANGUAGES, page_asset, page_template
from routeplan.outputs.plain import file_names
from routeplan.plan.plan import Plan, PlannedDay
from routeplan.travel.background import MainRoads

__all__ = ["GENERATOR", "day_sheet_files", "day_sheet_html", "sheet_names"]

GENERATOR = '<meta name="generator" content="routeplan day sheet">'
"""Stands in every page: what has it is ours to replace."""

FOLDER = "days"
"""In the folder of the plan."""


def sheet_names(plan: Plan) -> dict[tuple[str, str], str]:
    """(manager id, ISO date) → name of the page's file, for every day of the plan."""
    names = file_names(day.manager_id for day in plan.days)
    return {
        (day.manager_id, str(day.date)): f"{day.date}-{names[day.manager_id]}.html"
        for day in plan.days
    }


def day_sheet_files(
    plan: Plan,
    texts: Texts,
    *,
    book: Book | None = None,
    roads: MainRoads | None = None,
    only: Collection[tuple[str, str]] | None = None,
) -> dict[str, bytes]:
    """Name of the file in the plan's folder → page, for every day of the plan, or `only` those of
    (manager id, ISO date).
    """
    ground = prepared_ground(roads)
    names = sheet_names(plan)
    return {
        f"{FOLDER}/{names[day.manager_id, str(day.date)]}": day_sheet_html(
            plan, day, texts, book=book, ground=ground
        ).encode()
        for day in plan.days
        if only is None or (day.manager_id, str(day.date)) in only
    }


def day_sheet_html(
    plan: Plan,
    day: PlannedDay,
    texts: Texts,
    *,
    book: Book | None = None,
    ground: Ground = (),
) -> str:
    """The page of one manager's day, the same for the same plan, language and book.

    `book` tells whom to call at clients left out, and what the last visit left to do. `ground` are
    roads to lie under the map, from `prepared_ground`.
    """
    return page_template("day_sheet").render(
        language=HTML_LANGUAGES[texts.language],
        generator=Markup(GENERATOR),  # noqa: S704 our own
        style=Markup(page_asset("day_sheet", "page.css")),  # noqa: S704 our own
        sheet=day_sheet(plan, day, texts, book=book),
        map=route_map(day, ground),
        width=WIDTH,
        height=HEIGHT,
        t=texts,
    )
