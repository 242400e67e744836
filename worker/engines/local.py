"""The engine that needs nobody: speech through the model process, answers through the grounded
responder.

Turn-taking is tuned on 2 cores. The voice detector's 0.25 s of silence alone would cut "Hello, |
this is Maria" in two, so the local end-of-turn model decides, and `max_delay` bounds how long it
may doubt.
"""

from collections.abc import AsyncIterator

from livekit import rtc
from livekit.agents import inference

from agents_app.config import AgentConfig
from foundation.model_process.client import VOICE_SAMPLE_RATE, ModelClient
from voice_app.conversation.conversation import Conversation
from worker.answers import Answers
from worker.engines import Engine, EngineRejected
from worker.engines.local_llm import GroundedLLM
from worker.engines.local_stt import ModelProcessSTT
from worker.engines.local_tts import ModelProcessTTS, frames
from worker.engines.turn_taking import LastHeard, QuestionAwareTurnDetector

LANGUAGE = "en"
MIN_ENDPOINTING_SECONDS = 0.3
MAX_ENDPOINTING_SECONDS = 0.9


def build_local_engine(
    config: AgentConfig, *, conversation: Conversation, models: ModelClient, answers: Answers
) -> Engine:
    """Return the local engine.

    Raises:
        EngineRejected: it understands and speaks English only.
    """
    if config.language != LANGUAGE:
        raise EngineRejected("The local engine speaks English only; choose another engine.")
    voice = config.engine.voice
    detector = inference.VAD()
    heard = LastHeard()
    return Engine(
        session_kwargs={
            "stt": ModelProcessSTT(models, language=LANGUAGE, detector=detector, heard=heard),
            "llm": GroundedLLM(conversation, answers=answers, apology=config.phrases.error),
            "tts": ModelProcessTTS(models, voice=voice, phrases=_fixed_phrases(config)),
            "vad": detector,
            "turn_handling": {
                "turn_detection": QuestionAwareTurnDetector(heard),
                "interruption": {"mode": "vad"},
                "endpointing": {
                    "mode": "fixed",
                    "min_delay": MIN_ENDPOINTING_SECONDS,
                    "max_delay": MAX_ENDPOINTING_SECONDS,
                },
                # An answer costs less than its guess: the responder needs the whole question.
                "preemptive_generation": {"enabled": False},
            },
        },
        phrase=lambda text: _phrase(models, text, voice=voice),
    )


def _fixed_phrases(config: AgentConfig) -> list[str]:
    return list(config.phrases.model_dump().values())


async def _phrase(models: ModelClient, text: str, *, voice: str) -> AsyncIterator[rtc.AudioFrame]:
    pieces = models.synthesize(text, voice=voice, keep=True)
    async for frame in frames(pieces, sample_rate=VOICE_SAMPLE_RATE):
        yield frame
