"""Small pictures for the notebooks."""

from __future__ import annotations

import datetime as dt

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from routeplan import Plan

__all__ = ["BY_HAND", "GREY", "OURS", "day_maps", "tidy"]

OURS, BY_HAND, GREY = "#1668b8", "#d9822b", "#b8bec6"


def day_maps(before: Plan, after: Plan, day: dt.date, titles: tuple[str, str]) -> None:
    """Shows one manager's day before and after, beside each other: clients by id with their hours;
    the other plan's way lies faintly below."""
    figure = plt.figure(figsize=(11, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, plan, other, title in (
        (left, before, after, titles[0]),
        (right, after, before, titles[1]),
    ):
        _way(axes, other, day, GREY, 1.2)
        _way(axes, plan, day, OURS, 2.0)
        _names(axes, plan, day)
        axes.set_title(title, loc="left", fontsize=11)
        axes.set_aspect(1.3)  # a degree of latitude against one of longitude, at Beijing
        axes.set_xticks([])
        axes.set_yticks([])
        axes.margins(0.14)
    plt.show()


def _way(axes: Axes, plan: Plan, day: dt.date, colour: str, width: float) -> None:
    for one in plan.days:
        if one.date == day and one.places:
            ends = [one.start_point, *(place.point for place in one.places), one.end_point]
            points = [point for point in ends if point is not None]
            lon, lat = [point.lon for point in points], [point.lat for point in points]
            axes.plot(lon, lat, color=colour, linewidth=width, zorder=1)
            axes.scatter(lon, lat, color=colour, s=18, zorder=2)
            axes.scatter(lon[:1], lat[:1], color="black", marker="s", s=34, zorder=3)


def _names(axes: Axes, plan: Plan, day: dt.date) -> None:
    for one, visit in plan.visits:
        if one.date == day:
            axes.annotate(
                f"{visit.client_id} {str(visit.talk).split('-')[0]}",
                (visit.point.lon, visit.point.lat),
                xytext=(4, 4),
                textcoords="offset points",
                fontsize=8,
            )


def tidy(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
