"""The charts of the report, drawn by Matplotlib: each an <svg> element for the page.

All are WIDTH wide in their own units, which are pixels where the page has room, and take the width
of what they stand in. Text stays text, in the reader's own font. Matplotlib lays text out by a font
of its own without Chinese, so the place of no mark depends on the width that it finds for a text.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

from markupsafe import Markup

from routeplan.due.coverage import Counts, DutyState
from routeplan.outputs.plain import plain
from routeplan.outputs.report.figures import MINUTES, Effort

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "MOST_ROWS",
    "STATES",
    "Column",
    "can_draw",
    "minutes",
    "standard",
    "trend",
    "visits_per_day",
]

STATES = tuple(state.value for state in DutyState)
COLOURS = {
    "done": "#1f5f9e",
    "planned": "#8fb8de",
    "open": "#d9dde2",
    "at_risk": "#eab64d",
    "missed": "#b3321e",
    "talk": "#1f5f9e",
    "travel": "#eab64d",
    "waiting": "#b3321e",
    "around": "#8fb8de",
    "lunch": "#d9dde2",
    "desk": "#6a8f5f",
    "free": "#eef0f2",
}
"""What a piece of a bar stands for → its colour; colour-blind eyes tell neighbours apart."""
MOST_ROWS = 20
"""Bars in one chart, so that it fits a page of paper."""

WIDTH = 420
_ROW, _SIZE, _EDGE = 24, 11, 4
_COLUMNS_HEIGHT = 150
_LONGEST = 11.0
"""Of a name beside a bar, in ems; what is longer is cut."""
_TEXT, _QUIET, _RULE, _SOFT = "#1b1f24", "#57606a", "#d0d7de", "#f5f6f8"
_LINES = "stroke-linejoin: round; stroke-linecap: butt"
_FONTS = (
    "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Source Han Sans SC', sans-serif"
)


class Column(NamedTuple):
    value: float | None
    """None: not known."""
    shown: str
    label: str
    group: object
    """Where it changes, so does the ground behind the columns."""


def can_draw() -> bool:
    """Whether the extra `report` is installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


def standard(label: str, rows: Sequence[tuple[str, Counts]]) -> Markup:
    """Of each row, how much of what is required is done, planned, open, at risk and missed.

    Here and below, `label` says what the chart shows to those who cannot see it.
    """
    counted = [(row, [getattr(counts, state) for state in STATES]) for row, counts in rows]
    shares = [
        (row, [value / (sum(values) or 1) for value in values], [str(value) for value in values])
        for row, values in counted
    ]
    return _bars(label, STATES, shares, end=1.0)


def minutes(label: str, rows: Sequence[tuple[str, Effort]], *, whole: float) -> Markup:
    """Of each row, into what the minutes of an average working day fall; `whole` of them fill the
    width, the same in all charts that are to be compared.
    """
    days = [
        (row, [getattr(effort, kind) / (effort.days or 1) for kind in MINUTES])
        for row, effort in rows
    ]
    shown = [(row, values, [f"{value:.0f}" for value in values]) for row, values in days]
    return _bars(label, MINUTES, shown, end=whole)


def visits_per_day(label: str, columns: Sequence[Column]) -> Markup:
    """A column a day."""
    return _columns(label, columns, [COLOURS["done"]] * len(columns))


def trend(label: str, columns: Sequence[Column]) -> Markup:
    """A column a version, the last one, which is in force, dark."""
    pale = [COLOURS["planned"]] * (len(columns) - 1)
    return _columns(label, columns, [*pale, COLOURS["done"]])


def _bars(
    label: str,
    kinds: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float], Sequence[str]]],
    *,
    end: float,
) -> Markup:
    """A bar a row of (name, lengths, figures): a piece a kind, its figure in it where it fits."""
    names = [_cut(row) for row, _, _ in rows]
    left = max((_ems(row) for row in names), default=0.0) * _SIZE + 2 * _EDGE
    height = _ROW * len(rows) + 2 * _EDGE
    with _drawing():
        figure, axes = _empty(height, left=left, bottom=_EDGE, top=height - _EDGE)
        axes.set(xlim=(0, end or 1), ylim=(len(rows) - 0.5, -0.5))
        per_pixel = (end or 1) / (WIDTH - left - _EDGE)
        for number, kind in enumerate(kinds):
            colour = COLOURS[kind]
            known = [row for row, (_, values, _) in enumerate(rows) if values[number]]
            lengths = [rows[row][1][number] for row in known]
            starts = [sum(rows[row][1][:number]) for row in known]
            axes.barh(known, lengths, 0.72, starts, color=colour, clip_on=False)
            for row, length, start in zip(known, lengths, starts, strict=True):
                shown = rows[row][2][number]
                if length > (_ems(shown) * _SIZE + _EDGE) * per_pixel:
                    text = axes.text(start + length / 2, row, shown, color=_on(colour))
                    text.set(ha="center", va="center_baseline")
        axes.set_yticks(range(len(rows)), names)
        return _svg(figure, label)


