"""Planned against actual talk, and minutes learned: by hand, and laws."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from routeplan.book.models import Book, Channel, VisitRecord, VisitStatus
from routeplan.book.read import read_book
from routeplan.book.write import write_book
from routeplan.cli import app
from routeplan.config import Settings, TalkSettings
from routeplan.due.talk_time import Talk, learn_talks, recorded_talks, talk_sums
from tests.examples import MONDAY, tiny_book

SETTINGS = Settings()
TIER_B, TIER_C = 40, 30
"""Minutes planned for C2 and C3, with one person and no particular purpose."""


def talks(client_id: str, *minutes: int, first: int = 1) -> list[VisitRecord]:
    return [
        VisitRecord(
            client_id=client_id,
            manager_id="M1",
            date=MONDAY - dt.timedelta(days=first + number),
            start=600,
            end=600 + one,
        )
        for number, one in enumerate(minutes)
    ]


def book(*records: list[VisitRecord]) -> Book:
    visits = tuple(one for some in records for one in some)
    return tiny_book().model_copy(update={"visits": visits})


def learned(made: Book) -> dict[str, int]:
    return {one.client_id: one.minutes for one in learn_talks(made, SETTINGS)}


def test_talks_are_compared_with_what_would_be_planned() -> None:
    made = book(talks("C2", 40, 50, 60), talks("C3", 30))
    (two, three) = talk_sums(recorded_talks(made, SETTINGS.talk), lambda talk: talk.client_id)
    assert (two.key, two.talks, two.planned, two.actual, two.overran) == ("C2", 3, 120, 150, 2)
    assert (two.median, two.upper) == (1.25, 1.38)
    assert (three.planned, three.actual, three.overran) == (TIER_C, 30, 0)


def test_only_visits_made_with_both_hours_count() -> None:
    (one,) = talks("C2", 50)
    others = [
        one.model_copy(update={"status": VisitStatus.NOT_MET}),
        one.model_copy(update={"channel": Channel.PHONE}),
        one.model_copy(update={"end": None}),
    ]
    assert len(recorded_talks(book([one], others), SETTINGS.talk)) == 1


def test_more_persons_and_a_complaint_were_to_take_longer() -> None:
    (one,) = talks("C2", 50)
    record = VisitRecord.model_validate(
        one.model_dump() | {"contact_ids": ("A", "B", "C"), "purposes": ("complaint",)}
    )
    (talk,) = recorded_talks(book([record]), SETTINGS.talk)
    assert talk.planned == TIER_B + 2 * 5 + 15


def test_a_client_that_overruns_gets_longer_and_one_afternoon_moves_nothing() -> None:
    # All talk is C2's: own quartile 1.5 five times over in ten, the tier's and all talks' drawn
    # from 1 likewise: 1.5 ** (1/2 + 1/4 + 1/8) = 1.426 of 40 minutes is 57.
    assert learned(book(talks("C2", 60, 60, 60, 60, 60))) == {"C2": 55}
    assert learned(book(talks("C2", 40, 40, 40, 40, 240))) == {}
    assert learned(book(talks("C2", 60, 60))) == {}  # two are no evidence


def test_few_talks_are_drawn_towards_those_of_all() -> None:
    punctual = [talks("C2", *[40] * 30, first=10)]
    alone, among = book(talks("C3", 45, 45, 45)), book(talks("C3", 45, 45, 45), *punctual)
    ratios = [
        next(one.ratio for one in learn_talks(made, SETTINGS) if one.client_id == "C3")
        for made in (alone, among)
    ]
    # Own 1.5; its tier 1.5 ** (3/8), drawn from all: those are 1.5 ** (3/8), or punctual.
    assert ratios == [pytest.approx(1.36, abs=0.01), pytest.approx(1.28, abs=0.01)]


def test_minutes_stay_within_the_limits() -> None:
    wide = learned(book(talks("C2", *[300] * 20)))["C2"]
    narrow = learned(book(talks("C2", *[1] * 20)))["C2"]
    assert (wide, narrow) == (SETTINGS.talk.max_per_visit, SETTINGS.talk.shortest)


@settings(max_examples=60, deadline=None)
@given(
    minutes=st.lists(st.integers(1, 400), min_size=3, max_size=12),
    others=st.lists(st.integers(1, 400), max_size=12),
)
def test_proposals_lie_between_the_evidence_and_what_is_planned(
    minutes: list[int], others: list[int]
) -> None:
    made = book(talks("C2", *minutes), talks("C5", *others, first=20))
    for one in learn_talks(made, SETTINGS):
        limits = SETTINGS.talk
        assert limits.shortest <= one.minutes <= limits.max_per_visit
        assert abs(one.minutes - one.planned) >= 5
        assert 0.3 <= one.ratio <= 3
        assert (one.minutes > one.planned) == (one.ratio > 1)


@settings(max_examples=40, deadline=None)
@given(minutes=st.lists(st.integers(1, 400), max_size=15))
def test_sums_by_manager_and_by_client_agree(minutes: list[int]) -> None:
    half = len(minutes) // 2
    made = book(talks("C2", *minutes[:half]), talks("C3", *minutes[half:], first=20))
    found = recorded_talks(made, TalkSettings())

    def total(by: str) -> tuple[int, int, int]:
        def key(talk: Talk) -> str:
            return str(getattr(talk, by))

        sums = talk_sums(found, key)
        return (
            sum(one.talks for one in sums),
            sum(one.planned for one in sums),
            sum(one.actual for one in sums),
        )

    assert total("manager_id") == total("client_id") == total("tier")
    assert total("tier")[2] == sum(minutes)


# --- the command ----------------------------------------------------------------------------------


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def test_learn_changes_nothing_unasked_and_writes_a_new_book(tmp_path: Path) -> None:
    path = tmp_path / "book"
    write_book(book(talks("C2", 60, 60, 60, 60, 60)), path)
    files = {file: file.read_bytes() for file in path.iterdir()}
    told = json.loads(run("learn", str(path), "--json").stdout)
    assert [(one["client_id"], one["talks"], one["minutes"]) for one in told["talks"]] == [
        ("C2", 5, 55)
    ]
    assert {file: file.read_bytes() for file in path.iterdir() if file in files} == files
    out, hours = tmp_path / "learned.xlsx", tmp_path / "hours.csv"
    done = run("learn", str(path), "--apply", str(out), "--apply", str(hours), "--lang", "en")
    assert done.exit_code == 0, done.output
    assert hours.exists()
    after = read_book(out).client_by_id
    assert {key: one.talk_minutes for key, one in after.items() if one.talk_minutes} == {"C2": 55}
    assert {file: file.read_bytes() for file in path.iterdir() if file in files} == files


@pytest.mark.parametrize("where", ["book", "learned.xlsx"])
def test_learn_overwrites_nothing(tmp_path: Path, where: str) -> None:
    write_book(book(talks("C2", 60, 60, 60)), tmp_path / "book")
    (tmp_path / "learned.xlsx").write_text("mine")
    found = run("learn", str(tmp_path / "book"), "--apply", str(tmp_path / where))
    assert getattr(found.exception, "code", "") == "RP4035"
    always = run("learn", str(tmp_path / "book"), "--apply", str(tmp_path / "book"), "--overwrite")
    assert getattr(always.exception, "code", "") == "RP4035"


def test_older_records_can_be_left_out(tmp_path: Path) -> None:
    write_book(book(talks("C2", 60, 60, 60)), tmp_path / "book")
    words = ("learn", str(tmp_path / "book"), "--json", "--since", str(MONDAY))
    assert json.loads(run(*words).stdout)["managers"] == []
