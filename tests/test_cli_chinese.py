"""Help and usage errors in Chinese: all of them, in Chinese only, none left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
import typer
from babel.messages.pofile import read_po
from rich.cells import cell_len

from routeplan.cli import app, chinese
from routeplan.cli.app import first_clause
from routeplan.cli.chinese import UsageError, help_texts, in_chinese, usage_error

BAD_CALLS = {
    "plann": "没有命令“plann”。是不是 plan、replan、learn？",
    "zzzz": "没有命令“zzzz”。",
    "plan": "缺少参数 book。",
    "plan x": "缺少选项 --out。",
    "schema": "缺少参数 name，可选 problem、result、plan。",
    "schema x": "name 的值不对：没有“x”，可选 problem、result、plan。",
    "plan --lang": "选项 --lang 后面要写一个值。",
    "plan --quiet=3": "选项 --quiet 后面不写值。",
    "plan x --out y --weeks 9": "--weeks 的值不对：最大为 8。",
    "plan x --out y --weeks -3": "--weeks 的值不对：最小为 1。",
    "plan x --out y --weeks a": "--weeks 的值不对：请写一个整数。",
    "plan x --out y --time-limit a": "--time-limit 的值不对：请写一个数。",
    "plan x y --out z": "多出的内容：y",
    "plan --zzzz": "没有选项 --zzzz。",
    "plan --wek": "没有选项 --wek。是不是 --week、--weeks？",
    "roads zzzz": "没有命令“zzzz”。",
}


def commands(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, *path, name)


def chinese_help(*path: str) -> str:
    """What `routeplan path --help` shows in Chinese."""
    command: Any = in_chinese(typer.main.get_command(app))
    context = command.context_class(command, info_name="routeplan")
    for name in path:
        command = command.commands[name]
        context = command.context_class(command, info_name=name, parent=context)
    return str(context.get_help())


def fault(call: str) -> str:
    command: Any = in_chinese(typer.main.get_command(app))
    with pytest.raises(UsageError) as caught:
        command(call.split(), prog_name="routeplan", standalone_mode=False)
    return usage_error(caught.value)


def test_every_text_of_the_help_is_in_chinese_and_every_chinese_text_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used: dict[str, str | None] = {}
    match = chinese.match

    def recorded(text: str) -> tuple[str, dict[str, str]] | None:
        found = match(text)
        used[text] = found[0] if found else None
        return found

    monkeypatch.setattr(chinese, "match", recorded)
    for path in commands(typer.main.get_command(app)):
        chinese_help(*path)
    # Names of arguments, and choices, are what is typed.
    typed = re.compile(r"[{\[]\w+[}\]]|<[\w-]+(\|[\w-]+)+>")
    missing = {text for text, entry in used.items() if entry is None}
    assert {text for text in missing if not typed.fullmatch(text)} == set()
    for call in BAD_CALLS:
        fault(call)
    with (resources.files("routeplan.cli") / "help.zh.po").open("rb") as stream:
        entries = {str(entry.id) for entry in read_po(stream) if entry.id}
    assert entries - set(used.values()) == set()


@pytest.mark.parametrize("path", [*commands(typer.main.get_command(app))], ids=" ".join)
def test_help_fits_a_terminal(path: tuple[str, ...]) -> None:
    shown = chinese_help(*path)
    assert shown.startswith("用法：routeplan")
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert "选项：\n" in shown
    assert not re.search(r"\b(the|and|with|default|required|Show)\b", shown)


@pytest.mark.parametrize("call", BAD_CALLS)
def test_a_wrong_call_is_told_in_chinese(call: str) -> None:
    said = fault(call)
    assert said.splitlines()[-1] == f"错误：{BAD_CALLS[call]}"
    assert said.count("用法：routeplan") == ("--lang" not in call and "--quiet" not in call)


def test_a_call_without_arguments_is_shown_the_help() -> None:
    assert fault("roads") == chinese_help("roads")


def test_chinese_punctuation_in_all_of_it() -> None:
    for text in help_texts().values():
        assert not re.search(r"[\u4e00-\u9fff][,;:!?]|[,;!?][\u4e00-\u9fff]", text), text
        assert text == text.strip()


def test_a_command_list_shows_first_clauses() -> None:
    assert (
        first_clause("Once, for --travel roads:FOLDER. More.") == "Once, for --travel roads:FOLDER"
    )
    assert first_clause("三查：异动") == "三查"