def _columns(label: str, columns: Sequence[Column], colours: Sequence[str]) -> Markup:
    """Columns on a ground of nought, so that twice as high is twice as much."""
    most = max((one.value for one in columns if one.value is not None), default=0.0) or 1.0
    pixels = (WIDTH - 2 * _EDGE) / len(columns)
    every = 1 + int(max(_ems(one.label) for one in columns) * _SIZE // (pixels - _EDGE / 2))
    figures = max(_ems(one.shown) for one in columns) * _SIZE <= pixels
    with _drawing():
        figure, axes = _empty(
            _COLUMNS_HEIGHT, left=_EDGE, bottom=2 * _SIZE, top=_COLUMNS_HEIGHT - 2 * _SIZE
        )
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(0, most))
        axes.spines["bottom"].set_visible(True)
        heights = [one.value or 0.0 for one in columns]
        thick = min(0.7, 44 / pixels)
        axes.bar(range(len(columns)), heights, thick, color=colours, clip_on=False)
        other = False
        for number, one in enumerate(columns):
            other ^= number > 0 and one.group != columns[number - 1].group
            if other:
                ground = {"color": _SOFT, "linewidth": 0, "clip_on": False, "zorder": 0}
                axes.axvspan(number - 0.5, number + 0.5, ymin=-0.2, ymax=1.2, **ground)
            if figures:
                lift = most * 5 / (_COLUMNS_HEIGHT - 4 * _SIZE)
                axes.text(number, heights[number] + lift, one.shown, ha="center", va="baseline")
        axes.set_xticks(
            range(0, len(columns), every), [one.label for one in columns[::every]], color=_QUIET
        )
        return _svg(figure, label)


def _on(colour: str) -> str:
    """Of text on a colour: dark or white, whichever is read more easily."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return _TEXT if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else "#ffffff"


def _cut(text: str) -> str:
    """Plain, on one line and not too long."""
    line = " ".join(plain(text).split())
    if _ems(line) <= _LONGEST:
        return line
    while _ems(line) > _LONGEST - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def _ems(text: str) -> float:
    """The width of a text, about: Chinese characters are square."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.6 for char in text)


# --- drawing --------------------------------------------------------------------------------------


@contextmanager
def _drawing() -> Iterator[None]:
    """The same picture whatever the user's own settings of Matplotlib."""
    import matplotlib as mpl

    # A Chinese name has no glyph in the font that texts are measured by; it is not drawn by it.
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "routeplan",
                "text.parse_math": False,
                "text.color": _TEXT,
                "font.family": ["DejaVu Sans"],  # comes with Matplotlib
                "font.size": _SIZE,
            }
        )
        yield


def _empty(height: float, *, left: float, bottom: float, top: float) -> tuple[Figure, Axes]:
    """A figure and its axes without rulers; in pixels."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
    width = WIDTH - left - _EDGE
    axes = figure.add_axes((left / WIDTH, bottom / height, width / WIDTH, (top - bottom) / height))
    for spine in axes.spines.values():
        spine.set(visible=False, color=_RULE)
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    axes.tick_params(length=0, left=False, bottom=False, pad=_EDGE)
    axes.set_xticks([])
    axes.set_yticks([])
    return figure, axes


def _svg(figure: Figure, label: str) -> Markup:
    """As an element of an HTML page, of which its style sheet and ids would else become a part."""
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    root = ElementTree.fromstring(stream.getvalue())  # noqa: S314 drawn here, names escaped
    svg = ElementTree.Element("svg", viewBox=root.attrib["viewBox"], width="100%", role="img")
    svg.attrib |= {"aria-label": plain(label), "style": f"{_LINES}; font: {_SIZE}px {_FONTS}"}
    svg.extend(root.iterfind("{*}g"))
    for part in svg.iter():
        part.tag, part.tail = part.tag.rpartition("}")[2], None
        if part.tag == "text":
            styles = part.attrib["style"].split("; ")
            part.attrib["style"] = "; ".join(one for one in styles if not one.startswith("font"))
        else:
            part.attrib.pop("id", None)
            part.text = None
    return Markup(ElementTree.tostring(svg, encoding="unicode"))  # noqa: S704 escaped by it
