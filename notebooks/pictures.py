"""Small pictures for the notebooks."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from routeplan import Plan
from routeplan.plan.plan import PlannedDay

__all__ = ["BY_HAND", "GREY", "OURS", "day_maps", "tidy"]

OURS, BY_HAND, GREY = "#1668b8", "#d9822b", "#b8bec6"


def day_maps(before: Plan, after: Plan, day: dt.date, titles: tuple[str, str]) -> None:
    """Shows one manager's day before and after, beside each other: clients by hour and id, a black
    square where the day starts, a white one where it ends; the other plan's way lies faintly below.
    """
    figure = plt.figure(figsize=(11, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, plan, other, title in (
        (left, before, after, titles[0]),
        (right, after, before, titles[1]),
    ):
        _way(axes, other, day, GREY, 1.2)
        _way(axes, plan, day, OURS, 2.0)
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_aspect(1.3)  # a degree of latitude against one of longitude, at Beijing
        axes.set_xticks([])
        axes.set_yticks([])
        axes.margins(0.16)
    figure.canvas.draw()  # only now is it known where on the picture a point lies
    for axes, plan in ((left, before), (right, after)):
        _names(axes, plan, day)
    plt.show()


def _way(axes: Axes, plan: Plan, day: dt.date, colour: str, width: float) -> None:
    for one in plan.days:
        if one.date == day and one.places:
            lon, lat = zip(*_points(one), strict=True)
            axes.plot(lon, lat, color=colour, linewidth=width, zorder=1)
            axes.scatter(lon, lat, color=colour, s=18, zorder=2)
            axes.scatter(lon[:1], lat[:1], color="black", marker="s", s=34, zorder=3)
            if one.end_point is not None:
                end = {"color": "white", "edgecolor": "black", "marker": "s", "s": 34}
                axes.scatter(lon[-1:], lat[-1:], zorder=3, **end)


def _points(one: PlannedDay) -> list[tuple[float, float]]:
    ends = [one.start_point, *(place.point for place in one.places), one.end_point]
    return [(point.lon, point.lat) for point in ends if point is not None]


def _names(axes: Axes, plan: Plan, day: dt.date) -> None:
    """Each name where it covers no other name and as little as can be of ways and points."""
    on_picture, renderer = axes.transData.transform, axes.figure.canvas.get_renderer()
    busy = [
        (x, y)
        for one in plan.days
        if one.date == day and one.places
        for a, b in itertools.pairwise(on_picture(_points(one)))
        for x, y in np.linspace(a, b, 60)
    ]
    names: list[Bbox] = []
    for one, visit in plan.visits:
        if one.date != day:
            continue
        tried: list[tuple[float, int, Annotation, Bbox]] = []
        for number, (far, angle) in enumerate(itertools.product((9, 20, 32), range(0, 360, 30))):
            x, y = far * math.cos(math.radians(angle)), far * math.sin(math.radians(angle))
            name = axes.annotate(
                f"{visit.client_id} {str(visit.talk).split('-')[0]}",
                (visit.point.lon, visit.point.lat),
                xytext=(x, y),
                textcoords="offset points",
                ha="left" if x > 1 else "right" if x < -1 else "center",
                va="bottom" if y > 1 else "top" if y < -1 else "center",
                fontsize=8,
                arrowprops={"arrowstyle": "-", "lw": 0.5, "color": "black"} if far > 9 else None,
            )
            name.set_in_layout(False)
            name.update_positions(renderer)
            box = Text.get_window_extent(name, renderer).padded(2)
            inside = axes.bbox.containsx(box.x0) and axes.bbox.containsx(box.x1)
            inside = inside and axes.bbox.containsy(box.y0) and axes.bbox.containsy(box.y1)
            covered = sum(box.contains(*point) for point in busy) + far / 4
            covered += 1000 * box.count_overlaps(names) + (0 if inside else 1000)
            tried.append((covered, number, name, box))
        tried.sort(key=lambda each: each[:2])
        names.append(tried[0][3])
        for _, _, name, _ in tried[1:]:
            name.remove()


def tidy(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
