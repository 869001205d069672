"""Files are whole or not there, and what goes wrong is one sentence."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from pydantic import BaseModel

from routeplan.errors import FileError, os_reason
from routeplan.language import Texts
from routeplan.outputs.files import read_model, write_atomically


class Shelf(BaseModel):
    books: tuple[int, ...]


def test_text_is_written_as_utf8_and_bytes_as_they_are(tmp_path: Path) -> None:
    write_atomically(tmp_path / "text", "客户\n")
    write_atomically(tmp_path / "bytes", b"\x00\xff")
    assert (tmp_path / "text").read_bytes() == "客户\n".encode()
    assert (tmp_path / "bytes").read_bytes() == b"\x00\xff"


def test_folders_are_made_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "plan.json"
    write_atomically(path, "1")
    write_atomically(path, "2")
    assert path.read_text() == "2"
    assert list(path.parent.iterdir()) == [path]


def test_the_longest_file_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_atomically(path, "x")
    assert path.read_text() == "x"


def test_a_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError) as caught:
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    assert caught.value.code == "RP3011"
    assert Texts("en").render(caught.value.message) == (
        f"{path} cannot be written: the disk is full"
    )
    assert "磁盘空间已满" in Texts("zh").render(caught.value.message)


def test_a_file_open_elsewhere_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_text("old")

    def denied(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "replace", denied)
    with pytest.raises(FileError, match="Excel"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "plan.json", "new")
    assert not list(tmp_path.iterdir())


def test_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "plan.json").mkdir()
    with pytest.raises(FileError, match=r"plan\.json cannot be written: it is a folder"):
        write_atomically(tmp_path / "plan.json", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


@pytest.mark.parametrize("path", ["file/plan.json", "file/deeper/plan.json"])
def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FileError, match="part of the path is a file"):
        write_atomically(tmp_path / path, "x")


def test_a_name_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="its name is too long"):
        write_atomically(tmp_path / ("n" * 256), "x")


def test_an_unknown_refusal_is_told_in_the_systems_words() -> None:
    assert os_reason(OSError(errno.EIO, "Input/output error")) == "Input/output error"
    assert os_reason(OSError("odd")) == "odd"


def test_a_model_comes_back(tmp_path: Path) -> None:
    shelf = Shelf(books=(1, 2))
    write_atomically(tmp_path / "shelf.json", shelf.model_dump_json())
    assert read_model(tmp_path / "shelf.json", Shelf) == shelf


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "shelf.json").write_text('{"books": [1]}', encoding="utf-8-sig")
    assert read_model(tmp_path / "shelf.json", Shelf) == Shelf(books=(1,))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"shelf\.json cannot be read: it does not exist") as caught:
        read_model(tmp_path / "shelf.json", Shelf)
    assert caught.value.code == "RP3001"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe\x00", b'{"books": [1', b"[]", b"[" * 100_000]
)
def test_a_damaged_file_is_said_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "shelf.json").write_bytes(content)
    with pytest.raises(FileError, match="does not hold what it should") as caught:
        read_model(tmp_path / "shelf.json", Shelf)
    assert caught.value.code == "RP3012"
    assert "\n" not in Texts("en").render(caught.value.message)


def test_wrong_content_names_its_first_faults(tmp_path: Path) -> None:
    (tmp_path / "shelf.json").write_text('{"books": [1, "a", "b", "c", "d"]}')
    with pytest.raises(FileError) as caught:
        read_model(tmp_path / "shelf.json", Shelf)
    said = Texts("en").render(caught.value.message)
    assert "books.1: " in said
    assert "books.3: " in said
    assert "books.4" not in said
