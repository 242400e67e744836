"""What is said and done in a session, stored as it happens."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from voice_app.exceptions import SessionBusy, SessionEnded, SessionIsCall
from voice_app.models import ToolCall, Turn, VoiceSession

# A typed turn that takes longer than this has died with its process.
MAX_TURN_SECONDS = 60


def record_turn(
    *,
    session_pk: int,
    item_id: str,
    role: str,
    text: str,
    spoken_at: datetime,
    is_interrupted: bool = False,
    sources: list[dict[str, Any]] | None = None,
    metrics: dict[str, Any] | None = None,
) -> Turn:
    """Store what was said; the same item again changes nothing."""
    with transaction.atomic():
        VoiceSession.objects.select_for_update().only("pk").get(pk=session_pk)
        last = Turn.objects.filter(session_id=session_pk).aggregate(last=Max("position"))["last"]
        turn, _ = Turn.objects.get_or_create(
            session_id=session_pk,
            item_id=item_id,
            defaults={
                "position": (last or 0) + 1,
                "role": role,
                "text": text,
                "spoken_at": spoken_at,
                "is_interrupted": is_interrupted,
                "sources": sources or [],
                "metrics": metrics or {},
            },
        )
    return turn


def save_dialogue(*, session_pk: int, dialogue: dict[str, Any]) -> None:
    VoiceSession.objects.filter(pk=session_pk).update(dialogue=dialogue)


def save_usage(*, session_pk: int, usage: dict[str, Any]) -> None:
    VoiceSession.objects.filter(pk=session_pk).update(usage=usage)


def begin_turn(*, session: VoiceSession) -> None:
    """Take the session for one typed turn.

    Raises:
        SessionIsCall: what is typed in a call goes through its room.
        SessionEnded: the conversation is over.
        SessionBusy: the last turn is still being answered.
    """
    if session.channel == VoiceSession.Channel.VOICE:
        raise SessionIsCall
    now = timezone.now()
    free = VoiceSession.objects.filter(pk=session.pk).open().exclude(busy_until__gt=now)
    until = now + timedelta(seconds=MAX_TURN_SECONDS)
    # A chat is idle from its last turn on, which `updated_at` holds for the reaper.
    if free.update(busy_until=until, updated_at=now):
        return
    if not VoiceSession.objects.filter(pk=session.pk).open().exists():
        raise SessionEnded
    raise SessionBusy


def finish_turn(*, session: VoiceSession) -> None:
    VoiceSession.objects.filter(pk=session.pk).update(busy_until=None)


def record_tool_call(
    *,
    session_pk: int,
    name: str,
    arguments: dict[str, Any],
    result: str,
    is_error: bool,
    duration_ms: int,
    idempotency_key: str = "",
) -> ToolCall:
    """Store what the agent did; a write with a key that stands already returns the first row."""
    fields = {
        "name": name,
        "arguments": arguments,
        "result": result,
        "is_error": is_error,
        "duration_ms": duration_ms,
    }
    if not idempotency_key:
        return ToolCall.objects.create(session_id=session_pk, **fields)
    call, _ = ToolCall.objects.get_or_create(
        session_id=session_pk, idempotency_key=idempotency_key, defaults=fields
    )
    return call


def save_client_metrics(*, session: VoiceSession, metrics: dict[str, Any]) -> None:
    """Keep the browser's latest figures beside the earlier ones."""
    with transaction.atomic():
        locked = VoiceSession.objects.select_for_update().get(pk=session.pk)
        locked.client_metrics |= metrics
        locked.save(update_fields=["client_metrics"])
