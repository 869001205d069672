"""Files made to hurt the reader, each built from nothing."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path

from routeplan.book.read import read_book
from routeplan.book.write import write_book
from tests.book.examples import sound_sheets, write_sheets

__all__ = ["HOSTILE_CSV", "HOSTILE_XLSX", "cell", "sound_xlsx", "workbook"]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORKBOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATION}"><sheets>'
    '<sheet name="clients" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>"
)


_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_ROOT = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)


def workbook(sheet_data: Iterable[str], *, before: str = "") -> bytes:
    """An .xlsx whose only sheet holds the XML given."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _ROOT)
        archive.writestr("xl/workbook.xml", _WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", _LINKS)
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(f'{before}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for piece in sheet_data:
                part.write(piece.encode())
            part.write(b"</sheetData></worksheet>")
    return stream.getvalue()


def cell(reference: str) -> str:
    return f'<c r="{reference}"><v>1</v></c>'


def far_apart() -> bytes:
    return workbook([f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'])


def far_apart_by_column() -> bytes:
    return workbook([f'<row r="1">{cell("A1")}{cell("XFD1")}</row>'])


def far_apart_within_limits() -> bytes:
    """A hundred thousand rows by two hundred columns, from two cells."""
    return workbook([f'<row r="1">{cell("A1")}</row><row r="90000">{cell("GR90000")}</row>'])


def empty_rows() -> bytes:
    return workbook(f'<row r="{row}"/>' for row in range(1, 1_000_001))


def unnumbered_rows() -> bytes:
    return workbook("<row/>" * 1_000 for _ in range(1_000))


def full_of_cells() -> bytes:
    return workbook(f"<row>{'<c/>' * 150}</row>" for _ in range(90_000))


def inflated_part() -> bytes:
    """A gigabyte of blanks in a megabyte."""
    return workbook(" " * 1_000_000 for _ in range(1_000))


def long_text() -> bytes:
    text = "x" * 25_000_000
    return workbook([f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>'])


def many_elements() -> bytes:
    return workbook(["<row><c><is>", *("<t/>" * 1_000 for _ in range(5_000)), "</is></c></row>"])


def lying_directory() -> bytes:
    """A part whose directory entry declares a few bytes of what deflates to far more."""
    honest = workbook([" " * 30_000_000])
    with zipfile.ZipFile(BytesIO(honest)) as archive:
        content = archive.read("xl/worksheets/sheet1.xml")
    short = content[:200]
    for true, false in ((zlib.crc32(content), zlib.crc32(short)), (len(content), len(short))):
        honest = honest.replace(struct.pack("<L", true), struct.pack("<L", false))
    return honest


def many_parts() -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"xl/{number}.xml", "")
    return stream.getvalue()


def entities() -> bytes:
    """The billion laughs."""
    definitions = "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12)
    )
    doctype = f'<!DOCTYPE x [<!ENTITY a0 "ha">{definitions}]>'
    return workbook(["<row><c><v>&a11;</v></c></row>"], before=doctype)


def doubled_part() -> bytes:
    stream = BytesIO(workbook([]))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/Worksheets/Sheet1.xml", "<worksheet/>")
    return stream.getvalue()


def locked_part() -> bytes:
    """The flag of an encrypted part set in every entry."""
    data = bytearray(workbook([]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 1)
    return bytes(data)


def sound_xlsx(folder: Path) -> Path:
    book = read_book(write_sheets(folder / "sound", sound_sheets()))
    write_book(book, folder / "sound.xlsx")
    return folder / "sound.xlsx"


HOSTILE_XLSX: dict[str, tuple[str, Callable[[], bytes]]] = {
    "two cells far apart": ("RP1004", far_apart),
    "two columns far apart": ("RP1004", far_apart_by_column),
    "a large rectangle of two cells": ("RP1004", far_apart_within_limits),
    "a million empty rows": ("RP1004", empty_rows),
    "a million rows without a number": ("RP1004", unnumbered_rows),
    "millions of empty cells": ("RP1004", full_of_cells),
    "a zip bomb": ("RP1004", inflated_part),
    "one text of 25 MB": ("RP1004", long_text),
    "millions of elements": ("RP1004", many_elements),
    "a directory that lies": ("RP1002", lying_directory),
    "twenty thousand parts": ("RP1004", many_parts),
    "the billion laughs": ("RP1002", entities),
    "one part twice": ("RP1002", doubled_part),
    "an encrypted part": ("RP1003", locked_part),
    "an encrypted workbook": ("RP1003", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_096)),
    "a PDF": ("RP1002", lambda: b"%PDF-1.7\n" + bytes(4_096)),
    "a CSV": ("RP1002", lambda: b"client_id,name\nC001,x\n"),
    "nothing": ("RP1002", lambda: b""),
    "a zip of something else": ("RP1002", lambda: _zip({"word/document.xml": "<x/>"})),
    "XML that breaks off": ("RP1002", lambda: workbook(["<row>"])),
    "a cell that is nowhere": ("RP1002", lambda: workbook(['<row><c r="1A"/></row>'])),
    "a cell outside of all rows": ("RP1002", lambda: workbook(["<c><f>1</f></c>"])),
    "a cell without a row": ("RP1002", lambda: workbook(['<row r="1"><c r="A"/></row>'])),
    "a cell in row 0": ("RP1002", lambda: workbook(['<row r="0"><c r="A0"/></row>'])),
    "a formula in no cell": (
        "RP1002",
        lambda: workbook([f'<row r="1">{cell("A1")}</row><row r="0"><f>1</f></row>']),
    ),
    "a row that is nowhere": ("RP1002", lambda: workbook(['<row r="-1"/>'])),
    "17 MB": ("RP1004", lambda: b"PK" + bytes(17_000_000)),
}
"""What it is → the code expected, and how it is made."""

HOSTILE_CSV: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a million empty rows": ("RP1004", lambda: b"client_id,name\n" + b",,,\n" * 1_000_000),
    "a million blank lines": ("RP1004", lambda: b"client_id\n" + b"\n" * 1_000_000),
    "a million cells": ("RP1004", lambda: b"client_id\n" + (b"ab," * 199 + b"\n") * 6_000),
    "a row of a million cells": ("RP1004", lambda: b"client_id" + b"," * 1_000_000),
    "25 MB": ("RP1004", lambda: b"client_id\n" + b"x" * 25_000_000),
    "one cell of 20 MB": ("RP1006", lambda: b'client_id\n"' + b"x\n" * 10_000_000),
    "a quotation mark never closed": ("RP1006", lambda: b'client_id,name\n"C001,x\n'),
    "NUL bytes": ("RP1005", lambda: b"client_id,name\nC0\x0001,x\n"),
    "UTF-16": ("RP1005", lambda: "client_id,name\nC001,明珠\n".encode("utf-16")),
    "Latin-1": ("RP1005", lambda: b"client_id,name\nC001,caf\xe9\n"),
    "a workbook": ("RP1005", far_apart),
}


def _zip(parts: dict[str, str]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()
