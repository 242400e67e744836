"""Sessions that nobody closed: chats that fell silent, calls whose room and job are gone."""

import logging
from datetime import timedelta

from asgiref.sync import async_to_sync
from django.utils import timezone

from voice_app import rooms, services
from voice_app.models import VoiceSession, VoiceSessionQuerySet, WebhookEvent

logger = logging.getLogger(__name__)

CHAT_IDLE = timedelta(minutes=30)
# Well past the watcher's second try; a job that lives has beaten many times in between.
CALL_SILENT = timedelta(seconds=90)
NEVER_STARTED = timedelta(seconds=60)
# LiveKit repeats a webhook for minutes, not for days.
WEBHOOK_EVENTS_KEPT = timedelta(days=7)


def reap_sessions() -> int:
    """End every stale session; returns how many."""
    now = timezone.now()
    sessions = VoiceSession.objects.open()
    chats = sessions.filter(channel=VoiceSession.Channel.TEXT)
    calls = sessions.calls()
    active = VoiceSession.Status.ACTIVE
    return (
        _end(chats.filter(updated_at__lt=now - CHAT_IDLE), "idle", VoiceSession.Status.ENDED)
        + _end(
            calls.filter(status=active, beat_at__lt=now - CALL_SILENT),
            "agent_lost",
            VoiceSession.Status.LOST,
        )
        + _end(
            calls.exclude(status=active).filter(created_at__lt=now - NEVER_STARTED),
            "agent_never_joined",
            VoiceSession.Status.FAILED,
        )
    )


def _end(sessions: VoiceSessionQuerySet, reason: str, status: str) -> int:
    reaped = 0
    for session in sessions:
        reaped += services.end_session(session=session, reason=reason, status=status)
        logger.warning("session reaped", extra={"session": session.pk, "reason": reason})
    return reaped


def reap_rooms() -> int:
    """Delete our rooms in which nobody should be any more; returns how many.

    Raises:
        VoiceUnavailable: LiveKit doesn't answer; the next run looks again.
    """
    access = rooms.LiveKitAccess.from_settings()
    names = async_to_sync(rooms.list_room_names)(access)
    ended = VoiceSession.objects.filter(room__in=names).exclude(status__in=VoiceSession.OPEN)
    for room in ended.values_list("room", flat=True):
        async_to_sync(rooms.delete_room)(access, room=room)
    return len(ended)


def forget_webhook_events() -> None:
    WebhookEvent.objects.filter(received_at__lt=timezone.now() - WEBHOOK_EVENTS_KEPT).delete()
