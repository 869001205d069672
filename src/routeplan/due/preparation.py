"""What a visit's purposes ask for: what to bring and to mind, and what to do some days before.

The content is TOML, one table a purpose and `always` for every visit: the ready-made one, or a file
of one's own that may start from it with `extends = "standard"`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from routeplan.book.models import Purpose
from routeplan.config import parse_toml, read_toml
from routeplan.errors import SettingsError
from routeplan.language import message
from routeplan.refused import entry, wrong_entries
from routeplan.values import Frozen

__all__ = [
    "STANDARD",
    "Checklist",
    "Checklists",
    "LeadTask",
    "Preparation",
    "TaskAhead",
    "Wording",
    "own_checklists",
    "preparation",
    "read_checklists",
]

STANDARD = "standard"


class Wording(Frozen):
    """A text of one's own in both languages; a plain text stands for both."""

    zh: str
    en: str

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return {"zh": value, "en": value} if isinstance(value, str) else value

    def of(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


class TaskAhead(Frozen):
    """Something to have done `days` working days before the visit."""

    text: Wording
    days: Annotated[int, Field(ge=1, le=20)] = 1


class Checklist(Frozen):
    """What one purpose asks for."""

    bring: tuple[Wording, ...] = ()
    mind: tuple[Wording, ...] = ()
    tasks: tuple[TaskAhead, ...] = ()


class Checklists(Frozen):
    """The checklist of every purpose, and what holds always."""

    always: Checklist = Checklist()
    pitch: Checklist = Checklist()
    keep_warm: Checklist = Checklist()
    gift: Checklist = Checklist()
    business: Checklist = Checklist()
    opinions: Checklist = Checklist()
    complaint: Checklist = Checklist()

    def of(self, purposes: Iterable[Purpose]) -> Checklist:
        """All that the purposes ask for, each thing once; what holds always comes last."""
        lists: list[Checklist] = [*(getattr(self, purpose) for purpose in purposes), self.always]
        return Checklist(
            bring=tuple(dict.fromkeys(item for one in lists for item in one.bring)),
            mind=tuple(dict.fromkeys(item for one in lists for item in one.mind)),
            tasks=tuple(dict.fromkeys(item for one in lists for item in one.tasks)),
        )


class LeadTask(Frozen):
    """A `TaskAhead` in one language."""

    text: str
    days: int


class Preparation(Frozen):
    """A visit's checklist in one language."""

    bring: tuple[str, ...]
    mind: tuple[str, ...]
    tasks: tuple[LeadTask, ...]


def preparation(
    purposes: Iterable[Purpose], language: str, checklists: Checklists | None = None
) -> Preparation:
    """What visits for these purposes ask for, in 'en' or 'zh'; by the ready-made checklists unless
    others are given."""
    found = (checklists or read_checklists(STANDARD)).of(purposes)
    return Preparation(
        bring=tuple(item.of(language) for item in found.bring),
        mind=tuple(item.of(language) for item in found.mind),
        tasks=tuple(LeadTask(text=it.text.of(language), days=it.days) for it in found.tasks),
    )


def read_checklists(name_or_path: str) -> Checklists:
    """The ready-made checklists (`standard`), or those of a TOML file.

    A file that says `extends = "standard"` replaces, purpose by purpose, only what it names.
    Raises FileError, or SettingsError naming every entry that is wrong.
    """
    if name_or_path == STANDARD:
        return _standard()
    path = Path(name_or_path)
    if path.suffix.lower() != ".toml":
        raise SettingsError("RP2008", message("error.unknown_checklists", name=name_or_path))
    raw = read_toml(path)
    base = raw.pop("extends", "")
    wrong = [] if base in ("", STANDARD) else [entry("extends", base, message("entry.extends"))]
    try:
        own = Checklists.model_validate(raw)
    except ValidationError as error:
        wrong += wrong_entries(error)
    if wrong:
        raise SettingsError("RP2009", message("error.checklists", file=str(path), wrong=wrong))
    return own if not base else _standard().model_copy(update=dict(_said(own)))


def own_checklists(name_or_path: str) -> Checklists | None:
    """The checklists of a file; None for the ready-made ones, which need not be kept."""
    return None if name_or_path == STANDARD else read_checklists(name_or_path)


def _said(own: Checklists) -> Iterator[tuple[str, Checklist]]:
    return ((name, getattr(own, name)) for name in own.model_fields_set)


@cache
def _standard() -> Checklists:
    file = resources.files("routeplan.due") / "preparations" / f"{STANDARD}.toml"
    return Checklists.model_validate(parse_toml(file.read_bytes(), STANDARD))
