"""Calendar files as a calendar reads them: merged by UID, after re-plans, with hostile text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from routeplan.book.busy import busy_hours, merged_closures
from routeplan.book.read import read_book
from routeplan.book.write import write_book
from routeplan.cli import app
from routeplan.config import CalendarSettings
from routeplan.due.models import Horizon
from routeplan.language import LANGUAGES, Texts
from routeplan.outputs.calendar import calendar_bytes, calendar_files
from routeplan.plan.plan import Plan, PlannedVisit
from routeplan.values import Closure, TimeWindow
from tests.example_plan import MONDAY, example_plan, hostile
from tests.examples import tiny_book
from tests.outputs.test_plan_map import HOSTILE

ZH = Texts("zh")


def made(plan: Plan, standing: bytes | None = None, manager: str = "M1") -> bytes:
    return calendar_bytes(plan, manager, ZH, standing=standing)


def events(content: bytes) -> dict[str, Any]:
    found = Calendar.from_ical(content).walk("VEVENT")
    by_uid = {str(event["uid"]): event for event in found}
    assert len(by_uid) == len(found)
    return by_uid


class Reader:
    """A calendar that imports files as RFC 5546 says: by UID, the higher SEQUENCE wins."""

    def __init__(self) -> None:
        self.events: dict[str, Any] = {}

    def take(self, content: bytes) -> None:
        for uid, event in events(content).items():
            known = self.events.get(uid)
            if known is None or int(event["sequence"]) > int(known["sequence"]):
                self.events[uid] = event

    def shown(self) -> list[tuple[dt.datetime, str]]:
        return sorted(
            (event.start, str(event["summary"]))
            for event in self.events.values()
            if str(event["status"]) != "CANCELLED"
        )


def with_visits(plan: Plan, change: dict[str, PlannedVisit | None]) -> Plan:
    """The plan with visits replaced by id, or taken out."""
    days = tuple(
        day.model_copy(
            update={
                "visits": tuple(
                    kept
                    for visit in day.visits
                    if (kept := change.get(visit.visit_id, visit)) is not None
                )
            }
        )
        for day in plan.days
    )
    origin = plan.origin.model_copy(update={"version": plan.origin.version + 1})
    return plan.model_copy(update={"days": days, "origin": origin})


def visit_of(plan: Plan, visit_id: str) -> PlannedVisit:
    return next(visit for _, visit in plan.visits if visit.visit_id == visit_id)


def later(plan: Plan, visit_id: str, minutes: int) -> Plan:
    visit = visit_of(plan, visit_id)
    talk = TimeWindow(start=visit.talk.start + minutes, end=visit.talk.end + minutes)
    return with_visits(plan, {visit_id: visit.model_copy(update={"talk": talk})})


class TestFile:
    def test_every_visit_of_the_manager_is_an_event(self) -> None:
        plan = example_plan()
        talks = sorted(
            (day.date, visit.talk.start) for day, visit in plan.visits if day.manager_id == "M1"
        )
        starts = sorted(event.start for event in events(made(plan)).values())
        assert [(one.date(), one.hour * 60 + one.minute) for one in starts] == talks

    def test_an_event_says_where_when_and_whom(self) -> None:
        event = next(
            event for event in events(made(example_plan())).values() if "中科" in event["summary"]
        )
        assert event.start.utcoffset() == dt.timedelta(hours=8)
        assert event["location"] == "中关村大街18号科贸中心, 1906"
        assert event["geo"].to_ical() == "39.9815;116.3142"
        assert "吴志远" in event["description"]
        assert "14:50 开始收尾" in event["description"]
        (alarm,) = event.walk("VALARM")
        leave = event.start + alarm["trigger"].dt
        assert f"{leave:%H:%M} 出发" in alarm["description"]

    def test_what_is_over_rings_no_bell(self) -> None:
        done = [
            event for event in events(made(example_plan())).values() if "华盛" in event["summary"]
        ]
        assert not done[0].walk("VALARM")

    def test_a_zone_that_is_none_is_refused(self) -> None:
        for zone in ("Mars/Base", "../etc/passwd", "", "x" * 300):
            with pytest.raises(ValueError, match="no time zone"):
                CalendarSettings(zone=zone)

    def test_the_zone_is_told_and_can_be_chosen(self) -> None:
        plan = example_plan()
        chosen = CalendarSettings(zone="Europe/Berlin")
        settings = plan.origin.settings.model_copy(update={"calendar": chosen})
        origin = plan.origin.model_copy(update={"settings": settings})
        content = made(plan.model_copy(update={"origin": origin}))
        zones = [str(one["tzid"]) for one in Calendar.from_ical(content).walk("VTIMEZONE")]
        assert zones == ["Europe/Berlin"]
        first = min(event.start for event in events(content).values())
        assert first.utcoffset() == dt.timedelta(hours=1)

    def test_lunch_and_travel_when_asked_for_and_free(self) -> None:
        plan = example_plan()
        chosen = CalendarSettings(lunch=True, travel=True)
        settings = plan.origin.settings.model_copy(update={"calendar": chosen})
        plan = plan.model_copy(
            update={"origin": plan.origin.model_copy(update={"settings": settings})}
        )
        free = [one for one in events(made(plan)).values() if one["transp"] == "TRANSPARENT"]
        assert [one for one in free if one["summary"] == "午餐"]
        assert [one for one in free if "前往" in one["summary"]]
        assert made(plan, made(plan)) == made(plan)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_lines_are_short_and_whole(self, language: str) -> None:
        content = calendar_bytes(example_plan(), "M1", Texts(language))
        for line in content.split(b"\r\n"):
            assert len(line) <= 75
            line.decode()

    def test_the_same_plan_gives_the_same_file(self) -> None:
        assert made(example_plan()) == made(example_plan())

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
    def test_hostile_text_is_only_text(self, text: str) -> None:
        plan = hostile(example_plan(), text)
        content = made(plan)
        found = events(content)
        assert len(found) == len(events(made(example_plan())))
        assert content.count(b"BEGIN:VALARM") == made(example_plan()).count(b"BEGIN:VALARM")
        assert not set(content) & set(range(32)) - {10, 13}
        decoded = content.decode()
        assert not set(decoded) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\x85\u2028\u2029")
        assert made(plan, content) == content

    def test_writing_from_right_to_left_keeps_to_itself(self) -> None:
        content = made(hostile(example_plan(), "שלום"))
        assert all("\u2068שלום\u2069" in event["summary"] for event in events(content).values())


class TestImports:
    """What a calendar shows after importing one file after another."""

    def test_two_imports_make_no_doubles(self) -> None:
        reader = Reader()
        first = made(example_plan())
        reader.take(first)
        shown = reader.shown()
        reader.take(first)
        reader.take(made(example_plan(), first))
        assert reader.shown() == shown

    def test_a_moved_visit_moves(self) -> None:
        plan = example_plan()
        first = made(plan)
        second = made(later(plan, "C004", 10), first)
        reader = Reader()
        reader.take(first)
        reader.take(second)
        assert len(reader.shown()) == 7
        assert reader.shown() != Reader().shown()
        old, new = events(first), events(second)
        raised = {uid for uid in new if int(new[uid]["sequence"]) > int(old[uid]["sequence"])}
        assert len(raised) == 1
        (moved,) = raised
        assert new[moved].start - old[moved].start == dt.timedelta(minutes=10)

    def test_a_visit_gone_is_cancelled_and_stays_so(self) -> None:
        plan = example_plan()
        first = made(plan)
        less = with_visits(plan, {"C004": None})
        second = made(less, first)
        third = made(less, second)
        assert third == second
        reader = Reader()
        for content in (first, second, third):
            reader.take(content)
        assert len(reader.shown()) == 6
        (gone,) = [one for one in events(third).values() if one["status"] == "CANCELLED"]
        assert "已取消" in gone["summary"]
        assert not gone.walk("VALARM")

    def test_a_visit_that_comes_back_revives(self) -> None:
        plan = example_plan()
        first = made(plan)
        second = made(with_visits(plan, {"C004": None}), first)
        third = made(plan, second)
        reader = Reader()
        for content in (first, second, third):
            reader.take(content)
        alone = Reader()
        alone.take(first)
        assert reader.shown() == alone.shown()

    def test_a_version_may_be_missed(self) -> None:
        plan = example_plan()
        first = made(plan)
        second = made(later(plan, "C004", 10), first)
        third = made(with_visits(plan, {"C003": None}), second)
        reader = Reader()
        reader.take(first)
        reader.take(third)
        alone = Reader()
        alone.take(third)
        assert reader.shown() == alone.shown()

    def test_a_visit_that_changes_hands_is_in_one_calendar_only(self) -> None:
        plan = example_plan()
        moved = visit_of(plan, "C004")
        less = with_visits(plan, {"C004": None})
        days = tuple(
            day.model_copy(update={"visits": (*day.visits, moved)})
            if day.manager_id == "M2" and day.date == MONDAY
            else day
            for day in less.days
        )
        after = less.model_copy(update={"days": days})
        before = calendar_files(plan, ZH, standing=lambda name: None)
        team = Reader()
        for files in (before, calendar_files(after, ZH, standing=before.__getitem__)):
            for content in files.values():
                team.take(content)
        assert len([one for _, one in team.shown() if "上地云帆" in one]) == 1

    def test_a_file_that_was_lost_does_not_set_events_back(self) -> None:
        plan = example_plan()
        first = made(plan)
        after = later(plan, "C004", 10)
        reader = Reader()
        reader.take(first)
        reader.take(made(after))
        alone = Reader()
        alone.take(made(after))
        assert reader.shown() == alone.shown()

    def test_the_next_week_leaves_this_one_alone(self) -> None:
        plan = example_plan()
        first = made(plan)
        week = dt.timedelta(days=7)
        days = tuple(day.model_copy(update={"date": day.date + week}) for day in plan.days)
        coming = plan.model_copy(update={"days": days, "horizon": Horizon(first=MONDAY + week)})
        both = events(made(coming, first))
        assert len(both) == 14
        assert all(event["status"] != "CANCELLED" for event in both.values())

    def test_what_is_long_over_leaves_the_file(self) -> None:
        plan = example_plan()
        far = dt.timedelta(days=70)
        days = tuple(day.model_copy(update={"date": day.date + far}) for day in plan.days)
        coming = plan.model_copy(update={"days": days, "horizon": Horizon(first=MONDAY + far)})
        assert len(events(made(coming, made(plan)))) == 7

    @pytest.mark.parametrize(
        "standing", [b"", b"no calendar", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n"]
    )
    def test_a_damaged_file_counts_as_none(self, standing: bytes) -> None:
        assert made(example_plan(), standing) == made(example_plan())


FEED = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
{events}
END:VCALENDAR
"""
SHANGHAI = CalendarSettings().zone


