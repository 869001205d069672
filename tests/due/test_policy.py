"""The ready-made policies say what the documents say; a wrong file is told every fault."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from routeplan.book.models import Channel, Tier
from routeplan.due.policy import Cycle, Frequency, Policy, Reading, policy_names, read_policy
from routeplan.errors import FileError, SettingsError
from tests.due.example_book import client


def test_the_ready_made_policies() -> None:
    assert policy_names() == ("prospects", "service-standard", "visit-norms")
    for name in policy_names():
        policy = read_policy(name)
        assert policy.name == name
        assert policy.reading is Reading.PERIOD


@pytest.mark.parametrize(
    ("tier", "listed", "visits", "every"),
    [
        ("A", True, 1, Cycle.WEEK),
        ("B", True, 1, Cycle.WEEK),
        ("C", True, 1, Cycle.HALF_MONTH),
        ("C", False, 0, None),
    ],
)
def test_visit_norms_line_by_line(
    tier: str, listed: bool, visits: int, every: Cycle | None
) -> None:
    rule = read_policy("visit-norms").rule_of(client(tier=tier, listed=listed))
    assert rule is not None
    assert (rule.visits, rule.every) == (visits, every)


def test_visit_norms_say_nothing_of_other_clients_that_are_not_listed() -> None:
    for tier in ("A", "B"):
        assert read_policy("visit-norms").rule_of(client(tier=tier, listed=False)) is None


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("tier", "every", "key_persons", "calls", "sms"),
    [
        (
            Tier.A,
            Cycle.HALF_MONTH,
            3,
            Frequency(
                at_least=2,
                every=Cycle.HALF_MONTH,
                also=(Channel.RECEPTION, Channel.EMAIL, Channel.LETTER, Channel.THIRD_PARTY),
            ),
            Frequency(at_least=1, every=Cycle.WEEK),
        ),
        (Tier.B, Cycle.MONTH, 3, "as-needed", Frequency(at_least=1, every=Cycle.WEEK)),
        (Tier.C, Cycle.QUARTER, 1, "as-needed", Frequency(at_least=1, every=Cycle.MONTH)),
    ],
)
def test_service_standard_line_by_line(
    tier: Tier,
    every: Cycle,
    key_persons: int,
    calls: Frequency | str,
    sms: Frequency,
    listed: bool,
) -> None:
    rule = read_policy("service-standard").rule_of(client(tier=tier, listed=listed))
    assert rule is not None
    assert (rule.visits, rule.every, rule.key_persons) == (1, every, key_persons)
    assert (rule.calls, rule.sms) == (calls, sms)


@pytest.mark.parametrize("name", ["prospects", "service-standard", "visit-norms"])
def test_prospects_rules_hold_in_every_ready_made_policy(name: str) -> None:
    policy = read_policy(name)
    assert policy.prospect is not None
    assert policy.prospect.within_workdays == 2
    assert policy.prospect.calls == Frequency(
        at_least=2, every=Cycle.WEEK, also=(Channel.VISIT, Channel.RECEPTION)
    )
    assert policy.newly_signed is not None
    assert (policy.newly_signed.visits, policy.newly_signed.every) == (1, Cycle.MONTH)
    assert policy.core_client is not None
    assert policy.core_client.sms == Frequency(at_least=1, every=Cycle.HALF_MONTH)


def test_a_file_of_ones_own_may_extend_a_ready_made_policy(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('extends = "service-standard"\nreading = "interval"\n', encoding="utf-8")
    ready = read_policy("service-standard")
    assert read_policy(str(file)) == ready.model_copy(
        update={"name": "ours", "reading": Reading.INTERVAL}
    )


def test_every_wrong_entry_of_a_policy_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(
        """
        reading = "sometimes"
        colour = "red"
        [key_dates]
        days_ahead = -1
        [[rules]]
        tiers = ["A", "D"]
        every = "fortnight"
        [[rules]]
        tiers = ["B"]
        [[rules]]
        tiers = ["C"]
        every = "week"
        min_gap_days = 9
        """,
        encoding="utf-8",
    )
    with pytest.raises(SettingsError) as caught:
        read_policy(str(file))
    assert caught.value.code == "RP2006"
    for part in (
        "reading",
        "colour",
        "key_dates.days_ahead",
        "rules.0.tiers.1",
        "rules.0.every",
        "rules.1",
        "rules.2",
        "min_gap_days 9",
    ):
        assert part in str(caught.value)


def test_two_rules_for_one_client_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    rule = '[[rules]]\ntiers = ["A"]\nevery = "week"\n'
    file.write_text(f"{rule}listed = true\n{rule}", encoding="utf-8")
    with pytest.raises(SettingsError, match="tier A has two rules"):
        read_policy(str(file))


def test_a_policy_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="visit-norms") as caught:
        read_policy("weekly")
    assert caught.value.code == "RP2005"
    with pytest.raises(FileError):
        read_policy(str(tmp_path / "nowhere.toml"))
    file = tmp_path / "ours.toml"
    file.write_text('extends = "weekly"', encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_policy(str(file))
    assert caught.value.code == "RP2007"
    file.write_text("tiers = [", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_policy(str(file))
    assert caught.value.code == "RP2001"


def test_cycles_know_their_periods() -> None:
    day = dt.date(2026, 11, 23)
    firsts = [cycle.period_of(day).first.isoformat() for cycle in Cycle]
    assert firsts == ["2026-11-23", "2026-11-16", "2026-11-01", "2026-10-01"]


def test_a_policy_is_compared_by_content() -> None:
    assert Policy(name="x") == Policy(name="x")
