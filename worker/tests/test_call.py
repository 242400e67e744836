"""Calls as they are: a real LiveKit server, a real worker, real speech both ways.

The tests are synchronous around an event loop of their own, so that their database work stays in
the test's thread.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.db.models import F

from agents_app.models import Agent
from foundation.model_process.client import VOICE_SAMPLE_RATE, ModelClient
from foundation.worker_registry import registered_workers
from tests.rtc_client import SAMPLE_RATE, Visitor
from tests.tcp_proxy import TcpProxy
from voice_app import rooms, services
from voice_app.models import Turn, VoiceSession

pytestmark = pytest.mark.django_db(transaction=True)

GREETING_SECONDS = 20.0

Found = TypeVar("Found")


@dataclass
class Line:
    """An open call: its visitor, its session and the models that make and hear speech."""

    visitor: Visitor
    session: VoiceSession
    models: ModelClient

    async def ask(self, question: str) -> str:
        """Say it, wait until the agent has answered, and return what was heard."""
        pieces = self.models.synthesize(question, voice="joe")
        sound = b"".join([piece async for piece in pieces])
        ended = await self.visitor.say(sound, sample_rate=VOICE_SAMPLE_RATE)
        await self.visitor.wait_until_audible(after=ended)
        return await self.listen(since=ended)

    async def listen(self, *, since: float = 0.0) -> str:
        await self.visitor.wait_until_quiet(seconds=1.5)
        heard = await self.models.transcribe(
            self.visitor.heard.since(since), sample_rate=SAMPLE_RATE, language="en"
        )
        return heard.text.lower()

    async def turns(self, *, at_least: int) -> list[Turn]:
        """Return the stored turns once there are so many."""

        @sync_to_async
        def stored() -> list[Turn]:
            found = list(self.session.turns.order_by("position"))
            return found if len(found) >= at_least else []

        return await until(stored, f"{at_least} turns")

    async def agents(self) -> int:
        return len(self.visitor.agents())


async def until(look: Callable[[], Awaitable[Found]], what: str) -> Found:
    """Return the first true answer of `look`."""
    deadline = time.monotonic() + 20
    while not (found := await look()):
        assert time.monotonic() < deadline, f"waited 20 s for {what}"
        await asyncio.sleep(0.1)
    return found


@asynccontextmanager
async def call(agent: Agent) -> AsyncIterator[Line]:
    """Call the agent; the session and its room end with the block."""
    create = sync_to_async(services.create_session)
    new = await create(agent=agent, channel="voice", origin="https://shop.example")
    token = services.join_token(session=new.session)
    async with ModelClient(settings.MODEL_SOCKET) as models:
        async with Visitor(settings.LIVEKIT_URL, token) as visitor:
            try:
                yield Line(visitor, new.session, models)
            finally:
                await hang_up(new.session)
                await visitor.disconnected.wait()
        await until(no_job_is_left, "the job to end")


async def hang_up(session: VoiceSession) -> None:
    await services.aend_session(session=session, reason="visitor")
    await rooms.delete_room(rooms.LiveKitAccess.from_settings(), room=session.room)


async def no_job_is_left() -> bool:
    workers = await asyncio.to_thread(registered_workers)
    ours = [w for w in workers if w.agent_name == settings.LIVEKIT_AGENT_NAME]
    return bool(ours) and not any(worker.active_jobs for worker in ours)


def test_a_visitor_is_greeted_and_answered_and_all_of_it_is_kept(speaking_agent: Agent) -> None:
    async def talk() -> None:
        async with call(speaking_agent) as line:
            await line.visitor.wait_until_audible(timeout=GREETING_SECONDS)
            assert "how can i help" in await line.listen()
            answer = await line.ask("When do you open on Saturday?")
            assert "ten" in answer or "10" in answer
            shown = await line.visitor.wait_for_ui("sources")
            assert shown["items"][0]["title"] == "About us"
            assert "chunk_id" not in shown["items"][0]
            greeting, asked, answered = await line.turns(at_least=3)
            assert [t.role for t in (greeting, asked, answered)] == ["agent", "visitor", "agent"]
            assert "Saturday" in asked.text
            assert answered.sources[0]["chunk_id"]
            assert answered.metrics["total_ms"] > 0
            parts = {"stt_ms", "endpointing_ms", "retrieval_ms", "llm_ms", "tts_ms"}
            assert parts <= set(answered.metrics)
        await sync_to_async(line.session.refresh_from_db)()
        assert {used["provider"] for used in line.session.usage["models"]} == {"local"}

    async_to_sync(talk)()


def test_what_is_typed_in_the_room_is_answered_aloud(speaking_agent: Agent) -> None:
    async def talk() -> None:
        async with call(speaking_agent) as line:
            await line.visitor.wait_until_audible(timeout=GREETING_SECONDS)
            await line.visitor.wait_until_quiet()
            typed = time.monotonic()
            await line.visitor.write("How much does a full service cost?")
            await line.visitor.wait_until_audible(after=typed)
            answer = await line.listen(since=typed)
            assert "90" in answer or "ninety" in answer
            _, asked, answered = await line.turns(at_least=3)
            assert asked.text == "How much does a full service cost?"
            assert "ninety euros" in answered.text

    async_to_sync(talk)()


def test_of_two_jobs_for_one_session_only_one_enters(speaking_agent: Agent) -> None:
    async def talk() -> None:
        async with call(speaking_agent) as line:
            await line.visitor.wait_until_audible(timeout=GREETING_SECONDS)
            await dispatch_again(line.session)
            for _ in range(20):
                assert await line.agents() == 1
                await asyncio.sleep(0.1)
            assert len(await line.turns(at_least=1)) == 1

    async_to_sync(talk)()


def test_a_job_that_takes_over_goes_on_where_the_first_one_was(speaking_agent: Agent) -> None:
    async def talk() -> None:
        async with call(speaking_agent) as line:
            await line.visitor.wait_until_audible(timeout=GREETING_SECONDS)
            await line.visitor.wait_until_quiet()
            await line.turns(at_least=1)
            first = {one.identity for one in line.visitor.agents()}
            await VoiceSession.objects.filter(pk=line.session.pk).aupdate(
                generation=F("generation") + 1
            )
            await dispatch_again(line.session)

            async def only_the_new_one() -> bool:
                now = {one.identity for one in line.visitor.agents()}
                return len(now) == 1 and not now & first

            await until(only_the_new_one, "the first job to leave")
            answer = await line.ask("How much does a full service cost?")
            assert "90" in answer or "ninety" in answer
            turns = await line.turns(at_least=3)
            assert [turn.role for turn in turns] == ["agent", "visitor", "agent"]

    async_to_sync(talk)()


def test_a_database_that_is_away_for_three_seconds_loses_nothing(
    speaking_agent: Agent, database_line: TcpProxy
) -> None:
    async def talk() -> None:
        async with call(speaking_agent) as line:
            await line.visitor.wait_until_audible(timeout=GREETING_SECONDS)
            with database_line.cut():
                await line.visitor.wait_until_quiet()
                await line.visitor.write("Hello there")
                await asyncio.sleep(3)
            turns = await line.turns(at_least=3)
            assert [turn.role for turn in turns] == ["agent", "visitor", "agent"]
            assert turns[1].text == "Hello there"
            with database_line.cut():
                await asyncio.sleep(2)
            # With nothing to store, the beat alone must find the database again.
            await asyncio.sleep(2.5)
            answer = await line.ask("How much does a full service cost?")
            assert "90" in answer or "ninety" in answer
            assert await line.agents() == 1

    async_to_sync(talk)()


def test_a_reload_is_not_an_end(speaking_agent: Agent) -> None:
    async def talk() -> None:
        async with call(speaking_agent) as line:
            await line.visitor.wait_until_audible(timeout=GREETING_SECONDS)
            await line.visitor.leave()
            token = services.join_token(session=line.session)
            async with Visitor(settings.LIVEKIT_URL, token) as back:
                await back.wait_until_listening()
                line.visitor = back
                answer = await line.ask("How much does a full service cost?")
            assert "90" in answer or "ninety" in answer

    async_to_sync(talk)()


def test_a_deleted_room_ends_the_session(speaking_agent: Agent) -> None:
    async def talk() -> None:
        async with call(speaking_agent) as line:
            await line.visitor.wait_until_audible(timeout=GREETING_SECONDS)
            await rooms.delete_room(rooms.LiveKitAccess.from_settings(), room=line.session.room)

            async def ended() -> bool:
                await sync_to_async(line.session.refresh_from_db)()
                return line.session.status == "ended"

            await until(ended, "the session to end")
            assert line.session.close_reason == "room_deleted"

    async_to_sync(talk)()


def test_an_agent_that_can_not_be_spoken_says_so_and_ends(speaking_agent: Agent) -> None:
    version = speaking_agent.published_version
    assert version is not None
    version.config = version.config | {"language": "de"}
    version.save(update_fields=["config"])

    async def talk() -> None:
        async with call(speaking_agent) as line:
            assert (await line.visitor.wait_for_ui("ended"))["reason"] == "engine_rejected"
            await line.visitor.disconnected.wait()
            await sync_to_async(line.session.refresh_from_db)()
            assert line.session.status == "failed"

    async_to_sync(talk)()


async def dispatch_again(session: VoiceSession) -> None:
    access = rooms.LiveKitAccess.from_settings()
    await rooms.dispatch_again(access, room=session.room, metadata=str(session.public_id))