def feed(folder: Path, *bodies: str) -> Path:
    parts = [
        f"BEGIN:VEVENT\nUID:{number}@test\n{body}\nEND:VEVENT" for number, body in enumerate(bodies)
    ]
    path = folder / "busy.ics"
    path.write_text(FEED.format(events="\n".join(parts)), encoding="utf-8")
    return path


def busy(folder: Path, *bodies: str, days: int = 7) -> tuple[list[str], dict[str, int]]:
    from zoneinfo import ZoneInfo

    last = MONDAY + dt.timedelta(days=days - 1)
    found = busy_hours(feed(folder, *bodies), ZoneInfo(SHANGHAI), MONDAY, last)
    shown = [
        f"{one.first}{'' if one.last == one.first else f'~{one.last}'} {one.hours or ''}".strip()
        for one in found.closures
    ]
    return shown, {str(why): number for why, number in found.skipped.items()}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("DTSTART:20261124T010000Z\nDTEND:20261124T020000Z", ["2026-11-24 09:00-10:00"]),
        ("DTSTART:20261124T090000\nDURATION:PT90M", ["2026-11-24 09:00-10:30"]),
        (
            "DTSTART;TZID=Europe/Berlin:20261124T083000\nDTEND;TZID=Europe/Berlin:20261124T093000",
            ["2026-11-24 15:30-16:30"],
        ),
        ("DTSTART;VALUE=DATE:20261125\nDTEND;VALUE=DATE:20261127", ["2026-11-25~2026-11-26"]),
        ("DTSTART;VALUE=DATE:20261125", ["2026-11-25"]),
        (
            "DTSTART:20261124T140000Z\nDTEND:20261124T180000Z",
            ["2026-11-24 22:00-24:00", "2026-11-25 00:00-02:00"],
        ),
        (
            "DTSTART:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE\nEXDATE:20261125T090000",
            ["2026-11-23 09:00-10:00"],
        ),
        ("DTSTART:20261124T090010\nDTEND:20261124T095930", ["2026-11-24 09:00-10:00"]),
        ("DTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:20270101", ["2026-11-23~2026-11-29"]),
    ],
)
def test_busy_hours_are_local_closed_hours(tmp_path: Path, body: str, expected: list[str]) -> None:
    assert busy(tmp_path, body) == (expected, {})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("DTSTART:20261124T090000\nDTEND:20261124T100000\nTRANSP:TRANSPARENT", "free"),
        ("DTSTART:20261124T090000\nDURATION:PT1H\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", "free"),
        ("DTSTART:20261124T090000\nDTEND:20261124T100000\nSTATUS:CANCELLED", "cancelled"),
        ("DTSTART:20261124T090000", "empty"),
        ("DTSTART:20261224T090000\nDURATION:PT1H", "other_days"),
        ("DTSTART:20261124T090000\nDURATION:PT1S\nRRULE:FREQ=SECONDLY", "too_often"),
        ("DTSTART:20261124T090000\nDURATION:PT1S\nRRULE:FREQ=DAILY;BYSECOND=1,2", "too_often"),
        ("SUMMARY:no start", "broken"),
    ],
)
def test_what_is_left_out_is_counted(tmp_path: Path, body: str, why: str) -> None:
    assert busy(tmp_path, body) == ([], {why: 1})


