"""A real web server on this machine that answers by script, for tests of what asks services.

    with loopback(too_many(1), broken(), ok({"a": 1})) as server:
        ask(server.url)
    assert len(server.requests) == 3

Answers are given in order; when they run out, `otherwise` answers every further request.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = [
    "Answer",
    "Loopback",
    "Request",
    "broken",
    "dripping",
    "empty",
    "garbage",
    "hung_up",
    "loopback",
    "ok",
    "slow",
    "too_many",
]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    """Without the query."""
    query: Mapping[str, str]
    """The first value of each."""
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    """Waited before the answer, unless the server is closed meanwhile."""
    hang_up: bool = False
    """Close the connection without a word."""
    drip: float = 0.0
    """Waited before each byte of the body."""


def ok(value: Any) -> Answer:
    """200 with JSON."""
    return Answer(json.dumps(value).encode(), headers={"Content-Type": "application/json"})


def too_many(retry_after: int | str | None = None) -> Answer:
    """429, with Retry-After where one is given."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Answer(b"slow down", 429, headers)


def broken(status: int = 500) -> Answer:
    return Answer(b"<html>Internal Server Error</html>", status)


def garbage() -> Answer:
    """200, and no JSON: half of it, with bytes that are no text."""
    return Answer(b'{"results": [\xff\xfe', headers={"Content-Type": "application/json"})


def empty() -> Answer:
    """200 and no body at all."""
    return Answer()


def slow(seconds: float, answer: Answer | None = None) -> Answer:
    """`answer` (empty if none) after `seconds`; closing the server does not wait for it."""
    then = answer or empty()
    return Answer(then.body, then.status, then.headers, seconds, then.hang_up)


def dripping(seconds: float, answer: Answer) -> Answer:
    """`answer` byte by byte, so slowly."""
    return Answer(answer.body, answer.status, answer.headers, drip=seconds)


def hung_up() -> Answer:
    return Answer(hang_up=True)


Otherwise = Answer | Callable[[Request], Answer]


class Loopback:
    """The running server; `requests` holds what it was asked, in order."""

    def __init__(self, answers: tuple[Answer, ...], otherwise: Otherwise) -> None:
        self.requests: list[Request] = []
        self._answers = list(answers)
        self._otherwise = otherwise
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def domain(self) -> str:
        """host:port, as geopy wants it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.domain}"

    def then(self, *answers: Answer) -> None:
        """Further answers for the script."""
        with self._lock:
            self._answers.extend(answers)

    def answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            if self._answers:
                return self._answers.pop(0)
        return self._otherwise if isinstance(self._otherwise, Answer) else self._otherwise(request)

    def wait(self, seconds: float) -> None:
        self._closed.wait(seconds)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def loopback(*answers: Answer, otherwise: Otherwise = Answer(status=404)) -> Iterator[Loopback]:
    """A server on a free port of 127.0.0.1 for as long as the block runs."""
    server = Loopback(answers, otherwise)
    server.start()
    try:
        yield server
    finally:
        server.close()


def _handler(server: Loopback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            query = {
                name: values[0]
                for name, values in parse_qs(split.query, keep_blank_values=True).items()
            }
            body = self.rfile.read(length)
            request = Request(self.command, split.path, query, dict(self.headers), body)
            answer = server.answer(request)
            if answer.seconds:
                server.wait(answer.seconds)
            self.close_connection = True
            if answer.hang_up:
                return
            with suppress(OSError):  # the other side may have given up waiting
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if not answer.drip:
                    self.wfile.write(answer.body)
                for byte in answer.body if answer.drip else b"":
                    server.wait(answer.drip)
                    self.wfile.write(bytes((byte,)))

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
