"""Pages as PDF or picture, made by a Chromium of the machine; routeplan brings none along."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from routeplan.errors import FileError
from routeplan.language import message
from routeplan.outputs.files import write_atomically

__all__ = ["BROWSERS", "browser_path", "print_pdf", "take_picture"]

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
"""Names looked for on the search path, the first found is used."""

_INSTALLED = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
)
TIME_OUT = 60
"""Seconds for one page."""
BEGINNINGS = {".pdf": b"%PDF", ".png": b"\x89PNG"}
SETTLING = 3000
"""Milliseconds of the page's own time before its picture is taken, for tiles to arrive."""


def browser_path() -> str:
    """The browser to print with. Raises FileError when there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    found = found or next((path for path in _INSTALLED if Path(path).exists()), None)
    if found is None:
        raise FileError("RP3061", message("error.no_browser", names=BROWSERS[:3]))
    return found


def print_pdf(browser: str, page: Path, target: Path) -> None:
    """Prints an HTML file of ours as PDF. Raises FileError when the browser does not manage."""
    options = ("--no-pdf-header-footer",)
    write_atomically(target, _made(browser, page, "print-to-pdf", ".pdf", options))


def take_picture(browser: str, page: Path, target: Path, size: tuple[int, int]) -> None:
    """A PNG of an HTML file of ours in a window of `size` pixels. Raises FileError when the browser
    does not manage."""
    options = (
        f"--window-size={size[0]},{size[1]}",
        "--hide-scrollbars",
        "--force-prefers-reduced-motion",
        f"--virtual-time-budget={SETTLING}",
    )
    write_atomically(target, _made(browser, page, "screenshot", ".png", options))


def _made(browser: str, page: Path, kind: str, suffix: str, options: tuple[str, ...]) -> bytes:
    """What the browser writes when asked for `kind`, a file of `suffix`."""
    with tempfile.TemporaryDirectory(prefix="routeplan-") as folder:
        made = Path(folder) / f"page{suffix}"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--disable-extensions",
            "--disable-dev-shm-usage",
            "--no-first-run",
            *options,
            f"--user-data-dir={Path(folder) / 'profile'}",
            f"--{kind}={made}",
            page.absolute().as_uri(),
        ]
        if sys.platform == "linux" and os.geteuid() == 0:
            # A browser has no sandbox for root, as in a container; the page is our own, and its
            # security policy lets nothing run or load but what it names.
            command.insert(1, "--no-sandbox")
        try:
            run = subprocess.run(  # noqa: S603 no shell, our own arguments
                command, capture_output=True, timeout=TIME_OUT, check=False
            )
            content = made.read_bytes() if made.exists() else b""
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(page, str(error)) from error
        if not content.startswith(BEGINNINGS[suffix]):
            told = run.stderr.decode(errors="replace").strip().splitlines()
            raise _failed(page, told[-1] if told else f"exit code {run.returncode}")
    return content


def _failed(page: Path, why: str) -> FileError:
    return FileError("RP3062", message("error.not_printed", file=str(page), why=why[:200]))
