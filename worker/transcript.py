"""Turns on their way into the database: event handlers put, one task writes, in order, each once.

A database that is away stops the writer, not the conversation: it tries again until the job ends.
`record_turn` takes the same item twice as once, so that a write whose answer was lost may be
repeated.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError, close_old_connections
from livekit.agents import llm

from voice_app import services
from voice_app.models import Turn
from worker.answers import Answered

logger = logging.getLogger(__name__)

RETRY_SECONDS = (0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Said:
    """One turn, ready to be stored."""

    item_id: str
    role: str
    text: str
    spoken_at: datetime
    is_interrupted: bool = False
    sources: list[dict[str, Any]] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)


def record_turn(**turn: Any) -> None:
    """Store a turn on a connection that is known to live."""
    close_old_connections()
    services.record_turn(**turn)


class TranscriptWriter:
    """Stores the turns of one session; a test gives another `record`."""

    def __init__(self, *, session_pk: int, record: Callable[..., Any] = record_turn) -> None:
        self._session_pk = session_pk
        self._record = record
        self._waiting: asyncio.Queue[Said] = asyncio.Queue()
        self._task = asyncio.create_task(self._write_all(), name="transcript")

    def put(self, said: Said) -> None:
        self._waiting.put_nowait(said)

    async def aclose(self, *, seconds: float) -> None:
        """Wait until all is stored, but no longer than `seconds`."""
        try:
            await asyncio.wait_for(self._waiting.join(), seconds)
        except TimeoutError:
            logger.error(
                "turns were lost: the database did not come back",
                extra={"session": self._session_pk, "turns": self._waiting.qsize() + 1},
            )
        self._task.cancel()

    async def _write_all(self) -> None:
        while True:
            said = await self._waiting.get()
            try:
                await self._write(said)
            finally:
                self._waiting.task_done()

    async def _write(self, said: Said) -> None:
        attempt = 0
        while not await self._try(said):
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    async def _try(self, said: Said) -> bool:
        """Store the turn; False when it must be tried again, True also when it never can be."""
        try:
            await sync_to_async(self._record)(session_pk=self._session_pk, **asdict(said))
        except (OperationalError, InterfaceError) as error:
            logger.warning("a turn waits for the database", extra=self._extra(said, error))
            return False
        except Exception as error:
            # Without the traceback: its values may be what was said.
            logger.error("a turn can't be stored", extra=self._extra(said, error))
        return True

    def _extra(self, said: Said, error: Exception) -> dict[str, Any]:
        return {
            "session": self._session_pk,
            "item": said.item_id,
            "error": type(error).__name__,
        }


def visitor_turn(item: llm.ChatMessage) -> Said:
    """Return the visitor's message as a turn."""
    return Said(
        item_id=item.id,
        role=Turn.Role.VISITOR,
        text=item.text_content or "",
        spoken_at=datetime.fromtimestamp(item.created_at, UTC),
        metrics=hearing_metrics(item.metrics),
    )


def agent_turn(item: llm.ChatMessage, answered: Answered, *, heard: dict[str, int]) -> Said:
    """Return the agent's message as a turn, with what it stands on and where its time went."""
    return Said(
        item_id=item.id,
        role=Turn.Role.AGENT,
        text=item.text_content or "",
        spoken_at=datetime.fromtimestamp(item.created_at, UTC),
        is_interrupted=item.interrupted,
        sources=[asdict(source) for source in answered.sources],
        metrics=heard | answered.metrics | speaking_metrics(item.metrics),
    )


def hearing_metrics(metrics: llm.MetricsReport) -> dict[str, int]:
    """Return the milliseconds after the visitor's last sound: until it was text, and until it was a
    turn.
    """
    heard: dict[str, int] = {}
    if (transcribed := metrics.get("transcription_delay")) is not None:
        heard["stt_ms"] = _ms(transcribed)
        if (ended := metrics.get("end_of_turn_delay")) is not None:
            heard["endpointing_ms"] = _ms(max(0.0, ended - transcribed))
    return heard


def speaking_metrics(metrics: llm.MetricsReport) -> dict[str, int]:
    """Return the milliseconds of the answer: first word, first sound of it, and from last sound to
    first sound.
    """
    names = {"llm_node_ttft": "llm_ms", "tts_node_ttfb": "tts_ms", "e2e_latency": "total_ms"}
    return {ours: _ms(metrics[theirs]) for theirs, ours in names.items() if theirs in metrics}  # type: ignore[literal-required]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
