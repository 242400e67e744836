"""What the visitor's page shows beside the voice: one JSON object per message on text-stream topic
`app.ui`.

Messages go out in order and never hold up the conversation; one that can't be sent is dropped,
because the transcript has all of it too.
"""

import asyncio
import json
import logging
from dataclasses import asdict
from typing import Any

from livekit import rtc

from voice_app.conversation.events import Card, Source, Sources

logger = logging.getLogger(__name__)

TOPIC = "app.ui"
VERSION = 1
SEND_SECONDS = 3


class RoomUi:
    def __init__(self, room: rtc.Room, *, visitor: str) -> None:
        self._room = room
        self._visitor = visitor
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._sender = asyncio.create_task(self._send_all(), name="ui")

    def show(self, event: Sources | Card) -> None:
        if isinstance(event, Sources):
            self._put("sources", {"items": [_public(source) for source in event.items]})
        else:
            self._put("card", event.body)

    def show_notice(self, text: str) -> None:
        self._put("notice", {"text": text})

    def show_ended(self, reason: str) -> None:
        self._put("ended", {"reason": reason})

    async def aclose(self) -> None:
        """Send what waits, then stop."""
        try:
            await asyncio.wait_for(self._messages.join(), SEND_SECONDS)
        except TimeoutError:
            logger.warning("messages to the page were not sent", extra={"room": self._room.name})
        self._sender.cancel()

    def _put(self, kind: str, body: dict[str, Any]) -> None:
        self._messages.put_nowait({"v": VERSION, "type": kind} | body)

    async def _send_all(self) -> None:
        while True:
            message = await self._messages.get()
            try:
                await self._send(json.dumps(message, ensure_ascii=False))
            finally:
                self._messages.task_done()

    async def _send(self, text: str) -> None:
        if not self._room.isconnected():
            return
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._room.local_participant.send_text(
                    text, topic=TOPIC, destination_identities=[self._visitor]
                )
        except Exception as error:
            logger.warning(
                "a message to the page was not sent",
                extra={"room": self._room.name, "error": type(error).__name__},
            )


def _public(source: Source) -> dict[str, Any]:
    """Return a source as visitors see it, without our row's id."""
    return {k: v for k, v in asdict(source).items() if k != "chunk_id" and v not in {None, ""}}
