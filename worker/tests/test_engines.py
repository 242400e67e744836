"""Which engine a configuration gets, and what it may not leave to LiveKit's cloud."""

from typing import Any, cast

import pytest
from livekit.agents import inference

from agents_app.config import AgentConfig
from agents_app.tests.factories import config
from foundation.model_process.client import ModelClient
from worker.answers import Answers
from worker.engines import Engine, EngineRejected, build_engine


def build(**changes: Any) -> Engine:
    return build_engine(
        AgentConfig.model_validate(config(**changes)),
        conversation=cast(Any, None),
        models=ModelClient("/nowhere.sock"),
        answers=Answers(show=lambda event: None),
    )


async def test_the_local_engine_names_every_part_itself() -> None:
    """A part that is left out is LiveKit's, in the cloud."""
    parts = build().session_kwargs
    assert {"stt", "llm", "tts", "vad", "turn_handling"} <= set(parts)
    assert parts["turn_handling"]["interruption"]["mode"] == "vad"
    detector = parts["turn_handling"]["turn_detection"]
    assert isinstance(detector, inference.TurnDetector)
    assert detector.model.endswith("v1-mini")


@pytest.mark.parametrize("kind", ["realtime", "pipeline"])
async def test_an_engine_that_is_not_there_is_a_clear_error(kind: str) -> None:
    with pytest.raises(EngineRejected, match=f"'{kind}' is not available"):
        build(engine={"kind": kind})


async def test_the_local_engine_refuses_a_language_that_it_does_not_speak() -> None:
    with pytest.raises(EngineRejected, match="English only"):
        build(language="de")
