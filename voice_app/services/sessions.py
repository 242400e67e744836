"""A session from its creation to its end.

Every function may run twice and in any order: a job, LiveKit's webhook, the watcher and the browser
all report the same end, and the first one to do so writes it.
"""

import logging
import uuid
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from redis import RedisError

from agents_app.exceptions import AgentInactive, AgentNotConfigured
from agents_app.models import Agent, AgentVersion
from foundation.queueing import enqueue
from foundation.worker_registry import registered_workers
from voice_app import rooms, tokens
from voice_app.exceptions import AtCapacity, SessionEnded, VoiceUnavailable
from voice_app.models import VoiceSession

logger = logging.getLogger(__name__)

Status = VoiceSession.Status
Channel = VoiceSession.Channel


@dataclass(frozen=True)
class NewSession:
    session: VoiceSession
    secret: str


def create_session(
    *,
    agent: Agent,
    channel: str,
    origin: str = "",
    page_url: str = "",
    visitor_id: str = "",
    version: AgentVersion | None = None,
) -> NewSession:
    """Open a conversation; for a call, LiveKit's room and agent are on their way when this returns.

    `version` is given by members who try a draft; visitors get the published one.

    Raises:
        AgentNotConfigured, AgentInactive: this agent doesn't talk to visitors now.
        AtCapacity: the agent has all the calls it may have, or the workers are full.
        VoiceUnavailable: no worker is there, or LiveKit can't be reached; the latter is kept as a
            failed session.
    """
    if version is None:
        version = _public_version(agent)
    if channel == Channel.VOICE:
        _check_worker()
    secret = tokens.new_session_secret()
    with transaction.atomic():
        if channel == Channel.VOICE:
            _hold_a_place(agent)
        session = VoiceSession.objects.create(
            agent=agent,
            version=version,
            channel=channel,
            status=Status.CREATED if channel == Channel.VOICE else Status.ACTIVE,
            started_at=None if channel == Channel.VOICE else timezone.now(),
            origin=origin,
            page_url=page_url,
            visitor_id=visitor_id,
            secret_hash=tokens.hash_secret(secret),
            room=f"agent-{agent.public_id}-{uuid.uuid4()}" if channel == Channel.VOICE else "",
        )
    if channel == Channel.VOICE:
        _open_room(session)
    return NewSession(session, secret)


def _public_version(agent: Agent) -> AgentVersion:
    if agent.published_version is None:
        raise AgentNotConfigured
    if not agent.is_active:
        raise AgentInactive
    return agent.published_version


def _check_worker() -> None:
    """Say at once that nobody would come, instead of letting the visitor wait in an empty room."""
    try:
        workers = registered_workers()
    except RedisError:
        logger.warning("nobody knows which workers are registered")
        return
    ours = [worker for worker in workers if worker.agent_name == settings.LIVEKIT_AGENT_NAME]
    if not ours:
        raise VoiceUnavailable("No voice worker is registered with LiveKit.")
    if all(worker.active_jobs >= settings.WORKER_MAX_CALLS for worker in ours):
        raise AtCapacity


def _hold_a_place(agent: Agent) -> None:
    """Count the agent's open calls under its lock, so that two requests can't take the last
    place.
    """
    Agent.objects.select_for_update().get(pk=agent.pk)
    if agent.sessions.open().calls().count() >= settings.MAX_CALLS_PER_AGENT:
        raise AtCapacity


def _open_room(session: VoiceSession) -> None:
    try:
        async_to_sync(rooms.create_room)(
            rooms.LiveKitAccess.from_settings(),
            room=session.room,
            metadata=str(session.public_id),
        )
    except VoiceUnavailable:
        end_session(session=session, reason="livekit_unavailable", status=Status.FAILED)
        raise
    now = timezone.now()
    VoiceSession.objects.filter(pk=session.pk).update(dispatched_at=now)
    # The job may have claimed the session already; only an untouched one becomes `dispatched`.
    VoiceSession.objects.filter(pk=session.pk, status=Status.CREATED).update(
        status=Status.DISPATCHED
    )


def join_token(*, session: VoiceSession) -> str:
    """Return a fresh LiveKit token for a call that is still open.

    Raises:
        SessionEnded: there is no room to join any more.
    """
    if not session.is_open or not session.room:
        raise SessionEnded
    return tokens.join_token(
        session,
        api_key=settings.LIVEKIT_API_KEY,
        api_secret=settings.LIVEKIT_API_SECRET,
        ttl_seconds=settings.JOIN_TOKEN_SECONDS,
    )


# -- The job's side --------------------------------------------------------------------------


def claim_session(*, public_id: str, job_id: str) -> VoiceSession | None:
    """Give the session to this job, or return None: it is over, or another job has it.

    The claim names the generation that was read: of two jobs that start at once, one conditional
    UPDATE wins.
    """
    session = (
        VoiceSession.objects.select_related("agent__business", "version")
        .open()
        .filter(public_id=public_id, claimed_generation__lt=F("generation"))
        .first()
    )
    if session is None:
        return None
    now = timezone.now()
    claimed = VoiceSession.objects.filter(
        pk=session.pk,
        generation=session.generation,
        claimed_generation=session.claimed_generation,
        status__in=VoiceSession.OPEN,
    ).update(
        claimed_generation=session.generation,
        status=Status.ACTIVE,
        job_id=job_id,
        beat_at=now,
        started_at=session.started_at or now,
    )
    if not claimed:
        return None
    session.claimed_generation, session.status = session.generation, Status.ACTIVE
    return session


def beat(*, session_pk: int, generation: int) -> bool:
    """Say that the job lives; False tells it to leave: the session ended or another job took
    over.
    """
    return bool(
        VoiceSession.objects.filter(
            pk=session_pk, claimed_generation=generation, generation=generation
        )
        .open()
        .update(beat_at=timezone.now())
    )


# -- The end ---------------------------------------------------------------------------------


def end_session(*, session: VoiceSession, reason: str, status: str = Status.ENDED) -> bool:
    """Write the end once; True for the caller that wrote it. The room goes with it."""
    now = timezone.now()
    ended = (
        VoiceSession.objects.filter(pk=session.pk)
        .open()
        .update(status=status, close_reason=reason, ended_at=now, updated_at=now)
    )
    if ended and session.room:
        enqueue("voice_app.tasks.delete_room", session.pk)
    return bool(ended)
