"""What pydantic refuses in a file, in the user's words: which entry, what stands there, why."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import ValidationError

from routeplan.language import Message, message
from routeplan.language.catalogue import catalogue

__all__ = ["entry", "wrong_entries"]

LONGEST_VALUE = 60
"""Characters of a wrong value that are shown."""
_SAME = {
    "bool_parsing": "bool_type",
    "finite_number": "float_type",
    "float_parsing": "float_type",
    "int_from_float": "int_type",
    "int_parsing": "int_type",
    "literal_error": "enum",
}
_NO_VALUE = frozenset(("missing", "extra_forbidden"))
"""Faults of an entry's name: what stands there does not matter."""


def wrong_entries(error: ValidationError, *, values: bool = True) -> list[Message]:
    """Every entry that was refused, as 'talk.shortest = -1: must be at least 0'.

    A validator of ours names its reason by a `PydanticCustomError` of the type of its text, 'lunch'
    for `entry.lunch`. `values`: show what stands there.
    """
    found: dict[str, Message] = {}
    for item in error.errors(include_url=False):
        kind, where = _SAME.get(item["type"], item["type"]), _where(item["loc"])
        told = message(f"entry.{kind}", **_plain(item.get("ctx", {})))
        if told.key not in catalogue("en"):
            told = message("entry.other", why=item["msg"])
        if not where:
            line = told
        elif kind in _NO_VALUE or not values:
            line = message("entry.named", where=where, why=told)
        else:
            line = entry(where, item["input"], told)
        # An entry of several possible kinds is refused once by each: the first says enough.
        found.setdefault(where, line)
    return list(found.values())


def entry(where: str, value: object, why: Message) -> Message:
    """One wrong entry with the value that stands there, as JSON writes it: nearly as TOML does."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    shown = text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
    return message("entry.line", where=where, value=shown, why=why)


def _where(loc: tuple[int | str, ...]) -> str:
    """'rules.0.tiers'; names that pydantic gives to kinds of entries are left out."""
    parts = [str(part) for part in loc]
    return ".".join(part for part in parts if re.fullmatch(r"[a-z][\w-]*|\w|\d+", part))


def _plain(context: dict[str, Any]) -> dict[str, Any]:
    """What fills a text: numbers without a useless .0, choices ("'A', 'B' or 'C'") as a list."""
    filled: dict[str, Any] = {}
    for name, value in context.items():
        if name == "expected":
            filled[name] = re.findall(r"'([^']*)'", value)
        else:
            filled[name] = f"{value:g}" if isinstance(value, float) else str(value)
    return filled