def test_hours_that_overlap_are_one(tmp_path: Path) -> None:
    shown, _ = busy(
        tmp_path,
        "DTSTART:20261124T090000\nDURATION:PT1H",
        "DTSTART:20261124T093000\nDURATION:PT1H",
        "DTSTART:20261124T103000\nDURATION:PT30M",
        "DTSTART:20261124T120000\nDURATION:PT30M",
    )
    assert shown == ["2026-11-24 09:00-11:00", "2026-11-24 12:00-12:30"]


def test_our_own_visits_close_no_hours(tmp_path: Path) -> None:
    from zoneinfo import ZoneInfo

    path = tmp_path / "own.ics"
    path.write_bytes(made(example_plan()))
    found = busy_hours(path, ZoneInfo(SHANGHAI), MONDAY, MONDAY + dt.timedelta(days=6))
    assert (found.closures, found.skipped) == ((), {"own": 7})


def test_closures_merge_across_days() -> None:
    day = dt.timedelta(days=1)
    whole = [Closure(first=MONDAY + n * day, last=MONDAY + n * day) for n in (0, 1, 2)]
    part = Closure(first=MONDAY, last=MONDAY, hours=TimeWindow(start=540, end=600))
    assert merged_closures([part, *whole]) == (Closure(first=MONDAY, last=MONDAY + 2 * day),)


