"""The model process' voice as LiveKit's TTS: a sentence in, sound out as it is made."""

from collections.abc import AsyncIterator, Iterable

from livekit import rtc
from livekit.agents import (
    DEFAULT_API_CONNECT_OPTIONS,
    APIConnectionError,
    APIConnectOptions,
    tokenize,
    tts,
    utils,
)

from foundation.model_process.client import (
    VOICE_SAMPLE_RATE,
    ModelClient,
    ModelProcessUnavailable,
)

SAMPLE_BYTES = 2
FRAME_SECONDS = 0.05


class ModelProcessTTS(tts.TTS):
    """`phrases` are fixed texts of the agent; their sentences are made once for all calls."""

    def __init__(self, models: ModelClient, *, voice: str, phrases: Iterable[str] = ()) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False),
            sample_rate=VOICE_SAMPLE_RATE,
            num_channels=1,
        )
        self._models = models
        self._voice = voice
        # Cut as AgentSession cuts an answer before it asks for its sound.
        cut = tokenize.blingfire.SentenceTokenizer(retain_format=True).tokenize
        self._fixed = {sentence.strip() for phrase in phrases for sentence in cut(phrase)}

    @property
    def model(self) -> str:
        return f"piper-{self._voice}"

    @property
    def provider(self) -> str:
        return "local"

    def speak(self, text: str) -> AsyncIterator[bytes]:
        return self._models.synthesize(text, voice=self._voice, keep=text in self._fixed)

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> "_Speech":
        return _Speech(tts=self, input_text=text, conn_options=conn_options)


class _Speech(tts.ChunkedStream):
    _tts: ModelProcessTTS

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=utils.shortuuid("speech_"),
            sample_rate=VOICE_SAMPLE_RATE,
            num_channels=1,
            mime_type="audio/pcm",
        )
        try:
            async for piece in self._tts.speak(self.input_text):
                output_emitter.push(piece)
        except ModelProcessUnavailable as error:
            raise APIConnectionError(str(error)) from error
        output_emitter.flush()


async def frames(
    pieces: AsyncIterator[bytes], *, sample_rate: int
) -> AsyncIterator[rtc.AudioFrame]:
    """Cut PCM16 as it comes into frames of FRAME_SECONDS; the last may be shorter."""
    stream = utils.audio.AudioByteStream(
        sample_rate, 1, samples_per_channel=int(sample_rate * FRAME_SECONDS)
    )
    async for piece in pieces:
        for frame in stream.push(piece):
            yield frame
    for frame in stream.flush():
        yield frame
