"""What the search believes about a day, against timing it exactly."""

from __future__ import annotations

import itertools

from routeplan.solve.day import Days
from routeplan.solve.evaluate import route_cost
from routeplan.solve.schedule import schedule
from routeplan.solve.tables import NO_WAY, tables_of
from tests.problem_strategies import random_problem


def test_a_day_exists_exactly_where_it_can_be_timed_and_costs_the_same() -> None:
    possible = 0
    for seed in range(300):
        problem = random_problem(seed, max_visits=4)
        for shift, table in enumerate(tables_of(problem)):
            days = Days(table)
            for size in (1, 2, 3):
                for order in itertools.permutations(range(len(problem.visits)), size):
                    day, route = days.day(order), schedule(problem, shift, order)
                    assert (day is None) == (route is None), (seed, order)
                    if day and route:
                        possible += 1
                        assert day.cost == route_cost(problem, route), (seed, order)
    assert possible > 300


def test_an_offer_is_the_cheapest_insertion_that_can_be_timed() -> None:
    accepted = 0
    for seed in range(300):
        problem = random_problem(seed, max_visits=4)
        for table in tables_of(problem):
            days = Days(table)
            for size in (0, 1, 2, 3):
                for order in itertools.permutations(range(len(problem.visits)), size):
                    day = days.day(order)
                    if day is None:
                        continue
                    for visit in set(range(len(problem.visits))) - set(order):
                        tried = [
                            days.day((*order[:position], visit, *order[position:]))
                            for position in range(size + 1)
                        ]
                        extra = [longer.cost - day.cost for longer in tried if longer]
                        offered, position = days.offer(day, visit)
                        assert (offered < NO_WAY) == bool(extra), (seed, order, visit)
                        if extra:
                            accepted += 1
                            made = tried[position]
                            assert made is not None
                            assert offered == made.cost - day.cost
                            if None not in (table.flat[other] for other in (*order, visit)):
                                assert offered == min(extra), (seed, order, visit)
    assert accepted > 300
