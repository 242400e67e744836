"""The local voice: fixed phrases are made once, answers are not kept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from worker.engines.local_tts import ModelProcessTTS, frames

UNKNOWN = "I'm sorry, I don't know that. Shall I take a message for the team?"


@dataclass
class Models:
    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def synthesize(
        self, text: str, *, voice: str, keep: bool = False
    ) -> AsyncIterator[bytes]:
        self.asked.append((text, keep))
        yield bytes(2205)


@pytest.fixture
def models() -> Models:
    return Models()


async def say(models: Models, text: str) -> None:
    voice = ModelProcessTTS(models, voice="joe", phrases=[UNKNOWN])  # type: ignore[arg-type]
    async with voice.synthesize(text) as speech:
        async for _ in speech:
            pass


@pytest.mark.parametrize(
    "sentence", ["I'm sorry, I don't know that.", "Shall I take a message for the team?"]
)
async def test_a_sentence_of_a_fixed_phrase_is_kept(models: Models, sentence: str) -> None:
    await say(models, sentence)
    assert models.asked == [(sentence, True)]


async def test_an_answer_is_not_kept(models: Models) -> None:
    await say(models, "I have noted 0770 090 0123.")
    assert models.asked == [("I have noted 0770 090 0123.", False)]


async def test_sound_is_cut_into_frames_and_nothing_is_lost() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for size in (1000, 3000, 444):
            yield bytes(size)

    cut = [frame async for frame in frames(pieces(), sample_rate=22_050)]
    assert sum(frame.samples_per_channel for frame in cut) == 2222
    assert {frame.samples_per_channel for frame in cut[:-1]} == {1102}
