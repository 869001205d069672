"""Timetables of a GTFS feed: read, mended and cut down to the trips of one day.

What a router needs to be whole is made whole here: blank times are filled in, frequencies become
trips, calendars and their exceptions become one day's service.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from routeplan.errors import FileError, unreadable
from routeplan.language import message
from routeplan.language.message import Argument

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Feed", "is_feed", "read_feed"]

_NEEDED = ("stops.txt", "routes.txt", "trips.txt", "stop_times.txt")
_CALENDARS = ("calendar.txt", "calendar_dates.txt")
_OPTIONAL = ("frequencies.txt",)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COLUMNS = {
    "stops.txt": ("stop_id", "stop_name", "stop_lat", "stop_lon"),
    "routes.txt": ("route_id",),
    "trips.txt": ("trip_id", "route_id", "service_id"),
    "stop_times.txt": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
    "calendar.txt": ("service_id", "start_date", "end_date", *_WEEKDAYS),
    "calendar_dates.txt": ("service_id", "date", "exception_type"),
    "frequencies.txt": ("trip_id", "start_time", "end_time", "headway_secs"),
}


@dataclass(frozen=True)
class Feed:
    """A feed, its times whole: every stop of every trip has its second of the day."""

    name: str
    digest: str
    """Of its content."""
    stops: pd.DataFrame
    """By stop_id: name, lat, lon."""
    trips: pd.DataFrame
    """By trip_id: service_id, line (as people call it)."""
    times: pd.DataFrame
    """trip_id, stop_id, arrival and departure (seconds of the day), in the order of each trip."""
    calendar: Mapping[str, tuple[dt.date, dt.date, tuple[bool, ...]]]
    """Service → first and last day, and weekdays, Monday first."""
    exceptions: Mapping[dt.date, Mapping[str, bool]]
    """Day → service → whether it runs that day in spite of its calendar."""

    def services(self, day: dt.date) -> frozenset[str]:
        """What runs on a day: calendar.txt, then the exceptions of calendar_dates.txt."""
        running = {
            service
            for service, (first, last, weekdays) in self.calendar.items()
            if first <= day <= last and weekdays[day.weekday()]
        }
        for service, runs in self.exceptions.get(day, {}).items():
            (running.add if runs else running.discard)(service)
        return frozenset(running)

    @cached_property
    def span(self) -> tuple[dt.date, dt.date]:
        """First and last day that the feed speaks of."""
        days = [day for first, last, _ in self.calendar.values() for day in (first, last)]
        days += self.exceptions
        return min(days), max(days)

    def covers(self, day: dt.date) -> bool:
        return self.span[0] <= day <= self.span[1]

    def reference(self, day: dt.date, weekday: int) -> dt.date:
        """The day whose service stands for `day`: itself, or, for a day outside the feed's span,
        the day of that `weekday` (0 = Monday) with most trips (the latest of several)."""
        if self.covers(day):
            return day
        first, last = self.span
        start = first + dt.timedelta((weekday - first.weekday()) % 7)
        weeks = [start + dt.timedelta(7 * week) for week in range((last - start).days // 7 + 1)]
        per_service = self.trips["service_id"].value_counts().to_dict()
        return max(
            weeks or [last],
            key=lambda one: (sum(per_service.get(it, 0) for it in self.services(one)), one),
        )


def is_feed(path: Path) -> bool:
    """Whether a file or folder gives itself as a GTFS feed."""
    if path.is_dir():
        return any((path / name).exists() for name in _NEEDED)
    return path.suffix.lower() == ".zip"


def read_feed(path: Path) -> Feed:
    """The feed in a zip file or folder.

    Raises FileError with one sentence: no zip, files or columns missing, a time or date that is
    none, a trip whose first or last stop has no time.
    """
    name = path.name
    files = _files(path, name)
    tables = {file: _table(name, file, raw) for file, raw in files.items()}
    times = _times(name, tables["stop_times.txt"])
    trips = _trips(tables["trips.txt"], tables["routes.txt"])
    if "frequencies.txt" in tables:
        times, trips = _expanded(name, times, trips, tables["frequencies.txt"])
    stops = tables["stops.txt"].drop_duplicates("stop_id").set_index("stop_id")
    stops = stops.rename(columns={"stop_name": "name", "stop_lat": "lat", "stop_lon": "lon"})
    for column in ("lat", "lon"):
        stops[column] = _numbers(name, "stops.txt", stops[column])
    known = times["stop_id"].isin(stops.index) & times["trip_id"].isin(trips.index)
    if not known.all():
        missing = times.loc[~known, ["trip_id", "stop_id"]].iloc[0]
        raise _fault(name, "error.feed_reference", trip=missing["trip_id"], stop=missing["stop_id"])
    sha = hashlib.sha256()
    for file in sorted(files):
        sha.update(file.encode() + b"\0" + files[file] + b"\0")
    calendar, exceptions = _calendars(name, tables)
    return Feed(
        name=name,
        digest=sha.hexdigest()[:16],
        stops=stops[["name", "lat", "lon"]],
        trips=trips,
        times=times,
        calendar=calendar,
        exceptions=exceptions,
    )


def _fault(feed: str, key: str, **args: Argument) -> FileError:
    return FileError("RP3041", message("error.feed", feed=feed, why=message(key, **args)))


def _files(path: Path, name: str) -> dict[str, bytes]:
    """The text files of the feed, by their name."""
    wanted = {*_NEEDED, *_CALENDARS, *_OPTIONAL}
    try:
        if path.is_dir():
            found = {file.name: file.read_bytes() for file in path.iterdir() if file.name in wanted}
        else:
            with zipfile.ZipFile(path) as archive:
                # Some feeds lie in a folder inside their zip.
                inside = {Path(entry).name: entry for entry in sorted(archive.namelist())[::-1]}
                found = {file: archive.read(inside[file]) for file in wanted & inside.keys()}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _fault(name, "error.feed_zip") from error
    except OSError as error:
        raise unreadable(path, error) from error
    missing = [file for file in _NEEDED if file not in found]
    if not any(file in found for file in _CALENDARS):
        missing.append(" / ".join(_CALENDARS))
    if missing:
        raise _fault(name, "error.feed_files", files=tuple(missing))
    return found


def _table(feed: str, file: str, raw: bytes) -> pd.DataFrame:
    """All cells as text, blanks as ''."""
    import pandas as pd

    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    try:
        table = pd.read_csv(
            io.StringIO(text), dtype=str, keep_default_na=False, skipinitialspace=True
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise _fault(feed, "error.feed_csv", file=file, why=str(error)) from error
    table.columns = table.columns.str.strip()
    missing = [column for column in _COLUMNS[file] if column not in table.columns]
    if missing:
        raise _fault(feed, "error.feed_columns", file=file, columns=tuple(missing))
    # A short last line leaves its cells undefined.
    for column in table.columns:
        table[column] = table[column].fillna("").str.strip()
    return table


def _numbers(feed: str, file: str, cells: pd.Series[str]) -> pd.Series[float]:
    import pandas as pd

    numbers = pd.to_numeric(cells, errors="coerce")
    if numbers.isna().any():
        raise _fault(
            feed,
            "error.feed_value",
            file=file,
            column=str(cells.name),
            value=cells[numbers.isna()].iloc[0],
        )
    return numbers.astype(float)


def _seconds(feed: str, file: str, cells: pd.Series[str]) -> pd.Series[float]:
    """Seconds of the day of '7:05:00' or '25:10:00'; not a number where blank."""
    parts = cells.str.extract(r"^(\d{1,3}):([0-5]\d):([0-5]\d)$").astype(float)
    seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
    wrong = seconds.isna() & (cells != "")
    if wrong.any():
        raise _fault(
            feed, "error.feed_value", file=file, column=str(cells.name), value=cells[wrong].iloc[0]
        )
    return seconds


def _times(feed: str, table: pd.DataFrame) -> pd.DataFrame:
    """Stop times in the order of each trip, blanks filled in.

    GTFS asks for times at the first and last stop only. Between two that are given, a stop's time
    lies where the stop lies: by `shape_dist_traveled` where the whole trip has it, else evenly.
    """
    import numpy as np
    import pandas as pd

    if table.empty:
        raise _fault(feed, "error.feed_empty", file="stop_times.txt")
    file = "stop_times.txt"
    times = table[["trip_id", "stop_id"]].copy()
    times["sequence"] = _numbers(feed, file, table["stop_sequence"])
    arrival = _seconds(feed, file, table["arrival_time"])
    departure = _seconds(feed, file, table["departure_time"])
    times["arrival"], times["departure"] = arrival.fillna(departure), departure.fillna(arrival)
    blank = pd.Series("", index=table.index)
    along = pd.to_numeric(table.get("shape_dist_traveled", blank), errors="coerce")
    times["along"] = along
    times = times.sort_values(["trip_id", "sequence"], kind="stable", ignore_index=True)
    trip = times["trip_id"]
    edge = (trip != trip.shift()) | (trip != trip.shift(-1))
    timeless = edge & times["arrival"].isna()
    if timeless.any():
        raise _fault(feed, "error.feed_trip", trip=trip[timeless].iloc[0])
    order = pd.Series(np.arange(len(times), dtype=float))
    measured = times["along"].groupby(trip).transform(lambda part: part.is_monotonic_increasing)
    measured &= times["along"].notna().groupby(trip).transform("all")
    # Counted up trip by trip, so that one interpolation serves them all.
    position = order.where(~measured.astype(bool), times["along"])
    times["arrival"] = _filled(times["arrival"], position, trip)
    times["departure"] = _filled(times["departure"], position, trip)
    times["departure"] = times[["arrival", "departure"]].max(axis=1)
    for column in ("arrival", "departure"):
        times[column] = times[column].groupby(trip).cummax()
    return times[["trip_id", "stop_id", "arrival", "departure"]]


def _filled(
    seconds: pd.Series[float], position: pd.Series[float], trip: pd.Series[str]
) -> pd.Series[int]:
    """Blanks interpolated by position between the times around them, to whole seconds."""
    before, after = seconds.groupby(trip).ffill(), seconds.groupby(trip).bfill()
    given = position.where(seconds.notna())
    start, end = given.groupby(trip).ffill(), given.groupby(trip).bfill()
    share = ((position - start) / (end - start).where(end > start, 1)).fillna(0)
    return (before + (after - before) * share).round().astype(int)


def _trips(trips: pd.DataFrame, routes: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    blank = pd.Series("", index=routes.index)
    short, long = (routes.get(f"route_{size}_name", blank) for size in ("short", "long"))
    names = short.where(short != "", long).where((short + long) != "", routes["route_id"])
    named = dict(zip(routes["route_id"], names, strict=True))
    table = trips.drop_duplicates("trip_id").set_index("trip_id")
    table["line"] = [named.get(route, route) for route in table["route_id"]]
    return table[["service_id", "line"]]


def _expanded(
    feed: str, times: pd.DataFrame, trips: pd.DataFrame, frequencies: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every run of frequencies.txt as a trip of its own, in place of the trip that is its pattern.

    The first run leaves at the start, the others follow at the headway, before the end.
    """
    import pandas as pd

    file = "frequencies.txt"
    start = _seconds(feed, file, frequencies["start_time"])
    end = _seconds(feed, file, frequencies["end_time"])
    for column, seconds in (("start_time", start), ("end_time", end)):
        if seconds.isna().any():
            raise _fault(feed, "error.feed_value", file=file, column=column, value="")
    headway = _numbers(feed, file, frequencies["headway_secs"])
    if (headway < 1).any():
        value = frequencies["headway_secs"][headway < 1].iloc[0]
        raise _fault(feed, "error.feed_value", file=file, column="headway_secs", value=value)
    patterns = dict(list(times.groupby("trip_id", sort=False)))
    kept = times[~times["trip_id"].isin(frequencies["trip_id"])]
    runs: list[pd.DataFrame] = [kept]
    added: dict[str, tuple[str, str]] = {}
    for trip_id, first, last, gap in zip(frequencies["trip_id"], start, end, headway, strict=True):
        pattern = patterns.get(trip_id)
        if pattern is None or trip_id not in trips.index:
            continue
        for leave in range(int(first), int(last), int(gap)):
            run = f"{trip_id}@{leave}"
            shift = leave - int(pattern["departure"].iloc[0])
            times_of_run = pattern.assign(trip_id=run)
            times_of_run[["arrival", "departure"]] += shift
            # The pattern may wait at its first stop before it leaves.
            times_of_run["arrival"] = times_of_run["arrival"].clip(lower=0)
            runs.append(times_of_run)
            added[run] = tuple(trips.loc[trip_id, ["service_id", "line"]])
    whole = trips[~trips.index.isin(frequencies["trip_id"])]
    more = pd.DataFrame.from_dict(added, orient="index", columns=["service_id", "line"])
    return pd.concat(runs, ignore_index=True), pd.concat([whole, more])


