"""Travel by bus and metro: by timetables or a table of lines, with the journey of every leg.

The minutes hold whenever one sets off. A part of the day (`travel.transit.parts`) is one slice; its
minutes are those that nearly all of its departures keep to (`travel.transit.sure`), not those of a
lucky one, for nobody can say to the minute when a talk ends. The typical minutes, which the
objective charges, are the median. Both are in steps of `travel.round_to` minutes, the former
rounded up, so that talks start at round times.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.errors import FileError
from routeplan.language import message
from routeplan.point import Point
from routeplan.travel.feed import is_feed, read_feed
from routeplan.travel.great_circle import GreatCircle
from routeplan.travel.headways import Headways
from routeplan.travel.hours import digest
from routeplan.travel.journey import JourneyStep
from routeplan.travel.lines import is_line_table, read_lines
from routeplan.travel.matrix import Matrix, TravelMatrix, TravelSlice
from routeplan.travel.rides import Rides, part_of
from routeplan.values import MINUTES_PER_DAY
from routeplan.workdays import OFFICIAL, WorkCalendar

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Transit", "open_rides"]


def open_rides(settings: TravelSettings, calendar: WorkCalendar = OFFICIAL) -> Rides:
    """What lies in `settings.transit.folder`: a table of lines, or GTFS feeds with streets.

    Raises FileError, BookError (a table of lines with faults) or SettingsError (no ferrobus).
    """
    folder = Path(settings.transit.folder)
    if not folder.is_dir():
        raise FileError("RP3001", message("error.file_missing", file=str(folder)))
    if is_line_table(folder):
        return Headways(read_lines(folder), settings, calendar)
    feeds = (
        [folder] if is_feed(folder) else [one for one in sorted(folder.iterdir()) if is_feed(one)]
    )
    streets = sorted(folder.glob("*.osm.pbf"))
    if not feeds:
        raise FileError("RP3043", message("error.no_timetable", folder=str(folder)))
    if len(streets) != 1:
        found = [file.name for file in streets] or ["-"]
        raise FileError("RP3044", message("error.no_streets", folder=str(folder), found=found))
    from routeplan.travel.timetable import Timetables, require_ferrobus

    require_ferrobus()
    return Timetables([read_feed(feed) for feed in feeds], streets[0], settings, calendar)


@dataclass(frozen=True)
class Transit:
    """A `TravelSource`: transit by `Rides`, other modes estimated from the straight line.

    Where there is no ride within `travel.transit.longest` minutes one takes a taxi
    (`travel.transit.taxi`): that pair is a guess, and its steps say so. Outside the parts of the
    day nobody travels by transit.
    """

    settings: TravelSettings
    calendar: WorkCalendar = OFFICIAL
    rides: Rides = field(init=False)
    straight: GreatCircle = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rides", open_rides(self.settings, self.calendar))
        object.__setattr__(self, "straight", GreatCircle(self.settings, self.calendar))

    @property
    def version(self) -> str:
        transit = self.settings.transit.model_dump(mode="json", exclude={"folder"})
        rest = digest(transit, self.settings.walk_limit, self.straight.version)
        return f"transit:{self.rides.version}:{rest}"

    def day_key(self, day: dt.date) -> str:
        return f"{self.rides.day_key(day)}:{self.straight.day_key(day)}"

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        """By transit in slices of `travel.transit.parts`; as `GreatCircle` by any other mode."""
        if mode is not TravelMode.TRANSIT:
            return self.straight.matrix(points, mode, day)
        import numpy as np

        parts = self.settings.transit.parts
        usual, sure = [], []
        guessed = np.zeros((len(points), len(points)), dtype=bool)
        taxi = self._taxi(points, day)
        for start, end in itertools.pairwise(parts):
            part = self.rides.part(points, day, start, end)
            none = part.sure > self.settings.transit.longest
            if taxi is not None:
                guessed |= none
            hailed = _inf(points) if taxi is None else _slowest(taxi, start, end)
            usual_taxi = _inf(points) if taxi is None else np.array(taxi.minutes, dtype=float)
            usual.append(np.where(none, usual_taxi, part.usual))
            sure.append(np.where(none, hailed, part.sure))
        np.fill_diagonal(guessed, False)
        step = self.settings.round_to
        nobody = _matrix(_inf(points))
        slices = [
            TravelSlice(start=start, minutes=_matrix(step * np.ceil(table / step)))
            for start, table in zip(parts, sure, strict=False)
        ]
        if parts[0] > 0:
            slices.insert(0, TravelSlice(start=0, minutes=nobody))
        if parts[-1] < MINUTES_PER_DAY:
            slices.append(TravelSlice(start=parts[-1], minutes=nobody))
        lengths = [end - start for start, end in itertools.pairwise(parts)]
        typical = _median(np.stack(usual), np.array(lengths))
        return TravelMatrix(
            mode=mode,
            source="transit",
            estimated=self.rides.estimated(day),
            minutes=_matrix(step * np.maximum(np.floor(typical / step + 0.5), typical > 0)),
            metres=self.straight.matrix(points, mode, day).metres,
            slices=tuple(slices),
            guessed=tuple((int(row), int(column)) for row, column in np.argwhere(guessed)),
        )

    def expect(self, points: Sequence[Point], mode: TravelMode, day: dt.date, /) -> None:
        if mode is TravelMode.TRANSIT:
            self.rides.expect(points, day)

    def shape(self, *_: object) -> None:
        """Not known."""

    def journey(
        self, origin: Point, destination: Point, mode: TravelMode, departure: dt.datetime, /
    ) -> tuple[JourneyStep, ...]:
        """Walks, waits and rides, or a taxi; () for other modes and where nobody travels."""
        minute = departure.hour * 60 + departure.minute
        part = part_of(self.settings.transit.parts, minute)
        if mode is not TravelMode.TRANSIT or part is None or origin == destination:
            return ()
        day = departure.date()
        sure = self.rides.part((origin, destination), day, *part).sure[0, 1]
        if sure <= self.settings.transit.longest:
            return self.rides.journey(origin, destination, day, minute)
        taxi = self._taxi((origin, destination), day)
        if taxi is None:
            return ()
        minutes = taxi.minutes_at(0, 1, minute)
        return (JourneyStep(kind="taxi", minutes=minutes, metres=taxi.metres[0][1]),)

    def _taxi(self, points: Sequence[Point], day: dt.date) -> TravelMatrix | None:
        """A car with a driver, estimated; None where the settings have none."""
        if not self.settings.transit.taxi or TravelMode.CAR not in self.settings.modes:
            return None
        return self.straight.matrix(points, TravelMode.CAR, day)


def _inf(points: Sequence[Point]) -> np.ndarray:
    import numpy as np

    table = np.full((len(points), len(points)), np.inf)
    np.fill_diagonal(table, 0)
    return table


def _slowest(taxi: TravelMatrix, start: int, end: int) -> np.ndarray:
    """The longest minutes of any departure within [start, end)."""
    import numpy as np

    starts = [part.start for part in taxi.slices]
    tables = [
        np.array(part.minutes, dtype=float)
        for part, until in zip(taxi.slices, [*starts[1:], MINUTES_PER_DAY], strict=False)
        if part.start < end and start < until
    ]
    slowest: np.ndarray = np.max(tables or [np.array(taxi.minutes, dtype=float)], axis=0)
    return slowest


def _median(tables: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The median over the parts of the day, each counted by its length; parts without any way
    do not count."""
    import numpy as np

    order = np.argsort(tables, axis=0, kind="stable")
    ranked = np.take_along_axis(tables, order, axis=0)
    weights = np.where(np.isfinite(ranked), lengths[order], 0)
    reached = np.cumsum(weights, axis=0) * 2 >= weights.sum(axis=0)
    median: np.ndarray = np.take_along_axis(ranked, reached.argmax(axis=0)[None], axis=0)[0]
    return median


def _matrix(table: np.ndarray) -> Matrix:
    """Whole minutes as they are; -1 where there is no way."""
    import numpy as np

    minutes = np.where(np.isfinite(table), table, -1).astype(int)
    np.fill_diagonal(minutes, 0)
    return tuple(map(tuple, minutes.tolist()))
