"""One job's life in one room: enter, greet, talk, leave.

The session row decides when the call is over, not the connection: a reload or a lost network is not
an end. So the visitor's leaving closes nothing here; the job ends when LiveKit closes the room,
when its beat is told to leave, or when the call has taken its time. A job that ends in any other
way leaves the session open for the watcher's next one.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.utils import timezone
from livekit import agents as lk
from livekit import api, rtc
from livekit.agents import llm
from livekit.agents.voice import SpeechHandle, room_io
from livekit.agents.voice.events import (
    CloseEvent,
    CloseReason,
    ConversationItemAddedEvent,
    ErrorEvent,
    SessionUsageUpdatedEvent,
)

from foundation.model_process.client import ModelClient, ModelProcessError
from voice_app import services
from voice_app.conversation.conversation import open_conversation
from voice_app.models import Turn, VoiceSession
from voice_app.tokens import visitor_identity
from worker.answers import Answers
from worker.engines import Engine, EngineRejected, build_engine
from worker.heartbeat import beat_session, beat_until_told_to_leave
from worker.transcript import TranscriptWriter, agent_turn, hearing_metrics, visitor_turn
from worker.ui import RoomUi
from worker.voice_track import VoiceTrack

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 10.0
GOODBYE_SECONDS = 15.0
VISITOR_SECONDS = 15.0
# What the visitor is saying while the job ends is waited for so long, and then lost.
CLOSE_SECONDS = 0.5
MAX_TYPED_CHARACTERS = 2000
TIME_IS_UP = "I'm sorry, our time for this call is up. Thank you for calling, and goodbye."
# LiveKit closed the room for good; every other loss of the connection is the watcher's to repair.
CLOSED = {
    rtc.DisconnectReason.ROOM_DELETED: "room_deleted",
    rtc.DisconnectReason.ROOM_CLOSED: "visitor_left",
}


class Call:
    """The session must come claimed, with its agent and version loaded."""

    def __init__(self, ctx: lk.JobContext, row: VoiceSession) -> None:
        self._ctx = ctx
        self._row = row
        self._config = row.version.load()
        self._models = ModelClient(settings.MODEL_SOCKET)
        self._ui = RoomUi(ctx.room, visitor=visitor_identity(row))
        self._answers = Answers(show=self._ui.show)
        self._writer = TranscriptWriter(session_pk=row.pk)
        self._voice: VoiceTrack | None = None
        self._usage: dict[str, Any] = {}
        self._heard: dict[str, int] = {}
        self._end_reason = ""
        self._tasks: set[asyncio.Task[None]] = set()

    # -- Enter -------------------------------------------------------------------------------

    async def start(self) -> None:
        """Enter the room and begin to talk; returns when the conversation runs by itself."""
        self._ctx.room.on("disconnected", self._on_disconnected)
        try:
            engine = self._build_engine()
        except EngineRejected as rejection:
            logger.error("call refused: %s", rejection, extra=self._ids)
            await self._refuse()
            return
        greeting = Phrase(engine, self._config.greeting)
        # RoomIO must know the visitor before it starts, and for that the room must be open.
        turns, _ = await asyncio.gather(self._load_turns(), self._ctx.connect())
        self._session = lk.AgentSession(
            **engine.session_kwargs,
            user_away_timeout=None,
            session_close_transcript_timeout=CLOSE_SECONDS,
        )
        self._voice = VoiceTrack(self._ctx.room)
        self._session.output.audio = self._voice.output
        self._listen()
        await self._session.start(
            lk.Agent(instructions="", chat_ctx=history(turns)),
            room=self._ctx.room,
            room_options=room_options(visitor_identity(self._row)),
            record=False,
            # It would send every event to the room and let its participants steer the session.
            session_host=False,
        )
        self._spawn(self._beat())
        self._spawn(self._end_when_time_is_up(engine))
        await self._open_conversation(greeting, turns)

    @sync_to_async
    def _load_turns(self) -> list[Turn]:
        return list(self._row.turns.order_by("position"))

    def _build_engine(self) -> Engine:
        conversation = open_conversation(self._row, models=self._models)
        return build_engine(
            self._config, conversation=conversation, models=self._models, answers=self._answers
        )

    async def _open_conversation(self, greeting: "Phrase", turns: list[Turn]) -> None:
        """Greet; a job that takes over answers what its forerunner left unanswered."""
        if not turns:
            await greeting.say(self._session)
        elif turns[-1].role == Turn.Role.VISITOR:
            self._session.generate_reply()

    # -- Talk: handlers only enqueue ---------------------------------------------------------

    def _listen(self) -> None:
        self._session.on("conversation_item_added", self._on_item)
        self._session.on("session_usage_updated", self._on_usage)
        self._session.on("error", self._on_error)
        self._session.on("close", self._on_close)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, llm.ChatMessage) or not item.text_content:
            return
        if item.role == "user":
            self._heard = hearing_metrics(item.metrics)
            self._writer.put(visitor_turn(item))
        elif item.role == "assistant":
            self._writer.put(agent_turn(item, self._answers.take(item), heard=self._heard))
            self._heard = {}

    def _on_usage(self, event: SessionUsageUpdatedEvent) -> None:
        self._usage = {"models": [usage.model_dump() for usage in event.usage.model_usage]}

    def _on_error(self, event: ErrorEvent) -> None:
        extra = self._ids | {"source": type(event.source).__name__}
        logger.warning("a part of the engine failed", extra=extra)

    def _on_close(self, event: CloseEvent) -> None:
        if event.reason == CloseReason.ERROR:
            self._spawn(self._give_up("engine_failed"))

    # -- Leave -------------------------------------------------------------------------------

    async def finish(self) -> None:
        """Store what isn't stored yet; the last thing that a job does."""
        for task in list(self._tasks):
            task.cancel()
        await self._writer.aclose(seconds=FLUSH_SECONDS)
        try:
            await self._write_end()
        except Exception as error:
            extra = self._ids | {"error": type(error).__name__}
            logger.warning("the end was not written; the reaper will", extra=extra)
        await self._ui.aclose()
        if self._voice is not None:
            await self._voice.aclose()
        await self._models.aclose()
        await sync_to_async(connections.close_all)()

    async def _write_end(self) -> None:
        await services.asave_usage(session_pk=self._row.pk, usage=self._usage)
        if self._end_reason:
            await services.aend_session(session=self._row, reason=self._end_reason)

    def _on_disconnected(self, reason: rtc.DisconnectReason.ValueType) -> None:
        self._end_reason = CLOSED.get(reason, "")
        extra = self._ids | {"reason": rtc.DisconnectReason.Name(reason)}
        logger.info("left the room", extra=extra)

    async def _beat(self) -> None:
        generation = self._row.claimed_generation
        await beat_until_told_to_leave(
            lambda: beat_session(session_pk=self._row.pk, generation=generation)
        )
        self._ctx.shutdown("the session is over, or another job has it")

    async def _end_when_time_is_up(self, engine: Engine) -> None:
        began = self._row.started_at or timezone.now()
        left = began + timedelta(seconds=settings.MAX_CALL_SECONDS) - timezone.now()
        await asyncio.sleep(max(0.0, left.total_seconds()))
        goodbye = Phrase(engine, TIME_IS_UP)
        await self._session.interrupt(force=True)
        said = await goodbye.say(self._session, allow_interruptions=False)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(said.wait_for_playout(), GOODBYE_SECONDS)
        await self._hang_up("time_limit")

    async def _refuse(self) -> None:
        """Enter only to say that this agent can't be talked to."""
        self._spawn(self._beat())
        await self._ctx.connect()
        visitor = self._ctx.wait_for_participant(identity=visitor_identity(self._row))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(visitor, VISITOR_SECONDS)
        await self._give_up("engine_rejected")

    async def _give_up(self, reason: str) -> None:
        await self._hang_up(reason, status=VoiceSession.Status.FAILED)

    async def _hang_up(self, reason: str, *, status: str = VoiceSession.Status.ENDED) -> None:
        """End the call from our side; the visitor's page learns why before the room goes."""
        self._ui.show_ended(reason)
        await self._ui.aclose()
        try:
            await services.aend_session(session=self._row, reason=reason, status=status)
        finally:
            # The session's end sends for the room's deletion too, but its broker may be away.
            with contextlib.suppress(api.TwirpError):
                await self._ctx.delete_room()
            self._ctx.shutdown(reason)

    # -- Both --------------------------------------------------------------------------------

    @property
    def _ids(self) -> dict[str, Any]:
        return {"session": self._row.pk, "job": self._ctx.job.id}

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Phrase:
    """A fixed sentence whose sound is fetched from the moment that it is known to be needed."""

    def __init__(self, engine: Engine, text: str) -> None:
        self._text = text
        self._fetched = asyncio.create_task(_collect(engine.phrase(text)))

    async def say(self, session: lk.AgentSession[Any], **options: Any) -> SpeechHandle:
        """Say it; without its sound, the session's own voice tries again."""
        frames = await self._fetched
        if frames:
            options["audio"] = _replay(frames)
        return session.say(self._text, **options)


