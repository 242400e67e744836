"""The model process' door: what it refuses and how its client says so. The models behind it are
stand-ins.
"""

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from foundation.model_process.client import (
    ModelClient,
    ModelProcessUnavailable,
    ModelRequestRejected,
    SyncModelClient,
)
from foundation.model_process.server import bind_socket, build_app


class Silent:
    """Models that hear nothing and say a second of silence."""

    class speaking:
        voices = ["joe"]

    async def synthesize(self, text: str, *, voice: str, keep: bool) -> AsyncIterator[bytes]:
        for _ in range(2):
            yield bytes(22_050)

    async def embed_query(self, text: str) -> list[float]:
        return [1.0]

    async def embed_statements(self, texts: list[str]) -> list[list[float]]:
        return [[2.0]] * len(texts)

    async def embed_passages(self, texts: list[str]) -> list[list[float]]:
        return [[float(len(text))] for text in texts]


class Door:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.models: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """A server whose models still load."""
    door = Door(tmp_path / "m.sock")
    runner = web.AppRunner(build_app(door.models))
    await runner.setup()
    await web.SockSite(runner, bind_socket(door.path)).start()
    yield door
    await runner.cleanup()


@pytest.fixture
async def client(door: Door) -> AsyncIterator[ModelClient]:
    async with ModelClient(str(door.path)) as client:
        yield client


@pytest.fixture
async def ready(door: Door, client: ModelClient) -> ModelClient:
    door.models.set_result(Silent())
    return client


async def test_it_says_that_it_is_loading(client: ModelClient) -> None:
    with pytest.raises(ModelProcessUnavailable, match="loading"):
        await client.health()
    with pytest.raises(ModelProcessUnavailable, match="loading"):
        await client.embed_query("when")
    with pytest.raises(ModelProcessUnavailable, match="loading"):
        _ = [piece async for piece in client.synthesize("Hello.", voice="joe")]


async def test_ready_it_says_which_voices_it_has(ready: ModelClient) -> None:
    assert await ready.health() == {"status": "ok", "voices": ["joe"]}


async def test_sound_comes_in_pieces(ready: ModelClient) -> None:
    sound = b"".join([piece async for piece in ready.synthesize("Hello.", voice="joe")])
    assert sound == bytes(44_100)


async def test_many_passages_come_back_in_their_order(ready: ModelClient) -> None:
    texts = ["x" * n for n in range(1, 40)]
    assert await ready.embed_passages(texts) == [[float(n)] for n in range(1, 40)]


async def test_no_passages_ask_nothing(ready: ModelClient) -> None:
    assert await ready.embed_passages([]) == []


async def test_statements_are_asked_for_at_once(ready: ModelClient) -> None:
    assert await ready.embed_statements(["a", "b"]) == [[2.0], [2.0]]


@pytest.mark.parametrize(
    ("sound", "sample_rate", "language", "message"),
    [
        (b"x", 16_000, "en", "16-bit"),
        (b"xx", 16_000, "de", "English only"),
        (b"xx", 1, "en", "sample_rate"),
    ],
)
async def test_what_can_not_be_heard_is_refused(
    ready: ModelClient, sound: bytes, sample_rate: int, language: str, message: str
) -> None:
    with pytest.raises(ModelRequestRejected, match=message):
        await ready.transcribe(sound, sample_rate=sample_rate, language=language)


async def test_an_unknown_voice_is_refused_with_those_there_are(ready: ModelClient) -> None:
    with pytest.raises(ModelRequestRejected, match="known: joe"):
        _ = [piece async for piece in ready.synthesize("Hello.", voice="jane")]


async def test_too_much_sound_is_refused(ready: ModelClient) -> None:
    with pytest.raises(ModelRequestRejected, match="At most"):
        await ready.transcribe(bytes(20_000_002), sample_rate=16_000, language="en")


async def test_a_refusal_does_not_repeat_what_was_said(ready: ModelClient) -> None:
    with pytest.raises(ModelRequestRejected) as refusal:
        _ = [piece async for piece in ready.synthesize("My secret. " * 600, voice="joe")]
    assert "secret" not in str(refusal.value)


async def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    async with ModelClient(str(tmp_path / "none.sock")) as client:
        with pytest.raises(ModelProcessUnavailable, match="run_model_process"):
            await client.embed_query("when")


def test_nobody_there_is_unavailable_for_tasks_too(tmp_path: Path) -> None:
    with (
        SyncModelClient(str(tmp_path / "none.sock")) as client,
        pytest.raises(ModelProcessUnavailable, match="run_model_process"),
    ):
        client.embed_passages(["a"])


def test_only_this_user_may_open_the_socket(tmp_path: Path) -> None:
    with bind_socket(tmp_path / "m.sock"):
        assert stat.S_IMODE((tmp_path / "m.sock").stat().st_mode) == 0o600


def test_a_dead_process_socket_is_replaced(tmp_path: Path) -> None:
    bind_socket(tmp_path / "m.sock").close()
    with bind_socket(tmp_path / "m.sock"), socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(tmp_path / "m.sock"))


def test_a_living_process_socket_is_left_alone(tmp_path: Path) -> None:
    with bind_socket(tmp_path / "m.sock"), pytest.raises(OSError, match="Another model process"):
        bind_socket(tmp_path / "m.sock")
