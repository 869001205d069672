"""README and docs name only what there is, and what they tell to do works."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests import reference
from tests.browser import chromium_path
from tests.test_cli import commands, run

ROOT = Path(__file__).parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / folder / "README.md" for folder in ("data", "benchmarks")),
]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made on the web."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        if anchor and linked.suffix == ".md":
            assert anchor in anchors(linked), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_exist_with_their_options(page: Path) -> None:
    known = commands()
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    for line in re.split(r"\n|&&", "\n".join(blocks)):
        found = re.match(r"\s*(?:\$ )?(?:\S*/)?routeplan ([a-z].*)", line)
        if not found or "..." in line or "[" in line:
            continue  # what stands in brackets is held by the manual's own tests
        words = shlex.split(found[1], comments=True)
        name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in known), None)
        assert name, line
        for word in words:
            if word.startswith("--"):
                assert word.partition("=")[0] in known[name], line


# --- the reference -------------------------------------------------------------------------------


def test_the_reference_is_what_the_code_says() -> None:
    stored = {path.name: path.read_text(encoding="utf-8") for path in reference.FOLDER.iterdir()}
    made = reference.pages()
    assert sorted(stored) == sorted(made)
    stale = [name for name in made if stored[name] != made[name]]
    assert not stale, "`make reference` writes these pages anew"


def test_every_switch_of_the_environment_is_told() -> None:
    sources = [
        path
        for folder in ("src", "tests", "notebooks", "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".ipynb")
    ]
    used = {
        name
        for path in sources
        for name in re.findall(r"\bROUTEPLAN_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bROUTEPLAN_[A-Z_]+\b", text)) == used


# --- the site ------------------------------------------------------------------------------------


def test_the_site_lists_every_page_once() -> None:
    def files(entry: Any) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        below = entry.values() if isinstance(entry, dict) else entry
        return [file for one in below for file in files(one)]

    site = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    docs = ROOT / "docs"
    pages = [str(page.relative_to(docs).as_posix()) for page in docs.rglob("*.md")]
    assert sorted(files(site["project"]["nav"])) == sorted(pages)


def test_the_site_has_no_broken_link(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    build = [sys.executable, "-m", "zensical", "build", "--strict"]
    built = subprocess.run(
        build, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert (tmp_path / "site" / "index.html").exists()


# --- the tutorial --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "language", "said"),
    [("tutorial.md", "en", "proven best"), ("tutorial.zh.md", "zh", "已证明最优")],
)
def test_the_tutorial_ends_with_printed_days(
    page: str, language: str, said: str, tmp_path: Path
) -> None:
    """Each command in order; the rows of its tables are filled into the book that it begins.

    Only the days are fixed: the tutorial plans the week after today's.
    """
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    lines = "\n".join(re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)).splitlines()
    printed = ""
    for line in lines:
        if not line.startswith("routeplan "):
            continue  # the set-up
        words = line.split()[1:]
        if words[0] == "plan":
            words += ["--week", "2026-11-23"]
        elif words[0] == "replan":
            words += ["--now", "2026-11-22T18:00"]
        elif words[0] == "sheets":
            words += ["--date", "2026-11-23"]
            if not chromium_path():
                words.remove("--pdf")
        done = run(tmp_path, *words, ROUTEPLAN_LANG=language)
        assert done.returncode == 0, line + done.stdout + done.stderr
        printed += done.stdout
        if words[0] == "init":
            _fill_in(tmp_path / "mybook" / "book.xlsx", text)
    assert said in printed
    assert "C003" in printed
    for name in ("map.html", "plan.xlsx", "calendar/M01.ics", "days/2026-11-23-M01.html"):
        assert (tmp_path / "week" / name).exists(), name
    if chromium_path():  # printed; a re-plan takes such pages away
        assert str(Path("week", "days", "2026-11-23-M01.pdf")) in printed


def _fill_in(path: Path, text: str) -> None:
    book = openpyxl.load_workbook(path)
    tables = re.findall(r"\*\*(\w+)\*\*[^|]*\n\n((?:\|[^\n]*\n)+)", text)
    assert len(tables) == 2
    for sheet, table in tables:
        rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in table.splitlines()]
        columns = {cell.value: cell.column for cell in book[sheet][1]}
        for number, row in enumerate(rows[2:], book[sheet].max_row + 1):
            for header, value in zip(rows[0], row, strict=True):
                book[sheet].cell(number, columns[header], value or None)
    book.save(path)
