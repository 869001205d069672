"""Account changes (客户异动): monthly figures from a CSV file, what they show, and what must be
visited because of them.

Columns, in either language: client_id 客户编号, month 月份, spend 消费, suspended 停机, arrears
欠费, forwarded 呼转竞争对手 (calls); and for what was heard of otherwise must_visit 必访原因,
must_visit_since 必访提出日期, must_visit_by 必访截止日期. A row may hold both.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from routeplan.book import cells
from routeplan.book.cells import CellError, Kind, normal
from routeplan.book.codes import FaultCode
from routeplan.book.columns import Column, Sheet
from routeplan.book.faults import Severity
from routeplan.book.models import (
    Book,
    Channel,
    Client,
    MustVisit,
    MustVisitReason,
    VisitStatus,
)
from routeplan.book.records import Record, parse_records
from routeplan.book.reporter import Place, Reporter
from routeplan.book.tables import read_csv_table
from routeplan.book.words import nearest, vocabulary
from routeplan.config import AccountChange, ChangeSettings
from routeplan.errors import BookError
from routeplan.language import Message, message
from routeplan.values import Frozen

__all__ = [
    "CHANGES_SHEET",
    "Changes",
    "Figures",
    "Finding",
    "findings",
    "read_changes",
    "with_changes",
]


class Figures(Frozen):
    """One client's month; None: not told."""

    client_id: str
    month: dt.date
    """Its first day."""
    spend: float | None = None
    suspended: bool | None = None
    arrears: float | None = None
    forwarded: int | None = None
    """Calls forwarded to a competitor."""


class Changes(Frozen):
    """What a file of account changes says."""

    figures: tuple[Figures, ...] = ()
    must_visits: tuple[tuple[str, MustVisit], ...] = ()
    """Client ids with what makes a visit necessary."""


class Finding(Frozen):
    """What the figures of the file's last month show of a client."""

    client_id: str
    kind: AccountChange
    month: dt.date
    text: Message
    action: Channel

    @property
    def settled_from(self) -> dt.date:
        """A visit on this day or later, after the month, has seen to it."""
        return (self.month + dt.timedelta(days=31)).replace(day=1)


# --- reading ------------------------------------------------------------------------------------


