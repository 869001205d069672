"""One shift's route as the search sees it: what it costs, and what else fits where.

The route keeps, before each leg, the first minute at which one can be free (with and without the
break behind one), and at each place the last arrival from which the rest still works. With both, an
insertion is checked in constant time, exactly; after Savelsbergh (1992), "The vehicle routing
problem with time windows: minimizing route duration", extended to several windows and a break.
"""

from __future__ import annotations

from routeplan.solve.schedule import least_window_cost
from routeplan.solve.tables import NEVER, NO_WAY, ShiftTable

__all__ = ["Day", "Days", "fits_at"]


class Day:
    """A feasible order of visits on a shift. Never changed once made."""

    __slots__ = (
        "cost",
        "done",
        "hungry",
        "latest_done",
        "latest_hungry",
        "offers",
        "talk",
        "visits",
        "windows",
    )

    def __init__(
        self,
        visits: tuple[int, ...],
        cost: int,
        windows: int,
        talk: int,
        done: list[int],
        hungry: list[int],
        latest_done: list[int],
        latest_hungry: list[int],
    ) -> None:
        self.visits = visits
        self.cost = cost
        """Typical travel, windows, and crowding."""
        self.windows = windows
        """What the windows cost."""
        self.talk = talk
        self.done = done
        """Before each leg: the first minute one is free, the break taken."""
        self.hungry = hungry
        """The same, the break still to come."""
        self.latest_done = latest_done
        """At the end of each leg: the last arrival from which the rest works, the break taken."""
        self.latest_hungry = latest_hungry
        """The same, the break still to come."""
        self.offers: dict[int, tuple[int, int]] = {}
        """Visit → what it costs more to take it in at best, and where; cached."""


class Days:
    """All orders of one shift that were looked at, each worked out once."""

    __slots__ = ("_known", "_limit", "table")

    def __init__(self, table: ShiftTable, *, limit: int = 20_000) -> None:
        self.table = table
        self._known: dict[tuple[int, ...], Day | None] = {}
        self._limit = limit

    def day(self, visits: tuple[int, ...]) -> Day | None:
        """The route of `visits` in this order; None: impossible. Empty is always possible."""
        try:
            return self._known[visits]
        except KeyError:
            if len(self._known) >= self._limit:
                self._known.clear()
            made = self._known[visits] = _make(self.table, visits)
            return made

    @property
    def empty(self) -> Day:
        """The route without visits."""
        day = self.day(())
        if day is None:
            raise AssertionError("a day without visits is always possible")
        return day

    def longer(self, day: Day, visit: int, position: int) -> Day:
        """`day` with `visit` at `position`, which `offer` named."""
        made = self.day((*day.visits[:position], visit, *day.visits[position:]))
        if made is None:
            raise AssertionError("an offer that does not hold")
        return made

    def offer(self, day: Day, visit: int) -> tuple[int, int]:
        """What it costs more to make `visit` on `day` at its best position, and that position.

        (NO_WAY, -1): it does not fit.
        """
        try:
            return day.offers[visit]
        except KeyError:
            found = day.offers[visit] = self._offer(day, visit)
            return found

    def _offer(self, day: Day, visit: int) -> tuple[int, int]:
        table = self.table
        reaches = table.reaches[visit]
        visits = day.visits
        size = len(visits)
        none = (NO_WAY, -1)
        if (
            not reaches
            or size >= table.max_visits
            or day.talk + table.talks[visit] > table.max_talk
        ):
            return none
        places, typical = table.places, table.travel.typical
        place = places[visit]
        from_here = typical[place]
        flat = table.flat[visit]
        # Where all windows' costs are flat, this is what it costs more; else it is that at least.
        exact = flat is not None and all(table.flat[other] is not None for other in visits)
        window = min(reach[2] for reach in reaches)
        beside = window + table.crowding * (table.made + size)
        detours: list[tuple[int, int]] = []
        at = table.start_place
        for position in range(size + 1):
            origin = at
            at = places[visits[position]] if position < size else table.end_place
            now = typical[origin][at] if size else 0
            detours.append((typical[origin][place] + from_here[at] - now + beside, position))
        best = none
        for extra, position in sorted(detours):
            if (extra, position) > best:
                break
            if not fits_at(table, day, visit, position):
                continue
            if exact:
                return extra, position
            windows = least_window_cost(table, (*visits[:position], visit, *visits[position:]))
            if windows is None:
                raise AssertionError("a visit that goes in time does not go")
            best = min(best, (extra - window + windows - day.windows, position))
        return best


def fits_at(table: ShiftTable, day: Day, visit: int, position: int) -> bool:
    """Whether `visit` goes in time before the leg's end at `position`; caps are not looked at."""
    places, travel = table.places, table.travel
    slot, minutes, wait = table.slot, travel.minutes, travel.wait
    place, reaches, size = places[visit], table.reaches[visit], len(day.visits)
    if not reaches:
        return False
    last_reach = max(reach[1] for reach in reaches)
    origin = places[day.visits[position - 1]] if position else table.start_place
    after = places[day.visits[position]] if position < size else table.end_place
    ready = day.done[position]
    if ready <= last_reach:
        slice_ = slot[ready]
        arrival = ready + minutes[slice_][origin][place]
        later = wait[slice_][origin][place]
        if later < arrival:
            arrival = later
        for first, last, _ in reaches:
            if arrival <= last:
                ready = (arrival if arrival > first else first) + table.stays[visit]
                slice_ = slot[ready]
                deadline = day.latest_done[position]
                if (
                    ready + minutes[slice_][place][after] <= deadline
                    or wait[slice_][place][after] <= deadline
                ):
                    return True
                break
    ready = day.hungry[position]
    if not table.lunch or ready > last_reach:
        return False
    slice_ = slot[ready]
    arrival = min(ready + minutes[slice_][origin][place], wait[slice_][origin][place])
    return _fits_hungry(table, day, position, visit, arrival, after)


