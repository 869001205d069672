"""What a day sheet says, as plain values with every word in the reader's language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from babel.dates import format_date

from routeplan.book.models import Book, Channel, TravelMode
from routeplan.due.preparation import Preparation
from routeplan.language import Texts
from routeplan.outputs.day_course import day_course, lunch_on_arrival
from routeplan.outputs.day_sheet.free_time import FreeTime, Visitor, free_times, near_by
from routeplan.outputs.day_sheet.navigation import Place, navigation_links
from routeplan.outputs.day_sheet.prepare import (
    Item,
    Task,
    own_checklist,
    tasks_of,
    things_to_bring,
)
from routeplan.outputs.next_step import next_step
from routeplan.outputs.touches import addressees, place_words
from routeplan.outputs.wording import (
    joint_words,
    journey_words,
    kilometres,
    off_words,
    place_name,
    travel_words,
    word,
)
from routeplan.plan.plan import (
    Detour,
    Leg,
    PersonToMeet,
    Plan,
    PlannedDay,
    PlannedTouch,
    PlannedVisit,
    PlannedVisitStatus,
    TouchPlace,
    UnplannedVisit,
)
from routeplan.problem.progress import Told
from routeplan.values import TimeWindow, format_clock

__all__ = ["Badge", "Entry", "Person", "Sheet", "Stop", "Suggestion", "day_sheet"]

_PHONE = re.compile(r"\s*\+?[\d(][\d ().-]*", re.ASCII)
_SHORTEST_PHONE = 3


class Person(NamedTuple):
    name: str
    about: str
    phone: str
    call: str
    """What a telephone dials; '' where the phone holds no number."""
    why: str = ""


class Badge(NamedTuple):
    kind: str
    text: str


class Suggestion(NamedTuple):
    """A client left out of the plan, and what speaks for calling now."""

    name: str
    badges: tuple[Badge, ...]
    text: str
    persons: tuple[Person, ...]


class Stop(NamedTuple):
    """A visit."""

    number: int
    name: str
    tier: str
    status: str
    badges: tuple[Badge, ...]
    arrive: str
    start: str
    end: str
    minutes: str
    wrap_up: str
    """'' where the talk is too short for it, or over."""
    wrap_up_line: str
    """What to say then."""
    leave_by: str
    address: str
    room: str
    """'' is unknown."""
    position: str
    persons: tuple[Person, ...]
    purposes: tuple[str, ...]
    bring: tuple[str, ...]
    """What the purposes ask for."""
    next_step: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    """Label and texts of what else there is to know."""
    links: tuple[tuple[str, str], ...]
    """Name of a map service, and where it opens the way."""


class Entry(NamedTuple):
    """A line of the day."""

    kind: Literal["leave", "way", "stop", "lunch", "free", "detour", "back"]
    start: str
    until: str = ""
    text: str = ""
    journey: str = ""
    """Of a way, as far as it is known."""
    stop: Stop | None = None
    suggestions: tuple[Suggestion, ...] = ()


class TouchLine(NamedTuple):
    """A call or message."""

    time: str
    text: str
    """What, and to which client."""
    persons: str
    call: str
    """The number to dial; '' for a message."""
    why: str


class TouchGroup(NamedTuple):
    """Those of one kind of time: on the way, while waiting, at the desk."""

    title: str
    lines: tuple[TouchLine, ...]


class Sheet(NamedTuple):
    title: str
    manager: str
    date: str
    facts: tuple[tuple[str, str], ...]
    """Value and label."""
    bring: tuple[str, ...]
    tasks: tuple[str, ...]
    entries: tuple[Entry, ...]
    touches: tuple[TouchGroup, ...]
    near: tuple[Suggestion, ...]
    notes: tuple[str, ...]


def day_sheet(plan: Plan, day: PlannedDay, texts: Texts, *, book: Book | None = None) -> Sheet:
    """One manager's day. What only the book knows is left away where there is none."""
    return _Maker(plan, day, texts, book).sheet()