def _month(raw: str) -> dt.date:
    """The first day of '2026-10', '2026年10月', '202610', '2026/10' or of a date's month."""
    found = normal(raw)
    if match := re.fullmatch(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*月?", found):
        year, month = int(match[1]), int(match[2])
        if 1970 <= year <= 2199 and 1 <= month <= 12:
            return dt.date(year, month, 1)
        raise CellError(FaultCode.BAD_MONTH)
    try:
        day: dt.date = cells.date.read(found)
    except CellError:
        raise CellError(FaultCode.BAD_MONTH) from None
    return day.replace(day=1)


def _amount(raw: str) -> float:
    """Money: '1280.5', '1,280.50', '¥1280', '1280元'."""
    found = re.sub(r"^[¥￥]\s*|\s*元$", "", normal(raw))
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", found):
        found = found.replace(",", "")
    if not re.fullmatch(r"\d{1,12}(\.\d+)?", found):
        raise CellError(FaultCode.BAD_AMOUNT)
    return float(found)


def _calls(raw: str) -> int:
    """A number of calls, or yes and no."""
    if any(char.isdigit() for char in normal(raw)):
        return int(cells.minutes.read(raw))
    try:
        return int(vocabulary("yes_no").read(raw))
    except CellError:
        raise CellError(FaultCode.BAD_NUMBER, least=0) from None


_money = Kind(_amount, lambda value, _: value)
CHANGES_SHEET = Sheet(
    *("changes", "客户异动"),
    required=True,
    columns=(
        Column(
            *("client_id", "客户编号", cells.identifier),
            ("客户ID", "集团编号", "客户代码", "编号", "id"),
            required=True,
        ),
        Column("month", "月份", Kind(_month, lambda value, _: value), ("账期", "年月", "period")),
        Column("spend", "消费", _money, ("消费额", "消费金额", "月消费", "出账收入", "revenue")),
        Column("suspended", "停机", vocabulary("yes_no"), ("是否停机", "业务停机", "停业务")),
        Column("arrears", "欠费", _money, ("欠费额", "欠费金额", "debt")),
        Column(
            *("forwarded", "呼转竞争对手", Kind(_calls, lambda value, _: value)),
            ("呼转", "呼转次数", "异网呼转", "forwarded_calls"),
        ),
        Column(
            *("must_visit", "必访原因", vocabulary("must_visit")),
            ("必访", "必须上门", "must_visit_reason"),
            words="must_visit",
        ),
        Column("must_visit_since", "必访提出日期", cells.date, ("提出日期", "必访提出日")),
        Column("must_visit_by", "必访截止日期", cells.date, ("截止日期", "必访截止日")),
    ),
)
_FIGURES = ("spend", "suspended", "arrears", "forwarded")


def read_changes(path: Path, book: Book) -> Changes:
    """The account changes of a CSV file. Raises FileError, or BookError with every fault."""
    reporter = Reporter()
    table = read_csv_table(path, CHANGES_SHEET, reporter)
    records = parse_records(table, reporter) if table else []
    if table and not table.rows:
        reporter.report(FaultCode.EMPTY_SHEET, table.place(), sheet=CHANGES_SHEET.label)
    figures: dict[tuple[str, dt.date], Figures] = {}
    rows: dict[tuple[str, dt.date], int] = {}
    must_visits: list[tuple[str, MustVisit]] = []
    for record in records:
        _check(record, book, reporter)
        if record.bad:
            continue
        values = record.values
        if "must_visit" in values:
            flag = MustVisit(
                reason=values["must_visit"],
                since=values.get("must_visit_since"),
                by=values.get("must_visit_by"),
            )
            must_visits.append((values["client_id"], flag))
        if not values.keys() & set(_FIGURES):
            continue
        key = (values["client_id"], values["month"])
        if key in rows:
            reporter.report(FaultCode.MONTH_TWICE, record.place("month"), row=rows[key])
            continue
        rows[key] = record.row
        known = {name: values[name] for name in _FIGURES if name in values}
        figures[key] = Figures(client_id=key[0], month=key[1], **known)
    faults = reporter.close(Place(path.name), [(path.name, "")])
    if reporter.failed:
        wrong = [fault for fault in faults if fault.severity is Severity.FAULT]
        where = " ".join(filter(None, (path.name, str(wrong[0].row or ""), wrong[0].column)))
        text = message("error.changes", n=len(wrong), where=where, first=wrong[0].problem)
        raise BookError("RP1102", text, faults)
    in_order = tuple(figures[key] for key in sorted(figures))
    return Changes(figures=in_order, must_visits=tuple(must_visits))


def _check(record: Record, book: Book, reporter: Reporter) -> None:
    """What a row says must be of a client of the book, and go together."""
    values, label = record.values, record.table.spec.by_name
    client_id = values.get("client_id")
    if client_id is not None and client_id not in book.client_by_id:
        record.bad.add("client_id")
        near = nearest(client_id, list(book.client_by_id), cutoff=0.7)
        reporter.report(
            FaultCode.UNKNOWN_REFERENCE,
            record.place("client_id"),
            fix="book.near_reference_fix" if near else "",
            sheet="客户 / clients",
            near=f"{near} {book.client_by_id[near].name}" if near else "",
        )
    if values.keys() & set(_FIGURES):
        record.require("month", reporter)
        if "month" not in values and "month" not in record.headers:
            record.bad.add("month")
            column = label["month"].label
            reporter.report(FaultCode.MISSING_COLUMN, record.place(), column=column)
    dates = {"must_visit_since", "must_visit_by"} & values.keys()
    if dates and "must_visit" not in values.keys() | record.bad:
        record.bad.add("must_visit")
        column = label["must_visit"].label
        reporter.report(FaultCode.MUST_WITHOUT_REASON, record.place(min(dates)), column=column)
    since, by = values.get("must_visit_since"), values.get("must_visit_by")
    if since and by and by < since:
        record.bad.add("must_visit_by")
        reporter.report(FaultCode.BY_BEFORE_SINCE, record.place("must_visit_by"), since=str(since))


# --- what they show -----------------------------------------------------------------------------


def findings(changes: Changes, settings: ChangeSettings) -> tuple[Finding, ...]:
    """What the figures of the file's last month show, by client."""
    if not changes.figures:
        return ()
    latest = max(figures.month for figures in changes.figures)
    by_client: dict[str, list[Figures]] = {}
    for figures in changes.figures:
        by_client.setdefault(figures.client_id, []).append(figures)
    return tuple(
        Finding(
            client_id=client_id, kind=kind, month=latest, text=text, action=settings.action[kind]
        )
        for client_id, months in sorted(by_client.items())
        for now in months
        if now.month == latest
        for kind, text in _shown(now, [one for one in months if one.month < latest], settings)
    )


def _shown(
    now: Figures, before: Sequence[Figures], settings: ChangeSettings
) -> Iterator[tuple[AccountChange, Message]]:
    month = f"{now.month:%Y-%m}"
    spent = [one.spend for one in before if one.spend is not None][-settings.months :]
    if now.spend is not None and spent:
        usual = math.fsum(spent) / len(spent)
        share = (now.spend - usual) / usual if usual else math.inf
        kind = None
        if abs(now.spend - usual) >= settings.least_amount:
            if abs(share) >= settings.jump:
                kind = AccountChange.SPEND_JUMP
            elif share >= settings.up:
                kind = AccountChange.SPEND_UP
            elif -share >= settings.down:
                kind = AccountChange.SPEND_DOWN
        if kind is not None:
            way = "rise" if now.spend > usual else "fall"
            args = {"month": month, "now": f"{now.spend:.0f}", "usual": f"{usual:.0f}"}
            if math.isinf(share):
                yield kind, message("today.spend_new", **args)
            else:
                percent = round(abs(share) * 100)
                yield kind, message(f"today.{kind}_{way}", percent=percent, **args)
    if now.suspended:
        yield AccountChange.SUSPENDED, message("today.suspended", month=month)
    if now.arrears:
        yield AccountChange.ARREARS, message("today.arrears", month=month, now=f"{now.arrears:.0f}")
    if now.forwarded:
        yield AccountChange.FORWARDED, message("today.forwarded", month=month, n=now.forwarded)


def with_changes(book: Book, changes: Changes, settings: ChangeSettings) -> Book:
    """The book in which the changes make a visit necessary: those that say so, and those for which
    the settings propose a visit. A client's own open must-visit stands."""
    flags: dict[str, MustVisit] = {}
    for client_id, flag in changes.must_visits:
        flags.setdefault(client_id, flag)
    for found in findings(changes, settings):
        if found.action is Channel.VISIT:
            competitor = found.kind is AccountChange.FORWARDED
            reason = MustVisitReason.COMPETITOR if competitor else MustVisitReason.JUDGED
            flag = MustVisit(reason=reason, since=found.settled_from)
            flags.setdefault(found.client_id, flag)
    clients = tuple(_flagged(book, client, flags) for client in book.clients)
    return book.model_copy(update={"clients": clients})


def _flagged(book: Book, client: Client, flags: dict[str, MustVisit]) -> Client:
    own = client.must_visit
    visits = (
        record.date
        for record in book.visits_of.get(client.id, ())
        if record.status is VisitStatus.DONE
    )
    if client.id not in flags or (own is not None and not _is_settled(own, visits)):
        return client
    return client.model_copy(update={"must_visit": flags[client.id]})


def _is_settled(flag: MustVisit, visits: Iterable[dt.date]) -> bool:
    return flag.since is not None and any(day >= flag.since for day in visits)
