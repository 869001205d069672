"""The planning problem in integers.

Team orienteering with multiple time windows over several days: each shift (one manager on one day)
gets a route; each visit is made at most once, inside one of its windows; what is left out costs its
worth. After Tricoire, Romauch, Doerner, Hartl (2010), "Heuristics for the multi-period orienteering
problem with multiple time windows".

Units: minutes, minutes after the day's midnight, metres; money is minutes of travel.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from routeplan.travel.matrix import TravelMatrix
from routeplan.values import Frozen

__all__ = ["Choice", "Gap", "Joint", "Lunch", "Problem", "Shift", "Tie", "Visit", "Window"]

Natural = Annotated[int, Field(ge=0)]


class Lunch(Frozen):
    """A break of `minutes`, whole inside [earliest, latest].

    No travel, no talk and no minute before or after a talk falls into it. It is taken anywhere
    between leaving the last place and preparing the next talk, or before or after the whole route;
    a shift that has one always keeps it.
    """

    earliest: Natural
    latest: Natural
    minutes: Annotated[int, Field(ge=1)]


class Shift(Frozen):
    """One manager's working time on one day, at most one route."""

    manager: str
    day: Natural
    """Index into `Problem.days`."""
    start: Natural
    """Earliest departure from `start_place`."""
    end: Natural
    """Latest arrival at `end_place`; without one, latest end of the last visit's `after`."""
    start_place: Natural | None
    """Index into `Problem.places`; None: the route starts at its first visit."""
    end_place: Natural | None
    matrix: Natural
    """Index into `Problem.matrices`."""
    lunch: Lunch | None = None
    max_visits: Natural
    max_talk: Natural
    crowding: Natural = 0
    """What each pair of visits on the shift costs, so that days come out even: a visit moved to a
    day that has two fewer saves it once."""
    made: Natural = 0
    """Visits of that day already made: they crowd the route as those on it do."""

    def crowded(self, visits: int) -> int:
        """What so many visits on the route cost for being on one day."""
        return self.crowding * (self.made * visits + visits * (visits - 1) // 2)


class Window(Frozen):
    """A talk may lie whole inside [start, end] of a shift, at a cost (0 where it is welcome).

    Windows say everything about when and by whom: opening hours, appointments, absences, who may
    serve whom, preferred hours, and what it costs to move a visit that was already planned.
    They may overlap; the cheapest that holds the talk counts.
    """

    shift: Natural
    start: Natural
    end: Natural
    cost: Natural = 0


class Visit(Frozen):
    id: str
    client: str
    place: Natural
    talk: Annotated[int, Field(ge=1)]
    before: Natural
    """Minutes between arrival and talk: early arrival, finding the room."""
    after: Natural
    """Minutes between the talk's end and setting off."""
    worth: Natural
    required: bool = False
    windows: tuple[Window, ...]


class Gap(Frozen):
    """If both are made, `second`'s day is at least `days` days after `first`'s (dates count)."""

    first: Natural
    second: Natural
    days: Natural


class Choice(Frozen):
    """At most one of some visits is made; if none is, that costs `worth`, or the penalty."""

    visits: Annotated[tuple[int, ...], Field(min_length=1)]
    worth: Natural
    required: bool = False


class Tie(Frozen):
    """Either both visits are made or neither: `first` stands in a choice, `second` in no choice and
    in no gap.

    A joint visit is a choice among its hours, each a visit with one window as long as the talk, and
    each tied to a visit of the second person at that hour.
    """

    first: Natural
    second: Natural


class Joint(Frozen):
    """Two people visit together: both visits are made, at the same start on one day by different
    managers, or neither is. What the pair is worth stands at `first`.

    Starts are multiples of `grid` minutes, and the first of each span in which both may be there.
    """

    first: Natural
    second: Natural
    grid: Annotated[int, Field(ge=1)]


class Problem(Frozen):
    """Complete input of a solver.

    The cost of a solution, to be minimised, is
        typical travel minutes of all legs
      + cost of the windows used
      + `crowding` for each pair of visits on one day
      + worth of the visits left out, and of the choices of which nothing is made, that are not
        required
      + `required_penalty` for each required one.
    `required_penalty` exceeds all that the rest can add up to, so required visits come first.
    """

    version: Literal[1] = 1
    days: tuple[dt.date, ...]
    places: tuple[str, ...]
    """Names, for people; the index is the row of every matrix."""
    matrices: tuple[TravelMatrix, ...]
    shifts: tuple[Shift, ...]
    visits: tuple[Visit, ...]
    gaps: tuple[Gap, ...] = ()
    choices: tuple[Choice, ...] = ()
    ties: tuple[Tie, ...] = ()
    joints: tuple[Joint, ...] = ()
    """Planned as choices and ties, see solve/joint.py."""
    required_penalty: Natural

    @model_validator(mode="after")
    def _indices_exist(self) -> Self:
        wrong: list[str] = []
        for matrix in self.matrices:
            if len(matrix.minutes) != len(self.places):
                wrong.append(
                    f"a {matrix.mode} matrix has {len(matrix.minutes)} rows, not {len(self.places)}"
                )
        for number, shift in enumerate(self.shifts):
            if shift.day >= len(self.days) or shift.matrix >= len(self.matrices):
                wrong.append(f"shift {number}: no day {shift.day} or no matrix {shift.matrix}")
            for place in (shift.start_place, shift.end_place):
                if place is not None and place >= len(self.places):
                    wrong.append(f"shift {number} names place {place}, which is missing")
        if len({(shift.manager, shift.day) for shift in self.shifts}) < len(self.shifts):
            wrong.append("a manager has two shifts on one day")
        for visit in self.visits:
            if visit.place >= len(self.places):
                wrong.append(f"visit {visit.id} names place {visit.place}, which is missing")
            for window in visit.windows:
                if window.shift >= len(self.shifts):
                    wrong.append(f"visit {visit.id} names shift {window.shift}, which is missing")
        if len({visit.id for visit in self.visits}) < len(self.visits):
            wrong.append("two visits have one id")
        for gap in self.gaps:
            if max(gap.first, gap.second) >= len(self.visits) or gap.first == gap.second:
                wrong.append(f"gap {gap.first}-{gap.second} names no two visits")
        wrong += self._wrong_ties()
        wrong += self._wrong_joints()
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _wrong_ties(self) -> list[str]:
        chosen = [visit for choice in self.choices for visit in choice.visits]
        tied = [visit for tie in self.ties for visit in (tie.first, tie.second)]
        if (
            max((*chosen, *tied), default=0) >= max(1, len(self.visits))
            or min(chosen, default=0) < 0
        ):
            return ["a choice or tie names a visit that is missing"]
        wrong = [
            f"visit {self.visits[visit].id} stands in two {what}"
            for what, named in (("choices", chosen), ("ties", tied))
            for visit, times in Counter(named).items()
            if times > 1
        ]
        for visit in (self.visits[number] for number in sorted({*chosen, *tied})):
            if visit.worth or visit.required:
                wrong.append(f"visit {visit.id} is of a choice or tie and has a worth of its own")
        of_choice = set(chosen)
        alone = {visit for gap in self.gaps for visit in (gap.first, gap.second)} | of_choice
        for tie in self.ties:
            if tie.first not in of_choice or tie.second in alone:
                first, second = self.visits[tie.first].id, self.visits[tie.second].id
                wrong.append(f"tie {first}-{second} does not lead from a choice to a visit apart")
        for visit in (self.visits[number] for number in tied):
            if all(window.end - window.start < visit.talk for window in visit.windows):
                wrong.append(f"visit {visit.id} is tied and has no window that holds it")
        return wrong

    def _wrong_joints(self) -> list[str]:
        named = [visit for joint in self.joints for visit in (joint.first, joint.second)]
        if max(named, default=-1) >= len(self.visits):
            return ["a joint visit is missing"]
        wrong = [
            f"visit {self.visits[visit].id} stands in two joint visits"
            for visit, times in Counter(named).items()
            if times > 1
        ]
        for joint in self.joints:
            first, second = self.visits[joint.first], self.visits[joint.second]
            if second.worth or second.required:
                wrong.append(f"visit {second.id} comes along and has a worth of its own")
            if first.talk != second.talk:
                wrong.append(f"visits {first.id} and {second.id} do not last as long")
        return wrong

    @cached_property
    def windows_by_shift(self) -> tuple[dict[int, tuple[Window, ...]], ...]:
        """Per visit: shift → its windows there, by start; only windows that can hold the talk."""
        found: list[dict[int, tuple[Window, ...]]] = []
        for visit in self.visits:
            by_shift: dict[int, list[Window]] = {}
            for window in sorted(
                visit.windows, key=lambda window: (window.shift, window.start, window.end)
            ):
                if window.end - window.start >= visit.talk:
                    by_shift.setdefault(window.shift, []).append(window)
            found.append({shift: tuple(windows) for shift, windows in by_shift.items()})
        return tuple(found)
