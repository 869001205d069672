"""Where a line of text may end on a terminal, in Chinese as well as in English.

Chinese may break between any two characters; not before a closing mark nor after an opening one,
and never within a number, a date or a Latin word: the pairs of Unicode's line breaking (UAX #14)
that occur here.
"""

from __future__ import annotations

import itertools
import re

from rich.cells import cell_len

__all__ = ["fold_at", "folded"]

_OPENING = "（“‘《〈「『【〔［"
_CLOSING = "，。、；：！？）”’》〉」』】〕］…％"
_ASCII = r",.;:!?)\]"
_WIDE = "\u2e80-\u2fff\u3003-\u3007\u3021-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_COUNT = rf"\d+(?:\.\d+)? ?[{_WIDE}]"
_WORD = rf"[^\s{_WIDE}{_OPENING}{_CLOSING}]+"
_PIECE = re.compile(rf"\s*[{_OPENING}]*(?:[{_WIDE}]|{_COUNT}|{_WORD})?[{_CLOSING}{_ASCII}]*\s*")
"""What stays on one line, with the space after it."""


def fold_at(text: str, width: int) -> list[int]:
    """Positions to break one line of text at, so that each part takes `width` cells at most.

    Spaces at a part's end do not count. A piece that is longer than a line breaks anywhere.
    """
    breaks: list[int] = []
    used = 0
    for piece in _PIECE.finditer(text):
        if piece.start() and used + cell_len(piece[0].rstrip()) > width:
            breaks.append(piece.start())
            used = 0
        if cell_len(piece[0].rstrip()) <= width:
            used += cell_len(piece[0])
            continue
        for position, char in enumerate(piece[0], piece.start()):
            if used and used + cell_len(char) > width:
                breaks.append(position)
                used = 0
            used += cell_len(char)
    return breaks


def folded(text: str, width: int) -> list[str]:
    """The lines that a text takes at `width` cells."""
    lines: list[str] = []
    for line in text.split("\n"):
        edges = [0, *fold_at(line, width), len(line)]
        lines += [line[start:end].rstrip() for start, end in itertools.pairwise(edges)]
    return lines