class _Maker:
    def __init__(self, plan: Plan, day: PlannedDay, texts: Texts, book: Book | None) -> None:
        self.plan = plan
        self.day = day
        self.texts = texts
        self.book = book
        self.checklists = plan.origin.checklists
        self.settings = plan.origin.settings

    def sheet(self) -> Sheet:
        day, texts = self.day, self.texts
        free = free_times(self.plan, day, self.book)
        suggested = {one.visit.visit_id for gap in free for one in gap.visitors}
        near = [one for one in near_by(self.plan, day) if one.visit.visit_id not in suggested]
        title = texts("sheet.title", manager=day.manager_name, date=day.date)
        return Sheet(
            title=title,
            manager=day.manager_name,
            date=self.long_date(),
            facts=tuple(self.facts()),
            bring=tuple(
                self.item(item) for item in things_to_bring(day, texts.language, self.checklists)
            ),
            tasks=tuple(self.task(task) for task in tasks_of(self.plan, day, texts.language)),
            entries=tuple(self.entries(free)),
            touches=tuple(self.touches()),
            near=tuple(self.suggestion(one, self.near_text(one)) for one in near),
            notes=tuple(self.notes()),
        )

    def long_date(self) -> str:
        """'Monday, 23 November' or '11月23日星期一'."""
        pattern = "M月d日 EEEE" if self.texts.language == "zh" else "EEEE, d MMMM"
        return format_date(self.day.date, pattern, locale=self.texts.language)

    def facts(self) -> Iterator[tuple[str, str]]:
        day, texts, totals = self.day, self.texts, self.day.totals
        if day.leave is None or day.back is None:
            return
        estimated = any(leg.estimated for leg in day.legs)
        yield f"{format_clock(day.leave)}–{format_clock(day.back)}", texts("sheet.fact_out")
        yield str(totals.visits), texts("sheet.fact_visits")
        yield self.duration(totals.talk), texts("sheet.fact_talk")
        travel = "sheet.fact_travel_estimated" if estimated else "sheet.fact_travel"
        yield self.duration(totals.travel), texts(travel)
        yield texts("sheet.km", km=kilometres(totals.metres)), texts("sheet.fact_distance")

    def item(self, item: Item) -> str:
        numbers = self.texts.join([str(number) for number in item.numbers])
        return self.texts("sheet.item", text=item.text, numbers=numbers) if numbers else item.text

    def task(self, task: Task) -> str:
        client = task.visit.client_name
        return self.texts("sheet.task", text=task.text, client=client, day=self.short(task.date))

    def short(self, date: dt.date) -> str:
        """'Tue 11-24'."""
        return f"{self.texts.weekday(date)} {date:%m-%d}"

    def duration(self, minutes: int) -> str:
        if minutes < 60:
            return self.texts("sheet.minutes", minutes=minutes)
        key = "sheet.hours" if minutes % 60 else "sheet.whole_hours"
        return self.texts(key, hours=minutes // 60, minutes=minutes % 60)

    # --- the day's lines --------------------------------------------------------------------------

    def entries(self, free: Sequence[FreeTime]) -> Iterator[Entry]:
        """In the order of the clock."""
        lines = [
            *self.course(),
            *((gap.hours.start, 5 if gap.kind == "after" else 1, self.free(gap)) for gap in free),
        ]
        yield from (entry for _, _, entry in sorted(lines, key=lambda line: line[:2]))

    def course(self) -> Iterator[tuple[int, int, Entry]]:
        """Each line with the minute and rank that it is sorted by."""
        day, texts = self.day, self.texts
        if day.leave is not None and day.places[0].leg is not None:
            text = texts("sheet.leave", place=place_name(day.start_name, texts))
            yield day.leave, 2, Entry("leave", format_clock(day.leave), text=text)
        number = 0
        before = self.place_of_start()
        for episode in day_course(day):
            if isinstance(episode, PlannedVisit):
                yield from self.travel(episode.leg)
                number += 1
                stop = self.stop(episode, number, before)
                yield episode.talk.start, 4, Entry("stop", stop.start, stop.end, stop=stop)
                before = Place(episode.client_name, episode.point)
            elif isinstance(episode, Detour):
                yield from self.travel(episode.leg)
                text = texts("sheet.detour", place=place_name(episode.name, texts))
                time = format_clock(episode.arrive)
                yield episode.arrive, 4, Entry("detour", time, text=text)
                before = Place(place_name(episode.name, texts), episode.point)
            elif isinstance(episode, TimeWindow):
                there = "sheet.lunch_there" if lunch_on_arrival(day) else "sheet.lunch"
                text = texts(there, n=episode.minutes)
                yield episode.start, 0, Entry("lunch", *_ends(episode), text)
            else:
                yield from self.travel(episode)
                text = texts("sheet.back", place=place_name(day.end_name, texts))
                yield episode.arrive, 4, Entry("back", format_clock(episode.arrive), text=text)

    def travel(self, leg: Leg | None) -> Iterator[tuple[int, int, Entry]]:
        if leg is not None:
            ends = format_clock(leg.leave), format_clock(leg.arrive)
            journey = journey_words(leg, self.texts)
            yield leg.leave, 3, Entry("way", *ends, self.way(leg), journey)

    def place_of_start(self) -> Place | None:
        day = self.day
        if day.start_point is None:
            return None
        return Place(place_name(day.start_name, self.texts), day.start_point)

    def free(self, gap: FreeTime) -> Entry:
        suggestions = []
        for one in gap.visitors:
            text = self.texts(
                "sheet.could_visit", start=one.talk.start, end=one.talk.end, km=self.km(one)
            )
            suggestions.append(self.suggestion(one, text))
        text = self.texts(f"sheet.free_{gap.kind}", time=self.duration(gap.hours.minutes))
        return Entry("free", *_ends(gap.hours), text, suggestions=tuple(suggestions))

    def way(self, leg: Leg) -> str:
        """'public transport · ≈16 min · 4.1 km'."""
        return self.texts(
            "sheet.way",
            mode=word(leg.mode, self.texts),
            time=travel_words(leg, self.texts),
            km=kilometres(leg.metres),
        )

    # --- a visit ----------------------------------------------------------------------------------

    def stop(self, visit: PlannedVisit, number: int, before: Place | None) -> Stop:
        texts = self.texts
        wrap_up = self.settings.talk.wrap_up
        ahead = visit.status is not PlannedVisitStatus.DONE
        wraps_up = ahead and 0 < wrap_up < visit.talk.minutes
        mode = visit.leg.mode if visit.leg else self.mode()
        checklist = own_checklist(visit, texts.language, self.checklists)
        here = Place(visit.client_name, visit.point)
        return Stop(
            number=number,
            name=visit.client_name,
            tier=visit.tier.value,
            status=visit.status.value,
            badges=tuple(self.badges(visit)),
            arrive=format_clock(visit.arrive),
            start=format_clock(visit.talk.start),
            end=format_clock(visit.talk.end),
            minutes=self.duration(visit.talk.minutes),
            wrap_up=format_clock(visit.talk.end - wrap_up) if wraps_up else "",
            wrap_up_line=self.wrap_up_line(visit) if wraps_up else "",
            leave_by=format_clock(visit.ready_to_leave),
            address=visit.address,
            room=visit.room,
            position=off_words(visit.off_minutes, texts),
            persons=tuple(self.person(person) for person in visit.persons),
            purposes=tuple(word(purpose, texts) for purpose in visit.purposes),
            bring=checklist.bring if ahead else (),
            next_step=next_step(self.book, visit.client_id, self.day.date, texts),
            rows=tuple(self.rows(visit, checklist)),
            links=tuple(self.links(here, mode, before)) if ahead else (),
        )

    def wrap_up_line(self, visit: PlannedVisit) -> str:
        """What is said in the settings, else a sentence in the language of whom it is said to."""
        if line := self.settings.talk.wrap_up_line:
            return line
        greeted = next((person.language for person in visit.persons if person.language), None)
        texts = Texts(greeted.value) if greeted else self.texts
        return texts("sheet.wrap_up_line")

    def links(self, to: Place, mode: TravelMode, start: Place | None) -> Iterator[tuple[str, str]]:
        for link in navigation_links(to, mode, start=start):
            yield self.texts(f"sheet.to_{link.service}"), link.url

    def mode(self) -> TravelMode:
        """How the manager travels, as far as the plan tells."""
        legs = self.day.legs
        return legs[0].mode if legs else TravelMode.TRANSIT

    def badges(self, visit: PlannedVisit) -> Iterator[Badge]:
        texts = self.texts
        yield Badge(f"tier-{visit.tier.value}", word(visit.tier, texts))
        if visit.appointment is not None:
            yield Badge("appointment", word(visit.appointment, texts))
        elif visit.told is not Told.NOT_AGREED:
            yield Badge("told", word(visit.told, texts))
        elif visit.required:
            yield Badge("required", texts("sheet.required"))
        if visit.status is not PlannedVisitStatus.PLANNED:
            yield Badge(visit.status.value, word(visit.status, texts))

    def person(self, person: PersonToMeet) -> Person:
        parts = [word(person.layer, self.texts), person.role]
        about = " · ".join(part for part in parts if part)
        why = self.texts.render(person.why) if person.why else ""
        return Person(person.name, about, person.phone, dialled(person.phone), why)

    def rows(
        self, visit: PlannedVisit, checklist: Preparation
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        texts = self.texts
        if together := joint_words(visit, texts):
            yield texts("sheet.together"), (together,)
        if visit.status is not PlannedVisitStatus.DONE and checklist.mind:
            yield texts("sheet.mind"), checklist.mind
        if visit.shortfall:
            yield texts("sheet.shortfall"), tuple(texts.render(one) for one in visit.shortfall)
        yield texts("sheet.reasons"), tuple(texts.render(one.text) for one in visit.reasons)
        if visit.note:
            yield texts("sheet.note"), (visit.note,)
        for header, text in visit.extra.items():
            yield header, (text,)

    # --- calls and messages -----------------------------------------------------------------------

    def touches(self) -> Iterator[TouchGroup]:
        for place in TouchPlace:
            lines = [self.touch(touch) for touch in self.day.touches if touch.place is place]
            if lines:
                yield TouchGroup(place_words(place, self.texts), tuple(lines))

    def touch(self, touch: PlannedTouch) -> TouchLine:
        what = self.texts(
            "touch.to", what=word(touch.channel, self.texts), client=touch.client_name
        )
        phone = touch.persons[0].phone if touch.channel is Channel.PHONE and touch.persons else ""
        return TouchLine(
            time=f"{format_clock(touch.time.start)}–{format_clock(touch.time.end)}",
            text=what,
            persons=addressees(touch.persons, self.texts),
            call=dialled(phone),
            why=self.texts.render(touch.reasons[0]),
        )

    # --- clients left out -------------------------------------------------------------------------

    def suggestion(self, one: Visitor, text: str) -> Suggestion:
        visit = one.visit
        badges = [Badge(f"tier-{visit.tier.value}", word(visit.tier, self.texts))]
        return Suggestion(visit.client_name, tuple(badges), text, tuple(self.to_call(visit)))

    def to_call(self, visit: UnplannedVisit) -> Iterator[Person]:
        """The first person of the client, in the book's order, that can be called."""
        contacts = self.book.contacts_of.get(visit.client_id, ()) if self.book else ()
        for contact in contacts:
            if call := dialled(contact.phone):
                yield Person(contact.name, contact.role, contact.phone, call)
                return

    def near_text(self, one: Visitor) -> str:
        cause = word(one.visit.cause, self.texts)
        return self.texts("sheet.near", km=self.km(one), place=one.near, cause=cause)

    def km(self, one: Visitor) -> str:
        return kilometres(one.metres)

    def notes(self) -> Iterator[str]:
        plan, texts = self.plan, self.texts
        if any(leg.estimated for leg in self.day.legs):
            yield texts("sheet.estimated")
        origin = plan.origin
        yield texts("sheet.origin", version=origin.version, policy=origin.policy)
        if origin.now is not None:
            yield texts("sheet.as_of", now=f"{origin.now:%Y-%m-%d %H:%M}")
        yield texts("sheet.private")


def dialled(phone: str) -> str:
    """What a telephone dials: the number that the text starts with; '' without one."""
    found = _PHONE.match(phone)
    digits = re.sub(r"[^\d+]", "", found[0]) if found else ""
    return digits if len(digits) >= _SHORTEST_PHONE else ""


def _ends(hours: TimeWindow) -> tuple[str, str]:
    return format_clock(hours.start), format_clock(hours.end)
