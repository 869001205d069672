"""How urgent a need is, and what a visit is worth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from routeplan.book.models import Tier
from routeplan.config import WorthSettings
from routeplan.due.models import DueKind, WorthTerm
from routeplan.due.rules import Need
from routeplan.language import message

__all__ = ["urgency", "worth_terms"]


def urgency(need: Need, until: dt.date) -> float:
    """0 just became due, 1 at its latest day, up to 2 long over.

    Seen from `until`, the last day on which the visit may be planned in this horizon, because what
    is not done by then has to wait for another plan:

    - already over: 1 + days over / interval, at most 2;
    - otherwise 1 when `latest` is reached by then, or the rule is pressing;
    - otherwise the share of the days from `earliest` to `latest` that will have passed by then.
    """
    if need.over:
        return round(1 + min(1.0, need.over / need.interval), 3)
    if need.pressing or need.latest <= until:
        return 1.0
    room = (need.latest - need.earliest).days
    return round(max(0, (until - need.earliest).days) / room, 3) if room > 0 else 1.0


def worth_terms(
    tier: Tier, urgency: float, kinds: Collection[DueKind], settings: WorthSettings
) -> tuple[WorthTerm, ...]:
    """The summands of a visit's worth; the formula stands in `WorthSettings`."""
    base = settings.tier[tier]
    terms = [
        WorthTerm(name=message("due.worth_tier", tier=message(f"words.tier_{tier}")), worth=base),
        WorthTerm(
            name=message("due.worth_urgency", urgency=f"{urgency:.2f}"),
            worth=round(base * urgency * settings.urgency),
        ),
    ]
    extras = (
        (DueKind.LEFT_OVER, settings.left_over),
        (DueKind.KEY_DATE, settings.key_date),
        (DueKind.PROSPECT, settings.prospect),
    )
    for kind, worth in extras:
        if kind in kinds and worth:
            terms.append(WorthTerm(name=message(f"due.worth_{kind}"), worth=worth))
    return tuple(term for term in terms if term.worth)
