"""What is refused before Django sees it, because Django itself would fail there.

It reads a body to its end, onto the disk, before any middleware runs, so that only here an endless
one can be stopped: large bodies are taken only at the addresses that take files. And it builds its
request with whatever codec the caller names as a charset, where `zip` or `undefined` is a crash.
"""

import codecs
import json
from collections.abc import Awaitable, Callable, MutableMapping
from re import Pattern
from typing import Any

from django.utils.http import parse_header_parameters

from foundation.api_errors import MESSAGES, error_body

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

_CHARSETS = {"utf-8", "ascii"}


class Gate:
    """Answers 413, 415 and 400 in our error shape; everything else is the application's."""

    def __init__(
        self, app: App, *, max_bytes: int, upload_paths: Pattern[str], max_upload_bytes: int
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.upload_paths = upload_paths
        self.max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif status := self._refusal(scope):
            await _refuse(send, status)
        else:
            await self._pass_on(scope, receive, send)

    def _refusal(self, scope: Scope) -> int:
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"")
        if announced.isdigit() and int(announced) > self._limit(scope):
            return 413
        if not _is_utf8(headers.get(b"content-type", b"").decode("latin-1")):
            return 415
        return 0 if scope.get("query_string", b"").isascii() else 400

    def _limit(self, scope: Scope) -> int:
        takes_files = self.upload_paths.fullmatch(scope["path"])
        return self.max_upload_bytes if takes_files else self.max_bytes

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        received, limit = 0, self._limit(scope)

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # To Django an endless body then looks like a visitor who left: it drops what it has
            # and is silent.
            return message if received <= limit else {"type": "http.disconnect"}

        await self.app(scope, counted, send)
        if received > limit:
            await _refuse(send, 413)


def _is_utf8(content_type: str) -> bool:
    """Whether the text is in UTF-8 or ASCII, which is what it is when nothing is said."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
        return codecs.lookup(charset).name in _CHARSETS
    except (LookupError, ValueError):
        return False


async def _refuse(send: Send, status: int) -> None:
    body = json.dumps(error_body(*MESSAGES[status])).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # So that the widget can read it from another website; nothing in it is private.
        (b"access-control-allow-origin", b"*"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
