"""Takes a client out of plans that were made with it: what the plan did stays, for whom goes.

A plan, an event or a proof is taken as JSON, so that those of older versions are understood too. In
what is the client's own (`client_id` says so) only what has a known neutral form stays: numbers,
dates, hours and words of routeplan's own. Everywhere else the client's id, name, addresses, persons
and numbers are replaced where they are spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Label", "Traces", "anonymised", "is_traced", "traces_of"]

SPOKEN = ("client_name", "address", "phone")
"""Entries of what is the client's own that may be spoken of elsewhere in a plan."""
NEUTRAL = re.compile(r"[a-z_-]*|[ABC]|\d{2}:\d{2}|\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?")
"""Texts that say nothing of a client: routeplan's own words, hours, dates."""
DATES = re.compile(r"\d{2}:\d{2}|\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?")
UNTOUCHED = frozenset(
    ("manager_id", "manager_ids", "manager_name", "manager", "settings", "calendar", "book")
)
"""Entries that never name a client; an id may be another's there."""
FEWEST = 2
"""Characters of a text that is looked for inside others; shorter ones stand in everything."""
COARSE = 1
"""Decimals of a degree that a point keeps: a tenth is some ten kilometres, a town."""


@dataclass(frozen=True)
class Traces:
    """What names a client: its id, and texts that nobody else's entries hold."""

    client_id: str
    texts: frozenset[str]
    names: frozenset[str]
    """Of `texts`, those that the client itself was called."""

    def of_id(self) -> re.Pattern[str]:
        """Finds the id where it stands by itself, as in 'C017#2' but not in 'C0171'."""
        return re.compile(rf"(?<![\w.-]){re.escape(self.client_id)}(?![\w.-])")


@dataclass(frozen=True)
class Label:
    """What stands in the client's place."""

    id: str
    name: str
    message: dict[str, Any]
    """A `Message` for reasons that are not told any more."""


def traces_of(trees: Iterable[Any], client_id: str) -> Traces:
    """What the trees, plans as JSON, call the client."""
    own: set[str] = set()
    others: set[str] = set()
    names: set[str] = set()
    for tree in trees:
        for entry in _entries(tree):
            if entry.get("client_id") == client_id:
                own.update(_spoken(entry))
                names.update(_texts(entry.get("client_name")))
            else:
                others.update(_spoken(entry), _texts(entry.get("manager_name")))
    # What another is called too, or in part, is not the client's.
    texts = {
        text for text in own if len(text) >= FEWEST and not any(text in other for other in others)
    }
    return Traces(client_id, frozenset(texts), frozenset(names))


def is_traced(text: str, traces: Traces) -> bool:
    """Whether a text tells of the client."""
    return any(known in text for known in traces.texts) or bool(traces.of_id().search(text))


def anonymised(tree: Any, traces: Traces, label: Label) -> Any:
    """The tree without the client; the same object where it does not speak of it."""
    return _Anonymiser(traces, label).walk(tree, "")


class _Anonymiser:
    def __init__(self, traces: Traces, label: Label) -> None:
        self.label = label
        self.client_id = traces.client_id
        self.names = traces.names
        self.id = traces.of_id()
        # The longest first: an address may hold a name.
        self.texts = sorted(traces.texts, key=lambda text: (-len(text), text))

    def walk(self, value: Any, key: str) -> Any:
        if isinstance(value, str):
            return self.text(value, key)
        if isinstance(value, list):
            return [self.walk(item, key) for item in value]
        if not isinstance(value, dict) or key in UNTOUCHED:
            return value
        if self.is_own(value):
            return self.scrub(value)
        if "way_back" in value and any(self.is_own(entry) for entry in _children(value)):
            value = _without_ways(value)
        if key == "problem":
            value = self.without_places(value)
        return {self.text(name, ""): self.walk(item, name) for name, item in value.items()}

    def is_own(self, entry: dict[str, Any]) -> bool:
        """Whether an entry is about the client; a trip that led to no visit has its name only."""
        if "client_id" in entry:
            return bool(entry["client_id"] == self.client_id)
        return "point" in entry and entry.get("name") in self.names

    def text(self, text: str, key: str) -> str:
        if key in UNTOUCHED or DATES.fullmatch(text):
            return text
        if text in self.names:
            return self.label.name
        for known in self.texts:
            text = text.replace(known, self.label.name)
        return self.id.sub(self.label.id, text)

    def scrub(self, entry: dict[str, Any]) -> dict[str, Any]:
        """An entry of the client's own."""
        return {name: self.neutral(value, name) for name, value in entry.items()}

    def neutral(self, value: Any, key: str) -> Any:
        if isinstance(value, dict) and value.keys() == {"key", "args"}:
            return self.label.message
        if key in ("client_name", "name"):
            return self.label.name
        if key in ("client_id", "visit_id", "touch_id", "id", "loses"):
            return self.walk(value, key)
        if key in ("persons", "remedies") and isinstance(value, list):
            return []  # `persons` of a due visit is their number
        if key == "extra":
            return {}
        if key == "appointment_id":
            return None
        if key in UNTOUCHED:
            return value
        if key in ("address", "district", "room", "note", "site_id"):
            return ""
        if isinstance(value, str):
            return value if NEUTRAL.fullmatch(value) else ""
        if isinstance(value, list):
            return [self.neutral(item, "") for item in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"lat", "lon"}:
            return {axis: round(degrees, COARSE) for axis, degrees in value.items()}
        if "shape" in value:
            value = value | {"shape": "", "steps": []}
        return {name: self.neutral(item, name) for name, item in value.items()}

    def without_places(self, problem: dict[str, Any]) -> dict[str, Any]:
        """A solver's problem knows visits by client, and places by a name."""
        visits = problem.get("visits", [])
        own = {visit["place"] for visit in visits if visit.get("client") == self.client_id}
        own -= {visit["place"] for visit in visits if visit.get("client") != self.client_id}
        places = [
            self.label.name if index in own else name
            for index, name in enumerate(problem.get("places", []))
        ]
        return problem | {"places": places}


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside, whatever it is in."""
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from _entries(item)


def _children(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects in the lists of a value, such as the visits of a day."""
    for items in value.values():
        if isinstance(items, list):
            yield from (item for item in items if isinstance(item, dict))


def _without_ways(value: dict[str, Any]) -> dict[str, Any]:
    """A day without what its ways look like: they lead to the client's door and away from it."""

    def bare(item: Any) -> Any:
        if isinstance(item, list):
            return [bare(part) for part in item]
        if not isinstance(item, dict):
            return item
        if "shape" in item and "steps" in item:
            return item | {"shape": "", "steps": []}
        return {name: bare(part) for name, part in item.items()}

    return {name: bare(part) for name, part in value.items()}


def _spoken(entry: dict[str, Any]) -> set[str]:
    found = {text for name in SPOKEN for text in _texts(entry.get(name))}
    persons = entry.get("persons")
    for person in persons if isinstance(persons, list) else ():
        if isinstance(person, dict):
            found.update(*(_texts(person.get(name)) for name in ("name", "phone", "note")))
    return found


def _texts(value: Any) -> set[str]:
    return {value} if isinstance(value, str) and value.strip() else set()
