"""The master problem: choose routes. Its linear relaxation gives prices, its integers a plan.

min   sum_v worth_v y_v + sum_r cost_r x_r
s.t.  sum_{r visits v} x_r + y_v  = 1     for each visit v        (price pi_v)
      sum_{r of kind s} x_r      <= number of shifts of kind s    (price sigma_s <= 0)
      sum_{r breaks g} x_r       <= 1     for each gap row g      (price lambda_g <= 0)
      sum_r floor(|r ∩ S| / 2) x_r <= 1   for each cut S          (price kappa_S <= 0)
      least <= sum_{v in C} (1 - y_v) <= most   for each count C  (price mu_C)
      sum_{v in C} (1 - y_v)     <= 1     for each choice C       (price chi_C <= 0)
      (1 - y_a) - (1 - y_b)       = 0     for each tie a, b       (price tau_ab)
      x, y >= 0

A count of the visits made by some shifts has the routes of these shifts instead of the y.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.cuts import Cut, cut_value
from routeplan.solve.column_generation.piece import Piece

__all__ = ["Count", "Duals", "Master", "UnsolvedError", "choose_routes"]

SCALE = 1000
"""Duals are whole multiples of 1 / SCALE minutes, so that bounds are exact arithmetic."""


@dataclass(frozen=True)
class Count:
    """Between `least` and `most` of `visits` are made by `shifts` (None: by any)."""

    visits: frozenset[int]
    least: int
    most: int
    shifts: frozenset[int] | None = None

    def holds(self, column: Column) -> int:
        """How many of the visits a column makes, as far as the count asks for its shift."""
        if self.shifts is not None and column.shift not in self.shifts:
            return 0
        return sum(visit in self.visits for visit in column.visits)


@dataclass(frozen=True)
class Duals:
    """Prices of the rows, in 1 / SCALE minutes. Any values give a valid bound."""

    visit: dict[int, int]
    shift: dict[int, int]
    gap: tuple[int, ...]
    cut: tuple[int, ...] = ()
    count: tuple[int, ...] = ()
    """Of one visit more that is made: >= 0 where too few would be, <= 0 where too many."""
    choice: tuple[int, ...] = ()
    tie: tuple[int, ...] = ()
    """Of the first made without the second."""


class UnsolvedError(RuntimeError):
    """Simplex gave up, every way it was asked."""


class Master:
    """The linear relaxation over the columns added so far."""

    def __init__(self, piece: Piece, counts: Sequence[Count] = ()) -> None:
        self._piece = piece
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._objective = self._solver.Objective()
        self._objective.SetMinimization()
        infinity = self._solver.infinity()
        self._infinity = infinity
        self._visit_rows = {v: self._solver.Constraint(1, 1) for v in piece.visits}
        self._shift_rows = {
            s: self._solver.Constraint(-infinity, n) for s, n in piece.capacity.items()
        }
        self._gap_rows = [self._solver.Constraint(-infinity, 1) for _ in piece.gaps]
        left_out = {visit: self._solver.NumVar(0, infinity, "") for visit in piece.visits}
        for visit, row in self._visit_rows.items():
            row.SetCoefficient(left_out[visit], 1)
            self._objective.SetCoefficient(left_out[visit], piece.worth[visit])
        self._left_out = left_out
        # What is missing to `least` can be bought, dearly, so that there always is an answer.
        self._missing_cost = 2 * sum(piece.worth.values()) + 1
        self._choice_rows = [self._at_most_one(choice) for choice in piece.choices]
        self._tie_rows = [self._both_or_neither(*tie) for tie in piece.ties]
        self.counts: list[Count] = []
        self._count_rows: list[pywraplp.Constraint] = []
        self.cuts: list[Cut] = []
        self._cut_rows: list[pywraplp.Constraint] = []
        self._cuts_with: dict[int, list[int]] = {}
        self.columns: list[Column] = []
        self._variables: list[pywraplp.Variable] = []
        self.fractions: list[tuple[Column, float]] = []
        """Columns of the last solution with their values."""
        self.made: dict[int, float] = {}
        """How much each visit is made in the last solution."""
        for count in counts:
            self.add_count(count)

    def _at_most_one(self, visits: Sequence[int]) -> pywraplp.Constraint:
        row = self._solver.Constraint(len(visits) - 1, self._infinity)
        for visit in visits:
            row.SetCoefficient(self._left_out[visit], 1)
        return row

    def _both_or_neither(self, first: int, second: int) -> pywraplp.Constraint:
        row = self._solver.Constraint(0, 0)
        row.SetCoefficient(self._left_out[first], 1)
        row.SetCoefficient(self._left_out[second], -1)
        return row

    def add(self, column: Column) -> None:
        variable = self._solver.NumVar(0, self._infinity, "")
        self._objective.SetCoefficient(variable, column.cost)
        self._shift_rows[column.shift].SetCoefficient(variable, 1)
        gaps: Counter[int] = Counter()
        cuts: Counter[int] = Counter()
        times = dict.fromkeys(column.visits, 1) if column.elementary else Counter(column.visits)
        for visit, number in times.items():
            self._visit_rows[visit].SetCoefficient(variable, number)
            for row in self._piece.gaps_hit(visit, column.shift):
                gaps[row] += number
            for row in self._cuts_with.get(visit, ()):
                cuts[row] += number
        for row, number in gaps.items():
            self._gap_rows[row].SetCoefficient(variable, number)
        for row, number in cuts.items():
            if number > 1:
                self._cut_rows[row].SetCoefficient(variable, number // 2)
        for count, count_row in zip(self.counts, self._count_rows, strict=True):
            if count.shifts is not None and (value := count.holds(column)):
                count_row.SetCoefficient(variable, value)
        self.columns.append(column)
        self._variables.append(variable)

    def remove(self, unwanted: Callable[[Column], bool]) -> None:
        """Columns that are routes of the relaxation no more."""
        columns, variables = self.columns, self._variables
        self.columns, self._variables = [], []
        for column, variable in zip(columns, variables, strict=True):
            if unwanted(column):
                variable.SetUb(0)
            else:
                self.columns.append(column)
                self._variables.append(variable)

    def nearest(self, number: int) -> list[Column]:
        """The columns of least reduced cost, at most so many."""
        self._solve()
        costs = [variable.reduced_cost() for variable in self._variables]
        ranked = sorted(range(len(costs)), key=costs.__getitem__)
        return [self.columns[index] for index in ranked[:number]]

    def within(self, limit: float) -> list[Column]:
        """The columns whose reduced cost is at most `limit` minutes."""
        self._solve()
        return [
            column
            for column, variable in zip(self.columns, self._variables, strict=True)
            if variable.reduced_cost() <= limit
        ]

    def add_count(self, count: Count) -> None:
        size = len(count.visits)
        missing = self._solver.NumVar(0, self._infinity, "")
        self._objective.SetCoefficient(missing, self._missing_cost)
        if count.shifts is None:
            row = self._solver.Constraint(size - count.most, size - count.least)
            for visit in sorted(count.visits):
                row.SetCoefficient(self._left_out[visit], 1)
            row.SetCoefficient(missing, -1)
        else:
            row = self._solver.Constraint(count.least, count.most)
            for column, variable in zip(self.columns, self._variables, strict=True):
                if value := count.holds(column):
                    row.SetCoefficient(variable, value)
            row.SetCoefficient(missing, 1)
        self.counts.append(count)
        self._count_rows.append(row)

    def value(self) -> float:
        """Least cost of the relaxation over the columns so far."""
        self._solve()
        return float(self._objective.Value())

    def value_with(self, count: Count) -> float:
        """Least cost of the relaxation over the columns so far with one count more, for a look."""
        self.add_count(count)
        try:
            value = self.value()
        except UnsolvedError:
            value = math.inf
        self.counts.pop()
        row = self._count_rows.pop()
        row.SetBounds(-self._infinity, self._infinity)
        return value

    def add_cut(self, cut: Cut) -> None:
        row = self._solver.Constraint(-self._infinity, 1)
        for column, variable in zip(self.columns, self._variables, strict=True):
            if value := cut_value(cut, column):
                row.SetCoefficient(variable, value)
        for visit in cut:
            self._cuts_with.setdefault(visit, []).append(len(self.cuts))
        self.cuts.append(cut)
        self._cut_rows.append(row)

    def _solve(self) -> None:
        """Always feasible and bounded, so an answer that is not optimal is the solver's: simplex
        may give up on degenerate programs. Without presolve the basis is kept between solves, and
        new columns leave it feasible, so that is the first way; the others stand by. Rows of ones
        need no scaling: without, a month takes half the time."""
        ways = pywraplp.MPSolverParameters()
        for presolve in (ways.PRESOLVE_OFF, ways.PRESOLVE_ON):
            ways.SetIntegerParam(ways.PRESOLVE, presolve)
            scaling = "true" if presolve == ways.PRESOLVE_ON else "false"
            self._solver.SetSolverSpecificParametersAsString(f"use_scaling: {scaling}")
            for algorithm in (ways.PRIMAL, ways.DUAL):
                ways.SetIntegerParam(ways.LP_ALGORITHM, algorithm)
                if self._solver.Solve(ways) == pywraplp.Solver.OPTIMAL:
                    return
        raise UnsolvedError("the master's linear program was not solved")

    def solve(self) -> tuple[float, Duals]:
        """Least cost of the relaxation over the columns so far, and its prices."""
        self._solve()
        duals = Duals(
            visit={v: round(row.dual_value() * SCALE) for v, row in self._visit_rows.items()},
            shift={s: round(row.dual_value() * SCALE) for s, row in self._shift_rows.items()},
            gap=tuple(min(0, round(row.dual_value() * SCALE)) for row in self._gap_rows),
            cut=tuple(min(0, round(row.dual_value() * SCALE)) for row in self._cut_rows),
            count=tuple(
                round(row.dual_value() * SCALE) * (-1 if count.shifts is None else 1)
                for count, row in zip(self.counts, self._count_rows, strict=True)
            ),
            choice=tuple(min(0, -round(row.dual_value() * SCALE)) for row in self._choice_rows),
            tie=tuple(-round(row.dual_value() * SCALE) for row in self._tie_rows),
        )
        self.made = {
            visit: 1 - variable.solution_value() for visit, variable in self._left_out.items()
        }
        self.fractions = [
            (column, variable.solution_value())
            for column, variable in zip(self.columns, self._variables, strict=True)
            if variable.solution_value() > 1e-9
        ]
        return float(self._objective.Value()), duals


def choose_routes(
    piece: Piece,
    columns: Sequence[Column],
    work: float,
    hint: Sequence[Column] = (),
    *,
    counts: Sequence[Count] = (),
    seconds: float = math.inf,
) -> tuple[tuple[Column, ...], bool]:
    """The cheapest plan from given columns (and within the counts), and whether that is proven;
    no routes, where it is proven that none keep to the counts.

    `work` is CP-SAT's deterministic time, so that the answer is the same on every machine, unless
    `seconds` end the choice before.
    """
    worth = piece.worth
    usable = [column for column in columns if column.elementary]
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in usable]
    by_visit: dict[int, list[cp_model.IntVar]] = {}
    by_shift: dict[int, list[cp_model.IntVar]] = {}
    for column, variable in zip(usable, chosen, strict=True):
        by_shift.setdefault(column.shift, []).append(variable)
        for visit in column.visits:
            by_visit.setdefault(visit, []).append(variable)
    for variables in by_visit.values():
        model.add_at_most_one(variables)
    for shift, variables in by_shift.items():
        if piece.capacity[shift] == 1:
            model.add_at_most_one(variables)
        else:
            model.add(sum(variables) <= piece.capacity[shift])
    by_gap: dict[int, list[cp_model.IntVar]] = {}
    for column, variable in zip(usable, chosen, strict=True):
        for visit in column.visits:
            for number in piece.gaps_hit(visit, column.shift):
                by_gap.setdefault(number, []).append(variable)
    for variables in by_gap.values():
        # A route with both visits of a gap stands here twice, and so can never be chosen.
        model.add(sum(variables) <= 1)
    for choice in piece.choices:
        model.add_at_most_one(variable for v in choice for variable in by_visit.get(v, ()))
    for first, second in piece.ties:
        model.add(sum(by_visit.get(first, ())) == sum(by_visit.get(second, ())))
    for count in counts:
        made = sum(
            times * variable
            for column, variable in zip(usable, chosen, strict=True)
            if (times := count.holds(column))
        )
        model.add_linear_constraint(made, count.least, count.most)
    gains = [column.cost - sum(worth[v] for v in column.visits) for column in usable]
    model.minimize(sum(gain * variable for gain, variable in zip(gains, chosen, strict=True)))
    wanted = set(hint)
    if wanted:
        for column, variable in zip(usable, chosen, strict=True):
            model.add_hint(variable, column in wanted)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = work
    # These models are almost their linear relaxation: measured, a fifth to a third less time.
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    if seconds < math.inf:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return tuple(hint), status == cp_model.INFEASIBLE
    picked = [
        c for c, variable in zip(usable, chosen, strict=True) if solver.boolean_value(variable)
    ]
    return tuple(picked), status == cp_model.OPTIMAL
