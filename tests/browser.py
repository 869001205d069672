"""A headless Chromium for the tests of pages: what a page asks for and says is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request

__all__ = ["DESKTOP", "PHONE", "Watched", "chromium_path", "open_browser", "opened"]

DESKTOP = (1440, 900)
PHONE = (390, 844)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium_path() -> str | None:
    """The Chromium of this machine; None: there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A browser for several pages. Skips the test, and says so, where there is no Chromium."""
    path = chromium_path()
    if path is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(NAMES)})")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watched:
    """A page and all that it did beside drawing."""

    page: Page
    requests: list[str] = field(default_factory=list)
    """Addresses asked for, without data: and the page's own."""
    complaints: list[str] = field(default_factory=list)
    """Console warnings and errors, uncaught errors, dialogs: a good page has none."""


@contextmanager
def opened(browser: Browser, html: str, folder: Path, size: tuple[int, int]) -> Iterator[Watched]:
    """The page in a window of `size`, with every request to a network refused and kept."""
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale="en-GB"
    )
    watched = Watched(context.new_page())

    def on_request(request: Request) -> None:
        if not request.url.startswith("data:") and request.url != file.as_uri():
            watched.requests.append(request.url)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watched.complaints.append(f"console: {message.text}")

    def on_dialog(dialog: Dialog) -> None:
        watched.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    watched.page.on("request", on_request)
    watched.page.on("console", on_console)
    watched.page.on("dialog", on_dialog)
    watched.page.on("pageerror", lambda error: watched.complaints.append(f"error: {error}"))
    context.route("http*://**/*", lambda route: route.abort())
    try:
        watched.page.goto(file.as_uri())
        yield watched
    finally:
        context.close()
