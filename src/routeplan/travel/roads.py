"""Travel on a road network: free-flow seconds from Valhalla or OSRM, made into minutes of an hour.

A network knows speed limits, not traffic. Its seconds times `settings.free_flow` are those of an
ordinary hour, to which the hour factors and the access minutes of the mode come as they do for
estimates. Where it has no answer the straight line stands in, and the pair is said to be a guess.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from routeplan.book.models import TravelMode
from routeplan.config import TravelSettings
from routeplan.point import Point
from routeplan.travel.great_circle import SAME_BUILDING_METRES, GreatCircle
from routeplan.travel.hours import NO_WAY, digest, hours_key, profile, sliced
from routeplan.travel.journey import JourneyStep
from routeplan.travel.matrix import Matrix, TravelMatrix, TravelSlice
from routeplan.travel.modes import may_walk
from routeplan.workdays import OFFICIAL, WorkCalendar

__all__ = ["FARTHEST_FROM_ROAD_METRES", "RoadNetwork", "Roads", "Way"]

NEVER_FASTER = 0.8
"""Of the estimated minutes for walking the straight line: no network walks it quicker."""
FARTHEST_FROM_ROAD_METRES = 1000
"""A place farther from any road than this is not on the network."""


class Way(NamedTuple):
    """The quickest way on an empty network."""

    seconds: float
    metres: float


class RoadNetwork(Protocol):
    """Where the seconds come from: tiles on this machine, or a server."""

    @property
    def name(self) -> str:
        """'roads', 'osrm' or 'valhalla'."""

    @property
    def version(self) -> str:
        """Another one whenever an answer may be another."""

    def carries(self, mode: TravelMode) -> bool:
        """Whether the network knows this way of travelling."""

    def table(
        self, origins: Sequence[Point], destinations: Sequence[Point], mode: TravelMode
    ) -> list[list[Way | None]]:
        """One row for each origin; None: no way, or too far from any road."""

    def line(self, origin: Point, destination: Point, mode: TravelMode) -> tuple[Point, ...] | None:
        """The way as drawn; None: no way."""


class Roads:
    """A `TravelSource` on a road network."""

    def __init__(
        self,
        network: RoadNetwork,
        settings: TravelSettings,
        calendar: WorkCalendar = OFFICIAL,
    ) -> None:
        self.network = network
        self.settings = settings
        self.calendar = calendar
        self._guess = GreatCircle(settings, calendar)
        # A pair that was asked for keeps its answer: networks may answer a little differently when
        # asked for it in other company, and a week asks for the same ways on several days.
        self._known: dict[TravelMode, dict[tuple[Point, Point], Way | None]] = {}

    @property
    def version(self) -> str:
        used = {"round_to", "modes", "hour_factors", "free_flow", "vehicles"}
        settings = self.settings.model_dump(mode="json", include=used)
        return f"{self.network.name}:{digest(self.network.version, settings)}"

    def day_key(self, day: dt.date) -> str:
        return hours_key(self.settings.hour_factors, self.calendar.ordinary_weekday(day))

    def matrix(self, points: Sequence[Point], mode: TravelMode, day: dt.date) -> TravelMatrix:
        """Travel on the network among `points` (n x n), in slices if hour factors apply that day.

        Where walking is quicker it is walked: along the network, where it knows how to walk, else
        by the estimate. Raises SettingsError when the settings have no such mode, and what the
        network raises.
        """
        guess = self._guess.matrix(points, mode, day)
        if not self.network.carries(mode):
            return guess
        ways = self._ways(points, mode)
        ride = self.settings.modes[mode]
        riding = self._riding(ways, mode)
        weekday = self.calendar.ordinary_weekday(day)
        hours = profile(self.settings.hour_factors, mode, weekday)
        slowest = max((factor for _, factor in hours), default=1.0)
        walking, afoot, walk_is_guess = self._walking(points, mode, day, riding, slowest)
        minutes, slices = sliced(
            riding,
            hours,
            access=ride.access_minutes,
            walking=walking,
            step=self.settings.round_to,
        )
        metres = [[round(way.metres) if way else 0 for way in row] for row in ways]
        guessed: set[tuple[int, int]] = set()
        for origin, row in enumerate(ways):
            for destination, way in enumerate(row):
                walk = walking[origin][destination] if walking else NO_WAY
                by_wheel = riding[origin][destination]
                if way is None and (walk < 0 or walk_is_guess):
                    guessed.add((origin, destination))
                elif walk >= 0 and by_wheel != 0:
                    if way is None or walk <= ride.access_minutes + by_wheel:
                        metres[origin][destination] = afoot[origin][destination]
                    if walk_is_guess and walk < ride.access_minutes + by_wheel * slowest:
                        guessed.add((origin, destination))
        unknown = {pair for pair in guessed if ways[pair[0]][pair[1]] is None}

        def mended(table: Matrix, instead: Matrix) -> Matrix:
            return tuple(
                tuple(
                    instead[origin][destination] if (origin, destination) in unknown else cell
                    for destination, cell in enumerate(row)
                )
                for origin, row in enumerate(table)
            )

        return TravelMatrix(
            mode=mode,
            source=self.network.name,
            estimated=False,
            minutes=mended(minutes, guess.minutes),
            metres=mended(tuple(map(tuple, metres)), guess.metres),
            slices=tuple(
                TravelSlice(start=part.start, minutes=mended(part.minutes, other.minutes))
                for part, other in zip(slices, guess.slices, strict=True)
            ),
            guessed=tuple(sorted(guessed)),
        )

    def expect(self, *_: object) -> None:
        """Nothing to prepare."""

    def shape(
        self, origin: Point, destination: Point, mode: TravelMode
    ) -> tuple[Point, ...] | None:
        """The way along the roads, from door to door: on foot where that is quicker."""
        if not self.network.carries(mode):
            return None
        taken = TravelMode.WALK if self._on_foot((origin, destination), mode) else mode
        line = self.network.line(origin, destination, taken)
        return None if line is None else (origin, *line, destination)

    def journey(self, *_: object) -> tuple[JourneyStep, ...]:
        """Nothing beyond the minutes."""
        return ()

    def _on_foot(self, pair: tuple[Point, Point], mode: TravelMode) -> bool:
        """Whether one walks from the first point to the second at an ordinary hour."""
        if not may_walk(mode, self.settings) or not self.network.carries(TravelMode.WALK):
            return False
        riding = self._riding(self._ways(pair, mode), mode)
        walking, _, _ = self._walking(pair, mode, dt.date.min, riding, 1.0)
        walk = walking[0][1] if walking else NO_WAY
        by_wheel = riding[0][1]
        return walk >= 0 and (by_wheel < 0 or walk <= self._access(mode) + by_wheel)

    def _access(self, mode: TravelMode) -> int:
        return self.settings.modes[mode].access_minutes

    def _riding(self, ways: Sequence[Sequence[Way | None]], mode: TravelMode) -> list[list[float]]:
        """Minutes of an ordinary hour without access."""
        factor = self._factor(mode)
        return [
            [NO_WAY if way is None else way.seconds / 60 * factor for way in row] for row in ways
        ]

    def _walking(
        self,
        points: Sequence[Point],
        mode: TravelMode,
        day: dt.date,
        riding: Sequence[Sequence[float]],
        slowest: float,
    ) -> tuple[Sequence[Sequence[float]] | None, Sequence[Sequence[int]], bool]:
        """Minutes (None: nobody walks instead) and metres on foot, and whether they are a guess.

        The network is asked only about pairs near enough for walking to be quicker than `riding` at
        its `slowest`; the others have no way on foot here.
        """
        if not may_walk(mode, self.settings) or TravelMode.WALK not in self.settings.modes:
            return None, (), False
        if not self.network.carries(TravelMode.WALK):
            guess = self._guess.matrix(points, TravelMode.WALK, day)
            return guess.minutes, guess.metres, True
        access, factor = self._access(TravelMode.WALK), self._factor(TravelMode.WALK)
        per_metre = NEVER_FASTER * 60 / 1000 / self.settings.modes[TravelMode.WALK].speed_kph
        size = range(len(points))
        straight = self._guess.straight_metres(points)

        def may_pay(one: int, two: int) -> bool:
            ride = riding[one][two]
            longest = self._access(mode) + ride * slowest if ride >= 0 else self.settings.walk_limit
            return access + straight[one][two] * per_metre <= longest

        near = [(one, two) for one in size for two in size if one != two and may_pay(one, two)]
        minutes = [[0.0 if one == two else NO_WAY for two in size] for one in size]
        metres = [[0] * len(points) for _ in size]
        known = self._known.setdefault(TravelMode.WALK, {})
        for group in _connected(near):
            self._ways([points[number] for number in group], TravelMode.WALK)
        for one, two in near:
            way = known[points[one], points[two]]
            if way is not None:
                minutes[one][two] = access + way.seconds / 60 * factor
                metres[one][two] = round(way.metres)
        return minutes, metres, False

    def _factor(self, mode: TravelMode) -> float:
        """From free flow to an ordinary hour; networks know no e-bike, which is a fast bicycle."""
        factor = self.settings.free_flow.get(mode, 1.0)
        bicycle = self.settings.modes.get(TravelMode.BICYCLE)
        if mode is TravelMode.EBIKE and bicycle is not None:
            factor *= bicycle.speed_kph / self.settings.modes[mode].speed_kph
        return factor

    def _ways(self, points: Sequence[Point], mode: TravelMode) -> list[list[Way | None]]:
        """From all to all; asks the network for what it has not said yet."""
        known = self._known.setdefault(mode, {})
        for point in points:
            known.setdefault((point, point), Way(0, 0))
        places = list(dict.fromkeys(points))
        new = _to_ask(places, known)
        old = [place for place in places if place not in set(new)]
        for origins, destinations in ((new, places), (old, new)):
            if origins and destinations:
                rows = self.network.table(origins, destinations, mode)
                for one, row in zip(origins, rows, strict=True):
                    for two, way in zip(destinations, row, strict=True):
                        # Only one building is no second apart.
                        if way is not None:
                            way = Way(max(1.0, way.seconds), way.metres)
                        known.setdefault((one, two), way)
        self._put_together(places, known)
        return [[known[one, two] for two in points] for one in points]

    @staticmethod
    def _put_together(
        places: Sequence[Point], known: dict[tuple[Point, Point], Way | None]
    ) -> None:
        """Doors of one building are no way apart, whatever the roads say."""
        from geopy.distance import great_circle

        ordered = sorted(places, key=lambda place: place.lat)
        for number, one in enumerate(ordered):
            for two in ordered[number + 1 :]:
                if (two.lat - one.lat) * 111_000 > SAME_BUILDING_METRES:
                    break
                if great_circle((one.lat, one.lon), (two.lat, two.lon)).meters <= (
                    SAME_BUILDING_METRES
                ):
                    known[one, two] = known[two, one] = Way(0, 0)


def _connected(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The groups of numbers that are linked by pairs, each in order."""
    group_of: dict[int, list[int]] = {}
    for one, two in pairs:
        first, second = (group_of.setdefault(number, [number]) for number in (one, two))
        if first is not second:
            first += second
            for number in second:
                group_of[number] = first
    return [sorted(group) for group in {id(group): group for group in group_of.values()}.values()]


def _to_ask(places: Sequence[Point], known: Collection[tuple[Point, Point]]) -> list[Point]:
    """Few places of which every pair not known holds one: those that lack most come first."""
    lacking = {
        one: {two for two in places if (one, two) not in known or (two, one) not in known}
        for one in places
    }
    found: list[Point] = []
    while any(lacking.values()):
        one = max(places, key=lambda place: len(lacking[place]))
        found.append(one)
        lacking[one] = set()
        for others in lacking.values():
            others.discard(one)
    return found
