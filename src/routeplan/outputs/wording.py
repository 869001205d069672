"""The words for every choice that users meet, the same in all outputs."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable
from enum import StrEnum

from routeplan.book.faults import Severity
from routeplan.book.models import (
    Anchor,
    Channel,
    ClientKind,
    Language,
    Layer,
    MustVisitReason,
    Purpose,
    Rigidity,
    Tier,
    TravelMode,
    VisitStatus,
)
from routeplan.due.models import DueKind, WorthTerm
from routeplan.language import Texts
from routeplan.plan.plan import (
    Cause,
    ChangeBudget,
    Leg,
    PersonToMeet,
    PlannedVisit,
    PlannedVisitStatus,
    Proof,
    Totals,
)
from routeplan.problem.adjust import Adjustment
from routeplan.problem.progress import Told
from routeplan.replan.diff import ChangeKind
from routeplan.solve.result import Status

__all__ = [
    "WORDED",
    "adjust_option",
    "budget_words",
    "joint_words",
    "journey_words",
    "kilometres",
    "off_words",
    "percent",
    "person_words",
    "place_name",
    "proof_words",
    "purpose_words",
    "spare_words",
    "totals_words",
    "travel_words",
    "word",
    "worth_words",
]

WORDED: dict[type[StrEnum], str] = {
    Anchor: "anchor",
    Channel: "channel",
    Cause: "cause",
    ChangeKind: "change",
    ClientKind: "kind",
    DueKind: "due",
    Language: "language",
    Layer: "layer",
    MustVisitReason: "must_visit",
    PlannedVisitStatus: "planned",
    Purpose: "purpose",
    Rigidity: "rigidity",
    Severity: "severity",
    Status: "status",
    Tier: "tier",
    Told: "told",
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


def off_words(minutes: int, texts: Texts) -> str:
    """'≈ approximate, ± 12 min' of a point that is so; '' of an exact one."""
    return texts("words.approximate", n=minutes) if minutes else ""


def person_words(person: PersonToMeet, texts: Texts) -> str:
    """'Zhao Lixin (decision, deputy head) 138..., not met for 74 days'."""
    parts = [word(person.layer, texts), person.role]
    if person.language:
        parts.append(word(person.language, texts))
    about = texts.join([part for part in parts if part])
    said = texts("words.person", name=person.name, about=about, phone=person.phone).strip()
    return said if person.why is None else texts("words.person_why", person=said, why=person.why)


def purpose_words(purposes: Iterable[Purpose], texts: Texts) -> str:
    """'hand over a gift, keep the relation warm'."""
    return texts.join([word(purpose, texts) for purpose in purposes])


def kilometres(metres: int) -> str:
    """'7.1' of 7,089 metres."""
    return f"{metres / 1000:.1f}"


def travel_words(leg: Leg, texts: Texts) -> str:
    """'24 min', or '≈24 min' for an estimate."""
    return texts("words.about_minutes" if leg.estimated else "words.minutes", n=leg.minutes)


def journey_words(leg: Leg, texts: Texts) -> str:
    """'walk 6 min → Line 2, Jianguomen – Xizhimen, 18 min → walk 4 min'; '' where nothing is known.

    The end says what is left of the leg's minutes, or by how much this departure takes longer.
    """
    if not leg.steps:
        return ""
    steps = [
        texts(
            f"words.step_{step.kind}",
            n=step.minutes,
            line=step.line,
            start=step.from_name,
            end=step.to_name,
        )
        for step in leg.steps
    ]
    spare = leg.minutes - sum(step.minutes for step in leg.steps)
    if spare:
        key = "words.journey_spare" if spare > 0 else "words.journey_late"
        return texts(key, steps=" → ".join(steps), n=abs(spare))
    return " → ".join(steps)


def totals_words(totals: Totals, texts: Texts) -> str:
    """'4 visits · talk 185 min · travel 181 min · 44.5 km'."""
    return texts(
        "words.totals",
        n=totals.visits,
        talk=totals.talk,
        travel=totals.travel,
        km=kilometres(totals.metres),
    )


def spare_words(totals: Totals, texts: Texts) -> str:
    """'waiting 40 min · free 310 min': what is left of the working hours."""
    return texts("words.spare", waiting=totals.waiting, free=totals.free)


def proof_words(proof: Proof, texts: Texts) -> str:
    """How good the routes are known to be, and what ended the search."""
    known: dict[str, int | str] = {
        "status": word(proof.status, texts),
        "cost": proof.rest_cost,
        "stopped_by": texts(f"words.stopped_{proof.stopped_by}"),
        "seed": proof.seed,
    }
    if proof.budget is not None:
        said = budget_words(proof, proof.budget, texts)
        return texts("words.budget_missing", **known, said=said) if proof.terms.required else said
    if proof.rest_bound is None or proof.rest_gap is None:
        return texts("words.proof_open" if proof.terms.required else "words.proof", **known)
    rest = "_rest" if proof.terms.required else ""
    if not proof.rest_gap:
        return texts(f"words.proof{rest}", **known)
    gap = percent(proof.rest_gap)
    return texts(f"words.proof_bound{rest}", bound=proof.rest_bound, gap=gap, **known)


def budget_words(proof: Proof, budget: ChangeBudget, texts: Texts) -> str:
    """How many visits changed of those that might, and how good that is known to be."""
    known: dict[str, int] = {
        "n": budget.changes,
        "allowed": budget.allowed,
        "forced": budget.forced,
        "cost": proof.rest_cost,
    }
    if proof.rest_gap is None:
        return texts("words.budget", **known)
    key = "words.budget_bound" if proof.rest_gap else "words.budget_best"
    return texts(key, gap=percent(proof.rest_gap), **known)


def percent(share: float) -> str:
    """Rounded up, so that what is said is true."""
    return f"{math.ceil(1000 * share) / 10:g}"


def worth_words(terms: Iterable[WorthTerm], texts: Texts) -> str:
    """'600 (A tier) + 300 (urgency 1.00)'."""
    return " + ".join(texts("words.term", worth=term.worth, name=term.name) for term in terms)


def joint_words(visit: PlannedVisit, texts: Texts) -> str:
    """With whom the visit is made, or whom this manager accompanies; '' for one of a single
    person."""
    if visit.joint_with is None:
        return ""
    key = "words.accompanies" if visit.accompanies else "words.together_with"
    return texts(key, name=visit.joint_with.name)
