"""Calls whose agent never came or died."""

from datetime import timedelta

import pytest
from django.utils import timezone

from voice_app import services
from voice_app.exceptions import VoiceUnavailable
from voice_app.models import VoiceSession
from voice_app.reaping import reap_sessions
from voice_app.tests.factories import VoiceSessionFactory
from voice_app.watching import watch_once

pytestmark = pytest.mark.django_db
Status = VoiceSession.Status


def watch(after_seconds: float = 0, *, has_room: bool = True) -> list[VoiceSession]:
    """Let the watcher look once; returns the sessions for which it sent for an agent."""
    sent: list[VoiceSession] = []

    def dispatch(session: VoiceSession) -> bool:
        sent.append(session)
        return has_room

    watch_once(now=timezone.now() + timedelta(seconds=after_seconds), dispatch=dispatch)
    return sent


def test_a_call_that_beats_is_left_alone() -> None:
    VoiceSessionFactory(call=True)
    assert watch(after_seconds=2) == []


def test_an_unclaimed_call_gets_one_more_agent_and_then_fails() -> None:
    call = VoiceSessionFactory(call=True, status=Status.DISPATCHED, claimed_generation=0)
    assert watch(after_seconds=7) == []
    assert watch(after_seconds=9) == [call]
    assert watch(after_seconds=9) == []
    assert watch(after_seconds=20) == []
    call.refresh_from_db()
    assert (call.status, call.close_reason) == (Status.FAILED, "agent_never_joined")


def test_a_job_that_stopped_beating_is_replaced_under_a_new_generation() -> None:
    call = VoiceSessionFactory(call=True)
    assert watch(after_seconds=5) == [call]
    call.refresh_from_db()
    assert (call.generation, call.claimed_generation, call.status) == (2, 1, Status.ACTIVE)


def test_a_call_whose_room_is_gone_is_over() -> None:
    call = VoiceSessionFactory(call=True)
    watch(after_seconds=5, has_room=False)
    call.refresh_from_db()
    assert (call.status, call.close_reason) == (Status.ENDED, "room_closed")


def test_what_nobody_closed_is_reaped() -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    lost = VoiceSessionFactory(call=True, beat_at=long_ago)
    idle, busy = VoiceSessionFactory(), VoiceSessionFactory()
    VoiceSession.objects.filter(channel="text").update(updated_at=long_ago)
    services.begin_turn(session=busy)
    assert reap_sessions() == 2
    states = dict(VoiceSession.objects.values_list("pk", "status"))
    assert states == {lost.pk: "lost", idle.pk: "ended", busy.pk: "active"}


def test_a_livekit_that_is_away_costs_no_try() -> None:
    call = VoiceSessionFactory(call=True, status=Status.DISPATCHED, claimed_generation=0)

    def away(session: VoiceSession) -> bool:
        raise VoiceUnavailable("LiveKit does not answer.")

    for _ in range(3):
        with pytest.raises(VoiceUnavailable):
            watch_once(now=timezone.now() + timedelta(seconds=9), dispatch=away)
    assert watch(after_seconds=9) == [call]


def test_a_call_that_was_live_is_lost_and_not_called_never_joined() -> None:
    call = VoiceSessionFactory(
        call=True, generation=2, started_at=timezone.now(), dispatched_at=timezone.now()
    )
    watch(after_seconds=9)
    call.refresh_from_db()
    assert (call.status, call.close_reason) == (Status.LOST, "agent_lost")
