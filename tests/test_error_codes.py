"""Every stable code is explained on its page, and the page explains no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import routeplan
from routeplan.book.codes import FaultCode
from routeplan.errors import RouteplanError
from routeplan.language.catalogue import catalogue

PAGE = (Path(__file__).parents[1] / "docs" / "errors.md").read_text(encoding="utf-8")
SOURCE = Path(routeplan.__file__).parent


def rows() -> dict[str, tuple[str, str]]:
    """Code → what is wrong, how to mend it."""
    found = re.findall(r"^\| (RP\d{4}) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    return {code: (what, mend) for code, what, mend in found}


def test_the_page_and_the_code_have_the_same_codes() -> None:
    used = {
        code
        for path in SOURCE.rglob("*.py")
        for code in re.findall(r'"(RP\d{4})"', path.read_text(encoding="utf-8"))
    }
    assert set(rows()) == used


@pytest.mark.parametrize("code", FaultCode, ids=lambda code: code.value)
def test_a_fault_is_explained_in_its_own_words(code: FaultCode) -> None:
    texts = catalogue("en")
    name = f"book.{code.name.lower()}"
    expected = []
    for text in (texts[name], texts[f"{name}_fix"]):
        shown = text if isinstance(text, str) else text[-1]
        expected.append(shown.replace("|", "\\|").replace("\n", " "))
    assert rows()[code.value] == tuple(expected)


def test_exit_codes_are_told_by_the_first_digit() -> None:
    told = dict(
        re.findall(r"^## .+ \(exit code (\d)\)\n(?:.*\n){3,4}\| RP(\d)", PAGE, re.MULTILINE)
    )
    assert told == {"2": "4", "3": "5", "4": "6", "5": "7", "6": "8", "1": "3"}
    assert {kind.exit_code for kind in RouteplanError.__subclasses__()} == {1, 2, 3, 4, 5, 6}
