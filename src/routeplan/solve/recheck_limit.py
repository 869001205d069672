"""A limit on changes confirmed, apart from what searched: `limit.py` says why it bounds."""

from __future__ import annotations

from routeplan.errors import CheckError
from routeplan.language import Message, message
from routeplan.problem.problem import Problem, Visit, Window
from routeplan.solve.limit import Limit, Stood, changes_of
from routeplan.solve.recheck import proven_bound
from routeplan.solve.result import Result

__all__ = ["recheck_limit"]


def recheck_limit(problem: Problem, result: Result, limit: Limit) -> int | None:
    """Confirms that a solution keeps a limit, and what solutions within it cost at least: returned
    as far as it is proven, None where no bound is claimed.

    The routes and the cost are taken as `recheck` left them. Raises CheckError RP6003.
    """
    stood = [one.visit for one in limit.stood]
    shifts = [one.shift for one in limit.stood if one.shift is not None]
    if stood != sorted({visit for visit in stood if visit < len(problem.visits)}) or any(
        shift >= len(problem.shifts) for shift in shifts
    ):
        raise _refused(message("proof.stood"))
    changes = changes_of(result.solution, limit)
    if changes > limit.most:
        raise _refused(message("proof.changes", n=changes, most=limit.most))
    if limit.bound is None:
        return None
    proof = result.proof if limit.proof is None and limit.price == 0 else limit.proof
    if proof is None:
        raise _refused(message("proof.missing", bound=limit.bound))
    penalty = problem.required_penalty if limit.price == 0 else limit.penalty
    if penalty < problem.required_penalty:
        # Who leaves out fewer than the solution would have to cost less than is claimed.
        raise _refused(message("proof.sign"))
    out = set(result.solution.left_out)
    missing = sum(problem.visits[visit].required for visit in out)
    missing += sum(choice.required and out.issuperset(choice.visits) for choice in problem.choices)
    bound = proven_bound(_priced(problem, limit, penalty), proof)
    bound -= limit.price * limit.most + (penalty - problem.required_penalty) * missing
    if bound < limit.bound:
        raise _refused(message("proof.lower", claimed=limit.bound, bound=bound))
    if bound > result.cost:
        raise _refused(message("proof.above_cost", bound=bound, cost=result.cost))
    return bound


def _priced(problem: Problem, limit: Limit, penalty: int) -> Problem:
    visits = list(problem.visits)
    for one in limit.stood:
        visits[one.visit] = _with_price(visits[one.visit], one, limit.price)
    return problem.model_copy(update={"visits": tuple(visits), "required_penalty": penalty})


def _with_price(visit: Visit, stood: Stood, price: int) -> Visit:
    """The visit that costs `price` more wherever else it is, or nowhere."""
    start, end = stood.start, stood.start + visit.talk
    there = [
        window
        for window in visit.windows
        if window.shift == stood.shift and window.start <= start and end <= window.end
    ]
    least = min((window.cost for window in there), default=None)
    windows: list[Window] = []
    stays = False
    for window in visit.windows:
        if (window.shift, window.start, window.end) == (stood.shift, start, end):
            windows.append(window)
            stays = stays or window.cost == least
        else:
            windows.append(window.model_copy(update={"cost": window.cost + price}))
    if least is not None and stood.shift is not None and not stays:
        # It may stand there in a longer window: that is no change either.
        windows.append(Window(shift=stood.shift, start=start, end=end, cost=least))
    return visit.model_copy(update={"windows": tuple(windows), "worth": visit.worth + price})


def _refused(why: Message) -> CheckError:
    return CheckError("RP6003", message("error.proof_refused", why=why))
