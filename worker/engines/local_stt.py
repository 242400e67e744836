"""The model process' ears as LiveKit's STT: an utterance in, its text out, begun before it is
certainly over.

The voice detector calls an utterance finished after 0.25 s of silence. Whisper needs about as long,
so it starts at 0.1 s already, on what was said so far; when the visitor only drew breath, that work
is dropped. LiveKit's own StreamAdapter does one after the other.
"""

import asyncio
import time

from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    APIConnectionError,
    APIConnectOptions,
    stt,
    utils,
    vad,
)
from livekit.agents.language import LanguageCode
from livekit.agents.types import NOT_GIVEN, NotGivenOr

from foundation.model_process.client import ModelClient, ModelProcessUnavailable
from worker.engines.turn_taking import LastHeard

EARLY_SILENCE_SECONDS = 0.1
# `recognize` tries again by itself.
NO_RETRY = APIConnectOptions(max_retry=0, timeout=DEFAULT_API_CONNECT_OPTIONS.timeout)


class ModelProcessSTT(stt.STT):
    """`heard` always holds what was understood last, for the turn detector."""

    def __init__(
        self, models: ModelClient, *, language: str, detector: vad.VAD, heard: LastHeard
    ) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))
        self._models = models
        self._language = language
        self._detector = detector
        self.heard = heard

    @property
    def model(self) -> str:
        return "whisper-tiny.en"

    @property
    def provider(self) -> str:
        return "local"

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> "_Listening":
        return _Listening(self, detector=self._detector, conn_options=conn_options)

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.SpeechEvent:
        frame = rtc.combine_audio_frames(buffer)
        try:
            heard = await self._models.transcribe(
                bytes(frame.data), sample_rate=frame.sample_rate, language=self._language
            )
        except ModelProcessUnavailable as error:
            raise APIConnectionError(str(error)) from error
        data = stt.SpeechData(
            language=LanguageCode(self._language), text=heard.text, confidence=heard.confidence
        )
        return stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[data])


class _Listening(stt.RecognizeStream):
    _stt: ModelProcessSTT

    def __init__(
        self, ears: ModelProcessSTT, *, detector: vad.VAD, conn_options: APIConnectOptions
    ) -> None:
        super().__init__(stt=ears, conn_options=NO_RETRY)
        self._detected = detector.stream()
        self._recognize_options = conn_options
        self._utterance: list[rtc.AudioFrame] = []
        self._early: asyncio.Task[stt.SpeechEvent] | None = None

    async def _run(self) -> None:
        forwarding = asyncio.create_task(self._forward())
        try:
            async for event in self._detected:
                await self._on_detected(event)
        finally:
            self._drop_early()
            await utils.aio.cancel_and_wait(forwarding)
            await self._detected.aclose()

    async def _forward(self) -> None:
        async for frame in self._input_ch:
            if isinstance(frame, self._FlushSentinel):
                self._detected.flush()
            else:
                self._detected.push_frame(frame)
        self._detected.end_input()

    async def _on_detected(self, event: vad.VADEvent) -> None:
        match event.type:
            case vad.VADEventType.START_OF_SPEECH:
                self._utterance = list(event.frames)
                self._stt.heard.text = ""
                self._emit(stt.SpeechEventType.START_OF_SPEECH)
            case vad.VADEventType.INFERENCE_DONE if event.speaking:
                self._listen_on(event)
            case vad.VADEventType.END_OF_SPEECH:
                await self._finish(event)

    def _listen_on(self, event: vad.VADEvent) -> None:
        self._utterance += event.frames
        if event.raw_accumulated_silence == 0:
            self._drop_early()
        elif event.raw_accumulated_silence >= EARLY_SILENCE_SECONDS and self._early is None:
            self._early = self._recognize(self._utterance)

    async def _finish(self, event: vad.VADEvent) -> None:
        ended_at = time.time() - event.silence_duration - event.inference_duration
        self._emit(stt.SpeechEventType.END_OF_SPEECH, ended_at=ended_at)
        recognition = self._early or self._recognize(event.frames)
        self._early, self._utterance = None, []
        heard = await recognition
        if heard.alternatives and heard.alternatives[0].text:
            self._stt.heard.text = heard.alternatives[0].text
            self._emit(
                stt.SpeechEventType.FINAL_TRANSCRIPT,
                ended_at=ended_at,
                alternatives=heard.alternatives,
            )

    def _recognize(self, frames: list[rtc.AudioFrame]) -> "asyncio.Task[stt.SpeechEvent]":
        sound = utils.merge_frames(list(frames))
        return asyncio.create_task(
            self._stt.recognize(buffer=sound, conn_options=self._recognize_options)
        )

    def _drop_early(self) -> None:
        if self._early is not None:
            self._early.cancel()
            self._early = None

    def _emit(
        self,
        kind: stt.SpeechEventType,
        *,
        ended_at: float | None = None,
        alternatives: list[stt.SpeechData] | None = None,
    ) -> None:
        self._event_ch.send_nowait(
            stt.SpeechEvent(kind, alternatives=alternatives or [], speech_end_time=ended_at)
        )
