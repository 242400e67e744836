"""A visitor with ears and a mouth: speaks with the local voice into a page, and hears what the
page's call plays.
"""

import asyncio
import base64
import io
import re
import shutil
import time
import wave
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from foundation.model_process.client import VOICE_SAMPLE_RATE, ModelClient

PROBE = Path(__file__).with_name("call_probe.js")
HEARING_RATE = 16_000
LEAD_SECONDS = 0.2
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
BROWSERS = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
]
T = TypeVar("T")


def launch(playwright: Playwright, *flags: str) -> Browser:
    return playwright.chromium.launch(
        executable_path=find_browser(), args=[*CHROMIUM_FLAGS, *flags]
    )


def find_browser() -> str:
    """Return the path of an installed Chromium or Chrome."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(
            "No browser was found: install chromium (Debian, Fedora, Arch), chromium-browser "
            "(Ubuntu) or Google Chrome (macOS).",
            pytrace=False,
        )
    return found


def new_context(browser: Browser, **options: object) -> BrowserContext:
    """Return a fresh visitor whose pages have ears and a mouth."""
    context = browser.new_context(permissions=["microphone"], **options)  # type: ignore[arg-type]
    context.add_init_script(path=PROBE)
    return context


@dataclass
class Caller:
    """One page in a call; `models` is the socket of the model process that lends voice and ears."""

    page: Page
    models: str

    def speak(self, text: str) -> float:
        """Say it; returns the page's clock (ms) when the last word was out."""
        spoken = base64.b64encode(as_wav(say(text, self.models))).decode()
        return self.page.evaluate("wav => callProbe.speak(wav)", spoken)

    def record(self) -> None:
        self.page.evaluate("callProbe.record()")

    def heard(self) -> str:
        """Stop recording; return the words that were heard, as the local model understands them."""
        webm = base64.b64decode(self.page.evaluate("callProbe.stop()"))
        return normalise(transcribe(decode(webm), self.models))

    def wait_until_audible(self, *, after_ms: float = 0, seconds: float = 20) -> float:
        """Return when (ms, the page's clock) the agent was first heard after a moment."""
        return self._wait_for_edge(True, after_ms, seconds)

    def wait_until_quiet(self, *, after_ms: float = 0, seconds: float = 40) -> float:
        return self._wait_for_edge(False, after_ms, seconds)

    def _wait_for_edge(self, is_audible: bool, after_ms: float, seconds: float) -> float:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for edge in self.page.evaluate("callProbe.edges"):
                if edge["audible"] == is_audible and edge["at"] > after_ms:
                    return edge["at"]
            self.page.wait_for_timeout(50)
        state = "audible" if is_audible else "quiet"
        raise AssertionError(f"the agent was not {state} within {seconds} s")

    def ask(self, question: str) -> str:
        """Ask by voice and return what was heard in answer."""
        self.record()
        ended = self.speak(question)
        audible = self.wait_until_audible(after_ms=ended)
        self.wait_until_quiet(after_ms=audible)
        return self.heard()


def say(text: str, socket: str) -> np.ndarray:
    """Return speech, 16-bit mono at VOICE_SAMPLE_RATE."""

    async def collect() -> bytes:
        async with ModelClient(socket) as models:
            return b"".join([piece async for piece in models.synthesize(text, voice="joe")])

    lead = np.zeros(int(LEAD_SECONDS * VOICE_SAMPLE_RATE), np.int16)
    return np.concatenate([lead, np.frombuffer(_run(collect()), np.int16)])


def transcribe(samples: np.ndarray, socket: str) -> str:
    async def ask() -> str:
        async with ModelClient(socket) as models:
            heard = await models.transcribe(
                samples.tobytes(), sample_rate=HEARING_RATE, language="en"
            )
            return heard.text

    return _run(ask())


def as_wav(samples: np.ndarray, rate: int = VOICE_SAMPLE_RATE) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype(np.int16).tobytes())
    return buffer.getvalue()


def decode(webm: bytes) -> np.ndarray:
    """Return recorded audio as 16-bit mono at HEARING_RATE."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=HEARING_RATE)
    with av.open(io.BytesIO(webm)) as container:
        frames = [f for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])


_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {word: str(n) for n, word in enumerate(_UNITS)} | {
    word: str(10 * n) for n, word in enumerate(_TENS, 2)
}


def normalise(text: str) -> str:
    """Return words in lower case with numbers as figures: "Eighty-five euros" -> "85 euros"."""
    words = re.findall(r"[a-z]+|\d+", text.lower().replace(",", ""))
    numbers = " ".join(_NUMBERS.get(word, word) for word in words)
    numbers = re.sub(r"\b([2-9])0 ([1-9])\b", r"\1\2", numbers)
    return re.sub(r"\b(\d) hundred\b", r"\g<1>00", numbers)


def _run(work: Awaitable[T]) -> T:
    """Run a coroutine beside Playwright's own event loop, which is this thread's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()  # type: ignore[arg-type]
