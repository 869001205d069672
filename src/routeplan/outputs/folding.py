"""Rich text that breaks its lines as Chinese and English do."""

from __future__ import annotations

from typing import Any

from rich import text
from rich.console import Console
from rich.containers import Lines

from routeplan.language.folding import fold_at

__all__ = ["Text"]


class Text(text.Text):
    """Rich breaks at spaces only, so that a Chinese sentence would be cut within a date."""

    def wrap(
        self, console: Console, width: int, *, no_wrap: bool | None = None, **how: Any
    ) -> Lines:
        if no_wrap or self.no_wrap:
            return super().wrap(console, width, no_wrap=True, **how)
        parts = Lines()
        for line in self.split(allow_blank=True):
            for part in line.divide(fold_at(str(line), width)):
                part.rstrip_end(width)
                parts.append(part)
        # Each fits now; Rich still aligns them.
        return Lines(piece for part in parts for piece in part.wrap(console, width, **how))
