"""Records of five sheets to one book: identifiers, references, and what belongs together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from routeplan.book.codes import FaultCode
from routeplan.book.columns import SHEETS, WEEKDAY_COLUMNS
from routeplan.book.likelihood import note_unlikely
from routeplan.book.models import (
    Anchor,
    Appointment,
    Book,
    Client,
    Contact,
    Located,
    Manager,
    MustVisit,
    Rigidity,
    Site,
    VisitRecord,
    VisitStatus,
)
from routeplan.book.places import read_point
from routeplan.book.records import Record, parse_records
from routeplan.book.reporter import Reporter
from routeplan.book.spans import DEFAULT_HOURS
from routeplan.book.tables import Table
from routeplan.book.words import nearest
from routeplan.point import Point
from routeplan.values import WeeklyHours

__all__ = ["assemble", "assemble_visits"]

_OF_SITE = {
    *("site", "address", "district", "room", "lat", "lon", "located", "datum"),
    *("hours", "closures"),
    *(column.name for column in WEEKDAY_COLUMNS),
}
"""Columns that each row of a client has for itself; the others are the client's."""


def assemble(tables: Mapping[str, Table], reporter: Reporter) -> Book | None:
    """The book, or None when anything reported is a fault."""
    records = {
        sheet.name: parse_records(
            tables[sheet.name],
            reporter,
            required=("client_id",) if sheet.name == "clients" else None,
        )
        if sheet.name in tables
        else []
        for sheet in SHEETS
    }
    for sheet in SHEETS:
        table = tables.get(sheet.name)
        if sheet.required and table and not table.rows:
            reporter.report(FaultCode.EMPTY_SHEET, table.place(), sheet=sheet.label)
            reporter.unread.add(sheet.name)
    known = _Known(records, reporter)
    managers = _managers(records["managers"], reporter)
    clients = _clients(known, reporter)
    contacts = _contacts(records["contacts"], known)
    visits = _visits(records["visits"], known, reporter)
    appointments = _appointments(records["appointments"], known, reporter)
    if reporter.failed:
        return None
    book = Book(
        managers=tuple(managers),
        clients=tuple(clients),
        contacts=tuple(contacts),
        visits=tuple(visits),
        appointments=tuple(appointments),
    )
    note_unlikely(book, records, reporter)
    return book


def assemble_visits(table: Table, book: Book, reporter: Reporter) -> list[VisitRecord]:
    """The visit records of a table that stands outside the book, in the order of its rows.

    Clients, managers and key persons may be called by their names where these say who is meant.
    Empty when anything reported is a fault.
    """
    records = parse_records(table, reporter)
    for record in records:
        _resolve_names(record, book)
    visits = _visits(records, _Known(_rows_of(book, table), reporter), reporter)
    return [] if reporter.failed else visits


def _resolve_names(record: Record, book: Book) -> None:
    values = record.values
    clients = [(client.id, client.name) for client in book.clients]
    managers = [(manager.id, manager.name) for manager in book.managers]
    for column, known in (("client_id", clients), ("manager_id", managers)):
        if column in values:
            values[column] = _called(values[column], known)
    people = book.contacts_of.get(values.get("client_id", ""), ())
    contacts = [(contact.id, contact.name) for contact in people]
    if "contact_ids" in values:
        values["contact_ids"] = tuple(_called(one, contacts) for one in values["contact_ids"])


def _called(given: str, known: list[tuple[str, str]]) -> str:
    """The identifier of the only one of that name; what was given where it is none."""
    if any(given == key for key, _ in known):
        return given
    found = [key for key, name in known if name == given]
    return found[0] if len(found) == 1 else given


def _rows_of(book: Book, table: Table) -> dict[str, list[Record]]:
    """The rows that records may refer to, as if they had just been read."""

    def row(**values: str) -> Record:
        return Record(table, 0, {}, values)

    return {
        "managers": [row(manager_id=one.id, name=one.name) for one in book.managers],
        "clients": [
            row(client_id=one.id, name=one.name, manager_id=one.manager_id, site=site.id)
            for one in book.clients
            for site in one.sites
        ],
        "contacts": [
            row(contact_id=one.id, client_id=one.client_id, name=one.name) for one in book.contacts
        ],
        "appointments": [],
    }


