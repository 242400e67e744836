"""Run the voice worker: registers with LiveKit and talks in the calls that it is given.

LiveKit's own command line is not used: it ends with 0 when it can't connect, and it knows nothing
of Django. SIGTERM lets calls go on for WORKER_DRAIN_SECONDS; a second one ends them.
"""

import asyncio
import logging
import os
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from livekit import agents as lk

from worker.heartbeat import Registration
from worker.server import build_server

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LIVEKIT_URL:
            raise CommandError("LIVEKIT_URL is not set; the voice worker has nowhere to register.")
        # Jobs are forked from a process that must not hold our connection.
        connections.close_all()
        try:
            asyncio.run(_run())
        except RuntimeError as error:
            raise CommandError(
                f"{error}: check LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
            ) from error
        # All jobs are over; tidying up LiveKit's libraries would take most of a second.
        logging.shutdown()
        os._exit(0)


async def _run() -> None:
    server = build_server(
        url=settings.LIVEKIT_URL,
        api_key=settings.LIVEKIT_API_KEY,
        api_secret=settings.LIVEKIT_API_SECRET,
        agent_name=settings.LIVEKIT_AGENT_NAME,
        max_calls=settings.WORKER_MAX_CALLS,
        drain_seconds=settings.WORKER_DRAIN_SECONDS,
    )
    registration = Registration(
        server,
        redis_url=settings.REDIS_URL,
        agent_name=settings.LIVEKIT_AGENT_NAME,
        version=settings.VERSION,
    )
    signals = _listen_for_signals()
    running = asyncio.create_task(server.run(devmode=False))
    heartbeat = asyncio.create_task(registration.run())
    stopped = asyncio.create_task(signals.get())
    try:
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await _stop(server, signals)
        await running
    finally:
        registration.stop()
        stopped.cancel()
        await asyncio.gather(heartbeat, stopped, return_exceptions=True)


def _listen_for_signals() -> asyncio.Queue[int]:
    signals: asyncio.Queue[int] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, signals.put_nowait, number)
    return signals


async def _stop(server: lk.AgentServer, signals: asyncio.Queue[int]) -> None:
    """Take no new calls, let the open ones end by themselves for a while, then end them."""
    draining = asyncio.ensure_future(server.drain())
    impatient = asyncio.ensure_future(signals.get())
    await asyncio.wait({draining, impatient}, return_when=asyncio.FIRST_COMPLETED)
    if not draining.done() or draining.exception() is not None:
        logger.warning("calls are ended by the worker's stop", extra={"worker": server.id})
    for task in (draining, impatient):
        task.cancel()
    await asyncio.gather(draining, impatient, return_exceptions=True)
    await server.aclose()
