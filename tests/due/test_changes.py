"""Account changes from a file: what is read, what the figures show, who must be visited."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from routeplan.book.models import Channel, MustVisit, MustVisitReason
from routeplan.config import AccountChange, ChangeSettings
from routeplan.due.changes import Changes, findings, read_changes, with_changes
from routeplan.errors import BookError
from routeplan.language import Texts
from tests.due.example_book import book, client, due_of, one_due, seen, words

BOOK = book(client("C1"), client("C2", "B"))
RULES = ChangeSettings()


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Changes:
    file = tmp_path / "changes.csv"
    file.write_bytes(text.encode(encoding))
    return read_changes(file, BOOK)


def shown(tmp_path: Path, *spend: str) -> list[AccountChange]:
    rows = "".join(f"C1,2026-{7 + n:02d},{money}\n" for n, money in enumerate(spend))
    found = findings(read(tmp_path, f"client_id,month,spend\n{rows}"), RULES)
    return [one.kind for one in found]


@pytest.mark.parametrize(
    ("spend", "kind"),
    [
        (("1000", "1000", "1000", "1100"), []),
        (("1000", "1000", "1000", "1300"), [AccountChange.SPEND_UP]),
        (("1000", "1000", "1000", "799"), [AccountChange.SPEND_DOWN]),
        (("1000", "1000", "1000", "1600"), [AccountChange.SPEND_JUMP]),
        (("1000", "1000", "1000", "400"), [AccountChange.SPEND_JUMP]),
        (("0", "0", "0", "500"), [AccountChange.SPEND_JUMP]),
        (("10", "10", "10", "90"), []),  # a small difference
        (("9000", "1000", "1000", "1000", "1000"), []),  # three months before it count
        (("1000",), []),  # nothing to compare with
    ],
)
def test_spend_is_compared_with_the_months_before(
    spend: tuple[str, ...], kind: list[AccountChange], tmp_path: Path
) -> None:
    assert shown(tmp_path, *spend) == kind


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_chinese_headers_and_encodings(encoding: str, tmp_path: Path) -> None:
    text = '客户编号,月份,消费,停机,欠费,呼转竞争对手\nC1,2026年10月,"1,280.50",是,￥20,3\n'
    (figures,) = read(tmp_path, text, encoding).figures
    assert (figures.month, figures.spend, figures.suspended) == (dt.date(2026, 10, 1), 1280.5, True)
    assert (figures.arrears, figures.forwarded) == (20, 3)
    kinds = {one.kind for one in findings(Changes(figures=(figures,)), RULES)}
    assert kinds == {AccountChange.SUSPENDED, AccountChange.ARREARS, AccountChange.FORWARDED}


def test_only_the_last_month_counts(tmp_path: Path) -> None:
    text = "client_id,month,arrears\nC1,2026-09,20\nC2,2026-10,0\n"
    assert findings(read(tmp_path, text), RULES) == ()


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = (
        "client_id,month,spend,forwarded,must_visit,must_visit_since,must_visit_by\n"
        "C9,2026-10,1,,,,\n"
        "C1,2026-13,x,-1,,,\n"
        "C1,,5,,,,\n"
        "C2,2026-10,5,,,,\n"
        "C2,202610,6,,,,\n"
        "C2,,,,,2026-11-20,\n"
        "C2,,,,complaint,2026-11-20,2026-11-10\n"
        ",2026-10,5,,,,\n"
    )
    with pytest.raises(BookError) as caught:
        read(tmp_path, text)
    assert caught.value.code == "RP1102"
    assert [(fault.row, fault.code) for fault in caught.value.faults] == [
        (2, "RP1053"),
        (3, "RP1092"),
        (3, "RP1093"),
        (3, "RP1021"),
        (4, "RP1020"),
        (6, "RP1091"),
        (7, "RP1058"),
        (8, "RP1059"),
        (9, "RP1020"),
    ]


def test_a_file_without_rows_or_the_month_is_refused(tmp_path: Path) -> None:
    for text in ("client_id,month\n", "client_id,spend\nC1,5\n", ""):
        with pytest.raises(BookError):
            read(tmp_path, text)


def test_what_must_be_visited_becomes_due_with_its_reason(tmp_path: Path) -> None:
    text = "客户编号,必访原因,必访提出日期,必访截止日期\nC2,客户要求,2026-11-20,2026-11-25\n"
    changed = with_changes(BOOK, read(tmp_path, text), RULES)
    visit = next(one for one in due_of(changed).due if one.client_id == "C2")
    assert visit.required
    assert "must visit: the client asked for a visit, since 2026-11-20, by 2026-11-25" in words(
        visit
    )


def test_calls_forwarded_to_a_competitor_make_a_visit_due_until_one_is_made(tmp_path: Path) -> None:
    changes = read(tmp_path, "client_id,month,forwarded\nC1,2026-10,yes\n")
    alone = book(client("C1"))
    visit = one_due(due_of(with_changes(alone, changes, RULES)))
    assert visit.required
    assert "competitor" in words(visit)
    seen_since = book(client("C1"), seen("2026-11-17"))
    after = due_of(with_changes(seen_since, changes, RULES))
    assert not any(one.required for one in after.due)
    called = ChangeSettings(action=RULES.action | {AccountChange.FORWARDED: Channel.PHONE})
    assert not one_due(due_of(with_changes(alone, changes, called))).required


def test_a_clients_own_open_must_visit_stands() -> None:
    own = MustVisit(reason=MustVisitReason.COMPLAINT, since=dt.date(2026, 11, 18))
    other = MustVisit(reason=MustVisitReason.PRESENCE, since=dt.date(2026, 11, 20))
    changes = Changes(must_visits=(("C1", other),))
    open_one = book(client("C1", must_visit=own))
    assert with_changes(open_one, changes, RULES).clients[0].must_visit == own
    settled = book(client("C1", must_visit=own), seen("2026-11-19"))
    assert with_changes(settled, changes, RULES).clients[0].must_visit == other


def test_each_finding_has_a_sentence_in_both_languages(tmp_path: Path) -> None:
    text = (
        "client_id,month,spend,suspended,arrears,forwarded\n"
        "C1,2026-09,1000,,,\nC2,2026-09,0,,,\n"
        "C1,2026-10,100,yes,5,1\nC2,2026-10,900,,,\n"
    )
    for found in findings(read(tmp_path, text), RULES):
        for language in ("en", "zh"):
            assert "2026-10" in Texts(language).render(found.text)
