"""The catalogues of all languages agree with one another and with the code."""

from __future__ import annotations

import datetime as dt
import re
import string
from pathlib import Path

import pytest

import routeplan
from routeplan.language import LANGUAGES, Texts, message, user_language
from routeplan.language.catalogue import catalogue

SOURCE = Path(routeplan.__file__).parent
FILES = "xlsx|csv|json|toml|html|md|txt"
KEY = re.compile(rf"""(?<!key \()["']([a-z_]+\.(?!{FILES})[A-Za-z0-9_]+)["']""")
HAN = "[\u4e00-\u9fff]"
COMPUTED = re.compile(r"""f["']([a-z_]+\.[A-Za-z0-9_]*)\{""")


def fields(text: str | tuple[str, ...]) -> set[str]:
    texts = (text,) if isinstance(text, str) else text
    return {
        name.split(".")[0].split("[")[0]
        for part in texts
        for _, name, _, _ in string.Formatter().parse(part)
        if name
    }


def keys_in_code() -> tuple[set[str], set[str]]:
    """Keys written out, and beginnings of keys that are put together."""
    whole: set[str] = set()
    begun: set[str] = set()
    files = {path.stem for path in (SOURCE / "language" / "en").glob("*.po")}
    for path in [file for end in ("py", "toml", "js", "html") for file in SOURCE.rglob(f"*.{end}")]:
        text = path.read_text(encoding="utf-8")
        whole |= {key for key in KEY.findall(text) if key.split(".")[0] in files}
        begun |= set(COMPUTED.findall(text))
    return whole, begun


def test_all_languages_have_the_same_keys() -> None:
    english, chinese = (set(catalogue(language)) for language in LANGUAGES)
    assert english == chinese


@pytest.mark.parametrize("key", sorted(catalogue("en")))
def test_a_text_fills_the_same_fields_in_all_languages(key: str) -> None:
    english, chinese = fields(catalogue("en")[key]), fields(catalogue("zh")[key])
    # A language without plurals may spell a count out, or a plural form leave it away.
    assert english - {"n"} == chinese - {"n"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_stands_in_the_file_of_its_name(language: str) -> None:
    for path in (SOURCE / "language" / language).glob("*.po"):
        for key in re.findall(r'^msgid "(.+)"$', path.read_text(encoding="utf-8"), re.MULTILINE):
            assert key.split(".")[0] == path.stem, key


def test_every_key_in_the_code_has_a_text() -> None:
    whole, _ = keys_in_code()
    missing = {key for key in whole if key not in catalogue("en") and not key.endswith(".po")}
    assert not missing


def test_every_text_is_used() -> None:
    whole, begun = keys_in_code()
    unused = {
        key
        for key in catalogue("en")
        if key not in whole and not any(key.startswith(start) for start in begun)
    }
    assert not unused


@pytest.mark.parametrize("key", sorted(catalogue("zh")))
def test_chinese_keeps_a_space_to_counts_and_its_own_marks_in_sentences(key: str) -> None:
    text = catalogue("zh")[key]
    for part in (text,) if isinstance(text, str) else text:
        assert not re.search(rf"{HAN}\{{n\}}|\{{n\}}{HAN}", part)
        if not key.startswith("book."):  # which quotes what is typed into a cell
            assert not re.search(rf"{HAN}[,;:!?()]|[,;!?()]{HAN}", part)


def test_messages_render_in_both_languages() -> None:
    inner = message("error.file_missing", file="甲.xlsx")
    assert Texts("en").render(inner) == "甲.xlsx does not exist"
    assert Texts("zh").render(inner) == "找不到 甲.xlsx"


def test_days_and_weekdays_are_written_as_the_language_does() -> None:
    day = dt.date(2026, 11, 24)
    assert Texts("en").day(day) == "Tue 2026-11-24"
    assert Texts("zh").day(day) == "2026-11-24 周二"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"ROUTEPLAN_LANG": "zh"}, "zh"),
        ({"ROUTEPLAN_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "C.UTF-8"}, "zh"),
        ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "", "LANG": "zh_Hans_CN"}, "zh"),
    ],
)
def test_the_language_follows_the_environment(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ROUTEPLAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert user_language() == language


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language must be one of"):
        Texts("fr")


@pytest.mark.parametrize("key", ["error.no_such_text", "no_such_file.text", "../en/error.text", ""])
def test_a_key_without_a_text_is_refused(key: str) -> None:
    with pytest.raises(KeyError):
        Texts("en")(key)


def test_a_key_opens_no_file_but_the_catalogues(tmp_path: Path) -> None:
    key = f"{tmp_path}/mine.text"
    (tmp_path / "mine.po").write_text(f'msgid "{key}"\nmsgstr "mine"\n', encoding="utf-8")
    with pytest.raises(KeyError):
        Texts("en")(key)