class _Known:
    """What rows may refer to: known even where the row itself has faults, so that none cascade."""

    def __init__(self, records: Mapping[str, list[Record]], reporter: Reporter) -> None:
        self._reporter = reporter
        self.managers = _unique(records["managers"], "manager_id", reporter)
        self.contacts = _unique(records["contacts"], "contact_id", reporter)
        self.clients: dict[str, list[Record]] = {}
        """Client id → its rows, one a site."""
        for record in records["clients"]:
            if (client_id := record.values.get("client_id")) is not None:
                self.clients.setdefault(client_id, []).append(record)
        _unique(records["appointments"], "appointment_id", reporter)

    def manager_of(self, client_id: str) -> str:
        rows = self.clients.get(client_id, [])
        return next((row.values["manager_id"] for row in rows if "manager_id" in row.values), "")

    def check(self, record: Record, column: str, sheet: str) -> bool:
        """Whether every identifier in a cell is known in a sheet; reports those that are not."""
        if column not in record.values or sheet in self._reporter.unread:
            return False
        found = record.values[column]
        wanted = found if isinstance(found, tuple) else (found,)
        known = self._sheet(sheet)
        missing = [one for one in wanted if one not in known]
        names = self._names(sheet) if missing else {}
        for one in missing:
            record.bad.add(column)
            named = [key for key, name in names.items() if name == one]
            near = named[0] if len(named) == 1 else nearest(one, list(names), cutoff=0.7)
            label = next(spec.label for spec in SHEETS if spec.name == sheet)
            self._reporter.report(
                FaultCode.UNKNOWN_REFERENCE,
                record.place(column)._replace(value=one),
                fix="book.near_reference_fix" if near else "",
                sheet=label,
                near=f"{near} {names[near]}".strip() if near else "",
            )
        return not missing

    def _sheet(self, sheet: str) -> Mapping[str, Record | list[Record]]:
        """Identifier → its row or rows."""
        if sheet == "clients":
            return self.clients
        return self.managers if sheet == "managers" else self.contacts

    def _names(self, sheet: str) -> dict[str, str]:
        """Identifier → name."""
        first = {
            key: rows[0] if isinstance(rows, list) else rows
            for key, rows in self._sheet(sheet).items()
        }
        return {key: record.values.get("name", "") for key, record in first.items()}

    def check_client(self, record: Record) -> None:
        """The client and, if one is named, its site."""
        if not self.check(record, "client_id", "clients") or "site" not in record.values:
            return
        sites = [row.values.get("site", "") for row in self.clients[record.values["client_id"]]]
        if record.values["site"] not in sites:
            record.bad.add("site")
            self._reporter.report(
                FaultCode.UNKNOWN_SITE,
                record.place("site"),
                client=record.values["client_id"],
                known=tuple(dict.fromkeys(filter(None, sites))) or ("-",),
            )

    def check_companions(self, record: Record, column: str) -> None:
        """Who comes along, and that it is not who goes anyway."""
        self.check(record, column, "managers")
        own = record.values.get("manager_id") or self.manager_of(record.values.get("client_id", ""))
        if own and own in record.values.get(column, ()):
            record.bad.add(column)
            self._reporter.report(
                FaultCode.ALONG_WITH_SELF, record.place(column)._replace(value=own)
            )

    def check_contacts(self, record: Record) -> None:
        """The contacts, and that they are the client's."""
        self.check(record, "contact_ids", "contacts")
        client_id = record.values.get("client_id", "")
        for contact_id in record.values.get("contact_ids", ()):
            contact = self.contacts.get(contact_id)
            owner = contact.values.get("client_id", "") if contact else ""
            if owner != client_id and {owner, client_id} <= self.clients.keys():
                record.bad.add("contact_ids")
                self._reporter.report(
                    FaultCode.CONTACT_OF_OTHER,
                    record.place("contact_ids")._replace(value=contact_id),
                    client=owner,
                )


def _unique(records: list[Record], column: str, reporter: Reporter) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for record in records:
        key = record.values.get(column)
        if key is None:
            continue
        if key in found:
            record.bad.add(column)
            reporter.report(FaultCode.DUPLICATE_ID, record.place(column), row=found[key].row)
        else:
            found[key] = record
    return found


def _fields(record: Record, *skip: str, **renamed: str) -> dict[str, Any]:
    """The record's values by the model's field names."""
    fields = {name: value for name, value in record.values.items() if name not in skip}
    for column, name in renamed.items():
        if column in fields:
            fields[name] = fields.pop(column)
    return fields | {"extra": record.extra}


# --- managers -----------------------------------------------------------------------------------


