"""Lines break where Chinese and English allow it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding

from routeplan.language.folding import fold_at, folded
from routeplan.outputs.folding import Text

SENTENCE = "客户（周一、周二）都不接待；2026-12-01 周二 恢复接待，差距 27.3%。"
PIECES = st.lists(
    st.sampled_from([*"客户，。；：“”（）", " ", "2026-12-01", "C017", "a", "%", "…"])
)


@pytest.mark.parametrize("width", range(12, 70))
def test_no_date_is_cut_and_no_mark_stands_alone(width: int) -> None:
    lines = folded(SENTENCE, width)
    assert max(map(cell_len, lines)) <= width
    assert sum(line.count("2026-12-01") + line.count("27.3%") for line in lines) == 2
    assert not any(line[0] in "，。；：、）" or line[-1] in "（“" for line in lines)


@given(PIECES, st.integers(2, 30))
def test_every_part_fits_and_nothing_is_lost(pieces: list[str], width: int) -> None:
    text = "".join(pieces)
    edges = [0, *fold_at(text, width), len(text)]
    assert edges == sorted(edges)
    parts = [text[start:end] for start, end in itertools.pairwise(edges)]
    assert "".join(parts) == text
    assert all(cell_len(part.rstrip()) <= width for part in parts)


def test_english_breaks_at_spaces() -> None:
    assert folded("None below 13522, says it", 12) == ["None below", "13522, says", "it"]
    assert folded("two\nlines", 12) == ["two", "lines"]


def test_rich_keeps_styles_and_indents() -> None:
    console = Console(width=24, force_terminal=False, record=True)
    with console.capture() as caught:
        console.print(Padding.indent(Text(SENTENCE, "bold"), 2))
    lines = [line.rstrip() for line in caught.get().splitlines()]
    assert lines == ["  " + line for line in folded(SENTENCE, 22)]
    with console.capture() as caught:
        console.print(Text("客户" * 20), no_wrap=True, overflow="ignore", crop=False)
    assert caught.get() == "客户" * 20 + "\n"
