"""Cancellations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routeplan.errors import UsageError
from routeplan.replan.events import Cancel, parse_cancel
from tests.plan.examples import TUESDAY


def test_with_and_without_a_date() -> None:
    assert parse_cancel("C017") == Cancel(client_id="C017")
    assert parse_cancel(" C017@2026-11-24 ") == Cancel(client_id="C017", date=TUESDAY)


@given(
    client_id=st.text(min_size=1).filter(lambda text: "@" not in text and text == text.strip()),
    date=st.none() | st.dates(),
)
def test_what_is_written_is_read_back(client_id: str, date: object) -> None:
    cancel = Cancel.model_validate({"client_id": client_id, "date": date})
    assert parse_cancel(cancel.visit) == cancel


@pytest.mark.parametrize(
    "text", ["", "@", "@2026-11-24", "C017@", "C017@Tuesday", "C017@2026-02-30"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="RP4021"):
        parse_cancel(text)