def _managers(records: list[Record], reporter: Reporter) -> list[Manager]:
    managers = []
    for record in records:
        office = read_point(record, "office_lat", "office_lon", reporter)
        home = read_point(record, "home_lat", "home_lon", reporter)
        if record.bad:
            continue
        places = ("office_lat", "office_lon", "home_lat", "home_lon", "datum")
        fields = _fields(record, *places, manager_id="id")
        for name, point in (("office_located", office), ("home_located", home)):
            fields[name] = _still(fields.get(name), point)
        if "mode" in fields:
            fields["mode"], *fields["other_modes"] = fields["mode"]
        manager = Manager(**fields, office=office, home=home)
        for column, anchor in (("start", manager.start), ("end", manager.end)):
            if anchor is not Anchor.OPEN and manager.place(anchor) is None:
                lat = f"{anchor.value}_lat"
                label = record.table.spec.by_name[lat].label
                reporter.note(FaultCode.NO_ANCHOR_POINT, record.place(column), column=label)
                break
        managers.append(manager)
    return managers


# --- clients ------------------------------------------------------------------------------------


def _clients(known: _Known, reporter: Reporter) -> list[Client]:
    clients = []
    for rows in known.clients.values():
        merged = _merge(rows, reporter)
        for name in ("name", "tier", "manager_id"):
            merged.require(name, reporter)
        known.check(merged, "manager_id", "managers")
        known.check(merged, "backup_ids", "managers")
        known.check_companions(merged, "must_visit_with")
        must_visit = _must_visit(merged, reporter)
        sites = _sites(rows, reporter)
        if merged.bad or any(row.bad for row in rows):
            continue
        skip = ("must_visit", "must_visit_since", "must_visit_by", "must_visit_with")
        fields = _fields(merged, *skip, client_id="id")
        clients.append(Client(**fields, must_visit=must_visit, sites=tuple(sites)))
    _note_blank_listed(known, reporter)
    return clients


def _merge(rows: list[Record], reporter: Reporter) -> Record:
    """One record of a client's own columns, from the rows of its sites."""
    first = rows[0]
    merged = Record(first.table, first.row, first.headers)
    for row in rows:
        merged.bad |= row.bad - _OF_SITE
        for name, value in row.values.items():
            if name in _OF_SITE:
                continue
            if name not in merged.values:
                merged.values[name], merged.texts[name] = value, row.texts[name]
            elif merged.values[name] != value:
                row.bad.add(name)
                reporter.report(
                    FaultCode.CONFLICT, row.place(name), row=first.row, other=merged.texts[name]
                )
    for header in dict.fromkeys(header for row in rows for header in row.extra):
        texts = dict.fromkeys(row.extra[header] for row in rows if header in row.extra)
        merged.extra[header] = "; ".join(texts)
    return merged


def _sites(rows: list[Record], reporter: Reporter) -> list[Site]:
    sites: dict[str, Site] = {}
    for row in rows:
        point = read_point(row, "lat", "lon", reporter)
        name = row.values.get("site", "")
        if name in sites:
            row.bad.add("site")
            code = FaultCode.DUPLICATE_SITE if name else FaultCode.DUPLICATE_ID
            column = "site" if name else "client_id"
            reporter.report(code, row.place(column), row=rows[list(sites).index(name)].row)
            continue
        if point is None and not row.bad & {"lat", "lon", "datum"}:
            reporter.note(FaultCode.NO_POINT, row.place("lat"), client=row.values["client_id"])
        plain = {
            key: row.values[key]
            for key in ("address", "district", "room", "closures")
            if key in row.values
        }
        hours = _hours(row)
        located = _still(row.values.get("located"), point)
        sites[name] = Site(id=name, point=point, located=located, hours=hours, **plain)
    return list(sites.values())


def _still(located: Located | None, point: Point | None) -> Located | None:
    """How a point was found goes with it: whoever takes it out or moves it means both."""
    return located if located and point and located.holds(point) else None


def _hours(row: Record) -> WeeklyHours:
    """The weekly hours with the weekday columns laid over them.

    Where only weekday columns are filled in, the weekdays left blank are closed.
    """
    own = [row.values.get(column.name) for column in WEEKDAY_COLUMNS]
    if any(windows is not None for windows in own):
        week = row.values["hours"].days if "hours" in row.values else ((),) * 7
        return WeeklyHours(
            days=tuple(
                usual if windows is None else windows
                for usual, windows in zip(week, own, strict=True)
            )
        )
    hours: WeeklyHours = row.values.get("hours", DEFAULT_HOURS)
    return hours


