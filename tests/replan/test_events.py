"""Events as people write them: by a line, in a CSV, in a JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from routeplan.book.models import MustVisitReason
from routeplan.errors import BookError, FileError, UsageError
from routeplan.language import Texts
from routeplan.plan.events import (
    Cancel,
    Delay,
    Done,
    Event,
    HalfDay,
    HoursOn,
    Late,
    ManagerBack,
    ManagerOff,
    Moved,
    NotMet,
    Overrun,
    TakesOver,
    Urgent,
)
from routeplan.point import Point
from routeplan.replan.read_events import FORMS, parse_event, read_events
from tests.examples import window
from tests.plan.examples import TUESDAY, WEDNESDAY
from tests.replan.examples import at

TWO = at("14:00", WEDNESDAY)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("cancel:C017", Cancel(client_id="C017")),
        ("cancel:C017@2026-11-24", Cancel(client_id="C017", date=TUESDAY)),
        ("cancel:C017=2026-11-25T14:00", Cancel(client_id="C017", again=TWO)),
        ("not-met:C017=2026-11-25 14:00", NotMet(client_id="C017", again=TWO)),
        ("moved:C017@2026-11-24=2026-11-25T14:00", Moved(client_id="C017", date=TUESDAY, to=TWO)),
        ("late:M1=+30", Late(manager_id="M1", minutes=30)),
        ("late:M1@C017=30", Late(manager_id="M1", minutes=30, at="C017")),
        (
            "late:M1@39.916,116.4=5",
            Late(manager_id="M1", minutes=5, at=Point(lat=39.916, lon=116.4)),
        ),
        ("overrun:C017=11:20", Overrun(client_id="C017", until=680)),
        ("urgent:C017", Urgent(client_id="C017")),
        (
            "urgent:C017@2026-11-24=competitor",
            Urgent(client_id="C017", by=TUESDAY, reason=MustVisitReason.COMPETITOR),
        ),
        (
            "done:C017@M2=10:00-10:40",
            Done(client_id="C017", manager_id="M2", talk=window("10:00", "10:40")),
        ),
        (
            "hours:C017@2026-11-24=closed",
            HoursOn(client_id="C017", first=TUESDAY, last=TUESDAY, hours=()),
        ),
        (
            "hours:C017@2026-11-24..2026-11-25=09:00-11:00,14:00-16:00",
            HoursOn(
                client_id="C017",
                first=TUESDAY,
                last=WEDNESDAY,
                hours=(window("9:00", "11:00"), window("14:00", "16:00")),
            ),
        ),
        ("off:M1", ManagerOff(manager_id="M1")),
        ("off:M1=2026-11-25T14:00", ManagerOff(manager_id="M1", until=TWO)),
        (
            "off:M1@2026-11-24=pm",
            ManagerOff(manager_id="M1", first=TUESDAY, hours=HalfDay.AFTERNOON),
        ),
        (
            "off:M1@2026-11-24..2026-11-25",
            ManagerOff(manager_id="M1", first=TUESDAY, last=WEDNESDAY),
        ),
        ("back:M1", ManagerBack(manager_id="M1")),
        (
            "delay:2026-11-24=07:00-10:00x1.5",
            Delay(date=TUESDAY, hours=window("7:00", "10:00"), factor=1.5),
        ),
        (
            "delay:M1@2026-11-24=07:00-10:00x2",
            Delay(manager_id="M1", date=TUESDAY, hours=window("7:00", "10:00"), factor=2),
        ),
        ("takes:C017=M2", TakesOver(client_id="C017", manager_id="M2")),
    ],
)
def test_each_event_has_a_line(text: str, event: Event) -> None:
    assert parse_event(text) == event
    assert parse_event(str(event)) == event
    whole = TypeAdapter(Event)
    assert whole.validate_json(whole.dump_json(event)) == event


ids = st.text("ABC019客", min_size=1)
dates = st.dates().filter(lambda date: 2000 <= date.year <= 2100)


@given(client_id=ids, date=st.none() | dates, again=st.none() | st.integers(0, 10**6))
def test_what_is_written_is_read_back(client_id: str, date: object, again: int | None) -> None:
    moment = None if again is None else at("0:00") + again * (TWO - at("13:59", WEDNESDAY))
    event = Cancel.model_validate({"client_id": client_id, "date": date, "again": moment})
    assert parse_event(str(event)) == event


@pytest.mark.parametrize("form", FORMS.values())
def test_the_forms_shown_can_be_read(form: str) -> None:
    parse_event(form.replace("[", "").replace("]", ""))


@pytest.mark.parametrize(
    "text",
    [
        *("", "cancel", "cancel:", "cancel:@2026-11-24", "cancel:C017@", "cancel:C017@Tuesday"),
        *("cancel:C017@2026-02-30", "cancel:C017=14:00", "cancel:C017=2026-11-24", "moved:C017"),
        *("late:M1", "late:M1=soon", "late:M1=-5", "overrun:C017", "overrun:C017=25:00"),
        *("overrun:C017@2026-11-24=11:20", "urgent:C017=bored", "done:C017=10:00"),
        *("hours:C017=09:00-11:00", "hours:C017@2026-11-24=noon", "off:M1=pm", "off:M1@Tue"),
        *("off:M1@2026-11-25..2026-11-24", "delay:2026-11-24=07:00-10:00x0", "takes:C017"),
        *("delay:2026-11-24", "delay:07:00-10:00x1.5", "ill:M1"),
    ],
)
def test_anything_else_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_event(text)
    assert caught.value.code == "RP4021"
    kind = text.partition(":")[0]
    shown = Texts("zh").render(caught.value.message)
    assert (FORMS[kind] if kind in FORMS else FORMS["cancel"]) in shown


CSV = """事件,对象,时间,内容
取消,C017,,
late,M1,,30
营业时间,C018,2026/11/24,closed
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_of_events(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "events.csv"
    file.write_bytes(CSV.encode(encoding))
    assert read_events(file) == (
        Cancel(client_id="C017"),
        Late(manager_id="M1", minutes=30),
        HoursOn(client_id="C018", first=TUESDAY, last=TUESDAY, hours=()),
    )


def test_every_bad_row_is_listed_with_its_mend(tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("event,who,when,what\ncancel,C1,Tuesday,\nlate,M1,,\nabsent,M1,,\n,C2,,\n")
    with pytest.raises(BookError) as caught:
        read_events(file)
    assert caught.value.code == "RP1008"
    found = [(fault.row, fault.column, fault.value) for fault in caught.value.faults]
    assert found == [
        (2, "when", "Tuesday"),
        (3, "who", "M1"),
        (4, "event", "absent"),
        (5, "event", ""),
    ]
    for language in ("en", "zh"):
        for fault in caught.value.faults:
            assert Texts(language).render(fault.problem)
            assert Texts(language).render(fault.fix)
    assert "what: 30" in Texts("en").render(caught.value.faults[1].fix)


def test_a_json_of_events(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text(
        '[{"kind": "cancel", "client_id": "C017"}, {"kind": "off", "manager_id": "M1"}]'
    )
    assert read_events(file) == (Cancel(client_id="C017"), ManagerOff(manager_id="M1"))
    file.write_text(json.dumps([{"kind": "late", "manager_id": "M1"}, {"kind": "ill"}, 3]))
    with pytest.raises(BookError) as caught:
        read_events(file)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (1, "late.minutes"),
        (2, ""),
        (3, ""),
    ]
    file.write_text("[")
    with pytest.raises(FileError, match="RP3023"):
        read_events(file)
    with pytest.raises(FileError, match="RP3001"):
        read_events(tmp_path / "none.json")
