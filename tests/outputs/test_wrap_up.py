"""What the day sheet says when it is time to end a talk."""

from __future__ import annotations

import pytest

from routeplan.config import Settings, TalkSettings
from routeplan.language import Texts
from routeplan.outputs.day_sheet.page import day_sheet_files
from tests.plan.examples import tiny_plan


def pages(language: str, talk: TalkSettings) -> str:
    plan = tiny_plan()
    settings = Settings(talk=talk)
    origin = plan.origin.model_copy(update={"settings": settings})
    made = day_sheet_files(plan.model_copy(update={"origin": origin}), Texts(language))
    return b"".join(made.values()).decode()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Thank you for your time"), ("zh", "今天打扰您了")]
)
def test_a_polite_sentence_in_the_language_of_the_sheet(language: str, said: str) -> None:
    assert said in pages(language, TalkSettings())
    assert said not in pages(language, TalkSettings(wrap_up=0))


def test_a_sentence_of_one_s_own_stands_in_its_place() -> None:
    page = pages("en", TalkSettings(wrap_up_line="Shall we <stop>?"))
    assert "Shall we &lt;stop&gt;?" in page
    assert "Thank you for your time" not in page
