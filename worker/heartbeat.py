"""Two signs of life: a job's beat on its session's row, and the worker's registration in Valkey.

The job's beat is also how it learns that it must leave. The registration stands only while LiveKit
has this worker on its list: `/health/ready/` must not say ok because a process runs that LiveKit
has never heard of.
"""

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable

import redis.asyncio as redis
from asgiref.sync import sync_to_async
from django.db import Error, close_old_connections
from livekit import agents as lk

from foundation.worker_registry import KEY_PREFIX, WorkerInfo
from voice_app import services

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
REGISTRATION_SECONDS = 2.0
REGISTRATION_TTL_SECONDS = 6


@sync_to_async
def beat_session(*, session_pk: int, generation: int) -> bool:
    """Beat once; False tells the job to leave.

    On a connection that is known to live: after the database was away nothing else renews it.
    """
    close_old_connections()
    return services.beat(session_pk=session_pk, generation=generation)


async def beat_until_told_to_leave(
    beat: Callable[[], Awaitable[bool]], *, interval_seconds: float = BEAT_SECONDS
) -> None:
    """Beat until `beat` says False; a database that is away says nothing about the call."""
    while True:
        await asyncio.sleep(interval_seconds)
        try:
            if not await beat():
                return
        except Error as error:
            logger.warning("a beat was missed", extra={"error": type(error).__name__})


class Registration:
    """Keeps this worker's key in Valkey while it is registered with LiveKit."""

    def __init__(
        self, server: lk.AgentServer, *, redis_url: str, agent_name: str, version: str
    ) -> None:
        self._server = server
        self._agent_name = agent_name
        self._version = version
        self._redis = redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
        # LiveKit gives a new id at every registration; the key must stay one.
        self._key = f"{KEY_PREFIX}{uuid.uuid4().hex}"
        self._livekit_id = ""
        self._stopping = asyncio.Event()
        self._registered_at = 0.0
        server.on("worker_registered", self._on_registered)

    async def run(self) -> None:
        """Write the key every two seconds, and take it away when LiveKit has lost us; ends after
        `stop`.
        """
        while not self._stopping.is_set():
            await self._write()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), REGISTRATION_SECONDS)
        await self._quietly(self._redis.delete(self._key))
        await self._redis.aclose()

    # An event, because a cancellation can get lost between redis' own time limits.
    def stop(self) -> None:
        self._stopping.set()

    def _on_registered(self, worker_id: str, _server_info: object) -> None:
        self._livekit_id = worker_id
        self._registered_at = time.time()
        logger.info("registered with LiveKit", extra={"worker": worker_id})

    async def _write(self) -> None:
        if self._livekit_id and is_connected(self._server):
            body = json.dumps(self._info().as_dict())
            await self._quietly(self._redis.set(self._key, body, ex=REGISTRATION_TTL_SECONDS))
        else:
            await self._quietly(self._redis.delete(self._key))

    def _info(self) -> WorkerInfo:
        return WorkerInfo(
            worker_id=self._livekit_id,
            agent_name=self._agent_name,
            active_jobs=len(self._server.active_jobs),
            registered_at=self._registered_at,
            version=self._version,
        )

    async def _quietly(self, command: Awaitable[object]) -> None:
        try:
            await command
        except redis.RedisError as error:
            logger.warning("registration not written", extra={"error": type(error).__name__})


def is_connected(server: lk.AgentServer) -> bool:
    """Tell whether the worker's connection to LiveKit stands.

    livekit-agents 1.8.9 says when it registered but not when it lost the connection; `_connecting`
    is true from the loss until the next registration (`AgentServer._connection_task`).
    """
    return not server._connecting and not server.draining