def _calendars(
    feed: str, tables: Mapping[str, pd.DataFrame]
) -> tuple[dict[str, tuple[dt.date, dt.date, tuple[bool, ...]]], dict[dt.date, dict[str, bool]]]:
    def date(file: str, column: str, text: str) -> dt.date:
        try:
            return dt.datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 (a day, no moment)
        except ValueError as error:
            raise _fault(feed, "error.feed_value", file=file, column=column, value=text) from error

    calendar = {}
    if "calendar.txt" in tables:
        for row in tables["calendar.txt"].to_dict("records"):
            days = [date("calendar.txt", name, row[name]) for name in ("start_date", "end_date")]
            runs = tuple(row[name] == "1" for name in _WEEKDAYS)
            calendar[str(row["service_id"])] = (days[0], days[1], runs)
    exceptions: dict[dt.date, dict[str, bool]] = {}
    if "calendar_dates.txt" in tables:
        for row in tables["calendar_dates.txt"].to_dict("records"):
            day = date("calendar_dates.txt", "date", row["date"])
            exceptions.setdefault(day, {})[str(row["service_id"])] = row["exception_type"] == "1"
    if not calendar and not exceptions:
        raise _fault(feed, "error.feed_empty", file=" / ".join(_CALENDARS))
    return calendar, exceptions
