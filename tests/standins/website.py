"""A website on loopback for tests of fetching and crawling: a table of answers, some of them nasty.

Every request is recorded with its headers, so that a test can say what was asked and how politely.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext


@dataclass(frozen=True)
class Answer:
    """`body` is sent as it is; `write` sends one by hand, for bodies that never end."""

    body: bytes | str = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


def page(title: str, text: str, *links: str) -> Answer:
    """A small page with a heading, a paragraph and links."""
    anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return Answer(
        f"<html lang=en><title>{title}</title><main><h1>{title}</h1><p>{text}</p></main>"
        f"<nav><ul>{anchors}</ul></nav></html>"
    )


def redirect(location: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": location})


class Website:
    """`answers` may be changed while it serves; an unknown path is a 404."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://{self.pair}"

    @property
    def pair(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Send a page without an end, as fast as it is taken."""
    while True:
        handler.wfile.write(b"<p>and on and on</p>" * 500)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """Send a byte at a time, each well within any time-out for a read."""
    for _ in range(200):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


@contextmanager
def serve_website(ssl_context: SSLContext | None = None) -> Iterator[Website]:
    """Serve on a free port until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.block_on_close = False
    if ssl_context is not None:
        server.socket = ssl_context.wrap_socket(server.socket, server_side=True)
    site = server.site = Website(server.server_port)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site: Website = self.server.site  # type: ignore[attr-defined]
        site.requests.append((self.path, dict(self.headers)))
        found = site.answers.get(self.path, Answer("gone", 404))
        answer = found if isinstance(found, Answer) else found()
        try:
            self._send(answer)
        except OSError:
            self.close_connection = True

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status)
        if answer.content_type:
            self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.write is not None:
            self.send_header("Connection", "close")
            self.end_headers()
            answer.write(self)
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass
