"""Planned against actual talk, and what a talk with a client really takes.

Realistic minutes are those in which three of four talks would have ended. A client with few talks
is drawn towards its tier, and a tier towards all talks, as a posterior mean of logarithms would be
(Efron and Morris, 'Stein's paradox in statistics', Scientific American 236, 1977).
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Callable, Iterable, Sequence

from routeplan.book.models import Book, Purpose, Tier, VisitRecord, VisitStatus
from routeplan.config import Settings, TalkSettings
from routeplan.due.agenda import talk_minutes
from routeplan.values import Frozen

__all__ = ["LearnedTalk", "Talk", "TalkSums", "learn_talks", "recorded_talks", "talk_sums"]

LEAST_RATIO, MOST_RATIO = 0.3, 3.0
"""Beyond, a record tells of something else than a talk."""
PRIOR_TALKS = 5
"""So many talks weigh as much as what is known without them."""
FEWEST = 3
"""Talks of a client from which on its minutes are proposed."""
STEP = 5
"""Minutes are proposed in steps, and only where they differ by one."""


class Talk(Frozen):
    """A talk whose from-to was recorded."""

    client_id: str
    tier: Tier
    manager_id: str
    """Who went."""
    date: dt.date
    planned: int
    """Minutes that would be planned today for such a visit."""
    actual: int

    @property
    def ratio(self) -> float:
        return min(MOST_RATIO, max(LEAST_RATIO, self.actual / self.planned))


class TalkSums(Frozen):
    """Planned against actual talk of a manager, a tier, a client or all."""

    key: str
    talks: int
    planned: int
    actual: int
    """Minutes, both."""
    overran: int
    """Talks that took longer than planned by more than `STEP` minutes."""
    median: float
    """Of actual / planned."""
    upper: float
    """Upper quartile."""


class LearnedTalk(Frozen):
    """What a client's talks take, with the evidence."""

    client_id: str
    talks: int
    median: float
    """Actual minutes."""
    upper: float
    """Upper quartile of the actual minutes."""
    ratio: float
    """Of actual to planned, realistic."""
    planned: int
    """What would be planned for an ordinary visit today."""
    minutes: int
    """What is proposed instead."""


def recorded_talks(
    book: Book, settings: TalkSettings, *, since: dt.date | None = None
) -> tuple[Talk, ...]:
    """Every visit made whose record says from when to when, by date."""
    found = []
    for record in sorted(book.visits, key=lambda record: (record.date, record.start or 0)):
        if since is not None and record.date < since:
            continue
        if not record.is_visit or record.status is not VisitStatus.DONE:
            continue
        if record.start is None or record.end is None:
            continue
        client = book.client_by_id[record.client_id]
        found.append(
            Talk(
                client_id=client.id,
                tier=client.tier,
                manager_id=record.manager_id,
                date=record.date,
                planned=_planned(book, record, settings),
                actual=record.end - record.start,
            )
        )
    return tuple(found)


def _planned(book: Book, record: VisitRecord, settings: TalkSettings) -> int:
    client = book.client_by_id[record.client_id]
    purposes = record.purposes or (Purpose.KEEP_WARM,)
    persons = max(1, len(record.contact_ids))
    return max(1, talk_minutes(client, purposes, persons, None, settings)[0])


def talk_sums(talks: Iterable[Talk], by: Callable[[Talk], str]) -> tuple[TalkSums, ...]:
    """The talks in groups, by key: `lambda talk: talk.manager_id`."""
    groups: dict[str, list[Talk]] = {}
    for talk in talks:
        groups.setdefault(by(talk), []).append(talk)
    return tuple(
        TalkSums(
            key=key,
            talks=len(group),
            planned=sum(talk.planned for talk in group),
            actual=sum(talk.actual for talk in group),
            overran=sum(talk.actual > talk.planned + STEP for talk in group),
            median=round(statistics.median(talk.ratio for talk in group), 2),
            upper=round(_upper([talk.ratio for talk in group]), 2),
        )
        for key, group in sorted(groups.items())
    )


def learn_talks(
    book: Book, settings: Settings, *, since: dt.date | None = None
) -> tuple[LearnedTalk, ...]:
    """Minutes for each client that has talks enough and whose talks take other than planned, in
    the book's order. Nothing is changed: a book with them is `client.talk_minutes`."""
    limits = settings.talk
    talks = recorded_talks(book, limits, since=since)
    everyone = _drawn([talk.ratio for talk in talks], 1.0)
    by_tier = {
        tier: _drawn([talk.ratio for talk in talks if talk.tier is tier], everyone) for tier in Tier
    }
    of_client: dict[str, list[Talk]] = {}
    for talk in talks:
        of_client.setdefault(talk.client_id, []).append(talk)
    found = []
    for client in book.clients:
        own = of_client.get(client.id, [])
        if len(own) < FEWEST:
            continue
        ratio = _drawn([talk.ratio for talk in own], by_tier[client.tier])
        # Of several persons and purposes: what is planned for a visit as it usually is.
        planned = round(statistics.median(talk.planned for talk in own))
        minutes = _bounded(STEP * round(planned * ratio / STEP), limits)
        if abs(minutes - planned) < STEP:
            continue
        found.append(
            LearnedTalk(
                client_id=client.id,
                talks=len(own),
                median=statistics.median(talk.actual for talk in own),
                upper=round(_upper([talk.actual for talk in own]), 1),
                ratio=round(ratio, 2),
                planned=planned,
                minutes=minutes,
            )
        )
    return tuple(found)


def _bounded(minutes: int, limits: TalkSettings) -> int:
    return min(max(minutes, limits.shortest), limits.max_per_visit)


def _drawn(ratios: Sequence[float], towards: float) -> float:
    """The upper quartile of the ratios, drawn towards another the more the fewer they are."""
    if not ratios:
        return towards
    weight = len(ratios) / (len(ratios) + PRIOR_TALKS)
    return math.exp(weight * math.log(_upper(ratios)) + (1 - weight) * math.log(towards))


def _upper(values: Sequence[float]) -> float:
    """The upper quartile; between two values it is interpolated."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=4, method="inclusive")[2]
