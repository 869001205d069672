"""Rows of an .xlsx workbook, after making sure that reading it is harmless.

A few hundred bytes can ask a reader for gigabytes: by compression, by two cells far apart, by rows
that are declared but empty. So every part is unpacked and parsed here under fixed limits first, and
the reader behind (calamine) is given a plain copy of just those parts: what it sees is what was
checked, whatever the original's directory claims.
"""

from __future__ import annotations

import io
import re
import string
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from routeplan.book.cells import ERROR_CELL
from routeplan.book.codes import FaultCode

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "RefusedError", "Sheet", "read_sheets"]

MAX_ROWS = 100_000
MAX_COLUMNS = 200
_MAX_FILE = 16_000_000
_MAX_UNPACKED = 32_000_000
_MAX_PARTS = 2_000
_MAX_AREA = 1_000_000
_MAX_ELEMENTS = 2_200_000
_MAX_SILENCE = 4
"""Chunks without the start of an element: a single text longer than any cell may hold."""
_CHUNK = 1 << 16

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIRECTORY_ENTRY = b"PK\x01\x02"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_LETTERS = string.ascii_uppercase
_COLUMNS = {
    name: at for at, name in enumerate((*_LETTERS, *map("".join, product(_LETTERS, repeat=2))), 1)
}
"""'A' to 'ZZ', from 1."""


