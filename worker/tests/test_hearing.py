"""The local ears: begun early, dropped when the visitor goes on, and a question mark that ends the
turn.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from livekit import rtc
from livekit.agents import stt, vad
from livekit.agents.language import LanguageCode
from livekit.agents.voice.room_io import _output

from foundation.model_process.client import ModelProcessUnavailable, Transcript
from worker.engines.local_stt import EARLY_SILENCE_SECONDS, ModelProcessSTT
from worker.engines.turn_taking import LastHeard, QuestionAwareTurnDetector

RATE = 16_000
WINDOW = 512


def sound(value: int) -> rtc.AudioFrame:
    samples = value.to_bytes(2, "little") * WINDOW
    return rtc.AudioFrame(samples, RATE, 1, WINDOW)


@dataclass
class Models:
    """Hears the number of windows that it is given."""

    asked: list[int] = field(default_factory=list)
    cancelled: int = 0
    failures: int = 0
    text: str = "When do you open?"

    async def transcribe(self, pcm16: bytes, *, sample_rate: int, language: str) -> Transcript:
        self.asked.append(len(pcm16) // 2 // WINDOW)
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.failures:
            self.failures -= 1
            raise ModelProcessUnavailable("loading")
        return Transcript(self.text, 0.9, 10)


class Detector:
    """A voice detector that a test plays."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[vad.VADEvent | None] = asyncio.Queue()

    def stream(self) -> "Detector":
        return self

    def push_frame(self, frame: rtc.AudioFrame) -> None:
        pass

    def flush(self) -> None:
        pass

    def end_input(self) -> None:
        self.events.put_nowait(None)

    async def aclose(self) -> None:
        pass

    async def __aiter__(self) -> AsyncIterator[vad.VADEvent]:
        while (event := await self.events.get()) is not None:
            yield event

    def tell(self, kind: vad.VADEventType, **fields: Any) -> None:
        base = {"samples_index": 0, "timestamp": 0.0, "speech_duration": 0.0}
        event = base | {"silence_duration": 0.25, "frames": [sound(1)]} | fields
        self.events.put_nowait(vad.VADEvent(type=kind, **event))

    def start(self) -> None:
        self.tell(vad.VADEventType.START_OF_SPEECH, speaking=True)

    def window(self, *, silence: float) -> None:
        kind = vad.VADEventType.INFERENCE_DONE
        self.tell(kind, speaking=True, raw_accumulated_silence=silence)

    def end(self, windows: int) -> None:
        self.tell(vad.VADEventType.END_OF_SPEECH, frames=[sound(1)] * windows)


@pytest.fixture
def models() -> Models:
    return Models()


@pytest.fixture
async def detector() -> Detector:
    return Detector()


@pytest.fixture
def heard() -> LastHeard:
    return LastHeard()


@pytest.fixture
async def listening(
    models: Models, detector: Detector, heard: LastHeard
) -> AsyncIterator[stt.RecognizeStream]:
    ears = ModelProcessSTT(models, language="en", detector=detector, heard=heard)  # type: ignore[arg-type]
    async with ears.stream() as stream:
        yield stream


async def next_text(listening: stt.RecognizeStream) -> str:
    async with asyncio.timeout(5):
        async for event in listening:
            if event.type == stt.SpeechEventType.FINAL_TRANSCRIPT:
                return event.alternatives[0].text
    raise AssertionError("nothing was heard")


async def test_hearing_begins_before_the_utterance_is_certainly_over(
    listening: stt.RecognizeStream, detector: Detector, models: Models
) -> None:
    detector.start()
    detector.window(silence=0.0)
    detector.window(silence=EARLY_SILENCE_SECONDS)
    await until(lambda: models.asked == [3])
    detector.end(windows=5)
    assert await next_text(listening) == "When do you open?"
    assert models.asked == [3]


async def test_a_breath_drops_what_was_begun(
    listening: stt.RecognizeStream, detector: Detector, models: Models
) -> None:
    detector.start()
    detector.window(silence=EARLY_SILENCE_SECONDS)
    await until(lambda: models.asked == [2])
    detector.window(silence=0.0)
    detector.window(silence=EARLY_SILENCE_SECONDS)
    detector.end(windows=6)
    await next_text(listening)
    assert models.asked == [2, 4]
    assert models.cancelled == 1


async def test_without_an_early_start_the_whole_utterance_is_heard(
    listening: stt.RecognizeStream, detector: Detector, models: Models
) -> None:
    detector.start()
    detector.end(windows=7)
    await next_text(listening)
    assert models.asked == [7]


async def test_a_model_process_that_is_away_is_asked_again(
    listening: stt.RecognizeStream, detector: Detector, models: Models
) -> None:
    models.failures = 1
    detector.start()
    detector.end(windows=7)
    assert await next_text(listening) == "When do you open?"
    assert len(models.asked) == 2


async def test_silence_is_no_transcript(
    listening: stt.RecognizeStream, detector: Detector, models: Models, heard: LastHeard
) -> None:
    models.text = ""
    detector.start()
    detector.end(windows=2)
    models.text = "Yes."
    detector.start()
    detector.end(windows=3)
    await until(lambda: models.asked == [2, 3])
    assert await next_text(listening) == "Yes."


async def test_a_question_ends_the_turn_whatever_the_voice_sounds_like() -> None:
    heard = LastHeard()
    stream = QuestionAwareTurnDetector(heard).stream()
    try:
        english = LanguageCode("en")
        calibrated = await stream.unlikely_threshold(english)
        assert calibrated > 0.1
        heard.text = "When do you open?"
        assert await stream.unlikely_threshold(english) == 0.0
        heard.text = "My name is"
        assert await stream.unlikely_threshold(english) == calibrated
    finally:
        await stream.aclose()


async def test_the_visitor_speaking_again_forgets_the_question(
    listening: stt.RecognizeStream, detector: Detector, heard: LastHeard
) -> None:
    detector.start()
    detector.end(windows=3)
    await next_text(listening)
    assert heard.is_question
    detector.start()
    await until(lambda: not heard.is_question)


def test_livekit_still_has_the_track_that_we_publish_early() -> None:
    """A private class of livekit-agents 1.8.9, which `worker/voice_track.py` starts itself."""
    assert issubclass(_output._ParticipantAudioOutput, object)
    assert {"start", "aclose", "capture_frame"} <= set(vars(_output._ParticipantAudioOutput))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - nothing here tells of a change
            await asyncio.sleep(0.005)
