"""First routes from OR-Tools' routing solver.

One vehicle per shift. All shifts lie one after the other on a single time line, so that a visit's
windows on different shifts are disjoint pieces of the range of one variable; the gaps between are
removed from it. Window costs are charged by shift, on the arcs into a visit; travel takes its
typical minutes. What this leaves out (slices, costs by the hour) is settled afterwards: its routes
are orders of visits only, timed exactly by `Search`.

Guided local search (Voudouris, Tsang 1999) runs for a number of solutions, not for a time, and
without Python callbacks; so it ends at the same routes on every machine.
"""

from __future__ import annotations

from itertools import pairwise

from routeplan.problem.problem import Problem

__all__ = ["routing_orders"]

LONGEST = 10.0
"""Seconds, whatever the caller allows: a guard, as no count bounds the search for a first solution.
Ordinary problems take some tenths of one."""
LARGE = 1 << 60
BRANCHES = 20_000
"""Of the search tree: ends the search where there are too few solutions to count."""
UNREACHABLE = 1_000_000
"""Minutes of a way that is none; longer than the time line of any problem."""


def routing_orders(
    problem: Problem, *, solutions: int, seconds: float
) -> list[tuple[int, tuple[int, ...]]]:
    """Shift and visits in order, per route that is not empty; [] when nothing was found.

    `solutions` is how many are looked at; `seconds` ends the search where that takes too long.
    """
    # Loading OR-Tools takes a good part of a second; only this needs it.
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    visits, shifts = problem.visits, problem.shifts
    first_node = len(visits)
    starts = [first_node + 2 * shift for shift in range(len(shifts))]
    ends = [node + 1 for node in starts]
    manager = pywrapcp.RoutingIndexManager(first_node + 2 * len(shifts), len(shifts), starts, ends)
    routing = pywrapcp.RoutingModel(manager)
    nodes: list[int | None] = [visit.place for visit in visits]
    for shift in shifts:
        nodes += [shift.start_place, shift.end_place]
    length = 1 + max(
        [shift.end for shift in shifts]
        + [window.end for visit in visits for window in visit.windows]
    )
    offset = [shift * length for shift in range(len(shifts))]
    horizon = length * len(shifts)

    travel = [_travel(problem, matrix, nodes) for matrix in range(len(problem.matrices))]
    for rows in travel:
        for origin, destination in zip(starts, ends, strict=True):
            rows[origin][destination] = 0  # a route without visits goes nowhere
    service = [visit.talk + visit.after for visit in visits] + [0] * (2 * len(shifts))
    prepare = [visit.before for visit in visits] + [0] * (2 * len(shifts))
    timed = [
        routing.RegisterTransitMatrix(
            [
                [stay + minutes + ready for minutes, ready in zip(row, prepare, strict=True)]
                for row, stay in zip(rows, service, strict=True)
            ]
        )
        for rows in travel
    ]
    by_matrix = [routing.RegisterTransitMatrix(rows) for rows in travel]
    for number, shift in enumerate(shifts):
        entry = [
            min((window.cost for window in windows.get(number, ())), default=0)
            for windows in problem.windows_by_shift
        ]
        cost = by_matrix[shift.matrix]
        if any(entry):
            entry += [0] * (2 * len(shifts))
            cost = routing.RegisterTransitMatrix(
                [
                    [minutes + extra for minutes, extra in zip(row, entry, strict=True)]
                    for row in travel[shift.matrix]
                ]
            )
        routing.SetArcCostEvaluatorOfVehicle(cost, number)

    routing.AddDimensionWithVehicleTransits(
        [timed[shift.matrix] for shift in shifts], horizon, horizon, False, "time"
    )
    time = routing.GetDimensionOrDie("time")
    solver = routing.solver()
    for number, shift in enumerate(shifts):
        for index in (routing.Start(number), routing.End(number)):
            time.CumulVar(index).SetRange(offset[number] + shift.start, offset[number] + shift.end)
        if shift.lunch:
            lunch = shift.lunch
            latest = lunch.latest - lunch.minutes
            if latest < lunch.earliest:
                return []
            pause = solver.FixedDurationIntervalVar(
                offset[number] + lunch.earliest,
                offset[number] + latest,
                lunch.minutes,
                False,
                f"lunch {number}",
            )
            by_node = [0] * routing.Size()
            for node, stay in enumerate(service[:first_node]):
                by_node[manager.NodeToIndex(node)] = stay
            time.SetBreakIntervalsOfVehicle([pause], number, by_node)
    talk = routing.RegisterUnaryTransitVector(
        [visit.talk for visit in visits] + [0] * (2 * len(shifts))
    )
    routing.AddDimensionWithVehicleCapacity(
        talk, 0, [shift.max_talk for shift in shifts], True, "talk"
    )
    count = routing.RegisterUnaryTransitVector([1] * len(visits) + [0] * (2 * len(shifts)))
    routing.AddDimensionWithVehicleCapacity(
        count, 0, [shift.max_visits for shift in shifts], True, "visits"
    )
    chosen = {visit for choice in problem.choices for visit in choice.visits}
    for choice in problem.choices:
        penalty = problem.required_penalty if choice.required else choice.worth
        routing.AddDisjunction([manager.NodeToIndex(node) for node in choice.visits], penalty, 1)
    for tie in problem.ties:
        one, other = manager.NodeToIndex(tie.first), manager.NodeToIndex(tie.second)
        solver.Add(routing.ActiveVar(one) == routing.ActiveVar(other))
    for node, visit in enumerate(visits):
        index = manager.NodeToIndex(node)
        if node not in chosen:
            penalty = problem.required_penalty if visit.required else visit.worth
            routing.AddDisjunction([index], penalty)
        windows = problem.windows_by_shift[node]
        if not windows:
            routing.ActiveVar(index).SetValue(0)
            continue
        routing.VehicleVar(index).SetValues([-1, *windows])
        pieces = sorted(
            (offset[shift] + window.start, offset[shift] + window.end - visit.talk)
            for shift, found in windows.items()
            for window in found
        )
        cumul = time.CumulVar(index)
        cumul.SetRange(pieces[0][0], max(last for _, last in pieces))
        reach = pieces[0][1]
        for (_, last), (first, _) in pairwise(pieces):
            reach = max(reach, last)
            if first > reach + 1:
                cumul.RemoveInterval(reach + 1, first - 1)
    if problem.gaps:
        first_day = min(problem.days).toordinal()
        dates = [problem.days[shift.day].toordinal() - first_day for shift in shifts]
        away = max(dates) + max(gap.days for gap in problem.gaps)
        for gap in problem.gaps:
            one, other = manager.NodeToIndex(gap.first), manager.NodeToIndex(gap.second)
            # A visit left out has vehicle -1.
            date = [
                solver.Element([0, *dates], routing.VehicleVar(index) + 1) for index in (one, other)
            ]
            made = routing.ActiveVar(one) + routing.ActiveVar(other)
            solver.Add(date[1] - date[0] >= gap.days - away * (2 - made))

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    milliseconds = max(1, int(min(seconds, LONGEST) * 1000))
    parameters.time_limit.FromMilliseconds(milliseconds)
    routing.AddSearchMonitor(solver.Limit(milliseconds, BRANCHES, LARGE, solutions))
    found = routing.SolveWithParameters(parameters)
    if not found:
        return []
    orders: list[tuple[int, tuple[int, ...]]] = []
    for number in range(len(shifts)):
        order: list[int] = []
        index = found.Value(routing.NextVar(routing.Start(number)))
        while not routing.IsEnd(index):
            order.append(manager.IndexToNode(index))
            index = found.Value(routing.NextVar(index))
        if order:
            orders.append((number, tuple(order)))
    return orders


def _travel(problem: Problem, matrix: int, nodes: list[int | None]) -> list[list[int]]:
    """Typical minutes between nodes; to and from nowhere 0."""
    minutes = problem.matrices[matrix].minutes
    return [
        [
            0
            if origin is None or destination is None
            else UNREACHABLE
            if minutes[origin][destination] < 0
            else minutes[origin][destination]
            for destination in nodes
        ]
        for origin in nodes
    ]
