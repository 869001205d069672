"""A text that has not chosen its language yet."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import TypeAlias

from routeplan.values import Frozen

__all__ = ["Argument", "Message", "message"]


class Message(Frozen):
    """A catalogue key ('error.file_missing') and what fills it; rendered by `Texts.render`.

    Kept in plan.json, so that one plan can be shown in any language.
    """

    key: str
    args: dict[str, Argument] = {}


Argument: TypeAlias = int | str | Message | tuple[str | Message, ...]
Message.model_rebuild()


def message(key: str, /, **args: Argument | dt.date | Enum | list[Message] | list[str]) -> Message:
    """A `Message`; dates become ISO text, enum members their value, lists tuples."""
    return Message(key=key, args={name: _plain(value) for name, value in args.items()})


def _plain(value: object) -> Argument:
    if isinstance(value, Message):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, list | tuple):
        return tuple(item if isinstance(item, Message) else str(item) for item in value)
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    return value
