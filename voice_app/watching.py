"""Calls whose agent never came or died: the watcher sends for another one, once, into the same
room.

LiveKit itself notices a dead job only after 20 s and never repeats a dispatch. Raising `generation`
first makes the old job leave should it still live, so that there are never two agents in one room.
A LiveKit restart needs nothing: the job lives, keeps beating, and both sides find each other again.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from asgiref.sync import async_to_sync
from django.db.models import F

from voice_app import rooms, services
from voice_app.exceptions import VoiceUnavailable
from voice_app.models import VoiceSession

logger = logging.getLogger(__name__)

# LiveKit gives a worker 7.5 s to take a job; a shorter wait would send for a second one too early.
CLAIM_WITHIN = timedelta(seconds=8)
# A job beats every second; four missing ones are a dead process, not a busy one.
BEAT_WITHIN = timedelta(seconds=4)
MAX_GENERATION = 3

Dispatch = Callable[[VoiceSession], bool]


def watch_once(*, now: datetime, dispatch: Dispatch) -> int:
    """Look at every open call once; returns how many needed something."""
    calls = VoiceSession.objects.open().calls().select_related("agent")
    unclaimed = calls.filter(
        claimed_generation__lt=F("generation"), dispatched_at__lt=now - CLAIM_WITHIN
    )
    silent = calls.filter(
        claimed_generation=F("generation"),
        status=VoiceSession.Status.ACTIVE,
        beat_at__lt=now - BEAT_WITHIN,
    )
    return sum(_help(session, now, dispatch) for session in [*unclaimed, *silent])


def _help(session: VoiceSession, now: datetime, dispatch: Dispatch) -> bool:
    was_claimed = session.claimed_generation == session.generation
    if session.generation >= (MAX_GENERATION if was_claimed else MAX_GENERATION - 1):
        return _give_up(session)
    if not _move_generation(session, session.generation + 1, dispatched_at=now):
        return False
    extra = {"session": session.pk, "was_claimed": was_claimed}
    logger.warning("agent sent for again", extra=extra)
    try:
        is_dispatched = dispatch(session)
    except VoiceUnavailable:
        # Nobody was sent: the next look must try again, not count this as a try.
        _move_generation(session, session.generation - 1, dispatched_at=session.dispatched_at)
        raise
    return is_dispatched or services.end_session(session=session, reason="room_closed")


def _move_generation(
    session: VoiceSession, generation: int, *, dispatched_at: datetime | None
) -> bool:
    """Set the generation unless somebody else moved or claimed it meanwhile."""
    moved = VoiceSession.objects.filter(
        pk=session.pk,
        generation=session.generation,
        claimed_generation=session.claimed_generation,
    ).update(generation=generation, dispatched_at=dispatched_at)
    session.generation = generation if moved else session.generation
    return bool(moved)


def _give_up(session: VoiceSession) -> bool:
    if session.started_at:
        status, reason = VoiceSession.Status.LOST, "agent_lost"
    else:
        status, reason = VoiceSession.Status.FAILED, "agent_never_joined"
    return services.end_session(session=session, reason=reason, status=status)


def dispatch_into_room(session: VoiceSession) -> bool:
    """Send for an agent; False when the room is gone, and the visitor with it.

    Raises:
        VoiceUnavailable: LiveKit doesn't answer; look again later.
    """
    access = rooms.LiveKitAccess.from_settings()
    if not async_to_sync(rooms.room_exists)(access, room=session.room):
        return False
    async_to_sync(rooms.dispatch_again)(access, room=session.room, metadata=str(session.public_id))
    return True