class TestCommand:
    def run(self, *words: object) -> Any:
        return CliRunner().invoke(app, [str(word) for word in words])

    def test_a_managers_meetings_become_leave(self, tmp_path: Path) -> None:
        calendar = feed(tmp_path, "DTSTART:20261124T090000\nDTEND:20261124T100000")
        book, out = tmp_path / "book.xlsx", tmp_path / "new.xlsx"
        write_book(tiny_book(), book)
        before = book.read_bytes()
        manager = tiny_book().managers[0].id
        ran = self.run(
            *("import-calendar", calendar, "--manager", manager, "--book", book, "--out", out),
            *("--week", MONDAY, "--lang", "en"),
        )
        assert ran.exit_code == 0, ran.output
        assert "1 busy event, 1 closed hours" in ran.output
        expected = Closure(
            first=MONDAY + dt.timedelta(days=1),
            last=MONDAY + dt.timedelta(days=1),
            hours=TimeWindow(start=540, end=600),
        )
        assert expected in read_book(out).managers[0].leave
        assert book.read_bytes() == before

    def test_a_client_s_site_is_closed(self, tmp_path: Path) -> None:
        calendar = feed(tmp_path, "DTSTART;VALUE=DATE:20261125")
        book, out = tmp_path / "book.xlsx", tmp_path / "new.xlsx"
        write_book(tiny_book(), book)
        ran = self.run(
            *("import-calendar", calendar, "--client", "C5@仓库", "--book", book, "--out", out),
            *("--week", MONDAY),
        )
        assert ran.exit_code == 0, ran.output
        wednesday = MONDAY + dt.timedelta(days=2)
        closed = read_book(out).client_by_id["C5"].site("仓库").closures
        assert Closure(first=wednesday, last=wednesday) in closed

    def test_replace_drops_what_was_said_of_these_weeks(self, tmp_path: Path) -> None:
        book, once, twice = (tmp_path / f"{name}.xlsx" for name in ("book", "once", "twice"))
        write_book(tiny_book(), book)
        manager = tiny_book().managers[0].id
        common = ("--manager", manager, "--week", MONDAY, "--replace")
        first = feed(tmp_path, "DTSTART:20261124T090000\nDURATION:PT1H")
        self.run("import-calendar", first, "--book", book, "--out", once, *common)
        moved = feed(tmp_path, "DTSTART:20261124T140000\nDURATION:PT1H")
        self.run("import-calendar", moved, "--book", once, "--out", twice, *common)
        leave = read_book(twice).managers[0].leave
        tuesday = [one.hours for one in leave if one.covers(MONDAY + dt.timedelta(days=1))]
        assert tuesday == [TimeWindow(start=840, end=900)]

    def test_a_row_to_paste(self, tmp_path: Path) -> None:
        calendar = feed(tmp_path, "DTSTART;VALUE=DATE:20261125\nSUMMARY:secret")
        out = tmp_path / "leave.csv"
        words = ("import-calendar", calendar, "--manager", "M1", "--out", out, "--week", MONDAY)
        assert self.run(*words, "--lang", "en").exit_code == 0
        assert out.read_text("utf-8-sig").splitlines() == ["manager_id,leave", "M1,2026-11-25"]

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (("--out", "x.csv"), "RP4062"),
            (("--manager", "M1", "--client", "C1", "--out", "x.csv"), "RP4062"),
            (("--manager", "M1", "--out", "x.xlsx"), "RP4063"),
            (("--manager", "M1", "--out", "x.csv", "--zone", "Mars/Base"), "RP4064"),
            (("--manager", "M9", "--book", "book.xlsx", "--out", "x.xlsx"), "RP4002"),
            (("--client", "C9", "--book", "book.xlsx", "--out", "x.xlsx"), "RP4065"),
            (("--client", "C1@no", "--book", "book.xlsx", "--out", "x.xlsx"), "RP4065"),
            (("--manager", "M1", "--book", "book.xlsx", "--out", "book.xlsx"), "RP4035"),
        ],
    )
    def test_a_call_that_cannot_be_meant(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        write_book(tiny_book(), tmp_path / "book.xlsx")
        calendar = feed(tmp_path, "DTSTART;VALUE=DATE:20261125")
        ran = self.run("import-calendar", calendar, *words)
        assert code in str(ran.exception)
        assert not (tmp_path / "x.xlsx").exists()

    def test_no_calendar_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "no.ics"
        file.write_text("hello")
        ran = self.run("import-calendar", file, "--manager", "M1", "--out", tmp_path / "x.csv")
        assert "RP3063" in str(ran.exception)
