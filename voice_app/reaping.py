"""Sessions that nobody closed: chats that fell silent, calls whose room and job are gone."""

import logging
from datetime import timedelta

from django.utils import timezone

from voice_app import services
from voice_app.models import VoiceSession, VoiceSessionQuerySet

logger = logging.getLogger(__name__)

CHAT_IDLE = timedelta(minutes=30)
# Well past the watcher's second try; a job that lives has beaten many times in between.
CALL_SILENT = timedelta(seconds=90)
NEVER_STARTED = timedelta(seconds=60)


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
