"""Turns reach the database in order and once, whatever the database does meanwhile."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError
from livekit.agents import llm

from voice_app.conversation.events import Source
from voice_app.models import Turn, VoiceSession
from voice_app.tests.factories import VoiceSessionFactory
from worker.answers import Answered
from worker.transcript import Said, TranscriptWriter, agent_turn, visitor_turn


def said(number: int) -> Said:
    return Said(f"item-{number}", Turn.Role.VISITOR, f"turn {number}", datetime.now(UTC))


class Database:
    """Takes turns, except while it is away."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.error: Exception | None = None
        self.attempts = 0

    def record(self, *, session_pk: int, item_id: str, **_: Any) -> None:
        self.attempts += 1
        if self.error is not None:
            raise self.error
        self.items.append(item_id)


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
async def writer(database: Database) -> TranscriptWriter:
    return TranscriptWriter(session_pk=1, record=database.record)


async def test_turns_are_stored_in_order(writer: TranscriptWriter, database: Database) -> None:
    for number in range(10):
        writer.put(said(number))
    await writer.aclose(seconds=5)
    assert database.items == [f"item-{n}" for n in range(10)]


async def test_a_database_that_is_away_loses_nothing(
    writer: TranscriptWriter, database: Database
) -> None:
    database.error = OperationalError("the connection is closed")
    for number in range(3):
        writer.put(said(number))
    await asyncio.sleep(0.5)
    assert database.items == []
    assert database.attempts >= 2
    database.error = None
    await writer.aclose(seconds=5)
    assert database.items == ["item-0", "item-1", "item-2"]


async def test_a_turn_that_can_not_be_stored_does_not_stop_the_others(
    writer: TranscriptWriter, database: Database
) -> None:
    database.error = VoiceSession.DoesNotExist()
    writer.put(said(0))
    await asyncio.sleep(0.1)
    database.error = None
    writer.put(said(1))
    await writer.aclose(seconds=5)
    assert database.items == ["item-1"]


async def test_a_lost_turn_is_said_without_its_words(
    writer: TranscriptWriter, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    database.error = OperationalError("Key (text)=(turn 0)")
    with caplog.at_level(logging.WARNING):
        writer.put(said(0))
        await writer.aclose(seconds=0.3)
    assert "turns were lost" in caplog.text
    assert "turn 0" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_real_record_takes_an_item_once() -> None:
    session = VoiceSessionFactory()

    async def store_twice() -> None:
        writer = TranscriptWriter(session_pk=session.pk)
        for number in (0, 1, 0):
            writer.put(said(number))
        await writer.aclose(seconds=5)

    async_to_sync(store_twice)()
    turns = list(session.turns.values_list("position", "item_id"))
    assert turns == [(1, "item-0"), (2, "item-1")]


def test_a_visitor_turn_keeps_how_long_hearing_took() -> None:
    metrics: Any = {"transcription_delay": 0.412, "end_of_turn_delay": 0.5}
    item = llm.ChatMessage(role="user", content=["When do you open?"], metrics=metrics)
    turn = visitor_turn(item)
    assert turn.text == "When do you open?"
    assert turn.metrics == {"stt_ms": 412, "endpointing_ms": 88}


def test_an_agent_turn_holds_every_part_of_its_time_and_what_it_stands_on() -> None:
    metrics: Any = {"llm_node_ttft": 0.11, "tts_node_ttfb": 0.2, "e2e_latency": 0.95}
    item = llm.ChatMessage(role="assistant", content=["At ten."], interrupted=True, metrics=metrics)
    source = Source(title="Hours", text="We open at ten.", url="https://a.example/", chunk_id=7)
    turn = agent_turn(
        item,
        Answered((source,), {"retrieval_ms": 30, "llm_ms": 100}),
        heard={"stt_ms": 412, "endpointing_ms": 88},
    )
    assert turn.is_interrupted
    assert turn.sources[0]["chunk_id"] == 7
    assert turn.metrics == {
        "stt_ms": 412,
        "endpointing_ms": 88,
        "retrieval_ms": 30,
        "llm_ms": 110,
        "tts_ms": 200,
        "total_ms": 950,
    }


def test_a_typed_turn_has_no_hearing_times() -> None:
    assert visitor_turn(llm.ChatMessage(role="user", content=["Hi"])).metrics == {}
