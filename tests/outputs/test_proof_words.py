"""How good a plan is said to be, must-visits that are left out aside."""

from __future__ import annotations

import pytest

from routeplan.language import Texts
from routeplan.outputs.wording import proof_words
from routeplan.plan.plan import ChangeBudget, CostTerms, Proof
from routeplan.solve.result import Engine, Status

PENALTY = 10_000


def proof(bound: int | None, *, missing: int, budget: ChangeBudget | None = None) -> Proof:
    """Of a plan that costs 500 beside the must-visits left out."""
    cost = 500 + PENALTY * missing
    return Proof(
        engine=Engine.COLUMNS,
        seed=0,
        status=Status.INFEASIBLE if missing else Status.FEASIBLE,
        stopped_by="time",
        cost=cost,
        bound=bound,
        gap=None if bound is None else (cost - bound) / cost,
        terms=CostTerms(travel=400, left_out=100, required=PENALTY * missing),
        budget=budget,
    )


@pytest.mark.parametrize(
    ("bound", "missing", "said"),
    [
        (None, 0, "feasible, better may exist; cost 500 "),
        (480, 0, "feasible, better may exist, within 4 % of the best possible; cost 500 "),
        (PENALTY + 480, 1, "no plan makes more of them; all else is within 4 % of the best"),
        (PENALTY + 480, 1, "cost 500 minutes' worth, never less than 480;"),
        (PENALTY + 500, 1, "no plan makes more of them; all else is proven best: cost 500 "),
        (None, 1, "whether a plan makes more of them is not known; all else costs 500 "),
        # The bound holds no penalty, or that of one where two are left out.
        (480, 1, "whether a plan makes more of them is not known; all else costs 500 "),
        (PENALTY + 480, 2, "whether a plan makes more of them is not known; all else costs 500 "),
    ],
)
def test_a_must_visit_left_out_is_no_part_of_the_gap(
    bound: int | None, missing: int, said: str
) -> None:
    words = proof_words(proof(bound, missing=missing), Texts("en"))
    assert said in words
    assert words.startswith("some required visits are left out, ") == bool(missing)
    assert proof_words(proof(bound, missing=missing), Texts("zh"))


@pytest.mark.parametrize(
    ("bound", "said"),
    [
        (PENALTY + 475, "no plan with so few changes is more than 5% cheaper"),
        (475, "beyond 0 that nothing avoids)"),
    ],
)
def test_nor_where_changes_were_limited(bound: int, said: str) -> None:
    budget = ChangeBudget(allowed=1, forced=0, changes=1, bound=bound)
    words = proof_words(proof(PENALTY, missing=1, budget=budget), Texts("en"))
    assert words.startswith("some required visits are left out; all else: cost 500;")
    assert words.endswith(said)
    assert proof_words(proof(PENALTY, missing=1, budget=budget), Texts("zh")).startswith(
        "有必访客户未能安排；其余：代价 500；"
    )