def _must_visit(record: Record, reporter: Reporter) -> MustVisit | None:
    reason, since, by = (
        record.values.get(name) for name in ("must_visit", "must_visit_since", "must_visit_by")
    )
    if reason is None:
        for name in ("must_visit_since", "must_visit_by", "must_visit_with"):
            if name in record.values and "must_visit" not in record.bad:
                record.bad.add(name)
                label = record.table.spec.by_name["must_visit"].label
                reporter.report(FaultCode.MUST_WITHOUT_REASON, record.place(name), column=label)
                break
        return None
    if since and by and by < since:
        record.bad.add("must_visit_by")
        reporter.report(FaultCode.BY_BEFORE_SINCE, record.place("must_visit_by"), since=str(since))
    companions = record.values.get("must_visit_with", ())
    return MustVisit(reason=reason, since=since, by=by, companion_ids=companions)


def _note_blank_listed(known: _Known, reporter: Reporter) -> None:
    """'Blank' could mean yes or no where others are filled in: say how it was read."""
    blank = [
        rows[0] for rows in known.clients.values() if all("listed" not in r.values for r in rows)
    ]
    if blank and len(blank) < len(known.clients):
        reporter.note(FaultCode.LISTED_BLANK, blank[0].place("listed"), n=len(blank))


# --- the sheets that refer to clients -----------------------------------------------------------


def _contacts(records: list[Record], known: _Known) -> list[Contact]:
    contacts = []
    for record in records:
        known.check_client(record)
        if record.bad:
            continue
        fields = _fields(record, contact_id="id", site="site_id")
        if "birthday" in fields:
            fields["birthday"] = fields["birthday"].model_copy(update={"name": fields["name"]})
        contacts.append(Contact(**fields))
    return contacts


def _visits(records: list[Record], known: _Known, reporter: Reporter) -> list[VisitRecord]:
    visits = []
    for record in records:
        known.check_client(record)
        known.check(record, "manager_id", "managers")
        known.check_contacts(record)
        start, end = record.values.get("start"), record.values.get("end")
        if start is not None and end is not None and end <= start:
            record.bad.add("end")
            reporter.report(FaultCode.END_BEFORE_START, record.place("end"))
        _check_next(record, reporter)
        if record.bad:
            continue
        fields = _fields(record, site="site_id")
        if "manager_id" not in fields:
            fields["manager_id"] = known.manager_of(fields["client_id"])
        visits.append(VisitRecord(**fields))
    return visits


def _check_next(record: Record, reporter: Reporter) -> None:
    """What a visit record says of the time after the visit."""
    values, spec = record.values, record.table.spec
    for column in ("next_date", "postponed_to"):
        if column in values and "date" in values and values[column] < values["date"]:
            record.bad.add(column)
            reporter.report(FaultCode.BEFORE_VISIT, record.place(column), date=str(values["date"]))
    if "postponed_start" in values and not {"postponed_to"} & (values.keys() | record.bad):
        record.bad.add("postponed_start")
        label = spec.by_name["postponed_to"].label
        reporter.report(FaultCode.HOUR_WITHOUT_DAY, record.place("postponed_start"), column=label)
    postponed = values.get("status") is VisitStatus.POSTPONED
    if "postponed_to" in values and not postponed and "status" not in record.bad:
        record.bad.add("postponed_to")
        label = spec.by_name["status"].label
        reporter.report(FaultCode.NOT_POSTPONED, record.place("postponed_to"), column=label)


def _appointments(records: list[Record], known: _Known, reporter: Reporter) -> list[Appointment]:
    appointments = []
    for record in records:
        known.check_client(record)
        known.check(record, "manager_id", "managers")
        known.check_contacts(record)
        known.check_companions(record, "with")
        values = record.values
        if "rigidity" not in values and "rigidity" not in record.bad:
            values["rigidity"] = (
                Rigidity.DAY
                if "start" not in values
                else Rigidity.LEEWAY
                if values.get("leeway")
                else Rigidity.EXACT
            )
        timed = values.get("rigidity") in (Rigidity.EXACT, Rigidity.LEEWAY)
        if timed and "start" not in values and "start" not in record.bad:
            record.bad.add("start")
            label = record.table.spec.by_name["start"].label
            reporter.report(FaultCode.NO_START, record.place("start"), column=label)
        if not record.bad:
            renamed = {"appointment_id": "id", "site": "site_id", "with": "companion_ids"}
            appointments.append(Appointment(**_fields(record, **renamed)))
    return appointments
