"""The agent's voice in the room before the visitor is there.

LiveKit's RoomIO publishes the agent's track only when the visitor has joined, whose browser then
has to negotiate anew before it hears anything. Published first, the track is part of the visitor's
joining.
"""

import asyncio

from livekit import rtc
from livekit.agents.voice import io
from livekit.agents.voice.room_io._output import _ParticipantAudioOutput

SAMPLE_RATE = 24_000


class VoiceTrack:
    """The agent's audio track; `output` is for `AgentSession.output.audio`."""

    def __init__(self, room: rtc.Room) -> None:
        self._output = _ParticipantAudioOutput(
            room,
            sample_rate=SAMPLE_RATE,
            num_channels=1,
            track_publish_options=rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE),
        )
        self._publishing = asyncio.create_task(self._output.start())

    @property
    def output(self) -> io.AudioOutput:
        return self._output

    async def aclose(self) -> None:
        self._publishing.cancel()
        await asyncio.gather(self._publishing, return_exceptions=True)
        await self._output.aclose()
