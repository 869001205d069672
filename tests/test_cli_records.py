"""record, records and coverage as their users have them: noted, seen everywhere, corrected."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from routeplan.book.write import write_book
from routeplan.cli import app
from tests.examples import tiny_book


@pytest.fixture
def book(tmp_path: Path) -> str:
    write_book(tiny_book(), tmp_path / "book")
    return str(tmp_path / "book")


def run(*words: str, lang: str = "en") -> Any:
    return CliRunner().invoke(app, [*words, "--lang", lang])


def figures(book: str, day: str) -> dict[str, Any]:
    found = json.loads(run("coverage", book, "--date", day, "--json").stdout)
    total: dict[str, Any] = found["total"]
    return total


def test_a_day_is_recorded_and_due_and_coverage_change(book: str) -> None:
    before = figures(book, "2026-11-20")
    due = json.loads(run("due", book, "--week", "2026-11-16", "--json").stdout)
    assert "C1" in [one["client_id"] for one in due["due"]]
    noted = run("record", book, "C1", "--date", "2026-11-18", "--talk", "10:00~10:45")
    assert noted.exit_code == 0, noted.output
    assert "record 1" in noted.stdout
    after = figures(book, "2026-11-20")
    assert (after["done"], after["visits"]) == (before["done"] + 1, before["visits"] + 1)
    due = json.loads(run("due", book, "--week", "2026-11-16", "--json").stdout)
    assert "C1" not in [one["client_id"] for one in due["due"]]


def test_put_off_by_the_client_in_chinese(book: str) -> None:
    noted = run(
        *("record", book, "C2", "--date", "2026-11-20", "--to", "2026-11-26T10:30"),
        *("--note", "客户出差"),
        lang="zh",
    )
    assert noted.exit_code == 0, noted.output
    assert "改期" in noted.stdout
    due = json.loads(run("due", book, "--week", "2026-11-23", "--json").stdout)["due"]
    (booked,) = [one for one in due if one["client_id"] == "C2"]
    assert booked["required"] is True
    listed = run("records", book, lang="zh")
    assert "客户出差" in listed.stdout


def test_corrected_listed_and_taken_back(book: str) -> None:
    for status in ("not met", "done"):
        run("record", book, "C1", "--date", "2026-11-18", "--status", status)
    assert run("records", book).stdout.count("C1") == 1
    every = json.loads(run("records", book, "--all", "--json").stdout)
    assert [one["state"] for one in every] == ["superseded", "counts"]
    assert run("record", book, "--withdraw", "2").exit_code == 0
    assert figures(book, "2026-11-20")["visits"] == 0


def test_a_form_with_one_fault_notes_nothing(book: str, tmp_path: Path) -> None:
    form = tmp_path / "form.csv"
    form.write_bytes("客户编号,拜访日期\nC1,2026-11-18\nC9,2026-11-18\n".encode("gb18030"))
    refused = run("record", book, "--from", str(form))
    assert getattr(refused.exception, "code", "") == "RP1101"
    assert json.loads(run("records", book, "--json").stdout) == []
    form.write_bytes("客户编号,拜访日期\nC1,2026-11-18\nC2,2026-11-18\n".encode("gb18030"))
    assert "2 noted" in run("record", book, "--from", str(form)).stdout
    assert "0 noted, 2 known" in run("record", book, "--from", str(form)).stdout


@pytest.mark.parametrize(
    "words",
    [(), ("C1", "--withdraw", "1"), ("--from", "form.csv", "--status", "done"), ("--date", "x")],
)
def test_one_thing_at_a_time(book: str, words: tuple[str, ...]) -> None:
    assert getattr(run("record", book, *words).exception, "code", "") == "RP4081"


def test_coverage_as_csv_and_in_words(book: str) -> None:
    shown = run("coverage", book, "--date", "2026-11-20", "--csv").stdout_bytes
    assert shown.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(shown.decode("utf-8-sig"))))
    (total,) = [row for row in rows if row["level"] == "total"]
    tiers = [row for row in rows if row["level"] == "tier"]
    assert int(total["required"]) == sum(int(row["required"]) for row in tiers) > 0
    told = run("coverage", book, "--date", "2026-11-20", "--all", lang="zh")
    assert "覆盖情况" in told.stdout
    assert "C1" in told.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--date", "2026-13-01"), "RP4003"),
        (("--date", "9999-12-31"), "RP4003"),
        (("--manager", "M9"), "RP4002"),
        (("--plan", "nowhere"), "RP7001"),
    ],
)
def test_coverage_says_what_it_does_not_understand(
    book: str, words: tuple[str, ...], code: str
) -> None:
    assert getattr(run("coverage", book, *words).exception, "code", "") == code
