"""GTFS feeds: what publishers leave out is filled in, what cannot be meant is said."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from routeplan.errors import FileError
from routeplan.language import Texts
from routeplan.travel.feed import Feed, read_feed
from tests.travel.small_city import POINTS, TIMES, TRIPS, trips, write_feed

LINE = trips("r1", "ABCD", [480], 10)
TABLES = {"trips": TRIPS + LINE[0], "stop_times": TIMES + LINE[1]}


def feed(folder: Path, **tables: str) -> Feed:
    return read_feed(write_feed(folder / "feed.zip", TABLES | tables))


def seconds(found: Feed, trip: str, column: str = "departure") -> list[int]:
    return list(found.times.loc[found.times["trip_id"] == trip, column])


def clocks(*times: str) -> list[int]:
    return [
        sum(int(part) * 60 ** (2 - at) for at, part in enumerate(one.split(":"))) for one in times
    ]


def stop_times(*rows: str, header: str = TIMES) -> str:
    return header + "".join(f"{row}\n" for row in rows)


def test_times_are_seconds_of_the_day_even_after_midnight(tmp_path: Path) -> None:
    table = stop_times("r1-480,A,1,23:50:00,23:50:00", "r1-480,B,2,24:10:30,24:11:00")
    found = feed(tmp_path, stop_times=table)
    assert seconds(found, "r1-480", "arrival") == clocks("23:50:0", "24:10:30")
    assert seconds(found, "r1-480") == clocks("23:50:0", "24:11:0")


def test_one_digit_hours_spaces_and_any_order_of_rows_are_read(tmp_path: Path) -> None:
    table = stop_times("r1-480, B, 20, 8:10:00, 8:10:00", "r1-480,A,3,8:00:00,8:00:00")
    assert seconds(feed(tmp_path, stop_times=table), "r1-480") == clocks("8:00:0", "8:10:0")


def test_blank_times_lie_evenly_between_those_given(tmp_path: Path) -> None:
    table = stop_times(
        "r1-480,A,1,08:00:00,08:00:00",
        "r1-480,B,2,,",
        "r1-480,C,3,,",
        "r1-480,D,4,08:30:00,08:30:00",
    )
    found = feed(tmp_path, stop_times=table)
    assert seconds(found, "r1-480") == clocks("8:00:0", "8:10:0", "8:20:0", "8:30:0")


def test_blank_times_go_by_distance_where_the_whole_trip_has_it(tmp_path: Path) -> None:
    header = TIMES.replace("\n", ",shape_dist_traveled\n")
    rows = (
        "r1-480,A,1,08:00:00,08:00:00,0",
        "r1-480,B,2,,,1.5",
        "r1-480,C,3,,,4.5",
        "r1-480,D,4,08:30:00,08:30:00,6",
    )
    found = feed(tmp_path, stop_times=stop_times(*rows, header=header))
    assert seconds(found, "r1-480") == clocks("8:00:0", "8:07:30", "8:22:30", "8:30:0")
    gap = (rows[0], rows[1].replace("1.5", ""), *rows[2:])
    found = feed(tmp_path, stop_times=stop_times(*gap, header=header))
    assert seconds(found, "r1-480") == clocks("8:00:0", "8:10:0", "8:20:0", "8:30:0")


def test_one_time_of_a_stop_serves_for_both(tmp_path: Path) -> None:
    table = stop_times("r1-480,A,1,,08:00:00", "r1-480,B,2,08:10:00,")
    found = feed(tmp_path, stop_times=table)
    assert seconds(found, "r1-480", "arrival") == clocks("8:00:0", "8:10:0")
    assert seconds(found, "r1-480") == clocks("8:00:0", "8:10:0")


def test_frequencies_become_trips(tmp_path: Path) -> None:
    found = feed(
        tmp_path,
        frequencies="trip_id,start_time,end_time,headway_secs\n"
        "r1-480,07:00:00,07:30:00,600\nr1-480,17:00:00,17:20:00,1200\n",
    )
    starts = sorted(found.times.groupby("trip_id")["departure"].first())
    assert starts == clocks("7:00:0", "7:10:0", "7:20:0", "17:00:0")
    last = found.times.groupby("trip_id")["arrival"].last()
    assert sorted(last) == [start + 30 * 60 for start in starts]
    assert set(found.trips["line"]) == {"1路"}
    assert "r1-480" not in found.trips.index


def test_calendar_and_exceptions(tmp_path: Path) -> None:
    found = feed(
        tmp_path,
        calendar_dates="service_id,date,exception_type\n"
        "work,20261001,2\nholiday,20261001,1\nwork,20261010,1\n",
    )
    assert found.services(dt.date(2026, 9, 30)) == {"work"}
    assert found.services(dt.date(2026, 10, 1)) == {"holiday"}
    assert found.services(dt.date(2026, 10, 10)) == {"work"}  # a Saturday made up
    assert found.services(dt.date(2026, 10, 11)) == frozenset()
    assert found.services(dt.date(2027, 1, 4)) == frozenset()


def test_dates_alone_are_a_calendar(tmp_path: Path) -> None:
    dates = "service_id,date,exception_type\nwork,20261123,1\n"
    found = feed(tmp_path, calendar="", calendar_dates=dates)
    assert found.services(dt.date(2026, 11, 23)) == {"work"}
    assert found.reference(dt.date(2026, 12, 7), 0) == dt.date(2026, 11, 23)


def test_a_day_outside_the_feed_is_like_its_weekday_with_most_trips(tmp_path: Path) -> None:
    found = feed(tmp_path, calendar_dates="service_id,date,exception_type\nwork,20261228,2\n")
    assert found.reference(dt.date(2027, 3, 1), 0) == dt.date(2026, 12, 21)
    assert found.reference(dt.date(2026, 12, 28), 0) == dt.date(2026, 12, 28)
    assert found.reference(dt.date(2027, 3, 6), 5) == dt.date(2026, 12, 26)


def test_a_line_is_called_what_people_call_it(tmp_path: Path) -> None:
    routes = "route_id,route_short_name,route_long_name\nr1,,机场快线\nr2,,\n"
    other = trips("r2", "AB", [490], 10)
    found = feed(
        tmp_path,
        routes=routes,
        trips=TRIPS + LINE[0] + other[0],
        stop_times=TIMES + LINE[1] + other[1],
    )
    assert dict(found.trips["line"]) == {"r1-480": "机场快线", "r2-490": "r2"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_names_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    found = read_feed(write_feed(tmp_path / "feed.zip", TABLES, encoding=encoding))
    assert list(found.stops["name"]) == ["车站A", "车站B", "车站C", "车站D"]


def test_a_folder_and_a_zip_with_a_folder_inside_are_feeds_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_feed(tmp_path / "feed.zip", TABLES)) as archive:
        archive.extractall(tmp_path / "folder")
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as archive:
        for file in (tmp_path / "folder").iterdir():
            archive.write(file, f"city/{file.name}")
    plain, folder, nested = (
        read_feed(tmp_path / name) for name in ("feed.zip", "folder", "nested.zip")
    )
    assert plain.digest == folder.digest == nested.digest
    assert folder.times.equals(plain.times)
    assert nested.times.equals(plain.times)


BAD = {
    "no stop times": ({"stop_times": ""}, "it lacks stop_times.txt"),
    "no calendar": ({"calendar": ""}, "it lacks calendar.txt / calendar_dates.txt"),
    "no rows": ({"stop_times": TIMES}, "stop_times.txt is empty"),
    "a calendar without rows": (
        {
            "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
            "start_date,end_date\n"
        },
        "calendar.txt / calendar_dates.txt is empty",
    ),
    "a column missing": (
        {"trips": "trip_id,route_id\nr1-480,r1\n"},
        "lacks the columns service_id",
    ),
    "no time": (
        {"stop_times": stop_times("r1-480,A,1,soon,soon", "r1-480,B,2,08:10:00,08:10:00")},
        "stop_times.txt has 'soon' in column arrival_time",
    ),
    "no date": (
        {"calendar_dates": "service_id,date,exception_type\nwork,2026-10-01,1\n"},
        "calendar_dates.txt has '2026-10-01' in column date",
    ),
    "no coordinate": (
        {"stops": "stop_id,stop_name,stop_lat,stop_lon\nA,车站A,,110\n"},
        "stops.txt has '' in column lat",
    ),
    "no time at the end": (
        {"stop_times": stop_times("r1-480,A,1,08:00:00,08:00:00", "r1-480,B,2,,")},
        "trip r1-480 has no time at its first or last stop",
    ),
    "an unknown stop": (
        {"stop_times": stop_times("r1-480,A,1,08:00:00,08:00:00", "r1-480,Z,2,08:10:00,08:10:00")},
        "names trip r1-480 and stop Z",
    ),
    "a headway of nothing": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nr1-480,07:00:00,08:00:00,0\n"},
        "frequencies.txt has '0' in column headway_secs",
    ),
    "a run without its start": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nr1-480,,08:00:00,600\n"},
        "frequencies.txt has '' in column start_time",
    ),
    "a run without its end": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nr1-480,07:00:00,,600\n"},
        "frequencies.txt has '' in column end_time",
    ),
    "more than a run a second": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nr1-480,7:00:00,8:00:00,0.5\n"},
        "frequencies.txt has '0.5' in column headway_secs",
    ),
    "ragged rows": (
        {"stops": 'stop_id,stop_name,stop_lat,stop_lon\nA,"x,1,2\n'},
        "is no CSV table",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_feed_is_one_clear_sentence(tmp_path: Path, name: str) -> None:
    tables, expected = BAD[name]
    with pytest.raises(FileError, match="RP3041") as found:
        feed(tmp_path, **tables)
    text = Texts("en").render(found.value.message)
    assert text.startswith("the timetable feed.zip cannot be used: ")
    assert expected in text
    assert "\n" not in text
    assert "feed.zip" in Texts("zh").render(found.value.message)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"<html>not found</html>"])
def test_a_broken_zip_is_one_clear_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "feed.zip").write_bytes(content)
    with pytest.raises(FileError, match="it is no sound zip file"):
        read_feed(tmp_path / "feed.zip")


def test_a_damaged_entry_is_one_clear_sentence(tmp_path: Path) -> None:
    path = write_feed(tmp_path / "feed.zip", TABLES)
    raw = bytearray(path.read_bytes())
    raw[60:70] = b"\xff" * 10
    path.write_bytes(bytes(raw))
    with pytest.raises(FileError, match="it is no sound zip file"):
        read_feed(path)


def test_a_feed_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="RP3001"):
        read_feed(tmp_path / "feed.zip")


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    one = feed(tmp_path)
    assert one.digest == feed(tmp_path).digest
    other = feed(tmp_path, routes="route_id,route_short_name\nr1,9路\nr2,2路\n")
    assert other.digest != one.digest
    assert POINTS["A"].lat == pytest.approx(one.stops.loc["A", "lat"])
