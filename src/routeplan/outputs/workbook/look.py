"""Colours, fonts and measures of the workbook."""

from __future__ import annotations

import math

from rich.cells import cell_len

from routeplan.book.models import Tier
from routeplan.replan.diff import ChangeKind

__all__ = [
    "CHANGE_COLOURS",
    "CHART_COLOURS",
    "EDGE",
    "FAINT",
    "FONT",
    "FONT_SIZE",
    "HEADER",
    "INK",
    "QUIET",
    "STATE_COLOURS",
    "TIER_BARS",
    "TIER_COLOURS",
    "TIER_INKS",
    "points",
    "shortened",
    "wrapped",
]

FONT = "Microsoft YaHei"
"""On every Chinese Windows; Excel and WPS take the system's own font elsewhere."""
FONT_SIZE = 10
INK, FAINT, EDGE, QUIET = "#1F2933", "#52606D", "#CBD2D9", "#F0F2F5"
HEADER = {"bold": True, "bg_color": "#243B53", "font_color": "#FFFFFF"}
TIER_COLOURS = {Tier.A: "#FBD9D3", Tier.B: "#FCEFC7", Tier.C: "#DCEBDD"}
TIER_BARS = {Tier.A: "#D9705C", Tier.B: "#E8C15A", Tier.C: "#7FB58A"}
TIER_INKS = {Tier.A: "#C0442E", Tier.B: "#B07D0B", Tier.C: "#3F7D4B"}
CHANGE_COLOURS = {
    ChangeKind.REMOVED: "#FBD9D3",
    ChangeKind.MOVED: "#FCEFC7",
    ChangeKind.ADDED: "#DCEBDD",
}
CHART_COLOURS = {
    "talk_minutes": "#2F6F9F",
    "travel_minutes": "#E0913A",
    "waiting_minutes": "#8A97A5",
    "free_minutes": "#D5DCE3",
}
STATE_COLOURS = {
    "done": "#3F7D4B",
    "planned": "#7FB58A",
    "open": "#D5DCE3",
    "at_risk": "#E0B23A",
    "missed": "#C0442E",
}

LINE_HEIGHT = 15.0
HIGHEST_ROW = 409.0
"""Excel's own limit."""


def points(rows: int, size: float = 1.0) -> float:
    """Height of so many rows of text, in points."""
    return min((LINE_HEIGHT * rows + 3) * size, HIGHEST_ROW)


def wrapped(text: str, width: float) -> int:
    """Rows that a text takes in a column of `width` characters."""
    usable = max(1.0, width - 2)
    return sum(max(1, math.ceil(cell_len(line) / usable)) for line in text.split("\n"))


def shortened(text: str, room: float, size: float = FONT_SIZE) -> str:
    """A text on one line, cut to `room` points in type of `size`."""
    flat = " ".join(text.split())
    taken = [size * (1.0 if cell_len(char) > 1 else 0.58) for char in flat]
    if sum(taken) <= room:
        return flat
    left, kept = room - size, 0
    while kept < len(taken) and taken[kept] <= left:
        left -= taken[kept]
        kept += 1
    return flat[:kept].rstrip() + "…"
