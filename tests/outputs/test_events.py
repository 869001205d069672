"""Events in words, in both languages, with nothing of their one-line form."""

from __future__ import annotations

import pytest

from routeplan.language import Texts
from routeplan.outputs.events import event_words
from routeplan.plan.events import Event
from routeplan.replan.read_events import parse_event

SAID = [
    (
        "cancel:C2@2026-11-24=2026-11-26T14:00",
        "C2 cancelled (visit of Tue 2026-11-24, new hour Thu 2026-11-26 14:00)",
        "C2 取消拜访（2026-11-24 周二 的拜访、另约 2026-11-26 周四 14:00）",
    ),
    ("cancel:C2", "C2 cancelled", "C2 取消拜访"),
    (
        "not-met:C2@2026-11-24",
        "C2 was not met (visit of Tue 2026-11-24)",
        "C2 未遇（2026-11-24 周二 的拜访）",
    ),
    (
        "moved:C2=2026-11-26T14:00",
        "C2 agreed on Thu 2026-11-26 14:00",
        "C2 改约 2026-11-26 周四 14:00",
    ),
    ("late:M1@C2=30", "M1 is 30 minutes behind (at C2)", "M1 晚了 30 分钟（位于 C2）"),
    ("overrun:C2=11:20", "the talk with C2 takes until 11:20", "与 C2 的面谈延至 11:20"),
    (
        "urgent:C2@2026-11-24",
        "C2 must be visited (by Tue 2026-11-24, a complaint)",
        "C2 必须拜访（最迟 2026-11-24 周二、客户投诉）",
    ),
    (
        "done:C2@M1=10:00-10:40",
        "C2 was visited (10:00-10:40, by M1)",
        "C2 已拜访（10:00-10:40、由 M1 拜访）",
    ),
    (
        "hours:C2@2026-11-24=closed",
        "C2 is closed on Tue 2026-11-24",
        "C2 在 2026-11-24 周二 不接待",
    ),
    (
        "hours:C2@2026-11-24=09:00-11:00",
        "C2 is open on Tue 2026-11-24 at 09:00-11:00",
        "C2 在 2026-11-24 周二 的接待时间为 09:00-11:00",
    ),
    ("off:M1", "M1 is off", "M1 不上班"),
    (
        "off:M1@2026-11-24=pm",
        "M1 is off (Tue 2026-11-24, the afternoon)",
        "M1 不上班（2026-11-24 周二、下午）",
    ),
    (
        "back:M1=2026-11-24T10:00",
        "M1 works again (Tue 2026-11-24 10:00)",
        "M1 恢复上班（2026-11-24 周二 10:00）",
    ),
    (
        "delay:M1@2026-11-24=07:00-10:00x1.5",
        "ways take 1.5 times as long on Tue 2026-11-24, 07:00-10:00 (for M1)",
        "2026-11-24 周二 07:00-10:00 路上用时为平时的 1.5 倍（仅 M1）",
    ),
    ("takes:C2=M2", "C2 is now with M2", "C2 改由 M2 负责"),
]


@pytest.mark.parametrize(("text", "english", "chinese"), SAID)
def test_an_event_in_words(text: str, english: str, chinese: str) -> None:
    event: Event = parse_event(text)
    assert event_words(event, Texts("en")) == english
    assert event_words(event, Texts("zh")) == chinese
