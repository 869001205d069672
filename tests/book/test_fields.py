"""No field is forgotten: each has a column of the book, which the template, the checker and the
writer share, a header and a line of explanation in both languages, and a part in the schema."""

from __future__ import annotations

import itertools
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
from pydantic import BaseModel

from routeplan.book.columns import SHEETS, Sheet
from routeplan.book.models import (
    Appointment,
    Client,
    Contact,
    KeyDate,
    Manager,
    MustVisit,
    Site,
    VisitRecord,
)
from routeplan.book.template import write_workspace
from routeplan.book.words import VOCABULARIES
from routeplan.due.changes import CHANGES_SHEET, Figures
from routeplan.due.models import DueTouch
from routeplan.language import LANGUAGES, Texts
from routeplan.plan.plan import OpenTouch, Plan, PlannedTouch

FIELDS: dict[str, dict[type[BaseModel], dict[str, tuple[str, ...]]]] = {
    "managers": {
        Manager: {
            "id": ("manager_id",),
            "other_modes": ("mode",),
            "office": ("office_lat", "office_lon"),
            "home": ("home_lat", "home_lon"),
        }
    },
    "clients": {
        Client: {
            "id": ("client_id",),
            "must_visit": ("must_visit",),
            "sites": (),  # those of Site
        },
        Site: {"id": ("site",), "point": ("lat", "lon")},
        MustVisit: {
            "reason": ("must_visit",),
            "since": ("must_visit_since",),
            "by": ("must_visit_by",),
            "companion_ids": ("must_visit_with",),
        },
        KeyDate: dict.fromkeys(KeyDate.model_fields, ("key_dates",)),
    },
    "contacts": {
        Contact: {"id": ("contact_id",), "site_id": ("site",)},
        KeyDate: dict.fromkeys(KeyDate.model_fields, ("birthday",)),
    },
    "visits": {VisitRecord: {"site_id": ("site",)}},
    "appointments": {
        Appointment: {
            "id": ("appointment_id",),
            "site_id": ("site",),
            "companion_ids": ("with",),
        }
    },
}
"""Which columns hold a field, where they are not one of its name."""
PASSED_ON = {"extra"}
"""Columns that routeplan does not know."""

SHEET_OF = {sheet.name: sheet for sheet in (*SHEETS, CHANGES_SHEET)}


def columns_of(model: type[BaseModel], named: dict[str, tuple[str, ...]]) -> set[str]:
    fields = [name for name in model.model_fields if name not in PASSED_ON]
    return set(itertools.chain.from_iterable(named.get(name, (name,)) for name in fields))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_field_has_a_column_and_every_column_a_field(sheet: Sheet) -> None:
    held = set().union(*(columns_of(model, named) for model, named in FIELDS[sheet.name].items()))
    assert held == {column.name for column in sheet.columns if column.written}


def test_every_figure_of_an_account_change_has_a_column() -> None:
    must = {"must_visit", "must_visit_since", "must_visit_by"}
    assert {column.name for column in CHANGES_SHEET.columns} == set(Figures.model_fields) | must


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_has_every_column_with_its_words(tmp_path: Path, language: str) -> None:
    write_workspace(tmp_path, language)
    workbook = openpyxl.load_workbook(tmp_path / "book.xlsx")
    texts = Texts(language)
    for sheet in SHEETS:
        headers = {cell.value for cell in workbook[sheet.title(language)][1]}
        for column in sheet.columns:
            if column.written:
                assert column.header(language) in headers
                assert texts.render(sheet.about(column)).strip()
    workbook.close()


def test_headers_and_explanations_differ_by_language() -> None:
    english, chinese = Texts("en"), Texts("zh")
    for sheet in SHEETS:
        for column in sheet.columns:
            assert column.name.isascii()
            assert not column.zh.isascii()
            if column.written:
                assert english.render(sheet.about(column)) != chinese.render(sheet.about(column))


def test_the_checker_knows_every_column_by_either_header() -> None:
    for sheet in SHEET_OF.values():
        for column in sheet.columns:
            assert sheet.column_of(column.name) is column
            assert sheet.column_of(column.zh) is column


def words_of(annotation: Any) -> set[type[StrEnum]]:
    """The vocabularies in a field's type."""
    found = (
        {annotation} if isinstance(annotation, type) and issubclass(annotation, StrEnum) else set()
    )
    return found.union(*(words_of(part) for part in get_args(annotation)))


@pytest.mark.parametrize(
    "model",
    [Manager, Client, MustVisit, Contact, VisitRecord, Appointment],
    ids=lambda it: it.__name__,
)
def test_every_vocabulary_has_words_in_both_languages(model: type[BaseModel]) -> None:
    enums = set().union(*(words_of(field.annotation) for field in model.model_fields.values()))
    for enum in enums:
        (words,) = [words for words in VOCABULARIES.values() if set(words) == set(enum)]
        for chinese, english, *_ in words.values():
            assert not chinese.isascii(), enum
            assert english.isascii()


def test_the_schema_of_the_plan_tells_of_touches_with_all_their_fields() -> None:
    parts = Plan.model_json_schema()["$defs"]
    for model in (DueTouch, PlannedTouch, OpenTouch):
        assert set(parts[model.__name__]["properties"]) == set(model.model_fields)