async def _collect(frames: AsyncIterator[rtc.AudioFrame]) -> list[rtc.AudioFrame]:
    try:
        return [frame async for frame in frames]
    except ModelProcessError as error:
        logger.warning("a phrase was not fetched", extra={"error": type(error).__name__})
        return []


async def _replay(frames: list[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
    for frame in frames:
        yield frame


def history(turns: list[Turn]) -> llm.ChatContext:
    """Return the stored turns as what was said so far."""
    context = llm.ChatContext.empty()
    for turn in turns:
        context.add_message(
            role="user" if turn.role == Turn.Role.VISITOR else "assistant",
            content=turn.text,
            id=turn.item_id,
            interrupted=turn.is_interrupted,
        )
    return context


def room_options(visitor: str) -> room_io.RoomOptions:
    return room_io.RoomOptions(
        text_input=room_io.TextInputOptions(text_input_cb=answer_typed),
        participant_identity=visitor,
        audio_output=False,
        close_on_disconnect=False,
        delete_room_on_close=False,
    )


async def answer_typed(session: lk.AgentSession[Any], event: room_io.TextInputEvent) -> None:
    """Answer what was typed as if it had been said, aloud."""
    text = event.text.strip()[:MAX_TYPED_CHARACTERS]
    if text:
        with contextlib.suppress(RuntimeError):
            await session.interrupt()
        session.generate_reply(user_input=text)
