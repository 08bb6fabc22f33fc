"""What every stand-in is made of: an HTTP server on 127.0.0.1 with routes, a clock of its own, and faults on demand.

Belongs here: nothing of any vendor.
"""

import email.utils
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request; `query` holds the first value of each parameter, `parts` what the route's pattern caught."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    parts: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Answer:
    """One answer: JSON unless `content_type` says otherwise."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    @property
    def payload(self) -> bytes:
        """The body as it goes over the wire."""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str) and self.content_type != "application/json":
            return self.body.encode()
        return json.dumps(self.body).encode()


Handler = Callable[[Request], Answer]


@dataclass
class Fault:
    """An answer in place of the real one: for requests whose path matches, after `after` of them, `times` times.

    `cut` closes the connection in the middle of the real answer.
    """

    path: str
    answer: Answer | None = None
    after: int = 0
    times: int = 1
    cut: bool = False


class StandIn:
    """A vendor's interface. A subclass adds routes in its constructor and keeps the vendor's data.

    Args:
        clock: the vendor's time (aware), which its answers carry; None for the machine's.
        port: to listen on; 0 for any that is free.
    """

    def __init__(self, clock: datetime | None = None, port: int = 0) -> None:
        self.clock = clock
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._lock = threading.RLock()
        self._server = _Server(("127.0.0.1", port), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, name=type(self).__name__, daemon=True)

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def now(self) -> datetime:
        """The vendor's time, aware."""
        return self.clock or datetime.now(UTC)

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """Answer requests whose whole path matches the regular expression; its groups are the request's `parts`."""
        self._routes.append((method, re.compile(pattern), handler))

    def __enter__(self) -> "StandIn":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Request) -> tuple[Answer, bool]:
        """The answer to a request, and whether the connection is cut in its middle."""
        with self._lock:
            self.requests.append(request)
            fault = self._fault(request)
            if fault is not None and fault.answer is not None:
                return fault.answer, fault.cut
            return self._routed(request), fault is not None and fault.cut

    def _routed(self, request: Request) -> Answer:
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                parts = tuple(part or "" for part in found.groups())
                return handler(Request(**{**request.__dict__, "parts": parts}))
        return Answer({"error": "not found"}, 404)

    def _fault(self, request: Request) -> Fault | None:
        for fault in self.faults:
            if re.search(fault.path, request.path):
                if fault.after > 0:
                    fault.after -= 1
                elif fault.times > 0:
                    fault.times -= 1
                    return fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler_of(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handling(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: two small ones would wait for each other's acknowledgement.
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            split = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(split.query, keep_blank_values=True).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, split.path, query, dict(self.headers.items()), body)
            answer, is_cut = stand_in.answer(request)
            payload = answer.payload
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(payload)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(payload[: len(payload) // 2] if is_cut else payload)
            self.wfile.flush()
            if is_cut:
                self.close_connection = True

        do_GET = do_POST = do_HEAD = do_PUT = handle_any

        def date_time_string(self, _: float | None = None) -> str:
            return email.utils.format_datetime(stand_in.now.astimezone(UTC), usegmt=True)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the terminal belongs to the command that runs."""

    return Handling
