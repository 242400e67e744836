"""A session's life, with a real LiveKit server where a room is made."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from asgiref.sync import async_to_sync
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agents_app.exceptions import AgentInactive
from agents_app.models import Agent
from voice_app import rooms, services
from voice_app.exceptions import AtCapacity, SessionEnded, VoiceUnavailable
from voice_app.models import Appointment, VoiceSession
from voice_app.tests.factories import CalendarFactory, VoiceSessionFactory

Status = VoiceSession.Status
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registered_worker")]


def test_a_call_gets_a_room_of_its_own_with_its_agent_on_the_way(agent: Agent) -> None:
    first = services.create_session(agent=agent, channel="voice").session
    second = services.create_session(agent=agent, channel="voice").session
    assert first.room.startswith(f"agent-{agent.public_id}-")
    assert first.room != second.room
    first.refresh_from_db()
    assert first.status == Status.DISPATCHED
    assert first.dispatched_at
    assert async_to_sync(rooms.room_exists)(rooms.LiveKitAccess.from_settings(), room=first.room)


def test_the_join_token_opens_one_room_for_a_microphone_and_nothing_else(agent: Agent) -> None:
    session = services.create_session(agent=agent, channel="voice").session
    claims = jwt.decode(services.join_token(session=session), options={"verify_signature": False})
    assert claims["video"] == {
        "roomJoin": True,
        "room": session.room,
        "canPublish": True,
        "canSubscribe": True,
        "canPublishData": True,
        "canPublishSources": ["microphone"],
        "canUpdateOwnMetadata": False,
    }
    assert claims["exp"] - claims["nbf"] <= 600
    assert "roomConfig" not in claims


def test_a_refusing_livekit_leaves_a_failed_session_and_says_why(agent: Agent, settings) -> None:
    settings.LIVEKIT_API_SECRET = "wrong" * 10
    with pytest.raises(VoiceUnavailable, match="LIVEKIT_API_SECRET"):
        services.create_session(agent=agent, channel="voice")
    assert agent.sessions.get().status == Status.FAILED


def test_an_unreachable_livekit_is_said_as_such(agent: Agent, settings) -> None:
    settings.LIVEKIT_URL = "ws://127.0.0.1:9"
    with pytest.raises(VoiceUnavailable, match="does not answer"):
        services.create_session(agent=agent, channel="voice")


def test_without_a_worker_no_room_is_made(agent: Agent, settings) -> None:
    settings.LIVEKIT_AGENT_NAME = "nobody"
    with pytest.raises(VoiceUnavailable, match="worker"):
        services.create_session(agent=agent, channel="voice")
    assert not agent.sessions.exists()


def test_an_agent_that_is_switched_off_takes_no_visitors(agent: Agent) -> None:
    agent.is_active = False
    with pytest.raises(AgentInactive):
        services.create_session(agent=agent, channel="text")


def at_once(work: Callable[[int], object], times: int) -> list[object]:
    """Do it in as many threads at the same moment, each with a connection of its own."""
    barrier = threading.Barrier(times)

    def one(number: int) -> object:
        barrier.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.django_db(transaction=True)
def test_of_many_jobs_at_once_one_gets_the_call() -> None:
    session = VoiceSessionFactory(call=True, status=Status.DISPATCHED, claimed_generation=0)

    def claim(number: int) -> object:
        return services.claim_session(public_id=str(session.public_id), job_id=str(number))

    assert len([won for won in at_once(claim, 8) if won]) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_visitors_at_once_one_gets_the_last_place(agent: Agent, settings) -> None:
    settings.MAX_CALLS_PER_AGENT = 1

    def call(_: int) -> object:
        try:
            return services.create_session(agent=agent, channel="voice")
        except AtCapacity:
            return None

    assert len([got for got in at_once(call, 6) if got]) == 1


def test_a_job_whose_generation_passed_is_told_to_leave() -> None:
    session = VoiceSessionFactory(call=True)
    assert services.beat(session_pk=session.pk, generation=1)
    VoiceSession.objects.filter(pk=session.pk).update(generation=2)
    assert not services.beat(session_pk=session.pk, generation=1)


def test_a_session_that_is_over_can_not_be_claimed() -> None:
    session = VoiceSessionFactory(call=True, status=Status.ENDED, claimed_generation=0)
    assert services.claim_session(public_id=str(session.public_id), job_id="a") is None
    assert services.claim_session(public_id=str(uuid.uuid4()), job_id="a") is None


def test_the_first_to_see_the_end_writes_it() -> None:
    session = VoiceSessionFactory(call=True)
    assert services.end_session(session=session, reason="visitor_left")
    assert not services.end_session(session=session, reason="room_closed")
    session.refresh_from_db()
    assert (session.status, session.close_reason) == (Status.ENDED, "visitor_left")
    with pytest.raises(SessionEnded):
        services.join_token(session=session)


def test_the_same_turn_twice_is_one_row_and_positions_count_on() -> None:
    session = VoiceSessionFactory(call=True)
    turn = {"session_pk": session.pk, "role": "visitor", "spoken_at": timezone.now()}
    for item, text in (("a", "One"), ("a", "One"), ("b", "Two")):
        services.record_turn(item_id=item, text=text, **turn)
    assert list(session.turns.values_list("position", "text")) == [(1, "One"), (2, "Two")]


def test_overlapping_appointments_can_not_exist() -> None:
    calendar, other = CalendarFactory(), CalendarFactory()
    start = timezone.now()

    def book(where, hours: float, **fields) -> Appointment:
        begin = start + timedelta(hours=hours)
        period = (begin, begin + timedelta(hours=1))
        return Appointment.objects.create(calendar=where, period=period, **fields)

    book(calendar, 0)
    book(calendar, 1)
    book(other, 0.5)
    book(calendar, 0.5, status="cancelled")
    with pytest.raises(IntegrityError), transaction.atomic():
        book(calendar, 0.5)
