"""The conversation in the place of an LLM: what the visitor said in, the answer's words out.

An answer is thought to its end even when the visitor interrupts it, because the dialogue must be
left in a state that the next turn can start from; so turns queue here, while LiveKit has long
dropped the old stream.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, llm, utils

from voice_app.conversation.conversation import Conversation
from voice_app.conversation.events import Delta, Event
from worker.answers import EXTRA_KEY, Answers

logger = logging.getLogger(__name__)


class GroundedLLM(llm.LLM):
    def __init__(self, conversation: Conversation, *, answers: Answers, apology: str) -> None:
        super().__init__()
        self._conversation = conversation
        self._answers = answers
        self._apology = apology
        self._turn = asyncio.Lock()
        self._thinking: set[asyncio.Task[None]] = set()

    @property
    def model(self) -> str:
        return "grounded"

    @property
    def provider(self) -> str:
        return "local"

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        **_: Any,
    ) -> "_Answer":
        return _Answer(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)

    async def aclose(self) -> None:
        """Let what was begun be remembered."""
        await asyncio.gather(*self._thinking, return_exceptions=True)
        await super().aclose()

    async def respond(self, said: str, answer_id: str) -> AsyncIterator[str]:
        """Yield the words of the answer; its sources, cards and metrics are kept on the way."""
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        task = asyncio.create_task(self._think(said, events), name="answer")
        self._thinking.add(task)
        task.add_done_callback(self._thinking.discard)
        while (event := await events.get()) is not None:
            self._answers.note(answer_id, event)
            if isinstance(event, Delta):
                yield event.text

    async def _think(self, said: str, events: asyncio.Queue[Event | None]) -> None:
        has_spoken = False
        try:
            async with self._turn:
                async for event in self._conversation.respond(said):
                    has_spoken = has_spoken or isinstance(event, Delta)
                    events.put_nowait(event)
        except Exception as error:
            logger.error("an answer failed", extra={"error": type(error).__name__})
            if not has_spoken:
                events.put_nowait(Delta(self._apology))
        finally:
            events.put_nowait(None)


class _Answer(llm.LLMStream):
    _llm: GroundedLLM

    async def _run(self) -> None:
        answer_id = utils.shortuuid("answer_")
        async for words in self._llm.respond(_last_said(self._chat_ctx), answer_id):
            delta = llm.ChoiceDelta(role="assistant", content=words, extra={EXTRA_KEY: answer_id})
            self._event_ch.send_nowait(llm.ChatChunk(id=answer_id, delta=delta))


def _last_said(chat_ctx: llm.ChatContext) -> str:
    said = [item for item in chat_ctx.items if item.type == "message" and item.role == "user"]
    return (said[-1].text_content or "") if said else ""
