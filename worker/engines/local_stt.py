"""The model process' ears as LiveKit's STT: one utterance in, its text out."""

from livekit import rtc
from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectionError, APIConnectOptions, stt, utils
from livekit.agents.language import LanguageCode
from livekit.agents.types import NOT_GIVEN, NotGivenOr

from foundation.model_process.client import ModelClient, ModelProcessUnavailable


class ModelProcessSTT(stt.STT):
    def __init__(self, models: ModelClient, *, language: str) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self._models = models
        self._language = language

    @property
    def model(self) -> str:
        return "whisper-tiny.en"

    @property
    def provider(self) -> str:
        return "local"

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
        return stt.SpeechEvent(
            type=stt.SpeechEventType.FINAL_TRANSCRIPT,
            alternatives=[
                stt.SpeechData(
                    language=LanguageCode(self._language),
                    text=heard.text,
                    confidence=heard.confidence,
                )
            ],
        )
