"""Text of the user's files made harmless where no escaping helps: in pages, calendars, file names.

A control character has no meaning in a name and is left away; so are marks that set a direction of
writing, which would turn around the text that follows.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

__all__ = ["file_names", "isolated", "plain"]

_NAME_LIMIT = 40
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
# C0 and C1 controls but the line break, separators, marks of direction, what Unicode never assigns.
_UNWANTED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff]"
)
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Chinese has one form only on every system; other scripts may be composed differently.
_NOT_IN_NAMES = re.compile(r"[^\w.\-\u4e00-\u9fff]+", re.ASCII)
# What Windows takes for a device, whatever follows the first dot.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def plain(text: str) -> str:
    """The text without characters that are none; every kind of line break becomes a plain one."""
    return _UNWANTED.sub("", _BREAK.sub("\n", text).replace("\t", " "))


def isolated(text: str) -> str:
    """Plain text on one line, which keeps a direction of writing of its own to itself."""
    line = " ".join(plain(text).split())
    if any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in line):
        return f"{_FIRST_STRONG_ISOLATE}{line}{_POP_ISOLATE}"
    return line


def file_names(ids: Iterable[str]) -> dict[str, str]:
    """Id → a name for its file, harmless on every system and no other's, without an ending.

    An id of ASCII letters, Chinese characters, digits, '-' and '_' is its own name, so long as no
    other id differs from it in upper and lower case only.
    """
    known = list(dict.fromkeys(ids))
    folded = [one.casefold() for one in known]
    names = {}
    for one in known:
        kept = _NOT_IN_NAMES.sub("_", one)[:_NAME_LIMIT].strip("._") or "_"
        if kept != one or folded.count(one.casefold()) > 1 or _DEVICE.match(kept):
            kept += "-" + hashlib.sha256(one.encode()).hexdigest()[:8]
        if _DEVICE.match(kept):
            kept = "_" + kept
        names[one] = kept
    return names
