"""Door-to-door journeys by timetable: GTFS feeds and a street map, searched by ferrobus.

ferrobus finds earliest arrivals by RAPTOR (Delling, Pajor, Werneck: Round-based public transit
routing, ALENEX 2012) and walks along the streets. What it takes on trust is seen to here:

- It boards at the stop nearest to a place only. So every place becomes a stop of its own, from
  which all stops within the walking limit are reached on foot.
- It expects that trips of one pattern never overtake each other. Those that do are kept apart.
- It lets one walk straight on for one street more than the limit. Such walks count as none.
- It takes the way from a stop to the nearest street as no way. Stops more than a few steps from
  every street keep their trains but cannot be walked to.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import math
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from routeplan.config import TravelSettings
from routeplan.errors import FileError, SettingsError, unreadable
from routeplan.language import message
from routeplan.point import Point
from routeplan.travel.feed import Feed
from routeplan.travel.hours import digest
from routeplan.travel.journey import JourneyStep
from routeplan.travel.rides import Part, metres_between, whole_steps
from routeplan.workdays import OFFICIAL, WorkCalendar

if TYPE_CHECKING:
    import ferrobus
    import numpy as np
    import pandas as pd

__all__ = ["Timetables", "departures", "require_ferrobus"]

_KEPT = 3
_NO_SERVICE = 47 * 60
"""A minute long after the last trip, so that all one can do is walk."""
_STREET_SECONDS = 90
"""A stop further than so long a walk from every street is on none."""
_WALK_METRES_PER_SECOND = 1.4  # ferrobus's own


def departures(start: int, end: int, count: int) -> list[int]:
    """`count` whole minutes of [start, end): one in each equal share of it, spread by the golden
    ratio, so that no headway is met again and again at the same phase."""
    share = (end - start) / count
    golden = (math.sqrt(5) - 1) / 2
    return [start + math.floor(share * (at + at * golden % 1)) for at in range(count)]


@dataclass(frozen=True)
class _Day:
    """What runs on a day, with short names in place of the feeds' ids."""

    stops: list[tuple[str, float, float]]
    """Name and place; where no street is, nobody can walk: on the other side of the world."""
    moved: dict[tuple[float, float], Point]
    """From there to where the stop is."""
    times: pd.DataFrame
    """trip_id, route, stop_id, arrival and departure, in the order of each trip."""
    stop_names: dict[str, str]
    lines: dict[str, str]
    """Trip → line."""


@dataclass(frozen=True)
class _Model:
    """A street map with the trips of one day, where every point is a stop of its own."""

    model: ferrobus.TransitModel
    places: dict[Point, ferrobus.TransitPoint | None]
    """None: no street nearby."""
    day: _Day


