"""LiveKit's rooms, as far as a session needs them.

The server makes each room together with its agent: a room that a token or a bare dispatch creates has no participant
limit and lives five minutes for robots. The metadata is the session id alone, since LiveKit shows it to its logs.
"""

from dataclasses import dataclass

import aiohttp
from django.conf import settings
from livekit import api

from voice_app.exceptions import VoiceUnavailable

EMPTY_TIMEOUT_SECONDS = 20
# A reload or a lost network comes back within this time; then LiveKit closes the room.
DEPARTURE_TIMEOUT_SECONDS = 30
# The visitor, and a second place for a person who takes over. Agents don't count.
MAX_PARTICIPANTS = 2
REQUEST_TIMEOUT = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True)
class LiveKitAccess:
    """Where LiveKit is and the key pair that it knows us by."""

    url: str
    api_key: str
    api_secret: str
    agent_name: str

    @classmethod
    def from_settings(cls) -> "LiveKitAccess":
        if not settings.LIVEKIT_URL:
            raise VoiceUnavailable("LiveKit is not set up: LIVEKIT_URL is empty.")
        return cls(
            settings.LIVEKIT_URL,
            settings.LIVEKIT_API_KEY,
            settings.LIVEKIT_API_SECRET,
            settings.LIVEKIT_AGENT_NAME,
        )

    def client(self) -> api.LiveKitAPI:
        return api.LiveKitAPI(self.url, self.api_key, self.api_secret, timeout=REQUEST_TIMEOUT)


async def create_room(access: LiveKitAccess, *, room: str, metadata: str) -> None:
    """Make the room and send for the agent.

    Raises:
        VoiceUnavailable: LiveKit can't be reached or refuses our key.
    """
    request = api.CreateRoomRequest(
        name=room,
        agents=[_dispatch(access, metadata)],
        empty_timeout=EMPTY_TIMEOUT_SECONDS,
        departure_timeout=DEPARTURE_TIMEOUT_SECONDS,
        max_participants=MAX_PARTICIPANTS,
    )
    try:
        async with access.client() as livekit:
            await livekit.room.create_room(request)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise VoiceUnavailable("LiveKit does not answer.") from error
    except api.TwirpError as error:
        raise VoiceUnavailable(_refusal(error)) from error


async def dispatch_again(access: LiveKitAccess, *, room: str, metadata: str) -> None:
    """Send for an agent into a room that exists; used once when the first one never came or died."""
    request = api.CreateAgentDispatchRequest(
        agent_name=access.agent_name,
        room=room,
        metadata=metadata,
        restart_policy=api.JobRestartPolicy.JRP_NEVER,
    )
    async with access.client() as livekit:
        await livekit.agent_dispatch.create_dispatch(request)


async def delete_room(access: LiveKitAccess, *, room: str) -> None:
    """Disconnect everyone; a room that is gone already is as good."""
    try:
        async with access.client() as livekit:
            await livekit.room.delete_room(api.DeleteRoomRequest(room=room))
    except api.TwirpError as error:
        if error.code != "not_found":
            raise


# LiveKit starts no job again by itself: the watcher does, and two would mean two agents in one room.
def _dispatch(access: LiveKitAccess, metadata: str) -> api.RoomAgentDispatch:
    return api.RoomAgentDispatch(
        agent_name=access.agent_name, metadata=metadata, restart_policy=api.JobRestartPolicy.JRP_NEVER
    )


def _refusal(error: api.TwirpError) -> str:
    if error.status == 401:
        return "LiveKit refuses our key: check LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
    return f"LiveKit refused to make a room ({error.code})."
