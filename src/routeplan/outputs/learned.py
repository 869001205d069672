"""What was learned from the records, with its evidence, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from routeplan.book.models import Book, Tier
from routeplan.due.talk_time import LearnedTalk, TalkSums
from routeplan.language import Texts
from routeplan.outputs.folding import Text
from routeplan.outputs.terminal import visible
from routeplan.outputs.wording import word
from routeplan.travel.learn import LearnedHour

__all__ = ["learned_report"]


def learned_report(
    managers: Sequence[TalkSums],
    tiers: Sequence[TalkSums],
    talks: Sequence[LearnedTalk],
    hours: Sequence[LearnedHour],
    book: Book,
    texts: Texts,
) -> RenderableType:
    """Planned against actual talk, then what is proposed and why; nothing has been changed."""
    parts: list[RenderableType] = [Text(texts("learn.talks"), "bold underline")]
    if not managers:
        parts.append(Text(texts("learn.no_talks")))
    else:
        names = {one.id: f"{one.id} {one.name}" for one in book.managers}
        sums = [(names[one.key], one) for one in managers]
        sums += [(word(Tier(one.key), texts), one) for one in tiers]
        table = _table(texts, "", "talks", "planned", "actual", "overran", "median", "upper")
        for name, one in sums:
            figures = (one.talks, one.planned, one.actual, one.overran)
            ratios = (f"{one.median:.2f}", f"{one.upper:.2f}")
            table.add_row(Text(visible(name)), *map(str, figures), *ratios)
        parts.append(table)
    parts += ["", Text(texts("learn.clients", n=len(talks)), "bold underline")]
    if talks:
        table = _table(texts, "", "talks", "median_minutes", "upper_minutes", "now", "proposed")
        for learned in talks:
            name = f"{learned.client_id} {book.client_by_id[learned.client_id].name}"
            spans = (f"{learned.median:g}", f"{learned.upper:g}")
            minutes = Text(str(learned.minutes), "bold")
            table.add_row(
                Text(visible(name)), str(learned.talks), *spans, str(learned.planned), minutes
            )
        parts.append(table)
    seen = [hour for hour in hours if hour.ways]
    parts += ["", Text(texts("learn.hours", n=sum(one.ways for one in seen)), "bold underline")]
    if seen:
        table = _table(texts, "", "weekdays", "ways", "factor")
        for hour in seen:
            factor = hour.factor
            modes = texts.join([word(mode, texts) for mode in factor.modes])
            days = _weekdays(factor.weekdays)
            cells = (f"{modes} {factor.hours}", days, str(hour.ways), f"{factor.factor:g}")
            table.add_row(*cells)
        parts.append(table)
    parts += ["", Text(texts("learn.unchanged"), "dim")]
    return Group(*parts)


def _weekdays(days: Iterable[int]) -> str:
    """'1-5': Monday is 1."""
    numbers = sorted(day + 1 for day in days)
    if len(numbers) > 1 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]}-{numbers[-1]}"
    return ",".join(map(str, numbers))


def _table(texts: Texts, *names: str) -> Table:
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.header_style = "dim"
    for name in names:
        if name:
            table.add_column(texts(f"learn.column_{name}"), justify="right", no_wrap=True)
        else:
            table.add_column("", overflow="fold", ratio=1)
    return table
