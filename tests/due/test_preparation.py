"""The checklists by purpose: their content, combining several, and files of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from routeplan.book.models import Purpose
from routeplan.due.preparation import Checklists, preparation, read_checklists
from routeplan.errors import FileError, SettingsError

# 000: purpose, what to bring, what to mind; one word of each line of the table.
TABLE = {
    Purpose.PITCH: (
        {"documents": "业务资料", "audio and video": "音像资料", "analysis": "客户需求分析"},
        {"it simply is": "简单地说", "fit the client": "切合客户"},
    ),
    Purpose.KEEP_WARM: (
        {"recent spend": "近期消费", "roaming": "漫游记录", "small gift": "小礼品"},
        {"needs": "挖掘需求", "data": "客户资料", "satisfaction": "满意度"},
    ),
    Purpose.GIFT: (
        {"gift": "礼品", "pen and paper": "纸、笔", "receipt form": "签收单"},
        {"valued": "受重视", "needed": "需求", "pitch": "推介"},
    ),
    Purpose.BUSINESS: (
        {"forms": "表单", "vouchers": "凭证", "earlier handling": "前期办理结果"},
        {"exactly": "准确办理", "questions at once": "当场解答"},
    ),
    Purpose.OPINIONS: (
        {"opinion form": "意见征询表", "pen": "笔", "gift": "小礼品", "likely needs": "需求清单"},
        {"sincere": "诚恳", "report the result": "反馈结果"},
    ),
    Purpose.COMPLAINT: (
        {"cause": "投诉原因", "remedies": "解决办法", "papers": "相关资料"},
        {"apologise": "道歉", "listen": "倾听", "calm": "冷静", "report back": "回复"},
    ),
}


@pytest.mark.parametrize("purpose", Purpose)
def test_the_table_of_the_visit_norms(purpose: Purpose) -> None:
    english, chinese = preparation((purpose,), "en"), preparation((purpose,), "zh")
    bring, mind = TABLE[purpose]
    for words, en, zh in (
        (bring, english.bring, chinese.bring),
        (mind, english.mind, chinese.mind),
    ):
        for word, zh_word in words.items():
            assert any(word in item for item in en), word
            assert any(zh_word in item for item in zh), zh_word
    assert (len(english.bring), len(english.mind)) == (len(chinese.bring), len(chinese.mind))
    # Always: name cards, work badge and uniform, phone on vibrate.
    assert english.bring[-2:] == ("name cards", "work badge and uniform")
    assert chinese.bring[-2:] == ("名片", "工牌、工装")
    assert (english.mind[-1], chinese.mind[-1]) == ("phone on vibrate", "手机调成振动")


def test_several_purposes_ask_for_each_thing_once_the_main_one_first() -> None:
    both = preparation((Purpose.GIFT, Purpose.OPINIONS), "en")
    assert both.bring.count("pen and paper") == 1
    assert both.bring[0] == preparation((Purpose.GIFT,), "en").bring[0]
    assert [(task.text, task.days) for task in both.tasks] == [
        ("request and draw the gift", 2),
        ("print the opinion form", 1),
    ]


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'extends = "standard"\n[gift]\nbring = ["礼盒"]\n'
        'tasks = [{ text = { zh = "订鲜花", en = "order flowers" }, days = 3 }]\n',
        encoding="utf-8",
    )
    own = read_checklists(str(path))
    gift = preparation((Purpose.GIFT,), "en", own)
    assert gift.bring[0] == "礼盒"  # one text for both languages
    assert (gift.tasks[0].text, gift.tasks[0].days, gift.mind) == (
        "order flowers",
        3,
        ("phone on vibrate",),
    )
    standard = read_checklists("standard")
    assert own.pitch == standard.pitch
    assert own.always == standard.always
    path.write_text('[pitch]\nmind = ["短"]\n', encoding="utf-8")
    alone = read_checklists(str(path))
    assert alone.always == Checklists().always
    assert preparation((Purpose.PITCH,), "zh", alone).bring == ()


def test_a_faulty_file_names_every_entry(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'extends = "other"\n[gifts]\n[pitch]\ntasks = [{ text = "x", days = 0 }]\n',
        encoding="utf-8",
    )
    with pytest.raises(SettingsError) as error:
        read_checklists(str(path))
    assert error.value.code == "RP2009"
    for part in ("extends", "gifts", "pitch.tasks.0.days"):
        assert part in str(error.value)
    with pytest.raises(SettingsError) as error:
        read_checklists("own")
    assert error.value.code == "RP2008"
    with pytest.raises(FileError):
        read_checklists(str(tmp_path / "missing.toml"))
