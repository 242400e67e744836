"""One conversation, whatever carries it: words in, events out, the state kept with the session.

Configuration is read once, when the conversation is opened; from then on no `Agent` row is touched.
"""

import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from django.conf import settings

from foundation.model_process.client import ModelClient
from knowledge_app.retrieval import Passage
from voice_app import services
from voice_app.conversation.dialogue import Dialogue
from voice_app.conversation.events import Delta, Done, Event, Source, Sources
from voice_app.conversation.grounded import GroundedResponder, Reply, reply_metrics
from voice_app.conversation.tools.search_knowledge_base import (
    NAME,
    Found,
    search_knowledge_base,
)
from voice_app.conversation.tools.take_message import TakeMessageArguments, take_message
from voice_app.models import VoiceSession


@dataclass
class Conversation:
    """Answers one turn at a time; `respond` must be read to its end before it is called again."""

    session_pk: int
    dialogue: Dialogue
    responder: GroundedResponder

    async def respond(self, said: str) -> AsyncIterator[Event]:
        """Answer `said`; ends with `Done`."""
        began = time.perf_counter()
        reply = await self.responder.reply(said, self.dialogue)
        took_ms = round((time.perf_counter() - began) * 1000)
        for piece in _sentences(reply.text):
            yield Delta(piece)
        yield Sources(tuple(as_source(p) for p in reply.passages))
        await self._remember(said, reply)
        yield Done(reply.text, reply_metrics(reply, took_ms))

    async def _remember(self, said: str, reply: Reply) -> None:
        """Keep what was done and where it stands; after the words are out, so that nobody waits."""
        self.dialogue = reply.dialogue
        if reply.has_searched:
            await services.arecord_tool_call(
                session_pk=self.session_pk,
                name=NAME,
                arguments={"query": said},
                result=f"{len(reply.passages)} passages used",
                is_error=False,
                duration_ms=reply.retrieval_ms,
            )
        await services.asave_dialogue(
            session_pk=self.session_pk, dialogue=reply.dialogue.model_dump()
        )


def open_conversation(session: VoiceSession, *, models: ModelClient) -> Conversation:
    """Return the session's conversation, where it was left.

    `session` must come with its `version` loaded.
    """
    config = session.version.load()
    agent_id, session_pk = session.agent_id, session.pk

    async def search(query: str) -> Found:
        return await search_knowledge_base(agent_id, query, models=models)

    async def take(arguments: TakeMessageArguments) -> bool:
        return await take_message(session_pk, arguments)

    return Conversation(
        session_pk=session_pk,
        dialogue=Dialogue.model_validate(session.dialogue),
        responder=GroundedResponder(
            config, search=search, embed=models.embed_statements, take_message=take
        ),
    )


def default_models() -> ModelClient:
    return ModelClient(socket_path=settings.MODEL_SOCKET)


def as_source(passage: Passage) -> Source:
    return Source(
        title=passage.title,
        text=passage.text,
        url=passage.url,
        page=passage.page,
        chunk_id=passage.chunk_id,
    )


def _sentences(text: str) -> list[str]:
    """Cut the answer where a voice may start to speak; joined, the pieces are the text."""
    return re.findall(r".+?(?:[.!?]+\s+|$)", text, flags=re.DOTALL)
