"""What is refused before Django sees it."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from foundation.asgi import Gate
from voiceplatform.asgi import UPLOAD_PATHS


class Reader:
    """An application that reads its body to the end, as Django does, and answers 200."""

    def __init__(self) -> None:
        self.body = b""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.body += message["body"]
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def post(
    chunks: list[bytes], *headers: tuple[bytes, bytes], query: bytes = b"", path: str = "/"
) -> tuple[list[Any], Reader]:
    reader, sent = Reader(), []
    waiting = [{"type": "http.request", "body": c, "more_body": True} for c in chunks]
    waiting[-1]["more_body"] = False

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    app = Gate(reader, max_bytes=10, upload_paths=re.compile("/upload/"), max_upload_bytes=20)
    scope = {"type": "http", "path": path, "headers": list(headers), "query_string": query}
    await app(scope, receive, send)
    return sent, reader


async def test_a_body_within_the_limit_passes() -> None:
    sent, reader = await post([b"12345", b"67890"], (b"content-length", b"10"))
    assert (sent[0]["status"], reader.body) == (200, b"1234567890")


@pytest.mark.parametrize("headers", [[(b"content-length", b"11")], [], [(b"content-length", b"x")]])
async def test_a_body_over_the_limit_is_refused_announced_or_not(headers: Any) -> None:
    sent, reader = await post([b"123456", b"78901"], *headers)
    assert [message.get("status") for message in sent] == [413, None]
    assert json.loads(sent[1]["body"])["error"]["code"] == "too_large"
    assert len(reader.body) <= 10


@pytest.mark.parametrize(("size", "status"), [(11, 200), (20, 200), (21, 413)])
@pytest.mark.parametrize("is_announced", [True, False])
async def test_more_is_taken_where_files_are(size: int, status: int, is_announced: bool) -> None:
    headers = [(b"content-length", str(size).encode())] if is_announced else []
    sent, _ = await post([b"x" * size], *headers, path="/upload/")
    assert sent[0]["status"] == status


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("onboarding_api:process_data", ["session_id"]),
        ("knowledge_api:sources", ["public_id"]),
        ("knowledge:add_files", ["public_id"]),
        ("onboarding:new", []),
        ("onboarding:material", ["public_id"]),
    ],
)
def test_the_views_that_take_files_may_take_more(name: str, names: list[str]) -> None:
    assert UPLOAD_PATHS.fullmatch(reverse(name, kwargs=dict.fromkeys(names, uuid4())))


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/api/onboarding/start", "/new-agent/x"])
def test_others_may_not(path: str) -> None:
    assert not UPLOAD_PATHS.fullmatch(path)


@pytest.mark.parametrize(
    ("charset", "status"),
    [
        (b"", 200),
        (b"; charset=UTF-8", 200),
        (b'; charset="utf8"', 200),
        (b"; charset=us-ascii", 200),
        (b"; charset=zip", 415),
        (b"; charset=undefined", 415),
        (b"; charset=utf-16", 415),
        (b"; charset=none\x00", 415),
        (b"; charset*=x''%ff", 415),
    ],
)
async def test_only_text_in_utf_8_passes(charset: bytes, status: int) -> None:
    sent, _ = await post([b"{}"], (b"content-type", b"application/json" + charset))
    assert sent[0]["status"] == status


async def test_a_query_in_raw_bytes_is_refused() -> None:
    sent, _ = await post([b""], query=b"q=\xff")
    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"])["error"]["code"] == "invalid"


async def test_what_is_not_http_passes_untouched() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    gate = Gate(app, max_bytes=1, upload_paths=re.compile("x"), max_upload_bytes=1)
    await gate({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert seen == ["lifespan"]