def _fits_hungry(
    table: ShiftTable, day: Day, position: int, visit: int, arrival: int, after: int
) -> bool:
    """Whether `visit`, reached at `arrival` before the break, leaves time for break and rest."""
    place = table.places[visit]
    ready = _ready(table, visit, arrival)
    if ready < NO_WAY:
        if table.arrival(place, after, ready) <= day.latest_hungry[position]:
            return True
        if ready <= table.lunch_last:
            fed = max(ready, table.lunch_first) + table.lunch
            if table.arrival(place, after, fed) <= day.latest_done[position]:
                return True
    if arrival <= table.lunch_last:
        ready = _ready(table, visit, max(arrival, table.lunch_first) + table.lunch)
        if ready < NO_WAY:
            return table.arrival(place, after, ready) <= day.latest_done[position]
    return False


def _ready(table: ShiftTable, visit: int, arrival: int) -> int:
    """Free again at the earliest after arriving at `visit`; NO_WAY: too late for every window."""
    for first, last, _ in table.reaches[visit]:
        if arrival <= last:
            return max(arrival, first) + table.stays[visit]
    return NO_WAY


def _arrive_by(table: ShiftTable, visit: int, ready: int) -> int:
    """The last arrival at `visit` from which one is free by `ready`; NEVER: none."""
    latest = NEVER
    for first, last, _ in table.reaches[visit]:
        if first + table.stays[visit] <= ready:
            latest = max(latest, min(last, ready - table.stays[visit]))
    return latest


def _make(table: ShiftTable, visits: tuple[int, ...]) -> Day | None:
    talk = sum(table.talks[visit] for visit in visits)
    if talk > table.max_talk or len(visits) > table.max_visits:
        return None
    done, hungry = [], []
    fed, unfed = table.start, NO_WAY
    if table.lunch:
        unfed = table.start
        fed = NO_WAY
        if table.lunch_last != NEVER:
            fed = max(table.start, table.lunch_first + table.lunch)
    typical = table.travel.typical
    cost, at = 0, table.start_place
    for number, visit in enumerate(visits):
        cost += table.crowding * (table.made + number)
        done.append(fed)
        hungry.append(unfed)
        place = table.places[visit]
        cost += typical[at][place]
        fed = _ready(table, visit, table.arrival(at, place, fed)) if fed < NO_WAY else NO_WAY
        if unfed < NO_WAY:
            arrival = table.arrival(at, place, unfed)
            if arrival <= table.lunch_last:
                since = max(arrival, table.lunch_first) + table.lunch
                fed = min(fed, _ready(table, visit, since))
            unfed = _ready(table, visit, arrival)
            if unfed <= table.lunch_last:
                fed = min(fed, max(unfed, table.lunch_first) + table.lunch)
        if fed >= NO_WAY and unfed >= NO_WAY:
            return None
        at = place
    done.append(fed)
    hungry.append(unfed)
    if visits:
        cost += typical[at][table.end_place]

    size = len(visits)
    latest_done, latest_hungry = [table.end] * (size + 1), [NEVER] * (size + 1)
    if table.lunch:
        latest_hungry[size] = min(table.end, table.lunch_last)
    after = table.end_place
    for leg in range(size - 1, -1, -1):
        visit = visits[leg]
        place = table.places[visit]
        leave_done = table.travel.latest_leave(place, after, latest_done[leg + 1])
        latest_done[leg] = _arrive_by(table, visit, leave_done)
        if table.lunch:
            leave_hungry = max(
                table.travel.latest_leave(place, after, latest_hungry[leg + 1]),
                _eat_by(table, leave_done),
            )
            latest_hungry[leg] = max(
                _arrive_by(table, visit, leave_hungry), _eat_by(table, latest_done[leg])
            )
        after = place
    if visits:
        first = table.places[visits[0]]
        if not (
            (
                done[0] < NO_WAY
                and table.arrival(table.start_place, first, done[0]) <= latest_done[0]
            )
            or (
                hungry[0] < NO_WAY
                and table.arrival(table.start_place, first, hungry[0]) <= latest_hungry[0]
            )
        ):
            return None
    flat = [table.flat[visit] for visit in visits]
    windows = (
        sum(price for price in flat if price is not None)
        if None not in flat
        else least_window_cost(table, visits)
    )
    if windows is None:
        return None
    return Day(visits, cost + windows, windows, talk, done, hungry, latest_done, latest_hungry)


def _eat_by(table: ShiftTable, deadline: int) -> int:
    """The last minute at which one may still be hungry to have eaten by `deadline`."""
    if table.lunch_first + table.lunch > deadline:
        return NEVER
    return min(table.lunch_last, deadline - table.lunch)
