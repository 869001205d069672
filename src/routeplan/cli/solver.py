"""Commands for the solver alone, and for its files: solve, verify, schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from routeplan.cli.app import app
from routeplan.cli.common import announce_compiling, print_json, texts_in, to_err, to_out
from routeplan.cli.options import EngineChoice, EngineOption, LangOption, QuietOption, SchemaName

__all__ = ["schema", "solve", "verify"]


@app.command()
def solve(
    problem: Annotated[Path, typer.Argument(help="A problem.json (see `routeplan schema`).")],
    out: Annotated[Path, typer.Option("--out", help="Where to write result.json.")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same plan.")] = 0,
    time_limit: Annotated[float, typer.Option("--time-limit", min=0.1, help="Seconds.")] = 20.0,
    iterations: Annotated[
        int | None, typer.Option("--iterations", min=1, help="Stop by work: repeatable.")
    ] = None,
    engine: EngineOption = EngineChoice.columns,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Run the solver alone on a problem file."""
    from routeplan.outputs.files import write_atomically
    from routeplan.outputs.terminal import SearchDisplay
    from routeplan.problem.read import read_problem
    from routeplan.solve.result import Engine
    from routeplan.solve.solve import solve as run
    from routeplan.solve.stop import StopRule
    from routeplan.solve.verify import require_valid

    texts = texts_in(lang)
    given = read_problem(problem)
    announce_compiling(engine, texts, quiet=quiet)
    with SearchDisplay(texts, to_err(), quiet=quiet) as display:
        rule = StopRule(seconds=time_limit, iterations=iterations)
        result = run(given, rule, seed=seed, engine=Engine(engine.value), progress=display.update)
    require_valid(given, result)
    write_atomically(out, result.model_dump_json(indent=1).encode())
    typer.echo(texts("terminal.solved", cost=result.cost, path=str(out)))


@app.command()
def verify(
    given: Annotated[
        Path, typer.Argument(help="The --out folder of a plan, its proof.json, or a problem.json.")
    ],
    result: Annotated[
        Path | None, typer.Argument(help="With a problem.json: the result.json to check.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """Check routes, cost and bound anew, apart from the engine."""
    import time

    from routeplan.outputs.files import read_model
    from routeplan.outputs.terminal import confirmed_report
    from routeplan.problem.read import read_problem
    from routeplan.solve.recheck import recheck
    from routeplan.solve.recheck_limit import recheck_limit
    from routeplan.solve.result import Result, Solved
    from routeplan.workspace.folder import load_proof

    if result is None:
        solved = load_proof(given)
    else:
        solved = Solved(problem=read_problem(given), result=read_model(result, Result))
    began = time.monotonic()
    found = recheck(solved.problem, solved.result)
    if solved.limit is not None:
        recheck_limit(solved.problem, solved.result, solved.limit)
    seconds = time.monotonic() - began
    to_out().print(confirmed_report(found, solved, seconds, texts_in(lang)))


@app.command()
def schema(name: Annotated[SchemaName, typer.Argument(help="Of which file.")]) -> None:
    """Print the JSON schema of a file that routeplan reads or writes."""
    from routeplan.plan.plan import Plan
    from routeplan.problem.problem import Problem
    from routeplan.solve.result import Result
    from routeplan.values import Frozen

    models: dict[str, type[Frozen]] = {"problem": Problem, "result": Result, "plan": Plan}
    print_json(json.dumps(models[name.value].model_json_schema(), ensure_ascii=False, indent=1))
