"""Background work around conversations; arguments are ids, and a row that is gone is no error."""

from typing import Any

from asgiref.sync import async_to_sync
from celery import shared_task
from django.core.mail import send_mail

from voice_app import mails, reaping, rooms, services
from voice_app.exceptions import VoiceUnavailable
from voice_app.models import VoiceSession

_WHILE_LIVEKIT_IS_AWAY: dict[str, Any] = {
    "autoretry_for": (VoiceUnavailable,),
    "retry_backoff": True,
    "retry_jitter": True,
    "max_retries": 5,
}


@shared_task(**_WHILE_LIVEKIT_IS_AWAY)
def delete_room(session_pk: int) -> None:
    """Disconnect whoever is left in the room of an ended session."""
    session = VoiceSession.objects.filter(pk=session_pk).exclude(room="").first()
    if session is not None:
        _empty(session.room)


@shared_task(**_WHILE_LIVEKIT_IS_AWAY)
def delete_room_by_name(room: str) -> None:
    """Disconnect whoever is left in the room of a session that is deleted."""
    _empty(room)


def _empty(room: str) -> None:
    access = rooms.LiveKitAccess.from_settings()
    async_to_sync(rooms.delete_room)(access, room=room)


@shared_task
def send_lead_mail(lead_pk: int) -> None:
    """Tell the business about a lead; a mail that wasn't accepted is asked for again by beat."""
    lead = services.claim_lead_mail(lead_pk=lead_pk)
    if lead is None:
        return
    if recipients := mails.lead_recipients(lead):
        subject, body = mails.compose_lead_mail(lead)
        send_mail(subject, body, None, recipients)
    services.note_lead_mail_sent(lead=lead)


@shared_task
def send_unsent_lead_mails() -> None:
    services.enqueue_unsent_lead_mails()


@shared_task
def reap_sessions() -> None:
    """End what nobody closed."""
    reaping.reap_sessions()


@shared_task
def reap_rooms() -> None:
    """Close rooms whose session is over, and forget old webhook events."""
    reaping.reap_rooms()
    reaping.forget_webhook_events()
