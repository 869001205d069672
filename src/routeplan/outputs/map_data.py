"""What the map page shows, as plain data with every word already in the reader's language.

The page's script only lays it out. Points are (latitude, longitude) in the datum of the tiles.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from babel.dates import format_date

from routeplan.language import Texts
from routeplan.outputs.day_course import day_course
from routeplan.outputs.touches import touch_counts
from routeplan.outputs.wording import (
    adjust_option,
    budget_words,
    joint_words,
    journey_words,
    kilometres,
    off_words,
    person_words,
    place_name,
    purpose_words,
    travel_words,
    word,
)
from routeplan.plan.plan import (
    Detour,
    Leg,
    Plan,
    PlannedDay,
    PlannedVisit,
    PlannedVisitStatus,
    Remedy,
    Totals,
    TouchPlace,
    UnplannedVisit,
)
from routeplan.point import Box, Point
from routeplan.problem.progress import Told
from routeplan.replan.diff import ChangeKind, PlannedSlot, diff_plans
from routeplan.travel.background import MainRoads, clipped
from routeplan.travel.shape import decode_shape, encode_shape
from routeplan.values import TimeWindow, format_clock

__all__ = ["COLOURS", "map_data"]

Json: TypeAlias = dict[str, Any]
Place: TypeAlias = tuple[float, float]
Shown: TypeAlias = Callable[[Point], Point]

COLOURS = (
    "#0072b2",
    "#d55e00",
    "#862757",
    "#44bce4",
    "#756638",
    "#301e67",
    "#c78a99",
    "#94b96e",
    "#472115",
    "#5020df",
)
"""One a manager, apart for colour-blind eyes too (a test computes it); they repeat after ten."""

DASHES = ("", "9 6", "2 6", "14 5 2 5", "5 5 1 5 1 5", "18 8", "1 9")
"""One a day of the week, Monday solid."""

STATES = ("planned", "agreed", "confirmed", "booked", "under_way", "done")
"""What a planned visit can be; each is one of them."""

GROUND_MARGIN = 0.5
"""The ground reaches so far beyond the plan's places, as a part of their extent."""
LEAST_MARGIN_DEGREES = 0.02

LARGE = 1000
"""Hours or kilometres from which no parts of them are shown: a large team's sums."""

_WORDS = (
    "before",
    "changes",
    "clock",
    "clock_back",
    "clock_close",
    "clock_day_after",
    "clock_day_before",
    "clock_done",
    "clock_not_begun",
    "clock_pause",
    "clock_play",
    "clock_talk",
    "clock_there",
    "clock_time",
    "clock_way",
    "days",
    "filters",
    "found",
    "heat",
    "left_out",
    "legend",
    "managers",
    "next",
    "none_found",
    "panel",
    "previous",
    "remedies",
    "search",
    "show_route",
    "zoom_in",
    "zoom_out",
)


def map_data(
    plan: Plan,
    texts: Texts,
    shown: Shown,
    ground: MainRoads | None = None,
    before: Plan | None = None,
) -> Json:
    """Everything on the page; `shown` converts points for display. `ground`: roads to lie under
    the plan, in WGS-84. `before`: the plan that this one changed, to be shown beside it."""
    return _Page(plan, texts, shown, before).data() | {"ground": _ground(plan, ground)}


def _ground(plan: Plan, roads: MainRoads | None) -> list[list[str]]:
    """The roads around the plan's places, one list of encoded lines a level."""
    places = [point for day in plan.days for point in (day.start_point, day.end_point) if point]
    places += [place.point for day in plan.days for place in day.places]
    places += [visit.point for visit in plan.left_out if visit.point]
    if roads is None or not places:
        return []
    box = Box.around(places)
    margin = max(
        LEAST_MARGIN_DEGREES, GROUND_MARGIN * max(box.north - box.south, box.east - box.west)
    )
    area = Box(
        south=max(-90, box.south - margin),
        west=max(-180, box.west - margin),
        north=min(90, box.north + margin),
        east=min(180, box.east + margin),
    )
    levels: dict[int, list[str]] = {}
    for line in clipped(roads, area).lines:
        levels.setdefault(line.level, []).append(line.shape)
    return [levels.get(level, []) for level in range(1, max(levels, default=0) + 1)]