class RefusedError(ValueError):
    """A file that is not read: the fault's code, and where and why."""

    def __init__(self, code: FaultCode, **args: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.args_of_text = args


@dataclass(frozen=True)
class Sheet:
    name: str
    rows: list[list[Any]]
    """From the first row on, as calamine returns them: str, float, bool, date, time, ..."""


def read_sheets(path: Path) -> list[Sheet]:
    """Every sheet of the workbook. Raises RefusedError, or OSError when it cannot be opened."""
    if path.stat().st_size > _MAX_FILE:
        raise RefusedError(FaultCode.TOO_LARGE, limit=f"{_MAX_FILE // 1_000_000} MB")
    data = path.read_bytes()
    if data.startswith(_OLE):
        raise RefusedError(FaultCode.ENCRYPTED)
    if not data.startswith(b"PK"):
        raise RefusedError(FaultCode.NOT_A_WORKBOOK)
    copy, parts = _checked_copy(data)
    del data
    from python_calamine import CalamineError, CalamineWorkbook

    sheets = []
    try:
        part_of = _parts_of_sheets(copy)
        with CalamineWorkbook.from_filelike(copy) as workbook:
            for name in workbook.sheet_names:
                rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if part := parts.get(part_of.get(name, "")):
                    _mark_errors(rows, part)
                sheets.append(Sheet(name, rows))
    except (CalamineError, ElementTree.ParseError, KeyError) as error:
        raise RefusedError(FaultCode.NOT_A_WORKBOOK) from error
    return sheets


def _parts_of_sheets(copy: io.BytesIO) -> dict[str, str]:
    """Worksheet title → name of its part, by way of the workbook's relations."""
    with zipfile.ZipFile(copy) as archive:
        workbook = _tree(archive.read("xl/workbook.xml"))
        links = _tree(archive.read("xl/_rels/workbook.xml.rels"))
    copy.seek(0)
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in workbook.iter():
        if sheet.tag.endswith("}sheet"):
            link = next((value for key, value in sheet.items() if key.endswith("}id")), None)
            target = targets.get(link, "")
            found[sheet.get("name", "")] = target[1:] if target[:1] == "/" else f"xl/{target}"
    return found


def _tree(xml: bytes) -> ElementTree.Element:
    parser = ElementTree.XMLParser(encoding="utf-8")  # noqa: S314
    return ElementTree.fromstring(xml, parser)  # noqa: S314


def _mark_errors(rows: list[list[Any]], part: _Part) -> None:
    """calamine returns blanks for errors and for formulas never calculated: say so instead."""
    errors = set(part.errors)
    for where in (*part.errors, *part.formulas):
        row, column = where // MAX_COLUMNS - 1, where % MAX_COLUMNS
        rows += [[] for _ in range(row + 1 - len(rows))]  # calamine leaves a blank edge away
        rows[row] += [""] * (column + 1 - len(rows[row]))
        if where in errors or rows[row][column] == "":
            rows[row][column] = ERROR_CELL


def _checked_copy(data: bytes) -> tuple[io.BytesIO, dict[str, _Part]]:
    """The workbook's XML parts in a new, uncompressed archive, and what was seen in each."""
    # Counted before zipfile reads the directory: it would make an object of every entry.
    if data.count(_DIRECTORY_ENTRY) > _MAX_PARTS:
        raise RefusedError(FaultCode.TOO_LARGE, limit=f"{_MAX_PARTS} parts")
    copy, budget = io.BytesIO(), _Budget()
    parts: dict[str, _Part] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(copy, "w") as target:
            names = source.namelist()
            if len(set(map(str.lower, names))) != len(names) or "xl/workbook.xml" not in names:
                raise RefusedError(FaultCode.NOT_A_WORKBOOK)
            for entry in source.infolist():
                if entry.filename.lower().endswith((".xml", ".rels")):
                    if entry.flag_bits & 1:
                        raise RefusedError(FaultCode.ENCRYPTED)
                    part = parts[entry.filename] = _Part(budget)
                    target.writestr(entry.filename, b"".join(_checked(source, entry, part)))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise RefusedError(FaultCode.NOT_A_WORKBOOK) from error
    copy.seek(0)
    return copy, parts


@dataclass
class _Budget:
    """What all parts together have used so far."""

    unpacked: int = 0
    elements: int = 0


@dataclass(slots=True)
class _Part:
    """Watches the elements of one part go by."""

    budget: _Budget
    row: int = 0
    digits: str = "0"
    """The row as the cells in it name it."""
    column: int = 0
    last_row: int = 0
    last_column: int = 0
    errors: array[int] = field(default_factory=lambda: array("L"))
    """Cells that hold an Excel error, as row x MAX_COLUMNS + column, the column from 0."""
    formulas: array[int] = field(default_factory=lambda: array("L"))
    """Cells with a formula whose result should be a number."""
    _plain: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Called for every element: keep it short."""
        self.budget.elements += 1
        tag = name[name.find(":") + 1 :] if ":" in name else name
        if tag == "c":
            reference = attributes.get("r")
            if reference is not None:
                # Most cells stand in the row that holds them: 'C12' in row 12.
                letters, here, beyond = reference.partition(self.digits)
                self.column = _COLUMNS.get(letters, 0)
                if not (self.column and self.row and here) or beyond:
                    self._jump(reference)
            elif self.row:
                self.column += 1
            else:
                raise RefusedError(FaultCode.NOT_A_WORKBOOK)
            if self.column > self.last_column:
                self.last_column = self.column
                self._check()
            kind = attributes.get("t")
            self._plain = kind is None
            if kind == "e":
                self.errors.append(self.row * MAX_COLUMNS + self.column - 1)
        elif tag == "row":
            self._enter(_whole(attributes["r"]) if "r" in attributes else self.row + 1)
            self.column, self._plain = 0, False
        elif tag == "f" and self._plain:
            self.formulas.append(self.row * MAX_COLUMNS + self.column - 1)

    def _jump(self, reference: str) -> None:
        """To the cell that names itself 'AB12'."""
        found = _REFERENCE.fullmatch(reference)
        if not found:
            raise RefusedError(FaultCode.NOT_A_WORKBOOK)
        self.column = 0
        for letter in found[1]:
            self.column = self.column * 26 + ord(letter) - 64
        self._enter(int(found[2]))

    def _enter(self, row: int) -> None:
        self.row, self.digits = row, str(row)
        if row > self.last_row:
            self.last_row = row
            self._check()

    def _check(self) -> None:
        if self.last_row > MAX_ROWS:
            raise RefusedError(FaultCode.TOO_LARGE, limit=f"{MAX_ROWS} rows")
        if self.last_column > MAX_COLUMNS:
            raise RefusedError(FaultCode.TOO_LARGE, limit=f"{MAX_COLUMNS} columns")
        if self.last_row * self.last_column > _MAX_AREA:
            raise RefusedError(FaultCode.TOO_LARGE, limit=f"{_MAX_AREA} cells")


def _checked(source: zipfile.ZipFile, entry: zipfile.ZipInfo, part: _Part) -> Iterator[bytes]:
    """The part in chunks, each unpacked and parsed under the limits."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RefusedError(FaultCode.NOT_A_WORKBOOK)
    budget = part.budget
    parser = expat.ParserCreate("utf-8")  # whatever it declares: no program writes another
    parser.StartElementHandler = part.start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    silent = 0
    try:
        with source.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                budget.unpacked += len(chunk)
                if budget.unpacked > _MAX_UNPACKED:
                    limit = f"{_MAX_UNPACKED // 1_000_000} MB"
                    raise RefusedError(FaultCode.TOO_LARGE, limit=limit)
                before = budget.elements
                parser.Parse(chunk, False)
                silent = 0 if budget.elements > before else silent + 1
                if silent > _MAX_SILENCE:
                    raise RefusedError(FaultCode.TOO_LARGE, limit="32767 characters a cell")
                if budget.elements > _MAX_ELEMENTS:
                    limit = f"{_MAX_ELEMENTS} XML elements"
                    raise RefusedError(FaultCode.TOO_LARGE, limit=limit)
                yield chunk
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise RefusedError(FaultCode.NOT_A_WORKBOOK) from error


def _refuse_doctype(*_: object) -> None:
    # No spreadsheet program writes one; its entities are the way to blow up an XML parser.
    raise RefusedError(FaultCode.NOT_A_WORKBOOK)


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise RefusedError(FaultCode.NOT_A_WORKBOOK)
    return int(text)
