"""A running demo site on a free port, with a platform file of its own that a test may write."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demo.serve import DemoServer


@dataclass
class Reply:
    status: int
    headers: http.client.HTTPMessage
    text: str


Ask = Callable[..., Reply]


@pytest.fixture
def platform_file(tmp_path: Path) -> Path:
    return tmp_path / "demo.json"


@pytest.fixture
def ask(platform_file: Path) -> Iterator[Ask]:
    """Return `ask(path, method="GET", **headers)`; paths go out exactly as given."""
    with DemoServer(port=0, platform_file=platform_file) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()

        def send(path: str, method: str = "GET", **headers: str) -> Reply:
            connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], 10)
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=named)
            response = connection.getresponse()
            reply = Reply(response.status, response.headers, response.read().decode())
            connection.close()
            return reply

        yield send
        server.shutdown()
        thread.join()
