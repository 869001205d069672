"""What happened, in words: 'C017 cancelled (visit of Tue 2026-11-24)'."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from routeplan.language import Message, Texts, message
from routeplan.outputs.wording import word
from routeplan.plan.events import (
    Cancel,
    Delay,
    Done,
    Event,
    HalfDay,
    HoursOn,
    Late,
    ManagerBack,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    TakesOver,
    Urgent,
)

__all__ = ["event_words"]


def event_words(event: Event, texts: Texts) -> str:
    """An event as one says it, clients and managers by their ids."""
    facts = [texts.render(fact) for fact in _facts(event, texts)]
    what = _what(event)
    return texts("event.with_facts", what=what, facts=facts) if facts else texts.render(what)


def _what(event: Event) -> Message:
    match event:
        case Cancel() | NotMet() | Urgent() | Done():
            name = {"cancel": "cancelled", "not-met": "not_met"}.get(event.kind, event.kind)
            return message(f"event.{name}", client=event.client_id)
        case Moved():
            return message("event.moved", client=event.client_id, hour=_hour(event.to))
        case Late():
            return message("event.late", manager=event.manager_id, n=event.minutes)
        case Overrun():
            return message("event.overrun", client=event.client_id, until=event.until)
        case HoursOn():
            days = _days(event.first, event.last)
            if not event.hours:
                return message("event.closed", client=event.client_id, days=days)
            hours = [str(window) for window in event.hours]
            return message("event.open", client=event.client_id, days=days, hours=hours)
        case ManagerOff():
            return message("event.off", manager=event.manager_id)
        case ManagerBack():
            return message("event.back", manager=event.manager_id)
        case TakesOver():
            return message("event.takes", client=event.client_id, manager=event.manager_id)
        case Delay():
            slow = {"hours": str(event.hours), "factor": f"{event.factor:g}"}
            return message("event.delay", date=event.date, **slow)


def _facts(event: Event, texts: Texts) -> Iterator[Message]:
    """What else is known of it."""
    if isinstance(event, Cancel | NotMet | Moved) and event.date is not None:
        yield message("event.visit_of", date=event.date)
    match event:
        case Cancel() | NotMet() if event.again is not None:
            yield message("event.again", hour=_hour(event.again))
        case Late() if event.at is not None:
            at = event.at if isinstance(event.at, str) else f"{event.at.lat},{event.at.lon}"
            yield message("event.at", place=at)
        case Urgent():
            if event.by is not None:
                yield message("event.by", date=event.by)
            yield message("event.fact", fact=word(event.reason, texts))
        case Done():
            if event.date is not None:
                yield message("event.day", date=event.date)
            if event.talk is not None:
                yield message("event.fact", fact=str(event.talk))
            if event.manager_id is not None:
                yield message("event.by_manager", manager=event.manager_id)
        case ManagerOff():
            if event.first is not None:
                yield _days(event.first, event.last)
            if isinstance(event.hours, HalfDay):
                yield message(f"event.half_{event.hours.value}")
            elif event.hours is not None:
                yield message("event.fact", fact=str(event.hours))
            if event.until is not None:
                yield message("event.until", hour=_hour(event.until))
        case ManagerBack() if event.at is not None:
            yield _hour(event.at)
        case Delay() if event.manager_id is not None:
            yield message("event.for_manager", manager=event.manager_id)


def _days(first: dt.date, last: dt.date | None) -> Message:
    if last is None or last == first:
        return message("event.day", date=first)
    return message("event.days", first=first, last=last)


def _hour(when: dt.datetime) -> Message:
    return message("event.hour", date=when.date(), start=when.hour * 60 + when.minute)
