"""Calls and messages in words: for the terminal, the day sheet and the workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from routeplan.book.models import Book, Channel
from routeplan.due.models import DueTouch
from routeplan.language import Texts
from routeplan.outputs.wording import word
from routeplan.plan.plan import OpenTouch, PersonToMeet, Plan, PlannedTouch, TouchPlace

__all__ = [
    "addressees",
    "due_touches",
    "open_touches_words",
    "place_words",
    "touch_counts",
]


def place_words(place: TouchPlace, texts: Texts) -> str:
    """'on the way'."""
    return texts(f"touch.place_{place}")


def addressees(persons: Sequence[PersonToMeet], texts: Texts) -> str:
    """'Zhao Lixin 138..., Qian Wei'; a number only where one person is called."""
    if len(persons) == 1:
        return f"{persons[0].name} {persons[0].phone}".strip()
    return texts.join([person.name for person in persons])


def touch_counts(touches: Iterable[PlannedTouch], texts: Texts) -> str:
    """'on the way: 3 messages; at the desk: 1 call'; '' for none."""
    counts = Counter((touch.place, touch.channel) for touch in touches)
    parts = []
    for place in TouchPlace:
        channels = (Channel.PHONE, Channel.MESSAGE)
        said = [
            texts(f"touch.count_{channel}", n=counts[place, channel])
            for channel in channels
            if counts[place, channel]
        ]
        if said:
            parts.append(texts("touch.at", place=place_words(place, texts), what=said))
    return "；".join(parts) if texts.language == "zh" else "; ".join(parts)


def open_touches_words(plan: Plan, texts: Texts) -> list[str]:
    """How many due calls and messages are in no day, by why: visits that stand for them first."""
    lines = []
    met = [touch for touch in plan.touches_open if touch.visit_id]
    if met:
        lines.append(texts("touch.met_count", n=len(met), what=_counted(met, texts)))
    left = [touch for touch in plan.touches_open if not touch.visit_id]
    reasons: dict[str, list[OpenTouch]] = {}
    for touch in left:
        reasons.setdefault(texts.render(touch.why), []).append(touch)
    for why, touches in reasons.items():
        clients = [touch.client_id for touch in touches]
        lines.append(texts("touch.open", what=_counted(touches, texts), why=why, clients=clients))
    return lines


def _counted(touches: Sequence[OpenTouch], texts: Texts) -> list[str]:
    counts = Counter(touch.channel for touch in touches)
    return [
        texts(f"touch.count_{channel}", n=counts[channel])
        for channel in (Channel.PHONE, Channel.MESSAGE)
        if counts[channel]
    ]


def due_touches(
    touches: Sequence[DueTouch], book: Book, texts: Texts, *, listed: bool
) -> Iterator[tuple[str, str]]:
    """Lines with their styles: calls and messages due, by manager and most urgent first; one that
    counts them where they are not `listed`."""
    if not touches:
        return
    calls = sum(touch.channel is Channel.PHONE for touch in touches)
    heading = texts("touch.due", n=len(touches), calls=calls, messages=len(touches) - calls)
    if not listed:
        yield texts("touch.due_hint", heading=heading), ""
        return
    yield heading, "bold"
    for manager in book.managers:
        owned = [it for it in touches if book.client_by_id[it.client_id].manager_id == manager.id]
        if owned:
            yield "", ""
            name = texts("touch.due_of", name=manager.name, id=manager.id, n=len(owned))
            yield name, "bold underline"
        for touch in owned:
            yield from _due(touch, book, texts)


def _due(touch: DueTouch, book: Book, texts: Texts) -> Iterator[tuple[str, str]]:
    client = book.client_by_id[touch.client_id]
    names = [
        contact.name
        for contact in book.contacts_of.get(client.id, ())
        if contact.id in touch.contact_ids
    ]
    yield (
        texts(
            "touch.due_line",
            what=word(touch.channel, texts),
            client=f"{client.tier} {client.id} {client.name}",
            persons=names,
            minutes=touch.minutes,
            urgency=f"{touch.urgency:.2f}",
        ),
        "",
    )
    last = touch.last.isoformat() if touch.last else texts("terminal.never")
    dates = texts(
        "terminal.dates", earliest=touch.earliest, due=touch.due, latest=touch.latest, last=last
    )
    for text in (dates, *(texts.render(reason) for reason in touch.reasons)):
        yield f"  {text}", "dim"
