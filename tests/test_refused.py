"""Wrong entries of settings, policies and checklists are told in both languages."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from routeplan.config import Settings, read_settings
from routeplan.due.policy import Policy, policy_names, read_policy
from routeplan.due.preparation import Checklists, read_checklists
from routeplan.errors import SettingsError
from routeplan.language import Message, Texts
from routeplan.language.catalogue import catalogue
from routeplan.refused import wrong_entries

WRONG: list[Any] = [[], {}, "x", "", -(10**9), 10**9, 1.5, True, float("nan"), [1], [{}], ["x"]]
RULES = [
    {"tiers": ["A"]},
    {"tiers": ["A"], "days": 7, "visits": 2},
    {"tiers": ["A"], "days": 7, "min_gap_days": 8},
    {"tiers": ["A"], "every": "fortnight"},
]
POLICIES: list[dict[str, Any]] = [
    *({"rules": [rule]} for rule in RULES),
    {"rules": [{"tiers": ["A"], "days": 7}, {"tiers": ["B", "A"], "days": 9}]},
    {"festivals": [{"name": "x", "month": 2, "day": 30, "tiers": ["A"]}]},
    {"festivals": [{"name": "x", "month": 2, "day": 31, "lunar": True, "tiers": ["A"]}]},
]
SETTINGS: list[dict[str, Any]] = [
    {"nonsense": 1},
    {"lunch": {"minutes": 200}},
    {"shift": {"start": "18:00", "end": "9:00"}},
    {"shift": {"start": "9:00"}},
    {"calendar": {"zone": "Mars"}},
    {"travel": {"transit": {"parts": ["9:00", "8:00"]}}},
]
NOT_RAISED = {"entry.line", "entry.named", "entry.other", "entry.toml", "entry.not_utf8"}


def places(value: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, below in value.items():
            yield from places(below, *path, key)
    elif isinstance(value, list):
        for number, below in enumerate(value[:3]):
            yield from places(below, *path, number)


def changed(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    if not path:
        return other
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = other
    return value


def refused(model: type[BaseModel], raw: Any) -> list[Message]:
    try:
        model.model_validate(raw)
    except ValidationError as error:
        return wrong_entries(error)
    return []


def reasons(model: type[BaseModel], raw: dict[str, Any]) -> Iterator[Message]:
    """What is said of every entry, when it holds each wrong value in turn."""
    for path in places(raw):
        for other in WRONG:
            yield from refused(model, changed(raw, path, other))


def keys(said: Message) -> set[str]:
    """Its own key and those of the messages inside."""
    inside = [arg for arg in said.args.values() if isinstance(arg, Message)]
    return {said.key}.union(*map(keys, inside))


def test_whatever_is_wrong_is_told_by_a_text_of_ours_and_each_text_is_needed() -> None:
    found = [
        *reasons(Settings, Settings().model_dump(mode="json")),
        *reasons(Policy, read_policy(policy_names()[-1]).model_dump(mode="json")),
        *reasons(Checklists, read_checklists("standard").model_dump(mode="json")),
        *(said for raw in POLICIES for said in refused(Policy, {"name": "x", **raw})),
        *(said for raw in SETTINGS for said in refused(Settings, raw)),
    ]
    used = set().union(*map(keys, found))
    assert "entry.other" not in used
    texts = {key for key in catalogue("en") if key.startswith("entry.")}
    assert texts - used - NOT_RAISED == {"entry.extends"}
    chinese = {Texts("zh").render(said) for said in found}
    assert not any(re.search(r"[Ii]nput|should|Value error|\bor\b", line) for line in chinese)


@pytest.mark.parametrize(
    ("toml", "english", "chinese"),
    [
        ("[talk]\nshortest = -1", "talk.shortest = -1: must be at least 0", "不能小于 0"),
        ("[talk]\nshort = 1", "talk.short: there is no such entry", "没有这一项，请检查拼写或删去"),
        ("[travel]\nvehicles = ['boat']", 'travel.vehicles.0 = "boat": must be one of walk', "、"),
        ("[lunch]\nearliest = 'noon'", 'lunch.earliest = "noon": no time of day', "09:30 这样"),
        ("policy = ", "line 1, column 9 is not written as TOML is: policy =", "第 1 行第 9 列"),
        ("x = [\n", "is not written as TOML is: x = [", "不合 TOML 写法：x = ["),
    ],
)
def test_a_settings_file_is_told_what_to_mend(
    toml: str, english: str, chinese: str, tmp_path: Path
) -> None:
    path = tmp_path / "设置.toml"
    path.write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(english)) as caught:
        read_settings(path)
    said = Texts("zh").render(caught.value.message)
    assert chinese in said
    assert "设置.toml" in said


def test_a_file_that_is_no_text_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "设置.toml"
    path.write_bytes("policy = '规则'".encode("gb18030"))
    with pytest.raises(SettingsError, match="no text in UTF-8"):
        read_settings(path)


def test_an_entry_of_several_kinds_is_told_once() -> None:
    rule = {"tiers": ["A"], "every": "week", "calls": 3}
    assert len(refused(Policy, {"name": "x", "rules": [rule]})) == 1
