"""Renders messages from the catalogues `en/*.po` and `zh/*.po` beside this file.

One .po file a package and language; a key starts with its file's name ('error.file_missing' stands
in error.po). Fields are written as in `str.format`, with three formats of our own: `{x:clock}`
shows minutes after midnight as 09:30, `{x:day}` an ISO date with its weekday, `{x:weekday}` the
weekday alone. A key with plural forms chooses by its argument `n`.
"""

from __future__ import annotations

import datetime as dt
import locale
import os
import string
from functools import cache
from importlib import resources
from typing import Any

from babel.messages.pofile import read_po

from routeplan.language.message import Message, message
from routeplan.values import format_clock

__all__ = ["LANGUAGES", "WEEKDAYS", "Texts", "catalogue", "user_language"]

LANGUAGES = ("en", "zh")
WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}


@cache
def catalogue(language: str) -> dict[str, str | tuple[str, ...]]:
    """Every key of a language with its text, or its plural forms."""
    return {key: text for name in _names(language) for key, text in _texts(language, name).items()}


@cache
def _names(language: str) -> tuple[str, ...]:
    files = (resources.files("routeplan.language") / language).iterdir()
    return tuple(sorted(file.name[:-3] for file in files if file.name.endswith(".po")))


@cache
def _texts(language: str, name: str) -> dict[str, str | tuple[str, ...]]:
    """The same of one file: a command needs a few of them, and each takes a while to parse."""
    if name not in _names(language):  # a plan's messages may come from anywhere
        return {}
    file = resources.files("routeplan.language") / language / f"{name}.po"
    texts: dict[str, str | tuple[str, ...]] = {}
    with file.open("rb") as stream:
        for entry in read_po(stream, locale=language):
            if not entry.id:
                continue
            key = entry.id if isinstance(entry.id, str) else entry.id[0]
            text = entry.string
            texts[key] = text if isinstance(text, str) else tuple(text or ())
    return texts


class Texts:
    """The texts of one language ('en' or 'zh').

    Calling it renders a key: `texts("error.file_missing", file="book.xlsx")`.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
        self.language = language
        self._formatter = _Formatter(self)

    def __call__(self, key: str, /, **args: Any) -> str:
        return self.render(message(key, **args))

    def render(self, what: Message) -> str:
        """The message in this language. A key that is missing is a bug and raises KeyError."""
        text = _texts(self.language, what.key.partition(".")[0])[what.key]
        if not isinstance(text, str):
            one = len(text) > 1 and what.args.get("n") == 1
            text = text[0 if one else -1]
        return self._formatter.vformat(text, (), what.args)

    def join(self, items: list[str] | tuple[str, ...]) -> str:
        """A list as this language writes it."""
        return ("、" if self.language == "zh" else ", ").join(items)

    def weekday(self, day: dt.date) -> str:
        """'Tue' or '周二'."""
        return WEEKDAYS[self.language][day.weekday()]

    def day(self, day: dt.date) -> str:
        """'Tue 2026-11-24' or '2026-11-24 周二'."""
        weekday = self.weekday(day)
        return f"{day} {weekday}" if self.language == "zh" else f"{weekday} {day}"


class _Formatter(string.Formatter):
    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def format_field(self, value: Any, format_spec: str) -> Any:
        if isinstance(value, Message):
            return self._texts.render(value)
        if isinstance(value, tuple | list) and format_spec == "parts":
            # Items that hold commas of their own.
            between = "；" if self._texts.language == "zh" else "; "
            return between.join(self.format_field(item, "") for item in value)
        if isinstance(value, tuple | list):
            return self._texts.join([self.format_field(item, format_spec) for item in value])
        if format_spec == "clock":
            return format_clock(value)
        if format_spec == "day":
            return self._texts.day(dt.date.fromisoformat(value))
        if format_spec == "weekday":
            return self._texts.weekday(dt.date.fromisoformat(value))
        return super().format_field(value, format_spec)


def user_language() -> str:
    """'zh' where ROUTEPLAN_LANG or the environment's locale says Chinese, else 'en'.

    The locale of messages, as POSIX looks it up: LC_ALL, LC_MESSAGES, LANG; then the system's own.
    """
    names = ("ROUTEPLAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    for text in (*(os.environ.get(name) for name in names), locale.getlocale()[0]):
        if text:
            return "zh" if text.lower().startswith(("zh", "chinese")) else "en"
    return "en"
