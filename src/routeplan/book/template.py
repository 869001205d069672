"""A starter workspace: an empty book that explains itself, the settings, and a README."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from routeplan.book.columns import SHEETS
from routeplan.book.models import (
    Anchor,
    Appointment,
    Book,
    Client,
    Contact,
    KeyDate,
    Language,
    Layer,
    Manager,
    MustVisit,
    MustVisitReason,
    Purpose,
    Rigidity,
    Site,
    Tier,
    TravelMode,
    VisitRecord,
)
from routeplan.book.spans import DEFAULT_HOURS
from routeplan.book.workbook import new_workbook
from routeplan.book.write import tables_of
from routeplan.config import Settings
from routeplan.errors import WorkspaceError, unwritable
from routeplan.language import Texts, message
from routeplan.point import Point
from routeplan.values import Closure, TimeWindow, WeeklyHours

__all__ = ["example_book", "settings_toml", "write_workspace"]


def write_workspace(folder: Path, language: str = "en") -> tuple[Path, ...]:
    """Writes book.xlsx, routeplan.toml and README.md into `folder`; returns their paths.

    Raises WorkspaceError, and writes nothing, when one of them is there already; FileError when
    writing fails.
    """
    texts = Texts(language)
    contents = {
        "book.xlsx": _book_template(texts),
        "routeplan.toml": settings_toml(texts).encode(),
        "README.md": texts("template.readme").encode(),
    }
    paths = {Path(folder) / name: content for name, content in contents.items()}
    for path in paths:
        if path.exists():
            raise WorkspaceError("RP7011", message("error.already_there", file=str(path)))
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for path, content in paths.items():
            with path.open("xb") as stream:
                stream.write(content)
    except OSError as error:
        raise unwritable(path, error) from error
    return tuple(paths)


# --- the book -----------------------------------------------------------------------------------


def _book_template(texts: Texts) -> bytes:
    """One worksheet a sheet: headers with a comment each, and an example row that is not read."""
    stream = io.BytesIO()
    tables = tables_of(example_book(texts), texts.language)
    with new_workbook(stream) as writer:
        for sheet in SHEETS:
            header, example = tables[sheet.name][:2]
            notes = {column.name: texts.render(sheet.about(column)) for column in sheet.columns}
            commented = [f"# {example[0]}", *example[1:]]
            writer.add(sheet, texts.language, [header, commented], notes)
    return stream.getvalue()


def example_book(texts: Texts) -> Book:
    """A book with one row a sheet, each column filled that has something to show."""
    monday = dt.date(2026, 11, 23)
    ten = TimeWindow(start=10 * 60, end=11 * 60)
    office, home = Point(lat=23.1291, lon=113.2644), Point(lat=23.1066, lon=113.3245)
    manager = Manager(
        id="M01",
        name=texts("template.manager_name"),
        phone="13800000000",
        mode=TravelMode.TRANSIT,
        start=Anchor.OFFICE,
        end=Anchor.OPEN,
        office_address=texts("template.office_address"),
        office=office,
        shift=TimeWindow(start=8 * 60 + 30, end=18 * 60),
        max_visits=6,
        leave=(Closure(first=monday, last=monday, hours=TimeWindow(start=14 * 60, end=18 * 60)),),
    )
    client = Client(
        id="C001",
        name=texts("template.client_name"),
        tier=Tier.A,
        manager_id=manager.id,
        sites=(
            Site(
                address=texts("template.client_address"),
                district=texts("template.district"),
                room=texts("template.room"),
                point=home,
                hours=DEFAULT_HOURS,
                closures=(Closure(first=monday, last=monday),),
            ),
        ),
        must_visit=MustVisit(
            reason=MustVisitReason.CLIENT_ASKED, since=monday, by=monday + dt.timedelta(days=4)
        ),
        key_dates=(KeyDate(name=texts("template.key_date"), month=5, day=20),),
        since=dt.date(2021, 3, 1),
    )
    contact = Contact(
        id="K001",
        client_id=client.id,
        name=texts("template.contact_name"),
        layer=Layer.DECISION,
        role=texts("template.role"),
        phone="13900000000",
        hours=DEFAULT_HOURS,
        preferred_hours=WeeklyHours(days=((), (ten,), (), (ten,), (), (), ())),
        do_not_disturb=WeeklyHours(days=((TimeWindow(start=12 * 60, end=14 * 60),),) * 7),
        birthday=KeyDate(name=texts("template.contact_name"), month=8, day=15, lunar=True),
        language=Language(texts.language),
    )
    visit = VisitRecord(
        client_id=client.id,
        manager_id=manager.id,
        date=monday - dt.timedelta(days=11),
        start=9 * 60 + 30,
        end=10 * 60 + 15,
        purposes=(Purpose.KEEP_WARM, Purpose.GIFT),
        contact_ids=(contact.id,),
        goal_reached=True,
        next_step=texts("template.next_step"),
        next_date=monday,
    )
    appointment = Appointment(
        id="Y001",
        client_id=client.id,
        date=monday + dt.timedelta(days=1),
        start=10 * 60,
        minutes=45,
        rigidity=Rigidity.EXACT,
        purposes=(Purpose.PITCH,),
        contact_ids=(contact.id,),
    )
    return Book(
        managers=(manager,),
        clients=(client,),
        contacts=(contact,),
        visits=(visit,),
        appointments=(appointment,),
    )


# --- the settings -------------------------------------------------------------------------------


def settings_toml(texts: Texts) -> str:
    """The settings' defaults as TOML, a comment with each; they read back equal."""
    lines = [f"# {line}" for line in texts("template.settings").splitlines()]
    return "\n".join([*lines, "", *_table(Settings(), (), texts)]) + "\n"


def _table(model: BaseModel, path: tuple[str, ...], texts: Texts) -> Iterator[str]:
    """Plain entries first, then the tables below: what follows a table's name belongs to it."""
    tables: list[tuple[str, Any]] = []
    plain = model.model_dump(mode="json")
    for name in type(model).model_fields:
        value = getattr(model, name)
        if _is_table(value):
            tables.append((name, value))
        else:
            yield f"# {_about(texts, *path, name)}"
            yield f"{name} = {_inline(plain[name])}"
    for name, value in tables:
        below = (*path, name)
        yield ""
        yield f"# {_about(texts, *below)}"
        if isinstance(value, BaseModel):
            yield f"[{'.'.join(below)}]"
            yield from _table(value, below, texts)
        elif isinstance(value, dict):
            for key, one in value.items():
                yield f"[{'.'.join((*below, str(key)))}]"
                yield from _entries(one)
        else:
            for one in value:
                yield f"[[{'.'.join(below)}]]"
                yield from _entries(one)


def _is_table(value: Any) -> bool:
    if isinstance(value, dict):
        return any(isinstance(one, BaseModel) for one in value.values())
    if isinstance(value, tuple):
        return any(isinstance(one, BaseModel) for one in value)
    return isinstance(value, BaseModel) and not isinstance(value, TimeWindow)


def _entries(model: BaseModel) -> Iterator[str]:
    for name, value in model.model_dump(mode="json").items():
        yield f"{name} = {_inline(value)}"


def _inline(value: Any) -> str:
    """A value on one line of TOML; JSON writes text, numbers and lists alike."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_inline(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _about(texts: Texts, *path: str) -> str:
    return texts(f"template.settings_{'_'.join(path)}")
