"""The master problem: choose routes. Its linear relaxation gives prices, its integers a plan.

min   sum_v worth_v y_v + sum_r cost_r x_r
s.t.  sum_{r visits v} x_r + y_v  = 1     for each visit v        (price pi_v)
      sum_{r of shift s} x_r     <= 1     for each shift s        (price sigma_s <= 0)
      sum_{r breaks g} x_r       <= 1     for each gap row g      (price lambda_g <= 0)
      sum_r floor(|r ∩ S| / 2) x_r <= 1   for each cut S          (price kappa_S <= 0)
      x, y >= 0
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from routeplan.solve.column_generation.columns import Column
from routeplan.solve.column_generation.cuts import Cut, cut_value
from routeplan.solve.column_generation.piece import Piece

__all__ = ["Duals", "Master", "choose_routes"]

SCALE = 1000
"""Duals are whole multiples of 1 / SCALE minutes, so that bounds are exact arithmetic."""


@dataclass(frozen=True)
class Duals:
    """Prices of the rows, in 1 / SCALE minutes. Any values give a valid bound."""

    visit: dict[int, int]
    shift: dict[int, int]
    gap: tuple[int, ...]
    cut: tuple[int, ...] = ()


class Master:
    """The linear relaxation over the columns added so far."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._objective = self._solver.Objective()
        self._objective.SetMinimization()
        infinity = self._solver.infinity()
        self._infinity = infinity
        self._visit_rows = {v: self._solver.Constraint(1, 1) for v in piece.visits}
        self._shift_rows = {s: self._solver.Constraint(-infinity, 1) for s in piece.shifts}
        self._gap_rows = [self._solver.Constraint(-infinity, 1) for _ in piece.gaps]
        for visit, row in self._visit_rows.items():
            left_out = self._solver.NumVar(0, infinity, "")
            row.SetCoefficient(left_out, 1)
            self._objective.SetCoefficient(left_out, piece.prepared.worth[visit])
        self.cuts: list[Cut] = []
        self._cut_rows: list[pywraplp.Constraint] = []
        self.columns: list[Column] = []
        self._variables: list[pywraplp.Variable] = []
        self.fractions: list[tuple[Column, float]] = []
        """Columns of the last solution with their values."""

    def add(self, column: Column) -> None:
        variable = self._solver.NumVar(0, self._infinity, "")
        self._objective.SetCoefficient(variable, column.cost)
        self._shift_rows[column.shift].SetCoefficient(variable, 1)
        gaps: Counter[int] = Counter()
        piece = self._piece
        for visit, times in Counter(column.visits).items():
            self._visit_rows[visit].SetCoefficient(variable, times)
            gaps.update(dict.fromkeys(piece.gaps_hit(visit, column.shift), times))
        for number, times in gaps.items():
            self._gap_rows[number].SetCoefficient(variable, times)
        for cut, cut_row in zip(self.cuts, self._cut_rows, strict=True):
            if value := cut_value(cut, column):
                cut_row.SetCoefficient(variable, value)
        self.columns.append(column)
        self._variables.append(variable)

    def add_cut(self, cut: Cut) -> None:
        row = self._solver.Constraint(-self._infinity, 1)
        for column, variable in zip(self.columns, self._variables, strict=True):
            if value := cut_value(cut, column):
                row.SetCoefficient(variable, value)
        self.cuts.append(cut)
        self._cut_rows.append(row)

    def _solve(self) -> None:
        """Always feasible and bounded, so an answer that is not optimal is GLOP's: on degenerate
        programs its presolve can end 'abnormal' (seen with OR-Tools 9.15). So presolve stays off,
        which also keeps the basis between solves, and the other simplex stands by."""
        for algorithm in (pywraplp.MPSolverParameters.DUAL, pywraplp.MPSolverParameters.PRIMAL):
            ways = pywraplp.MPSolverParameters()
            ways.SetIntegerParam(ways.PRESOLVE, ways.PRESOLVE_OFF)
            ways.SetIntegerParam(ways.LP_ALGORITHM, algorithm)
            if self._solver.Solve(ways) == pywraplp.Solver.OPTIMAL:
                return
        raise RuntimeError("the master's linear program was not solved")

    def solve(self) -> tuple[float, Duals]:
        """Least cost of the relaxation over the columns so far, and its prices."""
        self._solve()
        duals = Duals(
            visit={v: round(row.dual_value() * SCALE) for v, row in self._visit_rows.items()},
            shift={s: round(row.dual_value() * SCALE) for s, row in self._shift_rows.items()},
            gap=tuple(min(0, round(row.dual_value() * SCALE)) for row in self._gap_rows),
            cut=tuple(min(0, round(row.dual_value() * SCALE)) for row in self._cut_rows),
        )
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
    seconds: float = math.inf,
) -> tuple[tuple[Column, ...], bool]:
    """The cheapest plan from given columns, and whether that is proven.

    `work` is CP-SAT's deterministic time, so that the answer is the same on every machine, unless
    `seconds` end the choice before.
    """
    worth = piece.prepared.worth
    usable = [column for column in columns if column.elementary]
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in usable]
    by_visit: dict[int, list[cp_model.IntVar]] = {}
    by_shift: dict[int, list[cp_model.IntVar]] = {}
    for column, variable in zip(usable, chosen, strict=True):
        by_shift.setdefault(column.shift, []).append(variable)
        for visit in column.visits:
            by_visit.setdefault(visit, []).append(variable)
    for variables in (*by_shift.values(), *by_visit.values()):
        model.add_at_most_one(variables)
    by_gap: dict[int, list[cp_model.IntVar]] = {}
    for column, variable in zip(usable, chosen, strict=True):
        for visit in column.visits:
            for number in piece.gaps_hit(visit, column.shift):
                by_gap.setdefault(number, []).append(variable)
    for variables in by_gap.values():
        # A route with both visits of a gap stands here twice, and so can never be chosen.
        model.add(sum(variables) <= 1)
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
    if seconds < math.inf:
        solver.parameters.max_time_in_seconds = max(0.01, seconds)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return tuple(hint), False
    picked = [
        c for c, variable in zip(usable, chosen, strict=True) if solver.boolean_value(variable)
    ]
    return tuple(picked), status == cp_model.OPTIMAL
