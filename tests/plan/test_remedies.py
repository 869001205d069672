"""Whatever a remedy promises happens when it is applied."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routeplan.due.models import DueList
from routeplan.language import Texts
from routeplan.plan.plan import Cause, Plan
from routeplan.problem.adjust import Drop
from tests.plan.examples import make_plan, random_book


def planned_visits(plan: Plan, client_id: str) -> int:
    return sum(visit.client_id == client_id for _, visit in plan.visits)


def due_visits(due: DueList, client_id: str) -> int:
    return sum(visit.client_id == client_id for visit in due.due)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_remedy_brings_its_client_in(seed: int) -> None:
    book, due, wishes = random_book(seed)
    plan = make_plan(book, due, wishes)
    for visit in plan.left_out:
        for remedy in visit.remedies:
            for language in ("en", "zh"):
                assert Texts(language).render(remedy.text)
            if not remedy.adjustments:
                continue
            again = make_plan(book, due, wishes, adjustments=remedy.adjustments)
            # One more visit than before, or all there are.
            before, after = (planned_visits(which, visit.client_id) for which in (plan, again))
            assert after > before, (visit, remedy)
            # Without a drop it is for the search to choose who gives way.
            if any(isinstance(item, Drop) for item in remedy.adjustments):
                assert set(remedy.loses) <= {other.visit_id for other in again.left_out}


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_due_visit_is_planned_once_or_left_out_with_a_reason(seed: int) -> None:
    book, due, wishes = random_book(seed)
    plan = make_plan(book, due, wishes)
    planned = [visit.visit_id for _, visit in plan.visits]
    out = [visit.visit_id for visit in plan.left_out]
    assert sorted(planned + out) == sorted(visit.id for visit in due.due)
    for visit in plan.left_out:
        assert Texts("en").render(visit.why)
        assert Texts("zh").render(visit.why)
        assert visit.cause not in (Cause.CANCELLED, Cause.EXCLUDED)
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


@pytest.mark.parametrize("seed", range(3))
def test_the_same_input_makes_the_same_plan(seed: int) -> None:
    assert make_plan(*random_book(seed)) == make_plan(*random_book(seed))
