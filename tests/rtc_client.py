"""A visitor without a browser: joins a room, speaks, listens, reads what the page would show.

For tests and benchmarks. Times are `time.monotonic()`; sound is mono PCM16 at SAMPLE_RATE.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
from livekit import rtc

SAMPLE_RATE = 48_000
FRAME_SECONDS = 0.02
FRAME_SAMPLES = int(SAMPLE_RATE * FRAME_SECONDS)
# A voice is far above, Opus' comfort noise far below.
AUDIBLE_RMS = 200.0

Found = TypeVar("Found")


@dataclass(frozen=True)
class Caption:
    who: str
    text: str
    is_final: bool
    at: float


@dataclass
class Heard:
    """Sound of the agent: each frame with the time at which it came."""

    frames: list[tuple[float, np.ndarray]] = field(default_factory=list)

    def since(self, at: float) -> bytes:
        found = [samples for came, samples in self.frames if came >= at]
        return np.concatenate(found).tobytes() if found else b""

    def first_audible(self, after: float) -> float | None:
        return next((came for came, s in self.frames if came >= after and is_audible(s)), None)

    def last_audible(self) -> float:
        return next((came for came, s in reversed(self.frames) if is_audible(s)), 0.0)


class Visitor:
    """Use as `async with Visitor(url, token)`; the microphone sends silence until `say`."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self.room = rtc.Room()
        self.heard = Heard()
        self.captions: list[Caption] = []
        self.ui: list[dict[str, Any]] = []
        self.disconnected: asyncio.Event = asyncio.Event()
        self.joined_at = 0.0
        self._source = rtc.AudioSource(SAMPLE_RATE, 1, queue_size_ms=60)
        self._to_say: asyncio.Queue[np.ndarray] = asyncio.Queue()
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        self.room.on("track_subscribed", self._on_track)
        self.room.on("disconnected", lambda *_: self.disconnected.set())
        self.room.register_text_stream_handler("lk.transcription", self._on_transcription)
        self.room.register_text_stream_handler("app.ui", self._on_ui)
        await self.room.connect(self._url, self._token)
        self.joined_at = time.monotonic()
        await self._open_microphone()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.leave()

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.room.disconnect()
        await self._source.aclose()

    # -- What the visitor does ---------------------------------------------------------------

    async def say(self, pcm16: bytes, *, sample_rate: int = SAMPLE_RATE) -> float:
        """Speak; returns when the last sample was sent, with that time."""
        samples = np.frombuffer(to_sample_rate(pcm16, sample_rate), np.int16)
        for start in range(0, len(samples), FRAME_SAMPLES):
            self._to_say.put_nowait(samples[start : start + FRAME_SAMPLES])
        await self._to_say.join()
        return time.monotonic()

    async def write(self, text: str) -> None:
        """Type instead of speaking."""
        await self.room.local_participant.send_text(text, topic="lk.chat")

    # -- What the visitor waits for ----------------------------------------------------------

    async def wait_until_audible(self, *, after: float = 0.0, timeout: float = 15.0) -> float:  # noqa: ASYNC109
        """Return when the agent's voice was first heard after `after`."""
        return await _wait(lambda: self.heard.first_audible(after), timeout, "the agent's voice")

    async def wait_until_quiet(self, *, seconds: float = 1.0, timeout: float = 30.0) -> float:  # noqa: ASYNC109
        """Return when the agent was last heard, once it has been quiet for `seconds`."""

        def quiet() -> float | None:
            last = self.heard.last_audible()
            return last if last and time.monotonic() - last > seconds else None

        return await _wait(quiet, timeout, "silence")

    async def wait_until_listening(self, *, timeout: float = 15.0) -> None:  # noqa: ASYNC109
        """Return when the agent says of itself that it listens."""

        def listening() -> bool | None:
            states = [one.attributes.get("lk.agent.state") for one in self.agents()]
            return True if states == ["listening"] else None

        await _wait(listening, timeout, "an agent that listens")

    async def wait_for_caption(
        self,
        matches: Callable[[Caption], bool],
        *,
        timeout: float = 15.0,  # noqa: ASYNC109
    ) -> Caption:
        found = lambda: next(filter(matches, self.captions), None)  # noqa: E731
        return await _wait(found, timeout, "a caption")

    async def wait_for_ui(self, kind: str, *, timeout: float = 15.0) -> dict[str, Any]:  # noqa: ASYNC109
        found = lambda: next((m for m in self.ui if m["type"] == kind), None)  # noqa: E731
        return await _wait(found, timeout, f"a message of type {kind}")

    def agents(self) -> list[rtc.RemoteParticipant]:
        kind = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        return [one for one in self.room.remote_participants.values() if one.kind == kind]

    # -- LiveKit's side ----------------------------------------------------------------------

    async def _open_microphone(self) -> None:
        track = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self.room.local_participant.publish_track(track, options)
        self._spawn(self._speak())

    async def _speak(self) -> None:
        """Send one frame after the other; the source's short queue keeps the time."""
        silence = np.zeros(FRAME_SAMPLES, np.int16)
        while True:
            is_speech = not self._to_say.empty()
            samples = self._to_say.get_nowait() if is_speech else silence
            await self._source.capture_frame(_frame(samples))
            if is_speech:
                self._to_say.task_done()

    def _on_track(self, track: rtc.Track, *_: Any) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._spawn(self._listen(track))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1)
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, np.int16).copy()
                self.heard.frames.append((time.monotonic(), samples))
        finally:
            await stream.aclose()

    def _on_transcription(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._spawn(self._read_transcription(reader, identity))

    async def _read_transcription(self, reader: rtc.TextStreamReader, identity: str) -> None:
        mine = identity == self.room.local_participant.identity
        text = await reader.read_all()
        attributes = reader.info.attributes or {}
        is_final = attributes.get("lk.transcription_final") == "true"
        who = "visitor" if mine else "agent"
        self.captions.append(Caption(who, text, is_final, time.monotonic()))

    def _on_ui(self, reader: rtc.TextStreamReader, _identity: str) -> None:
        self._spawn(self._read_ui(reader))

    async def _read_ui(self, reader: rtc.TextStreamReader) -> None:
        self.ui.append(json.loads(await reader.read_all()))

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _wait(found: Callable[[], Found | None], seconds: float, what: str) -> Found:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (result := found()) is not None:
            return result
        await asyncio.sleep(0.01)
    raise AssertionError(f"Waited {seconds:g} s for {what}.")


def is_audible(samples: np.ndarray) -> bool:
    return float(np.sqrt(np.mean(np.square(samples.astype(np.float32))))) > AUDIBLE_RMS


def to_sample_rate(pcm16: bytes, sample_rate: int) -> bytes:
    """Return the sound at SAMPLE_RATE."""
    if sample_rate == SAMPLE_RATE:
        return pcm16
    resampler = rtc.AudioResampler(sample_rate, SAMPLE_RATE)
    frames = [*resampler.push(bytearray(pcm16)), *resampler.flush()]
    return b"".join(bytes(frame.data) for frame in frames)


def _frame(samples: np.ndarray) -> rtc.AudioFrame:
    return rtc.AudioFrame(samples.tobytes(), SAMPLE_RATE, 1, len(samples))
