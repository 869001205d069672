"""The words for every choice that users meet, the same in all outputs."""

from __future__ import annotations

import shlex
from enum import StrEnum

from routeplan.book.faults import Severity
from routeplan.book.models import (
    Anchor,
    ClientKind,
    Layer,
    MustVisitReason,
    Purpose,
    Rigidity,
    Tier,
    TravelMode,
    VisitStatus,
)
from routeplan.due.models import DueKind
from routeplan.language import Texts
from routeplan.plan.plan import Cause, PersonToMeet, PlannedVisitStatus
from routeplan.problem.adjust import Adjustment
from routeplan.replan.diff import ChangeKind
from routeplan.solve.result import Status

__all__ = ["WORDED", "adjust_option", "person_words", "place_name", "word"]

WORDED: dict[type[StrEnum], str] = {
    Anchor: "anchor",
    Cause: "cause",
    ChangeKind: "change",
    ClientKind: "kind",
    DueKind: "due",
    Layer: "layer",
    MustVisitReason: "must_visit",
    PlannedVisitStatus: "planned",
    Purpose: "purpose",
    Rigidity: "rigidity",
    Severity: "severity",
    Status: "status",
    Tier: "tier",
    TravelMode: "mode",
    VisitStatus: "visit",
}
"""Enum → the part of its catalogue keys: the word of `Layer.DECISION` is words.layer_decision."""


def word(value: StrEnum, texts: Texts) -> str:
    """The user's word for an enum member, such as 'decision' or '决策层'."""
    return texts(f"words.{WORDED[type(value)]}_{value.value}")


def place_name(name: str, texts: Texts) -> str:
    """A day's start or end: the word of an anchor, or the client's name as it stands."""
    return word(Anchor(name), texts) if name in set(Anchor) else name


def adjust_option(adjustment: Adjustment) -> str:
    """What to add to `routeplan plan` to apply it, quoted for a shell where that is needed."""
    return f"--adjust {shlex.quote(str(adjustment))}"


def person_words(person: PersonToMeet, texts: Texts) -> str:
    """'Zhao Lixin (decision, deputy head, 138...)'."""
    about = texts.join([part for part in (word(person.layer, texts), person.role) if part])
    return texts("words.person", name=person.name, about=about, phone=person.phone).strip()
