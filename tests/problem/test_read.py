"""problem.json is read back as written, and a wrong one is refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from routeplan.book.models import Book
from routeplan.config import Settings
from routeplan.errors import FileError
from routeplan.language import Texts
from routeplan.point import Point
from routeplan.problem.build import build_problem
from routeplan.problem.problem import Problem
from routeplan.problem.read import read_problem
from routeplan.travel.great_circle import GreatCircle
from routeplan.workdays import WorkCalendar
from tests.examples import due_visit, tiny_book, tiny_due, tiny_problem
from tests.problem_strategies import problems


@settings(max_examples=50, deadline=None)
@given(problems())
def test_json_is_read_back_as_it_was(problem: Problem) -> None:
    assert Problem.model_validate_json(problem.model_dump_json()) == problem


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_with_or_without_byte_order_mark(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "problem.json"
    path.write_bytes(mark + tiny_problem().model_dump_json(indent=2).encode())
    assert read_problem(path) == tiny_problem()


def change(*keys: str | int, to: object) -> str:
    """The tiny problem's JSON with one entry changed."""
    whole = json.loads(tiny_problem().model_dump_json())
    at: Any = whole
    for key in keys[:-1]:
        at = at[key]
    at[keys[-1]] = to
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[]", "table of entries"),
        ("{}", "missing"),
        (change("version", to=2), "version"),
        (change("surprise", to=1), "surprise"),
        (change("visits", 0, "talk", to=0), "visits.0.talk"),
        (change("visits", 0, "talk", to=4.5), "visits.0.talk"),
        (change("visits", 0, "place", to=99), "place 99"),
        (change("visits", 0, "windows", 0, "shift", to=99), "shift 99"),
        (change("visits", 0, "id", to="C1"), "two visits have one id"),
        (change("shifts", 0, "matrix", to=9), "no matrix 9"),
        (change("shifts", 0, "end_place", to=9), "place 9"),
        (change("shifts", 1, "day", to=0), "two shifts on one day"),
        (change("gaps", to=[{"first": 1, "second": 1, "days": 1}]), "names no two visits"),
        (change("places", to=["one"]), "rows, not 1"),
        (change("matrices", 0, "minutes", 0, to=[0]), "square"),
    ],
)
def test_a_file_that_is_no_problem_is_refused(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "问题.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_problem(path)
    assert caught.value.code == "RP3022"
    assert why in str(caught.value)
    assert "问题.json" in Texts("zh").render(caught.value.message)
    assert len(str(caught.value)) < 1000


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_bytes(b"\xff\xfe\x00PK\x03\x04")
    with pytest.raises(FileError) as caught:
        read_problem(path)
    assert caught.value.code == "RP3022"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(FileError) as caught:
            read_problem(path)
        assert caught.value.code == "RP3001"


def test_a_real_weeks_file_stays_small() -> None:
    book = tiny_book()
    model = book.clients[0]
    site = model.sites[0]
    clients = tuple(
        model.model_copy(
            update={
                "id": f"C{number}",
                "sites": (
                    site.model_copy(
                        update={"point": Point(lat=39.8 + number / 500, lon=116.3 + number / 700)}
                    ),
                ),
            }
        )
        for number in range(150)
    )
    big = Book(managers=book.managers, clients=clients)
    due = tiny_due().model_copy(update={"due": tuple(due_visit(one.id) for one in clients)})
    options = Settings()
    built = build_problem(big, due, options, WorkCalendar(), GreatCircle(options.travel))
    assert len(built.problem.places) == 152
    assert len(built.problem.model_dump_json()) < 3_000_000
