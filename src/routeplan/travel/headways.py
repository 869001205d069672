"""Door-to-door journeys over a table of lines that says how often they run, not when.

Rounds over lines as in RAPTOR (Delling, Pajor, Werneck: Round-based public transit routing, ALENEX
2012), one more ride in each, with a wait in place of a departure. All origins are searched at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.errors import SettingsError
from routeplan.language import message
from routeplan.point import Point
from routeplan.travel.hours import digest
from routeplan.travel.journey import JourneyStep
from routeplan.travel.lines import LineTable
from routeplan.travel.rides import Part, metres_between, part_of, whole_steps
from routeplan.workdays import OFFICIAL, WorkCalendar

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Headways"]

_SAME = 1e-6
"""Sums of minutes that differ by less are one."""


class _Run(NamedTuple):
    """One direction of a line in one part of the day."""

    line: str
    stops: tuple[int, ...]
    minutes: tuple[int, ...]
    entry: int
    wait: float
    """Minutes, for the share of departures that is asked for."""


class _Round(NamedTuple):
    """Minutes since setting off, origins x stops; infinite where not reached."""

    ridden: np.ndarray
    """Getting off, after so many rides."""
    ready: np.ndarray
    """There, or walked to from where one got off."""


@dataclass(frozen=True)
class Headways:
    """`Rides` over `table`. Walks are straight lines times the detour of walking.

    Each boarding costs `entry` and a wait: half the headway is usual, `travel.transit.sure` of it
    is what nearly all departures keep to. Waits are added up as if one were as unlucky at each
    change.
    """

    table: LineTable
    settings: TravelSettings
    calendar: WorkCalendar = OFFICIAL

    @property
    def version(self) -> str:
        return f"lines:{digest(self.table.model_dump(mode='json'))}"

    def day_key(self, day: dt.date) -> str:
        weekday = self.calendar.ordinary_weekday(day)
        return "".join("01"[weekday in line.weekdays] for line in self.table.lines)

    def estimated(self, _: dt.date) -> bool:
        return False

    def part(self, points: Sequence[Point], day: dt.date, start: int, end: int) -> Part:
        sure = self.settings.transit.sure
        access = self._walks(points, self._stops)
        between = self._walks(points, points)
        return Part(
            *(
                self._door_to_door(access, between, self._runs(day, start, end, share))
                for share in (0.5, sure)
            )
        )

    def expect(self, *_: object) -> None:
        """Nothing to prepare."""

    def journey(
        self, origin: Point, destination: Point, day: dt.date, minute: int
    ) -> tuple[JourneyStep, ...]:
        """With the waits that `sure` departures keep to."""
        import numpy as np

        transit = self.settings.transit
        part = part_of(transit.parts, minute)
        if part is None:
            return ()
        runs = self._runs(day, *part, transit.sure)
        access = self._walks((origin,), self._stops)
        egress = self._walks((destination,), self._stops)[0]
        on_foot = float(self._walks((origin,), (destination,))[0, 0])
        rounds = self._rounds(access, runs)
        arrivals = [float((each.ridden[0] + egress).min(initial=np.inf)) for each in rounds]
        best = min([on_foot, *arrivals])
        if best == np.inf:
            return ()
        if on_foot <= best:
            return self._told([("walk", on_foot, "", -1, -1)], origin, destination)
        number = arrivals.index(best)
        stop = int((rounds[number].ridden[0] + egress).argmin())
        back = [("walk", float(egress[stop]), "", stop, -1)]
        while True:
            before = rounds[number - 1].ready[0] if number else access[0]
            arrive = float(rounds[number].ridden[0, stop])
            run, board, riding = self._boarded(runs, before, stop, arrive)
            back.append(("ride", float(riding), run.line, board, stop))
            back.append(("wait", run.entry + run.wait, "", board, board))
            if not number:
                back.append(("walk", float(access[0, board]), "", -1, board))
                return self._told(back[::-1], origin, destination)
            number -= 1
            stop = self._walked(rounds[number], board)
            back.append(("walk", float(self._changes[stop, board]), "", stop, board))

    # --- the search -----------------------------------------------------------------------------

    def _door_to_door(
        self, access: np.ndarray, between: np.ndarray, runs: Sequence[_Run]
    ) -> np.ndarray:
        import numpy as np

        best = between.copy()
        near = [np.flatnonzero(np.isfinite(row)) for row in access]
        for each in self._rounds(access, runs):
            for place, stops in enumerate(near):
                if len(stops):
                    arrive = (each.ridden[:, stops] + access[place, stops]).min(axis=1)
                    best[:, place] = np.minimum(best[:, place], arrive)
        return np.ceil(best - _SAME)

    def _rounds(self, access: np.ndarray, runs: Sequence[_Run]) -> list[_Round]:
        """One round for each ride, as long as there is a stop to be reached."""
        import numpy as np

        ready = access
        rounds: list[_Round] = []
        for _ in range(self.settings.transit.rides):
            ridden = np.full_like(access, np.inf)
            for run in runs:
                on_board = np.full(len(access), np.inf)
                for at, stop in enumerate(run.stops):
                    if at:
                        on_board = on_board + run.minutes[at - 1]
                        ridden[:, stop] = np.minimum(ridden[:, stop], on_board)
                    on_board = np.minimum(on_board, ready[:, stop] + run.entry + run.wait)
            ready = ridden.copy()
            for stop, near in enumerate(self._neighbours):
                changed = ridden[:, near] + self._changes[near, stop]
                ready[:, stop] = np.minimum(ready[:, stop], changed.min(axis=1))
            rounds.append(_Round(ridden, ready))
        return rounds

    def _runs(self, day: dt.date, start: int, end: int, share: float) -> list[_Run]:
        index = {name: at for at, name in enumerate(self.table.points)}
        runs = []
        weekday = self.calendar.ordinary_weekday(day)
        for line in self.table.lines:
            gap = line.headway(weekday, start, end)
            if gap is None:
                continue
            stops = tuple(index[name] for name in line.stops)
            minutes = line.minutes
            if stops[0] == stops[-1]:  # a ring: one rides on past the stop where its list begins
                stops, minutes = stops + stops[1:], minutes * 2
            run = _Run(line.name, stops, minutes, line.entry, share * gap)
            runs.append(run)
            if line.both_ways:
                runs.append(run._replace(stops=stops[::-1], minutes=minutes[::-1]))
        return runs

    @staticmethod
    def _boarded(
        runs: Sequence[_Run], before: np.ndarray, stop: int, arrive: float
    ) -> tuple[_Run, int, int]:
        """By which run, from which stop and in how many minutes one gets to `stop` at `arrive`."""
        for run in runs:
            for off in (at for at, one in enumerate(run.stops) if one == stop):
                for on in range(off - 1, -1, -1):
                    riding = sum(run.minutes[on:off])
                    reached = before[run.stops[on]] + run.entry + run.wait + riding
                    if abs(reached - arrive) < _SAME:
                        return run, run.stops[on], riding
        raise AssertionError("a stop was reached by no run")

    def _walked(self, last: _Round, board: int) -> int:
        """Where one got off before walking to `board`."""
        import numpy as np

        reached = last.ridden[0] + self._changes[:, board]
        return int(np.argmin(reached))

    # --- walking --------------------------------------------------------------------------------

    @cached_property
    def _stops(self) -> tuple[Point, ...]:
        return tuple(self.table.points.values())

    @cached_property
    def _changes(self) -> np.ndarray:
        return self._walks(self._stops, self._stops)

    @cached_property
    def _neighbours(self) -> list[np.ndarray]:
        import numpy as np

        return [np.flatnonzero(np.isfinite(column)) for column in self._changes.T]

    def _walks(self, origins: Sequence[Point], destinations: Sequence[Point]) -> np.ndarray:
        """Minutes on foot; infinite beyond the walking limit."""
        import numpy as np

        mode = self.settings.modes.get(TravelMode.WALK)
        if mode is None:
            raise SettingsError("RP2011", message("error.travel_mode", mode=TravelMode.WALK))
        radius = 6_371_009.0  # metres: geopy's mean earth
        lat1, lon1 = np.radians(_columns(origins))
        lat2, lon2 = np.radians(_columns(destinations))
        half = (
            np.sin((lat2 - lat1[:, None]) / 2) ** 2
            + np.cos(lat1)[:, None] * np.cos(lat2) * np.sin((lon2 - lon1[:, None]) / 2) ** 2
        )
        metres = 2 * radius * np.arcsin(np.sqrt(half))
        minutes = metres * mode.detour / (mode.speed_kph * 1000 / 60)
        return np.where(minutes <= self.settings.walk_limit, minutes, np.inf)

    def _told(
        self, legs: Sequence[tuple[str, float, str, int, int]], origin: Point, destination: Point
    ) -> tuple[JourneyStep, ...]:
        names = [*self.table.points, ""]
        timed = []
        now = 0.0
        for kind, minutes, line, start, end in legs:
            now += minutes * 60
            path = (
                self._stops[start] if start >= 0 else origin,
                self._stops[end] if end >= 0 else destination,
            )
            detour = self.settings.modes[TravelMode.WALK].detour if kind == "walk" else 1
            step = JourneyStep.model_validate(
                {
                    "kind": kind,
                    "minutes": 0,
                    "line": line,
                    "from_name": names[start],
                    "to_name": names[end],
                    "metres": round(metres_between(path) * detour),
                }
            )
            timed.append((step, now))
        return whole_steps(timed, 0)


def _columns(points: Sequence[Point]) -> np.ndarray:
    """Latitudes and longitudes, 2 x n."""
    import numpy as np

    return np.array([(point.lat, point.lon) for point in points], dtype=float).reshape(-1, 2).T
