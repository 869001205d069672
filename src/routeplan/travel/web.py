"""Asks a routing server: patient with what may pass, one sentence for what does not.

All that httpx raises is mapped here. Nothing but coordinates is ever sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from json import loads
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from routeplan.config import require_no_secret
from routeplan.errors import ServiceError, SettingsError
from routeplan.language import message

if TYPE_CHECKING:
    import httpx

__all__ = ["Block", "Reply", "Server", "TooMuchError", "in_blocks", "whole_table"]

T = TypeVar("T")

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
        require_no_secret(self.url)
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
                status, content, again = self._request(
                    self._base.replace("{mode}", mode) + path, json
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                last, cause = self._error("RP8003", "roads.server_away"), error
            else:
                if status in (401, 403):
                    raise self._error("RP8001", "roads.server_refuses")
                try:
                    if status in ANSWERS:
                        return Reply(status, loads(content))
                except ValueError as error:  # no JSON, or no text at all
                    last, cause = self._error("RP8004", "roads.server_nonsense"), error
                else:
                    busy = status == 429 or status >= 500
                    key = "roads.server_away" if busy else "roads.server_nonsense"
                    last, cause = self._error("RP8003" if busy else "RP8004", key), None
                    if not busy:
                        break
                    wait = max(wait, _retry_after(again))
            if wait > LONGEST_WAIT:
                break
            if trial + 1 < TRIES:
                self._sleep(wait)
                wait *= 2
        raise last from cause

    def _request(self, url: str, json: Any) -> tuple[int, bytes, str]:
        """Status, content, and when to come again. httpx gives each read the whole time-out, so
        that a server which sends a byte now and then would never be given up."""
        import httpx

        until = time.monotonic() + self._time_out
        method = "GET" if json is None else "POST"
        with self._client.stream(method, url, json=json) as response:
            content = bytearray()
            for part in response.iter_bytes():
                content += part
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("the answer takes too long", request=response.request)
            return response.status_code, bytes(content), response.headers.get("Retry-After", "")

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


class Block(NamedTuple, Generic[T]):
    """A part of a table: which rows and columns, and what the server said of them."""

    rows: Sequence[int]
    columns: Sequence[int]
    answer: list[list[T]]


def in_blocks(
    server: Server,
    rows: Sequence[int],
    columns: Sequence[int],
    size: int,
    ask: Callable[[Sequence[int], Sequence[int]], list[list[T]] | None],
) -> Iterator[Block[T]]:
    """The answers of `ask` to blocks of at most `size` rows and columns that cover the table.

    A block that is too much for the server is halved, and so is one without an answer (None): one
    place is the cause, and the others get theirs without it. Cells without any are in no block.
    Raises ServiceError, also where a single cell is too much.
    """
    for row in range(0, len(rows), size):
        for column in range(0, len(columns), size):
            yield from _halving(
                server, rows[row : row + size], columns[column : column + size], ask
            )


def _halving(
    server: Server,
    rows: Sequence[int],
    columns: Sequence[int],
    ask: Callable[[Sequence[int], Sequence[int]], list[list[T]] | None],
) -> Iterator[Block[T]]:
    single = len(rows) == len(columns) == 1
    try:
        answer = ask(rows, columns)
    except TooMuchError as error:
        if single:
            raise server.nonsense(str(error)) from error
        answer = None
    if answer is not None:
        if [len(row) for row in answer] != [len(columns)] * len(rows):
            raise server.nonsense()
        yield Block(rows, columns, answer)
    elif not single and len(rows) >= len(columns):
        middle = len(rows) // 2
        yield from _halving(server, rows[:middle], columns, ask)
        yield from _halving(server, rows[middle:], columns, ask)
    elif not single:
        middle = len(columns) // 2
        yield from _halving(server, rows, columns[:middle], ask)
        yield from _halving(server, rows, columns[middle:], ask)


def whole_table(blocks: Iterable[Block[T]], rows: int, columns: int) -> list[list[T | None]]:
    """The table that blocks are parts of; None in cells of no block."""
    table: list[list[T | None]] = [[None] * columns for _ in range(rows)]
    for block in blocks:
        for row, line in zip(block.rows, block.answer, strict=True):
            for column, cell in zip(block.columns, line, strict=True):
                table[row][column] = cell
    return table


def _retry_after(text: str) -> float:
    """Seconds that the header asks to wait; 0: none, or a date."""
    return float(text) if text.strip().isdecimal() else 0.0
