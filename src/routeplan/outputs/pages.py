"""Pages without a script: a template filled by Jinja, which escapes every text."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from routeplan.outputs.plain import plain

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["HTML_LANGUAGES", "page_asset", "page_template"]

HTML_LANGUAGES = {"en": "en", "zh": "zh-CN"}
"""Language of the texts → what a page says of itself."""


@cache
def page_template(folder: str) -> Template:
    """page.html of a folder beside this file."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Of characters that are no text, so that none reaches the page whatever prints it.
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    return environment.from_string(page_asset(folder, "page.html"))


@cache
def page_asset(folder: str, name: str) -> str:
    return (resources.files("routeplan.outputs") / folder / name).read_text("utf-8")
