"""Asks a routing server: patient with what may pass, one sentence for what does not.

All that httpx raises is mapped here. Nothing but coordinates is ever sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from routeplan.errors import ServiceError, SettingsError
from routeplan.language import message

if TYPE_CHECKING:
    import httpx

__all__ = ["Reply", "Server", "TooMuchError", "in_blocks"]

TRIES = 4
FIRST_WAIT = 0.5
"""Seconds before the second try; then twice as long each time."""
LONGEST_WAIT = 60.0
"""Of a server that says when to come again; beyond that it counts as away."""
ANSWERS = (200, 400)
"""Statuses with which a routing server gives a reason of its own as JSON."""


class Reply(NamedTuple):
    status: int
    body: Any
    """From JSON."""


class TooMuchError(Exception):
    """The server wants fewer places at a time."""


class Server:
    """A server at `url`, which may hold '{mode}'. A fragment ('#2026-11') is not sent.

    Raises SettingsError when `url` is no address or may hold a secret. `sleep` is for tests.
    """

    def __init__(
        self, url: str, time_out: float, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.url = url.strip()
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SettingsError("RP2031", message("roads.no_url", url=self.url))
        if "@" in parts.netloc or parts.query:
            # A plan keeps its settings, and plans are handed round.
            host = parts.netloc.rpartition("@")[2]
            raise SettingsError("RP2032", message("roads.url_secret", server=host))
        self._base = parts._replace(fragment="").geturl().rstrip("/")
        self._time_out = time_out
        self._sleep = sleep

    def ask(self, path: str, *, json: Any = None, mode: str = "") -> Reply:
        """The answer to a GET, or to a POST of `json`. Raises ServiceError after several tries."""
        import httpx

        wait = FIRST_WAIT
        cause: Exception | None
        for trial in range(TRIES):
            try:
                response = self._client.request(
                    "GET" if json is None else "POST",
                    self._base.replace("{mode}", mode) + path,
                    json=json,
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                last, cause = self._error("RP8003", "roads.server_away"), error
            else:
                status = response.status_code
                if status in (401, 403):
                    raise self._error("RP8001", "roads.server_refuses")
                try:
                    if status in ANSWERS:
                        return Reply(status, response.json())
                except ValueError as error:  # no JSON, or no text at all
                    last, cause = self._error("RP8004", "roads.server_nonsense"), error
                else:
                    busy = status == 429 or status >= 500
                    key = "roads.server_away" if busy else "roads.server_nonsense"
                    last, cause = self._error("RP8003" if busy else "RP8004", key), None
                    if not busy:
                        break
                    wait = max(wait, _retry_after(response.headers.get("Retry-After", "")))
            if wait > LONGEST_WAIT:
                break
            if trial + 1 < TRIES:
                self._sleep(wait)
                wait *= 2
        raise last from cause

    @cached_property
    def _client(self) -> httpx.Client:
        """One for all requests: it keeps its connections."""
        import httpx

        return httpx.Client(timeout=self._time_out)

    def nonsense(self, why: str = "") -> ServiceError:
        """The error for an answer that is not what was asked for; `why`: the server's words."""
        if why:
            return self._error("RP8004", "roads.server_says", why=why)
        return self._error("RP8004", "roads.server_nonsense")

    def _error(self, code: str, key: str, **args: str) -> ServiceError:
        return ServiceError(code, message(key, server=urlsplit(self.url).netloc, **args))


def in_blocks(
    rows: Sequence[int],
    columns: Sequence[int],
    size: int,
    ask: Callable[[Sequence[int], Sequence[int]], None],
) -> None:
    """Calls `ask` for blocks of at most `size` rows and columns that cover the table; a block that
    is too much for the server is halved."""

    def smaller(rows: Sequence[int], columns: Sequence[int]) -> None:
        try:
            ask(rows, columns)
        except TooMuchError:
            if len(rows) >= len(columns) and len(rows) > 1:
                middle = len(rows) // 2
                smaller(rows[:middle], columns)
                smaller(rows[middle:], columns)
            elif len(columns) > 1:
                middle = len(columns) // 2
                smaller(rows, columns[:middle])
                smaller(rows, columns[middle:])
            else:
                raise

    for row in range(0, len(rows), size):
        for column in range(0, len(columns), size):
            smaller(rows[row : row + size], columns[column : column + size])


def _retry_after(text: str) -> float:
    """Seconds that the header asks to wait; 0: none, or a date."""
    return float(text) if text.strip().isdecimal() else 0.0
