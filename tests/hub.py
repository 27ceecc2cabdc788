"""A model hub on loopback that can misbehave: cut a connection, lie about bytes, refuse ranges, answer errors.

``hub.plan`` holds what the next requests meet, one word per request; with nothing planned the hub behaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class Hub:
    """``files`` maps "owner/repo/revision/file" to bytes. ``requests`` remembers (path, Range header, all headers)."""

    files: dict[str, bytes] = field(default_factory=dict)
    plan: list[str] = field(
        default_factory=list
    )  # "cut:N", "status:N", "wrong", "longer", "no-range", "redirect"
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def find(self, path: str) -> bytes | None:
        repository, _, rest = path.lstrip("/").partition("/resolve/")
        return self.files.get(f"{repository}/{rest}")


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """The tests read ``hub.requests`` instead."""

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.hub.requests.append((self.path, wanted, dict(self.headers)))
        word = self.hub.plan.pop(0) if self.hub.plan else ""
        if self.path.startswith("/cdn"):
            self.path = self.path.removeprefix("/cdn")
        elif word == "redirect":
            return self._answer(302, b"", {"Location": f"{self.hub.address}/cdn{self.path}"})
        if word.startswith("status:"):
            return self._answer(int(word[7:]), b"no", {})
        body = self.hub.find(self.path)
        if body is None:
            return self._answer(404, b"Entry not found", {})
        if word == "wrong":
            body = bytes(b ^ 0xFF for b in body[:64]) + body[64:]
        if word == "longer":
            body += b"x" * 1000
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and word != "no-range" else 0
        if start >= len(body):
            return self._answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
        headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
        cut = int(word[4:]) if word.startswith("cut:") else None
        return self._answer(206 if start else 200, body[start:], headers, cut)

    def _answer(self, status: int, body: bytes, headers: dict[str, str], cut: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if cut is None:
            self.wfile.write(body)
            return
        self.wfile.write(body[:cut])
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()


@contextmanager
def running() -> Iterator[Hub]:
    """A hub that listens on a free port of 127.0.0.1 until the block ends."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
