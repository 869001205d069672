"""The whole story for any book: every due visit planned once or left out with a cause."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.book.digest import digest
from routeplan.book.models import Book, VisitRecord, VisitStatus
from routeplan.config import Settings
from routeplan.due.models import DueKind, Horizon
from routeplan.due.policy import read_policy
from routeplan.errors import NoPlanError, UsageError
from routeplan.language import LANGUAGES, Texts
from routeplan.pipeline import (
    due_visits,
    monday_of,
    next_week,
    plan_visits,
)
from routeplan.plan.check import violations
from routeplan.plan.plan import Cause, Plan
from routeplan.problem.adjust import Drop, Must
from routeplan.solve.stop import StopRule
from routeplan.travel.great_circle import GreatCircle
from routeplan.values import Closure
from routeplan.workdays import WorkCalendar
from routeplan.workspace.folder import load_plan
from routeplan.workspace.save import save_plan
from tests.book.strategies import books
from tests.examples import MONDAY, tiny_book
from tests.plan.examples import random_book

ROOT = Path(__file__).parents[1]
HORIZON = Horizon(first=MONDAY)
STOP = StopRule(seconds=None, iterations=3)
EN = Texts("en")


def tiny_plan(*, seed: int = 0, adjustments: tuple[Drop | Must, ...] = ()) -> Plan:
    return plan_visits(tiny_book(), HORIZON, stop=STOP, seed=seed, adjustments=adjustments)


def require_sound(plan: Plan, book: Book, chosen: Settings) -> None:
    """What holds for every plan of every book."""
    travel = GreatCircle(chosen.travel)
    assert violations(plan, book, chosen, WorkCalendar(), travel) == ()
    planned = [visit.visit_id for _, visit in plan.visits]
    left = [visit.visit_id for visit in plan.left_out]
    assert Counter(planned + left) == Counter(visit.id for visit in plan.due)
    for visit in plan.left_out:
        for language in LANGUAGES:
            texts = Texts(language)
            assert texts.render(visit.why)
            assert all(texts.render(remedy.text) for remedy in visit.remedies)
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


# --- any book -------------------------------------------------------------------------------------


@given(
    book=books(most=4),
    monday=st.dates(dt.date(2004, 1, 5), dt.date(2199, 12, 1)).map(monday_of),
    policy=st.sampled_from(("visit-norms", "service-standard")),
    language=st.sampled_from(LANGUAGES),
)
@settings(max_examples=40)
def test_any_book_that_can_be_read_is_planned_shown_and_stored(
    book: Book, monday: dt.date, policy: str, language: str
) -> None:
    horizon = Horizon(first=monday)
    try:
        plan = plan_visits(book, horizon, policy=read_policy(policy), stop=STOP)
    except NoPlanError:  # nobody works that week
        return
    require_sound(plan, book, Settings())
    with TemporaryDirectory() as folder:
        save_plan(plan, Path(folder), Texts(language))
        assert load_plan(Path(folder)) == plan


@given(
    seed=st.integers(0, 10**6),
    days_ago=st.lists(st.integers(1, 60), min_size=7, max_size=7),
    weeks=st.integers(1, 2),
)
@settings(max_examples=40)
def test_a_crowded_book_is_planned_whole_and_the_same_again(
    seed: int, days_ago: list[int], weeks: int
) -> None:
    """More due than fits, in one city, with a visit to each client some days ago."""
    plain, _, chosen = random_book(seed)
    records = tuple(
        VisitRecord(
            client_id=client.id,
            manager_id=client.manager_id,
            date=MONDAY - dt.timedelta(days=ago),
            status=VisitStatus.DONE if ago % 5 else VisitStatus.CANCELLED,
        )
        for client, ago in zip(plain.clients, days_ago, strict=False)
    )
    book = plain.model_copy(update={"visits": records})
    horizon = Horizon(first=MONDAY, weeks=weeks)
    plan = plan_visits(book, horizon, settings=chosen, stop=STOP, seed=seed)
    require_sound(plan, book, chosen)
    again = plan_visits(book, horizon, settings=chosen, stop=STOP, seed=seed)
    assert again.model_dump_json() == plan.model_dump_json()


# --- same seed, same plan -------------------------------------------------------------------------


def test_same_seed_same_bytes_whatever_the_hash_seed() -> None:
    code = (
        "import datetime, sys\n"
        "from routeplan import Horizon, StopRule, plan_visits, read_book\n"
        "book = read_book('data/sample.xlsx')\n"
        "stop = StopRule(seconds=None, iterations=1)\n"
        "week = Horizon(first=datetime.date(2026, 11, 23))\n"
        "plan = plan_visits(book, week, manager_ids=['M01'], stop=stop, seed=5)\n"
        "sys.stdout.buffer.write(plan.model_dump_json(indent=1).encode())\n"
    )
    made = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert made[0] == made[1]
    plan = Plan.model_validate_json(made[0])
    assert plan.proof.seed == 5
    assert len(plan.visits) > 20


# --- who is due -----------------------------------------------------------------------------------


def test_the_next_week_begins_on_the_monday_after_today() -> None:
    for offset in range(7):
        today = MONDAY + dt.timedelta(days=offset)
        assert monday_of(today) == MONDAY
        assert next_week(today) == Horizon(first=MONDAY + dt.timedelta(days=7))


def test_only_the_managers_asked_for_are_planned() -> None:
    plan = plan_visits(tiny_book(), HORIZON, manager_ids=["M2"], stop=STOP)
    assert {day.manager_id for day in plan.days} == {"M2"}
    assert {visit.client_id for visit in plan.due} == {"C5", "C6"}
    with pytest.raises(UsageError, match=r"RP4002.*M3.*M1, M2"):
        due_visits(tiny_book(), HORIZON, manager_ids=["M1", "M3"])


def test_what_a_plan_left_out_is_left_over_next_week() -> None:
    before = tiny_plan()
    assert [visit.client_id for visit in before.left_out] == ["C4"]
    following = Horizon(first=MONDAY + dt.timedelta(days=7))
    due = due_visits(tiny_book(), following, previous=before)
    left_over = {
        visit.client_id
        for visit in due.due
        if any(reason.kind is DueKind.LEFT_OVER for reason in visit.reasons)
    }
    assert left_over == {"C4"}
    # The plan's visits, not yet in the records, are taken as made, and a note says so.
    assert {visit.last_visit for visit in due.due if visit.client_id == "C1"} == {
        day.date for day, visit in before.visits if visit.client_id == "C1"
    }
    assert any("5" in EN.render(note) for note in due.notes)
    assert not any(note.key == "plan.expected" for note in due_visits(tiny_book(), following).notes)


# --- what cannot be planned -----------------------------------------------------------------------


def test_a_week_that_nobody_works_is_no_plan() -> None:
    with pytest.raises(NoPlanError, match="RP5001"):
        plan_visits(tiny_book(), Horizon(first=dt.date(2026, 2, 16)), stop=STOP)
    managers = tuple(
        manager.model_copy(update={"leave": (Closure(first=MONDAY, last=HORIZON.last),)})
        for manager in tiny_book().managers
    )
    away = tiny_book().model_copy(update={"managers": managers})
    with pytest.raises(NoPlanError, match="2026-11-23"):
        plan_visits(away, HORIZON, stop=STOP)


def test_adjustments_are_kept_in_the_plan_and_heeded() -> None:
    wishes = (Drop(client_id="C1"), Must(client_id="C3"))
    plan = tiny_plan(adjustments=wishes)
    assert plan.adjustments == wishes
    assert {visit.client_id: visit.cause for visit in plan.left_out} == {
        "C1": Cause.EXCLUDED,
        "C4": Cause.LOCATION_UNKNOWN,
    }
    with pytest.raises(UsageError, match="C99"):
        tiny_plan(adjustments=(Drop(client_id="C99"),))


def test_the_digest_is_the_books_content() -> None:
    assert digest(tiny_book()) == digest(tiny_book())
    assert digest(tiny_book()) != digest(tiny_book().model_copy(update={"appointments": ()}))
