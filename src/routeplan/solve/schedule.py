"""When to leave, arrive, talk and eat, for visits in a given order.

Exact, by labels (time, cost, lunch taken) with Pareto dominance, as waiting for a cheaper window
may pay. Two passes: the first picks the talk times, the second sets the legs and the break around
them. After Feillet, Dejax, Gendreau, Gueguen (2004), "An exact algorithm for the elementary
shortest path problem with resource constraints", for one fixed sequence.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from routeplan.problem.problem import Problem
from routeplan.solve.result import Route, Stop
from routeplan.solve.tables import NO_WAY, ShiftTable, tables_of
from routeplan.travel.matrix import TravelMatrix

__all__ = ["least_window_cost", "schedule"]

_ready_cost_hungry = itemgetter(0, 1, 2)


_Label = tuple[int, int, bool, "_Label | None", int]
"""When one is free to leave the place, cost of the windows so far, whether the break is still to
come, the label before, and the first minute of preparing the talk here."""


def schedule(
    problem: Problem, shift: int, visits: Sequence[int], *, table: ShiftTable | None = None
) -> Route | None:
    """The route that makes `visits` (at least one) on `shift` in this order; None: impossible.

    Among all timings: least window cost, then back earliest. Talks start as early as that allows,
    legs leave as late as still arrives in time, the break starts as early as it can. `table` is the
    shift's, where it is at hand.
    """
    label = _best(table or tables_of(problem)[shift], visits)
    if label is None:
        return None
    starts: list[int] = []
    while label[3] is not None:
        starts.append(label[4])
        label = label[3]
    starts.reverse()
    return _with_legs(problem, shift, visits, starts)


def least_window_cost(table: ShiftTable, visits: Sequence[int]) -> int | None:
    """What the windows of `visits` cost at least, in this order; None: impossible."""
    label = _best(table, visits)
    return None if label is None else label[1]


def _best(table: ShiftTable, visits: Sequence[int]) -> _Label | None:
    """The label at the last visit from which the whole day is cheapest, then back first."""
    talk = sum(table.talks[visit] for visit in visits)
    if not visits or len(visits) > table.max_visits or talk > table.max_talk:
        return None
    at = table.start_place
    labels: list[_Label] = [(table.start, 0, table.lunch > 0, None, 0)]
    if table.lunch and table.lunch_last >= 0:  # before the whole route
        labels.append((max(table.start, table.lunch_first + table.lunch), 0, False, None, 0))
    for visit in visits:
        place, stay, reached = table.places[visit], table.stays[visit], list[_Label]()
        for label in labels:
            ready, paid, hungry, _, _ = label
            arrival = table.arrival(at, place, ready)
            options = [(arrival, hungry)]
            if hungry and arrival <= table.lunch_last:
                options.append((max(arrival, table.lunch_first) + table.lunch, False))
            for free, still_hungry in options:
                for first, last, cost in table.reaches[visit]:
                    if free <= last:
                        start = first if first > free else free
                        reached.append((start + stay, paid + cost, still_hungry, label, start))
        if not reached:
            return None
        labels, at = _with_lunch(table, _undominated(reached)), place
    best: tuple[int, int, _Label] | None = None
    for label in labels:
        ready, cost, hungry, _, _ = label
        back = table.arrival(at, table.end_place, ready)
        on_time = back <= table.end and (not hungry or back <= table.lunch_last)
        if on_time and (best is None or (cost, back) < best[:2]):
            best = (cost, back, label)
    return best[2] if best else None


def _with_lunch(table: ShiftTable, labels: list[_Label]) -> list[_Label]:
    """The labels, and those that take the break before leaving."""
    fed: list[_Label] = [
        (max(ready, table.lunch_first) + table.lunch, cost, False, before, start)
        for ready, cost, hungry, before, start in labels
        if hungry and ready <= table.lunch_last
    ]
    return _undominated([*labels, *fed]) if fed else labels


def _undominated(labels: list[_Label]) -> list[_Label]:
    if len(labels) < 2:
        return labels
    kept: list[_Label] = []
    least_fed = least_hungry = NO_WAY
    for label in sorted(labels, key=_ready_cost_hungry):
        cost = label[1]
        if cost >= least_fed:
            continue
        if not label[2]:
            least_fed = cost
        elif cost < least_hungry:
            least_hungry = cost
        else:
            continue
        kept.append(label)
    return kept


def _with_legs(
    problem: Problem, number: int, visits: Sequence[int], starts: Sequence[int]
) -> Route:
    """Legs and break around stays that begin at `starts`: back first, then the break first."""
    shift = problem.shifts[number]
    lunch = shift.lunch
    stays = [problem.visits[visit] for visit in visits]
    matrix = problem.matrices[shift.matrix]
    places = [shift.start_place, *(visit.place for visit in stays), shift.end_place]
    free = [
        shift.start,
        *(
            start + visit.before + visit.talk + visit.after
            for start, visit in zip(starts, stays, strict=True)
        ),
    ]
    legs = [
        _latest(matrix, places[leg], places[leg + 1], start) for leg, start in enumerate(starts)
    ]
    way_back = _earliest(matrix, places[-2], places[-1], free[-1])
    chosen: tuple[int, int] | None = None
    if lunch is not None:
        # Every way to fit the break in: (back, start of the break, leg changed, its new times).
        ways: list[tuple[int, int, int, tuple[int, int]]] = []
        for leg, start in enumerate(starts):
            since = lunch.earliest if leg == 0 else max(free[leg], lunch.earliest)
            if since + lunch.minutes <= min(legs[leg][0], lunch.latest):
                ways.append((way_back[1], since, leg, legs[leg]))
            # Eat on arrival: leave early enough for that, though no earlier.
            sooner = _latest(
                matrix,
                places[leg],
                places[leg + 1],
                min(lunch.latest, start) - lunch.minutes,
            )
            since = max(sooner[1], lunch.earliest)
            if sooner[0] >= free[leg] and since + lunch.minutes <= min(start, lunch.latest):
                ways.append((way_back[1], since, leg, sooner))
        since = max(way_back[1], lunch.earliest)
        if since + lunch.minutes <= lunch.latest:
            ways.append((way_back[1], since, len(starts), way_back))
        since = max(free[-1], lunch.earliest)
        if since + lunch.minutes <= lunch.latest:
            later = _earliest(matrix, places[-2], places[-1], since + lunch.minutes)
            ways.append((later[1], since, len(starts), later))
        _, since, leg, times = min(ways)
        chosen = (since, since + lunch.minutes)
        if leg == len(starts):
            way_back = times
        else:
            legs[leg] = times
    stops = tuple(
        Stop(
            visit=index,
            leave=leg[0],
            arrive=leg[1],
            start=start + visit.before,
            end=start + visit.before + visit.talk,
        )
        for index, visit, leg, start in zip(visits, stays, legs, starts, strict=True)
    )
    return Route(shift=number, stops=stops, leave_last=way_back[0], back=way_back[1], lunch=chosen)


def _latest(
    matrix: TravelMatrix, origin: int | None, destination: int | None, deadline: int
) -> tuple[int, int]:
    """Latest departure that arrives by `deadline`, and its arrival; before any time: no way."""
    if origin is None or destination is None:
        return deadline, deadline
    leave = matrix.latest_leave(origin, destination, deadline)
    if leave is None:
        return -NO_WAY, -NO_WAY
    return leave, leave + matrix.minutes_at(origin, destination, leave)


def _earliest(
    matrix: TravelMatrix, origin: int | None, destination: int | None, ready: int
) -> tuple[int, int]:
    """Departure that arrives first when free at `ready`, its arrival; after any time: no way."""
    if origin is None or destination is None:
        return ready, ready
    return matrix.leave_and_arrive(origin, destination, ready) or (NO_WAY, NO_WAY)
