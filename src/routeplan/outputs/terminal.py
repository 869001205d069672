"""What the terminal shows: plans, due lists, faults, changes, and a search under way.

Reports are rich renderables without boxes, readable at 80 columns, in colour or piped. Text from
the user's files is never markup, and its control characters show as escapes (`visible`).
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table

from routeplan.book.faults import Fault, Severity
from routeplan.book.models import Book, Client, Tier
from routeplan.due.models import DueList, DueVisit, NotDue
from routeplan.language import Message, Texts
from routeplan.outputs.day_course import Episode, day_course, lunch_on_arrival
from routeplan.outputs.folding import Text
from routeplan.outputs.touches import due_touches, open_touches_words, touch_counts
from routeplan.outputs.wording import (
    adjust_option,
    joint_words,
    journey_words,
    kilometres,
    off_words,
    percent,
    place_name,
    proof_words,
    spare_words,
    totals_words,
    word,
    worth_words,
)
from routeplan.plan.plan import (
    Detour,
    Leg,
    Plan,
    PlannedDay,
    PlannedVisit,
    PlannedVisitStatus,
    Proof,
    Totals,
    UnplannedVisit,
)
from routeplan.problem.progress import Told
from routeplan.replan.diff import Change, ChangeKind, PlanDiff, PlannedSlot
from routeplan.solve.limit import Limit, changes_of
from routeplan.solve.result import Result, Solved, rest_gap
from routeplan.solve.stop import Progress
from routeplan.values import TimeWindow, format_clock

if TYPE_CHECKING:
    from routeplan.solve.recheck import Confirmed

__all__ = [
    "SearchDisplay",
    "confirmed_report",
    "diff_report",
    "due_report",
    "faults_report",
    "plan_report",
    "visible",
]

TIER_STYLES = {Tier.A: "bold red", Tier.B: "yellow", Tier.C: "green"}
LONGEST_VALUE = 60
"""Characters of a faulty cell that are shown."""
PLAIN_INTERVAL = 3.0
"""Seconds between progress lines where there is no terminal."""

_ESCAPED = frozenset(("Cc", "Cs", "Zl", "Zp"))
# They turn the reading direction, so that a line can pretend to say something else.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    """The text with control, line-breaking and direction characters as escapes such as \\x1b."""
    return "".join(
        char.encode("unicode_escape").decode("ascii")
        if unicodedata.category(char) in _ESCAPED or char in _BIDI
        else char
        for char in text
    )


def plan_report(plan: Plan, texts: Texts) -> RenderableType:
    """Each day with its hours and ways, the totals, and who is left out with what would help."""
    title = texts(
        "terminal.plan",
        first=plan.horizon.first,
        last=plan.horizon.last,
        policy=plan.origin.policy,
    )
    parts: list[RenderableType] = [_text(title, "bold")]
    if plan.estimated:
        parts.append(_text(texts("words.estimated"), "dim"))
    for day in plan.days:
        parts += ["", *_day(day, texts)]
    if plan.tasks:
        first = min(task.date for task in plan.tasks)
        tasks = texts("terminal.tasks", n=len(plan.tasks), first=first)
        parts += ["", _text(tasks, "bold")]
    parts += ["", *_figures(plan, texts), "", *_left_out(plan.left_out, texts)]
    if lines := open_touches_words(plan, texts):
        heading = _text(texts("touch.planned"), "bold underline")
        parts += ["", heading, *(_indented(_text(line)) for line in lines)]
    return Group(*parts)


def confirmed_report(
    found: Confirmed, solved: Solved, seconds: float, texts: Texts
) -> RenderableType:
    """What a check of routes, cost, bound and limit found to hold."""
    made = sum(len(route.stops) for route in solved.result.solution.routes)
    visits = len(solved.problem.visits)
    lines = [texts("terminal.confirmed_routes", n=made, visits=visits, cost=found.cost)]
    if found.bound is None:
        lines.append(texts("terminal.confirmed_no_bound"))
    else:
        key, gap = "terminal.confirmed_open", ""
        if found.gap is not None:
            rest = "_rest" if found.required else ""
            key = f"terminal.confirmed_bound{rest}" if found.gap else "terminal.confirmed_optimal"
            gap = percent(found.gap)
        lines.append(texts(key, bound=found.bound, gap=gap))
        lines.append(texts("terminal.confirmed_cases", n=found.cases))
        if found.listed:
            lines.append(texts("terminal.confirmed_listed", n=found.listed))
    if solved.limit is not None:
        lines.append(_confirmed_limit(solved.limit, solved.result, found.required, texts))
    lines.append(texts("terminal.confirmed_seconds", seconds=f"{seconds:.1f}"))
    return Group(*(_text(line) for line in lines))


def _confirmed_limit(limit: Limit, result: Result, required: int, texts: Texts) -> str:
    known = {"n": changes_of(result.solution, limit), "most": limit.most}
    if limit.bound is None:
        return texts("terminal.confirmed_limit", **known)
    if limit.bound == result.cost:
        return texts("terminal.confirmed_limit_best", **known)
    gap = rest_gap(result.cost, limit.bound, required)
    if gap is None:
        return texts("terminal.confirmed_limit_open", bound=limit.bound, **known)
    said = {"bound": limit.bound, "gap": percent(gap)}
    return texts("terminal.confirmed_limit_bound", **said, **known)


def due_report(
    due_list: DueList,
    book: Book,
    texts: Texts,
    *,
    show_all: bool = False,
    sums: bool = False,
    touches: bool = False,
) -> RenderableType:
    """Who is due, by manager and most urgent first, with dates and reasons.

    `sums` adds how each worth adds up, `show_all` who is not due and why, `touches` the calls and
    messages, which are only counted else.
    """
    horizon = due_list.horizon
    title = texts(
        "terminal.due",
        n=len(due_list.due),
        first=horizon.first,
        last=horizon.last,
        policy=due_list.policy,
    )
    parts: list[RenderableType] = [_text(title, "bold")]
    parts += _notes(due_list.notes, texts)
    for manager in book.managers:
        own = [visit for visit in due_list.due if _goer(visit, book) == manager.id]
        if not own:
            continue
        heading = texts("terminal.due_of", name=manager.name, id=manager.id, n=len(own))
        parts += ["", _text(heading, "bold underline")]
        for visit in own:
            parts += _due(visit, book.client_by_id[visit.client_id], texts, sums=sums)
    if show_all:
        heading = texts("terminal.not_due", n=len(due_list.not_due))
        parts += ["", _text(heading, "bold underline")]
        for entry in due_list.not_due:
            parts += _not_due(entry, book.client_by_id[entry.client_id], texts)
    lines = due_touches(due_list.touches, book, texts, listed=touches)
    parts += ["", *(_text(line, style) for line, style in lines)]
    return Group(*parts)


def faults_report(faults: Sequence[Fault], texts: Texts) -> RenderableType:
    """All faults of a book by sheet and row, each with its mend; then how many there are."""
    if not faults:
        return _text(texts("terminal.no_fault"), "green")
    sheets: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        sheets.setdefault((fault.file, fault.sheet), []).append(fault)
    parts: list[RenderableType] = []
    for (file, sheet), found in sheets.items():
        where = texts("terminal.where", file=file, sheet=sheet) if sheet else file
        parts += [_text(where, "bold underline"), _fault_table(found, texts), ""]
    wrong = sum(fault.severity is Severity.FAULT for fault in faults)
    counts = [texts("terminal.faults", n=wrong)] if wrong else []
    if wrong < len(faults):
        counts.append(texts("terminal.notes", n=len(faults) - wrong))
    parts.append(_text(texts.join(counts), "bold red" if wrong else "bold"))
    return Group(*parts)


def diff_report(
    diff: PlanDiff,
    texts: Texts,
    *,
    versions: tuple[int, int] | None = None,
    proof: Proof | None = None,
) -> RenderableType:
    """What a re-plan took out, moved and brought in, and the totals before and after.

    What was kept is counted only: it is nearly all. `versions`: their numbers in the history;
    `proof`: of the later plan, to say how good it is.
    """
    order = (ChangeKind.REMOVED, ChangeKind.MOVED, ChangeKind.ADDED, ChangeKind.KEPT)
    counts = [
        texts("terminal.count", n=len(diff.of(kind)), kind=word(kind, texts)) for kind in order
    ]
    title = texts.join(counts)
    if versions is not None:
        title = texts("terminal.changes", before=versions[0], after=versions[1], counts=title)
    parts: list[RenderableType] = [_text(title, "bold")]
    for kind in order[:-1]:
        if changes := diff.of(kind):
            parts += ["", _text(word(kind, texts), "bold underline")]
            parts += _changes(kind, changes, texts)
    parts.append("")
    for key, totals in (("terminal.before", diff.before), ("terminal.after", diff.after)):
        parts.append(_text(texts(key, totals=totals_words(totals, texts))))
    if proof is not None:
        parts.append(_text(texts("terminal.proof", proof=proof_words(proof, texts)), "dim"))
    return Group(*parts)


class SearchDisplay:
    """Shows a search under way on `console` (standard error), which it leaves as it was.

    Give `update` to `solve` as its progress callback. One line that keeps changing on a terminal,
    above what was given to `show`; a line every few seconds elsewhere, nothing when `quiet`.
    """

    def __init__(self, texts: Texts, console: Console, *, quiet: bool = False) -> None:
        self._texts = texts
        self._console = console
        self._quiet = quiet
        self._latest: Progress | None = None
        self._printed: Progress | None = None
        self._live: Live | None = None
        self._shown: RenderableType | None = None
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        if not self._quiet and self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(
                console=self._console,
                get_renderable=self._now,
                transient=True,
                refresh_per_second=4,
            )
            self._live.start(refresh=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()
        elif kind is None and self._latest is not self._printed:
            self._print()

    @property
    def is_live(self) -> bool:
        """Whether anybody sees what is given to `show`."""
        return self._live is not None

    def show(self, known: RenderableType) -> None:
        """Shows what is known so far, while the search goes on."""
        self._shown = known
        if self._live:
            self._live.refresh()

    def update(self, progress: Progress) -> None:
        """Takes note of a better solution."""
        self._latest = progress
        if self._live:
            # A solver busy in compiled code may not let the refreshing thread run.
            self._live.refresh()
        elif not self._printed or progress.seconds - self._printed.seconds >= PLAIN_INTERVAL:
            self._print()

    def _print(self) -> None:
        self._printed = self._latest
        if self._latest and not self._quiet:
            self._console.print(self._line(self._latest, self._latest.seconds))

    def _now(self) -> RenderableType:
        seconds = time.monotonic() - self._began
        if self._latest is None:
            line = _text(self._texts("terminal.searching", seconds=f"{seconds:.0f}"), "dim")
        else:
            line = self._line(self._latest, seconds)
        # The line comes first: of what is higher than the screen, the end is cut off.
        return line if self._shown is None else Group(line, "", self._shown)

    def _line(self, progress: Progress, seconds: float) -> Text:
        bound, cost = progress.bound, progress.cost
        gap = rest_gap(cost, bound, progress.required)
        key = "terminal.progress" if gap is None else "terminal.progress_bound"
        return _text(
            self._texts(
                key,
                seconds=f"{seconds:.0f}",
                n=progress.visits,
                cost=cost,
                bound=bound or 0,
                gap=f"{100 * (gap or 0):.1f}",
            ),
            "dim",
        )


def _day(day: PlannedDay, texts: Texts) -> list[RenderableType]:
    name = texts("terminal.day", name=day.manager_name, id=day.manager_id, date=day.date)
    counts = touch_counts(day.touches, texts)
    touches = [_indented(_text(counts, "dim"))] if counts else []
    if not day.places:
        nothing = _indented(_text(texts("terminal.nothing"), "dim"))
        return [_text(name, "bold"), nothing, *touches]
    start = texts("terminal.start", place=place_name(day.start_name, texts))
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.header_style = "dim"
    table.add_column("", justify="right", no_wrap=True)
    for column in ("leave", "arrive", "talk"):
        table.add_column(texts(f"terminal.column_{column}"), no_wrap=True)
    for column in ("travel", "km"):
        table.add_column(texts(f"terminal.column_{column}"), no_wrap=True, justify="right")
    table.add_column(texts("terminal.column_client"), overflow="fold")
    stop = 0
    for episode in day_course(day):
        stop += isinstance(episode, PlannedVisit)
        table.add_row(*_row(day, episode, stop, texts))
    about = f"{totals_words(day.totals, texts)} · {start}"
    return [_text(name, "bold"), _indented(_text(about, "dim")), _indented(table), *touches]


def _row(day: PlannedDay, episode: Episode, stop: int, texts: Texts) -> tuple[Text, ...]:
    """Stop, leave, arrive, talk, travel, km and what for."""
    if isinstance(episode, TimeWindow):
        lunch = texts("words.lunch_there" if lunch_on_arrival(day) else "words.lunch")
        return _cells("", "", "", str(episode), "", "", lunch, style="dim")
    if isinstance(episode, Leg):
        back = texts("terminal.back", place=place_name(day.end_name, texts))
        way = _way(episode, episode.arrive, texts)
        cells = _cells("", *way[:2], "", *way[2:], style="dim")
        return (*cells, _with_journey(_text(back, "dim"), episode, texts))
    way = _way(episode.leg, episode.arrive, texts)
    if isinstance(episode, Detour):
        place = place_name(episode.name, texts)
        nowhere = texts("terminal.led_nowhere", place=place)
        return _cells("", *way[:2], "", *way[2:], nowhere, style="dim")
    cells = _cells(str(stop), *way[:2], str(episode.talk), *way[2:])
    return (*cells, _visit(episode, texts))


def _way(leg: Leg | None, arrive: int, texts: Texts) -> tuple[str, str, str, str]:
    """Leave, arrive, travel and km."""
    if leg is None:
        return "", format_clock(arrive), "", ""
    return (
        format_clock(leg.leave),
        format_clock(leg.arrive),
        texts("terminal.about", n=leg.minutes) if leg.estimated else str(leg.minutes),
        kilometres(leg.metres),
    )


def _visit(visit: PlannedVisit, texts: Texts) -> Text:
    text = _client(visit.tier, visit.client_id, visit.client_name)
    marks: list[str] = []
    if visit.appointment:
        marks.append(f"★ {word(visit.appointment, texts)}")
    elif visit.told is not Told.NOT_AGREED:
        marks.append(word(visit.told, texts))
    if together := joint_words(visit, texts):
        marks.append(together)
    if visit.status is not PlannedVisitStatus.PLANNED:
        marks.append(word(visit.status, texts))
    if off := off_words(visit.off_minutes, texts):
        marks.append(off)
    if marks:
        text.append("\n" + texts.join(marks), "cyan")
    return _with_journey(text, visit.leg, texts)


def _with_journey(text: Text, leg: Leg | None, texts: Texts) -> Text:
    if leg and leg.steps:
        text.append("\n").append_text(_text(journey_words(leg, texts), "dim"))
    return text


def _figures(plan: Plan, texts: Texts) -> list[RenderableType]:
    by_manager: dict[str, tuple[str, Totals]] = {}
    for day in plan.days:
        name, totals = by_manager.get(day.manager_id, (day.manager_name, Totals()))
        by_manager[day.manager_id] = (name, totals + day.totals)
    parts: list[RenderableType] = []
    if len(by_manager) > 1:
        for name, totals in by_manager.values():
            said = totals_words(totals, texts)
            parts.append(_text(texts("terminal.whose", name=name, totals=said)))
            parts.append(_text(f"  {spare_words(totals, texts)}", "dim"))
    parts.append(_text(texts("terminal.all", totals=totals_words(plan.totals, texts)), "bold"))
    parts.append(_text(f"  {spare_words(plan.totals, texts)}", "dim"))
    parts.append(_text(texts("terminal.proof", proof=proof_words(plan.proof, texts)), "dim"))
    return parts + _notes(plan.notes, texts)


def _notes(notes: Iterable[Message], texts: Texts) -> list[RenderableType]:
    return [_text(texts("terminal.note", note=note), "yellow") for note in notes]


def _left_out(left_out: Sequence[UnplannedVisit], texts: Texts) -> list[RenderableType]:
    if not left_out:
        return [_text(texts("terminal.none_left_out"), "green")]
    parts: list[RenderableType] = [
        _text(texts("terminal.left_out", n=len(left_out)), "bold underline"),
        _text(texts("terminal.how_to_adjust"), "dim"),
    ]
    for visit in left_out:
        name = _client(visit.tier, visit.client_id, visit.client_name)
        if visit.required:
            name.append(f"  {texts('terminal.must')}", "bold red")
        if off := off_words(visit.off_minutes, texts):
            name.append(f"  {off}", "cyan")
        parts.append(name)
        parts.append(_indented(_text(texts.render(visit.why))))
        for remedy in visit.remedies[:1]:
            said = texts("terminal.remedy", remedy=remedy.text)
            parts.append(_indented(_text(said, "green")))
            # One a line: none is broken where a terminal ends, so each can be copied.
            options = (_text(adjust_option(wish), "cyan") for wish in remedy.adjustments)
            parts += [_indented(option, 4) for option in options]
        if (more := len(visit.remedies) - 1) > 0:
            parts.append(_indented(_text(texts("terminal.more_remedies", n=more), "dim")))
    return parts


def _due(visit: DueVisit, client: Client, texts: Texts, *, sums: bool) -> list[RenderableType]:
    name = _client(client.tier, visit.id, client.name)
    name.append(f"  {texts('terminal.urgency', urgency=f'{visit.urgency:.2f}')}", "dim")
    if visit.required:
        name.append(f"  {texts('terminal.must')}", "bold red")
    last = visit.last_visit.isoformat() if visit.last_visit else texts("terminal.never")
    dates = texts(
        "terminal.dates", earliest=visit.earliest, due=visit.due, latest=visit.latest, last=last
    )
    parts: list[RenderableType] = [name, _indented(_text(dates))]
    parts += [_indented(_text(texts.render(reason.text), "dim")) for reason in visit.reasons]
    parts += [_indented(_text(texts.render(short), "yellow")) for short in visit.shortfall]
    if sums:
        terms = worth_words(visit.worth_terms, texts)
        parts.append(_indented(_text(texts("terminal.sum", worth=visit.worth, terms=terms))))
    return parts


def _goer(visit: DueVisit, book: Book) -> str:
    """Id of the manager whose visit it is."""
    booked = book.appointment_by_id.get(visit.appointment_id or "")
    return (booked.manager_id if booked else None) or book.client_by_id[visit.client_id].manager_id


def _not_due(entry: NotDue, client: Client, texts: Texts) -> list[RenderableType]:
    name = _client(client.tier, client.id, client.name)
    return [name, _indented(_text(texts.render(entry.reason), "dim"))]


def _fault_table(faults: Iterable[Fault], texts: Texts) -> Table:
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.header_style = "dim"
    table.add_column(texts("terminal.column_row"), justify="right", no_wrap=True)
    table.add_column(texts("terminal.column_column"), overflow="fold", max_width=16)
    table.add_column(texts("terminal.column_value"), overflow="fold", max_width=20)
    table.add_column(texts("terminal.column_problem"), overflow="fold", ratio=1)
    for fault in sorted(faults, key=lambda fault: (fault.row or 0, fault.code)):
        value = fault.value
        if len(value) > LONGEST_VALUE:
            value = value[: LONGEST_VALUE - 1] + "…"
        grave = fault.severity is Severity.FAULT
        said = _text(texts.render(fault.problem), "red" if grave else "yellow")
        said.append(f" [{fault.code}]", "dim")
        said.append("\n")
        said.append_text(_text(texts("terminal.remedy", remedy=fault.fix)))
        table.add_row(
            _text("" if fault.row is None else str(fault.row)),
            _text(fault.column),
            _text(value),
            said,
        )
    return table


def _changes(kind: ChangeKind, changes: Sequence[Change], texts: Texts) -> list[RenderableType]:
    names = [f"{change.client_id} {change.client_name}" for change in changes]
    if kind is ChangeKind.KEPT:
        return [_text(texts.join(names))]
    parts: list[RenderableType] = []
    for name, change in zip(names, changes, strict=True):
        slots = [_slot(slot, texts) for slot in (change.old, change.new) if slot]
        parts += [_text(name), _indented(_text(" → ".join(slots), "dim"))]
    return parts


def _slot(slot: PlannedSlot, texts: Texts) -> str:
    return texts(
        "terminal.slot", date=slot.date, start=slot.start, end=slot.end, manager=slot.manager_name
    )


def _client(tier: Tier, number: str, name: str) -> Text:
    text = _text("")
    text.append(tier.value, TIER_STYLES[tier])
    text.append(f" {visible(number)} {visible(name)}", "bold")
    return text


def _cells(*cells: str, style: str = "") -> tuple[Text, ...]:
    return tuple(_text(cell, style) for cell in cells)


def _indented(what: RenderableType, by: int = 2) -> Padding:
    return Padding.indent(what, by)


def _text(text: str, style: str = "") -> Text:
    """Text as it is: no markup, no control characters, folded rather than cut."""
    return Text(visible(text), style=style, overflow="fold")
