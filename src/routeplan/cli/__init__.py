"""The command line: parse, call, print, exit code. Nothing is worked out here.

Each module adds its commands to `app`.

Exit codes: 0 done, 1 faults in the input, 2 usage, 3 no plan possible, 4 the checker refused,
5 the plan folder cannot be used, 6 a service on the net cannot be used.
"""

from routeplan.cli import (
    book,
    coverage,
    learn,
    locks,
    maps,
    outputs,
    planning,
    records,
    replanning,
    report,
    solver,
    today,
    travel,
    workspace,
)
from routeplan.cli.app import app
from routeplan.cli.entry import main

__all__ = [
    "app",
    "book",
    "coverage",
    "learn",
    "locks",
    "main",
    "maps",
    "outputs",
    "planning",
    "records",
    "replanning",
    "report",
    "solver",
    "today",
    "travel",
    "workspace",
]
