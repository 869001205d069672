"""How large what people look at gets, and how long it takes to make and to open.

    python benchmarks/outputs.py week --managers 1,10,50

`week` is the folder of a plan. It is cut to one manager, or copied: each copy has clients of its
own, a little aside from the first ones. Files are made in memory and not written; pages are opened
by Chromium, without a network, until it has drawn them.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from report import publish, table

from routeplan.book.models import Book
from routeplan.cli.common import book_of
from routeplan.due.coverage import Planned, coverage
from routeplan.due.policy import Cycle, read_policy
from routeplan.language import Texts
from routeplan.outputs.calendar import calendar_files
from routeplan.outputs.day_sheet.page import day_sheet_files
from routeplan.outputs.pdf import BROWSERS
from routeplan.outputs.plan_map import map_html
from routeplan.outputs.report.figures import report_of
from routeplan.outputs.report.page import report_html
from routeplan.outputs.report.tables import report_tables
from routeplan.outputs.workbook.write import workbook_bytes
from routeplan.plan.plan import Plan, Totals
from routeplan.workspace.folder import load_plan
from routeplan.workspace.records import book_with_records

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Json: TypeAlias = dict[str, Any]

TEXTS = Texts("zh")
ASIDE = 0.004
"""Degrees from one copy to the next, some 400 metres."""
ROW = 7
"""Copies side by side, before the next row of them."""
BOOK_LISTS = ("managers", "clients", "contacts", "visits", "appointments")
PLAN_LISTS = ("days", "left_out", "due", "touches", "touches_open", "tasks")
IDS = frozenset(("id", "client_id", "contact_id", "manager_id", "touch_id", "visit_id"))
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def scaled(plan: Plan, book: Book, managers: int) -> tuple[Plan, Book]:
    """The plan and its book, cut or copied to so many managers."""
    plan_tree, book_tree = plan.model_dump(mode="json"), book.model_dump(mode="json")
    ids = [one["id"] for one in book_tree["managers"]]
    copies = [ids] * (managers // len(ids)) + [ids[: managers % len(ids)]]
    parts = [
        (copied(cut(plan_tree, one), number), copied(cut(book_tree, one), number))
        for number, one in enumerate(copies)
        if one
    ]
    plan_tree |= joined([of_plan for of_plan, _ in parts]) | {"locks": [], "alternatives": []}
    made = Plan.model_validate(plan_tree)
    totals = sum((day.totals for day in made.days), Totals())
    whole = Book.model_validate(book_tree | joined([of_book for _, of_book in parts]))
    return made.model_copy(update={"totals": totals}), whole


def cut(tree: Json, managers: Sequence[str]) -> Json:
    """The lists of a plan or a book, with what belongs to these managers."""
    own = {one["id"] for one in tree.get("clients", ()) if one["manager_id"] in managers}
    own |= {
        visit["client_id"]
        for day in tree.get("days", ())
        for visit in day["visits"]
        if day["manager_id"] in managers
    }
    own |= {
        one["client_id"] for one in tree.get("left_out", ()) if one["manager_ids"][0] in managers
    }

    def belongs(name: str, one: Json) -> bool:
        if name == "managers":
            return one["id"] in managers
        if name in ("clients", "days", "tasks"):
            return one["manager_id"] in managers
        return one["client_id"] in own

    lists = (*BOOK_LISTS, *PLAN_LISTS)
    return {
        name: [one for one in tree[name] if belongs(name, one)] for name in lists if name in tree
    }


def copied(value: Any, number: int) -> Any:
    """The same with ids of its own, and a little aside."""
    if isinstance(value, list):
        return [copied(item, number) for item in value]
    if not isinstance(value, dict):
        return value
    if "lat" in value:
        north, east = divmod(number, ROW)
        return {"lat": value["lat"] + ASIDE * north, "lon": value["lon"] + ASIDE * east}
    return {key: renamed(key, item, number) for key, item in value.items()}


def renamed(key: str, value: Any, number: int) -> Any:
    if key in IDS and isinstance(value, str) and value and number:
        return f"{value}-{number}"
    if key in ("backup_ids", "companion_ids"):
        return []  # they may be of another part
    if key.endswith("_ids") or key == "loses":
        return [renamed("id", item, number) for item in value]
    return copied(value, number)


def joined(trees: Sequence[Json]) -> Json:
    return {name: [one for tree in trees for one in tree[name]] for name in trees[0]}


# --- measured -------------------------------------------------------------------------------------


def makers(plan: Plan, book: Book) -> Mapping[str, Callable[[], Mapping[str, bytes]]]:
    """Output → what makes its files: name → content."""

    def report() -> Mapping[str, bytes]:
        found = coverage(
            book,
            read_policy(plan.origin.policy),
            plan.origin.settings,
            plan.origin.calendar,
            cycle=Cycle.HALF_MONTH,
            day=plan.horizon.first,
            planned=[Planned(visit.client_id, day.date) for day, visit in plan.visits],
        )
        made = report_of(plan, book, found, at_risk=plan.origin.settings.coverage.at_risk)
        return {"report.html": report_html(made, TEXTS).encode(), **report_tables(made, TEXTS)}

    return {
        "map": lambda: {"map.html": map_html(plan, TEXTS).encode()},
        "day sheets": lambda: day_sheet_files(plan, TEXTS, book=book),
        "calendars": lambda: calendar_files(plan, TEXTS, standing=lambda _: None, book=book),
        "workbook": lambda: {"plan.xlsx": workbook_bytes(plan, TEXTS)},
        "report": report,
    }


def measured(plan: Plan, book: Book, repeats: int, browser: Browser | None) -> Iterator[list[str]]:
    managers = str(len({day.manager_id for day in plan.days}))
    for name, make in makers(plan, book).items():
        seconds, files = [], {}
        for _ in range(repeats):
            start = time.perf_counter()
            files = make()
            seconds.append(time.perf_counter() - start)
        size = sum(map(len, files.values()))
        zipped = sum(len(gzip.compress(content)) for content in files.values())
        pages = [content for file, content in files.items() if file.endswith(".html")]
        yield [
            *(managers, name, str(len(files)), kilobytes(size), kilobytes(zipped)),
            f"{min(seconds):.2f}",
            f"{opening(browser, pages[0]):.2f}" if browser and pages else "",
        ]


def kilobytes(size: int) -> str:
    return f"{size / 1000:,.0f}"


def opening(browser: Browser, page: bytes) -> float:
    """Seconds until a page is drawn: the median of three times, each in a window of its own."""
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_bytes(page)
        for _ in range(3):
            shown = browser.new_page(viewport={"width": 1440, "height": 900})
            start = time.perf_counter()
            shown.goto(file.as_uri())
            shown.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
            )
            seconds.append(time.perf_counter() - start)
            shown.close()
    return statistics.median(seconds)


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """None where there is no Chromium, or nothing to drive it with."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--managers", default="1,10,50")
    parser.add_argument("--repeats", type=int, default=3, help="the quickest counts")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    plan = load_plan(options.folder)
    book = book_with_records(book_of(plan, options.folder))
    heads = ["managers", "output", "files", "kB", "kB zipped", "s to make", "s to open one page"]
    rows: list[list[str]] = []
    with chromium() as browser:
        makers(plan, book)["map"]()  # what is loaded once
        for managers in map(int, options.managers.split(",")):
            rows += measured(*scaled(plan, book, managers), options.repeats, browser)
            publish(table(heads, rows), options.out, done=False)
    publish(table(heads, rows), options.out, done=True)


if __name__ == "__main__":
    main()
