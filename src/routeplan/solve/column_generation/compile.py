"""Compiles the kernels once; later runs load them from numba's cache on disk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from routeplan.book.models import TravelMode
from routeplan.problem.problem import Problem, Shift, Visit, Window
from routeplan.solve.column_generation.enumerate import enumerate_shift
from routeplan.solve.column_generation.generate import enumerate_columns, generate_columns
from routeplan.solve.column_generation.master import SCALE
from routeplan.solve.column_generation.piece import Piece, prepare
from routeplan.solve.column_generation.pricing import price_shift
from routeplan.travel.matrix import TravelMatrix

__all__ = ["compile_kernels", "is_compiled"]


def is_compiled() -> bool:
    """Whether the kernels are in numba's cache already."""
    kernels: tuple[Any, ...] = (price_shift, enumerate_shift)
    return all(
        any(Path(kernel._cache.cache_path).glob(f"*.{kernel.py_func.__name__}-*.nbi"))  # noqa: SLF001
        for kernel in kernels
    )


def compile_kernels() -> None:
    """Runs every kernel on a problem of one visit, so that no search pays for compiling."""
    nowhere_to_go = ((0,),)
    problem = Problem(
        days=(dt.date(2026, 11, 23),),
        places=("",),
        matrices=(
            TravelMatrix(
                mode=TravelMode.WALK,
                source="",
                estimated=True,
                minutes=nowhere_to_go,
                metres=nowhere_to_go,
            ),
        ),
        shifts=(
            Shift(
                manager="",
                day=0,
                start=0,
                end=60,
                start_place=None,
                end_place=None,
                matrix=0,
                max_visits=1,
                max_talk=60,
            ),
        ),
        visits=(
            Visit(
                id="",
                client="",
                place=0,
                talk=30,
                before=0,
                after=0,
                worth=10,
                windows=(Window(shift=0, start=0, end=60),),
            ),
        ),
        required_penalty=11,
    )
    piece = Piece.of(prepare(problem), (0,), (0,))
    root = generate_columns(piece, ())
    if root.proof is not None:
        enumerate_columns(piece, root.proof, SCALE, 10, threads=1)
