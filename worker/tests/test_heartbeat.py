"""A job leaves when it is told to; a worker stands on the list only while LiveKit has it."""

import asyncio
import inspect
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from livekit import agents as lk

from foundation.worker_registry import WorkerInfo, registered_workers
from worker import heartbeat
from worker.heartbeat import Registration, beat_until_told_to_leave, is_connected


async def test_a_job_beats_until_it_is_told_to_leave() -> None:
    answers = iter([True, True, False])

    async def beat() -> bool:
        return next(answers)

    await beat_until_told_to_leave(beat, interval_seconds=0.001)
    assert next(answers, "none left") == "none left"


async def test_a_database_that_is_away_does_not_end_the_call() -> None:
    answers: list[bool | Exception] = [OperationalError(), OperationalError(), True, False]

    async def beat() -> bool:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    await beat_until_told_to_leave(beat, interval_seconds=0.001)
    assert answers == []


@dataclass
class Server:
    """What a registration sees of LiveKit's AgentServer."""

    _connecting: bool = False
    draining: bool = False
    active_jobs: list[Any] = field(default_factory=list)
    listeners: dict[str, Callable[..., None]] = field(default_factory=dict)

    def on(self, event: str, listener: Callable[..., None]) -> None:
        self.listeners[event] = listener

    def register(self) -> None:
        self.listeners["worker_registered"]("AW_1", None)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def registration(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Registration]:
    monkeypatch.setattr(heartbeat, "REGISTRATION_SECONDS", 0.02)
    registration = Registration(
        server,  # type: ignore[arg-type]
        redis_url=settings.REDIS_URL,
        agent_name=f"test-{uuid.uuid4()}",
        version="1",
    )
    running = asyncio.create_task(registration.run())
    yield registration
    registration.stop()
    await running


async def listed(registration: Registration, *, soon: bool) -> WorkerInfo | None:
    """Return our entry once it is there, or None once it is not (`soon` says which is awaited)."""
    for _ in range(200):
        workers = await asyncio.to_thread(registered_workers, settings.REDIS_URL)
        found = [w for w in workers if w.agent_name == registration._agent_name]
        if bool(found) == soon:
            return found[0] if found else None
        await asyncio.sleep(0.02)
    raise AssertionError(f"listed: {found}")


async def test_a_worker_that_only_runs_is_not_listed(registration: Registration) -> None:
    await asyncio.sleep(0.1)
    assert await listed(registration, soon=False) is None


async def test_a_registered_worker_is_listed_with_its_calls(
    registration: Registration, server: Server
) -> None:
    server.active_jobs = [1, 2]
    server.register()
    worker = await listed(registration, soon=True)
    assert worker is not None
    assert (worker.worker_id, worker.active_jobs) == ("AW_1", 2)
    assert worker.registered_at > 0


async def test_a_worker_that_lost_livekit_is_taken_off_the_list(
    registration: Registration, server: Server
) -> None:
    server.register()
    assert await listed(registration, soon=True)
    server._connecting = True
    assert await listed(registration, soon=False) is None
    server._connecting = False
    assert await listed(registration, soon=True)


async def test_a_draining_worker_is_not_listed(registration: Registration, server: Server) -> None:
    server.register()
    assert await listed(registration, soon=True)
    server.draining = True
    assert await listed(registration, soon=False) is None


async def test_a_stopped_worker_is_gone_at_once(registration: Registration, server: Server) -> None:
    server.register()
    assert await listed(registration, soon=True)
    registration.stop()
    assert await listed(registration, soon=False) is None


def test_livekit_still_says_when_it_is_connecting() -> None:
    """A private name of livekit-agents 1.8.9; an update must not make it lie."""
    source = inspect.getsource(lk.AgentServer._connection_task)
    assert "self._connecting = True" in source
    assert "self._connecting = False" in source
    assert not is_connected(_unconnected())


def _unconnected() -> lk.AgentServer:
    server = lk.AgentServer(ws_url="ws://127.0.0.1:1", api_key="k", api_secret="s" * 32)
    server._connecting = True
    return server
