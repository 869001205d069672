"""Other solvers on our problems, as well as the model of each can take them.

A peer is a function of problem, seconds and seed that returns orders: (shift, visits in order). All
put the shifts one after the other on a single time line, so that a visit's windows on different
shifts are disjoint pieces of one range, and a vehicle is a shift. Peers know nothing of costs by
window and of travel by the hour; what else a model cannot say stands in its function. Whatever
comes back is timed, mended and priced by `timed`, the same for all.

Each peer is imported where it is called: they are heavy, and not all are installed everywhere.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from routeplan.problem.problem import Problem
from routeplan.solve.result import Route, Solution
from routeplan.solve.schedule import schedule

__all__ = ["PACKAGES", "PEERS", "WARM_PEERS", "Orders", "timed"]

Orders = list[tuple[int, list[int]]]
FAR = 1_000_000
"""Minutes of a way that is none."""
PYVRP_SCALE = 1000
"""Of PyVRP's costs: it works in whole numbers, and minutes are too coarse for its penalties. With
them, plans for week-50 cost some 15 % more after as many iterations."""


def timed(problem: Problem, orders: Orders) -> tuple[Solution, tuple[int, ...]]:
    """The solution with these orders, and the visits dropped because they do not fit.

    An order that cannot be timed loses the visit that is worth least among those whose loss mends
    it (of all, where no single one does); so does the lesser of two visits that come too close.
    """
    kept: dict[int, list[int]] = {}
    dropped: list[int] = []
    seen: set[int] = set()
    for shift, order in sorted(orders):
        rest: list[int] = []
        for visit in order:
            (dropped if visit in seen else rest).append(visit)
            seen.add(visit)
        while rest and schedule(problem, shift, rest) is None:
            lost = min(rest, key=lambda visit: _loss(problem, shift, rest, visit))
            rest = [visit for visit in rest if visit != lost]
            dropped.append(lost)
        kept[shift] = rest
    date = {
        visit: problem.days[problem.shifts[shift].day].toordinal()
        for shift, order in kept.items()
        for visit in order
    }
    for gap in problem.gaps:
        pair = (gap.first, gap.second)
        if all(visit in date for visit in pair) and date[pair[1]] - date[pair[0]] < gap.days:
            lost = min(pair, key=lambda visit: _value(problem, visit))
            del date[lost]
            dropped.append(lost)
    routes: list[Route] = []
    for shift, order in kept.items():
        rest = [visit for visit in order if visit in date]
        route = schedule(problem, shift, rest) if rest else None
        if route is not None:
            routes.append(route)
        else:
            dropped += rest
    served = {stop.visit for route in routes for stop in route.stops}
    left_out = tuple(visit for visit in range(len(problem.visits)) if visit not in served)
    return Solution(routes=tuple(routes), left_out=left_out), tuple(dropped)


def vroom(problem: Problem, seconds: float, seed: int) -> Orders:
    """VROOM at its highest exploration level, once; mostly it ends long before its time.

    Its priorities run to 100 and come before travel, so worth is rounded and never traded for
    minutes; gaps between visits are unknown to it.
    """
    del seed  # VROOM has none
    return _vroom(problem, seconds, None)


def vroom_restarts(problem: Problem, seconds: float, seed: int) -> Orders:
    """VROOM called again and again while there is time, the best of all by our price.

    The first call is `vroom`; the others shuffle visits and shifts and shake priorities by up to a
    tenth, as VROOM itself always finds the same.
    """
    from routeplan.solve.evaluate import cost_of

    chance = random.Random(seed)
    end = time.monotonic() + seconds
    best, orders = -1, list[tuple[int, list[int]]]()
    shaken: random.Random | None = None
    while best < 0 or time.monotonic() < end:
        found = _vroom(problem, max(0.1, end - time.monotonic()), shaken)
        cost = cost_of(problem, timed(problem, found)[0])
        if best < 0 or cost < best:
            best, orders = cost, found
        shaken = chance
    return orders


def _vroom(problem: Problem, seconds: float, chance: random.Random | None) -> Orders:
    import vroom as api

    offset = _offsets(problem)
    minutes = _minutes(problem)
    source = api.Input()
    for number, matrix in enumerate(minutes):
        source.set_durations_matrix(str(number), matrix)
    nowhere = len(problem.places)
    vehicles = []
    for number, shift in enumerate(problem.shifts):
        lunch = shift.lunch
        vehicles.append(
            api.Vehicle(
                number,
                start=nowhere if shift.start_place is None else shift.start_place,
                end=nowhere if shift.end_place is None else shift.end_place,
                profile=str(shift.matrix),
                capacity=[shift.max_talk],
                time_window=api.TimeWindow(
                    offset[number] + shift.start, offset[number] + shift.end
                ),
                max_tasks=shift.max_visits,
                breaks=[
                    api.Break(
                        number,
                        time_windows=[
                            api.TimeWindow(
                                offset[number] + lunch.earliest,
                                offset[number] + lunch.latest - lunch.minutes,
                            )
                        ],
                        service=lunch.minutes,
                    )
                ]
                if lunch
                else [],
            )
        )
    highest = max((_value(problem, visit) for visit in range(len(problem.visits))), default=1)
    jobs = []
    for number, visit in enumerate(problem.visits):
        pieces = _starts(problem, offset, number)
        if not pieces:
            continue
        priority = 100 * _value(problem, number) / highest
        if chance:
            priority *= chance.uniform(0.9, 1.1)
        jobs.append(
            api.Job(
                number,
                location=visit.place,
                default_service=visit.before + visit.talk + visit.after,
                delivery=[visit.talk],
                priority=max(1, min(100, round(priority))),
                time_windows=[
                    api.TimeWindow(first - visit.before, last - visit.before)
                    for first, last in pieces
                ],
            )
        )
    if chance:
        chance.shuffle(vehicles)
        chance.shuffle(jobs)
    source.add_vehicle(vehicles)
    source.add_job(jobs)
    found = source.solve(exploration_level=5, nb_threads=2, timeout=timedelta(seconds=seconds))
    orders: dict[int, list[int]] = {}
    for vehicle, kind, job in found.routes[["vehicle_id", "type", "id"]].itertuples(index=False):
        if kind == "job":
            orders.setdefault(int(vehicle), []).append(int(job))
    return sorted(orders.items())


def ortools(problem: Problem, seconds: float, seed: int) -> Orders:
    """OR-Tools' routing solver: parallel cheapest insertion, then guided local search.

    Its model takes everything but costs by window and hour. It has no seed.
    """
    return ortools_from(problem, seconds, seed, [])


def ortools_from(problem: Problem, seconds: float, seed: int, given: Orders) -> Orders:
    """`ortools`, from `given` orders instead of a first solution of its own. Raises ValueError if
    its model refuses them."""
    del seed
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    began = time.monotonic()
    offset = _offsets(problem)
    count, shifts = len(problem.visits), problem.shifts
    starts = [count + 2 * number for number in range(len(shifts))]
    ends = [node + 1 for node in starts]
    nodes = pywrapcp.RoutingIndexManager(count + 2 * len(shifts), len(shifts), starts, ends)
    routing = pywrapcp.RoutingModel(nodes)
    solver = routing.solver()
    places: list[int] = [visit.place for visit in problem.visits]
    for shift in shifts:
        for place in (shift.start_place, shift.end_place):
            places.append(len(problem.places) if place is None else place)
    rest = [0] * (2 * len(shifts))
    stay = [visit.talk + visit.after for visit in problem.visits] + rest
    before = [visit.before for visit in problem.visits] + rest
    way, busy = [], []
    for minutes in _minutes(problem):
        rows = [[minutes[a][b] for b in places] for a in places]
        for start in starts:
            rows[start][start + 1] = 0  # a day without visits goes nowhere
        way.append(routing.RegisterTransitMatrix(rows))
        busy.append(
            routing.RegisterTransitMatrix(
                [
                    [minute + stay[a] + before[b] for b, minute in enumerate(row)]
                    for a, row in enumerate(rows)
                ]
            )
        )
    for number, shift in enumerate(shifts):
        routing.SetArcCostEvaluatorOfVehicle(way[shift.matrix], number)
    horizon = offset[-1] + max(shift.end for shift in shifts) + 1
    routing.AddDimensionWithVehicleTransits(
        [busy[shift.matrix] for shift in shifts], horizon, horizon, False, "time"
    )
    clock = routing.GetDimensionOrDie("time")
    for number, shift in enumerate(shifts):
        for index in (routing.Start(number), routing.End(number)):
            clock.CumulVar(index).SetRange(offset[number] + shift.start, offset[number] + shift.end)
        if lunch := shift.lunch:
            pause = solver.FixedDurationIntervalVar(
                offset[number] + lunch.earliest,
                offset[number] + lunch.latest - lunch.minutes,
                lunch.minutes,
                False,
                f"lunch {number}",
            )
            clock.SetBreakIntervalsOfVehicle([pause], number, stay[:count] + [0] * len(shifts))
    for name, amounts, limits in (
        ("talk", [visit.talk for visit in problem.visits], [s.max_talk for s in shifts]),
        ("visits", [1] * count, [s.max_visits for s in shifts]),
    ):
        each = routing.RegisterUnaryTransitVector(amounts + rest)
        routing.AddDimensionWithVehicleCapacity(each, 0, limits, True, name)
    for number in range(count):
        index = nodes.NodeToIndex(number)
        routing.AddDisjunction([index], _value(problem, number))
        pieces = _starts(problem, offset, number)
        if not pieces:
            routing.ActiveVar(index).SetValue(0)
            continue
        routing.VehicleVar(index).SetValues([-1, *problem.windows_by_shift[number]])
        cumul = clock.CumulVar(index)
        cumul.SetRange(pieces[0][0], pieces[-1][1])
        for (_, last), (first, _) in pairwise(pieces):
            if first > last + 1:
                cumul.RemoveInterval(last + 1, first - 1)
    dates = [problem.days[shift.day].toordinal() - problem.days[0].toordinal() for shift in shifts]
    for gap in problem.gaps:
        pair = [nodes.NodeToIndex(gap.first), nodes.NodeToIndex(gap.second)]
        # A visit left out has vehicle -1.
        first, second = (
            solver.Element([0, *dates], routing.VehicleVar(index) + 1) for index in pair
        )
        away = 2 - routing.ActiveVar(pair[0]) - routing.ActiveVar(pair[1])
        solver.Add(second - first >= gap.days - (max(dates) + gap.days) * away)

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    left = max(0.1, seconds - (time.monotonic() - began))
    parameters.time_limit.FromMilliseconds(round(1000 * left))
    if given:
        routing.CloseModelWithParameters(parameters)
        order_of = dict(given)
        routes = [[nodes.NodeToIndex(v) for v in order_of.get(n, [])] for n in range(len(shifts))]
        first = routing.ReadAssignmentFromRoutes(routes, True)
        if first is None:
            raise ValueError("OR-Tools refuses the start")
        found = routing.SolveFromAssignmentWithParameters(first, parameters)
    else:
        found = routing.SolveWithParameters(parameters)
    orders: Orders = []
    for number in range(len(shifts) if found else 0):
        order = []
        index = found.Value(routing.NextVar(routing.Start(number)))
        while not routing.IsEnd(index):
            order.append(nodes.IndexToNode(index))
            index = found.Value(routing.NextVar(index))
        orders.append((number, order))
    return orders


def pyvrp(problem: Problem, seconds: float, seed: int) -> Orders:
    """PyVRP: an optional client for each window of a visit, in a mutually exclusive group.

    Lunch breaks and gaps between visits are unknown to it.
    """
    import numpy as np
    import pyvrp as api
    from pyvrp.stop import MaxRuntime

    began = time.monotonic()
    offset = _offsets(problem)
    nowhere = len(problem.places)
    at = [
        nowhere if place is None else place
        for shift in problem.shifts
        for place in (shift.start_place, shift.end_place)
    ]
    clients: list[api.Client] = []
    groups: list[api.ClientGroup] = []
    visit_of: list[int] = []
    for number, visit in enumerate(problem.visits):
        members = []
        for first, last in _starts(problem, offset, number):
            members.append(len(clients))
            visit_of.append(number)
            clients.append(
                api.Client(
                    visit.place,
                    delivery=[visit.talk, 1],
                    service_duration=visit.before + visit.talk + visit.after,
                    tw_early=first - visit.before,
                    tw_late=last - visit.before,
                    prize=PYVRP_SCALE * _value(problem, number),
                    required=False,
                    group=len(groups),
                )
            )
        if members:
            groups.append(api.ClientGroup(members, required=False))
    matrices = [np.array(minutes, dtype=np.int64) for minutes in _minutes(problem)]
    data = api.ProblemData(
        locations=[api.Location(0, 0) for _ in range(nowhere + 1)],
        clients=clients,
        depots=[api.Depot(place) for place in at],
        vehicle_types=[
            api.VehicleType(
                capacity=[shift.max_talk, shift.max_visits],
                start_depot=2 * number,
                end_depot=2 * number + 1,
                tw_early=offset[number] + shift.start,
                tw_late=offset[number] + shift.end,
                profile=shift.matrix,
            )
            for number, shift in enumerate(problem.shifts)
        ],
        distance_matrices=[PYVRP_SCALE * matrix for matrix in matrices],
        duration_matrices=matrices,
        groups=groups,
    )
    left = max(0.1, seconds - (time.monotonic() - began))
    best = api.solve(data, MaxRuntime(left), seed=seed, collect_stats=False).best
    return [
        (
            route.vehicle_type(),
            [visit_of[step.idx] for step in route.schedule() if step.is_client()],
        )
        for route in best.routes()
    ]


PACKAGES = {
    "vroom": "vroom",
    "vroom-restarts": "vroom",
    "ortools": "ortools.constraint_solver.pywrapcp",
    "pyvrp": "pyvrp",
}
"""What each imports, for who wants it loaded before the clock runs."""
PEERS: dict[str, Callable[[Problem, float, int], Orders]] = {
    "vroom": vroom,
    "vroom-restarts": vroom_restarts,
    "ortools": ortools,
    "pyvrp": pyvrp,
}
WARM_PEERS: dict[str, Callable[[Problem, float, int, Orders], Orders]] = {"ortools": ortools_from}
"""Those that can begin with given orders."""


def _value(problem: Problem, visit: int) -> int:
    """What leaving a visit out costs."""
    about = problem.visits[visit]
    return problem.required_penalty if about.required else about.worth


def _loss(problem: Problem, shift: int, order: list[int], visit: int) -> tuple[bool, int]:
    rest = [other for other in order if other != visit]
    mended = not rest or schedule(problem, shift, rest) is not None
    return not mended, _value(problem, visit)


def _offsets(problem: Problem) -> list[int]:
    """Per shift: where its midnight lies on the common time line."""
    length = 1 + max(
        [shift.end for shift in problem.shifts]
        + [window.end + visit.after for visit in problem.visits for window in visit.windows]
    )
    return [number * length for number in range(len(problem.shifts))]


def _starts(problem: Problem, offset: list[int], visit: int) -> list[tuple[int, int]]:
    """Disjoint (first, last) pieces of the time line in which the talk may start, in order."""
    pieces: list[tuple[int, int]] = []
    talk = problem.visits[visit].talk
    for shift, windows in sorted(problem.windows_by_shift[visit].items()):
        for window in windows:
            first, last = offset[shift] + window.start, offset[shift] + window.end - talk
            if pieces and first <= pieces[-1][1] + 1:
                pieces[-1] = (pieces[-1][0], max(last, pieces[-1][1]))
            else:
                pieces.append((first, last))
    return pieces


def _minutes(problem: Problem) -> list[list[list[int]]]:
    """Per matrix: typical minutes, with "nowhere" as last place, at no distance from anywhere."""
    return [
        [[FAR if minute < 0 else minute for minute in row] + [0] for row in matrix.minutes]
        + [[0] * (len(problem.places) + 1)]
        for matrix in problem.matrices
    ]
