"""Serve the demo business's website, with the platform's widget on every page.

Only the standard library, because `bin/up` runs it as one more process and it must not be able to
break for a reason of the platform's. What changes between machines is filled in while serving: the
site's own address (from the Host header, since the port is chosen at start) and the widget's
snippet (from the file that `setup_demo` writes once the demo agent exists). That file is looked at
on every request, so the widget appears without a restart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import mimetypes
import re
from dataclasses import dataclass
from email.utils import formatdate
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

logger = logging.getLogger(__name__)

HERE = Path(__file__).resolve().parent
SITE = HERE / "site"
DEFAULT_PLATFORM_FILE = HERE.parent / ".local" / "data" / "demo.json"
IDLE_SECONDS = 30

# Spelt out because the system's table differs between machines (woff2 and svg are often missing).
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    ".xml": "application/xml; charset=utf-8",
}
KNOWS_BASE_URL = {"robots.txt", "sitemap.xml"}
HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


@dataclass(frozen=True)
class Answer:
    status: HTTPStatus
    body: bytes
    content_type: str
    modified_at: float | None = None

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'


class PlatformFile:
    """The widget's snippet, read again whenever `setup_demo` has rewritten its file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, str] = (0, "")

    def snippet(self) -> str:
        """Return the script element, or nothing while the demo agent does not exist."""
        try:
            changed_at_ns = self.path.stat().st_mtime_ns
        except OSError:
            return ""
        seen_at_ns, snippet = self._seen
        if changed_at_ns != seen_at_ns:
            snippet = self._read()
            # One assignment: threads see the old pair or the new one, never half of each.
            self._seen = (changed_at_ns, snippet)
        return snippet

    def _read(self) -> str:
        try:
            values = json.loads(self.path.read_text(encoding="utf-8"))
            platform_url, agent_id = values["platform_url"], values["agent_id"]
        except (OSError, ValueError, KeyError, TypeError):
            logger.warning("%s is not what setup_demo writes; pages have no widget", self.path)
            return ""
        address = f"{str(platform_url).rstrip('/')}/widget/v1/loader.js"
        return (
            f'<script src="{escape(address)}" data-agent="{escape(str(agent_id))}" async></script>'
        )


class Site:
    """Turns the path of a request into an answer; knows nothing of sockets."""

    def __init__(self, *, root: Path, platform: PlatformFile) -> None:
        self.root = root.resolve()
        self.platform = platform

    def answer(self, *, path: str, base_url: str) -> Answer:
        if path == "/healthz":
            return Answer(HTTPStatus.OK, b"ok\n", CONTENT_TYPES[".txt"])
        file = self._find(path)
        if file is None:
            return self._not_found()
        body = self._fill(file, base_url)
        return Answer(HTTPStatus.OK, body, content_type(file), file.stat().st_mtime)

    def _find(self, path: str) -> Path | None:
        try:
            file = (self.root / unquote(path, errors="strict").lstrip("/")).resolve()
            if file.is_dir():
                file = file / "index.html"
            is_ours = file.is_relative_to(self.root) and file.is_file()
        except (ValueError, OSError):
            # NUL bytes, broken UTF-8, names longer than the file system takes.
            return None
        return file if is_ours else None

    def _fill(self, file: Path, base_url: str) -> bytes:
        content = file.read_bytes()
        if file.name in KNOWS_BASE_URL:
            return content.replace(b"{{ base_url }}", base_url.encode())
        if file.suffix != ".html":
            return content
        snippet = self.platform.snippet().encode()
        before, end, after = content.rpartition(b"</body>")
        return before + snippet + end + after if end else content

    def _not_found(self) -> Answer:
        page = self.root / "404.html"
        body = self._fill(page, "") if page.is_file() else b"Not found\n"
        return Answer(HTTPStatus.NOT_FOUND, body, CONTENT_TYPES[".html"])


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD over HTTP/1.1; the server hands in the site it serves."""

    protocol_version = "HTTP/1.1"
    server_version = "HarbourWheels"
    sys_version = ""
    timeout = IDLE_SECONDS
    server: DemoServer

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def _respond(self, *, with_body: bool) -> None:
        answer = self.server.site.answer(path=urlsplit(self.path).path, base_url=self._base_url())
        if self.headers.get("If-None-Match") == answer.etag and answer.status == HTTPStatus.OK:
            self._send_head(answer, HTTPStatus.NOT_MODIFIED)
            return
        self._send_head(answer, answer.status)
        if with_body:
            self.wfile.write(answer.body)

    def _send_head(self, answer: Answer, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("ETag", answer.etag)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        if answer.modified_at is not None:
            self.send_header("Last-Modified", formatdate(answer.modified_at, usegmt=True))
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()

    def _base_url(self) -> str:
        # The header comes from outside and ends up in XML: what is not a plain host is not used.
        host = self.headers.get("Host", "")
        if not HOST.fullmatch(host):
            host = f"127.0.0.1:{self.server.server_address[1]}"
        return f"http://{host}"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Stay quiet about ordinary requests; the supervisor keeps this output for errors."""


class DemoServer(ThreadingHTTPServer):
    """Bound to loopback only: the demo is for the person at this machine."""

    daemon_threads = True

    def __init__(self, *, port: int, platform_file: Path, root: Path = SITE) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.site = Site(root=root, platform=PlatformFile(platform_file))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def content_type(file: Path) -> str:
    guessed = CONTENT_TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    return guessed or "application/octet-stream"


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve the demo business's website.")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes any")
    parser.add_argument("--platform-file", type=Path, default=DEFAULT_PLATFORM_FILE)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    with DemoServer(port=options.port, platform_file=options.platform_file) as server:
        logger.info("Harbour Wheels is served at %s", server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            logger.info("stopped")


if __name__ == "__main__":
    main()
