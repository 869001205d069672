"""The hand-written table of lines: read in the forms people write, every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routeplan.book.faults import Fault
from routeplan.errors import BookError
from routeplan.language import Texts
from routeplan.point import Point
from routeplan.travel.lines import Headway, Line, LineTable, is_line_table, read_lines
from routeplan.values import TimeWindow

LINES = "线路,首班,末班,间隔分钟,往返,进站分钟,运行日\n"
STOPS = "线路,站名,分钟,纬度,经度\n"
GOOD = (
    LINES + "甲线,05:30,23:00,07:00-09:00 3; 6,是,2,\n乙路,6:00,22:00,10,否,,周一-周五\n",
    STOPS + "甲线,东门,,30.0,110.0\n甲线,西门,7,30.0,110.1\n乙路,西门,,,\n乙路,北门,5,30.1,110.1\n",
)


def write(folder: Path, lines: str, stops: str, encoding: str = "utf-8-sig") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "线路.csv").write_bytes(lines.encode(encoding))
    (folder / "站点.csv").write_bytes(stops.encode(encoding))
    return folder


def faults(folder: Path) -> list[Fault]:
    with pytest.raises(BookError, match="RP1100") as found:
        read_lines(folder)
    for language in ("en", "zh"):
        texts = Texts(language)
        assert texts.render(found.value.message)
        for fault in found.value.faults:
            assert texts.render(fault.problem)
            assert texts.render(fault.fix)
    return list(found.value.faults)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_in_chinese(tmp_path: Path, encoding: str) -> None:
    table = read_lines(write(tmp_path, *GOOD, encoding))
    assert table == LineTable(
        lines=(
            Line(
                name="甲线",
                stops=("东门", "西门"),
                minutes=(7,),
                first=330,
                last=1380,
                headways=(
                    Headway(hours=TimeWindow(start=420, end=540), minutes=3),
                    Headway(hours=TimeWindow(start=0, end=1440), minutes=6),
                ),
                entry=2,
            ),
            Line(
                name="乙路",
                stops=("西门", "北门"),
                minutes=(5,),
                first=360,
                last=1320,
                headways=(Headway(hours=TimeWindow(start=0, end=1440), minutes=10),),
                both_ways=False,
                weekdays=(0, 1, 2, 3, 4),
            ),
        ),
        points={
            "东门": Point(lat=30.0, lon=110.0),
            "西门": Point(lat=30.0, lon=110.1),
            "北门": Point(lat=30.1, lon=110.1),
        },
    )


def test_a_table_in_english(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(
        "line,first,last,headway,entry\nLine 1,05:30,23:00,07:00-09:00=3; 6,2\n"
    )
    (tmp_path / "stops.csv").write_text(
        "line,stop,minutes,lat,lon\nLine 1,East,,30.0,110.0\nLine 1,West,7,30.0,110.1\n"
    )
    (line,) = read_lines(tmp_path).lines
    assert (line.name, line.stops, line.minutes, line.entry) == (
        "Line 1",
        ("East", "West"),
        (7,),
        2,
    )
    assert line.both_ways


def test_other_datums_are_converted(tmp_path: Path) -> None:
    stops = (
        "线路,站名,分钟,纬度,经度,坐标系\n甲线,东门,,39.9,116.4,GCJ-02\n甲线,西门,7,39.9,116.5,\n"
    )
    table = read_lines(write(tmp_path, LINES + "甲线,05:30,23:00,6,,,\n", stops))
    assert table.points["东门"].lat == pytest.approx(39.8986, abs=1e-3)
    assert table.points["西门"] == Point(lat=39.9, lon=116.5)


def test_every_fault_is_listed_at_once_with_its_place_and_mend(tmp_path: Path) -> None:
    lines = (
        "甲线,05:30,23:00,often,,,\n"  # no headway, no stops
        "乙路,22:00,6:00,10,,,\n"  # the last before the first
        "丙路,6:00,22:00,10,,,\n"  # no stops
        "丁路,6:00,22:00,10,,,\n"
        "丁路,6:00,22:00,12,,,\n"  # twice
        "戊路,,22:00,10,,,\n"  # blank, no stops
    )
    stops = (
        "丁路,东门,,30.0,110.0\n"
        "丁路,西门,,30.0,110.1\n"  # no minutes
        "丁路,南门,x,,\n"  # no number, and a stop without a point
        "丁路,东门,3,30.5,110.0\n"  # moved
        "丁线,东门,3,,\n"  # no such line
        "丁路,北门,3,110.1,30.0\n"  # swapped
        "乙路,东门,,,\n"
        "乙路,西门,4,30.0,\n"  # half a point
    )
    found = faults(write(tmp_path, LINES + lines, STOPS + stops))
    assert [(fault.code, fault.file, fault.row, fault.column, fault.value) for fault in found] == [
        ("RP1061", "线路.csv", 2, "间隔分钟", "often"),
        ("RP1062", "线路.csv", 2, "线路", "甲线"),
        ("RP1056", "线路.csv", 3, "末班", "6:00"),
        ("RP1062", "线路.csv", 4, "线路", "丙路"),
        ("RP1050", "线路.csv", 6, "线路", "丁路"),
        ("RP1020", "线路.csv", 7, "首班", ""),
        ("RP1062", "线路.csv", 7, "线路", "戊路"),
        ("RP1020", "站点.csv", 3, "分钟", ""),
        ("RP1021", "站点.csv", 4, "分钟", "x"),
        ("RP1063", "站点.csv", 4, "站名", "南门"),
        ("RP1064", "站点.csv", 5, "纬度", "30.5"),
        ("RP1053", "站点.csv", 6, "线路", "丁线"),
        ("RP1041", "站点.csv", 7, "纬度", "110.1"),
        ("RP1043", "站点.csv", 9, "经度", ""),
    ]


def test_a_missing_file_is_one_fault_and_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, *GOOD)
    (tmp_path / "站点.csv").unlink()
    (fault,) = faults(tmp_path)
    assert fault.code == "RP1010"
    write(tmp_path, *GOOD)
    (tmp_path / "线路.csv").unlink()
    (fault,) = faults(tmp_path)
    assert fault.code == "RP1010"


def test_minutes_are_needed(tmp_path: Path) -> None:
    stops = "线路,站名,纬度,经度\n甲线,东门,30.0,110.0\n甲线,西门,30.0,110.1\n"
    found = faults(write(tmp_path, LINES + "甲线,05:30,23:00,6,,,\n", stops))
    assert [(fault.code, fault.row) for fault in found] == [("RP1014", 1)]


@pytest.mark.parametrize("text", ["7:00-9:00", "=", ";", "a=b=c", "0", "07:00-09:00 ="])
def test_a_headway_that_cannot_be_meant(tmp_path: Path, text: str) -> None:
    lines = LINES + f"甲线,05:30,23:00,{text},,,\n"
    (fault,) = faults(write(tmp_path, lines, GOOD[1].split("乙路")[0]))
    assert (fault.code, fault.row, fault.value) == ("RP1061", 2, text)


@pytest.mark.parametrize("text", ["", LINES])
def test_an_empty_table_is_a_fault(tmp_path: Path, text: str) -> None:
    found = faults(write(tmp_path, text, GOOD[1]))
    assert "RP1013" in {fault.code for fault in found}


def test_a_table_of_lines_is_told_by_its_files(tmp_path: Path) -> None:
    assert not is_line_table(tmp_path)
    assert not is_line_table(tmp_path / "nothing")
    assert is_line_table(write(tmp_path, *GOOD))


# --- how often a line runs ----------------------------------------------------------------------


def line(headways: str, first: int = 360, last: int = 1380, days: tuple[int, ...] = (0,)) -> Line:
    from routeplan.travel.lines import _headways

    return Line(
        name="甲线",
        stops=("东门", "西门"),
        minutes=(7,),
        first=first,
        last=last,
        headways=_headways(headways),
        weekdays=days,
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (420, 540, 3),  # the rush hour
        (540, 600, 6),
        (480, 600, 6),  # the longer of the two
        (300, 400, None),  # before the first
        (1320, 1400, None),  # after the last
        (360, 1380, 6),
    ],
)
def test_the_longest_gap_within_a_part_of_the_day(
    start: int, end: int, expected: int | None
) -> None:
    assert line("07:00-09:00 3; 6").headway(0, start, end) == expected


def test_no_line_on_other_days_or_in_hours_left_out() -> None:
    assert line("6").headway(1, 420, 540) is None
    rush = line("07:00-09:00 3")
    assert rush.headway(0, 420, 540) == 3
    assert rush.headway(0, 420, 541) is None
    assert rush.headway(0, 400, 500) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 47), st.integers(1, 48), st.integers(1, 30)).filter(
            lambda it: it[0] < it[1]
        ),
        max_size=4,
    ),
    st.integers(0, 47),
    st.integers(1, 48),
)
def test_the_longest_gap_is_that_of_the_worst_minute(
    windows: list[tuple[int, int, int]], start: int, end: int
) -> None:
    headways = tuple(
        Headway(hours=TimeWindow(start=30 * first, end=30 * last), minutes=gap)
        for first, last, gap in windows
    )
    found = line("1", 0, 1440).model_copy(update={"headways": headways})
    start, end = 30 * min(start, end), 30 * max(start + 1, end)
    each = [
        next((it.minutes for it in headways if it.hours.holds(minute, minute + 1)), None)
        for minute in range(start, end)
    ]
    known = [gap for gap in each if gap is not None]
    assert found.headway(0, start, end) == (max(known) if len(known) == len(each) else None)
