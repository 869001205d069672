"""Windows as sets of minutes, and copies of values."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cached_property

from hypothesis import given
from hypothesis import strategies as st

from routeplan.values import Frozen, TimeWindow, common_windows, cut_windows, merged_windows

WINDOWS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 8)).map(
        lambda edges: TimeWindow(start=edges[0], end=sum(edges))
    ),
    max_size=4,
)


def minutes(windows: Iterable[TimeWindow]) -> set[int]:
    return {minute for window in windows for minute in range(window.start, window.end)}


@given(WINDOWS, WINDOWS)
def test_common_windows_hold_the_minutes_of_both(
    one: list[TimeWindow], two: list[TimeWindow]
) -> None:
    found = common_windows(one, two)
    assert minutes(found) == minutes(one) & minutes(two)
    # Each lies in one of the first and in one of the second.
    for window in found:
        for windows in (one, two):
            assert any(each.holds(window.start, window.end) for each in windows)


@given(WINDOWS)
def test_merged_windows_hold_the_same_minutes_and_lie_apart(windows: list[TimeWindow]) -> None:
    found = merged_windows(windows)
    assert minutes(found) == minutes(windows)
    assert all(one.end < two.start for one, two in itertools.pairwise(found))


@given(WINDOWS, WINDOWS)
def test_cut_windows_hold_the_minutes_outside(
    windows: list[TimeWindow], holes: list[TimeWindow]
) -> None:
    assert minutes(cut_windows(windows, holes)) == minutes(windows) - minutes(holes)


class _Counted(Frozen):
    one: int
    two: int = 2

    @cached_property
    def sum(self) -> int:
        return self.one + self.two


def test_a_copy_works_out_again_what_follows_from_its_fields() -> None:
    counted = _Counted(one=1)
    assert counted.sum == 3
    assert counted.model_copy(update={"one": 5}).sum == 7
    assert counted.model_copy() == counted