class _Page:
    def __init__(self, plan: Plan, texts: Texts, shown: Shown, before: Plan | None) -> None:
        self.plan = plan
        self.earlier = before
        self.ways_before = {
            (day.manager_id, day.date): _way_of(day) for day in (before.days if before else ())
        }
        self.changes = diff_plans(before, plan) if before else None
        self.change_of = {
            change.visit_id: change
            for change in (self.changes.changes if self.changes else ())
            if change.kind is not ChangeKind.KEPT
        }
        self.texts = texts
        self._shown = shown
        self.tasks: dict[str, list[str]] = {}
        for task in plan.tasks:
            said = texts("map.task", task=task.text.of(texts.language), date=task.date)
            self.tasks.setdefault(task.visit_id, []).append(said)

    def data(self) -> Json:
        plan, texts = self.plan, self.texts
        days = (*plan.days, *(self.earlier.days if self.earlier else ()))
        managers = {day.manager_id: day.manager_name for day in days}
        dates = sorted({day.date for day in days})
        manager_numbers = {manager_id: number for number, manager_id in enumerate(managers)}
        return {
            "title": self.texts("map.title", first=plan.horizon.first, last=plan.horizon.last),
            "words": {name: texts(f"map.{name}", n="{n}", place="{place}") for name in _WORDS},
            "tiers": self.tiers(),
            "states": self.states(),
            "totals": self.headline(),
            "managers": [
                {
                    "id": manager_id,
                    "name": name,
                    "colour": COLOURS[number % len(COLOURS)],
                    "summary": self.summary(
                        [day for day in plan.days if day.manager_id == manager_id]
                    ),
                }
                for number, (manager_id, name) in enumerate(managers.items())
            ],
            "dates": [self.date(date) for date in dates],
            "routes": [
                self.route(day, manager_numbers[day.manager_id], dates.index(day.date))
                for day in plan.days
            ],
            "before": self.before(list(managers), dates),
            "places": self.places(),
            "leftOut": [self.left_out(visit) for visit in plan.left_out],
            "districts": self.districts(),
            "legend": self.legend(),
            "notes": list(self.notes()),
        }

    def at(self, point: Point) -> Place:
        shown = self._shown(point)
        return round(shown.lat, 6), round(shown.lon, 6)

    def minutes(self, minutes: int) -> str:
        if minutes < 60:
            return self.texts("map.minutes", minutes=minutes)
        if minutes >= LARGE * 60 or minutes % 60 == 0:
            return self.texts("map.whole_hours", hours=round(minutes / 60))
        return self.texts("map.hours", hours=minutes // 60, minutes=minutes % 60)

    def km(self, metres: int) -> str:
        large = metres >= LARGE * 1000
        return self.texts("map.km", km=str(round(metres / 1000)) if large else kilometres(metres))

    def visits(self, visits: int) -> str:
        return self.texts("map.visits", n=visits)

    def travel(self, minutes: int, days: Sequence[PlannedDay]) -> str:
        estimated = any(leg.estimated for day in days for leg in day.legs)
        key = "map.travel_estimated" if estimated else "map.travel"
        return self.texts(key, time=self.minutes(minutes))

    def headline(self, of: Plan | None = None) -> list[Json]:
        plan = of or self.plan
        totals = plan.totals
        guessed = {leg.estimated for day in plan.days for leg in day.legs}
        travel = "map.total_travel"
        if True in guessed:
            travel += "_partly" if False in guessed else "_estimated"
        return [
            {"label": self.texts(key), "value": value}
            for key, value in (
                ("map.total_visits", str(totals.visits)),
                ("map.total_talk", self.minutes(totals.talk)),
                (travel, self.minutes(totals.travel)),
                ("map.total_distance", self.km(totals.metres)),
            )
        ]

    def summary(self, days: Sequence[PlannedDay]) -> str:
        totals = sum((day.totals for day in days), Totals())
        if not totals.visits:
            return self.texts("map.no_visits")
        return " · ".join(
            (
                self.visits(totals.visits),
                self.texts("map.talk", time=self.minutes(totals.talk)),
                self.travel(totals.travel, days),
                self.km(totals.metres),
            )
        )

    def date(self, date: dt.date) -> Json:
        # A horizon of several weeks has several Mondays: there the day of the month tells more.
        # CLDR's short weekday is 'Mo' in English; in Chinese its narrow one, '一', is as clear.
        pattern = "EEEEE" if self.texts.language == "zh" else "EEEEEE"
        return {
            "date": date.isoformat(),
            "label": f"{self.texts.weekday(date)} {date:%m-%d}",
            "tag": str(date.day)
            if self.plan.horizon.weeks > 1
            else format_date(date, pattern, locale=self.texts.language),
            "dash": DASHES[date.weekday()],
        }

    def before(self, managers: Sequence[str], dates: Sequence[dt.date]) -> Json | None:
        """What stood before: the days that went another way, and each change in words."""
        if self.earlier is None or self.changes is None:
            return None
        ways = {(day.manager_id, day.date): _way_of(day) for day in self.plan.days}
        other = [
            day
            for day in self.earlier.days
            if day.places and _way_of(day) != ways.get((day.manager_id, day.date))
        ]
        return {
            "routes": [
                self.course(day)
                | {"manager": managers.index(day.manager_id), "date": dates.index(day.date)}
                for day in other
            ],
            "changes": [
                {
                    "badge": {"kind": kind.value, "text": word(kind, self.texts)},
                    "visit": change.visit_id,
                    "name": change.client_name,
                    "slots": [self.when(slot) for slot in (change.old, change.new) if slot],
                }
                for kind in (ChangeKind.REMOVED, ChangeKind.MOVED, ChangeKind.ADDED)
                for change in self.changes.of(kind)
            ],
            "figures": [
                {"label": label, "values": [before, now]}
                for label, before, now in zip(
                    (entry["label"] for entry in self.headline()),
                    (entry["value"] for entry in self.headline(self.earlier)),
                    (entry["value"] for entry in self.headline()),
                    strict=True,
                )
            ],
        }

    def when(self, slot: PlannedSlot) -> str:
        start = format_clock(slot.start)
        name = slot.manager_name
        return self.texts("map.slot", date=slot.date.isoformat(), start=start, manager=name)

    def route(self, day: PlannedDay, manager: int, date: int) -> Json:
        return self.course(day) | {
            "manager": manager,
            "date": date,
            "times": self.times(day),
            "clock": [day.leave, day.back],
            "heading": self.texts.day(day.date),
            "summary": self.summary([day]),
            "touches": list(self.touches(day)),
            "same": self.earlier is not None
            and _way_of(day) == self.ways_before.get((day.manager_id, day.date)),
            "steps": list(self.steps(day)),
        }

    def touches(self, day: PlannedDay) -> Iterator[str]:
        """'on the way: 2 messages (...)': a line a place."""
        for place in TouchPlace:
            own = [touch for touch in day.touches if touch.place is place]
            if own:
                names = list(dict.fromkeys(touch.client_name for touch in own))
                counts = touch_counts(own, self.texts)
                yield self.texts("map.touches", what=counts, clients=names)

    def course(self, day: PlannedDay) -> Json:
        """The points that a day goes through, and the way between each two of them."""
        path = [self.at(place.point) for place in day.places]
        lines = [self.line(place.leg) for place in day.places[1:]]
        if day.start_point is not None and day.places and day.places[0].leg is not None:
            path.insert(0, self.at(day.start_point))
            lines.insert(0, self.line(day.places[0].leg))
        if day.end_point is not None and day.way_back is not None:
            path.append(self.at(day.end_point))
            lines.append(self.line(day.way_back))
        return {"path": path, "lines": lines}

    def times(self, day: PlannedDay) -> list[list[int]]:
        """When each way of the course is left for and ends, in minutes of the day."""
        if not day.places:
            return []
        begin = day.start_point is not None and day.places[0].leg is not None
        legs = [place.leg for place in day.places[0 if begin else 1 :]]
        if day.end_point is not None and day.way_back is not None:
            legs.append(day.way_back)
        arrivals = [place.arrive for place in day.places[0 if begin else 1 :]]
        return [
            [leg.leave, leg.arrive] if leg else [arrivals[number], arrivals[number]]
            for number, leg in enumerate(legs)
        ]

    def line(self, leg: Leg | None) -> str:
        """The leg's way along roads, encoded; '' where only its ends are known."""
        if leg is None or not leg.shape:
            return ""
        return encode_shape([self._shown(point) for point in decode_shape(leg.shape)])

    def steps(self, day: PlannedDay) -> Iterator[Json]:
        """A day's lines in the order of the clock."""
        if day.leave is not None and day.places[0].leg is not None:
            start = place_name(day.start_name, self.texts)
            yield _step(format_clock(day.leave), self.texts("map.leave", place=start))
        number = 0
        for episode in day_course(day):
            if isinstance(episode, PlannedVisit):
                number += 1
                yield {"kind": "stop", **self.stop(episode, number)}
            elif isinstance(episode, TimeWindow):
                yield _step(_span(episode.start, episode.end), self.texts("map.lunch"))
            elif isinstance(episode, Detour):
                name = place_name(episode.name, self.texts)
                text = self.texts("map.detour", place=name)
                yield _step(format_clock(episode.arrive), text, self.way(episode.leg))
            else:
                text = self.texts("map.back", place=place_name(day.end_name, self.texts))
                yield _step(format_clock(episode.arrive), text, self.way(episode))

    def way(self, leg: Leg | None) -> str:
        """'≈34 min · transit · 12.3 km', and the journey if it is known; '' without a way."""
        if leg is None:
            return ""
        parts = (travel_words(leg, self.texts), word(leg.mode, self.texts), self.km(leg.metres))
        way = " · ".join(parts)
        journey = journey_words(leg, self.texts)
        return self.texts("map.way_journey", way=way, journey=journey) if journey else way

    def stop(self, visit: PlannedVisit, number: int) -> Json:
        texts = self.texts
        badges = [{"kind": "tier", "text": word(visit.tier, texts)}]
        if visit.appointment is not None:
            badges.append({"kind": "appointment", "text": word(visit.appointment, texts)})
        elif visit.required:
            badges.append({"kind": "required", "text": texts("map.required")})
        if visit.status is not PlannedVisitStatus.PLANNED:
            badges.append({"kind": visit.status.value, "text": word(visit.status, texts)})
        if visit.told is not Told.NOT_AGREED and visit.appointment is None:
            badges.append({"kind": "told", "text": word(visit.told, texts)})
        change = self.change_of.get(visit.visit_id)
        if change and change.old:
            badges.append({"kind": "moved", "text": texts("map.was", slot=self.when(change.old))})
        if together := joint_words(visit, texts):
            badges.append({"kind": "joint", "text": together})
        if visit.off_minutes:
            off = texts("map.off", n=visit.off_minutes)
            badges.append({"kind": "approximate", "text": off})
        rows = [
            self.row(
                "talk",
                f"{_span(visit.talk.start, visit.talk.end)} · {self.minutes(visit.talk.minutes)}",
            ),
            self.row("arrive", format_clock(visit.arrive)),
        ]
        if visit.leg is not None:
            key = "map.label_travel_estimated" if visit.leg.estimated else "map.label_travel"
            rows.append(
                {
                    "label": texts(key),
                    "values": [_span(visit.leg.leave, visit.leg.arrive), self.way(visit.leg)],
                }
            )
        rows += [
            self.row("purpose", purpose_words(visit.purposes, texts)),
            self.row(
                "persons",
                *(person_words(person, texts) for person in visit.persons),
                *map(texts.render, visit.shortfall),
            ),
            self.row("tasks", *self.tasks.get(visit.visit_id, ())),
            self.row("address", visit.address),
            self.row("position", off_words(visit.off_minutes, texts)),
            self.row("room", visit.room or texts("map.room_unknown")),
            self.row("reasons", *(texts.render(reason.text) for reason in visit.reasons)),
            self.row("note", visit.note),
            *({"label": header, "values": [value]} for header, value in visit.extra.items()),
            self.row("client_id", visit.client_id),
        ]
        return {
            "number": number,
            "visit": visit.visit_id,
            "change": change.kind.value if change else "",
            "name": visit.client_name,
            "point": self.at(visit.point),
            "time": _span(visit.talk.start, visit.talk.end),
            "way": self.way(visit.leg),
            "talk": [visit.talk.start, visit.talk.end, visit.ready_to_leave],
            "tier": visit.tier.value,
            "state": _state(visit),
            "status": visit.status.value,
            "booked": visit.appointment is not None,
            "badges": badges,
            "rows": [row for row in rows if any(row["values"])],
            "find": "\n".join(
                (
                    visit.client_id,
                    visit.client_name,
                    visit.district,
                    visit.address,
                    *(person.name for person in visit.persons),
                )
            ),
        }

    def row(self, label: str, *values: str) -> Json:
        return {"label": self.texts(f"map.label_{label}"), "values": list(values)}

    def left_out(self, visit: UnplannedVisit) -> Json:
        texts = self.texts
        badges = [
            {"kind": "tier", "text": word(visit.tier, texts)},
            {"kind": "cause", "text": word(visit.cause, texts)},
        ]
        if visit.required:
            badges.append({"kind": "required", "text": texts("map.required")})
        rows = [
            self.row("why", texts.render(visit.why)),
            self.row("reasons", *(texts.render(reason.text) for reason in visit.reasons)),
            self.row("address", visit.address),
            self.row("position", off_words(visit.off_minutes, texts)),
            self.row("client_id", visit.client_id),
        ]
        change = self.change_of.get(visit.visit_id)
        return {
            "visit": visit.visit_id,
            "change": change.kind.value if change else "",
            "name": visit.client_name,
            "tier": visit.tier.value,
            "worth": visit.worth,
            "point": self.at(visit.point) if visit.point else None,
            "badges": badges,
            "why": texts.render(visit.why),
            "rows": [row for row in rows if any(row["values"])],
            "remedies": [self.remedy(remedy) for remedy in visit.remedies],
            "find": "\n".join((visit.client_id, visit.client_name, visit.address)),
        }

    def remedy(self, remedy: Remedy) -> Json:
        return {
            "text": self.texts.render(remedy.text),
            "adjust": [adjust_option(adjustment) for adjustment in remedy.adjustments],
        }

    def places(self) -> list[Json]:
        """Where days start and end, each place once, with the routes that use it."""
        found: dict[tuple[str, Place], dict[int, str]] = {}
        for number, day in enumerate(self.plan.days):
            for name, point in (
                (day.start_name, day.start_point),
                (day.end_name, day.end_point),
            ):
                if point is not None:
                    place = place_name(name, self.texts), self.at(point)
                    found.setdefault(place, {})[number] = day.manager_name
        return [
            {
                "name": f"{name} · {self.texts.join(list(dict.fromkeys(routes.values())))}",
                "point": point,
                "routes": list(routes),
            }
            for (name, point), routes in found.items()
        ]

    def tiers(self) -> list[Json]:
        """Those that occur, to choose from."""
        found = {visit.tier for _, visit in self.plan.visits}
        found |= {visit.tier for visit in self.plan.left_out}
        return [{"key": tier.value, "text": word(tier, self.texts)} for tier in sorted(found)]

    def states(self) -> list[Json]:
        """How far planned visits are, where there is more than one answer to choose from."""
        found = {_state(visit) for _, visit in self.plan.visits}
        words = {
            status.value: word(status, self.texts)
            for status in (*PlannedVisitStatus, *Told)
            if status is not Told.NOT_AGREED
        }
        words["booked"] = self.texts("map.booked")
        return [{"key": key, "text": words[key]} for key in STATES if key in found]

    def districts(self) -> list[Json]:
        """The name of each district in the middle of its visits: a map without tiles needs them."""
        found: dict[str, list[Place]] = {}
        for _, visit in self.plan.visits:
            if visit.district:
                found.setdefault(visit.district, []).append(self.at(visit.point))
        return [
            {
                "name": name,
                "point": (
                    round(sum(lat for lat, _ in points) / len(points), 6),
                    round(sum(lon for _, lon in points) / len(points), 6),
                ),
            }
            for name, points in found.items()
        ]

    def legend(self) -> list[Json]:
        names = ["stop", "booked", "under_way", "done", "left_out", "place"]
        if any(visit.point for visit in self.plan.left_out):
            names.append("heat")
        if self.earlier is not None:
            names += ["moved", "added", "removed", "before"]
        return [{"kind": name, "text": self.texts(f"map.legend_{name}")} for name in names]

    def notes(self) -> Iterator[str]:
        plan, texts = self.plan, self.texts
        if plan.proof.budget is not None:
            yield budget_words(plan.proof, plan.proof.budget, texts)
        elif plan.proof.rest_gap is not None:
            # Rounded up, so that what is said is true.
            percent = math.ceil(plan.proof.rest_gap * 1000) / 10
            yield texts("map.proof", percent=f"{percent:g}") if percent else texts("map.proven")
        legs = [leg for day in plan.days for leg in day.legs]
        if plan.estimated:
            network = any(not leg.estimated for leg in legs)
            yield texts("map.some_estimated" if network else "map.estimated")
        if not all(leg.shape for leg in legs):
            yield texts("map.some_lines" if any(leg.shape for leg in legs) else "map.lines")
        yield from (texts.render(note) for note in plan.notes)
        origin = plan.origin
        yield texts(
            "map.origin",
            book=origin.book,
            policy=origin.policy,
            version=origin.version,
            routeplan=origin.routeplan,
        )
        if origin.now is not None:
            yield texts("map.as_of", now=f"{origin.now:%Y-%m-%d %H:%M}")


def _way_of(day: PlannedDay) -> tuple[tuple[str, int], ...]:
    """Where a day goes, and when: what makes it another day."""
    names = (place.visit_id if isinstance(place, PlannedVisit) else "" for place in day.places)
    return tuple(zip(names, (place.arrive for place in day.places), strict=True))


def _state(visit: PlannedVisit) -> str:
    """The one that says most of how firm a visit is."""
    if visit.status is not PlannedVisitStatus.PLANNED:
        return visit.status.value
    if visit.appointment is not None:
        return "booked"
    return visit.status.value if visit.told is Told.NOT_AGREED else visit.told.value


def _span(start: int, end: int) -> str:
    return f"{format_clock(start)}–{format_clock(end)}"


def _step(time: str, text: str, way: str = "") -> Json:
    return {"kind": "step", "time": time, "text": text, "way": way}
