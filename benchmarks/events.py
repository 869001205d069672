"""One event on a planned week: how soon the first answer stands, how soon the last, how good.

    python benchmarks/events.py

The sample's week, planned for each manager alone and for all of them, is planned again after one
event, from Tuesday at ten: visits cancelled, urgent visits, a manager late, off a day or half of
one. Each is a call of `replan` with what its command gives it: events read, problem built, plan
mended and bounded, reasons and remedies, checked. Reading book and plan, some half a second of a
command's start and the writing of files are not in it. "From the best" compares with a search of
the same problem for 20 seconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from report import publish, table

import routeplan as rp
from routeplan.plan.events import Event, HalfDay
from routeplan.solve.column_generation.compile import compile_kernels
from routeplan.solve.result import Solved, rest_gap

__all__ = ["Answer", "answered", "events_of"]

BOOK = Path(__file__).parents[1] / "data" / "sample.xlsx"
WEEK = rp.Horizon(first=dt.date(2026, 11, 23))
NOW = dt.datetime.combine(dt.date(2026, 11, 24), dt.time(10))
EACH = 5
"""Events of a kind."""


@dataclass(frozen=True)
class Answer:
    first: float
    """Seconds until something stands."""
    last: float
    gap: float | None
    """Of the last, as the plan says it; None: unknown."""
    first_over: float
    """Share by which the first costs more than the best known."""
    last_over: float


def events_of(plan: rp.Plan, chance: random.Random) -> Iterator[tuple[str, Event]]:
    """Kind and event, of what is still to come."""
    ahead = [
        (day.date, visit.client_id)
        for day, visit in plan.visits
        if day.date > NOW.date() and not visit.appointment
    ]
    chance.shuffle(ahead)
    for date, client_id in ahead[:EACH]:
        yield "cancelled", rp.Cancel(client_id=client_id, date=date)
    left_out = [visit.client_id for visit in plan.left_out if not visit.required]
    chance.shuffle(left_out)
    for client_id in dict.fromkeys(left_out[:EACH]):
        yield "urgent", rp.Urgent(client_id=client_id)
    managers = sorted({day.manager_id for day in plan.days})
    for number in range(EACH):
        who = managers[number % len(managers)]
        yield "late", rp.Late(manager_id=who, minutes=20 + 10 * number)
        day = NOW.date() + dt.timedelta(days=1 + number % 3)
        half = HalfDay.AFTERNOON if number % 2 else None
        yield "off", rp.ManagerOff(manager_id=who, first=day, hours=half)


def answered(plan: rp.Plan, book: rp.Book, solved: Solved, event: Event) -> Answer | None:
    """What planning again after an event takes and gives; None: it cannot be meant."""
    first: list[tuple[float, rp.Plan]] = []
    found: list[Solved] = []
    began = time.perf_counter()
    try:
        last = rp.replan(
            plan,
            book,
            [event],
            NOW,
            earlier=solved,
            on_first=lambda plan: first.append((time.perf_counter() - began, plan)),
            on_solved=found.append,
        )
    except rp.UsageError:
        return None
    seconds = time.perf_counter() - began
    at_first, soon = first[0] if first else (seconds, last)
    problem, start = found[-1].problem, found[-1].result
    best = rp.solve(problem, rp.StopRule(seconds=20), start=start.solution)
    bottom = best.bound if best.bound is not None else best.cost
    required = last.proof.terms.required

    def over(plan: rp.Plan) -> float:
        return rest_gap(plan.proof.cost, min(bottom, best.cost), required) or 0.0

    return Answer(at_first, seconds, last.proof.rest_gap, over(soon), over(last))


def main() -> None:
    parser = argparse.ArgumentParser(description="One event on a planned week.")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each plan at first")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    book = rp.read_book(BOOK)
    compile_kernels()
    rows: list[list[str]] = []
    managers = [manager.id for manager in book.managers]
    for name, ids in [*((one, [one]) for one in managers), ("all", managers)]:
        made: list[Solved] = []
        stop = rp.StopRule(seconds=options.seconds)
        plan = rp.plan_visits(book, WEEK, manager_ids=ids, stop=stop, on_solved=made.append)
        by_kind: dict[str, list[Answer]] = {}
        for kind, event in events_of(plan, random.Random(name)):
            answer = answered(plan, book, made[-1], event)
            if answer is not None:
                by_kind.setdefault(kind, []).append(answer)
                print(name, event, answer, file=sys.stderr, flush=True)
        for kind, answers in by_kind.items():
            gaps = [answer.gap for answer in answers]
            known = [gap for gap in gaps if gap is not None]
            rows.append(
                [
                    name,
                    kind,
                    str(len(answers)),
                    f"{median(answer.first for answer in answers):.2f}",
                    f"{max(answer.first for answer in answers):.2f}",
                    f"{100 * mean(answer.first_over for answer in answers):.1f} %",
                    f"{median(answer.last for answer in answers):.2f}",
                    f"{max(answer.last for answer in answers):.2f}",
                    f"{100 * mean(answer.last_over for answer in answers):.1f} %",
                    f"{100 * max(known):.1f} %" if len(known) == len(gaps) else "not known",
                ]
            )
    heads = ["week of", "event", "events", "first, s", "longest", "over best"]
    heads += ["last, s", "longest", "over best", "says at most"]
    publish(["### events", "", *table(heads, rows)], options.out, done=True)


if __name__ == "__main__":
    main()
