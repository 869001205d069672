"""The plan as one HTML page with a map, complete in itself: it opens without any network.

folium builds the page (map, tiles, figure), with Leaflet inlined from folium-offline. Text of the
book never enters a template or a script: it travels as one block of JSON, and the page's own script
(`map_page/`) puts it into the document as text, never as HTML. A content security policy that names
the page's scripts by their hash makes the browser refuse any other script and any request that the
chosen tiles do not need.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from enum import StrEnum
from string import Template
from typing import NamedTuple

from routeplan.datum import to_gcj02
from routeplan.errors import UsageError
from routeplan.language import Texts, message
from routeplan.outputs.map_data import Json, map_data
from routeplan.outputs.pages import HTML_LANGUAGES, page_asset
from routeplan.plan.plan import Plan
from routeplan.point import Point
from routeplan.travel.background import MainRoads

__all__ = ["Tiles", "map_html"]


class Tiles(StrEnum):
    """What lies under the plan."""

    NONE = "none"  # a plain ground; no network
    OSM = "osm"  # OpenStreetMap
    GAODE = "gaode"  # 高德地图, in GCJ-02


class _TileSource(NamedTuple):
    url: str
    hosts: str
    """For the content security policy."""
    attribution: str
    subdomains: str
    max_zoom: int


_SOURCES = {
    Tiles.OSM: _TileSource(
        url="https://tile.openstreetmap.org/{z}/{x}/{y}.png",
        hosts="https://tile.openstreetmap.org",
        attribution=(
            '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors'
        ),
        subdomains="abc",
        max_zoom=19,
    ),
    Tiles.GAODE: _TileSource(
        url=(
            "https://webrd0{s}.is.autonavi.com/appmaptile"
            "?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
        ),
        hosts="https://*.is.autonavi.com",
        attribution='© <a href="https://ditu.amap.com/">高德地图</a>',
        subdomains="1234",
        max_zoom=18,
    ),
}

_SCRIPTS = ("dom.js", "layers.js", "panel.js", "clock.js", "page.js")
_CHINA = (35.0, 105.0)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def map_html(
    plan: Plan,
    texts: Texts,
    *,
    tiles: str = "none",
    ground: MainRoads | None = None,
    before: Plan | None = None,
    compare: bool = False,
) -> str:
    """The page, deterministic for a plan and language.

    `tiles` is 'none' (no request leaves the page), 'osm' or 'gaode'. Raises UsageError for others.
    `ground` lies under the plan where there are no tiles. `before` is the plan that this one
    changed: its routes can be shown faintly below; with `compare` they are shown from the start.
    """
    try:
        chosen = Tiles(tiles)
    except ValueError as error:
        raise UsageError(
            "RP4005", message("error.tiles", tiles=tiles, known=[known.value for known in Tiles])
        ) from error
    source = _SOURCES.get(chosen)
    data = map_data(
        plan,
        texts,
        to_gcj02 if chosen is Tiles.GAODE else _unchanged,
        ground if chosen is Tiles.NONE else None,
        before,
    )
    data["compare"] = compare
    data["tiles"] = chosen is not Tiles.NONE
    head, body, map_script = _leaflet_map(source)
    own = "\n".join(page_asset("map_page", name) for name in _SCRIPTS)
    script = f"{map_script}\n(function (map) {{\n'use strict';\n{own}\n}})(map_plan);"
    return Template(page_asset("map_page", "page.html")).substitute(
        language=HTML_LANGUAGES[texts.language],
        policy=_security_policy([*_SCRIPT.findall(head), script], source),
        title=html.escape(data["title"]),
        head=head,
        style=page_asset("map_page", "page.css"),
        no_script=html.escape(texts("map.no_script")),
        body=body,
        data=_script_json(data),
        script=script,
    )


def _unchanged(point: Point) -> Point:
    return point


def _leaflet_map(source: _TileSource | None) -> tuple[str, str, str]:
    """folium's part of the page, free of the plan: what goes into head, body and script."""
    import folium
    from branca.element import Element
    from offlinefolium.elements import _res as content_of  # what folium's addresses lead to

    figure = folium.Figure()
    leaflet = folium.Map(
        location=_CHINA,
        zoom_start=4,
        tiles=None,
        zoom_control=False,
        max_zoom=source.max_zoom if source else 18,
        # Pictures look sharp at whole zooms only; without any, the plan may fill the page.
        zoom_snap=1 if source else 0.25,
    )
    # Names are random by default; the same plan shall give the same page.
    leaflet._id = "plan"  # noqa: SLF001
    # Of the libraries that folium loads, the page uses Leaflet alone, and carries it itself.
    for tag, assets in (("script", leaflet.default_js), ("style", leaflet.default_css)):
        for name, address in assets:
            if name in ("leaflet", "leaflet_css"):
                inlined = Element(f"<{tag}>{content_of[address]}</{tag}>")
                figure.header.add_child(inlined, name=name)
    leaflet.default_js = []
    leaflet.default_css = []
    figure.add_child(leaflet)
    if source is not None:
        layer = folium.TileLayer(
            source.url,
            attr=source.attribution,
            max_zoom=source.max_zoom,
            subdomains=source.subdomains,
            control=False,
        )
        layer._id = "base"  # noqa: SLF001
        leaflet.add_child(layer)
    figure.render()
    return figure.header.render(), figure.html.render(), figure.script.render()


def _security_policy(scripts: list[str], source: _TileSource | None) -> str:
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
    images = f"data: {source.hosts}" if source else "data:"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(f"'sha256-{digest}'" for digest in hashes),
            "style-src 'unsafe-inline'",
            f"img-src {images}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _script_json(data: Json) -> str:
    """JSON that cannot end the script element it stands in, nor start a comment there."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
