"""How an agent hears, thinks and speaks: one module per kind, all of them behind `AgentSession`.

An engine is the keyword arguments that make an AgentSession with explicit local or provider
objects: what is left out there falls back to LiveKit's cloud. `local` needs no network; other kinds
add a module and a line in `build_engine`.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from livekit import rtc

from agents_app.config import AgentConfig
from foundation.model_process.client import ModelClient
from voice_app.conversation.conversation import Conversation
from worker.answers import Answers


class EngineRejected(Exception):
    """This configuration can't be spoken; the owner must change it. The text says how."""


@dataclass(frozen=True)
class Engine:
    """`session_kwargs` are for AgentSession; `phrase` speaks a fixed sentence without being asked
    twice for it.
    """

    session_kwargs: dict[str, Any]
    phrase: Callable[[str], AsyncIterator[rtc.AudioFrame]]


def build_engine(
    config: AgentConfig, *, conversation: Conversation, models: ModelClient, answers: Answers
) -> Engine:
    """Return the engine that the configuration names.

    Raises:
        EngineRejected: no such engine here, or not with this language or voice.
    """
    if config.engine.kind == "local":
        from worker.engines.local import build_local_engine

        return build_local_engine(config, conversation=conversation, models=models, answers=answers)
    raise EngineRejected(f"The engine {config.engine.kind!r} is not available; choose 'local'.")
