"""A limit on what a request may carry, before Django: it reads a body to its end (to disk) before any view or middleware runs."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from foundation.api_errors import MESSAGES, error_body

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class BodyLimit:
    """Answer 413 in our error shape to a body over `max_bytes`, whether it was announced or comes in chunks."""

    def __init__(self, app: App, *, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _announced_bytes(scope) > self.max_bytes:
            await _refuse(send)
        else:
            await self._pass_on(scope, receive, send)

    async def _pass_on(
        self, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # To the application an endless body looks like a visitor who left: it drops what it has and is silent.
            return message if received <= self.max_bytes else {"type": "http.disconnect"}

        await self.app(scope, counted, send)
        if received > self.max_bytes:
            await _refuse(send)


def _announced_bytes(scope: MutableMapping[str, Any]) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0


async def _refuse(send: Send) -> None:
    body = json.dumps(error_body(*MESSAGES[413])).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