@dataclass
class Timetables:
    """`Rides` by the timetables of `feeds`, walking on the streets of `streets` (a PBF file)."""

    feeds: Sequence[Feed]
    streets: Path
    settings: TravelSettings
    calendar: WorkCalendar = OFFICIAL
    _models: dict[str, _Model] = field(default_factory=dict, repr=False)
    """Those of the last kinds of day, by their keys: made again, each would take seconds."""
    _expected: dict[str, tuple[Point, ...]] = field(default_factory=dict, repr=False)
    """Points of kinds of day that will be asked for soon: the next model holds them."""

    @cached_property
    def version(self) -> str:
        try:
            with self.streets.open("rb") as stream:
                streets = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise unreadable(self.streets, error) from error
        return f"timetable:{digest([feed.digest for feed in self.feeds], streets)}"

    def day_key(self, day: dt.date) -> str:
        running = [sorted(self._services(feed, day)) for feed in self.feeds]
        return digest(running, [feed.covers(day) for feed in self.feeds])

    def estimated(self, day: dt.date) -> bool:
        """Whether a feed says nothing about the day, so that another day stands for it."""
        return not all(feed.covers(day) for feed in self.feeds)

    def _services(self, feed: Feed, day: dt.date) -> frozenset[str]:
        return feed.services(feed.reference(day, self.calendar.ordinary_weekday(day)))

    def part(self, points: Sequence[Point], day: dt.date, start: int, end: int) -> Part:
        """The median and the `sure` quantile over departures spread over [start, end)."""
        import ferrobus
        import numpy as np

        model = self._model(points, day)
        given = [(at, model.places[point]) for at, point in enumerate(points)]
        known = [at for at, place in given if place is not None]
        places = [place for _, place in given if place is not None]
        transit = self.settings.transit
        minutes = [_NO_SERVICE, *departures(start, end, transit.departures)]
        walks, *found = (
            np.array(
                ferrobus.travel_time_matrix(model.model, places, minute * 60, transit.rides),
                dtype=float,
            ).reshape(len(known), len(known))
            for minute in minutes
        )
        table = np.stack(found)
        too_far = walks > self.settings.walk_limit * 60
        table[np.isnan(table) | (too_far & (table == walks))] = np.inf
        table.sort(axis=0)
        usual = table[(len(found) - 1) // 2]
        sure = table[math.ceil(transit.sure * len(found)) - 1]
        return Part(self._spread(usual, known, len(points)), self._spread(sure, known, len(points)))

    def expect(self, points: Sequence[Point], day: dt.date) -> None:
        key = self.day_key(day)
        self._expected[key] = (*self._expected.get(key, ()), *points)

    def journey(
        self, origin: Point, destination: Point, day: dt.date, minute: int
    ) -> tuple[JourneyStep, ...]:
        """What the timetable says for that minute; () where it has no answer."""
        import ferrobus

        model = self._model((origin, destination), day)
        start, end = model.places[origin], model.places[destination]
        if start is None or end is None:
            return ()
        text = ferrobus.detailed_journey(
            model.model, start, end, minute * 60, self.settings.transit.rides
        )
        steps = _steps(json.loads(text), model.day, minute * 60) if text else ()
        rides = any(step.kind == "ride" for step in steps)
        too_far = sum(step.minutes for step in steps) > self.settings.walk_limit
        return () if too_far and not rides else steps

    def _spread(self, seconds: np.ndarray, known: Sequence[int], size: int) -> np.ndarray:
        """Minutes, rounded up, of all points; infinite where there is no answer."""
        import numpy as np

        minutes = np.full((size, size), np.inf)
        minutes[np.ix_(known, known)] = np.ceil(seconds / 60)
        return minutes

    def _model(self, points: Sequence[Point], day: dt.date) -> _Model:
        key = self.day_key(day)
        last = self._models.pop(key, None)
        if last is None or not all(point in last.places for point in points):
            known = last.places if last else ()
            today = last.day if last else self._day(day)
            expected = self._expected.pop(key, ())
            last = self._build(today, list(dict.fromkeys((*known, *expected, *points))))
        self._models[key] = last
        if len(self._models) > _KEPT:
            del self._models[next(iter(self._models))]
        return last

    def _build(self, day: _Day, points: Sequence[Point]) -> _Model:
        import ferrobus

        limit = self.settings.walk_limit * 60
        stops = [(f"place{at}", point.lat, point.lon) for at, point in enumerate(points)]
        with tempfile.TemporaryDirectory() as folder:
            _write_day(Path(folder), [*day.stops, *stops], day.times)
            model = self._load(folder, limit)
        places: dict[Point, ferrobus.TransitPoint | None] = {}
        for point in points:
            places[point] = None
            with suppress(ValueError):  # no street within the limit
                places[point] = ferrobus.create_transit_point(point.lat, point.lon, model, limit, 1)
        return _Model(model, places, day)

    def _load(self, folder: str, limit: int) -> ferrobus.TransitModel:
        import ferrobus

        # ferrobus speaks by `logging`; whoever wants to hear it sets a handler.
        logger = logging.getLogger("ferrobus_core")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
        try:
            return ferrobus.create_transit_model(str(self.streets), [folder], None, limit)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a panic of Rust is no Exception
            text = message("error.streets", file=self.streets.name, why=str(error))
            raise FileError("RP3042", text) from error

    def _on_street(self, stops: pd.DataFrame) -> list[bool]:
        import ferrobus

        with tempfile.TemporaryDirectory() as folder:
            _write_day(Path(folder), [], None)
            streets = self._load(folder, 1)
        near = []
        for lat, lon in zip(stops["lat"], stops["lon"], strict=True):
            try:
                ferrobus.create_transit_point(lat, lon, streets, _STREET_SECONDS, 1)
            except ValueError:
                near.append(False)
            else:
                near.append(True)
        return near

    def _day(self, day: dt.date) -> _Day:
        import pandas as pd

        stops, times = [], []
        lines: dict[str, str] = {}
        for number, feed in enumerate(self.feeds):
            running = self._services(feed, day)
            trips = feed.trips[feed.trips["service_id"].isin(running)]
            ids = {trip: f"{number}t{at}" for at, trip in enumerate(trips.index)}
            lines |= dict(zip(ids.values(), trips["line"], strict=True))
            table = feed.times[feed.times["trip_id"].isin(trips.index)]
            used = feed.stops.loc[table["stop_id"].unique()]
            names = {stop: f"{number}s{at}" for at, stop in enumerate(used.index)}
            stops.append(used.rename(index=names))
            times.append(
                table.assign(trip_id=table["trip_id"].map(ids), stop_id=table["stop_id"].map(names))
            )
        table = pd.concat(stops)
        placed = []
        moved: dict[tuple[float, float], Point] = {}
        rows = zip(table.index, table["lat"], table["lon"], self._on_street(table), strict=True)
        for name, lat, lon, near in rows:
            at = (lat, lon) if near else (-lat, (lon + 360) % 360 - 180)
            placed.append((str(name), *at))
            if not near:
                moved[at] = Point(lat=lat, lon=lon)
        return _Day(
            stops=placed,
            moved=moved,
            times=_routed(pd.concat(times, ignore_index=True)),
            stop_names={str(name): str(text) for name, text in table["name"].items()},
            lines=lines,
        )


def require_ferrobus() -> None:
    """Raises SettingsError where the extra is not installed."""
    try:
        import ferrobus  # noqa: F401
    except ImportError as error:
        text = message("error.extra", what="ferrobus", extra="transit")
        raise SettingsError("RP2023", text) from error


def _routed(times: pd.DataFrame) -> pd.DataFrame:
    """Stop times with a `route`: trips with the same stops, none of which overtakes another."""
    import numpy as np

    stops_of = times.groupby("trip_id", sort=False)["stop_id"].agg(tuple)
    departures_of = times.groupby("trip_id", sort=False)["departure"].agg(np.array)
    route_of: dict[str, str] = {}
    for number, trips in enumerate(stops_of.groupby(stops_of, sort=False).groups.values()):
        seen: list[np.ndarray] = []
        for trip in sorted(trips, key=lambda trip: (tuple(departures_of[trip]), trip)):
            seconds = departures_of[trip]
            behind = (at for at, last in enumerate(seen) if (last <= seconds).all())
            chain = next(behind, len(seen))
            seen[chain : chain + 1] = [seconds]
            route_of[trip] = f"r{number}c{chain}"
    return times.assign(route=times["trip_id"].map(route_of))


def _write_day(
    folder: Path, stops: Sequence[tuple[str, float, float]], times: pd.DataFrame | None
) -> None:
    """A feed of one day as ferrobus reads it; optional files are there, for it speaks of those
    that are not."""
    headers = {
        "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
        "start_date,end_date",
        "calendar_dates": "service_id,date,exception_type",
        "feed_info": "feed_publisher_name,feed_publisher_url,feed_lang",
        "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time",
        "trips": "route_id,service_id,trip_id",
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
    }
    for name, header in headers.items():
        (folder / f"{name}.txt").write_text(f"{header}\n", encoding="utf-8")
    lines = [f"{stop_id},{lat!r},{lon!r}" for stop_id, lat, lon in stops]
    text = "\n".join(("stop_id,stop_lat,stop_lon", *lines, ""))
    (folder / "stops.txt").write_text(text, encoding="utf-8")
    if times is None:
        return
    trips = times.drop_duplicates("trip_id")
    rows = zip(trips["route"], trips["trip_id"], strict=True)
    text = "".join(f"{route},day,{trip}\n" for route, trip in rows)
    with (folder / "trips.txt").open("a", encoding="utf-8") as stream:
        stream.write(text)
    clocks = {
        second: f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        for column in ("arrival", "departure")
        for second in times[column].unique()
    }
    written = times.assign(
        arrival=times["arrival"].map(clocks),
        departure=times["departure"].map(clocks),
        sequence=times.groupby("trip_id", sort=False).cumcount() + 1,
    )
    written[["trip_id", "arrival", "departure", "stop_id", "sequence"]].to_csv(
        folder / "stop_times.txt", mode="a", header=False, index=False, lineterminator="\n"
    )


def _steps(found: dict[str, Any], day: _Day, start: int) -> tuple[JourneyStep, ...]:
    """The legs of a journey as steps, with the waits before rides, in whole minutes."""
    timed: list[tuple[JourneyStep, int]] = []
    now = start
    for feature in found["features"]:
        about = feature["properties"]
        ids = about.get("from_name", ""), about.get("to_name", "")
        names = dict(
            zip(("from_name", "to_name"), (day.stop_names.get(it, "") for it in ids), strict=True)
        )
        if about["leg_type"] == "waiting" or (about["leg_type"] == "transit" and ids[0] == ids[1]):
            continue  # the hour of the next ride tells; some rides end where they begin
        leave, arrive = int(about["departure_time"]), int(about["arrival_time"])
        if about["leg_type"] == "transit":
            line = [
                day.moved.get((lat, lon)) or Point(lat=lat, lon=lon)
                for lon, lat in feature["geometry"]["coordinates"]
            ]
            if leave > now:
                timed.append(
                    (JourneyStep(kind="wait", minutes=0, from_name=names["from_name"]), leave)
                )
            name, metres = day.lines.get(about["trip_id"], ""), metres_between(line)
            step = JourneyStep(kind="ride", minutes=0, line=name, metres=metres, **names)
            now = arrive
        else:
            metres = round((arrive - leave) * _WALK_METRES_PER_SECOND)
            step = JourneyStep(kind="walk", minutes=0, metres=metres, **names)
            now += arrive - leave
        timed.append((step, now))
    return whole_steps(timed, start)
