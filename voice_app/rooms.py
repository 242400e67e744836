"""LiveKit's rooms, as far as a session needs them.

The server makes each room together with its agent: a room that a token or a bare dispatch creates
has no participant limit and lives five minutes for robots. The metadata is the session id alone,
since LiveKit shows it to its logs.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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
# LiveKit starts no job again by itself: the watcher does, and both would mean two agents in one
# room.
RESTART_NEVER = api.JobRestartPolicy.JRP_NEVER
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


@asynccontextmanager
async def _livekit(access: LiveKitAccess) -> AsyncIterator[api.LiveKitAPI]:
    """Open a client and say every failure of LiveKit's as `VoiceUnavailable`."""
    try:
        async with api.LiveKitAPI(
            access.url, access.api_key, access.api_secret, timeout=REQUEST_TIMEOUT
        ) as livekit:
            yield livekit
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise VoiceUnavailable("LiveKit does not answer.") from error
    except api.TwirpError as error:
        raise VoiceUnavailable(_refusal(error)) from error


async def create_room(access: LiveKitAccess, *, room: str, metadata: str) -> None:
    """Make the room and send for the agent.

    Raises:
        VoiceUnavailable: LiveKit can't be reached or refuses our key; so for every function here.
    """
    request = api.CreateRoomRequest(
        name=room,
        agents=[
            api.RoomAgentDispatch(
                agent_name=access.agent_name, metadata=metadata, restart_policy=RESTART_NEVER
            )
        ],
        empty_timeout=EMPTY_TIMEOUT_SECONDS,
        departure_timeout=DEPARTURE_TIMEOUT_SECONDS,
        max_participants=MAX_PARTICIPANTS,
    )
    async with _livekit(access) as livekit:
        await livekit.room.create_room(request)


async def dispatch_again(access: LiveKitAccess, *, room: str, metadata: str) -> None:
    """Send for an agent into a room that exists."""
    request = api.CreateAgentDispatchRequest(
        agent_name=access.agent_name, room=room, metadata=metadata, restart_policy=RESTART_NEVER
    )
    async with _livekit(access) as livekit:
        await livekit.agent_dispatch.create_dispatch(request)


async def room_exists(access: LiveKitAccess, *, room: str) -> bool:
    async with _livekit(access) as livekit:
        found = await livekit.room.list_rooms(api.ListRoomsRequest(names=[room]))
    return bool(found.rooms)


async def list_room_names(access: LiveKitAccess) -> list[str]:
    async with _livekit(access) as livekit:
        found = await livekit.room.list_rooms(api.ListRoomsRequest())
    return [room.name for room in found.rooms]


async def delete_room(access: LiveKitAccess, *, room: str) -> None:
    """Disconnect everyone; a room that is gone already is as good."""
    async with _livekit(access) as livekit:
        try:
            await livekit.room.delete_room(api.DeleteRoomRequest(room=room))
        except api.TwirpError as error:
            if error.code != "not_found":
                raise


def _refusal(error: api.TwirpError) -> str:
    if error.status == 401:
        return "LiveKit refuses our key: check LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
    return f"LiveKit refused the request ({error.code})."
