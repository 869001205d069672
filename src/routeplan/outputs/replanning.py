"""What the terminal shows of re-plans that are only thought of: choices, and two plans beside each
other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from routeplan.book.models import Book, Tier
from routeplan.language import Texts
from routeplan.outputs.folding import Text
from routeplan.outputs.notices import either, spoken
from routeplan.outputs.terminal import TIER_STYLES, visible
from routeplan.outputs.wording import adjust_option, percent, totals_words
from routeplan.plan.plan import Plan, PlannedDay, PlannedVisit
from routeplan.replan.choices import Choice, ChoiceTable
from routeplan.replan.diff import ChangeKind, diff_plans
from routeplan.replan.offer import Offer
from routeplan.replan.relax import Relaxation
from routeplan.solve.result import rest_gap

__all__ = ["choices_report", "fit_report", "offer_sentence", "offers_report", "side_by_side"]

_MARKS = {
    ChangeKind.REMOVED: ("-", "red"),
    ChangeKind.MOVED: ("~", "yellow"),
    ChangeKind.ADDED: ("+", "green"),
    ChangeKind.KEPT: (" ", ""),
}


def choices_report(table: ChoiceTable, names: dict[str, str], texts: Texts) -> RenderableType:
    """The efficient choices, against the one with the fewest changes. `names`: client id → name."""
    parts: list[RenderableType] = []
    first = table.choices[0]
    if table.forced:
        parts.append(_text(texts("choices.forced_title", n=len(table.forced)), "bold"))
        parts += [Padding.indent(_text(texts.render(why)), 2) for why in table.forced]
        parts.append("")
    shown = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    shown.header_style = "dim"
    shown.add_column("--max-changes", no_wrap=True, justify="right")
    for column in ("changes", "visits", "travel", "gain"):
        shown.add_column(texts(f"choices.column_{column}"), no_wrap=True, justify="right")
    shown.add_column(texts("choices.column_clients"), overflow="fold")
    for choice in table.choices:
        against = None if choice is first else first
        # Those of the first are named above, each with its reason.
        clients = [
            f"{visible(client)} {visible(names[client])}"
            for client in choice.clients
            if client not in first.clients
        ]
        shown.add_row(
            str(choice.more),
            str(choice.changes),
            _visits(choice, against),
            f"{choice.travel - (against.travel if against else 0):{'+' if against else ''}d}",
            f"{first.cost - choice.cost:+d}" if against else "",
            _text(texts.join(clients)),
        )
    parts.append(shown)
    if len(table.choices) == 1:
        parts.append(_text(texts("choices.only"), "dim"))
    if all(choice.bound is not None for choice in table.choices):
        gaps = [rest_gap(choice.cost, choice.bound, choice.required) for choice in table.choices]
        known = [gap for gap in gaps if gap is not None]
        key = "choices.gap" if any(known) else "choices.proven"
        key = key if len(known) == len(gaps) else "choices.open"
        parts.append(_text(texts(key, gap=percent(max(known, default=0.0))), "dim"))
    if not table.complete:
        parts.append(_text(texts("choices.cut_short"), "yellow"))
    return Group(*parts)


def _visits(choice: Choice, against: Choice | None) -> str:
    """'73' or '+1 (A+1 C-1)'."""
    if against is None:
        return str(sum(choice.visits.values()))
    more = {tier: choice.visits[tier] - against.visits[tier] for tier in Tier}
    tiers = " ".join(f"{tier.value}{count:+d}" for tier, count in more.items() if count)
    total = f"{sum(more.values()):+d}"
    return f"{total} ({tiers})" if tiers else total


def fit_report(
    found: Sequence[Relaxation], client_id: str, names: Mapping[str, str], texts: Texts
) -> RenderableType:
    """What would bring a client in, and what each way costs."""
    known = {"client": client_id, "name": names[client_id]}
    if not found:
        return _text(texts("choices.fits_not", **known), "yellow")
    parts: list[RenderableType] = [_text(texts("choices.fits", **known), "bold")]
    for item in found:
        cost = [texts("choices.fit_cost", visits=f"{item.visits:+d}", travel=f"{item.travel:+d}")]
        for key, clients in (("fit_moved", item.moved), ("fit_lost", item.gives_way)):
            if clients:
                said = [f"{client} {names[client]}" for client in clients]
                cost.append(texts(f"choices.{key}", clients=said))
        parts += ["", _text(texts.render(item.text), "green")]
        parts += [Padding.indent(_text(line, "dim"), 2) for line in cost]
        parts += [
            Padding.indent(_text(adjust_option(wish), "cyan"), 2) for wish in item.adjustments
        ]
    return Group(*parts)


def offers_report(
    offers: Sequence[Offer], client_id: str, plan: Plan, book: Book, texts: Texts
) -> RenderableType:
    """Hours to offer, and what each costs the week."""
    client = book.client_by_id[client_id]
    if not offers:
        of_two = any(due.client_id == client_id and due.companions for due in plan.due)
        key = "choices.offer_none_both" if of_two else "choices.offer_none"
        return _text(texts(key, client=client_id, name=client.name), "yellow")
    whose = {visit.id: visit.client_id for visit in plan.due}
    parts: list[RenderableType] = []
    for number, item in enumerate(offers, start=1):
        people = [book.manager_by_id[one].name for one in _goes(item)]
        hour = spoken(item.date, item.start, texts)
        more = "same" if item.travel == 0 else "more" if item.travel > 0 else "less"
        travel = texts(f"choices.travel_{more}", n=abs(item.travel))
        parts.append(
            _text(texts("choices.offer", n=number, hour=hour, managers=people, travel=travel))
        )
        for key, visits in (("offer_moved", item.moved), ("offer_lost", item.displaced)):
            clients = [whose[visit] for visit in visits]
            said = [f"{one} {book.client_by_id[one].name}" for one in clients]
            if said:
                line = _text(texts(f"choices.{key}", clients=said), "dim")
                parts.append(Padding.indent(line, 3))
    return Group(*parts)


def _goes(offer: Offer) -> list[str]:
    return [one for one in (offer.manager_id, offer.companion_id) if one]


def offer_sentence(offers: Sequence[Offer], client_id: str, book: Book, texts: Texts) -> str:
    """What to say to the client: two hours to choose from, in the language of the person who is
    asked, with nothing of what an hour costs."""
    client = book.client_by_id[client_id]
    person = next(iter(book.contacts_of.get(client_id, ())), None)
    own = Texts(person.language.value) if person and person.language else texts
    dear = own("notices.dear", name=person.name) if person else ""
    said = [spoken(item.date, item.start, own) for item in offers[:2]]
    return own(
        "choices.offer_two" if len(said) > 1 else "choices.offer_one",
        dear=dear or own("notices.dear_all", name=client.name),
        manager=book.manager_by_id[offers[0].manager_id].name,
        hours=either(said, own),
    )


def side_by_side(before: Plan, after: Plan, texts: Texts) -> RenderableType:
    """The days that change, before and after beside each other; the totals of both are in
    `diff_report`."""
    diff = diff_plans(before, after)
    kinds = {change.visit_id: change.kind for change in diff.changes}
    old = {(day.manager_id, day.date): day for day in before.days}
    new = {(day.manager_id, day.date): day for day in after.days}
    parts: list[RenderableType] = []
    for key in sorted(old.keys() | new.keys(), key=lambda key: (key[1], key[0])):
        days = old.get(key), new.get(key)
        if _course(days[0]) != _course(days[1]):
            name = next(day.manager_name for day in days if day)
            parts += [_day(key, name, days, kinds, texts), ""]
    return Group(*(parts or [_text(texts("choices.no_change"), "green"), ""]))


def _day(
    key: tuple[str, dt.date],
    name: str,
    days: tuple[PlannedDay | None, PlannedDay | None],
    kinds: dict[str, ChangeKind],
    texts: Texts,
) -> RenderableType:
    heading = texts("terminal.day", name=name, id=key[0], date=key[1])
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    table.header_style = "dim"
    for column in ("before", "after"):
        table.add_column(texts(f"choices.column_{column}"), overflow="fold", ratio=1)
    columns = [[_line(visit, kinds) for visit in day.visits] if day else [] for day in days]
    for number in range(max(len(column) for column in columns)):
        cells = [column[number] if number < len(column) else Text() for column in columns]
        table.add_row(*cells)
    figures = [totals_words(day.totals, texts) if day else "" for day in days]
    table.add_row(*(_text(figure, "dim") for figure in figures))
    return Group(_text(heading, "bold"), Padding.indent(table, 2))


def _line(visit: PlannedVisit, kinds: dict[str, ChangeKind]) -> Text:
    mark, style = _MARKS[kinds[visit.visit_id]]
    text = _text(f"{mark} {visit.talk} ", style)
    text.append(visit.tier.value, TIER_STYLES[visit.tier])
    text.append(f" {visible(visit.client_id)} {visible(visit.client_name)}", style)
    return text


def _course(day: PlannedDay | None) -> tuple[tuple[str, int], ...]:
    visits = day.visits if day else ()
    return tuple((visit.visit_id, visit.talk.start) for visit in visits)


def _text(text: str, style: str = "") -> Text:
    return Text(visible(text), style=style, overflow="fold")
