"""Typed turns: the conversation, with both sides stored as they happen."""

import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import asdict, replace

from asgiref.sync import sync_to_async
from django.utils import timezone

from voice_app import services
from voice_app.conversation.conversation import default_models, open_conversation
from voice_app.conversation.events import Done, Event, Sources
from voice_app.models import Turn, VoiceSession


async def answer_typed_turn(session: VoiceSession, text: str) -> AsyncIterator[Event]:
    """Answer what was typed; `Done` carries the id of the stored turn."""
    began = time.perf_counter()
    said_at = timezone.now()
    await services.arecord_turn(
        session_pk=session.pk,
        item_id=f"typed-{uuid.uuid4()}",
        role=Turn.Role.VISITOR,
        text=text,
        spoken_at=said_at,
    )
    await sync_to_async(session.refresh_from_db)(fields=["dialogue"])
    async with default_models() as models:
        conversation = open_conversation(session, models=models)
        sources = Sources(())
        async for event in conversation.respond(text):
            if isinstance(event, Sources):
                sources = event
            if isinstance(event, Done):
                event = await _record_answer(session, event, sources, began)
            yield event


async def _record_answer(session: VoiceSession, done: Done, sources: Sources, began: float) -> Done:
    total_ms = round((time.perf_counter() - began) * 1000)
    turn = await services.arecord_turn(
        session_pk=session.pk,
        item_id=f"typed-{uuid.uuid4()}",
        role=Turn.Role.AGENT,
        text=done.text,
        spoken_at=timezone.now(),
        sources=[asdict(item) for item in sources.items],
        metrics=done.metrics | {"total_ms": total_ms},
    )
    return replace(done, turn_id=str(turn.public_id))
